//! The engine itself: it takes commands, hears its threads, and writes the state.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, sync_channel};
use std::time::{Duration, Instant};

use crate::frame::{Region, Severity};

use super::bench::{BenchDesk, BenchNews};
use super::crops::{CropsJob, CropsNews};
use super::detail::{FadeNews, Fader};
use super::hot_spots::{HotSpotsJob, SpotNews};
use super::ledger::{Ledger, Score};
use super::mapper::{MapNews, Mapper};
use super::measurer::Measurer;
use super::pairing::Pairing;
use super::playback::Playback;
use super::recipe::Recipe;
use super::slice::{SliceJob, SliceNews};
use super::tournament::{Contest, News};
use super::tracks::{Arrival, Backstage};
use super::verdict_run::{VerdictJob, VerdictNews};
use super::ways_run::{WaysJob, WaysNews};
use super::worker::{Teller, Told, Worker};
use super::workshop::Workshop;
use super::{Command, Notice, State, Track, TrackId, TrackStatus, shelf};
use crate::metrics::standard;
use crate::models::Home;

/// How much an engine may take.
#[derive(Clone, Copy, Debug)]
pub struct Settings {
    /// Bytes of made frames to keep.
    pub store_bytes: usize,
    /// Measure all frames in the background.
    pub scan: bool,
    /// Draw maps on a graphics card, where there is a real one. Pictures that must be the same everywhere do without.
    pub gpu: bool,
}

impl Default for Settings {
    fn default() -> Self {
        Self { store_bytes: 1 << 30, scan: true, gpu: false }
    }
}

/// What reaches the engine's one ear.
pub(super) enum Event {
    Worker(TrackId, Told),
    Score(TrackId, Score),
    Map(TrackId, MapNews),
    Contest(News),
    Command(Command),
    Ways(WaysNews),
    Verdict(VerdictNews),
    HotSpots(SpotNews),
    Fade(FadeNews),
    Slice(SliceNews),
    Crops(CropsNews),
    Bench(BenchNews),
    Busy(Option<(String, Option<f32>)>),
    Notice(Severity, String),
    Shelf(shelf::Told),
}

/// The application without a window.
pub struct Engine {
    pub(super) state: State,
    pub(super) backstage: BTreeMap<TrackId, Backstage>,
    pub(super) playback: Playback,
    pub(super) visible: Vec<TrackId>,
    pub(super) focus: Region,
    pub(super) measurer: Measurer,
    pub(super) mapper: Mapper,
    pub(super) serial: u64,
    pub(super) settings: Settings,
    pub(super) shelf: shelf::Shelf,
    pub(super) contest: Contest,
    pub(super) ways_job: WaysJob,
    pub(super) verdict_job: VerdictJob,
    pub(super) hot_spots_job: HotSpotsJob,
    pub(super) fader: Fader,
    pub(super) slice_job: SliceJob,
    pub(super) crops_job: CropsJob,
    pub(super) bench: BenchDesk,
    pub(super) workshop: Arc<Workshop>,
    events: Receiver<Event>,
    pub(super) sender: SyncSender<Event>,
    pub(super) wake: Arc<dyn Fn() + Send + Sync>,
    next_id: u64,
}

/// Lets other threads speak to the engine.
#[derive(Clone)]
pub struct Remote(pub(super) Teller<Event>);

impl Remote {
    pub fn send(&self, command: Command) {
        (self.0)(Event::Command(command));
    }

    /// Says what a person is waiting for, and the share done (0..1) if known; `None` when it is over.
    pub fn busy(&self, what: Option<(String, Option<f32>)>) {
        (self.0)(Event::Busy(what));
    }

    pub fn notice(&self, severity: Severity, sentence: String) {
        (self.0)(Event::Notice(severity, sentence));
    }
}

impl Engine {
    /// An engine with nothing open, which remembers nothing from session to session. `wake` is called from any thread
    /// whenever [`Engine::update`] has something to do.
    pub fn new(settings: Settings, wake: impl Fn() + Send + Sync + 'static) -> Self {
        Self::at(Home::default(), settings, wake)
    }

    /// As [`Engine::new`], with what is remembered in `home`.
    pub fn at(home: Home, settings: Settings, wake: impl Fn() + Send + Sync + 'static) -> Self {
        let (sender, events) = sync_channel(256);
        let wake: Arc<dyn Fn() + Send + Sync> = Arc::new(wake);
        let workshop = Arc::new(Workshop::at(home, settings.store_bytes));
        let scores = relay(&sender, &wake, |(id, score)| Event::Score(id, score));
        let maps = relay(&sender, &wake, |(id, mapped)| Event::Map(id, mapped));
        Self {
            state: State { metrics: standard().iter().map(|metric| metric.id()).collect(), ..State::default() },
            backstage: BTreeMap::new(),
            playback: Playback::default(),
            visible: Vec::new(),
            focus: Region::WHOLE,
            measurer: Measurer::start(workshop.clone(), scores),
            mapper: Mapper::start(workshop.clone(), settings.gpu, maps),
            serial: 0,
            settings,
            shelf: shelf::Shelf::default(),
            contest: Contest::default(),
            ways_job: WaysJob::default(),
            verdict_job: VerdictJob::default(),
            hot_spots_job: HotSpotsJob::default(),
            fader: Fader::default(),
            slice_job: SliceJob::default(),
            crops_job: CropsJob::default(),
            bench: BenchDesk::default(),
            workshop,
            events,
            sender,
            wake,
            next_id: 1,
        }
    }

    pub fn state(&self) -> &State {
        &self.state
    }

    /// A handle for other threads.
    pub fn remote(&self) -> Remote {
        Remote(relay(&self.sender, &self.wake, |event| event))
    }

    /// Takes a command; its effect shows after the next [`Engine::update`].
    pub fn send(&mut self, command: Command) {
        self.obey(command);
        self.state.revision += 1;
        (self.wake)();
    }

    /// Hears all that happened, moves the clock, and sends wishes. Gives when it wants to be called again although
    /// nothing happens (playback), if so.
    pub fn update(&mut self) -> Option<Duration> {
        while let Ok(event) = self.events.try_recv() {
            self.hear(event);
        }
        self.follow_verdicts();
        self.follow_hot_spots();
        let again = self.play(Instant::now());
        self.schedule();
        again
    }

    /// Updates until nothing is left to do: all frames in view made, all frames measured. Not for playing engines.
    pub fn run_until_idle(&mut self) {
        loop {
            self.update();
            match self.events.recv_timeout(Duration::from_millis(10)) {
                Ok(event) => self.hear(event),
                Err(RecvTimeoutError::Disconnected) => return,
                Err(RecvTimeoutError::Timeout) if self.is_idle() => match self.events.try_recv() {
                    Ok(event) => self.hear(event),
                    Err(_) => return,
                },
                Err(RecvTimeoutError::Timeout) => {}
            }
        }
    }

    /// Whether no thread has work and nothing is awaited.
    pub fn is_idle(&self) -> bool {
        let opening = self.state.tracks.iter().any(|t| t.status == TrackStatus::Opening);
        let at_rest =
            self.measurer.is_idle() && self.mapper.is_idle() && self.shelf.is_idle() && !self.contest.is_running();
        let at_rest = at_rest
            && !self.is_counting_ways()
            && !self.is_judging()
            && !self.is_slicing()
            && !self.is_cropping()
            && !self.is_bench_busy()
            && !self.is_spotting()
            && self.fader.is_idle();
        !opening && self.state.busy.is_none() && self.is_settled() && at_rest
    }

    fn hear(&mut self, event: Event) {
        self.state.revision += 1;
        match event {
            Event::Worker(post, told) => {
                if let Some(id) = self.track_at(post) {
                    self.hear_worker(id, told);
                }
            }
            Event::Score(post, score) => {
                if let Some(id) = self.track_at(post) {
                    self.hear_score(id, score);
                }
            }
            Event::Map(post, news) => {
                if let Some(id) = self.track_at(post) {
                    self.hear_map(id, news);
                }
            }
            Event::Contest(news) => self.hear_contest(news),
            Event::Command(command) => self.obey(command),
            Event::Ways(news) => self.hear_ways(news),
            Event::Verdict(news) => self.hear_verdict(news),
            Event::HotSpots(news) => self.hear_hot_spots(news),
            Event::Fade(news) => self.hear_fade(news),
            Event::Slice(news) => self.hear_slice(news),
            Event::Crops(news) => self.hear_crops(news),
            Event::Bench(news) => self.hear_bench(news),
            Event::Busy(what) => self.state.busy = what,
            Event::Notice(severity, sentence) => self.notice(severity, sentence, None),
            Event::Shelf(told) => self.hear_shelf(told),
        }
    }

    /// The track that a thread speaks of; `None` when it is gone, or has another worker by now.
    fn track_at(&self, post: TrackId) -> Option<TrackId> {
        self.backstage.iter().find(|(_, back)| back.post == post).map(|(id, _)| *id)
    }

    fn hear_worker(&mut self, id: TrackId, told: Told) {
        match told {
            Told::Opened(info) => {
                if let Some(track) = self.state.track_mut(id) {
                    track.status = TrackStatus::Ready;
                    track.info = Some(info);
                }
                self.pair_up();
            }
            Told::Closed(sentence) => {
                if let Some(track) = self.state.track_mut(id) {
                    track.status = TrackStatus::Failed(sentence.clone());
                }
                self.notice(Severity::Source, sentence, Some(id));
            }
            Told::Made { wanted, frame, coverage, took } => {
                let arrival = Arrival::Frame { frame, own: wanted.own, coverage };
                self.arrive(id, wanted.number, arrival);
                if let Some(track) = self.state.track_mut(id).filter(|_| took > Duration::ZERO) {
                    track.seconds_per_frame = Some(took.as_secs_f64());
                }
            }
            Told::Fault { wanted, sentence } => self.arrive(id, wanted.number, Arrival::Fault(sentence)),
        }
    }

    fn obey(&mut self, command: Command) {
        match command {
            Command::Open { reference, candidates } => self.open(&reference, &candidates),
            Command::OpenReference(line) => {
                let lines = self.lines();
                self.open(&line, lines.get(1..).unwrap_or(&[]));
            }
            Command::Add(line) if self.state.tracks.is_empty() => self.open(&line, &[]),
            Command::Add(line) => self.add(&line),
            Command::Edit(id, line) => self.edit(id, &line),
            Command::Remove(id) => self.remove(id),
            Command::Promote(id) => self.promote(id),
            Command::Watch { visible, focus } => (self.visible, self.focus) = (visible, focus),
            Command::Overlay(id) => self.choose_overlay(id),
            Command::Dismiss(id) => self.state.notices.retain(|n| n.id != id),
            Command::Play => self.set_playing(true),
            Command::Pause => self.set_playing(false),
            Command::Loop(looping) => self.state.clock.looping = looping,
            Command::Speed(speed) => self.set_speed(speed),
            Command::Seek(frame) => self.seek(frame),
            Command::Step(frames) => {
                self.set_playing(false);
                self.seek(self.state.clock.frame.saturating_add_signed(frames as isize));
            }
            Command::Jump(seconds) => self.jump(seconds),
            // Seams: each is taken over by the room that builds it.
            Command::Range(_) | Command::FindHardest(_) => self.obey_contest(command),
            Command::Move(id, place) => self.shift(id, place),
            Command::Tap(id, tap) => self.tap(id, tap),
            Command::Tournament(_) | Command::StopTournament | Command::ForgetTournament => self.obey_contest(command),
            Command::ShelfLook => self.shelf_look(),
            Command::ShelfAdd(paths) => self.shelf_add(paths),
            Command::ShelfForget(path) => self.shelf_forget(path),
            Command::ShelfMeasure(path) => self.shelf_measure(path),
            Command::ShelfMetric(path) => self.shelf_metric(path),
            Command::Metrics(ids) => self.choose_metrics(&ids),
            Command::Region(region) => self.choose_region(region),
            Command::Ways(track) => self.begin_ways(track),
            Command::Verdict(wanted) => self.want_verdicts(wanted),
            Command::HotSpots(wanted) => self.find_hot_spots(wanted),
            Command::Detail(share) => self.set_detail(share),
            Command::Slice(wanted) => self.begin_slice(wanted),
            Command::Crops(wanted) => self.begin_crops(wanted),
            Command::Bench(track) => self.open_bench(track),
            Command::Attack(attack) => self.set_attack(attack),
            Command::Hunt(psnr_loss) => self.begin_attack_hunt(psnr_loss),
        }
    }

    /// Closes everything and opens anew. Nothing is closed for a line that cannot be read.
    fn open(&mut self, reference: &str, candidates: &[String]) {
        let Some(recipe) = self.parsed(reference) else { return };
        self.backstage.clear();
        self.state.tracks.clear();
        self.visible.clear();
        self.reset_clock();
        self.start(recipe, None);
        for line in candidates {
            self.add(line);
        }
    }

    fn add(&mut self, line: &str) {
        let Some(recipe) = self.parsed(line) else { return };
        let reference = self.reference_recipe();
        self.start(recipe, reference);
    }

    fn start(&mut self, recipe: Recipe, reference: Option<Recipe>) {
        let id = self.new_id();
        self.state.tracks.push(Track::opening(id, &recipe));
        self.employ(id, recipe, reference);
    }

    /// Gives track `id` a worker for `recipe`.
    fn employ(&mut self, id: TrackId, recipe: Recipe, reference: Option<Recipe>) {
        let worker = self.worker(id, &recipe, reference);
        let sheet = self.new_id().0;
        self.backstage.insert(id, Backstage::new((id, sheet), recipe, worker));
    }

    /// A worker for `recipe` that reports under the name `post`.
    pub(super) fn worker(&self, post: TrackId, recipe: &Recipe, reference: Option<Recipe>) -> Worker {
        let teller = relay(&self.sender, &self.wake, |(post, told)| Event::Worker(post, told));
        Worker::start(post, (recipe.clone(), reference), self.workshop.clone(), teller)
    }

    /// Opens a changed line in the same place of the list.
    fn edit(&mut self, id: TrackId, line: &str) {
        let Some(place) = self.state.tracks.iter().position(|t| t.id == id) else { return };
        if place == 0 {
            return self.obey(Command::OpenReference(line.to_owned()));
        }
        let Some(recipe) = self.parsed(line) else { return };
        let reference = self.reference_recipe();
        let fresh = self.new_id();
        self.backstage.remove(&id);
        self.state.tracks[place] = Track::opening(fresh, &recipe);
        self.visible.iter_mut().filter(|v| **v == id).for_each(|v| *v = fresh);
        self.employ(fresh, recipe, reference);
    }

    fn remove(&mut self, id: TrackId) {
        if self.state.reference().is_some_and(|r| r.id == id) {
            // Candidates are nothing without what they are compared with.
            self.backstage.clear();
            self.state.tracks.clear();
            self.reset_clock();
        }
        self.backstage.remove(&id);
        self.state.tracks.retain(|t| t.id != id);
        self.visible.retain(|v| *v != id);
    }

    fn promote(&mut self, id: TrackId) {
        let Some(place) = self.state.tracks.iter().position(|t| t.id == id).filter(|p| *p > 0) else { return };
        let lines = self.lines();
        let leans = |line: &String| Recipe::parse(line).is_ok_and(|r| r.head == super::Head::Source);
        if leans(&lines[place]) {
            let sentence = "this candidate is made from the reference, so it cannot take its place".to_owned();
            return self.notice(Severity::Note, sentence, Some(id));
        }
        let mut rest = lines.clone();
        let reference = rest.remove(place);
        self.open(&reference, &rest);
    }

    /// Pairs every open candidate with the open reference, and starts measuring.
    fn pair_up(&mut self) {
        let Some(reference) = self.state.reference().cloned() else { return };
        let Some(info) = reference.info.clone() else { return };
        let timeline = info.timeline.clone();
        (self.state.clock.frames, self.state.clock.duration) = (timeline.len(), timeline.duration());
        let mut paired = Vec::new();
        for track in &self.state.tracks {
            let Some(own) = &track.info else { continue };
            let Some(back) = self.backstage.get_mut(&track.id) else { continue };
            if back.pairing.is_some() {
                continue;
            }
            let pairing = Pairing::new(timeline.clone(), own.timeline.clone());
            back.pairing = Some(pairing.clone());
            // What was measured of the same picture before a tap counts.
            if back.ledger.lock().frames() != timeline.len() {
                back.ledger = Arc::new(parking_lot::Mutex::new(Ledger::new(timeline.len())));
            }
            paired.push(track.id);
        }
        for id in paired.into_iter().filter(|id| *id != reference.id) {
            self.start_scan(id);
        }
        self.measure_edges();
    }

    /// Every track's line, with its name, in the order of the list.
    fn lines(&self) -> Vec<String> {
        self.state.tracks.iter().filter_map(|t| Some(self.backstage.get(&t.id)?.recipe.to_string())).collect()
    }

    pub(super) fn reference_recipe(&self) -> Option<Recipe> {
        self.backstage.get(&self.state.reference()?.id).map(|b| b.recipe.clone())
    }

    fn parsed(&mut self, line: &str) -> Option<Recipe> {
        match Recipe::parse(line) {
            Ok(recipe) => Some(recipe),
            Err(error) => {
                self.notice(Severity::Source, error.to_string(), None);
                None
            }
        }
    }

    pub(super) fn notice(&mut self, severity: Severity, sentence: String, track: Option<TrackId>) {
        if self.state.notices.iter().any(|n| n.sentence == sentence && n.track == track) {
            return;
        }
        let id = self.new_id().0;
        self.state.notices.push(Notice { id, severity, sentence, track });
    }

    pub(super) fn new_id(&mut self) -> TrackId {
        self.next_id += 1;
        TrackId(self.next_id - 1)
    }
}

/// A teller into the engine's ear: it wraps what is told, and wakes.
pub(super) fn relay<T: 'static>(
    sender: &SyncSender<Event>,
    wake: &Arc<dyn Fn() + Send + Sync>,
    wrap: fn(T) -> Event,
) -> Teller<T> {
    let (sender, wake) = (sender.clone(), wake.clone());
    Arc::new(move |told| {
        let heard = sender.send(wrap(told)).is_ok();
        wake();
        heard
    })
}
