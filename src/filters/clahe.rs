//! `clahe CLIP [tiles=N]`: contrast-limited adaptive histogram equalisation, as OpenCV does it.

use rayon::prelude::*;

use crate::color::with_luma;
use crate::frame::{FrameSource, SourceInfo};

use super::FilterError;
use super::tone::{Codes, nearest};
use super::wrap::{in_floats, wrap};

/// The highest clip limit.
pub const MAX_CLIP: f64 = 100.0;
/// The most tiles a side.
pub const MAX_TILES: u32 = 64;

/// Spreads luma by the histograms of `tiles` x `tiles` parts of the picture, none of whose bins may hold more than
/// `clip` (above 0, up to 100) times the average, and goes over from tile to tile bilinearly (Zuiderveld 1994, Graphics
/// Gems IV). Of 8-bit Y planes and of 16-bit ones this is `cv2.createCLAHE(CLIP, (N, N)).apply(y)` to the code, with
/// its extension by mirrored samples where tiles do not fit. Depths between have 2^n bins, floats 256, between which the
/// curves are read linearly. Chroma is kept exactly. There is no strength at which nothing changes: even a low clip limit stretches.
///
/// # Errors
/// [`FilterError::Clip`] and [`FilterError::Tiles`].
pub fn clahe(input: Box<dyn FrameSource>, clip: f64, tiles: u32) -> Result<Box<dyn FrameSource>, FilterError> {
    if !(clip > 0.0 && clip <= MAX_CLIP) {
        return Err(FilterError::Clip { clip, most: MAX_CLIP });
    }
    if !(1..=MAX_TILES).contains(&tiles) {
        return Err(FilterError::Tiles { tiles, most: MAX_TILES });
    }
    let stage = if tiles == 8 { format!("clahe {clip}") } else { format!("clahe {clip} tiles={tiles}") };
    let note = format!("{stage}: luma stretched by the histograms of {tiles}x{tiles} tiles, frame by frame");
    let describe = |info: &mut SourceInfo| {
        in_floats(info);
        info.notes.push(note);
    };
    Ok(wrap(input, &stage, false, describe, move |frame, _| {
        let codes = Codes::of(frame);
        Ok(with_luma(frame, |luma, width, height| {
            if width > 0 && height > 0 {
                let grid = Grid::new((width, height), tiles as usize, codes);
                let curves = grid.curves(luma, clip);
                grid.apply(luma, &curves);
            }
        })?)
    }))
}

/// Tiles over a picture.
struct Grid {
    width: usize,
    height: usize,
    /// Tiles a side.
    tiles: usize,
    /// Samples a tile holds across and down.
    tile: (usize, usize),
    codes: Codes,
}

impl Grid {
    fn new((width, height): (usize, usize), tiles: usize, codes: Codes) -> Self {
        // As in OpenCV, a side that fits is extended by a whole row of tiles when the other does not.
        let fits = width.is_multiple_of(tiles) && height.is_multiple_of(tiles);
        let extended = |len: usize| if fits { len } else { len + tiles - len % tiles };
        let tile = (extended(width) / tiles, extended(height) / tiles);
        Self { width, height, tiles, tile, codes }
    }

    /// The curve of every tile, row by row of tiles; each has as many entries as there are codes.
    fn curves(&self, luma: &[f32], clip: f64) -> Vec<u16> {
        let bins = self.codes.bins;
        let samples = self.tile.0 * self.tile.1;
        let most = ((clip * samples as f64 / bins as f64) as u32).max(1);
        let scale = (bins - 1) as f32 / samples as f32;
        let mut curves = vec![0_u16; self.tiles * self.tiles * bins];
        curves.par_chunks_mut(bins).enumerate().for_each(|(index, curve)| {
            let mut histogram = self.histogram(luma, (index % self.tiles, index / self.tiles));
            cut(&mut histogram, most);
            let mut sum = 0_u32;
            for (entry, count) in curve.iter_mut().zip(&histogram) {
                sum += count;
                *entry = nearest((sum as f32 * scale).min((bins - 1) as f32)) as u16;
            }
        });
        curves
    }

    /// The codes of one tile; beyond the picture its samples are mirrored, the edge not repeated.
    fn histogram(&self, luma: &[f32], (column, row): (usize, usize)) -> Vec<u32> {
        let mut bins = vec![0_u32; self.codes.bins];
        let (wide, high) = self.tile;
        let left = column * wide;
        for y in row * high..(row + 1) * high {
            let line = mirrored(y, self.height) * self.width;
            let line = &luma[line..line + self.width];
            let inside = left.min(self.width)..(left + wide).min(self.width);
            line[inside.clone()].iter().for_each(|v| bins[self.code(*v)] += 1);
            (inside.end.max(left)..left + wide).for_each(|x| bins[self.code(line[mirrored(x, self.width)])] += 1);
        }
        bins
    }

    fn code(&self, y: f32) -> usize {
        nearest(self.codes.place(y)) as usize
    }

    /// Puts every sample through the four curves around it.
    fn apply(&self, luma: &mut [f32], curves: &[u16]) {
        let bins = self.codes.bins;
        let columns: Vec<Between> = (0..self.width).map(|x| Between::of(x, self.tile.0, self.tiles)).collect();
        luma.par_chunks_mut(self.width).enumerate().for_each(|(y, row)| {
            let rows = Between::of(y, self.tile.1, self.tiles);
            let part = |row: usize| &curves[row * self.tiles * bins..(row + 1) * self.tiles * bins];
            let (above, below) = (part(rows.first), part(rows.second));
            let entry = |place: usize, column: &Between| {
                let at = |curves: &[u16], tile: usize| f32::from(curves[tile * bins + place]);
                let across = |curves: &[u16]| {
                    at(curves, column.first) * (1.0 - column.share) + at(curves, column.second) * column.share
                };
                across(above) * (1.0 - rows.share) + across(below) * rows.share
            };
            for (v, column) in row.iter_mut().zip(&columns) {
                let place = self.codes.place(*v);
                let low = place as usize;
                *v = match self.codes.whole {
                    true => nearest(entry(low, column)),
                    false => {
                        let (a, b) = (entry(low, column), entry((low + 1).min(bins - 1), column));
                        a + (b - a) * (place - low as f32)
                    }
                } / self.codes.each;
            }
        });
    }
}

/// Two neighbouring tiles and how far a sample lies on the way from the first's middle to the second's.
struct Between {
    first: usize,
    second: usize,
    share: f32,
}

impl Between {
    fn of(at: usize, tile: usize, tiles: usize) -> Self {
        // OpenCV's arithmetic: the inverse first, in single precision.
        let place = at as f32 * (1.0 / tile as f32) - 0.5;
        let floor = place.floor();
        let first = floor.max(0.0) as usize;
        let second = (floor + 1.0).max(0.0) as usize;
        Self { first: first.min(tiles - 1), second: second.min(tiles - 1), share: place - floor }
    }
}

/// Cuts bins to `most` and spreads what was cut over all of them: evenly, the rest a sample each at even distances.
fn cut(histogram: &mut [u32], most: u32) {
    let mut over = 0;
    for bin in histogram.iter_mut().filter(|bin| **bin > most) {
        over += *bin - most;
        *bin = most;
    }
    let bins = histogram.len() as u32;
    let (each, rest) = (over / bins, over % bins);
    histogram.iter_mut().for_each(|bin| *bin += each);
    if let Some(step) = bins.checked_div(rest) {
        histogram.iter_mut().step_by(step.max(1) as usize).take(rest as usize).for_each(|bin| *bin += 1);
    }
}

/// Index `at` of an endless row of mirrors around `len` samples, the edges not repeated.
fn mirrored(at: usize, len: usize) -> usize {
    if len == 1 {
        return 0;
    }
    let turn = 2 * (len - 1);
    let at = at % turn;
    if at < len { at } else { turn - at }
}
