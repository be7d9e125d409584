//! The frame in view, measured at once: the cheap metrics first, each as soon as it is known.

use std::sync::Arc;

use crate::color::Kernel;
use crate::frame::{FrameSource, Request, SourceError, Urgency};
use crate::metrics::{Metric, find};

use super::TrackId;
use super::crop::Crop;
use super::ledger::Score;
use super::measurer::{LiveJob, Subject};
use super::reel::Reel;
use super::scorer::{Measurement, Scene, Scorer};
use super::workshop::Workshop;

/// What is kept from one live measurement to the next.
pub(super) struct Live {
    workshop: Arc<Workshop>,
    /// A reference of one's own, for neighbours; opened when first needed.
    reference: Option<(TrackId, Box<dyn FrameSource>)>,
    scorer: Option<(Vec<&'static str>, Option<Crop>, Scorer)>,
}

impl Live {
    pub fn new(workshop: Arc<Workshop>) -> Self {
        Self { workshop, reference: None, scorer: None }
    }

    /// The scorer of these metrics on this part; the last one is kept, with what it converted.
    fn scorer(&mut self, ids: &[&'static str], crop: Option<Crop>) -> &Scorer {
        let fits = self.scorer.as_ref().is_some_and(|(have, part, _)| have == ids && *part == crop);
        if !fits {
            self.scorer = None;
        }
        let make = || (ids.to_vec(), crop, scorer_of(ids, self.workshop.kernel, crop, &self.workshop));
        &self.scorer.get_or_insert_with(make).2
    }

    /// The reference as this thread's own source.
    fn reference(&mut self, subject: &Subject) -> Result<&mut Box<dyn FrameSource>, SourceError> {
        let id = subject.reference_track;
        if self.reference.as_ref().is_some_and(|(open, _)| *open != id) {
            self.reference = None;
        }
        match &mut self.reference {
            Some((_, source)) => Ok(source),
            none => Ok(&mut none.insert((id, self.workshop.open(&subject.reference, None)?.source)).1),
        }
    }
}

/// A scorer of the metrics called `ids`; those that are gone are left out.
pub(super) fn scorer_of(ids: &[&'static str], kernel: Kernel, crop: Option<Crop>, workshop: &Workshop) -> Scorer {
    let metrics: Vec<&'static dyn Metric> = ids.iter().filter_map(|id| find(id)).collect();
    Scorer::new(&metrics, kernel, crop, workshop.scores())
}

/// Measures one pair, telling score after score until `tell` gives that nobody wants more.
pub(super) fn live(live: &mut Live, job: &LiveJob, tell: &mut dyn FnMut(Score) -> bool) {
    let mut told = |found| match Score::of(job.subject.sheet, job.number, &job.metrics, found) {
        Some(score) => tell(score),
        None => false,
    };
    if let Err(error) = measured(live, job, &mut |found| told(Ok(found))) {
        told(Err(error));
    }
}

fn measured(live: &mut Live, job: &LiveJob, tell: &mut dyn FnMut(Measurement) -> bool) -> Result<(), SourceError> {
    let extent = job.subject.pairing.extent_of_all();
    let reach = live.scorer(&job.metrics, job.subject.crop).reach(extent);
    let mut reel = Reel::default();
    let around = reel.around(job.number, &reach, &mut |n| {
        if n == job.number {
            return Ok(job.reference.clone());
        }
        let request = Request { urgency: Urgency::OnScreen, ..Request::new(n, &job.stop) };
        live.reference(&job.subject)?.frame(&mut { request })
    })?;
    job.stop.check()?;
    let scene = Scene { around: &around, candidate: &job.candidate, rate: job.subject.rate };
    live.scorer(&job.metrics, job.subject.crop).measure_by_and_by(&scene, job.most, tell)
}
