//! Encoded segments, shared by all who open the same chain: each is encoded once, by whoever needs it first.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use parking_lot::{Condvar, Mutex};

use super::segment::{Segment, Work};
use crate::frame::{SourceError, Stop, Urgency};

/// Encoders that may be kept half-way; each holds the pictures it looks ahead at.
const MOST_PAUSED: usize = 2;
/// How often one who waits for another's work looks at its stop flag.
const LOOK: Duration = Duration::from_millis(15);

/// Names a segment: the chain up to and with the encoder, and its number.
type Key = (Arc<str>, usize);

/// A store of encoded segments within a budget of bytes. The least recently used go first; should they be wanted again,
/// they are encoded again, to the same bytes.
pub struct Segments {
    inner: Mutex<Inner>,
    changed: Condvar,
    budget: usize,
}

#[derive(Default)]
struct Inner {
    slots: HashMap<Key, Slot>,
    totals: HashMap<Arc<str>, Totals>,
    bytes: usize,
    uses: u64,
}

#[derive(Default)]
struct Slot {
    state: State,
    /// Those who wait for it with the screen before them.
    urgent: usize,
    used: u64,
}

#[derive(Default)]
enum State {
    #[default]
    Empty,
    Working,
    Paused(Box<Work>),
    Done(Arc<Segment>),
}

/// What was encoded of a chain so far.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Coded {
    pub segments: usize,
    pub frames: usize,
    /// Bytes of packets, without a container.
    pub bytes: usize,
}

#[derive(Default)]
struct Totals {
    coded: Coded,
    /// By segment: whether it is counted.
    counted: Vec<bool>,
}

/// How a segment is to be had.
pub(super) enum Claim {
    Done(Arc<Segment>),
    /// The caller is to encode it: from the beginning, or on from here.
    Work(Option<Box<Work>>),
}

impl Segments {
    /// A store of at most `budget` bytes of packets; the segment in use is always kept.
    pub fn new(budget: usize) -> Self {
        Self { inner: Mutex::default(), changed: Condvar::new(), budget }
    }

    /// What was encoded so far of the chain called `key`; let go or not.
    pub fn coded(&self, key: &str) -> Coded {
        self.inner.lock().totals.get(key).map(|t| t.coded).unwrap_or_default()
    }

    /// Waits while another encodes the segment; gives it when it is there, or the work to him who asked when nobody
    /// does it. Who has the screen before them goes first.
    pub(super) fn claim(&self, key: &Key, urgency: Urgency, stop: &Stop) -> Result<Claim, SourceError> {
        let urgent = urgency == Urgency::OnScreen;
        let mut inner = self.inner.lock();
        let mut waiting = false;
        let claim = loop {
            inner.uses += 1;
            let uses = inner.uses;
            let slot = inner.slots.entry(key.clone()).or_default();
            slot.used = uses;
            let others = slot.urgent - usize::from(waiting);
            let mine = urgent || others == 0;
            match &mut slot.state {
                State::Done(segment) => break Ok(Claim::Done(segment.clone())),
                State::Empty if mine => {
                    slot.state = State::Working;
                    break Ok(Claim::Work(None));
                }
                State::Paused(_) if mine => {
                    if let State::Paused(work) = std::mem::replace(&mut slot.state, State::Working) {
                        break Ok(Claim::Work(Some(work)));
                    }
                }
                _ => {}
            }
            if stop.is_set() {
                break Err(SourceError::Stopped);
            }
            if urgent && !waiting {
                slot.urgent += 1;
                waiting = true;
            }
            self.changed.wait_for(&mut inner, LOOK);
        };
        if waiting && let Some(slot) = inner.slots.get_mut(key) {
            slot.urgent -= 1;
        }
        claim
    }

    /// The work on a segment that nobody has, works on or waits for, without waiting.
    pub(super) fn take_free(&self, key: &Key) -> Option<Option<Box<Work>>> {
        let mut inner = self.inner.lock();
        inner.uses += 1;
        let uses = inner.uses;
        let slot = inner.slots.entry(key.clone()).or_default();
        if slot.urgent > 0 || matches!(slot.state, State::Done(_) | State::Working) {
            return None;
        }
        slot.used = uses;
        match std::mem::replace(&mut slot.state, State::Working) {
            State::Paused(work) => Some(Some(work)),
            _ => Some(None),
        }
    }

    /// Whether somebody with the screen before them waits for what a caller of `urgency` works on.
    pub(super) fn is_in_the_way(&self, key: &Key, urgency: Urgency) -> bool {
        urgency == Urgency::Background && self.inner.lock().slots.get(key).is_some_and(|slot| slot.urgent > 0)
    }

    /// Hands half-done work back, for whoever comes next.
    pub(super) fn pause(&self, key: &Key, work: Box<Work>) {
        let mut inner = self.inner.lock();
        if let Some(slot) = inner.slots.get_mut(key) {
            slot.state = State::Paused(work);
        }
        let mut paused: Vec<(u64, Key)> = inner
            .slots
            .iter()
            .filter(|(_, slot)| matches!(slot.state, State::Paused(_)) && slot.urgent == 0)
            .map(|(key, slot)| (slot.used, key.clone()))
            .collect();
        paused.sort_unstable_by_key(|(used, _)| std::cmp::Reverse(*used));
        for (_, key) in paused.into_iter().skip(MOST_PAUSED) {
            inner.slots.remove(&key);
        }
        self.changed.notify_all();
    }

    /// Says that the work failed or was dropped: the next one begins anew.
    pub(super) fn abandon(&self, key: &Key) {
        let mut inner = self.inner.lock();
        if let Some(slot) = inner.slots.get_mut(key) {
            slot.state = State::Empty;
            if slot.urgent == 0 {
                inner.slots.remove(key);
            }
        }
        self.changed.notify_all();
    }

    /// Puts a finished segment into the store.
    pub(super) fn done(&self, key: &Key, segment: Arc<Segment>) {
        let mut inner = self.inner.lock();
        let bytes = segment.bytes();
        let totals = inner.totals.entry(key.0.clone()).or_default();
        totals.counted.resize(totals.counted.len().max(key.1 + 1), false);
        if !std::mem::replace(&mut totals.counted[key.1], true) {
            totals.coded.segments += 1;
            totals.coded.frames += segment.frames;
            totals.coded.bytes += bytes;
        }
        inner.slots.entry(key.clone()).or_default().state = State::Done(segment);
        inner.bytes += bytes;
        while inner.bytes > self.budget {
            let oldest = inner
                .slots
                .iter()
                .filter(|(other, slot)| *other != key && matches!(slot.state, State::Done(_)) && slot.urgent == 0)
                .min_by_key(|(_, slot)| slot.used)
                .map(|(key, _)| key.clone());
            let Some(Slot { state: State::Done(gone), .. }) = oldest.and_then(|oldest| inner.slots.remove(&oldest))
            else {
                break;
            };
            inner.bytes -= gone.bytes();
        }
        self.changed.notify_all();
    }

    /// Bytes of packets held.
    pub fn bytes(&self) -> usize {
        self.inner.lock().bytes
    }
}

/// Sees to it that a segment that is worked on is never left so: dropped without a word, the work counts as failed.
pub(super) struct Lease<'a> {
    segments: &'a Segments,
    key: &'a Key,
    open: bool,
}

impl<'a> Lease<'a> {
    pub fn new(segments: &'a Segments, key: &'a Key) -> Self {
        Self { segments, key, open: true }
    }

    pub fn pause(mut self, work: Box<Work>) {
        self.open = false;
        self.segments.pause(self.key, work);
    }

    pub fn done(mut self, segment: Arc<Segment>) {
        self.open = false;
        self.segments.done(self.key, segment);
    }
}

impl Drop for Lease<'_> {
    fn drop(&mut self) {
        if self.open {
            self.segments.abandon(self.key);
        }
    }
}
