//! Where MS-SSIM is lost, and at which scale.
//!
//! The score is a product of means, M = prod m_k^w_k. What is missing, 1 - M, is shared out to the factors by their
//! logarithms, (1 - M) * (-w_k ln m_k) / (-ln M), and within a factor to places by what each of them lacks of 1: m_k is
//! a mean, so that this adds up exactly. A place's share lies on the samples that its window is centred on; the map has
//! the grid of the second scale, half the picture's size.

use std::sync::Arc;

use multiversion::multiversion;
use rayon::prelude::*;

use crate::frame::Map;

use super::losses::Losses;
use super::ms_ssim::{EXTRACTS, KEY, Measured, SCALES, factors, on_scales, score};
use super::window::{MARGIN, Parts};
use crate::metrics::{Memo, MetricError, Moment, Needs, Overlay, OverlayAbout, Scale};

/// What all scales lose, or one of them.
#[derive(Debug)]
pub struct MsSsimMap {
    about: &'static OverlayAbout,
    scales: std::ops::Range<usize>,
}

pub static ALL: MsSsimMap = MsSsimMap { about: &ABOUT, scales: 0..SCALES };
pub static FINEST: MsSsimMap = MsSsimMap { about: &ABOUT_FINEST, scales: 0..1 };
pub static FINE: MsSsimMap = MsSsimMap { about: &ABOUT_FINE, scales: 1..2 };
pub static MIDDLE: MsSsimMap = MsSsimMap { about: &ABOUT_MIDDLE, scales: 2..3 };
pub static COARSE: MsSsimMap = MsSsimMap { about: &ABOUT_COARSE, scales: 3..4 };
pub static COARSEST: MsSsimMap = MsSsimMap { about: &ABOUT_COARSEST, scales: 4..5 };

static ABOUT: OverlayAbout = OverlayAbout {
    id: "ms_ssim",
    label: "MS-SSIM lost",
    unit: "",
    scale: Scale::Sequential { to: 0.2 },
    decimals: 3,
    pool: Map::mean,
    pools_to: "1 - MS-SSIM",
    before: 0,
    after: 0,
    needs: Needs::Reference,
    meaning: "How much each place takes from MS-SSIM, all scales together: the mean of the map is what is missing to 1.",
    limits: "Coarse scales spread a loss over up to 176 samples, and within 80 samples of the border it is drawn \
             further in. A dark map says that luma is like the reference; it says nothing of colour, and nothing of \
             how the reference came about.",
};

const fn one(id: &'static str, label: &'static str, pools_to: &'static str, meaning: &'static str) -> OverlayAbout {
    OverlayAbout { id, label, scale: Scale::Sequential { to: 0.05 }, pools_to, meaning, ..ABOUT_PARTS }
}

const ABOUT_PARTS: OverlayAbout = OverlayAbout {
    id: "",
    label: "",
    unit: "",
    scale: Scale::Sequential { to: 0.05 },
    decimals: 3,
    pool: Map::mean,
    pools_to: "",
    before: 0,
    after: 0,
    needs: Needs::Reference,
    meaning: "",
    limits: "The five scales' maps add up to the map of all. Scales weigh unlike: the finest counts least, the second \
             to fourth most. A dark map says that this scale is like the reference; it says nothing of the others.",
};

static ABOUT_FINEST: OverlayAbout = one(
    "ms_ssim_1",
    "MS-SSIM lost, full size",
    "the part of 1 - MS-SSIM that is lost at full size",
    "How much each place takes from MS-SSIM in its finest detail: grain, thin lines, coding noise.",
);
static ABOUT_FINE: OverlayAbout = one(
    "ms_ssim_2",
    "MS-SSIM lost, half size",
    "the part of 1 - MS-SSIM that is lost at half size",
    "How much each place takes from MS-SSIM at half size: texture and fine edges.",
);
static ABOUT_MIDDLE: OverlayAbout = one(
    "ms_ssim_3",
    "MS-SSIM lost, quarter size",
    "the part of 1 - MS-SSIM that is lost at quarter size",
    "How much each place takes from MS-SSIM at a quarter of the size: edges and small shapes.",
);
static ABOUT_COARSE: OverlayAbout = one(
    "ms_ssim_4",
    "MS-SSIM lost, eighth size",
    "the part of 1 - MS-SSIM that is lost at an eighth of the size",
    "How much each place takes from MS-SSIM at an eighth of the size: shapes, blocks and their contrast.",
);
static ABOUT_COARSEST: OverlayAbout = one(
    "ms_ssim_5",
    "MS-SSIM lost, sixteenth size",
    "the part of 1 - MS-SSIM that is lost at a sixteenth of the size, with luminance",
    "How much each place takes from MS-SSIM at a sixteenth of the size: large shapes, and brightness itself.",
);

impl Overlay for MsSsimMap {
    fn about(&self) -> &'static OverlayAbout {
        self.about
    }

    fn map(&self, moment: &Moment<'_>, memo: &Memo) -> Result<Map, MetricError> {
        let reference = moment.pair.reference();
        let (width, height) = (reference.width.div_ceil(2), reference.height.div_ceil(2));
        let mut values = vec![0.0; width as usize * height as usize];
        let found = match memo.by_product::<Measured>(KEY, &moment.pair) {
            Some(found) => Some(found),
            None => on_scales(EXTRACTS.id, moment, |scales| scales.measure(true))?.map(Arc::new),
        };
        if let Some(found) = found {
            let size = (reference.width as usize, reference.height as usize);
            let weights = self.weights(&found.parts, size);
            values.par_chunks_mut(width as usize).enumerate().for_each(|(y, row)| {
                for ((scale, losses), weights) in found.losses.iter().enumerate().zip(&weights) {
                    lay(losses, scale, weights, y, row);
                }
            });
        }
        Map::new(width, height, values).map_err(|error| MetricError::Color(error.to_string()))
    }
}

/// What a loss of contrast, structure and luminance at a place is worth on the map.
type Weights = [f32; 3];

impl MsSsimMap {
    /// Of each scale of a picture of so many samples; 0 for those that are not shown.
    fn weights(&self, parts: &[Parts; SCALES], (width, height): (usize, usize)) -> [Weights; SCALES] {
        let mut weights = [[0.0; 3]; SCALES];
        let factors = factors(parts);
        let total: f64 = factors.iter().map(|factor| factor.power * lack(factor.mean)).sum();
        if total <= 0.0 {
            return weights;
        }
        let missing = (1.0 - score(parts)) / total;
        let cells = width.div_ceil(2) as f64 * height.div_ceil(2) as f64;
        for factor in factors.iter().filter(|factor| self.scales.contains(&factor.scale)) {
            // The mean of the very losses that are laid, so that what is shared out adds up.
            let short = 1.0 - factor.mean;
            let each = if short.abs() < 1e-12 { 0.0 } else { lack(factor.mean) / short };
            let side = |samples: usize| (0..factor.scale).fold(samples, |side, _| side.div_ceil(2)) - MARGIN;
            let places = side(width) as f64 * side(height) as f64;
            // A place covers so many cells; at the finest scale four places share one.
            let covered = 4f64.powi((factor.scale as i32 - 1).max(0));
            weights[factor.scale][factor.part] = (missing * factor.power * each * cells / places / covered) as f32;
        }
        weights
    }
}

/// Adds the losses of one scale to row `y` of the map, each on the samples that its window is centred on. The map has
/// the grid of the second scale.
fn lay(losses: &Losses, scale: usize, weights: &Weights, y: usize, row: &mut [f32]) {
    if *weights == [0.0; 3] {
        return;
    }
    let side = 1 << scale.saturating_sub(1);
    // At the finest scale cells are those of the map; elsewhere they are places, whose centres lie further in.
    let border = if scale == 0 { 0 } else { MARGIN / 2 };
    let Some(y) = (y / side).checked_sub(border) else { return };
    if scale + 1 == SCALES {
        losses.row::<3>(y).for_each(|(x, losses)| add(&mut row[(x + border) * side..], &losses, weights, side));
    } else {
        losses.row::<2>(y).for_each(|(x, losses)| add(&mut row[(x + border) * side..], &losses, weights, side));
    }
}

/// Adds weighted losses to the `side` cells that each covers. Samples of a coarser scale end beyond the picture at most
/// by less than the border is wide.
#[multiversion(targets("x86_64+avx512f+avx512bw+avx512dq+avx512vl", "x86_64+avx2", "aarch64+neon"))]
fn add(row: &mut [f32], losses: &[&[f32]], weights: &Weights, side: usize) {
    for (losses, weight) in losses.iter().zip(weights) {
        match side {
            1 => add_each::<1>(row, losses, *weight),
            2 => add_each::<2>(row, losses, *weight),
            4 => add_each::<4>(row, losses, *weight),
            _ => add_each::<8>(row, losses, *weight),
        }
    }
}

#[inline(always)]
fn add_each<const SIDE: usize>(row: &mut [f32], losses: &[f32], weight: f32) {
    for (to, loss) in row.as_chunks_mut::<SIDE>().0.iter_mut().zip(losses) {
        let value = weight * loss;
        for to in to {
            *to += value;
        }
    }
}

/// -ln of a mean; one that is zero or below counts as a millionth, for its logarithm has no value.
fn lack(mean: f64) -> f64 {
    -mean.max(1e-6).ln()
}
