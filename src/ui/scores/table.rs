//! Every score chosen in a row, every candidate in a column, pooled over what is measured so far.

use egui::{Align2, RichText, ScrollArea, Sense, Ui, WidgetInfo, accesskit, pos2, vec2};

use crate::engine::{Command, State, Track};
use crate::metrics::{self, About, Group, POOLINGS};
use crate::views::{Side, figures, style};

use super::super::desk::{Action, Desk};
use super::super::widgets;
use super::words;

/// Height of a row, and least width of a column of figures.
const ROW: f32 = 24.0;
const COLUMN: f32 = 50.0;
/// Room for the score's name.
const NAME: f32 = 86.0;
/// Points that sentences under the table run to before they are broken.
const INVENTED_WIDTH: f32 = 320.0;

pub fn ui(ui: &mut Ui, state: &State, desk: &mut Desk, actions: &mut Vec<Action>) {
    if state.candidates().is_empty() {
        ui.horizontal(|ui| {
            ui.add_space(12.0);
            ui.label(widgets::small(words::EMPTY));
        });
        return;
    }
    if desk.scores.pools.refresh(state) {
        ui.ctx().request_repaint_after_secs(0.25);
    }
    head(ui, state, desk);
    let ids = super::table_ids(state);
    if ids.is_empty() && state.metrics.is_empty() {
        ui.horizontal(|ui| {
            ui.add_space(12.0);
            ui.label(widgets::small(words::NOT_CHOSEN));
        });
    }
    let count = state.candidates().len() as f32;
    let column = ((ui.available_width() - NAME - 20.0) / count).clamp(COLUMN, 96.0);
    ScrollArea::both().auto_shrink(false).show(ui, |ui| {
        ui.set_min_width(NAME + 20.0 + column * count);
        ui.spacing_mut().item_spacing.y = 0.0;
        heads(ui, state, desk, &ids, column, actions);
        let mut last = None;
        for id in &ids {
            let Some(about) = metrics::find(id).map(|metric| metric.about()) else { continue };
            if last.replace(about.group).is_some_and(|group| group != about.group) {
                ui.add_space(6.0);
            }
            row(ui, state, desk, about, column);
        }
        invented(ui, state, &ids, actions);
    });
}

/// Under the table: the way to the numbers of what was invented, and why one of them is missing.
fn invented(ui: &mut Ui, state: &State, ids: &[&'static str], actions: &mut Vec<Action>) {
    let all = metrics::metrics().into_iter().map(|metric| metric.about());
    let ours: Vec<&'static str> = all.filter(|about| about.group == Group::Invented).map(|about| about.id).collect();
    let inner = egui::Frame::new().inner_margin(egui::Margin { left: 12, right: 12, top: 10, bottom: 0 });
    if !ours.iter().any(|id| state.metrics.contains(id)) {
        inner.show(ui, |ui| {
            let button = ui.button(RichText::new(words::INVENTED).size(style::SMALL));
            if button.on_hover_text(words::INVENTED_TIP).clicked() {
                let wanted = |id: &&'static str| state.metrics.contains(id) || ours.contains(id);
                let ids = metrics::metrics().iter().map(|metric| metric.id()).filter(wanted).collect();
                actions.push(Action::Engine(Command::Metrics(ids)));
            }
        });
        return;
    }
    // One sentence once, however many numbers and candidates it is about.
    let mut told: Vec<(String, Vec<usize>)> = Vec::new();
    for (place, track) in state.tracks.iter().enumerate().skip(1) {
        for why in ours.iter().filter(|id| ids.contains(id)).filter_map(|id| missing(track, id)) {
            match told.iter_mut().find(|(have, _)| have == why) {
                Some((_, places)) if places.contains(&place) => {}
                Some((_, places)) => places.push(place),
                None => told.push((why.to_owned(), vec![place])),
            }
        }
    }
    inner.show(ui, |ui| {
        ui.set_max_width(INVENTED_WIDTH);
        ui.spacing_mut().item_spacing.y = 4.0;
        for (why, places) in told {
            ui.add(egui::Label::new(widgets::small(words::missing(&places, &why))).wrap());
        }
    });
}

/// Why a candidate has no value of a metric on any frame.
fn missing<'a>(track: &'a Track, id: &str) -> Option<&'a str> {
    let measured = track.series.get(id).is_some_and(|series| series.iter().any(Option::is_some));
    if measured { None } else { track.refusals.get(id).map(String::as_str) }
}

/// The choice of pooling, and over how many frames.
fn head(ui: &mut Ui, state: &State, desk: &mut Desk) {
    let range = state.range.clone().unwrap_or(0..state.clock.frames);
    let least = super::measured_ids(state).first().and_then(|id| {
        let pools = &mut desk.scores.pools;
        state.candidates().iter().filter_map(|track| pools.of(state, track, id)).map(|pooled| pooled.count).min()
    });
    ui.horizontal(|ui| {
        ui.add_space(12.0);
        let on = desk.scores.pooling();
        let line = words::of_frames(on.label, least.unwrap_or(0), range.len(), state.range.is_some());
        let button = widgets::menu_button(ui, RichText::new(line).size(style::SMALL), words::POOLING, vec2(0.0, 24.0));
        egui::Popup::menu(&button).show(|ui| {
            ui.set_width(280.0);
            for (place, pooling) in POOLINGS.iter().enumerate() {
                if super::super::exams::preset(ui, pooling.label, pooling.meaning, place == desk.scores.pooling) {
                    desk.scores.pooling = place;
                    ui.close();
                }
            }
        });
        button.on_hover_text(words::POOLING);
    });
    ui.add_space(4.0);
}

/// A number for each candidate; a click puts it on the right.
fn heads(ui: &mut Ui, state: &State, desk: &mut Desk, ids: &[&'static str], column: f32, actions: &mut Vec<Action>) {
    let (rect, _) = ui.allocate_exact_size(vec2(ui.available_width(), ROW), Sense::hover());
    let right = desk.looking.track(state, Side::Right).map(|track| track.id);
    for (i, track) in state.candidates().iter().enumerate() {
        let x = rect.left() + NAME + 12.0 + column * i as f32;
        let cell = egui::Rect::from_min_size(pos2(x, rect.top()), vec2(column, ROW));
        let response = ui.interact(cell, ui.scope_id().with(("candidate", track.id.0)), Sense::click());
        let on = right == Some(track.id);
        if on || response.hovered() {
            let fill = if on { style::RAISED } else { style::HOVERED };
            ui.painter().rect_filled(cell.shrink2(vec2(2.0, 1.0)), 4.0, fill);
        }
        let at = pos2(cell.right() - 8.0, cell.center().y);
        let font = style::strong(style::BODY);
        ui.painter().text(at, Align2::RIGHT_CENTER, format!("{}", i + 2), font, style::line_color(i + 1));
        let mut said = format!("Scores of {} {}", i + 2, track.label);
        for id in ids {
            let value = pooled(state, desk, track, id);
            said += &format!(", {} {}", figures::describe(id).0, figures::number(id, value.unwrap_or(f64::NAN)));
        }
        response.widget_info(|| WidgetInfo::selected(accesskit::Role::Button, true, on, &said));
        if response.on_hover_text(&track.label).clicked() {
            actions.push(Action::Pick(Side::Right, track.id));
        }
    }
}

/// One score; a click draws it below.
fn row(ui: &mut Ui, state: &State, desk: &mut Desk, about: &'static About, column: f32) {
    let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), ROW), Sense::click());
    let on = desk.metric == Some(about.id);
    if on || response.hovered() {
        let fill = if on { style::RAISED } else { style::HOVERED };
        ui.painter().rect_filled(rect.shrink2(vec2(4.0, 0.0)), 4.0, fill);
    }
    let y = rect.center().y;
    let name = ui.painter().text(
        pos2(rect.left() + 12.0, y),
        Align2::LEFT_CENTER,
        about.label,
        style::font(style::SMALL),
        if on { style::TEXT } else { style::WEAK },
    );
    let unit = ui.painter().layout_no_wrap(about.unit.to_owned(), style::font(11.0), style::FAINT);
    // A long name leaves no room for it; the tooltip tells it.
    if name.width() + unit.size().x <= NAME {
        ui.painter().galley(pos2(name.right() + 4.0, y - unit.size().y / 2.0), unit, style::FAINT);
    }
    let values: Vec<_> = state.candidates().iter().map(|track| pooled(state, desk, track, about.id)).collect();
    let best = values.iter().flatten().copied().reduce(|a, b| if about.better(b, a) { b } else { a });
    let right = desk.looking.track(state, Side::Right).map(|track| track.id);
    for (i, (track, value)) in state.candidates().iter().zip(&values).enumerate() {
        let at = pos2(rect.left() + NAME + 4.0 + column * (i + 1) as f32, y);
        let words = figures::number(about.id, value.unwrap_or(f64::NAN));
        // Spread has no better end.
        let is_best = values.len() > 1 && value.is_some() && *value == best && desk.scores.pooling().id != "sd";
        let font = if is_best { style::strong(13.0) } else { style::font(13.0) };
        let color = if right == Some(track.id) || is_best { style::TEXT } else { style::WEAK };
        ui.painter().text(at, Align2::RIGHT_CENTER, words, font, color);
    }
    let role = accesskit::Role::RadioButton;
    response.widget_info(|| WidgetInfo::selected(role, true, on, words::plot(about.label)));
    widgets::focus_ring(ui, &response, rect.shrink(2.0));
    let mut tip = format!("{}\n{}", about.meaning, words::blind(about));
    for (place, track) in state.tracks.iter().enumerate().skip(1) {
        tip.extend(missing(track, about.id).map(|why| format!("\n{}", words::missing(&[place], why))));
    }
    if response.on_hover_text(tip).clicked() {
        desk.metric = Some(about.id);
    }
}

fn pooled(state: &State, desk: &mut Desk, track: &crate::engine::Track, id: &'static str) -> Option<f64> {
    let of = desk.scores.pooling().of;
    desk.scores.pools.of(state, track, id).as_ref().and_then(of)
}
