//! Makes the demo's files once and keeps them.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use crate::color::{self, Kernel, Target};
use crate::filters;
use crate::frame::{
    ColorInfo, Family, Frame, FrameSource, Layout, Matrix, Primaries, Range, Request, Sample, Siting, Stop, Timeline,
    Transfer,
};
use crate::media::{self, Codec, EncodeSettings, Encoder, MediaError};

use super::scene::{self, Scene};
use super::{DemoError, RATE};

/// What is made. [`Settings::default`] is the demo; tests make it small.
#[derive(Clone, Debug, PartialEq)]
pub struct Settings {
    pub width: u32,
    pub height: u32,
    pub frames: usize,
    /// Rate factor of the reference: so low that nothing is lost to the eye.
    pub source_crf: f32,
    /// Rate factor of the x264 encode that is to be judged.
    pub x264_crf: f32,
    /// Rate factor of the SVT-AV1 encode that is to be judged.
    pub av1_crf: f32,
    /// Amount of unsharp and factor of contrast of the attack on scores.
    pub sharpen: f64,
    pub stretch: f64,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            width: 1280,
            height: 720,
            frames: 96,
            source_crf: 7.0,
            x264_crf: 35.0,
            av1_crf: 55.0,
            sharpen: 0.9,
            stretch: 1.1,
        }
    }
}

/// A reference and its candidates, ready to open.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Comparison {
    /// Path of the reference.
    pub reference: String,
    /// Label and line of each candidate: a path, or a recipe on `source`.
    pub candidates: Vec<(String, String)>,
    /// Sentences on what had to be left out, and why.
    pub notes: Vec<String>,
}

/// Makes what is missing of the demo under `cache` and says what to open. The second time it only looks.
///
/// `progress` is called with what is being done, in words for a person, and the share of all work done (0..1).
///
/// # Errors
/// [`DemoError::Stopped`] soon after `stop` is set; the others when a file cannot be made. An encoder that this FFmpeg
/// lacks is no error: its candidate is left out, with a note. Files appear under their names only when they are whole,
/// so that the next call goes on where this one ended.
pub fn prepare(cache: &Path, progress: &mut dyn FnMut(&str, f32), stop: &Stop) -> Result<Comparison, DemoError> {
    prepare_with(&Settings::default(), cache, progress, &mut |_| {}, stop)
}

/// As [`prepare`], with other settings, and with the comparison as far as it is ready given to `ready` each time it
/// grows: first the source with the candidates that are computed from it, then each encode.
///
/// # Errors
/// As [`prepare`].
pub fn prepare_with(
    settings: &Settings,
    cache: &Path,
    progress: &mut dyn FnMut(&str, f32),
    ready: &mut dyn FnMut(&Comparison),
    stop: &Stop,
) -> Result<Comparison, DemoError> {
    let folder = cache.join(key(settings));
    std::fs::create_dir_all(&folder).map_err(|e| DemoError::Folder { path: folder.clone(), reason: e.to_string() })?;
    sweep(&folder);
    let mut work = Work { settings, folder, progress, stop, notes: Vec::new() };
    let source = work.source()?;
    let mut made = Made { source, ..Made::default() };
    ready(&made.comparison(settings, &work.notes));
    made.x264 = work.x264(&made.source)?;
    ready(&made.comparison(settings, &work.notes));
    made.svtav1 = work.svtav1(&made.source)?;
    ready(&made.comparison(settings, &work.notes));
    if let Some(x264) = &made.x264 {
        made.attack = work.attack(x264)?;
    }
    (work.progress)("the demo is ready", 1.0);
    Ok(made.comparison(settings, &work.notes))
}

/// Name of the cache folder: changes with the scene and with everything that the files depend on.
fn key(settings: &Settings) -> String {
    // FNV-1a: stable, unlike the standard library's hashers.
    let fnv = |h: u64, byte: u8| (h ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3);
    let hash = format!("{settings:?}").bytes().fold(0xcbf2_9ce4_8422_2325, fnv);
    format!("scene-{}-{:08x}", scene::VERSION, hash >> 32)
}

/// Removes what a killed run left half-written, a day later (a younger one may be another Doublet at work).
fn sweep(folder: &Path) {
    const OLD: Duration = Duration::from_secs(24 * 3600);
    let old = |path: &PathBuf| {
        let age = |t| SystemTime::now().duration_since(t).unwrap_or_default();
        path.extension().is_some_and(|e| e == "part")
            && path.metadata().and_then(|m| m.modified()).is_ok_and(|t| age(t) > OLD)
    };
    let Ok(entries) = std::fs::read_dir(folder) else { return };
    for path in entries.flatten().map(|e| e.path()).filter(old) {
        // It is only in the way; one that cannot be removed does no harm.
        let _ = std::fs::remove_file(path);
    }
}

/// The files there are.
#[derive(Default)]
struct Made {
    source: PathBuf,
    x264: Option<PathBuf>,
    svtav1: Option<PathBuf>,
    attack: Option<PathBuf>,
}

impl Made {
    fn comparison(&self, settings: &Settings, notes: &[String]) -> Comparison {
        let line = |path: &PathBuf| path.to_string_lossy().into_owned();
        let mut candidates = Vec::new();
        let mut add = |label: &str, line: String| candidates.push((label.to_owned(), line));
        if let Some(path) = &self.x264 {
            add(&format!("x264 crf {}", settings.x264_crf), line(path));
        }
        if let Some(path) = &self.svtav1 {
            add(&format!("SVT-AV1 crf {}", settings.av1_crf), line(path));
        }
        if let Some(path) = &self.attack {
            add("x264, sharpened and stretched", line(path));
        }
        add("half size, compact-2x", "source | down 2 bicubic | model compact-2x".into());
        add("half size, lanczos", "source | down 2 bicubic | up 2 lanczos".into());
        // A lie that no look at the input can refute: nobody stands in that door.
        let pulse = "source | down 4 bicubic | up 4 lanczos | pulse 4 x=0.745 y=0.62";
        add("PULSE: same input, another picture", pulse.into());
        Comparison { reference: line(&self.source), candidates, notes: notes.to_vec() }
    }
}

/// Shares of the whole work at which each part begins and ends.
const DRAWING: (f32, f32) = (0.0, 0.62);
const X264: (f32, f32) = (0.62, 0.72);
const SVTAV1: (f32, f32) = (0.72, 0.84);
const ATTACK: (f32, f32) = (0.84, 1.0);

/// One file to write.
struct Job<'a> {
    path: PathBuf,
    codec: &'static str,
    crf: Option<f32>,
    /// The codec's default when `None`.
    preset: Option<&'static str>,
    /// What a person is told meanwhile.
    words: &'a str,
    /// Shares of the whole work at which it begins and ends.
    share: (f32, f32),
}

/// For files that need not be small.
const QUICK: Option<&str> = Some("veryfast");

struct Work<'a> {
    settings: &'a Settings,
    folder: PathBuf,
    progress: &'a mut dyn FnMut(&str, f32),
    stop: &'a Stop,
    notes: Vec<String>,
}

impl Work<'_> {
    /// The clip, drawn and stored: what is stored is the reference.
    fn source(&mut self) -> Result<PathBuf, DemoError> {
        let words = "drawing the demo clip";
        let crf = Some(self.settings.source_crf);
        let lossy = self.folder.join("source.mkv");
        let lossless = self.folder.join("source-ffv1.mkv");
        if let Some(there) = [&lossy, &lossless].into_iter().find(|p| whole(p)) {
            return Ok(there.clone());
        }
        (self.progress)("building the demo street", 0.0);
        let scene = Scene::sized(self.settings.width, self.settings.height, self.settings.frames);
        let target = self.target();
        let mut draw =
            |n: usize| -> Result<Arc<Frame>, DemoError> { Ok(Arc::new(color::from_rgb(&scene.frame(n), &target)?)) };
        let job = Job { path: lossy.clone(), codec: "x264", crf, preset: QUICK, words, share: DRAWING };
        if self.write(&job, &mut draw)? {
            return Ok(lossy);
        }
        // No x264 here: FFmpeg's own lossless codec is always there. The encodes that need x264 speak for themselves.
        self.notes.clear();
        let job = Job { path: lossless.clone(), codec: "ffv1", crf: None, preset: None, words, share: DRAWING };
        self.write(&job, &mut draw)?;
        Ok(lossless)
    }

    fn x264(&mut self, source: &Path) -> Result<Option<PathBuf>, DemoError> {
        let words = "encoding it with x264 at a low rate";
        let crf = Some(self.settings.x264_crf);
        let path = self.folder.join("x264.mkv");
        self.recode(source, Job { path, codec: "x264", crf, preset: None, words, share: X264 })
    }

    fn svtav1(&mut self, source: &Path) -> Result<Option<PathBuf>, DemoError> {
        let words = "encoding it with SVT-AV1";
        let crf = Some(self.settings.av1_crf);
        let path = self.folder.join("svtav1.mkv");
        self.recode(source, Job { path, codec: "svtav1", crf, preset: None, words, share: SVTAV1 })
    }

    /// The low-rate encode again, sharpened and with stretched contrast: looks crisper, is further from the truth.
    fn attack(&mut self, x264: &Path) -> Result<Option<PathBuf>, DemoError> {
        let path = self.folder.join("sharpened.mkv");
        if whole(&path) {
            return Ok(Some(path));
        }
        let sharp = filters::unsharp(Box::new(media::open(x264)?), self.settings.sharpen)?;
        let mut input = filters::contrast(sharp, self.settings.stretch)?;
        let (target, stop) = (self.target(), self.stop);
        let mut frame = |n: usize| -> Result<Arc<Frame>, DemoError> {
            let made = input.frame(&mut Request::new(n, stop))?;
            Ok(color::conform(&made, &target, Kernel::Bicubic)?.0)
        };
        let (words, crf) = ("sharpening the x264 encode", Some(self.settings.source_crf + 5.0));
        let job = Job { path, codec: "x264", crf, preset: QUICK, words, share: ATTACK };
        Ok(self.write(&job, &mut frame)?.then_some(job.path))
    }

    /// Encodes the file `from` anew, unless that is done.
    fn recode(&mut self, from: &Path, job: Job<'_>) -> Result<Option<PathBuf>, DemoError> {
        if whole(&job.path) {
            return Ok(Some(job.path));
        }
        let mut input = media::open(from)?;
        let stop = self.stop;
        let mut frame = |n: usize| Ok(input.frame(&mut Request::new(n, stop))?);
        Ok(self.write(&job, &mut frame)?.then_some(job.path))
    }

    /// Writes all frames. False when this FFmpeg has no such encoder; then a note says so.
    fn write(
        &mut self,
        job: &Job<'_>,
        frame: &mut dyn FnMut(usize) -> Result<Arc<Frame>, DemoError>,
    ) -> Result<bool, DemoError> {
        let Some(codec) = media::codec(job.codec) else { return Ok(false) };
        let mut encoder = match Encoder::create(&job.path, &self.encoding(codec, job)) {
            Ok(encoder) => encoder,
            Err(error @ (MediaError::NoEncoder { .. } | MediaError::Settings { .. })) => {
                self.notes.push(format!("left out of the demo: {error}"));
                return Ok(false);
            }
            Err(error) => return Err(error.into()),
        };
        let (frames, (from, to)) = (self.settings.frames, job.share);
        for n in 0..frames {
            self.stop.check()?;
            (self.progress)(
                &format!("{}, {} of {frames}", job.words, n + 1),
                from + (to - from) * n as f32 / frames as f32,
            );
            encoder.push(&*frame(n)?)?;
        }
        self.stop.check()?;
        encoder.finish()?;
        Ok(true)
    }

    fn encoding(&self, codec: &'static Codec, job: &Job<'_>) -> EncodeSettings {
        let target = self.target();
        EncodeSettings {
            codec,
            crf: job.crf,
            preset: job.preset.map(str::to_owned),
            width: target.width,
            height: target.height,
            layout: target.layout,
            color: target.color,
            timeline: Arc::new(Timeline::constant(self.settings.frames, RATE)),
            sample_aspect: (1, 1),
            rotation: 0,
        }
    }

    /// 8-bit 4:2:0, BT.709, limited range: what most files are.
    fn target(&self) -> Target {
        Target {
            width: self.settings.width,
            height: self.settings.height,
            layout: Layout { family: Family::Yuv, sample: Sample::U8, chroma_shift: (1, 1), alpha: false },
            color: ColorInfo {
                matrix: Matrix::Bt709,
                primaries: Primaries::Bt709,
                transfer: Transfer::Bt1886,
                range: Range::Limited,
                siting: Siting::Left,
            },
        }
    }
}

/// Whether a finished file stands there (unfinished ones have another name).
fn whole(path: &Path) -> bool {
    path.metadata().is_ok_and(|m| m.is_file() && m.len() > 0)
}
