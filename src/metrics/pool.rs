//! Many frames' scores in a few numbers.

/// What a list of scores comes to.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Pooled {
    /// How many values went in.
    pub count: usize,
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
        count: sorted.len(),
        mean,
        harmonic_mean,
        min,
        max,
        sd: variance.sqrt(),
        p1: percentile(&sorted, 1.0),
        p5: percentile(&sorted, 5.0),
        p10: percentile(&sorted, 10.0),
        p50: percentile(&sorted, 50.0),
    })
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
