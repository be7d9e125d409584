//! A picture as runs of one code along its rows: what banding is made of, and what makes CAMBI quick.

use multiversion::multiversion;
use rayon::prelude::*;

use super::levels::Grid;

/// Rows that one job takes.
const BAND: usize = 32;

/// Samples `start..end` of a row, all masked in and of one code.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Run {
    pub start: u16,
    pub end: u16,
    pub code: u16,
}

/// The runs of all rows, from left to right.
pub(super) struct Runs {
    bands: Vec<Band>,
}

struct Band {
    runs: Vec<Run>,
    /// Where each row's runs begin in `runs`; one more entry for the end.
    starts: Vec<u32>,
}

impl Runs {
    /// The runs of `picture` where `mask` is set and the code lies in `codes`.
    pub fn new(picture: &Grid<u16>, mask: &Grid<u8>, codes: (i32, i32)) -> Self {
        let bands = picture.height.div_ceil(BAND);
        let find = |band: usize| {
            let mut found = Band { runs: Vec::new(), starts: vec![0] };
            // One key before the row and up to 8 after it, so that every run ends somewhere.
            let mut keys = vec![0u16; picture.width + 9];
            let mut edges = vec![0u8; (picture.width + 1).next_multiple_of(8)];
            for y in band * BAND..((band + 1) * BAND).min(picture.height) {
                key(picture.row(y), mask.row(y), codes.0 as u16, codes.1 as u16, &mut keys[1..=picture.width]);
                edge(&keys, &mut edges[..=picture.width]);
                collect(&keys[1..], &edges, &mut found.runs);
                found.starts.push(found.runs.len() as u32);
            }
            found
        };
        Self { bands: (0..bands).into_par_iter().map(find).collect() }
    }

    /// The runs of row `y`.
    pub fn row(&self, y: usize) -> &[Run] {
        let band = &self.bands[y / BAND];
        &band.runs[band.starts[y % BAND] as usize..band.starts[y % BAND + 1] as usize]
    }

    /// Those of row `y` that reach into columns `from..to`.
    pub fn within(&self, y: usize, from: usize, to: usize) -> &[Run] {
        let row = self.row(y);
        let first = row.partition_point(|run| usize::from(run.end) <= from);
        let count = row[first..].partition_point(|run| usize::from(run.start) < to);
        &row[first..first + count]
    }
}

/// Code + 1 where it counts, 0 where not.
#[multiversion(targets("x86_64+avx512f+avx512bw+avx512dq+avx512vl", "x86_64+avx2", "aarch64+neon"))]
fn key(row: &[u16], mask: &[u8], low: u16, high: u16, keys: &mut [u16]) {
    for ((key, &code), &mask) in keys.iter_mut().zip(row).zip(mask) {
        let counts = (mask != 0) & (code >= low) & (code <= high);
        *key = if counts { code + 1 } else { 0 };
    }
}

/// 1 where a key differs from the one before.
#[multiversion(targets("x86_64+avx512f+avx512bw+avx512dq+avx512vl", "x86_64+avx2", "aarch64+neon"))]
fn edge(keys: &[u16], edges: &mut [u8]) {
    for (edge, pair) in edges.iter_mut().zip(keys.windows(2)) {
        *edge = u8::from(pair[0] != pair[1]);
    }
}

/// Adds the runs between the edges.
fn collect(keys: &[u16], edges: &[u8], runs: &mut Vec<Run>) {
    let (mut start, mut code) = (0, 0);
    for (group, edges) in edges.as_chunks().0.iter().enumerate() {
        let mut word = u64::from_le_bytes(*edges);
        while word != 0 {
            let x = group * 8 + word.trailing_zeros() as usize / 8;
            word &= word - 1;
            if code != 0 {
                runs.push(Run { start, end: x as u16, code: code - 1 });
            }
            (start, code) = (x as u16, keys[x]);
        }
    }
}
