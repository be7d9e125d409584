//! The table, the ROC and the bars.

use std::fmt::Write;
use std::path::Path;

use doublet::evidence::{Candidate, Class, Verdict, judge};

use crate::kept::Measured;

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
    pub family: String,
    pub label: String,
    pub candidate: Candidate,
    pub verdict: Verdict,
}

impl Row {
    /// Judged by itself: with no other candidate of its reference.
    pub fn judged(measured: Measured) -> Self {
        let Measured { clip, kind, family, candidate } = measured;
        let verdict = judge(std::slice::from_ref(&candidate)).remove(0);
        Row { clip, kind, family, label: candidate.label.clone(), candidate, verdict }
    }
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
}

/// Columns beside clip, kind, label and verdict.
const COLUMNS: [&str; 15] = [
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
    "agree_2",
    "tone_slope",
    "tone_local",
    "noise_candidate",
    "chroma_slope",
];

/// Writes `table.csv`, `roc.csv` and `bars.txt`.
pub fn write(rows: &[Row], bars: &str, folder: &Path) -> Result<(), String> {
    let mut text = format!("clip,kind,label,verdict,transform,{}\n", COLUMNS.join(","));
    for row in rows {
        let transform = row.verdict.transform.map(|t| format!("{t:?}").to_lowercase()).unwrap_or_default();
        let kind = format!("{:?}", row.kind).to_lowercase();
        _ = write!(text, "{},{kind},\"{}\",{},{transform}", row.clip, row.label, row.verdict.class.label());
        for id in COLUMNS {
            let value = row.value(id);
            let value = if value.abs() < 10.0 { format!("{value:.3}") } else { format!("{value:.2}") };
            _ = write!(text, ",{}", value.trim_end_matches('0').trim_end_matches('.'));
        }
        text.push('\n');
    }
    let save = |name: &str, text: &str| std::fs::write(folder.join(name), text).map_err(|e| format!("{name}: {e}"));
    save("table.csv", &text)?;
    save("bars.txt", bars)?;
    save("roc.csv", &roc(rows))
}

/// For each line by itself: the area under its ROC, and the share of attacks found at no more than 1% of honest pairs.
fn roc(rows: &[Row]) -> String {
    let mut text = String::from("evidence,family,attacks,auc,honest_p99,found_at_1_percent\n");
    let families = families(rows, |row| row.kind == Kind::Attack);
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
            let attacks = of(&|row| row.kind == Kind::Attack && &row.family == family && row.value("vmaf") >= 60.0);
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

/// What the verdict makes of it all, in words; whether the bars hold.
pub fn bars(rows: &[Row]) -> (String, bool) {
    let share = |part: usize, all: usize| 100.0 * part as f64 / all.max(1) as f64;
    let mut text = String::new();
    let honest: Vec<&Row> = rows.iter().filter(|row| row.kind == Kind::Honest).collect();
    let inflated = honest.iter().filter(|row| row.verdict.class == Class::Inflated).count();
    let called = honest.iter().filter(|row| row.is_called()).count();
    _ = writeln!(
        text,
        "honest: {} pairs, inflated {inflated} ({:.2}%), inflated or suspicious {called} ({:.2}%)",
        honest.len(),
        share(inflated, honest.len()),
        share(called, honest.len())
    );
    let quiet = [Class::NoSignFound, Class::Grain];
    for row in honest.iter().filter(|row| !quiet.contains(&row.verdict.class)) {
        _ = writeln!(text, "  {} | {} | {}", row.verdict.class.label(), row.clip, row.label);
    }
    let grain = honest.iter().filter(|row| row.verdict.class == Class::Grain).map(|row| row.label.as_str());
    _ = writeln!(text, "  grain: {}", counted(grain, honest.len(), false));
    text.push_str("what becomes of each family where plain VMAF is 60 or more (faults: all)\n");
    for family in families(rows, |row| row.kind != Kind::Honest) {
        let of = of_family(rows, &family);
        let words = counted(of.iter().map(|row| row.verdict.class.label()), of.len(), true);
        let found = of.iter().filter(|row| row.is_called()).count();
        let bar = match BARRED.contains(&family.as_str()) {
            true => format!(" called {:.2}% (bar 95);", share(found, of.len())),
            false => String::new(),
        };
        _ = writeln!(text, "  {family}: {} pairs;{bar} {words}", of.len());
    }
    text.push_str("which transform is named, where one is\n");
    for family in families(rows, |row| row.kind == Kind::Attack) {
        let of = of_family(rows, &family);
        let named: Vec<&str> = of.iter().filter_map(|row| Some(row.verdict.transform?.label())).collect();
        _ = writeln!(
            text,
            "  {family}: {} of {}; {}",
            named.len(),
            of.len(),
            counted(named.iter().copied(), named.len(), true)
        );
    }
    let holds = |family: &&str| {
        let of = of_family(rows, family);
        share(of.iter().filter(|row| row.is_called()).count(), of.len()) >= 95.0
    };
    let barred = BARRED.iter().filter(|family| rows.iter().any(|row| row.family == **family));
    let holds = share(inflated, honest.len()) <= 1.0 && barred.filter(|family| !holds(family)).count() == 0;
    (text, holds)
}

/// Pairs of a family that count: any fault, attacks where plain VMAF is 60 or more.
fn of_family<'a>(rows: &'a [Row], family: &str) -> Vec<&'a Row> {
    let counts = |row: &&Row| row.family == family && (row.kind == Kind::Fault || row.value("vmaf") >= 60.0);
    rows.iter().filter(counts).collect()
}

fn families(rows: &[Row], keep: impl Fn(&Row) -> bool) -> Vec<String> {
    let mut found: Vec<String> = rows.iter().filter(|row| keep(row)).map(|row| row.family.clone()).collect();
    found.sort_unstable();
    found.dedup();
    found
}

/// How often each word stands there, the most frequent first.
fn counted<'a>(words: impl Iterator<Item = &'a str>, all: usize, as_shares: bool) -> String {
    let mut counts: Vec<(&str, usize)> = Vec::new();
    for word in words {
        match counts.iter_mut().find(|(have, _)| *have == word) {
            Some((_, count)) => *count += 1,
            None => counts.push((word, 1)),
        }
    }
    counts.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
    let told = |(word, count): &(&str, usize)| match as_shares {
        true => format!("{word} {:.1}%", 100.0 * *count as f64 / all.max(1) as f64),
        false => format!("{word} {count}"),
    };
    counts.iter().map(told).collect::<Vec<_>>().join(", ")
}
