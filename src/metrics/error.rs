//! Why there is no score.

use crate::frame::{Severity, SourceError};

use super::{ids, overlay_ids};

/// One sentence for a person each.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum MetricError {
    #[error("a score needs two pictures of one shape, but the reference is {reference} and the candidate {candidate}")]
    Unlike { reference: String, candidate: String },
    #[error("scores are taken on integer samples; convert float pictures to the reference's layout first")]
    Float,
    #[error("{metric} reads a chroma plane, and this picture is grey: it has luma only")]
    NoChroma { metric: &'static str },
    #[error("{metric} reads Y'CbCr planes, and this picture is stored as RGB; convert both sides to 4:4:4 first")]
    NoLuma { metric: &'static str },
    #[error("{metric} needs a picture of at least {least}x{least} samples, and this one is {width}x{height}")]
    TooSmall { metric: &'static str, least: u32, width: u32, height: u32 },
    #[error("the pictures cannot be turned into RGB for this score: {0}")]
    Color(String),
    #[error("{feature} was not measured for this frame")]
    NotMeasured { feature: &'static str },
    #[error("{metric} came to {value}, which is no number; the pictures hold something it was not made for")]
    NotFinite { metric: &'static str, value: f64 },
    #[error(
        "this candidate was not enlarged; {overlay} is for chains with a model or “up”, and files larger than the reference"
    )]
    NotEnlarged { overlay: &'static str },
    #[error("{overlay} holds each frame against the one before it, and this one has none; look at a later frame")]
    NoFrameBefore { overlay: &'static str },
    #[error(
        "{overlay} compares several answers to one input, and there are fewer than two; it is for candidates that a model \
         enlarged or restored"
    )]
    NoAnswers { overlay: &'static str },
    #[error(
        "{metric} looks where the source is carried over from the frame before, and here nothing is; look at another frame"
    )]
    NothingCarried { metric: &'static str },
    #[error("{extractor} reads the whole picture; measure it without a region")]
    WholeOnly { extractor: &'static str },
    #[error("the graphics device failed: {0}")]
    Gpu(String),
    /// A metric that is a model failed; one sentence of its own.
    #[error("{0}")]
    Model(String),
    #[error("there is a metric called \"{id}\" already; give the file another name")]
    Taken { id: String },
    #[error("there is no overlay called \"{id}\"; write {all}", all = overlay_ids())]
    UnknownOverlay { id: String },
    #[error("there is no metric called \"{id}\"; write {all}, standard, or all", all = ids())]
    UnknownId { id: String },
}

impl From<MetricError> for SourceError {
    fn from(error: MetricError) -> Self {
        Self::Failed { severity: Severity::Frame, sentence: error.to_string() }
    }
}
