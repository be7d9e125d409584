//! Outlines and their exact coverage.

use super::canvas::View;

/// Closed outlines made of straight lines, in world units.
#[derive(Clone, Debug, Default)]
pub struct Path {
    lines: Vec<[f32; 4]>,
    start: (f32, f32),
    at: (f32, f32),
}

impl Path {
    /// A polygon.
    pub fn polygon(points: &[(f32, f32)]) -> Self {
        let mut path = Self::default();
        for (i, &p) in points.iter().enumerate() {
            if i == 0 { path.move_to(p) } else { path.line_to(p) }
        }
        path.close();
        path
    }

    /// A closed smooth curve through all points (Catmull-Rom).
    pub fn smooth(points: &[(f32, f32)]) -> Self {
        const STEPS: usize = 8;
        let n = points.len();
        let mut path = Self::default();
        for i in 0..n {
            let [p0, p1, p2, p3] = [points[(i + n - 1) % n], points[i], points[(i + 1) % n], points[(i + 2) % n]];
            for step in 0..STEPS {
                let t = step as f32 / STEPS as f32;
                let at = |a: f32, b: f32, c: f32, d: f32| {
                    0.5 * (2.0 * b
                        + (c - a) * t
                        + (2.0 * a - 5.0 * b + 4.0 * c - d) * t * t
                        + (3.0 * b - a - 3.0 * c + d) * t * t * t)
                };
                let p = (at(p0.0, p1.0, p2.0, p3.0), at(p0.1, p1.1, p2.1, p3.1));
                if i == 0 && step == 0 { path.move_to(p) } else { path.line_to(p) }
            }
        }
        path.close();
        path
    }

    pub fn move_to(&mut self, p: (f32, f32)) {
        self.close();
        (self.start, self.at) = (p, p);
    }

    pub fn line_to(&mut self, p: (f32, f32)) {
        self.lines.push([self.at.0, self.at.1, p.0, p.1]);
        self.at = p;
    }

    /// A quadratic curve with control point `c`.
    pub fn quad_to(&mut self, c: (f32, f32), p: (f32, f32)) {
        const STEPS: usize = 6;
        let from = self.at;
        for step in 1..=STEPS {
            let t = step as f32 / STEPS as f32;
            let (a, b, d) = ((1.0 - t) * (1.0 - t), 2.0 * t * (1.0 - t), t * t);
            self.line_to((a * from.0 + b * c.0 + d * p.0, a * from.1 + b * c.1 + d * p.1));
        }
    }

    pub fn close(&mut self) {
        if self.at != self.start {
            self.line_to(self.start);
        }
    }

    /// All points moved.
    pub fn shifted(&self, dx: f32, dy: f32) -> Self {
        let lines = self.lines.iter().map(|l| [l[0] + dx, l[1] + dy, l[2] + dx, l[3] + dy]).collect();
        Self { lines, start: (self.start.0 + dx, self.start.1 + dy), at: (self.at.0 + dx, self.at.1 + dy) }
    }

    /// Left, top, right, bottom; empty (left above right) for no lines.
    pub fn bounds(&self) -> [f32; 4] {
        self.lines.iter().fold([f32::MAX, f32::MAX, f32::MIN, f32::MIN], |b, l| {
            [b[0].min(l[0]).min(l[2]), b[1].min(l[1]).min(l[3]), b[2].max(l[0]).max(l[2]), b[3].max(l[1]).max(l[3])]
        })
    }

    /// Covered share of every sample of a window of `size` whose first sample is number `origin` of `view`. Exact
    /// for simple outlines: signed areas are collected per row and summed from the left (the accumulation-buffer
    /// method of Raph Levien's font-rs).
    pub fn coverage(&self, view: View, origin: (usize, usize), size: (usize, usize)) -> Vec<f32> {
        let (w, h) = size;
        let mut sums = vec![0.0f32; (w + 2) * h];
        let to =
            |x: f32, y: f32| ((x - view.x) * view.scale - origin.0 as f32, (y - view.y) * view.scale - origin.1 as f32);
        for l in &self.lines {
            collect(&mut sums, w, h, to(l[0], l[1]), to(l[2], l[3]));
        }
        let mut out = Vec::with_capacity(w * h);
        for row in sums.chunks_exact(w + 2) {
            let mut sum = 0.0;
            out.extend(row[..w].iter().map(|s| {
                sum += s;
                f32::abs(sum).min(1.0)
            }));
        }
        out
    }
}

/// Adds one line's signed areas. `sums` has rows of `w` + 2.
fn collect(sums: &mut [f32], w: usize, h: usize, p0: (f32, f32), p1: (f32, f32)) {
    if p0.1 == p1.1 {
        return;
    }
    let (sign, top, bottom) = if p0.1 < p1.1 { (1.0, p0, p1) } else { (-1.0, p1, p0) };
    let slope = (bottom.0 - top.0) / (bottom.1 - top.1);
    let (from, till) = (top.1.max(0.0), bottom.1.min(h as f32));
    if from >= till {
        return;
    }
    for row in from as usize..(till.ceil() as usize).min(h) {
        let (y0, y1) = (from.max(row as f32), till.min(row as f32 + 1.0));
        let dy = (y1 - y0) * sign;
        let clamp = |y: f32| (top.0 + (y - top.1) * slope).clamp(0.0, w as f32);
        let (a, b) = (clamp(y0), clamp(y1));
        let (x0, x1) = if a < b { (a, b) } else { (b, a) };
        let cells = &mut sums[row * (w + 2)..][..w + 2];
        spread(cells, x0, x1, dy);
    }
}

/// Shares `dy` out over the cells from `x0` to `x1` of one row.
fn spread(cells: &mut [f32], x0: f32, x1: f32, dy: f32) {
    let first = x0 as usize;
    let last = (x1.ceil() as usize).max(first + 1);
    if last == first + 1 {
        let mid = 0.5 * (x0 + x1) - first as f32;
        cells[first] += dy * (1.0 - mid);
        cells[first + 1] += dy * mid;
        return;
    }
    // The line crosses several cells: covered area right of the line grows cell by cell.
    let per = 1.0 / (x1 - x0);
    let mut before = 0.0;
    for (i, cell) in cells.iter_mut().enumerate().take(last + 1).skip(first) {
        // Area to the right of the line within cells first..=i, as a share of dy.
        let right = (i + 1) as f32;
        let t1 = ((right - x0) * per).clamp(0.0, 1.0);
        let t0 = ((i as f32 - x0) * per).clamp(0.0, 1.0);
        let inside = (t1 - t0) * (right - 0.5 * (x0.max(i as f32) + x1.min(right)));
        let area = t0 + inside;
        *cell += dy * (area - before);
        before = area;
    }
}
