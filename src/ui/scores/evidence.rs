//! What every candidate is found to be: a card each, with its lines of evidence. A click on a line goes to the frame and
//! the place that show it best, under the overlay that makes it visible.

use egui::{
    Align2, Color32, Frame, Label, Margin, Rect, RichText, ScrollArea, Sense, Stroke, Ui, UiBuilder, WidgetInfo,
};
use egui::{accesskit, pos2, vec2};

use crate::engine::{Command, Judged, State, TrackId, VerdictReport, VerdictRun};
use crate::evidence::{Class, Level, Line};
use crate::views::{self, Side, Zoom, style};

use super::super::commands::UiCommand;
use super::super::desk::{Action, Desk};
use super::super::text::evidence as words;
use super::super::widgets;

/// Height of a line of evidence.
const ROW: f32 = 24.0;
/// How far a click on a place enlarges, in pixels a sample.
const CLOSE: f64 = 2.0;

pub fn ui(ui: &mut Ui, state: &State, desk: &mut Desk, actions: &mut Vec<Action>) {
    let inner = Frame::new().inner_margin(Margin::symmetric(12, 0));
    if state.candidates().is_empty() {
        inner.show(ui, |ui| ui.label(widgets::small(words::EMPTY)));
        return;
    }
    let Some(run) = &state.verdicts else {
        inner.show(ui, |ui| ui.label(widgets::small(words::OPENING)));
        if !desk.scores.judging {
            desk.scores.judging = true;
            actions.push(Action::Engine(Command::Verdict(true)));
        }
        return;
    };
    inner.show(ui, |ui| progress(ui, state, run, desk, actions));
    let Some(report) = &run.found else { return };
    ScrollArea::vertical().auto_shrink(false).show(ui, |ui| {
        inner.show(ui, |ui| {
            for (judged, track) in report.candidates.iter().zip(&run.tracks) {
                card(ui, state, desk, judged, *track, actions);
                ui.add_space(8.0);
            }
            comparison(ui, report, actions);
            ui.add(Label::new(widgets::small(words::NOT_PROOF)).wrap());
            ui.add_space(12.0);
        });
    });
}

/// How many frames were looked at, and what to do about it.
fn progress(ui: &mut Ui, state: &State, run: &VerdictRun, desk: &mut Desk, actions: &mut Vec<Action>) {
    let all = state.range.clone().map_or(state.clock.frames, |range| range.len());
    let looked = run.found.as_ref().and_then(|report| report.candidates.iter().map(|judged| judged.frames).min());
    ui.horizontal(|ui| {
        ui.label(widgets::small(words::looked(looked, all)));
        if run.over.is_none() {
            if ui.button(widgets::small(words::STOP)).clicked() {
                desk.scores.judging = false;
                actions.push(Action::Engine(Command::Verdict(false)));
            }
        } else if looked.is_none_or(|looked| looked < all) && ui.button(widgets::small(words::GO_ON)).clicked() {
            desk.scores.judging = true;
            actions.push(Action::Engine(Command::Verdict(true)));
        }
    });
    // The place of the bar stays when there is none, so that nothing jumps.
    let (rail, _) = ui.allocate_exact_size(vec2(ui.available_width(), 4.0), Sense::hover());
    if run.over.is_none() {
        widgets::progress(ui.painter(), rail, Some(run.done), style::BLUE);
    }
    if let Some(Err(sentence)) = &run.over {
        ui.add(Label::new(RichText::new(sentence).size(style::SMALL).color(style::CARE)).wrap());
    }
    ui.add_space(8.0);
}

fn color(class: Class) -> Color32 {
    match class {
        Class::Inflated => style::RED,
        Class::Suspicious => style::ORANGE,
        Class::Misaligned | Class::RangeMismatch | Class::MatrixMismatch | Class::ChromaShift | Class::Altered => {
            style::CARE
        }
        Class::RestorativeSharpening => style::BLUE,
        Class::Grain | Class::NoSignFound => style::WEAK,
    }
}

fn card(ui: &mut Ui, state: &State, desk: &mut Desk, judged: &Judged, id: TrackId, actions: &mut Vec<Action>) {
    let place = state.tracks.iter().position(|track| track.id == id);
    let on = desk.looking.track(state, Side::Right).is_some_and(|track| track.id == id);
    let fill = if on { style::RAISED } else { style::HOVERED };
    let frame = Frame::new().fill(fill).corner_radius(4.0).inner_margin(Margin::same(8));
    // The card senses clicks beneath its buttons, which would not feel them otherwise.
    let sense = if on { Sense::hover() } else { Sense::click() };
    let builder = UiBuilder::new().id_salt(("verdict", id.0)).sense(sense);
    let content = |ui: &mut Ui| {
        ui.set_width(ui.available_width());
        ui.spacing_mut().item_spacing.y = 4.0;
        head(ui, judged, place);
        let small = |text: &str, color| RichText::new(text).size(style::SMALL).color(color);
        ui.add(Label::new(small(&judged.verdict.reason, style::TEXT)).wrap());
        points(ui, judged, actions);
        in_step(ui, judged, actions);
        if on {
            judged.verdict.lines.iter().for_each(|line| evidence(ui, state, desk, (id, line), actions));
        }
    };
    let response = ui.scope_builder(builder, |ui| frame.show(ui, content)).response;
    if !on {
        let said = words::pick(&judged.label, judged.verdict.class.label());
        response.widget_info(|| WidgetInfo::labeled(accesskit::Role::Button, true, &said));
        widgets::focus_ring(ui, &response, response.rect);
        if response.on_hover_text(words::PICK).clicked() {
            actions.push(Action::Pick(Side::Right, id));
        }
    }
}

/// Its number, its name, and in a word what it is found to be.
fn head(ui: &mut Ui, judged: &Judged, place: Option<usize>) {
    let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), 22.0), Sense::hover());
    let class = judged.verdict.class;
    let by = judged.verdict.transform.map(|transform| transform.label());
    let said = words::found(&judged.label, class.label(), by);
    response.widget_info(|| WidgetInfo::labeled(accesskit::Role::Label, true, &said));
    let painter = ui.painter();
    let badge = painter.layout_no_wrap(class.label().to_owned(), style::strong(style::SMALL), style::LINE);
    let plate = Rect::from_min_max(
        pos2(rect.right() - badge.size().x - 12.0, rect.top() + 1.0),
        pos2(rect.right(), rect.bottom() - 1.0),
    );
    painter.rect_filled(plate, 4.0, color(class));
    painter.galley(plate.center() - badge.size() / 2.0, badge, style::LINE);
    let mut left = rect.left();
    if let Some(place) = place {
        let number = format!("{}", place + 1);
        let at = pos2(left, rect.center().y);
        let drawn = painter.text(at, Align2::LEFT_CENTER, number, style::strong(style::BODY), style::line_color(place));
        left = drawn.right() + 8.0;
    }
    let room = plate.left() - 8.0 - left;
    let mut job =
        egui::text::LayoutJob::simple_singleline(judged.label.clone(), style::strong(style::BODY), style::TEXT);
    job.wrap = egui::text::TextWrapping::truncate_at_width(room.max(16.0));
    let name = painter.layout_job(job);
    painter.galley(pos2(left, rect.center().y - name.size().y / 2.0), name, style::TEXT);
}

/// The points that go away when what was done is undone, and the way to see it undone.
fn points(ui: &mut Ui, judged: &Judged, actions: &mut Vec<Action>) {
    let score = &judged.score;
    let (Some(vmaf), Some(points)) = (score.vmaf, score.vmaf_explained) else { return };
    ui.add(Label::new(widgets::strong(words::cosmetic(points, vmaf), style::SMALL)).wrap());
    let Some(undone) = &judged.undone else { return };
    if ui.button(RichText::new(words::UNDONE).size(style::SMALL)).on_hover_text(words::UNDONE_TIP).clicked() {
        let line = format!("{} = {undone}", words::undone_name(&judged.label));
        actions.push(Action::Candidate { line, show: true });
    }
}

/// The way to see a late candidate beside the frames it shows.
fn in_step(ui: &mut Ui, judged: &Judged, actions: &mut Vec<Action>) {
    let Some(chain) = &judged.in_step else { return };
    if ui.button(RichText::new(words::IN_STEP).size(style::SMALL)).on_hover_text(words::IN_STEP_TIP).clicked() {
        let line = format!("{} = {chain}", words::in_step_name(&judged.label));
        actions.push(Action::Candidate { line, show: true });
    }
}

/// The overlay under which a line of evidence is seen.
fn overlay(line: &str) -> &'static str {
    match line {
        "E1" | "E2" | "E3" | "E7" => "points",
        "E5" => "signed_error",
        _ => "gain",
    }
}

/// One line: id, number on a scale with its limits; a click goes where it shows best.
fn evidence(ui: &mut Ui, state: &State, desk: &mut Desk, (track, line): (TrackId, &Line), actions: &mut Vec<Action>) {
    let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), ROW), Sense::click());
    if response.hovered() {
        ui.painter().rect_filled(rect, 4.0, style::HOVERED);
    }
    let ink = match line.level {
        Level::Red => style::RED,
        Level::Amber => style::ORANGE,
        Level::None => style::WEAK,
    };
    let y = rect.center().y;
    let painter = ui.painter();
    painter.text(pos2(rect.left() + 4.0, y), Align2::LEFT_CENTER, line.id, style::strong(style::SMALL), ink);
    painter.text(
        pos2(rect.left() + 30.0, y),
        Align2::LEFT_CENTER,
        words::short(line.id),
        style::font(style::SMALL),
        style::TEXT,
    );
    let value = line.value.map_or_else(|| "–".to_owned(), |value| words::value(line.id, value));
    painter.text(pos2(rect.right() - 4.0, y), Align2::RIGHT_CENTER, &value, style::strong(13.0), ink);
    scale(
        painter,
        Rect::from_min_max(pos2(rect.right() - 138.0, y - 3.0), pos2(rect.right() - 62.0, y + 3.0)),
        line,
        ink,
    );
    widgets::focus_ring(ui, &response, rect);
    let said = words::line(line, &value);
    response.widget_info(|| WidgetInfo::labeled(accesskit::Role::Button, true, &said));
    let can = line.frame.is_some();
    let tip = words::tip(line, can);
    if response.on_hover_text(tip).clicked() && can {
        go(state, desk, (track, line), actions);
    }
}

/// Where the number stands between nothing, amber and red.
fn scale(painter: &egui::Painter, rail: Rect, line: &Line, ink: Color32) {
    painter.rect_filled(rail, 2.0, style::SUNK);
    let Some(value) = line.value else { return };
    // A share of 1 is the usual state of detail; elsewhere 0 is.
    let zero = if line.id == "E4" { 1.0 } else { 0.0 };
    let most = (line.red.unwrap_or(line.amber) - zero) * 1.6;
    let x = |value: f64| rail.left() + rail.width() * ((value - zero) / most.max(1e-9)).clamp(0.0, 1.0) as f32;
    painter.rect_filled(Rect::from_min_max(rail.min, pos2(x(value), rail.bottom())), 2.0, ink);
    for (at, color) in [(Some(line.amber), style::ORANGE), (line.red, style::RED)] {
        if let Some(at) = at {
            painter.vline(x(at), rail.expand(3.0).y_range(), Stroke::new(1.5, color));
        }
    }
}

/// To the frame and the place, under the overlay.
fn go(state: &State, desk: &mut Desk, (track, line): (TrackId, &Line), actions: &mut Vec<Action>) {
    let Some(frame) = line.frame else { return };
    actions.push(Action::Pick(Side::Right, track));
    actions.push(Action::Engine(Command::Pause));
    actions.push(Action::Engine(Command::Seek(frame)));
    actions.push(Action::Do(UiCommand::Overlay(Some(overlay(line.id)))));
    if let (Some((x, y)), Some(picture)) = (line.place, views::picture(state)) {
        desk.looking.camera.center = picture.turn([x, y]);
        desk.looking.camera.zoom = Zoom::Scale(CLOSE);
    }
}

/// Where metrics disagree.
fn comparison(ui: &mut Ui, report: &VerdictReport, actions: &mut Vec<Action>) {
    let found = &report.disagreement;
    if found.agreement.is_empty() && found.arguments.is_empty() {
        return;
    }
    ui.label(widgets::strong(words::DISAGREE, style::BODY));
    let name = |place: usize| report.candidates.get(place).map_or("", |judged| judged.label.as_str());
    for pair in &found.agreement {
        let line = words::agreement(pair.metrics, pair.tau);
        ui.add(Label::new(widgets::small(line)).wrap());
    }
    if let Some(place) = found.most_disputed {
        ui.add(Label::new(widgets::small(words::disputed(name(place)))).wrap());
    }
    for argument in &found.arguments {
        let line = words::argument(argument.frame, argument.metrics, argument.candidates.map(name));
        if ui.add(egui::Button::new(widgets::small(line)).wrap()).on_hover_text(words::GO).clicked() {
            actions.push(Action::Engine(Command::Pause));
            actions.push(Action::Engine(Command::Seek(argument.frame)));
        }
    }
    ui.add_space(8.0);
}
