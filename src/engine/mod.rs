//! The application without a window: [`Command`] in, [`State`] out.
//!
//! ```text
//! Command ─► Engine ─ wishes ─► worker (a thread a track) ─ frames ─┐
//!              │                                                   ├─► Engine::update ─► State
//!              └─ pairs ──► measurer (live, background) ─ scores ──┤
//!                     └───► mapper ─ maps ───────────────────────┘
//! ```
//!
//! Workers never see [`State`]; [`Engine::update`] is its only writer. What is on screen is always in step: the frames
//! of watched tracks change together, in [`playback`].

mod answers;
mod applies;
mod bench;
mod cache;
mod chain;
mod command;
mod core;
mod crop;
mod crops;
mod detail;
mod enlarged;
mod exam;
mod hardest;
mod hot_spots;
mod invented;
mod judge;
mod ledger;
mod live;
mod mapper;
mod measurer;
mod measuring;
mod pairing;
mod playback;
mod range;
mod recipe;
mod reel;
mod render;
mod scan;
mod schedule;
mod score;
mod scorer;
mod shelf;
mod slice;
mod state;
mod store;
mod thumbs;
mod tournament;
mod tracks;
mod verdict;
mod verdict_run;
mod ways;
mod ways_run;
mod worker;
mod workshop;

pub use self::core::{Engine, Remote, Settings};
pub use bench::{
    Attack, Bench, HUNT_FRAMES, Hack, HackSettings, HuntRun, KNOBS, Knob, NEEDLES, Needle, Tried, find_hack, knob_at,
    spread,
};
pub use bench::{Side as AttackSide, attacked};
pub use cache::ScoreCache;
pub use command::Command;
pub use crop::Crop;
pub use crops::{CropsRun, SideCrop, side_crops};
pub use detail::{Detail, Faded};
pub use exam::{EXAMS, Exam, exam};
pub use hardest::{Hardest, hardest};
pub use hot_spots::{HOT_SPOTS, HotSpots, SpotCard};
pub use invented::{CandidateEvidence, EvidenceSettings, HotSpot, NUMBERS, Number, evidence};
pub use judge::add_metric;
pub use mapper::{Found, Mapped};
pub use pairing::{Pairing, Unpaired};
pub use range::default_range;
pub use recipe::{Head, Recipe, RecipeError, STAGES, Stage, StageKind, codecs};
pub use render::{RenderSettings, render};
pub use score::{ScoreSettings, score};
pub use scorer::{Measurement, common_ground, provenance};
pub use shelf::{Card, CardSpeed, CardStatus};
pub use slice::{Cut, SliceRun};
pub use state::{Clock, Coverage, Measured, Notice, Series, Shown, State, Track, TrackId, TrackStatus};
pub use store::{SourceKey, Store, Stored};
pub use thumbs::{THUMB, Thumbs};
pub use tournament::{Plan, Referee, Row, RowStatus, Tournament, compose};
pub use verdict::{Judged, Points, VerdictReport, VerdictSettings, verdict};
pub use verdict_run::VerdictRun;
pub use ways::score_ways;
pub use ways_run::WaysRun;
pub use workshop::{Opened, Workshop};
