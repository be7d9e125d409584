//! What a tournament found, in the shape of its JSON, and as CSV and a table for a terminal.

use std::borrow::Cow;
use std::str::FromStr;
use std::sync::Arc;

use serde::Serialize;

use crate::frame::Frame;
use crate::metrics::{self, Metric, Pooled};

use super::csv::line as csv_line;
use super::table::{align, clean};
use super::{ById, ReferenceInfo, ReportError, html};

/// In what shape a tournament is written.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum TournamentFormat {
    /// For people at a terminal.
    #[default]
    Table,
    /// For spreadsheets: one row a candidate (RFC 4180).
    Csv,
    /// For people anywhere: one page with its pictures in it, no scripts, nothing to fetch.
    Html,
    /// For programs: everything but the pictures.
    Json,
}

impl TournamentFormat {
    pub const ALL: [TournamentFormat; 4] = [Self::Table, Self::Csv, Self::Html, Self::Json];

    /// The name on the command line, and the ending of a file.
    pub fn name(self) -> &'static str {
        match self {
            Self::Table => "table",
            Self::Csv => "csv",
            Self::Html => "html",
            Self::Json => "json",
        }
    }
}

impl FromStr for TournamentFormat {
    type Err = ReportError;

    fn from_str(text: &str) -> Result<Self, ReportError> {
        let known = "table, csv, html or json";
        let found = Self::ALL.into_iter().find(|format| format.name() == text);
        found.ok_or_else(|| ReportError::UnknownFormat { text: text.into(), known })
    }
}

/// A tournament's table. Pictures are for the page alone.
#[derive(Clone, Debug, Serialize)]
pub struct TournamentReport {
    pub reference: ReferenceInfo,
    /// First frame of the stretch and the one after its last.
    pub frames: (usize, usize),
    /// Seconds from the first frame of the film at which the stretch begins and ends.
    pub seconds: (f64, f64),
    /// Frame of the reference whose pictures are shown.
    pub picture: usize,
    pub rows: Vec<TournamentRow>,
    /// "doublet 0.1.0".
    pub written_by: &'static str,
    #[serde(skip)]
    pub look: Look,
}

/// What the page needs to show pictures as a player does.
#[derive(Clone, Debug, Default)]
pub struct Look {
    /// Width over height of one sample.
    pub sample_aspect: (u32, u32),
    /// Degrees clockwise.
    pub rotation: u16,
    /// The reference's own picture.
    pub reference: Option<Arc<Frame>>,
}

/// One candidate. What is not known is null, or an empty field.
#[derive(Clone, Debug, Default, Serialize)]
pub struct TournamentRow {
    pub line: String,
    pub label: String,
    /// "done", "cancelled", "failed", "running" or "waiting".
    pub status: &'static str,
    /// Why it failed.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub reason: String,
    pub seconds_per_frame: Option<f64>,
    pub first_seconds: Option<f64>,
    pub memory_bytes: Option<u64>,
    pub film_seconds: Option<f64>,
    /// By metric id, in the order of the metrics' table.
    pub scores: ById<Pooled>,
    /// Scores compare with the input: no truth is known.
    pub against_input: bool,
    pub device: String,
    pub provenance: String,
    #[serde(skip)]
    pub picture: Option<Arc<Frame>>,
}

impl TournamentRow {
    /// Enters what metric `id` came to, and on how many frames the samples were the same.
    pub fn score(&mut self, id: &str, pooled: &Pooled, identical_frames: usize) {
        self.scores.insert(id, Pooled { identical_frames, ..*pooled });
    }

    pub fn frames_per_second(&self) -> Option<f64> {
        self.seconds_per_frame.filter(|s| *s > 0.0).map(|s| 1.0 / s)
    }

    /// Frames that were measured.
    pub fn measured(&self) -> usize {
        self.scores.iter().map(|(_, pooled)| pooled.count).max().unwrap_or(0)
    }

    /// The mean as it is shown: "identical" where every frame is.
    pub(super) fn figure(&self, metric: &dyn Metric) -> Option<String> {
        let pooled = self.scores.get(metric.id())?;
        let same = pooled.identical_frames == pooled.count;
        Some(if same { "identical".into() } else { metric.about().figure(pooled.mean) })
    }
}

impl TournamentReport {
    /// The report as text in `format`, with a line break at the end.
    ///
    /// # Errors
    /// [`ReportError::Json`] if serialising fails, [`ReportError::Picture`] if a picture cannot be packed; either would
    /// be a fault of Doublet.
    pub fn render(&self, format: TournamentFormat) -> Result<String, ReportError> {
        match format {
            TournamentFormat::Table => Ok(self.table()),
            TournamentFormat::Csv => Ok(self.csv()),
            TournamentFormat::Html => html::page(self),
            TournamentFormat::Json => {
                let json = serde_json::to_string_pretty(self);
                json.map(|text| text + "\n").map_err(|e| ReportError::Json { cause: e.to_string() })
            }
        }
    }

    /// The metrics that any row has.
    pub(super) fn metrics(&self) -> impl Iterator<Item = &'static dyn Metric> {
        metrics::metrics()
            .into_iter()
            .filter(|metric| self.rows.iter().any(|row| row.scores.get(metric.id()).is_some()))
    }

    /// One row a candidate: `candidate, line, status, note, frames, seconds_per_frame, frames_per_second,
    /// first_seconds, memory_bytes, film_seconds`, the mean, the 5th percentile and the worst second of every metric,
    /// then `against_input, device, provenance`. A text that a spreadsheet would take for a formula has a ' before it.
    fn csv(&self) -> String {
        let ids: Vec<&'static str> = self.metrics().map(|metric| metric.id()).collect();
        let mut head: Vec<Cow<'_, str>> = ["candidate", "line", "status", "note", "frames"].map(Cow::from).into();
        let times = ["seconds_per_frame", "frames_per_second", "first_seconds", "memory_bytes", "film_seconds"];
        head.extend(times.map(Cow::from));
        let three = |id: &&'static str| {
            [Cow::from(*id), Cow::from(format!("{id}_p5")), Cow::from(format!("{id}_worst_second"))]
        };
        head.extend(ids.iter().flat_map(three));
        head.extend(["against_input", "device", "provenance"].map(Cow::from));
        let mut text = csv_line(head);
        for row in &self.rows {
            let mut fields = [&row.label, &row.line].map(|t| harmless(t)).to_vec();
            fields.extend([row.status.into(), harmless(&row.reason), row.measured().to_string().into()]);
            let figures = [row.seconds_per_frame, row.frames_per_second(), row.first_seconds];
            fields.extend(figures.map(known));
            fields.push(row.memory_bytes.map_or(String::new(), |b| b.to_string()).into());
            fields.push(known(row.film_seconds));
            let scores = ids.iter().flat_map(|id| {
                let pooled = row.scores.get(id);
                let worst = pooled.and_then(|p| p.worst_second);
                [known(pooled.map(|p| p.mean)), known(pooled.map(|p| p.p5)), known(worst)]
            });
            fields.extend(scores);
            fields.extend([row.against_input.to_string().into(), harmless(&row.device), harmless(&row.provenance)]);
            text.push_str(&csv_line(fields));
        }
        text
    }

    fn table(&self) -> String {
        let ReferenceInfo { path, width, height, .. } = &self.reference;
        let mut text = format!("reference  {}  {width}x{height}, {}\n\n", clean(path), self.stretch());
        let metrics: Vec<_> = self.metrics().collect();
        let mut head: Vec<String> =
            ["candidate", "status", "s/frame", "frames/s", "first", "memory", "whole film"].map(String::from).into();
        head.extend(metrics.iter().map(|m| match m.about().unit {
            "" => m.about().label.to_owned(),
            unit => format!("{} ({unit})", m.about().label),
        }));
        let mut rows = vec![head];
        for row in &self.rows {
            let mut cells = vec![clean(&row.label), row.status.to_owned()];
            cells.extend(row.figures().map(|figure| figure.unwrap_or_else(|| "-".into())));
            cells.extend(metrics.iter().map(|m| row.figure(*m).unwrap_or_else(|| "-".into())));
            rows.push(cells);
        }
        align(&rows, &mut text);
        for row in &self.rows {
            text.push_str(&format!("\n{}\n", clean(&row.line)));
            let notes = [&row.reason, &row.device, &row.provenance];
            notes.into_iter().filter(|t| !t.is_empty()).for_each(|t| text.push_str(&format!("  {}\n", clean(t))));
        }
        text
    }

    /// What was run, in a clause.
    pub(super) fn stretch(&self) -> String {
        let ((first, end), (from, to)) = (self.frames, self.seconds);
        format!("frames {first} to {} of {} ({from:.2} to {to:.2} s)", end.saturating_sub(1), self.reference.frames)
    }
}

impl TournamentRow {
    /// Seconds a frame, frames a second, seconds to the first frame, memory and the whole film, for people.
    pub(super) fn figures(&self) -> [Option<String>; 5] {
        [
            self.seconds_per_frame.map(significant),
            self.frames_per_second().map(significant),
            self.first_seconds.map(|s| format!("{} s", significant(s))),
            self.memory_bytes.map(bytes),
            self.film_seconds.map(span),
        ]
    }
}

/// Three significant digits, none beyond the point for large figures.
fn significant(value: f64) -> String {
    if !(value.is_finite() && value > 0.0) {
        return "0".into();
    }
    let decimals = (2 - value.log10().floor() as i32).clamp(0, 6) as usize;
    format!("{value:.decimals$}")
}

fn bytes(count: u64) -> String {
    let mib = count as f64 / f64::from(1 << 20);
    if mib < 1000.0 { format!("{mib:.0} MiB") } else { format!("{:.1} GiB", mib / 1024.0) }
}

/// "40 s", "12 min", "3.5 h".
fn span(seconds: f64) -> String {
    match seconds {
        s if s < 99.5 => format!("{s:.0} s"),
        s if s < 99.5 * 60.0 => format!("{:.0} min", s / 60.0),
        s => format!("{:.1} h", s / 3600.0),
    }
}

fn known(value: Option<f64>) -> Cow<'static, str> {
    value.filter(|v| v.is_finite()).map_or(String::new(), |v| v.to_string()).into()
}

/// `text` as a spreadsheet takes it for text.
fn harmless(text: &str) -> Cow<'_, str> {
    if text.starts_with(['=', '+', '-', '@', '\t', '\r', '\n']) { format!("'{text}").into() } else { text.into() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_are_short() {
        let shown: Vec<_> = [0.001_234_5, 0.123_45, 1.2345, 12.345, 123.45, 12_345.0].map(significant).into();
        assert_eq!(shown, ["0.00123", "0.123", "1.23", "12.3", "123", "12345"]);
        assert_eq!([40.4, 99.6, 600.0, 7200.0].map(span), ["40 s", "2 min", "10 min", "2.0 h"]);
        assert_eq!([1 << 20, 400 << 20, 3 << 30].map(bytes), ["1 MiB", "400 MiB", "3.0 GiB"]);
    }
}
