//! Several metrics over one set of candidates: who comes first by which, and where they disagree.

use serde::Serialize;

use super::seen::Candidate;

/// Metrics that are held against each other; of all of them higher is better.
pub const JUDGES: [&str; 4] = ["vmaf", "vmaf_neg", "psnr_y", "ssim_y"];

/// What the comparison comes to; empty lists where there is one candidate only.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Disagreement {
    pub ranks: Vec<Ranks>,
    pub agreement: Vec<Agreement>,
    /// Place (from 0) of the candidate whose ranks differ most.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub most_disputed: Option<usize>,
    /// Frames over which metrics disagree most, strongest first.
    pub arguments: Vec<Argument>,
}

/// Ranks of the candidates by one metric, in their order; 1 is best, equals share the mean of their ranks.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Ranks {
    pub metric: &'static str,
    pub ranks: Vec<f64>,
}

/// Kendall's tau-b of two metrics over the candidates: 1 is the same order, -1 the reverse.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Agreement {
    pub metrics: [&'static str; 2],
    pub tau: f64,
}

/// One frame, two candidates, two metrics: each prefers another.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Argument {
    pub frame: usize,
    /// Places of the two candidates: the first metric prefers the first.
    pub candidates: [usize; 2],
    pub metrics: [&'static str; 2],
    /// The smaller of both metrics' preferences, each in its usual difference between candidates.
    pub strength: f64,
}

/// Arguments that are told.
const ARGUMENTS: usize = 5;

/// Compares the judges over all candidates.
pub fn disagreement(candidates: &[Candidate]) -> Disagreement {
    if candidates.len() < 2 {
        return Disagreement::default();
    }
    let means: Vec<(&'static str, Vec<f64>)> = JUDGES
        .iter()
        .filter_map(|id| Some((*id, candidates.iter().map(|c| c.mean(id)).collect::<Option<Vec<f64>>>()?)))
        .collect();
    let ranks: Vec<Ranks> = means.iter().map(|(metric, of)| Ranks { metric, ranks: ranked(of) }).collect();
    let mut agreement = Vec::new();
    for (n, (a, of_a)) in means.iter().enumerate() {
        for (b, of_b) in &means[n + 1..] {
            agreement.extend(tau(of_a, of_b).map(|tau| Agreement { metrics: [a, b], tau }));
        }
    }
    let spread = |place: usize| {
        let of = |pick: fn(f64, f64) -> f64| ranks.iter().map(|r| r.ranks[place]).reduce(pick).unwrap_or(0.0);
        of(f64::max) - of(f64::min)
    };
    let disputed = (0..candidates.len()).map(|place| (place, spread(place))).filter(|(_, spread)| *spread > 0.0);
    let most_disputed = disputed.reduce(|a, b| if b.1 > a.1 { b } else { a }).map(|(place, _)| place);
    Disagreement { arguments: arguments(candidates), ranks, agreement, most_disputed }
}

/// Ranks from 1, the highest first; equals share.
fn ranked(values: &[f64]) -> Vec<f64> {
    let rank = |value: &f64| {
        let above = values.iter().filter(|other| *other > value).count() as f64;
        let equal = values.iter().filter(|other| *other == value).count() as f64;
        above + (equal + 1.0) / 2.0
    };
    values.iter().map(rank).collect()
}

/// Kendall's tau-b; `None` where one list knows no differences.
fn tau(a: &[f64], b: &[f64]) -> Option<f64> {
    let (mut both, mut in_a, mut in_b) = (0.0, 0.0, 0.0);
    for n in 0..a.len() {
        for m in n + 1..a.len() {
            let (x, y) = (order(a[n], a[m]), order(b[n], b[m]));
            both += x * y;
            in_a += x * x;
            in_b += y * y;
        }
    }
    let scale = f64::sqrt(in_a * in_b);
    (scale > 0.0).then(|| both / scale)
}

fn order(a: f64, b: f64) -> f64 {
    match a.partial_cmp(&b) {
        Some(std::cmp::Ordering::Greater) => 1.0,
        Some(std::cmp::Ordering::Less) => -1.0,
        _ => 0.0,
    }
}

/// For each frame the strongest argument, then the strongest of all frames.
fn arguments(candidates: &[Candidate]) -> Vec<Argument> {
    let scale: Vec<f64> = JUDGES.iter().map(|id| usual_difference(candidates, id)).collect();
    let mut found: Vec<Argument> = Vec::new();
    let Some(first) = candidates.first() else { return found };
    for seen in &first.frames {
        let same = |c: &Candidate| c.frames.binary_search_by_key(&seen.frame, |s| s.frame).ok();
        let at: Option<Vec<usize>> = candidates.iter().map(same).collect();
        let Some(at) = at else { continue };
        let value = |c: usize, id: &str| candidates[c].frames[at[c]].get(id);
        let mut best: Option<Argument> = None;
        for a in 0..candidates.len() {
            for b in (0..candidates.len()).filter(|b| *b != a) {
                let lean: Vec<Option<f64>> = JUDGES
                    .iter()
                    .zip(&scale)
                    .map(|(id, scale)| Some((value(a, id)? - value(b, id)?) / scale).filter(|_| *scale > 0.0))
                    .collect();
                for (m, for_a) in lean.iter().enumerate() {
                    // Each argument once: the metric that stands first in the list speaks first.
                    for (n, for_b) in lean.iter().enumerate().skip(m + 1) {
                        let (Some(for_a), Some(for_b)) = (for_a, for_b) else { continue };
                        let strength = for_a.min(-for_b);
                        if strength > best.as_ref().map_or(0.0, |best| best.strength) {
                            let metrics = [JUDGES[m], JUDGES[n]];
                            best = Some(Argument { frame: seen.frame, candidates: [a, b], metrics, strength });
                        }
                    }
                }
            }
        }
        found.extend(best);
    }
    found.sort_by(|a, b| b.strength.total_cmp(&a.strength).then(a.frame.cmp(&b.frame)));
    found.truncate(ARGUMENTS);
    found
}

/// Standard deviation of a metric over all candidates and frames.
fn usual_difference(candidates: &[Candidate], id: &str) -> f64 {
    let all: Vec<f64> = candidates.iter().flat_map(|c| c.all(|seen| seen.get(id))).map(|(_, value)| value).collect();
    let mean = all.iter().sum::<f64>() / all.len().max(1) as f64;
    (all.iter().map(|value| (value - mean).powi(2)).sum::<f64>() / all.len().max(1) as f64).sqrt()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evidence::Seen;

    fn candidate(label: &str, scores: [[f64; 4]; 3]) -> Candidate {
        let frame = |(n, scores): (usize, [f64; 4])| Seen::from_facts(n, JUDGES.into_iter().zip(scores));
        Candidate { label: label.into(), bitrate: None, frames: scores.into_iter().enumerate().map(frame).collect() }
    }

    #[test]
    fn the_disputed_candidate_and_the_frame_are_named() {
        let plain = |vmaf: f64, psnr: f64| [[vmaf, vmaf - 1.0, psnr, psnr / 50.0]; 3];
        let mut hacked = plain(88.0, 30.0);
        hacked[1] = [99.0, 82.0, 26.0, 0.5];
        let all = [candidate("a", plain(90.0, 40.0)), candidate("b", plain(80.0, 36.0)), candidate("c", hacked)];
        let found = disagreement(&all);
        assert_eq!(found.most_disputed, Some(2));
        assert_eq!(found.arguments[0].frame, 1);
        assert_eq!(found.arguments[0].candidates[0], 2);
        assert_eq!(found.ranks[0].ranks, [2.0, 3.0, 1.0]);
        let of = |a, b| found.agreement.iter().find(|x| x.metrics == [a, b]).unwrap().tau;
        assert_eq!(of("psnr_y", "ssim_y"), 1.0);
        assert!(of("vmaf", "psnr_y") < 0.0);
        assert_eq!(disagreement(&all[..1]), Disagreement::default());
    }

    #[test]
    fn equals_share_a_rank() {
        assert_eq!(ranked(&[3.0, 5.0, 3.0, 1.0]), [2.5, 1.0, 2.5, 4.0]);
        assert_eq!(tau(&[1.0, 1.0], &[1.0, 2.0]), None);
    }
}
