//! Files of the kind safetensors: eight bytes of length, a header in JSON, and the numbers. Format and its rules:
//! github.com/huggingface/safetensors, README; a file that breaks one is refused.

use std::fmt;

use bytes::Bytes;
use serde::Deserialize;
use serde::de::{Deserializer, Error, MapAccess, Visitor};

use super::Source;
use super::error::{ImportError, shown};
use super::tensor::{Claim, Kind, Storage, Tensor, count};
use super::weights::Weights;

/// The longest header that is read: the largest models have some hundred kilobytes.
const MOST_HEADER: u64 = 16 << 20;
const MOST_TENSORS: usize = 100_000;

/// Whether `bytes` begin as such a file.
pub(super) fn is_one(bytes: &[u8]) -> bool {
    let length = bytes.first_chunk::<8>().map(|b| u64::from_le_bytes(*b));
    length.is_some_and(|n| n >= 2) && bytes.get(8) == Some(&b'{')
}

/// Reads a file.
pub(super) fn read(file: &Bytes) -> Result<Source, ImportError> {
    let length = file.first_chunk::<8>().map_or(0, |b| u64::from_le_bytes(*b));
    if length > MOST_HEADER {
        let limit = format!("{} MiB", MOST_HEADER >> 20);
        return Err(ImportError::TooLarge { what: "its header".into(), claim: format!("{length} bytes"), limit });
    }
    let header = file.get(8..8 + length as usize).ok_or_else(|| ImportError::damaged("its header ends early"))?;
    let header: Header = serde_json::from_slice(header).map_err(|e| {
        let text = e.to_string();
        ImportError::Damaged(format!("its header: {}", shown(text.split(" at line").next().unwrap_or_default())))
    })?;
    let data = file.slice(8 + length as usize..);

    let mut places = Vec::with_capacity(header.tensors.len());
    let mut weights = Weights::default();
    for (name, entry) in header.tensors {
        let (start, end) = entry.data_offsets;
        let kind = kind(&entry.dtype);
        let numbers = count(&name, &entry.shape)?;
        let fits = kind.size().is_none_or(|size| start.checked_add(numbers * size as u64) == Some(end));
        if start > end || end > data.len() as u64 || !fits {
            return Err(ImportError::Damaged(format!("the place of {} does not fit its shape", shown(&name))));
        }
        places.push((start, end));
        let claim = Claim { kind, shape: entry.shape, strides: None, offset: 0, big_endian: false };
        let storage = Storage::plain(data.slice(start as usize..end as usize));
        weights.insert(&name, Tensor::new(&name, claim, storage)?);
    }
    // The format allows neither gaps nor overlaps: both hide things.
    places.sort_unstable();
    let end = places.iter().try_fold(0, |at, &(start, end)| (start == at).then_some(end));
    if end != Some(data.len() as u64) {
        return Err(ImportError::damaged("its tensors overlap or leave gaps"));
    }
    if weights.is_empty() {
        return Err(ImportError::Empty);
    }
    Ok(Source { words: "safetensors", sets: vec![weights], card: header.metadata })
}

fn kind(name: &str) -> Kind {
    match name {
        "F64" => Kind::F64,
        "F32" => Kind::F32,
        "F16" => Kind::F16,
        "BF16" => Kind::Bf16,
        "I64" | "U64" => Kind::Whole(8),
        "I32" | "U32" => Kind::Whole(4),
        "I16" | "U16" => Kind::Whole(2),
        "I8" | "U8" | "BOOL" => Kind::Whole(1),
        other => Kind::Other(other.to_owned()),
    }
}

#[derive(Deserialize)]
struct Entry {
    dtype: String,
    shape: Vec<u64>,
    data_offsets: (u64, u64),
}

#[derive(Default)]
struct Header {
    tensors: Vec<(String, Entry)>,
    metadata: Vec<(String, String)>,
}

impl<'de> Deserialize<'de> for Header {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Fields;
        impl<'de> Visitor<'de> for Fields {
            type Value = Header;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object of tensors")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Header, A::Error> {
                let mut header = Header::default();
                let mut seen = std::collections::HashSet::new();
                while let Some(name) = map.next_key::<String>()? {
                    if name == "__metadata__" {
                        let pairs: std::collections::BTreeMap<String, String> = map.next_value()?;
                        header.metadata = pairs.into_iter().collect();
                        continue;
                    }
                    if !seen.insert(name.clone()) {
                        return Err(A::Error::custom(format!("{} stands there twice", shown(&name))));
                    }
                    if header.tensors.len() >= MOST_TENSORS {
                        return Err(A::Error::custom(format!("more than {MOST_TENSORS} tensors")));
                    }
                    header.tensors.push((name, map.next_value()?));
                }
                Ok(header)
            }
        }
        deserializer.deserialize_map(Fields)
    }
}
