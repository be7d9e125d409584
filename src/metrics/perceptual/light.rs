//! From gamma-encoded R'G'B' to what the models of the eye want: interleaved pixels, encoded or linear, of known
//! primaries, and how bright white is.

use rayon::prelude::*;

use crate::color::resolve;
use crate::frame::{Frame, Image, Primaries, Transfer};

/// What the codes of a picture stand for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Meaning {
    pub curve: Curve,
    pub wide: Wide,
}

/// How codes become light.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Curve {
    /// IEC 61966-2-1. BT.709 video is taken for it too, as every tool does that is given its pictures as PNG.
    Srgb,
    /// A plain power, in tenths.
    Power(u8),
    Linear,
    /// SMPTE ST 2084: 1 is 10,000 nits.
    Pq,
    /// ARIB STD-B67 on a screen of 1,000 nits.
    Hlg,
}

/// Which colours red, green and blue are. The primaries of BT.601 and BT.709 are so near that they pass for one.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Wide {
    Bt709,
    Bt2020,
    DisplayP3,
}

impl Meaning {
    /// By the tags of `frame`; what they leave open is resolved as everywhere.
    pub fn of(frame: &Frame) -> Self {
        let resolved = resolve(&frame.color, &frame.layout, frame.width, frame.height);
        let curve = match resolved.transfer {
            Transfer::Linear => Curve::Linear,
            Transfer::Gamma22 => Curve::Power(22),
            Transfer::Gamma28 => Curve::Power(28),
            Transfer::Pq => Curve::Pq,
            Transfer::Hlg => Curve::Hlg,
            Transfer::Unknown | Transfer::Bt1886 | Transfer::Srgb | Transfer::Other(_) => Curve::Srgb,
        };
        let wide = match resolved.primaries {
            Primaries::Bt2020 => Wide::Bt2020,
            Primaries::DciP3 | Primaries::DisplayP3 => Wide::DisplayP3,
            _ => Wide::Bt709,
        };
        Self { curve, wide }
    }

    /// Nits of a linear 1: 80 for pictures made for a screen that knows no more (libjxl's default), else the peak.
    pub fn nits(self) -> f32 {
        match self.curve {
            Curve::Pq => 10_000.0,
            Curve::Hlg => 1_000.0,
            _ => 80.0,
        }
    }

    pub fn is_hdr(self) -> bool {
        matches!(self.curve, Curve::Pq | Curve::Hlg)
    }
}

/// A pixel: red, green, blue.
pub type Pixel = [f32; 3];

/// The pixels of `image` as they are encoded, clipped to 0..1: what a file of pictures would hold.
pub fn encoded(image: &Image) -> Vec<Pixel> {
    map(image, |pixel| pixel)
}

/// The pixels of `image` in linear light of BT.709 primaries; a colour outside these has a channel below 0.
pub fn linear(image: &Image, meaning: Meaning) -> Vec<Pixel> {
    let table = Table::new(meaning.curve);
    let decode = |pixel: Pixel| -> Pixel {
        let mut light = pixel.map(|code| table.at(code));
        if meaning.curve == Curve::Hlg {
            // The system gamma of 1.2 for a screen of 1,000 nits (BT.2100).
            let [r, g, b] = light;
            let gain = (0.2627 * r + 0.6780 * g + 0.0593 * b).max(1e-9).powf(0.2);
            light = light.map(|l| l * gain);
        }
        to_bt709(light, meaning.wide)
    };
    map(image, decode)
}

fn map(image: &Image, of: impl Fn(Pixel) -> Pixel + Sync) -> Vec<Pixel> {
    const PART: usize = 1 << 14;
    let mut pixels = vec![[0.0; 3]; image.plane_len()];
    let planes = image.channel(0).par_chunks(PART).zip(image.channel(1).par_chunks(PART));
    let parts = pixels.par_chunks_mut(PART).zip(planes.zip(image.channel(2).par_chunks(PART)));
    parts.for_each(|(out, ((r, g), b))| {
        for (out, ((&r, &g), &b)) in out.iter_mut().zip(r.iter().zip(g).zip(b)) {
            *out = of([r, g, b].map(|code| code.clamp(0.0, 1.0)));
        }
    });
    pixels
}

/// A curve in 16,384 straight pieces: within 1e-8 of the curve (PQ 1e-7), and far faster.
struct Table(Vec<f32>);

const PIECES: usize = 1 << 14;

impl Table {
    fn new(curve: Curve) -> Self {
        // One more than is needed, so that a code of 1 has a next one too.
        Self((0..PIECES + 2).map(|i| light(curve, i as f64 / PIECES as f64) as f32).collect())
    }

    fn at(&self, code: f32) -> f32 {
        let place = code * PIECES as f32;
        let piece = (place as usize).min(PIECES);
        let (a, b) = (self.0[piece], self.0[piece + 1]);
        a + (b - a) * (place - piece as f32)
    }
}

/// Light of a code, 1 for 1.
fn light(curve: Curve, code: f64) -> f64 {
    match curve {
        Curve::Linear => code,
        Curve::Power(tenths) => code.powf(f64::from(tenths) / 10.0),
        Curve::Srgb if code <= 0.04045 => code / 12.92,
        Curve::Srgb => ((code + 0.055) / 1.055).powf(2.4),
        Curve::Pq => {
            let root = code.powf(1.0 / 78.84375);
            ((root - 0.8359375).max(0.0) / (18.8515625 - 18.6875 * root)).powf(1.0 / 0.1593017578125)
        }
        Curve::Hlg if code <= 0.5 => code * code / 3.0,
        Curve::Hlg => (((code - 0.55991073) / 0.17883277).exp() + 0.28466892) / 12.0,
    }
}

/// Linear light from its own primaries to those of BT.709, white point D65 (BT.2087; P3 likewise from its primaries).
fn to_bt709([r, g, b]: Pixel, from: Wide) -> Pixel {
    let matrix = match from {
        Wide::Bt709 => return [r, g, b],
        Wide::Bt2020 => {
            [[1.660491, -0.587641, -0.072850], [-0.124550, 1.132_9, -0.008349], [-0.018151, -0.100579, 1.118_73]]
        }
        Wide::DisplayP3 => [[1.224_94, -0.224940, 0.0], [-0.042057, 1.042057, 0.0], [-0.019638, -0.078636, 1.098274]],
    };
    matrix.map(|[mr, mg, mb]: [f32; 3]| mr * r + mg * g + mb * b)
}
