//! How far the candidate stands from where the reference stands: shift and stretch, to a fraction of a sample.
//!
//! Lucas and Kanade's equations for the whole picture, from coarse to fine, with a gain and an offset of brightness
//! beside them, so that a tone change moves nothing: d = a r + b - gx (u + s x) - gy (v + t y), x and y from -1 to 1.

use rayon::prelude::*;

use super::moments::{Moments, slopes, stretches};
use super::pyramid::Grid;

/// What was found, in samples of the full picture; right and down are positive.
#[derive(Clone, Copy, Debug, Default)]
pub struct Place {
    pub shift: (f64, f64),
    /// How much further out the right and the bottom border stand than the shift says.
    pub stretch: (f64, f64),
    /// Share of the squared error, beyond gain and offset, that moving the candidate back takes away: 0 none, 1 all.
    pub explained: f64,
}

/// Unknowns: gain, offset, shift across and down, stretch across and down.
const N: usize = 6;
/// Normal equations: the upper part of the matrix row by row, the right side, the sum of squares, the count.
type Sums = [f64; N * (N + 1) / 2 + N + 2];
const SQUARES: usize = N * (N + 1) / 2 + N;
/// Rounds at each size: so far does the integer part follow the estimate.
const ROUNDS: usize = 3;

/// Measures two pictures, given softened at half size, quarter size and so on. Full size says no more than half size
/// does, and takes four times as long.
pub fn place(pictures: &[[Grid; 2]]) -> Place {
    let mut whole = (0isize, 0isize);
    let mut found = Place::default();
    for (s, [r, d]) in pictures.iter().enumerate().rev() {
        let s = s + 1;
        let at_rest = equations(r, d, (0, 0));
        let still = solve(&at_rest, 2).1;
        let mut best: Option<(f64, Place, (isize, isize))> = None;
        for _ in 0..ROUNDS {
            let (x, error) = solve(&if whole == (0, 0) { at_rest } else { equations(r, d, whole) }, N);
            let scale = (1 << s) as f64;
            let shift = (x[2] + whole.0 as f64, x[3] + whole.1 as f64);
            let explained = if still > 1e-9 { (1.0 - error / still).max(0.0) } else { 0.0 };
            let now =
                Place { shift: (shift.0 * scale, shift.1 * scale), stretch: (x[4] * scale, x[5] * scale), explained };
            if best.as_ref().is_none_or(|(least, ..)| error < *least) {
                best = Some((error, now, whole));
            }
            let next = (shift.0.round() as isize, shift.1.round() as isize);
            let most = (r.width.min(r.height) / 4) as isize;
            if next == whole || next.0.abs() > most || next.1.abs() > most {
                break;
            }
            whole = next;
        }
        let Some((_, now, at)) = best else { continue };
        found = now;
        // Estimates of little use lead nowhere: the finer size begins at no shift then.
        let kept = found.explained > 0.02;
        whole = if kept {
            (2 * at.0 + rounded(now.shift.0, s, at.0), 2 * at.1 + rounded(now.shift.1, s, at.1))
        } else {
            (0, 0)
        };
    }
    found
}

/// What the fraction of a shift adds at the next finer size, in whole samples.
fn rounded(shift: f64, s: usize, whole: isize) -> isize {
    (2.0 * (shift / (1 << s) as f64 - whole as f64)).round() as isize
}

/// Sums over the picture, `d` read `whole` samples further.
fn equations(r: &Grid, d: &Grid, whole: (isize, isize)) -> Sums {
    let (width, height) = (r.width as isize, r.height as isize);
    let margin = 2;
    let (left, right) = (margin + (-whole.0).max(0), width - margin - whole.0.max(0));
    let (top, bottom) = (margin + (-whole.1).max(0), height - margin - whole.1.max(0));
    if left >= right || top >= bottom {
        return [0.0; SQUARES + 2];
    }
    // Every second row of a large picture says as much.
    let step = if r.width * r.height > 60_000 { 2 } else { 1 };
    let rows: Vec<isize> = (top..bottom).step_by(step).collect();
    let shares: Vec<f32> = (left..right).map(|x| 2.0 * x as f32 / width as f32 - 1.0).collect();
    let count = shares.len();
    let row = |(lines, across, more): &mut Terms, y: &isize| {
        // Samples from `x` on in row `y`, `further` than the columns looked at.
        let part = |x: isize, y: isize, further: usize| {
            let from = y as usize * r.stride + x as usize;
            from..from + count + further
        };
        let near = [y - 1, *y, y + 1].map(|y| &r.data[part(left - 1, y, 2)]);
        slopes(near, &d.data[part(left + whole.0, y + whole.1, 0)], lines);
        stretches(lines, &shares, across, more);
        let [value, gx, gy, _] = &*lines;
        combined(&Moments::of([value, gx, gy, across, more]), count as f64, 2.0 * *y as f64 / height as f64 - 1.0)
    };
    let row_of = || vec![0.0f32; count];
    let terms = || ([(); 4].map(|()| row_of()), row_of(), row_of());
    let parts: Vec<Sums> = rows.par_iter().with_min_len(8).map_init(terms, row).collect();
    parts.iter().fold([0.0; SQUARES + 2], |all, part| std::array::from_fn(|k| all[k] + part[k]))
}

/// Of one row: what [`slopes`] writes, the slope across times the place across, and what the candidate is more.
type Terms = ([Vec<f32>; 4], Vec<f32>, Vec<f32>);

/// The normal equations of one row of `count` samples, `down` from -1 to 1 down the picture.
fn combined(row: &Moments<5>, count: f64, down: f64) -> Sums {
    // Which line each unknown's term is, if it is none but 1 everywhere, and how often.
    const LINES: [Option<usize>; N] = [Some(0), None, Some(1), Some(2), Some(3), Some(2)];
    const RIGHT: usize = 4;
    let times = [1.0, 1.0, 1.0, 1.0, 1.0, down];
    let product = |a: Option<usize>, b: Option<usize>| match (a, b) {
        (Some(a), Some(b)) => row.products[a][b],
        (Some(one), None) | (None, Some(one)) => row.sums[one],
        (None, None) => count,
    };
    let mut sums: Sums = [0.0; SQUARES + 2];
    let mut k = 0;
    for i in 0..N {
        for j in i..N {
            sums[k] = product(LINES[i], LINES[j]) * times[i] * times[j];
            k += 1;
        }
    }
    for i in 0..N {
        sums[k + i] = product(LINES[i], Some(RIGHT)) * times[i];
    }
    sums[SQUARES] = row.products[RIGHT][RIGHT];
    sums[SQUARES + 1] = count;
    sums
}

/// The first `unknowns` by least squares (the others 0), and the mean squared error that is left.
fn solve(sums: &Sums, unknowns: usize) -> ([f64; N], f64) {
    let count = sums[SQUARES + 1].max(1.0);
    let right: [f64; N] = std::array::from_fn(|i| sums[N * (N + 1) / 2 + i]);
    let product = |i: usize, j: usize| {
        let (i, j) = (i.min(j), i.max(j));
        sums[i * (2 * N + 1 - i) / 2 + j - i]
    };
    // A direction in which the picture does not vary stays where it is.
    let hold = |i: usize, j: usize| if i == j { count * 1e-4 } else { 0.0 };
    let cell = |i: usize, j: usize| if j == N { right[i] } else { product(i, j) + hold(i, j) };
    let mut matrix: [[f64; N + 1]; N] = std::array::from_fn(|i| std::array::from_fn(|j| cell(i, j)));
    let mut x = [0.0; N];
    for i in 0..unknowns {
        let pivot = matrix[i];
        for row in matrix.iter_mut().take(unknowns).skip(i + 1) {
            let times = row[i] / pivot[i];
            row.iter_mut().zip(pivot).skip(i).for_each(|(cell, part)| *cell -= times * part);
        }
    }
    for i in (0..unknowns).rev() {
        let known: f64 = (i + 1..unknowns).map(|j| matrix[i][j] * x[j]).sum();
        x[i] = (matrix[i][N] - known) / matrix[i][i];
    }
    let gained: f64 = x.iter().zip(&right).map(|(x, right)| x * right).sum();
    (x, ((sums[SQUARES] - gained) / count).max(0.0))
}
