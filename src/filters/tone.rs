//! `gamma G`, `saturation S` and `equalise M`: curves on samples, without a look at their neighbours.

use rayon::prelude::*;

use crate::color::{with_chroma, with_luma};
use crate::frame::{Family, Frame, FrameSource, Range, Sample, SourceInfo};

use super::FilterError;
use super::wrap::{in_floats, wrap};

/// FFmpeg's own limits of `eq=gamma`.
pub const GAMMA: (f64, f64) = (0.1, 10.0);

/// FFmpeg's own limit of `eq=saturation`.
pub const MAX_SATURATION: f64 = 3.0;

/// Bends luma: `255 (y/255)^(1/gamma)` on the codes of the 8-bit scale, as FFmpeg's `eq=gamma=GAMMA`: above 1 is
/// brighter, below 1 darker, black and white stay. Not rounded (FFmpeg cuts the fraction off, within 1 code). Chroma is
/// kept exactly; at 1 the input passes untouched.
///
/// # Errors
/// [`FilterError::Gamma`] unless gamma lies in 0.1..=10, FFmpeg's own limits.
pub fn gamma(input: Box<dyn FrameSource>, gamma: f64) -> Result<Box<dyn FrameSource>, FilterError> {
    if !(GAMMA.0..=GAMMA.1).contains(&gamma) {
        return Err(FilterError::Gamma { gamma });
    }
    // At every 1/256 of a code: all codes of limited-range video up to 16 bits stand in it exactly.
    let curve: Vec<f32> = if gamma == 1.0 {
        Vec::new()
    } else {
        (0..=255 * 256).map(|i| (255.0 * (f64::from(i) / (255.0 * 256.0)).powf(1.0 / gamma)) as f32).collect()
    };
    Ok(wrap(input, &format!("gamma {gamma}"), gamma == 1.0, in_floats, move |frame, _| {
        Ok(with_luma(frame, |luma, _, _| {
            luma.par_chunks_mut(4096).for_each(|part| part.iter_mut().for_each(|y| *y = read(&curve, *y * 256.0)));
        })?)
    }))
}

/// The curve at a place between two of its entries; the ends are held.
fn read(curve: &[f32], place: f32) -> f32 {
    let place = place.clamp(0.0, (curve.len() - 1) as f32);
    let below = place as usize;
    let (low, high) = (curve[below], curve[(below + 1).min(curve.len() - 1)]);
    low + (high - low) * (place - below as f32)
}

/// Strengthens colour: `128 + factor * (c - 128)` on both chroma planes' codes, as FFmpeg's `eq=saturation=FACTOR`, held
/// to 0..255 on the 8-bit scale and not rounded. Luma is kept exactly. Of R'G'B' the distance of each channel to luma
/// is multiplied; grey pictures pass. At 1 the input passes untouched, at 0 colour is gone.
///
/// # Errors
/// [`FilterError::Saturation`] unless the factor lies in 0..=3, FFmpeg's upper limit.
pub fn saturation(input: Box<dyn FrameSource>, factor: f64) -> Result<Box<dyn FrameSource>, FilterError> {
    if !(0.0..=MAX_SATURATION).contains(&factor) {
        return Err(FilterError::Saturation { factor, most: MAX_SATURATION });
    }
    let idle = factor == 1.0 || input.info().layout.family == Family::Gray;
    Ok(wrap(input, &format!("saturation {factor}"), idle, in_floats, move |frame, _| {
        let factor = factor as f32;
        let colours = frame.layout.family == Family::Rgb;
        Ok(with_chroma(frame, |plane| {
            plane.samples.par_chunks_mut(4096).for_each(|part| match colours {
                true => part.iter_mut().for_each(|c| *c *= factor),
                false => part.iter_mut().for_each(|c| *c = (128.0 + factor * (*c - 128.0)).clamp(0.0, 255.0)),
            });
        })?)
    }))
}

/// Spreads luma over all codes by its histogram, mixed in by `mix` (0 to 1): at 1 each frame is what OpenCV's
/// `cv2.equalizeHist` makes of its Y plane, to the code; at 0.2 a fifth of the way is gone, and not rounded. Codes are
/// counted as they are stored, 2^n bins for n bits; floats in 256 bins, between which the curve is read linearly. Each
/// frame has its own curve. Chroma is kept exactly; at 0 the input passes untouched.
///
/// # Errors
/// [`FilterError::Mix`].
pub fn equalise(input: Box<dyn FrameSource>, mix: f64) -> Result<Box<dyn FrameSource>, FilterError> {
    if !(0.0..=1.0).contains(&mix) {
        return Err(FilterError::Mix { mix });
    }
    let note = format!("equalise {mix}: histogram equalisation, luma alone, each frame by its own histogram");
    let describe = |info: &mut SourceInfo| {
        in_floats(info);
        info.notes.push(note);
    };
    Ok(wrap(input, &format!("equalise {mix}"), mix == 0.0, describe, move |frame, _| {
        let codes = Codes::of(frame);
        Ok(with_luma(frame, |luma, _, _| {
            let curve = spread(&codes.histogram(luma), luma.len());
            let mix = mix as f32;
            luma.par_chunks_mut(4096).for_each(|part| {
                part.iter_mut().for_each(|y| *y += mix * (read(&curve, codes.place(*y)) / codes.each - *y));
            });
        })?)
    }))
}

/// `cv2.equalizeHist`'s table: the share of samples above the darkest code there is, over the codes; rounded.
fn spread(histogram: &[u32], samples: usize) -> Vec<f32> {
    let top = histogram.len() - 1;
    let first = histogram.iter().position(|count| *count > 0).unwrap_or(0);
    let rest = samples.saturating_sub(histogram[first] as usize);
    if rest == 0 {
        // One code everywhere stays what it is.
        return (0..=top).map(|code| code as f32).collect();
    }
    let scale = top as f32 / rest as f32;
    let mut sum = 0_u32;
    let above = histogram.iter().enumerate().map(|(code, count)| {
        if code > first {
            sum += count;
        }
        (sum as f32 * scale).round_ties_even()
    });
    above.collect()
}

/// How luma on the 8-bit scale lies on the codes it is counted in.
#[derive(Clone, Copy, PartialEq, Debug)]
pub(super) struct Codes {
    pub bins: usize,
    /// Codes for each step of the 8-bit scale.
    pub each: f32,
    /// Every sample is a code.
    pub whole: bool,
}

impl Codes {
    /// The codes of `frame`'s luma: its own, or those of 8 bits where they are not to be had.
    pub fn of(frame: &Frame) -> Self {
        let (Sample::U8 | Sample::U16 { .. }) = frame.layout.sample else { return Self::EIGHT };
        let bits = frame.layout.sample.bits().clamp(8, 16);
        let full = crate::color::resolve(&frame.color, &frame.layout, frame.width, frame.height).range == Range::Full;
        let top = (1_u32 << bits) - 1;
        let each = if full { top as f32 / 255.0 } else { f32::from(1_u16 << (bits - 8)) };
        match frame.layout.family {
            Family::Yuv => Self { bins: top as usize + 1, each, whole: true },
            // What grey is given as is stretched from its range: only full-range codes are codes still.
            Family::Gray if full => Self { bins: top as usize + 1, each, whole: true },
            _ => Self::EIGHT,
        }
    }

    const EIGHT: Self = Self { bins: 256, each: 1.0, whole: false };

    /// Where a sample lies among the codes, as a number from 0 to the last.
    pub fn place(&self, y: f32) -> f32 {
        let place = (y * self.each).clamp(0.0, (self.bins - 1) as f32);
        if self.whole { nearest(place) } else { place }
    }

    pub fn histogram(&self, luma: &[f32]) -> Vec<u32> {
        let count = |part: &[f32]| {
            let mut bins = vec![0_u32; self.bins];
            part.iter().for_each(|y| bins[nearest(self.place(*y)) as usize] += 1);
            bins
        };
        let add = |mut a: Vec<u32>, b: Vec<u32>| {
            a.iter_mut().zip(b).for_each(|(a, b)| *a += b);
            a
        };
        // Parts large enough that counting, not adding up, takes the time. Whole numbers add up in any order.
        luma.par_chunks((8 * self.bins).max(1 << 16)).map(count).reduce(|| vec![0; self.bins], add)
    }
}

/// The nearest whole number, halves to the even one, for 0 to 2^22: adding 1.5 * 2^23 leaves no room for a fraction.
pub(super) fn nearest(v: f32) -> f32 {
    const ROOM: f32 = 12_582_912.0;
    (v + ROOM) - ROOM
}
