//! Pavement, kerb and setts, drawn in perspective.

use super::brick::{FOOT, lit};
use super::canvas::{Canvas, solid};
use super::math::{Rgb, hex, mix, scale, smooth, wrap};
use super::noise::{fbm, value, white};

/// Height of the eye: where level lines meet.
const HORIZON: f32 = 452.0;
const KERB: f32 = 648.0;
const ROAD: f32 = 659.0;

/// The whole ground below the houses.
pub fn ground(canvas: &mut Canvas<'_>, sun: impl Fn(f32, f32) -> f32) {
    canvas.paint([-200.0, FOOT, 1500.0, 800.0], |x, y| {
        if y < FOOT {
            return [0.0; 4];
        }
        let color = if y < KERB {
            flags(x, y, sun(x, y))
        } else if y < ROAD {
            kerb(x, y, sun(x, y))
        } else {
            setts(x, y, sun(x, y))
        };
        let contact = 1.0 - 0.55 * smooth(FOOT + 9.0, FOOT, y) * smooth(380.0, 396.0, x);
        solid(scale(color, contact), 1.0)
    });
}

/// Place on the ground: across and away, in units of the facade's plane.
fn floor(x: f32, y: f32) -> (f32, f32) {
    let depth = (FOOT - HORIZON) / (y - HORIZON);
    ((x - 640.0) * depth, 560.0 * depth)
}

fn flags(x: f32, y: f32, sun: f32) -> Rgb {
    let (u, v) = floor(x, y);
    let row = (v / 62.0).floor();
    let shifted = u + 47.0 * white(row as i32, 0, 31);
    let slab = (shifted / 88.0).floor();
    let (a, b) = (shifted - slab * 88.0, v - row * 62.0);
    let joint = a.min(88.0 - a).min(0.8 * b.min(62.0 - b));
    let tone = 0.8 + 0.32 * white(slab as i32, row as i32, 32) + 0.22 * (fbm(u * 0.09, v * 0.09, 5, 33) - 0.5);
    let speck = 1.0 + 0.16 * (value(u * 0.9, v * 0.5, 34) - 0.5);
    let color =
        lit(scale(mix(hex(0x9b9488), hex(0xa89880), white(slab as i32, row as i32, 35)), tone * speck), 0.40 * sun);
    mix(lit(hex(0x3a352f), 0.1), color, smooth(0.5, 1.6, joint))
}

fn kerb(x: f32, y: f32, sun: f32) -> Rgb {
    let (u, _) = floor(x, ROAD);
    let a = wrap(u, 120.0);
    let joint = smooth(0.6, 1.6, a.min(120.0 - a));
    let top = y < KERB + 3.4;
    let grain = 0.85 + 0.3 * fbm(x * 0.25, y * 0.4, 4, 36);
    let face =
        if top { lit(scale(hex(0xb8aea0), grain), 0.6 * sun) } else { lit(scale(hex(0x7d766c), grain), 0.16 * sun) };
    scale(face, 0.45 + 0.55 * joint)
}

/// Rounded granite setts, a little wet: their crowns mirror the low sky.
fn setts(x: f32, y: f32, sun: f32) -> Rgb {
    let (u, v) = floor(x, y);
    let (wide, deep) = (25.0, 21.0);
    let row = (v / deep).floor();
    let shifted = u + if row as i32 & 1 == 0 { 0.0 } else { wide * 0.5 } + 4.0 * (white(row as i32, 1, 37) - 0.5);
    let stone = (shifted / wide).floor();
    let (a, b) = ((shifted / wide - stone) * 2.0 - 1.0, (v / deep - row) * 2.0 - 1.0);
    let r = (a.abs().powi(4) + b.abs().powi(4)).sqrt().sqrt();
    let crown = smooth(1.0, 0.55, r);
    let id = (stone as i32, row as i32);
    let base = mix(hex(0x6b625c), hex(0x857668), white(id.0, id.1, 38));
    let base = scale(base, 0.7 + 0.5 * white(id.0, id.1, 39) + 0.3 * (fbm(u * 0.2, v * 0.2, 3, 40) - 0.5));
    // The left flank of a crown faces the sun.
    let direct = (0.34 - 0.42 * a * r * r + 0.1 * b).clamp(0.02, 1.0);
    let sky = mix(hex(0xd99a6c), hex(0x8da3bd), smooth(200.0, 900.0, x));
    let gloss = 0.30 * crown * smooth(0.25, -0.7, a + 0.5 * b) * (0.6 + 0.8 * white(id.0, id.1, 46));
    let face = lit(scale(base, 0.35 + 0.65 * crown), direct * sun);
    mix(scale(hex(0x2a2320), 0.5), super::math::add(face, scale(sky, gloss * (0.3 + 0.7 * sun))), smooth(1.02, 0.8, r))
}
