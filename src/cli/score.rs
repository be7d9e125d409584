//! `doublet score`: what was measured, in a table or a file.

use anyhow::{Result, anyhow};

use crate::engine::{ScoreSettings, add_metric, score, score_ways};
use crate::metrics::{Metric, find, select};
use crate::report::{AtomicFile, Format, ReportError};

use super::progress::Progress;
use super::{Usage, args, interrupted, metrics, output, recipe, recipes, say, stop_on_signal, workshop};

pub fn run(wish: &args::Score) -> Result<()> {
    let format: Format = wish.format.parse().map_err(|error: ReportError| anyhow!(Usage(error.to_string())))?;
    let Some(reference) = wish.reference.as_deref().filter(|_| !wish.list) else {
        return metrics::run(if format == Format::Json { "json" } else { "table" });
    };
    let (reference, candidates) = (recipe(reference)?, recipes(&wish.candidates)?);
    if let Some(path) = &wish.output {
        output::spares(path, candidates.iter().chain([&reference]))?;
    }
    let settings = ScoreSettings {
        metrics: chosen(wish)?,
        frames: wish.frames.clone(),
        region: wish.region,
        fresh: wish.no_cache,
    };
    // Made now: a place that cannot be written is told before the hours of measuring, not after.
    let file = wish.output.as_deref().map(AtomicFile::create).transpose()?;
    let mut progress = Progress::new();
    let mut tell = |place: usize, done: usize, all: usize| {
        progress.tell(&format!("candidate {} of {}: frame {done} of {all}", place + 1, candidates.len()));
    };
    let (workshop, stop) = (workshop(), stop_on_signal()?);
    let text = if wish.ways {
        score_ways(&workshop, &reference, &candidates, &settings, &mut tell, &stop).map(|report| report.render(format))
    } else {
        score(&workshop, &reference, &candidates, &settings, &mut tell, &stop).map(|report| report.render(format))
    };
    progress.clear();
    let text = text.map_err(interrupted)??;
    match file {
        Some(file) => Ok(file.fill(text.as_bytes())?),
        None => say(&text),
    }
}

/// The metrics asked for, with those of the models that were given.
fn chosen(wish: &args::Score) -> Result<Vec<&'static dyn Metric>> {
    let mut own = Vec::new();
    for path in &wish.metric_model {
        own.push(add_metric(path)?);
    }
    let mut metrics = select(&wish.metrics).map_err(|error| anyhow!(Usage(error.to_string())))?;
    let asked = |metrics: &[&'static dyn Metric], id: &str| metrics.iter().any(|metric| metric.id() == id);
    for id in own {
        if !asked(&metrics, id) {
            metrics.extend(find(id));
        }
    }
    Ok(metrics)
}
