//! What can go wrong with models, one sentence each.

use std::path::{Path, PathBuf};

use crate::frame::{FrameError, SourceError};

use super::ImportError;

/// Why a model cannot be used, or gave no picture. Each sentence says what, where and what to do.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum ModelError {
    /// Asked to stop: not a fault, never shown.
    #[error("stopped")]
    Stopped,

    #[error(
        "models cannot run, for ONNX Runtime's library is not there; run `make setup`, \
         or set DOUBLET_ORT to the library or its folder"
    )]
    NoLibrary,
    #[error("ONNX Runtime's library {path} does not load ({reason}); run `make setup`, or set DOUBLET_ORT to another")]
    Library { path: PathBuf, reason: String },
    #[error("ONNX Runtime did not start ({reason}); run `make setup`")]
    Start { reason: String },

    #[error("there is no model file {path}; look at the path")]
    Missing { path: PathBuf },
    #[error("the model {path} cannot be read ({reason})")]
    Read { path: PathBuf, reason: String },
    #[error("{path} has {mib} MiB, and models above {limit} MiB are not loaded; take a smaller one")]
    TooLarge { path: PathBuf, mib: u64, limit: u64 },
    #[error("{path} is not a model but {what}; give a .onnx, .pth, .pt or .safetensors file")]
    NotOnnx { path: PathBuf, what: &'static str },
    #[error("the model {path} is cut short or damaged; fetch it again")]
    Damaged { path: PathBuf },
    #[error("the model {path} keeps its weights in other files, which Doublet does not follow; save it as one file")]
    External { path: PathBuf },
    #[error("the weights {path} cannot be used: {fault}")]
    Weights { path: PathBuf, fault: ImportError },
    #[error("{path} is an ONNX model already; give a .pth, .pt or .safetensors file to convert")]
    AlreadyOnnx { path: PathBuf },
    #[error("ONNX Runtime cannot load the model {path} ({reason})")]
    Load { path: PathBuf, reason: String },

    #[error(
        "the model {model} wants {frames} frames at once ({channels} channels), and Doublet gives it one; take a single-frame model"
    )]
    Frames { model: String, frames: u32, channels: u32 },
    #[error(
        "the model {model} does not make one picture from one picture: {what}; take an upscaling or restoring model"
    )]
    Shape { model: String, what: String },
    #[error("the model {model} is no metric: {what}; a metric makes one number, or one map, of one picture or of two")]
    Measure { model: String, what: String },
    #[error("the model {model} fails on a trial picture ({reason}), so it cannot be used")]
    Trial { model: String, reason: String },
    #[error("the model {model} gives values that are no numbers (NaN or infinite); take its 32-bit version")]
    NotFinite { model: String },

    #[error("the model {model} failed on {device} ({reason}); try again, or take smaller tiles or another model")]
    Run { model: String, device: String, reason: String },
    #[error(
        "the model {model} needs more memory than {device} has free; close other programs, or set DOUBLET_TILE to a \
         smaller number of samples, such as 256"
    )]
    Memory { model: String, device: String },
    #[error("the model {model} gave {got} where {wanted} was due, so the picture is not shown; take another model")]
    WrongSize { model: String, got: String, wanted: String },
    #[error("the inference thread of {device} is gone; start Doublet again")]
    ThreadGone { device: String },
    #[error("a picture of {width}x{height} enlarged {scale} times is larger than Doublet makes; scale it down before")]
    Picture { width: u32, height: u32, scale: u32 },
    #[error("a picture arrived as {got} where {wanted} was announced; the file changes size on the way, cut it there")]
    SizeChanged { got: String, wanted: String },

    #[error("there is no model \"{name}\"{}; `doublet models` lists them, or give the path of a file", suggestion(.nearest))]
    Unknown { name: String, nearest: Option<String> },
    #[error("no device of the kind {kind} shows here; leave the choice to Doublet or take the CPU")]
    NoDevice { kind: String },

    #[error("{name} is \"{value}\", where a whole number from {least} to {most} is due; change it or leave it out")]
    Setting { name: &'static str, value: String, least: u32, most: u32 },
    #[error("DOUBLET_PRECISION is \"{value}\", where fp32 or fp16 is due; change it or leave it out")]
    Precision { value: String },
    #[error("the model {model} takes one picture a run, not several")]
    Batch { model: String },

    /// The stage's input failed; its own sentence.
    #[error("{0}")]
    Input(SourceError),
    #[error("{0}; this is a fault of Doublet, please report it")]
    Frame(#[from] FrameError),
}

fn suggestion(nearest: &Option<String>) -> String {
    nearest.as_ref().map(|n| format!(" (did you mean \"{n}\"?)")).unwrap_or_default()
}

impl ModelError {
    /// A run that failed, for ONNX Runtime's reason.
    pub(super) fn run(model: &str, device: &str, reason: String) -> Self {
        let (model, device) = (model.to_owned(), device.to_owned());
        // ONNX Runtime has no number for this one: its allocators say it in these words.
        let lower = reason.to_lowercase();
        let memory = ["failed to allocate", "out of memory", "bad_alloc", "bad allocation"];
        if memory.iter().any(|words| lower.contains(words)) {
            return Self::Memory { model, device };
        }
        Self::Run { model, device, reason }
    }

    pub(super) fn read(path: &Path, error: &std::io::Error) -> Self {
        match error.kind() {
            std::io::ErrorKind::NotFound => Self::Missing { path: path.to_owned() },
            _ => Self::Read { path: path.to_owned(), reason: error.to_string() },
        }
    }
}

impl From<ModelError> for SourceError {
    fn from(error: ModelError) -> Self {
        match error {
            ModelError::Stopped => Self::Stopped,
            ModelError::Input(error) => error,
            ModelError::Frame(error) => error.into(),
            ModelError::Run { .. }
            | ModelError::Memory { .. }
            | ModelError::NotFinite { .. }
            | ModelError::SizeChanged { .. } => Self::frame(error.to_string()),
            other => Self::source(other.to_string()),
        }
    }
}

impl From<SourceError> for ModelError {
    fn from(error: SourceError) -> Self {
        match error {
            SourceError::Stopped => Self::Stopped,
            other => Self::Input(other),
        }
    }
}

/// ONNX Runtime's message as a part of a sentence: its first line, without source paths, not longer than a line.
pub(super) fn brief(error: impl std::fmt::Display) -> String {
    let text = error.to_string();
    let line = text.lines().find(|l| !l.trim().is_empty()).unwrap_or("no reason given").trim();
    let tail = line.rsplit_once(" was false. ").map_or(line, |(_, tail)| tail);
    // "file.cc:123 Function the part that tells": the place in ONNX Runtime's sources is of no use to a person.
    let is_place = |word: &str| word.contains(".cc:") || word.contains(".h:");
    let mut words: Vec<&str> = tail.split(' ').collect();
    while let Some(place) = words.iter().position(|word| is_place(word)) {
        words.drain(place..(place + 2).min(words.len()));
    }
    let tail = words.join(" ");
    let short: String = tail.chars().take(200).collect();
    short.trim_end_matches(['.', ' ']).to_owned()
}

#[cfg(test)]
mod tests {
    #[test]
    fn memory_that_is_not_there_is_told_apart() {
        let run = |reason: &str| super::ModelError::run("m", "CPU", reason.to_owned());
        let lost = "Non-zero status code returned while running Conv node: the device was lost";
        assert!(matches!(run(lost), super::ModelError::Run { .. }));
        for reason in ["Failed to allocate memory for requested buffer of size 7", "std::bad_alloc", "Out of memory"] {
            assert!(matches!(run(reason), super::ModelError::Memory { .. }), "{reason}");
        }
    }

    #[test]
    fn messages_are_made_short() {
        let noisy =
            "shader_helper.cc:416 GenerateSourceCode Program Transpose requires f16 but the device has none.\n  at x";
        assert_eq!(super::brief(noisy), "Program Transpose requires f16 but the device has none");
        assert_eq!(super::brief("/a/b/tensor.cc:9 void Foo() x > 0 was false. too large"), "too large");
        assert_eq!(super::brief("  \n"), "no reason given");
        assert_eq!(super::brief("file.cc:1"), "");
    }
}
