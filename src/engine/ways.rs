//! One comparison in every way that people call VMAF: what `doublet score --ways` gives.

use crate::frame::{SourceError, Stop};
use crate::metrics::vmaf::ways::{WAYS, ways};
use crate::metrics::{Features, Group, Metric, MetricError, POOLINGS, metrics, pool};
use crate::report::{CandidateWays, WayScore, WaysReport};

use super::recipe::Recipe;
use super::score::{ScoreSettings, score_each};
use super::workshop::Workshop;

/// The means that people print.
const MEANS: [&str; 2] = ["mean", "harmonic_mean"];

/// Scores every candidate in all ways: v0 models by mixes of the colour planes by means, and beside them the v1 models.
/// `settings.metrics` is not looked at. `progress` as [`super::score`] has it.
///
/// # Errors
/// As [`super::score`]; one sentence where not even luma can be scored.
pub fn score_ways(
    workshop: &Workshop,
    reference: &Recipe,
    candidates: &[Recipe],
    settings: &ScoreSettings,
    progress: &mut dyn FnMut(usize, usize, usize),
    stop: &Stop,
) -> Result<WaysReport, SourceError> {
    let v1: Vec<&'static dyn Metric> =
        metrics().into_iter().filter(|metric| metric.about().group == Group::VmafV1).collect();
    let all = std::iter::once(&WAYS as &'static dyn Metric).chain(v1.iter().copied()).collect();
    let settings = ScoreSettings { metrics: all, ..settings.clone() };
    let mut features: Vec<Vec<Features>> = vec![Vec::new(); candidates.len()];
    let mut keep = |place: usize, found: &super::Measurement| {
        if let Some(frames) = features.get_mut(place) {
            frames.push(found.features.clone());
        }
    };
    let report = score_each(workshop, reference, candidates, &settings, (progress, &mut keep), stop)?;
    let candidates = report
        .candidates
        .iter()
        .zip(&features)
        .map(|(scores, frames)| {
            let line = |words: &str| format!("{words}; {}", scores.provenance);
            let way = |model: &str, mix: &str, pooling: &str, score: f64, words: &str| WayScore {
                model: model.to_owned(),
                mix: mix.to_owned(),
                pooling: pooling.to_owned(),
                score,
                provenance: line(words),
            };
            let v0 = ways(frames)?.iter().map(|w| way(w.model, w.mix, w.pooling, w.score, &w.words)).collect();
            let mut beside = Vec::new();
            for metric in &v1 {
                for (pooling, score) in pooled(*metric, frames).unwrap_or_default() {
                    let label = metric.about().label;
                    let words = format!("{label} {score:.4} ({pooling} of {} frames)", frames.len());
                    beside.push(way(label, "luma and chroma", pooling, score, &words));
                }
            }
            Ok(CandidateWays::new(scores.recipe.clone(), scores.label.clone(), scores.provenance.clone(), v0, beside))
        })
        .collect::<Result<_, MetricError>>()?;
    Ok(WaysReport { reference: report.reference, candidates })
}

/// A metric over all frames by each of the means. None where a frame has no score.
fn pooled(metric: &dyn Metric, frames: &[Features]) -> Result<Vec<(&'static str, f64)>, MetricError> {
    let values: Vec<f64> =
        frames.iter().map(|frame| metric.score(frame).map(|found| found.value)).collect::<Result<_, _>>()?;
    let Some(pooled) = pool(&values) else { return Ok(Vec::new()) };
    let means = POOLINGS.iter().filter(|pooling| MEANS.contains(&pooling.id));
    Ok(means.filter_map(|pooling| Some((pooling.label, (pooling.of)(&pooled)?))).collect())
}
