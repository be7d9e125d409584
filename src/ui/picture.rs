//! The middle of the window: the pictures, the plates over them, and what the mouse does there.

use egui::{
    Color32, CursorIcon, Event, Id, MouseWheelUnit, PointerButton, Rect, Response, Sense, Stroke, Ui, WidgetInfo,
    accesskit, pos2,
};

use crate::engine::{State, TrackId};
use crate::views::plate::{self, Plate, Spot};
use crate::views::{self, Content, Looking, PaneSpec, PxRect, Side, Zoom, style};

use super::desk::{Action, Desk};
use super::{drops, overlays, readout, region, slice, text};

/// Lays the view out in the room that is left, draws the pictures with `draw`, then the plates.
pub fn ui(
    ui: &mut Ui,
    state: &State,
    desk: &mut Desk,
    actions: &mut Vec<Action>,
    draw: &mut dyn FnMut(&mut Ui, &Looking, &[PaneSpec]),
) {
    let rect = ui.available_rect_before_wrap();
    let area = to_px(rect, ui.ctx().pixels_per_point());
    let response = ui.allocate_rect(rect, Sense::click_and_drag());
    response.widget_info(|| WidgetInfo::labeled(accesskit::Role::Canvas, true, text::PICTURE));
    desk.area = area;
    drag_line(ui, desk, rect);
    let held = slice::drag(ui, state, desk);
    desk.line_held &= !held;
    let drawing = held || region::drag(ui, state, desk, &response, actions);
    mouse(ui, state, desk, &response, drawing);
    desk.panes = views::layout(state, &desk.looking, area);
    let panes = desk.panes.clone();
    ui.painter().rect_filled(rect, 0.0, style::SURROUND);
    draw(ui, &desk.looking, &panes);
    split_line(ui, desk, &panes, rect);
    region::show(ui, state, desk, &panes, actions);
    slice::line(ui, state, desk, &panes);
    let plates = views::plate::plates(state, &desk.looking, area, &panes);
    desk.plates.clear();
    for (i, plate) in plates.iter().enumerate() {
        show_plate(ui, state, desk, plate, i, actions);
    }
    overlays::legend(ui, state, desk, &panes);
    if let Some(plate) = readout::plate(state, desk, area) {
        plate::paint(&ui.painter().with_clip_rect(rect), &plate);
    }
    drop_hints(ui, state, rect);
}

/// The physical pixels of a rectangle of points.
fn to_px(rect: Rect, ppp: f32) -> PxRect {
    let [x0, y0, x1, y1] = [rect.min.x, rect.min.y, rect.max.x, rect.max.y].map(|v| (v * ppp).round() as i32);
    PxRect::new(x0, y0, (x1 - x0).max(0) as u32, (y1 - y0).max(0) as u32)
}

/// Zoom, pan, double click, and the line that follows.
fn mouse(ui: &Ui, state: &State, desk: &mut Desk, response: &Response, drawing: bool) {
    let ppp = f64::from(ui.ctx().pixels_per_point());
    let pointer = response.hover_pos().map(|p| [f64::from(p.x) * ppp, f64::from(p.y) * ppp]);
    desk.pointer = pointer;
    let Some(picture) = views::picture(state) else { return };
    let area = desk.area;
    if let (true, Some([x, _])) = (desk.looking.follow, pointer) {
        desk.looking.split = ((x - f64::from(area.x)) / f64::from(area.w.max(1))).clamp(0.0, 1.0);
    }
    let pane = |at: [f64; 2], desk: &Desk| desk.panes.iter().map(|p| p.rect).find(|r| r.contains(at)).unwrap_or(area);
    if let Some(at) = pointer {
        let under = desk.looking.camera.under(pane(at, desk), &picture, at);
        if under.iter().all(|u| (0.0..=1.0).contains(u)) {
            desk.looked_at = Some(under);
        }
        let factor = wheel(ui);
        if factor != 1.0 {
            desk.looking.camera.zoom_at(pane(at, desk), &picture, at, factor);
        }
        if response.double_clicked() {
            let pane = pane(at, desk);
            match desk.looking.camera.zoom {
                Zoom::Fit => desk.looking.camera.scale_at(pane, &picture, at, 1.0),
                Zoom::Scale(_) => desk.looking.camera.zoom = Zoom::Fit,
            }
        }
    }
    let drags = response.dragged_by(PointerButton::Primary) || response.dragged_by(PointerButton::Middle);
    if drags && !desk.line_held && !drawing {
        let by = response.drag_delta();
        let pane = pointer.map_or(area, |at| pane(at, desk));
        desk.looking.camera.pan(pane, &picture, [f64::from(by.x) * ppp, f64::from(by.y) * ppp]);
        ui.ctx().set_cursor_icon(CursorIcon::Grabbing);
    }
}

/// What the wheel asks for: a notch is a quarter of a doubling, a finger's way goes smoothly, a pinch is its own factor.
fn wheel(ui: &Ui) -> f64 {
    ui.input(|input| {
        let turned: f64 = input
            .events
            .iter()
            .map(|event| match event {
                Event::MouseWheel { unit: MouseWheelUnit::Point, delta, .. } => f64::from(delta.y) / 200.0,
                Event::MouseWheel { delta, .. } => f64::from(delta.y) / 4.0,
                _ => 0.0,
            })
            .sum();
        let pinch = input.events.iter().fold(1.0, |all, event| match event {
            Event::Zoom(factor) => all * f64::from(*factor),
            _ => all,
        });
        turned.clamp(-4.0, 4.0).exp2() * pinch
    })
}

/// Half the width of the band in which the split line is taken hold of, in points.
const REACH: f32 = 8.0;

/// Where the split line stands, in points, and its pane.
fn line_at(ui: &Ui, panes: &[PaneSpec]) -> Option<(f32, PxRect)> {
    let ppp = ui.ctx().pixels_per_point();
    panes.iter().find_map(|p| match p.content {
        Content::Split { at, .. } => Some(((p.rect.x as f32 + at as f32) / ppp, p.rect)),
        _ => None,
    })
}

/// Moves the split line. The events are read one by one: in a quick drag the pointer has left the line before the pass
/// that learns of the button, and whoever asks only where the pointer is now would move the picture instead.
fn drag_line(ui: &Ui, desk: &mut Desk, rect: Rect) {
    let Some((mut x, pane)) = line_at(ui, &desk.panes) else {
        desk.line_held = false;
        return;
    };
    let ppp = ui.ctx().pixels_per_point();
    let events = ui.input(|i| i.events.clone());
    for event in &events {
        match event {
            Event::PointerButton { pos, button: PointerButton::Primary, pressed: true, .. } => {
                let free = rect.contains(*pos) && !desk.plates.iter().any(|r| r.contains(*pos));
                let ours = ui.ctx().layer_id_at(*pos) == Some(ui.layer_id());
                let plain = !ui.input(|i| i.modifiers.command);
                desk.line_held = free && ours && plain && (pos.x - x).abs() <= REACH;
            }
            Event::PointerMoved(pos) | Event::PointerButton { pos, .. } if desk.line_held => {
                x = pos.x;
                desk.looking.split = f64::from((x * ppp - pane.x as f32) / pane.w.max(1) as f32).clamp(0.0, 1.0);
            }
            _ => {}
        }
        if let Event::PointerButton { button: PointerButton::Primary, pressed: false, .. } = event {
            desk.line_held = false;
        }
    }
    // A release outside the window may never be told.
    desk.line_held &= ui.input(|i| i.pointer.primary_down());
}

/// The line of the split view and its grip.
fn split_line(ui: &mut Ui, desk: &Desk, panes: &[PaneSpec], rect: Rect) {
    let Some((x, _)) = line_at(ui, panes) else { return };
    let band = Rect::from_min_max(pos2(x - REACH, rect.top()), pos2(x + REACH, rect.bottom())).intersect(rect);
    let response = ui.interact(band, Id::unique("split line"), Sense::drag());
    response.widget_info(|| WidgetInfo::slider(true, desk.looking.split, text::SPLIT_LINE));
    let lit = response.hovered() || desk.line_held;
    if lit {
        ui.ctx().set_cursor_icon(CursorIcon::ResizeHorizontal);
    }
    views::line::paint(ui.painter(), panes, lit);
}

/// Paints a plate; one that speaks of a track explains itself and, held, shows the reference.
fn show_plate(ui: &mut Ui, state: &State, desk: &mut Desk, plate: &Plate, i: usize, actions: &mut Vec<Action>) {
    let rect = plate::paint(ui.painter(), plate);
    desk.plates.push(rect);
    let id = Id::unique(("plate", i, plate.spot == Spot::RightTop));
    let response = ui.interact(rect, id, if plate.track.is_some() { Sense::click_and_drag() } else { Sense::hover() });
    let words = plate.words();
    response.widget_info(|| WidgetInfo::labeled(accesskit::Role::Label, true, &words));
    let Some(track) = plate.track.and_then(|id| state.track(id)) else { return };
    if response.is_pointer_button_down_on() {
        desk.plate_held = true;
    }
    let tip = plate_tip(state, track.id);
    response.clone().on_hover_text(tip);
    response.context_menu(|ui| {
        let side = if plate.spot == Spot::LeftTop { Side::Left } else { Side::Right };
        for (place, track) in state.tracks.iter().enumerate() {
            if ui.button(format!("{} {}", place + 1, track.label)).clicked() {
                actions.push(Action::Pick(side, track.id));
                ui.close();
            }
        }
    });
}

/// How the scores were reached, what was guessed, and what holding does.
fn plate_tip(state: &State, id: TrackId) -> String {
    let Some(track) = state.track(id) else { return String::new() };
    let mut lines = Vec::new();
    if !track.provenance.is_empty() {
        lines.push(track.provenance.clone());
    }
    lines.extend(views::marks::of(state, track).into_iter().map(|m| m.sentence));
    if let Some(info) = &track.info {
        lines.extend(info.notes.iter().cloned());
    }
    if state.reference().is_some_and(|r| r.id != id) {
        lines.push(text::PLATE_TIP.to_owned());
    }
    lines.join("\n")
}

/// While files hang over the window: what dropping them here would do.
fn drop_hints(ui: &Ui, state: &State, rect: Rect) {
    if ui.input(|i| i.raw.hovered_files.is_empty()) {
        return;
    }
    let painter = ui.painter();
    let hint = |rect: Rect, words: &str| {
        let inner = rect.shrink(12.0);
        painter.rect(
            inner,
            8.0,
            Color32::from_black_alpha(150),
            Stroke::new(2.0, style::BLUE),
            egui::StrokeKind::Inside,
        );
        painter.text(inner.center(), egui::Align2::CENTER_CENTER, words, style::strong(style::BODY), style::TEXT);
    };
    if drops::hover_models(ui) {
        return hint(rect, text::shelf::DROP_HERE);
    }
    if state.reference().is_none() {
        return hint(rect, text::DROP_ALL);
    }
    let (left, right) = rect.split_left_right_at_fraction(0.5);
    hint(left, text::DROP_LEFT);
    hint(right, text::DROP_RIGHT);
}
