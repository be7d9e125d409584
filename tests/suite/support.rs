//! What several tests share: fixtures, temporary folders.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use doublet::frame::{
    ColorInfo, Family, Frame, Layout, Matrix, Plane, Primaries, Range, Rational, Sample, Siting, Timeline, Transfer,
};
use doublet::media::{self, EncodeSettings, Encoder};

/// The folder of fixtures beside the checkout, or `None` with a printed reason: such a test then passes without
/// having checked anything, and says so.
pub fn testdata() -> Option<PathBuf> {
    let dir = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../shared/testdata");
    if dir.is_dir() {
        Some(dir)
    } else {
        println!("skipped: needs the fixtures in ../shared/testdata, which are not here");
        None
    }
}

/// A made-up moving picture: gratings, an edge and a ramp, so that codecs and resizers have something to lose.
pub fn frame_of(width: u32, height: u32, n: usize) -> Arc<Frame> {
    let luma = |x: u32, y: u32| {
        let t = n as f32;
        let (x, y) = (x as f32 + 2.0 * t, y as f32);
        let fine = 40.0 * (x * 0.9).sin() * (y * 0.7).cos();
        let edge = if (x as u32 / 24 + y as u32 / 24).is_multiple_of(2) { 40.0 } else { -20.0 };
        (110.0 + fine + edge + y * 0.2).round().clamp(16.0, 235.0) as u8
    };
    let plane = |w: u32, h: u32, f: &dyn Fn(u32, u32) -> u8| {
        let samples = (0..h).flat_map(|y| (0..w).map(move |x| (x, y))).map(|(x, y)| f(x, y)).collect();
        Plane::from_u8(w, h, samples).unwrap()
    };
    let (cw, ch) = (width.div_ceil(2), height.div_ceil(2));
    let planes = vec![
        plane(width, height, &luma),
        plane(cw, ch, &|x, _| (100 + (x + n as u32) % 50) as u8),
        plane(cw, ch, &|_, y| (110 + y % 40) as u8),
    ];
    let color = ColorInfo {
        matrix: Matrix::Bt709,
        primaries: Primaries::Bt709,
        transfer: Transfer::Bt1886,
        range: Range::Limited,
        siting: Siting::Left,
    };
    let layout = Layout { family: Family::Yuv, sample: Sample::U8, chroma_shift: (1, 1), alpha: false };
    Arc::new(Frame::new(width, height, layout, color, planes).unwrap())
}

/// A file of [`frame_of`] pictures.
pub struct Clip {
    pub width: u32,
    pub height: u32,
    pub frames: usize,
    pub codec: &'static str,
    pub crf: Option<f32>,
}

impl Default for Clip {
    fn default() -> Self {
        Self { width: 160, height: 96, frames: 12, codec: "ffv1", crf: None }
    }
}

impl Clip {
    pub fn write(&self, path: &Path) {
        let first = frame_of(self.width, self.height, 0);
        let settings = EncodeSettings {
            codec: media::codec(self.codec).unwrap(),
            crf: self.crf,
            preset: None,
            width: self.width,
            height: self.height,
            layout: first.layout,
            color: first.color,
            timeline: Arc::new(Timeline::constant(self.frames, Rational::new(25, 1))),
            sample_aspect: (1, 1),
            rotation: 0,
        };
        let mut encoder = Encoder::create(path, &settings).unwrap();
        (0..self.frames).for_each(|n| encoder.push(&frame_of(self.width, self.height, n)).unwrap());
        encoder.finish().unwrap();
    }
}
