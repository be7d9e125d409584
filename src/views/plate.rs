//! The dark plates over the picture: names, scores, frame and time, what is missing. The window and `doublet shot` build
//! and paint them with this same code.

use egui::text::{LayoutJob, TextWrapping};
use egui::{Color32, CornerRadius, FontId, Galley, Painter, Pos2, Rect, Vec2, pos2, vec2};
use std::sync::Arc;

use crate::engine::{State, Track, TrackId, TrackStatus};

use super::camera::PxRect;
use super::layout::{Content, PaneSpec};
use super::looking::{Looking, Side};
use super::{figures, marks, style, text};

/// Where in its room a plate stands.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Spot {
    LeftTop,
    RightTop,
    LeftBottom,
    CenterBottom,
    RightBottom,
    Center,
}

/// Words of one kind in a row.
#[derive(Clone, PartialEq, Debug)]
pub struct Piece {
    pub text: String,
    pub size: f32,
    pub strong: bool,
    pub color: Color32,
    /// Points of room before it.
    pub gap: f32,
}

impl Piece {
    fn new(text: impl Into<String>, size: f32, color: Color32) -> Self {
        Self { text: text.into(), size, strong: false, color, gap: 0.0 }
    }

    fn strong(mut self) -> Self {
        self.strong = true;
        self
    }

    fn after(mut self, gap: f32) -> Self {
        self.gap = gap;
        self
    }

    fn font(&self) -> FontId {
        if self.strong { style::strong(self.size) } else { style::font(self.size) }
    }
}

/// A plate: rows of pieces in a corner of a room.
#[derive(Clone, PartialEq, Debug)]
pub struct Plate {
    /// The track it speaks of.
    pub track: Option<TrackId>,
    /// The pane, or the part of it that belongs to the track; physical pixels.
    pub room: PxRect,
    pub spot: Spot,
    pub rows: Vec<Vec<Piece>>,
    /// Set back, because another picture is on show.
    pub dim: bool,
    /// Shares the upper edge of its room with another plate.
    pub half: bool,
}

impl Plate {
    /// All its words, for screen readers and tests.
    pub fn words(&self) -> String {
        let row = |r: &Vec<Piece>| r.iter().map(|p| p.text.as_str()).collect::<Vec<_>>().join(" ");
        self.rows.iter().map(row).collect::<Vec<_>>().join(", ")
    }
}

/// Every plate of the panes in an area.
pub fn plates(state: &State, looking: &Looking, area: PxRect, panes: &[PaneSpec]) -> Vec<Plate> {
    let mut all = Vec::new();
    for (i, pane) in panes.iter().enumerate() {
        let spot = if i == 0 { Spot::LeftTop } else { Spot::RightTop };
        match pane.content {
            Content::One(id) if panes.len() == 1 && looking.view().phases().len() > 1 && !looking.peek => {
                flicker_plates(state, looking, pane.rect, id, &mut all);
            }
            Content::One(id) => side_plates(state, id, pane.rect, spot, false, &mut all),
            Content::Map(id) => {
                side_plates(state, id, pane.rect, Spot::RightTop, false, &mut all);
                all.extend(no_overlay(looking, pane.rect));
            }
            Content::Split { left, right, at } => {
                let [a, b] = split_rooms(pane.rect, at);
                side_plates(state, left, a, Spot::LeftTop, false, &mut all);
                side_plates(state, right, b, Spot::RightTop, false, &mut all);
            }
            Content::Difference { left, right, gain } => {
                let [a, b] = split_rooms(pane.rect, f64::from(pane.rect.w / 2));
                side_plates(state, left, a, Spot::LeftTop, false, &mut all);
                side_plates(state, right, b, Spot::RightTop, false, &mut all);
                all.extend(difference_plate(state, left, right, gain, pane.rect));
            }
        }
    }
    for plate in &mut all {
        plate.half = panes.len() == 1;
    }
    // In a split the score plates keep to the corners of the whole pane: they must not wander with the line.
    for plate in &mut all {
        if matches!(plate.spot, Spot::LeftTop | Spot::RightTop)
            && let Some(pane) = panes.iter().find(|p| p.rect.contains(plate.room.center()))
        {
            plate.room = pane.rect;
        }
    }
    all.extend(frame_plate(state, looking, area));
    all
}

fn split_rooms(pane: PxRect, at: f64) -> [PxRect; 2] {
    let at = (at.max(0.0) as u32).min(pane.w);
    [PxRect { w: at, ..pane }, PxRect { x: pane.x + at as i32, w: pane.w - at, ..pane }]
}

/// Both sides' plates stay while the pictures change; the one on show is bright.
fn flicker_plates(state: &State, looking: &Looking, pane: PxRect, shown: TrackId, all: &mut Vec<Plate>) {
    for (side, spot) in [(Side::Left, Spot::LeftTop), (Side::Right, Spot::RightTop)] {
        if let Some(track) = looking.track(state, side) {
            let from = all.len();
            side_plates(state, track.id, pane, spot, track.id != shown, all);
            if track.id != shown {
                all.truncate(from + 1);
            }
        }
    }
}

/// The score plate of a track and, if its picture is missing, the sentence in the middle.
fn side_plates(state: &State, id: TrackId, room: PxRect, spot: Spot, dim: bool, all: &mut Vec<Plate>) {
    let Some((place, track)) = state.tracks.iter().enumerate().find(|(_, t)| t.id == id) else { return };
    let rows = score_rows(state, place, track);
    all.push(Plate { track: Some(id), room, spot, rows, dim, half: false });
    let missing = match (&track.status, &track.frame_fault, &track.shown) {
        (TrackStatus::Failed(sentence), ..) => Some((sentence.as_str(), style::RED)),
        (_, Some(sentence), _) => Some((sentence.as_str(), style::CARE)),
        (TrackStatus::Opening, ..) => Some((text::OPENING, style::WEAK)),
        (TrackStatus::Ready, None, None) => Some((text::NO_FRAME, style::WEAK)),
        _ => None,
    };
    if let Some((sentence, color)) = missing
        && room.w > 40
    {
        let rows = vec![vec![Piece::new(sentence, style::BODY, color)]];
        all.push(Plate { track: None, room, spot: Spot::Center, rows, dim: false, half: false });
    }
}

/// Name, then scores, then what stands in.
fn score_rows(state: &State, place: usize, track: &Track) -> Vec<Vec<Piece>> {
    let small = |t: String| Piece::new(t, style::SMALL, style::WEAK);
    let mut name = vec![Piece::new(format!("{} · {}", place + 1, track.label), style::SMALL, style::TEXT).strong()];
    let marks = marks::of(state, track);
    let marks = marks.iter().map(|m| Piece::new(m.word.as_str(), style::SMALL, style::CARE).after(6.0));
    if place == 0 {
        name.push(small(text::REFERENCE.into()).after(6.0));
        name.extend(marks);
        return vec![name];
    }
    name.extend(marks);
    if figures::identical(&track.live) {
        name.push(Piece::new(text::IDENTICAL, style::SMALL, style::BLUE).after(6.0));
    }
    let mut row = Vec::new();
    for (i, figure) in figures::on_plate(&track.live, &state.metrics).into_iter().enumerate() {
        let size = if i == 0 { style::LARGE } else { style::BODY };
        let gap = if i == 0 { 0.0 } else { 12.0 };
        row.push(Piece::new(figure.value, size, style::TEXT).strong().after(gap));
        row.push(small(figure.label).after(4.0));
    }
    let mut rows = vec![name, row];
    if let Some(crate::engine::Coverage::StandIn { done }) = track.shown.as_ref().map(|s| s.coverage) {
        rows.push(vec![Piece::new(text::stand_in(done), style::SMALL, style::CARE)]);
    }
    rows
}

fn difference_plate(state: &State, left: TrackId, right: TrackId, gain: f32, pane: PxRect) -> Option<Plate> {
    let number = |id| state.tracks.iter().position(|t| t.id == id).map(|place| place + 1);
    let words = text::difference(gain, number(left)?, number(right)?);
    let rows = vec![vec![Piece::new(words, style::SMALL, style::TEXT)]];
    Some(Plate { track: None, room: pane, spot: Spot::CenterBottom, rows, dim: false, half: false })
}

/// In the view of maps while none is chosen.
fn no_overlay(looking: &Looking, room: PxRect) -> Option<Plate> {
    let rows = vec![vec![Piece::new(text::NO_OVERLAY, style::BODY, style::WEAK)]];
    let none = looking.overlay().is_none();
    none.then_some(Plate { track: None, room, spot: Spot::CenterBottom, rows, dim: false, half: false })
}

/// Frame number and time of what is on show.
fn frame_plate(state: &State, looking: &Looking, area: PxRect) -> Option<Plate> {
    let shown = looking.track(state, Side::Left)?.shown.as_ref()?;
    let timeline = state.reference()?.info.as_ref().map(|i| &i.timeline);
    let seconds = timeline.map_or(state.clock.seconds, |t| t.seconds(shown.number));
    let rows = vec![vec![Piece::new(text::frame_line(shown.number, seconds), style::SMALL, style::TEXT)]];
    Some(Plate { track: None, room: area, spot: Spot::LeftBottom, rows, dim: false, half: false })
}

/// A plate of free words, for the read-out under the cursor.
pub fn words_plate(room: PxRect, spot: Spot, words: &[(String, Color32)]) -> Plate {
    let piece = |(i, (t, c)): (usize, &(String, Color32))| {
        Piece::new(t.as_str(), style::SMALL, *c).after(if i == 0 { 0.0 } else { 12.0 })
    };
    Plate {
        track: None,
        room,
        spot,
        rows: vec![words.iter().enumerate().map(piece).collect()],
        dim: false,
        half: false,
    }
}

/// Share of the height of a line of Inter that lies above its base line.
const ASCENT: f32 = 0.8;

/// A rectangle of physical pixels in points.
pub(super) fn rect_of(px: PxRect, ppp: f32) -> Rect {
    Rect::from_min_size(pos2(px.x as f32 / ppp, px.y as f32 / ppp), vec2(px.w as f32 / ppp, px.h as f32 / ppp))
}

/// Measures of plates, in points: smaller in a small room.
pub(super) struct Measures {
    /// Between a plate and the edge of its room.
    pub margin: f32,
    /// Between a plate's edge and its words.
    pub padding: Vec2,
    /// Of the type.
    pub scale: f32,
}

impl Measures {
    pub fn of(room: Rect) -> Self {
        if room.width() >= 560.0 && room.height() >= 280.0 {
            Self { margin: 16.0, padding: vec2(10.0, 8.0), scale: 1.0 }
        } else {
            Self { margin: 8.0, padding: vec2(8.0, 5.0), scale: 0.84 }
        }
    }
}

/// Paints a plate and says where it is, in points.
pub fn paint(painter: &Painter, plate: &Plate) -> Rect {
    let ppp = painter.ctx().pixels_per_point();
    let room = rect_of(plate.room, ppp);
    let m = Measures::of(room);
    let on_top = matches!(plate.spot, Spot::LeftTop | Spot::RightTop);
    let share = if on_top && plate.half { room.width() / 2.0 - 1.5 * m.margin } else { room.width() - 2.0 * m.margin };
    let width = (share - 2.0 * m.padding.x).clamp(24.0, 560.0);
    let rows = lay_out(painter, plate, width, m.scale);
    let size = vec2(
        rows.iter().map(Row::width).fold(0.0, f32::max),
        rows.iter().map(|r| r.height).sum::<f32>() + 4.0 * (rows.len().saturating_sub(1)) as f32,
    ) + 2.0 * m.padding;
    let size = size.ceil();
    let inner = room.shrink(m.margin);
    let min = match plate.spot {
        Spot::LeftTop => inner.left_top(),
        Spot::RightTop => pos2(inner.right() - size.x, inner.top()),
        Spot::LeftBottom => pos2(inner.left(), inner.bottom() - size.y),
        Spot::RightBottom => pos2(inner.right() - size.x, inner.bottom() - size.y),
        Spot::CenterBottom => pos2(inner.center().x - size.x / 2.0, inner.bottom() - size.y),
        Spot::Center => inner.center() - size / 2.0,
    };
    let rect = Rect::from_min_size(pos2((min.x * ppp).round() / ppp, (min.y * ppp).round() / ppp), size);
    let alpha = if plate.dim { 0.5 } else { 1.0 };
    painter.rect_filled(rect, CornerRadius::same(6), style::PLATE.gamma_multiply(alpha));
    let mut y = rect.top() + m.padding.y;
    for row in rows {
        row.paint(painter, pos2(rect.left() + m.padding.x, y), alpha);
        y += row.height + 4.0;
    }
    rect
}

/// A laid-out row.
struct Row {
    pieces: Vec<(f32, Arc<Galley>)>,
    height: f32,
}

impl Row {
    fn width(&self) -> f32 {
        self.pieces.last().map_or(0.0, |(x, g)| x + g.size().x)
    }

    /// All pieces stand on one base line.
    fn paint(&self, painter: &Painter, at: Pos2, alpha: f32) {
        for (x, galley) in &self.pieces {
            let drop = (self.height - galley.size().y) * ASCENT;
            painter.add(
                egui::epaint::TextShape::new(pos2(at.x + x, at.y + drop), galley.clone(), Color32::WHITE)
                    .with_opacity_factor(alpha),
            );
        }
    }
}

/// Lays pieces out. A row that grows too wide is broken before a figure; a name is cut with an ellipsis so that what
/// follows it still fits; a sentence in the middle of a pane is wrapped.
fn lay_out(painter: &Painter, plate: &Plate, width: f32, scale: f32) -> Vec<Row> {
    let mut rows = Vec::new();
    let wraps = plate.spot == Spot::Center;
    for pieces in &plate.rows {
        let (mut row, mut x) = (Row { pieces: Vec::new(), height: 0.0 }, 0.0);
        let figures = pieces.iter().filter(|p| p.strong).count() > 1;
        for (i, piece) in pieces.iter().enumerate() {
            let after = if figures { 0.0 } else { room_of(painter, &pieces[i + 1..], scale) };
            let galley = galley(painter, piece, (width - x - after).max(width * 0.4).min(width), scale, wraps);
            if figures
                && piece.strong
                && !row.pieces.is_empty()
                && x + piece.gap + pair(painter, &pieces[i..], scale) > width
            {
                rows.push(std::mem::replace(&mut row, Row { pieces: Vec::new(), height: 0.0 }));
                x = 0.0;
            }
            x += if row.pieces.is_empty() { 0.0 } else { piece.gap };
            row.height = row.height.max(galley.size().y);
            let advance = galley.size().x;
            row.pieces.push((x, galley));
            x += advance;
        }
        rows.push(row);
    }
    rows
}

/// Points that pieces take in one row, their gaps included.
fn room_of(painter: &Painter, pieces: &[Piece], scale: f32) -> f32 {
    pieces.iter().map(|p| p.gap + galley(painter, p, f32::INFINITY, scale, false).size().x).sum()
}

/// Points that a figure and its unit take.
fn pair(painter: &Painter, pieces: &[Piece], scale: f32) -> f32 {
    room_of(painter, &pieces[..pieces.len().min(2)], scale) - pieces.first().map_or(0.0, |p| p.gap)
}

fn galley(painter: &Painter, piece: &Piece, width: f32, scale: f32, wraps: bool) -> Arc<Galley> {
    let font = FontId { size: (piece.size * scale * 2.0).round() / 2.0, ..piece.font() };
    let mut job = LayoutJob::simple(piece.text.clone(), font, piece.color, width);
    if !wraps {
        job.wrap = TextWrapping::truncate_at_width(width);
    }
    painter.layout_job(job)
}
