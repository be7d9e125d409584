//! `encode CODEC [crf=N] [preset=P] [gop=N] [bits=8|10]`.

use std::sync::Arc;

use crate::engine::recipe::words::{Words, nearest};
use crate::engine::{Opened, Workshop};
use crate::frame::{FrameSource, SourceError};
use crate::media::{CODECS, Codec, Coding, MAX_GOP};

use super::{Parsed, Stage, option};

/// The codecs that lose something: what a lossless one gives back is what it was given.
pub fn codecs() -> impl Iterator<Item = &'static Codec> {
    CODECS.iter().filter(|codec| codec.crf.is_some())
}

pub fn parse(words: &mut Words<'_>) -> Parsed {
    let names = || codecs().map(|codec| codec.id).collect::<Vec<_>>().join(", ");
    let (at, name) = words.word(&format!("a codec ({})", names()))?;
    let Some(codec) = codecs().find(|codec| codec.id == name) else {
        let near = nearest(&name.to_lowercase(), codecs().map(|codec| codec.id));
        let hint = near.map(|near| format!("; did you mean “{near}”?")).unwrap_or_default();
        return Err(words.error(at, format!("there is no codec “{name}”: there are {}{hint}", names())));
    };
    let keys: &[&str] = match codec.presets {
        [] => &[codec.rate_word, "gop", "bits"],
        _ => &[codec.rate_word, "preset", "gop", "bits"],
    };
    let given = words.options(keys)?;
    let (_, low, high) = codec.crf.unwrap_or_default();
    let range = (f64::from(low), f64::from(high));
    let crf = words.option(&given, codec.rate_word, codec.rate_word, range)?.map(|crf| crf as f32);
    let gop =
        words.whole_option(&given, "gop", "the distance of key frames", (1, MAX_GOP.into()))?.map(|gop| gop as u32);
    let preset = match given.iter().find(|given| given.key == "preset") {
        Some(given) if codec.presets.contains(&given.value) => Some(given.value.to_owned()),
        Some(given) => {
            let list = codec.presets.join(", ");
            return Err(
                words.error(given.at, format!("“{}” is no preset of {}: there are {list}", given.value, codec.id))
            );
        }
        None => None,
    };
    let bits = match given.iter().find(|given| given.key == "bits").map(|given| (given.at, given.value)) {
        Some((_, "8")) => Some(8),
        Some((_, "10")) => Some(10),
        Some((at, other)) => return Err(words.error(at, format!("samples have 8 or 10 bits, not “{other}”"))),
        None => None,
    };
    Ok(Arc::new(Encode(Coding { codec, crf, preset, gop, bits })))
}

#[derive(Debug)]
struct Encode(Coding);

impl Stage for Encode {
    fn line(&self) -> String {
        let Coding { codec, crf, preset, gop, bits } = &self.0;
        let (crf, preset) = (option(codec.rate_word, crf.as_ref()), option("preset", preset.as_ref()));
        format!("encode {}{crf}{preset}{}{}", codec.id, option("gop", gop.as_ref()), option("bits", bits.as_ref()))
    }

    fn label(&self) -> String {
        let Coding { codec, crf, .. } = &self.0;
        match crf {
            Some(crf) => format!("{} {} {crf}", codec.id, codec.rate_word),
            None => codec.id.into(),
        }
    }

    fn open(&self, input: Opened, workshop: &Workshop) -> Result<Box<dyn FrameSource>, SourceError> {
        workshop.recode(&self.0, &self.line(), input)
    }
}
