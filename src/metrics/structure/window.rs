//! The Gaussian window of SSIM in one walk over two pictures: the five local moments E[r], E[d], E[r^2], E[d^2], E[rd]
//! wherever a window of 11x11 fits, handed on row by row with nothing of the picture's size in between.
//!
//! libvmaf (`iqa/convolve.c`) filters five whole pictures along rows, then along columns, and sums in doubles. Here a
//! strip of [`STRIP`] columns is taken from top to bottom: each new row of both pictures is filtered along the row
//! while its products are made, goes into a ring, and the ring is filtered down to rows of moments, two at once. All of
//! that stays in the nearest cache. Sums are 32-bit: a moment is off by some 2^-22 of its size.

use std::ops::Range;

use multiversion::multiversion;
use rayon::prelude::*;

use super::losses::{Block, Losses};
use super::source::Source;

/// Gaussian of sigma 1.5 rounded to six places, as the reference has it. Its sum is 1.000002, and the reference does
/// not correct that: E[x^2] - E[x]^2 is off by about -4e-6 x^2, so a flat place has variance below zero, clamped to 0.
const TAPS: [f32; 11] =
    [0.001028, 0.007599, 0.036001, 0.109361, 0.213006, 0.266012, 0.213006, 0.109361, 0.036001, 0.007599, 0.001028];

/// Samples that a window covers beyond the first: a map is so many columns narrower and rows lower than its picture.
pub(super) const MARGIN: usize = TAPS.len() - 1;

/// (0.01 * 255)^2, (0.03 * 255)^2 and half of it: Wang's constants for the 8-bit scale.
const C1: f32 = (0.01 * 255.0) * (0.01 * 255.0);
const C2: f32 = (0.03 * 255.0) * (0.03 * 255.0);
const C3: f32 = C2 / 2.0;

/// Columns of a strip: two rounds of the ring fit the nearest cache.
const STRIP: usize = 64;
/// Rows of the ring: what two windows, one above the other, cover.
const ROUND: usize = TAPS.len() + 1;
/// Rows of the map that one job makes: the ten rows above that it must filter too weigh little.
const BAND: usize = 256;
/// Rows of which losses are summed in 32 bits.
const ROWS: usize = 16;

/// What SSIM is made of at one place, each 1 where nothing is lost.
#[derive(Clone, Copy, PartialEq, Debug, Default)]
pub(super) struct Parts {
    pub luminance: f64,
    pub contrast: f64,
    pub structure: f64,
    /// The product of the three.
    pub all: f64,
}

/// What is wanted of a pair.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Want {
    /// Luminance and the product too, not contrast and structure alone.
    pub full: bool,
    /// Of which parts (0 contrast, 1 structure, 2 luminance, 3 the product) the losses of every place are kept.
    pub keep: &'static [usize],
    /// Whether places that are centred on the same square of 2x2 samples are kept as one sum.
    pub halved: bool,
}

impl Want {
    /// The means of all parts.
    pub const ALL: Self = Self { full: true, keep: &[], halved: false };
}

/// Means of the parts over every place of the window (those that are not wanted are 1), and the losses to keep.
pub(super) fn measure(reference: Source<'_>, candidate: Source<'_>, want: Want) -> (Parts, Losses) {
    let work = if want.full { all_parts } else { two_parts };
    // Jobs do not depend on the number of threads and are added up in order.
    let (jobs, across) = places(reference, candidate, want);
    let found: Vec<([f64; 4], Block)> = jobs.par_iter().map(work).collect();
    let (width, height) = reference.size();
    let all = (width - MARGIN) as f64 * (height - MARGIN) as f64;
    let [contrast, structure, luminance, product] =
        [0, 1, 2, 3].map(|part| 1.0 - found.iter().map(|(sums, _)| sums[part]).sum::<f64>() / all);
    let blocks = found.into_iter().map(|(_, block)| block).collect();
    (Parts { luminance, contrast, structure, all: product }, Losses { blocks, across })
}

/// One row of a strip.
type Row = [f32; STRIP];

/// The part of the map that one job makes.
pub(super) struct Place<'a> {
    reference: Source<'a>,
    candidate: Source<'a>,
    pub want: Want,
    /// Its first column, and how many it has; at most [`STRIP`].
    pub first: usize,
    pub count: usize,
    pub rows: Range<usize>,
}

/// The whole map in strips and bands, and how many strips there are. All but the first begin at an odd number, so that
/// places on one square of samples are in one of them.
fn places<'a>(reference: Source<'a>, candidate: Source<'a>, want: Want) -> (Vec<Place<'a>>, usize) {
    let (width, height) = reference.size();
    let (width, height) = (width - MARGIN, height - MARGIN);
    let cut = |n: usize, step: usize, end: usize| (n * step).saturating_sub(1)..((n + 1) * step - 1).min(end);
    let (across, down) = ((width + 1).div_ceil(STRIP), (height + 1).div_ceil(BAND));
    let place = |n: usize| {
        let (columns, rows) = (cut(n % across, STRIP, width), cut(n / across, BAND, height));
        Place { reference, candidate, want, first: columns.start, count: columns.len(), rows }
    };
    ((0..across * down).map(place).collect(), across)
}

#[multiversion(targets("x86_64+avx512f+avx512bw+avx512dq+avx512vl", "x86_64+avx2", "aarch64+neon"))]
fn two_parts(place: &Place) -> ([f64; 4], Block) {
    add_up::<2>(place)
}

#[multiversion(targets("x86_64+avx512f+avx512bw+avx512dq+avx512vl", "x86_64+avx2", "aarch64+neon"))]
fn all_parts(place: &Place) -> ([f64; 4], Block) {
    add_up::<4>(place)
}

/// Sums of the first `N` losses over a place, zero for the others; and what is kept.
#[inline(always)]
fn add_up<const N: usize>(place: &Place) -> ([f64; 4], Block) {
    let mut block = Block::new(place);
    let total = walk::<N>(place, |y, lost| {
        for (part, &from) in place.want.keep.iter().enumerate() {
            block.put(part, y, &lost[from.min(N - 1)][..place.count]);
        }
    });
    (total, block)
}

/// Goes down a place, hands the first `N` losses of each row to `row` with its number, and adds all of them up.
#[inline(always)]
fn walk<const N: usize>(place: &Place, mut row: impl FnMut(usize, &[Row; N])) -> [f64; 4] {
    let mut sides = [Side::new(place.reference), Side::new(place.candidate)];
    // The last rows, filtered along the row: of each the five moments. Row n stands at n mod 12 and again 12 later, so
    // that any twelve in turn lie side by side.
    let mut ring = Box::new([[[0.0; STRIP]; 5]; 2 * ROUND]);
    let (mut lost, mut sums, mut total) = ([[[0.0; STRIP]; N]; 2], [[0.0; STRIP]; N], [0.0; 4]);
    let end = place.rows.end + MARGIN;
    for (n, y) in (place.rows.start..end).step_by(2).enumerate() {
        for k in 0..2 {
            let at = (2 * n + k) % ROUND;
            let (one, two) = ring.split_at_mut(ROUND);
            let [r, d] = sides.each_mut().map(|side| side.taps(place, (y + k).min(end - 1)));
            along(r, d, [&mut one[at], &mut two[at]]);
        }
        let Some(top) = y.checked_sub(MARGIN).filter(|top| *top >= place.rows.start) else { continue };
        let Some(window) = ring[(2 * n + 2) % ROUND..].first_chunk() else { continue };
        let both = top + 1 < place.rows.end;
        down(window, if both { 1.0 } else { 0.0 }, &mut lost, &mut sums);
        row(top, &lost[0]);
        if both {
            row(top + 1, &lost[1]);
        }
        // A sum of so few rows is exact enough in 32 bits.
        if (top - place.rows.start) % ROWS == ROWS - 2 || top + 2 >= place.rows.end {
            for (total, sums) in total.iter_mut().zip(&mut sums) {
                *total += sum(&sums[..place.count]);
                *sums = [0.0; STRIP];
            }
        }
    }
    total
}

/// Sum in doubles, in eight parts that do not wait for each other; the order is fixed.
#[inline(always)]
fn sum(values: &[f32]) -> f64 {
    let (groups, rest) = values.as_chunks::<8>();
    let mut parts = [0.0f64; 8];
    for group in groups {
        for (part, value) in parts.iter_mut().zip(group) {
            *part += f64::from(*value);
        }
    }
    let mut total = 0.0;
    for part in parts {
        total += part;
    }
    for value in rest {
        total += f64::from(*value);
    }
    total
}

/// A row of one picture, as the window along it reads it.
struct Side<'a> {
    source: Source<'a>,
    samples: [f32; STRIP + MARGIN],
}

/// What stands under each of the eleven taps, for a strip of places.
type Taps<'a> = [&'a Row; 11];

impl<'a> Side<'a> {
    #[inline(always)]
    fn new(source: Source<'a>) -> Self {
        Self { source, samples: [0.0; STRIP + MARGIN] }
    }

    /// What the place needs of row `y`; of a grid where it stands, if it does not end within the strip.
    #[inline(always)]
    fn taps(&mut self, place: &Place, y: usize) -> Taps<'_> {
        let own = match self.source {
            Source::Grid(grid) => grid.samples(y).get(place.first..place.first + STRIP + MARGIN),
            _ => None,
        };
        let samples = match own {
            Some(samples) => samples,
            None => {
                self.source.fetch(place.first, y, &mut self.samples[..place.count + MARGIN]);
                &self.samples
            }
        };
        let at = |t: usize| row_at(samples, t);
        // Written out: mapped, it may become a call for every row.
        [at(0), at(1), at(2), at(3), at(4), at(5), at(6), at(7), at(8), at(9), at(10)]
    }
}

/// The strip of samples that begins at `from`; black where there are not so many.
#[inline(always)]
fn row_at(samples: &[f32], from: usize) -> &Row {
    const BLACK: Row = [0.0; STRIP];
    samples.get(from..).and_then(|rest| rest.first_chunk()).unwrap_or(&BLACK)
}

/// The window along a row: E[r], E[d], E[r^2], E[d^2], E[rd], written twice. It is symmetric: its ends share a product.
#[inline(always)]
fn along(r: Taps<'_>, d: Taps<'_>, [to, again]: [&mut [Row; 5]; 2]) {
    for x in 0..STRIP {
        let (a, b, tap) = (r[5][x], d[5][x], TAPS[5]);
        let mut sums = [tap * a, tap * b, tap * (a * a), tap * (b * b), tap * (a * b)];
        for t in 0..5 {
            let (a, b, e, f, tap) = (r[t][x], d[t][x], r[10 - t][x], d[10 - t][x], TAPS[t]);
            sums[0] += tap * (a + e);
            sums[1] += tap * (b + f);
            sums[2] += tap * (a * a + e * e);
            sums[3] += tap * (b * b + f * f);
            sums[4] += tap * (a * b + e * f);
        }
        for m in 0..5 {
            to[m][x] = sums[m];
            again[m][x] = sums[m];
        }
    }
}

/// The windows down rows 0..11 and 1..12, which share most of what they read: what each place loses, also added to
/// `sums`, of the second `share` times.
#[inline(always)]
fn down<const N: usize>(rows: &[[Row; 5]; ROUND], share: f32, lost: &mut [[Row; N]; 2], sums: &mut [Row; N]) {
    for x in 0..STRIP {
        let first = losses::<N>(moments(rows, 0, x));
        let second = losses::<N>(moments(rows, 1, x));
        for part in 0..N {
            lost[0][part][x] = first[part];
            lost[1][part][x] = second[part];
            sums[part][x] += first[part] + share * second[part];
        }
    }
}

/// The window at column `x` down the eleven rows from `top` on.
#[inline(always)]
fn moments(rows: &[[Row; 5]; ROUND], top: usize, x: usize) -> [f32; 5] {
    let mut moments = [0.0; 5];
    for m in 0..5 {
        moments[m] = TAPS[5] * rows[top + 5][m][x];
        for t in 0..5 {
            moments[m] += TAPS[t] * (rows[top + t][m][x] + rows[top + 10 - t][m][x]);
        }
    }
    moments
}

/// What a place loses, with the reference's clamps.
#[inline(always)]
fn losses<const N: usize>([mr, md, rr, dd, rd]: [f32; 5]) -> [f32; N] {
    let (rr0, dd0, rd0) = (mr * mr, md * md, mr * md);
    let (vr, vd, both) = ((rr - rr0).max(0.0), (dd - dd0).max(0.0), rd - rd0);
    let root = (vr * vd).sqrt();
    // Where one is flat, a covariance below zero is a rounding error: no structure, none lost.
    let both = if root > 0.0 { both } else { both.max(0.0) };
    // One division for both: 1 / (ab) gives 1/a and 1/b by products.
    let (of_c, of_s) = (vr + vd + C2, root + C3);
    let inverse = 1.0 / (of_c * of_s);
    let (c, s) = ((vr + vd - 2.0 * root) * (inverse * of_s), (root - both) * (inverse * of_c));
    let mut lost = [0.0; N];
    lost[0] = c;
    lost[1] = s;
    if N > 2 {
        let l = (rr0 + dd0 - 2.0 * rd0) / (rr0 + dd0 + C1);
        lost[2] = l;
        lost[3] = 1.0 - (1.0 - l) * (1.0 - c) * (1.0 - s);
    }
    lost
}
