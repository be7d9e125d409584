//! What extractors found, kept from session to session under the content they found it in: the same samples, wherever
//! they come from, are not measured twice.
//!
//! The store is SQLite in write-ahead mode: several Doublets read and write it at once, and one that is killed loses
//! its last second at most. Nothing here is ever an error of a score: where the store fails, things are measured.

use std::path::{Path, PathBuf};
use std::sync::OnceLock;
use std::time::{Duration, Instant};

use parking_lot::Mutex;
use rusqlite::{Connection, ErrorCode, OptionalExtension, params};
use xxhash_rust::xxh3::{Xxh3, xxh3_64};

use crate::frame::Frame;
use crate::metrics::{Extracts, Value};

/// The file's name within the cache folder. The number changes with its inner shape.
const NAME: &str = "scores-1.sqlite3";

/// Bytes of the file above which the oldest findings go.
const MOST: u64 = 256 << 20;

/// Findings are written in bunches of so many, or after so long.
const BUNCH: usize = 256;
const PAUSE: Duration = Duration::from_millis(500);

/// Findings held in memory at most while the store cannot be written.
const WAITING: usize = 8192;

/// Keeps what extractors found. Shared by all threads.
pub struct ScoreCache {
    path: PathBuf,
    most: u64,
    inner: Mutex<Inner>,
}

struct Inner {
    /// `None` once the store proved unusable.
    store: Option<Connection>,
    waiting: Vec<(u128, Vec<u8>)>,
    written: Instant,
    /// Findings written since the size was looked at.
    since_look: usize,
    /// How often the file was made anew; a disk that spoils it again and again is left alone.
    renewed: usize,
}

impl ScoreCache {
    /// The cache in `folder`, which is made if it is not there. One that cannot be opened remembers nothing, with a word
    /// in the log.
    pub fn at(folder: &Path) -> Self {
        Self::sized(folder, MOST)
    }

    /// As [`ScoreCache::at`], of at most about `most` bytes on disk.
    pub fn sized(folder: &Path, most: u64) -> Self {
        let path = folder.join(NAME);
        let store = open(&path);
        let inner = Inner { store, waiting: Vec::new(), written: Instant::now(), since_look: 0, renewed: 0 };
        Self { path, most, inner: Mutex::new(inner) }
    }

    /// The file.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Whether findings are kept.
    pub fn is_open(&self) -> bool {
        self.inner.lock().store.is_some()
    }

    /// What was found under `key`, if it is known and is `count` numbers.
    pub(super) fn get(&self, key: u128, count: usize) -> Option<Vec<Value>> {
        let mut inner = self.inner.lock();
        let waiting = inner.waiting.iter().find(|(have, _)| *have == key).map(|(_, packed)| packed.clone());
        let packed = waiting.or_else(|| {
            let read = |store: &Connection| {
                let mut query = store.prepare_cached("SELECT numbers FROM found WHERE key = ?1")?;
                query.query_row([key.to_be_bytes()], |row| row.get(0)).optional()
            };
            let read = read(inner.store.as_ref()?);
            self.settle(&mut inner, read).flatten()
        })?;
        unpack(key, &packed).filter(|values| values.len() == count)
    }

    /// Remembers what was found under `key`. What is no number is not kept.
    pub(super) fn put(&self, key: u128, values: &[Value]) {
        if values.iter().any(|value| !value.value.is_finite()) {
            return;
        }
        let mut inner = self.inner.lock();
        if inner.store.is_none() {
            return;
        }
        inner.waiting.push((key, pack(key, values)));
        if inner.waiting.len().is_multiple_of(BUNCH) || inner.written.elapsed() >= PAUSE {
            self.write(&mut inner);
        }
    }

    /// Bytes that the findings take on disk.
    pub fn bytes(&self) -> u64 {
        self.inner.lock().store.as_ref().and_then(|store| size(store).ok()).unwrap_or(0)
    }

    /// Writes what waits, in one go. Where another writer is in the way, it goes on waiting.
    fn write(&self, inner: &mut Inner) {
        inner.written = Instant::now();
        let write = |store: &mut Connection, waiting: &[(u128, Vec<u8>)]| {
            let bunch = store.transaction()?;
            {
                let mut add = bunch.prepare_cached("INSERT OR IGNORE INTO found (key, numbers) VALUES (?1, ?2)")?;
                for (key, packed) in waiting {
                    add.execute(params![key.to_be_bytes(), packed])?;
                }
            }
            bunch.commit()
        };
        let Inner { store: Some(store), waiting, .. } = inner else { return };
        let written = write(store, waiting);
        match self.settle(inner, written) {
            Some(()) => {
                inner.since_look += inner.waiting.len();
                inner.waiting.clear();
            }
            None if inner.waiting.len() > WAITING => inner.waiting.clear(),
            None => {}
        }
        if inner.since_look >= 4 * BUNCH {
            inner.since_look = 0;
            self.trim(inner);
        }
    }

    /// Lets the oldest findings go while they are too many; their room in the file is used again.
    fn trim(&self, inner: &mut Inner) {
        let trim = |store: &Connection| {
            if size(store)? > self.most {
                let oldest = "DELETE FROM found WHERE rowid <=
                              (SELECT min(rowid) + (max(rowid) - min(rowid)) / 4 FROM found)";
                store.execute(oldest, [])?;
            }
            Ok(())
        };
        let Some(trimmed) = inner.store.as_ref().map(trim) else { return };
        self.settle(inner, trimmed);
    }

    /// What was found, if nothing went wrong. A damaged store is made anew.
    fn settle<T>(&self, inner: &mut Inner, found: rusqlite::Result<T>) -> Option<T> {
        match found {
            Ok(found) => Some(found),
            Err(error) => {
                if is_damage(&error) {
                    // Closed before the file goes.
                    inner.store = None;
                    inner.renewed += 1;
                    inner.store = if inner.renewed <= 3 { renewed(&self.path, &error) } else { None };
                } else {
                    log::debug!("scores are not kept just now: {error}");
                }
                None
            }
        }
    }
}

impl Drop for ScoreCache {
    fn drop(&mut self) {
        self.write(&mut self.inner.lock());
    }
}

fn is_damage(error: &rusqlite::Error) -> bool {
    let damage = [ErrorCode::DatabaseCorrupt, ErrorCode::NotADatabase];
    // A file of another shape under our name is no better.
    error.sqlite_error_code().is_some_and(|code| damage.contains(&code) || code == ErrorCode::Unknown)
}

fn open(path: &Path) -> Option<Connection> {
    match opened(path) {
        Ok(store) => Some(store),
        Err(error) if is_damage(&error) => renewed(path, &error),
        Err(error) => {
            log::warn!("scores are not kept: {} cannot be opened ({error})", path.display());
            None
        }
    }
}

fn opened(path: &Path) -> rusqlite::Result<Connection> {
    if let Some(folder) = path.parent() {
        // Where this fails, opening does too, and says why.
        _ = std::fs::create_dir_all(folder);
    }
    let store = Connection::open(path)?;
    store.busy_timeout(Duration::from_millis(250))?;
    store.pragma_update(None, "journal_mode", "WAL")?;
    // A power cut may lose the last bunch; it leaves the file whole.
    store.pragma_update(None, "synchronous", "NORMAL")?;
    store.execute_batch("CREATE TABLE IF NOT EXISTS found (key BLOB NOT NULL UNIQUE, numbers BLOB NOT NULL)")?;
    store.prepare_cached("SELECT numbers FROM found WHERE key = ?1")?;
    Ok(store)
}

/// Takes a damaged file away and begins anew.
fn renewed(path: &Path, error: &rusqlite::Error) -> Option<Connection> {
    log::warn!("{} is damaged ({error}); it is made anew, and scores are measured again", path.display());
    for ending in ["", "-wal", "-shm"] {
        let mut part = path.as_os_str().to_owned();
        part.push(ending);
        // What is not there need not be removed; what cannot be removed shows when it is opened.
        _ = std::fs::remove_file(part);
    }
    opened(path).map_err(|error| log::warn!("scores are not kept: {error}")).ok()
}

/// Bytes in use.
fn size(store: &Connection) -> rusqlite::Result<u64> {
    let number = |name: &str| store.pragma_query_value(None, name, |row| row.get::<_, i64>(0));
    let pages = number("page_count")? - number("freelist_count")?;
    Ok(u64::try_from(pages * number("page_size")?).unwrap_or(0))
}

/// Numbers as bytes: for each the double and whether it was found on identical samples, then a check sum over the key and
/// them, so that a flipped bit on a disk is never a score.
fn pack(key: u128, values: &[Value]) -> Vec<u8> {
    let mut packed: Vec<u8> = Vec::with_capacity(values.len() * 9 + 8);
    for value in values {
        packed.extend(value.value.to_le_bytes());
        packed.push(value.identical.into());
    }
    packed.extend(check(key, &packed).to_le_bytes());
    packed
}

fn unpack(key: u128, packed: &[u8]) -> Option<Vec<Value>> {
    let (numbers, sum) = packed.split_last_chunk::<8>()?;
    if u64::from_le_bytes(*sum) != check(key, numbers) {
        return None;
    }
    let (numbers, rest) = numbers.as_chunks::<9>();
    let value = |number: &[u8; 9]| {
        let (value, identical) = number.split_first_chunk::<8>()?;
        Some(Value { value: f64::from_le_bytes(*value), identical: *identical == [1] })
    };
    rest.is_empty().then(|| numbers.iter().map(value).collect())?
}

fn check(key: u128, numbers: &[u8]) -> u64 {
    xxh3_64(&[&key.to_le_bytes(), numbers].concat())
}

/// The fingerprint of a frame's content, taken when first asked for: size, layout, colour tags, samples (padding left
/// aside).
#[derive(Default)]
pub(super) struct Print(OnceLock<u128>);

impl Print {
    pub fn of(&self, frame: &Frame) -> u128 {
        *self.0.get_or_init(|| {
            let mut hash = Xxh3::new();
            hash.update(format!("{}x{} {:?} {:?}", frame.width, frame.height, frame.layout, frame.color).as_bytes());
            let bytes = frame.layout.sample.bytes();
            for plane in frame.planes() {
                (0..plane.height).for_each(|y| hash.update(plane.row_bytes(y, bytes)));
            }
            hash.digest128()
        })
    }
}

/// The key of what an extractor finds in frames of these fingerprints: reference and candidate, then the neighbours
/// that it reads.
pub(super) fn key_of(about: &Extracts, pair: &[u128], neighbours: &[Vec<u128>; 3], rate: Option<f64>) -> u128 {
    let mut hash = Xxh3::new();
    hash.update(format!("{} {} {:?}", about.id, about.version, rate.map(f64::to_bits)).as_bytes());
    for prints in std::iter::once(pair).chain(neighbours.iter().map(Vec::as_slice)) {
        hash.update(&(prints.len() as u64).to_le_bytes());
        prints.iter().for_each(|print| hash.update(&print.to_le_bytes()));
    }
    hash.digest128()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn values(n: u32) -> Vec<Value> {
        vec![Value::measured(f64::from(n) / 3.0), Value::identical(-0.0)]
    }

    #[test]
    fn what_was_found_outlives_the_session() {
        let dir = tempfile::tempdir().unwrap();
        let cache = ScoreCache::at(&dir.path().join("new folder"));
        cache.put(7, &values(7));
        cache.put(8, &[Value::measured(f64::NAN)]);
        assert_eq!(cache.get(7, 2), Some(values(7)), "before it is written");
        drop(cache);
        let cache = ScoreCache::at(&dir.path().join("new folder"));
        assert_eq!(cache.get(7, 2), Some(values(7)));
        assert_eq!(cache.get(7, 3), None, "another number of features is another thing");
        assert_eq!(cache.get(8, 1), None);
    }

    #[test]
    fn two_write_at_once() {
        let dir = tempfile::tempdir().unwrap();
        let caches = [ScoreCache::at(dir.path()), ScoreCache::at(dir.path())];
        std::thread::scope(|scope| {
            for (who, cache) in caches.iter().enumerate() {
                scope.spawn(move || (0..2000).for_each(|n| cache.put(2 * n + who as u128, &values(n as u32))));
            }
        });
        drop(caches);
        let cache = ScoreCache::at(dir.path());
        assert!((0..4000).all(|n| cache.get(n, 2) == Some(values(n as u32 / 2))));
    }

    #[test]
    fn a_damaged_file_is_made_anew() {
        let dir = tempfile::tempdir().unwrap();
        let fill = || {
            let cache = ScoreCache::at(dir.path());
            (0..600).for_each(|n| cache.put(n, &values(n as u32)));
        };
        fill();
        let path = dir.path().join(NAME);
        let whole = std::fs::read(&path).unwrap();
        for damage in [b"no database at all, but some words".to_vec(), [&whole[..4096], &[0xa5; 9000]].concat()] {
            std::fs::write(&path, damage).unwrap();
            let cache = ScoreCache::at(dir.path());
            assert!((0..600).all(|n| cache.get(n, 2).is_none_or(|found| found == values(n as u32))));
            drop(cache);
            fill();
            let cache = ScoreCache::at(dir.path());
            assert_eq!(cache.get(500, 2), Some(values(500)));
        }
    }

    #[test]
    fn a_flipped_bit_is_no_score() {
        let mut packed = pack(5, &values(1));
        assert_eq!(unpack(5, &packed), Some(values(1)));
        assert_eq!(unpack(6, &packed), None);
        packed[3] ^= 4;
        assert_eq!(unpack(5, &packed), None);
        assert_eq!(unpack(5, &[]), None);
    }

    #[test]
    fn the_oldest_go_when_it_is_full() {
        let dir = tempfile::tempdir().unwrap();
        let cache = ScoreCache::sized(dir.path(), 400 << 10);
        (0..40_000).for_each(|n| cache.put(n, &values(n as u32)));
        assert!(cache.bytes() < 600 << 10, "{}", cache.bytes());
        assert_eq!(cache.get(0, 2), None);
        assert_eq!(cache.get(39_999, 2), Some(values(39_999)));
    }

    #[test]
    fn a_place_that_cannot_be_written_keeps_nothing_and_says_nothing() {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("file");
        std::fs::write(&file, "x").unwrap();
        let cache = ScoreCache::at(&file);
        cache.put(1, &values(1));
        assert_eq!(cache.get(1, 2), None);
    }
}
