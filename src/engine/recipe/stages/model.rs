//! `model NAME_OR_FILE`.

use std::path::Path;
use std::sync::Arc;

use crate::engine::recipe::words::{Words, quoted};
use crate::engine::{Opened, Workshop};
use crate::frame::{FrameSource, SourceError};
use crate::models;

use super::{Parsed, Stage};

pub fn parse(words: &mut Words<'_>) -> Parsed {
    let (_, name) = words.remainder("a model's name or file")?;
    Ok(Arc::new(Model { name: name.to_owned() }))
}

#[derive(Debug)]
struct Model {
    name: String,
}

impl Stage for Model {
    fn line(&self) -> String {
        format!("model {}", quoted(&self.name))
    }

    fn label(&self) -> String {
        let stem = models::strip_ending(&self.name);
        if stem.len() == self.name.len() {
            return self.name.clone();
        }
        Path::new(stem).file_name().unwrap_or_default().to_string_lossy().into_owned()
    }

    fn model(&self) -> Option<&str> {
        Some(&self.name)
    }

    fn open(&self, input: Opened, workshop: &Workshop) -> Result<Box<dyn FrameSource>, SourceError> {
        workshop.upscale(&self.name, input.source)
    }
}
