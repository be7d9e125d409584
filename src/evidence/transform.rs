//! Which transform was applied, and how it would be undone.

use serde::Serialize;

use crate::metrics::hack::KNOTS;

use super::limits as l;
use super::seen::{Candidate, Seen};

/// A transform that gives itself away.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Transform {
    Unsharp,
    Contrast,
    Brightness,
    Gamma,
    Clahe,
    HistogramEqualisation,
    Saturation,
}

impl Transform {
    /// For people.
    pub fn label(self) -> &'static str {
        match self {
            Transform::Unsharp => "unsharp masking",
            Transform::Contrast => "contrast",
            Transform::Brightness => "brightness",
            Transform::Gamma => "gamma",
            Transform::Clahe => "local contrast (CLAHE)",
            Transform::HistogramEqualisation => "an uneven tone curve, as by equalisation",
            Transform::Saturation => "saturation",
        }
    }
}

/// Codes of tone change, and of slope, below which tone is left alone.
const TONE: f64 = 1.2;
const SLOPE: f64 = 0.015;
/// What a line and a power may leave of a tone change, as a share of it, and at least, in codes. Calibration: a gamma
/// leaves a twentieth, equalisation a sixth and more.
const LINE_REST: f64 = 0.12;
const POWER_REST: f64 = 0.08;
const LEAST_REST: f64 = 0.5;
/// What differs from place to place is one curve no more: spread of the tiles' slopes, codes, share of the change.
const LOCAL_SPREAD: f64 = 0.12;
const LOCAL_LEAST: f64 = 1.5;
const LOCAL_SHARE: f64 = 0.14;
/// What differs from place to place by such a share of the change needs no spread of slopes; codes that a band which lost
/// all of its detail scatters.
const LOCAL_MOST: f64 = 0.35;
const SCATTER: f64 = 6.0;

/// What was applied, the weightiest first; empty where nothing shows.
pub fn transforms(candidate: &Candidate) -> Vec<Transform> {
    let of = |id: &str, or: f64| candidate.median(id).unwrap_or(or);
    let mut found: Vec<(Transform, f64)> = Vec::new();
    let (change, slope) = (of("tone_change", 0.0), of("tone_slope", 1.0));
    let (spread, local) = (of("tone_tile_spread", 0.0), of("tone_local", 0.0));
    let turned_up = candidate.median_of(Seen::turned_up).unwrap_or(1.0);
    let mut tone_gain = 1.0;
    let mut is_local = false;
    if change >= TONE || (slope - 1.0).abs() >= SLOPE {
        let (line, power) = (of("tone_rest_line", 0.0), of("tone_rest_gamma", 0.0));
        // What coding scattered, by the fine detail that is no longer the source's, is not of the filter. Kept times agree
        // is the squared correlation, which sharpening leaves as it was.
        let uneven = local - SCATTER * (1.0 - of("kept_1", 1.0) * of("agree_1", 1.0)).max(0.0);
        let transform = if uneven >= LOCAL_LEAST.max(LOCAL_MOST * change) {
            Transform::Clahe
        } else if line <= (LINE_REST * change).max(LEAST_REST) && line <= power {
            if (slope - 1.0).abs() >= SLOPE { Transform::Contrast } else { Transform::Brightness }
        } else if power <= (POWER_REST * change).max(LEAST_REST) {
            Transform::Gamma
        } else if line <= (LINE_REST * change).max(LEAST_REST) {
            Transform::Contrast
        } else if spread >= LOCAL_SPREAD && local >= LOCAL_LEAST && local >= LOCAL_SHARE * change {
            Transform::Clahe
        } else {
            Transform::HistogramEqualisation
        };
        is_local = transform == Transform::Clahe;
        tone_gain = match transform {
            Transform::Clahe => turned_up,
            // Sharpening bends means a little, too: only a curve that is beyond doubt takes the credit.
            Transform::HistogramEqualisation | Transform::Gamma if l::E5.red.is_some_and(|red| change > red) => {
                steepest(candidate)
            }
            _ => slope.max(1.0),
        };
        found.push((transform, (tone_gain - 1.0).abs().max(change / 200.0)));
    }
    let (kept, peaking) = (turned_up / tone_gain, of("peaking", 0.0));
    if kept > l::E4.amber || (peaking > l::E6.amber && !is_local) {
        found.push((Transform::Unsharp, (kept - 1.0).max(peaking)));
    }
    let colours = of("chroma_signal", 0.0) >= 2.0;
    if colours && of("chroma_slope", 1.0) >= l::SATURATED {
        found.push((Transform::Saturation, 0.0));
    }
    found.sort_by(|a, b| b.1.total_cmp(&a.1));
    found.into_iter().map(|(transform, _)| transform).collect()
}

/// How much the tone curve stretches what it stretches most, among the reference's tones; 1 where it stretches nothing.
pub fn steepest(candidate: &Candidate) -> f64 {
    let of = |id: &str| candidate.median(id);
    let (Some(low), Some(high)) = (of("tone_low"), of("tone_high")) else { return 1.0 };
    let knot = |k: usize| of(&format!("tone_at_{}", k * 16));
    let among = |k: &usize| (*k + 1) as f64 * 16.0 >= low && *k as f64 * 16.0 <= high;
    let slopes = (0..KNOTS - 1).filter(among).filter_map(|k| Some((knot(k + 1)? - knot(k)?) / 16.0));
    slopes.fold(1.0, f64::max)
}

/// What takes a transform back: the tone curve that was applied, to be inverted, and how much each band was turned up.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Undo {
    /// What the reference's codes 0, 16, ... 256 became; `None` where tone was left alone.
    pub curve: Option<[f64; KNOTS]>,
    /// Gains of the three finest bands, 1 or more.
    pub gains: [f64; 3],
}

/// The fitted transform; `None` where there is nothing to take back.
pub fn undo(candidate: &Candidate) -> Option<Undo> {
    let of = |id: &str, or: f64| candidate.median(id).unwrap_or(or);
    let (change, slope) = (of("tone_change", 0.0), of("tone_slope", 1.0));
    let toned = change >= TONE || (slope - 1.0).abs() >= SLOPE;
    let curve: [f64; KNOTS] = std::array::from_fn(|k| of(&format!("tone_at_{}", k * 16), k as f64 * 16.0));
    // Detail of a steeper curve was turned up by its slope: that goes with the curve.
    let by_tone = if toned { slope.max(0.2) } else { 1.0 };
    let mut gains = [1.0; 3];
    let mut known = None;
    // A band without signal was most likely turned up as its coarser neighbour.
    for s in (0..3).rev() {
        let signal = candidate.mean(&format!("signal_{}", s + 1)).unwrap_or(0.0) > 0.0;
        let own = signal.then(|| (candidate.median_of(|seen| seen.gain(s + 1)).unwrap_or(1.0) / by_tone).max(1.0));
        known = own.or(known);
        gains[s] = known.unwrap_or(1.0);
    }
    let sharpened = gains.iter().any(|gain| *gain > 1.01);
    (toned || sharpened).then(|| Undo { curve: toned.then_some(curve), gains: gains.map(|gain| gain.min(8.0)) })
}
