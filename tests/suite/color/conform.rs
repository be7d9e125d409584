//! The road to the reference's layout.

use std::sync::Arc;

use doublet::color::{Kernel, Target, conform, from_rgb, to_rgb, with_luma};
use doublet::frame::{ColorInfo, Family, Image, Layout, Matrix, Range, Sample, Siting};

use super::{Dice, flat, random_frame, random_samples, rgb8, tags, yuv};

#[test]
fn conform_leaves_alone_what_fits() {
    let mut dice = Dice::new(3);
    for _ in 0..40 {
        let frame = Arc::new(random_frame(&mut dice, 20));
        let (same, steps) = conform(&frame, &Target::of(&frame), Kernel::Bicubic).unwrap();
        assert!(Arc::ptr_eq(&frame, &same), "{} {:?}", frame.layout.name(), frame.color);
        assert!(steps.is_empty(), "{steps:?}");
    }
}

#[test]
fn conform_takes_unknown_tags_for_the_references() {
    let stated = tags(Matrix::Bt709, Range::Limited, Siting::Left);
    let frame = Arc::new(flat(64, 48, yuv(8, (1, 1)), ColorInfo::default(), [100, 90, 200]));
    let target = Target { color: stated, ..Target::of(&frame) };
    let (same, steps) = conform(&frame, &target, Kernel::Bicubic).unwrap();
    assert!(Arc::ptr_eq(&frame, &same));
    assert!(steps.len() == 1 && steps[0].contains("bt709"), "{steps:?}");
    let known = Arc::new(flat(64, 48, yuv(8, (1, 1)), stated, [100, 90, 200]));
    let (same, steps) = conform(&known, &Target::of(&frame), Kernel::Bicubic).unwrap();
    assert!(Arc::ptr_eq(&known, &same) && steps.len() == 1, "{steps:?}");
}

#[test]
fn conform_widens_and_rounds_plane_by_plane() {
    let mut dice = Dice::new(5);
    let color = tags(Matrix::Bt709, Range::Limited, Siting::Left);
    let small = Arc::new(random_samples(&mut dice, 33, 17, yuv(8, (1, 1)), color));
    let wide = Target { layout: yuv(10, (1, 1)), ..Target::of(&small) };
    let (ten, steps) = conform(&small, &wide, Kernel::Bicubic).unwrap();
    assert!(steps.iter().any(|s| s.contains("widened")), "{steps:?}");
    for i in 0..3 {
        for y in 0..small.plane(i).height {
            for (a, b) in small.plane(i).row_u8(y).iter().zip(ten.plane(i).row_u16(y)) {
                assert_eq!(u16::from(*a) * 4, *b);
            }
        }
    }
    let (back, steps) = conform(&ten, &Target::of(&small), Kernel::Bicubic).unwrap();
    assert!(back.same_samples(&small) && steps.iter().any(|s| s.contains("rounded to 8 bit")), "{steps:?}");

    // Float YUV rounds half up, plane by plane.
    let float = with_luma(&small, |y, _, _| y.iter_mut().for_each(|v| *v += 0.5)).unwrap();
    let (eight, _) = conform(&Arc::new(float), &Target::of(&small), Kernel::Bicubic).unwrap();
    for y in 0..small.height {
        for (a, b) in small.plane(0).row_u8(y).iter().zip(eight.plane(0).row_u8(y)) {
            assert_eq!(a.saturating_add(1), *b);
        }
    }
    for i in 1..3 {
        for y in 0..small.plane(i).height {
            assert_eq!(small.plane(i).row_u8(y), eight.plane(i).row_u8(y));
        }
    }
}

/// Chroma of a scaled 4:2:0 picture must stay over its luma: a horizontal ramp in both keeps its tie.
#[test]
fn conform_scales_planes_with_their_siting() {
    let layout = Layout { sample: Sample::F32, ..yuv(8, (1, 1)) };
    for siting in [Siting::Left, Siting::Center, Siting::TopLeft] {
        let color = tags(Matrix::Bt709, Range::Limited, siting);
        let make = |w: u32, h: u32| {
            let mut image = Image::new(w, h);
            let n = image.plane_len();
            for y in 0..h {
                for x in 0..w {
                    let (u, v) = ((x as f32 + 0.5) / w as f32, (y as f32 + 0.5) / h as f32);
                    let i = (y * w + x) as usize;
                    image.data[i] = 0.2 + 0.5 * u;
                    image.data[n + i] = 0.4;
                    image.data[2 * n + i] = 0.3 + 0.4 * v;
                }
            }
            from_rgb(&image, &Target { width: w, height: h, layout, color }).unwrap()
        };
        let (small, large) = (Arc::new(make(40, 30)), make(80, 60));
        let (scaled, steps) = conform(&small, &Target::of(&large), Kernel::Bicubic).unwrap();
        assert!(steps[0].contains("40x30 to 80x60"), "{steps:?}");
        for i in 0..3 {
            let (a, b) = (scaled.plane(i), large.plane(i));
            for y in 8..a.height - 8 {
                for x in 8..a.width as usize - 8 {
                    let (p, q) = (a.row_f32(y)[x], b.row_f32(y)[x]);
                    assert!((p - q).abs() < 1e-2, "{siting:?} plane {i} ({x},{y}): {p} {q}");
                }
            }
        }
    }
}

#[test]
fn conform_owns_up_to_what_it_guessed() {
    let frame = Arc::new(flat(64, 48, yuv(8, (1, 1)), ColorInfo::default(), [126, 128, 128]));
    let target = Target { layout: rgb8(), color: ColorInfo::default(), ..Target::of(&frame) };
    let (_, steps) = conform(&frame, &target, Kernel::Bicubic).unwrap();
    assert!(steps.iter().any(|s| s.contains("bt601 limited (matrix, range, siting guessed)")), "{steps:?}");
}

#[test]
fn a_siting_that_neither_side_states_moves_no_chroma() {
    let color = |range| tags(Matrix::Bt709, range, Siting::Unknown);
    let full = Arc::new(flat(64, 48, yuv(8, (1, 1)), color(Range::Full), [128, 90, 160]));
    let target = Target { color: color(Range::Limited), ..Target::of(&full) };
    let (_, steps) = conform(&full, &target, Kernel::Bicubic).unwrap();
    assert_eq!(steps, ["range full to limited"]);
}

#[test]
fn conform_speaks_of_all_it_does() {
    let limited = tags(Matrix::Bt709, Range::Limited, Siting::Left);
    let frame = Arc::new(flat(64, 48, yuv(8, (1, 1)), limited, [126, 128, 128]));
    let cases = [
        (Target { layout: yuv(8, (0, 0)), ..Target::of(&frame) }, "chroma yuv420p to yuv444p"),
        (Target { layout: rgb8(), color: ColorInfo::default(), ..Target::of(&frame) }, "limited to rgb full"),
        (Target { color: ColorInfo { matrix: Matrix::Bt601, ..limited }, ..Target::of(&frame) }, "through RGB"),
        (Target { color: ColorInfo { range: Range::Full, ..limited }, ..Target::of(&frame) }, "limited to full"),
        (Target { color: ColorInfo { siting: Siting::TopLeft, ..limited }, ..Target::of(&frame) }, "top left"),
        (Target { layout: Layout { alpha: true, ..yuv(8, (1, 1)) }, ..Target::of(&frame) }, "opaque"),
        (Target { width: 32, height: 24, ..Target::of(&frame) }, "64x48 to 32x24, bicubic"),
        (Target { layout: Layout { family: Family::Gray, ..rgb8() }, ..Target::of(&frame) }, "chroma left out"),
    ];
    for (target, word) in cases {
        let (made, steps) = conform(&frame, &target, Kernel::Bicubic).unwrap();
        assert!(steps.iter().any(|s| s.contains(word)), "{word}: {steps:?}");
        assert_eq!((made.layout, made.color, made.width), (target.layout, target.color, target.width));
        // Grey stays grey on every road: code 126 is (126 - 16) / 219.
        let grey = to_rgb(&made).unwrap().pixel(3, 3);
        assert!(grey.iter().all(|v| (v - 110.0 / 219.0).abs() < 0.51 / 219.0), "{word}: {grey:?}");
    }
}
