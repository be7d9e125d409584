//! A chroma plane on SpEED's grid: softened, one sample in 16 kept each way, its local mean taken off.
//! Filters and steps: libvmaf `speed.c` (`filter_and_downscale`) and `vif_tools.c`.

use crate::frame::{Plane, Sample};

/// Samples of the plane for one sample of the grid, each way.
const STEP: usize = 16;

/// A small plane of floats with no padding.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Grid {
    pub width: usize,
    pub height: usize,
    pub samples: Vec<f32>,
}

impl Grid {
    pub fn row(&self, y: usize) -> &[f32] {
        &self.samples[y * self.width..(y + 1) * self.width]
    }
}

/// Size of the grid for a plane of `width` x `height` that is first resized by `prescale`.
pub(super) fn grid_size(width: usize, height: usize, prescale: f64) -> (usize, usize) {
    let (width, height) = scaled_size(width, height, prescale);
    (width / STEP, height / STEP)
}

fn scaled_size(width: usize, height: usize, prescale: f64) -> (usize, usize) {
    let scaled = |side: usize| (side as f64 * prescale + 0.5) as usize;
    (scaled(width), scaled(height))
}

/// The left upper `width` x `height` samples of `plane`, resized by `prescale` (bilinear; 1 leaves them alone), on the
/// grid. Both sides of the grid are at least 2.
pub(super) fn reduce(plane: &Plane, sample: Sample, width: usize, height: usize, prescale: f64) -> Grid {
    let rows = Rows::new(plane, sample, width, height, prescale);
    // The smoothing before the one sample in 16 is far narrower than textbooks ask for; the reference has it so.
    let soften: [f32; 9] = gaussian(2.0 * 9.0 / 5.0);
    let (grid_width, grid_height) = (rows.width / STEP, rows.height / STEP);
    let mut samples = Vec::with_capacity(grid_width * grid_height);
    let mut column = vec![0.0; rows.width];
    let mut row = vec![0.0; rows.width];
    let mut pair = [Vec::new(), Vec::new()];
    for y in 0..grid_height {
        column.fill(0.0);
        for (k, &weight) in soften.iter().enumerate() {
            rows.write(mirror(y * STEP + k, 4, rows.height), &mut row, &mut pair);
            for (sum, value) in column.iter_mut().zip(&row) {
                *sum += weight * value;
            }
        }
        let along = |x: usize| {
            let at = |k: usize| column[mirror(x * STEP + k, 4, rows.width)];
            soften.iter().enumerate().fold(0.0, |sum, (k, &weight)| sum + weight * at(k))
        };
        samples.extend((0..grid_width).map(along));
    }
    minus_mean(Grid { width: grid_width, height: grid_height, samples })
}

/// Each sample less the 3x3 Gaussian mean about it.
fn minus_mean(grid: Grid) -> Grid {
    let weights: [f32; 3] = gaussian(3.0 / 5.0);
    let (width, height) = (grid.width, grid.height);
    let mut samples = Vec::with_capacity(grid.samples.len());
    let mut column = vec![0.0; width];
    for y in 0..height {
        column.fill(0.0);
        for (k, &weight) in weights.iter().enumerate() {
            for (sum, value) in column.iter_mut().zip(grid.row(mirror(y + k, 1, height))) {
                *sum += weight * value;
            }
        }
        for (x, value) in grid.row(y).iter().enumerate() {
            let at = |k: usize| column[mirror(x + k, 1, width)];
            samples.push(value - weights.iter().enumerate().fold(0.0, |sum, (k, &weight)| sum + weight * at(k)));
        }
    }
    Grid { width, height, samples }
}

/// Where tap `place` - `radius` lies in a row of `len` that is mirrored without repeating its edge.
fn mirror(place: usize, radius: usize, len: usize) -> usize {
    let at = place.abs_diff(radius);
    let at = if place >= radius && at >= len { (2 * len).saturating_sub(at + 2) } else { at };
    at.min(len - 1)
}

/// Taps of a Gaussian that sum to 1, in the reference's single precision.
fn gaussian<const N: usize>(sigma: f32) -> [f32; N] {
    let place = |k: usize| f64::from(k as f32 - (N / 2) as f32);
    let sigma = f64::from(sigma);
    let below = (1.0 / (sigma * (2.0 * std::f64::consts::PI).sqrt())) as f32;
    let taps: [f32; N] = std::array::from_fn(|k| (-0.5 * place(k) / sigma * place(k) / sigma).exp() as f32 / below);
    let sum = taps.iter().fold(0.0, |sum, tap| sum + tap);
    taps.map(|tap| tap / sum)
}

/// The rows of a plane on the 8-bit scale less 128, resized on the way.
struct Rows<'a> {
    plane: &'a Plane,
    sample: Sample,
    /// Size after resizing.
    width: usize,
    height: usize,
    source: (usize, usize),
    /// Left and right source column and the weight of the right one, for each column; empty if nothing is resized.
    columns: Vec<(usize, usize, f32)>,
}

impl<'a> Rows<'a> {
    fn new(plane: &'a Plane, sample: Sample, source_width: usize, source_height: usize, prescale: f64) -> Self {
        let (width, height) = scaled_size(source_width, source_height, prescale);
        let source = (source_width, source_height);
        let same = (width, height) == source;
        let columns = if same { Vec::new() } else { (0..width).map(|x| between(x, source_width, width)).collect() };
        Self { plane, sample, width, height, source, columns }
    }

    /// Writes row `y` of the resized plane; `pair` is memory for two source rows.
    fn write(&self, y: usize, out: &mut [f32], pair: &mut [Vec<f32>; 2]) {
        if self.columns.is_empty() {
            self.source_row(y, out);
            return;
        }
        let (top, bottom, dy) = between(y, self.source.1, self.height);
        pair.iter_mut().for_each(|row| row.resize(self.source.0, 0.0));
        self.source_row(top, &mut pair[0]);
        self.source_row(bottom, &mut pair[1]);
        let [top, bottom] = pair;
        for (&(left, right, dx), out) in self.columns.iter().zip(out) {
            *out = (1.0 - dy) * (1.0 - dx) * top[left]
                + (1.0 - dy) * dx * top[right]
                + dy * (1.0 - dx) * bottom[left]
                + dy * dx * bottom[right];
        }
    }

    /// Row `y` of the plane itself, cut to the width in use.
    fn source_row(&self, y: usize, out: &mut [f32]) {
        match self.sample {
            Sample::U8 => {
                for (out, &code) in out.iter_mut().zip(self.plane.row_u8(y as u32)) {
                    *out = f32::from(code) - 128.0;
                }
            }
            // Floats never get here: `Pair::new` refuses them.
            Sample::U16 { .. } | Sample::F32 => {
                let scale = (1u32 << (self.sample.bits() - 8)) as f32;
                for (out, &code) in out.iter_mut().zip(self.plane.row_u16(y as u32)) {
                    *out = f32::from(code) / scale - 128.0;
                }
            }
        }
    }
}

/// The two source places about place `to` of a row resized from `from_len` to `to_len`, and the second one's weight.
fn between(to: usize, from_len: usize, to_len: usize) -> (usize, usize, f32) {
    let ratio = from_len as f32 / to_len as f32;
    let place = ((to as f64 + 0.5) * f64::from(ratio) - 0.5) as f32;
    let last = (from_len - 1) as f32;
    let inside = |place: f32| {
        if place < 0.0 {
            -place
        } else if place > last {
            2.0 * last - place
        } else {
            place
        }
    };
    let (first, second) = (inside(place.floor()), inside(place.ceil()));
    (first as usize, second as usize, place - first)
}
