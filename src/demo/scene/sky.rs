//! Evening sky and the roofs of the town far off.

use super::canvas::{Canvas, solid};
use super::math::{Rgb, add, hex, lerp, mix, scale, smooth};
use super::noise::{Dice, fbm};
use super::path::Path;

/// Where the sun stands, below the roofs.
const SUN: (f32, f32) = (52.0, 560.0);

/// Light of the clear sky at (x, y): a gradient without a step, the hard case for eight bits.
pub fn clear(x: f32, y: f32) -> Rgb {
    let t = ((y + 40.0) / 640.0).clamp(0.0, 1.0);
    let (top, mid, low, rim) = (hex(0x4a6fa3), hex(0x9fb2c6), hex(0xf3bd94), hex(0xff9f63));
    let base = if t < 0.45 {
        mix(top, mid, smooth(0.0, 0.48, t))
    } else {
        mix(mix(mid, low, smooth(0.40, 0.80, t)), rim, smooth(0.72, 1.0, t))
    };
    let away = ((x - SUN.0) / 520.0).hypot((y - SUN.1) / 360.0);
    let near = (-away * 2.3).exp();
    let hot = (-((x - SUN.0) / 150.0).hypot((y - SUN.1) / 120.0) * 2.4).exp();
    let pale = scale(base, 0.92 + 0.12 * smooth(1280.0, 200.0, x));
    add(pale, add(scale(hex(0xff9a4d), 0.9 * near), scale(hex(0xffd9a0), 1.1 * hot)))
}

/// Clouds alone, with coverage: long soft banks, lit from below on the side of the sun.
pub fn clouds(canvas: &mut Canvas<'_>) {
    canvas.paint([-400.0, -200.0, 1700.0, 620.0], |x, y| {
        let (sx, sy) = (x * 0.0042, y * 0.0135);
        let warp = (fbm(sx * 1.2 + 3.0, sy * 1.1, 3, 41) - 0.5) * 1.6;
        let body = |ox: f32, oy: f32| fbm(sx + warp + ox, sy + warp * 0.5 + oy, 6, 42);
        let here = body(0.0, 0.0);
        let bank = 0.08 * (fbm(sx * 0.4, sy * 0.5, 2, 43) - 0.5);
        let share = smooth(0.52, 0.74, here + bank) * smooth(560.0, 380.0, y);
        if share <= 0.001 {
            return [0.0; 4];
        }
        // Light comes from the lower left: thinner cloud that way means a brighter edge.
        let shade = ((here - body(-0.06, 0.12)) * 5.0 + 0.5).clamp(0.0, 1.0);
        let warm = smooth(900.0, 0.0, x) * 0.6 + smooth(120.0, 520.0, y) * 0.5;
        let bright = mix(hex(0xfff1e2), hex(0xffc996), warm.min(1.0));
        let dark = mix(hex(0x8f9db5), hex(0xb98f8a), warm.min(1.0));
        solid(scale(mix(dark, bright, shade), 1.12), share * 0.9)
    });
}

/// Roofs, chimneys and a steeple in the haze.
pub fn town(canvas: &mut Canvas<'_>) {
    let mut dice = Dice::new(44);
    for (depth, top, color) in [(0, 506.0, hex(0xb98a86)), (1, 530.0, hex(0x8a6370)), (2, 552.0, hex(0x56434f))] {
        if depth == 1 {
            steeple(canvas, color);
        }
        let mut x = -160.0;
        while x < 470.0 {
            let (wide, rise) = (dice.range(34.0, 74.0), dice.range(-22.0, 20.0));
            let (eaves, ridge) = (top + rise, top + rise - dice.range(14.0, 30.0));
            let lean = dice.range(0.25, 0.75);
            let house = [
                (x, 660.0),
                (x, eaves),
                (x - 2.0, eaves),
                (lerp(x, x + wide, lean), ridge),
                (x + wide + 2.0, eaves),
                (x + wide, eaves),
                (x + wide, 660.0),
            ];
            let path = Path::polygon(&house);
            let haze = hex(0xf2b184);
            canvas.fill(&path, |_, y| solid(mix(color, haze, 0.55 * smooth(top - 20.0, 625.0, y)), 1.0));
            chimney(canvas, &mut dice, (x + wide * 0.72, eaves - 8.0), color);
            lamps(canvas, &mut dice, x, wide, eaves, depth);
            x += wide * dice.range(0.75, 1.0);
        }
    }
}

fn steeple(canvas: &mut Canvas<'_>, color: Rgb) {
    let x = 322.0;
    canvas.flat(
        &Path::polygon(&[(x - 13.0, 640.0), (x - 13.0, 478.0), (x, 402.0), (x + 13.0, 478.0), (x + 13.0, 640.0)]),
        color,
        1.0,
    );
    canvas.block([x - 15.0, 476.0, x + 15.0, 480.0], 0.0, scale(color, 0.8), 1.0);
    canvas.rod((x, 404.0), (x, 386.0), (0.8, 0.6), color, 0.0);
    canvas.rod((x - 4.5, 392.0), (x + 4.5, 392.0), (0.7, 0.7), color, 0.0);
    for side in [-5.0, 5.0] {
        canvas.block([x + side - 2.0, 490.0, x + side + 2.0, 504.0], 2.0, hex(0xffd79a), 0.8);
    }
}

fn chimney(canvas: &mut Canvas<'_>, dice: &mut Dice, at: (f32, f32), color: Rgb) {
    let tall = dice.range(10.0, 20.0);
    canvas.block([at.0 - 3.0, at.1 - tall, at.0 + 3.0, at.1 + 6.0], 0.0, color, 1.0);
    canvas.block([at.0 - 4.0, at.1 - tall, at.0 + 4.0, at.1 - tall + 1.6], 0.0, scale(color, 0.75), 1.0);
    if dice.roll() < 0.4 {
        let (x, y) = (at.0 - 12.0, at.1 - tall * 0.6);
        canvas.rod((x, y + 18.0), (x, y - 14.0), (0.6, 0.6), scale(color, 0.7), 0.0);
        for k in 0..4 {
            let (half, up) = (5.5 - k as f32, y - 13.0 + 2.6 * k as f32);
            canvas.rod((x - half, up), (x + half, up), (0.5, 0.5), scale(color, 0.7), 0.0);
        }
    }
}

fn lamps(canvas: &mut Canvas<'_>, dice: &mut Dice, x: f32, wide: f32, eaves: f32, depth: i32) {
    if depth == 0 {
        return;
    }
    for row in 0..3 {
        for column in 0..(wide / 11.0) as i32 {
            let (wx, wy) = (x + 6.0 + 11.0 * column as f32, eaves + 7.0 + 14.0 * row as f32);
            let on = dice.roll() < 0.28;
            let glass = if on { scale(hex(0xffd08a), 1.2) } else { hex(0x4a3d4c) };
            canvas.block([wx - 1.6, wy, wx + 1.6, wy + 5.0], 0.2, glass, if on { 0.95 } else { 0.35 });
        }
    }
}
