//! Exams in one click: the preset that is in use, and what one click adds.

use egui::{CornerRadius, RichText, Sense, Ui, WidgetInfo, accesskit, vec2};

use crate::engine::{Card, EXAMS, Exam, State};
use crate::views::style;

use super::desk::{Action, Desk};
use super::{lines, text, widgets};

/// The button that names the preset in use; its menu lists all of them with what they do.
pub fn menu(ui: &mut Ui, desk: &Desk, actions: &mut Vec<Action>) {
    let on = desk.exam();
    let label = text::shelf::exam_with(on.label);
    let button =
        widgets::menu_button(ui, RichText::new(label).size(style::SMALL), text::shelf::EXAM_MENU, egui::Vec2::ZERO);
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
    let width = ui.available_width();
    let font = if on { style::strong(style::BODY) } else { style::font(style::BODY) };
    let name = ui.painter().layout_no_wrap(label.to_owned(), font, style::TEXT);
    let help = ui.painter().layout(help.to_owned(), style::font(style::SMALL), style::WEAK, width - 16.0);
    let size = vec2(width, name.size().y + help.size().y + 12.0);
    let (rect, response) = ui.allocate_exact_size(size, Sense::click());
    response.widget_info(|| WidgetInfo::selected(accesskit::Role::RadioButton, true, on, label));
    widgets::focus_ring(ui, &response, rect);
    if on || response.hovered() {
        let fill = if on { style::RAISED } else { style::HOVERED };
        ui.painter().rect_filled(rect, CornerRadius::same(5), fill);
    }
    let below = rect.min + vec2(8.0, 6.0 + name.size().y);
    ui.painter().galley(rect.min + vec2(8.0, 4.0), name, style::TEXT);
    ui.painter().galley(below, help, style::WEAK);
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
    let line = lines::titled(&line);
    vec![Action::Candidate { line: lines::titled(&baseline), show: false }, Action::Candidate { line, show: true }]
}

/// The same for a candidate that is open.
pub fn of_track(state: &State, track: &crate::engine::Track, exam: &Exam) -> Vec<Action> {
    let Some(line) = lines::exam_of(&state.shelf, exam, track) else {
        return vec![Action::Say(text::chain::NO_EXAM_OF)];
    };
    let scale = lines::chain_scale(&state.shelf, &track.stages).unwrap_or(1.0) as u32;
    let baseline = lines::baseline(exam, scale).map(|l| Action::Candidate { line: lines::titled(&l), show: false });
    baseline.into_iter().chain([Action::Candidate { line: lines::titled(&line), show: true }]).collect()
}
