//! One difference of contributions, place by place, and its way to the picture's own samples.

use std::sync::Arc;

use rayon::prelude::*;

use crate::metrics::shelf::Borrowed;
use crate::metrics::{Memo, MetricError, Pair};

use super::detail::{Account, KEY};
use super::extractor::ASKS;
use super::region::{Axis, SCALES};
use super::{Pictures, kernels};

/// Of two contributions to the score (see [`super::AdmDetail`]), the later less the earlier.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(in crate::metrics::vmaf) enum Change {
    /// From the score without gain to the score: credit for enhancement.
    Enhancement,
    /// From the reference's own to the score: what was lost.
    Loss,
}

/// The change by coefficient.
pub(in crate::metrics::vmaf) struct Shares {
    /// Of the picture.
    size: [usize; 2],
    axes: [[Axis; 2]; SCALES],
    /// The inner coefficients of each scale, row by row; the others have no share.
    inner: [Borrowed<f32>; SCALES],
    /// `adm2` and `adm2_neg`.
    pub scores: [f64; 2],
}

/// The change of a pair's luma: one walk, and another where `memo` does not have the sums that it needs.
///
/// # Errors
/// As [`measure`](super::measure).
pub(in crate::metrics::vmaf) fn shares(pair: &Pair<'_>, change: Change, memo: &Memo) -> Result<Shares, MetricError> {
    let pictures = Pictures::new(pair)?;
    let account = match memo.by_product::<Account>(KEY, pair) {
        Some(account) => account,
        None => Arc::new(Account::of(pair)?.0),
    };
    let mut worth = account.worth(|[kept, kept_neg, there]| match change {
        Change::Enhancement => [kept - kept_neg, 0.0, 0.0],
        Change::Loss => [kept - there, 0.0, 0.0],
    });
    // A loss has no use for the score without gain.
    let asks = if change == Change::Loss { &ASKS[..1] } else { &ASKS[..] };
    if change == Change::Loss {
        for scale in &mut worth {
            scale.remove(1);
        }
    }
    let mut inner = [(); SCALES].map(|()| Borrowed::new(0));
    pictures.walk(asks, Some(&worth), |scale, found| {
        let [map, ..] = found.sums.painted;
        inner[scale] = map;
    });
    let size = [pair.reference().width as usize, pair.reference().height as usize];
    let axes = std::array::from_fn(|scale| [pictures.x[scale].clone(), pictures.y[scale].clone()]);
    Ok(Shares { size, axes, inner, scores: account.scores })
}

/// All scales of a [`Shares`] together, by squares of 2x2 samples.
pub(in crate::metrics::vmaf) struct Spread {
    across: usize,
    values: Borrowed<f32>,
}

impl Spread {
    /// Writes row `y` of the picture.
    pub fn fill(&self, y: usize, row: &mut [f32]) {
        double(&self.values[y / 2 * self.across..][..self.across], row);
    }
}

impl Shares {
    /// Each coefficient's share is spread evenly over the samples that it stands for (the last column and row may stand
    /// for fewer), and the scales are added up. Sums stay what they are. Every value is multiplied by `times`.
    pub fn spread(&self, times: f64) -> Spread {
        let mut coarse = Borrowed::new(0);
        for scale in (0..SCALES).rev() {
            coarse = self.finer(&coarse, scale, times);
        }
        Spread { across: self.axes[0][0].size, values: coarse }
    }

    /// What a sample gets from `scale` and from the coarser ones, on the grid of `scale`.
    fn finer(&self, coarse: &[f32], scale: usize, times: f64) -> Borrowed<f32> {
        let [x, y] = &self.axes[scale];
        let step = 2 << scale;
        let samples = |length: usize, at: usize| step.min(length - at * step) as f64;
        let (width, across) = (x.size, x.size.div_ceil(2));
        let mut finer = Borrowed::new(width * y.size);
        finer.par_chunks_mut(width).enumerate().for_each(|(row, to)| {
            match coarse.get(row / 2 * across..(row / 2 + 1) * across) {
                Some(above) => double(above, to),
                None => to.fill(0.0),
            }
            let Some(from) = row.checked_sub(y.inner.start).filter(|_| row < y.inner.end) else { return };
            let from = &self.inner[scale][from * x.inner.len()..][..x.inner.len()];
            let high = times / samples(self.size[1], row);
            add(&mut to[x.inner.clone()], from, (high / step as f64) as f32);
            if let (true, Some(last), Some(to)) = (x.inner.end == width, from.last(), to.last_mut()) {
                // Replaces the share of a whole coefficient.
                *to = coarse.get((row / 2 + 1) * across - 1).unwrap_or(&0.0)
                    + last * (high / samples(self.size[0], width - 1)) as f32;
            }
        });
        finer
    }
}

kernels! {
    /// Each number twice.
    fn double(from: &[f32], to: &mut [f32]) {
        let (pairs, last) = to.as_chunks_mut::<2>();
        for (pair, value) in pairs.iter_mut().zip(from) {
            *pair = [*value, *value];
        }
        if let ([last], Some(value)) = (last, from.last()) {
            *last = *value;
        }
    }

    fn add(to: &mut [f32], from: &[f32], times: f32) {
        for (to, from) in to.iter_mut().zip(from) {
            *to += from * times;
        }
    }
}
