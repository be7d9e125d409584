//! From a map's numbers to colours. Ramps are even in Oklab lightness (Ottosson 2020), so that equal steps of the number
//! look equal, also in grey and to people who tell fewer hues apart; red never stands against green.
//!
//! A colour is premultiplied: what it adds to the picture, and how much of the picture it hides. Zero is nothing at all.

use std::sync::OnceLock;

use image::RgbaImage;
use rayon::prelude::*;

use crate::frame::Map;
use crate::metrics::{Scale, Tint};

use super::style;

/// Steps of a ramp.
const STEPS: usize = 256;

/// Premultiplied red, green, blue and cover, sRGB codes.
type Ramp = [[u8; 4]; STEPS];

/// What a ramp runs to: Oklab lightness, chroma and hue (degrees) at its end, and the hue where it begins.
struct Course {
    lightness: f32,
    chroma: f32,
    from: f32,
    to: f32,
}

/// From dark amber to pale yellow: no hue that stands for anything else.
const HEAT: Course = Course { lightness: 0.97, chroma: 0.15, from: 78.0, to: 106.0 };
/// Lost and boosted end equally bright.
const LOST: Course = Course { lightness: 0.74, chroma: 0.15, from: 258.0, to: 250.0 };
const BOOSTED: Course = Course { lightness: 0.74, chroma: 0.16, from: 52.0, to: 60.0 };
/// What contradicts, and what was invented beyond the input: as bright at their ends as those.
const DENIED: Course = Course { lightness: 0.74, chroma: 0.19, from: 27.0, to: 30.0 };
const INVENTED: Course = Course { lightness: 0.74, chroma: 0.16, from: 308.0, to: 304.0 };

fn heat() -> &'static Ramp {
    static RAMP: OnceLock<Ramp> = OnceLock::new();
    RAMP.get_or_init(|| ramp(&HEAT))
}

fn lost() -> &'static Ramp {
    static RAMP: OnceLock<Ramp> = OnceLock::new();
    RAMP.get_or_init(|| ramp(&LOST))
}

fn boosted() -> &'static Ramp {
    static RAMP: OnceLock<Ramp> = OnceLock::new();
    RAMP.get_or_init(|| ramp(&BOOSTED))
}

fn denied() -> &'static Ramp {
    static RAMP: OnceLock<Ramp> = OnceLock::new();
    RAMP.get_or_init(|| ramp(&DENIED))
}

fn invented() -> &'static Ramp {
    static RAMP: OnceLock<Ramp> = OnceLock::new();
    RAMP.get_or_init(|| ramp(&INVENTED))
}

/// The ramp that ends in a tint.
fn tinted(tint: Tint) -> &'static Ramp {
    match tint {
        Tint::White => heat(),
        Tint::Blue => lost(),
        Tint::Orange => boosted(),
        Tint::Red => denied(),
        Tint::Violet => invented(),
    }
}

/// The colour of one number; `to` is where the scale ends (classes do not ask).
pub fn color(scale: Scale, to: f32, value: f32) -> [u8; 4] {
    match scale {
        Scale::Sequential { .. } => heat()[step(value, to)],
        Scale::Tinted { tint, .. } => tinted(tint)[step(value, to)],
        Scale::Diverging { .. } if value < 0.0 => lost()[step(-value, to)],
        Scale::Diverging { .. } => boosted()[step(value, to)],
        Scale::Classes(classes) => {
            let class = (value.is_finite() && value >= 0.5).then(|| value.round() as usize - 1);
            class.and_then(|n| classes.get(n)).map_or([0; 4], |class| tint(class.tint).to_array())
        }
    }
}

/// The colour of a class.
pub fn tint(tint: Tint) -> egui::Color32 {
    match tint {
        Tint::White => egui::Color32::from_gray(240),
        Tint::Blue => egui::Color32::from_rgb(84, 158, 252),
        Tint::Orange => style::ORANGE,
        Tint::Red => egui::Color32::from_rgb(248, 84, 64),
        Tint::Violet => style::VIOLET,
    }
}

/// A picture of a whole map, premultiplied, on the map's own grid.
pub fn paint(map: &Map, scale: Scale, to: f32) -> RgbaImage {
    let mut bytes = vec![0; map.values.len() * 4];
    let width = map.width as usize;
    bytes.par_chunks_mut(width * 4).zip(map.values.par_chunks(width)).for_each(|(row, values)| {
        for (texel, &value) in row.chunks_exact_mut(4).zip(values) {
            texel.copy_from_slice(&color(scale, to, value));
        }
    });
    RgbaImage::from_raw(map.width, map.height, bytes).unwrap_or_default()
}

/// The place of `value` on a ramp that ends at `to`; what is no number is nothing.
fn step(value: f32, to: f32) -> usize {
    if to > 0.0 { (value / to * (STEPS - 1) as f32 + 0.5).clamp(0.0, (STEPS - 1) as f32) as usize } else { 0 }
}

fn ramp(course: &Course) -> Ramp {
    let mut ramp = [[0; 4]; STEPS];
    for (i, out) in ramp.iter_mut().enumerate().skip(1) {
        let t = i as f32 / (STEPS - 1) as f32;
        let hue = (course.from + (course.to - course.from) * t).to_radians();
        let rgb = in_gamut(course.lightness * t, course.chroma, hue);
        // The picture fades as the colour comes, and a colour never adds more than it hides.
        let cover = rgb.iter().fold(t, |most, v| most.max(*v));
        let code = |v: f32| (v * 255.0).round().clamp(0.0, 255.0) as u8;
        *out = [code(rgb[0]), code(rgb[1]), code(rgb[2]), code(cover)];
    }
    ramp
}

/// The colour of this lightness and hue with the most chroma up to `chroma` that a screen can show; gamma-encoded sRGB.
fn in_gamut(lightness: f32, chroma: f32, hue: f32) -> [f32; 3] {
    let shows = |rgb: &[f32; 3]| rgb.iter().all(|v| (-1e-4..=1.0001).contains(v));
    let (mut low, mut high) = (0.0, chroma);
    if shows(&oklch(lightness, chroma, hue)) {
        low = chroma;
    }
    for _ in 0..16 {
        let middle = (low + high) / 2.0;
        if shows(&oklch(lightness, middle, hue)) { low = middle } else { high = middle }
    }
    oklch(lightness, low, hue).map(|v| {
        let v = v.clamp(0.0, 1.0);
        if v <= 0.003_130_8 { 12.92 * v } else { 1.055 * v.powf(1.0 / 2.4) - 0.055 }
    })
}

/// Linear sRGB of an Oklab colour (Björn Ottosson, "A perceptual color space for image processing").
fn oklch(lightness: f32, chroma: f32, hue: f32) -> [f32; 3] {
    let (a, b) = (chroma * hue.cos(), chroma * hue.sin());
    let l = (lightness + 0.396_337_78 * a + 0.215_803_76 * b).powi(3);
    let m = (lightness - 0.105_561_346 * a - 0.063_854_17 * b).powi(3);
    let s = (lightness - 0.089_484_18 * a - 1.291_485_5 * b).powi(3);
    [
        4.076_741_7 * l - 3.307_711_6 * m + 0.230_969_94 * s,
        -1.268_438 * l + 2.609_757_4 * m - 0.341_319_4 * s,
        -0.004_196_086_3 * l - 0.703_418_6 * m + 1.707_614_7 * s,
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Oklab lightness of gamma-encoded sRGB codes.
    fn lightness(code: [u8; 4]) -> f32 {
        let linear = |v: u8| {
            let v = f32::from(v) / 255.0;
            if v <= 0.04045 { v / 12.92 } else { ((v + 0.055) / 1.055).powf(2.4) }
        };
        let [r, g, b] = [code[0], code[1], code[2]].map(linear);
        let l = (0.412_221_46 * r + 0.536_332_55 * g + 0.051_445_995 * b).cbrt();
        let m = (0.211_903_5 * r + 0.680_699_5 * g + 0.107_396_96 * b).cbrt();
        let s = (0.088_302_46 * r + 0.281_718_85 * g + 0.629_978_7 * b).cbrt();
        0.210_454_26 * l + 0.793_617_8 * m - 0.004_072_047 * s
    }

    #[test]
    fn equal_steps_look_equal_and_zero_is_nothing() {
        let ramps = [(heat(), 0.97), (lost(), 0.74), (boosted(), 0.74), (denied(), 0.74), (invented(), 0.74)];
        for (ramp, end) in ramps {
            assert_eq!(ramp[0], [0; 4]);
            for i in (15..STEPS).step_by(10) {
                let want = end * i as f32 / 255.0;
                // A code is 1/255 of a channel; at the dark end that is more lightness than at the bright one.
                assert!((lightness(ramp[i]) - want).abs() < 0.012, "{i}: {} {want}", lightness(ramp[i]));
                assert!(ramp[i][..3].iter().all(|v| *v <= ramp[i][3]), "never more light than cover: {:?}", ramp[i]);
                assert!(ramp[i][3] >= ramp[i - 1][3]);
            }
        }
    }

    #[test]
    fn blue_is_lost_orange_is_boosted_and_neither_is_red_or_green() {
        let scale = Scale::Diverging { to: 1.0, low: "lost", high: "boosted" };
        let (low, high) = (color(scale, 1.0, -1.0), color(scale, 1.0, 1.0));
        assert!(low[2] > low[1] && low[1] > low[0], "{low:?}");
        assert!(high[0] > high[1] && high[1] > high[2], "{high:?}");
        // Beyond the end, the end; what is no number, nothing.
        assert_eq!(color(scale, 1.0, 7.0), high);
        assert_eq!([f32::NAN, 0.0].map(|v| color(scale, 1.0, v)), [[0; 4]; 2]);
    }
}
