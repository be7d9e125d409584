//! What the hack verdict looks at, frame by frame: detail kept, the tone curve, place, noise, colour.
//!
//! An encoder loses: its detail kept is at most 1, its tone curve a straight line of slope 1. What lifts a score without
//! bringing the picture nearer its source (sharpening, stretching) turns something up, and that can be measured by
//! itself. Whether it is a hack is not decided here, but by `evidence`, from these features and the scores.

mod about;
mod bands;
mod borders;
mod colour;
mod moments;
mod place;
mod pyramid;
mod step;
mod tone;

use crate::frame::Plane;

use super::{Cost, Extractor, Extracts, Memo, MetricError, Moment, Reads, Value};
use borders::borders;
use pyramid::Rows;

pub use about::{DETAIL_KEPT, FRAME_OFFSET, PEAKING, SATURATION, SHIFT, TONE_CHANGE};
pub use colour::MISTAKES;
pub use step::{STEP_FEATURES, Step, signatures};
pub use tone::KNOTS;

/// Of luma: bands, tone, place.
#[derive(Debug)]
pub struct Luma;

/// Of chroma: saturation, matrix, shift.
#[derive(Debug)]
pub struct Chroma;

/// Ids of the luma features, in order.
pub static LUMA_FEATURES: [&str; 37 + KNOTS] = [
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
    "bar_left",
    "bar_top",
    "bar_right",
    "bar_bottom",
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

static LUMA: Extracts =
    Extracts { id: "hack_luma", version: 6, features: &LUMA_FEATURES, before: 0, after: 0, cost: Cost::Light };
static CHROMA: Extracts =
    Extracts { id: "hack_chroma", version: 2, features: &CHROMA_FEATURES, before: 0, after: 0, cost: Cost::Light };

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
        values.extend(borders(reference, candidate, sample));
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

fn large_enough(plane: &Plane) -> Result<(), MetricError> {
    let (width, height) = (plane.width, plane.height);
    match width.min(height) >= LEAST {
        true => Ok(()),
        false => Err(MetricError::TooSmall { metric: "the hack verdict", least: LEAST, width, height }),
    }
}
