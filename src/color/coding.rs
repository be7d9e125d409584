//! The numbers that tie codes to colours: levels (ITU-T H.273, 8.3, equations 20 to 32) and matrices (8.3, 38 to 55).
//! One [`Coding`] serves the Rust converter and, as a uniform, the shader.

use crate::frame::{Family, Layout, Matrix, Primaries, Range, Sample};

use super::Resolved;

/// Levels of one plane: `code = value * gain + offset`, with `value` 0..1 for luma, R, G, B and -0.5..0.5 for chroma.
#[derive(Clone, Copy, PartialEq, Debug)]
pub(crate) struct Levels {
    pub gain: f64,
    pub offset: f64,
}

impl Levels {
    /// The line that takes codes in `self` to codes in `to`: (factor, addend). Exactly (1, 0) when equal.
    pub fn onto(&self, to: &Levels) -> (f64, f64) {
        let factor = to.gain / self.gain;
        (factor, to.offset - self.offset * factor)
    }
}

/// Levels of plane `index` of `layout`. Float YUV is on the 8-bit scale with neutral chroma at 128; float RGB and grey
/// are 0..1 whatever the range says.
pub(crate) fn levels(layout: &Layout, matrix: Matrix, range: Range, index: usize) -> Levels {
    let yuv = layout.family == Family::Yuv;
    if layout.sample == Sample::F32 && !yuv {
        return Levels { gain: 1.0, offset: 0.0 };
    }
    let bits = if layout.sample == Sample::F32 { 8 } else { layout.sample.bits() };
    let unit = f64::exp2(f64::from(bits) - 8.0);
    let top = f64::exp2(f64::from(bits)) - 1.0;
    let chroma = yuv && (index == 1 || index == 2) && matrix != Matrix::Identity;
    let alpha = index == layout.planes() - 1 && layout.alpha;
    match (chroma, range) {
        _ if alpha => Levels { gain: top, offset: 0.0 },
        (false, Range::Limited) => Levels { gain: 219.0 * unit, offset: 16.0 * unit },
        (false, _) => Levels { gain: top, offset: 0.0 },
        (true, Range::Limited) => Levels { gain: 224.0 * unit, offset: 128.0 * unit },
        (true, _) => Levels { gain: top, offset: 128.0 * unit },
    }
}

/// The highest code of an integer sample.
pub(crate) fn top_code(sample: Sample) -> f32 {
    f32::exp2(f32::from(sample.bits().min(16))) - 1.0
}

/// Kr and Kb of the matrices that are given by them.
fn kr_kb(matrix: Matrix) -> Option<(f64, f64)> {
    match matrix {
        Matrix::Bt709 => Some((0.2126, 0.0722)),
        Matrix::Bt601 => Some((0.299, 0.114)),
        Matrix::Smpte240m => Some((0.212, 0.087)),
        Matrix::Fcc => Some((0.30, 0.11)),
        Matrix::Bt2020Ncl | Matrix::Bt2020Cl => Some((0.2627, 0.0593)),
        Matrix::Unknown | Matrix::Identity | Matrix::YCgCo | Matrix::Other(_) => None,
    }
}

/// Weights of R', G' and B' in luma, for pictures stored as RGB: by the primaries.
pub(crate) fn luma_weights(primaries: Primaries) -> [f64; 3] {
    let (kr, kb) = match primaries {
        Primaries::Bt2020 => (0.2627, 0.0593),
        Primaries::Bt470bg | Primaries::Smpte170m => (0.299, 0.114),
        Primaries::Smpte240m => (0.212, 0.087),
        _ => (0.2126, 0.0722),
    };
    [kr, 1.0 - kr - kb, kb]
}

type Rows = [[f64; 3]; 3];

/// Rows that make R, G, B of normalised Y, Cb, Cr (or Y, Cg, Co, or G, B, R).
fn to_rgb_rows(matrix: Matrix) -> Rows {
    match matrix {
        Matrix::Identity => [[0.0, 0.0, 1.0], [1.0, 0.0, 0.0], [0.0, 1.0, 0.0]],
        Matrix::YCgCo => [[1.0, -1.0, 1.0], [1.0, 1.0, 0.0], [1.0, -1.0, -1.0]],
        other => {
            let (kr, kb) = kr_kb(other).unwrap_or((0.2126, 0.0722));
            let kg = 1.0 - kr - kb;
            let (red, blue) = (2.0 * (1.0 - kr), 2.0 * (1.0 - kb));
            [[1.0, 0.0, red], [1.0, -kb * blue / kg, -kr * red / kg], [1.0, blue, 0.0]]
        }
    }
}

/// Rows that make normalised Y, Cb, Cr of R, G, B.
fn from_rgb_rows(matrix: Matrix) -> Rows {
    match matrix {
        Matrix::Identity => [[0.0, 1.0, 0.0], [0.0, 0.0, 1.0], [1.0, 0.0, 0.0]],
        Matrix::YCgCo => [[0.25, 0.5, 0.25], [-0.25, 0.5, -0.25], [0.5, 0.0, -0.5]],
        other => {
            let (kr, kb) = kr_kb(other).unwrap_or((0.2126, 0.0722));
            let kg = 1.0 - kr - kb;
            let (red, blue) = (2.0 * (1.0 - kr), 2.0 * (1.0 - kb));
            [[kr, kg, kb], [-kr / blue, -kg / blue, 0.5], [0.5, -kg / red, -kb / red]]
        }
    }
}

/// `rgb[i] = sum over j of matrix[i][j] * (code[j] * scale[j] + bias[j])`.
#[derive(Clone, Copy, PartialEq, Debug)]
pub(crate) struct Coding {
    pub scale: [f32; 3],
    pub bias: [f32; 3],
    pub matrix: [[f32; 3]; 3],
}

impl Coding {
    /// From samples of `layout` to R'G'B'. Grey reads its one plane three times.
    pub fn decoding(layout: &Layout, resolved: &Resolved) -> Self {
        let mut coding = Self { scale: [1.0; 3], bias: [0.0; 3], matrix: narrow(unit_rows()) };
        for plane in 0..3 {
            let index = if layout.family == Family::Gray { 0 } else { plane };
            let level = levels(layout, resolved.matrix, resolved.range, index);
            coding.scale[plane] = (1.0 / level.gain) as f32;
            coding.bias[plane] = (-level.offset / level.gain) as f32;
        }
        if layout.family == Family::Yuv {
            coding.matrix = narrow(to_rgb_rows(resolved.matrix));
        }
        coding
    }
}

/// Rows that make the normalised planes of `layout` of R'G'B'; grey uses the first row only.
pub(crate) fn encoding_rows(layout: &Layout, resolved: &Resolved) -> [[f32; 3]; 3] {
    narrow(match layout.family {
        Family::Rgb => unit_rows(),
        Family::Gray => [luma_weights(resolved.primaries); 3],
        Family::Yuv => from_rgb_rows(resolved.matrix),
    })
}

fn unit_rows() -> Rows {
    [[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]]
}

fn narrow(rows: Rows) -> [[f32; 3]; 3] {
    rows.map(|row| row.map(|value| value as f32))
}
