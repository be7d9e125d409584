//! One comparison in every way that people call VMAF, from the lowest to the highest.

use std::borrow::Cow;
use std::fmt::Write;

use serde::Serialize;

use super::csv::line as csv_line;
use super::table::{align, clean};
use super::{Format, ReferenceInfo, ReportError};

/// All ways of any number of candidates.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct WaysReport {
    pub reference: ReferenceInfo,
    pub candidates: Vec<CandidateWays>,
}

/// All ways of one candidate.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct CandidateWays {
    pub recipe: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub label: String,
    /// How its pictures came to be comparable.
    pub provenance: String,
    pub lowest: f64,
    pub highest: f64,
    /// The way that gives the highest score: the one to be wary of in print.
    pub marketing_winner: String,
    /// The way that most people mean: v0.6.1, luma alone, mean.
    pub usual: Option<f64>,
    /// The v0 family, ascending.
    pub ways: Vec<WayScore>,
    /// The v1 family, ascending; another scale, so it is set beside and not among.
    pub v1: Vec<WayScore>,
}

/// One way and what it gives.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct WayScore {
    pub model: String,
    pub mix: String,
    pub pooling: String,
    pub score: f64,
    /// One line to copy, so that the number can be checked.
    pub provenance: String,
}

impl WayScore {
    /// "v0.6.1, luma, mean".
    pub fn name(&self) -> String {
        format!("{}, {}, {}", self.model, self.mix, self.pooling)
    }
}

impl CandidateWays {
    /// Sorts both families.
    pub fn new(
        recipe: String,
        label: String,
        provenance: String,
        mut ways: Vec<WayScore>,
        mut v1: Vec<WayScore>,
    ) -> Self {
        [&mut ways, &mut v1].into_iter().for_each(|all| all.sort_by(|a, b| a.score.total_cmp(&b.score)));
        let end = |way: Option<&WayScore>| way.map_or(f64::NAN, |way| way.score);
        let is_usual = |w: &&WayScore| w.model == "v0.6.1" && w.mix == "luma" && w.pooling == "mean";
        let (lowest, highest) = (end(ways.first()), end(ways.last()));
        let marketing_winner = ways.last().map(WayScore::name).unwrap_or_default();
        let usual = ways.iter().find(is_usual).map(|way| way.score);
        Self { recipe, label, provenance, lowest, highest, marketing_winner, usual, ways, v1 }
    }

    fn table(&self, text: &mut String) {
        let name = if self.label.is_empty() { &self.recipe } else { &self.label };
        let apart = self.highest - self.lowest;
        _ = writeln!(text, "\n{}: {} ways, {apart:.2} points apart", clean(name), self.ways.len());
        _ = writeln!(text, "  {:.2} |{}| {:.2}", self.lowest, strip(&self.ways), self.highest);
        if let Some(usual) = self.usual {
            _ = writeln!(text, "  the usual one (v0.6.1, luma, mean): {usual:.2}");
        }
        _ = writeln!(text, "  the marketing winner ({}): {:.2}\n", self.marketing_winner, self.highest);
        let mut rows = vec![["model", "mix", "mean", "score"].map(String::from).to_vec()];
        let row =
            |way: &WayScore| vec![way.model.clone(), way.mix.clone(), way.pooling.clone(), format!("{:.4}", way.score)];
        rows.extend(self.ways.iter().map(row));
        align(&rows, text);
        if !self.v1.is_empty() {
            text.push_str("\nVMAF v1, which is another model of what people see:\n");
            align(&self.v1.iter().map(row).collect::<Vec<_>>(), text);
        }
        _ = writeln!(text, "\n  {}", clean(&self.provenance));
    }
}

/// Where the ways lie between the lowest and the highest: a column for each sixtieth, darker where more are.
fn strip(ways: &[WayScore]) -> String {
    const COLUMNS: usize = 60;
    let (Some(low), Some(high)) = (ways.first(), ways.last()) else { return String::new() };
    let span = (high.score - low.score).max(f64::MIN_POSITIVE);
    let mut counts = [0; COLUMNS];
    for way in ways {
        let place = ((way.score - low.score) / span * COLUMNS as f64) as usize;
        counts[place.min(COLUMNS - 1)] += 1;
    }
    counts.iter().map(|count| [' ', '.', ':', '+', '#'][(*count as usize).min(4)]).collect()
}

impl WaysReport {
    /// The report as text in `format`, with a line break at the end.
    ///
    /// # Errors
    /// [`ReportError::Json`] if serialising fails, which would be a fault of Doublet.
    pub fn render(&self, format: Format) -> Result<String, ReportError> {
        match format {
            Format::Json => {
                let json = serde_json::to_string_pretty(self);
                json.map(|text| text + "\n").map_err(|e| ReportError::Json { cause: e.to_string() })
            }
            Format::Csv => Ok(self.csv()),
            Format::Table => {
                let ReferenceInfo { path, width, height, frames } = &self.reference;
                let mut text = format!("reference  {}  {width}x{height}, {frames} frames\n", clean(path));
                self.candidates.iter().for_each(|candidate| candidate.table(&mut text));
                Ok(text)
            }
        }
    }

    /// One row a candidate and way: `candidate, family, model, mix, mean, score, provenance`.
    fn csv(&self) -> String {
        let head = ["candidate", "family", "model", "mix", "mean", "score", "provenance"];
        let mut text = csv_line(head.map(Cow::Borrowed));
        for candidate in &self.candidates {
            let families = [("v0", &candidate.ways), ("v1", &candidate.v1)];
            for (family, way) in families.iter().flat_map(|(family, ways)| ways.iter().map(move |w| (*family, w))) {
                let fields: [&str; 5] = [&candidate.recipe, family, &way.model, &way.mix, &way.pooling];
                let rest = [Cow::Owned(way.score.to_string()), Cow::Borrowed(way.provenance.as_str())];
                text.push_str(&csv_line(fields.map(Cow::Borrowed).into_iter().chain(rest)));
            }
        }
        text
    }
}
