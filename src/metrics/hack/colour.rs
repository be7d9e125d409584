//! What happened to colour: saturation, a wrong matrix, a shift of the chroma planes.

use rayon::prelude::*;

use super::pyramid::Grid;

/// What was found.
#[derive(Clone, Copy, Debug, Default)]
pub struct Colour {
    /// <r,d>/<r,r> of chroma about its neutral code: 1.1 is a tenth more colourful.
    pub slope: f64,
    /// Root mean square of the reference's chroma about neutral, in codes of the 8-bit scale.
    pub signal: f64,
    /// Which of [`MISTAKES`] explains the change of colour best, and what share of its squares it takes away.
    pub mistake: usize,
    pub explained: f64,
    /// What a plain change of saturation takes away of the same.
    pub saturation_explains: f64,
    /// Root mean square of the change of Y, Cb and Cr together, in codes.
    pub change: f64,
    /// Shift of the chroma planes, in their own samples; right and down are positive.
    pub shift: (f64, f64),
    /// Share of chroma's squared error that the shift takes away.
    pub shift_explains: f64,
}

/// Three planes of one frame, on the 8-bit scale.
pub struct Planes {
    pub luma: Grid,
    pub chroma: [Grid; 2],
}

/// What is said of it, the weights it was coded by, those it was read by.
type Mistake = (&'static str, Weights, Weights);
/// Of red and of blue in luma.
type Weights = (f64, f64);

/// Two sets of luma weights (of red and blue) that were mistaken for each other: what was coded by the first was read by
/// the second.
pub static MISTAKES: [Mistake; 4] = [
    ("BT.601 read as BT.709", (0.299, 0.114), (0.2126, 0.0722)),
    ("BT.709 read as BT.601", (0.2126, 0.0722), (0.299, 0.114)),
    ("BT.709 read as BT.2020", (0.2126, 0.0722), (0.2627, 0.0593)),
    ("BT.2020 read as BT.709", (0.2627, 0.0593), (0.2126, 0.0722)),
];

/// A mean of Y, Cb - 128, Cr - 128 of the reference, and the candidate's less it.
type Point = ([f64; 3], [f64; 3]);

/// Measures two frames of one shape.
pub fn colour(reference: &Planes, candidate: &Planes) -> Colour {
    let points = points(reference, candidate);
    let count = points.len().max(1) as f64;
    let sum = |of: &dyn Fn(&Point) -> f64| points.iter().map(of).sum::<f64>();
    let rr = sum(&|(r, _)| r[1] * r[1] + r[2] * r[2]);
    let rd = sum(&|(r, e)| r[1] * (r[1] + e[1]) + r[2] * (r[2] + e[2]));
    let slope = if rr > 0.0 { rd / rr } else { 1.0 };
    let squares = sum(&|(_, e)| e.iter().map(|e| e * e).sum());
    let left = |of: &dyn Fn(&[f64; 3]) -> [f64; 3]| {
        let error = sum(&|(r, e)| of(r).iter().zip(e).map(|(of, e)| (e - of).powi(2)).sum());
        if squares > 0.0 { 1.0 - error / squares } else { 0.0 }
    };
    let saturation_explains = left(&|r| [0.0, (slope - 1.0) * r[1], (slope - 1.0) * r[2]]);
    let mut best = (0, f64::NEG_INFINITY);
    for (n, (_, coded, read)) in MISTAKES.iter().enumerate() {
        let found = left(&|r| mistaken(r, *coded, *read));
        if found > best.1 {
            best = (n, found);
        }
    }
    let (shift, shift_explains) = chroma_shift(&reference.chroma, &candidate.chroma);
    Colour {
        slope,
        signal: (rr / count / 2.0).sqrt(),
        mistake: best.0,
        explained: best.1,
        saturation_explains,
        change: (squares / count).sqrt(),
        shift,
        shift_explains,
    }
}

/// The change of Y, Cb, Cr when R'G'B' is made of them by the weights `coded`, and Y'CbCr of that by `read`.
fn mistaken([_, cb, cr]: &[f64; 3], coded: (f64, f64), read: (f64, f64)) -> [f64; 3] {
    // On full-range scales of luma 219 and chroma 224 the two differ by this factor; it cancels but for luma.
    let chroma = 219.0 / 224.0;
    let (pb, pr) = (cb * chroma, cr * chroma);
    let ((kr, kb), (lr, lb)) = (coded, read);
    // With Y = 0: only differences are wanted, and Y itself passes unchanged.
    let red = 2.0 * (1.0 - kr) * pr;
    let blue = 2.0 * (1.0 - kb) * pb;
    let green = -(kr * red + kb * blue) / (1.0 - kr - kb);
    let luma = lr * red + lb * blue + (1.0 - lr - lb) * green;
    let back = |colour: f64, weight: f64| (colour - luma) / (2.0 * (1.0 - weight)) / chroma;
    [luma, back(blue, lb) - cb, back(red, lr) - cr]
}

/// Means over 4x4 chroma samples, every eighth of them (every fourth of a small picture).
fn points(reference: &Planes, candidate: &Planes) -> Vec<Point> {
    const SIDE: usize = 4;
    let (width, height) = (reference.chroma[0].width, reference.chroma[0].height);
    let step = if width * height < 40_000 { SIDE } else { 2 * SIDE };
    let (fx, fy) = ((reference.luma.width / width.max(1)).max(1), (reference.luma.height / height.max(1)).max(1));
    let mean = |grid: &Grid, left: usize, top: usize, (w, h): (usize, usize)| {
        let (right, bottom) = ((left + w).min(grid.width), (top + h).min(grid.height));
        let rows = top..bottom;
        let count = ((right - left) * rows.len()) as f64;
        rows.map(|y| f64::from(grid.row(y)[left..right].iter().sum::<f32>())).sum::<f64>() / count
    };
    let tops: Vec<usize> = (0..height.saturating_sub(SIDE - 1)).step_by(step).collect();
    let line = |top: usize| {
        let at = move |planes: &Planes, left: usize| {
            let chroma = |k: usize| mean(&planes.chroma[k], left, top, (SIDE, SIDE)) - 128.0;
            [mean(&planes.luma, left * fx, top * fy, (SIDE * fx, SIDE * fy)), chroma(0), chroma(1)]
        };
        (0..width.saturating_sub(SIDE - 1)).step_by(step).map(move |left| {
            let (r, d) = (at(reference, left), at(candidate, left));
            (r, std::array::from_fn(|k| d[k] - r[k]))
        })
    };
    tops.into_par_iter().flat_map_iter(line).collect()
}

/// Shift of both chroma planes together, each with a gain and an offset of its own, in two rounds.
fn chroma_shift(reference: &[Grid; 2], candidate: &[Grid; 2]) -> ((f64, f64), f64) {
    let soft: Vec<(Grid, Grid)> = reference.iter().zip(candidate).map(|(r, d)| (r.blurred(), d.blurred())).collect();
    let mut whole = (0isize, 0isize);
    let mut found = (0.0, 0.0);
    let (still, mut left) = (shifted(&soft, whole).2, f64::INFINITY);
    for _ in 0..3 {
        let (fraction, error, _) = shifted(&soft, whole);
        let shift = (whole.0 as f64 + fraction.0, whole.1 as f64 + fraction.1);
        if error >= left {
            break;
        }
        (found, left) = (shift, error);
        let next = (shift.0.round() as isize, shift.1.round() as isize);
        if next == whole || next.0.abs() > 8 || next.1.abs() > 8 {
            break;
        }
        whole = next;
    }
    let explained = if still > 1e-9 { (1.0 - left / still).clamp(0.0, 1.0) } else { 0.0 };
    (found, explained)
}

/// The fraction beyond `whole`, the error it leaves, and the error of no fraction.
fn shifted(planes: &[(Grid, Grid)], whole: (isize, isize)) -> ((f64, f64), f64, f64) {
    // Sums of gx, gy and e = d - gain r - offset: gain and offset are taken out first, plane by plane.
    let mut all = [0.0f64; 6];
    let mut count = 0.0;
    for (r, d) in planes {
        let (width, height) = (r.width as isize, r.height as isize);
        let (left, right) = (1 + (-whole.0).max(0), width - 1 - whole.0.max(0));
        let (top, bottom) = (1 + (-whole.1).max(0), height - 1 - whole.1.max(0));
        if left + 4 > right || top + 4 > bottom {
            continue;
        }
        let step = if r.width * r.height > 60_000 { 2 } else { 1 };
        let rows: Vec<isize> = (top..bottom).step_by(step).collect();
        // v = r, 1, gx, gy, d: all products.
        let row = |y: &isize| {
            let mut sums = [[0.0f64; 5]; 5];
            let (up, here, down) = (r.row((y - 1) as usize), r.row(*y as usize), r.row((y + 1) as usize));
            let other = d.row((y + whole.1) as usize);
            for x in (left..right).step_by(step) {
                let n = x as usize;
                let gx = f64::from(here[n + 1] - here[n - 1]) * -0.5;
                let gy = f64::from(down[n] - up[n]) * -0.5;
                let there = f64::from(other[(x + whole.0) as usize]) - 128.0;
                let terms = [f64::from(here[n]) - 128.0, 1.0, gx, gy, there];
                for i in 0..5 {
                    for j in i..5 {
                        sums[i][j] += terms[i] * terms[j];
                    }
                }
            }
            sums
        };
        let parts: Vec<[[f64; 5]; 5]> = rows.par_iter().with_min_len(8).map(row).collect();
        let mut sums = [[0.0f64; 5]; 5];
        parts.iter().for_each(|part| (0..5).for_each(|i| (0..5).for_each(|j| sums[i][j] += part[i][j])));
        (0..5).for_each(|i| (0..i).for_each(|j| sums[i][j] = sums[j][i]));
        // Takes the parts along r and 1 out of gx, gy and d.
        for pivot in [1, 0] {
            if sums[pivot][pivot] <= 1e-9 {
                continue;
            }
            let line = sums[pivot];
            for (i, row) in sums.iter_mut().enumerate() {
                for (j, cell) in row.iter_mut().enumerate() {
                    *cell -= line[i] * line[j] / line[pivot];
                }
            }
        }
        let found = [sums[2][2], sums[2][3], sums[3][3], sums[2][4], sums[3][4], sums[4][4]];
        all.iter_mut().zip(found).for_each(|(sum, found)| *sum += found);
        count += (rows.len() * ((right - left) as usize).div_ceil(step)) as f64;
    }
    let [xx, xy, yy, xe, ye, ee] = all;
    let (xx, yy) = (xx + count * 1e-3, yy + count * 1e-3);
    let determinant = xx * yy - xy * xy;
    let count = f64::max(count, 1.0);
    if determinant <= 0.0 {
        return ((0.0, 0.0), ee / count, ee / count);
    }
    let (u, v) = ((xe * yy - ye * xy) / determinant, (ye * xx - xe * xy) / determinant);
    ((u, v), ((ee - u * xe - v * ye) / count).max(0.0), ee / count)
}
