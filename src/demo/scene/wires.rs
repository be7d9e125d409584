//! Hair-thin things against the sky: telephone wires, their pole, an aerial, sparrows.

use super::canvas::Canvas;
use super::math::{Rgb, hex, lerp, scale, wave};
use super::path::Path;

const INK: u32 = 0x2b2430;
const POLE: f32 = 330.0;

/// Wires from the left edge to the pole and from the pole over the roof; `t` (0..1) sways them.
pub fn wires(canvas: &mut Canvas<'_>, t: f32) {
    let ink = hex(INK);
    for (k, y) in [78.0, 90.0, 122.0, 134.0].into_iter().enumerate() {
        let k = k as f32;
        let sway = 0.9 * wave(2.0 * t + 0.13 * k);
        let pin = POLE + if k as i32 % 2 == 0 { -24.0 } else { 25.0 };
        hang(canvas, (-60.0, y - 66.0 + 3.0 * k), (pin, y), 30.0 + sway, 0.85, ink);
        hang(canvas, (pin, y), (1400.0, -52.0 + 26.0 * k + y * 0.2), 74.0 + 7.0 * k + sway, 0.8, ink);
    }
    // One loose line down to the house.
    hang(canvas, (POLE + 25.0, 134.0), (399.0, 176.0), 15.0 + 0.5 * wave(3.0 * t), 0.6, ink);
}

/// A wire from `a` to `b` that sags by `sag` in the middle (a parabola is near enough to a catenary).
fn hang(canvas: &mut Canvas<'_>, a: (f32, f32), b: (f32, f32), sag: f32, w: f32, color: Rgb) {
    const PARTS: usize = 40;
    let at = |i: usize| {
        let s = i as f32 / PARTS as f32;
        (lerp(a.0, b.0, s), lerp(a.1, b.1, s) + 4.0 * sag * s * (1.0 - s))
    };
    let px = canvas.px();
    for i in 0..PARTS {
        let (p, q) = (at(i), at(i + 1));
        let slope = (q.1 - p.1) / (q.0 - p.0);
        let even = 1.0 / (1.0 + slope * slope).sqrt();
        let area = [p.0, p.1.min(q.1) - w - px, q.0 - px, p.1.max(q.1) + w + px];
        // Columns belong to one part each, so that joints are not painted twice.
        canvas.paint(area, |x, y| {
            if x < p.0 || x >= q.0 {
                return [0.0; 4];
            }
            let d = (y - p.1 - (x - p.0) * slope) * even;
            super::canvas::solid(color, super::math::line(d, w, px))
        });
    }
}

/// The telephone pole with cross-arms, insulators and a lamp-black cable.
pub fn pole(canvas: &mut Canvas<'_>) {
    let wood = hex(0x6b4a36);
    canvas.rod((POLE, 62.0), (POLE + 3.0, 606.0), (6.4, 9.5), wood, 0.75);
    for y in [90.0, 134.0] {
        canvas.rod((POLE - 30.0, y), (POLE + 31.0, y), (4.2, 4.2), scale(wood, 0.85), 0.4);
        canvas.rod((POLE - 20.0, y), (POLE + 1.0, y + 20.0), (1.3, 1.3), hex(0x3b3238), 0.3);
        canvas.rod((POLE + 21.0, y), (POLE + 1.0, y + 20.0), (1.3, 1.3), hex(0x3b3238), 0.3);
    }
    for (x, y) in [(-24.0f32, 78.0f32), (25.0, 90.0), (-24.0, 122.0), (25.0, 134.0), (-11.0, 90.0), (12.0, 134.0)] {
        let foot = if y < 100.0 { 88.0 } else { 132.0 };
        canvas.rod((POLE + x, foot), (POLE + x, y.min(foot - 8.0)), (1.2, 1.2), hex(0x3b3238), 0.0);
        canvas.block([POLE + x - 2.6, foot - 10.0, POLE + x + 2.6, foot - 3.0], 2.0, hex(0xe8e0d0), 1.0);
        canvas.block([POLE + x - 2.6, foot - 7.0, POLE + x + 2.6, foot - 6.0], 0.3, hex(0x9a8f80), 1.0);
    }
    canvas.rod((POLE + 4.4, 140.0), (POLE + 6.0, 600.0), (0.8, 0.8), hex(0x2c2429), 0.0);
}

/// Sparrows on the second wire and one that shifts its feet.
pub fn birds(canvas: &mut Canvas<'_>, t: f32) {
    for (k, (x, y)) in [(60.0, 53.5), (76.0, 57.0), (97.0, 61.5), (238.0, 83.5)].into_iter().enumerate() {
        let hop = if k == 2 { (2.0 * wave(4.0 * t)).max(0.0) } else { 0.0 };
        let nod = 0.12 * wave(t * (2 + k) as f32);
        bird(canvas, (x, y - hop), if k % 2 == 0 { 1.0 } else { -1.0 }, nod);
    }
}

fn bird(canvas: &mut Canvas<'_>, at: (f32, f32), side: f32, nod: f32) {
    let p = |x: f32, y: f32| (at.0 + side * x, at.1 + y);
    let body = Path::smooth(&[p(-4.0, -1.0), p(-2.0, -6.0), p(2.6, -8.0), p(4.6, -4.2), p(1.6, 0.2), p(-1.6, 0.4)]);
    canvas.flat(&body, hex(0x2e2630), 1.0);
    canvas.disc(p(4.0 + nod, -8.2 + 3.0 * nod), 2.5, hex(0x2e2630), 1.0);
    canvas.flat(&Path::polygon(&[p(6.0, -9.0 + nod), p(9.0, -7.8 + nod), p(6.0, -7.2 + nod)]), hex(0x4c3d2c), 1.0);
    canvas.flat(&Path::polygon(&[p(-2.6, -2.0), p(-9.0, 4.6), p(-6.8, 5.2), p(-1.0, 0.0)]), hex(0x2e2630), 1.0);
}

/// An old television aerial on the roof.
pub fn aerial(canvas: &mut Canvas<'_>, at: (f32, f32)) {
    let ink = hex(INK);
    let (x, y) = at;
    canvas.rod((x, y), (x, y - 66.0), (1.5, 1.2), ink, 0.0);
    canvas.rod((x - 34.0, y - 54.0), (x + 30.0, y - 60.0), (1.0, 1.0), ink, 0.0);
    for k in 0..8 {
        let (s, half) = (k as f32 / 7.0, 15.0 - 1.2 * k as f32);
        let (mx, my) = (lerp(x - 32.0, x + 28.0, s), lerp(y - 54.0, y - 60.0, s));
        canvas.rod((mx - 1.5, my - half * 0.5), (mx + 1.5, my + half * 0.5), (0.6, 0.6), ink, 0.0);
    }
    canvas.rod((x, y - 40.0), (x - 24.0, y), (0.45, 0.45), ink, 0.0);
    canvas.rod((x, y - 40.0), (x + 26.0, y), (0.45, 0.45), ink, 0.0);
}
