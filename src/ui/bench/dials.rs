//! The needles. Straight up is the score without the attack (its value stands over the mark), so that every needle leans
//! by what the attack does.

use egui::{Align2, Color32, Pos2, Rect, Sense, Stroke, Ui, WidgetInfo, accesskit, pos2, vec2};

use crate::engine::{Bench, NEEDLES, Needle};
use crate::views::text::UNKNOWN;
use crate::views::{figures, style};

use super::super::text::bench as words;

/// Dials in the first row; the rest stands in the second.
const FIRST: usize = 3;
/// Heights of the rows.
const HIGH: f32 = 156.0;
const LOW: f32 = 128.0;
/// How far a needle leans at most, in degrees from straight up.
const LEAN: f32 = 80.0;

/// The gain or loss at which a dial's scale ends.
pub fn span(id: &str) -> f64 {
    match id {
        "vmaf_raw" | "vmaf_neg_raw" | "vmaf_v1" => 25.0,
        "psnr_y" => 5.0,
        "erqa" => 0.25,
        _ => 0.05,
    }
}

/// Degrees from straight up, right positive; held at the ends of the scale.
pub fn lean(id: &str, gain: f64) -> f32 {
    ((gain / span(id)).clamp(-1.0, 1.0) as f32) * LEAN
}

pub fn ui(ui: &mut Ui, bench: &Bench) {
    let width = ui.available_width();
    let rows = [(&NEEDLES[..FIRST], HIGH), (&NEEDLES[FIRST..], LOW)];
    for (ids, height) in rows {
        let (row, _) = ui.allocate_exact_size(vec2(width, height), Sense::hover());
        let each = width / ids.len() as f32;
        for (i, id) in ids.iter().enumerate() {
            let left = pos2(row.left() + each * i as f32, row.top());
            let rect = Rect::from_min_size(left, vec2(each, height)).shrink(3.0);
            dial(ui, rect, id, bench.needles.get(id).copied().unwrap_or_default());
        }
    }
}

fn dial(ui: &mut Ui, rect: Rect, id: &'static str, needle: Needle) {
    let (name, tip) = words::dial(id);
    let number = |value: Option<f64>| value.map_or_else(|| UNKNOWN.to_owned(), |v| figures::number(id, v));
    let (value, plain) = (number(needle.value), number(needle.plain));
    let (_, _, decimals) = figures::describe(id);
    let gain = needle.gain().map_or_else(|| UNKNOWN.to_owned(), |gain| signed(gain, decimals));
    let response = ui.interact(rect, ui.scope_id().with(("dial", id)), Sense::hover());
    response
        .widget_info(|| WidgetInfo::labeled(accesskit::Role::Meter, true, words::told(name, &value, &plain, &gain)));
    response.on_hover_text(format!("{tip}\n{}", words::DIAL_TIP));
    let painter = ui.painter();
    painter.rect_filled(rect, 6.0, style::SUNK);
    let color = tint(needle.gain(), decimals);
    // From above: the value without the attack over its mark, the arc, the name, the value, and what is gained or lost.
    let (large, small) = if rect.height() > LOW { (style::LARGE, style::SMALL) } else { (17.0, 11.0) };
    let middle = rect.center().x;
    let line = |from_below: f32| pos2(middle, rect.bottom() - from_below);
    let put = |at: Pos2, words: &str, font: egui::FontId, color: Color32| {
        painter.text(at, Align2::CENTER_BOTTOM, words, font, color);
    };
    put(pos2(middle, rect.top() + small + 5.0), &plain, style::font(small), style::WEAK);
    put(line(4.0), &gain, style::strong(large - 4.0), color);
    put(line(large + 3.0), &value, style::strong(large), style::TEXT);
    put(line(2.0 * large + 6.0), name, style::font(small), style::WEAK);
    let pivot = line(2.0 * large + small + 14.0);
    let radius = (pivot.y - rect.top() - small - 9.0).min(rect.width() / 2.0 - 6.0);
    scale(ui, pivot, radius);
    if let Some(gain) = needle.gain() {
        let lean = lean(id, gain);
        sweep(ui, pivot, radius, lean, color);
        painter.line_segment([pivot, at(pivot, radius - 2.0, lean)], Stroke::new(3.0, color));
        painter.circle_filled(pivot, 4.5, color);
    }
}

/// The arc, its marks, and a long mark straight up: the score without the attack.
fn scale(ui: &Ui, pivot: Pos2, radius: f32) {
    let arc = (-16..=16).map(|i| at(pivot, radius, LEAN * i as f32 / 16.0)).collect();
    ui.painter().add(egui::Shape::line(arc, Stroke::new(1.5, style::FAINT)));
    for i in -2..=2 {
        let lean = LEAN * i as f32 / 2.0;
        let (length, width) = if i == 0 { (radius * 0.5, 1.5) } else { (5.0, 1.0) };
        let ends = [at(pivot, radius, lean), at(pivot, radius - length, lean)];
        ui.painter().line_segment(ends, Stroke::new(width, if i == 0 { style::WEAK } else { style::FAINT }));
    }
}

/// What lies between the two needles, along the arc.
fn sweep(ui: &Ui, pivot: Pos2, radius: f32, lean: f32, color: Color32) {
    let steps = (lean.abs() / 4.0).ceil().max(1.0);
    let arc = (0..=steps as usize).map(|i| at(pivot, radius, lean * i as f32 / steps)).collect();
    ui.painter().add(egui::Shape::line(arc, Stroke::new(4.0, color)));
}

/// The point at `length` from the pivot, `lean` degrees right of straight up.
fn at(pivot: Pos2, length: f32, lean: f32) -> Pos2 {
    let (sin, cos) = lean.to_radians().sin_cos();
    pivot + vec2(sin, -cos) * length
}

/// Gained is the colour of what is boosted, lost that of what is lost; no change is neither.
fn tint(gain: Option<f64>, decimals: usize) -> Color32 {
    let least = 0.5 * 10_f64.powi(-(decimals as i32));
    match gain {
        Some(gain) if gain >= least => style::ORANGE,
        Some(gain) if gain <= -least => style::BLUE,
        Some(_) => style::TEXT,
        None => style::FAINT,
    }
}

fn signed(gain: f64, decimals: usize) -> String {
    let plain = format!("{gain:+.decimals$}");
    // "-0.00" is no loss.
    if plain.trim_start_matches(['+', '-']).chars().all(|c| c == '0' || c == '.') {
        format!("±{:.decimals$}", 0.0)
    } else {
        plain.replace('-', "−")
    }
}
