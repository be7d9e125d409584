//! Files that appear whole or not at all.

use std::fs::{self, File, OpenOptions};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

use super::ReportError;

/// Writes `bytes` to `path`, replacing what was there; see [`AtomicFile`].
///
/// # Errors
/// [`ReportError::Write`]; `path` is then as it was.
pub fn write_atomic(path: &Path, bytes: &[u8]) -> Result<(), ReportError> {
    AtomicFile::create(path)?.fill(bytes)
}

/// A file under a passing name beside its goal. [`AtomicFile::finish`] gives it its name; dropped without that, it is
/// removed and the goal keeps what it had. Pipes and devices, which cannot be replaced, are written directly; a link is
/// followed, not replaced.
pub struct AtomicFile {
    goal: PathBuf,
    /// `None` when the goal is written directly, or once the file has its name.
    passing: Option<PathBuf>,
    writer: BufWriter<File>,
}

impl AtomicFile {
    /// # Errors
    /// [`ReportError::Write`] when the folder does not exist or may not be written.
    pub fn create(path: &Path) -> Result<Self, ReportError> {
        let fail = |cause| ReportError::Write { path: path.into(), cause };
        let goal = fs::canonicalize(path).unwrap_or_else(|_| path.into());
        let direct = fs::metadata(&goal).is_ok_and(|meta| !meta.is_file() && !meta.is_dir());
        if direct {
            let file = OpenOptions::new().write(true).open(&goal).map_err(fail)?;
            return Ok(Self { goal, passing: None, writer: BufWriter::new(file) });
        }
        if goal.is_dir() {
            return Err(fail(io::Error::other("it is a folder")));
        }
        let passing = passing_name(&goal).map_err(fail)?;
        let file = OpenOptions::new().write(true).create_new(true).open(&passing).map_err(fail)?;
        Ok(Self { goal, passing: Some(passing), writer: BufWriter::new(file) })
    }

    /// Writes `bytes` and finishes.
    ///
    /// # Errors
    /// As [`AtomicFile::finish`].
    pub fn fill(mut self, bytes: &[u8]) -> Result<(), ReportError> {
        self.write_all(bytes).map_err(|cause| ReportError::Write { path: self.goal.clone(), cause })?;
        self.finish()
    }

    /// Puts the file in its place: after this, a reader finds all of it.
    ///
    /// # Errors
    /// [`ReportError::Write`]; what was written is then removed and the goal is as it was.
    pub fn finish(mut self) -> Result<(), ReportError> {
        let done = self.settle();
        done.map_err(|cause| ReportError::Write { path: self.goal.clone(), cause })
    }

    fn settle(&mut self) -> io::Result<()> {
        self.writer.flush()?;
        if let Some(passing) = &self.passing {
            self.writer.get_ref().sync_all()?;
            fs::rename(passing, &self.goal)?;
            self.passing = None;
        }
        Ok(())
    }
}

impl Write for AtomicFile {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.writer.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.writer.flush()
    }
}

impl Drop for AtomicFile {
    fn drop(&mut self) {
        if let Some(passing) = &self.passing {
            // Nobody is left to tell; a stray file with a telling name is the worst that can come of it.
            let _ = fs::remove_file(passing);
        }
    }
}

/// A name beside `goal` that no other writer uses, neither in this process nor in another.
fn passing_name(goal: &Path) -> io::Result<PathBuf> {
    static COUNT: AtomicU64 = AtomicU64::new(0);
    let Some(name) = goal.file_name() else { return Err(io::Error::other("the path names no file")) };
    let count = COUNT.fetch_add(1, Ordering::Relaxed);
    let mut passing = name.to_os_string();
    passing.push(format!(".{}-{count}.part", std::process::id()));
    Ok(goal.with_file_name(passing))
}
