//! The lime tree: some ten thousand leaves on swaying boughs, lit from behind by the low sun.

use super::canvas::{Canvas, solid};
use super::math::{Rgb, cover, hex, lerp, mix, scale, smooth, wave};
use super::noise::{Dice, fbm, value, white};

const TRUNK: (f32, f32) = (176.0, 640.0);
const CROWN: (f32, f32) = (150.0, 262.0);

struct Leaf {
    x: f32,
    y: f32,
    /// Half its length.
    long: f32,
    angle: f32,
    color: Rgb,
    phase: f32,
}

/// The tree, made once.
pub struct Tree {
    leaves: Vec<Leaf>,
    boughs: Vec<Bough>,
}

struct Bough {
    from: (f32, f32),
    to: (f32, f32),
    width: (f32, f32),
}

/// A leaf where it stands in one frame.
pub struct Posed {
    x: f32,
    y: f32,
    long: f32,
    cos: f32,
    sin: f32,
    color: Rgb,
}

impl Tree {
    pub fn new() -> Self {
        let mut dice = Dice::new(91);
        let boughs = grow(&mut dice);
        let mut tips: Vec<(f32, f32)> = boughs.iter().skip(4).map(|b| b.to).collect();
        // Lower boughs reach out to the front: they are painted later.
        tips.sort_by(|a, b| {
            (a.1 + 60.0 * white(a.0 as i32, a.1 as i32, 98))
                .total_cmp(&(b.1 + 60.0 * white(b.0 as i32, b.1 as i32, 98)))
        });
        let mut leaves = Vec::new();
        for &tip in &tips {
            for layer in 0..3 {
                clump(&mut leaves, &mut dice, tip, layer);
            }
        }
        Self { leaves, boughs }
    }

    /// Where the wind moves a point at time `t` (0..1 over the loop).
    fn wind(x: f32, y: f32, t: f32) -> (f32, f32) {
        let high = smooth(560.0, 120.0, y);
        let gust = wave(t + x * 0.0009) * 0.6 + wave(2.0 * t + y * 0.002 + 0.2) * 0.4;
        let local = wave(3.0 * t + x * 0.011 + y * 0.007) * 0.9;
        (high * (5.0 * gust + 1.4 * local), high * (1.2 * gust + 1.1 * wave(2.0 * t + x * 0.013)))
    }

    /// All leaves at time `t`, back to front.
    pub fn pose(&self, t: f32) -> Vec<Posed> {
        self.leaves
            .iter()
            .map(|leaf| {
                let (dx, dy) = Self::wind(leaf.x, leaf.y, t);
                let quick = 3.0 + (leaf.phase * 3.0).floor();
                let angle = leaf.angle + 0.30 * wave(quick * t + leaf.phase) + 0.02 * dx;
                let flip = 1.0 + 0.10 * wave((quick + 1.0) * t + 3.0 * leaf.phase);
                Posed {
                    x: leaf.x + dx,
                    y: leaf.y + dy,
                    long: leaf.long,
                    cos: angle.cos(),
                    sin: angle.sin(),
                    color: scale(leaf.color, flip),
                }
            })
            .collect()
    }

    /// Trunk and boughs.
    pub fn wood(&self, canvas: &mut Canvas<'_>, t: f32) {
        for bough in &self.boughs {
            let (a, b) = (Self::wind(bough.from.0, bough.from.1, t), Self::wind(bough.to.0, bough.to.1, t));
            let (from, to) = ((bough.from.0 + a.0, bough.from.1 + a.1), (bough.to.0 + b.0, bough.to.1 + b.1));
            canvas.rod(from, to, bough.width, hex(0x4a3a33), 0.75);
        }
    }
}

/// The trunk up to the crown with bark, its foot on the pavement.
pub fn trunk(canvas: &mut Canvas<'_>) {
    let px = canvas.px();
    let (x0, foot) = TRUNK;
    canvas.glow([x0 + 4.0, foot - 3.0, x0 + 60.0, foot + 2.0], 14.0, hex(0x140c0a), 0.55);
    canvas.paint([x0 - 40.0, 360.0, x0 + 40.0, foot + 4.0], |x, y| {
        let v = (foot - y) / 260.0;
        let half = 11.0 + 12.0 * smooth(0.14, -0.02, v).powi(2) + 1.5 * (value(y * 0.03, 3.0, 92) - 0.5) - 2.0 * v;
        let mid = x0 + 4.0 * (v * 3.0).sin() - 4.0 * v;
        let s = (x - mid) / half;
        let share =
            cover((x - mid).abs() - half, px) * smooth(foot + 3.0, foot + 1.0, y - 2.0 * (1.0 - s * s).max(0.0));
        let furrow = fbm(x * 0.30 + 2.0 * fbm(x * 0.05, y * 0.03, 2, 93), y * 0.045, 4, 94);
        let bark = mix(hex(0x3c2f2a), hex(0x8d7a6b), smooth(0.35, 0.68, furrow));
        let light = 0.30 + 1.5 * smooth(0.2, -1.0, s) * (0.5 + 0.5 * furrow) + 0.15 * smooth(0.4, 1.0, s);
        let warm = mix([0.8, 0.85, 1.0], [1.35, 0.98, 0.66], smooth(0.4, -0.8, s));
        solid(super::math::mul(scale(bark, light), warm), share)
    });
}

/// Boughs from the fork outwards; the first few are limbs and carry no leaves of their own.
fn grow(dice: &mut Dice) -> Vec<Bough> {
    let fork = (TRUNK.0 - 4.0, 392.0);
    let mut boughs = Vec::new();
    let limbs = [(-0.95, 120.0), (-0.38, 150.0), (0.10, 165.0), (0.62, 135.0)];
    let mut next = Vec::new();
    for (lean, long) in limbs {
        let to = (fork.0 + long * f32::sin(lean), fork.1 - long * f32::cos(lean));
        boughs.push(Bough { from: fork, to, width: (12.0, 5.0) });
        next.push((fork, to, lean));
    }
    for (from, to, lean) in next {
        for _ in 0..9 {
            let s = dice.range(0.25, 1.05);
            let base = (lerp(from.0, to.0, s), lerp(from.1, to.1, s));
            let (turn, long) = (lean + dice.range(-1.25, 1.25), dice.range(42.0, 96.0));
            let tip = (base.0 + long * turn.sin(), base.1 - long * turn.cos() * 0.85);
            boughs.push(Bough { from: base, to: tip, width: (3.4, 1.0) });
            for _ in 0..2 {
                let turn = turn + dice.range(-0.9, 0.9);
                let long = dice.range(20.0, 48.0);
                let end = (tip.0 + long * turn.sin(), tip.1 - long * turn.cos() * 0.8);
                boughs.push(Bough { from: tip, to: end, width: (1.3, 0.6) });
            }
        }
    }
    boughs
}

/// Leaves round the end of a bough; `layer` 0 is the shaded back, 2 the front.
fn clump(leaves: &mut Vec<Leaf>, dice: &mut Dice, tip: (f32, f32), layer: u32) {
    let (spread, count) = [(25.0, 34), (21.0, 34), (17.0, 28)][layer as usize];
    let (deep, green, lime, gold, rust) = (hex(0x1c2e22), hex(0x3b562a), hex(0x8c9c3c), hex(0xe0b04a), hex(0xc8702c));
    // Clumps below and to the right of others stand in their shade.
    let tone = (0.72 + 0.5 * dice.roll()) * lerp(0.7, 1.12, smooth(420.0, 150.0, tip.1));
    for _ in 0..count {
        // The lit leaves lie on the clump's upper left, its dark underside to the lower right.
        let off = [5.0, 0.0, -5.0][layer as usize];
        let (x, y) = (tip.0 + off + spread * dice.bell() * 0.62, tip.1 + off + spread * dice.bell() * 0.46);
        // The sun is low on the left: leaves on that side, and the undersides of the crown, glow through.
        let side = smooth(CROWN.0 + 190.0, CROWN.0 - 190.0, x + 0.25 * (CROWN.1 - y));
        let rim = smooth(-0.2, -1.0, (x - tip.0) / spread + 0.4 * (tip.1 - y) / spread);
        let glow = (0.16 + 0.5 * side + 0.34 * rim + 0.34 * (dice.roll() - 0.5)).clamp(0.0, 1.0);
        let turned = dice.roll();
        let ripe = if turned < 0.02 {
            rust
        } else if turned < 0.10 {
            gold
        } else {
            lime
        };
        let color = match layer {
            0 => mix(deep, green, glow * 0.8),
            1 => mix(green, ripe, glow * 0.75),
            _ => mix(mix(green, ripe, 0.35), ripe, glow),
        };
        let warm = mix([0.74, 0.90, 1.04], [1.75, 1.18, 0.52], (1.25 * glow * side).min(1.0));
        let bright = [0.36, 0.82, 1.28][layer as usize] * (0.62 + 0.9 * glow * side) * tone;
        let color = super::math::mul(color, warm);
        leaves.push(Leaf {
            x,
            y,
            long: dice.range(3.4, 6.0),
            angle: 0.9 + 0.9 * dice.bell(),
            color: scale(color, bright),
            phase: dice.roll(),
        });
    }
}

/// Paints leaves in order.
pub fn leaves(canvas: &mut Canvas<'_>, posed: &[Posed]) {
    let (px, view) = (canvas.px(), canvas.view);
    let top = view.y + canvas.top as f32 * px;
    let bottom = top + canvas.rows() as f32 * px;
    for leaf in posed {
        let l = leaf.long;
        if leaf.y + l < top || leaf.y - l > bottom {
            continue;
        }
        canvas.paint([leaf.x - l, leaf.y - l, leaf.x + l, leaf.y + l], |x, y| {
            let (dx, dy) = (x - leaf.x, y - leaf.y);
            let (u, v) = ((dx * leaf.cos + dy * leaf.sin) / l, (dy * leaf.cos - dx * leaf.sin) / l);
            // Pointed at one end, round at the other.
            let half = 0.56 * (1.0 - u * u) * (1.0 - 0.38 * u);
            let share = cover((v.abs() - half) * l, px);
            if u.abs() >= 1.0 || share <= 0.0 {
                return [0.0; 4];
            }
            let vein = 1.0
                - 0.30 * cover(v.abs() * l - 0.22, px)
                - 0.10 * (0.5 + 0.5 * ((u * 3.0 - v.abs() * 2.5) * 6.0).sin());
            let fold = if v > 0.0 { 1.10 } else { 0.86 };
            solid(scale(leaf.color, vein * fold), share)
        });
    }
}

/// What the crown's shadow on the wall looks like: 0..1 over the world, 1 in full shade. It is painted once and only
/// moved by the wind.
pub struct Dapple {
    grid: Vec<f32>,
    width: usize,
}

impl Dapple {
    const LEFT: f32 = 300.0;
    const TOP: f32 = 40.0;
    const WIDE: usize = 800;
    const TALL: usize = 760;

    pub fn new() -> Self {
        let mut grid = Vec::with_capacity(Self::WIDE * Self::TALL);
        for row in 0..Self::TALL {
            for column in 0..Self::WIDE {
                let (x, y) = (Self::LEFT + column as f32, Self::TOP + row as f32);
                let (px, py) = (x * 0.034 + y * 0.006, y * 0.038);
                let patch = 0.72 * fbm(px, py, 3, 95) + 0.28 * value(px * 0.3, py * 0.3, 96);
                grid.push(smooth(0.47, 0.58, patch));
            }
        }
        Self { grid, width: Self::WIDE }
    }

    /// Share of sunlight that reaches the wall at (x, y) at time `t`.
    pub fn light(&self, x: f32, y: f32, wind: (f32, f32)) -> f32 {
        let reach = smooth(900.0, 420.0, x - 0.5 * (y - 300.0));
        if reach <= 0.0 {
            return 1.0;
        }
        let u = (x + wind.0 - Self::LEFT).clamp(0.0, (Self::WIDE - 2) as f32);
        let v = (y + wind.1 - Self::TOP).clamp(0.0, (Self::TALL - 2) as f32);
        let (i, j) = (u as usize, v as usize);
        let (a, b) = (u - i as f32, v - j as f32);
        let at = |i: usize, j: usize| self.grid[j * self.width + i];
        let patch = lerp(lerp(at(i, j), at(i + 1, j), a), lerp(at(i, j + 1), at(i + 1, j + 1), a), b);
        1.0 - 0.50 * reach * patch
    }

    /// How far the wind has moved the shadow at time `t` (0..1 over the loop).
    pub fn wind(t: f32) -> (f32, f32) {
        (5.0 * wave(t) + 2.0 * wave(2.0 * t + 0.3), 2.5 * wave(2.0 * t))
    }
}
