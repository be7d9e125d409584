//! Pooled numbers, kept until what they stand on changes: a film has a hundred thousand frames, a window sixty passes
//! a second.

use std::collections::HashMap;
use std::ops::Range;
use std::time::{Duration, Instant};

use crate::engine::{Series, State, Track, TrackId};
use crate::frame::Timeline;
use crate::metrics::{self, Direction, Pooled, Value, pool_timed};

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
    pub fn of(&mut self, timeline: Option<&Timeline>, track: &Track, id: &'static str) -> Option<Pooled> {
        if let Some(known) = self.kept.get(&(track.id, id)) {
            return *known;
        }
        let began = Instant::now();
        let found = track.series.get(id).and_then(|series| over(series, self.range.clone(), timeline, direction(id)));
        self.kept.insert((track.id, id), found);
        let rest = 20 * began.elapsed();
        self.due = Some(self.due.unwrap_or(began) + rest.max(Duration::from_micros(1)));
        found
    }
}

fn over(
    series: &Series,
    range: Option<Range<usize>>,
    timeline: Option<&Timeline>,
    direction: Direction,
) -> Option<Pooled> {
    let range = range.unwrap_or(0..series.len());
    let range = range.start..range.end.min(series.len());
    let known = range.filter_map(|n| Some((n, (*series.get(n)?)?)));
    let time = |n: usize| timeline.map_or(n as f64, |timeline| timeline.seconds(n));
    let (times, values): (Vec<f64>, Vec<Value>) = known.map(|(n, value)| (time(n), value)).unzip();
    let pooled = pool_timed(&times, &values, direction)?;
    // Without times nobody knows how long a second is.
    Some(Pooled { worst_second: pooled.worst_second.filter(|_| timeline.is_some()), ..pooled })
}

fn direction(id: &str) -> Direction {
    metrics::find(id).map_or(Direction::HigherIsBetter, |metric| metric.about().direction)
}
