//! How pictures go through a model: what is set by hand, what is known, and what is taken when nothing is.

use std::sync::Arc;

use crate::frame::Urgency;

use super::runtime::{DeviceKind, Runtime};
use super::seat::Seat;
use super::speed::Choice;
use super::tiles::{Grid, Plan};
use super::{Model, ModelError, ModelInfo, Precision};

/// Stands in a source's details where a model's weights are computed in 16 bits though they were made for 32.
const HALVED: &str = "computed in fp16";

/// Whether a model in this source computes in 16 bits what was made for 32.
pub fn is_halved(info: &crate::frame::SourceInfo) -> bool {
    info.details.contains(HALVED)
}

/// Least and most input samples a tile has a side. Below, its overlap weighs more than the rest; above, memory does.
const AIM: (f64, f64) = (384.0, 768.0);
/// Products a tile should take: a quarter of a second or so on two cores, that pieces come soon and a stop is heard.
const PRODUCTS: f64 = 2e10;
/// Weights above which a model is heavy: it takes gigabytes for a large tile.
pub(super) const HEAVY: u64 = 4_000_000;
/// What may be chosen by hand; what is `None` is chosen by what was measured, else simply.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Settings {
    /// Where to run; None: on the device that [`Runtime::best`] names, falling back to the CPU with a note.
    pub device: Option<DeviceKind>,
    /// About how many input samples a tile has a side, its overlap included.
    pub tile: Option<u32>,
    /// What weights are computed in; an ONNX file has its own.
    pub precision: Option<Precision>,
    /// Runs abreast.
    pub streams: Option<u32>,
    /// Tiles that go through in one run, where the model can.
    pub batch: Option<u32>,
}

impl Settings {
    /// The settings that DOUBLET_DEVICE (cpu, webgpu), DOUBLET_PRECISION (fp32, fp16), DOUBLET_TILE, DOUBLET_STREAMS and
    /// DOUBLET_BATCH ask for.
    ///
    /// # Errors
    /// [`ModelError::NoDevice`], [`ModelError::Precision`] and [`ModelError::Setting`] for what cannot be meant.
    pub fn of_environment() -> Result<Self, ModelError> {
        let wish = |name: &str| std::env::var(name).ok().filter(|value| !value.is_empty());
        let number = |name: &'static str, least: u32, most: u32| {
            wish(name).map(|value| parsed(name, &value, least, most)).transpose()
        };
        Ok(Self {
            device: wish("DOUBLET_DEVICE").map(|kind| kind.parse()).transpose()?,
            precision: wish("DOUBLET_PRECISION").map(|value| precision(&value)).transpose()?,
            tile: number("DOUBLET_TILE", 16, 8192)?,
            streams: number("DOUBLET_STREAMS", 1, 8)?,
            batch: number("DOUBLET_BATCH", 1, 16)?,
        })
    }

    /// `choice` with what is set by hand.
    pub(super) fn over(&self, choice: Choice) -> Choice {
        Choice {
            precision: self.precision.unwrap_or(choice.precision),
            tile: self.tile.unwrap_or(choice.tile),
            streams: self.streams.unwrap_or(choice.streams).clamp(1, 8),
            batch: self.batch.unwrap_or(choice.batch).clamp(1, 16),
        }
    }
}

fn precision(value: &str) -> Result<Precision, ModelError> {
    let known = [Precision::F32, Precision::F16];
    let found = known.into_iter().find(|precision| precision.to_string() == value.trim().to_ascii_lowercase());
    found.ok_or_else(|| ModelError::Precision { value: value.to_owned() })
}

fn parsed(name: &'static str, value: &str, least: u32, most: u32) -> Result<u32, ModelError> {
    let number = value.trim().parse::<u32>().ok().filter(|n| (least..=most).contains(n));
    number.ok_or_else(|| ModelError::Setting { name, value: value.to_owned(), least, most })
}

/// Width and height of the tiles, and their number, in which [`upscale`] makes a picture of `width` x `height`.
pub fn tiling(info: &ModelInfo, kind: DeviceKind, width: u32, height: u32, settings: &Settings) -> ((u32, u32), usize) {
    let plan = plan(info, (width, height), simple(info, kind, settings).tile);
    (plan.tile, plan.tiles.len())
}

/// The way of which nothing is known but the model and the kind of device, and what is set by hand.
pub(super) fn simple(info: &ModelInfo, kind: DeviceKind, settings: &Settings) -> Choice {
    // In a network of convolutions every weight is used once for every input sample.
    let fitting = (PRODUCTS / info.weights.max(1) as f64).sqrt().clamp(AIM.0, AIM.1);
    let tile = match (info.fixed_size, kind) {
        (Some((width, _)), _) => width,
        (None, DeviceKind::Cpu) => fitting as u32,
        (None, _) if info.weights > HEAVY => AIM.0 as u32,
        (None, _) => AIM.1 as u32,
    };
    settings.over(Choice { precision: info.precision.0, tile, streams: 1, batch: 1 })
}

/// How a picture of `size` is cut into tiles of about `aim` samples a side.
pub(super) fn plan(info: &ModelInfo, size: (u32, u32), aim: u32) -> Plan {
    let grid = match info.fixed_size {
        Some((w, h)) => Grid::Fixed(w, h),
        None => Grid::Free { multiple: info.multiple, aim },
    };
    Plan::new(size.0, size.1, grid, info.reach)
}

/// How pictures of one size are made: a choice, ready.
pub(super) struct Way {
    pub choice: Choice,
    pub plan: Plan,
    pub seat: Arc<Seat>,
    /// Runs that wait their turn, besides those that run.
    spare_runs: usize,
    /// Weights of 32 bits are computed in 16.
    pub halved: bool,
}

impl Way {
    pub fn new(
        runtime: &Runtime,
        model: &Model,
        kind: DeviceKind,
        size: (u32, u32),
        mut choice: Choice,
    ) -> Result<Self, ModelError> {
        if !model.can_be(choice.precision) {
            choice.precision = model.info().precision.0;
        }
        let seat = model.seat(runtime, choice.place(kind), Urgency::OnScreen)?;
        if choice.batch > 1 && !model.takes_batches(runtime, kind, &seat) {
            choice.batch = 1;
        }
        // A graphics card is done with a tile before the one before is joined.
        let spare_runs = if kind == DeviceKind::Cpu { 1 } else { 2 };
        let halved = choice.precision == Precision::F16 && model.info().precision.0 == Precision::F32;
        Ok(Self { choice, plan: plan(model.info(), size, choice.tile), seat, spare_runs, halved })
    }

    /// "tiles of 512x512, 2 streams".
    pub fn words(&self) -> String {
        let (w, h) = self.plan.tile;
        let mut words = format!("tiles of {w}x{h}");
        if self.halved {
            words = format!("{HALVED}, {words}");
        }
        if self.choice.streams > 1 {
            words += &format!(", {} streams", self.choice.streams);
        }
        if self.choice.batch > 1 {
            words += &format!(", {} tiles a run", self.choice.batch);
        }
        words
    }

    /// Runs to have under way at once: one for each stream, and what waits meanwhile.
    pub fn depth(&self) -> usize {
        self.seat.streams() + self.spare_runs
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn settings_are_numbers_within_bounds() {
        assert_eq!(parsed("DOUBLET_TILE", " 256 ", 16, 8192), Ok(256));
        for value in ["abc", "-1", "8", "1e3", "99999", ""] {
            let error = parsed("DOUBLET_TILE", value, 16, 8192).unwrap_err().to_string();
            assert!(error.contains("DOUBLET_TILE") && error.contains("16") && error.contains("8192"), "{error}");
        }
    }
}
