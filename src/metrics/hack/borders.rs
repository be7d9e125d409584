//! Bars: borders that are flat in one picture and full of the scene in the other. A crop that was padded, or a letterbox
//! that only one of the two has, leaves every sample between them in its place: nothing else here would see it.

use crate::frame::{Plane, Sample};

/// Standard deviation of a line of samples, codes of 256, up to which it is flat, and of the means of [`CELL`] samples from
/// which there is a picture on it; between the two nobody knows. Coarse coding of a dark noisy line leaves more than the
/// first, and strong grain does not make up the second.
const FLAT: f64 = 1.0;
const FULL: f64 = 4.0;
const CELL: usize = 8;
/// Bars are black, or all but.
const BLACK: f64 = 32.0;
/// How far, in codes (root mean square), the two pictures must stand apart there: a faint texture that coding took away
/// is no bar.
const APART: f64 = 8.0;
/// How much more a picture steps where its bar ends than the other does there.
const STEP: f64 = 2.0;
/// A bar takes less than this share of its side; what is flat further in is a dark part of the scene.
const MOST: f64 = 0.25;

/// Widths of the bars at left, top, right and bottom, in samples: positive where the candidate has a bar and the
/// reference a picture, negative where it is the other way round, 0 where neither or both.
pub fn borders(reference: &Plane, candidate: &Plane, sample: Sample) -> [f64; 4] {
    let (width, height) = (reference.width as usize, reference.height as usize);
    let count = |across: bool, from_end: bool| -> f64 {
        let (lines, length) = if across { (height, width) } else { (width, height) };
        let read = |n: usize| {
            let at = if from_end { lines - 1 - n } else { n };
            [reference, candidate].map(|plane| codes(plane, sample, across, at, length))
        };
        let line = |n: usize| Line::of(&read(n));
        let Some(kind) = (lines > 0 && length > 0).then(|| line(0).bar()).filter(|kind| *kind != 0.0) else {
            return 0.0;
        };
        let most = ((lines as f64 * MOST) as usize).max(1);
        let bar = (0..most).take_while(|n| line(*n).bar() == kind).count();
        if bar >= most {
            return 0.0;
        }
        // Where a bar ends its picture steps, and the other goes on. Equalisation that filled a dark border leaves the step.
        let (last, next) = (read(bar - 1), read(bar));
        let [reference, candidate] = [0, 1].map(|k| distance(&last[k], &next[k]));
        let (flat, full) = if kind > 0.0 { (candidate, reference) } else { (reference, candidate) };
        if flat >= STEP * full { kind * bar as f64 } else { 0.0 }
    };
    [count(false, false), count(true, false), count(false, true), count(true, true)]
}

/// What is known of one row or column of both pictures, reference first.
#[derive(Default)]
struct Line {
    mean: [f64; 2],
    /// Standard deviation of its samples.
    spread: [f64; 2],
    /// That of the means of its cells.
    cells: [f64; 2],
    apart: f64,
}

impl Line {
    fn of(lines: &[Vec<f64>; 2]) -> Self {
        let means =
            lines.each_ref().map(|line| line.chunks_exact(CELL).map(|cell| moments(cell).0).collect::<Vec<_>>());
        Self {
            mean: lines.each_ref().map(|line| moments(line).0),
            spread: lines.each_ref().map(|line| moments(line).1),
            cells: means.each_ref().map(|line| moments(line).1),
            apart: distance(&lines[0], &lines[1]),
        }
    }

    /// 1 for a bar of the candidate, -1 for one of the reference, 0 for none.
    fn bar(&self) -> f64 {
        let is = |flat: usize, full: usize| {
            self.spread[flat] <= FLAT && self.mean[flat] <= BLACK && self.cells[full] >= FULL
        };
        match self.apart >= APART {
            true if is(1, 0) => 1.0,
            true if is(0, 1) => -1.0,
            _ => 0.0,
        }
    }
}

/// Row (or column) `at` of a plane, codes of 256.
fn codes(plane: &Plane, sample: Sample, across: bool, at: usize, length: usize) -> Vec<f64> {
    let scale = 1.0 / f64::from(1u32 << (sample.bits().clamp(8, 16) - 8));
    let code = |n: usize| {
        let (x, y) = if across { (n, at as u32) } else { (at, n as u32) };
        let code = match sample {
            Sample::U8 => plane.row_u8(y).get(x).copied().map(u16::from),
            // Floats never get here: `Pair::new` refuses them.
            Sample::U16 { .. } | Sample::F32 => plane.row_u16(y).get(x).copied(),
        };
        f64::from(code.unwrap_or(0)) * scale
    };
    (0..length).map(code).collect()
}

/// Root mean square difference.
fn distance(a: &[f64], b: &[f64]) -> f64 {
    let squares = a.iter().zip(b).map(|(a, b)| (a - b).powi(2));
    (squares.sum::<f64>() / a.len().max(1) as f64).sqrt()
}

/// Mean and standard deviation; zeros of none.
fn moments(values: &[f64]) -> (f64, f64) {
    let count = values.len().max(1) as f64;
    let mean = values.iter().sum::<f64>() / count;
    (mean, (values.iter().map(|v| (v - mean).powi(2)).sum::<f64>() / count).sqrt())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A busy picture with bars painted over it: left, top, right, bottom.
    fn picture(bars: [u32; 4]) -> Plane {
        let (width, height) = (95u32, 67u32);
        let code = |x: u32, y: u32| {
            let barred = x < bars[0] || y < bars[1] || x >= width - bars[2] || y >= height - bars[3];
            if barred { 16 } else { (60 + (x * 3 + y * 5) % 120) as u8 }
        };
        let samples = (0..height).flat_map(|y| (0..width).map(move |x| code(x, y))).collect();
        Plane::from_u8(width, height, samples).expect("a plane")
    }

    fn measured(a: [u32; 4], b: [u32; 4]) -> [f64; 4] {
        borders(&picture(a), &picture(b), Sample::U8)
    }

    #[test]
    fn bars_of_either_picture_are_measured_to_the_sample() {
        assert_eq!(measured([0; 4], [0, 0, 8, 6]), [0.0, 0.0, 8.0, 6.0]);
        assert_eq!(measured([0; 4], [3, 1, 0, 0]), [3.0, 1.0, 0.0, 0.0]);
        assert_eq!(measured([0, 9, 0, 9], [0; 4]), [0.0, -9.0, 0.0, -9.0]);
    }

    #[test]
    fn a_letterbox_of_both_is_no_difference() {
        assert_eq!(measured([0, 9, 0, 9], [0, 9, 0, 9]), [0.0; 4]);
        assert_eq!(measured([0; 4], [0; 4]), [0.0; 4]);
    }

    #[test]
    fn grain_on_a_flat_border_is_no_bar_of_the_other() {
        let noisy = (0..96 * 96u32).map(|n| (n.wrapping_mul(2_654_435_761) >> 27) as u8).collect();
        let noisy = Plane::from_u8(96, 96, noisy).expect("a plane");
        let flat = Plane::from_u8(96, 96, vec![16; 96 * 96]).expect("a plane");
        assert_eq!(borders(&flat, &noisy, Sample::U8), [0.0; 4]);
    }

    #[test]
    fn a_dark_border_that_a_filter_filled_is_none_either() {
        let (barred, full) = (picture([0, 9, 0, 9]), picture([0; 4]));
        let lifted = (0..67u32).flat_map(|y| {
            let (dark, bright) = (barred.row_u8(y).to_vec(), full.row_u8(y).to_vec());
            let within = (9..58).contains(&y);
            dark.into_iter().zip(bright).map(move |(d, b)| if within { b } else { d + b / 8 })
        });
        let lifted = Plane::from_u8(95, 67, lifted.collect()).expect("a plane");
        assert_eq!(borders(&barred, &lifted, Sample::U8), [0.0; 4]);
    }

    #[test]
    fn what_is_dark_all_over_is_the_scene() {
        let dark = Plane::from_u8(95, 67, vec![16; 95 * 67]).expect("a plane");
        assert_eq!(borders(&picture([0; 4]), &dark, Sample::U8), [0.0; 4]);
    }

    #[test]
    fn faint_texture_that_coding_took_away_is_no_bar() {
        let faint = (0..64 * 64).map(|n: u32| (30 + (n * 7919 % 13)) as u8).collect();
        let faint = Plane::from_u8(64, 64, faint).expect("a plane");
        let flat = Plane::from_u8(64, 64, vec![36; 64 * 64]).expect("a plane");
        assert_eq!(borders(&faint, &flat, Sample::U8), [0.0; 4]);
    }
}
