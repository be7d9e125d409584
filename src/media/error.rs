//! What can go wrong with a file, each in one sentence for a person.

use std::path::{Path, PathBuf};

use crate::frame::{FrameError, Severity, SourceError};

/// Why a file could not be read, played or written.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum MediaError {
    #[error("{}: there is no such file; check the name and the folder", .0.display())]
    Missing(PathBuf),
    #[error("{}: this is a folder; give the name of a video or picture inside it", .0.display())]
    Folder(PathBuf),
    #[error("{}: this is not a plain file (a pipe or a device); copy it to a file first", .0.display())]
    NotPlain(PathBuf),
    #[error("{}: the file is empty (0 bytes); copy or download it again", .0.display())]
    Empty(PathBuf),
    #[error("{}: the file cannot be read ({reason}); check its permissions", .path.display())]
    Unreadable { path: PathBuf, reason: String },
    #[error("{}: not a video or picture that FFmpeg knows, or its header is missing or cut off ({reason}); check that \
             the file is complete", .path.display())]
    NotMedia { path: PathBuf, reason: String },
    #[error("{}: a {kind} is not opened, because it may point to other files or to the network; open the video itself",
            .path.display())]
    Refused { path: PathBuf, kind: String },
    #[error("{}: there is no picture in this file ({what}); choose a file with a video stream", .path.display())]
    NoVideo { path: PathBuf, what: String },
    #[error("{}: this FFmpeg has no decoder for {codec}; convert the file, or install an FFmpeg that has one",
            .path.display())]
    NoDecoder { path: PathBuf, codec: String },
    #[error("{}: no picture could be read from it: the file is cut off or damaged, or not what its name says; copy or \
             download it again", .0.display())]
    NoSize(PathBuf),
    #[error("{}: the picture is {found}, which is beyond the limit of {limit}; make it smaller first", .path.display())]
    Size { path: PathBuf, found: String, limit: String },
    #[error("{}: no picture could be decoded from its {packets} packets ({codec}); the file is damaged or incomplete",
            .path.display())]
    NoFrames { path: PathBuf, packets: usize, codec: String },
    #[error("{}: the pixel format {format} cannot be shown; convert the file to a plain YUV or RGB format",
            .path.display())]
    PixelFormat { path: PathBuf, format: String },
    #[error("{}: there is no frame {frame}; the last one is {}", .path.display(), .count.saturating_sub(1))]
    Range { path: PathBuf, frame: usize, count: usize },
    #[error("{}: frame {frame} could not be decoded; the file is damaged there", .path.display())]
    Damaged { path: PathBuf, frame: usize },
    #[error("{}: frame {frame} changes to {found} in mid-file (it began as {first}); cut the file there",
            .path.display())]
    Changed { path: PathBuf, frame: usize, found: String, first: String },
    #[error("{}: out of memory while reading; close other programs or open a smaller file", .0.display())]
    Memory(PathBuf),
    #[error("{0}; this is a fault of Doublet, please report it")]
    Frame(#[from] FrameError),
    #[error("stopped")]
    Stopped,

    #[error("{}: {reason}", .path.display())]
    OutputName { path: PathBuf, reason: String },
    #[error("{}: this FFmpeg has no encoder for {codec}; install one that has, or choose ffv1", .path.display())]
    NoEncoder { path: PathBuf, codec: String },
    #[error("{}: {codec} cannot hold {layout}; {advice}", .path.display())]
    CannotHold { path: PathBuf, codec: String, layout: String, advice: String },
    #[error("{}: the encoder {codec} refused its settings ({reason}); check crf, preset and picture size",
            .path.display())]
    Settings { path: PathBuf, codec: String, reason: String },
    #[error("{}: writing failed ({reason}); check the free space and the permissions of the folder", .path.display())]
    Write { path: PathBuf, reason: String },
    #[error("{}: frame {frame} is {found}, but the file was begun as {wanted}; all frames of a file must be alike",
            .path.display())]
    Mismatch { path: PathBuf, frame: usize, found: String, wanted: String },
    #[error("{}: frame {frame} has no place in the timeline of {count} frames that the file was begun with",
            .path.display())]
    PastEnd { path: PathBuf, frame: usize, count: usize },
    /// `stage` is the step as its recipe writes it.
    #[error("{stage}: {reason}")]
    Recode { stage: String, reason: String },
}

impl MediaError {
    /// What the operating system said when `path` was looked at.
    pub(super) fn from_io(path: &Path, error: &std::io::Error) -> Self {
        match error.kind() {
            std::io::ErrorKind::NotFound => Self::Missing(path.into()),
            _ => Self::Unreadable { path: path.into(), reason: error.to_string() },
        }
    }
}

impl From<MediaError> for SourceError {
    fn from(error: MediaError) -> Self {
        let severity = match error {
            MediaError::Stopped => return SourceError::Stopped,
            MediaError::Range { .. }
            | MediaError::Damaged { .. }
            | MediaError::Changed { .. }
            | MediaError::Frame(_)
            | MediaError::Mismatch { .. }
            | MediaError::PastEnd { .. } => Severity::Frame,
            _ => Severity::Source,
        };
        SourceError::Failed { severity, sentence: error.to_string() }
    }
}
