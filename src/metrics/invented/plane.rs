//! A plane of luma as floats, and the little that every overlay here does to one.

use multiversion::multiversion;
use rayon::prelude::*;

use crate::frame::{Family, Frame, Map, Sample};
use crate::metrics::MetricError;

/// Luma codes on the 8-bit scale, row by row, no padding.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Luma {
    pub width: usize,
    pub height: usize,
    pub samples: Vec<f32>,
}

/// Binomial of five taps, and a bell of standard deviation 2 cut at 4 samples; both add up to 1.
pub(super) const FIVE: [f32; 5] = [0.0625, 0.25, 0.375, 0.25, 0.0625];
pub(super) const NINE: [f32; 9] = [
    0.027_630_55,
    0.066_282_24,
    0.123_831_5,
    0.180_173_8,
    0.204_163_7,
    0.180_173_8,
    0.123_831_5,
    0.066_282_24,
    0.027_630_55,
];

impl Luma {
    /// The luma plane of `frame`, for what is called `name`.
    ///
    /// # Errors
    /// [`MetricError::NoLuma`] for RGB, [`MetricError::TooSmall`] when a side is shorter than `least`.
    pub fn of(name: &'static str, least: u32, frame: &Frame) -> Result<Self, MetricError> {
        if frame.layout.family == Family::Rgb {
            return Err(MetricError::NoLuma { metric: name });
        }
        if frame.width < least || frame.height < least {
            let (width, height) = (frame.width, frame.height);
            return Err(MetricError::TooSmall { metric: name, least, width, height });
        }
        Ok(Self::plane(frame, 0))
    }

    /// Any plane of a frame of Y'CbCr or grey.
    pub fn plane(frame: &Frame, index: usize) -> Self {
        let (plane, sample) = (frame.plane(index), frame.layout.sample);
        let width = plane.width as usize;
        let mut samples = vec![0.0; width * plane.height as usize];
        samples.par_chunks_mut(width).enumerate().for_each(|(y, out)| {
            let y = y as u32;
            match sample {
                Sample::U8 => out.iter_mut().zip(plane.row_u8(y)).for_each(|(o, c)| *o = f32::from(*c)),
                Sample::U16 { bits } => {
                    let scale = 1.0 / (1u32 << (bits.clamp(8, 16) - 8)) as f32;
                    out.iter_mut().zip(plane.row_u16(y)).for_each(|(o, c)| *o = f32::from(*c) * scale);
                }
                // Float Y'CbCr holds codes of the 8-bit scale, float grey runs from 0 to 1.
                Sample::F32 => {
                    let scale = if frame.layout.family == Family::Gray { 255.0 } else { 1.0 };
                    out.iter_mut().zip(plane.row_f32(y)).for_each(|(o, c)| *o = *c * scale);
                }
            }
        });
        Self { width, height: plane.height as usize, samples }
    }

    pub fn row(&self, y: usize) -> &[f32] {
        &self.samples[y * self.width..][..self.width]
    }

    /// The sample at (x, y), the border's own beyond it.
    pub fn clamped(&self, x: isize, y: isize) -> f32 {
        let x = x.clamp(0, self.width as isize - 1) as usize;
        self.samples[y.clamp(0, self.height as isize - 1) as usize * self.width + x]
    }

    /// The same size, each sample made of its row and place: `make(y, row)` writes a row.
    pub fn made(&self, make: impl Fn(usize, &mut [f32]) + Sync) -> Self {
        let mut samples = vec![0.0; self.samples.len()];
        samples.par_chunks_mut(self.width).enumerate().for_each(|(y, row)| make(y, row));
        Self { samples, ..*self }
    }

    /// Weighed by `taps` along rows and down columns, the border repeated.
    pub fn filtered<const N: usize>(&self, taps: &[f32; N]) -> Self {
        let (half, last) = (N / 2, self.height - 1);
        let down = self.made(|y, out| {
            let rows: [&[f32]; N] = std::array::from_fn(|t| self.row((y + t).saturating_sub(half).min(last)));
            weigh(&rows, taps, out);
        });
        let width = self.width;
        let mut samples = down.samples;
        samples.par_chunks_mut(width).for_each_init(
            || vec![0.0; width + 2 * half],
            |padded, row| {
                padded[half..half + width].copy_from_slice(row);
                padded[..half].fill(row[0]);
                padded[half + width..].fill(row[width - 1]);
                let shifted: [&[f32]; N] = std::array::from_fn(|t| &padded[t..t + width]);
                weigh(&shifted, taps, row);
            },
        );
        Self { samples, ..*self }
    }

    /// Means of two by two samples; an odd last row or column is left out.
    pub fn halved(&self) -> Self {
        let (width, height) = ((self.width / 2).max(1), (self.height / 2).max(1));
        let mut samples = vec![0.0; width * height];
        samples.par_chunks_mut(width).enumerate().for_each(|(y, out)| {
            let (a, b) = (self.row(2 * y), self.row((2 * y + 1).min(self.height - 1)));
            for (x, out) in out.iter_mut().enumerate() {
                let (l, r) = (2 * x, (2 * x + 1).min(self.width - 1));
                *out = 0.25 * (a[l] + a[r] + b[l] + b[r]);
            }
        });
        Self { width, height, samples }
    }

    /// As a map over the picture.
    ///
    /// # Errors
    /// [`MetricError::Color`] for an empty plane, which nobody makes.
    pub fn into_map(self) -> Result<Map, MetricError> {
        map(self.width, self.height, self.samples)
    }
}

/// # Errors
/// [`MetricError::Color`] when there are not as many values as places.
pub(super) fn map(width: usize, height: usize, values: Vec<f32>) -> Result<Map, MetricError> {
    Map::new(width as u32, height as u32, values).map_err(|error| MetricError::Color(error.to_string()))
}

#[multiversion(targets("x86_64+avx512f+avx512bw+avx512dq+avx512vl", "x86_64+avx2", "aarch64+neon"))]
fn weigh(rows: &[&[f32]], taps: &[f32], out: &mut [f32]) {
    out.fill(0.0);
    let n = out.len();
    for (row, &tap) in rows.iter().zip(taps) {
        let row = &row[..n];
        for x in 0..n {
            out[x] += tap * row[x];
        }
    }
}

/// Sum of `of` over all samples, each row by itself and then in order: the same on any number of threads.
pub(super) fn sum_rows(width: usize, samples: &[f32], of: impl Fn(f32) -> f64 + Sync) -> f64 {
    let rows: Vec<f64> = samples.par_chunks(width).map(|row| row.iter().map(|v| of(*v)).sum()).collect();
    rows.iter().sum()
}
