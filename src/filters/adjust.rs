//! `unsharp A` and `contrast C`: edits of luma alone, chroma kept exactly. These are the two tricks that lift some
//! scores without a truer picture, so they follow FFmpeg's filters of the same names closely enough to compare.

use rayon::prelude::*;

use crate::color::with_luma;
use crate::frame::FrameSource;

use super::FilterError;
use super::wrap::{in_floats, wrap};

/// Sharpens luma: `y + amount * (y - blur(y))`, where `blur` is the binomial 5x5 kernel (1 4 6 4 1 across and down,
/// over 256; edges held), the one of FFmpeg's `unsharp=5:5:AMOUNT`. The sum is held to 0..255 on the 8-bit scale and
/// not rounded (FFmpeg rounds the blur and cuts the rest: within 1 code up to an amount of 1). Negative amounts blur; at 0 the input passes
/// untouched.
///
/// # Errors
/// [`FilterError::Amount`] unless the amount lies in -2..=5, FFmpeg's own limits.
pub fn unsharp(input: Box<dyn FrameSource>, amount: f64) -> Result<Box<dyn FrameSource>, FilterError> {
    if !(-2.0..=5.0).contains(&amount) {
        return Err(FilterError::Amount { amount });
    }
    Ok(wrap(input, &format!("unsharp {amount}"), amount == 0.0, in_floats, move |frame, _| {
        Ok(with_luma(frame, |luma, width, height| sharpen(luma, width, height, amount as f32))?)
    }))
}

/// Stretches luma about mid-grey: `128 + factor * (y - 128)` on the 8-bit scale, held to the codes 0..255 and not
/// rounded. FFmpeg's `eq=contrast=FACTOR` has the same slope; its whole-number arithmetic lands 0 to 2 codes lower (1 on
/// average). At 1 the input passes untouched.
///
/// # Errors
/// [`FilterError::Contrast`] unless the factor lies in 0..=10.
pub fn contrast(input: Box<dyn FrameSource>, factor: f64) -> Result<Box<dyn FrameSource>, FilterError> {
    if !(0.0..=10.0).contains(&factor) {
        return Err(FilterError::Contrast { factor });
    }
    Ok(wrap(input, &format!("contrast {factor}"), factor == 1.0, in_floats, move |frame, _| {
        Ok(with_luma(frame, |luma, _, _| stretch(luma, factor as f32))?)
    }))
}

fn stretch(luma: &mut [f32], factor: f32) {
    luma.par_chunks_mut(4096).for_each(|part| {
        part.iter_mut().for_each(|y| *y = (128.0 + factor * (*y - 128.0)).clamp(0.0, 255.0));
    });
}

/// The fourth row of Pascal's triangle: two passes of a pair mean, twice over.
const BINOMIAL: [f32; 5] = [1.0 / 16.0, 4.0 / 16.0, 6.0 / 16.0, 4.0 / 16.0, 1.0 / 16.0];

fn sharpen(luma: &mut [f32], width: usize, height: usize, amount: f32) {
    if width == 0 || height == 0 {
        return;
    }
    let across = blur_across(luma, width);
    luma.par_chunks_mut(width).enumerate().for_each_init(
        || vec![0.0f32; width],
        |blurred, (y, row)| {
            blurred.fill(0.0);
            for (k, weight) in BINOMIAL.iter().enumerate() {
                let from = (y + k).saturating_sub(2).min(height - 1) * width;
                blurred.iter_mut().zip(&across[from..from + width]).for_each(|(sum, v)| *sum += weight * v);
            }
            for (y, blurred) in row.iter_mut().zip(&*blurred) {
                *y = (*y + amount * (*y - blurred)).clamp(0.0, 255.0);
            }
        },
    );
}

fn blur_across(luma: &[f32], width: usize) -> Vec<f32> {
    let mut out = vec![0.0; luma.len()];
    out.par_chunks_mut(width).zip(luma.par_chunks(width)).for_each_init(
        || vec![0.0f32; width + 4],
        |padded, (out, row)| {
            padded[2..width + 2].copy_from_slice(row);
            padded[..2].fill(row[0]);
            padded[width + 2..].fill(row[width - 1]);
            for (o, w) in out.iter_mut().zip(padded.windows(5)) {
                *o = BINOMIAL.iter().zip(w).map(|(weight, v)| weight * v).sum();
            }
        },
    );
    out
}
