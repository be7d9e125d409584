//! `doublet models` and `doublet stages`: what recipes can name, and the exams made of them.

use std::fmt::Write;

use anyhow::Result;

use crate::engine::{EXAMS, STAGES, codecs};
use crate::models;

use super::say;

pub fn stages() -> Result<()> {
    let mut text = String::from("Stages, to be put behind a source with bars between:\n\n");
    for kind in STAGES {
        _ = writeln!(text, "  {} {}\n      {}\n      {}", kind.name, kind.usage, kind.help, kind.example);
    }
    text.push_str("\nCodecs of the stage encode:\n\n");
    for codec in codecs() {
        let (default, least, most) = codec.crf.unwrap_or_default();
        _ = write!(text, "  {:<8} {}={default} ({least} to {most})", codec.id, codec.rate_word);
        if let Some(preset) = codec.preset {
            _ = write!(text, ", preset={preset} ({})", codec.presets.join(", "));
        }
        text.push_str(if codec.is_available() { "\n" } else { "; not in this FFmpeg\n" });
    }
    text.push_str("\nExams: ways to make the source worse, for a model of scale 2 to undo:\n\n");
    for exam in EXAMS {
        _ = writeln!(text, "  {}: {}\n      {}", exam.label, exam.help, exam.line(2, "model NAME"));
    }
    say(&text)
}

pub fn models() -> Result<()> {
    let (folders, _) = super::workshop().places();
    let shelf = models::shelf(&models::Runtime::get()?, &folders);
    let mut text = String::new();
    for entry in &shelf {
        match &entry.model {
            Ok(model) => {
                _ = writeln!(text, "{:<40} {}", called(entry, &shelf), model.info().line());
                model.info().description.iter().for_each(|words| _ = writeln!(text, "{:<40} {words}", ""));
            }
            Err(sentence) => _ = writeln!(text, "{:<40} cannot be used: {sentence}", called(entry, &shelf)),
        }
    }
    if shelf.is_empty() {
        text.push_str("No models were found.\n");
    }
    text.push_str("\nLooked in:\n");
    folders.iter().for_each(|folder| _ = writeln!(text, "  {}", folder.display()));
    let endings = models::ENDINGS.map(|ending| format!(".{ending}")).join(", ");
    _ = writeln!(text, "Any other file ({endings}) works by its path: \"source | model path/to/file.pth\".");
    say(&text)
}

/// What a recipe calls a model: its name, or that of its file where another on the shelf has the same name.
pub(super) fn called(entry: &models::ShelfEntry, shelf: &[models::ShelfEntry]) -> String {
    let same = shelf.iter().filter(|other| other.name == entry.name).count();
    let file = entry.path.file_name().map(|name| name.to_string_lossy().into_owned());
    file.filter(|_| same > 1).unwrap_or_else(|| entry.name.clone())
}
