//! Where CAMBI comes from.

use std::sync::Arc;

use multiversion::multiversion;
use rayon::prelude::*;

use crate::frame::Map;

use super::super::shelf::Shelved;
use super::super::{Memo, MetricError, Moment, Needs, Overlay, OverlayAbout, Reads, Scale};
use super::scales::{self, Prepared, score};
use super::settings::{SCALE_WEIGHTS, Settings, pooled};

/// Rows that one job lays; even.
const BAND: usize = 32;

/// Banding at each place, on the scale of the score: a map's mean is CAMBI.
///
/// A sample of a scale adds `weight * contrast / (pooled samples * samples of a window)` to the score if it is among
/// the pooled ones. That share is spread evenly over the pixels which the sample stands for, and multiplied by the
/// number of pixels of the picture, so that the sum of shares becomes a mean. What stands under the cursor is thus the
/// CAMBI of a picture that is banded all over as it is here, divided by the pooled 60%.
#[derive(Debug)]
pub struct Banding;

pub static BANDING: Banding = Banding;

static ABOUT: OverlayAbout = OverlayAbout {
    id: "cambi",
    label: "Banding",
    unit: "",
    scale: Scale::Sequential { to: 25.0 },
    decimals: 1,
    pool: Map::mean,
    pools_to: "CAMBI, as the mean of the map",
    before: 0,
    after: 0,
    needs: Needs::Reference,
    meaning: "Where smooth places break into visible steps. The number is what the place adds to CAMBI, on CAMBI's own \
              scale: the mean over the picture is the score.",
    limits: "The candidate alone is looked at: bands that the source has, or that an artist drew, light up as well. A \
             dark map says that no steps of 1 to 4 codes of the 10-bit scale were found on flat places; it says \
             nothing of blocks, blur or noise.",
};

impl Overlay for Banding {
    fn about(&self) -> &'static OverlayAbout {
        &ABOUT
    }

    fn map(&self, moment: &Moment<'_>, memo: &Memo) -> Result<Map, MetricError> {
        let (_, luma) = moment.pair.planes(ABOUT.id, Reads::Luma)?;
        let scales = match memo.by_product::<Vec<scales::Scale>>(KEY, &moment.pair) {
            Some(scales) => scales,
            None => Arc::new(evidence(&Prepared::new(luma, moment.pair.sample())).0),
        };
        let values = flatten(&scales, Settings::PLAIN.window(luma.width as usize, luma.height as usize));
        Map::new(luma.width, luma.height, values).map_err(|error| MetricError::Color(error.to_string()))
    }
}

/// Under which a [`Memo`] hands on the scales of a pair.
pub(super) const KEY: &str = "cambi";

/// All scales of a picture with their places, the finest first, and the score.
pub(super) fn evidence(picture: &Prepared) -> (Vec<scales::Scale>, f64) {
    let mut all = Vec::new();
    let value = score(picture, &Settings::PLAIN, true, |scale| all.push(scale));
    (all, value)
}

/// Spreads coarse scales over finer ones, down to the finest, which has the picture's size.
fn flatten(scales: &[scales::Scale], window: usize) -> Vec<f32> {
    let pixels = scales.first().map_or(0, |finest| finest.width * finest.height) as f64;
    let mut coarse = Vec::new();
    for (number, scale) in scales.iter().enumerate().rev() {
        let places = scale.width * scale.height;
        // Of the coarser ones only the map itself leaves this function.
        let mut fine = if number == 0 { vec![0.0; places] } else { f32::shelf().take(places) };
        let weight = SCALE_WEIGHTS[scale.number] * pixels / (pooled(places) as f64 * (window * window) as f64);
        fine.par_chunks_mut(scale.width * BAND).enumerate().for_each(|(band, rows)| {
            let from = coarse.get(band * BAND / 2 * scale.width.div_ceil(2)..).unwrap_or_default();
            lay(scale, band * BAND, weight, from, rows);
        });
        f32::shelf().give_back(std::mem::replace(&mut coarse, fine));
    }
    coarse
}

/// Writes rows `top..` of a scale: of each share `from` the coarser one an equal part to the 1, 2 or 4 samples that it
/// stands for, and `weight` times what its own values add to the score.
#[multiversion(targets("x86_64+avx512f+avx512bw+avx512dq+avx512vl", "x86_64+avx2", "aarch64+neon"))]
fn lay(scale: &scales::Scale, top: usize, weight: f64, from: &[f32], rows: &mut [f32]) {
    let (width, across) = (scale.width, scale.width.div_ceil(2));
    for (y, row) in rows.chunks_exact_mut(width).enumerate() {
        let Some(from) = from.get(y / 2 * across..(y / 2 + 1) * across) else {
            row.fill(0.0);
            continue;
        };
        let down = if (top + y) / 2 * 2 + 1 < scale.height { 0.5 } else { 1.0 };
        let (pairs, last) = row.as_chunks_mut::<2>();
        for (pair, share) in pairs.iter_mut().zip(from) {
            *pair = [share * (down * 0.5); 2];
        }
        if let ([last], Some(share)) = (last, from.last()) {
            *last = share * down;
        }
    }
    let bottom = top + rows.len() / width;
    for found in &scale.found {
        let first = found.places.partition_point(|stretch| (stretch.y as usize) < top);
        for stretch in found.places[first..].iter().take_while(|stretch| (stretch.y as usize) < bottom) {
            let at = (stretch.y as usize - top) * width + usize::from(stretch.x);
            let (first, count) = (stretch.first as usize, usize::from(stretch.count));
            scale.cut.add(&found.values[first..first + count], weight, &mut rows[at..at + count]);
        }
    }
}
