//! The one clock: what frame is due, and the moment at which all watched tracks change to it together.

use std::ops::Range;
use std::time::{Duration, Instant};

use super::core::Engine;
use super::measuring::known_at;
use super::schedule::AHEAD;
use super::tracks::Arrival;
use super::{Clock, Shown, TrackId};

/// Where playback is anchored in real time.
#[derive(Default)]
pub(super) struct Playback {
    /// The moment at which a frame was shown on time, and that frame's time in seconds.
    anchor: Option<(Instant, f64)>,
    /// The frame being waited for while playing. It stays until it or a later one is shown: a slow candidate would
    /// otherwise have its work called off again and again.
    pub next: usize,
}

impl Engine {
    /// Enters what came for frame `number` of track `id`.
    pub(super) fn arrive(&mut self, id: TrackId, number: usize, arrival: Arrival) {
        let Some(back) = self.backstage.get_mut(&id) else { return };
        if let Some(wish) = back.wish.as_mut().filter(|_| arrival.is_final()) {
            // Fulfilled: should the frame be let go and wanted again, that is a new wish.
            wish.frames.retain(|wanted| wanted.number != number);
        }
        back.arrivals.insert(number, arrival);
        // In view already: a better picture of the same frame may replace it at once, nothing falls out of step.
        let in_view = self.state.track(id).and_then(|t| t.shown.as_ref()).is_some_and(|s| s.number == number);
        let unwatched = !self.watched().contains(&id) && number == self.state.clock.frame;
        if in_view || unwatched {
            self.show(id, number);
        }
    }

    /// Moves the clock to `now`, and shows what is due. Gives when the next frame is due.
    pub(super) fn play(&mut self, now: Instant) -> Option<Duration> {
        let timeline = self.timeline()?;
        let clock = self.state.clock;
        if !clock.playing || self.playback.anchor.is_none() {
            if self.all_arrived(clock.frame, clock.playing) {
                self.present(clock.frame);
                self.playback.anchor = clock.playing.then(|| (now, timeline.seconds(clock.frame)));
                self.playback.next = clock.frame + 1;
            }
            return (clock.playing && self.playback.anchor.is_some()).then_some(Duration::from_millis(5));
        }
        let (began, from) = self.playback.anchor?;
        let seconds = from + now.duration_since(began).as_secs_f64() * clock.speed;
        let end = self.reach();
        if seconds >= timeline.seconds(end) {
            self.wrap_around();
            return Some(Duration::ZERO);
        }
        let due = timeline.at(seconds).min(end - 1);
        let newest = (self.playback.next..=due).rev().find(|&n| self.all_arrived(n, true));
        if let Some(n) = newest {
            self.state.clock.dropped += (n - clock.frame).saturating_sub(1) as u64;
            self.state.clock.frame = n;
            self.state.clock.seconds = timeline.seconds(n);
            self.present(n);
            self.playback.next = due.max(n + 1).min(end);
        }
        let wait = (timeline.seconds(due + 1) - seconds) / clock.speed.max(0.01);
        Some(Duration::from_secs_f64(wait.clamp(0.001, 0.25)))
    }

    /// The frames between the in and out points, or all.
    pub(super) fn home(&self) -> Range<usize> {
        self.state.range.clone().unwrap_or(0..self.state.clock.frames)
    }

    /// The frame before which playback turns round: the out point, or the film's end for a cursor that was put past it.
    fn reach(&self) -> usize {
        let home = self.home();
        if self.state.clock.frame < home.end { home.end } else { self.state.clock.frames }
    }

    /// The frames that come from `from` on in the order in which they are played, `count` at most, each once.
    pub(super) fn soon(&self, from: usize, count: usize) -> Vec<usize> {
        let (home, end) = (self.home(), self.reach());
        let mut soon = Vec::with_capacity(count);
        for n in from..from + count {
            if n >= end && !self.state.clock.looping {
                break;
            }
            let n = if n < end { n } else { home.start + (n - end) % home.len().max(1) };
            if !soon.contains(&n) {
                soon.push(n);
            }
        }
        soon
    }

    fn wrap_around(&mut self) {
        let (home, last) = (self.home(), self.reach().saturating_sub(1));
        if self.state.clock.looping {
            self.seek(home.start);
        } else {
            self.set_playing(false);
            self.seek(last);
        }
    }

    pub(super) fn set_playing(&mut self, playing: bool) {
        let (home, timeline) = (self.home(), self.timeline());
        let clock = &mut self.state.clock;
        if playing && !clock.playing {
            clock.dropped = 0;
            if clock.frame + 1 >= home.end || clock.frame < home.start {
                clock.frame = home.start;
                clock.seconds = timeline.map_or(0.0, |t| t.seconds(home.start));
            }
        }
        clock.playing = playing && home.len() > 1;
        self.playback = Playback { anchor: None, next: clock.frame };
    }

    pub(super) fn set_speed(&mut self, speed: f64) {
        if speed.is_finite() {
            self.state.clock.speed = speed.clamp(0.05, 16.0);
            self.playback = Playback { anchor: None, next: self.state.clock.frame };
        }
    }

    pub(super) fn seek(&mut self, frame: usize) {
        let Some(timeline) = self.timeline() else { return };
        let clock = &mut self.state.clock;
        clock.frame = frame.min(clock.frames.saturating_sub(1));
        clock.seconds = timeline.seconds(clock.frame);
        let frame = clock.frame;
        self.playback = Playback { anchor: None, next: frame };
        // A fast track must not hoard the frames of a scrub that a slow one never catches up with.
        self.keep_near(frame);
    }

    pub(super) fn jump(&mut self, seconds: f64) {
        let Some(timeline) = self.timeline() else { return };
        let from = self.state.clock.frame;
        let mut to = timeline.at(timeline.seconds(from) + seconds);
        // A jump shorter than a frame still moves.
        if to == from && seconds != 0.0 {
            to = from.saturating_add_signed(if seconds > 0.0 { 1 } else { -1 });
        }
        self.seek(to);
    }

    pub(super) fn reset_clock(&mut self) {
        let (speed, looping) = (self.state.clock.speed, self.state.clock.looping);
        self.state.clock = Clock { speed, looping, ..Clock::default() };
        self.playback = Playback::default();
        (self.state.range, self.state.region) = (None, None);
        self.end_hunt();
        self.end_tournament();
    }

    /// The reference and what the window watches: these are shown in step.
    pub(super) fn watched(&self) -> Vec<TrackId> {
        let ready = |id: &TrackId| self.state.track(*id).is_some_and(|t| t.is_ready());
        let reference = self.state.reference().map(|r| r.id);
        let mut watched: Vec<TrackId> = reference.into_iter().chain(self.visible.iter().copied()).collect();
        watched.sort_unstable();
        watched.dedup();
        watched.retain(ready);
        watched
    }

    /// Whether frame `n` of all watched tracks is here; `whole`: stand-ins do not count.
    fn all_arrived(&self, n: usize, whole: bool) -> bool {
        let watched = self.watched();
        !watched.is_empty()
            && watched.iter().all(|id| {
                let back = &self.backstage[id];
                if whole { back.is_settled(n) } else { back.arrivals.contains_key(&n) }
            })
    }

    /// Shows frame `n` of every track that has it; watched tracks all do.
    fn present(&mut self, n: usize) {
        let ids: Vec<_> = self.state.tracks.iter().map(|t| t.id).collect();
        for id in ids {
            let stale = self.state.track(id).is_some_and(|t| t.shown.as_ref().is_none_or(|s| s.number != n));
            if stale {
                self.show(id, n);
            }
        }
        self.keep_near(n);
    }

    /// Lets go of what came for frames that are not soon due. What comes soon is kept, also across the end of a loop;
    /// the store has the rest, within its budget.
    fn keep_near(&mut self, n: usize) {
        let soon = self.soon(n, AHEAD + 1);
        for back in self.backstage.values_mut() {
            back.arrivals.retain(|number, _| soon.contains(number));
        }
    }

    /// Puts what came for frame `n` of track `id` on show.
    fn show(&mut self, id: TrackId, n: usize) {
        let arrival = self.backstage.get(&id).and_then(|b| b.arrivals.get(&n)).cloned();
        self.serial += 1;
        let serial = self.serial;
        let Some(track) = self.state.track_mut(id) else { return };
        let moved = track.shown.as_ref().is_none_or(|s| s.number != n);
        if moved {
            track.live = known_at(track, n);
        }
        match arrival {
            Some(Arrival::Frame { frame, own, coverage }) => {
                track.frame_fault = None;
                track.shown = Some(Shown { frame, number: n, own_number: own, serial, coverage });
            }
            Some(Arrival::Fault(sentence)) => {
                track.frame_fault = Some(sentence);
                track.shown = None;
                track.live.clear();
            }
            None => return,
        }
        self.state.revision += 1;
    }

    fn timeline(&self) -> Option<std::sync::Arc<crate::frame::Timeline>> {
        Some(self.state.reference()?.info.as_ref()?.timeline.clone())
    }
}
