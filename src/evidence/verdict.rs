//! From lines of evidence to a verdict.

use serde::Serialize;

use super::faults::{Fault, faults};
use super::limits as l;
use super::lines::{Level, Line, lines};
use super::seen::Candidate;
use super::transform::{Transform, Undo, steepest, transforms, undo};

/// What a candidate is found to be.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Class {
    Misaligned,
    RangeMismatch,
    MatrixMismatch,
    ChromaShift,
    Inflated,
    Suspicious,
    Altered,
    RestorativeSharpening,
    Grain,
    NoSignFound,
}

impl Class {
    /// For people.
    pub fn label(self) -> &'static str {
        match self {
            Class::Misaligned => "misaligned",
            Class::RangeMismatch => "range mismatch",
            Class::MatrixMismatch => "matrix mismatch",
            Class::ChromaShift => "chroma shift",
            Class::Inflated => "inflated",
            Class::Suspicious => "suspicious",
            Class::Altered => "altered",
            Class::RestorativeSharpening => "restorative sharpening",
            Class::Grain => "grain",
            Class::NoSignFound => "no sign found",
        }
    }
}

/// What is found of one candidate.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Verdict {
    pub class: Class,
    /// The weightiest transform that gives itself away.
    pub transform: Option<Transform>,
    /// All of them.
    pub transforms: Vec<Transform>,
    /// One or two sentences: why this verdict and no other.
    pub reason: String,
    pub faults: Vec<Fault>,
    /// E1 to E7.
    pub lines: Vec<Line>,
    /// What would take the transform back; `None` where nothing was applied that shows.
    pub undo: Option<Undo>,
}

impl Verdict {
    /// Takes in what undoing the fitted transform does to the score: where that takes [`l::COSMETIC`] points or more away,
    /// a change that seemed to be without effect was not.
    pub fn hear(&mut self, vmaf_explained: f64) {
        if self.class == Class::Altered && vmaf_explained >= l::COSMETIC {
            self.class = Class::Suspicious;
            let what = self.transform.map_or("the change", |transform| transform.label());
            self.reason = format!(
                "{} shows, and {vmaf_explained:.1} points of VMAF go away when it is undone; the other signs of the score \
                 stay below their limits.",
                capital(what)
            );
        }
    }

    /// A line by its id.
    pub fn line(&self, id: &str) -> Option<&Line> {
        self.lines.iter().find(|line| line.id == id)
    }
}

/// Judges all candidates of one reference together: E3 and E7 need the others.
pub fn judge(candidates: &[Candidate]) -> Vec<Verdict> {
    candidates.iter().zip(lines(candidates)).map(|(candidate, lines)| one(candidate, lines)).collect()
}

fn one(candidate: &Candidate, lines: Vec<Line>) -> Verdict {
    let faults = faults(candidate);
    let transforms = transforms(candidate);
    let (class, reason) = match faults.first() {
        Some(fault) => (class_of(fault), faults.iter().map(Fault::sentence).collect::<Vec<_>>().join(" ")),
        None => weigh(candidate, &lines, &transforms),
    };
    let named = matches!(class, Class::Inflated | Class::Suspicious | Class::Altered | Class::RestorativeSharpening);
    let transforms = if named { transforms } else { Vec::new() };
    let undo = undo(candidate).filter(|_| named);
    Verdict { class, transform: transforms.first().copied(), transforms, reason, faults, lines, undo }
}

fn class_of(fault: &Fault) -> Class {
    match fault {
        Fault::Unrelated { .. }
        | Fault::FrameOffset { .. }
        | Fault::Shift { .. }
        | Fault::Stretch { .. }
        | Fault::Bars { .. } => Class::Misaligned,
        Fault::Range { .. } => Class::RangeMismatch,
        Fault::Matrix { .. } => Class::MatrixMismatch,
        Fault::ChromaShift { .. } => Class::ChromaShift,
    }
}

fn weigh(candidate: &Candidate, lines: &[Line], transforms: &[Transform]) -> (Class, String) {
    let level = |id: &str| lines.iter().find(|line| line.id == id).map_or(Level::None, |line| line.level);
    let loudest = |ids: &[&str]| ids.iter().map(|id| level(id)).max().unwrap_or(Level::None);
    let speaking =
        |ids: &[&str]| ids.iter().copied().filter(|id| level(id) > Level::None).collect::<Vec<_>>().join(", ");
    let mechanism = loudest(&["E4", "E5", "E6"]);
    // Among candidates of different kinds (codecs beside upscalers, or one that was worked on) the line through the
    // others is a poor guide: E3 counts where something else speaks too.
    let alone = loudest(&["E1", "E2"]) == Level::None && mechanism == Level::None;
    let by: &[&str] = if alone { &["E1", "E2"] } else { &["E1", "E2", "E3"] };
    let (scores, by_score, by_mechanism) = (loudest(by), speaking(by), speaking(&["E4", "E5", "E6"]));
    let what = transforms.first().map_or("a change of tone or detail", |transform| transform.label());
    let kept = candidate.mean("detail_kept").unwrap_or(1.0);
    match (scores, mechanism) {
        (Level::Red, Level::Amber | Level::Red) => (
            Class::Inflated,
            format!("The score is higher than the picture's closeness earns ({by_score}), and {what} shows how ({by_mechanism})."),
        ),
        (Level::Amber, Level::Amber | Level::Red) => (
            Class::Suspicious,
            format!("{what} shows ({by_mechanism}), and the score is on the high side ({by_score}), but not beyond doubt.")
                .replacen(what, &capital(what), 1),
        ),
        (Level::Red, Level::None) => (
            Class::Suspicious,
            format!(
                "The score is higher than the picture's closeness earns ({by_score}), but no mechanism was found in tone or \
                 detail: a strong encode may have hidden it."
            ),
        ),
        (_, Level::Red)
            if level("E5") == Level::Red
                && is_uneven(candidate, transforms)
                && !only_lost(candidate, &by_mechanism) =>
        (
            Class::Suspicious,
            format!(
                "Tones were stretched unevenly ({what}; {by_mechanism}), which neither coding nor scaling nor a wrong range \
                 does; whether that raised the score, the other lines cannot tell."
            ),
        ),
        _ if level("E6") > Level::None && level("E5") < Level::Red && kept <= 1.0 => (
            Class::RestorativeSharpening,
            "Fine detail was turned up, but not beyond the source's: sharpening that restores. NEG gives credit for it by \
             design."
                .into(),
        ),
        _ if level("E7") > Level::None => (
            Class::Suspicious,
            "VMAF rises on the candidate of the nearest bitrate while PSNR and SSIM both fall, and NEG does not follow (E7)."
                .into(),
        ),
        (_, Level::Amber) if is_grainy(candidate) => grain(),
        (_, Level::Amber | Level::Red) if !only_lost(candidate, &by_mechanism) => (
            Class::Altered,
            format!("{} shows ({by_mechanism}), but it did not raise the score.", capital(what)),
        ),
        _ if is_saturated(transforms) => {
            (Class::Altered, "Colours are stronger than the reference's; VMAF does not look at colour.".into())
        }
        _ if is_grainy(candidate) => grain(),
        _ => (
            Class::NoSignFound,
            "Nothing that gives a trick away was found. That is not proof that there is none.".into(),
        ),
    }
}

fn capital(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map(|first| first.to_uppercase().collect::<String>() + letters.as_str()).unwrap_or_default()
}

fn is_saturated(transforms: &[Transform]) -> bool {
    transforms.contains(&Transform::Saturation)
}

/// Whether tone was stretched by a filter that looks at the picture: from place to place, or by a curve that is steeper
/// for some tones and neither a line nor a power. Nobody does that by mistake.
fn is_uneven(candidate: &Candidate, transforms: &[Transform]) -> bool {
    match transforms.iter().find(|transform| **transform != Transform::Unsharp) {
        Some(Transform::Clahe) => true,
        Some(Transform::HistogramEqualisation) => steepest(candidate) >= l::STRETCHED,
        _ => false,
    }
}

/// Whether the one thing that speaks is a tone curve of no known shape beside detail that is mostly gone: that is what
/// losing fine dark strokes does to means, and no filter.
fn only_lost(candidate: &Candidate, speaking: &str) -> bool {
    let of = |id: &str| candidate.median(id).unwrap_or(0.0);
    let left = of("tone_rest_line").min(of("tone_rest_gamma"));
    speaking == "E5" && of("kept_1") < l::HALF_LEFT && left > l::ODD_CURVE * of("tone_change")
}

fn grain() -> (Class, String) {
    (
        Class::Grain,
        "Flat areas are noisier than the reference's while edges stand as they were: grain was added.".into(),
    )
}

/// Noise of flat areas is up, detail stands.
fn is_grainy(candidate: &Candidate) -> bool {
    let of = |id: &str| candidate.median(id).unwrap_or(0.0);
    let (before, after) = (of("noise_reference"), of("noise_candidate"));
    after - before >= l::GRAIN && after >= 1.3 * before && (0.97..=1.02).contains(&of("detail_kept"))
}
