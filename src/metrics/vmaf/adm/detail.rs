//! Where in the picture detail was kept, gained and lost: maps that sum to the scores exactly.

use rayon::prelude::*;

use crate::frame::Map;
use crate::metrics::{Memo, MetricError, Moment, Needs, Overlay, OverlayAbout, Pair, Scale};

use super::extractor::ASKS;
use super::region::{Axis, SCALES};
use super::shares::{Change, shares};
use super::walk::MAPS;
use super::{Found, Measured, Pictures, measure_and};

/// Contributions to `adm2`, to `adm2_neg` and to the reference's own total, coefficient by coefficient.
///
/// Summed over all scales and coefficients, `kept` is `adm2`, `kept_neg` is `adm2_neg` and `there` is 1. A coefficient's
/// share in `there` is x^3 / S of its band's cube root, S being the sum of the x^3. Cube roots are bent, so that shares
/// taken like this for each map would differ everywhere as soon as one place does; instead the difference of two roots
/// is shared out by the difference of the cubes. Hence `kept - there` (detail lost) and `kept - kept_neg` (credit for
/// enhancement) are 0 wherever the pictures do not differ. What libvmaf adds to every band whatever is in it is spread
/// evenly over the coefficients that count. The outer tenth on each side does not count and is 0.
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

/// What a cube of each is worth: by where it comes from, band and map.
type Worth = Vec<[[f64; MAPS]; 3]>;

/// Under which a [`Memo`] hands on the [`Account`] of a pair.
pub(super) const KEY: &str = "adm account";

/// What the walk for the scores came to, scale by scale: all that shares of it are made of.
#[derive(Default)]
pub(super) struct Account {
    worth: [Worth; SCALES],
    /// What every counting coefficient gets on top.
    even: [f64; SCALES],
    /// The reference's own, all scales together.
    total: f64,
    /// `adm2` and `adm2_neg`.
    pub scores: [f64; 2],
}

impl Account {
    /// Answers [`ASKS`], and takes down what they came to.
    ///
    /// # Errors
    /// As [`measure`](super::measure).
    pub fn of(pair: &Pair<'_>) -> Result<(Self, Measured), MetricError> {
        let mut account = Self::default();
        let measured = measure_and(pair, &ASKS, |found| account.enter(found))?;
        account.scores = [measured.ratio(0, 1.0), measured.ratio(1, 1.0)];
        Ok((account, measured))
    }

    /// Takes in what [`ASKS`] came to at one scale.
    fn enter(&mut self, found: &Found<'_>) {
        let roots = [found.numerator_alone(0), found.numerator_alone(1), found.denominator_alone(&ASKS[0])];
        let floor = ASKS[0].viewing.floor(found.area());
        self.total += roots[2].iter().map(|root| f64::from(*root + floor)).sum::<f64>();
        self.even[found.scale] = 3.0 * f64::from(floor) / found.area() as f64;
        self.worth[found.scale] = by_band(&roots, &found.sums.raw);
    }

    /// The worth of cubes over the whole, each made anew by `of` from its worth on the three maps.
    pub fn worth(&self, of: impl Fn([f64; MAPS]) -> [f64; MAPS]) -> [Worth; SCALES] {
        let over = |worth: &[f64; MAPS]| of(worth.map(|worth| worth / self.total));
        self.worth.each_ref().map(|scale| scale.iter().map(|bands| bands.each_ref().map(over)).collect())
    }
}

/// The contributions of a pair's luma. Two walks: one for the sums, one for the shares.
///
/// # Errors
/// As [`measure`](super::measure).
pub fn detail(pair: &Pair<'_>) -> Result<AdmDetail, MetricError> {
    let pictures = Pictures::new(pair)?;
    let (account, _) = Account::of(pair)?;
    let mut scales: [ScaleDetail; SCALES] = Default::default();
    pictures.walk(&ASKS, Some(&account.worth(|worth| worth)), |scale, found| {
        scales[scale] = painted(scale, &found, (account.even[scale] / account.total) as f32);
    });
    let (width, height) = (pair.reference().width, pair.reference().height);
    Ok(AdmDetail { width, height, scales })
}

/// What a unit of cubes is worth, from the cube roots of their sums and the sums.
fn by_band(roots: &[[f32; 3]; 3], raw: &[[f64; 3]]) -> Worth {
    let mut worth = vec![[[0.0; MAPS]; 3]; 3];
    for band in 0..3 {
        let [free, neg, there] = [0, 1, 2].map(|from| f64::from(roots[from][band]));
        // A unit of cubes on one scale for all three.
        let unit = |from: usize, root: f64| if raw[from][band] > 0.0 { root.powi(3) / raw[from][band] } else { 0.0 };
        let [unit_free, unit_neg, unit_there] = [unit(0, free), unit(1, neg), unit(2, there)];
        // The difference of two roots, b - a, is the difference of the sums times this.
        let slope = |a: f64, b: f64| {
            let square = a * a + a * b + b * b;
            if square > 0.0 { square.recip() } else { 0.0 }
        };
        let (lost, gained, own) = (slope(there, free), slope(neg, free), 3.0 * slope(there, there));
        let of_there = unit_there * (own - lost);
        worth[0][band] = [unit_free * lost, unit_free * (lost - gained), 0.0];
        worth[1][band] = [0.0, unit_neg * gained, 0.0];
        worth[2][band] = [of_there, of_there, unit_there * own];
    }
    worth
}

/// A scale's maps with their border and what is spread evenly.
fn painted(scale: usize, found: &Found<'_>, even: f32) -> ScaleDetail {
    let [x, y] = found.axes;
    let [kept, kept_neg, there] = found.sums.painted.each_ref().map(|map| framed(map, x, y, even));
    ScaleDetail { width: x.size, height: y.size, step: 2 << scale, kept, kept_neg, there }
}

/// The inner columns and rows in their place on the whole band, each raised by `even`.
fn framed(inner: &[f32], x: &Axis, y: &Axis, even: f32) -> Vec<f32> {
    let mut whole = vec![0.0; x.size * y.size];
    let rows = whole.chunks_mut(x.size).skip(y.inner.start);
    for (row, from) in rows.zip(inner.chunks(x.inner.len())) {
        row[x.inner.clone()].iter_mut().zip(from).for_each(|(to, from)| *to = from + even);
    }
    whole
}

/// Where detail was lost: the kept less the reference's. Negative (blue) where less is left than was there.
pub struct AdmLoss;

pub static ADM_LOSS: AdmLoss = AdmLoss;

static ABOUT: OverlayAbout = OverlayAbout {
    id: "adm_loss",
    label: "Detail lost",
    unit: "",
    scale: Scale::Diverging { to: 1.0, low: "lost", high: "gained" },
    decimals: 3,
    pool: |map| -map.mean(),
    pools_to: "1 - ADM: the share of visible detail that was lost",
    before: 0,
    after: 0,
    needs: Needs::Reference,
    meaning: "Where detail that the eye can see was lost (blue) or exceeds the reference's (orange), weighed as VMAF \
              weighs it. Strong detail counts most, so that flat areas stay dark.",
    limits: "The outer tenth on each side is not looked at, by VMAF neither. Only detail that points the same way as \
             the reference's counts as gained: noise and ringing do not. Dark means as much detail as in the \
             reference, not the same detail.",
};

impl Overlay for AdmLoss {
    fn about(&self) -> &'static OverlayAbout {
        &ABOUT
    }

    fn map(&self, moment: &Moment<'_>, memo: &Memo) -> Result<Map, MetricError> {
        let shares = shares(&moment.pair, Change::Loss, memo)?;
        let (width, height) = (moment.pair.reference().width, moment.pair.reference().height);
        let samples = f64::from(width) * f64::from(height);
        let spread = shares.spread(samples);
        let mut values = vec![0.0; width as usize * height as usize];
        values.par_chunks_mut(width as usize).enumerate().for_each(|(y, row)| spread.fill(y, row));
        Map::new(width, height, values).map_err(|error| MetricError::Color(error.to_string()))
    }
}
