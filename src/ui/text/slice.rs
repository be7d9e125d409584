//! Words of the x-t slice.

use std::ops::Range;

use super::Words;

pub const SHOW: Words = ("Slice", "One line of the picture over time: what shimmers frays; drag its ends A and B");
pub const CLOSE: &str = "Close the slice";
pub const WAIT: &str = "Waiting for the picture to open.";
pub const TIP: &str = "Time runs down, the line from A to B across. Still things draw straight strokes, moving ones slant, \
     shimmer frays. Click: go to that frame";

pub fn about(frames: &Range<usize>, done: f32) -> String {
    let what = format!(
        "Frames {} to {} of the line from A to B, time running down",
        frames.start,
        frames.end.saturating_sub(1)
    );
    if done < 1.0 { format!("{what}, {:.0}%", f64::from(done) * 100.0) } else { what }
}

pub fn slice_of(label: &str) -> String {
    format!("Slice of {label}")
}
