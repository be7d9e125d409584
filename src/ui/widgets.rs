//! The few widgets of our own: a segmented control, buttons with drawn icons, captions.

use egui::{
    Align2, Color32, CornerRadius, Painter, Pos2, Rect, Response, RichText, Sense, Stroke, Ui, WidgetInfo, accesskit,
    pos2, vec2,
};

use crate::views::style;

/// One choice of a segmented control.
pub struct Segment<'a> {
    pub label: &'a str,
    pub tooltip: String,
}

/// A row of choices, one of which is on. Returns the one clicked.
pub fn segmented(ui: &mut Ui, segments: &[Segment<'_>], on: usize) -> Option<usize> {
    let font = style::font(style::BODY);
    let widths: Vec<f32> = segments
        .iter()
        .map(|s| ui.painter().layout_no_wrap(s.label.into(), font.clone(), style::TEXT).size().x.ceil() + 24.0)
        .collect();
    let (whole, _) = ui.allocate_exact_size(vec2(widths.iter().sum(), 28.0), Sense::hover());
    ui.painter().rect_filled(whole, CornerRadius::same(6), style::SUNK);
    let mut clicked = None;
    let mut x = whole.left();
    for (i, (segment, width)) in segments.iter().zip(widths).enumerate() {
        let rect = Rect::from_min_size(pos2(x, whole.top()), vec2(width, whole.height()));
        x += width;
        let response = ui.interact(rect, ui.scope_id().with(("segment", segment.label)), Sense::click());
        let role = accesskit::Role::RadioButton;
        response.widget_info(|| WidgetInfo::selected(role, true, i == on, segment.label));
        let fill = if i == on { Color32::from_gray(72) } else { style::HOVERED };
        if i == on || response.hovered() {
            ui.painter().rect_filled(rect.shrink(2.0), CornerRadius::same(5), fill);
        }
        let color = if i == on || response.hovered() { Color32::WHITE } else { style::WEAK };
        ui.painter().text(rect.center(), Align2::CENTER_CENTER, segment.label, font.clone(), color);
        if response.on_hover_text(&segment.tooltip).clicked() {
            clicked = Some(i);
        }
    }
    clicked
}

/// A button with a small triangle that says: a menu opens. `name` is its accessible name.
pub fn menu_button(ui: &mut Ui, label: RichText, name: &str, min: egui::Vec2) -> Response {
    let button =
        egui::Button::new((label, egui::Atom::grow(), egui::Atom::custom(egui::IdSalt::new("mark"), vec2(8.0, 8.0))));
    let response = ui.add(button.min_size(min));
    let role = accesskit::Role::ComboBox;
    response.widget_info(|| WidgetInfo::labeled(role, true, name));
    let at = response.rect.right_center() - vec2(ui.spacing().button_padding.x + 4.0, 0.0);
    let points = vec![at + vec2(-3.5, -2.0), at + vec2(3.5, -2.0), at + vec2(0.0, 2.5)];
    ui.painter().add(egui::Shape::convex_polygon(points, style::WEAK, Stroke::NONE));
    response
}

/// Shows where the keyboard is, on what is drawn by hand.
pub fn focus_ring(ui: &Ui, response: &Response, rect: Rect) {
    if response.has_focus() {
        let stroke = Stroke::new(1.0, style::BLUE);
        ui.painter().rect_stroke(rect, CornerRadius::same(4), stroke, egui::StrokeKind::Outside);
    }
}

/// A box to tick.
pub fn tick(ui: &mut Ui, rect: Rect, id: egui::Id, on: bool, label: &str) -> Response {
    let response = ui.interact(rect.expand(4.0), id, Sense::click());
    response.widget_info(|| WidgetInfo::selected(accesskit::Role::CheckBox, true, on, label));
    let edge = if response.hovered() { Color32::WHITE } else { style::FAINT };
    focus_ring(ui, &response, rect.expand(2.0));
    let fill = if on { style::BLUE } else { style::SUNK };
    let stroke = if on { Stroke::NONE } else { Stroke::new(1.0, edge) };
    ui.painter().rect(rect, CornerRadius::same(3), fill, stroke, egui::StrokeKind::Inside);
    if on {
        let at = |x: f32, y: f32| rect.min + vec2(x, y) * (rect.width() / 16.0);
        let line = vec![at(3.5, 8.5), at(6.5, 11.5), at(12.5, 4.5)];
        ui.painter().add(egui::Shape::line(line, Stroke::new(2.0, style::SUNK)));
    }
    response
}

/// Icons drawn by hand, so that they look the same everywhere.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Icon {
    Play,
    Pause,
    Back,
    Forward,
    Close,
    Folder,
    /// Points right when folded, down when open.
    Folded,
    Unfolded,
}

/// A square button with an icon; `label` is its accessible name.
pub fn icon_button(ui: &mut Ui, icon: Icon, label: &str, tooltip: &str, size: egui::Vec2) -> Response {
    let (rect, response) = ui.allocate_exact_size(size, Sense::click());
    let enabled = ui.is_enabled();
    response.widget_info(|| WidgetInfo::labeled(accesskit::Role::Button, enabled, label));
    let visuals = ui.style().interact(&response);
    ui.painter().rect_filled(rect, visuals.corner_radius, visuals.weak_bg_fill);
    paint_icon(ui.painter(), icon, rect.center(), visuals.fg_stroke.color);
    response.on_hover_text(tooltip)
}

/// An icon with no button around it until the pointer comes; for rows.
pub fn quiet_icon(ui: &mut Ui, rect: Rect, id: egui::Id, icon: Icon, label: &str, tooltip: &str) -> Response {
    let response = ui.interact(rect, id, Sense::click());
    response.widget_info(|| WidgetInfo::labeled(accesskit::Role::Button, true, label));
    let color = if response.hovered() { Color32::WHITE } else { style::FAINT };
    if response.hovered() {
        ui.painter().rect_filled(rect, CornerRadius::same(4), Color32::from_gray(80));
    }
    paint_icon(ui.painter(), icon, rect.center(), color);
    response.on_hover_text(tooltip)
}

fn paint_icon(painter: &Painter, icon: Icon, c: Pos2, color: Color32) {
    let at = |x: f32, y: f32| pos2(c.x + x, c.y + y);
    let filled = |points: Vec<Pos2>| egui::Shape::convex_polygon(points, color, Stroke::NONE);
    let bar = |x: f32, half: f32| {
        painter.rect_filled(Rect::from_center_size(at(x, 0.0), vec2(2.0, 2.0 * half)), 0.5, color);
    };
    let stroke = Stroke::new(1.5, color);
    match icon {
        Icon::Play => {
            painter.add(filled(vec![at(-4.0, -6.0), at(6.5, 0.0), at(-4.0, 6.0)]));
        }
        Icon::Pause => {
            for x in [-3.5, 3.5] {
                painter.rect_filled(Rect::from_center_size(at(x, 0.0), vec2(3.0, 12.0)), 1.0, color);
            }
        }
        Icon::Back => {
            painter.add(filled(vec![at(4.5, -5.0), at(4.5, 5.0), at(-3.5, 0.0)]));
            bar(-5.0, 5.0);
        }
        Icon::Forward => {
            painter.add(filled(vec![at(-4.5, -5.0), at(3.5, 0.0), at(-4.5, 5.0)]));
            bar(5.0, 5.0);
        }
        Icon::Close => {
            painter.line_segment([at(-3.5, -3.5), at(3.5, 3.5)], stroke);
            painter.line_segment([at(-3.5, 3.5), at(3.5, -3.5)], stroke);
        }
        Icon::Folded => {
            painter.add(egui::Shape::line(vec![at(-2.0, -4.0), at(2.5, 0.0), at(-2.0, 4.0)], stroke));
        }
        Icon::Unfolded => {
            painter.add(egui::Shape::line(vec![at(-4.0, -2.0), at(0.0, 2.5), at(4.0, -2.0)], stroke));
        }
        Icon::Folder => {
            let outline =
                vec![at(-7.0, -5.0), at(-2.0, -5.0), at(0.0, -3.0), at(7.0, -3.0), at(7.0, 5.0), at(-7.0, 5.0)];
            painter.add(egui::Shape::closed_line(outline, stroke));
        }
    }
}

/// A small heading in capitals' stead: weak, small, with room above.
pub fn caption(ui: &mut Ui, text: &str) {
    ui.label(RichText::new(text).size(style::SMALL).color(style::WEAK));
}

/// Weak small words.
pub fn small(text: impl Into<String>) -> RichText {
    RichText::new(text).size(style::SMALL).color(style::WEAK)
}

/// Words in the strong cut.
pub fn strong(text: impl Into<String>, size: f32) -> RichText {
    RichText::new(text).font(style::strong(size)).color(style::TEXT)
}

/// A thin bar of progress, 0..1; with `None` only its rail.
pub fn progress(painter: &Painter, rect: Rect, share: Option<f32>, color: Color32) {
    painter.rect_filled(rect, 1.5, style::SUNK);
    if let Some(share) = share {
        let done = Rect::from_min_size(rect.min, vec2(rect.width() * share.clamp(0.0, 1.0), rect.height()));
        painter.rect_filled(done, 1.5, color);
    }
}
