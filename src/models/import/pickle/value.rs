//! What a pickle holds.

use std::collections::HashSet;

use super::names::Name;
use crate::models::import::tensor::Kind;

/// A value's number in its [`Tree`].
pub(in crate::models::import) type Id = u32;

/// One value. Containers hold the numbers of their parts.
#[derive(Clone, Debug, PartialEq)]
pub(in crate::models::import) enum Value {
    None,
    Bool(bool),
    Int(i64),
    Float(f64),
    Text(String),
    /// Bytes: their number alone, for no weight lies there.
    Bytes(usize),
    List(Vec<Id>),
    Tuple(Vec<Id>),
    /// Pairs in the order in which they were put in; a key may come twice, and the last counts.
    Dict(Vec<(Id, Id)>),
    Name(Name),
    Storage(StorageRef),
    Tensor(TensorRef),
}

/// A storage as a pickle names it; its bytes lie elsewhere.
#[derive(Clone, Debug, PartialEq)]
pub(in crate::models::import) struct StorageRef {
    pub key: String,
    pub kind: Kind,
    /// Numbers in it.
    pub count: u64,
    /// First number of a view of the storage (the legacy stream knows such).
    pub start: u64,
}

/// A tensor as a pickle describes it; nothing is checked yet.
#[derive(Clone, Debug, PartialEq)]
pub(in crate::models::import) struct TensorRef {
    /// The value that is its storage.
    pub storage: Id,
    pub offset: u64,
    pub shape: Vec<u64>,
    pub strides: Vec<u64>,
}

/// All values of a pickle, and which of them is the whole.
#[derive(Debug)]
pub(in crate::models::import) struct Tree {
    pub values: Vec<Value>,
    pub root: Id,
}

impl Tree {
    pub fn get(&self, id: Id) -> &Value {
        // Numbers come from the machine alone, which made the values.
        self.values.get(id as usize).unwrap_or(&Value::None)
    }

    pub fn text(&self, id: Id) -> Option<&str> {
        match self.get(id) {
            Value::Text(text) => Some(text),
            _ => None,
        }
    }

    /// Whether a value is this truth value.
    pub fn is(&self, id: Id, truth: bool) -> bool {
        self.get(id) == &Value::Bool(truth)
    }

    /// All dicts that are reached from the root through dicts alone, the outer before the inner, each once, with the
    /// key under which it was found.
    pub fn dicts(&self) -> Vec<(&str, &[(Id, Id)])> {
        let (mut seen, mut found, mut queue) = (HashSet::new(), Vec::new(), vec![("", self.root)]);
        while !queue.is_empty() {
            let mut inner = Vec::new();
            for (name, id) in queue {
                if let Value::Dict(pairs) = self.get(id)
                    && seen.insert(id)
                {
                    found.push((name, pairs.as_slice()));
                    inner.extend(pairs.iter().map(|&(key, value)| (self.text(key).unwrap_or(""), value)));
                }
            }
            queue = inner;
        }
        found
    }
}
