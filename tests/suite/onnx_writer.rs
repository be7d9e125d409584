//! Writes small ONNX files by hand, so that models can be tested with no fixtures. Field numbers: onnx.proto3.

use doublet::frame::Image;

/// A convolution: weights (out, in, 3, 3), a bias for each output channel.
#[derive(Clone)]
pub struct Conv {
    inputs: usize,
    outputs: usize,
    weights: Vec<f32>,
    bias: Vec<f32>,
}

impl Conv {
    /// Small weights, the same each time; positive and negative.
    fn new(inputs: usize, outputs: usize, seed: u32) -> Self {
        let mut seed = seed.wrapping_mul(0x9e37_79b9) | 1;
        let mut next = || {
            seed ^= seed << 13;
            seed ^= seed >> 17;
            seed ^= seed << 5;
            // Exact in half precision too.
            ((seed >> 8) % 64) as f32 / 128.0 - 0.25
        };
        let weights = (0..outputs * inputs * 9).map(|_| next()).collect();
        let bias = (0..outputs).map(|_| next()).collect();
        Self { inputs, outputs, weights, bias }
    }

    fn apply(&self, x: &[f32], width: usize, height: usize) -> Vec<f32> {
        let mut out = Vec::with_capacity(self.outputs * width * height);
        for o in 0..self.outputs {
            for y in 0..height as isize {
                for x0 in 0..width as isize {
                    let mut sum = f64::from(self.bias[o]);
                    for i in 0..self.inputs {
                        for k in 0..9_isize {
                            let (sx, sy) = (x0 + k % 3 - 1, y + k / 3 - 1);
                            if (0..width as isize).contains(&sx) && (0..height as isize).contains(&sy) {
                                let at = (i * height + sy as usize) * width + sx as usize;
                                sum +=
                                    f64::from(self.weights[(o * self.inputs + i) * 9 + k as usize]) * f64::from(x[at]);
                            }
                        }
                    }
                    out.push(sum as f32);
                }
            }
        }
        out
    }
}

#[derive(Clone)]
enum Step {
    Conv(Conv),
    /// An operator of one input with one integer attribute, or none.
    Op(&'static str, Option<(&'static str, i64)>),
    /// The value divided by zero.
    Burst,
    /// Halves the size.
    Pool,
    /// Gives this height and width, whatever comes in.
    ResizeTo(i64, i64),
    /// Keeps at most so many samples a side, those at the left and top.
    Crop(i64),
    /// The identity, by way of the products of all samples with all others: memory of the square of the picture.
    Hog,
    /// Cuts the rows after this many off.
    CutRows(i64),
}

/// A chain of steps on a picture.
#[derive(Clone)]
pub struct Net {
    channels: (i64, i64),
    steps: Vec<Step>,
    scale: usize,
    half: bool,
    outside: bool,
    /// Takes several pictures a run.
    batches: bool,
    /// Height and width.
    fixed: Option<(i64, i64)>,
    metadata: Vec<(String, String)>,
}

impl Net {
    fn new(channels: (i64, i64), scale: usize, steps: Vec<Step>) -> Self {
        Self { channels, steps, scale, half: false, outside: false, batches: false, fixed: None, metadata: Vec::new() }
    }

    pub fn half(mut self) -> Self {
        self.half = true;
        self
    }

    pub fn fixed(mut self, height: i64, width: i64) -> Self {
        self.fixed = Some((height, width));
        self
    }

    /// Claims that the weights stand in another file.
    pub fn outside(mut self) -> Self {
        self.outside = true;
        self
    }

    /// Declares that any number of pictures goes through at once.
    pub fn batches(mut self) -> Self {
        self.batches = true;
        self
    }

    pub fn metadata(mut self, key: &str, value: &str) -> Self {
        self.metadata.push((key.into(), value.into()));
        self
    }

    /// What a network of one convolution and a depth-to-space makes of a picture.
    pub fn by_hand(&self, image: &Image) -> Vec<f32> {
        let Step::Conv(conv) = &self.steps[0] else { panic!("made for one convolution") };
        let (w, h, s) = (image.width as usize, image.height as usize, self.scale);
        let deep = conv.apply(&image.data, w, h);
        let mut out = Vec::with_capacity(deep.len());
        for c in 0..3 {
            for y in 0..h * s {
                for x in 0..w * s {
                    // DepthToSpace, mode DCR: channel = (row in block, column in block, colour).
                    let channel = ((y % s) * s + x % s) * 3 + c;
                    out.push(deep[(channel * h + y / s) * w + x / s]);
                }
            }
        }
        out
    }

    /// The file. The declared output size repeats the input's, as so many files do.
    pub fn bytes(&self) -> Vec<u8> {
        let mut model = Message::default();
        model.number(1, 8).text(2, "a test");
        let mut opset = Message::default();
        opset.text(1, "").number(2, 13);
        model.message(7, &self.graph()).message(8, &opset);
        for (key, value) in &self.metadata {
            let mut pair = Message::default();
            pair.text(1, key).text(2, value);
            model.message(14, &pair);
        }
        model.0
    }

    fn graph(&self) -> Message {
        let mut graph = Message::default();
        let mut from = "input".to_owned();
        let mut tensors = Vec::new();
        for (i, step) in self.steps.iter().enumerate() {
            let to = if i + 1 == self.steps.len() { "output".to_owned() } else { format!("v{i}") };
            let mut node = Message::default();
            node.text(1, &from);
            match step {
                Step::Conv(conv) => {
                    let (weights, bias) = (format!("w{i}"), format!("b{i}"));
                    let dims = [conv.outputs as i64, conv.inputs as i64, 3, 3];
                    tensors.push(self.tensor(&weights, &dims, &conv.weights));
                    tensors.push(self.tensor(&bias, &dims[..1], &conv.bias));
                    node.text(1, &weights).text(1, &bias).text(2, &to).text(4, "Conv");
                    node.message(5, &integers("pads", &[1, 1, 1, 1]));
                }
                Step::Op(name, attribute) => {
                    node.text(2, &to).text(4, name);
                    if let Some((key, value)) = attribute {
                        node.message(5, &integer(key, *value));
                    }
                }
                Step::Burst => {
                    tensors.push(self.tensor("zero", &[1], &[0.0]));
                    node.text(1, "zero").text(2, &to).text(4, "Div");
                }
                Step::ResizeTo(height, width) => {
                    let sizes: Vec<u8> = [1, 3, *height, *width].iter().flat_map(|v| v.to_le_bytes()).collect();
                    let mut tensor = Message::default();
                    tensor.number(1, 4).number(2, 7).text(8, "sizes").bytes(9, &sizes);
                    tensors.push(tensor);
                    node.text(1, "").text(1, "").text(1, "sizes").text(2, &to).text(4, "Resize");
                }
                Step::Crop(side) => {
                    for (name, values) in [("starts", [0, 0]), ("ends", [*side, *side]), ("axes", [2, 3])] {
                        tensors.push(whole(name, &values));
                        node.text(1, name);
                    }
                    node.text(2, &to).text(4, "Slice");
                }
                Step::Hog => {
                    hog(&mut graph, &mut tensors, &from, &to);
                    tensors.push(self.tensor("nothing", &[1], &[0.0]));
                    from = to;
                    continue;
                }
                Step::CutRows(rows) => {
                    for (name, value) in [("starts", 0), ("ends", *rows), ("axes", 2)] {
                        let mut tensor = Message::default();
                        tensor.number(1, 1).number(2, 7).text(8, name).bytes(9, &value.to_le_bytes());
                        tensors.push(tensor);
                    }
                    node.text(1, "starts").text(1, "ends").text(1, "axes").text(2, &to).text(4, "Slice");
                }
                Step::Pool => {
                    node.text(2, &to).text(4, "AveragePool");
                    node.message(5, &integers("kernel_shape", &[2, 2])).message(5, &integers("strides", &[2, 2]));
                }
            }
            graph.message(1, &node);
            from = to;
        }
        graph.text(2, "net");
        for tensor in &tensors {
            graph.message(5, tensor);
        }
        graph.message(11, &self.value("input", self.channels.0, 1));
        graph.message(12, &self.value("output", self.channels.1, self.scale as i64));
        graph
    }

    fn kind(&self) -> u64 {
        if self.half { 10 } else { 1 }
    }

    fn tensor(&self, name: &str, dims: &[i64], values: &[f32]) -> Message {
        let mut tensor = Message::default();
        for &dim in dims {
            tensor.number(1, dim as u64);
        }
        tensor.number(2, self.kind()).text(8, name);
        let raw: Vec<u8> = if self.half {
            values.iter().flat_map(|&v| half::f16::from_f32(v).to_le_bytes()).collect()
        } else {
            values.iter().flat_map(|v| v.to_le_bytes()).collect()
        };
        tensor.bytes(9, &raw);
        if self.outside {
            tensor.number(14, 1);
        }
        tensor
    }

    fn value(&self, name: &str, channels: i64, scale: i64) -> Message {
        let mut shape = Message::default();
        let mut dim = |value: Option<i64>, symbol: &str| {
            let mut dim = Message::default();
            match value {
                Some(value) => dim.number(1, value as u64),
                None => dim.text(2, symbol),
            };
            shape.message(1, &dim);
        };
        dim((!self.batches).then_some(1), "batch");
        dim(Some(channels), "");
        dim(self.fixed.map(|f| f.0 * scale), "height");
        dim(self.fixed.map(|f| f.1 * scale), "width");
        let (mut tensor, mut kind, mut value) = (Message::default(), Message::default(), Message::default());
        tensor.number(1, self.kind()).message(2, &shape);
        kind.message(1, &tensor);
        value.text(1, name).message(2, &kind);
        value
    }
}

/// One convolution and a depth-to-space.
pub fn upscaler(scale: usize) -> Net {
    let conv = Step::Conv(Conv::new(3, 3 * scale * scale, 1));
    Net::new((3, 3), scale, vec![conv, Step::Op("DepthToSpace", Some(("blocksize", scale as i64)))])
}

/// `layers` convolutions with ReLU between them, at scale 1.
pub fn deep(layers: u32) -> Net {
    let mut steps = vec![Step::Conv(Conv::new(3, 8, 1)), Step::Op("Relu", None)];
    for i in 1..layers - 1 {
        steps.extend([Step::Conv(Conv::new(8, 8, i + 1)), Step::Op("Relu", None)]);
    }
    steps.push(Step::Conv(Conv::new(8, 3, layers)));
    Net::new((3, 3), 1, steps)
}

/// One convolution on one channel.
pub fn grey() -> Net {
    Net::new((1, 1), 1, vec![Step::Conv(Conv::new(1, 1, 5))])
}

/// The identity, for sizes that are multiples of `side`.
pub fn fold(side: i64) -> Net {
    let to = Step::Op("SpaceToDepth", Some(("blocksize", side)));
    Net::new((3, 3), 1, vec![to, Step::Op("DepthToSpace", Some(("blocksize", side)))])
}

/// Fifteen channels in, three out.
pub fn five_frames() -> Net {
    Net::new((15, 3), 1, vec![Step::Conv(Conv::new(15, 3, 3))])
}

/// Half the size.
pub fn shrinker() -> Net {
    Net::new((3, 3), 1, vec![Step::Pool])
}

/// Always 74x54, which is twice the first trial's size.
pub fn stubborn() -> Net {
    Net::new((3, 3), 2, vec![Step::ResizeTo(54, 74)])
}

/// One convolution that keeps small pictures whole, and cuts larger ones off after 200 rows.
pub fn treacherous() -> Net {
    Net::new((3, 3), 1, vec![Step::Conv(Conv::new(3, 3, 9)), Step::CutRows(200)])
}

/// An operator that does not exist.
pub fn unheard() -> Net {
    Net::new((3, 3), 1, vec![Step::Op("Frobnicate", None)])
}

/// Divides by zero.
pub fn not_a_number() -> Net {
    Net::new((3, 3), 1, vec![Step::Burst])
}

/// The logarithm: of black it is no number.
pub fn logarithm() -> Net {
    Net::new((3, 3), 1, vec![Step::Op("Log", None)])
}

/// The identity for pictures up to 200 samples a side; of larger ones a part is missing.
pub fn cropper() -> Net {
    Net::new((3, 3), 1, vec![Step::Crop(200)])
}

/// The identity, with more memory than there is for a large picture.
pub fn hungry() -> Net {
    Net::new((3, 3), 1, vec![Step::Hog])
}

/// A tensor of whole numbers.
/// A network that makes a number or a map: the difference of its two inputs (the first minus the second; a lone input is
/// taken as it is, three are summed up), then operators of one input. A `ReduceMean` over the given axes keeps them as 1, over none makes one
/// number.
pub fn gauge(inputs: &[&str], steps: &[(&str, &[i64])], metadata: &[(&str, &str)]) -> Vec<u8> {
    let net = Net::new((3, 1), 1, Vec::new());
    let mut graph = Message::default();
    let mut node = Message::default();
    inputs.iter().for_each(|input| _ = node.text(1, input));
    node.text(2, "v0").text(4, ["Identity", "Sub", "Sum"][inputs.len() - 1]);
    graph.message(1, &node);
    for (i, (name, axes)) in steps.iter().enumerate() {
        let mut node = Message::default();
        let to = if i + 1 == steps.len() { "output".to_owned() } else { format!("v{}", i + 1) };
        node.text(1, &format!("v{i}")).text(2, &to).text(4, name);
        if *name == "ReduceMean" {
            if axes.is_empty() {
                node.message(5, &integer("keepdims", 0));
            } else {
                node.message(5, &integers("axes", axes));
            }
        }
        graph.message(1, &node);
    }
    graph.text(2, "gauge");
    inputs.iter().for_each(|input| _ = graph.message(11, &net.value(input, 3, 1)));
    let (mut tensor, mut kind, mut output) = (Message::default(), Message::default(), Message::default());
    tensor.number(1, 1);
    kind.message(1, &tensor);
    output.text(1, "output").message(2, &kind);
    graph.message(12, &output);
    let mut model = Message::default();
    let mut opset = Message::default();
    opset.text(1, "").number(2, 13);
    model.number(1, 8).text(2, "a test").message(7, &graph).message(8, &opset);
    for (key, value) in metadata {
        let mut pair = Message::default();
        pair.text(1, key).text(2, value);
        model.message(14, &pair);
    }
    model.0
}

fn whole(name: &str, values: &[i64]) -> Message {
    let raw: Vec<u8> = values.iter().flat_map(|v| v.to_le_bytes()).collect();
    let mut tensor = Message::default();
    tensor.number(1, values.len() as u64).number(2, 7).text(8, name).bytes(9, &raw);
    tensor
}

/// `to` = `from` + 0 * max(samples x samples).
fn hog(graph: &mut Message, tensors: &mut Vec<Message>, from: &str, to: &str) {
    tensors.push(whole("column", &[1, 3, -1, 1]));
    tensors.push(whole("row", &[1, 3, 1, -1]));
    let mut step = |kind: &str, inputs: &[&str], output: &str, attribute: Option<Message>| {
        let mut node = Message::default();
        inputs.iter().for_each(|input| _ = node.text(1, input));
        node.text(2, output).text(4, kind);
        if let Some(attribute) = attribute {
            node.message(5, &attribute);
        }
        graph.message(1, &node);
    };
    step("Reshape", &[from, "column"], "a", None);
    step("Reshape", &[from, "row"], "b", None);
    step("Mul", &["a", "b"], "square", None);
    step("ReduceMax", &["square"], "most", Some(integers("axes", &[3])));
    step("Mul", &["most", "nothing"], "none", None);
    step("Shape", &[from], "shape", None);
    step("Reshape", &["none", "shape"], "flat", None);
    step("Add", &[from, "flat"], to, None);
}

fn integer(name: &str, value: i64) -> Message {
    let mut attribute = Message::default();
    attribute.text(1, name).number(3, value as u64).number(20, 2);
    attribute
}

fn integers(name: &str, values: &[i64]) -> Message {
    let mut attribute = Message::default();
    attribute.text(1, name);
    for &value in values {
        attribute.number(8, value as u64);
    }
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
