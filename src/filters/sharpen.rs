//! `unsharp A sigma=S` and `tunevmaf A`: sharpening of luma over a Gaussian neighbourhood, plain and as an encoder does
//! it that is tuned for a score.

use rayon::prelude::*;

use crate::color::with_luma;
use crate::frame::{FrameSource, SourceInfo};

use super::FilterError;
use super::gaussian::{Bell, across, down};
use super::wrap::{in_floats, wrap};

/// The least and the greatest standard deviation of [`unsharp_wide`], in luma samples.
pub const WIDE_SIGMA: (f64, f64) = (0.3, 20.0);

/// The most that [`tunevmaf`] sharpens: libaom stops at 1.01 for a frame and at 1.5 for a block.
pub const MAX_TUNE: f64 = 1.5;

/// Sharpens luma: `y + amount * (y - blur(y))`, where `blur` is a Gaussian of standard deviation `sigma` (0.3 to 20
/// luma samples, out to 4 of them, edges held), as in Photoshop's and GIMP's *unsharp mask* (their radius) without a
/// threshold, or `cv2.addWeighted(y, 1 + A, cv2.GaussianBlur(y, sigma), -A)`. Held to 0..255 on the 8-bit scale and not
/// rounded; chroma is kept exactly. Negative amounts blur; at 0 the input passes untouched.
///
/// # Errors
/// [`FilterError::Amount`] unless the amount lies in -2..=5, [`FilterError::Sigma`].
pub fn unsharp_wide(input: Box<dyn FrameSource>, amount: f64, sigma: f64) -> Result<Box<dyn FrameSource>, FilterError> {
    if !(-2.0..=5.0).contains(&amount) {
        return Err(FilterError::Amount { amount });
    }
    let (least, most) = WIDE_SIGMA;
    if !(least..=most).contains(&sigma) {
        return Err(FilterError::Sigma { stage: "unsharp", sigma, least, most });
    }
    let bell = Bell::new(sigma, 0.0);
    let stage = format!("unsharp {amount} sigma={sigma}");
    Ok(wrap(input, &stage, amount == 0.0, in_floats, move |frame, _| {
        Ok(with_luma(frame, |luma, width, height| {
            let blurred = blurred(luma, width, height, &bell);
            let amount = amount as f32;
            luma.par_chunks_mut(4096).zip(blurred.par_chunks(4096)).for_each(|(part, blurred)| {
                part.iter_mut().zip(blurred).for_each(|(y, b)| *y = (*y + amount * (*y - b)).clamp(0.0, 255.0));
            });
        })?)
    }))
}

fn blurred(luma: &[f32], width: usize, height: usize, bell: &Bell) -> Vec<f32> {
    let mut blurred = luma.to_vec();
    across(&mut blurred, width, bell);
    down(&mut blurred, width, height, bell);
    blurred
}

/// libaom's blur before it sharpens for VMAF (`gauss_filter` of `av1/encoder/tune_vmaf.c`), over 128.
const GAUSS: [f32; 5] = [8.0 / 128.0, 30.0 / 128.0, 52.0 / 128.0, 30.0 / 128.0, 8.0 / 128.0];

/// Side of the blocks that get an amount each, in luma samples.
const BLOCK: usize = 64;

/// The steps in which a block gives way (libaom's step for frames).
const STEP: f64 = 0.05;

/// Sharpens luma before an encoder as libaom does under `tune=vmaf`: `y + a * (y - blur(y))` with the blur
/// (8 30 52 30 8)/128 across and down, edges held, and an amount `a` for each block of 64x64.
///
/// libaom finds the amounts by asking VMAF, and weighs what is gained by how much it makes a block's variance grow. A
/// filter has nobody to ask: here `amount` (0 to 1.5) is what a block gets unless its variance would grow by more than
/// the factor 1 + `amount`; it then gives way in steps of 0.05. So edges get the whole amount, grain and dense texture
/// less. Held to 0..255 on the 8-bit scale and not rounded (libaom rounds the blur and the sum: within 1 code). Chroma is kept
/// exactly; at 0 the input passes untouched.
///
/// # Errors
/// [`FilterError::Tune`].
pub fn tunevmaf(input: Box<dyn FrameSource>, amount: f64) -> Result<Box<dyn FrameSource>, FilterError> {
    if !(0.0..=MAX_TUNE).contains(&amount) {
        return Err(FilterError::Tune { amount, most: MAX_TUNE });
    }
    let bell = Bell::of(GAUSS);
    let note = format!("tunevmaf {amount}: sharpened in blocks of 64 as libaom's tune=vmaf, luma alone");
    let describe = |info: &mut SourceInfo| {
        in_floats(info);
        info.notes.push(note);
    };
    Ok(wrap(input, &format!("tunevmaf {amount}"), amount == 0.0, describe, move |frame, _| {
        Ok(with_luma(frame, |luma, width, height| {
            if width == 0 || height == 0 {
                return;
            }
            let blurred = blurred(luma, width, height, &bell);
            let bands = luma.par_chunks_mut(BLOCK * width).zip(blurred.par_chunks(BLOCK * width));
            bands.for_each(|(rows, blurred)| {
                for left in (0..width).step_by(BLOCK) {
                    let columns = left..(left + BLOCK).min(width);
                    let lines = || rows.chunks(width).zip(blurred.chunks(width));
                    let pairs = lines().flat_map(|(y, b)| y[columns.clone()].iter().zip(&b[columns.clone()]));
                    let given = given(pairs.map(|(y, b)| (f64::from(*y), f64::from(*y - *b))), amount) as f32;
                    for (row, blurred) in rows.chunks_mut(width).zip(blurred.chunks(width)) {
                        let row = row[columns.clone()].iter_mut().zip(&blurred[columns.clone()]);
                        row.for_each(|(y, b)| *y = (*y + given * (*y - b)).clamp(0.0, 255.0));
                    }
                }
            });
        })?)
    }))
}

/// The amount that a block of samples and their details gets.
///
/// The variance of `y + a d` is `V(y) + 2 a C(y, d) + a^2 V(d)`: three sums say what every amount would cost.
fn given(pairs: impl Iterator<Item = (f64, f64)>, amount: f64) -> f64 {
    let mut sums = [0.0; 6];
    for (y, d) in pairs {
        for (sum, v) in sums.iter_mut().zip([1.0, y, d, y * y, y * d, d * d]) {
            *sum += v;
        }
    }
    let [n, y, d, yy, yd, dd] = sums;
    let (flat, with, detail) = (yy - y * y / n, yd - y * d / n, dd - d * d / n);
    let fits = |a: f64| flat + 2.0 * a * with + a * a * detail <= (1.0 + amount) * flat;
    let steps = (amount / STEP).ceil() as usize;
    (0..steps).map(|step| amount - step as f64 * STEP).find(|a| fits(*a)).unwrap_or(0.0)
}
