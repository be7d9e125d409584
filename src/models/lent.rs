//! Buffers of finished pictures, lent to frames and taken back when the last holder lets go: fresh memory of tens of
//! megabytes a picture costs the system as much time as filling it.

use std::sync::Arc;

use bytes::Bytes;
use parking_lot::Mutex;

/// Buffers kept for use again.
const KEPT: usize = 2;

/// The buffers of one stage.
#[derive(Clone, Default)]
pub(super) struct Lender(Arc<Mutex<Vec<Vec<f32>>>>);

impl Lender {
    /// A buffer of `len` samples that hold anything: whoever takes it writes them all.
    pub fn take(&self, len: usize) -> Vec<f32> {
        let mut buffer = self.0.lock().pop().unwrap_or_default();
        buffer.resize(len, 0.0);
        buffer
    }

    /// `samples` as bytes that find their way back here.
    pub fn lend(&self, samples: Vec<f32>) -> Bytes {
        Bytes::from_owner(Lent { samples, home: self.clone() })
    }
}

struct Lent {
    samples: Vec<f32>,
    home: Lender,
}

impl AsRef<[u8]> for Lent {
    fn as_ref(&self) -> &[u8] {
        bytemuck::cast_slice(&self.samples)
    }
}

impl Drop for Lent {
    fn drop(&mut self) {
        let mut kept = self.home.0.lock();
        if kept.len() < KEPT {
            kept.push(std::mem::take(&mut self.samples));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Lender;

    #[test]
    fn a_buffer_comes_back_when_the_last_holder_lets_go() {
        let lender = Lender::default();
        let buffer = lender.take(1000);
        let at = buffer.as_ptr();
        let bytes = lender.lend(buffer);
        let part = bytes.slice(8..16);
        drop(bytes);
        let other = lender.take(1000);
        assert_ne!(other.as_ptr(), at, "still held by a part");
        drop(part);
        let again = lender.take(1000);
        assert_eq!(again.as_ptr(), at);
    }
}
