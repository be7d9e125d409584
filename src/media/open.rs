//! Opening a file: checks, the choice of the stream, the index, the first picture, and what a person should know.

use std::path::Path;
use std::sync::Arc;

use super::cache::Cache;
use super::color;
use super::error::MediaError;
use super::facts::{self, StreamFacts};
use super::ffi::{Input, MAX_PIXELS, MAX_SIDE};
use super::index::{self, Index, Start};
use super::layout;
use super::picture::{self, Picture};
use super::reader::{self, Reader, Step};
use super::times;
use super::video::{Shape, Video};
use crate::frame::{SourceInfo, Stop, Timeline};

/// How a file is opened.
#[derive(Clone, Debug)]
pub struct OpenOptions {
    /// Decoder threads; 0 means one a core.
    pub threads: usize,
    /// Bytes of decoded frames kept for stepping back.
    pub cache_bytes: usize,
    /// Files with no more samples than this in all their frames are decoded once while they are opened, so that even
    /// damage in mid-file is known beforehand. Larger ones only if their packets do not tell all.
    pub decode_below: u64,
    /// Set to give up opening.
    pub stop: Stop,
}

impl Default for OpenOptions {
    fn default() -> Self {
        Self { threads: 0, cache_bytes: 256 << 20, decode_below: 32_000_000, stop: Stop::default() }
    }
}

/// Frames decoded at opening to see whether the index foresaw them.
const HEAD: usize = 12;

/// Opens the video or picture `path`; only this one local file is ever read.
///
/// # Errors
/// [`MediaError`]: no such file, no video, damaged, too large, of a kind that is not opened.
pub fn open(path: &Path) -> Result<Video, MediaError> {
    open_with(path, &OpenOptions::default())
}

/// [`open`] with options.
///
/// # Errors
/// As [`open`], and [`MediaError::Stopped`].
pub fn open_with(path: &Path, options: &OpenOptions) -> Result<Video, MediaError> {
    check_plain(path)?;
    let input = Input::open(path)?;
    let streams = input.streams();
    let stream = choose(&streams, path)?.clone();
    check_size(&stream, path)?;
    let found = Container {
        format: input.format(),
        duration: input.duration(),
        videos: videos(&streams),
        alone: streams.len() == 1,
    };
    let mut reader = Reader::new(path, input, stream.index, &stream.codec, options.threads)?;
    let table = reader.read_table(&options.stop)?;
    let broken = table.broke_off;
    let packets = table.packets.len();
    let no_frames = || MediaError::NoFrames { path: path.into(), packets, codec: stream.codec.clone() };

    let samples = packets as u64 * stream.width as u64 * stream.height as u64;
    let foreseen = index::predict(&table, &stream, &found.format).filter(|_| samples > options.decode_below);
    let facts = table.packets;
    if let Some(shown) = foreseen {
        let index = Index::new(facts.clone(), shown);
        reader.go_to(Start { packet: 0, frame: 0 }, &index, &options.stop)?;
        let video = assemble(reader, index, None, &stream, &found, broken, options)?;
        let mut video = match video {
            Ok(video) => video,
            Err(reader) => return decoded(reader, facts, &stream, &found, broken, options)?.ok_or_else(no_frames),
        };
        if video.head_is_as_foreseen(HEAD.min(video.room_for_head()), &options.stop)? {
            return Ok(video);
        }
        reader = video.reader;
    }
    decoded(reader, facts, &stream, &found, broken, options)?.ok_or_else(no_frames)
}

/// The way that needs no foresight: decode everything once and note what came out.
fn decoded(
    mut reader: Reader,
    packets: Vec<index::PacketFacts>,
    stream: &StreamFacts,
    found: &Container,
    broken: bool,
    options: &OpenOptions,
) -> Result<Option<Video>, MediaError> {
    let shown = reader.read_shown(&options.stop)?;
    let released: Vec<Option<i64>> = shown.iter().map(|s| s.1).collect();
    let index = Index::new(packets, shown.into_iter().map(|s| s.0).collect());
    reader.restart(Start { packet: 0, frame: 0 }, &index, &options.stop)?;
    Ok(assemble(reader, index, Some(&released), stream, found, broken, options)?.ok())
}

/// What the container says beside its streams.
struct Container {
    format: String,
    duration: Option<f64>,
    videos: usize,
    /// There is no other stream.
    alone: bool,
}

/// Builds the source around the first picture. Gives the reader back when no picture comes out.
fn assemble(
    mut reader: Reader,
    index: Index,
    released: Option<&[Option<i64>]>,
    stream: &StreamFacts,
    found: &Container,
    broken: bool,
    options: &OpenOptions,
) -> Result<Result<Video, Reader>, MediaError> {
    let first = match reader.step(&index, &options.stop)? {
        Step::Frame(0, picture) => picture,
        _ => return Ok(Err(reader)),
    };
    let path = reader.path.clone();
    let Some(plan) = picture::describe(first.format())
        .and_then(|(f, _)| layout::plan(&f, index.len() == 1 && first.opaque_palette()))
    else {
        let format = picture::describe(first.format()).map_or_else(|| "unknown".into(), |(f, _)| f.name);
        return Err(MediaError::PixelFormat { path, format });
    };
    let shape = Shape { size: first.size(), format: first.format(), plan, stream_color: stream.color };
    let stamps = reader::stamps(&index, released);
    let still = index.len() == 1 && is_still(&found.format);
    let (timeline, mut notes) =
        if still { (Timeline::still(), Vec::new()) } else { times::timeline(&stamps, stream, &found.format) };
    notes.extend(remarks(&first, &index, stream, found, broken, &timeline));
    let info = describe(&path, &first, &shape, timeline, notes, stream, &found.format);
    let mut cache = Cache::new(options.cache_bytes);
    cache.insert(0, Arc::new(first.into_frame(&shape.plan, &shape.stream_color)?), 0);
    Ok(Ok(Video { info, reader, index, cache, shape }))
}

fn describe(
    path: &Path,
    first: &Picture,
    shape: &Shape,
    timeline: Timeline,
    notes: Vec<String>,
    stream: &StreamFacts,
    format: &str,
) -> SourceInfo {
    let name = path.file_name().map_or_else(|| path.display().to_string(), |n| n.to_string_lossy().into_owned());
    let pixel = picture::describe(first.format()).map(|(f, _)| f.name).unwrap_or_default();
    let aspect = [first.sample_aspect(), stream.sample_aspect].into_iter().find(|&(n, d)| n > 0 && d > 0);
    SourceInfo {
        name,
        width: shape.size.0,
        height: shape.size.1,
        layout: shape.plan.layout,
        color: color::info(&first.color_codes(), &stream.color, &shape.plan.layout, &pixel),
        sample_aspect: aspect.map_or((1, 1), |(n, d)| (n as u32, d as u32)),
        rotation: turn(first, stream).0,
        details: details(stream, &timeline, format, path),
        timeline: Arc::new(timeline),
        notes,
    }
}

/// Degrees clockwise and whether mirrored: of the picture, else of the stream, else of an old "rotate" tag.
fn turn(first: &Picture, stream: &StreamFacts) -> (u16, bool) {
    let by_tag = || stream.rotate_tag.map_or((0, false), |t| (facts::quarter(t as f64), false));
    first.turn().or(stream.turn).map_or_else(by_tag, |m| facts::rotation(&m))
}

/// "h264 High, 25 fps, mp4"; "png" for a picture.
fn details(stream: &StreamFacts, timeline: &Timeline, format: &str, path: &Path) -> String {
    let codec = match &stream.profile {
        Some(profile) => format!("{} {profile}", stream.codec),
        None => stream.codec.clone(),
    };
    let Some(rate) = timeline.rate else { return codec };
    let extension = path.extension().and_then(|e| e.to_str()).unwrap_or_default().to_lowercase();
    let known = format.split(',').find(|f| *f == extension || (extension == "mkv" && *f == "matroska"));
    let container = known.or(format.split(',').next()).unwrap_or_default();
    format!("{codec}, {}, {container}", times::fps(rate))
}

fn is_still(format: &str) -> bool {
    format.ends_with("_pipe") || ["image2", "gif", "apng", "webp", "ico"].contains(&format)
}

/// What a person should know before trusting the picture.
fn remarks(
    first: &Picture,
    index: &Index,
    stream: &StreamFacts,
    found: &Container,
    broken: bool,
    timeline: &Timeline,
) -> Vec<String> {
    let mut notes = Vec::new();
    let field = first.interlaced().or(match stream.field_order {
        2 | 4 => Some(true),
        3 | 5 => Some(false),
        _ => None,
    });
    if let Some(top) = field {
        let order = if top { "top" } else { "bottom" };
        notes.push(format!("Interlaced ({order} field first): each frame holds two moments and is shown as stored"));
    }
    let cut = index.packets.iter().filter(|p| p.discard).count();
    if cut > 0 {
        notes.push(format!("An edit list hides {cut} of the {} stored frames", index.packets.len()));
    }
    let ends = timeline.duration();
    // Times of a container may count from 0, not from the first frame; other streams may be longer than the video.
    let begins = (timeline.pts.first().copied().unwrap_or(0) as f64 * timeline.time_base.as_f64()).max(0.0);
    let slack = if found.alone { 0.05 + 2.0 * ends / timeline.len().max(1) as f64 } else { ends * 0.2 + 1.0 };
    let short = found.duration.filter(|d| timeline.rate.is_some() && *d > begins + ends + slack && found.videos == 1);
    let claimed = usize::try_from(stream.frames).unwrap_or(0);
    if claimed > index.packets.len() {
        notes.push(format!("The file is cut off: {} of {claimed} frames are there", index.packets.len()));
    } else if broken || index.packets.iter().any(|p| p.corrupt) {
        notes.push("The file is damaged or cut off: what can be decoded is shown".into());
    } else if let Some(stated) = short {
        notes.push(format!("The file states {stated:.1} s, but its video ends after {ends:.1} s: it may be cut off"));
    }
    if found.videos > 1 {
        notes.push(format!("The file has {} video streams: stream {} is shown", found.videos, stream.index));
    }
    if turn(first, stream).1 {
        notes.push("The file asks for a mirrored picture: it is shown as stored".into());
    }
    notes
}

fn videos(streams: &[StreamFacts]) -> usize {
    streams.iter().filter(|s| s.video && !s.attached).count()
}

/// The default video stream, else the largest. A cover picture is not a video.
fn choose<'a>(streams: &'a [StreamFacts], path: &Path) -> Result<&'a StreamFacts, MediaError> {
    let area = |s: &StreamFacts| i64::from(s.width) * i64::from(s.height);
    let best = streams
        .iter()
        .filter(|s| s.video && !s.attached)
        .max_by_key(|s| (area(s) > 0, s.default, area(s), std::cmp::Reverse(s.index)));
    best.ok_or_else(|| {
        let has = |f: fn(&StreamFacts) -> bool| streams.iter().any(f);
        let what = match (has(|s| s.audio), has(|s| s.attached)) {
            (true, true) => "sound and a cover picture only",
            (true, false) => "sound only",
            _ => "no video stream",
        };
        MediaError::NoVideo { path: path.into(), what: what.into() }
    })
}

fn check_plain(path: &Path) -> Result<(), MediaError> {
    let meta = std::fs::metadata(path).map_err(|e| MediaError::from_io(path, &e))?;
    match () {
        () if meta.is_dir() => Err(MediaError::Folder(path.into())),
        () if !meta.is_file() => Err(MediaError::NotPlain(path.into())),
        () if meta.len() == 0 => Err(MediaError::Empty(path.into())),
        () => std::fs::File::open(path).map(|_| ()).map_err(|e| MediaError::from_io(path, &e)),
    }
}

fn check_size(stream: &StreamFacts, path: &Path) -> Result<(), MediaError> {
    let (w, h) = (i64::from(stream.width), i64::from(stream.height));
    let limit = i64::from(MAX_SIDE);
    if (1..=limit).contains(&w) && (1..=limit).contains(&h) && w * h <= MAX_PIXELS {
        return Ok(());
    }
    if w <= 0 || h <= 0 {
        return Err(MediaError::NoSize(path.into()));
    }
    let limit = format!("{MAX_SIDE}x{MAX_SIDE} and {} million samples", MAX_PIXELS / 1_000_000);
    Err(MediaError::Size { path: path.into(), found: format!("{w}x{h}"), limit })
}
