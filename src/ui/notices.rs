//! Messages at the lower edge of the picture's middle: the engine's notices and the window's own. They never cover the
//! plates in the corners.

use egui::{Align2, Id, RichText, Ui, vec2};

use crate::engine::{Command, Notice, State, TrackStatus};
use crate::frame::Severity;
use crate::views::style;

use super::desk::{Action, Desk};
use super::text;
use super::widgets::{self, Icon};

/// Most messages shown at once; older ones wait.
const MOST: usize = 3;

pub fn ui(ui: &mut Ui, state: &State, desk: &mut Desk, actions: &mut Vec<Action>, room: egui::Rect) {
    let now = ui.input(|i| i.time);
    desk.toasts.retain(|t| t.until.is_none_or(|end| end > now));
    if let Some(next) = desk.toasts.iter().filter_map(|t| t.until).min_by(f64::total_cmp) {
        ui.ctx().request_repaint_after_secs((next - now).max(0.0) as f32 + 0.01);
    }
    if state.notices.is_empty() && desk.toasts.is_empty() {
        return;
    }
    let at = room.center_bottom() - vec2(0.0, 64.0);
    egui::Area::new(Id::unique("notices")).pivot(Align2::CENTER_BOTTOM).fixed_pos(at).show(ui.ctx(), |ui| {
        ui.set_max_width((room.width() * 0.6).clamp(240.0, 560.0));
        let mut gone = None;
        for (i, toast) in desk.toasts.iter().enumerate().take(MOST) {
            if card(ui, &toast.sentence, toast.fault) {
                gone = Some(i);
            }
        }
        if let Some(i) = gone {
            desk.toasts.remove(i);
        }
        for notice in state.notices.iter().filter(|n| !told_in_list(n, state, desk)).rev().take(MOST) {
            if card(ui, &notice.sentence, notice.severity > Severity::Note) {
                actions.push(Action::Engine(Command::Dismiss(notice.id)));
            }
        }
    });
}

/// Whether the track's row in the list says the same already: once is enough while the list can be seen.
fn told_in_list(notice: &Notice, state: &State, desk: &Desk) -> bool {
    let listed = desk.folds.tracks && !desk.folds.only_picture;
    let track = notice.track.and_then(|id| state.track(id));
    listed && track.is_some_and(|t| matches!(&t.status, TrackStatus::Failed(said) if *said == notice.sentence))
}

/// One message; true when it is to go.
fn card(ui: &mut Ui, sentence: &str, fault: bool) -> bool {
    let frame = egui::Frame::new()
        .fill(egui::Color32::from_gray(30))
        .stroke(egui::Stroke::new(1.0, egui::Color32::from_gray(72)))
        .corner_radius(6)
        .inner_margin(egui::Margin::symmetric(12, 8))
        .outer_margin(egui::Margin::symmetric(0, 4));
    let mut gone = false;
    frame.show(ui, |ui| {
        ui.horizontal(|ui| {
            let color = if fault { style::CARE } else { style::TEXT };
            let width = ui.available_width() - 32.0;
            ui.scope(|ui| {
                ui.set_max_width(width);
                ui.add(egui::Label::new(RichText::new(sentence).color(color)).wrap().selectable(true));
            });
            let (rect, _) = ui.allocate_exact_size(vec2(20.0, 20.0), egui::Sense::hover());
            let id = ui.scope_id().with(("dismiss", sentence));
            gone = widgets::quiet_icon(ui, rect, id, Icon::Close, text::DISMISS, text::DISMISS).clicked();
        });
    });
    gone
}

/// What a person waits for, above everything: words and, if known, a bar.
pub fn busy(ui: &mut Ui, state: &State, room: egui::Rect) {
    let Some((words, share)) = &state.busy else { return };
    let at = room.center_top() + vec2(0.0, 16.0);
    egui::Area::new(Id::unique("busy")).pivot(Align2::CENTER_TOP).fixed_pos(at).interactable(false).show(
        ui.ctx(),
        |ui| {
            egui::Frame::new().fill(style::PLATE).corner_radius(6).inner_margin(egui::Margin::symmetric(12, 8)).show(
                ui,
                |ui| {
                    ui.set_width(260.0);
                    let percent = share.map(|s| format!("  {:.0}%", f64::from(s) * 100.0)).unwrap_or_default();
                    ui.label(format!("{words}{percent}"));
                    let (bar, _) = ui.allocate_exact_size(vec2(260.0, 3.0), egui::Sense::hover());
                    widgets::progress(ui.painter(), bar, *share, style::BLUE);
                },
            );
        },
    );
}
