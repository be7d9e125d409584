//! `doublet metrics`: what each score means, its range, what it is blind to, and how far people agreed with it.

use std::fmt::Write;

use anyhow::Result;
use serde_json::{Value, json};

use crate::metrics::{About, Cost, Direction, Metric, Task, TrustLevel, cost, metrics};

use super::say;

pub fn run(format: &str) -> Result<()> {
    match format {
        "json" => {
            let all: Vec<Value> = metrics().into_iter().map(card).collect();
            say(&(serde_json::to_string_pretty(&all)? + "\n"))
        }
        _ => say(&cards()),
    }
}

fn cards() -> String {
    let mut text = String::new();
    for metric in metrics() {
        let about = metric.about();
        let usual = if about.standard { ", measured unless told otherwise" } else { "" };
        _ = writeln!(text, "{} ({}): {}{usual}", about.id, about.label, scale(about));
        _ = writeln!(text, "    {}", about.meaning);
        _ = writeln!(text, "    Blind to {}.", about.blind_to.trim_end_matches('.'));
        for trust in about.trust {
            let (level, correlation) = (level(trust.level()), trust.correlation);
            _ = writeln!(text, "    Trust, {}: {level} ({correlation:.2}; {}).", task(trust.task), trust.study);
        }
        if about.trust.is_empty() {
            _ = writeln!(text, "    Trust: no study is known here.");
        }
        text.push('\n');
    }
    text.push_str(
        "Trust is the rank correlation with people's judgement that the named study found, from -1 to 1: from 0.9 on it is \
         high, from 0.6 on fair, below low.\n",
    );
    text
}

fn card(metric: &dyn Metric) -> Value {
    let about = metric.about();
    let (low, high) = (about.range)(8);
    let trust: Vec<Value> = about
        .trust
        .iter()
        .map(|trust| json!({"task": task(trust.task), "correlation": trust.correlation, "study": trust.study}))
        .collect();
    json!({
        "id": about.id,
        "label": about.label,
        "unit": about.unit,
        "higher_is_better": about.direction == Direction::HigherIsBetter,
        "range": [low, high],
        "standard": about.standard,
        "cost": match cost(metric) { Cost::Light => "light", Cost::Medium => "medium", Cost::Heavy => "heavy" },
        "meaning": about.meaning,
        "blind_to": about.blind_to,
        "trust": trust,
    })
}

/// "0 to 60 dB, higher is better".
fn scale(about: &About) -> String {
    let (low, high) = (about.range)(8);
    let better = if about.direction == Direction::HigherIsBetter { "higher" } else { "lower" };
    let unit = if about.unit.is_empty() { String::new() } else { format!(" {}", about.unit) };
    format!("{low} to {high}{unit} at 8 bits, {better} is better")
}

fn task(task: Task) -> &'static str {
    match task {
        Task::Encode => "encode",
        Task::Upscale => "upscale",
        Task::Restore => "restore",
        Task::Screen => "screen",
    }
}

fn level(level: TrustLevel) -> &'static str {
    match level {
        TrustLevel::High => "high",
        TrustLevel::Fair => "fair",
        TrustLevel::Low => "low",
    }
}
