//! One named thread a device, and the queue before it: what is on screen first, what nobody wants any more never.

use std::collections::VecDeque;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::mpsc::{Receiver, RecvTimeoutError, sync_channel};
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use parking_lot::{Condvar, Mutex};

use crate::frame::{Stop, Urgency};

/// Jobs that may wait at each level; who comes then waits for a place. A stage has two under way at most.
const PLACES: usize = 16;
/// How often a waiting caller looks at its stop flag. It costs nothing while nobody waits.
const LOOK: Duration = Duration::from_millis(15);

type Work = Box<dyn FnOnce() + Send>;

struct Job {
    stop: Stop,
    work: Work,
}

#[derive(Default)]
struct Lines {
    on_screen: VecDeque<Job>,
    background: VecDeque<Job>,
    closed: bool,
    running: bool,
}

impl Lines {
    fn line(&mut self, urgency: Urgency) -> &mut VecDeque<Job> {
        match urgency {
            Urgency::OnScreen => &mut self.on_screen,
            Urgency::Background => &mut self.background,
        }
    }

    /// Drops the jobs whose stop is set, then takes the first of the more urgent line.
    fn take(&mut self) -> Option<Job> {
        self.on_screen.retain(|job| !job.stop.is_set());
        self.background.retain(|job| !job.stop.is_set());
        self.on_screen.pop_front().or_else(|| self.background.pop_front())
    }
}

#[derive(Default)]
struct Shared {
    lines: Mutex<Lines>,
    /// Signalled at every change of `lines`.
    changed: Condvar,
}

/// A thread that runs jobs one after the other. It sleeps when there is none, and ends with its last handle.
pub(super) struct Worker {
    shared: Arc<Shared>,
    started: OnceLock<bool>,
    name: String,
}

/// A result that is under way.
pub(super) struct Ticket<T>(Receiver<T>);

/// Why there is no result.
#[derive(Debug, PartialEq)]
pub(super) enum NoResult {
    Stopped,
    /// The thread is gone, or the job panicked.
    Gone,
}

impl Worker {
    /// A worker whose thread begins with the first job and is called `name`.
    pub fn new(name: &str) -> Self {
        Self { shared: Arc::default(), started: OnceLock::new(), name: name.to_owned() }
    }

    /// Queues `work`. While the line is full, waits.
    pub fn submit<T: Send + 'static>(
        &self,
        urgency: Urgency,
        stop: &Stop,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<Ticket<T>, NoResult> {
        if !*self.started.get_or_init(|| self.start()) {
            return Err(NoResult::Gone);
        }
        let (sender, receiver) = sync_channel(1);
        // The receiver may be gone by then: nobody waits any more.
        let work: Work = Box::new(move || drop(sender.send(work())));
        let mut lines = self.shared.lines.lock();
        while lines.line(urgency).len() >= PLACES && !lines.closed {
            if stop.is_set() {
                return Err(NoResult::Stopped);
            }
            self.shared.changed.wait_for(&mut lines, LOOK);
        }
        if lines.closed {
            return Err(NoResult::Gone);
        }
        lines.line(urgency).push_back(Job { stop: stop.clone(), work });
        self.shared.changed.notify_all();
        Ok(Ticket(receiver))
    }

    fn start(&self) -> bool {
        let shared = self.shared.clone();
        std::thread::Builder::new().name(self.name.clone()).spawn(move || serve(&shared)).is_ok()
    }

    /// Takes no more jobs, forgets those that wait, and waits for the one that runs.
    pub fn close(&self) {
        let mut lines = self.shared.lines.lock();
        lines.closed = true;
        lines.on_screen.clear();
        lines.background.clear();
        self.shared.changed.notify_all();
        while lines.running {
            self.shared.changed.wait(&mut lines);
        }
    }
}

impl Drop for Worker {
    fn drop(&mut self) {
        self.close();
    }
}

fn serve(shared: &Shared) {
    loop {
        let mut lines = shared.lines.lock();
        let job = loop {
            if lines.closed {
                return;
            }
            if let Some(job) = lines.take() {
                break job;
            }
            shared.changed.wait(&mut lines);
        };
        lines.running = true;
        drop(lines);
        shared.changed.notify_all();
        // A panic drops the job's sender: its caller is told, and the thread lives on.
        let _ = catch_unwind(AssertUnwindSafe(job.work));
        shared.lines.lock().running = false;
        shared.changed.notify_all();
    }
}

impl<T> Ticket<T> {
    /// Waits for the result, or until `stop` is set.
    pub fn wait(self, stop: &Stop) -> Result<T, NoResult> {
        loop {
            match self.0.recv_timeout(LOOK) {
                Ok(result) => return Ok(result),
                Err(_) if stop.is_set() => return Err(NoResult::Stopped),
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => return Err(NoResult::Gone),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A worker that is held in its first job until the returned sender speaks.
    fn held(worker: &Worker) -> std::sync::mpsc::SyncSender<()> {
        let (release, wait) = sync_channel(1);
        let (begun, begin) = sync_channel(1);
        let job = move || {
            begun.send(()).unwrap();
            wait.recv().unwrap();
        };
        worker.submit(Urgency::Background, &Stop::default(), job).unwrap();
        begin.recv().unwrap();
        release
    }

    #[test]
    fn the_screen_goes_first() {
        let worker = Worker::new("test");
        let release = held(&worker);
        let order = Arc::new(Mutex::new(Vec::new()));
        let queue = |urgency, name| {
            let order = order.clone();
            worker.submit(urgency, &Stop::default(), move || order.lock().push(name)).unwrap()
        };
        let tickets = [
            queue(Urgency::Background, "b1"),
            queue(Urgency::Background, "b2"),
            queue(Urgency::OnScreen, "s1"),
            queue(Urgency::OnScreen, "s2"),
        ];
        release.send(()).unwrap();
        tickets.into_iter().for_each(|t| t.wait(&Stop::default()).unwrap());
        assert_eq!(*order.lock(), ["s1", "s2", "b1", "b2"]);
    }

    #[test]
    fn a_stopped_job_is_never_run() {
        let worker = Worker::new("test");
        let release = held(&worker);
        let stop = Stop::default();
        let ran = Arc::new(Mutex::new(false));
        let flag = ran.clone();
        let ticket = worker.submit(Urgency::OnScreen, &stop, move || *flag.lock() = true).unwrap();
        stop.set();
        assert_eq!(ticket.wait(&stop), Err(NoResult::Stopped), "the caller need not wait for the running job");
        release.send(()).unwrap();
        worker.submit(Urgency::Background, &Stop::default(), || ()).unwrap().wait(&Stop::default()).unwrap();
        assert!(!*ran.lock());
    }

    #[test]
    fn the_line_is_bounded_and_a_stop_frees_the_waiting() {
        let worker = Worker::new("test");
        let release = held(&worker);
        let open = Stop::default();
        let tickets: Vec<_> = (0..PLACES).map(|_| worker.submit(Urgency::Background, &open, || ()).unwrap()).collect();
        let stop = Stop::default();
        stop.set();
        assert!(matches!(worker.submit(Urgency::Background, &stop, || ()), Err(NoResult::Stopped)));
        release.send(()).unwrap();
        tickets.into_iter().for_each(|t| t.wait(&open).unwrap());
    }

    #[test]
    fn a_panic_is_told_and_survived() {
        let worker = Worker::new("test");
        let open = Stop::default();
        let ticket = worker.submit(Urgency::OnScreen, &open, || panic!("a test's panic, as meant")).unwrap();
        assert_eq!(ticket.wait(&open), Err(NoResult::Gone));
        assert_eq!(worker.submit(Urgency::OnScreen, &open, || 7).unwrap().wait(&open), Ok(7));
    }
}
