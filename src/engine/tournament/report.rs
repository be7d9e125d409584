//! A tournament as a report: what the writers of files take.

use crate::metrics::standard;
use crate::report::{Look, ReferenceInfo, TournamentReport, TournamentRow};

use super::{Row, RowStatus, Tournament};

impl Tournament {
    /// All that is known just now, finished or not.
    pub fn report(&self) -> TournamentReport {
        let referee = &self.referee;
        TournamentReport {
            reference: ReferenceInfo {
                path: referee.line.clone(),
                width: referee.width,
                height: referee.height,
                frames: referee.frames,
            },
            frames: (self.plan.frames.start, self.plan.frames.end),
            seconds: referee.seconds,
            picture: self.plan.picture,
            rows: self.rows.iter().map(Row::report).collect(),
            written_by: concat!("doublet ", env!("CARGO_PKG_VERSION")),
            look: Look {
                sample_aspect: referee.sample_aspect,
                rotation: referee.rotation,
                reference: referee.picture.clone(),
            },
        }
    }
}

impl Row {
    fn report(&self) -> TournamentRow {
        let (status, reason) = match &self.status {
            RowStatus::Waiting => ("waiting", ""),
            RowStatus::Running { .. } => ("running", ""),
            RowStatus::Done => ("done", ""),
            RowStatus::Cancelled => ("cancelled", ""),
            RowStatus::Failed(sentence) => ("failed", sentence.as_str()),
        };
        let mut row = TournamentRow {
            line: self.line.clone(),
            label: self.label.clone(),
            status,
            reason: reason.to_owned(),
            seconds_per_frame: self.seconds_per_frame,
            first_seconds: self.first_seconds,
            memory_bytes: self.memory_bytes,
            film_seconds: self.film_seconds,
            against_input: self.against_input,
            device: self.device.clone(),
            provenance: self.provenance.clone(),
            picture: self.picture.clone(),
            ..TournamentRow::default()
        };
        for id in standard().iter().map(|metric| metric.id()) {
            if let Some(pooled) = self.scores.get(id) {
                row.score(id, pooled, self.identical.get(id).copied().unwrap_or(0));
            }
        }
        row
    }
}
