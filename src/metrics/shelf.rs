//! Buffers kept for the next frame: fetching fresh memory from the system for each takes longer than the arithmetic.

use parking_lot::Mutex;

/// Bytes that a shelf keeps at most; what comes back beyond is freed.
const ROOM: usize = 64 << 20;

/// A pile of buffers of one kind, taken and given back by any thread.
pub(super) struct Shelf<T>(Mutex<Vec<Vec<T>>>);

impl<T: Copy + Default> Shelf<T> {
    pub const fn new() -> Self {
        Self(Mutex::new(Vec::new()))
    }

    /// A buffer of `length`; what stands in it is left from before.
    pub fn take(&self, length: usize) -> Vec<T> {
        if length == 0 {
            return Vec::new();
        }
        let mut kept = self.0.lock();
        // The smallest that will do: a large one is for somebody who needs it.
        let fits = kept.iter().enumerate().filter(|(_, buffer)| buffer.capacity() >= length);
        let best = fits.min_by_key(|(_, buffer)| buffer.capacity()).map(|(at, _)| at);
        let mut buffer = best.map(|at| kept.swap_remove(at)).unwrap_or_default();
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

macro_rules! shelved {
    ($($number:ty),*) => {$(
        impl Shelved for $number {
            fn shelf() -> &'static Shelf<Self> {
                static SHELF: Shelf<$number> = Shelf::new();
                &SHELF
            }
        }
    )*};
}

shelved!(i16, i32, f32);

/// A buffer that goes back to its shelf by itself.
pub(super) struct Borrowed<T: Shelved>(Vec<T>);

impl<T: Shelved> Borrowed<T> {
    /// A buffer of `length`; what stands in it is left from before.
    pub fn new(length: usize) -> Self {
        Self(T::shelf().take(length))
    }

    /// A buffer of zeros.
    pub fn zeros(length: usize) -> Self {
        let mut buffer = Self::new(length);
        buffer.fill(T::default());
        buffer
    }
}

impl<T: Shelved> From<Vec<T>> for Borrowed<T> {
    fn from(buffer: Vec<T>) -> Self {
        Self(buffer)
    }
}

impl<T: Shelved> Drop for Borrowed<T> {
    fn drop(&mut self) {
        T::shelf().give_back(std::mem::take(&mut self.0));
    }
}

impl<T: Shelved> std::ops::Deref for Borrowed<T> {
    type Target = [T];

    fn deref(&self) -> &[T] {
        &self.0
    }
}

impl<T: Shelved> std::ops::DerefMut for Borrowed<T> {
    fn deref_mut(&mut self) -> &mut [T] {
        &mut self.0
    }
}
