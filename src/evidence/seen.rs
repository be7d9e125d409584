//! What was measured of a candidate, frame by frame, in the form in which verdicts read it.

use std::collections::BTreeMap;

use super::limits as l;
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

    /// By how much band `band` (1 is the finest) stands too high: the larger of two numbers. *Detail kept*, <r,d>/<r,r>:
    /// above 1 the source's own detail was turned up. And *over-gain*, <d,d>/<r,d>, the energy of noise that was added
    /// taken off: an encoder only shrinks what it keeps, so that this stays at 1 however much was lost, and what is
    /// sharpened after (or before) a strong encode stands above it though less than all detail is there. Only for the
    /// second and third band, where they have signal and half of it is left: the noise of coding lives in the first.
    /// Calibration: over 1,000 honest pairs at most 1.017. `None` where nothing was measured.
    pub fn gain(&self, band: usize) -> Option<f64> {
        let kept = self.get(&format!("kept_{band}"))?;
        let signal = self.get(&format!("signal_{band}")).unwrap_or(0.0);
        let agree = self.get(&format!("agree_{band}")).unwrap_or(0.0);
        if !(2..=3).contains(&band) || signal <= 0.0 || kept < l::HALF_LEFT || agree <= 0.0 {
            return Some(kept);
        }
        let variance = |id: &str| self.get(id).unwrap_or(0.0).powi(2);
        // Noise halves from band to band.
        let share = 0.25f64.powi(band as i32 - 1);
        let added = (variance("noise_candidate") - variance("noise_reference")).max(0.0) * share;
        let shared = signal * signal * kept;
        Some(kept.max((shared / agree - added) / shared))
    }

    /// The most that any band with signal was turned up; 1 where none has signal.
    pub fn turned_up(&self) -> Option<f64> {
        let kept = self.get("detail_kept")?;
        let gains = (2..=3).filter(|band| self.get(&format!("signal_{band}")).unwrap_or(0.0) > 0.0);
        Some(gains.filter_map(|band| self.gain(band)).fold(kept, f64::max))
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
        self.median_of(|seen| seen.get(id))
    }

    /// The median of a number of every frame that has it.
    pub fn median_of(&self, of: impl Fn(&Seen) -> Option<f64>) -> Option<f64> {
        let mut values: Vec<f64> = self.all(of).into_iter().map(|(_, value)| value).collect();
        values.sort_by(f64::total_cmp);
        Some(percentile(&values, 50.0)).filter(|median| median.is_finite())
    }
}

/// The mean of the values; `None` of none.
pub fn mean(values: &[(usize, f64)]) -> Option<f64> {
    let sum: f64 = values.iter().map(|(_, value)| value).sum();
    (!values.is_empty()).then(|| sum / values.len() as f64)
}
