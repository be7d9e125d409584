//! What lies over a candidate's picture: the map of the overlay chosen, while it is that of the very frame on show.

use crate::engine::{Found, State, TrackId};
use crate::metrics::{self, OverlayAbout, Scale};

use super::canvas::Wash;
use super::layout::{Content, PaneSpec};
use super::looking::{Looking, Side};
use super::text;

/// The overlay in use and how strongly it is drawn.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Overlaid {
    /// Id in [`metrics::overlays`].
    pub id: Option<&'static str>,
    /// 0..1: how much of the picture below gives way.
    pub strength: f32,
    pub limit: Limit,
}

impl Default for Overlaid {
    fn default() -> Self {
        Self { id: None, strength: 0.7, limit: Limit::Usual }
    }
}

/// Where a scale ends.
#[derive(Clone, Copy, PartialEq, Debug, Default)]
pub enum Limit {
    /// Where the overlay says: the same for every frame and candidate.
    #[default]
    Usual,
    /// A round number that the frames on show hardly pass.
    Auto,
    At(f32),
}

/// What is to lie over a track.
#[derive(Clone, Copy, Debug)]
pub enum Over<'a> {
    /// Nothing was asked for here.
    Nothing,
    /// The map of this frame is being made.
    Measuring,
    /// There is none, for this reason.
    Missing(&'a str),
    Found(&'a Found),
}

impl Looking {
    /// The overlay chosen.
    pub fn overlay(&self) -> Option<&'static OverlayAbout> {
        Some(metrics::overlay(self.over.id?).ok()?.about())
    }

    /// The overlay whose maps are wanted of the engine: none while no view shows it.
    pub fn wanted(&self) -> Option<&'static str> {
        self.overlay().map(|about| about.id).filter(|_| self.view().overlays())
    }

    /// Chooses the next overlay of the table (or the one before), "none" among them.
    pub fn cycle_overlay(&mut self, backwards: bool) {
        let ring: Vec<_> = std::iter::once(None).chain(metrics::overlays().iter().map(|o| Some(o.id()))).collect();
        let now = ring.iter().position(|id| *id == self.over.id).unwrap_or(0);
        let step = if backwards { ring.len() - 1 } else { 1 };
        self.choose_overlay(ring[(now + step) % ring.len()]);
    }

    /// Chooses an overlay; the limit goes back to its usual place, since units differ.
    pub fn choose_overlay(&mut self, id: Option<&'static str>) {
        if self.over.id != id {
            self.over = Overlaid { id, limit: Limit::Usual, ..self.over };
        }
    }
}

/// Whether an overlay is drawn of a film that stands still only.
fn paused_only(id: &str) -> bool {
    metrics::overlay(id).is_ok_and(|overlay| overlay.about().needs.models())
}

/// What is to lie over `id` in this view. The reference carries nothing: it is what maps are made against.
pub fn over<'a>(state: &'a State, looking: &Looking, id: TrackId) -> Over<'a> {
    let (Some(wanted), Some(reference)) = (looking.wanted().filter(|_| !looking.peek), state.reference()) else {
        return Over::Nothing;
    };
    let shows = state.track(id).is_some_and(|t| t.shown.is_some());
    if reference.id == id || !shows {
        return Over::Nothing;
    }
    match state.map_of(id, wanted).map(|mapped| &mapped.found) {
        None if paused_only(wanted) && state.clock.playing => Over::Missing(text::WHILE_PAUSED),
        None => Over::Measuring,
        Some(Ok(found)) => Over::Found(found),
        Some(Err(why)) => Over::Missing(why),
    }
}

/// The candidates on show over which something is to lie. Of a flicker both sides are on show, whichever it is now.
pub fn overlaid(state: &State, looking: &Looking, panes: &[PaneSpec]) -> Vec<TrackId> {
    let flicker = looking.view().phases().len() > 1;
    let sides = [Side::Left, Side::Right].into_iter().filter_map(|side| looking.track(state, side)).map(|t| t.id);
    let shown = panes.iter().filter(|p| !matches!(p.content, Content::Difference { .. })).flat_map(|pane| {
        let (left, right) = pane.content.sides();
        [Some(left), right].into_iter().flatten()
    });
    let mut ids = Vec::new();
    for id in shown.chain(sides.filter(|_| flicker)) {
        if !ids.contains(&id) && !matches!(over(state, looking, id), Over::Nothing) {
            ids.push(id);
        }
    }
    ids
}

/// Where the scale ends for the candidates on show: one end for all, so that they can be compared. 1 for classes.
pub fn limit(state: &State, looking: &Looking, panes: &[PaneSpec]) -> f32 {
    let usual = match looking.overlay().map(|about| about.scale) {
        Some(Scale::Sequential { to } | Scale::Tinted { to, .. } | Scale::Diverging { to, .. }) => to,
        Some(Scale::Classes(_)) | None => return 1.0,
    };
    match looking.over.limit {
        Limit::Usual => usual,
        Limit::At(to) if to.is_finite() && to > 0.0 => to,
        Limit::At(_) => usual,
        Limit::Auto => {
            let ids = overlaid(state, looking, panes);
            let found = ids.into_iter().filter_map(|id| match over(state, looking, id) {
                Over::Found(found) => Some(found.reach),
                _ => None,
            });
            let most = found.fold(0.0, f32::max);
            if most > 0.0 { round_up(most) } else { usual }
        }
    }
}

/// The next of 1, 2 and 5 times a power of ten: an end that does not move with every frame.
fn round_up(value: f32) -> f32 {
    let ten = 10f32.powf(value.log10().floor());
    [1.0, 2.0, 5.0].into_iter().map(|m| m * ten).find(|v| *v >= value * 0.9999).unwrap_or(10.0 * ten)
}

/// How a track's picture gives way to its overlay.
pub fn wash(state: &State, looking: &Looking, id: TrackId, alone: bool) -> Wash {
    let strength = looking.over.strength.clamp(0.0, 1.0);
    let over = over(state, looking, id);
    let blocks = match (looking.overlay().map(|about| about.scale), &over, state.reference()) {
        (Some(Scale::Classes(_)), ..) => true,
        (_, Over::Found(found), Some(reference)) => {
            let shown = reference.shown.as_ref().map(|s| (s.frame.width, s.frame.height));
            !looking.smooth && shown.is_some_and(|(w, h)| (found.map.width, found.map.height) == (w, h))
        }
        _ => false,
    };
    if alone {
        // Enough of the picture to know where one is.
        return Wash { light: 0.75 * (1.0 - strength), grey: 1.0, cover: 1.0, blocks };
    }
    match over {
        Over::Nothing | Over::Missing(_) => Wash::NONE,
        // Dimmed already, so that nothing flashes when the map comes.
        Over::Measuring | Over::Found(_) => {
            Wash { light: 1.0 - 0.7 * strength, grey: 0.5 * strength, cover: 1.0 - (1.0 - strength).powi(2), blocks }
        }
    }
}
