//! The reduction that goes before SSIM in libvmaf (`iqa/decimate.c`), and the float grid it lands on.
//!
//! Each output sample is the mean of a box of `factor` x `factor` samples that begins `factor / 2` left of and above
//! its position; beyond the border the picture is mirrored with the edge sample repeated. Sums are integers, so that
//! the only rounding is that of the final product.

use std::ops::AddAssign;
use std::slice::ChunksExactMut;

use rayon::prelude::*;

use crate::frame::{Plane, Sample};

/// A plane of floats on the 8-bit scale, rows without padding.
pub(super) struct Grid {
    pub width: usize,
    pub height: usize,
    data: Vec<f32>,
}

impl Grid {
    /// A grid in `storage`, whose old content does not matter.
    pub fn new(width: usize, height: usize, mut storage: Vec<f32>) -> Self {
        storage.resize(width * height, 0.0);
        Self { width, height, data: storage }
    }

    /// The memory, for another grid: asking the system for fresh pages with each frame takes longer than filling them.
    pub fn into_storage(self) -> Vec<f32> {
        self.data
    }

    /// Row `y`, left to right.
    pub fn samples(&self, y: usize) -> &[f32] {
        &self.data[y * self.width..(y + 1) * self.width]
    }

    /// The rows to write, in bands of `rows` for several threads: the number of a band's first row, and its rows.
    pub fn bands(&mut self, rows: usize) -> impl IndexedParallelIterator<Item = (usize, ChunksExactMut<'_, f32>)> {
        let width = self.width;
        let bands = self.data.par_chunks_mut(width * rows).enumerate();
        bands.map(move |(band, data)| (band * rows, data.chunks_exact_mut(width)))
    }
}

/// The factor that libvmaf picks: the shorter side over 256, rounded, at least 1.
pub(in crate::metrics) fn auto_factor(width: u32, height: u32) -> usize {
    ((width.min(height) as f32 / 256.0).round() as usize).max(1)
}

/// `plane` reduced by `factor` and brought to the 8-bit scale (a code c of n bits is c / 2^(n-8)).
pub(super) fn downscale(plane: &Plane, sample: Sample, factor: usize, storage: Vec<f32>) -> Grid {
    match sample {
        Sample::U8 => reduce(plane, factor, 1.0, Plane::row_u8, storage),
        // Floats never get here: `Pair::new` refuses them.
        Sample::U16 { .. } | Sample::F32 => {
            let scale = 1.0 / f64::from(1u32 << (sample.bits().clamp(8, 16) - 8));
            reduce(plane, factor, scale, Plane::row_u16, storage)
        }
    }
}

/// A stored code, and the type in which a column of `factor` codes is summed (the factor is at most 255, for a
/// shorter side of 65,280).
trait Code: Copy + Into<Self::Sum> + Sync {
    type Sum: Copy + Default + Send + AddAssign + Into<u32>;
}

impl Code for u8 {
    type Sum = u16;
}

impl Code for u16 {
    type Sum = u32;
}

fn reduce<'p, T: Code + 'p>(
    plane: &'p Plane,
    factor: usize,
    scale: f64,
    row: fn(&'p Plane, u32) -> &'p [T],
    storage: Vec<f32>,
) -> Grid {
    let (width, height) = (plane.width as usize, plane.height as usize);
    if factor == 1 {
        let mut grid = Grid::new(width, height, storage);
        fill(&mut grid, |y, out, _: &mut Vec<T::Sum>| {
            for (out, &code) in out.iter_mut().zip(row(plane, y as u32)) {
                let code: T::Sum = code.into();
                *out = code.into() as f32 * scale as f32;
            }
        });
        return grid;
    }
    // libvmaf rounds an odd side up by one whole sample, whatever the factor: the last box may lie in the mirror.
    let mut grid = Grid::new(width / factor + (width & 1), height / factor + (height & 1), storage);
    let (inner, reduced) = (factor / 2, grid.width);
    let weight = (scale / (factor * factor) as f64) as f32;
    fill(&mut grid, |y, out, columns| {
        columns.clear();
        columns.resize((inner + width).max(reduced * factor), T::Sum::default());
        for k in 0..factor {
            let source = mirror((y * factor + k) as isize - inner as isize, height);
            for (sum, &code) in columns[inner..].iter_mut().zip(row(plane, source as u32)) {
                *sum += code.into();
            }
        }
        for k in 0..inner {
            columns[k] = columns[inner + mirror(k as isize - inner as isize, width)];
        }
        for k in inner + width..reduced * factor {
            columns[k] = columns[inner + mirror((k - inner) as isize, width)];
        }
        match factor {
            2 => boxes::<2, T>(columns, weight, out),
            3 => boxes::<3, T>(columns, weight, out),
            4 => boxes::<4, T>(columns, weight, out),
            8 => boxes::<8, T>(columns, weight, out),
            _ => {
                for (out, group) in out.iter_mut().zip(columns.chunks_exact(factor)) {
                    *out = total::<T>(group) as f32 * weight;
                }
            }
        }
    });
    grid
}

/// Writes every row of `grid` by `write(y, row, scratch)`, bands side by side.
fn fill<S>(grid: &mut Grid, write: impl Fn(usize, &mut [f32], &mut Vec<S>) + Sync) {
    grid.bands(16).for_each(|(first, rows)| {
        let mut scratch = Vec::new();
        for (n, row) in rows.enumerate() {
            write(first + n, row, &mut scratch);
        }
    });
}

/// [`total`] of groups whose length is known when compiling: the common factors.
fn boxes<const N: usize, T: Code>(columns: &[T::Sum], weight: f32, out: &mut [f32]) {
    for (out, group) in out.iter_mut().zip(columns.as_chunks::<N>().0) {
        *out = total::<T>(group) as f32 * weight;
    }
}

fn total<T: Code>(group: &[T::Sum]) -> u32 {
    group.iter().map(|&sum| sum.into()).sum()
}

/// The sample that stands at `i` when a row of `len` is mirrored at its borders with the edge repeated.
pub(super) fn mirror(i: isize, len: usize) -> usize {
    let len = len as isize;
    let i = if i < 0 {
        -1 - i
    } else if i >= len {
        2 * len - 1 - i
    } else {
        i
    };
    i.clamp(0, len - 1) as usize
}
