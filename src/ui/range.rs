//! In and out points: the stretch that playback loops and that a tournament runs.

use std::ops::Range;

use egui::{Color32, CursorIcon, Rect, RichText, Sense, Stroke, Ui, WidgetInfo, accesskit, pos2, vec2};

use crate::engine::{Command, State, default_range};
use crate::views::style;

use super::commands::{self, UiCommand};
use super::desk::{Action, Desk};
use super::text::chain as words;
use super::widgets;

/// How long a stretch is unless somebody says otherwise, in seconds.
pub const FIVE: f64 = 5.0;

/// The in and out points, or five seconds around the cursor; `None` while nothing is open.
pub fn used(state: &State) -> Option<Range<usize>> {
    if state.clock.frames == 0 {
        return None;
    }
    Some(state.range.clone().unwrap_or_else(|| default_range(state, FIVE))).filter(|range| !range.is_empty())
}

/// Frames from `from` up to `to` seconds: one at least.
pub fn between(state: &State, from: f64, to: f64) -> Range<usize> {
    let frames = state.clock.frames.max(1);
    let start = frame_at(state, from).min(frames - 1);
    // A stretch that ends within a frame ends before it; one that ends with the film takes the last frame.
    let end = if to >= state.clock.duration - 1e-6 { frames } else { frame_at(state, to) };
    start..end.clamp(start + 1, frames)
}

/// When a stretch begins and ends, in seconds.
pub fn seconds(state: &State, frames: &Range<usize>) -> (f64, f64) {
    (time_of(state, frames.start), time_of(state, frames.end))
}

fn time_of(state: &State, frame: usize) -> f64 {
    match state.reference().and_then(|t| t.info.as_ref()) {
        Some(info) => info.timeline.seconds(frame),
        None => state.clock.duration * frame as f64 / state.clock.frames.max(1) as f64,
    }
}

fn frame_at(state: &State, seconds: f64) -> usize {
    match state.reference().and_then(|t| t.info.as_ref()) {
        Some(info) => info.timeline.nearest(seconds.max(0.0)).0,
        None => (seconds / state.clock.duration.max(1e-9) * state.clock.frames as f64).round().max(0.0) as usize,
    }
}

/// The points with the in point at a frame (or, with `out`, the out point behind it). The other one stays where it
/// makes sense, or goes to its end.
pub fn set(state: &State, frame: usize, out: bool) -> Range<usize> {
    let frames = state.clock.frames.max(1);
    let frame = frame.min(frames - 1);
    let old = state.range.clone().unwrap_or(0..frames);
    match out {
        false => frame..if old.end > frame { old.end } else { frames },
        true => (if old.start <= frame { old.start } else { 0 })..frame + 1,
    }
}

/// From frame to the screen, as the plot has it.
pub struct Scale<'a> {
    pub x: &'a dyn Fn(usize) -> f32,
    pub frame: &'a dyn Fn(f32) -> usize,
}

/// Shades what lies outside, and lets both ends be dragged. The engine is told when the mouse lets go.
pub fn handles(ui: &mut Ui, state: &State, desk: &mut Desk, rect: Rect, to: &Scale<'_>, actions: &mut Vec<Action>) {
    let Some(range) = desk.range_drag.clone().or_else(|| state.range.clone()) else { return };
    let last = state.clock.frames.saturating_sub(1);
    // The out point stands on the last frame that belongs to the stretch.
    let (start, end) = (range.start.min(last), range.end.saturating_sub(1).min(last));
    let xs = [(to.x)(start), (to.x)(end)];
    let shade = Color32::from_black_alpha(110);
    let outside = [
        Rect::from_x_y_ranges(rect.left()..=xs[0], rect.y_range()),
        Rect::from_x_y_ranges(xs[1]..=rect.right(), rect.y_range()),
    ];
    for part in outside {
        ui.painter().rect_filled(part, 0.0, shade);
    }
    for (out, x, name) in [(false, xs[0], words::IN_HANDLE), (true, xs[1], words::OUT_HANDLE)] {
        let inwards = if out { -1.0 } else { 1.0 };
        let grip = Rect::from_min_max(pos2(x - 6.0, rect.top()), pos2(x + 6.0, rect.bottom()));
        let response = ui.interact(grip, ui.scope_id().with(name), Sense::drag());
        let value = if out { end } else { start };
        response.widget_info(|| WidgetInfo::slider(true, value as f64, name));
        let lit = response.hovered() || response.dragged();
        let color = if lit { Color32::WHITE } else { style::TEXT };
        let painter = ui.painter();
        painter.vline(x, rect.y_range(), Stroke::new(if lit { 2.0 } else { 1.5 }, color));
        for y in [rect.top(), rect.bottom()] {
            painter.hline(x.min(x + inwards * 6.0)..=x.max(x + inwards * 6.0), y, Stroke::new(2.0, color));
        }
        if lit {
            ui.ctx().set_cursor_icon(CursorIcon::ResizeHorizontal);
        }
        if let (true, Some(at)) = (response.dragged(), response.interact_pointer_pos()) {
            let frame = (to.frame)(at.x);
            desk.range_drag = Some(match out {
                false => frame.min(range.end.saturating_sub(1))..range.end,
                true => range.start..(frame + 1).max(range.start + 1),
            });
        }
        if response.drag_stopped()
            && let Some(range) = desk.range_drag.take()
        {
            actions.push(Action::Engine(Command::Range(Some(range))));
        }
    }
    if !ui.input(|i| i.pointer.primary_down()) {
        desk.range_drag = None;
    }
}

/// Words and buttons above the plot.
pub fn bar(ui: &mut Ui, state: &State, desk: &Desk, rect: Rect, actions: &mut Vec<Action>) {
    ui.scope_builder(
        egui::UiBuilder::new().max_rect(rect).layout(egui::Layout::left_to_right(egui::Align::Center)),
        |ui| {
            ui.spacing_mut().item_spacing.x = 4.0;
            ui.spacing_mut().interact_size.y = 20.0;
            ui.spacing_mut().button_padding = vec2(6.0, 1.0);
            let mut button = |ui: &mut Ui, label: &str, command: UiCommand| {
                let name = commands::entry(command).map(|e| e.label).unwrap_or_default();
                let button = egui::Button::new(widgets::small(label)).frame_when_inactive(false);
                let response = ui.add(button);
                response.widget_info(|| WidgetInfo::labeled(accesskit::Role::Button, true, &name));
                if response.on_hover_text(commands::hover(command)).clicked() {
                    actions.push(Action::Do(command));
                }
            };
            button(ui, words::IN, UiCommand::SetIn);
            button(ui, words::OUT, UiCommand::SetOut);
            button(ui, words::FIVE, UiCommand::FiveHere);
            button(ui, words::HARD, UiCommand::Hardest);
            if let Some(range) = desk.range_drag.as_ref().or(state.range.as_ref()) {
                let (from, to) = seconds(state, range);
                ui.add(egui::Label::new(RichText::new(words::range(from, to, range.len())).size(style::SMALL)));
                button(ui, words::CLEAR, UiCommand::ClearRange);
            }
        },
    );
}
