//! How a person looks: what is only about the eye and never about the comparison itself. Edited directly by the window,
//! built from flags by `doublet shot`.

use crate::engine::{State, Track, TrackId};

use super::camera::{Camera, Picture};
use super::overlay::Overlaid;
use super::view::{VIEWS, View};

/// The two things compared.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Side {
    Left,
    Right,
}

/// View, camera, sides and the settings of the views.
#[derive(Clone, Debug, PartialEq)]
pub struct Looking {
    /// Id of the view in [`VIEWS`].
    pub view: &'static str,
    pub camera: Camera,
    /// Where the split line stands, as a share of the pane's width.
    pub split: f64,
    /// The split line follows the pointer.
    pub follow: bool,
    /// Amplification of the difference view.
    pub gain: f32,
    pub flicker: Flicker,
    /// The reference is shown everywhere while this holds.
    pub peek: bool,
    /// Smooth rather than blocky above 100%.
    pub smooth: bool,
    /// What lies over candidates.
    pub over: Overlaid,
    /// The side's track; `None`, or a track that is gone, means the usual one.
    pub left: Option<TrackId>,
    pub right: Option<TrackId>,
}

/// The state of the flicker view.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Flicker {
    /// Changes of the picture a second.
    pub rate: f64,
    pub running: bool,
    /// What is on show now.
    pub now: Side,
}

impl Default for Looking {
    fn default() -> Self {
        Self {
            view: VIEWS[0].id(),
            camera: Camera::default(),
            split: 0.5,
            follow: false,
            gain: 8.0,
            flicker: Flicker { rate: 2.0, running: true, now: Side::Left },
            peek: false,
            smooth: false,
            over: Overlaid::default(),
            left: None,
            right: None,
        }
    }
}

impl Looking {
    /// The view in use.
    pub fn view(&self) -> &'static dyn View {
        VIEWS.iter().copied().find(|v| v.id() == self.view).unwrap_or(VIEWS[0])
    }

    /// The track on a side: the chosen one, or the reference on the left and the first candidate on the right.
    pub fn track<'a>(&self, state: &'a State, side: Side) -> Option<&'a Track> {
        let (chosen, usual) = match side {
            Side::Left => (self.left, state.reference()),
            Side::Right => (self.right, state.candidates().first().or_else(|| state.reference())),
        };
        chosen.and_then(|id| state.track(id)).or(usual)
    }

    /// Exchanges the sides.
    pub fn swap(&mut self, state: &State) {
        let (left, right) = (self.track(state, Side::Left), self.track(state, Side::Right));
        (self.left, self.right) = (right.map(|t| t.id), left.map(|t| t.id));
    }

    /// Puts the next (or, backwards, the previous) track on the right side, going round over what is not on the left.
    pub fn cycle(&mut self, state: &State, backwards: bool) {
        let left = self.track(state, Side::Left).map(|t| t.id);
        let ring: Vec<_> = state.tracks.iter().map(|t| t.id).filter(|id| Some(*id) != left).collect();
        if ring.is_empty() {
            return;
        }
        let now = self.track(state, Side::Right).and_then(|t| ring.iter().position(|id| *id == t.id));
        let next = match (now, backwards) {
            (None, _) => 0,
            (Some(i), false) => (i + 1) % ring.len(),
            (Some(i), true) => (i + ring.len() - 1) % ring.len(),
        };
        self.right = Some(ring[next]);
    }
}

/// What the camera must know: the reference's size, aspect and rotation; all panes show that grid.
pub fn picture(state: &State) -> Option<Picture> {
    let track = state.reference()?;
    if let Some(info) = &track.info {
        return Some(Picture {
            width: info.width,
            height: info.height,
            sample_aspect: info.sample_aspect,
            rotation: info.rotation,
        });
    }
    track.shown.as_ref().map(|s| Picture::new(s.frame.width, s.frame.height))
}
