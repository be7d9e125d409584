//! PSNR of the three planes in one number: (6 Y + Cb + Cr) / 8, as codec developers weigh it (Ohm, Sullivan, Schwarz,
//! Tan and Wiegand 2012). Planes' decibels are averaged, frame by frame, not their errors.

use super::{About, Direction, Features, Group, Metric, MetricError, Task, Trust, Value, cap_db};

/// The weighted mean of `psnr_y`, `psnr_cb` and `psnr_cr`.
#[derive(Debug)]
pub struct Psnr611;

static ABOUT: About = About {
    id: "psnr_611",
    label: "PSNR 6:1:1",
    unit: "dB",
    group: Group::Error,
    direction: Direction::HigherIsBetter,
    range: |bits| (0.0, cap_db(bits)),
    decimals: 2,
    standard: false,
    meaning: "How far brightness and colour are off on average, on a logarithmic scale, with brightness counting three \
              times as much as both colour planes together.",
    blind_to: "where an error stands and whether anybody sees it: noise in grass costs as much as a broken face",
    trust: &[Trust {
        task: Task::Encode,
        correlation: 0.951,
        study: "CVQAD open part, codecs within one clip; found for PSNR over Y, Cb and Cr together",
    }],
};

impl Metric for Psnr611 {
    fn about(&self) -> &'static About {
        &ABOUT
    }

    fn features(&self) -> &[&'static str] {
        &["psnr_y", "psnr_cb", "psnr_cr"]
    }

    fn score(&self, features: &Features) -> Result<Value, MetricError> {
        let ([y, cb, cr], identical) = features.all(["psnr_y", "psnr_cb", "psnr_cr"])?;
        Ok(Value { value: (6.0 * y + cb + cr) / 8.0, identical })
    }
}
