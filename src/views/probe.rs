//! The colour of one sample, without converting the whole picture.

use bytes::Bytes;

use crate::color;
use crate::frame::{Frame, Plane};

/// Samples kept on every side, so that chroma is interpolated as in the whole picture. A multiple of every subsampling.
const REACH: u32 = 8;

/// Gamma-encoded R'G'B' (nominal 0..1, not clipped) of the sample at (x, y); `None` outside the picture.
pub fn rgb_at(frame: &Frame, x: u32, y: u32) -> Option<[f32; 3]> {
    if x >= frame.width || y >= frame.height {
        return None;
    }
    let (x0, y0) = (x.saturating_sub(REACH) / REACH * REACH, y.saturating_sub(REACH) / REACH * REACH);
    let (x1, y1) = ((x + 2 * REACH).min(frame.width), (y + 2 * REACH).min(frame.height));
    let part = crop(frame, [x0, y0, x1, y1])?;
    let image = color::to_rgb(&part).ok()?;
    Some(image.pixel(x - x0, y - y0))
}

/// A copy of the samples from (x0, y0) up to (x1, y1); the start lies on the chroma grid.
fn crop(frame: &Frame, [x0, y0, x1, y1]: [u32; 4]) -> Option<Frame> {
    let (width, height) = (x1 - x0, y1 - y0);
    let size = frame.layout.sample.bytes();
    let mut planes = Vec::new();
    for (i, plane) in frame.planes().iter().enumerate() {
        let (w, h) = frame.layout.plane_size(i, width, height);
        let (sx, sy) = if (plane.width, plane.height) == (frame.width, frame.height) {
            (0, 0)
        } else {
            (u32::from(frame.layout.chroma_shift.0), u32::from(frame.layout.chroma_shift.1))
        };
        let (px, py) = (x0 >> sx, y0 >> sy);
        let mut bytes = Vec::with_capacity(w as usize * h as usize * size);
        for row in py..py + h {
            let start = px as usize * size;
            bytes.extend_from_slice(plane.row_bytes(row, size).get(start..start + w as usize * size)?);
        }
        planes.push(aligned(w, h, frame, bytes)?);
    }
    let mut color = frame.color;
    let resolved = color::resolve(&frame.color, &frame.layout, frame.width, frame.height);
    // The guesses depend on the size of the whole picture: they are made before it is cut.
    (color.matrix, color.primaries, color.transfer) = (resolved.matrix, resolved.primaries, resolved.transfer);
    (color.range, color.siting) = (resolved.range, resolved.siting);
    Frame::new(width, height, frame.layout, color, planes).ok()
}

/// Bytes of a vector need not be aligned for wide samples: they are copied into one that is.
fn aligned(w: u32, h: u32, frame: &Frame, bytes: Vec<u8>) -> Option<Plane> {
    use crate::frame::Sample;
    match frame.layout.sample {
        Sample::U8 => Plane::new(w, h, Sample::U8, w as usize, Bytes::from(bytes)).ok(),
        Sample::U16 { .. } => Plane::from_u16(w, h, bytemuck::pod_collect_to_vec(&bytes)).ok(),
        Sample::F32 => Plane::from_f32(w, h, bytemuck::pod_collect_to_vec(&bytes)).ok(),
    }
}
