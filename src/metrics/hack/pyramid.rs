//! A picture at full, half, quarter and eighth size, each beside its blur: their difference is a Laplacian band (the
//! filter-subtract-decimate pyramid of Anderson, 1984). The blur is the binomial 1 4 6 4 1 across and down, over 256.

use multiversion::multiversion;
use rayon::prelude::*;

use crate::frame::{Plane, Sample};

/// Numbers on the 8-bit scale, rows without padding.
#[derive(Clone, Debug, Default)]
pub struct Grid {
    pub width: usize,
    pub height: usize,
    pub data: Vec<f32>,
}

/// Rows that one job makes.
const BAND: usize = 16;

impl Grid {
    /// `plane` on the 8-bit scale (a code c of n bits is c / 2^(n-8)).
    pub fn of(plane: &Plane, sample: Sample) -> Self {
        let (width, height) = (plane.width as usize, plane.height as usize);
        let scale = 1.0 / (1u32 << (sample.bits().clamp(8, 16) - 8)) as f32;
        let mut data = vec![0.0; width * height];
        data.par_chunks_mut(width.max(1)).with_min_len(BAND).enumerate().for_each(|(y, out)| match sample {
            Sample::U8 => out.iter_mut().zip(plane.row_u8(y as u32)).for_each(|(out, &code)| *out = code.into()),
            // Floats never get here: `Pair::new` refuses them.
            Sample::U16 { .. } | Sample::F32 => {
                let codes = plane.row_u16(y as u32);
                out.iter_mut().zip(codes).for_each(|(out, &code)| *out = f32::from(code) * scale);
            }
        });
        Self { width, height, data }
    }

    pub fn row(&self, y: usize) -> &[f32] {
        &self.data[y * self.width..(y + 1) * self.width]
    }

    /// The same softened; beyond the border the edge sample is held.
    pub fn blurred(&self) -> Grid {
        let mut data = vec![0.0; self.data.len()];
        let last = self.height.saturating_sub(1);
        data.par_chunks_mut((self.width * BAND).max(1)).enumerate().for_each(|(band, rows)| {
            let mut column = vec![0.0f32; self.width + 4];
            for (n, out) in rows.chunks_exact_mut(self.width).enumerate() {
                let y = band * BAND + n;
                let lines = std::array::from_fn(|k| self.row((y + k).saturating_sub(2).min(last)));
                soften(&lines, &mut column, out);
            }
        });
        Grid { width: self.width, height: self.height, data }
    }

    /// Every second sample of every second row, beginning with the first.
    pub fn halved(&self) -> Grid {
        let (width, height) = (self.width.div_ceil(2), self.height.div_ceil(2));
        let mut data = vec![0.0; width * height];
        data.par_chunks_mut(width.max(1)).with_min_len(BAND).enumerate().for_each(|(y, out)| {
            out.iter_mut().zip(self.row(2 * y).iter().step_by(2)).for_each(|(out, value)| *out = *value);
        });
        Grid { width, height, data }
    }
}

#[multiversion(targets("x86_64+avx512f+avx512bw+avx512dq+avx512vl", "x86_64+avx2+fma", "aarch64+neon"))]
fn soften(lines: &[&[f32]; 5], column: &mut [f32], out: &mut [f32]) {
    let width = out.len();
    let lines = lines.map(|line| &line[..width]);
    for (x, sum) in column[2..width + 2].iter_mut().enumerate() {
        *sum = (lines[0][x] + lines[4][x] + 4.0 * (lines[1][x] + lines[3][x]) + 6.0 * lines[2][x]) * (1.0 / 16.0);
    }
    let (first, last) = (column[2], column[width + 1]);
    column[..2].fill(first);
    column[width + 2..].fill(last);
    for (out, w) in out.iter_mut().zip(column.windows(5)) {
        *out = (w[0] + w[4] + 4.0 * (w[1] + w[3]) + 6.0 * w[2]) * (1.0 / 16.0);
    }
}

/// One picture at one size, and its blur.
pub struct Step {
    pub sharp: Grid,
    pub soft: Grid,
}

/// How many sizes there are.
pub const STEPS: usize = 3;

/// The picture at full, half and quarter size; a side that falls below 8 ends it early.
pub fn pyramid(plane: &Plane, sample: Sample) -> Vec<Step> {
    let mut steps: Vec<Step> = Vec::with_capacity(STEPS);
    let mut next = Grid::of(plane, sample);
    while steps.len() < STEPS && next.width >= 8 && next.height >= 8 {
        let soft = next.blurred();
        let below = soft.halved();
        steps.push(Step { sharp: std::mem::replace(&mut next, below), soft });
    }
    steps
}
