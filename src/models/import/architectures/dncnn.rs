//! DnCNN and FDnCNN (Zhang et al. 2017; KAIR's models/network_dncnn.py): a row of 3x3 convolutions that finds the
//! noise, which is taken off the picture. With or without batch normalisation, which is folded into the convolutions.
//!
//! FDnCNN takes a map of the noise's strength as one channel more, and gives the picture itself.

use super::{Architecture, Plan, conv_shape, counted};
use crate::models::import::error::ImportError;
use crate::models::import::graph::{Graph, Value};
use crate::models::import::weights::Weights;

pub(super) struct Dncnn;

const NAME: &str = "DnCNN";
/// Fewer convolutions than this are of another network with the same names (IRCNN), whose convolutions are dilated.
const LEAST: usize = 8;
/// KAIR's; PyTorch's own would be 1e-5.
const EPSILON: f64 = 1e-4;
/// The strength of noise that FDnCNN's authors take when none is given.
const NOISE: f32 = 15.0 / 255.0;

/// The numbers of the convolutions, and whether each but the first and last has a normalisation behind it.
fn layers(weights: &Weights) -> (Vec<usize>, bool) {
    let last = weights.numbers("model.").last().copied().unwrap_or(0);
    let normed = weights.has("model.3.running_mean");
    let step = if normed { 3 } else { 2 };
    let mut all = vec![0];
    all.extend((2..=last).step_by(step));
    (all, normed)
}

impl Architecture for Dncnn {
    fn name(&self) -> &'static str {
        NAME
    }

    fn claims(&self, weights: &Weights) -> bool {
        let conv = |key: &str| weights.shape(key).is_some_and(|shape| shape.len() == 4 && shape[2..] == [3, 3]);
        conv("model.0.weight")
            && conv("model.2.weight")
            && weights
                .names()
                .all(|name| name.strip_prefix("model.").is_some_and(|rest| rest.matches('.').count() == 1))
    }

    fn plan(&self, weights: &Weights) -> Result<Plan, ImportError> {
        let misfit = |what| Err(ImportError::Misfit { architecture: NAME, what });
        let (convs, normed) = layers(weights);
        let Some(&last) = convs.last().filter(|_| convs.len() >= LEAST) else {
            return misfit(format!("it has {} convolutions, and the least is {LEAST}", convs.len()));
        };
        let (features, inputs, _) = conv_shape(NAME, weights, "model.0.weight")?;
        let (outputs, ..) = conv_shape(NAME, weights, &format!("model.{last}.weight"))?;
        let mapped = inputs == outputs + 1;
        if inputs != outputs && !mapped {
            return misfit(format!("it takes {inputs} channels and gives {outputs}"));
        }
        let (kind, norm) = (if mapped { "FDnCNN" } else { NAME }, if normed { ", batch-normalised" } else { "" });
        let words = format!("{kind}, {features} features, {}{norm}", counted(convs.len(), "convolution"));
        Ok(Plan { scale: 1, channels: (outputs, outputs), features, blocks: convs.len(), words })
    }

    fn build(&self, plan: &Plan, graph: &mut Graph<'_>) -> Result<Value, ImportError> {
        let (convs, normed) = layers(graph.weights());
        let (nf, channels) = (plan.features, plan.channels.0);
        let (_, inputs, _) = conv_shape(NAME, graph.weights(), "model.0.weight")?;
        let mapped = inputs > channels;
        let mut x = graph.input();
        if mapped {
            x = with_map(graph, x, channels)?;
        }
        for (i, &at) in convs.iter().enumerate() {
            let (first, last) = (i == 0, i + 1 == convs.len());
            let sides = (if first { inputs } else { nf }, if last { channels } else { nf });
            let key = format!("model.{at}");
            x = if normed && !first && !last {
                normalised(graph, &key, &format!("model.{}", at + 1), x, sides)?
            } else {
                graph.conv(&key, x, sides, 3)?
            };
            if !last {
                x = graph.relu(x);
            }
        }
        if mapped {
            return Ok(x);
        }
        let input = graph.input();
        Ok(graph.sub(input, x))
    }
}

/// The picture with one channel more that holds the noise's strength everywhere: a 1x1 convolution that copies, and
/// makes the last channel of its bias alone.
fn with_map(graph: &mut Graph<'_>, x: Value, channels: usize) -> Result<Value, ImportError> {
    let mut weight = vec![0.0; (channels + 1) * channels];
    (0..channels).for_each(|c| weight[c * channels + c] = 1.0);
    let mut bias = vec![0.0; channels + 1];
    bias[channels] = NOISE;
    graph.conv_of("noise_map", x, (channels, channels + 1), 1, weight, Some(bias))
}

/// A convolution with the normalisation behind it folded in: each output is scaled by gain / sqrt(variance + e) about
/// the mean, and shifted.
fn normalised(
    graph: &mut Graph<'_>,
    key: &str,
    norm: &str,
    x: Value,
    (inputs, outputs): (usize, usize),
) -> Result<Value, ImportError> {
    let mut weight = graph.weight(&format!("{key}.weight"), &[outputs, inputs, 3, 3])?;
    let has_bias = graph.weights().has(&format!("{key}.bias"));
    let mut bias = if has_bias { graph.weight(&format!("{key}.bias"), &[outputs])? } else { vec![0.0; outputs] };
    let mut read = |part: &str| graph.weight(&format!("{norm}.{part}"), &[outputs]);
    let (gain, shift) = (read("weight")?, read("bias")?);
    let (mean, variance) = (read("running_mean")?, read("running_var")?);
    for (o, kernels) in weight.chunks_exact_mut(inputs * 9).enumerate() {
        let scale = f64::from(gain[o]) / (f64::from(variance[o]).max(0.0) + EPSILON).sqrt();
        kernels.iter_mut().for_each(|w| *w = (f64::from(*w) * scale) as f32);
        bias[o] = ((f64::from(bias[o]) - f64::from(mean[o])) * scale + f64::from(shift[o])) as f32;
    }
    graph.conv_of(key, x, (inputs, outputs), 3, weight, Some(bias))
}
