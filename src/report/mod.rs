//! Writers of results: JSON, CSV, a page with pictures, and a table for a terminal. They take what was measured and add nothing to it.

mod by_id;
mod csv;
mod file;
mod html;
mod score;
mod table;
mod thumbs;
mod tournament;
mod ways;

use std::io;
use std::path::PathBuf;
use std::str::FromStr;

use crate::frame::{Severity, SourceError};

pub use by_id::ById;
pub use csv::quote;
pub use file::{AtomicFile, write_atomic};
pub use score::{CandidateScores, FrameScores, Missing, ReferenceInfo, ScoreReport};
pub use tournament::{Look, TournamentFormat, TournamentReport, TournamentRow};
pub use ways::{CandidateWays, WayScore, WaysReport};

/// In what shape a report is written.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Format {
    /// For programs: everything.
    Json,
    /// For spreadsheets: one row a candidate and frame (RFC 4180).
    Csv,
    /// For people at a terminal: pooled figures only.
    #[default]
    Table,
}

impl Format {
    pub const ALL: [Format; 3] = [Format::Json, Format::Csv, Format::Table];

    /// The name on the command line.
    pub fn name(self) -> &'static str {
        match self {
            Format::Json => "json",
            Format::Csv => "csv",
            Format::Table => "table",
        }
    }
}

impl FromStr for Format {
    type Err = ReportError;

    fn from_str(text: &str) -> Result<Self, ReportError> {
        Format::ALL
            .into_iter()
            .find(|format| format.name() == text)
            .ok_or_else(|| ReportError::UnknownFormat { text: text.into(), known: "json, csv or table" })
    }
}

impl ScoreReport {
    /// The report as text in `format`, with a line break at the end.
    ///
    /// # Errors
    /// [`ReportError::Json`] if serialising fails, which would be a fault of Doublet.
    pub fn render(&self, format: Format) -> Result<String, ReportError> {
        match format {
            Format::Json => self.to_json(),
            Format::Csv => Ok(csv::render(self)),
            Format::Table => Ok(table::render(self)),
        }
    }

    /// The report as JSON, indented, keys in the order of the documentation. A value that is not finite is never
    /// written: it is `null` with a reason beside it. Figures have the fewest digits that read back to the same number.
    ///
    /// # Errors
    /// [`ReportError::Json`].
    pub fn to_json(&self) -> Result<String, ReportError> {
        let mut text = serde_json::to_string_pretty(self).map_err(|e| ReportError::Json { cause: e.to_string() })?;
        text.push('\n');
        Ok(text)
    }

    /// Reads what [`ScoreReport::to_json`] wrote.
    ///
    /// # Errors
    /// [`ReportError::Json`] with the place in the text.
    pub fn from_json(text: &str) -> Result<Self, ReportError> {
        serde_json::from_str(text).map_err(|e| ReportError::Json { cause: e.to_string() })
    }
}

/// Why a report could not be made or written.
#[derive(Debug, thiserror::Error)]
pub enum ReportError {
    #[error("there is no report format called \"{text}\"; write {known}")]
    UnknownFormat { text: String, known: &'static str },
    #[error("this is not a score report: {cause}")]
    Json { cause: String },
    #[error("a picture of the report cannot be packed: {cause}")]
    Picture { cause: String },
    #[error("cannot write {}: {}; choose another place or free some space", path.display(), cause)]
    Write { path: PathBuf, cause: io::Error },
}

impl From<ReportError> for SourceError {
    fn from(error: ReportError) -> Self {
        Self::Failed { severity: Severity::Source, sentence: error.to_string() }
    }
}
