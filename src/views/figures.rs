//! Scores as words: which ones stand on the picture, with how many digits, in which unit.

use std::collections::BTreeMap;

use crate::engine::Measured;
use crate::metrics;

use super::text;

/// Scores that stand on the picture where they are measured, the first one large; the first of those chosen stand in
/// where none of them is.
const ON_PLATE: [&str; 4] = ["vmaf", "vmaf_neg", "psnr_y", "ssim_y"];

/// The scores that stand on the picture when `chosen` are measured.
pub fn plated(chosen: &[&'static str]) -> Vec<&'static str> {
    let found: Vec<_> = ON_PLATE.into_iter().filter(|id| chosen.contains(id)).collect();
    if found.is_empty() { chosen.iter().copied().take(ON_PLATE.len()).collect() } else { found }
}

/// A score in words.
#[derive(Clone, PartialEq, Debug)]
pub struct Figure {
    /// The number, or a dash.
    pub value: String,
    /// Unit and name: "dB PSNR-Y".
    pub label: String,
}

/// Name, unit (may be empty) and digits after the point of a metric.
pub fn describe(id: &str) -> (&str, &'static str, usize) {
    metrics::find(id).map_or((id, "", 3), |m| (m.about().label, m.about().unit, m.about().decimals))
}

/// One line on what a metric means and what it does not see.
pub fn meaning(id: &str) -> String {
    metrics::find(id).map(|m| format!("{} {}", m.about().meaning, m.about().blind_to)).unwrap_or_default()
}

/// A number in a metric's own digits.
pub fn number(id: &str, value: f64) -> String {
    let (_, _, decimals) = describe(id);
    if value.is_finite() { format!("{value:.decimals$}") } else { text::UNKNOWN.into() }
}

/// The figures of a plate; what is not yet known is a dash.
pub fn on_plate(live: &BTreeMap<&'static str, Measured>, chosen: &[&'static str]) -> Vec<Figure> {
    let figure = |id: &'static str| {
        let (name, unit, _) = describe(id);
        let label = if unit.is_empty() { name.to_owned() } else { format!("{unit} {name}") };
        let value = live.get(id).map_or_else(|| text::UNKNOWN.into(), |m| number(id, m.value));
        Figure { value, label }
    };
    plated(chosen).into_iter().map(figure).collect()
}

/// Whether every plane measured is identical.
pub fn identical(live: &BTreeMap<&'static str, Measured>) -> bool {
    !live.is_empty() && live.values().all(|m| m.identical)
}

/// The mean of what is measured so far in a series, and how many frames that is.
pub fn mean(series: &[Option<Measured>]) -> Option<(f64, usize)> {
    let known: Vec<f64> = series.iter().flatten().map(|m| m.value).collect();
    if known.is_empty() { None } else { Some((known.iter().sum::<f64>() / known.len() as f64, known.len())) }
}
