//! Detail kept, band by band: how much of the reference's detail stands in the candidate where the reference has most.
//!
//! In band s, at the tenth of places where |L r| is greatest: *kept* b = <r,d>/<r,r>, *agreement* c = <r,d>/<d,d>. Noise
//! in the candidate has nothing to do with r, so it moves c and leaves b alone. An encoder, a scaler or a blur loses
//! detail: b stays at 1 or below. Only what turns detail up lifts it above.

use multiversion::multiversion;
use rayon::prelude::*;

use super::pyramid::{Grid, STEPS, Step};

/// Share of places that are looked at.
const TOP: f64 = 0.1;
/// Cells of the histogram a code.
const PER_CODE: f32 = 8.0;
/// Below so many codes nothing is called detail.
const FAINT: f32 = 0.75;
/// Side of a block at full size.
const BLOCK: usize = 32;
/// What the finest band leaves of white noise, as a share of its standard deviation: 1 - 2 (6/16)^2 + (70/256)^2, the
/// root of it.
const NOISE_GAIN: f64 = 0.890_83;
/// Share of blocks, the quietest of the reference, in which noise is measured.
const QUIET: f64 = 0.1;
/// Root mean square, in codes, from which a band is said to have signal, and how often that of the reference's noise.
const SIGNAL: f64 = 2.5;
const ABOVE_NOISE: f64 = 3.0;

/// What was found.
#[derive(Clone, Copy, Debug, Default)]
pub struct Bands {
    pub kept: [f64; STEPS],
    pub agree: [f64; STEPS],
    /// Root mean square of the reference's detail at the places looked at, in codes of the 8-bit scale; 0 where the band
    /// has no signal.
    pub signal: [f64; STEPS],
    /// Standard deviation of noise in the reference's quietest blocks, and in the same blocks of the candidate.
    pub noise: (f64, f64),
    /// Centre of the block that gained most, in shares of width and height.
    pub place: (f64, f64),
}

impl Bands {
    /// The most detail kept of any band with signal; 1 where none has.
    pub fn most_kept(&self) -> f64 {
        let found = self.live().map(|s| self.kept[s]).reduce(f64::max);
        found.unwrap_or(1.0)
    }

    /// How much more a finer band was turned up than the next coarser; 0 where no two neighbours have signal.
    pub fn peaking(&self) -> f64 {
        let pairs = (1..STEPS).filter(|s| self.signal[*s] > 0.0 && self.signal[*s - 1] > 0.0);
        pairs.map(|s| self.kept[s - 1] - self.kept[s]).reduce(f64::max).unwrap_or(0.0)
    }

    fn live(&self) -> impl Iterator<Item = usize> {
        (0..STEPS).filter(|s| self.signal[*s] > 0.0)
    }
}

/// Sums over one block: of r*r, d*d, r*d and 1 at places with detail; of r*r and d*d everywhere.
type Sums = [f64; 6];

/// Measures all bands. Both pyramids are of one shape.
pub fn bands(reference: &[Step], candidate: &[Step]) -> Bands {
    let mut found = Bands { kept: [1.0; STEPS], agree: [1.0; STEPS], ..Bands::default() };
    let mut gains: Vec<f64> = Vec::new();
    for (s, (r, d)) in reference.iter().zip(candidate).enumerate() {
        let least = threshold(&r.sharp, &r.soft);
        let side = BLOCK >> s;
        let blocks = sums(r, d, least, side);
        let across = r.sharp.width.div_ceil(side);
        if s == 0 {
            found.noise = noise(&blocks, (r.sharp.width / side, r.sharp.height / side), across);
            gains = vec![0.0; blocks.len()];
        }
        let all = blocks.iter().fold([0.0; 6], |all, block| std::array::from_fn(|k| all[k] + block[k]));
        let [rr, dd, rd, count, ..] = all;
        if count < 16.0 || rr <= 0.0 {
            continue;
        }
        found.kept[s] = rd / rr;
        found.agree[s] = if dd > 0.0 { rd / dd } else { 0.0 };
        let rms = (rr / count).sqrt();
        // Noise halves from band to band.
        if rms >= SIGNAL && rms >= ABOVE_NOISE * found.noise.0 / (1 << s) as f64 {
            found.signal[s] = rms;
            gains.iter_mut().zip(&blocks).for_each(|(gain, block)| *gain += block[2] - block[0]);
        }
        if s == 0 {
            found.place = (0.5, 0.5);
        }
    }
    place(&mut found, &gains, reference);
    found
}

fn place(found: &mut Bands, gains: &[f64], reference: &[Step]) {
    let Some(first) = reference.first() else { return };
    let across = first.sharp.width.div_ceil(BLOCK);
    let best = gains.iter().enumerate().fold(None, |best: Option<(usize, f64)>, (at, gain)| match best {
        Some((_, most)) if most >= *gain => best,
        _ => Some((at, *gain)),
    });
    let Some((at, _)) = best else { return };
    let share = |block: usize, size: usize| (((block * BLOCK + BLOCK / 2) as f64) / size as f64).min(1.0);
    found.place = (share(at % across, first.sharp.width), share(at / across, first.sharp.height));
}

/// The magnitude that a tenth of the reference's detail reaches.
fn threshold(sharp: &Grid, soft: &Grid) -> f32 {
    const CELLS: usize = 1024;
    // Every second row says as much and costs half.
    let rows: Vec<usize> = (0..sharp.height).step_by(if sharp.height > 128 { 2 } else { 1 }).collect();
    let counts = rows
        .par_chunks(32)
        .map(|rows| {
            let mut counts = vec![0u32; CELLS];
            for &y in rows {
                for (a, b) in sharp.row(y).iter().zip(soft.row(y)) {
                    counts[(((a - b).abs() * PER_CODE) as usize).min(CELLS - 1)] += 1;
                }
            }
            counts
        })
        .reduce(|| vec![0; CELLS], |a, b| a.iter().zip(&b).map(|(a, b)| a + b).collect());
    let wanted = (rows.len() * sharp.width) as f64 * TOP;
    let mut above = 0.0;
    for cell in (0..CELLS).rev() {
        above += f64::from(counts[cell]);
        if above >= wanted {
            return (cell as f32 / PER_CODE).max(FAINT);
        }
    }
    FAINT
}

/// Sums of every block of `side` x `side` samples, row by row.
fn sums(r: &Step, d: &Step, least: f32, side: usize) -> Vec<Sums> {
    let (width, height) = (r.sharp.width, r.sharp.height);
    let across = width.div_ceil(side);
    let band = |top: usize| {
        let mut out = vec![[0.0f64; 6]; across];
        let mut rows = [vec![0.0; width], vec![0.0; width]];
        for y in top..(top + side).min(height) {
            let [a, b] = &mut rows;
            difference(r.sharp.row(y), r.soft.row(y), a);
            difference(d.sharp.row(y), d.soft.row(y), b);
            for ((a, b), out) in a.chunks(side).zip(b.chunks(side)).zip(&mut out) {
                let found = products(a, b, least);
                out.iter_mut().zip(found).for_each(|(sum, found)| *sum += f64::from(found));
            }
        }
        out
    };
    let tops: Vec<usize> = (0..height).step_by(side).collect();
    tops.into_par_iter().flat_map_iter(band).collect()
}

#[multiversion(targets("x86_64+avx512f+avx512bw+avx512dq+avx512vl", "x86_64+avx2", "aarch64+neon"))]
fn difference(a: &[f32], b: &[f32], out: &mut [f32]) {
    out.iter_mut().zip(a.iter().zip(b)).for_each(|(out, (a, b))| *out = a - b);
}

/// Lanes are summed apart, so that the order of additions is fixed and several go at once.
const LANES: usize = 8;

#[multiversion(targets("x86_64+avx512f+avx512bw+avx512dq+avx512vl", "x86_64+avx2", "aarch64+neon"))]
fn products(r: &[f32], d: &[f32], least: f32) -> [f32; 6] {
    let mut lanes = [[0.0f32; LANES]; 6];
    let (a, a_rest) = r.as_chunks::<LANES>();
    let (b, b_rest) = d.as_chunks::<LANES>();
    for (a, b) in a.iter().zip(b) {
        for k in 0..LANES {
            let keep = if a[k].abs() >= least { 1.0 } else { 0.0 };
            let (rr, dd) = (a[k] * a[k], b[k] * b[k]);
            lanes[0][k] += rr * keep;
            lanes[1][k] += dd * keep;
            lanes[2][k] += a[k] * b[k] * keep;
            lanes[3][k] += keep;
            lanes[4][k] += rr;
            lanes[5][k] += dd;
        }
    }
    for (k, (a, b)) in a_rest.iter().zip(b_rest).enumerate() {
        let keep = if a.abs() >= least { 1.0 } else { 0.0 };
        let found = [a * a * keep, b * b * keep, a * b * keep, keep, a * a, b * b];
        lanes.iter_mut().zip(found).for_each(|(lane, found)| lane[k] += found);
    }
    lanes.map(|lane| lane.iter().sum())
}

/// Noise of both in the blocks where the reference is quietest, of those that are whole; (0, 0) where none is.
fn noise(blocks: &[Sums], whole: (usize, usize), across: usize) -> (f64, f64) {
    let mut quiet: Vec<(f64, f64)> = blocks
        .iter()
        .enumerate()
        .filter(|(at, _)| at % across < whole.0 && at / across < whole.1)
        .map(|(_, block)| (block[4], block[5]))
        // Bars and blank paper: both are one code throughout.
        .filter(|(r, d)| *r > 0.0 || *d > 0.0)
        .collect();
    if quiet.is_empty() {
        return (0.0, 0.0);
    }
    quiet.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.total_cmp(&b.1)));
    quiet.truncate(((quiet.len() as f64 * QUIET).ceil() as usize).max(1));
    let mut other: Vec<f64> = quiet.iter().map(|(_, d)| *d).collect();
    other.sort_by(f64::total_cmp);
    let sigma = |sum: f64| (sum / (BLOCK * BLOCK) as f64).sqrt() / NOISE_GAIN;
    (sigma(quiet[quiet.len() / 2].0), sigma(other[other.len() / 2]))
}
