//! The two kinds of scale: the first, made from the picture, in 16 bits; and the others in 32 bits.

use crate::frame::Plane;

use super::region::{Axis, taps};
use super::walk::{Approximations, Level, Paint, Scratch, Triple};
use super::{Ask, Gain, csf, deep, dwt, exact, first};

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
    const ALIGN_ALWAYS: bool = false;

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

    fn aligned(&self, o: &Triple<i16>, t: &Triple<i16>, out: &mut [i16]) {
        first::aligned(&o[0], &o[1], &t[0], &t[1], out);
    }

    fn decouple(
        &self,
        o: &Triple<i16>,
        t: &Triple<i16>,
        aligned: &[i16],
        gain: Gain,
        kept: &mut Triple<i16>,
        added: &mut Triple<i16>,
    ) {
        let mut large = false;
        for band in 0..3 {
            let (o, t, kept, added) = (&o[band], &t[band], &mut kept[band], &mut added[band]);
            let most = match gain {
                Gain::None => first::decouple(o, t, kept, added),
                Gain::Free => first::decouple_free(o, t, aligned, kept, added),
            };
            large |= most > first::PLAIN;
        }
        if large {
            let mut aligned = vec![0; o[0].len()];
            self.aligned(o, t, &mut aligned);
            for band in 0..3 {
                exact::decouple(&o[band], &t[band], &aligned, gain.limit(), &mut kept[band], &mut added[band]);
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
        if let Some(paint) = paint {
            for ((value, threshold), to) in row.iter().zip(threshold).zip(paint.row) {
                *to += (first::cube(*value, *threshold, ask.factors[band], shifts) as f64 * paint.weight) as f32;
            }
        }
        first::cubes(row, threshold, ask.factors[band], shifts)
    }

    fn cubes_plain(&self, row: &[i16], paint: Option<Paint<'_>>) -> u64 {
        if let Some(paint) = paint {
            for (value, to) in row.iter().zip(paint.row) {
                *to += (f64::from(value.unsigned_abs()).powi(3) * paint.weight) as f32;
            }
        }
        first::cubes_plain(row)
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
    const ALIGN_ALWAYS: bool = true;

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

    fn aligned(&self, o: &Triple<i32>, t: &Triple<i32>, out: &mut [i32]) {
        deep::aligned(&o[0], &o[1], &t[0], &t[1], out);
    }

    fn decouple(
        &self,
        o: &Triple<i32>,
        t: &Triple<i32>,
        aligned: &[i32],
        gain: Gain,
        kept: &mut Triple<i32>,
        added: &mut Triple<i32>,
    ) {
        for band in 0..3 {
            let limit = gain.limit() as u32;
            deep::decouple(&o[band], &t[band], aligned, limit, &mut kept[band], &mut added[band]);
        }
    }

    fn mask(&self, bands: &Triple<i32>, ask: usize, around: &mut [i32], own: &mut [i32]) {
        deep::mask([&bands[0], &bands[1], &bands[2]], self.factors[ask], around, own);
    }

    fn cubes(&self, row: &[i32], threshold: &[i32], ask: usize, band: usize, paint: Option<Paint<'_>>) -> u64 {
        let factor = self.factors[ask][band];
        if let Some(paint) = paint {
            for ((value, threshold), to) in row.iter().zip(threshold).zip(paint.row) {
                *to += (deep::cube(*value, *threshold, factor, self.cube) as f64 * paint.weight) as f32;
            }
        }
        deep::cubes(row, threshold, factor, self.cube)
    }

    fn cubes_plain(&self, row: &[i32], paint: Option<Paint<'_>>) -> u64 {
        if let Some(paint) = paint {
            for (value, to) in row.iter().zip(paint.row) {
                *to += (deep::cube_plain(*value, self.square(), self.cube_plain) as f64 * paint.weight) as f32;
            }
        }
        deep::cubes_plain(row, self.square(), self.cube_plain)
    }
}
