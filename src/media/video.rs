//! An opened file as a [`FrameSource`].

use std::sync::Arc;

use super::cache::Cache;
use super::error::MediaError;
use super::facts::ColorCodes;
use super::index::Index;
use super::layout::{self, Plan};
use super::picture::{self, Picture};
use super::reader::{Reader, Step};
use crate::frame::{Frame, FrameSource, Request, SourceError, SourceInfo, Stop};

/// So many frames ahead are reached by decoding on, without a look at whether a seek were shorter.
const STRIDE: usize = 16;
/// So many frames stay in reach behind a forward pass.
const BEHIND: usize = 4;

/// A video file, or a picture as a video of one frame. Frame n is the same picture however it is reached.
///
/// # How a frame is found
/// The packet that makes frame n is known from the index. Decoding goes on from where it stands if that is near, else
/// from the last key frame from which n comes out exact. The pictures on the way are kept for stepping back. Should n
/// not come out, or come out damaged, earlier key frames are tried, and at last the file from its beginning.
pub struct Video {
    pub(super) info: SourceInfo,
    pub(super) reader: Reader,
    pub(super) index: Index,
    pub(super) cache: Cache,
    pub(super) shape: Shape,
}

/// What the first picture was like, which all others must be.
pub(super) struct Shape {
    pub size: (u32, u32),
    pub format: i32,
    pub plan: Plan,
    pub stream_color: ColorCodes,
}

/// So many key frames are tried, each further back, before a frame is called damaged.
const ATTEMPTS: usize = 4;

/// How an attempt to decode up to a frame ended.
enum Run {
    Hit(Arc<Frame>),
    /// The frame came out, but the decoder missed something for it.
    Damaged(Arc<Frame>),
    Missed,
}

impl Shape {
    /// How pictures of `format` become frames of this shape; `None` when they cannot without a conversion.
    fn plan_for(&self, format: i32) -> Option<Plan> {
        if format == self.format {
            return Some(self.plan.clone());
        }
        let plan = layout::plan(&picture::describe(format)?.0, !self.plan.layout.alpha)?;
        (plan.layout == self.plan.layout).then_some(plan)
    }
}

impl FrameSource for Video {
    fn info(&self) -> &SourceInfo {
        &self.info
    }

    fn frame(&mut self, request: &mut Request<'_>) -> Result<Arc<Frame>, SourceError> {
        Ok(self.fetch(request.frame, request.stop)?)
    }
}

impl Video {
    /// Frame `n`, from the cache or by decoding.
    fn fetch(&mut self, n: usize, stop: &Stop) -> Result<Arc<Frame>, MediaError> {
        if n >= self.index.len() {
            return Err(MediaError::Range { path: self.reader.path.clone(), frame: n, count: self.index.len() });
        }
        if let Some(frame) = self.cache.get(n) {
            return Ok(frame);
        }
        if self.near(n) {
            match self.run_to(n, stop)? {
                Run::Hit(frame) => {
                    self.cache.forget_before(n.saturating_sub(BEHIND));
                    return Ok(frame);
                }
                Run::Damaged(frame) if self.far_from_start(n) => return Ok(self.keep(n, frame)),
                Run::Missed if self.far_from_start(n) && self.reader.next_frame > n => {
                    return Err(MediaError::Damaged { path: self.reader.path.clone(), frame: n });
                }
                Run::Damaged(_) | Run::Missed => {}
            }
        }
        self.seek_and_run(n, stop)
    }

    /// Whether decoding on from here is the way to `n`.
    fn near(&self, n: usize) -> bool {
        let next = self.reader.next_frame;
        let start = self.index.starts[self.index.start_for(n)];
        n >= next && (n - next < STRIDE || start.packet < self.reader.next_packet())
    }

    /// Decoding began at the file's beginning, or two key frames ago: what is damaged now is damaged in the file.
    fn far_from_start(&self, n: usize) -> bool {
        let began = self.index.starts.partition_point(|s| s.packet <= self.reader.start.packet);
        self.reader.start.packet == 0 || self.index.start_for(n) > began
    }

    fn seek_and_run(&mut self, n: usize, stop: &Stop) -> Result<Arc<Frame>, MediaError> {
        let (mut at, mut back, mut damaged) = (self.index.start_for(n), 1, None);
        for _ in 0..ATTEMPTS {
            self.reader.go_to(self.index.starts[at], &self.index, stop)?;
            match self.run_to(n, stop)? {
                Run::Hit(frame) => return Ok(frame),
                Run::Damaged(frame) if at == 0 || damaged.is_some() => return Ok(self.keep(n, frame)),
                Run::Damaged(frame) => damaged = Some(frame),
                Run::Missed if at == 0 => break,
                Run::Missed => {}
            }
            at = at.saturating_sub(back);
            back *= 2;
        }
        if let Some(frame) = damaged {
            return Ok(self.keep(n, frame));
        }
        self.reader.restart(self.index.starts[at], &self.index, stop)?;
        match self.run_to(n, stop)? {
            Run::Hit(frame) | Run::Damaged(frame) => Ok(self.keep(n, frame)),
            Run::Missed => Err(MediaError::Damaged { path: self.reader.path.clone(), frame: n }),
        }
    }

    fn keep(&mut self, n: usize, frame: Arc<Frame>) -> Arc<Frame> {
        self.cache.insert(n, frame.clone(), n);
        frame
    }

    /// Decodes on until frame `n` is out, and keeps the frames on the way.
    fn run_to(&mut self, n: usize, stop: &Stop) -> Result<Run, MediaError> {
        loop {
            let (frame, picture) = match self.reader.step(&self.index, stop)? {
                Step::Frame(frame, picture) => (frame, picture),
                Step::End | Step::Lost => return Ok(Run::Missed),
            };
            if frame < n && n - frame >= self.room() {
                continue;
            }
            let damaged = picture.damaged();
            let made = self.convert(frame, picture);
            let made = match made {
                Ok(made) => Arc::new(made),
                Err(error) if frame == n => return Err(error),
                Err(_) => continue,
            };
            if damaged && frame == n {
                return Ok(Run::Damaged(made));
            }
            if !damaged {
                self.cache.insert(frame, made.clone(), n);
            }
            match frame.cmp(&n) {
                std::cmp::Ordering::Less => {}
                std::cmp::Ordering::Equal => return Ok(Run::Hit(made)),
                std::cmp::Ordering::Greater => return Ok(Run::Missed),
            }
        }
    }

    fn room(&self) -> usize {
        let (w, h) = self.shape.size;
        let layout = &self.shape.plan.layout;
        let samples = |i| layout.plane_size(i, w, h);
        let cost: usize = (0..layout.planes()).map(samples).map(|(w, h)| w as usize * h as usize).sum();
        self.cache.room(cost * layout.sample.bytes())
    }

    fn convert(&self, frame: usize, picture: Picture) -> Result<Frame, MediaError> {
        let shape = &self.shape;
        let plan = shape.plan_for(picture.format()).filter(|_| picture.size() == shape.size);
        let Some(plan) = plan else {
            let words = |(w, h): (u32, u32), format| {
                let name = picture::describe(format).map_or_else(|| "unknown".into(), |(f, _)| f.name);
                format!("{w}x{h} {name}")
            };
            return Err(MediaError::Changed {
                path: self.reader.path.clone(),
                frame,
                found: words(picture.size(), picture.format()),
                first: words(shape.size, shape.format),
            });
        };
        Ok(picture.into_frame(&plan, &shape.stream_color)?)
    }

    /// How many frames may be decoded ahead of use without filling the cache.
    pub(super) fn room_for_head(&self) -> usize {
        (self.room() / 2).max(1)
    }

    /// Decodes the first frames and says whether they come out as the index foresaw. They stay in the cache, and the
    /// decoder goes on from there.
    pub(super) fn head_is_as_foreseen(&mut self, count: usize, stop: &Stop) -> Result<bool, MediaError> {
        for n in 1..count.min(self.index.len()) {
            match self.run_to(n, stop)? {
                Run::Hit(_) if self.reader.next_frame == n + 1 => {}
                _ => return Ok(false),
            }
        }
        Ok(true)
    }
}
