//! Encode and decode as one step: a source as a codec would give it back, without the film ever being encoded whole.
//!
//! The timeline is cut into closed segments of about two seconds, as streaming services cut theirs: each begins with a
//! key frame and refers to nothing outside. A segment is encoded when one of its frames is asked for, from its own
//! frames of the input alone, and its packets stay in memory ([`Segments`]); no file is written, so none is left behind.
//! Every frame is decoded from its segment's beginning, so it is the same picture however it is reached. While the film
//! is played on screen, the next segment is encoded a few frames at a time, so that playing does not halt where it begins.
//!
//! ```text
//! input ─ frames of one segment ─► fit (4:2:0, even sides) ─► Work (encoder) ─► Segment ─► Playing (decoder) ─► frame
//!                                                                 └── Segments: shared, bounded ──┘
//! ```

mod fit;
mod segment;
mod segments;

use std::sync::Arc;
use std::time::{Duration, Instant};

use super::cache::Cache;
use super::codecs::Codec;
use super::error::MediaError;
use crate::frame::{Frame, FrameSource, Rational, Region, Request, SourceError, SourceInfo, Stop, Timeline, Urgency};
use fit::Fit;
use segment::{Playing, Segment, Work};
use segments::{Claim, Lease};

pub use segments::{Coded, Segments};

/// How long a segment lasts, in seconds, and the most frames it has.
const SECONDS: f64 = 2.0;
const MOST_FRAMES: usize = 120;
/// The longest distance of key frames that can be asked for.
pub const MAX_GOP: u32 = 250;
/// Bytes of decoded frames kept for stepping back, and frames kept behind a forward pass.
const CACHE_BYTES: usize = 32 << 20;
const BEHIND: usize = 4;

/// After so many frames in a row the film is being played, and the next segment is prepared on the way: a few of its
/// frames with each frame that is shown, as long as that takes less than `PREPARE`, and one at least.
const IN_A_ROW: usize = 8;
const AT_ONCE: usize = 3;
const PREPARE: Duration = Duration::from_millis(20);
/// How often an encoder that works by itself is looked after.
const LOOK: Duration = Duration::from_millis(2);

/// Which encoder, and how it is set.
#[derive(Clone, Debug)]
pub struct Coding {
    pub codec: &'static Codec,
    /// Rate factor (of MPEG-2: the quantiser scale); the codec's default when `None`.
    pub crf: Option<f32>,
    /// Preset; the codec's default when `None`.
    pub preset: Option<String>,
    /// Frames from key frame to key frame at most (1 to [`MAX_GOP`]); the codec's own rule within a segment when `None`.
    pub gop: Option<u32>,
    /// Bits a sample, 8 or 10; see [`recode`].
    pub bits: Option<u8>,
}

impl Coding {
    /// "x264 crf 28, preset medium": everything that is set, defaults too.
    fn words(&self) -> String {
        let mut words = self.codec.label.to_owned();
        if let Some((default, ..)) = self.codec.crf {
            words += &format!(" {} {}", self.codec.rate_word, self.crf.unwrap_or(default));
        }
        if let Some(preset) = self.preset.as_deref().or(self.codec.preset) {
            words += &format!(", preset {preset}");
        }
        if let Some(gop) = self.gop {
            words += &format!(", key frames at most {gop} apart");
        }
        words
    }

    /// Frames in a segment at `rate` frames a second: two seconds, or the number of whole groups nearest to that.
    fn segment(&self, rate: Rational) -> usize {
        let frames = ((SECONDS * rate.as_f64()).round() as usize).clamp(1, MOST_FRAMES);
        match self.gop {
            Some(gop) => {
                let gop = (gop as usize).max(1);
                gop * ((frames as f64 / gop as f64).round() as usize).max(1)
            }
            None => frames,
        }
    }
}

/// Encodes `input` by `coding` and decodes it again. `stage` is the step as its recipe writes it; `key` names `input`
/// and the step: sources with one key share their segments in `segments`.
///
/// What the codec does not take is converted, and said in the notes: all pictures become 4:2:0 of 8 bits (of 10 where
/// the input has whole numbers of more bits and the codec takes 10), R'G'B' by the matrix that would be guessed for its
/// size; odd sides are filled up to even ones with the edge samples, which are cut off again. Colour tags stay. Times
/// stay too, but the encoder is told of a steady rate, the timeline's nearest. A frame that the input cannot make is an
/// error of that frame alone.
///
/// # Errors
/// [`MediaError::Recode`]: no such encoder in this FFmpeg, or settings it does not have.
pub fn recode(
    input: Box<dyn FrameSource>,
    coding: Coding,
    stage: &str,
    key: &str,
    segments: &Arc<Segments>,
) -> Result<Box<dyn FrameSource>, MediaError> {
    let refused = |reason: String| MediaError::Recode { stage: stage.into(), reason };
    let codec = coding.codec;
    if !codec.is_available() {
        return Err(refused(format!("this FFmpeg has no {} ({}); install one that has", codec.label, codec.encoder)));
    }
    let fit = Fit::new(input.info(), codec, coding.bits).map_err(refused)?;
    let rate = steady_rate(&input.info().timeline, codec);
    let length = coding.segment(rate);
    let mut info = input.info().clone();
    let fps = super::times::fps(rate);
    info.notes.push(format!(
        "{stage}: {}; {}; in closed segments of {length} frames, each from a key frame, as {fps}",
        coding.words(),
        fit.words(input.info()),
    ));
    (info.layout, info.color) = (fit.target.layout, fit.target.color);
    info.name = format!("{} | {stage}", info.name);
    info.details = format!("{}, {}", coding.words(), info.layout.name());
    Ok(Box::new(Recoded {
        details: info.details.clone(),
        info,
        input,
        coding,
        fit,
        rate,
        length,
        stage: stage.into(),
        key: key.into(),
        segments: segments.clone(),
        playing: None,
        cache: Cache::new(CACHE_BYTES),
        last: None,
        row: 0,
    }))
}

/// Frame rates that MPEG-2 can state.
const BROADCAST: [(i64, i64); 8] =
    [(24000, 1001), (24, 1), (25, 1), (30000, 1001), (30, 1), (50, 1), (60000, 1001), (60, 1)];

/// The rate that the encoder is told: the timeline's, 25 where it has none that makes sense, of MPEG-2 the nearest of
/// those it knows.
fn steady_rate(timeline: &Timeline, codec: &Codec) -> Rational {
    let sane = |r: &Rational| r.num > 0 && r.den > 0 && (1.0..=1000.0).contains(&r.as_f64()) && r.num < 1 << 30;
    let rate = timeline.rate.filter(sane).unwrap_or(Rational::new(25, 1));
    if codec.id != "mpeg2" {
        return rate;
    }
    let known = BROADCAST.map(|(num, den)| Rational::new(num, den));
    let far = |r: &Rational| (r.as_f64() / rate.as_f64()).ln().abs();
    known.into_iter().min_by(|a, b| far(a).total_cmp(&far(b))).unwrap_or(rate)
}

struct Recoded {
    info: SourceInfo,
    /// `info.details` before anything was encoded.
    details: String,
    input: Box<dyn FrameSource>,
    coding: Coding,
    fit: Fit,
    rate: Rational,
    /// Frames in a segment; the last one may have fewer.
    length: usize,
    stage: String,
    key: Arc<str>,
    segments: Arc<Segments>,
    playing: Option<Playing>,
    cache: Cache,
    /// The frame asked for last, and how many came one after the other up to it.
    last: Option<usize>,
    row: usize,
}

impl FrameSource for Recoded {
    fn info(&self) -> &SourceInfo {
        &self.info
    }

    fn frame(&mut self, request: &mut Request<'_>) -> Result<Arc<Frame>, SourceError> {
        let (n, count) = (request.frame, self.info.timeline.len());
        if n >= count {
            return Err(MediaError::Range { path: self.info.name.clone().into(), frame: n, count }.into());
        }
        let before = self.last.replace(n);
        self.row = if before.is_some_and(|before| before + 1 == n) { self.row + 1 } else { 0 };
        let number = n / self.length;
        if self.row >= IN_A_ROW && request.urgency == Urgency::OnScreen {
            self.prepare(number + 1, request);
        }
        if let Some(frame) = self.cache.get(n) {
            return Ok(frame);
        }
        let segment = self.segment(number, request)?;
        if let Some(sentence) = segment.faults.get(&(n % self.length)) {
            return Err(SourceError::frame(sentence.clone()));
        }
        Ok(self.decode(n, number, &segment, request.stop)?)
    }
}

impl Recoded {
    /// Segment `number`: from the store, from another who works on it, or by encoding it.
    fn segment(&mut self, number: usize, request: &Request<'_>) -> Result<Arc<Segment>, SourceError> {
        let segments = self.segments.clone();
        let key = (self.key.clone(), number);
        loop {
            let work = match segments.claim(&key, request.urgency, request.stop)? {
                Claim::Done(segment) => {
                    self.tell(&segments);
                    return Ok(segment);
                }
                Claim::Work(work) => work,
            };
            let lease = Lease::new(&segments, &key);
            let work = match work {
                Some(work) => work,
                None => Box::new(Work::begin(&self.coding, &self.fit, self.rate, &self.stage)?),
            };
            if let Some(segment) = self.encode(work, lease, &key, request)? {
                self.tell(&segments);
                return Ok(segment);
            }
        }
    }

    /// Goes on with `work` to the segment's end. `None` when it was left to somebody more urgent.
    fn encode(
        &mut self,
        mut work: Box<Work>,
        lease: Lease<'_>,
        key: &(Arc<str>, usize),
        request: &Request<'_>,
    ) -> Result<Option<Arc<Segment>>, SourceError> {
        let first = key.1 * self.length;
        let frames = self.length.min(self.info.timeline.len() - first);
        while work.fed < frames {
            if self.segments.is_in_the_way(key, request.urgency) {
                lease.pause(work);
                return Ok(None);
            }
            let mut wish = Request { frame: first + work.fed, focus: Region::WHOLE, ..request.inner() };
            let pushed = match request.stop.check() {
                Ok(()) => self.input.frame(&mut wish),
                Err(stopped) => Err(stopped),
            };
            match work.push(pushed, &self.fit) {
                Ok(()) => {}
                // What is done is not lost: whoever comes back goes on from here.
                Err(SourceError::Stopped) => {
                    lease.pause(work);
                    return Err(SourceError::Stopped);
                }
                Err(error) => return Err(error),
            }
        }
        while work.is_busy()? {
            if let Err(stopped) = request.stop.check() {
                lease.pause(work);
                return Err(stopped);
            }
            std::thread::sleep(LOOK);
        }
        let segment = Arc::new(work.finish()?);
        lease.done(segment.clone());
        Ok(Some(segment))
    }

    /// Goes a little way with segment `number`, which will be wanted soon, if nobody else does. What goes wrong here is
    /// told when the segment is asked for.
    fn prepare(&mut self, number: usize, request: &Request<'_>) {
        let first = number * self.length;
        let frames = self.length.min(self.info.timeline.len().saturating_sub(first));
        let segments = self.segments.clone();
        let key = (self.key.clone(), number);
        let Some(work) = (if frames > 0 { segments.take_free(&key) } else { None }) else { return };
        let lease = Lease::new(&segments, &key);
        let begun = || Work::begin(&self.coding, &self.fit, self.rate, &self.stage).map(Box::new);
        let Ok(mut work) = work.map_or_else(begun, Ok) else { return };
        let began = Instant::now();
        for step in 0..AT_ONCE {
            if step > 0 && began.elapsed() >= PREPARE {
                break;
            }
            let done = if work.fed < frames {
                let mut wish = Request { frame: first + work.fed, focus: Region::WHOLE, ..request.inner() };
                let made = self.input.frame(&mut wish);
                match work.push(made, &self.fit) {
                    Ok(()) => Ok(false),
                    Err(SourceError::Stopped) => break,
                    Err(error) => Err(error),
                }
            } else {
                match work.is_busy() {
                    Ok(true) => break,
                    Ok(false) => work.drain(1),
                    Err(error) => Err(error),
                }
            };
            match done {
                Ok(false) => {}
                Ok(true) => {
                    if let Ok(segment) = work.finish() {
                        lease.done(Arc::new(segment));
                    }
                    return;
                }
                // The lease takes the work with it.
                Err(_) => return,
            }
        }
        lease.pause(work);
    }

    /// States the bits spent so far.
    fn tell(&mut self, segments: &Segments) {
        let coded = segments.coded(&self.key);
        let seconds = coded.frames as f64 / self.rate.as_f64();
        let kilobits = coded.bytes as f64 * 8.0 / 1000.0 / seconds.max(1e-9);
        self.info.details = format!("{}, {kilobits:.0} kb/s over {} frames so far", self.details, coded.frames);
    }

    /// Decodes on, or from the segment's beginning, until frame `n` is out; keeps the frames on the way.
    fn decode(
        &mut self,
        n: usize,
        number: usize,
        segment: &Arc<Segment>,
        stop: &Stop,
    ) -> Result<Arc<Frame>, MediaError> {
        let first = number * self.length;
        let on = self.playing.take().filter(|p| p.number == number && first + p.next <= n);
        let forward = on.is_some();
        let mut playing = match on {
            Some(playing) => playing,
            None => Playing::begin(number, segment.clone(), &self.stage)?,
        };
        loop {
            let at = first + playing.next;
            let frame = Arc::new(self.fit.after(&playing.step(&self.stage, stop)?)?);
            if n - at < self.cache.room(frame.cost()) {
                self.cache.insert(at, frame.clone(), n);
            }
            if at == n {
                self.playing = Some(playing);
                if forward {
                    self.cache.forget_before(n.saturating_sub(BEHIND));
                }
                return Ok(frame);
            }
        }
    }
}
