//! Woven things: the awning's striped canvas, tweed, a plaid, wicker.

use super::canvas::{Canvas, solid};
use super::math::{Rgb, cover, hex, lerp, mix, mul, scale, smooth, wave, wrap};
use super::noise::{fbm, white};

/// Left, top, right of the awning; it falls from `TOP` to about `HEM`.
pub const LEFT: f32 = 462.0;
pub const RIGHT: f32 = 944.0;
pub const TOP: f32 = 233.0;
pub const HEM: f32 = 322.0;
const VALANCE: f32 = 25.0;
/// The front bar reaches further out to both sides, being nearer.
const FLARE: f32 = 13.0;

/// Brightness of a plain weave at thread coordinates (u across, v along): over, under, and the gaps.
fn plain(u: f32, v: f32) -> f32 {
    let (cu, cv) = (u.floor() as i32, v.floor() as i32);
    let (a, b) = (u - u.floor() - 0.5, v - v.floor() - 0.5);
    let warp_over = (cu + cv) & 1 == 0;
    let across = if warp_over { a } else { b };
    let along = if warp_over { b } else { a };
    let bulge = 1.0 - 1.5 * across * across - 1.1 * along * along;
    bulge * if warp_over { 1.0 } else { 0.84 }
}

/// Brightness of a herringbone twill with ribs `period` wide.
pub fn herringbone(x: f32, y: f32, period: f32) -> f32 {
    let column = (x / period).floor();
    let a = x - column * period;
    let slant = if column as i32 & 1 == 0 { a } else { period - a };
    let rib = wrap(y + slant, period * 0.62) / (period * 0.62);
    smooth(0.0, 0.35, rib) * smooth(1.0, 0.65, rib)
}

/// A tartan of `base` with lines of two colours, in squares of `size`.
pub fn plaid(x: f32, y: f32, size: f32, base: Rgb, dark: Rgb, bright: Rgb) -> Rgb {
    let band = |v: f32| {
        let s = wrap(v / size, 1.0);
        (smooth(0.48, 0.52, s) * smooth(0.98, 0.94, s), smooth(0.2, 0.23, s) * smooth(0.31, 0.28, s))
    };
    let ((a, c), (b, d)) = (band(x), band(y));
    let twill = if wrap(x + y, 2.2) < 1.1 { 0.9 } else { 1.06 };
    scale(mix(mix(base, dark, 0.5 * (a + b)), bright, 0.5 * (c + d)), twill)
}

/// The awning with wind in it; `t` is 0..1 over the loop.
pub fn awning(canvas: &mut Canvas<'_>, t: f32) {
    let px = canvas.px();
    let area = [LEFT - FLARE - 4.0, TOP, RIGHT + FLARE + 4.0, HEM + VALANCE + 10.0];
    shade_under(canvas);
    canvas.paint(area, |x, y| {
        let v = (y - TOP) / (HEM - TOP);
        let breath = 1.6 * wave(t * 2.0 + x * 0.0021) + 0.7 * wave(t * 3.0 - x * 0.006);
        let spread = FLARE * v.min(1.0);
        let u = (x - LEFT + spread) / (RIGHT - LEFT + 2.0 * spread);
        let side = cover((u - 0.5).abs() * (RIGHT - LEFT) - (RIGHT - LEFT) * 0.5, px);
        if side <= 0.0 {
            return [0.0; 4];
        }
        let cloth_x = u * 482.0;
        let fold = HEM + breath * smooth(0.0, 1.0, v) * 0.6;
        if y < fold {
            slope(cloth_x, (y - TOP) / (fold - TOP), t, side, px)
        } else {
            valance(cloth_x, y - fold, t, side, px)
        }
    });
    // The rail that it hangs from.
    canvas.rod((LEFT - 5.0, TOP + 1.0), (RIGHT + 5.0, TOP + 1.0), (6.0, 6.0), hex(0x27332c), 0.8);
}

/// Cream and bottle-green stripes, their edges as soft as a sample of size `px`.
fn stripe(cloth_x: f32, px: f32) -> Rgb {
    const WIDE: f32 = 482.0 / 17.0;
    let n = (cloth_x / WIDE).floor();
    let edge = (cloth_x - n * WIDE).min((n + 1.0) * WIDE - cloth_x);
    let (cream, green) = (hex(0xf3e6c8), hex(0x2f6a54));
    let (own, other) = if n as i32 & 1 == 0 { (green, cream) } else { (cream, green) };
    // At the very edge both colours share the sample.
    let own = mix(own, other, cover(edge, px));
    // A pin-stripe of the other colour runs close to each edge.
    let pin = smooth(0.55, 0.2, (edge - 3.0).abs());
    mix(own, other, 0.8 * pin)
}

fn slope(cloth_x: f32, v: f32, t: f32, side: f32, px: f32) -> [f32; 4] {
    let weave = plain(cloth_x / 2.4, v * 40.0);
    // Cloth sags between the ribs: shallow bellies that the raking light models.
    let belly = wrap(cloth_x / 120.5, 1.0) * 2.0 - 1.0;
    let billow = 0.10 * wave(t * 2.0 + cloth_x * 0.004) * smooth(0.0, 0.6, v);
    let light = 1.12 - 0.30 * belly * (0.4 + 0.6 * v) + billow - 0.22 * smooth(0.85, 1.0, belly.abs());
    let worn = 0.93 + 0.14 * fbm(cloth_x * 0.03, v * 4.0, 4, 51);
    let slub = 0.95 + 0.1 * white((cloth_x / 2.4) as i32, 0, 52);
    let top = 0.55 + 0.45 * smooth(0.0, 0.12, v);
    let sun = [1.62, 1.3, 0.96];
    let k = light * worn * slub * top * (0.60 + 0.50 * weave);
    solid(mul(scale(stripe(cloth_x, px), k), sun), side)
}

/// The hanging hem: scallops, herringbone tape, flutter.
fn valance(cloth_x: f32, y: f32, t: f32, side: f32, px: f32) -> [f32; 4] {
    const SCALLOP: f32 = 482.0 / 17.0;
    let flutter = wave(t * 4.0 + cloth_x * 0.012) * 0.6 + wave(t * 3.0 - cloth_x * 0.005) * 0.4;
    let tall = VALANCE + 1.6 * flutter;
    let s = wrap(cloth_x / SCALLOP, 1.0) * 2.0 - 1.0;
    let end = tall - 8.0 * (1.0 - (1.0 - s * s).max(0.0).sqrt());
    let share = cover(y - end, px) * side;
    if share <= 0.0 {
        return [0.0; 4];
    }
    let fold = 1.0 + 0.20 * flutter + 0.12 * wave(cloth_x * 0.03 + t * 2.0);
    let twill = 0.72 + 0.42 * herringbone(cloth_x, y, 5.2);
    let tape = smooth(3.2, 2.6, end - y);
    let cloth = mix(stripe(cloth_x, px), hex(0xd9a441), 0.9 * tape);
    let crease = 0.62 + 0.38 * smooth(0.0, 2.5, y);
    solid(mul(scale(cloth, fold * twill * crease * lerp(1.0, 0.86, y / tall)), [1.28, 0.98, 0.74]), share)
}

/// What the awning takes from the wall below it.
fn shade_under(canvas: &mut Canvas<'_>) {
    let dark = hex(0x1a0f10);
    canvas.paint([LEFT - 10.0, HEM, RIGHT + 46.0, HEM + 120.0], |x, y| {
        let across = smooth(LEFT - 8.0, LEFT + 16.0, x) * smooth(RIGHT + 44.0, RIGHT + 14.0, x);
        solid(dark, 0.46 * across * smooth(HEM + 96.0, HEM + 34.0, y))
    });
}

/// Basket-work at (x, y) in units of one withy.
pub fn wicker(x: f32, y: f32) -> Rgb {
    let shade = plain(x, y);
    scale(hex(0xc9995c), 0.5 + 0.55 * shade)
}
