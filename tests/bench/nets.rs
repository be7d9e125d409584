//! Networks of the sizes that people use, with weights of chance: speed does not depend on what was learnt. Written as
//! ONNX by hand (field numbers: onnx.proto3), once, under `target/bench`.

use std::path::PathBuf;

use crate::material;

/// Compact 2x (SRVGGNetCompact) of `features` and `layers`, as a file.
pub fn compact(features: usize, layers: usize) -> Result<PathBuf, String> {
    material::written(&format!("bench-compact-{features}-{layers}.onnx"), || {
        let mut net = Net::default();
        let mut x = net.conv("input", (3, features), 3);
        x = net.prelu(&x, features);
        for _ in 0..layers {
            x = net.conv(&x, (features, features), 3);
            x = net.prelu(&x, features);
        }
        x = net.conv(&x, (features, 12), 3);
        let deep = net.shuffle(&x);
        let base = net.nearest("input");
        net.node("Add", &[&deep, &base], &[]);
        net.bytes()
    })
}

/// SPAN 2x of `features`, its convolutions fused, as a file.
pub fn span(features: usize) -> Result<PathBuf, String> {
    material::written(&format!("bench-span-{features}.onnx"), || {
        let mut net = Net::default();
        let first = net.conv("input", (3, features), 3);
        let (mut x, mut outs) = (first.clone(), Vec::new());
        for _ in 0..6 {
            let (y, inner) = net.attention(&x, features);
            outs.push((y.clone(), inner));
            x = y;
        }
        let last = net.conv(&x, (features, features), 3);
        let all = [first.as_str(), &last, &outs[0].0, &outs[5].1];
        let joined = net.node("Concat", &all, &[number("axis", 1)]);
        x = net.conv(&joined, (4 * features, features), 1);
        x = net.conv(&x, (features, 12), 3);
        net.shuffle(&x);
        net.bytes()
    })
}

/// A network under construction: nodes and weights, the last node's output being the network's.
#[derive(Default)]
struct Net {
    nodes: Vec<Message>,
    tensors: Vec<Message>,
    names: usize,
    seed: u32,
}

impl Net {
    fn name(&mut self) -> String {
        self.names += 1;
        format!("v{}", self.names)
    }

    fn node(&mut self, kind: &str, inputs: &[&str], attributes: &[Message]) -> String {
        let output = self.name();
        let mut node = Message::default();
        inputs.iter().for_each(|input| _ = node.text(1, input));
        node.text(2, &output).text(4, kind);
        attributes.iter().for_each(|attribute| _ = node.message(5, attribute));
        self.nodes.push(node);
        output
    }

    /// A tensor of values from -`reach` to `reach`.
    fn chance(&mut self, dims: &[usize], reach: f32) -> String {
        let mut next = || {
            self.seed = self.seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (self.seed >> 8) as f32 / (1 << 23) as f32 - 1.0
        };
        let values: Vec<f32> = (0..dims.iter().product()).map(|_| reach * next()).collect();
        self.tensor(dims, &values)
    }

    fn tensor(&mut self, dims: &[usize], values: &[f32]) -> String {
        let name = self.name();
        let mut tensor = Message::default();
        dims.iter().for_each(|dim| _ = tensor.number(1, *dim as u64));
        let raw: Vec<u8> = values.iter().flat_map(|v| v.to_le_bytes()).collect();
        tensor.number(2, 1).text(8, &name).bytes(9, &raw);
        self.tensors.push(tensor);
        name
    }

    fn conv(&mut self, from: &str, (inputs, outputs): (usize, usize), side: usize) -> String {
        // Keeps the size of values from layer to layer: neither bursts nor numbers too small to be quick.
        let reach = (3.0 / (inputs * side * side) as f32).sqrt();
        let weights = self.chance(&[outputs, inputs, side, side], reach);
        let bias = self.chance(&[outputs], 0.1);
        let pad = side as u64 / 2;
        self.node("Conv", &[from, &weights, &bias], &[numbers("pads", &[pad; 4])])
    }

    fn prelu(&mut self, from: &str, features: usize) -> String {
        let slope = self.chance(&[features, 1, 1], 0.25);
        self.node("PRelu", &[from, &slope], &[])
    }

    fn silu(&mut self, from: &str) -> String {
        let gate = self.node("Sigmoid", &[from], &[]);
        self.node("Mul", &[from, &gate], &[])
    }

    /// A block of SPAN: its output and its first inner one.
    fn attention(&mut self, from: &str, features: usize) -> (String, String) {
        let size = (features, features);
        let one = self.conv(from, size, 3);
        let one = self.silu(&one);
        let two = self.conv(&one, size, 3);
        let two = self.silu(&two);
        let three = self.conv(&two, size, 3);
        let gate = self.node("Sigmoid", &[&three], &[]);
        let half = self.tensor(&[1], &[0.5]);
        let gate = self.node("Sub", &[&gate, &half], &[]);
        let sum = self.node("Add", &[&three, from], &[]);
        (self.node("Mul", &[&sum, &gate], &[]), one)
    }

    fn shuffle(&mut self, from: &str) -> String {
        self.node("DepthToSpace", &[from], &[number("blocksize", 2), words("mode", "CRD")])
    }

    fn nearest(&mut self, from: &str) -> String {
        let scales = self.tensor(&[4], &[1.0, 1.0, 2.0, 2.0]);
        let attributes = [
            words("mode", "nearest"),
            words("coordinate_transformation_mode", "asymmetric"),
            words("nearest_mode", "floor"),
        ];
        self.node("Resize", &[from, "", &scales], &attributes)
    }

    fn bytes(&self) -> Vec<u8> {
        let mut graph = Message::default();
        self.nodes.iter().for_each(|node| _ = graph.message(1, node));
        graph.text(2, "bench");
        self.tensors.iter().for_each(|tensor| _ = graph.message(5, tensor));
        graph.message(11, &picture("input")).message(12, &picture(&format!("v{}", self.names)));
        let mut opset = Message::default();
        opset.text(1, "").number(2, 17);
        let mut model = Message::default();
        model.number(1, 8).text(2, "Doublet's bench").message(7, &graph).message(8, &opset);
        model.0
    }
}

/// One picture of three channels and any size.
fn picture(name: &str) -> Message {
    let mut shape = Message::default();
    for dim in [Ok(1), Ok(3), Err("height"), Err("width")] {
        let mut message = Message::default();
        match dim {
            Ok(size) => message.number(1, size),
            Err(symbol) => message.text(2, &format!("{symbol} of {name}")),
        };
        shape.message(1, &message);
    }
    let (mut tensor, mut kind, mut value) = (Message::default(), Message::default(), Message::default());
    tensor.number(1, 1).message(2, &shape);
    kind.message(1, &tensor);
    value.text(1, name).message(2, &kind);
    value
}

fn number(name: &str, value: u64) -> Message {
    let mut attribute = Message::default();
    attribute.text(1, name).number(3, value).number(20, 2);
    attribute
}

fn words(name: &str, value: &str) -> Message {
    let mut attribute = Message::default();
    attribute.text(1, name).text(4, value).number(20, 3);
    attribute
}

fn numbers(name: &str, values: &[u64]) -> Message {
    let mut attribute = Message::default();
    attribute.text(1, name);
    values.iter().for_each(|value| _ = attribute.number(8, *value));
    attribute.number(20, 7);
    attribute
}

/// A protobuf message under construction.
#[derive(Default)]
struct Message(Vec<u8>);

impl Message {
    fn varint(&mut self, mut n: u64) {
        while n >= 0x80 {
            self.0.push(n as u8 | 0x80);
            n >>= 7;
        }
        self.0.push(n as u8);
    }

    fn number(&mut self, field: u64, n: u64) -> &mut Self {
        self.varint(field << 3);
        self.varint(n);
        self
    }

    fn bytes(&mut self, field: u64, bytes: &[u8]) -> &mut Self {
        self.varint(field << 3 | 2);
        self.varint(bytes.len() as u64);
        self.0.extend_from_slice(bytes);
        self
    }

    fn text(&mut self, field: u64, text: &str) -> &mut Self {
        self.bytes(field, text.as_bytes())
    }

    fn message(&mut self, field: u64, message: &Message) -> &mut Self {
        self.bytes(field, &message.0)
    }
}
