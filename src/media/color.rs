//! FFmpeg's colour codes (the numbers of H.273) to and from [`ColorInfo`]. Nothing is guessed: 2 and 0 are "unknown".

use super::facts::ColorCodes;
use crate::frame::{ColorInfo, Family, Layout, Matrix, Primaries, Range, Siting, Transfer};

const UNSPECIFIED: u32 = 2;

/// What picture and stream say together: the picture's word goes first, the stream's fills the gaps.
pub(super) fn info(picture: &ColorCodes, stream: &ColorCodes, layout: &Layout, format: &str) -> ColorInfo {
    let code = |a: u32, b: u32| if a == UNSPECIFIED || a == 0 { b } else { a };
    let known = |a: u32, b: u32| if a == 0 { b } else { a };
    let range = match known(picture.range, stream.range) {
        1 => Range::Limited,
        2 => Range::Full,
        _ if format.starts_with("yuvj") || layout.family == Family::Rgb => Range::Full,
        _ => Range::Unknown,
    };
    let rgb = layout.family == Family::Rgb;
    // 0 is a value of its own for the matrix (R'G'B'), which only R'G'B' pictures can mean.
    let matrix = if rgb { Matrix::Identity } else { matrix(code(picture.matrix, stream.matrix)) };
    ColorInfo {
        matrix,
        primaries: primaries(code(picture.primaries, stream.primaries)),
        transfer: transfer(code(picture.transfer, stream.transfer)),
        range,
        siting: siting(known(picture.siting, stream.siting)),
    }
}

fn matrix(code: u32) -> Matrix {
    match code {
        0 | 2 | 3 => Matrix::Unknown,
        1 => Matrix::Bt709,
        4 => Matrix::Fcc,
        5 | 6 => Matrix::Bt601,
        7 => Matrix::Smpte240m,
        8 => Matrix::YCgCo,
        9 => Matrix::Bt2020Ncl,
        10 => Matrix::Bt2020Cl,
        other => Matrix::Other(other.min(255) as u8),
    }
}

fn primaries(code: u32) -> Primaries {
    match code {
        0 | 2 | 3 => Primaries::Unknown,
        1 => Primaries::Bt709,
        5 => Primaries::Bt470bg,
        6 => Primaries::Smpte170m,
        7 => Primaries::Smpte240m,
        9 => Primaries::Bt2020,
        11 => Primaries::DciP3,
        12 => Primaries::DisplayP3,
        other => Primaries::Other(other.min(255) as u8),
    }
}

fn transfer(code: u32) -> Transfer {
    match code {
        0 | 2 | 3 => Transfer::Unknown,
        1 | 6 | 14 | 15 => Transfer::Bt1886,
        4 => Transfer::Gamma22,
        5 => Transfer::Gamma28,
        8 => Transfer::Linear,
        13 => Transfer::Srgb,
        16 => Transfer::Pq,
        18 => Transfer::Hlg,
        other => Transfer::Other(other.min(255) as u8),
    }
}

fn siting(code: u32) -> Siting {
    match code {
        1 => Siting::Left,
        2 => Siting::Center,
        3 => Siting::TopLeft,
        4 => Siting::Top,
        5 => Siting::BottomLeft,
        6 => Siting::Bottom,
        _ => Siting::Unknown,
    }
}

/// The codes an encoder is given. BT.601 is written as SMPTE 170M and BT.1886 as BT.709: the formulas are the same.
pub(super) fn codes(color: &ColorInfo) -> ColorCodes {
    ColorCodes {
        matrix: match color.matrix {
            Matrix::Unknown => UNSPECIFIED,
            Matrix::Identity => 0,
            Matrix::Bt709 => 1,
            Matrix::Fcc => 4,
            Matrix::Bt601 => 6,
            Matrix::Smpte240m => 7,
            Matrix::YCgCo => 8,
            Matrix::Bt2020Ncl => 9,
            Matrix::Bt2020Cl => 10,
            Matrix::Other(n) => n.into(),
        },
        primaries: match color.primaries {
            Primaries::Unknown => UNSPECIFIED,
            Primaries::Bt709 => 1,
            Primaries::Bt470bg => 5,
            Primaries::Smpte170m => 6,
            Primaries::Smpte240m => 7,
            Primaries::Bt2020 => 9,
            Primaries::DciP3 => 11,
            Primaries::DisplayP3 => 12,
            Primaries::Other(n) => n.into(),
        },
        transfer: match color.transfer {
            Transfer::Unknown => UNSPECIFIED,
            Transfer::Bt1886 => 1,
            Transfer::Gamma22 => 4,
            Transfer::Gamma28 => 5,
            Transfer::Linear => 8,
            Transfer::Srgb => 13,
            Transfer::Pq => 16,
            Transfer::Hlg => 18,
            Transfer::Other(n) => n.into(),
        },
        range: match color.range {
            Range::Unknown => 0,
            Range::Limited => 1,
            Range::Full => 2,
        },
        siting: match color.siting {
            Siting::Unknown => 0,
            Siting::Left => 1,
            Siting::Center => 2,
            Siting::TopLeft => 3,
            Siting::Top => 4,
            Siting::BottomLeft => 5,
            Siting::Bottom => 6,
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::frame::Sample;

    const NONE: ColorCodes = ColorCodes { matrix: 2, primaries: 2, transfer: 2, range: 0, siting: 0 };
    const YUV: Layout = Layout { family: Family::Yuv, sample: Sample::U8, chroma_shift: (1, 1), alpha: false };

    #[test]
    fn unknown_stays_unknown_and_the_picture_goes_before_the_stream() {
        assert_eq!(info(&NONE, &NONE, &YUV, "yuv420p"), ColorInfo::default());
        assert_eq!(info(&NONE, &NONE, &YUV, "yuvj420p").range, Range::Full);
        let stream = ColorCodes { matrix: 1, primaries: 9, transfer: 16, range: 1, siting: 1 };
        let picture = ColorCodes { matrix: 9, ..NONE };
        let both = info(&picture, &stream, &YUV, "yuv420p");
        assert_eq!((both.matrix, both.primaries, both.transfer), (Matrix::Bt2020Ncl, Primaries::Bt2020, Transfer::Pq));
        assert_eq!((both.range, both.siting), (Range::Limited, Siting::Left));
    }

    #[test]
    fn codes_come_back_as_the_same_colour() {
        for n in 0..32 {
            let codes = ColorCodes { matrix: n, primaries: n, transfer: n, range: n % 3, siting: n % 7 };
            let color = info(&codes, &NONE, &YUV, "");
            assert_eq!(info(&super::codes(&color), &NONE, &YUV, ""), color, "{n}");
        }
    }
}
