//! Overlays of VIF: what was lost, what was boosted, and by how much contrast was turned up or down.

use crate::frame::Map;

use super::super::super::{Memo, Moment, Needs, Overlay, OverlayAbout, Scale};
use super::layers::Layers;
use super::paint::{Kind, Painted};
use super::taps::taps;
use super::{MetricError, Pair, found};

/// An overlay of VIF: a mean of maps at several scales, each with the same weight.
#[derive(Debug)]
pub struct VifMap {
    about: &'static OverlayAbout,
    /// A place's number. Bits are divided by the bits of a scale's mean place.
    kind: Kind,
}

pub static LOSS: VifMap = VifMap { about: &ABOUT_LOSS, kind: Kind::Loss };
pub static BOOST: VifMap = VifMap { about: &ABOUT_BOOST, kind: Kind::Boost };
pub static GAIN: VifMap = VifMap { about: &ABOUT_GAIN, kind: Kind::Gain };

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

/// Mean of what is above zero.
fn mean_boost(map: &Map) -> f64 {
    let row = |row: &[f32]| row.iter().map(|&stops| f64::from(stops.max(0.0))).sum::<f64>();
    (0..map.height).map(|y| row(map.row(y))).sum::<f64>() / map.values.len() as f64
}

impl Overlay for VifMap {
    fn about(&self) -> &'static OverlayAbout {
        self.about
    }

    fn map(&self, moment: &Moment<'_>, memo: &Memo) -> Result<Map, MetricError> {
        let scales = found(&moment.pair, self.kind, memo)?;
        let shown: Vec<_> = scales.iter().filter(|scale| scale.height > 0).collect();
        let weight = |scale: &Painted| {
            let places = scale.width as f32 * scale.height as f32;
            let unit = if self.kind == Kind::Gain { 1.0 } else { scale.sums.den() / places };
            1.0 / (unit * shown.len() as f32)
        };
        spread(&moment.pair, shown.iter().map(|scale| (*scale, weight(scale))))
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
    let scales = scales.map(|GainScale { width, height, stops }| Painted::of(width, height, stops));
    spread(pair, scales.iter().map(|scale| (scale, 0.5)))
}

/// The filter of `scale`, 1 to 3, of 65,536 in all.
pub fn filter(scale: usize) -> &'static [i32] {
    match scale {
        1 => const { &taps::<9>() },
        2 => const { &taps::<5>() },
        _ => const { &taps::<3>() },
    }
}

/// The weighted sum of maps of several sizes at the size of the picture.
fn spread<'a>(pair: &Pair<'_>, maps: impl Iterator<Item = (&'a Painted, f32)>) -> Result<Map, MetricError> {
    let (width, height) = (pair.reference().width, pair.reference().height);
    Layers::new((width as usize, height as usize), maps).map((width, height))
}
