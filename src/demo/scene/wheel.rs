//! The bicycle: wheels with laced spokes, frame, basket.

use std::f32::consts::TAU;

use super::canvas::{Canvas, solid};
use super::fabric::wicker;
use super::math::{Rgb, cover, hex, line, mix, scale, smooth};
use super::noise::Dice;
use super::path::Path;

/// Radius of a wheel with its tyre.
pub const RADIUS: f32 = 48.0;
/// Spokes of one lacing direction; a wheel has twice as many.
const SPOKES: f32 = 16.0;
/// Distance at which spokes pass the hub's axis.
const FLANGE: f32 = 5.2;
pub const REAR: (f32, f32) = (-70.0, -RADIUS);
pub const FRONT: (f32, f32) = (80.0, -RADIUS);
pub const CRANK: (f32, f32) = (-8.0, -44.0);
pub const CRANK_LONG: f32 = 21.0;
/// Wheel turns for one turn of the crank.
pub const GEAR: f32 = 2.625;

const PAINT: u32 = 0x4f9a94;
const CHROME: u32 = 0xd9dde0;

/// A wheel round `at`, turned by `turn` (radians).
pub fn wheel(canvas: &mut Canvas<'_>, at: (f32, f32), turn: f32) {
    let px = canvas.px();
    let r = RADIUS;
    let (tyre, wall, rim) = (hex(0x241f20), hex(0xd8c19a), hex(CHROME));
    canvas.paint([at.0 - r, at.1 - r, at.0 + r, at.1 + r], |x, y| {
        let (dx, dy) = (x - at.0, y - at.1);
        let d = dx.hypot(dy);
        if d > r + px {
            return [0.0; 4];
        }
        // Light from the upper left: the rim's metal answers round the circle.
        let (ux, uy) = (dx / d.max(1e-3), dy / d.max(1e-3));
        let shine = 0.45 + 0.75 * (0.5 - 0.5 * (0.75 * ux + 0.66 * uy)).powi(2);
        let mut out = solid(scale(rim, shine), line(d - 42.6, 2.6, px));
        over(&mut out, scale(wall, 0.55 + 0.6 * shine), line(d - 44.6, 1.6, px));
        over(&mut out, scale(tyre, 0.7 + 0.9 * shine), line(d - 46.6, 3.0, px));
        if d > 3.0 && d < 42.0 {
            let steel = scale(hex(0xe6e3dc), 0.95);
            over(&mut out, steel, spokes(dx, dy, d, turn, 1.0, px).max(spokes(dx, dy, d, turn + 0.1, -1.0, px)) * 0.96);
        }
        over(&mut out, scale(hex(CHROME), 0.6), cover(d - 5.6, px));
        over(&mut out, scale(hex(CHROME), 0.25 + 0.5 * shine), cover(d - 3.4, px));
        out
    });
}

/// Coverage of the spokes of one lacing direction: straight lines that pass the axis at the flange's radius, spread
/// evenly round it. With d cos(angle - psi) = FLANGE, psi is the line's normal; the nearest one is found by rounding.
fn spokes(dx: f32, dy: f32, d: f32, turn: f32, side: f32, px: f32) -> f32 {
    if d <= FLANGE {
        return 0.0;
    }
    let psi = dy.atan2(dx) + side * (FLANGE / d).acos() - turn;
    let step = TAU / SPOKES;
    let off = psi - (psi / step).round() * step;
    line(off * (d * d - FLANGE * FLANGE).sqrt(), 0.85, px)
}

fn over(out: &mut [f32; 4], color: Rgb, share: f32) {
    let total = share + out[3] * (1.0 - share);
    if total > 0.0 {
        let k = share / total;
        let c = mix([out[0], out[1], out[2]], color, k);
        *out = solid(c, total);
    }
}

/// Everything behind the rider: wheels, frame, far crank. `o` is the point on the road under the middle.
pub fn behind(canvas: &mut Canvas<'_>, o: (f32, f32), turn: f32) {
    let p = |q: (f32, f32)| (o.0 + q.0, o.1 + q.1);
    wheel(canvas, p(REAR), turn);
    wheel(canvas, p(FRONT), turn + 0.4);
    let (paint, chrome) = (hex(PAINT), scale(hex(CHROME), 0.7));
    for (at, from, to) in [(REAR, 2.6, 4.9), (FRONT, 2.9, 5.3)] {
        mudguard(canvas, p(at), from, to, paint);
    }
    crank(canvas, p(CRANK), turn / GEAR + std::f32::consts::PI, scale(hex(CHROME), 0.4));
    let (seat, head, low) = ((-30.0, -116.0), (53.0, -128.0), (57.0, -110.0));
    let tube = |canvas: &mut Canvas<'_>, a, b, w: f32| canvas.rod(p(a), p(b), (w, w), paint, 0.85);
    tube(canvas, REAR, CRANK, 2.6);
    tube(canvas, REAR, (-26.0, -104.0), 2.4);
    tube(canvas, CRANK, seat, 4.0);
    tube(canvas, (-22.0, -92.0), low, 3.6);
    tube(canvas, CRANK, (59.0, -104.0), 4.2);
    tube(canvas, head, (60.0, -100.0), 5.0);
    canvas.rod(p((60.0, -100.0)), p((70.0, -66.0)), (3.6, 2.8), paint, 0.8);
    canvas.rod(p((70.0, -66.0)), p(FRONT), (2.8, 2.2), paint, 0.8);
    canvas.rod(p((-26.0, -104.0)), p((-86.0, -103.0)), (1.4, 1.4), chrome, 0.4);
    canvas.rod(p((-84.0, -103.0)), p(REAR), (1.0, 1.0), chrome, 0.3);
    canvas.rod(p(seat), p((-33.0, -126.0)), (2.2, 2.2), chrome, 0.8);
    canvas.rod(p(head), p((49.0, -146.0)), (2.4, 2.4), chrome, 0.8);
    canvas.rod(p((49.0, -146.0)), p((36.0, -149.0)), (2.2, 2.2), chrome, 0.8);
    canvas.rod(p((38.0, -149.0)), p((28.0, -147.0)), (3.6, 3.6), hex(0x5a3018), 0.7);
    canvas.rod(p((52.0, -134.0)), p((64.0, -126.0)), (0.6, 0.6), hex(0x221c1c), 0.0);
    canvas.flat(&saddle().shifted(o.0, o.1), hex(0x6a3a1c), 1.0);
    basket(canvas, o);
    canvas.disc(p((66.0, -112.0)), 4.6, scale(hex(CHROME), 0.5), 1.0);
    canvas.disc(p((68.0, -112.0)), 3.4, scale(hex(0xfff2c4), 2.0), 1.0);
}

/// Chain wheel, chain and near crank, in front of the far leg.
pub fn chain(canvas: &mut Canvas<'_>, o: (f32, f32), turn: f32) {
    let px = canvas.px();
    let at = (o.0 + CRANK.0, o.1 + CRANK.1);
    let rear = (o.0 + REAR.0, o.1 + REAR.1);
    let ink = hex(0x2a2425);
    canvas.rod((at.0, at.1 - 11.0), (rear.0, rear.1 - 4.4), (1.3, 1.3), ink, 0.0);
    canvas.rod((at.0, at.1 + 11.0), (rear.0, rear.1 + 4.4), (1.3, 1.3), ink, 0.0);
    let spin = turn / GEAR;
    canvas.paint([at.0 - 13.0, at.1 - 13.0, at.0 + 13.0, at.1 + 13.0], |x, y| {
        let (dx, dy) = (x - at.0, y - at.1);
        let (d, a) = (dx.hypot(dy), dy.atan2(dx) - spin);
        let tooth = 11.0 + 0.7 * (a * 38.0).cos();
        let arms = line(((a * 2.5).sin() / 2.5) * d, 2.2, px);
        let ring = cover(d - tooth, px) * cover(8.8 - d, px);
        solid(scale(hex(CHROME), 0.62), ring.max(arms * cover(d - 9.0, px)))
    });
    crank(canvas, at, spin, scale(hex(CHROME), 0.75));
}

/// Where the pedal of a crank at `angle` is, from the crank's axis.
pub fn pedal(angle: f32) -> (f32, f32) {
    (CRANK_LONG * angle.cos(), CRANK_LONG * angle.sin())
}

fn crank(canvas: &mut Canvas<'_>, at: (f32, f32), angle: f32, color: Rgb) {
    let (dx, dy) = pedal(angle);
    let end = (at.0 + dx, at.1 + dy);
    canvas.rod(at, end, (3.2, 2.4), color, 0.8);
    canvas.rod((end.0 - 6.0, end.1 + 0.5), (end.0 + 6.0, end.1 + 0.5), (3.0, 3.0), hex(0x2a2425), 0.5);
}

fn mudguard(canvas: &mut Canvas<'_>, at: (f32, f32), from: f32, to: f32, paint: Rgb) {
    let px = canvas.px();
    let r = RADIUS + 4.0;
    canvas.paint([at.0 - r, at.1 - r, at.0 + r, at.1 + r], |x, y| {
        let (dx, dy) = (x - at.0, y - at.1);
        let mut a = dy.atan2(dx);
        if a < 0.0 {
            a += TAU;
        }
        let ends = cover((from - a) * r, px) * cover((a - to) * r, px);
        let lit = 0.75 + 0.6 * smooth(0.6, -1.0, (dx * 0.75 + dy * 0.66) / r);
        solid(scale(paint, lit), line(dx.hypot(dy) - r + 1.6, 2.4, px) * ends)
    });
}

fn saddle() -> Path {
    Path::smooth(&[
        (-52.0, -133.0),
        (-46.0, -136.0),
        (-30.0, -133.5),
        (-14.0, -132.5),
        (-12.0, -130.0),
        (-26.0, -129.0),
        (-36.0, -123.0),
        (-49.0, -125.0),
    ])
}

/// A wicker basket with flowers and a loaf.
fn basket(canvas: &mut Canvas<'_>, o: (f32, f32)) {
    let p = |x: f32, y: f32| (o.0 + x, o.1 + y);
    canvas.rod(p(70.0, -146.0), p(92.0, -176.0), (7.0, 6.0), hex(0xd39a52), 0.8);
    for k in 0..3 {
        let k = k as f32;
        canvas.rod(
            p(76.0 + 5.0 * k, -154.0 - 6.0 * k),
            p(80.0 + 5.0 * k, -157.0 - 6.0 * k),
            (1.4, 1.0),
            hex(0xf0cf92),
            0.0,
        );
    }
    let mut dice = Dice::new(97);
    for k in 0..34 {
        let (x, y) = (dice.range(58.0, 82.0), -147.0 - dice.range(0.0, 17.0));
        if k % 3 == 0 {
            let petal = [hex(0xf4efe6), hex(0xe8748a), hex(0xf2c14a)][(dice.roll() * 2.99) as usize];
            canvas.disc(p(x, y), dice.range(2.2, 3.4), petal, 1.0);
            canvas.disc(p(x, y), 1.0, hex(0x8a4a1c), 1.0);
        } else {
            let turn = dice.range(-1.2, 1.2);
            canvas.rod(
                p(x, y),
                p(x + 7.0 * turn, y - 5.0),
                (3.0, 0.6),
                scale(hex(0x5c8a3c), dice.range(0.5, 1.2)),
                0.4,
            );
        }
    }
    let body = Path::polygon(&[p(56.0, -147.0), p(100.0, -147.0), p(94.0, -116.0), p(62.0, -116.0)]);
    canvas.fill(&body, |x, y| {
        let (u, v) = ((x - o.0 - 78.0) / (1.0 + (y - o.1 + 131.0) * -0.006), y - o.1);
        let round = 1.15 - 0.0011 * (u + 8.0) * (u + 8.0);
        solid(scale(wicker(u / 2.4, v / 2.1), round), 1.0)
    });
    canvas.rod(p(55.0, -147.0), p(101.0, -147.0), (4.0, 4.0), hex(0xb98848), 0.7);
    canvas.rod(p(62.0, -117.0), p(94.0, -117.0), (3.0, 3.0), hex(0x9a6c36), 0.7);
}
