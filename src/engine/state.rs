//! What the window and the command line read. Written by `Engine::update` alone.

use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::Arc;

use crate::frame::{Frame, Region, Severity, SourceInfo};
use crate::metrics::{Pooled, find, pool_timed};

use super::{Bench, Card, CropsRun, Detail, HotSpots, Mapped, SliceRun, Tournament, VerdictRun, WaysRun};

/// Names a track for as long as it is open; never reused.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default)]
pub struct TrackId(pub u64);

/// The reference and its candidates, the clock, and what there is to say.
#[derive(Clone, Debug, Default)]
pub struct State {
    /// Tracks in the order of the list. The first one, if any, is the reference.
    pub tracks: Vec<Track>,
    pub clock: Clock,
    pub notices: Vec<Notice>,
    /// What the engine is busy with that a person waits for, and its share done (0..1), if known.
    pub busy: Option<(String, Option<f32>)>,
    /// In and out points: frames of the reference, end excluded.
    pub range: Option<Range<usize>>,
    /// The overlay whose maps are drawn, by id.
    pub overlay: Option<&'static str>,
    /// Maps of each track, the newest last; [`State::map_of`] gives those of what is on show.
    pub maps: BTreeMap<TrackId, Vec<Mapped>>,
    /// How far the map under way is (0..1), and of which track, where models run for it.
    pub map_share: Option<(TrackId, f32)>,
    /// Ids of the metrics that are measured, in the order of the metrics' table.
    pub metrics: Vec<&'static str>,
    /// The part of the picture that is measured; the whole where there is none.
    pub region: Option<Region>,
    /// One candidate in every way that people call VMAF, where that was asked for.
    pub ways: Option<WaysRun>,
    /// What the candidates are found to be, where that was asked for.
    pub verdicts: Option<VerdictRun>,
    /// Places worth a look, by candidate, where that was asked for.
    pub hot_spots: BTreeMap<TrackId, HotSpots>,
    /// Invented detail that is faded, where that was asked for.
    pub detail: Option<Detail>,
    /// One line of the picture over time, where that was asked for.
    pub slice: Option<SliceRun>,
    /// One place as the input and every model shows it, where that was asked for.
    pub crops: Option<CropsRun>,
    /// The attack bench, while it is open.
    pub bench: Option<Bench>,
    /// The models at hand, by name.
    pub shelf: Vec<Card>,
    /// The last tournament, running or over.
    pub tournament: Option<Tournament>,
    /// Grows with every change: who draws may compare.
    pub revision: u64,
}

impl State {
    pub fn reference(&self) -> Option<&Track> {
        self.tracks.first()
    }

    pub fn candidates(&self) -> &[Track] {
        self.tracks.get(1..).unwrap_or(&[])
    }

    pub fn track(&self, id: TrackId) -> Option<&Track> {
        self.tracks.iter().find(|t| t.id == id)
    }

    /// What metric `id` came to on a candidate so far, between the in and out points if there are any: as `doublet score`
    /// gives it of the same frames once all are measured. Takes time with the number of frames; who draws keeps it until
    /// `revision` changes.
    pub fn pooled(&self, track: &Track, id: &str) -> Option<Pooled> {
        let timeline = &self.reference()?.info.as_ref()?.timeline;
        let range = self.range.clone().unwrap_or(0..self.clock.frames);
        let (times, values): (Vec<f64>, Vec<Measured>) =
            track.values(id, range).map(|(n, value)| (timeline.seconds(n), value)).unzip();
        pool_timed(&times, &values, find(id)?.about().direction)
    }
}

impl Track {
    /// The scores of metric `id` that are known of the frames of `range` (the in and out points, or the film).
    pub fn values(&self, id: &str, range: Range<usize>) -> impl Iterator<Item = (usize, Measured)> {
        let (series, edges) = (self.series.get(id), self.edges.get(id));
        range.filter_map(move |n| {
            let whole = || series.and_then(|series| series.get(n).copied().flatten());
            let value = edges.and_then(|edges| edges.get(&n)).map_or_else(whole, |edge| *edge);
            Some((n, value?))
        })
    }
}

/// A reference or a candidate.
#[derive(Clone, Debug)]
pub struct Track {
    pub id: TrackId,
    /// The line it was opened from, without a name: a path or a recipe.
    pub recipe: String,
    /// A short name for lists and plates.
    pub label: String,
    /// The chain's stages, a line each ("down 2 bicubic", "model span-2x"); empty for a plain file.
    pub stages: Vec<String>,
    /// How many of them are applied just now, where not all are.
    pub tap: Option<usize>,
    pub status: TrackStatus,
    /// Known once `status` is `Ready`.
    pub info: Option<Arc<SourceInfo>>,
    /// What to draw. Tracks that are watched change together, so that what is on screen is always in step.
    pub shown: Option<Shown>,
    /// Why the frame in view could not be made or paired, if so.
    pub frame_fault: Option<String>,
    /// Scores of the frame in view by metric id; absent while not yet known, and always for the reference.
    pub live: BTreeMap<&'static str, Measured>,
    /// Scores of every frame measured so far, by metric id.
    pub series: BTreeMap<&'static str, Arc<Series>>,
    /// The frames at the ends of [`State::range`] at which a metric would look past them, measured as if there were no
    /// other frames: they stand for those of `series` in all that is said of the range. `None` while not yet known.
    pub edges: BTreeMap<&'static str, BTreeMap<usize, Option<Measured>>>,
    /// Why a metric has no value on some frame, the last such reason each.
    pub refusals: BTreeMap<&'static str, String>,
    /// Share of the frames that the background run has measured, 0..1.
    pub measured: f32,
    /// How the scores were reached, in one line: what was converted, resized, guessed, paired.
    pub provenance: String,
    /// Seconds one frame took to make, of late; `None` before the first.
    pub seconds_per_frame: Option<f64>,
}

#[derive(Clone, Debug, PartialEq)]
pub enum TrackStatus {
    Opening,
    Ready,
    /// One sentence.
    Failed(String),
}

/// A frame on show.
#[derive(Clone, Debug)]
pub struct Shown {
    pub frame: Arc<Frame>,
    /// The frame's number in the reference's timeline.
    pub number: usize,
    /// The frame's number in the track's own timeline.
    pub own_number: usize,
    /// Changes whenever the samples change: textures are kept by (track, serial).
    pub serial: u64,
    pub coverage: Coverage,
}

/// How much of a shown frame is the real thing.
#[derive(Clone, Copy, PartialEq, Debug)]
pub enum Coverage {
    Whole,
    /// The input enlarged stands in where tiles are missing; `done` is the share that is real, 0..1.
    StandIn {
        done: f32,
    },
}

/// One score.
pub type Measured = crate::metrics::Value;

/// One metric's score for each frame of the reference; `None` where not measured.
pub type Series = Vec<Option<Measured>>;

/// Where playback stands. Frames are those of the reference.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Clock {
    /// The frame asked for; what is on show follows as soon as it is made.
    pub frame: usize,
    pub frames: usize,
    pub playing: bool,
    /// Whether playback begins anew after the last frame.
    pub looping: bool,
    pub speed: f64,
    /// Frames that were due and were never shown since playback began.
    pub dropped: u64,
    /// Seconds from the first frame to `frame`, and to the end of the last.
    pub seconds: f64,
    pub duration: f64,
}

impl Default for Clock {
    fn default() -> Self {
        Self { frame: 0, frames: 0, playing: false, looping: true, speed: 1.0, dropped: 0, seconds: 0.0, duration: 0.0 }
    }
}

/// A sentence for a person, until dismissed.
#[derive(Clone, Debug, PartialEq)]
pub struct Notice {
    pub id: u64,
    pub severity: Severity,
    pub sentence: String,
    /// The track it concerns, if one.
    pub track: Option<TrackId>,
}
