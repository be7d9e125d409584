//! ERQA against the package's own scores of made pictures and of the stored pairs, and its map.
//!
//! The golden numbers are of the erqa package (1.1.2, OpenCV 5.0.0): candidate and reference of `made.rs` as BGR, both
//! versions of the metric. The conversions are of FFmpeg 9: raw planes by `made_yuv`, `scale` with the matrix and range
//! named and `flags=bicubic+accurate_rnd+full_chroma_int+full_chroma_inp`, `format=bgr24`; FNV-1a over RGB.

use std::sync::Arc;

use doublet::frame::{ColorInfo, Family, Frame, FrameSource, Layout, Map, Matrix, Plane, Range, Sample};
use doublet::media;
use doublet::metrics::erqa::{EdgeMap, Rgb8, Shift, best_shift, convert};
use doublet::metrics::{self, Memo, MetricError, Moment, Overlay, Pair, Plan, Value};

use super::made;
use super::support::testdata;

/// ERQA 1.1 and 1.0.
/// A code for a channel and a place.
type Draw = fn(u32, i32, i32) -> i32;

fn scores(reference: &Arc<Frame>, candidate: &Arc<Frame>) -> Result<[Value; 2], MetricError> {
    let plan = Plan::new(&[metrics::find("erqa").unwrap(), metrics::find("erqa_1_0").unwrap()]);
    let mut found = plan.measure(&Moment::new(Pair::new(reference, candidate).unwrap()));
    let old = found.remove(1).1?;
    Ok([found.remove(0).1?, old])
}

fn map(reference: &Arc<Frame>, candidate: &Arc<Frame>) -> Map {
    EdgeMap.map(&Moment::new(Pair::new(reference, candidate).unwrap()), &Memo::default()).unwrap()
}

fn frame(width: u32, height: u32, of: impl Fn(u32, i32, i32) -> i32) -> Arc<Frame> {
    made::rgb_frame(width, height, made::planes(width, height, of))
}

#[test]
fn scores_are_those_of_the_package_and_the_map_pools_to_them() {
    let golden = [
        (0, (64, 48), (0, 0), 40, 0.9061517736865738, 0.9251247920133111),
        (1, (200, 120), (0, 0), 60, 0.8847653033214384, 0.8769104671905887),
        (1, (161, 99), (2, -3), 30, 0.916078431372549, 0.9222420217074355),
        (2, (97, 131), (-1, 2), 90, 0.871432381968525, 0.7625013737773381),
        (3, (160, 100), (0, 0), 120, 0.4790943007847678, 0.5543394140409066),
        (3, (160, 100), (3, 3), 40, 0.795816081935062, 0.8473076923076923),
        (4, (120, 75), (-3, -2), 50, 0.9327132684202878, 0.9403354412977728),
        (5, (64, 64), (0, 1), 24, 0.9537431527693243, 0.9585172109443955),
        // Farther than the search goes.
        (1, (90, 80), (4, 0), 20, 0.8748085758039816, 0.7704360679970436),
    ];
    for (kind, (w, h), shift, noise, new, old) in golden {
        let reference = frame(w, h, |c, x, y| made::sample(kind, c, x, y));
        let candidate = frame(w, h, made::altered(kind, shift, noise));
        let [found_new, found_old] = scores(&reference, &candidate).unwrap();
        assert!((found_new.value - new).abs() < 1e-12, "1.1 of picture {kind}: {found_new:?}, the package says {new}");
        assert!((found_old.value - old).abs() < 1e-12, "1.0 of picture {kind}: {found_old:?}, the package says {old}");
        let pooled = (EdgeMap.about().pool)(&map(&reference, &candidate));
        assert!((pooled - new).abs() < 1e-12, "the map of picture {kind} comes to {pooled}, the score is {new}");
    }
}

/// Raw planes that FFmpeg was given too: coarse noise and a fifth of fine noise, the low bits of more than 8 apart.
fn made_yuv(bits: u8, chroma_shift: (u8, u8), (w, h): (u32, u32), matrix: Matrix, full: bool) -> Frame {
    let layout = Layout { family: Family::Yuv, sample: Sample::integer(bits), chroma_shift, alpha: false };
    let planes = (0..3).map(|i| {
        let (w, h) = layout.plane_size(i, w, h);
        let places = (0..h as i32).flat_map(|y| (0..w as i32).map(move |x| (x, y)));
        let codes = places.map(|(x, y)| {
            let i = i as u32;
            let code = (made::code(61 + i, x / 3, y / 2) + made::code(71 + i, x, y) / 4) * 4 / 5;
            let low = if bits > 8 { made::code(81 + i, x, y) % (1 << (bits - 8)) } else { 0 };
            ((code << (bits - 8)) + low) as u16
        });
        match layout.sample {
            Sample::U8 => Plane::from_u8(w, h, codes.map(|code| code as u8).collect()).unwrap(),
            _ => Plane::from_u16(w, h, codes.collect()).unwrap(),
        }
    });
    let range = if full { Range::Full } else { Range::Limited };
    Frame::new(w, h, layout, ColorInfo { matrix, range, ..ColorInfo::default() }, planes.collect()).unwrap()
}

#[test]
fn pictures_are_converted_as_ffmpeg_does_for_the_package() {
    let golden = [
        (8, (1, 1), (96, 64), Matrix::Bt709, false, 0xee0e_cf06_4289_22bc),
        (8, (1, 1), (101, 67), Matrix::Bt601, false, 0xfa45_77b3_f74b_4441),
        (10, (1, 0), (75, 50), Matrix::Bt709, false, 0x3f2a_451d_a204_1085),
        (8, (0, 0), (60, 40), Matrix::Bt709, true, 0x0cc5_87d9_7e13_064b),
        (12, (1, 1), (64, 90), Matrix::Bt2020Ncl, false, 0x0530_1daf_f67b_527e),
        (8, (1, 1), (33, 35), Matrix::Bt709, true, 0xacc0_5cca_7d7c_51fb),
        (8, (2, 0), (90, 33), Matrix::Bt601, false, 0x5148_7302_0eea_6c38),
        // One sum of it leaves 32 bits, and comes out black there as here.
        (8, (2, 0), (96, 33), Matrix::Bt709, false, 0xb826_5f32_5ef5_60af),
        (10, (1, 1), (130, 70), Matrix::Bt2020Ncl, true, 0x0b98_7b18_eb8f_16bd),
    ];
    for (bits, shift, (w, h), matrix, full, hash) in golden {
        let picture = convert(&made_yuv(bits, shift, (w, h), matrix, full)).unwrap();
        let row = |y: usize| [0, 1, 2].map(|c| picture.whole().row(c, y as isize));
        let bytes = (0..h as usize).flat_map(|y| {
            let [r, g, b] = row(y);
            (0..w as usize).flat_map(move |x| [r[x], g[x], b[x]])
        });
        assert_eq!(made::fnv(bytes), hash, "{bits} bits, chroma {shift:?}, {w}x{h}, {matrix:?}, full range {full}");
    }
}

#[test]
fn stored_pairs_score_as_the_package_scored_them() {
    let Some(data) = testdata() else { return };
    let mut checked = 0;
    for (clip, names) in [
        ("street", ["x264_crf35", "clahe", "down2_bicubic", "noise12"]),
        ("anime", ["x264_crf45", "noise12", "unsharp", "down4_bicubic"]),
    ] {
        let mut reference = media::open(&data.join(format!("oracle/pairs/{clip}/ref.mkv"))).unwrap();
        for name in names {
            let mut candidate = media::open(&data.join(format!("oracle/pairs/{clip}/{name}.mkv"))).unwrap();
            let text = std::fs::read_to_string(data.join(format!("oracle/scores/{clip}__{name}.json"))).unwrap();
            let json: serde_json::Value = serde_json::from_str(&text).unwrap();
            let list = |key: &str| json["erqa"][key].as_array().unwrap().clone();
            let expected = list("frames").into_iter().zip(list("erqa_1.1")).zip(list("erqa_1.0"));
            for ((n, new), old) in expected.take(2) {
                let n = n.as_u64().unwrap() as usize;
                let found = scores(&reference.get(n).unwrap(), &candidate.get(n).unwrap()).unwrap();
                for (found, expected) in found.into_iter().zip([new, old]) {
                    let expected = expected.as_f64().unwrap();
                    // The oracle is printed with six digits.
                    assert!((found.value - expected).abs() < 1e-6, "{clip} {name} frame {n}: {found:?} for {expected}");
                    checked += 1;
                }
            }
        }
    }
    assert_eq!(checked, 2 * 4 * 2 * 2);
}

#[test]
fn the_same_picture_scores_one_and_its_map_is_white() {
    let frame = frame(120, 90, |c, x, y| made::sample(3, c, x, y));
    assert_eq!(scores(&frame, &Arc::new((*frame).clone())).unwrap(), [Value::identical(1.0); 2]);
    let map = map(&frame, &frame);
    assert!(map.values.iter().all(|&class| class == 0.0 || class == 1.0));
    assert!(map.values.contains(&1.0));
}

#[test]
fn a_picture_without_edges_scores_nought_as_in_the_package() {
    let flat = frame(64, 64, |_, _, _| 90);
    assert_eq!(scores(&flat, &flat).unwrap(), [Value::measured(0.0); 2]);
    assert!(map(&flat, &flat).values.iter().all(|&class| class == 0.0));
}

#[test]
fn a_shift_is_undone_and_the_map_stays_on_the_candidate() {
    for shift in [(2, -3), (-3, 1), (3, 3), (-1, -2)] {
        let reference = frame(160, 100, |c, x, y| made::sample(1, c, x, y));
        let candidate = frame(160, 100, made::altered(1, shift, 0));
        assert_eq!(scores(&reference, &candidate).unwrap().map(|value| value.value), [1.0; 2], "{shift:?}");

        // A block drawn into the candidate is red just there, wherever the crops begin. The long edge is kept.
        let base = |c: u32, x: i32, y: i32| made::sample(1, c, x, y) / 8 + if x < 30 { 0 } else { 150 };
        let block = |x: i32, y: i32| (70..74).contains(&x) && (40..44).contains(&y);
        let reference = frame(160, 100, base);
        let candidate = frame(160, 100, |c, x, y| match block(x, y) {
            true => [250, 10, 240][c as usize],
            false => base(c, x - shift.0, y - shift.1),
        });
        let map = map(&reference, &candidate);
        let mut red = 0;
        for (y, x) in (0..100).flat_map(|y| (0..160).map(move |x| (y, x))) {
            let class = map.at((x, y), (160, 100)).unwrap();
            let near = (68..=75).contains(&x) && (38..=45).contains(&y);
            assert!(class != 3.0 || near, "{shift:?}: red at ({x}, {y}), where nothing was drawn");
            assert!(class != 2.0, "{shift:?}: lost at ({x}, {y})");
            red += u32::from(class == 3.0);
        }
        assert!(red >= 12, "{shift:?}: the block has an outline of some 16 pixels, {red} are red");
        // The candidate's long edge is white where the candidate has it.
        let line = (30 + shift.0 - 1) as u32;
        assert!(map.at((line, 50), (160, 100)) == Some(1.0) || map.at((line + 1, 50), (160, 100)) == Some(1.0));
    }
}

#[test]
fn a_drawn_line_is_invented_and_an_erased_one_lost() {
    let plain = frame(96, 80, |_, x, y| 100 + x / 8 + y / 8);
    let line = frame(96, 80, |_, x, y| if y == 40 && (20..70).contains(&x) { 255 } else { 100 + x / 8 + y / 8 });
    let count = |map: &Map, class: f32| map.values.iter().filter(|&&value| value == class).count();
    let drawn = map(&plain, &line);
    assert!(count(&drawn, 3.0) >= 90 && count(&drawn, 1.0) == 0 && count(&drawn, 2.0) == 0);
    for (y, row) in drawn.values.chunks(96).enumerate() {
        for (x, &class) in row.iter().enumerate() {
            assert!(class == 0.0 || ((38..=42).contains(&y) && (18..=71).contains(&x)), "({x}, {y}) is lit");
        }
    }
    let erased = map(&line, &plain);
    assert_eq!((count(&erased, 2.0), count(&erased, 3.0)), (count(&drawn, 3.0), 0), "blue where the other was red");
    assert_eq!(scores(&plain, &line).unwrap().map(|v| v.value), [0.0; 2], "nothing was kept");
}

#[test]
fn more_damage_scores_lower() {
    let reference = frame(200, 120, |c, x, y| made::sample(1, c, x, y));
    let found: Vec<f64> = [0, 40, 90, 160]
        .map(|noise| scores(&reference, &frame(200, 120, made::altered(1, (0, 0), noise))).unwrap()[0].value)
        .to_vec();
    assert!(found.windows(2).all(|pair| pair[1] < pair[0]), "{found:?}");
}

/// The search written down plainly: every shift, every pixel, in the package's order.
fn plain_shift(reference: &[Vec<u8>; 3], candidate: &[Vec<u8>; 3], w: i64, h: i64) -> (isize, isize) {
    let mut best = (f64::INFINITY, (0, 0));
    for (y, x) in (-3i64..=3).flat_map(|y| (-3i64..=3).map(move |x| (y, x))) {
        let mut sum = 0i64;
        for row in y.max(0)..h + y.min(0) {
            for column in x.max(0)..w + x.min(0) {
                for c in 0..3 {
                    let a = i64::from(candidate[c][(row * w + column) as usize]);
                    let b = i64::from(reference[c][((row - y) * w + column - x) as usize]);
                    sum += (a - b) * (a - b);
                }
            }
        }
        let mean = sum as f64 / ((w - x.abs()) * (h - y.abs()) * 3) as f64;
        if mean < best.0 {
            best = (mean, (x as isize, y as isize));
        }
    }
    best.1
}

#[test]
fn the_shift_is_that_of_a_plain_search_ties_too() {
    let cases: [(u32, u32, Draw, Draw); 6] = [
        // Flat pictures: all shifts are equal, and the first one counts.
        (40, 36, |_, _, _| 50, |_, _, _| 60),
        // Stripes that repeat every two pixels.
        (40, 37, |_, x, _| x % 2 * 200, |_, x, _| (x + 1) % 2 * 200),
        (51, 43, |c, x, y| made::sample(1, c, x, y), |c, x, y| made::sample(1, c, x + 2, y - 1)),
        (51, 43, |c, x, y| made::sample(1, c, x, y), |c, x, y| made::sample(1, c, x - 3, y + 3) / 2 + 90),
        // Nothing in common.
        (33, 64, |c, x, y| made::sample(0, c, x, y), |c, x, y| made::sample(0, c, y + 99, x)),
        (64, 33, |_, _, y| y % 3 * 90, |_, _, y| (y + 2) % 3 * 90),
    ];
    for (n, (w, h, reference, candidate)) in cases.into_iter().enumerate() {
        let (reference, candidate) = (made::planes(w, h, reference), made::planes(w, h, candidate));
        let (x, y) = plain_shift(&reference, &candidate, w.into(), h.into());
        let picture = |planes| Rgb8::new(w as usize, h as usize, planes).unwrap();
        assert_eq!(best_shift(&picture(reference), &picture(candidate)), Shift { x, y }, "case {n}");
    }
}

#[test]
fn too_small_a_picture_is_refused_in_a_sentence() {
    let tiny = frame(40, 12, |_, x, _| x * 5);
    let error = scores(&tiny, &tiny).unwrap_err().to_string();
    assert_eq!(error, "erqa needs a picture of at least 16x16 samples, and this one is 40x12");
}
