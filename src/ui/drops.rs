//! What is dropped on the window: videos go where they are dropped, models go on the shelf wherever that is.

use std::path::{Path, PathBuf};

use egui::Ui;

use crate::engine::Command;
use crate::models;

use super::desk::{Action, Desk, Page};

/// Folders are looked into this deep, and no more files than this are looked at: a drop answers at once.
const DEPTH: usize = 3;
const MOST_FILES: usize = 20_000;

/// Whether a path is a model file, or a folder that holds one.
pub fn is_model(path: &Path) -> bool {
    let mut left = MOST_FILES;
    has_ending(path) || (path.is_dir() && holds_model(path, DEPTH, &mut left))
}

fn has_ending(path: &Path) -> bool {
    models::is_model_file(path) && !path.is_dir()
}

fn holds_model(folder: &Path, depth: usize, left: &mut usize) -> bool {
    let Ok(entries) = std::fs::read_dir(folder) else { return false };
    let mut deeper = Vec::new();
    for entry in entries.flatten() {
        if *left == 0 {
            return false;
        }
        *left -= 1;
        let path = entry.path();
        if has_ending(&path) {
            return true;
        }
        // A link may lead back up.
        if depth > 1 && entry.file_type().is_ok_and(|t| t.is_dir()) {
            deeper.push(path);
        }
    }
    deeper.iter().any(|folder| holds_model(folder, depth - 1, left))
}

/// Whether all that hangs over the window may be models; folders are not looked into before they are dropped.
pub fn hover_models(ui: &Ui) -> bool {
    ui.input(|i| {
        let paths: Vec<_> = i.raw.hovered_files.iter().filter_map(|f| f.path.as_deref()).collect();
        !paths.is_empty() && paths.iter().all(|p| has_ending(p) || p.is_dir())
    })
}

/// Files dropped in this pass. Models go on the shelf. Of the rest: onto the left half the first becomes the reference,
/// onto the right half all become candidates; on an empty window the first is the reference and the rest are candidates.
pub fn dropped(ui: &Ui, desk: &Desk, empty: bool) -> Vec<Action> {
    let (paths, at) = ui.input(|i| {
        let paths: Vec<PathBuf> = i.raw.dropped_files.iter().map(|f| f.path().to_path_buf()).collect();
        (paths, i.pointer.latest_pos())
    });
    let (models, files): (Vec<PathBuf>, Vec<PathBuf>) = paths.into_iter().partition(|p| is_model(p));
    let mut actions = Vec::new();
    if !models.is_empty() {
        actions.push(Action::Shelve(models));
    }
    let mut files: Vec<String> = files.into_iter().map(|p| p.to_string_lossy().into_owned()).collect();
    if files.is_empty() {
        return actions;
    }
    let ppp = ui.ctx().pixels_per_point();
    let middle = (desk.area.x as f32 + desk.area.w as f32 / 2.0) / ppp;
    let list_ends = desk.area.x as f32 / ppp;
    let on_left = desk.page == Page::Loupe && at.is_some_and(|p| p.x < middle && p.x >= list_ends);
    actions.push(if on_left && !empty && files.len() == 1 {
        Action::Engine(Command::OpenReference(files.remove(0)))
    } else {
        Action::OpenPaths { paths: files, replace: empty || on_left }
    });
    actions
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn models_are_told_by_ending_and_folders_by_what_they_hold() {
        let dir = tempfile::tempdir().unwrap();
        let deep = dir.path().join("a/b");
        std::fs::create_dir_all(&deep).unwrap();
        assert!(!is_model(dir.path()), "an empty folder is no model");
        std::fs::write(dir.path().join("clip.mkv"), b"").unwrap();
        std::fs::write(deep.join("SPAN.PTH"), b"").unwrap();
        assert!(is_model(dir.path()) && is_model(&deep.join("SPAN.PTH")));
        assert!(!is_model(&dir.path().join("clip.mkv")));
        let folder = dir.path().join("old.pth");
        std::fs::create_dir(&folder).unwrap();
        assert!(!is_model(&folder), "a folder of that name holds none");
    }
}
