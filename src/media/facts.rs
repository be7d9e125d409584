//! What FFmpeg says of a stream, as plain data.

use crate::frame::Rational;

/// Colour codes of H.273 as FFmpeg numbers them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct ColorCodes {
    pub matrix: u32,
    pub primaries: u32,
    pub transfer: u32,
    /// AVColorRange: 0 unknown, 1 limited, 2 full.
    pub range: u32,
    /// AVChromaLocation: 0 unknown, then left, centre, top left, top, bottom left, bottom.
    pub siting: u32,
}

/// One stream of a container.
#[derive(Clone, Debug)]
pub(super) struct StreamFacts {
    pub index: usize,
    pub video: bool,
    pub audio: bool,
    /// A cover picture, not a video.
    pub attached: bool,
    pub default: bool,
    pub codec: String,
    pub profile: Option<String>,
    /// Every packet stands for itself.
    pub intra_only: bool,
    pub width: i32,
    pub height: i32,
    pub time_base: Rational,
    pub average_rate: Rational,
    pub real_rate: Rational,
    /// Number of frames the container claims; 0 when it does not say.
    pub frames: i64,
    pub sample_aspect: (i32, i32),
    /// AVFieldOrder: 0 unknown, 1 progressive, others interlaced.
    pub field_order: u32,
    pub color: ColorCodes,
    /// Display matrix, 3 by 3 in 16.16 and 2.30 fixed point.
    pub turn: Option<[i32; 9]>,
    /// A "rotate" tag, degrees clockwise.
    pub rotate_tag: Option<i64>,
}

/// Degrees clockwise (0, 90, 180, 270) to turn the picture for showing, and whether it is mirrored besides.
pub(super) fn rotation(matrix: &[i32; 9]) -> (u16, bool) {
    let [a, b, c, d] = [matrix[0], matrix[1], matrix[3], matrix[4]].map(f64::from);
    let degrees = if a == 0.0 && b == 0.0 { 0.0 } else { b.atan2(a).to_degrees() };
    (quarter(degrees), a * d - b * c < 0.0)
}

/// The nearest quarter turn in 0..360.
pub(super) fn quarter(degrees: f64) -> u16 {
    (((degrees / 90.0).round() as i64).rem_euclid(4) * 90) as u16
}
