//! Two threads that measure: one the frame in view, at once; one all the others, in the background.

use std::collections::VecDeque;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::thread::JoinHandle;

use parking_lot::{Condvar, Mutex};

use crate::frame::{Frame, SourceError, Stop};
use crate::metrics::Cost;

use super::TrackId;
use super::crop::Crop;
use super::ledger::Score;
use super::live::{Live, live};
use super::pairing::Pairing;
use super::recipe::Recipe;
use super::scan::{Progress, Scan, ScanJob, scan};
use super::worker::Teller;
use super::workshop::Workshop;

/// What both threads need to know of a track's measuring.
#[derive(Clone)]
pub(super) struct Subject {
    pub track: TrackId,
    /// The sheet that scores are entered on: those of an older one are nobody's.
    pub sheet: u64,
    pub reference: Recipe,
    /// The reference's track: another one when it was opened anew.
    pub reference_track: TrackId,
    pub pairing: Pairing,
    pub crop: Option<Crop>,
    /// Frames a second of the reference.
    pub rate: Option<f64>,
}

/// A pair of frames to measure now.
pub(super) struct LiveJob {
    pub subject: Subject,
    pub number: usize,
    pub reference: Arc<Frame>,
    pub candidate: Arc<Frame>,
    /// What made the candidate's frame, for its neighbours.
    pub recipe: Recipe,
    pub metrics: Vec<&'static str>,
    /// What costs more waits.
    pub most: Cost,
    pub stop: Stop,
}

/// The engine's end of both threads.
pub(super) struct Measurer {
    board: Arc<Board>,
    _threads: Vec<Option<JoinHandle<()>>>,
}

#[derive(Default)]
pub(super) struct Board {
    desk: Mutex<Desk>,
    called: Condvar,
}

#[derive(Default)]
struct Desk {
    live: VecDeque<LiveJob>,
    /// The track measured live just now, and what calls it off; `None` for a measurement that is let finish.
    live_busy: Option<(TrackId, Option<Stop>)>,
    scans: VecDeque<ScanJob>,
    /// Short runs that somebody waits for: between two frames of the others.
    errands: VecDeque<ScanJob>,
    scanning: Vec<Stop>,
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

    /// Measures a pair as soon as may be; an older job of the same track is replaced.
    pub fn live(&self, job: LiveJob) {
        let mut desk = self.board.desk.lock();
        desk.live.retain(|old| old.subject.track != job.subject.track);
        if let Some((track, Some(stop))) = &desk.live_busy
            && *track == job.subject.track
        {
            stop.set();
        }
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

    /// Queues a run of few frames, before all others.
    pub fn errand(&self, job: ScanJob) {
        self.board.desk.lock().errands.push_back(job);
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
        let waiting = desk.live.len() + desk.scans.len() + desk.errands.len();
        waiting == 0 && desk.live_busy.is_none() && desk.scanning.is_empty()
    }
}

impl Drop for Measurer {
    fn drop(&mut self) {
        let mut desk = self.board.desk.lock();
        desk.over = true;
        let live = desk.live_busy.iter().filter_map(|(_, stop)| stop.as_ref());
        desk.scanning.iter().chain(live).for_each(Stop::set);
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

    /// Waits while runs are to rest; `false` when that of `stop` is to end.
    fn may_go_on(&self, stop: &Stop) -> bool {
        let mut desk = self.desk.lock();
        while desk.resting && !desk.over && !stop.is_set() {
            self.called.wait(&mut desk);
        }
        !desk.over && !stop.is_set()
    }

    fn errand(&self) -> Option<ScanJob> {
        let mut desk = self.desk.lock();
        let job = desk.errands.pop_front()?;
        desk.scanning.push(job.stop.clone());
        Some(job)
    }

    /// The run begun last is over.
    fn scanned(&self) {
        self.desk.lock().scanning.pop();
    }
}

fn live_loop(board: &Board, workshop: &Arc<Workshop>, teller: &Teller<(TrackId, Score)>) {
    let mut state = Live::new(workshop.clone());
    loop {
        let take = |desk: &mut Desk| {
            let job = desk.live.pop_front()?;
            // While playing, frame after frame comes: were each to call off the one before, none would be done.
            let stop = (job.most == Cost::Heavy).then(|| job.stop.clone());
            desk.live_busy = Some((job.subject.track, stop));
            Some(job)
        };
        let Some(job) = board.wait_for(take) else { return };
        let mut heard = true;
        let mut tell = |score: Score| {
            heard = teller((job.subject.track, score));
            heard && !job.stop.is_set()
        };
        let done = catch_unwind(AssertUnwindSafe(|| live(&mut state, &job, &mut tell)));
        if done.is_err() {
            state = Live::new(workshop.clone());
            tell(Score::fault(job.subject.sheet, job.number, &job.metrics, stumbled().to_string()));
        }
        // Told before it counts as done: who waits for idleness finds the score among the events.
        board.desk.lock().live_busy = None;
        if !heard {
            return;
        }
    }
}

pub(super) fn stumbled() -> SourceError {
    SourceError::frame("Doublet stumbled over this frame; please report it")
}

fn scan_loop(board: &Board, workshop: &Workshop, teller: &Teller<(TrackId, Score)>) {
    loop {
        let take = |desk: &mut Desk| {
            let job = desk.errands.pop_front().or_else(|| desk.scans.pop_front())?;
            desk.scanning.push(job.stop.clone());
            Some(job)
        };
        let Some(job) = board.wait_for(take) else { return };
        run(&job, board, workshop, teller, true);
        board.scanned();
    }
}

/// Runs one job; a long one makes way for errands between its frames.
fn run(job: &ScanJob, board: &Board, workshop: &Workshop, teller: &Teller<(TrackId, Score)>, long: bool) {
    let mut between = || {
        while let Some(errand) = long.then(|| board.errand()).flatten() {
            run(&errand, board, workshop, teller, false);
            board.scanned();
        }
        board.may_go_on(&job.stop)
    };
    let mut tell = |score| teller((job.subject.track, score));
    let progress = Progress { may_go_on: &mut between, tell: &mut tell };
    // A fault in our own code ends this run alone; what it measured stays.
    if catch_unwind(AssertUnwindSafe(|| scan(Scan { job, workshop }, progress))).is_err() {
        log::error!("measuring {} ended by a fault", job.recipe);
    }
}
