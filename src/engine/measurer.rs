//! Two threads that measure: one the frame in view, at once; one all the others, in the background.

use std::collections::VecDeque;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::thread::JoinHandle;

use parking_lot::{Condvar, Mutex};

use crate::frame::{Frame, FrameSource, Request, SourceError, Stop};
use crate::metrics::standard;

use super::pairing::Pairing;
use super::recipe::Recipe;
use super::scorer::{Measurement, measure};
use super::worker::Teller;
use super::workshop::Workshop;
use super::{Measured, TrackId};

/// What a measuring thread tells of one frame.
pub(super) struct Score {
    /// Frame of the reference.
    pub number: usize,
    pub values: Vec<(&'static str, Measured)>,
    pub steps: Vec<String>,
    /// Why there are no values, if so.
    pub fault: Option<String>,
}

impl Score {
    fn of(number: usize, found: Result<Measurement, SourceError>) -> Self {
        match found {
            Err(error) => Self { number, values: Vec::new(), steps: Vec::new(), fault: Some(error.to_string()) },
            Ok(found) => {
                let fault = found.values.iter().find_map(|(_, v)| v.as_ref().err()).map(ToString::to_string);
                let values: Vec<_> = found.values.into_iter().filter_map(|(id, v)| Some((id, v.ok()?))).collect();
                let fault = fault.filter(|_| values.is_empty());
                Self { number, values, steps: found.steps, fault }
            }
        }
    }
}

/// A pair of frames to measure now.
pub(super) struct LiveJob {
    pub track: TrackId,
    pub number: usize,
    pub reference: Arc<Frame>,
    pub candidate: Arc<Frame>,
}

/// A candidate to measure through.
#[derive(Clone)]
pub(super) struct ScanJob {
    pub track: TrackId,
    pub recipe: Recipe,
    pub reference: Recipe,
    pub pairing: Pairing,
    /// Frames of the reference already measured; filled from both threads.
    pub done: Arc<Mutex<Vec<bool>>>,
    pub stop: Stop,
}

/// The engine's end of both threads.
pub(super) struct Measurer {
    board: Arc<Board>,
    _threads: Vec<Option<JoinHandle<()>>>,
}

#[derive(Default)]
struct Board {
    desk: Mutex<Desk>,
    called: Condvar,
}

#[derive(Default)]
struct Desk {
    live: VecDeque<LiveJob>,
    live_busy: Option<TrackId>,
    scans: VecDeque<ScanJob>,
    scanning: Option<ScanJob>,
    /// While set, the background run rests between frames: somebody waits for something else.
    resting: bool,
    over: bool,
}

impl Measurer {
    pub fn start(workshop: Arc<Workshop>, teller: Teller<(TrackId, Score)>) -> Self {
        let board = Arc::new(Board::default());
        let (live_board, live_shop, live_teller) = (board.clone(), workshop.clone(), teller.clone());
        let live = move || live_loop(&live_board, &live_shop, &live_teller);
        let scan_board = board.clone();
        let scan = move || scan_loop(&scan_board, &workshop, &teller);
        let threads = vec![
            std::thread::Builder::new().name("measure-live".into()).spawn(live).ok(),
            std::thread::Builder::new().name("measure-all".into()).spawn(scan).ok(),
        ];
        Self { board, _threads: threads }
    }

    /// Measures a pair as soon as may be; a job of the same track that has not begun is replaced.
    pub fn live(&self, job: LiveJob) {
        let mut desk = self.board.desk.lock();
        desk.live.retain(|old| old.track != job.track);
        desk.live.push_back(job);
        self.board.called.notify_all();
    }

    /// Queues a background run. Runs that only decode go before runs that make frames.
    pub fn scan(&self, job: ScanJob) {
        let mut desk = self.board.desk.lock();
        let place = desk.scans.iter().position(|other| !job.recipe.is_made() && other.recipe.is_made());
        let place = place.unwrap_or(desk.scans.len());
        desk.scans.insert(place, job);
        self.board.called.notify_all();
    }

    /// Lets the background run rest, or go on.
    pub fn rest(&self, resting: bool) {
        let mut desk = self.board.desk.lock();
        if desk.resting != resting {
            desk.resting = resting;
            self.board.called.notify_all();
        }
    }

    /// Whether neither thread has anything to do.
    pub fn is_idle(&self) -> bool {
        let desk = self.board.desk.lock();
        desk.live.is_empty() && desk.live_busy.is_none() && desk.scans.is_empty() && desk.scanning.is_none()
    }
}

impl Drop for Measurer {
    fn drop(&mut self) {
        let mut desk = self.board.desk.lock();
        desk.over = true;
        if let Some(job) = &desk.scanning {
            job.stop.set();
        }
        self.board.called.notify_all();
    }
}

impl Board {
    /// What `take` finds on the desk, as soon as it finds something; `None` when all is over.
    fn wait_for<T>(&self, mut take: impl FnMut(&mut Desk) -> Option<T>) -> Option<T> {
        let mut desk = self.desk.lock();
        loop {
            if desk.over {
                return None;
            }
            if let Some(job) = take(&mut desk) {
                return Some(job);
            }
            self.called.wait(&mut desk);
        }
    }
}

fn live_loop(board: &Board, workshop: &Workshop, teller: &Teller<(TrackId, Score)>) {
    loop {
        let take = |desk: &mut Desk| {
            let job = desk.live.pop_front()?;
            desk.live_busy = Some(job.track);
            Some(job)
        };
        let Some(job) = board.wait_for(take) else { return };
        let found = || measure(&job.reference, &job.candidate, &standard(), workshop.kernel);
        let found = catch_unwind(AssertUnwindSafe(found))
            .unwrap_or_else(|_| Err(SourceError::frame("Doublet stumbled over this frame; please report it")));
        let heard = teller((job.track, Score::of(job.number, found)));
        // Told before it counts as done: who waits for idleness finds the score among the events.
        board.desk.lock().live_busy = None;
        if !heard {
            return;
        }
    }
}

fn scan_loop(board: &Board, workshop: &Workshop, teller: &Teller<(TrackId, Score)>) {
    loop {
        let take = |desk: &mut Desk| {
            desk.scanning = desk.scans.pop_front();
            desk.scanning.clone()
        };
        let Some(job) = board.wait_for(take) else { return };
        // A fault in our own code ends this run alone; what it measured stays.
        if catch_unwind(AssertUnwindSafe(|| scan(&job, board, workshop, teller))).is_err() {
            log::error!("measuring {} ended by a fault", job.recipe);
        }
        board.desk.lock().scanning = None;
    }
}

/// Measures every frame of one candidate that has not been measured yet.
fn scan(job: &ScanJob, board: &Board, workshop: &Workshop, teller: &Teller<(TrackId, Score)>) {
    if job.stop.is_set() {
        return;
    }
    // The track's own worker has opened the same recipe and says what is wrong when it cannot: no second notice here.
    let Ok(mut reference) = workshop.open(&job.reference, None) else { return };
    let Ok(mut candidate) = workshop.open(&job.recipe, Some(&job.reference)) else { return };
    let frames = reference.source.info().timeline.len();
    for number in 0..frames {
        if !may_go_on(board, job) {
            return;
        }
        if job.done.lock().get(number).copied().unwrap_or(false) {
            continue;
        }
        let score = match job.pairing.own(number) {
            Err(unpaired) => Score { number, values: Vec::new(), steps: Vec::new(), fault: Some(unpaired.to_string()) },
            Ok(own) => {
                let found = both(&mut *reference.source, number, &mut *candidate.source, own, &job.stop)
                    .and_then(|(r, c)| measure(&r, &c, &standard(), workshop.kernel));
                if found.as_ref().is_err_and(|error| *error == SourceError::Stopped) {
                    return;
                }
                Score::of(number, found)
            }
        };
        if !teller((job.track, score)) {
            return;
        }
    }
}

fn both(
    reference: &mut dyn FrameSource,
    number: usize,
    candidate: &mut dyn FrameSource,
    own: usize,
    stop: &Stop,
) -> Result<(Arc<Frame>, Arc<Frame>), SourceError> {
    Ok((reference.frame(&mut Request::new(number, stop))?, candidate.frame(&mut Request::new(own, stop))?))
}

/// Waits while the run is to rest; `false` when it is to end.
fn may_go_on(board: &Board, job: &ScanJob) -> bool {
    let mut desk = board.desk.lock();
    while desk.resting && !desk.over && !job.stop.is_set() {
        board.called.wait(&mut desk);
    }
    !desk.over && !job.stop.is_set()
}
