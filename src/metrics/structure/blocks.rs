//! Sums over blocks of 4x4 samples and over the windows of 8x8 that they make: the arithmetic of FFmpeg's SSIM.

use std::ops::{Add, Mul, Range};

use multiversion::multiversion;
use rayon::prelude::*;

use crate::frame::{Plane, Sample};

/// Rows of blocks that one job of the pool takes.
const BAND: usize = 16;

/// Mean over all windows of two planes, both sides at least 8.
pub(super) fn mean(reference: &Plane, candidate: &Plane, sample: Sample) -> f64 {
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
        let mut columns = [[T::default(); STRIP]; 4];
        for start in (0..self.a.len()).step_by(STRIP / 4) {
            let blocks = start..(start + STRIP / 4).min(self.a.len());
            let samples = 4 * blocks.start..4 * blocks.end;
            add_down(a.map(|row| &row[samples.clone()]), b.map(|row| &row[samples.clone()]), &mut columns);
            let to = [&mut self.a, &mut self.b, &mut self.squares, &mut self.products];
            for (to, columns) in to.into_iter().zip(&columns) {
                for (to, [p, q, r, s]) in to[blocks.clone()].iter_mut().zip(columns.as_chunks::<4>().0) {
                    *to = (*p + *q) + (*r + *s);
                }
            }
        }
    }

    /// Sum of the values of the windows that these blocks make with the row of blocks `below`.
    #[inline(always)]
    fn windows(&self, below: &Self, value: impl Fn([T; 4]) -> f32, values: &mut [f32]) -> f64 {
        let count = values.len();
        let (a, b) = ((&self.a[..=count], &below.a[..=count]), (&self.b[..=count], &below.b[..=count]));
        let squares = (&self.squares[..=count], &below.squares[..=count]);
        let products = (&self.products[..=count], &below.products[..=count]);
        for (x, to) in values.iter_mut().enumerate() {
            *to = value([
                (a.0[x] + a.0[x + 1]) + (a.1[x] + a.1[x + 1]),
                (b.0[x] + b.0[x + 1]) + (b.1[x] + b.1[x + 1]),
                (squares.0[x] + squares.0[x + 1]) + (squares.1[x] + squares.1[x + 1]),
                (products.0[x] + products.0[x + 1]) + (products.1[x] + products.1[x + 1]),
            ]);
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

/// Columns that are summed at once.
const STRIP: usize = 256;

/// Sums down the columns of four rows: of both sides, of all squares, of the products.
#[inline(always)]
fn add_down<C: Copy + Into<T>, T: Whole>(a: [&[C]; 4], b: [&[C]; 4], columns: &mut [[T; STRIP]; 4]) {
    let count = a[0].len().min(STRIP);
    let (a, b) = (a.map(|row| &row[..count]), b.map(|row| &row[..count]));
    let [of_a, of_b, squares, products] = columns;
    let [of_a, of_b, squares, products] =
        [&mut of_a[..count], &mut of_b[..count], &mut squares[..count], &mut products[..count]];
    for x in 0..count {
        let [p, q, r, s] = [a[0][x].into(), a[1][x].into(), a[2][x].into(), a[3][x].into()];
        let [t, u, v, w] = [b[0][x].into(), b[1][x].into(), b[2][x].into(), b[3][x].into()];
        of_a[x] = (p + q) + (r + s);
        of_b[x] = (t + u) + (v + w);
        squares[x] = ((p * p + q * q) + (r * r + s * s)) + ((t * t + u * u) + (v * v + w * w));
        products[x] = (p * t + q * u) + (r * v + s * w);
    }
}

/// Whole numbers that hold all sums over a window: 32 bits for samples of 8, 64 for more.
trait Whole: Copy + Default + Add<Output = Self> + Mul<Output = Self> {}

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
        let [a, b, squares, products] = [sums[0] as f64, sums[1] as f64, sums[2] as f64, sums[3] as f64];
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
