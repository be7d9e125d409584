//! The seven lines of evidence: a number, its limits, what it means, and the frame that shows it best.

use serde::Serialize;

use super::chance::{at_most, bootstrap, holm, interval, residuals};
use super::limits::{self as l, Limit};
use super::seen::{Candidate, Seen, mean};

/// How loud a line speaks.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Level {
    None,
    Amber,
    Red,
}

/// One line of evidence.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Line {
    /// "E1" to "E7".
    pub id: &'static str,
    /// `None` where it could not be told: `why` says it.
    pub value: Option<f64>,
    pub amber: f64,
    pub red: Option<f64>,
    pub level: Level,
    /// Number of the reference's frame that shows it best.
    pub frame: Option<usize>,
    /// The place of that frame, in shares of width and height, where there is one.
    pub place: Option<(f64, f64)>,
    /// 95% interval of the mean by block bootstrap.
    pub interval: Option<(f64, f64)>,
    /// That the mean stands at amber or below by chance, corrected by Holm over all lines.
    pub p: Option<f64>,
    /// One sentence.
    pub meaning: &'static str,
    /// Why there is no value, or what else is to be known.
    pub note: Option<String>,
}

/// What a line of its own frames is made of.
struct Rule {
    id: &'static str,
    limit: Limit,
    meaning: &'static str,
    of: fn(&Seen) -> Option<f64>,
    /// Ids of the place.
    place: Option<(&'static str, &'static str)>,
}

const KEPT: Option<(&str, &str)> = Some(("kept_x", "kept_y"));

static RULES: [Rule; 5] = [
    Rule {
        id: "E1",
        limit: l::E1,
        meaning: "Unclipped VMAF above what a perfect copy of the frame scores: only enhancement can lift it there.",
        of: |seen| Some(seen.get("vmaf_raw")? - seen.get("vmaf_ceiling")?),
        place: KEPT,
    },
    Rule {
        id: "E2",
        limit: l::E2,
        meaning: "Points of VMAF that NEG, which gives no credit for enhancement, takes back.",
        of: |seen| Some(seen.get("vmaf_raw")? - seen.get("vmaf_neg_raw")?),
        place: KEPT,
    },
    Rule {
        id: "E4",
        limit: l::E4,
        meaning: "How far detail was turned up, of the source's or of what an encode left of it: coding and scaling stay at 1.",
        of: Seen::turned_up,
        place: KEPT,
    },
    Rule {
        id: "E5",
        limit: l::E5,
        meaning: "How far the tone curve was moved, in codes of 256: coding leaves tone where it is.",
        of: |seen| seen.get("tone_change"),
        place: Some(("tone_x", "tone_y")),
    },
    Rule {
        id: "E6",
        limit: l::E6,
        meaning: "Fine detail turned up more than coarser detail: the mark of a sharpening filter.",
        of: |seen| seen.get("peaking"),
        place: KEPT,
    },
];

const E3_MEANING: &str =
    "VMAF above what candidates of the same NEG get: this one was made for VMAF, the others were not.";
const E7_MEANING: &str = "Points of VMAF gained on the candidate of the nearest bitrate while PSNR and SSIM both fall.";

/// The seven lines of every candidate.
pub fn lines(candidates: &[Candidate]) -> Vec<Vec<Line>> {
    let among = third(candidates);
    candidates
        .iter()
        .enumerate()
        .map(|(place, candidate)| {
            let mut lines: Vec<Line> = RULES.iter().map(|rule| own(rule, candidate)).collect();
            lines.insert(2, among[place].clone());
            lines.push(seventh(candidates, place));
            correct(&mut lines);
            lines
        })
        .collect()
}

fn level(value: f64, limit: &Limit) -> Level {
    match limit.red {
        Some(red) if value > red => Level::Red,
        _ if value > limit.amber => Level::Amber,
        _ => Level::None,
    }
}

fn own(rule: &Rule, candidate: &Candidate) -> Line {
    let values = candidate.all(rule.of);
    let best = values.iter().fold(None, |best: Option<(usize, f64)>, now| match best {
        Some(best) if best.1 >= now.1 => Some(best),
        _ => Some(*now),
    });
    let frame = best.map(|(frame, _)| frame);
    let shown = candidate.frames.iter().find(|seen| Some(seen.frame) == frame);
    let place = shown.zip(rule.place).and_then(|(seen, (x, y))| Some((seen.get(x)?, seen.get(y)?)));
    let found = mean(&values);
    let means = bootstrap(&values.iter().map(|(_, value)| *value).collect::<Vec<_>>());
    Line {
        id: rule.id,
        value: found,
        amber: rule.limit.amber,
        red: rule.limit.red,
        level: found.map_or(Level::None, |value| level(value, &rule.limit)),
        frame,
        place,
        interval: interval(&means),
        p: found.map(|_| at_most(&means, rule.limit.amber)),
        meaning: rule.meaning,
        note: found.is_none().then(|| "nothing was measured".into()),
    }
}

/// Red that could be chance is amber: the p-values of all lines are corrected together.
fn correct(lines: &mut [Line]) {
    let known: Vec<usize> = (0..lines.len()).filter(|at| lines[*at].p.is_some()).collect();
    let p: Vec<f64> = known.iter().filter_map(|at| lines[*at].p).collect();
    for (at, p) in known.into_iter().zip(holm(&p)) {
        let line = &mut lines[at];
        line.p = Some(p);
        if p > l::UNSURE && line.level == Level::Red {
            line.level = Level::Amber;
            line.note =
                Some(format!("not sure over these frames (p = {p:.2} by block bootstrap and Holm): amber, not red"));
        }
    }
}

fn empty(id: &'static str, limit: &Limit, meaning: &'static str, why: &str) -> Line {
    Line {
        id,
        value: None,
        amber: limit.amber,
        red: limit.red,
        level: Level::None,
        frame: None,
        place: None,
        interval: None,
        p: None,
        meaning,
        note: Some(why.into()),
    }
}

/// E3 of every candidate.
fn third(candidates: &[Candidate]) -> Vec<Line> {
    let missing = |why: &str| vec![empty("E3", &l::E3, E3_MEANING, why); candidates.len()];
    let points: Option<Vec<(f64, f64)>> =
        candidates.iter().map(|c| Some((c.mean("vmaf_neg_raw")?, c.mean("vmaf_raw")?))).collect();
    let Some(found) = points.as_deref().and_then(residuals) else {
        return missing("needs five candidates or more of one reference");
    };
    let line = |(candidate, value): (&Candidate, f64)| {
        // The frame where the gap is widest.
        let gap = candidate.all(|seen| Some(seen.get("vmaf_raw")? - seen.get("vmaf_neg_raw")?));
        let best = gap.into_iter().reduce(|a, b| if b.1 > a.1 { b } else { a });
        Line {
            value: Some(value),
            level: level(value, &l::E3),
            frame: best.map(|(frame, _)| frame),
            note: None,
            ..empty("E3", &l::E3, E3_MEANING, "")
        }
    };
    candidates.iter().zip(found).map(line).collect()
}

/// How far two bitrates may lie apart to be called near: a third.
const NEAR: f64 = 1.34;

fn seventh(candidates: &[Candidate], place: usize) -> Line {
    let missing = |why: &str| empty("E7", &l::E7, E7_MEANING, why);
    let this = &candidates[place];
    let Some(bitrate) = this.bitrate.filter(|rate| *rate > 0.0) else {
        return missing("needs files whose bitrates are known");
    };
    let distance = |other: &Candidate| other.bitrate.filter(|rate| *rate > 0.0).map(|rate| (rate / bitrate).ln().abs());
    let others = candidates.iter().enumerate().filter(|(at, _)| *at != place);
    let near = others.filter_map(|(_, other)| Some((other, distance(other)?))).filter(|(_, far)| *far <= NEAR.ln());
    let Some((other, _)) = near.reduce(|a, b| if b.1 < a.1 { b } else { a }) else {
        return missing("needs another file of nearly the same bitrate");
    };
    let differences = |id: &str| -> Vec<(usize, f64)> {
        let partner = |frame: usize| other.frames.iter().find(|seen| seen.frame == frame)?.get(id);
        this.all(|seen| Some(seen.get(id)? - partner(seen.frame)?))
    };
    let (vmaf, psnr, ssim) = (differences("vmaf"), differences("psnr_y"), differences("ssim_y"));
    let gap = mean(&differences("vmaf_raw")).zip(mean(&differences("vmaf_neg_raw"))).map_or(0.0, |(v, neg)| v - neg);
    let means = |values: &[(usize, f64)]| bootstrap(&values.iter().map(|(_, value)| *value).collect::<Vec<_>>());
    let (gained, fallen) = (means(&vmaf), [means(&psnr), means(&ssim)]);
    let Some(value) = mean(&vmaf) else { return missing("the two share no frames") };
    // Three tests, one claim: each alone must hold once corrected.
    let chances = [at_most(&gained, 0.0), 1.0 - at_most(&fallen[0], -1e-9), 1.0 - at_most(&fallen[1], -1e-9)];
    let p = holm(&chances).into_iter().fold(0.0, f64::max);
    let holds = value >= l::E7.amber && gap >= l::E7_GAP && p <= l::UNSURE;
    let best = vmaf.iter().copied().reduce(|a, b| if b.1 > a.1 { b } else { a });
    Line {
        value: Some(value),
        level: if holds { Level::Amber } else { Level::None },
        frame: best.map(|(frame, _)| frame),
        interval: interval(&gained),
        note: Some(format!(
            "against {}, from which NEG takes {gap:.1} points less; counts where PSNR and SSIM fall as well and those are {} \
             or more",
            other.label,
            l::E7_GAP
        )),
        ..missing("")
    }
}
