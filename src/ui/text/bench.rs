//! Words of the attack bench.

use super::Words;

pub const TOGGLE: Words = (
    "Attack",
    "Show or hide the attack bench: sharpen, stretch or blur the candidate on the right and watch the scores move",
);
pub const HUNT: Words =
    ("Find me the hack", "Search for the attack that gains most VMAF at the loss of PSNR allowed; press again to stop");
pub const RESET: Words = ("Reset the attack", "Put all sliders where they change nothing");

pub const HEADING: &str = "Attack bench";
pub const NOTHING: &str = "Nothing is under attack: add a candidate, and put it on the right.";
pub const RESET_BUTTON: &str = "Reset";
pub const STOP: &str = "Stop";
pub const ADD: &str = "Add as candidate";
pub const ADD_TIP: &str = "Keep this attack: its recipe joins the list and is measured whole";
pub const ADDED: &str = "Added to the candidates.";
pub const LOSS: &str = "PSNR loss allowed";
pub const LOSS_TIP: &str = "How much PSNR of luma the search may give away, in decibels";
pub const CLOSE: &str = "Close the attack bench";

/// Where the attack stands.
pub const SIDES: [Words; 2] = [
    ("after", "Behind all stages: what a player or a later step would do to the candidate"),
    (
        "before the encode",
        "Ahead of the chain's first encode, as encoders that are tuned for a score do it. The frame in view is encoded \
         alone, as a key frame, with the attack and without; a kept candidate is encoded whole",
    ),
];
pub const NO_ENCODE: &str = "This candidate's chain has no encode that something could stand before: try a chain such \
                             as source | encode x264 crf=30.";

/// Name of a slider and what it does.
pub fn knob(id: &str) -> Words {
    match id {
        "unsharp" => ("Sharpen", "unsharp A: luma plus A times its fine detail. VMAF credits it, people soon do not"),
        "sigma" => (
            "  over a radius of",
            "unsharp sigma=S: how wide the detail is that is strengthened; at 0 the 5x5 of FFmpeg's unsharp",
        ),
        "contrast" => ("Contrast", "contrast C: luma stretched about mid-grey. A twentieth gains several VMAF"),
        "gamma" => ("Gamma", "gamma G: luma bent, below 1 darker, above 1 brighter"),
        "saturation" => ("Saturation", "saturation S: colour strengthened. VMAF v0.6.1 does not see colour at all"),
        "equalise" => ("Equalise", "equalise M: luma spread by its histogram, mixed in by M"),
        "clahe" => ("CLAHE", "clahe CLIP: the same tile by tile, with a limit. At 0 off; even a little is strong"),
        "tunevmaf" => ("Encoder's tune=vmaf", "tunevmaf A: the sharpening of libaom's tune=vmaf, in blocks of 64"),
        "blur" => ("Blur", "blur S: luma and colour softened. Scores that reward it deserve no trust"),
        "noise" => ("Grain", "noise S: Gaussian grain on luma, in codes of 8 bits"),
        _ => ("", ""),
    }
}

/// Short name of a dial and what its score is.
pub fn dial(id: &str) -> Words {
    match id {
        "vmaf_raw" => ("VMAF", "VMAF v0.6.1 of the frame in view, not clipped: above 100 a print-out would say 100"),
        "vmaf_neg_raw" => ("NEG", "VMAF without credit for enhancement, not clipped"),
        "vmaf_v1" => ("VMAF v1", "VMAF v1, whose limit of enhancement is on by default"),
        "psnr_y" => ("PSNR", "PSNR of luma, dB"),
        "ssim_y" => ("SSIM", "SSIM of luma"),
        "ms_ssim_y" => ("MS-SSIM", "SSIM of luma over five scales"),
        "erqa" => ("ERQA", "Edges kept, lost and invented, as one number"),
        _ => ("", ""),
    }
}

pub const DIAL_TIP: &str = "Straight up is the score without the attack; the needle leans right by what is gained, left \
                            by what is lost.";

/// A dial in one line, for those who do not see it.
pub fn told(name: &str, value: &str, plain: &str, gain: &str) -> String {
    format!("{name} {value}, {plain} without the attack, {gain}")
}

pub fn pace(updates: f32) -> String {
    format!("{updates:.0} updates a second")
}

pub fn slider(label: &str) -> String {
    format!("Attack: {}", label.trim())
}

/// How a search stands.
pub fn hunted(tried: usize, frames: usize, found: Option<(f64, f64)>, running: bool) -> String {
    let unit = if frames == 1 { "frame" } else { "frames" };
    let so_far = if running { " so far" } else { "" };
    match found {
        None => format!("Trying on {frames} {unit} …"),
        Some((gain, _)) if gain <= 0.0 && !running => format!("{tried} tried on {frames} {unit}: nothing gains"),
        Some((gain, loss)) => {
            format!("{tried} tried on {frames} {unit}: VMAF {gain:+.2} at {:.2} dB PSNR{so_far}", -loss)
        }
    }
}

pub const HUNT_IDLE: &str = "Tries on the frame in view, or on three between in and out.";
