//! Finding out in the background how each model runs best, once a model and device.

use std::collections::HashMap;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::sync::{Arc, OnceLock};

use parking_lot::{Condvar, Mutex};

use crate::frame::Stop;

use super::runtime::DeviceKind;
use super::speed::{self, Choice};
use super::{Memory, Model, ModelError, Runtime};

/// Models that may wait to be tried; those beyond stay with the simple way until they are used again.
const WAITING: usize = 16;

/// Knows for each model how it is to be run, or finds out. Dropping it ends what is being found out.
pub struct Chooser {
    memory: Arc<Memory>,
    measures: bool,
    stop: Stop,
    resting: Arc<Resting>,
    known: Mutex<HashMap<(String, DeviceKind), Arc<Chosen>>>,
    /// The way to the thread, once there was something to find out.
    jobs: Mutex<Option<SyncSender<Job>>>,
}

/// How one model is to be run on one device, as soon as it is known.
#[derive(Default)]
pub(super) struct Chosen {
    choice: OnceLock<Choice>,
    asked: OnceLock<()>,
}

struct Job {
    runtime: Runtime,
    model: Arc<Model>,
    kind: DeviceKind,
    chosen: Arc<Chosen>,
}

impl Chooser {
    /// A chooser that goes by `memory`. `measures`: what is not remembered is found out.
    pub fn new(memory: Arc<Memory>, measures: bool) -> Self {
        Self {
            memory,
            measures,
            stop: Stop::default(),
            resting: Arc::default(),
            known: Mutex::default(),
            jobs: Mutex::new(None),
        }
    }

    /// Begins to find out about no further model, or goes on: somebody else measures.
    pub fn rest(&self, resting: bool) {
        *self.resting.flag.lock() = resting;
        self.resting.changed.notify_all();
    }

    /// What is known of `model` on a device, now or later.
    pub(super) fn chosen(&self, runtime: &Runtime, model: &Model, kind: DeviceKind) -> Arc<Chosen> {
        let sha256 = &model.info().sha256;
        let mut known = self.known.lock();
        let chosen = known.entry((sha256.clone(), kind)).or_default().clone();
        drop(known);
        let device = runtime.device(kind).map(|(device, _)| device.name.clone()).unwrap_or_default();
        if let Some(speed) = self.memory.speed(sha256, &device, runtime.version()) {
            // Whoever was first is right.
            _ = chosen.choice.set(speed.choice);
        }
        chosen
    }

    /// A picture was made: what the model's best way is may be found out now, if it is not known.
    pub(super) fn find_out(&self, runtime: &Runtime, model: &Arc<Model>, kind: DeviceKind, chosen: &Arc<Chosen>) {
        if !self.measures || chosen.get().is_some() || chosen.asked.set(()).is_err() {
            return;
        }
        let job = Job { runtime: runtime.clone(), model: model.clone(), kind, chosen: chosen.clone() };
        let mut jobs = self.jobs.lock();
        if jobs.is_none() {
            let (sender, receiver) = sync_channel(WAITING);
            let (memory, stop, resting) = (self.memory.clone(), self.stop.clone(), self.resting.clone());
            let thread = std::thread::Builder::new().name("choose".into());
            *jobs = thread.spawn(move || find_out(&receiver, &memory, &resting, &stop)).is_ok().then_some(sender);
        }
        if let Some(jobs) = &*jobs {
            // A full line: the simple way goes on.
            _ = jobs.try_send(job);
        }
    }
}

impl Drop for Chooser {
    fn drop(&mut self) {
        self.stop.set();
        self.rest(false);
    }
}

impl Chosen {
    /// The choice, if it is known.
    pub fn get(&self) -> Option<Choice> {
        self.choice.get().copied()
    }
}

/// Set while the thread is to begin nothing.
#[derive(Default)]
struct Resting {
    flag: Mutex<bool>,
    changed: Condvar,
}

fn find_out(jobs: &Receiver<Job>, memory: &Memory, resting: &Resting, stop: &Stop) {
    while let Ok(Job { runtime, model, kind, chosen }) = jobs.recv() {
        let mut flag = resting.flag.lock();
        resting.changed.wait_while(&mut flag, |flag| *flag);
        drop(flag);
        if stop.is_set() {
            return;
        }
        let found = speed::choose(&runtime, &model, kind, stop);
        match (found, runtime.device(kind)) {
            (Ok(speed), Ok((device, _))) => {
                memory.keep_speed(&model.info().sha256, &device.name, runtime.version(), &speed);
                _ = chosen.choice.set(speed.choice);
            }
            (Err(ModelError::Stopped), _) => return,
            (Err(error), _) | (_, Err(error)) => {
                log::info!("how {} runs best stays unknown: {error}", model.info().name)
            }
        }
    }
}
