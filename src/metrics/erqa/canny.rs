//! The edge detector of Canny (1986) as OpenCV builds it (`modules/imgproc/src/canny.cpp`, aperture 3, L1 norm), to
//! the last pixel: ERQA is defined by the edges that this one finds.
//!
//! Sobel gradients of each channel with the border repeated; per pixel the channel of the largest |dx| + |dy| speaks
//! (the first of blue, green, red among equals); an edge is kept where it is a ridge across its direction, which is
//! told by the tangents of 22.5 and 67.5 degrees in 15 bits; and ridges above `low` count where they hang together
//! with one above `high`. Beyond the border the magnitude is zero.

use rayon::prelude::*;

use super::picture::Window;

/// Edge pixels of a picture: 1 where there is one, 0 elsewhere; `height` rows of `width`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Edges {
    pub width: usize,
    pub height: usize,
    pub data: Vec<u8>,
}

/// Rows that one job takes: the gradients of two more are needed, so that narrow bands would be dear.
const BAND: usize = 32;

/// A ridge above the low threshold, and one above the high threshold (or connected to one).
const WEAK: u8 = 1;
const STRONG: u8 = 2;

/// The edges in `window` as `Canny(picture, low, high)` of OpenCV gives them for a picture of three channels. `low`
/// and `high` are thresholds of |dx| + |dy| (0..2040), to be exceeded.
pub fn canny(window: &Window<'_>, low: i16, high: i16) -> Edges {
    let (width, height) = (window.width, window.height);
    // One row and one column of zeros on each side, so that nobody who follows an edge has to look for the border.
    let stride = width + 2;
    let mut ridges = vec![0; stride * (height + 2)];
    if width == 0 || height == 0 {
        return Edges { width, height, data: Vec::new() };
    }
    let inner = &mut ridges[stride..stride * (height + 1)];
    inner.par_chunks_mut(stride * BAND).enumerate().for_each(|(band, rows)| {
        let mut ring = Ring::new(window, (band * BAND) as isize);
        for (k, row) in rows.chunks_exact_mut(stride).enumerate() {
            let [above, here, below] = ring.advance(window, (band * BAND + k) as isize);
            let magnitudes = [&above.magnitude[..], &here.magnitude[..], &below.magnitude[..]];
            thin(magnitudes, &here.dx, &here.dy, low, high, &mut row[1..=width]);
        }
    });
    edges(ridges, width, height)
}

/// The edges of ridges that were found elsewhere: `height` rows of `width` in `ridges` (0 none, 1 weak, 2 strong), which
/// begin `step` apart. Rows that are missing have none.
pub fn followed(ridges: &[u8], step: usize, width: usize, height: usize) -> Edges {
    let stride = width + 2;
    let mut bordered = vec![0; stride * (height + 2)];
    if width == 0 || height == 0 || step < width {
        return Edges { width, height, data: vec![0; width * height] };
    }
    for (row, found) in bordered[stride..].chunks_exact_mut(stride).zip(ridges.chunks_exact(step)).take(height) {
        row[1..=width].copy_from_slice(&found[..width]);
    }
    edges(bordered, width, height)
}

/// What is left of ridges, with a border of zeros, once they are followed.
fn edges(mut ridges: Vec<u8>, width: usize, height: usize) -> Edges {
    let stride = width + 2;
    follow(&mut ridges, stride);
    let mut data = vec![0; width * height];
    for (out, row) in data.chunks_exact_mut(width).zip(ridges[stride..].chunks_exact(stride)) {
        out.iter_mut().zip(&row[1..]).for_each(|(out, &ridge)| *out = ridge >> 1);
    }
    Edges { width, height, data }
}

/// The gradient along one row. Magnitudes have a zero on each side.
#[derive(Clone)]
struct Gradient {
    dx: Vec<i16>,
    dy: Vec<i16>,
    magnitude: Vec<i16>,
}

/// The gradients of three rows in succession, and room for sums over columns.
struct Ring {
    rows: [Gradient; 3],
    sum: Vec<i16>,
    difference: Vec<i16>,
}

impl Ring {
    /// Ready for [`Self::advance`] to row `first`.
    fn new(window: &Window<'_>, first: isize) -> Self {
        let width = window.width;
        let row = Gradient { dx: vec![0; width], dy: vec![0; width], magnitude: vec![0; width + 2] };
        let rows = [row.clone(), row.clone(), row];
        let mut ring = Self { rows, sum: vec![0; width + 2], difference: vec![0; width + 2] };
        ring.fill(window, first - 1);
        ring.fill(window, first);
        ring
    }

    /// The gradients of the rows above, at and below `y`; `y` must be the next one.
    fn advance(&mut self, window: &Window<'_>, y: isize) -> [&Gradient; 3] {
        self.fill(window, y + 1);
        [y - 1, y, y + 1].map(|y| &self.rows[y.rem_euclid(3) as usize])
    }

    fn fill(&mut self, window: &Window<'_>, y: isize) {
        let Gradient { dx, dy, magnitude } = &mut self.rows[y.rem_euclid(3) as usize];
        let width = window.width;
        magnitude.fill(0);
        if y < 0 || y >= window.height as isize {
            return;
        }
        // No gradient is what a channel without any would leave behind, and the first of equals stays.
        dx.fill(0);
        dy.fill(0);
        for c in [2, 1, 0] {
            let rows = [window.row(c, y - 1), window.row(c, y), window.row(c, y + 1)];
            columns(rows, &mut self.sum[1..=width], &mut self.difference[1..=width]);
            for sums in [&mut self.sum, &mut self.difference] {
                (sums[0], sums[width + 1]) = (sums[1], sums[width]);
            }
            strongest(&self.sum, &self.difference, dx, dy, &mut magnitude[1..=width]);
        }
    }
}

/// The vertical halves of Sobel's kernels: 1 2 1 and -1 0 1.
#[multiversion::multiversion(targets("x86_64+avx512f+avx512bw+avx512dq+avx512vl", "x86_64+avx2", "aarch64+neon"))]
fn columns(rows: [&[u8]; 3], sum: &mut [i16], difference: &mut [i16]) {
    let above_here = rows[0].iter().zip(rows[1]);
    for (((&above, &here), &below), (s, d)) in above_here.zip(rows[2]).zip(sum.iter_mut().zip(difference)) {
        let (above, here, below) = (i16::from(above), i16::from(here), i16::from(below));
        *s = above + 2 * here + below;
        *d = below - above;
    }
}

/// The horizontal halves, put in where they are larger than what stands there.
#[multiversion::multiversion(targets("x86_64+avx512f+avx512bw+avx512dq+avx512vl", "x86_64+avx2", "aarch64+neon"))]
fn strongest(sum: &[i16], difference: &[i16], dx: &mut [i16], dy: &mut [i16], magnitude: &mut [i16]) {
    let n = dx.len();
    let (s0, s2) = (&sum[..n], &sum[2..n + 2]);
    let (d0, d1, d2) = (&difference[..n], &difference[1..n + 1], &difference[2..n + 2]);
    let (dx, dy, magnitude) = (&mut dx[..n], &mut dy[..n], &mut magnitude[..n]);
    for i in 0..n {
        let x = s2[i] - s0[i];
        let y = d0[i] + 2 * d1[i] + d2[i];
        let m = x.abs() + y.abs();
        let larger = m > magnitude[i];
        dx[i] = if larger { x } else { dx[i] };
        dy[i] = if larger { y } else { dy[i] };
        magnitude[i] = if larger { m } else { magnitude[i] };
    }
}

/// tan 22.5 degrees in 15 bits; tan 67.5 degrees is 2 more.
const TANGENT: i32 = 13_573;

/// Marks the ridges of one row: pixels above `low` that exceed their neighbours across the edge. `magnitudes` are
/// those of the rows above, here and below.
#[multiversion::multiversion(targets("x86_64+avx512f+avx512bw+avx512dq+avx512vl", "x86_64+avx2", "aarch64+neon"))]
fn thin(magnitudes: [&[i16]; 3], dx: &[i16], dy: &[i16], low: i16, high: i16, out: &mut [u8]) {
    let n = out.len();
    let [a, h, b] = magnitudes;
    let (a0, a1, a2) = (&a[..n], &a[1..n + 1], &a[2..n + 2]);
    let (h0, h1, h2) = (&h[..n], &h[1..n + 1], &h[2..n + 2]);
    let (b0, b1, b2) = (&b[..n], &b[1..n + 1], &b[2..n + 2]);
    let (dx, dy) = (&dx[..n], &dy[..n]);
    for i in 0..n {
        let m = h1[i];
        let (x, y) = (i32::from(dx[i].abs()), i32::from(dy[i].abs()) << 15);
        let flat = x * TANGENT;
        let across = y < flat;
        let upright = y > flat + (x << 16);
        let rising = (dx[i] ^ dy[i]) >= 0;
        let ridge_across = (m > h0[i]) & (m >= h2[i]);
        let ridge_upright = (m > a1[i]) & (m >= b1[i]);
        let ridge_rising = (m > a0[i]) & (m > b2[i]);
        let ridge_falling = (m > a2[i]) & (m > b0[i]);
        let ridge_slanted = (rising & ridge_rising) | (!rising & ridge_falling);
        let ridge =
            (across & ridge_across) | (!across & upright & ridge_upright) | (!across & !upright & ridge_slanted);
        out[i] = u8::from(ridge & (m > low)) + u8::from(ridge & (m > low) & (m > high));
    }
}

/// Makes every weak ridge strong that touches a strong one, by sides or corners, and all that touch it in turn. The
/// border of `ridges` must be zero.
fn follow(ridges: &mut [u8], stride: usize) {
    let neighbours = [1, stride - 1, stride, stride + 1];
    let mut found = Vec::new();
    let visit = |ridges: &mut [u8], found: &mut Vec<usize>, at: usize| {
        for step in neighbours {
            for next in [at - step, at + step] {
                if ridges[next] == WEAK {
                    ridges[next] = STRONG;
                    found.push(next);
                }
            }
        }
    };
    const GROUP: usize = 32;
    for start in (0..ridges.len()).step_by(GROUP) {
        let end = (start + GROUP).min(ridges.len());
        // Most of a picture has no edge: one look at many pixels passes it by.
        if !ridges[start..end].contains(&STRONG) {
            continue;
        }
        for at in start..end {
            if ridges[at] == STRONG {
                visit(ridges, &mut found, at);
                while let Some(at) = found.pop() {
                    visit(ridges, &mut found, at);
                }
            }
        }
    }
}
