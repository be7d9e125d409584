//! In and out points: the stretch of the reference that playback loops in and a tournament runs on.

use std::ops::Range;

use crate::frame::Timeline;

use super::State;
use super::core::Engine;

/// Frames of the reference that last `seconds` around the cursor: by their times, so that a file with a changing rate
/// gives as much film as a steady one. At least one frame; moved inwards at the ends of the film, the whole film where
/// that is shorter. Empty (0..0) while no reference is open.
pub fn default_range(state: &State, seconds: f64) -> Range<usize> {
    let Some(info) = state.reference().and_then(|r| r.info.as_ref()) else { return 0..0 };
    around(&info.timeline, state.clock.seconds, seconds)
}

/// Frames that last `seconds` (a number above 0) with `centre` in their middle, as [`default_range`].
pub(super) fn around(timeline: &Timeline, centre: f64, seconds: f64) -> Range<usize> {
    let seconds = if seconds.is_finite() { seconds.max(0.0) } else { timeline.duration() };
    let latest = (timeline.duration() - seconds).max(0.0);
    stretch(timeline, timeline.nearest((centre - seconds / 2.0).clamp(0.0, latest)).0, seconds)
}

/// The frames from `start` on that begin within `seconds`; at least one, if there is any.
pub(super) fn stretch(timeline: &Timeline, start: usize, seconds: f64) -> Range<usize> {
    if timeline.is_empty() {
        return 0..0;
    }
    let start = start.min(timeline.len() - 1);
    let end = timeline.seconds(start) + seconds;
    // A frame that begins where the stretch ends, to half a tick or a thousandth of a second, is past it.
    let slack = (timeline.time_base.as_f64() * 0.5).min(0.001);
    if timeline.duration() <= end + slack {
        return start..timeline.len();
    }
    let (mut low, mut high) = (start + 1, timeline.len());
    while low < high {
        let middle = low + (high - low) / 2;
        if timeline.seconds(middle) < end - slack { low = middle + 1 } else { high = middle }
    }
    start..low
}

/// `range` within `frames` frames, one frame at least; `None` when there are no frames.
pub(super) fn clamped(range: Range<usize>, frames: usize) -> Option<Range<usize>> {
    let last = frames.checked_sub(1)?;
    let start = range.start.min(last);
    Some(start..range.end.clamp(start + 1, frames))
}

impl Engine {
    /// Obeys [`super::Command::Range`]. A cursor that plays outside goes to the in point; one that stands stays.
    pub(super) fn set_range(&mut self, range: Option<Range<usize>>) {
        self.end_hunt();
        self.enter_range(range);
    }

    /// Takes over a range, whoever found it.
    pub(super) fn enter_range(&mut self, range: Option<Range<usize>>) {
        let frames = self.state.clock.frames;
        let range = range.and_then(|range| clamped(range, frames));
        let news = range != self.state.range;
        self.state.range = range;
        if news {
            self.measure_edges();
        }
        let (clock, home) = (self.state.clock, self.home());
        if clock.playing && !home.contains(&clock.frame) {
            self.seek(home.start);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::frame::Rational;

    #[test]
    fn a_stretch_lasts_as_long_as_asked_at_any_rate() {
        for (num, den, frames) in [(25, 1, 125), (24_000, 1001, 120), (60, 1, 300), (30_000, 1001, 150)] {
            let line = Timeline::constant(2000, Rational::new(num, den));
            let found = around(&line, 20.0, 5.0);
            assert_eq!(found.len(), frames, "{num}/{den}");
            let middle = (line.seconds(found.start) + line.seconds(found.end)) / 2.0;
            assert!((middle - 20.0).abs() <= 0.05, "{num}/{den}: {middle}");
        }
    }

    #[test]
    fn a_changing_rate_is_measured_in_seconds() {
        // A second of ten frames, then of a hundred, in milliseconds.
        let pts = (0..10).map(|n| n * 100).chain((0..100).map(|n| 1000 + n * 10)).collect();
        let line = Timeline { time_base: Rational::new(1, 1000), pts, rate: None, last_duration: 10 };
        assert_eq!(stretch(&line, 0, 1.0), 0..10);
        assert_eq!(stretch(&line, 5, 1.0), 5..60);
        assert_eq!(around(&line, 1.5, 1.0), 10..110);
    }

    #[test]
    fn the_ends_of_the_film_move_a_stretch_and_do_not_cut_it() {
        let line = Timeline::constant(240, Rational::new(25, 1));
        assert_eq!(around(&line, 0.0, 5.0), 0..125);
        assert_eq!(around(&line, 9.6, 5.0), 115..240);
        assert_eq!(around(&line, 4.0, 60.0), 0..240);
        assert_eq!(around(&line, 4.0, f64::INFINITY), 0..240);
        assert_eq!(around(&line, 4.0, 0.0), 100..101, "one frame at least");
        assert_eq!(around(&Timeline::still(), 0.0, 5.0), 0..1);
    }

    #[test]
    fn ranges_are_clamped_to_what_there_is() {
        assert_eq!(clamped(3..7, 10), Some(3..7));
        assert_eq!(clamped(3..700, 10), Some(3..10));
        assert_eq!(clamped(30..40, 10), Some(9..10));
        assert_eq!(clamped(Range { start: 7, end: 3 }, 10), Some(7..8));
        assert_eq!(clamped(0..1, 0), None);
    }
}
