//! `doublet evidence`: what candidates invented, lost, bent and contradicted, and where to look.

use std::fmt::Write;
use std::path::Path;
use std::sync::Arc;

use anyhow::{Context, Result};
use serde_json::{Value, json};

use crate::engine::{CandidateEvidence, EvidenceSettings, HotSpot, NUMBERS, Recipe, Workshop, evidence, side_crops};
use crate::frame::{Region, Stop};
use crate::metrics::overlay;
use crate::views::crops::strip;

use super::pictures::write_png;
use super::progress::Progress;
use super::{args, interrupted, recipe, recipes, say, stop_on_signal, workshop};

pub fn run(wish: &args::Evidence) -> Result<()> {
    let (reference, candidates) = (recipe(&wish.sides.reference)?, recipes(&wish.sides.candidates)?);
    let settings = EvidenceSettings { frames: wish.frames, spots: wish.spots };
    let mut progress = Progress::new();
    let mut tell = |place: usize, done: usize, all: usize| {
        progress.tell(&format!("candidate {} of {}: frame {done} of {all}", place + 1, candidates.len()));
    };
    let workshop = Arc::new(workshop());
    let found = evidence(&workshop, &reference, &candidates, &settings, &mut tell, &stop_on_signal()?);
    progress.clear();
    let found = found.map_err(interrupted)?;
    if let Some(folder) = &wish.strips {
        std::fs::create_dir_all(folder).with_context(|| format!("cannot make the folder {}", folder.display()))?;
        for (place, one) in found.iter().enumerate() {
            strips(&workshop, (&reference, &candidates, place), one, folder)?;
        }
    }
    match wish.format.as_str() {
        "json" => {
            let all = json!({"candidates": found.iter().map(card).collect::<Vec<_>>(), "note": NOTE});
            say(&(serde_json::to_string_pretty(&all)? + "\n"))
        }
        _ => say(&text(&found)),
    }
}

/// Height of a crop, pixels.
const TALL: u32 = 240;
/// A place is shown with half as much again around it, and at least so many samples a side.
const LEAST: u32 = 48;

/// Writes `1-2.png` for the second place of the first candidate, and so on.
fn strips(
    workshop: &Arc<Workshop>,
    (reference, candidates, place): (&Recipe, &[Recipe], usize),
    found: &CandidateEvidence,
    folder: &Path,
) -> Result<()> {
    let info = workshop.open(reference, None)?.source.info().clone();
    for (n, spot) in found.spots.iter().enumerate() {
        let [left, top, width, height] = spot.place;
        let span = |from: u32, length: u32, side: u32| {
            let half = 0.75 * f64::from(length.max(LEAST));
            let middle = f64::from(from) + 0.5 * f64::from(length);
            let part = |at: f64| (at / f64::from(side.max(1))).clamp(0.0, 1.0) as f32;
            (part(middle - half), part(middle + half))
        };
        let ((left, right), (top, bottom)) = (span(left, width, info.width), span(top, height, info.height));
        let region = Region { left, top, right, bottom };
        let crops = side_crops(workshop, reference, (candidates, place), (spot.frame, region), &Stop::default())?;
        if let Some(picture) = strip(&crops, TALL) {
            write_png(&folder.join(format!("{}-{}.png", place + 1, n + 1)), &picture)?;
        }
    }
    Ok(())
}

const NOTE: &str = "A number near zero and a place that is not listed mean that no sign was found there; they never mean \
                    that the picture is true. An output that shrinks back to its input can still be another picture.";

fn card(one: &CandidateEvidence) -> Value {
    let numbers = one.numbers.iter().map(|number| (number.id.to_owned(), json!(number.value.as_ref().ok())));
    let missing = one.numbers.iter().filter_map(|n| Some((n.id.to_owned(), json!(n.value.as_ref().err()?))));
    json!({
        "recipe": one.recipe,
        "label": one.label,
        "frames": one.frames,
        "numbers": numbers.collect::<serde_json::Map<_, _>>(),
        "missing": missing.collect::<serde_json::Map<_, _>>(),
        "input": one.way,
        "hot_spots": one.spots.iter().map(spot_card).collect::<Vec<_>>(),
    })
}

fn spot_card(spot: &HotSpot) -> Value {
    let [left, top, width, height] = spot.place;
    json!({
        "overlay": spot.overlay,
        "frame": spot.frame,
        "time": spot.seconds,
        "rectangle": {"left": left, "top": top, "width": width, "height": height},
        "strength": spot.strength,
        "unit": unit(spot.overlay),
        "rank": spot.rank,
    })
}

/// Of a spot's strength.
fn unit(id: &str) -> &'static str {
    match id {
        "erqa" => "share of invented edge",
        _ => overlay(id).map_or("", |overlay| overlay.about().unit),
    }
}

fn text(all: &[CandidateEvidence]) -> String {
    let mut text = String::new();
    for one in all {
        let frames = if one.frames.len() == 1 { "frame" } else { "frames" };
        _ = writeln!(text, "{} (mean over {} {frames})", one.label, one.frames.len());
        for (number, (_, what)) in one.numbers.iter().zip(NUMBERS) {
            match &number.value {
                Ok(value) => _ = writeln!(text, "  {:<15} {value:>10.4}  {what}", number.id),
                Err(why) => _ = writeln!(text, "  {:<15} {:>10}  {why}", number.id, "-"),
            }
        }
        if let Some(way) = &one.way {
            _ = writeln!(text, "  {way}");
        }
        if one.spots.is_empty() {
            _ = writeln!(text, "  No place stands out.");
        }
        for (place, spot) in one.spots.iter().enumerate() {
            let [left, top, width, height] = spot.place;
            let label = overlay(spot.overlay).map_or(spot.overlay, |overlay| overlay.about().label);
            _ = writeln!(
                text,
                "  {:>2}. frame {} ({:.2} s), {width}x{height}+{left}+{top}: {label}, {:.2} {}",
                place + 1,
                spot.frame,
                spot.seconds,
                spot.strength,
                unit(spot.overlay),
            );
        }
        text.push('\n');
    }
    text + NOTE + "\n"
}
