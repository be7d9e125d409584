//! Where ONNX Runtime's library and the models of the house are looked for.

use std::path::{Path, PathBuf};

use etcetera::BaseStrategy;

/// The plugin that brings the WebGPU provider; it lies beside the library.
pub(super) const WEBGPU_PLUGIN: &str = if cfg!(windows) {
    "onnxruntime_providers_webgpu.dll"
} else if cfg!(target_os = "macos") {
    "libonnxruntime_providers_webgpu.dylib"
} else {
    "libonnxruntime_providers_webgpu.so"
};

/// ONNX Runtime's library: the one that DOUBLET_ORT names (a file or its folder), else the first found beside the
/// program, in a checkout's `.doublet/onnxruntime` around the program, in the user's data folder, or in `.doublet` of
/// the working folder.
pub(super) fn library() -> Option<PathBuf> {
    if let Some(wish) = std::env::var_os("DOUBLET_ORT").filter(|w| !w.is_empty()) {
        let wish = PathBuf::from(wish);
        return if wish.is_dir() { library_in(&wish) } else { Some(wish) };
    }
    library_among(&folders("onnxruntime"))
}

/// The first library found in `folders`.
pub(super) fn library_among(folders: &[PathBuf]) -> Option<PathBuf> {
    folders.iter().find_map(|folder| library_in(folder))
}

/// The newest library in `folder`, by the version in its name.
fn library_in(folder: &Path) -> Option<PathBuf> {
    let is_library = |name: &str| {
        name == "onnxruntime.dll"
            || name == "libonnxruntime.so"
            || name.starts_with("libonnxruntime.so.")
            || (name.starts_with("libonnxruntime.") && name.ends_with(".dylib"))
    };
    let version = |name: &str| -> Vec<u32> { name.split('.').filter_map(|part| part.parse().ok()).collect() };
    std::fs::read_dir(folder)
        .ok()?
        .filter_map(|entry| entry.ok()?.file_name().into_string().ok())
        .filter(|name| is_library(name))
        .max_by_key(|name| version(name))
        .map(|name| folder.join(name))
}

/// Folders in which the models that come with Doublet and the user's own are looked for: `models` beside the program
/// and in the checkout around it, in the working folder, and in the user's data folder. Only those that exist.
pub fn model_folders() -> Vec<PathBuf> {
    let mut found: Vec<PathBuf> = Vec::new();
    for folder in around_program().map(|dir| dir.join("models")).chain(data("models")).chain([PathBuf::from("models")])
    {
        let Ok(real) = folder.canonicalize() else { continue };
        if real.is_dir() && !found.contains(&real) {
            found.push(real);
        }
    }
    found
}

/// Where Doublet keeps what it remembers for one person, and where it looks for models. The default remembers nothing
/// from session to session.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Home {
    /// Folder of what a person told it; made when there is something to keep.
    pub config: Option<PathBuf>,
    /// Folder of what it found out and could find out again.
    pub cache: Option<PathBuf>,
    /// Folders of models that are always looked into; `None`: [`model_folders`].
    pub models: Option<Vec<PathBuf>>,
}

impl Home {
    /// The home of whoever runs the program: the folders named by DOUBLET_CONFIG and DOUBLET_CACHE, else the system's
    /// usual places (`~/.config/doublet` and `~/.cache/doublet` on Linux).
    pub fn of_user() -> Self {
        let wish = |name: &str| std::env::var_os(name).filter(|w| !w.is_empty()).map(PathBuf::from);
        let usual = etcetera::choose_base_strategy().ok();
        let own = |folder: PathBuf| folder.join("doublet");
        Self {
            config: wish("DOUBLET_CONFIG").or_else(|| usual.as_ref().map(|u| own(u.config_dir()))),
            cache: wish("DOUBLET_CACHE").or_else(|| usual.as_ref().map(|u| own(u.cache_dir()))),
            models: None,
        }
    }

    /// The folders of models that are always looked into.
    pub fn model_folders(&self) -> Vec<PathBuf> {
        self.models.clone().unwrap_or_else(model_folders)
    }
}

/// The folders in which part `name` of the set-up may lie, nearest first.
fn folders(name: &str) -> Vec<PathBuf> {
    let hidden = Path::new(".doublet").join(name);
    let mut folders: Vec<PathBuf> = around_program().flat_map(|dir| [dir.join(&hidden), dir.join(name)]).collect();
    if let Some(beside) = around_program().next() {
        folders.insert(0, beside);
    }
    folders.extend(data(name));
    folders.push(hidden);
    folders
}

/// The program's folder and three above it: `target/release` and `target/debug/deps` lie in a checkout.
fn around_program() -> impl Iterator<Item = PathBuf> {
    let exe = std::env::current_exe().and_then(|exe| exe.canonicalize()).unwrap_or_default();
    let dirs: Vec<PathBuf> = exe.ancestors().skip(1).take(4).map(Path::to_owned).collect();
    dirs.into_iter().filter(|dir| !dir.as_os_str().is_empty())
}

/// `$XDG_DATA_HOME/doublet/name` or what stands for it here.
fn data(name: &str) -> Option<PathBuf> {
    let strategy = etcetera::choose_base_strategy().ok()?;
    Some(strategy.data_dir().join("doublet").join(name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_newest_library_wins() {
        let dir = tempfile::tempdir().unwrap();
        assert_eq!(library_among(&[dir.path().to_owned(), dir.path().join("none")]), None);
        for name in ["libonnxruntime.so.1.9.0", "libonnxruntime.so.1.31.1", "libonnxruntime_providers_shared.so"] {
            std::fs::write(dir.path().join(name), b"").unwrap();
        }
        let found = library_among(&[dir.path().join("none"), dir.path().to_owned()]).unwrap();
        assert_eq!(found.file_name().unwrap(), "libonnxruntime.so.1.31.1");
    }
}
