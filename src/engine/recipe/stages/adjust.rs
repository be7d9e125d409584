//! `unsharp A` and `contrast C`.

use std::sync::Arc;

use crate::engine::recipe::words::Words;
use crate::engine::{Opened, Workshop};
use crate::filters;
use crate::frame::{FrameSource, SourceError};

use super::{Parsed, Stage};

pub fn unsharp(words: &mut Words<'_>) -> Parsed {
    let amount = words.number("the amount of sharpening", 0.0, 5.0)?;
    Ok(Arc::new(Unsharp { amount }))
}

pub fn contrast(words: &mut Words<'_>) -> Parsed {
    let factor = words.number("the contrast", 0.0, 4.0)?;
    Ok(Arc::new(Contrast { factor }))
}

#[derive(Debug)]
struct Unsharp {
    amount: f64,
}

impl Stage for Unsharp {
    fn line(&self) -> String {
        format!("unsharp {}", self.amount)
    }

    fn open(&self, input: Opened, _: &Workshop) -> Result<Box<dyn FrameSource>, SourceError> {
        Ok(filters::unsharp(input.source, self.amount)?)
    }
}

#[derive(Debug)]
struct Contrast {
    factor: f64,
}

impl Stage for Contrast {
    fn line(&self) -> String {
        format!("contrast {}", self.factor)
    }

    fn open(&self, input: Opened, _: &Workshop) -> Result<Box<dyn FrameSource>, SourceError> {
        Ok(filters::contrast(input.source, self.factor)?)
    }
}
