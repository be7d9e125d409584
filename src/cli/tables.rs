//! `doublet models` and `doublet stages`: what recipes can name.

use std::fmt::Write;

use anyhow::Result;

use crate::engine::STAGES;
use crate::models;

use super::say;

pub fn stages() -> Result<()> {
    let mut text = String::from("Stages, to be put behind a source with bars between:\n\n");
    for kind in STAGES {
        _ = writeln!(text, "  {} {}\n      {}\n      {}", kind.name, kind.usage, kind.help, kind.example);
    }
    say(&text)
}

pub fn models() -> Result<()> {
    let (folders, _) = super::workshop().places();
    let shelf = models::shelf(&models::Runtime::get()?, &folders);
    let mut text = String::new();
    for entry in &shelf {
        match &entry.model {
            Ok(model) => _ = writeln!(text, "{:<40} {}", entry.name, model.info().line()),
            Err(sentence) => _ = writeln!(text, "{:<40} cannot be used: {sentence}", entry.name),
        }
    }
    if shelf.is_empty() {
        text.push_str("No models were found.\n");
    }
    text.push_str("\nLooked in:\n");
    folders.iter().for_each(|folder| _ = writeln!(text, "  {}", folder.display()));
    text.push_str("Any other .onnx file works by its path: \"source | model path/to/file.onnx\".\n");
    say(&text)
}
