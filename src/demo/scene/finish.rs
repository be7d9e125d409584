//! From painted samples to a picture: tone, the lens, the grain, the gamma.

use super::canvas::{Canvas, Texel, View, lay};
use super::math::{lerp, smooth};
use super::noise::{hash, unit};

/// A picture painted once, to be seen by a moving camera.
pub struct Layer {
    pub texels: Vec<Texel>,
    pub width: usize,
    pub height: usize,
    pub view: View,
}

impl Layer {
    /// Lays the layer over a canvas, resampled by a bicubic (Catmull-Rom), each texel passed through `light`.
    pub fn show(&self, canvas: &mut Canvas<'_>, light: impl Fn(f32, f32, Texel) -> Texel) {
        let top = canvas.view.y + canvas.top as f32 * canvas.px();
        let bottom = top + canvas.rows() as f32 * canvas.px();
        if bottom < self.view.y || top > self.view.y + self.height as f32 / self.view.scale {
            return;
        }
        let columns: Vec<Tap> =
            (0..canvas.width).map(|c| self.tap(canvas, c as f32, self.view.x - canvas.view.x, self.width)).collect();
        let rows: Vec<Tap> = (0..canvas.rows())
            .map(|r| self.tap(canvas, (canvas.top + r) as f32, self.view.y - canvas.view.y, self.height))
            .collect();
        let (Some(first), Some(last)) = (rows.first(), rows.last()) else { return };
        let (low, high) = (first.at[0], last.at[3]);
        let sideways: Vec<Vec<Texel>> = (low..=high).map(|y| self.squeeze(y, &columns)).collect();
        let px = canvas.px();
        for (r, tap) in rows.iter().enumerate() {
            let y = canvas.view.y + ((canvas.top + r) as f32 + 0.5) * px;
            let source = tap.at.map(|i| &sideways[i - low]);
            let texels = &mut canvas.texels[r * canvas.width..][..canvas.width];
            for (c, texel) in texels.iter_mut().enumerate() {
                let mut sum = [0.0; 4];
                for (row, weight) in source.iter().zip(tap.weight) {
                    for k in 0..4 {
                        sum[k] += row[c][k] * weight;
                    }
                }
                sum[3] = sum[3].clamp(0.0, 1.0);
                if sum[3] > 0.0 {
                    let x = canvas.view.x + (c as f32 + 0.5) * px;
                    let seen = light(x, y, sum);
                    let keep = 1.0 - seen[3];
                    for k in 0..4 {
                        texel[k] = seen[k].max(0.0) + texel[k] * keep;
                    }
                }
            }
        }
    }

    /// Taps for canvas sample `i`, with `offset` = this layer's corner minus the canvas's, in world units.
    fn tap(&self, canvas: &Canvas<'_>, i: f32, offset: f32, n: usize) -> Tap {
        let u = ((i + 0.5) * canvas.px() - offset) * self.view.scale - 0.5;
        let f = u.floor();
        let t = u - f;
        let weight = [
            ((-0.5 * t + 1.0) * t - 0.5) * t,
            (1.5 * t - 2.5) * t * t + 1.0,
            ((-1.5 * t + 2.0) * t + 0.5) * t,
            (0.5 * t - 0.5) * t * t,
        ];
        let at = [-1.0, 0.0, 1.0, 2.0].map(|k| (f + k).clamp(0.0, n as f32 - 1.0) as usize);
        Tap { at, weight }
    }

    /// Row `y` resampled to the canvas's columns.
    fn squeeze(&self, y: usize, columns: &[Tap]) -> Vec<Texel> {
        let row = &self.texels[y * self.width..][..self.width];
        columns
            .iter()
            .map(|tap| {
                let mut sum = [0.0; 4];
                for (at, weight) in tap.at.iter().zip(tap.weight) {
                    for k in 0..4 {
                        sum[k] += row[*at][k] * weight;
                    }
                }
                sum
            })
            .collect()
    }
}

struct Tap {
    at: [usize; 4],
    weight: [f32; 4],
}

/// Linear light to the share of white, with a shoulder: bright lamps stay below 1 and keep their colour.
pub fn tone(v: f32) -> f32 {
    const KNEE: f32 = 0.62;
    let v = v.max(0.0) * 1.02;
    if v < KNEE { v } else { KNEE + (1.0 - KNEE) * (1.0 - (-(v - KNEE) / (1.0 - KNEE)).exp()) }
}

/// Halves `tall` rows of `2 * width` samples in both directions with eight taps of a Mitchell-Netravali kernel
/// (B 0.2, C 0.4). `rows` gives row y of the fine picture, clamped by the caller. Writes linear light.
pub fn halve(fine: impl Fn(isize) -> usize, texels: &[Texel], wide: usize, y: usize, out: &mut [[f32; 3]]) {
    let taps = kernel();
    let mut column = vec![[0.0f32; 3]; wide];
    for (k, weight) in taps.iter().enumerate() {
        let row = &texels[fine(2 * y as isize + k as isize - 3) * wide..][..wide];
        for (sum, texel) in column.iter_mut().zip(row) {
            for c in 0..3 {
                sum[c] += weight * texel[c];
            }
        }
    }
    for (x, pixel) in out.iter_mut().enumerate() {
        *pixel = [0.0; 3];
        for (k, weight) in taps.iter().enumerate() {
            let at = (2 * x as isize + k as isize - 3).clamp(0, wide as isize - 1) as usize;
            for c in 0..3 {
                pixel[c] += weight * column[at][c];
            }
        }
    }
}

fn kernel() -> [f32; 8] {
    let (b, c) = (0.2f32, 0.4f32);
    let f = |x: f32| {
        let x = x.abs();
        if x < 1.0 {
            ((12.0 - 9.0 * b - 6.0 * c) * x * x * x + (-18.0 + 12.0 * b + 6.0 * c) * x * x + 6.0 - 2.0 * b) / 6.0
        } else if x < 2.0 {
            ((-b - 6.0 * c) * x * x * x
                + (6.0 * b + 30.0 * c) * x * x
                + (-12.0 * b - 48.0 * c) * x
                + 8.0 * b
                + 24.0 * c)
                / 6.0
        } else {
            0.0
        }
    };
    let raw = [-1.75, -1.25, -0.75, -0.25, 0.25, 0.75, 1.25, 1.75].map(f);
    let sum: f32 = raw.iter().sum();
    raw.map(|w| w / sum)
}

/// Linear light at pixel (x, y) of frame `n` to R'G'B': vignette, gamma, and a sensor's grain.
pub fn develop(light: [f32; 3], x: u32, y: u32, size: (u32, u32), n: u32) -> [f32; 3] {
    let (u, v) = (x as f32 / size.0 as f32 - 0.5, y as f32 / size.1 as f32 - 0.5);
    let vignette = lerp(1.0, 0.80, smooth(0.30, 0.78, u.hypot(v * 0.8)));
    // The low sun stands just outside what the roofs hide: air and lens scatter some of it.
    let veil = 0.13 * (-3.8 * (u + 0.47).hypot((v - 0.26) * 0.9)).exp();
    let bell = |salt: u32| {
        let h = hash(x as i32, y as i32, n.wrapping_mul(4).wrapping_add(salt));
        unit(h) + unit(h.wrapping_mul(0x9E37_79B1)) - 1.0
    };
    let (gray, own) = (bell(0), [bell(1), bell(2), bell(3)]);
    let mut out = [0.0; 3];
    for c in 0..3 {
        let veiled = light[c].max(0.0) + (1.0 - light[c].clamp(0.0, 1.0)) * veil * [1.0, 0.56, 0.26][c];
        let coded = (veiled * vignette).powf(1.0 / 2.2);
        // Shot noise in coded values: strongest in the darker middle, little in the highlights.
        let strength = 0.0115 * (1.0 - 0.6 * coded) * (0.35 + coded.min(0.35));
        out[c] = (coded + strength * (1.5 * gray + 0.7 * own[c])).clamp(0.0, 1.0);
    }
    out
}

/// Lays the average of several moments over `canvas` (the camera's open shutter). `draw` paints one moment.
pub fn shutter(canvas: &mut Canvas<'_>, area: [f32; 4], moments: usize, draw: impl Fn(&mut Canvas<'_>, usize)) {
    let view = canvas.view;
    let column = |x: f32| ((x - view.x) * view.scale).clamp(0.0, canvas.width as f32) as usize;
    let (x0, x1) = (column(area[0]), column(area[2]) + 1);
    let row = |y: f32| ((y - view.y) * view.scale - canvas.top as f32).clamp(0.0, canvas.rows() as f32) as usize;
    let (y0, y1) = (row(area[1]), (row(area[3]) + 1).min(canvas.rows()));
    let x1 = x1.min(canvas.width);
    if x0 + 1 >= x1 || y0 >= y1 || row(area[3]) == 0 {
        return;
    }
    let (w, h) = (x1 - x0, y1 - y0);
    let mut sum = vec![[0.0f32; 4]; w * h];
    let mut once = vec![[0.0f32; 4]; w * h];
    for moment in 0..moments {
        once.fill([0.0; 4]);
        let at = View { x: view.x + x0 as f32 / view.scale, ..view };
        draw(&mut Canvas { texels: &mut once, width: w, top: canvas.top + y0, view: at }, moment);
        for (s, o) in sum.iter_mut().zip(&once) {
            for k in 0..4 {
                s[k] += o[k] / moments as f32;
            }
        }
    }
    for (r, row) in sum.chunks_exact(w).enumerate() {
        for (c, s) in row.iter().enumerate() {
            if s[3] > 0.0 {
                let straight = [s[0] / s[3], s[1] / s[3], s[2] / s[3], s[3].min(1.0)];
                lay(&mut canvas.texels[(y0 + r) * canvas.width + x0 + c], straight);
            }
        }
    }
}
