//! How much noise there is: the spread of what no edge or slope explains, in the quietest tenth of the picture.
//!
//! The mask of Immerkaer (1996), 1 -2 1 / -2 4 -2 / 1 -2 1, is blind to planes and to edges that run straight along
//! rows or columns. Of white noise of standard deviation s it makes one of 6 s, whose mean magnitude is 6 s
//! sqrt(2/pi). He takes that mean over the whole picture, where texture counts as noise; here it is taken in blocks of
//! 32x32, and the block that a tenth of all blocks are below speaks for the picture.

use rayon::prelude::*;

use super::luma::Luma;

/// Side of a block, in samples.
const BLOCK: usize = 32;

/// Share of blocks that are quieter than the one that speaks.
const SHARE: f64 = 0.1;

/// The estimate of the quietest tenth of blocks of pure noise is low by this factor: a block's estimate has a relative
/// spread of 4.4%, and a tenth of them lies 1.28 spreads below. Found on white noise of sigma 1 to 30.
const QUIETER: f64 = 0.945;

/// Standard deviation of the noise in codes of the 8-bit scale; 0 for a picture that is too small for a block.
pub fn noise(luma: &Luma) -> f64 {
    let (top, bottom) = inside(luma);
    let (left, right) = inside(&luma.turned());
    let rows = (bottom - top).saturating_sub(2) / BLOCK;
    let columns = (right - left).saturating_sub(2) / BLOCK;
    if rows == 0 || columns == 0 {
        return 0.0;
    }
    let mut sums: Vec<u64> = (0..rows)
        .into_par_iter()
        .flat_map_iter(|band| {
            let mut sums = vec![0u64; columns];
            for y in top + 1 + band * BLOCK..top + 1 + (band + 1) * BLOCK {
                let part = |y: usize| &luma.row(y)[left..right];
                let rows = [part(y - 1), part(y), part(y + 1)];
                for (k, sum) in sums.iter_mut().enumerate() {
                    let cut = |row: &[u16]| -> [u16; BLOCK + 2] {
                        let mut out = [0; BLOCK + 2];
                        out.copy_from_slice(&row[k * BLOCK..(k + 1) * BLOCK + 2]);
                        out
                    };
                    *sum += u64::from(magnitude(&rows.map(cut)));
                }
            }
            sums
        })
        .collect();
    sums.sort_unstable();
    let quiet = sums[((sums.len() - 1) as f64 * SHARE).round() as usize] as f64;
    let mean = quiet / (BLOCK * BLOCK) as f64 / f64::from(luma.per_code);
    mean / 6.0 * (std::f64::consts::PI / 2.0).sqrt() / QUIETER
}

/// Sum of the mask's magnitudes along one row of a block.
#[multiversion::multiversion(targets("x86_64+avx512f+avx512bw+avx512dq+avx512vl", "x86_64+avx2", "aarch64+neon"))]
fn magnitude(rows: &[[u16; BLOCK + 2]; 3]) -> u32 {
    let mut column = [0i32; BLOCK + 2];
    for (k, out) in column.iter_mut().enumerate() {
        *out = i32::from(rows[0][k]) - 2 * i32::from(rows[1][k]) + i32::from(rows[2][k]);
    }
    (0..BLOCK).map(|k| (column[k] - 2 * column[k + 1] + column[k + 2]).unsigned_abs()).sum()
}

/// The rows between the bars: those at the top and the bottom that hold one code only are no picture.
fn inside(luma: &Luma) -> (usize, usize) {
    let flat = |y: &usize| luma.row(*y).iter().all(|code| *code == luma.row(*y)[0]);
    let top = (0..luma.height).take_while(flat).count();
    let bottom = (top..luma.height).rev().take_while(flat).count();
    (top, luma.height - bottom)
}
