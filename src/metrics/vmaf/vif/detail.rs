//! The information of each place, for maps.

use std::ops::Range;

use super::sums::{CHUNK, Chunk, Sums, places};
use super::walk::{SCALES, Sink, Size, walk};
use super::work::Sigma;
use super::{MetricError, Pair, log, planes};

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
    /// log2 of the gain g = c / s1, within -[`GAIN_LIMIT`]..[`GAIN_LIMIT`]: 0 for a faithful copy, log2 1.2 where the
    /// contrast was raised by a fifth, -[`GAIN_LIMIT`] where nothing is left; 0 where the reference is flat.
    pub gain: Vec<f32>,
    pub sums: Sums,
}

/// Largest |log2 g| in [`ScaleDetail::gain`]: an eighth or eight times the contrast.
pub const GAIN_LIMIT: f32 = 3.0;

/// The information of each place of luma at the four scales; scale 0 is full size.
///
/// # Errors
/// [`MetricError`] when there is no luma, or less than 32x32 of it.
pub fn detail(pair: &Pair<'_>) -> Result<[ScaleDetail; SCALES], MetricError> {
    let scales = walk(planes(pair)?, pair.sample(), Part::new);
    Ok(scales.map(whole))
}

/// The rows of one band.
struct Part {
    width: usize,
    places: [Vec<f32>; 4],
    sums: Sums,
}

impl Part {
    fn new(size: Size, rows: Range<usize>) -> Self {
        let places = size.width * rows.len();
        Self { width: size.width, places: [0; 4].map(|_| vec![0.0; places]), sums: Sums::default() }
    }
}

/// Puts the bands of a scale together and divides by its sum of den.
fn whole(bands: Vec<Part>) -> ScaleDetail {
    let sums = bands.iter().fold(Sums::default(), |sum, band| sum.plus(&band.sums));
    let width = bands.first().map_or(0, |band| band.width);
    let [mut num, mut num_neg, mut den, mut gain] = [const { Vec::new() }; 4];
    let share = 1.0 / f64::from(sums.den());
    for band in bands {
        let [n, neg, d, g] = band.places;
        for (all, part) in [(&mut num, n), (&mut num_neg, neg), (&mut den, d)] {
            all.extend(part.iter().map(|&bits| (f64::from(bits) * share) as f32));
        }
        gain.extend(g);
    }
    ScaleDetail { width, height: num.len() / width.max(1), num, num_neg, den, gain, sums }
}

impl Sink for Part {
    fn row(&mut self, x: usize, y: usize, cols: usize, sigma: &Sigma) {
        let start = y * self.width + x;
        let [num, num_neg, den, gain] =
            self.places.each_mut().map(|place| place.get_mut(start..start + cols).unwrap_or_default());
        for from in (0..cols).step_by(CHUNK) {
            let [s1, s2, s12] = sigma.each_ref().map(|s| chunk(s, from, cols));
            let bits = places(&s1, &s2, &s12);
            let count = CHUNK.min(cols - from);
            self.sums = self.sums.plus(&sum(&bits, count));
            for i in 0..count {
                let at = from + i;
                let flat = if bits.flat[i] == 0 { 0.0 } else { 1.0 - bits.flat_power[i] / 16384.0 / 65025.0 };
                let of = |log: i32| (f64::from(log) / f64::from(log::ONE) + flat) as f32;
                (num[at], num_neg[at]) = (of(bits.num[i]), of(bits.num_neg[i]));
                den[at] = (f64::from(bits.den[i]) / f64::from(log::ONE) + f64::from(bits.flat[i])) as f32;
                let ratio = s12[i] as f32 / s1[i] as f32;
                let stops = if s12[i] > 0 { ratio.log2().clamp(-GAIN_LIMIT, GAIN_LIMIT) } else { -GAIN_LIMIT };
                gain[at] = if bits.flat[i] == 0 { stops } else { 0.0 };
            }
        }
    }
}

/// Places `from..from + CHUNK` of a line; zero from `cols` on.
fn chunk(line: &[i32], from: usize, cols: usize) -> [i32; CHUNK] {
    let line = line.get(from..cols).unwrap_or_default();
    std::array::from_fn(|i| line.get(i).copied().unwrap_or(0))
}

/// The sums of the first `count` places of a chunk.
fn sum(bits: &Chunk, count: usize) -> Sums {
    let add = |values: &[i32; CHUNK]| values.iter().take(count).map(|&v| i64::from(v)).sum();
    Sums {
        num: add(&bits.num),
        num_neg: add(&bits.num_neg),
        den: add(&bits.den),
        flat: add(&bits.flat),
        flat_power: bits.flat_power.iter().take(count).map(|&v| v as i64).sum(),
    }
}
