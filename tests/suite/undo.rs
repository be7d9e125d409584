//! `undo` takes back what was applied: tone curves and sharpening, at 8 and 10 bits, at odd sizes.

use std::sync::Arc;

use doublet::filters::{FilterError, UNDO_KNOTS, undo, unsharp};
use doublet::frame::{ColorInfo, Family, Frame, Layout, Matrix, Plane, Range, Sample};

use super::filters::{get, one};

/// Slopes, edges and fine texture between 40 and 200.
fn scene(x: f64, y: f64) -> f64 {
    let edge = if (x + 0.7 * y).rem_euclid(37.0) < 15.0 { 22.0 } else { -22.0 };
    120.0 + 36.0 * (x / 31.0).sin() + edge + 9.0 * (x * 0.9).sin() * (y * 0.8).cos()
}

fn frame_of((width, height): (u32, u32), bits: u8, luma: &dyn Fn(f64, f64) -> f64) -> Arc<Frame> {
    let scale = f64::from(1u32 << (bits - 8));
    let plane = |step: u32, of: &dyn Fn(f64, f64) -> f64| {
        let (w, h) = (width.div_ceil(step), height.div_ceil(step));
        let places = (0..h).flat_map(|y| (0..w).map(move |x| (f64::from(x), f64::from(y))));
        let codes = places.map(|(x, y)| (of(x, y) * scale).round().clamp(0.0, 256.0 * scale - 1.0));
        match bits {
            8 => Plane::from_u8(w, h, codes.map(|c| c as u8).collect()).unwrap(),
            _ => Plane::from_u16(w, h, codes.map(|c| c as u16).collect()).unwrap(),
        }
    };
    let layout = Layout { family: Family::Yuv, sample: Sample::integer(bits), chroma_shift: (1, 1), alpha: false };
    let color = ColorInfo { matrix: Matrix::Bt709, range: Range::Limited, ..ColorInfo::default() };
    let chroma = |_: f64, _: f64| 128.0;
    Arc::new(
        Frame::new(width, height, layout, color, vec![plane(1, luma), plane(2, &chroma), plane(2, &chroma)]).unwrap(),
    )
}

/// Root mean square distance of a frame's luma, in floats, from `wanted`, in codes of the 8-bit scale.
fn distance(frame: &Frame, wanted: &dyn Fn(f64, f64) -> f64) -> f64 {
    let (mut sum, mut count) = (0.0, 0.0);
    for y in 0..frame.height {
        for (x, code) in frame.plane(0).row_f32(y).iter().enumerate() {
            sum += (f64::from(*code) - wanted(x as f64, f64::from(y))).powi(2);
            count += 1.0;
        }
    }
    f64::sqrt(sum / count)
}

/// A curve at the knots of the stage.
fn knots(of: impl Fn(f64) -> f64) -> [f64; UNDO_KNOTS] {
    std::array::from_fn(|k| of(16.0 * k as f64))
}

const SIZES: [(u32, u32); 3] = [(96, 64), (33, 47), (161, 91)];

#[test]
fn nothing_to_undo_passes_the_frame_on() {
    for bits in [8, 10] {
        let frame = frame_of((33, 47), bits, &scene);
        assert!(Arc::ptr_eq(&frame, &get(undo(one(&frame), "undo", [1.0; 3], None).unwrap())));
        let made = get(undo(one(&frame), "undo", [1.0; 3], Some(knots(|code| code))).unwrap());
        assert!(distance(&made, &scene) < 0.3, "a curve that changes nothing: {}", distance(&made, &scene));
    }
}

#[test]
fn a_tone_curve_is_taken_back_to_the_rounding() {
    let contrast = |code: f64| 128.0 + 1.2 * (code - 128.0);
    let gamma = |code: f64| 255.0 * (code / 255.0).powf(1.15);
    let bent = |code: f64| code + 8.0 * (code / 255.0 * std::f64::consts::PI).sin();
    let curves: [(&str, &dyn Fn(f64) -> f64); 3] = [("contrast", &contrast), ("gamma", &gamma), ("bent", &bent)];
    for (name, curve) in curves {
        for size in SIZES {
            for bits in [8, 10] {
                let toned = frame_of(size, bits, &|x, y| curve(scene(x, y)));
                let made = get(undo(one(&toned), "undo", [1.0; 3], Some(knots(curve))).unwrap());
                // Half a code of rounding, and a sixteenth of the scale between knots.
                let left = distance(&made, &scene);
                assert!(left < 0.45, "{name} of {bits} bits at {size:?} leaves {left}");
            }
        }
    }
}

#[test]
fn sharpening_is_taken_back_by_most() {
    for size in SIZES {
        for bits in [8, 10] {
            let frame = frame_of(size, bits, &scene);
            let sharp = get(unsharp(one(&frame), 0.6).unwrap());
            let before = distance(&sharp, &scene);
            // What a 3x3 mean takes away lies in the finest band almost alone.
            let made = get(undo(one(&sharp), "undo", [1.55, 1.12, 1.0], None).unwrap());
            let after = distance(&made, &scene);
            assert!(before > 1.5 && after < 0.4 * before, "{bits} bits at {size:?}: {before} to {after}");
        }
    }
}

#[test]
fn both_are_taken_back_together() {
    let curve = |code: f64| 128.0 + 1.1 * (code - 128.0);
    let size = (161, 91);
    let toned = frame_of(size, 8, &|x, y| curve(scene(x, y)));
    let sharp = get(unsharp(one(&toned), 0.6).unwrap());
    let before = distance(&sharp, &scene);
    let made = get(undo(one(&sharp), "undo", [1.55, 1.12, 1.0], Some(knots(curve))).unwrap());
    let after = distance(&made, &scene);
    assert!(after < 0.4 * before, "{before} to {after}");
}

#[test]
fn a_curve_that_falls_and_a_blank_picture_end_in_codes() {
    let blank = frame_of((33, 35), 8, &|_, _| 255.0);
    for curve in [knots(|code| 255.0 - code), knots(|_| 90.0), knots(|code| 40.0 * code)] {
        for gains in [[8.0, 8.0, 8.0], [0.125, 1.0, 16.0]] {
            let made = get(undo(one(&blank), "undo", gains, Some(curve)).unwrap());
            let held = (0..35).all(|y| made.plane(0).row_f32(y).iter().all(|code| (0.0..=255.0).contains(code)));
            assert!(held, "{gains:?}");
        }
    }
}

#[test]
fn what_cannot_be_undone_is_refused() {
    let frame = frame_of((32, 32), 8, &scene);
    for gains in [[0.0, 1.0, 1.0], [1.0, 17.0, 1.0], [1.0, 1.0, f64::NAN]] {
        assert!(matches!(undo(one(&frame), "undo", gains, None), Err(FilterError::Undo)), "{gains:?}");
    }
    let torn = knots(|code| if code == 64.0 { f64::INFINITY } else { code });
    assert!(matches!(undo(one(&frame), "undo", [1.0; 3], Some(torn)), Err(FilterError::Undo)));
}
