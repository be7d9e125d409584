//! Words of the chain editor, of the list's order and of in and out points.

use super::Words;

pub const UNFOLD: Words = ("Steps of the candidate", "Show or hide the steps of the candidate on the right");
pub const TAP_BACK: Words = ("One step of the chain fewer", "Show the right candidate's picture after one step fewer");
pub const TAP_ON: Words = ("One step of the chain more", "Show the right candidate's picture after one step more");
pub const MOVE_UP: Words = ("Move candidate up", "Put the right candidate one place higher in the list");
pub const MOVE_DOWN: Words = ("Move candidate down", "Put the right candidate one place lower in the list");
pub const EDIT_LINE: Words =
    ("Change the candidate's line", "Put the right candidate's line into the field under the list");
pub const EXAM_OF: Words =
    ("Exam of the candidate", "Add the right candidate's chain as an exam with the chosen preset");

pub const NO_EXAM_OF: &str = "This candidate cannot be made an exam: that needs a chain on the source that makes nothing smaller or worse itself.";
pub const SHOW_STEPS: &str = "Show its steps";
pub const HIDE_STEPS: &str = "Hide its steps";
pub const NO_CANDIDATE: &str = "There is no candidate yet.";
pub const ADD_STEP: &str = "+ step";
pub const ADD_STEP_TIP: &str = "Add a model or a filter at the end of this chain";
pub const STEP_SEARCH: &str = "search steps and models";
pub const MODELS: &str = "Models";
pub const FILTERS: &str = "Filters and codecs";
pub const NO_MODELS: &str = "no models on the shelf";
pub const STEP_TIP: &str = "Click: the picture after this step. Double click: change its words. Drag: its place.";
pub const HEAD_TIP: &str = "Click: the picture the chain begins with";
pub const CHANGE_STEP: &str = "Change its words";
pub const REMOVE_STEP: &str = "Take it out";
pub const STEP_FIELD: &str = "Words of the step";
pub const SHOW_ALL: &str = "Show the whole chain";

pub fn unfold(label: &str, open: bool) -> String {
    format!("{} the steps of {label}", if open { "Hide" } else { "Show" })
}

pub fn step(place: usize, line: &str) -> String {
    format!("Step {place}: {line}")
}

pub fn head(line: &str) -> String {
    format!("Chain begins with {line}")
}

pub fn remove(line: &str) -> String {
    format!("Take out {line}")
}

// In and out points.
pub const SET_IN: Words = ("In point here", "The stretch that loops and that a tournament runs begins at this frame");
pub const SET_OUT: Words = ("Out point here", "The stretch that loops and that a tournament runs ends with this frame");
pub const CLEAR_RANGE: Words = ("Clear in and out", "Take the in and out points away");
pub const FIVE_HERE: Words = ("Five seconds here", "In and out points five seconds apart, around this frame");
pub const HARDEST: Words =
    ("Hardest five seconds", "In and out points around the five seconds with most detail and motion");

pub const IN: &str = "in";
pub const OUT: &str = "out";
pub const FIVE: &str = "5 s here";
pub const HARD: &str = "hardest 5 s";
pub const CLEAR: &str = "clear";
pub const IN_HANDLE: &str = "In point";
pub const OUT_HANDLE: &str = "Out point";

/// "1.96–6.96 s · 125 frames".
pub fn range(from: f64, to: f64, frames: usize) -> String {
    let noun = if frames == 1 { "frame" } else { "frames" };
    format!("{from:.2}–{to:.2} s · {frames} {noun}")
}
