//! The window with nothing in it: what to drop, and two buttons.

use egui::{Align2, Id, Order, RichText, Ui, WidgetInfo, accesskit, vec2};

use crate::engine::State;
use crate::views::style;

use super::commands::UiCommand;
use super::desk::{Action, Desk};
use super::{text, widgets};

pub fn ui(ui: &mut Ui, state: &State, desk: &mut Desk, actions: &mut Vec<Action>, room: egui::Rect) {
    if state.reference().is_some() || state.busy.is_some() {
        return;
    }
    let area = egui::Area::new(Id::unique("empty")).order(Order::Middle).pivot(Align2::CENTER_CENTER);
    area.fixed_pos(room.center()).show(ui.ctx(), |ui| {
        ui.set_width(480.0);
        ui.vertical_centered(|ui| {
            lenses(ui);
            ui.add_space(20.0);
            ui.label(widgets::strong(text::EMPTY_TITLE, style::LARGE));
            ui.add_space(4.0);
            ui.label(RichText::new(text::EMPTY_BODY).color(style::WEAK));
            ui.add_space(20.0);
            ui.allocate_ui_with_layout(vec2(268.0, 36.0), egui::Layout::left_to_right(egui::Align::Center), |ui| {
                ui.spacing_mut().item_spacing.x = 12.0;
                let size = vec2(128.0, 36.0);
                let demo = egui::Button::new(widgets::strong(text::EMPTY_DEMO, style::BODY))
                    .fill(egui::Color32::from_rgb(58, 84, 122));
                if ui.add(demo.min_size(size)).on_hover_text(text::DEMO.1).clicked() {
                    actions.push(Action::Do(UiCommand::Demo));
                }
                let open = egui::Button::new(text::EMPTY_OPEN).fill(egui::Color32::from_gray(72)).min_size(size);
                if ui.add(open).on_hover_text(text::OPEN.1).clicked() {
                    actions.push(Action::Do(UiCommand::Open));
                }
            });
            ui.add_space(16.0);
            path(ui, desk, actions);
        });
    });
}

/// A field for a path, for those who would rather type.
fn path(ui: &mut Ui, desk: &mut Desk, actions: &mut Vec<Action>) {
    let hint = RichText::new(text::EMPTY_PATH).color(style::FAINT);
    let field = egui::TextEdit::singleline(&mut desk.line)
        .hint_text(hint)
        .desired_width(268.0)
        .margin(egui::Margin::symmetric(8, 6));
    let response = ui.add(field);
    response.widget_info(|| WidgetInfo::labeled(accesskit::Role::TextInput, true, text::PATH_LABEL));
    if response.lost_focus() && ui.input(|i| i.key_pressed(egui::Key::Enter)) && !desk.line.trim().is_empty() {
        let path = std::mem::take(&mut desk.line).trim().to_owned();
        actions.push(Action::OpenPaths { paths: vec![path], replace: true });
    }
}

/// Two lenses that overlap: a doublet.
fn lenses(ui: &mut Ui) {
    let (rect, _) = ui.allocate_exact_size(vec2(120.0, 64.0), egui::Sense::hover());
    for (dx, color) in [(-16.0, style::BLUE), (16.0, style::ORANGE)] {
        let at = rect.center() + vec2(dx, 0.0);
        ui.painter().circle(at, 28.0, color.gamma_multiply(0.18), egui::Stroke::new(1.5, color.gamma_multiply(0.8)));
    }
}
