//! One thread that draws the maps of the frame in view, for the overlay chosen. The newest wish wins: a map that nobody
//! looks at any more is not begun, and one that comes too late is dropped.

use std::collections::VecDeque;
use std::ops::Range;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::thread::JoinHandle;

use parking_lot::{Condvar, Mutex};

use crate::color::conform;
use crate::frame::{Frame, Map, SourceError, Stop};
use crate::gpu::Gpu;
use crate::metrics::gpu::Twins;
use crate::metrics::{Drawn, Memo, Moment, Needs, Overlay, Pair, overlay};

use super::answers::{self, Heard, Patience, Peer};
use super::applies::IS_INPUT;
use super::core::Engine;
use super::enlarged::{Enlarging, Sources, on_one_ground};
use super::pairing::Pairing;
use super::recipe::Recipe;
use super::reel::{Around, Reach};
use super::schedule::AHEAD;
use super::scorer::{common_ground, rate_of, stored_rgb};
use super::tracks::Arrival;
use super::worker::Teller;
use super::workshop::Workshop;
use super::{Coverage, State, TrackId};

/// The map of one pair of frames, or why there is none. It holds the very frames it was made of, so that it can never
/// be taken for another pair's.
#[derive(Clone, Debug)]
pub struct Mapped {
    /// Id of the overlay.
    pub overlay: &'static str,
    pub reference: Arc<Frame>,
    pub candidate: Arc<Frame>,
    /// One sentence where it could not be made.
    pub found: Result<Found, String>,
}

/// The candidates of a comparison, for maps in which several have a say.
#[derive(Debug, Default)]
pub(super) struct Company {
    peers: Vec<Peer>,
}

impl Company {
    /// Whether it is made of the same candidates.
    fn is(&self, other: &Company) -> bool {
        let alike = |(a, b): (&Peer, &Peer)| a.track == b.track && a.label == b.label;
        self.peers.len() == other.peers.len() && self.peers.iter().zip(&other.peers).all(alike)
    }
}

/// What the thread tells.
pub(super) enum MapNews {
    /// With the candidates that had a say.
    Drawn(Mapped, Arc<Company>),
    /// Share of the map under way that is done, 0..1.
    Share(f32),
}

impl Mapped {
    fn is_of(&self, overlay: &str, reference: &Arc<Frame>, candidate: &Arc<Frame>) -> bool {
        let same = Arc::ptr_eq(&self.reference, reference) && Arc::ptr_eq(&self.candidate, candidate);
        same && self.overlay == overlay
    }

    /// Bytes held, those of the frames included.
    fn cost(&self) -> usize {
        let map = self.found.as_ref().map_or(0, |found| found.map.values.len() * size_of::<f32>());
        map + self.reference.cost() + self.candidate.cost()
    }
}

/// A map and the number it comes to.
#[derive(Clone, Debug)]
pub struct Found {
    /// On the reference's grid, or a coarser one over the same picture.
    pub map: Arc<Map>,
    /// What the overlay pools it to.
    pub pooled: f64,
    /// The size, whatever its sign, that one number in two hundred passes: where a scale may end by itself.
    pub reach: f32,
    /// The graphics card that drew it; `None` for the processor.
    pub by: Option<Arc<str>>,
    /// One sentence on how this very map was made, where there is something to tell.
    pub note: Option<Arc<str>>,
}

impl Found {
    pub fn new(map: Map, pooled: f64, by: Option<Arc<str>>) -> Self {
        let mut sizes: Vec<f32> = map.values.iter().map(|v| v.abs()).filter(|v| v.is_finite()).collect();
        let at = sizes.len().saturating_sub(1) * 199 / 200;
        let reach = if sizes.is_empty() { 0.0 } else { *sizes.select_nth_unstable_by(at, f32::total_cmp).1 };
        Self { map: Arc::new(map), pooled, reach, by, note: None }
    }
}

/// Bytes of maps that are kept a track, so that a step back draws nothing anew.
const KEPT: usize = 192 << 20;

impl State {
    /// The map of what track `id` shows now, for the overlay called `overlay`. A map of other frames is none.
    pub fn map_of(&self, id: TrackId, overlay: &str) -> Option<&Mapped> {
        let (reference, candidate) = self.pair_on_show(id)?;
        self.maps.get(&id)?.iter().find(|mapped| mapped.is_of(overlay, reference, candidate))
    }

    /// What the reference and a candidate show, while both show the whole of the same frame.
    fn pair_on_show(&self, id: TrackId) -> Option<(&Arc<Frame>, &Arc<Frame>)> {
        let reference = self.reference().filter(|r| r.id != id)?.shown.as_ref()?;
        let candidate = self.track(id)?.shown.as_ref()?;
        let whole = reference.coverage == Coverage::Whole && candidate.coverage == Coverage::Whole;
        (whole && reference.number == candidate.number).then_some((&reference.frame, &candidate.frame))
    }
}

/// A map to draw.
#[derive(Clone)]
pub(super) struct MapJob {
    /// The track's post.
    track: TrackId,
    overlay: &'static dyn Overlay,
    reference: Arc<Frame>,
    candidate: Arc<Frame>,
    /// The reference's frame, and what it is opened from where neighbours are wanted.
    number: usize,
    recipe: Arc<Recipe>,
    /// What the candidate is opened from where its own neighbours or its input are wanted, and which of its frames go
    /// with which of the reference's.
    chain: Arc<Recipe>,
    pairing: Arc<Pairing>,
    /// The frames among which neighbours are looked for: those that scores see too.
    extent: Range<usize>,
    /// Of the reference, frames a second.
    rate: Option<f64>,
    /// The candidates, the own one among them, where the overlay asks several.
    company: Arc<Company>,
    /// Set when nobody looks any more; maps for which models run look at it.
    stop: Stop,
}

impl MapJob {
    fn same(&self, other: &MapJob) -> bool {
        let frames = Arc::ptr_eq(&self.reference, &other.reference) && Arc::ptr_eq(&self.candidate, &other.candidate);
        let same = frames && (self.track, self.overlay.id()) == (other.track, other.overlay.id());
        same && self.company.is(&other.company)
    }
}

/// The engine's end of the thread.
pub(super) struct Mapper {
    board: Arc<Board>,
    /// Whose maps the engine has.
    company: Arc<Company>,
    _thread: Option<JoinHandle<()>>,
}

#[derive(Default)]
struct Board {
    desk: Mutex<Desk>,
    called: Condvar,
}

#[derive(Default)]
struct Desk {
    jobs: VecDeque<MapJob>,
    busy: Option<MapJob>,
    over: bool,
}

impl Mapper {
    /// `gpu`: whether a graphics card may draw.
    pub fn start(workshop: Arc<Workshop>, gpu: bool, teller: Teller<(TrackId, MapNews)>) -> Self {
        let board = Arc::new(Board::default());
        let mine = board.clone();
        let run = move || Draftsman::new(workshop, gpu).work(&mine, &teller);
        Self {
            board,
            company: Arc::default(),
            _thread: std::thread::Builder::new().name("maps".into()).spawn(run).ok(),
        }
    }

    /// Replaces all earlier wishes; the first is the most wanted. What is being drawn is finished, unless models run for it
    /// and nobody wishes for it any more.
    fn wish(&self, mut jobs: Vec<MapJob>) {
        let mut desk = self.board.desk.lock();
        if let Some(busy) = &desk.busy {
            if !jobs.iter().any(|job| job.same(busy)) {
                busy.stop.set();
            }
            jobs.retain(|job| !job.same(busy));
        }
        if jobs.is_empty() && desk.jobs.is_empty() {
            return;
        }
        desk.jobs = jobs.into();
        self.board.called.notify_all();
    }

    pub fn is_idle(&self) -> bool {
        let desk = self.board.desk.lock();
        desk.jobs.is_empty() && desk.busy.is_none()
    }
}

impl Drop for Mapper {
    fn drop(&mut self) {
        let mut desk = self.board.desk.lock();
        desk.over = true;
        desk.busy.iter().for_each(|busy| busy.stop.set());
        drop(desk);
        self.board.called.notify_all();
    }
}

impl Board {
    fn next(&self) -> Option<MapJob> {
        let mut desk = self.desk.lock();
        loop {
            if desk.over {
                return None;
            }
            if let Some(job) = desk.jobs.pop_front() {
                desk.busy = Some(job.clone());
                return Some(job);
            }
            self.called.wait(&mut desk);
        }
    }
}

/// What the thread keeps between maps.
struct Draftsman {
    workshop: Arc<Workshop>,
    /// The reference, candidates and their inputs, opened for what stands around.
    sources: Sources,
    memo: Memo,
    card: Card,
}

/// The graphics card, looked for when the first map is wanted.
enum Card {
    Unknown,
    None,
    Found { twins: Box<Twins>, name: Arc<str> },
}

impl Card {
    /// A real one that computes; a software device would be slower than the processor's own path.
    fn find() -> Self {
        let gpu = match Gpu::headless() {
            Ok(gpu) if gpu.is_software() => return Card::None,
            Ok(gpu) => gpu,
            Err(_) => return Card::None,
        };
        let name = gpu.info.name.as_str().into();
        match Twins::new(gpu) {
            Ok(twins) => Card::Found { twins: Box::new(twins), name },
            Err(why) => {
                log::info!("maps are drawn by the processor: {why}");
                Card::None
            }
        }
    }

    /// The map, where the card has a twin of the overlay and can draw it.
    fn map(&mut self, overlay: &str, moment: &Moment<'_>) -> Option<(Map, Arc<str>)> {
        if matches!(self, Card::Unknown) {
            *self = Card::find();
        }
        let Card::Found { twins, name } = self else { return None };
        match twins.map(overlay, moment)? {
            Ok(map) => Some((map, name.clone())),
            Err(why) => {
                log::warn!("{name} could not draw {overlay}: {why}");
                None
            }
        }
    }
}

impl Draftsman {
    fn new(workshop: Arc<Workshop>, gpu: bool) -> Self {
        let card = if gpu { Card::Unknown } else { Card::None };
        Self { sources: Sources::new(workshop.clone()), workshop, memo: Memo::default(), card }
    }

    fn work(&mut self, board: &Board, teller: &Teller<(TrackId, MapNews)>) {
        while let Some(job) = board.next() {
            let found = catch_unwind(AssertUnwindSafe(|| self.found(&job, teller)))
                .unwrap_or_else(|_| Err(SourceError::frame("Doublet stumbled over this map; please report it")));
            let stopped = matches!(found, Err(SourceError::Stopped));
            let found = found.map_err(|error| error.to_string());
            let (overlay, reference, candidate, company) =
                (job.overlay.id(), job.reference, job.candidate, job.company);
            let mapped = Mapped { overlay, reference, candidate, found };
            let heard = stopped || teller((job.track, MapNews::Drawn(mapped, company)));
            // Told before it counts as done: who waits for idleness finds the map among the events.
            board.desk.lock().busy = None;
            if !heard {
                return;
            }
        }
    }

    fn found(&mut self, job: &MapJob, teller: &Teller<(TrackId, MapNews)>) -> Result<Found, SourceError> {
        let about = job.overlay.about();
        let kernel = self.workshop.kernel;
        let target = common_ground(&job.reference, job.candidate.layout.sample);
        let there = |frame: &Arc<Frame>| Ok::<_, SourceError>(conform(frame, &target, kernel)?.0);
        let (reference, candidate) = (there(&job.reference)?, there(&job.candidate)?);
        let around = self.around(job)?;
        let beside = |frames: &[Arc<Frame>]| frames.iter().map(there).collect::<Result<Vec<_>, _>>();
        let (before, after) = (beside(&around.before)?, beside(&around.after)?);
        let shown = match stored_rgb(&job.reference, target) {
            Some(rgb) => Some((conform(&job.reference, &rgb, kernel)?.0, conform(&job.candidate, &rgb, kernel)?.0)),
            None => None,
        };
        let moment = Moment::new(Pair::new(&reference, &candidate)?).among(&before, &after, job.rate);
        let moment = match &shown {
            Some((reference, candidate)) => moment.shown_by(Pair::new(reference, candidate)?),
            None => moment,
        };
        let earlier = beside(&around.earlier)?;
        let moment = moment.following(&earlier);
        let enlarging = self.enlarging(job)?;
        let moment = match &enlarging {
            Some(enlarging) => moment.enlarged_from(enlarging.there()),
            None => moment,
        };
        let heard = self.heard(job, teller)?;
        let moment = match (&heard, about.needs) {
            (Some(heard), Needs::Variants) => moment.asked_again(heard.there()),
            (Some(heard), _) => moment.before_a_jury(heard.there()),
            (None, _) => moment,
        };
        let (drawn, by) = match self.card.map(about.id, &moment) {
            Some((map, name)) => (Drawn { map, note: None }, Some(name)),
            None => (job.overlay.drawn(&moment, &self.memo)?, None),
        };
        let pooled = (about.pool)(&drawn.map);
        let note = drawn.note.or_else(|| is_input(job).then(|| IS_INPUT.to_owned()));
        Ok(Found { note: note.map(Arc::from), ..Found::new(drawn.map, pooled, by) })
    }

    /// The reference's frame among the neighbours that the overlay reads, and the candidate's before it.
    fn around(&mut self, job: &MapJob) -> Result<Around, SourceError> {
        let (about, earlier) = (job.overlay.about(), job.overlay.candidates_before());
        let reach =
            Reach { before: about.before, after: about.after, earlier, input: false, extent: job.extent.clone() };
        let all = reach.frames(job.number);
        // Asked for in ascending order: a source decodes forwards.
        let mut before = self.sources.frames(&job.recipe, None, all.start..job.number)?;
        before.reverse();
        let after = self.sources.frames(&job.recipe, None, job.number + 1..all.end)?;
        let partners = reach.partners(job.number, &job.pairing);
        let own: Vec<usize> = (partners.start..job.number).rev().filter_map(|n| job.pairing.own(n).ok()).collect();
        let own = own.into_iter().map(|n| self.sources.frame(&job.chain, Some(&job.recipe), n));
        Ok(Around { before, after, earlier: own.collect::<Result<_, _>>()?, enlarging: None })
    }

    /// The candidate's enlargement, where the overlay reads one and there is one.
    fn enlarging(&mut self, job: &MapJob) -> Result<Option<Enlarging>, SourceError> {
        if !matches!(job.overlay.about().needs, Needs::Input | Needs::Before) {
            return Ok(None);
        }
        let early = job.overlay.candidates_before() > 0;
        let of = (&*job.chain, &*job.recipe, &*job.pairing);
        let found = self.sources.enlarging(of, (job.number, &job.candidate), early && job.number > job.extent.start)?;
        found.map(|found| on_one_ground(found, self.workshop.kernel)).transpose()
    }
}

impl Draftsman {
    /// What models have to say, where the overlay asks them.
    fn heard(&mut self, job: &MapJob, teller: &Teller<(TrackId, MapNews)>) -> Result<Option<Heard>, SourceError> {
        let needs = job.overlay.about().needs;
        let own = job.company.peers.iter().find(|peer| peer.track == job.track);
        let Some(own) = own.filter(|_| needs.models()) else { return Ok(None) };
        let mut tell = |share| _ = teller((job.track, MapNews::Share(share)));
        let mut patience = Patience { stop: &job.stop, tell: &mut tell };
        let (peers, seen) = (&job.company.peers, (job.number, &job.reference));
        let heard = match needs {
            Needs::Variants => {
                let of = (&*job.chain, &*job.recipe, &*job.pairing);
                answers::asked_again(&mut self.sources, &self.workshop, of, peers, seen, &mut patience)
            }
            _ => answers::jury(&mut self.sources, (own, &job.recipe), peers, seen, &mut patience),
        };
        heard.map(Some)
    }
}

impl Engine {
    /// Chooses what is drawn over candidates; an id that there is none of is none.
    pub(super) fn choose_overlay(&mut self, id: Option<&'static str>) {
        let id = id.filter(|id| overlay(id).is_ok());
        if self.state.overlay != id {
            self.state.overlay = id;
            self.state.maps.clear();
        }
    }

    /// Wishes for the maps that are missing of what is on show, and while playing of what comes next, so that picture
    /// and map change together.
    pub(super) fn map_shown(&mut self) {
        self.state.maps.retain(|id, _| self.backstage.contains_key(id));
        let chosen = self.state.overlay.and_then(|id| overlay(id).ok());
        let company = Arc::new(chosen.map(|overlay| self.company(overlay)).unwrap_or_default());
        // Who joins or leaves has a say: maps made without them are of another comparison.
        if !self.mapper.company.is(&company) {
            self.state.maps.clear();
            self.mapper.company = company.clone();
        }
        let jobs = chosen.map(|overlay| self.missing_maps(overlay, &company)).unwrap_or_default();
        self.mapper.wish(jobs);
        if self.mapper.is_idle() {
            self.state.map_share = None;
        }
    }

    /// The candidates that are open, for an overlay that asks several; else nobody.
    fn company(&self, overlay: &'static dyn Overlay) -> Company {
        let asked = overlay.about().needs.models();
        let candidates = self.state.candidates().iter().filter(|_| asked);
        Company { peers: candidates.filter_map(|track| self.peer(track)).collect() }
    }

    /// What is known of a candidate, once it is open.
    pub(super) fn peer(&self, track: &super::Track) -> Option<Peer> {
        let back = self.backstage.get(&track.id)?;
        let (chain, pairing) = (Arc::new(back.opened.clone()), Arc::new(back.pairing.clone()?));
        Some(Peer { track: back.post, label: track.label.clone(), chain, pairing })
    }

    fn missing_maps(&self, overlay: &'static dyn Overlay, company: &Arc<Company>) -> Vec<MapJob> {
        // Models would hold up the film.
        if overlay.about().needs.models() && self.state.clock.playing {
            return Vec::new();
        }
        let Some(reference) = self.state.reference() else { return Vec::new() };
        let (Some(back), Some(recipe)) = (self.backstage.get(&reference.id), self.reference_recipe()) else {
            return Vec::new();
        };
        let recipe = Arc::new(recipe);
        let rate = reference.info.as_ref().and_then(|info| rate_of(&info.timeline));
        let mut jobs = Vec::new();
        let mut add = |id: TrackId, number: usize, reference: &Arc<Frame>, candidate: &Arc<Frame>| {
            let have = self
                .state
                .maps
                .get(&id)
                .is_some_and(|maps| maps.iter().any(|mapped| mapped.is_of(overlay.id(), reference, candidate)));
            let Some(back) = self.backstage.get(&id).filter(|_| !have) else { return };
            let Some(pairing) = back.pairing.clone() else { return };
            let extent = pairing.extent_of_all();
            let (chain, pairing) = (Arc::new(back.opened.clone()), Arc::new(pairing));
            let (track, recipe) = (back.post, recipe.clone());
            let (reference, candidate) = (reference.clone(), candidate.clone());
            let (company, stop) = (company.clone(), Stop::default());
            jobs.push(MapJob {
                track,
                overlay,
                reference,
                candidate,
                number,
                recipe,
                chain,
                pairing,
                extent,
                rate,
                company,
                stop,
            });
        };
        let number = reference.shown.as_ref().map_or(0, |shown| shown.number);
        for id in &self.visible {
            if let Some((reference, candidate)) = self.state.pair_on_show(*id) {
                add(*id, number, reference, candidate);
            }
        }
        let soon = if self.state.clock.playing { self.soon(self.playback.next, AHEAD) } else { Vec::new() };
        for n in soon {
            let Some(first) = whole(back.arrivals.get(&n)) else { continue };
            for id in self.visible.iter().filter(|id| **id != reference.id) {
                if let Some(second) = self.backstage.get(id).and_then(|back| whole(back.arrivals.get(&n))) {
                    add(*id, n, first, second);
                }
            }
        }
        jobs
    }

    /// Enters a map, unless another overlay is chosen by now.
    pub(super) fn hear_map(&mut self, id: TrackId, news: MapNews) {
        let mapped = match news {
            MapNews::Drawn(_, company) if !company.is(&self.mapper.company) => return,
            MapNews::Drawn(mapped, _) => mapped,
            MapNews::Share(share) => {
                self.state.map_share = Some((id, share));
                return;
            }
        };
        self.state.map_share = None;
        if self.state.overlay != Some(mapped.overlay) {
            return;
        }
        let maps = self.state.maps.entry(id).or_default();
        maps.push(mapped);
        // The newest stays, however large.
        while maps.len() > 1 && maps.iter().map(Mapped::cost).sum::<usize>() > KEPT {
            maps.remove(0);
        }
    }
}

/// Whether the overlay holds the candidate against a reference that it was itself enlarged from.
fn is_input(job: &MapJob) -> bool {
    let larger = job.candidate.width > job.reference.width && job.candidate.height > job.reference.height;
    larger && job.overlay.about().needs == Needs::Reference
}

/// The frame that came, if it is the real thing.
fn whole(arrival: Option<&Arrival>) -> Option<&Arc<Frame>> {
    match arrival? {
        Arrival::Frame { frame, coverage: Coverage::Whole, .. } => Some(frame),
        _ => None,
    }
}
