//! Letters: real outlines, from sign writing down to fine print.

use skrifa::instance::{LocationRef, Size};
use skrifa::outline::{DrawSettings, OutlinePen};
use skrifa::{FontRef, MetadataProvider};

use super::canvas::{Canvas, solid};
use super::math::{Rgb, hex, mix, scale};
use super::noise::{fbm, white};
use super::path::Path;

/// Libre Caslon Text (SIL Open Font License 1.1, text beside the files), cut down to the letters of English.
const REGULAR: &[u8] = include_bytes!("../../../assets/fonts/LibreCaslonText-Regular.ttf");
const ITALIC: &[u8] = include_bytes!("../../../assets/fonts/LibreCaslonText-Italic.ttf");
const BOLD: &[u8] = include_bytes!("../../../assets/fonts/LibreCaslonText-Bold.ttf");

/// The cuts of the one family in use.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Cut {
    Regular,
    Italic,
    Bold,
}

/// How a line of text is set.
#[derive(Clone, Copy, Debug)]
pub struct Setting {
    pub cut: Cut,
    /// World units an em.
    pub size: f32,
    /// Extra space between letters, in ems.
    pub tracking: f32,
}

impl Setting {
    pub fn new(cut: Cut, size: f32) -> Self {
        Self { cut, size, tracking: 0.0 }
    }

    pub fn tracked(self, tracking: f32) -> Self {
        Self { tracking, ..self }
    }
}

/// The outlines of `text` from `x` on the baseline `y`, and the width. A letter that the font lacks leaves no mark.
pub fn outline(text: &str, setting: Setting, x: f32, y: f32) -> (Path, f32) {
    let data = match setting.cut {
        Cut::Regular => REGULAR,
        Cut::Italic => ITALIC,
        Cut::Bold => BOLD,
    };
    let Ok(font) = FontRef::new(data) else { return (Path::default(), 0.0) };
    let (size, place) = (Size::new(setting.size), LocationRef::default());
    let (letters, glyphs, widths) = (font.charmap(), font.outline_glyphs(), font.glyph_metrics(size, place));
    let mut pen = Pen { path: Path::default(), x, y };
    for letter in text.chars() {
        let Some(id) = letters.map(letter) else { continue };
        if let Some(glyph) = glyphs.get(id) {
            // A damaged outline would be a damaged program file; the letter is then left out.
            let _ = glyph.draw(DrawSettings::unhinted(size, place), &mut pen);
        }
        pen.x += widths.advance_width(id).unwrap_or(0.0) + setting.tracking * setting.size;
    }
    let width = pen.x - x - setting.tracking * setting.size;
    (pen.path, width)
}

/// Collects an outline; fonts count y upwards.
struct Pen {
    path: Path,
    x: f32,
    y: f32,
}

impl Pen {
    fn to(&self, x: f32, y: f32) -> (f32, f32) {
        (self.x + x, self.y - y)
    }
}

impl OutlinePen for Pen {
    fn move_to(&mut self, x: f32, y: f32) {
        self.path.move_to(self.to(x, y));
    }

    fn line_to(&mut self, x: f32, y: f32) {
        self.path.line_to(self.to(x, y));
    }

    fn quad_to(&mut self, cx: f32, cy: f32, x: f32, y: f32) {
        self.path.quad_to(self.to(cx, cy), self.to(x, y));
    }

    fn curve_to(&mut self, _: f32, _: f32, cx: f32, cy: f32, x: f32, y: f32) {
        // The fonts above hold quadratic curves only.
        self.path.quad_to(self.to(cx, cy), self.to(x, y));
    }

    fn close(&mut self) {
        self.path.close();
    }
}

/// A line of text with its middle at `x`.
pub fn centered(canvas: &mut Canvas<'_>, text: &str, setting: Setting, x: f32, y: f32, color: Rgb) {
    let (path, width) = outline(text, setting, x, y);
    canvas.flat(&path.shifted(-width * 0.5, 0.0), color, 1.0);
}

/// A column of text, broken between words and set to the full `width`, from baseline `y` down by `leading` a line.
/// Gives the baseline after the last line.
pub fn column(
    canvas: &mut Canvas<'_>,
    text: &str,
    s: Setting,
    at: (f32, f32),
    width: f32,
    leading: f32,
    ink: Rgb,
) -> f32 {
    let measure = |word: &str| outline(word, s, 0.0, 0.0).1;
    let space = s.size * 0.25;
    let (mut line, mut filled, mut y): (Vec<(&str, f32)>, f32, f32) = (Vec::new(), 0.0, at.1);
    let mut set = |line: &[(&str, f32)], gap: f32, y: f32| {
        let mut x = at.0;
        for &(word, wide) in line {
            // Inked twice: letterpress bites a little deeper than the outline.
            let letters = outline(word, s, x, y).0;
            canvas.flat(&letters, ink, 1.0);
            canvas.flat(&letters, ink, 0.6);
            x += wide + gap;
        }
    };
    for word in text.split(' ') {
        let wide = measure(word);
        if !line.is_empty() && filled + wide > width {
            let gaps = (line.len() - 1).max(1) as f32;
            let letters: f32 = line.iter().map(|w| w.1).sum();
            set(&line, (width - letters) / gaps, y);
            y += leading;
            line.clear();
            filled = 0.0;
        }
        line.push((word, wide));
        filled += wide + space;
    }
    set(&line, space, y);
    y + leading
}

const PARAGRAPHS: [&str; 3] = [
    "A SHARP edge is not a true edge. Many a glass, wishing to please, draws a line where none was drawn, and is thanked for it.",
    "Ask two things of a picture: what was lost, and what was invented? The first makes you sad; the second, a fool.",
    "Bring the original. Bring the copy. Look at both in one light, at one moment; then, and only then, give it a number.",
];

/// The broadsheet in its frame on the brick wall. `area` is the sheet.
pub fn broadsheet(canvas: &mut Canvas<'_>, area: [f32; 4]) {
    let [l, t, r, b] = area;
    let wood = hex(0x3a2416);
    canvas.glow([l - 4.0, t - 1.0, r + 10.0, b + 12.0], 8.0, hex(0x120806), 0.55);
    canvas.block([l - 7.0, t - 7.0, r + 7.0, b + 7.0], 1.5, wood, 1.0);
    canvas.block([l - 7.0, t - 7.0, r + 7.0, t - 5.5], 0.5, scale(wood, 2.6), 1.0);
    canvas.block([l - 7.0, t - 7.0, l - 5.2, b + 7.0], 0.5, scale(wood, 3.2), 1.0);
    canvas.block([l - 2.0, t - 2.0, r + 2.0, b + 2.0], 0.5, hex(0x1d120b), 1.0);
    sheet(canvas, area);
    let (ink, mid) = (hex(0x1c1714), (l + r) * 0.5);
    let rust = hex(0x8c2c17);
    centered(canvas, "THE DOUBLET GAZETTE", Setting::new(Cut::Regular, 7.0).tracked(0.10), mid, t + 13.0, ink);
    canvas.block([l + 8.0, t + 17.2, r - 8.0, t + 17.9], 0.0, ink, 1.0);
    centered(canvas, "On Seeing", Setting::new(Cut::Bold, 22.0), mid, t + 40.0, ink);
    centered(canvas, "TRULY", Setting::new(Cut::Bold, 27.0).tracked(0.14), mid, t + 67.5, rust);
    canvas.block([mid - 22.0, t + 74.0, mid + 22.0, t + 74.6], 0.0, ink, 1.0);
    let body = Setting::new(Cut::Regular, 8.5);
    let mut y = t + 87.0;
    for text in PARAGRAPHS {
        y = column(canvas, text, body, (l + 9.0, y), r - l - 18.0, 10.5, ink) + 3.0;
    }
    canvas.block([l + 8.0, b - 15.4, r - 8.0, b - 14.9], 0.0, ink, 1.0);
    centered(canvas, "No. 2 · price: one honest look", Setting::new(Cut::Italic, 7.2), mid, b - 6.0, ink);
}

/// Old paper: fibres, foxing, a darker rim.
fn sheet(canvas: &mut Canvas<'_>, area: [f32; 4]) {
    let [l, t, r, b] = area;
    let (paper, old) = (hex(0xf4e9cf), hex(0xd9bd8c));
    canvas.paint(area, |x, y| {
        if x < l || x > r || y < t || y > b {
            return [0.0; 4];
        }
        let rim = ((x - l).min(r - x).min(y - t).min(b - y) / 14.0).min(1.0);
        let stain = fbm(x * 0.045, y * 0.045, 4, 71);
        let fibre = white((x * 2.2) as i32, (y * 2.2) as i32, 72) - 0.5;
        let tone = mix(old, paper, (0.55 + 0.45 * rim - 0.5 * (stain - 0.45)).clamp(0.0, 1.0));
        solid(scale(tone, 1.0 + 0.035 * fibre), 1.0)
    });
}

const CHART: [&str; 8] = [
    "D",
    "O U",
    "B L E T",
    "L O O K S",
    "T W I C E A T",
    "W H A T I S T H E R E",
    "A N D O N C E A T W H A T",
    "W A S  N E V E R  T H E R E  B E F O R E",
];

/// The eye chart, lit from within. `area` is the sheet.
pub fn eye_chart(canvas: &mut Canvas<'_>, area: [f32; 4]) {
    let [l, t, r, b] = area;
    canvas.glow([l - 2.0, t - 2.0, r + 2.0, b + 2.0], 34.0, hex(0xfff0c8), 0.42);
    canvas.block([l - 3.0, t - 3.0, r + 3.0, b + 3.0], 1.0, hex(0x2b1a10), 1.0);
    let (white_sheet, edge) = (scale(hex(0xfff6e2), 1.15), hex(0xf0d9ac));
    canvas.paint(area, |x, y| {
        let away = ((x - (l + r) * 0.5) / (r - l)).hypot((y - (t + b) * 0.45) / (b - t));
        let inside = x >= l && x <= r && y >= t && y <= b;
        solid(mix(white_sheet, edge, (away * away * 2.0).min(1.0)), if inside { 1.0 } else { 0.0 })
    });
    let (ink, mid) = (hex(0x15110f), (l + r) * 0.5);
    let sizes = [32.0, 23.0, 17.0, 12.6, 9.6, 7.4, 5.8, 4.8];
    let mut y = t + 7.0;
    for (text, size) in CHART.iter().zip(sizes) {
        y += size * 0.74;
        centered(canvas, text, Setting::new(Cut::Bold, size), mid, y, ink);
        y += size * 0.16 + 4.2;
    }
    canvas.block([l + 8.0, b - 12.4, r - 8.0, b - 11.4], 0.0, hex(0x9a2b1a), 1.0);
    centered(canvas, "read from six paces, then from two", Setting::new(Cut::Italic, 5.6), mid, b - 4.6, hex(0x4a3a30));
}
