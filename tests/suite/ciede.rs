//! CIEDE2000 against libvmaf, in all subsamplings and depths.

use std::sync::Arc;

use doublet::frame::Frame;
use doublet::metrics::MetricError;

use super::made::code;
use super::reference::{Stored, clip, frame, grey, layout, padded, score, threads_leave_no_trace, try_score};

const ID: &str = "ciede2000";

#[test]
fn stored_pairs_meet_libvmaf() {
    for name in ["anime__x264_crf35", "street__gamma110", "street__noise12", "anime__ref"] {
        let Some(pair) = Stored::pair(name, 2) else { return };
        let worst = pair.check(ID, "libvmaf", ID, 1e-4);
        println!("{name}: at most {worst:.1e} off");
    }
}

#[test]
fn made_up_pictures_meet_libvmaf_in_all_layouts() {
    // As FFmpeg 9's libvmaf printed them: 4:4:4, 4:2:2 as libvmaf reads it, 4:2:0 in 12 and 8 bits.
    for (w, h, bits, shift, said) in [
        (321, 243, 8, (0, 0), [45.496641, 45.483093]),
        (416, 240, 10, (1, 0), [44.117356, 44.007336]),
        (352, 288, 12, (1, 1), [44.114684, 44.040087]),
        (2112, 1200, 8, (1, 1), [46.492538, 46.407140]),
    ] {
        for (n, said) in (0..).zip(said) {
            let made = |candidate| clip(w, h, layout(bits, shift), n, candidate);
            let found = score(ID, &made(false), &made(true)).value;
            assert!((found - said).abs() < 1e-4, "{w}x{h}, {bits} bits: {found}, libvmaf says {said}");
        }
    }
}

/// CIE L*a*b* and CIEDE2000 in doubles by the standard library, straight from the definition.
fn plain_difference(a: [f64; 3], b: [f64; 3]) -> f64 {
    let lab = |[y, u, v]: [f64; 3]| {
        let (y, u, v) = ((y - 16.0) / 219.0, (u - 128.0) / 224.0, (v - 128.0) / 224.0);
        let rgb = [y + 1.28033 * v, y - 0.21482 * u - 0.38059 * v, y + 2.12798 * u];
        let [r, g, b] = rgb.map(|c| if c > 10.0 / 255.0 { ((c + 0.055) / 1.055).powf(2.4) } else { c / 12.92 });
        let curve = |t: f64| if t > 216.0 / 24389.0 { t.cbrt() } else { (24389.0 / 27.0 * t + 16.0) / 116.0 };
        let x = curve((0.4124564390896921 * r + 0.357576077643909 * g + 0.18043748326639894 * b) / 0.95047);
        let y = curve(0.21267285140562248 * r + 0.715152155287818 * g + 0.07217499330655958 * b);
        let z = curve((0.019333895582329317 * r + 0.119192025881303 * g + 0.9503040785363677 * b) / 1.08883);
        (116.0 * y - 16.0, 500.0 * (x - y), 200.0 * (y - z))
    };
    let ((l1, a1, b1), (l2, a2, b2)) = (lab(a), lab(b));
    let seventh = |c: f64| (c.powi(7) / (c.powi(7) + 25f64.powi(7))).sqrt();
    let g = 1.5 - 0.5 * seventh((a1.hypot(b1) + a2.hypot(b2)) / 2.0);
    let (c1, c2) = ((a1 * g).hypot(b1), (a2 * g).hypot(b2));
    let degrees = |b: f64, a: f64| b.atan2(a).to_degrees().rem_euclid(360.0);
    let (h1, h2) = (degrees(b1, a1 * g), degrees(b2, a2 * g));
    let apart = (h1 - h2).abs() > 180.0;
    let turn = match h2 - h1 {
        turn if !apart => turn,
        turn if turn > 0.0 => turn - 360.0,
        turn => turn + 360.0,
    };
    let hue = (h1 + h2) / 2.0 + if apart { 180.0 } else { 0.0 };
    let (l, c) = ((l1 + l2) / 2.0 - 50.0, (c1 + c2) / 2.0);
    let cosine = |degrees: f64| degrees.to_radians().cos();
    let t = 1.0 - 0.17 * cosine(hue - 30.0) + 0.24 * cosine(2.0 * hue) + 0.32 * cosine(3.0 * hue + 6.0)
        - 0.20 * cosine(4.0 * hue - 63.0);
    let light = (l2 - l1) / (0.65 * (1.0 + 0.015 * l * l / (20.0 + l * l).sqrt()));
    let chroma = (c2 - c1) / (1.0 + 0.045 * c);
    let hued = 2.0 * (c1 * c2).sqrt() * (turn / 2.0).to_radians().sin() / (4.0 * (1.0 + 0.015 * c * t));
    let near = (-((hue - 275.0) / 25.0).powi(2)).exp();
    let rotation = -2.0 * seventh(c) * (60.0 * near).to_radians().sin();
    (light * light + chroma * chroma + hued * hued + rotation * chroma * hued).max(0.0).sqrt()
}

#[test]
fn single_colours_meet_the_definition() {
    // Every pair of colours on a coarse grid of codes, those beyond the gamut too; one picture a pair of colours.
    let grid: Vec<[f64; 3]> =
        (0..60).map(|n| [0, 1, 2].map(|c| f64::from(16 + code(c + 1, n, 0) * 219 / 255))).collect();
    let mut worst = 0f64;
    for (n, &a) in grid.iter().enumerate() {
        let b = grid[(n * 7 + 3) % grid.len()];
        let near = a.map(|v| v + 1.0);
        for b in [b, near] {
            let flat = |color: [f64; 3]| frame(32, 4, layout(8, (0, 0)), move |plane, _, _| color[plane] as i32);
            let expected = 45.0 - 20.0 * plain_difference(a, b).log10();
            worst = worst.max((score(ID, &flat(a), &flat(b)).value - expected).abs());
        }
    }
    // 32 bits against 64, at differences as small as one code: on pictures such errors cancel out.
    assert!(worst < 1e-3, "a colour is {worst} dB off");
}

#[test]
fn identity_symmetry_and_more_damage() {
    let [a, b] = [false, true].map(|candidate| clip(200, 120, layout(10, (1, 1)), 0, candidate));
    assert!(score(ID, &a, &a).identical && score(ID, &a, &a).value == 100.0);
    assert!((score(ID, &a, &b).value - score(ID, &b, &a).value).abs() < 1e-4, "a difference has no direction");
    let cast = |by: i32| {
        frame(200, 120, a.layout, |plane, x, y| {
            i32::from(a.plane(plane).row_u16(y as u32)[x as usize]) + if plane == 2 { by } else { 0 }
        })
    };
    let values: Vec<f64> = [4, 12, 40].map(|by| score(ID, &a, &cast(by)).value).to_vec();
    assert!(values[0] > values[1] && values[1] > values[2], "{values:?}");
}

#[test]
fn a_planted_change_counts_by_its_share() {
    let plain = frame(128, 96, layout(8, (0, 0)), |plane, _, _| [120, 110, 140][plane]);
    let patch =
        |w: i32| frame(128, 96, plain.layout, move |p, x, y| [120, 110, 140][p] + if x < w && y < 48 { 6 } else { 0 });
    let (small, large) = (score(ID, &plain, &patch(16)).value, score(ID, &plain, &patch(64)).value);
    assert!((small - large - 20.0 * 4f64.log10()).abs() < 1e-4, "four times the area: {small}, {large}");
}

#[test]
fn grey_odd_padded_and_wild_pictures() {
    let gray = frame(64, 64, grey(8), |_, x, _| x);
    assert_eq!(try_score(ID, &gray, &gray).unwrap_err(), MetricError::NoChroma { metric: ID });
    for (w, h, bits, shift) in
        [(33, 47, 8, (1, 1)), (75, 51, 16, (1, 0)), (1, 1, 8, (1, 1)), (41, 9, 9, (2, 0)), (40, 35, 8, (2, 2))]
    {
        let [a, b]: [Arc<Frame>; 2] = [false, true].map(|candidate| clip(w, h, layout(bits, shift), 1, candidate));
        let value = score(ID, &a, &b);
        assert!(value.value > 20.0 && value.value <= 100.0, "{w}x{h}: {value:?}");
        assert_eq!(value, score(ID, &padded(&a), &padded(&b)), "{w}x{h}");
    }
    let wild = |high: i32| frame(48, 48, layout(10, (1, 1)), move |_, x, _| if x % 2 == 0 { high } else { 0 });
    assert!(score(ID, &wild(0), &wild(65_535)).value.is_finite());
}

#[test]
fn threads_leave_no_trace_in_ciede() {
    let [a, b] = [false, true].map(|candidate| clip(301, 203, layout(8, (1, 1)), 0, candidate));
    threads_leave_no_trace(|| score(ID, &a, &b).value);
}
