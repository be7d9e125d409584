//! Files that `torch.save` writes: a zip archive (since PyTorch 1.6), or before that a stream of pickles with the
//! storages behind them. Layouts: torch/serialization.py.

use std::collections::HashMap;
use std::sync::Arc;

use bytes::Bytes;

use super::error::{ImportError, shown};
use super::pickle::{self, Id, StorageRef, TensorRef, Tree, Value};
use super::tensor::{Claim, Storage, Tensor};
use super::weights::{self, Weights};
use super::{Source, zip};

/// How the legacy stream begins: a pickle of a number of ten bytes that PyTorch chose.
pub(super) const LEGACY: &[u8] = b"\x80\x02\x8a\x0a\x6c\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19.";

/// Lengths of names of tensors, and of what is kept for the card: a hostile pickle may repeat a long text without end.
const MOST_NAME: usize = 300;
const MOST_TEXT: usize = 1000;
const MOST_CARD: usize = 100;

/// Reads an archive.
pub(super) fn zipped(file: &Bytes) -> Result<Source, ImportError> {
    let entries = zip::entries(file)?;
    // The folder's name is free; the pickle that lies highest is the one.
    let is_pickle = |e: &&zip::Entry| e.name() == "data.pkl" || e.name().ends_with("/data.pkl");
    let Some(main) = entries.iter().filter(is_pickle).min_by_key(|e| e.name().len()) else {
        return Err(ImportError::NotWeights("a zip archive without weights of PyTorch in it"));
    };
    let folder = main.name().strip_suffix("data.pkl").unwrap_or_default();
    let find = |name: &str| entries.iter().find(|e| e.name().strip_prefix(folder) == Some(name));
    if find("constants.pkl").is_some() {
        return Err(ImportError::NotWeights("a TorchScript program"));
    }
    let big_endian = match find("byteorder").map(zip::Entry::read).transpose()?.as_deref() {
        None | Some(b"little") => false,
        Some(b"big") => true,
        Some(_) => return Err(ImportError::damaged("its order of bytes")),
    };
    let (tree, _) = pickle::read(&main.read()?)?;
    let storages: HashMap<&str, Arc<Storage>> = entries
        .iter()
        .filter_map(|e| Some((e.name().strip_prefix(folder)?.strip_prefix("data/")?, Storage::zipped(e.clone()))))
        .collect();
    let packed = entries.iter().any(zip::Entry::is_deflated);
    let find = |s: &StorageRef| storages.get(s.key.as_str()).cloned();
    let words = if packed { "a deflated PyTorch archive" } else { "a PyTorch archive" };
    Files { tree: &tree, find: &find, big_endian }.source(words)
}

/// Reads a stream of before PyTorch 1.6.
pub(super) fn legacy(file: &Bytes) -> Result<Source, ImportError> {
    let mut at = LEGACY.len();
    let mut next = || {
        let (tree, taken) = pickle::read(file.get(at..).unwrap_or_default())?;
        at += taken;
        Ok::<_, ImportError>(tree)
    };
    let (protocol, system, tree, keys) = (next()?, next()?, next()?, next()?);
    if protocol.get(protocol.root) != &Value::Int(1001) {
        return Err(ImportError::damaged("its protocol is not 1001"));
    }
    let little = |&(key, value): &(Id, Id)| system.text(key) == Some("little_endian") && system.is(value, false);
    let big_endian = matches!(system.get(system.root), Value::Dict(pairs) if pairs.iter().any(little));

    let sizes: HashMap<&str, &StorageRef> = tree
        .values
        .iter()
        .filter_map(|value| if let Value::Storage(s) = value { Some((s.key.as_str(), s)) } else { None })
        .collect();
    let Value::List(keys_in_order) = keys.get(keys.root) else {
        return Err(ImportError::damaged("its list of storages"));
    };
    let mut storages: HashMap<&str, Arc<Storage>> = HashMap::new();
    for &key in keys_in_order {
        let known = keys.text(key).and_then(|key| sizes.get(key));
        let part = known.and_then(|storage| {
            let count = u64::from_le_bytes(file.get(at..at + 8)?.try_into().ok()?);
            let length = usize::try_from(count.checked_mul(storage.kind.size()? as u64)?).ok()?;
            let end = (at + 8).checked_add(length).filter(|&end| end <= file.len())?;
            Some((storage.key.as_str(), at + 8, end))
        });
        let (key, start, end) = part.ok_or_else(|| ImportError::damaged("its storages end early"))?;
        storages.insert(key, Storage::plain(file.slice(start..end)));
        at = end;
    }
    let find = |s: &StorageRef| storages.get(s.key.as_str()).cloned();
    Files { tree: &tree, find: &find, big_endian }.source("a PyTorch file of the legacy kind")
}

/// Reads a lone pickle: it holds no weights that could be run, but what it wants should be told.
pub(super) fn bare_pickle(file: &Bytes) -> ImportError {
    match pickle::read(file) {
        Err(fault @ (ImportError::Refused(_) | ImportError::TooLarge { .. })) => fault,
        _ => ImportError::NotWeights("a pickle without PyTorch's storages"),
    }
}

/// A pickle's values with the storages they speak of.
struct Files<'a> {
    tree: &'a Tree,
    find: &'a dyn Fn(&StorageRef) -> Option<Arc<Storage>>,
    big_endian: bool,
}

impl Files<'_> {
    /// All dicts of tensors, the most likely first, and what the file says of itself.
    fn source(&self, words: &'static str) -> Result<Source, ImportError> {
        let mut sets: Vec<(usize, Weights)> = Vec::new();
        let mut card = Vec::new();
        for (name, pairs) in self.tree.dicts() {
            let mut set = Weights::default();
            for &(key, value) in pairs {
                let Some(key) = self.tree.text(key).filter(|key| key.len() <= MOST_NAME) else { continue };
                match self.tree.get(value) {
                    Value::Tensor(tensor) => set.insert(key, self.tensor(key, tensor)?),
                    Value::Text(text) if text.len() <= MOST_TEXT && card.len() < MOST_CARD => {
                        card.push((key.to_owned(), text.clone()))
                    }
                    _ => {}
                }
            }
            if !set.is_empty() {
                sets.push((weights::rank(name), set));
            }
        }
        sets.sort_by_key(|(rank, _)| *rank);
        let sets: Vec<Weights> = sets.into_iter().map(|(_, set)| set).collect();
        if sets.is_empty() { Err(ImportError::Empty) } else { Ok(Source { words, sets, card }) }
    }

    fn tensor(&self, name: &str, tensor: &TensorRef) -> Result<Tensor, ImportError> {
        let Value::Storage(described) = self.tree.get(tensor.storage) else {
            return Err(ImportError::damaged("its pickle builds a tensor of what is no storage"));
        };
        let storage = (self.find)(described);
        let storage =
            storage.ok_or_else(|| ImportError::Damaged(format!("the numbers of {} are missing", shown(name))))?;
        let claim = Claim {
            kind: described.kind.clone(),
            shape: tensor.shape.clone(),
            strides: Some(tensor.strides.clone()),
            offset: tensor.offset.saturating_add(described.start),
            big_endian: self.big_endian,
        };
        let found = Tensor::new(name, claim, storage.clone())?;
        let held = described.kind.size().and_then(|size| described.count.checked_mul(size as u64));
        if held.is_none_or(|held| held > storage.len()) {
            return Err(ImportError::Damaged(format!("{} claims more numbers than are there", shown(name))));
        }
        Ok(found)
    }
}
