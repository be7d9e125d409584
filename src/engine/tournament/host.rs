//! The engine's end: it begins and ends tournaments and searches, and enters what they find.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use crate::engine::core::{Engine, Event};
use crate::engine::hardest::{Hardest, hardest};
use crate::engine::range::clamped;
use crate::engine::recipe::{Head, Recipe};
use crate::engine::worker::Teller;
use crate::engine::workshop::Workshop;
use crate::engine::{Command, TrackStatus};
use crate::frame::{Frame, Severity, SourceError, SourceInfo, Stop};

use super::row::{Bench, Word};
use super::{Plan, Referee, Row, RowStatus, Tournament};

/// What the two threads tell; the number says for which of their runs.
pub(in crate::engine) enum News {
    Row(u64, usize, Box<Row>),
    Picture(u64, Arc<Frame>),
    Over(u64),
    Share(u64, f32),
    Found(u64, Result<Hardest, SourceError>),
}

/// What runs. Dropping it ends that.
#[derive(Default)]
pub(in crate::engine) struct Contest {
    tournament: Option<Job>,
    hunt: Option<(Job, f64)>,
    jobs: u64,
}

struct Job {
    number: u64,
    stop: Stop,
}

impl Drop for Job {
    fn drop(&mut self) {
        self.stop.set();
    }
}

impl Contest {
    /// Whether a tournament runs.
    pub fn is_running(&self) -> bool {
        self.tournament.is_some()
    }

    fn job(&mut self) -> Job {
        self.jobs += 1;
        Job { number: self.jobs, stop: Stop::default() }
    }

    fn is_tournament(&self, number: u64) -> bool {
        self.tournament.as_ref().is_some_and(|job| job.number == number)
    }

    fn is_hunt(&self, number: u64) -> bool {
        self.hunt.as_ref().is_some_and(|(job, _)| job.number == number)
    }
}

impl Engine {
    /// Obeys the commands on ranges and tournaments.
    pub(in crate::engine) fn obey_contest(&mut self, command: Command) {
        match command {
            Command::Range(range) => self.set_range(range),
            Command::FindHardest(seconds) => self.begin_hunt(seconds),
            Command::Tournament(plan) => self.begin_tournament(plan),
            // The row that runs tells what it has, and then that all is over.
            Command::StopTournament => self.contest.tournament.iter().for_each(|job| job.stop.set()),
            Command::ForgetTournament => {
                self.end_tournament();
                self.state.tournament = None;
            }
            _ => {}
        }
    }

    /// Enters what a thread of this room told; nothing from one that was ended.
    pub(in crate::engine) fn hear_contest(&mut self, news: News) {
        match news {
            News::Row(job, place, row) if self.contest.is_tournament(job) => {
                if let Some(slot) = self.state.tournament.as_mut().and_then(|t| t.rows.get_mut(place)) {
                    *slot = *row;
                }
            }
            News::Picture(job, frame) if self.contest.is_tournament(job) => {
                if let Some(tournament) = &mut self.state.tournament {
                    tournament.referee.picture = Some(frame);
                }
            }
            News::Over(job) if self.contest.is_tournament(job) => self.end_tournament(),
            News::Share(job, share) if self.contest.is_hunt(job) => {
                if let Some((_, known)) = &mut self.state.busy {
                    *known = Some(share);
                }
            }
            News::Found(job, found) if self.contest.is_hunt(job) => self.end_of_hunt(found),
            _ => {}
        }
    }

    /// The reference, if it is open.
    fn open_reference(&self) -> Option<(Recipe, Arc<SourceInfo>)> {
        let track = self.state.reference().filter(|r| r.status == TrackStatus::Ready)?;
        Some((self.reference_recipe()?, track.info.clone()?))
    }

    fn begin_tournament(&mut self, plan: Plan) {
        self.end_tournament();
        let reference = self.open_reference();
        let frames = reference.as_ref().and_then(|(_, info)| clamped(plan.frames.clone(), info.timeline.len()));
        let (Some((reference, info)), Some(frames)) = (reference, frames) else {
            return self.remark("a tournament needs a reference; open one first");
        };
        if plan.lines.is_empty() {
            return self.remark("a tournament needs lines to run; choose a model or a chain");
        }
        let picture = plan.picture.clamp(frames.start, frames.end - 1);
        let plan = Plan { frames, picture, ..plan };
        let rows: Vec<Row> = plan.lines.iter().map(|line| Row::waiting(line)).collect();
        let referee = Referee::new(&reference, &info, &plan);
        self.state.tournament = Some(Tournament { plan: plan.clone(), rows: rows.clone(), running: true, referee });
        let job = self.contest.job();
        let run = Run {
            number: job.number,
            reference,
            plan,
            rows,
            workshop: self.workshop.clone(),
            stop: job.stop.clone(),
            teller: self.remote().0,
        };
        self.contest.tournament = Some(job);
        if let Err(error) = std::thread::Builder::new().name("tournament".into()).spawn(move || run.all()) {
            self.end_tournament();
            self.remark(&format!("the tournament cannot begin: {error}"));
        }
    }

    /// Ends the tournament; rows keep what they have.
    pub(in crate::engine) fn end_tournament(&mut self) {
        self.contest.tournament = None;
        if let Some(tournament) = self.state.tournament.as_mut().filter(|t| t.running) {
            tournament.running = false;
            let open = tournament.rows.iter_mut().filter(|row| !row.status.is_over());
            open.for_each(|row| row.status = RowStatus::Cancelled);
        }
    }

    fn begin_hunt(&mut self, seconds: f64) {
        self.end_hunt();
        if !(seconds.is_finite() && seconds > 0.0) {
            return self.remark("the stretch to look for must last some time, such as 5 seconds");
        }
        let Some((reference, _)) = self.open_reference() else {
            return self.remark("there is no reference to look through; open one first");
        };
        let job = self.contest.job();
        let (number, stop, teller, workshop) = (job.number, job.stop.clone(), self.remote().0, self.workshop.clone());
        self.contest.hunt = Some((job, seconds));
        self.state.busy = Some((format!("Looking for the hardest {seconds} s"), Some(0.0)));
        let look = move || {
            let found = catch_unwind(AssertUnwindSafe(|| look(&workshop, &reference, seconds, &stop, number, &teller)))
                .unwrap_or_else(|_| Err(SourceError::source("Doublet stumbled over this film; please report it")));
            teller(Event::Contest(News::Found(number, found)));
        };
        if let Err(error) = std::thread::Builder::new().name("hardest".into()).spawn(look) {
            self.end_hunt();
            self.remark(&format!("the film cannot be looked through: {error}"));
        }
    }

    /// Calls a search off.
    pub(in crate::engine) fn end_hunt(&mut self) {
        if self.contest.hunt.take().is_some() {
            self.state.busy = None;
        }
    }

    fn end_of_hunt(&mut self, found: Result<Hardest, SourceError>) {
        let seconds = self.contest.hunt.as_ref().map_or(0.0, |(_, seconds)| *seconds);
        self.end_hunt();
        match found {
            Ok(found) => {
                self.seek(found.frames.start);
                self.enter_range(Some(found.frames.clone()));
                self.remark(&found.sentence(seconds));
            }
            Err(SourceError::Stopped) => {}
            Err(error) => self.notice(Severity::Source, error.to_string(), None),
        }
    }

    fn remark(&mut self, sentence: &str) {
        self.notice(Severity::Note, sentence.to_owned(), None);
    }
}

impl Hardest {
    /// What was found, for people.
    fn sentence(&self, seconds: f64) -> String {
        let (first, last) = (self.frames.start, self.frames.end - 1);
        if self.looked == 0 {
            return format!("the film is no longer than {seconds} s: all of it is taken");
        }
        format!(
            "the hardest {seconds} s are frames {first} to {last}: detail (SI) {:.0} and motion (TI) {:.1}, where this \
             film has {:.0} and {:.1} in its middle; {} places were looked at",
            self.detail, self.motion, self.usual.0, self.usual.1, self.looked
        )
    }
}

/// Looks through the reference, and tells how far it is ten times a second.
fn look(
    workshop: &Workshop,
    reference: &Recipe,
    seconds: f64,
    stop: &Stop,
    number: u64,
    teller: &Teller<Event>,
) -> Result<Hardest, SourceError> {
    let mut source = workshop.open_bare(reference, None, (None, 0))?.source;
    let mut told = std::time::Instant::now();
    let mut progress = |share: f32| {
        if told.elapsed().as_millis() >= 100 {
            told = std::time::Instant::now();
            teller(Event::Contest(News::Share(number, share)));
        }
    };
    hardest(&mut *source, seconds, &mut progress, stop)
}

/// A tournament on its thread.
struct Run {
    number: u64,
    reference: Recipe,
    plan: Plan,
    rows: Vec<Row>,
    workshop: Arc<Workshop>,
    stop: Stop,
    teller: Teller<Event>,
}

impl Run {
    fn all(self) {
        let Run { number, reference, plan, rows, workshop, stop, teller } = self;
        let bench = Bench { workshop: &workshop, reference: &reference, plan: &plan, stop: &stop };
        let tell = |news| _ = teller(Event::Contest(news));
        for (place, mut row) in rows.into_iter().enumerate() {
            let mut told = |word: Word<'_>| match word {
                Word::Row(row) => tell(News::Row(number, place, Box::new(row.clone()))),
                Word::Picture(frame) => tell(News::Picture(number, frame.clone())),
            };
            // A fault in our own code ends this row alone.
            if catch_unwind(AssertUnwindSafe(|| bench.run(&mut row, &mut told))).is_err() {
                let sentence = format!("Doublet stumbled over {}; please report it with the file", row.line);
                row.status = RowStatus::Failed(sentence);
                tell(News::Row(number, place, Box::new(row)));
            }
        }
        tell(News::Over(number));
    }
}

impl Row {
    fn waiting(line: &str) -> Self {
        let label = Recipe::parse(line).map_or_else(|_| line.trim().to_owned(), |recipe| recipe.label());
        Row { line: line.to_owned(), label, ..Row::default() }
    }
}

impl Referee {
    fn new(reference: &Recipe, info: &SourceInfo, plan: &Plan) -> Self {
        let seconds = (info.timeline.seconds(plan.frames.start), info.timeline.seconds(plan.frames.end));
        let line = match &reference.head {
            Head::File(path) if reference.stages.is_empty() => path.to_string_lossy().into_owned(),
            _ => reference.to_string(),
        };
        Self {
            line,
            width: info.width,
            height: info.height,
            frames: info.timeline.len(),
            seconds,
            sample_aspect: info.sample_aspect,
            rotation: info.rotation,
            picture: None,
        }
    }
}
