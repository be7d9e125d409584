//! The part of the picture that is measured: drawn with Ctrl and the mouse, shown as a frame, taken back with a click.

use egui::{Align2, Color32, CursorIcon, Id, PointerButton, Pos2, Rect, Response, Sense, Stroke, Ui, WidgetInfo};
use egui::{accesskit, pos2, vec2};

use crate::engine::{Command, State};
use crate::frame::Region;
use crate::views::{self, PaneSpec, Picture, style};

use super::desk::{Action, Desk};
use super::text::scores as words;
use super::widgets::{self, Icon};

/// Draws a new part while Ctrl is held. True when the drag is taken: it moves nothing else.
pub fn drag(ui: &Ui, state: &State, desk: &mut Desk, response: &Response, actions: &mut Vec<Action>) -> bool {
    let Some(picture) = views::picture(state) else { return false };
    let ctrl = ui.input(|i| i.modifiers.command && !i.modifiers.alt);
    if ctrl && response.hovered() {
        ui.ctx().set_cursor_icon(CursorIcon::Crosshair);
    }
    if ctrl
        && response.drag_started_by(PointerButton::Primary)
        && let Some(from) = ui.input(|i| i.pointer.press_origin()).and_then(|at| under(ui, desk, &picture, at))
    {
        desk.region_from = Some(from);
    }
    let Some(from) = desk.region_from else { return false };
    if let Some(to) = response.interact_pointer_pos().and_then(|at| under(ui, desk, &picture, at)) {
        desk.region_drawn = Some(between(from, to));
    }
    if response.drag_stopped() || !ui.input(|i| i.pointer.primary_down()) {
        desk.region_from = None;
        if let Some(drawn) = desk.region_drawn.take() {
            actions.push(Action::Engine(Command::Region(Some(drawn))));
        }
    }
    true
}

/// The point of the stored picture under a point of the window, held to the picture.
pub fn under(ui: &Ui, desk: &Desk, picture: &Picture, at: Pos2) -> Option<[f64; 2]> {
    let ppp = f64::from(ui.ctx().pixels_per_point());
    let at = [f64::from(at.x) * ppp, f64::from(at.y) * ppp];
    let pane = desk.panes.iter().map(|p| p.rect).find(|r| r.contains(at)).or(desk.panes.first().map(|p| p.rect))?;
    let shown = desk.looking.camera.under(pane, picture, at).map(|u| u.clamp(0.0, 1.0));
    Some(picture.unturn(shown))
}

fn between(a: [f64; 2], b: [f64; 2]) -> Region {
    let (left, right) = (a[0].min(b[0]) as f32, a[0].max(b[0]) as f32);
    let (top, bottom) = (a[1].min(b[1]) as f32, a[1].max(b[1]) as f32);
    Region { left, top, right, bottom }
}

/// The frame around the part, in every pane, with what it means and how to be rid of it.
pub fn show(ui: &mut Ui, state: &State, desk: &Desk, panes: &[PaneSpec], actions: &mut Vec<Action>) {
    let Some(region) = desk.region_drawn.or(state.region) else { return };
    let Some(picture) = views::picture(state) else { return };
    let ppp = ui.ctx().pixels_per_point();
    for (i, pane) in panes.iter().enumerate() {
        let placed = desk.looking.camera.place(pane.rect, &picture);
        let corner = |u: f32, v: f32| {
            let [x, y] = picture.turn([f64::from(u), f64::from(v)]);
            pos2((placed.x + x * placed.w) as f32 / ppp, (placed.y + y * placed.h) as f32 / ppp)
        };
        let rect = Rect::from_two_pos(corner(region.left, region.top), corner(region.right, region.bottom));
        let r = pane.rect;
        let room = Rect::from_min_size(pos2(r.x as f32, r.y as f32) / ppp, vec2(r.w as f32, r.h as f32) / ppp);
        let painter = ui.painter().with_clip_rect(room);
        // A light line between dark ones is seen on any picture.
        painter.rect_stroke(rect, 0.0, Stroke::new(3.0, Color32::from_black_alpha(160)), egui::StrokeKind::Middle);
        painter.rect_stroke(rect, 0.0, Stroke::new(1.0, style::TEXT), egui::StrokeKind::Middle);
        let size = vec2(
            (region.right - region.left) * picture.width as f32,
            (region.bottom - region.top) * picture.height as f32,
        );
        label(ui, rect, room, &words::region(size.x.round() as u32, size.y.round() as u32), i, actions);
    }
}

/// Below the frame, or in it where there is no room below.
fn label(ui: &mut Ui, frame: Rect, room: Rect, line: &str, i: usize, actions: &mut Vec<Action>) {
    let galley = ui.painter().layout_no_wrap(line.to_owned(), style::font(style::SMALL), style::TEXT);
    let size = galley.size() + vec2(32.0, 8.0);
    let y = if frame.bottom() + size.y + 4.0 < room.bottom() {
        frame.bottom() + 4.0
    } else {
        frame.bottom() - size.y - 4.0
    };
    let low = room.min + vec2(4.0, 4.0);
    let high = (room.max - size - vec2(4.0, 4.0)).max(low);
    let plate = Rect::from_min_size(pos2(frame.left(), y).clamp(low, high), size);
    ui.painter().rect_filled(plate, 4.0, style::PLATE);
    ui.painter().text(
        plate.left_center() + vec2(8.0, 0.0),
        Align2::LEFT_CENTER,
        line,
        style::font(style::SMALL),
        style::TEXT,
    );
    let id = Id::unique(("measured part", i));
    let response = ui.interact(plate, id, Sense::hover());
    response.widget_info(|| WidgetInfo::labeled(accesskit::Role::Label, true, line));
    response.on_hover_text(words::REGION_TIP);
    let close = Rect::from_center_size(plate.right_center() - vec2(12.0, 0.0), vec2(16.0, 16.0));
    let close = widgets::quiet_icon(ui, close, id.with("close"), Icon::Close, words::WHOLE.0, words::WHOLE.1);
    if close.clicked() {
        actions.push(Action::Engine(Command::Region(None)));
    }
}
