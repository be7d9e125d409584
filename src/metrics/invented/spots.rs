//! From a map to places worth a look: a few rectangles, the plainest first.

use crate::frame::{Map, Region};

/// A place of a map.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Spot {
    pub region: Region,
    /// Mean of the map over the place, in the map's unit.
    pub strength: f32,
    /// By which places are ordered: how far the mean stands above the bar, times the square root of the share of the
    /// picture that is covered. A letter or a face comes before a pixel, however bright that is, and before a wide haze.
    pub rank: f64,
}

/// Cells across the longer side: what is smaller is a speck.
const CELLS: usize = 120;
/// Fewer cells are a speck, more than this share of the picture is no place.
const LEAST: usize = 2;
const MOST: f64 = 0.5;

/// The places of `map` where it is at `bar` or above on the whole, at most `most`, by their rank. They are looked for on
/// a grid of at most 120 cells a side: cells whose mean reaches the bar, joined where they touch.
pub fn spots(map: &Map, bar: f32, most: usize) -> Vec<Spot> {
    let (width, height) = (map.width as usize, map.height as usize);
    let step = width.max(height).div_ceil(CELLS).max(1);
    let (columns, rows) = (width.div_ceil(step), height.div_ceil(step));
    let means: Vec<f32> = (0..columns * rows)
        .map(|n| {
            let (left, top) = (n % columns * step, n / columns * step);
            let (right, bottom) = ((left + step).min(width), (top + step).min(height));
            let row = |y: usize| map.row(y as u32)[left..right].iter().copied().filter(|v| v.is_finite()).sum::<f32>();
            (top..bottom).map(row).sum::<f32>() / ((right - left) * (bottom - top)) as f32
        })
        .collect();
    let mut open: Vec<bool> = means.iter().map(|mean| *mean >= bar && *mean > 0.0).collect();
    let mut found = Vec::new();
    for start in 0..open.len() {
        if !std::mem::take(&mut open[start]) {
            continue;
        }
        let place = joined(start, &mut open, (columns, rows));
        let share = place.len() as f64 / means.len() as f64;
        if place.len() < LEAST || share > MOST {
            continue;
        }
        let strength = place.iter().map(|n| means[*n]).sum::<f32>() / place.len() as f32;
        let ends = |of: fn(usize, usize) -> usize| {
            let all = place.iter().map(|n| of(*n, columns));
            (all.clone().min().unwrap_or(0), all.max().unwrap_or(0) + 1)
        };
        let ((left, right), (top, bottom)) = (ends(|n, columns| n % columns), ends(|n, columns| n / columns));
        let part = |cell: usize, side: usize| (cell * step).min(side) as f32 / side as f32;
        let region = Region {
            left: part(left, width),
            top: part(top, height),
            right: part(right, width),
            bottom: part(bottom, height),
        };
        let rank = f64::from(strength / bar.max(f32::MIN_POSITIVE)) * share.sqrt();
        found.push(Spot { region, strength, rank });
    }
    found.sort_by(|a, b| b.rank.total_cmp(&a.rank));
    found.truncate(most);
    found
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
