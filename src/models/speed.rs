//! How fast a model is on this machine, and what is chosen to make it so.

use serde::{Deserialize, Serialize};

use super::Precision;

/// How a model is run on a device.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Choice {
    pub precision: Precision,
    /// About how many input samples a tile has a side, its overlap included.
    pub tile: u32,
    /// Runs abreast, each in a session of its own.
    pub streams: u32,
    /// Tiles that go through in one run.
    pub batch: u32,
}

impl std::fmt::Display for Choice {
    /// "fp32, tiles of 512, 2 streams".
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let streams = if self.streams == 1 { "stream" } else { "streams" };
        write!(f, "{}, tiles of {}, {} {streams}", self.precision, self.tile, self.streams)?;
        if self.batch > 1 { write!(f, ", {} tiles a run", self.batch) } else { Ok(()) }
    }
}

/// What a model was measured to cost on one device.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Speed {
    /// Input megapixels that go through in a second, overlaps of tiles not counted.
    pub megapixels_per_second: f64,
    /// Peak bytes taken beyond the idle program; `None` where it was not measured or the system does not tell.
    pub memory_bytes: Option<u64>,
    pub choice: Choice,
}
