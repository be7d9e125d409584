//! Verdicts for the window: on a thread of its own, over more and more frames, begun anew when what is judged changes.

use std::ops::Range;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use crate::frame::{SourceError, Stop};

use super::core::{Engine, Event};
use super::recipe::Recipe;
use super::verdict::{VerdictReport, VerdictSettings, verdict};
use super::{TrackId, TrackStatus};

/// Frames that the first look takes; each further one takes four times as many.
const FIRST: usize = 8;

/// Verdicts on all candidates, while more frames are looked at and after.
#[derive(Clone, Debug)]
pub struct VerdictRun {
    /// The candidates judged, in the order of the report's.
    pub tracks: Vec<TrackId>,
    /// Frames that the look under way takes; in the end all of the range.
    pub frames: Range<usize>,
    /// Share of the look under way that is done, 0..1.
    pub done: f32,
    /// What the last look found; `None` before the first is over.
    pub found: Option<Arc<VerdictReport>>,
    /// Whether all frames were looked at, or why no more can be, in one sentence.
    pub over: Option<Result<(), String>>,
}

/// What the thread tells, with the number of its run.
pub(super) enum VerdictNews {
    Look(u64, Range<usize>),
    Share(u64, f32),
    Found(u64, Arc<VerdictReport>),
    Over(u64, Result<(), SourceError>),
}

/// What is judged: other lines, another range or order is another case.
#[derive(Clone, PartialEq, Debug)]
struct Case {
    reference: String,
    candidates: Vec<(TrackId, String)>,
    range: Range<usize>,
}

/// The run under way. Dropping it ends it.
#[derive(Default)]
pub(super) struct VerdictJob {
    number: u64,
    stop: Stop,
    /// Whether somebody wants verdicts.
    wanted: bool,
    case: Option<Case>,
}

impl Drop for VerdictJob {
    fn drop(&mut self) {
        self.stop.set();
    }
}

impl Engine {
    /// Obeys [`super::Command::Verdict`].
    pub(super) fn want_verdicts(&mut self, wanted: bool) {
        self.verdict_job.wanted = wanted;
        if !wanted {
            // What was found stays; what runs ends.
            self.verdict_job.stop.set();
            self.verdict_job.case = None;
        }
        self.follow_verdicts();
    }

    /// Begins anew where what is judged is not what was.
    pub(super) fn follow_verdicts(&mut self) {
        if !self.verdict_job.wanted {
            return;
        }
        let Some((case, reference, candidates)) = self.case() else { return };
        if self.verdict_job.case.as_ref() == Some(&case) {
            return;
        }
        let number = self.verdict_job.number + 1;
        let range = case.range.clone();
        let tracks: Vec<TrackId> = case.candidates.iter().map(|(id, _)| *id).collect();
        let same = self.state.verdicts.take().filter(|run| run.tracks == tracks);
        self.verdict_job = VerdictJob { number, stop: Stop::default(), wanted: true, case: Some(case) };
        // An older verdict on the same candidates stays until there is a new one.
        let found = same.and_then(|run| run.found);
        self.state.verdicts = Some(VerdictRun { tracks, frames: range.clone(), done: 0.0, found, over: None });
        let (workshop, stop, teller) = (self.workshop.clone(), self.verdict_job.stop.clone(), self.remote().0);
        let run = move || {
            let looks = || -> Result<(), SourceError> {
                let mut count = FIRST;
                loop {
                    let last = count >= range.len();
                    let frames = range.start..if last { range.end } else { range.start + count };
                    teller(Event::Verdict(VerdictNews::Look(number, frames.clone())));
                    let mut tell = |_: usize, done: usize, of: usize| {
                        teller(Event::Verdict(VerdictNews::Share(number, done as f32 / of.max(1) as f32)));
                    };
                    let settings = VerdictSettings { frames: Some(frames), ..VerdictSettings::default() };
                    let found = verdict(&workshop, &reference, &candidates, &settings, &mut tell, &stop)?;
                    teller(Event::Verdict(VerdictNews::Found(number, Arc::new(found))));
                    if last {
                        return Ok(());
                    }
                    count *= 4;
                }
            };
            let stumbled = |_| Err(SourceError::source("Doublet stumbled over these pictures; please report it"));
            let over = catch_unwind(AssertUnwindSafe(looks)).unwrap_or_else(stumbled);
            teller(Event::Verdict(VerdictNews::Over(number, over)));
        };
        if let Err(error) = std::thread::Builder::new().name("verdicts".into()).spawn(run)
            && let Some(run) = &mut self.state.verdicts
        {
            run.over = Some(Err(format!("verdicts cannot be begun: {error}")));
        }
    }

    /// What is to be judged now; `None` while anything is still being opened, or nothing can be compared.
    fn case(&self) -> Option<(Case, Recipe, Vec<Recipe>)> {
        let reference = self.reference_recipe()?;
        let info = self.state.reference()?.info.as_ref()?;
        let (mut candidates, mut names) = (Vec::new(), Vec::new());
        for track in self.state.candidates() {
            if matches!(track.status, TrackStatus::Failed(_)) {
                continue;
            }
            track.info.as_ref()?;
            let recipe = self.backstage.get(&track.id)?.opened.clone();
            names.push((track.id, recipe.chain()));
            candidates.push(recipe);
        }
        if candidates.is_empty() {
            return None;
        }
        let range = self.state.range.clone().unwrap_or(0..info.timeline.len());
        let case = Case { reference: reference.chain(), candidates: names, range };
        Some((case, reference, candidates))
    }

    /// Enters what the thread told; nothing from a run that was ended.
    pub(super) fn hear_verdict(&mut self, news: VerdictNews) {
        let now = self.verdict_job.number;
        let Some(run) = &mut self.state.verdicts else { return };
        match news {
            VerdictNews::Look(number, frames) if number == now => (run.frames, run.done) = (frames, 0.0),
            VerdictNews::Share(number, share) if number == now => run.done = share,
            VerdictNews::Found(number, found) if number == now => run.found = Some(found),
            VerdictNews::Over(number, over) if number == now => {
                run.over = Some(match over {
                    // Whoever stopped it knows.
                    Ok(()) | Err(SourceError::Stopped) => Ok(()),
                    Err(error) => Err(error.to_string()),
                });
            }
            _ => {}
        }
    }

    /// Whether a run is under way.
    pub(super) fn is_judging(&self) -> bool {
        self.verdict_job.wanted && self.state.verdicts.as_ref().is_some_and(|run| run.over.is_none())
    }
}
