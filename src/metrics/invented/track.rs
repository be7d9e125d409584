//! Where each part of a picture was one frame earlier: block matching from coarse to fine, then a part of a sample by
//! Lucas and Kanade. Exact for whole samples; nothing is said of how sure it is, because whoever asks looks at what is
//! left over.

use rayon::prelude::*;

use super::plane::Luma;

/// Samples of a block, and those around it that are matched with it.
pub(super) const BLOCK: usize = 8;
const MARGIN: isize = 4;
/// Halvings; the coarsest is searched through.
const LEVELS: usize = 3;
const SEARCH: isize = 4;
/// Codes a sample that a motion must gain over standing still, and for each sample of its length.
const BIAS: f32 = 0.02;

/// Motion of blocks of [`BLOCK`] samples, row by row: a sample at p stood at p + v in the frame before.
pub(super) struct Flow {
    pub columns: usize,
    pub rows: usize,
    pub v: Vec<[f32; 2]>,
}

impl Flow {
    /// Of the block that holds sample (x, y).
    pub fn at(&self, x: usize, y: usize) -> [f32; 2] {
        self.v[(y / BLOCK).min(self.rows - 1) * self.columns + (x / BLOCK).min(self.columns - 1)]
    }
}

/// From `now` back to `before`, two pictures of one size.
pub(super) fn flow(now: &Luma, before: &Luma) -> Flow {
    let mut levels = vec![(now.clone(), before.clone())];
    while levels.len() <= LEVELS && levels.last().is_some_and(|(now, _)| now.width.min(now.height) >= 4 * BLOCK) {
        if let Some((now, before)) = levels.last().map(|(now, before)| (now.halved(), before.halved())) {
            levels.push((now, before));
        }
    }
    let mut coarse: Option<Whole> = None;
    for (now, before) in levels.iter().rev() {
        coarse = Some(level(now, before, coarse.as_ref()));
    }
    let whole = coarse.unwrap_or_else(|| Whole { columns: 1, rows: 1, v: vec![[0, 0]] });
    let refine = |n: usize| {
        let (left, top) = (n % whole.columns * BLOCK, n / whole.columns * BLOCK);
        finer(now, before, (left as isize, top as isize), whole.v[n])
    };
    let v = (0..whole.v.len()).into_par_iter().map(refine).collect();
    Flow { columns: whole.columns, rows: whole.rows, v }
}

/// Motion in whole samples.
struct Whole {
    columns: usize,
    rows: usize,
    v: Vec<[isize; 2]>,
}

fn level(now: &Luma, before: &Luma, coarse: Option<&Whole>) -> Whole {
    let (columns, rows) = (now.width.div_ceil(BLOCK), now.height.div_ceil(BLOCK));
    let found = |n: usize| {
        let (x, y) = (n % columns, n / columns);
        let corner = ((x * BLOCK) as isize, (y * BLOCK) as isize);
        let mut best = ([0, 0], mismatch(now, before, corner, [0, 0], f32::INFINITY));
        let mut take = |v: [isize; 2]| {
            let length = (v[0] as f32).hypot(v[1] as f32);
            let fine = (1.0 + length) * BIAS * AREA;
            let cost = mismatch(now, before, corner, v, best.1 - fine) + fine;
            if cost < best.1 {
                best = (v, cost);
            }
            best.0
        };
        match coarse {
            None => {
                for dy in -SEARCH..=SEARCH {
                    for dx in -SEARCH..=SEARCH {
                        take([dx, dy]);
                    }
                }
            }
            Some(coarse) => {
                let (cx, cy) = ((x / 2) as isize, (y / 2) as isize);
                let mut from = [0, 0];
                for (dx, dy) in [(0, 0), (-1, 0), (1, 0), (0, -1), (0, 1)] {
                    let (x, y) = (cx + dx, cy + dy);
                    if x >= 0 && y >= 0 && x < coarse.columns as isize && y < coarse.rows as isize {
                        let v = coarse.v[y as usize * coarse.columns + x as usize];
                        from = take([2 * v[0], 2 * v[1]]);
                    }
                }
                for dy in -1..=1 {
                    for dx in -1..=1 {
                        take([from[0] + dx, from[1] + dy]);
                    }
                }
            }
        }
        best.0
    };
    Whole { columns, rows, v: (0..columns * rows).into_par_iter().map(found).collect() }
}

/// Samples that are matched for a block.
const SIDE: isize = BLOCK as isize + 2 * MARGIN;
const AREA: f32 = (SIDE * SIDE) as f32;

/// Sum of absolute differences of a block and its margin, given up once it passes `most`.
fn mismatch(now: &Luma, before: &Luma, (left, top): (isize, isize), [dx, dy]: [isize; 2], most: f32) -> f32 {
    let (x0, y0) = (left - MARGIN, top - MARGIN);
    let inside = |p: isize, side: usize| p >= 0 && p + SIDE <= side as isize;
    let (w, h) = (now.width, now.height);
    let whole = inside(x0, w) && inside(y0, h) && inside(x0 + dx, w) && inside(y0 + dy, h);
    let mut sum = 0.0;
    for y in y0..y0 + SIDE {
        if whole {
            let a = &now.row(y as usize)[x0 as usize..][..SIDE as usize];
            let b = &before.row((y + dy) as usize)[(x0 + dx) as usize..][..SIDE as usize];
            sum += a.iter().zip(b).map(|(a, b)| (a - b).abs()).sum::<f32>();
        } else {
            sum += (x0..x0 + SIDE).map(|x| (now.clamped(x, y) - before.clamped(x + dx, y + dy)).abs()).sum::<f32>();
        }
        if sum > most {
            return sum;
        }
    }
    sum
}

/// A part of a sample more, where that leaves less of a difference.
fn finer(now: &Luma, before: &Luma, (left, top): (isize, isize), whole: [isize; 2]) -> [f32; 2] {
    let start = [whole[0] as f32, whole[1] as f32];
    let first = mismatch(now, before, (left, top), whole, f32::INFINITY);
    if first < 0.05 * AREA {
        return start;
    }
    let mut v = start;
    for _ in 0..3 {
        let (mut t, mut b) = ([0.0f32; 3], [0.0f32; 2]);
        for y in top - MARGIN..top - MARGIN + SIDE {
            for x in left - MARGIN..left - MARGIN + SIDE {
                let gx = 0.5 * (now.clamped(x + 1, y) - now.clamped(x - 1, y));
                let gy = 0.5 * (now.clamped(x, y + 1) - now.clamped(x, y - 1));
                let d = now.clamped(x, y) - between(before, x as f32 + v[0], y as f32 + v[1]);
                t = [t[0] + gx * gx, t[1] + gx * gy, t[2] + gy * gy];
                b = [b[0] + d * gx, b[1] + d * gy];
            }
        }
        // A little ridge: along an edge nothing is known, and nothing is moved.
        let ridge = 0.5 * AREA;
        let (xx, yy) = (t[0] + ridge, t[2] + ridge);
        let det = xx * yy - t[1] * t[1];
        let by = [(yy * b[0] - t[1] * b[1]) / det, (xx * b[1] - t[1] * b[0]) / det];
        v = [v[0] + by[0], v[1] + by[1]];
        if !((v[0] - start[0]).abs() <= 1.5 && (v[1] - start[1]).abs() <= 1.5) {
            return start;
        }
    }
    let left_over: f32 = (top - MARGIN..top - MARGIN + SIDE)
        .flat_map(|y| (left - MARGIN..left - MARGIN + SIDE).map(move |x| (x, y)))
        .map(|(x, y)| (now.clamped(x, y) - between(before, x as f32 + v[0], y as f32 + v[1])).abs())
        .sum();
    if left_over < first { v } else { start }
}

/// The sample at (x, y), between samples by cubics (Keys, a = -0.5), the border repeated; a whole place gives the sample
/// itself.
pub(super) fn between(from: &Luma, x: f32, y: f32) -> f32 {
    let (left, top) = (x.floor(), y.floor());
    let (fx, fy) = (x - left, y - top);
    let (left, top) = (left as isize, top as isize);
    if fx == 0.0 && fy == 0.0 {
        return from.clamped(left, top);
    }
    let (wx, wy) = (cubic(fx), cubic(fy));
    let mut sum = 0.0;
    for (k, wy) in (-1..=2).zip(wy) {
        let row: f32 = (-1..=2).zip(wx).map(|(n, wx)| wx * from.clamped(left + n, top + k)).sum();
        sum += wy * row;
    }
    sum
}

fn cubic(t: f32) -> [f32; 4] {
    let (s, q) = (t * t, t * t * t);
    [-0.5 * t + s - 0.5 * q, 1.0 - 2.5 * s + 1.5 * q, 0.5 * t + 2.0 * s - 1.5 * q, -0.5 * s + 0.5 * q]
}
