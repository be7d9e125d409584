//! Reading a zip archive: its directory, and entries that are stored or deflated (PKWARE's APPNOTE 6.3.10, sections
//! 4.3 and 4.5.3). Nothing is unpacked before its size is known to be sane.

use std::io::Read;

use bytes::Bytes;
use flate2::Crc;
use flate2::read::DeflateDecoder;

use super::error::{ImportError, shown, size_words};
use super::tensor::MOST_BYTES;

/// Entries that an archive has at most; the largest models have some thousands.
const MOST_ENTRIES: u64 = 100_000;
/// Weights of a trained network hardly shrink. What unpacks to more than this many times itself and this many bytes is
/// made to fill memory.
const MOST_GAIN: u64 = 100;
const SMALL: u64 = 1 << 20;

/// One file of an archive, still packed.
#[derive(Clone)]
pub(super) struct Entry {
    name: String,
    packed: Bytes,
    size: u64,
    deflated: bool,
    crc: u32,
}

impl Entry {
    pub fn name(&self) -> &str {
        &self.name
    }

    pub fn is_deflated(&self) -> bool {
        self.deflated
    }

    /// Bytes it says to have when unpacked.
    pub fn size(&self) -> u64 {
        self.size
    }

    /// The file's bytes; without a copy where it is stored.
    ///
    /// # Errors
    /// [`ImportError::Damaged`] where length or check sum are not as the directory has them.
    pub fn read(&self) -> Result<Bytes, ImportError> {
        let bytes = if self.deflated { self.inflate()? } else { self.packed.clone() };
        // PyTorch can be told to leave the check sums out; it then writes zeros.
        if self.crc != 0 {
            let mut crc = Crc::new();
            crc.update(&bytes);
            if crc.sum() != self.crc {
                return Err(self.damaged("has a wrong check sum"));
            }
        }
        Ok(bytes)
    }

    fn inflate(&self) -> Result<Bytes, ImportError> {
        // The size was checked against limits when the directory was read.
        let mut bytes = Vec::with_capacity(self.size as usize);
        let mut decoder = DeflateDecoder::new(&self.packed[..]).take(self.size + 1);
        decoder.read_to_end(&mut bytes).map_err(|_| self.damaged("does not unpack"))?;
        if bytes.len() as u64 != self.size {
            return Err(self.damaged("unpacks to another size than it claims"));
        }
        Ok(bytes.into())
    }

    fn damaged(&self, how: &str) -> ImportError {
        ImportError::Damaged(format!("{} in it {how}", shown(&self.name)))
    }
}

/// Reads the directory of the archive in `file`; folders are left out.
///
/// # Errors
/// A sentence for an archive that is damaged, packed in a way that PyTorch never does, or claims more than any model.
pub(super) fn entries(file: &Bytes) -> Result<Vec<Entry>, ImportError> {
    let (mut at, count) = directory(file)?;
    if count > MOST_ENTRIES {
        let (what, claim) = ("its directory".into(), format!("{count} files"));
        return Err(ImportError::TooLarge { what, claim, limit: MOST_ENTRIES.to_string() });
    }
    let mut found = Vec::new();
    let mut all = 0_u64;
    for _ in 0..count {
        let (entry, next) = record(file, at).ok_or_else(|| ImportError::damaged("its directory"))??;
        at = next;
        all = all.saturating_add(entry.size);
        if all > MOST_BYTES {
            let limit = size_words(u128::from(MOST_BYTES));
            return Err(ImportError::TooLarge { what: "it".into(), claim: size_words(u128::from(all)), limit });
        }
        if !entry.name.ends_with('/') {
            found.push(entry);
        }
    }
    Ok(found)
}

/// Where the directory begins, and the number of its records.
fn directory(file: &[u8]) -> Result<(u64, u64), ImportError> {
    let missing = || ImportError::damaged("the directory at its end is missing");
    // The end record has 22 bytes and a comment of at most 65535 behind it, whose length must come out.
    let least = file.len().saturating_sub(22 + 65535);
    let fits = |&at: &usize| {
        let comment = u16_at(file, at as u64 + 20);
        file[at..].starts_with(b"PK\x05\x06") && comment.is_some_and(|n| at + 22 + usize::from(n) == file.len())
    };
    let end = (least..file.len().saturating_sub(21)).rev().find(fits).ok_or_else(missing)? as u64;
    let read = || {
        let count = u64::from(u16_at(file, end + 10)?);
        let start = u64::from(u32_at(file, end + 16)?);
        if count != 0xffff && start != 0xffff_ffff {
            return Some((start, count));
        }
        // Too large for the old fields: a locator before the end record leads to the one of zip64.
        let locator = end.checked_sub(20)?;
        let wide = if bytes_at(file, locator, 4)? == b"PK\x06\x07" { u64_at(file, locator + 8)? } else { return None };
        if bytes_at(file, wide, 4)? != b"PK\x06\x06" {
            return None;
        }
        Some((u64_at(file, wide.checked_add(48)?)?, u64_at(file, wide.checked_add(32)?)?))
    };
    read().ok_or_else(missing)
}

/// The directory's record at `at`, and where the next begins. `None`: beyond the file.
fn record(file: &Bytes, at: u64) -> Option<Result<(Entry, u64), ImportError>> {
    let head = bytes_at(file, at, 46)?;
    if !head.starts_with(b"PK\x01\x02") {
        return None;
    }
    let (flags, method, crc) = (u16_at(head, 8)?, u16_at(head, 10)?, u32_at(head, 16)?);
    let (mut packed, mut size) = (u64::from(u32_at(head, 20)?), u64::from(u32_at(head, 24)?));
    let mut start = u64::from(u32_at(head, 42)?);
    let (name_len, extra_len, comment_len) =
        (u64::from(u16_at(head, 28)?), u64::from(u16_at(head, 30)?), u64::from(u16_at(head, 32)?));
    let name = String::from_utf8_lossy(bytes_at(file, at + 46, name_len)?).into_owned();
    let extra = bytes_at(file, at + 46 + name_len, extra_len)?;
    wide_sizes(extra, [&mut size, &mut packed, &mut start])?;
    let next = at + 46 + name_len + extra_len + comment_len;

    let refuse = |how: String| Some(Err(ImportError::Damaged(format!("{} in it {how}", shown(&name)))));
    if flags & 1 != 0 {
        return refuse("is encrypted".into());
    }
    let deflated = match method {
        0 => false,
        8 => true,
        other => return refuse(format!("is packed by method {other}, which PyTorch does not use")),
    };
    if !deflated && packed != size {
        return refuse("has two sizes".into());
    }
    if deflated && size > SMALL && size / MOST_GAIN > packed {
        return Some(Err(ImportError::TooLarge {
            what: shown(&name),
            claim: format!("{} out of {}", size_words(u128::from(size)), size_words(u128::from(packed))),
            limit: format!("{MOST_GAIN} times the packed size"),
        }));
    }
    // The record of the file itself has a name and extras of its own, of other lengths.
    let local = bytes_at(file, start, 30)?;
    if !local.starts_with(b"PK\x03\x04") {
        return None;
    }
    let from = start + 30 + u64::from(u16_at(local, 26)?) + u64::from(u16_at(local, 28)?);
    bytes_at(file, from, packed)?;
    let packed = file.slice(from as usize..(from + packed) as usize);
    Some(Ok((Entry { name, packed, size, deflated, crc }, next)))
}

/// Replaces those of size, packed size and start that do not fit 32 bits by the values of the zip64 extra field.
fn wide_sizes(mut extra: &[u8], fields: [&mut u64; 3]) -> Option<()> {
    let mut wanted = fields.into_iter().filter(|v| **v == 0xffff_ffff).peekable();
    while wanted.peek().is_some() {
        let (id, len) = (u16_at(extra, 0)?, u64::from(u16_at(extra, 2)?));
        let body = bytes_at(extra, 4, len)?;
        if id == 1 {
            for (i, field) in wanted.enumerate() {
                *field = u64_at(body, 8 * i as u64)?;
            }
            return Some(());
        }
        extra = &extra[4 + body.len()..];
    }
    Some(())
}

fn bytes_at(file: &[u8], at: u64, len: u64) -> Option<&[u8]> {
    let start = usize::try_from(at).ok()?;
    file.get(start..start.checked_add(usize::try_from(len).ok()?)?)
}

fn u16_at(file: &[u8], at: u64) -> Option<u16> {
    bytes_at(file, at, 2)?.try_into().ok().map(u16::from_le_bytes)
}

fn u32_at(file: &[u8], at: u64) -> Option<u32> {
    bytes_at(file, at, 4)?.try_into().ok().map(u32::from_le_bytes)
}

fn u64_at(file: &[u8], at: u64) -> Option<u64> {
    bytes_at(file, at, 8)?.try_into().ok().map(u64::from_le_bytes)
}
