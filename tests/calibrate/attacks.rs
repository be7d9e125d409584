//! What is done to pictures for the sake of a score, on 8-bit luma: written here once more, apart from the stages of the
//! application, so that the verdict is not measured by its own filters.

/// Luma codes, row by row.
#[derive(Clone)]
pub struct Luma {
    pub width: usize,
    pub height: usize,
    pub codes: Vec<f32>,
}

/// An attack: its family, its name in the table, what it does.
pub struct Attack {
    pub family: &'static str,
    pub name: &'static str,
    pub act: fn(&Luma) -> Luma,
}

/// All attacks. Those of `unsharp` below .5 and of `gamma` carry no bar.
pub static ATTACKS: &[Attack] = &[
    Attack { family: "unsharp_weak", name: "unsharp .25", act: |p| unsharp(p, 1.0, 0.25) },
    Attack { family: "unsharp", name: "unsharp .5", act: |p| unsharp(p, 1.0, 0.5) },
    Attack { family: "unsharp", name: "unsharp 1", act: |p| unsharp(p, 1.0, 1.0) },
    Attack { family: "unsharp_wide", name: "unsharp s2.843 .179", act: |p| unsharp(p, 2.843, 0.179) },
    Attack { family: "unsharp", name: "unsharp s2.843 .5", act: |p| unsharp(p, 2.843, 0.5) },
    Attack { family: "tune_vmaf", name: "tune-vmaf .5", act: |p| tune_vmaf(p, 0.5) },
    Attack { family: "tune_vmaf", name: "tune-vmaf 1", act: |p| tune_vmaf(p, 1.0) },
    Attack { family: "contrast", name: "contrast 1.05", act: |p| curve(p, |y| 128.0 + 1.05 * (y - 128.0)) },
    Attack { family: "contrast", name: "contrast 1.1", act: |p| curve(p, |y| 128.0 + 1.1 * (y - 128.0)) },
    Attack { family: "contrast", name: "contrast 1.2", act: |p| curve(p, |y| 128.0 + 1.2 * (y - 128.0)) },
    Attack { family: "gamma", name: "gamma 1.1", act: |p| curve(p, |y| 255.0 * (y / 255.0).powf(1.1)) },
    Attack { family: "gamma", name: "gamma .9", act: |p| curve(p, |y| 255.0 * (y / 255.0).powf(0.9)) },
    Attack { family: "clahe", name: "clahe 1.2", act: |p| clahe(p, 1.2) },
    Attack { family: "clahe", name: "clahe 2", act: |p| clahe(p, 2.0) },
    Attack { family: "histogram", name: "histogram .1", act: |p| equalise(p, 0.1) },
    Attack { family: "histogram", name: "histogram .2", act: |p| equalise(p, 0.2) },
    Attack { family: "histogram", name: "histogram .5", act: |p| equalise(p, 0.5) },
];

impl Luma {
    fn with(&self, of: impl Fn(usize, f32) -> f32) -> Luma {
        let codes = self.codes.iter().enumerate().map(|(at, y)| of(at, *y).round().clamp(0.0, 255.0)).collect();
        Luma { codes, ..*self }
    }
}

fn curve(picture: &Luma, of: impl Fn(f32) -> f32) -> Luma {
    picture.with(|_, y| of(y))
}

/// Edges are held.
fn convolved(picture: &Luma, kernel: &[f32]) -> Vec<f32> {
    let (w, h, reach) = (picture.width as isize, picture.height as isize, kernel.len() as isize / 2);
    let pass = |from: &[f32], across: bool| -> Vec<f32> {
        let at = |x: isize, y: isize| from[(y.clamp(0, h - 1) * w + x.clamp(0, w - 1)) as usize];
        let sum = |x: isize, y: isize| {
            let tap = |(k, weight): (usize, &f32)| {
                let d = k as isize - reach;
                weight * if across { at(x + d, y) } else { at(x, y + d) }
            };
            kernel.iter().enumerate().map(tap).sum::<f32>()
        };
        (0..h).flat_map(|y| (0..w).map(move |x| (x, y))).map(|(x, y)| sum(x, y)).collect()
    };
    pass(&pass(&picture.codes, true), false)
}

fn gaussian(sigma: f32) -> Vec<f32> {
    let reach = (3.0 * sigma).ceil() as i32;
    let weights: Vec<f32> = (-reach..=reach).map(|k| (-((k * k) as f32) / (2.0 * sigma * sigma)).exp()).collect();
    let sum: f32 = weights.iter().sum();
    weights.iter().map(|w| w / sum).collect()
}

fn unsharp(picture: &Luma, sigma: f32, amount: f32) -> Luma {
    let soft = convolved(picture, &gaussian(sigma));
    picture.with(|at, y| y + amount * (y - soft[at]))
}

/// The kernel of libaom's `tune=vmaf` preprocessing, the same amount everywhere.
fn tune_vmaf(picture: &Luma, amount: f32) -> Luma {
    let soft = convolved(picture, &[8.0, 30.0, 52.0, 30.0, 8.0].map(|w: f32| w / 128.0));
    picture.with(|at, y| y + amount * (y - soft[at]))
}

/// A share of the way to the equalised picture.
fn equalise(picture: &Luma, share: f32) -> Luma {
    let mut counts = [0u32; 256];
    picture.codes.iter().for_each(|y| counts[*y as usize] += 1);
    let table = cumulated(&counts.map(|c| c as f32));
    picture.with(|_, y| y + share * (table[y as usize] - y))
}

fn cumulated(counts: &[f32; 256]) -> [f32; 256] {
    let all: f32 = counts.iter().sum();
    let mut sum = 0.0;
    counts.map(|count| {
        sum += count;
        sum * 255.0 / all.max(1.0)
    })
}

/// Contrast-limited adaptive histogram equalisation on 8x8 tiles (Zuiderveld, 1994), as OpenCV does it: what stands above
/// `limit` times the mean count is shared out, tables are blended between tile centres.
fn clahe(picture: &Luma, limit: f32) -> Luma {
    const TILES: usize = 8;
    let (w, h) = (picture.width, picture.height);
    let (tw, th) = (w.div_ceil(TILES), h.div_ceil(TILES));
    let mut tables = vec![[0.0f32; 256]; TILES * TILES];
    for (n, table) in tables.iter_mut().enumerate() {
        let (left, top) = ((n % TILES) * tw, (n / TILES) * th);
        let mut counts = [0.0f32; 256];
        for y in top..(top + th) {
            for x in left..(left + tw) {
                counts[picture.codes[y.min(h - 1) * w + x.min(w - 1)] as usize] += 1.0;
            }
        }
        let most = (limit * (tw * th) as f32 / 256.0).max(1.0);
        let over: f32 = counts.iter().map(|count| (count - most).max(0.0)).sum();
        *table = cumulated(&counts.map(|count| count.min(most) + over / 256.0));
    }
    picture.with(|at, code| {
        let (x, y) = ((at % w) as f32 / tw as f32 - 0.5, (at / w) as f32 / th as f32 - 0.5);
        let cell = |v: f32| (v.floor().clamp(0.0, TILES as f32 - 1.0) as usize, v - v.floor());
        let ((left, fx), (top, fy)) = (cell(x), cell(y));
        let (fx, fy) = (if x < 0.0 { 0.0 } else { fx }, if y < 0.0 { 0.0 } else { fy });
        let (right, bottom) = ((left + 1).min(TILES - 1), (top + 1).min(TILES - 1));
        let look = |tx: usize, ty: usize| tables[ty * TILES + tx][code as usize];
        let upper = look(left, top) * (1.0 - fx) + look(right, top) * fx;
        let lower = look(left, bottom) * (1.0 - fx) + look(right, bottom) * fx;
        upper * (1.0 - fy) + lower * fy
    })
}
