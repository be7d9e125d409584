//! The five scales, and what each comes to.

use crate::frame::{Plane, Sample};

use super::contrast::{Found, Scene};
use super::levels::{self, Grid};
use super::runs::Runs;
use super::settings::{SCALE_WEIGHTS, Settings, pooled};

/// What CAMBI reads of a picture, whatever the settings.
pub(super) struct Prepared {
    levels: Grid<u16>,
    mask: Grid<u8>,
}

impl Prepared {
    pub fn new(luma: &Plane, sample: Sample) -> Self {
        let levels = levels::levels(luma, sample);
        let mask = levels::flat_mask(&levels);
        Self { levels, mask }
    }

    /// Width and height in samples.
    pub fn size(&self) -> (usize, usize) {
        (self.levels.width, self.levels.height)
    }
}

/// CAMBI of a picture by `settings`; each scale is shown to `each`, with `places` if asked for.
pub(super) fn score(picture: &Prepared, settings: &Settings, places: bool, mut each: impl FnMut(Scale)) -> f64 {
    let (width, height) = picture.size();
    let window = settings.window(width, height);
    let mut total = 0.0;
    scales(picture, settings, places, |scale| {
        total += SCALE_WEIGHTS[scale.number] * scale.cut.mean();
        each(scale);
    });
    (total / (window * window) as f64).min(settings.ceiling)
}

/// One scale's result.
pub(super) struct Scale {
    /// 0 for the finest.
    pub number: usize,
    pub width: usize,
    pub height: usize,
    pub found: Vec<Found>,
    pub cut: Cut,
}

/// Measures the scales one after the other.
fn scales(picture: &Prepared, settings: &Settings, places: bool, mut each: impl FnMut(Scale)) {
    let (width, height) = picture.size();
    let thresholds = settings.thresholds();
    let window = settings.window(width, height);
    let halves = settings.halves(width, height);
    let mut state: Option<(Grid<u16>, Grid<u8>)> = None;
    for number in 0..SCALE_WEIGHTS.len() {
        let (levels, mask) = match &state {
            None if halves => (picture.levels.halved(), picture.mask.halved()),
            None => (picture.levels.clone(), picture.mask.clone()),
            Some((levels, mask)) => (levels.halved(), mask.halved()),
        };
        let levels = levels::mode_filtered(&levels);
        let runs = Runs::new(&levels, &mask, thresholds.useful());
        let scene = Scene { runs: &runs, width: levels.width, height: levels.height, window, thresholds: &thresholds };
        let found = scene.contrast(places);
        let cut = Cut::new(&found, pooled(levels.width * levels.height));
        each(Scale { number, width: levels.width, height: levels.height, found, cut });
        state = Some((levels, mask));
    }
}

/// Which values of a scale are among the pooled ones: all above `least`, and of those equal to it a share.
pub(super) struct Cut {
    least: f32,
    /// Part of each value equal to `least` that counts, 0..=1.
    share: f64,
    sum: f64,
    count: usize,
}

impl Cut {
    /// The `count` largest; samples that were not found count as 0.
    pub fn new(found: &[Found], count: usize) -> Self {
        let values = || found.iter().flat_map(|found| &found.values).copied();
        let there = found.iter().map(|found| found.values.len()).sum::<usize>();
        if there <= count {
            let sum = found.iter().map(|found| sum(&found.values)).sum();
            return Self { least: 0.0, share: 1.0, sum, count };
        }
        // Values are never negative, so that their bits have their order.
        let mut bits: Vec<u32> = values().map(f32::to_bits).collect();
        let (_, &mut least, _) = bits.select_nth_unstable_by(count - 1, |a, b| b.cmp(a));
        let least = f32::from_bits(least);
        let (mut sum, mut above, mut equal) = (0.0, 0, 0);
        for value in values() {
            if value > least {
                (sum, above) = (sum + f64::from(value), above + 1);
            }
            equal += usize::from(value == least);
        }
        let taken = count - above;
        Self { least, share: taken as f64 / equal as f64, sum: sum + taken as f64 * f64::from(least), count }
    }

    pub fn mean(&self) -> f64 {
        self.sum / self.count as f64
    }

    /// Adds what each of `values` adds to the sum, times `weight`, to the row that it stands in.
    #[inline(always)]
    pub fn add(&self, values: &[f32], weight: f64, row: &mut [f32]) {
        let at_least = self.share * weight;
        for (to, &value) in row.iter_mut().zip(values) {
            let weight = if value > self.least { weight } else { at_least };
            let part = f64::from(value) * weight;
            *to += if value >= self.least { part as f32 } else { 0.0 };
        }
    }
}

/// Sum in doubles, in eight interleaved parts that do not wait for each other; the order is fixed.
fn sum(values: &[f32]) -> f64 {
    let (groups, rest) = values.as_chunks::<8>();
    let mut parts = [0.0f64; 8];
    for group in groups {
        for (part, value) in parts.iter_mut().zip(group) {
            *part += f64::from(*value);
        }
    }
    parts.iter().sum::<f64>() + rest.iter().copied().map(f64::from).sum::<f64>()
}
