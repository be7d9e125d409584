//! Places of 8x8 samples, and what can be counted on them.

use doublet::frame::Map;

/// Samples a side.
const PLACE: usize = 8;

/// One number for each sample of a picture.
pub struct Values {
    pub width: usize,
    pub height: usize,
    pub values: Vec<f32>,
}

impl Values {
    /// A map at the size of its picture.
    pub fn spread(map: &Map, (width, height): (u32, u32), of: impl Fn(f32) -> f32) -> Self {
        let all = (0..height).flat_map(|y| (0..width).map(move |x| (x, y)));
        let values = all.map(|at| map.at(at, (width, height)).map_or(0.0, &of)).collect();
        Self { width: width as usize, height: height as usize, values }
    }

    /// Nothing, at the same size.
    pub fn empty(&self) -> Mask {
        Mask { width: self.width, height: self.height, set: vec![false; self.values.len()] }
    }
}

/// Where a lie is.
#[derive(Clone)]
pub struct Mask {
    pub width: usize,
    pub height: usize,
    pub set: Vec<bool>,
}

impl Mask {
    pub fn of(width: usize, height: usize, set: impl Fn(usize, usize) -> bool) -> Self {
        let all = (0..height).flat_map(|y| (0..width).map(move |x| (x, y)));
        Self { width, height, set: all.map(|(x, y)| set(x, y)).collect() }
    }

    /// The same, `by` samples further in all directions.
    pub fn grown(&self, by: usize) -> Self {
        let (width, height) = (self.width, self.height);
        let along = |set: &[bool], step: usize, count: usize, at: usize, from: usize| {
            (at.saturating_sub(by)..=(at + by).min(count - 1)).any(|n| set[from + n * step])
        };
        let across = Mask::of(width, height, |x, y| along(&self.set, 1, width, x, y * width));
        Mask::of(width, height, |x, y| along(&across.set, width, height, y, x))
    }
}

/// Means of a map over places of a lie and over those that are none. Places that are partly both, and those beside a lie,
/// are neither.
#[derive(Default)]
pub struct Places {
    pub inside: Vec<f32>,
    pub outside: Vec<f32>,
}

impl Places {
    pub fn of(values: &Values, mask: &Mask) -> Self {
        assert_eq!((values.width, values.height), (mask.width, mask.height));
        let far = mask.grown(2 * PLACE);
        let mut found = Self::default();
        for top in (0..values.height / PLACE).map(|n| n * PLACE) {
            for left in (0..values.width / PLACE).map(|n| n * PLACE) {
                let all =
                    || (top..top + PLACE).flat_map(move |y| (left..left + PLACE).map(move |x| y * values.width + x));
                let covered = all().filter(|n| mask.set[*n]).count();
                let mean = all().map(|n| values.values[n]).sum::<f32>() / (PLACE * PLACE) as f32;
                if 2 * covered >= PLACE * PLACE {
                    found.inside.push(mean);
                } else if all().all(|n| !far.set[n]) {
                    found.outside.push(mean);
                }
            }
        }
        found
    }

    pub fn add(&mut self, other: Self) {
        self.inside.extend(other.inside);
        self.outside.extend(other.outside);
    }
}

/// Share of all pairs of a place inside and one outside in which the one inside stands higher; equal ones count half.
pub fn auc(inside: &[f32], outside: &[f32]) -> f64 {
    let mut sorted = outside.to_vec();
    sorted.sort_unstable_by(f32::total_cmp);
    let below = |v: f32| {
        let (less, most) = (sorted.partition_point(|o| *o < v), sorted.partition_point(|o| *o <= v));
        0.5 * (less + most) as f64
    };
    inside.iter().map(|v| below(*v)).sum::<f64>() / (inside.len() as f64 * sorted.len().max(1) as f64)
}

/// The value below which `share` of `values` lie.
pub fn quantile(values: &[f32], share: f64) -> f32 {
    let mut sorted = values.to_vec();
    sorted.sort_unstable_by(f32::total_cmp);
    let at = (share * sorted.len() as f64) as usize;
    sorted.get(at.min(sorted.len().saturating_sub(1))).copied().unwrap_or(0.0)
}

/// Share of `values` above `bar`.
pub fn share_above(values: &[f32], bar: f32) -> f64 {
    values.iter().filter(|v| **v > bar).count() as f64 / values.len().max(1) as f64
}
