//! Scores of a candidate against its reference, and maps of where they come from.
//!
//! Two steps. An [`Extractor`] looks at pictures (a [`Moment`]) and yields named numbers, *features*: the costly part,
//! done once however many metrics read them, and kept. A [`Metric`] turns features into a score: cheap arithmetic. An
//! [`Overlay`] draws a number for every place, which pools to the score it explains. Nothing in here resizes or aligns.
//! Panels, flags, plots, CSV headers and tests walk the tables [`EXTRACTORS`], [`METRICS`] and [`OVERLAYS`]: adding one
//! is a file and a line. Per-frame values and [`pool`]ing are apart.

mod about;
mod downscale;
mod error;
mod errors;
mod extractor;
mod features;
mod halve;
mod memo;
mod metric;
mod moment;
mod ms_ssim;
mod ms_ssim_map;
mod overlay;
mod pair;
mod plan;
mod pool;
mod psnr;
mod psnr_611;
mod source;
mod ssim;
mod ssim_ffmpeg;
mod ssim_map;
mod table;
pub mod vmaf;
mod window;

pub use about::{About, Direction, Group, Task, Trust, TrustLevel};
pub use error::MetricError;
pub use extractor::{Cost, Extractor, Extracts};
pub use features::Features;
pub use memo::Memo;
pub use metric::{Metric, Plain};
pub use moment::Moment;
pub use overlay::{Class, Overlay, OverlayAbout, Scale, Tint};
pub use pair::{Pair, Reads, Value};
pub use plan::Plan;
pub use pool::{Pooled, percentile, pool};
pub use psnr::cap_db;
use table::added_extractors;
pub use table::{Added, add, find, ids, is_served, metrics, overlay, overlay_ids, overlays, select, standard};

/// Everything that looks at pictures.
pub static EXTRACTORS: &[&dyn Extractor] =
    &[&psnr::LUMA, &psnr::CB, &psnr::CR, &ssim::Ssim, &ms_ssim::MsSsim, &ssim_ffmpeg::SsimFfmpeg];

/// Every metric, in the order in which people see them.
pub static METRICS: &[&dyn Metric] = &[
    &psnr::PSNR_Y,
    &psnr::PSNR_CB,
    &psnr::PSNR_CR,
    &psnr_611::Psnr611,
    &ssim::SSIM_Y,
    &ms_ssim::MS_SSIM_Y,
    &ssim_ffmpeg::SSIM_FFMPEG_Y,
];

/// Every overlay, in the order in which people see them.
pub static OVERLAYS: &[&dyn Overlay] = &[
    &errors::ERROR,
    &errors::SIGNED_ERROR,
    &ssim_map::SSIM,
    &ms_ssim_map::ALL,
    &ms_ssim_map::FINEST,
    &ms_ssim_map::FINE,
    &ms_ssim_map::MIDDLE,
    &ms_ssim_map::COARSE,
    &ms_ssim_map::COARSEST,
];
