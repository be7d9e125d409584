//! The files and folders that a person put on the shelf, remembered from session to session.

use std::collections::VecDeque;
use std::path::{Path, PathBuf};

use parking_lot::Mutex;
use serde::{Deserialize, Serialize};

use crate::models::Home;
use crate::report;

/// What the file says of itself; another number is another Doublet's.
const FORMAT: u32 = 1;
/// Folders below an added one that are looked into: so deep, and so many.
const DEPTH: usize = 4;
const FOLDERS: usize = 256;

/// What was added. With a file, the file is the truth (another window may write it too); without, memory is.
pub struct Added {
    file: Option<PathBuf>,
    places: Mutex<Vec<PathBuf>>,
    /// What there was to say, and how much of it was told.
    notes: Mutex<(Vec<String>, usize)>,
}

#[derive(Serialize, Deserialize)]
struct Written {
    format: u32,
    added: Vec<PathBuf>,
}

impl Added {
    pub fn of(home: &Home) -> Self {
        let file = home.config.as_ref().map(|folder| folder.join("shelf.json"));
        Self { file, places: Mutex::default(), notes: Mutex::default() }
    }

    /// The files and folders as they were added.
    pub fn places(&self) -> Vec<PathBuf> {
        let mut places = self.places.lock();
        self.refresh(&mut places);
        places.clone()
    }

    /// Sentences about the file that nobody was told yet.
    pub fn notes(&self) -> Vec<String> {
        let mut notes = self.notes.lock();
        let all = notes.0.len();
        let told = std::mem::replace(&mut notes.1, all);
        notes.0[told..].to_vec()
    }

    /// Changes what is remembered.
    ///
    /// # Errors
    /// One sentence when it could not be written; it then holds for this session.
    pub fn change(&self, change: impl FnOnce(&mut Vec<PathBuf>)) -> Result<(), String> {
        let mut places = self.places.lock();
        let understood = self.refresh(&mut places);
        change(&mut places);
        let Some(file) = &self.file else { return Ok(()) };
        if !understood {
            self.put_aside(file)?;
        }
        let failed = |why: String| format!("the shelf is not remembered for the next session: {why}");
        let text = serde_json::to_vec_pretty(&Written { format: FORMAT, added: places.clone() });
        let text = text.map_err(|error| failed(error.to_string()))?;
        let folder = file.parent().unwrap_or(Path::new("."));
        std::fs::create_dir_all(folder).map_err(|e| failed(format!("{} cannot be made ({e})", folder.display())))?;
        report::write_atomic(file, &text).map_err(|error| failed(error.to_string()))
    }

    /// Reads the file anew; when it cannot be understood, what is in memory holds. Gives whether it may be written over.
    fn refresh(&self, places: &mut Vec<PathBuf>) -> bool {
        let Some(file) = &self.file else { return true };
        let reason = match std::fs::read(file) {
            Ok(text) => match serde_json::from_slice::<Written>(&text) {
                Ok(written) if written.format == FORMAT => {
                    *places = written.added;
                    return true;
                }
                Ok(written) => format!("another Doublet wrote it, in format {}", written.format),
                Err(error) => error.to_string(),
            },
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return true,
            Err(error) => error.to_string(),
        };
        self.note(format!(
            "what was added to the shelf cannot be read from {} ({reason}); mend the file, or add your models again",
            file.display()
        ));
        false
    }

    /// Moves a file that cannot be understood out of the way of a new one.
    fn put_aside(&self, file: &Path) -> Result<(), String> {
        let aside = (1..1000).map(|n| file.with_file_name(format!("shelf-broken-{n}.json"))).find(|p| !p.exists());
        match aside.filter(|aside| std::fs::rename(file, aside).is_ok()) {
            Some(aside) => {
                self.note(format!("the shelf's old list, which cannot be read, is kept as {}", aside.display()))
            }
            None => {
                return Err(format!(
                    "the shelf is not remembered for the next session: {} is in the way",
                    file.display()
                ));
            }
        }
        Ok(())
    }

    fn note(&self, sentence: String) {
        let mut notes = self.notes.lock();
        if !notes.0.contains(&sentence) {
            notes.0.push(sentence);
        }
    }
}

/// `places` with the folders below them, those nearest first; hidden ones are left aside. Also whether there are more
/// than are looked into.
pub fn with_subfolders(places: &[PathBuf]) -> (Vec<PathBuf>, bool) {
    let mut found: Vec<PathBuf> = Vec::new();
    let mut cut = false;
    let mut waiting: VecDeque<(PathBuf, usize)> = places.iter().map(|place| (place.clone(), 0)).collect();
    while let Some((place, depth)) = waiting.pop_front() {
        if found.contains(&place) {
            continue;
        }
        if found.len() >= FOLDERS.max(places.len()) {
            cut = true;
            break;
        }
        if place.is_dir() && depth < DEPTH {
            waiting.extend(subfolders(&place).into_iter().map(|folder| (folder, depth + 1)));
        }
        found.push(place);
    }
    (found, cut)
}

/// Real folders in `folder`, by name: a link could lead round in a circle.
fn subfolders(folder: &Path) -> Vec<PathBuf> {
    let Ok(entries) = std::fs::read_dir(folder) else { return Vec::new() };
    let is_folder = |entry: &std::fs::DirEntry| {
        entry.file_type().is_ok_and(|kind| kind.is_dir()) && !entry.file_name().to_string_lossy().starts_with('.')
    };
    let mut folders: Vec<PathBuf> = entries.flatten().filter(is_folder).map(|entry| entry.path()).collect();
    folders.sort();
    folders
}

#[cfg(test)]
mod tests {
    use super::*;

    fn added(dir: &Path) -> Added {
        Added::of(&Home { config: Some(dir.join("config")), ..Home::default() })
    }

    #[test]
    fn additions_are_there_for_the_next_and_for_the_other_window() {
        let dir = tempfile::tempdir().unwrap();
        let (one, two) = (added(dir.path()), added(dir.path()));
        assert!(one.places().is_empty());
        one.change(|places| places.push("/a".into())).unwrap();
        two.change(|places| places.push("/b".into())).unwrap();
        assert_eq!(one.places(), [PathBuf::from("/a"), "/b".into()]);
        one.change(|places| places.retain(|p| p != Path::new("/a"))).unwrap();
        assert_eq!(added(dir.path()).places(), [PathBuf::from("/b")]);
    }

    #[test]
    fn a_broken_file_is_told_and_kept_aside() {
        let dir = tempfile::tempdir().unwrap();
        let folder = dir.path().join("config");
        std::fs::create_dir(&folder).unwrap();
        for (n, text) in ["{ cut", "{\"format\": 9, \"added\": []}", "[]"].iter().enumerate() {
            std::fs::write(folder.join("shelf.json"), text).unwrap();
            let added = added(dir.path());
            assert!(added.places().is_empty() && added.places().is_empty());
            let notes = added.notes();
            assert!(notes.len() == 1 && notes[0].contains("cannot be read"), "{notes:?}");
            added.change(|places| places.push("/a".into())).unwrap();
            assert!(added.notes().iter().any(|note| note.contains("is kept as")));
            let aside = folder.join(format!("shelf-broken-{}.json", n + 1));
            assert_eq!(std::fs::read_to_string(aside).unwrap(), *text, "nothing is lost");
        }
    }

    #[test]
    fn folders_below_are_found_but_no_circles_and_not_without_end() {
        let dir = tempfile::tempdir().unwrap();
        std::fs::create_dir_all(dir.path().join("a/b/c/d/e")).unwrap();
        std::fs::create_dir(dir.path().join(".hidden")).unwrap();
        #[cfg(unix)]
        std::os::unix::fs::symlink(dir.path(), dir.path().join("a/round")).unwrap();
        let (found, cut) = with_subfolders(&[dir.path().to_owned()]);
        let names: Vec<_> = found.iter().map(|p| p.strip_prefix(dir.path()).unwrap().display().to_string()).collect();
        assert_eq!((names, cut), (["", "a", "a/b", "a/b/c", "a/b/c/d"].map(str::to_owned).to_vec(), false));
        for n in 0..300 {
            std::fs::create_dir(dir.path().join(format!("many-{n}"))).unwrap();
        }
        let (found, cut) = with_subfolders(&[dir.path().to_owned()]);
        assert_eq!((found.len(), cut), (FOLDERS, true));
    }
}
