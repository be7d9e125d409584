//! What runs: the stretch, the exam, the models and chains.

use std::collections::BTreeSet;

use egui::{RichText, ScrollArea, Ui, WidgetInfo, accesskit, vec2};

use crate::engine::{Card, CardStatus, Command, EXAMS, Exam, Recipe, State, Track, TrackId, compose};
use crate::views::style;

use super::super::commands::{self, UiCommand};
use super::super::desk::{Action, Desk};
use super::super::{exams, lines, range, text, tracks, widgets};
use text::tournament as words;

pub fn ui(ui: &mut Ui, state: &State, desk: &mut Desk, actions: &mut Vec<Action>) {
    let foot = 56.0;
    let frame = egui::Frame::new().inner_margin(egui::Margin { left: 12, right: 8, top: 8, bottom: 0 });
    frame.show(ui, |ui| {
        ui.set_min_size(ui.available_size());
        super::back_button(ui, desk);
        ui.add_space(8.0);
        stretch(ui, state, actions);
        ui.add_space(8.0);
        exam(ui, desk);
        ui.add_space(8.0);
        let room = ui.available_height() - foot;
        ui.allocate_ui(vec2(ui.available_width(), room), |ui| {
            ui.set_min_height(room);
            who(ui, state, desk);
        });
        ui.separator();
        ui.horizontal(|ui| {
            super::run_button(ui, state, desk, actions);
            ui.add_space(4.0);
            if let Some(plan) = super::plan(state, desk) {
                ui.label(widgets::small(words::chosen(plan.lines.len(), plan.frames.len())));
            }
        });
    });
}

/// From and to in seconds, the same in frames, and two ways to choose them.
fn stretch(ui: &mut Ui, state: &State, actions: &mut Vec<Action>) {
    widgets::caption(ui, words::STRETCH);
    let Some(frames) = range::used(state) else {
        ui.add(egui::Label::new(RichText::new(words::NO_SOURCE).color(style::WEAK)).wrap());
        return;
    };
    let (from, to) = range::seconds(state, &frames);
    let (mut new_from, mut new_to) = (from, to);
    ui.horizontal(|ui| {
        let end = state.clock.duration;
        for (word, label, value) in
            [(words::FROM, words::FROM_LABEL, &mut new_from), (words::TO, words::TO_LABEL, &mut new_to)]
        {
            ui.label(widgets::small(word));
            let field = egui::DragValue::new(value).range(0.0..=end).speed(0.04).fixed_decimals(2).suffix(" s");
            let response = ui.add_sized(vec2(80.0, 28.0), field);
            response.widget_info(|| WidgetInfo::labeled(accesskit::Role::SpinButton, true, label));
        }
    });
    if new_from != from || new_to != to {
        actions.push(Action::Engine(Command::Range(Some(range::between(state, new_from, new_to)))));
    }
    ui.label(widgets::small(words::frames(&frames)));
    ui.horizontal(|ui| {
        for (label, command) in [(text::chain::FIVE, UiCommand::FiveHere), (text::chain::HARD, UiCommand::Hardest)] {
            let button = ui.button(RichText::new(label).size(style::SMALL));
            if button.on_hover_text(commands::hover(command)).clicked() {
                actions.push(Action::Do(command));
            }
        }
    });
}

fn exam(ui: &mut Ui, desk: &mut Desk) {
    widgets::caption(ui, words::EXAM);
    let chosen = desk.arena.exam.and_then(crate::engine::exam);
    let (label, help) = chosen.map_or((words::NO_EXAM, words::NO_EXAM_HELP), |e| (e.label, e.help));
    let size = vec2(ui.available_width() - 8.0, 28.0);
    let button = widgets::menu_button(ui, RichText::new(label), words::EXAM_LABEL, size);
    egui::Popup::menu(&button).width(320.0).show(|ui| {
        if exams::preset(ui, words::NO_EXAM, words::NO_EXAM_HELP, chosen.is_none()) {
            desk.arena.exam = None;
            ui.close();
        }
        for exam in EXAMS {
            if exams::preset(ui, exam.label, exam.help, chosen.is_some_and(|e| e.id == exam.id)) {
                desk.arena.exam = Some(exam.id);
                ui.close();
            }
        }
    });
    // Three lines of room, whatever the words: what is below stays where it is.
    ui.allocate_ui(vec2(ui.available_width() - 8.0, 52.0), |ui| {
        ui.set_min_height(52.0);
        let mut said = egui::text::LayoutJob::simple(
            help.to_owned(),
            style::font(style::SMALL),
            style::WEAK,
            ui.available_width(),
        );
        said.wrap.max_rows = 3;
        ui.label(said).on_hover_text(help);
    });
}

/// Candidates and models, each with a box to tick and its scale.
fn who(ui: &mut Ui, state: &State, desk: &mut Desk) {
    widgets::caption(ui, words::WHO);
    ScrollArea::vertical().id_salt("who").auto_shrink([false, false]).show(ui, |ui| {
        ui.spacing_mut().item_spacing.y = 0.0;
        let row = |ui: &mut Ui, on: bool, name: &str, scale: Option<f64>, tip: &str| entrant(ui, on, name, scale, tip);
        if row(ui, !desk.arena.no_baseline, words::BASELINE, None, words::BASELINE_TIP) {
            desk.arena.no_baseline ^= true;
        }
        let mut ticked = tracks_in(state, desk);
        let all: BTreeSet<TrackId> = state.candidates().iter().map(|t| t.id).collect();
        match section(ui, words::CHAINS, words::NO_CHAINS, all.len()) {
            Some(true) => desk.arena.tracks = Some(all),
            Some(false) => desk.arena.tracks = Some(BTreeSet::new()),
            None => {}
        }
        for (i, track) in state.candidates().iter().enumerate() {
            let name = format!("{} {}", i + 2, track.label);
            let scale = if track.stages.is_empty() { None } else { lines::chain_scale(&state.shelf, &track.stages) };
            if row(ui, ticked.contains(&track.id), &name, scale, &track.recipe) {
                if !ticked.remove(&track.id) {
                    ticked.insert(track.id);
                }
                desk.arena.tracks = Some(ticked.clone());
            }
        }
        let usable: Vec<&Card> = state.shelf.iter().filter(|c| matches!(c.status, CardStatus::Ready(_))).collect();
        match section(ui, words::MODELS, words::NO_MODELS, usable.len()) {
            Some(true) => desk.ticked.extend(usable.iter().map(|c| c.path.clone())),
            Some(false) => desk.ticked.clear(),
            None => {}
        }
        for card in usable {
            let scale = lines::scale_of(card).map(f64::from);
            let tip = card.path.display().to_string();
            if row(ui, desk.ticked.contains(&card.path), &card.name, scale, &tip) && !desk.ticked.remove(&card.path) {
                desk.ticked.insert(card.path.clone());
            }
        }
    });
}

/// A heading with "all" and "none"; says which was clicked.
fn section(ui: &mut Ui, heading: &str, nothing: &str, count: usize) -> Option<bool> {
    let mut answer = None;
    ui.add_space(8.0);
    ui.horizontal(|ui| {
        ui.label(widgets::small(if count == 0 { format!("{heading}: {nothing}") } else { heading.to_owned() }));
        if count == 0 {
            return;
        }
        ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
            ui.add_space(12.0);
            for (word, all) in [(words::NONE, false), (words::ALL, true)] {
                let button = egui::Button::new(widgets::small(word)).frame_when_inactive(false);
                let response = ui.add(button);
                let label = format!("{heading}: {word}");
                response.widget_info(|| WidgetInfo::labeled(accesskit::Role::Button, true, &label));
                if response.clicked() {
                    answer = Some(all);
                }
            }
        });
    });
    answer
}

/// A row to tick; true when it was clicked.
fn entrant(ui: &mut Ui, on: bool, name: &str, scale: Option<f64>, tip: &str) -> bool {
    let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), 28.0), egui::Sense::click());
    if response.hovered() {
        ui.painter().rect_filled(rect, 4.0, style::HOVERED);
    }
    let id = response.id.with("box");
    let square = egui::Rect::from_min_size(rect.left_center() + vec2(0.0, -8.0), vec2(16.0, 16.0));
    let ticked = widgets::tick(ui, square, id, on, name).clicked();
    let mut right = rect.right() - 12.0;
    if let Some(scale) = scale {
        let at = egui::pos2(right, rect.center().y);
        let font = style::font(style::SMALL);
        let drawn = ui.painter().text(at, egui::Align2::RIGHT_CENTER, words::scale(scale), font, style::WEAK);
        right = drawn.left() - 8.0;
    }
    let left = rect.left() + 24.0;
    let galley = tracks::elided(ui, name, style::font(style::BODY), style::TEXT, right - left);
    let y = rect.center().y - galley.size().y / 2.0;
    ui.painter().galley(egui::pos2(left, y), galley, style::TEXT);
    response.on_hover_text(tip).clicked() || ticked
}

/// The candidates that run: until a person chooses, every chain that makes something.
fn tracks_in(state: &State, desk: &Desk) -> BTreeSet<TrackId> {
    match &desk.arena.tracks {
        Some(chosen) => chosen.clone(),
        None => state.candidates().iter().filter(|t| t.recipe.contains('|')).map(|t| t.id).collect(),
    }
}

/// The lines that run, each once: what is to be beaten, then models, then candidates.
pub fn lines(state: &State, desk: &Desk) -> Vec<String> {
    let exam = desk.arena.exam.and_then(crate::engine::exam);
    let ticked = tracks_in(state, desk);
    let on_shelf = state.shelf.iter().filter(|c| desk.ticked.contains(&c.path));
    let models: Vec<(String, u32)> =
        on_shelf.filter_map(|c| Some((lines::model_name(&state.shelf, c), lines::scale_of(c)?))).collect();
    let tracks = state.candidates().iter().filter(|t| ticked.contains(&t.id));
    let chains: Vec<(String, u32)> = tracks.map(|t| (t.recipe.clone(), scale_beaten(state, exam, t))).collect();
    let mut all = compose(&models, &chains, exam);
    // A model ticked on the shelf may be open as a candidate too.
    let mut seen = BTreeSet::new();
    all.retain(|line| seen.insert(lines::canonical(line)));
    if desk.arena.no_baseline {
        let chosen: BTreeSet<String> = chains.iter().map(|(line, _)| lines::canonical(line)).collect();
        all.retain(|line| !is_baseline(line) || chosen.contains(&lines::canonical(line)));
    }
    all
}

/// The scale at which a candidate has plain resizing to beat; 0 where it has none: a file, or an exam of its own.
fn scale_beaten(state: &State, exam: Option<&Exam>, track: &Track) -> u32 {
    let scale = lines::chain_scale(&state.shelf, &track.stages).filter(|s| *s >= 1.0 && s.fract() == 0.0);
    let scale = scale.map_or(0, |s| s as u32);
    match exam {
        Some(exam) if lines::exam_of(&state.shelf, exam, track).is_none() => 0,
        None if scale == 1 || track.stages.is_empty() => 0,
        _ => scale,
    }
}

/// Whether a composed line is one of those to be beaten: nothing but resizing, or nothing at all.
fn is_baseline(line: &str) -> bool {
    let name = Recipe::parse(line).ok().and_then(|r| r.name).unwrap_or_default();
    let words: Vec<&str> = name.split(' ').collect();
    matches!(words[..], ["up", _, "lanczos" | "bicubic"]) || name == text::shelf::AS_IT_IS
}
