//! The hack verdict: what was planted is found and named, what is honest is left alone.

use std::sync::Arc;

use doublet::evidence::{Candidate, Class, Level, Seen, Transform, Verdict, judge, measured};
use doublet::frame::{ColorInfo, Family, Frame, Layout, Matrix, Plane, Range, Sample};
use doublet::metrics::hack::{CHROMA_FEATURES, LUMA_FEATURES, STEP_FEATURES};
use doublet::metrics::{Features, Memo, Moment, Pair, Plan};

/// Luma, Cb and Cr on the 8-bit scale at a place of luma.
type Scene<'a> = &'a dyn Fn(f64, f64) -> [f64; 3];

/// Slopes, texture of several sizes, edges, and colour.
fn street(x: f64, y: f64) -> [f64; 3] {
    let slope = 110.0 + 45.0 * (x / 90.0).sin() + 30.0 * (y / 70.0).cos();
    let edge = if (x + 0.6 * y).rem_euclid(61.0) < 23.0 { 32.0 } else { 0.0 };
    let fine = if y.rem_euclid(80.0) > 40.0 { 9.0 * (x * 1.1).sin() * (y * 0.9).cos() } else { 0.0 };
    let coarse = 8.0 * (x * 0.31).sin() * (y * 0.27).sin();
    [slope + edge + fine + coarse, 128.0 + 30.0 * (x / 23.0).sin(), 128.0 + 26.0 * (y / 19.0 + x / 41.0).cos()]
}

fn frame_of((width, height): (u32, u32), bits: u8, of: Scene<'_>) -> Arc<Frame> {
    let scale = f64::from(1u32 << (bits - 8));
    let plane = |k: usize, step: u32| {
        let (w, h) = (width.div_ceil(step), height.div_ceil(step));
        let places = (0..h).flat_map(|y| (0..w).map(move |x| (x, y)));
        let codes = places.map(|(x, y)| {
            // Colour stands between two samples of luma, as halves do.
            let at = |v: u32| f64::from(v * step) + f64::from(step - 1) / 2.0;
            (of(at(x), at(y))[k] * scale).round().clamp(0.0, 256.0 * scale - 1.0)
        });
        match bits {
            8 => Plane::from_u8(w, h, codes.map(|c| c as u8).collect()).unwrap(),
            _ => Plane::from_u16(w, h, codes.map(|c| c as u16).collect()).unwrap(),
        }
    };
    let layout = Layout { family: Family::Yuv, sample: Sample::integer(bits), chroma_shift: (1, 1), alpha: false };
    let color = ColorInfo { matrix: Matrix::Bt709, range: Range::Limited, ..ColorInfo::default() };
    Arc::new(Frame::new(width, height, layout, color, vec![plane(0, 1), plane(1, 2), plane(2, 2)]).unwrap())
}

const SIZE: (u32, u32) = (320, 240);

fn features(reference: &Arc<Frame>, candidate: &Arc<Frame>) -> Features {
    let pair = Pair::new(reference, candidate).unwrap();
    Plan::new(&measured()).extract(&Moment::new(pair), &Memo::default())
}

fn seen(reference: &Arc<Frame>, candidate: &Arc<Frame>) -> Seen {
    Seen::of(0, &features(reference, candidate)).unwrap()
}

fn candidate(of: Scene<'_>) -> Candidate {
    let (reference, made) = (frame_of(SIZE, 8, &street), frame_of(SIZE, 8, of));
    Candidate { label: "made".into(), bitrate: None, frames: vec![seen(&reference, &made)] }
}

fn verdict(of: Scene<'_>) -> (Verdict, Candidate) {
    let candidate = candidate(of);
    (judge(std::slice::from_ref(&candidate)).remove(0), candidate)
}

/// The scene through a curve of luma.
fn toned(curve: impl Fn(f64) -> f64) -> impl Fn(f64, f64) -> [f64; 3] {
    move |x, y| {
        let [luma, cb, cr] = street(x, y);
        [curve(luma), cb, cr]
    }
}

/// The scene with `amount` of what a 3x3 mean takes away added.
fn sharpened(amount: f64) -> impl Fn(f64, f64) -> [f64; 3] {
    move |x, y| {
        let near = (-1..=1).flat_map(|dy| (-1..=1).map(move |dx| (f64::from(dx), f64::from(dy))));
        let mean = near.map(|(dx, dy)| street(x + dx, y + dy)[0]).sum::<f64>() / 9.0;
        let [luma, cb, cr] = street(x, y);
        [luma + amount * (luma - mean), cb, cr]
    }
}

#[test]
fn a_copy_shows_nothing() {
    let (verdict, candidate) = verdict(&street);
    assert_eq!(verdict.class, Class::NoSignFound);
    assert!(verdict.lines.iter().all(|line| line.level == Level::None), "{:?}", verdict.lines);
    assert_eq!(
        verdict.lines.iter().map(|line| line.id).collect::<Vec<_>>(),
        ["E1", "E2", "E3", "E4", "E5", "E6", "E7"]
    );
    assert_eq!((verdict.transform, verdict.undo), (None, None));
    let of = |id: &str| candidate.mean(id).unwrap();
    for (id, known) in [("detail_kept", 1.0), ("tone_slope", 1.0), ("tone_change", 0.0), ("shift", 0.0)] {
        assert!((of(id) - known).abs() < 1e-6, "{id} {}", of(id));
    }
    assert!((of("chroma_slope") - 1.0).abs() < 1e-9 && of("noise_reference") == of("noise_candidate"));
}

#[test]
fn contrast_is_found_and_named_with_its_slope() {
    let (verdict, candidate) = verdict(&toned(|y| 128.0 + 1.1 * (y - 128.0)));
    assert_eq!((verdict.class, verdict.transform), (Class::Inflated, Some(Transform::Contrast)), "{}", verdict.reason);
    // A half code of rounding over a spread of some 40 codes.
    for id in ["tone_slope", "kept_1", "kept_2", "kept_3"] {
        let found = candidate.mean(id).unwrap();
        assert!((found - 1.1).abs() < 0.01, "{id} {found}");
    }
    let curve = verdict.undo.unwrap().curve.unwrap();
    assert!((curve[8] - 128.0).abs() < 1.0 && (curve[10] - 163.2).abs() < 1.0, "{curve:?}");
}

#[test]
fn sharpening_is_found_and_named_by_its_peak() {
    let (verdict, candidate) = verdict(&sharpened(0.6));
    assert_eq!((verdict.class, verdict.transform), (Class::Inflated, Some(Transform::Unsharp)), "{}", verdict.reason);
    let kept = |s: usize| candidate.mean(&format!("kept_{s}")).unwrap();
    assert!(kept(1) > 1.2 && kept(1) > kept(2) && kept(2) > kept(3), "{} {} {}", kept(1), kept(2), kept(3));
    let gains = verdict.undo.unwrap().gains;
    assert!((gains[0] - kept(1)).abs() < 1e-9 && gains.iter().all(|gain| *gain >= 1.0), "{gains:?}");
    let line = verdict.lines.iter().find(|line| line.id == "E4").unwrap();
    assert!(line.level == Level::Red && line.frame == Some(0) && line.place.is_some());
}

#[test]
fn a_gamma_is_a_change_of_tone_and_named() {
    let (verdict, candidate) = verdict(&toned(|y| 255.0 * (y / 255.0).powf(1.1)));
    assert_eq!(verdict.transform, Some(Transform::Gamma), "{}", verdict.reason);
    let found = candidate.mean("tone_gamma").unwrap();
    assert!((found - 1.1).abs() < 0.01, "{found}");
}

#[test]
fn what_is_wrong_with_the_comparison_comes_first_and_is_no_hack() {
    let range = |x: f64, y: f64| {
        let [luma, cb, cr] = street(x, y);
        let chroma = |c: f64| 128.0 + (c - 128.0) * 255.0 / 224.0;
        [(luma - 16.0) * 255.0 / 219.0, chroma(cb), chroma(cr)]
    };
    let squeezed = |x: f64, y: f64| {
        let [luma, cb, cr] = street(x, y);
        let chroma = |c: f64| 128.0 + (c - 128.0) * 224.0 / 255.0;
        [16.0 + luma * 219.0 / 255.0, chroma(cb), chroma(cr)]
    };
    assert_eq!(verdict(&range).0.class, Class::RangeMismatch);
    assert_eq!(verdict(&squeezed).0.class, Class::RangeMismatch);
    // The same slope about mid-grey with colour left alone is contrast.
    let (found, _) = verdict(&toned(|y| 128.0 + 255.0 / 219.0 * (y - 128.0)));
    assert_eq!((found.class, found.transform), (Class::Inflated, Some(Transform::Contrast)));
    let moved = |dx: f64, dy: f64| move |x: f64, y: f64| street(x - dx, y - dy);
    for (dx, dy) in [(0.5, 0.0), (1.0, -1.0), (0.0, 3.0), (-4.0, 2.0)] {
        let (found, candidate) = verdict(&moved(dx, dy));
        assert_eq!(found.class, Class::Misaligned, "{dx} {dy}: {}", found.reason);
        let of = |id: &str| candidate.mean(id).unwrap();
        let far = (of("shift_x") - dx).hypot(of("shift_y") - dy);
        assert!(far < 0.12, "{dx} {dy} was found as {} {}", of("shift_x"), of("shift_y"));
    }
    let colour = |x: f64, y: f64| {
        let there = street(x - 2.0, y);
        [street(x, y)[0], there[1], there[2]]
    };
    let (found, candidate) = verdict(&colour);
    assert_eq!(found.class, Class::ChromaShift, "{}", found.reason);
    assert!((candidate.mean("chroma_shift_x").unwrap() - 1.0).abs() < 0.1);
}

/// Frames of the scene as it glides by, each with the candidate's frame `late` frames before it.
fn gliding(late: i32, frames: i32, coding: f64) -> Candidate {
    let at = |n: i32, coding: f64| {
        let moved = move |x: f64, y: f64| {
            let [luma, cb, cr] = street(x + 2.3 * f64::from(n), y);
            [luma + coding * (x * 2.9).sin() * (y * 2.3 + f64::from(n)).sin(), cb, cr]
        };
        frame_of((160, 120), 8, &moved)
    };
    let one = |n: i32| Seen::of(n as usize, &features(&at(n, 0.0), &at(n - late, coding))).unwrap();
    Candidate { label: "made".into(), bitrate: None, frames: (0..frames).map(one).collect() }
}

#[test]
fn a_candidate_that_runs_late_or_early_is_told_by_how_many_frames() {
    for late in [4, 1, -3] {
        let found = judge(&[gliding(late, 12, 3.0)]).remove(0);
        assert_eq!(found.class, Class::Misaligned, "{late}: {}", found.reason);
        let (way, whose) = if late > 0 { ("late", "candidate") } else { ("early", "reference") };
        let count = late.abs();
        for words in [way, &format!("“| skip {count}” behind the {whose}")] {
            assert!(found.reason.contains(words), "{late}: {}", found.reason);
        }
    }
    let honest = judge(&[gliding(0, 12, 1.5)]).remove(0);
    assert_eq!(honest.class, Class::NoSignFound, "{}", honest.reason);
}

#[test]
fn another_scene_is_no_candidate_at_all() {
    let other = |x: f64, y: f64| {
        let [luma, cb, cr] = street(431.0 - y * 1.7, x * 1.3 + 97.0);
        [235.0 - luma * 0.9, cr, cb]
    };
    let (found, candidate) = verdict(&other);
    let of = |id: &str| candidate.mean(id).unwrap();
    assert_eq!(found.class, Class::Misaligned, "{} {} {}", found.reason, of("detail_kept"), of("tone_change"));
    assert!(found.reason.contains("next to nothing in common"), "{}", found.reason);
    // A strong blur is the same scene.
    let soft = |x: f64, y: f64| {
        let near = (-6..=6).flat_map(|dy| (-6..=6).map(move |dx| (f64::from(dx) * 2.0, f64::from(dy) * 2.0)));
        near.fold([0.0; 3], |sum, (dx, dy)| {
            let there = street(x + dx, y + dy);
            std::array::from_fn(|k| sum[k] + there[k] / 169.0)
        })
    };
    let (found, _) = verdict(&soft);
    assert!(!found.reason.contains("nothing in common"), "{}", found.reason);
}

#[test]
fn bars_where_the_reference_has_a_picture_are_named() {
    let (width, height) = (f64::from(SIZE.0), f64::from(SIZE.1));
    let barred =
        |x: f64, y: f64| if x >= width - 8.0 || y >= height - 6.0 { [16.0, 128.0, 128.0] } else { street(x, y) };
    let (found, _) = verdict(&barred);
    assert_eq!(found.class, Class::Misaligned, "{}", found.reason);
    assert!(found.reason.contains("8 at the right, 6 at the bottom"), "{}", found.reason);
    let (reference, cropped) = (frame_of(SIZE, 8, &barred), frame_of(SIZE, 8, &street));
    let frames = vec![seen(&reference, &cropped)];
    let found = judge(&[Candidate { label: "cropped".into(), bitrate: None, frames }]).remove(0);
    assert!(found.reason.contains("The reference has bars"), "{}", found.reason);
    let both = vec![seen(&reference, &reference)];
    let found = judge(&[Candidate { label: "both".into(), bitrate: None, frames: both }]).remove(0);
    assert_eq!(found.class, Class::NoSignFound, "{}", found.reason);
}

#[test]
fn a_wrong_matrix_is_named() {
    // What BT.601 wrote and BT.709 read, back in BT.709: by the definitions of both.
    let mistaken = |x: f64, y: f64| {
        let [luma, cb, cr] = street(x, y);
        let (y, pb, pr) = ((luma - 16.0) / 219.0, (cb - 128.0) / 224.0, (cr - 128.0) / 224.0);
        let (kr, kb, lr, lb) = (0.299, 0.114, 0.2126, 0.0722);
        let (r, b) = (y + 2.0 * (1.0 - kr) * pr, y + 2.0 * (1.0 - kb) * pb);
        let g = (y - kr * r - kb * b) / (1.0 - kr - kb);
        let y = lr * r + lb * b + (1.0 - lr - lb) * g;
        [16.0 + 219.0 * y, 128.0 + 224.0 * (b - y) / (2.0 * (1.0 - lb)), 128.0 + 224.0 * (r - y) / (2.0 * (1.0 - lr))]
    };
    let (found, candidate) = verdict(&mistaken);
    assert_eq!(found.class, Class::MatrixMismatch, "{}", found.reason);
    assert!(found.reason.contains("BT.601 read as BT.709"), "{}", found.reason);
    assert!(candidate.mean("matrix_explained").unwrap() > 0.95);
}

#[test]
fn grain_is_grain() {
    let noise = |x: f64, y: f64| {
        let mut z = (x as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15) ^ (y as u64).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mut draw = || {
            z = z.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            f64::from((z >> 33) as u32) / f64::from(1u32 << 31) - 0.5
        };
        let [luma, cb, cr] = street(x, y);
        [luma + 4.0 * (draw() + draw() + draw() + draw() + draw()), cb, cr]
    };
    let (found, candidate) = verdict(&noise);
    assert_eq!(found.class, Class::Grain, "{}", found.reason);
    let kept = candidate.mean("detail_kept").unwrap();
    assert!((kept - 1.0).abs() < 0.02, "{kept}");
    assert!(candidate.mean("noise_candidate").unwrap() > candidate.mean("noise_reference").unwrap() + 1.0);
}

#[test]
fn depth_and_odd_sizes_change_nothing_that_counts() {
    for size in [(33, 47), (161, 91), (64, 64)] {
        let reference = frame_of(size, 8, &street);
        let made = seen(&reference, &frame_of(size, 8, &toned(|y| 1.2 * y - 20.0)));
        assert!(made.facts().all(|(_, value)| value.is_finite()), "{size:?}");
        let (eight, ten) = (&made, seen(&frame_of(size, 10, &street), &frame_of(size, 10, &toned(|y| 1.2 * y - 20.0))));
        for id in ["kept_1", "tone_slope"] {
            let (a, b) = (eight.get(id).unwrap(), ten.get(id).unwrap());
            assert!((a - b).abs() < 0.03, "{id} at {size:?}: {a} and {b}");
        }
    }
    // Blank pictures have no detail, no tone and no place; nothing is found and nothing falls over.
    let blank = frame_of(SIZE, 8, &|_, _| [128.0, 128.0, 128.0]);
    let found = seen(&blank, &blank);
    assert!(found.facts().all(|(_, value)| value.is_finite()));
    let candidate = Candidate { label: "blank".into(), bitrate: None, frames: vec![found] };
    assert_eq!(judge(&[candidate])[0].class, Class::NoSignFound);
}

#[test]
fn bytes_and_the_same_codes_in_more_bits_are_measured_alike() {
    // Bytes go another way than longer codes: both are exact.
    let whole = |of: Scene<'_>, x: f64, y: f64| of(x, y).map(|code| code.round().clamp(0.0, 255.0));
    let sharp = sharpened(0.6);
    let (reference, other) = (|x: f64, y: f64| whole(&street, x, y), |x: f64, y: f64| whole(&sharp, x, y));
    for size in [(320, 240), (97, 131), (33, 32)] {
        let of = |bits: u8| features(&frame_of(size, bits, &reference), &frame_of(size, bits, &other));
        let bytes = of(8);
        for bits in [10, 16] {
            let words = of(bits);
            for id in LUMA_FEATURES.iter().chain(&CHROMA_FEATURES).chain(&STEP_FEATURES) {
                let (a, b) = (bytes.get(id).unwrap().value, words.get(id).unwrap().value);
                assert!((a - b).abs() <= 1e-9 * a.abs().max(1.0), "{size:?}, {bits} bits, {id}: {a} {b}");
            }
        }
    }
}

#[test]
fn the_same_bits_on_any_number_of_threads() {
    let (reference, made) = (frame_of((333, 251), 8, &street), frame_of((333, 251), 8, &sharpened(0.3)));
    let on = |threads: usize| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        pool.install(|| features(&reference, &made))
    };
    assert_eq!(on(1), on(3));
}

/// Frames whose scores and mechanism are known, for the arithmetic alone.
fn known(label: &str, bitrate: f64, scores: [f64; 4]) -> Candidate {
    let [vmaf, neg, psnr, ssim] = scores;
    let frame = |n: usize| {
        let wave = 0.05 * (n % 3) as f64;
        Seen::from_facts(
            n,
            [
                ("vmaf", vmaf + wave),
                ("vmaf_raw", vmaf + wave),
                ("vmaf_neg", neg),
                ("vmaf_neg_raw", neg),
                ("vmaf_ceiling", 100.0),
                ("psnr_y", psnr + wave / 10.0),
                ("ssim_y", ssim + wave / 1000.0),
                ("detail_kept", 0.97),
                ("peaking", -0.01),
                ("tone_change", 0.2),
            ],
        )
    };
    Candidate { label: label.into(), bitrate: Some(bitrate), frames: (0..24).map(frame).collect() }
}

#[test]
fn one_of_five_that_was_made_for_vmaf_stands_out() {
    let mut all: Vec<Candidate> = (0..5)
        .map(|n| {
            let neg = 70.0 + 5.0 * n as f64;
            known("honest", 1e6 * 1.6f64.powi(n), [neg + 0.8, neg, 33.0 + n as f64, 0.9 + 0.01 * n as f64])
        })
        .collect();
    all.push(known("made for it", 1.02e6, [74.3, 70.4, 31.0, 0.88]));
    let found = judge(&all);
    let last = found.last().unwrap();
    let line = |id: &str| last.line(id).unwrap();
    assert!(line("E3").level == Level::Red && (line("E3").value.unwrap() - 3.1).abs() < 0.2, "{:?}", line("E3"));
    assert_eq!(line("E7").level, Level::Amber, "{:?}", line("E7"));
    assert_eq!(last.class, Class::Suspicious);
    assert!(found[..5].iter().all(|verdict| verdict.class == Class::NoSignFound), "{found:#?}");
    // Four alone are not enough for E3.
    assert_eq!(judge(&all[2..]).last().unwrap().line("E3").unwrap().value, None);
}

/// Codecs, an upscaler, and one that was worked on: five are enough for E3, but not for a good line through them.
#[test]
fn a_worked_on_candidate_does_not_make_the_others_suspicious() {
    let of = |[vmaf, neg]: [f64; 2]| known("x", 1e6, [vmaf, neg, 32.0, 0.95]);
    let all: Vec<Candidate> =
        [[77.9, 75.4], [90.0, 87.4], [99.7, 69.6], [94.9, 92.9], [83.1, 81.5]].map(of).into_iter().collect();
    let found = judge(&all);
    let classes: Vec<Class> = found.iter().map(|verdict| verdict.class).collect();
    assert!(found.iter().any(|verdict| verdict.class == Class::Suspicious), "{classes:?}");
    assert_eq!(classes.iter().filter(|class| **class == Class::NoSignFound).count(), 4, "{classes:?}");
}

/// A frame with detail in all bands: kept and agreement of the second, and the noise of both pictures.
fn banded(kept: f64, agree: f64, noise: [f64; 2]) -> Seen {
    Seen::from_facts(
        0,
        [
            ("detail_kept", kept),
            ("kept_2", kept),
            ("agree_2", agree),
            ("signal_2", 12.0),
            ("kept_3", 0.99),
            ("agree_3", 1.0),
            ("signal_3", 11.0),
            ("noise_reference", noise[0]),
            ("noise_candidate", noise[1]),
        ],
    )
}

#[test]
fn what_is_sharpened_after_a_strong_encode_stands_above_what_was_left() {
    let of = |seen: &Seen| seen.turned_up().unwrap();
    // An encode keeps 85% and no more energy than that: nothing was turned up.
    assert_eq!(of(&banded(0.85, 1.02, [0.5, 0.3])), 1.0);
    // The same sharpened by an eighth: still less detail than there was, but more than agrees.
    let sharpened = of(&banded(0.95, 0.89, [0.5, 0.4]));
    assert!((sharpened - 1.0 / 0.89).abs() < 1e-9, "{sharpened}");
    // Grain lowers the agreement as well; its energy is measured where the picture is flat, and taken off.
    let grainy = of(&banded(1.0, 0.89, [0.5, 9.0]));
    assert!(grainy < 1.02, "{grainy}");
    // Where most is gone, or there never was much, agreement says nothing.
    assert_eq!(of(&banded(0.3, 0.5, [0.5, 0.5])), 1.0);
    assert_eq!(Seen::from_facts(0, [("detail_kept", 1.0)]).turned_up(), Some(1.0));
    assert_eq!(Seen::from_facts(0, []).turned_up(), None);
}

#[test]
fn a_gain_that_neg_follows_is_no_sign() {
    // A scaler or another codec: more VMAF at less PSNR and SSIM, and NEG says the same.
    let all = [known("encode", 1e6, [80.0, 78.6, 33.0, 0.95]), known("scaler", 1.05e6, [84.0, 82.2, 32.0, 0.94])];
    let found = judge(&all);
    assert!(found.iter().all(|verdict| verdict.class == Class::NoSignFound), "{found:#?}");
    let line = found[1].line("E7").unwrap();
    assert!(line.value.unwrap() > 3.9 && line.level == Level::None, "{line:?}");
    // The same gain that NEG does not follow.
    let all = [known("encode", 1e6, [80.0, 78.6, 33.0, 0.95]), known("tuned", 1.05e6, [82.9, 79.3, 32.0, 0.94])];
    let found = judge(&all);
    assert_eq!(found[1].line("E7").unwrap().level, Level::Amber);
    assert_eq!((found[0].class, found[1].class), (Class::NoSignFound, Class::Suspicious));
}

#[test]
fn five_that_were_all_worked_on_are_found_by_what_each_shows_alone() {
    let all: Vec<Candidate> = (0..5)
        .map(|n| {
            let neg = 60.0 + 6.0 * f64::from(n);
            let mut one = known("worked on", 1e6 * 1.7f64.powi(n), [neg + 9.0, neg, 30.0 + f64::from(n), 0.9]);
            one.frames.iter_mut().for_each(|seen| {
                let facts: Vec<_> = seen.facts().filter(|(id, _)| *id != "detail_kept").collect();
                *seen = Seen::from_facts(seen.frame, facts.into_iter().chain([("detail_kept", 1.12)]));
            });
            one
        })
        .collect();
    let found = judge(&all);
    assert!(found.iter().all(|verdict| verdict.class == Class::Inflated), "{found:#?}");
    // Among their like none stands out.
    assert!(found.iter().all(|verdict| verdict.line("E3").unwrap().level == Level::None));
}
