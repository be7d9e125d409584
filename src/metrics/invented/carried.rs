//! An enlargement between what its input carries of it and the whole of it: what was added, faded in and out.
//!
//! Luma is that of the overlays: with nothing added it is U(D(Y)) with what D takes from U(X) given back, and the rest is
//! the overlay `added`. Chroma goes the same way down and up, with no tone curve.

use rayon::prelude::*;

use std::sync::Arc;

use super::plane::Luma;
use super::support::{Support, grown, shrunk};
use crate::frame::{Frame, Plane, Sample};
use crate::metrics::{Enlarged, MetricError};

/// An output beside what its input carries of it.
pub struct Carried {
    output: Arc<Frame>,
    /// Of each plane of the output, on the 8-bit scale.
    planes: Vec<Luma>,
    way: String,
}

impl Carried {
    /// # Errors
    /// [`MetricError::NotEnlarged`] where the output is not larger than the input, and those of reading luma.
    pub fn of(enlarged: &Enlarged<'_>) -> Result<Self, MetricError> {
        let support = Support::of_enlarged(NAME, enlarged)?;
        let way = support.way;
        let chroma = |index: usize| {
            let (x, y) = (Luma::plane(enlarged.input, index), Luma::plane(enlarged.output, index));
            let (small, large) = ((x.width, x.height), (y.width, y.height));
            let down = shrunk(&y, small, way.down, way.phase);
            let plain = shrunk(&grown(&x, large, way.up, way.phase), small, way.down, way.phase);
            let given_back = x.made(|at, row| {
                let (x, d, p) = (x.row(at), down.row(at), plain.row(at));
                row.iter_mut().zip(x).zip(d).zip(p).for_each(|(((o, x), d), p)| *o = d + (x - p));
            });
            grown(&given_back, large, way.up, way.phase)
        };
        let words = support.words();
        let colour = (1..enlarged.output.planes().len()).map(chroma).collect::<Vec<_>>();
        let planes = std::iter::once(support.carried).chain(colour).collect();
        Ok(Self { output: enlarged.output.clone(), planes, way: words })
    }

    /// The output with `share` (0..1) of what was added beyond its input, rounded to its own codes. At 1 it is the output
    /// itself.
    ///
    /// # Errors
    /// [`MetricError::Color`] for planes that do not make a frame, which nobody makes.
    pub fn mixed(&self, share: f32) -> Result<Arc<Frame>, MetricError> {
        if share >= 1.0 {
            return Ok(self.output.clone());
        }
        let share = share.max(0.0);
        let wrong = |error: crate::frame::FrameError| MetricError::Color(error.to_string());
        let plane = |(carried, plane): (&Luma, &Plane)| {
            let (width, height) = (plane.width, plane.height);
            match self.output.layout.sample {
                Sample::U8 => {
                    let codes = mixed(carried, 255.0, 1.0, share, |y, x| f32::from(plane.row_u8(y)[x]), |v| v as u8);
                    Plane::from_u8(width, height, codes)
                }
                sample => {
                    let (most, scale) = (((1u32 << sample.bits()) - 1) as f32, (1u32 << (sample.bits() - 8)) as f32);
                    let codes = mixed(carried, most, scale, share, |y, x| f32::from(plane.row_u16(y)[x]), |v| v as u16);
                    Plane::from_u16(width, height, codes)
                }
            }
        };
        let planes =
            self.planes.iter().zip(self.output.planes()).map(plane).collect::<Result<_, _>>().map_err(wrong)?;
        let Frame { width, height, layout, color, .. } = *self.output;
        Frame::new(width, height, layout, color, planes).map(Arc::new).map_err(wrong)
    }

    /// How the output was shrunk and enlarged to find out, one sentence.
    pub fn way(&self) -> &str {
        &self.way
    }

    /// Bytes held, the output's own left aside.
    pub fn cost(&self) -> usize {
        self.planes.iter().map(|plane| plane.samples.len() * size_of::<f32>()).sum()
    }
}

/// What stands in sentences.
const NAME: &str = "invented detail";

/// Codes of a plane; `scale` is that of its codes over the 8-bit scale.
fn mixed<T: Copy + Default + Send>(
    carried: &Luma,
    most: f32,
    scale: f32,
    share: f32,
    own: impl Fn(u32, usize) -> f32 + Sync,
    code: impl Fn(f32) -> T + Sync,
) -> Vec<T> {
    let mut codes = vec![T::default(); carried.samples.len()];
    codes.par_chunks_mut(carried.width).enumerate().for_each(|(y, row)| {
        for (x, (out, base)) in row.iter_mut().zip(carried.row(y)).enumerate() {
            let base = base * scale;
            *out = code((base + share * (own(y as u32, x) - base)).clamp(0.0, most) + 0.5);
        }
    });
    codes
}
