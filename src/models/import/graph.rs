//! Building a network as an ONNX graph (onnx.proto3; operators of set 17), weight by weight.
//!
//! Every weight is asked for with the shape it must have, so a file that is like an architecture but is not it ends in
//! a sentence, never in a wrong picture.

use std::collections::HashSet;

use half::f16;

use super::error::{ImportError, shown, size_words};
use super::protobuf::{Message, field_size};
use super::tensor::MOST_BYTES;
use super::weights::Weights;
use crate::models::Precision;

/// The versions of the format and of the operators that are written: old enough for every runtime in use.
const IR_VERSION: u64 = 8;
const OPSET: u64 = 17;

/// A picture (or its features) on its way through the graph.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Value(u32);

struct Node {
    operator: String,
    inputs: Vec<String>,
    to: Value,
    attributes: Vec<Message>,
}

struct Initializer {
    name: String,
    shape: Vec<usize>,
    data: Vec<f32>,
}

/// What a graph needs to become a file.
pub(super) struct Card<'a> {
    pub name: &'a str,
    pub channels: (usize, usize),
    pub scale: usize,
    /// Pairs for `metadata_props`.
    pub notes: &'a [(String, String)],
}

/// A graph under construction over a file's weights.
pub(super) struct Graph<'w> {
    architecture: &'static str,
    weights: &'w Weights,
    /// What the file says of itself beside its weights.
    card: &'w [(String, String)],
    used: HashSet<String>,
    /// Bytes that the weights read so far take as 32-bit floats.
    taken: u64,
    precision: Precision,
    nodes: Vec<Node>,
    initializers: Vec<Initializer>,
    values: u32,
}

impl<'w> Graph<'w> {
    pub fn new(
        architecture: &'static str,
        weights: &'w Weights,
        card: &'w [(String, String)],
        precision: Precision,
    ) -> Self {
        let (used, nodes, initializers) = (HashSet::new(), Vec::new(), Vec::new());
        Self { architecture, weights, card, used, taken: 0, precision, nodes, initializers, values: 0 }
    }

    /// What the file says under this key.
    pub fn said(&self, key: &str) -> Option<&'w str> {
        self.card.iter().find(|(k, _)| k == key).map(|(_, value)| value.as_str())
    }

    pub fn weights(&self) -> &'w Weights {
        self.weights
    }

    /// The picture that comes in.
    pub fn input(&self) -> Value {
        Value(0)
    }

    /// A fault of this architecture.
    pub fn misfit(&self, what: String) -> ImportError {
        ImportError::Misfit { architecture: self.architecture, what }
    }

    /// Marks a tensor as looked after, though it does not go into the graph.
    pub fn pass_over(&mut self, key: &str) {
        self.used.insert(key.to_owned());
    }

    /// The numbers of the tensor `key`, which must have this shape.
    pub fn weight(&mut self, key: &str, shape: &[usize]) -> Result<Vec<f32>, ImportError> {
        match self.weights.shape(key) {
            None => return Err(self.misfit(format!("{} is missing", shown(key)))),
            Some(have) if have != shape => {
                let what = format!("{} is {} where {} is due", shown(key), by(have), by(shape));
                return Err(self.misfit(what));
            }
            Some(_) => {}
        }
        // Many names may stand for one storage: what they come to is weighed before it is read.
        let count = shape.iter().fold(1_u64, |n, &d| n.saturating_mul(d as u64));
        self.taken = self.taken.saturating_add(count.saturating_mul(4));
        if self.taken > MOST_BYTES {
            let (claim, limit) = (format!("more than {}", size_words(u128::from(MOST_BYTES))), "that".into());
            return Err(ImportError::TooLarge { what: "the network".into(), claim, limit });
        }
        self.used.insert(key.to_owned());
        // Without numbers the graph is built to be compared alone.
        let values = self.weights.read(key).unwrap_or_else(|| Ok(Vec::new()))?;
        self.fits(key, &values)?;
        Ok(values)
    }

    /// Half precision ends at 65504.
    fn fits(&self, key: &str, values: &[f32]) -> Result<(), ImportError> {
        let over = |v: &&f32| self.precision == Precision::F16 && f16::from_f32(**v).is_infinite();
        match values.iter().find(over) {
            Some(&value) => Err(ImportError::Overflow { tensor: shown(key), value }),
            None => Ok(()),
        }
    }

    /// Puts numbers into the file under a name.
    fn keep(&mut self, name: &str, shape: &[usize], data: Vec<f32>) -> String {
        self.initializers.push(Initializer { name: name.to_owned(), shape: shape.to_vec(), data });
        name.to_owned()
    }

    fn node(&mut self, operator: &str, inputs: &[String], attributes: &[Message]) -> Value {
        self.values += 1;
        let to = Value(self.values);
        let (operator, inputs, attributes) = (operator.to_owned(), inputs.to_vec(), attributes.to_vec());
        self.nodes.push(Node { operator, inputs, to, attributes });
        to
    }

    /// The convolution `key`.weight, `key`.bias from `inputs` to `outputs` channels, square, odd, padded by zeros so
    /// that the size stays.
    pub fn conv(
        &mut self,
        key: &str,
        x: Value,
        (inputs, outputs): (usize, usize),
        side: usize,
    ) -> Result<Value, ImportError> {
        let weight = self.weight(&format!("{key}.weight"), &[outputs, inputs, side, side])?;
        let bias = self.weight(&format!("{key}.bias"), &[outputs])?;
        self.conv_of(key, x, (inputs, outputs), side, weight, Some(bias))
    }

    /// As [`Graph::conv`], with numbers that were made from those of the file.
    pub fn conv_of(
        &mut self,
        key: &str,
        x: Value,
        (inputs, outputs): (usize, usize),
        side: usize,
        weight: Vec<f32>,
        bias: Option<Vec<f32>>,
    ) -> Result<Value, ImportError> {
        self.fits(key, &weight)?;
        let mut from = vec![name(x), self.keep(&format!("{key}.weight"), &[outputs, inputs, side, side], weight)];
        if let Some(bias) = bias {
            self.fits(key, &bias)?;
            from.push(self.keep(&format!("{key}.bias"), &[outputs], bias));
        }
        let pads = [side / 2; 4];
        Ok(self.node("Conv", &from, &[integers("kernel_shape", &[side; 2]), integers("pads", &pads)]))
    }

    /// A PReLU whose slopes are the tensor `key`: one for each channel, or one for all.
    pub fn prelu(&mut self, key: &str, x: Value, channels: usize) -> Result<Value, ImportError> {
        let count = if self.weights.shape(key) == Some(&[1]) { 1 } else { channels };
        let slope = self.weight(key, &[count])?;
        let slope = self.keep(key, &[count, 1, 1], slope);
        Ok(self.node("PRelu", &[name(x), slope], &[]))
    }

    pub fn relu(&mut self, x: Value) -> Value {
        self.node("Relu", &[name(x)], &[])
    }

    pub fn leaky_relu(&mut self, x: Value, slope: f32) -> Value {
        let mut alpha = Message::default();
        alpha.text(1, "alpha").float(2, slope).number(20, 1);
        self.node("LeakyRelu", &[name(x)], &[alpha])
    }

    pub fn sigmoid(&mut self, x: Value) -> Value {
        self.node("Sigmoid", &[name(x)], &[])
    }

    pub fn add(&mut self, a: Value, b: Value) -> Value {
        self.node("Add", &[name(a), name(b)], &[])
    }

    pub fn sub(&mut self, a: Value, b: Value) -> Value {
        self.node("Sub", &[name(a), name(b)], &[])
    }

    pub fn mul(&mut self, a: Value, b: Value) -> Value {
        self.node("Mul", &[name(a), name(b)], &[])
    }

    /// `x` and fixed numbers, one for each channel or one for all: `operator` is Add, Sub or Mul.
    pub fn with(&mut self, operator: &str, x: Value, numbers: &[f32]) -> Value {
        let key = format!("{}.{}", operator.to_lowercase(), self.values + 1);
        let shape = if numbers.len() == 1 { vec![] } else { vec![1, numbers.len(), 1, 1] };
        let numbers = self.keep(&key, &shape, numbers.to_vec());
        self.node(operator, &[name(x), numbers], &[])
    }

    pub fn concat(&mut self, parts: &[Value]) -> Value {
        let parts: Vec<String> = parts.iter().map(|&part| name(part)).collect();
        self.node("Concat", &parts, &[integer("axis", 1)])
    }

    /// PyTorch's PixelShuffle.
    pub fn pixel_shuffle(&mut self, x: Value, scale: usize) -> Value {
        if scale == 1 {
            return x;
        }
        let mut mode = Message::default();
        mode.text(1, "mode").text(4, "CRD").number(20, 3);
        self.node("DepthToSpace", &[name(x)], &[integer("blocksize", scale), mode])
    }

    /// Folds squares of `side` samples into channels; where PyTorch's PixelUnshuffle puts the channel first, this puts
    /// the place in the square first: the weights behind it are to be reordered.
    pub fn space_to_depth(&mut self, x: Value, side: usize) -> Value {
        self.node("SpaceToDepth", &[name(x)], &[integer("blocksize", side)])
    }

    /// Repeats each sample `scale` times a side.
    pub fn nearest(&mut self, x: Value, scale: usize) -> Value {
        if scale == 1 {
            return x;
        }
        let scales = format!("scales.{scale}");
        if !self.initializers.iter().any(|i| i.name == scales) {
            self.keep(&scales, &[4], vec![1.0, 1.0, scale as f32, scale as f32]);
        }
        let word = |key: &str, value: &str| {
            let mut attribute = Message::default();
            attribute.text(1, key).text(4, value).number(20, 3);
            attribute
        };
        let attributes = [
            word("mode", "nearest"),
            word("coordinate_transformation_mode", "asymmetric"),
            word("nearest_mode", "floor"),
        ];
        self.node("Resize", &[name(x), String::new(), scales], &attributes)
    }

    /// The operators so far, in the order in which they were put in.
    pub fn operators(&self) -> impl Iterator<Item = &str> {
        self.nodes.iter().map(|node| node.operator.as_str())
    }

    /// Refuses a file that holds weights which did not go into the graph: it would be another network.
    pub fn all_used(&self) -> Result<(), ImportError> {
        match self.weights.float_names().find(|name| !self.used.contains(*name)) {
            Some(extra) => Err(self.misfit(format!("{} has no place in it", shown(extra)))),
            None => Ok(()),
        }
    }

    /// The file: `output` is what comes out. Each weight's memory goes as soon as it is written.
    pub fn finish(mut self, output: Value, card: &Card<'_>) -> Vec<u8> {
        let mut head = Message::default();
        let named = |value_name: &str| if value_name == name(output) { "output".into() } else { value_name.to_owned() };
        for node in &self.nodes {
            let mut message = Message::default();
            for input in &node.inputs {
                message.text(1, &named(input));
            }
            message.text(2, &named(&name(node.to))).text(3, &format!("{}_{}", node.operator, node.to.0));
            message.text(4, &node.operator);
            for attribute in &node.attributes {
                message.message(5, attribute);
            }
            head.message(1, &message);
        }
        head.text(2, card.name);
        let batch = [Side::Free("batch"), Side::Fixed(card.channels.0), Side::Free("height"), Side::Free("width")];
        head.message(11, &self.side("input", &batch));
        let out = |one: &'static str, more: &'static str| Side::Free(if card.scale == 1 { one } else { more });
        let (height, width) = (out("height", "out_height"), out("width", "out_width"));
        head.message(12, &self.side("output", &[Side::Free("batch"), Side::Fixed(card.channels.1), height, width]));

        let tensors: Vec<(Message, Initializer)> = std::mem::take(&mut self.initializers)
            .into_iter()
            .map(|i| (tensor_head(&i, self.kind_of(&i)), i))
            .collect();
        let size_of = |head: &Message, i: &Initializer| head.0.len() + i.data.len() * self.bytes_of(i);
        let graph_size = head.0.len() + tensors.iter().map(|(head, i)| field_size(5, size_of(head, i))).sum::<usize>();

        let mut model = Message(Vec::with_capacity(graph_size + 4096));
        model.number(1, IR_VERSION).text(2, "Doublet").text(3, env!("CARGO_PKG_VERSION"));
        let mut opset = Message::default();
        opset.text(1, "").number(2, OPSET);
        model.message(8, &opset);
        for (key, value) in card.notes {
            let mut pair = Message::default();
            pair.text(1, key).text(2, value);
            model.message(14, &pair);
        }
        model.open(7, graph_size).0.extend_from_slice(&head.0);
        for (head, initializer) in tensors {
            model.open(5, size_of(&head, &initializer)).0.extend_from_slice(&head.0);
            match self.bytes_of(&initializer) {
                2 => model.0.extend(initializer.data.iter().flat_map(|&v| f16::from_f32(v).to_le_bytes())),
                _ => model.0.extend(initializer.data.iter().flat_map(|v| v.to_le_bytes())),
            }
        }
        model.0
    }

    /// ONNX's number for a tensor's kind. The scales of Resize are always 32-bit floats.
    fn kind_of(&self, initializer: &Initializer) -> u64 {
        if self.precision == Precision::F16 && !initializer.name.starts_with("scales.") { 10 } else { 1 }
    }

    fn bytes_of(&self, initializer: &Initializer) -> usize {
        if self.kind_of(initializer) == 10 { 2 } else { 4 }
    }

    /// The declaration of the input or output.
    fn side(&self, name: &str, sides: &[Side]) -> Message {
        let mut shape = Message::default();
        for side in sides {
            let mut dim = Message::default();
            match side {
                Side::Fixed(n) => dim.number(1, *n as u64),
                Side::Free(symbol) => dim.text(2, symbol),
            };
            shape.message(1, &dim);
        }
        let (mut tensor, mut kind, mut value) = (Message::default(), Message::default(), Message::default());
        tensor.number(1, if self.precision == Precision::F16 { 10 } else { 1 }).message(2, &shape);
        kind.message(1, &tensor);
        value.text(1, name).message(2, &kind);
        value
    }
}

enum Side {
    Fixed(usize),
    Free(&'static str),
}

fn name(value: Value) -> String {
    if value.0 == 0 { "input".to_owned() } else { format!("v{}", value.0) }
}

/// A TensorProto up to and with the beginning of its raw bytes.
fn tensor_head(initializer: &Initializer, kind: u64) -> Message {
    let mut head = Message::default();
    for &n in &initializer.shape {
        head.number(1, n as u64);
    }
    let size = initializer.data.len() * if kind == 10 { 2 } else { 4 };
    head.number(2, kind).text(8, &initializer.name).open(9, size);
    head
}

fn integer(name: &str, value: usize) -> Message {
    let mut attribute = Message::default();
    attribute.text(1, name).number(3, value as u64).number(20, 2);
    attribute
}

fn integers(name: &str, values: &[usize]) -> Message {
    let mut attribute = Message::default();
    attribute.text(1, name);
    for &value in values {
        attribute.number(8, value as u64);
    }
    attribute.number(20, 7);
    attribute
}

/// A shape for a sentence: "64x3x3x3".
pub(super) fn by(shape: &[usize]) -> String {
    if shape.is_empty() {
        return "a lone number".into();
    }
    shape.iter().map(usize::to_string).collect::<Vec<_>>().join("x")
}
