//! The shop window and what lies in it.

use super::brick::lit;
use super::canvas::{Canvas, solid};
use super::math::{add, hex, mix, scale, smooth, wrap};
use super::noise::{Dice, fbm};
use super::path::Path;
use super::print::{self, Cut, Setting};
use super::shop::{BRASS, GOLD, GREEN, board};

/// The glass of the shop window.
pub const GLASS: [f32; 4] = [482.0, 262.0, 924.0, 528.0];
/// The window: warm inside, shelves, the eye chart, instruments, spectacles.
pub fn window(canvas: &mut Canvas<'_>) {
    let [l, t, r, b] = GLASS;
    let frame = scale(hex(GREEN), 0.9);
    board(canvas, [l - 6.0, t - 6.0, r + 6.0, b + 8.0], frame, 0.5);
    canvas.paint(GLASS, |x, y| {
        let inside = x > l && x < r && y > t && y < b;
        let lamp = |lx: f32, ly: f32| (-((x - lx) / 120.0).hypot((y - ly) / 130.0) * 1.5).exp();
        let glow = lamp(572.0, 345.0) + 0.9 * lamp(706.0, 380.0) + lamp(842.0, 345.0);
        let panelling =
            0.9 - 0.14 * smooth(0.8, 0.0, (wrap(x, 42.0) - 21.0).abs()) + 0.1 * fbm(x * 0.3, y * 0.02, 3, 63);
        let back = mix(hex(0x3b1f12), hex(0xa86428), (glow * 0.9).min(1.0));
        let base = scale(back, panelling * (0.55 + 0.85 * glow));
        solid(base, if inside { 1.0 } else { 0.0 })
    });
    lamps(canvas);
    shelves(canvas);
    print::eye_chart(canvas, [645.0, 351.0, 761.0, 509.0]);
    globe(canvas, (566.0, 444.0));
    telescope(canvas, (838.0, 508.0));
    loupe(canvas, (518.0, 488.0));
    reflections(canvas);
    for x in [l + (r - l) / 3.0, l + (r - l) * 2.0 / 3.0] {
        board(canvas, [x - 3.0, t, x + 3.0, b], frame, 0.5);
    }
    let (name, width) = print::outline("Eyes tested · scores contested", Setting::new(Cut::Italic, 9.4), 0.0, 0.0);
    canvas.flat(&name.shifted(850.0 - width * 0.5, 374.0), lit(hex(GOLD), 0.5), 0.95);
    board(canvas, [l - 12.0, b + 4.0, r + 12.0, b + 12.0], scale(hex(GREEN), 1.2), 0.62);
}

fn lamps(canvas: &mut Canvas<'_>) {
    for x in [572.0, 842.0] {
        canvas.rod((x, GLASS[1]), (x, 332.0), (0.8, 0.8), hex(0x1d120c), 0.0);
        canvas.glow([x - 4.0, 344.0, x + 4.0, 346.0], 52.0, hex(0xffce80), 0.55);
        let shade = Path::polygon(&[(x - 4.0, 330.0), (x + 4.0, 330.0), (x + 17.0, 344.0), (x - 17.0, 344.0)]);
        canvas.fill(&shade, |px, _| solid(scale(hex(0x2d6652), 0.5 + 0.8 * smooth(x + 14.0, x - 14.0, px)), 1.0));
        canvas.block([x - 15.0, 343.4, x + 15.0, 345.6], 1.0, scale(hex(0xfff3cf), 1.9), 1.0);
    }
}

/// Two shelves with rows of spectacles, and the floor of the window.
fn shelves(canvas: &mut Canvas<'_>) {
    let plank = hex(0x6b3d1e);
    for (l, r, y) in [(482.0, 640.0, 404.0), (772.0, 924.0, 404.0), (772.0, 924.0, 452.0)] {
        canvas.block([l, y, r, y + 4.5], 0.0, scale(plank, 1.3), 1.0);
        canvas.block([l, y + 4.5, r, y + 10.0], 0.0, hex(0x1d0f08), 0.6);
    }
    canvas.block([482.0, 510.0, 924.0, 528.0], 0.0, scale(plank, 1.25), 1.0);
    canvas.block([482.0, 508.6, 924.0, 510.2], 0.0, scale(hex(0xc98a4a), 1.1), 1.0);
    let mut dice = Dice::new(64);
    for (left, count, y) in [(492.0, 4, 404.0), (784.0, 4, 404.0), (784.0, 4, 452.0)] {
        for k in 0..count {
            spectacles(canvas, (left + 17.0 + 35.0 * k as f32, y - 9.0), &mut dice);
        }
    }
    let mut x = 486.0;
    let books = [hex(0x6e2a1e), hex(0x2c4a50), hex(0x8a6a2c), hex(0x3a2b4a), hex(0x274a2c)];
    while x < 556.0 {
        let (wide, tall) = (dice.range(5.0, 10.0), dice.range(28.0, 42.0));
        let cover = books[(dice.roll() * 4.99) as usize];
        canvas.paint([x, 404.0 + 106.0 - tall, x + wide - 0.6, 510.0], |px, py| {
            let s = ((px - x) / wide - 0.35).abs();
            let band = wrap(py, 13.0) < 1.2 && tall > 33.0;
            let body = if band { hex(GOLD) } else { cover };
            let inside = px > x && px < x + wide - 0.6 && py > 510.0 - tall && py < 510.0;
            solid(scale(body, 1.1 - 1.2 * s), if inside && x > 532.0 { 1.0 } else { 0.0 })
        });
        x += wide;
    }
}

/// A pair of spectacles on a stand, seen from the front.
fn spectacles(canvas: &mut Canvas<'_>, at: (f32, f32), dice: &mut Dice) {
    let (r, gap) = (dice.range(5.2, 6.8), 8.2);
    let metal = [hex(BRASS), hex(0x1c1512), hex(0xd8d0c8), hex(0xb8552c)][(dice.roll() * 3.99) as usize];
    for side in [-1.0, 1.0] {
        let eye = (at.0 + side * gap, at.1);
        canvas.disc(eye, r, hex(0xffe3b0), 0.34);
        canvas.rod((eye.0 - 2.6, eye.1 + 1.2), (eye.0 + 1.2, eye.1 - 2.8), (0.7, 0.7), hex(0xfff6e0), 0.0);
        canvas.ring(eye, r, 1.1, metal);
        canvas.rod((eye.0 + side * r, eye.1 - 1.0), (eye.0 + side * (r + 2.0), eye.1 + 6.0), (0.8, 0.5), metal, 0.0);
    }
    canvas.rod((at.0 - gap + r - 0.4, at.1 - 1.8), (at.0 + gap - r + 0.4, at.1 - 1.8), (1.1, 1.1), metal, 0.0);
    canvas.rod((at.0, at.1 - 1.0), (at.0, at.1 + 9.0), (0.9, 0.9), hex(0x2a1a10), 0.0);
}

fn globe(canvas: &mut Canvas<'_>, at: (f32, f32)) {
    let (cx, cy, r) = (at.0 + 22.0, at.1 + 22.0, 30.0);
    let px = canvas.px();
    canvas.rod((cx, cy + r), (cx, 508.0), (3.0, 3.0), hex(BRASS), 0.8);
    canvas.rod((cx - 16.0, 508.0), (cx + 16.0, 508.0), (4.0, 4.0), hex(0x5a3618), 0.6);
    canvas.paint([cx - r, cy - r, cx + r, cy + r], |x, y| {
        let (u, v) = ((x - cx) / r, (y - cy) / r);
        let z = (1.0 - u * u - v * v).max(0.0).sqrt();
        let (lon, lat) = (u.atan2(z) + 0.5 + 0.3 * v, v.asin());
        let land = smooth(0.52, 0.55, fbm(lon * 1.6 + 4.0, lat * 1.8, 5, 65));
        let grid =
            smooth(0.05, 0.02, (wrap(lon, 0.3) - 0.15).abs()).max(smooth(0.05, 0.02, (wrap(lat, 0.3) - 0.15).abs()));
        let base = mix(hex(0x5d8a8c), hex(0xd3b673), land);
        let lightness = 0.35 + 0.9 * (0.7 * z - 0.45 * v - 0.2 * u).max(0.0);
        solid(scale(mix(base, hex(0x3a2a1a), 0.35 * grid), lightness), super::math::cover(u.hypot(v) * r - r, px))
    });
    canvas.ring((cx, cy), r + 3.5, 1.8, hex(BRASS));
    canvas.disc((cx - 10.0, cy - 13.0), 4.0, hex(0xfff2d0), 0.35);
}

fn telescope(canvas: &mut Canvas<'_>, foot: (f32, f32)) {
    let brass = scale(hex(BRASS), 1.15);
    let dark = hex(0x3a2415);
    let hub = (foot.0, foot.1 - 30.0);
    for x in [-20.0, 3.0, 21.0] {
        canvas.rod(hub, (foot.0 + x, foot.1 + 1.0), (2.2, 1.6), dark, 0.7);
    }
    let (a, b) = ((foot.0 - 44.0, foot.1 - 14.0 + 0.0), (foot.0 + 46.0, foot.1 - 47.0));
    let at = |s: f32| (a.0 + (b.0 - a.0) * s, a.1 + (b.1 - a.1) * s);
    canvas.rod(at(0.0), at(0.2), (4.5, 4.5), brass, 0.9);
    canvas.rod(at(0.16), at(0.52), (8.0, 8.0), brass, 0.9);
    canvas.rod(at(0.48), at(0.96), (11.0, 11.5), scale(hex(0x8a3b22), 1.0), 0.85);
    for s in [0.17, 0.5, 0.94, 0.985] {
        canvas.rod(at(s), at(s + 0.012), (13.5, 13.5), scale(brass, 1.2), 0.8);
    }
    canvas.disc(hub, 3.6, brass, 1.0);
}

/// The big brass loupe that leans in the corner: what it shows is enlarged.
fn loupe(canvas: &mut Canvas<'_>, at: (f32, f32)) {
    let r = 17.5;
    let px = canvas.px();
    canvas.rod((at.0 - 12.0, at.1 + 12.0), (at.0 - 26.0, at.1 + 26.0), (5.0, 6.0), hex(0x3a1f10), 0.9);
    let weave =
        |x: f32, y: f32| if (wrap(x, 5.0) < 2.5) == (wrap(y, 5.0) < 2.5) { hex(0xf0d9a8) } else { hex(0x8a4a2a) };
    canvas.paint([at.0 - r, at.1 - r, at.0 + r, at.1 + r], |x, y| {
        let (u, v) = ((x - at.0) / r, (y - at.1) / r);
        let k = 0.45 + 0.5 * (u * u + v * v);
        let seen = weave(at.0 + u * r * k, at.1 + v * r * k);
        let gloss = smooth(0.5, 0.0, (u + 0.45).hypot(v + 0.5));
        solid(
            add(scale(seen, 0.85), scale([1.0, 0.95, 0.85], 0.5 * gloss)),
            super::math::cover((x - at.0).hypot(y - at.1) - r, px),
        )
    });
    canvas.ring(at, r, 3.6, scale(hex(BRASS), 1.1));
    canvas.ring((at.0 - 0.5, at.1 - 0.5), r + 0.6, 0.8, scale(hex(0xfff0c0), 1.2));
}

/// Sky in the glass: broad soft bars, weaker over bright things.
fn reflections(canvas: &mut Canvas<'_>) {
    let [l, t, r, b] = GLASS;
    canvas.paint(GLASS, |x, y| {
        let s = x + (y - t) * 0.55;
        let bars = smooth(500.0, 540.0, s) * smooth(610.0, 590.0, s)
            + 0.7 * smooth(632.0, 640.0, s) * smooth(668.0, 660.0, s)
            + 0.8 * smooth(860.0, 900.0, s) * smooth(985.0, 975.0, s);
        let inside = x > l && x < r && y > t && y < b;
        let tint = mix(hex(0xbcd0e6), hex(0xffd2a0), smooth(b, t, y) * 0.4);
        solid(tint, if inside { 0.11 * bars * (0.5 + 0.5 * smooth(b, t, y)) } else { 0.0 })
    });
}
