//! The tournament: a few seconds, many candidates, one table.

use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::Arc;

use crate::frame::Frame;
use crate::metrics::Pooled;

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
}

/// One candidate's results; each is filled as it becomes known.
#[derive(Clone, Debug)]
pub struct Row {
    pub line: String,
    /// A short name.
    pub label: String,
    pub status: RowStatus,
    /// Seconds one frame took to make, mean over the frames after the first.
    pub seconds_per_frame: Option<f64>,
    /// Seconds until the first frame was there, loading included.
    pub first_seconds: Option<f64>,
    /// Peak bytes that the program took beyond what it took before the row, where the system tells.
    pub memory_bytes: Option<u64>,
    /// Seconds that the reference's whole film would take.
    pub film_seconds: Option<f64>,
    /// Pooled over the frames measured so far, by metric id.
    pub scores: BTreeMap<&'static str, Pooled>,
    /// How the scores were reached, in one line.
    pub provenance: String,
    /// The picture of [`Plan::picture`].
    pub picture: Option<Arc<Frame>>,
}

#[derive(Clone, Debug, PartialEq)]
pub enum RowStatus {
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
