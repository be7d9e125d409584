//! Structural similarity of luma, as libvmaf's `float_ssim` gives it (`libvmaf/src/feature/ssim.c`, `iqa/ssim_tools.c`;
//! Wang, Bovik, Sheikh and Simoncelli 2004): codes on the 8-bit scale, reduced by the shorter side / 256, an 11-tap
//! Gaussian window of sigma 1.5 placed wherever it fits, and the mean of luminance * contrast * structure. It is not
//! FFmpeg's `ssim` filter, which takes 8x8 blocks at full size.
//!
//! libvmaf sums moments in doubles, here they are made in 32 bits (see `window`): off by some 2^-22 of their size, which
//! moves the mean by at most 3e-6 on the pairs that the tests hold against libvmaf.

use std::cell::Cell;

use super::downscale::{Grid, auto_factor, downscale};
use super::source::{Source, luma, same_samples};
use super::window::{Want, measure};
use crate::metrics::{
    About, Cost, Direction, Extractor, Extracts, Group, Memo, MetricError, Moment, Plain, Task, Trust, Value,
};

/// SSIM of the luma plane.
#[derive(Debug)]
pub struct Ssim;

pub static SSIM_Y: Plain = Plain(&ABOUT);

pub(super) static EXTRACTS: Extracts =
    Extracts { id: "ssim_y", version: 1, features: &["ssim_y"], before: 0, after: 0, cost: Cost::Light };

static ABOUT: About = About {
    id: "ssim_y",
    label: "SSIM",
    unit: "",
    group: Group::Structure,
    direction: Direction::HigherIsBetter,
    range: |_| (-1.0, 1.0),
    decimals: 4,
    standard: true,
    meaning: "How much of the local structure of brightness is the same: 1 is all of it, 0 is none; most encodes that \
              people find good are above 0.95.",
    blind_to: "colour, motion, and on large pictures the finest detail: it is taken at about 256 lines",
    trust: &[
        Trust {
            task: Task::Encode,
            correlation: 0.949,
            study: "CVQAD open part, codecs within one clip; found for its multi-scale form, MS-SSIM",
        },
        Trust {
            task: Task::Upscale,
            correlation: 0.27,
            study: "MSU, super-resolution of compressed video; found for its multi-scale form, MS-SSIM",
        },
    ],
};

/// Smallest side: below it a window of 11 leaves too few places to speak of a mean.
const LEAST: u32 = 32;

impl Extractor for Ssim {
    fn about(&self) -> &'static Extracts {
        &EXTRACTS
    }

    fn extract(&self, moment: &Moment<'_>, _: &Memo) -> Result<Vec<Value>, MetricError> {
        let found = on_grids(&EXTRACTS, moment, |r, d| measure(Source::Grid(r), Source::Grid(d), Want::ALL).0.all)?;
        Ok(vec![found.map_or(Value::identical(1.0), Value::measured)])
    }
}

/// What `work` makes of both luma planes at the size at which SSIM is taken; `None` when they are the same.
pub(super) fn on_grids<T>(
    about: &Extracts,
    moment: &Moment<'_>,
    work: impl FnOnce(&Grid, &Grid) -> T,
) -> Result<Option<T>, MetricError> {
    let pair = &moment.pair;
    let (reference, candidate) = luma(about.id, LEAST, pair)?;
    if same_samples(reference, candidate, pair.sample()) {
        return Ok(None);
    }
    let factor = auto_factor(reference.width, reference.height);
    let (one, two) = SPARE.take();
    let (reference, candidate) = rayon::join(
        || downscale(reference, pair.sample(), factor, one),
        || downscale(candidate, pair.sample(), factor, two),
    );
    let made = work(&reference, &candidate);
    SPARE.set((reference.into_storage(), candidate.into_storage()));
    Ok(Some(made))
}

thread_local! {
    /// Memory of the last two grids. Taken, not borrowed: a thread of the pool that waits inside one measurement may
    /// be given another.
    static SPARE: Cell<(Vec<f32>, Vec<f32>)> = const { Cell::new((Vec::new(), Vec::new())) };
}
