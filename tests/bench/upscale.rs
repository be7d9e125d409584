//! A model on a clip through Doublet (decode, convert, cut, run, join), beside a bare loop of the same runs.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use doublet::frame::FrameSource;
use doublet::media;
use doublet::models::{self, DeviceKind, Model, Runtime, Settings};

use crate::material;
use crate::rounds::{Row, compare, timed};

/// What the issue asks for.
const TARGET: f64 = 0.95;
/// Pictures a run makes.
const PICTURES: usize = 2;

/// A clip whose pictures are one or two tiles, and one whose pictures are many.
const CLIPS: [&str; 2] = ["clips/face_stage_640x360_h264.mp4", "clips/face_bedroom_720p30_h264.mp4"];

pub fn rows(rounds: usize) -> Vec<Row> {
    let prepared = Runtime::get().map_err(|e| e.to_string()).and_then(|runtime| {
        let model = runtime.model(&model_file()?).map_err(|e| e.to_string())?;
        Ok((runtime, model))
    });
    match prepared {
        Ok((runtime, model)) => CLIPS.iter().flat_map(|clip| clip_rows(&runtime, &model, clip, rounds)).collect(),
        Err(reason) => vec![Row::skipped("upscale 2x", reason)],
    }
}

/// Doublet's own model, or one of the same shape from the fixtures.
fn model_file() -> Result<PathBuf, String> {
    let own = Path::new(env!("CARGO_MANIFEST_DIR")).join("models/compact-2x.onnx");
    if own.is_file() { Ok(own) } else { material::fixture("models/2x_AnimeJaNai_HD_V3_SuperUltraCompact.onnx") }
}

fn clip_rows(runtime: &Runtime, model: &Arc<Model>, clip: &str, rounds: usize) -> Vec<Row> {
    measure(runtime, model, clip, rounds).unwrap_or_else(|reason| vec![Row::skipped("upscale 2x", reason)])
}

fn measure(runtime: &Runtime, model: &Arc<Model>, clip: &str, rounds: usize) -> Result<Vec<Row>, String> {
    let settings = Settings { device: Some(DeviceKind::Cpu), ..Settings::default() };
    let mut video = media::open(&material::fixture(clip)?).map_err(|e| e.to_string())?;
    let first = video.get(0).map_err(|e| e.to_string())?;
    let picture = doublet::color::to_rgb(&first).map_err(|e| e.to_string())?;
    let size = (video.info().width, video.info().height);
    let (tile, tiles) = models::tiling(model.info(), DeviceKind::Cpu, size.0, size.1, &settings);
    let mut stage = models::upscale(runtime, model, Box::new(video), &settings).map_err(|e| e.to_string())?;
    let frames = stage.info().timeline.len();

    // Each run takes frames that were not made before: nothing comes from a cache.
    let mut next = 0;
    let mut ours = || {
        timed(|| {
            for _ in 0..PICTURES {
                std::hint::black_box(stage.get(next % frames).map_err(|e| e.to_string())?);
                next += 1;
            }
            Ok(())
        })
    };
    let mut peer = || {
        let runs = tiles * PICTURES;
        model.bare_runs(runtime, DeviceKind::Cpu, &picture, tile, runs).map_err(|e| e.to_string())
    };
    let name = format!("upscale {}x{} by {}", size.0, size.1, model.info().name);
    let row = compare((&name, "fps"), PICTURES as f64, Some(TARGET), rounds, &mut ours, &mut peer);
    let note =
        format!("{tiles} runs of {}x{} a picture on the CPU; peer: a bare loop of the same runs", tile.0, tile.1);
    Ok(vec![row, Row::Note(note)])
}
