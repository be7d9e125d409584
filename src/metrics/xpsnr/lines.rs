//! Line kernels of XPSNR: each adds to sums that are kept per column, so that blocks are summed up once a block row.

use multiversion::multiversion;

use crate::frame::Plane;

/// A stored code: one byte or two.
pub(super) trait Code: Copy + Default + Into<i32> + Send + Sync + 'static {
    fn row(plane: &Plane, y: usize) -> &[Self];
}

impl Code for u8 {
    fn row(plane: &Plane, y: usize) -> &[u8] {
        plane.row_u8(y as u32)
    }
}

impl Code for u16 {
    fn row(plane: &Plane, y: usize) -> &[u16] {
        plane.row_u16(y as u32)
    }
}

/// Adds |12 c - 2 (left + right + above + below) - corners| to the columns but the first and the last.
#[multiversion(targets("x86_64+avx512f+avx512bw+avx512dq+avx512vl", "x86_64+avx2", "aarch64+neon"))]
pub(super) fn busy<T: Code>(above: &[T], row: &[T], below: &[T], sums: &mut [u32]) {
    let n = row.len();
    if n < 3 {
        return;
    }
    let sums = &mut sums[1..n - 1];
    let part = |r: &[T], x: usize| -> i32 { r[x].into() };
    let (above, row, below) = (&above[..n], &row[..n], &below[..n]);
    for (x, sum) in sums.iter_mut().enumerate() {
        let sides = part(row, x) + part(row, x + 2) + part(above, x + 1) + part(below, x + 1);
        let corners = part(above, x) + part(above, x + 2) + part(below, x) + part(below, x + 2);
        *sum += (12 * part(row, x + 1) - 2 * sides - corners).unsigned_abs();
    }
}

/// Adds the absolute difference to each column.
#[multiversion(targets("x86_64+avx512f+avx512bw+avx512dq+avx512vl", "x86_64+avx2", "aarch64+neon"))]
pub(super) fn change<T: Code>(now: &[T], before: &[T], sums: &mut [u32]) {
    for ((sum, &now), &before) in sums.iter_mut().zip(now).zip(before) {
        *sum += (now.into() - before.into()).unsigned_abs();
    }
}

/// Adds the absolute second difference in time to each column.
#[multiversion(targets("x86_64+avx512f+avx512bw+avx512dq+avx512vl", "x86_64+avx2", "aarch64+neon"))]
pub(super) fn jerk<T: Code>(now: &[T], before: &[T], earlier: &[T], sums: &mut [u32]) {
    for (((sum, &now), &before), &earlier) in sums.iter_mut().zip(now).zip(before).zip(earlier) {
        *sum += (now.into() - 2 * before.into() + earlier.into()).unsigned_abs();
    }
}

/// Adds the squared difference to each column.
#[multiversion(targets("x86_64+avx512f+avx512bw+avx512dq+avx512vl", "x86_64+avx2", "aarch64+neon"))]
pub(super) fn error<T: Code>(a: &[T], b: &[T], sums: &mut [u64]) {
    for ((sum, &a), &b) in sums.iter_mut().zip(a).zip(b) {
        let d = (a.into() - b.into()).unsigned_abs();
        *sum += u64::from(d) * u64::from(d);
    }
}

/// Sums of 2 columns and 2 rows: the half-size picture of the pictures above HD. What lies beyond the row counts 0.
#[multiversion(targets("x86_64+avx512f+avx512bw+avx512dq+avx512vl", "x86_64+avx2", "aarch64+neon"))]
pub(super) fn pairs<T: Code>(row: &[T], below: &[T], out: &mut [i32]) {
    let (row, rest) = row.as_chunks::<2>();
    let (below, rest_below) = below.as_chunks::<2>();
    for ((out, a), b) in out.iter_mut().zip(row).zip(below) {
        *out = a[0].into() + a[1].into() + b[0].into() + b[1].into();
    }
    if let ([a], [b], Some(out)) = (rest, rest_below, out.get_mut(row.len())) {
        *out = (*a).into() + (*b).into();
    }
}

/// The high-pass of pictures above HD, at every second column `x` of `rows[2]`: 12 times the 2x2 samples at x, less 3
/// times those beside, 2 times those at the corners, and once the 16 around. `rows` are the rows y-2..=y+3, each led
/// by 2 samples that stand left of the picture and followed by 4.
#[multiversion(targets("x86_64+avx512f+avx512bw+avx512dq+avx512vl", "x86_64+avx2", "aarch64+neon"))]
pub(super) fn busy_halved(rows: &[Vec<i32>; 6], sums: &mut [u32]) {
    let n = 2 * sums.len() + 4;
    let rows: [&[i32]; 6] = std::array::from_fn(|i| &rows[i][..n]);
    for (i, sum) in sums.iter_mut().enumerate() {
        let x = 2 * i + 2;
        let two = |r: usize, x: usize| rows[r][x] + rows[r][x + 1];
        let centre = two(2, x) + two(3, x);
        let beside = two(1, x) + two(4, x) + rows[2][x - 1] + rows[2][x + 2] + rows[3][x - 1] + rows[3][x + 2];
        let corners = rows[1][x - 1] + rows[1][x + 2] + rows[4][x - 1] + rows[4][x + 2];
        let around = two(0, x - 1)
            + two(0, x + 1)
            + two(5, x - 1)
            + two(5, x + 1)
            + (1..5).map(|r| rows[r][x - 2] + rows[r][x + 3]).sum::<i32>();
        *sum += (12 * centre - 3 * beside - 2 * corners - around).unsigned_abs();
    }
}
