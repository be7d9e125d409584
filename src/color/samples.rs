//! Between stored samples and floats: plane by plane, row by row.

use rayon::prelude::*;

use crate::frame::{FrameError, Plane, Sample};

use super::coding::top_code;

/// Row `y` of `plane` as floats: the codes as they are stored, not scaled. `out` is as long as the plane is wide.
pub(crate) fn read_row(plane: &Plane, sample: Sample, y: u32, out: &mut [f32]) {
    match sample {
        Sample::U8 => out.iter_mut().zip(plane.row_u8(y)).for_each(|(o, &c)| *o = f32::from(c)),
        Sample::U16 { .. } => out.iter_mut().zip(plane.row_u16(y)).for_each(|(o, &c)| *o = f32::from(c)),
        Sample::F32 => out.copy_from_slice(plane.row_f32(y)),
    }
}

/// All codes of a plane, each as `code * factor + addend`; exact (no arithmetic) for the line (1, 0).
pub(crate) fn read_plane(plane: &Plane, sample: Sample, (factor, addend): (f64, f64)) -> Vec<f32> {
    let width = plane.width as usize;
    let mut out = vec![0.0; width * plane.height as usize];
    out.par_chunks_mut(width).enumerate().for_each(|(y, row)| {
        read_row(plane, sample, y as u32, row);
        if (factor, addend) != (1.0, 0.0) {
            row.iter_mut().for_each(|v| *v = (f64::from(*v) * factor + addend) as f32);
        }
    });
    out
}

/// A plane of `sample` from `values * factor + addend`. Integers are rounded half up and held to 0..2^bits - 1; a value
/// that is no number becomes 0.
pub(crate) fn write_plane(
    (width, height): (u32, u32),
    sample: Sample,
    mut values: Vec<f32>,
    (factor, addend): (f64, f64),
) -> Result<Plane, FrameError> {
    let top = top_code(sample);
    let (factor, addend) = (factor as f32, addend as f32);
    // The cast cuts towards zero, which is down here.
    let code = |v: f32| (v * factor + addend + 0.5).clamp(0.0, top);
    match sample {
        Sample::U8 => Plane::from_u8(width, height, values.par_iter().map(|&v| code(v) as u8).collect()),
        Sample::U16 { .. } => Plane::from_u16(width, height, values.par_iter().map(|&v| code(v) as u16).collect()),
        Sample::F32 => {
            if (factor, addend) != (1.0, 0.0) {
                values.par_iter_mut().for_each(|v| *v = *v * factor + addend);
            }
            Plane::from_f32(width, height, values)
        }
    }
}

/// A plane that holds one code everywhere.
pub(crate) fn flat_plane((width, height): (u32, u32), sample: Sample, code: f64) -> Result<Plane, FrameError> {
    write_plane((width, height), sample, vec![code as f32; width as usize * height as usize], (1.0, 0.0))
}
