//! Frames that were just decoded, kept for stepping back: a GOP is decoded once, not once a step.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::frame::Frame;

/// Frames by number within a budget of bytes.
pub(super) struct Cache {
    frames: BTreeMap<usize, Arc<Frame>>,
    bytes: usize,
    budget: usize,
}

impl Cache {
    pub(super) fn new(budget: usize) -> Self {
        Self { frames: BTreeMap::new(), bytes: 0, budget }
    }

    pub(super) fn get(&self, n: usize) -> Option<Arc<Frame>> {
        self.frames.get(&n).cloned()
    }

    /// How many frames of `cost` bytes fit; at least one.
    pub(super) fn room(&self, cost: usize) -> usize {
        (self.budget / cost.max(1)).max(1)
    }

    /// Keeps frame `n`; what is furthest from frame `near` makes room.
    pub(super) fn insert(&mut self, n: usize, frame: Arc<Frame>, near: usize) {
        self.bytes += frame.cost();
        if let Some(old) = self.frames.insert(n, frame) {
            self.bytes -= old.cost();
        }
        while self.bytes > self.budget && self.frames.len() > 1 {
            let first = self.frames.keys().next().copied().unwrap_or(near);
            let last = self.frames.keys().next_back().copied().unwrap_or(near);
            self.remove(if first.abs_diff(near) >= last.abs_diff(near) { first } else { last });
        }
    }

    /// Lets go of every frame before `n`.
    pub(super) fn forget_before(&mut self, n: usize) {
        while let Some((&first, _)) = self.frames.first_key_value() {
            if first >= n {
                break;
            }
            self.remove(first);
        }
    }

    fn remove(&mut self, n: usize) {
        if let Some(frame) = self.frames.remove(&n) {
            self.bytes -= frame.cost();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::frame::{ColorInfo, Family, Layout, Plane, Sample};

    #[test]
    fn the_furthest_frame_makes_room() {
        let layout = Layout { family: Family::Gray, sample: Sample::U8, chroma_shift: (0, 0), alpha: false };
        let frame = || {
            let plane = Plane::from_u8(10, 10, vec![0; 100]).unwrap();
            Arc::new(Frame::new(10, 10, layout, ColorInfo::default(), vec![plane]).unwrap())
        };
        let mut cache = Cache::new(300);
        (0..5).for_each(|n| cache.insert(n, frame(), 4));
        assert_eq!(cache.frames.keys().copied().collect::<Vec<_>>(), [2, 3, 4]);
        cache.insert(1, frame(), 1);
        assert_eq!(cache.frames.keys().copied().collect::<Vec<_>>(), [1, 2, 3]);
        cache.insert(1, frame(), 1);
        assert_eq!(cache.bytes, 300);
        cache.forget_before(3);
        assert_eq!((cache.frames.len(), cache.bytes), (1, 100));
    }
}
