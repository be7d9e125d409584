//! Verdicts on candidates: one pass measures all that is read, arithmetic judges, and where a transform was fitted it is
//! taken back and the picture scored again.

use std::ops::Range;

use serde::Serialize;

use crate::evidence::{Candidate, Disagreement, Fault, Seen, Undo, Verdict, disagreement, judge, measured};
use crate::frame::{SourceError, Stop};
use crate::metrics::{Features, Metric, find};
use crate::report::ReferenceInfo;

use super::recipe::{Head, Recipe, fitted, skipping};
use super::score::{ScoreSettings, score_each};
use super::workshop::Workshop;

/// What is judged.
#[derive(Clone, Debug, Default)]
pub struct VerdictSettings {
    /// Frames of the reference, end excluded; all of them if `None`.
    pub frames: Option<Range<usize>>,
    /// Measures all anew, and keeps nothing.
    pub fresh: bool,
    /// Leaves the counterfactual out: no candidate is scored twice.
    pub plain: bool,
}

/// What was found of all candidates of one reference.
#[derive(Clone, Debug, PartialEq)]
pub struct VerdictReport {
    pub reference: ReferenceInfo,
    pub candidates: Vec<Judged>,
    pub disagreement: Disagreement,
}

/// One candidate with its verdict.
#[derive(Clone, Debug, PartialEq)]
pub struct Judged {
    pub recipe: String,
    pub label: String,
    pub provenance: String,
    pub verdict: Verdict,
    pub score: Points,
    /// The recipe of the undone picture: a candidate like any other.
    pub undone: Option<String>,
    /// Of one that runs late: its recipe without the frames too many.
    pub in_step: Option<String>,
    /// Frames that were measured.
    pub frames: usize,
}

/// Means over the frames.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
pub struct Points {
    pub vmaf: Option<f64>,
    pub vmaf_neg: Option<f64>,
    /// Without the bounds of 0 and 100.
    pub vmaf_raw: Option<f64>,
    pub psnr_y: Option<f64>,
    pub ssim_y: Option<f64>,
    /// Points of VMAF that go away when the fitted transform is undone; `None` where nothing was fitted.
    pub vmaf_explained: Option<f64>,
    /// VMAF of the undone picture.
    pub vmaf_undone: Option<f64>,
}

/// Judges all candidates against the reference. `progress` hears the candidate's place, frames done and frames in all;
/// places beyond the last candidate are pictures that were undone.
///
/// # Errors
/// As [`super::score`]; one sentence where what a verdict reads cannot be measured.
pub fn verdict(
    workshop: &Workshop,
    reference: &Recipe,
    candidates: &[Recipe],
    settings: &VerdictSettings,
    progress: &mut dyn FnMut(usize, usize, usize),
    stop: &Stop,
) -> Result<VerdictReport, SourceError> {
    let wanted = |metrics: Vec<&'static dyn Metric>| ScoreSettings {
        metrics,
        frames: settings.frames.clone(),
        region: None,
        fresh: settings.fresh,
    };
    let mut features: Vec<Vec<Features>> = vec![Vec::new(); candidates.len()];
    let mut keep = |place: usize, found: &super::Measurement| {
        if let Some(frames) = features.get_mut(place) {
            frames.push(found.features.clone());
        }
    };
    let report = score_each(workshop, reference, candidates, &wanted(measured()), (progress, &mut keep), stop)?;
    let mut judged = Vec::new();
    for ((recipe, scores), features) in candidates.iter().zip(&report.candidates).zip(&features) {
        if scores.frames.is_empty() {
            return Err(SourceError::source(format!("{} shares no frame with the reference", scores.name())));
        }
        let frames = scores.frames.iter().zip(features).map(|(frame, features)| Seen::of(frame.frame, features));
        let frames = frames.collect::<Result<Vec<Seen>, _>>()?;
        judged.push(Candidate { label: scores.name().to_owned(), bitrate: bitrate(workshop, recipe), frames });
    }
    let verdicts = judge(&judged);
    let mut all = Vec::new();
    for (place, (mut verdict, candidate)) in verdicts.into_iter().zip(&judged).enumerate() {
        let (recipe, scores) = (&candidates[place], &report.candidates[place]);
        let mut score = Points {
            vmaf: candidate.mean("vmaf"),
            vmaf_neg: candidate.mean("vmaf_neg"),
            vmaf_raw: candidate.mean("vmaf_raw"),
            psnr_y: candidate.mean("psnr_y"),
            ssim_y: candidate.mean("ssim_y"),
            ..Points::default()
        };
        let in_step = verdict.faults.iter().find_map(|fault| in_step(recipe, fault));
        let undone = verdict.undo.as_ref().map(|undo| undone(recipe, undo));
        if let Some(undone) = undone.as_ref().filter(|_| !settings.plain) {
            let mut tell = |_: usize, done: usize, of: usize| progress(candidates.len() + place, done, of);
            let only = wanted(find("vmaf").into_iter().collect());
            let again = score_each(
                workshop,
                reference,
                std::slice::from_ref(undone),
                &only,
                (&mut tell, &mut |_, _| {}),
                stop,
            )?;
            score.vmaf_undone = again.candidates.first().and_then(|scores| Some(scores.pooled.get("vmaf")?.mean));
            score.vmaf_explained = score.vmaf.zip(score.vmaf_undone).map(|(vmaf, undone)| vmaf - undone);
            score.vmaf_explained.iter().for_each(|explained| verdict.hear(*explained));
        }
        all.push(Judged {
            recipe: scores.recipe.clone(),
            label: scores.name().to_owned(),
            provenance: scores.provenance.clone(),
            verdict,
            score,
            undone: undone.map(|recipe| recipe.chain()),
            in_step: in_step.map(|recipe| recipe.chain()),
            frames: scores.frames.len(),
        });
    }
    Ok(VerdictReport { reference: report.reference, candidates: all, disagreement: disagreement(&judged) })
}

/// The candidate with the fitted transform taken back.
fn undone(recipe: &Recipe, undo: &Undo) -> Recipe {
    let mut stages = recipe.stages.clone();
    stages.push(fitted(undo.gains, undo.curve));
    recipe.with_stages(stages)
}

/// A candidate that runs late, without the frames too many.
fn in_step(recipe: &Recipe, fault: &Fault) -> Option<Recipe> {
    let Fault::FrameOffset { frames: late @ ..0 } = fault else { return None };
    let stages = recipe.stages.iter().cloned().chain([skipping(late.unsigned_abs() as usize)]);
    Some(recipe.with_stages(stages.collect()))
}

/// Bits a second of a file that is a candidate as it is: its size over its length, sound and all. `None` of what is made
/// here, and of stills.
fn bitrate(workshop: &Workshop, recipe: &Recipe) -> Option<f64> {
    let Head::File(path) = &recipe.head else { return None };
    if recipe.is_made() {
        return None;
    }
    let bytes = std::fs::metadata(path).ok().filter(|file| file.is_file())?.len();
    let timeline = workshop.open(recipe, None).ok()?.source.info().timeline.clone();
    let seconds = timeline.duration();
    (timeline.len() > 1 && seconds > 0.0).then(|| bytes as f64 * 8.0 / seconds)
}
