//! One row: a line is opened, every frame of the stretch made once and in order, and measured.

use std::sync::Arc;
use std::time::{Duration, Instant};

use crate::color::{Target, conform};
use crate::engine::pairing::Pairing;
use crate::engine::recipe::{Head, Recipe};
use crate::engine::reel::{Get, Window};
use crate::engine::scorer::{Measurement, Scorer, provenance, rate_of};
use crate::engine::workshop::{Opened, Workshop};
use crate::frame::{ColorInfo, Family, Frame, FrameSource, Layout, Request, Sample, SourceError, SourceInfo, Stop};
use crate::metrics::{Value, find, pool_timed, standard};
use crate::models::{Footprint, Runtime};

use super::{Plan, Row, RowStatus};

type Source = Box<dyn FrameSource>;

/// Rows are told no more often than this; and no more often than so many times the telling itself took.
const PAUSE: Duration = Duration::from_millis(200);
const SHARE: u32 = 20;

/// What rows need from outside.
pub(super) struct Bench<'a> {
    pub workshop: &'a Workshop,
    pub reference: &'a Recipe,
    pub plan: &'a Plan,
    pub stop: &'a Stop,
}

/// What is told while a row runs.
pub(super) enum Word<'a> {
    Row(&'a Row),
    /// The reference's picture of the plan.
    Picture(&'a Arc<Frame>),
}

impl Bench<'_> {
    /// Runs `row` to its end; how that went is its status.
    pub fn run(&self, row: &mut Row, tell: &mut dyn FnMut(Word<'_>)) {
        let ended = Recipe::parse(&row.line)
            .map_err(|error| SourceError::source(error.to_string()))
            .and_then(|recipe| self.measured(&recipe, row, tell));
        row.status = match ended {
            Ok(()) => RowStatus::Done,
            Err(SourceError::Stopped) => RowStatus::Cancelled,
            Err(error) => RowStatus::Failed(error.to_string()),
        };
        tell(Word::Row(row));
    }

    fn measured(&self, recipe: &Recipe, row: &mut Row, tell: &mut dyn FnMut(Word<'_>)) -> Result<(), SourceError> {
        self.stop.check()?;
        row.status = RowStatus::Running { done: 0, of: self.plan.frames.len() };
        tell(Word::Row(row));
        if recipe.stages.iter().any(|stage| stage.line().starts_with("model ")) {
            // One that another row or the screen loaded would show neither its loading nor its memory.
            Runtime::get()?.forget_models();
        }
        let (exam, input, skip) = self.exam(recipe)?;
        let given = input.as_ref().map(|input| input.source.info()).map(pixels);
        let mut clock = Stopwatch::start(skip < recipe.stages.len() || !recipe.is_made());
        let bare = clock.within(|| self.workshop.open_bare(recipe, Some(self.reference), (input, skip)))?;
        row.device = bare.devices.join("; ");
        row.against_input = recipe.head == Head::Source && recipe.is_made() && skip == 0;
        let info = bare.source.info().clone();
        // Through the store: its frames serve every row, and none of them is timed.
        let reference = self.workshop.open(self.reference, None)?.source;
        let pairing = Pairing::new(reference.info().timeline.clone(), info.timeline.clone());
        let mut tally = Tally::new(self.plan, (reference.info(), &info), pairing);
        tally.larger = given.map_or(1.0, |given| pixels(reference.info()) / given);
        let mut sources = Sources { reference, exam, candidate: bare.source };
        let ended = self.frames(&mut sources, &mut clock, &mut tally, row, tell);
        if ended.is_ok() && tally.measured == 1 && recipe.is_made() {
            let lone = self.plan.frames.clone().find_map(|n| tally.pairing.own(n).ok());
            lone.map_or(Ok(()), |own| clock.frame(&mut *sources.candidate, own, self.stop).map(drop))?;
        }
        tally.enter(row, &clock);
        ended?;
        match tally.pairing.own(self.plan.frames.start) {
            Err(why) if tally.measured == 0 => {
                Err(SourceError::source(format!("nothing to compare in this stretch: {why}")))
            }
            _ => Ok(()),
        }
    }

    /// Makes and measures every frame of the stretch.
    fn frames(
        &self,
        sources: &mut Sources,
        clock: &mut Stopwatch,
        tally: &mut Tally,
        row: &mut Row,
        tell: &mut dyn FnMut(Word<'_>),
    ) -> Result<(), SourceError> {
        let (mut told, mut pause) = (Instant::now(), PAUSE);
        let rate = rate_of(&tally.infos.0.timeline);
        let scorer = Scorer::new(&standard(), self.workshop.kernel, None, self.workshop.scores(), rate);
        let reach = scorer.reach(tally.pairing.extent(&self.plan.frames));
        let mut window = Window::default();
        for number in self.plan.frames.clone() {
            let Ok(own) = tally.pairing.own(number) else { continue };
            if let Some(exam) = &mut sources.exam {
                exam.frame(&mut Request::new(own, self.stop))?;
            }
            let frame = clock.frame(&mut *sources.candidate, own, self.stop)?;
            let pair: (Get<'_>, Get<'_>) =
                (&mut |n| sources.reference.frame(&mut Request::new(n, self.stop)), &mut |_| Ok(frame.clone()));
            let scene = window.scene(number, &reach, &tally.pairing, pair)?;
            tally.add(number, scorer.measure(&scene)?);
            let truth = scene.reference;
            if number == self.plan.picture {
                tell(Word::Picture(&truth));
                row.picture = Some(kept(&frame, self.workshop)?);
            }
            clock.let_go(frame);
            if told.elapsed() >= pause {
                let began = Instant::now();
                tally.enter(row, clock);
                row.status = RowStatus::Running { done: tally.measured, of: self.plan.frames.len() };
                tell(Word::Row(row));
                (told, pause) = (Instant::now(), PAUSE.max(SHARE * began.elapsed()));
            }
        }
        Ok(())
    }

    /// The exam that `recipe` sets, opened twice through the store, and the number of its stages: one makes each frame
    /// beforehand, the other gives it to the stages that are timed. Making the picture worse is no work of theirs, and
    /// rows of one exam share it.
    fn exam(&self, recipe: &Recipe) -> Result<(Option<Source>, Option<Opened>, usize), SourceError> {
        let skip = recipe.exam_stages();
        if skip == 0 {
            return Ok((None, None, 0));
        }
        let exam = Recipe { name: None, head: recipe.head.clone(), stages: recipe.stages[..skip].to_vec() };
        let open = || self.workshop.open(&exam, Some(self.reference));
        Ok((Some(open()?.source), Some(open()?), skip))
    }
}

/// What a row reads.
struct Sources {
    reference: Source,
    /// Makes the frames of an exam beforehand.
    exam: Option<Source>,
    candidate: Source,
}

/// A frame to keep for the table: float pictures as 16 bits, which is what any screen shows, at half the memory.
fn kept(frame: &Arc<Frame>, workshop: &Workshop) -> Result<Arc<Frame>, SourceError> {
    if frame.layout.sample != Sample::F32 || frame.layout.family != Family::Rgb {
        return Ok(frame.clone());
    }
    let color = ColorInfo::rgb(frame.color.primaries, frame.color.transfer);
    let layout = Layout { sample: Sample::U16 { bits: 16 }, ..frame.layout };
    Ok(conform(frame, &Target { layout, color, ..Target::of(frame) }, workshop.kernel)?.0)
}

/// Times the making, and nothing else.
struct Stopwatch {
    footprint: Option<Footprint>,
    /// Opening, and the first frame.
    first: Duration,
    later: Duration,
    frames: usize,
    /// Whether anything is made that counts: not where an exam is left as it is.
    counts: bool,
}

impl Stopwatch {
    fn start(counts: bool) -> Self {
        Self { footprint: Footprint::start(), first: Duration::ZERO, later: Duration::ZERO, frames: 0, counts }
    }

    /// Does a part of the work that counts.
    fn within<T>(&mut self, work: impl FnOnce() -> Result<T, SourceError>) -> Result<T, SourceError> {
        if let Some(footprint) = &mut self.footprint {
            footprint.enter();
        }
        let began = Instant::now();
        let made = work();
        let took = began.elapsed();
        if let Some(footprint) = &mut self.footprint {
            footprint.leave();
        }
        if made.is_ok() {
            *(if self.frames == 0 { &mut self.first } else { &mut self.later }) += took;
        }
        made
    }

    fn frame(&mut self, source: &mut dyn FrameSource, own: usize, stop: &Stop) -> Result<Arc<Frame>, SourceError> {
        let made = self.within(|| source.frame(&mut Request::new(own, stop)))?;
        self.frames += 1;
        Ok(made)
    }

    /// Drops a frame that the candidate made: its bytes come off what the candidate takes, not off what others do.
    fn let_go(&mut self, frame: Arc<Frame>) {
        if let Some(footprint) = &mut self.footprint {
            footprint.enter();
            drop(frame);
            footprint.leave();
        }
    }

    fn seconds_per_frame(&self) -> Option<f64> {
        (self.frames > 1 && self.counts).then(|| self.later.as_secs_f64() / (self.frames - 1) as f64)
    }
}

/// Pixels of a frame.
fn pixels(info: &SourceInfo) -> f64 {
    f64::from(info.width) * f64::from(info.height)
}

/// What was measured so far.
struct Tally {
    infos: (SourceInfo, SourceInfo),
    pairing: Pairing,
    /// By metric, each with the time of its frame.
    values: Vec<(&'static str, Vec<(f64, Value)>)>,
    steps: Vec<String>,
    measured: usize,
    /// The film's pixels for each that an exam gives to the stages that are timed.
    larger: f64,
    /// The clause on which frames these are.
    frames: String,
}

impl Tally {
    fn new(plan: &Plan, (reference, candidate): (&SourceInfo, &SourceInfo), pairing: Pairing) -> Self {
        let whole = plan.frames == (0..reference.timeline.len());
        let (a, b) = (plan.frames.start, plan.frames.end);
        let frames =
            if whole { String::new() } else { format!("; measured on frames {a}..{b} (the end is not included)") };
        Self {
            infos: (reference.clone(), candidate.clone()),
            pairing,
            values: standard().iter().map(|m| (m.id(), Vec::new())).collect(),
            steps: Vec::new(),
            measured: 0,
            larger: 1.0,
            frames,
        }
    }

    fn add(&mut self, number: usize, found: Measurement) {
        self.measured += 1;
        let time = self.infos.0.timeline.seconds(number);
        for ((_, all), (_, value)) in self.values.iter_mut().zip(found.values) {
            all.extend(value.ok().map(|value| (time, value)));
        }
        for step in found.steps {
            if !self.steps.contains(&step) {
                self.steps.push(step);
            }
        }
    }

    /// Writes what is known into `row`.
    fn enter(&self, row: &mut Row, clock: &Stopwatch) {
        row.first_seconds = (clock.frames > 0 && clock.counts).then_some(clock.first.as_secs_f64());
        row.seconds_per_frame = clock.seconds_per_frame();
        row.film_seconds = row.seconds_per_frame.map(|seconds| seconds * self.larger * self.pairing.pairs() as f64);
        row.memory_bytes = clock.footprint.as_ref().map(Footprint::peak);
        let pooled = |id: &'static str, all: &[(f64, Value)]| {
            let (times, values): (Vec<f64>, Vec<Value>) = all.iter().copied().unzip();
            pool_timed(&times, &values, find(id)?.about().direction)
        };
        row.scores = self.values.iter().filter_map(|(id, all)| Some((*id, pooled(id, all)?))).collect();
        let same = row.scores.iter().map(|(id, pooled)| (*id, pooled.identical_frames));
        row.identical = same.filter(|(_, n)| *n > 0).collect();
        let (reference, candidate) = (&self.infos.0, &self.infos.1);
        row.provenance = provenance((reference, candidate), &self.pairing, &self.steps) + &self.frames;
        if row.against_input {
            row.provenance += &unknown_truth(reference, candidate);
        }
    }
}

/// The clause for scores that compare with the input.
fn unknown_truth(reference: &SourceInfo, candidate: &SourceInfo) -> String {
    let own = (candidate.width, candidate.height);
    let how = match (reference.width, reference.height) {
        (w, h) if (w, h) == own => String::new(),
        (w, h) => format!(", the result brought to the input's {w}x{h}"),
    };
    format!("; against the input{how}: no truth is known, so this says how true the result stays, not how good it is")
}
