//! The cyclist: tweed, a plaid scarf in the wind, round glasses.

use super::canvas::{Canvas, solid};
use super::fabric::{herringbone, plaid};
use super::math::{Rgb, hex, lerp, mix, mul, scale, smooth, wave};
use super::path::Path;
use super::wheel::{CRANK, GEAR, behind, chain, pedal};

const HIP: (f32, f32) = (-33.0, -138.0);
const THIGH: f32 = 62.0;
const SHIN: f32 = 62.0;

/// Bicycle and rider; `o` is the point on the road under the middle, `turn` the wheels' angle, `t` 0..1 the loop.
pub fn cyclist(canvas: &mut Canvas<'_>, o: (f32, f32), turn: f32, t: f32) {
    let crank = turn / GEAR;
    leg_far(canvas, o, crank + std::f32::consts::PI);
    behind(canvas, o, turn);
    chain(canvas, o, turn);
    scarf_tail(canvas, o, t);
    leg(canvas, o, crank, 1.0);
    coat(canvas, o, t);
    head(canvas, o, t);
    arm(canvas, o);
}

fn leg_far(canvas: &mut Canvas<'_>, o: (f32, f32), crank: f32) {
    leg(canvas, o, crank, 0.55);
}

/// Hip to pedal by the two lengths of the leg (law of cosines), knee to the front.
fn leg(canvas: &mut Canvas<'_>, o: (f32, f32), crank: f32, light: f32) {
    let p = |q: (f32, f32)| (o.0 + q.0, o.1 + q.1);
    let (dx, dy) = pedal(crank);
    let ankle = (CRANK.0 + dx - 5.0, CRANK.1 + dy - 9.0);
    let (ex, ey) = (ankle.0 - HIP.0, ankle.1 - HIP.1);
    let reach = ex.hypot(ey).min(THIGH + SHIN - 0.5);
    let along = (THIGH * THIGH - SHIN * SHIN + reach * reach) / (2.0 * reach);
    let out = (THIGH * THIGH - along * along).max(0.0).sqrt();
    let (ux, uy) = (ex / reach, ey / reach);
    let knee = (HIP.0 + ux * along + uy * out, HIP.1 + uy * along - ux * out);
    let cloth = scale(hex(0x5b4a52), light);
    canvas.rod(p(HIP), p(knee), (23.0, 16.0), cloth, 0.55);
    let cuff = (lerp(knee.0, ankle.0, 0.86), lerp(knee.1, ankle.1, 0.86));
    canvas.rod(p(knee), p(cuff), (15.5, 10.5), cloth, 0.55);
    canvas.rod(p(cuff), p(ankle), (7.0, 6.0), scale(hex(0xc8452f), light), 0.6);
    let shoe = Path::smooth(&[
        (ankle.0 - 6.0, ankle.1 + 6.5),
        (ankle.0 - 5.0, ankle.1 - 1.0),
        (ankle.0 + 3.0, ankle.1 - 1.0),
        (ankle.0 + 8.0, ankle.1 + 3.0),
        (ankle.0 + 15.0, ankle.1 + 5.0),
        (ankle.0 + 15.5, ankle.1 + 8.0),
    ]);
    canvas.flat(&shoe.shifted(o.0, o.1), scale(hex(0x5a2f18), light), 1.0);
}

/// The light of the evening on a body: warm from the left, cool from the right.
fn evening(color: Rgb, side: f32) -> Rgb {
    mul(color, mix([0.52, 0.56, 0.72], [1.75, 1.30, 0.88], side))
}

fn tweed(x: f32, y: f32, side: f32) -> [f32; 4] {
    let rib = herringbone(x, y, 4.2);
    let cloth = mix(hex(0x2b3d5c), hex(0x6c7f9c), 0.15 + 0.75 * rib);
    solid(evening(cloth, side), 1.0)
}

fn coat(canvas: &mut Canvas<'_>, o: (f32, f32), t: f32) {
    let flap = 3.0 * wave(5.0 * t) + 1.5 * wave(8.0 * t + 0.3);
    let points = [
        (-2.0, -206.0),
        (8.0, -198.0),
        (12.0, -176.0),
        (2.0, -146.0),
        (2.0, -134.0),
        (-16.0, -124.0),
        (-40.0, -122.0),
        (-66.0, -112.0 + flap * 0.4),
        (-84.0 - flap * 0.3, -108.0 + flap),
        (-72.0, -130.0 + flap * 0.5),
        (-56.0, -146.0),
        (-46.0, -170.0),
        (-34.0, -196.0),
        (-18.0, -209.0),
    ];
    let body = Path::smooth(&points).shifted(o.0, o.1);
    canvas.fill(&body, |x, y| {
        let (u, v) = (x - o.0, y - o.1);
        // Middle of the trunk at this height; the back looks to the sun.
        let mid = -18.0 - 0.10 * (v + 165.0);
        let side = smooth(22.0, -30.0, u - mid) * 0.9 + 0.1 * smooth(-130.0, -200.0, v);
        tweed(u + 0.25 * v, v, side)
    });
    canvas.rod((o.0 + 4.0, o.1 - 194.0), (o.0 - 6.0, o.1 - 132.0), (0.8, 0.8), hex(0x1a2438), 0.0);
    for k in 0..3 {
        canvas.disc((o.0 + 6.5 - 3.0 * k as f32, o.1 - 182.0 + 17.0 * k as f32), 1.7, hex(0xd9a441), 1.0);
    }
}

fn arm(canvas: &mut Canvas<'_>, o: (f32, f32)) {
    let p = |x: f32, y: f32| (o.0 + x, o.1 + y);
    let sleeve = Path::smooth(&[
        p(-20.0, -200.0),
        p(-8.0, -205.0),
        p(0.0, -196.0),
        p(4.0, -178.0),
        p(12.0, -166.0),
        p(29.0, -155.0),
        p(25.0, -146.0),
        p(2.0, -155.0),
        p(-11.0, -168.0),
        p(-18.0, -184.0),
    ]);
    canvas.fill(&sleeve.shifted(1.4, 2.0), |_, _| solid(hex(0x141a28), 0.45));
    canvas.fill(&sleeve, |x, y| {
        let (u, v) = (x - o.0, y - o.1);
        tweed(u * 0.7 + v * 0.7, v * 0.7 - u * 0.7, smooth(14.0, -14.0, u * 0.8 + 0.55 * (v + 178.0)))
    });
    let hand = Path::smooth(&[
        p(25.0, -154.0),
        p(32.0, -154.0),
        p(37.0, -151.0),
        p(36.0, -145.0),
        p(30.0, -144.0),
        p(25.0, -147.0),
    ]);
    canvas.flat(&hand, scale(hex(0xd79a72), 0.9), 1.0);
}

fn head(canvas: &mut Canvas<'_>, o: (f32, f32), t: f32) {
    let nod = 0.6 * wave(2.0 * t);
    let p = |x: f32, y: f32| (o.0 + x, o.1 + y + nod);
    let skin = hex(0xe2a67c);
    canvas.flat(
        &Path::polygon(&[p(-13.0, -222.0), p(0.0, -222.0), p(2.0, -204.0), p(-16.0, -204.0)]),
        scale(skin, 0.6),
        1.0,
    );
    let face = Path::smooth(&[
        p(-14.0, -238.0),
        p(-8.0, -250.0),
        p(4.0, -250.0),
        p(9.0, -241.0),
        p(9.4, -237.5),
        p(14.0, -231.6),
        p(9.6, -230.0),
        p(10.0, -226.4),
        p(8.6, -222.6),
        p(7.0, -218.6),
        p(-1.0, -217.6),
        p(-10.0, -222.0),
    ]);
    canvas.fill(&face, |x, _| solid(evening(skin, smooth(14.0, -14.0, x - o.0) * 0.8 + 0.1), 1.0));
    hair(canvas, &p);
    // Round glasses with a glint, and the shop's best argument.
    canvas.disc(p(7.2, -236.0), 4.3, hex(0xdfe9f2), 0.42);
    canvas.ring(p(7.2, -236.0), 4.4, 1.1, hex(0x1a1414));
    canvas.rod(p(2.8, -237.0), p(-6.0, -238.4), (1.0, 1.0), hex(0x1a1414), 0.0);
    canvas.rod(p(5.2, -234.6), p(8.2, -238.6), (0.8, 0.8), scale([1.0; 3], 1.6), 0.0);
    canvas.rod(p(6.2, -225.0), p(9.4, -225.6), (0.8, 0.6), hex(0x8a4430), 0.0);
    collar(canvas, o, nod);
}

fn hair(canvas: &mut Canvas<'_>, p: &impl Fn(f32, f32) -> (f32, f32)) {
    let dark = hex(0x4a2416);
    canvas.disc(p(-21.0, -247.0), 7.6, dark, 1.0);
    canvas.disc(p(-22.6, -249.0), 5.0, scale(hex(0x8a4a26), 1.3), 0.7);
    let cap = Path::smooth(&[
        p(-17.0, -234.0),
        p(-18.5, -247.0),
        p(-10.0, -256.0),
        p(2.0, -256.0),
        p(9.5, -248.0),
        p(4.0, -245.0),
        p(-2.0, -244.0),
        p(-5.0, -236.0),
        p(-6.0, -229.0),
        p(-12.0, -224.0),
    ]);
    canvas.fill(&cap, |x, y| {
        let strand = 0.5 + 0.5 * ((x - p(0.0, 0.0).0) * 1.9 - (y - p(0.0, 0.0).1) * 2.3).sin();
        let side = smooth(8.0, -18.0, x - p(0.0, 0.0).0);
        solid(evening(mix(dark, hex(0x8a4a26), 0.5 * strand), side), 1.0)
    });
}

const SCARF: [u32; 3] = [0xd98e2b, 0x8a2f22, 0xf4e2b8];

fn woven(u: f32, v: f32, side: f32) -> [f32; 4] {
    let [base, dark, bright] = SCARF.map(hex);
    solid(evening(plaid(u, v, 9.0, base, dark, bright), side), 1.0)
}

fn collar(canvas: &mut Canvas<'_>, o: (f32, f32), nod: f32) {
    let p = |x: f32, y: f32| (o.0 + x, o.1 + y + nod * 0.5);
    let wrap = Path::smooth(&[
        p(-20.0, -218.0),
        p(-8.0, -215.0),
        p(4.0, -217.0),
        p(9.0, -212.0),
        p(8.0, -203.0),
        p(-4.0, -199.0),
        p(-18.0, -202.0),
        p(-23.0, -210.0),
    ]);
    canvas.fill(&wrap, |x, y| woven(x - o.0 + 0.3 * (y - o.1), y - o.1, smooth(10.0, -18.0, x - o.0)));
}

/// The long end streams behind in waves that travel to its tip.
fn scarf_tail(canvas: &mut Canvas<'_>, o: (f32, f32), t: f32) {
    const PARTS: usize = 26;
    let at = |s: f32| {
        let swing = s * s * 9.0 * wave(5.0 * t - s * 1.15) + 3.0 * s * wave(3.0 * t - s * 0.7);
        (o.0 - 16.0 - 74.0 * s, o.1 - 208.0 + 12.0 * s + swing)
    };
    let (mut upper, mut lower) = (Vec::new(), Vec::new());
    for i in 0..=PARTS {
        let s = i as f32 / PARTS as f32;
        let (c, ahead) = (at(s), at(s + 0.02));
        let (ex, ey) = (ahead.0 - c.0, ahead.1 - c.1);
        let n = ex.hypot(ey).max(1e-6);
        let half = 6.0 + 2.2 * s;
        upper.push((c.0 - ey / n * half, c.1 + ex / n * half));
        lower.push((c.0 + ey / n * half, c.1 - ex / n * half));
    }
    let ring: Vec<(f32, f32)> = upper.iter().copied().chain(lower.iter().rev().copied()).collect();
    canvas.fill(&Path::polygon(&ring), |x, y| {
        let s = ((o.0 - 16.0 - x) / 74.0).clamp(0.0, 1.0);
        let v = y - at(s).1;
        let fold = 0.62 + 0.3 * wave(5.0 * t - s * 1.15 + 0.25) * s;
        woven(s * 80.0, v, fold + 0.2)
    });
    let (end, before) = (at(1.0), at(0.97));
    for k in 0..7 {
        let off = (k as f32 - 3.0) * 2.3;
        let tip = (
            end.0 + (end.0 - before.0) * 3.2,
            end.1 + off + (end.1 - before.1) * 2.0 + 0.8 * wave(7.0 * t + 0.2 * k as f32),
        );
        canvas.rod((end.0 + 0.8, end.1 + off), tip, (1.3, 0.7), evening(hex(SCARF[k % 3]), 0.8), 0.0);
    }
}
