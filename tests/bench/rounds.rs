//! Timing two things in turn, and the table of what came out.

use std::fmt;
use std::time::{Duration, Instant};

/// Head of the table that [`Row`]s print under.
pub const HEAD: &str =
    "what                                       Doublet         peer  ratio  (min .. max)   by CPU  target";

/// One line of the table.
pub enum Row {
    /// `ratio` is by the clock; `processor` is by processor time, which other programs' load disturbs less (`None`
    /// where the system does not tell).
    Ratio {
        name: String,
        ours: f64,
        peer: f64,
        unit: &'static str,
        ratio: Spread,
        processor: Option<f64>,
        target: Option<f64>,
    },
    /// A floor or another figure that has no peer.
    Figure {
        name: String,
        value: f64,
        unit: &'static str,
    },
    /// Milliseconds that something took, which may be at most `target`.
    Times {
        name: String,
        took: Spread,
        target: Option<f64>,
    },
    Skipped {
        name: String,
        reason: String,
    },
    /// A sentence on the row above.
    Note(String),
}

/// Median, lowest and highest of several figures.
pub struct Spread {
    pub median: f64,
    pub min: f64,
    pub max: f64,
}

impl Spread {
    fn of(values: &[f64]) -> Self {
        let end = |pick: fn(f64, f64) -> f64| values.iter().copied().reduce(pick).unwrap_or(f64::NAN);
        Self { median: median(values), min: end(f64::min), max: end(f64::max) }
    }
}

impl Row {
    pub fn times(name: &str, milliseconds: &[f64], target: Option<f64>) -> Self {
        Self::Times { name: name.into(), took: Spread::of(milliseconds), target }
    }

    pub fn skipped(name: &str, reason: impl fmt::Display) -> Self {
        Self::Skipped { name: name.into(), reason: reason.to_string() }
    }
}

impl fmt::Display for Row {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Row::Ratio { name, ours, peer, unit, ratio: Spread { median, min, max }, processor, target } => {
                write!(f, "{name:<37} {ours:>8.1} {unit} {peer:>8.1} {unit}  {median:>5.2}  ({min:.2} .. {max:.2})")?;
                write!(f, "  {:>6}", processor.map_or("-".into(), |ratio| format!("{ratio:.2}")))?;
                match target {
                    Some(target) if median < target => write!(f, "  {target:.2}: missed"),
                    Some(target) => write!(f, "  {target:.2}: met"),
                    None => Ok(()),
                }
            }
            Row::Times { name, took: Spread { median, min, max }, target } => {
                write!(f, "{name:<37} {median:>8.1} ms ({min:.1} .. {max:.1})")?;
                match target {
                    Some(target) if median > target => write!(f, "  {target:.1} ms: missed"),
                    Some(target) => write!(f, "  {target:.1} ms: met"),
                    None => Ok(()),
                }
            }
            Row::Figure { name, value, unit } => write!(f, "{name:<37} {value:>8.1} {unit}"),
            Row::Skipped { name, reason } => write!(f, "{name:<37} skipped: {reason}"),
            Row::Note(text) => write!(f, "    {text}"),
        }
    }
}

/// A piece of work: does it once and gives what it cost, or says why it cannot. What it prepares costs nothing.
pub type Work<'a> = &'a mut dyn FnMut() -> Result<Cost, String>;

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
    let mut run = || -> Result<(Vec<Cost>, Vec<Cost>), String> {
        ours()?;
        peer()?;
        let mut costs = (Vec::new(), Vec::new());
        for _ in 0..rounds {
            costs.0.push(ours()?);
            costs.1.push(peer()?);
        }
        Ok(costs)
    };
    let (a, b) = match run() {
        Ok(costs) => costs,
        Err(reason) => return Row::skipped(name, reason),
    };
    let ratios: Vec<f64> = a.iter().zip(&b).map(|(ours, peer)| peer.clock / ours.clock).collect();
    let ratio = Spread::of(&ratios);
    let by_processor: Option<Vec<f64>> =
        a.iter().zip(&b).map(|(ours, peer)| Some(peer.processor? / ours.processor.filter(|s| *s > 0.0)?)).collect();
    let speed = |costs: &[Cost]| amount / median(&costs.iter().map(|cost| cost.clock).collect::<Vec<_>>());
    Row::Ratio {
        name: name.into(),
        ours: speed(&a),
        peer: speed(&b),
        unit,
        ratio,
        processor: by_processor.map(|all| median(&all)),
        target,
    }
}

/// What one run took, in seconds.
pub struct Cost {
    clock: f64,
    processor: Option<f64>,
}

impl Cost {
    /// Processor time, or the clock's where the system does not tell.
    pub fn work(&self) -> f64 {
        self.processor.unwrap_or(self.clock)
    }
}

/// Processor time of this program and of the programs it started and saw end; Linux counts it in hundredths.
fn processor_seconds() -> Option<f64> {
    let stat = std::fs::read_to_string("/proc/self/stat").ok()?;
    // The second field, the program's name, may hold blanks; utime, stime, cutime and cstime are the 14th to 17th.
    let (_, rest) = stat.rsplit_once(')')?;
    let ticks: Vec<f64> = rest.split_whitespace().skip(11).take(4).filter_map(|field| field.parse().ok()).collect();
    (ticks.len() == 4).then(|| ticks.iter().sum::<f64>() / 100.0)
}

/// The speed of one thing alone: median of `rounds` runs after one to warm up.
pub fn alone(name: &str, unit: &'static str, amount: f64, rounds: usize, work: Work<'_>) -> Row {
    let mut run = || -> Result<Vec<f64>, String> {
        work()?;
        (0..rounds).map(|_| Ok(work()?.clock)).collect()
    };
    match run() {
        Ok(times) => Row::Figure { name: name.into(), value: amount / median(&times), unit },
        Err(reason) => Row::skipped(name, reason),
    }
}

/// Does `work` and gives what it cost.
pub fn timed(work: impl FnOnce() -> Result<(), String>) -> Result<Cost, String> {
    let (before, start) = (processor_seconds(), Instant::now());
    work()?;
    let clock = start.elapsed().max(Duration::from_nanos(1)).as_secs_f64();
    Ok(Cost { clock, processor: before.and_then(|before| Some(processor_seconds()? - before)) })
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
