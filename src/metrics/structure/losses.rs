//! The losses of every place, kept for maps.

use std::ops::Range;

use crate::metrics::shelf::Borrowed;

use super::window::{MARGIN, Place};

/// All that one walk kept, in the blocks of its jobs.
pub(super) struct Losses {
    pub blocks: Vec<Block>,
    /// Blocks side by side.
    pub across: usize,
}

/// The losses of one job's places, part by part, row by row. A cell is a place, or where they are halved the places
/// that are centred on a square of 2x2 samples.
pub(super) struct Block {
    halved: bool,
    /// Its first place, and its cells.
    place: usize,
    columns: Range<usize>,
    rows: Range<usize>,
    values: Borrowed<f32>,
}

impl Block {
    /// Nothing yet, and room for what is to be kept.
    pub fn new(place: &Place<'_>) -> Self {
        let halved = place.want.halved;
        let cells = |places: Range<usize>| match halved {
            true => (places.start + MARGIN / 2) / 2..(places.end - 1 + MARGIN / 2) / 2 + 1,
            false => places,
        };
        let (columns, rows) = (cells(place.first..place.first + place.count), cells(place.rows.clone()));
        let length = place.want.keep.len() * columns.len() * rows.len();
        Self { halved, place: place.first, values: Borrowed::zeros(length), columns, rows }
    }

    /// Puts in row `y` of the places, of kept part number `part`.
    #[inline(always)]
    pub fn put(&mut self, part: usize, y: usize, losses: &[f32]) {
        let y = if self.halved { (y + MARGIN / 2) / 2 } else { y };
        let count = self.columns.len();
        let start = (part * self.rows.len() + y - self.rows.start) * count;
        let to = &mut self.values[start..start + count];
        if !self.halved {
            to.copy_from_slice(losses);
            return;
        }
        // A place alone on its square at the beginning, and perhaps one at the end.
        let lead = (self.place + MARGIN / 2) % 2;
        let (alone, to) = to.split_at_mut(lead);
        let (first, losses) = losses.split_at(lead.min(losses.len()));
        alone.iter_mut().zip(first).for_each(|(to, loss)| *to += loss);
        let (pairs, last) = losses.as_chunks::<2>();
        let (to, end) = to.split_at_mut(pairs.len());
        for (to, [a, b]) in to.iter_mut().zip(pairs) {
            *to += a + b;
        }
        end.iter_mut().zip(last).for_each(|(to, loss)| *to += loss);
    }

    /// Row `y` of kept part number `part`.
    fn row(&self, part: usize, y: usize) -> &[f32] {
        let count = self.columns.len();
        &self.values[(part * self.rows.len() + y - self.rows.start) * count..][..count]
    }
}

impl Losses {
    /// The pieces of row `y` of cells, from left to right: the first cell of each, and its losses of the first `N` kept
    /// parts. None where there is no such row.
    pub fn row<const N: usize>(&self, y: usize) -> impl Iterator<Item = (usize, [&[f32]; N])> {
        let mut bands = self.blocks.chunks(self.across.max(1));
        let band = bands.find(|band| band.first().is_some_and(|block| block.rows.contains(&y)));
        let piece = move |block: &'_ Block| block.columns.start;
        band.unwrap_or_default().iter().map(move |block| (piece(block), std::array::from_fn(|part| block.row(part, y))))
    }
}
