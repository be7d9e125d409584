//! The twin of `canvas.wgsl`: draws the same with no graphics device.

use image::RgbaImage;
use rayon::prelude::*;

use crate::frame::Image;

use super::canvas::{Part, Side, Sources, Spec, View};

/// Draws into `out` what the canvas would, over the part of `spec.viewport` that lies in it.
pub fn draw_cpu(spec: &Spec, sources: &Sources<'_, Image, RgbaImage>, out: &mut RgbaImage) {
    let (a, b) = (sources.a, sources.b);
    if a.plane_len() == 0 || b.is_some_and(|b| b.plane_len() == 0) {
        return;
    }
    let parts = spec.parts(b.is_some());
    let b = b.unwrap_or(a);
    let size = |image: &Image| (image.width, image.height);
    let smooth = spec.smooth(size(a));
    let (width, height) = (out.width() as usize, out.height() as usize);
    let edge = |at: f32, most: usize| (at.max(0.0) as usize).min(most);
    for (part, region) in parts {
        let over = part.over(sources).filter(|over| over.width() > 0 && over.height() > 0);
        let over_size = over.map_or((1, 1), RgbaImage::dimensions);
        let view = spec.view((part, region), size(a), size(b), over_size);
        let look = Look { a, b, over, smooth, smooth_over: spec.smooth_over(part, over_size) };
        let [left, top, ..] = view.viewport;
        let columns = edge(left + region[0], width)..edge(left + region[2], width);
        let rows = edge(top + region[1], height)..edge(top + region[3], height);
        let bytes: &mut [u8] = out;
        bytes.par_chunks_mut(width * 4).enumerate().skip(rows.start).take(rows.len()).for_each(|(y, row)| {
            for x in columns.clone() {
                let at = [x as f32 + 0.5 - left - view.picture[0], y as f32 + 0.5 - top - view.picture[1]];
                let value = if outside(at, &view) { [view.surround; 3] } else { look.shown(part, at, &view) };
                let code = value.map(|v| (v.clamp(0.0, 1.0) * 255.0 + 0.5) as u8);
                row[x * 4..x * 4 + 4].copy_from_slice(&[code[0], code[1], code[2], 255]);
            }
        });
    }
}

fn outside(at: [f32; 2], view: &View) -> bool {
    at[0] < 0.0 || at[1] < 0.0 || at[0] >= view.picture[2] || at[1] >= view.picture[3]
}

/// What a part is drawn from.
struct Look<'a> {
    a: &'a Image,
    b: &'a Image,
    over: Option<&'a RgbaImage>,
    smooth: bool,
    smooth_over: bool,
}

impl Look<'_> {
    fn shown(&self, part: Part, at: [f32; 2], view: &View) -> [f32; 3] {
        let look = |image: &Image, side: &Side| mean(|x, y| image.pixel(x, y), stored(at, side), side, self.smooth);
        match part {
            Part::A => self.washed(look(self.a, &view.a), at, view),
            Part::B => self.washed(look(self.b, &view.a), at, view),
            Part::Difference(gain) => {
                let (a, b) = (look(self.a, &view.a), look(self.b, &view.b));
                std::array::from_fn(|c| 0.5 + gain * (b[c] - a[c]))
            }
        }
    }

    /// A picture's pixel under what lies over it.
    fn washed(&self, pixel: [f32; 3], at: [f32; 2], view: &View) -> [f32; 3] {
        let over = self.over.map_or([0.0; 4], |over| {
            let texel = |x, y| over.get_pixel(x, y).0.map(|v| f32::from(v) / 255.0);
            mean(texel, stored(at, &view.over), &view.over, self.smooth_over)
        });
        let pixel = pixel.map(|v| v.clamp(0.0, 1.0));
        let grey = 0.2126 * pixel[0] + 0.7152 * pixel[1] + 0.0722 * pixel[2];
        std::array::from_fn(|c| {
            let below = view.light * (pixel[c] + (grey - pixel[c]) * view.grey);
            below * (1.0 - view.cover * over[3]) + view.cover * over[c]
        })
    }
}

fn stored(at: [f32; 2], side: &Side) -> [f32; 2] {
    let Side { size, scale, .. } = side;
    match side.turns {
        1 => [at[1] * scale[0], size[1] - at[0] * scale[1]],
        2 => [size[0] - at[0] * scale[0], size[1] - at[1] * scale[1]],
        3 => [size[0] - at[1] * scale[0], at[0] * scale[1]],
        _ => [at[0] * scale[0], at[1] * scale[1]],
    }
}

/// The mean of the texels under a box around `at`, or the nearest one.
fn mean<const N: usize>(texel: impl Fn(u32, u32) -> [f32; N], at: [f32; 2], side: &Side, smooth: bool) -> [f32; N] {
    let Side { size, reach, .. } = side;
    if !smooth {
        let nearest = |axis: usize| at[axis].clamp(0.0, size[axis] - 1.0) as u32;
        return texel(nearest(0), nearest(1));
    }
    let low = [0, 1].map(|axis| (at[axis] - reach[axis] * 0.5).max(0.0));
    let high = [0, 1].map(|axis| (at[axis] + reach[axis] * 0.5).min(size[axis]));
    let stride = reach.map(|reach| (reach / 64.0).ceil().max(1.0));
    let (mut sum, mut weights) = ([0.0; N], 0.0);
    // Casts cut towards zero, which is down here.
    let mut y = low[1] as u32 as f32;
    while y < high[1] {
        let down = high[1].min(y + stride[1]) - low[1].max(y);
        let mut x = low[0] as u32 as f32;
        while x < high[0] {
            let weight = down * (high[0].min(x + stride[0]) - low[0].max(x));
            let value = texel(x as u32, y as u32);
            for c in 0..N {
                sum[c] += weight * value[c];
            }
            weights += weight;
            x += stride[0];
        }
        y += stride[1];
    }
    sum.map(|v| v / weights)
}
