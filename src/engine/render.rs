//! A whole candidate as a file.

use std::path::PathBuf;
use std::sync::Arc;

use crate::color::{Target, conform};
use crate::frame::{ColorInfo, Family, Frame, FrameSource, Layout, Request, Sample, SourceError, SourceInfo, Stop};
use crate::media::{self, CODECS, EncodeSettings, Encoder};

use super::recipe::Recipe;
use super::scorer::common_ground;
use super::workshop::Workshop;

/// Where to write, and how.
pub struct RenderSettings {
    /// `.png` for a still, anything else for video.
    pub output: PathBuf,
}

/// Writes all frames of `recipe`, each once and at its own time. `progress` hears frames done and frames in all. Gives
/// a line that says what was written.
///
/// Integer pictures keep their own layout. Float ones (from stages) take the reference's, rounded, which is how they
/// are scored too: the file scores as the recipe does.
///
/// # Errors
/// One sentence; [`SourceError::Stopped`] when `stop` was set. Nothing that looks whole is left in either case.
pub fn render(
    workshop: &Workshop,
    reference: &Recipe,
    recipe: &Recipe,
    settings: &RenderSettings,
    progress: &mut dyn FnMut(usize, usize),
    stop: &Stop,
) -> Result<String, SourceError> {
    let mut source = workshop.open(recipe, Some(reference))?.source;
    let info = source.info().clone();
    let model = match info.layout.sample {
        Sample::F32 => Some(workshop.open(reference, None)?.source.get(0)?),
        _ => None,
    };
    let fit = |frame: Arc<Frame>| fitted(&frame, model.as_deref(), workshop);
    if settings.output.extension().is_some_and(|e| e.eq_ignore_ascii_case("png")) {
        return still(&mut *source, &info, settings, &fit, workshop);
    }
    video(&mut *source, &info, settings, &fit, progress, stop)
}

/// `frame` in a layout that can be written: its own, or that of the reference's frame `model` at its own size.
fn fitted(frame: &Arc<Frame>, model: Option<&Frame>, workshop: &Workshop) -> Result<Arc<Frame>, SourceError> {
    let Some(model) = model else { return Ok(frame.clone()) };
    let ground = common_ground(model, frame.layout.sample);
    let target = Target { width: frame.width, height: frame.height, ..ground };
    Ok(conform(frame, &target, workshop.kernel)?.0)
}

fn still(
    source: &mut dyn FrameSource,
    info: &SourceInfo,
    settings: &RenderSettings,
    fit: &dyn Fn(Arc<Frame>) -> Result<Arc<Frame>, SourceError>,
    workshop: &Workshop,
) -> Result<String, SourceError> {
    if info.timeline.len() > 1 {
        let frames = info.timeline.len();
        return Err(SourceError::source(format!(
            "{} has {frames} frames and a .png holds one; write an .mkv",
            info.name
        )));
    }
    let frame = source.get(0)?;
    // PNG holds R'G'B' and grey: pictures that are R'G'B' already never take the reference's Y'CbCr on the way.
    let frame = if frame.layout.sample == Sample::F32 { frame } else { fit(frame)? };
    let (frame, said) = match frame.layout.family {
        Family::Yuv => {
            let bits = if frame.layout.sample == Sample::F32 { 8 } else { frame.layout.sample.bits() };
            (conform(&frame, &as_rgb(&frame, bits), workshop.kernel)?.0, ", converted from Y'CbCr")
        }
        _ => (frame, ""),
    };
    media::write_png(&settings.output, &frame)?;
    Ok(format!("1 picture, {}x{} {}{said}", frame.width, frame.height, frame.layout.name()))
}

/// The same picture as integer R'G'B' of `bits` bits.
fn as_rgb(frame: &Frame, bits: u8) -> Target {
    let color = ColorInfo::rgb(frame.color.primaries, frame.color.transfer);
    let layout = Layout { family: Family::Rgb, sample: Sample::integer(bits), chroma_shift: (0, 0), ..frame.layout };
    Target { layout, color, ..Target::of(frame) }
}

fn video(
    source: &mut dyn FrameSource,
    info: &SourceInfo,
    settings: &RenderSettings,
    fit: &dyn Fn(Arc<Frame>) -> Result<Arc<Frame>, SourceError>,
    progress: &mut dyn FnMut(usize, usize),
    stop: &Stop,
) -> Result<String, SourceError> {
    let frames = info.timeline.len();
    let mut encoder: Option<Encoder> = None;
    let mut said = String::new();
    for n in 0..frames {
        stop.check()?;
        let frame = fit(source.frame(&mut Request::new(n, stop))?)?;
        if encoder.is_none() {
            let codec = &CODECS[0];
            let shape = (frame.width, frame.height, frame.layout.name());
            said = format!("{frames} frames, {}x{} {}, {}", shape.0, shape.1, shape.2, codec.label);
            let like = EncodeSettings::like(info, codec);
            let (layout, color) = (frame.layout, frame.color);
            encoder = Some(Encoder::create(&settings.output, &EncodeSettings { layout, color, ..like })?);
        }
        if let Some(encoder) = &mut encoder {
            encoder.push(&frame)?;
        }
        progress(n + 1, frames);
    }
    stop.check()?;
    match encoder {
        Some(encoder) => encoder.finish()?,
        None => return Err(SourceError::source(format!("{} has no frames to write", info.name))),
    }
    Ok(said)
}
