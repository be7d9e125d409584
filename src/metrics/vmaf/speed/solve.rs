//! Linear systems with a small matrix in single precision, by Householder's QR. As with the eigenvalues, the order of
//! operations is that of libvmaf's `speed.c`, for a badly conditioned matrix makes rounding errors visible.

use super::SIZE;

pub(super) type Matrix = [[f32; SIZE]; SIZE];

/// A row of the triangular factor whose diagonal is below this makes the matrix singular.
const LEAST: f64 = 1e-6;

/// Solves a x = b for the columns of `b` (row n holds entry n of every right side). `None` if `a` is singular.
pub(super) fn solve(a: &Matrix, b: &[Vec<f32>; SIZE]) -> Option<[Vec<f32>; SIZE]> {
    let q = orthogonal(a);
    let mut x: [Vec<f32>; SIZE] = std::array::from_fn(|n| combine(&q[n], b));
    for n in (0..SIZE).rev() {
        let (done, later) = x.split_at_mut(n + 1);
        let row: [f32; SIZE] = std::array::from_fn(|m| q[n].iter().zip(a).fold(0.0, |sum, (q, a)| sum + q * a[m]));
        if f64::from(row[n].abs()) < LEAST {
            return None;
        }
        for (known, weight) in later.iter().zip(&row[n + 1..]) {
            done[n].iter_mut().zip(known).for_each(|(x, known)| *x -= known * weight);
        }
        done[n].iter_mut().for_each(|x| *x /= row[n]);
    }
    Some(x)
}

/// Sum of the rows of `rows` with `weights`, in order.
fn combine(weights: &[f32; SIZE], rows: &[Vec<f32>; SIZE]) -> Vec<f32> {
    let mut sum = vec![0.0; rows[0].len()];
    for (&weight, row) in weights.iter().zip(rows) {
        sum.iter_mut().zip(row).for_each(|(sum, value)| *sum += weight * value);
    }
    sum
}

/// The orthogonal matrix that makes `a` upper triangular: a product of reflections, one for each column. Parts of the
/// products that are known to be 0 or 1 are left out, which changes no bit.
fn orthogonal(a: &Matrix) -> Matrix {
    let mut rest = *a;
    let mut q: Matrix = std::array::from_fn(|n| std::array::from_fn(|m| if n == m { 1.0 } else { 0.0 }));
    for k in 0..SIZE - 1 {
        let mut v = [0.0f32; SIZE];
        v.iter_mut().zip(&rest).skip(k).for_each(|(v, row)| *v = row[k]);
        let sign = if a[k][k] >= 0.0 { 1.0 } else { -1.0 };
        v[k] += sign * norm(&v);
        let length = norm(&v);
        v.iter_mut().for_each(|v| *v /= length);
        let reflection: Matrix =
            std::array::from_fn(|n| std::array::from_fn(|m| -2.0 * v[n] * v[m] + if n == m { 1.0 } else { 0.0 }));
        rest = product(&reflection, &rest, k, k);
        q = product(&reflection, &q, k, 0);
    }
    q
}

/// `left` * `right` in rows from `first`, where columns of `left` before `first` are 0; rows before it are those of
/// `right`. Columns before `from` are left out.
fn product(left: &Matrix, right: &Matrix, first: usize, from: usize) -> Matrix {
    let mut out = *right;
    for (out, weights) in out.iter_mut().zip(left).skip(first) {
        out[from..].fill(0.0);
        for (&weight, row) in weights.iter().zip(right).skip(first) {
            out[from..].iter_mut().zip(&row[from..]).for_each(|(out, value)| *out += weight * value);
        }
    }
    out
}

fn norm(v: &[f32; SIZE]) -> f32 {
    v.iter().fold(0.0, |sum, v| sum + v * v).sqrt()
}
