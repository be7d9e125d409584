//! How much of the picture lies in bands: flat strips with a small step between them, where a smooth slope should be.
//!
//! Along each row, a strip is a run of at least eight equal codes. Where two strips meet with a step of at most eight
//! codes of the 8-bit scale, the 64 samples next to it on both sides (as far as the strip goes) belong to a band, with
//! the step over eight as their weight. The share of the picture that lies in bands, so weighted, is the banding along
//! rows; likewise along columns; the larger counts. Noise and dither break the runs, and the picture has no bands.
//!
//! CAMBI is the measured model of what people see of it (contrast thresholds, several scales, masking). This is its
//! plain twin: exact, cheap, in per cent, and it grows with the height of the steps without end, so that it tells a
//! gradient of 7 bits from one of 6. Flat drawings with small steps between fills count too.

use rayon::prelude::*;

use super::luma::Luma;

/// Samples of one code that make a strip.
const STRIP: usize = 8;

/// Highest step of a band, in codes of the 8-bit scale; higher ones are edges.
const STEP: u64 = 8;

/// Samples next to a step that belong to it.
const REACH: usize = 64;

/// Per cent of the picture.
pub fn banding(luma: &Luma) -> f64 {
    share(luma).max(share(&luma.turned()))
}

fn share(luma: &Luma) -> f64 {
    let sum: u64 = (0..luma.height).into_par_iter().map(|y| weight(luma.row(y), luma.per_code.into())).sum();
    let most = STEP * u64::from(luma.per_code) * (luma.width * luma.height) as u64;
    100.0 * sum as f64 / most.max(1) as f64
}

/// Sum over the samples of a row of the step they belong to, in native codes.
fn weight(row: &[u16], per_code: u64) -> u64 {
    // The step into a strip is known when it begins, the one out of it when the next one ends: one strip waits.
    let mut sum = 0;
    let mut waiting = Strip::default();
    for run in row.chunk_by(|a, b| a == b) {
        let code = u64::from(run[0]);
        let step = code.abs_diff(waiting.code);
        let both = run.len() >= STRIP && waiting.length >= STRIP && step <= STEP * per_code;
        let step = if both { step } else { 0 };
        sum += waiting.weight(step);
        waiting = Strip { code, length: run.len(), before: step };
    }
    sum + waiting.weight(0)
}

#[derive(Default)]
struct Strip {
    code: u64,
    length: usize,
    /// The step into it, 0 when it is none of a band.
    before: u64,
}

impl Strip {
    /// Sum over its samples of the higher step that reaches them.
    fn weight(&self, after: u64) -> u64 {
        let (high, low) = (self.before.max(after), self.before.min(after));
        let first = self.length.min(REACH);
        // What the lower step reaches and the higher one does not.
        let rest = (self.length - first).min(REACH);
        first as u64 * high + rest as u64 * low
    }
}
