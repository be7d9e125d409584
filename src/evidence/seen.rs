//! What was measured of a candidate, frame by frame, in the form in which verdicts read it.

use std::collections::BTreeMap;

use crate::metrics::{Features, Metric, MetricError, hack, metrics, percentile};

/// Ids of the scores that a verdict reads.
const SCORES: [&str; 7] = ["vmaf", "vmaf_neg", "vmaf_raw", "vmaf_neg_raw", "vmaf_ceiling", "psnr_y", "ssim_y"];

/// Ids of metrics that bring the features with them.
const WATCHED: [&str; 3] = ["detail_kept", "chroma_slope", "frame_offset"];

/// The metrics to measure for a verdict, in one pass.
pub fn measured() -> Vec<&'static dyn Metric> {
    let wanted = |metric: &&'static dyn Metric| SCORES.contains(&metric.id()) || WATCHED.contains(&metric.id());
    metrics().into_iter().filter(wanted).collect()
}

/// One frame of a candidate: scores and features by id. What could not be measured (the chroma of a grey picture) is not
/// there.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Seen {
    /// Number of the reference's frame.
    pub frame: usize,
    facts: BTreeMap<&'static str, f64>,
}

impl Seen {
    /// Takes what [`measured`] brought out of `features`.
    ///
    /// # Errors
    /// When scores or the features of luma could not be measured: there is no verdict without them.
    pub fn of(frame: usize, features: &Features) -> Result<Self, MetricError> {
        let mut facts = BTreeMap::new();
        for metric in metrics().into_iter().filter(|metric| SCORES.contains(&metric.id())) {
            facts.insert(metric.id(), metric.score(features)?.value);
        }
        for id in hack::LUMA_FEATURES {
            facts.insert(id, features.get(id)?.value);
        }
        for id in hack::CHROMA_FEATURES.iter().chain(&hack::STEP_FEATURES) {
            if let Ok(found) = features.get(id) {
                facts.insert(id, found.value);
            }
        }
        Ok(Self { frame, facts })
    }

    /// A frame of known numbers, for tests and calibration.
    pub fn from_facts(frame: usize, facts: impl IntoIterator<Item = (&'static str, f64)>) -> Self {
        Self { frame, facts: facts.into_iter().collect() }
    }

    pub fn get(&self, id: &str) -> Option<f64> {
        self.facts.get(id).copied().filter(|value| value.is_finite())
    }

    pub fn facts(&self) -> impl Iterator<Item = (&'static str, f64)> {
        self.facts.iter().map(|(id, value)| (*id, *value))
    }
}

/// A candidate as it is judged.
#[derive(Clone, Debug, Default)]
pub struct Candidate {
    pub label: String,
    /// Bits a second, if it is a file whose rate is known.
    pub bitrate: Option<f64>,
    /// In the order of the film.
    pub frames: Vec<Seen>,
}

impl Candidate {
    /// A number of every frame that has it, with the frame's number.
    pub fn all(&self, of: impl Fn(&Seen) -> Option<f64>) -> Vec<(usize, f64)> {
        self.frames.iter().filter_map(|seen| Some((seen.frame, of(seen)?))).collect()
    }

    /// The mean of a fact over all frames that have it.
    pub fn mean(&self, id: &str) -> Option<f64> {
        mean(&self.all(|seen| seen.get(id)))
    }

    /// The median of a fact, proof against single frames.
    pub fn median(&self, id: &str) -> Option<f64> {
        let mut values: Vec<f64> = self.all(|seen| seen.get(id)).into_iter().map(|(_, value)| value).collect();
        values.sort_by(f64::total_cmp);
        Some(percentile(&values, 50.0)).filter(|median| median.is_finite())
    }
}

/// The mean of the values; `None` of none.
pub fn mean(values: &[(usize, f64)]) -> Option<f64> {
    let sum: f64 = values.iter().map(|(_, value)| value).sum();
    (!values.is_empty()).then(|| sum / values.len() as f64)
}
