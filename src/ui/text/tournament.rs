//! Words of the tournament's page.

use super::Words;

pub const TOGGLE: Words =
    ("Tournament", "A few seconds, many models: one table of speed, memory and scores, and their pictures");
pub const RUN: Words =
    ("Begin or stop the tournament", "Run what is ticked over the chosen stretch, or stop and keep what is done");
pub const SAVE_CSV: Words = ("Save tournament as CSV", "Write the tournament's table for a spreadsheet");
pub const SAVE_HTML: Words = ("Save tournament as HTML", "Write the tournament's table with its pictures as one page");

pub const STRETCH: &str = "STRETCH";
pub const FROM: &str = "from";
pub const TO: &str = "to";
pub const FROM_LABEL: &str = "Stretch begins, in seconds";
pub const TO_LABEL: &str = "Stretch ends, in seconds";
pub const EXAM: &str = "EXAM";
pub const NO_EXAM: &str = "None: on the source itself";
pub const NO_EXAM_HELP: &str = "There is no truth to compare with: scores are taken against the input and say how far a model goes from it, not how good it is.";
pub const EXAM_LABEL: &str = "Exam of the tournament";
pub const WHO: &str = "WHO RUNS";
pub const CHAINS: &str = "Candidates open now";
pub const MODELS: &str = "Models on the shelf";
pub const NO_CHAINS: &str = "none open";
pub const NO_MODELS: &str = "none on the shelf";
pub const BASELINE: &str = "Plain resizing to beat";
pub const BASELINE_TIP: &str = "Lanczos and bicubic at the same scale: what every model should beat";
pub const ALL: &str = "all";
pub const NONE: &str = "none";
pub const BEGIN: &str = "Begin";
pub const STOP: &str = "Stop";
pub const STOP_TIP: &str = "Ends the run; what is done is kept";
pub const NOTHING_CHOSEN: &str = "Tick at least one model or candidate";
pub const NO_SOURCE: &str = "Open a video first: its frames are what models are tried on.";

pub const EMPTY_TITLE: &str = "Five seconds decide";
pub const EMPTY_BODY: &str =
    "Tick models on the left and press Begin.\nEach runs over the same few seconds; rows fill as they finish.";
pub const SAVE_AS_CSV: &str = "Save as CSV …";
pub const SAVE_AS_HTML: &str = "Save as HTML …";
pub const CLEAR: &str = "Clear";
pub const CLEAR_TIP: &str = "Takes these results away";
pub const BACK: &str = "Back to the picture";
pub const TABLE: &str = "Results of the tournament";
pub const PICTURES: &str = "Pictures";
pub const PICTURES_TIP: &str = "Wheel zooms, drag moves all of them together; a click on a name opens that one";

pub const PICTURES_ONLY_TIP: &str = "Give the pictures all the room, or bring the table back";
pub const SORT_TIP: &str = "A click sorts: best first, worst first, as it ran";
pub const OPEN_TIP: &str = "A click opens it beside the source";

// Columns: heading, unit, what it means.
pub const COLUMN_WHO: (&str, &str, &str) = ("candidate", "", "Sort by name");
pub const COLUMN_SECONDS: (&str, &str, &str) =
    ("time", "s/frame", "Seconds one frame takes here, mean over the frames after the first");
pub const COLUMN_FPS: (&str, &str, &str) = ("speed", "fps", "Frames a second here");
pub const COLUMN_MEMORY: (&str, &str, &str) =
    ("memory", "peak", "Most memory it took beyond what the program took before, where the system tells");
pub const COLUMN_FILM: (&str, &str, &str) = ("film", "whole", "Time that the whole film would take at this speed");

pub const REFERENCE: &str = "reference";
pub const AGAINST_INPUT: &str = "against its input";
pub const AGAINST_INPUT_WHY: &str = "Nothing better than the input is known here: the scores say how far it goes from its input, not how good it is. An exam knows the truth.";
pub const IDENTICAL: &str = "identical";
pub const WAITING: &str = "waiting";
pub const BEST: &str = "best";

pub fn frames_done(done: usize, of: usize) -> String {
    format!("frame {done} of {of}")
}

pub fn first_frame(seconds: f64) -> String {
    format!("first frame after {seconds:.1} s")
}

pub const CANCELLED: &str = "stopped; what was done is kept";

/// "frames 49 to 173 (125)".
pub fn frames(range: &std::ops::Range<usize>) -> String {
    format!("frames {} to {} ({})", range.start, range.end.saturating_sub(1), range.len())
}

pub fn sort_by(column: &str) -> String {
    format!("Sort by {column}")
}

pub fn row(label: &str) -> String {
    format!("Result of {label}")
}

pub fn picture_of(label: &str) -> String {
    format!("Picture of {label}")
}

pub fn open(label: &str) -> String {
    format!("Open {label}")
}

pub fn rows_done(done: usize, of: usize) -> String {
    format!("{done} of {of} done")
}

pub fn chosen(lines: usize, frames: usize) -> String {
    let runs = if lines == 1 { "1 run".to_owned() } else { format!("{lines} runs") };
    format!("{runs} × {frames} frames")
}

pub fn button(running: Option<(usize, usize)>) -> String {
    match running {
        Some((done, of)) => format!("{} {done}/{of}", TOGGLE.0),
        None => TOGGLE.0.to_owned(),
    }
}

pub fn scale(scale: f64) -> String {
    if (scale - scale.round()).abs() < 1e-6 { format!("{scale:.0}×") } else { format!("{scale:.2}×") }
}

/// 8640 as "2.4 h".
pub fn duration(seconds: f64) -> String {
    match seconds {
        s if !s.is_finite() || s < 0.0 => crate::views::text::UNKNOWN.into(),
        s if s < 9.95 => format!("{s:.1} s"),
        s if s < 99.5 => format!("{s:.0} s"),
        s if s < 99.5 * 60.0 => format!("{:.0} min", s / 60.0),
        s if s < 99.5 * 3600.0 => format!("{:.1} h", s / 3600.0),
        s => format!("{:.0} days", s / 86400.0),
    }
}

/// Seconds a frame: three figures.
pub fn seconds(seconds: f64) -> String {
    match seconds {
        s if s < 0.1 => format!("{s:.4}"),
        s if s < 10.0 => format!("{s:.3}"),
        s => format!("{s:.1}"),
    }
}

pub fn fps(fps: f64) -> String {
    match fps {
        f if f < 10.0 => format!("{f:.2}"),
        f if f < 100.0 => format!("{f:.1}"),
        f => format!("{f:.0}"),
    }
}
