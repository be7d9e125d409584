//! Scores of whole candidates, as `doublet score` gives them.

use std::ops::Range;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, sync_channel};
use std::thread::ScopedJoinHandle;

use crate::frame::{Frame, FrameSource, Request, SourceError, SourceInfo, Stop};
use crate::metrics::{Metric, standard};
use crate::report::{CandidateScores, FrameScores, Missing, ReferenceInfo, ScoreReport};

use super::crop::Crop;
use super::enlarged::Sources;
use super::pairing::Pairing;
use super::recipe::{Head, Recipe};
use super::reel::{Get, Window};
use super::scorer::{Measurement, Scorer, provenance, rate_of};
use super::workshop::Workshop;

/// What to measure.
#[derive(Clone)]
pub struct ScoreSettings {
    pub metrics: Vec<&'static dyn Metric>,
    /// Frames of the reference, end excluded; all of them if `None`. The first and the last are measured as those of a
    /// file that holds no others.
    pub frames: Option<Range<usize>>,
    /// The part of the reference's picture that is measured, as a picture of its own; the whole if `None`.
    pub region: Option<Crop>,
    /// Measures all anew, and keeps nothing.
    pub fresh: bool,
}

impl Default for ScoreSettings {
    fn default() -> Self {
        Self { metrics: standard(), frames: None, region: None, fresh: false }
    }
}

/// Frames decoded ahead of the measuring thread, a side.
const AHEAD: usize = 4;

/// Measures every candidate against the reference. `progress` hears the candidate's place, frames done and frames in
/// all. Frames without a partner are named in the report, not filled.
///
/// # Errors
/// One sentence when a recipe does not open, a frame cannot be made, or the range or region lies outside the reference;
/// [`SourceError::Stopped`] when `stop` was set.
pub fn score(
    workshop: &Workshop,
    reference: &Recipe,
    candidates: &[Recipe],
    settings: &ScoreSettings,
    progress: &mut dyn FnMut(usize, usize, usize),
    stop: &Stop,
) -> Result<ScoreReport, SourceError> {
    score_each(workshop, reference, candidates, settings, (progress, &mut |_, _| {}), stop)
}

/// Who hears of a run: `progress` of [`score`], then the candidate's place with what was measured of each frame.
type Hearers<'a> = (&'a mut dyn FnMut(usize, usize, usize), &'a mut dyn FnMut(usize, &Measurement));

/// As [`score`], and every frame's measurement is heard.
pub(super) fn score_each(
    workshop: &Workshop,
    reference: &Recipe,
    candidates: &[Recipe],
    settings: &ScoreSettings,
    (progress, each): Hearers<'_>,
    stop: &Stop,
) -> Result<ScoreReport, SourceError> {
    let info = workshop.open(reference, None)?.source.info().clone();
    let range = checked_range(settings.frames.clone(), &info)?;
    let crop = settings.region.map(|asked| asked.aligned(info.layout, (info.width, info.height))).transpose()?;
    let cache = workshop.scores().filter(|_| !settings.fresh);
    let rate = rate_of(&info.timeline);
    let scorer = || Scorer::new(&settings.metrics, workshop.kernel, crop, cache.clone(), rate);
    let path = match &reference.head {
        Head::File(path) if reference.stages.is_empty() => path.to_string_lossy().into_owned(),
        _ => reference.to_string(),
    };
    // All are opened before the first is measured: a wrong name is told at once, not after hours.
    let opened = candidates
        .iter()
        .map(|recipe| Ok((recipe, workshop.open(recipe, Some(reference))?.source)))
        .collect::<Result<Vec<_>, SourceError>>()?;
    let scored = opened
        .into_iter()
        .enumerate()
        .map(|(place, (recipe, source))| {
            let mut tell = |done, found: &Measurement| {
                each(place, found);
                progress(place, done, range.len());
            };
            let left = workshop.open(reference, None)?.source;
            let mut scores =
                score_one((&scorer(), workshop), (left, source), (reference, recipe), range.clone(), &mut tell, stop)?;
            if let (Some(asked), Some(crop)) = (settings.region, crop) {
                scores.provenance += &format!("; {}", crop.words(asked));
            }
            Ok(scores)
        })
        .collect::<Result<_, SourceError>>()?;
    let reference = ReferenceInfo { path, width: info.width, height: info.height, frames: info.timeline.len() };
    Ok(ScoreReport { reference, candidates: scored })
}

fn checked_range(wanted: Option<Range<usize>>, info: &SourceInfo) -> Result<Range<usize>, SourceError> {
    let frames = info.timeline.len();
    match wanted {
        None => Ok(0..frames),
        Some(range) if range.start < range.end && range.end <= frames => Ok(range),
        Some(range) => Err(SourceError::source(format!(
            "frames {}..{} were asked for, but {} has frames 0..{frames} (the end is not included)",
            range.start, range.end, info.name
        ))),
    }
}

fn score_one(
    (scorer, workshop): (&Scorer, &Workshop),
    (left, right): (Box<dyn FrameSource>, Box<dyn FrameSource>),
    (reference, candidate): (&Recipe, &Recipe),
    range: Range<usize>,
    tell: &mut dyn FnMut(usize, &Measurement),
    stop: &Stop,
) -> Result<CandidateScores, SourceError> {
    let infos = (left.info().clone(), right.info().clone());
    let times = infos.0.timeline.clone();
    let pairing = Pairing::new(times.clone(), infos.1.timeline.clone());
    let (mut pairs, mut missing) = (Vec::new(), Vec::new());
    let (asked, whole) = (range.clone(), range == (0..times.len()));
    let reach = scorer.reach(pairing.extent(&range));
    for frame in range {
        match pairing.own(frame) {
            Ok(own) => pairs.push((frame, own)),
            Err(no) => missing.push(Missing { frame, time: times.seconds(frame), reason: no.to_string() }),
        }
    }
    let mut steps: Vec<String> = Vec::new();
    let mut frames = Vec::with_capacity(pairs.len());
    std::thread::scope(|scope| {
        let wanted = reach.all(pairs.iter().map(|p| p.0));
        let (left, _one) = ahead(scope, "reference", left, wanted, stop);
        let (right, _two) = ahead(scope, "candidate", right, pairs.iter().map(|p| p.1).collect(), stop);
        let (mut window, mut inputs) = (Window::default(), Sources::new(workshop).in_background(stop));
        for &(number, _) in &pairs {
            stop.check()?;
            let sources: (Get<'_>, Get<'_>) = (&mut |_| next(&left), &mut |_| next(&right));
            let scene = window.scene(number, &reach, &pairing, sources)?;
            let of = (candidate, reference, &pairing);
            let found = scorer.measure(&scene.with_input(&mut inputs, of, number, &reach)?)?;
            let mut scores = FrameScores::new(number, times.seconds(number));
            found.values.iter().for_each(|(id, value)| scores.set(id, value));
            frames.push(scores);
            tell(frames.len(), &found);
            for step in found.steps {
                if !steps.contains(&step) {
                    steps.push(step);
                }
            }
        }
        Ok::<(), SourceError>(())
    })?;
    let mut line = provenance((&infos.0, &infos.1), &pairing, &steps);
    if !whole {
        line += &format!("; measured on frames {}..{} (the end is not included)", asked.start, asked.end);
    }
    Ok(CandidateScores::new(candidate.to_string(), line, frames, missing).labelled(candidate.label()))
}

type Ahead = Receiver<Result<Arc<Frame>, SourceError>>;

/// Makes `numbers` of `source` on a thread of its own, a few frames ahead of who takes them.
fn ahead<'scope>(
    scope: &'scope std::thread::Scope<'scope, '_>,
    name: &str,
    mut source: Box<dyn FrameSource>,
    numbers: Vec<usize>,
    stop: &'scope Stop,
) -> (Ahead, Option<ScopedJoinHandle<'scope, ()>>) {
    let (sender, frames) = sync_channel(AHEAD);
    let run = move || {
        for number in numbers {
            if sender.send(source.frame(&mut Request::new(number, stop))).is_err() {
                return;
            }
        }
    };
    (frames, std::thread::Builder::new().name(format!("score-{name}")).spawn_scoped(scope, run).ok())
}

fn next(frames: &Ahead) -> Result<Arc<Frame>, SourceError> {
    frames.recv().map_err(|_| SourceError::Stopped)?
}
