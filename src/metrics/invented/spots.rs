//! From a map to places worth a look: a few rectangles, the plainest first.

use super::plane::Luma;
use crate::frame::{Map, Region};
use crate::metrics::Pair;

/// A place of a map.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Spot {
    pub region: Region,
    /// Mean of the map over the place, in the map's unit.
    pub strength: f32,
    /// By which places are ordered: how far the mean stands above the bar, times the square root of the share of the
    /// picture that is covered. A letter or a face comes before a pixel, however bright that is, and before a wide haze.
    /// What stands there counts too, by [`Structure::weight`].
    pub rank: f64,
}

/// Cells across the longer side: what is smaller is a speck.
const CELLS: usize = 120;
/// Fewer cells are a speck, more than this share of the picture is no place.
const LEAST: usize = 2;
const MOST: f64 = 0.5;

/// A place that spans more of the picture than this is looked at again with the bar so much higher, for the heart of it.
const COMPACT: f64 = 0.06;
const HIGHER: f32 = 1.4;
const ROUNDS: usize = 8;

/// The places of `map` where it is at `bar` or above on the whole, at most `most`, by their rank. They are looked for on
/// a grid of at most 120 cells a side: cells whose mean reaches the bar, joined where they touch. Of a wide place the
/// plainest parts are told, where it has some.
pub fn spots(map: &Map, bar: f32, most: usize) -> Vec<Spot> {
    let grid = Grid::of(map);
    let open: Vec<bool> = grid.means.iter().map(|mean| *mean >= bar && *mean > 0.0).collect();
    let mut found = Vec::new();
    grid.gather(open, (bar, bar), ROUNDS, &mut found);
    found.sort_by(|a, b| b.rank.total_cmp(&a.rank));
    found.truncate(most);
    found
}

/// Means of a map's cells.
struct Grid {
    size: (usize, usize),
    step: usize,
    columns: usize,
    rows: usize,
    means: Vec<f32>,
}

impl Grid {
    fn of(map: &Map) -> Self {
        let (width, height) = (map.width as usize, map.height as usize);
        let step = width.max(height).div_ceil(CELLS).max(1);
        let (columns, rows) = (width.div_ceil(step), height.div_ceil(step));
        let mean = |n: usize| {
            let (left, top) = (n % columns * step, n / columns * step);
            let (right, bottom) = ((left + step).min(width), (top + step).min(height));
            let row = |y: usize| map.row(y as u32)[left..right].iter().copied().filter(|v| v.is_finite()).sum::<f32>();
            (top..bottom).map(row).sum::<f32>() / ((right - left) * (bottom - top)) as f32
        };
        Self { size: (width, height), step, columns, rows, means: (0..columns * rows).map(mean).collect() }
    }

    /// Adds the places of the open cells. `bar` is the one that was asked for, and the one that they reached.
    fn gather(&self, mut open: Vec<bool>, bar: (f32, f32), rounds: usize, found: &mut Vec<Spot>) {
        for start in 0..open.len() {
            if !std::mem::take(&mut open[start]) {
                continue;
            }
            let place = joined(start, &mut open, (self.columns, self.rows));
            if place.len() < LEAST {
                continue;
            }
            let spot = self.spot(&place, bar.0);
            let Region { left, top, right, bottom } = spot.region;
            if rounds > 0 && f64::from(right - left) * f64::from(bottom - top) > COMPACT {
                let (before, higher) = (found.len(), bar.1 * HIGHER);
                let mut heart = vec![false; open.len()];
                place.iter().filter(|n| self.means[**n] >= higher).for_each(|n| heart[*n] = true);
                self.gather(heart, (bar.0, higher), rounds - 1, found);
                if found.len() > before {
                    continue;
                }
            }
            if self.share(&place) <= MOST {
                found.push(spot);
            }
        }
    }

    /// Of the picture. Cells at the border may be cut.
    fn share(&self, place: &[usize]) -> f64 {
        let side = |cell: usize, sides: usize| ((cell + 1) * self.step).min(sides) - cell * self.step;
        let area = |n: &usize| side(n % self.columns, self.size.0) * side(n / self.columns, self.size.1);
        place.iter().map(area).sum::<usize>() as f64 / (self.size.0 * self.size.1) as f64
    }

    fn spot(&self, place: &[usize], bar: f32) -> Spot {
        let strength = place.iter().map(|n| self.means[*n]).sum::<f32>() / place.len() as f32;
        let ends = |of: fn(usize, usize) -> usize| {
            let all = place.iter().map(|n| of(*n, self.columns));
            (all.clone().min().unwrap_or(0), all.max().unwrap_or(0) + 1)
        };
        let ((left, right), (top, bottom)) = (ends(|n, columns| n % columns), ends(|n, columns| n / columns));
        let part = |cell: usize, side: usize| (cell * self.step).min(side) as f32 / side as f32;
        let region = Region {
            left: part(left, self.size.0),
            top: part(top, self.size.1),
            right: part(right, self.size.0),
            bottom: part(bottom, self.size.1),
        };
        let rank = f64::from(strength / bar.max(f32::MIN_POSITIVE)) * self.share(place).sqrt();
        Spot { region, strength, rank }
    }
}

/// What a pair shows at a place: by contrast and straightness, since a letter, a face or a railing is missed before a
/// cobblestone is.
pub struct Structure([Luma; 2]);

/// Standard deviation, in codes, at which contrast counts as 1; and the least and most that it counts.
const CONTRAST: f64 = 40.0;
const LIMITS: (f64, f64) = (0.15, 1.5);
/// What one straight direction adds.
const STRAIGHT: f64 = 0.5;
/// Samples around a place that are looked at with it.
const AROUND: usize = 3;

impl Structure {
    /// Of a pair of Y'CbCr or grey.
    pub fn of(pair: &Pair<'_>) -> Self {
        Self([pair.reference(), pair.candidate()].map(|frame| Luma::plane(frame, 0)))
    }

    /// How much a place counts: its contrast in the picture that has more, up to half as much again where all its edges
    /// run one way. 0.15 to 2.25.
    pub fn weight(&self, region: &Region) -> f64 {
        let found = self.0.each_ref().map(|luma| looked(luma, region));
        found[0].max(found[1])
    }
}

fn looked(luma: &Luma, region: &Region) -> f64 {
    let span = |from: f32, to: f32, of: usize| {
        let (from, to) = ((from * of as f32) as usize, (to * of as f32).ceil() as usize);
        from.saturating_sub(AROUND).min(of - 1)..(to + AROUND).min(of)
    };
    let (across, down) = (span(region.left, region.right, luma.width), span(region.top, region.bottom, luma.height));
    let (mut count, mut sum, mut squares) = (0.0, 0.0, 0.0);
    let (mut xx, mut yy, mut xy) = (0.0, 0.0, 0.0);
    for y in down {
        for x in across.clone() {
            let v = f64::from(luma.row(y)[x]);
            (count, sum, squares) = (count + 1.0, sum + v, squares + v * v);
            let (x, y) = (x as isize, y as isize);
            let dx = f64::from(luma.clamped(x + 1, y) - luma.clamped(x - 1, y));
            let dy = f64::from(luma.clamped(x, y + 1) - luma.clamped(x, y - 1));
            (xx, yy, xy) = (xx + dx * dx, yy + dy * dy, xy + dx * dy);
        }
    }
    let mean = sum / f64::max(count, 1.0);
    let spread = (squares / f64::max(count, 1.0) - mean * mean).max(0.0).sqrt();
    // Coherence of the structure tensor: 1 where all edges run one way.
    let coherence = ((xx - yy).hypot(2.0 * xy) / f64::max(xx + yy, 1e-9)).powi(2);
    (spread / CONTRAST).clamp(LIMITS.0, LIMITS.1) * (1.0 + STRAIGHT * coherence)
}

/// All open cells that hang together with `start`, which is closed already; they are closed too.
fn joined(start: usize, open: &mut [bool], (columns, rows): (usize, usize)) -> Vec<usize> {
    let mut place = vec![start];
    let mut next = 0;
    while next < place.len() {
        let (x, y) = (place[next] % columns, place[next] / columns);
        next += 1;
        for y in y.saturating_sub(1)..(y + 2).min(rows) {
            for x in x.saturating_sub(1)..(x + 2).min(columns) {
                let n = y * columns + x;
                if std::mem::take(&mut open[n]) {
                    place.push(n);
                }
            }
        }
    }
    place
}

#[cfg(test)]
mod tests {
    use super::*;

    fn map(of: impl Fn(usize, usize) -> f32) -> Map {
        let values = (0..80).flat_map(|y| (0..160).map(move |x| (x, y))).map(|(x, y)| of(x, y)).collect();
        Map::new(160, 80, values).unwrap()
    }

    #[test]
    fn a_face_comes_before_a_pixel_and_nothing_is_no_place() {
        let inside = |x: usize, y: usize| (40..60).contains(&x) && (20..40).contains(&y);
        let lit = map(|x, y| {
            if inside(x, y) {
                20.0
            } else if (x, y) == (120, 60) {
                250.0
            } else {
                0.0
            }
        });
        let found = spots(&lit, 10.0, 8);
        assert_eq!(found.len(), 1, "{found:?}");
        let Region { left, top, right, bottom } = found[0].region;
        assert_eq!([left, top, right, bottom], [0.25, 0.25, 0.375, 0.5]);
        assert_eq!(found[0].strength, 20.0);
        assert!(spots(&map(|_, _| 0.0), 10.0, 8).is_empty());
        assert!(spots(&map(|_, _| 40.0), 10.0, 8).is_empty(), "the whole picture is no place");
    }

    #[test]
    fn letters_and_lines_count_more_than_haze() {
        use crate::frame::{ColorInfo, Family, Frame, Layout, Plane, Sample};
        let layout = Layout { family: Family::Gray, sample: Sample::U8, chroma_shift: (0, 0), alpha: false };
        // From left to right: flat, soft noise, letters (both ways), a railing (one way).
        let code = |x: u32, y: u32| match x / 40 {
            0 => 128,
            1 => 120 + (x * 7 + y * 13) % 17,
            2 => {
                if (x / 3 + y / 3).is_multiple_of(2) {
                    40
                } else {
                    200
                }
            }
            _ => {
                if x % 6 < 3 {
                    40
                } else {
                    200
                }
            }
        };
        let codes = (0..40).flat_map(|y| (0..160).map(move |x| (x, y))).map(|(x, y)| code(x, y) as u8).collect();
        let plane = Plane::from_u8(160, 40, codes).unwrap();
        let frame = std::sync::Arc::new(Frame::new(160, 40, layout, ColorInfo::default(), vec![plane]).unwrap());
        let structure = Structure::of(&Pair::new(&frame, &frame).unwrap());
        let region =
            |n: f32| Region { left: (40.0 * n + 8.0) / 160.0, top: 0.2, right: (40.0 * n + 32.0) / 160.0, bottom: 0.8 };
        let found = [0.0, 1.0, 2.0, 3.0].map(|n| structure.weight(&region(n)));
        assert!(found.windows(2).all(|pair| pair[0] <= pair[1]), "{found:?}");
        assert_eq!(found[0], 0.15);
        assert!(found[2] > 4.0 * found[1] && (found[3] - 2.25).abs() < 0.01, "{found:?}");
    }

    #[test]
    fn of_a_wide_place_the_heart_is_told_and_an_even_one_as_it_is() {
        let inside = |x: usize, y: usize, r: std::ops::Range<usize>| r.contains(&x) && r.contains(&y);
        // A haze over a third of the picture with two letters in it.
        let lit = map(|x, y| match () {
            _ if inside(x, y, 20..32) => 60.0,
            _ if (70..82).contains(&x) && (40..52).contains(&y) => 50.0,
            _ if x < 100 && y < 60 => 12.0,
            _ => 0.0,
        });
        let found = spots(&lit, 10.0, 8);
        let edges: Vec<[u32; 2]> =
            found.iter().map(|s| [s.region.left * 160.0, s.region.top * 80.0].map(|v| v as u32)).collect();
        assert_eq!(edges, [[20, 20], [70, 40]]);
        let even = map(|x, y| if x < 60 && y < 40 { 12.0 } else { 0.0 });
        assert_eq!(spots(&even, 10.0, 8).len(), 1);
    }

    #[test]
    fn the_plainer_and_the_larger_come_first() {
        let lit = map(|x, y| match (x / 20, y / 20) {
            (1, 1) => 20.0,
            (3, 1) => 40.0,
            (5, 2) if x < 104 && y < 44 => 40.0,
            _ => 0.0,
        });
        let order: Vec<u32> = spots(&lit, 10.0, 8).iter().map(|s| (s.region.left * 160.0) as u32).collect();
        assert_eq!(order, [60, 20, 100]);
        assert_eq!(spots(&lit, 10.0, 1).len(), 1);
    }
}
