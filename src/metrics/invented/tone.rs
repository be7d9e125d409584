//! The tone curve between two pictures of one size: what a change of brightness, contrast or gamma does to every place
//! alike. It contradicts nothing, so that it is taken off before places are compared.

/// Codes that share a median, and half steps of a quarter of a code to either side in which it is counted.
const BIN: usize = 8;
const BINS: usize = 256 / BIN;
const FINE: f32 = 4.0;
const REACH: usize = 256;

/// An offset in codes for every code: a + b t + c t^2 with t from -1 to 1 over the 8-bit scale.
#[derive(Clone, Copy, PartialEq, Debug, Default)]
pub(in crate::metrics) struct Tone([f64; 3]);

impl Tone {
    /// The curve from `x` to `y`, code by code: a parabola through the median offsets of 32 classes of brightness. The
    /// classes count by their size and less the further they lie off the curve: a place that was made anew, or a whole
    /// class of brightness that was, moves nothing.
    pub fn between(x: &[f32], y: &[f32]) -> Self {
        let mut counts = vec![[0u32; 2 * REACH + 1]; BINS];
        for (&x, &y) in x.iter().zip(y) {
            let bin = (x.clamp(0.0, 255.0) as usize / BIN).min(BINS - 1);
            let offset = ((y - x) * FINE).round().clamp(-(REACH as f32), REACH as f32);
            counts[bin][(offset + REACH as f32) as usize] += 1;
        }
        let least = (x.len() as u32 / 400).max(16);
        let medians: Vec<(f64, f64, f64)> = counts
            .iter()
            .enumerate()
            .filter_map(|(bin, counts)| {
                let all: u32 = counts.iter().sum();
                let centre = place((bin * BIN) as f32 + 0.5 * BIN as f32);
                (all >= least).then(|| (centre, f64::from(median(counts, all)), f64::from(all)))
            })
            .collect();
        Self::through(&medians)
    }

    /// Weighed least squares again and again, with weights by the misfit of the time before: at first nearly all count,
    /// at last only what lies within a code or so.
    fn through(medians: &[(f64, f64, f64)]) -> Self {
        let mut tone = Self([middle(medians), 0.0, 0.0]);
        for reach in [24.0f64, 16.0, 12.0, 8.0, 6.0, 4.0, 3.0, 2.0, 1.0, 1.0] {
            let mut sums = [[0.0; 4]; 3];
            for &(t, offset, count) in medians {
                let misfit = (offset - tone.offset(t)) / reach;
                let weight = count / (1.0 + misfit * misfit).powi(2);
                let powers = [1.0, t, t * t];
                for (row, power) in sums.iter_mut().zip(powers) {
                    for (sum, other) in row.iter_mut().zip(powers) {
                        *sum += weight * power * other;
                    }
                    row[3] += weight * power * offset;
                }
            }
            // A picture of one brightness tells of one brightness: the rest is held near no change at all.
            let total: f64 = medians.iter().map(|m| m.2).sum();
            (1..3).for_each(|n| sums[n][n] += 1e-3 * total.max(1.0));
            sums[0][0] += 1e-9;
            tone = Self(solved(sums));
        }
        // A few classes that were made anew at one end can bend the curve: it must tell of more than they do.
        let none = Self::default();
        if tone.misfit(medians) < none.misfit(medians) { tone } else { none }
    }

    /// How many places lie off the curve: each class by its size, in full from a few codes on.
    fn misfit(&self, medians: &[(f64, f64, f64)]) -> f64 {
        let off = |(t, offset, count): &(f64, f64, f64)| {
            let square = (offset - self.offset(*t)).powi(2);
            count * square / (1.0 + square)
        };
        medians.iter().map(off).sum()
    }

    fn offset(&self, t: f64) -> f64 {
        let [a, b, c] = self.0;
        a + t * (b + t * c)
    }

    /// `code` as the other picture has it.
    pub fn of(&self, code: f32) -> f32 {
        if self.is_none() { code } else { code + self.offset(place(code)) as f32 }
    }

    /// Whether nothing was changed.
    pub fn is_none(&self) -> bool {
        self.0 == [0.0; 3]
    }

    /// The largest offset in codes between black and white.
    pub fn most(&self) -> f64 {
        (0..=16).map(|n| self.offset(f64::from(n) / 8.0 - 1.0).abs()).fold(0.0, f64::max)
    }
}

/// The median of the offsets, each counted as often as it stands for.
fn middle(medians: &[(f64, f64, f64)]) -> f64 {
    let mut sorted: Vec<(f64, f64)> = medians.iter().map(|(_, offset, count)| (*offset, *count)).collect();
    sorted.sort_by(|a, b| a.0.total_cmp(&b.0));
    let half = 0.5 * sorted.iter().map(|m| m.1).sum::<f64>();
    let mut seen = 0.0;
    let at = sorted.iter().find(|m| {
        seen += m.1;
        seen >= half
    });
    at.map_or(0.0, |m| m.0)
}

fn place(code: f32) -> f64 {
    f64::from(code) / 127.5 - 1.0
}

fn median(counts: &[u32], all: u32) -> f32 {
    let mut seen = 0;
    let at = counts.iter().position(|count| {
        seen += count;
        2 * seen >= all
    });
    (at.unwrap_or(REACH) as f32 - REACH as f32) / FINE
}

/// Three equations in three unknowns, by elimination; they are positive definite.
fn solved(mut rows: [[f64; 4]; 3]) -> [f64; 3] {
    for n in 0..3 {
        let pivot = rows[n];
        for row in rows.iter_mut().skip(n + 1) {
            let factor = row[n] / pivot[n];
            row.iter_mut().zip(pivot).for_each(|(v, p)| *v -= factor * p);
        }
    }
    let mut found = [0.0; 3];
    for n in (0..3).rev() {
        let rest: f64 = (n + 1..3).map(|k| rows[n][k] * found[k]).sum();
        found[n] = (rows[n][3] - rest) / rows[n][n];
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ramp() -> Vec<f32> {
        (0..40_000).map(|n| 16.0 + (n % 220) as f32).collect()
    }

    #[test]
    fn the_same_picture_has_no_tone_and_a_lie_makes_none() {
        let x = ramp();
        assert!(Tone::between(&x, &x).is_none());
        // A whole class of brightness is another picture now: the others outvote it.
        let y: Vec<f32> = x.iter().map(|v| if (64.0..72.0).contains(v) { v + 60.0 } else { *v }).collect();
        assert!(Tone::between(&x, &y).most() < 0.3, "{:?}", Tone::between(&x, &y));
    }

    #[test]
    fn contrast_and_offset_are_found() {
        let x = ramp();
        let y: Vec<f32> = x.iter().map(|v| 1.1 * (v - 128.0) + 126.0).collect();
        let tone = Tone::between(&x, &y);
        for code in [30.0, 100.0, 200.0f32] {
            let wanted = 1.1 * (code - 128.0) + 126.0;
            assert!((tone.of(code) - wanted).abs() < 0.5, "{code}: {} {wanted}", tone.of(code));
        }
    }
}
