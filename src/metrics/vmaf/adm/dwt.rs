//! The wavelet transform, row by row: Daubechies 2 (four taps) in libvmaf's fixed point.
//!
//! Every kernel here is a plain loop over slices that the compiler turns into vectors, several times over, one of
//! which is chosen at run time. They all give the same integers as `integer_adm.c`.

use super::kernels;

/// Low-pass taps, 16 binary digits after the point (times the square root of a half).
const LO: [i32; 4] = [15826, 27411, 7345, -4240];
/// High-pass taps.
const HI: [i32; 4] = [-4240, -7345, 27411, -15826];

/// A tap as `upper * 256 + lower` with `lower` in -128..128.
const fn split(taps: [i32; 4]) -> [[i16; 4]; 2] {
    let mut parts = [[0i16; 4]; 2];
    let mut i = 0;
    while i < 4 {
        let upper = (taps[i] + 128) >> 8;
        parts[0][i] = upper as i16;
        parts[1][i] = (taps[i] - upper * 256) as i16;
        i += 1;
    }
    parts
}
const LO_PARTS: [[i16; 4]; 2] = split(LO);
const HI_PARTS: [[i16; 4]; 2] = split(HI);

/// (sum of taps * samples + 128) >> 8 within 16 bits. The magnitudes of the lower parts add up to 256, so their sum
/// over centred bytes fits; the upper sum may wrap on the way, the result never does.
#[inline(always)]
fn narrow(samples: [i16; 4], parts: &[[i16; 4]; 2]) -> i16 {
    let dot = |p: &[i16; 4]| {
        let pair = |i: usize| samples[i].wrapping_mul(p[i]).wrapping_add(samples[i + 1].wrapping_mul(p[i + 1]));
        pair(0).wrapping_add(pair(2))
    };
    dot(&parts[0]).wrapping_add(dot(&parts[1]).wrapping_add(128) >> 8)
}

#[inline(always)]
fn dot32(samples: [i32; 4], taps: &[i32; 4]) -> i32 {
    samples[0] * taps[0] + samples[1] * taps[1] + samples[2] * taps[2] + samples[3] * taps[3]
}

#[inline(always)]
fn dot64(samples: [i32; 4], taps: &[i32; 4]) -> i64 {
    let product = |i: usize| i64::from(samples[i]) * i64::from(taps[i]);
    product(0) + product(1) + product(2) + product(3)
}

/// The four rows of one length that a vertical pass reads, with the row(s) it writes.
macro_rules! each_column {
    ($rows:expr, |$samples:ident| $($out:ident = $value:expr),+) => {{
        let n = [$($out.len()),+][0];
        let [r0, r1, r2, r3] = $rows;
        let (r0, r1, r2, r3) = (&r0[..n], &r1[..n], &r2[..n], &r3[..n]);
        $(let $out = &mut $out[..n];)+
        for i in 0..n {
            let $samples = [r0[i], r1[i], r2[i], r3[i]];
            $($out[i] = $value;)+
        }
    }};
}

kernels! {
    /// Rows of bytes to low-pass, centred about 128.
    pub(super) fn down_u8_lo(rows: [&[u8]; 4], lo: &mut [i16]) {
        each_column!(rows, |s| lo = narrow(s.map(|v| i16::from(v) - 128), &LO_PARTS));
    }

    /// Rows of bytes to low-pass and high-pass.
    pub(super) fn down_u8(rows: [&[u8]; 4], lo: &mut [i16], hi: &mut [i16]) {
        each_column!(rows, |s|
            lo = narrow(s.map(|v| i16::from(v) - 128), &LO_PARTS),
            hi = narrow(s.map(|v| i16::from(v) - 128), &HI_PARTS));
    }

    /// Rows of samples of `bits` bits to low-pass.
    pub(super) fn down_u16_lo(rows: [&[u16]; 4], bits: u32, lo: &mut [i16]) {
        let middle = 1 << (bits - 1);
        each_column!(rows, |s| lo = ((dot32(s.map(|v| i32::from(v) - middle), &LO) + middle) >> bits) as i16);
    }

    /// Rows of samples of `bits` bits to low-pass and high-pass.
    pub(super) fn down_u16(rows: [&[u16]; 4], bits: u32, lo: &mut [i16], hi: &mut [i16]) {
        let middle = 1 << (bits - 1);
        each_column!(rows, |s|
            lo = ((dot32(s.map(|v| i32::from(v) - middle), &LO) + middle) >> bits) as i16,
            hi = ((dot32(s.map(|v| i32::from(v) - middle), &HI) + middle) >> bits) as i16);
    }

    /// Rows of the first approximation to low-pass and high-pass, not scaled down.
    pub(super) fn down_i16(rows: [&[i16]; 4], lo: &mut [i32], hi: &mut [i32]) {
        each_column!(rows, |s| lo = dot32(s.map(i32::from), &LO), hi = dot32(s.map(i32::from), &HI));
    }

    /// Rows of a later approximation to low-pass and high-pass.
    pub(super) fn down_i32(rows: [&[i32]; 4], lo: &mut [i32], hi: &mut [i32]) {
        each_column!(rows, |s|
            lo = ((dot64(s, &LO) + (1 << 15)) >> 16) as i32,
            hi = ((dot64(s, &HI) + (1 << 15)) >> 16) as i32);
    }

    /// Along a row: output i reads samples 2i to 2i+3 of `from`.
    pub(super) fn across_i16_lo(from: &[i16], lo: &mut [i16]) {
        let (first, _) = from.as_chunks::<2>();
        let second = &first[1..];
        for ((out, a), b) in lo.iter_mut().zip(first).zip(second) {
            let s = [a[0], a[1], b[0], b[1]].map(i32::from);
            *out = ((dot32(s, &LO) + (1 << 15)) >> 16) as i16;
        }
    }

    /// Along a row, low-pass and high-pass.
    pub(super) fn across_i16(from: &[i16], lo: &mut [i16], hi: &mut [i16]) {
        let (first, _) = from.as_chunks::<2>();
        let second = &first[1..];
        for (((lo, hi), a), b) in lo.iter_mut().zip(hi).zip(first).zip(second) {
            let s = [a[0], a[1], b[0], b[1]].map(i32::from);
            *lo = ((dot32(s, &LO) + (1 << 15)) >> 16) as i16;
            *hi = ((dot32(s, &HI) + (1 << 15)) >> 16) as i16;
        }
    }

    /// Along a row of a later scale, scaled down by `shift`.
    pub(super) fn across_i32(from: &[i32], shift: u32, lo: &mut [i32], hi: &mut [i32]) {
        let (first, _) = from.as_chunks::<2>();
        let second = &first[1..];
        let half = 1i64 << (shift - 1);
        for (((lo, hi), a), b) in lo.iter_mut().zip(hi).zip(first).zip(second) {
            let s = [a[0], a[1], b[0], b[1]];
            *lo = ((dot64(s, &LO) + half) >> shift) as i32;
            *hi = ((dot64(s, &HI) + half) >> shift) as i32;
        }
    }
}
