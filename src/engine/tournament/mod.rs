//! The tournament: a few seconds, many candidates, one table.
//!
//! ```text
//! Command::Tournament(plan) ─► host ─ thread "tournament" ─► run: a line after the other ─► row: open, make, measure
//!                                ▲                                                            │
//!                                └──────────────── News (the row as it stands) ◄──────────────┘
//! ```

mod compose;
mod host;
mod report;
mod row;

use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::Arc;

use crate::frame::Frame;
use crate::metrics::Pooled;

pub use compose::compose;
pub(super) use host::{Contest, News};

/// What is to be run.
#[derive(Clone, Debug, PartialEq)]
pub struct Plan {
    /// Frames of the reference, end excluded.
    pub frames: Range<usize>,
    /// A line a candidate, as typed or composed ("source | model span-2x"); `source` is the reference.
    pub lines: Vec<String>,
    /// Frame of the reference whose picture stands in the grid; within `frames`.
    pub picture: usize,
}

/// A tournament under way or over.
#[derive(Clone, Debug)]
pub struct Tournament {
    pub plan: Plan,
    pub rows: Vec<Row>,
    /// Whether something still runs.
    pub running: bool,
    /// What the rows are measured against.
    pub referee: Referee,
}

/// The reference of a tournament: it may be closed by the time the table is written.
#[derive(Clone, Debug, Default)]
pub struct Referee {
    /// The line it was opened from, as typed.
    pub line: String,
    pub width: u32,
    pub height: u32,
    /// Frames of the whole film.
    pub frames: usize,
    /// Seconds from the first frame at which the stretch begins and ends.
    pub seconds: (f64, f64),
    /// As [`crate::frame::SourceInfo`] has them.
    pub sample_aspect: (u32, u32),
    pub rotation: u16,
    /// Its picture of [`Plan::picture`], once it was decoded.
    pub picture: Option<Arc<Frame>>,
}

/// One candidate's results; each is filled as it becomes known.
#[derive(Clone, Debug, Default)]
pub struct Row {
    pub line: String,
    /// A short name.
    pub label: String,
    pub status: RowStatus,
    /// Seconds one frame took to make, mean over the frames after the first. Only the making is timed: not the measuring,
    /// nor the stages of an exam, which make the input worse. A lone frame is made twice if stages make it, and the
    /// second time counts.
    pub seconds_per_frame: Option<f64>,
    /// Seconds until the first frame was there, opening and loading included.
    pub first_seconds: Option<f64>,
    /// Peak bytes that the program took beyond what it took before the row, where the system tells (Linux). Memory of a
    /// graphics card does not count.
    pub memory_bytes: Option<u64>,
    /// Seconds that the reference's whole film would take: `seconds_per_frame` for each of its frames with a partner. In
    /// an exam that makes the picture smaller, that is the film made smaller.
    pub film_seconds: Option<f64>,
    /// Pooled over the frames measured so far, by metric id.
    pub scores: BTreeMap<&'static str, Pooled>,
    /// For each of [`Row::scores`] the frames whose samples are the reference's own, where there are any.
    pub identical: BTreeMap<&'static str, usize>,
    /// Whether nothing better than the input is known: the line enlarges or restores the reference itself, so that its
    /// scores say how true it stays to its input, not how well it restores.
    pub against_input: bool,
    /// How the scores were reached, in one line.
    pub provenance: String,
    /// What each model of the chain ran on and how; empty without models.
    pub device: String,
    /// The picture of [`Plan::picture`]; floats are rounded to 16 bits.
    pub picture: Option<Arc<Frame>>,
}

#[derive(Clone, Debug, Default, PartialEq)]
pub enum RowStatus {
    #[default]
    Waiting,
    /// Frames done, of how many.
    Running {
        done: usize,
        of: usize,
    },
    Done,
    /// Ended by a person; holds what was done until then.
    Cancelled,
    /// One sentence.
    Failed(String),
}

impl RowStatus {
    /// Whether nothing more will come.
    pub fn is_over(&self) -> bool {
        !matches!(self, RowStatus::Waiting | RowStatus::Running { .. })
    }
}
