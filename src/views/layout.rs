//! From a view to what is drawn where: shared by the window and by `doublet shot`.

use crate::engine::{State, Track, TrackId};
use crate::frame::Region;

use super::camera::{Picture, Placed, PxRect};
use super::canvas::{Filter, Mode, Rect, SURROUND, Spec};
use super::looking::{Looking, Side, picture};
use super::overlay;
use super::view::Shows;

/// One pane: a piece of the area with one drawing.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct PaneSpec {
    pub rect: PxRect,
    /// Where the whole picture lies; drawn only inside `rect`.
    pub placed: Placed,
    pub picture: Picture,
    pub content: Content,
}

/// What a pane shows, by tracks.
#[derive(Clone, Copy, PartialEq, Debug)]
pub enum Content {
    One(TrackId),
    /// `left` up to `at` pixels from the pane's left edge, `right` after it.
    Split {
        left: TrackId,
        right: TrackId,
        at: f64,
    },
    Difference {
        left: TrackId,
        right: TrackId,
        gain: f32,
    },
    /// A candidate's map, its picture faint and grey below.
    Map(TrackId),
}

impl Content {
    /// The tracks that stand on the pane's left and right, in that order.
    pub fn sides(&self) -> (TrackId, Option<TrackId>) {
        match *self {
            Content::One(only) | Content::Map(only) => (only, None),
            Content::Split { left, right, .. } | Content::Difference { left, right, .. } => (left, Some(right)),
        }
    }
}

impl PaneSpec {
    /// The drawing of this pane, for the canvas and its twin; A is the left side (or the only one).
    pub fn drawing(&self, state: &State, looking: &Looking) -> Spec {
        let (left, right) = self.content.sides();
        let turned = |id| state.track(id).map_or(self.picture.rotation, |t| turn(t, &self.picture));
        let (pane, placed) = (self.rect, self.placed);
        let wash = |id| overlay::wash(state, looking, id, matches!(self.content, Content::Map(_)));
        Spec {
            viewport: Rect::new(pane.x as f32, pane.y as f32, pane.w as f32, pane.h as f32),
            picture: Rect::new(
                (placed.x - f64::from(pane.x)) as f32,
                (placed.y - f64::from(pane.y)) as f32,
                placed.w as f32,
                placed.h as f32,
            ),
            rotation: [turned(left), turned(right.unwrap_or(left))],
            mode: match self.content {
                Content::One(_) | Content::Map(_) => Mode::A,
                Content::Split { at, .. } => Mode::Split { x: at as f32 },
                Content::Difference { gain, .. } => Mode::Difference { gain },
            },
            filter: if looking.smooth { Filter::Smooth } else { Filter::Auto },
            // Maps lie on the reference's grid.
            over_rotation: self.picture.rotation,
            wash: [wash(left), wash(right.unwrap_or(left))],
            surround: SURROUND,
        }
    }
}

/// Degrees clockwise by which a track's stored picture is turned for showing. A candidate that lies as the reference is
/// stored (its tag was lost on the way) is turned like the reference, because that is how the two are measured; one that
/// was turned already when it was made is not turned again.
pub fn turn(track: &Track, reference: &Picture) -> u16 {
    let Some(info) = &track.info else { return reference.rotation };
    let lies = |w: u32, h: u32| w >= h;
    if lies(info.width, info.height) == lies(reference.width, reference.height) {
        reference.rotation
    } else {
        info.rotation
    }
}

/// Lays the view out in an area of physical pixels. Empty while there is no reference.
pub fn layout(state: &State, looking: &Looking, area: PxRect) -> Vec<PaneSpec> {
    let tracks = (looking.track(state, Side::Left), looking.track(state, Side::Right));
    let ((Some(left), Some(right)), Some(picture)) = (tracks, picture(state)) else {
        return Vec::new();
    };
    let reference = state.reference().map_or(left.id, |t| t.id);
    let (left, right) = (left.id, right.id);
    let content = |shows| match shows {
        _ if looking.peek => Content::One(reference),
        Shows::One(Side::Left) => Content::One(left),
        Shows::One(Side::Right) => Content::One(right),
        Shows::Split { at } => Content::Split { left, right, at },
        Shows::Difference => Content::Difference { left, right, gain: looking.gain },
        Shows::Map => [right, left].into_iter().find(|id| *id != reference).map_or(Content::One(left), Content::Map),
    };
    let panes = looking.view().panes(area, looking);
    panes
        .into_iter()
        .map(|(rect, shows)| {
            let placed = looking.camera.place(rect, &picture);
            PaneSpec { rect, placed, picture, content: content(shows) }
        })
        .collect()
}

/// The tracks on screen and the part of the stored picture that can be seen: for [`crate::engine::Command::Watch`].
/// In the flicker view both sides count, whichever is on show.
pub fn watched(state: &State, looking: &Looking, area: PxRect) -> (Vec<TrackId>, Region) {
    let mut visible: Vec<TrackId> = Vec::new();
    for side in [Side::Left, Side::Right] {
        if let Some(track) = looking.track(state, side)
            && !visible.contains(&track.id)
        {
            visible.push(track.id);
        }
    }
    let mut focus: Option<[f64; 4]> = None;
    for pane in layout(state, looking, area) {
        let part = looking.camera.visible(pane.rect, &pane.picture);
        let [a, b] = [[part[0], part[1]], [part[2], part[3]]].map(|p| pane.picture.unturn(p));
        let part = [a[0].min(b[0]), a[1].min(b[1]), a[0].max(b[0]), a[1].max(b[1])];
        focus = Some(match focus {
            None => part,
            Some(f) => [f[0].min(part[0]), f[1].min(part[1]), f[2].max(part[2]), f[3].max(part[3])],
        });
    }
    let region = focus.map_or(Region::WHOLE, |f| {
        let [left, top, right, bottom] = f.map(|v| v as f32);
        Region { left, top, right, bottom }
    });
    (visible, region)
}
