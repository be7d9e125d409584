//! The 10-bit picture that CAMBI looks at, the mask of its flat places, and both at half the size.

use multiversion::multiversion;
use rayon::prelude::*;

use crate::frame::{Plane, Sample};

/// Rows that one job takes.
const BAND: usize = 64;

/// Side of the square in which flat samples are counted.
const SQUARE: usize = 7;

/// A plane of numbers without padding.
#[derive(Clone, Debug)]
pub(super) struct Grid<T> {
    pub width: usize,
    pub height: usize,
    pub data: Vec<T>,
}

impl<T: Copy + Default + Send + Sync> Grid<T> {
    fn new(width: usize, height: usize) -> Self {
        Self { width, height, data: vec![T::default(); width * height] }
    }

    /// Row `y`.
    pub fn row(&self, y: usize) -> &[T] {
        &self.data[y * self.width..(y + 1) * self.width]
    }

    /// Every second sample of every second row, beginning with the first.
    pub fn halved(&self) -> Self {
        let mut half = Self::new(self.width.div_ceil(2), self.height.div_ceil(2));
        half.fill(|y, out: &mut [T]| {
            for (out, pair) in out.iter_mut().zip(self.row(2 * y).chunks(2)) {
                *out = pair[0];
            }
        });
        half
    }

    /// Fills the rows in parallel; `row` gets the row's number and its samples.
    fn fill(&mut self, row: impl Fn(usize, &mut [T]) + Sync) {
        let width = self.width;
        self.data.par_chunks_mut(BAND * width).enumerate().for_each(|(band, rows)| {
            rows.chunks_exact_mut(width).enumerate().for_each(|(y, out)| row(band * BAND + y, out));
        });
    }
}

/// `plane` on the 10-bit scale; what had fewer than 10 bits is smoothed by a 2x2 box, which undoes dithering.
pub(super) fn levels(plane: &Plane, sample: Sample) -> Grid<u16> {
    let (width, height) = (plane.width as usize, plane.height as usize);
    let bits = u32::from(sample.bits());
    let mut grid = Grid::new(width, height);
    let row = |y: usize| Row { plane, y: y.min(height - 1) as u32, wide: sample != Sample::U8 };
    if bits >= 10 {
        grid.fill(|y, out| row(y).reduce(bits - 10, out));
    } else {
        let shift = 10 - bits;
        grid.fill(|y, out| {
            let mut below = vec![0; width];
            row(y).raise(shift, out);
            row(y + 1).raise(shift, &mut below);
            smooth(out, &below, y + 1 < height);
        });
    }
    grid
}

/// One row of stored codes.
struct Row<'a> {
    plane: &'a Plane,
    y: u32,
    wide: bool,
}

impl Row<'_> {
    /// Codes of fewer than 10 bits, brought up.
    fn raise(&self, shift: u32, out: &mut [u16]) {
        if self.wide {
            out.iter_mut().zip(self.plane.row_u16(self.y)).for_each(|(out, &code)| *out = code.min(511) << shift);
        } else {
            out.iter_mut().zip(self.plane.row_u8(self.y)).for_each(|(out, &code)| *out = u16::from(code) << shift);
        }
    }

    /// Codes of 10 bits or more, rounded down to 10. Codes beyond the stated bits end at 1024.
    fn reduce(&self, shift: u32, out: &mut [u16]) {
        let half = if shift == 0 { 0 } else { 1u32 << (shift - 1) };
        for (out, &code) in out.iter_mut().zip(self.plane.row_u16(self.y)) {
            *out = ((u32::from(code) + half) >> shift).min(1024) as u16;
        }
    }
}

/// The mean of each sample, its right neighbour, and both below, rounded down; at the right edge and in the last row
/// of what there is.
fn smooth(row: &mut [u16], below: &[u16], has_below: bool) {
    let last = row.len() - 1;
    if has_below {
        let corner = (row[last] + below[last]) >> 1;
        smooth_rows(row, below);
        row[last] = corner;
    } else {
        for x in 0..last {
            row[x] = (row[x] + row[x + 1]) >> 1;
        }
    }
}

#[multiversion(targets("x86_64+avx512f+avx512bw+avx512dq+avx512vl", "x86_64+avx2", "aarch64+neon"))]
fn smooth_rows(row: &mut [u16], below: &[u16]) {
    let n = row.len() - 1;
    for (x, below) in below.windows(2).enumerate().take(n) {
        row[x] = (row[x] + row[x + 1] + below[0] + below[1]) >> 2;
    }
}

/// 1 where a sample stands among flat ones: more than a threshold of the 7x7 samples around it equal both their right
/// and their lower neighbour. Beyond the border nothing is flat.
pub(super) fn flat_mask(picture: &Grid<u16>) -> Grid<u8> {
    let (width, height) = (picture.width, picture.height);
    let pad = SQUARE / 2;
    let mut flat = Grid::<u8>::new(width, height);
    flat.fill(|y, out| is_flat(picture.row(y), picture.row((y + 1).min(height - 1)), out));
    let mut mask = Grid::<u8>::new(width, height);
    let threshold = mask_threshold(width, height);
    mask.fill(|y, out| {
        let mut columns = vec![0u8; width + 2 * pad];
        for y in y.saturating_sub(pad)..(y + pad + 1).min(height) {
            add_row(&mut columns[pad..pad + width], flat.row(y));
        }
        above(&columns, threshold, out);
    });
    mask
}

/// How many of the 49 must be exceeded: about 20 at 1080p, 7 on the smallest pictures.
fn mask_threshold(width: usize, height: usize) -> u8 {
    let blocks = ((width >> 6) * (height >> 6)).max(1);
    let doublings = blocks.next_power_of_two().trailing_zeros() as i32;
    (((SQUARE * SQUARE) as i32 + 3 * (doublings - 11) - 1) >> 1).clamp(0, 255) as u8
}

#[multiversion(targets("x86_64+avx512f+avx512bw+avx512dq+avx512vl", "x86_64+avx2", "aarch64+neon"))]
fn is_flat(row: &[u16], below: &[u16], out: &mut [u8]) {
    let n = row.len();
    let (row, below, out) = (&row[..n], &below[..n], &mut out[..n]);
    for (x, pair) in row.windows(2).enumerate() {
        out[x] = u8::from((pair[0] == pair[1]) & (pair[0] == below[x]));
    }
    out[n - 1] = u8::from(row[n - 1] == below[n - 1]);
}

#[multiversion(targets("x86_64+avx512f+avx512bw+avx512dq+avx512vl", "x86_64+avx2", "aarch64+neon"))]
fn add_row(sums: &mut [u8], row: &[u8]) {
    sums.iter_mut().zip(row).for_each(|(sum, v)| *sum += v);
}

#[multiversion(targets("x86_64+avx512f+avx512bw+avx512dq+avx512vl", "x86_64+avx2", "aarch64+neon"))]
fn above(columns: &[u8], threshold: u8, out: &mut [u8]) {
    let n = out.len();
    let c: [&[u8]; SQUARE] = std::array::from_fn(|t| &columns[t..t + n]);
    for x in 0..n {
        let sum = c[0][x] + c[1][x] + c[2][x] + c[3][x] + c[4][x] + c[5][x] + c[6][x];
        out[x] = u8::from(sum > threshold);
    }
}

/// The most frequent of each 3 along rows, then of each 3 along columns; the smallest where all differ. First and last
/// rows stay as they were, first and last columns are filtered along the column only.
pub(super) fn mode_filtered(picture: &Grid<u16>) -> Grid<u16> {
    let (width, height) = (picture.width, picture.height);
    let mut out = Grid::new(width, height);
    out.data.par_chunks_mut(BAND * width).enumerate().for_each(|(band, rows)| {
        let mut along = [vec![0; width], vec![0; width], vec![0; width]];
        let mut have = 0;
        for (row, out) in rows.chunks_exact_mut(width).enumerate() {
            let y = band * BAND + row;
            if y == 0 || y + 1 == height {
                out.copy_from_slice(picture.row(y));
                continue;
            }
            for y in (y - 1).max(have)..=y + 1 {
                mode_along(picture.row(y), &mut along[y % 3]);
            }
            have = y + 2;
            mode_of(&along[0], &along[1], &along[2], out);
        }
    });
    out
}

fn mode_along(row: &[u16], out: &mut [u16]) {
    let n = row.len();
    out[0] = row[0];
    out[n - 1] = row[n - 1];
    if n > 2 {
        mode_of(&row[..n - 2], &row[1..n - 1], &row[2..], &mut out[1..n - 1]);
    }
}

#[multiversion(targets("x86_64+avx512f+avx512bw+avx512dq+avx512vl", "x86_64+avx2", "aarch64+neon"))]
fn mode_of(a: &[u16], b: &[u16], c: &[u16], out: &mut [u16]) {
    for (((out, &a), &b), &c) in out.iter_mut().zip(a).zip(b).zip(c) {
        let least = a.min(b).min(c);
        let pair = if b == c { b } else { least };
        *out = if (a == b) | (a == c) { a } else { pair };
    }
}
