//! A picture as floats, for arithmetic.

use bytes::Bytes;

use super::{ColorInfo, Frame, FrameError, Layout, Plane, Sample};

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
        let all = Plane::from_f32(self.width, 3 * self.height, self.data)?;
        Frame::rgb_f32(self.width, self.height, color, Bytes::from_owner(all))
    }
}

impl Frame {
    /// A frame of layout [`Layout::RGB_F32`] from the samples of an [`Image`] as bytes, whoever owns them.
    ///
    /// # Errors
    /// [`FrameError`] when the picture is empty or the bytes do not hold it.
    pub fn rgb_f32(width: u32, height: u32, color: ColorInfo, samples: Bytes) -> Result<Frame, FrameError> {
        let stride = width as usize * 4;
        let size = stride * height as usize;
        if samples.len() != 3 * size {
            return Err(FrameError::Short { width, height, stride, have: samples.len() });
        }
        let plane = |c: usize| Plane::new(width, height, Sample::F32, stride, samples.slice(c * size..(c + 1) * size));
        Frame::new(width, height, Layout::RGB_F32, color, (0..3).map(plane).collect::<Result<Vec<_>, _>>()?)
    }
}

impl AsRef<[u8]> for Plane {
    fn as_ref(&self) -> &[u8] {
        self.bytes()
    }
}
