//! `make verify`: scores pairs of pictures with Doublet and, live, with the reference FFmpeg, and prints how far apart
//! both are, metric by metric. Both read the same bare samples. The exit code is 1 when anything is out of tolerance.
//!
//! `cargo bench --bench verify -- [--frames N] [WORD ..]`: the first N frames of each pair (all with 0), and only pairs
//! whose names hold one of the words.
#![allow(clippy::print_stdout, reason = "the table is what the program is for")]

mod pairs;
mod table;
mod theirs;

#[path = "../reference/mod.rs"]
mod reference;

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use doublet::metrics::{self, Metric, Plan};

use reference::{program, raw};
use table::{LINES, Line, Source};

/// Frames of a pair that are scored where nobody says otherwise.
const FRAMES: usize = 8;

fn main() -> ExitCode {
    let (mut frames, mut words) = (FRAMES, Vec::new());
    let mut arguments = std::env::args().skip(1);
    while let Some(argument) = arguments.next() {
        match argument.as_str() {
            "--frames" => frames = arguments.next().and_then(|n| n.parse().ok()).unwrap_or(FRAMES),
            // What cargo itself adds.
            "--bench" => {}
            word => words.push(word.to_owned()),
        }
    }
    match verify(frames, &words) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(reason) => {
            println!("nothing could be verified: {reason}");
            ExitCode::FAILURE
        }
    }
}

/// A line of the table and the metric that it is about.
struct Check {
    line: &'static Line,
    metric: &'static dyn Metric,
    /// Values compared, the largest distance, and where it was.
    count: usize,
    worst: f64,
    at: String,
}

/// Prints the table; whether all is within tolerance.
fn verify(frames: usize, words: &[String]) -> Result<bool, String> {
    let folder = folder()?;
    println!("reference: {}", program::version());
    let pairs = pairs::all(&folder, frames, words)?;
    let find = |line: &'static Line| Some((line, metrics::find(line.ours)?));
    let mut checks: Vec<Check> = LINES
        .iter()
        .filter_map(find)
        .map(|(line, metric)| Check { line, metric, count: 0, worst: 0.0, at: String::new() })
        .collect();
    let metrics: Vec<&'static dyn Metric> = checks.iter().map(|check| check.metric).collect();
    let models = theirs::models(&folder)?;
    for pair in &pairs {
        println!("  {}: {}x{} {}", pair.name, pair.reference.width, pair.reference.height, pair.reference.format());
        compare(pair, &folder, &models, &metrics, &mut checks).map_err(|reason| format!("{}: {reason}", pair.name))?;
    }
    println!("\n{:<18} {:>7} {:>12} {:>10}      worst at", "metric", "values", "worst", "tolerance");
    checks.iter().for_each(|check| println!("{}", report(check)));
    let missing: Vec<&str> = LINES.iter().map(|line| line.ours).filter(|id| metrics::find(id).is_none()).collect();
    if !missing.is_empty() {
        println!("not in this build: {}", missing.join(", "));
    }
    Ok(checks.iter().all(|check| check.worst <= check.line.tolerance && (check.count > 0 || check.line.even)))
}

fn report(check: &Check) -> String {
    let Check { line, count, worst, at, .. } = check;
    let verdict = match (*count, *worst <= line.tolerance) {
        (0, _) => "none",
        (_, true) => "ok",
        (_, false) => "OUT",
    };
    format!("{:<18} {count:>7} {worst:>12.2e} {:>10.1e} {verdict:<4} {at}", line.ours, line.tolerance)
}

/// Scores one pair on both sides.
fn compare(
    pair: &pairs::Pair,
    folder: &Path,
    models: &[theirs::Model],
    metrics: &[&'static dyn Metric],
    checks: &mut [Check],
) -> Result<(), String> {
    let theirs = theirs::score(pair, folder, models)?;
    let plan = Plan::new(metrics);
    let (across, down) = pair.reference.layout.chroma_shift;
    let even = pair.reference.width.is_multiple_of(1 << across) && pair.reference.height.is_multiple_of(1 << down);
    let mut n = 0;
    raw::measure(&plan, (&pair.reference, &pair.candidate), 1, |_, _, features| {
        for check in checks.iter_mut().filter(|check| even || !check.line.even) {
            let expected = match &check.line.theirs {
                Source::Libvmaf(key) => theirs.libvmaf(n, key),
                Source::Psnr611 => theirs.psnr_611(n),
                Source::Ssim => theirs.ssim(n),
                Source::Xpsnr(plane) => theirs.xpsnr(n, plane),
            };
            // What the reference does not tell (infinite, or not for this layout) is not compared.
            let Some(expected) = expected else { continue };
            let found = check.metric.score(&features);
            let off = found.as_ref().map_or(f64::INFINITY, |found| (found.value - expected).abs());
            check.count += 1;
            if off > check.worst {
                let found = found.map_or_else(|error| error.to_string(), |found| found.value.to_string());
                check.worst = off;
                check.at = format!("{} frame {n}: {found}, reference {expected}", pair.name);
            }
        }
        n += 1;
        Ok(())
    })
}

fn folder() -> Result<PathBuf, String> {
    let dir = Path::new(env!("CARGO_TARGET_TMPDIR")).parent().unwrap_or(Path::new("target")).join("verify");
    std::fs::create_dir_all(&dir).map_err(|e| format!("cannot make {}: {e}", dir.display()))?;
    Ok(dir)
}
