//! The encoders that Doublet knows how to set.

use super::coder;

/// An encoder that Doublet knows how to set. A new one is one more line in [`CODECS`].
#[derive(Debug, PartialEq)]
pub struct Codec {
    /// The word in recipes and on the command line.
    pub id: &'static str,
    /// What a person calls it.
    pub label: &'static str,
    /// FFmpeg's name of the encoder.
    pub(super) encoder: &'static str,
    /// Default, least and largest rate factor; `None` for a lossless codec.
    pub crf: Option<(f32, f32, f32)>,
    /// What the rate factor is called: "crf", or "q" where it is the quantiser itself.
    pub rate_word: &'static str,
    /// The default preset, for encoders that have presets.
    pub preset: Option<&'static str>,
    /// All presets, fastest first.
    pub presets: &'static [&'static str],
    /// The encoder's own name for the option that takes the preset.
    pub(super) preset_option: &'static str,
    /// Options that are always set.
    pub(super) options: &'static [(&'static str, &'static str)],
    /// Encoder threads; fixed where the output depends on their number, 0 (one a core) where it does not.
    pub(super) threads: i32,
    /// Key frame at every picture.
    pub(super) intra: bool,
    /// Subsampled pictures must have sides that the subsampling divides.
    pub(super) even: bool,
    /// The least width and height it takes, in samples.
    pub(super) least: u32,
    /// Knows no full range.
    pub(super) limited: bool,
    /// No two of it can be open in one process; see [`super::groups`].
    pub(super) alone: bool,
}

impl Codec {
    /// Whether this machine's FFmpeg has the encoder.
    pub fn is_available(&self) -> bool {
        coder::has_encoder(self.encoder)
    }
}

/// What most encoders have in common.
const PLAIN: Codec = Codec {
    id: "",
    label: "",
    encoder: "",
    crf: None,
    rate_word: "crf",
    preset: None,
    presets: &[],
    preset_option: "preset",
    options: &[],
    threads: 0,
    intra: false,
    even: true,
    least: 16,
    limited: false,
    alone: false,
};

/// Presets of x264, which x265 shares.
const X26_PRESETS: &[&str] =
    &["ultrafast", "superfast", "veryfast", "faster", "fast", "medium", "slow", "slower", "veryslow", "placebo"];

/// All encoders, the default first.
pub static CODECS: &[Codec] = &[
    Codec {
        id: "ffv1",
        label: "FFV1",
        encoder: "ffv1",
        options: &[("level", "3"), ("slicecrc", "1")],
        intra: true,
        even: false,
        least: 1,
        ..PLAIN
    },
    Codec {
        id: "x264",
        label: "x264",
        encoder: "libx264",
        crf: Some((23.0, 0.0, 51.0)),
        preset: Some("medium"),
        presets: X26_PRESETS,
        threads: 4,
        ..PLAIN
    },
    Codec {
        id: "x265",
        label: "x265",
        encoder: "libx265",
        crf: Some((28.0, 0.0, 51.0)),
        preset: Some("medium"),
        presets: X26_PRESETS,
        options: &[("x265-params", "log-level=none:info=0")],
        // As FFmpeg hands it on: frames under way at once. Rows within a frame do not change the output.
        threads: 2,
        least: 64,
        ..PLAIN
    },
    Codec {
        id: "svtav1",
        label: "SVT-AV1",
        encoder: "libsvtav1",
        crf: Some((35.0, 1.0, 63.0)),
        preset: Some("8"),
        presets: &["13", "12", "11", "10", "9", "8", "7", "6", "5", "4", "3", "2", "1", "0"],
        least: 64,
        alone: true,
        ..PLAIN
    },
    Codec {
        id: "vp9",
        label: "VP9",
        encoder: "libvpx-vp9",
        crf: Some((33.0, 0.0, 63.0)),
        preset: Some("4"),
        presets: &["8", "7", "6", "5", "4", "3", "2", "1", "0"],
        preset_option: "cpu-used",
        // Without a bit rate of 0 the rate factor is only a lower bound of the quantiser.
        options: &[("b", "0"), ("deadline", "good"), ("row-mt", "0")],
        threads: 2,
        ..PLAIN
    },
    Codec {
        id: "mpeg2",
        label: "MPEG-2",
        encoder: "mpeg2video",
        crf: Some((4.0, 1.0, 31.0)),
        rate_word: "q",
        // Two B pictures and groups of twelve: how DVDs are made.
        options: &[("bf", "2"), ("g", "12"), ("flags", "+qscale")],
        threads: 1,
        limited: true,
        ..PLAIN
    },
];

/// The encoder called `id`.
pub fn codec(id: &str) -> Option<&'static Codec> {
    CODECS.iter().find(|c| c.id == id)
}
