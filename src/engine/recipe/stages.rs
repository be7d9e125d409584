//! The stages a recipe can name. A new stage is one type and one line of [`STAGES`].

use std::fmt::Debug;
use std::sync::Arc;

use crate::color::Kernel;
use crate::engine::Workshop;
use crate::filters::{self, Direction};
use crate::frame::{FrameSource, SourceError};
use crate::models;

use super::words::{RecipeError, Words, nearest, quoted};

/// One step of a chain, parsed: it opens as a source that wraps the step before.
pub trait Stage: Debug + Send + Sync {
    /// The stage's words, canonical: they parse to the same stage.
    fn line(&self) -> String;

    /// A few characters for lists and plates.
    fn label(&self) -> String {
        self.line()
    }

    /// Puts the stage behind `input`.
    ///
    /// # Errors
    /// One sentence when the stage cannot work on such an input, or what it names is not to be had.
    fn open(&self, input: Box<dyn FrameSource>, workshop: &Workshop) -> Result<Box<dyn FrameSource>, SourceError>;
}

/// A row of [`STAGES`].
pub struct StageKind {
    pub name: &'static str,
    /// The words after the name: "S KERNEL".
    pub usage: &'static str,
    /// One line for people.
    pub help: &'static str,
    pub example: &'static str,
    parse: fn(&mut Words<'_>) -> Result<Arc<dyn Stage>, RecipeError>,
}

pub static STAGES: &[StageKind] = &[
    StageKind {
        name: "down",
        usage: "S KERNEL",
        help: "smaller by S (1 to 64) with box, bilinear, bicubic or lanczos; antialiased, edges stay in place",
        example: "source | down 2 bicubic",
        parse: |words| resample(words, Direction::Down),
    },
    StageKind {
        name: "up",
        usage: "S KERNEL",
        help: "larger by S (1 to 64) with box, bilinear, bicubic or lanczos; edges stay in place",
        example: "source | down 2 bicubic | up 2 lanczos",
        parse: |words| resample(words, Direction::Up),
    },
    StageKind {
        name: "model",
        usage: "NAME_OR_FILE",
        help: "an upscaler or restorer, by the name of a model on the shelf or by file (.onnx, .pth, .pt, .safetensors)",
        example: "source | down 2 bicubic | model compact-2x",
        parse: |words| {
            let (_, name) = words.remainder("a model's name or file")?;
            Ok(Arc::new(Model { name: name.to_owned() }))
        },
    },
    StageKind {
        name: "unsharp",
        usage: "A",
        help: "sharpens luma by A (0 to 5) over a 5x5 neighbourhood, as FFmpeg's unsharp=5:5:A",
        example: "encode.mkv | unsharp 1",
        parse: |words| {
            let amount = words.number("the amount of sharpening", 0.0, 5.0)?;
            Ok(Arc::new(Unsharp { amount }))
        },
    },
    StageKind {
        name: "contrast",
        usage: "C",
        help: "stretches luma about mid-grey by C (0 to 4), as FFmpeg's eq=contrast=C",
        example: "encode.mkv | contrast 1.1",
        parse: |words| {
            let factor = words.number("the contrast", 0.0, 4.0)?;
            Ok(Arc::new(Contrast { factor }))
        },
    },
];

/// Reads one stage to its end.
pub(super) fn parse(mut words: Words<'_>) -> Result<Arc<dyn Stage>, RecipeError> {
    let (at, name) = words.word("a stage")?;
    let Some(kind) = STAGES.iter().find(|kind| kind.name == name) else {
        let hint = match nearest(&name.to_lowercase(), STAGES.iter().map(|kind| kind.name)) {
            Some(near) => format!("did you mean “{near}”?"),
            None => format!("stages are {}", STAGES.iter().map(|k| k.name).collect::<Vec<_>>().join(", ")),
        };
        return Err(words.error(at, format!("there is no stage “{name}”; {hint}")));
    };
    let stage = (kind.parse)(&mut words)?;
    words.end()?;
    Ok(stage)
}

fn resample(words: &mut Words<'_>, direction: Direction) -> Result<Arc<dyn Stage>, RecipeError> {
    let factor = words.number("the factor", 1.0, 64.0)?;
    let (at, name) = words.word("a kernel (box, bilinear, bicubic or lanczos)")?;
    let kernel = name
        .parse::<Kernel>()
        .map_err(|_| words.error(at, format!("“{name}” is no kernel; there are box, bilinear, bicubic and lanczos")))?;
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

    fn open(&self, input: Box<dyn FrameSource>, _: &Workshop) -> Result<Box<dyn FrameSource>, SourceError> {
        Ok(filters::resample(input, self.direction, self.factor, self.kernel)?)
    }
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
        std::path::Path::new(stem).file_name().unwrap_or_default().to_string_lossy().into_owned()
    }

    fn open(&self, input: Box<dyn FrameSource>, workshop: &Workshop) -> Result<Box<dyn FrameSource>, SourceError> {
        workshop.upscale(&self.name, input)
    }
}

#[derive(Debug)]
struct Unsharp {
    amount: f64,
}

impl Stage for Unsharp {
    fn line(&self) -> String {
        format!("unsharp {}", self.amount)
    }

    fn open(&self, input: Box<dyn FrameSource>, _: &Workshop) -> Result<Box<dyn FrameSource>, SourceError> {
        Ok(filters::unsharp(input, self.amount)?)
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

    fn open(&self, input: Box<dyn FrameSource>, _: &Workshop) -> Result<Box<dyn FrameSource>, SourceError> {
        Ok(filters::contrast(input, self.factor)?)
    }
}
