//! Where chroma samples lie, and how they are spread over the luma grid and gathered from it.
//!
//! Along an axis subsampled by `n = 2^shift`, chroma sample `i` lies at luma index `n * i + o`, where `o` is 0 (on the
//! first luma sample), `(n - 1) / 2` (between) or `n - 1` (on the last). Spreading is linear between the two nearest
//! samples; gathering is the mean of the `n` samples around a chroma sample that lies between, and a triangle of radius
//! `n` (1 2 1 for n = 2) around one that lies on a luma sample. Both hold the edge. Weights add up to 1, so a flat
//! colour stays flat.

use rayon::prelude::*;

use crate::frame::Siting;

/// Offset of the first chroma sample from the first luma sample, in luma samples, across and down.
pub(crate) fn offsets(siting: Siting, (shift_x, shift_y): (u8, u8)) -> (f64, f64) {
    let last = |shift: u8| f64::from((1u32 << shift) - 1);
    let (mid_x, mid_y) = (last(shift_x) / 2.0, last(shift_y) / 2.0);
    match siting {
        Siting::Left => (0.0, mid_y),
        Siting::Center | Siting::Unknown => (mid_x, mid_y),
        Siting::TopLeft => (0.0, 0.0),
        Siting::Top => (mid_x, 0.0),
        Siting::BottomLeft => (0.0, last(shift_y)),
        Siting::Bottom => (mid_x, last(shift_y)),
    }
}

/// For a luma index: the two chroma samples it lies between, and the share (0..1) of the second.
#[derive(Clone, Copy, PartialEq, Debug)]
pub(crate) struct Between {
    pub first: u32,
    pub second: u32,
    pub share: f32,
}

/// [`Between`] for each of `luma` indices over `chroma` samples.
pub(crate) fn spread(luma: u32, chroma: u32, shift: u8, offset: f64) -> Vec<Between> {
    let last = chroma - 1;
    let step = f32::from(1u16 << shift);
    (0..luma)
        .map(|x| {
            let at = ((x as f32 - offset as f32) / step).clamp(0.0, last as f32);
            let first = (at.floor() as u32).min(last);
            Between { first, second: (first + 1).min(last), share: at - first as f32 }
        })
        .collect()
}

/// Chroma of size `to` gathered from values on the luma grid of size `from`.
pub(crate) fn gather(values: &[f32], from: (u32, u32), to: (u32, u32), shift: (u8, u8), siting: Siting) -> Vec<f32> {
    let (offset_x, offset_y) = offsets(siting, shift);
    let across = window(shift.0, offset_x);
    let down = window(shift.1, offset_y);
    let (width, to_width) = (from.0 as usize, to.0 as usize);
    let mut out = vec![0.0; to_width * to.1 as usize];
    out.par_chunks_mut(to_width).enumerate().for_each_init(
        || vec![0.0f32; width],
        |column, (j, row)| {
            column.fill(0.0);
            for &(delta, weight) in &down {
                let y = held((j << shift.1) as i64 + delta, from.1);
                let line = &values[y * width..(y + 1) * width];
                column.iter_mut().zip(line).for_each(|(sum, v)| *sum += weight * v);
            }
            for (i, o) in row.iter_mut().enumerate() {
                let at = |delta: i64| column[held((i << shift.0) as i64 + delta, from.0)];
                *o = across.iter().map(|&(delta, weight)| weight * at(delta)).sum();
            }
        },
    );
    out
}

fn held(index: i64, len: u32) -> usize {
    index.clamp(0, i64::from(len) - 1) as usize
}

/// Luma indices relative to `n * i`, and their weights.
fn window(shift: u8, offset: f64) -> Vec<(i64, f32)> {
    let n = 1i64 << shift;
    if offset.fract() != 0.0 || n == 1 {
        return (0..n).map(|d| (d, 1.0 / n as f32)).collect();
    }
    let (centre, total) = (offset as i64, (n * n) as f32);
    (1 - n..n).map(|d| (centre + d, (n - d.abs()) as f32 / total)).collect()
}
