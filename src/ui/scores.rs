//! The table on the right: every candidate, every metric, pooled over what is measured so far.

use std::collections::BTreeSet;

use egui::{Align2, Sense, Ui, WidgetInfo, accesskit, pos2, vec2};

use crate::engine::State;
use crate::views::{Side, figures, style};

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
    let ids: Vec<_> = measured_ids(state).into_iter().take(4).collect();
    ui.add_space(8.0);
    ui.horizontal(|ui| {
        ui.add_space(12.0);
        widgets::caption(ui, text::SCORES);
        if let Some((_, frames)) = frames_measured(state) {
            ui.label(widgets::small(text::scores_of(frames, state.clock.frames)));
        }
    });
    if state.candidates().is_empty() {
        ui.label(widgets::small(text::SCORES_EMPTY));
        return;
    }
    let columns = Columns::new(ui, ids.len());
    let (head, _) = ui.allocate_exact_size(vec2(ui.available_width(), 36.0), Sense::hover());
    for (i, id) in ids.iter().enumerate() {
        let (name, unit, _) = figures::describe(id);
        let at = pos2(columns.right(i), head.top() + 4.0);
        let name = ui.painter().text(at, Align2::RIGHT_TOP, name, style::font(11.0), style::WEAK);
        ui.painter().text(name.right_bottom(), Align2::RIGHT_TOP, unit, style::font(11.0), style::FAINT);
        let cell = egui::Rect::from_min_max(pos2(at.x - columns.width, head.top()), pos2(at.x, head.bottom()));
        ui.interact(cell, ui.scope_id().with(id), Sense::hover()).on_hover_text(figures::meaning(id));
    }
    for place in 1..state.tracks.len() {
        row(ui, state, desk, &ids, &columns, place, actions);
    }
}

/// Where the columns of the table end.
struct Columns {
    left: f32,
    width: f32,
}

impl Columns {
    fn new(ui: &Ui, count: usize) -> Self {
        let rect = ui.available_rect_before_wrap();
        Self { left: rect.left() + 28.0, width: (rect.width() - 44.0) / count.max(1) as f32 }
    }

    fn right(&self, i: usize) -> f32 {
        self.left + self.width * (i + 1) as f32
    }
}

/// One candidate; a click puts it on the right.
fn row(
    ui: &mut Ui,
    state: &State,
    desk: &Desk,
    ids: &[&'static str],
    columns: &Columns,
    place: usize,
    actions: &mut Vec<Action>,
) {
    let track = &state.tracks[place];
    let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), 24.0), Sense::click());
    let on = desk.looking.track(state, Side::Right).is_some_and(|t| t.id == track.id);
    if on || response.hovered() {
        ui.painter().rect_filled(rect.shrink2(vec2(4.0, 0.0)), 4.0, if on { style::RAISED } else { style::HOVERED });
    }
    let y = rect.center().y;
    let at = pos2(rect.left() + 12.0, y);
    ui.painter().text(
        at,
        Align2::LEFT_CENTER,
        format!("{}", place + 1),
        style::font(style::BODY),
        style::line_color(place),
    );
    let mut words = format!("{} {}", place + 1, track.label);
    for (i, id) in ids.iter().enumerate() {
        let mean = track.series.get(id).and_then(|s| figures::mean(s)).map_or(f64::NAN, |(mean, _)| mean);
        let number = figures::number(id, mean);
        words += &format!(", {} {number}", figures::describe(id).0);
        let font = if on { style::strong(13.0) } else { style::font(13.0) };
        ui.painter().text(pos2(columns.right(i), y), Align2::RIGHT_CENTER, number, font, style::TEXT);
    }
    response.widget_info(|| WidgetInfo::selected(accesskit::Role::Button, true, on, format!("Scores of {words}")));
    if response.on_hover_text(format!("{}\n{}", track.label, text::MEAN_TIP)).clicked() {
        actions.push(Action::Pick(Side::Right, track.id));
    }
}

/// The least number of frames measured of any candidate that has some.
fn frames_measured(state: &State) -> Option<(f64, usize)> {
    let means =
        state.candidates().iter().filter_map(|t| t.series.get(figures::ON_PLATE[0]).and_then(|s| figures::mean(s)));
    means.min_by_key(|(_, n)| *n)
}
