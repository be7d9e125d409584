//! Edits of luma alone.

use crate::frame::{ColorInfo, Family, Frame, Layout, Sample};

use super::coding::{Levels, levels, luma_weights};
use super::encode::weigh;
use super::samples::{read_plane, write_plane};
use super::{ColorError, resolve, to_rgb};

/// Gives luma to `f` as code values on the 8-bit scale (rows without padding, width, height) and puts back what it
/// leaves there.
///
/// - YUV: the Y plane in its own range (16..235 or 0..255). The result is float YUV of the same subsampling and tags;
///   chroma and alpha keep their values exactly.
/// - Grey: 0..255 for black to white; the result is float grey.
/// - RGB: 0..255, weighted by the primaries' coefficients; the change of luma is added to R, G and B alike. The result
///   is float RGB; alpha is left out.
///
/// # Errors
/// As [`to_rgb`].
pub fn with_luma(frame: &Frame, f: impl FnOnce(&mut [f32], usize, usize)) -> Result<Frame, ColorError> {
    let (width, height) = (frame.width as usize, frame.height as usize);
    if frame.layout.family == Family::Rgb {
        return with_rgb_luma(frame, f);
    }
    let layout = Layout { sample: Sample::F32, ..frame.layout };
    let resolved = resolve(&frame.color, &frame.layout, frame.width, frame.height);
    let gray = layout.family == Family::Gray;
    let mut f = Some(f);
    let mut planes = Vec::with_capacity(layout.planes());
    for (index, plane) in frame.planes().iter().enumerate() {
        let from = levels(&frame.layout, resolved.matrix, resolved.range, index);
        let to = levels(&layout, resolved.matrix, resolved.range, index);
        let size = (plane.width, plane.height);
        planes.push(match f.take_if(|_| index == 0) {
            Some(f) => {
                let edited = if gray { Levels { gain: 255.0, offset: 0.0 } } else { to };
                let mut codes = read_plane(plane, frame.layout.sample, from.onto(&edited));
                f(&mut codes, width, height);
                write_plane(size, Sample::F32, codes, edited.onto(&to))?
            }
            None => write_plane(size, Sample::F32, read_plane(plane, frame.layout.sample, from.onto(&to)), (1.0, 0.0))?,
        });
    }
    Ok(Frame::new(frame.width, frame.height, layout, frame.color, planes)?)
}

fn with_rgb_luma(frame: &Frame, f: impl FnOnce(&mut [f32], usize, usize)) -> Result<Frame, ColorError> {
    let mut image = to_rgb(frame)?;
    let resolved = resolve(&frame.color, &frame.layout, frame.width, frame.height);
    let weights = luma_weights(resolved.primaries).map(|w| (w * 255.0) as f32);
    let before = weigh(&image, weights);
    let mut after = before.clone();
    f(&mut after, frame.width as usize, frame.height as usize);
    for channel in image.channels_mut() {
        for ((v, new), old) in channel.iter_mut().zip(&after).zip(&before) {
            *v += (new - old) / 255.0;
        }
    }
    Ok(image.into_frame(ColorInfo::rgb(frame.color.primaries, frame.color.transfer))?)
}
