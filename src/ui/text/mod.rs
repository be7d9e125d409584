//! Every word of the window, in one place.

pub mod bench;
pub mod chain;
pub mod crops;
pub mod evidence;
pub mod overlay;
pub mod scores;
pub mod shelf;
pub mod slice;
pub mod spots;
pub mod tournament;

pub const TITLE: &str = "Doublet";
pub fn title(reference: &str) -> String {
    format!("{reference} – {TITLE}")
}

pub const APP_ID: &str = "doublet";

// Commands: label and one sentence.
pub type Words = (&'static str, &'static str);

pub const GROUP_LOOK: &str = "Look";
pub const GROUP_ZOOM: &str = "Zoom";
pub const GROUP_TIME: &str = "Time";
pub const GROUP_WINDOW: &str = "Window";
pub const GROUP_FILES: &str = "Files";
pub const GROUP_TRY: &str = "Models and tournament";

pub const SWAP: Words = ("Swap sides", "Exchange what is left and what is right");
pub const FOLLOW: Words = ("Line follows pointer", "Let the split line follow the pointer, or pin it again");
pub const NEXT: Words = ("Next candidate", "Show the next candidate on the right");
pub const PREVIOUS: Words = ("Previous candidate", "Show the previous candidate on the right");
pub const PICK_RIGHT: &str = "Show this one on the right; a digit is enough";
pub const PICK_LEFT: &str = "Show this one on the left; Alt and a digit, or a right click in the list";
pub const ONE_TO_ONE: Words = ("100%", "One sample is one pixel");
pub const FIT: Words = ("Fit", "The whole picture, as large as it goes");
pub const ZOOM_IN: Words = ("Zoom in", "Enlarge; the wheel does it at the pointer");
pub const ZOOM_OUT: Words = ("Zoom out", "Reduce; the wheel does it at the pointer");
pub const RESET: Words = ("Reset view", "Fit the picture, split line in the middle, reference on the left");
pub const PLAY_PAUSE: Words = ("Play or pause", "Play or pause");
pub const STEP_BACK: Words = ("One frame back", "One frame back");
pub const STEP_FORWARD: Words = ("One frame on", "One frame on");
pub const SECOND_BACK: Words = ("One second back", "One second back");
pub const SECOND_FORWARD: Words = ("One second on", "One second on");
pub const JUMP_BACK: Words = ("A tenth back", "A tenth of the whole back");
pub const JUMP_FORWARD: Words = ("A tenth on", "A tenth of the whole on");
pub const LOOP: Words = ("Loop", "Begin anew after the last frame, or stop there");
pub const FIRST: Words = ("First frame", "Go to the first frame");
pub const LAST: Words = ("Last frame", "Go to the last frame");
pub const SLOWER: Words = ("Slower", "Half the speed");
pub const FASTER: Words = ("Faster", "Twice the speed");
pub const TRACKS_PANEL: Words = ("Candidates", "Show or hide the list of candidates");
pub const SCORES_PANEL: Words = ("Scores", "Show or hide the table of scores");
pub const STRIP_PANEL: Words = ("Plot", "Show or hide time and plot");
pub const ONLY_PICTURE: Words = ("Only the picture", "Hide everything but the picture, or bring it back");
pub const FULLSCREEN: Words = ("Full screen", "Fill the screen, or go back to a window");
pub const HELP: Words = ("Help", "Keys and mouse");
pub const PALETTE: Words = ("All commands", "Find a command by its name");
pub const LEAVE: Words = ("Close what is open", "Leaves help, palette, full screen; never the program");
pub const OPEN: Words = ("Open files", "Choose a reference and candidates");
pub const SAVE_VIEW: Words = ("Save view as PNG", "Write what the picture area shows into a PNG file");
pub const COPY: Words = ("Copy scores", "Copy the scores of this frame and how they were reached");
pub const PASTE: Words = ("Paste paths or recipes", "Add what the clipboard names, one a line");
pub const DEMO: Words = ("Open the demo", "A ready comparison that Doublet makes itself");

pub fn pick_right(place: usize) -> String {
    format!("Track {} on the right", place + 1)
}

pub fn pick_left(place: usize) -> String {
    format!("Track {} on the left", place + 1)
}

// Under the help's columns.
pub const LESSON: Words = (
    "A dark map never means true",
    "The last candidate of the demo shows why (the case of PULSE): a face was painted onto its door that vanishes when the \
     picture is shrunk. It shrinks back to the very input it was made from, so the overlay “Contradicts the input” stays \
     dark; “Added beyond the input” and “Added beyond sharpening” light up. They show that something was invented, and \
     nothing can tell from the input alone whether it is true. Whatever stays dark is unproven, not genuine.",
);

// The mouse, for the help.
pub const GROUP_MOUSE: &str = "Mouse";
pub const MOUSE: [Words; 11] = [
    ("Wheel", "Zoom at the pointer"),
    ("Drag the picture", "Move it"),
    ("Drag the line", "Move the split"),
    ("Ctrl and drag", "Measure a part of the picture"),
    ("Double click", "100% or whole"),
    ("Hold Shift or a plate", "See the reference"),
    ("Drop right", "Add candidates"),
    ("Drop left", "Set the reference"),
    ("Drop a model or folder", "Put it on the shelf"),
    ("Drag a row or a step", "Put it elsewhere"),
    ("Click a step", "See the picture after it"),
];

// Top bar.
pub const NO_FILE: &str = "No file open";
pub const ZOOM_LABEL: &str = "Zoom";
pub const GAIN_LABEL: &str = "Amplification";
pub const RATE_LABEL: &str = "Changes a second";
pub const HELP_BUTTON: &str = "? help";
pub const SMOOTH: &str = "Smooth enlargement";
pub const SMOOTH_TIP: &str = "Blend between samples above 100%, in place of showing each as a block";
pub const GUESSED: &str = "guessed";

pub fn zoom(scale: f64) -> String {
    let percent = scale * 100.0;
    if percent < 10.0 { format!("{percent:.1}%") } else { format!("{percent:.0}%") }
}

// List of tracks.
pub const TRACKS: &str = "COMPARED";
pub const REFERENCE: &str = "reference";
pub const ON_LEFT: &str = "L";
pub const ON_RIGHT: &str = "R";
pub const ADD_HINT: &str = "file or recipe";
pub const ADD_LABEL: &str = "Add a file or a recipe";
pub const ADD_TIP: &str = "A file, or a recipe such as: source | down 2 bicubic | model compact-2x";
pub const ADD_BUTTON: &str = "Add";
pub const CHOOSE_FILES: &str = "Choose files";
pub const CHOOSE_TIP: &str = "Choose files to add";
pub const OPENING: &str = "opening …";
pub const PUT_LEFT: &str = "Show on the left";
pub const PUT_RIGHT: &str = "Show on the right";
pub const PROMOTE: &str = "Make it the reference";
pub const COPY_RECIPE: &str = "Copy its line";
pub const EDIT_RECIPE: &str = "Change its line";
pub const REMOVE: &str = "Remove";

pub fn remove(label: &str) -> String {
    format!("Remove {label}")
}

pub fn measured(share: f32) -> String {
    format!("measured {:.0}%", f64::from(share) * 100.0)
}

pub fn pace(seconds: f64) -> String {
    if seconds >= 1.0 { format!("{seconds:.1} s a frame") } else { format!("{:.1} fps", 1.0 / seconds.max(1e-6)) }
}

pub fn line_fault(column: usize, message: &str) -> String {
    format!("Character {}: {message}", column + 1)
}

// Transport and plot.
pub const PLAY: &str = "Play";
pub const PAUSE: &str = "Pause";
pub const SPEED_TIP: &str = "Speed of playing; click for the file's own";
pub const DROPPED_TIP: &str = "Frames that were due and never shown since playing began";
pub const PLOT: &str = "Plot of scores by frame";
pub const PLOT_METRIC: &str = "Score in the plot";
pub const PLOT_EMPTY: &str = "Scores of every frame will be drawn here.";

pub fn time(seconds: f64, duration: f64) -> (String, String) {
    (format!("{seconds:.3}"), format!(" / {duration:.3} s"))
}

pub fn frame_of(frame: usize, frames: usize) -> String {
    format!("frame {frame} of {frames}")
}

pub fn speed(speed: f64) -> String {
    if speed >= 1.0 || speed == 0.5 { format!("{speed}×") } else { format!("1/{:.0}×", 1.0 / speed) }
}

pub fn looping(on: bool) -> &'static str {
    if on { "loop" } else { "once" }
}

pub fn dropped(frames: u64) -> String {
    format!("{frames} dropped")
}

// The empty window.
pub const EMPTY_TITLE: &str = "Drop a video here, then what was made of it";
pub const EMPTY_BODY: &str = "The first file is the reference; encodes, upscales and filters of it follow.\nDoublet keeps them in step, side by side, with scores on the picture.";
pub const EMPTY_PATH: &str = "or type a path";
pub const EMPTY_DEMO: &str = "Try the demo";
pub const EMPTY_OPEN: &str = "Open files …";
pub const DROP_LEFT: &str = "Drop here for the reference";
pub const DROP_RIGHT: &str = "Drop here to add a candidate";
pub const DROP_ALL: &str = "Drop: the first file becomes the reference";

// Dialogs and notices.
pub const DISMISS: &str = "Dismiss";
pub const PATH_LABEL: &str = "Path of a file";
pub const PATH_TITLE: &str = "Open by path";
pub const PATH_WHY: &str = "No file dialog came up (this desktop may have no portal). Type or paste a path:";
pub const PATH_OPEN: &str = "Open";
pub const PATH_SAVE: &str = "Save";
pub const PATH_SHELF: &str = "Put on the shelf";
pub const SAVE_TITLE: &str = "Save by path";
pub const SHELF_TITLE: &str = "Models by path";
pub const CANCEL: &str = "Cancel";
pub const PALETTE_HINT: &str = "Type a command";
pub const NO_COMMAND: &str = "No command has that name.";
pub const COPIED: &str = "Copied.";
pub const NOTHING_TO_COPY: &str = "Nothing is measured yet, so there is nothing to copy.";
pub const NOTHING_TO_SAVE: &str = "Nothing is on screen yet, so there is nothing to save.";

pub fn saved(path: &str) -> String {
    format!("Saved {path}.")
}

pub fn not_saved(path: &str, why: &str) -> String {
    format!("{path} could not be written: {why}. Choose another folder.")
}

pub fn no_window(why: &str) -> String {
    format!("No window could be opened ({why}); `doublet shot` and `doublet score` work without one.")
}

pub fn memory_full(used_mb: u64) -> String {
    format!("The pictures take {used_mb} MB of graphics memory; the ones not on screen are loaded again when chosen.")
}

// The picture.
pub const PICTURE: &str = "Picture";
pub const SPLIT_LINE: &str = "Split line";
pub const PLATE_TIP: &str = "Hold to see the reference here. Right click to put another one on this side.";
pub const PICK_ANY_RIGHT: &str = "Track by number, on the right";
pub const PICK_ANY_LEFT: &str = "Track by number, on the left";
