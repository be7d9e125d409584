//! The table: a row a candidate, filled as it becomes known; the best of each column is marked.

use std::cmp::Ordering;

use egui::{
    Align2, Color32, CornerRadius, Rect, ScrollArea, Sense, Stroke, StrokeKind, Ui, WidgetInfo, accesskit, pos2, vec2,
};

use crate::engine::{Row, RowStatus, State, Tournament};
use crate::metrics;
use crate::views::{figures, style};

use super::super::desk::{Action, Desk};
use super::super::{lines, text, tracks, widgets};
use text::tournament as words;

const HEAD: f32 = 40.0;
const ROW: f32 = 48.0;
const THUMB: egui::Vec2 = vec2(72.0, 40.0);
/// Narrowest figure column, and narrowest name with its picture.
const NARROW: f32 = 68.0;
const NAME: f32 = 232.0;

/// What can be sorted by.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Column {
    Who,
    Seconds,
    Fps,
    Memory,
    Film,
    Metric(&'static str),
}

impl Column {
    /// The columns of figures, from left to right. All metrics have theirs from the start: nothing moves when numbers
    /// arrive.
    fn figures() -> Vec<Column> {
        let fixed = [Column::Seconds, Column::Fps, Column::Memory, Column::Film];
        fixed.into_iter().chain(metrics::standard().iter().map(|m| Column::Metric(m.id()))).collect()
    }

    /// Heading, unit, what it means.
    fn words(self) -> (&'static str, &'static str, String) {
        let fixed = |(name, unit, tip): (&'static str, &'static str, &str)| (name, unit, tip.to_owned());
        match self {
            Column::Who => fixed(words::COLUMN_WHO),
            Column::Seconds => fixed(words::COLUMN_SECONDS),
            Column::Fps => fixed(words::COLUMN_FPS),
            Column::Memory => fixed(words::COLUMN_MEMORY),
            Column::Film => fixed(words::COLUMN_FILM),
            Column::Metric(id) => {
                let (name, unit, _) = figures::describe(id);
                (name, unit, figures::meaning(id))
            }
        }
    }

    fn value(self, row: &Row) -> Option<f64> {
        match self {
            Column::Who => None,
            Column::Seconds => row.seconds_per_frame,
            Column::Fps => row.seconds_per_frame.filter(|s| *s > 0.0).map(|s| 1.0 / s),
            Column::Memory => row.memory_bytes.map(|b| b as f64),
            Column::Film => row.film_seconds,
            Column::Metric(id) => row.scores.get(id).map(|p| p.mean),
        }
        .filter(|v| v.is_finite())
    }

    fn figure(self, row: &Row) -> String {
        let Some(value) = self.value(row) else { return crate::views::text::UNKNOWN.into() };
        match self {
            Column::Who => String::new(),
            Column::Seconds => words::seconds(value),
            Column::Fps => words::fps(value),
            Column::Memory => text::shelf::bytes(value as u64),
            Column::Film => words::duration(value),
            Column::Metric(id) if all_identical(row, id) => words::IDENTICAL.into(),
            Column::Metric(id) => figures::number(id, value),
        }
    }

    /// Whether `a` is better than `b`.
    fn better(self, a: f64, b: f64) -> bool {
        match self {
            Column::Fps => a > b,
            Column::Metric(id) => metrics::find(id).is_some_and(|m| m.about().better(a, b)),
            _ => a < b,
        }
    }
}

/// Whether every frame measured has the reference's own samples.
fn all_identical(row: &Row, id: &str) -> bool {
    let count = row.scores.get(id).map_or(0, |p| p.count);
    count > 0 && row.identical.get(id) == Some(&count)
}

/// Places of the rows in the order of the table; what is not known stands last, whichever way.
pub fn order(run: &Tournament, sort: Option<(Column, bool)>) -> Vec<usize> {
    let mut places: Vec<usize> = (0..run.rows.len()).collect();
    let Some((column, worst_first)) = sort else { return places };
    places.sort_by(|&a, &b| {
        let (a, b) = (&run.rows[a], &run.rows[b]);
        if column == Column::Who {
            let by = a.label.to_lowercase().cmp(&b.label.to_lowercase());
            return if worst_first { by.reverse() } else { by };
        }
        match (column.value(a), column.value(b)) {
            (Some(x), Some(y)) if x == y => Ordering::Equal,
            (Some(x), Some(y)) if column.better(x, y) != worst_first => Ordering::Less,
            (Some(_), Some(_)) => Ordering::Greater,
            (a, b) => b.is_some().cmp(&a.is_some()),
        }
    });
    places
}

/// Whether a row takes part in being best of a column. A score against the input is no merit.
fn competes(row: &Row, column: Column) -> bool {
    column.value(row).is_some() && !(row.against_input && matches!(column, Column::Metric(_)))
}

/// The best figure of a column as it is written, where at least two rows can be compared: rows that read the same are
/// equally good.
fn best(run: &Tournament, column: Column) -> Option<String> {
    let known: Vec<&Row> = run.rows.iter().filter(|r| competes(r, column)).collect();
    let first = known.iter().copied().reduce(|a, b| match (column.value(a), column.value(b)) {
        (Some(x), Some(y)) if column.better(y, x) => b,
        _ => a,
    })?;
    let best = column.figure(first);
    let all_alike = known.iter().all(|r| column.figure(r) == best);
    (known.len() > 1 && !all_alike).then_some(best)
}

/// Points that the whole table takes.
pub fn height(rows: usize) -> f32 {
    HEAD + rows as f32 * ROW + 4.0
}

/// Where the columns stand.
struct Layout {
    columns: Vec<Column>,
    name: f32,
    width: f32,
}

impl Layout {
    fn new(room: f32) -> Self {
        let columns = Column::figures();
        let count = columns.len() as f32;
        let width = ((room - NAME - 16.0) / count).clamp(NARROW, 96.0).floor();
        let name = (room - 16.0 - width * count).max(NAME);
        Self { columns, name, width }
    }

    fn whole(&self) -> f32 {
        self.name + self.width * self.columns.len() as f32 + 8.0
    }

    fn right(&self, left: f32, i: usize) -> f32 {
        left + self.name + self.width * (i + 1) as f32
    }
}

pub fn ui(ui: &mut Ui, state: &State, run: &Tournament, order: &[usize], desk: &mut Desk, actions: &mut Vec<Action>) {
    let layout = Layout::new(ui.available_width());
    let best: Vec<Option<String>> = layout.columns.iter().map(|c| best(run, *c)).collect();
    ScrollArea::horizontal().id_salt("table across").auto_shrink([false, false]).show(ui, |ui| {
        ui.set_width(layout.whole().max(ui.available_width()));
        ui.spacing_mut().item_spacing.y = 0.0;
        heads(ui, desk, &layout);
        let room = ui.available_height();
        let rows = ScrollArea::vertical().id_salt("table down").max_height(room).auto_shrink([false, false]);
        rows.show_rows(ui, ROW, order.len(), |ui, range| {
            for &place in &order[range] {
                row(ui, state, &run.rows[place], &layout, &best, desk, actions);
            }
        });
    });
}

fn heads(ui: &mut Ui, desk: &mut Desk, layout: &Layout) {
    let (rect, _) = ui.allocate_exact_size(vec2(layout.whole(), HEAD), Sense::hover());
    let who = Rect::from_min_size(rect.min, vec2(layout.name - 8.0, HEAD));
    heading(ui, desk, Column::Who, who, false);
    for (i, column) in layout.columns.iter().enumerate() {
        let right = layout.right(rect.left(), i);
        let cell = Rect::from_min_max(pos2(right - layout.width + 4.0, rect.top()), pos2(right, rect.bottom()));
        heading(ui, desk, *column, cell, true);
    }
    ui.painter().hline(rect.x_range(), rect.bottom() - 1.0, Stroke::new(1.0, Color32::from_gray(66)));
}

/// A heading; a click sorts, best first, then worst first, then as it ran.
fn heading(ui: &mut Ui, desk: &mut Desk, column: Column, cell: Rect, at_right: bool) {
    let (name, unit, tip) = column.words();
    let response = ui.interact(cell, ui.scope_id().with(("sort", name)), Sense::click());
    widgets::focus_ring(ui, &response, cell);
    let on = desk.arena.sort.filter(|(c, _)| *c == column);
    let label = words::sort_by(name);
    response.widget_info(|| WidgetInfo::selected(accesskit::Role::Button, true, on.is_some(), &label));
    let color = if on.is_some() || response.hovered() { Color32::WHITE } else { style::WEAK };
    let font = if on.is_some() { style::strong(style::SMALL) } else { style::font(style::SMALL) };
    let x = if at_right { cell.right() } else { cell.left() };
    let align = if at_right { Align2::RIGHT_TOP } else { Align2::LEFT_TOP };
    let painter = ui.painter();
    let drawn = painter.text(pos2(x, cell.top() + 4.0), align, name, font, color);
    painter.text(pos2(x, cell.top() + 20.0), align, unit, style::font(style::SMALL), style::FAINT);
    if let Some((_, worst_first)) = on {
        let at = if at_right { drawn.left() - 8.0 } else { drawn.right() + 8.0 };
        let (y, dy) = (drawn.center().y, if worst_first { -2.5 } else { 2.5 });
        let points = vec![pos2(at - 3.5, y - dy), pos2(at + 3.5, y - dy), pos2(at, y + dy)];
        painter.add(egui::Shape::convex_polygon(points, Color32::WHITE, Stroke::NONE));
    }
    if response.on_hover_text(format!("{tip}\n{}", words::SORT_TIP)).clicked() {
        desk.arena.sort = match on {
            None => Some((column, false)),
            Some((_, false)) => Some((column, true)),
            Some((_, true)) => None,
        };
    }
}

fn row(
    ui: &mut Ui,
    state: &State,
    row: &Row,
    layout: &Layout,
    best: &[Option<String>],
    desk: &Desk,
    actions: &mut Vec<Action>,
) {
    let (rect, response) = ui.allocate_exact_size(vec2(layout.whole(), ROW), Sense::click());
    if response.hovered() {
        ui.painter().rect_filled(rect, CornerRadius::same(4), Color32::from_gray(60));
    }
    ui.painter().hline(rect.x_range(), rect.bottom() - 0.5, Stroke::new(1.0, Color32::from_gray(58)));
    widgets::focus_ring(ui, &response, rect.shrink(2.0));
    thumbnail(ui, row, desk, rect);
    let left = rect.left() + THUMB.x + 12.0;
    let width = layout.name - THUMB.x - 24.0;
    let name = tracks::elided(ui, &row.label, style::strong(style::BODY), style::TEXT, width);
    ui.painter().galley(pos2(left, rect.top() + 6.0), name, style::TEXT);
    let mut said = vec![row.label.clone()];
    if let RowStatus::Failed(sentence) = &row.status {
        let room = rect.right() - left - 8.0;
        let galley = tracks::elided(ui, sentence, style::font(style::SMALL), style::RED, room);
        ui.painter().galley(pos2(left, rect.top() + 26.0), galley, style::RED);
        said.push(sentence.clone());
    } else {
        let status = status(row);
        if row.status != RowStatus::Done {
            said.push(status.clone());
        }
        let mut at = pos2(left, rect.top() + 26.0);
        if row.against_input && !row.scores.is_empty() {
            let small = style::font(style::SMALL);
            let drawn = ui.painter().text(at, Align2::LEFT_TOP, words::AGAINST_INPUT, small, style::CARE);
            at.x = drawn.right() + 8.0;
            said.push(words::AGAINST_INPUT.into());
        }
        let galley = tracks::elided(ui, &status, style::font(style::SMALL), style::WEAK, left + width - at.x);
        ui.painter().galley(at, galley, style::WEAK);
        if let RowStatus::Running { done, of } = row.status {
            let bar = Rect::from_min_size(pos2(left, rect.bottom() - 5.0), vec2(width, 2.0));
            widgets::progress(ui.painter(), bar, Some(done as f32 / of.max(1) as f32), style::BLUE);
        }
        figures_of(ui, row, layout, best, rect, &mut said);
    }
    let label = words::row(&said.join(", "));
    response.widget_info(|| WidgetInfo::labeled(accesskit::Role::Button, true, &label));
    if response.on_hover_text(tip(row)).clicked() && state.reference().is_some() {
        actions.push(Action::Candidate { line: lines::titled(&row.line), show: true });
        actions.push(Action::Leave);
    }
}

/// The figures; the best of a column stands on a light plate in the strong cut.
fn figures_of(ui: &Ui, row: &Row, layout: &Layout, best: &[Option<String>], rect: Rect, said: &mut Vec<String>) {
    for (i, column) in layout.columns.iter().enumerate() {
        let figure = column.figure(row);
        let wins = competes(row, *column) && best[i].as_ref() == Some(&figure);
        let at = pos2(layout.right(rect.left(), i), rect.center().y);
        let font = if wins { style::strong(style::BODY) } else { style::font(style::BODY) };
        let color = if column.value(row).is_none() { style::FAINT } else { style::TEXT };
        let galley = ui.painter().layout_no_wrap(figure.clone(), font, color);
        let min = pos2(at.x - galley.size().x, at.y - galley.size().y / 2.0);
        if wins {
            let plate = Rect::from_min_size(min, galley.size()).expand2(vec2(6.0, 3.0));
            let edge = Stroke::new(1.0, Color32::from_gray(150));
            ui.painter().rect(plate, CornerRadius::same(4), Color32::from_gray(78), edge, StrokeKind::Inside);
        }
        ui.painter().galley(min, galley, color);
        let (name, unit, _) = column.words();
        let mark = if wins { format!(" ({})", words::BEST) } else { String::new() };
        said.push(format!("{name} {figure} {unit}").trim_end().to_owned() + &mark);
    }
}

fn thumbnail(ui: &Ui, row: &Row, desk: &Desk, rect: Rect) {
    let frame = Rect::from_min_size(pos2(rect.left(), rect.top() + 4.0), THUMB);
    ui.painter().rect_filled(frame, 2.0, style::SUNK);
    let Some(texture) = row.picture.as_ref().and_then(|p| desk.arena.pictures.thumbnail(p)) else { return };
    let size = texture.size_vec2();
    let scale = (THUMB.x / size.x).min(THUMB.y / size.y);
    let at = Rect::from_center_size(frame.center(), size * scale);
    let uv = Rect::from_min_max(pos2(0.0, 0.0), pos2(1.0, 1.0));
    ui.painter().image(texture.id(), at, uv, Color32::WHITE);
}

/// How far a row is, in a few words.
pub fn status(row: &Row) -> String {
    match &row.status {
        RowStatus::Waiting => words::WAITING.into(),
        RowStatus::Running { done, of } => words::frames_done(*done, *of),
        RowStatus::Cancelled => words::CANCELLED.into(),
        RowStatus::Done => lines::canonical(&row.line),
        RowStatus::Failed(sentence) => sentence.clone(),
    }
}

fn tip(row: &Row) -> String {
    let mut lines = vec![lines::canonical(&row.line)];
    if let RowStatus::Failed(sentence) = &row.status {
        lines.push(sentence.clone());
    }
    lines.extend(row.first_seconds.map(words::first_frame));
    lines.push(row.device.clone());
    if row.against_input {
        lines.push(words::AGAINST_INPUT_WHY.into());
    }
    lines.push(row.provenance.clone());
    lines.push(words::OPEN_TIP.into());
    lines.retain(|l| !l.is_empty());
    lines.join("\n")
}
