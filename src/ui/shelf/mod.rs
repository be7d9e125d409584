//! The drawer on the right: every model at hand as a card.

mod card;
mod list;

use std::collections::BTreeSet;
use std::path::PathBuf;

use egui::{Id, Key, Modifiers, RichText, ScrollArea, Ui, WidgetInfo, accesskit, vec2};

use crate::engine::{Card, CardStatus, Command, State};
use crate::views::style;

use super::commands::{self, UiCommand};
use super::desk::{Action, Desk, Wish};
use super::{exams, lines, text, widgets};
use text::shelf as words;

pub use list::Sort;

/// What the drawer keeps of its own.
#[derive(Default)]
pub struct ShelfDesk {
    pub search: String,
    pub sort: Sort,
    /// The card that the keyboard is at, by file.
    pub cursor: Option<PathBuf>,
    /// The search field takes the keyboard in the next pass.
    pub focus: bool,
    /// Scroll to the cursor in the next pass.
    follow: bool,
    /// Folders that are looked into; asked for once an opening, because the disk is.
    folders: Option<Vec<PathBuf>>,
}

impl ShelfDesk {
    /// What opening the drawer begins with.
    pub fn opened(&mut self) {
        (self.focus, self.folders) = (true, None);
    }
}

impl ShelfDesk {
    /// All cards, and this one in view.
    pub fn show(&mut self, card: Option<PathBuf>) {
        self.search.clear();
        self.follow = card.is_some();
        self.cursor = card.or(self.cursor.take());
    }
}

/// What is done with a card.
#[derive(Clone, Copy, Debug)]
pub(super) enum Deed {
    /// Measures with it.
    Metric,
    Add,
    Exam(&'static crate::engine::Exam),
    Measure,
    Tick,
    Forget,
    CopyPath,
}

pub fn ui(ui: &mut Ui, state: &State, desk: &mut Desk, actions: &mut Vec<Action>) {
    let places = list::places(&state.shelf, &desk.shelf.search, desk.shelf.sort);
    head(ui, state, desk, places.len(), actions);
    let below = 40.0;
    let room = ui.available_height() - below;
    let mut deeds: Vec<(usize, Deed)> = search(ui, state, desk, &places);
    choices(ui, desk);
    ui.add_space(4.0);
    let room = room.min(ui.available_height() - below).max(card::HEIGHT);
    ui.allocate_ui(vec2(ui.available_width(), room), |ui| {
        ui.set_min_height(room);
        if state.shelf.is_empty() {
            empty(ui, desk);
        } else if places.is_empty() {
            ui.horizontal(|ui| {
                ui.add_space(12.0);
                ui.label(widgets::small(words::NO_MATCH));
            });
        } else {
            cards(ui, state, desk, &places, room, &mut deeds);
        }
    });
    foot(ui, state, desk, actions);
    for (place, deed) in deeds {
        act(state, desk, &state.shelf[place], deed, actions);
    }
}

fn head(ui: &mut Ui, state: &State, desk: &Desk, shown: usize, actions: &mut Vec<Action>) {
    ui.add_space(4.0);
    ui.horizontal(|ui| {
        ui.add_space(12.0);
        widgets::caption(ui, words::HEADING);
        ui.label(widgets::small(words::heading(shown, state.shelf.len())));
        ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
            ui.add_space(8.0);
            exams::menu(ui, desk, actions);
            let add = ui.button(RichText::new(words::ADD_MENU).size(style::SMALL)).on_hover_text(words::ADD_MENU_TIP);
            egui::Popup::menu(&add).show(|ui| {
                for (label, wish) in [(words::MENU_FILES, Wish::Models), (words::MENU_FOLDER, Wish::ModelFolder)] {
                    if ui.button(label).clicked() {
                        actions.push(Action::Choose(wish));
                        ui.close();
                    }
                }
            });
        });
    });
}

/// The search field; from it the keyboard goes through the cards.
fn search(ui: &mut Ui, state: &State, desk: &mut Desk, places: &[usize]) -> Vec<(usize, Deed)> {
    let mut deeds = Vec::new();
    let id = Id::unique("search shelf");
    // Taken before the field sees them, and only while it has the keyboard.
    let has_keys = ui.memory(|m| m.has_focus(id));
    let pressed = |with, key| has_keys && ui.input_mut(|i| i.consume_key(with, key));
    let (down, up) = (pressed(Modifiers::NONE, Key::ArrowDown), pressed(Modifiers::NONE, Key::ArrowUp));
    let (tick, exam) = (pressed(Modifiers::ALT, Key::Enter), pressed(Modifiers::SHIFT, Key::Enter));
    let add = pressed(Modifiers::NONE, Key::Enter);
    ui.horizontal(|ui| {
        ui.add_space(8.0);
        let field = egui::TextEdit::singleline(&mut desk.shelf.search)
            .id(id)
            .hint_text(RichText::new(words::SEARCH_HINT).color(style::FAINT))
            .desired_width(ui.available_width() - 12.0)
            .margin(egui::Margin::symmetric(8, 5));
        let field = ui.add(field);
        field.widget_info(|| WidgetInfo::labeled(accesskit::Role::TextInput, true, words::SEARCH));
        if std::mem::take(&mut desk.shelf.focus) {
            field.request_focus();
        }
        field.on_hover_text(words::HINT_KEYS);
    });
    let now = desk.shelf.cursor.as_ref().and_then(|c| places.iter().position(|&p| state.shelf[p].path == *c));
    let next = match (now, down, up) {
        (None, true, _) => Some(0),
        (Some(i), true, _) => Some((i + 1).min(places.len().saturating_sub(1))),
        (Some(i), _, true) => Some(i.saturating_sub(1)),
        _ => None,
    };
    if let Some(card) = next.and_then(|i| places.get(i)).map(|&p| &state.shelf[p]) {
        desk.shelf.cursor = Some(card.path.clone());
        desk.shelf.follow = true;
    }
    // With nothing chosen by the arrows, the one card that fits is meant.
    let meant = now.or((places.len() == 1).then_some(0)).and_then(|i| places.get(i));
    for (pressed, deed) in [(tick, Deed::Tick), (exam, Deed::Exam(desk.exam())), (add, Deed::Add)] {
        if let (true, Some(&place)) = (pressed, meant) {
            deeds.push((place, deed));
        }
    }
    deeds
}

/// Sorting.
fn choices(ui: &mut Ui, desk: &mut Desk) {
    ui.horizontal(|ui| {
        ui.add_space(12.0);
        ui.spacing_mut().item_spacing.x = 12.0;
        ui.label(widgets::small(words::SORT));
        for sort in Sort::ALL {
            let on = desk.shelf.sort == sort;
            let color = if on { style::TEXT } else { style::FAINT };
            let mut label = RichText::new(sort.label()).size(style::SMALL).color(color);
            if on {
                label = label.underline();
            }
            let response = ui.add(egui::Button::new(label).frame(false));
            response.widget_info(|| WidgetInfo::selected(accesskit::Role::RadioButton, true, on, sort.label()));
            if response.clicked() {
                desk.shelf.sort = sort;
            }
        }
    });
}

fn cards(ui: &mut Ui, state: &State, desk: &mut Desk, places: &[usize], room: f32, deeds: &mut Vec<(usize, Deed)>) {
    ui.spacing_mut().item_spacing.y = 4.0;
    let mut area = ScrollArea::vertical().id_salt("cards").max_height(room).auto_shrink([false, false]);
    let cursor = desk.shelf.cursor.clone();
    if std::mem::take(&mut desk.shelf.follow)
        && let Some(i) = places.iter().position(|&p| Some(&state.shelf[p].path) == cursor.as_ref())
    {
        let middle = i as f32 * (card::HEIGHT + 4.0) - (room - card::HEIGHT) / 2.0;
        area = area.vertical_scroll_offset(middle.max(0.0));
    }
    area.show_rows(ui, card::HEIGHT, places.len(), |ui, rows| {
        for &place in &places[rows] {
            let card = &state.shelf[place];
            let at = card::Place {
                ticked: desk.ticked.contains(&card.path),
                cursor: cursor.as_ref() == Some(&card.path),
                exam: desk.exam(),
            };
            if let Some(deed) = card::ui(ui, state, card, &at) {
                deeds.push((place, deed));
            }
        }
    });
}

fn empty(ui: &mut Ui, desk: &mut Desk) {
    let folders = desk.shelf.folders.get_or_insert_with(crate::models::model_folders);
    let frame = egui::Frame::new().inner_margin(egui::Margin::symmetric(16, 24));
    frame.show(ui, |ui| {
        ui.set_width(ui.available_width());
        ui.label(widgets::strong(words::EMPTY_TITLE, style::BODY));
        ui.add_space(4.0);
        ui.label(RichText::new(words::EMPTY_DROP).color(style::TEXT));
        ui.add_space(8.0);
        let about = if folders.is_empty() { words::EMPTY_NO_FOLDER } else { words::EMPTY_WHERE };
        ui.add(egui::Label::new(widgets::small(about)).wrap());
        for folder in folders.iter() {
            let path = folder.display().to_string();
            ui.add(egui::Label::new(widgets::small(&path)).wrap().selectable(true));
        }
    });
}

/// What is done with all ticked ones. Always there, so that nothing moves when the first is ticked.
fn foot(ui: &mut Ui, state: &State, desk: &mut Desk, actions: &mut Vec<Action>) {
    let on_shelf: BTreeSet<&PathBuf> = state.shelf.iter().map(|c| &c.path).collect();
    let count = desk.ticked.iter().filter(|p| on_shelf.contains(p)).count();
    ui.separator();
    ui.horizontal(|ui| {
        ui.add_space(12.0);
        ui.label(widgets::small(words::ticked(count)));
        if count > 0 {
            let none = egui::Button::new(widgets::small(words::TICKED_NONE)).frame_when_inactive(false);
            if ui.add(none).on_hover_text(words::UNTICK).clicked() {
                desk.ticked.clear();
            }
        }
        ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
            ui.add_space(8.0);
            let go = ui.add_enabled(count > 0, egui::Button::new(words::TO_TOURNAMENT));
            if go.on_hover_text(words::TO_TOURNAMENT_TIP).clicked() {
                actions.push(Action::Do(UiCommand::Tournament));
            }
            let measure = ui.add_enabled(count > 0, egui::Button::new(words::SPEED));
            if measure.on_hover_text(commands::hover(UiCommand::MeasureTicked)).clicked() {
                actions.push(Action::Do(UiCommand::MeasureTicked));
            }
        });
    });
}

/// Ticks a card for the tournament, or takes the tick away.
fn tick(desk: &mut Desk, card: &Card) {
    if !desk.ticked.remove(&card.path) {
        desk.ticked.insert(card.path.clone());
    }
}

/// Carries out what was asked of a card.
fn act(state: &State, desk: &mut Desk, card: &Card, deed: Deed, actions: &mut Vec<Action>) {
    let ready = matches!(card.status, CardStatus::Ready(_));
    let open = state.reference().is_some();
    match deed {
        Deed::Tick if ready => tick(desk, card),
        Deed::Add if ready && open => {
            actions.push(Action::Candidate { line: lines::plain(&state.shelf, card), show: true });
        }
        Deed::Exam(exam) if ready && open => {
            actions.extend(exams::of_model(state, card, exam));
            desk.exam = Some(exam.id);
        }
        Deed::Measure if ready => actions.push(Action::Engine(Command::ShelfMeasure(card.path.clone()))),
        Deed::Metric => actions.push(Action::Engine(Command::ShelfMetric(card.path.clone()))),
        Deed::Forget => {
            desk.ticked.remove(&card.path);
            actions.push(Action::Engine(Command::ShelfForget(card.path.clone())));
        }
        Deed::CopyPath => actions.push(Action::Copy(card.path.display().to_string())),
        _ => {}
    }
}
