//! Tests of color.

use std::sync::Arc;

use doublet::color::{Kernel, Target, conform, display_notes, from_rgb, resize, resolve, to_rgb, with_luma};
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

/// An independent, slow resampler: every weight from the definition, in 64 bit, one sample at a time.
fn slow_resize(src: &[f64], (w, h): (usize, usize), (tw, th): (usize, usize), kernel: Kernel) -> Vec<f64> {
    fn weight(kernel: Kernel, x: f64) -> f64 {
        let x = x.abs();
        let pi = std::f64::consts::PI;
        match kernel {
            Kernel::Bilinear => f64::max(0.0, 1.0 - x),
            Kernel::Bicubic => {
                let a = -0.5;
                if x < 1.0 {
                    (a + 2.0) * x.powi(3) - (a + 3.0) * x.powi(2) + 1.0
                } else if x < 2.0 {
                    a * x.powi(3) - 5.0 * a * x.powi(2) + 8.0 * a * x - 4.0 * a
                } else {
                    0.0
                }
            }
            Kernel::Lanczos if x == 0.0 => 1.0,
            Kernel::Lanczos if x < 3.0 => 3.0 * (pi * x).sin() * (pi * x / 3.0).sin() / (pi * pi * x * x),
            _ => 0.0,
        }
    }
    fn row(kernel: Kernel, from: usize, to: usize, j: usize) -> Vec<f64> {
        let scale = from as f64 / to as f64;
        let weights: Vec<f64> = (0..from)
            .map(|i| match kernel {
                Kernel::Box => {
                    let (a, b) = (j as f64 * scale, (j + 1) as f64 * scale);
                    f64::max(0.0, b.min(i as f64 + 1.0) - a.max(i as f64))
                }
                _ => weight(kernel, (i as f64 + 0.5 - (j as f64 + 0.5) * scale) / scale.max(1.0)),
            })
            .collect();
        let sum: f64 = weights.iter().sum();
        weights.iter().map(|v| v / sum).collect()
    }
    let mut out = Vec::new();
    for j in 0..th {
        let down = row(kernel, h, th, j);
        for i in 0..tw {
            let across = row(kernel, w, tw, i);
            let mut sum = 0.0;
            for y in 0..h {
                for x in 0..w {
                    sum += down[y] * across[x] * src[y * w + x];
                }
            }
            out.push(sum);
        }
    }
    out
}

#[test]
fn resize_equals_its_definition() {
    let mut dice = Dice::new(11);
    for kernel in Kernel::ALL {
        for ((w, h), (tw, th)) in [
            ((17, 13), (9, 6)),
            ((17, 13), (34, 26)),
            ((9, 8), (31, 3)),
            ((24, 10), (8, 5)),
            ((5, 4), (5, 9)),
            ((1, 1), (4, 3)),
            ((20, 30), (1, 1)),
            ((16, 9), (15, 8)),
        ] {
            let mut image = Image::new(w, h);
            image.data.iter_mut().for_each(|v| *v = dice.unit() * 1.5 - 0.25);
            let out = resize(&image, tw, th, kernel);
            for c in 0..3 {
                let src: Vec<f64> = image.channel(c).iter().map(|&v| f64::from(v)).collect();
                let want = slow_resize(&src, (w as usize, h as usize), (tw as usize, th as usize), kernel);
                for (got, want) in out.channel(c).iter().zip(&want) {
                    assert!((f64::from(*got) - want).abs() < 2e-6, "{kernel} {w}x{h} to {tw}x{th}: {got} {want}");
                }
            }
        }
    }
}

fn pillow_picture(w: u32, h: u32) -> Image {
    let mut image = Image::new(w, h);
    for channel in image.channels_mut() {
        for y in 0..h {
            for x in 0..w {
                channel[(y * w + x) as usize] = ((x * 37 + y * 101 + x * y * 13) % 256) as f32 / 255.0;
            }
        }
    }
    image
}

/// Values from Pillow 12 (`Image.resize` in mode F, `reducing_gap=None`).
#[test]
fn resize_equals_pillow() {
    #[rustfmt::skip]
    let small: [(Kernel, (u32, u32), [f32; 12]); 4] = [
        (Kernel::Bilinear, (7, 5), [0.2571962, 0.5169972, 0.5143978, 0.6537282, 0.4328872, 0.4627451, 0.4845316, 0.3869074, 0.5547019, 0.5117535, 0.5744986, 0.6520208]),
        (Kernel::Bicubic, (7, 5), [0.235091, 0.5372245, 0.5181671, 0.6504675, 0.4280426, 0.4762407, 0.4760903, 0.3627907, 0.565008, 0.4988069, 0.5634487, 0.6670805]),
        (Kernel::Lanczos, (7, 5), [0.2308508, 0.5565849, 0.5299522, 0.6261577, 0.422829, 0.4928602, 0.461718, 0.3531571, 0.5674731, 0.4896927, 0.5414173, 0.6931655]),
        (Kernel::Box, (8, 6), [0.2833334, 0.6245098, 0.4637255, 0.5539216, 0.3735294, 0.4166667, 0.4598039, 0.5029412, 0.7147059, 0.4598039, 0.7068627, 0.4519608]),
    ];
    for (kernel, (w, h), want) in small {
        let got = resize(&pillow_picture(w, h), 4, 3, kernel);
        for (got, want) in got.channel(1).iter().zip(want) {
            assert!((got - want).abs() < 1e-6, "{kernel}: {got} {want}");
        }
    }
    #[rustfmt::skip]
    let large: [(Kernel, [[f32; 10]; 3]); 3] = [
        (Kernel::Bilinear, [
            [0.0, 0.0798039, 0.1813726, 0.2829412, 0.3845098, 0.4860784, 0.5876471, 0.6892157, 0.7907843, 0.8705882],
            [0.6683823, 0.4158946, 0.2670956, 0.4288848, 0.590674, 0.6426593, 0.5660172, 0.2446691, 0.2339093, 0.3610294],
            [0.5803922, 0.7723529, 0.7656863, 0.3072549, 0.5013726, 0.7456863, 0.9398039, 0.4813726, 0.4747059, 0.6666667],
        ]),
        (Kernel::Bicubic, [
            [-0.0370665, 0.0377226, 0.148287, 0.2472878, 0.3409475, 0.4681076, 0.618158, 0.717222, 0.8260933, 0.9008824],
            [0.7772707, 0.4220333, 0.1683307, 0.3858151, 0.6236531, 0.7267174, 0.611005, 0.1542538, 0.1267788, 0.3008867],
            [0.58753, 0.8434164, 0.8294642, 0.2496495, 0.473931, 0.834661, 1.0025518, 0.4226739, 0.4104148, 0.6663013],
        ]),
        (Kernel::Lanczos, [
            [-0.0336322, 0.0164808, 0.1211253, 0.2185955, 0.301488, 0.4579635, 0.6490771, 0.7233339, 0.8249078, 0.9009895],
            [0.859306, 0.4786422, 0.122543, 0.3640334, 0.6684624, 0.8258301, 0.6129802, 0.0952241, 0.0480832, 0.2679972],
            [0.5931317, 0.8942431, 0.8140323, 0.2250498, 0.404084, 0.9583539, 1.0221548, 0.4014801, 0.3436153, 0.6640532],
        ]),
    ];
    for (kernel, rows) in large {
        let got = resize(&pillow_picture(7, 5), 10, 8, kernel);
        for (y, want) in [0usize, 3, 7].into_iter().zip(rows) {
            for (got, want) in got.channel(0)[y * 10..y * 10 + 10].iter().zip(want) {
                assert!((got - want).abs() < 1e-6, "{kernel} row {y}: {got} {want}");
            }
        }
    }
}

#[test]
fn resize_keeps_flat_pictures_flat_and_bears_empty_ones() {
    let mut image = Image::new(37, 21);
    image.data.fill(0.7);
    for kernel in Kernel::ALL {
        assert_eq!(kernel.to_string().parse::<Kernel>(), Ok(kernel));
        for (w, h) in [(5, 3), (80, 60), (37, 21), (1, 1), (36, 22), (0, 0)] {
            let out = resize(&image, w, h, kernel);
            assert_eq!((out.width, out.height), (w.max(1), h.max(1)));
            assert!(out.data.iter().all(|v| (v - 0.7).abs() < 1e-6), "{kernel} {w}x{h}");
        }
        assert_eq!(resize(&Image::new(0, 0), 3, 2, kernel).data, vec![0.0; 18]);
    }
    assert!("cubic".parse::<Kernel>().unwrap_err().contains("bicubic"));
}

#[test]
fn conform_leaves_alone_what_fits() {
    let mut dice = Dice::new(3);
    for _ in 0..40 {
        let frame = Arc::new(random_frame(&mut dice, 20));
        let (same, steps) = conform(&frame, &Target::of(&frame), Kernel::Bicubic).unwrap();
        assert!(Arc::ptr_eq(&frame, &same), "{} {:?}", frame.layout.name(), frame.color);
        assert!(steps.is_empty(), "{steps:?}");
    }
}

#[test]
fn conform_takes_unknown_tags_for_the_references() {
    let stated = tags(Matrix::Bt709, Range::Limited, Siting::Left);
    let frame = Arc::new(flat(64, 48, yuv(8, (1, 1)), ColorInfo::default(), [100, 90, 200]));
    let target = Target { color: stated, ..Target::of(&frame) };
    let (same, steps) = conform(&frame, &target, Kernel::Bicubic).unwrap();
    assert!(Arc::ptr_eq(&frame, &same));
    assert!(steps.len() == 1 && steps[0].contains("bt709"), "{steps:?}");
    let known = Arc::new(flat(64, 48, yuv(8, (1, 1)), stated, [100, 90, 200]));
    let (same, steps) = conform(&known, &Target::of(&frame), Kernel::Bicubic).unwrap();
    assert!(Arc::ptr_eq(&known, &same) && steps.len() == 1, "{steps:?}");
}

#[test]
fn conform_widens_and_rounds_plane_by_plane() {
    let mut dice = Dice::new(5);
    let color = tags(Matrix::Bt709, Range::Limited, Siting::Left);
    let small = Arc::new(random_samples(&mut dice, 33, 17, yuv(8, (1, 1)), color));
    let wide = Target { layout: yuv(10, (1, 1)), ..Target::of(&small) };
    let (ten, steps) = conform(&small, &wide, Kernel::Bicubic).unwrap();
    assert!(steps.iter().any(|s| s.contains("widened")), "{steps:?}");
    for i in 0..3 {
        for y in 0..small.plane(i).height {
            for (a, b) in small.plane(i).row_u8(y).iter().zip(ten.plane(i).row_u16(y)) {
                assert_eq!(u16::from(*a) * 4, *b);
            }
        }
    }
    let (back, steps) = conform(&ten, &Target::of(&small), Kernel::Bicubic).unwrap();
    assert!(back.same_samples(&small) && steps.iter().any(|s| s.contains("rounded to 8 bit")), "{steps:?}");

    // Float YUV rounds half up, plane by plane.
    let float = with_luma(&small, |y, _, _| y.iter_mut().for_each(|v| *v += 0.5)).unwrap();
    let (eight, _) = conform(&Arc::new(float), &Target::of(&small), Kernel::Bicubic).unwrap();
    for y in 0..small.height {
        for (a, b) in small.plane(0).row_u8(y).iter().zip(eight.plane(0).row_u8(y)) {
            assert_eq!(a.saturating_add(1), *b);
        }
    }
    for i in 1..3 {
        for y in 0..small.plane(i).height {
            assert_eq!(small.plane(i).row_u8(y), eight.plane(i).row_u8(y));
        }
    }
}

/// Chroma of a scaled 4:2:0 picture must stay over its luma: a horizontal ramp in both keeps its tie.
#[test]
fn conform_scales_planes_with_their_siting() {
    let layout = Layout { sample: Sample::F32, ..yuv(8, (1, 1)) };
    for siting in [Siting::Left, Siting::Center, Siting::TopLeft] {
        let color = tags(Matrix::Bt709, Range::Limited, siting);
        let make = |w: u32, h: u32| {
            let mut image = Image::new(w, h);
            let n = image.plane_len();
            for y in 0..h {
                for x in 0..w {
                    let (u, v) = ((x as f32 + 0.5) / w as f32, (y as f32 + 0.5) / h as f32);
                    let i = (y * w + x) as usize;
                    image.data[i] = 0.2 + 0.5 * u;
                    image.data[n + i] = 0.4;
                    image.data[2 * n + i] = 0.3 + 0.4 * v;
                }
            }
            from_rgb(&image, &Target { width: w, height: h, layout, color }).unwrap()
        };
        let (small, large) = (Arc::new(make(40, 30)), make(80, 60));
        let (scaled, steps) = conform(&small, &Target::of(&large), Kernel::Bicubic).unwrap();
        assert!(steps[0].contains("40x30 to 80x60"), "{steps:?}");
        for i in 0..3 {
            let (a, b) = (scaled.plane(i), large.plane(i));
            for y in 8..a.height - 8 {
                for x in 8..a.width as usize - 8 {
                    let (p, q) = (a.row_f32(y)[x], b.row_f32(y)[x]);
                    assert!((p - q).abs() < 1e-2, "{siting:?} plane {i} ({x},{y}): {p} {q}");
                }
            }
        }
    }
}

#[test]
fn conform_speaks_of_all_it_does() {
    let limited = tags(Matrix::Bt709, Range::Limited, Siting::Left);
    let frame = Arc::new(flat(64, 48, yuv(8, (1, 1)), limited, [126, 128, 128]));
    let cases = [
        (Target { layout: yuv(8, (0, 0)), ..Target::of(&frame) }, "chroma yuv420p to yuv444p"),
        (Target { layout: rgb8(), color: ColorInfo::default(), ..Target::of(&frame) }, "through RGB"),
        (Target { color: ColorInfo { matrix: Matrix::Bt601, ..limited }, ..Target::of(&frame) }, "bt709"),
        (Target { color: ColorInfo { range: Range::Full, ..limited }, ..Target::of(&frame) }, "limited to full"),
        (Target { color: ColorInfo { siting: Siting::TopLeft, ..limited }, ..Target::of(&frame) }, "top left"),
        (Target { layout: Layout { alpha: true, ..yuv(8, (1, 1)) }, ..Target::of(&frame) }, "opaque"),
        (Target { width: 32, height: 24, ..Target::of(&frame) }, "64x48 to 32x24, bicubic"),
        (Target { layout: Layout { family: Family::Gray, ..rgb8() }, ..Target::of(&frame) }, "chroma left out"),
    ];
    for (target, word) in cases {
        let (made, steps) = conform(&frame, &target, Kernel::Bicubic).unwrap();
        assert!(steps.iter().any(|s| s.contains(word)), "{word}: {steps:?}");
        assert_eq!((made.layout, made.color, made.width), (target.layout, target.color, target.width));
        // Grey stays grey on every road: code 126 is (126 - 16) / 219.
        let grey = to_rgb(&made).unwrap().pixel(3, 3);
        assert!(grey.iter().all(|v| (v - 110.0 / 219.0).abs() < 0.51 / 219.0), "{word}: {grey:?}");
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
