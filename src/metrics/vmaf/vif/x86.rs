//! The filters of [`super::moments`] in x86-64's vector instructions: the same results, sooner. What pays is one
//! instruction, which multiplies 16-bit lanes and adds the products in pairs: two taps at a time.
#![allow(unsafe_code)]

use std::arch::x86_64::{_MM_HINT_T0, _mm_prefetch};

use super::lanes::{Avx2, Avx512, Lanes};
use super::step::{Step, window};
use super::taps::taps;
use super::work::{COLS, Columns, Line, Sigma, TILE, Work};

/// The vectors that this machine has.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Machine {
    Avx512Vnni,
    Avx512,
    Avx2,
}

impl Machine {
    /// The best of this machine's, or nothing. (The standard library asks the processor once.)
    pub fn best() -> Option<Self> {
        let avx2 = is_x86_feature_detected!("avx2");
        let avx512 = avx2 && is_x86_feature_detected!("avx512f") && is_x86_feature_detected!("avx512bw");
        match avx512 {
            true if is_x86_feature_detected!("avx512vnni") => Some(Self::Avx512Vnni),
            true => Some(Self::Avx512),
            false => avx2.then_some(Self::Avx2),
        }
    }

    /// As [`Step::moments`].
    pub fn moments(self, step: Step, work: &mut Work, place: usize, cols: usize) {
        // SAFETY: a `Machine` is made by `best` (or by a test that asks the same), so the instructions exist.
        unsafe {
            match self {
                Self::Avx512Vnni => moments_vnni(step, work, place, cols),
                Self::Avx512 => moments_avx512(step, work, place, cols),
                Self::Avx2 => moments_avx2(step, work, place, cols),
            }
        }
    }

    /// As [`Step::next_scale`].
    pub fn next_scale(self, step: Step, work: &mut Work, place: usize, cols: usize) {
        // SAFETY: as above.
        unsafe {
            match self {
                Self::Avx512Vnni => next_scale_vnni(step, work, place, cols),
                Self::Avx512 => next_scale_avx512(step, work, place, cols),
                Self::Avx2 => next_scale_avx2(step, work, place, cols),
            }
        }
    }
}

/// Asks for the memory of `samples` without waiting for it.
pub(super) fn ask_for<T>(samples: &[T]) {
    for line in samples.chunks((64 / size_of::<T>()).max(1)) {
        // SAFETY: the hint reads nothing, and all x86-64 processors have it.
        unsafe { _mm_prefetch::<_MM_HINT_T0>(line.as_ptr().cast()) };
    }
}

#[target_feature(enable = "avx2,avx512f,avx512bw,avx512vnni")]
fn moments_vnni(step: Step, work: &mut Work, place: usize, cols: usize) {
    moments::<Avx512<true>>(step, work, place, cols);
}

#[target_feature(enable = "avx2,avx512f,avx512bw")]
fn moments_avx512(step: Step, work: &mut Work, place: usize, cols: usize) {
    moments::<Avx512<false>>(step, work, place, cols);
}

#[target_feature(enable = "avx2")]
fn moments_avx2(step: Step, work: &mut Work, place: usize, cols: usize) {
    moments::<Avx2>(step, work, place, cols);
}

#[target_feature(enable = "avx2,avx512f,avx512bw,avx512vnni")]
fn next_scale_vnni(step: Step, work: &mut Work, place: usize, cols: usize) {
    next_scale::<Avx512<true>>(step, work, place, cols);
}

#[target_feature(enable = "avx2,avx512f,avx512bw")]
fn next_scale_avx512(step: Step, work: &mut Work, place: usize, cols: usize) {
    next_scale::<Avx512<false>>(step, work, place, cols);
}

#[target_feature(enable = "avx2")]
fn next_scale_avx2(step: Step, work: &mut Work, place: usize, cols: usize) {
    next_scale::<Avx2>(step, work, place, cols);
}

#[inline(always)]
fn moments<V: Lanes>(step: Step, work: &mut Work, place: usize, cols: usize) {
    match step {
        Step::Bytes => rows::<V, 17, true>(work, place, cols),
        Step::Words => rows::<V, 17, false>(work, place, cols),
        Step::Scale1 => rows::<V, 9, false>(work, place, cols),
        Step::Scale2 => rows::<V, 5, false>(work, place, cols),
        Step::Scale3 => rows::<V, 3, false>(work, place, cols),
    }
}

#[inline(always)]
fn rows<V: Lanes, const N: usize, const BYTES: bool>(work: &mut Work, place: usize, cols: usize) {
    let cols = cols.min(TILE);
    let (r, d) = (window::<N>(&work.ring[0], place, N), window::<N>(&work.ring[1], place, N));
    // `along` reads one sample more than the filter is wide, of no weight.
    for x in (0..cols + N).step_by(V::LANES) {
        if BYTES {
            columns_of_bytes::<V, N>(&r, &d, &mut work.columns, x);
        } else {
            columns_of_words::<V, N>(&r, &d, &mut work.columns, x);
        }
    }
    for x in (0..cols).step_by(V::LANES) {
        along::<V, N>(&work.columns, &mut work.sigma, x);
    }
}

#[inline(always)]
fn next_scale<V: Lanes>(step: Step, work: &mut Work, place: usize, cols: usize) {
    match step {
        Step::Bytes => shrink::<V, 17, 9, true>(work, place, cols),
        Step::Words => shrink::<V, 17, 9, false>(work, place, cols),
        Step::Scale1 => shrink::<V, 9, 5, false>(work, place, cols),
        Step::Scale2 => shrink::<V, 5, 3, false>(work, place, cols),
        Step::Scale3 => {}
    }
}

/// `N` taps in this scale's window, `M` in the filter that goes before the next one.
#[inline(always)]
fn shrink<V: Lanes, const N: usize, const M: usize, const BYTES: bool>(work: &mut Work, place: usize, cols: usize) {
    let cols = cols.min(TILE / 2);
    let skip = N / 2 - M / 2;
    for picture in 0..2 {
        let rows = window::<M>(&work.ring[picture], place + skip, N);
        let line = &mut work.columns.next[picture];
        for x in (0..2 * cols + N).step_by(V::LANES) {
            next_columns::<V, M, BYTES>(&rows, line, x);
        }
        for x in (0..cols).step_by(V::LANES / 2) {
            let sum = weigh::<V, M>(line, 2 * x + skip);
            let sample = sum.xor(V::splat(i32::MIN)).plus(V::splat(1 << 15)).down::<16>();
            // SAFETY: x is below TILE / 2, and a row of the next scale has room for COLS samples.
            unsafe { sample.store_narrow(work.next[picture].as_mut_ptr().add(x)) };
        }
    }
}

/// Taps two by two, both in one lane. The last of an odd number goes with a zero; the
/// middle one of three is too large for a signed lane and goes half with the first, half with the last.
const fn pairs<const N: usize>() -> [i32; 9] {
    let taps = taps::<N>();
    let mut pairs = [0; 9];
    if N == 3 {
        pairs[0] = taps[0] | (taps[1] / 2) << 16;
        pairs[1] = (taps[1] / 2) | taps[2] << 16;
        return pairs;
    }
    let mut i = 0;
    while i < N {
        let second = if i + 1 < N { taps[i + 1] } else { 0 };
        pairs[i / 2] = taps[i] | second << 16;
        i += 2;
    }
    pairs
}

/// Where the `p`-th of [`pairs`] begins.
const fn first_of<const N: usize>(p: usize) -> usize {
    if N == 3 { p } else { 2 * p }
}

/// Does `body` for each pair `p` of `n` taps. The compiler would keep it a loop, and look up rows and taps each time.
macro_rules! for_pairs {
    ($n:ident, $p:ident => $body:block) => {
        for_pairs!(@ $n, $p => $body; 0 1 2 3 4 5 6 7 8)
    };
    (@ $n:ident, $p:ident => $body:block; $($index:literal)*) => {
        $(if $index < $n.div_ceil(2) {
            const $p: usize = $index;
            $body
        })*
    };
}

/// Samples `x..x + LANES` of `line`.
#[inline(always)]
fn load<V: Lanes>(line: &Line, x: usize) -> V {
    debug_assert!(x + V::LANES <= COLS);
    // SAFETY: callers stay below TILE plus the 17 samples of a filter, rounded up to whole vectors: below COLS.
    unsafe { V::load(line.as_ptr().add(x)) }
}

#[inline(always)]
fn store<V: Lanes>(vector: V, line: &mut Line, x: usize) {
    debug_assert!(x + V::LANES <= COLS);
    // SAFETY: as for `load`.
    unsafe { vector.store(line.as_mut_ptr().add(x)) }
}

/// Rows `k` and the one after it (or itself, if it is the last), in turn.
#[inline(always)]
fn load_pair<V: Lanes, const N: usize>(rows: &[&Line; N], k: usize, x: usize) -> (V, V) {
    load::<V>(rows[k], x).pairs(load(rows[(k + 1).min(N - 1)], x))
}

/// Sums in the order of [`Lanes::pairs`]: the lower halves of blocks, and the upper.
type Halves<V> = (V, V);

#[inline(always)]
fn columns_of_bytes<V: Lanes, const N: usize>(r: &[&Line; N], d: &[&Line; N], to: &mut Columns, x: usize) {
    let zero = V::splat(0);
    let (mut mr, mut md): (Halves<V>, Halves<V>) = ((zero, zero), (zero, zero));
    let (mut rr, mut dd, mut rd) = (mr, mr, mr);
    for_pairs!(N, P => {
        let (k, taps) = (first_of::<N>(P), V::splat(const { pairs::<N>()[P] }));
        let (r, d) = (load_pair::<V, N>(r, k, x), load_pair::<V, N>(d, k, x));
        mr = (mr.0.dot(r.0, taps), mr.1.dot(r.1, taps));
        md = (md.0.dot(d.0, taps), md.1.dot(d.1, taps));
        rr = (rr.0.dot(r.0.times_low(r.0), taps), rr.1.dot(r.1.times_low(r.1), taps));
        dd = (dd.0.dot(d.0.times_low(d.0), taps), dd.1.dot(d.1.times_low(d.1), taps));
        rd = (rd.0.dot(r.0.times_low(d.0), taps), rd.1.dot(r.1.times_low(d.1), taps));
    });
    put_square((own_of_bytes(rr.0, mr.0), own_of_bytes(rr.1, mr.1)), to, 0, x);
    put_square((own_of_bytes(dd.0, md.0), own_of_bytes(dd.1, md.1)), to, 1, x);
    let cross = (mr.0.plus(md.0).up::<7>(), mr.1.plus(md.1).up::<7>());
    let offset = V::splat(OFFSET);
    put_square((rd.0.plus(cross.0).plus(offset), rd.1.plus(cross.1).plus(offset)), to, 2, x);
    store(mean_of_bytes(mr), &mut to.mean[0], x);
    store(mean_of_bytes(md), &mut to.mean[1], x);
}

#[inline(always)]
fn columns_of_words<V: Lanes, const N: usize>(r: &[&Line; N], d: &[&Line; N], to: &mut Columns, x: usize) {
    let zero = V::splat(0);
    let (mut mr, mut md): (Halves<V>, Halves<V>) = ((zero, zero), (zero, zero));
    let none = Split { high: zero, low: zero };
    let (mut rr, mut dd, mut rd) = ((none, none), (none, none), (none, none));
    for_pairs!(N, P => {
        let (k, taps) = (first_of::<N>(P), V::splat(const { pairs::<N>()[P] }));
        let (r, d) = (load_pair::<V, N>(r, k, x), load_pair::<V, N>(d, k, x));
        mr = (mr.0.dot(r.0, taps), mr.1.dot(r.1, taps));
        md = (md.0.dot(d.0, taps), md.1.dot(d.1, taps));
        rr = (rr.0.add(r.0, r.0, taps), rr.1.add(r.1, r.1, taps));
        dd = (dd.0.add(d.0, d.0, taps), dd.1.add(d.1, d.1, taps));
        rd = (rd.0.add(r.0, d.0, taps), rd.1.add(r.1, d.1, taps));
    });
    put_square((own_of_words(rr.0, mr.0), own_of_words(rr.1, mr.1)), to, 0, x);
    put_square((own_of_words(dd.0, md.0), own_of_words(dd.1, md.1)), to, 1, x);
    put_square((cross_of_words(rd.0, mr.0, md.0), cross_of_words(rd.1, mr.1, md.1)), to, 2, x);
    store(mean_of_words(mr), &mut to.mean[0], x);
    store(mean_of_words(md), &mut to.mean[1], x);
}

/// Sums over the upper 16 bits of products, and over the lower ones less 2^15.
#[derive(Clone, Copy)]
struct Split<V> {
    high: V,
    low: V,
}

impl<V: Lanes> Split<V> {
    /// Adds a pair of taps times products.
    #[inline(always)]
    fn add(self, a: V, b: V, taps: V) -> Self {
        let low = a.times_low(b).xor(V::splat(FLIP));
        Self { high: self.high.dot(a.times_high(b), taps), low: self.low.dot(low, taps) }
    }

    /// The lower sum, unsigned.
    #[inline(always)]
    fn unsigned(self) -> V {
        self.low.xor(V::splat(i32::MIN))
    }
}

/// 2^30, which squares of signed samples lack, less 2^31, for signed lines.
const OFFSET: i32 = -(1 << 30);
/// The sign bits of two 16-bit lanes.
const FLIP: i32 = 0x8000_8000_u32 as i32;

#[inline(always)]
fn own_of_bytes<V: Lanes>(square: V, mean: V) -> V {
    square.plus(mean.up::<8>()).plus(V::splat(OFFSET))
}

#[inline(always)]
fn own_of_words<V: Lanes>(square: Split<V>, mean: V) -> V {
    let low = square.unsigned().plus(V::splat(1 << 15)).down::<16>();
    square.high.plus(low).plus(mean).plus(V::splat(OFFSET))
}

#[inline(always)]
fn cross_of_words<V: Lanes>(square: Split<V>, a: V, b: V) -> V {
    let one = V::splat(1);
    let half = a.down_signed::<1>().plus(b.down_signed::<1>()).plus(a.and(b).and(one));
    // 2^14 once to round, and once more where half of the sum left 2^15 over.
    let round = a.xor(b).and(one).plus(one).up::<14>();
    let low = square.unsigned().down::<1>().plus(round).down::<15>();
    square.high.plus(low).plus(half).plus(V::splat(OFFSET))
}

#[inline(always)]
fn mean_of_bytes<V: Lanes>(sums: Halves<V>) -> V {
    let (low, high) = (sums.0.plus(V::splat(128)), sums.1.plus(V::splat(128)));
    low.down_signed::<8>().pack(high.down_signed::<8>())
}

#[inline(always)]
fn mean_of_words<V: Lanes>(sums: Halves<V>) -> V {
    let (low, high) = (sums.0.plus(V::splat(1 << 15)), sums.1.plus(V::splat(1 << 15)));
    low.down_signed::<16>().pack(high.down_signed::<16>())
}

/// Stores both halves of squares less 2^31.
#[inline(always)]
fn put_square<V: Lanes>(square: Halves<V>, to: &mut Columns, which: usize, x: usize) {
    let high = square.0.down_signed::<16>().pack(square.1.down_signed::<16>());
    let low = square.0.up::<16>().down_signed::<16>().pack(square.1.up::<16>().down_signed::<16>());
    store(high, &mut to.high[which], x);
    store(low.xor(V::splat(FLIP)), &mut to.low[which], x);
}

#[inline(always)]
fn next_columns<V: Lanes, const M: usize, const BYTES: bool>(rows: &[&Line; M], to: &mut Line, x: usize) {
    let mut mean = (V::splat(0), V::splat(0));
    for_pairs!(M, P => {
        let (pair, taps) = (load_pair::<V, M>(rows, first_of::<M>(P), x), V::splat(const { pairs::<M>()[P] }));
        mean = (mean.0.dot(pair.0, taps), mean.1.dot(pair.1, taps));
    });
    store(if BYTES { mean_of_bytes(mean) } else { mean_of_words(mean) }, to, x);
}

/// The filter at every second place: 32-bit lane `i` is the sum from sample `x + 2 i` on.
#[inline(always)]
fn weigh<V: Lanes, const N: usize>(line: &Line, x: usize) -> V {
    let mut sum = V::splat(0);
    for_pairs!(N, P => {
        sum = sum.dot(load(line, x + first_of::<N>(P)), V::splat(const { pairs::<N>()[P] }));
    });
    sum
}

/// The same where `x` is a whole number of vectors. Loads at odd places are what `along` waits for most: half of them
/// become shifts of two vectors that are loaded straight.
#[inline(always)]
fn weigh_straight<V: Lanes, const N: usize>(line: &Line, x: usize) -> V {
    if N == 3 || !V::SHIFTS {
        return weigh::<V, N>(line, x);
    }
    let (here, next) = (load::<V>(line, x), load::<V>(line, x + V::LANES));
    let mut sum = V::splat(0);
    for_pairs!(N, P => {
        sum = sum.dot(here.shifted::<{ P as i32 }>(next), V::splat(const { pairs::<N>()[P] }));
    });
    sum
}

/// Places `x..x + LANES`, the even ones apart from the odd ones until they are stored. `x` is a whole number of vectors.
#[inline(always)]
fn along<V: Lanes, const N: usize>(from: &Columns, to: &mut Sigma, x: usize) {
    let even = variances::<V, N, true>(from, x);
    let odd = variances::<V, N, false>(from, x + 1);
    for (which, to) in to.iter_mut().enumerate() {
        debug_assert!(x + V::LANES <= COLS);
        // SAFETY: x is below TILE, a whole number of vectors, and `to` is longer.
        unsafe { even[which].store_in_turn(odd[which], to.as_mut_ptr().add(x)) };
    }
}

#[inline(always)]
fn variances<V: Lanes, const N: usize, const STRAIGHT: bool>(from: &Columns, x: usize) -> [V; 3] {
    let mr = unsigned::<V, N, STRAIGHT>(&from.mean[0], x);
    let md = unsigned::<V, N, STRAIGHT>(&from.mean[1], x);
    let rr = square::<V, N, STRAIGHT>(from, 0, x).minus(mr.product(mr));
    let dd = square::<V, N, STRAIGHT>(from, 1, x).minus(md.product(md));
    let rd = square::<V, N, STRAIGHT>(from, 2, x).minus(mr.product(md));
    [rr, dd, rd]
}

#[inline(always)]
fn square<V: Lanes, const N: usize, const STRAIGHT: bool>(from: &Columns, which: usize, x: usize) -> V {
    let high = unsigned::<V, N, STRAIGHT>(&from.high[which], x);
    let low = unsigned::<V, N, STRAIGHT>(&from.low[which], x);
    high.plus(low.plus(V::splat(1 << 15)).down::<16>())
}

/// The filter over samples without their offset.
#[inline(always)]
fn unsigned<V: Lanes, const N: usize, const STRAIGHT: bool>(line: &Line, x: usize) -> V {
    let sum = if STRAIGHT { weigh_straight::<V, N>(line, x) } else { weigh::<V, N>(line, x) };
    sum.xor(V::splat(i32::MIN))
}
