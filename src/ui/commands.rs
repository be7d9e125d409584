//! Everything the keyboard can do, in one table: label, tooltip and shortcuts. The keys, the help and the palette walk
//! it.

use egui::{Key, KeyboardShortcut, Modifiers};

use crate::engine::EXAMS;
use crate::metrics;
use crate::views::VIEWS;

use super::shelf::Sort;
use super::text;

/// One thing the window can do.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum UiCommand {
    Open,
    Demo,
    SaveView,
    Copy,
    Paste,
    Palette,
    Help,
    PlayPause,
    StepBack,
    StepForward,
    SecondBack,
    SecondForward,
    JumpBack,
    JumpForward,
    First,
    Last,
    Slower,
    Faster,
    Loop,
    /// Chooses an entry of [`VIEWS`].
    View(usize),
    NextTrack,
    PreviousTrack,
    Swap,
    /// Puts the track of this place (from 0) on the right.
    PickRight(usize),
    PickLeft(usize),
    FollowPointer,
    /// Chooses an overlay by id, or none.
    Overlay(Option<&'static str>),
    NextOverlay,
    PreviousOverlay,
    Fit,
    OneToOne,
    ZoomIn,
    ZoomOut,
    Reset,
    SetIn,
    SetOut,
    ClearRange,
    FiveHere,
    Hardest,
    /// Shows or hides the model shelf.
    ToggleModels,
    AddModels,
    AddModelFolder,
    MeasureTicked,
    /// Shows or hides the steps of the candidate on the right.
    Unfold,
    TapBack,
    TapOn,
    MoveUp,
    MoveDown,
    EditLine,
    ExamOfTrack,
    /// Chooses an entry of [`EXAMS`].
    Preset(usize),
    SortModels(Sort),
    /// Opens the tournament's page, or leaves it.
    Tournament,
    RunTournament,
    SaveTournamentCsv,
    SaveTournamentHtml,
    /// Shows or hides the attack bench.
    ToggleBench,
    /// Begins the search for an attack, or ends it.
    Hunt,
    ResetAttack,
    /// Measures the whole picture again.
    WholePicture,
    ToggleTracks,
    ToggleScores,
    Evidence,
    /// Shows or hides the hot spots.
    HotSpots,
    NextSpot,
    PreviousSpot,
    /// Fades what was invented out, or in again.
    Fade,
    Slice,
    Crops,
    ToggleStrip,
    OnlyPicture,
    Fullscreen,
    /// Leaves what is open; never ends the program.
    Leave,
}

/// A row of the table.
pub struct Entry {
    pub command: UiCommand,
    /// The heading it stands under in the help.
    pub group: &'static str,
    pub label: String,
    pub tooltip: &'static str,
    pub shortcuts: Vec<KeyboardShortcut>,
}

const NONE: Modifiers = Modifiers::NONE;
const SHIFT: Modifiers = Modifiers::SHIFT;
const CTRL: Modifiers = Modifiers::COMMAND;
const ALT: Modifiers = Modifiers::ALT;
const CTRL_SHIFT: Modifiers = Modifiers { shift: true, ..Modifiers::COMMAND };

const DIGITS: [Key; 10] =
    [Key::Num1, Key::Num2, Key::Num3, Key::Num4, Key::Num5, Key::Num6, Key::Num7, Key::Num8, Key::Num9, Key::Num0];

/// The whole table, in the order of the help.
pub fn table() -> Vec<Entry> {
    use UiCommand::*;
    let mut all = Vec::new();
    let mut add = |group, command, words: (&str, &'static str), keys: &[(Modifiers, Key)]| {
        let shortcuts = keys.iter().map(|(m, k)| KeyboardShortcut::new(*m, *k)).collect();
        all.push(Entry { command, group, label: words.0.to_owned(), tooltip: words.1, shortcuts });
    };
    let g = text::GROUP_LOOK;
    for (i, view) in VIEWS.iter().enumerate() {
        add(g, View(i), (view.label(), view.tooltip()), &[(NONE, view.key())]);
    }
    add(g, NextOverlay, text::overlay::NEXT, &[(NONE, Key::O)]);
    add(g, PreviousOverlay, text::overlay::PREVIOUS, &[(ALT, Key::O)]);
    add(g, Overlay(None), text::overlay::OFF, &[]);
    for overlay in metrics::overlays() {
        let about = overlay.about();
        add(g, Overlay(Some(about.id)), (&text::overlay::choose(about.label), about.meaning), &[]);
    }
    add(g, Swap, text::SWAP, &[(NONE, Key::X)]);
    add(g, FollowPointer, text::FOLLOW, &[(NONE, Key::T)]);
    add(g, NextTrack, text::NEXT, &[(NONE, Key::Tab)]);
    add(g, PreviousTrack, text::PREVIOUS, &[(SHIFT, Key::Tab)]);
    for (i, key) in DIGITS.into_iter().enumerate() {
        add(g, PickRight(i), (&text::pick_right(i), text::PICK_RIGHT), &[(NONE, key)]);
    }
    for (i, key) in DIGITS.into_iter().enumerate() {
        add(g, PickLeft(i), (&text::pick_left(i), text::PICK_LEFT), &[(ALT, key)]);
    }
    let g = text::GROUP_ZOOM;
    add(g, OneToOne, text::ONE_TO_ONE, &[(CTRL, Key::Num0)]);
    add(g, Fit, text::FIT, &[(CTRL, Key::Num9)]);
    add(g, ZoomIn, text::ZOOM_IN, &[(NONE, Key::Plus), (NONE, Key::Equals), (CTRL, Key::Plus), (CTRL, Key::Equals)]);
    add(g, ZoomOut, text::ZOOM_OUT, &[(NONE, Key::Minus), (CTRL, Key::Minus)]);
    add(g, Reset, text::RESET, &[(NONE, Key::R)]);
    let g = text::GROUP_TIME;
    add(g, PlayPause, text::PLAY_PAUSE, &[(NONE, Key::Space)]);
    add(g, StepBack, text::STEP_BACK, &[(NONE, Key::Comma), (NONE, Key::ArrowLeft)]);
    add(g, StepForward, text::STEP_FORWARD, &[(NONE, Key::Period), (NONE, Key::ArrowRight)]);
    add(g, SecondBack, text::SECOND_BACK, &[(SHIFT, Key::ArrowLeft)]);
    add(g, SecondForward, text::SECOND_FORWARD, &[(SHIFT, Key::ArrowRight)]);
    add(g, JumpBack, text::JUMP_BACK, &[(NONE, Key::PageUp)]);
    add(g, JumpForward, text::JUMP_FORWARD, &[(NONE, Key::PageDown)]);
    add(g, First, text::FIRST, &[(NONE, Key::Home)]);
    add(g, Last, text::LAST, &[(NONE, Key::End)]);
    add(g, Slower, text::SLOWER, &[(NONE, Key::OpenBracket)]);
    add(g, Faster, text::FASTER, &[(NONE, Key::CloseBracket)]);
    add(g, Loop, text::LOOP, &[(NONE, Key::L)]);
    add(g, SetIn, text::chain::SET_IN, &[(SHIFT, Key::I)]);
    add(g, SetOut, text::chain::SET_OUT, &[(SHIFT, Key::O)]);
    add(g, FiveHere, text::chain::FIVE_HERE, &[(SHIFT, Key::F)]);
    add(g, WholePicture, text::scores::WHOLE, &[(ALT, Key::R)]);
    add(g, Hardest, text::chain::HARDEST, &[(SHIFT, Key::H)]);
    add(g, ClearRange, text::chain::CLEAR_RANGE, &[(ALT, Key::X)]);
    let g = text::GROUP_TRY;
    add(g, ToggleModels, text::shelf::TOGGLE, &[(NONE, Key::U)]);
    add(g, Tournament, text::tournament::TOGGLE, &[(SHIFT, Key::T)]);
    add(g, RunTournament, text::tournament::RUN, &[(CTRL, Key::Enter)]);
    add(g, ToggleBench, text::bench::TOGGLE, &[(NONE, Key::A)]);
    add(g, Hunt, text::bench::HUNT, &[(SHIFT, Key::A)]);
    add(g, ResetAttack, text::bench::RESET, &[(ALT, Key::A)]);
    add(g, Unfold, text::chain::UNFOLD, &[(NONE, Key::E)]);
    add(g, TapBack, text::chain::TAP_BACK, &[(ALT, Key::ArrowLeft)]);
    add(g, TapOn, text::chain::TAP_ON, &[(ALT, Key::ArrowRight)]);
    add(g, MoveUp, text::chain::MOVE_UP, &[(ALT, Key::ArrowUp)]);
    add(g, MoveDown, text::chain::MOVE_DOWN, &[(ALT, Key::ArrowDown)]);
    add(g, EditLine, text::chain::EDIT_LINE, &[(NONE, Key::F2)]);
    add(g, ExamOfTrack, text::chain::EXAM_OF, &[(SHIFT, Key::E)]);
    for (i, exam) in EXAMS.iter().enumerate() {
        add(g, Preset(i), (&text::shelf::exam_with(exam.label), exam.help), &[]);
    }
    for sort in Sort::ALL {
        add(g, SortModels(sort), (&text::shelf::sort_models(sort.label()), text::shelf::SORT_TIP), &[]);
    }
    add(g, AddModels, text::shelf::ADD_FILES, &[]);
    add(g, AddModelFolder, text::shelf::ADD_FOLDER, &[]);
    add(g, MeasureTicked, text::shelf::MEASURE_TICKED, &[]);
    add(g, SaveTournamentCsv, text::tournament::SAVE_CSV, &[]);
    add(g, SaveTournamentHtml, text::tournament::SAVE_HTML, &[]);
    let g = text::GROUP_WINDOW;
    add(g, ToggleTracks, text::TRACKS_PANEL, &[(NONE, Key::C)]);
    add(g, ToggleScores, text::SCORES_PANEL, &[(NONE, Key::M)]);
    add(g, Evidence, text::evidence::SHOW, &[(NONE, Key::J)]);
    add(g, HotSpots, text::spots::SHOW, &[(ALT, Key::N)]);
    add(g, NextSpot, text::spots::NEXT, &[(NONE, Key::N)]);
    add(g, PreviousSpot, text::spots::PREVIOUS, &[(SHIFT, Key::N)]);
    add(g, Fade, text::spots::FADE, &[(NONE, Key::I)]);
    add(g, Slice, text::slice::SHOW, &[(NONE, Key::K)]);
    add(g, Crops, text::crops::SHOW, &[(NONE, Key::Y)]);
    add(g, ToggleStrip, text::STRIP_PANEL, &[(NONE, Key::P)]);
    add(g, OnlyPicture, text::ONLY_PICTURE, &[(NONE, Key::F10)]);
    add(g, Fullscreen, text::FULLSCREEN, &[(NONE, Key::F11)]);
    add(
        g,
        Help,
        text::HELP,
        &[(NONE, Key::H), (NONE, Key::Questionmark), (SHIFT, Key::Questionmark), (SHIFT, Key::Slash)],
    );
    add(g, Palette, text::PALETTE, &[(CTRL_SHIFT, Key::P)]);
    add(g, Leave, text::LEAVE, &[(NONE, Key::Escape)]);
    let g = text::GROUP_FILES;
    add(g, Open, text::OPEN, &[(CTRL, Key::O)]);
    add(g, SaveView, text::SAVE_VIEW, &[(CTRL, Key::S)]);
    add(g, Copy, text::COPY, &[(CTRL, Key::C)]);
    add(g, Paste, text::PASTE, &[(CTRL, Key::V)]);
    add(g, Demo, text::DEMO, &[]);
    all
}

/// The entry of a command.
pub fn entry(command: UiCommand) -> Option<Entry> {
    table().into_iter().find(|e| e.command == command)
}

/// Whether a command steers what only the page with the pictures shows.
pub fn needs_picture(command: UiCommand) -> bool {
    use UiCommand::*;
    let looks =
        matches!(command, View(_) | NextTrack | PreviousTrack | Swap | PickRight(_) | PickLeft(_) | FollowPointer);
    let plays =
        matches!(command, PlayPause | StepBack | StepForward | SecondBack | SecondForward | JumpBack | JumpForward);
    let folds = matches!(
        command,
        First | Last | Slower | Faster | Loop | ToggleTracks | ToggleScores | Evidence | Slice | Crops | ToggleStrip
    );
    let attacks = matches!(command, ToggleBench | Hunt | ResetAttack | HotSpots | NextSpot | PreviousSpot | Fade);
    let edits = matches!(command, Unfold | TapBack | TapOn | MoveUp | MoveDown | EditLine | ExamOfTrack | OnlyPicture);
    let overlays = matches!(command, Overlay(_) | NextOverlay | PreviousOverlay);
    looks || overlays || attacks || plays || folds || edits || matches!(command, SaveView | SetIn | SetOut)
}

/// A shortcut as people read it: signs for keys that have one.
pub fn key_words(shortcut: &KeyboardShortcut) -> String {
    let m = shortcut.modifiers;
    let key = match shortcut.logical_key {
        Key::Comma => ",",
        Key::Period => ".",
        Key::OpenBracket => "[",
        Key::CloseBracket => "]",
        Key::Plus => "+",
        Key::Minus => "−",
        Key::Equals => "=",
        Key::Questionmark => "?",
        Key::ArrowLeft => "←",
        Key::ArrowRight => "→",
        Key::ArrowUp => "↑",
        Key::ArrowDown => "↓",
        Key::PageUp => "PgUp",
        Key::PageDown => "PgDn",
        Key::Escape => "Esc",
        other => other.symbol_or_name(),
    };
    let mut words = String::new();
    for (on, name) in [(m.command || m.ctrl, "Ctrl+"), (m.alt, "Alt+"), (m.shift, "Shift+")] {
        if on {
            words.push_str(name);
        }
    }
    words + key
}

/// Label, tooltip and first shortcut in one text for a hover.
pub fn hover(command: UiCommand) -> String {
    match entry(command) {
        Some(e) => match e.shortcuts.first() {
            Some(key) => format!("{}  ({})", e.tooltip, key_words(key)),
            None => e.tooltip.to_owned(),
        },
        None => String::new(),
    }
}

/// What the keys pressed in this pass ask for. Nothing while a text field has the keyboard, but `Esc` and the chords.
/// Keys for which `listens` is false do what they do elsewhere.
pub fn pressed(ctx: &egui::Context, table: &[Entry], listens: impl Fn(UiCommand) -> bool) -> Vec<UiCommand> {
    let typing = ctx.text_edit_focused();
    // An open menu takes Esc for itself.
    let menu = egui::Popup::is_any_open(ctx);
    let found = ctx.input_mut(|input| {
        let mut found = Vec::new();
        input.events.retain(|event| {
            let copies = matches!(event, egui::Event::Copy) && !typing;
            if copies {
                found.push(UiCommand::Copy);
            }
            let egui::Event::Key { key, pressed: true, modifiers, .. } = event else { return !copies };
            let hit = table
                .iter()
                .filter(|e| listens(e.command))
                .find(|e| e.shortcuts.iter().any(|s| matches(s, *key, *modifiers)));
            match hit {
                Some(e) if e.command == UiCommand::Leave && menu => true,
                Some(e) if !typing || (modifiers.command && e.command != UiCommand::Copy) => {
                    found.push(e.command);
                    false
                }
                _ => true,
            }
        });
        found
    });
    if found.iter().any(|c| matches!(c, UiCommand::NextTrack | UiCommand::PreviousTrack)) {
        ctx.memory_mut(|m| m.move_focus(egui::FocusDirection::None));
    }
    found
}

fn matches(shortcut: &KeyboardShortcut, key: Key, modifiers: Modifiers) -> bool {
    shortcut.logical_key == key && modifiers.matches_exact(shortcut.modifiers)
}
