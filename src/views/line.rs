//! The line of the split view, drawn by the window and in shots.

use egui::{Color32, Painter, Rect, Stroke, pos2, vec2};

use super::layout::{Content, PaneSpec};

/// Paints the line of every pane that is split: white with dark edges, seen on any picture, and a round grip in its
/// middle; `lit` while the pointer is on it.
pub fn paint(painter: &Painter, panes: &[PaneSpec], lit: bool) {
    let ppp = painter.ctx().pixels_per_point();
    for pane in panes {
        let Content::Split { at, .. } = pane.content else { continue };
        let r = pane.rect;
        let x = (r.x as f32 + at as f32) / ppp;
        let (top, bottom) = (r.y as f32 / ppp, (r.y + r.h as i32) as f32 / ppp);
        let pixel = 1.0 / ppp;
        let bar = |left: f32, right: f32| Rect::from_min_max(pos2(x + left, top), pos2(x + right, bottom));
        painter.rect_filled(bar(-2.0 * pixel, pixel), 0.0, Color32::from_black_alpha(110));
        painter.rect_filled(bar(-pixel, 0.0), 0.0, Color32::WHITE);
        let middle = pos2(x - 0.5 * pixel, (top + bottom) / 2.0);
        let radius = if lit { 13.0 } else { 11.0 };
        painter.circle(middle, radius, Color32::from_black_alpha(130), Stroke::new(1.5, Color32::WHITE));
        for side in [-1.0, 1.0] {
            let tip = middle + vec2(side * 7.0, 0.0);
            let back = vec2(side * -3.5, 4.0);
            let points = vec![tip, tip + back, tip + vec2(back.x, -back.y)];
            painter.add(egui::Shape::convex_polygon(points, Color32::WHITE, Stroke::NONE));
        }
    }
}
