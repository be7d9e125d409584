//! `pulse S`: a face that was never there, painted so that it is gone once the picture is shrunk by S.
//!
//! PULSE (Menon, Damian, Hu, Ravi and Rudin, 2020) looks for a sharp picture that shrinks back to a given small one, and
//! finds somebody else's face. This stage shows the same with a drawing: whatever of it a box or a bicubic would carry
//! down is taken out, and what is left says nothing to the input and everything to the eye.

use std::sync::Arc;

use rayon::prelude::*;

use crate::color::{Axis, Kernel, resize_plane, with_luma};
use crate::frame::FrameSource;

use super::FilterError;
use super::wrap::{in_floats, wrap};

/// The smallest and the largest factor.
pub const PULSE_FACTORS: (u32, u32) = (2, 16);
/// The most by which a sample is moved, in codes of the 8-bit scale.
const MOST: f32 = 64.0;
/// Height of the face in parts of the picture's.
const TALL: f64 = 0.42;
/// Rounds of taking out what shrinking carries.
const ROUNDS: usize = 60;
/// Cells beyond the drawing that see it when the picture is shrunk.
const AROUND: usize = 3;

/// Paints a face about (`x`, `y`), in fractions of width and height, on every frame: luma alone, float, not clipped. Shrunk
/// by `factor` (box or bicubic, edges meeting) the picture is what it was, to a code and a half, or to two and a half
/// for a factor of 2.
///
/// # Errors
/// [`FilterError::Pulse`].
pub fn pulse(
    input: Box<dyn FrameSource>,
    factor: u32,
    (x, y): (f64, f64),
) -> Result<Box<dyn FrameSource>, FilterError> {
    if !(PULSE_FACTORS.0..=PULSE_FACTORS.1).contains(&factor) || !(0.0..=1.0).contains(&x) || !(0.0..=1.0).contains(&y)
    {
        return Err(FilterError::Pulse { factor, least: PULSE_FACTORS.0, most: PULSE_FACTORS.1 });
    }
    let info = input.info();
    let face = Arc::new(Face::new((info.width, info.height), factor, (x, y)));
    let stage = format!("pulse {factor}");
    let note = format!("{stage}: a face was painted in that is gone when the picture is shrunk by {factor}");
    let describe = |info: &mut crate::frame::SourceInfo| {
        in_floats(info);
        info.notes.push(note);
    };
    Ok(wrap(input, &stage, face.is_empty(), describe, move |frame, _| {
        Ok(with_luma(frame, |luma, width, _| face.paint(luma, width))?)
    }))
}

/// What is added to luma, on a rectangle of whole cells.
struct Face {
    left: usize,
    top: usize,
    width: usize,
    samples: Vec<f32>,
}

impl Face {
    /// Empty where the picture is too small for a face of a few cells.
    fn new((width, height): (u32, u32), factor: u32, (x, y): (f64, f64)) -> Self {
        let cell = |side: f64, most: u32| {
            let cells = (side / f64::from(factor)).round() as u32;
            (cells.min(most / factor).max(1) * factor) as usize
        };
        let tall = cell(TALL * f64::from(height), height);
        let wide = cell(0.8 * TALL * f64::from(height), width);
        let place = |centre: f64, side: usize, most: u32| {
            let start = (centre * f64::from(most) - 0.5 * side as f64).max(0.0) as usize / factor as usize;
            start.min((most as usize - side) / factor as usize) * factor as usize
        };
        let (left, top) = (place(x, wide, width), place(y, tall, height));
        if wide < 8 * factor as usize || tall < 8 * factor as usize {
            return Self { left, top, width: 0, samples: Vec::new() };
        }
        Self { left, top, width: wide, samples: vanishing(drawn(wide, tall, factor), (wide, tall), factor) }
    }

    fn is_empty(&self) -> bool {
        self.samples.is_empty()
    }

    fn paint(&self, luma: &mut [f32], width: usize) {
        let rows = luma[self.top * width..].par_chunks_mut(width).zip(self.samples.par_chunks(self.width));
        rows.for_each(|(row, face)| row[self.left..].iter_mut().zip(face).for_each(|(v, f)| *v += f));
    }
}

/// A face of strokes about half a cell wide, 0 to 1.
fn drawn(width: usize, height: usize, factor: u32) -> Vec<f32> {
    let (w, h) = (width as f32, height as f32);
    // A margin in which nothing is drawn, so that what is taken out stays inside.
    let (cx, cy, rx, ry) = (0.5 * w, 0.5 * h, 0.34 * w, 0.40 * h);
    let stroke = 0.3 * factor as f32;
    let near = |distance: f32| (1.0 + stroke - distance.abs()).clamp(0.0, 1.0);
    let ring = |x: f32, y: f32, (ox, oy, a, b): (f32, f32, f32, f32)| {
        let (u, v) = ((x - cx - ox * rx) / (a * rx), (y - cy - oy * ry) / (b * ry));
        let r = (u * u + v * v).sqrt();
        // Samples from the curve, about.
        (near((r - 1.0) * (a * rx).min(b * ry)), u, v)
    };
    let value = |x: f32, y: f32| {
        let head = ring(x, y, (0.0, 0.0, 1.0, 1.0)).0;
        let eyes = [-0.38f32, 0.38].map(|side| {
            let pupil = ring(x, y, (side, -0.18, 0.07, 0.05)).0;
            let brow = ring(x, y, (side, -0.22, 0.26, 0.2));
            ring(x, y, (side, -0.18, 0.2, 0.1)).0.max(pupil).max(if brow.2 < -0.45 { brow.0 } else { 0.0 })
        });
        let nose = ring(x, y, (0.0, 0.12, 0.12, 0.14));
        let mouth = ring(x, y, (0.0, 0.28, 0.44, 0.3));
        let lip = ring(x, y, (0.0, 0.18, 0.5, 0.34));
        let hair = ring(x, y, (0.0, -0.1, 0.86, 0.72));
        let below = |(value, _, v): (f32, f32, f32), from: f32| if v > from { value } else { 0.0 };
        let fringe = if hair.2 < -0.5 { hair.0 } else { 0.0 };
        head.max(eyes[0]).max(eyes[1]).max(below(nose, 0.2)).max(below(mouth, 0.35)).max(below(lip, 0.6)).max(fringe)
    };
    let all = (0..height).flat_map(|y| (0..width).map(move |x| (x as f32 + 0.5, y as f32 + 0.5)));
    all.map(|(x, y)| value(x, y)).collect()
}

/// The drawing without what a box or a bicubic carries down, at most [`MOST`] codes strong: both are taken out in turns
/// until hardly anything is left. Around it stand empty cells, as on the picture, and what is taken out stays within it.
fn vanishing(drawing: Vec<f32>, (width, height): (usize, usize), factor: u32) -> Vec<f32> {
    let factor = factor as usize;
    let pad = AROUND * factor;
    let (w, h) = (width + 2 * pad, height + 2 * pad);
    let [across, down] = [w, h].map(|side| Axis::centred(side as u32, (side / factor) as u32));
    let [wider, taller] = [w, h].map(|side| Axis::centred((side / factor) as u32, side as u32));
    let mut all = vec![0.0f32; w * h];
    let inside = |all: &mut [f32], with: &mut dyn FnMut(usize, &mut [f32])| {
        for (y, row) in all.chunks_exact_mut(w).skip(pad).take(height).enumerate() {
            with(y, &mut row[pad..pad + width]);
        }
    };
    inside(&mut all, &mut |y, row| row.copy_from_slice(&drawing[y * width..(y + 1) * width]));
    for _ in 0..ROUNDS {
        for kernel in [Kernel::Box, Kernel::Bicubic] {
            let small = resize_plane(all.clone(), &across, &down, kernel);
            let back = resize_plane(small, &wider, &taller, kernel);
            inside(&mut all, &mut |y, row| {
                let from = (y + pad) * w + pad;
                row.iter_mut().zip(&back[from..from + width]).for_each(|(v, b)| *v -= b);
            });
        }
    }
    let mut left = Vec::with_capacity(width * height);
    inside(&mut all, &mut |_, row| left.extend_from_slice(row));
    let most = left.iter().fold(0.0f32, |most, v| most.max(v.abs()));
    left.into_iter().map(|v| v * MOST / most.max(1e-6)).collect()
}
