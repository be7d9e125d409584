//! Scores of a candidate against its reference: one file a metric, one line a metric in [`METRICS`].
//!
//! A metric reads native integer planes of the same layout (see [`Pair`]); nothing in here converts, resizes or
//! aligns. Panels, flags, plots, CSV headers and tests walk the table, so that adding a metric is one file and one
//! line. Per-frame values and [`pool`]ing are apart: a metric knows one pair of frames, the pool knows a list of
//! numbers.

mod downscale;
mod metric;
mod pair;
mod pool;
mod psnr;
mod ssim;
pub mod vmaf;

pub use metric::{About, Direction, Metric, Needs, Reads, Task, Trust, TrustLevel};
pub use pair::{MetricError, Pair, Value};
pub use pool::{Pooled, percentile, pool};
pub use psnr::{PSNR_CB, PSNR_CR, PSNR_Y, Psnr, cap_db};
pub use ssim::{SSIM_Y, Ssim};

/// Every metric, in the order in which people see them.
pub static METRICS: &[&dyn Metric] = &[&PSNR_Y, &PSNR_CB, &PSNR_CR, &SSIM_Y];

/// The metric called `id`.
pub fn find(id: &str) -> Option<&'static dyn Metric> {
    METRICS.iter().copied().find(|metric| metric.id() == id)
}

/// The metrics named by `list`: ids with commas between, or `all`. The order is the table's, doubles count once.
///
/// # Errors
/// [`MetricError::UnknownId`] with the ids there are; an empty list is one too.
pub fn select(list: &str) -> Result<Vec<&'static dyn Metric>, MetricError> {
    if list.trim() == "all" {
        return Ok(METRICS.to_vec());
    }
    let wanted: Vec<&str> = list.split(',').map(str::trim).collect();
    if let Some(unknown) = wanted.iter().find(|id| find(id).is_none()) {
        return Err(MetricError::UnknownId { id: (*unknown).into() });
    }
    Ok(METRICS.iter().copied().filter(|metric| wanted.contains(&metric.id())).collect())
}

/// All ids with commas between, for help texts and sentences.
pub fn ids() -> String {
    METRICS.iter().map(|metric| metric.id()).collect::<Vec<_>>().join(", ")
}
