//! Writing frames to a file.

use std::path::Path;
use std::sync::Arc;

use super::codecs::{CODECS, Codec};
use super::coder;
use super::error::MediaError;
use super::mux::Writer;
use super::pack;
use super::pending::Pending;
use crate::frame::{ColorInfo, Frame, Layout, SourceInfo, Timeline};

/// What is written and how.
#[derive(Clone, Debug)]
pub struct EncodeSettings {
    pub codec: &'static Codec,
    /// Rate factor; the codec's default when `None`.
    pub crf: Option<f32>,
    /// Preset; the codec's default when `None`.
    pub preset: Option<String>,
    pub width: u32,
    pub height: u32,
    pub layout: Layout,
    pub color: ColorInfo,
    /// Times of the frames, in the order they will be pushed. Matroska stores them rounded to milliseconds.
    pub timeline: Arc<Timeline>,
    pub sample_aspect: (u32, u32),
    /// Degrees clockwise to turn for showing; written as a tag, no sample is moved.
    pub rotation: u16,
}

impl EncodeSettings {
    /// A file with the shape, colour, times and rotation of `info`.
    pub fn like(info: &SourceInfo, codec: &'static Codec) -> Self {
        Self {
            codec,
            crf: None,
            preset: None,
            width: info.width,
            height: info.height,
            layout: info.layout,
            color: info.color,
            timeline: info.timeline.clone(),
            sample_aspect: info.sample_aspect,
            rotation: info.rotation,
        }
    }

    /// A rate factor or preset that the codec does not have.
    pub(super) fn fault(&self) -> Option<String> {
        if let Some(crf) = self.crf {
            let Some((_, low, high)) = self.codec.crf else { return Some("it is lossless and has no crf".into()) };
            if !(low..=high).contains(&crf) {
                return Some(format!("{} {crf} is outside {low} to {high}", self.codec.rate_word));
            }
        }
        let preset = self.preset.as_deref().filter(|p| !self.codec.presets.contains(p))?;
        Some(match self.codec.presets {
            [] => "it has no presets".into(),
            list => format!("there is no preset {preset}; choose one of {}", list.join(", ")),
        })
    }

    /// Why the codec cannot hold such frames, as advice; `None` when it can.
    fn objection(&self) -> Option<String> {
        let (sx, sy) = self.layout.chroma_shift;
        let odd = !self.width.is_multiple_of(1 << sx) || !self.height.is_multiple_of(1 << sy);
        if self.codec.even && odd {
            return Some("its sides are not even; use ffv1, or resize".into());
        }
        if coder::pixel_format(self.codec.encoder, &self.layout).is_some() {
            return None;
        }
        let can = |c: &&Codec| coder::pixel_format(c.encoder, &self.layout).is_some();
        let others: Vec<&str> = CODECS.iter().filter(can).map(|c| c.id).collect();
        Some(match others.as_slice() {
            [] => "none of the codecs can; convert the frames to an integer YUV or RGB layout first".into(),
            [one] => format!("{one} can"),
            [others @ .., last] => format!("{} and {last} can", others.join(", ")),
        })
    }
}

/// Container by the ending of the final name.
fn container(path: &Path) -> Result<&'static str, MediaError> {
    let ending = path.extension().and_then(|e| e.to_str()).unwrap_or_default().to_lowercase();
    let known = [("mkv", "matroska"), ("mp4", "mp4"), ("m4v", "mp4"), ("mov", "mov"), ("webm", "webm"), ("nut", "nut")];
    known.iter().find(|(e, _)| *e == ending).map(|(_, format)| *format).ok_or_else(|| MediaError::OutputName {
        path: path.into(),
        reason: format!("no video is written to \".{ending}\"; end the name in .mkv, .mp4, .mov, .webm or .nut"),
    })
}

/// Writes frames to a video file. The file appears under its name when [`Encoder::finish`] succeeds; until then, and
/// if the encoder is dropped, there is nothing that looks like it.
pub struct Encoder {
    writer: Writer,
    // After `writer`, so that the file is closed before it is removed.
    pending: Pending,
    settings: EncodeSettings,
    format: i32,
    frames: usize,
}

impl Encoder {
    /// Begins `path`; its ending (.mkv, .mp4, .mov, .webm, .nut) chooses the container.
    ///
    /// # Errors
    /// [`MediaError::OutputName`], [`MediaError::NoEncoder`], [`MediaError::CannotHold`], [`MediaError::Settings`],
    /// [`MediaError::Write`].
    pub fn create(path: &Path, settings: &EncodeSettings) -> Result<Self, MediaError> {
        let container = container(path)?;
        let codec = settings.codec;
        if !coder::has_encoder(codec.encoder) {
            return Err(MediaError::NoEncoder { path: path.into(), codec: codec.label.into() });
        }
        let cannot = |advice| MediaError::CannotHold {
            path: path.into(),
            codec: codec.label.into(),
            layout: format!("{} at {}x{}", settings.layout.name(), settings.width, settings.height),
            advice,
        };
        if let Some(advice) = settings.objection() {
            return Err(cannot(advice));
        }
        let format = coder::pixel_format(codec.encoder, &settings.layout).ok_or_else(|| cannot("use ffv1".into()))?;
        if let Some(reason) = settings.fault() {
            return Err(MediaError::Settings { path: path.into(), codec: codec.label.into(), reason });
        }
        let pending = Pending::new(path)?;
        let writer = Writer::open(&pending, container, settings, format)?;
        Ok(Self { writer, pending, settings: settings.clone(), format, frames: 0 })
    }

    /// Adds the next frame of the timeline.
    ///
    /// # Errors
    /// [`MediaError::Mismatch`] when it is not as the settings say, [`MediaError::PastEnd`] when the timeline has no
    /// more times, [`MediaError::Write`].
    pub fn push(&mut self, frame: &Frame) -> Result<(), MediaError> {
        let s = &self.settings;
        let path = || self.pending.target().to_path_buf();
        if (frame.width, frame.height, frame.layout) != (s.width, s.height, s.layout) {
            let words = |w, h, layout: &Layout| format!("{w}x{h} {}", layout.name());
            return Err(MediaError::Mismatch {
                path: path(),
                frame: self.frames,
                found: words(frame.width, frame.height, &frame.layout),
                wanted: words(s.width, s.height, &s.layout),
            });
        }
        let Some(&pts) = s.timeline.pts.get(self.frames) else {
            return Err(MediaError::PastEnd { path: path(), frame: self.frames, count: s.timeline.len() });
        };
        let picture = pack::from_frame(frame, self.format, self.pending.target())?;
        self.writer.send(Some((&picture, pts)))?;
        self.frames += 1;
        Ok(())
    }

    /// Writes what is left and gives the file its name.
    ///
    /// # Errors
    /// [`MediaError::Write`]; nothing is left then.
    pub fn finish(mut self) -> Result<(), MediaError> {
        if self.frames == 0 {
            let reason = "there was no frame to write".into();
            return Err(MediaError::Write { path: self.pending.target().into(), reason });
        }
        self.writer.send(None)?;
        self.writer.close()?;
        let Self { writer, pending, .. } = self;
        drop(writer);
        pending.commit()
    }
}
