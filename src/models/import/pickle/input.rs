//! The bytes of a pickle, taken from the front.

use crate::models::import::error::ImportError;

#[derive(Default)]
pub(super) struct Input<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl<'a> Input<'a> {
    pub fn new(bytes: &'a [u8]) -> Self {
        Self { bytes, at: 0 }
    }

    /// Bytes taken so far.
    pub fn at(&self) -> usize {
        self.at
    }

    /// The next `count` bytes; nothing is taken from memory for a count that the file does not hold.
    pub fn take(&mut self, count: u64) -> Result<&'a [u8], ImportError> {
        let part = usize::try_from(count).ok().and_then(|n| self.bytes.get(self.at..self.at.checked_add(n)?));
        let part = part.ok_or_else(|| ImportError::damaged("its pickle ends early"))?;
        self.at += part.len();
        Ok(part)
    }

    pub fn array<const N: usize>(&mut self) -> Result<[u8; N], ImportError> {
        let mut array = [0; N];
        array.copy_from_slice(self.take(N as u64)?);
        Ok(array)
    }

    pub fn byte(&mut self) -> Result<u8, ImportError> {
        Ok(self.array::<1>()?[0])
    }

    /// A length of `N` bytes, the lowest first.
    pub fn length<const N: usize>(&mut self) -> Result<u64, ImportError> {
        let bytes = self.array::<N>()?;
        Ok(bytes.iter().rev().fold(0, |n, &b| n << 8 | u64::from(b)))
    }

    /// What stands before the next line feed.
    pub fn line(&mut self) -> Result<String, ImportError> {
        let rest = self.bytes.get(self.at..).unwrap_or_default();
        let end = rest.iter().position(|&b| b == b'\n');
        let end = end.ok_or_else(|| ImportError::damaged("its pickle ends early"))?;
        let line = text(self.take(end as u64)?);
        self.byte()?;
        Ok(line)
    }
}

pub(super) fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}
