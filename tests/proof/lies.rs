//! Lies with masks. Each is planted into an honest upscale of a picture whose truth and whose input are known.

use doublet::color::{Kernel, resize};
use doublet::frame::Image;

use super::films::{Film, Take, last_two, sized};
use super::places::Mask;

/// A kind of lie.
pub struct Lie {
    pub label: &'static str,
    plant: fn(&Film, &Take) -> Planted,
}

/// A lie in place.
pub struct Planted {
    pub take: Take,
    pub mask: Mask,
}

pub static LIES: [Lie; 5] = [
    Lie { label: "a changed digit", plant: digit },
    Lie { label: "a bent line", plant: bent_line },
    Lie { label: "a pasted patch of texture", plant: patch },
    Lie { label: "a face-like blob that shrinks to nothing", plant: blob },
    Lie { label: "boiling grain", plant: grain },
];

impl Lie {
    pub fn planted(&self, film: &Film) -> Planted {
        let base = film.honest("compact-2x").or_else(|| film.honest("bicubic up"));
        (self.plant)(film, &base.expect("always made"))
    }
}

/// Luma of a picture that may be drawn on.
pub struct Sheet<'a> {
    pub luma: &'a mut [f32],
    pub width: usize,
    pub height: usize,
}

const GLYPHS: [[u8; 7]; 2] = [
    [0b11110, 0b00001, 0b00001, 0b01110, 0b00001, 0b00001, 0b11110],
    [0b01110, 0b10001, 0b10001, 0b01110, 0b10001, 0b10001, 0b01110],
];
/// Samples of a glyph's dot.
const DOT: usize = 5;

/// A plate with a digit (a three, or an eight for `lie`) and a straight line, in every picture before anything is made
/// of it: what digits and lines lie about must be there.
pub fn furnish(sheet: &mut Sheet<'_>, lie: bool) {
    let (left, top) = (sheet.width * 3 / 20, sheet.height / 5);
    for y in 0..9 * DOT {
        for x in 0..7 * DOT {
            let (gx, gy) = ((x / DOT).wrapping_sub(1), (y / DOT).wrapping_sub(1));
            let ink = gx < 5 && gy < 7 && GLYPHS[usize::from(lie)][gy] >> (4 - gx) & 1 == 1;
            sheet.luma[(top + y) * sheet.width + left + x] = if ink { 45.0 } else { 205.0 };
        }
    }
    let (width, height) = (sheet.width, sheet.height);
    for y in 0..height {
        for x in 0..width {
            let (along, across) = from_line(x, y, (width, height));
            if (0.0..=1.0).contains(&along) {
                let cover = (2.0 - across.abs()).clamp(0.0, 1.0);
                let value = &mut sheet.luma[y * width + x];
                let ink = if *value > 120.0 { 40.0 } else { 210.0 };
                *value += cover * (ink - *value);
            }
        }
    }
}

/// How far along the line (0..1) and how many samples beside it a sample lies.
fn from_line(x: usize, y: usize, (width, height): (usize, usize)) -> (f32, f32) {
    let (w, h) = (width as f32, height as f32);
    let (from, to) = ((0.42 * w, 0.62 * h), (0.92 * w, 0.72 * h));
    let (dx, dy) = (to.0 - from.0, to.1 - from.1);
    let length = dx.hypot(dy);
    let (px, py) = (x as f32 - from.0, y as f32 - from.1);
    ((px * dx + py * dy) / (length * length), (py * dx - px * dy) / length)
}

/// The take with luma of the candidate changed; `change` is given now (0) or before (1).
fn changed(take: &Take, change: impl Fn(usize, &mut Sheet<'_>)) -> Take {
    let (width, height) = (take.size().0 as usize, take.size().1 as usize);
    let mut luma = Film::luma(&take.candidate);
    for (at, luma) in luma.iter_mut().enumerate() {
        change(at, &mut Sheet { luma, width, height });
    }
    let candidate = [0, 1].map(|at| Film::with_luma(&take.candidate[at], &luma[at]));
    Take { candidate, ..take.clone() }
}

/// Where two pictures are more than `most` codes apart, and `by` samples around.
fn apart(a: &Take, b: &Take, most: f32, by: usize) -> Mask {
    let (x, y) = (Film::luma(&a.candidate), Film::luma(&b.candidate));
    let width = a.size().0 as usize;
    Mask::of(width, a.size().1 as usize, |px, py| (x[0][py * width + px] - y[0][py * width + px]).abs() > most)
        .grown(by)
}

fn digit(film: &Film, base: &Take) -> Planted {
    // What an upscaler would have made of the other digit: shrunk and enlarged with the rest.
    let truth = last_two(&film.truth);
    let mut luma = Film::luma(&truth);
    let (width, height) = (base.size().0 as usize, base.size().1 as usize);
    luma.iter_mut().for_each(|luma| furnish(&mut Sheet { luma, width, height }, true));
    let others = [0, 1].map(|at| {
        let other = Film::with_luma(&truth[at], &luma[at]);
        let small = sized(&other, (other.width / 2, other.height / 2), Kernel::Bicubic);
        sized(&small, (other.width, other.height), Kernel::Lanczos)
    });
    let others = Film::luma(&others);
    let (left, top) = (width * 3 / 20, height / 5);
    let take = changed(base, |at, sheet| {
        for y in top..top + 9 * DOT {
            for x in left..left + 7 * DOT {
                sheet.luma[y * width + x] = others[at][y * width + x];
            }
        }
    });
    let mask = apart(&take, base, 40.0, 1);
    Planted { take, mask }
}

/// The most that the line is bent, samples.
const BEND: f32 = 2.2;

fn bent_line(_: &Film, base: &Take) -> Planted {
    let size = (base.size().0 as usize, base.size().1 as usize);
    let bend = |x: usize, y: usize| {
        let (along, across) = from_line(x, y, size);
        let hump = ((along - 0.2) / 0.6).clamp(0.0, 1.0) * std::f32::consts::PI;
        BEND * hump.sin().powi(2) * (-(across / 10.0).powi(2)).exp()
    };
    let (dx, dy) = (-0.1 * size.1 as f32, 0.5 * size.0 as f32);
    let (nx, ny) = (dx / dx.hypot(dy), dy / dx.hypot(dy));
    let take = changed(base, |_, sheet| {
        let before = sheet.luma.to_vec();
        for y in 0..size.1 {
            for x in 0..size.0 {
                let u = bend(x, y);
                if u > 0.01 {
                    sheet.luma[y * size.0 + x] = between(&before, size, x as f32 - u * nx, y as f32 - u * ny);
                }
            }
        }
    });
    let mask = Mask::of(size.0, size.1, |x, y| bend(x, y) >= 0.5 && from_line(x, y, size).1.abs() < 6.0);
    Planted { take, mask }
}

/// Between samples by straight lines.
fn between(luma: &[f32], (width, height): (usize, usize), x: f32, y: f32) -> f32 {
    let (x, y) = (x.clamp(0.0, (width - 2) as f32), y.clamp(0.0, (height - 2) as f32));
    let (left, top, fx, fy) = (x as usize, y as usize, x.fract(), y.fract());
    let at = |dx: usize, dy: usize| luma[(top + dy) * width + left + dx];
    (at(0, 0) * (1.0 - fx) + at(1, 0) * fx) * (1.0 - fy) + (at(0, 1) * (1.0 - fx) + at(1, 1) * fx) * fy
}

fn patch(_: &Film, base: &Take) -> Planted {
    const SIDE: usize = 72;
    let (width, height) = (base.size().0 as usize, base.size().1 as usize);
    let (left, top) = (width * 3 / 5, height / 4);
    let take = changed(base, |_, sheet| {
        // The place of most texture, at a few of them.
        let spread = |x: usize, y: usize| {
            let all: Vec<f32> = (y..y + SIDE).flat_map(|y| sheet.luma[y * width + x..][..SIDE].to_vec()).collect();
            let mean = all.iter().sum::<f32>() / all.len() as f32;
            (all.iter().map(|v| (v - mean).powi(2)).sum::<f32>(), mean)
        };
        let places: Vec<(usize, usize)> =
            (1..5).flat_map(|y| (1..3).map(move |x| (x * width / 6, y * height / 6))).collect();
        let from = places.into_iter().max_by(|a, b| spread(a.0, a.1).0.total_cmp(&spread(b.0, b.1).0)).expect("some");
        let shift = spread(left, top).1 - spread(from.0, from.1).1;
        let copy = sheet.luma.to_vec();
        for y in 0..SIDE {
            for x in 0..SIDE {
                sheet.luma[(top + y) * width + left + x] = copy[(from.1 + y) * width + from.0 + x] + shift;
            }
        }
    });
    let mask = apart(&take, base, 6.0, 2);
    Planted { take, mask }
}

fn blob(_: &Film, base: &Take) -> Planted {
    let (width, height) = (base.size().0 as usize, base.size().1 as usize);
    let centre = (0.35 * width as f32, 0.36 * height as f32);
    let face = |x: usize, y: usize| {
        let (u, v) = ((x as f32 - centre.0) / 26.0, (y as f32 - centre.1) / 34.0);
        let spot = |cu: f32, cv: f32, ru: f32, rv: f32| (((u - cu) / ru).powi(2) + ((v - cv) / rv).powi(2) < 1.0) as u8;
        let outline = ((u * u + v * v).sqrt() - 0.92).abs() < 0.06;
        let eyes = spot(-0.38, -0.2, 0.17, 0.09) + spot(0.38, -0.2, 0.17, 0.09);
        let brows = spot(-0.38, -0.42, 0.24, 0.05) + spot(0.38, -0.42, 0.24, 0.05);
        let mouth = spot(0.0, 0.5, 0.36, 0.08) + spot(0.0, 0.12, 0.06, 0.22);
        if outline || eyes + brows + mouth > 0 { 1.0 } else { 0.0 }
    };
    let mut image = Image::new(width as u32, height as u32);
    for y in 0..height {
        for x in 0..width {
            image.channel_mut(0)[y * width + x] = face(x, y);
        }
    }
    // Whatever shrinks to something is taken out, until nothing is left of the face once it is shrunk.
    for _ in 0..24 {
        let small = resize(&image, width as u32 / 2, height as u32 / 2, Kernel::Bicubic);
        let back = resize(&small, width as u32, height as u32, Kernel::Bicubic);
        image.data.iter_mut().zip(&back.data).for_each(|(v, b)| *v -= b);
    }
    let most = image.channel(0).iter().fold(0.0f32, |most, v| most.max(v.abs()));
    let gain = 48.0 / most.max(1e-6);
    let take = changed(base, |_, sheet| {
        sheet.luma.iter_mut().zip(image.channel(0)).for_each(|(v, face)| *v += gain * face);
    });
    let mask = Mask::of(width, height, |x, y| (gain * image.channel(0)[y * width + x]).abs() > 8.0).grown(2);
    Planted { take, mask }
}

fn grain(_: &Film, base: &Take) -> Planted {
    let (width, height) = (base.size().0 as usize, base.size().1 as usize);
    let inside = |x: usize, y: usize| {
        let (dx, dy) = (x as f32 - 0.74 * width as f32, y as f32 - 0.42 * height as f32);
        dx.hypot(dy) < 44.0
    };
    let take = changed(base, |at, sheet| {
        let mut state = 0x9e37_79b9_u32 ^ (at as u32 + 1);
        let mut random = || {
            state ^= state << 13;
            state ^= state >> 17;
            state ^= state << 5;
            state as f32 / u32::MAX as f32 - 0.5
        };
        for y in 0..height {
            for x in 0..width {
                // Four even numbers make a bell of standard deviation 7.
                let value = 12.1 * (random() + random() + random() + random());
                if inside(x, y) {
                    sheet.luma[y * width + x] += value;
                }
            }
        }
    });
    Planted { take, mask: Mask::of(width, height, inside) }
}
