//! The information of each place, for maps.

use super::sums::{Bits, Sums, each};
use super::walk::{SCALES, Sink, walk};
use super::work::Sigma;
use super::{MetricError, Pair, planes};

/// One scale, place by place on the scale's own grid: `width` x `height` places, row by row, no padding. Scale n of a
/// picture of W x H has W >> n by H >> n places, each filtered around the sample at 2^n times its position. Place
/// (x, y) may be taken to cover that share of the picture, as a cell of a [`crate::frame::Map`] does.
///
/// The three maps are parts of the score: they add up to it.
#[derive(Clone, Debug, PartialEq)]
pub struct ScaleDetail {
    pub width: usize,
    pub height: usize,
    /// Information left in the candidate over all in the reference: num(p) / sum(den). Adds up to `vif_scale`n. May be
    /// below zero where the reference is flat and the candidate is not.
    pub num: Vec<f32>,
    /// The same with no gain above 1; adds up to `vif_scale`n`_neg`, and is `num` to the bit where no gain is above 1.
    pub num_neg: Vec<f32>,
    /// Information in the reference, over all of it: den(p) / sum(den). Adds up to 1.
    pub den: Vec<f32>,
    /// The scale's sums, from which its scores come.
    pub sums: Sums,
}

/// The information of each place of luma at the four scales; scale 0 is full size.
///
/// # Errors
/// [`MetricError`] when there is no luma, or less than 32x32 of it.
pub fn detail(pair: &Pair<'_>) -> Result<[ScaleDetail; SCALES], MetricError> {
    let paint = |bits: &Bits, _: &Sigma, i: usize| [bits.num(i), bits.num_neg(i), bits.den(i)];
    Ok(painted(pair, [true; SCALES], paint)?.map(|scale| {
        let share = 1.0 / scale.sums.den();
        let [num, num_neg, den] = scale.planes.map(|mut plane| {
            plane.iter_mut().for_each(|bits| *bits *= share);
            plane
        });
        ScaleDetail { width: scale.width, height: scale.height, num, num_neg, den, sums: scale.sums }
    }))
}

/// Planes of one number a place, of one scale.
pub(super) struct Painted<const N: usize> {
    pub width: usize,
    pub height: usize,
    pub planes: [Vec<f32>; N],
    pub sums: Sums,
}

/// Makes `N` planes for each of the scales that are `wanted`; the others stay empty. `paint` is given what the places
/// of part of a row add, their variances, and which of them is asked for.
///
/// # Errors
/// [`MetricError`] when there is no luma, or less than 32x32 of it.
pub(super) fn painted<const N: usize>(
    pair: &Pair<'_>,
    wanted: [bool; SCALES],
    paint: impl Fn(&Bits, &Sigma, usize) -> [f32; N] + Sync,
) -> Result<[Painted<N>; SCALES], MetricError> {
    let scales = walk(planes(pair)?, pair.sample(), |scale, size, rows| {
        let places = if wanted[scale] { size.width * rows.len() } else { 0 };
        Band { paint: &paint, width: size.width, planes: [0; N].map(|_| vec![0.0; places]), sums: Sums::default() }
    });
    Ok(scales.map(|bands| {
        let width = bands.first().map_or(0, |band| band.width);
        let places = bands.iter().map(|band| band.planes.first().map_or(0, Vec::len)).sum();
        let mut whole = Painted {
            width,
            height: places / width.max(1),
            planes: [0; N].map(|_| Vec::with_capacity(places)),
            sums: Sums::default(),
        };
        for band in bands {
            whole.sums = whole.sums.plus(&band.sums);
            for (all, part) in whole.planes.iter_mut().zip(band.planes) {
                all.extend(part);
            }
        }
        whole
    }))
}

/// The rows of one band.
struct Band<'a, F, const N: usize> {
    paint: &'a F,
    width: usize,
    planes: [Vec<f32>; N],
    sums: Sums,
}

impl<F, const N: usize> Sink for Band<'_, F, N>
where
    F: Fn(&Bits, &Sigma, usize) -> [f32; N] + Sync,
{
    fn row(&mut self, x: usize, y: usize, cols: usize, sigma: &Sigma) {
        let mut bits = Bits::new();
        each(sigma, cols, &mut bits);
        self.sums = self.sums.plus(&bits.sums(cols));
        let start = y * self.width + x;
        let mut rows = self.planes.each_mut().map(|plane| plane.get_mut(start..start + cols).unwrap_or_default());
        for i in 0..cols {
            for (row, value) in rows.iter_mut().zip((self.paint)(&bits, sigma, i)) {
                row[i] = value;
            }
        }
    }

    fn wanted(&self) -> bool {
        self.planes.iter().any(|plane| !plane.is_empty())
    }
}
