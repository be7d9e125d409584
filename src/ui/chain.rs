//! The steps of a candidate, under its row: drag to reorder, click to see the picture after a step, × to take one out,
//! a double click to change its words, + to add one.

use std::collections::BTreeSet;

use egui::{
    Color32, CornerRadius, CursorIcon, Id, Key, PopupCloseBehavior, Rect, Response, RichText, Sense, Stroke, Ui,
    WidgetInfo, accesskit, pos2, vec2,
};

use crate::engine::{CardStatus, Command, Recipe, STAGES, State, Track, TrackId};
use crate::views::style;

use super::desk::{Action, Desk};
use super::widgets::{self, Icon};
use super::{lines, text, tracks};
use text::chain as words;

const STEP: f32 = 28.0;
/// Where the line that joins the steps runs, from the row's left.
const RAIL: f32 = 20.0;
/// Width of the menu that adds a step.
const MENU: f32 = 340.0;

/// What the list keeps of its own.
#[derive(Default)]
pub struct ChainDesk {
    /// Candidates whose steps are shown.
    pub open: BTreeSet<TrackId>,
    pub edit: Option<StepEdit>,
    /// What is looked for among the steps to add.
    search: String,
    /// The step being dragged, and the gap it would fall into.
    pub drag: Option<(TrackId, usize, usize)>,
    /// The candidate being dragged, and the place it would take.
    pub row_drag: Option<(TrackId, usize)>,
}

/// A step whose words are being changed.
pub struct StepEdit {
    pub track: TrackId,
    pub place: usize,
    pub words: String,
    pub fault: Option<String>,
    /// The field takes the keyboard in the next pass.
    fresh: bool,
}

/// What the chain begins with.
fn head(track: &Track) -> String {
    match Recipe::parse(&track.recipe) {
        Ok(recipe) => Recipe { name: None, stages: Vec::new(), ..recipe }.label(),
        Err(_) => track.recipe.clone(),
    }
}

/// All that stands under a row: what the chain begins with, its steps, the way to add one.
pub fn ui(ui: &mut Ui, state: &State, desk: &mut Desk, track: &Track, actions: &mut Vec<Action>) {
    let steps = track.stages.clone();
    ui.spacing_mut().item_spacing.y = 0.0;
    let top = ui.cursor().top();
    first(ui, track, &steps, actions);
    let mut rows = Vec::new();
    for (place, line) in steps.iter().enumerate() {
        let editing = desk.chain.edit.as_ref().is_some_and(|e| e.track == track.id && e.place == place);
        if editing {
            field(ui, desk, track, actions);
        } else {
            rows.push(step(ui, desk, track, &steps, place, line, actions));
        }
    }
    drop_line(ui, desk, track, &rows, steps.len());
    add(ui, state, desk, track, actions);
    let painter = ui.painter();
    let x = ui.min_rect().left() + RAIL;
    let dots = (top + STEP / 2.0)..=(top + STEP / 2.0 + STEP * steps.len() as f32);
    painter.add(egui::Shape::line_segment(
        [pos2(x, *dots.start() + 4.0), pos2(x, *dots.end() - 4.0)],
        Stroke::new(1.0, Color32::from_gray(84)),
    ));
    ui.add_space(4.0);
}

/// How many steps are applied in what is shown.
fn applied(track: &Track, count: usize) -> usize {
    track.tap.unwrap_or(count).min(count)
}

/// What the chain begins with; a click shows that.
fn first(ui: &mut Ui, track: &Track, steps: &[String], actions: &mut Vec<Action>) {
    let line = head(track);
    let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), STEP), Sense::click());
    let on = applied(track, steps.len()) == 0;
    let label = words::head(&line);
    response.widget_info(|| WidgetInfo::selected(accesskit::Role::Button, true, on, &label));
    paint(ui, rect, &line, &Look { on, reached: true, hovered: response.hovered(), movable: false, room: 8.0 });
    let tip = format!("{line}\n{}", words::HEAD_TIP);
    if response.on_hover_text(tip).clicked() {
        actions.push(Action::Engine(Command::Tap(track.id, if on { None } else { Some(0) })));
    }
}

/// How a step is drawn.
struct Look {
    /// The picture on show is the one after it.
    on: bool,
    /// It is part of what is shown.
    reached: bool,
    hovered: bool,
    movable: bool,
    /// Points on the right that are taken.
    room: f32,
}

fn paint(ui: &Ui, rect: Rect, line: &str, look: &Look) {
    let painter = ui.painter();
    let dot = pos2(rect.left() + RAIL, rect.center().y);
    let color = if look.reached { style::TEXT } else { style::FAINT };
    if look.on {
        painter.circle(dot, 4.0, style::TEXT, Stroke::NONE);
    } else {
        painter.circle(dot, 3.5, style::PANEL, Stroke::new(1.0, color));
    }
    let chip = Rect::from_min_max(rect.min + vec2(RAIL + 12.0, 2.0), rect.max - vec2(8.0, 2.0));
    let fill = match (look.on, look.hovered) {
        (true, _) => Color32::from_gray(72),
        (_, true) => style::RAISED,
        _ if look.movable => style::HOVERED,
        _ => Color32::TRANSPARENT,
    };
    painter.rect_filled(chip, CornerRadius::same(5), fill);
    let font = if look.on { style::strong(style::SMALL) } else { style::font(style::SMALL) };
    let galley = tracks::elided(ui, line, font, color, chip.width() - 8.0 - look.room);
    painter.galley(pos2(chip.left() + 8.0, chip.center().y - galley.size().y / 2.0), galley, color);
}

/// One step.
fn step(
    ui: &mut Ui,
    desk: &mut Desk,
    track: &Track,
    steps: &[String],
    place: usize,
    line: &str,
    actions: &mut Vec<Action>,
) -> Rect {
    let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), STEP), Sense::click_and_drag());
    let count = applied(track, steps.len());
    let on = count == place + 1;
    let label = words::step(place + 1, line);
    response.widget_info(|| WidgetInfo::selected(accesskit::Role::Button, true, on, &label));
    let hovered = ui.rect_contains_pointer(rect);
    let dragged = desk.chain.drag.is_some_and(|(id, from, _)| id == track.id && from == place);
    let look = Look {
        on,
        reached: place < count && !dragged,
        hovered: hovered || dragged,
        movable: true,
        room: if hovered { 24.0 } else { 8.0 },
    };
    paint(ui, rect, line, &look);
    if hovered && desk.chain.drag.is_none() {
        let at = Rect::from_center_size(pos2(rect.right() - 20.0, rect.center().y), vec2(18.0, 18.0));
        let (label, id) = (words::remove(line), Id::unique(("remove step", track.id, place)));
        if widgets::quiet_icon(ui, at, id, Icon::Close, &label, &label).clicked() {
            change(track, actions, |steps| drop(steps.remove(place)));
        }
    }
    drag(ui, desk, track, steps.len(), place, rect, &response, actions);
    step_menu(&response, desk, track, place, line, actions);
    let tip = format!("{line}\n{}", words::STEP_TIP);
    let response = response.on_hover_text(tip);
    if response.double_clicked() {
        edit(desk, track, place, line);
    } else if response.clicked() {
        // The last step is the whole chain, and a click on what is shown shows the whole chain again.
        let whole = on || place + 1 == steps.len();
        actions.push(Action::Engine(Command::Tap(track.id, if whole { None } else { Some(place + 1) })));
    }
    rect
}

/// Follows a step under the mouse; when let go the line is changed.
#[allow(clippy::too_many_arguments)]
fn drag(
    ui: &Ui,
    desk: &mut Desk,
    track: &Track,
    count: usize,
    place: usize,
    rect: Rect,
    response: &Response,
    actions: &mut Vec<Action>,
) {
    if let (true, Some(at)) = (response.dragged(), response.interact_pointer_pos()) {
        // Gaps are counted from the first step's upper edge.
        let first = rect.top() - place as f32 * STEP;
        let gap = ((at.y - first) / STEP).round().clamp(0.0, count as f32) as usize;
        desk.chain.drag = Some((track.id, place, gap));
        ui.ctx().set_cursor_icon(CursorIcon::Grabbing);
    }
    if response.drag_stopped()
        && let Some((id, from, gap)) = desk.chain.drag.take()
        && id == track.id
        && from == place
    {
        let to = if gap > from { gap - 1 } else { gap };
        if to != from {
            change(track, actions, |steps| {
                let step = steps.remove(from);
                steps.insert(to.min(steps.len()), step);
            });
        }
    }
}

/// Where the dragged step would fall.
fn drop_line(ui: &Ui, desk: &Desk, track: &Track, rows: &[Rect], count: usize) {
    let Some((id, from, gap)) = desk.chain.drag else { return };
    let (Some(first), true) = (rows.first(), id == track.id) else { return };
    if gap == from || gap == from + 1 || gap > count {
        return;
    }
    let y = first.top() + gap as f32 * STEP;
    let x = (first.left() + RAIL + 12.0)..=(first.right() - 8.0);
    ui.painter().hline(x, y, Stroke::new(2.0, style::BLUE));
}

fn step_menu(response: &Response, desk: &mut Desk, track: &Track, place: usize, line: &str, actions: &mut Vec<Action>) {
    response.context_menu(|ui| {
        if ui.button(words::CHANGE_STEP).clicked() {
            edit(desk, track, place, line);
            ui.close();
        }
        if track.tap.is_some() && ui.button(words::SHOW_ALL).clicked() {
            actions.push(Action::Engine(Command::Tap(track.id, None)));
            ui.close();
        }
        if ui.button(words::REMOVE_STEP).clicked() {
            change(track, actions, |steps| drop(steps.remove(place)));
            ui.close();
        }
    });
}

fn edit(desk: &mut Desk, track: &Track, place: usize, line: &str) {
    desk.chain.edit = Some(StepEdit { track: track.id, place, words: line.to_owned(), fault: None, fresh: true });
}

/// The field in a step's place. Enter takes the words if they are a step, and else says what is wrong.
fn field(ui: &mut Ui, desk: &mut Desk, track: &Track, actions: &mut Vec<Action>) {
    let Some(mut edit) = desk.chain.edit.take() else { return };
    let mut stays = true;
    ui.horizontal(|ui| {
        ui.add_space(RAIL + 8.0);
        let field = egui::TextEdit::singleline(&mut edit.words)
            .desired_width(ui.available_width() - 12.0)
            .font(style::font(style::SMALL))
            .margin(egui::Margin::symmetric(8, 4));
        let response = ui.add(field);
        response.widget_info(|| WidgetInfo::labeled(accesskit::Role::TextInput, true, words::STEP_FIELD));
        if std::mem::take(&mut edit.fresh) {
            response.request_focus();
        } else if response.lost_focus() {
            if ui.input(|i| i.key_pressed(Key::Enter)) {
                match parsed(&edit.words) {
                    Ok(new) => {
                        stays = false;
                        change(track, actions, |steps| {
                            if let Some(step) = steps.get_mut(edit.place) {
                                *step = new;
                            }
                        });
                    }
                    Err(fault) => {
                        edit.fault = Some(fault);
                        response.request_focus();
                    }
                }
            } else {
                stays = false;
            }
        }
    });
    if let Some(fault) = &edit.fault {
        ui.horizontal(|ui| {
            ui.add_space(RAIL + 12.0);
            ui.set_max_width(ui.available_width() - 12.0);
            ui.add(egui::Label::new(RichText::new(fault).size(style::SMALL).color(style::RED)).wrap());
        });
    }
    if stays {
        desk.chain.edit = Some(edit);
    }
}

/// One step in its canonical words, or what is wrong with them.
fn parsed(step: &str) -> Result<String, String> {
    let recipe = Recipe::parse(&format!("source | {}", step.trim())).map_err(|fault| fault.message)?;
    Ok(recipe.stages.iter().map(|s| s.line()).collect::<Vec<_>>().join(" | "))
}

/// The menu that adds a step at the end.
fn add(ui: &mut Ui, state: &State, desk: &mut Desk, track: &Track, actions: &mut Vec<Action>) {
    ui.horizontal(|ui| {
        ui.add_space(RAIL + 8.0);
        let button = egui::Button::new(widgets::small(words::ADD_STEP)).frame_when_inactive(false);
        let button = ui.add(button).on_hover_text(words::ADD_STEP_TIP);
        if button.clicked() {
            desk.chain.search.clear();
            if state.shelf.is_empty() {
                actions.push(Action::Engine(Command::ShelfLook));
            }
        }
        let popup = egui::Popup::menu(&button).width(MENU).close_behavior(PopupCloseBehavior::CloseOnClickOutside);
        popup.show(|ui| {
            let mut chosen = None;
            let field = egui::TextEdit::singleline(&mut desk.chain.search);
            let hint = RichText::new(words::STEP_SEARCH).color(style::FAINT);
            let field = ui.add(field.hint_text(hint).desired_width(MENU - 16.0).margin(egui::Margin::symmetric(8, 5)));
            field.widget_info(|| WidgetInfo::labeled(accesskit::Role::TextInput, true, words::STEP_SEARCH));
            if button.clicked() {
                field.request_focus();
            }
            ui.add_space(4.0);
            egui::ScrollArea::vertical().max_height(360.0).auto_shrink([false, true]).show(ui, |ui| {
                ui.set_width(MENU - 8.0);
                menu(ui, state, &desk.chain.search, &mut chosen);
            });
            if let Some(step) = chosen {
                change(track, actions, |steps| steps.push(step));
                ui.close();
            }
        });
    });
}

/// Models of the shelf, then every other stage with what it does and how it is written.
fn menu(ui: &mut Ui, state: &State, search: &str, chosen: &mut Option<String>) {
    let wanted = search.to_lowercase();
    let fits = |said: &str| wanted.split_whitespace().all(|word| said.to_lowercase().contains(word));
    widgets::caption(ui, words::MODELS);
    let usable = |c: &&crate::engine::Card| matches!(c.status, CardStatus::Ready(_)) && fits(&c.name);
    let ready: Vec<_> = state.shelf.iter().filter(usable).collect();
    if ready.is_empty() {
        ui.label(widgets::small(words::NO_MODELS));
    }
    for card in ready {
        let step = lines::model_stage(&state.shelf, card);
        let scale = lines::scale_of(card).map(|s| format!("{s}×")).unwrap_or_default();
        let button = egui::Button::new(card.name.as_str()).right_text(widgets::small(scale)).truncate();
        let response = ui.add(button.frame_when_inactive(false).min_size(vec2(ui.available_width(), 28.0)));
        response.widget_info(|| WidgetInfo::labeled(accesskit::Role::Button, true, &step));
        if response.clicked() {
            *chosen = Some(step);
        }
    }
    ui.add_space(8.0);
    widgets::caption(ui, words::FILTERS);
    for stage in STAGES.iter().filter(|s| s.name != "model" && fits(&format!("{} {}", s.name, s.help))) {
        let example = example(stage.example, stage.name);
        let button = egui::Button::new(format!("{} {}", stage.name, stage.usage)).right_text(widgets::small(&example));
        let response = ui.add(button.frame_when_inactive(false).min_size(vec2(ui.available_width(), 28.0)));
        response.widget_info(|| WidgetInfo::labeled(accesskit::Role::Button, true, &example));
        if response.on_hover_text(stage.help).clicked() {
            *chosen = Some(example);
        }
    }
}

/// The step called `name` in an example line; its name alone where the example has none.
fn example(line: &str, name: &str) -> String {
    let begins = |part: &&str| part.split_whitespace().next() == Some(name);
    line.split('|').map(str::trim).find(begins).unwrap_or(name).to_owned()
}

/// Sends a track's line with its steps changed.
fn change(track: &Track, actions: &mut Vec<Action>, by: impl FnOnce(&mut Vec<String>)) {
    if let Some(line) = lines::changed(track, by) {
        actions.push(Action::Engine(Command::Edit(track.id, line)));
    }
}

/// The word on a row that shows only part of its chain.
pub fn tapped(track: &Track) -> Option<String> {
    let count = track.stages.len();
    track.tap.filter(|tap| *tap < count).map(|tap| crate::views::text::tapped(tap, count))
}

/// The triangle that shows and hides the steps.
pub fn unfolder(ui: &mut Ui, desk: &mut Desk, track: &Track, at: Rect) {
    let open = desk.chain.open.contains(&track.id);
    let icon = if open { Icon::Unfolded } else { Icon::Folded };
    let (label, id) = (words::unfold(&track.label, open), Id::unique(("unfold", track.id)));
    if widgets::quiet_icon(ui, at, id, icon, &label, &label).clicked() {
        toggle(desk, track.id);
    }
}

/// Shows or hides the steps of a candidate.
pub fn toggle(desk: &mut Desk, id: TrackId) {
    if !desk.chain.open.remove(&id) {
        desk.chain.open.insert(id);
    }
}
