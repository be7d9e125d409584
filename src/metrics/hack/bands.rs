//! Detail kept, band by band: how much of the reference's detail stands in the candidate where the reference has most.
//!
//! In band s, at the tenth of places where |L r| is greatest: *kept* b = <r,d>/<r,r>, *agreement* c = <r,d>/<d,d>. Noise
//! in the candidate has nothing to do with r, so it moves c and leaves b alone. An encoder, a scaler or a blur loses
//! detail: b stays at 1 or below. Only what turns detail up lifts it above.

use multiversion::multiversion;
use rayon::prelude::*;

use super::pyramid::{Grid, LANES, Rows, STEPS, Softener, halve, padded};

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

/// Measures all bands of two pictures of one size, and gives both softened at half and at quarter size.
pub fn bands(reference: Rows<'_>, candidate: Rows<'_>) -> (Bands, Vec<[Grid; 2]>) {
    let mut found = Bands { kept: [1.0; STEPS], agree: [1.0; STEPS], ..Bands::default() };
    let (mut gains, mut soft): (Vec<f64>, Vec<[Grid; 2]>) = Default::default();
    let mut next: [Grid; 2];
    let (full, mut pair) = (reference.size(), [reference, candidate]);
    for s in 0..STEPS {
        let level = level(pair, threshold(pair[0]), s);
        weigh(&mut found, &mut gains, &level.blocks, s, full);
        if s > 0 {
            soft.push(level.soft);
        }
        next = level.below;
        pair = next.each_ref().map(Rows::Grid);
    }
    place(&mut found, &gains, full);
    (found, soft)
}

/// Enters what the sums of size `s` say; `full` is the size of the whole picture.
fn weigh(found: &mut Bands, gains: &mut Vec<f64>, blocks: &[Sums], s: usize, full: (usize, usize)) {
    if s == 0 {
        found.noise = noise(blocks, full);
        *gains = vec![0.0; blocks.len()];
    }
    let all = blocks.iter().fold([0.0; 6], |all, block| std::array::from_fn(|k| all[k] + block[k]));
    let [rr, dd, rd, count, ..] = all;
    if count < 16.0 || rr <= 0.0 {
        return;
    }
    found.kept[s] = rd / rr;
    found.agree[s] = if dd > 0.0 { rd / dd } else { 0.0 };
    let rms = (rr / count).sqrt();
    // Noise halves from band to band.
    if rms >= SIGNAL && rms >= ABOVE_NOISE * found.noise.0 / (1 << s) as f64 {
        found.signal[s] = rms;
        gains.iter_mut().zip(blocks).for_each(|(gain, block)| *gain += block[2] - block[0]);
    }
    if s == 0 {
        found.place = (0.5, 0.5);
    }
}

fn place(found: &mut Bands, gains: &[f64], (width, height): (usize, usize)) {
    let across = width.div_ceil(BLOCK);
    let best = gains.iter().enumerate().fold(None, |best: Option<(usize, f64)>, (at, gain)| match best {
        Some((_, most)) if most >= *gain => best,
        _ => Some((at, *gain)),
    });
    let Some((at, _)) = best else { return };
    let share = |block: usize, size: usize| (((block * BLOCK + BLOCK / 2) as f64) / size as f64).min(1.0);
    found.place = (share(at % across, width), share(at / across, height));
}

/// The magnitude that a tenth of the reference's detail reaches: of some 50,000 samples, which say as much as all. Rows
/// are an odd number apart, so that no grid of an earlier encode is seen at one phase only.
fn threshold(rows: Rows<'_>) -> f32 {
    let (width, height) = rows.size();
    let apart = (width * height / 50_000).clamp(1, 15) | 1;
    let looked: Vec<usize> = (0..height).step_by(apart).collect();
    let counts = looked
        .par_chunks(32)
        .map(|looked| count(rows, looked))
        .reduce(|| vec![0; CELLS], |a, b| a.iter().zip(&b).map(|(a, b)| a + b).collect());
    let wanted = (looked.len() * width) as f64 * TOP;
    let mut above = 0.0;
    for cell in (0..CELLS).rev() {
        above += f64::from(counts[cell]);
        if above >= wanted {
            return (cell as f32 / PER_CODE).max(FAINT);
        }
    }
    FAINT
}

/// Cells of the histogram.
const CELLS: usize = 1024;

/// How often detail of each magnitude stands in the rows `looked`.
fn count(rows: Rows<'_>, looked: &[usize]) -> Vec<u32> {
    let width = rows.size().0;
    // Neighbours mostly fall into one cell: four histograms in turn do not wait for each other.
    let mut counts = vec![[0u32; 4]; CELLS];
    let (mut softener, [mut soft, mut detail]) = (Softener::new(rows), [padded(width), padded(width)]);
    let mut cells = vec![0u16; width];
    for &y in looked {
        softener.detail(y, &mut soft, &mut detail);
        magnitudes(&detail, &mut cells);
        cells.iter().enumerate().for_each(|(x, cell)| counts[usize::from(*cell) % CELLS][x % 4] += 1);
    }
    counts.iter().map(|parts| parts.iter().sum()).collect()
}

#[multiversion(targets("x86_64+avx512f+avx512bw+avx512dq+avx512vl", "x86_64+avx2", "aarch64+neon"))]
fn magnitudes(detail: &[f32], cells: &mut [u16]) {
    cells.iter_mut().zip(detail).for_each(|(cell, a)| *cell = (a.abs() * PER_CODE).min(1023.0) as i32 as u16);
}

/// One size of both pictures.
struct Level {
    /// Sums of every block, row by row.
    blocks: Vec<Sums>,
    /// Both softened; empty at full size, where nobody asks.
    soft: [Grid; 2],
    /// Both at half the size; empty at the last.
    below: [Grid; 2],
}

/// Rows of the grids that a job writes.
type Written<'a> = [&'a mut [f32]; 2];

/// Sums over blocks, and what the next size and others read: one walk over both pictures.
fn level(pair: [Rows<'_>; 2], least: f32, s: usize) -> Level {
    let ((width, height), side) = (pair[0].size(), BLOCK >> s);
    let grids =
        |wanted: bool, width, height| [(); 2].map(|()| if wanted { Grid::new(width, height) } else { Grid::new(0, 0) });
    let mut soft = grids(s > 0, width, height);
    let mut below = grids(s + 1 < STEPS, width.div_ceil(2), height.div_ceil(2));
    let tops: Vec<usize> = (0..height).step_by(side).collect();
    let jobs: Vec<(usize, Written<'_>, Written<'_>)> = {
        let both = tops.iter().zip(parts(&mut soft, side, tops.len())).zip(parts(&mut below, side / 2, tops.len()));
        both.map(|((top, soft), below)| (*top, soft, below)).collect()
    };
    let blocks: Vec<Vec<Sums>> =
        jobs.into_par_iter().map(|(top, soft, below)| band(pair, (top, side), least, soft, below)).collect();
    Level { blocks: blocks.concat(), soft, below }
}

/// Both grids cut into `count` parts of `rows` rows; empty parts of empty grids.
fn parts(grids: &mut [Grid; 2], rows: usize, count: usize) -> Vec<Written<'_>> {
    let [a, b] = grids.each_mut().map(|grid| {
        let mut chunks = grid.data.chunks_mut((grid.stride * rows).max(1));
        (0..count).map(|_| chunks.next().unwrap_or_default()).collect::<Vec<_>>()
    });
    a.into_iter().zip(b).map(|(a, b)| [a, b]).collect()
}

/// The blocks of `side` rows from `top` on.
fn band(
    pair: [Rows<'_>; 2],
    (top, side): (usize, usize),
    least: f32,
    soft: Written<'_>,
    below: Written<'_>,
) -> Vec<Sums> {
    let (width, height) = pair[0].size();
    let stride = width.next_multiple_of(LANES);
    let half = width.div_ceil(2).next_multiple_of(LANES);
    let mut softeners = pair.map(Softener::new);
    let [mut own, mut detail] = [(); 2].map(|()| [padded(width), padded(width)]);
    let mut cells = vec![[[0.0f32; LANES]; 6]; width.div_ceil(LANES)];
    for (n, y) in (top..(top + side).min(height)).enumerate() {
        for k in 0..2 {
            let row = soft[k].chunks_exact_mut(stride).nth(n).unwrap_or(own[k].as_mut_slice());
            softeners[k].detail(y, row, &mut detail[k]);
            if n % 2 == 0
                && let Some(out) = below[k].chunks_exact_mut(half).nth(n / 2)
            {
                halve(row, out);
            }
        }
        add([&detail[0], &detail[1]], least, &mut cells);
    }
    // Every side is a multiple of half the lanes.
    const HALF: usize = LANES / 2;
    let across = width.div_ceil(side);
    let mut blocks = vec![[0.0f64; 6]; across];
    for (n, cell) in cells.iter().enumerate() {
        for part in 0..2 {
            let Some(block) = blocks.get_mut((n * LANES + part * HALF) / side) else { continue };
            let lanes = cell.iter().map(|lanes| &lanes[part * HALF..(part + 1) * HALF]);
            block.iter_mut().zip(lanes).for_each(|(sum, lanes)| *sum += f64::from(lanes.iter().sum::<f32>()));
        }
    }
    blocks
}

/// Adds one row of detail, the reference's and the candidate's, to the sums of its columns.
#[multiversion(targets("x86_64+avx512f+avx512bw+avx512dq+avx512vl", "x86_64+avx2", "aarch64+neon"))]
fn add(rows: [&[f32]; 2], least: f32, cells: &mut [[[f32; LANES]; 6]]) {
    let [r, d] = rows.map(|row| row.as_chunks::<LANES>().0);
    for ((cell, r), d) in cells.iter_mut().zip(r).zip(d) {
        for k in 0..LANES {
            let (a, b) = (r[k], d[k]);
            let keep = if a.abs() >= least { 1.0 } else { 0.0 };
            let (rr, dd) = (a * a, b * b);
            cell[0][k] += rr * keep;
            cell[1][k] += dd * keep;
            cell[2][k] += a * b * keep;
            cell[3][k] += keep;
            cell[4][k] += rr;
            cell[5][k] += dd;
        }
    }
}

/// Noise of both in the blocks where the reference is quietest, of those that are whole; (0, 0) where none is.
fn noise(blocks: &[Sums], (width, height): (usize, usize)) -> (f64, f64) {
    let (whole, across) = ((width / BLOCK, height / BLOCK), width.div_ceil(BLOCK));
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
