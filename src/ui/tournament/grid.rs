//! The pictures of the reference and of all rows, at one zoom and one place: one camera moves them all.

use std::sync::Arc;

use egui::{
    CornerRadius, Event, MouseWheelUnit, Rect, Sense, Stroke, StrokeKind, Ui, WidgetInfo, accesskit, pos2, vec2,
};

use crate::engine::{Row, RowStatus, Tournament, TrackId};
use crate::frame::Frame;
use crate::views::{Camera, Picture, PxRect, Zoom, style};

use super::super::desk::{Action, Desk};
use super::super::screen::{Cell, Screen};
use super::super::{lines, text, tracks, widgets};
use super::table;
use text::tournament as words;

/// Room between cells, and of the words under each picture.
const GAP: f32 = 8.0;
const WORDS: f32 = 24.0;
/// Width over height that a cell has where there is a choice.
const SHAPE: f32 = 1.5;

/// How many columns and how large a cell, so that all cells are seen at once and as large as may be.
fn layout(count: usize, room: egui::Vec2) -> (usize, egui::Vec2) {
    let fit = |columns: usize| {
        let rows = count.div_ceil(columns);
        let cell = vec2(
            (room.x - GAP * (columns - 1) as f32) / columns as f32,
            (room.y - GAP * (rows - 1) as f32) / rows as f32,
        );
        // The part of the cell that has a good shape counts: a strip of picture tells little.
        let (w, h) = (cell.x, (cell.y - WORDS).max(1.0));
        (w.min(h * SHAPE * 1.4) * h.min(w / SHAPE * 1.4), columns, cell)
    };
    let best = (1..=count.max(1)).map(fit).max_by(|a, b| a.0.total_cmp(&b.0));
    best.map_or((1, room), |(_, columns, cell)| (columns, vec2(cell.x.floor(), cell.y.floor())))
}

/// One picture of the grid: the reference's or a row's.
struct Entry<'a> {
    id: TrackId,
    label: &'a str,
    /// The row's line; the reference has none.
    line: Option<&'a str>,
    frame: Option<&'a Arc<Frame>>,
    /// What stands in the picture's place while there is none.
    instead: String,
}

impl<'a> Entry<'a> {
    fn reference(run: &'a Tournament) -> Self {
        let frame = run.referee.picture.as_ref();
        Self { id: TrackId(0), label: words::REFERENCE, line: None, frame, instead: words::WAITING.into() }
    }

    fn row(place: usize, row: &'a Row) -> Self {
        let known = row.status == RowStatus::Done;
        let instead = if known { crate::views::text::UNKNOWN.into() } else { table::status(row) };
        let id = TrackId(place as u64 + 1);
        Self { id, label: &row.label, line: Some(&row.line), frame: row.picture.as_ref(), instead }
    }
}

pub fn ui(
    ui: &mut Ui,
    run: &Tournament,
    order: &[usize],
    desk: &mut Desk,
    screen: &mut Screen,
    actions: &mut Vec<Action>,
) {
    let room = ui.available_rect_before_wrap();
    if order.is_empty() || room.height() < 80.0 {
        return;
    }
    let rows = order.iter().map(|&place| Entry::row(place, &run.rows[place]));
    let entries: Vec<Entry<'_>> = std::iter::once(Entry::reference(run)).chain(rows).collect();
    let shown: Vec<TrackId> = entries.iter().map(|e| e.id).collect();
    let grid = super::picture(run);
    let (columns, size) = layout(entries.len(), room.size());
    screen.keep_rows(entries.len());
    for (i, entry) in entries.iter().enumerate() {
        let at = vec2((i % columns) as f32 * (size.x + GAP), (i / columns) as f32 * (size.y + GAP));
        let rect = Rect::from_min_size((room.min + at).round(), size);
        let view = Rect::from_min_max(rect.min, pos2(rect.right(), rect.bottom() - WORDS));
        mouse(ui, desk, &grid, entry, view);
        cell(ui, desk, screen, &grid, entry, view, &shown);
        name(ui, entry, rect, actions);
    }
}

fn px(rect: Rect, ppp: f32) -> PxRect {
    let [x0, y0, x1, y1] = [rect.min.x, rect.min.y, rect.max.x, rect.max.y].map(|v| (v * ppp).round() as i32);
    PxRect::new(x0, y0, (x1 - x0).max(0) as u32, (y1 - y0).max(0) as u32)
}

/// Wheel, drag and double click in one cell move all of them.
fn mouse(ui: &mut Ui, desk: &mut Desk, grid: &Picture, entry: &Entry<'_>, view: Rect) {
    let response = ui.interact(view, ui.scope_id().with(("cell", entry.id)), Sense::click_and_drag());
    let label = words::picture_of(entry.label);
    response.widget_info(|| WidgetInfo::labeled(accesskit::Role::Canvas, true, &label));
    let ppp = ui.ctx().pixels_per_point();
    let pane = px(view, ppp);
    let camera = &mut desk.arena.camera;
    if response.dragged() {
        let by = response.drag_delta() * ppp;
        camera.pan(pane, grid, [f64::from(by.x), f64::from(by.y)]);
    }
    let Some(at) = response.hover_pos() else { return };
    let at = [f64::from(at.x * ppp), f64::from(at.y * ppp)];
    let factor = wheel(ui);
    if factor != 1.0 {
        camera.zoom_at(pane, grid, at, factor);
    }
    if response.double_clicked() {
        match camera.zoom {
            Zoom::Fit => camera.scale_at(pane, grid, at, 1.0),
            Zoom::Scale(_) => *camera = Camera::default(),
        }
    }
}

/// A notch is a quarter of a doubling, as over the large picture.
fn wheel(ui: &Ui) -> f64 {
    let turned: f64 = ui.input(|i| {
        let notch = |e: &Event| match e {
            Event::MouseWheel { unit: MouseWheelUnit::Point, delta, .. } => f64::from(delta.y) / 200.0,
            Event::MouseWheel { delta, .. } => f64::from(delta.y) / 4.0,
            _ => 0.0,
        };
        i.events.iter().map(notch).sum()
    });
    turned.clamp(-4.0, 4.0).exp2()
}

/// The picture, or why there is none.
fn cell(
    ui: &mut Ui,
    desk: &Desk,
    screen: &mut Screen,
    grid: &Picture,
    entry: &Entry<'_>,
    view: Rect,
    shown: &[TrackId],
) {
    ui.painter().rect_filled(view, CornerRadius::ZERO, style::SUNK);
    let Some(frame) = entry.frame else {
        let font = style::font(style::SMALL);
        let galley = tracks::elided(ui, &entry.instead, font, style::FAINT, view.width() - 16.0);
        ui.painter().galley(view.center() - galley.size() / 2.0, galley, style::FAINT);
        return;
    };
    let Some(serial) = desk.arena.pictures.serial(frame) else { return };
    let pane = px(view, ui.ctx().pixels_per_point());
    let placed = desk.arena.camera.place(pane, grid);
    let cell = Cell { id: entry.id, frame, serial, pane, placed, rotation: grid.rotation };
    screen.draw_cell(ui, &cell, shown, desk.looking.smooth);
}

/// The name under the picture; a click opens the candidate in the loupe.
fn name(ui: &mut Ui, entry: &Entry<'_>, rect: Rect, actions: &mut Vec<Action>) {
    let line = Rect::from_min_max(pos2(rect.left(), rect.bottom() - WORDS), rect.max);
    let mut color = style::WEAK;
    if let Some(recipe) = entry.line {
        let response = ui.interact(line, ui.scope_id().with(("cell name", entry.id)), Sense::click());
        let label = words::open(entry.label);
        response.widget_info(|| WidgetInfo::labeled(accesskit::Role::Button, true, &label));
        widgets::focus_ring(ui, &response, line);
        color = if response.hovered() { egui::Color32::WHITE } else { style::TEXT };
        if response.hovered() {
            let view = Rect::from_min_max(rect.min, pos2(rect.right(), line.top()));
            ui.painter().rect_stroke(view, 0.0, Stroke::new(1.0, style::BLUE), StrokeKind::Inside);
        }
        if response.on_hover_text(lines::canonical(recipe)).clicked() {
            actions.push(Action::Candidate { line: lines::titled(recipe), show: true });
            actions.push(Action::Leave);
        }
    }
    let galley = tracks::elided(ui, entry.label, style::strong(style::SMALL), color, line.width() - 4.0);
    ui.painter().galley(pos2(line.left() + 2.0, line.top() + 4.0), galley, color);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_cells_fit_and_none_is_a_strip() {
        for count in [1, 2, 3, 7, 12, 30] {
            for room in [vec2(1250.0, 420.0), vec2(660.0, 260.0), vec2(660.0, 500.0)] {
                let (columns, cell) = layout(count, room);
                let rows = count.div_ceil(columns);
                assert!(columns as f32 * cell.x + (columns - 1) as f32 * GAP <= room.x + 0.5);
                assert!(rows as f32 * cell.y + (rows - 1) as f32 * GAP <= room.y + 0.5);
                let shape = cell.x / (cell.y - WORDS);
                assert!((0.4..6.5).contains(&shape), "{count} in {room:?}: {cell:?}");
            }
        }
    }
}
