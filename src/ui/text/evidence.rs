//! Words of the evidence.

use crate::engine::Cosmetic;
use crate::evidence::Line;
use crate::metrics;

use super::Words;

pub const SHOW: Words = ("Evidence", "What every candidate is found to be, and by which evidence");
pub const EMPTY: &str = "A verdict comes as soon as there is a candidate.";
pub const OPENING: &str = "Waiting for the pictures to open.";
pub const STOP: &str = "Stop";
pub const GO_ON: &str = "Look at all frames";
pub const PICK: &str = "Show this one on the right, with its evidence";
pub const UNDONE: &str = "Add the undone picture";
pub const UNDONE_TIP: &str =
    "Adds the candidate with the fitted tone curve and sharpening taken back: flicker between both";
pub const IN_STEP: &str = "Add it in step";
pub const IN_STEP_TIP: &str = "Adds the candidate without the frames that it is late by";
pub const DISAGREE: &str = "Where metrics disagree";
pub const GO: &str = "Go to that frame";
pub const NOT_PROOF: &str = "\u{201c}No sign found\u{201d} is not proof: what leaves none of these traces is not seen, and what was \
     invented without raising a score is not looked for here.";

pub fn looked(frames: Option<usize>, all: usize) -> String {
    match frames {
        None => "Looking at the first frames".into(),
        Some(_) if all == 1 => "Over one frame".into(),
        Some(frames) if frames >= all => format!("Over all {all} frames"),
        Some(frames) => format!("Over {frames} of {all} frames so far"),
    }
}

pub fn found(label: &str, class: &str, by: Option<&str>) -> String {
    match by {
        Some(by) => format!("{label}: {class}, by {by}"),
        None => format!("{label}: {class}"),
    }
}

pub fn pick(label: &str, class: &str) -> String {
    format!("Evidence of {label}, {class}")
}

pub fn cosmetic(Cosmetic { points, of, hidden }: Cosmetic) -> String {
    let of = format!("{of:.1}{}", if hidden { " unclipped" } else { "" });
    if points > 0.05 {
        format!("{points:.1} of {of} points of VMAF are cosmetic: they go when it is undone.")
    } else {
        format!("Undone, VMAF moves from {of} by {:+.1}: no points were bought with it.", -points)
    }
}

pub fn undone_name(label: &str) -> String {
    // A name ends where its recipe begins.
    format!("{} undone", label.replace(['=', '|'], " "))
}

pub fn in_step_name(label: &str) -> String {
    format!("{} in step", label.replace(['=', '|'], " "))
}

/// What a line of evidence looks at, in few words.
pub fn short(id: &str) -> &'static str {
    match id {
        "E1" => "above the ceiling",
        "E2" => "VMAF above NEG",
        "E3" => "above its peers",
        "E4" => "detail kept",
        "E5" => "tone moved",
        "E6" => "peaking",
        "E7" => "at the same rate",
        _ => "",
    }
}

pub fn value(id: &str, value: f64) -> String {
    match id {
        "E4" => format!("{value:.3}"),
        "E6" => format!("{value:+.3}"),
        "E1" | "E3" | "E7" => format!("{value:+.1}"),
        _ => format!("{value:.1}"),
    }
}

pub fn line(line: &Line, value: &str) -> String {
    format!("{} {} {value}", line.id, short(line.id))
}

pub fn tip(line: &Line, can: bool) -> String {
    let mut text = line.meaning.to_owned();
    let digits = if matches!(line.id, "E4" | "E6") { 2 } else { 1 };
    text += &format!("\nOrange above {:.digits$}", line.amber);
    if let Some(red) = line.red {
        text += &format!(", red above {red:.digits$}");
    }
    if let Some((low, high)) = line.interval {
        text += &format!("; 95% interval {low:.3} to {high:.3}");
    }
    if let Some(note) = &line.note {
        text += &format!("\n{note}");
    }
    if can {
        text += "\nClick: the frame and place that show it best";
    }
    text
}

fn label(id: &str) -> &str {
    metrics::find(id).map_or(id, |metric| metric.about().label)
}

pub fn agreement([a, b]: [&str; 2], tau: f64) -> String {
    format!("{} and {} order the candidates alike to tau {tau:+.2}", label(a), label(b))
}

pub fn disputed(name: &str) -> String {
    format!("Most disputed: {name}")
}

pub fn argument(frame: usize, [a, b]: [&str; 2], [first, second]: [&str; 2]) -> String {
    format!("Frame {frame}: {} prefers {first}, {} prefers {second}", label(a), label(b))
}
