//! Above: what is open, how to look at it, zoom, help.

use egui::{Align, Layout, RichText, Ui, WidgetInfo, accesskit};

use crate::engine::State;
use crate::views::{VIEWS, Zoom, picture, style};

use super::commands::{self, UiCommand};
use super::desk::{Action, Desk, Page};
use super::widgets::{self, Segment};
use super::{facts, overlays, text, theme, tournament};

pub fn ui(ui: &mut Ui, state: &State, desk: &mut Desk, actions: &mut Vec<Action>) {
    ui.horizontal_centered(|ui| {
        ui.add_space(12.0);
        // The right side first: names may be long and are cut to what is left.
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            ui.add_space(8.0);
            let help =
                egui::Button::new(RichText::new(text::HELP_BUTTON).color(style::WEAK)).frame_when_inactive(false);
            if ui.add(help).on_hover_text(commands::hover(UiCommand::Help)).clicked() {
                actions.push(Action::Do(UiCommand::Help));
            }
            let arena = desk.page == Page::Tournament;
            let label = text::tournament::button(tournament::running(state));
            if toggle(ui, arena, &label, UiCommand::Tournament) {
                actions.push(Action::Do(UiCommand::Tournament));
            }
            if toggle(ui, desk.folds.models && !arena, text::shelf::TOGGLE.0, UiCommand::ToggleModels) {
                actions.push(Action::Do(UiCommand::ToggleModels));
            }
            let attack = (text::bench::TOGGLE.0, UiCommand::ToggleBench);
            let has_room = ui.ctx().content_rect().width() >= theme::ROOMY;
            if !arena && has_room && toggle(ui, desk.folds.bench, attack.0, attack.1) {
                actions.push(Action::Do(attack.1));
            }
            if arena {
                return ui.with_layout(Layout::left_to_right(Align::Center), |ui| names(ui, state)).inner;
            }
            if toggle(ui, desk.folds.scores, text::SCORES_PANEL.0, UiCommand::ToggleScores) {
                actions.push(Action::Do(UiCommand::ToggleScores));
            }
            zoom(ui, state, desk, actions);
            ui.add_space(4.0);
            overlays::picker(ui, state, desk, actions);
            ui.add_space(4.0);
            views(ui, desk, actions);
            ui.add_space(4.0);
            settings(ui, desk);
            ui.with_layout(Layout::left_to_right(Align::Center), |ui| names(ui, state));
        });
    });
}

/// A button that stays down; true when it was clicked.
fn toggle(ui: &mut Ui, on: bool, label: &str, command: UiCommand) -> bool {
    ui.add(egui::Button::selectable(on, label)).on_hover_text(commands::hover(command)).clicked()
}

fn names(ui: &mut Ui, state: &State) {
    ui.spacing_mut().item_spacing.x = 12.0;
    let Some(reference) = state.reference() else {
        ui.label(widgets::strong(text::TITLE, style::BODY));
        ui.label(RichText::new(text::NO_FILE).color(style::WEAK));
        return;
    };
    ui.add(egui::Label::new(widgets::strong(&reference.label, style::BODY)).truncate());
    // Words cut to nothing would lie over what stands beside them.
    let room = ui.available_width() >= 120.0;
    if let Some(info) = reference.info.as_ref().filter(|_| room) {
        let facts = facts::of(info);
        // The mark keeps its room: the facts are cut before it.
        let room = if facts.guessed.is_some() { 72.0 } else { 0.0 };
        ui.scope(|ui| {
            ui.set_max_width((ui.available_width() - room).max(0.0));
            ui.add(egui::Label::new(RichText::new(facts.line).color(style::WEAK)).truncate()).on_hover_text(facts.more);
        });
        if let Some(why) = facts.guessed {
            let mark = RichText::new(text::GUESSED).size(style::SMALL).color(style::CARE);
            ui.add(egui::Label::new(mark)).on_hover_text(why);
        }
    }
}

fn views(ui: &mut Ui, desk: &Desk, actions: &mut Vec<Action>) {
    let segments: Vec<_> = VIEWS
        .iter()
        .enumerate()
        .map(|(i, v)| Segment { label: v.label(), tooltip: commands::hover(UiCommand::View(i)) })
        .collect();
    let on = VIEWS.iter().position(|v| v.id() == desk.looking.view).unwrap_or(0);
    if let Some(i) = widgets::segmented(ui, &segments, on) {
        actions.push(Action::Do(UiCommand::View(i)));
    }
}

/// What belongs to the view in use: the flicker's rate, the difference's amplification.
fn settings(ui: &mut Ui, desk: &mut Desk) {
    // The figure beside the slider stands in its tip where there is little room.
    let roomy = ui.ctx().content_rect().width() >= theme::ROOMY;
    if !roomy {
        ui.spacing_mut().slider_width = 48.0;
    }
    match desk.looking.view {
        "flicker" => {
            let rate = &mut desk.looking.flicker.rate;
            let slider =
                egui::Slider::new(rate, 0.5..=12.0).logarithmic(true).fixed_decimals(1).suffix(" Hz").show_value(roomy);
            let response = ui.add(slider);
            response.widget_info(|| WidgetInfo::slider(true, *rate, text::RATE_LABEL));
            response.on_hover_text(format!("{}: {rate:.1} Hz", text::RATE_LABEL));
        }
        "difference" => {
            let gain = &mut desk.looking.gain;
            let slider =
                egui::Slider::new(gain, 1.0..=64.0).logarithmic(true).fixed_decimals(0).prefix("× ").show_value(roomy);
            let response = ui.add(slider);
            response.widget_info(|| WidgetInfo::slider(true, f64::from(*gain), text::GAIN_LABEL));
            response.on_hover_text(format!("{}: × {gain:.0}", text::GAIN_LABEL));
        }
        _ => {}
    }
}

fn zoom(ui: &mut Ui, state: &State, desk: &mut Desk, actions: &mut Vec<Action>) {
    let pane = desk.panes.first().map_or(desk.area, |p| p.rect);
    let picture = picture(state);
    let scale = picture.map(|p| desk.looking.camera.scale(pane, &p));
    let words = match (scale, desk.looking.camera.zoom) {
        (None, _) => text::FIT.0.to_owned(),
        (Some(s), Zoom::Fit) => format!("{} {}", text::FIT.0, text::zoom(s)),
        (Some(s), _) => text::zoom(s),
    };
    let button = egui::Button::new(words).min_size([92.0, 28.0].into());
    let response = ui.add(button);
    response.widget_info(|| WidgetInfo::labeled(accesskit::Role::Button, true, text::ZOOM_LABEL));
    egui::Popup::menu(&response).show(|ui| {
        for command in [UiCommand::OneToOne, UiCommand::Fit, UiCommand::ZoomIn, UiCommand::ZoomOut, UiCommand::Reset] {
            let Some(entry) = commands::entry(command) else { continue };
            let key = entry.shortcuts.first().map(commands::key_words).unwrap_or_default();
            if ui.add(egui::Button::new(entry.label).right_text(widgets::small(key))).clicked() {
                actions.push(Action::Do(command));
                ui.close();
            }
        }
        ui.separator();
        for percent in [50.0, 200.0, 400.0, 800.0] {
            if ui.button(text::zoom(percent / 100.0)).clicked() {
                if let Some(picture) = picture {
                    desk.looking.camera.scale_to(pane, &picture, percent / 100.0);
                }
                ui.close();
            }
        }
        ui.separator();
        ui.checkbox(&mut desk.looking.smooth, text::SMOOTH).on_hover_text(text::SMOOTH_TIP);
    });
}
