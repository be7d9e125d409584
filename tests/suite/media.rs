//! Media: every frame of every file, however reached, against FFmpeg's own command line; hostile and broken files.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;

use doublet::frame::{
    ColorInfo, Family, Frame, FrameSource, Layout, Matrix, Plane, Primaries, Range, Rational, Request, Sample,
    Severity, Siting, SourceError, Stop, Timeline, Transfer,
};
use doublet::media::{
    CODECS, EncodeSettings, Encoder, MediaError, OpenOptions, Video, codec, open, open_with, write_png,
};

use super::support::testdata;

/// One line of `ffmpeg -f framecrc`.
#[derive(Debug, PartialEq)]
struct Line {
    pts: i64,
    size: usize,
    adler: u32,
}

/// Runs the command-line tool, or `None` with a printed reason when it is not installed.
fn ffmpeg(args: &[&str]) -> Option<Vec<u8>> {
    let run = Command::new("ffmpeg").args(["-v", "error", "-nostdin", "-y"]).args(args).output();
    match run {
        Ok(out) => {
            assert!(out.status.success(), "ffmpeg {args:?}: {}", String::from_utf8_lossy(&out.stderr));
            Some(out.stdout)
        }
        Err(_) => {
            println!("skipped: needs the ffmpeg command");
            None
        }
    }
}

/// The frames that FFmpeg shows, decoded once in order.
fn reference(file: &Path, extra: &[&str]) -> Option<Vec<Line>> {
    let name = format!("file:{}", file.display());
    let mut args =
        vec!["-noautorotate", "-i", &name, "-map", "0:v:0", "-fps_mode", "passthrough", "-enc_time_base", "-1"];
    args.extend(extra);
    args.extend(["-f", "framecrc", "-"]);
    let text = String::from_utf8(ffmpeg(&args)?).unwrap();
    let line = |l: &str| {
        let f: Vec<&str> = l.split(',').map(str::trim).collect();
        let adler = u32::from_str_radix(f[5].trim_start_matches("0x"), 16).unwrap();
        Line { pts: f[2].parse().unwrap(), size: f[4].parse().unwrap(), adler }
    };
    Some(text.lines().filter(|l| !l.starts_with('#')).map(line).collect())
}

/// Rows of all planes in FFmpeg's planar order (green, blue, red).
fn rows(frame: &Frame) -> impl Iterator<Item = &[u8]> {
    let size = frame.layout.sample.bytes();
    let order = if frame.layout.family == Family::Rgb { [1, 2, 0, 3] } else { [0, 1, 2, 3] };
    let planes = order.into_iter().filter_map(|i| frame.planes().get(i));
    planes.flat_map(move |p| (0..p.height).map(move |y| p.row_bytes(y, size)))
}

/// FFmpeg's planar format with the samples of `layout`, for files that store them packed.
fn planar(layout: &Layout) -> String {
    let bits = layout.sample.bits();
    let end = if bits > 8 { format!("{bits}le") } else { String::new() };
    let name = layout.name().replace("rgba", "gbrap").replace("rgb", "gbrp");
    let stem = name.trim_end_matches(|c: char| c.is_ascii_digit());
    if bits > 8 { format!("{stem}{end}") } else { name }
}

/// Adler-32 begun with 0, as framecrc has it, over the rows without padding.
fn adler(frame: &Frame) -> (usize, u32) {
    let (mut a, mut b, mut size) = (0u32, 0u32, 0);
    for row in rows(frame) {
        size += row.len();
        for block in row.chunks(3800) {
            for &byte in block {
                a += u32::from(byte);
                b += a;
            }
            a %= 65521;
            b %= 65521;
        }
    }
    (size, b << 16 | a)
}

/// A quick hash for comparing Doublet with itself.
fn hash(frame: &Frame) -> u64 {
    let mut h = 0xcbf2_9ce4_8422_2325u64;
    for row in rows(frame) {
        let mut words = row.chunks_exact(8);
        for word in &mut words {
            h = (h ^ u64::from_le_bytes(word.try_into().unwrap())).wrapping_mul(0x9e37_79b9_7f4a_7c15).rotate_left(29);
        }
        words.remainder().iter().for_each(|&b| h = (h ^ u64::from(b)).wrapping_mul(0x100_0000_01b3));
    }
    h
}

/// Forwards against FFmpeg; backwards and at random against forwards.
fn same_however_reached(file: &Path, mut video: Video, visits: usize) {
    let format = planar(&video.info().layout);
    let packed = video.info().layout.family == Family::Rgb || file.to_string_lossy().contains("packed_");
    let unpacked = ["-pix_fmt", format.as_str()];
    let Some(lines) = reference(file, if packed { &unpacked } else { &[] }) else { return };
    let name = file.display();
    assert_eq!(video.info().timeline.len(), lines.len(), "{name}: number of frames");
    let mut hashes = Vec::new();
    for (n, line) in lines.iter().enumerate() {
        let frame = video.get(n).unwrap_or_else(|e| panic!("{name}: {e}"));
        assert_eq!(adler(&frame), (line.size, line.adler), "{name}: frame {n} forwards");
        hashes.push(hash(&frame));
    }
    for n in (0..lines.len()).rev() {
        assert_eq!(hash(&video.get(n).unwrap()), hashes[n], "{name}: frame {n} backwards");
    }
    let mut seed = 12345u64;
    for _ in 0..visits {
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        let n = (seed >> 33) as usize % lines.len();
        assert_eq!(hash(&video.get(n).unwrap()), hashes[n], "{name}: frame {n} at random");
    }
}

fn clips() -> Vec<PathBuf> {
    let Some(dir) = testdata() else { return vec![] };
    let mut files: Vec<PathBuf> =
        std::fs::read_dir(dir.join("clips")).unwrap().map(|e| e.unwrap().path()).filter(|p| p.is_file()).collect();
    files.sort();
    files
}

#[test]
fn every_frame_of_every_clip_is_the_same_however_it_is_reached() {
    for file in clips() {
        let begun = std::time::Instant::now();
        let video = open_with(&file, &OpenOptions { decode_below: 0, ..OpenOptions::default() }).unwrap();
        let opened = begun.elapsed();
        println!("{}: {:?} {:?}", file.display(), video.info().details, video.info().notes);
        // Long pictures take long to reach: fewer visits there, so that the suite stays quick.
        let info = video.info();
        let samples = u64::from(info.width) * u64::from(info.height) * info.timeline.len() as u64;
        same_however_reached(&file, video, (5_000_000_000 / samples).clamp(8, 200) as usize);
        println!("   opened in {opened:?}, all in {:?}", begun.elapsed());
    }
}

// --- inputs made here, so that these tests need no fixtures -------------------------------------------------------

/// A moving picture that no two frames share: a gradient, a disc on its way, and a number's bits as squares.
fn drawn(layout: Layout, width: u32, height: u32, n: usize) -> Frame {
    let max = (1u32 << layout.sample.bits()) - 1;
    let value = |c: usize, x: u32, y: u32| -> u32 {
        let disc = (i64::from(x) - 20 - 3 * n as i64).pow(2) + (i64::from(y) - i64::from(height) / 2).pow(2) < 200;
        let bit = y < 8 && (n >> (x / 8).min(16)) & 1 == 1;
        let base = (x * 3 + y * 2 + 40 * c as u32) % 256;
        let v = if disc || bit { 255 - base } else { base };
        v * max / 255
    };
    let planes = (0..layout.planes()).map(|c| {
        let (w, h) = layout.plane_size(c, width, height);
        let all = (0..h).flat_map(|y| (0..w).map(move |x| (x, y))).map(|(x, y)| value(c, x, y));
        match layout.sample {
            Sample::U8 => Plane::from_u8(w, h, all.map(|v| v as u8).collect()).unwrap(),
            _ => Plane::from_u16(w, h, all.map(|v| v as u16).collect()).unwrap(),
        }
    });
    Frame::new(width, height, layout, ColorInfo::default(), planes.collect()).unwrap()
}

fn yuv(bits: u8, chroma_shift: (u8, u8)) -> Layout {
    Layout { family: Family::Yuv, sample: Sample::integer(bits), chroma_shift, alpha: false }
}

fn settings(id: &str, layout: Layout, (width, height): (u32, u32), timeline: Timeline) -> EncodeSettings {
    EncodeSettings {
        codec: codec(id).unwrap(),
        crf: None,
        preset: None,
        width,
        height,
        layout,
        color: ColorInfo::default(),
        timeline: Arc::new(timeline),
        sample_aspect: (1, 1),
        rotation: 0,
    }
}

fn write(path: &Path, settings: &EncodeSettings) {
    let mut encoder = Encoder::create(path, settings).unwrap();
    for n in 0..settings.timeline.len() {
        encoder.push(&drawn(settings.layout, settings.width, settings.height, n)).unwrap();
    }
    encoder.finish().unwrap();
}

#[test]
fn frames_of_every_layout_come_back_from_ffv1_with_their_samples_and_times() {
    let dir = tempfile::tempdir().unwrap();
    let of = |family, bits, alpha| Layout { family, sample: Sample::integer(bits), chroma_shift: (0, 0), alpha };
    let mut layouts: Vec<Layout> = [8, 9, 10, 12, 14, 16]
        .into_iter()
        .flat_map(|bits| [(0, 0), (1, 0), (1, 1)].map(|shift| yuv(bits, shift)))
        .collect();
    layouts.extend([yuv(8, (2, 0)), yuv(8, (2, 2)), yuv(8, (0, 1)), Layout { alpha: true, ..yuv(10, (1, 1)) }]);
    layouts.extend([8, 10, 12, 16].map(|bits| of(Family::Rgb, bits, false)));
    layouts.extend([8, 10, 12, 16].map(|bits| of(Family::Gray, bits, false)));
    layouts.push(of(Family::Rgb, 8, true));
    for layout in layouts {
        let path = dir.path().join(format!("{}.mkv", layout.name()));
        // Odd sides: chroma planes are rounded up.
        let made = settings("ffv1", layout, (67, 45), Timeline::constant(4, Rational::new(25, 1)));
        write(&path, &made);
        let mut back = open(&path).unwrap();
        assert_eq!(back.info().layout, layout);
        assert_eq!(back.info().timeline.pts, [0, 40, 80, 120], "{}", layout.name());
        for n in [3, 0, 2, 1] {
            assert!(back.get(n).unwrap().same_samples(&drawn(layout, 67, 45, n)), "{} frame {n}", layout.name());
        }
    }
}

#[test]
fn lossy_encodes_with_b_frames_are_exact_however_reached_and_the_same_bytes_each_time() {
    let dir = tempfile::tempdir().unwrap();
    for (id, name) in [("x264", "a.mkv"), ("x264", "a.mp4"), ("svtav1", "b.mkv")] {
        let path = dir.path().join(name);
        let made = settings(id, yuv(8, (1, 1)), (192, 128), Timeline::constant(70, Rational::new(30000, 1001)));
        write(&path, &made);
        let first = std::fs::read(&path).unwrap();
        write(&path, &made);
        assert!(first == std::fs::read(&path).unwrap(), "{id} {name}: the same frames gave other bytes");
        for decode_below in [0, u64::MAX] {
            let video = open_with(&path, &OpenOptions { decode_below, ..OpenOptions::default() }).unwrap();
            assert!((video.info().timeline.rate.unwrap().as_f64() - 29.97).abs() < 0.01);
            same_however_reached(&path, video, 60);
        }
    }
}

#[test]
fn uneven_times_colour_aspect_and_rotation_survive_a_file() {
    let dir = tempfile::tempdir().unwrap();
    let timeline = Timeline {
        time_base: Rational::new(1, 90_000),
        pts: vec![9000, 12_003, 15_006, 30_000, 33_003],
        rate: Some(Rational::new(30_000, 1001)),
        last_duration: 3003,
    };
    let color = ColorInfo {
        matrix: Matrix::Bt2020Ncl,
        primaries: Primaries::Bt2020,
        transfer: Transfer::Pq,
        range: Range::Full,
        siting: Siting::Left,
    };
    for (id, name, ticks) in [("ffv1", "a.mkv", 1000), ("x264", "a.mp4", 90_000)] {
        let path = dir.path().join(name);
        let mut made = settings(id, yuv(10, (1, 1)), (64, 48), timeline.clone());
        (made.color, made.sample_aspect, made.rotation) = (color, (4, 3), 90);
        write(&path, &made);
        let video = open(&path).unwrap();
        let info = video.info();
        let stored: Vec<i64> = timeline.pts.iter().map(|t| (t * ticks + 45_000) / 90_000).collect();
        assert_eq!((info.timeline.time_base.den, &info.timeline.pts), (ticks, &stored), "{name}");
        assert_eq!((info.color.matrix, info.color.transfer), (color.matrix, color.transfer));
        assert_eq!((info.color.primaries, info.color.range), (color.primaries, color.range));
        assert_eq!((info.sample_aspect, info.rotation), ((4, 3), 90), "{name}");
        assert!(info.notes.iter().any(|n| n.contains("Variable frame rate")), "{:?}", info.notes);
    }
}

#[test]
fn nothing_that_looks_whole_is_left_by_an_unfinished_encode() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("out.mkv");
    let made = settings("ffv1", yuv(8, (1, 1)), (64, 48), Timeline::constant(3, Rational::new(25, 1)));
    let mut encoder = Encoder::create(&path, &made).unwrap();
    encoder.push(&drawn(made.layout, 64, 48, 0)).unwrap();
    assert!(!path.exists(), "the final name appears only at the end");
    assert_eq!(std::fs::read_dir(dir.path()).unwrap().count(), 1);
    let other = encoder.push(&drawn(made.layout, 66, 48, 0)).unwrap_err();
    assert!(other.to_string().contains("66x48"), "{other}");
    drop(encoder);
    assert_eq!(std::fs::read_dir(dir.path()).unwrap().count(), 0, "the temporary file is removed");
}

#[test]
fn encoders_say_what_they_cannot_do() {
    let dir = tempfile::tempdir().unwrap();
    let one = || Timeline::constant(1, Rational::new(25, 1));
    let refused = |id, layout, size, name: &str| {
        let made = settings(id, layout, size, one());
        let error = Encoder::create(&dir.path().join(name), &made).map(|_| ()).unwrap_err();
        one_sentence(&error, name);
        error.to_string()
    };
    let others = refused("svtav1", yuv(12, (0, 0)), (64, 64), "a.mkv");
    assert!(others.contains("; ffv1") && others.ends_with(" can"), "{others}");
    assert!(refused("x264", yuv(8, (1, 1)), (65, 64), "a.mkv").contains("not even"));
    assert!(refused("ffv1", Layout::RGB_F32, (64, 64), "a.mkv").contains("convert"));
    assert!(refused("ffv1", yuv(8, (1, 1)), (64, 64), "a.mp4").contains(".mkv"));
    assert!(refused("ffv1", yuv(8, (1, 1)), (64, 64), "a.txt").contains(".mkv"));
    assert!(refused("ffv1", yuv(8, (1, 1)), (64, 64), "no/folder/a.mkv").contains("folder"));
    let mut made = settings("x264", yuv(8, (1, 1)), (64, 64), one());
    made.crf = Some(99.0);
    assert!(Encoder::create(&dir.path().join("a.mkv"), &made).is_err());
    made.crf = None;
    made.preset = Some("no such preset".into());
    let error = Encoder::create(&dir.path().join("a.mkv"), &made).map(|_| ()).unwrap_err();
    assert!(error.to_string().contains("veryfast"), "{error}");
    assert_eq!(std::fs::read_dir(dir.path()).unwrap().count(), 0, "refusals leave nothing behind");
}

/// `render FILE source` in miniature.
#[test]
fn a_rendered_copy_holds_exactly_the_frames_of_its_source() {
    let Some(dir) = testdata() else { return };
    let out = tempfile::tempdir().unwrap();
    let files = [
        "face_640x428_h264_bt601.mov",
        "roadtrip_426x240_vp9_10bit.webm",
        "hlg_1080p_hevc_main10_rotated_editlist.mp4",
    ];
    for file in files {
        let source = dir.join("clips").join(file);
        let copy = out.path().join("copy.mkv");
        let mut video = open(&source).unwrap();
        let mut encoder = Encoder::create(&copy, &EncodeSettings::like(video.info(), &CODECS[0])).unwrap();
        for n in 0..video.info().timeline.len() {
            encoder.push(&video.get(n).unwrap()).unwrap();
        }
        encoder.finish().unwrap();
        let (Some(a), Some(b)) = (reference(&source, &[]), reference(&copy, &[])) else { return };
        let samples = |lines: &[Line]| lines.iter().map(|l| (l.size, l.adler)).collect::<Vec<_>>();
        assert_eq!(samples(&a), samples(&b), "{file}");
        let back = open(&copy).unwrap();
        let (was, is) = (video.info(), back.info());
        assert_eq!((was.rotation, was.color, was.layout), (is.rotation, is.color, is.layout), "{file}");
        for n in 0..a.len() {
            assert!((was.timeline.seconds(n) - is.timeline.seconds(n)).abs() < 0.0011, "{file}: time of frame {n}");
        }
    }
}

// --- other people's formats ---------------------------------------------------------------------------------------

#[test]
fn files_of_many_formats_are_exact_however_reached() {
    let dir = tempfile::tempdir().unwrap();
    let cases: &[(&str, &[&str])] = &[
        ("open_gop.mkv", &["-c:v", "libx264", "-g", "20", "-bf", "3", "-x264-params", "open-gop=1"]),
        ("open_gop.ts", &["-c:v", "libx264", "-g", "20", "-bf", "3", "-x264-params", "open-gop=1"]),
        ("refresh.mkv", &["-c:v", "libx264", "-bf", "0", "-x264-params", "intra-refresh=1:keyint=20"]),
        ("raw.h264", &["-c:v", "libx264", "-g", "20", "-bf", "3"]),
        ("fragments.mp4", &["-c:v", "libx264", "-g", "20", "-movflags", "frag_keyframe+empty_moov"]),
        (
            "uneven.mp4",
            &["-c:v", "libx264", "-g", "20", "-vf", "select=not(mod(n\\,7)*mod(n\\,5))", "-fps_mode", "vfr"],
        ),
        ("b_frames.avi", &["-c:v", "mpeg4", "-bf", "2", "-g", "20"]),
        ("program.mpg", &["-c:v", "mpeg2video", "-bf", "2", "-g", "15"]),
        ("hidden.webm", &["-c:v", "libvpx", "-auto-alt-ref", "1", "-lag-in-frames", "16", "-g", "30"]),
        ("palette.gif", &["-c:v", "gif"]),
        ("packed_rgb.mov", &["-c:v", "qtrle", "-pix_fmt", "rgb24"]),
        ("packed_v210.mov", &["-c:v", "v210"]),
        ("packed_nv12.nut", &["-c:v", "rawvideo", "-pix_fmt", "nv12"]),
        ("packed_big_endian.nut", &["-c:v", "rawvideo", "-pix_fmt", "yuv422p10be"]),
        ("plain.y4m", &[]),
        ("still.webp", &["-frames:v", "1"]),
        ("packed_still.bmp", &["-frames:v", "1"]),
        ("packed_still.tga", &["-frames:v", "1"]),
        ("packed_still.tiff", &["-frames:v", "1", "-pix_fmt", "rgb48le"]),
        ("still.pgm", &["-frames:v", "1"]),
    ];
    for (name, args) in cases {
        let path = dir.path().join(name);
        let target = path.display().to_string();
        let mut all = vec!["-f", "lavfi", "-i", "testsrc2=s=160x120:r=25:d=3"];
        all.extend(*args);
        all.push(&target);
        if ffmpeg(&all).is_none() {
            return;
        }
        for decode_below in [0, u64::MAX] {
            let options = OpenOptions { decode_below, cache_bytes: 1 << 20, ..OpenOptions::default() };
            same_however_reached(&path, open_with(&path, &options).unwrap(), 40);
        }
    }
}

#[test]
fn the_first_frames_of_a_file_cut_out_of_another_are_those_that_ffmpeg_shows() {
    let dir = tempfile::tempdir().unwrap();
    let (whole, cut) = (dir.path().join("whole.mkv"), dir.path().join("cut.mp4"));
    let (whole_name, cut_name) = (whole.display().to_string(), cut.display().to_string());
    let source = ["-f", "lavfi", "-i", "testsrc2=s=160x120:r=25:d=4"];
    let coded = ["-c:v", "libx264", "-g", "20", "-bf", "3", "-x264-params", "open-gop=1", &whole_name];
    if ffmpeg(&[&source[..], &coded[..]].concat()).is_none() {
        return;
    }
    ffmpeg(&["-ss", "1.5", "-i", &whole_name, "-c", "copy", &cut_name]);
    same_however_reached(
        &cut,
        open_with(&cut, &OpenOptions { decode_below: 0, ..OpenOptions::default() }).unwrap(),
        40,
    );
}

#[test]
fn stills_keep_their_depth_grey_and_alpha() {
    let Some(dir) = testdata() else { return };
    let expected = [
        ("00017_gray.png", "gray"),
        ("0014.jpg", "yuv420p"),
        ("OST_009.png", "rgb"),
        ("children-alpha.png", "rgba"),
        ("tree_alpha_16bit.png", "rgba16"),
    ];
    for (file, layout) in expected {
        let path = dir.join("clips/images").join(file);
        let mut still = open(&path).unwrap();
        assert_eq!(still.info().layout.name(), layout, "{file}");
        assert_eq!(*still.info().timeline, Timeline::still(), "{file}");
        let frame = still.get(0).unwrap();
        if frame.layout.family == Family::Yuv {
            assert_eq!(frame.color.range, Range::Full);
            continue;
        }
        let out = tempfile::tempdir().unwrap();
        let copy = out.path().join("copy.png");
        write_png(&copy, &frame).unwrap();
        assert!(open(&copy).unwrap().get(0).unwrap().same_samples(&frame), "{file}");
        // Another reader's word: the image crate's own decoder.
        let theirs = image::open(&path).unwrap();
        assert_eq!((theirs.width(), theirs.height()), (frame.width, frame.height));
        let pixel = theirs.to_rgba16().get_pixel(5, 7).0;
        let ours = |c: usize| match frame.layout.sample {
            Sample::U8 => u16::from(frame.plane(c).row_u8(7)[5]) * 257,
            _ => frame.plane(c).row_u16(7)[5],
        };
        assert_eq!(ours(0), pixel[0], "{file}");
        assert_eq!(ours(frame.planes().len() - 1), if frame.layout.alpha { pixel[3] } else { pixel[2] }, "{file}");
    }
}

#[test]
fn palettes_and_single_bits_become_plain_samples() {
    let dir = tempfile::tempdir().unwrap();
    for format in ["pal8", "monob", "gray16be", "rgba64be", "ya8"] {
        let path = dir.path().join(format!("{format}.png"));
        let target = path.display().to_string();
        if ffmpeg(&["-f", "lavfi", "-i", "testsrc2=s=90x60", "-frames:v", "1", "-pix_fmt", format, &target]).is_none() {
            return;
        }
        let frame = open(&path).unwrap().get(0).unwrap();
        // Another reader's word: the image crate's own decoder, in the file's own depth and channels.
        let theirs = image::open(&path).unwrap();
        assert_eq!(frame.layout.sample.bytes() * frame.planes().len(), usize::from(theirs.color().bytes_per_pixel()));
        let (theirs, channels) = (theirs.to_rgba16(), [0, 1, 2]);
        for (x, y) in [(0, 0), (5, 7), (50, 33), (89, 59), (44, 12), (71, 40)] {
            let pixel = theirs.get_pixel(x, y).0;
            for c in channels {
                let plane = frame.plane(if frame.layout.family == Family::Gray { 0 } else { c });
                let ours = match frame.layout.sample {
                    Sample::U8 => u16::from(plane.row_u8(y)[x as usize]) * 257,
                    _ => plane.row_u16(y)[x as usize],
                };
                assert_eq!(ours, pixel[c], "{format} at {x}, {y}, channel {c}");
            }
        }
    }
}

// --- bad input ----------------------------------------------------------------------------------------------------

/// What a person reads: one line that names the file.
fn one_sentence(error: &MediaError, file: &str) {
    let text = error.to_string();
    assert!(text.contains(file) && !text.contains('\n') && text.len() > file.len() + 20, "{text}");
}

#[test]
fn what_cannot_be_played_is_refused_in_a_sentence() {
    let dir = tempfile::tempdir().unwrap();
    let file = |name: &str, bytes: &[u8]| {
        std::fs::write(dir.path().join(name), bytes).unwrap();
        name.to_string()
    };
    let mut png = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\x01\x86\xa0\0\x01\x86\xa0\x08\x02\0\0\0".to_vec();
    png.extend([0x0e, 0x5b, 0xcd, 0xb5, 0, 0, 0, 0]);
    let mut cases = vec![
        "missing.mkv".to_string(),
        ".".to_string(),
        file("empty.mp4", b""),
        file("notes.txt", b"Dear diary,\ntoday I made a film.\n"),
        file("text.mkv", b"Dear diary,\ntoday I made a film.\n"),
        file("noise.mp4", &(0..9999u32).map(|n| (n.wrapping_mul(2_654_435_761) >> 24) as u8).collect::<Vec<_>>()),
        file("huge.png", &png),
        file("list.ffconcat", b"ffconcat version 1.0\nfile /etc/passwd\n"),
        file("list.m3u8", b"#EXTM3U\n#EXT-X-TARGETDURATION:5\n#EXTINF:5,\nhttp://localhost/a.ts\n#EXT-X-ENDLIST\n"),
        file("net.sdp", b"v=0\no=- 0 0 IN IP4 127.0.0.1\ns=x\nc=IN IP4 127.0.0.1\nt=0 0\nm=video 5004 RTP/AVP 96\n"),
    ];
    let sound = dir.path().join("sound.wav");
    if ffmpeg(&["-f", "lavfi", "-i", "sine=d=1", &sound.display().to_string()]).is_some() {
        cases.push("sound.wav".into());
    }
    for name in cases {
        let error = open(&dir.path().join(&name)).map(|_| ()).expect_err(&name);
        one_sentence(&error, if name == "." { "folder" } else { &name });
        println!("{error}");
    }
}

#[test]
fn a_cut_or_damaged_file_plays_what_is_there_and_says_so() {
    let dir = tempfile::tempdir().unwrap();
    let whole = dir.path().join("whole.mkv");
    let made = settings("x264", yuv(8, (1, 1)), (192, 128), Timeline::constant(100, Rational::new(25, 1)));
    write(&whole, &made);
    let bytes = std::fs::read(&whole).unwrap();
    let cut = dir.path().join("cut.mkv");
    std::fs::write(&cut, &bytes[..bytes.len() * 6 / 10]).unwrap();
    let video = open(&cut).unwrap();
    assert!(video.info().timeline.len() < 100);
    assert!(video.info().notes.iter().any(|n| n.contains("cut off")), "{:?}", video.info().notes);
    same_however_reached(&cut, video, 20);

    let mut damaged = bytes.clone();
    (0..30).for_each(|i| damaged[bytes.len() / 3 + i * 97] ^= 0xff);
    let path = dir.path().join("damaged.mkv");
    std::fs::write(&path, damaged).unwrap();
    let mut video = open(&path).unwrap();
    let forwards: Vec<u64> = (0..video.info().timeline.len()).map(|n| hash(&video.get(n).unwrap())).collect();
    for n in (0..forwards.len()).rev() {
        assert_eq!(hash(&video.get(n).unwrap()), forwards[n], "frame {n}");
    }

    let headless = dir.path().join("headless.mp4");
    let mp4 = dir.path().join("whole.mp4");
    write(&mp4, &made);
    let bytes = std::fs::read(&mp4).unwrap();
    std::fs::write(&headless, &bytes[..bytes.len() / 2]).unwrap();
    one_sentence(&open(&headless).map(|_| ()).unwrap_err(), "headless.mp4");
}

#[test]
fn names_are_names_and_nothing_else() {
    let dir = tempfile::tempdir().unwrap();
    let made = settings("ffv1", yuv(8, (1, 1)), (64, 48), Timeline::constant(2, Rational::new(25, 1)));
    let picture = drawn(Layout { family: Family::Rgb, ..yuv(8, (0, 0)) }, 32, 32, 3);
    for name in ["http:a.mkv", "50%d done.mkv", "concat:a|b.mkv", "a?b*[c].mkv", "späße 漢字.mkv", "-i.mkv"] {
        let path = dir.path().join(name);
        write(&path, &made);
        assert_eq!(open(&path).unwrap().info().timeline.len(), 2, "{name}");
        let still = path.with_extension("png");
        write_png(&still, &picture).unwrap();
        assert!(open(&still).unwrap().get(0).unwrap().same_samples(&picture), "{name}");
    }
}

#[test]
fn asking_past_the_end_or_stopping_is_no_fault_of_the_source() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("a.mkv");
    write(&path, &settings("x264", yuv(8, (1, 1)), (64, 48), Timeline::constant(40, Rational::new(25, 1))));
    let mut video = open_with(&path, &OpenOptions { decode_below: 0, ..OpenOptions::default() }).unwrap();
    let past = video.get(40).unwrap_err();
    assert!(matches!(&past, SourceError::Failed { severity: Severity::Frame, .. }), "{past:?}");
    let stop = Stop::default();
    stop.set();
    assert_eq!(video.frame(&mut Request::new(39, &stop)).unwrap_err(), SourceError::Stopped);
    assert!(video.get(39).is_ok(), "a stopped source goes on");
    let options = OpenOptions { stop, ..OpenOptions::default() };
    assert_eq!(open_with(&path, &options).map(|_| ()).unwrap_err(), MediaError::Stopped);
}

/// SVT-AV1 shares a table between all that are open: closing one beside an opening one brought the process down.
#[test]
fn encoders_open_and_close_beside_each_other() {
    let once = || {
        let dir = tempfile::tempdir().unwrap();
        let made = settings("svtav1", yuv(8, (1, 1)), (64, 64), Timeline::constant(1, Rational::new(25, 1)));
        write(&dir.path().join("a.mkv"), &made);
    };
    std::thread::scope(|scope| {
        (0..4).for_each(|_| _ = scope.spawn(|| (0..8).for_each(|_| once())));
    });
}
