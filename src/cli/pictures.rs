//! `doublet shot`: what the window would show, as PNG files.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result, anyhow, bail};
use image::RgbaImage;

use crate::engine::{Command, Engine, Settings, State, Track, TrackStatus};
use crate::frame::Region;
use crate::metrics;
use crate::models::Home;
use crate::report::write_atomic;
use crate::views::{Looking, MAP, Overlaid, Shot, VIEWS, View, view_by_id};

use super::{Usage, args, complain, output, recipe, recipes, say};

pub fn shot(wish: &args::Shot) -> Result<()> {
    let Some(view) = view_by_id(&wish.view) else {
        let all = VIEWS.iter().map(|v| v.id()).collect::<Vec<_>>().join(", ");
        bail!(Usage(format!("there is no view “{}”; views are {all}", wish.view)));
    };
    let over = over(wish, view)?;
    let (reference, candidates) = (recipe(&wish.sides.reference)?, recipes(&wish.sides.candidates)?);
    output::is_png(&wish.output)?;
    output::spares(&wish.output, candidates.iter().chain([&reference]))?;
    let mut engine = opened(&wish.sides.reference, &wish.sides.candidates, |state| at(wish, state))?;
    map(&mut engine, over.id)?;
    fade(&mut engine, wish.invented)?;
    for place in 0..candidates.len() {
        let looking = Looking { over, ..looking(view.id(), engine.state(), place) };
        let pictures = draw(engine.state(), &looking, wish.size)?;
        for (phase, picture) in pictures.iter().enumerate() {
            let candidate = (candidates.len() > 1).then_some(place + 1);
            let side = (pictures.len() > 1).then_some(if phase == 0 { "reference" } else { "candidate" });
            let path = named(&wish.output, candidate, side);
            write_png(&path, picture)?;
            say(&format!("{}\n", path.display()))?;
        }
    }
    Ok(())
}

/// The overlay wished for.
fn over(wish: &args::Shot, view: &dyn View) -> Result<Overlaid> {
    let Some(id) = &wish.overlay else {
        if view.id() == MAP {
            bail!(Usage(format!("the view map shows an overlay; write --overlay with {}", metrics::overlay_ids())));
        }
        return Ok(Overlaid::default());
    };
    let overlay = metrics::overlay(id).map_err(|error| anyhow!(Usage(error.to_string())))?;
    if !view.overlays() {
        bail!(Usage(format!("the view {} shows no overlay; use map, split, side or flicker", view.id())));
    }
    let usual = Overlaid::default();
    let (strength, limit) = (wish.strength.unwrap_or(usual.strength), wish.limit.unwrap_or_default());
    Ok(Overlaid { id: Some(overlay.id()), strength, limit })
}

/// Has the maps of an overlay drawn for what is on show; where there is none, the reason is the error.
pub(super) fn map(engine: &mut Engine, overlay: Option<&'static str>) -> Result<()> {
    let Some(id) = overlay else { return Ok(()) };
    engine.send(Command::Overlay(Some(id)));
    engine.run_until_idle();
    let state = engine.state();
    let found = |track: &Track| state.map_of(track.id, id).map(|mapped| mapped.found.clone().map(|_| ()));
    let some = state.candidates().iter().any(|track| matches!(found(track), Some(Ok(()))));
    for track in state.candidates() {
        match found(track) {
            // Of several some have a map: the others' reason stands on their picture too.
            Some(Err(why)) if some => complain(&format!("{}: {why}", track.label)),
            Some(Err(why)) => bail!("{}: {why}", track.label),
            _ => {}
        }
    }
    Ok(())
}

/// Has invented detail faded in what is on show; where nothing was enlarged, that is the error.
fn fade(engine: &mut Engine, share: Option<f32>) -> Result<()> {
    let Some(share) = share else { return Ok(()) };
    engine.send(Command::Detail(Some(share)));
    engine.run_until_idle();
    let state = engine.state();
    match state.candidates().iter().find_map(|track| Some((track, state.not_faded(track.id)?))) {
        Some((track, why)) => bail!("{}: {why}", track.label),
        None => Ok(()),
    }
}

/// Which frame is wished for.
fn at(wish: &args::Shot, state: &State) -> Result<usize> {
    let frames = state.clock.frames;
    let timeline = state.reference().and_then(|r| r.info.as_ref()).map(|i| i.timeline.clone());
    match (wish.frame, wish.at, timeline) {
        (Some(frame), ..) if frame < frames => Ok(frame),
        (Some(frame), ..) => bail!("frame {frame} was asked for, but the reference has frames 0 to {}", frames - 1),
        (None, Some(seconds), Some(timeline)) if (0.0..timeline.duration()).contains(&seconds) => {
            Ok(timeline.at(seconds))
        }
        (None, Some(seconds), Some(timeline)) => {
            bail!("{seconds} s was asked for, but the reference lasts {:.3} s", timeline.duration())
        }
        _ => Ok(0),
    }
}

/// An engine with everything open and the frame that `at` names made and measured for every track.
pub(super) fn opened(
    reference: &str,
    candidates: &[String],
    at: impl FnOnce(&State) -> Result<usize>,
) -> Result<Engine> {
    let mut engine = Engine::at(Home::of_user(), Settings { scan: false, ..Settings::default() }, || {});
    engine.send(Command::Open { reference: reference.to_owned(), candidates: candidates.to_vec() });
    engine.run_until_idle();
    engine.state().tracks.iter().try_for_each(usable)?;
    let frame = at(engine.state())?;
    show(&mut engine, frame)?;
    Ok(engine)
}

/// Goes to `frame` and waits for it on every track.
pub(super) fn show(engine: &mut Engine, frame: usize) -> Result<()> {
    let visible = engine.state().tracks.iter().map(|t| t.id).collect();
    engine.send(Command::Watch { visible, focus: Region::WHOLE });
    engine.send(Command::Seek(frame));
    engine.run_until_idle();
    match engine.state().tracks.iter().find_map(|t| Some((t, t.frame_fault.as_ref().filter(|_| t.shown.is_none())?))) {
        Some((track, fault)) => bail!("{}: {fault}", track.label),
        None => Ok(()),
    }
}

fn usable(track: &Track) -> Result<()> {
    match &track.status {
        TrackStatus::Failed(sentence) => Err(anyhow!("{sentence}")),
        _ => Ok(()),
    }
}

/// The way to look at the reference beside candidate `place`.
pub(super) fn looking(view: &'static str, state: &State, place: usize) -> Looking {
    Looking { view, right: state.candidates().get(place).map(|t| t.id), ..Looking::default() }
}

/// Draws the picture area; in the reference's own size (as shown) unless another is given.
pub(super) fn draw(state: &State, looking: &Looking, size: Option<(u32, u32)>) -> Result<Vec<RgbaImage>> {
    let own =
        || crate::views::picture(state).map(|p| p.shown_size().map(|side| side.round() as u32)).map(|[w, h]| (w, h));
    let size = size.or_else(own).context("there is no picture to show")?;
    let pictures = Shot { state, looking, size, pixels_per_point: 1.0 }.all();
    if pictures.is_empty() { Err(anyhow!("there is no picture to show")) } else { Ok(pictures) }
}

/// `out.png` with the candidate's number and the side in its name, where there is more than one picture.
fn named(output: &Path, candidate: Option<usize>, side: Option<&str>) -> PathBuf {
    let stem = output.file_stem().unwrap_or_default().to_string_lossy();
    let extension = output.extension().map_or("png".into(), |e| e.to_string_lossy());
    let parts = [candidate.map(|n| n.to_string()), side.map(str::to_owned)];
    let tail: String = parts.into_iter().flatten().map(|part| format!(".{part}")).collect();
    output.with_file_name(format!("{stem}{tail}.{extension}"))
}

/// Writes a PNG that is there whole or not at all.
pub(super) fn write_png(path: &Path, picture: &RgbaImage) -> Result<()> {
    let mut bytes = std::io::Cursor::new(Vec::new());
    picture.write_to(&mut bytes, image::ImageFormat::Png).context("cannot write the picture as PNG")?;
    Ok(write_atomic(path, bytes.get_ref())?)
}
