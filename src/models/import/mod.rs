//! Weights files into ONNX: `.pth` of every kind and `.safetensors` become the network they belong to.
//!
//! ```text
//! bytes ─ what kind? ┬ zip ── pickle ┐
//!                    ├ legacy stream ┼─► Weights ─► Architecture (by names and shapes) ─► Graph ─► ONNX
//!                    └ safetensors ──┘    views: unwrapped, prefixes off      a weight at a time
//! ```
//!
//! Files come from strangers. No size is believed before it is checked, the pickle reader calls nothing, and every
//! weight must have its place and shape.

mod architectures;
mod error;
mod graph;
mod pickle;
mod protobuf;
mod safetensors;
mod tensor;
mod torch;
mod weights;
mod zip;

use bytes::Bytes;

pub use error::ImportError;

use super::Precision;
use architectures::{Architecture, Plan};
use error::shown;
use graph::{Card, Graph};
use weights::Weights;

/// What a container holds.
struct Source {
    /// The kind of file, for people.
    words: &'static str,
    /// Sets of named tensors, the most likely first.
    sets: Vec<Weights>,
    /// What it says of itself.
    card: Vec<(String, String)>,
}

/// A network made of a weights file.
pub struct Converted {
    /// The ONNX file.
    pub bytes: Vec<u8>,
    /// "SPAN, 48 features, 6 blocks".
    pub architecture: String,
    /// "a PyTorch archive, float32".
    pub from: String,
}

/// Whether these are the bytes of a weights file, by what they begin with.
pub(super) fn is_weights(bytes: &[u8]) -> bool {
    bytes.starts_with(b"PK") || is_pickle(bytes) || safetensors::is_one(bytes)
}

/// A pickle of protocol 2 or later; or of an older one that begins by naming something.
fn is_pickle(bytes: &[u8]) -> bool {
    let named = |rest: &[u8]| {
        let word = |b: &u8| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'.');
        let mut lines = rest.split(|&b| b == b'\n').map(|line| !line.is_empty() && line.iter().all(word));
        lines.next() == Some(true) && lines.next() == Some(true)
    };
    matches!(bytes, [0x80, 2..=5, ..]) || bytes.strip_prefix(b"c").is_some_and(named)
}

/// Builds the network that the weights in `file` belong to; `name` is kept in it.
///
/// # Errors
/// A sentence for every file that is none, is damaged, wants more than tensors, or belongs to no architecture.
pub(super) fn import(file: Bytes, name: &str, precision: Precision) -> Result<Converted, ImportError> {
    let source = open(&file)?;
    drop(file);
    let Source { words, sets, card } = source;
    let keys = sets.first().map(first_keys).unwrap_or_default();
    let mut misfit = None;
    for view in sets.into_iter().flat_map(Weights::views) {
        let Some(architecture) = architectures::claimant(&view) else { continue };
        match build(architecture, view, &card, words, name, precision) {
            // Another set in the file may fit better; if none does, the first is what the file was for.
            Err(fault @ ImportError::Misfit { .. }) => misfit = misfit.or(Some(fault)),
            other => return other,
        }
    }
    Err(misfit.unwrap_or_else(|| ImportError::Unknown { known: architectures::known(), keys }))
}

fn open(file: &Bytes) -> Result<Source, ImportError> {
    if file.starts_with(b"PK") {
        torch::zipped(file)
    } else if file.starts_with(torch::LEGACY) {
        torch::legacy(file)
    } else if is_pickle(file) {
        Err(torch::bare_pickle(file))
    } else {
        safetensors::read(file)
    }
}

fn build(
    architecture: &dyn Architecture,
    weights: Weights,
    card: &[(String, String)],
    words: &str,
    name: &str,
    precision: Precision,
) -> Result<Converted, ImportError> {
    let plan = architecture.plan(&weights)?;
    let mut graph = Graph::new(architecture.name(), &weights, card, precision);
    let output = architecture.build(&plan, &mut graph)?;
    graph.all_used()?;
    let from = format!("{words}, {}", weights.kind_words());
    let notes = notes(card, &plan, name, &from);
    let card = Card { name, channels: plan.channels, scale: plan.scale, notes: &notes };
    let bytes = graph.finish(output, &card);
    Ok(Converted { bytes, architecture: plan.words, from })
}

/// The card that goes into the file.
fn notes(card: &[(String, String)], plan: &Plan, name: &str, from: &str) -> Vec<(String, String)> {
    let said = |keys: &[&str]| {
        let is = |(key, value): &&(String, String)| {
            let key = key.to_lowercase();
            !value.trim().is_empty() && keys.contains(&key.strip_prefix("modelspec.").unwrap_or(&key))
        };
        card.iter().find(is).map(|(_, value)| value.trim().to_owned())
    };
    let mut notes = vec![
        ("name".to_owned(), said(&["title", "name"]).unwrap_or_else(|| name.to_owned())),
        ("architecture".to_owned(), plan.words.clone()),
        ("scale".to_owned(), plan.scale.to_string()),
        ("converted_from".to_owned(), from.to_owned()),
    ];
    let author = said(&["author", "authors", "creator", "model_author"]).map(|text| ("author".to_owned(), text));
    let licence = said(&["license", "licence", "model_license"]).map(|text| ("license".to_owned(), text));
    let words = said(&["description"]).map(|text| ("description".to_owned(), text));
    notes.extend(author.into_iter().chain(licence).chain(words));
    notes
}

/// The first names of a set, for a sentence.
fn first_keys(weights: &Weights) -> String {
    let names: Vec<String> = weights.names().take(4).map(shown).collect();
    names.join(", ")
}

/// An operator of an ONNX file, with the shape of the weights it works with (the second input), if it has any.
pub(super) struct Operator<'a> {
    pub name: &'a str,
    pub weight: Option<&'a [usize]>,
}

/// What an ONNX file is, if its operators and the shapes of its weights, in their order, tell it surely. Names count for
/// nothing: most exporters throw them away, and other networks have the same.
pub(super) fn recognise(operators: &[Operator<'_>]) -> Option<String> {
    architectures::by_order(operators).map(|plan| plan.words)
}
