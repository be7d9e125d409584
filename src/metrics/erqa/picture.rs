//! What edge detection looks at: a picture of 8-bit red, green and blue, and a window on it.

use rayon::prelude::*;

use crate::frame::Image;

/// Planar R'G'B' of 8 bits: three planes of `height` rows of `width`, no padding.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rgb8 {
    width: usize,
    height: usize,
    planes: [Vec<u8>; 3],
}

impl Rgb8 {
    /// `planes` are red, green and blue, row by row. `None` unless each holds `width` * `height` samples, at least one.
    pub fn new(width: usize, height: usize, planes: [Vec<u8>; 3]) -> Option<Self> {
        let fits = width > 0 && height > 0 && planes.iter().all(|plane| Some(plane.len()) == width.checked_mul(height));
        fits.then_some(Self { width, height, planes })
    }

    /// `image` rounded to the nearest code, half upwards; what lies outside 0..1 is clipped.
    pub fn rounded(image: &Image) -> Self {
        let plane = |c: usize| {
            let mut codes = vec![0; image.plane_len()];
            let parts = codes.par_chunks_mut(1 << 16).zip(image.channel(c).par_chunks(1 << 16));
            parts.for_each(|(codes, samples)| round(samples, codes));
            codes
        };
        Self { width: image.width as usize, height: image.height as usize, planes: [plane(0), plane(1), plane(2)] }
    }

    pub fn width(&self) -> usize {
        self.width
    }

    pub fn height(&self) -> usize {
        self.height
    }

    /// The whole picture.
    pub fn whole(&self) -> Window<'_> {
        Window { picture: self, left: 0, top: 0, width: self.width, height: self.height }
    }

    /// The part of `width` x `height` that begins at (`left`, `top`), cut off where the picture ends.
    pub fn window(&self, left: usize, top: usize, width: usize, height: usize) -> Window<'_> {
        let (left, top) = (left.min(self.width), top.min(self.height));
        Window { picture: self, left, top, width: width.min(self.width - left), height: height.min(self.height - top) }
    }
}

#[multiversion::multiversion(targets("x86_64+avx512f+avx512bw+avx512dq+avx512vl", "x86_64+avx2", "aarch64+neon"))]
fn round(samples: &[f32], codes: &mut [u8]) {
    for (code, &sample) in codes.iter_mut().zip(samples) {
        // The conversion of a float saturates, so that no clipping is needed; NaN becomes 0.
        *code = (sample * 255.0 + 0.5) as u8;
    }
}

/// A rectangle of a picture, looked at as if it were all there is.
#[derive(Clone, Copy, Debug)]
pub struct Window<'a> {
    picture: &'a Rgb8,
    pub left: usize,
    pub top: usize,
    pub width: usize,
    pub height: usize,
}

impl<'a> Window<'a> {
    /// Row `y` of channel `c` (0 red, 1 green, 2 blue); rows above or below the window repeat its border.
    pub fn row(&self, c: usize, y: isize) -> &'a [u8] {
        let y = y.clamp(0, self.height as isize - 1) as usize;
        let start = (self.top + y) * self.picture.width + self.left;
        &self.picture.planes[c][start..start + self.width]
    }
}
