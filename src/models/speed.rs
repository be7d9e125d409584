//! How fast a model is on a device, and what is chosen to make it so: both measured, both remembered.

use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use serde::{Deserialize, Serialize};

use crate::frame::{Stop, Urgency};

use super::footprint::Footprint;
use super::model::{Place, wait};
use super::runtime::DeviceKind;
use super::seat::Seat;
use super::session::Samples;
use super::way::{self, Settings};
use super::{Memory, Model, ModelError, Precision, Runtime, probe};

/// The picture that all speeds are told for.
const PICTURE: (u32, u32) = (1280, 720);
/// Another way must be so much faster to be chosen over a simpler one.
const MARGIN: f64 = 0.95;
/// Longest that choosing keeps a device, and a run that is too long for choosing to be worth it.
const BUDGET: Duration = Duration::from_secs(4);
const TOO_LONG: f64 = 1.2;
/// Runs of each of two ways that are compared, in turn; the best of each counts, for other programs only ever delay.
const ROUNDS: usize = 3;
/// Longest that the measuring of one model takes after choosing, and the runs it is content with.
const MEASURING: (Duration, usize) = (Duration::from_secs(3), 7);

/// How a model is run on a device.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Choice {
    pub precision: Precision,
    /// About how many input samples a tile has a side, its overlap included.
    pub tile: u32,
    /// Runs abreast, each in a session of its own.
    pub streams: u32,
    /// Tiles that go through in one run.
    pub batch: u32,
}

impl std::fmt::Display for Choice {
    /// "fp32, tiles of 512, 2 streams".
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let streams = if self.streams == 1 { "stream" } else { "streams" };
        write!(f, "{}, tiles of {}, {} {streams}", self.precision, self.tile, self.streams)?;
        if self.batch > 1 { write!(f, ", {} tiles a run", self.batch) } else { Ok(()) }
    }
}

impl Choice {
    /// Where the sessions for it are.
    pub(super) fn place(&self, kind: DeviceKind) -> Place {
        Place { kind, precision: self.precision, streams: self.streams.max(1) as usize }
    }
}

/// What a model was measured to cost on one device.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Speed {
    /// Input megapixels that go through in a second, overlaps of tiles not counted.
    pub megapixels_per_second: f64,
    /// Peak bytes taken beyond the idle program; `None` where it was not measured or the system does not tell.
    pub memory_bytes: Option<u64>,
    pub choice: Choice,
}

impl Speed {
    fn new(seconds: f64, choice: Choice) -> Self {
        let megapixels = f64::from(PICTURE.0 * PICTURE.1) / 1e6;
        Self { megapixels_per_second: megapixels / seconds.max(1e-9), memory_bytes: None, choice }
    }
}

/// Measures the model at `path` on the best device: loads it afresh, chooses how to run it unless that is remembered,
/// and takes speed and memory of that way. What was found is remembered. `progress` hears the share done, 0..1.
///
/// # Errors
/// As [`Model::load`] and [`super::upscale`]; [`ModelError::Stopped`].
pub fn measure(
    runtime: &Runtime,
    path: &Path,
    memory: &Memory,
    progress: &mut dyn FnMut(f32),
    stop: &Stop,
) -> Result<Speed, ModelError> {
    let kind = runtime.best();
    let (device, _) = runtime.device(kind)?;
    let chosen = {
        let model = Arc::new(Model::load(runtime, path)?);
        progress(0.1);
        match memory.speed(&model.info().sha256, &device.name, runtime.version()) {
            Some(speed) => speed.choice,
            None => choose(runtime, &model, kind, stop)?.choice,
        }
    };
    progress(0.5);
    let mut footprint = Footprint::start();
    footprint.iter_mut().for_each(Footprint::enter);
    let model = Arc::new(Model::load(runtime, path)?);
    let mut device_time = Duration::ZERO;
    let way = Trial::new(runtime, &model, kind, chosen)?;
    way.slice(stop)?;
    let mut times = Vec::new();
    while times.is_empty() || (times.len() < MEASURING.1 && device_time < MEASURING.0) {
        let seconds = way.slice(stop)?;
        device_time += Duration::from_secs_f64(seconds);
        times.push(seconds);
        progress(0.5 + 0.5 * (times.len() as f32 / MEASURING.1 as f32));
    }
    times.sort_by(f64::total_cmp);
    let mut speed = Speed::new(way.picture(times[times.len() / 2]), chosen);
    footprint.iter_mut().for_each(Footprint::leave);
    speed.memory_bytes = footprint.map(|footprint| footprint.peak());
    memory.keep_speed(&model.info().sha256, &device.name, runtime.version(), &speed);
    Ok(speed)
}

/// Finds how `model` runs fastest on a device, within a few seconds: the simple way, unless another is faster by a
/// margin. Each run waits for all that somebody waits for.
///
/// # Errors
/// [`ModelError`] when not even the simple way runs.
pub(super) fn choose(
    runtime: &Runtime,
    model: &Arc<Model>,
    kind: DeviceKind,
    stop: &Stop,
) -> Result<Speed, ModelError> {
    let simple = way::simple(model.info(), kind, &Settings::default());
    let mut best = Trial::new(runtime, model, kind, simple)?;
    best.slice(stop)?;
    let first = best.slice(stop)?;
    let mut seconds = best.picture(first);
    let mut spent = 2.0 * first;
    let steps: [Step; 4] = [precisions, streams, tiles, batches];
    for step in steps {
        for wish in step(model, kind, &best.choice, runtime.threads()) {
            if first > TOO_LONG || spent > BUDGET.as_secs_f64() {
                break;
            }
            // A way that does not run here is no way.
            let Ok(other) = Trial::new(runtime, model, kind, wish) else { continue };
            match compare(&best, &other, stop) {
                Ok((mine, others, took)) => {
                    spent += took;
                    seconds = mine;
                    if others < mine * MARGIN {
                        (best, seconds) = (other, others);
                    }
                }
                Err(ModelError::Stopped) => return Err(ModelError::Stopped),
                Err(error) => log::info!("{} does not run with {wish}: {error}", model.info().name),
            }
        }
    }
    model.settle_for(best.choice.place(kind));
    log::info!("{} on {kind}: {}, {:.3} s for a 720p picture", model.info().name, best.choice, seconds);
    Ok(Speed::new(seconds, best.choice))
}

/// Seconds for a picture by both ways, the runs in turn; and the device time spent.
fn compare(one: &Trial<'_>, other: &Trial<'_>, stop: &Stop) -> Result<(f64, f64, f64), ModelError> {
    let mut spent = other.slice(stop)?;
    let mut least = (f64::INFINITY, f64::INFINITY);
    for _ in 0..ROUNDS {
        let (a, b) = (one.slice(stop)?, other.slice(stop)?);
        least = (least.0.min(a), least.1.min(b));
        spent += a + b;
    }
    Ok((one.picture(least.0), other.picture(least.1), spent))
}

/// Ways that differ from one in one thing, for a model on a kind of device with so many threads.
type Step = fn(&Model, DeviceKind, &Choice, usize) -> Vec<Choice>;

/// Half precision, on a graphics card, where the weights allow it. A processor has to widen each number first.
fn precisions(model: &Model, kind: DeviceKind, from: &Choice, _: usize) -> Vec<Choice> {
    let other = Precision::F16;
    let worth = kind != DeviceKind::Cpu && from.precision != other && model.can_be(other);
    worth.then_some(Choice { precision: other, ..*from }).into_iter().collect()
}

/// More runs abreast.
fn streams(_: &Model, kind: DeviceKind, from: &Choice, threads: usize) -> Vec<Choice> {
    let most = if kind == DeviceKind::Cpu { threads.min(8) as u32 } else { 3 };
    let mut counts: Vec<u32> = [2, 3, 4, most].into_iter().filter(|n| (2..=most).contains(n)).collect();
    if kind == DeviceKind::Cpu {
        // Threads that are left over when streams share them stand idle.
        counts.retain(|n| (threads as u32).is_multiple_of(*n));
    }
    counts.dedup();
    counts.into_iter().map(|streams| Choice { streams, ..*from }).collect()
}

/// Tiles of other sizes. On the CPU never larger ones: a tile is how long a person waits for the first piece.
fn tiles(model: &Model, kind: DeviceKind, from: &Choice, _: usize) -> Vec<Choice> {
    let info = model.info();
    if info.fixed_size.is_some() {
        return Vec::new();
    }
    let most = if info.weights > way::HEAVY { 512 } else { 1024 };
    let sizes = match kind {
        DeviceKind::Cpu => vec![from.tile * 7 / 10],
        _ => vec![from.tile * 2 / 3, (from.tile * 4 / 3).min(most)],
    };
    // A tile that is mostly overlap is not worth a trial.
    let worth = |tile: &u32| *tile != from.tile && *tile > 4 * info.reach.max(16);
    sizes.into_iter().filter(worth).map(|tile| Choice { tile, ..*from }).collect()
}

/// Several tiles a run; on the CPU one run fills the machine as it is.
fn batches(_: &Model, kind: DeviceKind, from: &Choice, _: usize) -> Vec<Choice> {
    let counts: &[u32] = if kind == DeviceKind::Cpu { &[] } else { &[2, 4] };
    counts.iter().map(|&batch| Choice { batch, ..*from }).collect()
}

/// A way to run a model, ready to be timed.
struct Trial<'a> {
    runtime: &'a Runtime,
    model: &'a Arc<Model>,
    kind: DeviceKind,
    choice: Choice,
    seat: Arc<Seat>,
    samples: Arc<Samples>,
    shape: [usize; 3],
    /// Tiles of [`PICTURE`].
    tiles: usize,
}

impl<'a> Trial<'a> {
    fn new(runtime: &'a Runtime, model: &'a Arc<Model>, kind: DeviceKind, choice: Choice) -> Result<Self, ModelError> {
        let info = model.info();
        let seat = model.seat(runtime, choice.place(kind), Urgency::Background)?;
        if choice.batch > 1 && !model.takes_batches(runtime, kind, &seat) {
            return Err(ModelError::Batch { model: info.name.clone() });
        }
        let plan = way::plan(info, PICTURE, choice.tile);
        let shape = [info.channels.0 as usize, plan.tile.1 as usize, plan.tile.0 as usize];
        let picture = probe::texture(shape);
        let samples = Arc::new(Samples::from_f32(seat.precision(), picture.repeat(choice.batch as usize)));
        Ok(Self { runtime, model, kind, choice, seat, samples, shape, tiles: plan.tiles.len() })
    }

    /// Seconds for a whole picture if all streams together take `slice` for a run each.
    fn picture(&self, slice: f64) -> f64 {
        slice * self.tiles as f64 / f64::from(self.choice.streams * self.choice.batch)
    }

    /// Runs all streams once, side by side, with nothing else on the device; gives the seconds until the last was done.
    fn slice(&self, stop: &Stop) -> Result<f64, ModelError> {
        let (device, worker) = self.runtime.device(self.kind)?;
        let (seat, samples, shape, batch) =
            (self.seat.clone(), self.samples.clone(), self.shape, self.choice.batch as usize);
        let job = move || {
            let run = || seat.run(&samples, batch, shape).map(drop);
            let clock = Instant::now();
            let others = std::thread::scope(|scope| {
                let others: Vec<_> = (1..seat.streams()).map(|_| scope.spawn(run)).collect();
                let mine = run();
                let joined = others.into_iter().map(|other| other.join().unwrap_or(Err("it ended early".into())));
                mine.and(joined.collect::<Result<(), String>>())
            });
            others.map(|()| clock.elapsed().as_secs_f64())
        };
        let seconds = wait(worker.submit(Urgency::Background, stop, job), device, stop)?;
        seconds.map_err(|reason| ModelError::run(&self.model.info().name, &device.name, reason))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn choice() -> Choice {
        Choice { precision: Precision::F32, tile: 512, streams: 1, batch: 1 }
    }

    #[test]
    fn a_choice_reads_as_a_person_says_it() {
        assert_eq!(choice().to_string(), "fp32, tiles of 512, 1 stream");
        let other = Choice { precision: Precision::F16, streams: 2, batch: 4, ..choice() };
        assert_eq!(other.to_string(), "fp16, tiles of 512, 2 streams, 4 tiles a run");
    }
}
