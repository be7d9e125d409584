//! FFmpeg's SSIM against FFmpeg's own figures and a plain twin; PSNR of three planes in one number.

use doublet::frame::{Family, Frame, Sample};
use doublet::metrics::Value;

use super::metrics::{decode, layout, make, oracle, raw_frames, scene_frame, score, try_score, yuv420};
use super::support::testdata;

const ID: &str = "ssim_ffmpeg_y";

/// Half of the last digit that FFmpeg prints, and a little for its own sum.
const DIGITS: f64 = 0.5e-6 + 1e-9;

#[test]
fn stored_pairs_meet_ffmpeg_to_the_digits_it_prints() {
    let Some(data) = testdata() else { return };
    for (clip, names) in [
        ("street", ["x264_crf45", "unsharp", "down4_bicubic", "gamma110"]),
        ("anime", ["x264_crf35", "noise12", "clahe", "contrast115"]),
    ] {
        let reference = decode(&data.join(format!("oracle/pairs/{clip}/ref.mkv")));
        for name in names {
            let candidate = decode(&data.join(format!("oracle/pairs/{clip}/{name}.mkv")));
            let json = oracle(&data.join(format!("oracle/scores/{clip}__{name}.json")));
            for n in (0..48).step_by(5) {
                let expected = json["ffmpeg"]["ssim.Y"][n].as_f64().unwrap();
                let found = score(ID, &reference[n], &candidate[n]).value;
                assert!((found - expected).abs() <= DIGITS, "{clip} {name} {n}: {found}, FFmpeg says {expected}");
            }
        }
    }
}

#[test]
fn ten_bits_meet_ffmpeg_to_the_digits_it_prints() {
    let Some(data) = testdata() else { return };
    let dir = data.join("oracle/netflix");
    let read = |name: &str| raw_frames(&std::fs::read(dir.join(name)).unwrap(), 576, 324, 10, 0);
    let (reference, candidate) =
        (read("src01_hrc00_576x324.yuv420p10le.yuv"), read("src01_hrc01_576x324.yuv420p10le.yuv"));
    let json = oracle(&dir.join("netflix__src01_10le_3f.json"));
    for (n, (reference, candidate)) in reference.iter().zip(&candidate).enumerate() {
        let expected = json["ffmpeg"]["ssim.Y"][n].as_f64().unwrap();
        let found = score(ID, reference, candidate).value;
        assert!((found - expected).abs() <= DIGITS, "frame {n}: {found}, FFmpeg says {expected}");
    }
}

/// The filter written down plainly: every window by itself, in whole numbers, its value in 32-bit floats.
fn plain(a: &Frame, b: &Frame) -> f64 {
    let peak = f64::from((1u32 << a.layout.sample.bits()) - 1);
    let c1 = (0.01 * 0.01 * peak * peak * 64.0 + 0.5) as i64;
    let c2 = (0.03 * 0.03 * peak * peak * 64.0 * 63.0 + 0.5) as i64;
    let code = |frame: &Frame, x: u32, y: u32| match frame.layout.sample {
        Sample::U8 => i64::from(frame.plane(0).row_u8(y)[x as usize]),
        _ => i64::from(frame.plane(0).row_u16(y)[x as usize]),
    };
    let (w, h) = (a.width / 4 - 1, a.height / 4 - 1);
    let mut sum = 0.0;
    for (y, x) in (0..h).flat_map(|y| (0..w).map(move |x| (y, x))) {
        let [mut p, mut q, mut squares, mut products] = [0i64; 4];
        for (v, u) in (0..8).flat_map(|v| (0..8).map(move |u| (v, u))) {
            let (a, b) = (code(a, 4 * x + u, 4 * y + v), code(b, 4 * x + u, 4 * y + v));
            (p, q, squares, products) = (p + a, q + b, squares + a * a + b * b, products + a * b);
        }
        let (variances, covariance) = (64 * squares - p * p - q * q, 64 * products - p * q);
        let above = (2 * p * q + c1) as f32 * (2 * covariance + c2) as f32;
        sum += f64::from(above / ((p * p + q * q + c1) as f32 * (variances + c2) as f32));
    }
    sum / f64::from(w * h)
}

#[test]
fn it_equals_a_plain_twin_at_odd_sizes_and_depths() {
    for (w, h, bits) in
        [(8, 8, 8), (9, 13, 8), (67, 130, 8), (350, 75, 8), (15, 9, 9), (101, 203, 10), (66, 70, 12), (93, 71, 16)]
    {
        let gray = layout(Family::Gray, bits, (0, 0));
        let (reference, candidate) = (scene_frame(w, h, gray, 0.0), scene_frame(w, h, gray, 0.4));
        let (found, expected) = (score(ID, &reference, &candidate).value, plain(&reference, &candidate));
        assert!((found - expected).abs() < 1e-12, "{w}x{h} of {bits} bits: {found}, plainly {expected}");
    }
    // The ends of the scale, and codes of more than the stated bits.
    for (bits, high) in [(8, 255), (16, 65535), (10, 65535)] {
        let gray = layout(Family::Gray, bits, (0, 0));
        let black = make(64, 64, gray, |_, x, _| if x % 3 == 0 { high } else { 0 });
        let white = make(64, 64, gray, |_, _, y| if y % 2 == 0 { high } else { 0 });
        let (found, expected) = (score(ID, &black, &white).value, plain(&black, &white));
        assert!((found - expected).abs() < 1e-12, "{bits} bits: {found}, plainly {expected}");
    }
}

#[test]
fn identity_is_one_and_what_is_too_small_is_told() {
    let frame = scene_frame(75, 50, yuv420(8), 0.2);
    assert_eq!(score(ID, &frame, &frame), Value { value: 1.0, identical: true });
    let noisy = scene_frame(75, 50, yuv420(8), 0.4);
    assert_eq!(score(ID, &frame, &noisy), score(ID, &noisy, &frame), "the sides are alike");
    assert!(score(ID, &scene_frame(75, 50, yuv420(8), 0.0), &noisy).value < 0.9);
    let small = scene_frame(64, 7, yuv420(8), 0.0);
    let sentence = try_score(ID, &small, &small).unwrap_err().to_string();
    assert_eq!(sentence, "ssim_ffmpeg_y needs a picture of at least 8x8 samples, and this one is 64x7");
}

#[test]
fn chroma_of_odd_sizes_is_counted_as_libvmaf_does() {
    // 65x49: chroma of 33x25, of which libvmaf takes 32x24.
    let plain = make(65, 49, yuv420(8), |_, _, _| 100);
    let edge = make(65, 49, yuv420(8), |i, x, y| if i == 1 && (x == 32 || y == 24) { 140 } else { 100 });
    assert!(score("psnr_cb", &plain, &edge).identical, "the last column and row do not count");
    let inner = make(65, 49, yuv420(8), |i, x, y| if (i, x, y) == (1, 31, 23) { 140 } else { 100 });
    let expected = (10.0 * (255.0f64 * 255.0 * 32.0 * 24.0 / 1600.0).log10()).min(60.0);
    assert!((score("psnr_cb", &plain, &inner).value - expected).abs() < 1e-12);
}

#[test]
fn psnr_611_weighs_luma_three_times_both_colours() {
    let (a, b) = (scene_frame(96, 64, yuv420(8), 0.0), scene_frame(96, 64, yuv420(8), 0.2));
    let [y, cb, cr] = ["psnr_y", "psnr_cb", "psnr_cr"].map(|id| score(id, &a, &b).value);
    assert!((score("psnr_611", &a, &b).value - (6.0 * y + cb + cr) / 8.0).abs() < 1e-12);
    assert_eq!(score("psnr_611", &a, &a), Value { value: 60.0, identical: true });
    // One plane alone differs: not identical.
    let red =
        make(96, 64, yuv420(8), |i, x, y| u16::from(a.plane(i).row_u8(y)[x as usize]) ^ u16::from(i == 2 && x < 9));
    assert!(!score("psnr_611", &a, &red).identical);
    let gray = scene_frame(64, 64, layout(Family::Gray, 8, (0, 0)), 0.0);
    assert!(try_score("psnr_611", &gray, &gray).unwrap_err().to_string().contains("grey"));
}
