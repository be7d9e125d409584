//! Tests of filters.

use std::io::Write;
use std::process::{Command, Stdio};
use std::sync::Arc;

use doublet::color::{Kernel, Target, conform, resize, to_rgb};
use doublet::filters::{Direction, FilterError, contrast, resample, skip, unsharp};
use doublet::frame::{
    ColorInfo, Family, Frame, FrameSource, Layout, Matrix, Plane, Range, Rational, Request, Sample, Siting,
    SourceError, SourceInfo, Stop, Timeline,
};

use super::color::{Dice, random_samples};

/// A source of one picture.
struct One {
    info: SourceInfo,
    frame: Arc<Frame>,
}

impl FrameSource for One {
    fn info(&self) -> &SourceInfo {
        &self.info
    }

    fn frame(&mut self, _: &mut Request<'_>) -> Result<Arc<Frame>, SourceError> {
        Ok(self.frame.clone())
    }
}

fn one(frame: &Arc<Frame>) -> Box<dyn FrameSource> {
    let info = SourceInfo {
        name: "clip.mkv".into(),
        width: frame.width,
        height: frame.height,
        layout: frame.layout,
        color: frame.color,
        timeline: Arc::new(Timeline::still()),
        sample_aspect: (1, 1),
        rotation: 0,
        details: String::new(),
        notes: Vec::new(),
    };
    Box::new(One { info, frame: frame.clone() })
}

const YUV420: Layout = Layout { family: Family::Yuv, sample: Sample::U8, chroma_shift: (1, 1), alpha: false };

fn noise(width: u32, height: u32, layout: Layout) -> Arc<Frame> {
    let color =
        ColorInfo { matrix: Matrix::Bt709, range: Range::Limited, siting: Siting::Left, ..ColorInfo::default() };
    Arc::new(random_samples(&mut Dice::new(21), width, height, layout, color))
}

/// What a source says and what it gives must be one.
fn get(mut source: Box<dyn FrameSource>) -> Arc<Frame> {
    let frame = source.get(0).unwrap();
    let info = source.info();
    assert_eq!((frame.width, frame.height), (info.width, info.height));
    assert_eq!((frame.layout, frame.color), (info.layout, info.color));
    frame
}

#[test]
fn an_edit_of_nothing_passes_the_frame_on() {
    for layout in [YUV420, Layout { sample: Sample::U16 { bits: 10 }, ..YUV420 }, Layout::RGB_F32] {
        let frame = noise(19, 11, layout);
        assert!(Arc::ptr_eq(&frame, &get(unsharp(one(&frame), 0.0).unwrap())));
        assert!(Arc::ptr_eq(&frame, &get(contrast(one(&frame), 1.0).unwrap())));
    }
}

#[test]
fn edits_change_luma_alone() {
    let frame = noise(19, 11, YUV420);
    for source in [unsharp(one(&frame), 0.7).unwrap(), contrast(one(&frame), 1.3).unwrap()] {
        let made = get(source);
        assert_eq!(made.layout, Layout { sample: Sample::F32, ..YUV420 });
        let (back, _) = conform(&made, &Target::of(&frame), Kernel::Bicubic).unwrap();
        assert_ne!(frame.plane(0).bytes(), back.plane(0).bytes());
        for i in 1..3 {
            for y in 0..frame.plane(i).height {
                assert_eq!(frame.plane(i).row_u8(y), back.plane(i).row_u8(y));
            }
        }
    }
}

#[test]
fn contrast_turns_about_mid_grey_and_is_not_rounded() {
    let frame = noise(16, 16, YUV420);
    let made = get(contrast(one(&frame), 1.1).unwrap());
    for y in 0..16 {
        for (code, got) in frame.plane(0).row_u8(y).iter().zip(made.plane(0).row_f32(y)) {
            let want = (128.0 + 1.1 * (f64::from(*code) - 128.0)).clamp(0.0, 255.0);
            assert!((f64::from(*got) - want).abs() < 1e-4, "{code}: {got} {want}");
        }
    }
}

#[test]
fn unsharp_is_its_formula() {
    let (w, h) = (13usize, 9usize);
    let frame = noise(w as u32, h as u32, YUV420);
    let made = get(unsharp(one(&frame), 0.8).unwrap());
    let at = |x: i64, y: i64| {
        let (x, y) = (x.clamp(0, w as i64 - 1) as usize, y.clamp(0, h as i64 - 1) as u32);
        f64::from(frame.plane(0).row_u8(y)[x])
    };
    let row = [1.0, 4.0, 6.0, 4.0, 1.0];
    for y in 0..h as i64 {
        for x in 0..w as i64 {
            let mut blur = 0.0;
            for j in 0..5 {
                for i in 0..5 {
                    blur += row[i] * row[j] / 256.0 * at(x + i as i64 - 2, y + j as i64 - 2);
                }
            }
            let want = (at(x, y) + 0.8 * (at(x, y) - blur)).clamp(0.0, 255.0);
            let got = f64::from(made.plane(0).row_f32(y as u32)[x as usize]);
            assert!((got - want).abs() < 1e-3, "({x},{y}): {got} {want}");
        }
    }
}

/// The luma that FFmpeg's `filter` makes of `frame`, or `None` (with the reason printed) where there is no FFmpeg.
fn ffmpeg_luma(frame: &Frame, filter: &str) -> Option<Vec<u8>> {
    let (w, h) = (frame.width, frame.height);
    let size = format!("{w}x{h}");
    let child = Command::new("ffmpeg")
        .args(["-v", "error", "-f", "rawvideo", "-pix_fmt", "yuv420p", "-s", &size, "-i", "-", "-vf", filter])
        .args(["-f", "rawvideo", "-pix_fmt", "yuv420p", "-"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn();
    let Ok(mut child) = child else {
        println!("skipped: needs the ffmpeg program, which is not here");
        return None;
    };
    let mut picture = Vec::new();
    for plane in frame.planes() {
        (0..plane.height).for_each(|y| picture.extend_from_slice(plane.row_u8(y)));
    }
    child.stdin.take().unwrap().write_all(&picture).unwrap();
    let out = child.wait_with_output().unwrap();
    assert!(out.status.success(), "ffmpeg {filter} failed");
    assert_eq!(out.stdout.len(), picture.len());
    Some(out.stdout[..(w * h) as usize].to_vec())
}

/// Luma of `source` after rounding, beside FFmpeg's.
fn differences(frame: &Arc<Frame>, source: Box<dyn FrameSource>, filter: &str) -> Option<Vec<i32>> {
    let theirs = ffmpeg_luma(frame, filter)?;
    let (ours, _) = conform(&get(source), &Target::of(frame), Kernel::Bicubic).unwrap();
    let ours = (0..frame.height).flat_map(|y| ours.plane(0).row_u8(y).to_vec());
    Some(ours.zip(theirs).map(|(a, b)| i32::from(a) - i32::from(b)).collect())
}

#[test]
fn unsharp_is_within_a_code_of_ffmpeg() {
    let frame = noise(64, 48, YUV420);
    for amount in [0.5, 1.0, 2.0, -1.0] {
        let source = unsharp(one(&frame), amount).unwrap();
        let Some(diff) = differences(&frame, source, &format!("unsharp=5:5:{amount}:5:5:0")) else {
            return;
        };
        // FFmpeg rounds the blur to whole codes (half a code, times the amount) and cuts the result.
        let bound = if amount > 1.0 { 2 } else { 1 };
        let worst = diff.iter().map(|d| d.abs()).max().unwrap();
        assert!(worst <= bound, "amount {amount}: {worst}");
    }
}

#[test]
fn contrast_has_ffmpegs_slope() {
    let frame = noise(64, 48, YUV420);
    for factor in [0.7, 1.15, 1.5] {
        let source = contrast(one(&frame), factor).unwrap();
        let Some(diff) = differences(&frame, source, &format!("eq=contrast={factor}")) else { return };
        let (low, high) = (diff.iter().min().unwrap(), diff.iter().max().unwrap());
        assert!(*low >= 0 && *high <= 2, "contrast {factor}: {low} to {high}");
    }
}

#[test]
fn resample_makes_the_size_it_says() {
    let frame = noise(51, 33, YUV420);
    for (direction, factor, size) in [
        (Direction::Down, 2.0, (26, 17)),
        (Direction::Down, 1.5, (34, 22)),
        (Direction::Down, 64.0, (1, 1)),
        (Direction::Up, 2.0, (102, 66)),
        (Direction::Up, 1.5, (77, 50)),
        (Direction::Up, 1.0, (51, 33)),
    ] {
        let source = resample(one(&frame), direction, factor, Kernel::Lanczos).unwrap();
        let info = source.info().clone();
        let made = get(source);
        assert_eq!((made.width, made.height), size, "{direction:?} {factor}");
        assert_eq!(info.name, format!("clip.mkv | {} {factor} lanczos", direction.name()));
        assert!(info.notes.iter().any(|note| note.contains("centred")), "{:?}", info.notes);
        let want = resize(&to_rgb(&frame).unwrap(), size.0, size.1, Kernel::Lanczos);
        assert_eq!(to_rgb(&made).unwrap(), want);
    }
}

/// A film whose frame n is all n, with uneven times.
struct Counted(SourceInfo);

impl FrameSource for Counted {
    fn info(&self) -> &SourceInfo {
        &self.0
    }

    fn frame(&mut self, request: &mut Request<'_>) -> Result<Arc<Frame>, SourceError> {
        let codes = vec![request.frame as u8; 16 * 16];
        let planes = vec![Plane::from_u8(16, 16, codes).unwrap()];
        let layout = Layout { family: Family::Gray, sample: Sample::U8, chroma_shift: (0, 0), alpha: false };
        Ok(Arc::new(Frame::new(16, 16, layout, ColorInfo::default(), planes).unwrap()))
    }
}

fn counted() -> Box<dyn FrameSource> {
    let timeline = Timeline { pts: vec![7, 8, 10, 11, 15], ..Timeline::constant(5, Rational::new(10, 1)) };
    Box::new(Counted(SourceInfo { timeline: Arc::new(timeline), ..one(&noise(16, 16, YUV420)).info().clone() }))
}

#[test]
fn skip_leaves_the_first_frames_out_and_counts_time_from_the_next() {
    for count in [0, 2, 4] {
        let mut source = skip(counted(), count).unwrap();
        let timeline = source.info().timeline.clone();
        assert_eq!(timeline.len(), 5 - count);
        assert_eq!(timeline.seconds(0), 0.0);
        assert_eq!(source.get(0).unwrap().plane(0).row_u8(0)[0] as usize, count);
        assert_eq!(source.get(4 - count).unwrap().plane(0).row_u8(0)[0], 4);
    }
    let timeline = skip(counted(), 2).unwrap().info().timeline.clone();
    assert!((timeline.seconds(2) - 0.5).abs() < 1e-9);
    let error = skip(counted(), 5).err().unwrap().to_string();
    assert!(error.contains("has 5 frames"), "{error}");
}

#[test]
fn stages_stop_when_asked() {
    let frame = noise(16, 16, YUV420);
    let stop = Stop::default();
    stop.set();
    let stages = [
        resample(one(&frame), Direction::Down, 2.0, Kernel::Box).unwrap(),
        unsharp(one(&frame), 1.0).unwrap(),
        contrast(one(&frame), 1.1).unwrap(),
    ];
    for mut stage in stages {
        assert_eq!(stage.frame(&mut Request::new(0, &stop)).unwrap_err(), SourceError::Stopped);
    }
}

#[test]
fn wrong_numbers_get_a_sentence() {
    let frame = noise(1000, 4, YUV420);
    for factor in [0.5, 0.0, -1.0, f64::NAN, f64::INFINITY, 65.0] {
        let error = resample(one(&frame), Direction::Down, factor, Kernel::Box).err().unwrap();
        assert!(matches!(error, FilterError::Factor { .. }) && error.to_string().contains("from 1 to 64"), "{error}");
    }
    let error = resample(one(&frame), Direction::Up, 32.0, Kernel::Box).err().unwrap().to_string();
    assert!(error.contains("16384") && error.contains("32000"), "{error}");
    for amount in [f64::NAN, 5.1, -2.1] {
        assert!(unsharp(one(&frame), amount).err().unwrap().to_string().contains("-2 to 5"));
    }
    for factor in [f64::NAN, -0.1, 11.0] {
        assert!(contrast(one(&frame), factor).err().unwrap().to_string().contains("from 0 to 10"));
    }
}
