//! What equations of place are made of: slopes of rows, and sums of their products.

use multiversion::multiversion;

/// Writes of one row: brightness about the middle, both slopes, and the candidate's brightness about the middle. `near` is
/// the reference's row above, the row itself and the one below, each a sample further on both sides than `there`, the
/// candidate's.
#[multiversion(targets("x86_64+avx512f+avx512bw+avx512dq+avx512vl", "x86_64+avx2", "aarch64+neon"))]
pub fn slopes(near: [&[f32]; 3], there: &[f32], lines: &mut [Vec<f32>; 4]) {
    let count = there.len();
    let [up, here, down] = near.map(|line| &line[..count + 2]);
    let [value, gx, gy, other] = lines.each_mut().map(|line| &mut line[..count]);
    for x in 0..count {
        value[x] = here[x + 1] - 128.0;
    }
    for x in 0..count {
        gx[x] = (here[x + 2] - here[x]) * -0.5;
    }
    for x in 0..count {
        gy[x] = (down[x + 1] - up[x + 1]) * -0.5;
    }
    for x in 0..count {
        other[x] = there[x] - 128.0;
    }
}

/// `across` = slope across times `shares`, and `more` = what the candidate is more.
#[multiversion(targets("x86_64+avx512f+avx512bw+avx512dq+avx512vl", "x86_64+avx2", "aarch64+neon"))]
pub fn stretches(lines: &[Vec<f32>; 4], shares: &[f32], across: &mut [f32], more: &mut [f32]) {
    let count = shares.len();
    let [value, gx, _, other] = lines.each_ref().map(|line| &line[..count]);
    let (across, more) = (&mut across[..count], &mut more[..count]);
    for x in 0..count {
        across[x] = gx[x] * shares[x];
    }
    for x in 0..count {
        more[x] = other[x] - value[x];
    }
}

/// Sums of products of rows, and of the rows themselves.
#[derive(Clone, Copy)]
pub struct Moments<const N: usize> {
    pub products: [[f64; N]; N],
    pub sums: [f64; N],
}

impl<const N: usize> Moments<N> {
    /// Of rows of one length.
    pub fn of(rows: [&[f32]; N]) -> Self {
        let mut products = [[0.0; N]; N];
        for i in 0..N {
            for j in i..N {
                products[i][j] = f64::from(product(rows[i], rows[j]));
                products[j][i] = products[i][j];
            }
        }
        Self { products, sums: rows.map(|row| f64::from(sum(row))) }
    }
}

/// Lanes are summed apart, so that the order of additions is fixed and several go at once.
const APART: usize = 32;

#[multiversion(targets("x86_64+avx512f+avx512bw+avx512dq+avx512vl", "x86_64+avx2", "aarch64+neon"))]
fn product(a: &[f32], b: &[f32]) -> f32 {
    let ((a, a_rest), (b, b_rest)) = (a.as_chunks::<APART>(), b.as_chunks::<APART>());
    let mut lanes = [0.0f32; APART];
    for (a, b) in a.iter().zip(b) {
        for k in 0..APART {
            lanes[k] += a[k] * b[k];
        }
    }
    lanes.iter_mut().zip(a_rest.iter().zip(b_rest)).for_each(|(lane, (a, b))| *lane += a * b);
    fold(lanes)
}

#[multiversion(targets("x86_64+avx512f+avx512bw+avx512dq+avx512vl", "x86_64+avx2", "aarch64+neon"))]
fn sum(a: &[f32]) -> f32 {
    let (a, rest) = a.as_chunks::<APART>();
    let mut lanes = [0.0f32; APART];
    for a in a {
        for k in 0..APART {
            lanes[k] += a[k];
        }
    }
    lanes.iter_mut().zip(rest).for_each(|(lane, a)| *lane += a);
    fold(lanes)
}

#[inline(always)]
fn fold(mut lanes: [f32; APART]) -> f32 {
    let mut half = APART / 2;
    while half > 0 {
        for k in 0..half {
            lanes[k] += lanes[k + half];
        }
        half /= 2;
    }
    lanes[0]
}
