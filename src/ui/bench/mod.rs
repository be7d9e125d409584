//! The drawer with the attack bench: needles above, sliders below, the search and what is kept at the foot.

mod dials;

use egui::{Align, Layout, RichText, ScrollArea, Ui, WidgetInfo, accesskit, vec2};

use crate::engine::{Attack, AttackSide, Bench, Command, KNOBS, Knob, State, TrackId};
use crate::views::{Side, style};

use super::commands::{self, UiCommand};
use super::desk::{Action, Desk, Page};
use super::text::bench as words;
use super::widgets::{self, Icon, Segment};

pub use dials::{lean, span};

/// What the drawer keeps of its own.
pub struct BenchUi {
    /// What the search may lose, in dB.
    pub psnr_loss: f64,
}

impl Default for BenchUi {
    fn default() -> Self {
        Self { psnr_loss: 1.0 }
    }
}

/// Room below the sliders, and the height of a slider's row.
const FOOT: f32 = 172.0;
const ROW: f32 = 27.0;
const NAME: f32 = 148.0;
const VALUE: f32 = 52.0;

/// The candidate that is to be on the bench: the one on the right, or on the left while the reference is on the right;
/// none while the bench is not on show.
pub fn wanted(state: &State, desk: &Desk) -> Option<TrackId> {
    let open = desk.folds.bench && desk.page == Page::Loupe;
    let on = |side| {
        let id = desk.looking.track(state, side)?.id;
        state.candidates().iter().map(|track| track.id).find(|candidate| *candidate == id)
    };
    if open { on(Side::Right).or_else(|| on(Side::Left)) } else { None }
}

pub fn ui(ui: &mut Ui, state: &State, desk: &mut Desk, actions: &mut Vec<Action>) {
    let frame = egui::Frame::new().inner_margin(egui::Margin { left: 12, right: 12, top: 4, bottom: 8 });
    frame.show(ui, |ui| {
        ui.set_min_size(ui.available_size());
        head(ui, state, actions);
        let Some(bench) = &state.bench else {
            ui.add(egui::Label::new(widgets::small(words::NOTHING)).wrap());
            return;
        };
        dials::ui(ui, bench);
        ui.add_space(4.0);
        let room = (ui.available_height() - FOOT).max(3.0 * ROW);
        ui.allocate_ui(vec2(ui.available_width(), room), |ui| {
            ui.set_min_height(room);
            ScrollArea::vertical().auto_shrink(false).show(ui, |ui| {
                ui.spacing_mut().item_spacing.y = 0.0;
                for knob in &KNOBS {
                    slider(ui, knob, bench, actions);
                }
            });
        });
        ui.separator();
        side(ui, bench, actions);
        hunt(ui, bench, desk, actions);
        foot(ui, bench, actions);
    });
}

/// Who is on the bench, and how often the needles move.
fn head(ui: &mut Ui, state: &State, actions: &mut Vec<Action>) {
    ui.allocate_ui_with_layout(vec2(ui.available_width(), 32.0), Layout::left_to_right(Align::Center), |ui| {
        ui.set_min_height(32.0);
        widgets::caption(ui, words::HEADING);
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            let close = widgets::icon_button(
                ui,
                Icon::Close,
                words::CLOSE,
                &commands::hover(UiCommand::ToggleBench),
                vec2(24.0, 24.0),
            );
            if close.clicked() {
                actions.push(Action::Do(UiCommand::ToggleBench));
            }
            let Some(bench) = &state.bench else { return };
            let idle = bench.attack.is_idle();
            let reset = egui::Button::new(RichText::new(words::RESET_BUTTON).size(style::SMALL));
            if ui.add_enabled(!idle, reset).on_hover_text(commands::hover(UiCommand::ResetAttack)).clicked() {
                actions.push(Action::Do(UiCommand::ResetAttack));
            }
            if let Some(pace) = bench.pace {
                ui.label(RichText::new(words::pace(pace)).size(11.0).color(style::FAINT));
            }
            let name = state.track(bench.track).map(|track| track.label.as_str()).unwrap_or_default();
            let place = Desk::place(state, bench.track).unwrap_or(0);
            ui.with_layout(Layout::left_to_right(Align::Center), |ui| {
                let who = widgets::strong(format!("{} {name}", place + 1), style::BODY);
                ui.add(egui::Label::new(who).truncate());
            });
        });
    });
}

/// Name, slider and number; a double click puts the slider back. What it does is told by the name alone: a tip on the
/// slider would lie over its neighbours while it is drawn.
fn slider(ui: &mut Ui, knob: &Knob, bench: &Bench, actions: &mut Vec<Action>) {
    let (name, tip) = words::knob(knob.id);
    let mut value = bench.attack.of(knob.id);
    let is_on = value != knob.idle;
    ui.allocate_ui_with_layout(vec2(ui.available_width(), ROW), Layout::left_to_right(Align::Center), |ui| {
        ui.set_min_height(ROW);
        ui.spacing_mut().item_spacing.x = 8.0;
        ui.spacing_mut().interact_size.y = 22.0;
        let color = if is_on { style::ORANGE } else { style::TEXT };
        let (rect, _) = ui.allocate_exact_size(vec2(NAME, ROW), egui::Sense::hover());
        let at = egui::pos2(rect.left(), rect.center().y);
        ui.painter().text(at, egui::Align2::LEFT_CENTER, name, style::font(style::BODY), color);
        ui.interact(rect, ui.scope_id().with(("about", knob.id)), egui::Sense::hover()).on_hover_text(tip);
        ui.spacing_mut().slider_width = (ui.available_width() - VALUE - 24.0).max(60.0);
        let track = egui::Slider::new(&mut value, knob.low..=knob.high)
            .show_value(false)
            .step_by(10_f64.powi(-(knob.digits as i32)))
            .trailing_fill(knob.idle == knob.low);
        let response = ui.add(track);
        response.widget_info(|| WidgetInfo::slider(true, value, words::slider(name)));
        let back = response.double_clicked();
        let moved = response.changed();
        let field = egui::DragValue::new(&mut value)
            .range(knob.low..=knob.high)
            .speed((knob.high - knob.low) / 200.0)
            .fixed_decimals(knob.digits);
        let typed = ui.add_sized(vec2(VALUE, 22.0), field).changed();
        if back {
            value = knob.idle;
        }
        if (moved || typed || back) && value != bench.attack.of(knob.id) {
            actions.push(Action::Engine(Command::Attack(bench.attack.with(knob.id, value))));
        }
    });
}

/// Behind all stages, or ahead of the encode.
fn side(ui: &mut Ui, bench: &Bench, actions: &mut Vec<Action>) {
    ui.horizontal(|ui| {
        let segments: Vec<_> = words::SIDES
            .iter()
            .enumerate()
            .map(|(i, (label, tip))| {
                let tip = if i == 1 && !bench.can_precede { words::NO_ENCODE } else { tip };
                Segment { label, tooltip: tip.into() }
            })
            .collect();
        let on = usize::from(bench.attack.side == AttackSide::Before);
        match widgets::segmented(ui, &segments, on) {
            Some(1) if !bench.can_precede => actions.push(Action::Say(words::NO_ENCODE)),
            Some(place) if place != on => {
                let side = if place == 1 { AttackSide::Before } else { AttackSide::After };
                actions.push(Action::Engine(Command::Attack(Attack { side, ..bench.attack })));
            }
            _ => {}
        }
    });
}

/// The search: begin or stop, what it may lose, how it stands.
fn hunt(ui: &mut Ui, bench: &Bench, desk: &mut Desk, actions: &mut Vec<Action>) {
    let run = bench.hunt.as_ref();
    let running = run.is_some_and(|run| run.running);
    ui.add_space(4.0);
    ui.horizontal(|ui| {
        let (label, fill) = match running {
            true => (words::STOP, style::RAISED),
            false => (words::HUNT.0, egui::Color32::from_rgb(58, 84, 122)),
        };
        let button = egui::Button::new(widgets::strong(label, style::BODY)).fill(fill).min_size(vec2(148.0, 30.0));
        if ui.add(button).on_hover_text(commands::hover(UiCommand::Hunt)).clicked() {
            actions.push(Action::Do(UiCommand::Hunt));
        }
        ui.add_space(4.0);
        ui.label(widgets::small(words::LOSS));
        let field = egui::DragValue::new(&mut desk.bench.psnr_loss)
            .range(0.0..=20.0)
            .speed(0.02)
            .fixed_decimals(1)
            .suffix(" dB");
        let response = ui.add_sized(vec2(64.0, 26.0), field);
        response.widget_info(|| WidgetInfo::labeled(accesskit::Role::SpinButton, true, words::LOSS));
        response.on_hover_text(words::LOSS_TIP);
    });
    let (bar, _) = ui.allocate_exact_size(vec2(ui.available_width(), 6.0), egui::Sense::hover());
    let share = run.filter(|run| run.running).map(|run| run.done);
    widgets::progress(ui.painter(), bar.shrink2(vec2(0.0, 1.0)), share, style::BLUE);
    let line = match run {
        None => words::HUNT_IDLE.to_owned(),
        Some(run) => {
            let found = run.best.zip(run.plain).map(|(best, plain)| (best.vmaf - plain.vmaf, plain.psnr - best.psnr));
            words::hunted(run.tried, run.frames, found, run.running)
        }
    };
    ui.add(egui::Label::new(widgets::small(line)).truncate());
}

/// The recipe it comes to, and keeping it; or what went wrong.
fn foot(ui: &mut Ui, bench: &Bench, actions: &mut Vec<Action>) {
    ui.horizontal(|ui| {
        let add = egui::Button::new(words::ADD).min_size(vec2(148.0, 28.0));
        let add = ui.add_enabled(bench.line.is_some(), add).on_hover_text(words::ADD_TIP);
        if let Some(line) = bench.line.as_ref().filter(|_| add.clicked()) {
            // The bench stays with who is on it: on the kept one the same sliders would work twice.
            actions.push(Action::Candidate { line: line.clone(), show: false });
            actions.push(Action::Say(words::ADDED));
        }
        let (said, color) = match (&bench.fault, &bench.line) {
            (Some(fault), _) => (fault.as_str(), style::CARE),
            (None, Some(line)) => (line.as_str(), style::WEAK),
            (None, None) => ("", style::WEAK),
        };
        let label = egui::Label::new(RichText::new(said).size(style::SMALL).color(color)).truncate();
        ui.add(label).on_hover_text(said);
    });
}
