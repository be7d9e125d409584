//! Type, colours and measures shared by the picture's plates and the panels around them.

use std::sync::Arc;

use egui::epaint::text::{FontData, FontDefinitions};
use egui::{Color32, FontFamily, FontId};

/// Three sizes of type, in points.
pub const SMALL: f32 = 12.0;
pub const BODY: f32 = 14.0;
pub const LARGE: f32 = 20.0;

/// Every distance is a multiple of this many points.
pub const GRID: f32 = 4.0;

/// Around the picture: neutral, so that it tints no judgement.
pub const SURROUND: Color32 = Color32::from_gray(super::canvas::SURROUND);
pub const PANEL: Color32 = Color32::from_gray(37);
pub const LINE: Color32 = Color32::from_gray(24);
/// Raised things: the row in use, the button in use, cards.
pub const RAISED: Color32 = Color32::from_gray(56);
pub const HOVERED: Color32 = Color32::from_gray(48);
/// Sunk things: the track of a control, a text field.
pub const SUNK: Color32 = Color32::from_gray(28);

pub const TEXT: Color32 = Color32::from_gray(232);
pub const WEAK: Color32 = Color32::from_gray(160);
pub const FAINT: Color32 = Color32::from_gray(118);

/// Boosted or added.
pub const ORANGE: Color32 = Color32::from_rgb(240, 160, 72);
/// Lost; and, without meaning, progress and focus.
pub const BLUE: Color32 = Color32::from_rgb(130, 174, 235);
/// Contradicts, inflated, failed.
pub const RED: Color32 = Color32::from_rgb(242, 112, 94);
/// Wants care: guessed, standing in, missing.
pub const CARE: Color32 = Color32::from_rgb(226, 208, 104);
/// Invented.
pub const VIOLET: Color32 = Color32::from_rgb(180, 140, 240);

/// The dark plate under words on the picture: white on it keeps a contrast above 11:1 over a white picture.
pub const PLATE: Color32 = Color32::from_rgba_premultiplied(15, 15, 15, 222);

/// Lines of the plot, one a candidate, in the order of the list.
pub const LINES: [Color32; 8] = [
    BLUE,
    ORANGE,
    VIOLET,
    Color32::from_rgb(104, 205, 205),
    CARE,
    Color32::from_rgb(232, 150, 190),
    Color32::from_rgb(196, 196, 196),
    Color32::from_rgb(150, 172, 118),
];

/// The colour of the candidate at a place of the list (0 is the reference).
pub fn line_color(place: usize) -> Color32 {
    match place {
        0 => WEAK,
        n => LINES[(n - 1) % LINES.len()],
    }
}

/// The family of names, figures and headings.
pub fn strong_family() -> FontFamily {
    FontFamily::Name("strong".into())
}

pub fn font(size: f32) -> FontId {
    FontId::new(size, FontFamily::Proportional)
}

pub fn strong(size: f32) -> FontId {
    FontId::new(size, strong_family())
}

/// Installs the type; egui's own fonts stay behind for signs that Inter lacks.
pub fn install_fonts(ctx: &egui::Context) {
    let mut fonts = FontDefinitions::default();
    let files: [(&str, &'static [u8]); 2] = [
        ("Inter", include_bytes!("../../assets/fonts/Inter-Regular.ttf")),
        ("Inter SemiBold", include_bytes!("../../assets/fonts/Inter-SemiBold.ttf")),
    ];
    let behind = fonts.families.get(&FontFamily::Proportional).cloned().unwrap_or_default();
    for (name, bytes) in files {
        fonts.font_data.insert(name.into(), Arc::new(FontData::from_static(bytes)));
        let family = if name == "Inter" { FontFamily::Proportional } else { strong_family() };
        let chain = std::iter::once(name.to_owned()).chain(behind.iter().cloned()).collect();
        fonts.families.insert(family, chain);
    }
    ctx.set_fonts(fonts);
}
