//! Edits of planes, each on the grid it is stored on.

use crate::frame::{ColorInfo, Family, Frame, Layout, Sample};

use super::coding::{levels, luma_weights};
use super::encode::weigh;
use super::samples::{read_plane, write_plane};
use super::{ColorError, resolve, to_rgb};

/// One plane, to edit in place: rows of `width` without padding, as the float samples of [`Sample::F32`].
pub struct Edited<'a> {
    pub samples: &'a mut Vec<f32>,
    pub width: usize,
    pub height: usize,
    /// log2 of how much coarser than luma the plane's grid is, across and down.
    pub shift: (u8, u8),
}

/// Gives every plane but alpha to `f`, in their order, and makes a float frame of what `f` leaves: YUV and grey in the
/// same subsampling and tags, alpha untouched; RGB as full-range R'G'B', alpha left out.
///
/// # Errors
/// As [`to_rgb`].
pub fn with_planes(frame: &Frame, mut f: impl FnMut(Edited<'_>)) -> Result<Frame, ColorError> {
    if frame.layout.family == Family::Rgb {
        let mut image = to_rgb(frame)?;
        let (width, height) = (image.width as usize, image.height as usize);
        for c in 0..3 {
            let mut samples = image.channel(c).to_vec();
            f(Edited { samples: &mut samples, width, height, shift: (0, 0) });
            image.channel_mut(c).copy_from_slice(&samples);
        }
        return Ok(image.into_frame(ColorInfo::rgb(frame.color.primaries, frame.color.transfer))?);
    }
    floats(frame, |index, plane| {
        if !frame.layout.alpha || index + 1 < frame.layout.planes() {
            f(plane);
        }
    })
}

/// Gives the colour of a picture without its luma to `f`, and makes a float frame of what `f` leaves; luma and alpha
/// keep their values exactly. YUV: the two chroma planes on their own grids. RGB: R-Y, G-Y and B-Y, on the scale of
/// R'G'B', with Y by the primaries' coefficients; an edit that is linear leaves Y as it is. Grey has no colour.
///
/// # Errors
/// As [`to_rgb`].
pub fn with_chroma(frame: &Frame, mut f: impl FnMut(Edited<'_>)) -> Result<Frame, ColorError> {
    if frame.layout.family != Family::Rgb {
        let color = frame.layout.family == Family::Yuv;
        return floats(frame, |index, plane| {
            if color && (index == 1 || index == 2) {
                f(plane);
            }
        });
    }
    let mut image = to_rgb(frame)?;
    let (width, height) = (image.width as usize, image.height as usize);
    let resolved = resolve(&frame.color, &frame.layout, frame.width, frame.height);
    let luma = weigh(&image, luma_weights(resolved.primaries).map(|w| w as f32));
    for channel in image.channels_mut() {
        let mut samples: Vec<f32> = channel.iter().zip(&luma).map(|(v, y)| v - y).collect();
        f(Edited { samples: &mut samples, width, height, shift: (0, 0) });
        channel.iter_mut().zip(samples.iter().zip(&luma)).for_each(|(v, (c, y))| *v = c + y);
    }
    Ok(image.into_frame(ColorInfo::rgb(frame.color.primaries, frame.color.transfer))?)
}

/// A YUV or grey frame in floats, each plane passed through `f` with its number.
fn floats(frame: &Frame, mut f: impl FnMut(usize, Edited<'_>)) -> Result<Frame, ColorError> {
    let layout = Layout { sample: Sample::F32, ..frame.layout };
    let resolved = resolve(&frame.color, &frame.layout, frame.width, frame.height);
    let mut planes = Vec::with_capacity(layout.planes());
    for (index, plane) in frame.planes().iter().enumerate() {
        let from = levels(&frame.layout, resolved.matrix, resolved.range, index);
        let to = levels(&layout, resolved.matrix, resolved.range, index);
        let mut samples = read_plane(plane, frame.layout.sample, from.onto(&to));
        let chroma = layout.family == Family::Yuv && (index == 1 || index == 2);
        let shift = if chroma { layout.chroma_shift } else { (0, 0) };
        let (width, height) = (plane.width as usize, plane.height as usize);
        f(index, Edited { samples: &mut samples, width, height, shift });
        planes.push(write_plane((plane.width, plane.height), Sample::F32, samples, (1.0, 0.0))?);
    }
    Ok(Frame::new(frame.width, frame.height, layout, frame.color, planes)?)
}
