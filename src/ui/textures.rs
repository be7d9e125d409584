//! Which pictures are on the graphics device. Kept by (track, serial): switching or flickering between tracks uploads
//! nothing. The cache knows no graphics, so that tests can count what it does.

use std::collections::HashMap;

use crate::engine::{Shown, State, TrackId};
use crate::frame::Frame;

/// Bytes of graphics memory that pictures may take before those not on screen go.
pub const BUDGET: u64 = 1 << 30;

/// Bytes a sample takes as texture (four halves).
const TEXEL: u64 = 8;

struct Entry<T> {
    serial: u64,
    bytes: u64,
    texture: T,
}

/// Textures of the tracks' pictures on show.
pub struct Cache<T> {
    entries: HashMap<TrackId, Entry<T>>,
    budget: u64,
    uploads: u64,
    /// Something not on screen had to go, or was not loaded ahead.
    pub crowded: bool,
}

impl<T> Cache<T> {
    pub fn new(budget: u64) -> Self {
        Self { entries: HashMap::new(), budget, uploads: 0, crowded: false }
    }

    /// Pictures uploaded so far.
    pub fn uploads(&self) -> u64 {
        self.uploads
    }

    /// Bytes taken now.
    pub fn bytes(&self) -> u64 {
        self.entries.values().map(|e| e.bytes).sum()
    }

    pub fn get(&self, id: TrackId) -> Option<&T> {
        self.entries.get(&id).map(|e| &e.texture)
    }

    /// Brings a track's texture up to date for the screen, making room at the cost of tracks not in `visible`. A failed
    /// upload keeps what was there.
    ///
    /// # Errors
    /// What `upload` reports.
    pub fn refresh<E>(
        &mut self,
        id: TrackId,
        shown: &Shown,
        visible: &[TrackId],
        upload: impl FnOnce(&Frame) -> Result<T, E>,
    ) -> Result<(), E> {
        if self.fresh(id, shown) {
            return Ok(());
        }
        let bytes = cost(&shown.frame);
        while self.bytes() + bytes > self.budget {
            let victim = self.entries.keys().copied().find(|other| *other != id && !visible.contains(other));
            match victim {
                Some(victim) => self.entries.remove(&victim),
                None => break,
            };
            self.crowded = true;
        }
        self.insert(id, shown, bytes, upload)
    }

    /// Loads one more track that is not on screen, so that switching to it will need nothing. True when one was loaded
    /// and there may be more.
    ///
    /// # Errors
    /// What `upload` reports.
    pub fn ahead<E>(&mut self, state: &State, upload: impl FnOnce(&Frame) -> Result<T, E>) -> Result<bool, E> {
        for track in &state.tracks {
            let Some(shown) = state.on_screen(track) else { continue };
            if self.fresh(track.id, shown) {
                continue;
            }
            let bytes = cost(&shown.frame);
            let old = self.entries.get(&track.id).map_or(0, |e| e.bytes);
            if self.bytes() - old + bytes > self.budget {
                self.crowded = true;
                continue;
            }
            return self.insert(track.id, shown, bytes, upload).map(|()| true);
        }
        Ok(false)
    }

    /// Forgets tracks that are gone.
    pub fn retain(&mut self, state: &State) {
        self.entries.retain(|id, _| state.track(*id).is_some());
    }

    /// Forgets what `keeps` does not name.
    pub fn keep(&mut self, keeps: impl Fn(TrackId) -> bool) {
        self.entries.retain(|id, _| keeps(*id));
    }

    fn fresh(&self, id: TrackId, shown: &Shown) -> bool {
        self.entries.get(&id).is_some_and(|e| e.serial == shown.serial)
    }

    fn insert<E>(
        &mut self,
        id: TrackId,
        shown: &Shown,
        bytes: u64,
        upload: impl FnOnce(&Frame) -> Result<T, E>,
    ) -> Result<(), E> {
        let texture = upload(&shown.frame)?;
        self.uploads += 1;
        self.entries.insert(id, Entry { serial: shown.serial, bytes, texture });
        Ok(())
    }
}

fn cost(frame: &Frame) -> u64 {
    u64::from(frame.width) * u64::from(frame.height) * TEXEL
}
