//! Models that measure: a dropped file becomes a metric.

use std::path::{Path, PathBuf};

use doublet::engine::{Recipe, ScoreSettings, Workshop, add_metric, score};
use doublet::frame::{Frame, Map, Stop};
use doublet::metrics::{Direction, Memo, Moment, Pair, find, overlay};
use doublet::models::Runtime;
use doublet::report::CandidateScores;

use super::onnx_writer::{gauge, upscaler};
use super::support::{Clip, frame_of};

/// Whether models can run here; says so when not.
fn can_run() -> bool {
    let found = Runtime::get();
    if let Err(why) = &found {
        println!("skipped: {why}");
    }
    found.is_ok()
}

fn model(dir: &Path, name: &str, bytes: &[u8]) -> PathBuf {
    let path = dir.join(name);
    std::fs::write(&path, bytes).unwrap();
    path
}

/// A film and its copy two frames late, scored by `id`.
fn scored(dir: &Path, id: &str) -> CandidateScores {
    let (a, b) = (dir.join("a.mkv"), dir.join("b.mkv"));
    Clip { frames: 4, ..Clip::default() }.write(&a);
    Clip { frames: 4, codec: "x264", crf: Some(45.0), ..Clip::default() }.write(&b);
    let settings = ScoreSettings { metrics: vec![find(id).unwrap()], frames: Some(0..2), ..ScoreSettings::default() };
    let (a, b) = (Recipe::file(a), Recipe::file(b));
    let report = score(&Workshop::new(1 << 26), &a, &[b], &settings, &mut |_, _, _| {}, &Stop::default());
    report.unwrap().candidates.remove(0)
}

/// Mean over all samples of `f(reference, candidate)`, by hand.
fn by_hand(dir: &Path, f: fn(f64, f64) -> f64) -> f64 {
    let read = |name: &str| {
        let mut source = doublet::media::open(&dir.join(name)).unwrap();
        doublet::color::to_rgb(&doublet::frame::FrameSource::get(&mut source, 1).unwrap()).unwrap().data
    };
    let (a, b) = (read("a.mkv"), read("b.mkv"));
    let held = |v: &f32| f64::from(v.clamp(0.0, 1.0));
    a.iter().zip(&b).map(|(a, b)| f(held(a), held(b))).sum::<f64>() / a.len() as f64
}

#[test]
fn a_model_of_two_pictures_becomes_a_metric_with_its_map() {
    if !can_run() {
        return;
    }
    let dir = tempfile::tempdir().unwrap();
    let absolute: [(&str, &[i64]); 2] = [("Abs", &[]), ("ReduceMean", &[1])];
    let path = model(dir.path(), "Test LPIPS-1.onnx", &gauge(&["in0", "in1"], &absolute, &[("doublet.label", "Mine")]));
    let id = add_metric(&path).unwrap();
    assert_eq!(id, "test_lpips_1");
    assert_eq!(add_metric(&path).unwrap(), id, "twice is once");
    let about = find(id).unwrap().about();
    assert_eq!((about.label, about.direction), ("Mine", Direction::LowerIsBetter));
    assert!(about.meaning.contains("two pictures") && about.meaning.contains("map"), "{}", about.meaning);
    let scores = scored(dir.path(), id);
    let value = scores.frames[1].scores.get(id).copied().flatten().unwrap();
    let expected = by_hand(dir.path(), |r, c| (r - c).abs());
    assert!(expected > 0.005 && (value - expected).abs() < 1e-5, "{value} is not {expected}");
    // The map pools to the score, and lights where a change was planted.
    let overlay = overlay(id).unwrap();
    let (reference, candidate) = (frame_of(160, 96, 0), planted(&frame_of(160, 96, 0)));
    let moment = Moment::new(Pair::new(&reference, &candidate).unwrap());
    let map = overlay.map(&moment, &Memo::default()).unwrap();
    assert_eq!((map.width, map.height), (160, 96));
    assert!(map.row(50)[100] > 0.1 && map.row(10)[10] == 0.0);
    let plan = doublet::metrics::Plan::new(&[find(id).unwrap()]);
    let score = plan.measure(&moment)[0].1.clone().unwrap().value;
    assert!(((overlay.about().pool)(&map) - score).abs() < 1e-6);
    assert_eq!(Map::mean(&overlay.map(&same(&reference), &Memo::default()).unwrap()), 0.0, "identity is dark");
}

fn same(frame: &std::sync::Arc<Frame>) -> Moment<'_> {
    Moment::new(Pair::new(frame, frame).unwrap())
}

/// The same with a brighter square of 16 at (96, 48).
fn planted(frame: &Frame) -> std::sync::Arc<Frame> {
    let luma = frame.plane(0);
    let mut samples: Vec<u8> = (0..luma.height).flat_map(|y| luma.row_u8(y).to_vec()).collect();
    for y in 48..64 {
        samples[y * 160 + 96..y * 160 + 112].iter_mut().for_each(|v| *v = if *v > 128 { *v - 60 } else { *v + 60 });
    }
    let mut planes = frame.planes().to_vec();
    planes[0] = doublet::frame::Plane::from_u8(luma.width, luma.height, samples).unwrap();
    std::sync::Arc::new(Frame::new(frame.width, frame.height, frame.layout, frame.color, planes).unwrap())
}

#[test]
fn inputs_are_told_apart_by_name_and_ranges_are_obeyed() {
    if !can_run() {
        return;
    }
    let dir = tempfile::tempdir().unwrap();
    let mean: [(&str, &[i64]); 1] = [("ReduceMean", &[])];
    let said = [("doublet.range", "0..255"), ("doublet.direction", "higher"), ("doublet.top", "100")];
    let file = gauge(&["distorted", "reference"], &mean, &said);
    let id = add_metric(&model(dir.path(), "signed.onnx", &file)).unwrap();
    let about = find(id).unwrap().about();
    assert_eq!((about.direction, (about.range)(8)), (Direction::HigherIsBetter, (0.0, 100.0)));
    assert!(overlay(id).is_err(), "a number has no map");
    let value = scored(dir.path(), id).frames[1].scores.get(id).copied().flatten().unwrap();
    let expected = by_hand(dir.path(), |r, c| 255.0 * (c - r));
    assert!((value - expected).abs() < 2e-3, "candidate minus reference: {value} is not {expected}");
}

#[test]
fn a_model_of_one_picture_judges_the_candidate() {
    if !can_run() {
        return;
    }
    let dir = tempfile::tempdir().unwrap();
    let file = gauge(&["input"], &[("ReduceMean", &[])], &[("doublet.range", "-1..1")]);
    let id = add_metric(&model(dir.path(), "brightness_of_one.onnx", &file)).unwrap();
    let about = find(id).unwrap().about();
    assert!(about.meaning.contains("without a reference") && about.direction == Direction::HigherIsBetter);
    let value = scored(dir.path(), id).frames[1].scores.get(id).copied().flatten().unwrap();
    let expected = by_hand(dir.path(), |_, c| 2.0 * c - 1.0);
    assert!((value - expected).abs() < 1e-5, "{value} is not {expected}");
}

#[test]
fn what_is_no_metric_is_a_sentence() {
    if !can_run() {
        return;
    }
    let dir = tempfile::tempdir().unwrap();
    let refused = |name: &str, bytes: &[u8]| add_metric(&model(dir.path(), name, bytes)).unwrap_err().to_string();
    let mean: [(&str, &[i64]); 1] = [("ReduceMean", &[])];
    let picture = refused("picture.onnx", &upscaler(2).bytes());
    assert!(picture.contains("no metric") && picture.contains("neither a number nor a map"), "{picture}");
    let three = refused("three.onnx", &gauge(&["a", "b", "c"], &mean, &[]));
    // ONNX Runtime may refuse the graph before Doublet counts.
    assert!(three.contains("3 inputs") || three.contains("input size 3"), "{three}");
    let odd = refused("odd.onnx", &gauge(&["a", "b"], &mean, &[("doublet.range", "0..1023")]));
    assert!(odd.contains("doublet.range") && odd.contains("0..255"), "{odd}");
    let taken = refused("psnr_y.onnx", &gauge(&["a", "b"], &mean, &[]));
    assert!(taken.contains("psnr_y") && taken.contains("another name"), "{taken}");
    assert!(refused("words.onnx", b"words").contains("not a model"));
    // The logarithm of a difference below zero is no number: told when the trial meets it.
    let nan = refused("nan.onnx", &gauge(&["a", "b"], &[("Log", &[]), ("ReduceMean", &[])], &[]));
    assert!(nan.contains("no numbers"), "{nan}");
}

#[test]
fn a_model_that_fails_on_one_frame_says_so_there() {
    if !can_run() {
        return;
    }
    let dir = tempfile::tempdir().unwrap();
    // 1 / (mean difference): infinite where both are the same.
    let file = gauge(&["a", "b"], &[("Abs", &[]), ("ReduceMean", &[]), ("Reciprocal", &[])], &[]);
    let id = add_metric(&model(dir.path(), "inverse_of_difference.onnx", &file)).unwrap();
    let a = dir.path().join("same.mkv");
    Clip { frames: 2, ..Clip::default() }.write(&a);
    let settings =
        ScoreSettings { metrics: vec![find(id).unwrap(), find("psnr_y").unwrap()], ..ScoreSettings::default() };
    let a = Recipe::file(a);
    let report =
        score(&Workshop::new(1 << 26), &a, std::slice::from_ref(&a), &settings, &mut |_, _, _| {}, &Stop::default())
            .unwrap();
    let frame = &report.candidates[0].frames[0];
    assert_eq!(frame.scores.get(id), Some(&None));
    assert!(frame.reasons.get(id).unwrap().contains("no numbers"), "{:?}", frame.reasons);
    assert!(frame.is_identical("psnr_y"), "the others are measured all the same");
}
