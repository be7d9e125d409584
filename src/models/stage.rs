//! The stage that lays a model on a source: every frame in tiles, what is on screen first.

use std::collections::VecDeque;
use std::sync::Arc;

use crate::color;
use crate::frame::{
    ColorInfo, Frame, FrameSource, Image, Layout, Partial, Request, SourceError, SourceInfo, Stop, Urgency,
};

use super::lent::Lender;
use super::model::{Run, Seat, submit, wait};
use super::runtime::DeviceKind;
use super::session::{Output, Rows, Samples};
use super::tiles::{Grid, Plan, Tile};
use super::{Model, ModelError, ModelInfo, Runtime};

/// Least and most input samples a tile has a side. Below, its overlap weighs more than the rest; above, memory does.
const AIM: (f64, f64) = (384.0, 768.0);
/// Products a tile should take: a quarter of a second or so on two cores, that pieces come soon and a stop is heard.
const PRODUCTS: f64 = 2e10;
/// Largest output picture, in samples a channel.
const MAX_PICTURE: u64 = 1 << 28;
/// Tiles under way at once: one runs while the one before is joined and the one after is cut.
const UNDER_WAY: usize = 2;

/// What may be chosen.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Settings {
    /// Where to run; None: on the device that [`Runtime::best`] names, falling back to the CPU with a note.
    pub device: Option<DeviceKind>,
    /// About how many input samples a tile has a side, its overlap included; None: what suits the device.
    pub tile: Option<u32>,
}

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
    let info = model.info();
    let (width, height) = (input.info().width, input.info().height);
    let too_large = ModelError::Picture { width, height, scale: info.scale };
    if u64::from(width) * u64::from(height) * u64::from(info.scale).pow(2) > MAX_PICTURE {
        return Err(too_large);
    }
    let (kind, seat, fallback) = choose(runtime, model, settings.device)?;
    let plan = plan(info, kind, width, height, settings);
    let described = describe(input.info(), info, kind, &plan, fallback);
    let (runtime, model) = (runtime.clone(), model.clone());
    Ok(Box::new(Upscaled {
        runtime,
        model,
        input,
        kind,
        seat,
        plan,
        info: described,
        spare: Vec::new(),
        lender: Lender::default(),
    }))
}

/// Width and height of the tiles, and their number, in which [`upscale`] makes a picture of `width` x `height`.
pub fn tiling(info: &ModelInfo, kind: DeviceKind, width: u32, height: u32, settings: &Settings) -> ((u32, u32), usize) {
    let plan = plan(info, kind, width, height, settings);
    (plan.tile, plan.tiles.len())
}

fn plan(info: &ModelInfo, kind: DeviceKind, width: u32, height: u32, settings: &Settings) -> Plan {
    // In a network of convolutions every weight is used once for every input sample.
    let fitting = (PRODUCTS / info.weights.max(1) as f64).sqrt().clamp(AIM.0, AIM.1);
    let aim = settings.tile.unwrap_or(if kind == DeviceKind::Cpu { fitting } else { AIM.1 } as u32);
    let grid = match info.fixed_size {
        Some((w, h)) => Grid::Fixed(w, h),
        None => Grid::Free { multiple: info.multiple, aim },
    };
    Plan::new(width, height, grid, info.reach)
}

/// The device to run on, the session there, and a sentence if it is not the one that was to be expected.
fn choose(
    runtime: &Runtime,
    model: &Model,
    wish: Option<DeviceKind>,
) -> Result<(DeviceKind, Seat, Option<String>), ModelError> {
    let kind = wish.unwrap_or_else(|| runtime.best());
    match model.seat(runtime, kind) {
        Ok(seat) => Ok((kind, seat, None)),
        Err(error) if wish.is_none() && kind != DeviceKind::Cpu => {
            let note = format!("runs on the CPU, for {kind} does not take it: {error}");
            Ok((DeviceKind::Cpu, model.seat(runtime, DeviceKind::Cpu)?, Some(note)))
        }
        Err(error) => Err(error),
    }
}

fn describe(input: &SourceInfo, model: &ModelInfo, kind: DeviceKind, plan: &Plan, note: Option<String>) -> SourceInfo {
    let mut info = input.clone();
    let stage = format!("model {}", model.name);
    info.name = format!("{} | {stage}", input.name);
    info.width = input.width * model.scale;
    info.height = input.height * model.scale;
    info.layout = Layout::RGB_F32;
    info.color = ColorInfo::rgb(input.color.primaries, input.color.transfer);
    let (w, h) = plan.tile;
    info.details = format!("{} on {kind}, tiles of {w}x{h}", model.line());
    info.notes.extend(note.map(|n| format!("{stage}: {n}")));
    info.notes.extend(model.notes.iter().map(|n| format!("{stage}: {n}")));
    if input.layout.alpha {
        info.notes.push(format!("{stage}: alpha is left out"));
    }
    info
}

struct Upscaled {
    runtime: Runtime,
    model: Arc<Model>,
    input: Box<dyn FrameSource>,
    kind: DeviceKind,
    seat: Seat,
    plan: Plan,
    info: SourceInfo,
    /// Input buffers to be used again.
    spare: Vec<Samples>,
    /// Output buffers to be used again.
    lender: Lender,
}

impl FrameSource for Upscaled {
    fn info(&self) -> &SourceInfo {
        &self.info
    }

    fn frame(&mut self, request: &mut Request<'_>) -> Result<Arc<Frame>, SourceError> {
        request.stop.check()?;
        let frame = self.input.frame(&mut request.inner())?;
        request.stop.check()?;
        if (frame.width, frame.height) != self.plan.picture {
            let (w, h) = self.plan.picture;
            let (got, wanted) = (format!("{}x{}", frame.width, frame.height), format!("{w}x{h}"));
            return Err(ModelError::SizeChanged { got, wanted }.into());
        }
        let rgb = color::to_rgb(&frame)?;
        if let Some(partial) = request.partial.as_deref_mut() {
            partial(stand_in(&rgb, (self.info.width, self.info.height)));
        }
        let picture = self.picture(&Source::new(rgb, self.model.info().channels.0), request)?;
        let (width, height) = (picture.width, picture.height);
        Ok(Arc::new(Frame::rgb_f32(width, height, self.info.color, self.lender.lend(picture.data))?))
    }
}

/// The input enlarged: it stands where no tile is done yet.
fn stand_in(input: &Image, full: (u32, u32)) -> Partial {
    let image = color::resize(input, full.0, full.1, color::Kernel::Bilinear);
    Partial { full, at: (0, 0), image, done: 0.0 }
}

/// A tile under way.
struct UnderWay {
    tile: Tile,
    run: Run,
}

impl Upscaled {
    /// Makes the whole picture, tile by tile.
    fn picture(&mut self, source: &Source, request: &mut Request<'_>) -> Result<Image, ModelError> {
        // Tiles cover every sample.
        let (width, height) = (self.info.width, self.info.height);
        let data = self.lender.take(3 * width as usize * height as usize);
        let mut picture = Image { width, height, data };
        let mut order = self.plan.order(request.focus).into_iter();
        let mut line: VecDeque<UnderWay> = VecDeque::new();
        let (mut made, whole) = (0_u64, picture.plane_len() as f32);
        loop {
            while line.len() < UNDER_WAY
                && let Some(number) = order.next()
            {
                let tile = self.plan.tiles[number];
                line.push_back(self.begin(source, tile, request.urgency, request.stop)?);
            }
            let Some(UnderWay { tile, run }) = line.pop_front() else { break };
            let output = self.finish(run, request.stop)?;
            let core = self.join(tile, &output, &mut picture)?;
            made += core.width as u64 * core.height as u64;
            if let Some(partial) = request.partial.as_deref_mut() {
                let full = (picture.width, picture.height);
                let image = cut(&picture, core);
                partial(Partial { full, at: (core.x, core.y), image, done: made as f32 / whole });
            }
        }
        Ok(picture)
    }

    /// Cuts a tile and queues it.
    fn begin(&mut self, source: &Source, tile: Tile, urgency: Urgency, stop: &Stop) -> Result<UnderWay, ModelError> {
        if stop.is_set() {
            return Err(ModelError::Stopped);
        }
        let (width, height) = self.plan.tile;
        let shape = [source.planes, height as usize, width as usize];
        let precision = self.model.info().precision.0;
        let fresh = || Samples::zeros(precision, shape.iter().product());
        let mut samples = self.spare.pop().unwrap_or_else(fresh);
        source.cut(tile.at, self.plan.tile, &mut samples);
        let (device, worker) = self.runtime.device(self.kind)?;
        let ticket = submit(worker, &self.seat, urgency, stop, samples, shape);
        let run = ticket.map_err(|_| match stop.is_set() {
            true => ModelError::Stopped,
            false => ModelError::ThreadGone { device: device.name.clone() },
        })?;
        Ok(UnderWay { tile, run })
    }

    fn finish(&mut self, run: Run, stop: &Stop) -> Result<Output, ModelError> {
        let (device, _) = self.runtime.device(self.kind)?;
        let (samples, result) = wait(Ok(run), device, stop)?;
        self.spare.push(samples);
        let failed = |reason| self.failed(reason);
        let output = result.map_err(failed)?;
        let info = self.model.info();
        let (w, h) = self.plan.tile;
        let scale = info.scale as usize;
        let wanted = [info.channels.1 as usize, h as usize * scale, w as usize * scale];
        if output.shape != wanted {
            let words = |[c, h, w]: [usize; 3]| format!("{w}x{h} in {c} channels");
            let (got, wanted) = (words(output.shape), words(wanted));
            return Err(ModelError::WrongSize { model: info.name.clone(), got, wanted });
        }
        Ok(output)
    }

    fn failed(&self, reason: String) -> ModelError {
        ModelError::Run { model: self.model.info().name.clone(), device: self.kind.to_string(), reason }
    }

    /// Copies a tile's core into the picture; says where it lies.
    fn join(&self, tile: Tile, output: &Output, picture: &mut Image) -> Result<Area, ModelError> {
        let scale = self.model.info().scale;
        let area = Area {
            x: tile.core_at.0 * scale,
            y: tile.core_at.1 * scale,
            width: tile.core.0 * scale,
            height: tile.core.1 * scale,
        };
        let from = ((tile.core_at.0 - tile.at.0) * scale, (tile.core_at.1 - tile.at.1) * scale);
        let rows = output.rows().map_err(|reason| self.failed(reason))?;
        let [channels, out_height, out_width] = output.shape;
        let (stride, count) = (picture.width as usize, area.width as usize);
        let mut finite = true;
        for (c, plane) in picture.channels_mut().into_iter().enumerate() {
            // One channel out: grey, the same in all three.
            let start = c.min(channels - 1) * out_height + from.1 as usize;
            for y in 0..area.height as usize {
                let to = &mut plane[(area.y as usize + y) * stride + area.x as usize..][..count];
                rows.copy((start + y) * out_width + from.0 as usize, to);
                finite &= all_finite(to);
            }
        }
        if finite { Ok(area) } else { Err(ModelError::NotFinite { model: self.model.info().name.clone() }) }
    }
}

/// Whether no sample is infinite or NaN. Without branches and float sums, so that the compiler takes many at a time.
fn all_finite(samples: &[f32]) -> bool {
    const EXPONENT: u32 = 0x7f80_0000;
    samples.iter().fold(true, |finite, v| finite & (v.to_bits() & EXPONENT != EXPONENT))
}

/// A rectangle of the output picture, in samples.
#[derive(Clone, Copy)]
struct Area {
    x: u32,
    y: u32,
    width: u32,
    height: u32,
}

fn cut(picture: &Image, area: Area) -> Image {
    let mut part = Image::new(area.width, area.height);
    let (stride, count) = (picture.width as usize, area.width as usize);
    for c in 0..3 {
        let from = picture.channel(c);
        for (y, row) in part.channel_mut(c).chunks_exact_mut(count).enumerate() {
            row.copy_from_slice(&from[(area.y as usize + y) * stride + area.x as usize..][..count]);
        }
    }
    part
}

impl Rows<'_> {
    fn copy(&self, start: usize, to: &mut [f32]) {
        use half::slice::HalfFloatSliceExt;
        match self {
            Rows::F32(all) => to.copy_from_slice(&all[start..start + to.len()]),
            Rows::F16(all) => all[start..start + to.len()].convert_to_f32_slice(to),
        }
    }
}

/// The input picture as the model takes it: three planes, or one of grey.
struct Source {
    width: usize,
    height: usize,
    planes: usize,
    /// Plane after plane, row after row.
    data: Vec<f32>,
}

impl Source {
    fn new(rgb: Image, channels: u32) -> Self {
        let (width, height) = (rgb.width as usize, rgb.height as usize);
        if channels == 1 {
            let (r, g, b) = (rgb.channel(0), rgb.channel(1), rgb.channel(2));
            let luma = r.iter().zip(g).zip(b).map(|((r, g), b)| 0.2126 * r + 0.7152 * g + 0.0722 * b);
            return Self { width, height, planes: 1, data: luma.collect() };
        }
        Self { width, height, planes: 3, data: rgb.data }
    }

    /// Copies the rectangle of `size` at `at`; past the right and bottom the last samples are repeated.
    fn cut(&self, at: (u32, u32), size: (u32, u32), to: &mut Samples) {
        let (x, y) = (at.0 as usize, at.1 as usize);
        let (width, height) = (size.0 as usize, size.1 as usize);
        let inside = width.min(self.width - x);
        let mut start = 0;
        for plane in self.data.chunks_exact(self.width * self.height) {
            for row in y..y + height {
                let row = &plane[row.min(self.height - 1) * self.width..][..self.width];
                to.write(start, &row[x..x + inside]);
                to.fill(start + inside, width - inside, row[self.width - 1]);
                start += width;
            }
        }
    }
}
