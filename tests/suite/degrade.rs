//! Stages that make a picture worse, against reference implementations: `tests/data/degrade/make_goldens.py` says which.

use std::collections::BTreeSet;
use std::sync::Arc;

use doublet::color::{Kernel, Target, conform, resize, to_rgb};
use doublet::filters::{Direction, blur, chroma, jpeg, noise, resample};
use doublet::frame::{
    ColorInfo, Family, Frame, FrameSource, Image, Layout, Matrix, Plane, Range, Request, Sample, Siting, SourceError,
    SourceInfo, Stop, Timeline,
};
use serde_json::Value;

use super::color::{Dice, random_frame, random_samples};

fn goldens(part: &str) -> Vec<Value> {
    let all: Value = serde_json::from_str(include_str!("../data/degrade/goldens.json")).unwrap();
    let cases = all[part].as_array().unwrap().clone();
    assert!(cases.len() > 3, "{part}");
    cases
}

fn numbers(case: &Value, key: &str) -> Vec<f64> {
    case[key].as_array().unwrap().iter().map(|v| v.as_f64().unwrap()).collect()
}

fn size(case: &Value, key: &str) -> (u32, u32) {
    let n = numbers(case, key);
    (n[0] as u32, n[1] as u32)
}

/// The goldens' picture, 0..1.
fn drawn(w: u32, h: u32) -> Vec<f32> {
    let at = |x: u32, y: u32| ((37 * x + 101 * y + 13 * x * y) % 256) as f32 / 255.0;
    (0..h).flat_map(|y| (0..w).map(move |x| at(x, y))).collect()
}

/// The picture that the goldens' JPEGs hold.
fn codes(w: u32, h: u32, c: i32) -> Vec<u8> {
    let at = |x: i32, y: i32| {
        let texture = (37 * x + 101 * y + 13 * x * y + 59 * c) % 256 - 128;
        (128 + texture.div_euclid(4) + 2 * x - 3 * y + 20 * c).clamp(0, 255) as u8
    };
    (0..h as i32).flat_map(|y| (0..w as i32).map(move |x| at(x, y))).collect()
}

const GRAY_F32: Layout = Layout { family: Family::Gray, sample: Sample::F32, chroma_shift: (0, 0), alpha: false };
const TAGS: ColorInfo = ColorInfo {
    matrix: Matrix::Bt709,
    primaries: doublet::frame::Primaries::Bt709,
    transfer: doublet::frame::Transfer::Bt1886,
    range: Range::Limited,
    siting: Siting::Left,
};

fn gray(w: u32, h: u32) -> Arc<Frame> {
    let plane = Plane::from_f32(w, h, drawn(w, h)).unwrap();
    Arc::new(Frame::new(w, h, GRAY_F32, ColorInfo { range: Range::Full, ..TAGS }, vec![plane]).unwrap())
}

/// A film of the same picture over and over.
struct Same(SourceInfo, Arc<Frame>);

impl FrameSource for Same {
    fn info(&self) -> &SourceInfo {
        &self.0
    }

    fn frame(&mut self, _: &mut Request<'_>) -> Result<Arc<Frame>, SourceError> {
        Ok(self.1.clone())
    }
}

pub fn film(frame: &Arc<Frame>) -> Box<dyn FrameSource> {
    let info = SourceInfo {
        name: "clip.mkv".into(),
        width: frame.width,
        height: frame.height,
        layout: frame.layout,
        color: frame.color,
        timeline: Arc::new(Timeline::constant(1 << 20, doublet::frame::Rational::new(25, 1))),
        sample_aspect: (1, 1),
        rotation: 0,
        details: String::new(),
        notes: Vec::new(),
    };
    Box::new(Same(info, frame.clone()))
}

/// Frame `n`; what a source says and what it gives must be one.
fn get(source: &mut dyn FrameSource, n: usize) -> Arc<Frame> {
    let frame = source.get(n).unwrap();
    let info = source.info();
    assert_eq!((frame.width, frame.height), (info.width, info.height), "{}", info.name);
    assert_eq!((frame.layout, frame.color), (info.layout, info.color), "{}", info.name);
    frame
}

fn floats(plane: &Plane) -> Vec<f32> {
    (0..plane.height).flat_map(|y| plane.row_f32(y).to_vec()).collect()
}

fn assert_near(got: &[f32], want: &[f64], tolerance: f64, what: &str) {
    assert_eq!(got.len(), want.len(), "{what}");
    for (i, (got, want)) in got.iter().zip(want).enumerate() {
        assert!((f64::from(*got) - want).abs() <= tolerance, "{what}, sample {i}: {got} {want}");
    }
}

/// Goldens have 7 digits; sums of up to 33 weighted values below 1 in 32-bit floats add some 1e-6.
const CLOSE: f64 = 3e-6;

#[test]
fn blur_is_scipys_gaussian_filter() {
    for case in goldens("blur") {
        let ((w, h), sigma) = (size(&case, "size"), numbers(&case, "sigma"));
        let mut source = blur(film(&gray(w, h)), sigma[0], sigma[1]).unwrap();
        let made = get(&mut *source, 0);
        assert_near(&floats(made.plane(0)), &numbers(&case, "samples"), CLOSE, &format!("{w}x{h} {sigma:?}"));
    }
}

#[test]
fn blur_is_as_much_narrower_on_chroma_as_its_grid_is_coarser() {
    // The goldens' 17x13 picture as both chroma planes of a 33x25 (odd) and of a 34x13 frame.
    let want = goldens("blur").into_iter().find(|c| size(c, "size") == (17, 13) && numbers(c, "sigma")[0] == 1.3);
    let want = numbers(&want.unwrap(), "samples");
    for (shift, (w, h), sigma) in
        [((1, 1), (33, 25), (2.6, 2.6)), ((1, 0), (34, 13), (2.6, 1.3)), ((0, 0), (17, 13), (1.3, 1.3))]
    {
        for bits in [8, 10, 12, 32] {
            let sample = if bits == 32 { Sample::F32 } else { Sample::integer(bits) };
            let layout = Layout { family: Family::Yuv, sample, chroma_shift: shift, alpha: false };
            let unit = if bits == 32 { 1 } else { 1_u16 << (bits - 8) };
            let luma = vec![100.0; (w * h) as usize];
            let plane = |w, h, values: &[f32]| match sample {
                Sample::U8 => Plane::from_u8(w, h, values.iter().map(|v| v.round() as u8).collect()),
                Sample::U16 { .. } => Plane::from_u16(w, h, values.iter().map(|v| v.round() as u16 * unit).collect()),
                Sample::F32 => Plane::from_f32(w, h, values.to_vec()),
            };
            let colour: Vec<f32> = drawn(17, 13).iter().map(|v| v * 255.0).collect();
            let planes =
                vec![plane(w, h, &luma).unwrap(), plane(17, 13, &colour).unwrap(), plane(17, 13, &colour).unwrap()];
            let frame = Arc::new(Frame::new(w, h, layout, TAGS, planes).unwrap());
            let made = get(&mut *blur(film(&frame), sigma.0, sigma.1).unwrap(), 0);
            assert_eq!(made.layout, Layout { sample: Sample::F32, ..layout });
            let scaled: Vec<f64> = want.iter().map(|v| v * 255.0).collect();
            for c in [1, 2] {
                assert_near(&floats(made.plane(c)), &scaled, 255.0 * CLOSE, &layout.name());
            }
            assert!(floats(made.plane(0)).iter().all(|v| (v - 100.0).abs() < 1e-4), "flat luma stays flat");
        }
    }
}

#[test]
fn chroma_moves_and_softens_colour_alone() {
    for case in goldens("chroma") {
        let (sigma, shift) = (case["sigma"].as_f64().unwrap(), case["shift"].as_f64().unwrap());
        let want: Vec<f64> = numbers(&case, "samples").iter().map(|v| v * 100.0).collect();
        let layout = Layout { family: Family::Yuv, sample: Sample::F32, chroma_shift: (0, 0), alpha: false };
        let scaled: Vec<f32> = drawn(17, 13).iter().map(|v| v * 100.0).collect();
        let planes = (0..3).map(|_| Plane::from_f32(17, 13, scaled.clone()).unwrap()).collect();
        let frame = Arc::new(Frame::new(17, 13, layout, TAGS, planes).unwrap());
        let made = get(&mut *chroma(film(&frame), sigma, shift).unwrap(), 0);
        assert_eq!(floats(made.plane(0)), scaled, "luma is untouched");
        assert_near(&floats(made.plane(1)), &want, 100.0 * CLOSE, &format!("{sigma} {shift}"));
        assert_near(&floats(made.plane(2)), &want, 100.0 * CLOSE, &format!("{sigma} {shift}"));
        // Half the lengths on a grid half as fine.
        let half = Layout { chroma_shift: (1, 0), ..layout };
        let luma = Plane::from_f32(34, 13, vec![50.0; 34 * 13]).unwrap();
        let planes = vec![luma, frame.plane(1).clone(), frame.plane(2).clone()];
        let wide = Arc::new(Frame::new(34, 13, half, TAGS, planes).unwrap());
        let made = get(&mut *chroma(film(&wide), 2.0 * sigma, 2.0 * shift).unwrap(), 0);
        assert_near(&floats(made.plane(1)), &want, 100.0 * CLOSE, &format!("{sigma} {shift} in 4:2:2"));
    }
}

#[test]
fn chroma_keeps_the_luma_of_rgb_and_leaves_grey_alone() {
    let mut dice = Dice::new(5);
    let frame =
        Arc::new(random_samples(&mut dice, 40, 9, Layout::RGB_F32, ColorInfo::rgb(TAGS.primaries, TAGS.transfer)));
    let made = to_rgb(&get(&mut *chroma(film(&frame), 5.0, 2.0).unwrap(), 0)).unwrap();
    let before = to_rgb(&frame).unwrap();
    let luma = |image: &Image, i: usize| {
        let at = |c: usize| f64::from(image.channel(c)[i]);
        0.2126 * at(0) + 0.7152 * at(1) + 0.0722 * at(2)
    };
    for i in 0..360 {
        assert!((luma(&made, i) - luma(&before, i)).abs() < 2e-6);
    }
    assert_ne!(made.channel(0), before.channel(0));
    let plain = gray(20, 5);
    assert_eq!(floats(get(&mut *chroma(film(&plain), 5.0, 2.0).unwrap(), 0).plane(0)), floats(plain.plane(0)));
}

#[test]
fn noise_follows_its_published_formula() {
    for case in goldens("noise") {
        let ((w, h), frame) = (size(&case, "size"), case["frame"].as_u64().unwrap() as usize);
        let seed: u64 = case["seed"].as_str().unwrap().parse().unwrap();
        let flat = Plane::from_f32(w, h, vec![0.5; (w * h) as usize]).unwrap();
        let plain = Arc::new(Frame::new(w, h, GRAY_F32, ColorInfo { range: Range::Full, ..TAGS }, vec![flat]).unwrap());
        let made = get(&mut *noise(film(&plain), 10.0, seed).unwrap(), frame);
        let drawn: Vec<f32> = floats(made.plane(0)).iter().map(|v| (v - 0.5) * 25.5).collect();
        // One step of a float near 137.5 codes, 10 times magnified less.
        assert_near(&drawn, &numbers(&case, "samples"), 4e-6, &format!("seed {seed} frame {frame}"));
    }
}

/// Noise of a flat 8-bit 4:2:0 frame, in codes.
fn grain(w: u32, h: u32, deviation: f64, seed: u64, n: usize) -> Vec<f32> {
    let layout = Layout { family: Family::Yuv, sample: Sample::U8, chroma_shift: (1, 1), alpha: false };
    let plane = |w: u32, h: u32, v: u8| Plane::from_u8(w, h, vec![v; (w * h) as usize]).unwrap();
    let (cw, ch) = layout.plane_size(1, w, h);
    let frame = Frame::new(w, h, layout, TAGS, vec![plane(w, h, 120), plane(cw, ch, 90), plane(cw, ch, 150)]).unwrap();
    let made = get(&mut *noise(film(&Arc::new(frame)), deviation, seed).unwrap(), n);
    assert!(floats(made.plane(1)).iter().all(|v| *v == 90.0) && floats(made.plane(2)).iter().all(|v| *v == 150.0));
    floats(made.plane(0)).iter().map(|v| v - 120.0).collect()
}

#[test]
fn noise_has_the_deviation_asked_for_and_is_white() {
    let (w, h) = (256, 200);
    let field = grain(w, h, 5.0, 3, 17);
    let count = field.len() as f64;
    let mean = field.iter().map(|v| f64::from(*v)).sum::<f64>() / count;
    let central = |power: i32| field.iter().map(|v| (f64::from(*v) - mean).powi(power)).sum::<f64>() / count;
    let deviation = central(2).sqrt();
    // Six standard errors of each estimate over 51200 samples.
    assert!(mean.abs() < 6.0 * 5.0 / count.sqrt(), "{mean}");
    assert!((deviation - 5.0).abs() < 6.0 * 5.0 / (2.0 * count).sqrt(), "{deviation}");
    assert!((central(4) / deviation.powi(4) - 3.0).abs() < 6.0 * (24.0 / count).sqrt(), "tails of a Gaussian");
    let within = |f: &dyn Fn(usize) -> Option<usize>| {
        let pairs = (0..field.len()).filter_map(|i| Some(f64::from(field[i]) * f64::from(field[f(i)?])));
        let (sum, n) = pairs.fold((0.0, 0.0), |(s, n), v| (s + v, n + 1.0));
        (sum / n / 25.0, 6.0 / f64::sqrt(n))
    };
    let w = w as usize;
    for (name, step) in [("across", 1), ("two across", 2), ("down", w), ("aslant", w + 1)] {
        let (correlation, bound) = within(&|i| (i % w + 2 < w && i + step < field.len()).then_some(i + step));
        assert!(correlation.abs() < bound, "{name}: {correlation}");
    }
    let next = grain(256, 200, 5.0, 3, 18);
    let across: f64 = field.iter().zip(&next).map(|(a, b)| f64::from(a * b)).sum::<f64>() / count / 25.0;
    assert!(across.abs() < 6.0 / count.sqrt(), "frames are independent: {across}");
}

#[test]
fn noise_depends_on_seed_frame_and_place_alone() {
    let field = grain(64, 40, 8.0, 1, 9);
    assert_eq!(field, grain(64, 40, 8.0, 1, 9));
    assert_ne!(field, grain(64, 40, 8.0, 2, 9));
    assert_ne!(field, grain(64, 40, 8.0, 1, 10));
    // A picture of another size has the same grain where both have samples.
    let wide = grain(101, 23, 8.0, 1, 9);
    for y in 0..23 {
        assert_eq!(field[64 * y..64 * y + 64], wide[101 * y..101 * y + 64]);
    }
    let one = rayon::ThreadPoolBuilder::new().num_threads(1).build().unwrap();
    assert_eq!(field, one.install(|| grain(64, 40, 8.0, 1, 9)), "one thread");
    let three = rayon::ThreadPoolBuilder::new().num_threads(3).build().unwrap();
    assert_eq!(field, three.install(|| grain(64, 40, 8.0, 1, 9)), "three threads");
}

#[test]
fn noise_moves_red_green_and_blue_alike() {
    let frame = Arc::new(random_samples(
        &mut Dice::new(2),
        21,
        8,
        Layout::RGB_F32,
        ColorInfo::rgb(TAGS.primaries, TAGS.transfer),
    ));
    let made = to_rgb(&get(&mut *noise(film(&frame), 12.0, 0).unwrap(), 4)).unwrap();
    let before = to_rgb(&frame).unwrap();
    let change = |c: usize| made.channel(c).iter().zip(before.channel(c)).map(|(a, b)| a - b).collect::<Vec<f32>>();
    let (red, green, blue) = (change(0), change(1), change(2));
    assert!(red.iter().any(|v| v.abs() > 0.02));
    for i in 0..red.len() {
        assert!((red[i] - green[i]).abs() < 1e-6 && (red[i] - blue[i]).abs() < 1e-6);
    }
}

#[test]
fn shrinking_is_what_pillow_opencv_and_the_definition_of_gauss_say() {
    let mut seen = BTreeSet::new();
    for case in goldens("resize") {
        let ((w, h), (tw, th)) = (size(&case, "size"), size(&case, "to"));
        let kernel: Kernel = case["kernel"].as_str().unwrap().parse().unwrap();
        seen.insert(kernel.name());
        let mut image = Image::new(w, h);
        image.channel_mut(1).copy_from_slice(&drawn(w, h));
        let got = resize(&image, tw, th, kernel);
        assert_near(got.channel(1), &numbers(&case, "samples"), 2e-6, &format!("{kernel} {w}x{h} to {tw}x{th}"));
    }
    assert_eq!(seen, BTreeSet::from(["bicubic", "box", "gauss", "lanczos"]));
}

/// A ramp stays a ramp through the middle, at the place where each output sample's centre lies.
#[test]
fn no_stage_moves_the_picture() {
    let (w, h) = (64, 48);
    let mut image = Image::new(w, h);
    for c in 0..3 {
        for (i, v) in image.channel_mut(c).iter_mut().enumerate() {
            *v = 0.2 + 0.008 * (i as u32 % w) as f32 + 0.004 * (i as u32 / w) as f32;
        }
    }
    let frame = Arc::new(image.into_frame(ColorInfo::rgb(TAGS.primaries, TAGS.transfer)).unwrap());
    let ramp = |x: f64, y: f64| 0.2 + 0.008 * (x - 0.5) + 0.004 * (y - 0.5);
    let mut stages = vec![blur(film(&frame), 1.7, 1.7).unwrap(), blur(film(&frame), 2.0, 0.0).unwrap()];
    for kernel in Kernel::ALL {
        for factor in [2.0, 3.0, 1.6] {
            stages.push(resample(film(&frame), Direction::Down, factor, kernel).unwrap());
        }
    }
    for mut stage in stages {
        let made = to_rgb(&get(&mut *stage, 0)).unwrap();
        let (sx, sy) = (f64::from(w) / f64::from(made.width), f64::from(h) / f64::from(made.height));
        let (x, y) = (made.width / 2, made.height / 2);
        let want = ramp((f64::from(x) + 0.5) * sx, (f64::from(y) + 0.5) * sy);
        let got = f64::from(made.pixel(x, y)[1]);
        // An eighth of a sample across: with a ratio of 1.6 the weights cannot balance better on whole samples.
        assert!((got - want).abs() < 0.001, "{}: {got} {want}", stage.info().name);
    }
}

fn gray_codes(w: u32, h: u32) -> Arc<Frame> {
    let layout = Layout { sample: Sample::U8, ..GRAY_F32 };
    let plane = Plane::from_u8(w, h, codes(w, h, 0)).unwrap();
    Arc::new(Frame::new(w, h, layout, ColorInfo { range: Range::Full, ..TAGS }, vec![plane]).unwrap())
}

#[test]
fn jpeg_is_libjpegs() {
    for case in goldens("jpeg").iter().filter(|c| c["channels"] == 1) {
        let ((w, h), quality) = (size(case, "size"), case["quality"].as_f64().unwrap());
        let made = get(&mut *jpeg(film(&gray_codes(w, h)), quality).unwrap(), 0);
        assert_eq!(made.layout.sample, Sample::U8);
        let got: Vec<u8> = (0..h).flat_map(|y| made.plane(0).row_u8(y).to_vec()).collect();
        let want = numbers(case, "samples");
        let apart = |i: usize| (f64::from(got[i]) - want[i]).abs();
        let block = |i: usize| (i as u32 % w / 8, i as u32 / w / 8);
        // libjpeg's transform works in whole numbers, a code here and there; and in each of these pictures there is at
        // most one block with a coefficient so near a tie (0.003 of a step) that it falls to the other side.
        let off: BTreeSet<_> = (0..got.len()).filter(|i| apart(*i) > 1.0).map(block).collect();
        let worst = (0..got.len()).map(apart).fold(0.0, f64::max);
        assert!(off.len() <= 1 && worst <= 5.0, "{w}x{h} quality {quality}: blocks {off:?}, {worst} at worst");
    }
}

#[test]
fn jpeg_in_colour_loses_what_libjpegs_4_2_0_loses() {
    let layout = Layout { sample: Sample::U8, ..Layout::RGB_F32 };
    let planes = (0..3).map(|c| Plane::from_u8(32, 24, codes(32, 24, c)).unwrap()).collect();
    let frame = Arc::new(Frame::new(32, 24, layout, ColorInfo::rgb(TAGS.primaries, TAGS.transfer), planes).unwrap());
    for case in goldens("jpeg").iter().filter(|c| c["channels"] == 3) {
        let quality = case["quality"].as_f64().unwrap();
        let made = get(&mut *jpeg(film(&frame), quality).unwrap(), 0);
        assert_eq!(made.layout.name(), "yuv420p");
        let image = to_rgb(&made).unwrap();
        let got = image.data.iter().map(|v| f64::from(v.clamp(0.0, 1.0)) * 255.0);
        let want = numbers(case, "samples");
        let apart: Vec<f64> = got.zip(&want).map(|(a, b)| (a - b).abs()).collect();
        let mean = apart.iter().sum::<f64>() / apart.len() as f64;
        let own: Vec<f64> = (0..3).flat_map(|c| codes(32, 24, c)).map(f64::from).collect();
        let loss = own.iter().zip(&want).map(|(a, b)| (a - b).abs()).sum::<f64>() / want.len() as f64;
        // libjpeg rounds Y'CbCr before it averages chroma and R'G'B' at the end; a flipped coefficient shifts a block.
        assert!(mean < 1.0 && mean < 0.35 * loss, "quality {quality}: {mean} apart, where libjpeg loses {loss}");
    }
}

#[test]
fn every_layout_and_size_goes_through_every_stage() {
    let mut dice = Dice::new(77);
    for round in 0..120 {
        let mut frame = random_frame(&mut dice, if round % 3 == 0 { 3 } else { 40 });
        if round % 7 == 0 {
            frame = random_samples(&mut dice, 32, 32, frame.layout, frame.color);
        }
        let frame = Arc::new(frame);
        let stages = [
            blur(film(&frame), 1.2, 1.2),
            chroma(film(&frame), 3.0, 1.0),
            noise(film(&frame), 4.0, 9),
            jpeg(film(&frame), 40.0),
        ];
        for stage in stages {
            let mut stage = stage.unwrap();
            let made = get(&mut *stage, 3);
            assert!((made.width, made.height) == (frame.width, frame.height));
            assert!(made.same_samples(&get(&mut *stage, 3)), "the same again");
            let stop = Stop::default();
            stop.set();
            assert_eq!(stage.frame(&mut Request::new(0, &stop)).unwrap_err(), SourceError::Stopped);
        }
    }
}

#[test]
fn a_stage_of_nothing_passes_the_frame_on() {
    let frame = gray(9, 9);
    for stage in [blur(film(&frame), 0.0, 0.0), noise(film(&frame), 0.0, 4)] {
        assert!(Arc::ptr_eq(&frame, &stage.unwrap().get(0).unwrap()));
    }
}

#[test]
fn more_damage_leaves_less() {
    let mut dice = Dice::new(8);
    let layout = Layout { family: Family::Yuv, sample: Sample::U8, chroma_shift: (1, 1), alpha: false };
    let frame = Arc::new(random_samples(&mut dice, 64, 48, layout, TAGS));
    let lost = |mut stage: Box<dyn FrameSource>| {
        let (made, _) = conform(&stage.get(0).unwrap(), &Target::of(&frame), Kernel::Bicubic).unwrap();
        let rows = |f: &Frame| (0..48).flat_map(|y| f.plane(0).row_u8(y).to_vec()).collect::<Vec<_>>();
        rows(&frame).iter().zip(rows(&made)).map(|(a, b)| (f64::from(*a) - f64::from(b)).powi(2)).sum::<f64>()
    };
    let ladders = [
        [0.4, 1.0, 3.0].map(|s| lost(blur(film(&frame), s, s).unwrap())),
        [2.0, 6.0, 20.0].map(|s| lost(noise(film(&frame), s, 0).unwrap())),
        [90.0, 50.0, 10.0].map(|q| lost(jpeg(film(&frame), q).unwrap())),
    ];
    for ladder in ladders {
        assert!(0.0 < ladder[0] && ladder[0] < ladder[1] && ladder[1] < ladder[2], "{ladder:?}");
    }
}

#[test]
fn wrong_amounts_get_a_sentence() {
    let frame = gray(8, 8);
    for sigma in [f64::NAN, -0.1, 50.5, f64::INFINITY] {
        assert!(blur(film(&frame), sigma, 1.0).err().unwrap().to_string().contains("0 to 50 luma samples"));
        assert!(blur(film(&frame), 1.0, sigma).is_err());
    }
    assert!(chroma(film(&frame), 0.5, 0.0).err().unwrap().to_string().contains("1 to 50"));
    assert!(chroma(film(&frame), 2.0, 60.0).err().unwrap().to_string().contains("-50 to 50"));
    assert!(noise(film(&frame), 101.0, 0).err().unwrap().to_string().contains("0 to 100 8-bit codes"));
    for quality in [0.0, 101.0, 30.5, f64::NAN] {
        assert!(jpeg(film(&frame), quality).err().unwrap().to_string().contains("whole number from 1 to 100"));
    }
}
