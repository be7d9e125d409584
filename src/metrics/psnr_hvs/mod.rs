//! PSNR-HVS of luma, as libvmaf's `psnr_hvs` gives it: PSNR on the coefficients of 8x8 blocks, each weighed by how well
//! the eye sees its frequency, less what the block's own texture hides (Egiazarian and others 2006; Ponomarenko and
//! others 2007). A block every 7 samples.
//!
//! Source: `libvmaf/src/feature/third_party/xiph/psnr_hvs.c` (Xiph.Org, BSD-2-Clause), whose tables and integer
//! transform are carried over. It sums millions of 32-bit terms into one 32-bit float, block by block; on large
//! pictures that loses small terms. As the number is to be the same, terms are added in the same order and width here.

mod transform;

use rayon::prelude::*;

use crate::frame::{Plane, Sample};

use super::{About, Cost, Direction, Extractor, Extracts, Group, Memo, MetricError, Moment, Plain, Reads, Value};
use transform::{LANES, Lanes, Terms, terms};

/// PSNR-HVS of luma.
#[derive(Debug)]
pub struct PsnrHvs;

static EXTRACTS: Extracts =
    Extracts { id: "psnr_hvs", version: 1, features: &["psnr_hvs_y"], before: 0, after: 0, cost: Cost::Medium };

/// Samples from one block to the next.
const STEP: usize = 7;
/// Samples of a block's side.
const SIDE: usize = 8;

impl Extractor for PsnrHvs {
    fn about(&self) -> &'static Extracts {
        &EXTRACTS
    }

    fn extract(&self, moment: &Moment<'_>, _: &Memo) -> Result<Vec<Value>, MetricError> {
        let metric = ABOUT.id;
        let (reference, candidate) = moment.pair.planes(metric, Reads::Luma)?;
        let (width, height) = (reference.width, reference.height);
        let least = SIDE as u32;
        if width < least || height < least {
            return Err(MetricError::TooSmall { metric, least, width, height });
        }
        let sample = moment.pair.sample();
        let bytes = sample.bytes();
        if (0..height).all(|y| reference.row_bytes(y, bytes) == candidate.row_bytes(y, bytes)) {
            return Ok(vec![Value::identical(cap_db(sample.bits()))]);
        }
        Ok(vec![Value::measured(decibels(reference, candidate, sample).min(cap_db(sample.bits())))])
    }
}

/// What identical planes get, and the highest value given: 100 dB for 8 bits, 112 for 10. libvmaf gives none for
/// planes whose differences are all hidden (its value is infinite).
pub const fn cap_db(bits: u8) -> f64 {
    6.0 * bits as f64 + 52.0
}

/// PSNR-HVS of two planes of one size, both sides at least 8; infinite where all differences are hidden. libvmaf stops
/// at 12 bits; what has more is reduced to 12 first.
fn decibels(reference: &Plane, candidate: &Plane, sample: Sample) -> f64 {
    let excess = u32::from(sample.bits().saturating_sub(12));
    let depth = u32::from(sample.bits()) - excess;
    let (across, down) = (blocks(reference.width), blocks(reference.height));
    let row = |row: usize| Blocks { reference, candidate, sample, excess, top: row * STEP, across }.terms();
    // A few rows of blocks at a time: all terms of a large picture would take more memory than the picture.
    let mut sum = 0.0f32;
    let rows: Vec<usize> = (0..down).collect();
    for rows in rows.chunks(64) {
        let found: Vec<Vec<f32>> = rows.par_iter().map(|&n| row(n)).collect();
        for term in found.iter().flatten() {
            sum += term;
        }
    }
    let peak = ((1u32 << depth) - 1) as f32;
    let mean = sum / (across * down * SIDE * SIDE) as f32 / (peak * peak);
    -10.0 * f64::from(mean).log10()
}

/// Blocks along a side.
fn blocks(side: u32) -> usize {
    (side as usize - (SIDE - 1)).div_ceil(STEP)
}

/// One row of blocks.
struct Blocks<'a> {
    reference: &'a Plane,
    candidate: &'a Plane,
    sample: Sample,
    /// Bits beyond 12.
    excess: u32,
    top: usize,
    across: usize,
}

impl Blocks<'_> {
    /// The terms of the sum that are not 0, in the order of blocks and coefficients.
    fn terms(&self) -> Vec<f32> {
        let mut found = Vec::new();
        let (mut a, mut b) = ([[0; LANES]; SIDE * SIDE], [[0; LANES]; SIDE * SIDE]);
        let mut out: Terms = [[0.0; LANES]; SIDE * SIDE];
        for first in (0..self.across).step_by(LANES) {
            let count = LANES.min(self.across - first);
            self.load(self.reference, first, count, &mut a);
            self.load(self.candidate, first, count, &mut b);
            if a == b {
                continue;
            }
            terms(&a, &b, &mut out);
            for lane in 0..count {
                found.extend(out.iter().map(|terms| terms[lane]).filter(|&term| term != 0.0));
            }
        }
        found
    }

    /// The samples of `count` blocks from number `first`, one block a lane. Lanes without a block repeat the first.
    fn load(&self, plane: &Plane, first: usize, count: usize, out: &mut [Lanes; SIDE * SIDE]) {
        for (y, out) in out.as_chunks_mut::<SIDE>().0.iter_mut().enumerate() {
            let row = (self.top + y) as u32;
            for lane in 0..LANES {
                let x = (first + if lane < count { lane } else { 0 }) * STEP;
                let code = |i: usize| match self.sample {
                    Sample::U8 => i32::from(plane.row_u8(row)[x + i]),
                    // Floats never get here: `Pair::new` refuses them. The mask keeps wild codes from overflowing.
                    _ => i32::from(plane.row_u16(row)[x + i] >> self.excess) & 0xfff,
                };
                for (i, lanes) in out.iter_mut().enumerate() {
                    lanes[lane] = code(i);
                }
            }
        }
    }
}

pub static PSNR_HVS_Y: Plain = Plain(&ABOUT);

static ABOUT: About = About {
    id: "psnr_hvs_y",
    label: "PSNR-HVS",
    unit: "dB",
    group: Group::Error,
    direction: Direction::HigherIsBetter,
    range: |bits| (0.0, cap_db(bits)),
    decimals: 2,
    standard: false,
    meaning: "How far brightness is off, counting coarse patterns more than fine ones and leaving out what texture \
              hides: above 40 dB is good, below 30 dB is poor.",
    blind_to: "colour and motion; and it takes every picture as seen from one distance, whatever its size",
    trust: &[],
};
