//! The attack bench: filters laid on a candidate by sliders, the scores beside those without them, at once.
//!
//! ```text
//! Command::Attack ─► Engine ─ newest wish ─► bencher (thread): frame in view | attack ─► needles ─► State::bench
//! Command::Hunt   ─► Engine ─────────────► hunt (thread): tries attacks ─ best so far ─► the sliders
//! ```

mod attack;
mod bencher;
mod chase;
mod hunt;
mod maker;

use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use super::core::{Engine, Event, relay};
use super::pairing::Pairing;
use super::recipe::Recipe;
use super::scorer::rate_of;
use super::{Coverage, Shown, State, Track, TrackId};
use crate::frame::{Frame, SourceError, Stop};
use bencher::{BenchJob, Bencher, Finding};

pub use attack::{Attack, KNOBS, Knob, Side, knob_at};
pub use chase::{Hack, HackSettings, find_hack, spread};
pub use hunt::Tried;

/// What has a needle, in the order of the dials. VMAF and NEG are not clipped: at 100 a clip would hide what is gained.
pub const NEEDLES: [&str; 7] = ["vmaf_raw", "vmaf_neg_raw", "vmaf_v1", "psnr_y", "ssim_y", "ms_ssim_y", "erqa"];

/// Measured in every update, together.
const QUICK: [&str; 4] = ["vmaf_raw", "vmaf_neg_raw", "psnr_y", "ssim_y"];
/// Measured in turn where an update has room.
const SLOW: [&str; 3] = ["ms_ssim_y", "vmaf_v1", "erqa"];

/// Frames that a search tries attacks on where there are in and out points.
pub const HUNT_FRAMES: usize = 3;

/// The bench, while it is open.
#[derive(Clone, Debug)]
pub struct Bench {
    pub track: TrackId,
    pub attack: Attack,
    /// Whether the candidate's chain has an encode that an attack could stand before.
    pub can_precede: bool,
    pub needles: BTreeMap<&'static str, Needle>,
    /// The attack that the needles last told of.
    pub measured: Option<Attack>,
    /// The recipe of the candidate with the attack; `None` while no slider does anything.
    pub line: Option<String>,
    /// Updates a second of late, while sliders move.
    pub pace: Option<f32>,
    /// Why the attack could not be made or measured, in one sentence.
    pub fault: Option<String>,
    pub hunt: Option<HuntRun>,
    /// The attacked picture, and the candidate's frame that it stands for.
    pub picture: Option<(Arc<Frame>, Shown)>,
}

/// One dial.
#[derive(Clone, Copy, PartialEq, Debug, Default)]
pub struct Needle {
    /// The value without the attack, and with it, of the frame in view.
    pub plain: Option<f64>,
    pub value: Option<f64>,
}

impl Needle {
    /// What the attack does to the score.
    pub fn gain(&self) -> Option<f64> {
        Some(self.value? - self.plain?)
    }
}

/// A search, running or over.
#[derive(Clone, PartialEq, Debug)]
pub struct HuntRun {
    pub psnr_loss: f64,
    /// Share done, 0..1.
    pub done: f32,
    pub tried: usize,
    /// Frames that attacks are tried on.
    pub frames: usize,
    /// The picture without an attack, and what was found so far.
    pub plain: Option<Tried>,
    pub best: Option<Tried>,
    pub running: bool,
}

/// What the threads tell.
pub(super) enum BenchNews {
    Found(Box<Finding>),
    /// Of the search with this number.
    Share(u64, f32, usize, Tried),
    Over(u64, Result<Tried, SourceError>),
}

/// The engine's side of the bench.
#[derive(Default)]
pub(super) struct BenchDesk {
    bencher: Option<Bencher>,
    last: Option<BenchJob>,
    hunt: u64,
    stop: Stop,
}

impl Drop for BenchDesk {
    fn drop(&mut self) {
        self.stop.set();
    }
}

impl State {
    /// What a track shows on screen: its own picture, the attacked one that stands for it on the bench, or the one with
    /// invented detail faded.
    pub fn on_screen<'s>(&'s self, track: &'s Track) -> Option<&'s Shown> {
        let own = track.shown.as_ref()?;
        let bench = self.bench.as_ref().filter(|bench| bench.track == track.id);
        match bench.and_then(|bench| bench.picture.as_ref()) {
            Some((of, shown)) if Arc::ptr_eq(of, &own.frame) => Some(shown),
            _ => Some(self.faded(track).map_or(own, |(_, shown)| shown)),
        }
    }
}

impl Engine {
    /// Obeys [`super::Command::Bench`].
    pub(super) fn open_bench(&mut self, track: Option<TrackId>) {
        self.stop_attack_hunt();
        self.bench.last = None;
        if let Some(bencher) = &self.bench.bencher {
            bencher.wish(None);
        }
        let known = track.filter(|id| self.state.candidates().iter().any(|track| track.id == *id));
        let Some((track, recipe)) = known.and_then(|id| Some((id, self.backstage.get(&id)?.opened.clone()))) else {
            self.state.bench = None;
            return;
        };
        // The sliders stay where they are from candidate to candidate.
        let mut attack = self.state.bench.as_ref().map_or_else(Attack::default, |bench| bench.attack);
        let can_precede = attack::first_encode(&recipe).is_some();
        if !can_precede {
            attack.side = Side::After;
        }
        self.state.bench = Some(Bench {
            track,
            attack,
            can_precede,
            needles: BTreeMap::new(),
            measured: None,
            line: None,
            pace: None,
            fault: None,
            hunt: None,
            picture: None,
        });
        self.set_attack(attack);
    }

    /// Obeys [`super::Command::Attack`].
    pub(super) fn set_attack(&mut self, attack: Attack) {
        let Some(bench) = &mut self.state.bench else { return };
        let recipe = self.backstage.get(&bench.track).map(|back| back.opened.clone());
        if attack.side == Side::Before && !bench.can_precede {
            return;
        }
        bench.attack = attack;
        if attack.is_idle() {
            bench.picture = None;
        }
        bench.line =
            recipe.filter(|_| !attack.is_idle()).and_then(|recipe| attack.on(&recipe).ok()).map(|line| line.chain());
    }

    /// Wishes for what the bench shows of the pair on show, when that changed. Called after every change.
    pub(super) fn work_bench(&mut self) {
        let Some(bench) = &self.state.bench else { return };
        let track = bench.track;
        if self.state.track(track).is_none() {
            return self.open_bench(None);
        }
        let Some(job) = self.bench_job() else { return };
        if self.bench.last.as_ref().is_some_and(|last| last.same(&job)) {
            return;
        }
        self.bench.last = Some(job.clone());
        let start = || {
            let teller = relay(&self.sender, &self.wake, |found| Event::Bench(BenchNews::Found(Box::new(found))));
            Bencher::start(self.workshop.clone(), teller)
        };
        self.bench.bencher.get_or_insert_with(start).wish(Some(job));
    }

    fn bench_job(&self) -> Option<BenchJob> {
        let bench = self.state.bench.as_ref()?;
        let (back, shown) = (self.backstage.get(&bench.track)?, self.state.track(bench.track)?.shown.as_ref()?);
        let reference = self.state.reference()?;
        let info = reference.info.as_ref()?;
        let beside = reference.shown.as_ref()?;
        let whole = shown.coverage == Coverage::Whole && beside.coverage == Coverage::Whole;
        if !whole || shown.number != beside.number {
            return None;
        }
        let recipes = Arc::new((self.reference_recipe()?, back.opened.clone()));
        Some(BenchJob {
            post: back.post,
            number: shown.number,
            own: shown.own_number,
            reference: beside.frame.clone(),
            candidate: shown.frame.clone(),
            attack: bench.attack,
            recipes,
            extent: back.pairing.as_ref().map(Pairing::extent_of_all)?,
            rate: rate_of(&info.timeline),
            crop: self.crop_of(self.state.region).and_then(Result::ok),
        })
    }

    /// Obeys [`super::Command::Hunt`]: begins a search, or ends it.
    pub(super) fn begin_attack_hunt(&mut self, psnr_loss: Option<f64>) {
        self.stop_attack_hunt();
        let Some(psnr_loss) = psnr_loss.filter(|loss| loss.is_finite() && *loss >= 0.0) else { return };
        let Some(bench) = &mut self.state.bench else { return };
        let (track, side) = (bench.track, bench.attack.side);
        let recipes = self.backstage.get(&track).map(|back| back.opened.clone()).zip(self.reference_recipe());
        let Some((candidate, reference)) = recipes else { return };
        let frames = match &self.state.range {
            Some(range) => spread(range, HUNT_FRAMES),
            None => vec![self.state.clock.frame],
        };
        let crop = self.crop_of(self.state.region).and_then(Result::ok);
        self.bench.hunt += 1;
        self.bench.stop = Stop::default();
        let (number, stop) = (self.bench.hunt, self.bench.stop.clone());
        let settings = HackSettings { psnr_loss, frames, side, crop };
        let run = HuntRun {
            psnr_loss,
            done: 0.0,
            tried: 0,
            frames: settings.frames.len(),
            plain: None,
            best: None,
            running: true,
        };
        if let Some(bench) = &mut self.state.bench {
            bench.hunt = Some(run);
        }
        let (workshop, teller) = (self.workshop.clone(), self.remote().0);
        let run = move || {
            let mut tell = |share: f32, tried: usize, best: &Tried| {
                teller(Event::Bench(BenchNews::Share(number, share, tried, *best)));
            };
            let all = || find_hack(&workshop, (&reference, &candidate), &settings, &mut tell, &stop);
            let found = catch_unwind(AssertUnwindSafe(all))
                .unwrap_or_else(|_| Err(SourceError::source("Doublet stumbled over this search; please report it")));
            teller(Event::Bench(BenchNews::Over(number, found.map(|hack| hack.best))));
        };
        if let Err(error) = std::thread::Builder::new().name("hunt".into()).spawn(run) {
            let why = SourceError::source(format!("the search cannot be started: {error}"));
            self.hear_bench(BenchNews::Over(number, Err(why)));
        }
    }

    /// Ends the search; the best found stays on the sliders.
    fn stop_attack_hunt(&mut self) {
        self.bench.stop.set();
        if let Some(hunt) = self.state.bench.as_mut().and_then(|bench| bench.hunt.as_mut()) {
            hunt.running = false;
        }
    }

    /// Whether the bench has work.
    pub(super) fn is_bench_busy(&self) -> bool {
        let works = self.bench.bencher.as_ref().is_some_and(|bencher| !bencher.is_idle());
        works || self.is_hunting()
    }

    fn is_hunting(&self) -> bool {
        self.state.bench.as_ref().and_then(|bench| bench.hunt.as_ref()).is_some_and(|hunt| hunt.running)
    }

    /// Enters what the threads told.
    pub(super) fn hear_bench(&mut self, news: BenchNews) {
        match news {
            BenchNews::Found(found) => self.hear_finding(*found),
            BenchNews::Share(number, done, tried, best) if number == self.bench.hunt && self.is_hunting() => {
                let Some(bench) = &mut self.state.bench else { return };
                let Some(hunt) = &mut bench.hunt else { return };
                let better = hunt.best.is_none_or(|have| have.attack != best.attack);
                (hunt.done, hunt.tried, hunt.best) = (done, tried, Some(best));
                // The first that is told of is the picture as it is.
                hunt.plain.get_or_insert(best);
                if better {
                    self.set_attack(best.attack);
                }
            }
            BenchNews::Over(number, found) if number == self.bench.hunt && self.is_hunting() => {
                let Some(bench) = &mut self.state.bench else { return };
                if let Some(hunt) = &mut bench.hunt {
                    (hunt.running, hunt.done) = (false, 1.0);
                }
                match found {
                    Ok(best) => self.set_attack(best.attack),
                    Err(SourceError::Stopped) => {}
                    Err(error) => bench.fault = Some(error.to_string()),
                }
            }
            _ => {}
        }
    }

    fn hear_finding(&mut self, found: Finding) {
        let post = self.state.bench.as_ref().and_then(|bench| Some(self.backstage.get(&bench.track)?.post));
        if post != Some(found.job.post) {
            return;
        }
        self.serial += 1;
        let serial = self.serial;
        let Some(bench) = &mut self.state.bench else { return };
        if found.job.attack.side != bench.attack.side {
            return;
        }
        (bench.fault, bench.measured) = (found.fault, Some(found.job.attack));
        for (id, plain) in found.plain {
            bench.needles.entry(id).or_default().plain = Some(plain);
        }
        for (id, value) in found.values {
            bench.needles.entry(id).or_default().value = Some(value);
        }
        // What lies ready tells nothing of the pace.
        if let Some(took) = found.took.filter(|_| found.picture.is_some()) {
            let now = 1.0 / took.as_secs_f32().max(1e-3);
            // A wandering mean: one slow update makes no figure jump.
            bench.pace = Some(bench.pace.map_or(now, |pace| 0.8 * pace + 0.2 * now));
        }
        let same = |(_, shown): &(Arc<Frame>, Shown), frame: &Arc<Frame>| Arc::ptr_eq(&shown.frame, frame);
        bench.picture = match found.picture.filter(|_| !bench.attack.is_idle()) {
            Some(frame) if bench.picture.as_ref().is_some_and(|have| same(have, &frame)) => bench.picture.take(),
            Some(frame) => {
                let (number, own_number) = (found.job.number, found.job.own);
                let shown = Shown { frame, number, own_number, serial, coverage: Coverage::Whole };
                Some((found.job.candidate, shown))
            }
            None => None,
        };
    }
}

/// The recipe of a candidate's line with an attack on it.
///
/// # Errors
/// One sentence when the line cannot be read, or there is no encode to stand before.
pub fn attacked(line: &str, attack: &Attack) -> Result<Recipe, SourceError> {
    attack.on(&Recipe::parse(line).map_err(|error| SourceError::source(error.to_string()))?)
}
