//! `model NAME_OR_FILE`.

use std::path::Path;
use std::sync::Arc;

use crate::engine::recipe::words::{Words, quoted};
use crate::engine::{Opened, Workshop};
use crate::frame::{FrameSource, SourceError};

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
        let stem = Path::new(&self.name);
        let known = stem.extension().is_some_and(|e| e.eq_ignore_ascii_case("onnx"));
        if known { stem.file_stem().unwrap_or_default().to_string_lossy().into_owned() } else { self.name.clone() }
    }

    fn open(&self, input: Opened, workshop: &Workshop) -> Result<Box<dyn FrameSource>, SourceError> {
        workshop.upscale(&self.name, input.source)
    }
}
