//! Stills: one frame to a PNG.

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::Path;

use image::codecs::png::{CompressionType, FilterType, PngEncoder};
use image::{ExtendedColorType, ImageEncoder};

use super::error::MediaError;
use super::pending::Pending;
use crate::frame::{Family, Frame, Sample};

/// Writes an R'G'B' or grey frame, with or without alpha, to the PNG file `path`: 8-bit samples as 8 bits, deeper ones
/// and floats (clipped to 0..1) as 16 bits. Nothing is left under that name unless it is whole.
///
/// # Errors
/// [`MediaError::CannotHold`] for Y'CbCr (convert to R'G'B' first), [`MediaError::Write`] when the disk refuses.
pub fn write_png(path: &Path, frame: &Frame) -> Result<(), MediaError> {
    if frame.layout.family == Family::Yuv {
        return Err(MediaError::CannotHold {
            path: path.into(),
            codec: "PNG".into(),
            layout: frame.layout.name(),
            advice: "convert the frame to RGB first".into(),
        });
    }
    let pending = Pending::new(path)?;
    let failed = |reason: String| MediaError::Write { path: path.into(), reason };
    let deep = frame.layout.sample != Sample::U8;
    let kind = match (frame.layout.family, frame.layout.alpha, deep) {
        (Family::Gray, false, false) => ExtendedColorType::L8,
        (Family::Gray, true, false) => ExtendedColorType::La8,
        (Family::Gray, false, true) => ExtendedColorType::L16,
        (Family::Gray, true, true) => ExtendedColorType::La16,
        (_, false, false) => ExtendedColorType::Rgb8,
        (_, true, false) => ExtendedColorType::Rgba8,
        (_, false, true) => ExtendedColorType::Rgb16,
        (_, true, true) => ExtendedColorType::Rgba16,
    };
    let bytes = if deep { bytemuck::cast_slice(&words(frame)).to_vec() } else { octets(frame) };
    let file = File::create(pending.path()).map_err(|e| failed(e.to_string()))?;
    let mut file = BufWriter::new(file);
    PngEncoder::new_with_quality(&mut file, CompressionType::Fast, FilterType::Adaptive)
        .write_image(&bytes, frame.width, frame.height, kind)
        .map_err(|e| failed(e.to_string()))?;
    file.flush().map_err(|e| failed(e.to_string()))?;
    drop(file);
    pending.commit()
}

/// Samples of all planes, pixel by pixel, in 8 bits.
fn octets(frame: &Frame) -> Vec<u8> {
    interleave(frame, |plane, y, row| row.extend_from_slice(plane.row_u8(y)))
}

/// Samples of all planes, pixel by pixel, spread over 16 bits.
fn words(frame: &Frame) -> Vec<u16> {
    let max = match frame.layout.sample {
        Sample::U16 { bits } => (1u64 << bits) - 1,
        _ => 65_535,
    };
    let spread = |v: &u16| ((u64::from(*v).min(max) * 65_535 + max / 2) / max) as u16;
    interleave(frame, |plane, y, row| match frame.layout.sample {
        Sample::F32 => row.extend(plane.row_f32(y).iter().map(|v| (v.clamp(0.0, 1.0) * 65_535.0).round() as u16)),
        _ => row.extend(plane.row_u16(y).iter().map(spread)),
    })
}

fn interleave<T: Copy + Default>(frame: &Frame, read: impl Fn(&crate::frame::Plane, u32, &mut Vec<T>)) -> Vec<T> {
    let channels = frame.planes().len();
    let width = frame.width as usize;
    let mut all = vec![T::default(); channels * width * frame.height as usize];
    let mut row = Vec::with_capacity(width);
    for (y, line) in all.chunks_exact_mut(channels * width).enumerate() {
        for (c, plane) in frame.planes().iter().enumerate() {
            row.clear();
            read(plane, y as u32, &mut row);
            line.iter_mut().skip(c).step_by(channels).zip(&row).for_each(|(to, from)| *to = *from);
        }
    }
    all
}
