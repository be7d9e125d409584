//! Exams in one click: the preset that is in use, and what one click adds.

use egui::{RichText, Ui, WidgetInfo, accesskit};

use crate::engine::{Card, EXAMS, Exam, State};
use crate::views::style;

use super::desk::{Action, Desk};
use super::{lines, text, widgets};

/// The button that names the preset in use; its menu lists all of them with what they do.
pub fn menu(ui: &mut Ui, desk: &Desk, actions: &mut Vec<Action>) {
    let on = desk.exam();
    let label = text::shelf::exam_with(on.label);
    let button = ui.button(RichText::new(format!("{label} ⏷")).size(style::SMALL));
    button.widget_info(|| WidgetInfo::labeled(accesskit::Role::Button, true, text::shelf::EXAM_MENU));
    egui::Popup::menu(&button).show(|ui| {
        ui.set_width(320.0);
        for exam in EXAMS {
            if preset(ui, exam.label, exam.help, exam.id == on.id) {
                actions.push(Action::Preset(exam.id));
                ui.close();
            }
        }
    });
    button.on_hover_text(format!("{}: {}\n{}", on.label, on.help, text::shelf::EXAM_MENU_TIP));
}

/// A choice with a line of explanation under it; true when it was clicked.
pub fn preset(ui: &mut Ui, label: &str, help: &str, on: bool) -> bool {
    let frame = egui::Frame::new().inner_margin(egui::Margin::symmetric(8, 4)).corner_radius(5);
    let mut frame = frame.begin(ui);
    frame.content_ui.set_width(frame.content_ui.available_width());
    let strong = if on { widgets::strong(label, style::BODY) } else { RichText::new(label) };
    frame.content_ui.label(strong);
    frame.content_ui.add(egui::Label::new(widgets::small(help)).wrap());
    let response = frame.allocate_space(ui).interact(egui::Sense::click());
    response.widget_info(|| WidgetInfo::selected(accesskit::Role::RadioButton, true, on, label));
    if on || response.hovered() {
        frame.frame.fill = if on { style::RAISED } else { style::HOVERED };
    }
    frame.paint(ui);
    response.clicked()
}

/// What an exam of a model adds: its candidate, shown at once, and before it the plain enlargement of the same
/// degradation.
pub fn of_model(state: &State, card: &Card, exam: &Exam) -> Vec<Action> {
    let Some(scale) = lines::scale_of(card) else { return Vec::new() };
    let Some(baseline) = lines::baseline(exam, scale) else {
        return vec![Action::Say(text::shelf::EXAM_NOTHING)];
    };
    let line = exam.line(scale, &lines::model_stage(&state.shelf, card));
    vec![Action::Candidate { line: baseline, show: false }, Action::Candidate { line, show: true }]
}

/// The same for a candidate that is open.
pub fn of_track(state: &State, track: &crate::engine::Track, exam: &Exam) -> Vec<Action> {
    let Some(line) = lines::exam_of(&state.shelf, exam, track) else {
        return vec![Action::Say(text::chain::NO_EXAM_OF)];
    };
    let scale = lines::chain_scale(&state.shelf, &track.stages).unwrap_or(1.0) as u32;
    let baseline = lines::baseline(exam, scale).map(|line| Action::Candidate { line, show: false });
    baseline.into_iter().chain([Action::Candidate { line, show: true }]).collect()
}
