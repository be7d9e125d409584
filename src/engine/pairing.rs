//! Which frame of a candidate belongs to which frame of the reference: decided here and nowhere else, by time (by number
//! where the two clocks run at different steady rates over the same number of frames).

use std::ops::Range;
use std::sync::Arc;

use crate::frame::Timeline;

/// Pairs frames of two timelines by their times, each counted from its own first frame.
///
/// One exception: two timelines of equally many frames, each at a steady rate, that end half a frame or more apart. That
/// is one film with two clocks (raw frames that lost their rate, a PAL speed-up); by time its pairs would drift apart,
/// so they are paired by number, and [`Pairing::describe`] says so.
#[derive(Clone, Debug)]
pub struct Pairing {
    reference: Arc<Timeline>,
    candidate: Arc<Timeline>,
    by_number: bool,
    pairs: usize,
    /// From the first paired frame to the last.
    extent: (usize, usize),
}

impl Pairing {
    pub fn new(reference: Arc<Timeline>, candidate: Arc<Timeline>) -> Self {
        let by_number = two_clocks(&reference, &candidate);
        let mut pairing = Self { reference, candidate, by_number, pairs: 0, extent: (0, 0) };
        // Counted once: the count stands in the provenance of every score of a long film.
        pairing.pairs = (0..pairing.reference.len()).filter(|&n| pairing.own(n).is_ok()).count();
        let film = pairing.extent(&(0..pairing.reference.len()));
        pairing.extent = (film.start, film.end);
        pairing
    }

    /// The candidate's frame for frame `n` of the reference: the nearest in time, unless it is half a frame or more
    /// away, in which case there is none and the error says where the nearest is.
    ///
    /// # Errors
    /// [`Unpaired`] when the candidate has no frame there.
    pub fn own(&self, n: usize) -> Result<usize, Unpaired> {
        if self.by_number && n < self.candidate.len() {
            return Ok(n);
        }
        let seconds = self.reference.seconds(n);
        let (own, distance) = self.candidate.nearest(seconds);
        // Containers round times to their own ticks; a tick of slack keeps half-frame ties from deciding by chance.
        let slack = self.reference.time_base.as_f64().max(self.candidate.time_base.as_f64()).min(0.002);
        if self.candidate.is_empty() || distance >= (self.half_frame(n) - slack).max(1e-9) {
            return Err(Unpaired { frame: n, seconds, candidate_frames: self.candidate.len(), distance });
        }
        Ok(own)
    }

    /// `range` from its first frame that has a partner to its last: beyond, there is no film to compare. Empty where
    /// none has.
    pub fn extent(&self, range: &Range<usize>) -> Range<usize> {
        let paired = |n: &usize| self.own(*n).is_ok();
        let start = range.clone().find(paired).unwrap_or(range.end);
        let end = (start..range.end).rev().find(paired).map_or(start, |last| last + 1);
        start..end
    }

    /// [`Pairing::extent`] of the whole film.
    pub fn extent_of_all(&self) -> Range<usize> {
        self.extent.0..self.extent.1
    }

    /// Number of the reference's frames that have a partner.
    pub fn pairs(&self) -> usize {
        self.pairs
    }

    /// One clause for the provenance line.
    pub fn describe(&self) -> String {
        let (frames, pairs) = (self.reference.len(), self.pairs);
        let extra = match self.candidate.len() {
            n if n == frames && pairs == frames => String::new(),
            n => format!(" (the reference has {frames}, the candidate {n})"),
        };
        let unit = if pairs == 1 { "frame" } else { "frames" };
        if self.by_number {
            let last = self.reference.len() - 1;
            let fps = |line: &Timeline| last as f64 / line.seconds(last);
            let (own, other) = (fps(&self.candidate), fps(&self.reference));
            return format!(
                "{pairs} {unit} paired by number: both have as many, but run at {own:.3} and {other:.3} frames a second"
            );
        }
        format!("{pairs} {unit} paired by time from each first frame{extra}")
    }

    /// Half the time that frame `n` of the reference, or a frame of the candidate, is shown: the shorter of the two.
    fn half_frame(&self, n: usize) -> f64 {
        let shown = self.reference.seconds(n + 1) - self.reference.seconds(n);
        let other = match self.candidate.len() {
            0 | 1 => shown,
            frames => self.candidate.duration() / frames as f64,
        };
        let shown = if self.reference.len() <= 1 { other.max(1.0) } else { shown };
        0.5 * shown.max(other)
    }
}

/// Whether both have as many frames, each at a steady rate, and the rates differ.
fn two_clocks(one: &Timeline, other: &Timeline) -> bool {
    let frames = one.len();
    let apart = |step: f64| (one.seconds(frames - 1) - other.seconds(frames - 1)).abs() >= 0.5 * step;
    let step = |line: &Timeline| line.seconds(frames - 1) / (frames - 1) as f64;
    frames > 1 && frames == other.len() && is_steady(one) && is_steady(other) && apart(step(one).min(step(other)))
}

/// Whether every frame comes at its place of a constant rate, to a tenth of a frame and the clock's own rounding.
fn is_steady(line: &Timeline) -> bool {
    let last = line.len() - 1;
    let step = line.seconds(last) / last as f64;
    let slack = 0.1 * step + line.time_base.as_f64().min(0.002);
    step > 0.0 && (0..=last).all(|n| (line.seconds(n) - n as f64 * step).abs() <= slack)
}

/// A frame of the reference without a partner.
#[derive(Clone, Copy, Debug, PartialEq, thiserror::Error)]
#[error(
    "the candidate has no frame at {seconds:.3} s (reference frame {frame}); of its {candidate_frames} the nearest is \
     {distance:.3} s away"
)]
pub struct Unpaired {
    pub frame: usize,
    pub seconds: f64,
    pub candidate_frames: usize,
    pub distance: f64,
}
