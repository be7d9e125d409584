//! What a source is, in few words for people.

use crate::frame::{Matrix, Range, SourceInfo};

/// Facts of a source for the top bar.
pub struct Facts {
    /// "1280×720 · 25 fps · BT.709 limited · 8 bit".
    pub line: String,
    /// Codec, container, what one should know.
    pub more: String,
    /// Why some of it is a guess, if some is.
    pub guessed: Option<String>,
}

pub fn of(info: &SourceInfo) -> Facts {
    let mut parts = vec![format!("{}×{}", info.width, info.height)];
    if let Some(rate) = info.timeline.rate {
        let rate = format!("{:.3}", rate.as_f64());
        parts.push(format!("{} fps", rate.trim_end_matches('0').trim_end_matches('.')));
    }
    let color = resolved(info);
    parts.push(color.words);
    parts.push(format!("{} bit", info.layout.sample.bits()));
    let mut more = vec![info.details.clone(), info.layout.name()];
    more.extend(info.notes.iter().cloned());
    more.retain(|l| !l.is_empty());
    let guessed = (!color.guessed.is_empty()).then(|| crate::views::text::guessed(&color.guessed.join(", ")));
    Facts { line: parts.join(" · "), more: more.join("\n"), guessed }
}

struct ColorWords {
    words: String,
    guessed: Vec<&'static str>,
}

fn resolved(info: &SourceInfo) -> ColorWords {
    let r = crate::color::resolve(&info.color, &info.layout, info.width, info.height);
    let matrix = match r.matrix {
        Matrix::Identity => "RGB",
        Matrix::Bt601 => "BT.601",
        Matrix::Bt709 => "BT.709",
        Matrix::Smpte240m => "SMPTE 240M",
        Matrix::Fcc => "FCC",
        Matrix::Bt2020Ncl | Matrix::Bt2020Cl => "BT.2020",
        Matrix::YCgCo => "YCgCo",
        Matrix::Unknown | Matrix::Other(_) => "unknown matrix",
    };
    let range = match r.range {
        Range::Limited => " limited",
        Range::Full if r.matrix == Matrix::Identity => "",
        Range::Full => " full",
        Range::Unknown => "",
    };
    ColorWords { words: format!("{matrix}{range}"), guessed: r.guessed }
}
