//! Y'CbCr to 8-bit R'G'B' as FFmpeg's scaler converts with `flags=bicubic+accurate_rnd+full_chroma_int+full_chroma_inp`,
//! code for code (`libswscale/output.c`, `yuv2rgb.c`).
//!
//! ERQA thresholds gradients of codes: a picture off by one code here and there scores otherwise (0.008 on average,
//! 0.14 on noise, between this and chroma spread bilinearly). So that the score is the one that people get who hand the
//! package pictures made by FFmpeg, chroma is enlarged here as there: bicubic, its samples taken for the centres of
//! those they cover, whatever the siting.

use rayon::prelude::*;

use crate::color::resolve;
use crate::frame::{Family, Frame, Matrix, Plane, Range, Sample};

use super::picture::Rgb8;
use super::taps::{Taps, taps};

/// The 8-bit picture of `frame`; `None` where the scaler has no matrix for it (RGB, grey, YCgCo).
pub fn convert(frame: &Frame) -> Option<Rgb8> {
    let resolved = resolve(&frame.color, &frame.layout, frame.width, frame.height);
    if frame.layout.family != Family::Yuv {
        return None;
    }
    let gains = Gains::new(resolved.matrix, resolved.range == Range::Full)?;
    let sample = frame.layout.sample;
    let (width, height) = (frame.width as usize, frame.height as usize);
    let wide = [1, 2].map(|index| widen(frame.plane(index), sample, width));
    let down = taps(frame.plane(1).height as usize, height, 1 << 12);

    let mut planes = [vec![0; width * height], vec![0; width * height], vec![0; width * height]];
    let [red, green, blue] = &mut planes;
    let rows = red.par_chunks_mut(width).zip(green.par_chunks_mut(width)).zip(blue.par_chunks_mut(width));
    rows.enumerate().for_each_init(
        || [vec![0i32; width], vec![0i32; width], vec![0i32; width]],
        |[luma, cb, cr], (y, ((r, g), b))| {
            read(frame.plane(0), sample, y as u32, luma);
            luma.iter_mut().for_each(|luma| *luma = ((*luma << 14) >> (sample.bits() - 1)).min(32_767) << 2);
            spread(&wide[0], &down, y, cb);
            spread(&wide[1], &down, y, cr);
            mix(&gains, [&luma[..], &cb[..], &cr[..]], [r, g, b]);
        },
    );
    Rgb8::new(width, height, planes)
}

/// What luma and the two chroma differences weigh, in 13 bits.
struct Gains {
    luma: i32,
    black: i32,
    cr_to_red: i32,
    cb_to_green: i32,
    cr_to_green: i32,
    cb_to_blue: i32,
}

impl Gains {
    fn new(matrix: Matrix, full: bool) -> Option<Self> {
        // Cr to red, Cb to blue, Cb and Cr from green, of limited range, in 16 bits: the scaler's own table.
        let [red, blue, green_cb, green_cr]: [i64; 4] = match matrix {
            Matrix::Bt709 => [117_489, 138_438, 13_975, 34_925],
            Matrix::Bt601 => [104_597, 132_201, 25_675, 53_279],
            Matrix::Fcc => [104_448, 132_798, 24_759, 53_109],
            Matrix::Smpte240m => [117_579, 136_230, 16_907, 35_559],
            Matrix::Bt2020Ncl | Matrix::Bt2020Cl => [110_013, 140_363, 12_277, 42_626],
            _ => return None,
        };
        let chroma = |gain: i64| if full { gain * 224 / 255 } else { gain };
        let bits13 = |gain: i64| ((gain * (1 << 13) + (1 << 15)) >> 16) as i32;
        Some(Self {
            luma: bits13(if full { 1 << 16 } else { (1 << 16) * 255 / 219 }),
            black: if full { 0 } else { 16 << 9 },
            cr_to_red: bits13(chroma(red)),
            cb_to_green: bits13(chroma(-green_cb)),
            cr_to_green: bits13(chroma(-green_cr)),
            cb_to_blue: bits13(chroma(blue)),
        })
    }
}

/// Codes of row `y` of `plane`.
fn read(plane: &Plane, sample: Sample, y: u32, out: &mut [i32]) {
    match sample {
        Sample::U8 => out.iter_mut().zip(plane.row_u8(y)).for_each(|(out, &code)| *out = code.into()),
        // Floats never get here: `Pair::new` refuses them.
        Sample::U16 { .. } | Sample::F32 => {
            out.iter_mut().zip(plane.row_u16(y)).for_each(|(out, &code)| *out = code.into());
        }
    }
}

/// Rows of a chroma plane, each enlarged to `width`, in 15 bits.
struct Wide {
    width: usize,
    rows: Vec<i16>,
}

fn widen(plane: &Plane, sample: Sample, width: usize) -> Wide {
    let taps = taps(plane.width as usize, width, 1 << 14);
    let shift = u32::from(sample.bits()) - 1;
    let mut rows = vec![0; width * plane.height as usize];
    rows.par_chunks_mut(width).enumerate().for_each_init(
        || vec![0i32; plane.width as usize],
        |codes, (y, out)| {
            read(plane, sample, y as u32, codes);
            match taps.count {
                4 => widen_row::<4>(codes, &taps, shift, out),
                _ => {
                    for ((out, weights), &first) in out.iter_mut().zip(taps.weights.chunks(taps.count)).zip(&taps.first)
                    {
                        let sum: i32 = weights.iter().zip(&codes[first..]).map(|(weight, code)| weight * code).sum();
                        *out = (sum >> shift).min(32_767) as i16;
                    }
                }
            }
        },
    );
    Wide { width, rows }
}

/// The common case, with a number of taps that is known when compiling.
fn widen_row<const N: usize>(codes: &[i32], taps: &Taps, shift: u32, out: &mut [i16]) {
    for ((out, weights), &first) in out.iter_mut().zip(taps.weights.as_chunks::<N>().0).zip(&taps.first) {
        let Some(codes) = codes[first..].first_chunk::<N>() else { continue };
        let sum: i32 = weights.iter().zip(codes).map(|(weight, code)| weight * code).sum();
        *out = (sum >> shift).min(32_767) as i16;
    }
}

/// Chroma of output row `y` less its neutral code, in 17 bits.
fn spread(wide: &Wide, down: &Taps, y: usize, out: &mut [i32]) {
    out.fill((1 << 9) - (128 << 19));
    let weights = &down.weights[y * down.count..(y + 1) * down.count];
    for (k, &weight) in weights.iter().enumerate() {
        let start = (down.first[y] + k) * wide.width;
        add_row(&wide.rows[start..start + wide.width], weight, out);
    }
    out.iter_mut().for_each(|out| *out >>= 10);
}

#[multiversion::multiversion(targets("x86_64+avx512f+avx512bw+avx512dq+avx512vl", "x86_64+avx2", "aarch64+neon"))]
fn add_row(row: &[i16], weight: i32, out: &mut [i32]) {
    for (out, &sample) in out.iter_mut().zip(row) {
        *out += i32::from(sample) * weight;
    }
}

/// Red, green and blue codes of a row. Sums wrap as the scaler's do: a white of extreme blue comes out without blue.
#[multiversion::multiversion(targets("x86_64+avx512f+avx512bw+avx512dq+avx512vl", "x86_64+avx2", "aarch64+neon"))]
fn mix(gains: &Gains, [luma, cb, cr]: [&[i32]; 3], [r, g, b]: [&mut [u8]; 3]) {
    let n = luma.len();
    let (cb, cr, r, g, b) = (&cb[..n], &cr[..n], &mut r[..n], &mut g[..n], &mut b[..n]);
    let code = |sum: i32| (sum.clamp(0, (1 << 30) - 1) >> 22) as u8;
    for i in 0..n {
        let y = (luma[i] - gains.black) * gains.luma + (1 << 21);
        r[i] = code(y.wrapping_add(cr[i] * gains.cr_to_red));
        g[i] = code(y.wrapping_add(cr[i] * gains.cr_to_green).wrapping_add(cb[i] * gains.cb_to_green));
        b[i] = code(y.wrapping_add(cb[i] * gains.cb_to_blue));
    }
}
