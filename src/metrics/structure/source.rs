//! The luma planes that the SSIM family reads, whatever stands behind them.

use crate::frame::{Plane, Sample};

use super::downscale::Grid;
use crate::metrics::{MetricError, Pair, Reads};

/// The two luma planes of `pair`, reference first.
///
/// # Errors
/// [`MetricError::TooSmall`] when a side is shorter than `least`, [`MetricError::NoLuma`] for RGB.
pub(super) fn luma<'a>(
    metric: &'static str,
    least: u32,
    pair: &Pair<'a>,
) -> Result<(&'a Plane, &'a Plane), MetricError> {
    let (reference, candidate) = pair.planes(metric, Reads::Luma)?;
    let (width, height) = (reference.width, reference.height);
    if width < least || height < least {
        return Err(MetricError::TooSmall { metric, least, width, height });
    }
    Ok((reference, candidate))
}

/// Whether two planes of one size hold the same codes. Stops at the first row that differs.
pub(super) fn same_samples(a: &Plane, b: &Plane, sample: Sample) -> bool {
    let bytes = sample.bytes();
    (0..a.height).all(|y| a.row_bytes(y, bytes) == b.row_bytes(y, bytes))
}

/// Where samples come from, on the 8-bit scale.
#[derive(Clone, Copy)]
pub(super) enum Source<'a> {
    Codes8(&'a Plane),
    /// Codes of more bits, and what brings them to the 8-bit scale.
    Codes16(&'a Plane, f32),
    Grid(&'a Grid),
}

impl<'a> Source<'a> {
    /// The samples of `plane`. Floats never get here: `Pair::new` refuses them.
    pub fn of(plane: &'a Plane, sample: Sample) -> Self {
        match sample {
            Sample::U8 => Source::Codes8(plane),
            sample => Source::Codes16(plane, 1.0 / (1u32 << (sample.bits().clamp(8, 16) - 8)) as f32),
        }
    }

    #[inline(always)]
    pub fn size(&self) -> (usize, usize) {
        match self {
            Source::Codes8(plane) | Source::Codes16(plane, _) => (plane.width as usize, plane.height as usize),
            Source::Grid(grid) => (grid.width, grid.height),
        }
    }

    /// Samples `x..` of row `y`, as many as there are and `to` holds.
    #[inline(always)]
    pub fn fetch(&self, x: usize, y: usize, to: &mut [f32]) {
        match self {
            Source::Codes8(plane) => {
                for (to, &code) in to.iter_mut().zip(&plane.row_u8(y as u32)[x..]) {
                    *to = f32::from(code);
                }
            }
            Source::Codes16(plane, scale) => {
                for (to, &code) in to.iter_mut().zip(&plane.row_u16(y as u32)[x..]) {
                    *to = f32::from(code) * scale;
                }
            }
            Source::Grid(grid) => {
                for (to, &value) in to.iter_mut().zip(&grid.samples(y)[x..]) {
                    *to = value;
                }
            }
        }
    }
}
