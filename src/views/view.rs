//! The table of views. The segmented control, the keys and `--view` walk it; a new view is one more line.

use super::camera::PxRect;
use super::looking::{Looking, Side};

/// What a pane shows, by sides.
#[derive(Clone, Copy, PartialEq, Debug)]
pub enum Shows {
    One(Side),
    /// The left side up to `at` (pixels from the pane's left edge), the right side after it.
    Split {
        at: f64,
    },
    /// How the sides differ, amplified, around middle grey.
    Difference,
    /// The map of the candidate, its picture faint and grey below.
    Map,
}

/// A way to show two sides.
pub trait View: Sync {
    /// The word for flags and sessions.
    fn id(&self) -> &'static str;
    /// The word for people.
    fn label(&self) -> &'static str;
    /// One sentence: what it is good for.
    fn tooltip(&self) -> &'static str;
    /// The key that chooses it.
    fn key(&self) -> egui::Key;
    /// Cuts the area into panes.
    fn panes(&self, area: PxRect, looking: &Looking) -> Vec<(PxRect, Shows)>;
    /// How many pictures a shot of it takes: one a phase.
    fn phases(&self) -> &'static [Side] {
        &[Side::Left]
    }
    /// Whether overlays lie over its pictures.
    fn overlays(&self) -> bool {
        true
    }
}

/// Every view, in the order of the control.
pub static VIEWS: &[&dyn View] = &[&Split, &SideBySide, &Flicker, &Difference, &MapAlone];

/// The view of an id, for flags.
pub fn view_by_id(id: &str) -> Option<&'static dyn View> {
    VIEWS.iter().copied().find(|v| v.id() == id)
}

struct Split;

impl View for Split {
    fn id(&self) -> &'static str {
        "split"
    }
    fn label(&self) -> &'static str {
        "Split"
    }
    fn tooltip(&self) -> &'static str {
        "One picture, cut by a line: the left side of it from one, the right side from the other. Drag the line."
    }
    fn key(&self) -> egui::Key {
        egui::Key::S
    }
    fn panes(&self, area: PxRect, looking: &Looking) -> Vec<(PxRect, Shows)> {
        let at = (looking.split.clamp(0.0, 1.0) * f64::from(area.w)).round();
        vec![(area, Shows::Split { at })]
    }
}

struct SideBySide;

/// Pixels between two panes.
const GAP: u32 = 2;

impl View for SideBySide {
    fn id(&self) -> &'static str {
        "side"
    }
    fn label(&self) -> &'static str {
        "Side"
    }
    fn tooltip(&self) -> &'static str {
        "Both pictures whole, side by side, zoomed and moved together."
    }
    fn key(&self) -> egui::Key {
        egui::Key::B
    }
    fn panes(&self, area: PxRect, _: &Looking) -> Vec<(PxRect, Shows)> {
        let half = area.w.saturating_sub(GAP) / 2;
        let right = area.x + (area.w - half) as i32;
        vec![
            (PxRect::new(area.x, area.y, half, area.h), Shows::One(Side::Left)),
            (PxRect::new(right, area.y, half, area.h), Shows::One(Side::Right)),
        ]
    }
}

struct Flicker;

impl View for Flicker {
    fn id(&self) -> &'static str {
        "flicker"
    }
    fn label(&self) -> &'static str {
        "Flicker"
    }
    fn tooltip(&self) -> &'static str {
        "The two pictures in turns at the same place: the eye catches what changes. Again: hold still or go on."
    }
    fn key(&self) -> egui::Key {
        egui::Key::F
    }
    fn panes(&self, area: PxRect, looking: &Looking) -> Vec<(PxRect, Shows)> {
        vec![(area, Shows::One(looking.flicker.now))]
    }
    fn phases(&self) -> &'static [Side] {
        &[Side::Left, Side::Right]
    }
}

struct Difference;

impl View for Difference {
    fn id(&self) -> &'static str {
        "difference"
    }
    fn label(&self) -> &'static str {
        "Difference"
    }
    fn tooltip(&self) -> &'static str {
        "Right minus left, amplified, around middle grey: grey means the same."
    }
    fn key(&self) -> egui::Key {
        egui::Key::D
    }
    fn panes(&self, area: PxRect, _: &Looking) -> Vec<(PxRect, Shows)> {
        vec![(area, Shows::Difference)]
    }
    fn overlays(&self) -> bool {
        false
    }
}

struct MapAlone;

/// Id of the view that shows an overlay alone.
pub const MAP: &str = "map";

impl View for MapAlone {
    fn id(&self) -> &'static str {
        MAP
    }
    fn label(&self) -> &'static str {
        "Map"
    }
    fn tooltip(&self) -> &'static str {
        "Where a score comes from: the overlay of the candidate, its picture faint and grey below."
    }
    fn key(&self) -> egui::Key {
        egui::Key::V
    }
    fn panes(&self, area: PxRect, _: &Looking) -> Vec<(PxRect, Shows)> {
        vec![(area, Shows::Map)]
    }
}
