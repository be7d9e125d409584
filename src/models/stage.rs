//! The stage that lays a model on a source: every frame in tiles, what is on screen first.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::{Duration, Instant};

use crate::color;
use crate::frame::{ColorInfo, Frame, FrameSource, Image, Layout, Partial, Request, SourceError, SourceInfo, Stop};

use super::choice::{Chooser, Chosen};
use super::lent::Lender;
use super::making::{Making, Stage};
use super::picture::{Source, cut};
use super::runtime::DeviceKind;
use super::speed::Choice;
use super::way::{Settings, Way, simple};
use super::{Model, ModelError, ModelInfo, Runtime};

/// Largest output picture, in samples a channel.
const MAX_PICTURE: u64 = 1 << 28;
/// An input that takes less than this share of what its picture takes is fetched before it is asked for.
const CHEAP: u32 = 8;

/// Lays `model` on `input`: its frames enlarged (or restored, at scale 1), R'G'B' in 32-bit float as the model gives
/// it, not clipped. Alpha is left out, with a note.
///
/// # Errors
/// [`ModelError`] when the model cannot run on the device asked for, or the pictures would be too large.
pub fn upscale(
    runtime: &Runtime,
    model: &Arc<Model>,
    input: Box<dyn FrameSource>,
    settings: &Settings,
) -> Result<Box<dyn FrameSource>, ModelError> {
    upscale_chosen(runtime, model, input, settings, None)
}

/// As [`upscale`], in the way that `chooser` knows for the model. What it does not know yet it finds out after the
/// first picture, and the stage goes that way from the next picture on. The pictures are the same by any way, to the
/// last bits of the device's arithmetic.
///
/// # Errors
/// As [`upscale`].
pub fn upscale_chosen(
    runtime: &Runtime,
    model: &Arc<Model>,
    input: Box<dyn FrameSource>,
    settings: &Settings,
    chooser: Option<&Arc<Chooser>>,
) -> Result<Box<dyn FrameSource>, ModelError> {
    let info = model.info();
    let (width, height) = (input.info().width, input.info().height);
    let too_large = ModelError::Picture { width, height, scale: info.scale };
    if u64::from(width) * u64::from(height) * u64::from(info.scale).pow(2) > MAX_PICTURE {
        return Err(too_large);
    }
    let begin = |kind| {
        let chooser = chooser.map(|chooser| (chooser.clone(), chooser.chosen(runtime, model, kind)));
        let known = chooser.as_ref().and_then(|(_, chosen)| chosen.get());
        let simple = simple(info, kind, settings);
        let way = |choice| Way::new(runtime, model, kind, (width, height), choice);
        match way(settings.over(known.unwrap_or(simple))) {
            // What was remembered no longer goes: back to the beginning.
            Err(_) if known.is_some() => way(simple).map(|way| (way, chooser)),
            made => made.map(|way| (way, chooser)),
        }
    };
    let best = settings.device.unwrap_or_else(|| runtime.best());
    let (kind, (way, chooser), fallback) = match begin(best) {
        Ok(begun) => (best, begun, None),
        Err(error) if settings.device.is_none() && best != DeviceKind::Cpu => {
            let note = format!("runs on the CPU, for {best} does not take it: {error}");
            (DeviceKind::Cpu, begin(DeviceKind::Cpu)?, Some(note))
        }
        Err(error) => return Err(error),
    };
    let described = describe(input.info(), info, kind, &way, fallback);
    let (runtime, model, settings) = (runtime.clone(), model.clone(), *settings);
    let stage = Stage { runtime, model, kind, settings, way, spare: Vec::new() };
    let pace = Pace { last: None, input: Duration::MAX, picture: Duration::ZERO };
    Ok(Box::new(Upscaled { stage, input, info: described, chooser, lender: Lender::default(), pace, ahead: None }))
}

fn describe(input: &SourceInfo, model: &ModelInfo, kind: DeviceKind, way: &Way, note: Option<String>) -> SourceInfo {
    let mut info = input.clone();
    let stage = format!("model {}", model.name);
    info.name = format!("{} | {stage}", input.name);
    info.width = input.width * model.scale;
    info.height = input.height * model.scale;
    info.layout = Layout::RGB_F32;
    info.color = ColorInfo::rgb(input.color.primaries, input.color.transfer);
    info.details = format!("{} on {kind}, {}", model.line(), way.words());
    info.notes.extend(note.map(|n| format!("{stage}: {n}")));
    info.notes.extend(model.notes.iter().map(|n| format!("{stage}: {n}")));
    if way.halved {
        info.notes.push(format!(
            "{stage}: computed in half precision (fp16), which is faster here and rounds to about a thousandth; \
             DOUBLET_PRECISION=fp32 computes in full"
        ));
    }
    if input.layout.alpha {
        info.notes.push(format!("{stage}: alpha is left out"));
    }
    info
}

struct Upscaled {
    stage: Stage,
    input: Box<dyn FrameSource>,
    info: SourceInfo,
    chooser: Option<(Arc<Chooser>, Arc<Chosen>)>,
    /// Output buffers to be used again.
    lender: Lender,
    pace: Pace,
    /// The next picture, when frames are asked for one after the other: its first tiles run while the last ones of the
    /// picture before are joined, so that the device never waits.
    ahead: Option<Making>,
}

/// What is asked for, and how long it takes.
struct Pace {
    last: Option<usize>,
    /// The last time that the input took, and the last that a whole picture took.
    input: Duration,
    picture: Duration,
}

impl FrameSource for Upscaled {
    fn info(&self) -> &SourceInfo {
        &self.info
    }

    fn frame(&mut self, request: &mut Request<'_>) -> Result<Arc<Frame>, SourceError> {
        request.stop.check()?;
        self.adopt();
        let clock = Instant::now();
        let in_line = self.pace.last.replace(request.frame).is_some_and(|last| last + 1 == request.frame);
        let ahead = self.ahead.take().filter(|making| making.frame == request.frame);
        let mut making = match ahead {
            Some(making) => making,
            None => self.start(request)?,
        };
        // The device has work before anything else is done.
        self.stage.fill(&mut making, request.urgency)?;
        if let Some(partial) = request.partial.as_deref_mut() {
            partial(stand_in(&making.source.rgb, (self.info.width, self.info.height)));
        }
        let picture = self.finish(making, request, in_line)?;
        self.pace.picture = clock.elapsed();
        if let Some((chooser, chosen)) = &self.chooser {
            chooser.find_out(&self.stage.runtime, &self.stage.model, self.stage.kind, chosen);
        }
        let (width, height) = (picture.width, picture.height);
        Ok(Arc::new(Frame::rgb_f32(width, height, self.info.color, self.lender.lend(picture.data))?))
    }
}

impl Upscaled {
    /// Goes the way that was found out meanwhile, if one was.
    fn adopt(&mut self) {
        let Some(choice) = self.chooser.as_ref().and_then(|(_, chosen)| chosen.get()) else { return };
        let stage = &mut self.stage;
        // Another precision would show: it waits until the source is opened anew, and then says so.
        let choice = Choice { precision: stage.way.choice.precision, ..stage.settings.over(choice) };
        if choice == stage.way.choice {
            return;
        }
        let size = stage.way.plan.picture;
        match Way::new(&stage.runtime, &stage.model, stage.kind, size, choice) {
            Ok(way) => {
                self.info.details = self.info.details.replace(&stage.way.words(), &way.words());
                stage.way = way;
                stage.spare.clear();
                self.ahead = None;
            }
            Err(error) => log::info!("{choice} is not taken: {error}"),
        }
        // One try is enough.
        self.chooser = None;
    }

    /// Fetches the input of a picture.
    fn start(&mut self, request: &Request<'_>) -> Result<Making, SourceError> {
        let clock = Instant::now();
        let frame = self.input.frame(&mut request.inner())?;
        request.stop.check()?;
        let wanted = self.stage.way.plan.picture;
        if (frame.width, frame.height) != wanted {
            let words = |(w, h): (u32, u32)| format!("{w}x{h}");
            let (got, wanted) = (words((frame.width, frame.height)), words(wanted));
            return Err(ModelError::SizeChanged { got, wanted }.into());
        }
        let source = Source::new(color::to_rgb(&frame)?, self.stage.model.info().channels.0);
        self.pace.input = clock.elapsed();
        let tiles = self.stage.way.plan.order(request.focus).into();
        Ok(Making { frame: request.frame, source, tiles, line: VecDeque::new(), stop: Stop::default() })
    }

    /// Makes the whole picture, tile by tile.
    fn finish(&mut self, mut making: Making, request: &mut Request<'_>, in_line: bool) -> Result<Image, ModelError> {
        // Tiles cover every sample.
        let (width, height) = (self.info.width, self.info.height);
        let data = self.lender.take(3 * width as usize * height as usize);
        let mut picture = Image { width, height, data };
        let (mut made, whole) = (0_u64, picture.plane_len() as f32);
        let mut looks_ahead = in_line;
        loop {
            if request.stop.is_set() {
                return Err(ModelError::Stopped);
            }
            self.stage.fill(&mut making, request.urgency)?;
            if looks_ahead && making.tiles.is_empty() {
                looks_ahead = self.look_ahead(&making, request);
            }
            let Some(under_way) = making.line.pop_front() else { return Ok(picture) };
            let (tiles, output) = self.stage.wait(under_way, request.stop)?;
            for (number, tile) in tiles.iter().enumerate() {
                let core = self.stage.join(*tile, &output, number, &mut picture)?;
                made += core.width as u64 * core.height as u64;
                if let Some(partial) = request.partial.as_deref_mut() {
                    let (full, image) = ((picture.width, picture.height), cut(&picture, core));
                    partial(Partial { full, at: (core.x, core.y), image, done: made as f32 / whole });
                }
            }
        }
    }

    /// Begins the next picture while the device has the last tiles of this one, if its input is soon there. What goes
    /// wrong with it is told when it is asked for. Gives whether there is more to begin.
    fn look_ahead(&mut self, making: &Making, request: &Request<'_>) -> bool {
        let next = making.frame + 1;
        let cheap = self.pace.input.saturating_mul(CHEAP) < self.pace.picture;
        if self.ahead.is_none() && cheap && !making.line.is_empty() && next < self.info.timeline.len() {
            self.ahead = self.start(&Request { frame: next, ..request.inner() }).ok();
        }
        let Some(ahead) = &mut self.ahead else { return false };
        let begin = ahead.line.len() + making.line.len() < self.stage.way.depth();
        if begin && self.stage.begin(ahead, request.urgency).is_err() {
            self.ahead = None;
        }
        self.ahead.is_some()
    }
}

/// The input enlarged: it stands where no tile is done yet.
fn stand_in(input: &Image, full: (u32, u32)) -> Partial {
    let image = color::resize(input, full.0, full.1, color::Kernel::Bilinear);
    Partial { full, at: (0, 0), image, done: 0.0 }
}
