//! The thread "shelf": lists the models at hand, looks into one after another, and hears of changes.

use std::collections::VecDeque;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use parking_lot::{Condvar, Mutex};

use crate::engine::judge::add_metric;
use crate::engine::worker::Teller;
use crate::engine::workshop::Workshop;
use crate::frame::{Severity, Urgency};
use crate::models::{self, Gauge, GaugeInfo, ModelError, ModelInfo, Runtime, Stamp};

use super::rows::{Due, Rows};
use super::watch::Watch;
use super::{Card, CardSpeed, CardStatus};

/// Changes are gathered for so long before the folders are listed again.
const GATHER: Duration = Duration::from_millis(150);

/// What the thread is asked for.
pub(super) enum Wish {
    /// Lists anew, and reads what was not yet read.
    Look,
    Add(Vec<PathBuf>),
    Forget(PathBuf),
    /// Makes a metric of a model.
    Metric(PathBuf),
    /// A model was measured by the thread for that.
    Measured(PathBuf, CardSpeed),
}

/// What the thread tells.
pub(in crate::engine) enum Told {
    /// All cards, in their order.
    Listed(Vec<Card>),
    /// News of one card, which is known by its path.
    Card(Card),
    Notice(Severity, String),
    /// A model became the metric of this id.
    Metric(&'static str),
    /// A model is being measured: its name, and the share done; `None` when it is over.
    Measuring(Option<(String, f32)>),
    /// A model was measured; `None` when it cannot be.
    Measured(PathBuf, Option<CardSpeed>),
    /// Nothing is left to do; so many wishes were heard.
    Settled(u64),
}

/// The engine's end of the thread. Dropping it ends the thread after the file it is in.
pub(super) struct Keeper(Arc<Board>);

#[derive(Default)]
struct Board {
    desk: Mutex<Desk>,
    called: Condvar,
}

#[derive(Default)]
struct Desk {
    wishes: VecDeque<Wish>,
    /// Since when there are changes not yet looked at.
    touched: Option<Instant>,
    /// While set, no file is looked into: somebody waits for a picture.
    resting: bool,
    over: bool,
}

enum Step {
    Wish(Wish),
    List,
    Read,
    Settled,
}

impl Keeper {
    pub fn start(workshop: Arc<Workshop>, teller: Teller<Told>) -> Self {
        let board = Arc::new(Board::default());
        let mine = board.clone();
        let last = teller.clone();
        let run = move || {
            let work = || Thread::new(&mine, &workshop, &teller).run();
            // A fault in our own code ends the shelf's news, with a word; the window goes on.
            if catch_unwind(AssertUnwindSafe(work)).is_err() {
                let sentence = "Doublet stumbled over a model on the shelf; please report it".to_owned();
                teller(Told::Notice(Severity::Source, sentence));
                teller(Told::Settled(u64::MAX));
            }
        };
        if let Err(error) = std::thread::Builder::new().name("shelf".into()).spawn(run) {
            last(Told::Notice(Severity::Source, format!("the shelf cannot be read: {error}")));
            last(Told::Settled(u64::MAX));
        }
        Self(board)
    }

    pub fn ask(&self, wish: Wish) {
        self.0.desk.lock().wishes.push_back(wish);
        self.0.called.notify_all();
    }

    /// Lets the thread rest, or go on.
    pub fn rest(&self, resting: bool) {
        let mut desk = self.0.desk.lock();
        if std::mem::replace(&mut desk.resting, resting) != resting {
            self.0.called.notify_all();
        }
    }
}

impl Drop for Keeper {
    fn drop(&mut self) {
        self.0.desk.lock().over = true;
        self.0.called.notify_all();
    }
}

impl Board {
    /// Waits for something to do. `due`: when a file is to be looked into; `told`: whether it is known that all is
    /// done. `None` at the end.
    fn next(&self, due: Option<Instant>, told: bool) -> Option<Step> {
        let mut desk = self.desk.lock();
        loop {
            let now = Instant::now();
            if desk.over {
                return None;
            }
            if let Some(wish) = desk.wishes.pop_front() {
                return Some(Step::Wish(wish));
            }
            let gathered = desk.touched.map(|since| since + GATHER);
            if gathered.is_some_and(|at| at <= now) {
                desk.touched = None;
                return Some(Step::List);
            }
            if due.is_none() && gathered.is_none() && !told {
                return Some(Step::Settled);
            }
            let due = due.filter(|_| !desk.resting);
            if due.is_some_and(|at| at <= now) {
                return Some(Step::Read);
            }
            match [gathered, due].into_iter().flatten().min() {
                Some(at) => _ = self.called.wait_until(&mut desk, at),
                None => self.called.wait(&mut desk),
            }
        }
    }

    fn touch(&self) {
        self.desk.lock().touched.get_or_insert_with(Instant::now);
        self.called.notify_all();
    }

    fn is_over(&self) -> bool {
        self.desk.lock().over
    }
}

/// What a file turned out to be.
enum Seen {
    Model(ModelInfo),
    Metric(GaugeInfo),
}

struct Thread<'a> {
    board: &'a Arc<Board>,
    workshop: &'a Workshop,
    teller: &'a Teller<Told>,
    rows: Rows,
    watch: Watch,
    /// Wishes heard.
    heard: u64,
}

impl<'a> Thread<'a> {
    fn new(board: &'a Arc<Board>, workshop: &'a Workshop, teller: &'a Teller<Told>) -> Self {
        let touched = board.clone();
        let watch = Watch::new(move || touched.touch());
        Self { board, workshop, teller, rows: Rows::default(), watch, heard: 0 }
    }

    fn run(mut self) {
        let mut told = true;
        while let Some(step) = self.board.next(self.rows.due(), told) {
            told = matches!(step, Step::Settled);
            match step {
                Step::Wish(wish) => {
                    self.heard += 1;
                    self.obey(wish);
                    self.list();
                }
                Step::List => self.list(),
                Step::Read => self.read_next(),
                Step::Settled => self.tell(Told::Settled(self.heard)),
            }
        }
    }

    fn tell(&self, told: Told) {
        (self.teller)(told);
    }

    fn note(&self, sentence: String) {
        self.tell(Told::Notice(Severity::Note, sentence));
    }

    fn obey(&mut self, wish: Wish) {
        match wish {
            Wish::Look => {
                self.rows.retry();
                self.renew_speeds();
            }
            Wish::Add(paths) => paths.iter().for_each(|path| self.add(path)),
            Wish::Forget(path) => self.forget(&path),
            Wish::Metric(path) => match add_metric(&path) {
                Ok(id) => self.tell(Told::Metric(id)),
                Err(error) => self.tell(Told::Notice(Severity::Note, error.to_string())),
            },
            Wish::Measured(path, speed) => self.rows.measured(&path, speed),
        }
    }

    fn add(&self, path: &Path) {
        let Ok(real) = path.canonicalize() else {
            return self.note(format!("{} cannot be put on the shelf, for it is not there", path.display()));
        };
        if real.is_file() && models::files(std::slice::from_ref(&real)).is_empty() {
            return self
                .note(format!("{} is no model file that Doublet knows; it is not on the shelf", path.display()));
        }
        if self.workshop.added().places().contains(&real) || self.rows.has(&real) {
            return;
        }
        if let Err(sentence) = self.workshop.added().change(|places| {
            if !places.contains(&real) {
                places.push(real.clone());
            }
        }) {
            self.note(sentence);
        }
        if real.is_dir() && models::files(&self.workshop.places().0).iter().all(|file| !file.starts_with(&real)) {
            self.note(format!("{} holds no model yet; it is watched, and what comes is shown", path.display()));
        }
    }

    fn forget(&self, path: &Path) {
        let real = path.canonicalize().unwrap_or_else(|_| path.to_owned());
        let added = self.workshop.added();
        if !added.places().contains(&real) {
            let around = real.ancestors().skip(1).find(|folder| added.places().iter().any(|place| place == folder));
            return self.note(match around {
                Some(folder) => format!(
                    "{} is on the shelf because its folder {} is; take the folder off, or move the file away",
                    path.display(),
                    folder.display()
                ),
                None => format!(
                    "{} lies in a folder that is always on the shelf; move the file away to take it off",
                    path.display()
                ),
            });
        }
        if let Err(sentence) = added.change(|places| places.retain(|place| *place != real)) {
            self.note(sentence);
        }
    }

    /// Brings the rows in line with what lies in the folders, and fills in what is remembered.
    fn list(&mut self) {
        self.watch.forget_missing();
        let (places, cut) = self.workshop.places();
        let news = self.rows.list(&places);
        let fault = self.watch.follow(&places);
        self.workshop.added().notes().into_iter().chain(fault).for_each(|sentence| self.note(sentence));
        if cut {
            let sentence = "the folders on the shelf hold very many folders, and not all are looked into; \
                            add the ones with models instead";
            self.note(sentence.to_owned());
        }
        if news {
            // The names at once; what each model is follows.
            self.tell(Told::Listed(self.rows.cards()));
            self.remember();
        }
    }

    /// Speeds may have become known while models were used.
    fn renew_speeds(&mut self) {
        let Ok(runtime) = Runtime::get() else { return };
        let mut news = Vec::new();
        for row in self.rows.all_mut() {
            let CardStatus::Ready(info) = &row.card.status else { continue };
            let speed = self.workshop.remembered_speed(&runtime, info);
            if speed.is_some() && speed != row.card.speed {
                row.card.speed = speed;
                news.push(row.card.clone());
            }
        }
        news.into_iter().for_each(|card| self.tell(Told::Card(card)));
    }

    /// Fills in all that need not be looked into again.
    fn remember(&mut self) {
        if !self.rows.is_waiting() {
            return;
        }
        let Ok(runtime) = Runtime::get() else { return };
        let memory = self.workshop.memory();
        let mut news = false;
        for row in self.rows.waiting_mut() {
            if let Some(info) = memory.info(&row.card.path, row.stamp) {
                row.due = Due::Never;
                row.card.speed = self.workshop.remembered_speed(&runtime, &info);
                row.card.status = CardStatus::Ready(Arc::new(info));
                news = true;
            }
        }
        if news {
            self.tell(Told::Listed(self.rows.cards()));
        }
    }

    /// Looks into the next file whose time has come.
    fn read_next(&mut self) {
        let Some(row) = self.rows.next() else { return };
        let path = row.card.path.clone();
        // A file that changed since it was listed is perhaps still being written.
        if !row.settle(Stamp::of(&path)) {
            return;
        }
        let found = self.look(&path);
        if self.board.is_over() {
            return;
        }
        let Some(row) = self.rows.next() else { return };
        if Stamp::of(&path) != Some(row.stamp) {
            row.settle(Stamp::of(&path));
            return;
        }
        row.due = Due::Never;
        match found {
            Ok((_, Seen::Metric(info))) => row.card.status = CardStatus::Metric(Arc::new(info)),
            Ok((runtime, Seen::Model(info))) => {
                self.workshop.memory().keep_info(row.stamp, &info);
                row.card.speed = self.workshop.remembered_speed(&runtime, &info);
                row.card.status = CardStatus::Ready(Arc::new(info));
            }
            Err(sentence) => row.card.status = CardStatus::Broken(sentence),
        }
        let card = row.card.clone();
        self.tell(Told::Card(card));
    }

    fn look(&self, path: &Path) -> Result<(Runtime, Seen), String> {
        let look = || {
            let runtime = Runtime::get()?;
            let seen = match runtime.look(path) {
                // No picture comes out: perhaps a number does.
                Err(error @ (ModelError::Shape { .. } | ModelError::Trial { .. })) => {
                    let gauge = Gauge::load(&runtime, path, Urgency::Background);
                    Seen::Metric(gauge.map_err(|_| error)?.info().clone())
                }
                found => Seen::Model(found?),
            };
            Ok((runtime, seen))
        };
        let stumbled = || Err(format!("Doublet stumbled over {}; please report it with the file", path.display()));
        let found = catch_unwind(AssertUnwindSafe(look));
        found.map_or_else(|_| stumbled(), |found| found.map_err(|error: models::ModelError| error.to_string()))
    }
}
