//! CAMBI's settings and what follows from them: window, luma thresholds, weights.
//!
//! Source: `libvmaf/src/feature/cambi.c` and `luminance_tools.c` (Netflix/vmaf).

/// Differences of 1 to 4 steps of the 10-bit scale are looked for (`max_log_contrast` 2).
pub(super) const DIFFS: usize = 4;

/// How much a step of 1, 2, 3, 4 counts: contrast above threshold is seen the more, the larger it is.
pub(super) const DIFF_WEIGHTS: [f32; DIFFS] = [1.0, 2.0, 3.0, 4.0];

/// Weight of each scale, the finest first.
pub(super) const SCALE_WEIGHTS: [f64; 5] = [16.0, 8.0, 4.0, 2.0, 1.0];

/// Share of the samples, the worst ones, whose mean is a scale's score.
const TOP: f64 = 0.6;

/// Side of the window for a 3840x2160 picture, about one degree of the visual field.
const WINDOW: u32 = 65;

/// Widest window used, so that a count of samples fits 16 bits. Only pictures above 15,000 columns would ask for more.
const WIDEST: u32 = 255;

/// Contrast threshold of vision: a luminance step below this share of the luminance is not seen.
const TVI: f64 = 0.019;

/// One way to run CAMBI.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Settings {
    /// Luminance in cd/m2 (BT.1886, white at 300) below which banding counts as not visible.
    pub darkest: f64,
    /// Values above are cut to it.
    pub ceiling: f64,
    /// Pictures of at least that many samples are halved after the spatial mask.
    pub halve_from: Option<u64>,
}

impl Settings {
    /// What libvmaf's `cambi` feature does when nothing is asked for, as in FFmpeg's `libvmaf=feature=name=cambi`.
    pub const PLAIN: Self = Self { darkest: 0.0, ceiling: 1000.0, halve_from: None };

    /// What every model of the `vmaf_v1.0.16` family asks for: `cambi_high_res_speedup` 1080,
    /// `cambi_vis_lum_threshold` 0.06, `cambi_max_val` 17.
    pub const V1: Self = Self { darkest: 0.06, ceiling: 17.0, halve_from: Some(1920 * 1080) };

    /// Whether a picture of that size is halved first.
    pub(super) fn halves(&self, width: usize, height: usize) -> bool {
        self.halve_from.is_some_and(|least| width as u64 * height as u64 >= least)
    }

    /// Side of the window in samples, odd, for a picture of that size. libvmaf refuses pictures below 216 in both
    /// directions; here they get the same formula, and at least 3.
    pub(super) fn window(&self, width: usize, height: usize) -> usize {
        let side = (u64::from(WINDOW) * (width as u64 + height as u64) / 375) >> 4;
        let side = if self.halves(width, height) { (side + 1) >> 1 } else { side };
        (side | 1).clamp(3, u64::from(WIDEST)) as usize
    }

    /// Thresholds on 10-bit codes in limited range.
    pub(super) fn thresholds(&self) -> Thresholds {
        Thresholds {
            brightest: std::array::from_fn(|d| brightest_seen(d as i32 + 1)),
            darkest: (FOOT..=HEAD).find(|&code| luminance(code) >= self.darkest).filter(|&c| c > FOOT).unwrap_or(0),
        }
    }
}

/// How many of `samples` samples are pooled.
pub(super) fn pooled(samples: usize) -> usize {
    ((TOP * samples as f64) as usize).clamp(1, samples.max(1))
}

/// Which 10-bit codes can show a step.
#[derive(Clone, Copy, PartialEq, Debug)]
pub(super) struct Thresholds {
    /// The highest code at which a step of 1, 2, 3, 4 is still seen.
    pub brightest: [i32; DIFFS],
    /// The lowest code that is bright enough, or 0.
    pub darkest: i32,
}

impl Thresholds {
    /// Whether a step of `d + 1` at `code` counts. The reference compares codes raised by [`DIFFS`] to the lower
    /// threshold and codes as they are to the upper one; so does this.
    pub fn counts(&self, code: i32, d: usize) -> bool {
        code <= self.brightest[d] && code + DIFFS as i32 + d as i32 + 1 > self.darkest
    }

    /// Lowest and highest code that any count asks for.
    pub fn useful(&self) -> (i32, i32) {
        let lowest = (self.darkest - 3 * DIFFS as i32 + 1).max(0);
        (lowest, self.brightest[DIFFS - 1] + DIFFS as i32)
    }
}

/// Black and white of 10-bit limited range, which the reference assumes for every file.
const FOOT: i32 = 64;
const HEAD: i32 = 940;

/// Highest code in limited range at which a step of `diff` codes changes the luminance by more than [`TVI`] of it; 0
/// where even black does not.
fn brightest_seen(diff: i32) -> i32 {
    let seen = |code: i32| luminance(code + diff) - luminance(code) > TVI * luminance(code);
    // The relative step falls with the code, so that the first code that fails ends the search.
    (FOOT..HEAD - diff).take_while(|&code| seen(code)).last().unwrap_or(0)
}

/// Luminance of a 10-bit code in cd/m2 by BT.1886 with white at 300 and black at 0.01.
fn luminance(code: i32) -> f64 {
    const GAMMA: f64 = 2.4;
    let (white, black) = (300f64.powf(1.0 / GAMMA), 0.01f64.powf(1.0 / GAMMA));
    let signal = f64::from(code.clamp(FOOT, HEAD) - FOOT) / f64::from(HEAD - FOOT);
    (white - black).powf(GAMMA) * (signal + black / (white - black)).max(0.0).powf(GAMMA)
}
