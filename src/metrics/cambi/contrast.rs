//! CAMBI's measure of a place: how much of the window around it has its own code, and how much a code close by.
//!
//! The reference keeps, for every column, a histogram of the window around it, and adds each sample to as many
//! columns as the window is wide. Here a whole run of one code is added at once: column x gains the number of the
//! run's samples within the window, `min(end, x + p + 1) - max(start, x - p)`. The picture is cut into strips whose
//! histograms fit the cache. Counts are integers, so that strips and bands leave no trace in the result.

use std::cell::Cell;

use multiversion::multiversion;
use rayon::prelude::*;

use super::runs::{Run, Runs};
use super::settings::{DIFF_WEIGHTS, DIFFS, Thresholds};

/// Columns worked on at once.
const LANES: usize = 16;
/// Columns of a strip.
const STRIP: usize = 256;
/// Rows of a job. The window's rows above are counted once more for each.
const BAND: usize = 512;
/// Codes 0..=1024 and the neighbours that are asked for on both sides.
const CODES: usize = 1025 + 2 * DIFFS;

/// Counts of one code around each column of a strip.
type Counts = [[u16; LANES]; STRIP / LANES];

/// What is known of one strip: values of masked samples in row order, and where they stand.
#[derive(Default)]
pub(super) struct Found {
    pub values: Vec<f32>,
    /// Where the values of each run stand, row by row, in the order of `values`; empty unless asked for.
    pub places: Vec<Stretch>,
}

/// A stretch of values side by side.
#[derive(Clone, Copy)]
pub(super) struct Stretch {
    pub y: u32,
    pub x: u16,
    pub count: u16,
    /// Number of its first value.
    pub first: u32,
}

/// The picture that is looked at.
pub(super) struct Scene<'a> {
    pub runs: &'a Runs,
    pub width: usize,
    pub height: usize,
    /// Side of the window, odd.
    pub window: usize,
    pub thresholds: &'a Thresholds,
}

impl Scene<'_> {
    /// Contrast at every masked sample whose code can show a step, strip by strip.
    pub fn contrast(&self, places: bool) -> Vec<Found> {
        let strips = self.width.div_ceil(STRIP);
        let bands = self.height.div_ceil(BAND);
        let jobs = (0..strips * bands).into_par_iter();
        jobs.map(|job| self.strip(job % strips * STRIP, job / strips * BAND, places)).collect()
    }

    /// Columns from `left`, rows from `top`.
    fn strip(&self, left: usize, top: usize, places: bool) -> Found {
        let mut counts = SPARE.take();
        counts.clear();
        counts.resize(CODES, [[0; LANES]; STRIP / LANES]);
        let right = (left + STRIP).min(self.width);
        let bottom = (top + BAND).min(self.height);
        let pad = self.window / 2;
        let reach = |y: usize| self.runs.within(y, left.saturating_sub(pad), right + pad);
        let mut found = Found::default();
        for y in top.saturating_sub(pad)..(top + pad).min(self.height) {
            slide(&mut counts, &[], reach(y), left, pad);
        }
        for y in top..bottom {
            let gone = if y > top && y > pad { reach(y - pad - 1) } else { &[] };
            let come = if y + pad < self.height { reach(y + pad) } else { &[] };
            slide(&mut counts, gone, come, left, pad);
            for run in self.runs.within(y, left, right) {
                self.measure(&counts, run, y, left, &mut found, places);
            }
        }
        SPARE.set(counts);
        found
    }

    /// Contrast along the part of a run that lies in the strip.
    fn measure(&self, counts: &[Counts], run: &Run, y: usize, left: usize, found: &mut Found, places: bool) {
        let code = i32::from(run.code);
        let active: [bool; DIFFS] = std::array::from_fn(|d| self.thresholds.counts(code, d));
        if active == [false; DIFFS] {
            return;
        }
        let (from, to) = (usize::from(run.start).max(left) - left, usize::from(run.end).min(left + STRIP) - left);
        let near = &counts[usize::from(run.code)..=usize::from(run.code) + 2 * DIFFS];
        if places {
            let (x, count, first) = ((left + from) as u16, (to - from) as u16, found.values.len() as u32);
            found.places.push(Stretch { y: y as u32, x, count, first });
        }
        contrast_along(near, &active, from, to, &mut found.values);
    }
}

thread_local! {
    /// Memory of the last histogram. Taken, not borrowed: a waiting thread may be given another strip.
    static SPARE: Cell<Vec<Counts>> = const { Cell::new(Vec::new()) };
}

/// Takes the runs `gone` out of the counts and adds the runs `come`; a run that is in both changes nothing.
fn slide(counts: &mut [Counts], gone: &[Run], come: &[Run], left: usize, pad: usize) {
    let (mut gone, mut come) = (gone.iter().peekable(), come.iter().peekable());
    loop {
        match (gone.peek(), come.peek()) {
            (None, None) => break,
            (Some(a), Some(b)) if a == b => {
                gone.next();
                come.next();
            }
            (Some(a), b) if b.is_none_or(|b| a.start <= b.start) => {
                count(&mut counts[usize::from(a.code) + DIFFS], a, left, pad, true);
                gone.next();
            }
            (_, Some(b)) => {
                count(&mut counts[usize::from(b.code) + DIFFS], b, left, pad, false);
                come.next();
            }
            (Some(_), None) => break,
        }
    }
}

/// Adds a run to the columns whose window it reaches, or takes it out.
#[multiversion(targets("x86_64+avx512f+avx512bw+avx512dq+avx512vl", "x86_64+avx2", "aarch64+neon"))]
fn count(counts: &mut Counts, run: &Run, left: usize, pad: usize, take: bool) {
    let (start, end) = (i32::from(run.start) - left as i32, i32::from(run.end) - left as i32);
    let (pad, sign) = (pad as i32, if take { -1 } else { 1 });
    let first = (start - pad).max(0) as usize / LANES;
    let last = ((end + pad).max(0) as usize).div_ceil(LANES).min(counts.len());
    if first >= last {
        return;
    }
    let (start, end, pad, sign) = (start as i16, end as i16, pad as i16, sign as i16);
    for (group, counts) in counts[first..last].iter_mut().enumerate() {
        let base = ((first + group) * LANES) as i16;
        for (lane, count) in counts.iter_mut().enumerate() {
            let x = base + lane as i16;
            let inside = (end.min(x + pad + 1) - start.max(x - pad)).max(0);
            *count = count.wrapping_add((inside * sign) as u16);
        }
    }
}

/// For columns `from..to`: the largest over the steps d of weight * own * other / (own + other), where `own` is the
/// count of the code itself and `other` that of the code d above or below, whichever is more. `near` holds the counts
/// of the codes from 4 below to 4 above.
#[multiversion(targets("x86_64+avx512f+avx512bw+avx512dq+avx512vl", "x86_64+avx2", "aarch64+neon"))]
fn contrast_along(near: &[Counts], active: &[bool; DIFFS], from: usize, to: usize, values: &mut Vec<f32>) {
    let groups = from / LANES..to.div_ceil(LANES);
    for (group, own) in groups.clone().zip(&near[DIFFS][groups]) {
        let mut most = [0.0f32; LANES];
        for d in 0..DIFFS {
            if !active[d] {
                continue;
            }
            let (above, below) = (&near[DIFFS + d + 1][group], &near[DIFFS - d - 1][group]);
            for lane in 0..LANES {
                let (own, other) = (f32::from(own[lane]), f32::from(above[lane].max(below[lane])));
                let value = DIFF_WEIGHTS[d] * (own * other) * (1.0 / (own + other).max(1.0));
                most[lane] = most[lane].max(value);
            }
        }
        let base = group * LANES;
        values.extend_from_slice(&most[from.max(base) - base..to.min(base + LANES) - base]);
    }
}
