//! What is held against what, and how near it must come.

/// One metric of Doublet and the reference's number.
pub struct Line {
    pub ours: &'static str,
    pub theirs: Source,
    pub tolerance: f64,
    /// Compared only where chroma divides both sides: of others the reference reads memory beyond its planes.
    pub even: bool,
}

/// Where the reference's number stands.
pub enum Source {
    /// A key of libvmaf's log: a feature, or a model by the name that `theirs` gives it.
    Libvmaf(&'static str),
    /// (6 Y + Cb + Cr) / 8 of libvmaf's PSNR.
    Psnr611,
    /// The `ssim` filter's Y.
    Ssim,
    /// The `xpsnr` filter, by plane.
    Xpsnr(&'static str),
}

use Source::{Libvmaf, Psnr611, Ssim, Xpsnr};

const fn line(ours: &'static str, theirs: Source, tolerance: f64) -> Line {
    Line { ours, theirs, tolerance, even: false }
}

/// Half of the sixth digit, which the reference rounds off, is part of each tolerance.
const FEATURE: f64 = 1e-6;
const SCORE: f64 = 1e-4;
const LOOSE: f64 = 1e-3;
/// Half of the last digit that a filter prints, and a little for its own sum.
const SIX_DIGITS: f64 = 0.5e-6 + 1e-9;
const FOUR_DIGITS: f64 = 0.5e-4 + 1e-7;

pub static LINES: &[Line] = &[
    line("psnr_y", Libvmaf("psnr_y"), SCORE),
    line("psnr_cb", Libvmaf("psnr_cb"), SCORE),
    line("psnr_cr", Libvmaf("psnr_cr"), SCORE),
    line("psnr_611", Psnr611, SCORE),
    line("ssim_y", Libvmaf("float_ssim"), 1e-5),
    line("ms_ssim_y", Libvmaf("float_ms_ssim"), 1e-5),
    line("ssim_ffmpeg_y", Ssim, SIX_DIGITS),
    line("xpsnr_y", Xpsnr("y"), FOUR_DIGITS),
    line("xpsnr_cb", Xpsnr("u"), FOUR_DIGITS),
    line("xpsnr_cr", Xpsnr("v"), FOUR_DIGITS),
    line("vif_scale0", Libvmaf("integer_vif_scale0"), FEATURE),
    line("vif_scale1", Libvmaf("integer_vif_scale1"), FEATURE),
    line("vif_scale2", Libvmaf("integer_vif_scale2"), FEATURE),
    line("vif_scale3", Libvmaf("integer_vif_scale3"), FEATURE),
    line("vif_scale0_neg", Libvmaf("integer_vif_scale0_egl_1"), FEATURE),
    line("vif_scale1_neg", Libvmaf("integer_vif_scale1_egl_1"), FEATURE),
    line("vif_scale2_neg", Libvmaf("integer_vif_scale2_egl_1"), FEATURE),
    line("vif_scale3_neg", Libvmaf("integer_vif_scale3_egl_1"), FEATURE),
    line("adm2", Libvmaf("integer_adm2"), FEATURE),
    line("adm2_neg", Libvmaf("integer_adm2_egl_1"), FEATURE),
    line("adm3", Libvmaf("integer_adm3"), FEATURE),
    line("motion2", Libvmaf("integer_motion2"), FEATURE),
    line("motion3", Libvmaf("integer_motion3"), FEATURE),
    line("vmaf", Libvmaf("vmaf"), SCORE),
    line("vmaf_neg", Libvmaf("vmaf_neg"), SCORE),
    line("vmaf_raw", Libvmaf("vmaf_raw"), SCORE),
    line("vmaf_neg_raw", Libvmaf("vmaf_neg_raw"), SCORE),
    line("vmaf_4k", Libvmaf("vmaf_4k"), SCORE),
    line("vmaf_4k_neg", Libvmaf("vmaf_4k_neg"), SCORE),
    line("vmaf_phone", Libvmaf("vmaf_phone"), SCORE),
    line("speed_chroma", Libvmaf("speed_chroma_uv_mxv_45_nnf_0.1_snn_0.19_wvm_5"), LOOSE),
    line("cambi_v1", Libvmaf("cambi_hrs_1080_cmxv_17_vlt_0.06"), LOOSE),
    line("vmaf_v1", Libvmaf("vmaf_v1"), LOOSE),
    line("vmaf_v1_phone", Libvmaf("vmaf_v1_phone"), LOOSE),
    line("vmaf_v1_4k", Libvmaf("vmaf_v1_4k"), LOOSE),
    line("vmaf_v1_4k_3h", Libvmaf("vmaf_v1_4k_3h"), LOOSE),
    line("vmaf_v1_hfr", Libvmaf("vmaf_v1_hfr"), LOOSE),
    line("vmaf_v1_phone_hfr", Libvmaf("vmaf_v1_phone_hfr"), LOOSE),
    line("vmaf_v1_4k_hfr", Libvmaf("vmaf_v1_4k_hfr"), LOOSE),
    line("vmaf_v1_4k_3h_hfr", Libvmaf("vmaf_v1_4k_3h_hfr"), LOOSE),
    line("cambi", Libvmaf("cambi"), LOOSE),
    Line { even: true, ..line("ciede2000", Libvmaf("ciede2000"), LOOSE) },
    line("psnr_hvs_y", Libvmaf("psnr_hvs_y"), LOOSE),
];
