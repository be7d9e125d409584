//! The table, the ROC and the bars.

use std::fmt::Write;
use std::path::Path;

use doublet::evidence::{Candidate, Class, Verdict};

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Kind {
    Honest,
    Attack,
    Fault,
}

/// One pair.
pub struct Row {
    pub clip: String,
    pub kind: Kind,
    pub family: &'static str,
    pub label: String,
    pub candidate: Candidate,
    pub verdict: Verdict,
}

/// Families that a bar stands for, where plain VMAF is 60 or more.
const BARRED: [&str; 4] = ["unsharp", "contrast", "clahe", "histogram"];

impl Row {
    fn value(&self, id: &str) -> f64 {
        match self.verdict.line(id) {
            Some(line) => line.value.unwrap_or(f64::NAN),
            None => self.candidate.median(id).unwrap_or(f64::NAN),
        }
    }

    fn is_called(&self) -> bool {
        matches!(self.verdict.class, Class::Inflated | Class::Suspicious)
    }

    fn counts(&self) -> bool {
        self.kind == Kind::Attack && BARRED.contains(&self.family) && self.value("vmaf") >= 60.0
    }
}

/// Columns beside clip, kind, label and verdict.
const COLUMNS: [&str; 25] = [
    "vmaf",
    "vmaf_neg",
    "psnr_y",
    "E1",
    "E2",
    "E4",
    "E5",
    "E6",
    "kept_1",
    "kept_2",
    "kept_3",
    "signal_1",
    "tone_slope",
    "tone_rest_line",
    "tone_rest_gamma",
    "tone_tile_spread",
    "tone_local",
    "noise_reference",
    "noise_candidate",
    "shift",
    "stretch",
    "place_explained",
    "chroma_slope",
    "matrix_explained",
    "chroma_shift_explained",
];

/// Writes `table.csv` and `roc.csv`.
pub fn write(rows: &[Row], folder: &Path) -> Result<(), String> {
    let mut text = format!("clip,kind,label,verdict,transform,{}\n", COLUMNS.join(","));
    for row in rows {
        let transform = row.verdict.transform.map(|t| format!("{t:?}").to_lowercase()).unwrap_or_default();
        let kind = format!("{:?}", row.kind).to_lowercase();
        _ = write!(text, "{},{kind},\"{}\",{},{transform}", row.clip, row.label, row.verdict.class.label());
        for id in COLUMNS {
            let value = format!("{:.3}", row.value(id));
            _ = write!(text, ",{}", value.trim_end_matches('0').trim_end_matches('.'));
        }
        text.push('\n');
    }
    let save = |name: &str, text: &str| std::fs::write(folder.join(name), text).map_err(|e| format!("{name}: {e}"));
    save("table.csv", &text)?;
    save("roc.csv", &roc(rows))
}

/// For each line by itself: the area under its ROC, and the share of attacks found at no more than 1% of honest pairs.
fn roc(rows: &[Row]) -> String {
    let mut text = String::from("evidence,family,attacks,auc,honest_p99,found_at_1_percent\n");
    let mut families: Vec<&str> = rows.iter().filter(|row| row.kind == Kind::Attack).map(|row| row.family).collect();
    families.sort_unstable();
    families.dedup();
    for id in ["E1", "E2", "E4", "E5", "E6"] {
        let of = |keep: &dyn Fn(&Row) -> bool| {
            let mut values: Vec<f64> = rows.iter().filter(|row| keep(row)).map(|row| row.value(id)).collect();
            values.retain(|value| value.is_finite());
            values.sort_by(f64::total_cmp);
            values
        };
        let honest = of(&|row| row.kind == Kind::Honest);
        let Some(p99) = honest.get((honest.len().max(1) - 1) * 99 / 100).copied() else { continue };
        for family in &families {
            let attacks = of(&|row| row.kind == Kind::Attack && row.family == *family && row.value("vmaf") >= 60.0);
            let below = |value: f64| {
                let (less, most) = (honest.partition_point(|h| *h < value), honest.partition_point(|h| *h <= value));
                (less + most) as f64 / 2.0
            };
            let count = attacks.len().max(1) as f64;
            let auc = attacks.iter().map(|a| below(*a)).sum::<f64>() / count / honest.len() as f64;
            let found = attacks.iter().filter(|a| **a > p99).count() as f64 / count;
            _ = writeln!(text, "{id},{family},{},{auc:.4},{p99:.3},{found:.4}", attacks.len());
        }
    }
    text
}

/// Prints what the verdict makes of it all; whether the bars hold.
pub fn bars(rows: &[Row]) -> bool {
    let share = |part: usize, all: usize| 100.0 * part as f64 / all.max(1) as f64;
    let honest: Vec<&Row> = rows.iter().filter(|row| row.kind == Kind::Honest).collect();
    let inflated = honest.iter().filter(|row| row.verdict.class == Class::Inflated).count();
    let called = honest.iter().filter(|row| row.is_called()).count();
    println!(
        "honest: {} pairs, inflated {inflated} ({:.2}%), inflated or suspicious {called} ({:.2}%)",
        honest.len(),
        share(inflated, honest.len()),
        share(called, honest.len())
    );
    for row in honest.iter().filter(|row| row.verdict.class != Class::NoSignFound) {
        println!("  {} | {} | {}", row.verdict.class.label(), row.clip, row.label);
    }
    let mut families: Vec<&str> = rows.iter().filter(|row| row.kind != Kind::Honest).map(|row| row.family).collect();
    families.sort_unstable();
    families.dedup();
    for family in families {
        let of: Vec<&Row> = rows
            .iter()
            .filter(|row| row.family == family && (row.kind == Kind::Fault || row.value("vmaf") >= 60.0))
            .collect();
        let mut classes: Vec<(&str, usize)> = Vec::new();
        for row in &of {
            let label = row.verdict.class.label();
            match classes.iter_mut().find(|(have, _)| *have == label) {
                Some((_, count)) => *count += 1,
                None => classes.push((label, 1)),
            }
        }
        classes.sort_by_key(|class| std::cmp::Reverse(class.1));
        let words: Vec<String> =
            classes.iter().map(|(label, count)| format!("{label} {:.1}%", share(*count, of.len()))).collect();
        println!("{family}: {} pairs; {}", of.len(), words.join(", "));
    }
    let barred: Vec<&Row> = rows.iter().filter(|row| row.counts()).collect();
    let found = barred.iter().filter(|row| row.is_called()).count();
    println!("attacks under the bar: {found} of {} found ({:.2}%)", barred.len(), share(found, barred.len()));
    share(inflated, honest.len()) <= 1.0 && share(found, barred.len()) >= 95.0
}
