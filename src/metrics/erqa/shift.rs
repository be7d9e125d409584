//! The shift between two pictures: of all that move the candidate by up to three pixels, the one of the least mean
//! squared error, exactly as ERQA's search finds it (`erqa.py`, `_global_compensation`).

use rayon::prelude::*;

use super::picture::{Rgb8, Window};

/// Farthest shift that is tried, in pixels.
pub const REACH: isize = 3;

/// Where the candidate's picture lies on the reference: pixel (x + `x`, y + `y`) of the candidate belongs to pixel
/// (x, y) of the reference.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Shift {
    pub x: isize,
    pub y: isize,
}

impl Shift {
    /// What both pictures share under this shift, reference first. Sizes are equal; `None` when nothing is left.
    pub fn overlap<'a>(self, reference: &'a Rgb8, candidate: &'a Rgb8) -> Option<(Window<'a>, Window<'a>)> {
        let width = reference.width().min(candidate.width()).checked_sub(self.x.unsigned_abs())?;
        let height = reference.height().min(candidate.height()).checked_sub(self.y.unsigned_abs())?;
        let start = |by: isize| by.max(0) as usize;
        let a = reference.window(start(-self.x), start(-self.y), width, height);
        let b = candidate.window(start(self.x), start(self.y), width, height);
        (width > 0 && height > 0).then_some((a, b))
    }
}

/// The shift of `candidate` against `reference` (of one size) with the least mean squared error over what both share,
/// red, green and blue together. Among equals the first counts, from -3 upwards, rows first.
pub fn best_shift(reference: &Rgb8, candidate: &Rgb8) -> Shift {
    let reach = -REACH..=REACH;
    let all: Vec<Shift> = reach.clone().flat_map(|y| reach.clone().map(move |x| Shift { x, y })).collect();
    let unshifted = error(reference, candidate, Shift::default(), f64::INFINITY);
    let errors: Vec<f64> = all
        .par_iter()
        .map(|&shift| match shift {
            Shift { x: 0, y: 0 } => unshifted,
            _ => error(reference, candidate, shift, unshifted),
        })
        .collect();
    let best = all.iter().zip(&errors).reduce(|best, next| if next.1 < best.1 { next } else { best });
    best.map_or(Shift::default(), |(&shift, _)| shift)
}

/// The mean squared error under `shift`, or infinity as soon as it is certain to exceed `limit`.
fn error(reference: &Rgb8, candidate: &Rgb8, shift: Shift, limit: f64) -> f64 {
    let Some((a, b)) = shift.overlap(reference, candidate) else {
        return f64::INFINITY;
    };
    // Sums of integers are exact, and so is their double: one rounding, as in a mean of exact doubles.
    let samples = (3 * a.width * a.height) as f64;
    let mut sum = 0u64;
    // Far rows first: most shifts are given up after a few rows, if these are spread over the picture.
    for start in 0..SPREAD {
        for y in (start..a.height).step_by(SPREAD) {
            sum += (0..3).map(|c| squares(a.row(c, y as isize), b.row(c, y as isize))).sum::<u64>();
        }
        if sum as f64 / samples > limit {
            return f64::INFINITY;
        }
    }
    sum as f64 / samples
}

/// Distance of the rows that are looked at in one go.
const SPREAD: usize = 16;

/// Sum of squared differences, exact: 16,384 squares of 255 stay below 2^31.
fn squares(a: &[u8], b: &[u8]) -> u64 {
    a.chunks(16_384).zip(b.chunks(16_384)).map(|(a, b)| squares_of_part(a, b) as u64).sum()
}

#[multiversion::multiversion(targets("x86_64+avx512f+avx512bw+avx512dq+avx512vl", "x86_64+avx2", "aarch64+neon"))]
fn squares_of_part(a: &[u8], b: &[u8]) -> i32 {
    let squares = a.iter().zip(b).map(|(&a, &b)| {
        let d = i32::from(i16::from(a) - i16::from(b));
        d * d
    });
    squares.sum()
}
