//! The models that are at hand, and finding one by its name.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::{Model, ModelError, Runtime};

/// One file on the shelf.
pub struct ShelfEntry {
    pub name: String,
    pub path: PathBuf,
    /// The model, or why it cannot be used.
    pub model: Result<Arc<Model>, ModelError>,
}

/// Endings of the files that may be models, the one that is taken first where several have one name.
pub const ENDINGS: [&str; 4] = ["onnx", "safetensors", "pth", "pt"];

/// All model files in `folders`, loaded and tried, by name. A name that stands in two folders is listed twice; the
/// first is the one that [`find`] takes.
pub fn shelf(runtime: &Runtime, folders: &[PathBuf]) -> Vec<ShelfEntry> {
    let entry = |path: PathBuf| ShelfEntry { name: name_of(&path), model: runtime.model(&path), path };
    files(folders).into_iter().map(entry).collect()
}

/// The paths of all model files in `folders` (which may name single files too), by name (ONNX first), without looking
/// into any.
pub fn files(folders: &[PathBuf]) -> Vec<PathBuf> {
    let mut found: Vec<PathBuf> = folders.iter().flat_map(|folder| in_place(folder)).collect();
    found.sort_by_key(|path| name_of(path));
    found
}

/// Whether a file's ending is that of a model.
pub fn is_model_file(path: &Path) -> bool {
    rank(path) < ENDINGS.len()
}

/// The place of a file's ending among [`ENDINGS`].
fn rank(path: &Path) -> usize {
    let ending = path.extension().unwrap_or_default();
    ENDINGS.iter().position(|e| ending.eq_ignore_ascii_case(e)).unwrap_or(ENDINGS.len())
}

/// The file that `wish` means: a path, or the name of a model in `folders` with or without its ending (the first folder
/// that has it; in one folder the ONNX file before others of that name).
///
/// # Errors
/// [`ModelError::Missing`] for a path, [`ModelError::Unknown`] with the nearest name for a name.
pub fn find(wish: &str, folders: &[PathBuf]) -> Result<PathBuf, ModelError> {
    let path = Path::new(wish);
    if path.is_file() {
        return Ok(path.to_owned());
    }
    if wish.contains(['/', '\\']) {
        return Err(ModelError::Missing { path: path.to_owned() });
    }
    let all: Vec<PathBuf> = folders.iter().flat_map(|folder| in_place(folder)).collect();
    let names: Vec<String> = all.iter().map(|p| name_of(p)).collect();
    let name = strip_ending(wish);
    if name.len() < wish.len() {
        // With its ending it is that file and no other, whatever else has the name.
        let file = |path: &&PathBuf| path.file_name().is_some_and(|name| name.eq_ignore_ascii_case(wish));
        let unknown = || ModelError::Unknown { name: wish.to_owned(), nearest: nearest(name, &names) };
        return all.iter().find(file).cloned().ok_or_else(unknown);
    }
    if let Some(exact) = all.iter().find(|p| name_of(p) == name) {
        return Ok(exact.clone());
    }
    if let Some(same) = all.iter().find(|p| name_of(p).eq_ignore_ascii_case(name)) {
        return Ok(same.clone());
    }
    Err(ModelError::Unknown { name: wish.to_owned(), nearest: nearest(name, &names) })
}

/// The models at a place: in a folder, or the file that is named itself.
fn in_place(place: &Path) -> Vec<PathBuf> {
    let Some(folder) = place.parent().filter(|_| place.is_file()) else { return in_folder(place) };
    in_folder(folder).into_iter().filter(|path| path == place).collect()
}

fn in_folder(folder: &Path) -> Vec<PathBuf> {
    let Ok(entries) = std::fs::read_dir(folder) else { return Vec::new() };
    let is_model = |path: &PathBuf| is_model_file(path) && path.is_file();
    let mut paths: Vec<PathBuf> = entries.filter_map(|entry| Some(entry.ok()?.path())).filter(is_model).collect();
    paths.sort_by_cached_key(|path| (name_of(path), rank(path), path.clone()));
    paths
}

pub(super) fn name_of(path: &Path) -> String {
    path.file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default()
}

/// A model's name or path without the ending of a model file.
pub fn strip_ending(name: &str) -> &str {
    match name.rsplit_once('.') {
        Some((stem, ending)) if !stem.is_empty() && ENDINGS.iter().any(|e| ending.eq_ignore_ascii_case(e)) => stem,
        _ => name,
    }
}

/// The name most like `name`, if one is like it: it holds what was typed, or half of it need not be changed.
fn nearest(name: &str, names: &[String]) -> Option<String> {
    let wish = name.to_lowercase();
    let key = |candidate: &&String| {
        let other = candidate.to_lowercase();
        let distance = strsim::levenshtein(&wish, &other);
        let holds = !wish.is_empty() && (other.contains(&wish) || wish.contains(&other));
        (holds || distance <= wish.chars().count().max(2) / 2).then_some((!holds, distance))
    };
    names.iter().filter(|n| key(n).is_some()).min_by_key(|n| key(n)).cloned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_paths_are_found() {
        let dir = tempfile::tempdir().unwrap();
        let (a, b) = (dir.path().join("a"), dir.path().join("b"));
        for folder in [&a, &b] {
            std::fs::create_dir(folder).unwrap();
            std::fs::write(folder.join("compact-2x.onnx"), b"").unwrap();
        }
        std::fs::write(b.join("Dehalo.ONNX"), b"").unwrap();
        std::fs::write(b.join("notes.txt"), b"").unwrap();
        let folders = [a.clone(), b.clone()];
        assert_eq!(find("compact-2x", &folders).unwrap(), a.join("compact-2x.onnx"));
        assert_eq!(find("compact-2x.onnx", &folders).unwrap(), a.join("compact-2x.onnx"));
        assert_eq!(find("dehalo", &folders).unwrap(), b.join("Dehalo.ONNX"));
        let path = b.join("compact-2x.onnx");
        assert_eq!(find(path.to_str().unwrap(), &folders).unwrap(), path);
        assert_eq!(files(&folders).len(), 3);

        // Weights of the same name: listed behind, found by their ending.
        std::fs::write(a.join("compact-2x.pth"), b"").unwrap();
        std::fs::write(a.join("alone.safetensors"), b"").unwrap();
        assert_eq!(files(&folders).len(), 5);
        assert_eq!(find("compact-2x", &folders).unwrap(), a.join("compact-2x.onnx"));
        assert_eq!(find("compact-2x.pth", &folders).unwrap(), a.join("compact-2x.pth"));
        assert_eq!(find("alone", &folders).unwrap(), a.join("alone.safetensors"));
        assert_eq!(find("ALONE.Safetensors", &folders).unwrap(), a.join("alone.safetensors"));
        let other = find("alone.pt", &folders).unwrap_err();
        assert!(other.to_string().contains("did you mean \"alone\"?"), "{other}");

        let typo = find("compct-2x", &folders).unwrap_err();
        assert!(typo.to_string().contains("did you mean \"compact-2x\"?"), "{typo}");
        let part = find("compact", &folders).unwrap_err();
        assert!(part.to_string().contains("compact-2x"), "{part}");
        let far = find("zzzzzzzzzz", &folders).unwrap_err();
        assert!(!far.to_string().contains("did you mean"), "{far}");
        assert!(matches!(find("no/such.onnx", &folders), Err(ModelError::Missing { .. })));
    }
}
