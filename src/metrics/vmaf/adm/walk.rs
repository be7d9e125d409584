//! One walk over a scale: transform, split into kept and added detail, weigh, mask, sum; row by row, so that nothing
//! but the approximation for the next scale is ever written to memory.
//!
//! Rows are dealt out in blocks of [`BLOCK`]. Sums are of integers, so the outcome does not depend on who did which
//! block.

use std::ops::Range;

use rayon::prelude::*;

use super::region::{Axis, neighbours};
use super::{Ask, Gain, Part, csf};

/// Rows of a block.
const BLOCK: usize = 64;

/// Horizontal, vertical and diagonal detail of one row.
pub(super) type Triple<C> = [Vec<C>; 3];

/// The arithmetic of a scale: 16 bits at the first, 32 at the others.
pub(super) trait Level: Sync {
    /// A coefficient.
    type Coef: Copy + Default + Send + Sync;

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

    /// Where both pictures' details point the same way.
    fn aligned(&self, o: &Triple<Self::Coef>, t: &Triple<Self::Coef>, out: &mut [Self::Coef]);

    /// Kept and added detail.
    fn decouple(
        &self,
        o: &Triple<Self::Coef>,
        t: &Triple<Self::Coef>,
        aligned: &[Self::Coef],
        gain: Gain,
        kept: &mut Triple<Self::Coef>,
        added: &mut Triple<Self::Coef>,
    );

    /// What the bands hide under the viewing condition of ask number `ask`.
    fn mask(&self, bands: &Triple<Self::Coef>, ask: usize, around: &mut [i32], own: &mut [i32]);

    /// Sum of cubes of band number `band` under ask number `ask`; the single cubes times `weight` are added to
    /// `paint`, if any.
    fn cubes(&self, row: &[Self::Coef], threshold: &[i32], ask: usize, band: usize, paint: Option<Paint<'_>>) -> u64;

    /// Sum of cubes of the reference's band.
    fn cubes_plain(&self, row: &[Self::Coef], paint: Option<Paint<'_>>) -> u64;

    /// Whether the alignment matters to a walk without any gain.
    const ALIGN_ALWAYS: bool;
}

/// A row of a contribution map, and what a cube is worth there.
pub(super) struct Paint<'a> {
    pub row: &'a mut [f32],
    pub weight: f64,
}

/// Rows that the transform needs for a moment.
#[derive(Default)]
pub(super) struct Scratch<C> {
    pub low: Vec<C>,
    pub high: Vec<C>,
    pub spare: Vec<C>,
}

/// What one block of rows came to.
#[derive(Default)]
pub(super) struct Sums {
    /// By ask and band.
    pub asks: Vec<[u64; 3]>,
    /// The reference's, by band.
    pub reference: [u64; 3],
    /// By map (asks, then the reference) and band, before the rounding of rows.
    pub raw: Vec<[f64; 3]>,
    /// Contribution maps of the inner columns, row after row: one an ask, then the reference's.
    pub painted: Vec<Vec<f32>>,
}

impl Sums {
    /// Nothing yet, with room for `painted` coefficients a map.
    fn new<L: Level>(walk: &Walk<'_, L>, painted: usize) -> Self {
        let asks = walk.asks.len();
        let maps = walk.weights.map_or(0, <[_]>::len);
        Self {
            asks: vec![[0; 3]; asks],
            reference: [0; 3],
            raw: vec![[0.0; 3]; asks + 1],
            painted: (0..maps).map(|_| Vec::with_capacity(painted)).collect(),
        }
    }
}

/// What the weights of a painting walk are: by map (asks, then the reference) and band.
pub(super) type Weights = [[f64; 3]];

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
pub(super) struct Approximations<C> {
    pub sides: [Vec<C>; 2],
    pub width: usize,
    pub origin: (usize, usize),
}

impl<C: Copy + Default + Send> Approximations<C> {
    fn new(x: &Axis, y: &Axis) -> Self {
        let (width, origin) = (x.all().len(), (x.all().start, y.all().start));
        let area = if x.approximation.is_empty() { 0 } else { width * y.all().len() };
        Self { sides: [vec![C::default(); area], vec![C::default(); area]], width, origin }
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
        let mut total = Sums::new(self, 0);
        for part in sums {
            for (total, part) in total.asks.iter_mut().zip(&part.asks) {
                add(total, part);
            }
            add(&mut total.reference, &part.reference);
            for (total, part) in total.raw.iter_mut().flatten().zip(part.raw.iter().flatten()) {
                *total += part;
            }
            for (total, part) in total.painted.iter_mut().zip(part.painted) {
                total.extend_from_slice(&part);
            }
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
                rows.reference(self);
            }
            rows.split(self, y);
            if y > 0 && counting.contains(&(y - 1)) {
                rows.mask_and_sum(self, y - 1);
            }
        }
        if counting.end == self.y.size && !counting.is_empty() {
            rows.mask_and_sum(self, self.y.size - 1);
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
    aligned: Vec<C>,
    /// By row modulo 2, by gain: kept and added detail.
    parts: [[[Triple<C>; 2]; 2]; 2],
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
            aligned: vec![C::default(); n],
            parts: [(); 2].map(|()| [(); 2].map(|()| [triple(), triple()])),
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

    /// The reference's own cubes of the row at hand.
    fn reference<L: Level<Coef = C>>(&mut self, walk: &Walk<'_, L>) {
        let inner = walk.inner();
        let map = walk.asks.len();
        let mut row = self.sums.painted.get_mut(map).map(|map| fresh_row(map, inner.len()));
        for band in 0..3 {
            let weight = walk.weights.map_or(0.0, |weights| weights[map][band]);
            let paint = row.as_mut().map(|row| Paint { row, weight });
            let sum = walk.level.cubes_plain(&self.bands[0][band][inner.clone()], paint);
            self.sums.raw[map][band] += sum as f64;
            self.sums.reference[band] += csf::rounded(sum, walk.shifts[1]);
        }
    }

    /// Kept and added detail of the row at hand, and what they hide.
    fn split<L: Level<Coef = C>>(&mut self, walk: &Walk<'_, L>, y: usize) {
        let [o, t] = &self.bands;
        let gains = [Gain::None, Gain::Free];
        let used = gains.map(|gain| walk.asks.iter().any(|ask| ask.gain == gain));
        if L::ALIGN_ALWAYS || used[1] {
            walk.level.aligned(o, t, &mut self.aligned);
        }
        for ((gain, used), [kept, added]) in gains.into_iter().zip(used).zip(&mut self.parts[y % 2]) {
            if used {
                walk.level.decouple(o, t, &self.aligned, gain, kept, added);
            }
        }
        let first = walk.x.detail.start + 1 - walk.x.inner.start;
        for (number, (ask, masks)) in walk.asks.iter().zip(&mut self.masks).enumerate() {
            let [kept, added] = &self.parts[y % 2][ask.gain as usize];
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

    /// Sums the cubes of row `y`, whose neighbours are all there.
    fn mask_and_sum<L: Level<Coef = C>>(&mut self, walk: &Walk<'_, L>, y: usize) {
        let [above, below] = neighbours(y, walk.y.size);
        let inner = walk.inner();
        for (number, (ask, masks)) in walk.asks.iter().zip(&self.masks).enumerate() {
            let rows = [above, y, below].map(|row| masks[row % 3].around.as_slice());
            threshold(rows, &masks[y % 3].own[1..], &mut self.columns, &mut self.threshold);
            let bands = &self.parts[y % 2][ask.gain as usize][ask.part as usize];
            let mut row = self.sums.painted.get_mut(number).map(|map| fresh_row(map, inner.len()));
            for (band, coefficients) in bands.iter().enumerate() {
                let weight = walk.weights.map_or(0.0, |weights| weights[number][band]);
                let paint = row.as_mut().map(|row| Paint { row, weight });
                let sum = walk.level.cubes(&coefficients[inner.clone()], &self.threshold, number, band, paint);
                self.sums.raw[number][band] += sum as f64;
                self.sums.asks[number][band] += csf::rounded(sum, walk.shifts[0]);
            }
        }
    }
}

/// Appends an empty row to a map and gives it out.
fn fresh_row(map: &mut Vec<f32>, width: usize) -> &mut [f32] {
    let from = map.len();
    map.resize(from + width, 0.0);
    &mut map[from..]
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
