//! A run over a candidate's frames: all of a film in the background, or the few at the edges of a range.

use std::ops::Range;
use std::sync::Arc;

use parking_lot::Mutex;

use crate::frame::{FrameSource, Request, SourceError, Stop};

use super::enlarged::Sources;
use super::ledger::{Ledger, Score};
use super::live::scorer_of;
use super::measurer::Subject;
use super::recipe::Recipe;
use super::reel::{Get, Window};
use super::scorer::{Measurement, Scorer};
use super::workshop::Workshop;

/// A candidate to measure through.
#[derive(Clone)]
pub(super) struct ScanJob {
    pub subject: Subject,
    pub recipe: Recipe,
    pub metrics: Vec<&'static str>,
    pub what: What,
    pub stop: Stop,
}

/// Which frames are measured.
#[derive(Clone)]
pub(super) enum What {
    /// Those of the film that are not done; the ledger is filled by the engine, from both threads.
    Film(Arc<Mutex<Ledger>>),
    /// These, as if the film were the range alone.
    Edges { numbers: Vec<usize>, within: Range<usize> },
}

/// What a run has at hand.
pub(super) struct Scan<'a> {
    pub job: &'a ScanJob,
    pub workshop: &'a Workshop,
}

/// How a run speaks to the outside.
pub(super) struct Progress<'a> {
    /// Asked before every frame; may wait.
    pub may_go_on: &'a mut dyn FnMut() -> bool,
    /// `false` when nobody is left to hear it.
    pub tell: &'a mut dyn FnMut(Score) -> bool,
}

/// Measures every frame of one candidate that is to be measured.
pub(super) fn scan(scan: Scan<'_>, progress: Progress<'_>) {
    let (job, workshop) = (scan.job, scan.workshop);
    if job.stop.is_set() {
        return;
    }
    // The track's own worker has opened the same recipe and says what is wrong when it cannot: no second notice here.
    let Ok(reference) = workshop.open(&job.subject.reference, None) else { return };
    let Ok(candidate) = workshop.open(&job.recipe, Some(&job.subject.reference)) else { return };
    let inputs = Sources::new(workshop).in_background(&job.stop);
    let sources = (reference.source, candidate.source);
    let mut run = Run { scan, sources, window: Window::default(), inputs, scorer: None };
    let numbers: Vec<usize> = match &job.what {
        What::Film(ledger) => (0..ledger.lock().frames()).collect(),
        What::Edges { numbers, .. } => numbers.clone(),
    };
    for number in numbers {
        if !(progress.may_go_on)() {
            return;
        }
        let metrics = match &job.what {
            What::Film(ledger) => ledger.lock().missing(&job.metrics, number),
            What::Edges { .. } => job.metrics.clone(),
        };
        if metrics.is_empty() {
            continue;
        }
        let found = run.measured(number, &metrics);
        let Some(score) = Score::of(job.subject.sheet, number, &metrics, found) else { return };
        let within = match &job.what {
            What::Film(_) => None,
            What::Edges { within, .. } => Some(within.clone()),
        };
        if !(progress.tell)(Score { within, ..score }) {
            return;
        }
    }
}

struct Run<'a> {
    scan: Scan<'a>,
    /// Reference and candidate.
    sources: (Box<dyn FrameSource>, Box<dyn FrameSource>),
    window: Window,
    /// What candidates were enlarged from.
    inputs: Sources<&'a Workshop>,
    /// The scorer of what was missing on the last frame: mostly the same is missing on the next.
    scorer: Option<(Vec<&'static str>, Scorer)>,
}

impl Run<'_> {
    fn measured(&mut self, number: usize, metrics: &[&'static str]) -> Result<Measurement, SourceError> {
        let Scan { job, workshop } = &self.scan;
        let (job, subject) = (*job, &job.subject);
        let extent = match &job.what {
            What::Film(_) => subject.pairing.extent_of_all(),
            What::Edges { within, .. } => subject.pairing.extent(within),
        };
        if self.scorer.as_ref().is_none_or(|(have, _)| have != metrics) {
            let scorer = scorer_of(metrics, subject, workshop);
            self.scorer = Some((metrics.to_vec(), scorer));
        }
        let Some((_, scorer)) = &self.scorer else { return Err(SourceError::Stopped) };
        let (reference, candidate) = &mut self.sources;
        let sources: (Get<'_>, Get<'_>) = (&mut |n| reference.frame(&mut Request::new(n, &job.stop)), &mut |own| {
            candidate.frame(&mut Request::new(own, &job.stop))
        });
        let reach = scorer.reach(extent);
        let scene = self.window.scene(number, &reach, &subject.pairing, sources)?;
        let of = (&job.recipe, &subject.reference, &subject.pairing);
        scorer.measure(&scene.with_input(&mut self.inputs, of, number, &reach)?)
    }
}
