//! The shelf: every model at hand as a card, kept true while files come and go.

use std::path::PathBuf;
use std::sync::Arc;

use crate::models::ModelInfo;

/// One model file.
#[derive(Clone, Debug)]
pub struct Card {
    /// The file's name without its ending: what a recipe calls it.
    pub name: String,
    pub path: PathBuf,
    pub status: CardStatus,
    /// Measured on this machine; `None` until asked for, or remembered from an earlier session.
    pub speed: Option<CardSpeed>,
}

/// Whether a model can be used.
#[derive(Clone, Debug)]
pub enum CardStatus {
    /// Waits to be looked into.
    Reading,
    Ready(Arc<ModelInfo>),
    /// One sentence. The card stays, so that a person sees why.
    Broken(String),
}

/// What a model was measured to cost here.
#[derive(Clone, Debug, PartialEq)]
pub struct CardSpeed {
    /// "CPU (2 threads)", "WebGPU: NVIDIA …".
    pub device: String,
    /// Input megapixels that go through in a second.
    pub megapixels_per_second: f64,
    /// Peak bytes that a run took beyond the idle program, where that could be measured.
    pub memory_bytes: Option<u64>,
    /// What was chosen to reach it: "fp32, tiles of 512, 1 stream".
    pub choice: String,
}
