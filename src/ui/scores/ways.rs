//! One candidate in every way that people call VMAF: a strip from the lowest to the highest number, then each with a
//! line to copy.

use egui::{Align2, Color32, Rect, RichText, ScrollArea, Sense, Stroke, Ui, WidgetInfo, accesskit, pos2, vec2};

use crate::engine::{Command, State, Track};
use crate::report::{CandidateWays, WayScore};
use crate::views::{Side, style};

use super::super::desk::{Action, Desk};
use super::super::widgets;
use super::words;

const ROW: f32 = 22.0;

pub fn ui(ui: &mut Ui, state: &State, desk: &mut Desk, actions: &mut Vec<Action>) {
    let inner = egui::Frame::new().inner_margin(egui::Margin::symmetric(12, 0));
    inner.show(ui, |ui| {
        ui.add(egui::Label::new(widgets::small(words::WAYS_ABOUT)).wrap());
        ui.add_space(8.0);
        begin(ui, state, desk, actions);
    });
    let Some(run) = &state.ways else { return };
    let label = state.track(run.track).map_or("", |track| track.label.as_str());
    match &run.found {
        None => inner.show(ui, |ui| running(ui, label, run.done, actions)).inner,
        Some(Err(sentence)) => {
            inner.show(ui, |ui| ui.add(egui::Label::new(RichText::new(sentence).color(style::CARE)).wrap()));
        }
        Some(Ok(found)) => result(ui, label, found, actions),
    }
}

/// The button that measures the candidate on the right.
fn begin(ui: &mut Ui, state: &State, desk: &Desk, actions: &mut Vec<Action>) {
    let is_candidate = |track: &&Track| state.candidates().iter().any(|other| other.id == track.id);
    let Some(track) = desk.looking.track(state, Side::Right).filter(is_candidate) else {
        ui.label(widgets::small(words::WAYS_NONE));
        return;
    };
    let running = state.ways.as_ref().is_some_and(|run| run.found.is_none());
    let button = egui::Button::new(RichText::new(words::ways_measure(&track.label)).size(style::SMALL)).truncate();
    if ui.add_enabled(!running, button).clicked() {
        actions.push(Action::Engine(Command::Ways(Some(track.id))));
    }
}

fn running(ui: &mut Ui, label: &str, share: f32, actions: &mut Vec<Action>) {
    ui.add_space(8.0);
    ui.label(widgets::small(words::ways_running(label, share)));
    let (rail, _) = ui.allocate_exact_size(vec2(ui.available_width(), 4.0), Sense::hover());
    widgets::progress(ui.painter(), rail, Some(share), style::BLUE);
    ui.add_space(4.0);
    if ui.button(RichText::new(words::WAYS_STOP).size(style::SMALL)).clicked() {
        actions.push(Action::Engine(Command::Ways(None)));
    }
}

fn result(ui: &mut Ui, label: &str, found: &CandidateWays, actions: &mut Vec<Action>) {
    ui.add_space(12.0);
    ui.horizontal(|ui| {
        ui.add_space(12.0);
        let words = words::ways_of(label, found.ways.len(), found.highest - found.lowest);
        ui.add(egui::Label::new(widgets::strong(words, style::BODY)).truncate());
    });
    strip(ui, found);
    ScrollArea::vertical().auto_shrink(false).show(ui, |ui| {
        ui.spacing_mut().item_spacing.y = 0.0;
        for (i, way) in found.ways.iter().enumerate().rev() {
            let (mark, color) = match () {
                () if i + 1 == found.ways.len() => (words::WAYS_WINNER, style::ORANGE),
                () if is_usual(way) => (words::WAYS_USUAL, style::BLUE),
                () if i == 0 => (words::WAYS_LOWEST, style::WEAK),
                () => ("", style::WEAK),
            };
            row(ui, way, mark, color, actions);
        }
        ui.add_space(8.0);
        ui.horizontal(|ui| {
            ui.add_space(12.0);
            widgets::caption(ui, words::WAYS_V1);
        });
        found.v1.iter().rev().for_each(|way| row(ui, way, "", style::WEAK, actions));
        ui.add_space(12.0);
    });
}

fn is_usual(way: &WayScore) -> bool {
    way.model == "v0.6.1" && way.mix == "luma" && way.pooling == "mean"
}

/// Every way as a stroke between the lowest and the highest.
fn strip(ui: &mut Ui, found: &CandidateWays) {
    let (whole, response) = ui.allocate_exact_size(vec2(ui.available_width(), 52.0), Sense::hover());
    let said = format!("{:.2} to {:.2}", found.lowest, found.highest);
    response.widget_info(|| WidgetInfo::labeled(accesskit::Role::Image, true, &said));
    let rail = Rect::from_min_max(whole.min + vec2(16.0, 8.0), whole.max - vec2(16.0, 20.0));
    let painter = ui.painter();
    painter.rect_filled(rail, 3.0, style::SUNK);
    let span = (found.highest - found.lowest).max(1e-9);
    let x = |score: f64| rail.left() + rail.width() * ((score - found.lowest) / span) as f32;
    for way in &found.ways {
        painter.vline(x(way.score), rail.shrink2(vec2(0.0, 4.0)).y_range(), Stroke::new(1.0, Color32::from_gray(150)));
    }
    if let Some(usual) = found.usual {
        painter.vline(x(usual), rail.y_range(), Stroke::new(2.0, style::BLUE));
    }
    painter.vline(x(found.highest), rail.y_range(), Stroke::new(2.0, style::ORANGE));
    let below = rail.bottom() + 4.0;
    let (low, high) = (format!("{:.2}", found.lowest), format!("{:.2}", found.highest));
    painter.text(pos2(rail.left(), below), Align2::LEFT_TOP, low, style::font(style::SMALL), style::WEAK);
    painter.text(pos2(rail.right(), below), Align2::RIGHT_TOP, high, style::strong(style::SMALL), style::ORANGE);
}

/// One way; a click copies it with its provenance.
fn row(ui: &mut Ui, way: &WayScore, mark: &str, color: Color32, actions: &mut Vec<Action>) {
    let high = if mark.is_empty() { ROW } else { ROW + 14.0 };
    let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), high), Sense::click());
    if response.hovered() {
        ui.painter().rect_filled(rect.shrink2(vec2(4.0, 0.0)), 4.0, style::HOVERED);
    }
    widgets::focus_ring(ui, &response, rect.shrink(2.0));
    let y = rect.top() + ROW / 2.0;
    let name = format!("{}, {}, {}", way.model, way.mix, way.pooling);
    let (left, right) = (rect.left() + 12.0, rect.right() - 12.0);
    let score = format!("{:.2}", way.score);
    let strong = if mark.is_empty() { style::font(13.0) } else { style::strong(13.0) };
    ui.painter().text(pos2(left, y), Align2::LEFT_CENTER, &name, style::font(style::SMALL), style::TEXT);
    ui.painter().text(pos2(right, y), Align2::RIGHT_CENTER, &score, strong, style::TEXT);
    if !mark.is_empty() {
        let at = pos2(left, y + 14.0);
        ui.painter().text(at, Align2::LEFT_CENTER, mark, style::font(11.0), color);
    }
    let said = if mark.is_empty() { format!("{name}: {score}") } else { format!("{mark}, {name}: {score}") };
    response.widget_info(|| WidgetInfo::labeled(accesskit::Role::Button, true, &said));
    if response.on_hover_text(format!("{}\n{}", way.provenance, words::WAYS_COPY)).clicked() {
        actions.push(Action::Copy(way.provenance.clone()));
    }
}
