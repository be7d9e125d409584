//! What was derived of a frame, kept for its neighbours.

use std::any::Any;
use std::collections::VecDeque;
use std::sync::Arc;

use parking_lot::Mutex;

use crate::frame::Frame;

/// Derived pictures (a blurred plane, say) kept from one moment to the next, so that a run in order makes none twice.
/// Whether something is found here changes no result. One memo serves one run; the oldest pictures go first.
#[derive(Default)]
pub struct Memo {
    kept: Mutex<VecDeque<Kept>>,
}

/// The frame is held with what was made of it: an address that is in use cannot be another frame's.
struct Kept {
    key: &'static str,
    frame: Arc<Frame>,
    made: Arc<dyn Any + Send + Sync>,
}

/// Pictures kept at most; enough for every extractor's neighbours.
const MOST: usize = 24;

impl Memo {
    /// What `make` makes of `frame`, under `key` (the maker's name and the plane, say). Made outside any lock: two
    /// threads that ask at once may both make it.
    pub fn of<T: Send + Sync + 'static>(
        &self,
        key: &'static str,
        frame: &Arc<Frame>,
        make: impl FnOnce() -> T,
    ) -> Arc<T> {
        let same = |kept: &&Kept| kept.key == key && Arc::ptr_eq(&kept.frame, frame);
        let found = self.kept.lock().iter().find(same).map(|kept| kept.made.clone());
        if let Some(found) = found.and_then(|made| made.downcast::<T>().ok()) {
            return found;
        }
        let made = Arc::new(make());
        let mut kept = self.kept.lock();
        kept.push_back(Kept { key, frame: frame.clone(), made: made.clone() });
        if kept.len() > MOST {
            kept.pop_front();
        }
        made
    }
}
