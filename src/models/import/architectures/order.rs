//! Knowing an ONNX file by its operators where its weights have lost their names: the shapes of its convolutions, in the
//! order in which they are computed, are given the names that an architecture has for them, the architecture is built
//! without numbers, and what comes out must hold the same operators.

use super::{ARCHITECTURES, Architecture, Plan};
use crate::models::Precision;
use crate::models::import::Operator;
use crate::models::import::graph::Graph;
use crate::models::import::weights::Weights;

/// Operators by which networks differ; of these both must have the same in the same order.
const TELLING: [&str; 6] = ["Conv", "PRelu", "LeakyRelu", "Relu", "Sigmoid", "Concat"];
/// Operators that exporters write in one way or another; anything else is another network.
const PLAIN: [&str; 13] = [
    "Add",
    "Sub",
    "Mul",
    "Constant",
    "DepthToSpace",
    "SpaceToDepth",
    "Resize",
    "Upsample",
    "Clip",
    "Cast",
    "Identity",
    "Reshape",
    "Transpose",
];

const MOST_CHANNELS: usize = 1 << 16;

/// The plan of the first architecture whose network these operators are.
pub fn by_order(operators: &[Operator<'_>]) -> Option<Plan> {
    let known = |op: &Operator<'_>| TELLING.contains(&op.name) || PLAIN.contains(&op.name);
    // No channel count of a network comes near the limit; beyond it, products of sizes would not fit a word.
    let sane = |op: &Operator<'_>| op.weight.is_none_or(|shape| shape.iter().all(|&n| n <= MOST_CHANNELS));
    if !operators.iter().all(|op| known(op) && sane(op)) {
        return None;
    }
    ARCHITECTURES.iter().find_map(|architecture| fits(*architecture, operators))
}

fn fits(architecture: &dyn Architecture, operators: &[Operator<'_>]) -> Option<Plan> {
    let convs: Vec<&Operator<'_>> = operators.iter().filter(|op| op.name == "Conv").collect();
    let names = architecture.order(convs.len());
    if names.len() != convs.len() || names.is_empty() {
        return None;
    }
    let mut weights = Weights::default();
    for (name, conv) in names.iter().zip(&convs) {
        let shape = conv.weight?;
        weights.insert_shape(&format!("{name}.weight"), shape);
        weights.insert_shape(&format!("{name}.bias"), shape.get(..1)?);
    }
    // Slopes stand between the convolutions, in the numbers between theirs; exporters give them empty dimensions.
    for (at, slope) in operators.iter().filter(|op| op.name == "PRelu").enumerate() {
        let count = slope.weight?.iter().fold(1_usize, |n, &d| n.saturating_mul(d));
        weights.insert_shape(&format!("body.{}.weight", 2 * at + 1), &[count]);
    }
    // SPAN has a mark in its weights where it takes no mean colour off; here the operator is missing.
    let mut marked = weights.clone();
    marked.insert_shape("no_norm", &[1]);
    [weights, marked].iter().find_map(|weights| same(architecture, weights, operators))
}

fn same(architecture: &dyn Architecture, weights: &Weights, operators: &[Operator<'_>]) -> Option<Plan> {
    let plan = architecture.plan(weights).ok()?;
    let mut graph = Graph::new(architecture.name(), weights, &[], Precision::F32);
    architecture.build(&plan, &mut graph).ok()?;
    let telling = |name: &&str| TELLING.contains(name);
    let ours = graph.operators().filter(telling);
    ours.eq(operators.iter().map(|op| op.name).filter(telling)).then_some(plan)
}
