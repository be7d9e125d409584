//! `doublet evidence`: what candidates invented, lost, bent and contradicted, and where to look.

use std::fmt::Write;
use std::sync::Arc;

use anyhow::Result;
use serde_json::{Value, json};

use crate::engine::{CandidateEvidence, EvidenceSettings, HotSpot, NUMBERS, evidence};
use crate::metrics::overlay;

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
    match wish.format.as_str() {
        "json" => {
            let all = json!({"candidates": found.iter().map(card).collect::<Vec<_>>(), "note": NOTE});
            say(&(serde_json::to_string_pretty(&all)? + "\n"))
        }
        _ => say(&text(&found)),
    }
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
