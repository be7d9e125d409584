//! What can go wrong in a conversion.

use crate::frame::{FrameError, SourceError};

/// Why a picture could not be converted.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum ColorError {
    /// The planes made do not fit their own description.
    #[error("the picture could not be converted: {0}; this is a fault of Doublet, please report it")]
    Frame(#[from] FrameError),
    /// A layout with subsampling that the formulas do not cover.
    #[error("{layout} subsamples chroma by more than 4, which Doublet cannot convert; convert the file to 4:2:0 first")]
    Subsampling { layout: String },
    /// More samples than this program (or the graphics device) handles.
    #[error("a picture of {width}x{height} is larger than the {limit} samples a side that can be handled here")]
    TooLarge { width: u32, height: u32, limit: u32 },
    /// The graphics device did not do its part.
    #[error("the graphics device could not convert the picture: {0}; try the software path")]
    Gpu(String),
}

impl From<ColorError> for SourceError {
    fn from(error: ColorError) -> Self {
        Self::frame(error.to_string())
    }
}
