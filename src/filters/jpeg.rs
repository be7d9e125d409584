//! `jpeg Q`: each frame as a baseline JPEG of quality Q would give it back.

use std::sync::LazyLock;

use rayon::prelude::*;

use crate::color::{Kernel, Target, conform, siting_name};
use crate::frame::{
    ColorInfo, Family, Frame, FrameError, FrameSource, Layout, Matrix, Plane, Range, Sample, Siting, SourceInfo,
};

use super::FilterError;
use super::wrap::wrap;

/// What JPEG loses, and nothing else: pictures become 8-bit full-range BT.601 Y'CbCr 4:2:0 with centred chroma (JFIF),
/// each plane's blocks of 8x8 are transformed (ITU-T T.81, A.3.3), divided by the tables of Annex K scaled by `quality`
/// (1 to 100) as libjpeg scales them, rounded, multiplied again and transformed back. Edge blocks are filled with the
/// edge samples, as libjpeg does. The entropy coding that follows in a file loses nothing, so it is left out. Grey
/// stays grey; alpha is left out. Samples are within a code of libjpeg's, save where a coefficient lies at a tie.
///
/// # Errors
/// [`FilterError::Quality`].
pub fn jpeg(input: Box<dyn FrameSource>, quality: f64) -> Result<Box<dyn FrameSource>, FilterError> {
    if !(1.0..=100.0).contains(&quality) || quality.fract() != 0.0 {
        return Err(FilterError::Quality { quality });
    }
    let stage = format!("jpeg {quality}");
    let (layout, color) = jfif(input.info());
    let note = format!(
        "{stage}: {} to 8-bit full-range {}{}, then blocks of 8x8 by libjpeg's tables",
        input.info().layout.name(),
        layout.name(),
        if layout.family == Family::Yuv {
            format!(" bt601, {} siting", siting_name(color.siting))
        } else {
            String::new()
        }
    );
    let tables = [&LUMA, &CHROMA].map(|table| scaled(table, quality as u32));
    let describe = |info: &mut SourceInfo| {
        (info.layout, info.color) = (layout, color);
        info.notes.push(note);
    };
    Ok(wrap(input, &stage, false, describe, move |frame, _| {
        let target = Target { layout, color, ..Target::of(frame) };
        let (stored, _) = conform(frame, &target, Kernel::Bilinear)?;
        let coded = |(index, plane): (usize, &Plane)| code_plane(plane, &tables[usize::from(index > 0)]);
        let planes = stored.planes().iter().enumerate().map(coded).collect::<Result<Vec<_>, _>>()?;
        Ok(Frame::new(frame.width, frame.height, layout, color, planes)?)
    }))
}

/// How JFIF stores a picture.
fn jfif(info: &SourceInfo) -> (Layout, ColorInfo) {
    let family = if info.layout.family == Family::Gray { Family::Gray } else { Family::Yuv };
    let chroma_shift = if family == Family::Yuv { (1, 1) } else { (0, 0) };
    let layout = Layout { family, sample: Sample::U8, chroma_shift, alpha: false };
    let (primaries, transfer) = (info.color.primaries, info.color.transfer);
    (layout, ColorInfo { matrix: Matrix::Bt601, primaries, transfer, range: Range::Full, siting: Siting::Center })
}

/// T.81, table K.1, row by row.
#[rustfmt::skip]
const LUMA: [u16; 64] = [
    16, 11, 10, 16,  24,  40,  51,  61,
    12, 12, 14, 19,  26,  58,  60,  55,
    14, 13, 16, 24,  40,  57,  69,  56,
    14, 17, 22, 29,  51,  87,  80,  62,
    18, 22, 37, 56,  68, 109, 103,  77,
    24, 35, 55, 64,  81, 104, 113,  92,
    49, 64, 78, 87, 103, 121, 120, 101,
    72, 92, 95, 98, 112, 100, 103,  99,
];

/// T.81, table K.2.
#[rustfmt::skip]
const CHROMA: [u16; 64] = [
    17, 18, 24, 47, 99, 99, 99, 99,
    18, 21, 26, 66, 99, 99, 99, 99,
    24, 26, 56, 99, 99, 99, 99, 99,
    47, 66, 99, 99, 99, 99, 99, 99,
    99, 99, 99, 99, 99, 99, 99, 99,
    99, 99, 99, 99, 99, 99, 99, 99,
    99, 99, 99, 99, 99, 99, 99, 99,
    99, 99, 99, 99, 99, 99, 99, 99,
];

/// A table at `quality`, by the rule of libjpeg's `jpeg_quality_scaling`; held to what baseline JPEG can store.
fn scaled(table: &[u16; 64], quality: u32) -> [f64; 64] {
    let percent = if quality < 50 { 5000 / quality } else { 200 - 2 * quality };
    table.map(|step| f64::from(((u32::from(step) * percent + 50) / 100).clamp(1, 255)))
}

/// `cos((2 x + 1) u pi / 16) * c(u) / 2` at `[u][x]`: one pass of the transform, orthonormal.
static BASIS: LazyLock<[[f64; 8]; 8]> = LazyLock::new(|| {
    std::array::from_fn(|u| {
        let c = if u == 0 { std::f64::consts::FRAC_1_SQRT_2 } else { 1.0 };
        std::array::from_fn(|x| {
            let angle = (2 * x + 1) as f64 * u as f64 * std::f64::consts::PI / 16.0;
            0.5 * c * angle.cos()
        })
    })
});

/// A plane of codes after quantisation by `table`.
fn code_plane(plane: &Plane, table: &[f64; 64]) -> Result<Plane, FrameError> {
    let (width, height) = (plane.width as usize, plane.height as usize);
    let mut out = vec![0_u8; width * height];
    out.par_chunks_mut(8 * width.max(1)).enumerate().for_each(|(band, rows)| {
        for left in (0..width).step_by(8) {
            let mut block = [0.0; 64];
            for (y, line) in block.chunks_exact_mut(8).enumerate() {
                let row = plane.row_u8((8 * band + y).min(height - 1) as u32);
                for (x, v) in line.iter_mut().enumerate() {
                    *v = f64::from(row[(left + x).min(width - 1)]) - 128.0;
                }
            }
            let mut coefficients = transform(&block, |u, x| BASIS[u][x]);
            for (c, step) in coefficients.iter_mut().zip(table) {
                // Halves go away from zero, as in libjpeg; so does `round`.
                *c = (*c / step).round() * step;
            }
            let back = transform(&coefficients, |x, u| BASIS[u][x]);
            for (row, line) in rows.chunks_mut(width).zip(back.chunks_exact(8)) {
                for (o, v) in row[left..].iter_mut().zip(line) {
                    *o = (v + 128.5).floor().clamp(0.0, 255.0) as u8;
                }
            }
        }
    });
    Plane::from_u8(plane.width, plane.height, out)
}

/// `M b Mᵀ` for the 8x8 matrix `m(row, column)`.
fn transform(block: &[f64; 64], m: impl Fn(usize, usize) -> f64) -> [f64; 64] {
    let mut rows = [0.0; 64];
    for (i, v) in rows.iter_mut().enumerate() {
        let (y, u) = (i / 8, i % 8);
        *v = (0..8).map(|x| block[8 * y + x] * m(u, x)).sum();
    }
    std::array::from_fn(|i| {
        let (v, u) = (i / 8, i % 8);
        (0..8).map(|y| rows[8 * y + u] * m(v, y)).sum()
    })
}
