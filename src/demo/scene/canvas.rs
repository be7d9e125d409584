//! Where things are painted: a band of samples that knows its place in the world.
//!
//! World units are pixels of the 1280x720 picture when the camera rests: x to the right, y down.

use super::math::{Rgb, cover, line, rect, segment};
use super::path::Path;

/// Red, green, blue times coverage, and coverage; linear light.
pub type Texel = [f32; 4];

/// Where the samples lie: `scale` samples a world unit, the left top corner at (`x`, `y`).
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct View {
    pub scale: f32,
    pub x: f32,
    pub y: f32,
}

/// Some rows of a picture, being painted.
pub struct Canvas<'a> {
    pub texels: &'a mut [Texel],
    pub width: usize,
    /// Number of the first row held.
    pub top: usize,
    pub view: View,
}

impl Canvas<'_> {
    /// Size of a sample in world units.
    pub fn px(&self) -> f32 {
        1.0 / self.view.scale
    }

    pub fn rows(&self) -> usize {
        self.texels.len() / self.width.max(1)
    }

    /// Columns and rows (numbered from the band's first) that `area` (left, top, right, bottom) touches.
    fn clip(&self, area: [f32; 4]) -> Option<[usize; 4]> {
        let v = self.view;
        let clamp = |p: f32, n: usize| p.clamp(0.0, n as f32) as usize;
        let x0 = clamp(((area[0] - v.x) * v.scale - 1.0).floor(), self.width);
        let x1 = clamp(((area[2] - v.x) * v.scale + 1.0).ceil(), self.width);
        let top = self.top as f32;
        let y0 = clamp(((area[1] - v.y) * v.scale - 1.0).floor() - top, self.rows());
        let y1 = clamp(((area[3] - v.y) * v.scale + 1.0).ceil() - top, self.rows());
        (x0 < x1 && y0 < y1).then_some([x0, y0, x1, y1])
    }

    /// Lays `f(x, y)` = (red, green, blue, coverage) over what is there, within `area`.
    pub fn paint(&mut self, area: [f32; 4], f: impl Fn(f32, f32) -> [f32; 4]) {
        let Some([x0, y0, x1, y1]) = self.clip(area) else { return };
        let px = self.px();
        for row in y0..y1 {
            let y = self.view.y + ((self.top + row) as f32 + 0.5) * px;
            let texels = &mut self.texels[row * self.width..][..self.width];
            for (column, texel) in texels.iter_mut().enumerate().take(x1).skip(x0) {
                let x = self.view.x + (column as f32 + 0.5) * px;
                lay(texel, f(x, y));
            }
        }
    }

    /// Fills a path; `f` gives the colour and its opacity.
    pub fn fill(&mut self, path: &Path, f: impl Fn(f32, f32) -> [f32; 4]) {
        let Some(clip) = self.clip(path.bounds()) else { return };
        let [x0, y0, x1, y1] = clip;
        let (v, px) = (self.view, self.px());
        let mask = path.coverage(v, (x0, self.top + y0), (x1 - x0, y1 - y0));
        for (row, shares) in (y0..y1).zip(mask.chunks_exact(x1 - x0)) {
            let y = v.y + ((self.top + row) as f32 + 0.5) * px;
            for (column, &share) in (x0..x1).zip(shares) {
                if share > 0.0 {
                    let mut paint = f(v.x + (column as f32 + 0.5) * px, y);
                    paint[3] *= share;
                    lay(&mut self.texels[row * self.width + column], paint);
                }
            }
        }
    }

    /// Fills a path with one colour.
    pub fn flat(&mut self, path: &Path, color: Rgb, opacity: f32) {
        self.fill(path, |_, _| [color[0], color[1], color[2], opacity]);
    }

    /// A disc.
    pub fn disc(&mut self, at: (f32, f32), r: f32, color: Rgb, opacity: f32) {
        let px = self.px();
        self.paint([at.0 - r, at.1 - r, at.0 + r, at.1 + r], |x, y| {
            solid(color, opacity * cover((x - at.0).hypot(y - at.1) - r, px))
        });
    }

    /// A circle's line of width `w`.
    pub fn ring(&mut self, at: (f32, f32), r: f32, w: f32, color: Rgb) {
        let (px, out) = (self.px(), r + w);
        self.paint([at.0 - out, at.1 - out, at.0 + out, at.1 + out], |x, y| {
            solid(color, line((x - at.0).hypot(y - at.1) - r, w, px))
        });
    }

    /// A rod from `a` to `b`, `wa` wide at `a` and `wb` at `b`, lit as a round body from the upper left when `round`
    /// is above 0.
    pub fn rod(&mut self, a: (f32, f32), b: (f32, f32), width: (f32, f32), color: Rgb, round: f32) {
        let (px, m) = (self.px(), width.0.max(width.1));
        let area = [a.0.min(b.0) - m, a.1.min(b.1) - m, a.0.max(b.0) + m, a.1.max(b.1) + m];
        let (ex, ey) = (b.0 - a.0, b.1 - a.1);
        let n = ex.hypot(ey).max(1e-6);
        // The side that looks to the light, whichever way the rod was drawn.
        let side = if ey * -0.8 + ex * 0.6 > 0.0 { 1.0 } else { -1.0 };
        self.paint(area, |x, y| {
            let (d, t) = segment(x, y, a, b);
            let w = width.0 + (width.1 - width.0) * t;
            let share = line(d, w, px);
            if share <= 0.0 {
                return [0.0; 4];
            }
            let across = side * ((x - a.0) * ey - (y - a.1) * ex) / n / (w * 0.5).max(px);
            let lit = 1.0 + round * (-across * 0.9 - across * across * 0.35);
            solid([color[0] * lit, color[1] * lit, color[2] * lit], share)
        });
    }

    /// A rectangle with rounded corners.
    pub fn block(&mut self, area: [f32; 4], r: f32, color: Rgb, opacity: f32) {
        let px = self.px();
        self.paint(area, |x, y| solid(color, opacity * cover(rect(x, y, area, r), px)));
    }

    /// A soft dark (or light) edge: opacity falls from `opacity` at the rectangle's border to 0 at `blur` outside.
    pub fn glow(&mut self, area: [f32; 4], blur: f32, color: Rgb, opacity: f32) {
        let out = [area[0] - blur, area[1] - blur, area[2] + blur, area[3] + blur];
        self.paint(out, |x, y| {
            let d = (rect(x, y, area, 0.0) / blur).clamp(0.0, 1.0);
            solid(color, opacity * (1.0 - d) * (1.0 - d))
        });
    }
}

/// A colour with coverage.
pub fn solid(color: Rgb, share: f32) -> [f32; 4] {
    [color[0], color[1], color[2], share]
}

/// Lays a colour (not multiplied by its coverage) over a texel.
pub fn lay(texel: &mut Texel, p: [f32; 4]) {
    let a = p[3];
    if a > 0.0 {
        for c in 0..3 {
            texel[c] = p[c] * a + texel[c] * (1.0 - a);
        }
        texel[3] = a + texel[3] * (1.0 - a);
    }
}
