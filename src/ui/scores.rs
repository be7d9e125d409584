//! The table on the right: every candidate, every metric, pooled over what is measured so far.

use std::collections::BTreeSet;

use egui::{Align, Layout, RichText, Ui};

use crate::engine::State;
use crate::views::{figures, style};

use super::desk::{Action, Desk};
use super::{text, widgets};

/// Ids of every metric that has a series, those of the plates first.
pub fn measured_ids(state: &State) -> Vec<&'static str> {
    let found: BTreeSet<&'static str> = state.tracks.iter().flat_map(|t| t.series.keys().copied()).collect();
    let first = figures::ON_PLATE.into_iter().filter(|id| found.contains(id));
    let rest = found.iter().copied().filter(|id| !figures::ON_PLATE.contains(id));
    first.chain(rest).collect()
}

pub fn ui(ui: &mut Ui, state: &State, desk: &mut Desk, actions: &mut Vec<Action>) {
    let ids: Vec<_> = measured_ids(state).into_iter().take(3).collect();
    ui.add_space(8.0);
    ui.horizontal(|ui| {
        ui.add_space(8.0);
        widgets::caption(ui, text::SCORES);
        if let Some((_, frames)) = frames_measured(state) {
            ui.label(widgets::small(text::scores_of(frames, state.clock.frames)));
        }
    });
    ui.add_space(4.0);
    if state.candidates().is_empty() {
        ui.label(widgets::small(text::SCORES_EMPTY));
        return;
    }
    egui::Frame::new().inner_margin(egui::Margin::symmetric(12, 0)).show(ui, |ui| {
        let column = (ui.available_width() - 24.0) / ids.len().max(1) as f32;
        egui::Grid::new("scores").num_columns(ids.len() + 1).min_col_width(0.0).spacing([0.0, 8.0]).show(ui, |ui| {
            ui.add_sized([24.0, 16.0], egui::Label::new(""));
            for id in &ids {
                let (name, unit, _) = figures::describe(id);
                let head = if unit.is_empty() { name.to_owned() } else { format!("{name} {unit}") };
                right(ui, column, widgets::small(head));
            }
            ui.end_row();
            for (place, track) in state.tracks.iter().enumerate().skip(1) {
                let shown = desk.looking.right == Some(track.id);
                let number = RichText::new(format!("{}", place + 1)).color(style::line_color(place));
                let button = egui::Button::new(number).frame(false).min_size([24.0, 20.0].into());
                if ui.add(button).on_hover_text(&track.label).clicked() {
                    actions.push(Action::Pick(crate::views::Side::Right, track.id));
                }
                for id in &ids {
                    let mean = track.series.get(id).and_then(|s| figures::mean(s));
                    let words = mean.map_or_else(|| figures::number(id, f64::NAN), |(m, _)| figures::number(id, m));
                    let words = if shown { widgets::strong(words, style::BODY) } else { RichText::new(words) };
                    right(ui, column, words);
                }
                ui.end_row();
            }
        });
    });
}

fn right(ui: &mut Ui, width: f32, words: RichText) {
    ui.allocate_ui_with_layout([width, 20.0].into(), Layout::right_to_left(Align::Center), |ui| {
        ui.set_min_width(width);
        ui.label(words).on_hover_text(text::MEAN_TIP);
    });
}

/// The least number of frames measured of any candidate that has some.
fn frames_measured(state: &State) -> Option<(f64, usize)> {
    let means =
        state.candidates().iter().filter_map(|t| t.series.get(figures::ON_PLATE[0]).and_then(|s| figures::mean(s)));
    means.min_by_key(|(_, n)| *n)
}
