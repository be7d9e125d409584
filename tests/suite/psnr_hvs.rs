//! PSNR-HVS of luma against libvmaf.

use doublet::metrics::MetricError;

use super::made::code;
use super::reference::{Stored, clip, frame, grey, layout, padded, score, threads_leave_no_trace, try_score};

const ID: &str = "psnr_hvs_y";
/// libvmaf prints six places.
const ROUNDING: f64 = 6e-7;

#[test]
fn stored_pairs_meet_libvmaf() {
    for name in ["anime__x264_crf35", "street__unsharp", "street__noise12", "anime__ref"] {
        let Some(pair) = Stored::pair(name, 2) else { return };
        pair.check(ID, "libvmaf", ID, ROUNDING);
    }
    let src = ["src01_hrc00_576x324.yuv420p10le.yuv", "src01_hrc01_576x324.yuv420p10le.yuv"];
    let sparks = ["sparks_ref_480x270.yuv42010le.yuv", "sparks_dis_480x270.yuv42010le.yuv"];
    let pairs = [
        Stored::raw("netflix__src01_10le_3f", src, (576, 324), 0),
        Stored::raw("netflix__sparks_10le_5f", sparks, (480, 270), 0),
        Stored::raw("netflix__src01_10le_3f_identity", [src[0]; 2], (576, 324), 0),
    ];
    for pair in pairs.iter().flatten() {
        pair.check(ID, "libvmaf", ID, ROUNDING);
    }
}

#[test]
fn made_up_pictures_meet_libvmaf_in_all_depths() {
    // As FFmpeg 9's libvmaf printed them.
    for (w, h, bits, shift, said) in [
        (321, 243, 8, (0, 0), [45.732565, 45.694888]),
        (416, 240, 10, (1, 0), [46.839223, 46.860595]),
        (352, 288, 12, (1, 1), [46.865072, 46.906707]),
        (2112, 1200, 8, (1, 1), [45.750359, 45.809467]),
    ] {
        for (n, said) in (0..).zip(said) {
            let made = |candidate| clip(w, h, layout(bits, shift), n, candidate);
            let found = score(ID, &made(false), &made(true)).value;
            assert!((found - said).abs() <= ROUNDING, "{w}x{h}, {bits} bits: {found}, libvmaf says {said}");
        }
    }
}

#[test]
fn a_shift_of_brightness_is_the_first_coefficient_alone() {
    // Orthonormal 8x8 blocks: an error of e codes is 8 e in the first coefficient, weighed by 1.6193873, over 64.
    let (a, b) = (frame(64, 64, grey(8), |_, _, _| 100), frame(64, 64, grey(8), |_, _, _| 150));
    let expected = 10.0 * (255.0 * 255.0 * 64.0 / (8.0 * 50.0 * 1.6193873f64).powi(2)).log10();
    let found = score(ID, &a, &b).value;
    // The transform's whole numbers round by one in 400.
    assert!((found - expected).abs() < 0.03, "{found}, expected {expected}");
    assert!(score(ID, &a, &a).identical);
}

#[test]
fn fine_errors_count_less_and_texture_hides_them() {
    let ripple = |period: i32| frame(160, 96, grey(8), move |_, x, _| 100 + if x / period % 2 == 0 { 3 } else { -3 });
    let ripple_of = |x: i32, height: i32| if x % 2 == 0 { height } else { -height };
    let flat = frame(160, 96, grey(8), |_, _, _| 100);
    let (fine, coarse) = (score(ID, &flat, &ripple(1)).value, score(ID, &flat, &ripple(4)).value);
    assert!(fine > coarse + 3.0, "fine {fine}, coarse {coarse}");
    let texture = |noise: i32| frame(160, 96, grey(8), move |_, x, y| 30 + code(1, x, y) * 3 / 4 + ripple_of(x, noise));
    let plain = |noise: i32| frame(160, 96, grey(8), move |_, x, _| 130 + ripple_of(x, noise));
    let (hidden, seen) = (score(ID, &texture(0), &texture(3)).value, score(ID, &plain(0), &plain(3)).value);
    assert!(hidden > seen + 3.0, "in texture {hidden}, on flat ground {seen}");
    let values: Vec<f64> = [2, 8, 20].map(|noise| score(ID, &texture(0), &texture(noise)).value).to_vec();
    assert!(values[0] > values[1] && values[1] > values[2], "{values:?}");
}

#[test]
fn what_is_all_hidden_has_a_value_and_is_not_called_identical() {
    // One code off at one place of strong texture: every coefficient's error is below its threshold.
    let texture = |one: i32| {
        frame(64, 64, grey(8), move |_, x, y| 60 + code(1, x, y) / 2 + if (x, y) == (31, 31) { one } else { 0 })
    };
    let found = score(ID, &texture(0), &texture(1));
    assert!(!found.identical && found.value.is_finite() && found.value > 60.0, "{found:?}");
}

#[test]
fn small_odd_padded_and_deep_pictures() {
    let small = frame(64, 7, grey(8), |_, x, _| x);
    let expected = MetricError::TooSmall { metric: ID, least: 8, width: 64, height: 7 };
    assert_eq!(try_score(ID, &small, &small).unwrap_err(), expected);
    for (w, h, bits) in [(8, 8, 8), (33, 47, 8), (15, 300, 10), (121, 22, 12)] {
        let [a, b] = [false, true].map(|candidate| clip(w, h, grey(bits), 0, candidate));
        let value = score(ID, &a, &b);
        assert!(value.value > 20.0, "{w}x{h}: {value:?}");
        assert_eq!(value, score(ID, &padded(&a), &padded(&b)), "{w}x{h}");
    }
    // libvmaf stops at 12 bits: more are reduced to 12.
    let at = |bits| {
        let [a, b] = [false, true].map(|candidate| clip(96, 80, grey(bits), 0, candidate));
        score(ID, &a, &b).value
    };
    assert_eq!(at(16), at(12));
    let wild = |high: i32| frame(48, 48, grey(12), move |_, x, _| if x % 2 == 0 { high } else { 0 });
    assert!(score(ID, &wild(0), &wild(65_535)).value.is_finite());
}

#[test]
fn threads_leave_no_trace_in_psnr_hvs() {
    let [a, b] = [false, true].map(|candidate| clip(601, 503, grey(8), 0, candidate));
    threads_leave_no_trace(|| score(ID, &a, &b).value);
}
