//! The thread that keeps up with the sliders: it re-makes the frame in view and measures it, newest wish first.
//!
//! Each update measures what is quick (VMAF with NEG, PSNR, SSIM) and tells it; then, as long as the whole update stays
//! under [`UPDATE`] or no newer wish waits, what takes longer, each in its turn, so that every needle moves.

use std::collections::BTreeMap;
use std::ops::Range;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use parking_lot::{Condvar, Mutex};

use crate::engine::crop::Crop;
use crate::engine::recipe::Recipe;
use crate::engine::reel::{Around, Scene};
use crate::engine::scorer::Scorer;
use crate::engine::worker::Teller;
use crate::engine::{TrackId, Workshop};
use crate::frame::{Frame, FrameSource, Request, SourceError, Stop, Urgency};
use crate::metrics::{Metric, find};

use super::maker::Base;
use super::{Attack, QUICK, SLOW};

/// What an update may take while sliders move: ten a second.
pub(super) const UPDATE: Duration = Duration::from_millis(95);

/// After so many updates in which nothing slow had room, one slow metric is measured all the same.
const PATIENCE: u32 = 3;

/// A picture to re-make and measure.
#[derive(Clone)]
pub(in crate::engine) struct BenchJob {
    /// The track's post.
    pub post: TrackId,
    pub number: usize,
    pub own: usize,
    pub reference: Arc<Frame>,
    pub candidate: Arc<Frame>,
    pub attack: Attack,
    pub recipes: Arc<(Recipe, Recipe)>,
    /// The frames among which neighbours are looked for.
    pub extent: Range<usize>,
    pub rate: Option<f64>,
    pub crop: Option<Crop>,
}

impl BenchJob {
    /// Whether both are about the same pair, on the same part.
    fn same_pair(&self, other: &BenchJob) -> bool {
        let frames = Arc::ptr_eq(&self.reference, &other.reference) && Arc::ptr_eq(&self.candidate, &other.candidate);
        frames && (self.post, self.number, self.crop) == (other.post, other.number, other.crop)
    }

    pub fn same(&self, other: &BenchJob) -> bool {
        self.same_pair(other) && self.attack == other.attack
    }
}

/// What the thread tells of a job, as it finds it out.
pub(in crate::engine) struct Finding {
    pub job: BenchJob,
    /// Values without the attack, and with it, by metric.
    pub plain: BTreeMap<&'static str, f64>,
    pub values: BTreeMap<&'static str, f64>,
    /// The attacked picture.
    pub picture: Option<Arc<Frame>>,
    /// How long the update took, once it is over.
    pub took: Option<Duration>,
    pub fault: Option<String>,
}

/// The engine's end of the thread.
pub(in crate::engine) struct Bencher {
    board: Arc<Board>,
    _thread: Option<JoinHandle<()>>,
}

#[derive(Default)]
struct Board {
    desk: Mutex<Desk>,
    called: Condvar,
}

#[derive(Default)]
struct Desk {
    wish: Option<BenchJob>,
    busy: bool,
    over: bool,
}

impl Bencher {
    pub fn start(workshop: Arc<Workshop>, teller: Teller<Finding>) -> Self {
        let board = Arc::new(Board::default());
        let mine = board.clone();
        let run = move || Bench::new(workshop).work(&mine, &teller);
        Self { board, _thread: std::thread::Builder::new().name("bench".into()).spawn(run).ok() }
    }

    /// Replaces the wish that waits, if one does.
    pub fn wish(&self, job: Option<BenchJob>) {
        self.board.desk.lock().wish = job;
        self.board.called.notify_all();
    }

    pub fn is_idle(&self) -> bool {
        let desk = self.board.desk.lock();
        desk.wish.is_none() && !desk.busy
    }
}

impl Drop for Bencher {
    fn drop(&mut self) {
        self.board.desk.lock().over = true;
        self.board.called.notify_all();
    }
}

impl Board {
    fn next(&self) -> Option<BenchJob> {
        let mut desk = self.desk.lock();
        loop {
            if desk.over {
                return None;
            }
            if let Some(job) = desk.wish.take() {
                desk.busy = true;
                return Some(job);
            }
            self.called.wait(&mut desk);
        }
    }

    fn has_newer(&self) -> bool {
        let desk = self.desk.lock();
        desk.over || desk.wish.is_some()
    }
}

/// What scorers were made for: part of the picture, frames a second.
type MadeFor = (Option<Crop>, Option<f64>);

/// What the thread keeps from update to update.
struct Bench {
    workshop: Arc<Workshop>,
    /// For the part and the rate named: the quick metrics' scorer, then one for each slow metric.
    scorers: Option<(MadeFor, Vec<Scorer>)>,
    /// The reference, opened for its neighbours, and those of the pair at hand.
    source: Option<(String, Box<dyn FrameSource>)>,
    pair: Option<AtHand>,
    /// What a slow metric took of late.
    slow: [Duration; SLOW.len()],
    /// The slow metric whose turn it is, and for how many updates nothing slow was measured.
    turn: usize,
    waited: u32,
}

/// The pair that is looked at.
struct AtHand {
    job: BenchJob,
    around: Around,
    base: Option<Base>,
    /// The candidate as it is without the attack.
    plain: Option<Arc<Frame>>,
    values: BTreeMap<&'static str, f64>,
}

impl Bench {
    fn new(workshop: Arc<Workshop>) -> Self {
        let slow = [Duration::ZERO; SLOW.len()];
        Self { workshop, scorers: None, source: None, pair: None, slow, turn: 0, waited: 0 }
    }

    fn work(&mut self, board: &Board, teller: &Teller<Finding>) {
        while let Some(job) = board.next() {
            let done = catch_unwind(AssertUnwindSafe(|| self.update(&job, board, teller)));
            let done = done.unwrap_or_else(|_| {
                (self.pair, self.scorers) = (None, None);
                Err(SourceError::frame("Doublet stumbled over this attack; please report it"))
            });
            let heard = match done {
                Ok(heard) => heard,
                Err(error) => teller(Finding {
                    job,
                    plain: BTreeMap::new(),
                    values: BTreeMap::new(),
                    picture: None,
                    took: None,
                    fault: Some(error.to_string()),
                }),
            };
            // Told before it counts as done: who waits for idleness finds it among the events.
            board.desk.lock().busy = false;
            if !heard {
                return;
            }
        }
    }

    /// One update. `false` when nobody listens any more.
    fn update(&mut self, job: &BenchJob, board: &Board, teller: &Teller<Finding>) -> Result<bool, SourceError> {
        let began = Instant::now();
        self.take_up(job)?;
        let workshop = self.workshop.clone();
        let Some(mut pair) = self.pair.take() else { return Err(SourceError::Stopped) };
        let result = self.measure(job, &mut pair, (&workshop, board), teller, began);
        self.pair = Some(pair);
        result
    }

    fn measure(
        &mut self,
        job: &BenchJob,
        pair: &mut AtHand,
        (workshop, board): (&Workshop, &Board),
        teller: &Teller<Finding>,
        began: Instant,
    ) -> Result<bool, SourceError> {
        let base = match &pair.base {
            Some(base) => base,
            None => pair.base.insert(Base::new(
                workshop,
                (&job.recipes.1, &job.recipes.0),
                (job.own, &job.candidate),
                job.attack.side,
            )?),
        };
        let idle = Attack { side: job.attack.side, ..Attack::default() };
        let plain = match &pair.plain {
            Some(plain) => plain,
            None => pair.plain.insert(base.make(workshop, &idle, &job.reference)?),
        };
        let plain = plain.clone();
        let made = if job.attack.is_idle() { None } else { Some(base.make(workshop, &job.attack, &job.reference)?) };
        let mut finding = Finding {
            job: job.clone(),
            plain: BTreeMap::new(),
            values: BTreeMap::new(),
            picture: made.clone(),
            took: None,
            fault: None,
        };
        let mut heard = true;
        for place in self.order() {
            if place > 0 && !self.has_room(place - 1, began, board) {
                continue;
            }
            let since = Instant::now();
            let ids: &[&'static str] = if place == 0 { &QUICK } else { &SLOW[place - 1..place] };
            if ids.iter().any(|id| !pair.values.contains_key(id)) {
                let found = self.score(job, pair, place, &plain)?;
                pair.values.extend(found);
            }
            let found = match &made {
                Some(made) => self.score(job, pair, place, made)?,
                None => ids.iter().filter_map(|id| Some((*id, *pair.values.get(id)?))).collect(),
            };
            finding.plain.extend(ids.iter().filter_map(|id| Some((*id, *pair.values.get(id)?))));
            finding.values.extend(found);
            if place > 0 {
                self.slow[place - 1] = since.elapsed();
                (self.turn, self.waited) = (place % SLOW.len(), 0);
            }
            if place == 0 {
                heard = teller(finding.copy(None));
            }
        }
        self.waited += 1;
        Ok(heard && teller(finding.copy(Some(began.elapsed()))))
    }

    /// The quick ones (0), then the slow ones from whose turn it is on.
    fn order(&self) -> impl Iterator<Item = usize> + use<> {
        let turn = self.turn;
        std::iter::once(0).chain((0..SLOW.len()).map(move |i| 1 + (turn + i) % SLOW.len()))
    }

    fn has_room(&self, slow: usize, began: Instant, board: &Board) -> bool {
        !board.has_newer()
            || began.elapsed() + self.slow[slow] < UPDATE
            || (self.waited >= PATIENCE && slow == self.turn)
    }

    /// The metrics of `place` (0: the quick ones) of `candidate`.
    fn score(
        &mut self,
        job: &BenchJob,
        pair: &AtHand,
        place: usize,
        candidate: &Arc<Frame>,
    ) -> Result<Vec<(&'static str, f64)>, SourceError> {
        let scene =
            Scene { reference: job.reference.clone(), candidate: candidate.clone(), around: pair.around.clone() };
        let Some((_, scorers)) = &self.scorers else { return Err(SourceError::Stopped) };
        let Some(scorer) = scorers.get(place) else { return Err(SourceError::Stopped) };
        let values = scorer.measure(&scene)?.values;
        // What does not apply (no chroma, too small) has no needle that moves.
        Ok(values.into_iter().filter_map(|(id, value)| Some((id, value.ok()?.value))).collect())
    }

    /// Gets ready for a pair: its neighbours, its scorers.
    fn take_up(&mut self, job: &BenchJob) -> Result<(), SourceError> {
        let angle = (job.crop, job.rate);
        if self.scorers.as_ref().is_none_or(|(have, _)| *have != angle) {
            let scorer = |ids: &[&str]| {
                let metrics: Vec<&'static dyn Metric> = ids.iter().filter_map(|id| find(id)).collect();
                Scorer::new(&metrics, self.workshop.kernel, job.crop, None, job.rate)
            };
            let all = std::iter::once(scorer(&QUICK)).chain(SLOW.iter().map(|id| scorer(&[*id]))).collect();
            self.scorers = Some((angle, all));
        }
        let same = |pair: &AtHand| pair.job.same_pair(job) && pair.job.attack.side == job.attack.side;
        if self.pair.as_ref().is_some_and(same) {
            return Ok(());
        }
        let around = self.around(job)?;
        self.pair = Some(AtHand { job: job.clone(), around, base: None, plain: None, values: BTreeMap::new() });
        Ok(())
    }

    /// The reference's neighbours of the frame at hand.
    fn around(&mut self, job: &BenchJob) -> Result<Around, SourceError> {
        let name = job.recipes.0.to_string();
        if self.source.as_ref().is_none_or(|(open, _)| *open != name) {
            self.source = Some((name, self.workshop.open(&job.recipes.0, None)?.source));
        }
        let reach = self.scorers.iter().flat_map(|(_, all)| all).map(|scorer| scorer.reach(job.extent.clone()));
        let widest = reach.reduce(|a, b| crate::engine::reel::Reach {
            before: a.before.max(b.before),
            after: a.after.max(b.after),
            ..a
        });
        let (Some((_, source)), Some(reach)) = (&mut self.source, widest) else { return Ok(Around::default()) };
        let numbers = reach.frames(job.number);
        let mut around = Around::default();
        let stop = Stop::default();
        // Asked for in ascending order: a source decodes forwards.
        for n in numbers.filter(|n| *n != job.number) {
            let frame = source.frame(&mut Request { urgency: Urgency::OnScreen, ..Request::new(n, &stop) })?;
            if n < job.number { &mut around.before } else { &mut around.after }.push(frame);
        }
        around.before.reverse();
        Ok(around)
    }
}

impl Finding {
    fn copy(&self, took: Option<Duration>) -> Self {
        Self {
            job: self.job.clone(),
            plain: self.plain.clone(),
            values: self.values.clone(),
            picture: self.picture.clone(),
            took,
            fault: None,
        }
    }
}
