//! The WGSL twins of metrics and overlays against the processor's own numbers.

use std::sync::Arc;

use doublet::frame::{ColorInfo, Family, Frame, Layout, Matrix, Plane, Range, Sample};
use doublet::metrics::gpu::Twins;
use doublet::metrics::{Enlarged, Memo, Moment, Pair, Plan, find, overlay};

use super::super::color::Dice;

/// Rows of a plane lie this many bytes farther apart than they are long.
const PADDING: usize = 6;

/// A picture with edges, a grating and noise; `wrong` makes it a candidate that is off here and there.
fn picture(dice: &mut Dice, (width, height): (u32, u32), bits: u8, shift: (u8, u8), wrong: f32) -> Arc<Frame> {
    let layout = Layout { family: Family::Yuv, sample: Sample::integer(bits), chroma_shift: shift, alpha: false };
    let peak = ((1u32 << bits) - 1) as f32;
    let planes = (0..3).map(|i| {
        let (w, h) = layout.plane_size(i, width, height);
        let bytes = layout.sample.bytes();
        let stride = (w as usize * bytes + PADDING).next_multiple_of(2);
        let mut data = vec![0xab; stride * h as usize];
        for y in 0..h {
            for x in 0..w {
                let block = if (x / 9 + y / 7) % 2 == 0 { 0.65 } else { 0.3 };
                let fine = 0.12 * (x as f32 * 0.8 + y as f32 * 0.3).sin();
                let noise = wrong * (dice.unit() - 0.5);
                let code = ((block + fine + noise).clamp(0.0, 1.0) * peak) as u16;
                let at = y as usize * stride + x as usize * bytes;
                data[at..at + bytes].copy_from_slice(&code.to_ne_bytes()[..bytes]);
            }
        }
        Plane::new(w, h, layout.sample, stride, data.into()).unwrap()
    });
    let color = ColorInfo { matrix: Matrix::Bt709, range: Range::Limited, ..ColorInfo::default() };
    Arc::new(Frame::new(width, height, layout, color, planes.collect()).unwrap())
}

type Case = ((u32, u32), u8, (u8, u8));

const CASES: [Case; 6] = [
    ((64, 64), 8, (1, 1)),
    ((33, 47), 8, (0, 0)),
    ((131, 65), 10, (1, 0)),
    ((200, 129), 12, (1, 1)),
    ((97, 90), 16, (0, 0)),
    // Reduced for SSIM by 2 and by 3, with odd sides.
    ((961, 411), 8, (1, 1)),
];

fn each(mut check: impl FnMut(&Twins, &Moment<'_>, &str)) {
    let Some(gpu) = super::gpu() else { return };
    if !gpu.computes() {
        return println!("skipped: {} does not compute", gpu.info.name);
    }
    let twins = Twins::new(gpu.clone()).unwrap();
    let mut dice = Dice::new(77);
    let larger = ((1443, 770), 10, (1, 1));
    for (size, bits, shift) in CASES.into_iter().chain([larger]) {
        let reference = picture(&mut dice, size, bits, shift, 0.02);
        for wrong in [0.0, 0.05, 0.6] {
            let other = picture(&mut dice, size, bits, shift, wrong);
            let candidate = if wrong == 0.0 { &reference } else { &other };
            let moment = Moment::new(Pair::new(&reference, candidate).unwrap());
            check(&twins, &moment, &format!("{size:?} {bits} bits, wrong by {wrong}"));
        }
    }
}

/// What the processor gives for one metric.
fn score(moment: &Moment<'_>, id: &str) -> doublet::metrics::Value {
    let found = Plan::new(&[find(id).unwrap()]).measure(moment);
    found[0].1.clone().unwrap()
}

#[test]
fn maps_of_error_are_the_processors_to_the_bit() {
    each(|twins, moment, case| {
        for id in ["error", "signed_error"] {
            let own = overlay(id).unwrap().map(moment, &Memo::default()).unwrap();
            assert!(twins.map(id, moment).unwrap().unwrap() == own, "{id}: {case}");
        }
        assert!(twins.map("cambi", moment).is_none(), "what has no twin says so");
    });
}

#[test]
fn psnr_is_the_processors_to_the_bit() {
    each(|twins, moment, case| assert_eq!(twins.psnr_y(&moment.pair).unwrap(), score(moment, "psnr_y"), "{case}"));
}

#[test]
fn ssim_is_the_processors_but_for_rounding() {
    each(|twins, moment, case| {
        let (found, own) = (twins.ssim_y(&moment.pair).unwrap(), score(moment, "ssim_y").value);
        assert!((found - own).abs() < 1e-5, "{case}: {found} {own}");
    });
}

#[test]
fn edges_are_the_processors_to_the_last_pixel() {
    each(|twins, moment, case| {
        let own = overlay("erqa").unwrap().map(moment, &Memo::default()).unwrap();
        let found = twins.map("erqa", moment).unwrap().unwrap();
        let off = own.values.iter().zip(&found.values).filter(|(a, b)| a != b).count();
        assert_eq!(off, 0, "{case}");
        assert!(own.values.iter().any(|v| *v != 0.0), "{case}: a picture with edges");
    });
}

#[test]
fn what_cannot_be_done_is_said_as_the_processor_says_it() {
    let Some(gpu) = super::gpu().filter(|gpu| gpu.computes()) else { return };
    let twins = Twins::new(gpu.clone()).unwrap();
    let small = picture(&mut Dice::new(1), (31, 40), 8, (1, 1), 0.1);
    let moment = Moment::new(Pair::new(&small, &small).unwrap());
    let own = Plan::new(&[find("ssim_y").unwrap()]).measure(&moment)[0].1.clone().unwrap_err();
    assert_eq!(twins.ssim_y(&moment.pair).unwrap_err(), own);
}

#[test]
fn the_gain_is_the_processors_but_for_its_logarithms() {
    each(|twins, moment, case| {
        let overlay = overlay("gain").unwrap();
        let own = overlay.map(moment, &Memo::default()).unwrap();
        let found = twins.map("gain", moment).unwrap().unwrap();
        let off = own.values.iter().zip(&found.values).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max);
        assert!(off < 1e-4, "{case}: {off}");
        let (own, found) = ((overlay.about().pool)(&own), (overlay.about().pool)(&found));
        assert!((own - found).abs() <= 1e-4 * own.abs().max(1e-3), "{case}: {own} {found}");
    });
}

/// `input` drawn larger by straight lines between its samples, shifted and off by up to `wrong` codes of 256.
fn enlarged(dice: &mut Dice, input: &Frame, (width, height): (u32, u32), wrong: f32) -> Arc<Frame> {
    let bits = input.layout.sample.bits();
    let code = |x: u32, y: u32| match bits {
        8 => f32::from(input.plane(0).row_u8(y)[x as usize]),
        _ => f32::from(input.plane(0).row_u16(y)[x as usize]),
    };
    let at = |n: u32, to: u32, from: u32| {
        let place = ((n as f32 + 0.5) * from as f32 / to as f32 - 0.5).clamp(0.0, (from - 1) as f32);
        (place as u32, (place as u32 + 1).min(from - 1), place.fract())
    };
    let peak = ((1u32 << bits) - 1) as f32;
    let unit = (1u32 << (bits - 8)) as f32;
    let mut codes = Vec::new();
    for y in 0..height {
        let (top, bottom, down) = at(y, height, input.height);
        for x in 0..width {
            let (left, right, across) = at(x, width, input.width);
            let row = |y: u32| code(left, y) * (1.0 - across) + code(right, y) * across;
            let lie = if (x / 24 + y / 24) % 5 == 0 { 30.0 * wrong } else { 0.0 };
            let noise = wrong * 40.0 * (dice.unit() - 0.5);
            let value = row(top) * (1.0 - down) + row(bottom) * down + (noise + lie) * unit;
            codes.push(value.round().clamp(0.0, peak) as u16);
        }
    }
    let luma = match bits {
        8 => Plane::from_u8(width, height, codes.iter().map(|c| *c as u8).collect()).unwrap(),
        _ => Plane::from_u16(width, height, codes).unwrap(),
    };
    let layout = Layout { family: Family::Gray, sample: input.layout.sample, chroma_shift: (0, 0), alpha: false };
    Arc::new(Frame::new(width, height, layout, input.color, vec![luma]).unwrap())
}

#[test]
fn what_contradicts_and_what_was_added_are_the_processors() {
    let Some(gpu) = super::gpu().filter(|gpu| gpu.computes()) else { return };
    let twins = Twins::new(gpu.clone()).unwrap();
    let mut dice = Dice::new(5);
    let cases =
        [((64, 48), (128, 96), 8), ((61, 47), (150, 101), 10), ((33, 90), (132, 361), 8), ((320, 180), (641, 360), 16)];
    for (small, large, bits) in cases {
        let input = picture(&mut dice, small, bits, (0, 0), 0.05);
        let input = enlarged(&mut dice, &input, small, 0.0);
        for wrong in [0.0, 0.1, 1.0] {
            let output = enlarged(&mut dice, &input, large, wrong);
            let pair = Pair::new(&output, &output).unwrap();
            let moment = Moment::new(pair).enlarged_from(Enlarged { input: &input, output: &output, before: None });
            for id in ["contradicted", "added"] {
                let own = overlay(id).unwrap().drawn(&moment, &Memo::default()).unwrap();
                let found = twins.drawn(id, &moment).unwrap().unwrap();
                assert_eq!((own.map.width, own.map.height), (found.map.width, found.map.height));
                assert_eq!(own.note, found.note, "{id}: {small:?} to {large:?}");
                let values = own.map.values.iter().zip(&found.map.values);
                let off = values.map(|(a, b)| (a - b).abs()).fold(0.0, f32::max);
                assert!(off < 1e-3, "{id}: {small:?} to {large:?}, {bits} bits, wrong by {wrong}: {off}");
                let most = own.map.values.iter().copied().fold(0.0, f32::max);
                assert!(wrong < 1.0 || most > 5.0, "{id}: {small:?} to {large:?}: a lie shows: {most}");
            }
        }
    }
    let plain = picture(&mut dice, (64, 64), 8, (1, 1), 0.1);
    let moment = Moment::new(Pair::new(&plain, &plain).unwrap());
    let own = overlay("added").unwrap().map(&moment, &Memo::default()).unwrap_err();
    assert_eq!(twins.map("added", &moment).unwrap().unwrap_err(), own);
}
