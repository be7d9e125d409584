//! A shelf of models and tournaments that nobody ran, for the fake engine.

use std::path::Path;
use std::sync::Arc;

use doublet::engine::{Card, CardSpeed, CardStatus, Plan, Referee, Row, RowStatus, Tournament};
use doublet::metrics::{pool, standard};
use doublet::models::{ModelInfo, Precision};

use super::fake::picture;

/// A usable model.
pub fn card(path: &Path) -> Card {
    let name = path.file_stem().unwrap().to_string_lossy().into_owned();
    let scale = ["1x", "4x", "8x"].iter().find(|s| name.contains(**s)).map_or(2, |s| u32::from(s.as_bytes()[0] - b'0'));
    let info = ModelInfo {
        architecture: Some(if name.contains("span") { "SPAN 48 feats" } else { "Compact 64/16" }.into()),
        converted_from: None,
        description: None,
        name: name.clone(),
        path: path.to_owned(),
        scale,
        channels: (3, 3),
        precision: (Precision::F32, Precision::F32),
        fixed_size: None,
        multiple: 1,
        reach: 12,
        opset: 17,
        producer: "doublet".into(),
        author: None,
        licence: None,
        weights: 597_120,
        weight_bytes: 2_388_480,
        file_bytes: 2_411_724,
        sha256: "0".repeat(64),
        notes: Vec::new(),
    };
    Card { name, path: path.to_owned(), status: CardStatus::Ready(Arc::new(info)), speed: None }
}

/// Seven models: some measured, one that is being read, two that cannot be used, one with a very long name.
pub fn shelf() -> Vec<Card> {
    let mut all: Vec<Card> = [
        "compact-2x",
        "span-4x",
        "restore-1x",
        "2x_AnimeJaNai_HD_V3_SuperUltraCompact_425k_fp32_with_a_name_that_goes_on",
        "new-arrival",
        "realesr-five-frames",
        "os-system",
    ]
    .iter()
    .map(|name| card(Path::new(&format!("/models/{name}.onnx"))))
    .collect();
    let speed = |megapixels_per_second, memory_bytes| {
        let device = "CPU (2 threads)".into();
        Some(CardSpeed { device, megapixels_per_second, memory_bytes, choice: "fp32, tiles of 512, 1 stream".into() })
    };
    all[0].speed = speed(2.4, Some(310_000_000));
    all[1].speed = speed(0.31, Some(1_240_000_000));
    if let CardStatus::Ready(info) = &mut all[3].status {
        let info = Arc::make_mut(info);
        (info.author, info.licence) = (Some("the-database".into()), Some("CC BY-NC-SA 4.0".into()));
        info.precision = (Precision::F16, Precision::F32);
    }
    all[4].status = CardStatus::Reading;
    let why = "realesr-five-frames takes 15 channels: it wants five frames at once, and Doublet gives one. \
               Use a model of single pictures.";
    all[5].status = CardStatus::Broken(why.into());
    let why = "the weights os-system.pth cannot be used: it wants to run posix.system, and Doublet reads nothing but \
               tensors from a pickle; take the model as .safetensors, or save its state_dict alone";
    all[6].status = CardStatus::Broken(why.into());
    all
}

/// So many usable models.
pub fn many(count: usize) -> Vec<Card> {
    (0..count).map(|i| card(Path::new(&format!("/models/model-{i:03}-2x.onnx")))).collect()
}

/// A tournament that has just begun: nothing is known.
pub fn begun(plan: Plan) -> Tournament {
    let row = |line: &String| Row {
        line: line.clone(),
        label: match line.split_once(" = ") {
            Some((name, _)) => name.to_owned(),
            None => line.rsplit(" | ").next().unwrap_or(line).trim_start_matches("model ").to_owned(),
        },
        ..Row::default()
    };
    let picture = Some(picture((320, 180), 0, plan.picture));
    let referee = Referee { width: 320, height: 180, frames: 48, picture, ..Referee::default() };
    Tournament { rows: plan.lines.iter().map(row).collect(), running: true, plan, referee }
}

/// Fills a row as a finished one is.
pub fn finish(row: &mut Row, seconds: f64, psnr: f64, picture_size: (u32, u32), place: usize) {
    row.status = RowStatus::Done;
    row.seconds_per_frame = Some(seconds);
    row.first_seconds = Some(seconds + 0.4);
    row.memory_bytes = Some((90e6 + seconds * 1e9) as u64);
    row.film_seconds = Some(seconds * 172_800.0);
    for metric in standard() {
        let base = match metric.id() {
            "psnr_y" => psnr,
            id if id.contains("ssim") => 0.7 + psnr / 200.0,
            _ => psnr + 1.0,
        };
        row.scores.insert(metric.id(), pool(&[base - 0.01, base + 0.01]).unwrap());
    }
    row.provenance = "compared as yuv420p in bt709, frames paired by time".into();
    row.picture = Some(picture(picture_size, place, 24));
}

/// So many rows: most are done, one runs, one failed, the last waits.
pub fn under_way(rows: usize, size: (u32, u32)) -> Tournament {
    let names = ["up 2 lanczos", "model compact-2x", "model compact-2x-l", "model span-2x", "model broken"];
    let line = |i: usize| match names.get(i) {
        Some(name) => format!("source | down 2 bicubic | {name}"),
        None => format!("source | down 2 bicubic | model community-number-{i}-2x"),
    };
    let mut run = begun(Plan { frames: 6..31, lines: (0..rows).map(line).collect(), picture: 24 });
    run.referee.picture = Some(picture(size, 0, 24));
    (run.referee.width, run.referee.height) = size;
    let last = rows - 1;
    for (i, row) in run.rows.iter_mut().enumerate() {
        match i {
            4 => {
                let why = "the model broken gives pictures of 64x64 for 32x20: no scale fits. Export it anew.";
                row.status = RowStatus::Failed(why.into());
            }
            _ if i == last => {}
            _ if i + 1 == last => row.status = RowStatus::Running { done: 11, of: 25 },
            _ => finish(row, 0.004 + 0.11 * i as f64, 29.1 + (i as f64 * 2.3).sin(), size, i),
        }
    }
    run
}
