//! Each shipped model keeps its promise on clips it never saw: the gates of models/README.md, on one frame of a few
//! clips, through the recipes that a user would write.

use doublet::engine::{Recipe, ScoreSettings, Workshop, score};
use doublet::frame::Stop;
use doublet::models::Runtime;

use super::support::testdata;

/// Filmed and drawn, sharp and soft, and none of them large, with sides that four divides. No model saw any of them in
/// training.
const CLIPS: [&str; 4] = [
    "anime_onepiece_640x480_h264.mp4",
    "face_640x428_h264_bt601.mov",
    "face_stage_640x360_h264.mp4",
    "seeking_720x480_h264.mp4",
];

/// Luma PSNR in dB that the second of two lines gains over the first on one frame of each clip.
fn gains(lines: [&str; 2]) -> Option<Vec<f64>> {
    let dir = testdata()?;
    if let Err(why) = Runtime::get() {
        println!("skipped: {why}");
        return None;
    }
    let candidates = lines.map(|line| Recipe::parse(line).unwrap());
    let one = |name: &str| {
        let clip = Recipe::file(dir.join("clips").join(name));
        let metrics = doublet::metrics::select("psnr_y").unwrap();
        let settings = ScoreSettings { metrics, frames: Some(14..15), ..ScoreSettings::default() };
        let report =
            score(&Workshop::new(1 << 28), &clip, &candidates, &settings, &mut |_, _, _| {}, &Stop::default()).unwrap();
        let mean = |i: usize| report.candidates[i].pooled.get("psnr_y").unwrap().mean;
        mean(1) - mean(0)
    };
    Some(CLIPS.map(one).to_vec())
}

/// Fails where the mean gain lies below `mean` or that of any one clip below `least`.
fn holds(lines: [&str; 2], mean: f64, least: f64) {
    let Some(gains) = gains(lines) else { return };
    let found = gains.iter().sum::<f64>() / gains.len() as f64;
    println!("{}: {found:+.2} dB, {gains:.2?}", lines[1]);
    assert!(found >= mean, "{}: only {found:.2} dB on average: {gains:.2?}", lines[1]);
    assert!(gains.iter().all(|&gain| gain >= least), "{}: {gains:.2?}", lines[1]);
}

#[test]
fn compact_2x_l_beats_lanczos() {
    holds(["source | down 2 bicubic | up 2 lanczos", "source | down 2 bicubic | model compact-2x-l"], 1.5, 0.5);
}

#[test]
fn the_large_compact_is_no_worse_than_the_small_one() {
    holds(["source | down 2 bicubic | model compact-2x", "source | down 2 bicubic | model compact-2x-l"], 0.0, -0.15);
}

#[test]
fn span_2x_beats_lanczos() {
    holds(["source | down 2 bicubic | up 2 lanczos", "source | down 2 bicubic | model span-2x"], 1.5, 0.5);
}

#[test]
fn span_4x_beats_lanczos() {
    holds(["source | down 4 bicubic | up 4 lanczos", "source | down 4 bicubic | model span-4x"], 0.8, 0.2);
}

#[test]
fn restore_1x_repairs_jpeg() {
    holds(["source | jpeg 30", "source | jpeg 30 | model restore-1x"], 0.8, 0.3);
}

#[test]
fn restore_1x_repairs_x264() {
    holds(["source | encode x264 crf=35", "source | encode x264 crf=35 | model restore-1x"], 0.3, 0.0);
}

/// It is to look sharp, not to be right; that it is wrong is its point, and a sign that it was not mixed up.
#[test]
fn confident_4x_lies() {
    let Some(gains) = gains(["source | down 4 bicubic | up 4 lanczos", "source | down 4 bicubic | model confident-4x"])
    else {
        return;
    };
    println!("confident-4x: {gains:.2?}");
    assert!(gains.iter().all(|gain| (-12.0..0.0).contains(gain)), "{gains:.2?}");
}
