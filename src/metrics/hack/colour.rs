//! What happened to colour: saturation, a wrong matrix, a shift of the chroma planes.

use rayon::prelude::*;

use super::moments::{Moments, slopes};
use super::pyramid::{Rows, Softener, padded};

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

/// Three planes of one frame.
#[derive(Clone, Copy)]
pub struct Planes<'a> {
    pub luma: Rows<'a>,
    pub chroma: [Rows<'a>; 2],
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

/// Sums over means of Cb - 128 and Cr - 128 of the reference (r) and of what Y, Cb and Cr of the candidate are more (e).
#[derive(Clone, Copy, Default)]
struct Sums {
    count: f64,
    /// Products of two r.
    rr: [[f64; 2]; 2],
    /// Products of an e and an r.
    er: [[f64; 2]; 3],
    /// Squares of all e.
    ee: f64,
}

impl Sums {
    fn add(&mut self, r: [f64; 2], e: [f64; 3]) {
        self.count += 1.0;
        for (j, r_j) in r.iter().enumerate() {
            (0..2).for_each(|i| self.rr[i][j] += r[i] * r_j);
            (0..3).for_each(|i| self.er[i][j] += e[i] * r_j);
        }
        self.ee += e.iter().map(|e| e * e).sum::<f64>();
    }

    fn with(mut self, other: &Self) -> Self {
        self.count += other.count;
        for j in 0..2 {
            (0..2).for_each(|i| self.rr[i][j] += other.rr[i][j]);
            (0..3).for_each(|i| self.er[i][j] += other.er[i][j]);
        }
        self.ee += other.ee;
        self
    }

    /// What share of the squares of e goes away when it is explained by `of` r, which is linear.
    fn explained(&self, of: impl Fn([f64; 2]) -> [f64; 3]) -> f64 {
        let (blue, red) = (of([1.0, 0.0]), of([0.0, 1.0]));
        let gained = |k: usize| {
            let by = [blue[k], red[k]];
            let squares: f64 = (0..2).map(|i| (0..2).map(|j| by[i] * by[j] * self.rr[i][j]).sum::<f64>()).sum();
            2.0 * (by[0] * self.er[k][0] + by[1] * self.er[k][1]) - squares
        };
        if self.ee > 0.0 { (0..3).map(gained).sum::<f64>() / self.ee } else { 0.0 }
    }
}

/// Measures two frames of one shape.
pub fn colour(reference: Planes<'_>, candidate: Planes<'_>) -> Colour {
    let sums = means(reference, candidate);
    let rr = sums.rr[0][0] + sums.rr[1][1];
    let slope = if rr > 0.0 { 1.0 + (sums.er[1][0] + sums.er[2][1]) / rr } else { 1.0 };
    let saturation_explains = sums.explained(|[cb, cr]| [0.0, (slope - 1.0) * cb, (slope - 1.0) * cr]);
    let mut best = (0, f64::NEG_INFINITY);
    for (n, (_, coded, read)) in MISTAKES.iter().enumerate() {
        let found = sums.explained(|r| mistaken(r, *coded, *read));
        if found > best.1 {
            best = (n, found);
        }
    }
    let count = sums.count.max(1.0);
    let (shift, shift_explains) = chroma_shift(reference.chroma, candidate.chroma);
    Colour {
        slope,
        signal: (rr / count / 2.0).sqrt(),
        mistake: best.0,
        explained: best.1,
        saturation_explains,
        change: (sums.ee / count).sqrt(),
        shift,
        shift_explains,
    }
}

/// The change of Y, Cb, Cr when R'G'B' is made of them by the weights `coded`, and Y'CbCr of that by `read`.
fn mistaken([cb, cr]: [f64; 2], coded: Weights, read: Weights) -> [f64; 3] {
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

/// Sums over means of 4x4 chroma samples, every eighth of them (every fourth of a small picture).
fn means(reference: Planes<'_>, candidate: Planes<'_>) -> Sums {
    const SIDE: usize = 4;
    let ((width, height), luma) = (reference.chroma[0].size(), reference.luma.size());
    let step = if width * height < 40_000 { SIDE } else { 2 * SIDE };
    let times = |luma: usize, chroma: usize| ((luma + chroma / 2) / chroma.max(1)).max(1);
    let (fx, fy) = (times(luma.0, width), times(luma.1, height));
    let tops: Vec<usize> = (0..height.saturating_sub(SIDE - 1)).step_by(step).collect();
    let lefts: Vec<usize> = (0..width.saturating_sub(SIDE - 1)).step_by(step).collect();
    let line = |columns: &mut Vec<f32>, top: &usize| {
        // Six planes: Y, Cb and Cr of the reference, then of the candidate.
        let [ry, rb, rr, dy, db, dr] = [
            (reference.luma, fx, fy),
            (reference.chroma[0], 1, 1),
            (reference.chroma[1], 1, 1),
            (candidate.luma, fx, fy),
            (candidate.chroma[0], 1, 1),
            (candidate.chroma[1], 1, 1),
        ]
        .map(|(rows, fx, fy)| {
            let (width, height) = rows.size();
            let lines = (top * fy).min(height - 1)..((top + SIDE) * fy).min(height);
            let count = lines.len();
            rows.columns(lines, &mut columns[..width]);
            let mean = |left: &usize| {
                let cut = &columns[(left * fx).min(width - 1)..((left + SIDE) * fx).min(width)];
                f64::from(cut.iter().sum::<f32>()) / (cut.len() * count) as f64
            };
            lefts.iter().map(mean).collect::<Vec<f64>>()
        });
        let mut sums = Sums::default();
        for n in 0..lefts.len() {
            sums.add([rb[n] - 128.0, rr[n] - 128.0], [dy[n] - ry[n], db[n] - rb[n], dr[n] - rr[n]]);
        }
        sums
    };
    let columns = || vec![0.0f32; luma.0.max(width)];
    let parts: Vec<Sums> = tops.par_iter().with_min_len(4).map_init(columns, line).collect();
    parts.iter().fold(Sums::default(), Sums::with)
}

/// Shift of both chroma planes together, each with a gain and an offset of its own, in two rounds.
fn chroma_shift(reference: [Rows<'_>; 2], candidate: [Rows<'_>; 2]) -> ((f64, f64), f64) {
    let planes = [(reference[0], candidate[0]), (reference[1], candidate[1])];
    let mut whole = (0isize, 0isize);
    let mut found = (0.0, 0.0);
    let (mut still, mut left) = (0.0, f64::INFINITY);
    for round in 0..3 {
        let (fraction, error, at_rest) = shifted(&planes, whole);
        if round == 0 {
            still = at_rest;
        }
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
fn shifted(planes: &[(Rows<'_>, Rows<'_>)], whole: (isize, isize)) -> ((f64, f64), f64, f64) {
    // Sums of gx, gy and e = d - gain r - offset: gain and offset are taken out first, plane by plane.
    let mut all = [0.0f64; 6];
    let mut count = 0.0;
    for (r, d) in planes {
        let Some((mut sums, looked)) = products(*r, *d, whole) else { continue };
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
        count += looked;
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

/// Samples of a chroma plane that are looked at, about: a shift of the whole plane needs no more.
const LOOKED: usize = 28_000;

/// Sums of all products of r, 1, gx, gy and d, both softened, and how many samples they are of; `None` where a plane is
/// too small. Rows are an odd number apart, so that both fields of an interlaced film count.
fn products(r: Rows<'_>, d: Rows<'_>, whole: (isize, isize)) -> Option<([[f64; 5]; 5], f64)> {
    let (width, height) = r.size();
    let (w, h) = (width as isize, height as isize);
    let (left, right) = (1 + (-whole.0).max(0), w - 1 - whole.0.max(0));
    let (top, bottom) = (1 + (-whole.1).max(0), h - 1 - whole.1.max(0));
    if left + 4 > right || top + 4 > bottom {
        return None;
    }
    let apart = (width * height / LOOKED).clamp(1, 16) | 1;
    let rows: Vec<usize> = (top as usize..bottom as usize).step_by(apart).collect();
    let count = (right - left) as usize;
    let job = |rows: &[usize]| {
        let (mut of_r, mut of_d) = (Softener::new(r), Softener::new(d));
        let (mut near, mut there) = ([(); 3].map(|()| padded(width)), padded(width));
        let mut lines = [(); 4].map(|()| vec![0.0f32; count]);
        let mut sums = [[0.0f64; 5]; 5];
        for &y in rows {
            near.iter_mut().enumerate().for_each(|(k, line)| of_r.soften(y + k - 1, line));
            of_d.soften((y as isize + whole.1) as usize, &mut there);
            let from = left as usize;
            let cut = near.each_ref().map(|line| &line[from - 1..from + count + 1]);
            slopes(cut, &there[(left + whole.0) as usize..][..count], &mut lines);
            let row = Moments::of(lines.each_ref().map(Vec::as_slice));
            // Where r, gx, gy and d stand among the five; the second is 1.
            let place = [0, 2, 3, 4];
            for (i, to) in place.into_iter().enumerate() {
                (0..4).for_each(|j| sums[to][place[j]] += row.products[i][j]);
                sums[1][to] += row.sums[i];
                sums[to][1] += row.sums[i];
            }
            sums[1][1] += count as f64;
        }
        sums
    };
    let parts: Vec<[[f64; 5]; 5]> = rows.par_chunks(16).map(job).collect();
    let mut sums = [[0.0f64; 5]; 5];
    parts.iter().for_each(|part| (0..5).for_each(|i| (0..5).for_each(|j| sums[i][j] += part[i][j])));
    Some((sums, (rows.len() * count) as f64))
}
