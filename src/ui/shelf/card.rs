//! One card of the shelf. All are equally high, so that hundreds scroll as lightly as one.

use egui::text::{LayoutJob, TextWrapping};
use egui::{
    Align2, Color32, CornerRadius, Rect, Response, RichText, Sense, Stroke, StrokeKind, Ui, WidgetInfo, accesskit,
    pos2, vec2,
};

use crate::engine::{Card, CardStatus, EXAMS, Exam, State};
use crate::models::ModelInfo;
use crate::views::style;

use super::super::{text, tracks, widgets};
use super::Deed;
use text::shelf as words;

pub const HEIGHT: f32 = 116.0;

/// How a card stands in the list.
pub struct Place {
    pub ticked: bool,
    /// The keyboard is at it.
    pub cursor: bool,
    pub exam: &'static Exam,
}

/// Draws a card; what a person asks of it.
pub fn ui(ui: &mut Ui, state: &State, card: &Card, place: &Place) -> Option<Deed> {
    let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), HEIGHT), Sense::click());
    let rect = rect.shrink2(vec2(8.0, 0.0));
    let label = match &card.status {
        CardStatus::Broken(reason) => words::broken_card(&card.name, reason),
        _ => words::card(&card.name),
    };
    response.widget_info(|| WidgetInfo::selected(accesskit::Role::Button, true, place.ticked, &label));
    let lit = ui.rect_contains_pointer(rect) || place.ticked;
    let fill = if lit { style::HOVERED } else { Color32::from_gray(43) };
    let stroke = if place.cursor { Stroke::new(1.5, style::BLUE) } else { Stroke::NONE };
    ui.painter().rect(rect, CornerRadius::same(6), fill, stroke, StrokeKind::Inside);
    widgets::focus_ring(ui, &response, rect.shrink(1.0));
    let inner = rect.shrink2(vec2(12.0, 8.0));
    let mut deed = None;
    title(ui, card, inner, place, &mut deed);
    let open = state.reference().is_some();
    match &card.status {
        CardStatus::Reading => line(ui, inner, 24.0, words::READING, style::WEAK),
        CardStatus::Broken(reason) => broken(ui, inner, reason),
        CardStatus::Metric(info) => {
            line(ui, inner, 24.0, words::IS_METRIC, style::WEAK);
            line(ui, inner, 40.0, &info.line(), style::WEAK);
            metric_button(ui, card, inner, &mut deed);
        }
        CardStatus::Ready(info) => {
            line(ui, inner, 24.0, &kind(info), style::WEAK);
            line(ui, inner, 40.0, &sizes(info), style::WEAK);
            line(ui, inner, 56.0, &origin(info), style::FAINT);
            buttons(ui, state, card, inner, place, &mut deed);
        }
    }
    menu(&response, card, &mut deed);
    let clicked = response.on_hover_ui(|ui| tip(ui, card, open)).clicked();
    deed.or((clicked && open && matches!(card.status, CardStatus::Ready(_))).then_some(Deed::Add))
}

/// Box to tick, name, scale.
fn title(ui: &mut Ui, card: &Card, inner: Rect, place: &Place, deed: &mut Option<Deed>) {
    let ready = matches!(card.status, CardStatus::Ready(_));
    let mut left = inner.left();
    if ready {
        let at = Rect::from_min_size(inner.min + vec2(0.0, 1.0), vec2(16.0, 16.0));
        let id = ui.scope_id().with(("tick", &card.path));
        let tick = widgets::tick(ui, at, id, place.ticked, &words::tick(&card.name));
        if tick.on_hover_text(words::TICK_TIP).clicked() {
            *deed = Some(Deed::Tick);
        }
        left += 24.0;
    }
    let mut right = inner.right();
    if let CardStatus::Ready(info) = &card.status {
        let at = pos2(right, inner.top());
        let scale = format!("{}×", info.scale);
        let drawn = ui.painter().text(at, Align2::RIGHT_TOP, scale, style::strong(style::BODY), style::TEXT);
        right = drawn.left() - 8.0;
    }
    let color = if ready { style::TEXT } else { style::WEAK };
    let name = tracks::elided(ui, &card.name, style::strong(style::BODY), color, right - left);
    ui.painter().galley(pos2(left, inner.top()), name, color);
}

/// What it is built like, and what it is bound to.
fn kind(info: &ModelInfo) -> String {
    let mut parts = vec![info.architecture.clone().unwrap_or_else(|| words::KIND_UNKNOWN.into())];
    if let Some((w, h)) = info.fixed_size {
        parts.push(format!("{w}×{h} only"));
    }
    if info.channels.0 == 1 {
        parts.push("grey".into());
    }
    parts.join(" · ")
}

/// Precision and sizes.
fn sizes(info: &ModelInfo) -> String {
    let precision = match info.precision {
        (a, b) if a == b => a.to_string(),
        (a, b) => format!("{a} to {b}"),
    };
    [precision, words::bytes(info.file_bytes), words::weights(info.weights)].join(" · ")
}

fn origin(info: &ModelInfo) -> String {
    let licence = info.licence.clone().unwrap_or_else(|| words::LICENCE_UNKNOWN.into());
    match &info.author {
        Some(author) => format!("{licence} · {}", words::by(author)),
        None => licence,
    }
}

fn line(ui: &Ui, inner: Rect, y: f32, said: &str, color: Color32) {
    let galley = tracks::elided(ui, said, style::font(style::SMALL), color, inner.width());
    ui.painter().galley(pos2(inner.left(), inner.top() + y), galley, color);
}

/// Why it cannot be used, in four lines at most; the tooltip has all of it.
fn broken(ui: &Ui, inner: Rect, reason: &str) {
    line(ui, inner, 20.0, words::BROKEN, style::CARE);
    let mut job = LayoutJob::simple(reason.to_owned(), style::font(style::SMALL), style::WEAK, inner.width());
    job.wrap = TextWrapping { max_width: inner.width(), max_rows: 4, ..TextWrapping::default() };
    let galley = ui.painter().layout_job(job);
    ui.painter().galley(pos2(inner.left(), inner.top() + 36.0), galley, style::WEAK);
}

fn metric_button(ui: &mut Ui, card: &Card, inner: Rect, deed: &mut Option<Deed>) {
    let row = Rect::from_min_max(pos2(inner.left(), inner.bottom() - 24.0), inner.max);
    let mut ui = ui.new_child(egui::UiBuilder::new().max_rect(row).id_salt(("metric", &card.path)));
    let button = egui::Button::new(RichText::new(words::MEASURE_WITH).size(style::SMALL)).min_size(vec2(0.0, 24.0));
    let response = named(ui.add(button), &words::measure_with(&card.name));
    if response.on_hover_text(words::MEASURE_WITH_TIP).clicked() {
        *deed = Some(Deed::Metric);
    }
}

fn buttons(ui: &mut Ui, state: &State, card: &Card, inner: Rect, place: &Place, deed: &mut Option<Deed>) {
    let row = Rect::from_min_max(pos2(inner.left(), inner.bottom() - 24.0), inner.max);
    let open = state.reference().is_some();
    let small = |words: &str| egui::Button::new(RichText::new(words).size(style::SMALL)).min_size(vec2(0.0, 24.0));
    // A child that takes no room of its own: the card has taken it.
    let mut ui = ui.new_child(egui::UiBuilder::new().max_rect(row).id_salt(&card.path));
    {
        ui.spacing_mut().button_padding = vec2(10.0, 2.0);
        ui.spacing_mut().interact_size.y = 24.0;
        ui.horizontal(|ui| {
            let add = named(ui.add_enabled(open, small(words::TRY)), &words::try_it(&card.name));
            if add.on_hover_text(words::TRY_TIP).on_disabled_hover_text(words::NO_SOURCE).clicked() {
                *deed = Some(Deed::Add);
            }
            let exam = named(ui.add_enabled(open, small(words::EXAM)), &words::exam_it(&card.name));
            let tip = format!("{}\n{}", words::exam_with(place.exam.label), place.exam.help);
            if exam.on_hover_text(tip).on_disabled_hover_text(words::NO_SOURCE).clicked() {
                *deed = Some(Deed::Exam(place.exam));
            }
            ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| speed(ui, state, card, deed));
        });
    }
}

/// How fast it is here; a click measures, or measures again.
fn speed(ui: &mut Ui, state: &State, card: &Card, deed: &mut Option<Deed>) {
    let size = state.reference().and_then(|t| t.info.as_ref()).map(|i| (i.width, i.height));
    let (shown, tip, color) = match &card.speed {
        None => (words::SPEED.to_owned(), words::NOT_MEASURED.to_owned(), style::TEXT),
        Some(speed) => {
            let mut parts = vec![words::speed(speed.megapixels_per_second, size)];
            parts.extend(speed.memory_bytes.map(words::bytes));
            let at = words::speed_at(speed.megapixels_per_second, size);
            let tip = format!("{at}\n{}: {}\n{}", speed.device, speed.choice, words::MEASURE_AGAIN);
            (parts.join(" · "), tip, style::WEAK)
        }
    };
    let said = RichText::new(shown).size(style::SMALL).color(color);
    let button = egui::Button::new(said).min_size(vec2(0.0, 24.0));
    let button = if card.speed.is_some() { button.frame_when_inactive(false).truncate() } else { button };
    let response = named(ui.add(button), &words::measure_it(&card.name));
    if response.on_hover_text(format!("{tip}\n{}", words::SPEED_TIP)).clicked() {
        *deed = Some(Deed::Measure);
    }
}

fn named(response: Response, label: &str) -> Response {
    let enabled = response.enabled();
    response.widget_info(|| WidgetInfo::labeled(accesskit::Role::Button, enabled, label));
    response
}

fn menu(response: &Response, card: &Card, deed: &mut Option<Deed>) {
    let ready = matches!(card.status, CardStatus::Ready(_));
    response.context_menu(|ui| {
        let mut item = |ui: &mut Ui, label: &str, wanted: Deed| {
            if ui.button(label).clicked() {
                *deed = Some(wanted);
                ui.close();
            }
        };
        if ready {
            item(ui, words::TRY, Deed::Add);
            for exam in EXAMS {
                item(ui, &words::exam_with(exam.label), Deed::Exam(exam));
            }
            item(ui, words::MEASURE, Deed::Measure);
        }
        item(ui, words::COPY_PATH, Deed::CopyPath);
        ui.separator();
        item(ui, words::FORGET, Deed::Forget);
    });
}

/// Everything that is known of the file.
fn tip(ui: &mut Ui, card: &Card, open: bool) {
    ui.set_max_width(420.0);
    ui.label(widgets::strong(&card.name, style::BODY));
    let mut said = Vec::new();
    match &card.status {
        CardStatus::Reading => said.push(words::READING.to_owned()),
        CardStatus::Broken(reason) => said.push(reason.clone()),
        CardStatus::Metric(info) => {
            said.extend(info.description.clone());
            said.push(format!("{}: {}", words::IS_METRIC, info.line()));
        }
        CardStatus::Ready(info) => {
            said.extend(info.description.clone());
            said.push(info.line());
            said.extend(info.notes.iter().cloned());
            said.push(if open { words::TRY_TIP.into() } else { words::NO_SOURCE.into() });
        }
    }
    if let Some(speed) = &card.speed {
        said.push(format!("{}: {}", speed.device, speed.choice));
    }
    for line in said {
        ui.add(egui::Label::new(RichText::new(line).color(style::TEXT)).wrap());
    }
    ui.add(egui::Label::new(widgets::small(card.path.display().to_string())).wrap());
}
