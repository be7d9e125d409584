//! Words of the scores' panel.

use crate::metrics::{About, Direction, Group, Task, TrustLevel};

pub const TABS: [(&str, &str); 4] = [
    ("Table", "Every candidate, every score chosen"),
    ("Choose", "What is measured, what it means, how far to trust it"),
    ("Ways", "One candidate in every way that people call VMAF, from the lowest to the highest"),
    super::evidence::SHOW,
];
pub const WAYS_ABOUT: &str = "One pair has more than a hundred numbers called VMAF: nine models, six mixes of luma and \
     chroma, two means. Whoever picks the highest is not lying, and not telling either.";
pub const WAYS_NONE: &str = "Choose a candidate on the right side first.";
pub const WAYS_WINNER: &str = "marketing winner";
pub const WAYS_USUAL: &str = "the usual one: v0.6.1, luma, mean";
pub const WAYS_LOWEST: &str = "lowest";
pub const WAYS_COPY: &str = "Copy this number with how it was reached";
pub const WAYS_V1: &str = "VMAF v1, a newer model on a scale of its own";
pub const WAYS_STOP: &str = "Stop";

pub fn ways_measure(label: &str) -> String {
    format!("Measure all ways of {label}")
}

pub fn ways_of(label: &str, count: usize, apart: f64) -> String {
    format!("{label}: {count} ways, {apart:.2} points apart")
}

pub fn ways_running(label: &str, share: f32) -> String {
    format!("{label}: {:.0}%", f64::from(share) * 100.0)
}
pub const EMPTY: &str = "Scores come as soon as there is a candidate.";
pub const POOLING: &str = "How the frames become one number";
pub const STANDARD: &str = "standard set";
pub const STANDARD_TIP: &str = "Measure what is measured where nobody chose";
pub const TASK: &str = "Trust for";
pub const SLOW: &str = "slow";
pub const SLOW_TIP: &str =
    "Takes more than a tenth of a second for a full-HD frame: in view it is measured on pause only";
pub const NOT_STUDIED: &str = "no study";
pub const NOT_CHOSEN: &str = "Nothing is chosen: tick a score under Choose.";

pub fn of_frames(pooling: &str, frames: usize, all: usize, range: bool) -> String {
    let of = if frames >= all { format!("{all} frames") } else { format!("{frames} of {all} frames") };
    let where_ = if range { ", in to out" } else { "" };
    format!("{pooling} of {of}{where_}")
}

pub fn task(task: Task) -> (&'static str, &'static str) {
    match task {
        Task::Encode => ("encode", "A source beside its compressed copies"),
        Task::Upscale => ("upscale", "A picture beside enlargements of its reduced copy"),
        Task::Restore => ("restore", "A picture beside cleaned-up damaged copies"),
        Task::Screen => ("screen", "Text and drawn interfaces beside compressed copies"),
    }
}

pub fn group(group: Group) -> &'static str {
    match group {
        Group::Error => "How far samples are off",
        Group::Structure => "Structure",
        Group::Vmaf => "VMAF",
        Group::VmafV1 => "VMAF v1",
        Group::Edges => "Edges",
        Group::Perceptual => "Models of the eye",
        Group::NoReference => "The candidate alone",
        Group::Evidence => "What gives tricks away",
        Group::Invented => "Invented, lost, bent",
        Group::Features => "What VMAF is made of",
        Group::Model => "Models you brought",
    }
}

pub fn trust_word(level: TrustLevel) -> &'static str {
    match level {
        TrustLevel::High => "high",
        TrustLevel::Fair => "fair",
        TrustLevel::Low => "low",
    }
}

/// "0 to 60 dB for 8 bits, higher is better".
pub fn range(about: &About) -> String {
    let bound = |v: f64| match v {
        v if v == f64::INFINITY => "any height".to_owned(),
        v if v == f64::NEG_INFINITY => "any depth".to_owned(),
        v => format!("{v:.*}", if v.fract() == 0.0 { 0 } else { 2 }),
    };
    let ((low, high), (_, deep)) = ((about.range)(8), (about.range)(10));
    let depth = if high == deep { "" } else { " for 8 bits" };
    let space = if about.unit.is_empty() { "" } else { " " };
    let better = match about.direction {
        Direction::HigherIsBetter => "higher is better",
        Direction::LowerIsBetter => "lower is better",
    };
    format!("{} to {}{space}{}{depth}; {better}", bound(low), bound(high), about.unit)
}

pub fn blind(about: &About) -> String {
    format!("Blind to {}.", about.blind_to.trim_end_matches('.'))
}

/// How far people agreed with a metric for a task, in a sentence with the study's name.
pub fn trust(about: &About, wanted: Task) -> String {
    match about.trust_for(wanted) {
        Some(trust) => format!(
            "{}: rank correlation with people {:+.2} ({}).",
            sentence(task(wanted).0),
            trust.correlation,
            trust.study
        ),
        None => format!("{}: no study is known here; nobody checked how far people agree.", sentence(task(wanted).0)),
    }
}

fn sentence(word: &str) -> String {
    let mut letters = word.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

pub const WHOLE: (&str, &str) = ("Measure the whole picture", "Scores are those of the whole picture again");
pub const REGION_TIP: &str =
    "Scores are made anew from the samples in this frame alone; hold Ctrl and drag for another";

pub fn region(width: u32, height: u32) -> String {
    format!("scores of this part, {width}×{height}")
}

pub const INVENTED: &str = "Measure what was invented";
pub const INVENTED_TIP: &str = "Adds to the table and the plot: what contradicts the input, what was added beyond it, edges \
     invented and lost, what was bent, what shimmers. Slow: best on a short stretch.";

/// Why candidates at these places of the list (from 0) have no value.
pub fn missing(places: &[usize], why: &str) -> String {
    let numbers: Vec<String> = places.iter().map(|place| (place + 1).to_string()).collect();
    format!("{}: {why}", numbers.join(", "))
}

pub fn tick(label: &str) -> String {
    format!("Measure {label}")
}

pub fn plot(label: &str) -> String {
    format!("Plot {label}")
}

pub fn more(label: &str) -> String {
    format!("About {label}")
}
