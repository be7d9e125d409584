//! VMAF's models as metrics: which features go in, which model answers, and what happens to the answer.

use crate::metrics::{About, Features, Metric, MetricError, Value};

use super::model::{Finish, ModelError, Spread, shelf};
use super::words;

impl From<ModelError> for MetricError {
    fn from(error: ModelError) -> Self {
        Self::Model(error.to_string())
    }
}

/// One model's score.
#[derive(Debug)]
pub struct Vmaf {
    about: &'static About,
    /// Netflix's name of the model.
    pub model: &'static str,
    /// In the order in which the model reads them.
    features: &'static [&'static str],
    pub finish: Finish,
}

/// What the v0.6.1 models read.
pub const V0: [&str; 6] = ["adm2", "motion2", "vif_scale0", "vif_scale1", "vif_scale2", "vif_scale3"];
/// The same with no credit for enhancement.
pub const V0_NEG: [&str; 6] =
    ["adm2_neg", "motion2", "vif_scale0_neg", "vif_scale1_neg", "vif_scale2_neg", "vif_scale3_neg"];
/// What the v1 models read. At 3 heights of 1080 lines and at 1.5 of 2160 a sample is seen under the same angle, and
/// the features are the same.
const V1: [&str; 4] = ["cambi_v1", "speed_chroma", "adm3_v1", "motion3_v1"];
const V1_PHONE: [&str; 4] = ["cambi_v1", "speed_chroma_5h", "adm3_v1_5h", "motion3_v1"];
const V1_4K_3H: [&str; 4] = ["cambi_v1", "speed_chroma_2160", "adm3_v1_2160", "motion3_v1"];
const V1_HFR: [&str; 4] = ["cambi_v1", "speed_chroma", "adm3_v1", "motion3_v1_hfr"];
const V1_PHONE_HFR: [&str; 4] = ["cambi_v1", "speed_chroma_5h", "adm3_v1_5h", "motion3_v1_hfr"];
const V1_4K_3H_HFR: [&str; 4] = ["cambi_v1", "speed_chroma_2160", "adm3_v1_2160", "motion3_v1_hfr"];

const fn vmaf(about: &'static About, model: &'static str, features: &'static [&'static str], finish: Finish) -> Vmaf {
    Vmaf { about, model, features, finish }
}

pub static VMAF: Vmaf = vmaf(&words::VMAF, "vmaf_v0.6.1", &V0, Finish::Score);
pub static VMAF_NEG: Vmaf = vmaf(&words::VMAF_NEG, "vmaf_v0.6.1neg", &V0_NEG, Finish::Score);
pub static VMAF_4K: Vmaf = vmaf(&words::VMAF_4K, "vmaf_4k_v0.6.1", &V0, Finish::Score);
pub static VMAF_4K_NEG: Vmaf = vmaf(&words::VMAF_4K_NEG, "vmaf_4k_v0.6.1neg", &V0_NEG, Finish::Score);
pub static VMAF_PHONE: Vmaf = vmaf(&words::VMAF_PHONE, "vmaf_v0.6.1", &V0, Finish::Phone);
pub static VMAF_RAW: Vmaf = vmaf(&words::VMAF_RAW, "vmaf_v0.6.1", &V0, Finish::Unclipped);
pub static VMAF_NEG_RAW: Vmaf = vmaf(&words::VMAF_NEG_RAW, "vmaf_v0.6.1neg", &V0_NEG, Finish::Unclipped);

pub static VMAF_V1: Vmaf = vmaf(&words::VMAF_V1, "vmaf_v1.0.16_3d0h", &V1, Finish::Score);
pub static VMAF_V1_PHONE: Vmaf = vmaf(&words::VMAF_V1_PHONE, "vmaf_v1.0.16_5d0h", &V1_PHONE, Finish::Score);
pub static VMAF_V1_4K: Vmaf = vmaf(&words::VMAF_V1_4K, "vmaf_v1.0.16_1d5h_2160", &V1, Finish::Score);
pub static VMAF_V1_4K_3H: Vmaf = vmaf(&words::VMAF_V1_4K_3H, "vmaf_v1.0.16_3d0h_2160", &V1_4K_3H, Finish::Score);
pub static VMAF_V1_HFR: Vmaf = vmaf(&words::VMAF_V1_HFR, "vmaf_v1.0.16_hfr_3d0h", &V1_HFR, Finish::Score);
pub static VMAF_V1_PHONE_HFR: Vmaf =
    vmaf(&words::VMAF_V1_PHONE_HFR, "vmaf_v1.0.16_hfr_5d0h", &V1_PHONE_HFR, Finish::Score);
pub static VMAF_V1_4K_HFR: Vmaf = vmaf(&words::VMAF_V1_4K_HFR, "vmaf_v1.0.16_hfr_1d5h_2160", &V1_HFR, Finish::Score);
pub static VMAF_V1_4K_3H_HFR: Vmaf =
    vmaf(&words::VMAF_V1_4K_3H_HFR, "vmaf_v1.0.16_hfr_3d0h_2160", &V1_4K_3H_HFR, Finish::Score);

impl Metric for Vmaf {
    fn about(&self) -> &'static About {
        self.about
    }

    fn features(&self) -> &[&'static str] {
        self.features
    }

    fn score(&self, features: &Features) -> Result<Value, MetricError> {
        let (values, identical) = read(features, self.features)?;
        let model = shelf()?.model(self.model)?;
        finite(self.about, model.score(&values, self.finish), identical)
    }
}

/// What a frame would score if nothing were lost: the answer of v0.6.1 to detail and fidelity of 1.
#[derive(Debug)]
pub struct Ceiling;

pub static VMAF_CEILING: Ceiling = Ceiling;

impl Metric for Ceiling {
    fn about(&self) -> &'static About {
        &words::VMAF_CEILING
    }

    fn features(&self) -> &[&'static str] {
        &["motion2"]
    }

    fn score(&self, features: &Features) -> Result<Value, MetricError> {
        let motion = features.get("motion2")?.value;
        finite(&words::VMAF_CEILING, ceiling(motion)?, false)
    }
}

/// The unclipped v0.6.1 score of a frame with nothing lost and nothing gained, at `motion` (`motion2`).
///
/// # Errors
/// [`ModelError`] when a model inside the program is damaged.
pub fn ceiling(motion: f64) -> Result<f64, ModelError> {
    Ok(shelf()?.model("vmaf_v0.6.1")?.score(&[1.0, motion, 1.0, 1.0, 1.0, 1.0], Finish::Unclipped))
}

/// One number of the bootstrap model, whose 20 members were trained on resampled viewers' data.
#[derive(Debug)]
pub struct Sure {
    about: &'static About,
    /// What is shown of the spread; `None` shows the score of the member that was trained on all data.
    of: Option<fn(&Spread) -> f64>,
}

pub static VMAF_B: Sure = Sure { about: &words::VMAF_B, of: None };
pub static VMAF_B_MEAN: Sure = Sure { about: &words::VMAF_B_MEAN, of: Some(|spread| spread.mean) };
pub static VMAF_B_SD: Sure = Sure { about: &words::VMAF_B_SD, of: Some(|spread| spread.deviation) };
pub static VMAF_B_LOW: Sure = Sure { about: &words::VMAF_B_LOW, of: Some(|spread| spread.low) };
pub static VMAF_B_HIGH: Sure = Sure { about: &words::VMAF_B_HIGH, of: Some(|spread| spread.high) };

impl Metric for Sure {
    fn about(&self) -> &'static About {
        self.about
    }

    fn features(&self) -> &[&'static str] {
        &V0
    }

    fn score(&self, features: &Features) -> Result<Value, MetricError> {
        let (values, identical) = read(features, &V0)?;
        let bootstrap = &shelf()?.bootstrap;
        let score = match self.of {
            None => bootstrap.main.score(&values, Finish::Score),
            Some(of) => of(&bootstrap.spread(&values, Finish::Score)),
        };
        finite(self.about, score, identical)
    }
}

/// The values of `ids`, and whether everything that compares pictures found them identical (motion and banding look
/// at one picture only).
fn read(features: &Features, ids: &[&'static str]) -> Result<(Vec<f64>, bool), MetricError> {
    let mut identical = true;
    let mut values = Vec::with_capacity(ids.len());
    for id in ids {
        let found = features.get(id)?;
        identical &= found.identical || id.starts_with("motion") || id.starts_with("cambi");
        values.push(found.value);
    }
    Ok((values, identical))
}

fn finite(about: &'static About, value: f64, identical: bool) -> Result<Value, MetricError> {
    if !value.is_finite() {
        return Err(MetricError::NotFinite { metric: about.id, value });
    }
    Ok(Value { value, identical })
}
