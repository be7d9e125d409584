//! How strongly each scale and direction counts: contrast sensitivity at a viewing distance, and the last step from
//! integer sums to scores.
//!
//! Sources: `libvmaf/src/feature/integer_adm.c`, `integer_adm.h` (Watson, Yang, Solomon, Villasenor 1997, tables IV
//! and V) and `barten_csf_tools.h` (the blend of Barten's and Watson's curves of the v1 models).

use super::region::{Axis, SCALES};

/// A viewing condition of libvmaf's ADM: which sensitivity curve, and what is added to every band.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Viewing {
    /// Sensitivity by direction (horizontal and vertical, diagonal) and scale, finest first.
    curve: Curve,
    /// Added per coefficient under the cube root (`adm_noise_weight`).
    noise: f64,
}

#[derive(Clone, Copy, PartialEq, Debug)]
enum Curve {
    /// Watson 1997 at three heights of a 1080-line display.
    Watson,
    /// `adm_csf_mode=2`, from a table.
    Blend([[f32; SCALES]; 2]),
}

impl Viewing {
    /// The v0.6.1 models: three heights from 1080 lines.
    pub const V0: Self = Self { curve: Curve::Watson, noise: 0.03125 };
    /// The v1 models at three heights from 1080 lines, and at one and a half from 2160: the same angle a sample.
    pub const V1_3H: Self =
        Self::blend([[0.01183, 0.025026, 0.04295, 0.058621], [0.004302, 0.011778, 0.023918, 0.035901]]);
    /// The v1 phone model: five heights from 1080 lines.
    pub const V1_5H: Self =
        Self::blend([[0.004212, 0.014809, 0.029642, 0.047464], [0.000984, 0.005852, 0.0146, 0.027574]]);
    /// The v1 models at three heights from 2160 lines.
    pub const V1_2160_3H: Self =
        Self::blend([[0.00226, 0.01183, 0.025026, 0.04295], [0.000479, 0.004302, 0.011778, 0.023918]]);

    const fn blend(table: [[f32; SCALES]; 2]) -> Self {
        Self { curve: Curve::Blend(table), noise: 0.02 }
    }

    /// The sensitivities of a scale's bands: horizontal, vertical, diagonal.
    pub(super) fn sensitivity(&self, scale: usize) -> [f32; 3] {
        let (straight, diagonal) = match self.curve {
            Curve::Watson => (1.0 / watson_step(scale, 0), 1.0 / watson_step(scale, 1)),
            Curve::Blend(table) => (table[0][scale], table[1][scale]),
        };
        [straight, straight, diagonal]
    }

    /// Sensitivities of scale 0 in fixed point: 21 binary digits after the point, 23 for the diagonal.
    pub(super) fn fixed_first(&self) -> [u16; 3] {
        if self.curve == Curve::Watson {
            return [36453, 36453, 49417];
        }
        let [h, v, d] = self.sensitivity(0).map(f64::from);
        [h * 2f64.powi(21), v * 2f64.powi(21), d * 2f64.powi(23)].map(|value| value as u16)
    }

    /// Sensitivities of a scale from 1 on, with 32 binary digits after the point.
    pub(super) fn fixed_deep(&self, scale: usize) -> [u32; 3] {
        self.sensitivity(scale).map(|value| (f64::from(value) * 2f64.powi(32)) as u32)
    }

    /// What a band of `area` counting coefficients gets on top, whatever is in it.
    pub(super) fn floor(&self, area: usize) -> f32 {
        ((area as f64 * self.noise) as f32).powf(1.0 / 3.0)
    }
}

/// Threshold of the 7/9 wavelet's quantisation noise on luma; `direction` 0 is horizontal and vertical, 1 diagonal.
/// Formulas 1 and 9 of Watson et al., rounded to f32 where libvmaf does.
fn watson_step(scale: usize, direction: usize) -> f32 {
    const AMPLITUDE: [[f32; 2]; SCALES] =
        [[0.67234, 0.72709], [0.41317, 0.49428], [0.22727, 0.28688], [0.11792, 0.15214]];
    const ORIENTATION: [f32; 2] = [1.0, 0.534];
    let (a, k, f0) = (0.495f32, 0.466f32, 0.401f32);
    let resolution = (3.0 * 1080.0 * std::f64::consts::PI / 180.0) as f32;
    let frequency = 2f64.powi(scale as i32 + 1) * f64::from(f0) * f64::from(ORIENTATION[direction]);
    let distance = (frequency / f64::from(resolution)).log10() as f32;
    let step = 2.0 * f64::from(a) * 10f64.powf(f64::from(k * distance * distance));
    (step / f64::from(AMPLITUDE[scale][direction])) as f32
}

/// How the cubes of one scale are scaled down on their way into 64-bit sums. All shifts round.
#[derive(Clone, Copy, Debug)]
pub(super) struct Shifts {
    /// After cubing a coefficient: horizontal and vertical, diagonal.
    pub cube: [u32; 2],
    /// After summing a row.
    pub row: u32,
    /// Binary digits after the point of the sum of rows: horizontal and vertical, diagonal.
    point: [i32; 2],
}

/// ceil(log2(value)) for value >= 1.
fn log2_up(value: usize) -> u32 {
    value.next_power_of_two().trailing_zeros()
}

impl Shifts {
    /// For the kept and the added detail.
    pub fn numerator(scale: usize, x: &Axis, y: &Axis) -> Self {
        let (width, row) = (log2_up(x.size), log2_up(y.size));
        let (cube, base) = match scale {
            0 => ([width.saturating_sub(4), width.saturating_sub(3)], [52, 57]),
            _ => ([width; 2], [[45, 39, 36][scale - 1]; 2]),
        };
        Self { cube, row, point: [0, 1].map(|i: usize| base[i] - cube[i] as i32 - row as i32) }
    }

    /// For the reference's detail.
    pub fn denominator(scale: usize, x: &Axis, y: &Axis) -> Self {
        if scale == 0 {
            let row = log2_up(x.inner.len() * y.inner.len()).saturating_sub(20);
            return Self { cube: [0; 2], row, point: [18 - row as i32; 2] };
        }
        let (cube, row) = (log2_up(x.inner.len()), log2_up(y.inner.len()));
        Self { cube: [cube; 2], row, point: [[32, 27, 23][scale - 1] - cube as i32 - row as i32; 2] }
    }

    /// Cube roots of the three bands' sums of cubes. `gain` multiplies the coefficients afterwards.
    pub fn roots(&self, sums: [u64; 3], gain: [f32; 3]) -> [f32; 3] {
        [0, 1, 2].map(|band| {
            let sum = sums[band] as f64 / 2f64.powi(self.point[band / 2]);
            ((sum * f64::from(gain[band]).powi(3)) as f32).powf(1.0 / 3.0)
        })
    }
}

/// `sum` of one row, scaled down by `shift` with rounding.
pub(super) fn rounded(sum: u64, shift: u32) -> u64 {
    (sum + half(shift)) >> shift
}

/// Half a unit of what `shift` leaves.
pub(super) fn half(shift: u32) -> u64 {
    (1 << shift) >> 1
}
