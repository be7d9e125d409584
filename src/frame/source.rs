//! The one road on which pictures travel: a file is a [`FrameSource`], and every stage wraps one.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use super::{ColorInfo, Frame, FrameError, Image, Layout, Timeline};

/// What a source is, known before its first frame is made.
#[derive(Clone, Debug)]
pub struct SourceInfo {
    /// What a person calls it: a file's name, a stage's words.
    pub name: String,
    pub width: u32,
    pub height: u32,
    pub layout: Layout,
    pub color: ColorInfo,
    pub timeline: Arc<Timeline>,
    /// Width over height of one sample, as the file states it; (1, 1) when it does not.
    pub sample_aspect: (u32, u32),
    /// Degrees clockwise (0, 90, 180, 270) by which the stored picture is to be turned for showing.
    pub rotation: u16,
    /// One line on codec and container, for people ("h264 High, 25 fps, mp4").
    pub details: String,
    /// Sentences a person should know before trusting the picture (a guessed clock, an interlaced file).
    pub notes: Vec<String>,
}

/// Gives frames by number. Frame n is the same picture however it is reached. A source is owned by one thread; who
/// needs it on two threads opens it twice.
pub trait FrameSource: Send {
    fn info(&self) -> &SourceInfo;

    /// Makes the frame `request.frame`.
    ///
    /// # Errors
    /// [`SourceError::Stopped`] when `request.stop` was set on the way; [`SourceError::Failed`] with one sentence
    /// (what, where, what to do) otherwise. A source that failed for one frame may still give others.
    fn frame(&mut self, request: &mut Request<'_>) -> Result<Arc<Frame>, SourceError>;

    /// Makes frame `n` with no hurry, no progress and no way to stop.
    ///
    /// # Errors
    /// As [`FrameSource::frame`].
    fn get(&mut self, n: usize) -> Result<Arc<Frame>, SourceError> {
        self.frame(&mut Request::new(n, &Stop::default()))
    }
}

/// A wish for one frame.
pub struct Request<'a> {
    /// Frame number, from 0.
    pub frame: usize,
    /// The part of the picture that is on screen; slow stages begin there.
    pub focus: Region,
    pub urgency: Urgency,
    /// Set when nobody will see the result any more; slow stages look at it often.
    pub stop: &'a Stop,
    /// Called by stages that work in pieces (models): first with a stand-in for the whole (`done` is 0), then with each
    /// finished piece.
    pub partial: Option<&'a mut dyn FnMut(Partial)>,
}

impl<'a> Request<'a> {
    /// Frame `frame`, whole, in the background.
    pub fn new(frame: usize, stop: &'a Stop) -> Self {
        Self { frame, focus: Region::WHOLE, urgency: Urgency::Background, stop, partial: None }
    }

    /// The same wish passed on to a stage's input: pieces of the input are nobody's to see.
    pub fn inner(&self) -> Request<'a> {
        Request { frame: self.frame, focus: self.focus, urgency: self.urgency, stop: self.stop, partial: None }
    }
}

/// Who waits for a frame. Where two wishes compete for a device, `OnScreen` goes first.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default)]
pub enum Urgency {
    #[default]
    Background,
    OnScreen,
}

/// A rectangle of the picture in fractions of its width and height (0..1, left top to right bottom).
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Region {
    pub left: f32,
    pub top: f32,
    pub right: f32,
    pub bottom: f32,
}

impl Region {
    pub const WHOLE: Region = Region { left: 0.0, top: 0.0, right: 1.0, bottom: 1.0 };
}

/// A finished piece of a frame that is still being made.
#[derive(Clone, Debug)]
pub struct Partial {
    /// Size of the whole frame in samples.
    pub full: (u32, u32),
    /// Where the piece's left top sample lies in the whole.
    pub at: (u32, u32),
    pub image: Image,
    /// Share of the whole that is done with this piece, 0..1.
    pub done: f32,
}

/// A flag that one side sets and the other reads: "this work is wanted no more".
#[derive(Clone, Debug, Default)]
pub struct Stop(Arc<AtomicBool>);

impl Stop {
    pub fn set(&self) {
        self.0.store(true, Ordering::Relaxed);
    }

    pub fn is_set(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }

    /// # Errors
    /// [`SourceError::Stopped`] when set, so that slow work can say `stop.check()?`.
    pub fn check(&self) -> Result<(), SourceError> {
        if self.is_set() { Err(SourceError::Stopped) } else { Ok(()) }
    }
}

/// How much an error spoils.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Severity {
    /// Nothing is wrong, but a person should know.
    Note,
    /// One frame or one value is missing.
    Frame,
    /// This source cannot be used at all.
    Source,
}

/// Why a source gave no frame. Each layer turns its own error into this once.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum SourceError {
    /// Asked to stop: not a fault, never shown.
    #[error("stopped")]
    Stopped,
    /// One sentence for a person: what, where, what to do.
    #[error("{sentence}")]
    Failed { severity: Severity, sentence: String },
}

impl SourceError {
    /// A fault of one frame.
    pub fn frame(sentence: impl Into<String>) -> Self {
        Self::Failed { severity: Severity::Frame, sentence: sentence.into() }
    }

    /// A fault of the whole source.
    pub fn source(sentence: impl Into<String>) -> Self {
        Self::Failed { severity: Severity::Source, sentence: sentence.into() }
    }
}

impl From<FrameError> for SourceError {
    fn from(error: FrameError) -> Self {
        Self::frame(format!("{error}; this is a fault of Doublet, please report it"))
    }
}
