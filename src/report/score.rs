//! What `doublet score` found, in the shape of its JSON.

use serde::{Deserialize, Serialize};

use crate::metrics::{MetricError, Pooled, Value, metrics, pool_timed};

use super::ById;

/// Scores of any number of candidates against one reference.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ScoreReport {
    pub reference: ReferenceInfo,
    pub candidates: Vec<CandidateScores>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ReferenceInfo {
    pub path: String,
    pub width: u32,
    pub height: u32,
    /// Frames the reference has, measured or not.
    pub frames: usize,
}

/// One candidate's scores. `pooled` always follows from `frames`: it is made anew with every frame list.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct CandidateScores {
    /// The line it was opened from.
    pub recipe: String,
    /// A short name for tables; the recipe stands in where there is none.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub label: String,
    /// How its pictures came to be comparable: what was converted, resized, guessed, paired.
    pub provenance: String,
    /// By metric id, over the frames that have a value; a metric that has none is left out.
    pub pooled: ById<Pooled>,
    /// Measured frames in ascending order.
    pub frames: Vec<FrameScores>,
    /// Frames of the reference that were asked for and have no partner; never filled with a neighbour's score.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub missing: Vec<Missing>,
}

/// The scores of one frame: `{"frame": 0, "time": 0.0, "psnr_y": 41.5, ...}`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct FrameScores {
    /// The reference's frame number, from 0.
    pub frame: usize,
    /// Seconds from the reference's first frame.
    pub time: f64,
    /// By metric id; `None` (null) where there is no value.
    #[serde(flatten)]
    pub scores: ById<Option<f64>>,
    /// Ids of the metrics that found identical samples: their value is a cap, not a measurement.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub identical: Vec<String>,
    /// Why a score is null, by metric id.
    #[serde(default, skip_serializing_if = "ById::is_empty")]
    pub reasons: ById<String>,
}

/// A frame of the reference with no frame to compare it with.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Missing {
    pub frame: usize,
    /// Seconds from the reference's first frame.
    pub time: f64,
    /// One sentence.
    pub reason: String,
}

impl FrameScores {
    /// A frame with no scores yet.
    pub fn new(frame: usize, time: f64) -> Self {
        Self { frame, time, scores: ById::default(), identical: Vec::new(), reasons: ById::default() }
    }

    /// Enters what metric `id` found, or why it found nothing. A value that is not finite becomes null.
    pub fn set(&mut self, id: &str, found: &Result<Value, MetricError>) {
        self.identical.retain(|have| have != id);
        match found {
            Ok(found) if found.value.is_finite() => {
                self.scores.insert(id, Some(found.value));
                if found.identical {
                    self.identical.push(id.into());
                }
            }
            Ok(found) => self.refuse(id, &format!("{id} came to {}, which is no number", found.value)),
            Err(error) => self.refuse(id, &error.to_string()),
        }
    }

    /// Enters that metric `id` has no value here, and why.
    pub fn refuse(&mut self, id: &str, reason: &str) {
        self.scores.insert(id, None);
        self.reasons.insert(id, reason.into());
    }

    pub fn is_identical(&self, id: &str) -> bool {
        self.identical.iter().any(|have| have == id)
    }
}

impl CandidateScores {
    /// Sorts `frames` and `missing` by frame number and pools what was measured.
    pub fn new(
        recipe: impl Into<String>,
        provenance: impl Into<String>,
        mut frames: Vec<FrameScores>,
        mut missing: Vec<Missing>,
    ) -> Self {
        frames.sort_by_key(|frame| frame.frame);
        missing.sort_by_key(|missing| missing.frame);
        let mut pooled = ById::default();
        for metric in metrics() {
            let id = metric.id();
            let value = |f: &FrameScores| {
                let value = f.scores.get(id).copied().flatten()?;
                Some((f.time, Value { value, identical: f.is_identical(id) }))
            };
            let (times, values): (Vec<f64>, Vec<Value>) = frames.iter().filter_map(value).unzip();
            if let Some(all) = pool_timed(&times, &values, metric.about().direction) {
                pooled.insert(id, all);
            }
        }
        Self { recipe: recipe.into(), label: String::new(), provenance: provenance.into(), pooled, frames, missing }
    }

    /// The same under a short name.
    pub fn labelled(self, label: impl Into<String>) -> Self {
        Self { label: label.into(), ..self }
    }

    /// What to call the candidate where room is short.
    pub fn name(&self) -> &str {
        if self.label.is_empty() { &self.recipe } else { &self.label }
    }

    /// Ids of all metrics asked for, measured or refused, in the order of the metrics' table.
    pub fn ids(&self) -> Vec<&'static str> {
        let asked = |id: &str| self.frames.iter().any(|frame| frame.scores.get(id).is_some());
        metrics().iter().map(|metric| metric.id()).filter(|id| asked(id)).collect()
    }

    /// The first reason given for metric `id` having no value.
    pub fn reason(&self, id: &str) -> Option<&str> {
        self.frames.iter().find_map(|frame| frame.reasons.get(id)).map(String::as_str)
    }
}

impl ScoreReport {
    /// Ids of all metrics asked for in any candidate, in the order of the metrics' table.
    pub fn ids(&self) -> Vec<&'static str> {
        let used: Vec<_> = self.candidates.iter().flat_map(CandidateScores::ids).collect();
        metrics().iter().map(|metric| metric.id()).filter(|id| used.contains(id)).collect()
    }
}
