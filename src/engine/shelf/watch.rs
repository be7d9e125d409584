//! Hears of changes in folders from the system; nothing is asked again and again.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use notify::event::{AccessKind, AccessMode};
use notify::{Event, EventKind, RecommendedWatcher, RecursiveMode, Watcher};
use parking_lot::Mutex;

/// Watches folders, and calls back when something at one of the places changes.
pub struct Watch {
    watcher: Result<RecommendedWatcher, String>,
    watched: BTreeSet<PathBuf>,
    places: Arc<Mutex<Vec<PathBuf>>>,
    /// Folders whose fault was told.
    told: BTreeSet<PathBuf>,
}

impl Watch {
    /// `touched` is called from the system's own thread, often.
    pub fn new(touched: impl Fn() + Send + 'static) -> Self {
        let places: Arc<Mutex<Vec<PathBuf>>> = Arc::default();
        let mine = places.clone();
        let heard = move |event: notify::Result<Event>| {
            // A fault of the watch may have lost something: one looks again.
            if event.map_or(true, |event| concerns(&event, &mine.lock())) {
                touched();
            }
        };
        let watcher = notify::recommended_watcher(heard).map_err(|error| error.to_string());
        Self { watcher, watched: BTreeSet::new(), places, told: BTreeSet::new() }
    }

    /// Watches just these places from now on (a folder itself, the folder around a file). Gives a sentence for what
    /// cannot be watched, once.
    pub fn follow(&mut self, places: &[PathBuf]) -> Option<String> {
        *self.places.lock() = places.to_vec();
        let wanted: BTreeSet<PathBuf> = places.iter().filter_map(|place| folder_of(place)).collect();
        let mut fault = None;
        match &mut self.watcher {
            Err(reason) => {
                if let Some(folder) = wanted.iter().find(|folder| !self.told.contains(*folder)) {
                    fault = Some((folder.clone(), reason.clone()));
                    self.told.extend(wanted);
                }
            }
            Ok(watcher) => {
                for gone in self.watched.difference(&wanted) {
                    // It is gone or will be: whether the system still knew it does not matter.
                    _ = watcher.unwatch(gone);
                }
                self.watched.retain(|folder| wanted.contains(folder));
                for folder in wanted {
                    if self.watched.contains(&folder) {
                        continue;
                    }
                    match watcher.watch(&folder, RecursiveMode::NonRecursive) {
                        Ok(()) => _ = self.watched.insert(folder),
                        Err(error) if self.told.insert(folder.clone()) => fault = Some((folder, error.to_string())),
                        Err(_) => {}
                    }
                }
            }
        }
        fault.map(|(folder, reason)| {
            format!(
                "changes in {} do not show by themselves, for it cannot be watched ({reason}); open the shelf again \
                 to see them",
                folder.display()
            )
        })
    }

    /// Forgets that a folder was watched: it was taken away, and one of the same name is another.
    pub fn forget_missing(&mut self) {
        let Ok(watcher) = &mut self.watcher else { return };
        let gone: Vec<PathBuf> = self.watched.iter().filter(|folder| !folder.is_dir()).cloned().collect();
        for folder in gone {
            _ = watcher.unwatch(&folder);
            self.watched.remove(&folder);
        }
    }
}

/// The folder to watch for what happens at `place`; for a place that is not there, the one that it would lie in.
fn folder_of(place: &Path) -> Option<PathBuf> {
    if place.is_dir() {
        return Some(place.to_owned());
    }
    place.parent().filter(|folder| folder.is_dir()).map(Path::to_owned)
}

/// Whether an event may change what lies at one of `places`. That a file was opened or read changes nothing: to answer
/// that by reading would go on for ever.
fn concerns(event: &Event, places: &[PathBuf]) -> bool {
    if event.need_rescan() {
        return true;
    }
    let changes = match event.kind {
        EventKind::Access(kind) => kind == AccessKind::Close(AccessMode::Write),
        _ => true,
    };
    let near = |path: &PathBuf| places.iter().any(|place| path.starts_with(place) || place.starts_with(path));
    changes && event.paths.iter().any(near)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reading_and_neighbours_do_not_concern() {
        let places = [PathBuf::from("/models"), PathBuf::from("/downloads/a.onnx")];
        let event = |kind, path: &str| Event::new(kind).add_path(path.into());
        let write = EventKind::Access(AccessKind::Close(AccessMode::Write));
        for (kind, path, wanted) in [
            (EventKind::Create(notify::event::CreateKind::File), "/models/b.onnx", true),
            (write, "/downloads/a.onnx", true),
            (write, "/downloads/film.mkv", false),
            (EventKind::Access(AccessKind::Open(AccessMode::Read)), "/models/b.onnx", false),
            (EventKind::Remove(notify::event::RemoveKind::Folder), "/models", true),
        ] {
            assert_eq!(concerns(&event(kind, path), &places), wanted, "{kind:?} {path}");
        }
    }
}
