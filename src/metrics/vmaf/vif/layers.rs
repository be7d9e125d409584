//! Maps of coarser grids, laid over the samples of a picture.

use multiversion::multiversion;
use rayon::prelude::*;

use crate::frame::Map;
use crate::metrics::MetricError;

use super::paint::Painted;

/// Maps of several sizes, each with a weight, to be laid over the samples of a picture.
pub(in crate::metrics::vmaf) struct Layers<'a>(Vec<Layer<'a>>);

struct Layer<'a> {
    map: &'a Painted,
    weight: f32,
    fit: Fit,
}

/// How a coarser grid lies under samples.
enum Fit {
    /// A cell covers a square of so many samples each way, a power of two.
    Squares(usize),
    /// By column and by row.
    Covers([Vec<Cover>; 2]),
}

impl<'a> Layers<'a> {
    /// For a picture of so many samples.
    pub fn new((width, height): (usize, usize), maps: impl Iterator<Item = (&'a Painted, f32)>) -> Self {
        let layer = |(map, weight): (&'a Painted, f32)| {
            let side = width / map.width;
            let squares = side.is_power_of_two() && (map.width * side, map.height * side) == (width, height);
            let fit = if squares {
                Fit::Squares(side)
            } else {
                Fit::Covers([covers(width, map.width), covers(height, map.height)])
            };
            Layer { map, weight, fit }
        };
        Self(maps.filter(|(map, _)| map.width > 0 && map.height > 0).map(layer).collect())
    }

    /// Adds all layers to row `y`. Each sample has the mean of what it covers, so that the mean over all samples is
    /// that over the cells.
    pub fn add(&self, y: usize, row: &mut [f32]) {
        for Layer { map, weight, fit } in &self.0 {
            match fit {
                Fit::Squares(side) => add_squares(row, map.row(y / side), *weight, *side),
                Fit::Covers([columns, rows]) => {
                    let Cover { first, second, share } = rows[y];
                    add_covers(row, [map.row(first), map.row(second)], share, columns, *weight);
                }
            }
        }
    }

    /// The sum of all layers as a map.
    ///
    /// # Errors
    /// [`MetricError`] when the size is none.
    pub fn map(&self, (width, height): (u32, u32)) -> Result<Map, MetricError> {
        let mut values = vec![0.0; width as usize * height as usize];
        values.par_chunks_mut(width as usize).enumerate().for_each(|(y, row)| self.add(y, row));
        Map::new(width, height, values).map_err(|error| MetricError::Color(error.to_string()))
    }
}

/// Adds `weight` times each cell to the `side` samples that it covers.
#[multiversion(targets("x86_64+avx512f+avx512bw+avx512dq+avx512vl", "x86_64+avx2", "aarch64+neon"))]
fn add_squares(row: &mut [f32], cells: &[f32], weight: f32, side: usize) {
    match side {
        1 => add_each::<1>(row, cells, weight),
        2 => add_each::<2>(row, cells, weight),
        4 => add_each::<4>(row, cells, weight),
        8 => add_each::<8>(row, cells, weight),
        _ => {
            for (to, cell) in row.chunks_exact_mut(side).zip(cells) {
                to.iter_mut().for_each(|to| *to += weight * cell);
            }
        }
    }
}

#[inline(always)]
fn add_each<const SIDE: usize>(row: &mut [f32], cells: &[f32], weight: f32) {
    for (to, cell) in row.as_chunks_mut::<SIDE>().0.iter_mut().zip(cells) {
        let value = weight * cell;
        for to in to {
            *to += value;
        }
    }
}

fn add_covers(row: &mut [f32], [above, below]: [&[f32]; 2], share: f32, columns: &[Cover], weight: f32) {
    for (to, cover) in row.iter_mut().zip(columns) {
        let along = |row: &[f32]| row[cover.first] + (row[cover.second] - row[cover.first]) * cover.share;
        let value = along(above);
        let value = if share == 0.0 { value } else { value + (along(below) - value) * share };
        *to += value * weight;
    }
}

/// The cells of a coarser grid that one pixel covers: the first, and the second (it may be the same) to `share`.
#[derive(Clone, Copy)]
struct Cover {
    first: usize,
    second: usize,
    share: f32,
}

/// For each of `pixels`, what it covers of as many or fewer `cells`.
fn covers(pixels: usize, cells: usize) -> Vec<Cover> {
    let cover = |i: usize| {
        let first = i * cells / pixels;
        // In units of which a pixel is `cells` long, and a cell `pixels`.
        let beyond = ((i + 1) * cells).saturating_sub((first + 1) * pixels);
        Cover { first, second: (first + 1).min(cells - 1), share: beyond as f32 / cells as f32 }
    };
    (0..pixels).map(cover).collect()
}
