//! The filters: five local moments of a row, down the columns and then along the row, and the variances they give.
//! All of it is exact integer arithmetic, equal to libvmaf's (`vif_statistic_8`, `vif_statistic_16` and
//! `subsample_rd_*` in `integer_vif.c`).
//!
//! libvmaf keeps sums of 48 bits. Two remarks spare them:
//! - Samples of n bits can be shifted up to 16 bits first: its rounding shifts, which depend on n, then are 16
//!   everywhere, with the same results. (Bytes are kept as bytes down the columns, where nothing is rounded.)
//! - For 32-bit samples s = 65536 h + l, (sum f s + 2^15) >> 16 is sum f h + ((sum f l + 2^15) >> 16), and both sums
//!   fit into 32 bits, since the taps add up to 2^16. So every line is 16 bits wide.
//!
//! Lines are signed (see [`Line`]), because products of signed 16-bit numbers are what processors are best at.

use super::taps::taps;
use super::work::{COLS, Columns, LANES, Line, Sigma};

/// A group of lanes.
type Group<T> = [T; LANES];

/// Group `index` of a line.
#[inline(always)]
fn group<T>(line: &[T; COLS], index: usize) -> &Group<T> {
    &line.as_chunks().0[index]
}

#[inline(always)]
fn group_mut<T>(line: &mut [T; COLS], index: usize) -> &mut Group<T> {
    &mut line.as_chunks_mut().0[index]
}

/// Filters bytes (minus 128) down the columns: `cols` columns (rounded up to groups) of rows `r` and `d`.
#[inline(always)]
pub(super) fn columns_of_bytes<const N: usize>(r: [&Line; N], d: [&Line; N], to: &mut Columns, cols: usize) {
    let taps = const { taps::<N>() };
    for g in 0..cols.div_ceil(LANES) {
        let (mut mr, mut md) = ([0i32; LANES], [0i32; LANES]);
        let (mut rr, mut dd, mut rd) = ([0i32; LANES], [0i32; LANES], [0i32; LANES]);
        for k in 0..N / 2 {
            // The filter is symmetric: rows at the same distance share a product.
            let (r, s, d, e) = (group(r[k], g), group(r[N - 1 - k], g), group(d[k], g), group(d[N - 1 - k], g));
            for i in 0..LANES {
                mr[i] += taps[k] * i32::from(r[i] + s[i]);
                md[i] += taps[k] * i32::from(d[i] + e[i]);
                rr[i] += taps[k] * (i32::from(r[i] * r[i]) + i32::from(s[i] * s[i]));
                dd[i] += taps[k] * (i32::from(d[i] * d[i]) + i32::from(e[i] * e[i]));
                rd[i] += taps[k] * (i32::from(r[i] * d[i]) + i32::from(s[i] * e[i]));
            }
        }
        let (r, d) = (group(r[N / 2], g), group(d[N / 2], g));
        for i in 0..LANES {
            mr[i] += taps[N / 2] * i32::from(r[i]);
            md[i] += taps[N / 2] * i32::from(d[i]);
            rr[i] += taps[N / 2] * i32::from(r[i] * r[i]);
            dd[i] += taps[N / 2] * i32::from(d[i] * d[i]);
            rd[i] += taps[N / 2] * i32::from(r[i] * d[i]);
        }
        // With r = 128 + r': E[r^2] = E[r'^2] + 256 E[r'] + 2^14, and so on.
        for i in 0..LANES {
            rr[i] = rr[i].wrapping_add(256 * mr[i]).wrapping_add(1 << 30);
            dd[i] = dd[i].wrapping_add(256 * md[i]).wrapping_add(1 << 30);
            rd[i] = rd[i].wrapping_add(128 * (mr[i] + md[i])).wrapping_add(1 << 30);
            mr[i] = (mr[i] + (1 << 23) + 128) >> 8;
            md[i] = (md[i] + (1 << 23) + 128) >> 8;
        }
        put_columns([&mr, &md], [&rr, &dd, &rd], to, g);
    }
}

/// Filters 16-bit samples (minus 32,768) down the columns: `cols` columns (rounded up to groups) of rows `r` and `d`.
#[inline(always)]
pub(super) fn columns_of_words<const N: usize>(r: [&Line; N], d: [&Line; N], to: &mut Columns, cols: usize) {
    let taps = const { taps::<N>() };
    for g in 0..cols.div_ceil(LANES) {
        let mut means = [[0i32; LANES]; 2];
        let (mut high, mut low) = ([[0i32; LANES]; 3], [[0u32; LANES]; 3]);
        for k in 0..N {
            let (r, d) = (group(r[k], g), group(d[k], g));
            for i in 0..LANES {
                let (r, d) = (i32::from(r[i]), i32::from(d[i]));
                means[0][i] += taps[k] * r;
                means[1][i] += taps[k] * d;
                for (m, product) in [r * r, d * d, r * d].into_iter().enumerate() {
                    high[m][i] += taps[k] * (product >> 16);
                    low[m][i] += taps[k] as u32 * (product as u32 & 0xffff);
                }
            }
        }
        let [mut mr, mut md] = means;
        let (mut rr, mut dd, mut rd) = ([0i32; LANES], [0i32; LANES], [0i32; LANES]);
        for i in 0..LANES {
            // With r = 2^15 + r': E[r^2] = E[r'^2] + 2^16 E[r'] + 2^30; E[rd] has 2^15 E[r' + d'] and rounds after it.
            let carry = u32::from(mr[i] & 1 != md[i] & 1) << 14;
            let half = (mr[i] >> 1).wrapping_add(md[i] >> 1).wrapping_add(mr[i] & md[i] & 1);
            rr[i] = high[0][i].wrapping_add(rounded(low[0][i])).wrapping_add(mr[i]).wrapping_add(1 << 30);
            dd[i] = high[1][i].wrapping_add(rounded(low[1][i])).wrapping_add(md[i]).wrapping_add(1 << 30);
            let last = ((low[2][i] >> 1) + (1 << 14) + carry) >> 15;
            rd[i] = high[2][i].wrapping_add(last as i32).wrapping_add(half).wrapping_add(1 << 30);
            mr[i] = top(mr[i]);
            md[i] = top(md[i]);
        }
        put_columns([&mr, &md], [&rr, &dd, &rd], to, g);
    }
}

/// Filters rows down the columns by the filter that goes before the next scale.
#[inline(always)]
pub(super) fn columns_for_next<const N: usize, const BYTES: bool>(
    rows: [[&Line; N]; 2],
    to: &mut [Line; 2],
    cols: usize,
) {
    let taps = const { taps::<N>() };
    for (rows, to) in rows.iter().zip(to) {
        for g in 0..cols.div_ceil(LANES) {
            let mut mean = [0i32; LANES];
            for k in 0..N {
                let row = group(rows[k], g);
                for i in 0..LANES {
                    mean[i] += taps[k] * i32::from(row[i]);
                }
            }
            for (to, mean) in group_mut(to, g).iter_mut().zip(mean) {
                *to = signed(if BYTES { (mean + (1 << 23) + 128) >> 8 } else { top(mean) });
            }
        }
    }
}

/// Stores a group of column results: means of 16 bits, squares of 32 bits.
#[inline(always)]
fn put_columns(means: [&Group<i32>; 2], squares: [&Group<i32>; 3], to: &mut Columns, g: usize) {
    for (line, mean) in to.mean.iter_mut().zip(means) {
        for (to, mean) in group_mut(line, g).iter_mut().zip(mean) {
            *to = signed(*mean);
        }
    }
    for ((high, low), square) in to.high.iter_mut().zip(&mut to.low).zip(squares) {
        for (to, square) in group_mut(high, g).iter_mut().zip(square) {
            *to = signed(square >> 16);
        }
        for (to, square) in group_mut(low, g).iter_mut().zip(square) {
            *to = signed(*square);
        }
    }
}

/// Filters a row of column results along the row: the variances and the covariance of `cols` places (rounded up to
/// groups), of which the first stands `N / 2` samples into the lines.
#[inline(always)]
pub(super) fn along<const N: usize>(from: &Columns, to: &mut Sigma, cols: usize) {
    for g in 0..cols.div_ceil(LANES) {
        let x = g * LANES;
        // Written out: a closure handed to `map` would be compiled without this function's instructions.
        let (mr, md) = (mean::<N>(&from.mean[0], x), mean::<N>(&from.mean[1], x));
        let rr = square::<N>(&from.high[0], &from.low[0], x);
        let dd = square::<N>(&from.high[1], &from.low[1], x);
        let rd = square::<N>(&from.high[2], &from.low[2], x);
        let [s1, s2, s12] = to;
        minus_product(&rr, &mr, &mr, group_mut(s1, g));
        minus_product(&dd, &md, &md, group_mut(s2, g));
        minus_product(&rd, &mr, &md, group_mut(s12, g));
    }
}

/// Filters along two rows of means at every second place: `cols` places (rounded up to groups) of the next scale,
/// of which the first stands `skip + N / 2` samples into the lines.
#[inline(always)]
pub(super) fn along_for_next<const N: usize>(from: &[Line; 2], skip: usize, to: &mut [[u16; COLS]; 2], cols: usize) {
    let taps = const { taps::<N>() };
    for (from, to) in from.iter().zip(to) {
        for (x, to) in to.iter_mut().enumerate().take(cols.min(COLS / 2)) {
            let from = from.get(2 * x + skip..).unwrap_or_default();
            let mut sum = 0;
            for (tap, &sample) in taps.iter().zip(from) {
                sum += tap * i32::from(sample);
            }
            *to = top(sum) as u16;
        }
    }
}

/// Means of a group of places, 32 bits.
#[inline(always)]
fn mean<const N: usize>(line: &Line, x: usize) -> Group<u32> {
    let sums = weigh::<N>(line, x);
    let mut means = [0; LANES];
    for i in 0..LANES {
        means[i] = sums[i] as u32 ^ (1 << 31);
    }
    means
}

/// Means of squares of a group of places, of 32 of their 48 bits.
#[inline(always)]
fn square<const N: usize>(high: &Line, low: &Line, x: usize) -> Group<u32> {
    let (high, low) = (weigh::<N>(high, x), weigh::<N>(low, x));
    let mut squares = [0; LANES];
    for i in 0..LANES {
        squares[i] = (high[i] as u32 ^ (1 << 31)).wrapping_add(rounded(low[i] as u32 ^ (1 << 31)) as u32);
    }
    squares
}

/// The filter over a group of places: sums of `from[x + i..x + i + N]`, exact in 32 bits.
#[inline(always)]
fn weigh<const N: usize>(from: &Line, x: usize) -> Group<i32> {
    let taps = const { taps::<N>() };
    let mut sums = [0i32; LANES];
    let Some(from) = from.get(x..x + LANES + N - 1) else { return sums };
    for k in 0..N / 2 {
        for i in 0..LANES {
            sums[i] += taps[k] * (i32::from(from[i + k]) + i32::from(from[i + N - 1 - k]));
        }
    }
    for i in 0..LANES {
        sums[i] += taps[N / 2] * i32::from(from[i + N / 2]);
    }
    sums
}

/// `squares - round(a * b / 2^32)`, modulo 2^32 as in libvmaf.
#[inline(always)]
fn minus_product(squares: &Group<u32>, a: &Group<u32>, b: &Group<u32>, to: &mut Group<i32>) {
    for i in 0..LANES {
        let product = (u64::from(a[i]) * u64::from(b[i]) + (1 << 31)) >> 32;
        to[i] = squares[i].wrapping_sub(product as u32) as i32;
    }
}

/// A sum over samples less 32,768, rounded to the 16 bits of the sample.
#[inline(always)]
fn top(sum: i32) -> i32 {
    ((sum as u32 ^ (1 << 31)).wrapping_add(1 << 15) >> 16) as i32
}

/// `sum` over 65,536, rounded. At most 65535 * 65536, so nothing overflows.
#[inline(always)]
fn rounded(sum: u32) -> i32 {
    (sum.wrapping_add(1 << 15) >> 16) as i32
}

/// The lower 16 bits, less 32,768.
#[inline(always)]
fn signed(sample: i32) -> i16 {
    (sample as u16 ^ 0x8000) as i16
}
