//! The way through a pair of planes: four scales, each in bands of rows and tiles of columns, with what is made of
//! each row handed on at once. No plane of moments is ever stored; only the three smaller scales are.

use std::cell::Cell;
use std::ops::Range;

use rayon::prelude::*;

use crate::frame::{Plane, Sample};

use super::step::Step;
use super::work::{Line, Sigma, TILE, Work};

/// Rows in a band; even, so that a band ends where one of the next scale does.
pub(super) const BAND: usize = 64;

/// Scales in VIF; each has half the width and height of the one before.
pub(super) const SCALES: usize = 4;

/// Takes the variances of the rows of one band, from top to bottom within a tile of columns, tile by tile.
pub(super) trait Sink: Send {
    /// Places `x..x + cols` of row `y`, counted within the band; they are the first `cols` of `sigma`.
    fn row(&mut self, x: usize, y: usize, cols: usize, sigma: &Sigma);

    /// Whether it takes any.
    fn wanted(&self) -> bool {
        true
    }
}

/// The size of a scale.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Size {
    pub width: usize,
    pub height: usize,
}

/// Where the rows of a scale come from.
#[derive(Clone, Copy)]
enum Source<'a> {
    Bytes([&'a Plane; 2]),
    /// 16-bit samples, to be shifted up by as many bits.
    Words([&'a Plane; 2], u32),
    /// A smaller scale, without padding.
    Scale(&'a [Vec<u16>; 2]),
}

/// The smaller scales of the reference and the candidate.
type Pyramid = [[Vec<u16>; 2]; SCALES - 1];

thread_local! {
    /// Memory of the last pyramid. Taken, not borrowed: a thread of the pool that waits inside one measurement may be
    /// given another.
    static SPARE: Cell<Pyramid> = const { Cell::new([const { [Vec::new(), Vec::new()] }; SCALES - 1]) };
}

/// Walks the scales of two planes of one size, at least 32x32. `make` makes the sink of a band from the scale, its
/// size and the band's rows; the sinks come back in order, from top to bottom.
pub(super) fn walk<S: Sink>(
    planes: [&Plane; 2],
    sample: Sample,
    make: impl Fn(usize, Size, Range<usize>) -> S + Sync,
) -> [Vec<S>; SCALES] {
    let mut pyramid = SPARE.take();
    let mut size = Size { width: planes[0].width as usize, height: planes[0].height as usize };
    let sinks = std::array::from_fn(|scale| {
        let (before, after) = pyramid.split_at_mut(scale);
        let source = match (before.last(), sample) {
            (Some(scale), _) => Source::Scale(scale),
            (None, Sample::U8) => Source::Bytes(planes),
            // Floats never get here: `Pair::new` refuses them.
            (None, Sample::U16 { .. } | Sample::F32) => {
                Source::Words(planes, 16u32.saturating_sub(u32::from(sample.bits())))
            }
        };
        let level = Level { source, size, step: Step::of(scale, sample) };
        size = Size { width: size.width / 2, height: size.height / 2 };
        level.bands(after.first_mut(), size, &|rows| make(scale, level.size, rows))
    });
    SPARE.set(pyramid);
    sinks
}

/// One scale on the walk.
#[derive(Clone, Copy)]
struct Level<'a> {
    source: Source<'a>,
    size: Size,
    step: Step,
}

impl Level<'_> {
    /// Hands all bands to their sinks, and writes the next scale, whose size is `half`.
    fn bands<S: Sink>(
        self,
        next: Option<&mut [Vec<u16>; 2]>,
        half: Size,
        make: &(impl Fn(Range<usize>) -> S + Sync),
    ) -> Vec<S> {
        let bands = self.size.height.div_ceil(BAND);
        let mut rows: Vec<[&mut [u16]; 2]> = Vec::with_capacity(bands);
        if let Some([r, d]) = next {
            r.resize(half.width * half.height, 0);
            d.resize(half.width * half.height, 0);
            let chunk = half.width * (BAND / 2);
            rows.extend(r.chunks_mut(chunk).zip(d.chunks_mut(chunk)).map(|(r, d)| [r, d]));
        }
        // The last band may have a single row, which gives none to the next scale.
        rows.resize_with(bands, Default::default);
        let band = |(band, mut next): (usize, [&mut [u16]; 2])| {
            let rows = band * BAND..((band + 1) * BAND).min(self.size.height);
            let mut sink = make(rows.clone());
            Work::with(|work| {
                for x in (0..self.size.width).step_by(TILE) {
                    self.tile(work, x, rows.clone(), &mut next, half.width, &mut sink);
                }
            });
            sink
        };
        rows.into_par_iter().enumerate().map(band).collect()
    }

    /// One band's part of the tile that begins at column `x`.
    fn tile<S: Sink>(
        self,
        work: &mut Work,
        x: usize,
        rows: Range<usize>,
        next: &mut [&mut [u16]; 2],
        next_width: usize,
        sink: &mut S,
    ) {
        let reach = self.step.taps() / 2;
        let cols = TILE.min(self.size.width - x);
        for ahead in 0..2 * reach {
            self.fill(work, ahead, (rows.start + ahead) as isize - reach as isize, x, cols);
        }
        for (y, row) in rows.enumerate() {
            self.ask_for(row + reach + 2, x, cols);
            self.fill(work, y + 2 * reach, (row + reach) as isize, x, cols);
            if sink.wanted() {
                self.step.moments(work, y, cols);
                sink.row(x, y, cols, &work.sigma);
            }
            let to = y / 2 * next_width + x / 2;
            if y % 2 == 0 && y / 2 < next[0].len() / next_width.max(1) {
                let to = to..to + cols.min(next_width * 2 - x) / 2;
                self.step.next_scale(work, y, to.len());
                for (plane, row) in next.iter_mut().zip(&work.next) {
                    if let (Some(to), Some(row)) = (plane.get_mut(to.clone()), row.get(..to.len())) {
                        to.copy_from_slice(row);
                    }
                }
            }
        }
    }

    /// Has the memory bring part of row `y` of both pictures, which [`Self::fill`] will read: a tile's rows are too
    /// short and too far apart for the machine to foresee that.
    fn ask_for(self, y: usize, x: usize, cols: usize) {
        if y >= self.size.height {
            return;
        }
        for picture in 0..2 {
            match self.source {
                Source::Bytes(planes) => ask_for(&planes[picture].row_u8(y as u32)[x..x + cols]),
                Source::Words(planes, _) => ask_for(&planes[picture].row_u16(y as u32)[x..x + cols]),
                Source::Scale(planes) => ask_for(&planes[picture][y * self.size.width + x..][..cols]),
            }
        }
    }

    /// Puts row `y` (mirrored where there is none) of both pictures into the rings as their `place`-th row.
    fn fill(self, work: &mut Work, place: usize, y: isize, x: usize, cols: usize) {
        let taps = self.step.taps();
        let y = mirror(y, self.size.height);
        let [r, d] = &mut work.ring;
        for (picture, ring) in [r, d].into_iter().enumerate() {
            let line = &mut ring[place % taps];
            let span = (x as isize - (taps / 2) as isize, cols + taps - 1);
            match self.source {
                Source::Bytes(planes) => {
                    fill(line, planes[picture].row_u8(y as u32), span, |byte| i16::from(byte) - 128);
                }
                Source::Words(planes, shift) => {
                    let signed = |word: u16| ((word << shift) ^ 0x8000) as i16;
                    fill(line, planes[picture].row_u16(y as u32), span, signed);
                }
                Source::Scale(planes) => {
                    let row = &planes[picture][y * self.size.width..(y + 1) * self.size.width];
                    fill(line, row, span, |word| (word ^ 0x8000) as i16);
                }
            }
        }
    }
}

/// Asks for the memory of `samples`, where the machine can be asked.
#[inline]
fn ask_for<T>(samples: &[T]) {
    #[cfg(target_arch = "x86_64")]
    super::x86::ask_for(samples);
    #[cfg(not(target_arch = "x86_64"))]
    let _ = samples;
}

/// Fills `line` from `row`: `span` has the column of its first sample and their number; outside, the row is mirrored.
fn fill<T: Copy>(line: &mut Line, row: &[T], (left, count): (isize, usize), signed: impl Fn(T) -> i16) {
    let line = line.get_mut(..count).unwrap_or_default();
    let outside = usize::try_from(-left).unwrap_or(0).min(count);
    let start = usize::try_from(left).unwrap_or(0);
    let inside = row.get(start..).unwrap_or_default();
    let (before, line) = line.split_at_mut(outside);
    for (to, from) in line.iter_mut().zip(inside) {
        *to = signed(*from);
    }
    for (i, to) in before.iter_mut().enumerate() {
        *to = signed(row[mirror(left + i as isize, row.len())]);
    }
    for (i, to) in line.iter_mut().enumerate().skip(inside.len()) {
        *to = signed(row[mirror((start + i) as isize, row.len())]);
    }
}

/// `index` in 0..`len`, mirrored at both ends without repeating the end.
fn mirror(index: isize, len: usize) -> usize {
    let last = len as isize - 1;
    let index = if index > last { 2 * last - index } else { index };
    index.unsigned_abs().min(len - 1)
}
