//! Of time: whether another frame of the reference is nearer than the one that stands beside the candidate's.
//!
//! Neighbours are compared at once, by thumbnails. For offsets of many frames each picture leaves a signature that can be
//! compared later with that of any other frame: random projections keep distances (Johnson and Lindenstrauss, 1984), so
//! [`SIGNS`] numbers a picture say nearly as much as its whole thumbnail.

use std::sync::Arc;

use crate::frame::{Frame, Plane, Sample};
use crate::metrics::{Cost, Extractor, Extracts, Memo, MetricError, Moment, Reads, Value};

use super::large_enough;
use super::pyramid::Rows;

/// Of time: whether a neighbouring frame of the reference is nearer, and what both frames can be known by.
#[derive(Debug)]
pub struct Step;

/// Numbers in a signature.
pub const SIGNS: usize = 16;

/// Ids of the features of time, in order: mean squared differences of the candidate's thumbnail to the reference's, to
/// that of the frame before, and to that of the frame after (-1 where there is none); which of the three is plainly
/// nearest: 0, -1 or 1; and the signatures ([`SIGNATURES`]), reference first. The squared distance of two signatures is,
/// nearly, the mean squared difference of their thumbnails, squared codes of 256.
pub static STEP_FEATURES: [&str; 4 + 2 * SIGNS] = [
    "step_here",
    "step_before",
    "step_after",
    "frame_offset",
    "sign_r_0",
    "sign_r_1",
    "sign_r_2",
    "sign_r_3",
    "sign_r_4",
    "sign_r_5",
    "sign_r_6",
    "sign_r_7",
    "sign_r_8",
    "sign_r_9",
    "sign_r_10",
    "sign_r_11",
    "sign_r_12",
    "sign_r_13",
    "sign_r_14",
    "sign_r_15",
    "sign_d_0",
    "sign_d_1",
    "sign_d_2",
    "sign_d_3",
    "sign_d_4",
    "sign_d_5",
    "sign_d_6",
    "sign_d_7",
    "sign_d_8",
    "sign_d_9",
    "sign_d_10",
    "sign_d_11",
    "sign_d_12",
    "sign_d_13",
    "sign_d_14",
    "sign_d_15",
];

/// Ids of the signatures: of the reference's frame, of the candidate's.
pub fn signatures() -> (&'static [&'static str], &'static [&'static str]) {
    STEP_FEATURES[4..].split_at(SIGNS)
}

static STEP: Extracts =
    Extracts { id: "hack_step", version: 2, features: &STEP_FEATURES, before: 1, after: 1, cost: Cost::Light };

impl Extractor for Step {
    fn about(&self) -> &'static Extracts {
        &STEP
    }

    fn extract(&self, moment: &Moment<'_>, memo: &Memo) -> Result<Vec<Value>, MetricError> {
        let (reference, candidate) = moment.pair.planes("the hack verdict", Reads::Luma)?;
        large_enough(reference)?;
        let sample = moment.pair.sample();
        let shape = (reference.width, reference.height);
        let of = |frame: &Arc<Frame>| memo.of("hack_thumbnail", frame, || thumbnail(frame.plane(0), sample));
        let here = of(moment.pair.reference());
        let candidate = thumbnail(candidate, sample);
        let beside = |frames: &[Arc<Frame>]| {
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
        let signs = signature(&here).into_iter().chain(signature(&candidate));
        Ok([own, before, after, offset].into_iter().chain(signs).map(Value::measured).collect())
    }
}

/// Sums of the thumbnail's cells under signs that are drawn once for all pictures.
fn signature(thumbnail: &[f32]) -> [f64; SIGNS] {
    let mut sums = [0.0f64; SIGNS];
    for (cell, value) in thumbnail.iter().enumerate() {
        let signs = scattered(cell as u32);
        for (k, sum) in sums.iter_mut().enumerate() {
            *sum += f64::from(if signs >> k & 1 == 1 { *value } else { -*value });
        }
    }
    let scale = ((thumbnail.len().max(1) * SIGNS) as f64).sqrt();
    sums.map(|sum| sum / scale)
}

/// 32 bits without order: the finaliser of MurmurHash3.
fn scattered(n: u32) -> u32 {
    let n = (n ^ 0x9e37_79b9).wrapping_mul(0x85eb_ca6b);
    let n = (n ^ n >> 13).wrapping_mul(0xc2b2_ae35);
    n ^ n >> 16
}
/// Means of 8x8 samples, less the mean of them all.
fn thumbnail(plane: &Plane, sample: Sample) -> Vec<f32> {
    const SIDE: usize = 8;
    let (across, down) = (plane.width as usize / SIDE, plane.height as usize / SIDE);
    let mut means = Vec::with_capacity(across * down);
    let mut columns = vec![0.0f32; plane.width as usize];
    for top in 0..down {
        Rows::Plane(plane, sample).columns(top * SIDE..(top + 1) * SIDE, &mut columns);
        let cells = columns.as_chunks::<SIDE>().0;
        means.extend(cells.iter().map(|cell| cell.iter().sum::<f32>() / (SIDE * SIDE) as f32));
    }
    let mean = means.iter().sum::<f32>() / means.len().max(1) as f32;
    means.iter_mut().for_each(|value| *value -= mean);
    means
}

fn distance(a: &[f32], b: &[f32]) -> f64 {
    a.iter().zip(b).map(|(a, b)| f64::from(a - b).powi(2)).sum::<f64>() / a.len().max(1) as f64
}
