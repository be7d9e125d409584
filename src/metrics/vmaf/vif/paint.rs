//! A number for each place, in the same walk that sums them: what maps are made of.

use multiversion::multiversion;
use multiversion::target::selected_target;

use crate::metrics::shelf::Borrowed;
use crate::metrics::{MetricError, Pair};

use super::log::ONE;
use super::planes;
use super::sums::{CHUNK, Chunk, Parts, Sums, places, row};
use super::walk::{BAND, SCALES, Sink, Size, walk};
use super::work::{COLS, Sigma};

/// What is painted.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(in crate::metrics::vmaf) enum Kind {
    /// Bits that a place adds to the numerator.
    Num,
    /// The same with no gain above 1.
    NumNeg,
    /// Bits that it adds to the denominator.
    Den,
    /// Bits that were lost: denominator less numerator.
    Loss,
    /// Bits that only a gain above 1 gave: numerator less numerator with none.
    Boost,
    /// log2 of the gain g = c / s1, within [`MOST_STOPS`], times how far the place counts; of scales 1 and 2 only.
    Gain,
}

impl Kind {
    /// Under which a [`crate::metrics::Memo`] hands it on.
    pub fn key(self) -> &'static str {
        match self {
            Self::Num => "vif num",
            Self::NumNeg => "vif num neg",
            Self::Den => "vif den",
            Self::Loss => "vif loss",
            Self::Boost => "vif boost",
            Self::Gain => "vif gain",
        }
    }

    /// Whether `scale` is painted.
    pub fn shows(self, scale: usize) -> bool {
        self != Self::Gain || (1..3).contains(&scale)
    }
}

/// Largest gain that is shown, up or down: three stops.
const MOST_STOPS: f32 = 3.0;
/// Bits at which a place begins to count in the gain, and from which it counts in full: variances of the reference of
/// 6 and 43 squared codes. Below, coding noise makes gains of its own.
const FAINT: f32 = 2.0;
const FULL: f32 = 4.5;

/// One number a place, of one scale: `height` rows of `width`. Empty where the scale is not shown.
pub(in crate::metrics::vmaf) struct Painted {
    pub width: usize,
    pub height: usize,
    /// `rows` rows each, the last perhaps fewer.
    bands: Vec<Borrowed<f32>>,
    rows: usize,
    pub sums: Sums,
}

impl Painted {
    /// One that somebody else painted.
    pub fn of(width: usize, height: usize, values: Vec<f32>) -> Self {
        Self { width, height, bands: vec![values.into()], rows: height.max(1), sums: Sums::default() }
    }

    pub fn row(&self, y: usize) -> &[f32] {
        &self.bands[y / self.rows][y % self.rows * self.width..][..self.width]
    }

    /// All values, row by row.
    pub fn values(&self) -> impl Iterator<Item = f32> {
        self.bands.iter().flat_map(|band| band.iter().copied())
    }
}

/// Paints all scales that `kind` shows; sums are of those scales, or with `all` of every one.
///
/// # Errors
/// [`MetricError`] when there is no luma, or less than 32x32 of it.
pub(in crate::metrics::vmaf) fn painted(
    pair: &Pair<'_>,
    kind: Kind,
    all: bool,
) -> Result<[Painted; SCALES], MetricError> {
    let make = |scale: usize, size: Size, rows: std::ops::Range<usize>| {
        let shown = kind.shows(scale);
        let places = if shown { size.width * rows.len() } else { 0 };
        let rows = rows.len();
        Band { kind, size, rows, plane: Borrowed::new(places), sums: Sums::default(), wanted: shown || all }
    };
    let scales = walk(planes(pair)?, pair.sample(), make);
    Ok(scales.map(|bands| {
        let sums = bands.iter().fold(Sums::default(), |sum, band| sum.plus(&band.sums));
        let (width, height) = bands.first().map_or((0, 0), |band| (band.size.width, band.rows_of(&bands)));
        let bands = bands.into_iter().map(|band| band.plane).collect();
        Painted { width, height, bands, rows: BAND, sums }
    }))
}

/// The rows of one band.
struct Band {
    kind: Kind,
    size: Size,
    rows: usize,
    plane: Borrowed<f32>,
    sums: Sums,
    wanted: bool,
}

impl Band {
    /// Rows of all `bands` that are painted.
    fn rows_of(&self, bands: &[Self]) -> usize {
        if self.plane.is_empty() { 0 } else { bands.iter().map(|band| band.rows).sum() }
    }
}

impl Sink for Band {
    fn row(&mut self, x: usize, y: usize, cols: usize, sigma: &Sigma) {
        let start = y * self.size.width + x;
        let sums = match self.plane.get_mut(start..start + cols) {
            Some(to) => paint(self.kind, sigma, to),
            None => row(sigma, cols),
        };
        self.sums = self.sums.plus(&sums);
    }

    fn wanted(&self) -> bool {
        self.wanted
    }
}

/// Adds up the places of a row, as many as `to` has (at most a tile's), and paints them.
#[multiversion(targets("x86_64+avx512f+avx512bw+avx512dq+avx512vl+avx512cd", "x86_64+avx2+fma", "aarch64+neon"))]
fn paint(kind: Kind, sigma: &Sigma, to: &mut [f32]) -> Sums {
    const FUSED: bool =
        cfg!(target_arch = "aarch64") || cfg!(target_arch = "x86_64") && selected_target!().supports_feature_str("fma");
    let mut parts = Parts::default();
    let cols = to.len().min(COLS);
    let chunks = sigma.each_ref().map(|line| line[..cols].as_chunks::<CHUNK>());
    let (to, last) = to[..cols].as_chunks_mut::<CHUNK>();
    for (i, to) in to.iter_mut().enumerate() {
        let [s1, s2, s12] = [&chunks[0].0[i], &chunks[1].0[i], &chunks[2].0[i]];
        let chunk = places::<FUSED>(s1, s2, s12);
        parts.add(&chunk);
        show(kind, &chunk, s1, s12, to);
    }
    let rest = last.len();
    if rest > 0 {
        // Flat places without power fill the last chunk up.
        let mut lines = [[0; CHUNK]; 3];
        for (line, chunks) in lines.iter_mut().zip(&chunks) {
            line[..rest].copy_from_slice(chunks.1);
        }
        let chunk = places::<FUSED>(&lines[0], &lines[1], &lines[2]);
        parts.add(&chunk);
        parts.flat[0] -= (CHUNK - rest) as i32;
        let mut values = [0.0; CHUNK];
        show(kind, &chunk, &lines[0], &lines[2], &mut values);
        last.copy_from_slice(&values[..rest]);
    }
    parts.sums()
}

/// The numbers of one chunk; `s1` and `s12` are the reference's variances and the covariances.
#[inline(always)]
fn show(kind: Kind, chunk: &Chunk, s1: &[i32; CHUNK], s12: &[i32; CHUNK], to: &mut [f32; CHUNK]) {
    const UNIT: f32 = 1.0 / ONE as f32;
    let of_flat = |i: usize| chunk.flat[i] as f32 - chunk.flat_power[i] as f32 * (1.0 / (16384.0 * 65025.0));
    let num = |i: usize| chunk.num[i] as f32 * UNIT + of_flat(i);
    let num_neg = |i: usize| chunk.num_neg[i] as f32 * UNIT + of_flat(i);
    let den = |i: usize| chunk.den[i] as f32 * UNIT + chunk.flat[i] as f32;
    // Plain loops: an iterator's closure in here may be called for every place.
    macro_rules! each {
        ($i:ident => $number:expr) => {
            for $i in 0..CHUNK {
                to[$i] = $number;
            }
        };
    }
    match kind {
        Kind::Num => each!(i => num(i)),
        Kind::NumNeg => each!(i => num_neg(i)),
        Kind::Den => each!(i => den(i)),
        Kind::Loss => each!(i => den(i) - num(i)),
        Kind::Boost => each!(i => num(i) - num_neg(i)),
        Kind::Gain => each!(i => {
            let weight = ((den(i) - FAINT) / (FULL - FAINT)).clamp(0.0, 1.0);
            // Where the reference is flat the weight is 0, whatever its variance says.
            let gain = s12[i].max(0) as f32 / s1[i].max(1) as f32;
            stops(gain) * weight
        }),
    }
}

/// log2 of `gain`, within [`MOST_STOPS`]: the exponent, and of the mantissa the series of the inverse hyperbolic
/// tangent, whose next term is below 1e-9. Exactly 0 at 1.
#[inline(always)]
fn stops(gain: f32) -> f32 {
    const LEAST: f32 = 1.0 / (1 << MOST_STOPS as i32) as f32;
    let gain = gain.clamp(LEAST, 1.0 / LEAST);
    // Mantissas from sqrt(1/2) to sqrt(2).
    let bits = gain.to_bits() + (1f32.to_bits() - std::f32::consts::FRAC_1_SQRT_2.to_bits());
    let exponent = (bits >> 23) as i32 - 127;
    let mantissa = f32::from_bits((bits & 0x7f_ffff) + std::f32::consts::FRAC_1_SQRT_2.to_bits());
    let s = (mantissa - 1.0) / (mantissa + 1.0);
    let q = s * s;
    let series = 1.0 + q * (1.0 / 3.0 + q * (1.0 / 5.0 + q * (1.0 / 7.0 + q * (1.0 / 9.0))));
    exponent as f32 + s * series * (2.0 * std::f32::consts::LOG2_E)
}
