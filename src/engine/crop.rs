//! The part of the picture that is measured, in samples.

use crate::frame::{Family, Frame, FrameError, Layout, Region, SourceError};

/// A rectangle of the reference's picture as it is stored (not turned), in samples.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Crop {
    pub left: u32,
    pub top: u32,
    pub width: u32,
    pub height: u32,
}

/// Smallest side that is measured: below, windows of 11 samples and wavelets of four levels hold nothing.
const LEAST: u32 = 32;

impl Crop {
    /// The samples that `region` of a picture of `width` x `height` covers; its edges go to the nearest sample.
    pub fn of(region: Region, (width, height): (u32, u32)) -> Self {
        // What is no number is the edge.
        let place = |share: f32, of: u32| (f64::from(share).clamp(0.0, 1.0) * f64::from(of)).round() as u32;
        let (left, top) = (place(region.left, width), place(region.top, height));
        let (right, bottom) = (place(region.right, width), place(region.bottom, height));
        Self { left, top, width: right.saturating_sub(left), height: bottom.saturating_sub(top) }
    }

    /// The same, grown outwards until chroma samples are whole.
    ///
    /// # Errors
    /// One sentence when it reaches outside a picture of `size`, or is too small to be measured.
    pub fn aligned(self, layout: Layout, size: (u32, u32)) -> Result<Self, SourceError> {
        let fits = |from: u32, length: u32, all: u32| from.checked_add(length).is_some_and(|end| end <= all);
        if !fits(self.left, self.width, size.0) || !fits(self.top, self.height, size.1) {
            let Self { left, top, width, height } = self;
            return Err(SourceError::source(format!(
                "the region {width}x{height}+{left}+{top} reaches outside the reference, which is {}x{}",
                size.0, size.1
            )));
        }
        let (sx, sy) = if layout.family == Family::Yuv { layout.chroma_shift } else { (0, 0) };
        let grown = |from: u32, length: u32, shift: u8, all: u32| {
            let step = 1 << shift;
            let start = from / step * step;
            (start, (from + length).div_ceil(step).saturating_mul(step).min(all) - start)
        };
        let ((left, width), (top, height)) =
            (grown(self.left, self.width, sx, size.0), grown(self.top, self.height, sy, size.1));
        if width < LEAST || height < LEAST {
            return Err(SourceError::source(format!(
                "the region is {width}x{height} samples, and scores need at least {LEAST}x{LEAST}; draw a larger one"
            )));
        }
        Ok(Self { left, top, width, height })
    }

    /// This part of `frame`; the samples are shared.
    pub fn cut(self, frame: &Frame) -> Result<Frame, FrameError> {
        frame.part((self.left, self.top), (self.width, self.height))
    }

    /// The clause for a line of provenance; `asked` is what was asked for before it was aligned.
    pub fn words(self, asked: Self) -> String {
        let how = if asked == self { "" } else { ", grown to whole chroma samples" };
        format!("region {self}{how}, measured by itself")
    }
}

impl std::fmt::Display for Crop {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}x{}+{}+{}", self.width, self.height, self.left, self.top)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::frame::Sample;

    const I420: Layout = Layout { family: Family::Yuv, sample: Sample::U8, chroma_shift: (1, 1), alpha: false };

    fn crop(width: u32, height: u32, left: u32, top: u32) -> Crop {
        Crop { left, top, width, height }
    }

    #[test]
    fn a_part_grows_to_whole_chroma_samples() {
        assert_eq!(crop(33, 32, 11, 7).aligned(I420, (101, 99)), Ok(crop(34, 34, 10, 6)));
        assert_eq!(crop(40, 40, 61, 59).aligned(I420, (101, 99)), Ok(crop(41, 41, 60, 58)), "an odd edge stays");
        assert_eq!(crop(40, 40, 10, 6).aligned(I420, (101, 99)), Ok(crop(40, 40, 10, 6)));
        let luma = Layout { family: Family::Gray, chroma_shift: (0, 0), ..I420 };
        assert_eq!(crop(33, 32, 11, 7).aligned(luma, (101, 99)), Ok(crop(33, 32, 11, 7)));
    }

    #[test]
    fn what_cannot_be_measured_is_a_sentence() {
        let outside = crop(40, 40, 80, 0).aligned(I420, (101, 99)).unwrap_err().to_string();
        assert!(outside.contains("40x40+80+0") && outside.contains("101x99"), "{outside}");
        assert!(crop(u32::MAX, 40, 80, 0).aligned(I420, (101, 99)).is_err());
        let small = crop(20, 40, 0, 0).aligned(I420, (101, 99)).unwrap_err().to_string();
        assert!(small.contains("32x32"), "{small}");
    }

    #[test]
    fn fractions_go_to_the_nearest_sample() {
        let (w, h) = (16_384, 9_001);
        for (left, right) in [(3, 35), (8_191, 16_383), (0, 16_384)] {
            let share = |x: u32| x as f32 / w as f32;
            let region = Region { left: share(left), top: 0.0, right: share(right), bottom: 1.0 };
            assert_eq!(Crop::of(region, (w, h)), crop(right - left, h, left, 0));
        }
        let backwards = Region { left: 0.9, top: f32::NAN, right: 0.1, bottom: 2.0 };
        assert_eq!(Crop::of(backwards, (100, 100)).width, 0);
    }
}
