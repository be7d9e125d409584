//! The measures of a picture alone: each grows with the damage it names, and with nothing else that is planted here.

use std::sync::Arc;

use bytes::Bytes;
use doublet::frame::{ColorInfo, Family, Frame, Layout, Plane, Sample};
use doublet::metrics::{self, MetricError, Moment, Pair, Plan};

use super::made;

const IDS: [&str; 4] = ["blockiness", "sharpness", "noise", "banding"];

/// Luma as real numbers on the 8-bit scale.
type Picture = Vec<Vec<f64>>;

fn picture(width: usize, height: usize, of: impl Fn(usize, usize) -> f64) -> Picture {
    (0..height).map(|y| (0..width).map(|x| of(x, y)).collect()).collect()
}

/// A grey frame of `bits` bits.
fn frame(picture: &Picture, bits: u8) -> Arc<Frame> {
    let (w, h) = (picture[0].len() as u32, picture.len() as u32);
    let scale = f64::from(1u32 << (bits - 8));
    let codes = picture.iter().flatten().map(|v| (v * scale).round().clamp(0.0, 256.0 * scale - 1.0));
    let plane = match bits {
        8 => Plane::from_u8(w, h, codes.map(|c| c as u8).collect()).unwrap(),
        _ => Plane::from_u16(w, h, codes.map(|c| c as u16).collect()).unwrap(),
    };
    let layout = Layout { family: Family::Gray, sample: Sample::integer(bits), chroma_shift: (0, 0), alpha: false };
    Arc::new(Frame::new(w, h, layout, ColorInfo::default(), vec![plane]).unwrap())
}

fn try_measure(id: &str, frame: &Arc<Frame>) -> Result<f64, MetricError> {
    let plan = Plan::new(&[metrics::find(id).unwrap()]);
    Ok(plan.measure(&Moment::new(Pair::new(frame, frame).unwrap())).remove(0).1?.value)
}

fn measure(id: &str, picture: &Picture) -> f64 {
    try_measure(id, &frame(picture, 8)).unwrap()
}

/// Normal noise of standard deviation 1, by Box and Muller.
fn normal(seed: u32, x: usize, y: usize) -> f64 {
    let uniform = |k: u32| {
        let byte = |n: u32| f64::from(made::code(seed + 100 * k + n, x as i32, y as i32));
        (byte(0) * 65_536.0 + byte(1) * 256.0 + byte(2) + 0.5) / 16_777_216.0
    };
    (-2.0 * uniform(0).ln()).sqrt() * (2.0 * std::f64::consts::PI * uniform(1)).cos()
}

/// A scene with soft slopes, texture in its lower half and hard edges.
fn scene(x: usize, y: usize) -> f64 {
    let (u, v) = (x as f64, y as f64);
    let slope = 110.0 + 40.0 * (u / 90.0).sin() + 30.0 * (v / 70.0).cos();
    let edge = if (u + 0.6 * v) % 149.0 < 31.0 { 45.0 } else { 0.0 };
    let texture = if y % 240 > 150 { 25.0 * (u * 0.9).sin() * (v * 0.8).cos() } else { 0.0 };
    slope + edge + texture
}

fn noisy(width: usize, height: usize, sigma: f64) -> Picture {
    picture(width, height, |x, y| scene(x, y) + sigma * normal(7, x, y))
}

#[test]
fn noise_is_found_as_it_was_added() {
    for sigma in [1.0, 2.0, 5.0, 10.0, 20.0] {
        // A twelfth of a squared code is the rounding's own.
        let expected = (sigma * sigma + 1.0f64 / 12.0).sqrt();
        for (w, h) in [(480, 300), (333, 247), (1280, 200)] {
            let found = measure("noise", &noisy(w, h, sigma));
            assert!((found / expected - 1.0).abs() < 0.12, "{w}x{h}: {found} for a sigma of {expected}");
        }
        let flat = picture(256, 256, |x, y| 128.0 + sigma * normal(9, x, y));
        let found = measure("noise", &flat);
        assert!((found / expected - 1.0).abs() < 0.07, "{found} for a sigma of {expected} on a flat picture");
    }
    assert!(measure("noise", &picture(200, 200, |_, _| 90.0)) == 0.0);
    assert!(measure("noise", &noisy(480, 300, 0.0)) < 0.4, "rounding alone");
    // Ten bits see what eight cannot.
    let faint = picture(256, 256, |x, y| 100.0 + x as f64 / 9.0 + 0.25 * normal(3, x, y));
    let found = try_measure("noise", &frame(&faint, 10)).unwrap();
    assert!((found / 0.26 - 1.0).abs() < 0.1, "{found} for a quarter of a code");
}

#[test]
fn bars_do_not_hide_noise() {
    let inner = noisy(320, 200, 6.0);
    let boxed = picture(400, 300, |x, y| match (40..360).contains(&x) && (50..250).contains(&y) {
        true => inner[y - 50][x - 40],
        false => 16.0,
    });
    let (with, without) = (measure("noise", &boxed), measure("noise", &inner));
    assert!((with - without).abs() < 1e-9, "{with} with bars, {without} without");
}

/// Each 8x8 block drawn towards its mean: what coarse quantisation leaves. Blocks begin at (`left`, `top`).
fn blocked(source: &Picture, share: f64, left: usize, top: usize) -> Picture {
    let (w, h) = (source[0].len(), source.len());
    let span = |i: usize, start: usize, n: usize| {
        let first = (i + 8 - start) / 8 * 8 + start;
        (first.saturating_sub(8), first.min(n))
    };
    picture(w, h, |x, y| {
        let ((x0, x1), (y0, y1)) = (span(x, left, w), span(y, top, h));
        let sum: f64 = source[y0..y1].iter().map(|row| row[x0..x1].iter().sum::<f64>()).sum();
        let mean = sum / ((x1 - x0) * (y1 - y0)) as f64;
        source[y][x] + share * (mean - source[y][x])
    })
}

#[test]
fn blockiness_grows_with_blocks_and_not_with_noise_blur_or_edges() {
    let source = noisy(480, 300, 2.0);
    let found: Vec<f64> =
        [0.0, 0.15, 0.3, 0.6, 1.0].map(|share| measure("blockiness", &blocked(&source, share, 0, 0))).to_vec();
    assert!(found[0] < 0.05, "no block in it, and {} found", found[0]);
    assert!(found.windows(2).all(|pair| pair[1] > pair[0]) && found[4] > 1.0, "{found:?}");
    for (left, top) in [(3, 0), (0, 5), (7, 4)] {
        let moved = measure("blockiness", &blocked(&source, 1.0, left, top));
        assert!((moved / found[4] - 1.0).abs() < 0.1, "{moved} on a grid at ({left}, {top}), {} at (0, 0)", found[4]);
    }
    for sigma in [0.0, 5.0, 20.0] {
        assert!(measure("blockiness", &noisy(480, 300, sigma)) < 0.1, "noise of {sigma} is no block");
    }
    assert!(measure("blockiness", &blurred(&source, 3)) < 0.05);
}

#[test]
fn blocks_are_found_in_a_picture_scaled_up() {
    let source = noisy(320, 240, 1.0);
    // Bilinear; of an enlargement by three it leaves ramps without a step, so that one repeats samples.
    for (up, down, soft) in [(4usize, 3usize, true), (3, 2, true), (2, 1, true), (3, 1, false), (4, 1, false)] {
        let scaled = |source: &Picture| {
            let at = |i: usize, n: usize| {
                let place = ((i as f64 + 0.5) * down as f64 / up as f64 - 0.5).clamp(0.0, (n - 1) as f64);
                let place = if soft { place } else { place.round() };
                (place as usize, (place as usize + 1).min(n - 1), place.fract())
            };
            picture(320 * up / down, 240 * up / down, |x, y| {
                let ((x0, x1, u), (y0, y1, v)) = (at(x, 320), at(y, 240));
                let mix = |a: f64, b: f64, share: f64| a + share * (b - a);
                mix(mix(source[y0][x0], source[y0][x1], u), mix(source[y1][x0], source[y1][x1], u), v)
            })
        };
        let (with, without) =
            (measure("blockiness", &scaled(&blocked(&source, 1.0, 0, 0))), measure("blockiness", &scaled(&source)));
        assert!(with > 0.2 && without < 0.06, "{up}/{down}: {with} with blocks, {without} without");
    }
}

/// A mean over 2 * `radius` + 1 samples both ways.
fn blurred(source: &Picture, radius: usize) -> Picture {
    let (w, h) = (source[0].len(), source.len());
    let span = |i: usize, n: usize| i.saturating_sub(radius)..(i + radius + 1).min(n);
    let mean = |values: &mut dyn Iterator<Item = f64>, n: usize| values.sum::<f64>() / n as f64;
    let across = picture(w, h, |x, y| mean(&mut source[y][span(x, w)].iter().copied(), span(x, w).len()));
    picture(w, h, |x, y| mean(&mut span(y, h).map(|y| across[y][x]), span(y, h).len()))
}

#[test]
fn sharpness_falls_with_blur() {
    let source = noisy(480, 300, 2.0);
    let found: Vec<f64> = (0..5).map(|radius| measure("sharpness", &blurred(&source, radius))).collect();
    assert!(found.windows(2).all(|pair| pair[1] < pair[0] - 0.01), "{found:?}");
    assert!(found[0] > 0.6 && found[4] < 0.5, "{found:?}");
    // Softened along rows only: the worse direction counts.
    let smeared = picture(480, 300, |x, y| (0..7).map(|k| source[y][(x + k).min(479)]).sum::<f64>() / 7.0);
    let turned = picture(300, 480, |x, y| smeared[x][y]);
    let (along, across) = (measure("sharpness", &smeared), measure("sharpness", &turned));
    assert!(along < found[0] - 0.1 && along == across, "{along} and {across} of {}", found[0]);
    assert_eq!(measure("sharpness", &picture(64, 64, |_, _| 50.0)), 0.0, "nothing in it is sharp");
    // Of a step that stands alone a mean of nine takes 8/9; of a long slope nothing.
    let steps = measure("sharpness", &picture(80, 80, |x, y| if (x / 20 + y / 20) % 2 == 0 { 200.0 } else { 20.0 }));
    assert!((steps - 8.0 / 9.0).abs() < 1e-12, "{steps}");
    assert!(measure("sharpness", &picture(240, 240, |x, y| (x + y) as f64 / 2.0)) < 0.5);
}

#[test]
fn banding_grows_as_a_slope_is_cut_into_steps() {
    let slope = |x: usize, y: usize| 40.0 + 90.0 * (x as f64 / 720.0) + 10.0 * (y as f64 / 240.0);
    let cut = |bits: u32| {
        let step = f64::from(1u32 << (8 - bits));
        measure("banding", &picture(720, 240, |x, y| (slope(x, y) / step).floor() * step))
    };
    let found: Vec<f64> = [8, 7, 6, 5].map(cut).to_vec();
    assert!(found.windows(2).all(|pair| pair[1] > 1.5 * pair[0]), "{found:?}");
    assert!(found[3] > 60.0 && found[3] <= 100.0, "{found:?}");
    // Dither takes it away; a picture of hard edges never had it; nor has a flat one.
    assert!(measure("banding", &picture(720, 240, |x, y| slope(x, y) + 0.8 * normal(5, x, y))) < 0.5);
    assert_eq!(
        measure("banding", &picture(200, 200, |x, y| if (x / 25 + y / 25) % 2 == 0 { 30.0 } else { 200.0 })),
        0.0
    );
    assert_eq!(measure("banding", &picture(200, 200, |_, _| 77.0)), 0.0);
    // By hand: two strips of 100 samples with a step of 4: 64 samples on both sides weigh a half.
    let hand = measure("banding", &picture(200, 50, |x, _| if x < 100 { 60.0 } else { 64.0 }));
    assert!((hand - 100.0 * 0.5 * 128.0 / 200.0).abs() < 1e-12, "{hand}");
    let three = measure("banding", &picture(100, 50, |x, _| [60.0, 62.0, 68.0][(x / 20).min(2)]));
    assert!((three - 100.0 * (20.0 * 2.0 + 20.0 * 6.0 + 60.0 * 6.0) / 800.0).abs() < 1e-12, "{three}");
}

#[test]
fn depth_and_turning_change_nothing() {
    let source = blocked(&noisy(200, 160, 3.0), 0.5, 2, 1);
    let whole: Picture = source.iter().map(|row| row.iter().map(|v| v.round()).collect()).collect();
    let turned = picture(160, 200, |x, y| whole[x][y]);
    for id in IDS {
        let found = measure(id, &whole);
        for bits in [10, 12, 16] {
            let deep = try_measure(id, &frame(&whole, bits)).unwrap();
            assert!((deep - found).abs() < 1e-9, "{id}: {found} in 8 bits, {deep} in {bits}");
        }
        if id != "noise" {
            let on_its_side = measure(id, &turned);
            assert!((on_its_side - found).abs() < 1e-9, "{id}: {found}, on its side {on_its_side}");
        }
    }
}

#[test]
fn any_size_and_stride_is_measured() {
    for (w, h) in [(32, 32), (33, 47), (41, 32), (1, 1), (2, 5), (8, 3), (700, 33)] {
        let source = noisy(w, h, 4.0);
        let plain = frame(&source, 8);
        let stride = w + 13;
        let padded = source.iter().flat_map(|row| {
            let codes = row.iter().map(|v| v.round().clamp(0.0, 255.0) as u8);
            codes.chain(std::iter::repeat_n(255, 13)).collect::<Vec<_>>()
        });
        let bytes = Bytes::from(padded.collect::<Vec<u8>>());
        let plane = Plane::new(w as u32, h as u32, Sample::U8, stride, bytes).unwrap();
        let wide = Arc::new(Frame::new(w as u32, h as u32, plain.layout, plain.color, vec![plane]).unwrap());
        for id in IDS {
            let (a, b) = (try_measure(id, &plain).unwrap(), try_measure(id, &wide).unwrap());
            let (low, high) = (metrics::find(id).unwrap().about().range)(8);
            assert!(a == b && (low..=high).contains(&a), "{id} of {w}x{h}: {a}, with padding {b}");
        }
    }
}

#[test]
fn the_reference_does_not_matter() {
    let (a, b) = (frame(&noisy(96, 80, 1.0), 8), frame(&noisy(96, 80, 9.0), 8));
    for id in IDS {
        let plan = Plan::new(&[metrics::find(id).unwrap()]);
        let of = |reference| plan.measure(&Moment::new(Pair::new(reference, &b).unwrap())).remove(0).1.unwrap();
        assert_eq!(of(&a), of(&b), "{id}");
        assert!(!of(&b).identical, "{id}: nothing was compared");
    }
    let rgb = made::rgb_frame(64, 64, made::planes(64, 64, |c, x, y| made::sample(1, c, x, y)));
    let error = try_measure("noise", &rgb).unwrap_err();
    assert_eq!(error, MetricError::NoLuma { metric: "noise" });
}
