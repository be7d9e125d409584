//! The two kinds of scale: the first, made from the picture, in 16 bits; and the others in 32 bits.

use crate::frame::Plane;

use super::region::{Axis, taps};
use super::walk::{Approximations, Level, Paint, Parts, Scratch, Split, Triple};
use super::{Ask, csf, deep, dwt, exact, first};

/// Places of a vertically filtered row that the horizontal pass reads: sample 2 * start - 1 and on, as many as `count`
/// coefficients need, of which those before the first and behind the last sample are mirrored copies.
fn spread<C: Copy + Default>(row: &mut Vec<C>, x: &Axis, fill: impl FnOnce(&mut [C])) {
    let all = x.all();
    let reads = x.reads(&all);
    let lead = usize::from(all.start == 0);
    row.resize(2 * all.len() + 2, C::default());
    fill(&mut row[lead..lead + reads.len()]);
    if lead == 1 {
        row[0] = row[1 + taps(0, x.source)[0]];
    }
    let behind = 2 * all.len() + 2 - lead - reads.len();
    for k in 0..behind {
        let last = lead + reads.len() - 1;
        row[last + 1 + k] = row[last - k.min(last)];
    }
}

/// Kept and added detail by band, each without and with gain.
fn each_band<C>([none, free]: &mut [Parts<C>; 2]) -> impl Iterator<Item = ([&mut [C]; 2], [&mut [C]; 2])> {
    fn bands<C>([kept, added]: &mut Parts<C>) -> impl Iterator<Item = [&mut [C]; 2]> {
        kept.iter_mut().zip(added).map(|(kept, added)| [kept.as_mut_slice(), added.as_mut_slice()])
    }
    bands(none).zip(bands(free))
}

/// Scale 0 of a pair of luma planes.
pub(super) struct First<'a> {
    pub planes: [&'a Plane; 2],
    /// Bits of a sample; 8 stand in bytes.
    pub bits: u32,
    pub x: &'a Axis,
    pub y: &'a Axis,
    asks: Vec<FirstAsk>,
}

/// The factors of an ask.
struct FirstAsk {
    factors: [u16; 3],
    straight: first::Straight,
    diagonal: first::Diagonal,
    cube: [u32; 2],
}

impl<'a> First<'a> {
    pub fn new(planes: [&'a Plane; 2], bits: u32, [x, y]: [&'a Axis; 2], asks: &[Ask]) -> Self {
        let shifts = csf::Shifts::numerator(0, x, y);
        let asks = asks.iter().map(|ask| {
            let factors = ask.viewing.fixed_first();
            let (straight, diagonal) = (first::Straight::new(factors[0]), first::Diagonal::new(factors[2]));
            FirstAsk { factors, straight, diagonal, cube: shifts.cube }
        });
        Self { planes, bits, x, y, asks: asks.collect() }
    }

    /// Vertical pass: low-pass, and high-pass where there is room for it.
    fn down(&self, side: usize, y: usize, low: &mut [i16], high: Option<&mut [i16]>) {
        let columns = self.x.reads(&self.x.all());
        let rows = taps(y, self.y.source).map(|row| row as u32);
        if self.bits == 8 {
            let rows = rows.map(|row| &self.planes[side].row_u8(row)[columns.clone()]);
            match high {
                Some(high) => dwt::down_u8(rows, low, high),
                None => dwt::down_u8_lo(rows, low),
            }
        } else {
            let rows = rows.map(|row| &self.planes[side].row_u16(row)[columns.clone()]);
            match high {
                Some(high) => dwt::down_u16(rows, self.bits, low, high),
                None => dwt::down_u16_lo(rows, self.bits, low),
            }
        }
    }
}

impl Level for First<'_> {
    type Coef = i16;

    fn transform(
        &self,
        side: usize,
        y: usize,
        next: Option<&mut [i16]>,
        detail: Option<&mut Triple<i16>>,
        scratch: &mut Scratch<i16>,
    ) {
        let all = self.x.all();
        let Scratch { low, high, spare, .. } = scratch;
        let Some([h, v, d]) = detail else {
            spread(low, self.x, |low| self.down(side, y, low, None));
            if let Some(next) = next {
                dwt::across_i16_lo(low, next);
            }
            return;
        };
        // Both rows are made at once, so the high-pass is spread when the low-pass is.
        spread(high, self.x, |high| spread(low, self.x, |low| self.down(side, y, low, Some(high))));
        let (skip, count) = (self.x.detail.start - all.start, self.x.detail.len());
        match next {
            Some(next) => {
                spare.resize(all.len(), 0);
                dwt::across_i16(low, next, spare);
                v.copy_from_slice(&spare[skip..skip + count]);
            }
            None => {
                spare.resize(v.len(), 0);
                dwt::across_i16(&low[2 * skip..], spare, v);
            }
        }
        dwt::across_i16(&high[2 * skip..], h, d);
    }

    fn split(&self, [o, t]: &[Triple<i16>; 2], free: bool, rows: &mut Split<i16>) {
        let Split { aligned, parts } = rows;
        let mut large = false;
        if free {
            first::aligned(&o[0], &o[1], &t[0], &t[1], aligned);
            for (band, (none, gained)) in each_band(parts).enumerate() {
                large |= first::decouple_both(&o[band], &t[band], aligned, none, gained) > first::PLAIN;
            }
        } else {
            for (band, (none, _)) in each_band(parts).enumerate() {
                large |= first::decouple(&o[band], &t[band], none) > first::PLAIN;
            }
        }
        if large {
            first::aligned(&o[0], &o[1], &t[0], &t[1], aligned);
            for (band, (none, gained)) in each_band(parts).enumerate() {
                exact::decouple_both(&o[band], &t[band], aligned, none, gained);
            }
        }
    }

    fn mask(&self, bands: &Triple<i16>, ask: usize, around: &mut [i32], own: &mut [i32]) {
        let ask = &self.asks[ask];
        let bands = [&bands[0][..], &bands[1][..], &bands[2][..]];
        if first::mask(bands, ask.straight, ask.diagonal, around, own) > first::UNWRAPPED {
            exact::mask(bands, ask.factors, around, own);
        }
    }

    fn cubes(&self, row: &[i16], threshold: &[i32], ask: usize, band: usize, paint: Option<Paint<'_>>) -> u64 {
        let ask = &self.asks[ask];
        let [over, square] = first::SHIFTS[band / 2];
        let shifts = [over, square, ask.cube[band / 2]];
        let factor = ask.factors[band];
        match paint {
            Some(paint) => paint.each(|to, worth| first::paint(row, threshold, factor, shifts, worth, to)),
            None => first::cubes(row, threshold, factor, shifts),
        }
    }

    fn cubes_plain(&self, row: &[i16], paint: Option<Paint<'_>>) -> u64 {
        match paint {
            Some(paint) => paint.each(|to, worth| first::paint_plain(row, worth, to)),
            None => first::cubes_plain(row),
        }
    }
}

/// The approximations that a later scale is made from.
pub(super) enum Below {
    Narrow(Approximations<i16>),
    Wide(Approximations<i32>),
}

/// Scale 1, 2 or 3.
pub(super) struct Deep<'a> {
    pub below: &'a Below,
    scale: usize,
    x: &'a Axis,
    y: &'a Axis,
    factors: Vec<[u32; 3]>,
    cube: u32,
    cube_plain: u32,
}

impl<'a> Deep<'a> {
    pub fn new(below: &'a Below, scale: usize, [x, y]: [&'a Axis; 2], asks: &[Ask]) -> Self {
        let factors = asks.iter().map(|ask| ask.viewing.fixed_deep(scale)).collect();
        let cube = csf::Shifts::numerator(scale, x, y).cube[0];
        let cube_plain = csf::Shifts::denominator(scale, x, y).cube[0];
        Self { below, scale, x, y, factors, cube, cube_plain }
    }

    fn square(&self) -> u32 {
        if self.scale == 2 { 30 } else { 31 }
    }

    fn down(&self, side: usize, y: usize, low: &mut [i32], high: &mut [i32]) {
        let start = self.x.reads(&self.x.all()).start;
        let rows = taps(y, self.y.source);
        match self.below {
            Below::Narrow(below) => dwt::down_i16(rows.map(|row| below.row(side, start, row)), low, high),
            Below::Wide(below) => dwt::down_i32(rows.map(|row| below.row(side, start, row)), low, high),
        }
    }
}

impl Level for Deep<'_> {
    type Coef = i32;

    fn transform(
        &self,
        side: usize,
        y: usize,
        next: Option<&mut [i32]>,
        detail: Option<&mut Triple<i32>>,
        scratch: &mut Scratch<i32>,
    ) {
        let all = self.x.all();
        let Scratch { low, high, spare, .. } = scratch;
        spread(high, self.x, |high| spread(low, self.x, |low| self.down(side, y, low, high)));
        let shift = if self.scale == 2 { 16 } else { 15 };
        let (skip, count) = (self.x.detail.start - all.start, self.x.detail.len());
        spare.resize(all.len(), 0);
        let mut low_only = Vec::new();
        let next = next.unwrap_or_else(|| {
            low_only.resize(all.len(), 0);
            &mut low_only
        });
        dwt::across_i32(low, shift, next, spare);
        if let Some([h, v, d]) = detail {
            v.copy_from_slice(&spare[skip..skip + count]);
            dwt::across_i32(&high[2 * skip..], shift, h, d);
        }
    }

    fn split(&self, [o, t]: &[Triple<i32>; 2], free: bool, rows: &mut Split<i32>) {
        let Split { aligned, parts } = rows;
        deep::aligned(&o[0], &o[1], &t[0], &t[1], aligned);
        for (band, (none, gained)) in each_band(parts).enumerate() {
            if free {
                deep::decouple_both(&o[band], &t[band], aligned, none, gained);
            } else {
                deep::decouple(&o[band], &t[band], aligned, none);
            }
        }
    }

    fn mask(&self, bands: &Triple<i32>, ask: usize, around: &mut [i32], own: &mut [i32]) {
        deep::mask([&bands[0], &bands[1], &bands[2]], self.factors[ask], around, own);
    }

    fn cubes(&self, row: &[i32], threshold: &[i32], ask: usize, band: usize, paint: Option<Paint<'_>>) -> u64 {
        let factor = self.factors[ask][band];
        match paint {
            Some(paint) => paint.each(|to, worth| deep::paint(row, threshold, factor, self.cube, worth, to)),
            None => deep::cubes(row, threshold, factor, self.cube),
        }
    }

    fn cubes_plain(&self, row: &[i32], paint: Option<Paint<'_>>) -> u64 {
        match paint {
            Some(paint) => paint.each(|to, worth| deep::paint_plain(row, self.square(), self.cube_plain, worth, to)),
            None => deep::cubes_plain(row, self.square(), self.cube_plain),
        }
    }
}
