//! The stages a recipe can name. A new stage is one type in a file of this folder, and one line of [`STAGES`].

mod adjust;
mod degrade;
mod encode;
mod model;
mod resample;
mod skip;
mod undo;

use std::fmt::Debug;
use std::sync::Arc;

use crate::engine::{Opened, Workshop};
use crate::filters::Direction;
use crate::frame::{FrameSource, SourceError};

use super::words::{RecipeError, Words, nearest};

pub use encode::codecs;
pub use skip::skipping;
pub use undo::fitted;

/// One step of a chain, parsed: it opens as a source that wraps the step before.
pub trait Stage: Debug + Send + Sync {
    /// The stage's words, canonical: they parse to the same stage.
    fn line(&self) -> String;

    /// A few characters for lists and plates.
    fn label(&self) -> String {
        self.line()
    }

    /// Whether the stage does nothing but give frames other numbers.
    fn renumbers(&self) -> bool {
        false
    }

    /// The model that it lays on its input, by the name or file it was given, if it is one.
    fn model(&self) -> Option<&str> {
        None
    }

    /// Puts the stage behind `input`, whose key names all that comes before.
    ///
    /// # Errors
    /// One sentence when the stage cannot work on such an input, or what it names is not to be had.
    fn open(&self, input: Opened, workshop: &Workshop) -> Result<Box<dyn FrameSource>, SourceError>;
}

type Parsed = Result<Arc<dyn Stage>, RecipeError>;

/// What a stage is for: it tells an exam, in which the truth is known, from plain work on the source.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Role {
    /// Makes the picture worse.
    Degrade,
    /// Enlarges or restores it.
    Restore,
    /// Changes its looks.
    Adjust,
}

/// A row of [`STAGES`].
pub struct StageKind {
    pub name: &'static str,
    /// The words after the name: "S KERNEL".
    pub usage: &'static str,
    /// One line for people.
    pub help: &'static str,
    pub example: &'static str,
    pub role: Role,
    parse: fn(&mut Words<'_>) -> Parsed,
}

pub static STAGES: &[StageKind] = &[
    StageKind {
        name: "down",
        usage: "S KERNEL",
        help: "smaller by S (1 to 64) with box, bilinear, bicubic, lanczos or gauss; antialiased, edges stay in place",
        example: "source | down 2 bicubic",
        role: Role::Degrade,
        parse: |words| resample::parse(words, Direction::Down),
    },
    StageKind {
        name: "up",
        usage: "S KERNEL",
        help: "larger by S (1 to 64) with box, bilinear, bicubic, lanczos or gauss; edges stay in place",
        example: "source | down 2 bicubic | up 2 lanczos",
        role: Role::Restore,
        parse: |words| resample::parse(words, Direction::Up),
    },
    StageKind {
        name: "model",
        usage: "NAME_OR_FILE",
        help: "an upscaler or restorer, by the name of a model on the shelf or by file (.onnx, .pth, .pt, .safetensors)",
        example: "source | down 2 bicubic | model compact-2x",
        role: Role::Restore,
        parse: model::parse,
    },
    StageKind {
        name: "blur",
        usage: "S [down=T]",
        help: "softens by a Gaussian of standard deviation S (0 to 50) luma samples, T downwards if given; edges stay in place",
        example: "source | blur 1.5",
        role: Role::Degrade,
        parse: degrade::blur,
    },
    StageKind {
        name: "chroma",
        usage: "S [shift=X]",
        help: "softens colour alone, across, by S (1 to 50) luma samples, and moves it X to the right, as tape does",
        example: "source | chroma 4 shift=1",
        role: Role::Degrade,
        parse: degrade::chroma,
    },
    StageKind {
        name: "noise",
        usage: "S [seed=N]",
        help: "adds Gaussian noise of standard deviation S (0 to 100, in 8-bit codes) to luma, new for every frame",
        example: "source | noise 4",
        role: Role::Degrade,
        parse: degrade::noise,
    },
    StageKind {
        name: "pulse",
        usage: "S [x=X] [y=Y]",
        help: "paints a face that was never there at X, Y (0 to 1) so that it is gone when shrunk by S (2 to 16): what \
               enlarging may invent",
        example: "source | down 4 bicubic | up 4 lanczos | pulse 4",
        role: Role::Adjust,
        parse: adjust::pulse,
    },
    StageKind {
        name: "jpeg",
        usage: "Q",
        help: "each frame as a JPEG of quality Q (1 to 100), 8 bits and 4:2:0, would give it back",
        example: "source | jpeg 30",
        role: Role::Degrade,
        parse: degrade::jpeg,
    },
    StageKind {
        name: "encode",
        usage: "CODEC [crf=N] [preset=P] [gop=N] [bits=8|10]",
        help: "encodes and decodes, in closed segments of two seconds as 4:2:0: x264, x265, svtav1, vp9 or mpeg2 (which has q=N)",
        example: "source | down 2 bicubic | encode x264 crf=28",
        role: Role::Degrade,
        parse: encode::parse,
    },
    StageKind {
        name: "unsharp",
        usage: "A [sigma=S]",
        help: "sharpens luma by A (0 to 5) over a 5x5 neighbourhood, as FFmpeg's unsharp=5:5:A, or over a Gaussian of S (0.3 to 20)",
        example: "encode.mkv | unsharp 1",
        role: Role::Adjust,
        parse: adjust::unsharp,
    },
    StageKind {
        name: "contrast",
        usage: "C",
        help: "stretches luma about mid-grey by C (0 to 4), as FFmpeg's eq=contrast=C",
        example: "encode.mkv | contrast 1.1",
        role: Role::Adjust,
        parse: adjust::contrast,
    },
    StageKind {
        name: "undo",
        usage: "[gains=A,B,C] [tone=V,…]",
        help: "turns the three finest bands of detail down by A, B, C, after inverting a tone curve (what the codes 0, 16, … 256 \
               became): what a verdict fits, to show a picture without what was done for its score",
        example: "encode.mkv | undo gains=1.4,1.2,1.05",
        role: Role::Adjust,
        parse: undo::undo,
    },
    StageKind {
        name: "gamma",
        usage: "G",
        help: "bends luma by G (0.1 to 10), as FFmpeg's eq=gamma=G: above 1 brighter, below darker",
        example: "encode.mkv | gamma 0.97",
        role: Role::Adjust,
        parse: adjust::gamma,
    },
    StageKind {
        name: "saturation",
        usage: "S",
        help: "strengthens colour by S (0 to 3), as FFmpeg's eq=saturation=S; luma is kept",
        example: "encode.mkv | saturation 1.1",
        role: Role::Adjust,
        parse: adjust::saturation,
    },
    StageKind {
        name: "equalise",
        usage: "M",
        help: "spreads luma by its histogram, mixed in by M (0 to 1); 1 is OpenCV's equalizeHist",
        example: "encode.mkv | equalise 0.2",
        role: Role::Adjust,
        parse: adjust::equalise,
    },
    StageKind {
        name: "clahe",
        usage: "CLIP [tiles=N]",
        help: "spreads luma by the histograms of NxN tiles (8 unless given), clipped at CLIP, as OpenCV's createCLAHE",
        example: "encode.mkv | clahe 1.2",
        role: Role::Adjust,
        parse: adjust::clahe,
    },
    StageKind {
        name: "tunevmaf",
        usage: "A",
        help: "sharpens luma by up to A (0 to 1.5) in blocks of 64, as libaom's tune=vmaf does before encoding",
        example: "source | tunevmaf 0.5 | encode x264 crf=28",
        role: Role::Adjust,
        parse: adjust::tunevmaf,
    },
    StageKind {
        name: "skip",
        usage: "N",
        help: "leaves the first N frames out, so that a film that begins too early stands beside the other again",
        example: "encode.mkv | skip 3",
        role: Role::Adjust,
        parse: skip::parse,
    },
];

/// What a parsed stage is for.
pub fn role(stage: &dyn Stage) -> Role {
    let line = stage.line();
    let name = line.split_whitespace().next().unwrap_or_default();
    STAGES.iter().find(|kind| kind.name == name).map_or(Role::Adjust, |kind| kind.role)
}

/// Reads one stage to its end.
pub(super) fn parse(mut words: Words<'_>) -> Parsed {
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

/// ` key=value` where there is a value, for canonical lines.
fn option(key: &str, value: Option<impl std::fmt::Display>) -> String {
    value.map(|value| format!(" {key}={value}")).unwrap_or_default()
}
