//! Choosing an overlay, how strongly it is drawn and where its scale ends; and its legend on the picture.

use egui::{Align, Layout, RichText, Ui, WidgetInfo, accesskit};

use crate::engine::State;
use crate::metrics::{self, Scale};
use crate::views::{Limit, PaneSpec, Side, legend, overlay, style};

use super::commands::{self, UiCommand};
use super::desk::{Action, Desk};
use super::{text, theme, widgets};

/// Points that the panel under the button is wide.
const WIDTH: f32 = 320.0;

/// The button in the top bar and the panel under it.
pub fn picker(ui: &mut Ui, state: &State, desk: &mut Desk, actions: &mut Vec<Action>) {
    let chosen = desk.looking.overlay();
    // The button keeps its width, so that nothing beside it moves.
    let narrow = ui.ctx().content_rect().width() < theme::ROOMY;
    let width = if narrow { 104.0 } else { 184.0 };
    let label = match chosen {
        None => text::overlay::PICKER.to_owned(),
        Some(about) if narrow => about.label.to_owned(),
        Some(about) => text::overlay::button(about.label),
    };
    let label = fitting(ui, label, width - 36.0);
    let color = if chosen.is_some() { style::TEXT } else { style::WEAK };
    let response =
        widgets::menu_button(ui, RichText::new(label).color(color), text::overlay::PICKER, egui::vec2(width, 28.0));
    let response = response.on_hover_text(commands::hover(UiCommand::NextOverlay));
    let popup = egui::Popup::menu(&response).close_behavior(egui::PopupCloseBehavior::CloseOnClickOutside);
    popup.show(|ui| {
        ui.set_width(WIDTH);
        choices(ui, state, desk, actions);
        if desk.looking.overlay().is_some() {
            ui.separator();
            // A menu stretches its words from edge to edge.
            ui.with_layout(Layout::top_down(Align::Min), |ui| {
                strength(ui, desk);
                limits(ui, state, desk);
                words(ui, desk);
            });
        }
    });
}

/// `words`, cut with an ellipsis where they are wider than `width` points.
fn fitting(ui: &Ui, mut words: String, width: f32) -> String {
    let wide = |words: &str| {
        let font = style::font(style::BODY);
        ui.painter().layout_no_wrap(words.to_owned(), font, style::TEXT).size().x > width
    };
    if !wide(&words) {
        return words;
    }
    while words.pop().is_some() && wide(&format!("{words}…")) {}
    words.trim_end().to_owned() + "…"
}

/// "none" first, then the table; what has nothing to say of the candidate on the right is weak, and its tip says why.
fn choices(ui: &mut Ui, state: &State, desk: &Desk, actions: &mut Vec<Action>) {
    let right = desk.looking.track(state, Side::Right).map(|track| track.id);
    let mut choice = |ui: &mut Ui, id: Option<&'static str>, label: RichText, tip: &str| {
        let on = desk.looking.overlay().map(|about| about.id) == id;
        let button = egui::Button::selectable(on, label).min_size(egui::vec2(WIDTH, 24.0));
        if ui.add(button).on_hover_text(tip).clicked() {
            actions.push(Action::Do(UiCommand::Overlay(id)));
        }
    };
    let tall = ui.ctx().content_rect().height() * 0.45;
    egui::ScrollArea::vertical().max_height(tall).show(ui, |ui| {
        choice(ui, None, RichText::new(text::overlay::NONE), text::overlay::OFF.1);
        for overlay in metrics::overlays() {
            let about = overlay.about();
            match right.map_or(Ok(()), |id| state.overlay_applies(id, about)) {
                Ok(()) => choice(ui, Some(about.id), RichText::new(about.label), about.meaning),
                Err(why) => {
                    let tip = format!("{why}\n\n{}", about.meaning);
                    choice(ui, Some(about.id), RichText::new(about.label).color(style::FAINT), &tip);
                }
            }
        }
    });
}

fn strength(ui: &mut Ui, desk: &mut Desk) {
    ui.horizontal(|ui| {
        ui.label(widgets::small(text::overlay::STRENGTH));
        let strength = &mut desk.looking.over.strength;
        ui.spacing_mut().slider_width = WIDTH - 130.0;
        let slider = egui::Slider::new(strength, 0.0..=1.0).fixed_decimals(2);
        let response = ui.add(slider);
        response.widget_info(|| WidgetInfo::slider(true, f64::from(*strength), text::overlay::STRENGTH));
        response.on_hover_text(text::overlay::STRENGTH_TIP);
    });
}

fn limits(ui: &mut Ui, state: &State, desk: &mut Desk) {
    let scale = desk.looking.overlay().map(|about| about.scale);
    if !matches!(scale, Some(Scale::Sequential { .. } | Scale::Tinted { .. } | Scale::Diverging { .. })) {
        return;
    }
    let mut to = overlay::limit(state, &desk.looking, &desk.panes);
    ui.horizontal(|ui| {
        ui.label(widgets::small(text::overlay::LIMITS));
        let limit = &mut desk.looking.over.limit;
        let choices = [
            (Limit::Usual, text::overlay::USUAL, text::overlay::USUAL_TIP),
            (Limit::Auto, text::overlay::AUTO, text::overlay::AUTO_TIP),
        ];
        for (choice, label, tip) in choices {
            if ui.add(egui::Button::selectable(*limit == choice, label)).on_hover_text(tip).clicked() {
                *limit = choice;
            }
        }
        let speed = f64::from(to) * 0.01;
        let drag = egui::DragValue::new(&mut to).range(1e-4..=1e6).speed(speed).max_decimals(4);
        let response = ui.add(drag);
        response.widget_info(|| WidgetInfo::labeled(accesskit::Role::SpinButton, true, text::overlay::LIMIT_AT));
        if response.changed() {
            *limit = Limit::At(to);
        }
        response.on_hover_text(text::overlay::SET_TIP);
    });
}

fn words(ui: &mut Ui, desk: &Desk) {
    let Some(about) = desk.looking.overlay() else { return };
    for (head, body) in [(text::overlay::MEANS, about.meaning), (text::overlay::CANNOT, about.limits)] {
        ui.add_space(4.0);
        ui.label(widgets::small(head));
        ui.label(RichText::new(body).size(13.0).color(style::TEXT));
    }
}

/// The legend on the picture; it explains itself.
pub fn legend(ui: &mut Ui, state: &State, desk: &mut Desk, panes: &[PaneSpec]) {
    let Some(legend) = legend::of(state, &desk.looking, panes) else { return };
    let rect = legend::paint(ui.painter(), &legend);
    desk.plates.push(rect);
    let response = ui.interact(rect, egui::Id::unique("legend"), egui::Sense::hover());
    let words = format!("{}: {}", text::overlay::LEGEND, legend.words());
    response.widget_info(|| WidgetInfo::labeled(accesskit::Role::Label, true, &words));
    response.on_hover_text(text::overlay::tip(legend.about, legend.by.as_deref()));
}
