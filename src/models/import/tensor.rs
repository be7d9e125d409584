//! Tensors as files hold them: a view of a storage, checked when it is made, read when it is wanted.

use std::sync::{Arc, OnceLock};

use bytes::Bytes;
use half::{bf16, f16};

use super::error::{ImportError, shown, size_words};
use super::zip;
use crate::models::MAX_FILE_MIB;

/// The most that one tensor, or one network, may take as 32-bit floats, in bytes.
pub(super) const MOST_BYTES: u64 = MAX_FILE_MIB << 20;

/// Dimensions that a tensor has at most.
const MOST_DIMENSIONS: usize = 8;

/// How a number is stored.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Kind {
    F64,
    F32,
    F16,
    Bf16,
    /// Whole numbers or truth values of so many bytes: counters of training, never weights.
    Whole(usize),
    /// One that is not read, by its name in the file.
    Other(String),
}

impl Kind {
    /// Bytes of one number.
    pub fn size(&self) -> Option<usize> {
        match self {
            Self::F64 => Some(8),
            Self::F32 => Some(4),
            Self::F16 | Self::Bf16 => Some(2),
            Self::Whole(size) => Some(*size),
            Self::Other(_) => None,
        }
    }

    fn words(&self) -> String {
        match self {
            Self::F64 => "float64".into(),
            Self::F32 => "float32".into(),
            Self::F16 => "float16".into(),
            Self::Bf16 => "bfloat16".into(),
            Self::Whole(size) => format!("int{}", size * 8),
            Self::Other(name) => shown(name),
        }
    }
}

/// Bytes of a storage: plain in the file, or packed in a zip and unpacked at the first look.
pub(super) struct Storage {
    held: Held,
    opened: OnceLock<Result<Bytes, ImportError>>,
}

enum Held {
    Plain(Bytes),
    Zipped(zip::Entry),
}

impl Storage {
    pub fn plain(bytes: Bytes) -> Arc<Self> {
        Arc::new(Self { held: Held::Plain(bytes), opened: OnceLock::new() })
    }

    pub fn zipped(entry: zip::Entry) -> Arc<Self> {
        Arc::new(Self { held: Held::Zipped(entry), opened: OnceLock::new() })
    }

    /// Bytes it has when unpacked.
    pub fn len(&self) -> u64 {
        match &self.held {
            Held::Plain(bytes) => bytes.len() as u64,
            Held::Zipped(entry) => entry.size(),
        }
    }

    fn open(&self) -> Result<Bytes, ImportError> {
        match &self.held {
            Held::Plain(bytes) => Ok(bytes.clone()),
            Held::Zipped(entry) => self.opened.get_or_init(|| entry.read()).clone(),
        }
    }
}

/// A strided view of a storage, as PyTorch has it. Whatever it claims has been checked against the storage.
#[derive(Clone)]
pub(super) struct Tensor {
    kind: Kind,
    shape: Vec<usize>,
    /// Numbers from one index to the next, for each dimension.
    strides: Vec<usize>,
    /// First number.
    offset: usize,
    storage: Arc<Storage>,
    big_endian: bool,
}

/// What a file says of a tensor before anything is believed.
pub(super) struct Claim {
    pub kind: Kind,
    pub shape: Vec<u64>,
    /// `None`: row after row without gaps.
    pub strides: Option<Vec<u64>>,
    pub offset: u64,
    pub big_endian: bool,
}

impl Tensor {
    /// # Errors
    /// A sentence naming the tensor where it is larger than any model, or reaches beyond its storage.
    pub fn new(name: &str, claim: Claim, storage: Arc<Storage>) -> Result<Self, ImportError> {
        let Claim { kind, shape, strides, offset, big_endian } = claim;
        count(name, &shape)?;
        let strides = match strides {
            Some(strides) if strides.len() == shape.len() => strides,
            Some(_) => return Err(ImportError::damaged(format!("{} has one stride too few or many", shown(name)))),
            None => dense(&shape),
        };
        // The sum is taken in 128 bits: no claim of 64 bits overflows it.
        let empty = shape.contains(&0);
        let far = shape.iter().zip(&strides).map(|(&n, &step)| u128::from(n.max(1) - 1) * u128::from(step));
        let last = u128::from(offset) + far.sum::<u128>();
        if let Some(size) = kind.size()
            && !empty
            && (last + 1) * size as u128 > u128::from(storage.len())
        {
            let what = format!("{} reaches beyond its {}", shown(name), size_words(u128::from(storage.len())));
            return Err(ImportError::Damaged(what));
        }
        // A dimension of one index never steps, whatever its stride claims.
        let strides = shape.iter().zip(&strides).map(|(&n, &step)| if n < 2 { 0 } else { step as usize }).collect();
        let shape = shape.into_iter().map(|n| n as usize).collect();
        Ok(Self { kind, shape, strides, offset: offset as usize, storage, big_endian })
    }

    pub fn shape(&self) -> &[usize] {
        &self.shape
    }

    pub fn is_float(&self) -> bool {
        !matches!(self.kind, Kind::Whole(_))
    }

    /// Bits of one number, for the card; 32 where it is not known.
    pub fn kind_words(&self) -> String {
        self.kind.words()
    }

    /// All numbers, row after row.
    ///
    /// # Errors
    /// [`ImportError::Kind`] for what is no float, [`ImportError::NotFinite`], or that the storage does not unpack.
    pub fn read(&self, name: &str) -> Result<Vec<f32>, ImportError> {
        let bytes = self.storage.open()?;
        let values = match self.kind {
            Kind::F64 => self.gather(&bytes, |b: [u8; 8]| f64::from_le_bytes(b) as f32),
            Kind::F32 => self.gather(&bytes, f32::from_le_bytes),
            Kind::F16 => self.gather(&bytes, |b: [u8; 2]| f16::from_le_bytes(b).to_f32()),
            Kind::Bf16 => self.gather(&bytes, |b: [u8; 2]| bf16::from_le_bytes(b).to_f32()),
            Kind::Whole(_) | Kind::Other(_) => {
                return Err(ImportError::Kind { tensor: shown(name), kind: self.kind.words() });
            }
        };
        let values = values.ok_or_else(|| ImportError::damaged(format!("{} reaches beyond its end", shown(name))))?;
        if values.iter().all(|v| v.is_finite()) {
            Ok(values)
        } else {
            Err(ImportError::NotFinite { tensor: shown(name) })
        }
    }

    /// Reads numbers of `N` bytes in the order of the indices. `None`: beyond the storage, which [`Tensor::new`] ruled
    /// out unless the storage unpacked to less than it claimed.
    fn gather<const N: usize>(&self, bytes: &[u8], number: impl Fn([u8; N]) -> f32) -> Option<Vec<f32>> {
        let number = |mut bytes: [u8; N]| {
            if self.big_endian {
                bytes.reverse();
            }
            number(bytes)
        };
        let (cells, _) = bytes.as_chunks::<N>();
        let count: usize = self.shape.iter().product();
        let dense: Vec<u64> = dense(&self.shape.iter().map(|&n| n as u64).collect::<Vec<_>>());
        if count == 0 {
            return Some(Vec::new());
        }
        if self.strides.iter().zip(&dense).zip(&self.shape).all(|((&a, &b), &n)| n == 1 || a as u64 == b) {
            let cells = cells.get(self.offset..self.offset.checked_add(count)?)?;
            return Some(cells.iter().map(|&b| number(b)).collect());
        }
        let mut values = Vec::with_capacity(count);
        let mut index = vec![0_usize; self.shape.len()];
        let mut at = self.offset;
        for _ in 0..count {
            values.push(number(*cells.get(at)?));
            // One step of an odometer: the last dimension turns first.
            for d in (0..index.len()).rev() {
                index[d] += 1;
                at += self.strides[d];
                if index[d] < self.shape[d] {
                    break;
                }
                at -= self.strides[d] * self.shape[d];
                index[d] = 0;
            }
        }
        Some(values)
    }
}

/// Numbers in a tensor of this shape, if it is one that Doublet takes.
pub(super) fn count(name: &str, shape: &[u64]) -> Result<u64, ImportError> {
    if shape.len() > MOST_DIMENSIONS {
        return Err(ImportError::damaged(format!("{} has {} dimensions", shown(name), shape.len())));
    }
    // A zero makes the tensor empty, and would hide what the other dimensions claim.
    let claim = shape.iter().fold(1_u128, |n, &d| n.saturating_mul(u128::from(d.max(1))));
    let bytes = claim.saturating_mul(4);
    if bytes > u128::from(MOST_BYTES) {
        let (what, limit) = (format!("the tensor {}", shown(name)), size_words(u128::from(MOST_BYTES)));
        return Err(ImportError::TooLarge { what, claim: size_words(bytes), limit });
    }
    Ok(shape.iter().product())
}

fn dense(shape: &[u64]) -> Vec<u64> {
    let mut step = 1_u64;
    let mut strides: Vec<u64> = shape
        .iter()
        .rev()
        .map(|&n| {
            let stride = step;
            step = step.saturating_mul(n.max(1));
            stride
        })
        .collect();
    strides.reverse();
    strides
}

#[cfg(test)]
mod tests {
    use super::*;

    fn storage(values: &[f32]) -> Arc<Storage> {
        Storage::plain(values.iter().flat_map(|v| v.to_le_bytes()).collect::<Vec<u8>>().into())
    }

    fn claim(shape: &[u64], strides: Option<&[u64]>, offset: u64) -> Claim {
        Claim {
            kind: Kind::F32,
            shape: shape.to_vec(),
            strides: strides.map(<[u64]>::to_vec),
            offset,
            big_endian: false,
        }
    }

    #[test]
    fn strides_are_honoured() {
        let held = storage(&[0.0, 1.0, 2.0, 3.0, 4.0, 5.0, 6.0]);
        let read = |shape: &[u64], strides: Option<&[u64]>, offset| {
            Tensor::new("t", claim(shape, strides, offset), held.clone()).and_then(|t| t.read("t"))
        };
        assert_eq!(read(&[2, 3], None, 1).unwrap(), [1.0, 2.0, 3.0, 4.0, 5.0, 6.0]);
        // Transposed.
        assert_eq!(read(&[3, 2], Some(&[1, 3]), 0).unwrap(), [0.0, 3.0, 1.0, 4.0, 2.0, 5.0]);
        // Every other; expanded; a scalar; empty.
        assert_eq!(read(&[3], Some(&[2]), 1).unwrap(), [1.0, 3.0, 5.0]);
        assert_eq!(read(&[2, 2], Some(&[0, 1]), 3).unwrap(), [3.0, 4.0, 3.0, 4.0]);
        assert_eq!(read(&[], Some(&[]), 6).unwrap(), [6.0]);
        assert_eq!(read(&[0, 3], None, 0).unwrap(), [0.0; 0]);
        // A dimension of one may have any stride that stays inside.
        assert_eq!(read(&[1, 2], Some(&[900, 1]), 0).unwrap(), [0.0, 1.0]);
        for (shape, strides, offset) in [
            (&[8_u64][..], None, 0),
            (&[2, 3], None, 2),
            (&[2], Some(&[7_u64][..]), 0),
            (&[2], Some(&[u64::MAX]), 0),
            (&[1], None, 7),
            (&[1], None, u64::MAX),
            (&[2, 2], Some(&[1]), 0),
        ] {
            let fault = read(shape, strides, offset).unwrap_err();
            assert!(matches!(fault, ImportError::Damaged(_)), "{shape:?} {strides:?} {offset}: {fault}");
        }
    }

    #[test]
    fn claims_are_weighed_before_memory_is_taken() {
        let held = storage(&[1.0]);
        for (shape, words) in [(&[10 << 40][..], "40.0 TiB"), (&[u64::MAX; 8], "EiB"), (&[0, 1 << 60], "EiB")] {
            // Strides of nought: all indices lie inside.
            let strides = vec![0; shape.len()];
            let fault = Tensor::new("big", claim(shape, Some(&strides), 0), held.clone()).err().unwrap();
            assert!(fault.to_string().contains(words), "{fault}");
        }
    }

    #[test]
    fn kinds_and_orders_of_bytes() {
        let tensor = |kind, bytes: &[u8], big_endian| {
            let claim = Claim { kind, shape: vec![1], strides: None, offset: 0, big_endian };
            Tensor::new("t", claim, Storage::plain(bytes.to_vec().into())).unwrap().read("t")
        };
        assert_eq!(tensor(Kind::F64, &1.5_f64.to_le_bytes(), false).unwrap(), [1.5]);
        assert_eq!(tensor(Kind::F32, &1.5_f32.to_be_bytes(), true).unwrap(), [1.5]);
        assert_eq!(tensor(Kind::F16, &[0x00, 0x3e], false).unwrap(), [1.5]);
        assert_eq!(tensor(Kind::Bf16, &[0xc0, 0x3f], false).unwrap(), [1.5]);
        assert!(matches!(tensor(Kind::Whole(8), &[0; 8], false), Err(ImportError::Kind { .. })));
        assert!(matches!(tensor(Kind::F32, &f32::NAN.to_le_bytes(), false), Err(ImportError::NotFinite { .. })));
    }
}
