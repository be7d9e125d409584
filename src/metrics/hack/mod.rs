//! What the hack verdict looks at, frame by frame: detail kept, the tone curve, place, noise, colour.
//!
//! An encoder loses: its detail kept is at most 1, its tone curve a straight line of slope 1. What lifts a score without
//! bringing the picture nearer its source (sharpening, stretching) turns something up, and that can be measured by
//! itself. Whether it is a hack is not decided here, but by `evidence`, from these features and the scores.

mod about;
mod bands;
mod colour;
mod moments;
mod place;
mod pyramid;
mod tone;

use crate::frame::{Plane, Sample};

use super::{Cost, Extractor, Extracts, Memo, MetricError, Moment, Reads, Value};
use pyramid::Rows;

pub use about::{DETAIL_KEPT, FRAME_OFFSET, PEAKING, SATURATION, SHIFT, TONE_CHANGE};
pub use colour::MISTAKES;
pub use tone::KNOTS;

/// Of luma: bands, tone, place.
#[derive(Debug)]
pub struct Luma;

/// Of chroma: saturation, matrix, shift.
#[derive(Debug)]
pub struct Chroma;

/// Of time: whether a neighbouring frame of the reference is nearer.
#[derive(Debug)]
pub struct Step;

/// Ids of the luma features, in order.
pub static LUMA_FEATURES: [&str; 33 + KNOTS] = [
    "detail_kept",
    "peaking",
    "kept_1",
    "kept_2",
    "kept_3",
    "agree_1",
    "agree_2",
    "agree_3",
    "signal_1",
    "signal_2",
    "signal_3",
    "noise_reference",
    "noise_candidate",
    "kept_x",
    "kept_y",
    "tone_change",
    "tone_slope",
    "tone_middle",
    "tone_rest_line",
    "tone_gamma",
    "tone_rest_gamma",
    "tone_tile_spread",
    "tone_tile_slope",
    "tone_local",
    "tone_low",
    "tone_high",
    "tone_x",
    "tone_y",
    "shift",
    "shift_x",
    "shift_y",
    "stretch",
    "place_explained",
    "tone_at_0",
    "tone_at_16",
    "tone_at_32",
    "tone_at_48",
    "tone_at_64",
    "tone_at_80",
    "tone_at_96",
    "tone_at_112",
    "tone_at_128",
    "tone_at_144",
    "tone_at_160",
    "tone_at_176",
    "tone_at_192",
    "tone_at_208",
    "tone_at_224",
    "tone_at_240",
    "tone_at_256",
];

/// Ids of the chroma features, in order.
pub static CHROMA_FEATURES: [&str; 9] = [
    "chroma_slope",
    "chroma_signal",
    "matrix_mistake",
    "matrix_explained",
    "saturation_explained",
    "colour_change",
    "chroma_shift_x",
    "chroma_shift_y",
    "chroma_shift_explained",
];

/// Ids of the features of time, in order: mean squared differences of the candidate's thumbnail to the reference's, to
/// that of the frame before, and to that of the frame after (-1 where there is none); and which of the three is plainly
/// nearest: 0, -1 or 1.
pub static STEP_FEATURES: [&str; 4] = ["step_here", "step_before", "step_after", "frame_offset"];

static LUMA: Extracts =
    Extracts { id: "hack_luma", version: 2, features: &LUMA_FEATURES, before: 0, after: 0, cost: Cost::Light };
static CHROMA: Extracts =
    Extracts { id: "hack_chroma", version: 2, features: &CHROMA_FEATURES, before: 0, after: 0, cost: Cost::Light };
static STEP: Extracts =
    Extracts { id: "hack_step", version: 2, features: &STEP_FEATURES, before: 1, after: 1, cost: Cost::Light };

/// The least side that can be looked at.
const LEAST: u32 = 32;

impl Extractor for Luma {
    fn about(&self) -> &'static Extracts {
        &LUMA
    }

    fn extract(&self, moment: &Moment<'_>, _: &Memo) -> Result<Vec<Value>, MetricError> {
        let (reference, candidate) = moment.pair.planes("the hack verdict", Reads::Luma)?;
        large_enough(reference)?;
        let sample = moment.pair.sample();
        let (r, d) = (Rows::Plane(reference, sample), Rows::Plane(candidate, sample));
        let look = || {
            let (bands, soft) = bands::bands(r, d);
            (bands, place::place(&soft))
        };
        let ((bands, place), tone) = rayon::join(look, || tone::tone(r, d));
        let mut values = vec![bands.most_kept(), bands.peaking()];
        values.extend(bands.kept.iter().chain(&bands.agree).chain(&bands.signal));
        values.extend([bands.noise.0, bands.noise.1, bands.place.0, bands.place.1]);
        values.extend([tone.change, tone.slope, tone.middle, tone.rest_line, tone.gamma, tone.rest_gamma]);
        values.extend([tone.tile_spread, tone.tile_slope, tone.local, tone.low, tone.high, tone.place.0, tone.place.1]);
        let length = |(x, y): (f64, f64)| x.hypot(y);
        values.extend([length(place.shift), place.shift.0, place.shift.1, length(place.stretch), place.explained]);
        values.extend(tone.curve);
        Ok(values.into_iter().map(Value::measured).collect())
    }
}

impl Extractor for Chroma {
    fn about(&self) -> &'static Extracts {
        &CHROMA
    }

    fn extract(&self, moment: &Moment<'_>, _: &Memo) -> Result<Vec<Value>, MetricError> {
        let luma = moment.pair.planes("the hack verdict", Reads::Luma)?;
        large_enough(luma.0)?;
        let cb = moment.pair.planes("the hack verdict", Reads::Chroma(1))?;
        let cr = moment.pair.planes("the hack verdict", Reads::Chroma(2))?;
        let rows = |plane| Rows::Plane(plane, moment.pair.sample());
        let planes = |luma, cb, cr| colour::Planes { luma: rows(luma), chroma: [rows(cb), rows(cr)] };
        let found = colour::colour(planes(luma.0, cb.0, cr.0), planes(luma.1, cb.1, cr.1));
        let values = [
            found.slope,
            found.signal,
            found.mistake as f64,
            found.explained,
            found.saturation_explains,
            found.change,
            found.shift.0,
            found.shift.1,
            found.shift_explains,
        ];
        Ok(values.map(Value::measured).to_vec())
    }
}

impl Extractor for Step {
    fn about(&self) -> &'static Extracts {
        &STEP
    }

    fn extract(&self, moment: &Moment<'_>, memo: &Memo) -> Result<Vec<Value>, MetricError> {
        let (reference, candidate) = moment.pair.planes("the hack verdict", Reads::Luma)?;
        large_enough(reference)?;
        let sample = moment.pair.sample();
        let shape = (reference.width, reference.height);
        let of = |frame: &std::sync::Arc<crate::frame::Frame>| {
            memo.of("hack_thumbnail", frame, || thumbnail(frame.plane(0), sample))
        };
        let here = of(moment.pair.reference());
        let candidate = thumbnail(candidate, sample);
        let beside = |frames: &[std::sync::Arc<crate::frame::Frame>]| {
            let frame = frames.first().filter(|frame| (frame.width, frame.height) == shape);
            frame.map_or(-1.0, |frame| distance(&of(frame), &candidate))
        };
        let (own, before, after) = (distance(&here, &candidate), beside(moment.before), beside(moment.after));
        // Half the error, and more than rounding: a still or a slow pan names nobody.
        let nearer = |other: f64| other >= 0.0 && own > 0.25 && other < 0.5 * own;
        let offset = match (nearer(before), nearer(after)) {
            (true, false) => -1.0,
            (false, true) => 1.0,
            (true, true) => (before - after).signum(),
            (false, false) => 0.0,
        };
        let values = [own, before, after, offset];
        Ok(values.map(Value::measured).to_vec())
    }
}

fn large_enough(plane: &Plane) -> Result<(), MetricError> {
    let (width, height) = (plane.width, plane.height);
    match width.min(height) >= LEAST {
        true => Ok(()),
        false => Err(MetricError::TooSmall { metric: "the hack verdict", least: LEAST, width, height }),
    }
}

/// Means of 8x8 samples, by every second row, less the mean of them all.
fn thumbnail(plane: &Plane, sample: Sample) -> Vec<f32> {
    const SIDE: usize = 8;
    let (across, down) = (plane.width as usize / SIDE, plane.height as usize / SIDE);
    let mut means = Vec::with_capacity(across * down);
    let mut columns = vec![0.0f32; plane.width as usize];
    for top in 0..down {
        Rows::Plane(plane, sample).columns((top * SIDE..(top + 1) * SIDE).step_by(2), &mut columns);
        let cells = columns.as_chunks::<SIDE>().0;
        means.extend(cells.iter().map(|cell| cell.iter().sum::<f32>() / (SIDE * SIDE / 2) as f32));
    }
    let mean = means.iter().sum::<f32>() / means.len().max(1) as f32;
    means.iter_mut().for_each(|value| *value -= mean);
    means
}

fn distance(a: &[f32], b: &[f32]) -> f64 {
    a.iter().zip(b).map(|(a, b)| f64::from(a - b).powi(2)).sum::<f64>() / a.len().max(1) as f64
}
