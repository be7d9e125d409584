//! Tests of color.

mod conform;
mod resize;

use std::sync::Arc;

use doublet::color::{Kernel, Target, conform, display_notes, from_rgb, resolve, to_rgb, with_luma};
use doublet::frame::{
    ColorInfo, Family, Frame, Image, Layout, Matrix, Plane, Primaries, Range, Sample, Siting, Transfer,
};

/// A small deterministic source of chance (splitmix64).
pub struct Dice(u64);

impl Dice {
    pub fn new(seed: u64) -> Self {
        Self(seed)
    }

    pub fn roll(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let z = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// A whole number below `n`.
    pub fn below(&mut self, n: u32) -> u32 {
        (self.roll() % u64::from(n)) as u32
    }

    /// 0..1.
    pub fn unit(&mut self) -> f32 {
        (self.roll() >> 40) as f32 / (1u64 << 24) as f32
    }

    pub fn pick<T: Copy>(&mut self, from: &[T]) -> T {
        from[self.below(from.len() as u32) as usize]
    }
}

/// A frame of noise in any layout, colour and size up to `most` a side, rows padded at times.
pub fn random_frame(dice: &mut Dice, most: u32) -> Frame {
    let family = dice.pick(&[Family::Yuv, Family::Yuv, Family::Yuv, Family::Rgb, Family::Gray]);
    let sample = match dice.below(9) {
        0..3 => Sample::U8,
        3 => Sample::F32,
        n => Sample::U16 { bits: [9, 10, 12, 14, 16][n as usize - 4] },
    };
    let shift = dice.pick(&[(0, 0), (1, 0), (1, 1), (1, 1), (0, 1), (2, 0), (2, 2)]);
    let chroma_shift = if family == Family::Yuv { shift } else { (0, 0) };
    let layout = Layout { family, sample, chroma_shift, alpha: dice.below(5) == 0 };
    let color = ColorInfo {
        matrix: dice.pick(&[
            Matrix::Unknown,
            Matrix::Bt601,
            Matrix::Bt709,
            Matrix::Smpte240m,
            Matrix::Fcc,
            Matrix::Bt2020Ncl,
            Matrix::YCgCo,
        ]),
        range: dice.pick(&[Range::Unknown, Range::Limited, Range::Full]),
        siting: dice.pick(&[
            Siting::Unknown,
            Siting::Left,
            Siting::Center,
            Siting::TopLeft,
            Siting::Top,
            Siting::BottomLeft,
            Siting::Bottom,
        ]),
        ..ColorInfo::default()
    };
    let (width, height) = (1 + dice.below(most), 1 + dice.below(most));
    random_samples(dice, width, height, layout, color)
}

/// Noise over all codes of `layout` (floats: a little beyond the nominal ones).
pub fn random_samples(dice: &mut Dice, width: u32, height: u32, layout: Layout, color: ColorInfo) -> Frame {
    let planes = (0..layout.planes()).map(|i| {
        let (w, h) = layout.plane_size(i, width, height);
        let pad = dice.below(3) as usize;
        let size = layout.sample.bytes();
        let stride = (w as usize + pad) * size;
        let mut samples: Vec<u8> = Vec::new();
        for _ in 0..stride / size * h as usize {
            match layout.sample {
                Sample::U8 => samples.push(dice.roll() as u8),
                Sample::U16 { bits } => samples.extend((dice.below(1 << bits) as u16).to_ne_bytes()),
                Sample::F32 => {
                    let nominal = dice.unit() * 1.2 - 0.1;
                    let scale = if layout.family == Family::Yuv { 255.0 } else { 1.0 };
                    samples.extend((nominal * scale).to_ne_bytes());
                }
            }
        }
        Plane::new(w, h, layout.sample, stride, aligned(&samples)).unwrap()
    });
    let planes = planes.collect();
    Frame::new(width, height, layout, color, planes).unwrap()
}

/// Bytes that start at a multiple of 4, whatever the allocator gives.
fn aligned(samples: &[u8]) -> bytes::Bytes {
    let mut words = vec![0u32; samples.len().div_ceil(4)];
    bytemuck::cast_slice_mut::<u32, u8>(&mut words)[..samples.len()].copy_from_slice(samples);
    struct Words(Vec<u32>);
    impl AsRef<[u8]> for Words {
        fn as_ref(&self) -> &[u8] {
            bytemuck::cast_slice(&self.0)
        }
    }
    bytes::Bytes::from_owner(Words(words))
}

fn yuv(bits: u8, shift: (u8, u8)) -> Layout {
    Layout { family: Family::Yuv, sample: Sample::integer(bits), chroma_shift: shift, alpha: false }
}

fn rgb8() -> Layout {
    Layout { family: Family::Rgb, sample: Sample::U8, chroma_shift: (0, 0), alpha: false }
}

fn tags(matrix: Matrix, range: Range, siting: Siting) -> ColorInfo {
    ColorInfo { matrix, range, siting, ..ColorInfo::default() }
}

/// One colour everywhere, codes as given.
fn flat(width: u32, height: u32, layout: Layout, color: ColorInfo, codes: [u16; 3]) -> Frame {
    let planes = (0..layout.planes())
        .map(|i| {
            let (w, h) = layout.plane_size(i, width, height);
            let n = (w * h) as usize;
            match layout.sample {
                Sample::U8 => Plane::from_u8(w, h, vec![codes[i] as u8; n]),
                Sample::U16 { .. } => Plane::from_u16(w, h, vec![codes[i]; n]),
                Sample::F32 => Plane::from_f32(w, h, vec![f32::from(codes[i]); n]),
            }
            .unwrap()
        })
        .collect();
    Frame::new(width, height, layout, color, planes).unwrap()
}

#[test]
fn guess_rules_are_as_written() {
    use Matrix as M;
    let unknown = ColorInfo::default();
    let wide = ColorInfo { primaries: Primaries::Bt2020, ..unknown };
    let full = ColorInfo { range: Range::Full, ..unknown };
    let gray = Layout { family: Family::Gray, ..rgb8() };
    let table = [
        // tags, layout, size, then: matrix, primaries, transfer, range, siting
        (unknown, yuv(8, (1, 1)), (1280, 534), M::Bt709, Primaries::Bt709, Range::Limited, Siting::Left),
        (unknown, yuv(8, (1, 1)), (960, 720), M::Bt709, Primaries::Bt709, Range::Limited, Siting::Left),
        (unknown, yuv(8, (1, 1)), (1279, 719), M::Bt601, Primaries::Smpte170m, Range::Limited, Siting::Left),
        (unknown, yuv(8, (1, 1)), (720, 576), M::Bt601, Primaries::Bt470bg, Range::Limited, Siting::Left),
        (unknown, yuv(8, (1, 0)), (720, 480), M::Bt601, Primaries::Smpte170m, Range::Limited, Siting::Left),
        (full, yuv(8, (1, 1)), (640, 480), M::Bt601, Primaries::Smpte170m, Range::Full, Siting::Center),
        (full, yuv(8, (1, 0)), (640, 480), M::Bt601, Primaries::Smpte170m, Range::Full, Siting::Left),
        (wide, yuv(10, (1, 1)), (640, 360), M::Bt2020Ncl, Primaries::Bt2020, Range::Limited, Siting::TopLeft),
        (unknown, yuv(8, (0, 0)), (640, 360), M::Bt601, Primaries::Smpte170m, Range::Limited, Siting::Center),
        (unknown, rgb8(), (640, 360), M::Identity, Primaries::Bt709, Range::Full, Siting::Center),
        (unknown, gray, (640, 360), M::Identity, Primaries::Bt709, Range::Full, Siting::Center),
    ];
    for (color, layout, (w, h), matrix, primaries, range, siting) in table {
        let r = resolve(&color, &layout, w, h);
        assert_eq!(
            (r.matrix, r.primaries, r.range, r.siting),
            (matrix, primaries, range, siting),
            "{color:?} {} {w}x{h}",
            layout.name()
        );
        let transfer = if layout.family == Family::Rgb { Transfer::Srgb } else { Transfer::Bt1886 };
        assert_eq!(r.transfer, transfer);
    }
    let all = resolve(&unknown, &yuv(8, (1, 1)), 64, 64).guessed;
    assert_eq!(all, ["matrix", "primaries", "transfer", "range", "siting"]);
    assert_eq!(resolve(&unknown, &rgb8(), 64, 64).guessed, ["primaries", "transfer", "range"]);
    let known = ColorInfo {
        matrix: M::Bt601,
        primaries: Primaries::Bt709,
        transfer: Transfer::Bt1886,
        range: Range::Limited,
        siting: Siting::Left,
    };
    let r = resolve(&known, &yuv(8, (1, 1)), 4000, 4000);
    assert!(r.guessed.is_empty() && r.matrix == M::Bt601);
    assert!(display_notes(&r).is_empty());
    assert!(
        resolve(&tags(M::Other(13), Range::Limited, Siting::Left), &yuv(8, (1, 1)), 64, 64).guessed.contains(&"matrix")
    );
    let pq = resolve(&ColorInfo { transfer: Transfer::Pq, ..known }, &yuv(10, (1, 1)), 64, 64);
    assert!(display_notes(&pq)[0].contains("PQ") && display_notes(&pq)[0].contains("without tone mapping"));
    let hlg = resolve(
        &ColorInfo { transfer: Transfer::Hlg, primaries: Primaries::Bt2020, ..known },
        &yuv(10, (1, 1)),
        64,
        64,
    );
    assert_eq!(display_notes(&hlg).len(), 2);
}

/// Codes of saturated colours from the standards' own tables (BT.601 and BT.709 colour bars, BT.2020 10 bit).
#[test]
fn known_codes_become_known_colours() {
    type Case = (Matrix, Range, u8, [u16; 3], [f32; 3]);
    let cases: [Case; 11] = [
        (Matrix::Bt601, Range::Limited, 8, [81, 90, 240], [1.0, 0.0, 0.0]),
        (Matrix::Bt601, Range::Limited, 8, [145, 54, 34], [0.0, 1.0, 0.0]),
        (Matrix::Bt601, Range::Limited, 8, [41, 240, 110], [0.0, 0.0, 1.0]),
        (Matrix::Bt709, Range::Limited, 8, [63, 102, 240], [1.0, 0.0, 0.0]),
        (Matrix::Bt709, Range::Limited, 8, [173, 42, 26], [0.0, 1.0, 0.0]),
        (Matrix::Bt709, Range::Limited, 8, [32, 240, 118], [0.0, 0.0, 1.0]),
        (Matrix::Bt709, Range::Limited, 10, [940, 512, 512], [1.0, 1.0, 1.0]),
        (Matrix::Bt2020Ncl, Range::Limited, 10, [294, 387, 960], [1.0, 0.0, 0.0]),
        (Matrix::Bt601, Range::Full, 8, [76, 85, 255], [1.0, 0.0, 0.0]),
        (Matrix::YCgCo, Range::Full, 8, [128, 255, 128], [0.0, 1.0, 0.0]),
        (Matrix::Identity, Range::Full, 8, [10, 20, 30], [30.0 / 255.0, 10.0 / 255.0, 20.0 / 255.0]),
    ];
    for (matrix, range, bits, codes, colour) in cases {
        let frame = flat(4, 4, yuv(bits, (0, 0)), tags(matrix, range, Siting::Center), codes);
        let got = to_rgb(&frame).unwrap().pixel(1, 2);
        for c in 0..3 {
            // Half a code of luma and of chroma, through the largest coefficient (2.2): 1.6 codes of 219.
            let bound = if matrix == Matrix::Identity { 1e-6 } else { 1.6 / 219.0 };
            assert!((got[c] - colour[c]).abs() < bound, "{matrix:?} {codes:?}: {got:?} is not {colour:?}");
        }
    }
}

#[test]
fn every_layout_survives_the_way_to_rgb_and_back() {
    let mut dice = Dice::new(7);
    for _ in 0..60 {
        let frame = random_frame(&mut dice, 24);
        let image = to_rgb(&frame).unwrap();
        let back = from_rgb(&image, &Target::of(&frame)).unwrap();
        let exact = frame.layout.chroma_shift == (0, 0);
        for i in 0..frame.layout.planes() {
            if frame.layout.alpha && i == frame.layout.planes() - 1 || (i > 0 && !exact) {
                continue;
            }
            let (a, b) = (frame.plane(i), back.plane(i));
            for y in 0..a.height {
                match frame.layout.sample {
                    Sample::F32 => {
                        for (p, q) in a.row_f32(y).iter().zip(b.row_f32(y)) {
                            assert!((p - q).abs() < 2e-4 * p.abs().max(1.0), "{}: {p} {q}", frame.layout.name());
                        }
                    }
                    Sample::U8 => assert_eq!(a.row_u8(y), b.row_u8(y), "{} {:?}", frame.layout.name(), frame.color),
                    Sample::U16 { .. } => {
                        assert_eq!(a.row_u16(y), b.row_u16(y), "{} {:?}", frame.layout.name(), frame.color);
                    }
                }
            }
        }
    }
}

/// A ramp in space must come out of 4:2:0 where it went in, whatever the siting: the place of chroma is honoured both
/// ways, and the wrong siting is off by its half sample.
#[test]
fn siting_keeps_colours_in_their_place() {
    let (w, h) = (32u32, 24u32);
    let mut image = Image::new(w, h);
    let n = image.plane_len();
    for y in 0..h {
        for x in 0..w {
            let i = (y * w + x) as usize;
            image.data[i] = 0.3 + 0.01 * x as f32;
            image.data[n + i] = 0.5;
            image.data[2 * n + i] = 0.4 + 0.01 * y as f32;
        }
    }
    let f32_420 = Layout { sample: Sample::F32, ..yuv(8, (1, 1)) };
    for siting in [Siting::Left, Siting::Center, Siting::TopLeft, Siting::Top, Siting::BottomLeft, Siting::Bottom] {
        let target =
            Target { width: w, height: h, layout: f32_420, color: tags(Matrix::Bt709, Range::Limited, siting) };
        let frame = from_rgb(&image, &target).unwrap();
        let back = to_rgb(&frame).unwrap();
        let planes = frame.planes().to_vec();
        let moved = if siting == Siting::Center { Siting::TopLeft } else { Siting::Center };
        let wrong = Frame::new(w, h, f32_420, ColorInfo { siting: moved, ..target.color }, planes).unwrap();
        let wrong = to_rgb(&wrong).unwrap();
        let (mut worst, mut shifted) = (0.0f32, 0.0f32);
        for y in 4..h - 4 {
            for x in 4..w - 4 {
                for c in 0..3 {
                    worst = worst.max((back.pixel(x, y)[c] - image.pixel(x, y)[c]).abs());
                    shifted = shifted.max((wrong.pixel(x, y)[c] - image.pixel(x, y)[c]).abs());
                }
            }
        }
        assert!(worst < 1e-5, "{siting:?}: {worst}");
        assert!(shifted > 2e-3, "{siting:?} has no effect: {shifted}");
    }
}

/// A real picture against FFmpeg's scaler in its most careful mode. swscale interpolates chroma by its own fixed-point
/// kernels, so single pixels at coloured edges may differ; on the whole the two must agree, and best for the siting the
/// file has.
#[test]
fn a_camera_picture_agrees_with_ffmpeg() {
    let Some(dir) = super::support::testdata() else { return };
    let clip = dir.join("clips/face_bedroom_720p30_h264.mp4");
    let raw = |filter: &str| {
        let mut command = std::process::Command::new("ffmpeg");
        command.args(["-v", "error", "-i"]).arg(&clip).args(["-frames:v", "1", "-vf", filter, "-f", "rawvideo", "-"]);
        command.output().ok().map(|out| out.stdout)
    };
    let careful = "scale=in_color_matrix=bt709:in_range=tv:out_range=pc:\
                   flags=bilinear+accurate_rnd+full_chroma_int+full_chroma_inp,format=gbrp";
    let (Some(yuv420), Some(gbr)) = (raw("format=yuv420p"), raw(careful)) else {
        println!("skipped: needs the ffmpeg program, which is not here");
        return;
    };
    let (w, h) = (1280u32, 720u32);
    let luma = (w * h) as usize;
    let plane =
        |start: usize, w: u32, h: u32| Plane::from_u8(w, h, yuv420[start..start + (w * h) as usize].to_vec()).unwrap();
    let planes = vec![plane(0, w, h), plane(luma, w / 2, h / 2), plane(luma * 5 / 4, w / 2, h / 2)];
    let difference = |siting| {
        let color = tags(Matrix::Bt709, Range::Limited, siting);
        let image = to_rgb(&Frame::new(w, h, yuv(8, (1, 1)), color, planes.clone()).unwrap()).unwrap();
        let (mut sum, mut worst) = (0.0, 0.0f32);
        for (channel, theirs) in [(1, 0), (2, 1), (0, 2)] {
            for (ours, theirs) in image.channel(channel).iter().zip(&gbr[theirs * luma..]) {
                let d = (ours.clamp(0.0, 1.0) * 255.0 - f32::from(*theirs)).abs();
                sum += f64::from(d);
                worst = worst.max(d);
            }
        }
        (sum / (3 * luma) as f64, worst)
    };
    let left = difference(Siting::Left);
    println!("mean and largest difference in codes: left {left:?}, top left {:?}", difference(Siting::TopLeft));
    assert!(left.0 < 0.5 && left.1 < 8.0, "{left:?}");
    assert!(left.0 < difference(Siting::TopLeft).0);
}

#[test]
fn flat_chroma_stays_flat_to_the_border() {
    for shift in [(1, 1), (1, 0), (0, 1), (2, 0), (2, 2)] {
        for siting in [Siting::Left, Siting::Center, Siting::TopLeft, Siting::Bottom] {
            for (w, h) in [(7, 5), (8, 8), (1, 1), (3, 2)] {
                let color = tags(Matrix::Bt601, Range::Limited, siting);
                let frame = flat(w, h, yuv(8, shift), color, [120, 77, 199]);
                let back = from_rgb(&to_rgb(&frame).unwrap(), &Target::of(&frame)).unwrap();
                assert!(back.same_samples(&frame), "{shift:?} {siting:?} {w}x{h}");
            }
        }
    }
}

#[test]
fn with_luma_keeps_chroma_exactly() {
    let mut dice = Dice::new(9);
    for _ in 0..60 {
        let frame = random_frame(&mut dice, 20);
        let frame = Arc::new(frame);
        let touched = Arc::new(with_luma(&frame, |_, _, _| {}).unwrap());
        assert_eq!(touched.layout.sample, Sample::F32);
        if frame.layout.family == Family::Rgb || frame.layout.sample == Sample::F32 {
            continue;
        }
        let (back, _) = conform(&touched, &Target::of(&frame), Kernel::Bicubic).unwrap();
        assert!(back.same_samples(&frame), "{} {:?}", frame.layout.name(), frame.color);
    }
}

#[test]
fn with_luma_on_rgb_moves_all_three() {
    let frame = flat(4, 4, rgb8(), ColorInfo::default(), [51, 102, 204]);
    let brighter = with_luma(&frame, |y, w, h| {
        assert_eq!((y.len(), w, h), (16, 4, 4));
        assert!((y[0] - (0.2126 * 51.0 + 0.7152 * 102.0 + 0.0722 * 204.0)).abs() < 1e-3);
        y.iter_mut().for_each(|v| *v += 25.5);
    })
    .unwrap();
    let pixel = to_rgb(&brighter).unwrap().pixel(2, 2);
    for (got, want) in pixel.iter().zip([0.3, 0.5, 0.9]) {
        assert!((got - want).abs() < 1e-6, "{pixel:?}");
    }
}
