//! Peak signal-to-noise ratio of one plane, as libvmaf's `psnr` feature gives it
//! (`libvmaf/src/feature/integer_psnr.c`): the mean squared error is summed in integers over native codes, the peak is
//! 2^bits - 1, and the value is capped at 6 * bits + 12 dB, so that identical planes have one too. Of subsampled chroma
//! libvmaf takes half the picture's size rounded down (`libvmaf/src/picture.c`), so that the last column and row of an
//! odd size do not count; that is followed.

use rayon::prelude::*;

use crate::frame::{Plane, Sample};

use super::{
    About, Cost, Direction, Extractor, Extracts, Group, Memo, MetricError, Moment, Plain, Reads, Task, Trust, Value,
};

/// PSNR of one plane.
#[derive(Debug)]
pub struct Psnr {
    about: &'static Extracts,
    reads: Reads,
}

pub static LUMA: Psnr = Psnr { about: &extracts("psnr_y", &["psnr_y"]), reads: Reads::Luma };
pub static CB: Psnr = Psnr { about: &extracts("psnr_cb", &["psnr_cb"]), reads: Reads::Chroma(1) };
pub static CR: Psnr = Psnr { about: &extracts("psnr_cr", &["psnr_cr"]), reads: Reads::Chroma(2) };

const fn extracts(id: &'static str, features: &'static [&'static str]) -> Extracts {
    Extracts { id, version: 2, features, before: 0, after: 0, cost: Cost::Light }
}

pub static PSNR_Y: Plain = Plain(&ABOUT_Y);
pub static PSNR_CB: Plain = Plain(&ABOUT_CB);
pub static PSNR_CR: Plain = Plain(&ABOUT_CR);

static ABOUT_Y: About = about(
    "psnr_y",
    "PSNR-Y",
    "How far brightness is off on average, on a logarithmic scale: above 45 dB differences are hard to see, below 30 dB \
     they are plain.",
    &[
        Trust {
            task: Task::Encode,
            correlation: 0.951,
            study: "CVQAD open part, codecs within one clip; found for PSNR over Y, Cb and Cr together",
        },
        Trust {
            task: Task::Upscale,
            correlation: -0.10,
            study: "MSU, super-resolution of compressed video; found for PSNR: it does not tell what looks better",
        },
    ],
);

static ABOUT_CB: About = about(
    "psnr_cb",
    "PSNR-Cb",
    "How far the blue-yellow part of the colour is off on average, on a logarithmic scale.",
    &[],
);

static ABOUT_CR: About = about(
    "psnr_cr",
    "PSNR-Cr",
    "How far the red-green part of the colour is off on average, on a logarithmic scale.",
    &[],
);

const fn about(id: &'static str, label: &'static str, meaning: &'static str, trust: &'static [Trust]) -> About {
    About {
        id,
        label,
        unit: "dB",
        group: Group::Error,
        direction: Direction::HigherIsBetter,
        range: |bits| (0.0, cap_db(bits)),
        decimals: 2,
        standard: true,
        meaning,
        blind_to: "where an error stands and whether anybody sees it: noise in grass costs as much as a broken face",
        trust,
    }
}

impl Extractor for Psnr {
    fn about(&self) -> &'static Extracts {
        self.about
    }

    fn extract(&self, moment: &Moment<'_>, _: &Memo) -> Result<Vec<Value>, MetricError> {
        let pair = &moment.pair;
        let (reference, candidate) = pair.planes(self.about.id, self.reads)?;
        let bits = pair.sample().bits();
        let layout = pair.reference().layout;
        let (across, down) = if self.reads == Reads::Luma { (0, 0) } else { layout.chroma_shift };
        // Never nothing: a picture of one column has one of chroma.
        let size = ((pair.reference().width >> across).max(1), (pair.reference().height >> down).max(1));
        let error = squared_error((reference, candidate), size, pair.sample());
        Ok(vec![decibels(error, u64::from(size.0) * u64::from(size.1), bits)])
    }
}

/// PSNR of `samples` codes of `bits` bits with a sum of squared differences of `error`.
pub(super) fn decibels(error: u64, samples: u64, bits: u8) -> Value {
    if error == 0 {
        return Value::identical(cap_db(bits));
    }
    let peak = f64::from((1u32 << bits) - 1);
    let mse = error as f64 / samples as f64;
    Value::measured((10.0 * (peak * peak / mse).log10()).min(cap_db(bits)))
}

/// The highest PSNR given for samples of `bits` bits: 60 dB for 8, 72 for 10, 84 for 12, 108 for 16.
pub const fn cap_db(bits: u8) -> f64 {
    6.0 * bits as f64 + 12.0
}

/// Rows that one job of the pool takes: large enough to be worth handing out, small enough to share a picture.
const BAND: u32 = 32;

/// Sum of squared code differences over the first `width` x `height` samples of two planes, exact.
fn squared_error((a, b): (&Plane, &Plane), (width, height): (u32, u32), sample: Sample) -> u64 {
    let width = width as usize;
    let row = |y: u32| match sample {
        Sample::U8 => row_u8(&a.row_u8(y)[..width], &b.row_u8(y)[..width]),
        // Floats never get here: `Pair::new` refuses them.
        Sample::U16 { .. } | Sample::F32 => row_u16(&a.row_u16(y)[..width], &b.row_u16(y)[..width]),
    };
    let bands = height.div_ceil(BAND);
    (0..bands).into_par_iter().map(|n| (n * BAND..((n + 1) * BAND).min(height)).map(row).sum::<u64>()).sum()
}

/// Exact: 16,384 squares of 255 stay below 2^31, and 32-bit sums are twice as fast as 64-bit ones.
fn row_u8(a: &[u8], b: &[u8]) -> u64 {
    let part = |(a, b): (&[u8], &[u8])| {
        let squares = a.iter().zip(b).map(|(&a, &b)| {
            let d = i32::from(i16::from(a) - i16::from(b));
            d * d
        });
        squares.sum::<i32>() as u64
    };
    a.chunks(16_384).zip(b.chunks(16_384)).map(part).sum()
}

/// Exact for all 16 bits: a square is summed in two halves, 32,768 of which stay below 2^31.
fn row_u16(a: &[u16], b: &[u16]) -> u64 {
    let part = |(a, b): (&[u16], &[u16])| {
        let (mut low, mut high) = (0u32, 0u32);
        for (&a, &b) in a.iter().zip(b) {
            let d = u32::from(a.abs_diff(b));
            low += (d * d) & 0xffff;
            high += (d * d) >> 16;
        }
        (u64::from(high) << 16) + u64::from(low)
    };
    a.chunks(32_768).zip(b.chunks(32_768)).map(part).sum()
}
