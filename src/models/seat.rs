//! The sessions of one model on one device: as many as there are streams, for one session serves one run at a time.

use std::path::Path;
use std::sync::Arc;

use parking_lot::{Mutex, MutexGuard};

use crate::frame::{Stop, Urgency};

use super::ModelError;
use super::model::wait;
use super::queue::Worker;
use super::runtime::{Device, Runtime};
use super::session::{Net, Output, Precision, Samples};

/// Sessions shared by all stages that use the model alike; run on their device's threads alone.
pub(super) struct Seat {
    first: Mutex<Net>,
    precision: Precision,
    /// The sessions of the further streams.
    others: Vec<Mutex<Net>>,
}

impl Seat {
    /// Loads `streams` sessions on their device's thread. On the CPU they share its threads among them.
    pub fn load(
        runtime: &Runtime,
        path: &Path,
        (device, worker): (&Device, &Worker),
        urgency: Urgency,
        streams: usize,
        bytes: Vec<u8>,
    ) -> Result<Arc<Self>, ModelError> {
        let (environment, kind) = (runtime.environment(), device.kind);
        let streams = streams.max(1);
        let threads = (runtime.threads() / streams).max(1);
        let bytes = Arc::new(bytes);
        let load = || {
            let (environment, bytes, stop) = (environment.clone(), bytes.clone(), Stop::default());
            let load = move || Net::load(&environment, kind, threads, &bytes);
            let net = wait(worker.submit(urgency, &stop, load), device, &stop)?;
            net.map(Mutex::new).map_err(|reason| ModelError::Load { path: path.to_owned(), reason })
        };
        let first = load()?;
        let others = (1..streams).map(|_| load()).collect::<Result<_, _>>()?;
        let precision = first.lock().input.precision.unwrap_or(Precision::F32);
        Ok(Arc::new(Self { first, precision, others }))
    }

    /// What it takes.
    pub fn precision(&self) -> Precision {
        self.precision
    }

    /// Runs that may be under way at once.
    pub fn streams(&self) -> usize {
        1 + self.others.len()
    }

    /// Runs on a session that is free, or waits for the first.
    pub fn run(&self, samples: &Samples, batch: usize, shape: [usize; 3]) -> Result<Output, String> {
        let free = std::iter::once(&self.first).chain(&self.others).find_map(Mutex::try_lock);
        free.unwrap_or_else(|| self.first.lock()).run(samples, batch, shape)
    }

    /// The first session for oneself.
    pub fn first(&self) -> MutexGuard<'_, Net> {
        self.first.lock()
    }
}
