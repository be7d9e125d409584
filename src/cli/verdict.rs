//! `doublet verdict`: whether a score was worked on, with the evidence.

use std::fmt::Write;

use anyhow::Result;
use serde_json::{Map, Value, json};

use crate::engine::{Judged, VerdictReport, VerdictSettings, verdict};
use crate::evidence::{Level, Line};
use crate::report::AtomicFile;

use super::progress::Progress;
use super::{args, interrupted, output, recipe, recipes, say, stop_on_signal, workshop};

pub fn run(wish: &args::Verdict) -> Result<()> {
    let (reference, candidates) = (recipe(&wish.sides.reference)?, recipes(&wish.sides.candidates)?);
    if let Some(path) = &wish.output {
        output::spares(path, candidates.iter().chain([&reference]))?;
    }
    let settings = VerdictSettings { frames: wish.frames.clone(), fresh: wish.no_cache, plain: wish.plain };
    let file = wish.output.as_deref().map(AtomicFile::create).transpose()?;
    let mut progress = Progress::new();
    let count = candidates.len();
    let mut tell = |place: usize, done: usize, all: usize| {
        let what = if place < count { "" } else { " undone" };
        progress.tell(&format!("candidate {} of {count}{what}: frame {done} of {all}", place % count.max(1) + 1));
    };
    let found = verdict(&workshop(), &reference, &candidates, &settings, &mut tell, &stop_on_signal()?);
    progress.clear();
    let report = found.map_err(interrupted)?;
    let text = match wish.format.as_str() {
        "json" => serde_json::to_string_pretty(&document(&report))? + "\n",
        _ => page(&report),
    };
    match file {
        Some(file) => Ok(file.fill(text.as_bytes())?),
        None => say(&text),
    }
}

/// The report as JSON.
fn document(report: &VerdictReport) -> Value {
    let candidates: Vec<Value> = report.candidates.iter().map(candidate).collect();
    json!({
        "reference": report.reference,
        "candidates": candidates,
        "comparison": report.disagreement,
        "doublet": env!("CARGO_PKG_VERSION"),
    })
}

fn candidate(judged: &Judged) -> Value {
    let verdict = &judged.verdict;
    json!({
        "recipe": judged.recipe,
        "label": judged.label,
        "verdict": verdict.class,
        "transform": verdict.transform,
        "transforms": verdict.transforms,
        "reason": verdict.reason,
        "faults": verdict.faults,
        "evidence": verdict.lines.iter().map(evidence).collect::<Vec<_>>(),
        "score": judged.score,
        "undo": judged.undone,
        "in_step": judged.in_step,
        "frames": judged.frames,
        "provenance": judged.provenance,
    })
}

/// A line; what is not known is left out, but for the value, which is null then.
fn evidence(line: &Line) -> Value {
    let mut fields = Map::new();
    let mut enter = |key: &str, value: Value| _ = fields.insert(key.into(), value);
    enter("id", json!(line.id));
    enter("value", json!(line.value));
    enter("amber", json!(line.amber));
    enter("red", json!(line.red));
    enter("level", json!(line.level));
    enter("frame", json!(line.frame));
    if let Some((x, y)) = line.place {
        enter("place", json!([x, y]));
    }
    if let Some((low, high)) = line.interval {
        enter("interval", json!([low, high]));
    }
    if let Some(p) = line.p {
        enter("p", json!(p));
    }
    enter("meaning", json!(line.meaning));
    if let Some(note) = &line.note {
        enter("note", json!(note));
    }
    Value::Object(fields)
}

/// The report for people.
fn page(report: &VerdictReport) -> String {
    let mut text = String::new();
    for judged in &report.candidates {
        let (verdict, score) = (&judged.verdict, &judged.score);
        let by = verdict.transform.map(|transform| format!(" ({})", transform.label())).unwrap_or_default();
        _ = writeln!(text, "{}: {}{by}", judged.label, verdict.class.label().to_uppercase());
        _ = writeln!(text, "  {}", verdict.reason);
        if let (Some(vmaf), Some(neg)) = (score.vmaf, score.vmaf_neg) {
            _ = write!(text, "  VMAF {vmaf:.1}, NEG {neg:.1}, over {} frames", judged.frames);
            if let Some(points) = score.vmaf_explained {
                _ = write!(text, "; {points:.1} of {vmaf:.1} points are cosmetic (undo it, and they are gone)");
            }
            text.push_str(".\n");
        }
        for line in &verdict.lines {
            text += &row(line);
        }
        if let Some(undone) = judged.undone.as_ref().filter(|_| score.vmaf_explained.is_some()) {
            _ = writeln!(text, "  The undone picture: \"{undone}\"");
        }
        text.push('\n');
    }
    text += &comparison(report);
    text.push_str("“No sign found” is not proof: what leaves none of these traces is not seen.\n");
    text
}

fn row(line: &Line) -> String {
    let level = match line.level {
        Level::None => "     ",
        Level::Amber => "amber",
        Level::Red => "RED  ",
    };
    let Some(value) = line.value else {
        return format!("  {} {level}        -  {}\n", line.id, line.note.as_deref().unwrap_or_default());
    };
    let red = line.red.map(|red| format!(", red above {red}")).unwrap_or_default();
    let frame = line.frame.map(|frame| format!("; see frame {frame}")).unwrap_or_default();
    let note = line.note.as_ref().map(|note| format!(" ({note})")).unwrap_or_default();
    format!("  {} {level} {value:8.3}  {} Amber above {}{red}{frame}.{note}\n", line.id, line.meaning, line.amber)
}

fn comparison(report: &VerdictReport) -> String {
    let (found, mut text) = (&report.disagreement, String::new());
    let name = |place: usize| report.candidates.get(place).map_or("", |judged| judged.label.as_str());
    for pair in &found.agreement {
        _ = writeln!(
            text,
            "{} and {} order the candidates alike to tau = {:.2}.",
            pair.metrics[0], pair.metrics[1], pair.tau
        );
    }
    if let Some(place) = found.most_disputed {
        let ranks: Vec<String> = found.ranks.iter().map(|r| format!("{} by {}", r.ranks[place], r.metric)).collect();
        _ = writeln!(text, "Most disputed: {}, rank {}.", name(place), ranks.join(", "));
    }
    for argument in &found.arguments {
        let [a, b] = argument.candidates;
        _ = writeln!(
            text,
            "Frame {}: {} prefers {}, {} prefers {}.",
            argument.frame,
            argument.metrics[0],
            name(a),
            argument.metrics[1],
            name(b)
        );
    }
    if !text.is_empty() {
        text.push('\n');
    }
    text
}
