//! One walk over a scale: transform, split into kept and added detail, weigh, mask, sum; row by row, so that nothing
//! but the approximation for the next scale is ever written to memory.
//!
//! Rows are dealt out in blocks of [`BLOCK`]. Sums are of integers, so the outcome does not depend on who did which
//! block.

use std::ops::Range;

use rayon::prelude::*;

use crate::metrics::shelf::{Borrowed, Shelved};

use super::region::{Axis, neighbours};
use super::{Ask, Gain, Part, csf};

/// Rows of a block.
const BLOCK: usize = 64;

/// Horizontal, vertical and diagonal detail of one row.
pub(super) type Triple<C> = [Vec<C>; 3];

/// The arithmetic of a scale: 16 bits at the first, 32 at the others.
pub(super) trait Level: Sync {
    /// A coefficient.
    type Coef: Shelved;

    /// Transforms row `y`. Writes the approximation of columns `x.all()` where asked for, and the three details of
    /// columns `x.detail` where asked for.
    fn transform(
        &self,
        side: usize,
        y: usize,
        approximation: Option<&mut [Self::Coef]>,
        detail: Option<&mut Triple<Self::Coef>>,
        scratch: &mut Scratch<Self::Coef>,
    );

    /// Splits the candidate's detail, given with the reference's (first), into kept and added: without gain, and with
    /// gain where `free`.
    fn split(&self, bands: &[Triple<Self::Coef>; 2], free: bool, rows: &mut Split<Self::Coef>);

    /// What the bands hide under the viewing condition of ask number `ask`.
    fn mask(&self, bands: &Triple<Self::Coef>, ask: usize, around: &mut [i32], own: &mut [i32]);

    /// Sum of cubes of band number `band` under ask number `ask`; or 0, and the single cubes are added to `paint`.
    fn cubes(&self, row: &[Self::Coef], threshold: &[i32], ask: usize, band: usize, paint: Option<Paint<'_>>) -> u64;

    /// Sum of cubes of the reference's band; or 0, and the single cubes are added to `paint`.
    fn cubes_plain(&self, row: &[Self::Coef], paint: Option<Paint<'_>>) -> u64;
}

/// Kept and added detail of a row.
pub(super) type Parts<C> = [Triple<C>; 2];

/// The rows that a [`Level::split`] writes.
#[derive(Default)]
pub(super) struct Split<C> {
    /// Where both pictures' details point the same way.
    pub aligned: Vec<C>,
    /// By gain.
    pub parts: [Parts<C>; 2],
}

/// Contribution maps that a walk paints.
pub(super) const MAPS: usize = 3;

/// A row of each contribution map, and what a cube is worth there.
pub(super) struct Paint<'a> {
    pub rows: [&'a mut [f32]; MAPS],
    pub weights: [f64; MAPS],
}

impl Paint<'_> {
    /// Has `add` add a row of cubes to every map on which they are worth something.
    pub fn each(self, mut add: impl FnMut(&mut [f32], f64)) -> u64 {
        for (row, weight) in self.rows.into_iter().zip(self.weights) {
            if weight != 0.0 {
                add(row, weight);
            }
        }
        0
    }
}

/// Rows that the transform needs for a moment.
#[derive(Default)]
pub(super) struct Scratch<C> {
    pub low: Vec<C>,
    pub high: Vec<C>,
    pub spare: Vec<C>,
}

/// What one block of rows came to.
pub(super) struct Sums {
    /// By ask and band.
    pub asks: Vec<[u64; 3]>,
    /// The reference's, by band.
    pub reference: [u64; 3],
    /// By where it comes from (asks, then the reference) and band, before the rounding of rows.
    pub raw: Vec<[f64; 3]>,
    /// Contribution maps of the inner columns, row after row; a map that gets nothing is empty.
    pub painted: [Borrowed<f32>; MAPS],
}

impl Sums {
    /// Nothing yet, and `painted` coefficients a map where there are maps.
    fn new<L: Level>(walk: &Walk<'_, L>, painted: usize) -> Self {
        let asks = walk.asks.len();
        let gets = |map: usize| walk.weights.is_some_and(|all| all.iter().flatten().any(|worth| worth[map] != 0.0));
        Self {
            asks: vec![[0; 3]; asks],
            reference: [0; 3],
            raw: vec![[0.0; 3]; asks + 1],
            painted: std::array::from_fn(|map| Borrowed::zeros(if gets(map) { painted } else { 0 })),
        }
    }
}

/// What a cube is worth in a painting walk: by where it comes from (asks, then the reference), band and map.
pub(super) type Weights = [[[f64; MAPS]; 3]];

/// A scale on its way: its place, its arithmetic, and what is asked for.
pub(super) struct Walk<'a, L: Level> {
    pub level: &'a L,
    pub x: &'a Axis,
    pub y: &'a Axis,
    pub asks: &'a [Ask],
    /// Rounding shifts of a row's sum: of the asks, of the reference.
    pub shifts: [u32; 2],
    pub weights: Option<&'a Weights>,
}

/// Both pictures' approximations of one scale, columns `x.all()` of rows `y.all()`.
pub(super) struct Approximations<C: Shelved> {
    sides: [Vec<C>; 2],
    width: usize,
    origin: (usize, usize),
}

impl<C: Shelved> Drop for Approximations<C> {
    fn drop(&mut self) {
        self.sides.iter_mut().for_each(|side| C::shelf().give_back(std::mem::take(side)));
    }
}

impl<C: Shelved> Approximations<C> {
    fn new(x: &Axis, y: &Axis) -> Self {
        let (width, origin) = (x.all().len(), (x.all().start, y.all().start));
        let area = if x.approximation.is_empty() { 0 } else { width * y.all().len() };
        Self { sides: [C::shelf().take(area), C::shelf().take(area)], width, origin }
    }

    /// Columns from `x` on of row `y`, both counted on the whole band.
    pub fn row(&self, side: usize, x: usize, y: usize) -> &[C] {
        let row = (y - self.origin.1) * self.width;
        &self.sides[side][row + x - self.origin.0..row + self.width]
    }
}

impl<L: Level> Walk<'_, L> {
    /// Does all blocks: the approximations for the next scale, and the sums.
    pub fn run(&self) -> (Approximations<L::Coef>, Sums) {
        let mut next = Approximations::new(self.x, self.y);
        let rows = self.y.all();
        let blocks = rows.len().div_ceil(BLOCK);
        let [a, b] = &mut next.sides;
        let sums: Vec<Sums> = if a.is_empty() {
            (0..blocks).into_par_iter().map(|block| self.block(block, None)).collect()
        } else {
            let pieces = a.par_chunks_mut(BLOCK * next.width).zip(b.par_chunks_mut(BLOCK * next.width));
            pieces.enumerate().map(|(block, (a, b))| self.block(block, Some([a, b]))).collect()
        };
        let mut total = Sums::new(self, self.x.inner.len() * self.y.inner.len());
        let mut done = 0;
        for part in sums {
            for (total, part) in total.asks.iter_mut().zip(&part.asks) {
                add(total, part);
            }
            add(&mut total.reference, &part.reference);
            for (total, part) in total.raw.iter_mut().flatten().zip(part.raw.iter().flatten()) {
                *total += part;
            }
            let places = part.painted.iter().map(|map| map.len()).max().unwrap_or(0);
            for (total, part) in total.painted.iter_mut().zip(&part.painted) {
                if let Some(total) = total.get_mut(done..done + part.len()) {
                    total.copy_from_slice(part);
                }
            }
            done += places;
        }
        (next, total)
    }

    fn block(&self, number: usize, mut next: Option<[&mut [L::Coef]; 2]>) -> Sums {
        let start = self.y.all().start + number * BLOCK;
        let own = start..(start + BLOCK).min(self.y.all().end);
        let counting = own.start.max(self.y.inner.start)..own.end.min(self.y.inner.end);
        let wanted = if counting.is_empty() {
            own.start..own.start
        } else {
            counting.start.saturating_sub(1)..(counting.end + 1).min(self.y.size)
        };
        let mut rows = Rows::new(self, counting.len());
        let width = self.x.all().len();
        for y in own.start.min(wanted.start)..own.end.max(wanted.end) {
            let detail = wanted.contains(&y);
            let row = y.wrapping_sub(own.start) * usize::from(own.contains(&y)) * width;
            let [a, b] = match &mut next {
                Some([a, b]) if own.contains(&y) => [Some(&mut a[row..row + width]), Some(&mut b[row..row + width])],
                _ => [None, None],
            };
            rows.transform(self, y, [a, b], detail);
            if !detail {
                continue;
            }
            if counting.contains(&y) {
                rows.reference(self, y - counting.start);
            }
            rows.split(self, y);
            if y > 0 && counting.contains(&(y - 1)) {
                rows.mask_and_sum(self, y - 1, y - 1 - counting.start);
            }
        }
        if counting.end == self.y.size && !counting.is_empty() {
            rows.mask_and_sum(self, self.y.size - 1, counting.len() - 1);
        }
        rows.sums
    }

    /// The inner columns within the detail columns.
    fn inner(&self) -> Range<usize> {
        let from = self.x.inner.start - self.x.detail.start;
        from..from + self.x.inner.len()
    }
}

fn add(total: &mut [u64; 3], part: &[u64; 3]) {
    for (total, part) in total.iter_mut().zip(part) {
        *total += part;
    }
}

/// The rows that a block has in hand.
struct Rows<C> {
    scratch: Scratch<C>,
    /// Detail of the reference and of the candidate.
    bands: [Triple<C>; 2],
    /// By row modulo 2.
    splits: [Split<C>; 2],
    /// By ask, by row modulo 3: what hides it, with one column more on each side.
    masks: Vec<[Mask; 3]>,
    threshold: Vec<i32>,
    columns: Vec<i32>,
    sums: Sums,
}

#[derive(Clone, Default)]
struct Mask {
    around: Vec<i32>,
    own: Vec<i32>,
}

impl<C: Copy + Default + Send + Sync> Rows<C> {
    fn new<L: Level<Coef = C>>(walk: &Walk<'_, L>, counting: usize) -> Self {
        let n = walk.x.detail.len();
        let triple = || [(); 3].map(|()| vec![C::default(); n]);
        let inner = walk.x.inner.len();
        let mask = || Mask { around: vec![0; inner + 2], own: vec![0; inner + 2] };
        let sums = Sums::new(walk, inner * counting);
        Self {
            scratch: Scratch::default(),
            bands: [triple(), triple()],
            splits: [(); 2].map(|()| Split {
                aligned: vec![C::default(); n],
                parts: [[triple(), triple()], [triple(), triple()]],
            }),
            masks: walk.asks.iter().map(|_| [mask(), mask(), mask()]).collect(),
            threshold: vec![0; inner],
            columns: vec![0; inner + 2],
            sums,
        }
    }

    fn transform<L: Level<Coef = C>>(
        &mut self,
        walk: &Walk<'_, L>,
        y: usize,
        next: [Option<&mut [C]>; 2],
        detail: bool,
    ) {
        for ((side, next), bands) in next.into_iter().enumerate().zip(&mut self.bands) {
            walk.level.transform(side, y, next, detail.then_some(bands), &mut self.scratch);
        }
    }

    /// The reference's own cubes of the row at hand, row number `row` of those that count.
    fn reference<L: Level<Coef = C>>(&mut self, walk: &Walk<'_, L>, row: usize) {
        let inner = walk.inner();
        let from = walk.asks.len();
        for band in 0..3 {
            let paint = paint(walk.weights, &mut self.sums.painted, [from, band], row, inner.len());
            let sum = walk.level.cubes_plain(&self.bands[0][band][inner.clone()], paint);
            self.sums.raw[from][band] += sum as f64;
            self.sums.reference[band] += csf::rounded(sum, walk.shifts[1]);
        }
    }

    /// Kept and added detail of the row at hand, and what they hide.
    fn split<L: Level<Coef = C>>(&mut self, walk: &Walk<'_, L>, y: usize) {
        let free = walk.asks.iter().any(|ask| ask.gain == Gain::Free);
        walk.level.split(&self.bands, free, &mut self.splits[y % 2]);
        let first = walk.x.detail.start + 1 - walk.x.inner.start;
        for (number, (ask, masks)) in walk.asks.iter().zip(&mut self.masks).enumerate() {
            let [kept, added] = &self.splits[y % 2].parts[ask.gain as usize];
            let hiding = match ask.part {
                Part::Kept => added,
                Part::Added => kept,
            };
            let Mask { around, own } = &mut masks[y % 3];
            let columns = first..first + walk.x.detail.len();
            walk.level.mask(hiding, number, &mut around[columns.clone()], &mut own[columns]);
            pad(around, walk.x);
        }
    }

    /// Sums the cubes of row `y`, number `row` of those that count. Its neighbours are all there.
    fn mask_and_sum<L: Level<Coef = C>>(&mut self, walk: &Walk<'_, L>, y: usize, row: usize) {
        let [above, below] = neighbours(y, walk.y.size);
        let inner = walk.inner();
        for (number, (ask, masks)) in walk.asks.iter().zip(&self.masks).enumerate() {
            let rows = [above, y, below].map(|row| masks[row % 3].around.as_slice());
            threshold(rows, &masks[y % 3].own[1..], &mut self.columns, &mut self.threshold);
            let bands = &self.splits[y % 2].parts[ask.gain as usize][ask.part as usize];
            for (band, coefficients) in bands.iter().enumerate() {
                let paint = paint(walk.weights, &mut self.sums.painted, [number, band], row, inner.len());
                let sum = walk.level.cubes(&coefficients[inner.clone()], &self.threshold, number, band, paint);
                self.sums.raw[number][band] += sum as f64;
                self.sums.asks[number][band] += csf::rounded(sum, walk.shifts[0]);
            }
        }
    }
}

/// Row number `row` of the maps, and what a cube `from` an ask or the reference is worth there.
fn paint<'a>(
    weights: Option<&Weights>,
    maps: &'a mut [Borrowed<f32>; MAPS],
    [from, band]: [usize; 2],
    row: usize,
    width: usize,
) -> Option<Paint<'a>> {
    let weights = weights?[from][band];
    let rows = maps.each_mut().map(|map| map.get_mut(row * width..(row + 1) * width).unwrap_or_default());
    Some(Paint { rows, weights })
}

/// Columns next to the picture's edge, which the masking reads.
fn pad(around: &mut [i32], x: &Axis) {
    let last = around.len() - 1;
    let [left, right] = [neighbours(0, x.size)[0], neighbours(x.size - 1, x.size)[1]];
    if x.inner.start == 0 {
        around[0] = around[left + 1];
    }
    if x.inner.end == x.size {
        around[last] = around[right + 1 - x.inner.start];
    }
}

super::kernels! {
    /// What hides each coefficient of a row: a thirtieth of its eight neighbours and a fifteenth of itself.
    fn threshold(rows: [&[i32]; 3], own: &[i32], columns: &mut [i32], out: &mut [i32]) {
        let n = out.len();
        let [a, b, c] = rows;
        for (sum, ((a, b), c)) in columns.iter_mut().zip(a.iter().zip(b).zip(c)) {
            *sum = a + b + c;
        }
        let (left, middle, right, own) = (&columns[..n], &columns[1..n + 1], &columns[2..n + 2], &own[..n]);
        for i in 0..n {
            out[i] = left[i] + middle[i] + right[i] + own[i];
        }
    }
}
