//! VIF, visual information fidelity (Sheikh and Bovik 2006), as libvmaf's integer path gives it
//! (`libvmaf/src/feature/integer_vif.c`): how much of the information that the eye could take from the reference it can
//! still take from the candidate. Equal to libvmaf in every integer, for 8 to 16 bits.
//!
//! At each of four scales, each half as large as the one before, a Gaussian window gives every place the variances s1
//! and s2 of reference and candidate and their covariance c. The candidate is taken to be the reference times a gain
//! g = c / s1, plus noise of variance s2 - g c. With the eye's own noise of 2 squared codes, the place holds
//! log2(1 + s1 / 2) bits in the reference, and log2(1 + g^2 s1 / (noise + 2)) of them are left in the candidate. VIF of
//! a scale is the sum of the latter over the sum of the former. Contrast that was raised (g > 1) counts as more than
//! was there; in NEG (`vif_scale*_neg`) g stops at 1, after the noise was computed with the full one.
//!
//! | file | what |
//! |---|---|
//! | [`mod@walk`] | the pass: scales, bands of rows, tiles of columns |
//! | `work`, `taps` | the memory of a pass; the filters |
//! | `moments` | the filters' arithmetic; `x86` and `lanes`: the same in vector instructions; `step` chooses |
//! | `sums`, `log` | from variances to bits |
//! | `paint`, [`mod@detail`] | the bits of each place |
//! | `maps`, `layers` | the overlays that show them, at the picture's size |

mod detail;
#[cfg(target_arch = "x86_64")]
mod lanes;
mod layers;
mod log;
mod maps;
mod moments;
mod paint;
mod step;
mod sums;
mod taps;
mod walk;
mod work;
#[cfg(target_arch = "x86_64")]
mod x86;

pub use detail::{ScaleDetail, detail};
pub(super) use layers::Layers;
pub use maps::{BOOST, GAIN, LOSS, VifMap};
pub(in crate::metrics) use maps::{GainScale, filter, gain_map};
pub(super) use paint::{Kind, Painted, painted};
pub use sums::Sums;

use std::sync::Arc;

use super::super::{Cost, Extractor, Extracts, Memo, MetricError, Moment, Pair, Reads, Value};
use crate::frame::Plane;
use walk::{SCALES, walk};

/// Yields `vif_scale0..3` and `vif_scale0_neg..3_neg`: VIF of luma by scale (0 is full size), plain and with no gain
/// above 1. 1 is all of the reference's information; more is possible in plain VIF only.
#[derive(Debug)]
pub struct Vif;

pub static VIF: Vif = Vif;

static EXTRACTS: Extracts = Extracts {
    id: "vif",
    version: 1,
    features: &[
        "vif_scale0",
        "vif_scale1",
        "vif_scale2",
        "vif_scale3",
        "vif_scale0_neg",
        "vif_scale1_neg",
        "vif_scale2_neg",
        "vif_scale3_neg",
    ],
    before: 0,
    after: 0,
    cost: Cost::Medium,
};

/// Smallest side: the smallest scale is then as wide as a filter and one place more.
const LEAST: u32 = 32;

impl Extractor for Vif {
    fn about(&self) -> &'static Extracts {
        &EXTRACTS
    }

    fn extract(&self, moment: &Moment<'_>, memo: &Memo) -> Result<Vec<Value>, MetricError> {
        let planes = planes(&moment.pair)?;
        let sums = match HANDED_ON.into_iter().filter(|kind| memo.wished(kind.key())).last() {
            None => measure(planes, &moment.pair),
            Some(kind) => {
                let scales = painted(&moment.pair, kind, true)?;
                let sums = scales.each_ref().map(|scale| scale.sums);
                memo.keep(kind.key(), &moment.pair, scales);
                sums
            }
        };
        let bytes = moment.pair.sample().bytes();
        let [reference, candidate] = planes;
        let identical = (0..reference.height).all(|y| reference.row_bytes(y, bytes) == candidate.row_bytes(y, bytes));
        let values = sums.iter().map(Sums::vif).chain(sums.iter().map(Sums::vif_neg));
        Ok(values.map(|value| Value { value, identical }).collect())
    }
}

/// What overlays ask for; a walk paints one of them at most.
const HANDED_ON: [Kind; 3] = [Kind::Loss, Kind::Boost, Kind::Gain];

/// All scales of `pair` painted, by the extractor if it did so already.
///
/// # Errors
/// [`MetricError`] when there is no luma, or less than 32x32 of it.
pub(super) fn found(pair: &Pair<'_>, kind: Kind, memo: &Memo) -> Result<Arc<[Painted; SCALES]>, MetricError> {
    match memo.by_product(kind.key(), pair) {
        Some(scales) => Ok(scales),
        None => painted(pair, kind, kind != Kind::Gain).map(Arc::new),
    }
}

/// Luma of the reference and of the candidate.
///
/// # Errors
/// [`MetricError`] when there is no luma, or less than 32x32 of it.
fn planes<'a>(pair: &Pair<'a>) -> Result<[&'a Plane; 2], MetricError> {
    let (reference, candidate) = pair.planes(EXTRACTS.id, Reads::Luma)?;
    let (width, height) = (reference.width, reference.height);
    if width < LEAST || height < LEAST {
        return Err(MetricError::TooSmall { metric: EXTRACTS.id, least: LEAST, width, height });
    }
    Ok([reference, candidate])
}

/// The sums of the four scales of the planes of `pair`.
fn measure(planes: [&Plane; 2], pair: &Pair<'_>) -> [Sums; SCALES] {
    let bands = walk(planes, pair.sample(), |_, _, _| Sums::default());
    bands.map(|bands| bands.iter().fold(Sums::default(), |sum, band| sum.plus(band)))
}
