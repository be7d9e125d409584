//! XPSNR, PSNR in which each block's error counts the less, the busier the block is in space and time (Helmrich,
//! Siekmann, Becker, Bosse, Marpe and Wiegand 2020), as FFmpeg's `xpsnr` filter computes it, frame by frame.
//!
//! Source: `libavfilter/vf_xpsnr.c`. What is to be known of the filter:
//! - Weights come from its *first* input. FFmpeg names its inputs `main` and `reference`, so that in
//!   `-i candidate -i reference -lavfi xpsnr` the candidate's busyness counts. So it is here: who gives the reference
//!   first gets other numbers (the paper's definition; 1 to 3 dB higher on coarse encodes).
//! - Busyness in time is the difference from the frame before, and from 32 frames a second up the second difference.
//!   Before the first frame everything was black: the first frame (at high rates the first two) scores higher than
//!   those after it. A range that is scored by itself begins in the same way.
//! - Pictures of at most 640x480 samples have their weights limited by those of neighbouring blocks; pictures above
//!   2048x1152 are looked at in half size; pictures below some 45x45 samples have no weights.
//! - The weighted error is rounded to a whole number; where it is 0, the filter prints `inf`.
//! - The filter's printed average is not the mean of the frames' dB but that of the root of their errors: see
//!   [`average`].
//! - Above 8 bits the filter reads its second input with rows as wide as the picture, whatever their true distance;
//!   where rows are padded (most widths that are no multiple of 32) its numbers are those of a skewed picture. That is
//!   not followed here. On odd sizes above HD the filter reads outside its memory and fails.

mod blocks;
mod lines;

use crate::frame::{Frame, Sample};

use super::{About, Cost, Direction, Extractor, Extracts, Group, Memo, MetricError, Moment, Pair, Plain, Reads, Value};
use blocks::{Blocks, plane_error};

/// XPSNR of luma, or of both chroma planes.
#[derive(Debug)]
pub struct Xpsnr {
    about: &'static Extracts,
    planes: &'static [(usize, Reads)],
}

pub static LUMA: Xpsnr = Xpsnr { about: &extracts("xpsnr_y", &["xpsnr_y"]), planes: &[(0, Reads::Luma)] };

/// Apart from luma, because grey pictures have none. Weights are luma's, made once more.
pub static CHROMA: Xpsnr = Xpsnr {
    about: &extracts("xpsnr_chroma", &["xpsnr_cb", "xpsnr_cr"]),
    planes: &[(1, Reads::Chroma(1)), (2, Reads::Chroma(2))],
};

const fn extracts(id: &'static str, features: &'static [&'static str]) -> Extracts {
    Extracts { id, version: 1, features, before: 0, after: 0, cost: Cost::Light }
}

impl Extractor for Xpsnr {
    fn about(&self) -> &'static Extracts {
        self.about
    }

    fn candidates_before(&self) -> usize {
        2
    }

    fn extract(&self, moment: &Moment<'_>, _: &Memo) -> Result<Vec<Value>, MetricError> {
        for (feature, (_, reads)) in self.about.features.iter().zip(self.planes) {
            moment.pair.planes(feature, *reads)?;
        }
        Ok(match moment.pair.sample() {
            Sample::U8 => self.values::<u8>(moment),
            // Floats never get here: `Pair::new` refuses them.
            Sample::U16 { .. } | Sample::F32 => self.values::<u16>(moment),
        })
    }
}

impl Xpsnr {
    fn values<T: lines::Code>(&self, moment: &Moment<'_>) -> Vec<Value> {
        let pair = &moment.pair;
        let same = |(plane, _): &(usize, Reads)| same_plane(pair, *plane);
        if self.planes.iter().all(same) {
            return self.planes.iter().map(|_| Value::identical(cap_db(pair.sample().bits()))).collect();
        }
        let like = |frame: &&Frame| frame.layout == pair.candidate().layout && size(frame) == size(pair.candidate());
        let before = |n: usize| moment.before_candidate.get(n).map(|frame| &**frame).filter(like);
        // The filter compares the whole part with 32.
        let jerky = moment.rate.is_some_and(|rate| rate >= 32.0);
        let blocks = Blocks::new::<T>(pair, before(0), jerky.then(|| before(1)));
        let value = |(plane, _): &(usize, Reads)| {
            let error = match (&blocks, plane) {
                (Some(blocks), 0) => blocks.luma_error(),
                (Some(blocks), _) => blocks.chroma_error::<T>(pair, *plane),
                (None, _) => plane_error::<T>(pair, *plane) as f64,
            };
            match decibels(error, pair, *plane) {
                _ if same_plane(pair, *plane) => Value::identical(cap_db(pair.sample().bits())),
                db => Value::measured(db.min(cap_db(pair.sample().bits()))),
            }
        };
        self.planes.iter().map(value).collect()
    }
}

fn size(frame: &Frame) -> (u32, u32) {
    (frame.width, frame.height)
}

/// Whether plane `index` holds the same codes in both.
fn same_plane(pair: &Pair<'_>, index: usize) -> bool {
    let (a, b) = (pair.reference().plane(index), pair.candidate().plane(index));
    let bytes = pair.sample().bytes();
    (0..a.height).all(|y| a.row_bytes(y, bytes) == b.row_bytes(y, bytes))
}

/// The weighted error of a plane in dB; infinite below 1.
fn decibels(error: f64, pair: &Pair<'_>, plane: usize) -> f64 {
    if error < 1.0 {
        return f64::INFINITY;
    }
    let plane = pair.candidate().plane(plane);
    let peak = f64::from((1u32 << pair.sample().bits()) - 1);
    10.0 * (f64::from(plane.width) * f64::from(plane.height) * peak * peak / error).log10()
}

/// What identical planes get, and the highest value given: 100 dB for 8 bits, 112 for 10. FFmpeg prints `inf` for what
/// is identical, and could print more than this for a few samples that are off by one.
pub const fn cap_db(bits: u8) -> f64 {
    6.0 * bits as f64 + 52.0
}

/// FFmpeg's printed average of frames' values in dB: that of the mean of the errors' roots. Identical frames count as
/// no error at all. `None` when there are no frames; infinite when all are identical.
pub fn average(values: &[Value]) -> Option<f64> {
    let root = |value: &Value| if value.identical { 0.0 } else { 10f64.powf(-value.value / 20.0) };
    let mean = values.iter().map(root).sum::<f64>() / values.len() as f64;
    (!values.is_empty()).then(|| -20.0 * mean.log10())
}

pub static XPSNR_Y: Plain = Plain(&ABOUT_Y);
pub static XPSNR_CB: Plain = Plain(&ABOUT_CB);
pub static XPSNR_CR: Plain = Plain(&ABOUT_CR);

static ABOUT_Y: About = about(
    "xpsnr_y",
    "XPSNR-Y",
    "How far brightness is off, with errors in busy or moving places counting less, as they are seen less: above 40 dB \
     is good, below 30 dB is poor.",
);

static ABOUT_CB: About = about(
    "xpsnr_cb",
    "XPSNR-Cb",
    "How far the blue-yellow part of the colour is off, with errors in busy or moving places counting less.",
);

static ABOUT_CR: About = about(
    "xpsnr_cr",
    "XPSNR-Cr",
    "How far the red-green part of the colour is off, with errors in busy or moving places counting less.",
);

const fn about(id: &'static str, label: &'static str, meaning: &'static str) -> About {
    About {
        id,
        label,
        unit: "dB",
        group: Group::Error,
        direction: Direction::HigherIsBetter,
        range: |bits| (0.0, cap_db(bits)),
        decimals: 2,
        standard: false,
        meaning,
        blind_to: "what an error looks like; and as FFmpeg weighs by the candidate, noise that was added makes a place \
                   busy and excuses itself",
        trust: &[],
    }
}
