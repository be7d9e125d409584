//! The frame in view, measured at once: the cheap metrics first, each as soon as it is known.

use std::sync::Arc;

use crate::frame::{Frame, FrameSource, Request, SourceError, Stop, Urgency};
use crate::metrics::{Metric, find};

use super::TrackId;
use super::crop::Crop;
use super::enlarged::Sources;
use super::ledger::Score;
use super::measurer::{LiveJob, Subject};
use super::reel::{Around, Get, Scene, Window};
use super::scorer::{Measurement, Scorer};
use super::workshop::Workshop;

/// What is kept from one live measurement to the next.
pub(super) struct Live {
    workshop: Arc<Workshop>,
    /// Sources of one's own, for neighbours; opened when first needed.
    reference: Option<(TrackId, Box<dyn FrameSource>)>,
    candidate: Option<(TrackId, Box<dyn FrameSource>)>,
    /// What candidates were enlarged from.
    inputs: Sources,
    scorer: Option<(MadeFor, Scorer)>,
}

/// What a scorer was made for: metrics by id, part of the picture, frames a second.
type MadeFor = (Vec<&'static str>, Option<Crop>, Option<f64>);

impl Live {
    pub fn new(workshop: Arc<Workshop>) -> Self {
        let inputs = Sources::new(workshop.clone());
        Self { workshop, reference: None, candidate: None, inputs, scorer: None }
    }
}

/// A scorer of the metrics called `ids`; those that are gone are left out.
pub(super) fn scorer_of(ids: &[&'static str], subject: &Subject, workshop: &Workshop) -> Scorer {
    let metrics: Vec<&'static dyn Metric> = ids.iter().filter_map(|id| find(id)).collect();
    Scorer::new(&metrics, workshop.kernel, subject.crop, workshop.scores(), subject.rate)
}

/// Measures one pair, telling score after score until `tell` gives that nobody wants more.
pub(super) fn live(live: &mut Live, job: &LiveJob, tell: &mut dyn FnMut(Score) -> bool) {
    let (sheet, number) = (job.subject.sheet, job.number);
    let mut any = false;
    let mut told = |found: Measurement| {
        any |= found.values.iter().any(|(_, value)| value.is_ok());
        Score::of(sheet, number, &job.metrics, Ok(found)).is_some_and(&mut *tell)
    };
    match measured(live, job, &mut told) {
        // What was measured stands, and the background run finds out what is wrong with the rest.
        Err(error) if !any && error != SourceError::Stopped => {
            _ = tell(Score::fault(sheet, number, &[], error.to_string()))
        }
        _ => {}
    }
}

fn measured(live: &mut Live, job: &LiveJob, tell: &mut dyn FnMut(Measurement) -> bool) -> Result<(), SourceError> {
    let Live { workshop, reference, candidate, inputs, scorer } = live;
    // The last scorer is kept, with what it converted.
    let wanted = (job.metrics.clone(), job.subject.crop, job.subject.rate);
    if scorer.as_ref().is_none_or(|(made_for, _)| *made_for != wanted) {
        *scorer = Some((wanted, scorer_of(&job.metrics, &job.subject, workshop)));
    }
    let Some((_, scorer)) = scorer else { return Err(SourceError::Stopped) };
    let (subject, own) = (&job.subject, job.subject.pairing.own(job.number));
    let mut around = || {
        let left = &mut |n: usize| {
            let open = || Ok(workshop.open(&subject.reference, None)?.source);
            let here = (n == job.number).then_some(&job.reference);
            frame_of(reference, subject.reference_track, n, (here, &job.stop), open)
        };
        let right = &mut |n: usize| {
            let open = || Ok(workshop.open(&job.recipe, Some(&subject.reference))?.source);
            let here = (own == Ok(n)).then_some(&job.candidate);
            frame_of(candidate, subject.track, n, (here, &job.stop), open)
        };
        let reach = scorer.reach(subject.pairing.extent_of_all());
        let sources: (Get<'_>, Get<'_>) = (left, right);
        let scene = Window::default().scene(job.number, &reach, &subject.pairing, sources)?;
        let of = (&job.recipe, &subject.reference, &subject.pairing);
        Ok(scene.with_input(inputs, of, job.number, &reach)?.around)
    };
    let (reference, candidate) = (job.reference.clone(), job.candidate.clone());
    let scene = Scene { reference, candidate, around: Around::default() };
    scorer.measure_by_and_by(&scene, job.most, &mut around, tell)
}

/// Frame `number` of a source that is kept open under `name`, unless it is `here` already.
fn frame_of(
    kept: &mut Option<(TrackId, Box<dyn FrameSource>)>,
    name: TrackId,
    number: usize,
    (here, stop): (Option<&Arc<Frame>>, &Stop),
    open: impl FnOnce() -> Result<Box<dyn FrameSource>, SourceError>,
) -> Result<Arc<Frame>, SourceError> {
    if let Some(frame) = here {
        return Ok(frame.clone());
    }
    if kept.as_ref().is_some_and(|(other, _)| *other != name) {
        *kept = None;
    }
    let source = match kept {
        Some((_, source)) => source,
        none => &mut none.insert((name, open()?)).1,
    };
    source.frame(&mut Request { urgency: Urgency::OnScreen, ..Request::new(number, stop) })
}
