//! Blocks of a picture: how busy each is, and the errors weighed by that.

use rayon::prelude::*;

use crate::frame::{Frame, Plane};

use super::super::Pair;
use super::lines::{self, Code};

/// Weights and errors of the luma blocks of one frame.
pub(super) struct Blocks {
    side: usize,
    weights: Vec<f64>,
    errors: Vec<f64>,
    /// The square root of the busyness of an average picture of that size and depth, in the filter's fixed-point units.
    typical: f64,
}

impl Blocks {
    /// The blocks of the candidate. `before` is the frame before it, and `earlier` the one before that where second
    /// differences are asked for; what is not there is black. `None` for pictures too small to have blocks.
    pub fn new<T: Code>(pair: &Pair<'_>, before: Option<&Frame>, earlier: Option<Option<&Frame>>) -> Option<Self> {
        let luma = pair.candidate().plane(0);
        let (width, height) = (luma.width as usize, luma.height as usize);
        let share = (width * height) as f64 / (3840.0 * 2160.0);
        let side = 4 * (32.0 * share.sqrt() + 0.5) as usize;
        if side < 4 {
            return None;
        }
        let bits = u32::from(pair.sample().bits());
        let scene = Scene::<T> {
            now: luma,
            reference: pair.reference().plane(0),
            before: before.map(|frame| frame.plane(0)),
            earlier: earlier.map(|frame| frame.map(|frame| frame.plane(0))),
            black: vec![T::default(); width],
            side,
            halved: width * height > 2048 * 1152,
            least: f64::from(1u32 << (bits - 6)),
        };
        let rows: Vec<Vec<(f64, f64)>> = (0..height.div_ceil(side)).into_par_iter().map(|row| scene.row(row)).collect();
        let (mut weights, errors): (Vec<f64>, Vec<f64>) = rows.into_iter().flatten().unzip();
        if width * height <= 640 * 480 {
            limit(&mut weights, width.div_ceil(side));
        }
        let typical = (16.0 * f64::from(1u32 << (2 * bits - 9)) / share.max(0.00001).sqrt()).sqrt();
        Some(Self { side, weights, errors, typical })
    }

    /// The weighted squared error of luma, in whole units.
    pub fn luma_error(&self) -> f64 {
        self.whole(self.errors.iter().zip(&self.weights).map(|(error, weight)| error * weight).sum())
    }

    /// The same of chroma plane `index`, whose blocks are the luma blocks' share of it.
    pub fn chroma_error<T: Code>(&self, pair: &Pair<'_>, index: usize) -> f64 {
        let (a, b) = (pair.reference().plane(index), pair.candidate().plane(index));
        let luma = pair.candidate().plane(0);
        let side_x = (self.side * a.width as usize / luma.width as usize).max(1);
        let side_y = (self.side * a.height as usize / luma.height as usize).max(1);
        let rows = (a.height as usize).div_ceil(side_y);
        let errors = |row: usize| errors_of::<T>(a, b, row * side_y, side_y, side_x);
        let errors: Vec<Vec<f64>> = (0..rows).into_par_iter().map(errors).collect();
        self.whole(errors.iter().flatten().zip(&self.weights).map(|(error, weight)| error * weight).sum())
    }

    fn whole(&self, error: f64) -> f64 {
        (error * self.typical + 0.5).floor().max(0.0)
    }
}

/// The plain squared error of a plane.
pub(super) fn plane_error<T: Code>(pair: &Pair<'_>, index: usize) -> u64 {
    let (a, b) = (pair.reference().plane(index), pair.candidate().plane(index));
    errors_of::<T>(a, b, 0, a.height as usize, a.width as usize).iter().map(|error| *error as u64).sum()
}

/// Squared errors of a row of blocks of `side_y` rows from `top` and `side_x` columns.
fn errors_of<T: Code>(a: &Plane, b: &Plane, top: usize, side_y: usize, side_x: usize) -> Vec<f64> {
    let mut columns = vec![0u64; a.width as usize];
    for y in top..(top + side_y).min(a.height as usize) {
        lines::error(T::row(a, y), T::row(b, y), &mut columns);
    }
    columns.chunks(side_x).map(|columns| columns.iter().sum::<u64>() as f64).collect()
}

/// What weights are made of.
struct Scene<'a, T> {
    now: &'a Plane,
    reference: &'a Plane,
    before: Option<&'a Plane>,
    /// `None` where first differences are taken; black inside.
    earlier: Option<Option<&'a Plane>>,
    black: Vec<T>,
    side: usize,
    /// Above HD: spatial and temporal busyness are measured on 2x2 samples at once.
    halved: bool,
    /// Busyness below this does not raise the weight.
    least: f64,
}

impl<T: Code> Scene<'_, T> {
    fn width(&self) -> usize {
        self.now.width as usize
    }

    fn height(&self) -> usize {
        self.now.height as usize
    }

    /// Weight and squared error of each block of block row `row`.
    fn row(&self, row: usize) -> Vec<(f64, f64)> {
        let (top, bottom) = (row * self.side, ((row + 1) * self.side).min(self.height()));
        let errors = errors_of::<T>(self.reference, self.now, top, self.side, self.side);
        // The border of the picture has no neighbours to be compared with.
        let rim = if self.halved { 2 } else { 1 };
        let first = if top == 0 { rim } else { top };
        let last = if bottom == self.height() { bottom.saturating_sub(rim) } else { bottom };
        let (busy, moving) = if self.halved {
            (self.busy_halved(first, last), self.moving_halved(top, bottom))
        } else {
            (self.busy(first, last), self.moving(top, bottom))
        };
        // Columns of the sums that one column of a sum stands for.
        let step = if self.halved { 2 } else { 1 };
        let sum = |sums: &[u32], from: usize, to: usize| -> u64 {
            sums[from.div_ceil(step)..to.div_ceil(step)].iter().copied().map(u64::from).sum()
        };
        let block = |(n, error): (usize, f64)| {
            let (left, right) = (n * self.side, ((n + 1) * self.side).min(self.width()));
            let from = if left == 0 { rim } else { left };
            let to = if right == self.width() { right.saturating_sub(rim) } else { right };
            if from >= to || first >= last {
                return (1.0, error);
            }
            // The filter makes nothing of the space in blocks this narrow.
            let narrow = self.halved && to - left <= 12;
            let space = if narrow { 0.0 } else { sum(&busy, from, to) as f64 };
            let time = (2 * sum(&moving, left, right)) as f64;
            let busyness = space / ((to - from) as f64 * (last - first) as f64)
                + time / ((right - left) as f64 * (bottom - top) as f64);
            let busyness = busyness.max(self.least);
            (1.0 / (busyness * busyness).sqrt(), error)
        };
        errors.into_iter().enumerate().map(block).collect()
    }

    /// Spatial busyness of rows `first..last`, by column.
    fn busy(&self, first: usize, last: usize) -> Vec<u32> {
        let mut sums = vec![0; self.width()];
        for y in first..last {
            let row = |y: usize| T::row(self.now, y);
            lines::busy(row(y - 1), row(y), row(y + 1), &mut sums);
        }
        sums
    }

    /// Temporal busyness of rows `top..bottom`, by column.
    fn moving(&self, top: usize, bottom: usize) -> Vec<u32> {
        let mut sums = vec![0; self.width()];
        for y in top..bottom {
            let now = T::row(self.now, y);
            match self.earlier {
                None => lines::change(now, self.past(self.before, y), &mut sums),
                Some(earlier) => lines::jerk(now, self.past(self.before, y), self.past(earlier, y), &mut sums),
            }
        }
        sums
    }

    /// Row `y` of an earlier picture, or black.
    fn past<'b>(&'b self, plane: Option<&'b Plane>, y: usize) -> &'b [T] {
        plane.map_or(&self.black, |plane| T::row(plane, y))
    }

    /// As [`Scene::busy`], at every second row and column.
    fn busy_halved(&self, first: usize, last: usize) -> Vec<u32> {
        let mut sums = vec![0; self.width().div_ceil(2)];
        let mut rows: [Vec<i32>; 6] = Default::default();
        for y in (first..last).step_by(2) {
            for (n, row) in rows.iter_mut().enumerate() {
                self.wide(y + n, row);
            }
            lines::busy_halved(&rows, &mut sums);
        }
        sums
    }

    /// Row `y - 2` with 2 samples before and 4 after it. The filter reads on into the next row where a picture of odd
    /// size ends; so does this, and repeats the last row below the picture.
    fn wide(&self, y: usize, out: &mut Vec<i32>) {
        let y = y.saturating_sub(2).min(self.height() - 1);
        out.clear();
        out.extend([0; 2]);
        out.extend(T::row(self.now, y).iter().map(|&code| code.into()));
        let next = T::row(self.now, (y + 1).min(self.height() - 1));
        out.extend(next.iter().take(4).map(|&code| code.into()));
    }

    /// As [`Scene::moving`], at every second row and column.
    fn moving_halved(&self, top: usize, bottom: usize) -> Vec<u32> {
        let half = self.width().div_ceil(2);
        let mut sums = vec![0; half];
        let mut parts: [Vec<i32>; 3] = std::array::from_fn(|_| vec![0; half]);
        for y in (top..bottom).step_by(2) {
            let pairs = |out: &mut Vec<i32>, row: &dyn Fn(usize) -> Vec<T>| {
                let below = if y + 1 < bottom { row(y + 1) } else { self.black.clone() };
                lines::pairs(&row(y), &below, out);
            };
            pairs(&mut parts[0], &|y| T::row(self.now, y).to_vec());
            pairs(&mut parts[1], &|y| self.past(self.before, y).to_vec());
            if let Some(earlier) = self.earlier {
                pairs(&mut parts[2], &|y| self.past(earlier, y).to_vec());
            }
            let twice = if self.earlier.is_some() { 2 } else { 1 };
            for (((sum, now), before), earlier) in sums.iter_mut().zip(&parts[0]).zip(&parts[1]).zip(&parts[2]) {
                *sum += (now - twice * before + earlier).unsigned_abs();
            }
        }
        sums
    }
}

/// Limits weights by those to the left, to the right and above, in the filter's own order (and with its own idea of
/// what stands to the left of a row's first block): a single smooth block among busy ones is not worth that much.
fn limit(weights: &mut [f64], columns: usize) {
    for n in 0..weights.len() {
        let column = n % columns;
        let back = |by: usize| n.checked_sub(by).map_or(0.0, |at| weights[at]);
        let mut most = match column {
            0 => back(2),
            1 => weights[n],
            _ => back(2).max(weights[n]),
        };
        if n > columns {
            most = most.max(back(1 + columns));
        }
        if n > 0 && weights[n - 1] > most {
            weights[n - 1] = most;
        }
        if n + 1 == weights.len() && n > columns {
            weights[n] = weights[n].min(weights[n - 1].max(weights[n - columns]));
        }
    }
}
