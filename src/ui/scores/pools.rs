//! Pooled numbers, kept until what they stand on changes: a film has a hundred thousand frames, a window sixty passes
//! a second.

use std::collections::HashMap;
use std::ops::Range;
use std::time::{Duration, Instant};

use crate::engine::{State, Track, TrackId};
use crate::metrics::Pooled;

/// Pooled scores of every candidate and metric on show.
#[derive(Default)]
pub struct Pools {
    kept: HashMap<(TrackId, &'static str), Option<Pooled>>,
    revision: u64,
    range: Option<Range<usize>>,
    /// When they may be made anew, so that pooling takes at most a twentieth of the window's time.
    due: Option<Instant>,
}

impl Pools {
    /// Forgets what no longer holds. True when numbers on show are behind and the window should look again.
    pub fn refresh(&mut self, state: &State) -> bool {
        let same = self.revision == state.revision && self.range == state.range;
        if same {
            return false;
        }
        if self.range == state.range && self.due.is_some_and(|due| Instant::now() < due) {
            return true;
        }
        self.kept.clear();
        (self.revision, self.range, self.due) = (state.revision, state.range.clone(), None);
        false
    }

    /// The scores of `id` over what is measured of the range so far.
    pub fn of(&mut self, state: &State, track: &Track, id: &'static str) -> Option<Pooled> {
        if let Some(known) = self.kept.get(&(track.id, id)) {
            return *known;
        }
        let began = Instant::now();
        let found = state.pooled(track, id);
        self.kept.insert((track.id, id), found);
        let rest = 20 * began.elapsed();
        self.due = Some(self.due.unwrap_or(began) + rest.max(Duration::from_micros(1)));
        found
    }
}
