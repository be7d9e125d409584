//! From packets' times to a [`Timeline`]: the file's own where it has them, else the decoder's order and a rate.

use super::facts::StreamFacts;
use crate::frame::{Rational, Timeline};

/// Frames a second of a file that has no clock; what FFmpeg assumes too.
const ASSUMED: Rational = Rational { num: 25, den: 1 };

/// Elementary streams without a container: their clock, if any, is the demuxer's guess.
const CLOCKLESS: [&str; 14] = [
    "h264",
    "hevc",
    "vvc",
    "m4v",
    "mpegvideo",
    "mjpeg",
    "h263",
    "h261",
    "vc1",
    "cavsvideo",
    "dirac",
    "obu",
    "dnxhd",
    "rawvideo",
];

/// A reordering decoder releases its last few frames without a time; a step on is then what anybody would say.
const DELAY: usize = 16;

/// What is known of one shown frame's time, in ticks of the stream.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Stamp {
    pub pts: Option<i64>,
    /// Decoding time of the packet that released it.
    pub dts: Option<i64>,
    pub duration: i64,
}

fn valid(rate: Rational) -> Option<Rational> {
    (rate.num > 0 && rate.den > 0 && rate.as_f64() < 10_000.0).then_some(rate)
}

/// The timeline of `stamps`, and sentences on what was guessed.
pub(super) fn timeline(stamps: &[Stamp], stream: &StreamFacts, container: &str) -> (Timeline, Vec<String>) {
    let mut notes = Vec::new();
    let stated = valid(stream.average_rate).or(valid(stream.real_rate));
    let clockless = CLOCKLESS.contains(&container) || container.ends_with("_pipe");
    if clockless || stamps.iter().all(|s| s.pts.is_none() && s.dts.is_none()) {
        let rate = stated.unwrap_or(ASSUMED);
        notes.push(format!("The file has no clock: {} is assumed", fps(rate)));
        return (Timeline::constant(stamps.len(), rate), notes);
    }
    let time_base = valid(stream.time_base).map_or(Rational::new(1, 1000), |_| stream.time_base);
    let step = stated.map_or(1, |r| (1.0 / (r.as_f64() * time_base.as_f64())).round().max(1.0) as i64);
    let pts = ascending(stamps, |s| s.pts).or_else(|| ascending(stamps, |s| s.dts)).unwrap_or_else(|| {
        let (times, invented) = filled(stamps, step);
        if invented > DELAY {
            notes.push(format!("{invented} frames have no time of their own: theirs follow the frame rate"));
        }
        times
    });
    let mean = mean_step(&pts);
    let rate = mean.map_or(stated, |mean| Some(nearest_rate(mean * time_base.as_f64(), stream)));
    if let Some((short, long)) = uneven(&pts, time_base) {
        notes.push(format!("Variable frame rate: frames last {:.1} to {:.1} ms", short * 1e3, long * 1e3));
    }
    let stated_duration = stamps.last().map_or(0, |s| s.duration);
    let last_duration = if stated_duration > 0 { stated_duration } else { mean.map_or(step, |m| m.round() as i64) };
    (Timeline { time_base, pts, rate, last_duration: last_duration.max(1) }, notes)
}

/// "25 fps", "29.97 fps".
pub(super) fn fps(rate: Rational) -> String {
    let text = format!("{:.3}", rate.as_f64());
    format!("{} fps", text.trim_end_matches('0').trim_end_matches('.'))
}

fn ascending(stamps: &[Stamp], time: impl Fn(&Stamp) -> Option<i64>) -> Option<Vec<i64>> {
    let times: Vec<i64> = stamps.iter().map(time).collect::<Option<_>>()?;
    times.windows(2).all(|w| w[0] < w[1]).then_some(times)
}

/// The stated rate that fits frames of `seconds` within half a percent, else what the times say.
fn nearest_rate(seconds: f64, stream: &StreamFacts) -> Rational {
    let fits = |r: &Rational| (r.as_f64() * seconds - 1.0).abs() < 0.005;
    let stated = [stream.average_rate, stream.real_rate].into_iter().filter_map(valid).find(fits);
    stated.unwrap_or_else(|| Rational::new((1000.0 / seconds.max(1e-4)).round().max(1.0) as i64, 1000))
}

/// The first of pts, dts and "one step on" that lies after the frame before; and how often it was a step.
fn filled(stamps: &[Stamp], step: i64) -> (Vec<i64>, usize) {
    let (mut times, mut invented): (Vec<i64>, usize) = (Vec::with_capacity(stamps.len()), 0);
    for stamp in stamps {
        let after = times.last().copied();
        let known = [stamp.pts, stamp.dts].into_iter().flatten().find(|&t| after.is_none_or(|a| t > a));
        invented += usize::from(known.is_none());
        times.push(known.unwrap_or_else(|| after.map_or(0, |a| a.saturating_add(step))));
    }
    (times, invented)
}

fn mean_step(pts: &[i64]) -> Option<f64> {
    let (first, last) = (pts.first()?, pts.last()?);
    (pts.len() > 1).then(|| (last - first) as f64 / (pts.len() - 1) as f64)
}

/// Shortest and longest step in seconds when they differ by more than rounding to ticks (or to a millisecond) explains.
fn uneven(pts: &[i64], time_base: Rational) -> Option<(f64, f64)> {
    let steps = || pts.windows(2).map(|w| w[1] - w[0]);
    let (short, long) = (steps().min()?, steps().max()?);
    let tick = time_base.as_f64();
    let slack = tick.max(0.001) * 1.01;
    ((long - short) as f64 * tick > slack).then_some((short as f64 * tick, long as f64 * tick))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stamps(pts: &[Option<i64>]) -> Vec<Stamp> {
        pts.iter().map(|&pts| Stamp { pts, dts: None, duration: 0 }).collect()
    }

    #[test]
    fn gaps_and_repeats_are_filled_upwards() {
        let times = filled(&stamps(&[None, Some(10), Some(10), None, Some(40)]), 5);
        assert_eq!(times, ([0, 10, 15, 20, 40].to_vec(), 3));
        assert_eq!(ascending(&stamps(&[Some(1), Some(1)]), |s| s.pts), None);
    }

    #[test]
    fn rounding_to_milliseconds_is_not_a_variable_rate() {
        let ms = Rational::new(1, 1000);
        assert_eq!(uneven(&[0, 42, 83, 125, 167], ms), None);
        assert!(uneven(&[0, 42, 83, 167], ms).is_some());
    }

    #[test]
    fn rates_are_written_for_people() {
        assert_eq!(fps(Rational::new(25, 1)), "25 fps");
        assert_eq!(fps(Rational::new(30000, 1001)), "29.97 fps");
    }
}
