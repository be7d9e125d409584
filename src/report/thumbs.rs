//! Small pictures for pages: a whole frame made small, and one part of it sample by sample, as data in the page.

use image::codecs::jpeg::JpegEncoder;
use image::codecs::png::PngEncoder;
use image::{ExtendedColorType, ImageEncoder, RgbImage, imageops};

use crate::color::{self, Kernel};
use crate::frame::{Frame, Image};

use super::ReportError;

/// Most samples of a small whole picture a side, before it is turned.
const SMALL: (f64, f64) = (320.0, 240.0);
const JPEG_QUALITY: u8 = 90;

/// A part of a picture in fractions of its sides: left, top, width, height.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Part {
    pub left: f64,
    pub top: f64,
    pub width: f64,
    pub height: f64,
}

/// `frame` in R'G'B' floats.
pub fn rgb(frame: &Frame) -> Result<Image, ReportError> {
    color::to_rgb(frame).map_err(|e| ReportError::Picture { cause: e.to_string() })
}

/// The whole of `picture`, made small, in the shape and position in which it is to be seen, as a data URI.
pub fn whole(picture: &Image, sample_aspect: (u32, u32), rotation: u16) -> Result<String, ReportError> {
    let aspect = f64::from(sample_aspect.0.max(1)) / f64::from(sample_aspect.1.max(1));
    let (width, height) = (f64::from(picture.width) * aspect, f64::from(picture.height));
    let scale = (width / SMALL.0).max(height / SMALL.1).max(1.0);
    let side = |n: f64| ((n / scale).round() as u32).max(1);
    let small = color::resize(picture, side(width), side(height), Kernel::Box);
    let picture = turned(eight_bits(&small, (0, 0), (small.width, small.height)), rotation);
    let mut bytes = Vec::new();
    let encoder = JpegEncoder::new_with_quality(&mut bytes, JPEG_QUALITY);
    let (w, h) = picture.dimensions();
    encoder.write_image(&picture, w, h, ExtendedColorType::Rgb8).map_err(failed)?;
    Ok(format!("data:image/jpeg;base64,{}", base64(&bytes)))
}

/// `part` of `picture`, no sample changed but to eight bits, as a data URI.
pub fn detail(picture: &Image, part: Part, rotation: u16) -> Result<String, ReportError> {
    let span = |from: f64, length: f64, of: u32| {
        let start = ((from * f64::from(of)).round() as u32).min(of - 1);
        (start, ((length * f64::from(of)).round() as u32).clamp(1, of - start))
    };
    let (x, width) = span(part.left, part.width, picture.width);
    let (y, height) = span(part.top, part.height, picture.height);
    let picture = turned(eight_bits(picture, (x, y), (width, height)), rotation);
    let mut bytes = Vec::new();
    let (w, h) = picture.dimensions();
    PngEncoder::new(&mut bytes).write_image(&picture, w, h, ExtendedColorType::Rgb8).map_err(failed)?;
    Ok(format!("data:image/png;base64,{}", base64(&bytes)))
}

/// The part of `picture` with the strongest edges, of about `samples` samples a side (wider than high, 16:9), or all of
/// a smaller picture.
pub fn busiest(picture: &Image, samples: u32) -> Part {
    let width = samples.min(picture.width);
    let height = (samples * 9 / 16).clamp(1, picture.height);
    // Edges are summed in cells of a quarter of the part, and the part slides from cell to cell.
    let (cell_w, cell_h) = (width.div_ceil(4).max(1), height.div_ceil(4).max(1));
    let (columns, rows) = (picture.width.div_ceil(cell_w) as usize, picture.height.div_ceil(cell_h) as usize);
    let mut cells = vec![0.0_f64; columns * rows];
    let (green, stride) = (picture.channel(1), picture.width as usize);
    for y in 1..picture.height as usize {
        for x in 1..stride {
            let here = green[y * stride + x];
            let edge = (here - green[y * stride + x - 1]).abs() + (here - green[(y - 1) * stride + x]).abs();
            cells[y / cell_h as usize * columns + x / cell_w as usize] += f64::from(edge.min(1.0));
        }
    }
    let sum = |column: usize, row: usize| -> f64 {
        let rows = row..(row + 4).min(rows);
        rows.flat_map(|r| cells[r * columns + column..r * columns + (column + 4).min(columns)].iter()).sum()
    };
    let mut best = (0, 0, -1.0);
    for row in 0..=rows.saturating_sub(4) {
        for column in 0..=columns.saturating_sub(4) {
            let sum = sum(column, row);
            if sum > best.2 {
                best = (column, row, sum);
            }
        }
    }
    let left = (best.0 as u32 * cell_w).min(picture.width - width);
    let top = (best.1 as u32 * cell_h).min(picture.height - height);
    let of = |n: u32, whole: u32| f64::from(n) / f64::from(whole);
    Part {
        left: of(left, picture.width),
        top: of(top, picture.height),
        width: of(width, picture.width),
        height: of(height, picture.height),
    }
}

fn eight_bits(picture: &Image, at: (u32, u32), size: (u32, u32)) -> RgbImage {
    RgbImage::from_fn(size.0, size.1, |x, y| {
        image::Rgb(picture.pixel(at.0 + x, at.1 + y).map(|v| (v.clamp(0.0, 1.0) * 255.0).round() as u8))
    })
}

fn turned(picture: RgbImage, rotation: u16) -> RgbImage {
    match rotation {
        90 => imageops::rotate90(&picture),
        180 => imageops::rotate180(&picture),
        270 => imageops::rotate270(&picture),
        _ => picture,
    }
}

fn failed(error: image::ImageError) -> ReportError {
    ReportError::Picture { cause: error.to_string() }
}

/// RFC 4648, with padding.
fn base64(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = String::with_capacity(bytes.len().div_ceil(3) * 4);
    for group in bytes.chunks(3) {
        let at = |i: usize| u32::from(group.get(i).copied().unwrap_or(0));
        let word = at(0) << 16 | at(1) << 8 | at(2);
        for digit in 0..4 {
            let value = (word >> (18 - 6 * digit)) as usize & 63;
            text.push(if digit <= group.len() { char::from(DIGITS[value]) } else { '=' });
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn base64_is_that_of_the_rfc() {
        let known =
            [("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foob", "Zm9vYg=="), ("fooba", "Zm9vYmE=")];
        for (plain, coded) in known {
            assert_eq!(base64(plain.as_bytes()), coded);
        }
        assert_eq!(base64(&[0xff, 0xef, 0xbe]), "/+++");
    }

    #[test]
    fn the_busiest_part_is_where_the_edges_are() {
        let mut picture = Image::new(640, 360);
        let n = picture.plane_len();
        for y in 200..260 {
            for x in 400..500 {
                picture.data[n + y * 640 + x] = if (x + y) % 2 == 0 { 1.0 } else { 0.0 };
            }
        }
        let part = busiest(&picture, 160);
        let (left, top) = (part.left * 640.0, part.top * 360.0);
        assert!((340.0..=400.0).contains(&left) && (170.0..=200.0).contains(&top), "{part:?}");
        assert!((part.width - 0.25).abs() < 1e-9 && (part.height - 0.25).abs() < 1e-9);
        let whole = Part { left: 0.0, top: 0.0, width: 1.0, height: 1.0 };
        assert_eq!(busiest(&Image::new(20, 9), 160), whole, "a small picture is taken whole");
        assert_eq!(busiest(&Image::new(1, 1), 160), whole);
    }
}
