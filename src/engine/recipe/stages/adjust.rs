//! Stages that change the looks: `unsharp`, `contrast`, and what is tried on scores (`gamma`, `saturation`, `equalise`,
//! `clahe`, `tunevmaf`), and `pulse`, which tells a lie.

use std::sync::Arc;

use crate::engine::recipe::words::Words;
use crate::engine::{Opened, Workshop};
use crate::filters;
use crate::frame::{FrameSource, SourceError};

use super::{Parsed, Stage, option};

pub fn unsharp(words: &mut Words<'_>) -> Parsed {
    let amount = words.number("the amount of sharpening", 0.0, 5.0)?;
    let given = words.options(&["sigma"])?;
    let sigma = words.option(&given, "sigma", "the standard deviation", filters::WIDE_SIGMA)?;
    Ok(Arc::new(Unsharp { amount, sigma }))
}

pub fn contrast(words: &mut Words<'_>) -> Parsed {
    let factor = words.number("the contrast", 0.0, 4.0)?;
    Ok(Arc::new(Contrast { factor }))
}

pub fn pulse(words: &mut Words<'_>) -> Parsed {
    let (at, word) = words.word("the factor")?;
    let (least, most) = filters::PULSE_FACTORS;
    let Some(factor) = word.parse().ok().filter(|factor| (least..=most).contains(factor)) else {
        return Err(words.error(at, format!("the factor is a whole number from {least} to {most}, not “{word}”")));
    };
    let given = words.options(&["x", "y"])?;
    let (x, y) =
        (words.option(&given, "x", "the place", (0.0, 1.0))?, words.option(&given, "y", "the place", (0.0, 1.0))?);
    Ok(Arc::new(Pulse { factor, x, y }))
}

#[derive(Debug)]
struct Pulse {
    factor: u32,
    x: Option<f64>,
    y: Option<f64>,
}

impl Stage for Pulse {
    fn line(&self) -> String {
        format!("pulse {}{}{}", self.factor, option("x", self.x), option("y", self.y))
    }

    fn open(&self, input: Opened, _: &Workshop) -> Result<Box<dyn FrameSource>, SourceError> {
        Ok(filters::pulse(input.source, self.factor, (self.x.unwrap_or(0.5), self.y.unwrap_or(0.5)))?)
    }
}

#[derive(Debug)]
struct Unsharp {
    amount: f64,
    sigma: Option<f64>,
}

impl Stage for Unsharp {
    fn line(&self) -> String {
        format!("unsharp {}{}", self.amount, option("sigma", self.sigma))
    }

    fn open(&self, input: Opened, _: &Workshop) -> Result<Box<dyn FrameSource>, SourceError> {
        Ok(match self.sigma {
            Some(sigma) => filters::unsharp_wide(input.source, self.amount, sigma)?,
            None => filters::unsharp(input.source, self.amount)?,
        })
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

/// Makes a stage's source of its input and its one number.
type Open = fn(Box<dyn FrameSource>, f64) -> Result<Box<dyn FrameSource>, filters::FilterError>;

/// A stage with one number.
#[derive(Debug)]
struct Simple {
    name: &'static str,
    value: f64,
    make: Open,
}

impl Simple {
    fn parse(words: &mut Words<'_>, (name, what): (&'static str, &str), (low, high): (f64, f64), make: Open) -> Parsed {
        let value = words.number(what, low, high)?;
        Ok(Arc::new(Simple { name, value, make }))
    }
}

impl Stage for Simple {
    fn line(&self) -> String {
        format!("{} {}", self.name, self.value)
    }

    fn open(&self, input: Opened, _: &Workshop) -> Result<Box<dyn FrameSource>, SourceError> {
        Ok((self.make)(input.source, self.value)?)
    }
}

pub fn gamma(words: &mut Words<'_>) -> Parsed {
    Simple::parse(words, ("gamma", "gamma"), filters::GAMMA, filters::gamma)
}

pub fn saturation(words: &mut Words<'_>) -> Parsed {
    Simple::parse(words, ("saturation", "the saturation"), (0.0, filters::MAX_SATURATION), filters::saturation)
}

pub fn equalise(words: &mut Words<'_>) -> Parsed {
    Simple::parse(words, ("equalise", "the mix"), (0.0, 1.0), filters::equalise)
}

pub fn tunevmaf(words: &mut Words<'_>) -> Parsed {
    Simple::parse(words, ("tunevmaf", "the amount"), (0.0, filters::MAX_TUNE), filters::tunevmaf)
}

pub fn clahe(words: &mut Words<'_>) -> Parsed {
    let clip = words.number("the clip limit", 0.01, filters::MAX_CLIP)?;
    let given = words.options(&["tiles"])?;
    let tiles = words.whole_option(&given, "tiles", "the tiles a side", (1, filters::MAX_TILES.into()))?;
    Ok(Arc::new(Clahe { clip, tiles: tiles.filter(|n| *n != 8).map(|n| n as u32) }))
}

#[derive(Debug)]
struct Clahe {
    clip: f64,
    tiles: Option<u32>,
}

impl Stage for Clahe {
    fn line(&self) -> String {
        format!("clahe {}{}", self.clip, option("tiles", self.tiles))
    }

    fn open(&self, input: Opened, _: &Workshop) -> Result<Box<dyn FrameSource>, SourceError> {
        Ok(filters::clahe(input.source, self.clip, self.tiles.unwrap_or(8))?)
    }
}
