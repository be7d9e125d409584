//! How many ways there are to call one comparison "VMAF": nine v0 models, six mixes of luma and chroma, two means.
//!
//! Codec comparisons differ in all three, seldom say so, and may pick what flatters (Antsiferova, Yakovenko, Safonov,
//! Kulikov, Gushchin and Vatolin 2021, arXiv 2107.10220, compare variants of this kind). Which ones are counted here:
//! - **Models**: v0.6.1 plain, NEG, phone, and phone NEG; 4K plain and NEG; b_v0.6.3 plain, NEG and phone. All can be
//!   had from libvmaf: NEG of b_v0.6.3 is that model reading features with `enhn_gain_limit=1`, phone is
//!   `enable_transform`. 4K has no phone curve. The float models are left out: they differ in the fourth digit.
//! - **Mixes**: luma alone, and Y:Cb:Cr of 14:1:1, 10:1:1, 8:1:1, 6:1:1 (the habit of JCT-VC's comparisons) and 4:1:1
//!   (the number of samples in 4:2:0). VMAF of a chroma plane is that of the plane taken for a picture of its own; the
//!   models were never trained on such pictures. Scores are mixed frame by frame, then pooled.
//! - **Means**: arithmetic, and libvmaf's harmonic mean n / sum(1 / (s + 1)) - 1.

use crate::metrics::{About, Features, Metric, MetricError, POOLINGS, Value, pool};

use super::model::{Finish, Model, Shelf, shelf};
use super::score::{V0, V0_NEG};
use super::words;

/// One way to score a comparison.
#[derive(Debug, Clone, PartialEq)]
pub struct Way {
    /// As people name it ("4K NEG").
    pub model: &'static str,
    /// As people name it ("luma", "6:1:1").
    pub mix: &'static str,
    /// As people name it ("mean", "harmonic mean").
    pub pooling: &'static str,
    pub score: f64,
    /// Where the number comes from, in a line to copy.
    pub words: String,
}

/// A variant of a model.
struct Variant {
    name: &'static str,
    /// Netflix's name of the model and what is done to it, for the provenance.
    source: &'static str,
    model: fn(&Shelf) -> Result<&Model, MetricError>,
    neg: bool,
    finish: Finish,
}

const V061: fn(&Shelf) -> Result<&Model, MetricError> = |shelf| Ok(shelf.model("vmaf_v0.6.1")?);
const V4K: fn(&Shelf) -> Result<&Model, MetricError> = |shelf| Ok(shelf.model("vmaf_4k_v0.6.1")?);
const VB: fn(&Shelf) -> Result<&Model, MetricError> = |shelf| Ok(&shelf.bootstrap.main);

#[rustfmt::skip]
const VARIANTS: [Variant; 9] = [
    Variant { name: "v0.6.1", source: "vmaf_v0.6.1", model: V061, neg: false, finish: Finish::Score },
    Variant { name: "NEG", source: "vmaf_v0.6.1neg", model: V061, neg: true, finish: Finish::Score },
    Variant { name: "phone", source: "vmaf_v0.6.1, phone curve", model: V061, neg: false, finish: Finish::Phone },
    Variant { name: "phone NEG", source: "vmaf_v0.6.1neg, phone curve", model: V061, neg: true, finish: Finish::Phone },
    Variant { name: "4K", source: "vmaf_4k_v0.6.1", model: V4K, neg: false, finish: Finish::Score },
    Variant { name: "4K NEG", source: "vmaf_4k_v0.6.1neg", model: V4K, neg: true, finish: Finish::Score },
    Variant { name: "b", source: "vmaf_b_v0.6.3", model: VB, neg: false, finish: Finish::Score },
    Variant { name: "b NEG", source: "vmaf_b_v0.6.3, no enhancement gain", model: VB, neg: true, finish: Finish::Score },
    Variant { name: "b phone", source: "vmaf_b_v0.6.3, phone curve", model: VB, neg: false, finish: Finish::Phone },
];

/// Name and weight of luma, where each chroma plane has 1; luma alone is infinitely heavier.
const MIXES: [(&str, f64); 6] =
    [("luma", f64::INFINITY), ("14:1:1", 14.0), ("10:1:1", 10.0), ("8:1:1", 8.0), ("6:1:1", 6.0), ("4:1:1", 4.0)];

/// Ids of the two means among [`POOLINGS`].
const MEANS: [&str; 2] = ["mean", "harmonic_mean"];

const CB: [&str; 6] = ["adm2_cb", "motion2_cb", "vif_scale0_cb", "vif_scale1_cb", "vif_scale2_cb", "vif_scale3_cb"];
const CB_NEG: [&str; 6] =
    ["adm2_neg_cb", "motion2_cb", "vif_scale0_neg_cb", "vif_scale1_neg_cb", "vif_scale2_neg_cb", "vif_scale3_neg_cb"];
const CR: [&str; 6] = ["adm2_cr", "motion2_cr", "vif_scale0_cr", "vif_scale1_cr", "vif_scale2_cr", "vif_scale3_cr"];
const CR_NEG: [&str; 6] =
    ["adm2_neg_cr", "motion2_cr", "vif_scale0_neg_cr", "vif_scale1_neg_cr", "vif_scale2_neg_cr", "vif_scale3_neg_cr"];

/// Everything that [`ways`] reads.
const ALL: [&str; 33] = all();

const fn all() -> [&'static str; 33] {
    let groups = [V0, CB, CR, V0_NEG, CB_NEG, CR_NEG];
    let mut ids = [""; 33];
    let (mut group, mut n) = (0, 0);
    while group < groups.len() {
        let mut k = 0;
        while k < 6 {
            // Motion is the same with and without enhancement gain.
            if group < 3 || k != 1 {
                ids[n] = groups[group][k];
                n += 1;
            }
            k += 1;
        }
        group += 1;
    }
    ids
}

/// A metric that is in no table: `Plan::new(&[&WAYS])` measures what [`ways`] reads. Its own score is VMAF v0.6.1.
#[derive(Debug)]
pub struct Ways;

pub static WAYS: Ways = Ways;

impl Metric for Ways {
    fn about(&self) -> &'static About {
        &words::VMAF
    }

    fn features(&self) -> &[&'static str] {
        &ALL
    }

    fn score(&self, features: &Features) -> Result<Value, MetricError> {
        super::score::VMAF.score(features)
    }
}

/// The score of a comparison in every way there is, from the features of its frames (see [`WAYS`]), models in a fixed
/// order, within them mixes, within them means: 108, or 18 where the pictures have no chroma planes fit for VMAF
/// (grey, or below 64x64).
///
/// # Errors
/// [`MetricError`] of a luma feature that is missing; [`MetricError::NotMeasured`] for no frames at all.
pub fn ways(frames: &[Features]) -> Result<Vec<Way>, MetricError> {
    let shelf = shelf()?;
    let has_chroma = frames.first().map_or(Ok(false), has_chroma)?;
    let mut ways = Vec::with_capacity(108);
    for variant in &VARIANTS {
        let planes = if variant.neg { [V0_NEG, CB_NEG, CR_NEG] } else { [V0, CB, CR] };
        let model = (variant.model)(shelf)?;
        let planes = &planes[..if has_chroma { 3 } else { 1 }];
        let scores: Vec<Vec<f64>> =
            planes.iter().map(|ids| series(model, variant.finish, ids, frames)).collect::<Result<_, _>>()?;
        for &(mix, weight) in MIXES.iter().filter(|(_, weight)| has_chroma || weight.is_infinite()) {
            let mixed: Vec<f64> = (0..frames.len()).map(|n| mixed(&scores, n, weight)).collect();
            let pooled = pool(&mixed).ok_or(MetricError::NotMeasured { feature: V0[0] })?;
            for mean in POOLINGS.iter().filter(|pooling| MEANS.contains(&pooling.id)) {
                let score = (mean.of)(&pooled).ok_or(MetricError::NotMeasured { feature: V0[0] })?;
                let words = provenance(variant, mix, mean.label, score, frames.len());
                ways.push(Way { model: variant.name, mix, pooling: mean.label, score, words });
            }
        }
    }
    Ok(ways)
}

/// Whether there are colour planes fit for VMAF.
fn has_chroma(frame: &Features) -> Result<bool, MetricError> {
    match frame.get(CB[0]) {
        Ok(_) => Ok(true),
        Err(MetricError::NoChroma { .. } | MetricError::NoLuma { .. } | MetricError::TooSmall { .. }) => Ok(false),
        Err(error) => Err(error),
    }
}

/// Scores of one plane, frame by frame.
fn series(
    model: &Model,
    finish: Finish,
    ids: &[&'static str; 6],
    frames: &[Features],
) -> Result<Vec<f64>, MetricError> {
    frames.iter().map(|frame| Ok(model.score(&frame.all(*ids)?.0, finish))).collect()
}

fn mixed(scores: &[Vec<f64>], frame: usize, luma: f64) -> f64 {
    match scores {
        [y, cb, cr] if luma.is_finite() => (luma * y[frame] + cb[frame] + cr[frame]) / (luma + 2.0),
        [y, ..] => y[frame],
        [] => f64::NAN,
    }
}

fn provenance(variant: &Variant, mix: &str, pooling: &str, score: f64, frames: usize) -> String {
    let planes = if mix == "luma" { "luma alone".to_owned() } else { format!("Y:Cb:Cr {mix}") };
    let frames = if frames == 1 { "1 frame".to_owned() } else { format!("{frames} frames") };
    format!("VMAF {score:.4} ({}; {planes}; {pooling} of {frames})", variant.source)
}
