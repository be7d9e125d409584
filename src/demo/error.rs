//! What can go wrong while the demo is made.

use std::path::PathBuf;

use crate::color::ColorError;
use crate::filters::FilterError;
use crate::frame::{FrameError, SourceError};
use crate::media::MediaError;

/// Why there is no demo.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum DemoError {
    /// Asked to stop: not a fault. What is finished stays for the next time.
    #[error("stopped")]
    Stopped,
    #[error("{}: the folder for the demo cannot be made ({reason}); free some space or check its permissions",
            .path.display())]
    Folder { path: PathBuf, reason: String },
    #[error("the demo clip cannot be read or written: {0}")]
    Media(#[source] MediaError),
    #[error("the demo clip cannot be converted: {0}")]
    Color(#[from] ColorError),
    #[error("the demo clip cannot be filtered: {0}")]
    Filter(#[from] FilterError),
    #[error("the demo clip cannot be made: {0}")]
    Source(SourceError),
}

impl From<MediaError> for DemoError {
    fn from(error: MediaError) -> Self {
        if error == MediaError::Stopped { Self::Stopped } else { Self::Media(error) }
    }
}

impl From<SourceError> for DemoError {
    fn from(error: SourceError) -> Self {
        if error == SourceError::Stopped { Self::Stopped } else { Self::Source(error) }
    }
}

impl From<FrameError> for DemoError {
    fn from(error: FrameError) -> Self {
        Self::Source(error.into())
    }
}

impl From<DemoError> for SourceError {
    fn from(error: DemoError) -> Self {
        match error {
            DemoError::Stopped => SourceError::Stopped,
            DemoError::Source(error) => error,
            other => SourceError::source(other.to_string()),
        }
    }
}
