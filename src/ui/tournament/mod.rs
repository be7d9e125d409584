//! The tournament's page: what runs on the left, the table and the pictures on the right.

mod grid;
mod pictures;
mod setup;
mod table;

use std::collections::BTreeSet;

use egui::{Align, Frame, Layout, Margin, Panel, RichText, Ui, vec2};

use crate::engine::{Command, Plan, RowStatus, State, Tournament, TrackId};
use crate::views::{Camera, Picture, Zoom, style};

use super::commands::{self, UiCommand};
use super::desk::{Action, Desk, Page, Wish};
use super::screen::Screen;
use super::{range, text, widgets};
use text::tournament as words;

pub use table::Column;

/// What the page keeps of its own.
#[derive(Default)]
pub struct Arena {
    /// The exam preset, if one is chosen.
    pub exam: Option<&'static str>,
    /// Candidates that run as they are; every chain until a person chooses.
    pub tracks: Option<BTreeSet<TrackId>>,
    /// Whether the plain enlargement is left out.
    pub no_baseline: bool,
    /// The column sorted by, and whether the worst comes first.
    pub sort: Option<(Column, bool)>,
    /// One camera for all pictures of the grid.
    pub camera: Camera,
    pub pictures: pictures::Pictures,
    /// The grid takes the whole height.
    pub only_pictures: bool,
}

impl Arena {
    /// What opening the page begins with: 100% around the point last looked at.
    pub fn opened(&mut self, looking: &Camera, looked_at: Option<[f64; 2]>) {
        let center = match looking.zoom {
            Zoom::Fit => looked_at.unwrap_or([0.5, 0.5]),
            Zoom::Scale(_) => looking.center,
        };
        self.camera = Camera { zoom: Zoom::Scale(1.0), center };
    }
}

/// Rows done, and how many there are, of a tournament that runs.
pub fn running(state: &State) -> Option<(usize, usize)> {
    let run = state.tournament.as_ref().filter(|t| t.running)?;
    Some((done(run), run.rows.len()))
}

fn done(run: &Tournament) -> usize {
    let over = |s: &RowStatus| !matches!(s, RowStatus::Waiting | RowStatus::Running { .. });
    run.rows.iter().filter(|r| over(&r.status)).count()
}

/// The plan that Begin would send; `None` while nothing can run.
pub fn plan(state: &State, desk: &Desk) -> Option<Plan> {
    let frames = range::used(state)?;
    let lines = setup::lines(state, desk);
    let picture = if frames.contains(&state.clock.frame) { state.clock.frame } else { (frames.start + frames.end) / 2 };
    (!lines.is_empty() && !frames.is_empty()).then_some(Plan { frames, lines, picture })
}

/// What the camera of the pictures must know: the reference as it was when the tournament began.
fn picture(run: &Tournament) -> Picture {
    let grid = &run.referee;
    let (w, h) = grid.sample_aspect;
    Picture {
        width: grid.width.max(1),
        height: grid.height.max(1),
        sample_aspect: (w.max(1), h.max(1)),
        rotation: grid.rotation,
    }
}

/// The page. It fills what the top bar leaves.
pub fn ui(ui: &mut Ui, state: &State, desk: &mut Desk, screen: &mut Screen, actions: &mut Vec<Action>) {
    let width = if ui.available_width() < 1200.0 { 264.0 } else { 320.0 };
    let panel = Frame::new().fill(style::PANEL);
    Panel::left("arena").exact_size(width).frame(panel).resizable(false).show(ui, |ui| {
        setup::ui(ui, state, desk, actions);
    });
    let frame = Frame::new().fill(style::PANEL).inner_margin(Margin { left: 16, right: 8, top: 0, bottom: 8 });
    frame.show(ui, |ui| {
        ui.set_min_size(ui.available_size());
        match &state.tournament {
            Some(run) => results(ui, state, run, desk, screen, actions),
            None => empty(ui),
        }
    });
}

fn results(
    ui: &mut Ui,
    state: &State,
    run: &Tournament,
    desk: &mut Desk,
    screen: &mut Screen,
    actions: &mut Vec<Action>,
) {
    head(ui, state, run, desk, actions);
    desk.arena.pictures.refresh(ui.ctx(), run);
    let order = table::order(run, desk.arena.sort);
    if !desk.arena.only_pictures {
        let most = (ui.available_height() * 0.55).max(160.0);
        let whole = table::height(run.rows.len());
        ui.allocate_ui(vec2(ui.available_width(), whole.min(most)), |ui| {
            ui.set_min_height(whole.min(most));
            table::ui(ui, state, run, &order, desk, actions);
        });
        ui.add_space(8.0);
    }
    grid::ui(ui, run, &order, desk, screen, actions);
}

/// What ran, how far it is, and what can be done with it.
fn head(ui: &mut Ui, state: &State, run: &Tournament, desk: &mut Desk, actions: &mut Vec<Action>) {
    ui.allocate_ui_with_layout(vec2(ui.available_width(), 44.0), Layout::left_to_right(Align::Center), |ui| {
        ui.set_min_height(44.0);
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            ui.add_space(8.0);
            let some = run.rows.iter().any(|r| !matches!(r.status, RowStatus::Waiting));
            if !run.running {
                let clear =
                    egui::Button::new(RichText::new(words::CLEAR).color(style::WEAK)).frame_when_inactive(false);
                if ui.add(clear).on_hover_text(words::CLEAR_TIP).clicked() {
                    actions.push(Action::Engine(Command::ForgetTournament));
                }
            }
            for (label, wish) in [(words::SAVE_AS_HTML, Wish::SaveHtml), (words::SAVE_AS_CSV, Wish::SaveCsv)] {
                if ui.add_enabled(some, egui::Button::new(label)).clicked() {
                    actions.push(Action::Choose(wish));
                }
            }
            let only = egui::Button::selectable(desk.arena.only_pictures, words::PICTURES);
            if ui.add(only).on_hover_text(words::PICTURES_ONLY_TIP).clicked() {
                desk.arena.only_pictures ^= true;
            }
            ui.with_layout(Layout::left_to_right(Align::Center), |ui| {
                ui.spacing_mut().item_spacing.x = 12.0;
                ui.label(widgets::strong(words::rows_done(done(run), run.rows.len()), style::BODY));
                let (from, to) = range::seconds(state, &run.plan.frames);
                let stretch = text::chain::range(from, to, run.plan.frames.len());
                ui.add(egui::Label::new(RichText::new(stretch).color(style::WEAK)).truncate());
            });
        });
    });
    let (bar, _) = ui.allocate_exact_size(vec2(ui.available_width(), 4.0), egui::Sense::hover());
    let bar = bar.shrink2(vec2(0.0, 1.0));
    if run.running {
        widgets::progress(ui.painter(), bar, Some(share(run)), style::BLUE);
    }
}

/// How much of the whole run is done, 0..1.
fn share(run: &Tournament) -> f32 {
    let row = |s: &RowStatus| match s {
        RowStatus::Waiting => 0.0,
        RowStatus::Running { done, of } => *done as f32 / (*of).max(1) as f32,
        _ => 1.0,
    };
    run.rows.iter().map(|r| row(&r.status)).sum::<f32>() / run.rows.len().max(1) as f32
}

fn empty(ui: &mut Ui) {
    let room = ui.available_rect_before_wrap();
    ui.scope_builder(egui::UiBuilder::new().max_rect(room), |ui| {
        ui.vertical_centered(|ui| {
            ui.add_space((room.height() * 0.36).max(24.0));
            ui.label(widgets::strong(words::EMPTY_TITLE, style::LARGE));
            ui.add_space(4.0);
            ui.label(RichText::new(words::EMPTY_BODY).color(style::WEAK));
        });
    });
}

/// Begin and Stop: one button in one place.
fn run_button(ui: &mut Ui, state: &State, desk: &Desk, actions: &mut Vec<Action>) {
    let running = running(state).is_some();
    let can = running || plan(state, desk).is_some();
    let (label, tip) = if running { (words::STOP, words::STOP_TIP) } else { (words::BEGIN, words::RUN.1) };
    let fill = if running { style::RAISED } else { egui::Color32::from_rgb(58, 84, 122) };
    let button = egui::Button::new(widgets::strong(label, style::BODY)).fill(fill).min_size(vec2(96.0, 32.0));
    let why = if state.reference().is_none() { words::NO_SOURCE } else { words::NOTHING_CHOSEN };
    let tip = if running { tip.to_owned() } else { commands::hover(UiCommand::RunTournament) };
    if ui.add_enabled(can, button).on_hover_text(tip).on_disabled_hover_text(why).clicked() {
        actions.push(Action::Do(UiCommand::RunTournament));
    }
}

/// Leaves the page.
fn back_button(ui: &mut Ui, desk: &mut Desk) {
    if ui.button(words::BACK).on_hover_text(commands::hover(UiCommand::Leave)).clicked() {
        desk.page = Page::Loupe;
    }
}
