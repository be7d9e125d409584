//! The bell and its two passes, shared by the stages that soften.

use rayon::prelude::*;

/// How many standard deviations a bell reaches: what is left out weighs 6e-5 of the whole.
pub const REACH: f64 = 4.0;

/// A row of weights that adds up to 1; the first stands at offset `first` from the sample that is made.
#[derive(Clone, Debug, PartialEq)]
pub struct Bell {
    first: i64,
    weights: Vec<f32>,
}

impl Bell {
    /// Samples of a Gaussian of standard deviation `sigma` (in samples), out to `REACH * sigma` rounded, moved by
    /// `shift` samples towards larger indices. With no shift these are the weights of `scipy.ndimage.gaussian_filter`
    /// at its default `truncate=4`.
    pub fn new(sigma: f64, shift: f64) -> Self {
        let radius = (REACH * sigma + 0.5).floor() as i64;
        // A picture that moves right takes its samples from the left.
        let centre = -shift;
        let middle = centre.round() as i64;
        let weight = |k: i64| match sigma {
            0.0 => 1.0,
            _ => (-0.5 * ((k as f64 - centre) / sigma).powi(2)).exp(),
        };
        let first = middle - radius;
        let weights: Vec<f64> = (first..=middle + radius).map(weight).collect();
        let sum: f64 = weights.iter().sum();
        Self { first, weights: weights.iter().map(|w| (w / sum) as f32).collect() }
    }

    /// The weights themselves, the middle one at the sample that is made.
    pub fn of<const N: usize>(weights: [f32; N]) -> Self {
        Self { first: -(N as i64 / 2), weights: weights.to_vec() }
    }

    /// Whether every sample stays what it is.
    pub fn is_idle(&self) -> bool {
        self.first == 0 && self.weights.len() == 1
    }
}

/// Weighs each row of `width` samples by `bell`; the edge samples are held beyond the edge.
pub fn across(plane: &mut [f32], width: usize, bell: &Bell) {
    if width == 0 || bell.is_idle() {
        return;
    }
    let taps = bell.weights.len();
    plane.par_chunks_mut(width).for_each_init(
        || vec![0.0_f32; width + taps - 1],
        |padded, row| {
            for (i, v) in padded.iter_mut().enumerate() {
                *v = row[held(i as i64 + bell.first, width)];
            }
            row.fill(0.0);
            for (k, weight) in bell.weights.iter().enumerate() {
                row.iter_mut().zip(&padded[k..]).for_each(|(sum, v)| *sum += weight * v);
            }
        },
    );
}

/// Weighs each column of `height` samples by `bell`; the edge samples are held beyond the edge.
pub fn down(plane: &mut Vec<f32>, width: usize, height: usize, bell: &Bell) {
    if width == 0 || height == 0 || bell.is_idle() {
        return;
    }
    let from = std::mem::replace(plane, vec![0.0; width * height]);
    plane.par_chunks_mut(width).enumerate().for_each(|(y, row)| {
        for (k, weight) in bell.weights.iter().enumerate() {
            let line = held(y as i64 + bell.first + k as i64, height) * width;
            row.iter_mut().zip(&from[line..line + width]).for_each(|(sum, v)| *sum += weight * v);
        }
    });
}

fn held(index: i64, len: usize) -> usize {
    index.clamp(0, len as i64 - 1) as usize
}
