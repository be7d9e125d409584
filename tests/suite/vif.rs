//! VIF against libvmaf, at all depths and odd sizes, and its maps: what they pool to, where they light up and where not.

use std::path::Path;
use std::sync::Arc;

use bytes::Bytes;
use doublet::frame::{ColorInfo, Family, Frame, FrameSource, Layout, Map, Plane, Sample};
use doublet::media;
use doublet::metrics::vmaf::vif::{BOOST, GAIN, LOSS, VIF, VifMap, detail};
use doublet::metrics::{Extractor, Memo, MetricError, Moment, Overlay, Pair, Value};

use super::made;
use super::support::testdata;

fn measure(reference: &Arc<Frame>, candidate: &Arc<Frame>) -> Vec<Value> {
    VIF.extract(&Moment::new(Pair::new(reference, candidate).unwrap()), &Memo::default()).unwrap()
}

fn features(reference: &Arc<Frame>, candidate: &Arc<Frame>) -> Vec<f64> {
    measure(reference, candidate).iter().map(|value| value.value).collect()
}

fn overlay(map: &VifMap, reference: &Arc<Frame>, candidate: &Arc<Frame>) -> Map {
    map.map(&Moment::new(Pair::new(reference, candidate).unwrap()), &Memo::default()).unwrap()
}

/// A grey frame; `pad` samples of rubbish follow each row.
fn grey(width: u32, height: u32, bits: u8, pad: usize, code: impl Fn(i32, i32) -> i32) -> Arc<Frame> {
    let sample = Sample::integer(bits);
    let layout = Layout { family: Family::Gray, sample, chroma_shift: (0, 0), alpha: false };
    let row = |y: i32| (0..width as i32).map(move |x| (x, y));
    let codes =
        (0..height as i32).flat_map(|y| row(y).map(|(x, y)| code(x, y)).chain((0..pad).map(|i| i as i32 % 200)));
    let stride = (width as usize + pad) * sample.bytes();
    let plane = match sample {
        Sample::U8 => Bytes::from(codes.map(|c| c.clamp(0, 255) as u8).collect::<Vec<_>>()),
        _ => {
            let most = (1i32 << bits) - 1;
            let padded: Vec<u16> = codes.map(|c| c.clamp(0, most) as u16).collect();
            let plane = Plane::from_u16(width + pad as u32, height, padded).unwrap();
            Bytes::from_owner(plane)
        }
    };
    let plane = Plane::new(width, height, sample, stride, plane).unwrap();
    Arc::new(Frame::new(width, height, layout, ColorInfo::default(), vec![plane]).unwrap())
}

/// A textured picture of 16 bits, and one that is sharper in every other stripe and softer in between, with grain.
fn texture(x: i32, y: i32) -> i32 {
    (made::sample(1, 0, x, y) + made::sample(3, 0, x, y)) * 128 + made::code(77, x, y)
}

fn worse(x: i32, y: i32) -> i32 {
    let soft = (texture(x, y) * 2 + texture(x - 1, y) + texture(x, y + 1)) / 4;
    let top = texture(x, y).clamp(0, 65535);
    let value = if x % 64 < 32 { 2 * top - soft } else { soft };
    (value + (made::code(91, x, y) - 128) * 6).clamp(0, 65535)
}

fn made_pair(width: u32, height: u32, bits: u8) -> (Arc<Frame>, Arc<Frame>) {
    let frame =
        |of: fn(i32, i32) -> i32| grey(width, height, bits, 0, move |x, y| of(x, y).clamp(0, 65535) >> (16 - bits));
    (frame(texture), frame(worse))
}

/// libvmaf's (static FFmpeg 9) integer_vif_scale0..3 and ..._egl_1 of [`made_pair`], to the six digits it prints.
const GOLDEN: [(u32, u32, u8, [f64; 8]); 5] = [
    (97, 61, 8, [0.482018, 0.809934, 0.897355, 0.946406, 0.459612, 0.802046, 0.889995, 0.935319]),
    (101, 75, 10, [0.479783, 0.808266, 0.895445, 0.944511, 0.459690, 0.800689, 0.888072, 0.935449]),
    (533, 137, 8, [0.474835, 0.810233, 0.897102, 0.948597, 0.457345, 0.804021, 0.891252, 0.940484]),
    (64, 49, 12, [0.480767, 0.818278, 0.906404, 0.954618, 0.462476, 0.811747, 0.899050, 0.942922]),
    (32, 32, 8, [0.526158, 0.833174, 0.930444, 0.993609, 0.484127, 0.818081, 0.916050, 0.969072]),
];

#[test]
fn vif_is_libvmafs_at_any_depth_and_odd_sizes() {
    for (width, height, bits, expected) in GOLDEN {
        let (reference, candidate) = made_pair(width, height, bits);
        for (got, expected) in features(&reference, &candidate).iter().zip(expected) {
            assert!((got - expected).abs() < 1e-6, "{width}x{height} {bits} bits: {got} for {expected}");
        }
    }
}

#[test]
fn vif_is_libvmafs_on_the_oracle() {
    let Some(testdata) = testdata() else { return };
    let frames = |path: &Path| {
        let mut video = media::open(path).unwrap();
        (0..4).map(|n| video.get(n).unwrap()).collect::<Vec<_>>()
    };
    let pairs = testdata.join("oracle/pairs");
    for (clip, name) in [("street", "x264_crf35_then_unsharp"), ("street", "noise12"), ("anime", "contrast115")] {
        let log = std::fs::read(testdata.join(format!("oracle/scores/{clip}__{name}.json"))).unwrap();
        let log: serde_json::Value = serde_json::from_slice(&log).unwrap();
        let (reference, candidate) =
            (frames(&pairs.join(clip).join("ref.mkv")), frames(&pairs.join(clip).join(format!("{name}.mkv"))));
        for n in [0, 3] {
            let got = features(&reference[n], &candidate[n]);
            for (i, got) in got.iter().enumerate() {
                let limit = if i < 4 { "" } else { "_egl_1" };
                let expected = log["libvmaf"][format!("integer_vif_scale{}{limit}", i % 4)][n].as_f64().unwrap();
                assert!((got - expected).abs() < 1e-6, "{clip} {name} {n} feature {i}: {got} for {expected}");
            }
        }
    }
}

#[test]
fn more_bits_padded_rows_and_other_threads_change_no_bit() {
    // A tile and a bit, a band and a bit.
    let (width, height) = (517, 139);
    let eight = |of: fn(i32, i32) -> i32| move |x: i32, y: i32| of(x, y).clamp(0, 65535) >> 8;
    let plain = |bits: u8, pad: usize| {
        let frame = |of: fn(i32, i32) -> i32| grey(width, height, bits, pad, move |x, y| eight(of)(x, y) << (bits - 8));
        (frame(texture), frame(worse))
    };
    let (reference, candidate) = plain(8, 0);
    let expected = measure(&reference, &candidate);
    assert!(expected.iter().all(|value| !value.identical && value.value > 0.1 && value.value < 1.5));
    for (bits, pad) in [(8, 3), (10, 0), (12, 5), (16, 1)] {
        let (reference, candidate) = plain(bits, pad);
        assert_eq!(measure(&reference, &candidate), expected, "{bits} bits, {pad} samples of padding");
    }
    for threads in [1, 3] {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        assert_eq!(pool.install(|| measure(&reference, &candidate)), expected, "{threads} threads");
    }
}

#[test]
fn an_identical_pair_has_all_its_information() {
    let (reference, _) = made_pair(97, 61, 10);
    for value in measure(&reference, &reference.clone()) {
        assert!(value.identical && (value.value - 1.0).abs() < 1e-4, "{value:?}");
    }
    let flat = grey(40, 33, 8, 0, |_, _| 77);
    assert!(features(&flat, &flat).iter().all(|&value| value == 1.0));
    for map in [&LOSS, &GAIN, &BOOST] {
        let most = overlay(map, &reference, &reference).values.iter().fold(0f32, |most, v| most.max(v.abs()));
        assert!(most < 1e-3, "{} lights up to {most}", map.id());
    }
}

#[test]
fn more_damage_leaves_less_information() {
    let damaged =
        |by: i32| grey(160, 90, 8, 0, move |x, y| (texture(x, y) >> 8) + made::code(5, x, y) * by / 256 - by / 2);
    let reference = damaged(0);
    let scores: Vec<Vec<f64>> = [4, 12, 36].iter().map(|&by| features(&reference, &damaged(by))).collect();
    for pair in scores.windows(2) {
        assert!(pair[0].iter().zip(&pair[1]).all(|(less, more)| less > more), "{scores:?}");
    }
}

#[test]
fn small_pictures_and_pictures_without_luma_are_named() {
    let small = grey(64, 31, 8, 0, |x, _| x);
    let error = VIF.extract(&Moment::new(Pair::new(&small, &small).unwrap()), &Memo::default()).unwrap_err();
    assert_eq!(error, MetricError::TooSmall { metric: "vif", least: 32, width: 64, height: 31 });
    let rgb = made::rgb_frame(40, 40, made::planes(40, 40, |c, x, y| made::sample(0, c, x, y)));
    let error = detail(&Pair::new(&rgb, &rgb).unwrap()).unwrap_err();
    assert_eq!(error, MetricError::NoLuma { metric: "vif" });
    let least = grey(32, 32, 8, 0, made_code);
    assert!(features(&least, &least).iter().all(|value| value.is_finite()));
}

fn made_code(x: i32, y: i32) -> i32 {
    made::sample(0, 0, x, y)
}

#[test]
fn maps_add_up_to_the_scores() {
    let total = |values: &[f32]| values.iter().map(|&value| f64::from(value)).sum::<f64>();
    for (width, height, bits) in [(200, 120, 8), (531, 77, 8), (97, 131, 12)] {
        let (reference, candidate) = made_pair(width, height, bits);
        let got = features(&reference, &candidate);
        let scales = detail(&Pair::new(&reference, &candidate).unwrap()).unwrap();
        for (scale, of) in scales.iter().enumerate() {
            assert_eq!((of.width, of.height), (width as usize >> scale, height as usize >> scale));
            assert_eq!([&of.num, &of.num_neg, &of.den].map(|map| map.len()), [of.width * of.height; 3]);
            for (map, expected) in [(&of.num, got[scale]), (&of.num_neg, got[scale + 4]), (&of.den, 1.0)] {
                assert!((total(map) - expected).abs() < 1e-6, "scale {scale}: {} for {expected}", total(map));
            }
            assert_eq!((of.sums.vif(), of.sums.vif_neg()), (got[scale], got[scale + 4]));
        }
        let mean = |values: &[f64]| values.iter().sum::<f64>() / values.len() as f64;
        for (map, expected) in [(&LOSS, 1.0 - mean(&got[..4])), (&BOOST, mean(&got[..4]) - mean(&got[4..]))] {
            let drawn = overlay(map, &reference, &candidate);
            assert_eq!((drawn.width, drawn.height), (width, height));
            let pooled = (map.about().pool)(&drawn);
            assert!((pooled - expected).abs() < 1e-6, "{} of {width}x{height}: {pooled} for {expected}", map.id());
            assert!(expected > 0.001, "{} has something to show", map.id());
        }
    }
}

/// Strong waves on the left, whose variance is large wherever a window stands, and faint ones on the right; room for
/// gain without clipping.
fn stage(x: i32, y: i32) -> f64 {
    let wave = |at: i32, period: f64| (f64::from(at) * std::f64::consts::TAU / period).sin();
    let strong = wave(x, 12.0) + wave(y, 14.0);
    if x < 128 { strong * 40.0 } else { strong * 0.4 }
}

fn staged(alter: impl Fn(i32, i32) -> f64) -> Arc<Frame> {
    grey(256, 128, 12, 0, |x, y| ((alter(x, y) + 128.0) * 16.0).round() as i32)
}

/// Mean of a map over columns `from..to`.
fn mean_over(map: &Map, from: usize, to: usize, of: impl Fn(f32) -> f32) -> f64 {
    let rows = (0..map.height).map(|y| map.row(y)[from..to].iter().map(|&v| f64::from(of(v))).sum::<f64>());
    rows.sum::<f64>() / f64::from(map.height) / (to - from) as f64
}

#[test]
fn gain_is_the_contrasts_logarithm_where_there_is_something_to_see() {
    let reference = staged(stage);
    for gain in [1.2, 0.8] {
        let map = overlay(&GAIN, &reference, &staged(|x, y| stage(x, y) * gain));
        let expected = gain.log2() as f32;
        for y in 0..128 {
            for (x, value) in map.row(y)[..96].iter().enumerate() {
                assert!((value - expected).abs() < 0.003, "at {x},{y}: {value} for {expected}");
            }
            assert!(map.row(y)[176..].iter().all(|value| value.abs() < 1e-6), "faint texture stays dark");
        }
    }
}

#[test]
fn orange_is_for_boosts_alone() {
    let reference = staged(stage);
    let blurred = |x: i32, y: i32| {
        let around = (-1..=1).flat_map(|j| (-1..=1).map(move |i| (i, j)));
        around.map(|(i, j)| stage(x + i, y + j) * f64::from((2 - i.abs()) * (2 - j.abs()))).sum::<f64>() / 16.0
    };
    let sharp = staged(|x, y| 4.0 * stage(x, y) - 3.0 * blurred(x, y));
    let grain = staged(|x, y| stage(x, y) + f64::from(made::code(9, x, y) - 128) * 0.1);
    let boost = |candidate: &Arc<Frame>| mean_over(&overlay(&GAIN, &reference, candidate), 0, 96, |v| v.max(0.0));
    let loss = |candidate: &Arc<Frame>| mean_over(&overlay(&GAIN, &reference, candidate), 0, 96, |v| -v.min(0.0));
    assert!(boost(&sharp) > 0.1, "{}", boost(&sharp));
    let soft = staged(blurred);
    assert!(boost(&soft) < 0.001 && loss(&soft) > 0.05, "{} {}", boost(&soft), loss(&soft));
    assert!(boost(&grain) < 0.01 && loss(&grain) < 0.01, "{} {}", boost(&grain), loss(&grain));
    // VIF's own account of it: the boost is what NEG does not count.
    let credit = |candidate: &Arc<Frame>| overlay(&BOOST, &reference, candidate).mean();
    assert!(credit(&sharp) > 0.03 && credit(&soft) < 0.002, "{} {}", credit(&sharp), credit(&soft));
}

#[test]
fn a_change_lights_where_it_was_planted() {
    let reference = staged(stage);
    let planted = |x: i32, y: i32| (32..56).contains(&x) && (40..64).contains(&y);
    let flattened = staged(|x, y| if planted(x, y) { 0.0 } else { stage(x, y) });
    let raised = staged(|x, y| if planted(x, y) { stage(x, y) * 1.3 } else { stage(x, y) });
    // As far as the largest windows reach: 8 places of scale 0, 4 of scale 1 and so on, and the filters in between.
    let far = |x: i32, y: i32| !(32 - 28..56 + 28).contains(&x) || !(40 - 28..64 + 28).contains(&y);
    for (map, candidate, sign) in
        [(&LOSS, &flattened, 1.0), (&GAIN, &flattened, -1.0), (&GAIN, &raised, 1.0), (&BOOST, &raised, 1.0)]
    {
        let map = overlay(map, &reference, candidate);
        let at = |x: u32, y: u32| f64::from(map.row(y)[x as usize]) * sign;
        let inside: f64 =
            (46..58).flat_map(|y| (38..50).map(move |x| (x, y))).map(|(x, y)| at(x, y)).sum::<f64>() / 144.0;
        assert!(inside > 0.1, "{inside}");
        let places = (0..128).flat_map(|y| (0..256).map(move |x| (x, y)));
        let outside = places.filter(|&(x, y)| far(x as i32, y as i32)).map(|(x, y)| at(x, y).abs()).fold(0.0, f64::max);
        assert!(outside < 2e-3, "{outside}");
    }
}
