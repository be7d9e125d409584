//! The thread "measure-model": takes the speed of models that a person wants to know of, one after another.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, SyncSender, TrySendError, sync_channel};

use crate::engine::worker::Teller;
use crate::engine::workshop::Workshop;
use crate::frame::{Severity, Stop};
use crate::models::{self, ModelError, Runtime, Speed};

use super::keeper::Told;

/// Models that may wait.
const WAITING: usize = 256;

/// The engine's end of the thread. Dropping it ends the thread after the run it is in.
pub(super) struct Measurer {
    paths: SyncSender<PathBuf>,
    stop: Stop,
}

impl Measurer {
    pub fn start(workshop: Arc<Workshop>, teller: Teller<Told>) -> std::io::Result<Self> {
        let (sender, paths) = sync_channel(WAITING);
        let stop = Stop::default();
        let mine = stop.clone();
        let thread = std::thread::Builder::new().name("measure-model".into());
        thread.spawn(move || measure_all(&paths, &workshop, &teller, &mine))?;
        Ok(Self { paths: sender, stop })
    }

    /// Queues a model; `false` when too many wait or the thread is gone.
    pub fn ask(&self, path: PathBuf) -> bool {
        match self.paths.try_send(path) {
            Ok(()) => true,
            Err(TrySendError::Full(_) | TrySendError::Disconnected(_)) => false,
        }
    }
}

impl Drop for Measurer {
    fn drop(&mut self) {
        self.stop.set();
    }
}

fn measure_all(paths: &Receiver<PathBuf>, workshop: &Workshop, teller: &Teller<Told>, stop: &Stop) {
    while let Ok(path) = paths.recv() {
        if stop.is_set() {
            return;
        }
        let name = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        let mut progress = |share: f32| _ = teller(Told::Measuring(Some((name.clone(), share))));
        progress(0.0);
        let measure = || -> Result<(Runtime, Speed), ModelError> {
            let runtime = Runtime::get()?;
            let speed = models::measure(&runtime, &path, workshop.memory(), &mut progress, stop)?;
            Ok((runtime, speed))
        };
        let found = match catch_unwind(AssertUnwindSafe(measure)) {
            Ok(Ok((runtime, speed))) => Ok(workshop.card_speed(&runtime, speed)),
            Ok(Err(ModelError::Stopped)) => return,
            Ok(Err(error)) => Err(error.to_string()),
            Err(_) => Err(format!("Doublet stumbled over {}; please report it with the file", path.display())),
        };
        if let Err(sentence) = &found {
            teller(Told::Notice(Severity::Note, sentence.clone()));
        }
        teller(Told::Measuring(None));
        teller(Told::Measured(path, found.ok()));
    }
}
