//! What was derived of a frame, kept for its neighbours.

use std::any::Any;
use std::collections::VecDeque;
use std::sync::Arc;

use parking_lot::Mutex;

use crate::frame::Frame;

use super::Pair;

/// Derived pictures (a blurred plane, say) kept from one moment to the next, so that a run in order makes none twice.
/// Whether something is found here changes no result. One memo serves one run; the oldest pictures go first.
///
/// It also hands on what an extractor makes of a *pair* on its way to a score, if an overlay of the same pair wants it:
/// an overlay that asks by [`Memo::by_product`] leaves a wish, and from the next moment on the extractor finds the wish
/// by [`Memo::wished`] and keeps the by-product. Of each kind the last one is kept, so that memory stays bounded; and
/// nobody keeps anything while no overlay asks.
#[derive(Default)]
pub struct Memo {
    kept: Mutex<VecDeque<Kept>>,
    wishes: Mutex<Vec<&'static str>>,
    by_products: Mutex<Vec<ByProduct>>,
}

struct ByProduct {
    key: &'static str,
    /// Reference and candidate.
    frames: [Arc<Frame>; 2],
    made: Arc<dyn Any + Send + Sync>,
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

    /// For extractors: whether an overlay wants the by-product `key` of the next pair. Asking takes the wish; without
    /// one, what is left of an earlier pair goes.
    pub fn wished(&self, key: &'static str) -> bool {
        let mut wishes = self.wishes.lock();
        let wish = wishes.iter().position(|wish| *wish == key).map(|at| wishes.swap_remove(at));
        if wish.is_none() {
            self.by_products.lock().retain(|one| one.key != key);
        }
        wish.is_some()
    }

    /// For extractors: keeps the by-product `key` of `pair`.
    pub fn keep<T: Send + Sync + 'static>(&self, key: &'static str, pair: &Pair<'_>, made: T) {
        let frames = [pair.reference().clone(), pair.candidate().clone()];
        let one = ByProduct { key, frames, made: Arc::new(made) };
        let mut all = self.by_products.lock();
        all.retain(|one| one.key != key);
        all.push(one);
    }

    /// For overlays: the by-product `key` of `pair`, if it was kept; and the wish that the next pair's be kept.
    pub fn by_product<T: Send + Sync + 'static>(&self, key: &'static str, pair: &Pair<'_>) -> Option<Arc<T>> {
        let mut wishes = self.wishes.lock();
        if !wishes.contains(&key) {
            wishes.push(key);
        }
        drop(wishes);
        let of_pair = |one: &&ByProduct| {
            let [reference, candidate] = &one.frames;
            one.key == key && Arc::ptr_eq(reference, pair.reference()) && Arc::ptr_eq(candidate, pair.candidate())
        };
        let found = self.by_products.lock().iter().find(of_pair).map(|one| one.made.clone());
        found.and_then(|made| made.downcast::<T>().ok())
    }
}
