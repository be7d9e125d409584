//! R'G'B' floats to native planes.

use rayon::prelude::*;

use crate::frame::{Frame, FrameError, Image};

use super::chroma::gather;
use super::coding::{encoding_rows, levels};
use super::samples::{flat_plane, write_plane};
use super::{ColorError, Kernel, Target, resize, resolve};

/// Converts `image` to the planes of `target`. Integers are rounded half up and held to the codes the layout has (not
/// to 16..235); chroma is gathered by its siting (mean where it lies between luma samples, triangle where it lies on
/// one); alpha becomes opaque. A picture of another size is resized first, bicubic.
///
/// # Errors
/// [`ColorError::Frame`] for an empty picture, [`ColorError::Subsampling`] for chroma subsampled by more than 4.
pub fn from_rgb(image: &Image, target: &Target) -> Result<Frame, ColorError> {
    if (image.width, image.height) != (target.width, target.height) {
        let sized = resize(image, target.width, target.height, Kernel::Bicubic);
        if target.width == 0 || target.height == 0 {
            let layout = target.layout.name();
            return Err(FrameError::Planes { width: target.width, height: target.height, layout, have: 0 }.into());
        }
        return from_rgb(&sized, target);
    }
    let layout = target.layout;
    if layout.chroma_shift.0 > 2 || layout.chroma_shift.1 > 2 {
        return Err(ColorError::Subsampling { layout: layout.name() });
    }
    let resolved = resolve(&target.color, &layout, target.width, target.height);
    let rows = encoding_rows(&layout, &resolved);
    let size = (target.width, target.height);
    let mut planes = Vec::with_capacity(layout.planes());
    for (index, row) in rows.into_iter().enumerate().take(layout.planes() - usize::from(layout.alpha)) {
        let level = levels(&layout, resolved.matrix, resolved.range, index);
        let plane_size = layout.plane_size(index, target.width, target.height);
        let mut values = weigh(image, row);
        if index > 0 && layout.chroma_shift != (0, 0) {
            values = gather(&values, size, plane_size, layout.chroma_shift, resolved.siting);
        }
        planes.push(write_plane(plane_size, layout.sample, values, (level.gain, level.offset))?);
    }
    if layout.alpha {
        let level = levels(&layout, resolved.matrix, resolved.range, layout.planes() - 1);
        planes.push(flat_plane(size, layout.sample, level.gain)?);
    }
    Ok(Frame::new(target.width, target.height, layout, target.color, planes)?)
}

/// One value a pixel: the weighted sum of its red, green and blue.
pub(crate) fn weigh(image: &Image, [wr, wg, wb]: [f32; 3]) -> Vec<f32> {
    let (r, g, b) = (image.channel(0), image.channel(1), image.channel(2));
    let mut out = vec![0.0; image.plane_len()];
    let width = (image.width as usize).max(1);
    let rows = r.par_chunks(width).zip(g.par_chunks(width)).zip(b.par_chunks(width));
    out.par_chunks_mut(width).zip(rows).for_each(|(row, ((r, g), b))| {
        for (((o, r), g), b) in row.iter_mut().zip(r).zip(g).zip(b) {
            *o = wr * r + wg * g + wb * b;
        }
    });
    out
}
