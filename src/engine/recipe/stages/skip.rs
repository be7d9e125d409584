//! The stage `skip`: a film without its first frames.

use std::sync::Arc;

use crate::engine::recipe::words::Words;
use crate::engine::{Opened, Workshop};
use crate::filters;
use crate::frame::{FrameSource, SourceError};

use super::{Parsed, Stage};

/// Frames of some five days; whether the film has as many is known when it is opened.
const MOST: u64 = 10_000_000;

pub fn parse(words: &mut Words<'_>) -> Parsed {
    let count = words.whole("the number of frames", (0, MOST))? as usize;
    Ok(Arc::new(Skip { count }))
}

/// The stage that leaves `count` frames out.
pub fn skipping(count: usize) -> Arc<dyn Stage> {
    Arc::new(Skip { count })
}

#[derive(Debug)]
struct Skip {
    count: usize,
}

impl Stage for Skip {
    fn line(&self) -> String {
        format!("skip {}", self.count)
    }

    fn renumbers(&self) -> bool {
        true
    }

    fn open(&self, input: Opened, _: &Workshop) -> Result<Box<dyn FrameSource>, SourceError> {
        Ok(filters::skip(input.source, self.count)?)
    }
}
