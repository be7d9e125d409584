//! The architectures that weights are known to belong to. A new one is one file and one line of [`ARCHITECTURES`].

mod compact;
mod dncnn;
mod esrgan;
mod order;
mod span;

pub(super) use order::by_order;

use super::error::{ImportError, shown};
use super::graph::{Graph, Value};
use super::weights::Weights;

/// A kind of network that Doublet builds.
pub(super) trait Architecture: Sync {
    /// Its name, as people say it.
    fn name(&self) -> &'static str;

    /// Whether the names of the weights are such as this architecture alone has: from here on, whatever does not fit
    /// is told as a fault of one of these.
    fn claims(&self, weights: &Weights) -> bool;

    /// Reads everything from names and shapes; no number is looked at.
    ///
    /// # Errors
    /// [`ImportError::Misfit`] with what was found.
    fn plan(&self, weights: &Weights) -> Result<Plan, ImportError>;

    /// Builds the network; gives what comes out.
    ///
    /// # Errors
    /// [`ImportError::Misfit`] for a weight that is missing or has another shape, and the faults of reading numbers.
    fn build(&self, plan: &Plan, graph: &mut Graph<'_>) -> Result<Value, ImportError>;

    /// The names of the convolutions in the order in which they are computed, if there are `count`: by them an ONNX file
    /// is known whose exporter threw the names away. Empty where no such network exists.
    fn order(&self, count: usize) -> Vec<String> {
        let _ = count;
        Vec::new()
    }
}

pub(super) static ARCHITECTURES: &[&dyn Architecture] =
    &[&compact::Compact, &span::Span, &esrgan::Esrgan, &dncnn::Dncnn];

/// What the names and shapes of the weights tell.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Plan {
    /// Output samples for an input sample, a side.
    pub scale: usize,
    /// Channels of the pictures that come in and go out.
    pub channels: (usize, usize),
    /// Channels inside.
    pub features: usize,
    /// Blocks, or layers, of the body.
    pub blocks: usize,
    /// For people: "SPAN, 48 features, 6 blocks".
    pub words: String,
}

/// The largest scale of one side; the probe of models has the same.
const MOST_SCALE: usize = 8;

/// The first architecture that claims these weights.
pub(super) fn claimant(weights: &Weights) -> Option<&'static dyn Architecture> {
    ARCHITECTURES.iter().copied().find(|a| a.claims(weights))
}

/// The names of all architectures, for a sentence.
pub(super) fn known() -> String {
    ARCHITECTURES.iter().map(|a| a.name()).collect::<Vec<_>>().join(", ")
}

/// "1 block", "23 blocks".
fn counted(count: usize, word: &str) -> String {
    format!("{count} {word}{}", if count == 1 { "" } else { "s" })
}

/// The shape of a convolution's weight: (outputs, inputs, side).
fn conv_shape(name: &'static str, weights: &Weights, key: &str) -> Result<(usize, usize, usize), ImportError> {
    let misfit = |what| ImportError::Misfit { architecture: name, what };
    match weights.shape(key) {
        Some(&[outputs, inputs, height, width]) if height == width && outputs > 0 && inputs > 0 => {
            Ok((outputs, inputs, width))
        }
        Some(shape) => {
            Err(misfit(format!("{} is {}, which is no square convolution", shown(key), super::graph::by(shape))))
        }
        None => Err(misfit(format!("{} is missing", shown(key)))),
    }
}

/// The scale of a pixel shuffle that makes `channels` out of `folded`, if there is one.
fn shuffle_scale(folded: usize, channels: usize) -> Option<usize> {
    (1..=MOST_SCALE).find(|s| s * s * channels == folded)
}
