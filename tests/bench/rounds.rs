//! Timing two things in turn, and the table of what came out.

use std::fmt;
use std::time::{Duration, Instant};

/// Head of the table that [`Row`]s print under.
pub const HEAD: &str = "what                                      Doublet        peer   ratio   (min .. max)  target";

/// One line of the table.
pub enum Row {
    Ratio {
        name: String,
        ours: f64,
        peer: f64,
        unit: &'static str,
        ratio: Spread,
        target: Option<f64>,
    },
    /// A floor or another figure that has no peer.
    Figure {
        name: String,
        value: f64,
        unit: &'static str,
    },
    Skipped {
        name: String,
        reason: String,
    },
    /// A sentence on the row above.
    Note(String),
}

/// Median, lowest and highest of several ratios.
pub struct Spread {
    pub median: f64,
    pub min: f64,
    pub max: f64,
}

impl Row {
    pub fn skipped(name: &str, reason: impl fmt::Display) -> Self {
        Self::Skipped { name: name.into(), reason: reason.to_string() }
    }
}

impl fmt::Display for Row {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Row::Ratio { name, ours, peer, unit, ratio: Spread { median, min, max }, target } => {
                write!(f, "{name:<36}  {ours:>8.1} {unit:<3} {peer:>7.1} {unit:<3}  {median:>5.2}   ")?;
                write!(f, "({min:.2} .. {max:.2})")?;
                match target {
                    Some(target) if median < target => write!(f, "  {target:.2}: missed"),
                    Some(target) => write!(f, "  {target:.2}: met"),
                    None => Ok(()),
                }
            }
            Row::Figure { name, value, unit } => write!(f, "{name:<36}  {value:>8.1} {unit}"),
            Row::Skipped { name, reason } => write!(f, "{name:<36}  skipped: {reason}"),
            Row::Note(text) => write!(f, "    {text}"),
        }
    }
}

/// A piece of work: does it once and gives the seconds it took, or says why it cannot.
pub type Work<'a> = &'a mut dyn FnMut() -> Result<f64, String>;

/// Runs `ours` and `peer` in turn, once each to warm up and then `rounds` times, and compares their speeds. `amount` is
/// what one run does (frames, gigabytes).
pub fn compare(
    (name, unit): (&str, &'static str),
    amount: f64,
    target: Option<f64>,
    rounds: usize,
    ours: Work<'_>,
    peer: Work<'_>,
) -> Row {
    let mut run = || -> Result<(Vec<f64>, Vec<f64>), String> {
        ours()?;
        peer()?;
        let mut times = (Vec::new(), Vec::new());
        for _ in 0..rounds {
            times.0.push(ours()?);
            times.1.push(peer()?);
        }
        Ok(times)
    };
    let (a, b) = match run() {
        Ok(times) => times,
        Err(reason) => return Row::skipped(name, reason),
    };
    let ratios: Vec<f64> = a.iter().zip(&b).map(|(ours, peer)| peer / ours).collect();
    let end = |pick: fn(f64, f64) -> f64| ratios.iter().copied().reduce(pick).unwrap_or(f64::NAN);
    let ratio = Spread { median: median(&ratios), min: end(f64::min), max: end(f64::max) };
    let (ours, peer) = (amount / median(&a), amount / median(&b));
    Row::Ratio { name: name.into(), ours, peer, unit, ratio, target }
}

/// The speed of one thing alone: median of `rounds` runs after one to warm up.
pub fn alone(name: &str, unit: &'static str, amount: f64, rounds: usize, work: Work<'_>) -> Row {
    let mut run = || -> Result<Vec<f64>, String> {
        work()?;
        (0..rounds).map(|_| work()).collect()
    };
    match run() {
        Ok(times) => Row::Figure { name: name.into(), value: amount / median(&times), unit },
        Err(reason) => Row::skipped(name, reason),
    }
}

/// Does `work` and gives the seconds it took.
pub fn timed(work: impl FnOnce() -> Result<(), String>) -> Result<f64, String> {
    let start = Instant::now();
    work()?;
    Ok(start.elapsed().max(Duration::from_nanos(1)).as_secs_f64())
}

/// The middle value, or the mean of the two middle ones.
fn median(values: &[f64]) -> f64 {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    match sorted.len() {
        0 => f64::NAN,
        n if n % 2 == 1 => sorted[n / 2],
        n => (sorted[n / 2 - 1] + sorted[n / 2]) / 2.0,
    }
}
