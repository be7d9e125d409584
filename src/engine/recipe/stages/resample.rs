//! `down S KERNEL` and `up S KERNEL`.

use std::sync::Arc;

use crate::color::Kernel;
use crate::engine::recipe::words::Words;
use crate::engine::{Opened, Workshop};
use crate::filters::{self, Direction};
use crate::frame::{FrameSource, SourceError};

use super::{Parsed, Stage};

pub fn parse(words: &mut Words<'_>, direction: Direction) -> Parsed {
    let kernels = || Kernel::ALL.map(Kernel::name).join(", ");
    let factor = words.number("the factor", 1.0, 64.0)?;
    let (at, name) = words.word(&format!("a kernel ({})", kernels()))?;
    let kernel = name
        .parse::<Kernel>()
        .map_err(|_| words.error(at, format!("“{name}” is no kernel; there are {}", kernels())))?;
    Ok(Arc::new(Resample { direction, factor, kernel }))
}

#[derive(Debug)]
struct Resample {
    direction: Direction,
    factor: f64,
    kernel: Kernel,
}

impl Stage for Resample {
    fn line(&self) -> String {
        format!("{} {} {}", self.direction.name(), self.factor, self.kernel)
    }

    fn open(&self, input: Opened, _: &Workshop) -> Result<Box<dyn FrameSource>, SourceError> {
        Ok(filters::resample(input.source, self.direction, self.factor, self.kernel)?)
    }
}
