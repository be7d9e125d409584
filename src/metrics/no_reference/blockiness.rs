//! How much the borders of coding blocks show.
//!
//! For every pair of neighbours in a row: the step between them less the mean of the steps to its left and right. On a
//! picture without blocks this is as often below zero as above, whatever its slopes, texture and noise. Averaged along
//! columns it gives a profile over x, in which a block grid is a comb. For each period and phase: the median of the
//! profile on the comb's teeth. The best comb of a period minus the best of those that stand at least two samples off,
//! both 0 at least, is the height by which the grid stands out. Of it 2.5 standard errors of a comb are taken (from the
//! median deviation of the profile): what chance alone may give is no grid. Likewise for rows; the mean of both counts.
//!
//! Grids of 8 samples are looked for (those of 16, 32 and 64 hold these), and those that a picture scaled up by 4/3,
//! 3/2, 2, 3 and 4 would show, of which the highest counts. A scaled grid has softer steps and so a lower number.

use rayon::prelude::*;

use super::luma::Luma;

/// Periods in thirds of a sample: 8 samples times 1, 4/3, 3/2, 2, 3 and 4.
const PERIODS: [usize; 6] = [24, 32, 36, 48, 72, 96];

/// Standard errors of a comb that a grid has to exceed: it is the best of up to 32 phases and six periods.
const CERTAIN: f64 = 2.5;

/// Height of the steps on the block grid, in codes of the 8-bit scale; 0 where no grid stands out.
pub fn blockiness(luma: &Luma) -> f64 {
    let height = |luma: &Luma| {
        let profile = profile(luma);
        let spread = spread(&profile);
        let certain = |period: usize| {
            let teeth = profile.len() as f64 * 3.0 / period as f64;
            comb(&profile, period) - CERTAIN * spread / teeth.sqrt()
        };
        PERIODS.iter().map(|&period| certain(period)).fold(0.0, f64::max)
    };
    (height(luma) + height(&luma.turned())) / 2.0
}

/// For every border between columns x and x + 1 the mean step above those beside it; the first and last are left out.
fn profile(luma: &Luma) -> Vec<f64> {
    let n = luma.width.saturating_sub(3);
    if n == 0 {
        return Vec::new();
    }
    const BAND: usize = 64;
    let bands = luma.height.div_ceil(BAND);
    let sums: Vec<Vec<i64>> = (0..bands)
        .into_par_iter()
        .map(|band| {
            let mut sums = vec![0i64; n];
            // 64 rows of at most 4 * 65,535 stay within 32 bits.
            let mut part = vec![0i32; n];
            (band * BAND..((band + 1) * BAND).min(luma.height)).for_each(|y| add_steps(luma.row(y), &mut part));
            sums.iter_mut().zip(&part).for_each(|(sum, &part)| *sum += i64::from(part));
            sums
        })
        .collect();
    let scale = 1.0 / (2.0 * luma.height as f64 * f64::from(luma.per_code));
    (0..n).map(|x| sums.iter().map(|band| band[x]).sum::<i64>() as f64 * scale).collect()
}

/// Adds twice the step between samples x + 1 and x + 2 less the steps beside it.
#[multiversion::multiversion(targets("x86_64+avx512f+avx512bw+avx512dq+avx512vl", "x86_64+avx2", "aarch64+neon"))]
fn add_steps(row: &[u16], out: &mut [i32]) {
    let n = out.len();
    let (a, b, c, d) = (&row[..n], &row[1..n + 1], &row[2..n + 2], &row[3..n + 3]);
    for x in 0..n {
        let step = |p: u16, q: u16| i32::from(p.abs_diff(q));
        out[x] += 2 * step(b[x], c[x]) - step(a[x], b[x]) - step(c[x], d[x]);
    }
}

/// Standard deviation of the profile as the median deviation tells it: 1.4826 of it in a normal distribution.
fn spread(profile: &[f64]) -> f64 {
    let middle = median(profile.to_vec());
    1.4826 * median(profile.iter().map(|value| (value - middle).abs()).collect())
}

/// The upper one of the two in the middle; 0 of nothing.
fn median(mut values: Vec<f64>) -> f64 {
    values.sort_unstable_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or(0.0)
}

/// How far the best comb of `period` (in thirds of a sample) stands out of those beside it.
fn comb(profile: &[f64], period: usize) -> f64 {
    let phases = period / 3;
    // Fewer than four teeth are no comb.
    if profile.len() < 4 * phases {
        return 0.0;
    }
    let height = |phase: usize| {
        let places = (0..).map(|k| phase + (k * period + 1) / 3).take_while(|&x| x < profile.len());
        median(places.map(|x| profile[x]).collect()).max(0.0)
    };
    let heights: Vec<f64> = (0..phases).map(height).collect();
    let best = (0..phases).reduce(|a, b| if heights[b] > heights[a] { b } else { a }).unwrap_or(0);
    let apart = |phase: usize| (phase + phases - best) % phases;
    let beside = (0..phases).filter(|&phase| (2..=phases - 2).contains(&apart(phase)));
    heights[best] - beside.map(|phase| heights[phase]).fold(0.0, f64::max)
}
