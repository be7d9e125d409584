//! Below on the left: play, step, time, speed.

use egui::{RichText, Sense, Ui, vec2};

use crate::engine::{Command, State};
use crate::views::style;

use super::commands::{self, UiCommand};
use super::desk::Action;
use super::text;
use super::widgets::{self, Icon};

pub fn ui(ui: &mut Ui, state: &State, actions: &mut Vec<Action>) {
    let clock = &state.clock;
    ui.add_enabled_ui(clock.frames > 1, |ui| {
        ui.horizontal(|ui| {
            let play = if clock.playing { (Icon::Pause, text::PAUSE) } else { (Icon::Play, text::PLAY) };
            for (command, icon, label, width) in [
                (UiCommand::StepBack, Icon::Back, text::STEP_BACK.0, 32.0),
                (UiCommand::PlayPause, play.0, play.1, 48.0),
                (UiCommand::StepForward, Icon::Forward, text::STEP_FORWARD.0, 32.0),
            ] {
                let tip = commands::hover(command);
                if widgets::icon_button(ui, icon, label, &tip, vec2(width, 28.0)).clicked() {
                    actions.push(Action::Do(command));
                }
            }
            let speed = ui.button(RichText::new(text::speed(clock.speed)).size(style::SMALL));
            if speed.on_hover_text(text::SPEED_TIP).clicked() {
                actions.push(Action::Engine(Command::Speed(1.0)));
            }
        });
    });
    ui.add_space(2.0);
    ui.spacing_mut().interact_size.y = 16.0;
    ui.horizontal(|ui| {
        ui.spacing_mut().item_spacing.x = 0.0;
        let (now, whole) = text::time(clock.seconds, clock.duration);
        ui.label(widgets::strong(now, style::BODY));
        ui.label(RichText::new(whole).color(style::WEAK));
        ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
            let looping = egui::Button::new(widgets::small(text::looping(clock.looping))).frame(false);
            if ui.add(looping).on_hover_text(commands::hover(UiCommand::Loop)).clicked() {
                actions.push(Action::Do(UiCommand::Loop));
            }
        });
    });
    ui.horizontal(|ui| {
        ui.label(widgets::small(text::frame_of(clock.frame, clock.frames)));
        if clock.dropped > 0 {
            let dropped = RichText::new(text::dropped(clock.dropped)).size(style::SMALL).color(style::CARE);
            ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
                ui.add(egui::Label::new(dropped).sense(Sense::hover())).on_hover_text(text::DROPPED_TIP);
            });
        }
    });
}
