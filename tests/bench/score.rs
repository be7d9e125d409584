//! PSNR and SSIM of 1080p pairs, beside FFmpeg's `psnr` and `ssim` filters, and the floors under both.
//!
//! The work is not quite the same, and the rows say so: FFmpeg's filters take all three planes, and its `ssim` is a
//! cheaper one (8x8 blocks at full size) than libvmaf's, which Doublet's equals.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;

use doublet::frame::{Frame, FrameSource};
use doublet::media;
use doublet::metrics::{self, Moment, Pair, Plan};

use crate::machine::threads;
use crate::material;
use crate::rounds::{Row, alone, compare, timed};

/// Pairs kept in memory, and how often a run goes through them.
const PAIRS: usize = 24;
const PASSES: usize = 8;

const GRAPH: &str = "[0:v]split[a][b];[1:v]split[c][d];[a][c]psnr[p];[b][d]ssim[s]";

pub fn rows(rounds: usize) -> Vec<Row> {
    collect(rounds).unwrap_or_else(|reason| vec![Row::skipped("psnr_y + ssim_y, 1080p", reason)])
}

fn collect(rounds: usize) -> Result<Vec<Row>, String> {
    let (reference, candidate) = (material::street()?, material::street_encode()?);
    let raw = (material::raw(&reference, PAIRS)?, material::raw(&candidate, PAIRS)?);
    let frames = (material::frames(&reference, PAIRS)?, material::frames(&candidate, PAIRS)?);
    let plan = |ids: &str| metrics::select(ids).map(|list| Plan::new(&list)).map_err(|e| e.to_string());
    let (luma, all) = (plan("psnr_y,ssim_y")?, plan("psnr_y,psnr_cb,psnr_cr,ssim_y")?);
    let (count, fps) = ((PAIRS * PASSES) as f64, "fps");

    let mut rows = vec![compare(
        ("psnr_y + ssim_y, frames in memory", fps),
        count,
        None,
        rounds,
        &mut || timed(|| measure(&luma, &frames)),
        &mut || timed(|| material::run(&mut filters(raw_input(&raw)))),
    )];
    rows.push(compare(
        ("the same with psnr_cb and psnr_cr", fps),
        count,
        None,
        rounds,
        &mut || timed(|| measure(&all, &frames)),
        &mut || timed(|| material::run(&mut filters(raw_input(&raw)))),
    ));
    rows.push(Row::Note("peer: FFmpeg's psnr and ssim filters, three planes, raw files from the page cache".into()));
    rows.push(alone("  floor: FFmpeg reads both files", fps, count, rounds, &mut || {
        timed(|| material::run(raw_input(&raw).args(["-map", "0:v", "-map", "1:v", "-f", "null", "-"])))
    }));
    rows.push(alone("  floor: both frames copied once", fps, count, rounds, &mut || timed(|| copy(&frames))));

    let length = media::open(&reference).map_err(|e| e.to_string())?.info().timeline.len();
    rows.push(compare(
        ("psnr_y + ssim_y, both decoded", fps),
        length as f64,
        None,
        rounds,
        &mut || timed(|| decode_and_measure(Some(&luma), &reference, &candidate)),
        &mut || timed(|| material::run(&mut filters(file_input(&reference, &candidate)))),
    ));
    rows.push(alone("  floor: both decoded by Doublet", fps, length as f64, rounds, &mut || {
        timed(|| decode_and_measure(None, &reference, &candidate))
    }));
    Ok(rows)
}

type Frames = (Vec<Arc<Frame>>, Vec<Arc<Frame>>);

/// Measures every pair, one after the other: each metric spreads over the processors by itself.
fn measure(plan: &Plan, frames: &Frames) -> Result<(), String> {
    for _ in 0..PASSES {
        for (reference, candidate) in frames.0.iter().zip(&frames.1) {
            score(plan, reference, candidate)?;
        }
    }
    Ok(())
}

fn score(plan: &Plan, reference: &Arc<Frame>, candidate: &Arc<Frame>) -> Result<(), String> {
    let pair = Pair::new(reference, candidate).map_err(|e| e.to_string())?;
    for (_, value) in plan.measure(&Moment::new(pair)) {
        std::hint::black_box(value.map_err(|e| e.to_string())?);
    }
    Ok(())
}

/// Copies the planes of every pair: what reading and writing them costs at the least.
fn copy(frames: &Frames) -> Result<(), String> {
    let mut to: Vec<u8> = Vec::new();
    for _ in 0..PASSES {
        for frame in frames.0.iter().zip(&frames.1).flat_map(|(a, b)| [a, b]) {
            to.clear();
            frame.planes().iter().for_each(|plane| to.extend_from_slice(plane.bytes()));
            std::hint::black_box(&to);
        }
    }
    Ok(())
}

/// Opens both clips, decodes them frame by frame, and measures if there is something to measure.
fn decode_and_measure(plan: Option<&Plan>, reference: &Path, candidate: &Path) -> Result<(), String> {
    let mut reference = media::open(reference).map_err(|e| e.to_string())?;
    let mut candidate = media::open(candidate).map_err(|e| e.to_string())?;
    for n in 0..reference.info().timeline.len() {
        let frames = reference.get(n).and_then(|r| Ok((r, candidate.get(n)?)));
        let (r, c) = frames.map_err(|e| e.to_string())?;
        if let Some(plan) = plan {
            score(plan, &r, &c)?;
        }
    }
    Ok(())
}

/// FFmpeg with two raw files that it goes through [`PASSES`] times.
fn raw_input(raw: &(PathBuf, PathBuf)) -> Command {
    let mut command = material::ffmpeg();
    for path in [&raw.0, &raw.1] {
        command.args(["-f", "rawvideo", "-s", "1920x1080", "-pix_fmt", "yuv420p"]);
        command.args(["-stream_loop", &(PASSES - 1).to_string(), "-i"]).arg(path);
    }
    command
}

/// FFmpeg with two clips to decode.
fn file_input(reference: &Path, candidate: &Path) -> Command {
    let mut command = material::ffmpeg();
    for path in [reference, candidate] {
        command.args(["-threads", &threads().to_string(), "-i"]).arg(path);
    }
    command
}

/// `psnr` and `ssim` between the two inputs of `command`, pictures thrown away.
fn filters(mut command: Command) -> Command {
    command.args(["-filter_complex_threads", &threads().to_string(), "-lavfi", GRAPH]);
    for output in ["[p]", "[s]"] {
        command.args(["-map", output, "-f", "null", "-"]);
    }
    command
}
