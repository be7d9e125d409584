//! Eigenvalues of a small symmetric matrix in single precision: Householder reflections to a tridiagonal matrix, then
//! implicit QR steps with Wilkinson's shift (Golub and Van Loan, Matrix Computations, 8.3). Doubles would be nearer
//! to the truth, but the smallest eigenvalues decide whether libvmaf calls a picture flat, and they are its rounding
//! errors: the order of operations is therefore that of `speed.c`.

use super::SIZE;
use super::solve::Matrix;

/// Below this part of its neighbours an element off the diagonal counts as 0.
const TINY: f64 = 1e-6;
const MOST_STEPS: usize = 500;

/// The eigenvalues of `matrix`, in no order.
pub(super) fn eigenvalues(mut matrix: Matrix) -> [f32; SIZE] {
    let (mut diagonal, mut beside) = tridiagonal(&mut matrix);
    chop(&mut diagonal, &mut beside);
    let mut last = SIZE - 1;
    let mut steps = 0;
    while last > 0 && steps < MOST_STEPS {
        if beside[last - 1] == 0.0 {
            last -= 1;
            continue;
        }
        let first = (0..last).rev().find(|&n| n == 0 || beside[n - 1] == 0.0).unwrap_or(0);
        let (diagonal, beside) = (&mut diagonal[first..=last], &mut beside[first..last]);
        step(diagonal, beside);
        chop(diagonal, beside);
        steps += 1;
    }
    diagonal
}

/// Diagonal and subdiagonal of a tridiagonal matrix with the eigenvalues of `a`, which is used up.
fn tridiagonal(a: &mut Matrix) -> ([f32; SIZE], [f32; SIZE - 1]) {
    for column in 0..SIZE - 2 {
        let start = column + 1;
        if let Some((tau, v)) = reflection(a, column) {
            reflect_both_sides(a, start, tau, &v);
        }
    }
    (std::array::from_fn(|n| a[n][n]), std::array::from_fn(|n| a[n + 1][n]))
}

/// The reflection I - tau v v' that clears `column` below its subdiagonal, which is written; `None` if it is clear.
fn reflection(a: &mut Matrix, column: usize) -> Option<(f32, [f32; SIZE])> {
    let start = column + 1;
    let below = a[start + 1..].iter().fold(0.0, |sum, row| sum + row[column] * row[column]).sqrt();
    if below == 0.0 {
        return None;
    }
    let alpha = a[start][column];
    let length = hypotenuse(alpha, below);
    let beta = if alpha >= 0.0 { -length } else { length };
    let tau = (beta - alpha) / beta;
    let scale = alpha - beta;
    let mut v = [0.0; SIZE];
    for (v, row) in v.iter_mut().zip(a.iter()).skip(start) {
        *v = row[column] / scale;
    }
    v[start] = 1.0;
    a[start][column] = beta;
    (tau != 0.0).then_some((tau, v))
}

/// a - v x' - x v' over rows and columns from `start`, with x = tau a v - (tau/2 (tau a v)'v) v.
fn reflect_both_sides(a: &mut Matrix, start: usize, tau: f32, v: &[f32; SIZE]) {
    let mut x = [0.0f32; SIZE];
    for (x, row) in x.iter_mut().zip(a.iter()).skip(start) {
        *x = row.iter().zip(v).skip(start).fold(0.0, |sum, (a, v)| sum + tau * a * v);
    }
    let along = x.iter().zip(v).skip(start).fold(0.0, |sum, (x, v)| sum + x * v);
    let part = -0.5 * tau * along;
    x.iter_mut().zip(v).skip(start).for_each(|(x, v)| *x += part * v);
    for (n, row) in a.iter_mut().enumerate().skip(start) {
        for (m, a) in row.iter_mut().enumerate().skip(start) {
            *a -= x[n] * v[m] + v[n] * x[m];
        }
    }
}

/// Sets to 0 what is next to nothing beside the diagonal.
fn chop(diagonal: &mut [f32], beside: &mut [f32]) {
    for (off, pair) in beside.iter_mut().zip(diagonal.windows(2)) {
        if f64::from(off.abs()) < TINY * f64::from(pair[0].abs() + pair[1].abs()) {
            *off = 0.0;
        }
    }
}

/// One implicit QR step on an unreduced block of two rows or more: a bulge is made by the shift and chased down.
fn step(diagonal: &mut [f32], beside: &mut [f32]) {
    let last = diagonal.len() - 1;
    let mut shift = wilkinson(diagonal[last - 1], diagonal[last], beside[last - 1]);
    if TINY * f64::from(shift.abs()) > f64::from(diagonal[0].abs() + beside[0].abs()) {
        shift = 0.0;
    }
    let (mut lead, mut bulge) = (diagonal[0] - shift, beside[0]);
    for k in 0..last {
        let (c, s) = rotation(lead, bulge);
        if k > 0 {
            beside[k - 1] = c * lead - s * bulge;
        }
        let (p, b, q) = (diagonal[k], beside[k], diagonal[k + 1]);
        diagonal[k] = c * (c * p - s * b) + s * (s * q - c * b);
        beside[k] = c * (s * p + c * b) - s * (s * b + c * q);
        diagonal[k + 1] = s * (s * p + c * b) + c * (s * b + c * q);
        if k + 1 < last {
            lead = beside[k];
            bulge = -s * beside[k + 1];
            beside[k + 1] *= c;
        }
    }
}

/// The eigenvalue of the trailing 2x2 block that is nearer to its last element.
fn wilkinson(above: f32, last: f32, off: f32) -> f32 {
    let half = (above - last) / 2.0;
    if half > 0.0 {
        last - off * (off / (half + hypotenuse(half, off)))
    } else if half == 0.0 {
        last - off.abs()
    } else {
        last + off * (off / (-half + hypotenuse(half, off)))
    }
}

/// Cosine and sine that turn (a, b) onto the first axis.
fn rotation(a: f32, b: f32) -> (f32, f32) {
    let inverse = |t: f32| (1.0 / f64::from(1.0 + t * t).sqrt()) as f32;
    if b == 0.0 {
        (1.0, 0.0)
    } else if b.abs() > a.abs() {
        let t = -a / b;
        let s = inverse(t);
        (s * t, s)
    } else {
        let t = -b / a;
        let c = inverse(t);
        (c, c * t)
    }
}

fn hypotenuse(a: f32, b: f32) -> f32 {
    (a * a + b * b).sqrt()
}
