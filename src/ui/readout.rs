//! Under the pointer: place and R'G'B' of both sides, from the frames on show, and the number of the map there.

use egui::Color32;

use crate::engine::{State, Track};
use crate::views::overlay::{self, Over};
use crate::views::plate::{Plate, Spot, words_plate};
use crate::views::{PxRect, Side, probe, ramp, style, text};

use super::desk::Desk;

/// The read-out, when the pointer is over the picture.
pub fn plate(state: &State, desk: &Desk, area: PxRect) -> Option<Plate> {
    let at = desk.pointer?;
    let pane = desk.panes.iter().find(|p| p.rect.contains(at))?;
    let (x, y) = desk.looking.camera.sample_under(pane.rect, &pane.picture, at)?;
    let mut words = vec![(text::sample_at(x, y), style::TEXT)];
    let left = desk.looking.track(state, Side::Left);
    let right = desk.looking.track(state, Side::Right);
    let same = left.map(|t| t.id) == right.map(|t| t.id);
    for track in left.into_iter().chain(right.filter(|_| !same)) {
        let place = state.tracks.iter().position(|t| t.id == track.id).unwrap_or(0);
        words.push((format!("{}", place + 1), style::line_color(place)));
        let grid = (pane.picture.width, pane.picture.height);
        words.push((values(state, track, (x, y), grid), style::TEXT));
        words.extend(mapped(state, desk, track, (x, y), grid));
    }
    Some(words_plate(area, Spot::RightBottom, &words))
}

/// What the read-out says, if the pointer is over the picture.
pub fn words(state: &State, desk: &Desk) -> Option<String> {
    plate(state, desk, desk.area).map(|plate| plate.words())
}

/// The number of a track's map at a sample of the reference's grid: the raw number of the cell that covers it.
fn mapped(state: &State, desk: &Desk, track: &Track, at: (u32, u32), grid: (u32, u32)) -> Option<(String, Color32)> {
    let about = desk.looking.overlay()?;
    match overlay::over(state, &desk.looking, track.id) {
        Over::Nothing => None,
        Over::Measuring | Over::Missing(_) => Some((text::UNKNOWN.to_owned(), style::WEAK)),
        Over::Found(found) => {
            let value = found.map.at(at, grid)?;
            let [r, g, b, a] = ramp::color(about.scale, overlay::limit(state, &desk.looking, &desk.panes), value);
            // Dark colours of a ramp cannot be read.
            let bright = a > 0 && r.max(g).max(b) > 140;
            let color = if bright { Color32::from_rgb(r, g, b) } else { style::TEXT };
            Some((text::map_value(about, value), color))
        }
    }
}

/// A track's values at a sample of the reference's grid; a candidate of another size gives its nearest sample.
fn values(state: &State, track: &Track, at: (u32, u32), grid: (u32, u32)) -> String {
    let rgb = state.on_screen(track).and_then(|shown| {
        let frame = &shown.frame;
        let scale = |v: u32, from: u32, to: u32| ((f64::from(v) + 0.5) * f64::from(to) / f64::from(from.max(1))) as u32;
        probe::rgb_at(frame, scale(at.0, grid.0, frame.width), scale(at.1, grid.1, frame.height))
    });
    rgb.map_or_else(|| text::UNKNOWN.to_owned(), text::rgb)
}
