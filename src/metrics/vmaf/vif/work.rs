//! What one thread works in: a window of rows over one tile of both pictures, and what is made of it row by row. It
//! stays within the caches next to the core.

use std::cell::Cell;

/// Samples in a line: a tile's columns and what the filters need beside them.
pub(super) const COLS: usize = 512;
/// Columns of results in a tile.
pub(super) const TILE: usize = COLS - 32;
/// Lanes in which lines are worked on; a line is a whole number of groups.
pub(super) const LANES: usize = 16;

/// Signed samples: bytes minus 128, 16-bit samples minus 32,768.
pub(super) type Line = [i16; COLS];

/// The window's rows, as a ring: room for the longest filter.
pub(super) type Ring = [Line; 17];

/// One row filtered down the columns. All lines are minus 32,768.
pub(super) struct Columns {
    /// E\[r\] and E\[d\], 16 bits.
    pub mean: [Line; 2],
    /// Upper and lower 16 bits of E\[r^2\], E\[d^2\] and E\[rd\].
    pub high: [Line; 3],
    pub low: [Line; 3],
    /// E\[r\] and E\[d\] by the filter that goes before the next scale.
    pub next: [Line; 2],
}

/// Variance of the reference, of the candidate, and their covariance, in 1/65,536 of a squared 8-bit code.
pub(super) type Sigma = [[i32; COLS]; 3];

/// Aligned to a cache line, and so is every line in it: a vector that straddles two costs twice.
#[repr(align(64))]
pub(super) struct Work {
    /// Rows of the reference and of the candidate.
    pub ring: [Ring; 2],
    pub columns: Columns,
    pub sigma: Sigma,
    /// A row of the next scale's reference and candidate.
    pub next: [[u16; COLS]; 2],
}

impl Work {
    fn new() -> Box<Self> {
        const LINE: Line = [0; COLS];
        Box::new(Self {
            ring: [[LINE; 17]; 2],
            columns: Columns { mean: [LINE; 2], high: [LINE; 3], low: [LINE; 3], next: [LINE; 2] },
            sigma: [[0; COLS]; 3],
            next: [[0; COLS]; 2],
        })
    }

    /// Runs `task` with this thread's memory.
    pub fn with<R>(task: impl FnOnce(&mut Work) -> R) -> R {
        // Taken, not borrowed: a thread of the pool that waits inside one measurement may be given another.
        let mut work = SPARE.take().unwrap_or_else(Work::new);
        let result = task(&mut work);
        SPARE.set(Some(work));
        result
    }
}

thread_local! {
    static SPARE: Cell<Option<Box<Work>>> = const { Cell::new(None) };
}
