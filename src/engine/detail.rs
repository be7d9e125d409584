//! Invented detail, faded: the picture on show between what its input carries of it and the whole of it. On a thread of its
//! own; what was found out about a frame is kept, so that moving the share only mixes. Pictures that play are whole.

use std::collections::{BTreeMap, VecDeque};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::thread::JoinHandle;

use parking_lot::{Condvar, Mutex};

use crate::color::{Target, conform};
use crate::frame::{Frame, SourceError};
use crate::metrics::invented::Carried;

use super::core::{Engine, Event, relay};
use super::enlarged::{Enlarging, Sources};
use super::pairing::Pairing;
use super::recipe::Recipe;
use super::scorer::common_ground;
use super::worker::Teller;
use super::workshop::Workshop;
use super::{Coverage, Shown, State, Track, TrackId};

/// How much of what candidates added beyond their input is shown.
#[derive(Clone, Debug)]
pub struct Detail {
    /// 0..1; 1 is the candidates' own pictures.
    pub share: f32,
    pub pictures: BTreeMap<TrackId, Faded>,
}

/// One candidate's picture.
#[derive(Clone, Debug)]
pub struct Faded {
    /// The frame that it stands for.
    pub of: Arc<Frame>,
    pub share: f32,
    /// `None` at a share of 1; one sentence where the candidate is no enlargement.
    pub found: Result<Option<Shown>, String>,
    /// How the way down and up was chosen, one sentence.
    pub way: Option<Arc<str>>,
}

impl State {
    /// The faded picture that stands for a track's own on screen, if one does.
    pub fn faded(&self, track: &Track) -> Option<(f32, &Shown)> {
        let detail = self.detail.as_ref().filter(|detail| detail.share < 1.0 && !self.clock.playing)?;
        let faded = detail.pictures.get(&track.id)?;
        let same = Arc::ptr_eq(&faded.of, &track.shown.as_ref()?.frame);
        Some((faded.share, faded.found.as_ref().ok()?.as_ref().filter(|_| same)?))
    }

    /// Why a candidate's detail cannot be faded, if that is known.
    pub fn not_faded(&self, id: TrackId) -> Option<&str> {
        self.detail.as_ref()?.pictures.get(&id)?.found.as_ref().err().map(String::as_str)
    }
}

/// A picture to make.
#[derive(Clone)]
pub(super) struct FadeJob {
    post: TrackId,
    shown: Shown,
    share: f32,
    chain: Arc<Recipe>,
    reference: Arc<Recipe>,
    pairing: Arc<Pairing>,
}

impl FadeJob {
    fn same(&self, other: &Self) -> bool {
        self.post == other.post && self.share == other.share && Arc::ptr_eq(&self.shown.frame, &other.shown.frame)
    }
}

/// What the thread tells of a job.
pub(super) struct FadeNews {
    job: FadeJob,
    found: Result<Option<Arc<Frame>>, String>,
    way: Option<Arc<str>>,
}

/// The engine's end of the thread, which starts when first needed.
#[derive(Default)]
pub(super) struct Fader {
    board: Arc<Board>,
    thread: Option<JoinHandle<()>>,
}

#[derive(Default)]
struct Board {
    desk: Mutex<Desk>,
    called: Condvar,
}

#[derive(Default)]
struct Desk {
    jobs: VecDeque<FadeJob>,
    busy: Option<FadeJob>,
    over: bool,
}

impl Fader {
    /// Replaces all earlier wishes; what is being made is finished.
    fn wish(&self, mut jobs: Vec<FadeJob>) {
        let mut desk = self.board.desk.lock();
        if let Some(busy) = &desk.busy {
            jobs.retain(|job| !job.same(busy));
        }
        desk.jobs = jobs.into();
        self.board.called.notify_all();
    }

    pub fn is_idle(&self) -> bool {
        let desk = self.board.desk.lock();
        desk.jobs.is_empty() && desk.busy.is_none()
    }
}

impl Drop for Fader {
    fn drop(&mut self) {
        self.board.desk.lock().over = true;
        self.board.called.notify_all();
    }
}

impl Board {
    fn next(&self) -> Option<FadeJob> {
        let mut desk = self.desk.lock();
        loop {
            if desk.over {
                return None;
            }
            if let Some(job) = desk.jobs.pop_front() {
                desk.busy = Some(job.clone());
                return Some(job);
            }
            self.called.wait(&mut desk);
        }
    }
}

/// What the thread keeps.
struct Studio {
    workshop: Arc<Workshop>,
    sources: Sources,
    /// By the candidate's frame, the newest last.
    kept: VecDeque<(Arc<Frame>, Arc<Carried>)>,
}

/// Bytes of what was found out about frames.
const KEPT: usize = 256 << 20;

type Made = (Option<Arc<Frame>>, Option<Arc<str>>);

impl Studio {
    fn work(mut self, board: &Board, teller: &Teller<FadeNews>) {
        while let Some(job) = board.next() {
            let made = catch_unwind(AssertUnwindSafe(|| self.made(&job)))
                .unwrap_or_else(|_| Err(SourceError::frame("Doublet stumbled over this picture; please report it")));
            let (found, way) = match made {
                Ok((picture, way)) => (Ok(picture), way),
                Err(error) => (Err(error.to_string()), None),
            };
            let heard = teller(FadeNews { job, found, way });
            // Told before it counts as done: who waits for idleness finds it among the events.
            board.desk.lock().busy = None;
            if !heard {
                return;
            }
        }
    }

    /// The picture, none where it is the candidate's own, and how the input was told to be made.
    fn made(&mut self, job: &FadeJob) -> Result<Made, SourceError> {
        if job.share >= 1.0 {
            let enlarged = self.sources.is_enlarged(&job.chain, &job.reference)?;
            return if enlarged { Ok((None, None)) } else { Err(no_enlargement()) };
        }
        let carried = self.carried(job)?;
        Ok((Some(carried.mixed(job.share)?), Some(carried.way().into())))
    }

    fn carried(&mut self, job: &FadeJob) -> Result<Arc<Carried>, SourceError> {
        let frame = &job.shown.frame;
        if let Some((_, carried)) = self.kept.iter().find(|(of, _)| Arc::ptr_eq(of, frame)) {
            return Ok(carried.clone());
        }
        let of = (&*job.chain, &*job.reference, &*job.pairing);
        let found = self.sources.enlarging(of, (job.shown.number, frame), false)?.ok_or_else(no_enlargement)?;
        let ground = as_output(&found, &self.workshop)?;
        let carried = Arc::new(Carried::of(&ground.there())?);
        self.kept.push_back((frame.clone(), carried.clone()));
        let cost = |kept: &VecDeque<(Arc<Frame>, Arc<Carried>)>| {
            kept.iter().map(|(frame, carried)| frame.cost() + carried.cost()).sum::<usize>()
        };
        while self.kept.len() > 1 && cost(&self.kept) > KEPT {
            self.kept.pop_front();
        }
        Ok(carried)
    }
}

fn no_enlargement() -> SourceError {
    SourceError::frame(
        "nothing was enlarged here; it is for chains with a model or “up”, and files larger than the reference",
    )
}

/// Input and output in the output's own layout, so that its picture changes by what is taken away and by nothing else. RGB
/// is mixed as 4:4:4 Y'CbCr.
fn as_output(found: &Enlarging, workshop: &Workshop) -> Result<Enlarging, SourceError> {
    let target = common_ground(&found.output, found.input.layout.sample);
    let there = |frame: &Arc<Frame>| {
        let target = Target { width: frame.width, height: frame.height, ..target };
        Ok::<_, SourceError>(conform(frame, &target, workshop.kernel)?.0)
    };
    Ok(Enlarging { input: there(&found.input)?, output: there(&found.output)?, before: None })
}

impl Engine {
    /// Obeys [`super::Command::Detail`].
    pub(super) fn set_detail(&mut self, share: Option<f32>) {
        let Some(share) = share.filter(|share| share.is_finite()).map(|share| share.clamp(0.0, 1.0)) else {
            self.state.detail = None;
            return;
        };
        match &mut self.state.detail {
            Some(detail) => detail.share = share,
            None => self.state.detail = Some(Detail { share, pictures: BTreeMap::new() }),
        }
    }

    /// Wishes for the faded pictures that are missing of what is on show. Called after every change.
    pub(super) fn fade_shown(&mut self) {
        let jobs = self.missing_fades();
        if self.fader.thread.is_none() && !jobs.is_empty() {
            let teller = relay(&self.sender, &self.wake, Event::Fade);
            let (workshop, board) = (self.workshop.clone(), self.fader.board.clone());
            let run = move || {
                let sources = Sources::new(workshop.clone());
                Studio { workshop, sources, kept: VecDeque::new() }.work(&board, &teller);
            };
            self.fader.thread = std::thread::Builder::new().name("detail".into()).spawn(run).ok();
        }
        self.fader.wish(jobs);
    }

    fn missing_fades(&self) -> Vec<FadeJob> {
        let Some(detail) = self.state.detail.as_ref().filter(|_| !self.state.clock.playing) else { return Vec::new() };
        let Some(reference) = self.reference_recipe().map(Arc::new) else { return Vec::new() };
        let mut jobs = Vec::new();
        for id in &self.visible {
            let Some(track) = self.state.candidates().iter().find(|track| track.id == *id) else { continue };
            let Some(shown) = track.shown.clone().filter(|shown| shown.coverage == Coverage::Whole) else { continue };
            let has = |faded: &Faded| {
                // Where one frame is no enlargement, none is.
                Arc::ptr_eq(&faded.of, &shown.frame) && (faded.share == detail.share || faded.found.is_err())
            };
            if detail.pictures.get(id).is_some_and(has) {
                continue;
            }
            let Some(back) = self.backstage.get(id) else { continue };
            let Some(pairing) = back.pairing.clone().map(Arc::new) else { continue };
            let (post, chain, share) = (back.post, Arc::new(back.opened.clone()), detail.share);
            jobs.push(FadeJob { post, shown, share, chain, reference: reference.clone(), pairing });
        }
        jobs
    }

    /// Enters a faded picture, if it still stands for what is on show.
    pub(super) fn hear_fade(&mut self, news: FadeNews) {
        let known = self.backstage.iter().find(|(_, back)| back.post == news.job.post).map(|(id, _)| *id);
        let (Some(id), serial) = (known, self.serial + 1) else { return };
        let on_show = self.state.track(id).and_then(|track| track.shown.as_ref());
        if !on_show.is_some_and(|shown| Arc::ptr_eq(&shown.frame, &news.job.shown.frame)) {
            return;
        }
        let Some(detail) = &mut self.state.detail else { return };
        self.serial = serial;
        let (of, share) = (news.job.shown.frame.clone(), news.job.share);
        let found = news.found.map(|picture| picture.map(|frame| Shown { frame, serial, ..news.job.shown }));
        detail.pictures.insert(id, Faded { of, share, found, way: news.way });
    }
}
