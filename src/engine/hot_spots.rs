//! Hot spots for the window: on a thread of its own, frame after frame of one candidate, with small pictures of every
//! place. What was found stays while candidate, reference and range are the same.

use std::collections::BTreeMap;
use std::ops::Range;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use crate::frame::{SourceError, Stop};

use super::core::{Engine, Event};
use super::enlarged::Sources;
use super::invented::{HotSpot, Looked, Scene, chosen, ranked};
use super::pairing::Pairing;
use super::recipe::Recipe;
use super::scorer::rate_of;
use super::thumbs::Thumbs;
use super::workshop::Workshop;
use super::{TrackId, TrackStatus};

/// Places told of a candidate.
pub const HOT_SPOTS: usize = 16;

/// The places of one candidate that are worth a look, as far as they are found.
#[derive(Clone, Debug, Default)]
pub struct HotSpots {
    /// The plainest first.
    pub spots: Arc<Vec<SpotCard>>,
    /// Frames looked at, and to be looked at in all.
    pub looked: usize,
    pub frames: usize,
    /// Whether all were looked at, or why no more can be, in one sentence; `None` while the run goes on.
    pub over: Option<Result<(), String>>,
    /// Stopped by a person before it was over.
    pub stopped: bool,
}

/// A place with its small pictures.
#[derive(Clone, Debug)]
pub struct SpotCard {
    pub spot: HotSpot,
    pub thumbs: Arc<Thumbs>,
}

/// What the thread tells, with the number of its run.
pub(super) enum SpotNews {
    /// Frames to look at in all.
    Begun(u64, usize),
    /// Frames looked at, and the best so far.
    Found(u64, usize, Arc<Vec<SpotCard>>),
    Over(u64, Result<(), SourceError>),
}

/// What places were looked for in.
#[derive(Clone, PartialEq, Debug)]
struct Case {
    reference: String,
    candidate: String,
    range: Option<Range<usize>>,
}

/// The run under way, and what the earlier ones looked at. Dropping it ends it.
#[derive(Default)]
pub(super) struct HotSpotsJob {
    number: u64,
    stop: Stop,
    /// While set, the run rests between frames: the pictures are playing.
    rest: Arc<AtomicBool>,
    track: Option<TrackId>,
    cases: BTreeMap<TrackId, Case>,
}

impl Drop for HotSpotsJob {
    fn drop(&mut self) {
        self.stop.set();
    }
}

impl Engine {
    /// Obeys [`super::Command::HotSpots`].
    pub(super) fn find_hot_spots(&mut self, wanted: Option<(TrackId, usize)>) {
        self.stop_hot_spots();
        let Some((track, frames)) = wanted else { return };
        let Some((case, reference, candidate)) = self.spot_case(track) else { return };
        let number = self.hot_spots_job.number + 1;
        let (stop, rest) = (Stop::default(), Arc::new(AtomicBool::new(self.state.clock.playing)));
        let job = &mut self.hot_spots_job;
        (job.number, job.stop, job.rest, job.track) = (number, stop.clone(), rest.clone(), Some(track));
        let range = case.range.clone();
        let same = job.cases.insert(track, case.clone()).is_some_and(|old| old == case);
        // What was found with fewer frames stays until there is more.
        let old = self.state.hot_spots.remove(&track).filter(|_| same).map(|run| run.spots).unwrap_or_default();
        let seed = old.clone();
        self.state.hot_spots.insert(track, HotSpots { spots: old, ..HotSpots::default() });
        let (workshop, teller) = (self.workshop.clone(), self.remote().0);
        let run = move || {
            let look = Look { workshop, recipes: (reference, candidate), range, frames, seed, stop, rest };
            let mut tell = |news: SpotNews| teller(Event::HotSpots(news));
            let over = catch_unwind(AssertUnwindSafe(|| look.run(number, &mut tell)))
                .unwrap_or_else(|_| Err(SourceError::source("Doublet stumbled over these pictures; please report it")));
            tell(SpotNews::Over(number, over));
        };
        if let Err(error) = std::thread::Builder::new().name("hot-spots".into()).spawn(run) {
            let why = SourceError::source(format!("the search for hot spots cannot be started: {error}"));
            self.hear_hot_spots(SpotNews::Over(number, Err(why)));
        }
    }

    fn stop_hot_spots(&mut self) {
        self.hot_spots_job.stop.set();
        let Some(run) = self.hot_spots_job.track.take().and_then(|id| self.state.hot_spots.get_mut(&id)) else {
            return;
        };
        if run.over.is_none() {
            (run.over, run.stopped) = (Some(Ok(())), true);
        }
    }

    /// Forgets what was found in other pictures, and rests while they play. Called after every change.
    pub(super) fn follow_hot_spots(&mut self) {
        self.hot_spots_job.rest.store(self.state.clock.playing, Ordering::Relaxed);
        let known: Vec<TrackId> = self.hot_spots_job.cases.keys().copied().collect();
        for id in known {
            let now = self.spot_case(id).map(|(case, ..)| case);
            if now.as_ref() == self.hot_spots_job.cases.get(&id) {
                continue;
            }
            if self.hot_spots_job.track == Some(id) {
                self.stop_hot_spots();
            }
            self.hot_spots_job.cases.remove(&id);
            self.state.hot_spots.remove(&id);
        }
    }

    /// Enters what the thread told; nothing from a run that was ended.
    pub(super) fn hear_hot_spots(&mut self, news: SpotNews) {
        let (now, track) = (self.hot_spots_job.number, self.hot_spots_job.track);
        let Some(run) = track.and_then(|id| self.state.hot_spots.get_mut(&id)) else { return };
        match news {
            SpotNews::Begun(number, frames) if number == now => run.frames = frames,
            SpotNews::Found(number, looked, spots) if number == now => (run.looked, run.spots) = (looked, spots),
            SpotNews::Over(number, over) if number == now => {
                run.over = Some(match over {
                    Ok(()) | Err(SourceError::Stopped) => Ok(()),
                    Err(error) => Err(error.to_string()),
                });
                self.hot_spots_job.track = None;
            }
            _ => {}
        }
    }

    /// Whether a run is under way.
    pub(super) fn is_spotting(&self) -> bool {
        self.hot_spots_job.track.is_some()
    }

    /// What is to be looked at for a candidate; `None` while anything is still being opened.
    fn spot_case(&self, id: TrackId) -> Option<(Case, Recipe, Recipe)> {
        let reference = self.reference_recipe()?;
        self.state.reference()?.info.as_ref()?;
        let track = self.state.candidates().iter().find(|track| track.id == id)?;
        let open = track.info.is_some() && !matches!(track.status, TrackStatus::Failed(_));
        let candidate = self.backstage.get(&id).filter(|_| open)?.opened.clone();
        let range = self.state.range.clone();
        Some((Case { reference: reference.chain(), candidate: candidate.chain(), range }, reference, candidate))
    }
}

/// One run.
struct Look {
    workshop: Arc<Workshop>,
    /// Reference and candidate.
    recipes: (Recipe, Recipe),
    range: Option<Range<usize>>,
    frames: usize,
    /// Places that were found before.
    seed: Arc<Vec<SpotCard>>,
    stop: Stop,
    rest: Arc<AtomicBool>,
}

impl Look {
    /// # Errors
    /// One sentence when a recipe does not open, a frame cannot be made, the films share none, or nothing can be said
    /// of these pictures; [`SourceError::Stopped`].
    fn run(&self, number: u64, tell: &mut dyn FnMut(SpotNews) -> bool) -> Result<(), SourceError> {
        let mut sources = Sources::new(self.workshop.clone()).in_background(&self.stop);
        let (reference, candidate) = (&self.recipes.0, &self.recipes.1);
        let info = sources.info(reference, None)?;
        let pairing = Pairing::new(info.timeline.clone(), sources.info(candidate, Some(reference))?.timeline);
        let extent = self.range.as_ref().map_or_else(|| pairing.extent_of_all(), |range| pairing.extent(range));
        let frames = chosen(&pairing, extent, self.frames);
        if frames.is_empty() {
            return Err(SourceError::source(format!(
                "{candidate} shares no frame with the reference here: {}",
                pairing.describe()
            )));
        }
        tell(SpotNews::Begun(number, frames.len()));
        let rate = rate_of(&info.timeline);
        let known = |card: &SpotCard| (card.spot.clone(), Some(card.thumbs.clone()));
        let mut found: Vec<(HotSpot, Option<Arc<Thumbs>>)> = self.seed.iter().map(known).collect();
        let mut any = false;
        for (done, &frame) in frames.iter().enumerate() {
            self.wait()?;
            let scene = Scene::of(&mut sources, &self.workshop, (reference, candidate), &pairing, frame)?;
            let looked = scene.looked(rate)?;
            any |= !looked.maps.is_empty();
            let at = (frame, info.timeline.seconds(frame));
            let spots = looked.spots(at, (info.width, info.height), HOT_SPOTS);
            found.extend(spots.into_iter().map(|spot| (spot, None)));
            found = ranked(found, HOT_SPOTS, |(spot, _)| spot);
            for (spot, thumbs) in found.iter_mut().filter(|(_, thumbs)| thumbs.is_none()) {
                // Only a place of this frame has none yet.
                let Some((_, map, _)) = looked.maps.iter().find(|(id, ..)| *id == spot.overlay) else { continue };
                *thumbs = Some(Arc::new(Thumbs::cut(&scene.raw, map, spot.place, &info)?));
            }
            let card = |(spot, thumbs): &(HotSpot, Option<Arc<Thumbs>>)| {
                Some(SpotCard { spot: spot.clone(), thumbs: thumbs.clone()? })
            };
            let cards = found.iter().filter_map(card).collect();
            if !tell(SpotNews::Found(number, done + 1, Arc::new(cards))) {
                return Ok(());
            }
            if !any {
                return Err(nothing(&looked));
            }
        }
        Ok(())
    }

    /// Waits while the pictures play.
    fn wait(&self) -> Result<(), SourceError> {
        loop {
            self.stop.check()?;
            if !self.rest.load(Ordering::Relaxed) {
                return Ok(());
            }
            std::thread::sleep(Duration::from_millis(40));
        }
    }
}

/// Why none of the overlays can be drawn.
fn nothing(looked: &Looked) -> SourceError {
    let why = looked.numbers.iter().find_map(|(_, found)| found.as_ref().err());
    let why = why.map_or_else(|| "they hold nothing that can be compared".to_owned(), ToString::to_string);
    SourceError::source(format!("no hot spots can be found in these pictures: {why}"))
}
