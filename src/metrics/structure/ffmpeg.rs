//! Structural similarity of luma as FFmpeg's `ssim` filter gives it (`libavfilter/vf_ssim.c`): the means and variances
//! of blocks of 8x8 samples that overlap by four, at full size, and the mean over all of them. Columns and rows beyond
//! the last whole four are left out, as there.
//!
//! Sums are exact integers. A block's value is made of four of them in 32-bit floats, as in the filter, and values are
//! added up in doubles, so that only the order of that sum is our own.

use super::blocks::mean;
use super::source::{luma, same_samples};
use crate::metrics::{
    About, Cost, Direction, Extractor, Extracts, Group, Memo, MetricError, Moment, Plain, Task, Trust, Value,
};

/// FFmpeg's SSIM of the luma plane.
#[derive(Debug)]
pub struct SsimFfmpeg;

pub static SSIM_FFMPEG_Y: Plain = Plain(&ABOUT);

static EXTRACTS: Extracts =
    Extracts { id: "ssim_ffmpeg_y", version: 1, features: &["ssim_ffmpeg_y"], before: 0, after: 0, cost: Cost::Light };

static ABOUT: About = About {
    id: "ssim_ffmpeg_y",
    label: "SSIM (FFmpeg)",
    unit: "",
    group: Group::Structure,
    direction: Direction::HigherIsBetter,
    range: |_| (-1.0, 1.0),
    decimals: 4,
    standard: false,
    meaning: "How much of the local structure of brightness is the same, in blocks of 8x8 samples at full size: the \
              number that FFmpeg prints as SSIM Y. It lies below SSIM where fine grain was lost.",
    blind_to: "colour, motion, and how far from the screen people sit: lost grain costs as much on a telephone",
    trust: &[Trust {
        task: Task::Encode,
        correlation: 0.949,
        study: "CVQAD open part, codecs within one clip; found for a relative, MS-SSIM",
    }],
};

/// Two blocks of four by which windows overlap.
const LEAST: u32 = 8;
impl Extractor for SsimFfmpeg {
    fn about(&self) -> &'static Extracts {
        &EXTRACTS
    }

    fn extract(&self, moment: &Moment<'_>, _: &Memo) -> Result<Vec<Value>, MetricError> {
        let (reference, candidate) = luma(EXTRACTS.id, LEAST, &moment.pair)?;
        let sample = moment.pair.sample();
        if same_samples(reference, candidate, sample) {
            return Ok(vec![Value::identical(1.0)]);
        }
        Ok(vec![Value::measured(mean(reference, candidate, sample))])
    }
}
