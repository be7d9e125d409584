//! Encode and decode as one step: the same picture however it is reached, from its own segment's frames alone.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use doublet::color::{Kernel, Target, conform, to_rgb};
use doublet::frame::{
    ColorInfo, Family, Frame, FrameSource, Layout, Matrix, Plane, Range, Rational, Request, Sample, Siting,
    SourceError, SourceInfo, Stop, Timeline, Urgency,
};
use doublet::media::{self, CODECS, Codec, Coding, EncodeSettings, Encoder, Segments, codec, recode};

use super::color::{Dice, random_samples};
use super::support::frame_of;

/// A film that notes which frames were asked of it.
struct Film {
    info: SourceInfo,
    picture: Box<dyn Fn(usize) -> Result<Arc<Frame>, SourceError> + Send>,
    asked: Arc<Mutex<Vec<usize>>>,
}

impl FrameSource for Film {
    fn info(&self) -> &SourceInfo {
        &self.info
    }

    fn frame(&mut self, request: &mut Request<'_>) -> Result<Arc<Frame>, SourceError> {
        request.stop.check()?;
        self.asked.lock().unwrap().push(request.frame);
        (self.picture)(request.frame)
    }
}

type Asked = Arc<Mutex<Vec<usize>>>;

fn film_of(
    frames: usize,
    rate: (i64, i64),
    picture: impl Fn(usize) -> Result<Arc<Frame>, SourceError> + Send + 'static,
) -> (Box<dyn FrameSource>, Asked) {
    let first = picture(0).unwrap();
    let info = SourceInfo {
        name: "film".into(),
        width: first.width,
        height: first.height,
        layout: first.layout,
        color: first.color,
        timeline: Arc::new(Timeline::constant(frames, Rational::new(rate.0, rate.1))),
        sample_aspect: (1, 1),
        rotation: 0,
        details: String::new(),
        notes: Vec::new(),
    };
    let asked = Asked::default();
    (Box::new(Film { info, picture: Box::new(picture), asked: asked.clone() }), asked)
}

fn film(frames: usize) -> (Box<dyn FrameSource>, Asked) {
    film_of(frames, (25, 1), |n| Ok(frame_of(96, 64, n)))
}

fn coding(codec: &'static Codec) -> Coding {
    let preset = match codec.id {
        "x264" | "x265" => Some("veryfast".into()),
        "svtav1" => Some("10".into()),
        "vp9" => Some("6".into()),
        _ => None,
    };
    Coding { codec, crf: None, preset, gop: None, bits: None }
}

fn x264() -> Coding {
    coding(codec("x264").unwrap())
}

fn opened(input: Box<dyn FrameSource>, coding: Coding, segments: &Arc<Segments>) -> Box<dyn FrameSource> {
    recode(input, coding, "encode test", "film | encode test", segments).unwrap()
}

fn fresh() -> Arc<Segments> {
    Arc::new(Segments::new(1 << 26))
}

/// The lossy codecs that this FFmpeg has.
fn lossy() -> Vec<&'static Codec> {
    let (have, lack): (Vec<_>, Vec<_>) = CODECS.iter().filter(|c| c.crf.is_some()).partition(|c| c.is_available());
    lack.iter().for_each(|c: &&Codec| println!("skipped: this FFmpeg has no {}", c.label));
    assert!(have.len() >= 2);
    have
}

#[test]
fn a_frame_is_the_same_however_it_is_reached() {
    for codec in lossy() {
        let mut forward = opened(film(110).0, coding(codec), &fresh());
        let all: Vec<_> = (0..110).map(|n| forward.get(n).unwrap()).collect();
        let mut jumping = opened(film(110).0, coding(codec), &fresh());
        for n in [109, 3, 50, 49, 51, 0, 98, 7, 6, 5, 100, 99] {
            let frame = jumping.get(n).unwrap();
            assert!(frame.same_samples(&all[n]), "{}: frame {n} is another picture", codec.id);
            let info = jumping.info();
            assert_eq!((frame.layout, frame.color, frame.width), (info.layout, info.color, info.width));
        }
        assert!(!all[0].same_samples(&frame_of(96, 64, 0)), "{} loses something", codec.id);
        assert!(jumping.get(110).is_err());
    }
}

/// The first segment, with the same settings, is a file of its frames.
#[test]
fn a_segment_is_what_a_file_of_its_frames_would_be() {
    let dir = tempfile::tempdir().unwrap();
    for codec in lossy() {
        let path = dir.path().join(format!("{}.mkv", codec.id));
        let (source, _) = film(50);
        let settings = EncodeSettings { preset: coding(codec).preset, ..EncodeSettings::like(source.info(), codec) };
        let mut encoder = Encoder::create(&path, &settings).unwrap();
        (0..50).for_each(|n| encoder.push(&frame_of(96, 64, n)).unwrap());
        encoder.finish().unwrap();
        let mut file = media::open(&path).unwrap();
        let mut stage = opened(source, coding(codec), &fresh());
        for n in [0, 1, 2, 17, 48, 49] {
            assert!(stage.get(n).unwrap().same_samples(&file.get(n).unwrap()), "{}: frame {n}", codec.id);
        }
    }
}

#[test]
fn only_the_frames_of_the_segment_are_asked_for_and_once() {
    let (input, asked) = film(500);
    let mut source = opened(input, x264(), &fresh());
    source.get(123).unwrap();
    source.get(101).unwrap();
    source.get(149).unwrap();
    assert_eq!(*asked.lock().unwrap(), (100..150).collect::<Vec<_>>());
    source.get(499).unwrap();
    assert_eq!(asked.lock().unwrap().len(), 100);
}

#[test]
fn while_playing_the_next_segment_is_ready_when_it_is_due() {
    let (input, asked) = film(150);
    let mut source = opened(input, x264(), &fresh());
    let stop = Stop::default();
    let mut played = Vec::new();
    let mut most = 0;
    for n in 0..140 {
        let before = asked.lock().unwrap().len();
        played.push(source.frame(&mut Request { urgency: Urgency::OnScreen, ..Request::new(n, &stop) }).unwrap());
        if n > 0 {
            most = most.max(asked.lock().unwrap().len() - before);
        }
    }
    assert!(most <= 3, "one frame waited for {most} of the input");
    assert_eq!(*asked.lock().unwrap(), (0..150).collect::<Vec<_>>(), "each once, in order");
    let mut plain = opened(film(150).0, x264(), &fresh());
    (0..140).step_by(9).for_each(|n| assert!(plain.get(n).unwrap().same_samples(&played[n]), "frame {n}"));
}

#[test]
fn segments_are_shared_by_all_who_open_the_chain() {
    let segments = fresh();
    let ((one, first), (two, second)) = (film(60), film(60));
    let (mut one, mut two) = (opened(one, x264(), &segments), opened(two, x264(), &segments));
    let frame = one.get(20).unwrap();
    assert!(two.get(20).unwrap().same_samples(&frame));
    assert_eq!((first.lock().unwrap().len(), second.lock().unwrap().len()), (50, 0));
    two.get(55).unwrap();
    one.get(59).unwrap();
    assert_eq!((first.lock().unwrap().len(), second.lock().unwrap().len()), (50, 10));
    let coded = segments.coded("film | encode test");
    assert_eq!((coded.segments, coded.frames), (2, 60));
    assert!(coded.bytes > 1000 && coded.bytes == segments.bytes());
    assert!(one.info().details.contains("kb/s over 60 frames so far"), "{}", one.info().details);
}

#[test]
fn segments_that_were_let_go_are_made_again_the_same() {
    let segments = Arc::new(Segments::new(1));
    let (input, asked) = film(150);
    let mut source = opened(input, x264(), &segments);
    let before = source.get(10).unwrap();
    (60..140).step_by(20).for_each(|n| _ = source.get(n).unwrap());
    let kept = segments.bytes();
    let mut again = opened(film(150).0, x264(), &segments);
    assert!(again.get(10).unwrap().same_samples(&before));
    assert_eq!(asked.lock().unwrap().len(), 150);
    let whole = segments.coded("film | encode test");
    assert_eq!((whole.segments, whole.frames), (3, 150), "counted once");
    assert!(kept < whole.bytes && segments.bytes() < whole.bytes, "only the last one is kept");
}

#[test]
fn a_stop_is_heard_between_frames_and_nothing_is_lost() {
    let stop = Stop::default();
    let flag = stop.clone();
    let (input, asked) = film_of(100, (25, 1), move |n| {
        if n == 30 {
            flag.set();
        }
        Ok(frame_of(96, 64, n))
    });
    let segments = fresh();
    let mut source = opened(input, x264(), &segments);
    assert_eq!(source.frame(&mut Request::new(5, &stop)).unwrap_err(), SourceError::Stopped);
    assert_eq!(asked.lock().unwrap().len(), 31);
    let frame = source.get(5).unwrap();
    assert_eq!(*asked.lock().unwrap(), (0..50).collect::<Vec<_>>(), "it goes on where it was stopped");
    assert!(frame.same_samples(&opened(film(100).0, x264(), &fresh()).get(5).unwrap()));
}

#[test]
fn who_looks_at_the_screen_takes_over_from_the_background() {
    let segments = fresh();
    let begun = Arc::new(AtomicUsize::new(0));
    let count = begun.clone();
    let slow = move |n: usize| {
        count.fetch_add(1, Ordering::SeqCst);
        std::thread::sleep(Duration::from_millis(10));
        Ok(frame_of(96, 64, n))
    };
    let (input, background) = film_of(50, (25, 1), slow);
    let mut source = opened(input, x264(), &segments);
    let thread = std::thread::spawn(move || source.get(0).unwrap());
    while begun.load(Ordering::SeqCst) < 5 {
        std::thread::sleep(Duration::from_millis(1));
    }
    let (input, screen) = film(50);
    let mut source = opened(input, x264(), &segments);
    let stop = Stop::default();
    let mut request = Request { urgency: Urgency::OnScreen, ..Request::new(40, &stop) };
    let frame = source.frame(&mut request).unwrap();
    let last = thread.join().unwrap();
    let (by_background, by_screen) = (background.lock().unwrap().clone(), screen.lock().unwrap().clone());
    assert!(!by_screen.is_empty(), "the screen waited for {} frames", by_background.len());
    let both: Vec<usize> = by_background.iter().chain(&by_screen).copied().collect();
    assert_eq!(both, (0..50).collect::<Vec<_>>(), "each frame was encoded once, in order");
    let mut plain = opened(film(50).0, x264(), &fresh());
    assert!(frame.same_samples(&plain.get(40).unwrap()) && last.same_samples(&plain.get(0).unwrap()));
}

#[test]
fn a_frame_that_cannot_be_made_is_one_fault_and_its_neighbours_are_there() {
    let picture = |n: usize| match n {
        7 | 50 => Err(SourceError::frame(format!("frame {n} is damaged"))),
        n => Ok(frame_of(96, 64, n)),
    };
    let mut source = opened(film_of(100, (25, 1), picture).0, x264(), &fresh());
    for n in [7, 50] {
        assert_eq!(source.get(n).unwrap_err(), SourceError::frame(format!("frame {n} is damaged")));
    }
    let (before, plain) = (source.get(6).unwrap(), frame_of(96, 64, 6));
    assert!(psnr(&before, &plain) > 25.0);
    assert!(psnr(&source.get(51).unwrap(), &frame_of(96, 64, 51)) > 25.0);
    let gone = |n: usize| if n < 3 { Ok(frame_of(96, 64, n)) } else { Err(SourceError::source("the disk is gone")) };
    let mut source = opened(film_of(100, (25, 1), gone).0, x264(), &fresh());
    assert_eq!(source.get(0).unwrap_err(), SourceError::source("the disk is gone"));
    assert_eq!(source.get(0).unwrap_err(), SourceError::source("the disk is gone"), "and it can be asked again");
}

/// Of luma, on the 8-bit scale, candidate brought to the reference's layout.
fn psnr(candidate: &Arc<Frame>, reference: &Arc<Frame>) -> f64 {
    let target = Target {
        layout: Layout { family: Family::Yuv, sample: Sample::U8, chroma_shift: (1, 1), alpha: false },
        color: ColorInfo { matrix: Matrix::Bt709, range: Range::Limited, siting: Siting::Left, ..reference.color },
        ..Target::of(reference)
    };
    let luma = |frame: &Arc<Frame>| {
        let (frame, _) = conform(frame, &target, Kernel::Bicubic).unwrap();
        (0..frame.height).flat_map(|y| frame.plane(0).row_u8(y).to_vec()).map(f64::from).collect::<Vec<_>>()
    };
    let (a, b) = (luma(candidate), luma(reference));
    let error = a.iter().zip(&b).map(|(a, b)| (a - b).powi(2)).sum::<f64>() / a.len() as f64;
    10.0 * (255.0 * 255.0 / error.max(1e-9)).log10()
}

/// A smooth picture in any layout: what a codec at a high rate keeps.
fn smooth(width: u32, height: u32, layout: Layout, color: ColorInfo, n: usize) -> Arc<Frame> {
    let base = frame_of(width, height, n);
    let planes = base.planes().iter().map(|plane| {
        let (w, h) = (plane.width, plane.height);
        let soft = |x: u32, y: u32| (60.0 + 3.0 * f64::from(x) + 2.0 * f64::from(y) + n as f64).min(200.0) as u8;
        Plane::from_u8(w, h, (0..h).flat_map(|y| (0..w).map(move |x| soft(x, y))).collect()).unwrap()
    });
    let base = Arc::new(Frame::new(width, height, base.layout, base.color, planes.collect()).unwrap());
    conform(&base, &Target { width, height, layout, color }, Kernel::Bicubic).unwrap().0
}

#[test]
fn every_layout_and_size_is_fitted_and_comes_back_in_place() {
    let tags = frame_of(8, 8, 0).color;
    let yuv = |bits, chroma_shift| Layout {
        family: Family::Yuv,
        sample: if bits == 32 { Sample::F32 } else { Sample::integer(bits) },
        chroma_shift,
        alpha: false,
    };
    let layouts = [
        yuv(8, (1, 1)),
        yuv(10, (1, 0)),
        yuv(12, (0, 0)),
        yuv(32, (1, 1)),
        Layout::RGB_F32,
        Layout { sample: Sample::U8, ..Layout::RGB_F32 },
        Layout { family: Family::Gray, sample: Sample::U8, chroma_shift: (0, 0), alpha: false },
    ];
    for codec in lossy() {
        let sharp = Coding { crf: Some(if codec.rate_word == "q" { 1.0 } else { 8.0 }), ..coding(codec) };
        for (i, layout) in layouts.into_iter().enumerate() {
            let (w, h) = [(33, 17), (32, 32), (70, 66), (1, 1), (1, 9), (65, 2), (18, 50)][i];
            let color = match layout.family {
                Family::Yuv => tags,
                _ => ColorInfo::rgb(tags.primaries, tags.transfer),
            };
            let what = format!("{} {} {w}x{h}", codec.id, layout.name());
            let (input, _) = film_of(3, (25, 1), move |n| Ok(smooth(w, h, layout, color, n)));
            let mut source =
                recode(input, sharp.clone(), "encode", "k", &fresh()).unwrap_or_else(|e| panic!("{what}: {e}"));
            for n in [2, 0] {
                let frame = source.get(n).unwrap_or_else(|e| panic!("{what}: {e}"));
                assert_eq!((frame.width, frame.height), (w, h), "{what}");
                assert_eq!((frame.layout, frame.color), (source.info().layout, source.info().color), "{what}");
                let quality = psnr(&frame, &smooth(w, h, layout, color, n));
                assert!(quality > 36.0, "{what}, frame {n}: {quality:.1} dB");
            }
        }
    }
}

#[test]
fn what_is_converted_stands_in_the_notes() {
    let note = |frame: Arc<Frame>, coding: Coding| {
        let (input, _) = film_of(3, (30000, 1001), move |_| Ok(frame.clone()));
        let source = recode(input, coding, "encode x264", "k", &fresh()).unwrap();
        (source.info().notes[0].clone(), source.info().clone())
    };
    let (said, info) = note(frame_of(96, 64, 0), x264());
    assert!(said.contains("yuv420p as it is") && said.contains("segments of 60 frames"), "{said}");
    assert!(said.contains("crf 23, preset veryfast") && said.contains("29.97 fps"), "{said}");
    assert_eq!(info.color, frame_of(96, 64, 0).color);

    let rgb = Arc::new(
        to_rgb(&frame_of(51, 33, 0))
            .unwrap()
            .into_frame(ColorInfo::rgb(info.color.primaries, info.color.transfer))
            .unwrap(),
    );
    let (said, info) = note(rgb, x264());
    assert!(said.contains("rgb f32 to yuv420p (8 bits, bt601, limited range, left siting), rounded"), "{said}");
    assert!(said.contains("51x33 filled up to 52x34"), "{said}");
    assert_eq!((info.width, info.height, info.color.matrix), (51, 33, Matrix::Bt601));

    let tags =
        ColorInfo { range: Range::Full, matrix: Matrix::Bt2020Ncl, siting: Siting::TopLeft, ..frame_of(8, 8, 0).color };
    let deep = Layout { family: Family::Yuv, sample: Sample::integer(10), chroma_shift: (1, 1), alpha: true };
    let full = Arc::new(random_samples(&mut Dice::new(3), 64, 64, deep, tags));
    let (said, info) = note(full.clone(), x264());
    assert_eq!(
        (info.layout.sample, info.color),
        (Sample::integer(10), tags),
        "ten bits, range, matrix and siting stay"
    );
    assert!(said.contains("alpha left out"), "{said}");
    let (said, info) = note(full.clone(), Coding { bits: Some(8), ..x264() });
    assert_eq!(info.layout.sample, Sample::U8);
    assert!(said.contains("(8 bits, bt2020nc, full range, top left siting), rounded"), "{said}");
    let (said, info) = note(full, coding(codec("mpeg2").unwrap()));
    assert_eq!((info.layout.sample, info.color.range), (Sample::U8, Range::Limited));
    assert!(said.contains("limited range") && said.contains("q 4"), "{said}");
}

#[test]
fn segments_follow_rate_and_groups() {
    let frames = |rate: (i64, i64), gop: Option<u32>| {
        let (input, asked) = film_of(600, rate, |_| Ok(frame_of(32, 32, 0)));
        let fast = Coding { gop, preset: Some("ultrafast".into()), ..x264() };
        opened(input, fast, &fresh()).get(0).unwrap();
        asked.lock().unwrap().len()
    };
    assert_eq!(frames((24000, 1001), None), 48);
    assert_eq!(frames((60, 1), None), 120);
    assert_eq!(frames((240, 1), None), 120, "never more");
    assert_eq!(frames((1, 1), None), 2);
    assert_eq!(frames((1, 90), None), 50, "a rate beyond sense counts as 25");
    assert_eq!(frames((25, 1), Some(1)), 50);
    assert_eq!(frames((25, 1), Some(12)), 48);
    assert_eq!(frames((25, 1), Some(250)), 250);
}

#[test]
fn a_rate_that_mpeg2_cannot_state_is_no_obstacle() {
    for rate in [(15, 1), (48, 1), (1000, 33), (10, 3)] {
        let (input, _) = film_of(5, rate, |n| Ok(frame_of(64, 48, n)));
        let frame = opened(input, coding(codec("mpeg2").unwrap()), &fresh()).get(4).unwrap();
        assert!(psnr(&frame, &frame_of(64, 48, 4)) > 25.0);
    }
}

#[test]
fn settings_that_an_encoder_lacks_get_a_sentence() {
    let mpeg2 = Coding { bits: Some(10), ..coding(codec("mpeg2").unwrap()) };
    let said = recode(film(5).0, mpeg2, "encode mpeg2 bits=10", "k", &fresh()).err().unwrap().to_string();
    assert!(said.starts_with("encode mpeg2 bits=10: ") && said.contains("10 bits"), "{said}");
    let (input, _) = film_of(3, (25, 1), |_| Ok(frame_of(32, 32, 0)));
    let odd = Coding { preset: Some("no such preset".into()), ..x264() };
    let said = opened(input, odd, &fresh()).get(0).unwrap_err().to_string();
    assert!(said.contains("does not take 32x32"), "{said}");
}

#[test]
fn harder_settings_lose_more() {
    let quality = |codec: &'static Codec, crf: f32| {
        let (input, _) = film(10);
        let frame = opened(input, Coding { crf: Some(crf), ..coding(codec) }, &fresh()).get(8).unwrap();
        psnr(&frame, &frame_of(96, 64, 8))
    };
    for codec in lossy() {
        let ladder = if codec.rate_word == "q" { [2.0, 8.0, 31.0] } else { [15.0, 32.0, 50.0] };
        let found = ladder.map(|crf| quality(codec, crf));
        assert!(found[0] > found[1] + 0.5 && found[1] > found[2] + 0.5, "{}: {found:?}", codec.id);
    }
}
