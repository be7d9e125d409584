//! Small pictures of a place: what the reference and the candidate show there, and the map between them. A few thousand
//! pixels each, so that dozens of places can be kept and no frame is held.

use std::sync::Arc;

use image::{ImageBuffer, Luma, Rgb, RgbImage, imageops};

use crate::color::{self, Kernel};
use crate::frame::{Frame, Map, Region, SourceError, SourceInfo};

use super::crop::Crop;

/// Most pixels of a small picture, across and down, as it is shown.
pub const THUMB: (u32, u32) = (192, 144);

/// Samples of the reference that are shown at least, across: less is a mosaic that nobody recognises.
const LEAST: f32 = 72.0;
/// Share of the picture's width that is shown at most: of a line across the whole of it the middle says enough.
const MOST: f32 = 0.4;
/// How much of what stands around a place is shown with it.
const AROUND: f32 = 1.6;

/// The same place three times, turned as the picture is shown.
#[derive(Clone, Debug)]
pub struct Thumbs {
    pub reference: RgbImage,
    pub candidate: RgbImage,
    /// The overlay's numbers, one for each pixel of `candidate`.
    pub map: Map,
    /// The part of the stored picture that is shown, in fractions.
    pub part: Region,
    /// Width over height as it is to be shown.
    pub aspect: f32,
}

impl Thumbs {
    /// Of `place` (left, top, width and height in samples of the reference, whose facts are `info`).
    ///
    /// # Errors
    /// One sentence when a picture cannot be converted.
    pub(super) fn cut(
        [reference, candidate]: &[Arc<Frame>; 2],
        map: &Map,
        place: [u32; 4],
        info: &SourceInfo,
    ) -> Result<Self, SourceError> {
        let part = part(place, info);
        let small = |frame: &Frame| small(frame, part, info.rotation);
        let (reference, candidate) = (small(reference)?, small(candidate)?);
        let map = beside(map, part, candidate.dimensions(), info.rotation)?;
        let (width, height) = (shown_sides(info).0, shown_sides(info).1);
        let (w, h) = ((part.right - part.left) * width, (part.bottom - part.top) * height);
        let aspect = if info.rotation.is_multiple_of(180) { w / h } else { h / w };
        Ok(Self { reference, candidate, map, part, aspect })
    }
}

/// Sides of the stored picture in units of the same length.
fn shown_sides(info: &SourceInfo) -> (f32, f32) {
    let (x, y) = (info.sample_aspect.0.max(1), info.sample_aspect.1.max(1));
    (info.width as f32 * x as f32 / y as f32, info.height as f32)
}

/// The part of the picture to show: the place with what stands around it, of the shape of [`THUMB`] where the picture
/// has room for that.
fn part([left, top, width, height]: [u32; 4], info: &SourceInfo) -> Region {
    let (shown_w, shown_h) = shown_sides(info);
    let aspect = THUMB.0 as f32 / THUMB.1 as f32;
    let aspect = if info.rotation.is_multiple_of(180) { aspect } else { 1.0 / aspect };
    let unit = shown_w / info.width as f32;
    let wide = (width as f32 * unit * AROUND).max(height as f32 * AROUND * aspect).max(LEAST * unit);
    let wide = wide.min((MOST * shown_w).max(LEAST * unit));
    let span = |from: u32, length: u32, of: u32, wanted: f32| {
        let (middle, half) = ((from as f32 + 0.5 * length as f32) / of as f32, 0.5 * wanted.min(1.0));
        let middle = middle.clamp(half, 1.0 - half);
        (middle - half, middle + half)
    };
    let (left, right) = span(left, width, info.width, wide / shown_w);
    let (top, bottom) = span(top, height, info.height, wide / aspect / shown_h);
    Region { left, top, right, bottom }
}

/// The part of a frame, whatever its size, in eight bits.
fn small(frame: &Frame, part: Region, rotation: u16) -> Result<RgbImage, SourceError> {
    let size = (frame.width, frame.height);
    let crop = Crop::of(part, size);
    // Chroma begins where the part begins; what is too small to be cut so is shown whole.
    let (sx, sy) = frame.layout.chroma_shift;
    let start = |from: u32, shift: u8| from >> shift << shift;
    let (left, top) = (start(crop.left, sx), start(crop.top, sy));
    let sides = ((crop.width + crop.left - left).max(1), (crop.height + crop.top - top).max(1));
    let cut = frame.part((left, top), sides);
    let picture = color::to_rgb(cut.as_ref().unwrap_or(frame)).map_err(|e| SourceError::frame(e.to_string()))?;
    let most = if rotation.is_multiple_of(180) { THUMB } else { (THUMB.1, THUMB.0) };
    let scale = (picture.width as f32 / most.0 as f32).max(picture.height as f32 / most.1 as f32).max(1.0);
    let side = |n: u32| ((n as f32 / scale).round() as u32).max(1);
    let small = color::resize(&picture, side(picture.width), side(picture.height), Kernel::Box);
    let eight = |v: f32| (v.clamp(0.0, 1.0) * 255.0).round() as u8;
    Ok(turned(RgbImage::from_fn(small.width, small.height, |x, y| Rgb(small.pixel(x, y).map(eight))), rotation))
}

/// The map's numbers at the pixels of a small picture of `size` (as shown) of the part.
fn beside(map: &Map, part: Region, size: (u32, u32), rotation: u16) -> Result<Map, SourceError> {
    let (width, height) = if rotation.is_multiple_of(180) { size } else { (size.1, size.0) };
    let at = |n: u32, of: u32, (from, to): (f32, f32), cells: u32| {
        let share = from + (to - from) * (n as f32 + 0.5) / of as f32;
        ((share * cells as f32) as u32).min(cells - 1)
    };
    let cells = ImageBuffer::from_fn(width, height, |x, y| {
        let x = at(x, width, (part.left, part.right), map.width);
        let y = at(y, height, (part.top, part.bottom), map.height);
        Luma([map.row(y)[x as usize]])
    });
    let cells = turned(cells, rotation);
    let (width, height) = cells.dimensions();
    Map::new(width, height, cells.into_raw()).map_err(|error| SourceError::frame(error.to_string()))
}

fn turned<P: image::Pixel + 'static>(
    picture: ImageBuffer<P, Vec<P::Subpixel>>,
    rotation: u16,
) -> ImageBuffer<P, Vec<P::Subpixel>> {
    match rotation {
        90 => imageops::rotate90(&picture),
        180 => imageops::rotate180(&picture),
        270 => imageops::rotate270(&picture),
        _ => picture,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::frame::{ColorInfo, Family, Layout, Plane, Rational, Sample, Timeline};

    fn info(width: u32, height: u32, rotation: u16) -> SourceInfo {
        SourceInfo {
            name: "a".into(),
            width,
            height,
            layout: Layout { family: Family::Gray, sample: Sample::U8, chroma_shift: (0, 0), alpha: false },
            color: ColorInfo::default(),
            timeline: Arc::new(Timeline::constant(1, Rational::new(25, 1))),
            sample_aspect: (1, 1),
            rotation,
            details: String::new(),
            notes: Vec::new(),
        }
    }

    /// A grey picture with one white sample.
    fn lit(info: &SourceInfo, at: (u32, u32)) -> Arc<Frame> {
        let mut codes = vec![0; (info.width * info.height) as usize];
        codes[(at.1 * info.width + at.0) as usize] = 255;
        let plane = Plane::from_u8(info.width, info.height, codes).unwrap();
        Arc::new(Frame::new(info.width, info.height, info.layout, info.color, vec![plane]).unwrap())
    }

    #[test]
    fn the_place_stands_in_the_middle_of_small_pictures_turned_as_shown() {
        for rotation in [0, 90, 180, 270] {
            let info = info(800, 600, rotation);
            let frames = [lit(&info, (300, 200)), lit(&info, (300, 200))];
            let mut values = vec![0.0; 800 * 600];
            values[200 * 800 + 300] = 7.0;
            let map = Map::new(800, 600, values).unwrap();
            let found = Thumbs::cut(&frames, &map, [290, 190, 20, 20], &info).unwrap();
            let (w, h) = found.candidate.dimensions();
            assert!(w <= THUMB.0 && h <= THUMB.1 && w > 60, "{rotation}: {w}x{h}");
            assert!((found.aspect - 4.0 / 3.0).abs() < 0.05, "{rotation}: {}", found.aspect);
            let white: Vec<_> = found.candidate.enumerate_pixels().filter(|p| p.2.0[0] > 128).collect();
            let (x, y, _) = white[0];
            assert_eq!(white.len(), 1);
            assert!(x.abs_diff(w / 2) < 3 && y.abs_diff(h / 2) < 3, "{rotation}: {x},{y} in {w}x{h}");
            let top = found.map.values.iter().position(|v| *v == 7.0).unwrap() as u32;
            assert_eq!((top % w, top / w), (x, y), "{rotation}");
        }
    }

    #[test]
    fn hostile_sizes_are_cut_all_the_same() {
        for (w, h) in [(32, 32), (33, 4000), (4000, 33), (1, 1)] {
            let info = info(w, h, 0);
            let frames = [lit(&info, (0, 0)), lit(&info, (0, 0))];
            let map =
                Map::new(w.div_ceil(4), h.div_ceil(4), vec![1.0; (w.div_ceil(4) * h.div_ceil(4)) as usize]).unwrap();
            for place in [[0, 0, 1, 1], [w - 1, h - 1, 1, 1], [0, 0, w, h]] {
                let found = Thumbs::cut(&frames, &map, place, &info).unwrap();
                let (tw, th) = found.candidate.dimensions();
                assert!(tw <= THUMB.0 && th <= THUMB.1 && found.aspect.is_finite());
                assert_eq!(found.map.values.len(), (tw * th) as usize);
            }
        }
    }
}
