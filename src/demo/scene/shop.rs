//! The optician's front: sign, door, lamp, the chalk board.

use super::brick::{FOOT, lit};
use super::canvas::{Canvas, solid};
use super::math::{Rgb, hex, mix, rect, scale, smooth, wave, wrap};
use super::noise::{fbm, value};
use super::path::Path;
use super::print::{self, Cut, Setting};
use super::window;

pub const GREEN: u32 = 0x1f4a3d;
pub const GOLD: u32 = 0xe3b85a;
pub const BRASS: u32 = 0xc99a48;
/// The sheet of the broadsheet on the wall.
pub const SHEET: [f32; 4] = [1104.0, 280.0, 1254.0, 530.0];
const DOOR: [f32; 4] = [972.0, 330.0, 1062.0, 588.0];

/// Everything of the shop that keeps still.
pub fn shop(canvas: &mut Canvas<'_>) {
    front(canvas);
    window::window(canvas);
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

/// A painted board with bright upper left and dark lower right edges; `direct` is the light on its face.
pub fn board(canvas: &mut Canvas<'_>, area: [f32; 4], color: Rgb, direct: f32) {
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
    gilded(canvas, "LOUPES & LENSES", Setting::new(Cut::Regular, 21.5).tracked(0.12), 930.0, 203.4);
    let mark = (779.0, 195.5);
    canvas.ring((mark.0 - 4.6, mark.1), 7.6, 1.5, gold);
    canvas.ring((mark.0 + 4.6, mark.1), 7.6, 1.5, gold);
    let small = Setting::new(Cut::Regular, 7.6).tracked(0.05);
    print::centered(canvas, "MICROSCOPES · READING STONES · HONEST SPECTACLES", small, 930.0, 183.6, gold);
    print::centered(canvas, "EST. 1812", Setting::new(Cut::Regular, 6.8).tracked(0.2), 930.0, 213.2, gold);
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
    print::centered(canvas, "12", Setting::new(Cut::Bold, 25.0), mid, 311.0, hex(0x4a2610));
    for k in 1..8 {
        let turn = std::f32::consts::PI * k as f32 / 8.0;
        let (c, s) = (turn.cos(), turn.sin());
        // From a half ring round the number to the frame.
        let long = (0.5 * (a[2] - a[0]) / c.abs().max(1e-3)).min((a[3] - a[1]) / s);
        canvas.rod(
            (mid - 37.0 * c, 318.0 - 37.0 * s),
            (mid - long * c, 318.0 - long * s),
            (1.1, 1.1),
            hex(0x1a352c),
            0.0,
        );
    }
    let px = canvas.px();
    canvas.paint(a, |x, y| {
        let share = super::math::line((x - mid).hypot(y - 318.0) - 37.0, 1.3, px);
        solid(hex(0x1a352c), if y < 318.0 { share } else { 0.0 })
    });
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
