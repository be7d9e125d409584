//! VMAF against libvmaf: features and scores of the oracle, models live, and what must hold for any picture.

use std::path::Path;
use std::sync::Arc;

use doublet::frame::{ColorInfo, Family, Frame, FrameSource, Layout, Plane, Sample};
use doublet::media;
use doublet::metrics::vmaf::model::{Finish, Model, shelf};
use doublet::metrics::vmaf::motion::{Motion, MotionHfr};
use doublet::metrics::vmaf::{score, speed};
use doublet::metrics::{Extractor, Features, Memo, Metric, MetricError, Moment, Pair, Value};

use super::support::testdata;

/// The first `count` frames of a file, on the product's own road.
fn decode(path: &Path, count: usize) -> Vec<Arc<Frame>> {
    let mut video = media::open(path).unwrap();
    (0..count.min(video.info().timeline.len())).map(|n| video.get(n).unwrap()).collect()
}

fn json(path: &Path) -> serde_json::Value {
    serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap()
}

/// Frame `n` of `reference` beside that of `candidate`, among up to four neighbours each way.
fn with_moment<T>(
    reference: &[Arc<Frame>],
    candidate: &[Arc<Frame>],
    n: usize,
    act: impl FnOnce(&Moment<'_>) -> T,
) -> T {
    let before: Vec<_> = reference[..n].iter().rev().take(4).cloned().collect();
    let after: Vec<_> = reference[n + 1..].iter().take(4).cloned().collect();
    act(&Moment::new(Pair::new(&reference[n], &candidate[n]).unwrap()).among(&before, &after, None))
}

fn extract(extractor: &dyn Extractor, frames: &[Arc<Frame>], n: usize, memo: &Memo) -> Vec<f64> {
    with_moment(frames, frames, n, |moment| {
        extractor.extract(moment, memo).unwrap().iter().map(|value| value.value).collect()
    })
}

/// A frame whose luma is `code`; both colour planes are grey.
fn luma(width: u32, height: u32, bits: u8, code: impl Fn(u32, u32) -> u32) -> Arc<Frame> {
    let layout = Layout { family: Family::Yuv, sample: Sample::integer(bits), chroma_shift: (1, 1), alpha: false };
    let plane = |index: usize| {
        let (w, h) = layout.plane_size(index, width, height);
        let grey = 1 << (bits - 1);
        let codes = (0..h).flat_map(|y| (0..w).map(move |x| (x, y)));
        let codes = codes.map(|(x, y)| if index == 0 { code(x, y) } else { grey });
        match layout.sample {
            Sample::U8 => Plane::from_u8(w, h, codes.map(|c| c as u8).collect()).unwrap(),
            _ => Plane::from_u16(w, h, codes.map(|c| c as u16).collect()).unwrap(),
        }
    };
    Arc::new(Frame::new(width, height, layout, ColorInfo::default(), (0..3).map(plane).collect()).unwrap())
}

/// What libvmaf would have read, as rounded to six digits in its log; `None` where the frame lacks one.
fn logged(log: &serde_json::Value, n: usize, suffix: &str) -> Option<[f64; 6]> {
    let of = |name: &str| log[name][n].as_f64();
    let vif = |scale: usize| of(&format!("integer_vif_scale{scale}{suffix}"));
    Some([of(&format!("integer_adm2{suffix}"))?, of("integer_motion2")?, vif(0)?, vif(1)?, vif(2)?, vif(3)?])
}

/// How far a score may be off if each feature is off by half of the log's last digit, and so is the score.
fn rounding(model: &Model, features: &[f64]) -> f64 {
    // The phone curve is at most twice as steep; the slope itself changes little over so short a way.
    2.0 * model.gradient(features).iter().map(|slope| slope.abs() * 0.55e-6).sum::<f64>() + 0.51e-6
}

#[test]
fn models_answer_libvmafs_features_with_libvmafs_scores() {
    let Some(data) = testdata() else { return };
    let shelf = shelf().unwrap();
    let model = |name: &str| shelf.model(name).unwrap();
    let mut checked = [0; 2];
    for entry in std::fs::read_dir(data.join("oracle/scores")).unwrap() {
        let path = entry.unwrap().path();
        let oracle = json(&path);
        let (log, spread) = (&oracle["libvmaf"], &oracle["vmaf_b"]["per_frame"]);
        let check = |n: usize, id: &str, want: &serde_json::Value, got: f64, bound: f64| {
            let Some(want) = want[id][n].as_f64() else { return 0 };
            assert!((got - want).abs() <= bound, "{} frame {n}: {id} {got} instead of {want}", path.display());
            1
        };
        for n in 0..48 {
            let (Some(plain), Some(neg)) = (logged(log, n, ""), logged(log, n, "_egl_1")) else { continue };
            for (id, name, features, finish) in [
                ("vmaf", "vmaf_v0.6.1", &plain, Finish::Score),
                ("vmaf_neg", "vmaf_v0.6.1neg", &neg, Finish::Score),
                ("vmaf_4k", "vmaf_4k_v0.6.1", &plain, Finish::Score),
                ("vmaf_phone", "vmaf_v0.6.1", &plain, Finish::Phone),
            ] {
                let model = model(name);
                let bound = rounding(model, features);
                checked[0] += check(n, id, log, model.score(features, finish), bound);
            }
            let b = &shelf.bootstrap;
            let s = b.spread(&plain, Finish::Score);
            let bound = rounding(&b.main, &plain) * 2.0;
            for (id, got) in [
                ("vmaf_b", b.main.score(&plain, Finish::Score)),
                ("vmaf_b_bagging", s.mean),
                ("vmaf_b_stddev", s.deviation),
                ("vmaf_b_ci_p95_lo", s.low),
                ("vmaf_b_ci_p95_hi", s.high),
            ] {
                checked[1] += check(n, id, spread, got, bound);
            }
        }
    }
    assert!(checked[0] > 7000 && checked[1] > 1000, "only {checked:?} scores were found");
}

#[test]
fn v1_models_answer_libvmafs_features_with_libvmafs_scores() {
    // FFmpeg's libvmaf on the oracle's street/x264_crf35 (frames 1, 24), anime/clahe (47), street/noise12 (24): model,
    // cambi, speed_chroma_uv, adm3, motion3 with the model's own options, and its score.
    let cases = [
        ("vmaf_v1.0.16_3d0h", [0.466447, 3.133165, 0.925974, 9.093849], 82.825042),
        ("vmaf_v1.0.16_1d5h_2160", [0.156747, 4.71959, 0.922148, 8.887052], 79.766481),
        ("vmaf_v1.0.16_hfr_3d0h", [0.156747, 4.71959, 0.922148, 8.363753], 80.05136),
        // Colour too small for SpEED: luma's loss stands in.
        ("vmaf_v1.0.16_5d0h", [0.466447, 0.0, 0.938011, 9.093849], 82.228506),
        ("vmaf_v1.0.16_3d0h_2160", [0.0, 0.0, 0.9737, 8.887052], 102.358736),
        ("vmaf_v1.0.16_hfr_3d0h_2160", [0.484799, 0.0, 0.938572, 0.14348], 79.952039),
        ("vmaf_v1.0.16_hfr_5d0h", [0.0, 0.0, 0.97124, 8.363753], 94.848307),
        ("vmaf_v1.0.16_hfr_1d5h_2160", [0.484799, 4.358497, 0.933804, 0.14348], 76.582258),
    ];
    for (name, features, want) in cases {
        let model = shelf().unwrap().model(name).unwrap();
        let got = model.score(&features, Finish::Score);
        let bound = rounding(model, &features);
        assert!((got - want).abs() <= bound, "{name}: {got} instead of {want}, more than {bound} off");
    }
}

#[test]
fn a_missing_entry_of_a_support_vector_is_zero() {
    let text = |vectors: &str| {
        serde_json::json!({ "model_dict": {
            "feature_names": ["a", "b"], "norm_type": "none",
            "model": format!("svm_type nu_svr\nkernel_type rbf\ngamma 0.5\nnr_class 2\ntotal_sv 2\nrho 0.25\nSV\n{vectors}"),
        }})
        .to_string()
    };
    let model = |vectors| Model::parse("test", &text(vectors));
    let sparse = model("2 1:1 \n-1 2:3 \n").unwrap();
    assert_eq!(sparse, model("2 1:1 2:0\n-1 1:0 2:3\n").unwrap());
    // 2 exp(-.5 (0 + 4)) - exp(-.5 (1 + 1)) - .25
    let want = 2.0 * (-2.0f64).exp() - (-1.0f64).exp() - 0.25;
    assert!((sparse.bare(&[1.0, 2.0]) - want).abs() < 1e-15);
    for damaged in ["2 1:1\n", "2 1:1\n-1 3:1\n", "2 1:one\n-1 2:3\n", "2 0:1\n-1 2:3\n"] {
        assert!(model(damaged).is_err(), "{damaged:?} was taken for a model");
    }
}

#[test]
fn the_slope_of_a_model_is_that_of_its_score() {
    for (name, at) in
        [("vmaf_v0.6.1", vec![0.93, 5.0, 0.4, 0.75, 0.85, 0.9]), ("vmaf_v1.0.16_3d0h", vec![1.0, 3.0, 0.9, 6.0])]
    {
        let model = shelf().unwrap().model(name).unwrap();
        for (n, slope) in model.gradient(&at).into_iter().enumerate() {
            let step = |by: f64| {
                let mut moved = at.clone();
                moved[n] += by;
                model.bare(&moved)
            };
            let measured = (step(1e-5) - step(-1e-5)) / 2e-5;
            assert!((slope - measured).abs() < 1e-5 * (1.0 + slope.abs()), "{name}: {slope}, measured {measured}");
        }
    }
}

#[test]
fn the_ceiling_rises_with_motion_and_the_curve_of_the_phone_never_lowers() {
    for (motion, want) in [(0.0, 97.43), (3.9, 102.7), (20.0, 120.8)] {
        let got = score::ceiling(motion).unwrap();
        assert!((got - want).abs() < 0.06, "ceiling at motion {motion}: {got}");
    }
    let mut features = Features::default();
    features.set("motion2", Ok(Value::measured(3.9)));
    assert_eq!(score::VMAF_CEILING.score(&features).unwrap().value, score::ceiling(3.9).unwrap());
    let model = shelf().unwrap().model("vmaf_v0.6.1").unwrap();
    for bare in [-5.0, 0.0, 30.0, 70.0, 99.0, 104.0, 140.0] {
        let (phone, score) = (model.finish(bare, Finish::Phone), model.finish(bare, Finish::Score));
        assert!(phone >= score && (0.0..=100.0).contains(&phone), "{bare} became {phone}");
        assert_eq!(model.finish(bare, Finish::Unclipped), bare);
    }
}

fn oracle_motion(clip: &str) {
    let Some(data) = testdata() else { return };
    let frames = decode(&data.join(format!("oracle/pairs/{clip}/ref.mkv")), 48);
    let log = &json(&data.join(format!("oracle/scores/{clip}__x264_crf35.json")))["libvmaf"];
    let memo = Memo::default();
    // Backwards, so that nothing can lean on the frame before having been measured.
    for n in (0..frames.len()).rev().step_by(2) {
        let found = extract(&Motion, &frames, n, &memo);
        let names = ["VMAF_integer_feature_motion_sad_score", "integer_motion2", "integer_motion3"];
        for (name, got) in names.iter().zip(&found) {
            let want = log[name][n].as_f64().unwrap();
            assert!((got - want).abs() < 1e-6, "{clip} frame {n}: {name} {got} instead of {want}");
        }
        assert_eq!(found, extract(&Motion, &frames, n, &Memo::default()), "the memo changed the result");
    }
}

#[test]
fn motion_meets_libvmaf_on_street() {
    oracle_motion("street");
}

#[test]
fn motion_meets_libvmaf_on_anime() {
    oracle_motion("anime");
}

#[test]
fn motion_of_the_v1_models_meets_libvmaf() {
    let Some(data) = testdata() else { return };
    let frames = decode(&data.join("oracle/pairs/street/ref.mkv"), 48);
    let memo = Memo::default();
    // integer_motion3_mmxv_18 and integer_motion3_mffw_mmxv_18_mma of FFmpeg's libvmaf.
    let want = [(0, 10.158221, 12.79328), (1, 9.093849, 12.79328), (24, 8.887052, 8.363753), (47, 0.001113, 18.0)];
    for (n, plain, hfr) in want {
        let got = (extract(&Motion, &frames, n, &memo)[3], extract(&MotionHfr, &frames, n, &memo)[0]);
        assert!((got.0 - plain).abs() < 1e-6 && (got.1 - hfr).abs() < 1e-6, "frame {n}: {got:?}");
    }
    // A range has its own first and last frame: libvmaf on frames 0, 1 and 2 alone.
    let short = &frames[..1];
    assert_eq!(extract(&MotionHfr, short, 0, &memo), [0.0]);
    assert_eq!(extract(&Motion, short, 0, &memo), [0.0; 4]);
}

#[test]
fn motion_is_the_same_at_any_depth_and_knows_a_cut() {
    let scene = |shift: u32, lift: u32| move |x: u32, y: u32| lift + ((x + shift) * 7 + y * 3) % 150;
    let at = |bits: u8, shift: u32, lift: u32| {
        let code = scene(shift, lift);
        luma(50, 37, bits, move |x, y| code(x, y) << (bits - 8))
    };
    let of = |bits: u8| -> Vec<f64> {
        let frames: Vec<_> = [(0, 20), (1, 20), (3, 20), (0, 90), (1, 90)].map(|(x, up)| at(bits, x, up)).to_vec();
        (0..frames.len()).map(|n| extract(&Motion, &frames, n, &Memo::default())[1]).collect()
    };
    let eight = of(8);
    for bits in [10, 12, 14, 16] {
        for (a, b) in eight.iter().zip(of(bits)) {
            // A value is rounded to 1/256 of a code along the columns, and once more along the rows.
            assert!((a - b).abs() < 1.0 / 128.0, "{bits} bits: {b} instead of {a}");
        }
    }
    assert_eq!(eight[0], 0.0);
    let change = |a: u32, b: u32| extract(&Motion, &[at(8, a, 20), at(8, b, 20)], 1, &Memo::default())[0];
    // A step of one sample, then of two, a cut, a step of one: the cut is felt by none, for it has a calm side.
    let (one, two) = (change(0, 1), change(1, 3));
    assert!(one > 0.0 && two > one);
    assert_eq!([eight[1], eight[2], eight[3], eight[4]], [one, two, eight[4], eight[4]]);
    assert!(eight[4] < 1.5 * one, "{eight:?}");
    // Every sample brighter by 10: softening changes nothing.
    let frames = [luma(50, 37, 8, |_, _| 60), luma(50, 37, 8, |_, _| 70)];
    let found = extract(&Motion, &frames, 1, &Memo::default());
    assert!((found[0] - 10.0).abs() < 1e-12 && found[1] == found[0]);
    assert_eq!(extract(&Motion, &frames, 0, &Memo::default()), [0.0, 0.0, 10.0, 10.0]);
    // The widest difference there is, at the depth that needs the widest numbers.
    let frames = [luma(33, 32, 16, |_, _| 0), luma(33, 32, 16, |_, _| 65_535)];
    assert!((extract(&Motion, &frames, 1, &Memo::default())[0] - 65_535.0 / 256.0).abs() < 0.01);
}

#[test]
fn motion_is_the_same_on_any_number_of_threads() {
    let frames: Vec<_> = (0..2).map(|n| luma(129, 203, 8, move |x, y| (x * x + y * (n + 3)) % 251)).collect();
    let on = |threads: usize| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        pool.install(|| extract(&Motion, &frames, 1, &Memo::default()))
    };
    assert_eq!(on(1), on(5));
}

/// speed_chroma_uv of FFmpeg's libvmaf with the settings of the v1 models 3d0h, 5d0h and 3d0h_2160: the first frames of
/// the 1080p cartoon, each with the next one for a candidate.
const BUNNY: [(usize, [f64; 3]); 2] = [(0, [6.17329, 4.933989, 3.392124]), (2, [5.903402, 3.819495, 5.443851])];

#[test]
fn speed_chroma_meets_libvmaf() {
    let Some(data) = testdata() else { return };
    let of = |extractor: &dyn Extractor, reference: &Arc<Frame>, candidate: &Arc<Frame>| {
        let moment = Moment::new(Pair::new(reference, candidate).unwrap());
        extractor.extract(&moment, &Memo::default()).unwrap()[0]
    };
    let check = |extractor: &dyn Extractor, reference: &Arc<Frame>, candidate: &Arc<Frame>, want: f64| {
        let got = of(extractor, reference, candidate).value;
        assert!((got - want).abs() < 1e-3, "{}: {got} instead of {want}", extractor.about().id);
    };
    let street = decode(&data.join("oracle/pairs/street/ref.mkv"), 25);
    let coded = decode(&data.join("oracle/pairs/street/x264_crf35.mkv"), 25);
    check(&speed::SPEED_CHROMA, &street[0], &coded[0], 3.66773);
    check(&speed::SPEED_CHROMA, &street[24], &coded[24], 4.71959);
    // The same planes give nearly, but not quite, nothing: what the v1 models make of 0 is something else.
    let same = of(&speed::SPEED_CHROMA, &street[0], &street[0]);
    assert!(same.identical && same.value > 0.0 && same.value < 1e-4, "{same:?}");
    let anime = decode(&data.join("oracle/pairs/anime/ref.mkv"), 2);
    let clahe = decode(&data.join("oracle/pairs/anime/clahe.mkv"), 2);
    check(&speed::SPEED_CHROMA, &anime[1], &clahe[1], 4.437705);
    // 432 lines have too few blocks for the other two: libvmaf calls the planes flat.
    check(&speed::SPEED_CHROMA_5H, &street[0], &coded[0], 0.0);
    let bunny = decode(&data.join("clips/bunny_1080p60_h264.mp4"), 4);
    for (n, want) in BUNNY {
        let both = (&bunny[n], &bunny[n + 1]);
        check(&speed::SPEED_CHROMA, both.0, both.1, want[0]);
        check(&speed::SPEED_CHROMA_5H, both.0, both.1, want[1]);
        check(&speed::SPEED_CHROMA_2160, both.0, both.1, want[2]);
    }
}

#[test]
fn speed_chroma_says_what_it_cannot_measure() {
    let small = luma(150, 300, 8, |x, _| x);
    let moment = Moment::new(Pair::new(&small, &small).unwrap());
    let error = speed::SPEED_CHROMA.extract(&moment, &Memo::default()).unwrap_err();
    assert_eq!(error, MetricError::TooSmall { metric: "speed_chroma", least: 160, width: 150, height: 300 });
    let layout = Layout { family: Family::Gray, sample: Sample::U8, chroma_shift: (0, 0), alpha: false };
    let plane = small.plane(0).clone();
    let grey = Arc::new(Frame::new(150, 300, layout, ColorInfo::default(), vec![plane]).unwrap());
    let moment = Moment::new(Pair::new(&grey, &grey).unwrap());
    let error = speed::SPEED_CHROMA.extract(&moment, &Memo::default()).unwrap_err();
    assert_eq!(error, MetricError::NoChroma { metric: "speed_chroma" });
    // Flat colour is no error.
    let flat = luma(176, 176, 8, |x, y| x + y % 50);
    let moment = Moment::new(Pair::new(&flat, &flat).unwrap());
    assert_eq!(speed::SPEED_CHROMA.extract(&moment, &Memo::default()).unwrap()[0].value, 0.0);
}
