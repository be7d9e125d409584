//! The optician's: sign, window and what lies in it, door, lamp, the chalk board.

use super::brick::{FOOT, lit};
use super::canvas::{Canvas, solid};
use super::math::{Rgb, add, hex, mix, rect, scale, smooth, wave, wrap};
use super::noise::{Dice, fbm, value};
use super::path::Path;
use super::print::{self, Cut, Setting};

const GREEN: u32 = 0x1f4a3d;
const GOLD: u32 = 0xe3b85a;
const BRASS: u32 = 0xc99a48;
/// The glass of the shop window.
pub const GLASS: [f32; 4] = [482.0, 262.0, 924.0, 528.0];
/// The sheet of the broadsheet on the wall.
pub const SHEET: [f32; 4] = [1104.0, 280.0, 1254.0, 530.0];
const DOOR: [f32; 4] = [972.0, 330.0, 1062.0, 588.0];

/// Everything of the shop that keeps still.
pub fn shop(canvas: &mut Canvas<'_>) {
    front(canvas);
    window(canvas);
    door(canvas);
    fascia(canvas);
    lamp(canvas);
    print::broadsheet(canvas, SHEET);
    pipe(canvas);
}

/// Painted wood with grain; `direct` is the light on it.
fn wood(color: Rgb, x: f32, y: f32, direct: f32) -> [f32; 4] {
    let grain = 0.92 + 0.13 * fbm(x * 0.5, y * 0.03, 3, 61);
    solid(lit(scale(color, grain), direct), 1.0)
}

/// Pilasters, panels and stall riser.
fn front(canvas: &mut Canvas<'_>) {
    let green = hex(GREEN);
    board(canvas, [456.0, 226.0, 1082.0, FOOT], green, 0.34);
    for x in [458.0, 930.0, 1064.0] {
        let wide = if x > 1000.0 { 18.0 } else { 22.0 };
        board(canvas, [x, 230.0, x + wide, FOOT], scale(green, 1.15), 0.42);
        for k in 0..3 {
            let mid = x + wide * (0.28 + 0.22 * k as f32);
            canvas.block([mid - 1.2, 250.0, mid + 0.2, 560.0], 0.3, scale(green, 0.22), 1.0);
            canvas.block([mid + 0.3, 250.0, mid + 1.2, 560.0], 0.3, lit(green, 0.8), 1.0);
        }
        board(canvas, [x - 2.0, 564.0, x + wide + 2.0, FOOT], scale(green, 0.9), 0.4);
    }
    for k in 0..4 {
        let left = 488.0 + 110.0 * k as f32;
        panel(canvas, [left, 540.0, left + 100.0, 582.0], green);
    }
}

fn board(canvas: &mut Canvas<'_>, area: [f32; 4], color: Rgb, direct: f32) {
    let px = canvas.px();
    canvas.paint(area, |x, y| {
        let edge = (x - area[0]).min(y - area[1]);
        let far = (area[2] - x).min(area[3] - y);
        let light = if edge < 1.4 {
            direct * 2.0
        } else if far < 1.4 {
            direct * 0.3
        } else {
            direct
        };
        let mut p = wood(color, x, y, light);
        p[3] = super::math::cover(rect(x, y, area, 0.0), px);
        p
    });
}

/// A panel let into wood: dark upper left edge, bright lower right.
fn panel(canvas: &mut Canvas<'_>, area: [f32; 4], color: Rgb) {
    let px = canvas.px();
    canvas.paint(area, |x, y| {
        let (near, far) = ((x - area[0]).min(y - area[1]), (area[2] - x).min(area[3] - y));
        let light = if near < 3.0 && near < far {
            0.06
        } else if far < 3.0 {
            0.78
        } else {
            0.33
        };
        let mut p = wood(color, x + 31.0, y, light);
        p[3] = super::math::cover(rect(x, y, area, 0.0), px);
        p
    });
}

/// The sign over the front: gold leaf on bottle green.
fn fascia(canvas: &mut Canvas<'_>) {
    let area = [446.0, 164.0, 1092.0, 226.0];
    canvas.glow([450.0, 224.0, 1100.0, 230.0], 16.0, hex(0x100a08), 0.5);
    board(canvas, area, scale(hex(GREEN), 0.72), 0.46);
    board(canvas, [440.0, 158.0, 1098.0, 165.0], scale(hex(GREEN), 1.1), 0.6);
    let gold = lit(hex(GOLD), 0.42);
    for (inset, w) in [(6.0, 1.3), (9.4, 0.5)] {
        let a = [area[0] + inset, area[1] + inset, area[2] - inset, area[3] - inset];
        let px = canvas.px();
        canvas.paint(area, |x, y| solid(gold, super::math::line(rect(x, y, a, 5.0), w, px)));
    }
    gilded(canvas, "DOUBLET", Setting::new(Cut::Bold, 37.0).tracked(0.17), 613.0, 207.5);
    gilded(canvas, "LOUPES & LENSES", Setting::new(Cut::Regular, 21.5).tracked(0.12), 930.0, 204.5);
    let mark = (779.0, 195.5);
    canvas.ring((mark.0 - 4.6, mark.1), 7.6, 1.5, gold);
    canvas.ring((mark.0 + 4.6, mark.1), 7.6, 1.5, gold);
    let small = Setting::new(Cut::Regular, 7.6).tracked(0.2);
    print::centered(
        canvas,
        "MICROSCOPES · READING STONES · HONEST SPECTACLES",
        small.tracked(0.05),
        930.0,
        184.5,
        gold,
    );
    print::centered(canvas, "EST. 1812", small, 930.0, 216.4, gold);
}

/// Letters of gold leaf with a dark shade to the lower right and a sheen across.
fn gilded(canvas: &mut Canvas<'_>, text: &str, setting: Setting, x: f32, y: f32) {
    let (path, width) = print::outline(text, setting, x, y);
    let path = path.shifted(-width * 0.5, 0.0);
    for k in 1..=6 {
        let k = k as f32 * 0.42;
        canvas.flat(&path.shifted(k, k), hex(0x0a1a14), 0.8);
    }
    canvas.fill(&path, |px, py| {
        let sheen = 0.5 + 0.5 * wave(px * 0.0031 - py * 0.004 + 0.1);
        let leaf = 0.9 + 0.2 * value(px * 0.35, py * 0.35, 62);
        let gold = mix(hex(0xb98632), hex(0xffe6a0), 0.25 + 0.65 * sheen * smooth(y + 2.0, y - setting.size * 0.8, py));
        solid(lit(scale(gold, leaf), 0.46), 1.0)
    });
}

/// The window: warm inside, shelves, the eye chart, instruments, spectacles.
fn window(canvas: &mut Canvas<'_>) {
    let [l, t, r, b] = GLASS;
    let frame = scale(hex(GREEN), 0.9);
    board(canvas, [l - 6.0, t - 6.0, r + 6.0, b + 8.0], frame, 0.5);
    canvas.paint(GLASS, |x, y| {
        let inside = x > l && x < r && y > t && y < b;
        let lamp = |lx: f32, ly: f32| (-((x - lx) / 120.0).hypot((y - ly) / 130.0) * 1.5).exp();
        let glow = lamp(572.0, 345.0) + 0.9 * lamp(706.0, 380.0) + lamp(842.0, 345.0);
        let panelling =
            0.9 + 0.14 * smooth(0.8, 0.0, (wrap(x, 42.0) - 21.0).abs()) * -1.0 + 0.1 * fbm(x * 0.3, y * 0.02, 3, 63);
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

fn door(canvas: &mut Canvas<'_>) {
    let red = hex(0x7b2a20);
    let [l, t, r, b] = DOOR;
    board(canvas, [l - 8.0, 240.0, r + 4.0, FOOT], scale(hex(GREEN), 0.8), 0.3);
    fanlight(canvas);
    board(canvas, [l, t, r - 4.0, b], red, 0.36);
    let glass = [l + 13.0, t + 14.0, r - 17.0, t + 138.0];
    panel(canvas, [glass[0] - 4.0, glass[1] - 4.0, glass[2] + 4.0, glass[3] + 4.0], red);
    canvas.paint(glass, |x, y| {
        let glow = smooth(500.0, 330.0, y + 0.3 * (x - 1010.0).abs());
        let lace = lace(x, y, glass);
        let back = mix(hex(0x4a2a16), hex(0xd28a40), glow);
        solid(
            mix(back, hex(0xf3e2c2), lace),
            if x > glass[0] && x < glass[2] && y > glass[1] && y < glass[3] { 1.0 } else { 0.0 },
        )
    });
    panel(canvas, [l + 10.0, t + 160.0, r - 14.0, t + 204.0], red);
    panel(canvas, [l + 10.0, t + 212.0, r - 14.0, b - 10.0], red);
    canvas.block([l + 26.0, t + 147.0, r - 30.0, t + 154.0], 1.0, scale(hex(BRASS), 1.2), 1.0);
    canvas.block([l + 28.0, t + 149.4, r - 32.0, t + 151.0], 0.5, hex(0x3a2410), 1.0);
    canvas.disc((l + 8.0, t + 152.0), 4.4, scale(hex(BRASS), 0.7), 1.0);
    canvas.disc((l + 7.2, t + 151.0), 3.0, scale(hex(0xffe2a0), 1.1), 1.0);
    let plate = [l + 24.0, t + 52.0, r - 28.0, t + 88.0];
    canvas.rod(((l + r) * 0.5 - 2.0, t + 30.0), (plate[0] + 3.0, plate[1]), (0.6, 0.6), hex(0x2a1a10), 0.0);
    canvas.rod(((l + r) * 0.5 - 2.0, t + 30.0), (plate[2] - 3.0, plate[1]), (0.6, 0.6), hex(0x2a1a10), 0.0);
    canvas.block(plate, 1.6, lit(hex(0xf5ead2), 0.36), 1.0);
    let mid = (plate[0] + plate[2]) * 0.5;
    print::centered(canvas, "OPEN", Setting::new(Cut::Bold, 10.6).tracked(0.06), mid, plate[1] + 14.0, hex(0x7b2a20));
    print::centered(canvas, "Mon–Sat 9 to 6", Setting::new(Cut::Regular, 4.6), mid, plate[1] + 23.0, hex(0x1c1714));
    print::centered(canvas, "Sundays by daylight", Setting::new(Cut::Italic, 3.7), mid, plate[1] + 30.5, hex(0x1c1714));
    canvas.block([l - 10.0, b, r + 6.0, FOOT + 3.0], 0.5, lit(hex(0xa89f90), 0.42), 1.0);
}

/// A curtain of net behind the lower glass: fine, regular, half see-through.
fn lace(x: f32, y: f32, glass: [f32; 4]) -> f32 {
    let top = glass[1] + 74.0 + 2.5 * wave((x - glass[0]) / 15.0);
    let fold = 0.78 + 0.22 * wave((x - glass[0]) * 0.085);
    let net = smooth(0.5, 0.25, (wrap(x + y, 2.8) / 1.4 - 1.0).abs()).max(smooth(
        0.5,
        0.25,
        (wrap(x - y, 2.8) / 1.4 - 1.0).abs(),
    ));
    let dot = smooth(2.6, 2.0, (wrap(x, 9.0) - 4.5).hypot(wrap(y, 9.0) - 4.5));
    smooth(top, top + 1.0, y) * fold * (0.30 + 0.28 * net + 0.34 * dot)
}

fn fanlight(canvas: &mut Canvas<'_>) {
    let a = [DOOR[0] + 2.0, 262.0, DOOR[2] - 6.0, 318.0];
    canvas.paint(a, |x, y| {
        let glow = smooth(70.0, 0.0, (x - 1014.0).hypot(y - 318.0));
        let inside = x > a[0] && x < a[2] && y > a[1] && y < a[3];
        solid(scale(mix(hex(0x6a3c1c), hex(0xffc878), glow), 0.95), if inside { 1.0 } else { 0.0 })
    });
    let mid = (a[0] + a[2]) * 0.5;
    print::centered(canvas, "12", Setting::new(Cut::Bold, 25.0), mid, 303.0, lit(hex(GOLD), 0.75));
    for k in 0..9 {
        let turn = std::f32::consts::PI * k as f32 / 8.0;
        let (c, s) = (turn.cos(), turn.sin());
        canvas.rod(
            (mid - 26.0 * c, 318.0 - 26.0 * s * 1.1),
            (mid - 60.0 * c, 318.0 - 60.0 * s * 1.1),
            (1.1, 1.1),
            hex(0x1a352c),
            0.0,
        );
    }
    board(canvas, [a[0] - 8.0, 318.0, a[2] + 6.0, 330.0], scale(hex(GREEN), 1.1), 0.44);
    board(canvas, [a[0] - 8.0, 236.0, a[2] + 6.0, 262.0], scale(hex(GREEN), 1.0), 0.34);
}

/// The iron lamp over the broadsheet, lit.
fn lamp(canvas: &mut Canvas<'_>) {
    let (x, y) = ((SHEET[0] + SHEET[2]) * 0.5, 248.0);
    let iron = hex(0x1a1618);
    canvas.paint([x - 150.0, y, x + 150.0, y + 290.0], |px, py| {
        let (u, v) = ((px - x) / (46.0 + 0.52 * (py - y)), (py - y) / 260.0);
        let beam = (1.0 - u * u).max(0.0) * (1.0 - v).max(0.0);
        solid(scale(hex(0xffc36a), 1.25), 0.36 * beam * beam.sqrt())
    });
    canvas.rod((x, y - 26.0), (x, y - 8.0), (2.4, 2.4), iron, 0.5);
    canvas.rod((x - 9.0, y - 27.0), (x + 9.0, y - 27.0), (3.0, 3.0), iron, 0.5);
    canvas.flat(
        &Path::polygon(&[(x - 4.0, y - 9.0), (x + 4.0, y - 9.0), (x + 19.0, y + 4.0), (x - 19.0, y + 4.0)]),
        scale(hex(GREEN), 0.7),
        1.0,
    );
    canvas.block([x - 18.0, y + 3.0, x + 18.0, y + 5.4], 1.0, scale(hex(0xfff0c4), 2.4), 1.0);
    canvas.glow([x - 8.0, y + 3.0, x + 8.0, y + 5.0], 26.0, scale(hex(0xffd890), 1.3), 0.5);
}

fn pipe(canvas: &mut Canvas<'_>) {
    let iron = hex(0x2c3a38);
    canvas.glow([1290.0, 136.0, 1300.0, FOOT], 7.0, hex(0x120806), 0.45);
    canvas.rod((1288.0, 136.0), (1288.0, FOOT - 4.0), (8.5, 8.5), iron, 0.8);
    for y in [196.0, 330.0, 464.0, 570.0] {
        canvas.rod((1281.5, y), (1294.5, y), (5.5, 5.5), scale(iron, 1.3), 0.7);
    }
}

/// The chalk board on the pavement.
pub fn chalk_board(canvas: &mut Canvas<'_>, at: (f32, f32)) {
    let (x, y) = at;
    let oak = hex(0x8a5c33);
    canvas.glow([x + 6.0, y + 84.0, x + 80.0, y + 90.0], 9.0, hex(0x140c0a), 0.6);
    for side in [1.0, 57.0] {
        canvas.rod((x + side, y), (x + side, y + 90.0), (5.0, 5.0), oak, 0.6);
    }
    canvas.rod((x, y + 1.0), (x + 58.0, y + 1.0), (5.0, 5.0), scale(oak, 1.2), 0.6);
    canvas.rod((x, y + 76.0), (x + 58.0, y + 76.0), (5.0, 5.0), scale(oak, 0.9), 0.6);
    canvas.paint([x + 3.0, y + 3.0, x + 55.0, y + 74.0], |px, py| {
        let dust = fbm(px * 0.1, py * 0.25, 4, 66);
        solid(mix(hex(0x22302c), hex(0x8a9690), 0.32 * dust), 1.0)
    });
    let chalk = scale(hex(0xfdf6e6), 0.95);
    let mid = x + 29.0;
    print::centered(canvas, "Today", Setting::new(Cut::Italic, 15.0), mid, y + 18.0, chalk);
    print::centered(canvas, "two lenses", Setting::new(Cut::Italic, 8.0), mid, y + 31.0, chalk);
    print::centered(canvas, "for the price", Setting::new(Cut::Italic, 7.6), mid, y + 41.5, chalk);
    print::centered(canvas, "of the truth", Setting::new(Cut::Italic, 8.0), mid, y + 52.0, scale(hex(0xffd27a), 0.95));
    print::centered(canvas, "no sharpening", Setting::new(Cut::Regular, 5.6), mid, y + 65.0, chalk);
}
