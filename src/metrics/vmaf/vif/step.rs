//! What is done to one row of a scale: the choice of filter, and of the instructions that the machine has.

use multiversion::multiversion;

use crate::frame::Sample;

use super::moments::{along, along_for_next, columns_for_next, columns_of_bytes, columns_of_words};
use super::work::{COLS, Line, Ring, Work};
#[cfg(target_arch = "x86_64")]
use super::x86::Machine;

/// The filters of a scale.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Step {
    /// Scale 0 of bytes.
    Bytes,
    /// Scale 0 of more than 8 bits.
    Words,
    Scale1,
    Scale2,
    Scale3,
}

impl Step {
    /// For `scale` of pictures with `sample`.
    pub fn of(scale: usize, sample: Sample) -> Self {
        match scale {
            0 if sample == Sample::U8 => Self::Bytes,
            0 => Self::Words,
            1 => Self::Scale1,
            2 => Self::Scale2,
            _ => Self::Scale3,
        }
    }

    /// Taps of the filter, along and down.
    pub fn taps(self) -> usize {
        match self {
            Self::Bytes | Self::Words => 17,
            Self::Scale1 => 9,
            Self::Scale2 => 5,
            Self::Scale3 => 3,
        }
    }

    /// Fills `work.sigma` with the variances of `cols` places whose window begins with row `place` of the ring.
    pub fn moments(self, work: &mut Work, place: usize, cols: usize) {
        #[cfg(target_arch = "x86_64")]
        if let Some(machine) = Machine::best() {
            return machine.moments(self, work, place, cols);
        }
        moments(self, work, place, cols);
    }

    /// Fills `work.next` with `cols` places of a row of the next scale; the window is that of [`Self::moments`].
    pub fn next_scale(self, work: &mut Work, place: usize, cols: usize) {
        #[cfg(target_arch = "x86_64")]
        if let Some(machine) = Machine::best() {
            return machine.next_scale(self, work, place, cols);
        }
        next_scale(self, work, place, cols);
    }
}

/// `N` rows of the ring, from the `place`-th on, in a ring of `of` rows.
#[inline(always)]
pub(super) fn window<const N: usize>(ring: &Ring, place: usize, of: usize) -> [&Line; N] {
    let mut rows = [&ring[0]; N];
    for (k, row) in rows.iter_mut().enumerate() {
        *row = &ring[(place + k) % of];
    }
    rows
}

#[multiversion(targets("x86_64+avx512f+avx512bw+avx512dq+avx512vl+avx512cd", "x86_64+avx2", "aarch64+neon"))]
fn moments(step: Step, work: &mut Work, place: usize, cols: usize) {
    let wide = (cols + step.taps() - 1).min(COLS);
    match step {
        Step::Bytes => {
            let (r, d) = (window(&work.ring[0], place, 17), window(&work.ring[1], place, 17));
            columns_of_bytes::<17>(r, d, &mut work.columns, wide);
            along::<17>(&work.columns, &mut work.sigma, cols);
        }
        Step::Words => words::<17>(work, place, wide, cols),
        Step::Scale1 => words::<9>(work, place, wide, cols),
        Step::Scale2 => words::<5>(work, place, wide, cols),
        Step::Scale3 => words::<3>(work, place, wide, cols),
    }
}

#[inline(always)]
fn words<const N: usize>(work: &mut Work, place: usize, wide: usize, cols: usize) {
    let (r, d) = (window::<N>(&work.ring[0], place, N), window(&work.ring[1], place, N));
    columns_of_words(r, d, &mut work.columns, wide);
    along::<N>(&work.columns, &mut work.sigma, cols);
}

#[multiversion(targets("x86_64+avx512f+avx512bw+avx512dq+avx512vl+avx512cd", "x86_64+avx2", "aarch64+neon"))]
fn next_scale(step: Step, work: &mut Work, place: usize, cols: usize) {
    match step {
        Step::Bytes => shrink::<17, 9, true>(work, place, cols),
        Step::Words => shrink::<17, 9, false>(work, place, cols),
        Step::Scale1 => shrink::<9, 5, false>(work, place, cols),
        Step::Scale2 => shrink::<5, 3, false>(work, place, cols),
        Step::Scale3 => {}
    }
}

/// `N` taps in this scale's window, `M` in the filter that goes before the next one.
#[inline(always)]
fn shrink<const N: usize, const M: usize, const BYTES: bool>(work: &mut Work, place: usize, cols: usize) {
    let skip = N / 2 - M / 2;
    let rows = [window::<M>(&work.ring[0], place + skip, N), window(&work.ring[1], place + skip, N)];
    let wide = (2 * cols + N - 1).min(COLS);
    columns_for_next::<M, BYTES>(rows, &mut work.columns.next, wide);
    along_for_next::<M>(&work.columns.next, skip, &mut work.next, cols);
}

#[cfg(all(test, target_arch = "x86_64"))]
mod tests {
    use super::*;

    const STEPS: [Step; 5] = [Step::Bytes, Step::Words, Step::Scale1, Step::Scale2, Step::Scale3];

    /// Samples that reach both ends, the worst for carries, and noise in between.
    fn fill(work: &mut Work, step: Step, kind: u32) {
        let mut state = 0x2545_f491u32 ^ kind;
        let mut noise = || {
            state ^= state << 13;
            state ^= state >> 17;
            state ^= state << 5;
            state
        };
        let signed = |word: u32| if step == Step::Bytes { (word & 0xff) as i16 - 128 } else { word as u16 as i16 };
        for (picture, ring) in work.ring.iter_mut().enumerate() {
            for line in ring {
                for (x, sample) in line.iter_mut().enumerate() {
                    *sample = match kind {
                        0 => signed(if step == Step::Bytes { 0 } else { 0x8000 }),
                        1 => signed(if step == Step::Bytes { 0xff } else { 0x7fff }),
                        2 => signed([1, 0xffff, 3, 0x5555][(x / 64) % 2 * 2 + picture]),
                        3 => signed((noise() & 1) * 0xffff),
                        _ => signed(noise() >> 7),
                    };
                }
            }
        }
    }

    #[test]
    fn vector_instructions_change_no_bit() {
        let best = Machine::best();
        let machines = [Machine::Avx2, Machine::Avx512, Machine::Avx512Vnni];
        // From the slowest up to the best that this machine has.
        let here = machines.iter().position(|&m| Some(m) == best).map_or(0, |at| at + 1);
        for (step, kind) in STEPS.iter().flat_map(|&step| (0..6).map(move |kind| (step, kind))) {
            for (place, cols) in [(0, 480), (16, 479), (5, 33), (1, 1)] {
                Work::with(|work| {
                    fill(work, step, kind);
                    moments(step, work, place, cols);
                    next_scale(step, work, place, cols / 2);
                    let (sigma, next) = (work.sigma, work.next);
                    for machine in &machines[..here] {
                        work.sigma = [[0; COLS]; 3];
                        work.next = [[0; COLS]; 2];
                        machine.moments(step, work, place, cols);
                        machine.next_scale(step, work, place, cols / 2);
                        for (a, b) in sigma.iter().zip(&work.sigma) {
                            assert_eq!(a[..cols], b[..cols], "{machine:?} {step:?} {kind} {cols}");
                        }
                        for (a, b) in next.iter().zip(&work.next) {
                            assert_eq!(a[..cols / 2], b[..cols / 2], "{machine:?} {step:?} {kind} {cols} next");
                        }
                    }
                });
            }
        }
    }
}
