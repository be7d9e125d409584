//! The reference's frames around the one that is measured.

use std::collections::VecDeque;
use std::ops::Range;
use std::sync::Arc;

use crate::frame::{Frame, SourceError};

/// A frame of the reference with its neighbours, each nearest first.
pub(super) struct Around {
    pub frame: Arc<Frame>,
    pub before: Vec<Arc<Frame>>,
    pub after: Vec<Arc<Frame>>,
}

/// How far around a frame is looked: so many frames before and after it, and none outside `extent`.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Reach {
    pub before: usize,
    pub after: usize,
    pub extent: Range<usize>,
}

impl Reach {
    /// Frame `number` and its neighbours, ascending.
    pub fn frames(&self, number: usize) -> Range<usize> {
        let start = number.saturating_sub(self.before).max(self.extent.start).min(number);
        start..(number.saturating_add(self.after) + 1).min(self.extent.end).max(number + 1)
    }

    /// All frames that are looked at to measure `numbers` (ascending), each once, ascending.
    pub fn all(&self, numbers: impl IntoIterator<Item = usize>) -> Vec<usize> {
        let mut all: Vec<usize> = Vec::new();
        for number in numbers {
            let next = all.last().map_or(0, |last| last + 1);
            all.extend(self.frames(number).filter(|n| *n >= next));
        }
        all
    }
}

/// Holds on to the frames of a run that are still needed, so that each is made once.
#[derive(Default)]
pub(super) struct Reel {
    held: VecDeque<(usize, Arc<Frame>)>,
}

impl Reel {
    /// Frame `number` among its neighbours. What is not held is asked of `get`, in ascending order.
    ///
    /// # Errors
    /// Those of `get`.
    pub fn around(
        &mut self,
        number: usize,
        reach: &Reach,
        get: &mut dyn FnMut(usize) -> Result<Arc<Frame>, SourceError>,
    ) -> Result<Around, SourceError> {
        let wanted = reach.frames(number);
        self.held.retain(|(n, _)| wanted.contains(n));
        for n in wanted.clone() {
            if !self.held.iter().any(|(have, _)| *have == n) {
                let frame = get(n)?;
                let place = self.held.partition_point(|(have, _)| *have < n);
                self.held.insert(place, (n, frame));
            }
        }
        let at = number - wanted.start;
        let frames: Vec<Arc<Frame>> = self.held.iter().map(|(_, frame)| frame.clone()).collect();
        let before = frames.iter().take(at).rev().cloned().collect();
        let after = frames.iter().skip(at + 1).cloned().collect();
        let frame = frames.get(at).cloned().ok_or(SourceError::Stopped)?;
        Ok(Around { frame, before, after })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn neighbours_end_where_the_range_ends() {
        let reach = Reach { before: 2, after: 1, extent: 10..20 };
        assert_eq!(reach.frames(10), 10..12);
        assert_eq!(reach.frames(11), 10..13);
        assert_eq!(reach.frames(15), 13..17);
        assert_eq!(reach.frames(19), 17..20);
        assert_eq!(reach.all([10, 11, 16, 19]), [10, 11, 12, 14, 15, 16, 17, 18, 19]);
        let alone = Reach { before: 0, after: 0, extent: 0..5 };
        assert_eq!(alone.all([1, 3]), [1, 3]);
    }
}
