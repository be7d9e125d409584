//! Frames already made, by source and number, within a budget of bytes.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use parking_lot::Mutex;

use crate::frame::{Frame, FrameSource, Request, SourceError, SourceInfo};

/// Names the frames of one source: two sources with one key give the same frames.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct SourceKey(pub Arc<str>);

/// Least recently used frames go first when the budget is passed. Shared by all threads.
pub struct Store {
    inner: Mutex<Inner>,
    budget: usize,
}

#[derive(Default)]
struct Inner {
    frames: HashMap<(SourceKey, usize), (Arc<Frame>, u64)>,
    /// Oldest use first.
    order: BTreeMap<u64, (SourceKey, usize)>,
    uses: u64,
    bytes: usize,
}

impl Store {
    /// A store of at most `budget` bytes of samples. One frame is always kept, however large.
    pub fn new(budget: usize) -> Self {
        Self { inner: Mutex::default(), budget }
    }

    pub fn get(&self, key: &SourceKey, n: usize) -> Option<Arc<Frame>> {
        let mut inner = self.inner.lock();
        let inner = &mut *inner;
        let slot = (key.clone(), n);
        let (frame, used) = inner.frames.get_mut(&slot)?;
        inner.order.remove(used);
        inner.uses += 1;
        *used = inner.uses;
        inner.order.insert(inner.uses, slot);
        Some(frame.clone())
    }

    /// Whether a frame is here, without counting as a use.
    pub fn has(&self, key: &SourceKey, n: usize) -> bool {
        self.inner.lock().frames.contains_key(&(key.clone(), n))
    }

    pub fn put(&self, key: &SourceKey, n: usize, frame: Arc<Frame>) {
        let mut inner = self.inner.lock();
        inner.remove(&(key.clone(), n));
        inner.uses += 1;
        let uses = inner.uses;
        inner.bytes += frame.cost();
        inner.frames.insert((key.clone(), n), (frame, uses));
        inner.order.insert(uses, (key.clone(), n));
        while inner.bytes > self.budget && inner.frames.len() > 1 {
            let Some(oldest) = inner.order.first_key_value().map(|(_, slot)| slot.clone()) else { break };
            inner.remove(&oldest);
        }
    }

    /// Bytes of samples held.
    pub fn bytes(&self) -> usize {
        self.inner.lock().bytes
    }
}

impl Inner {
    fn remove(&mut self, slot: &(SourceKey, usize)) {
        if let Some((frame, used)) = self.frames.remove(slot) {
            self.order.remove(&used);
            self.bytes -= frame.cost();
        }
    }
}

/// A source that looks into the store before it works, and leaves there what it made.
pub struct Stored {
    inner: Box<dyn FrameSource>,
    key: SourceKey,
    store: Arc<Store>,
}

impl Stored {
    pub fn new(inner: Box<dyn FrameSource>, key: SourceKey, store: Arc<Store>) -> Self {
        Self { inner, key, store }
    }
}

impl FrameSource for Stored {
    fn info(&self) -> &SourceInfo {
        self.inner.info()
    }

    fn frame(&mut self, request: &mut Request<'_>) -> Result<Arc<Frame>, SourceError> {
        if let Some(frame) = self.store.get(&self.key, request.frame) {
            return Ok(frame);
        }
        let frame = self.inner.frame(request)?;
        self.store.put(&self.key, request.frame, frame.clone());
        Ok(frame)
    }
}
