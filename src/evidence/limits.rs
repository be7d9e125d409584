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
/// The most that any band was turned up: detail kept, or over-gain less noise ([`super::Seen::gain`]). Honest pairs: at
/// most 1.017.
pub const E4: Limit = limit(1.02, 1.04);
/// Distance of the tone curve from no change, in codes. Honest pairs that keep their detail: 99% below 1.6; a tenth of the
/// way to histogram equalisation: from 1.95.
pub const E5: Limit = limit(1.75, 4.0);
/// Detail kept in a band less that of the next coarser.
pub const E6: Limit = limit(0.02, 0.05);
/// Points of VMAF gained on the candidate of the nearest bitrate, while PSNR and SSIM fall.
pub const E7: Limit = Limit { amber: 1.0, red: None };
/// Points by which VMAF less NEG must be wider as well for E7 to count. Without it one pair in ten of honest encodes at
/// near bitrates met E7: codecs and scalers trade PSNR for sharpness that NEG credits too. With it 3 of 1,100 do, and 98
/// of 100 attacks that met it still do.
pub const E7_GAP: f64 = 2.0;
/// Share of detail that must be left in a band for over-gain to say anything.
pub const HALF_LEFT: f64 = 0.5;

/// Above this p, by Holm's correction over all lines, red is amber only.
pub const UNSURE: f64 = 0.05;

/// Points of VMAF that must go away with the undone transform for a change to count as one of score.
pub const COSMETIC: f64 = 1.5;

/// Share of detail below which, with a tone curve moved by more than so many codes, two pictures are not of one scene.
pub const UNRELATED_KEPT: f64 = 0.1;
pub const UNRELATED_TONE: f64 = 12.0;
/// Frames by which a candidate may be found early or late; how many pairs that takes; the error (mean squared difference of
/// thumbnails, codes of 256) that its own frame must leave, and the share of it that the other frame may leave.
pub const OFFSET_MOST: i32 = 48;
pub const OFFSET_FRAMES: usize = 6;
pub const OFFSET_ERROR: f64 = 0.25;
pub const OFFSET_SHARE: f64 = 0.35;
/// One frame in so many, at least, must name the same neighbour.
pub const OFFSET_VOTERS: usize = 8;
/// Samples from which a bar is one.
pub const BAR: f64 = 2.0;

/// Samples from which a picture is said to be shifted, or stretched at its borders, and the share of the error that must
/// go away with it.
pub const SHIFT: f64 = 0.25;
pub const STRETCH: f64 = 0.6;
pub const PLACE_EXPLAINS: f64 = 0.25;
/// Chroma samples, and the share of chroma's error.
pub const CHROMA_SHIFT: f64 = 0.3;
pub const CHROMA_EXPLAINS: f64 = 0.5;
/// Share of the change of colour that a mistaken matrix must explain, how much more than saturation does, and the least
/// change in codes.
pub const MATRIX_EXPLAINS: f64 = 0.6;
pub const MATRIX_MARGIN: f64 = 0.2;
pub const MATRIX_CHANGE: f64 = 0.7;
/// Limited-range codes read as full range: d = (r - 16) 255/219, and chroma by 255/224.
pub const RANGE_SLOPE: f64 = 255.0 / 219.0;
pub const RANGE_CHROMA: f64 = 255.0 / 224.0;
/// How near slope, codes and chroma must come; and what rounding may move chroma's slope by, over its signal in codes.
pub const RANGE_NEAR: (f64, f64, f64) = (0.03, 0.8, 0.035);
pub const RANGE_ROUNDING: f64 = 0.15;
/// A band that lost more than this share of its detail moves tone by itself: text and foliage grow paler as their finest
/// strokes go. A tone curve is then believed only where a line or a power explains it but for this share.
pub const ODD_CURVE: f64 = 0.35;
/// Slope from which an uneven curve is said to stretch.
pub const STRETCHED: f64 = 1.1;
/// Codes by which noise of flat areas must have grown.
pub const GRAIN: f64 = 0.8;
/// Saturation.
pub const SATURATED: f64 = 1.04;
