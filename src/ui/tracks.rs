//! The list on the left: the reference, the candidates and their steps, a line to add one. Rows are dragged into order.

use egui::{
    Align2, Color32, CornerRadius, CursorIcon, Id, Rect, Response, Sense, Stroke, Ui, WidgetInfo, accesskit, pos2, vec2,
};

use crate::engine::{Command, Recipe, State, Track, TrackStatus};
use crate::views::{Side, figures, style};

use super::desk::{Action, Desk, Wish};
use super::widgets::{self, Icon};
use super::{chain, exams, text};

const ROW: f32 = 48.0;
/// Where names and their second line begin, from the row's inner edge.
const NAME: f32 = 18.0;

pub fn ui(ui: &mut Ui, state: &State, desk: &mut Desk, actions: &mut Vec<Action>) {
    ui.add_space(8.0);
    ui.horizontal(|ui| {
        ui.add_space(12.0);
        widgets::caption(ui, text::TRACKS);
    });
    let room = ui.available_height() - 84.0;
    egui::ScrollArea::vertical().max_height(room).auto_shrink([false, true]).show(ui, |ui| {
        ui.spacing_mut().item_spacing.y = 2.0;
        let mut rows = Vec::new();
        for (place, track) in state.tracks.iter().enumerate() {
            let (rect, response) = row(ui, state, desk, place, track, actions);
            if desk.chain.open.contains(&track.id) && !track.stages.is_empty() {
                ui.scope(|ui| chain::ui(ui, state, desk, track, actions));
            }
            rows.push((rect, response));
        }
        reorder(ui, state, desk, &rows, actions);
    });
    ui.add_space(4.0);
    add_line(ui, state, desk, actions);
}

/// Follows a candidate under the mouse and shows where it would fall; when let go the engine is told.
fn reorder(ui: &Ui, state: &State, desk: &mut Desk, rows: &[(Rect, Response)], actions: &mut Vec<Action>) {
    for (place, (rect, response)) in rows.iter().enumerate().skip(1) {
        let id = state.tracks[place].id;
        if let (true, Some(at)) = (response.dragged(), response.interact_pointer_pos()) {
            // The place whose row the pointer is over the middle of, counted without the row itself.
            let above =
                rows.iter().enumerate().skip(1).filter(|(i, (r, _))| *i != place && r.center().y < at.y).count();
            desk.chain.row_drag = Some((id, above + 1));
            ui.ctx().set_cursor_icon(CursorIcon::Grabbing);
            ui.painter().rect_filled(
                rect.shrink2(vec2(4.0, 0.0)),
                CornerRadius::same(5),
                Color32::from_black_alpha(90),
            );
            let (to, right) = (above + 1, rect.right() - 8.0);
            let target = &rows[to].0;
            let y = if to > place { rows.get(to + 1).map_or(target.bottom(), |r| r.0.top()) } else { target.top() };
            if to != place {
                ui.painter().hline(rect.left() + 8.0..=right, y - 1.0, Stroke::new(2.0, style::BLUE));
            }
        }
        if response.drag_stopped()
            && let Some((dragged, to)) = desk.chain.row_drag.take()
            && dragged == id
            && to != place
        {
            actions.push(Action::Engine(Command::Move(id, to)));
        }
    }
}

fn row(
    ui: &mut Ui,
    state: &State,
    desk: &mut Desk,
    place: usize,
    track: &Track,
    actions: &mut Vec<Action>,
) -> (Rect, Response) {
    let width = ui.available_width();
    let failure = match &track.status {
        TrackStatus::Failed(sentence) => {
            Some(ui.painter().layout(sentence.clone(), style::font(style::SMALL), style::RED, width - 24.0))
        }
        _ => None,
    };
    let height = failure.as_ref().map_or(ROW, |g| ROW - 14.0 + g.size().y);
    let sense = if place > 0 { Sense::click_and_drag() } else { Sense::click() };
    let (rect, response) = ui.allocate_exact_size(vec2(width, height), sense);
    let sides = sides(state, desk, track);
    let label = format!("{} {}", place + 1, track.label);
    response.widget_info(|| WidgetInfo::selected(accesskit::Role::Button, true, sides != (false, false), &label));
    let hovered = ui.rect_contains_pointer(rect);
    let fill = match (sides, hovered) {
        ((_, true), _) => Some(style::RAISED),
        (_, true) => Some(Color32::from_gray(44)),
        _ => None,
    };
    if let Some(fill) = fill {
        ui.painter().rect_filled(rect.shrink2(vec2(4.0, 0.0)), CornerRadius::same(5), fill);
    }
    let inner = rect.shrink2(vec2(12.0, 6.0));
    let closes = hovered && place > 0;
    head(ui, inner, place, track, sides, closes);
    match failure {
        Some(galley) => {
            ui.painter().galley(pos2(inner.left(), inner.top() + 20.0), galley, style::RED);
        }
        None => detail(ui, inner, place, track),
    }
    if place > 0 && !track.stages.is_empty() {
        let at = Rect::from_center_size(pos2(inner.left() + 5.0, inner.top() + 28.0), vec2(18.0, 18.0));
        chain::unfolder(ui, desk, track, at);
    }
    if closes {
        let at = Rect::from_center_size(pos2(inner.right() - 6.0, inner.top() + 9.0), vec2(18.0, 18.0));
        let (label, id) = (text::remove(&track.label), Id::unique(("remove", track.id)));
        if widgets::quiet_icon(ui, at, id, Icon::Close, &label, &label).clicked() {
            actions.push(Action::Engine(Command::Remove(track.id)));
        }
    }
    menu(&response, state, desk, place, track, actions);
    let alt = ui.input(|i| i.modifiers.alt);
    let tip = row_tip(track);
    let response = response.on_hover_text(tip);
    if response.clicked() {
        actions.push(Action::Pick(if alt { Side::Left } else { Side::Right }, track.id));
    }
    (rect, response)
}

/// Whether a track is on the left and on the right.
fn sides(state: &State, desk: &Desk, track: &Track) -> (bool, bool) {
    let on = |side| desk.looking.track(state, side).is_some_and(|t| t.id == track.id);
    (on(Side::Left), on(Side::Right))
}

/// Number, name, and which side it is on.
fn head(ui: &Ui, inner: Rect, place: usize, track: &Track, sides: (bool, bool), closes: bool) {
    let painter = ui.painter();
    let top = inner.top();
    let number = format!("{}", place + 1);
    painter.text(inner.left_top(), Align2::LEFT_TOP, number, style::font(style::BODY), style::line_color(place));
    let mut right = inner.right() - if closes { 18.0 } else { 0.0 };
    for (on, word) in [(sides.1, text::ON_RIGHT), (sides.0, text::ON_LEFT)] {
        if on {
            let chip = Rect::from_min_size(pos2(right - 16.0, top + 1.0), vec2(16.0, 16.0));
            painter.rect_filled(chip, CornerRadius::same(3), Color32::from_gray(78));
            painter.text(chip.center(), Align2::CENTER_CENTER, word, style::strong(10.0), style::TEXT);
            right -= 20.0;
        }
    }
    let x = inner.left() + NAME;
    let name = elided(ui, &track.label, style::strong(style::BODY), style::TEXT, right - x - 4.0);
    painter.galley(pos2(x, top), name, style::TEXT);
}

/// The second line and, while there is something to wait for, a thin bar.
fn detail(ui: &Ui, inner: Rect, place: usize, track: &Track) {
    let painter = ui.painter();
    let y = inner.top() + 20.0;
    let measured: Vec<_> = track.series.keys().copied().collect();
    let lead = figures::plated(&measured).first().copied().unwrap_or_default();
    let mean = track.series.get(lead).and_then(|s| figures::mean(s));
    let mut right = inner.right();
    if let (Some((mean, _)), true) = (mean, place > 0) {
        let (name, unit, _) = figures::describe(lead);
        let words = format!("{mean:.1} {}", if unit.is_empty() { name } else { unit });
        let drawn = painter.text(pos2(right, y), Align2::RIGHT_TOP, words, style::font(style::SMALL), style::TEXT);
        right = drawn.left() - 8.0;
    }
    let mut color = style::WEAK;
    let words = match (&track.status, place) {
        (TrackStatus::Opening, _) => text::OPENING.to_owned(),
        _ if chain::tapped(track).is_some() => {
            color = style::CARE;
            chain::tapped(track).unwrap_or_default()
        }
        (_, 0) => text::REFERENCE.to_owned(),
        _ if track.recipe.contains('|') => track.recipe.clone(),
        _ => track.info.as_ref().map_or_else(|| track.recipe.clone(), |i| i.details.clone()),
    };
    let left = inner.left() + NAME;
    let galley = elided(ui, &words, style::font(style::SMALL), color, right - left);
    painter.galley(pos2(left, y), galley, color);
    if place > 0 && track.status == TrackStatus::Ready && track.measured < 1.0 {
        let bar = Rect::from_min_size(pos2(inner.left(), inner.bottom() + 1.0), vec2(inner.width(), 2.0));
        widgets::progress(painter, bar, Some(track.measured), style::BLUE);
    }
}

fn row_tip(track: &Track) -> String {
    let mut lines = vec![track.recipe.clone()];
    if let Some(info) = &track.info {
        lines.push(info.details.clone());
        lines.extend(info.notes.iter().cloned());
    }
    if let Some(seconds) = track.seconds_per_frame {
        lines.push(text::pace(seconds));
    }
    if track.measured < 1.0 && !track.series.is_empty() {
        lines.push(text::measured(track.measured));
    }
    if !track.provenance.is_empty() {
        lines.push(track.provenance.clone());
    }
    lines.dedup();
    lines.retain(|l| !l.is_empty());
    lines.join("\n")
}

fn menu(response: &Response, state: &State, desk: &mut Desk, place: usize, track: &Track, actions: &mut Vec<Action>) {
    let mut examined = false;
    response.context_menu(|ui| {
        let mut item = |ui: &mut Ui, label: &str, action: Option<Action>| {
            if ui.button(label).clicked() {
                actions.extend(action);
                ui.close();
                return true;
            }
            false
        };
        item(ui, text::PUT_LEFT, Some(Action::Pick(Side::Left, track.id)));
        item(ui, text::PUT_RIGHT, Some(Action::Pick(Side::Right, track.id)));
        if place > 0 {
            item(ui, text::PROMOTE, Some(Action::Engine(Command::Promote(track.id))));
        }
        item(ui, text::COPY_RECIPE, Some(Action::Copy(track.recipe.clone())));
        if place > 0 {
            if item(ui, text::EDIT_RECIPE, None) {
                desk.line = track.recipe.clone();
                desk.editing = Some(track.id);
                desk.focus_line = true;
            }
            if !track.stages.is_empty() {
                let open = desk.chain.open.contains(&track.id);
                if item(ui, if open { text::chain::HIDE_STEPS } else { text::chain::SHOW_STEPS }, None) {
                    chain::toggle(desk, track.id);
                }
                examined = item(ui, &text::shelf::exam_with(desk.exam().label), None);
            }
            item(ui, text::REMOVE, Some(Action::Engine(Command::Remove(track.id))));
        }
    });
    if examined {
        actions.extend(exams::of_track(state, track, desk.exam()));
    }
}

/// The field under the list, with a button that asks for files.
fn add_line(ui: &mut Ui, state: &State, desk: &mut Desk, actions: &mut Vec<Action>) {
    ui.horizontal(|ui| {
        ui.add_space(4.0);
        let width = ui.available_width() - 36.0;
        let hint = egui::RichText::new(text::ADD_HINT).color(style::FAINT);
        let field = egui::TextEdit::singleline(&mut desk.line)
            .hint_text(hint)
            .desired_width(width)
            .margin(egui::Margin::symmetric(8, 5))
            .id(Id::unique("add line"));
        let output = field.show(ui);
        let response = output.response.response;
        response.widget_info(|| WidgetInfo::labeled(accesskit::Role::TextInput, true, text::ADD_LABEL));
        if response.changed() {
            desk.line_fault = None;
        }
        if std::mem::take(&mut desk.focus_line) {
            response.request_focus();
        }
        if let Some(fault) = &desk.line_fault {
            let at = output.galley.pos_from_cursor(egui::text::CCursor::new(fault.column)).left_bottom();
            let tip = output.galley_pos + at.to_vec2();
            let points = vec![tip, tip + vec2(-4.0, 5.0), tip + vec2(4.0, 5.0)];
            ui.painter().add(egui::Shape::convex_polygon(points, style::RED, egui::Stroke::NONE));
        }
        let entered = response.lost_focus() && ui.input(|i| i.key_pressed(egui::Key::Enter));
        let response = response.on_hover_text(text::ADD_TIP);
        if entered && !desk.line.trim().is_empty() && !enter(state, desk, actions) {
            response.request_focus();
        }
        let tip = text::CHOOSE_TIP;
        if widgets::icon_button(ui, Icon::Folder, text::CHOOSE_FILES, tip, vec2(28.0, 28.0)).clicked() {
            actions.push(Action::Choose(Wish::Add));
        }
    });
    if let Some(fault) = &desk.line_fault {
        let words = egui::RichText::new(text::line_fault(fault.column, &fault.message)).size(style::SMALL);
        let margin = egui::Margin { left: 12, right: 8, top: 4, bottom: 0 };
        egui::Frame::new().inner_margin(margin).show(ui, |ui| {
            ui.set_width(ui.available_width());
            ui.add(egui::Label::new(words.color(style::RED)).wrap());
        });
    }
}

/// Sends the line if it is a recipe; else keeps it and says what is wrong where.
fn enter(state: &State, desk: &mut Desk, actions: &mut Vec<Action>) -> bool {
    let line = desk.line.trim().to_owned();
    if let Err(fault) = Recipe::parse(&line) {
        desk.line = line;
        desk.line_fault = Some(fault);
        return false;
    }
    desk.line.clear();
    desk.line_fault = None;
    actions.push(Action::Engine(match (desk.editing.take(), state.reference()) {
        (Some(id), _) => Command::Edit(id, line),
        (None, Some(_)) => Command::Add(line),
        (None, None) => Command::Open { reference: line, candidates: Vec::new() },
    }));
    true
}

/// One line of text cut with an ellipsis.
pub fn elided(ui: &Ui, words: &str, font: egui::FontId, color: Color32, width: f32) -> std::sync::Arc<egui::Galley> {
    let mut job = egui::text::LayoutJob::simple_singleline(words.to_owned(), font, color);
    job.wrap = egui::text::TextWrapping::truncate_at_width(width.max(8.0));
    ui.painter().layout_job(job)
}
