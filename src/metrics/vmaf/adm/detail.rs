//! Where in the picture detail was kept, gained and lost: maps that sum to the scores exactly.

use crate::metrics::{MetricError, Pair};

use super::region::{Axis, SCALES};
use super::{Ask, Found, Gain, Part, Pictures, Viewing};

/// Contributions to `adm2`, to `adm2_neg` and to the reference's own total, coefficient by coefficient.
///
/// Summed over all scales and coefficients, `kept` is `adm2`, `kept_neg` is `adm2_neg` and `there` is 1. A band's
/// share is x^3 / S of its cube root, S being the sum of the x^3; what libvmaf adds to every band whatever is in it
/// is spread evenly over the coefficients that count. The outer tenth on each side does not count and is 0.
#[derive(Clone, PartialEq, Debug)]
pub struct AdmDetail {
    /// Of the pictures.
    pub width: u32,
    pub height: u32,
    /// Finest first.
    pub scales: [ScaleDetail; SCALES],
}

/// One scale of an [`AdmDetail`], the three directions together. Row-major, `width` x `height` coefficients.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct ScaleDetail {
    pub width: usize,
    pub height: usize,
    /// Samples of the picture that a coefficient stands for, each way: 2, 4, 8, 16. The last column and row may stand
    /// for fewer.
    pub step: usize,
    /// Towards `adm2`.
    pub kept: Vec<f32>,
    /// Towards `adm2_neg`.
    pub kept_neg: Vec<f32>,
    /// Towards the reference's total.
    pub there: Vec<f32>,
}

/// The two v0.6.1 scores.
const ASKS: [Ask; 2] = [
    Ask { viewing: Viewing::V0, gain: Gain::Free, part: Part::Kept },
    Ask { viewing: Viewing::V0, gain: Gain::None, part: Part::Kept },
];

/// The contributions of a pair's luma.
///
/// # Errors
/// As [`measure`](super::measure).
pub fn detail(pair: &Pair<'_>) -> Result<AdmDetail, MetricError> {
    let pictures = Pictures::new(pair)?;
    let mut roots: [[[[f32; 3]; 3]; 2]; SCALES] = Default::default();
    let mut sums: [[[u64; 3]; 3]; SCALES] = Default::default();
    pictures.walk(&ASKS, None, |scale, _, found| {
        let [free, neg] = [0, 1].map(|ask| found.numerator_alone(ask));
        roots[scale][0] = [free, neg, found.denominator_alone(&ASKS[0])];
        roots[scale][1] = [0, 1, 2].map(|_| [ASKS[0].viewing.floor(found.area()); 3]);
        sums[scale] = [found.sums.asks[0], found.sums.asks[1], found.sums.reference];
    });
    let _ = (roots, sums);
    todo!()
}

/// Loss.
pub fn loss_map(_detail: &AdmDetail) -> Vec<f32> {
    todo!()
}

#[allow(dead_code)]
fn unused(_: &Found<'_>, _: &Axis) {}
