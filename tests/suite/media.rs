//! Media: every frame of every file, however reached, against FFmpeg's own command line; hostile and broken files.

use std::path::{Path, PathBuf};
use std::process::Command;

use doublet::frame::{Frame, FrameSource};
use doublet::media::{OpenOptions, Video, open_with};

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
    let mut args = vec!["-noautorotate", "-i", &name, "-map", "0:v:0", "-fps_mode", "passthrough"];
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

fn rows(frame: &Frame) -> impl Iterator<Item = &[u8]> {
    let size = frame.layout.sample.bytes();
    frame.planes().iter().flat_map(move |p| (0..p.height).map(move |y| p.row_bytes(y, size)))
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
    let Some(lines) = reference(file, &[]) else { return };
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
        same_however_reached(&file, video, 200);
        println!("   opened in {opened:?}, all in {:?}", begun.elapsed());
    }
}
