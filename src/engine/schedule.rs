//! Who makes what next: what is on screen first, then the same frame of the other candidates, then what comes soon.

use crate::frame::{Region, Urgency};

use super::core::Engine;
use super::tracks::Arrival;
use super::worker::{Wanted, Wish};
use super::{TrackId, TrackStatus};

/// Frames made ahead of the clock while playing.
pub(super) const AHEAD: usize = 8;

impl Engine {
    /// Sends each track its wishes, and pairs that came to be measured. Called after every change.
    pub(super) fn schedule(&mut self) {
        self.map_shown();
        let watched = self.watched();
        let clock = self.state.clock;
        let waiting = watched.iter().any(|id| !self.backstage[id].is_settled(clock.frame)) && !clock.playing;
        self.measurer.rest(
            clock.playing || waiting || !self.mapper.is_idle() || self.contest.is_running() || self.is_bench_busy(),
        );
        let opening = self.state.tracks.iter().any(|t| t.status == TrackStatus::Opening);
        self.shelf.rest(waiting || opening || self.contest.is_running());
        self.workshop.chooser().rest(self.contest.is_running());
        let ids: Vec<TrackId> = self.state.tracks.iter().filter(|t| t.is_ready()).map(|t| t.id).collect();
        for id in ids {
            let on_screen = watched.contains(&id);
            let numbers = match (clock.playing, on_screen) {
                (true, true) => self.soon(self.playback.next.max(clock.frame), AHEAD),
                // The others rest while two tracks play; and they wait until what is on screen is there.
                (true, false) => Vec::new(),
                (false, false) if waiting => Vec::new(),
                (false, _) => vec![clock.frame],
            };
            self.wish(id, &numbers, if on_screen { Urgency::OnScreen } else { Urgency::Background });
        }
        self.measure_shown();
        self.work_bench();
        self.fade_shown();
    }

    /// Wishes for `numbers` of a track, less what is here. A frame without a partner is a fault at once.
    fn wish(&mut self, id: TrackId, numbers: &[usize], urgency: Urgency) {
        let focus = if urgency == Urgency::OnScreen { self.focus } else { Region::WHOLE };
        let Some(back) = self.backstage.get_mut(&id) else { return };
        let Some(pairing) = back.pairing.clone() else { return };
        let mut frames = Vec::new();
        let mut faults = Vec::new();
        for &number in numbers.iter().filter(|n| !back.is_settled(**n)) {
            match pairing.own(number) {
                Ok(own) => frames.push(Wanted { number, own }),
                Err(unpaired) => faults.push((number, unpaired.to_string())),
            }
        }
        let wish = Wish { frames, focus, urgency };
        let news = match &back.wish {
            Some(last) => *last != wish,
            None => !wish.frames.is_empty(),
        };
        if news {
            back.worker.wish(wish.clone());
            back.wish = Some(wish);
        }
        for (number, sentence) in faults {
            self.arrive(id, number, Arrival::Fault(sentence));
        }
    }

    /// Whether every wished frame came.
    pub(super) fn is_settled(&self) -> bool {
        let clock = &self.state.clock;
        let ready = |id: &TrackId| self.state.track(*id).is_some_and(|t| t.is_ready());
        clock.frames == 0
            || self.backstage.iter().filter(|(id, _)| ready(id)).all(|(_, back)| back.is_settled(clock.frame))
    }
}
