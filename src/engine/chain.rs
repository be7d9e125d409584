//! The list of tracks, and the look into a chain: a track's place, and its picture after some of its stages.

use super::core::Engine;
use super::{Track, TrackId};

/// What a score of a tapped track is a score of: "after 2 of 3 stages". `None` when all stages are applied.
pub(super) fn tap_words(track: &Track) -> Option<String> {
    let stages = track.stages.len();
    let unit = if stages == 1 { "stage" } else { "stages" };
    track.tap.map(|tap| format!("after {tap} of {stages} {unit} of {}", track.label))
}

impl Engine {
    /// Puts track `id` at `place` of the list. The reference stays first; a place past the end is the end.
    pub(super) fn shift(&mut self, id: TrackId, place: usize) {
        let tracks = &mut self.state.tracks;
        let Some(from) = tracks.iter().position(|t| t.id == id).filter(|from| *from > 0) else { return };
        let track = tracks.remove(from);
        tracks.insert(place.clamp(1, tracks.len()), track);
    }

    /// Shows candidate `id` after its first `tap` stages, or whole. What was measured there earlier is shown again, what
    /// was measured here is kept.
    pub(super) fn tap(&mut self, id: TrackId, tap: Option<usize>) {
        let reference = self.state.reference().map(|r| r.id);
        let Some(track) = self.state.tracks.iter().find(|t| t.id == id && Some(id) != reference) else { return };
        let tap = tap.filter(|tap| *tap < track.stages.len());
        if track.tap == tap {
            return;
        }
        let post = self.new_id();
        let Some(recipe) = self.backstage.get(&id).map(|back| back.recipe.clone()) else { return };
        let opened = tap.map_or_else(|| recipe.clone(), |tap| recipe.prefix(tap));
        let worker = self.worker(post, &opened, self.reference_recipe());
        self.put_aside(id);
        let Some(back) = self.backstage.get_mut(&id) else { return };
        let Some(track) = self.state.tracks.iter_mut().find(|t| t.id == id) else { return };
        (back.opened, back.worker, back.post) = (opened, worker, post);
        (back.pairing, back.wish) = (None, None);
        back.arrivals.clear();
        *track = Track { tap, ..Track::opening(id, &recipe) };
        self.take_up(id);
    }
}
