//! What is taken for granted where a file says nothing: the rules, all of them, and the words that own up to it.

use crate::frame::{ColorInfo, Family, Layout, Matrix, Primaries, Range, Siting, Transfer};

/// Colour tags with nothing left open. `guessed` names each field that the file did not state ("matrix", "primaries",
/// "transfer", "range", "siting"), in that order.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct Resolved {
    pub matrix: Matrix,
    pub primaries: Primaries,
    pub transfer: Transfer,
    pub range: Range,
    /// `Center` where nothing is subsampled.
    pub siting: Siting,
    pub guessed: Vec<&'static str>,
}

/// Fills in what `color` leaves unknown for a picture of `width` x `height` in `layout`.
///
/// | unknown | rule |
/// |---|---|
/// | matrix | RGB and grey: identity; BT.2020 primaries: BT.2020 NCL; height >= 720 or width >= 1280: BT.709; else BT.601 |
/// | primaries | BT.2020 matrix: BT.2020; 601 or FCC matrix: SMPTE 170M (BT.470 BG at 576 lines); 240M: 240M; else BT.709 |
/// | transfer | RGB (stills, screens): sRGB; else BT.1886 |
/// | range | YUV: limited; RGB and grey: full |
/// | siting | not subsampled: centre; full-range 4:2:0 (JPEG): centre; BT.2020 4:2:0: top left; else left |
///
/// A matrix number that H.273 has and this program has no formula for is treated as unknown, and so is named as a
/// guess. Siting and matrix of pictures that have no chroma planes are facts, not guesses.
pub fn resolve(color: &ColorInfo, layout: &Layout, width: u32, height: u32) -> Resolved {
    let mut guessed = Vec::new();
    let yuv = layout.family == Family::Yuv;
    let subsampled = yuv && layout.chroma_shift != (0, 0);

    let matrix = match color.matrix {
        _ if !yuv => Matrix::Identity,
        Matrix::Unknown | Matrix::Other(_) => {
            guessed.push("matrix");
            match color.primaries {
                Primaries::Bt2020 => Matrix::Bt2020Ncl,
                _ if height >= 720 || width >= 1280 => Matrix::Bt709,
                _ => Matrix::Bt601,
            }
        }
        known => known,
    };
    let primaries = match color.primaries {
        Primaries::Unknown => {
            guessed.push("primaries");
            match matrix {
                Matrix::Bt2020Ncl | Matrix::Bt2020Cl => Primaries::Bt2020,
                Matrix::Bt601 | Matrix::Fcc if height == 576 || height == 288 => Primaries::Bt470bg,
                Matrix::Bt601 | Matrix::Fcc => Primaries::Smpte170m,
                Matrix::Smpte240m => Primaries::Smpte240m,
                _ => Primaries::Bt709,
            }
        }
        known => known,
    };
    let transfer = match color.transfer {
        Transfer::Unknown => {
            guessed.push("transfer");
            if layout.family == Family::Rgb { Transfer::Srgb } else { Transfer::Bt1886 }
        }
        known => known,
    };
    let range = match color.range {
        Range::Unknown => {
            guessed.push("range");
            if yuv { Range::Limited } else { Range::Full }
        }
        known => known,
    };
    let siting = match color.siting {
        _ if !subsampled => Siting::Center,
        Siting::Unknown => {
            guessed.push("siting");
            let vertical = layout.chroma_shift.1 > 0;
            match matrix {
                _ if vertical && range == Range::Full => Siting::Center,
                Matrix::Bt2020Ncl | Matrix::Bt2020Cl if vertical => Siting::TopLeft,
                _ => Siting::Left,
            }
        }
        known => known,
    };
    Resolved { matrix, primaries, transfer, range, siting, guessed }
}

/// Sentences a person should know before trusting the colours on screen: what is not mapped, not exact, or guessed in
/// a way that shows. Empty for plain SDR video.
pub fn display_notes(resolved: &Resolved) -> Vec<String> {
    let mut notes = Vec::new();
    match resolved.transfer {
        Transfer::Pq => notes.push("PQ (HDR10) shown without tone mapping: it looks flat and dim".into()),
        Transfer::Hlg => notes.push("HLG (HDR) shown without tone mapping: it looks a little flat".into()),
        Transfer::Linear => notes.push("linear light shown as it is: it looks dark".into()),
        _ => {}
    }
    if resolved.primaries == Primaries::Bt2020 {
        notes.push("BT.2020 primaries shown as if BT.709: colours look paler than they are".into());
    }
    if resolved.matrix == Matrix::Bt2020Cl {
        notes.push("BT.2020 constant luminance shown by the non-constant formula: colours are slightly off".into());
    }
    if resolved.guessed.contains(&"matrix") {
        notes.push(format!("matrix not stated by the file: {} guessed", matrix_name(resolved.matrix)));
    }
    notes
}

/// The field's name for a matrix: "bt709".
pub fn matrix_name(matrix: Matrix) -> String {
    match matrix {
        Matrix::Unknown => "unknown".into(),
        Matrix::Identity => "rgb".into(),
        Matrix::Bt601 => "bt601".into(),
        Matrix::Bt709 => "bt709".into(),
        Matrix::Smpte240m => "smpte240m".into(),
        Matrix::Fcc => "fcc".into(),
        Matrix::Bt2020Ncl => "bt2020nc".into(),
        Matrix::Bt2020Cl => "bt2020c".into(),
        Matrix::YCgCo => "ycgco".into(),
        Matrix::Other(n) => format!("matrix {n}"),
    }
}

/// "limited", "full" or "unknown".
pub fn range_name(range: Range) -> &'static str {
    match range {
        Range::Unknown => "unknown",
        Range::Limited => "limited",
        Range::Full => "full",
    }
}

/// "left", "center", "top left" and so on.
pub fn siting_name(siting: Siting) -> &'static str {
    match siting {
        Siting::Unknown => "unknown",
        Siting::Left => "left",
        Siting::Center => "center",
        Siting::TopLeft => "top left",
        Siting::Top => "top",
        Siting::BottomLeft => "bottom left",
        Siting::Bottom => "bottom",
    }
}

/// The field's name for a transfer curve: "pq", "srgb".
pub fn transfer_name(transfer: Transfer) -> String {
    match transfer {
        Transfer::Unknown => "unknown".into(),
        Transfer::Bt1886 => "bt1886".into(),
        Transfer::Srgb => "srgb".into(),
        Transfer::Linear => "linear".into(),
        Transfer::Gamma22 => "gamma 2.2".into(),
        Transfer::Gamma28 => "gamma 2.8".into(),
        Transfer::Pq => "pq".into(),
        Transfer::Hlg => "hlg".into(),
        Transfer::Other(n) => format!("transfer {n}"),
    }
}
