//! Comma-separated values after RFC 4180: lines end in CR LF, fields that need it stand in double quotes.

use std::borrow::Cow;

use super::{CandidateScores, ScoreReport};

/// One row a candidate and frame, in the order `candidate, frame, time, <metric ids>, identical, note, provenance`. An
/// absent score is an empty field with its reason in `note`; a frame without a partner is a row without scores.
pub fn render(report: &ScoreReport) -> String {
    let ids = report.ids();
    let mut header = vec!["candidate", "frame", "time"];
    header.extend(&ids);
    header.extend(["identical", "note", "provenance"]);
    let mut text = line(header.into_iter().map(Cow::Borrowed));
    for candidate in &report.candidates {
        for row in rows(candidate, &ids) {
            text.push_str(&row);
        }
    }
    text
}

/// The rows of one candidate, measured and missing frames merged by number.
fn rows(candidate: &CandidateScores, ids: &[&'static str]) -> Vec<String> {
    let start = |frame: usize, time: f64| {
        vec![Cow::Borrowed(candidate.recipe.as_str()), frame.to_string().into(), time.to_string().into()]
    };
    let mut rows: Vec<(usize, String)> = Vec::with_capacity(candidate.frames.len() + candidate.missing.len());
    for frame in &candidate.frames {
        let mut fields = start(frame.frame, frame.time);
        fields.extend(ids.iter().map(|id| match frame.scores.get(id) {
            Some(Some(value)) => Cow::Owned(value.to_string()),
            _ => Cow::Borrowed(""),
        }));
        let notes: Vec<&str> = frame.reasons.iter().map(|(_, reason)| reason.as_str()).collect();
        fields.extend([frame.identical.join(" ").into(), notes.join("; ").into(), (&candidate.provenance).into()]);
        rows.push((frame.frame, line(fields)));
    }
    for missing in &candidate.missing {
        let mut fields = start(missing.frame, missing.time);
        fields.extend(ids.iter().map(|_| Cow::Borrowed("")));
        fields.extend([Cow::Borrowed(""), (&missing.reason).into(), (&candidate.provenance).into()]);
        rows.push((missing.frame, line(fields)));
    }
    rows.sort_by_key(|(frame, _)| *frame);
    rows.into_iter().map(|(_, row)| row).collect()
}

pub(super) fn line<'a>(fields: impl IntoIterator<Item = Cow<'a, str>>) -> String {
    let fields: Vec<_> = fields.into_iter().map(|field| quote(&field).into_owned()).collect();
    fields.join(",") + "\r\n"
}

/// `field` as a CSV field: in double quotes, with those inside doubled, if it holds a comma, a quote, a line break or a
/// space at its ends.
pub fn quote(field: &str) -> Cow<'_, str> {
    let plain = !field.contains(['"', ',', '\r', '\n']) && field.trim() == field;
    if plain { Cow::Borrowed(field) } else { Cow::Owned(format!("\"{}\"", field.replace('"', "\"\""))) }
}
