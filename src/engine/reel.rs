//! What stands around the pair that is measured: frames of the reference before and after it, and of the candidate.

use std::collections::VecDeque;
use std::ops::{Deref, Range};
use std::sync::Arc;

use crate::frame::{Frame, SourceError};

use super::enlarged::{Enlarging, Of, Sources};
use super::pairing::Pairing;
use super::workshop::Workshop;

/// A pair to measure, as its sources gave it, with its neighbours, each nearest first.
pub(super) struct Scene {
    pub reference: Arc<Frame>,
    pub candidate: Arc<Frame>,
    pub around: Around,
}

/// Neighbours of a pair.
#[derive(Clone, Default)]
pub(super) struct Around {
    /// Of the reference.
    pub before: Vec<Arc<Frame>>,
    pub after: Vec<Arc<Frame>>,
    /// Of the candidate, before the pair.
    pub earlier: Vec<Arc<Frame>>,
    /// What the candidate was enlarged from, where it was and somebody reads it.
    pub enlarging: Option<Enlarging>,
}

impl Scene {
    /// Adds what the candidate's frame (`number` of the reference) was enlarged from, where `reach` asks for it.
    ///
    /// # Errors
    /// Those of the sources.
    pub fn with_input<W: Deref<Target = Workshop>>(
        mut self,
        sources: &mut Sources<W>,
        of: Of<'_>,
        number: usize,
        reach: &Reach,
    ) -> Result<Self, SourceError> {
        if reach.input {
            let early = !self.around.earlier.is_empty();
            self.around.enlarging = sources.enlarging(of, (number, &self.candidate), early)?;
        }
        Ok(self)
    }
}

/// How far around a pair is looked: so many frames of the reference before and after it, so many of the candidate before
/// it, and none outside `extent`.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Reach {
    pub before: usize,
    pub after: usize,
    pub earlier: usize,
    /// What the candidate was enlarged from is looked at too.
    pub input: bool,
    /// Frames of the reference.
    pub extent: Range<usize>,
}

impl Reach {
    /// Frame `number` of the reference and its neighbours, ascending.
    pub fn frames(&self, number: usize) -> Range<usize> {
        let start = number.saturating_sub(self.before).max(self.extent.start).min(number);
        start..(number.saturating_add(self.after) + 1).min(self.extent.end).max(number + 1)
    }

    /// The frames whose partners are looked at for frame `number`, itself included, ascending. Where one has none, the
    /// candidate's film begins after it.
    pub fn partners(&self, number: usize, pairing: &Pairing) -> Range<usize> {
        let least = number.saturating_sub(self.earlier).max(self.extent.start).min(number);
        let gap = (least..number).rev().find(|n| pairing.own(*n).is_err());
        gap.map_or(least, |gap| gap + 1)..number + 1
    }

    /// All frames of the reference that are looked at to measure `numbers` (ascending), each once, ascending.
    pub fn all(&self, numbers: impl IntoIterator<Item = usize>) -> Vec<usize> {
        let mut all: Vec<usize> = Vec::new();
        for number in numbers {
            let next = all.last().map_or(0, |last| last + 1);
            all.extend(self.frames(number).filter(|n| *n >= next));
        }
        all
    }
}

/// How a source is asked for a frame by its number.
pub(super) type Get<'a> = &'a mut dyn FnMut(usize) -> Result<Arc<Frame>, SourceError>;

/// Holds on to the frames of a run that are still needed, so that each is made once.
#[derive(Default)]
pub(super) struct Window {
    reference: Reel,
    candidate: Reel,
}

impl Window {
    /// Frame `number` of the reference, its partner and their neighbours. What is not held is asked for, of either
    /// source in ascending order; the candidate by its own numbers.
    ///
    /// # Errors
    /// Those of the sources; a sentence where the frame has no partner.
    pub fn scene(
        &mut self,
        number: usize,
        reach: &Reach,
        pairing: &Pairing,
        (reference, candidate): (Get<'_>, Get<'_>),
    ) -> Result<Scene, SourceError> {
        let own = |n: usize| pairing.own(n).map_err(|unpaired| SourceError::frame(unpaired.to_string()));
        own(number)?;
        let wanted = reach.frames(number);
        let at = number - wanted.start;
        let frames = self.reference.frames(wanted, reference)?;
        let partners = self.candidate.frames(reach.partners(number, pairing), &mut |n| candidate(own(n)?))?;
        let around = Around {
            before: frames.iter().take(at).rev().cloned().collect(),
            after: frames.iter().skip(at + 1).cloned().collect(),
            earlier: partners.iter().rev().skip(1).cloned().collect(),
            enlarging: None,
        };
        let pair = frames.get(at).cloned().zip(partners.last().cloned());
        let (reference, candidate) = pair.ok_or(SourceError::Stopped)?;
        Ok(Scene { reference, candidate, around })
    }
}

/// Frames of one source, by their number in the reference's timeline, ascending.
#[derive(Default)]
struct Reel(VecDeque<(usize, Arc<Frame>)>);

impl Reel {
    fn frames(&mut self, wanted: Range<usize>, get: Get<'_>) -> Result<Vec<Arc<Frame>>, SourceError> {
        self.0.retain(|(n, _)| wanted.contains(n));
        for n in wanted {
            if !self.0.iter().any(|(have, _)| *have == n) {
                let frame = get(n)?;
                let place = self.0.partition_point(|(have, _)| *have < n);
                self.0.insert(place, (n, frame));
            }
        }
        Ok(self.0.iter().map(|(_, frame)| frame.clone()).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::frame::{Rational, Timeline};

    #[test]
    fn neighbours_end_where_the_range_ends() {
        let reach = Reach { before: 2, after: 1, earlier: 1, input: false, extent: 10..20 };
        assert_eq!(reach.frames(10), 10..12);
        assert_eq!(reach.frames(11), 10..13);
        assert_eq!(reach.frames(15), 13..17);
        assert_eq!(reach.frames(19), 17..20);
        assert_eq!(reach.all([10, 11, 16, 19]), [10, 11, 12, 14, 15, 16, 17, 18, 19]);
        let alone = Reach { before: 0, after: 0, earlier: 0, input: false, extent: 0..5 };
        assert_eq!(alone.all([1, 3]), [1, 3]);
    }

    #[test]
    fn the_candidates_film_begins_after_a_gap() {
        let line = |pts: Vec<i64>| Arc::new(Timeline { pts, ..Timeline::constant(8, Rational::new(25, 1)) });
        let pairing = Pairing::new(line((0..8).collect()), line(vec![0, 1, 2, 4, 5, 6, 7]));
        let reach = Reach { before: 0, after: 0, earlier: 2, input: false, extent: 0..8 };
        assert_eq!([0, 2, 4, 5, 6].map(|n| reach.partners(n, &pairing)), [0..1, 0..3, 4..5, 4..6, 4..7]);
    }
}
