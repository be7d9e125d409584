//! What is only about looking: the window's own state, edited by its panels. Nothing here is the engine's.

use crate::engine::{Command, RecipeError, State, TrackId};
use crate::views::{Looking, PaneSpec, PxRect, Side};

use super::commands::UiCommand;

/// What a panel asks for; the window carries it out after the pass.
#[derive(Clone, Debug, PartialEq)]
pub enum Action {
    Engine(Command),
    Do(UiCommand),
    /// Puts a track on a side.
    Pick(Side, TrackId),
    Copy(String),
    /// Asks for files: to replace everything, or to add candidates.
    ChooseFiles {
        replace: bool,
    },
    /// Opens these paths: as a new comparison, or as candidates.
    OpenPaths {
        paths: Vec<String>,
        replace: bool,
    },
}

/// Which parts of the window are open.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Folds {
    pub tracks: bool,
    pub scores: bool,
    pub strip: bool,
    /// Hides all of them, and the top bar.
    pub only_picture: bool,
}

impl Default for Folds {
    fn default() -> Self {
        Self { tracks: true, scores: false, strip: true, only_picture: false }
    }
}

/// A message of the window itself, beside the engine's notices.
#[derive(Clone, Debug, PartialEq)]
pub struct Toast {
    pub sentence: String,
    pub fault: bool,
    /// When it goes by itself, in seconds of the window's clock; faults stay.
    pub until: Option<f64>,
}

/// The window's own state.
#[derive(Default)]
pub struct Desk {
    pub looking: Looking,
    pub folds: Folds,
    /// The metric in the plot; the first one measured when `None`.
    pub metric: Option<&'static str>,
    /// The line being typed under the list, and the track whose line it changes.
    pub line: String,
    pub editing: Option<TrackId>,
    /// What is wrong with the line, since it was last entered.
    pub line_fault: Option<RecipeError>,
    pub help: bool,
    pub palette: Option<String>,
    /// The path being typed where no file dialog comes up, and whether it replaces everything.
    pub path_field: Option<(String, bool)>,
    pub toasts: Vec<Toast>,
    /// Where the pictures were drawn last, physical pixels.
    pub area: PxRect,
    pub panes: Vec<PaneSpec>,
    /// The pointer over the pictures, physical pixels.
    pub pointer: Option<[f64; 2]>,
    /// Where the plates were painted last, in points.
    pub plates: Vec<egui::Rect>,
    /// The split line is being dragged.
    pub line_held: bool,
    /// A plate is held down.
    pub plate_held: bool,
    /// When the flicker view last began, in seconds of the window's clock.
    pub flicker_since: Option<f64>,
    /// The window's title, as last set.
    pub title: String,
    /// The last [`Command::Watch`] sent.
    pub watched: Option<Command>,
}

impl Desk {
    /// The place in the list (from 0) of a track.
    pub fn place(state: &State, id: TrackId) -> Option<usize> {
        state.tracks.iter().position(|t| t.id == id)
    }

    pub fn toast(&mut self, sentence: impl Into<String>, now: f64) {
        self.toasts.push(Toast { sentence: sentence.into(), fault: false, until: Some(now + 4.0) });
    }

    pub fn fault(&mut self, sentence: impl Into<String>) {
        self.toasts.push(Toast { sentence: sentence.into(), fault: true, until: None });
    }
}
