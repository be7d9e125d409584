//! What is only about looking: the window's own state, edited by its panels. Nothing here is the engine's.

use std::collections::BTreeSet;
use std::path::PathBuf;

use crate::engine::{Command, EXAMS, Exam, RecipeError, State, TrackId};
use crate::frame::Region;
use crate::views::{Looking, PaneSpec, PxRect, Side};

use super::bench::BenchUi;
use super::chain::ChainDesk;
use super::commands::UiCommand;
use super::crops::CropsDesk;
use super::scores::ScoresDesk;
use super::shelf::ShelfDesk;
use super::slice::SliceDesk;
use super::tournament::Arena;

/// What a panel asks for; the window carries it out after the pass.
#[derive(Clone, Debug, PartialEq)]
pub enum Action {
    Engine(Command),
    Do(UiCommand),
    /// Puts a track on a side.
    Pick(Side, TrackId),
    Copy(String),
    /// Asks for files or for a place, by the desktop's dialog or a field.
    Choose(Wish),
    /// What was chosen.
    Chosen(Wish, Vec<String>),
    /// Adds a candidate, unless one of the same line is open, and on request puts it on the right.
    Candidate {
        line: String,
        show: bool,
    },
    /// Goes back to the pictures.
    Leave,
    /// Chooses the exam preset.
    Preset(&'static str),
    /// A message of the window.
    Say(&'static str),
    /// Puts models on the shelf and opens the drawer.
    Shelve(Vec<PathBuf>),
    /// Opens these paths: as a new comparison, or as candidates.
    OpenPaths {
        paths: Vec<String>,
        replace: bool,
    },
}

/// What a path is asked for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Wish {
    /// A reference and candidates in place of everything.
    Open,
    /// Candidates.
    Add,
    Models,
    ModelFolder,
    /// Where the tournament's table goes.
    SaveCsv,
    SaveHtml,
}

/// What fills the window.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Page {
    /// Pictures beside each other, with their panels.
    #[default]
    Loupe,
    Tournament,
}

/// Which parts of the window are open.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Folds {
    pub tracks: bool,
    pub scores: bool,
    pub strip: bool,
    /// The drawer with the model shelf.
    pub models: bool,
    /// The attack bench.
    pub bench: bool,
    /// Hides all of them, and the top bar.
    pub only_picture: bool,
}

impl Default for Folds {
    fn default() -> Self {
        Self { tracks: true, scores: false, strip: true, models: false, bench: false, only_picture: false }
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
    /// The line takes the keyboard in the next pass.
    pub focus_line: bool,
    /// What is wrong with the line, since it was last entered.
    pub line_fault: Option<RecipeError>,
    pub help: bool,
    pub palette: Option<String>,
    /// The path being typed where no file dialog comes up, and what for.
    pub path_field: Option<(String, Wish)>,
    pub page: Page,
    pub shelf: ShelfDesk,
    /// Models ticked for the tournament, by file.
    pub ticked: BTreeSet<PathBuf>,
    /// The exam preset in use, by id; the first one until chosen.
    pub exam: Option<&'static str>,
    pub chain: ChainDesk,
    pub bench: BenchUi,
    pub scores: ScoresDesk,
    pub slice: SliceDesk,
    pub crops: CropsDesk,
    /// In and out points while one of them is dragged.
    pub range_drag: Option<std::ops::Range<usize>>,
    pub arena: Arena,
    /// Where a part to be measured began to be drawn, in fractions of the stored picture, and what it is so far.
    pub region_from: Option<[f64; 2]>,
    pub region_drawn: Option<Region>,
    /// The line of a candidate that goes on the right as soon as it is there.
    pub expected: Option<String>,
    pub toasts: Vec<Toast>,
    /// Where the pictures were drawn last, physical pixels.
    pub area: PxRect,
    pub panes: Vec<PaneSpec>,
    /// The pointer over the pictures, physical pixels.
    pub pointer: Option<[f64; 2]>,
    /// The point of the picture last pointed at, in fractions.
    pub looked_at: Option<[f64; 2]>,
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
    /// The exam preset in use.
    pub fn exam(&self) -> &'static Exam {
        self.exam.and_then(crate::engine::exam).unwrap_or(&EXAMS[0])
    }

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
