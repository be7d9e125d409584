//! What can go wrong with a graphics device.

use crate::frame::SourceError;

/// Why there is no picture from the graphics device.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum GpuError {
    #[error("no graphics device was found ({0}); pictures are drawn by the processor instead")]
    NoAdapter(String),
    #[error(
        "the graphics device {adapter} could not be opened ({reason}); pictures are drawn by the processor instead"
    )]
    Device { adapter: String, reason: String },
    #[error("a picture of {width}x{height} is larger than the graphics device takes ({limit} a side)")]
    TooLarge { width: u32, height: u32, limit: u32 },
    #[error("{0} draws but does not compute; the processor does it instead")]
    NoCompute(String),
    #[error("{bytes} bytes are more than the graphics device takes at once ({limit}); the processor does it instead")]
    TooMuch { bytes: u64, limit: u64 },
    #[error("a picture could not be read back from the graphics device: {0}")]
    ReadBack(String),
    #[error("the graphics device refused: {0}")]
    Refused(String),
}

impl From<GpuError> for SourceError {
    fn from(error: GpuError) -> Self {
        Self::frame(error.to_string())
    }
}
