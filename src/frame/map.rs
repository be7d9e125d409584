//! A number for every place of a picture.

use super::FrameError;

/// Numbers spread evenly over a picture, row by row from the top left, no padding. A map may have its own grid: cell
/// (x, y) of a map of `width` x `height` covers that share of the picture, whatever the picture's size.
#[derive(Clone, Debug, PartialEq)]
pub struct Map {
    pub width: u32,
    pub height: u32,
    pub values: Vec<f32>,
}

impl Map {
    /// # Errors
    /// [`FrameError::Map`] when there are not `width` * `height` values, or none at all.
    pub fn new(width: u32, height: u32, values: Vec<f32>) -> Result<Self, FrameError> {
        let needed = width as usize * height as usize;
        if needed == 0 || values.len() != needed {
            return Err(FrameError::Map { width, height, have: values.len() });
        }
        Ok(Self { width, height, values })
    }

    /// Row `y` of the map's own grid.
    pub fn row(&self, y: u32) -> &[f32] {
        &self.values[y as usize * self.width as usize..][..self.width as usize]
    }

    /// The number that covers pixel (x, y) of a picture of `size`; `None` outside.
    pub fn at(&self, (x, y): (u32, u32), (width, height): (u32, u32)) -> Option<f32> {
        if x >= width || y >= height {
            return None;
        }
        let cell = |i: u32, of: u32, cells: u32| (u64::from(i) * u64::from(cells) / u64::from(of)) as usize;
        Some(self.values[cell(y, height, self.height) * self.width as usize + cell(x, width, self.width)])
    }

    /// Sum over the map, row by row in doubles.
    pub fn sum(&self) -> f64 {
        self.values.chunks(self.width as usize).map(|row| row.iter().copied().map(f64::from).sum::<f64>()).sum()
    }

    /// Mean over the map.
    pub fn mean(&self) -> f64 {
        self.sum() / self.values.len() as f64
    }
}
