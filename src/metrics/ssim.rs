//! Structural similarity of luma, as libvmaf's `float_ssim` gives it (`libvmaf/src/feature/ssim.c`, `iqa/ssim_tools.c`;
//! Wang, Bovik, Sheikh and Simoncelli 2004): codes on the 8-bit scale, reduced by the shorter side / 256, an 11-tap
//! Gaussian window of sigma 1.5 placed wherever it fits, and the mean of luminance * contrast * structure. It is not
//! FFmpeg's `ssim` filter, which takes 8x8 blocks at full size.
//!
//! libvmaf filters rows, then columns, and sums in doubles. Here columns come first, so that the five local moments
//! are made in one walk over both pictures with nothing stored but five rows; sums are 32-bit. The moments are off by
//! some 2^-22 of their size, which moves the mean by at most 3e-6 on the pairs that the tests hold against libvmaf.

use std::array::from_fn;
use std::cell::Cell;

use rayon::prelude::*;

use crate::frame::Plane;

use super::downscale::{Grid, LANES, auto_factor, downscale};
use super::{
    About, Cost, Direction, Extractor, Extracts, Group, Memo, MetricError, Moment, Plain, Reads, Task, Trust, Value,
};

/// SSIM of the luma plane.
#[derive(Debug)]
pub struct Ssim;

pub static SSIM_Y: Plain = Plain(&ABOUT);

static EXTRACTS: Extracts =
    Extracts { id: "ssim_y", version: 1, features: &["ssim_y"], before: 0, after: 0, cost: Cost::Light };

static ABOUT: About = About {
    id: "ssim_y",
    label: "SSIM",
    unit: "",
    group: Group::Structure,
    direction: Direction::HigherIsBetter,
    range: |_| (-1.0, 1.0),
    decimals: 4,
    standard: true,
    meaning: "How much of the local structure of brightness is the same: 1 is all of it, 0 is none; most encodes that \
              people find good are above 0.95.",
    blind_to: "colour, motion, and on large pictures the finest detail: it is taken at about 256 lines",
    trust: &[
        Trust {
            task: Task::Encode,
            correlation: 0.949,
            study: "CVQAD open part, codecs within one clip; found for its multi-scale form, MS-SSIM",
        },
        Trust {
            task: Task::Upscale,
            correlation: 0.27,
            study: "MSU, super-resolution of compressed video; found for its multi-scale form, MS-SSIM",
        },
    ],
};

/// Smallest side: below it a window of 11 leaves too few places to speak of a mean.
const LEAST: u32 = 32;

impl Extractor for Ssim {
    fn about(&self) -> &'static Extracts {
        &EXTRACTS
    }

    fn extract(&self, moment: &Moment<'_>, _: &Memo) -> Result<Vec<Value>, MetricError> {
        let pair = &moment.pair;
        let (reference, candidate) = pair.planes(EXTRACTS.id, Reads::Luma)?;
        let (width, height) = (reference.width, reference.height);
        if width < LEAST || height < LEAST {
            return Err(MetricError::TooSmall { metric: EXTRACTS.id, least: LEAST, width, height });
        }
        if same_samples(reference, candidate, pair.sample().bytes()) {
            return Ok(vec![Value::identical(1.0)]);
        }
        let factor = auto_factor(width, height);
        let (one, two) = SPARE.take();
        let (reference, candidate) = rayon::join(
            || downscale(reference, pair.sample(), factor, one),
            || downscale(candidate, pair.sample(), factor, two),
        );
        let mean = mean_ssim(&reference, &candidate);
        SPARE.set((reference.into_storage(), candidate.into_storage()));
        Ok(vec![Value::measured(mean)])
    }
}

thread_local! {
    /// Memory of the last two grids. Taken, not borrowed: a thread of the pool that waits inside one measurement may
    /// be given another.
    static SPARE: Cell<(Vec<f32>, Vec<f32>)> = const { Cell::new((Vec::new(), Vec::new())) };
}

/// Whether two planes of one size hold the same codes. Stops at the first row that differs.
fn same_samples(a: &Plane, b: &Plane, bytes: usize) -> bool {
    (0..a.height).all(|y| a.row_bytes(y, bytes) == b.row_bytes(y, bytes))
}

/// Gaussian of sigma 1.5 rounded to six places, as the reference has it. Its sum is 1.000002, and the reference does
/// not correct that: E[x^2] - E[x]^2 is off by about -4e-6 x^2, so a flat place has variance below zero, clamped to 0.
const TAPS: [f32; 11] =
    [0.001028, 0.007599, 0.036001, 0.109361, 0.213006, 0.266012, 0.213006, 0.109361, 0.036001, 0.007599, 0.001028];

/// (0.01 * 255)^2, (0.03 * 255)^2 and half of it: Wang's constants for the 8-bit scale.
const C1: f32 = (0.01 * 255.0) * (0.01 * 255.0);
const C2: f32 = (0.03 * 255.0) * (0.03 * 255.0);
const C3: f32 = C2 / 2.0;

/// Mean of the SSIM map of two grids of one size, both sides at least 11.
fn mean_ssim(reference: &Grid, candidate: &Grid) -> f64 {
    let (width, height) = (reference.width + 1 - TAPS.len(), reference.height + 1 - TAPS.len());
    // Each row has its own sum and rows are added up in order, so that threads leave no trace in the result.
    let row_sum = |rows: &mut Rows, y: usize| {
        rows.columns(reference, candidate, y);
        rows.along();
        rows.similarity();
        sum(&rows.ssim[..width])
    };
    let sums: Vec<f64> =
        (0..height).into_par_iter().with_min_len(8).map_init(|| Rows::new(reference.width), row_sum).collect();
    (sums.iter().sum::<f64>() / (width as f64 * height as f64)).min(1.0)
}

/// One row of work: the five local moments E[r], E[d], E[r^2], E[d^2], E[rd], in that order, and what comes of them.
struct Rows {
    /// Filtered down the columns, with a window's length of zeros at the end to read past the last place.
    columns: [Vec<f32>; 5],
    /// Filtered along the row too.
    moments: [Vec<f32>; 5],
    /// Luminance * contrast * structure. Places beyond the map's width hold no meaning.
    ssim: Vec<f32>,
}

impl Rows {
    fn new(width: usize) -> Self {
        let padded = width.next_multiple_of(LANES);
        Self {
            columns: from_fn(|_| vec![0.0; padded + TAPS.len()]),
            moments: from_fn(|_| vec![0.0; padded]),
            ssim: vec![0.0; padded],
        }
    }

    /// Filters rows `y..y + 11` of both grids down to one row of moments.
    fn columns(&mut self, reference: &Grid, candidate: &Grid, y: usize) {
        let rows: [_; 11] = from_fn(|t| (reference.row(y + t), candidate.row(y + t)));
        for group in 0..reference.row(y).len() {
            let mut sums = [[0.0; LANES]; 5];
            for (tap, (reference, candidate)) in TAPS.iter().zip(&rows) {
                let (r, d) = (&reference[group], &candidate[group]);
                for lane in 0..LANES {
                    let (wr, wd) = (tap * r[lane], tap * d[lane]);
                    sums[0][lane] += wr;
                    sums[1][lane] += wd;
                    sums[2][lane] += wr * r[lane];
                    sums[3][lane] += wd * d[lane];
                    sums[4][lane] += wr * d[lane];
                }
            }
            for (row, sums) in self.columns.iter_mut().zip(&sums) {
                row[group * LANES..(group + 1) * LANES].copy_from_slice(sums);
            }
        }
    }

    /// Filters the moments along the row.
    fn along(&mut self) {
        for (from, to) in self.columns.iter().zip(&mut self.moments) {
            weigh(from, to);
        }
    }

    /// Turns moments into luminance * contrast * structure, with the reference's clamps.
    fn similarity(&mut self) {
        let n = self.ssim.len();
        let [mr, md, rr, dd, rd] = self.moments.each_ref().map(|row| &row[..n]);
        for (x, ssim) in self.ssim.iter_mut().enumerate() {
            let (mr, md) = (mr[x], md[x]);
            let (vr, vd) = ((rr[x] - mr * mr).max(0.0), (dd[x] - md * md).max(0.0));
            let root = (vr * vd).sqrt();
            let both = rd[x] - mr * md;
            // Where one is flat, a covariance below zero is a rounding error: no structure, none lost.
            let both = if root <= 0.0 { both.max(0.0) } else { both };
            let above = (2.0 * mr * md + C1) * (2.0 * root + C2) * (both + C3);
            let below = (mr * mr + md * md + C1) * (vr + vd + C2) * (root + C3);
            *ssim = above / below;
        }
    }
}

/// The window along a row: `to[x]` from `from[x..x + 11]`. It is symmetric: its ends share a product.
fn weigh(from: &[f32], to: &mut [f32]) {
    for (to, from) in to.iter_mut().zip(from.windows(TAPS.len())) {
        let ends = (0..5).map(|t| TAPS[t] * (from[t] + from[10 - t]));
        *to = TAPS[5] * from[5] + ends.sum::<f32>();
    }
}

/// Sum in doubles, in eight interleaved parts that do not wait for each other; the order is fixed.
fn sum(row: &[f32]) -> f64 {
    let (groups, rest) = row.as_chunks::<LANES>();
    let mut parts = [0.0f64; LANES];
    for group in groups {
        for (part, value) in parts.iter_mut().zip(group) {
            *part += f64::from(*value);
        }
    }
    parts.iter().sum::<f64>() + rest.iter().copied().map(f64::from).sum::<f64>()
}
