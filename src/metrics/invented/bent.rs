//! C: what stands in another place or shape than in the reference.
//!
//! Lucas and Kanade (1981) on blocks of 16x16 luma samples, eight apart, both pictures softened by five taps; each block
//! is brought to the reference's mean and spread first, so that neither brightness nor contrast counts as motion. A
//! direction is believed where the reference has structure across it (an eigenvalue of the structure tensor of 4 a
//! sample or more). A block with one such direction, on a straight line say, tells of the shift across the line and is
//! measured there: lines are where bending matters. The median shift of the picture is taken off.

use rayon::prelude::*;

use super::plane::{FIVE, Luma, map};
use crate::frame::Map;
use crate::metrics::{Memo, MetricError, Moment, Needs, Overlay, OverlayAbout, Scale};

/// Overlay `bent`.
#[derive(Debug)]
pub struct BentMap;

pub static BENT: BentMap = BentMap;

const BLOCK: usize = 16;
const STRIDE: usize = 8;
/// Samples of the picture that one cell of the map covers, about.
const CELL: u32 = 4;
/// Least eigenvalue, a sample.
const STRUCTURE: f32 = 4.0;
/// Pixels from which a shift is shown.
const SHOWN: f32 = 0.35;
/// The most that is looked for.
const REACH: f32 = 4.0;
/// After the shift the blocks must be this alike (correlation) and this share of the difference must be gone: what is
/// not the same thing elsewhere was not moved, but lost or made anew.
const ALIKE: f32 = 0.9;
const LEFT: f32 = 0.5;
/// Standard deviations of the shift, by what is left over, that it must pass; and how much more a softened noise weighs
/// than a white one at most: 1 over the sum of the squares of the taps, in two directions.
const SURE: f32 = 3.0;
const SMOOTH: f32 = 13.4;
/// Neighbours that must say something like it.
const SECONDS: usize = 2;
const ROUNDS: usize = 6;
const LEAST: u32 = 32;

static ABOUT: OverlayAbout = OverlayAbout {
    id: "bent",
    label: "Bent or moved",
    unit: "px",
    scale: Scale::Sequential { to: 2.0 },
    decimals: 2,
    pool: share,
    pools_to: "the share of the picture that is bent or moved by 0.35 pixels or more (1 is all of it)",
    before: 0,
    after: 0,
    needs: Needs::Reference,
    meaning: "How far the detail of each place stands from where the reference has it, in pixels, once the shift of the \
              whole picture is taken off; shown from 0.35 pixels on.",
    limits: "On a straight line only the shift across it can be seen. Flat places and soft ones cannot be measured and \
             stay dark; so does what was replaced rather than moved, and what moved by more than four pixels. A zoom or \
             a turn of the whole picture lights up as if each place were bent. Where the map is dark nothing was seen to \
             move; whether what stands there is true remains unknown.",
};

/// What a pair comes to.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Bent {
    /// Of the picture, 0..1.
    pub share: f64,
    /// Length of the reference's edges that lie in bent places, in pixels, and of all its edges.
    pub length: f64,
    pub edges: f64,
}

/// The numbers of one moment.
///
/// # Errors
/// As the overlay's map.
pub fn bent(moment: &Moment<'_>) -> Result<Bent, MetricError> {
    let (reference, candidate) = both(moment)?;
    let map = drawn(&reference, &candidate)?;
    let (length, edges) = length(&reference, &map);
    Ok(Bent { share: share(&map), length, edges })
}

impl Overlay for BentMap {
    fn about(&self) -> &'static OverlayAbout {
        &ABOUT
    }

    fn map(&self, moment: &Moment<'_>, _: &Memo) -> Result<Map, MetricError> {
        let (reference, candidate) = both(moment)?;
        drawn(&reference, &candidate)
    }
}

fn both(moment: &Moment<'_>) -> Result<(Luma, Luma), MetricError> {
    let of = |frame| Luma::of(ABOUT.id, LEAST, frame);
    Ok((of(moment.pair.reference())?.filtered(&FIVE), of(moment.pair.candidate())?.filtered(&FIVE)))
}

fn share(map: &Map) -> f64 {
    map.values.iter().filter(|v| **v > 0.0).count() as f64 / map.values.len() as f64
}

/// What a block tells: its shift, and the one direction in which it is known (`None`: in both).
#[derive(Clone, Copy, Debug)]
struct Shift {
    u: [f32; 2],
    along: Option<[f32; 2]>,
}

impl Shift {
    /// Pixels beside the shift `common` of the whole picture.
    fn beside(&self, common: [f32; 2]) -> [f32; 2] {
        let rest = [self.u[0] - common[0], self.u[1] - common[1]];
        match self.along {
            None => rest,
            Some(e) => {
                let part = rest[0] * e[0] + rest[1] * e[1];
                [part * e[0], part * e[1]]
            }
        }
    }
}

/// The blocks of a picture, row by row.
struct Blocks {
    columns: usize,
    rows: usize,
    shifts: Vec<Option<Shift>>,
}

fn drawn(reference: &Luma, candidate: &Luma) -> Result<Map, MetricError> {
    let blocks = blocks(reference, candidate);
    let common = blocks.common();
    let shifts: Vec<Option<[f32; 2]>> = blocks.shifts.iter().map(|s| s.map(|s| s.beside(common))).collect();
    let amounts: Vec<Option<f32>> = (0..shifts.len()).map(|n| blocks.amount(&shifts, n)).collect();
    let size = (reference.width as u32, reference.height as u32);
    let (width, height) = (size.0.div_ceil(CELL) as usize, size.1.div_ceil(CELL) as usize);
    let mut values = vec![0.0; width * height];
    values.par_chunks_mut(width).enumerate().for_each(|(y, row)| {
        let py = (y as f32 + 0.5) * reference.height as f32 / height as f32;
        for (x, value) in row.iter_mut().enumerate() {
            let px = (x as f32 + 0.5) * reference.width as f32 / width as f32;
            *value = Some(blocks.between(&amounts, px, py)).filter(|v| *v >= SHOWN).unwrap_or(0.0);
        }
    });
    map(width, height, values)
}

impl Blocks {
    /// The median shift of those that know both directions.
    fn common(&self) -> [f32; 2] {
        let known = || self.shifts.iter().flatten().filter(|shift| shift.along.is_none());
        [0, 1].map(|axis| {
            let mut all: Vec<f32> = known().map(|shift| shift.u[axis]).collect();
            let middle = all.len() / 2;
            if all.is_empty() { 0.0 } else { *all.select_nth_unstable_by(middle, f32::total_cmp).1 }
        })
    }

    /// How far block `n` is off; nothing where hardly any of the blocks that overlap it says something like it: they see half
    /// or more of the same samples, and noise alone does not agree with itself.
    fn amount(&self, shifts: &[Option<[f32; 2]>], n: usize) -> Option<f32> {
        let own = shifts[n]?;
        let size = own[0].hypot(own[1]);
        if size < SHOWN {
            return Some(size);
        }
        let (x, y) = ((n % self.columns) as isize, (n / self.columns) as isize);
        let agrees = |dx: isize, dy: isize| {
            let (x, y) = (x + dx, y + dy);
            if x < 0 || y < 0 || x >= self.columns as isize || y >= self.rows as isize {
                return false;
            }
            let other = shifts[y as usize * self.columns + x as usize];
            other.is_some_and(|o| o[0] * own[0] + o[1] * own[1] > 0.4 * size * size)
        };
        let seconds = [(-1, 0), (1, 0), (0, -1), (0, 1), (-1, -1), (1, -1), (-1, 1), (1, 1)];
        let agreeing = seconds.into_iter().filter(|(dx, dy)| agrees(*dx, *dy)).count();
        Some(if agreeing >= SECONDS { size } else { 0.0 })
    }

    /// Between the centres of the four blocks around a place; nothing where hardly one of them was measured.
    fn between(&self, amounts: &[Option<f32>], px: f32, py: f32) -> f32 {
        let place = |p: f32, most: usize| {
            let at = ((p - 0.5 * BLOCK as f32) / STRIDE as f32).clamp(0.0, (most - 1) as f32);
            (at as usize, at - at.floor())
        };
        let ((x, fx), (y, fy)) = (place(px, self.columns), place(py, self.rows));
        let (mut sum, mut weights) = (0.0, 0.0);
        for (dx, wx) in [(0, 1.0 - fx), (1, fx)] {
            for (dy, wy) in [(0, 1.0 - fy), (1, fy)] {
                let (x, y) = ((x + dx).min(self.columns - 1), (y + dy).min(self.rows - 1));
                if let Some(amount) = amounts[y * self.columns + x] {
                    sum += wx * wy * amount;
                    weights += wx * wy;
                }
            }
        }
        if weights >= 0.3 { sum / weights } else { 0.0 }
    }
}

fn blocks(reference: &Luma, candidate: &Luma) -> Blocks {
    let count = |side: usize| (side - BLOCK) / STRIDE + 1;
    let (columns, rows) = (count(reference.width), count(reference.height));
    let shift = |n: usize| measured(reference, candidate, n % columns * STRIDE, n / columns * STRIDE);
    let shifts = (0..columns * rows).into_par_iter().map(shift).collect();
    Blocks { columns, rows, shifts }
}

/// Samples of a block.
const AREA: usize = BLOCK * BLOCK;

/// The shift of the block whose left top sample is (left, top).
fn measured(reference: &Luma, candidate: &Luma, left: usize, top: usize) -> Option<Shift> {
    let mut gradient = [[0.0f32; 2]; AREA];
    let mut own = [0.0f32; AREA];
    let mut tensor = [0.0f32; 3];
    for y in 0..BLOCK {
        for x in 0..BLOCK {
            let (px, py) = ((left + x) as isize, (top + y) as isize);
            let at = |dx, dy| reference.clamped(px + dx, py + dy);
            let g = [0.5 * (at(1, 0) - at(-1, 0)), 0.5 * (at(0, 1) - at(0, -1))];
            (tensor[0], tensor[1], tensor[2]) =
                (tensor[0] + g[0] * g[0], tensor[1] + g[0] * g[1], tensor[2] + g[1] * g[1]);
            gradient[y * BLOCK + x] = g;
            own[y * BLOCK + x] = at(0, 0);
        }
    }
    let step = Step::of(tensor)?;
    let (mean, spread) = moments(&own);
    let mut u = [0.0f32; 2];
    let mut window = [0.0f32; AREA];
    let mut first = None;
    for round in 0..=ROUNDS {
        fetch(candidate, left as f32 + u[0], top as f32 + u[1], &mut window);
        let (other, width) = moments(&window);
        let gain = spread / width.max(0.05 * spread).max(1e-3);
        let (mut b, mut misfit, mut both) = ([0.0f32; 2], 0.0f32, 0.0f32);
        for ((own, seen), g) in own.iter().zip(&window).zip(&gradient) {
            let (r, c) = (own - mean, (seen - other) * gain);
            let d = r - c;
            (b[0], b[1]) = (b[0] + d * g[0], b[1] + d * g[1]);
            (misfit, both) = (misfit + d * d, both + r * c);
        }
        let first = *first.get_or_insert(misfit);
        if round == ROUNDS {
            let alike = both >= ALIKE * AREA as f32 * spread * spread;
            let size = u[0].hypot(u[1]);
            // What is left over is noise, and noise alone would shift the block by so much.
            let doubt = (SMOOTH * misfit / AREA as f32 / step.weakest).sqrt();
            let plain = misfit <= LEFT * first && size >= SURE * doubt;
            return (alike && (size < SHOWN || plain)).then_some(Shift { u, along: step.along });
        }
        let by = step.solve(b);
        u = [u[0] + by[0], u[1] + by[1]];
        if !(u[0].abs() <= REACH && u[1].abs() <= REACH) {
            return None;
        }
    }
    None
}

/// How a block's misfit becomes a shift: both directions, or the one that it tells of.
struct Step {
    inverse: [f32; 3],
    /// The eigenvalue of the direction that is known least of those that are believed.
    weakest: f32,
    along: Option<[f32; 2]>,
}

impl Step {
    /// `None` where the block has no structure to measure by. `tensor`: sums of gx gx, gx gy, gy gy.
    fn of([xx, xy, yy]: [f32; 3]) -> Option<Self> {
        let (half, root) = (0.5 * (xx + yy), (0.25 * (xx - yy) * (xx - yy) + xy * xy).sqrt());
        let (most, least) = (half + root, half - root);
        let bar = STRUCTURE * AREA as f32;
        if least >= bar {
            let det = xx * yy - xy * xy;
            return Some(Self { inverse: [yy / det, -xy / det, xx / det], weakest: least, along: None });
        }
        // One direction, well above the other: a line or an edge.
        if most < 2.0 * bar {
            return None;
        }
        // Of the two ways to write the eigenvector the one without cancellation.
        let e = if xx >= yy { [most - yy, xy] } else { [xy, most - xx] };
        let size = e[0].hypot(e[1]);
        let e = [e[0] / size, e[1] / size];
        let inverse = [e[0] * e[0] / most, e[0] * e[1] / most, e[1] * e[1] / most];
        Some(Self { inverse, weakest: most, along: Some(e) })
    }

    fn solve(&self, b: [f32; 2]) -> [f32; 2] {
        let [xx, xy, yy] = self.inverse;
        [xx * b[0] + xy * b[1], xy * b[0] + yy * b[1]]
    }
}

/// Mean and standard deviation.
fn moments(window: &[f32; AREA]) -> (f32, f32) {
    let mean = window.iter().sum::<f32>() / AREA as f32;
    let square = window.iter().map(|v| (v - mean) * (v - mean)).sum::<f32>() / AREA as f32;
    (mean, square.sqrt())
}

/// The block of `from` whose left top sample stands at (left, top), between samples by straight lines; the border's own
/// samples beyond it.
fn fetch(from: &Luma, left: f32, top: f32, to: &mut [f32; AREA]) {
    let (x, y) = (left.floor(), top.floor());
    let (fx, fy) = (left - x, top - y);
    let (x, y) = (x as isize, y as isize);
    let mut rows = [[0.0f32; BLOCK]; 2];
    let across = |y: isize, row: &mut [f32; BLOCK]| {
        let mut before = from.clamped(x, y);
        for (n, out) in row.iter_mut().enumerate() {
            let next = from.clamped(x + n as isize + 1, y);
            *out = before + fx * (next - before);
            before = next;
        }
    };
    across(y, &mut rows[0]);
    for (n, out) in to.chunks_exact_mut(BLOCK).enumerate() {
        let (above, below) = (rows[n % 2], &mut rows[(n + 1) % 2]);
        across(y + n as isize + 1, below);
        for ((out, a), b) in out.iter_mut().zip(above).zip(below.iter()) {
            *out = a + fy * (b - a);
        }
    }
}

/// Gradient in codes a pixel from which a ridge of it counts as an edge.
const EDGE: f32 = 8.0;

/// Length of the edges under lit places of `map`, and of all: ridges of the gradient, counted by pixel.
fn length(reference: &Luma, map: &Map) -> (f64, f64) {
    let (width, height) = (reference.width, reference.height);
    let size = (width as u32, height as u32);
    let gradient = |x: usize, y: usize| {
        let at = |dx, dy| reference.clamped(x as isize + dx, y as isize + dy);
        [0.5 * (at(1, 0) - at(-1, 0)), 0.5 * (at(0, 1) - at(0, -1))]
    };
    let row = |y: usize| {
        let (mut lit, mut all) = (0u64, 0u64);
        for x in 1..width - 1 {
            let [gx, gy] = gradient(x, y);
            let square = gx * gx + gy * gy;
            if square < EDGE * EDGE {
                continue;
            }
            // A ridge across the edge; of two equal ones the first.
            let (before, after) = if gx.abs() > gy.abs() {
                (gradient(x - 1, y), gradient(x + 1, y))
            } else {
                (gradient(x, y - 1), gradient(x, y + 1))
            };
            let of = |g: [f32; 2]| g[0] * g[0] + g[1] * g[1];
            if square > of(before) && square >= of(after) {
                all += 1;
                lit += u64::from(map.at((x as u32, y as u32), size).is_some_and(|v| v > 0.0));
            }
        }
        (lit, all)
    };
    let rows: Vec<(u64, u64)> = (1..height - 1).into_par_iter().map(row).collect();
    let sum = |of: fn(&(u64, u64)) -> u64| rows.iter().map(of).sum::<u64>() as f64;
    (sum(|r| r.0), sum(|r| r.1))
}
