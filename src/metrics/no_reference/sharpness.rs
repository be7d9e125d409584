//! How sharp the picture is, by how much it would lose in a blur (Crete, Dolmiere, Ladret and Nicolas 2007, "The blur
//! effect: perception and estimation with a new no-reference perceptual blur metric").
//!
//! Luma is blurred by a mean of nine along rows. Differences of neighbours that shrink are what was sharp: their loss
//! over all differences is the sharpness along rows. Likewise along columns; the lower of the two counts. A picture
//! that was blurred before has little to lose.

use rayon::prelude::*;

use super::luma::Luma;

/// Taps of the blur that is tried.
const TAPS: usize = 9;
const HALF: usize = TAPS / 2;

/// From 0 (nothing would be lost) to 1 (everything would); 0 for a picture without any difference.
pub fn sharpness(luma: &Luma) -> f64 {
    along_rows(luma).min(along_rows(&luma.turned()))
}

fn along_rows(luma: &Luma) -> f64 {
    let width = luma.width;
    if width < 2 {
        return 0.0;
    }
    let sums: Vec<(u64, u64)> = (0..luma.height)
        .into_par_iter()
        .map_init(
            || (vec![0u16; width + 2 * HALF], vec![0u32; width]),
            |(padded, blurred), y| {
                let row = luma.row(y);
                padded[..HALF].fill(row[0]);
                padded[HALF..HALF + width].copy_from_slice(row);
                padded[HALF + width..].fill(row[width - 1]);
                blur(padded, blurred);
                lost(row, blurred)
            },
        )
        .collect();
    let (all, lost) = sums.into_iter().fold((0, 0), |(a, l), (all, lost)| (a + all, l + lost));
    if all == 0 { 0.0 } else { lost as f64 / all as f64 }
}

/// Sums of nine.
#[multiversion::multiversion(targets("x86_64+avx512f+avx512bw+avx512dq+avx512vl", "x86_64+avx2", "aarch64+neon"))]
fn blur(padded: &[u16], out: &mut [u32]) {
    out.fill(0);
    for tap in 0..TAPS {
        for (out, &code) in out.iter_mut().zip(&padded[tap..]) {
            *out += u32::from(code);
        }
    }
}

/// Sum of the differences of neighbours, and of what the blur takes from them; both times nine.
#[multiversion::multiversion(targets("x86_64+avx512f+avx512bw+avx512dq+avx512vl", "x86_64+avx2", "aarch64+neon"))]
fn lost(row: &[u16], blurred: &[u32]) -> (u64, u64) {
    const PART: usize = 4096;
    let (mut all, mut lost) = (0u64, 0u64);
    let n = row.len() - 1;
    for start in (0..n).step_by(PART) {
        let end = (start + PART).min(n);
        // 4096 differences of nine times 65,535 stay below 2^32.
        let (mut a, mut l) = (0u32, 0u32);
        let sharp = row[start..end].iter().zip(&row[start + 1..=end]);
        let soft = blurred[start..end].iter().zip(&blurred[start + 1..=end]);
        for ((&r0, &r1), (&b0, &b1)) in sharp.zip(soft) {
            let before = u32::from(r0.abs_diff(r1)) * TAPS as u32;
            let after = b0.abs_diff(b1);
            a += before;
            l += before - before.min(after);
        }
        all += u64::from(a);
        lost += u64::from(l);
    }
    (all, lost)
}
