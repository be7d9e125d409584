//! ESRGAN (Wang et al. 2018; RRDBNet of ESRGAN, BSRGAN and Real-ESRGAN, and ESRGAN+ by Rakotonirina and Rasoanaivo):
//! residual blocks of residual dense blocks, then twice the size by repetition and a convolution, as often as needed.
//!
//! ```text
//! x ─ (fold) ─ first ─ RRDB 0 ─ … ─ RRDB n ─ trunk ─ (+) ─ [nearest, up, lrelu]* ─ hr ─ lrelu ─ last ─ out
//!                 └──────────────────────────────────┘
//! ```
//!
//! Three sets of names are in use; each part is looked for under all of them. Networks of 1x and 2x that begin with
//! a pixel-unshuffle are known by their input's 48 or 12 channels.

use super::{Architecture, Plan, conv_shape, counted};
use crate::models::import::error::ImportError;
use crate::models::import::graph::{Graph, Value};
use crate::models::import::weights::Weights;

pub(super) struct Esrgan;

const NAME: &str = "ESRGAN";
const SLOPE: f32 = 0.2;
/// What each residual is weighed by.
const RESIDUAL: f32 = 0.2;
/// The growth of all published models.
const GROWTH: usize = 32;

/// Where the parts stand in a file.
struct Names {
    first: String,
    /// Before the number of a block.
    blocks: &'static str,
    /// Before the number of a dense block, and behind that of its convolutions.
    dense: &'static str,
    conv_end: &'static str,
    trunk: String,
    ups: Vec<String>,
    hr: String,
    last: String,
    count: usize,
}

impl Names {
    /// # Errors
    /// [`ImportError::Misfit`] where the numbers of the layers are of another network.
    fn find(weights: &Weights) -> Result<Self, ImportError> {
        if weights.has("conv_first.weight") { Ok(Self::new_style(weights)) } else { Self::old_style(weights) }
    }

    fn old_style(weights: &Weights) -> Result<Self, ImportError> {
        let layers = weights.numbers("model.").last().copied().unwrap_or(0);
        // 0, 1 (the trunk), then three for each doubling, of which the convolution is the last but one: 3, 6, …;
        // then 2 more, and 2 more.
        if layers < 4 || !(layers - 4).is_multiple_of(3) {
            let what = format!("its last layer has the number {layers}, which no ESRGAN has");
            return Err(ImportError::Misfit { architecture: NAME, what });
        }
        let doublings = (layers - 4) / 3;
        let parts = weights.numbers("model.1.sub.");
        let count = parts.last().copied().unwrap_or(0);
        Ok(Self {
            first: "model.0".into(),
            blocks: "model.1.sub.",
            dense: "RDB",
            conv_end: ".0",
            trunk: format!("model.1.sub.{count}"),
            ups: (1..=doublings).map(|n| format!("model.{}", 3 * n)).collect(),
            hr: format!("model.{}", layers - 2),
            last: format!("model.{layers}"),
            count,
        })
    }

    fn new_style(weights: &Weights) -> Self {
        let trunk_style = weights.has("RRDB_trunk.0.RDB1.conv1.weight");
        let (blocks, dense) = if trunk_style { ("RRDB_trunk.", "RDB") } else { ("body.", "rdb") };
        let either = |a: &str, b: &str| if weights.has(&format!("{b}.weight")) { b.to_owned() } else { a.to_owned() };
        let ups = [weights.numbers("conv_up"), weights.numbers("upconv")];
        let most = ups.iter().flatten().copied().max().unwrap_or(0);
        Self {
            first: "conv_first".into(),
            blocks,
            dense,
            conv_end: "",
            trunk: either("conv_body", "trunk_conv"),
            ups: (1..=most).map(|n| either(&format!("conv_up{n}"), &format!("upconv{n}"))).collect(),
            hr: either("conv_hr", "HRconv"),
            last: "conv_last".into(),
            count: weights.numbers(blocks).last().map_or(0, |n| n + 1),
        }
    }

    fn dense(&self, block: usize, dense: usize) -> String {
        format!("{}{block}.{}{dense}", self.blocks, self.dense)
    }

    fn conv(&self, block: usize, dense: usize, conv: usize) -> String {
        format!("{}.conv{conv}{}", self.dense(block, dense), self.conv_end)
    }

    fn is_plus(&self, weights: &Weights) -> bool {
        weights.has(&format!("{}.conv1x1.weight", self.dense(0, 1)))
    }
}

/// Sides of the squares that are folded into channels before the network: 1 for none.
fn fold(inputs: usize, outputs: usize) -> Option<usize> {
    [1, 2, 4].into_iter().find(|side| inputs == outputs * side * side)
}

impl Architecture for Esrgan {
    fn name(&self) -> &'static str {
        NAME
    }

    fn claims(&self, weights: &Weights) -> bool {
        let begins = |prefix: &str| weights.names().any(|name| name.starts_with(prefix));
        (weights.has("model.0.weight") && begins("model.1.sub.0.RDB1."))
            || (weights.has("conv_first.weight") && (begins("body.0.rdb1.") || begins("RRDB_trunk.0.RDB1.")))
    }

    fn plan(&self, weights: &Weights) -> Result<Plan, ImportError> {
        let misfit = |what| Err(ImportError::Misfit { architecture: NAME, what });
        let names = Names::find(weights)?;
        let (features, inputs, _) = conv_shape(NAME, weights, &format!("{}.weight", names.first))?;
        let (growth, ..) = conv_shape(NAME, weights, &format!("{}.weight", names.conv(0, 1, 1)))?;
        let (outputs, ..) = conv_shape(NAME, weights, &format!("{}.weight", names.last))?;
        let Some(fold) = fold(inputs, outputs) else {
            return misfit(format!("it takes {inputs} channels and gives {outputs}"));
        };
        let doublings = names.ups.len();
        if doublings > 5 || (1 << doublings) < fold || (1 << doublings) / fold > super::MOST_SCALE {
            return misfit(format!("it doubles the size {doublings} times after folding {fold}x{fold} samples"));
        }
        let plus = if names.is_plus(weights) { "+" } else { "" };
        let grown = if growth == GROWTH { String::new() } else { format!(", growth {growth}") };
        let folded = if fold == 1 { "" } else { ", pixel-unshuffle" };
        let words = format!("{NAME}{plus}, {features} features, {}{grown}{folded}", counted(names.count, "block"));
        let channels = (outputs, outputs);
        Ok(Plan { scale: (1 << doublings) / fold, channels, features, blocks: names.count, words })
    }

    fn build(&self, plan: &Plan, graph: &mut Graph<'_>) -> Result<Value, ImportError> {
        let weights = graph.weights();
        let names = Names::find(weights)?;
        let (nf, outputs) = (plan.features, plan.channels.1);
        let (growth, ..) = conv_shape(NAME, weights, &format!("{}.weight", names.conv(0, 1, 1)))?;
        let first = first(graph, &names, (outputs, nf))?;
        let mut x = first;
        for block in 0..names.count {
            let from = x;
            for dense in 1..=3 {
                x = dense_block(graph, &names, (block, dense), x, (nf, growth))?;
            }
            x = graph.with("Mul", x, &[RESIDUAL]);
            x = graph.add(x, from);
        }
        x = graph.conv(&names.trunk, x, (nf, nf), 3)?;
        x = graph.add(first, x);
        for up in &names.ups {
            x = graph.nearest(x, 2);
            x = graph.conv(up, x, (nf, nf), 3)?;
            x = graph.leaky_relu(x, SLOPE);
        }
        x = graph.conv(&names.hr, x, (nf, nf), 3)?;
        x = graph.leaky_relu(x, SLOPE);
        graph.conv(&names.last, x, (nf, outputs), 3)
    }

    fn order(&self, count: usize) -> Vec<String> {
        // The first, fifteen a block, the trunk, one for each doubling, two at the end.
        let Some(ups) = (0..4).find(|ups| count > 15 && (count - 4).checked_sub(*ups).is_some_and(|n| n % 15 == 0))
        else {
            return Vec::new();
        };
        let blocks = (count - 4 - ups) / 15;
        let convs = (0..blocks).flat_map(|b| (1..=3).flat_map(move |d| (1..=5).map(move |c| (b, d, c))));
        let mut all = vec!["conv_first".to_owned()];
        all.extend(convs.map(|(b, d, c)| format!("body.{b}.rdb{d}.conv{c}")));
        all.push("conv_body".into());
        all.extend((1..=ups).map(|up| format!("conv_up{up}")));
        all.extend(["conv_hr".into(), "conv_last".into()]);
        all
    }
}

/// The first convolution, with the fold before it where there is one.
fn first(graph: &mut Graph<'_>, names: &Names, (channels, nf): (usize, usize)) -> Result<Value, ImportError> {
    let x = graph.input();
    let key = &names.first;
    let (_, inputs, _) = conv_shape(NAME, graph.weights(), &format!("{key}.weight"))?;
    let side = fold(inputs, channels).unwrap_or(1);
    if side == 1 {
        return graph.conv(key, x, (inputs, nf), 3);
    }
    let weight = graph.weight(&format!("{key}.weight"), &[nf, inputs, 3, 3])?;
    let bias = graph.weight(&format!("{key}.bias"), &[nf])?;
    let weight = places_first(&weight, channels, side * side);
    let x = graph.space_to_depth(x, side);
    graph.conv_of(key, x, (inputs, nf), 3, weight, Some(bias))
}

/// PyTorch's PixelUnshuffle gives all places of the first channel, then those of the next; ONNX's SpaceToDepth all
/// channels of the first place, then those of the next. The inputs of `weight` (outputs, channels * places, 3, 3) are
/// put in the second order.
fn places_first(weight: &[f32], channels: usize, places: usize) -> Vec<f32> {
    let kernels = weight.as_chunks::<9>().0;
    let order = |output: &[[f32; 9]]| -> Vec<f32> {
        let input = |place: usize| (0..channels).flat_map(move |channel| output[channel * places + place]);
        (0..places).flat_map(input).collect()
    };
    kernels.chunks_exact(channels * places).flat_map(order).collect()
}

/// A residual dense block of five convolutions, each of which sees all that came before it.
fn dense_block(
    graph: &mut Graph<'_>,
    names: &Names,
    (block, dense): (usize, usize),
    x: Value,
    (nf, growth): (usize, usize),
) -> Result<Value, ImportError> {
    let side_key = format!("{}.conv1x1", names.dense(block, dense));
    let plus = names.is_plus(graph.weights());
    let mut seen = vec![x];
    for conv in 1..=4 {
        let all = if conv == 1 { x } else { graph.concat(&seen) };
        let inputs = nf + (conv - 1) * growth;
        let grown = graph.conv(&names.conv(block, dense, conv), all, (inputs, growth), 3)?;
        let mut grown = graph.leaky_relu(grown, SLOPE);
        if plus && conv == 2 {
            let weight = graph.weight(&format!("{side_key}.weight"), &[growth, nf, 1, 1])?;
            let side = graph.conv_of(&side_key, x, (nf, growth), 1, weight, None)?;
            grown = graph.add(grown, side);
        }
        if plus && conv == 4 {
            grown = graph.add(grown, seen[2]);
        }
        seen.push(grown);
    }
    let all = graph.concat(&seen);
    // The residual's weight goes into the last convolution: one operation less on every sample.
    let key = names.conv(block, dense, 5);
    let inputs = nf + 4 * growth;
    let mut weight = graph.weight(&format!("{key}.weight"), &[nf, inputs, 3, 3])?;
    let mut bias = graph.weight(&format!("{key}.bias"), &[nf])?;
    weight.iter_mut().chain(&mut bias).for_each(|w| *w *= RESIDUAL);
    let residual = graph.conv_of(&key, all, (inputs, nf), 3, weight, Some(bias))?;
    Ok(graph.add(residual, x))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folded_channels_change_order() {
        // Two channels, four places: PyTorch's order c0p0 c0p1 c0p2 c0p3 c1p0 … becomes c0p0 c1p0 c0p1 c1p1 …
        let weight: Vec<f32> = (0..8).flat_map(|n| [n as f32; 9]).collect();
        let ordered: Vec<f32> = places_first(&weight, 2, 4).chunks(9).map(|k| k[0]).collect();
        assert_eq!(ordered, [0.0, 4.0, 1.0, 5.0, 2.0, 6.0, 3.0, 7.0]);
    }

    #[test]
    fn folds_are_known_by_channels() {
        assert_eq!(
            [fold(3, 3), fold(12, 3), fold(48, 3), fold(4, 1), fold(6, 3)],
            [Some(1), Some(2), Some(4), Some(2), None]
        );
    }
}
