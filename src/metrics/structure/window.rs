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

/// Means of the parts over every place of the window. Without `full` only contrast and structure are worked out, and
/// the other two are 1.
pub(super) fn means(reference: Source<'_>, candidate: Source<'_>, full: bool) -> Parts {
    // Jobs do not depend on the number of threads and are added up in order.
    let jobs = places(reference, candidate);
    let sums: Vec<[f64; 4]> = jobs.par_iter().map(|place| if full { sum_full(place) } else { sum(place) }).collect();
    let (width, height) = reference.size();
    let all = (width - MARGIN) as f64 * (height - MARGIN) as f64;
    let [contrast, structure, luminance, all] =
        [0, 1, 2, 3].map(|part| 1.0 - sums.iter().map(|sums| sums[part]).sum::<f64>() / all);
    Parts { luminance, contrast, structure, all }
}

/// What is lost at every place of the window: 1 - contrast, 1 - structure, 1 - luminance, 1 - the product of the three.
pub(super) fn lost(reference: Source<'_>, candidate: Source<'_>) -> [Grid; 4] {
    let (width, height) = reference.size();
    let mut grids = [(); 4].map(|()| Grid::new(width - MARGIN, height - MARGIN, Vec::new()));
    let jobs = places(reference, candidate);
    let blocks: Vec<[Vec<f32>; 4]> = jobs.par_iter().map(keep).collect();
    for (place, block) in jobs.iter().zip(&blocks) {
        for (grid, block) in grids.iter_mut().zip(block) {
            for (y, row) in place.rows.clone().zip(block.chunks_exact(place.width)) {
                grid.samples_mut(y)[place.x..place.x + place.width].copy_from_slice(row);
            }
        }
    }
    grids
}

/// One row of a strip.
type Row = [f32; STRIP];
/// One row of a strip with what a window reaches beyond it.
type Wide = [f32; STRIP + MARGIN];

/// The part of the map that one job makes.
struct Place<'a> {
    reference: Source<'a>,
    candidate: Source<'a>,
    x: usize,
    width: usize,
    rows: Range<usize>,
}

/// The whole map in strips and bands.
fn places<'a>(reference: Source<'a>, candidate: Source<'a>) -> Vec<Place<'a>> {
    let (width, height) = reference.size();
    let (width, height) = (width - MARGIN, height - MARGIN);
    let place = |x: usize, y: usize| {
        let (width, rows) = (STRIP.min(width - x), y..(y + BAND).min(height));
        Place { reference, candidate, x, width, rows }
    };
    (0..height).step_by(BAND).flat_map(|y| (0..width).step_by(STRIP).map(move |x| place(x, y))).collect()
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
    let mut total = [0.0; 4];
    walk::<N>(place, |done, lost| {
        // A sum of so few rows is exact enough in 32 bits.
        if done % ROWS == 0 || done == place.rows.len() {
            for (total, lost) in total.iter_mut().zip(lost) {
                for value in &lost[..place.width] {
                    *total += f64::from(*value);
                }
                *lost = [0.0; STRIP];
            }
        }
    });
    total
}

/// All four losses of every place, row by row.
#[multiversion(targets("x86_64+avx512f+avx512bw+avx512dq+avx512vl", "x86_64+avx2", "aarch64+neon"))]
fn keep(place: &Place) -> [Vec<f32>; 4] {
    let mut kept = [(); 4].map(|()| Vec::with_capacity(place.width * place.rows.len()));
    walk::<4>(place, |_, lost| {
        for (kept, lost) in kept.iter_mut().zip(lost) {
            kept.extend_from_slice(&lost[..place.width]);
            *lost = [0.0; STRIP];
        }
    });
    kept
}

/// Goes down a place and adds each row's first `N` losses to what it hands to `row` with the number of rows done.
#[inline(always)]
fn walk<const N: usize>(place: &Place, mut row: impl FnMut(usize, &mut [Row; N])) {
    let (mut reference, mut candidate) = ([0.0; STRIP + MARGIN], [0.0; STRIP + MARGIN]);
    // The last eleven rows, filtered along the row: of each the five moments. Row y stands at y mod 11.
    let mut ring = Box::new([[[0.0; STRIP]; 5]; 11]);
    let mut lost = [[0.0; STRIP]; N];
    for (n, y) in (place.rows.start..place.rows.end + MARGIN).enumerate() {
        place.reference.fetch(place.x, y, &mut reference[..place.width + MARGIN]);
        place.candidate.fetch(place.x, y, &mut candidate[..place.width + MARGIN]);
        along(&reference, &candidate, &mut ring[y % 11]);
        if n >= MARGIN {
            down([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11].map(|t| &ring[(y + t) % 11]), &mut lost);
            row(n + 1 - MARGIN, &mut lost);
        }
    }
}

/// The window along a row: E[r], E[d], E[r^2], E[d^2], E[rd]. It is symmetric: its ends share a product.
#[inline(always)]
fn along(r: &Wide, d: &Wide, to: &mut [Row; 5]) {
    let [mr, md, rr, dd, rd] = to;
    for x in 0..STRIP {
        let (a, b, tap) = (r[x + 5], d[x + 5], TAPS[5]);
        let mut sums = [tap * a, tap * b, tap * (a * a), tap * (b * b), tap * (a * b)];
        for t in 0..5 {
            let (a, b, e, f, tap) = (r[x + t], d[x + t], r[x + 10 - t], d[x + 10 - t], TAPS[t]);
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
