//! The panel on the right: scores of every candidate, the choice of what is measured, and one candidate in all the
//! ways that are called VMAF.

mod cards;
mod evidence;
mod pools;
mod spots;
mod table;
mod ways;

use std::collections::BTreeSet;

use egui::Ui;

use crate::engine::State;
use crate::metrics::{self, POOLINGS, Pooling, Task};

use super::commands::{self, UiCommand};
use super::desk::{Action, Desk};
use super::text::scores as words;
use super::widgets::{self, Segment};
use super::{text, theme};

pub use spots::{SpotsDesk, step};

/// The tab of the evidence.
pub const EVIDENCE: usize = 3;

/// What the panel keeps of its own.
#[derive(Default)]
pub struct ScoresDesk {
    /// Which of [`words::TABS`] is open.
    pub tab: usize,
    /// Place in [`POOLINGS`].
    pub pooling: usize,
    /// The task for which trust is told; encodes until chosen.
    pub task: Option<Task>,
    /// Cards that show all they have to say, by metric.
    pub open: BTreeSet<&'static str>,
    /// Hot spots are told in the tab of the evidence, in place of verdicts.
    pub on_spots: bool,
    pub spots: SpotsDesk,
    /// Whether verdicts were asked for.
    pub judging: bool,
    pools: pools::Pools,
}

impl ScoresDesk {
    /// The pooling in use.
    pub fn pooling(&self) -> &'static Pooling {
        POOLINGS.get(self.pooling).unwrap_or(&POOLINGS[0])
    }
}

/// Ids of every metric that has a series, in the order of the metrics' table.
pub fn measured_ids(state: &State) -> Vec<&'static str> {
    let found: BTreeSet<&'static str> = state.tracks.iter().flat_map(|t| t.series.keys().copied()).collect();
    metrics::metrics().iter().map(|metric| metric.id()).filter(|id| found.contains(id)).collect()
}

/// The same, and those chosen that no frame of any candidate has a value of: the table says why.
fn table_ids(state: &State) -> Vec<&'static str> {
    let measured = measured_ids(state);
    let refused = |id: &&'static str| state.candidates().iter().any(|track| track.refusals.contains_key(id));
    let told = |id: &&'static str| measured.contains(id) || (state.metrics.contains(id) && refused(id));
    metrics::metrics().iter().map(|metric| metric.id()).filter(told).collect()
}

pub fn ui(ui: &mut Ui, state: &State, desk: &mut Desk, actions: &mut Vec<Action>) {
    ui.add_space(8.0);
    ui.horizontal(|ui| {
        ui.add_space(12.0);
        let segments: Vec<_> =
            words::TABS.iter().map(|(label, tip)| Segment { label, tooltip: (*tip).into() }).collect();
        if let Some(tab) = widgets::segmented(ui, &segments, desk.scores.tab) {
            desk.scores.tab = tab;
        }
    });
    // In a narrow window the top bar has no room for it.
    if ui.ctx().content_rect().width() < theme::ROOMY {
        ui.horizontal(|ui| {
            ui.add_space(12.0);
            let attack = egui::Button::selectable(desk.folds.bench, text::bench::TOGGLE.0);
            if ui.add(attack).on_hover_text(commands::hover(UiCommand::ToggleBench)).clicked() {
                actions.push(Action::Do(UiCommand::ToggleBench));
            }
        });
    }
    ui.add_space(4.0);
    match desk.scores.tab {
        0 => table::ui(ui, state, desk, actions),
        1 => cards::ui(ui, state, desk, actions),
        EVIDENCE => {
            pages(ui, desk);
            match desk.scores.on_spots {
                true => spots::ui(ui, state, desk, actions),
                false => evidence::ui(ui, state, desk, actions),
            }
        }
        _ => ways::ui(ui, state, desk, actions),
    }
}

/// The two halves of the evidence.
fn pages(ui: &mut Ui, desk: &mut Desk) {
    ui.horizontal(|ui| {
        ui.add_space(12.0);
        let pages = [text::spots::VERDICTS, text::spots::SHOW];
        let segments: Vec<_> = pages.iter().map(|(label, tip)| Segment { label, tooltip: (*tip).into() }).collect();
        if let Some(page) = widgets::segmented(ui, &segments, usize::from(desk.scores.on_spots)) {
            desk.scores.on_spots = page == 1;
        }
    });
    ui.add_space(4.0);
}
