//! Native planes to R'G'B' floats. The twin of `planes.wgsl`.

use rayon::prelude::*;

use crate::frame::{Family, Frame, Image};

use super::chroma::{Between, offsets, spread};
use super::coding::Coding;
use super::samples::read_row;
use super::{ColorError, resolve};

/// Converts `frame` to gamma-encoded R'G'B', 0..1 nominal and not clipped. What the tags leave open is resolved by
/// [`resolve`]; chroma is spread bilinearly by its siting; alpha is left out.
///
/// # Errors
/// [`ColorError::Subsampling`] for chroma subsampled by more than 4.
pub fn to_rgb(frame: &Frame) -> Result<Image, ColorError> {
    let layout = &frame.layout;
    if layout.chroma_shift.0 > 2 || layout.chroma_shift.1 > 2 {
        return Err(ColorError::Subsampling { layout: layout.name() });
    }
    let resolved = resolve(&frame.color, layout, frame.width, frame.height);
    let coding = Coding::decoding(layout, &resolved);
    let (chroma_width, chroma_height) = layout.plane_size(1, frame.width, frame.height);
    let (offset_x, offset_y) = offsets(resolved.siting, layout.chroma_shift);
    let across = spread(frame.width, chroma_width, layout.chroma_shift.0, offset_x);
    let down = spread(frame.height, chroma_height, layout.chroma_shift.1, offset_y);

    let width = frame.width as usize;
    let mut image = Image::new(frame.width, frame.height);
    let [red, green, blue] = image.channels_mut();
    let rows = red.par_chunks_mut(width).zip(green.par_chunks_mut(width)).zip(blue.par_chunks_mut(width));
    rows.enumerate().for_each_init(
        || Scratch::new(chroma_width as usize),
        |scratch, (y, ((r, g), b))| {
            read_row(frame.plane(0), layout.sample, y as u32, r);
            match layout.family {
                Family::Gray => {
                    g.copy_from_slice(r);
                    b.copy_from_slice(r);
                }
                _ if layout.chroma_shift == (0, 0) => {
                    read_row(frame.plane(1), layout.sample, y as u32, g);
                    read_row(frame.plane(2), layout.sample, y as u32, b);
                }
                _ => {
                    scratch.spread_row(frame, 1, down[y], &across, g);
                    scratch.spread_row(frame, 2, down[y], &across, b);
                }
            }
            apply(&coding, layout.family == Family::Yuv, r, g, b);
        },
    );
    Ok(image)
}

/// Codes in `a`, `b`, `c` become red, green and blue in place.
fn apply(coding: &Coding, mix: bool, a: &mut [f32], b: &mut [f32], c: &mut [f32]) {
    let Coding { scale, bias, matrix: m } = coding;
    for ((a, b), c) in a.iter_mut().zip(b).zip(c) {
        let (x, y, z) = (*a * scale[0] + bias[0], *b * scale[1] + bias[1], *c * scale[2] + bias[2]);
        if mix {
            *a = m[0][0] * x + m[0][1] * y + m[0][2] * z;
            *b = m[1][0] * x + m[1][1] * y + m[1][2] * z;
            *c = m[2][0] * x + m[2][1] * y + m[2][2] * z;
        } else {
            (*a, *b, *c) = (x, y, z);
        }
    }
}

/// Two chroma rows at hand.
struct Scratch {
    upper: Vec<f32>,
    lower: Vec<f32>,
}

impl Scratch {
    fn new(width: usize) -> Self {
        Self { upper: vec![0.0; width], lower: vec![0.0; width] }
    }

    /// Codes of chroma plane `index` for one luma row: mixed downwards by `down`, then across by `across`.
    fn spread_row(&mut self, frame: &Frame, index: usize, down: Between, across: &[Between], out: &mut [f32]) {
        read_row(frame.plane(index), frame.layout.sample, down.first, &mut self.upper);
        if down.share > 0.0 {
            read_row(frame.plane(index), frame.layout.sample, down.second, &mut self.lower);
            for (u, l) in self.upper.iter_mut().zip(&self.lower) {
                *u += (l - *u) * down.share;
            }
        }
        for (o, at) in out.iter_mut().zip(across) {
            let (first, second) = (self.upper[at.first as usize], self.upper[at.second as usize]);
            *o = first + (second - first) * at.share;
        }
    }
}
