//! Structural similarity of luma, as libvmaf's `float_ssim` gives it (`libvmaf/src/feature/ssim.c`, `iqa/ssim_tools.c`;
//! Wang, Bovik, Sheikh and Simoncelli 2004): codes on the 8-bit scale, reduced by the shorter side / 256, an 11-tap
//! Gaussian window of sigma 1.5 placed wherever it fits, and the mean of luminance * contrast * structure. It is not
//! FFmpeg's `ssim` filter, which takes 8x8 blocks at full size.
//!
//! libvmaf filters rows, then columns, and sums in doubles. Here columns come first, so that the five local moments
//! are made in one walk over both pictures with nothing stored but five rows; sums are 32-bit. The moments are off by
//! some 2^-22 of their size, without bias, which moves the mean by less than 1e-6.

use std::array::from_fn;

use rayon::prelude::*;

use crate::frame::Plane;

use super::downscale::{Grid, LANES, auto_factor, downscale};
use super::{About, Direction, Metric, MetricError, Needs, Pair, Reads, Task, Trust, Value};

/// SSIM of the luma plane.
#[derive(Debug)]
pub struct Ssim(&'static About);

pub static SSIM_Y: Ssim = Ssim(&ABOUT);

static ABOUT: About = About {
    id: "ssim_y",
    label: "SSIM",
    unit: "",
    direction: Direction::HigherIsBetter,
    range: |_| (-1.0, 1.0),
    decimals: 4,
    reads: Reads::Luma,
    needs: Needs::OnePair,
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

impl Metric for Ssim {
    fn about(&self) -> &'static About {
        self.0
    }

    fn measure(&self, pair: &Pair<'_>) -> Result<Value, MetricError> {
        let (reference, candidate) = pair.planes(self.0.id, self.0.reads)?;
        let (width, height) = (reference.width, reference.height);
        if width < LEAST || height < LEAST {
            return Err(MetricError::TooSmall { metric: self.0.id, least: LEAST, width, height });
        }
        if same_samples(reference, candidate, pair.sample().bytes()) {
            return Ok(Value::identical(1.0));
        }
        let factor = auto_factor(width, height);
        let (reference, candidate) =
            rayon::join(|| downscale(reference, pair.sample(), factor), || downscale(candidate, pair.sample(), factor));
        Ok(Value::measured(mean_ssim(&reference, &candidate)))
    }
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

type Lanes = [f32; LANES];

/// Local moments in the order E[r], E[d], E[r^2], E[d^2], E[rd].
type Moments = [Lanes; 5];

/// Mean of the SSIM map of two grids of one size, both sides at least 11.
fn mean_ssim(reference: &Grid, candidate: &Grid) -> f64 {
    let (width, height) = (reference.width + 1 - TAPS.len(), reference.height + 1 - TAPS.len());
    // Each row has its own sum and rows are added up in order, so that threads leave no trace in the result.
    let row_sum = |scratch: &mut Rows, y: usize| {
        scratch.columns(reference, candidate, y);
        scratch.ssim_sum(width)
    };
    let sums: Vec<f64> =
        (0..height).into_par_iter().with_min_len(8).map_init(|| Rows::new(reference.width), row_sum).collect();
    (sums.iter().sum::<f64>() / (width as f64 * height as f64)).min(1.0)
}

/// The five moments of one row, filtered down the columns.
struct Rows {
    /// One buffer a moment, with a window's length of zeros at the end to read past the last place.
    moments: [Vec<f32>; 5],
}

impl Rows {
    fn new(width: usize) -> Self {
        let padded = width.next_multiple_of(LANES) + TAPS.len().next_multiple_of(LANES);
        Self { moments: from_fn(|_| vec![0.0; padded]) }
    }

    /// Filters rows `y..y + 11` of both grids down to one row of moments.
    fn columns(&mut self, reference: &Grid, candidate: &Grid, y: usize) {
        let rows: [_; 11] = from_fn(|t| (reference.row(y + t), candidate.row(y + t)));
        let groups = reference.row(y).len();
        for group in 0..groups {
            let mut sums: Moments = [[0.0; LANES]; 5];
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
            for (row, sums) in self.moments.iter_mut().zip(&sums) {
                row[group * LANES..(group + 1) * LANES].copy_from_slice(sums);
            }
        }
    }

    /// Filters the moments along the row and sums the SSIM of its first `width` places.
    fn ssim_sum(&self, width: usize) -> f64 {
        let mut lanes = [0.0f64; LANES];
        for start in (0..width).step_by(LANES) {
            let moments: Moments = from_fn(|m| along(&self.moments[m][start..start + LANES + TAPS.len()]));
            let values = ssim(&moments);
            let valid = (width - start).min(LANES);
            if valid == LANES {
                for lane in 0..LANES {
                    lanes[lane] += f64::from(values[lane]);
                }
            } else {
                for lane in 0..valid {
                    lanes[lane] += f64::from(values[lane]);
                }
            }
        }
        lanes.iter().sum()
    }
}

/// Eight neighbouring places of the window over a row.
fn along(row: &[f32]) -> Lanes {
    let mut sums = [0.0; LANES];
    for (t, tap) in TAPS.iter().enumerate() {
        let shifted = &row[t..t + LANES];
        for lane in 0..LANES {
            sums[lane] += tap * shifted[lane];
        }
    }
    sums
}

/// Luminance * contrast * structure from the five moments, with the reference's clamps.
fn ssim([mr, md, rr, dd, rd]: &Moments) -> Lanes {
    from_fn(|i| {
        let (mr, md) = (mr[i], md[i]);
        let (vr, vd) = ((rr[i] - mr * mr).max(0.0), (dd[i] - md * md).max(0.0));
        let root = (vr * vd).sqrt();
        let both = rd[i] - mr * md;
        // Where both are flat, the covariance is a rounding error below zero: no structure, none lost.
        let both = if root <= 0.0 { both.max(0.0) } else { both };
        let above = (2.0 * mr * md + C1) * (2.0 * root + C2) * (both + C3);
        let below = (mr * mr + md * md + C1) * (vr + vd + C2) * (root + C3);
        above / below
    })
}
