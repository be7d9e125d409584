//! Stages that make a picture worse in a known way: `blur`, `chroma`, `noise`, `jpeg`.

use std::sync::Arc;

use crate::engine::recipe::words::Words;
use crate::engine::{Opened, Workshop};
use crate::filters::{self, MAX_NOISE, MAX_SIGMA};
use crate::frame::{FrameSource, SourceError};

use super::{Parsed, Stage, option};

pub fn blur(words: &mut Words<'_>) -> Parsed {
    let what = "the standard deviation";
    let sigma = words.number(what, 0.0, MAX_SIGMA)?;
    let given = words.options(&["down"])?;
    let down = words.option(&given, "down", what, (0.0, MAX_SIGMA))?;
    Ok(Arc::new(Blur { sigma, down: down.filter(|d| *d != sigma) }))
}

pub fn chroma(words: &mut Words<'_>) -> Parsed {
    let sigma = words.number("the standard deviation", 1.0, MAX_SIGMA)?;
    let given = words.options(&["shift"])?;
    let shift = words.option(&given, "shift", "the shift", (-MAX_SIGMA, MAX_SIGMA))?;
    Ok(Arc::new(Chroma { sigma, shift: shift.filter(|s| *s != 0.0) }))
}

pub fn noise(words: &mut Words<'_>) -> Parsed {
    let deviation = words.number("the standard deviation", 0.0, MAX_NOISE)?;
    let given = words.options(&["seed"])?;
    let seed = words.whole_option(&given, "seed", "the seed", (0, u64::MAX))?;
    Ok(Arc::new(Noise { deviation, seed: seed.filter(|s| *s != 0) }))
}

pub fn jpeg(words: &mut Words<'_>) -> Parsed {
    let (at, word) = words.word("the quality")?;
    match word.parse() {
        Ok(quality @ 1..=100) => Ok(Arc::new(Jpeg { quality })),
        _ => Err(words.error(at, format!("the quality is a whole number from 1 to 100, not “{word}”"))),
    }
}

#[derive(Debug)]
struct Blur {
    sigma: f64,
    down: Option<f64>,
}

impl Stage for Blur {
    fn line(&self) -> String {
        format!("blur {}{}", self.sigma, option("down", self.down))
    }

    fn open(&self, input: Opened, _: &Workshop) -> Result<Box<dyn FrameSource>, SourceError> {
        Ok(filters::blur(input.source, self.sigma, self.down.unwrap_or(self.sigma))?)
    }
}

#[derive(Debug)]
struct Chroma {
    sigma: f64,
    shift: Option<f64>,
}

impl Stage for Chroma {
    fn line(&self) -> String {
        format!("chroma {}{}", self.sigma, option("shift", self.shift))
    }

    fn open(&self, input: Opened, _: &Workshop) -> Result<Box<dyn FrameSource>, SourceError> {
        Ok(filters::chroma(input.source, self.sigma, self.shift.unwrap_or(0.0))?)
    }
}

#[derive(Debug)]
struct Noise {
    deviation: f64,
    seed: Option<u64>,
}

impl Stage for Noise {
    fn line(&self) -> String {
        format!("noise {}{}", self.deviation, option("seed", self.seed))
    }

    fn open(&self, input: Opened, _: &Workshop) -> Result<Box<dyn FrameSource>, SourceError> {
        Ok(filters::noise(input.source, self.deviation, self.seed.unwrap_or(0))?)
    }
}

#[derive(Debug)]
struct Jpeg {
    quality: u8,
}

impl Stage for Jpeg {
    fn line(&self) -> String {
        format!("jpeg {}", self.quality)
    }

    fn open(&self, input: Opened, _: &Workshop) -> Result<Box<dyn FrameSource>, SourceError> {
        Ok(filters::jpeg(input.source, self.quality.into())?)
    }
}
