//! What makes every score speak of something else: a candidate that stands beside its reference, shows another frame,
//! or has its codes read by the wrong rule. Found first and named; never called a hack.

use serde::Serialize;

use crate::metrics::hack::{KNOTS, MISTAKES};

use super::limits as l;
use super::offset::offset;
use super::seen::Candidate;

/// A fault of the comparison.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(tag = "fault", rename_all = "snake_case")]
pub enum Fault {
    /// The pictures have next to nothing in common; the share of detail that both have.
    Unrelated {
        kept: f64,
    },
    /// The candidate shows an earlier frame (below 0) or a later one than the reference's, by so many.
    FrameOffset {
        frames: i32,
    },
    /// Flat bars where the other has a picture, in samples; of the candidate, or below 0 of the reference.
    Bars {
        left: f64,
        top: f64,
        right: f64,
        bottom: f64,
    },
    /// In samples of luma.
    Shift {
        x: f64,
        y: f64,
    },
    /// Cropped or enlarged: so many samples at the borders.
    Stretch {
        samples: f64,
    },
    /// `expanded`: limited-range codes were read as full range; else the reverse.
    Range {
        expanded: bool,
        slope: f64,
        middle: f64,
    },
    Matrix {
        mistake: &'static str,
        explained: f64,
    },
    /// In samples of chroma.
    ChromaShift {
        x: f64,
        y: f64,
    },
}

impl Fault {
    /// One sentence.
    pub fn sentence(&self) -> String {
        match self {
            Fault::Unrelated { .. } => {
                "The two pictures have next to nothing in common: another film, another cut, or one of \
                 them is turned. No score means anything here."
                    .into()
            }
            Fault::FrameOffset { frames } => {
                let (count, late) = (frames.unsigned_abs(), *frames < 0);
                let unit = if count == 1 { "frame" } else { "frames" };
                let (way, whose) = if late { ("late", "candidate") } else { ("early", "reference") };
                format!(
                    "The candidate runs {count} {unit} {way}: put “| skip {count}” behind the {whose} before any score is read."
                )
            }
            Fault::Bars { left, top, right, bottom } => {
                let sides = [("left", left), ("top", top), ("right", right), ("bottom", bottom)];
                let named = |(side, width): &(&str, &f64)| format!("{:.0} at the {side}", width.abs());
                let there: Vec<_> = sides.iter().filter(|(_, width)| **width != 0.0).map(named).collect();
                let (whose, other) = match sides.iter().map(|(_, width)| **width).sum::<f64>() > 0.0 {
                    true => ("candidate", "reference"),
                    false => ("reference", "candidate"),
                };
                let there = there.join(", ");
                format!("The {whose} has bars where the {other} has a picture (samples: {there}): cropped or padded.")
            }
            Fault::Shift { x, y } => format!(
                "The picture stands {x:+.2} samples to the right and {y:+.2} down of the reference's: scores speak of that \
                 first."
            ),
            Fault::Stretch { samples } => format!(
                "The picture is cropped, enlarged or squeezed: its borders stand {samples:.1} samples off where its middle \
                 says."
            ),
            Fault::Range { expanded: true, slope, .. } => {
                format!("Limited-range codes were read as full range (slope {slope:.3}): a range mismatch, not a hack.")
            }
            Fault::Range { slope, .. } => {
                format!("Full-range codes were read as limited range (slope {slope:.3}): a range mismatch, not a hack.")
            }
            Fault::Matrix { mistake, explained } => {
                format!("Colours changed as by {mistake}, which explains {:.0}% of it.", explained * 100.0)
            }
            Fault::ChromaShift { x, y } => format!(
                "The colour planes stand {x:+.2} chroma samples to the right and {y:+.2} down of the reference's."
            ),
        }
    }
}

/// All faults of a candidate, the weightiest first.
pub fn faults(candidate: &Candidate) -> Vec<Fault> {
    let of = |id: &str| candidate.median(id);
    let mut found = Vec::new();
    // A blur takes detail away too, but leaves tone where it was.
    let kept = of("detail_kept").unwrap_or(1.0);
    if kept < l::UNRELATED_KEPT && of("tone_change").unwrap_or(0.0) > l::UNRELATED_TONE {
        return vec![Fault::Unrelated { kept }];
    }
    let offset = offset(candidate);
    found.extend(offset.map(|frames| Fault::FrameOffset { frames }));
    let near = |value: Option<f64>, least: f64| value.is_some_and(|value| value >= least);
    let (x, y) = (of("shift_x").unwrap_or(0.0), of("shift_y").unwrap_or(0.0));
    let bars = bars(candidate);
    // Beside another frame, place says how the film moves; beside bars, where they end.
    let placed = offset.is_none() && bars.is_none() && near(of("place_explained"), l::PLACE_EXPLAINS);
    let shifted = placed && x.hypot(y) >= l::SHIFT;
    if shifted {
        found.push(Fault::Shift { x, y });
    }
    if placed && near(of("stretch"), l::STRETCH) {
        found.push(Fault::Stretch { samples: of("stretch").unwrap_or(0.0) });
    }
    found.extend(bars);
    found.extend(range(candidate));
    let explained = of("matrix_explained").unwrap_or(0.0);
    let beyond = explained - of("saturation_explained").unwrap_or(0.0).max(0.0);
    let changed = near(of("colour_change"), l::MATRIX_CHANGE);
    if changed && explained >= l::MATRIX_EXPLAINS && beyond >= l::MATRIX_MARGIN {
        let mistake = MISTAKES.get(of("matrix_mistake").unwrap_or(0.0) as usize);
        found.extend(mistake.map(|(mistake, ..)| Fault::Matrix { mistake, explained }));
    }
    let (x, y) = (of("chroma_shift_x").unwrap_or(0.0), of("chroma_shift_y").unwrap_or(0.0));
    // Where the whole picture stands elsewhere, chroma does too.
    if offset.is_none()
        && !shifted
        && x.hypot(y) >= l::CHROMA_SHIFT
        && near(of("chroma_shift_explained"), l::CHROMA_EXPLAINS)
    {
        found.push(Fault::ChromaShift { x, y });
    }
    found
}

/// Bars that stand in most frames.
fn bars(candidate: &Candidate) -> Option<Fault> {
    let width = |id: &str| candidate.median(id).filter(|width| width.abs() >= l::BAR).unwrap_or(0.0);
    let (left, top, right, bottom) = (width("bar_left"), width("bar_top"), width("bar_right"), width("bar_bottom"));
    [left, top, right, bottom].iter().any(|width| *width != 0.0).then_some(Fault::Bars { left, top, right, bottom })
}

/// A range mix-up moves every code to where its rule says, and chroma by a factor of its own; a contrast filter leaves
/// chroma alone or turns it up by the slope of luma.
fn range(candidate: &Candidate) -> Option<Fault> {
    let (slope, middle) = (candidate.median("tone_slope")?, candidate.median("tone_middle")?);
    let chroma = candidate.median("chroma_slope").zip(candidate.median("chroma_signal"));
    let fits = |code: fn(f64) -> f64, to_slope: f64, to_chroma: f64| {
        let (near_slope, near_code, near_chroma) = l::RANGE_NEAR;
        // Chroma that is hardly there proves nothing either way, and little of it is rounded off.
        let colours = chroma.is_none_or(|(slope, signal)| {
            signal < 2.0 || (slope - to_chroma).abs() <= near_chroma + l::RANGE_ROUNDING / signal
        });
        // Of few tones no slope is told, but where they lie is.
        let wide = candidate.median("tone_high")? - candidate.median("tone_low")? >= 64.0;
        let sloped = !wide || (slope - to_slope).abs() <= near_slope;
        Some(colours && sloped && misfit(candidate, code)? <= near_code)
    };
    let expanded = |code: f64| ((code - 16.0) * l::RANGE_SLOPE).clamp(0.0, 255.0);
    if fits(expanded, l::RANGE_SLOPE, l::RANGE_CHROMA)? {
        return Some(Fault::Range { expanded: true, slope, middle });
    }
    fits(|code| 16.0 + code / l::RANGE_SLOPE, 1.0 / l::RANGE_SLOPE, 1.0 / l::RANGE_CHROMA)?.then_some(Fault::Range {
        expanded: false,
        slope,
        middle,
    })
}

/// How far the tone curve stands from a rule, root mean square over the knots among the reference's tones, in codes;
/// `None` where the rule would change too little there to be told from none.
fn misfit(candidate: &Candidate, code: impl Fn(f64) -> f64) -> Option<f64> {
    let (low, high) = (candidate.median("tone_low")?, candidate.median("tone_high")?);
    let knots = (0..KNOTS).map(|k| k as f64 * 16.0).filter(|at| (low - 1.0..=high + 1.0).contains(at));
    let dots: Vec<(f64, f64)> =
        knots.filter_map(|at| Some((at, candidate.median(&format!("tone_at_{at}"))?))).collect();
    let rms = |of: &dyn Fn(&(f64, f64)) -> f64| {
        (dots.iter().map(|dot| of(dot).powi(2)).sum::<f64>() / dots.len().max(1) as f64).sqrt()
    };
    let wanted = rms(&|(at, _)| code(*at) - at);
    let found = rms(&|(at, found)| found - code(*at));
    Some(if dots.is_empty() || wanted < 1.5 { f64::INFINITY } else { found })
}
