//! Words of the model shelf and of exams.

use super::Words;

pub const TOGGLE: Words = ("Models", "Show or hide the shelf: every model at hand, with its speed on this machine");
pub const ADD_FILES: Words = ("Add models", "Choose model files to put on the shelf");
pub const ADD_FOLDER: Words = ("Add a folder of models", "Choose a folder whose models go on the shelf, now and later");
pub const MEASURE_TICKED: Words = ("Measure ticked models", "Measure on this machine how fast the ticked models are");

pub const HEADING: &str = "MODELS";
pub const SEARCH: &str = "Search the shelf";
pub const SEARCH_HINT: &str = "search by name, kind, scale";
pub const SORT: &str = "Sort";
pub const SORT_TIP: &str = "The order of the cards on the shelf";
pub const ADD_MENU: &str = "+ add";
pub const ADD_MENU_TIP: &str =
    "Put model files or a folder of them on the shelf; dropping them on the window does it too";
pub const MENU_FILES: &str = "Files …";
pub const MENU_FOLDER: &str = "A folder …";
pub const HINT_KEYS: &str = "↑ ↓ choose · Enter adds · Shift+Enter exam · Alt+Enter ticks";

pub const EMPTY_TITLE: &str = "No models yet";
pub const EMPTY_DROP: &str = "Drop .onnx, .pth, .safetensors or folders here";
pub const EMPTY_WHERE: &str = "or put them into one of these folders, which are watched:";
pub const EMPTY_NO_FOLDER: &str = "A folder called “models” beside the program is looked into as well.";
pub const NO_MATCH: &str = "No model on the shelf fits.";
pub const DROP_HERE: &str = "Drop: models go on the shelf";

pub const READING: &str = "looking into it …";
pub const BROKEN: &str = "cannot be used";
pub const KIND_UNKNOWN: &str = "ONNX of an unknown kind";
pub const NOT_MEASURED: &str = "speed not measured yet";
pub const LICENCE_UNKNOWN: &str = "licence not stated";

pub const IS_METRIC: &str = "this is a metric";
pub const MEASURE_WITH: &str = "Measure with it";
pub const MEASURE_WITH_TIP: &str = "Make it one of the scores, for this session";

pub const TRY: &str = "Add";
pub const TRY_TIP: &str = "Add it as a candidate: the model on the source";
pub const NO_SOURCE: &str = "Open a video first";
pub const EXAM: &str = "Exam";
pub const SPEED: &str = "Speed";
pub const SPEED_TIP: &str = "Measure how fast it is on this machine, and how much memory it takes";
pub const MEASURE: &str = "Measure its speed";
pub const MEASURE_AGAIN: &str = "A click measures again.";
pub const TICK_TIP: &str = "Tick it for the tournament";
pub const FORGET: &str = "Take it off the shelf";
pub const FORGET_TIP: &str = "The file itself stays where it is";
pub const COPY_PATH: &str = "Copy its path";

pub const EXAM_MENU: &str = "Exam preset";
pub const EXAM_MENU_TIP: &str = "What an exam does to the source before the model sees it. The untouched source is the truth that scores are taken against.";
pub const EXAM_NOTHING: &str =
    "this preset only makes the picture smaller, which is no exam for a 1x model; choose another";

pub const AS_IT_IS: &str = "left as it is";
pub const TICKED_NONE: &str = "none";
pub const TO_TOURNAMENT: &str = "Tournament";
pub const TO_TOURNAMENT_TIP: &str = "Run the ticked models against each other";
pub const UNTICK: &str = "Untick all";

pub fn heading(shown: usize, all: usize) -> String {
    match (shown, all) {
        (_, 0) => String::new(),
        (a, b) if a == b => format!("{all}"),
        _ => format!("{shown} of {all}"),
    }
}

pub fn card(name: &str) -> String {
    format!("Model {name}")
}

pub fn broken_card(name: &str, reason: &str) -> String {
    format!("Model {name} {BROKEN}: {reason}")
}

pub fn try_it(name: &str) -> String {
    format!("Add {name} as a candidate")
}

pub fn exam_it(name: &str) -> String {
    format!("Exam of {name}")
}

pub fn measure_it(name: &str) -> String {
    format!("Measure the speed of {name}")
}

pub fn sort_models(by: &str) -> String {
    format!("Sort models by {by}")
}

pub fn tick(name: &str) -> String {
    format!("Tick {name}")
}

pub fn exam_with(preset: &str) -> String {
    format!("Exam: {preset}")
}

pub fn ticked(count: usize) -> String {
    match count {
        0 => "none ticked".into(),
        n => format!("{n} ticked"),
    }
}

/// "41 fps" at the size of the open source; without one, megapixels a second.
pub fn speed(megapixels_per_second: f64, size: Option<(u32, u32)>) -> String {
    match size.filter(|(w, h)| *w > 0 && *h > 0) {
        Some((w, h)) => {
            let fps = megapixels_per_second * 1e6 / (f64::from(w) * f64::from(h));
            if fps < 1.0 { format!("{:.1} s/frame", 1.0 / fps.max(1e-9)) } else { fps_words(fps) }
        }
        None => format!("{megapixels_per_second:.2} Mpx/s"),
    }
}

/// "41 fps at 1280×720: 38.2 megapixels a second".
pub fn speed_at(megapixels_per_second: f64, size: Option<(u32, u32)>) -> String {
    let whole = format!("{megapixels_per_second:.2} megapixels a second");
    match size {
        Some((w, h)) => format!("{} at {w}×{h}: {whole}", speed(megapixels_per_second, size)),
        None => whole,
    }
}

fn fps_words(fps: f64) -> String {
    if fps < 20.0 { format!("{fps:.1} fps") } else { format!("{fps:.0} fps") }
}

/// 2_411_724 as "2.4 MB".
pub fn bytes(bytes: u64) -> String {
    match bytes as f64 {
        b if b < 1e6 => format!("{:.0} kB", (b / 1e3).max(1.0)),
        b if b < 9.95e6 => format!("{:.1} MB", b / 1e6),
        b if b < 9.995e8 => format!("{:.0} MB", b / 1e6),
        b => format!("{:.1} GB", b / 1e9),
    }
}

/// 596_544 as "597k weights".
pub fn weights(count: u64) -> String {
    match count as f64 {
        n if n < 1e3 => format!("{count} weights"),
        n if n < 9.995e5 => format!("{:.0}k weights", n / 1e3),
        n => format!("{:.1}M weights", n / 1e6),
    }
}

pub fn by(author: &str) -> String {
    format!("by {author}")
}

pub fn already(label: &str) -> String {
    format!("{label} is compared already.")
}

pub fn measure_with(name: &str) -> String {
    format!("Measure with {name}")
}
