//! CAMBI and its map against libvmaf, and against what banding is.

use std::sync::Arc;

use doublet::frame::{Family, Frame, Layout, Map};
use doublet::metrics::{self, Memo, Moment, Pair};

use super::made::code;
use super::reference::{Stored, clip, frame, grey, layout, padded, score, threads_leave_no_trace, try_score};

/// libvmaf prints six places.
const ROUNDING: f64 = 6e-7;

fn cambi(frame: &Arc<Frame>) -> f64 {
    score("cambi", frame, frame).value
}

fn map(frame: &Arc<Frame>) -> Map {
    let overlay = metrics::overlay("cambi").unwrap();
    let pair = Pair::new(frame, frame).unwrap();
    overlay.map(&Moment::new(pair), &Memo::default()).unwrap()
}

/// A slope from dark to mid grey in steps of 3 codes of 10 bits, with tiles of noise.
fn banded(w: u32, h: u32, bits: u8, slope: i32) -> Arc<Frame> {
    frame(w, h, grey(bits), |_, x, y| {
        let v = 60 + x * slope / w as i32 + y * 120 / h as i32;
        let noise = if code(3, x / 40, y / 40) > 200 { code(4, x, y) % 16 } else { 0 };
        let v = v / 3 * 3 + noise;
        if bits < 10 { v >> (10 - bits) } else { v << (bits - 10) }
    })
}

#[test]
fn stored_pairs_meet_libvmaf() {
    for name in ["anime__x264_crf35", "anime__clahe", "street__svtav1_crf45", "street__x264_crf45", "street__noise12"] {
        let Some(pair) = Stored::pair(name, 3) else { return };
        pair.check("cambi", "libvmaf", "cambi", ROUNDING);
    }
}

#[test]
fn files_of_10_and_12_bits_meet_libvmaf() {
    let src = ["src01_hrc00_576x324.yuv420p10le.yuv", "src01_hrc01_576x324.yuv420p10le.yuv"];
    let sparks = ["sparks_ref_480x270.yuv42010le.yuv", "sparks_dis_480x270.yuv42010le.yuv"];
    let pairs = [
        Stored::raw("netflix__src01_10le_3f", src, (576, 324), 0),
        Stored::raw("netflix__src01_12le_3f", src, (576, 324), 2),
        Stored::raw("netflix__sparks_10le_5f", sparks, (480, 270), 0),
    ];
    for pair in pairs.iter().flatten() {
        pair.check("cambi", "libvmaf", "cambi", ROUNDING);
    }
}

#[test]
fn made_up_pictures_meet_libvmaf_also_in_the_settings_of_v1() {
    // As FFmpeg 9's libvmaf printed `cambi` and `cambi_hrs_1080_cmxv_17_vlt_0.06`. From 1920x1080 samples up, v1 halves.
    for (w, h, bits, slope, plain, v1) in [
        (640, 360, 10, 300, 14.116068, 14.113040),
        (217, 101, 8, 300, 0.054979, 0.054979),
        (801, 451, 12, 150, 15.722453, 15.705168),
        (1920, 1080, 8, 700, 9.680673, 9.422375),
        (2000, 1081, 10, 100, 15.048212, 14.987499),
    ] {
        let frame = banded(w, h, bits, slope);
        let found = (cambi(&frame), score("cambi_v1", &frame, &frame).value);
        let off = (found.0 - plain).abs().max((found.1 - v1).abs());
        assert!(off <= ROUNDING, "{w}x{h}, {bits} bits: {found:?}, libvmaf says {plain} and {v1}");
    }
    for (n, (plain, v1)) in [(0.001395, 0.005027), (0.002698, 0.004581)].into_iter().enumerate() {
        let frame = clip(2112, 1200, layout(8, (1, 1)), n as i32, true);
        assert!((cambi(&frame) - plain).abs() <= ROUNDING);
        assert!((score("cambi_v1", &frame, &frame).value - v1).abs() <= ROUNDING);
    }
}

#[test]
fn v1_is_cut_at_17_and_leaves_out_what_is_nearly_black() {
    let strong = frame(640, 360, grey(10), |_, x, y| 300 + (x / 20 + y / 20) % 2 * 4);
    assert!(cambi(&strong) > 17.5, "{}", cambi(&strong));
    assert_eq!(score("cambi_v1", &strong, &strong).value, 17.0);
    let black = frame(640, 360, grey(10), |_, x, y| 66 + (x / 20 + y / 20) % 2 * 4);
    assert!(cambi(&black) > 17.5 && score("cambi_v1", &black, &black).value == 0.0);
}

#[test]
fn steps_count_and_neither_flat_places_nor_noise_nor_edges_do() {
    let made = |of: &dyn Fn(i32, i32) -> i32| cambi(&frame(480, 270, grey(10), |_, x, y| of(x, y)));
    assert_eq!(made(&|_, _| 400), 0.0, "flat");
    assert_eq!(made(&|x, y| 300 + code(1, x, y)), 0.0, "noise");
    assert_eq!(made(&|x, _| 300 + x / 80 * 60), 0.0, "edges of 60 codes");
    let (one, three) = (made(&|x, _| 120 + x / 48), made(&|x, _| 120 + x / 48 * 3));
    assert!(one > 1.0 && three > 1.5 * one, "steps of one code {one}, of three {three}");
    assert_eq!(made(&|x, _| 400 + x / 48), 0.0, "a step of one code is below the threshold of vision there");
    // The same slope, dithered: each code is drawn by chance between its two neighbours.
    let dithered = made(&|x, y| 120 + (x * 3 * 256 / 48 + code(9, x, y)) / 256);
    assert!(dithered < 0.6 * three, "dithered {dithered}, in steps {three}");
}

#[test]
fn a_reference_changes_nothing() {
    let (a, b) = (banded(320, 240, 8, 300), frame(320, 240, grey(8), |_, x, y| code(2, x, y)));
    assert_eq!(score("cambi", &b, &a), score("cambi", &a, &a));
    assert_eq!(score("cambi", &a, &b).value, 0.0);
}

#[test]
fn the_map_pools_to_the_score() {
    let pool = metrics::overlay("cambi").unwrap().about().pool;
    // The first is banded nearly all over, so that only a part of its values is pooled.
    let pictures = [banded(640, 360, 10, 300), banded(217, 101, 8, 300), clip(321, 243, layout(8, (0, 0)), 1, true)];
    for frame in pictures {
        let (map, score) = (map(&frame), cambi(&frame));
        assert_eq!((map.width, map.height), (frame.width, frame.height));
        assert!(map.values.iter().all(|v| v.is_finite() && *v >= 0.0));
        assert!(score > 0.01 && (pool(&map) - score).abs() < 1e-6, "{} for {score}", pool(&map));
    }
    let Some(pair) = Stored::pair("anime__x264_crf35", 1) else { return };
    let frame = &pair.candidate[0];
    assert!((pool(&map(frame)) - cambi(frame)).abs() < 1e-6);
}

#[test]
fn planted_bands_light_there_and_nowhere_else() {
    // Bands of 4 codes in a square; noise all around, which is no banding.
    let inside = |x: i32, y: i32| (160..352).contains(&x) && (128..288).contains(&y);
    let frame =
        frame(
            640,
            480,
            grey(10),
            |_, x, y| {
                if inside(x, y) { 400 + (x - 160) / 24 % 2 * 4 } else { 380 + code(5, x, y) / 4 }
            },
        );
    let map = map(&frame);
    let (mut light, mut stray) = (0.0, 0.0f32);
    for y in 0..480 {
        for (x, &v) in map.row(y).iter().enumerate() {
            // The coarsest scale's samples are 16 wide, and the mask reaches 3 of the finest beyond the square.
            let near = (140..372).contains(&x) && (108..308).contains(&y);
            if near { light += f64::from(v) } else { stray = stray.max(v) }
        }
    }
    assert_eq!(stray, 0.0, "something lit up outside");
    assert!(light / f64::from(640 * 480) > 1.0, "{light}");
    let centre = map.at((256, 208), (640, 480)).unwrap();
    assert!((5.0..60.0).contains(&centre), "on CAMBI's own scale: {centre}");
}

#[test]
fn sizes_strides_and_depths() {
    for (w, h) in [(32, 32), (33, 47), (1, 1), (2, 3), (1000, 1), (1, 500), (257, 129), (512, 513)] {
        let frame = banded(w, h, 8, 100);
        let value = cambi(&frame);
        assert!((0.0..31.0).contains(&value), "{w}x{h}: {value}");
        assert!((map(&frame).mean() - value).abs() < 1e-6, "{w}x{h}");
    }
    for bits in [8, 10, 16] {
        let frame = banded(321, 180, bits, 300);
        assert_eq!(cambi(&frame), cambi(&padded(&frame)), "{bits} bits");
    }
    // 12 and 16 bits that hold 10 are the 10.
    assert_eq!(cambi(&banded(321, 180, 12, 300)), cambi(&banded(321, 180, 10, 300)));
    assert_eq!(cambi(&banded(321, 180, 16, 300)), cambi(&banded(321, 180, 10, 300)));
    // Codes beyond the stated bits are wrong, but end nothing.
    assert!(cambi(&frame(64, 64, grey(10), |_, x, _| x / 9 % 2 * 65_000)).is_finite());
    // A window of more than 127 samples, where libvmaf stops.
    assert!(cambi(&frame(15_000, 40, grey(8), |_, x, _| 60 + x / 300 % 100)) > 0.0);
}

#[test]
fn threads_leave_no_trace_in_cambi() {
    let frame = banded(801, 1100, 10, 300);
    threads_leave_no_trace(|| cambi(&frame));
}

#[test]
fn rgb_is_refused_in_a_sentence() {
    let rgb = frame(64, 64, Layout { family: Family::Rgb, ..grey(8) }, |_, x, _| x);
    assert!(try_score("cambi", &rgb, &rgb).unwrap_err().to_string().contains("RGB"));
}
