//! The look of the panels: neutral greys, one family of type, a grid of four points.

use egui::{Color32, CornerRadius, FontFamily, FontId, Margin, Stroke, TextStyle, Vec2, vec2};

use crate::views::style;

/// Heights and widths of the fixed parts, in points. With the side panel and the strip below open, the picture keeps
/// three quarters of a window of 1600x1000.
pub const TOP: f32 = 40.0;
pub const TRACKS: f32 = 196.0;
pub const SCORES: f32 = 352.0;
pub const STRIP: f32 = 104.0;
pub const MODELS: f32 = 320.0;
pub const BENCH: f32 = 404.0;
/// In a window narrower than this only one of the panels on the right is open at a time.
pub const ROOMY: f32 = 1280.0;

/// Sets type, colours and spacing for every widget.
pub fn install(ctx: &egui::Context) {
    style::install_fonts(ctx);
    ctx.set_theme(egui::Theme::Dark);
    // Ctrl with plus, minus and 0 zooms the picture here, not the window.
    ctx.options_mut(|o| o.zoom_with_keyboard = false);
    ctx.all_styles_mut(|s| {
        s.text_styles = [
            (TextStyle::Small, FontId::new(style::SMALL, FontFamily::Proportional)),
            (TextStyle::Body, FontId::new(style::BODY, FontFamily::Proportional)),
            (TextStyle::Button, FontId::new(style::BODY, FontFamily::Proportional)),
            (TextStyle::Heading, FontId::new(style::LARGE, style::strong_family())),
            (TextStyle::Monospace, FontId::new(style::BODY, FontFamily::Proportional)),
        ]
        .into();
        spacing(&mut s.spacing);
        visuals(&mut s.visuals);
        s.interaction.tooltip_delay = 0.35;
        s.interaction.selectable_labels = false;
        s.animation_time = 0.0;
    });
}

fn spacing(spacing: &mut egui::style::Spacing) {
    spacing.item_spacing = Vec2::splat(style::GRID);
    spacing.button_padding = vec2(8.0, 4.0);
    spacing.interact_size = vec2(28.0, 28.0);
    spacing.menu_margin = Margin::same(8);
    spacing.window_margin = Margin::same(16);
    spacing.slider_width = 96.0;
    spacing.tooltip_width = 420.0;
    spacing.scroll = egui::style::ScrollStyle::thin();
}

fn visuals(v: &mut egui::Visuals) {
    v.override_text_color = None;
    v.weak_text_color = Some(style::WEAK);
    v.panel_fill = style::PANEL;
    v.window_fill = Color32::from_gray(44);
    v.window_stroke = Stroke::new(1.0, Color32::from_gray(66));
    v.window_corner_radius = CornerRadius::same(8);
    v.menu_corner_radius = CornerRadius::same(6);
    v.extreme_bg_color = style::SUNK;
    v.faint_bg_color = style::HOVERED;
    v.selection.bg_fill = Color32::from_rgb(58, 84, 122);
    v.selection.stroke = Stroke::new(1.0, style::BLUE);
    v.hyperlink_color = style::BLUE;
    v.error_fg_color = style::RED;
    v.warn_fg_color = style::ORANGE;
    let w = &mut v.widgets;
    w.noninteractive.bg_stroke = Stroke::new(1.0, style::LINE);
    w.noninteractive.fg_stroke.color = style::TEXT;
    for (part, fill, text) in [
        (&mut w.inactive, Color32::from_gray(50), style::TEXT),
        (&mut w.hovered, Color32::from_gray(62), Color32::WHITE),
        (&mut w.active, Color32::from_gray(76), Color32::WHITE),
        (&mut w.open, Color32::from_gray(62), Color32::WHITE),
    ] {
        part.bg_fill = fill;
        part.weak_bg_fill = fill;
        part.bg_stroke = Stroke::NONE;
        part.fg_stroke = Stroke::new(1.0, text);
        part.corner_radius = CornerRadius::same(5);
        part.expansion = 0.0;
    }
}
