//! The named tensors of a file, and the views of them that a network may stand in.

use std::collections::HashMap;

use super::error::ImportError;
use super::tensor::Tensor;

/// Names under which training programs put the weights, the best first: averaged weights before the last ones.
const WRAPPERS: [&str; 9] =
    ["params_ema", "params-ema", "params", "model_state_dict", "state_dict", "model_ema", "model", "net", "generator"];

/// Beginnings that wrapping modules put before every name.
const PREFIXES: [&str; 12] = [
    "module.",
    "params_ema.",
    "params.",
    "state_dict.",
    "netG.",
    "net_g.",
    "generator.",
    "model_ema.",
    "_orig_mod.",
    "net.",
    "model.",
    "network.",
];

/// Layers of one row that a network has at most.
const MOST_LAYERS: usize = 10_000;

/// How many prefixes may stand before each other.
const MOST_PREFIXES: usize = 4;

/// One name with its shape; without its tensor where only the shape is known (a look into an ONNX file).
#[derive(Clone)]
struct Row {
    name: String,
    shape: Vec<usize>,
    tensor: Option<Tensor>,
}

/// Named tensors in the order of the file.
#[derive(Clone, Default)]
pub(super) struct Weights {
    rows: Vec<Row>,
    index: HashMap<String, usize>,
}

impl Weights {
    /// Puts a tensor under a name; a second one of the same name takes the place of the first, as in Python.
    pub fn insert(&mut self, name: &str, tensor: Tensor) {
        self.put(Row { name: name.to_owned(), shape: tensor.shape().to_vec(), tensor: Some(tensor) });
    }

    /// A name with its shape alone.
    pub fn insert_shape(&mut self, name: &str, shape: &[usize]) {
        self.put(Row { name: name.to_owned(), shape: shape.to_vec(), tensor: None });
    }

    fn put(&mut self, row: Row) {
        match self.index.get(&row.name) {
            Some(&at) => self.rows[at] = row,
            None => {
                self.index.insert(row.name.clone(), self.rows.len());
                self.rows.push(row);
            }
        }
    }

    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    pub fn has(&self, name: &str) -> bool {
        self.index.contains_key(name)
    }

    pub fn shape(&self, name: &str) -> Option<&[usize]> {
        self.index.get(name).map(|&at| self.rows[at].shape.as_slice())
    }

    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.rows.iter().map(|row| row.name.as_str())
    }

    /// Names of the tensors that are floats: counters of training are left out.
    pub fn float_names(&self) -> impl Iterator<Item = &str> {
        let float = |row: &&Row| row.tensor.as_ref().is_none_or(Tensor::is_float);
        self.rows.iter().filter(float).map(|row| row.name.as_str())
    }

    /// All numbers of a tensor; `None` if there is none of this name.
    pub fn read(&self, name: &str) -> Option<Result<Vec<f32>, ImportError>> {
        let tensor = self.rows[*self.index.get(name)?].tensor.as_ref()?;
        Some(tensor.read(name))
    }

    /// The numbers after `prefix` and before the next point of all names that begin so: 0, 1, 2, 10 for "body.". Larger
    /// ones than any network has are passed over, so that nobody counts up to them.
    pub fn numbers(&self, prefix: &str) -> Vec<usize> {
        let number = |name: &str| {
            let number = name.strip_prefix(prefix)?.split('.').next()?.parse::<usize>().ok()?;
            (number < MOST_LAYERS).then_some(number)
        };
        let mut found: Vec<usize> = self.names().filter_map(number).collect();
        found.sort_unstable();
        found.dedup();
        found
    }

    /// The kinds of numbers in it, the most frequent first: "float16".
    pub fn kind_words(&self) -> String {
        let mut counts: Vec<(String, usize)> = Vec::new();
        for tensor in self.rows.iter().filter_map(|row| row.tensor.as_ref()).filter(|t| t.is_float()) {
            let kind = tensor.kind_words();
            match counts.iter_mut().find(|(k, _)| *k == kind) {
                Some((_, n)) => *n += 1,
                None => counts.push((kind, 1)),
            }
        }
        counts.into_iter().max_by_key(|(_, n)| *n).map(|(kind, _)| kind).unwrap_or_default()
    }

    /// Those whose names begin with `prefix`, without it.
    fn under(&self, prefix: &str) -> Self {
        let mut part = Self::default();
        for row in &self.rows {
            if let Some(name) = row.name.strip_prefix(prefix) {
                part.put(Row { name: name.to_owned(), ..row.clone() });
            }
        }
        part
    }

    /// This and all that stand in it behind known prefixes, the plain ones first. Where only some names have a prefix
    /// (a generator beside its discriminator), the others are left out.
    pub fn views(self) -> Vec<Self> {
        let mut views = vec![self];
        let mut fresh = 0..1;
        for _ in 0..MOST_PREFIXES {
            let end = views.len();
            for at in fresh.clone() {
                for prefix in PREFIXES {
                    let part = views[at].under(prefix);
                    if !part.is_empty() {
                        views.push(part);
                    }
                }
            }
            fresh = end..views.len();
        }
        views
    }
}

/// Puts sets of weights in order: the name under which each was found tells how likely it is the one to be run.
pub(super) fn rank(name: &str) -> usize {
    WRAPPERS.iter().position(|w| *w == name).unwrap_or(WRAPPERS.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(all: &[&str]) -> Weights {
        let mut weights = Weights::default();
        all.iter().for_each(|name| weights.insert_shape(name, &[1]));
        weights
    }

    #[test]
    fn prefixes_come_off() {
        let views = names(&["module.net_g.a.weight", "module.net_g.b", "module.net_d.c"]).views();
        let found = views.iter().find(|view| view.has("a.weight")).unwrap();
        assert_eq!(found.names().collect::<Vec<_>>(), ["a.weight", "b"]);
        assert!(views[0].has("module.net_d.c"), "what stands there comes first");
    }

    #[test]
    fn numbers_are_found() {
        let weights = names(&[
            "body.10.weight",
            "body.0.weight",
            "body.0.bias",
            "body.x",
            "other.3",
            "body.18446744073709551615.a",
        ]);
        assert_eq!(weights.numbers("body."), [0, 10]);
    }
}
