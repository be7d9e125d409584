//! Many frames' scores in a few numbers.

use serde::{Deserialize, Serialize};

use super::{Direction, Value};

/// What a list of scores comes to.
#[derive(Clone, Copy, PartialEq, Debug, Serialize, Deserialize)]
pub struct Pooled {
    pub mean: f64,
    /// libvmaf's n / sum(1 / (s + 1)) - 1, which weighs bad frames more; `None` where a value is -1 or less, for which
    /// it has no meaning.
    pub harmonic_mean: Option<f64>,
    pub min: f64,
    pub max: f64,
    /// Standard deviation of the values themselves (divided by n, not n - 1).
    pub sd: f64,
    pub p1: f64,
    pub p5: f64,
    pub p10: f64,
    /// The median.
    pub p50: f64,
    /// The worst mean over any second (see [`pool_timed`]); `None` where nobody told when the frames are shown.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub worst_second: Option<f64>,
    /// How many values went in.
    pub count: usize,
    /// How many of them were found on identical samples: a cap, not a measurement.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub identical_frames: usize,
}

fn is_zero(n: &usize) -> bool {
    *n == 0
}

/// Pools `values`; those that are not finite are left out. `None` when nothing is left.
pub fn pool(values: &[f64]) -> Option<Pooled> {
    let mut sorted: Vec<f64> = values.iter().copied().filter(|v| v.is_finite()).collect();
    sorted.sort_by(f64::total_cmp);
    let (&min, &max) = (sorted.first()?, sorted.last()?);
    let n = sorted.len() as f64;
    // Summed in ascending order: the result does not depend on the order in which frames were measured.
    let mean = (sorted.iter().sum::<f64>() / n).clamp(min, max);
    let variance = sorted.iter().map(|v| (v - mean) * (v - mean)).sum::<f64>() / n;
    let harmonic_mean = (min > -1.0).then(|| n / sorted.iter().map(|v| 1.0 / (v + 1.0)).sum::<f64>() - 1.0);
    Some(Pooled {
        mean,
        harmonic_mean: harmonic_mean.filter(|mean| mean.is_finite()),
        min,
        max,
        sd: variance.sqrt(),
        p1: percentile(&sorted, 1.0),
        p5: percentile(&sorted, 5.0),
        p10: percentile(&sorted, 10.0),
        p50: percentile(&sorted, 50.0),
        worst_second: None,
        count: sorted.len(),
        identical_frames: 0,
    })
}

/// Pools `values` of frames that are shown at `times` (seconds, ascending), and finds the worst second: of all stretches
/// of one second that begin with a frame, the worst mean; lowest or highest is worst by `direction`. A frame belongs to
/// a stretch if it begins in it, to half a thousandth of a second. A list that does not last a second is one stretch.
pub fn pool_timed(times: &[f64], values: &[Value], direction: Direction) -> Option<Pooled> {
    let known = |(time, value): (&f64, &Value)| value.value.is_finite().then_some((*time, value.value));
    let frames: Vec<(f64, f64)> = times.iter().zip(values).filter_map(known).collect();
    let plain: Vec<f64> = frames.iter().map(|(_, value)| *value).collect();
    let pooled = pool(&plain)?;
    let identical_frames = values.iter().filter(|value| value.identical && value.value.is_finite()).count();
    Some(Pooled { worst_second: Some(worst_second(&frames, pooled.mean, direction)), identical_frames, ..pooled })
}

fn worst_second(frames: &[(f64, f64)], mean: f64, direction: Direction) -> f64 {
    const SLACK: f64 = 0.0005;
    let (Some(first), Some(last)) = (frames.first(), frames.last()) else { return mean };
    // How long the last frame stays is not known here: as long as the others do on average.
    let step = (last.0 - first.0) / (frames.len() - 1).max(1) as f64;
    let (over, mut end, mut worst) = (last.0 + step, 0, None::<f64>);
    for (start, (time, _)) in frames.iter().enumerate() {
        if time + 1.0 > over + SLACK {
            break;
        }
        while frames.get(end).is_some_and(|(other, _)| *other < time + 1.0 - SLACK) {
            end += 1;
        }
        let part = &frames[start..end.max(start + 1)];
        let found = part.iter().map(|(_, value)| value).sum::<f64>() / part.len() as f64;
        worst = Some(worst.map_or(found, |worst| match direction {
            Direction::HigherIsBetter => worst.min(found),
            Direction::LowerIsBetter => worst.max(found),
        }));
    }
    worst.unwrap_or(mean)
}

/// The `percent` (0..100) percentile of ascending `sorted` values by linear interpolation between the two nearest
/// ranks: rank = percent / 100 * (n - 1), counted from 0 (Hyndman and Fan's type 7, the default of NumPy, R and
/// spreadsheets). NaN for an empty list.
pub fn percentile(sorted: &[f64], percent: f64) -> f64 {
    let Some(last) = sorted.len().checked_sub(1) else { return f64::NAN };
    let rank = percent.clamp(0.0, 100.0) / 100.0 * last as f64;
    let (low, high) = (rank.floor() as usize, rank.ceil() as usize);
    sorted[low] + (sorted[high] - sorted[low]) * (rank - rank.floor())
}
