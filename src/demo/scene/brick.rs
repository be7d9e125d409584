//! The house front: Flemish-bond brick under a raking sun, quoins of stone, a cornice.

use super::canvas::{Canvas, solid};
use super::math::{Rgb, hex, mix, mul, scale, smooth};
use super::noise::{fbm, value, white};

/// Left edge of the house and the top of its brickwork.
pub const LEFT: f32 = 392.0;
pub const TOP: f32 = 96.0;
/// Where the wall meets the pavement.
pub const FOOT: f32 = 592.0;

const COURSE: f32 = 10.6;
const STRETCHER: f32 = 31.0;
const PAIR: f32 = 46.4;
const JOINT: f32 = 1.7;

/// Low sun from the left, a little in front of the wall.
const SUN: [f32; 3] = [-0.72, -0.38, 0.58];

/// The brick that holds (x, y): its number, and the place in it (from its centre) with its half sizes.
struct Cell {
    id: (i32, i32),
    x: f32,
    y: f32,
    half: (f32, f32),
}

fn cell(x: f32, y: f32) -> Cell {
    let row = (y / COURSE).floor();
    // Each course is set off by a quarter of the pair, so that headers stand over the middle of stretchers.
    let shifted = x + if row as i32 & 1 == 0 { 0.0 } else { PAIR * 0.5 };
    let pair = (shifted / PAIR).floor();
    let along = shifted - pair * PAIR;
    let header = along > STRETCHER;
    let (from, wide) = if header { (STRETCHER, PAIR - STRETCHER) } else { (0.0, STRETCHER) };
    Cell {
        id: (pair as i32 * 2 + i32::from(header), row as i32),
        x: along - from - wide * 0.5,
        y: y - (row + 0.5) * COURSE,
        half: (wide * 0.5, COURSE * 0.5),
    }
}

/// Height of the surface (in units): 1 on a brick's face, 0 in the joint, rough at several scales.
fn height(x: f32, y: f32) -> f32 {
    // Old bricks are not straight: edges wander by half a unit.
    let (wx, wy) = (x + 1.1 * (value(x * 0.16, y * 0.16, 5) - 0.5), y + 0.9 * (value(x * 0.13, y * 0.2, 6) - 0.5));
    let c = cell(wx, wy);
    let edge = (c.half.0 - c.x.abs()).min(c.half.1 - c.y.abs()) - JOINT * 0.5;
    let face = smooth(-0.5, 1.0, edge);
    let tilt = (white(c.id.0, c.id.1, 7) - 0.5) * c.x * 0.02 + (white(c.id.0, c.id.1, 8) - 0.5) * c.y * 0.05;
    let rough = 0.55 * (value(x * 0.55, y * 0.55, 9) - 0.5) + 0.4 * (value(x * 1.3, y * 1.3, 10) - 0.5);
    face * (1.0 + tilt) + rough * (0.35 + 0.4 * face)
}

/// Colour of the fired clay of one brick.
fn clay(id: (i32, i32)) -> Rgb {
    let pick = white(id.0, id.1, 11);
    let (red, dark, orange, pale) = (hex(0xa8563c), hex(0x6e3a31), hex(0xc0704a), hex(0xc98f6c));
    let base = if pick < 0.16 {
        dark
    } else if pick < 0.74 {
        mix(red, hex(0x96462f), white(id.0, id.1, 12))
    } else if pick < 0.95 {
        orange
    } else {
        pale
    };
    scale(base, 0.82 + 0.36 * white(id.0, id.1, 13))
}

/// The wall at (x, y), lit; `sun` (0..1) is the share of direct light that reaches the place.
pub fn wall(x: f32, y: f32, sun: f32) -> Rgb {
    const STEP: f32 = 0.4;
    let h = height(x, y);
    let (dx, dy) = ((height(x + STEP, y) - h) / STEP, (height(x, y + STEP) - h) / STEP);
    let (nx, ny) = (-dx * 1.3, -dy * 1.3);
    let n = 1.0 / (nx * nx + ny * ny + 1.0).sqrt();
    let direct = ((nx * SUN[0] + ny * SUN[1] + SUN[2]) * n).max(0.0);
    let (wx, wy) = (x + 1.1 * (value(x * 0.16, y * 0.16, 5) - 0.5), y + 0.9 * (value(x * 0.13, y * 0.2, 6) - 0.5));
    let c = cell(wx, wy);
    let edge = (c.half.0 - c.x.abs()).min(c.half.1 - c.y.abs()) - JOINT * 0.5;
    let face = smooth(-0.45, 0.75, edge);
    let speck =
        1.0 + 0.22 * (value(x * 0.9, y * 0.9, 14) - 0.5) - 0.35 * smooth(0.8, 0.95, value(x * 0.62, y * 0.62, 15));
    let mortar = scale(hex(0xbfae95), 0.72 + 0.4 * value(x * 0.3, y * 0.3, 16));
    let mut albedo = mix(mortar, scale(clay(c.id), speck), face);
    albedo = weather(albedo, x, y);
    lit(albedo, direct * sun)
}

/// Rain, soot and the damp at the foot.
fn weather(albedo: Rgb, x: f32, y: f32) -> Rgb {
    let streak = fbm(x * 0.05, y * 0.006, 4, 17);
    let patch = fbm(x * 0.008, y * 0.01, 4, 18);
    let under_cornice = smooth(TOP + 150.0, TOP + 40.0, y) * smooth(0.35, 0.7, streak);
    let damp = smooth(FOOT - 46.0, FOOT, y + 26.0 * (patch - 0.5));
    let soot = (0.34 * under_cornice + 0.42 * damp + 0.5 * (patch - 0.45)).clamp(-0.2, 0.7);
    mul(scale(albedo, 1.0 - soot), mix([1.0; 3], [0.92, 1.0, 0.95], damp))
}

/// Sunlight of the given strength and the sky's fill on a matt surface.
pub fn lit(albedo: Rgb, direct: f32) -> Rgb {
    let light = [0.30 + 2.15 * direct, 0.305 + 1.56 * direct, 0.37 + 0.98 * direct];
    mul(albedo, light)
}

/// Brickwork, quoins, cornice and parapet of the house, with `sun(x, y)` for cast shadows.
pub fn house(canvas: &mut Canvas<'_>, sun: impl Fn(f32, f32) -> f32) {
    let right = 1420.0;
    canvas.paint([LEFT, TOP + 30.0, right, FOOT], |x, y| {
        let inside = x >= LEFT && (TOP + 30.0..FOOT).contains(&y);
        if inside { solid(wall(x, y, sun(x, y)), 1.0) } else { [0.0; 4] }
    });
    canvas.paint([LEFT - 6.0, TOP + 30.0, LEFT + 40.0, FOOT], |x, y| quoin(x, y, sun(x, y)));
    // Plinth.
    canvas.paint([LEFT - 7.0, FOOT - 26.0, right, FOOT], |x, y| {
        if !(FOOT - 26.0..=FOOT).contains(&y) || x < LEFT - 7.0 {
            return [0.0; 4];
        }
        let grain =
            0.86 + 0.2 * fbm(x * 0.2, y * 0.2, 4, 21) - 0.16 * smooth(0.55, 0.75, fbm(x * 0.03, y * 0.05, 3, 22));
        let bevel = 0.34 + 0.9 * smooth(3.5, 0.0, y - FOOT + 26.0);
        solid(lit(scale(hex(0x8d8172), grain), bevel * sun(x, y)), 1.0)
    });
    cornice(canvas, right, sun);
}

/// Long and short corner stones.
fn quoin(x: f32, y: f32, sun: f32) -> [f32; 4] {
    const TALL: f32 = COURSE * 3.0;
    let row = (y / TALL).floor();
    let long = row as i32 & 1 == 0;
    let right = LEFT + if long { 36.0 } else { 24.0 };
    let inner = (y - row * TALL).min((row + 1.0) * TALL - y).min(right - x).min(x - LEFT + 5.0);
    if x < LEFT - 5.0 || x > right || y > FOOT || inner < 0.0 {
        return [0.0; 4];
    }
    let bevel = smooth(0.0, 2.2, inner);
    // The bevel that looks to the light is brighter, the others darker.
    let to_light = x - LEFT + 5.0 < 2.4 || y - row * TALL < 2.2;
    let direct = if to_light { 0.78 } else { 0.34 + 0.2 * bevel };
    let stone =
        scale(hex(0xcbb894), 0.82 + 0.3 * fbm(x * 0.11, y * 0.11, 5, 23) * (0.9 + 0.2 * white(row as i32, 0, 24)));
    let pits = 1.0 - 0.25 * smooth(0.72, 0.86, value(x * 0.8, y * 0.8, 25));
    solid(lit(scale(stone, pits * (0.45 + 0.55 * bevel)), direct * sun), 1.0)
}

/// Stone mouldings with dentils, and a coping on top.
fn cornice(canvas: &mut Canvas<'_>, right: f32, sun: impl Fn(f32, f32) -> f32) {
    let profile = |v: f32| -> (f32, f32) {
        // (direct light, darkness of the joint) down the section, v in units from the top.
        match v {
            v if v < 5.0 => (0.95, 1.0),
            v if v < 13.0 => (0.46, 1.0),
            v if v < 15.0 => (0.12, 0.55),
            v if v < 22.0 => (0.34 + 0.05 * (22.0 - v), 1.0),
            v if v < 32.0 => (0.40, 1.0),
            v if v < 34.0 => (0.80, 1.0),
            _ => (0.30, 0.9),
        }
    };
    canvas.paint([LEFT - 16.0, TOP, right, TOP + 40.0], |x, y| {
        let v = y - TOP;
        if !(0.0..40.0).contains(&v) {
            return [0.0; 4];
        }
        let reach = if v < 13.0 {
            16.0
        } else if v < 22.0 {
            12.0 - (v - 13.0) * 0.5
        } else {
            7.0
        };
        if x < LEFT - reach {
            return [0.0; 4];
        }
        let (mut direct, mut dark) = profile(v);
        if (22.5..31.0).contains(&v) {
            let tooth = super::math::wrap(x - LEFT, 11.0);
            if tooth > 6.2 {
                (direct, dark) = (0.03, 0.5);
            } else if tooth < 1.2 {
                direct = 0.85;
            }
        }
        let seam = super::math::wrap(x - LEFT + 16.0, 118.0);
        let seam = 1.0 - 0.5 * smooth(1.2, 0.4, (seam - 59.0).abs());
        let stone = scale(hex(0xcdbb98), (0.8 + 0.32 * fbm(x * 0.08, y * 0.15, 5, 26)) * dark * seam);
        let stain = 1.0 - 0.4 * smooth(0.5, 0.8, fbm(x * 0.06, y * 0.012, 3, 27)) * smooth(4.0, 20.0, v);
        solid(lit(scale(stone, stain), direct * sun(x, y)), 1.0)
    });
}
