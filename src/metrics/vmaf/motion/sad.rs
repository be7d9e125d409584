//! How far two pictures are apart once both are softened: the number that all of VMAF's motion features are made of.
//! Algorithm and fixed-point steps: libvmaf `integer_motion.c` (difference first, then a 5-tap Gaussian down and
//! along, each rounded, then the mean of magnitudes). Integers throughout: every build gives the same sum.

use multiversion::multiversion;
use rayon::prelude::*;

use crate::frame::{Plane, Sample};

/// Gaussian of 5 taps; the weights sum to 65,536. The outer two stand on both sides.
const OUTER: i32 = 3571;
const INNER: i32 = 16004;
const CENTRE: i32 = 26386;

/// Rows that one job of the pool takes; each job repeats four rows of its neighbours.
const BAND: usize = 64;

/// Mean magnitude of the softened difference of two planes of one size, on the 8-bit scale: 0 for equal planes, at
/// most 255. Both sides at least 3.
pub fn difference(before: &Plane, now: &Plane, sample: Sample) -> f64 {
    let (width, height) = (now.width as usize, now.height as usize);
    let bands = height.div_ceil(BAND);
    let sum = |band: usize| {
        let rows = band * BAND..((band + 1) * BAND).min(height);
        let mut work = Rows::new(width, height, sample.bits());
        match sample {
            Sample::U8 => work.sum(rows, |y, out| subtract_u8(before.row_u8(y), now.row_u8(y), out)),
            // Floats never get here: `Pair::new` refuses them.
            Sample::U16 { bits: 15.. } => work.sum_wide(rows, before, now),
            Sample::U16 { .. } | Sample::F32 => {
                work.sum(rows, |y, out| subtract_u16(before.row_u16(y), now.row_u16(y), out))
            }
        }
    };
    let total: u64 = (0..bands).into_par_iter().map(sum).sum();
    total as f64 / 256.0 / (width as f64 * height as f64)
}

/// Samples in which a row is mirrored at either end.
const PAD: usize = 2;

/// The working memory of one band.
struct Rows {
    width: usize,
    height: usize,
    bits: u8,
    /// Differences of the last five rows; row y stands in slot y % 5.
    differences: [Vec<i16>; 5],
    /// The row filtered down the columns, in two halves (value = 256 * high + low) so that products fit 32 bits.
    high: Vec<i16>,
    low: Vec<i16>,
}

impl Rows {
    fn new(width: usize, height: usize, bits: u8) -> Self {
        let padded = width + 2 * PAD;
        Self { width, height, bits, differences: Default::default(), high: vec![0; padded], low: vec![0; padded] }
    }

    /// Sum over `rows` for samples of up to 14 bits; `subtract` writes the differences of one row.
    fn sum(&mut self, rows: std::ops::Range<usize>, subtract: impl Fn(u32, &mut [i16])) -> u64 {
        self.differences.iter_mut().for_each(|row| row.resize(self.width, 0));
        let mut next = rows.start.saturating_sub(2);
        let mut total = 0;
        for y in rows {
            while next < (y + 3).min(self.height) {
                subtract(next as u32, &mut self.differences[next % 5]);
                next += 1;
            }
            let rows = neighbours(y, self.height).map(|y| self.differences[y % 5].as_slice());
            let inside = PAD..PAD + self.width;
            down(rows, u32::from(self.bits), &mut self.high[inside.clone()], &mut self.low[inside]);
            total += self.finish_row();
        }
        total
    }

    /// Sum over `rows` for samples of 15 and 16 bits, whose differences and products need wider numbers.
    fn sum_wide(&mut self, rows: std::ops::Range<usize>, before: &Plane, now: &Plane) -> u64 {
        let mut total = 0;
        for y in rows {
            let pairs = neighbours(y, self.height).map(|y| (before.row_u16(y as u32), now.row_u16(y as u32)));
            for x in 0..self.width {
                let d = pairs.map(|(before, now)| i64::from(before[x]) - i64::from(now[x]));
                let sum =
                    i64::from(OUTER) * (d[0] + d[4]) + i64::from(INNER) * (d[1] + d[3]) + i64::from(CENTRE) * d[2];
                let value = (sum + (1 << (self.bits - 1))) >> self.bits;
                self.high[x + PAD] = (value >> 8) as i16;
                self.low[x + PAD] = (value & 255) as i16;
            }
            total += self.finish_row();
        }
        total
    }

    fn finish_row(&mut self) -> u64 {
        for row in [&mut self.high, &mut self.low] {
            let last = PAD + self.width - 1;
            for k in 1..=PAD {
                row[PAD - k] = row[PAD + k];
                row[last + k] = row[last - k];
            }
        }
        u64::from(along(&self.high, &self.low))
    }
}

/// Rows y-2..=y+2, mirrored at the borders without repeating the edge.
fn neighbours(y: usize, height: usize) -> [usize; 5] {
    let last = height - 1;
    let above = |k: usize| y.abs_diff(k);
    let below = |k: usize| if y + k > last { 2 * last - y - k } else { y + k };
    [above(2), above(1), y, below(1), below(2)]
}

#[multiversion(targets("x86_64+avx512f+avx512bw+avx512dq+avx512vl", "x86_64+avx2", "aarch64+neon"))]
fn subtract_u8(a: &[u8], b: &[u8], out: &mut [i16]) {
    for ((out, &a), &b) in out.iter_mut().zip(a).zip(b) {
        *out = i16::from(a) - i16::from(b);
    }
}

#[multiversion(targets("x86_64+avx512f+avx512bw+avx512dq+avx512vl", "x86_64+avx2", "aarch64+neon"))]
fn subtract_u16(a: &[u16], b: &[u16], out: &mut [i16]) {
    for ((out, &a), &b) in out.iter_mut().zip(a).zip(b) {
        *out = a.wrapping_sub(b) as i16;
    }
}

/// Filters five rows of differences down to one, rounded to the 8-bit scale times 256, in halves.
#[multiversion(targets("x86_64+avx512f+avx512bw+avx512dq+avx512vl", "x86_64+avx2", "aarch64+neon"))]
fn down(rows: [&[i16]; 5], bits: u32, high: &mut [i16], low: &mut [i16]) {
    let n = high.len();
    let low = &mut low[..n];
    let [a, b, c, d, e] = rows.map(|row| &row[..n]);
    let round = 1 << (bits - 1);
    for x in 0..n {
        // Sums of two differences of 14 bits fit 16, and products of 16-bit numbers are cheaper than those of 32.
        let (outer, inner) = (a[x].wrapping_add(e[x]), b[x].wrapping_add(d[x]));
        let value = (weigh(outer, inner, c[x]) + round) >> bits;
        high[x] = (value >> 8) as i16;
        low[x] = (value & 255) as i16;
    }
}

/// Filters a padded row along and sums the magnitudes. The halves are weighed apart: with A and B their sums, the
/// rounded quotient of 256 A + B by 65,536 is (A + ((B + 32,768) >> 8)) >> 8, exactly.
#[multiversion(targets("x86_64+avx512f+avx512bw+avx512dq+avx512vl", "x86_64+avx2", "aarch64+neon"))]
fn along(high: &[i16], low: &[i16]) -> u32 {
    let n = high.len() - 2 * PAD;
    let h: [&[i16]; 5] = std::array::from_fn(|k| &high[k..k + n]);
    let l: [&[i16]; 5] = std::array::from_fn(|k| &low[k..k + n]);
    let at = |r: &[&[i16]; 5], x: usize| weigh(r[0][x].wrapping_add(r[4][x]), r[1][x].wrapping_add(r[3][x]), r[2][x]);
    (0..n).map(|x| ((at(&h, x) + ((at(&l, x) + 32_768) >> 8)) >> 8).unsigned_abs()).sum()
}

#[inline(always)]
fn weigh(outer: i16, inner: i16, centre: i16) -> i32 {
    OUTER * i32::from(outer) + INNER * i32::from(inner) + CENTRE * i32::from(centre)
}
