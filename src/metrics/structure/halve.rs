//! A picture at half its size by the low-pass of the 9/7 wavelet, as libvmaf does between the scales of MS-SSIM
//! (`iqa/decimate.c`): the filter stands on every second sample, and beyond the border the picture is mirrored with the
//! edge sample repeated.
//!
//! libvmaf sums 81 products in doubles, with weights rounded to six places; here columns are filtered, then rows, with
//! the nine weights that those are the products of. A sample comes out some 1e-4 codes off.

use std::array::from_fn;

use multiversion::multiversion;
use rayon::prelude::*;

use super::downscale::{Grid, mirror};
use super::source::Source;

const TAPS: [f32; 9] = [0.026727, -0.016828, -0.078201, 0.266846, 0.602914, 0.266846, -0.078201, -0.016828, 0.026727];
const REACH: usize = TAPS.len() / 2;
/// Rows of the result that one job makes.
const BAND: usize = 16;

/// `source` at half its size (an odd side is rounded up), in `storage`, whose old content does not matter. Both sides
/// must be at least 4.
pub(super) fn halve(source: Source<'_>, storage: Vec<f32>) -> Grid {
    let (width, height) = source.size();
    let mut grid = Grid::new(width.div_ceil(2), height.div_ceil(2), storage);
    grid.bands(BAND).for_each(|(first, rows)| {
        let mut work = Work::new(width);
        for (n, to) in rows.enumerate() {
            let centre = 2 * (first + n);
            let lines = from_fn(|t| mirror((centre + t) as isize - REACH as isize, height));
            filter(&source, &lines, &mut work, to);
        }
    });
    grid
}

/// One row that was filtered down the columns.
struct Work {
    /// The row with [`REACH`] samples more on both sides.
    columns: Vec<f32>,
    /// Its even and its odd samples.
    even: Vec<f32>,
    odd: Vec<f32>,
}

impl Work {
    fn new(width: usize) -> Self {
        let half = width.div_ceil(2) + REACH;
        Self { columns: vec![0.0; 2 * half], even: vec![0.0; half], odd: vec![0.0; half] }
    }
}

/// One row of the result, from the rows `lines` of the source.
#[multiversion(targets("x86_64+avx512f+avx512bw+avx512dq+avx512vl", "x86_64+avx2", "aarch64+neon"))]
fn filter(source: &Source, lines: &[usize; TAPS.len()], work: &mut Work, to: &mut [f32]) {
    let width = source.size().0;
    let Work { columns, even, odd } = work;
    let middle = &mut columns[REACH..REACH + width];
    match source {
        Source::Codes8(plane) => {
            let value = |code: u16| f32::from(code);
            down(lines.map(|y| plane.row_u8(y as u32)), |a, b| value(u16::from(a) + u16::from(b)), value, middle);
        }
        Source::Codes16(plane, scale) => {
            let rows = lines.map(|y| plane.row_u16(y as u32));
            let pair = |a: u16, b: u16| (f32::from(a) + f32::from(b)) * scale;
            down(rows, pair, |code: u16| f32::from(code) * scale, middle);
        }
        Source::Grid(grid) => down(lines.map(|y| grid.samples(y)), |a, b| a + b, |value: f32| value, middle),
    }
    for k in 0..REACH {
        columns[REACH - 1 - k] = columns[REACH + k];
        columns[REACH + width + k] = columns[REACH + width - 1 - k];
    }
    for ((even, odd), pair) in even.iter_mut().zip(odd.iter_mut()).zip(columns.as_chunks::<2>().0) {
        [*even, *odd] = *pair;
    }
    for ((to, e), o) in to.iter_mut().zip(even.windows(5)).zip(odd.windows(4)) {
        let even = TAPS[0] * (e[0] + e[4]) + TAPS[2] * (e[1] + e[3]) + TAPS[4] * e[2];
        *to = even + (TAPS[1] * (o[0] + o[3]) + TAPS[3] * (o[1] + o[2]));
    }
}

/// The nine weights down `rows`; `pair` gives the sum of two samples on the 8-bit scale, `value` one sample.
#[inline(always)]
fn down<T: Copy, V: Copy + From<T>>(
    rows: [&[T]; TAPS.len()],
    pair: impl Fn(T, T) -> f32,
    value: impl Fn(V) -> f32,
    to: &mut [f32],
) {
    let rows = rows.map(|row| &row[..to.len()]);
    for (x, to) in to.iter_mut().enumerate() {
        // Written out: an iterator's sum in here is a call for every sample.
        let side = |t: usize| TAPS[t] * pair(rows[t][x], rows[2 * REACH - t][x]);
        let sides = side(0) + side(1) + side(2) + side(3);
        *to = TAPS[REACH] * value(rows[REACH][x].into()) + sides;
    }
}
