//! SSIMULACRA 2 and Butteraugli: what they are given and what becomes of it. Values are held against other programs.

use std::sync::Arc;

use doublet::frame::{ColorInfo, Family, Frame, Layout, Matrix, Plane, Primaries, Range, Sample, Transfer};
use doublet::metrics::perceptual::ButteraugliMap;
use doublet::metrics::{self, Memo, MetricError, Moment, Overlay, Pair, Plan, Value};

use super::made;

const IDS: [&str; 3] = ["ssimulacra2", "butteraugli", "butteraugli_3"];

fn try_scores(reference: &Arc<Frame>, candidate: &Arc<Frame>) -> Vec<Result<Value, MetricError>> {
    let plan = Plan::new(&IDS.map(|id| metrics::find(id).unwrap()));
    plan.measure(&Moment::new(Pair::new(reference, candidate).unwrap())).into_iter().map(|(_, found)| found).collect()
}

fn scores(reference: &Arc<Frame>, candidate: &Arc<Frame>) -> Vec<f64> {
    try_scores(reference, candidate).into_iter().map(|found| found.unwrap().value).collect()
}

fn frame(width: u32, height: u32, of: impl Fn(u32, i32, i32) -> i32) -> Arc<Frame> {
    made::rgb_frame(width, height, made::planes(width, height, of))
}

fn map(reference: &Arc<Frame>, candidate: &Arc<Frame>) -> doublet::frame::Map {
    ButteraugliMap.map(&Moment::new(Pair::new(reference, candidate).unwrap()), &Memo::default()).unwrap()
}

#[test]
fn scores_are_near_those_of_other_programs() {
    // SSIMULACRA 2 by rust-av's crate 0.5.1, Butteraugli by libjxl 0.7's tool (both norms), of the same pictures. The
    // former rounds its sums in another order; libjxl has changed Butteraugli since by up to 3%.
    let golden = [
        (1, (160, 120), 20, 86.186, 1.3087, 0.7832),
        (1, (160, 120), 80, 49.811, 5.3614, 3.0876),
        (3, (257, 191), 16, 75.872, 2.2489, 1.3024),
        (3, (257, 191), 60, 14.177, 7.8792, 4.3023),
        (4, (96, 64), 40, 17.484, 1.8110, 1.0695),
        (2, (321, 200), 30, 77.179, 2.7031, 1.3621),
    ];
    for (kind, (w, h), noise, ssimulacra2, worst, together) in golden {
        let reference = frame(w, h, |c, x, y| made::sample(kind, c, x, y));
        let found = scores(&reference, &frame(w, h, made::altered(kind, (0, 0), noise)));
        assert!((found[0] - ssimulacra2).abs() < 0.1, "SSIMULACRA 2 of picture {kind}: {found:?}, not {ssimulacra2}");
        for (found, expected) in [(found[1], worst), (found[2], together)] {
            assert!((found / expected - 1.0).abs() < 0.03, "Butteraugli of picture {kind}: {found}, not {expected}");
        }
    }
}

#[test]
fn the_same_picture_is_the_best_there_is() {
    let picture = frame(90, 70, |c, x, y| made::sample(3, c, x, y));
    let found = try_scores(&picture, &Arc::new((*picture).clone()));
    let best = [Value::identical(100.0), Value::identical(0.0), Value::identical(0.0)];
    assert_eq!(found.into_iter().map(Result::unwrap).collect::<Vec<_>>(), best);
    assert!(map(&picture, &picture).values.iter().all(|&value| value == 0.0));
}

#[test]
fn more_damage_scores_worse() {
    let reference = frame(160, 120, |c, x, y| made::sample(1, c, x, y));
    let noisy = [8, 24, 60, 120].map(|noise| scores(&reference, &frame(160, 120, made::altered(1, (0, 0), noise))));
    for (n, id) in IDS.into_iter().enumerate() {
        let about = metrics::find(id).unwrap().about();
        assert!(noisy.windows(2).all(|pair| about.better(pair[0][n], pair[1][n])), "{id}: {noisy:?}");
        let (low, high) = (about.range)(8);
        assert!(noisy.iter().all(|found| (low..=high).contains(&found[n])), "{id}: {noisy:?}");
    }
}

#[test]
fn the_map_pools_to_the_score_and_lights_where_something_is() {
    let reference = frame(200, 120, |c, x, y| made::sample(1, c, x, y));
    let patch = |x: i32, y: i32| (150..162).contains(&x) && (70..82).contains(&y);
    let candidate =
        frame(200, 120, |c, x, y| made::sample(1, c, x, y) + if patch(x, y) { 60 - x % 2 * 120 } else { 0 });
    let map = map(&reference, &candidate);
    let pooled = (ButteraugliMap.about().pool)(&map);
    assert!((pooled - scores(&reference, &candidate)[1]).abs() < 1e-6, "the map comes to {pooled}");
    let at = |x, y| map.at((x, y), (200, 120)).unwrap();
    assert!(f64::from(at(156, 76)) > 0.5 * pooled);
    for (x, y) in [(20, 20), (60, 100), (100, 60), (20, 110), (190, 10)] {
        assert!(f64::from(at(x, y)) < 0.02 * pooled, "({x}, {y}) is lit: {}", at(x, y));
    }
}

/// A picture of 16-bit R'G'B' by a function of channel, x and y, 0..1.
fn deep(width: u32, height: u32, color: ColorInfo, of: impl Fn(u32, i32, i32) -> f64) -> Arc<Frame> {
    let layout = Layout { family: Family::Rgb, sample: Sample::U16 { bits: 16 }, chroma_shift: (0, 0), alpha: false };
    let plane = |c: u32| {
        let places = (0..height as i32).flat_map(|y| (0..width as i32).map(move |x| (x, y)));
        let codes = places.map(|(x, y)| (of(c, x, y).clamp(0.0, 1.0) * 65_535.0).round() as u16);
        Plane::from_u16(width, height, codes.collect()).unwrap()
    };
    Arc::new(Frame::new(width, height, layout, color, (0..3).map(plane).collect()).unwrap())
}

fn tagged(transfer: Transfer, primaries: Primaries) -> ColorInfo {
    ColorInfo { transfer, primaries, range: Range::Full, matrix: Matrix::Identity, ..ColorInfo::default() }
}

/// Light of an sRGB code.
fn light(code: f64) -> f64 {
    if code <= 0.04045 { code / 12.92 } else { ((code + 0.055) / 1.055).powf(2.4) }
}

#[test]
fn the_same_light_scores_the_same_however_it_is_coded() {
    let reference = |c, x, y| f64::from(made::sample(3, c, x, y)) / 255.0;
    let candidate = |c, x, y| f64::from(made::altered(3, (0, 0), 40)(c, x, y).clamp(0, 255)) / 255.0;
    let of = |transfer: Transfer, code: fn(f64) -> f64| {
        let color = tagged(transfer, Primaries::Bt709);
        let make = |source: &dyn Fn(u32, i32, i32) -> f64| deep(160, 100, color, |c, x, y| code(source(c, x, y)));
        scores(&make(&reference), &make(&candidate))
    };
    let srgb = of(Transfer::Srgb, |v| v);
    let others = [
        ("linear", of(Transfer::Linear, light)),
        ("gamma 2.2", of(Transfer::Gamma22, |v| light(v).powf(1.0 / 2.2))),
        ("gamma 2.8", of(Transfer::Gamma28, |v| light(v).powf(1.0 / 2.8))),
    ];
    for (name, found) in others {
        for (n, id) in IDS.into_iter().enumerate() {
            // 16 bits of linear light are coarse in the dark: a code of 1 in 8 bits is 20 of them.
            let bound = if n == 0 { 0.1 } else { 0.01 * srgb[n] };
            assert!((found[n] - srgb[n]).abs() < bound, "{id}: {} as sRGB, {} as {name}", srgb[n], found[n]);
        }
    }
    assert_eq!(srgb, of(Transfer::Bt1886, |v| v), "video is looked at on the same screen");
}

#[test]
fn wide_colours_and_high_dynamic_range_are_taken_for_what_they_are() {
    let reference = |c, x, y| 0.2 + 0.5 * f64::from(made::sample(1, c, x, y)) / 255.0;
    let candidate = |c, x, y| 0.2 + 0.5 * f64::from(made::altered(1, (0, 0), 30)(c, x, y).clamp(0, 255)) / 255.0;
    let of = |transfer, primaries| {
        let color = tagged(transfer, primaries);
        scores(&deep(128, 96, color, reference), &deep(128, 96, color, candidate))
    };
    let plain = of(Transfer::Srgb, Primaries::Bt709);
    let kinds = [
        (Transfer::Srgb, Primaries::Bt2020),
        (Transfer::Srgb, Primaries::DisplayP3),
        (Transfer::Pq, Primaries::Bt2020),
        (Transfer::Hlg, Primaries::Bt2020),
    ];
    for (transfer, primaries) in kinds {
        let found = of(transfer, primaries);
        assert!(found.iter().all(|value| value.is_finite()), "{transfer:?}: {found:?}");
        assert!(found[0] < 100.0 && found[1] > 0.0, "{transfer:?}: {found:?}");
        assert!((found[0] - plain[0]).abs() > 0.01, "{transfer:?} {primaries:?} is not read: {found:?}, {plain:?}");
    }
    // Grey is grey in all primaries.
    let grey = |of: fn(u32, i32, i32) -> i32| move |_: u32, x, y| f64::from(of(0, x, y).clamp(0, 255)) / 255.0;
    let pair = |primaries| {
        let color = tagged(Transfer::Srgb, primaries);
        let one = deep(96, 96, color, grey(|c, x, y| made::sample(1, c, x, y)));
        let two = deep(96, 96, color, grey(|c, x, y| made::altered(1, (0, 0), 40)(c, x, y)));
        scores(&one, &two)
    };
    let (narrow, wide) = (pair(Primaries::Bt709), pair(Primaries::Bt2020));
    assert!((narrow[0] - wide[0]).abs() < 0.1 && (narrow[1] - wide[1]).abs() < 0.02 * narrow[1], "{narrow:?} {wide:?}");
}

#[test]
fn video_of_any_size_depth_and_sampling_is_measured() {
    for (w, h, bits, chroma_shift) in
        [(32, 32, 8, (1, 1)), (47, 33, 10, (1, 0)), (8, 9, 8, (0, 0)), (65, 40, 12, (1, 1))]
    {
        let layout = Layout { family: Family::Yuv, sample: Sample::integer(bits), chroma_shift, alpha: false };
        let video = |noise: i32| {
            let planes = (0..3).map(|i| {
                let (w, h) = layout.plane_size(i, w, h);
                let codes = made::planes(w, h, |c, x, y| {
                    let soft = 60 + made::sample(1, c, x, y) / 2;
                    if i == 0 { soft + made::code(5, x, y) * noise / 256 } else { 128 }
                });
                let [codes, _, _] = codes;
                match layout.sample {
                    Sample::U8 => Plane::from_u8(w, h, codes).unwrap(),
                    _ => Plane::from_u16(w, h, codes.iter().map(|&c| u16::from(c) << (bits - 8)).collect()).unwrap(),
                }
            });
            Arc::new(Frame::new(w, h, layout, ColorInfo::default(), planes.collect()).unwrap())
        };
        let (clean, noisy) = (video(0), video(30));
        let found = scores(&clean, &noisy);
        assert!(found[0] < 95.0 && found[1] > 0.3 && found[2] > 0.1, "{w}x{h} of {bits} bits: {found:?}");
        assert_eq!((map(&clean, &noisy).width, map(&clean, &noisy).height), (w, h));
    }
    let tiny = frame(40, 7, |_, x, _| x * 5);
    let error = try_scores(&tiny, &tiny).remove(0).unwrap_err().to_string();
    assert_eq!(error, "ssimulacra2 needs a picture of at least 8x8 samples, and this one is 40x7");
}

#[test]
fn threads_change_no_bit() {
    let reference = frame(700, 500, |c, x, y| made::sample(3, c, x, y));
    let candidate = frame(700, 500, made::altered(3, (0, 0), 20));
    let with = |threads: usize| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        pool.install(|| scores(&reference, &candidate))
    };
    let one = with(1);
    assert_eq!(one, with(2));
    assert_eq!(one, with(5));
}
