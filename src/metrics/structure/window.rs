//! The Gaussian window of SSIM in one walk over two pictures: the five local moments E[r], E[d], E[r^2], E[d^2], E[rd]
//! wherever a window of 11x11 fits, handed on row by row with nothing of the picture's size in between.
//!
//! libvmaf (`iqa/convolve.c`) filters five whole pictures along rows, then along columns, and sums in doubles. Here a
//! strip of [`STRIP`] columns is taken from top to bottom: each new row of both pictures is filtered along the row
//! while its products are made, goes into a ring of eleven, and the ring is filtered down to one row of moments. All of
//! that stays in the nearest cache. Sums are 32-bit: a moment is off by some 2^-22 of its size.

use std::ops::Range;

use multiversion::multiversion;
use rayon::prelude::*;

use super::downscale::Grid;
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

/// Columns of a strip: eleven rows of five moments of them fit the nearest cache.
const STRIP: usize = 128;
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

/// Means of all parts over every place of the window.
pub(super) fn means(reference: Source<'_>, candidate: Source<'_>) -> Parts {
    let [contrast, structure, luminance, all] = mean(reference, candidate, sum_full);
    Parts { luminance, contrast, structure, all }
}

/// Means of contrast and structure over every place of the window; the other two are not worked out and 1.
pub(super) fn contrast_and_structure(reference: Source<'_>, candidate: Source<'_>) -> Parts {
    let [contrast, structure, _, _] = mean(reference, candidate, sum);
    Parts { luminance: 1.0, contrast, structure, all: 1.0 }
}

fn mean(reference: Source<'_>, candidate: Source<'_>, sum: fn(&Place<'_>) -> [f64; 4]) -> [f64; 4] {
    // Jobs do not depend on the number of threads and are added up in order.
    let jobs = places(reference, candidate);
    let sums: Vec<[f64; 4]> = jobs.par_iter().map(sum).collect();
    let (width, height) = reference.size();
    let all = (width - MARGIN) as f64 * (height - MARGIN) as f64;
    [0, 1, 2, 3].map(|part| 1.0 - sums.iter().map(|sums| sums[part]).sum::<f64>() / all)
}

/// What is lost at every place of the window: 1 - contrast, 1 - structure, 1 - luminance, 1 - the product of the three.
pub(super) fn lost(reference: Source<'_>, candidate: Source<'_>) -> [Grid; 4] {
    let (width, height) = reference.size();
    let mut grids = [(); 4].map(|()| Grid::new(width - MARGIN, height - MARGIN, Vec::new()));
    let jobs = places(reference, candidate);
    let blocks: Vec<[Vec<f32>; 4]> = jobs.par_iter().map(keep).collect();
    for (place, block) in jobs.iter().zip(&blocks) {
        for (grid, block) in grids.iter_mut().zip(block) {
            for (y, row) in place.rows.clone().zip(block.chunks_exact(place.count)) {
                grid.samples_mut(y)[place.first..place.first + place.count].copy_from_slice(row);
            }
        }
    }
    grids
}

/// One row of a strip.
type Row = [f32; STRIP];

/// The part of the map that one job makes.
struct Place<'a> {
    reference: Source<'a>,
    candidate: Source<'a>,
    /// Its first column, and how many it has; at most [`STRIP`].
    first: usize,
    count: usize,
    rows: Range<usize>,
}

/// The whole map in strips and bands.
fn places<'a>(reference: Source<'a>, candidate: Source<'a>) -> Vec<Place<'a>> {
    let (width, height) = reference.size();
    let (width, height) = (width - MARGIN, height - MARGIN);
    let across = width.div_ceil(STRIP);
    let place = |n: usize| {
        let (first, top) = (n % across * STRIP, n / across * BAND);
        let count = (width - first).min(STRIP);
        Place { reference, candidate, first, count, rows: top..(top + BAND).min(height) }
    };
    (0..across * height.div_ceil(BAND)).map(place).collect()
}

#[multiversion(targets("x86_64+avx512f+avx512bw+avx512dq+avx512vl", "x86_64+avx2", "aarch64+neon"))]
fn sum(place: &Place) -> [f64; 4] {
    add_up::<2>(place)
}

#[multiversion(targets("x86_64+avx512f+avx512bw+avx512dq+avx512vl", "x86_64+avx2", "aarch64+neon"))]
fn sum_full(place: &Place) -> [f64; 4] {
    add_up::<4>(place)
}

/// Sums of the first `N` losses over a place; zero for the others.
#[inline(always)]
fn add_up<const N: usize>(place: &Place) -> [f64; 4] {
    let (mut total, mut rows) = ([0.0; 4], 0);
    walk::<N>(place, |y, lost| {
        rows += 1;
        // A sum of so few rows is exact enough in 32 bits.
        if rows % ROWS == 0 || y + 1 == place.rows.end {
            for (total, lost) in total.iter_mut().zip(lost) {
                let mut sum = 0.0;
                for value in &lost[..place.count] {
                    sum += f64::from(*value);
                }
                *total += sum;
                *lost = [0.0; STRIP];
            }
        }
    });
    total
}

/// All four losses of every place, row by row.
#[multiversion(targets("x86_64+avx512f+avx512bw+avx512dq+avx512vl", "x86_64+avx2", "aarch64+neon"))]
fn keep(place: &Place) -> [Vec<f32>; 4] {
    let mut kept = [(); 4].map(|()| Vec::with_capacity(place.count * place.rows.len()));
    walk::<4>(place, |_, lost| {
        for (kept, lost) in kept.iter_mut().zip(lost) {
            kept.extend_from_slice(&lost[..place.count]);
            *lost = [0.0; STRIP];
        }
    });
    kept
}

/// Goes down a place and adds the first `N` losses of each row to what it hands to `row` with its number.
#[inline(always)]
fn walk<const N: usize>(place: &Place, mut row: impl FnMut(usize, &mut [Row; N])) {
    let mut sides = [Side::new(place.reference), Side::new(place.candidate)];
    // The last eleven rows, filtered along the row: of each the five moments. Row y stands at y mod 11.
    let mut ring = Box::new([[[0.0; STRIP]; 5]; 11]);
    let mut lost = [[0.0; STRIP]; N];
    for y in place.rows.start..place.rows.end + MARGIN {
        for side in &mut sides {
            side.fetch(place, y);
        }
        along(sides[0].taps(), sides[1].taps(), &mut ring[y % 11]);
        let Some(top) = y.checked_sub(MARGIN).filter(|top| *top >= place.rows.start) else { continue };
        down([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11].map(|t| &ring[(y + t) % 11]), &mut lost);
        row(top, &mut lost);
    }
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

    /// Takes what the place needs of row `y`.
    #[inline(always)]
    fn fetch(&mut self, place: &Place, y: usize) {
        self.source.fetch(place.first, y, &mut self.samples[..place.count + MARGIN]);
    }

    #[inline(always)]
    fn taps(&self) -> Taps<'_> {
        [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10].map(|t| row_at(&self.samples, t))
    }
}

/// The strip of samples that begins at `from`; black where there are not so many.
#[inline(always)]
fn row_at(samples: &[f32], from: usize) -> &Row {
    const BLACK: Row = [0.0; STRIP];
    samples.get(from..).and_then(|rest| rest.first_chunk()).unwrap_or(&BLACK)
}

/// The window along a row: E[r], E[d], E[r^2], E[d^2], E[rd]. It is symmetric: its ends share a product.
#[inline(always)]
fn along(r: Taps<'_>, d: Taps<'_>, to: &mut [Row; 5]) {
    let [mr, md, rr, dd, rd] = to;
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
        [mr[x], md[x], rr[x], dd[x], rd[x]] = sums;
    }
}

/// The window down eleven rows; adds what each place loses, with the reference's clamps.
#[inline(always)]
fn down<const N: usize>(rows: [&[Row; 5]; 11], lost: &mut [Row; N]) {
    for x in 0..STRIP {
        let mut moments = [0.0; 5];
        for m in 0..5 {
            moments[m] = TAPS[5] * rows[5][m][x];
            for t in 0..5 {
                moments[m] += TAPS[t] * (rows[t][m][x] + rows[10 - t][m][x]);
            }
        }
        let [mr, md, rr, dd, rd] = moments;
        let (rr0, dd0, rd0) = (mr * mr, md * md, mr * md);
        let (vr, vd, both) = ((rr - rr0).max(0.0), (dd - dd0).max(0.0), rd - rd0);
        let root = (vr * vd).sqrt();
        // Where one is flat, a covariance below zero is a rounding error: no structure, none lost.
        let both = if root > 0.0 { both } else { both.max(0.0) };
        // One division for both: 1 / (ab) gives 1/a and 1/b by products.
        let (of_c, of_s) = (vr + vd + C2, root + C3);
        let inverse = 1.0 / (of_c * of_s);
        let (c, s) = ((vr + vd - 2.0 * root) * (inverse * of_s), (root - both) * (inverse * of_c));
        lost[0][x] += c;
        lost[1][x] += s;
        if N > 2 {
            let l = (rr0 + dd0 - 2.0 * rd0) / (rr0 + dd0 + C1);
            lost[2][x] += l;
            lost[3][x] += 1.0 - (1.0 - l) * (1.0 - c) * (1.0 - s);
        }
    }
}
