//! Luma as whole numbers in one type, whatever the depth.

use rayon::prelude::*;

use crate::frame::{Plane, Sample};

/// Native luma codes, `height` rows of `width`, and how many of them make one code of the 8-bit scale.
pub struct Luma {
    pub width: usize,
    pub height: usize,
    pub codes: Vec<u16>,
    /// 1 for 8 bits, 4 for 10 bits.
    pub per_code: u16,
}

impl Luma {
    /// Copies `plane`; rows are put one after the other.
    pub fn of(plane: &Plane, sample: Sample) -> Self {
        let (width, height) = (plane.width as usize, plane.height as usize);
        let mut codes = vec![0; width * height];
        codes.par_chunks_mut(width.max(1)).enumerate().for_each(|(y, out)| match sample {
            Sample::U8 => {
                out.iter_mut().zip(plane.row_u8(y as u32)).for_each(|(out, &code)| *out = code.into());
            }
            // Floats never get here: `Pair::new` refuses them.
            Sample::U16 { .. } | Sample::F32 => out.copy_from_slice(plane.row_u16(y as u32)),
        });
        Self { width, height, codes, per_code: 1 << (sample.bits().clamp(8, 16) - 8) }
    }

    pub fn row(&self, y: usize) -> &[u16] {
        &self.codes[y * self.width..(y + 1) * self.width]
    }

    /// The same on its side: columns become rows. What looks along rows then looks along columns.
    pub fn turned(&self) -> Self {
        const TILE: usize = 32;
        let (width, height) = (self.height, self.width);
        let mut codes = vec![0; width * height];
        codes.par_chunks_mut((width * TILE).max(1)).enumerate().for_each(|(band, rows)| {
            for left in (0..width).step_by(TILE) {
                for (k, out) in rows.chunks_exact_mut(width).enumerate() {
                    let end = (left + TILE).min(width);
                    for (y, out) in (left..end).zip(&mut out[left..end]) {
                        *out = self.codes[y * self.width + band * TILE + k];
                    }
                }
            }
        });
        Self { width, height, codes, per_code: self.per_code }
    }
}
