//! Information: what a place with given variances adds to the numerator and the denominator of a scale
//! (`vif_statistic_*` in libvmaf's `integer_vif.c`).

use multiversion::multiversion;
use multiversion::target::selected_target;

use super::log::{ONE, cut, cut_i32, log2};
use super::walk::Sink;
use super::work::{COLS, Sigma};

/// Variance of the visual noise: 2 squared codes.
const NOISE: i32 = 2 << 16;
/// Places at a time.
pub(super) const CHUNK: usize = 16;
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
    /// Variance of the candidate there; 0 elsewhere.
    pub flat_power: [i32; CHUNK],
}

/// The places of one chunk of variances. `FUSED` as in [`log2`].
#[inline(always)]
pub(super) fn places<const FUSED: bool>(s1: &[i32; CHUNK], s2: &[i32; CHUNK], s12: &[i32; CHUNK]) -> Chunk {
    let zero = [0; CHUNK];
    let mut chunk = Chunk { num: zero, num_neg: zero, den: zero, flat: zero, flat_power: zero };
    // Variance of the reference and covariance where they count: zeros drop out of all that follows.
    let (mut counted, mut both) = (zero, zero);
    for i in 0..CHUNK {
        // All ones or all zeros: masks, where choices would go through memory.
        let textured = -i32::from(s1[i] >= NOISE);
        let power = s2[i].max(0);
        counted[i] = s1[i] & textured;
        both[i] = s12[i].max(0) & textured & -i32::from(power > 0);
        chunk.flat[i] = textured + 1;
        chunk.flat_power[i] = power & !textured;
    }
    // What the logarithms are taken of.
    let (mut noise, mut with, mut with_neg) = ([0f32; CHUNK], [0f32; CHUNK], [0f32; CHUNK]);
    let mut boosted = false;
    for i in 0..CHUNK {
        let (reference, candidate, both) = (f64::from(counted[i]), f64::from(s2[i].max(0)), f64::from(both[i]));
        let gain = both / (reference + EPSILON);
        // The limits come after this: what a gain does not explain stays noise, whatever is made of the gain.
        let rest = (candidate - gain * both).max(0.0).trunc() + f64::from(NOISE);
        let plain = gain.min(LIMIT);
        let sum = (plain * plain * reference).trunc() + rest;
        boosted |= gain > 1.0;
        noise[i] = cut(rest);
        with[i] = cut(sum);
        with_neg[i] = cut(if gain > 1.0 { reference + rest } else { sum });
    }
    for i in 0..CHUNK {
        chunk.den[i] = log2::<FUSED>(cut_i32(counted[i] + NOISE)) - 17 * ONE;
        let noise = log2::<FUSED>(noise[i]);
        chunk.num[i] = log2::<FUSED>(with[i]) - noise;
        chunk.num_neg[i] = noise;
    }
    if boosted {
        for (num, with) in chunk.num_neg.iter_mut().zip(&with_neg) {
            *num = log2::<FUSED>(*with) - *num;
        }
    } else {
        chunk.num_neg = chunk.num;
    }
    chunk
}

/// Adds up the first `cols` places of a row (at most a tile's).
#[multiversion(targets("x86_64+avx512f+avx512bw+avx512dq+avx512vl+avx512cd", "x86_64+avx2+fma", "aarch64+neon"))]
pub(super) fn row(sigma: &Sigma, cols: usize) -> Sums {
    const FUSED: bool =
        cfg!(target_arch = "aarch64") || cfg!(target_arch = "x86_64") && selected_target!().supports_feature_str("fma");
    let mut parts = Parts::default();
    let cols = cols.min(COLS);
    let s1 = sigma[0].get(..cols).unwrap_or_default().as_chunks::<CHUNK>();
    let s2 = sigma[1].get(..cols).unwrap_or_default().as_chunks::<CHUNK>();
    let s12 = sigma[2].get(..cols).unwrap_or_default().as_chunks::<CHUNK>();
    for ((s1, s2), s12) in s1.0.iter().zip(s2.0).zip(s12.0) {
        parts.add(&places::<FUSED>(s1, s2, s12));
    }
    let rest = s1.1.len();
    if rest > 0 {
        // Flat places without power fill the last chunk up.
        let mut last = [[0; CHUNK]; 3];
        for (to, from) in last.iter_mut().zip([s1.1, s2.1, s12.1]) {
            to[..rest].copy_from_slice(from);
        }
        parts.add(&places::<FUSED>(&last[0], &last[1], &last[2]));
        parts.flat[0] -= (CHUNK - rest) as i32;
    }
    parts.sums()
}

/// Sums of a row by lanes. A row has at most [`COLS`] places, so that a lane overflows nowhere.
#[derive(Default)]
pub(super) struct Parts {
    pub num: [i32; CHUNK],
    pub num_neg: [i32; CHUNK],
    pub den: [i32; CHUNK],
    pub flat: [i32; CHUNK],
    /// Lower 16 bits of the powers, and upper.
    power: [[i32; CHUNK]; 2],
}

impl Parts {
    #[inline(always)]
    pub fn add(&mut self, chunk: &Chunk) {
        for i in 0..CHUNK {
            self.num[i] += chunk.num[i];
            self.num_neg[i] += chunk.num_neg[i];
            self.den[i] += chunk.den[i];
            self.flat[i] += chunk.flat[i];
            self.power[0][i] += chunk.flat_power[i] & 0xffff;
            self.power[1][i] += chunk.flat_power[i] >> 16;
        }
    }

    pub fn sums(&self) -> Sums {
        let sum = |lanes: &[i32; CHUNK]| lanes.iter().map(|&lane| i64::from(lane)).sum::<i64>();
        Sums {
            num: sum(&self.num),
            num_neg: sum(&self.num_neg),
            den: sum(&self.den),
            flat: sum(&self.flat),
            flat_power: sum(&self.power[0]) + (sum(&self.power[1]) << 16),
        }
    }
}

impl Sink for Sums {
    fn row(&mut self, _x: usize, _y: usize, cols: usize, sigma: &Sigma) {
        *self = self.plus(&row(sigma, cols));
    }
}
