//! How sure a number is: bootstrap over stretches of the film, Holm's correction, lines that single candidates cannot
//! pull.

/// Frames that stay together when frames are drawn: neighbours say the same twice.
const STRETCH: usize = 8;
const DRAWS: usize = 1000;

/// Means of resampled `values`: stretches of eight neighbouring frames (fewer of a short range) are drawn with
/// replacement until there are as many. Ascending. The draws are the same for the same number of values.
pub fn bootstrap(values: &[f64]) -> Vec<f64> {
    if values.is_empty() {
        return Vec::new();
    }
    let stretch = STRETCH.min(values.len().div_ceil(4)).max(1);
    let count = values.len().div_ceil(stretch);
    let starts = values.len() - stretch + 1;
    let mut state = 0x9e37_79b9_7f4a_7c15u64;
    let mut draw = |below: usize| {
        // SplitMix64 (Steele, Lea and Flood, 2014).
        state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = state;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((z ^ (z >> 31)) % below as u64) as usize
    };
    let sums: Vec<f64> = values.windows(stretch).map(|part| part.iter().sum()).collect();
    let mut means: Vec<f64> =
        (0..DRAWS).map(|_| (0..count).map(|_| sums[draw(starts)]).sum::<f64>() / (count * stretch) as f64).collect();
    means.sort_by(f64::total_cmp);
    means
}

/// The 2.5th and the 97.5th hundredth of ascending means.
pub fn interval(means: &[f64]) -> Option<(f64, f64)> {
    let rank = |share: f64| means.get(((means.len().max(1) - 1) as f64 * share).round() as usize).copied();
    Some((rank(0.025)?, rank(0.975)?))
}

/// Share of ascending means at or below `limit`: how often chance alone would bring the mean down there.
pub fn at_most(means: &[f64], limit: f64) -> f64 {
    means.partition_point(|mean| *mean <= limit) as f64 / means.len().max(1) as f64
}

/// Holm's step-down correction (1979): what each p-value is worth when all were looked at, in the order given.
pub fn holm(p: &[f64]) -> Vec<f64> {
    let mut order: Vec<usize> = (0..p.len()).collect();
    order.sort_by(|a, b| p[*a].total_cmp(&p[*b]));
    let mut adjusted = vec![1.0; p.len()];
    let mut least = 0.0f64;
    for (rank, at) in order.into_iter().enumerate() {
        least = least.max(p[at] * (p.len() - rank) as f64).min(1.0);
        adjusted[at] = least;
    }
    adjusted
}

/// How far each point lies above the line through the others (Theil and Sen: the median of all slopes, then the median
/// intercept), each left out in turn. `None` with fewer than five points, or where the others share one x.
pub fn residuals(points: &[(f64, f64)]) -> Option<Vec<f64>> {
    if points.len() < 5 {
        return None;
    }
    let one = |out: usize| {
        let others: Vec<(f64, f64)> =
            points.iter().enumerate().filter(|(at, _)| *at != out).map(|(_, point)| *point).collect();
        let mut slopes = Vec::new();
        for (n, a) in others.iter().enumerate() {
            slopes
                .extend(others[n + 1..].iter().filter(|b| (b.0 - a.0).abs() > 1e-6).map(|b| (b.1 - a.1) / (b.0 - a.0)));
        }
        let slope = median(slopes)?;
        let level = median(others.iter().map(|(x, y)| y - slope * x).collect())?;
        Some(points[out].1 - level - slope * points[out].0)
    };
    (0..points.len()).map(one).collect()
}

/// The middle value; the mean of the middle two. `None` of none.
pub fn median(mut values: Vec<f64>) -> Option<f64> {
    values.sort_by(f64::total_cmp);
    let middle = values.len() / 2;
    match values.len() {
        0 => None,
        n if n % 2 == 1 => Some(values[middle]),
        _ => Some((values[middle - 1] + values[middle]) / 2.0),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn holm_is_holm() {
        // The example of R's p.adjust(c(.01, .04, .03, .005), "holm").
        let found = holm(&[0.01, 0.04, 0.03, 0.005]);
        for (found, known) in found.iter().zip([0.03, 0.06, 0.06, 0.02]) {
            assert!((found - known).abs() < 1e-12, "{found} {known}");
        }
        assert_eq!(holm(&[0.9, 0.8]), [1.0, 1.0]);
        assert!(holm(&[]).is_empty());
    }

    #[test]
    fn one_candidate_does_not_pull_the_line() {
        let mut points: Vec<(f64, f64)> = (0..8).map(|n| (60.0 + 4.0 * n as f64, 61.0 + 4.1 * n as f64)).collect();
        points[5].1 += 6.0;
        let found = residuals(&points).unwrap();
        assert!((found[5] - 6.0).abs() < 1e-9, "{found:?}");
        assert!(found.iter().enumerate().all(|(n, r)| n == 5 || r.abs() < 0.2), "{found:?}");
        assert_eq!(residuals(&points[..4]), None);
        assert_eq!(residuals(&[(1.0, 1.0); 6]), None);
    }

    #[test]
    fn a_steady_number_is_sure_and_a_wild_one_is_not() {
        let steady = bootstrap(&[5.0; 48]);
        assert_eq!(interval(&steady), Some((5.0, 5.0)));
        assert_eq!(at_most(&steady, 4.9), 0.0);
        let wild: Vec<f64> = (0..48).map(|n| if n / 8 % 2 == 0 { 9.0 } else { -8.0 }).collect();
        let found = bootstrap(&wild);
        let (low, high) = interval(&found).unwrap();
        assert!(low < 0.0 && high > 0.0, "{low} {high}");
        assert_eq!(found, bootstrap(&wild));
        assert!(bootstrap(&[]).is_empty());
        assert_eq!(bootstrap(&[3.0]).len(), DRAWS);
    }
}
