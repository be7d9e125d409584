//! Words about overlays.

use crate::metrics::OverlayAbout;

use super::Words;

pub const NEXT: Words = ("Next overlay", "Draw the next kind of evidence over the candidate");
pub const PREVIOUS: Words = ("Previous overlay", "Draw the previous kind of evidence over the candidate");
pub const OFF: Words = ("No overlay", "Show the candidate as it is");

pub const PICKER: &str = "Overlay";
pub const NONE: &str = "none";
pub const STRENGTH: &str = "Strength";
pub const STRENGTH_TIP: &str = "How much of the picture gives way to the overlay";
pub const LIMITS: &str = "Limits";
pub const USUAL: &str = "usual";
pub const USUAL_TIP: &str = "The same for every frame and candidate, so that colours can be compared";
pub const AUTO: &str = "auto";
pub const AUTO_TIP: &str =
    "A round number that one place in two hundred of what is on show passes; it changes with the frame";
pub const SET: &str = "set";
pub const SET_TIP: &str = "Where the scale ends, by hand";
pub const LIMIT_AT: &str = "End of the scale";
pub const LEGEND: &str = "Legend";
pub const MEANS: &str = "What it shows";
pub const CANNOT: &str = "What it cannot tell";

/// On the button: what is chosen.
pub fn button(label: &str) -> String {
    format!("Overlay: {label}")
}

/// In the list of commands.
pub fn choose(label: &str) -> String {
    format!("Overlay: {label}")
}

/// On hovering over the legend. `by`: the graphics card that drew the map.
pub fn tip(about: &OverlayAbout, by: Option<&str>) -> String {
    let OverlayAbout { meaning, limits, pools_to, .. } = about;
    let by = by.unwrap_or("the processor");
    format!("{meaning}\n\n{limits}\n\nThe whole map comes to: {pools_to}.\nDrawn by {by}.")
}
