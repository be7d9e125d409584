//! Overlays of VIF: what was lost, what was boosted, and by how much contrast was turned up or down.

use rayon::prelude::*;

use crate::frame::Map;

use super::super::super::{Memo, Moment, Needs, Overlay, OverlayAbout, Scale};
use super::detail::{Painted, painted};
use super::sums::{Bits, Sums};
use super::taps::taps;
use super::walk::SCALES;
use super::work::Sigma;
use super::{MetricError, Pair};

/// An overlay of VIF: a mean of maps at several scales.
#[derive(Debug)]
pub struct VifMap {
    about: &'static OverlayAbout,
    /// The scales that it shows, each with the same weight.
    scales: [bool; SCALES],
    /// A place's number: from what it adds, variances, and which place.
    paint: fn(&Bits, &Sigma, usize) -> [f32; 1],
    /// Whether numbers are bits, to be divided by the bits of a scale's mean place.
    bits: bool,
}

pub static LOSS: VifMap =
    VifMap { about: &ABOUT_LOSS, scales: [true; SCALES], paint: |bits, _, i| [bits.den(i) - bits.num(i)], bits: true };

pub static BOOST: VifMap = VifMap {
    about: &ABOUT_BOOST,
    scales: [true; SCALES],
    paint: |bits, _, i| [bits.num(i) - bits.num_neg(i)],
    bits: true,
};

pub static GAIN: VifMap = VifMap { about: &ABOUT_GAIN, scales: [false, true, true, false], paint: stops, bits: false };

static ABOUT_LOSS: OverlayAbout = OverlayAbout {
    id: "vif_loss",
    label: "VIF loss",
    unit: "of a mean place",
    scale: Scale::Sequential { to: 1.5 },
    decimals: 2,
    pool: Map::mean,
    pools_to: "1 minus the mean of vif_scale0 to vif_scale3",
    before: 0,
    after: 0,
    needs: Needs::Reference,
    meaning: "Where information of the reference can no longer be seen in the candidate, at four sizes of detail \
              together: 1 is as much as a mean place of the reference holds.",
    limits: "Brightness only, and each frame for itself. Where contrast was raised the loss can fall below zero and is \
             dark: that says boosted, not better. A dark place may also have had nothing to lose.",
};

static ABOUT_BOOST: OverlayAbout = OverlayAbout {
    id: "vif_boost",
    label: "VIF boost",
    scale: Scale::Sequential { to: 0.5 },
    pools_to: "the mean of vif_scale0 to vif_scale3 minus that of vif_scale0_neg to vif_scale3_neg",
    meaning: "Where contrast was raised and VIF counts that as information: its part of the gap between VMAF and \
              VMAF-NEG. 1 is as much as a mean place of the reference holds.",
    limits: "It cannot tell sharpening that gives back what was lost from sharpening for the score's sake. Dark says \
             that no contrast above the reference's was counted, not that the picture is faithful.",
    ..ABOUT_LOSS
};

static ABOUT_GAIN: OverlayAbout = OverlayAbout {
    id: "gain",
    label: "Enhancement gain",
    unit: "stops",
    scale: Scale::Diverging { to: 0.5, low: "lost", high: "boosted" },
    decimals: 2,
    pool: mean_boost,
    pools_to: "mean of the boost (the orange part), in stops of contrast",
    meaning: "By how much local contrast was turned up (orange) or down (blue) at a middle size of detail, in stops: \
              +1 is twice the contrast, -1 half. Places that hold little in the reference are toned down.",
    limits: "It follows detail that is in the reference: what was invented where nothing was stays dark, and grain \
             that was added hardly shows. A boost may be wanted; the map says that it is there.",
    ..ABOUT_LOSS
};

/// Largest gain that is shown, up or down: three stops.
const MOST_STOPS: f32 = 3.0;
/// Bits at which a place begins to count in the gain, and from which it counts in full: variances of the reference of
/// 6 and 43 squared codes. Below, coding noise makes gains of its own.
const FAINT: f32 = 2.0;
const FULL: f32 = 4.5;

/// log2 of the gain g = c / s1 of place `i`, within [`MOST_STOPS`], times how far the place counts.
fn stops(bits: &Bits, sigma: &Sigma, i: usize) -> [f32; 1] {
    let weight = ((bits.den(i) - FAINT) / (FULL - FAINT)).clamp(0.0, 1.0);
    if bits.is_flat(i) || weight == 0.0 {
        return [0.0];
    }
    let gain = sigma[2][i].max(0) as f32 / sigma[0][i] as f32;
    [gain.log2().clamp(-MOST_STOPS, MOST_STOPS) * weight]
}

/// Mean of what is above zero.
fn mean_boost(map: &Map) -> f64 {
    let row = |row: &[f32]| row.iter().map(|&stops| f64::from(stops.max(0.0))).sum::<f64>();
    (0..map.height).map(|y| row(map.row(y))).sum::<f64>() / map.values.len() as f64
}

impl Overlay for VifMap {
    fn about(&self) -> &'static OverlayAbout {
        self.about
    }

    fn map(&self, moment: &Moment<'_>, _: &Memo) -> Result<Map, MetricError> {
        let scales = painted(&moment.pair, self.scales, self.paint)?;
        let shown = self.scales.iter().filter(|&&shown| shown).count();
        let weighed: Vec<_> = scales
            .into_iter()
            .filter(|scale| scale.height > 0)
            .map(|scale| {
                let places = scale.width as f32 * scale.height as f32;
                let unit = if self.bits { scale.sums.den() / places } else { 1.0 };
                (scale, 1.0 / (unit * shown as f32))
            })
            .collect();
        spread(&moment.pair, &weighed)
    }
}

/// The gain of one scale, in stops: `height` rows of `width`.
pub struct GainScale {
    pub width: usize,
    pub height: usize,
    pub stops: Vec<f32>,
}

/// [`GAIN`]'s map from the gains of its two scales, found elsewhere.
///
/// # Errors
/// [`MetricError`] when there is no luma, or less than 32x32 of it.
pub fn gain_map(pair: &Pair<'_>, scales: [GainScale; 2]) -> Result<Map, MetricError> {
    super::planes(pair)?;
    let painted =
        |GainScale { width, height, stops }| (Painted { width, height, planes: [stops], sums: Sums::default() }, 0.5);
    spread(pair, &scales.map(painted))
}

/// The filter of `scale`, 1 to 3, of 65,536 in all.
pub fn filter(scale: usize) -> &'static [i32] {
    match scale {
        1 => const { &taps::<9>() },
        2 => const { &taps::<5>() },
        _ => const { &taps::<3>() },
    }
}

/// The weighted sum of maps of several sizes at the size of the picture. Each pixel has the mean of what it covers, so
/// that the mean over all stays what it was.
fn spread(pair: &Pair<'_>, maps: &[(Painted<1>, f32)]) -> Result<Map, MetricError> {
    let (width, height) = (pair.reference().width, pair.reference().height);
    let mut values = vec![0.0; width as usize * height as usize];
    let columns: Vec<Vec<Cover>> = maps.iter().map(|(map, _)| covers(width as usize, map.width)).collect();
    let rows: Vec<Vec<Cover>> = maps.iter().map(|(map, _)| covers(height as usize, map.height)).collect();
    values.par_chunks_mut(width as usize).enumerate().for_each(|(y, out)| {
        for (((map, weight), columns), rows) in maps.iter().zip(&columns).zip(&rows) {
            let Cover { first, second, share } = rows[y];
            let [plane] = &map.planes;
            let row = |y: usize| &plane[y * map.width..(y + 1) * map.width];
            let (above, below) = (row(first), row(second));
            for (out, cover) in out.iter_mut().zip(columns) {
                let along = |row: &[f32]| row[cover.first] + (row[cover.second] - row[cover.first]) * cover.share;
                let value = along(above);
                let value = if share == 0.0 { value } else { value + (along(below) - value) * share };
                *out += value * weight;
            }
        }
    });
    Map::new(width, height, values).map_err(|error| MetricError::Color(error.to_string()))
}

/// The cells of a coarser grid that one pixel covers: the first, and the second (it may be the same) to `share`.
#[derive(Clone, Copy)]
struct Cover {
    first: usize,
    second: usize,
    share: f32,
}

/// For each of `pixels`, what it covers of as many or fewer `cells`.
fn covers(pixels: usize, cells: usize) -> Vec<Cover> {
    let cover = |i: usize| {
        let first = i * cells / pixels;
        // In units of which a pixel is `cells` long, and a cell `pixels`.
        let beyond = ((i + 1) * cells).saturating_sub((first + 1) * pixels);
        Cover { first, second: (first + 1).min(cells - 1), share: beyond as f32 / cells as f32 }
    };
    (0..pixels).map(cover).collect()
}
