//! What the engine keeps of each track besides what [`super::State`] shows of it.

use std::collections::BTreeMap;
use std::sync::Arc;

use parking_lot::Mutex;

use crate::frame::{Frame, Region, Stop};
use crate::metrics::Cost;

use super::ledger::Ledger;
use super::pairing::Pairing;
use super::recipe::Recipe;
use super::worker::{Wish, Worker};
use super::{Coverage, State, Track, TrackId, TrackStatus};

/// A frame that came, or the reason why it never will.
#[derive(Clone)]
pub(super) enum Arrival {
    Frame { frame: Arc<Frame>, own: usize, coverage: Coverage },
    Fault(String),
}

impl Arrival {
    /// Whether nothing better is to come.
    pub fn is_final(&self) -> bool {
        !matches!(self, Arrival::Frame { coverage: Coverage::StandIn { .. }, .. })
    }
}

/// The engine's side of a track.
pub(super) struct Backstage {
    /// The whole chain.
    pub recipe: Recipe,
    /// What its worker opened: the chain, or the part of it that is tapped.
    pub opened: Recipe,
    pub worker: Worker,
    /// The name under which its worker and its measuring report. It changes when the track gets another worker: what
    /// the old one still had to say is then nobody's.
    pub post: TrackId,
    /// What was measured at other taps, and of other parts of the picture.
    pub set_aside: Vec<Measurements>,
    /// Known once the reference and the track are open.
    pub pairing: Option<Pairing>,
    /// What came, by frame of the reference.
    pub arrivals: BTreeMap<usize, Arrival>,
    /// The last wish sent.
    pub wish: Option<Wish>,
    /// Calls the background run off.
    pub scan: Option<Stop>,
    /// Calls the run over the edges of the range off.
    pub edges: Option<Stop>,
    /// What is done already.
    pub ledger: Arc<Mutex<Ledger>>,
    /// Names `ledger`, so that late scores are entered on the sheet they belong to or not at all.
    pub sheet: u64,
    /// What was last sent to be measured live.
    pub measured_live: Option<LiveKey>,
}

/// What a live measurement is of.
#[derive(Clone, PartialEq, Debug)]
pub(super) struct LiveKey {
    pub number: usize,
    pub sheet: u64,
    pub most: Cost,
    pub metrics: Vec<&'static str>,
}

/// What is known of a track at one tap and on one part of the picture, kept while another is shown.
pub(super) struct Measurements {
    pub angle: (Option<usize>, Option<Region>),
    pub series: BTreeMap<&'static str, Arc<super::Series>>,
    pub provenance: String,
    pub ledger: Arc<Mutex<Ledger>>,
    pub sheet: u64,
}

impl Backstage {
    pub fn new((post, sheet): (TrackId, u64), recipe: Recipe, worker: Worker) -> Self {
        Self {
            opened: recipe.clone(),
            recipe,
            worker,
            post,
            set_aside: Vec::new(),
            pairing: None,
            arrivals: BTreeMap::new(),
            wish: None,
            scan: None,
            edges: None,
            ledger: Arc::default(),
            sheet,
            measured_live: None,
        }
    }

    /// Whether frame `number` came, for good.
    pub fn is_settled(&self, number: usize) -> bool {
        self.arrivals.get(&number).is_some_and(Arrival::is_final)
    }

    /// Ends the background runs.
    pub fn call_off(&mut self) {
        self.scan.take().into_iter().chain(self.edges.take()).for_each(|stop| stop.set());
    }
}

impl Drop for Backstage {
    fn drop(&mut self) {
        self.call_off();
    }
}

impl Track {
    /// A track that is being opened.
    pub(super) fn opening(id: TrackId, recipe: &Recipe) -> Self {
        Self {
            id,
            recipe: recipe.chain(),
            label: recipe.label(),
            stages: recipe.stages.iter().map(|s| s.line()).collect(),
            tap: None,
            status: TrackStatus::Opening,
            info: None,
            shown: None,
            frame_fault: None,
            live: BTreeMap::new(),
            series: BTreeMap::new(),
            edges: BTreeMap::new(),
            refusals: BTreeMap::new(),
            measured: 0.0,
            provenance: String::new(),
            seconds_per_frame: None,
        }
    }

    /// Whether frames can be made.
    pub fn is_ready(&self) -> bool {
        self.status == TrackStatus::Ready
    }
}

impl State {
    pub(super) fn track_mut(&mut self, id: TrackId) -> Option<&mut Track> {
        self.tracks.iter_mut().find(|t| t.id == id)
    }
}
