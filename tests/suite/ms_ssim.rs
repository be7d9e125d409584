//! MS-SSIM against libvmaf's own figures and a plain twin, and its maps against the score that they explain.

use std::sync::Arc;

use doublet::frame::{Family, Frame, Map, Sample};
use doublet::metrics::{self, Memo, Moment, Pair, Value};

use super::metrics::{decode, layout, make, oracle, random, raw_frames, scene_frame, score, try_score, yuv420};
use super::support::testdata;

const ID: &str = "ms_ssim_y";
const PARTS: [&str; 5] = ["ms_ssim_1", "ms_ssim_2", "ms_ssim_3", "ms_ssim_4", "ms_ssim_5"];

pub fn map(id: &str, reference: &Frame, candidate: &Frame) -> Map {
    let (reference, candidate) = (Arc::new(reference.clone()), Arc::new(candidate.clone()));
    let moment = Moment::new(Pair::new(&reference, &candidate).unwrap());
    metrics::overlay(id).unwrap().map(&moment, &Memo::default()).unwrap()
}

/// The number that an overlay's map of a pair comes to.
pub fn pooled(id: &str, reference: &Frame, candidate: &Frame) -> f64 {
    (metrics::overlay(id).unwrap().about().pool)(&map(id, reference, candidate))
}

#[test]
fn stored_pairs_meet_libvmaf() {
    let Some(data) = testdata() else { return };
    let mut worst = 0f64;
    for (clip, names) in [
        ("street", ["x264_crf45", "x264_crf30", "unsharp", "down4_bicubic", "gamma110"]),
        ("anime", ["x264_crf35", "noise12", "clahe", "contrast115", "gblur12"]),
    ] {
        let reference = decode(&data.join(format!("oracle/pairs/{clip}/ref.mkv")));
        for name in names {
            let candidate = decode(&data.join(format!("oracle/pairs/{clip}/{name}.mkv")));
            let json = oracle(&data.join(format!("oracle/scores/{clip}__{name}.json")));
            for n in [0, 17, 47] {
                let expected = json["libvmaf"]["float_ms_ssim"][n].as_f64().unwrap();
                let found = score(ID, &reference[n], &candidate[n]).value;
                assert!((found - expected).abs() <= 1e-5, "{clip} {name} {n}: {found}, libvmaf says {expected}");
                worst = worst.max((found - expected).abs());
            }
        }
    }
    println!("MS-SSIM at most {worst:.1e} off");
}

#[test]
fn netflix_files_of_8_10_and_12_bits_meet_libvmaf() {
    let Some(data) = testdata() else { return };
    let dir = data.join("oracle/netflix");
    let check = |json: &str, (one, two): (&str, &str), (w, h): (u32, u32), bits: u8, shift: u32| {
        let read = |name: &str| raw_frames(&std::fs::read(dir.join(name)).unwrap(), w, h, bits, shift);
        let expected = oracle(&dir.join(json));
        for (n, (reference, candidate)) in read(one).iter().zip(&read(two)).enumerate() {
            let expected = expected["libvmaf"]["float_ms_ssim"][n].as_f64().unwrap();
            let found = score(ID, reference, candidate).value;
            assert!((found - expected).abs() <= 1e-5, "{json} {n}: {found}, libvmaf says {expected}");
        }
    };
    let pair = ("src01_hrc00_576x324.yuv420p10le.yuv", "src01_hrc01_576x324.yuv420p10le.yuv");
    check("netflix__src01_10le_3f.json", pair, (576, 324), 10, 0);
    // Netflix's 12-bit files are the 10-bit ones times four.
    check("netflix__src01_12le_3f.json", pair, (576, 324), 12, 2);
    let pair = ("akiyo_ref_352x288_yuv420p_1f.yuv", "akiyo_multiply_352x288_yuv420p_1f.yuv");
    check("netflix__akiyo_multiply_1f.json", pair, (352, 288), 8, 0);
}

/// A picture of doubles on the 8-bit scale, mirrored beyond its borders with the edge repeated.
struct Plain {
    w: i64,
    h: i64,
    values: Vec<f64>,
}

impl Plain {
    fn of(frame: &Frame) -> Self {
        let scale = f64::from(1u32 << (frame.layout.sample.bits() - 8));
        let row = |y: u32| -> Vec<f64> {
            match frame.layout.sample {
                Sample::U8 => frame.plane(0).row_u8(y).iter().map(|&c| f64::from(c)).collect(),
                _ => frame.plane(0).row_u16(y).iter().map(|&c| f64::from(c) / scale).collect(),
            }
        };
        Self { w: frame.width.into(), h: frame.height.into(), values: (0..frame.height).flat_map(row).collect() }
    }

    fn at(&self, x: i64, y: i64) -> f64 {
        let fold = |i: i64, n: i64| if i < 0 { -1 - i } else { i.min(2 * n - 1 - i) };
        self.values[(fold(y, self.h) * self.w + fold(x, self.w)) as usize]
    }

    fn half(&self) -> Self {
        let k = [0.026727, -0.016828, -0.078201, 0.266846, 0.602914, 0.266846, -0.078201, -0.016828, 0.026727];
        let (w, h) = ((self.w + 1) / 2, (self.h + 1) / 2);
        let places = (0..h).flat_map(|y| (0..w).map(move |x| (x, y)));
        let taps: Vec<(i64, i64)> = (0..9).flat_map(|v| (0..9).map(move |u| (u, v))).collect();
        let value = |(x, y): (i64, i64)| -> f64 {
            let tap = |&(u, v): &(i64, i64)| k[u as usize] * k[v as usize] * self.at(2 * x + u - 4, 2 * y + v - 4);
            taps.iter().map(tap).sum()
        };
        Self { w, h, values: places.map(value).collect() }
    }
}

/// Means of luminance, contrast and structure, plainly.
fn plain_means(a: &Plain, b: &Plain) -> [f64; 3] {
    let k = [0.001028, 0.007599, 0.036001, 0.109361, 0.213006, 0.266012];
    let tap = |t: i64| k[t.min(10 - t) as usize];
    let (c1, c2) = (6.5025, 58.5225);
    let (w, h) = (a.w - 10, a.h - 10);
    let mut means = [0.0; 3];
    for (y, x) in (0..h).flat_map(|y| (0..w).map(move |x| (y, x))) {
        let mut m = [0.0; 5];
        for (v, u) in (0..11).flat_map(|v| (0..11).map(move |u| (v, u))) {
            let (p, q, w) = (a.at(x + u, y + v), b.at(x + u, y + v), tap(u) * tap(v));
            for (m, value) in m.iter_mut().zip([p, q, p * p, q * q, p * q]) {
                *m += w * value;
            }
        }
        let (vp, vq) = ((m[2] - m[0] * m[0]).max(0.0), (m[3] - m[1] * m[1]).max(0.0));
        let (root, mut both) = ((vp * vq).sqrt(), m[4] - m[0] * m[1]);
        if both < 0.0 && root <= 0.0 {
            both = 0.0;
        }
        means[0] += (2.0 * m[0] * m[1] + c1) / (m[0] * m[0] + m[1] * m[1] + c1);
        means[1] += (2.0 * root + c2) / (vp + vq + c2);
        means[2] += (both + c2 / 2.0) / (root + c2 / 2.0);
    }
    means.map(|sum| sum / (w * h) as f64)
}

fn plain_ms_ssim(a: &Frame, b: &Frame) -> f64 {
    let (mut a, mut b) = (Plain::of(a), Plain::of(b));
    let mut score = 1.0;
    for (scale, weight) in [0.0448, 0.2856, 0.3001, 0.2363, 0.1333f64].into_iter().enumerate() {
        if scale > 0 {
            (a, b) = (a.half(), b.half());
        }
        let [l, c, s] = plain_means(&a, &b);
        score *= c.powf(weight) * s.powf(weight);
        if scale == 4 {
            score *= l.powf(weight);
        }
    }
    score
}

#[test]
fn it_equals_a_plain_twin_at_odd_sizes_and_depths() {
    // The least size, odd sides at every halving, strips that end in the middle of a vector.
    // The last is large enough that only a quarter of the finest scale's places is taken.
    for (w, h, bits) in [(176, 176, 8), (177, 191, 8), (310, 179, 10), (211, 303, 12), (183, 178, 16), (421, 339, 8)] {
        let gray = layout(Family::Gray, bits, (0, 0));
        let (reference, candidate) = (scene_frame(w, h, gray, 0.0), scene_frame(w, h, gray, 0.3));
        let (found, expected) = (score(ID, &reference, &candidate).value, plain_ms_ssim(&reference, &candidate));
        // Moments in 32 bits: see the twin of SSIM; here the smallest map has one place, and a weight of .13.
        assert!((found - expected).abs() < 4e-6, "{w}x{h} of {bits} bits: {found}, plainly {expected}");
    }
}

#[test]
fn identity_is_one_and_dark_and_smaller_pictures_are_told_the_least_size() {
    let frame = scene_frame(301, 203, yuv420(10), 0.2);
    assert_eq!(score(ID, &frame, &frame), Value { value: 1.0, identical: true });
    for id in PARTS.into_iter().chain(["ms_ssim", "ssim"]) {
        assert!(map(id, &frame, &frame).values.iter().all(|&v| v == 0.0), "{id} is not dark");
    }
    let small = scene_frame(640, 175, yuv420(8), 0.0);
    let sentence = try_score(ID, &small, &small).unwrap_err().to_string();
    assert_eq!(sentence, "ms_ssim_y needs a picture of at least 176x176 samples, and this one is 640x175");
}

#[test]
fn a_picture_turned_round_scores_nothing_and_stays_finite() {
    let peak = 255;
    let one = make(200, 200, yuv420(8), |i, x, y| (random(i as u32, x, y) * f64::from(peak)) as u16);
    let other = make(200, 200, yuv420(8), |i, x, y| peak - (random(i as u32, x, y) * f64::from(peak)) as u16);
    assert_eq!(score(ID, &one, &other).value, 0.0);
    assert!((pooled("ms_ssim", &one, &other) - 1.0).abs() < 1e-6);
}

#[test]
fn maps_pool_to_what_is_missing_and_scales_add_up() {
    for (w, h, bits, noise) in [(320, 200, 8, 0.1), (333, 181, 10, 0.3), (400, 705, 8, 0.02)] {
        let (reference, candidate) = (scene_frame(w, h, yuv420(bits), 0.0), scene_frame(w, h, yuv420(bits), noise));
        let missing = 1.0 - score(ID, &reference, &candidate).value;
        assert!(missing > 1e-4, "there is something to explain");
        let whole = pooled("ms_ssim", &reference, &candidate);
        assert!((whole - missing).abs() < 1e-6, "{w}x{h}: the map comes to {whole}, {missing} is missing");
        let parts: f64 = PARTS.iter().map(|id| pooled(id, &reference, &candidate)).sum();
        assert!((parts - missing).abs() < 1e-6, "{w}x{h}: the scales come to {parts}, {missing} is missing");
        let (ssim, found) = (score("ssim_y", &reference, &candidate).value, pooled("ssim", &reference, &candidate));
        assert!((1.0 - ssim - found).abs() < 1e-6, "{w}x{h}: the map comes to {found}, SSIM is {ssim}");
    }
}

#[test]
fn a_planted_change_lights_there_and_nowhere_else() {
    let (w, h) = (480u32, 352u32);
    let clean = scene_frame(w, h, yuv420(8), 0.0);
    // Noise in the square 320..336 x 160..176.
    let inside = |x: u32, y: u32| (320..336).contains(&x) && (160..176).contains(&y);
    let marked = make(w, h, yuv420(8), |index, x, y| {
        let code = u16::from(clean.plane(index).row_u8(y)[x as usize]);
        if index == 0 && inside(x, y) { (code + (random(9, x, y) * 60.0) as u16).min(255) } else { code }
    });
    for (id, reach) in
        [("ssim", 6), ("ms_ssim_1", 6), ("ms_ssim_2", 18), ("ms_ssim_3", 42), ("ms_ssim_4", 90), ("ms_ssim_5", 186)]
    {
        let map = map(id, &clean, &marked);
        let mut lit = 0.0f32;
        for (y, x) in (0..h).flat_map(|y| (0..w).map(move |x| (y, x))) {
            let value = map.at((x, y), (w, h)).unwrap();
            let near =
                (320 - reach..336 + reach).contains(&(x as i32)) && (160 - reach..176 + reach).contains(&(y as i32));
            // Rounding leaves some 1e-7 of a place's weight.
            assert!(near || value.abs() < 1e-5, "{id} at {x},{y}: {value}");
            lit = lit.max(if inside(x, y) { value } else { 0.0 });
        }
        assert!(lit > 1e-3, "{id} is dark where the change is: {lit}");
    }
}
