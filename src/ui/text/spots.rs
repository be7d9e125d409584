//! Words of the hot spots.

use crate::engine::HotSpot;
use crate::metrics;

use super::Words;

pub const SHOW: Words = ("Hot spots", "Places where the candidate invented, lost, bent or contradicted something");
pub const NEXT: Words = ("Next hot spot", "Fly to the next place worth a look, under the overlay that shows it");
pub const PREVIOUS: Words = ("Previous hot spot", "Fly to the place before");
pub const VERDICTS: Words = ("Verdicts", super::evidence::SHOW.1);
pub const EMPTY: &str = "Hot spots are found as soon as there is a candidate.";
pub const PICK_ONE: &str = "Choose a candidate on the right side: its hot spots are told here.";
pub const OPENING: &str = "Waiting for the pictures to open.";
pub const STOP: &str = "Stop";
pub const MORE: &str = "Look at more frames";
pub const AGAIN: &str = "Go on";
pub const NONE: &str = "No place stands out.";
pub const RESTING: &str = "Resting while the pictures play";
pub const COLUMNS: [&str; 3] = ["reference", "candidate", "with overlay"];
pub const DETAIL: &str = "Invented detail";
pub const DETAIL_TIP: &str = "From what the input carries of an enlarged picture (0%) to the whole of it (100%): drag, and \
     what was made up comes and goes. Scores and overlays stay those of the whole picture; pictures that play are whole.";
pub const FADE: Words =
    ("Hide or show invented detail", "Show only what the input carries of an enlarged picture, or all of it");
pub const NOT_PROOF: &str = "Ordered by size and contrast. A place that is not listed was not found; that does not make \
     it true.";

pub fn looked(looked: usize, frames: usize, over: bool) -> String {
    match (frames, over) {
        (0, _) => "Opening the pictures".into(),
        (_, true) => format!("Looked at {looked} frames"),
        _ => format!("Looked at {looked} of {frames} frames"),
    }
}

pub fn label(spot: &HotSpot) -> &'static str {
    match spot.overlay {
        "erqa" => "Invented edges",
        "gain" => "Turned up",
        "ssim" => "Structure lost",
        id => metrics::overlay(id).map_or(id, |overlay| overlay.about().label),
    }
}

/// How strong it is, in its unit.
pub fn strength(spot: &HotSpot) -> String {
    match spot.overlay {
        "erqa" => format!("{:.0}% edge", 100.0 * spot.strength),
        id => match metrics::overlay(id).map(|overlay| overlay.about()) {
            Ok(about) if !about.unit.is_empty() => {
                format!("{:.*} {}", about.decimals.max(1), spot.strength, about.unit)
            }
            _ => format!("{:.2}", spot.strength),
        },
    }
}

pub fn at(spot: &HotSpot) -> String {
    format!("frame {} · {:.2} s", spot.frame, spot.seconds)
}

pub fn said(place: usize, spot: &HotSpot) -> String {
    format!("Hot spot {}: {}, {}, {}", place + 1, label(spot), strength(spot), at(spot))
}

pub fn tip(spot: &HotSpot) -> String {
    let [left, top, width, height] = spot.place;
    let meaning = metrics::overlay(spot.overlay).map_or("", |overlay| overlay.about().meaning);
    format!("{meaning}\n{width} by {height} samples at {left}, {top}. Click: fly there.")
}
