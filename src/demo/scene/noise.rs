//! Noise from integer hashes: the same on every machine, for any point alone.

/// A well-mixed 32-bit value of a lattice point (finaliser constants of MurmurHash3).
pub fn hash(x: i32, y: i32, seed: u32) -> u32 {
    let mut h =
        (x as u32).wrapping_mul(0x9E37_79B1) ^ (y as u32).wrapping_mul(0x85EB_CA77) ^ seed.wrapping_mul(0xC2B2_AE3D);
    h ^= h >> 16;
    h = h.wrapping_mul(0x85EB_CA6B);
    h ^= h >> 13;
    h = h.wrapping_mul(0xC2B2_AE35);
    h ^ (h >> 16)
}

/// 0..1 from the upper bits of a hash.
pub fn unit(h: u32) -> f32 {
    (h >> 8) as f32 / 16_777_216.0
}

/// 0..1, white over lattice points.
pub fn white(x: i32, y: i32, seed: u32) -> f32 {
    unit(hash(x, y, seed))
}

/// 0..1, smooth, features of about one unit.
pub fn value(x: f32, y: f32, seed: u32) -> f32 {
    let (fx, fy) = (x.floor(), y.floor());
    let (ix, iy) = (fx as i32, fy as i32);
    let ease = |t: f32| t * t * t * (t * (t * 6.0 - 15.0) + 10.0);
    let (u, v) = (ease(x - fx), ease(y - fy));
    let at = |dx: i32, dy: i32| white(ix.wrapping_add(dx), iy.wrapping_add(dy), seed);
    let top = at(0, 0) + (at(1, 0) - at(0, 0)) * u;
    let bottom = at(0, 1) + (at(1, 1) - at(0, 1)) * u;
    top + (bottom - top) * v
}

/// 0..1, `octaves` layers of [`value`], each half as strong and twice as fine (lattices turned against each other, so
/// that no grid shows).
pub fn fbm(x: f32, y: f32, octaves: u32, seed: u32) -> f32 {
    let (mut sum, mut weight, mut total) = (0.0, 1.0, 0.0);
    let (mut px, mut py) = (x, y);
    for octave in 0..octaves {
        sum += weight * value(px, py, seed.wrapping_add(octave * 101));
        total += weight;
        weight *= 0.5;
        (px, py) = (1.6 * px - 1.2 * py + 17.3, 1.2 * px + 1.6 * py - 9.1);
    }
    sum / total
}

/// A stream of numbers for placing things.
pub struct Dice {
    seed: u32,
    count: i32,
}

impl Dice {
    pub fn new(seed: u32) -> Self {
        Self { seed, count: 0 }
    }

    /// 0..1.
    pub fn roll(&mut self) -> f32 {
        self.count += 1;
        white(self.count, 0, self.seed)
    }

    pub fn range(&mut self, low: f32, high: f32) -> f32 {
        low + (high - low) * self.roll()
    }

    /// Bell-shaped round 0, standard deviation about 1, never beyond 3.
    pub fn bell(&mut self) -> f32 {
        (self.roll() + self.roll() + self.roll() - 1.5) * 2.0
    }
}
