//! Information: what a place with given variances adds to the numerator and the denominator of a scale
//! (`vif_statistic_*` in libvmaf's `integer_vif.c`).

use super::log::{ONE, cut, log2};
use super::walk::Sink;
use super::work::{COLS, Sigma};

/// Variance of the visual noise: 2 squared codes.
pub(super) const NOISE: i32 = 2 << 16;
/// Places at a time.
pub(super) const CHUNK: usize = 32;
/// Highest enhancement gain in plain VIF. In NEG it is 1.
const LIMIT: f64 = 100.0;
/// What keeps the gain finite: 1e-10 squared codes.
const EPSILON: f64 = 65536.0 * 1.0e-10;

/// Sums over the places of a scale, exact: libvmaf sums integers too.
#[derive(Clone, Copy, Default, PartialEq, Eq, Debug)]
pub struct Sums {
    /// Logarithms of the numerator in 1/2048, where the reference has variance.
    pub num: i64,
    /// The same with no gain above 1.
    pub num_neg: i64,
    pub den: i64,
    /// Places where the reference is flat.
    pub flat: i64,
    /// Variance of the candidate there, in 1/65,536 of a squared code.
    pub flat_power: i64,
}

impl Sums {
    /// The sum of two parts.
    pub fn plus(self, other: &Self) -> Self {
        Self {
            num: self.num + other.num,
            num_neg: self.num_neg + other.num_neg,
            den: self.den + other.den,
            flat: self.flat + other.flat,
            flat_power: self.flat_power + other.flat_power,
        }
    }

    /// The numerator in bits, as libvmaf rounds it.
    pub fn num(&self) -> f32 {
        self.with(self.num)
    }

    /// The numerator with no gain above 1.
    pub fn num_neg(&self) -> f32 {
        self.with(self.num_neg)
    }

    /// The denominator: at least 1 a place.
    pub fn den(&self) -> f32 {
        (self.den as f64 / f64::from(ONE) + self.flat as f64) as f32
    }

    fn with(&self, num: i64) -> f32 {
        (num as f64 / f64::from(ONE) + (self.flat as f64 - self.flat_power as f64 / 16384.0 / 65025.0)) as f32
    }

    /// VIF of the scale, as libvmaf rounds it.
    pub fn vif(&self) -> f64 {
        f64::from(self.num() / self.den())
    }

    /// VIF of the scale with no gain above 1.
    pub fn vif_neg(&self) -> f64 {
        f64::from(self.num_neg() / self.den())
    }
}

/// What [`CHUNK`] places add, each for itself.
pub(super) struct Chunk {
    pub num: [i32; CHUNK],
    pub num_neg: [i32; CHUNK],
    pub den: [i32; CHUNK],
    /// 1 where the reference is flat.
    pub flat: [i32; CHUNK],
    /// Variance of the candidate there, an integer; 0 elsewhere.
    pub flat_power: [f64; CHUNK],
}

/// The places of one chunk of variances.
#[inline(always)]
pub(super) fn places(s1: &[i32; CHUNK], s2: &[i32; CHUNK], s12: &[i32; CHUNK]) -> Chunk {
    // What the logarithms are taken of. Where there is no logarithm, it is that of NOISE, which drops out.
    let (mut all, mut noise) = ([0f32; CHUNK], [0f32; CHUNK]);
    let (mut with, mut with_neg) = ([0f32; CHUNK], [0f32; CHUNK]);
    let (mut flat, mut flat_power) = ([0; CHUNK], [0.0; CHUNK]);
    let quiet = f64::from(NOISE);
    for i in 0..CHUNK {
        let (reference, candidate) = (f64::from(s1[i]), f64::from(s2[i].max(0)));
        let both = f64::from(s12[i]);
        let textured = s1[i] >= NOISE;
        let shared = textured & (s12[i] > 0) & (s2[i] > 0);
        let gain = both / (reference + EPSILON);
        // The limits come after this: what a gain does not explain stays noise, whatever is made of the gain.
        let rest = (candidate - gain * both).max(0.0).trunc() + quiet;
        let (plain, neg) = (gain.min(LIMIT), gain.min(1.0));
        let sum = (plain * plain * reference).trunc() + rest;
        let sum_neg = (neg * neg * reference).trunc() + rest;
        all[i] = cut(if textured { reference + quiet } else { quiet });
        noise[i] = cut(if shared { rest } else { quiet });
        with[i] = cut(if shared { sum } else { quiet });
        with_neg[i] = cut(if shared { sum_neg } else { quiet });
        flat[i] = i32::from(!textured);
        flat_power[i] = if textured { 0.0 } else { candidate };
    }
    let (mut num, mut num_neg, mut den) = ([0; CHUNK], [0; CHUNK], [0; CHUNK]);
    for i in 0..CHUNK {
        let noise = log2(noise[i]);
        den[i] = log2(all[i]) - 17 * ONE;
        num[i] = log2(with[i]) - noise;
        num_neg[i] = log2(with_neg[i]) - noise;
    }
    Chunk { num, num_neg, den, flat, flat_power }
}

/// Adds up the first `cols` places of a row (at most a tile's).
#[multiversion::multiversion(targets(
    "x86_64+avx512f+avx512bw+avx512dq+avx512vl+avx512cd",
    "x86_64+avx2",
    "aarch64+neon"
))]
fn row(sigma: &Sigma, cols: usize) -> Sums {
    let (mut num, mut num_neg, mut den, mut flat) = ([0i32; CHUNK], [0i32; CHUNK], [0i32; CHUNK], [0i32; CHUNK]);
    let mut flat_power = [0f64; CHUNK];
    let cols = cols.min(COLS);
    let s1 = sigma[0].get(..cols).unwrap_or_default().as_chunks::<CHUNK>();
    let s2 = sigma[1].get(..cols).unwrap_or_default().as_chunks::<CHUNK>();
    let s12 = sigma[2].get(..cols).unwrap_or_default().as_chunks::<CHUNK>();
    let mut add = |chunk: Chunk| {
        for i in 0..CHUNK {
            num[i] += chunk.num[i];
            num_neg[i] += chunk.num_neg[i];
            den[i] += chunk.den[i];
            flat[i] += chunk.flat[i];
            flat_power[i] += chunk.flat_power[i];
        }
    };
    for ((s1, s2), s12) in s1.0.iter().zip(s2.0).zip(s12.0) {
        add(places(s1, s2, s12));
    }
    let rest = s1.1.len();
    if rest > 0 {
        // Flat places without power fill the last chunk up.
        let fill = |from: &[i32]| std::array::from_fn(|i| from.get(i).copied().unwrap_or(0));
        add(places(&fill(s1.1), &fill(s2.1), &fill(s12.1)));
        flat[0] -= (CHUNK - rest) as i32;
    }
    let sum = |parts: [i32; CHUNK]| parts.iter().map(|&part| i64::from(part)).sum();
    Sums {
        num: sum(num),
        num_neg: sum(num_neg),
        den: sum(den),
        flat: sum(flat),
        flat_power: flat_power.iter().sum::<f64>() as i64,
    }
}

impl Sink for Sums {
    fn row(&mut self, _x: usize, _y: usize, cols: usize, sigma: &Sigma) {
        *self = self.plus(&row(sigma, cols));
    }
}
