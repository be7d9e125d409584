//! Which coefficients of the wavelet pyramid are looked at, and which are needed to make them.
//!
//! libvmaf leaves out a tenth of every band on each side. What lies further out than the filters reach is never
//! needed by anybody, so it is never computed here: a quarter of a 1080p picture.

use std::ops::Range;

/// Number of scales of the pyramid.
pub(super) const SCALES: usize = 4;
/// Share of a band that is left out on each side.
const BORDER: f64 = 0.1;

/// One axis of one scale. All ranges are in coefficients of that scale's bands.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Axis {
    /// Samples of the picture (or of the approximation band) that the scale is made from.
    pub source: usize,
    /// Coefficients of the band: half of `source`, rounded up.
    pub size: usize,
    /// Coefficients that count.
    pub inner: Range<usize>,
    /// Coefficients of the detail bands that are needed: `inner` and its neighbours, for the masking.
    pub detail: Range<usize>,
    /// Coefficients of the approximation band that the next scale reads; empty at the last.
    pub approximation: Range<usize>,
}

impl Axis {
    /// Everything that has to be computed: `detail` and `approximation`.
    pub fn all(&self) -> Range<usize> {
        if self.approximation.is_empty() {
            return self.detail.clone();
        }
        self.detail.start.min(self.approximation.start)..self.detail.end.max(self.approximation.end)
    }

    /// The samples of `source` that the coefficients `range` read.
    pub fn reads(&self, range: &Range<usize>) -> Range<usize> {
        (2 * range.start).saturating_sub(1)..(2 * range.end + 1).min(self.source)
    }
}

/// The axis of length `length` at every scale, finest first.
pub(super) fn axes(length: usize) -> [Axis; SCALES] {
    let mut source = length;
    let mut axes = [(); SCALES].map(|()| {
        let size = source.div_ceil(2);
        // Truncated towards zero like C's conversion, so that bands under 15 have no border at all.
        let left = (size as f64 * BORDER - 0.5) as usize;
        let inner = left..size - left;
        let detail = left.saturating_sub(1)..(inner.end + 1).min(size);
        let axis = Axis { source, size, inner, detail, approximation: 0..0 };
        source = size;
        axis
    });
    for scale in (1..SCALES).rev() {
        let needed = axes[scale].all();
        axes[scale - 1].approximation = axes[scale].reads(&needed);
    }
    axes
}

/// The four samples that coefficient `index` reads on an axis of `source` samples: 2i-1 .. 2i+2, with sample -1 read
/// as 1 and what lies behind the end mirrored with the last sample repeated.
pub(super) fn taps(index: usize, source: usize) -> [usize; 4] {
    let fold = |at: usize| if at < source { at } else { 2 * source - at - 1 };
    let first = if index == 0 { 1 } else { 2 * index - 1 };
    [first, 2 * index, 2 * index + 1, 2 * index + 2].map(|at| fold(at).min(source - 1))
}

/// The rows or columns above and below `index` for the 3x3 masking: before the first stands the second, behind the
/// last the last again.
pub(super) fn neighbours(index: usize, size: usize) -> [usize; 2] {
    [if index == 0 { 1.min(size - 1) } else { index - 1 }, (index + 1).min(size - 1)]
}
