//! Below the picture: one line a candidate, the chosen score of every frame. Click or drag to go there. What is not
//! measured is absent; lines have gaps.

use egui::{Align2, Color32, Painter, Pos2, Rect, Sense, Stroke, Ui, WidgetInfo, accesskit, pos2, vec2};

use crate::engine::{Command, Measured, State};
use crate::views::{Side, figures, style};

use super::desk::{Action, Desk};
use super::{range, scores, text};

/// Room for the numbers on the left and the time below.
const LEFT: f32 = 52.0;
const BELOW: f32 = 16.0;
const ABOVE: f32 = 20.0;

/// From frame and score to the screen.
struct Frame2Screen {
    rect: Rect,
    frames: usize,
    low: f64,
    high: f64,
}

impl Frame2Screen {
    fn x(&self, frame: usize) -> f32 {
        let last = self.frames.saturating_sub(1).max(1) as f32;
        self.rect.left() + self.rect.width() * frame as f32 / last
    }

    fn y(&self, value: f64) -> f32 {
        let share = (value - self.low) / (self.high - self.low).max(1e-12);
        self.rect.bottom() - self.rect.height() * share.clamp(0.0, 1.0) as f32
    }

    fn frame(&self, x: f32) -> usize {
        let last = self.frames.saturating_sub(1) as f32;
        let share = ((x - self.rect.left()) / self.rect.width().max(1.0)).clamp(0.0, 1.0);
        (share * last).round() as usize
    }
}

pub fn ui(ui: &mut Ui, state: &State, desk: &mut Desk, actions: &mut Vec<Action>) {
    let (whole, response) = ui.allocate_exact_size(ui.available_size(), Sense::click_and_drag());
    response.widget_info(|| WidgetInfo::labeled(accesskit::Role::Canvas, true, text::PLOT));
    let ids = scores::measured_ids(state);
    let first = || figures::plated(&ids).first().copied();
    let id = desk.metric.filter(|id| ids.contains(id)).or_else(first);
    let rect = Rect::from_min_max(whole.min + vec2(LEFT, ABOVE), whole.max - vec2(16.0, BELOW));
    let painter = ui.painter().with_clip_rect(whole);
    let extent = id.and_then(|id| extent(state, id));
    let (low, high) = extent.unwrap_or((0.0, 1.0));
    let to = Frame2Screen { rect, frames: state.clock.frames, low, high };
    match (id, extent) {
        (Some(id), Some(_)) => {
            grid(&painter, &to, id);
            lines(&painter, &to, state, desk, id);
        }
        _ => {
            painter.text(
                rect.center(),
                Align2::CENTER_CENTER,
                text::PLOT_EMPTY,
                style::font(style::SMALL),
                style::FAINT,
            );
        }
    }
    times(&painter, &to, state);
    let strip = Rect::from_x_y_ranges(rect.x_range(), whole.top() + ABOVE..=rect.bottom());
    if state.clock.frames > 0 {
        let scale = range::Scale { x: &|frame| to.x(frame), frame: &|x| to.frame(x) };
        range::handles(ui, state, desk, strip, &scale, actions);
        let bar =
            Rect::from_min_max(whole.min + vec2(LEFT - 6.0, 0.0), pos2(rect.right() - 220.0, whole.top() + ABOVE));
        range::bar(ui, state, desk, bar, actions);
    }
    if state.clock.frames > 0 {
        let below_words = Rect::from_min_max(pos2(whole.left(), whole.top() + ABOVE), whole.max);
        playhead(&painter, below_words, to.x(state.clock.frame));
    }
    if let Some(id) = id {
        chooser(ui, whole, desk, &ids, id);
    }
    let response = match (response.hover_pos(), id) {
        (Some(at), Some(id)) if extent.is_some() && rect.expand(8.0).contains(at) => {
            let frame = to.frame(at.x);
            painter.vline(to.x(frame), rect.y_range(), Stroke::new(1.0, Color32::from_gray(90)));
            let tip = hover_words(state, id, frame);
            response.on_hover_text_at_pointer(tip)
        }
        _ => response,
    };
    if (response.clicked() || response.dragged())
        && let Some(at) = response.interact_pointer_pos()
        && state.clock.frames > 0
        && to.frame(at.x) != state.clock.frame
    {
        actions.push(Action::Engine(Command::Seek(to.frame(at.x))));
    }
}

/// Lowest and highest score measured, with a little room; `None` when nothing is.
fn extent(state: &State, id: &str) -> Option<(f64, f64)> {
    let (mut low, mut high) = (f64::INFINITY, f64::NEG_INFINITY);
    for track in state.candidates() {
        for m in track.series.get(id).into_iter().flat_map(|s| s.iter()).flatten() {
            low = low.min(m.value);
            high = high.max(m.value);
        }
    }
    if low > high {
        return None;
    }
    let room = ((high - low) * 0.08).max(high.abs().max(1.0) * 1e-3);
    Some((low - room, high + room))
}

/// Round steps: 1, 2 or 5 times a power of ten, some three lines.
fn steps(low: f64, high: f64) -> Vec<f64> {
    let raw = (high - low) / 3.0;
    if raw.is_nan() || raw <= 0.0 {
        return Vec::new();
    }
    let ten = 10f64.powf(raw.log10().floor());
    let step = [1.0, 2.0, 5.0, 10.0].into_iter().map(|m| m * ten).find(|s| *s >= raw).unwrap_or(raw);
    let first = (low / step).ceil();
    (0..8).map(|i| (first + f64::from(i)) * step).take_while(|v| *v <= high).collect()
}

fn grid(painter: &Painter, to: &Frame2Screen, id: &str) {
    let (_, unit, _) = figures::describe(id);
    for (i, value) in steps(to.low, to.high).into_iter().rev().enumerate() {
        let y = to.y(value).round();
        painter.hline(to.rect.x_range(), y, Stroke::new(1.0, Color32::from_gray(52)));
        let digits = if value.fract().abs() < 1e-9 { 0 } else { figures::describe(id).2.min(3) };
        let words =
            // With digits after the point there is no room for the unit; the choice above names the score.
            if i == 0 && !unit.is_empty() && digits == 0 { format!("{value:.digits$} {unit}") } else { format!("{value:.digits$}") };
        let at = pos2(to.rect.left() - 6.0, y);
        painter.text(at, Align2::RIGHT_CENTER, words, style::font(11.0), style::FAINT);
    }
}

/// Faint lines first, the one on the right side last and brighter.
fn lines(painter: &Painter, to: &Frame2Screen, state: &State, desk: &Desk, id: &str) {
    let right = desk.looking.track(state, Side::Right).map(|t| t.id);
    let mut order: Vec<_> = state.tracks.iter().enumerate().skip(1).collect();
    order.sort_by_key(|(_, t)| Some(t.id) == right);
    for (place, track) in order {
        let Some(series) = track.series.get(id) else { continue };
        let on = Some(track.id) == right;
        let color = style::line_color(place);
        let (width, color) = if on { (2.0, color) } else { (1.25, color.gamma_multiply(0.65)) };
        for part in segments(series, to) {
            match part.as_slice() {
                [one] => {
                    painter.circle_filled(*one, width, color);
                }
                _ => {
                    painter.line(part, Stroke::new(width, color));
                }
            }
        }
    }
}

/// The runs of measured frames as points. Where several frames share a pixel column only its lowest and highest stay,
/// so an hour draws as fast as a second.
fn segments(series: &[Option<Measured>], to: &Frame2Screen) -> Vec<Vec<Pos2>> {
    let dense = series.len() as f32 > 2.0 * to.rect.width();
    let (mut all, mut run): (Vec<Vec<Pos2>>, Vec<Pos2>) = (Vec::new(), Vec::new());
    let mut column: Option<(f32, f32, f32)> = None;
    let flush = |column: &mut Option<(f32, f32, f32)>, run: &mut Vec<Pos2>| {
        if let Some((x, low, high)) = column.take() {
            run.push(pos2(x, low));
            if low != high {
                run.push(pos2(x, high));
            }
        }
    };
    for (frame, measured) in series.iter().enumerate().take(to.frames) {
        let Some(m) = measured else {
            flush(&mut column, &mut run);
            if !run.is_empty() {
                all.push(std::mem::take(&mut run));
            }
            continue;
        };
        let (x, y) = (to.x(frame), to.y(m.value));
        let x = if dense { x.floor() } else { x };
        match &mut column {
            Some((cx, low, high)) if dense && *cx == x => (*low, *high) = (low.min(y), high.max(y)),
            _ => {
                flush(&mut column, &mut run);
                column = Some((x, y, y));
            }
        }
    }
    flush(&mut column, &mut run);
    if !run.is_empty() {
        all.push(run);
    }
    all
}

fn times(painter: &Painter, to: &Frame2Screen, state: &State) {
    let y = to.rect.bottom() + 3.0;
    let font = style::font(11.0);
    painter.text(pos2(to.rect.left(), y), Align2::LEFT_TOP, "0 s", font.clone(), style::FAINT);
    let end = format!("{:.2} s", state.clock.duration);
    painter.text(pos2(to.rect.right(), y), Align2::RIGHT_TOP, end, font, style::FAINT);
}

fn playhead(painter: &Painter, whole: Rect, x: f32) {
    painter.vline(x.round() + 0.5, whole.y_range(), Stroke::new(1.0, Color32::from_gray(225)));
    let tip = vec![pos2(x - 4.5, whole.top()), pos2(x + 5.5, whole.top()), pos2(x + 0.5, whole.top() + 6.0)];
    painter.add(egui::Shape::convex_polygon(tip, Color32::from_gray(225), Stroke::NONE));
}

/// Names of the metrics, the one in the plot bright; a click chooses.
fn chooser(ui: &mut Ui, whole: Rect, desk: &mut Desk, ids: &[&'static str], on: &'static str) {
    let mut shown = figures::plated(ids);
    if !shown.contains(&on) {
        // There is room for a few; the rest is chosen in the table of scores.
        shown.truncate(3);
        shown.push(on);
    }
    let mut x = whole.right() - 16.0;
    for id in shown.iter().rev() {
        let (name, ..) = figures::describe(id);
        let color = if *id == on { style::TEXT } else { style::FAINT };
        let galley = ui.painter().layout_no_wrap(name.to_owned(), style::font(style::SMALL), color);
        let rect = Rect::from_min_size(pos2(x - galley.size().x, whole.top() + 2.0), galley.size());
        let response = ui.interact(rect.expand(3.0), ui.scope_id().with(("metric", id)), Sense::click());
        let role = accesskit::Role::RadioButton;
        response.widget_info(|| WidgetInfo::selected(role, true, *id == on, name));
        let color = if response.hovered() { Color32::WHITE } else { color };
        ui.painter().galley(rect.min, galley, color);
        if *id == on {
            let y = rect.bottom() + 1.0;
            ui.painter().hline(rect.x_range(), y, Stroke::new(1.0, style::TEXT));
        }
        if response.on_hover_text(text::PLOT_METRIC).clicked() {
            desk.metric = Some(id);
        }
        x = rect.left() - 14.0;
    }
}

fn hover_words(state: &State, id: &str, frame: usize) -> String {
    let timeline = state.reference().and_then(|t| t.info.as_ref()).map(|i| i.timeline.clone());
    let mut words = vec![match timeline {
        Some(t) => crate::views::text::frame_line(frame, t.seconds(frame)),
        None => text::frame_of(frame, state.clock.frames),
    }];
    for (place, track) in state.tracks.iter().enumerate().skip(1) {
        let value = track.series.get(id).and_then(|s| s.get(frame)).copied().flatten();
        let number = figures::number(id, value.map_or(f64::NAN, |m| m.value));
        words.push(format!("{} {}   {number}", place + 1, track.label));
    }
    words.join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn some(v: f64) -> Option<Measured> {
        Some(Measured { value: v, identical: false })
    }

    #[test]
    fn unmeasured_frames_leave_gaps_and_never_zeros() {
        let to =
            Frame2Screen { rect: Rect::from_min_size(Pos2::ZERO, vec2(100.0, 50.0)), frames: 6, low: 20.0, high: 40.0 };
        let runs = segments(&[some(30.0), some(31.0), None, some(33.0), None, None], &to);
        assert_eq!(runs.iter().map(Vec::len).collect::<Vec<_>>(), [2, 1]);
        assert!(runs.iter().flatten().all(|p| p.y > 0.0 && p.y < 50.0));
    }

    #[test]
    fn a_long_series_keeps_its_lowest_and_highest() {
        let to = Frame2Screen {
            rect: Rect::from_min_size(Pos2::ZERO, vec2(100.0, 50.0)),
            frames: 100_000,
            low: 0.0,
            high: 100.0,
        };
        let mut series = vec![some(50.0); 100_000];
        series[70_123] = some(2.0);
        let runs = segments(&series, &to);
        assert_eq!(runs.len(), 1);
        assert!(runs[0].len() < 300);
        let lowest = runs[0].iter().map(|p| p.y).fold(0.0, f32::max);
        assert!((lowest - 49.0).abs() < 0.01, "the dip to 2 of 100 must stand at 49 of 50: {lowest}");
    }

    #[test]
    fn steps_are_round_and_inside() {
        assert_eq!(steps(28.3, 41.7), [30.0, 35.0, 40.0]);
        assert!(steps(0.0, f64::NAN).is_empty());
    }
}
