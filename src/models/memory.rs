//! What was found out about models on this machine, kept from session to session in the user's cache folder. All of it
//! can be found out again: a file that cannot be read is as good as none.

use std::collections::BTreeMap;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{SystemTime, UNIX_EPOCH};

use parking_lot::Mutex;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use super::speed::Speed;
use super::{Home, ModelInfo};

/// Grows when what is kept changes its meaning; what an older or newer Doublet wrote is not read.
const FORMAT: u32 = 3;
/// Most entries of a file; above, those go whose key tells of nothing that is still there.
const MOST: usize = 4000;

/// What a file was when it was looked into: its bytes and the time of its last change. Another stamp, another file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stamp {
    pub bytes: u64,
    /// Nanoseconds since 1970.
    pub changed: u64,
}

impl Stamp {
    /// The present stamp of the file at `path`; `None` when there is no such file.
    pub fn of(path: &Path) -> Option<Self> {
        let meta = std::fs::metadata(path).ok().filter(std::fs::Metadata::is_file)?;
        let since = meta.modified().ok().and_then(|t| t.duration_since(UNIX_EPOCH).ok()).unwrap_or_default();
        Some(Self { bytes: meta.len(), changed: since.as_nanos() as u64 })
    }

    /// Seconds since the file's last change; `None` when it lies in the future.
    pub fn age(&self) -> Option<f64> {
        let now = SystemTime::now().duration_since(UNIX_EPOCH).ok()?.as_nanos() as u64;
        Some(now.checked_sub(self.changed)? as f64 / 1e9)
    }
}

/// The memory of one home; clones of its [`std::sync::Arc`] are shared by all threads.
#[derive(Default)]
pub struct Memory {
    infos: Book<(Stamp, ModelInfo)>,
    speeds: Book<Speed>,
}

impl Memory {
    /// What is remembered in `home`'s cache folder; without one, memory lasts as long as this value.
    pub fn of(home: &Home) -> Self {
        let file = |name: &str| home.cache.as_ref().map(|folder| folder.join(name));
        Self { infos: Book::new(file("models.json")), speeds: Book::new(file("speeds.json")) }
    }

    /// What was found out about the file at `path`, if its stamp is still `stamp`.
    pub fn info(&self, path: &Path, stamp: Stamp) -> Option<ModelInfo> {
        let (then, info) = self.infos.get(path.to_str()?)?;
        (then == stamp && info.path == path).then_some(info)
    }

    pub fn keep_info(&self, stamp: Stamp, info: &ModelInfo) {
        if let Some(key) = info.path.to_str() {
            self.infos.put(key, (stamp, info.clone()), |key| Path::new(key).is_file());
        }
    }

    /// What was measured of the model whose file has this SHA-256, on this device with this ONNX Runtime.
    pub fn speed(&self, sha256: &str, device: &str, version: &str) -> Option<Speed> {
        self.speeds.get(&speed_key(sha256, device, version))
    }

    pub fn keep_speed(&self, sha256: &str, device: &str, version: &str, speed: &Speed) {
        let newest = format!(" {version} ");
        self.speeds.put(&speed_key(sha256, device, version), speed.clone(), |key| key.contains(&newest));
    }
}

fn speed_key(sha256: &str, device: &str, version: &str) -> String {
    format!("{sha256} {version} {device}")
}

/// One file of entries by key, read at the first question and written whole at every change.
struct Book<T> {
    file: Option<PathBuf>,
    entries: Mutex<Option<BTreeMap<String, T>>>,
}

#[derive(Serialize, Deserialize)]
struct Written<T> {
    format: u32,
    /// Doublet's version: another one may judge models otherwise.
    doublet: String,
    entries: BTreeMap<String, T>,
}

impl<T> Default for Book<T> {
    fn default() -> Self {
        Self { file: None, entries: Mutex::new(None) }
    }
}

impl<T: Clone + Serialize + DeserializeOwned> Book<T> {
    fn new(file: Option<PathBuf>) -> Self {
        Self { file, entries: Mutex::new(None) }
    }

    fn get(&self, key: &str) -> Option<T> {
        self.entries.lock().get_or_insert_with(|| self.read()).get(key).cloned()
    }

    /// Enters `value`, and writes the file with what another Doublet may have written meanwhile. `holds` tells which
    /// keys are worth keeping when there are too many.
    fn put(&self, key: &str, value: T, holds: impl Fn(&str) -> bool) {
        let mut slot = self.entries.lock();
        let entries = slot.get_or_insert_with(BTreeMap::new);
        let mut all = self.read();
        all.append(entries);
        all.insert(key.to_owned(), value);
        if all.len() > MOST {
            all.retain(|other, _| other == key || holds(other));
        }
        *entries = all;
        // A cache that cannot be written is a slower start, not a fault.
        if let Err(error) = self.write(entries) {
            log::info!("what was found out about models is not kept: {error}");
        }
    }

    fn read(&self) -> BTreeMap<String, T> {
        let text = self.file.as_ref().and_then(|file| std::fs::read(file).ok());
        let written = text.and_then(|text| serde_json::from_slice::<Written<T>>(&text).ok());
        written.filter(|w| w.format == FORMAT && w.doublet == version()).map(|w| w.entries).unwrap_or_default()
    }

    fn write(&self, entries: &BTreeMap<String, T>) -> std::io::Result<()> {
        let Some(file) = &self.file else { return Ok(()) };
        let folder = file.parent().unwrap_or(Path::new("."));
        std::fs::create_dir_all(folder)?;
        let text = serde_json::to_vec(&Written { format: FORMAT, doublet: version(), entries: entries.clone() })?;
        // Written aside and renamed: a reader finds the old file or the new one, whole.
        static TURN: AtomicU64 = AtomicU64::new(0);
        let turn = TURN.fetch_add(1, Ordering::Relaxed);
        let passing = file.with_extension(format!("{}-{turn}.part", std::process::id()));
        let mut out = std::fs::File::create(&passing)?;
        out.write_all(&text)?;
        drop(out);
        std::fs::rename(&passing, file).inspect_err(|_| _ = std::fs::remove_file(&passing))
    }
}

fn version() -> String {
    env!("CARGO_PKG_VERSION").to_owned()
}

#[cfg(test)]
mod tests {
    use super::super::{Choice, Precision};
    use super::*;

    fn home(dir: &Path) -> Home {
        Home { cache: Some(dir.join("cache")), ..Home::default() }
    }

    #[test]
    fn a_book_is_read_by_the_next_session_and_survives_a_broken_file() {
        let dir = tempfile::tempdir().unwrap();
        let file = Some(dir.path().join("deep/book.json"));
        let book: Book<u32> = Book::new(file.clone());
        assert_eq!(book.get("a"), None);
        book.put("a", 1, |_| true);
        let other: Book<u32> = Book::new(file.clone());
        other.put("b", 2, |_| true);
        book.put("c", 3, |_| true);
        let next: Book<u32> = Book::new(file.clone());
        assert_eq!(
            (next.get("a"), next.get("b"), next.get("c")),
            (Some(1), Some(2), Some(3)),
            "neither lost the other's"
        );
        std::fs::write(file.as_ref().unwrap(), "{ cut").unwrap();
        let broken: Book<u32> = Book::new(file.clone());
        assert_eq!(broken.get("a"), None);
        broken.put("d", 4, |_| true);
        assert_eq!(Book::<u32>::new(file).get("d"), Some(4));
    }

    #[test]
    fn a_book_does_not_grow_without_end() {
        let book: Book<usize> = Book::new(None);
        for i in 0..MOST {
            book.entries.lock().get_or_insert_with(BTreeMap::new).insert(format!("old {i}"), i);
        }
        book.put("new", 7, |key| key == "old 5");
        assert_eq!(book.entries.lock().as_ref().unwrap().len(), 2);
    }

    #[test]
    fn speeds_are_kept_by_file_device_and_version() {
        let dir = tempfile::tempdir().unwrap();
        let choice = Choice { precision: Precision::F32, tile: 512, streams: 2, batch: 1 };
        let speed = Speed { megapixels_per_second: 2.5, memory_bytes: Some(7), choice };
        Memory::of(&home(dir.path())).keep_speed("aa", "CPU", "1.31.1", &speed);
        let next = Memory::of(&home(dir.path()));
        assert_eq!(next.speed("aa", "CPU", "1.31.1"), Some(speed));
        for (sha, device, version) in [("ab", "CPU", "1.31.1"), ("aa", "GPU", "1.31.1"), ("aa", "CPU", "1.32.0")] {
            assert_eq!(next.speed(sha, device, version), None);
        }
    }

    #[test]
    fn a_stamp_changes_with_the_file() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("a");
        assert_eq!(Stamp::of(&path), None);
        std::fs::write(&path, "1").unwrap();
        let first = Stamp::of(&path).unwrap();
        assert!(first.age().is_some_and(|age| age < 60.0));
        std::fs::write(&path, "12").unwrap();
        assert_ne!(Stamp::of(&path).unwrap(), first);
        assert_eq!(Stamp::of(dir.path()), None, "a folder is no file");
    }
}
