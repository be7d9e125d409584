//! A picture as floats, for arithmetic.

use super::{ColorInfo, Frame, FrameError, Layout, Plane};

/// Planar R'G'B' (gamma-encoded) in 32-bit float, nominal 0..1, not clipped. Shape: 3 planes of `height` rows of
/// `width`, one after the other in `data` (NCHW with N = 1), no padding.
#[derive(Clone, Debug, PartialEq)]
pub struct Image {
    pub width: u32,
    pub height: u32,
    pub data: Vec<f32>,
}

impl Image {
    /// A black picture.
    pub fn new(width: u32, height: u32) -> Self {
        Self { width, height, data: vec![0.0; 3 * width as usize * height as usize] }
    }

    /// Samples of channel `c` (0 red, 1 green, 2 blue), row by row.
    pub fn channel(&self, c: usize) -> &[f32] {
        let n = self.plane_len();
        &self.data[c * n..(c + 1) * n]
    }

    /// Samples of channel `c`, to write.
    pub fn channel_mut(&mut self, c: usize) -> &mut [f32] {
        let n = self.plane_len();
        &mut self.data[c * n..(c + 1) * n]
    }

    /// The three channels at once, to write.
    pub fn channels_mut(&mut self) -> [&mut [f32]; 3] {
        let n = self.plane_len();
        let (r, gb) = self.data.split_at_mut(n);
        let (g, b) = gb.split_at_mut(n);
        [r, g, b]
    }

    /// Red, green and blue at (x, y).
    pub fn pixel(&self, x: u32, y: u32) -> [f32; 3] {
        let (n, i) = (self.plane_len(), y as usize * self.width as usize + x as usize);
        [self.data[i], self.data[n + i], self.data[2 * n + i]]
    }

    /// Samples of one channel.
    pub fn plane_len(&self) -> usize {
        self.width as usize * self.height as usize
    }

    /// The same samples as a [`Frame`] of layout [`Layout::RGB_F32`]. `color` should be [`ColorInfo::rgb`].
    ///
    /// # Errors
    /// [`FrameError`] when the picture is empty.
    pub fn into_frame(self, color: ColorInfo) -> Result<Frame, FrameError> {
        let n = self.plane_len();
        let stride = self.width as usize * 4;
        let all = Plane::from_f32(self.width, 3 * self.height, self.data)?;
        let bytes = bytes::Bytes::from_owner(all);
        let planes = (0..3)
            .map(|c| {
                let part = bytes.slice(c * n * 4..(c + 1) * n * 4);
                Plane::new(self.width, self.height, super::Sample::F32, stride, part)
            })
            .collect::<Result<Vec<_>, _>>()?;
        Frame::new(self.width, self.height, Layout::RGB_F32, color, planes)
    }
}

impl AsRef<[u8]> for Plane {
    fn as_ref(&self) -> &[u8] {
        self.bytes()
    }
}
