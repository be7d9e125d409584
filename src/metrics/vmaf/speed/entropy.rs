//! Entropy and variance of the blocks of a small picture, and how far two pictures differ by them.

use super::eigen::eigenvalues;
use super::reduce::Grid;
use super::solve::{Matrix, solve};
use super::{BLOCK, SIZE};

/// Deviation of the noise in the eye, and by how much an entropy must rise above that noise alone to count. Settings
/// `speed_sigma_nn` and `speed_nn_floor` of the v1 models.
const NOISE: f32 = 0.19;
const FLOOR: f32 = 0.1;

/// What one picture says, block by block.
#[derive(Debug)]
pub(super) struct Blocks {
    entropies: Vec<f32>,
    variances: Vec<f32>,
    /// The picture is flat, or nearly: its covariance has no inverse.
    pub flat: bool,
}

/// Whole blocks of a grid of `width` x `height`, across and down.
pub(super) fn blocks(width: usize, height: usize) -> (usize, usize) {
    (width / BLOCK, height / BLOCK)
}

impl Blocks {
    /// Models all 5x5 neighbourhoods of `grid` as one Gaussian whose strength varies from block to block.
    pub fn measure(grid: &Grid) -> Self {
        let covariance = covariance(grid);
        let eigenvalues = eigenvalues(covariance);
        let vectors = vectors(grid);
        let regular = eigenvalues.iter().all(|&value| f64::from(value) >= 1e-6);
        let solved = if regular { solve(&covariance, &vectors) } else { None };
        let flat = solved.is_none();
        let variances = solved.map_or_else(|| vec![0.0; vectors[0].len()], |solved| strength(&solved, &vectors));
        let mut entropies = vec![0.0f32; variances.len()];
        for value in eigenvalues {
            let value = value.max(0.0);
            for (entropy, variance) in entropies.iter_mut().zip(&variances) {
                let bits = f64::from(value * variance + NOISE).log2() + full_entropy();
                *entropy = (f64::from(*entropy) + bits) as f32;
            }
        }
        Self { entropies, variances, flat }
    }
}

/// log2(2 pi e): entropy of a Gaussian of variance 1, twice.
fn full_entropy() -> f64 {
    (2.0 * std::f64::consts::PI * std::f64::consts::E).log2()
}

/// Mean difference of weighted entropy over the blocks of two pictures of one size.
pub(super) fn distance(reference: &Blocks, candidate: &Blocks) -> f32 {
    let visible = (SIZE as f64 * (f64::from((1.0 + FLOOR) * NOISE).log2() + full_entropy())) as f32;
    let mut sum = 0.0f32;
    let of = |blocks: &'_ Blocks, n: usize| (blocks.entropies[n], blocks.variances[n]);
    for n in 0..reference.entropies.len() {
        let ((entropy_r, variance_r), (entropy_c, variance_c)) = (of(reference, n), of(candidate, n));
        if entropy_r < visible && entropy_c < visible {
            continue;
        }
        // Mode 5 of `speed_weight_var_mode`: the candidate is weighed by three parts of the reference's variance.
        let mixed = 0.75 * f64::from(variance_r) + 0.25 * f64::from(variance_c);
        let spatial_r = (f64::from(entropy_r) * f64::from(1.0 + variance_r).log2()) as f32;
        let spatial_c = (f64::from(entropy_c) * (1.0 + mixed).log2()) as f32;
        sum += (spatial_r - spatial_c).abs();
    }
    sum / reference.entropies.len() as f32
}

/// Covariance of the 25 samples of a block over all places of a block inside the whole blocks.
fn covariance(grid: &Grid) -> Matrix {
    let (across, down) = blocks(grid.width, grid.height);
    let (width, height) = (across * BLOCK - BLOCK + 1, down * BLOCK - BLOCK + 1);
    let count = (width * height) as f64;
    let window = |n: usize| {
        let (x, y) = (n % BLOCK, n / BLOCK);
        (y..y + height).map(move |y| &grid.row(y)[x..x + width])
    };
    // The reference sums in single precision, sample after sample.
    let mean = |n: usize| window(n).flatten().fold(0.0f32, |sum, value| sum + value) / count as f32;
    let centred: Vec<Vec<f64>> = (0..SIZE)
        .map(|n| {
            let mean = f64::from(mean(n));
            window(n).flatten().map(|&value| f64::from(value) - mean).collect()
        })
        .collect();
    let mut matrix = [[0.0; SIZE]; SIZE];
    for n in 0..SIZE {
        for m in 0..=n {
            let value = (dot(&centred[n], &centred[m]) / count) as f32;
            matrix[n][m] = value;
            matrix[m][n] = value;
        }
    }
    matrix
}

/// Sum of products in eight interleaved parts, in a fixed order.
fn dot(a: &[f64], b: &[f64]) -> f64 {
    const LANES: usize = 8;
    let mut parts = [0.0; LANES];
    let ((a, rest_a), (b, rest_b)) = (a.as_chunks::<LANES>(), b.as_chunks::<LANES>());
    for (a, b) in a.iter().zip(b) {
        for lane in 0..LANES {
            parts[lane] += a[lane] * b[lane];
        }
    }
    parts.iter().sum::<f64>() + rest_a.iter().zip(rest_b).map(|(a, b)| a * b).sum::<f64>()
}

/// The blocks as vectors: row n holds sample n of every block.
fn vectors(grid: &Grid) -> [Vec<f32>; SIZE] {
    let (across, down) = blocks(grid.width, grid.height);
    std::array::from_fn(|n| {
        let (x, y) = (n % BLOCK, n / BLOCK);
        let row = |block: usize| grid.row(block * BLOCK + y).iter().skip(x).step_by(BLOCK).take(across).copied();
        (0..down).flat_map(row).collect()
    })
}

/// Variance of each block in units of the whole picture's: v' C^-1 v / 25.
fn strength(solved: &[Vec<f32>; SIZE], vectors: &[Vec<f32>; SIZE]) -> Vec<f32> {
    let mut sums = vec![0.0f32; vectors[0].len()];
    for (solved, vector) in solved.iter().zip(vectors) {
        for ((sum, solved), value) in sums.iter_mut().zip(solved).zip(vector) {
            *sum += solved * value / SIZE as f32;
        }
    }
    sums
}
