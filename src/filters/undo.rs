//! `undo`: takes a fitted tone curve and fitted band gains back, luma alone. What a verdict found to have been turned up
//! is turned down by as much, so that it can be seen, and scored, what the picture is without it.

use rayon::prelude::*;

use crate::color::with_luma;
use crate::frame::FrameSource;

use super::FilterError;
use super::wrap::{in_floats, wrap};

/// Points of a tone curve: what became of the codes 0, 16, ... 256.
pub const UNDO_KNOTS: usize = 17;

/// Turns the finest three bands down by `gains` (1 leaves a band alone) after the tone `curve` was inverted (`None`
/// leaves tone alone). Bands are those of an undecimated pyramid whose samples at every second, fourth place are the
/// bands in which detail is measured (`metrics::hack`): y - soft(y), and so on with the binomial 1 4 6 4 1 spread by 1,
/// 2, 4. A curve that falls, or hardly rises, is taken to rise by a tenth of its codes: more cannot be got back. The sum
/// is held to 0..255 and not rounded.
///
/// # Errors
/// [`FilterError::Undo`] unless all gains lie in 0.125..=16 and the curve is finite.
pub fn undo(
    input: Box<dyn FrameSource>,
    line: &str,
    gains: [f64; 3],
    curve: Option<[f64; UNDO_KNOTS]>,
) -> Result<Box<dyn FrameSource>, FilterError> {
    let fits = gains.iter().all(|gain| (0.125..=16.0).contains(gain));
    if !fits || curve.is_some_and(|curve| curve.iter().any(|code| !code.is_finite())) {
        return Err(FilterError::Undo);
    }
    let idle = curve.is_none() && gains == [1.0; 3];
    let table = curve.map(|curve| inverse(&curve));
    Ok(wrap(input, line, idle, in_floats, move |frame, _| {
        Ok(with_luma(frame, |luma, width, height| take_back(luma, (width, height), &gains, table.as_deref()))?)
    }))
}

/// Places of the table of the inverse curve a code.
const PER_CODE: usize = 8;

/// The code that became each eighth of a code from 0 to 256.
fn inverse(curve: &[f64; UNDO_KNOTS]) -> Vec<f32> {
    let mut rising = *curve;
    for k in 1..UNDO_KNOTS {
        rising[k] = rising[k].max(rising[k - 1] + 1.6);
    }
    let last = UNDO_KNOTS - 2;
    let code = |value: f64| {
        let at = rising.partition_point(|knot| *knot <= value).clamp(1, last + 1) - 1;
        let (low, high) = (rising[at], rising[at + 1]);
        16.0 * (at as f64 + (value - low) / (high - low))
    };
    (0..=256 * PER_CODE).map(|n| code(n as f64 / PER_CODE as f64).clamp(0.0, 255.0) as f32).collect()
}

fn take_back(luma: &mut [f32], (width, height): (usize, usize), gains: &[f64; 3], table: Option<&[f32]>) {
    if width == 0 || height == 0 {
        return;
    }
    if let Some(table) = table {
        let last = table.len() - 2;
        luma.par_chunks_mut(4096).flatten().for_each(|y| {
            let at = y.clamp(0.0, 255.9) * PER_CODE as f32;
            let cell = (at as usize).min(last);
            *y = table[cell] + (table[cell + 1] - table[cell]) * (at - cell as f32);
        });
    }
    let coarsest = gains.iter().rposition(|gain| *gain != 1.0);
    let mut sharp = luma.to_vec();
    for (s, gain) in gains.iter().enumerate().take(coarsest.map_or(0, |s| s + 1)) {
        let soft = softened(&sharp, (width, height), 1 << s);
        let share = (1.0 - 1.0 / gain) as f32;
        let bands = sharp.par_iter().zip(&soft);
        luma.par_iter_mut().zip(bands).for_each(|(y, (sharp, soft))| *y -= share * (sharp - soft));
        sharp = soft;
    }
    luma.par_iter_mut().for_each(|y| *y = y.clamp(0.0, 255.0));
}

const WEIGHTS: [f32; 5] = [1.0 / 16.0, 4.0 / 16.0, 6.0 / 16.0, 4.0 / 16.0, 1.0 / 16.0];

/// The binomial with its taps `spread` samples apart; edges are held.
fn softened(from: &[f32], (width, height): (usize, usize), spread: usize) -> Vec<f32> {
    let reach = 2 * spread;
    let mut across = vec![0.0; from.len()];
    across.par_chunks_mut(width).zip(from.par_chunks(width)).for_each_init(
        || vec![0.0f32; width + 2 * reach],
        |padded, (out, row)| {
            padded[..reach].fill(row[0]);
            padded[reach..reach + width].copy_from_slice(row);
            padded[reach + width..].fill(row[width - 1]);
            for (x, out) in out.iter_mut().enumerate() {
                *out = WEIGHTS.iter().enumerate().map(|(k, weight)| weight * padded[x + k * spread]).sum();
            }
        },
    );
    let mut down = vec![0.0f32; from.len()];
    down.par_chunks_mut(width).enumerate().for_each(|(y, out)| {
        for (k, weight) in WEIGHTS.iter().enumerate() {
            let line = (y + k * spread).saturating_sub(reach).min(height - 1) * width;
            out.iter_mut().zip(&across[line..line + width]).for_each(|(sum, v)| *sum += weight * v);
        }
    });
    down
}
