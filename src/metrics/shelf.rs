//! Buffers kept for the next frame: fetching fresh memory from the system for each takes longer than the arithmetic.

use parking_lot::Mutex;

/// Bytes that a shelf keeps at most; what comes back beyond is freed.
const ROOM: usize = 32 << 20;

/// A pile of buffers of one kind, taken and given back by any thread.
pub(super) struct Shelf<T>(Mutex<Vec<Vec<T>>>);

impl<T: Copy + Default> Shelf<T> {
    pub const fn new() -> Self {
        Self(Mutex::new(Vec::new()))
    }

    /// A buffer of `length`; what stands in it is left from before.
    pub fn take(&self, length: usize) -> Vec<T> {
        let mut kept = self.0.lock();
        let fits = kept.iter().position(|buffer| buffer.capacity() >= length);
        let mut buffer = fits.map(|at| kept.swap_remove(at)).unwrap_or_default();
        drop(kept);
        buffer.resize(length, T::default());
        buffer
    }

    pub fn give_back(&self, buffer: Vec<T>) {
        let mut kept = self.0.lock();
        let bytes = |buffer: &Vec<T>| buffer.capacity() * size_of::<T>();
        if buffer.capacity() > 0 && kept.iter().map(bytes).sum::<usize>() + bytes(&buffer) <= ROOM {
            kept.push(buffer);
        }
    }
}

/// A number that has a shelf of its own.
pub(super) trait Shelved: Copy + Default + Send + Sync + 'static {
    fn shelf() -> &'static Shelf<Self>;
}

impl Shelved for i16 {
    fn shelf() -> &'static Shelf<i16> {
        static SHELF: Shelf<i16> = Shelf::new();
        &SHELF
    }
}

impl Shelved for i32 {
    fn shelf() -> &'static Shelf<i32> {
        static SHELF: Shelf<i32> = Shelf::new();
        &SHELF
    }
}
