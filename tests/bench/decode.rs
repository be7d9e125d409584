//! Every frame of a file forwards, through Doublet and through the FFmpeg program.

use std::path::Path;

use doublet::frame::FrameSource;
use doublet::media;

use crate::machine::threads;
use crate::material;
use crate::rounds::{Row, compare, timed};

/// What the issue asks for.
const TARGET: f64 = 0.95;

pub fn rows(rounds: usize) -> Vec<Row> {
    let name = "decode 1080p H.264, all frames";
    let clip = match material::street_long() {
        Ok(clip) => clip,
        Err(reason) => return vec![Row::skipped(name, reason)],
    };
    let count = match media::open(&clip) {
        Ok(video) => video.info().timeline.len(),
        Err(error) => return vec![Row::skipped(name, error)],
    };
    let row = compare((name, "fps"), count as f64, Some(TARGET), rounds, &mut || timed(|| forward(&clip)), &mut || {
        timed(|| null(&clip))
    });
    let note = format!("{count} frames; both sides with opening the file, FFmpeg's with the start of its program");
    vec![row, Row::Note(note)]
}

/// Opens `clip` and takes each of its frames in order, as playback does.
fn forward(clip: &Path) -> Result<(), String> {
    let mut video = media::open(clip).map_err(|e| e.to_string())?;
    for n in 0..video.info().timeline.len() {
        video.get(n).map_err(|e| e.to_string())?;
    }
    Ok(())
}

/// `ffmpeg -threads N -i CLIP -f null -`
fn null(clip: &Path) -> Result<(), String> {
    let mut command = material::ffmpeg();
    command.args(["-threads", &threads().to_string(), "-i"]).arg(clip).args(["-f", "null", "-"]);
    material::run(&mut command)
}
