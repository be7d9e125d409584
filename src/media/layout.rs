//! How FFmpeg's pixel formats map to [`Layout`]: by their descriptors, so that a format nobody named here works too.

use crate::frame::{Family, Layout, Sample};

/// One component of a pixel format (AVComponentDescriptor).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Component {
    pub plane: usize,
    /// Bytes (bits in a bitstream format) from one sample to the next.
    pub step: usize,
    pub offset: usize,
    pub shift: usize,
    pub depth: u8,
}

/// A pixel format as plain data (AVPixFmtDescriptor).
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct PixelFormat {
    pub name: String,
    /// In the order R, G, B or Y, Cb, Cr; alpha last.
    pub components: Vec<Component>,
    pub chroma_shift: (u8, u8),
    pub rgb: bool,
    pub alpha: bool,
    pub palette: bool,
    pub float: bool,
    pub big_endian: bool,
    pub bitstream: bool,
    /// Lives on a device, or is a sensor's mosaic: no planes of samples.
    pub foreign: bool,
}

/// How a picture of one pixel format becomes the planes of a frame.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Plan {
    pub layout: Layout,
    /// For each plane of the frame the plane of the picture, where both are alike: nothing is copied.
    pub native: Option<Vec<usize>>,
    /// For each plane of the frame the component it is read from.
    pub components: Vec<usize>,
    /// Largest code of each component that has fewer than 8 bits and is spread over 0..255; 0 for the others.
    pub spread: Vec<u16>,
    /// Zero is white (monowhite).
    pub invert: bool,
    /// Half floats, widened to 32 bits.
    pub half: bool,
    /// The one component is an index into a palette of 32-bit words.
    pub palette: bool,
}

/// The plan for `format`; `None` when it holds no planes of Y'CbCr, R'G'B' or grey. `opaque` says that a palette has
/// no transparent entry.
pub(super) fn plan(format: &PixelFormat, opaque: bool) -> Option<Plan> {
    // XYZ is no R'G'B', and the descriptor of uyyvyy411 does not say where its luma stands.
    let odd = format.name.starts_with("xyz") || format.name == "uyyvyy411";
    if format.foreign || odd || format.components.is_empty() {
        return None;
    }
    if format.palette {
        let alpha = !opaque;
        let layout = Layout { family: Family::Rgb, sample: Sample::U8, chroma_shift: (0, 0), alpha };
        let components = vec![0; layout.planes()];
        let spread = vec![0; components.len()];
        return Some(Plan { layout, native: None, components, spread, invert: false, half: false, palette: true });
    }
    let deepest = format.components.iter().map(|c| c.depth).max()?;
    let even = format.components.iter().all(|c| c.depth == deepest);
    let sample = match (format.float, deepest) {
        (true, 16 | 32) if even => Sample::F32,
        (false, 1..=8) => Sample::U8,
        (false, 9..=16) if even => Sample::integer(deepest),
        _ => return None,
    };
    let family = match (format.rgb, format.components.len()) {
        (true, 3 | 4) => Family::Rgb,
        (false, 1 | 2) => Family::Gray,
        (false, 3 | 4) => Family::Yuv,
        _ => return None,
    };
    let chroma_shift = if family == Family::Yuv { format.chroma_shift } else { (0, 0) };
    let alpha = matches!(format.components.len(), 2 | 4);
    let layout = Layout { family, sample, chroma_shift, alpha };
    let spread = format.components.iter().map(|c| if c.depth < 8 { (1 << c.depth) - 1 } else { 0 }).collect();
    Some(Plan {
        layout,
        native: native_planes(format, sample),
        components: (0..layout.planes()).collect(),
        spread,
        invert: format.name == "monow",
        half: format.float && deepest == 16,
        palette: false,
    })
}

/// The picture's own planes in the frame's order, if each holds one component in the low bits, in native byte order.
fn native_planes(format: &PixelFormat, sample: Sample) -> Option<Vec<usize>> {
    let foreign_order = format.big_endian != cfg!(target_endian = "big") && sample.bytes() > 1;
    let bits = if sample == Sample::F32 { 32 } else { sample.bits() };
    let plain = |c: &Component| c.step == sample.bytes() && c.offset == 0 && c.shift == 0 && c.depth == bits;
    let mut planes: Vec<usize> = format.components.iter().map(|c| c.plane).collect();
    let order = planes.clone();
    planes.sort_unstable();
    planes.dedup();
    let separate = planes.len() == order.len();
    (!foreign_order && !format.bitstream && separate && format.components.iter().all(plain)).then_some(order)
}

/// Names of FFmpeg's pixel formats that hold exactly the samples of `layout`, the planar one first.
pub(super) fn format_names(layout: &Layout) -> Vec<String> {
    let end = if cfg!(target_endian = "big") { "be" } else { "le" };
    let bits = layout.sample.bits();
    let deep = |name: &str| if bits == 8 { name.to_string() } else { format!("{name}{bits}{end}") };
    let names: Vec<String> = match (layout.family, layout.alpha, layout.sample) {
        (Family::Rgb, false, Sample::F32) => vec![format!("gbrpf32{end}")],
        (Family::Rgb, true, Sample::F32) => vec![format!("gbrapf32{end}")],
        (Family::Gray, false, Sample::F32) => vec![format!("grayf32{end}")],
        (_, _, Sample::F32) => vec![],
        (Family::Rgb, false, Sample::U8) => ["gbrp", "bgr0", "rgb0", "rgb24", "bgr24"].map(String::from).to_vec(),
        (Family::Rgb, true, Sample::U8) => ["gbrap", "bgra", "rgba"].map(String::from).to_vec(),
        (Family::Rgb, false, _) if bits == 16 => vec![deep("gbrp"), format!("rgb48{end}")],
        (Family::Rgb, true, _) if bits == 16 => vec![deep("gbrap"), format!("rgba64{end}")],
        (Family::Rgb, alpha, _) => vec![deep(if alpha { "gbrap" } else { "gbrp" })],
        (Family::Gray, false, _) => vec![deep("gray")],
        (Family::Gray, true, _) => vec![deep("ya")],
        (Family::Yuv, alpha, _) => vec![deep(&format!("yuv{}{}p", if alpha { "a" } else { "" }, subsampling(layout)))],
    };
    names.into_iter().map(|n| if n == "ya" { "ya8".into() } else { n }).collect()
}

/// The digits of a chroma subsampling: "420".
fn subsampling(layout: &Layout) -> &'static str {
    match layout.chroma_shift {
        (0, 0) => "444",
        (1, 0) => "422",
        (1, 1) => "420",
        (0, 1) => "440",
        (2, 0) => "411",
        (2, 2) => "410",
        _ => "none",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn planar(name: &str, planes: [usize; 3], depth: u8, rgb: bool) -> PixelFormat {
        let step = if depth > 8 { 2 } else { 1 };
        let components = planes.iter().map(|&plane| Component { plane, step, offset: 0, shift: 0, depth }).collect();
        let (alpha, palette, float, big_endian, bitstream, foreign) = (false, false, false, false, false, false);
        PixelFormat {
            name: name.into(),
            components,
            chroma_shift: (0, 0),
            rgb,
            alpha,
            palette,
            float,
            big_endian,
            bitstream,
            foreign,
        }
    }

    #[test]
    fn planar_formats_are_taken_as_they_are_and_rgb_is_put_in_order() {
        let gbr = plan(&planar("gbrp10le", [2, 0, 1], 10, true), true).unwrap();
        assert_eq!(gbr.layout.name(), "rgb10");
        assert_eq!(gbr.native, Some(vec![2, 0, 1]));
        let mut high = planar("p410", [0, 1, 2], 10, false);
        high.components.iter_mut().for_each(|c| c.shift = 6);
        assert_eq!(plan(&high, true).unwrap().native, None, "samples in the high bits must be shifted down");
        high.name = "xyz12le".into();
        assert_eq!(plan(&high, true), None);
    }

    #[test]
    fn format_names_follow_the_layout() {
        let layout =
            |family, bits, chroma_shift, alpha| Layout { family, sample: Sample::integer(bits), chroma_shift, alpha };
        let first = |l: &Layout| format_names(l)[0].replace("be", "le");
        assert_eq!(first(&layout(Family::Yuv, 10, (1, 1), false)), "yuv420p10le");
        assert_eq!(first(&layout(Family::Yuv, 8, (1, 0), true)), "yuva422p");
        assert_eq!(first(&layout(Family::Rgb, 12, (0, 0), true)), "gbrap12le");
        assert_eq!(first(&layout(Family::Gray, 16, (0, 0), false)), "gray16le");
        assert_eq!(first(&layout(Family::Gray, 8, (0, 0), true)), "ya8");
    }
}
