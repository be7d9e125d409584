//! The tone curve that leads from the reference's brightness to the candidate's.
//!
//! Means of 9x9 samples on a grid are put into bins by the reference's mean; the median difference of a bin is a point
//! of the curve. Means and medians leave coding noise and sharpening out. Three explanations are fitted: a straight line
//! (contrast, brightness), a power (gamma), none (anything that is one curve for the whole picture, as histogram
//! equalisation). What differs from place to place is no one curve: slopes tile by tile tell that (CLAHE).

use rayon::prelude::*;

use super::pyramid::Rows;

/// Side of a mean.
const SIDE: usize = 9;
/// Codes a bin.
const BIN: f64 = 6.0;
const BINS: usize = 43;
/// A bin with fewer means, and a smaller share of all of them, says nothing.
const LEAST: usize = 20;
const LEAST_SHARE: f64 = 0.001;
/// Tiles along a side.
const TILES: usize = 8;
/// Codes from black and white within which a curve is bent by clipping alone.
const EDGE: f64 = 3.0;
/// Knots of the curve that is handed on, every 16 codes from 0 to 256.
pub const KNOTS: usize = 17;
/// Standard deviation, in codes, that a tile must have for its slope to be told.
const TILE_SPREAD: f64 = 5.0;

/// What was found; codes are of the 8-bit scale.
#[derive(Clone, Copy, Debug)]
pub struct Tone {
    /// Root mean square of the curve's distance from no change.
    pub change: f64,
    /// The straight line through the curve: its slope, and its value at 128 less 128.
    pub slope: f64,
    pub middle: f64,
    /// What the line leaves.
    pub rest_line: f64,
    /// The power, of 0..255 or of 16..235, whichever fits better, and what it leaves.
    pub gamma: f64,
    pub rest_gamma: f64,
    /// Distance of the ninth tenth of tiles' slopes from the first, and the middle one.
    pub tile_spread: f64,
    pub tile_slope: f64,
    /// Median distance of single means from the curve, times 1.4826 (a standard deviation if normal).
    pub local: f64,
    /// The reference's range of brightness, from the second to the 98th hundredth.
    pub low: f64,
    pub high: f64,
    /// Centre of the tile whose slope is highest, in shares.
    pub place: (f64, f64),
    /// The curve at every 16th code; beyond what was seen it runs on at a distance that stays.
    pub curve: [f64; KNOTS],
}

/// One mean: of the reference, of the candidate, and the tile it lies in.
#[derive(Clone, Copy)]
struct Point {
    r: f32,
    d: f32,
    tile: u16,
}

/// A point of the curve with its weight.
#[derive(Clone, Copy, Debug)]
struct Dot {
    r: f64,
    d: f64,
    weight: f64,
}

/// Measures two pictures of one size, at least [`SIDE`] samples a side.
pub fn tone(reference: Rows<'_>, candidate: Rows<'_>) -> Tone {
    let points = means(reference, candidate);
    let mut bins = Bins::of(&points);
    let dots = bins.dots();
    let open: Vec<Dot> = dots.iter().copied().filter(|dot| is_open(dot.r) && is_open(dot.d)).collect();
    let open = if open.len() >= 3 { open } else { dots.clone() };
    let change = rms(&dots, |dot| dot.d - dot.r);
    let (slope, middle) = line(&open);
    let rest_line = rms(&open, |dot| dot.d - (128.0 + middle + slope * (dot.r - 128.0)));
    let (gamma, rest_gamma) = power(&open);
    let (tile_spread, tile_slope, place) = tiles(&points);
    let (low, high) = (bins.rank(0.02), bins.rank(0.98));
    Tone {
        change,
        slope,
        middle,
        rest_line,
        gamma,
        rest_gamma,
        tile_spread,
        tile_slope,
        local: away(&points, &dots) * 1.4826,
        low,
        high,
        place,
        curve: std::array::from_fn(|k| along(&dots, k as f64 * 16.0)),
    }
}

/// Whether a code stands clear of black and white.
fn is_open(code: f64) -> bool {
    (EDGE..=255.0 - EDGE).contains(&code)
}

/// Means on a grid; about 14,000 for 1280x720.
fn means(reference: Rows<'_>, candidate: Rows<'_>) -> Vec<Point> {
    let (width, height) = reference.size();
    let step = if width * height < 300_000 { 4 } else { 8 * (height / 1440).max(1) };
    let tops: Vec<usize> = (0..=height.saturating_sub(SIDE)).step_by(step).collect();
    let lefts: Vec<usize> = (0..=width.saturating_sub(SIDE)).step_by(step).collect();
    let tile = |at: usize, size: usize| ((at + SIDE / 2) * TILES / size).min(TILES - 1);
    let line = |columns: &mut [Vec<f32>; 2], top: &usize| {
        for (columns, rows) in columns.iter_mut().zip([reference, candidate]) {
            rows.columns(*top..(*top + SIDE).min(height), columns);
        }
        let mean = |columns: &[f32], left: usize| columns[left..left + SIDE].iter().sum::<f32>() / (SIDE * SIDE) as f32;
        let point = |left: &usize| Point {
            r: mean(&columns[0], *left),
            d: mean(&columns[1], *left),
            tile: (tile(*top, height) * TILES + tile(*left, width)) as u16,
        };
        lefts.iter().map(point).collect::<Vec<_>>()
    };
    let columns = || [vec![0.0f32; width], vec![0.0f32; width]];
    let lines: Vec<Vec<Point>> = tops.par_iter().with_min_len(4).map_init(columns, line).collect();
    lines.concat()
}

/// Which bin a mean of the reference belongs to.
fn bin(r: f32) -> usize {
    ((f64::from(r) / BIN) as usize).min(BINS - 1)
}

/// Means of the reference, and how much brighter the candidate's are, bin by bin.
struct Bins {
    r: Vec<f32>,
    more: Vec<f32>,
    /// Where each bin begins, and the last ends.
    starts: [usize; BINS + 1],
}

impl Bins {
    fn of(points: &[Point]) -> Self {
        let mut starts = [0; BINS + 1];
        points.iter().for_each(|p| starts[bin(p.r) + 1] += 1);
        (0..BINS).for_each(|k| starts[k + 1] += starts[k]);
        let (mut r, mut more, mut free) = (vec![0.0; points.len()], vec![0.0; points.len()], starts);
        for p in points {
            let at = &mut free[bin(p.r)];
            (r[*at], more[*at]) = (p.r, p.d - p.r);
            *at += 1;
        }
        Self { r, more, starts }
    }

    /// The curve's points, ascending.
    fn dots(&mut self) -> Vec<Dot> {
        let least = (self.r.len() as f64 * LEAST_SHARE).max(LEAST as f64) as usize;
        let mut dots = Vec::with_capacity(BINS);
        for k in 0..BINS {
            let (from, to) = (self.starts[k], self.starts[k + 1]);
            if to - from >= least {
                let (r, d) = (median(&mut self.r[from..to]), median(&mut self.more[from..to]));
                dots.push(Dot { r, d: r + d, weight: ((to - from) as f64).sqrt() });
            }
        }
        dots
    }

    /// The reference's mean that stands at `share` of all, by brightness.
    fn rank(&mut self, share: f64) -> f64 {
        let at = ((self.r.len().max(1) - 1) as f64 * share) as usize;
        let Some(k) = (0..BINS).find(|k| self.starts[k + 1] > at) else { return 128.0 };
        let (from, to) = (self.starts[k], self.starts[k + 1]);
        f64::from(*self.r[from..to].select_nth_unstable_by(at - from, f32::total_cmp).1)
    }
}

/// The middle one of some.
fn median(values: &mut [f32]) -> f64 {
    let middle = values.len() / 2;
    f64::from(*values.select_nth_unstable_by(middle, f32::total_cmp).1)
}

/// The median distance of single means from the curve.
fn away(points: &[Point], dots: &[Dot]) -> f64 {
    // The first point of the curve that may lie at or beyond a bin's means: it or the next is the one.
    let starts: [usize; BINS] = std::array::from_fn(|k| dots.partition_point(|dot| dot.r < k as f64 * BIN));
    let distance = |p: &Point| {
        let (r, mut at) = (f64::from(p.r), starts[bin(p.r)]);
        while dots.get(at).is_some_and(|dot| dot.r < r) {
            at += 1;
        }
        (f64::from(p.d) - between(dots, at, r)).abs() as f32
    };
    let mut all: Vec<f32> = points.iter().map(distance).collect();
    if all.is_empty() { 0.0 } else { median(&mut all) }
}

fn rms(dots: &[Dot], of: impl Fn(&Dot) -> f64) -> f64 {
    let weights: f64 = dots.iter().map(|dot| dot.weight).sum();
    let squares: f64 = dots.iter().map(|dot| dot.weight * of(dot).powi(2)).sum();
    if weights > 0.0 { (squares / weights).sqrt() } else { 0.0 }
}

/// Slope, and value at 128 less 128, of the weighted least-squares line; (1, mean difference) where brightness hardly
/// varies.
fn line(dots: &[Dot]) -> (f64, f64) {
    let weights: f64 = dots.iter().map(|dot| dot.weight).sum();
    if weights <= 0.0 {
        return (1.0, 0.0);
    }
    let mean = |of: fn(&Dot) -> f64| dots.iter().map(|dot| dot.weight * of(dot)).sum::<f64>() / weights;
    let (r, d) = (mean(|dot| dot.r), mean(|dot| dot.d));
    let rr: f64 = dots.iter().map(|dot| dot.weight * (dot.r - r).powi(2)).sum();
    let rd: f64 = dots.iter().map(|dot| dot.weight * (dot.r - r) * (dot.d - d)).sum();
    let slope = if rr / weights >= 36.0 { rd / rr } else { 1.0 };
    (slope, d - 128.0 - slope * (r - 128.0))
}

/// The power that fits best, and what it leaves.
fn power(dots: &[Dot]) -> (f64, f64) {
    let fit = |low: f64, span: f64| {
        let of =
            |gamma: f64| rms(dots, |dot| dot.d - (low + span * ((dot.r - low) / span).clamp(0.0, 1.0).powf(gamma)));
        // Golden section on the logarithm: the error has one valley.
        let ratio = 0.618_033_988_749_895;
        let (mut a, mut b) = (0.4f64.ln(), 2.5f64.ln());
        for _ in 0..24 {
            let (c, d) = (b - ratio * (b - a), a + ratio * (b - a));
            if of(c.exp()) <= of(d.exp()) { b = d } else { a = c }
        }
        let gamma = ((a + b) / 2.0).exp();
        (gamma, of(gamma))
    };
    let (full, limited) = (fit(0.0, 255.0), fit(16.0, 219.0));
    if full.1 <= limited.1 { full } else { limited }
}

/// The curve at `r`: straight between points, at the last one's distance beyond.
fn along(dots: &[Dot], r: f64) -> f64 {
    between(dots, dots.partition_point(|dot| dot.r < r), r)
}

/// The same where the first point of the curve at or beyond `r` is known.
fn between(dots: &[Dot], at: usize, r: f64) -> f64 {
    match (at.checked_sub(1).and_then(|k| dots.get(k)), dots.get(at)) {
        (None, None) => r,
        (Some(edge), None) | (None, Some(edge)) => r + edge.d - edge.r,
        (Some(a), Some(b)) => a.d + (b.d - a.d) * (r - a.r) / (b.r - a.r).max(1e-9),
    }
}

/// Spread and middle of the tiles' slopes, and the centre of the steepest.
fn tiles(points: &[Point]) -> (f64, f64, (f64, f64)) {
    let mut sums = vec![[0.0f64; 5]; TILES * TILES];
    for p in points {
        let (r, d) = (f64::from(p.r), f64::from(p.d));
        if is_open(r) && is_open(d) {
            let (r, d) = (r - 128.0, d - 128.0);
            let sums = &mut sums[usize::from(p.tile)];
            sums.iter_mut().zip([1.0, r, d, r * r, r * d]).for_each(|(sum, value)| *sum += value);
        }
    }
    let slope = |[n, r, d, rr, rd]: &[f64; 5]| {
        let (variance, shared) = (rr / n - (r / n).powi(2), rd / n - r / n * (d / n));
        (*n >= 12.0 && variance >= TILE_SPREAD.powi(2)).then(|| shared / variance)
    };
    let found: Vec<(usize, f64)> =
        sums.iter().enumerate().filter_map(|(tile, sums)| Some((tile, slope(sums)?))).collect();
    let mut slopes: Vec<f64> = found.iter().map(|(_, slope)| *slope).collect();
    slopes.sort_by(f64::total_cmp);
    if slopes.len() < 4 {
        return (0.0, slopes.get(slopes.len() / 2).copied().unwrap_or(1.0), (0.5, 0.5));
    }
    let steepest = found.iter().fold(found[0], |best, tile| if tile.1 > best.1 { *tile } else { best }).0;
    let share = |n: usize| (n as f64 + 0.5) / TILES as f64;
    let rank = |part: f64| crate::metrics::percentile(&slopes, part);
    (rank(90.0) - rank(10.0), rank(50.0), (share(steepest % TILES), share(steepest / TILES)))
}
