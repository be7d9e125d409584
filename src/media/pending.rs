//! A file that is not there until it is whole: written under another name in the same folder, renamed at the end.

use std::path::{Path, PathBuf};

use super::error::MediaError;

/// Owns the unfinished file: dropped without [`Pending::commit`], it removes it.
pub(super) struct Pending {
    temporary: PathBuf,
    target: PathBuf,
    committed: bool,
}

impl Pending {
    /// Plans to write `target` by way of `.NAME.PROCESS.part` beside it.
    pub(super) fn new(target: &Path) -> Result<Self, MediaError> {
        let bad = |reason: &str| MediaError::OutputName { path: target.into(), reason: reason.into() };
        let name = target.file_name().ok_or_else(|| bad("this is no file name; give one such as out.mkv"))?;
        if target.is_dir() {
            return Err(bad("this is a folder; give a file name inside it"));
        }
        let folder = target.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or(Path::new("."));
        if !folder.is_dir() {
            return Err(bad("its folder does not exist; make the folder first"));
        }
        let temporary = folder.join(format!(".{}.{}.part", name.to_string_lossy(), std::process::id()));
        Ok(Self { temporary, target: target.into(), committed: false })
    }

    /// Where to write.
    pub(super) fn path(&self) -> &Path {
        &self.temporary
    }

    /// The name the file will have.
    pub(super) fn target(&self) -> &Path {
        &self.target
    }

    /// The file is whole: gives it its name, over an older one if there is.
    pub(super) fn commit(mut self) -> Result<(), MediaError> {
        std::fs::rename(&self.temporary, &self.target)
            .map_err(|e| MediaError::Write { path: self.target.clone(), reason: e.to_string() })?;
        self.committed = true;
        Ok(())
    }
}

impl Drop for Pending {
    fn drop(&mut self) {
        if !self.committed {
            // Nothing can be done about a failure here, and the name does not look like a whole file.
            let _ = std::fs::remove_file(&self.temporary);
        }
    }
}
