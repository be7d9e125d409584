//! A picture on its way into tiles and out of them.

use crate::frame::Image;

use super::session::{Rows, Samples};

/// Whether no sample is infinite or NaN. Without branches and float sums, so that the compiler takes many at a time.
pub(super) fn all_finite(samples: &[f32]) -> bool {
    const EXPONENT: u32 = 0x7f80_0000;
    samples.iter().fold(true, |finite, v| finite & (v.to_bits() & EXPONENT != EXPONENT))
}

/// A rectangle of the output picture, in samples.
#[derive(Clone, Copy)]
pub(super) struct Area {
    pub x: u32,
    pub y: u32,
    pub width: u32,
    pub height: u32,
}

/// The part of `picture` that lies in `area`.
pub(super) fn cut(picture: &Image, area: Area) -> Image {
    let mut part = Image::new(area.width, area.height);
    let (stride, count) = (picture.width as usize, area.width as usize);
    for c in 0..3 {
        let from = picture.channel(c);
        for (y, row) in part.channel_mut(c).chunks_exact_mut(count).enumerate() {
            row.copy_from_slice(&from[(area.y as usize + y) * stride + area.x as usize..][..count]);
        }
    }
    part
}

impl Rows<'_> {
    /// Copies samples from `start` on.
    pub(super) fn copy(&self, start: usize, to: &mut [f32]) {
        use half::slice::HalfFloatSliceExt;
        match self {
            Rows::F32(all) => to.copy_from_slice(&all[start..start + to.len()]),
            Rows::F16(all) => all[start..start + to.len()].convert_to_f32_slice(to),
        }
    }
}

/// The input picture, and its grey where the model takes that.
pub(super) struct Source {
    pub rgb: Image,
    grey: Option<Vec<f32>>,
}

impl Source {
    /// `channels`: what the model takes, 3 or 1.
    pub fn new(rgb: Image, channels: u32) -> Self {
        let grey = (channels == 1).then(|| {
            let (r, g, b) = (rgb.channel(0), rgb.channel(1), rgb.channel(2));
            r.iter().zip(g).zip(b).map(|((r, g), b)| 0.2126 * r + 0.7152 * g + 0.0722 * b).collect()
        });
        Self { rgb, grey }
    }

    /// The samples that the model takes, plane after plane.
    pub fn values(&self) -> &[f32] {
        self.grey.as_deref().unwrap_or(&self.rgb.data)
    }

    /// Planes that the model takes.
    pub fn planes(&self) -> usize {
        if self.grey.is_some() { 1 } else { 3 }
    }

    /// Copies the rectangle of `size` at `at` to where `start` says; past the right and bottom the last samples are
    /// repeated.
    pub fn cut(&self, at: (u32, u32), size: (u32, u32), to: &mut Samples, mut start: usize) {
        let (x, y) = (at.0 as usize, at.1 as usize);
        let (width, height) = (size.0 as usize, size.1 as usize);
        let (across, down) = (self.rgb.width as usize, self.rgb.height as usize);
        let inside = width.min(across - x);
        let data = self.grey.as_deref().unwrap_or(&self.rgb.data);
        for plane in data.chunks_exact(across * down) {
            for row in y..y + height {
                let row = &plane[row.min(down - 1) * across..][..across];
                to.write(start, &row[x..x + inside]);
                to.fill(start + inside, width - inside, row[across - 1]);
                start += width;
            }
        }
    }
}
