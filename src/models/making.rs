//! A picture under way: its tiles are cut, run and joined.

use std::collections::VecDeque;
use std::sync::Arc;

use crate::frame::{Image, Stop, Urgency};

use super::model::{Run, submit, wait};
use super::picture::{Area, Source, all_finite};
use super::runtime::DeviceKind;
use super::session::{Output, Samples};
use super::tiles::Tile;
use super::way::{Settings, Way};
use super::{Model, ModelError, Runtime};

/// A picture on its way through the device. Dropped before it is done, its runs are called off.
pub(super) struct Making {
    pub frame: usize,
    pub source: Source,
    /// Numbers of the tiles that are not begun.
    pub tiles: VecDeque<usize>,
    pub line: VecDeque<UnderWay>,
    pub stop: Stop,
}

impl Drop for Making {
    fn drop(&mut self) {
        self.stop.set();
    }
}

/// Tiles under way in one run.
pub(super) struct UnderWay {
    tiles: Vec<Tile>,
    run: Run,
}

/// A model on a device, and the way that pictures go through it.
pub(super) struct Stage {
    pub runtime: Runtime,
    pub model: Arc<Model>,
    pub kind: DeviceKind,
    pub settings: Settings,
    pub way: Way,
    /// Input buffers of full runs, to be used again.
    pub spare: Vec<Samples>,
}

impl Stage {
    /// Begins runs until enough are under way.
    pub fn fill(&mut self, making: &mut Making, urgency: Urgency) -> Result<(), ModelError> {
        while making.line.len() < self.way.depth() && !making.tiles.is_empty() {
            self.begin(making, urgency)?;
        }
        Ok(())
    }

    /// Cuts the tiles of one run and queues it.
    pub fn begin(&mut self, making: &mut Making, urgency: Urgency) -> Result<(), ModelError> {
        let batch = (self.way.choice.batch as usize).min(making.tiles.len());
        let tiles: Vec<Tile> = making.tiles.drain(..batch).map(|number| self.way.plan.tiles[number]).collect();
        if tiles.is_empty() {
            return Ok(());
        }
        let (width, height) = self.way.plan.tile;
        let shape = [making.source.planes(), height as usize, width as usize];
        let count: usize = shape.iter().product();
        let spare = self.spare.pop().filter(|samples| samples.len() == batch * count);
        let mut samples = spare.unwrap_or_else(|| Samples::zeros(self.way.seat.precision(), batch * count));
        for (i, tile) in tiles.iter().enumerate() {
            making.source.cut(tile.at, self.way.plan.tile, &mut samples, i * count);
        }
        let (device, worker) = self.runtime.device(self.kind)?;
        let ticket = submit(worker, &self.way.seat, urgency, &making.stop, samples, (batch, shape));
        let run = ticket.map_err(|_| ModelError::ThreadGone { device: device.name.clone() })?;
        making.line.push_back(UnderWay { tiles, run });
        Ok(())
    }

    /// Waits for a run, and looks at what came.
    pub fn wait(&mut self, under_way: UnderWay, stop: &Stop) -> Result<(Vec<Tile>, Output), ModelError> {
        let (device, _) = self.runtime.device(self.kind)?;
        let (samples, result) = wait(Ok(under_way.run), device, stop)?;
        self.spare.push(samples);
        let output = result.map_err(|reason| {
            if self.kind != DeviceKind::Cpu {
                // A graphics card may have gone for good: who opens this anew starts afresh.
                self.model.leave(self.kind);
            }
            self.failed(reason)
        })?;
        let info = self.model.info();
        let (w, h) = self.way.plan.tile;
        let scale = info.scale as usize;
        let wanted = [info.channels.1 as usize, h as usize * scale, w as usize * scale];
        if output.shape != wanted {
            let words = |[c, h, w]: [usize; 3]| format!("{w}x{h} in {c} channels");
            let (got, wanted) = (words(output.shape), words(wanted));
            return Err(ModelError::WrongSize { model: info.name.clone(), got, wanted });
        }
        Ok((under_way.tiles, output))
    }

    fn failed(&self, reason: String) -> ModelError {
        ModelError::run(&self.model.info().name, &self.kind.to_string(), reason)
    }

    /// Copies the core of a tile, the `number`th of its run, into the picture; says where it lies.
    pub fn join(&self, tile: Tile, output: &Output, number: usize, picture: &mut Image) -> Result<Area, ModelError> {
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
            let start = (number * channels + c.min(channels - 1)) * out_height + from.1 as usize;
            for y in 0..area.height as usize {
                let to = &mut plane[(area.y as usize + y) * stride + area.x as usize..][..count];
                rows.copy((start + y) * out_width + from.0 as usize, to);
                finite &= all_finite(to);
            }
        }
        if finite { Ok(area) } else { Err(ModelError::NotFinite { model: self.model.info().name.clone() }) }
    }
}
