//! Scores of a candidate against its reference, and maps of where they come from.
//!
//! Two steps. An [`Extractor`] looks at pictures (a [`Moment`]) and yields named numbers, *features*: the costly part,
//! done once however many metrics read them, and kept. A [`Metric`] turns features into a score: cheap arithmetic. An
//! [`Overlay`] draws a number for every place, which pools to the score it explains. Nothing in here resizes or aligns.
//! Panels, flags, plots, CSV headers and tests walk the tables [`EXTRACTORS`], [`METRICS`] and [`OVERLAYS`]: adding one
//! is a file and a line. Per-frame values and [`pool`]ing are apart.

mod about;
mod cambi;
mod ciede;
pub mod erqa;
mod error;
mod errors;
mod extractor;
mod features;
pub mod gpu;
pub mod hack;
pub mod invented;
mod memo;
mod metric;
mod moment;
pub mod no_reference;
mod overlay;
mod pair;
pub mod perceptual;
mod plan;
mod pool;
mod pooling;
mod psnr;
mod psnr_611;
mod psnr_hvs;
mod shelf;
mod structure;
mod table;
pub mod vmaf;
pub mod xpsnr;

pub use about::{About, Direction, Group, Task, Trust, TrustLevel};
pub use error::MetricError;
pub use extractor::{Cost, Extractor, Extracts};
pub use features::Features;
pub use memo::Memo;
pub use metric::{Metric, Plain};
pub use moment::{Answer, Answers, Enlarged, Moment};
pub use overlay::{Class, Drawn, Needs, Overlay, OverlayAbout, Scale, Tint};
pub use pair::{Pair, Reads, Value};
pub use plan::Plan;
pub use pool::{Pooled, percentile, pool, pool_timed};
pub use pooling::{POOLINGS, Pooling};
pub use psnr::cap_db;
use table::added_extractors;
pub use table::{Added, add, cost, find, ids, is_served, metrics, overlay, overlay_ids, overlays, select, standard};

/// Everything that looks at pictures.
pub static EXTRACTORS: &[&dyn Extractor] = &[
    &vmaf::vif::VIF,
    &vmaf::adm::ADM,
    &vmaf::motion::Motion,
    &vmaf::adm::ADM3,
    &vmaf::adm::ADM3_V1,
    &vmaf::adm::ADM3_V1_5H,
    &vmaf::adm::ADM3_V1_2160,
    &vmaf::motion::MotionHfr,
    &vmaf::chroma::CB,
    &vmaf::chroma::CR,
    &vmaf::speed::SPEED_CHROMA,
    &vmaf::speed::SPEED_CHROMA_5H,
    &vmaf::speed::SPEED_CHROMA_2160,
    &psnr::LUMA,
    &psnr::CB,
    &psnr::CR,
    &xpsnr::LUMA,
    &xpsnr::CHROMA,
    &psnr_hvs::PsnrHvs,
    &ciede::Ciede,
    &structure::Ssim,
    &structure::MsSsim,
    &structure::SsimFfmpeg,
    &erqa::Erqa,
    &perceptual::Ssimulacra2,
    &perceptual::Butteraugli,
    &cambi::PLAIN,
    &cambi::V1,
    &no_reference::BLOCKS,
    &no_reference::SHARP,
    &no_reference::GRAIN,
    &no_reference::BANDS,
    &hack::Luma,
    &hack::Chroma,
    &hack::Step,
    &invented::FromInput,
    &invented::Moved,
    &invented::Flickers,
];

/// Every metric, in the order in which people see them.
pub static METRICS: &[&dyn Metric] = &[
    &vmaf::score::VMAF,
    &vmaf::score::VMAF_NEG,
    &vmaf::score::VMAF_RAW,
    &vmaf::score::VMAF_NEG_RAW,
    &vmaf::score::VMAF_CEILING,
    &vmaf::score::VMAF_4K,
    &vmaf::score::VMAF_4K_NEG,
    &vmaf::score::VMAF_PHONE,
    &vmaf::score::VMAF_B,
    &vmaf::score::VMAF_B_MEAN,
    &vmaf::score::VMAF_B_SD,
    &vmaf::score::VMAF_B_LOW,
    &vmaf::score::VMAF_B_HIGH,
    &vmaf::score::VMAF_V1,
    &vmaf::score::VMAF_V1_PHONE,
    &vmaf::score::VMAF_V1_4K,
    &vmaf::score::VMAF_V1_4K_3H,
    &vmaf::score::VMAF_V1_HFR,
    &vmaf::score::VMAF_V1_PHONE_HFR,
    &vmaf::score::VMAF_V1_4K_HFR,
    &vmaf::score::VMAF_V1_4K_3H_HFR,
    &psnr::PSNR_Y,
    &psnr::PSNR_CB,
    &psnr::PSNR_CR,
    &psnr_611::Psnr611,
    &xpsnr::XPSNR_Y,
    &xpsnr::XPSNR_CB,
    &xpsnr::XPSNR_CR,
    &psnr_hvs::PSNR_HVS_Y,
    &ciede::CIEDE2000,
    &structure::SSIM_Y,
    &structure::MS_SSIM_Y,
    &structure::SSIM_FFMPEG_Y,
    &erqa::ERQA,
    &erqa::ERQA_1_0,
    &perceptual::SSIMULACRA2,
    &perceptual::BUTTERAUGLI,
    &perceptual::BUTTERAUGLI_3,
    &cambi::CAMBI,
    &no_reference::BANDING,
    &no_reference::BLOCKINESS,
    &no_reference::SHARPNESS,
    &no_reference::NOISE,
    &hack::DETAIL_KEPT,
    &hack::PEAKING,
    &hack::TONE_CHANGE,
    &hack::SHIFT,
    &hack::SATURATION,
    &hack::FRAME_OFFSET,
    &invented::CONTRADICTED_SHARE,
    &invented::ADDED_ENERGY,
    &invented::EDGES_INVENTED,
    &invented::EDGES_LOST,
    &invented::BENT_SHARE,
    &invented::BENT_LENGTH,
    &invented::SHIMMER_MEAN,
    &invented::SHIMMER_INDEX,
    &vmaf::features::VIF_SCALE0,
    &vmaf::features::VIF_SCALE1,
    &vmaf::features::VIF_SCALE2,
    &vmaf::features::VIF_SCALE3,
    &vmaf::features::VIF_SCALE0_NEG,
    &vmaf::features::VIF_SCALE1_NEG,
    &vmaf::features::VIF_SCALE2_NEG,
    &vmaf::features::VIF_SCALE3_NEG,
    &vmaf::features::ADM2,
    &vmaf::features::ADM2_NEG,
    &vmaf::features::MOTION2,
    &vmaf::features::ADM3,
    &vmaf::features::MOTION3,
    &vmaf::features::SPEED_CHROMA,
    &vmaf::features::ADM3_V1,
    &vmaf::features::MOTION3_V1,
    &cambi::CAMBI_V1,
];

/// Every overlay, in the order in which people see them.
pub static OVERLAYS: &[&dyn Overlay] = &[
    &errors::ERROR,
    &errors::SIGNED_ERROR,
    &vmaf::vif::LOSS,
    &vmaf::vif::GAIN,
    &vmaf::vif::BOOST,
    &vmaf::points::POINTS,
    &vmaf::points::POINTS_LOST,
    &structure::SSIM_MAP,
    &structure::MS_SSIM_MAP,
    &structure::MS_SSIM_MAP_1,
    &structure::MS_SSIM_MAP_2,
    &structure::MS_SSIM_MAP_3,
    &structure::MS_SSIM_MAP_4,
    &structure::MS_SSIM_MAP_5,
    &vmaf::adm::ADM_LOSS,
    &erqa::EdgeMap,
    &invented::BENT,
    &invented::CONTRADICTED,
    &invented::ADDED,
    &invented::UNEXPLAINED,
    &invented::SHIMMER,
    &invented::UNSTABLE,
    &invented::JURY,
    &cambi::BANDING,
    &perceptual::ButteraugliMap,
];
