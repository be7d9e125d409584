//! Compact (SRVGGNetCompact; Wang et al., Real-ESRGAN, basicsr/archs/srvgg_arch.py): a row of 3x3 convolutions with an
//! activation behind each but the last, a pixel shuffle, and the input enlarged by repetition added to it.
//!
//! ```text
//! x ─ body.0 ─ act ─ body.2 ─ act ─ … ─ body.last ─ shuffle ─ (+) ─ out
//! └──────────────────── nearest, scale times ──────────────────┘
//! ```

use super::{Architecture, Plan, conv_shape, counted, shuffle_scale};
use crate::models::import::error::ImportError;
use crate::models::import::graph::{Graph, Value};
use crate::models::import::weights::Weights;

pub(super) struct Compact;

const NAME: &str = "Compact";

/// What stands between the convolutions.
enum Activation {
    /// With slopes at the odd numbers.
    Prelu,
    Relu,
    LeakyRelu,
}

impl Architecture for Compact {
    fn name(&self) -> &'static str {
        NAME
    }

    fn claims(&self, weights: &Weights) -> bool {
        ["body.0.weight", "body.2.weight"].iter().all(|key| weights.shape(key).is_some_and(|s| s.len() == 4))
            && !weights.has("conv_first.weight")
    }

    fn plan(&self, weights: &Weights) -> Result<Plan, ImportError> {
        let misfit = |what| Err(ImportError::Misfit { architecture: NAME, what });
        let last = weights.numbers("body.").last().copied().unwrap_or(0);
        if last % 2 == 1 {
            return misfit(format!("its last layer has the odd number {last}"));
        }
        let (features, channels, _) = conv_shape(NAME, weights, "body.0.weight")?;
        let (folded, ..) = conv_shape(NAME, weights, &format!("body.{last}.weight"))?;
        let Some(scale) = shuffle_scale(folded, channels) else {
            return misfit(format!("{folded} channels at its end make no picture of {channels} channels"));
        };
        let blocks = last / 2 - 1;
        let words = format!("{NAME}, {features} features, {}", counted(blocks, "convolution"));
        Ok(Plan { scale, channels: (channels, channels), features, blocks, words })
    }

    fn build(&self, plan: &Plan, graph: &mut Graph<'_>) -> Result<Value, ImportError> {
        let (features, (channels, _)) = (plan.features, plan.channels);
        let activation = activation(graph)?;
        let last = 2 * plan.blocks + 2;
        let mut x = graph.input();
        for at in (0..last).step_by(2) {
            let inputs = if at == 0 { channels } else { features };
            x = graph.conv(&format!("body.{at}"), x, (inputs, features), 3)?;
            x = match activation {
                Activation::Prelu => graph.prelu(&format!("body.{}.weight", at + 1), x, features)?,
                Activation::Relu => graph.relu(x),
                Activation::LeakyRelu => graph.leaky_relu(x, 0.1),
            };
        }
        x = graph.conv(&format!("body.{last}"), x, (features, channels * plan.scale * plan.scale), 3)?;
        x = graph.pixel_shuffle(x, plan.scale);
        let input = graph.input();
        let base = graph.nearest(input, plan.scale);
        Ok(graph.add(x, base))
    }

    fn order(&self, count: usize) -> Vec<String> {
        let least = if count < 2 { 0 } else { count };
        (0..least).map(|i| format!("body.{}", 2 * i)).collect()
    }
}

/// The activation. ReLU and leaky ReLU have no weights and cannot be told apart by the rest: then the file must say
/// which, under the name that the reference has for it.
fn activation(graph: &Graph<'_>) -> Result<Activation, ImportError> {
    if graph.weights().numbers("body.").iter().any(|n| n % 2 == 1) {
        return Ok(Activation::Prelu);
    }
    match graph.said("act_type") {
        Some("relu") => Ok(Activation::Relu),
        Some("leakyrelu") => Ok(Activation::LeakyRelu),
        _ => Err(graph.misfit(
            "it has no slopes of PReLU, and whether it wants ReLU or leaky ReLU its weights do not tell \
             (act_type beside the weights would)"
                .into(),
        )),
    }
}
