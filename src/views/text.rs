//! The words on the picture. The window's own words are in `ui::text`.

use crate::metrics::{OverlayAbout, Scale};

use super::overlay::Limit;

pub const UNKNOWN: &str = "–";
pub const IDENTICAL: &str = "identical";
pub const REFERENCE: &str = "reference";
pub const OPENING: &str = "opening …";
pub const NO_FRAME: &str = "waiting for this frame …";
pub const DIFFERENCE: &str = "difference";
pub const GUESSED: &str = "guessed";
pub const RESIZED: &str = "resized";
pub const SHIFTED: &str = "shifted";

pub fn guessed(parts: &str) -> String {
    format!("The file does not say its {parts}; Doublet guessed by its written rules.")
}

pub fn resized((w, h): (u32, u32), (rw, rh): (u32, u32)) -> String {
    format!("{w}×{h}, shown and measured on the reference's {rw}×{rh}.")
}

pub fn shifted(own: usize, reference: usize) -> String {
    format!("Its frame {own} has the time of the reference's frame {reference}.")
}

/// Which part of a chain is shown: "after 2 of 3".
pub fn tapped(tap: usize, of: usize) -> String {
    if tap == 0 { "before its steps".into() } else { format!("after {tap} of {of}") }
}

pub fn tapped_why(tap: usize, stages: &[String]) -> String {
    match tap.checked_sub(1).and_then(|last| stages.get(last)) {
        Some(last) => format!("Shown is the picture after “{last}”; {} more follow in the chain.", stages.len() - tap),
        None => "Shown is the picture that the chain begins with.".into(),
    }
}

pub fn faded(share: f32) -> String {
    format!("invented detail {:.0}%", 100.0 * share)
}

/// `way`: how the input was told to be made, one sentence.
pub fn faded_why(share: f32, way: Option<&str>) -> String {
    let what = match share {
        s if s <= 0.0 => "Shown is only what the input carries of the picture".to_owned(),
        s => format!("Shown is what the input carries of the picture with {:.0}% of what was added", 100.0 * s),
    };
    let way = way.map(|way| format!(" {way}")).unwrap_or_default();
    format!("{what}; scores and overlays are those of the whole picture.{way}")
}

pub fn frame_line(number: usize, seconds: f64) -> String {
    format!("frame {number} · {seconds:.3} s")
}

/// Over a picture that is still being made.
pub fn stand_in(done: f32) -> String {
    format!("enlarged input stands in · {:.0}% done", f64::from(done) * 100.0)
}

/// Numbers of the tracks in the list, from 1.
pub fn difference(gain: f32, from: usize, to: usize) -> String {
    format!("{DIFFERENCE} ×{gain:.0} · {to} minus {from}")
}

/// Red, green and blue of a picture on the 8-bit scale.
pub fn rgb(values: [f32; 3]) -> String {
    let [r, g, b] = values.map(|v| (f64::from(v) * 255.0).round() as i64);
    format!("R {r:>3}  G {g:>3}  B {b:>3}")
}

/// The read-out under the cursor.
pub fn sample_at(x: u32, y: u32) -> String {
    format!("x {x}  y {y}")
}

// Overlays.
pub const MEASURING: &str = "measuring …";
pub const WHILE_PAUSED: &str = "models run for this overlay: it is drawn while the film stands still";

/// While a map is drawn for which models run.
pub fn measuring(share: Option<f32>) -> String {
    share.map_or_else(|| MEASURING.to_owned(), |share| format!("asking models, {:.0}%", f64::from(share) * 100.0))
}

pub const NO_OVERLAY: &str = "no overlay is chosen";
pub const NO_CANDIDATE: &str = "a map needs a candidate beside the reference";

/// Beside the name of an overlay: where its scale ends, if not where it usually does.
pub fn limit_word(limit: Limit) -> Option<&'static str> {
    match limit {
        Limit::Usual => None,
        Limit::Auto => Some("auto limits"),
        Limit::At(_) => Some("limits set"),
    }
}

/// A number that ends a scale: three figures, no zeros behind.
pub fn round_figure(value: f32) -> String {
    let decimals = (2 - value.abs().max(1e-6).log10().floor() as i32).clamp(0, 6) as usize;
    let figure = format!("{value:.decimals$}");
    if figure.contains('.') { figure.trim_end_matches('0').trim_end_matches('.').to_owned() } else { figure }
}

/// What a map comes to: four figures, and the sign that type has.
pub fn total(value: f64) -> String {
    if !value.is_finite() {
        return UNKNOWN.into();
    }
    let decimals = (3 - value.abs().max(1e-3).log10().floor() as i32).clamp(0, 6) as usize;
    let figure = format!("{:.decimals$}", value.abs());
    // What rounds to nothing has no sign.
    let sign = if value < 0.0 && figure.contains(|c: char| c.is_ascii_digit() && c != '0') { "−" } else { "" };
    format!("{sign}{figure}")
}

/// Before what the map of the track of this number comes to; `whole`: although scores are taken on a part.
pub fn comes_to(number: usize, several: bool, whole: bool) -> String {
    match (several, whole) {
        (true, true) => format!("{number}, the whole, comes to"),
        (true, false) => format!("{number} comes to"),
        (false, true) => "the whole picture comes to".into(),
        (false, false) => "comes to".into(),
    }
}

/// One number of a map, in its own digits, signed where the scale has two sides.
pub fn map_value(about: &OverlayAbout, value: f32) -> String {
    match about.scale {
        Scale::Classes(classes) => {
            let class = (value >= 0.5).then(|| value.round() as usize - 1).and_then(|n| classes.get(n));
            class.map_or(UNKNOWN, |class| class.label).to_owned()
        }
        _ if !value.is_finite() => UNKNOWN.into(),
        scale => {
            let figure = format!("{:.*}", about.decimals, value.abs());
            let nothing = !figure.contains(|c: char| c.is_ascii_digit() && c != '0');
            let sign = match scale {
                _ if nothing => "",
                _ if value < 0.0 => "−",
                Scale::Diverging { .. } => "+",
                _ => "",
            };
            let space = if about.unit.is_empty() { "" } else { " " };
            format!("{sign}{figure}{space}{}", about.unit)
        }
    }
}
