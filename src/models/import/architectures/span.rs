//! SPAN (Wan et al., "Swift Parameter-free Attention Network", basicsr/archs/span_arch.py): six blocks of three
//! convolutions whose output is its own attention, joined with what went before, and a pixel shuffle.
//!
//! ```text
//! x ─ norm ─ conv_1 ─ block_1 ─ … ─ block_6 ─ conv_2 ─┐
//!               │        │             └ silu(c1) ────┤
//!               └────────┴──────────────── concat ────┴─ conv_cat ─ upsampler ─ shuffle ─ out
//! ```
//!
//! Its convolutions are trained as three in a row beside a fourth (Conv3XC); here they become the one that they amount
//! to. The activation in the reference works in place, so what block_6 hands on beside its output is activated.

use super::{Architecture, Plan, conv_shape, counted, shuffle_scale};
use crate::models::import::error::ImportError;
use crate::models::import::graph::{Graph, Value};
use crate::models::import::weights::Weights;

pub(super) struct Span;

const NAME: &str = "SPAN";
const BLOCKS: usize = 6;
/// The mean colour that is taken off, and the range that pictures are brought to.
const MEAN: [f32; 3] = [0.4488, 0.4371, 0.4040];
const RANGE: f32 = 255.0;

impl Architecture for Span {
    fn name(&self) -> &'static str {
        NAME
    }

    fn claims(&self, weights: &Weights) -> bool {
        let first = weights.has("conv_1.sk.weight") || weights.has("conv_1.eval_conv.weight");
        first && weights.names().any(|name| name.starts_with("block_1.c1_r."))
    }

    fn plan(&self, weights: &Weights) -> Result<Plan, ImportError> {
        let misfit = |what| Err(ImportError::Misfit { architecture: NAME, what });
        let parts = if weights.has("conv_1.sk.weight") { "sk" } else { "eval_conv" };
        let (features, channels, _) = conv_shape(NAME, weights, &format!("conv_1.{parts}.weight"))?;
        let (folded, ..) = conv_shape(NAME, weights, "upsampler.0.weight")?;
        let blocks = weights.numbers("block_").last().copied().unwrap_or(0);
        if blocks != BLOCKS {
            return misfit(format!("it has {blocks} blocks where SPAN has {BLOCKS}"));
        }
        for (block, conv) in (1..=BLOCKS).flat_map(|b| (1..=3).map(move |c| (b, c))) {
            let prefix = format!("block_{block}.c{conv}_r.");
            if !weights.names().any(|name| name.starts_with(&prefix)) {
                return misfit(format!("block_{block} lacks c{conv}_r"));
            }
        }
        let Some(scale) = shuffle_scale(folded, channels) else {
            return misfit(format!("{folded} channels at its end make no picture of {channels} channels"));
        };
        if !weights.has("no_norm") && channels != MEAN.len() {
            return misfit(format!("it takes the mean colour off pictures of {channels} channels"));
        }
        let words = format!("{NAME}, {features} features, {}", counted(blocks, "block"));
        Ok(Plan { scale, channels: (channels, channels), features, blocks, words })
    }

    fn build(&self, plan: &Plan, graph: &mut Graph<'_>) -> Result<Value, ImportError> {
        let (nf, (channels, _)) = (plan.features, plan.channels);
        let mut x = graph.input();
        if graph.weights().has("no_norm") {
            graph.pass_over("no_norm");
        } else {
            x = graph.with("Sub", x, &MEAN);
            x = graph.with("Mul", x, &[RANGE]);
        }
        let first = conv3xc(graph, "conv_1", x, (channels, nf))?;
        let (mut outs, mut inner) = (vec![first], first);
        for block in 1..=BLOCKS {
            let (out, act) = spab(graph, block, outs[block - 1], nf)?;
            outs.push(out);
            inner = act;
        }
        let last = conv3xc(graph, "conv_2", outs[BLOCKS], (nf, nf))?;
        let all = graph.concat(&[first, last, outs[1], inner]);
        x = graph.conv("conv_cat", all, (4 * nf, nf), 1)?;
        x = graph.conv("upsampler.0", x, (nf, channels * plan.scale * plan.scale), 3)?;
        Ok(graph.pixel_shuffle(x, plan.scale))
    }

    fn order(&self, count: usize) -> Vec<String> {
        let blocks = (1..=BLOCKS).flat_map(|b| (1..=3).map(move |c| format!("block_{b}.c{c}_r.eval_conv")));
        let ends = ["conv_2.eval_conv", "conv_cat", "upsampler.0"].map(String::from);
        let all: Vec<String> = ["conv_1.eval_conv".to_owned()].into_iter().chain(blocks).chain(ends).collect();
        if all.len() == count { all } else { Vec::new() }
    }
}

/// One block: its output, and its first convolution activated.
fn spab(graph: &mut Graph<'_>, block: usize, x: Value, nf: usize) -> Result<(Value, Value), ImportError> {
    let key = |conv| format!("block_{block}.c{conv}_r");
    let out1 = conv3xc(graph, &key(1), x, (nf, nf))?;
    let act1 = silu(graph, out1);
    let out2 = conv3xc(graph, &key(2), act1, (nf, nf))?;
    let act2 = silu(graph, out2);
    let out3 = conv3xc(graph, &key(3), act2, (nf, nf))?;
    let attention = graph.sigmoid(out3);
    let attention = graph.with("Sub", attention, &[0.5]);
    let sum = graph.add(out3, x);
    Ok((graph.mul(sum, attention), act1))
}

fn silu(graph: &mut Graph<'_>, x: Value) -> Value {
    let gate = graph.sigmoid(x);
    graph.mul(x, gate)
}

/// A Conv3XC as one convolution. The parts are what was trained; the fused copy that many files carry beside them may
/// be stale, so it counts only where the parts are missing.
fn conv3xc(
    graph: &mut Graph<'_>,
    key: &str,
    x: Value,
    (inputs, outputs): (usize, usize),
) -> Result<Value, ImportError> {
    let fused = format!("{key}.eval_conv");
    if !graph.weights().has(&format!("{key}.sk.weight")) {
        return graph.conv(&fused, x, (inputs, outputs), 3);
    }
    graph.pass_over(&format!("{fused}.weight"));
    graph.pass_over(&format!("{fused}.bias"));
    let part = format!("{key}.conv.1.weight");
    let gained = conv_shape(NAME, graph.weights(), &part)?;
    let (wide_out, wide_in) = (gained.0, gained.1);
    let first = Layer::read(graph, &format!("{key}.conv.0"), (inputs, wide_in), 1)?;
    let middle = Layer::read(graph, &format!("{key}.conv.1"), (wide_in, wide_out), 3)?;
    let last = Layer::read(graph, &format!("{key}.conv.2"), (wide_out, outputs), 1)?;
    let side = Layer::read(graph, &format!("{key}.sk"), (inputs, outputs), 1)?;
    let (weight, bias) = fuse(&first, &middle, &last, &side);
    graph.conv_of(&fused, x, (inputs, outputs), 3, weight, Some(bias))
}

/// A convolution's numbers: weight (outputs, inputs, side, side), bias (outputs).
struct Layer {
    inputs: usize,
    outputs: usize,
    weight: Vec<f32>,
    bias: Vec<f32>,
}

impl Layer {
    fn read(
        graph: &mut Graph<'_>,
        key: &str,
        (inputs, outputs): (usize, usize),
        side: usize,
    ) -> Result<Self, ImportError> {
        let weight = graph.weight(&format!("{key}.weight"), &[outputs, inputs, side, side])?;
        let bias = graph.weight(&format!("{key}.bias"), &[outputs])?;
        Ok(Self { inputs, outputs, weight, bias })
    }
}

/// The 3x3 convolution that `first` (1x1), `middle` (3x3) and `last` (1x1) in a row and `side` (1x1) beside them are.
/// They are linear, so W = last (middle first) + side in the centre, b = last (sum middle first.b + middle.b) + last.b
/// + side.b. In 64-bit floats: the products of three are summed over hundreds of channels.
fn fuse(first: &Layer, middle: &Layer, last: &Layer, side: &Layer) -> (Vec<f32>, Vec<f32>) {
    const TAPS: usize = 9;
    let row = first.inputs * TAPS;
    // (middle.outputs, first.inputs, 3, 3) and a bias for each of them.
    let mut inner = vec![0.0_f64; middle.outputs * row];
    let mut inner_bias: Vec<f64> = middle.bias.iter().map(|&b| f64::from(b)).collect();
    let kernels = middle.weight.as_chunks::<TAPS>().0;
    for (o, out) in inner.chunks_exact_mut(row).enumerate() {
        for (m, kernel) in kernels[o * middle.inputs..][..middle.inputs].iter().enumerate() {
            inner_bias[o] += kernel.iter().map(|&k| f64::from(k)).sum::<f64>() * f64::from(first.bias[m]);
            let weights = &first.weight[m * first.inputs..][..first.inputs];
            for (to, &w) in out.as_chunks_mut::<TAPS>().0.iter_mut().zip(weights) {
                to.iter_mut().zip(kernel).for_each(|(to, &k)| *to += f64::from(w) * f64::from(k));
            }
        }
    }
    let mut weight = Vec::with_capacity(last.outputs * row);
    let mut bias = Vec::with_capacity(last.outputs);
    for o in 0..last.outputs {
        let mut sum = vec![0.0_f64; row];
        let mut b = f64::from(last.bias[o]) + f64::from(side.bias[o]);
        for (m, from) in inner.chunks_exact(row).enumerate() {
            let w = f64::from(last.weight[o * last.inputs + m]);
            b += w * inner_bias[m];
            sum.iter_mut().zip(from).for_each(|(to, &v)| *to += w * v);
        }
        for (i, taps) in sum.as_chunks_mut::<TAPS>().0.iter_mut().enumerate() {
            taps[TAPS / 2] += f64::from(side.weight[o * side.inputs + i]);
        }
        weight.extend(sum.iter().map(|&v| v as f32));
        bias.push(b as f32);
    }
    (weight, bias)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn three_and_one_are_one() {
        // One channel, gain 1: W = 5 * 3 * kernel + 7 at the centre; b = 5 * (3-kernel-sum * 2 + 11) + 13 + 17.
        let one = |w: Vec<f32>, b| Layer { inputs: 1, outputs: 1, weight: w, bias: vec![b] };
        let kernel: Vec<f32> = (1..=9).map(|n| n as f32).collect();
        let (w, b) = fuse(&one(vec![3.0], 2.0), &one(kernel, 11.0), &one(vec![5.0], 13.0), &one(vec![7.0], 17.0));
        assert_eq!(w, [15.0, 30.0, 45.0, 60.0, 82.0, 90.0, 105.0, 120.0, 135.0]);
        assert_eq!(b, [5.0 * (45.0 * 2.0 + 11.0) + 30.0]);
    }
}
