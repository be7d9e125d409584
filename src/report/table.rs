//! The pooled figures as aligned text for a terminal.

use crate::metrics::{self, About, Pooled};

use super::{CandidateScores, ScoreReport};

const HEAD: [&str; 10] =
    ["candidate", "metric", "mean", "harmonic", "worst second", "min", "p5", "p50", "max", "frames"];

/// A line on the reference, one row a candidate and metric, then what a reader must know to trust the figures.
pub fn render(report: &ScoreReport) -> String {
    let reference = &report.reference;
    let mut text = format!(
        "reference  {}  {}x{}, {}\n\n",
        clean(&reference.path),
        reference.width,
        reference.height,
        frames(reference.frames)
    );
    let mut rows: Vec<Vec<String>> = vec![HEAD.iter().map(|head| (*head).into()).collect()];
    for candidate in &report.candidates {
        rows.extend(candidate_rows(candidate));
    }
    align(&rows, &mut text);
    for candidate in &report.candidates {
        notes(candidate, &mut text);
    }
    text
}

fn candidate_rows(candidate: &CandidateScores) -> Vec<Vec<String>> {
    let mut rows = Vec::new();
    for id in candidate.ids() {
        let Some(about) = metrics::find(id).map(|metric| metric.about()) else { continue };
        // Named once a candidate: the eye finds the groups.
        let name = if rows.is_empty() { clean(candidate.name()) } else { String::new() };
        let metric = if about.unit.is_empty() { id.into() } else { format!("{id} ({})", about.unit) };
        let mut row = vec![name, metric];
        row.extend(figures(about, candidate.pooled.get(id)));
        rows.push(row);
    }
    if rows.is_empty() {
        rows.push(vec![clean(candidate.name()), "nothing measured".into()]);
    }
    rows
}

/// The eight columns of figures. Where every frame is identical there is nothing to tell apart but that.
fn figures(about: &About, pooled: Option<&Pooled>) -> Vec<String> {
    let Some(p) = pooled else { return vec!["-".into(); 8] };
    let all_identical = p.identical_frames == p.count;
    let figure = |value: f64| if all_identical { "identical".into() } else { about.figure(value) };
    let perhaps = |value: Option<f64>| value.map_or("-".into(), figure);
    let mut row = vec![figure(p.mean), perhaps(p.harmonic_mean), perhaps(p.worst_second)];
    row.extend([p.min, p.p5, p.p50, p.max].map(figure));
    row.push(p.count.to_string());
    row
}

/// Provenance, identical and missing frames, and metrics that gave nothing, a line each.
fn notes(candidate: &CandidateScores, text: &mut String) {
    let mut lines = Vec::new();
    if !candidate.provenance.is_empty() {
        lines.push(clean(&candidate.provenance));
    }
    for id in candidate.ids() {
        match candidate.pooled.get(id) {
            // Reasons that metrics give begin with their name.
            None => match clean(candidate.reason(id).unwrap_or("no frame was measured")) {
                reason if reason.starts_with(id) => lines.push(reason),
                reason => lines.push(format!("{id}: {reason}")),
            },
            Some(p) if p.identical_frames > 0 && p.identical_frames < p.count => {
                let cap =
                    metrics::find(id).map_or(String::new(), |m| format!(", counted as {}", m.about().text(p.max)));
                lines.push(format!("{id}: {} of {} frames are identical{cap}", p.identical_frames, p.count));
            }
            Some(_) => {}
        }
    }
    if let Some(first) = candidate.missing.first() {
        let (count, reason) = (candidate.missing.len(), clean(&first.reason));
        lines.push(format!("{} without a partner, the first is frame {}: {reason}", frames(count), first.frame));
    }
    if !lines.is_empty() {
        text.push_str(&format!("\n{}\n", clean(&candidate.recipe)));
        for line in lines {
            text.push_str(&format!("  {line}\n"));
        }
    }
}

fn frames(count: usize) -> String {
    if count == 1 { "1 frame".into() } else { format!("{count} frames") }
}

/// Text with control characters shown instead of obeyed: a file's name must not steer the terminal.
pub(super) fn clean(text: &str) -> String {
    text.chars().flat_map(|c| if c.is_control() { c.escape_default().collect() } else { vec![c] }).collect()
}

/// Appends `rows` in columns, the first two to the left and figures to the right; no blanks at a line's end.
pub(super) fn align(rows: &[Vec<String>], text: &mut String) {
    let columns = rows.iter().map(Vec::len).max().unwrap_or(0);
    let width = |column: usize| rows.iter().filter_map(|row| row.get(column)).map(|f| f.chars().count()).max();
    let widths: Vec<usize> = (0..columns).map(|column| width(column).unwrap_or(0)).collect();
    for row in rows {
        let mut line = String::new();
        for (column, (field, width)) in row.iter().zip(&widths).enumerate() {
            let gap = if column == 0 { "" } else { "  " };
            line += &if column < 2 { format!("{gap}{field:<width$}") } else { format!("{gap}{field:>width$}") };
        }
        text.push_str(line.trim_end());
        text.push('\n');
    }
}
