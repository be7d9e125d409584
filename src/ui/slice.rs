//! The x-t slice: a line on the picture with two ends to drag, and below the pictures what that line shows over time, the
//! reference above the candidate.

use egui::{
    Align2, Color32, ColorImage, CursorIcon, Event, Panel, PointerButton, Pos2, Rect, Sense, Stroke, Ui, WidgetInfo,
};
use egui::{TextureHandle, TextureOptions, accesskit, pos2, vec2};

use crate::engine::{Command, Cut, SliceRun, State, TrackId};
use crate::views::{self, PaneSpec, Picture, Side, style};

use super::desk::{Action, Desk};
use super::region;
use super::text::slice as words;
use super::widgets::{self, Icon};

/// Height of the drawer.
const HEIGHT: f32 = 232.0;
/// How near the pointer must come to an end of the line, in points.
const REACH: f32 = 12.0;

/// What the drawer keeps of its own.
pub struct SliceDesk {
    pub open: bool,
    pub cut: Cut,
    /// The end that is being dragged.
    held: Option<usize>,
    /// What was asked for last: line, tracks, and the range that rows were asked of.
    asked: Option<(Cut, Vec<TrackId>, Option<std::ops::Range<usize>>)>,
    /// The drawn slice of each track, and how many rows it had then.
    drawn: Vec<(TrackId, usize, TextureHandle)>,
}

impl Default for SliceDesk {
    fn default() -> Self {
        // Across the middle: something is seen at once.
        let cut = Cut { from: [0.15, 0.5], to: [0.85, 0.5] };
        Self { open: false, cut, held: None, asked: None, drawn: Vec::new() }
    }
}

/// Opens or closes the drawer.
pub fn toggle(desk: &mut SliceDesk) -> Option<Command> {
    desk.open = !desk.open;
    (desk.asked, desk.held) = (None, None);
    desk.drawn.clear();
    (!desk.open).then_some(Command::Slice(None))
}

/// The drawer below the pictures.
pub fn panel(ui: &mut Ui, state: &State, desk: &mut Desk, actions: &mut Vec<Action>) {
    if !desk.slice.open {
        return;
    }
    ask(state, desk, actions);
    let frame = egui::Frame::new().fill(style::PANEL).inner_margin(8);
    Panel::bottom("slice").exact_size(HEIGHT).frame(frame).resizable(false).show(ui, |ui| {
        let whole = ui.available_rect_before_wrap();
        let close = Rect::from_center_size(whole.right_top() + vec2(-8.0, 8.0), vec2(16.0, 16.0));
        let id = ui.scope_id().with("close the slice");
        if widgets::quiet_icon(ui, close, id, Icon::Close, words::CLOSE, words::SHOW.1).clicked() {
            actions.extend(toggle(&mut desk.slice).map(Action::Engine));
        }
        let Some(run) = &state.slice else {
            ui.label(widgets::small(words::WAIT));
            return;
        };
        ui.label(widgets::small(words::about(&run.frames, run.done)));
        if let Some(sentence) = &run.fault {
            ui.label(egui::RichText::new(sentence).size(style::SMALL).color(style::CARE));
        }
        let tracks = tracks(state, desk);
        let room = ui.available_rect_before_wrap();
        let high = (room.height() - 4.0 * tracks.len() as f32) / tracks.len().max(1) as f32;
        for (place, id) in tracks.iter().enumerate() {
            let top = room.top() + (high + 4.0) * place as f32;
            let rect = Rect::from_min_size(pos2(room.left(), top), vec2(room.width(), high));
            show(ui, state, desk, (run, *id, rect), actions);
        }
    });
}

/// The reference, and what is on the right.
fn tracks(state: &State, desk: &Desk) -> Vec<TrackId> {
    let right = desk.looking.track(state, Side::Right).map(|track| track.id);
    let reference = state.reference().map(|track| track.id);
    reference.into_iter().chain(right.filter(|right| Some(*right) != reference)).collect()
}

/// Asks for the slice where it is not the one that was asked for; not while an end is being dragged.
fn ask(state: &State, desk: &mut Desk, actions: &mut Vec<Action>) {
    let ready = state.reference().is_some_and(|track| track.info.is_some());
    if desk.slice.held.is_some() || !ready {
        return;
    }
    let wish = (desk.slice.cut, tracks(state, desk), state.range.clone());
    // Whoever goes elsewhere in the film takes the slice along.
    let left = |run: &SliceRun| state.range.is_none() && !run.frames.contains(&state.clock.frame);
    if state.slice.as_ref().is_some_and(left) {
        desk.slice.asked = None;
    }
    if desk.slice.asked.as_ref() != Some(&wish) {
        actions.push(Action::Engine(Command::Slice(Some((wish.0, wish.1.clone())))));
        desk.slice.asked = Some(wish);
        desk.slice.drawn.clear();
    }
}

/// One track's slice: time runs down. A click goes to the frame.
fn show(
    ui: &mut Ui,
    state: &State,
    desk: &mut Desk,
    (run, id, rect): (&SliceRun, TrackId, Rect),
    actions: &mut Vec<Action>,
) {
    let label = state.track(id).map_or("", |track| track.label.as_str());
    let response = ui.interact(rect, ui.scope_id().with(("slice", id.0)), Sense::click());
    response.widget_info(|| WidgetInfo::labeled(accesskit::Role::Image, true, words::slice_of(label)));
    ui.painter().rect_filled(rect, 2.0, style::SUNK);
    if let Some(texture) = texture(ui, desk, run, id) {
        let whole = Rect::from_min_max(pos2(0.0, 0.0), pos2(1.0, 1.0));
        ui.painter().image(texture, rect, whole, Color32::WHITE);
    }
    let frames = run.frames.len().max(1) as f32;
    let now = state.clock.frame;
    if run.frames.contains(&now) {
        let y = rect.top() + rect.height() * ((now - run.frames.start) as f32 + 0.5) / frames;
        ui.painter().hline(rect.x_range(), y, Stroke::new(3.0, Color32::from_black_alpha(150)));
        ui.painter().hline(rect.x_range(), y, Stroke::new(1.0, style::TEXT));
    }
    let galley = ui.painter().layout_no_wrap(label.to_owned(), style::strong(style::SMALL), style::TEXT);
    let plate = Rect::from_min_size(rect.min + vec2(4.0, 4.0), galley.size() + vec2(12.0, 6.0));
    ui.painter().rect_filled(plate, 4.0, style::PLATE);
    ui.painter().galley(plate.min + vec2(6.0, 3.0), galley, style::TEXT);
    if response.clicked()
        && let Some(at) = response.interact_pointer_pos()
    {
        let row = ((at.y - rect.top()) / rect.height() * frames) as usize;
        actions.push(Action::Engine(Command::Seek(run.frames.start + row.min(run.frames.len().saturating_sub(1)))));
    }
    response.on_hover_text(words::TIP);
}

/// The slice as a texture, made anew when more rows are known.
fn texture(ui: &Ui, desk: &mut Desk, run: &SliceRun, id: TrackId) -> Option<egui::TextureId> {
    let rows = run.rows.get(&id)?;
    let (at, known) = (desk.slice.drawn.iter().position(|(track, ..)| *track == id), rows.len());
    if let Some(at) = at
        && desk.slice.drawn[at].1 == known
    {
        return Some(desk.slice.drawn[at].2.id());
    }
    let size = [run.length, run.frames.len().max(1)];
    let mut image = ColorImage::filled(size, style::SUNK);
    for (frame, row) in rows {
        let Some(line) = frame.checked_sub(run.frames.start).filter(|line| *line < size[1]) else { continue };
        let pixels = &mut image.pixels[line * size[0]..(line + 1) * size[0]];
        for (pixel, rgb) in pixels.iter_mut().zip(row.as_chunks::<3>().0) {
            *pixel = Color32::from_rgb(rgb[0], rgb[1], rgb[2]);
        }
    }
    let texture = ui.ctx().load_texture(format!("slice {}", id.0), image, TextureOptions::NEAREST);
    let shown = texture.id();
    match at {
        Some(at) => desk.slice.drawn[at] = (id, known, texture),
        None => desk.slice.drawn.push((id, known, texture)),
    }
    Some(shown)
}

/// Where the ends of the line stand in a pane, in points.
fn ends(ui: &Ui, desk: &Desk, picture: &Picture, pane: &PaneSpec) -> [Pos2; 2] {
    let ppp = ui.ctx().pixels_per_point();
    let placed = desk.looking.camera.place(pane.rect, picture);
    [desk.slice.cut.from, desk.slice.cut.to].map(|end| {
        let [x, y] = picture.turn(end);
        pos2((placed.x + x * placed.w) as f32 / ppp, (placed.y + y * placed.h) as f32 / ppp)
    })
}

/// Moves an end of the line. True while one is held: the drag moves nothing else.
pub fn drag(ui: &Ui, state: &State, desk: &mut Desk) -> bool {
    let Some(picture) = views::picture(state).filter(|_| desk.slice.open) else {
        desk.slice.held = None;
        return false;
    };
    let panes = desk.panes.clone();
    let near = |at: Pos2, desk: &Desk| {
        panes.iter().find_map(|pane| ends(ui, desk, &picture, pane).iter().position(|end| end.distance(at) <= REACH))
    };
    for event in ui.input(|i| i.events.clone()) {
        match event {
            Event::PointerButton { pos, button: PointerButton::Primary, pressed: true, .. }
                if ui.ctx().layer_id_at(pos) == Some(ui.layer_id()) =>
            {
                desk.slice.held = near(pos, desk);
            }
            Event::PointerButton { button: PointerButton::Primary, pressed: false, .. } => desk.slice.held = None,
            Event::PointerMoved(pos) => {
                if let (Some(end), Some(at)) = (desk.slice.held, region::under(ui, desk, &picture, pos)) {
                    let cut = &mut desk.slice.cut;
                    *(if end == 0 { &mut cut.from } else { &mut cut.to }) = at;
                }
            }
            _ => {}
        }
    }
    let hover = ui.input(|i| i.pointer.hover_pos()).is_some_and(|at| near(at, desk).is_some());
    if desk.slice.held.is_some() || hover {
        ui.ctx().set_cursor_icon(CursorIcon::Crosshair);
    }
    desk.slice.held.is_some()
}

/// The line and its ends, in every pane.
pub fn line(ui: &Ui, state: &State, desk: &Desk, panes: &[PaneSpec]) {
    let Some(picture) = views::picture(state).filter(|_| desk.slice.open) else { return };
    let ppp = ui.ctx().pixels_per_point();
    for pane in panes {
        let [from, to] = ends(ui, desk, &picture, pane);
        let r = pane.rect;
        let room = Rect::from_min_size(pos2(r.x as f32, r.y as f32) / ppp, vec2(r.w as f32, r.h as f32) / ppp);
        let painter = ui.painter().with_clip_rect(room);
        // A light line between dark ones is seen on any picture.
        painter.line_segment([from, to], Stroke::new(3.0, Color32::from_black_alpha(160)));
        painter.line_segment([from, to], Stroke::new(1.0, style::TEXT));
        for (end, name) in [(from, "A"), (to, "B")] {
            painter.circle_filled(end, 8.0, style::PLATE);
            painter.circle_stroke(end, 8.0, Stroke::new(1.5, style::TEXT));
            painter.text(end, Align2::CENTER_CENTER, name, style::strong(10.0), style::TEXT);
        }
    }
}
