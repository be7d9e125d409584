//! The thresholds, all in one place. They come from `tests/calibrate` (its table and its ROC lie beside it): honest
//! encodes and scalings of every clip of the fixtures against every attack.

/// Where a line turns amber and where red; red may be none.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Limit {
    pub amber: f64,
    pub red: Option<f64>,
}

const fn limit(amber: f64, red: f64) -> Limit {
    Limit { amber, red: Some(red) }
}

/// Unclipped VMAF above what a frame with nothing lost and nothing gained would score.
pub const E1: Limit = limit(0.25, 1.0);
/// Unclipped VMAF less unclipped NEG.
pub const E2: Limit = limit(3.0, 4.5);
/// Residual of VMAF given NEG among five or more candidates.
pub const E3: Limit = limit(1.2, 2.0);
/// The most detail kept of any band.
pub const E4: Limit = limit(1.02, 1.04);
/// Distance of the tone curve from no change, in codes.
pub const E5: Limit = limit(2.0, 4.0);
/// Detail kept in a band less that of the next coarser.
pub const E6: Limit = limit(0.02, 0.05);
/// Points of VMAF gained on the candidate of the nearest bitrate, while PSNR and SSIM fall.
pub const E7: Limit = Limit { amber: 1.0, red: None };

/// Above this p, by Holm's correction over all lines, red is amber only.
pub const UNSURE: f64 = 0.05;

/// Points of VMAF that must go away with the undone transform for a change to count as one of score.
pub const COSMETIC: f64 = 1.5;

/// Frames by which a candidate may be found early or late; how many pairs that takes; the error (mean squared difference of
/// thumbnails, codes of 256) that its own frame must leave, and the share of it that the other frame may leave.
pub const OFFSET_MOST: i32 = 48;
pub const OFFSET_FRAMES: usize = 6;
pub const OFFSET_ERROR: f64 = 0.25;
pub const OFFSET_SHARE: f64 = 0.35;
/// Samples from which a bar is one.
pub const BAR: f64 = 2.0;

/// Samples from which a picture is said to be shifted, or stretched at its borders, and the share of the error that must
/// go away with it.
pub const SHIFT: f64 = 0.25;
pub const STRETCH: f64 = 0.6;
pub const PLACE_EXPLAINS: f64 = 0.25;
/// Chroma samples, and the share of chroma's error.
pub const CHROMA_SHIFT: f64 = 0.3;
pub const CHROMA_EXPLAINS: f64 = 0.25;
/// Share of the change of colour that a mistaken matrix must explain, how much more than saturation does, and the least
/// change in codes.
pub const MATRIX_EXPLAINS: f64 = 0.6;
pub const MATRIX_MARGIN: f64 = 0.2;
pub const MATRIX_CHANGE: f64 = 0.7;
/// Limited-range codes read as full range: d = (r - 16) 255/219, and chroma by 255/224.
pub const RANGE_SLOPE: f64 = 255.0 / 219.0;
pub const RANGE_MIDDLE: f64 = (128.0 - 16.0) * 255.0 / 219.0 - 128.0;
pub const RANGE_CHROMA: f64 = 255.0 / 224.0;
/// How near slope, middle (codes) and chroma must come.
pub const RANGE_NEAR: (f64, f64, f64) = (0.02, 1.2, 0.035);
/// Codes by which noise of flat areas must have grown.
pub const GRAIN: f64 = 0.8;
/// Saturation.
pub const SATURATED: f64 = 1.04;
