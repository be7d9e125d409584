//! Pictures as rows of numbers on the 8-bit scale, read once and softened on the way: no whole picture is written down
//! but where a later size needs it. A row less its softened self is a row of a Laplacian band (the filter-subtract-
//! decimate pyramid of Anderson, 1984). Softening is the binomial 1 4 6 4 1 across and down, over 256.

use std::ops::Range;

use multiversion::multiversion;

use crate::frame::{Plane, Sample};

use super::super::shelf::Borrowed;

/// How many sizes are looked at: full, half, quarter.
pub const STEPS: usize = 3;

/// Samples that are worked on at once: rows are padded with zeros to a multiple.
pub const LANES: usize = 16;

/// Numbers on the 8-bit scale; rows are padded with zeros.
pub struct Grid {
    pub width: usize,
    pub height: usize,
    /// From one row to the next.
    pub stride: usize,
    pub data: Borrowed<f32>,
}

impl Grid {
    /// A grid to write: what stands in it is left from before; whoever writes a row
    /// writes zeros beyond its width.
    pub fn new(width: usize, height: usize) -> Self {
        let stride = width.next_multiple_of(LANES);
        Self { width, height, stride, data: Borrowed::new(stride * height) }
    }

    /// Row `y`, padded.
    pub fn row(&self, y: usize) -> &[f32] {
        &self.data[y * self.stride..(y + 1) * self.stride]
    }
}

/// What rows are read from.
#[derive(Clone, Copy)]
pub enum Rows<'a> {
    /// On the 8-bit scale a code c of n bits is c / 2^(n-8).
    Plane(&'a Plane, Sample),
    Grid(&'a Grid),
}

impl Rows<'_> {
    /// Width and height.
    pub fn size(self) -> (usize, usize) {
        match self {
            Rows::Plane(plane, _) => (plane.width as usize, plane.height as usize),
            Rows::Grid(grid) => (grid.width, grid.height),
        }
    }

    /// Writes the sums of columns over the rows `rows` into `out`.
    pub fn columns(self, rows: Range<usize>, out: &mut [f32]) {
        out.fill(0.0);
        match self {
            Rows::Plane(plane, Sample::U8) => {
                let mut rows = rows.map(|y| plane.row_u8(y as u32));
                while let Some(first) = rows.next() {
                    match (rows.next(), rows.next(), rows.next()) {
                        (Some(b), Some(c), Some(d)) => add_bytes(&[first, b, c, d], out),
                        (b, c, d) => {
                            [Some(first), b, c, d].into_iter().flatten().for_each(|row| add_bytes(&[row], out))
                        }
                    }
                }
            }
            // Floats never get here: `Pair::new` refuses them.
            Rows::Plane(plane, sample) => rows.for_each(|y| add_words(plane.row_u16(y as u32), scale(sample), out)),
            Rows::Grid(grid) => rows.for_each(|y| out.iter_mut().zip(grid.row(y)).for_each(|(out, v)| *out += v)),
        }
    }
}

fn scale(sample: Sample) -> f32 {
    1.0 / (1u32 << (sample.bits().clamp(8, 16) - 8)) as f32
}

#[multiversion(targets("x86_64+avx512f+avx512bw+avx512dq+avx512vl", "x86_64+avx2", "aarch64+neon"))]
fn add_bytes<const N: usize>(rows: &[&[u8]; N], out: &mut [f32]) {
    let count = rows.iter().map(|row| row.len()).fold(out.len(), usize::min);
    let (rows, out) = (rows.map(|row| &row[..count]), &mut out[..count]);
    for (x, out) in out.iter_mut().enumerate() {
        *out += f32::from(rows.iter().map(|row| u16::from(row[x])).sum::<u16>());
    }
}

#[multiversion(targets("x86_64+avx512f+avx512bw+avx512dq+avx512vl", "x86_64+avx2", "aarch64+neon"))]
fn add_words(codes: &[u16], scale: f32, out: &mut [f32]) {
    out.iter_mut().zip(codes).for_each(|(out, code)| *out += f32::from(*code) * scale);
}

#[multiversion(targets("x86_64+avx512f+avx512bw+avx512dq+avx512vl", "x86_64+avx2", "aarch64+neon"))]
fn load_words(codes: &[u16], scale: f32, out: &mut [f32]) {
    out.iter_mut().zip(codes).for_each(|(out, code)| *out = f32::from(*code) * scale);
}

/// Rows that one softened row is made of.
const TAPS: usize = 5;

/// Softens row after row; beyond the border the edge sample is held. Bytes are softened in whole numbers, which is exact;
/// rows of longer codes are read once and stay for the next.
pub struct Softener<'a> {
    rows: Rows<'a>,
    ring: [Vec<f32>; TAPS],
    /// Which row each place of the ring holds.
    held: [Option<usize>; TAPS],
    /// Sums down, with the edge held on both sides: of bytes, and of all else.
    column: (Vec<u16>, Vec<f32>),
}

impl<'a> Softener<'a> {
    pub fn new(rows: Rows<'a>) -> Self {
        let width = rows.size().0;
        let (mut ring, mut column): ([Vec<f32>; TAPS], (Vec<u16>, Vec<f32>)) = Default::default();
        match rows {
            Rows::Plane(_, Sample::U8) => column.0 = vec![0; width + TAPS - 1],
            Rows::Plane(..) => ring = std::array::from_fn(|_| vec![0.0; width]),
            Rows::Grid(_) => {}
        }
        if column.0.is_empty() {
            column.1 = vec![0.0; width + TAPS - 1];
        }
        Self { rows, ring, held: [None; TAPS], column }
    }

    /// Writes row `y` softened into `soft`, and zeros beyond the width.
    pub fn soften(&mut self, y: usize, soft: &mut [f32]) {
        let (soft, beyond) = soft.split_at_mut(self.rows.size().0);
        beyond.fill(0.0);
        self.down(y);
        match self.rows {
            Rows::Plane(_, Sample::U8) => across_bytes(&self.column.0, soft),
            _ => across(&self.column.1, soft),
        }
    }

    /// The same, and the row less its softened self in `detail`.
    pub fn detail(&mut self, y: usize, soft: &mut [f32], detail: &mut [f32]) {
        self.soften(y, soft);
        let (width, _) = self.rows.size();
        let (detail, beyond) = detail.split_at_mut(width);
        beyond.fill(0.0);
        match self.rows {
            Rows::Plane(plane, Sample::U8) => less_bytes(plane.row_u8(y as u32), soft, detail),
            Rows::Plane(..) => less(&self.ring[y % TAPS], soft, detail),
            Rows::Grid(grid) => less(grid.row(y), soft, detail),
        }
    }

    /// Sums down, for row `y`.
    fn down(&mut self, y: usize) {
        let (width, height) = self.rows.size();
        let wanted: [usize; TAPS] =
            std::array::from_fn(|k| (y + k).saturating_sub(TAPS / 2).min(height.saturating_sub(1)));
        match self.rows {
            Rows::Plane(plane, Sample::U8) => {
                down_bytes(&wanted.map(|row| plane.row_u8(row as u32)), &mut self.column.0);
            }
            Rows::Plane(plane, sample) => {
                for row in wanted {
                    let place = row % TAPS;
                    if self.held[place] != Some(row) {
                        load_words(plane.row_u16(row as u32), scale(sample), &mut self.ring[place]);
                        self.held[place] = Some(row);
                    }
                }
                down(&wanted.map(|row| &self.ring[row % TAPS][..width]), &mut self.column.1);
            }
            Rows::Grid(grid) => down(&wanted.map(|row| &grid.row(row)[..width]), &mut self.column.1),
        }
    }
}

#[multiversion(targets("x86_64+avx512f+avx512bw+avx512dq+avx512vl", "x86_64+avx2", "aarch64+neon"))]
fn down_bytes(lines: &[&[u8]; TAPS], column: &mut [u16]) {
    let width = column.len() - (TAPS - 1);
    let lines = lines.map(|line| &line[..width]);
    for (x, sum) in column[2..width + 2].iter_mut().enumerate() {
        let (a, b, c) = (u16::from(lines[0][x]), u16::from(lines[1][x]), u16::from(lines[2][x]));
        let (d, e) = (u16::from(lines[3][x]), u16::from(lines[4][x]));
        *sum = a + e + 4 * (b + d) + 6 * c;
    }
    let (first, last) = (column[2], column[width + 1]);
    column[..2].fill(first);
    column[width + 2..].fill(last);
}

#[multiversion(targets("x86_64+avx512f+avx512bw+avx512dq+avx512vl", "x86_64+avx2", "aarch64+neon"))]
fn down(lines: &[&[f32]; TAPS], column: &mut [f32]) {
    let width = column.len() - (TAPS - 1);
    let lines = lines.map(|line| &line[..width]);
    for (x, sum) in column[2..width + 2].iter_mut().enumerate() {
        *sum = (lines[0][x] + lines[4][x] + 4.0 * (lines[1][x] + lines[3][x]) + 6.0 * lines[2][x]) * (1.0 / 16.0);
    }
    let (first, last) = (column[2], column[width + 1]);
    column[..2].fill(first);
    column[width + 2..].fill(last);
}

/// The most that a sum can be is 255 times 256: sixteen bits hold it.
#[multiversion(targets("x86_64+avx512f+avx512bw+avx512dq+avx512vl", "x86_64+avx2", "aarch64+neon"))]
fn across_bytes(column: &[u16], out: &mut [f32]) {
    for (out, w) in out.iter_mut().zip(column.windows(TAPS)) {
        *out = f32::from(w[0] + w[4] + 4 * (w[1] + w[3]) + 6 * w[2]) * (1.0 / 256.0);
    }
}

#[multiversion(targets("x86_64+avx512f+avx512bw+avx512dq+avx512vl", "x86_64+avx2", "aarch64+neon"))]
fn across(column: &[f32], out: &mut [f32]) {
    for (out, w) in out.iter_mut().zip(column.windows(TAPS)) {
        *out = (w[0] + w[4] + 4.0 * (w[1] + w[3]) + 6.0 * w[2]) * (1.0 / 16.0);
    }
}

#[multiversion(targets("x86_64+avx512f+avx512bw+avx512dq+avx512vl", "x86_64+avx2", "aarch64+neon"))]
fn less_bytes(sharp: &[u8], soft: &[f32], out: &mut [f32]) {
    out.iter_mut().zip(sharp.iter().zip(soft)).for_each(|(out, (a, b))| *out = f32::from(*a) - b);
}

#[multiversion(targets("x86_64+avx512f+avx512bw+avx512dq+avx512vl", "x86_64+avx2", "aarch64+neon"))]
fn less(sharp: &[f32], soft: &[f32], out: &mut [f32]) {
    out.iter_mut().zip(sharp.iter().zip(soft)).for_each(|(out, (a, b))| *out = a - b);
}

/// A row of zeros, padded.
pub fn padded(width: usize) -> Vec<f32> {
    vec![0.0; width.next_multiple_of(LANES)]
}

/// Every second sample of a padded `row`, beginning with the first; zeros stand beyond the row, and so beyond `out`.
#[multiversion(targets("x86_64+avx512f+avx512bw+avx512dq+avx512vl", "x86_64+avx2", "aarch64+neon"))]
pub fn halve(row: &[f32], out: &mut [f32]) {
    let pairs = row.as_chunks::<2>().0;
    let (within, beyond) = out.split_at_mut(pairs.len().min(out.len()));
    within.iter_mut().zip(pairs).for_each(|(out, pair)| *out = pair[0]);
    beyond.fill(0.0);
}
