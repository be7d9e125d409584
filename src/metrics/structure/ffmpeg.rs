//! Structural similarity of luma as FFmpeg's `ssim` filter gives it (`libavfilter/vf_ssim.c`): the means and variances
//! of blocks of 8x8 samples that overlap by four, at full size, and the mean over all of them. Columns and rows beyond
//! the last whole four are left out, as there.
//!
//! Sums are exact integers. A block's value is made of four of them in 32-bit floats, as in the filter, and values are
//! added up in doubles, so that only the order of that sum is our own.

use std::ops::{Add, AddAssign, Mul, Range};

use multiversion::multiversion;
use rayon::prelude::*;

use crate::frame::{Plane, Sample};

use super::source::{luma, same_samples};
use crate::metrics::{
    About, Cost, Direction, Extractor, Extracts, Group, Memo, MetricError, Moment, Plain, Task, Trust, Value,
};

/// FFmpeg's SSIM of the luma plane.
#[derive(Debug)]
pub struct SsimFfmpeg;

pub static SSIM_FFMPEG_Y: Plain = Plain(&ABOUT);

static EXTRACTS: Extracts =
    Extracts { id: "ssim_ffmpeg_y", version: 1, features: &["ssim_ffmpeg_y"], before: 0, after: 0, cost: Cost::Light };

static ABOUT: About = About {
    id: "ssim_ffmpeg_y",
    label: "SSIM (FFmpeg)",
    unit: "",
    group: Group::Structure,
    direction: Direction::HigherIsBetter,
    range: |_| (-1.0, 1.0),
    decimals: 4,
    standard: false,
    meaning: "How much of the local structure of brightness is the same, in blocks of 8x8 samples at full size: the \
              number that FFmpeg prints as SSIM Y. It lies below SSIM where fine grain was lost.",
    blind_to: "colour, motion, and how far from the screen people sit: lost grain costs as much on a telephone",
    trust: &[Trust {
        task: Task::Encode,
        correlation: 0.949,
        study: "CVQAD open part, codecs within one clip; found for a relative, MS-SSIM",
    }],
};

/// Two blocks of four by which windows overlap.
const LEAST: u32 = 8;
/// Rows of blocks that one job of the pool takes.
const BAND: usize = 16;

impl Extractor for SsimFfmpeg {
    fn about(&self) -> &'static Extracts {
        &EXTRACTS
    }

    fn extract(&self, moment: &Moment<'_>, _: &Memo) -> Result<Vec<Value>, MetricError> {
        let (reference, candidate) = luma(EXTRACTS.id, LEAST, &moment.pair)?;
        let sample = moment.pair.sample();
        if same_samples(reference, candidate, sample) {
            return Ok(vec![Value::identical(1.0)]);
        }
        Ok(vec![Value::measured(mean(reference, candidate, sample))])
    }
}

/// Mean over all windows of two planes, both sides at least 8.
fn mean(reference: &Plane, candidate: &Plane, sample: Sample) -> f64 {
    let (across, down) = (reference.width as usize / 4, reference.height as usize / 4);
    let starts: Vec<usize> = (0..down - 1).step_by(BAND).collect();
    let band = |&start: &usize| {
        let rows = start..(start + BAND).min(down - 1);
        match sample {
            Sample::U8 => band_u8(reference, candidate, rows.start, rows.end),
            // Floats never get here: `Pair::new` refuses them.
            sample => band_u16(reference, candidate, rows.start, rows.end, f64::from((1u32 << sample.bits()) - 1)),
        }
    };
    // Bands do not depend on the number of threads and are added up in order.
    let sums: Vec<f64> = starts.par_iter().map(band).collect();
    sums.iter().sum::<f64>() / ((across - 1) as f64 * (down - 1) as f64)
}

/// Sums over one row of blocks of 4x4: of each block the samples of both sides, the squares of both together, and the
/// products.
struct Sums<T> {
    a: Vec<T>,
    b: Vec<T>,
    squares: Vec<T>,
    products: Vec<T>,
}

impl<T: Whole> Sums<T> {
    fn new(blocks: usize) -> Self {
        let zero = || vec![T::default(); blocks];
        Self { a: zero(), b: zero(), squares: zero(), products: zero() }
    }

    /// Sums of the blocks that four rows of both pictures make.
    #[inline(always)]
    fn fill<C: Copy + Into<T>>(&mut self, a: [&[C]; 4], b: [&[C]; 4]) {
        let blocks = self.a.len();
        let (sums_a, sums_b) = (&mut self.a[..blocks], &mut self.b[..blocks]);
        let (squares, products) = (&mut self.squares[..blocks], &mut self.products[..blocks]);
        let (a, b) = (a.map(|row| &row.as_chunks::<4>().0[..blocks]), b.map(|row| &row.as_chunks::<4>().0[..blocks]));
        for block in 0..blocks {
            let [mut of_a, mut of_b, mut of_squares, mut of_products] = [T::default(); 4];
            for row in 0..4 {
                for column in 0..4 {
                    let (a, b) = (a[row][block][column].into(), b[row][block][column].into());
                    of_a += a;
                    of_b += b;
                    of_squares += a * a + b * b;
                    of_products += a * b;
                }
            }
            (sums_a[block], sums_b[block], squares[block], products[block]) = (of_a, of_b, of_squares, of_products);
        }
    }

    /// Sum of the values of the windows that these blocks make with the row of blocks `below`.
    #[inline(always)]
    fn windows(&self, below: &Self, value: impl Fn([T; 4]) -> f32, values: &mut [f32]) -> f64 {
        let quantities: [_; 4] = [
            (&self.a, &below.a),
            (&self.b, &below.b),
            (&self.squares, &below.squares),
            (&self.products, &below.products),
        ]
        .map(|(above, below)| (&above[..values.len() + 1], &below[..values.len() + 1]));
        for (x, to) in values.iter_mut().enumerate() {
            *to = value(quantities.map(|(above, below)| above[x] + above[x + 1] + below[x] + below[x + 1]));
        }
        let mut lanes = [0.0f64; 8];
        let (groups, rest) = values.as_chunks::<8>();
        for group in groups {
            for (lane, value) in lanes.iter_mut().zip(group) {
                *lane += f64::from(*value);
            }
        }
        lanes.iter().chain(&rest.iter().copied().map(f64::from).collect::<Vec<_>>()).sum()
    }
}

/// Whole numbers that hold all sums over a window: 32 bits for samples of 8, 64 for more.
trait Whole: Copy + Default + Add<Output = Self> + Mul<Output = Self> + AddAssign {}

impl Whole for i32 {}
impl Whole for u64 {}

/// Sum over the windows whose upper blocks are the rows `from..to`, for 8 bits.
#[multiversion(targets("x86_64+avx512f+avx512bw+avx512dq+avx512vl", "x86_64+avx2", "aarch64+neon"))]
fn band_u8(reference: &Plane, candidate: &Plane, from: usize, to: usize) -> f64 {
    band(reference, candidate, from..to, Plane::row_u8, |[a, b, squares, products]: [i32; 4]| {
        let (variances, covariance) = (64 * squares - a * a - b * b, 64 * products - a * b);
        let above = (2 * a * b + C1) as f32 * (2 * covariance + C2) as f32;
        above / ((a * a + b * b + C1) as f32 * (variances + C2) as f32)
    })
}

/// The filter's constants for 8 bits: (.01 * 255)^2 * 64 and (.03 * 255)^2 * 64 * 63, rounded.
const C1: i32 = 416;
const C2: i32 = 235_963;

/// The same for more bits. Every whole number in here is below 2^53, so that doubles hold it exactly.
#[multiversion(targets("x86_64+avx512f+avx512bw+avx512dq+avx512vl", "x86_64+avx2", "aarch64+neon"))]
fn band_u16(reference: &Plane, candidate: &Plane, from: usize, to: usize, peak: f64) -> f64 {
    let c1 = (0.01 * 0.01 * peak * peak * 64.0 + 0.5).floor();
    let c2 = (0.03 * 0.03 * peak * peak * 64.0 * 63.0 + 0.5).floor();
    band(reference, candidate, from..to, Plane::row_u16, |sums: [u64; 4]| {
        let [a, b, squares, products] = sums.map(|sum| sum as f64);
        let (variances, covariance) = (64.0 * squares - a * a - b * b, 64.0 * products - a * b);
        let above = (2.0 * a * b + c1) as f32 * (2.0 * covariance + c2) as f32;
        above / ((a * a + b * b + c1) as f32 * (variances + c2) as f32)
    })
}

#[inline(always)]
fn band<'p, C: Copy + Into<T> + 'p, T: Whole>(
    reference: &'p Plane,
    candidate: &'p Plane,
    rows: Range<usize>,
    row: impl Fn(&'p Plane, u32) -> &'p [C],
    value: impl Fn([T; 4]) -> f32,
) -> f64 {
    let blocks = reference.width as usize / 4;
    let (mut above, mut below) = (Sums::<T>::new(blocks), Sums::<T>::new(blocks));
    let mut values = vec![0.0; blocks - 1];
    let mut total = 0.0;
    for n in rows.start..=rows.end {
        std::mem::swap(&mut above, &mut below);
        let four = |plane: &'p Plane| [0, 1, 2, 3].map(|k| row(plane, (4 * n + k) as u32));
        below.fill(four(reference), four(candidate));
        if n > rows.start {
            total += above.windows(&below, &value, &mut values);
        }
    }
    total
}
