//! The overlays of what was invented: where they light up, where they stay dark, and what none of them can see.

use std::sync::Arc;

use doublet::frame::{ColorInfo, Family, Frame, FrameSource, Layout, Map, Plane, Sample};
use doublet::media;
use doublet::metrics::invented::{Added, bent, contradicted, shimmer};
use doublet::metrics::{self, Enlarged, Memo, MetricError, Moment, Pair};

use super::support::testdata;

/// A grey picture of 8 or more bits; `code` is on the 8-bit scale.
fn grey(width: usize, height: usize, bits: u8, code: impl Fn(usize, usize) -> f64) -> Arc<Frame> {
    let layout = Layout { family: Family::Gray, sample: Sample::integer(bits), chroma_shift: (0, 0), alpha: false };
    let scale = f64::from(1u32 << (bits - 8));
    let all = (0..height).flat_map(|y| (0..width).map(move |x| (x, y)));
    let codes = all.map(|(x, y)| (code(x, y) * scale).round().clamp(0.0, 256.0 * scale - 1.0));
    let (w, h) = (width as u32, height as u32);
    let plane = match layout.sample {
        Sample::U8 => Plane::from_u8(w, h, codes.map(|c| c as u8).collect()),
        _ => Plane::from_u16(w, h, codes.map(|c| c as u16).collect()),
    };
    Arc::new(Frame::new(w, h, layout, ColorInfo::default(), vec![plane.unwrap()]).unwrap())
}

fn code(frame: &Frame, x: usize, y: usize) -> f64 {
    match frame.layout.sample {
        Sample::U8 => f64::from(frame.plane(0).row_u8(y as u32)[x]),
        sample => f64::from(frame.plane(0).row_u16(y as u32)[x]) / f64::from(1u32 << (sample.bits() - 8)),
    }
}

/// Texture that is defined between samples too: waves of many lengths and directions.
fn texture(x: f64, y: f64) -> f64 {
    let wave = |a: f64, b: f64, p: f64| (a * x + b * y + p).sin();
    let sum = wave(0.31, 0.12, 0.0) + wave(-0.17, 0.29, 1.0) + wave(0.07, -0.45, 2.0) + wave(0.52, 0.33, 3.0);
    let wide = wave(0.021, 0.034, 4.0) + wave(-0.043, 0.017, 5.0);
    120.0 + 14.0 * sum + 20.0 * wide
}

fn drawn(id: &str, moment: &Moment<'_>) -> Result<Map, MetricError> {
    metrics::overlay(id).unwrap().map(moment, &Memo::default())
}

fn correlation(a: &[f64], b: &[f64]) -> f64 {
    let mean = |v: &[f64]| v.iter().sum::<f64>() / v.len() as f64;
    let (ma, mb) = (mean(a), mean(b));
    let sum = |f: &dyn Fn(f64, f64) -> f64| a.iter().zip(b).map(|(a, b)| f(a - ma, b - mb)).sum::<f64>();
    sum(&|a, b| a * b) / (sum(&|a, _| a * a) * sum(&|_, b| b * b)).sqrt()
}

/// A bump of 1.2 pixels around the middle, towards right and down.
fn bump(x: f64, y: f64, size: (f64, f64)) -> f64 {
    let (dx, dy) = ((x - 0.5 * size.0) / 34.0, (y - 0.5 * size.1) / 34.0);
    1.2 * (-0.5 * (dx * dx + dy * dy)).exp()
}

#[test]
fn a_planted_warp_is_measured_where_and_as_far_as_it_goes() {
    for (width, height, bits) in [(320, 240, 8), (323, 241, 10)] {
        let size = (width as f64, height as f64);
        let reference = grey(width, height, bits, |x, y| texture(x as f64, y as f64));
        let warped = grey(width, height, bits, |x, y| {
            let u = bump(x as f64, y as f64, size);
            texture(x as f64 - 0.8 * u, y as f64 - 0.6 * u)
        });
        let moment = Moment::new(Pair::new(&reference, &warped).unwrap());
        let map = drawn("bent", &moment).unwrap();
        let cells = (0..map.height).flat_map(|y| (0..map.width).map(move |x| (x, y)));
        let truth: Vec<f64> = cells
            .map(|(x, y)| {
                let at = |p: u32, side: f64, cells: u32| (f64::from(p) + 0.5) * side / f64::from(cells);
                let u = bump(at(x, size.0, map.width), at(y, size.1, map.height), size);
                if u >= 0.35 { u } else { 0.0 }
            })
            .collect();
        let found: Vec<f64> = map.values.iter().map(|v| f64::from(*v)).collect();
        let fit = correlation(&found, &truth);
        assert!(fit > 0.95, "{width}x{height} at {bits} bits: {fit}");
        let most = found.iter().copied().fold(0.0, f64::max);
        assert!((most - 1.2).abs() < 0.15, "{most}");
        let share = truth.iter().filter(|v| **v > 0.0).count() as f64 / truth.len() as f64;
        let numbers = bent(&moment).unwrap();
        assert!((numbers.share - share).abs() < 0.2 * share, "{numbers:?} {share}");
        assert!(numbers.length > 0.0 && numbers.length < numbers.edges, "{numbers:?}");
    }
}

#[test]
fn a_bent_line_is_seen_although_it_tells_of_one_direction_only() {
    let line = |bend: bool| {
        grey(256, 160, 8, |x, y| {
            let at = 80.0 + if bend { 1.5 * (-((x as f64 - 128.0) / 40.0).powi(2)).exp() } else { 0.0 };
            40.0 + 160.0 / (1.0 + (-(y as f64 - at) * 1.2).exp())
        })
    };
    let (straight, bent_line) = (line(false), line(true));
    let map = drawn("bent", &Moment::new(Pair::new(&straight, &bent_line).unwrap())).unwrap();
    let at = |x: u32, y: u32| map.at((x, y), (256, 160)).unwrap();
    // Blocks at whose edge the line lies see a part of it.
    assert!((at(128, 80) - 1.5).abs() < 0.4, "{}", at(128, 80));
    assert_eq!([at(20, 80), at(236, 80), at(128, 20), at(128, 140)], [0.0; 4]);
}

#[test]
fn what_was_not_bent_stays_dark() {
    let still = grey(320, 240, 8, |x, y| texture(x as f64, y as f64));
    let moved = grey(320, 240, 8, |x, y| texture(x as f64 - 1.3, y as f64 + 0.7));
    let contrast = grey(320, 240, 8, |x, y| 1.15 * (texture(x as f64, y as f64) - 128.0) + 134.0);
    let flat = grey(64, 48, 8, |_, _| 90.0);
    for (a, b, what) in [
        (&still, &still, "the same"),
        (&still, &moved, "a shift of the whole picture"),
        (&still, &contrast, "contrast"),
        (&flat, &flat, "nothing to see"),
    ] {
        let map = drawn("bent", &Moment::new(Pair::new(a, b).unwrap())).unwrap();
        let lit = map.values.iter().filter(|v| **v > 0.0).count();
        assert!(lit * 500 <= map.values.len(), "{what}: {lit} of {}", map.values.len());
    }
    let small = grey(31, 64, 8, |_, _| 90.0);
    let why = drawn("bent", &Moment::new(Pair::new(&small, &small).unwrap())).unwrap_err();
    assert!(matches!(why, MetricError::TooSmall { .. }), "{why}");
}

#[test]
fn an_unbent_encode_has_no_bent_blocks() {
    let Some(data) = testdata() else { return };
    for clip in ["street", "anime"] {
        for name in ["x264_crf23", "x264_crf35"] {
            let frame = |name: &str| media::open(&oracle(&data, clip, name)).unwrap().get(12).unwrap();
            let (reference, candidate) = (frame("ref"), frame(name));
            let map = drawn("bent", &Moment::new(Pair::new(&reference, &candidate).unwrap())).unwrap();
            let share = map.values.iter().filter(|v| **v > 0.0).count() as f64 / map.values.len() as f64;
            assert!(share <= 0.01, "{clip} {name}: {share}");
        }
    }
}

fn oracle(data: &std::path::Path, clip: &str, name: &str) -> std::path::PathBuf {
    data.join(format!("oracle/pairs/{clip}/{name}.mkv"))
}

/// An input with texture, and its enlargement by `scale` with each sample repeated.
fn repeated(size: (usize, usize), scale: usize, bits: u8) -> (Arc<Frame>, Arc<Frame>) {
    let code = |x: usize, y: usize| texture(2.0 * x as f64, 2.0 * y as f64).round();
    (grey(size.0, size.1, bits, code), grey(size.0 * scale, size.1 * scale, bits, |x, y| code(x / scale, y / scale)))
}

fn held(input: &Arc<Frame>, output: &Arc<Frame>) -> Added {
    let moment = Moment::new(Pair::new(output, output).unwrap());
    let enlarged = Enlarged { input, output, before: None };
    contradicted(&moment.enlarged_from(enlarged), &Memo::default()).unwrap()
}

/// The picture with something added to its codes.
fn plus(frame: &Frame, what: impl Fn(usize, usize) -> f64) -> Arc<Frame> {
    let bits = frame.layout.sample.bits();
    grey(frame.width as usize, frame.height as usize, bits, |x, y| code(frame, x, y) + what(x, y))
}

fn most(map: &Map) -> f32 {
    map.values.iter().copied().fold(0.0, f32::max)
}

#[test]
fn a_plain_enlargement_neither_contradicts_nor_adds() {
    for (size, scale, bits) in [((80, 60), 2, 8), ((61, 47), 3, 10), ((64, 40), 4, 8)] {
        let (input, output) = repeated(size, scale, bits);
        let found = held(&input, &output);
        assert!(most(&found.maps[0]) < 1e-3 && most(&found.maps[1]) < 1e-3, "{size:?} x{scale}: {}", found.way);
        assert!(found.way.contains("box (edges meeting)") && found.way.contains("nearest"), "{}", found.way);
        assert_eq!((found.contradicted, found.energy < 1e-6), (0.0, true));
    }
}

#[test]
fn a_checker_of_no_mean_is_added_and_contradicts_nothing() {
    let (input, output) = repeated((80, 60), 2, 8);
    let inside = |x: usize, y: usize| (40..80).contains(&x) && (30..60).contains(&y);
    let checker = |x: usize, y: usize| if (x + y).is_multiple_of(2) { 6.0 } else { -6.0 };
    let lie = plus(&output, |x, y| if inside(x, y) { checker(x, y) } else { 0.0 });
    let found = held(&input, &lie);
    assert!(most(&found.maps[0]) < 1e-3, "{}", most(&found.maps[0]));
    for (n, value) in found.maps[1].values.iter().enumerate() {
        let wanted = if inside(n % 160, n / 160) { 6.0 } else { 0.0 };
        assert!((value - wanted).abs() < 1e-3, "{n}: {value}");
    }
}

#[test]
fn a_blob_on_whole_cells_contradicts_and_adds_nothing() {
    let (input, output) = repeated((80, 60), 2, 8);
    let inside = |x: usize, y: usize| (20..30).contains(&x) && (20..26).contains(&y);
    let lie = plus(&output, |x, y| if inside(x / 2, y / 2) { 30.0 } else { 0.0 });
    let found = held(&input, &lie);
    for (n, value) in found.maps[0].values.iter().enumerate() {
        let wanted = if inside(n % 80, n / 80) { 30.0 } else { 0.0 };
        assert!((value - wanted).abs() < 0.05, "{n}: {value}; {}", found.way);
    }
    assert!(most(&found.maps[1]) < 0.05, "{}", most(&found.maps[1]));
    assert!((found.contradicted - 60.0 / 4800.0).abs() < 1e-9);
}

#[test]
fn a_change_of_tone_contradicts_nothing() {
    let (input, output) = repeated((80, 60), 2, 8);
    let brighter = grey(160, 120, 8, |x, y| 1.08 * (code(&output, x, y) - 128.0) + 136.0);
    let found = held(&input, &brighter);
    assert!(most(&found.maps[0]) < 2.0 && found.way.contains("tone"), "{} {}", most(&found.maps[0]), found.way);
}

/// The limit of the overlay, as PULSE (Menon et al. 2020) shows it: another picture that shrinks to the same input.
#[test]
fn another_picture_with_the_same_input_contradicts_nothing() {
    let (input, output) = repeated((80, 60), 2, 8);
    // Twelve codes up and down in each cell, along one diagonal or the other: a drawing of its own.
    let drawing = |x: usize, y: usize| {
        let stroke = (x / 2 * 7 + y / 2 * 13) % 5 < 2;
        let sign = if stroke { (x + y).is_multiple_of(2) } else { x.is_multiple_of(2) };
        if sign { 12.0 } else { -12.0 }
    };
    let other = plus(&output, drawing);
    let found = held(&input, &other);
    assert!(most(&found.maps[0]) < 1e-3, "E is dark: {}", most(&found.maps[0]));
    assert!((found.energy - 144.0).abs() < 1e-3, "what was added is all there: {}", found.energy);
    let about = metrics::overlay("contradicted").unwrap().about();
    assert!(about.limits.contains("PULSE") && about.limits.ends_with("remains unknown."), "{}", about.limits);
}

#[test]
fn an_overlay_that_does_not_apply_says_why() {
    let frame = grey(64, 64, 8, |x, y| texture(x as f64, y as f64));
    let moment = Moment::new(Pair::new(&frame, &frame).unwrap());
    for id in ["contradicted", "added", "unexplained"] {
        let why = drawn(id, &moment).unwrap_err();
        assert!(why.to_string().contains("was not enlarged"), "{why}");
    }
    let why = drawn("shimmer", &moment).unwrap_err();
    assert!(why.to_string().contains("the one before it"), "{why}");
}

/// Shimmer of an enlargement: input and output, each before and now.
fn flicker(x: [&Arc<Frame>; 2], y: [&Arc<Frame>; 2]) -> Map {
    let enlarged = Enlarged { input: x[1], output: y[1], before: Some((x[0], y[0])) };
    let moment = Moment::new(Pair::new(y[1], y[1]).unwrap()).enlarged_from(enlarged);
    let found = shimmer(&moment).unwrap();
    assert_eq!(found.map, drawn("shimmer", &moment).unwrap());
    found.map
}

/// Codes that shimmer is forgiven.
const TAU: f32 = 3.0;

#[test]
fn still_on_still_does_not_shimmer_and_a_planted_flicker_does() {
    let (x, y) = repeated((80, 60), 2, 8);
    assert_eq!(most(&flicker([&x, &x], [&y, &y])), 0.0);
    let inside = |x: usize, y: usize| (40..100).contains(&x) && (30..90).contains(&y);
    let by = |a: f64| plus(&y, |px, py| if inside(px, py) { a } else { 0.0 });
    let map = flicker([&x, &x], [&by(5.0), &by(-5.0)]);
    let at = |x: u32, y: u32| map.at((x, y), (160, 120)).unwrap();
    assert!((at(70, 60) - (10.0 - TAU)).abs() < 1e-3, "{}", at(70, 60));
    assert_eq!([at(10, 60), at(130, 60), at(70, 10), at(70, 110)], [0.0; 4]);
}

#[test]
fn a_pan_by_whole_samples_does_not_shimmer_and_a_cut_is_off() {
    let panned = |dx: f64, dy: f64| {
        let code = move |x: usize, y: usize| texture(2.0 * x as f64 + 2.0 * dx, 2.0 * y as f64 + 2.0 * dy).round();
        (grey(120, 90, 8, code), grey(240, 180, 8, move |x, y| code(x / 2, y / 2)))
    };
    let (x0, y0) = panned(0.0, 0.0);
    for (dx, dy) in [(1.0, 0.0), (-3.0, 2.0), (5.0, -4.0)] {
        let (x1, y1) = panned(dx, dy);
        let map = flicker([&x0, &x1], [&y0, &y1]);
        assert!(most(&map) < 1e-3, "{dx}, {dy}: {}", most(&map));
    }
    let other = |x: usize, y: usize| 128.0 + 60.0 * ((x * 7 + y * 3) as f64 * 0.37).sin();
    let (x1, y1) = (grey(120, 90, 8, other), grey(240, 180, 8, |x, y| other(x / 2, y / 2)));
    assert_eq!(most(&flicker([&x0, &x1], [&y0, &y1])), 0.0, "a cut");
}

#[test]
fn an_encode_that_boils_shimmers_against_a_source_of_its_own_size() {
    let still = grey(160, 120, 8, |x, y| texture(x as f64, y as f64));
    let boil = |seed: usize| {
        plus(&still, |x, y| {
            let n = (x * 73_856_093) ^ (y * 19_349_663) ^ (seed * 83_492_791);
            (n.wrapping_mul(2_654_435_761) >> 8) as f64 % 31.0 - 15.0
        })
    };
    let (before, now) = (boil(1), boil(2));
    let moment = Moment::new(Pair::new(&still, &now).unwrap());
    let (earlier, own) = ([still.clone()], [before]);
    let moment = moment.among(&earlier, &[], Some(25.0)).following(&own);
    let found = shimmer(&moment).unwrap();
    assert!(found.mean > 4.0 && found.index.unwrap() > 4.0, "{} {:?}", found.mean, found.index);
}

#[test]
fn hostile_sizes_give_a_map_or_a_sentence() {
    for (input, output) in
        [((16, 16), (17, 17)), ((33, 17), (130, 67)), ((16, 300), (33, 1200)), ((640, 16), (1281, 40))]
    {
        let of = |(w, h): (usize, usize)| grey(w, h, 8, |x, y| texture(x as f64, y as f64));
        let (x, y) = (of(input), of(output));
        let enlarged = Enlarged { input: &x, output: &y, before: Some((&x, &y)) };
        let moment = Moment::new(Pair::new(&y, &y).unwrap()).enlarged_from(enlarged);
        for id in ["bent", "contradicted", "added", "unexplained", "shimmer"] {
            match drawn(id, &moment) {
                Ok(map) => assert!(map.values.iter().all(|v| v.is_finite()), "{id}"),
                Err(why) => assert!(why.to_string().contains("at least"), "{id}: {why}"),
            }
        }
    }
}

/// What sharpening does not explain, of an enlargement.
fn unexplained(input: &Arc<Frame>, output: &Arc<Frame>) -> Map {
    let enlarged = Enlarged { input, output, before: None };
    drawn("unexplained", &Moment::new(Pair::new(output, output).unwrap()).enlarged_from(enlarged)).unwrap()
}

#[test]
fn detail_on_a_flat_place_is_unexplained_and_the_same_along_steep_slopes_may_be_sharpening() {
    // Flat on the left, steep waves on the right.
    let code = |x: usize, y: usize| {
        let wave =
            60.0 * (x as f64 * std::f64::consts::TAU / 6.0).sin() * (y as f64 * std::f64::consts::TAU / 7.0).cos();
        if x < 40 { 120.0 } else { (120.0 + wave).round() }
    };
    let (input, output) = (grey(80, 60, 8, code), grey(160, 120, 8, |x, y| code(x / 2, y / 2)));
    assert!(most(&unexplained(&input, &output)) < 1e-3, "a plain enlargement");
    let inside = |x: usize, y: usize| (30..90).contains(&y) && ((20..60).contains(&x) || (100..140).contains(&x));
    let checker = |x: usize, y: usize| if (x + y).is_multiple_of(2) { 9.0 } else { -9.0 };
    let lie = plus(&output, |x, y| if inside(x, y) { checker(x, y) } else { 0.0 });
    let (added, rest) = (&held(&input, &lie).maps[1], unexplained(&input, &lie));
    assert!(rest.values.iter().zip(&added.values).all(|(rest, added)| rest <= added), "never more than was added");
    let mean = |map: &Map, left: usize| {
        let all = (34..86).flat_map(|y| (left..left + 32).map(move |x| (x, y)));
        all.map(|(x, y)| f64::from(map.values[y * 160 + x])).sum::<f64>() / (52.0 * 32.0)
    };
    assert!((mean(added, 24) - 9.0).abs() < 0.3 && (mean(added, 104) - 9.0).abs() < 0.3, "the same was added");
    assert!(mean(&rest, 24) > 8.0, "flat: {}", mean(&rest, 24));
    assert!(mean(&rest, 104) < 4.0, "steep: {}", mean(&rest, 104));
}
