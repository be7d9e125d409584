//! The shelf's list: which files there are, what is known of each, and which is to be looked into when.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use crate::models::{self, Stamp};

use super::{Card, CardSpeed, CardStatus};

/// A file that changes is left alone until it was the same for so long: it is being copied.
const SETTLE: Duration = Duration::from_millis(400);

/// When a file is to be looked into.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Due {
    At(Instant),
    /// It was.
    Never,
}

pub struct Row {
    pub card: Card,
    pub stamp: Stamp,
    pub due: Due,
}

impl Row {
    fn new(name: String, path: PathBuf, stamp: Stamp) -> Self {
        let card = Card { name, path, status: CardStatus::Reading, speed: None };
        Self { card, stamp, due: due_of(&stamp) }
    }

    /// Whether the file is as it was listed; one that changed waits anew, and one that is gone for the next listing.
    pub fn settle(&mut self, now: Option<Stamp>) -> bool {
        match now {
            Some(stamp) if stamp == self.stamp => true,
            Some(stamp) => {
                (self.stamp, self.due) = (stamp, Due::At(Instant::now() + SETTLE));
                false
            }
            None => {
                self.due = Due::Never;
                false
            }
        }
    }
}

/// A file that was not written to of late is whole.
fn due_of(stamp: &Stamp) -> Due {
    let young = stamp.age().is_none_or(|age| age < SETTLE.as_secs_f64());
    Due::At(Instant::now() + if young { SETTLE } else { Duration::ZERO })
}

/// Rows by name.
#[derive(Default)]
pub struct Rows(Vec<Row>);

impl Rows {
    /// Lists the model files at `places` anew. Gives whether anything changed.
    pub fn list(&mut self, places: &[PathBuf]) -> bool {
        let mut paths: Vec<PathBuf> = Vec::new();
        for path in models::files(places) {
            if !paths.contains(&path) {
                paths.push(path);
            }
        }
        let mut stems: HashMap<String, usize> = HashMap::new();
        paths.iter().for_each(|path| *stems.entry(stem(path).to_lowercase()).or_default() += 1);
        let before: Vec<(String, PathBuf, Stamp)> = self.0.iter().map(key).collect();
        let mut old = std::mem::take(&mut self.0);
        for path in paths {
            let Some(stamp) = Stamp::of(&path) else { continue };
            let own = stem(&path);
            // To look through all folders for each of hundreds of files takes its time; most names need no look.
            let alone = stems.get(&own.to_lowercase()) == Some(&1) && models::strip_ending(&own) == own;
            let name = if alone { own } else { name_of(&path, places) };
            match old.iter().position(|row| row.card.path == path && row.stamp == stamp) {
                Some(place) => {
                    let mut row = old.swap_remove(place);
                    row.card.name = name;
                    self.0.push(row);
                }
                None => self.0.push(Row::new(name, path, stamp)),
            }
        }
        before != self.0.iter().map(key).collect::<Vec<_>>()
    }

    /// Files that could not be used are looked into again: what was wrong may be right by now.
    pub fn retry(&mut self) {
        for row in self.0.iter_mut().filter(|row| matches!(row.card.status, CardStatus::Broken(_))) {
            row.due = due_of(&row.stamp);
        }
    }

    /// Enters what was measured of a file.
    pub fn measured(&mut self, path: &Path, speed: CardSpeed) {
        if let Some(row) = self.0.iter_mut().find(|row| row.card.path == path) {
            row.card.speed = Some(speed);
        }
    }

    pub fn has(&self, path: &Path) -> bool {
        self.0.iter().any(|row| row.card.path == path)
    }

    pub fn cards(&self) -> Vec<Card> {
        self.0.iter().map(|row| row.card.clone()).collect()
    }

    pub fn all_mut(&mut self) -> impl Iterator<Item = &mut Row> {
        self.0.iter_mut()
    }

    pub fn is_waiting(&self) -> bool {
        self.0.iter().any(|row| row.due != Due::Never)
    }

    pub fn waiting_mut(&mut self) -> impl Iterator<Item = &mut Row> {
        self.0.iter_mut().filter(|row| row.due != Due::Never)
    }

    /// When the next file is to be looked into, if any.
    pub fn due(&self) -> Option<Instant> {
        self.0.iter().filter_map(|row| instant(row.due)).min()
    }

    /// The file to be looked into next.
    pub fn next(&mut self) -> Option<&mut Row> {
        self.0.iter_mut().filter(|row| row.due != Due::Never).min_by_key(|row| instant(row.due))
    }
}

fn instant(due: Due) -> Option<Instant> {
    match due {
        Due::At(at) => Some(at),
        Due::Never => None,
    }
}

fn key(row: &Row) -> (String, PathBuf, Stamp) {
    (row.card.name.clone(), row.card.path.clone(), row.stamp)
}

/// A file's name without its ending.
fn stem(path: &Path) -> String {
    path.file_stem().unwrap_or_default().to_string_lossy().into_owned()
}

/// The word by which a recipe means just this file: its name without its ending, with it, or its path.
fn name_of(path: &Path, places: &[PathBuf]) -> String {
    let words = [stem(path), path.file_name().unwrap_or_default().to_string_lossy().into_owned()];
    let means_it = |word: &&String| models::find(word, places).is_ok_and(|found| found == path);
    words.iter().find(means_it).cloned().unwrap_or_else(|| path.display().to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_means_one_file() {
        let dir = tempfile::tempdir().unwrap();
        let (a, b) = (dir.path().join("a"), dir.path().join("b"));
        for folder in [&a, &b] {
            std::fs::create_dir(folder).unwrap();
            std::fs::write(folder.join("same.onnx"), "x").unwrap();
        }
        std::fs::write(b.join("other.onnx"), "x").unwrap();
        let mut rows = Rows::default();
        let places = [a.clone(), b.clone(), a.join("same.onnx")];
        assert!(rows.list(&places));
        let names: Vec<String> = rows.cards().into_iter().map(|c| c.name).collect();
        assert_eq!(names, ["other", "same", &b.join("same.onnx").display().to_string()]);
        for card in rows.cards() {
            assert_eq!(models::find(&card.name, &places).unwrap(), card.path);
        }
        assert!(!rows.list(&places), "nothing changed");
    }

    #[test]
    fn a_growing_file_waits() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("a.onnx");
        std::fs::write(&path, "x").unwrap();
        let mut rows = Rows::default();
        rows.list(&[dir.path().to_owned()]);
        assert!(rows.due().unwrap() > Instant::now(), "it was written a moment ago");
        std::fs::write(&path, "xy").unwrap();
        let row = rows.next().unwrap();
        assert!(!row.settle(Stamp::of(&path)));
        assert!(row.settle(Stamp::of(&path)));
        std::fs::remove_file(&path).unwrap();
        assert!(!row.settle(Stamp::of(&path)));
        assert_eq!(rows.due(), None);
    }
}
