//! The named threads of a device, and the queue before them: what is on screen first, what nobody wants any more never.
//!
//! A job says how many jobs may run abreast, itself included. So one device serves a model that runs alone and one that
//! runs in several streams, and nothing in the background ever runs beside what is on screen.

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
    /// Runs only while at most so many jobs run, itself included.
    abreast: usize,
    work: Work,
}

#[derive(Default)]
struct Lines {
    on_screen: VecDeque<Job>,
    background: VecDeque<Job>,
    closed: bool,
    /// Jobs that run now: how urgent each is, and how many it bears beside it.
    running: Vec<(Urgency, usize)>,
    /// Threads there are, and there should be.
    threads: (usize, usize),
}

impl Lines {
    fn line(&mut self, urgency: Urgency) -> &mut VecDeque<Job> {
        match urgency {
            Urgency::OnScreen => &mut self.on_screen,
            Urgency::Background => &mut self.background,
        }
    }

    /// Drops the jobs whose stop is set, then takes the first of the more urgent line if it may run beside those that
    /// run already. Who is first in line is never passed.
    fn take(&mut self) -> Option<(Urgency, Job)> {
        self.on_screen.retain(|job| !job.stop.is_set());
        self.background.retain(|job| !job.stop.is_set());
        let urgency = if self.on_screen.is_empty() { Urgency::Background } else { Urgency::OnScreen };
        let bears = self.running.iter().map(|(_, abreast)| *abreast).min().unwrap_or(usize::MAX);
        let count = self.running.len();
        let behind = urgency == Urgency::Background && self.running.iter().any(|(u, _)| *u == Urgency::OnScreen);
        let line = self.line(urgency);
        if behind || line.front().is_none_or(|job| count >= job.abreast.min(bears)) {
            return None;
        }
        line.pop_front().map(|job| (urgency, job))
    }

    /// A job is done.
    fn done(&mut self, job: (Urgency, usize)) {
        if let Some(place) = self.running.iter().position(|other| *other == job) {
            self.running.swap_remove(place);
        }
    }
}

#[derive(Default)]
struct Shared {
    lines: Mutex<Lines>,
    /// Signalled at every change of `lines`.
    changed: Condvar,
}

/// Threads that run jobs: one, and more as soon as jobs may run abreast. They sleep when there is none, and end with
/// the last handle.
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

    /// Queues `work`, to run with nothing beside it. While the line is full, waits.
    pub fn submit<T: Send + 'static>(
        &self,
        urgency: Urgency,
        stop: &Stop,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<Ticket<T>, NoResult> {
        self.submit_abreast(urgency, stop, 1, work)
    }

    /// Queues `work`, to run as one of at most `abreast` jobs. While the line is full, waits.
    pub fn submit_abreast<T: Send + 'static>(
        &self,
        urgency: Urgency,
        stop: &Stop,
        abreast: usize,
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
        let abreast = abreast.max(1);
        lines.threads.1 = lines.threads.1.max(abreast);
        lines.line(urgency).push_back(Job { stop: stop.clone(), abreast, work });
        self.shared.changed.notify_all();
        Ok(Ticket(receiver))
    }

    fn start(&self) -> bool {
        let (shared, name) = (self.shared.clone(), self.name.clone());
        shared.lines.lock().threads.0 = 1;
        std::thread::Builder::new().name(name.clone()).spawn(move || serve(&shared, Some(&name))).is_ok()
    }

    /// Takes no more jobs, forgets those that wait, and waits for those that run.
    pub fn close(&self) {
        let mut lines = self.shared.lines.lock();
        lines.closed = true;
        lines.on_screen.clear();
        lines.background.clear();
        self.shared.changed.notify_all();
        while !lines.running.is_empty() {
            self.shared.changed.wait(&mut lines);
        }
    }
}

impl Drop for Worker {
    fn drop(&mut self) {
        self.close();
    }
}

/// Works until the end. The first thread, which knows the name, starts the others: a new thread takes over how its
/// parent rounds numbers that are too small to show, and ONNX Runtime tells that to the first thread alone.
fn serve(shared: &Arc<Shared>, name: Option<&str>) {
    loop {
        let mut lines = shared.lines.lock();
        let (urgency, job) = loop {
            if lines.closed {
                return;
            }
            if let Some(name) = name {
                grow(shared, &mut lines, name);
            }
            if let Some(job) = lines.take() {
                break job;
            }
            shared.changed.wait(&mut lines);
        };
        let running = (urgency, job.abreast);
        lines.running.push(running);
        drop(lines);
        shared.changed.notify_all();
        // A panic drops the job's sender: its caller is told, and the thread lives on.
        let _ = catch_unwind(AssertUnwindSafe(job.work));
        shared.lines.lock().done(running);
        shared.changed.notify_all();
    }
}

/// Starts the threads that are missing. Where the system gives none, jobs run one after the other.
fn grow(shared: &Arc<Shared>, lines: &mut Lines, name: &str) {
    while lines.threads.0 < lines.threads.1 {
        lines.threads.0 += 1;
        let mine = shared.clone();
        let spawn = std::thread::Builder::new().name(format!("{name}-{}", lines.threads.0));
        if spawn.spawn(move || serve(&mine, None)).is_err() {
            return;
        }
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

    /// Runs what `jobs` says (urgency, how many abreast, name) behind a held first job, each for a moment; gives the
    /// most that ran together, and whether anything of the background ran beside what is on screen.
    fn crowd(jobs: &[(Urgency, usize)]) -> (usize, bool) {
        let worker = Worker::new("test");
        let release = held(&worker);
        let seen = Arc::new(Mutex::new((Vec::new(), 0, false)));
        let queue = |&(urgency, abreast): &(Urgency, usize)| {
            let seen = seen.clone();
            let job = move || {
                let mut state = seen.lock();
                state.0.push(urgency);
                state.1 = state.1.max(state.0.len());
                state.2 |= state.0.iter().any(|other| *other != urgency);
                drop(state);
                std::thread::sleep(Duration::from_millis(20));
                let mut state = seen.lock();
                let place = state.0.iter().position(|u| *u == urgency).unwrap();
                state.0.remove(place);
            };
            worker.submit_abreast(urgency, &Stop::default(), abreast, job).unwrap()
        };
        let tickets: Vec<_> = jobs.iter().map(queue).collect();
        release.send(()).unwrap();
        tickets.into_iter().for_each(|t| t.wait(&Stop::default()).unwrap());
        let seen = seen.lock();
        (seen.1, seen.2)
    }

    #[test]
    fn jobs_run_abreast_as_they_say_and_the_screen_stays_alone() {
        use Urgency::{Background, OnScreen};
        assert_eq!(crowd(&[(Background, 1); 4]), (1, false));
        assert_eq!(crowd(&[(OnScreen, 3); 9]).0, 3);
        let mixed: Vec<_> = [(Background, 3), (OnScreen, 2)].into_iter().cycle().take(10).collect();
        assert_eq!(crowd(&mixed), (3, false));
        assert_eq!(crowd(&[(OnScreen, 2), (OnScreen, 1), (OnScreen, 2), (OnScreen, 1)]).0, 1, "nobody is passed");
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
