//! All ways of one candidate, measured for the window on a thread of its own.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use crate::frame::{SourceError, Stop};
use crate::report::CandidateWays;

use super::TrackId;
use super::core::{Engine, Event};
use super::crop::Crop;
use super::score::ScoreSettings;
use super::ways::score_ways;

/// One candidate in every way that people call VMAF, while it is measured and after.
#[derive(Clone, Debug)]
pub struct WaysRun {
    pub track: TrackId,
    /// Share of the frames that is done, 0..1.
    pub done: f32,
    /// What came of it, or why nothing did, in one sentence; `None` while it runs.
    pub found: Option<Result<Arc<CandidateWays>, String>>,
}

/// What the thread tells, with the number of its run.
pub(super) enum WaysNews {
    Share(u64, f32),
    Over(u64, Result<Arc<CandidateWays>, SourceError>),
}

/// The run under way. Dropping it ends it.
#[derive(Default)]
pub(super) struct WaysJob {
    number: u64,
    stop: Stop,
}

impl Drop for WaysJob {
    fn drop(&mut self) {
        self.stop.set();
    }
}

impl Engine {
    /// Obeys [`super::Command::Ways`].
    pub(super) fn begin_ways(&mut self, wanted: Option<TrackId>) {
        let number = self.ways_job.number + 1;
        self.ways_job = WaysJob { number, stop: Stop::default() };
        self.state.ways = None;
        let Some(track) = wanted.filter(|id| self.state.candidates().iter().any(|track| track.id == *id)) else {
            return;
        };
        let reference = self.reference_recipe();
        let candidate = self.backstage.get(&track).map(|back| back.opened.clone());
        let info = self.state.reference().and_then(|track| track.info.clone());
        let (Some(reference), Some(candidate), Some(info)) = (reference, candidate, info) else { return };
        let region = self.state.region.map(|region| Crop::of(region, (info.width, info.height)));
        let settings = ScoreSettings { frames: self.state.range.clone(), region, ..ScoreSettings::default() };
        let (workshop, stop, teller) = (self.workshop.clone(), self.ways_job.stop.clone(), self.remote().0);
        self.state.ways = Some(WaysRun { track, done: 0.0, found: None });
        let run = move || {
            let mut tell = |_: usize, done: usize, of: usize| {
                teller(Event::Ways(WaysNews::Share(number, done as f32 / of.max(1) as f32)));
            };
            let all = || score_ways(&workshop, &reference, &[candidate], &settings, &mut tell, &stop);
            let found = catch_unwind(AssertUnwindSafe(all))
                .unwrap_or_else(|_| Err(SourceError::source("Doublet stumbled over this pair; please report it")));
            let first = |report: crate::report::WaysReport| report.candidates.into_iter().next().map(Arc::new);
            let found = found.and_then(|report| first(report).ok_or(SourceError::Stopped));
            teller(Event::Ways(WaysNews::Over(number, found)));
        };
        if let Err(error) = std::thread::Builder::new().name("ways".into()).spawn(run)
            && let Some(ways) = &mut self.state.ways
        {
            ways.found = Some(Err(format!("the ways cannot be measured: {error}")));
        }
    }

    /// Enters what the thread told; nothing from a run that was ended.
    pub(super) fn hear_ways(&mut self, news: WaysNews) {
        let now = self.ways_job.number;
        let Some(ways) = &mut self.state.ways else { return };
        match news {
            WaysNews::Share(number, share) if number == now => ways.done = share,
            WaysNews::Over(number, found) if number == now => {
                ways.found = Some(found.map_err(|error| error.to_string()));
            }
            _ => {}
        }
    }

    /// Whether a run is under way.
    pub(super) fn is_counting_ways(&self) -> bool {
        self.state.ways.as_ref().is_some_and(|ways| ways.found.is_none())
    }
}
