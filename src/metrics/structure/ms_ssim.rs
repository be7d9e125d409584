//! Multi-scale structural similarity of luma, as libvmaf's `float_ms_ssim` gives it (`libvmaf/src/feature/ms_ssim.c`;
//! Wang, Simoncelli and Bovik 2003): contrast and structure at five scales, luminance at the coarsest, each mean raised
//! to its weight, and all multiplied.

use std::cell::Cell;

use super::downscale::Grid;
use super::halve::halve;
use super::losses::Losses;
use super::source::{Source, luma, same_samples};
use super::window::{Parts, Want, measure};
use crate::metrics::{
    About, Cost, Direction, Extractor, Extracts, Group, Memo, MetricError, Moment, Plain, Task, Trust, Value,
};

/// MS-SSIM of the luma plane.
#[derive(Debug)]
pub struct MsSsim;

pub static MS_SSIM_Y: Plain = Plain(&ABOUT);

pub(super) static EXTRACTS: Extracts =
    Extracts { id: "ms_ssim_y", version: 1, features: &["ms_ssim_y"], before: 0, after: 0, cost: Cost::Light };

static ABOUT: About = About {
    id: "ms_ssim_y",
    label: "MS-SSIM",
    unit: "",
    group: Group::Structure,
    direction: Direction::HigherIsBetter,
    range: |_| (0.0, 1.0),
    decimals: 4,
    standard: false,
    meaning: "How much of the structure of brightness is the same, from fine grain to large shapes: 1 is all of it; \
              most encodes that people find good are above 0.98.",
    blind_to: "colour and motion; and sharpening or a change of contrast costs it less than people see",
    trust: &[
        Trust { task: Task::Encode, correlation: 0.949, study: "CVQAD open part, codecs within one clip" },
        Trust { task: Task::Upscale, correlation: 0.27, study: "MSU, super-resolution of compressed video" },
    ],
};

/// How many scales there are, each half the one before.
pub(super) const SCALES: usize = 5;

/// Weights of contrast and of structure, finest scale first, as the reference has them (32-bit).
const WEIGHTS: [f32; SCALES] = [0.0448, 0.2856, 0.3001, 0.2363, 0.1333];
/// Weight of luminance, at the coarsest scale only.
const LUMINANCE: f32 = 0.1333;

/// Smallest side: after four halvings a window of 11 must still fit.
const LEAST: u32 = 11 << (SCALES - 1);

impl Extractor for MsSsim {
    fn about(&self) -> &'static Extracts {
        &EXTRACTS
    }

    fn extract(&self, moment: &Moment<'_>, memo: &Memo) -> Result<Vec<Value>, MetricError> {
        let keep = memo.wished(KEY);
        let found = on_scales(EXTRACTS.id, moment, |scales| scales.measure(keep))?;
        let value = found.as_ref().map_or(Value::identical(1.0), |found| Value::measured(score(&found.parts)));
        if keep && let Some(found) = found {
            memo.keep(KEY, &moment.pair, found);
        }
        Ok(vec![value])
    }
}

/// Both pictures at the five scales.
pub(super) struct Scales<'a> {
    finest: (Source<'a>, Source<'a>),
    coarser: ([Grid; SCALES - 1], [Grid; SCALES - 1]),
}

impl Scales<'_> {
    /// Reference and candidate at scale `n`, 0 the finest.
    pub fn at(&self, n: usize) -> (Source<'_>, Source<'_>) {
        match n.checked_sub(1) {
            None => self.finest,
            Some(n) => (Source::Grid(&self.coarser.0[n]), Source::Grid(&self.coarser.1[n])),
        }
    }

    /// Measures each scale, finest first; with `keep` every place of it is kept. Luminance is worked out at the
    /// coarsest only.
    pub fn measure(&self, keep: bool) -> Measured {
        let mut losses = Vec::with_capacity(SCALES);
        let parts = std::array::from_fn(|n| {
            let (reference, candidate) = self.at(n);
            let coarsest = n == SCALES - 1;
            let kept: &[usize] = if coarsest { &[0, 1, 2] } else { &[0, 1] };
            let want = Want { keep: if keep { kept } else { &[] }, halved: n == 0, full: coarsest };
            let (parts, found) = measure(reference, candidate, want);
            losses.push(found);
            parts
        });
        Measured { parts, losses }
    }
}

/// Under which a [`Memo`] hands on what was [`Measured`] of a pair.
pub(super) const KEY: &str = "ms_ssim";

/// What all scales came to, finest first.
pub(super) struct Measured {
    pub parts: [Parts; SCALES],
    /// Contrast and structure (and luminance at the coarsest) of every place, at the finest scale by squares of 2x2
    /// samples; empty unless they were to be kept.
    pub losses: Vec<Losses>,
}

/// What `work` makes of both luma planes at all scales; `None` when they are the same.
pub(super) fn on_scales<T>(
    metric: &'static str,
    moment: &Moment<'_>,
    work: impl FnOnce(&Scales<'_>) -> T,
) -> Result<Option<T>, MetricError> {
    let (reference, candidate) = luma(metric, LEAST, &moment.pair)?;
    let sample = moment.pair.sample();
    if same_samples(reference, candidate, sample) {
        return Ok(None);
    }
    let finest = (Source::of(reference, sample), Source::of(candidate, sample));
    let mut spare = SPARE.take();
    let coarser = (pyramid(finest.0, &mut spare), pyramid(finest.1, &mut spare));
    let scales = Scales { finest, coarser };
    let made = work(&scales);
    let (reference, candidate) = scales.coarser;
    SPARE.set(reference.into_iter().chain(candidate).map(Grid::into_storage).collect());
    Ok(Some(made))
}

/// The four smaller pictures of `source`, each half the one before.
fn pyramid(source: Source<'_>, spare: &mut Vec<Vec<f32>>) -> [Grid; SCALES - 1] {
    let mut storage = || spare.pop().unwrap_or_default();
    let half = halve(source, storage());
    let quarter = halve(Source::Grid(&half), storage());
    let eighth = halve(Source::Grid(&quarter), storage());
    let sixteenth = halve(Source::Grid(&eighth), storage());
    // Taken from the end next time: the largest first.
    [half, quarter, eighth, sixteenth]
}

thread_local! {
    /// Memory of the last grids. Taken, not borrowed: a thread of the pool that waits inside one measurement may be
    /// given another.
    static SPARE: Cell<Vec<Vec<f32>>> = const { Cell::new(Vec::new()) };
}

/// A mean that the score is made of, and the power it is raised to.
#[derive(Clone, Copy, Debug)]
pub(super) struct Factor {
    pub scale: usize,
    /// Which of a place's losses belongs to it: 0 contrast, 1 structure, 2 luminance.
    pub part: usize,
    pub mean: f64,
    pub power: f64,
}

/// All factors of the score, finest scale first.
pub(super) fn factors(scales: &[Parts; SCALES]) -> Vec<Factor> {
    let mut factors = Vec::with_capacity(2 * SCALES + 1);
    for (scale, (parts, weight)) in scales.iter().zip(WEIGHTS).enumerate() {
        for (part, mean) in [parts.contrast, parts.structure].into_iter().enumerate() {
            factors.push(Factor { scale, part, mean, power: weight.into() });
        }
    }
    let luminance = scales[SCALES - 1].luminance;
    factors.push(Factor { scale: SCALES - 1, part: 2, mean: luminance, power: LUMINANCE.into() });
    factors
}

/// The score that the means of all scales come to. Where structure is turned round on average (its mean is below zero)
/// the power has no value and libvmaf gives none; here that is 0, all lost.
pub(super) fn score(scales: &[Parts; SCALES]) -> f64 {
    // The reference keeps its means as 32-bit floats.
    factors(scales).iter().map(|factor| f64::from(factor.mean as f32).max(0.0).powf(factor.power)).product()
}
