//! Models on a clip through Doublet (decode, convert, cut, run, join), beside a bare loop of the same runs.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use doublet::frame::{Frame, FrameSource, Rational, Request, SourceError, SourceInfo, Timeline};
use doublet::media;
use doublet::models::{self, DeviceKind, Model, Runtime, Settings};

use crate::rounds::{Row, compare, timed};
use crate::{material, nets};

/// What the issue asks for of the models that people use.
const TARGET: f64 = 0.97;

/// A clip whose pictures are one or a few tiles, and one whose pictures are many.
const CLIPS: [&str; 2] = ["clips/face_stage_640x360_h264.mp4", "clips/face_bedroom_720p30_h264.mp4"];

/// A model, the pictures of a run (heavy ones take seconds for one), and how far it must come.
struct Entry {
    label: &'static str,
    file: fn() -> Result<PathBuf, String>,
    pictures: usize,
    target: Option<f64>,
}

const ENTRIES: [Entry; 3] = [
    Entry { label: "Compact 24/8", file: light, pictures: 3, target: None },
    Entry { label: "Compact 64/16", file: || nets::compact(64, 16), pictures: 1, target: Some(TARGET) },
    Entry { label: "SPAN 48", file: || nets::span(48), pictures: 1, target: Some(TARGET) },
];

pub fn rows(rounds: usize) -> Vec<Row> {
    let runtime = match Runtime::get() {
        Ok(runtime) => runtime,
        Err(error) => return vec![Row::skipped("upscale 2x", error)],
    };
    let mut rows = Vec::new();
    for entry in &ENTRIES {
        for clip in CLIPS {
            let measured = measure(&runtime, entry, clip, rounds);
            rows.extend(measured.unwrap_or_else(|reason| vec![Row::skipped(entry.label, reason)]));
        }
    }
    rows.push(Row::Note(
        "peer: a bare loop of the same runs; Doublet decodes, converts, cuts and joins besides".into(),
    ));
    rows
}

/// Doublet's own light model, or one of the same shape.
pub fn light() -> Result<PathBuf, String> {
    let own = Path::new(env!("CARGO_MANIFEST_DIR")).join("models/compact-2x.onnx");
    if own.is_file() { Ok(own) } else { nets::compact(24, 8) }
}

fn measure(runtime: &Runtime, entry: &Entry, clip: &str, rounds: usize) -> Result<Vec<Row>, String> {
    let words = |error: &dyn std::fmt::Display| error.to_string();
    let model = runtime.model(&(entry.file)()?).map_err(|e| words(&e))?;
    let settings = Settings { device: Some(DeviceKind::Cpu), ..Settings::default() };
    let clip = material::fixture(clip)?;
    let mut video = media::open(&clip).map_err(|e| words(&e))?;
    let first = video.get(0).map_err(|e| words(&e))?;
    let picture = doublet::color::to_rgb(&first).map_err(|e| words(&e))?;
    let (width, height) = (first.width, first.height);
    let (tile, tiles) = models::tiling(model.info(), DeviceKind::Cpu, width, height, &settings);

    // Each run opens the clip anew: nothing comes from a cache, and nothing is begun for a later run.
    let mut ours = || {
        let mut stage = open(runtime, &model, &clip, entry.pictures, &settings)?;
        timed(|| {
            for n in 0..entry.pictures {
                std::hint::black_box(stage.get(n).map_err(|e| words(&e))?);
            }
            Ok(())
        })
    };
    let mut peer = || {
        let runs = tiles * entry.pictures;
        timed(|| model.bare_runs(runtime, DeviceKind::Cpu, &picture, tile, runs).map(drop).map_err(|e| words(&e)))
    };
    let name = format!("{}, {width}x{height}", entry.label);
    let row = compare((&name, "fps"), entry.pictures as f64, entry.target, rounds, &mut ours, &mut peer);
    Ok(vec![row, Row::Note(format!("{tiles} runs of {}x{} a picture on the CPU", tile.0, tile.1))])
}

fn open(
    runtime: &Runtime,
    model: &Arc<Model>,
    clip: &Path,
    pictures: usize,
    settings: &Settings,
) -> Result<Box<dyn FrameSource>, String> {
    let video = media::open(clip).map_err(|e| e.to_string())?;
    let info =
        SourceInfo { timeline: Arc::new(Timeline::constant(pictures, Rational::new(25, 1))), ..video.info().clone() };
    let input = Box::new(Beginning { video: Box::new(video), info });
    models::upscale(runtime, model, input, settings).map_err(|e| e.to_string())
}

/// The first frames of a clip, as if there were no more.
struct Beginning {
    video: Box<dyn FrameSource>,
    info: SourceInfo,
}

impl FrameSource for Beginning {
    fn info(&self) -> &SourceInfo {
        &self.info
    }

    fn frame(&mut self, request: &mut Request<'_>) -> Result<Arc<Frame>, SourceError> {
        self.video.frame(request)
    }
}
