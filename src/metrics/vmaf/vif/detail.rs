//! The information of each place, for maps.

use super::paint::{Kind, Painted, painted};
use super::sums::Sums;
use super::walk::SCALES;
use super::{MetricError, Pair};

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

/// The information of each place of luma at the four scales; scale 0 is full size. One walk for each of the three maps.
///
/// # Errors
/// [`MetricError`] when there is no luma, or less than 32x32 of it.
pub fn detail(pair: &Pair<'_>) -> Result<[ScaleDetail; SCALES], MetricError> {
    let [num, num_neg, den] = [Kind::Num, Kind::NumNeg, Kind::Den].map(|kind| painted(pair, kind, true));
    let (num, num_neg, den) = (num?, num_neg?, den?);
    Ok(std::array::from_fn(|scale| {
        let Painted { width, height, sums, .. } = num[scale];
        let share = 1.0 / sums.den();
        let [num, num_neg, den] =
            [&num, &num_neg, &den].map(|map| map[scale].values().map(|bits| bits * share).collect());
        ScaleDetail { width, height, num, num_neg, den, sums }
    }))
}
