//! Saving what the picture area shows.

use std::path::PathBuf;

use crate::engine::State;
use crate::views::{self, Looking, PxRect};

use super::text;

/// Writes the view as a PNG beside the reference (or, failing that, into the current folder) under a name that is free.
/// `None` when there is nothing to show.
///
/// # Errors
/// One sentence when no file can be written.
pub fn view(state: &State, looking: &Looking, area: PxRect, pixels_per_point: f32) -> Result<Option<String>, String> {
    let Some(reference) = state.reference() else { return Ok(None) };
    let shot = views::Shot { state, looking, size: (area.w, area.h), pixels_per_point };
    let Some(picture) = shot.now() else { return Ok(None) };
    let path = free_name(&reference.recipe, &reference.label, state.clock.frame, looking.view);
    match picture.save_with_format(&path, image::ImageFormat::Png) {
        Ok(()) => Ok(Some(path.display().to_string())),
        Err(why) => Err(text::not_saved(&path.display().to_string(), &why.to_string())),
    }
}

fn free_name(recipe: &str, label: &str, frame: usize, view: &str) -> PathBuf {
    let folder = PathBuf::from(recipe).parent().filter(|p| p.is_dir()).map(PathBuf::from).unwrap_or_default();
    let keep = |c: char| if c.is_alphanumeric() || c == '-' || c == '.' { c } else { '_' };
    let stem: String = label.chars().map(keep).collect();
    let name = |n: usize| match n {
        0 => format!("{stem}-{frame:06}-{view}.png"),
        n => format!("{stem}-{frame:06}-{view}-{n}.png"),
    };
    (0..1000).map(|n| folder.join(name(n))).find(|p| !p.exists()).unwrap_or_else(|| folder.join(name(0)))
}
