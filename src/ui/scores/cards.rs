//! Every score there is: a box to tick, how far it can be trusted for the task at hand, and on a click all that is to
//! be known of it.

use egui::{Align2, Color32, CornerRadius, RichText, ScrollArea, Sense, Ui, WidgetInfo, accesskit, pos2, vec2};

use crate::engine::{Command, State};
use crate::metrics::{self, About, Cost, Metric, Task, TrustLevel};
use crate::views::style;

use super::super::desk::{Action, Desk};
use super::super::widgets::{self, Segment};
use super::words;

const TASKS: [Task; 4] = [Task::Encode, Task::Upscale, Task::Restore, Task::Screen];
const ROW: f32 = 26.0;

pub fn ui(ui: &mut Ui, state: &State, desk: &mut Desk, actions: &mut Vec<Action>) {
    let task = desk.scores.task.unwrap_or(Task::Encode);
    ui.horizontal(|ui| {
        ui.add_space(12.0);
        ui.label(widgets::small(words::TASK));
    });
    ui.horizontal(|ui| {
        ui.add_space(12.0);
        let segments: Vec<_> = TASKS
            .iter()
            .map(|task| Segment { label: words::task(*task).0, tooltip: words::task(*task).1.into() })
            .collect();
        let on = TASKS.iter().position(|t| *t == task).unwrap_or(0);
        if let Some(i) = widgets::segmented(ui, &segments, on) {
            desk.scores.task = TASKS.get(i).copied();
        }
    });
    ui.horizontal(|ui| {
        ui.add_space(12.0);
        let standard = ui.button(RichText::new(words::STANDARD).size(style::SMALL));
        if standard.on_hover_text(words::STANDARD_TIP).clicked() {
            let ids = metrics::standard().iter().map(|metric| metric.id()).collect();
            actions.push(Action::Engine(Command::Metrics(ids)));
        }
    });
    ui.add_space(4.0);
    ScrollArea::vertical().auto_shrink(false).show(ui, |ui| {
        ui.spacing_mut().item_spacing.y = 0.0;
        let mut last = None;
        for metric in metrics::metrics() {
            let about = metric.about();
            if last.replace(about.group) != Some(about.group) {
                ui.add_space(8.0);
                ui.horizontal(|ui| {
                    ui.add_space(12.0);
                    widgets::caption(ui, words::group(about.group));
                });
                ui.add_space(2.0);
            }
            row(ui, state, desk, metric, task, actions);
            if desk.scores.open.contains(about.id) {
                more(ui, about, task);
            }
        }
        ui.add_space(12.0);
    });
}

fn row(ui: &mut Ui, state: &State, desk: &mut Desk, metric: &dyn Metric, task: Task, actions: &mut Vec<Action>) {
    let about = metric.about();
    let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), ROW), Sense::click());
    let open = desk.scores.open.contains(about.id);
    if response.hovered() || open {
        ui.painter().rect_filled(rect.shrink2(vec2(4.0, 0.0)), CornerRadius::same(4), style::HOVERED);
    }
    let role = accesskit::Role::DisclosureTriangle;
    response.widget_info(|| WidgetInfo::selected(role, true, open, words::more(about.label)));
    widgets::focus_ring(ui, &response, rect.shrink(2.0));
    let y = rect.center().y;
    let on = state.metrics.contains(&about.id);
    let tick = egui::Rect::from_center_size(pos2(rect.left() + 20.0, y), vec2(16.0, 16.0));
    let id = ui.scope_id().with(("measure", about.id));
    if widgets::tick(ui, tick, id, on, &words::tick(about.label)).clicked() {
        actions.push(Action::Engine(Command::Metrics(toggled(&state.metrics, about.id))));
    }
    let color = if on { style::TEXT } else { style::WEAK };
    let at = pos2(rect.left() + 36.0, y);
    let name = ui.painter().text(at, Align2::LEFT_CENTER, about.label, style::font(style::BODY), color);
    if is_slow(metric) {
        let at = pos2(name.right() + 8.0, y);
        ui.painter().text(at, Align2::LEFT_CENTER, words::SLOW, style::font(11.0), style::FAINT);
    }
    let (word, color) = badge(about, task);
    let at = pos2(rect.right() - 16.0, y);
    ui.painter().text(at, Align2::RIGHT_CENTER, word, style::font(style::SMALL), color);
    if response.on_hover_text(format!("{}\n{}", about.meaning, words::trust(about, task))).clicked()
        && !desk.scores.open.remove(about.id)
    {
        desk.scores.open.insert(about.id);
    }
}

/// The trust for a task in a word.
fn badge(about: &About, task: Task) -> (&'static str, Color32) {
    match about.trust_for(task).map(|trust| trust.level()) {
        Some(level @ TrustLevel::High) => (words::trust_word(level), style::BLUE),
        Some(level @ TrustLevel::Fair) => (words::trust_word(level), style::TEXT),
        Some(level @ TrustLevel::Low) => (words::trust_word(level), style::CARE),
        None => (words::NOT_STUDIED, style::FAINT),
    }
}

/// All there is to know.
fn more(ui: &mut Ui, about: &About, task: Task) {
    let frame = egui::Frame::new().inner_margin(egui::Margin { left: 36, right: 16, top: 4, bottom: 10 });
    frame.show(ui, |ui| {
        ui.spacing_mut().item_spacing.y = 4.0;
        let line = |ui: &mut Ui, words: String, color: Color32| {
            ui.add(egui::Label::new(RichText::new(words).size(style::SMALL).color(color)).wrap());
        };
        line(ui, about.meaning.into(), style::TEXT);
        line(ui, words::range(about), style::WEAK);
        line(ui, words::blind(about), style::WEAK);
        // The task at hand first.
        line(ui, words::trust(about, task), style::TEXT);
        for other in TASKS.into_iter().filter(|other| *other != task && about.trust_for(*other).is_some()) {
            line(ui, words::trust(about, other), style::WEAK);
        }
    });
}

/// Whether it reads a heavy extractor.
fn is_slow(metric: &dyn Metric) -> bool {
    metrics::cost(metric) == Cost::Heavy
}

/// The choice with `id` ticked or no longer.
fn toggled(chosen: &[&'static str], id: &'static str) -> Vec<&'static str> {
    let is_on = chosen.contains(&id);
    let wanted = |have: &&'static str| if *have == id { !is_on } else { chosen.contains(have) };
    metrics::metrics().iter().map(|metric| metric.id()).filter(wanted).collect()
}
