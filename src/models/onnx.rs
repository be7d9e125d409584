//! A light look into an ONNX file before ONNX Runtime sees it: is it one, is it whole, and what does it say of itself.
//!
//! ONNX is one protobuf message (onnx.proto3, ModelProto). Only the fields named below are read; the rest is skipped
//! by its length, so the whole look touches each byte of structure once and copies no weights.

use std::collections::{HashMap, HashSet};

use super::import;

/// What a file says of itself.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Header {
    pub producer: String,
    /// Version of the default operator set.
    pub opset: i64,
    pub doc: String,
    /// Free pairs that the author left (`metadata_props`).
    pub metadata: Vec<(String, String)>,
    /// Number of weights, and bytes they take. Whole numbers, lone numbers, and what only tells a resize its scales or
    /// a clip its ends are no weights.
    pub weights: u64,
    pub weight_bytes: u64,
    /// What kind of network, where its operators and the shapes of its weights tell it: "SPAN, 48 features, 6 blocks".
    pub architecture: Option<String>,
    /// Some weights stand in other files.
    pub external: bool,
    pub nodes: u64,
}

/// Why a file is refused.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Refusal {
    NotOnnx(&'static str),
    Damaged,
}

/// Reads the header of the ONNX model in `bytes`.
pub(super) fn look(bytes: &[u8]) -> Result<Header, Refusal> {
    if let Some(what) = known_other(bytes) {
        return Err(Refusal::NotOnnx(what));
    }
    let mut header = Header::default();
    let mut survey = Survey::default();
    let (mut ir_version, mut has_graph) = (0, false);
    let mut fields = Fields(bytes);
    loop {
        let field = match fields.next() {
            Ok(Some(field)) => field,
            Ok(None) => break,
            // Without a version up front this never was a model; with one, it was.
            Err(_) if ir_version == 0 => return Err(Refusal::NotOnnx("something else")),
            Err(damage) => return Err(damage),
        };
        match field {
            (1, Value::Number(n)) => ir_version = n,
            (2, Value::Bytes(b)) => header.producer.insert_str(0, &text(b)),
            (3, Value::Bytes(b)) if !b.is_empty() => header.producer += &format!(" {}", text(b)),
            (6, Value::Bytes(b)) => header.doc = text(b),
            (7, Value::Bytes(b)) => {
                has_graph = true;
                graph(b, &mut survey, 0)?;
            }
            (8, Value::Bytes(b)) => opset(b, &mut header)?,
            (14, Value::Bytes(b)) => header.metadata.push(pair(b)?),
            _ => {}
        }
    }
    match (ir_version, has_graph) {
        (1.., true) => {
            survey.tell(&mut header);
            Ok(header)
        }
        (1.., false) => Err(Refusal::Damaged),
        _ => Err(Refusal::NotOnnx("something else")),
    }
}

/// Kinds of files that are often given by mistake.
fn known_other(bytes: &[u8]) -> Option<&'static str> {
    let start = &bytes[..bytes.len().min(512)];
    if bytes.is_empty() {
        return Some("an empty file");
    }
    if start.starts_with(b"version https://git-lfs") {
        return Some("a pointer that Git LFS left in its place");
    }
    // A model begins with the bytes 08 NN, and 08 (backspace) is in no text.
    let printable = |b: &u8| matches!(b, b'\t' | b'\n' | b'\r' | 0x20..=0x7e | 0x80..);
    start.iter().all(printable).then_some("a text file")
}

fn opset(bytes: &[u8], header: &mut Header) -> Result<(), Refusal> {
    let (mut domain, mut version) = (String::new(), 0);
    let mut fields = Fields(bytes);
    while let Some(field) = fields.next()? {
        match field {
            (1, Value::Bytes(b)) => domain = text(b),
            (2, Value::Number(n)) => version = n as i64,
            _ => {}
        }
    }
    if domain.is_empty() || domain == "ai.onnx" {
        header.opset = version;
    }
    Ok(())
}

fn pair(bytes: &[u8]) -> Result<(String, String), Refusal> {
    let (mut key, mut value) = (String::new(), String::new());
    let mut fields = Fields(bytes);
    while let Some(field) = fields.next()? {
        match field {
            (1, Value::Bytes(b)) => key = text(b),
            (2, Value::Bytes(b)) => value = text(b),
            _ => {}
        }
    }
    Ok((key, value))
}

/// What a graph holds, gathered before it is judged: which tensors are weights, their users tell.
#[derive(Default)]
struct Survey<'a> {
    tensors: Vec<Tensor<'a>>,
    /// Names of values that are settings of an operator.
    settings: HashSet<&'a [u8]>,
    /// Operators in their order, with the name of the second input.
    operators: Vec<(&'a [u8], Option<&'a [u8]>)>,
    nodes: u64,
    external: bool,
}

/// A tensor that stands in the file.
struct Tensor<'a> {
    name: &'a [u8],
    shape: Vec<u64>,
    bytes: u64,
    float: bool,
}

/// Operators whose inputs from the second on only steer them (Sub: a mean colour that is taken off).
const STEERED: [&[u8]; 13] = [
    b"Resize",
    b"Upsample",
    b"Reshape",
    b"Slice",
    b"Pad",
    b"Clip",
    b"Expand",
    b"Tile",
    b"Unsqueeze",
    b"Squeeze",
    b"Split",
    b"Sub",
    b"Gather",
];

/// Operators that are looked at for the architecture; the largest networks have some thousands.
const MOST_OPERATORS: usize = 20_000;

impl<'a> Survey<'a> {
    fn tell(&self, header: &mut Header) {
        (header.nodes, header.external) = (self.nodes, self.external);
        let is_weight = |t: &&Tensor<'_>| t.float && !t.shape.is_empty() && !self.settings.contains(t.name);
        for tensor in self.tensors.iter().filter(is_weight) {
            let count = tensor.shape.iter().fold(1_u64, |n, &d| n.saturating_mul(d));
            header.weights = header.weights.saturating_add(count);
            header.weight_bytes = header.weight_bytes.saturating_add(tensor.bytes);
        }
        if self.operators.len() < self.nodes as usize {
            return;
        }
        let small = |shape: &[u64]| shape.iter().map(|&d| usize::try_from(d).ok()).collect::<Option<Vec<_>>>();
        let shapes: HashMap<&[u8], Vec<usize>> =
            self.tensors.iter().filter_map(|t| Some((t.name, small(&t.shape)?))).collect();
        let operator = |&(name, weight): &(&'a [u8], Option<&'a [u8]>)| {
            let name = std::str::from_utf8(name).unwrap_or("?");
            import::Operator { name, weight: weight.and_then(|weight| shapes.get(weight)).map(Vec::as_slice) }
        };
        header.architecture = import::recognise(&self.operators.iter().map(operator).collect::<Vec<_>>());
    }
}

/// GraphProto. Graphs nest (If, Loop); `depth` bounds how far a hostile file may.
fn graph<'a>(bytes: &'a [u8], survey: &mut Survey<'a>, depth: u8) -> Result<(), Refusal> {
    if depth > 8 {
        return Err(Refusal::Damaged);
    }
    let mut fields = Fields(bytes);
    while let Some(field) = fields.next()? {
        match field {
            (1, Value::Bytes(b)) => node(b, survey, depth)?,
            (5, Value::Bytes(b)) => tensor(b, None, survey)?,
            _ => {}
        }
    }
    Ok(())
}

/// NodeProto: counted, and its attributes searched for weights (some exporters keep all weights in Constant nodes).
fn node<'a>(bytes: &'a [u8], survey: &mut Survey<'a>, depth: u8) -> Result<(), Refusal> {
    survey.nodes += 1;
    let (mut inputs, mut output, mut operator, mut attributes) = (Vec::new(), None, &[][..], Vec::new());
    let mut fields = Fields(bytes);
    while let Some(field) = fields.next()? {
        match field {
            (1, Value::Bytes(b)) => inputs.push(b),
            (2, Value::Bytes(b)) => output = output.or(Some(b)),
            (4, Value::Bytes(b)) => operator = b,
            (5, Value::Bytes(b)) => attributes.push(b),
            _ => {}
        }
    }
    if survey.operators.len() < MOST_OPERATORS {
        survey.operators.push((operator, inputs.get(1).copied()));
    }
    if STEERED.contains(&operator) {
        survey.settings.extend(inputs.iter().skip(1));
    }
    for attribute in attributes {
        let mut parts = Fields(attribute);
        while let Some(part) = parts.next()? {
            match part {
                (5 | 10, Value::Bytes(b)) => tensor(b, output, survey)?,
                (6 | 11, Value::Bytes(b)) => graph(b, survey, depth + 1)?,
                _ => {}
            }
        }
    }
    Ok(())
}

/// TensorProto. The value of a Constant node goes by the name of what the node gives.
fn tensor<'a>(bytes: &'a [u8], given: Option<&'a [u8]>, survey: &mut Survey<'a>) -> Result<(), Refusal> {
    let mut found = Tensor { name: given.unwrap_or_default(), shape: Vec::new(), bytes: 0, float: false };
    let mut fields = Fields(bytes);
    while let Some(field) = fields.next()? {
        match field {
            (1, Value::Number(dim)) => found.shape.push(dim),
            (1, Value::Bytes(packed)) => {
                let mut rest = Fields(packed);
                while !rest.0.is_empty() {
                    found.shape.push(rest.varint()?);
                }
            }
            // float, float16, double, bfloat16
            (2, Value::Number(kind)) => found.float = matches!(kind, 1 | 10 | 11 | 16),
            // float, int32, int64, raw, double data
            (4 | 5 | 7 | 9 | 10, Value::Bytes(b)) => found.bytes += b.len() as u64,
            (8, Value::Bytes(b)) if given.is_none() => found.name = b,
            (13, _) => survey.external = true,
            (14, Value::Number(1)) => survey.external = true,
            _ => {}
        }
    }
    survey.tensors.push(found);
    Ok(())
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(&bytes[..bytes.len().min(4096)]).trim().to_owned()
}

enum Value<'a> {
    Number(u64),
    Bytes(&'a [u8]),
    Fixed,
}

/// Walks the fields of one protobuf message.
struct Fields<'a>(&'a [u8]);

impl<'a> Fields<'a> {
    fn next(&mut self) -> Result<Option<(u64, Value<'a>)>, Refusal> {
        if self.0.is_empty() {
            return Ok(None);
        }
        let key = self.varint()?;
        let value = match key & 7 {
            0 => Value::Number(self.varint()?),
            1 => self.take(8).map(|_| Value::Fixed)?,
            2 => {
                let length = self.varint()?;
                Value::Bytes(self.take(usize::try_from(length).map_err(|_| Refusal::Damaged)?)?)
            }
            5 => self.take(4).map(|_| Value::Fixed)?,
            _ => return Err(Refusal::Damaged),
        };
        Ok(Some((key >> 3, value)))
    }

    fn varint(&mut self) -> Result<u64, Refusal> {
        let mut number = 0_u64;
        for i in 0..10 {
            let (&byte, rest) = self.0.split_first().ok_or(Refusal::Damaged)?;
            self.0 = rest;
            number |= u64::from(byte & 0x7f) << (7 * i).min(63);
            if byte < 0x80 {
                return Ok(number);
            }
        }
        Err(Refusal::Damaged)
    }

    fn take(&mut self, count: usize) -> Result<&'a [u8], Refusal> {
        let (part, rest) = self.0.split_at_checked(count).ok_or(Refusal::Damaged)?;
        self.0 = rest;
        Ok(part)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn other_files_are_named() {
        assert_eq!(look(b""), Err(Refusal::NotOnnx("an empty file")));
        assert_eq!(look(b"just words, no model"), Err(Refusal::NotOnnx("a text file")));
        assert!(
            matches!(look(b"version https://git-lfs.github.com/spec/v1"), Err(Refusal::NotOnnx(w)) if w.contains("LFS"))
        );
        assert!(matches!(look(&[0xff, 0x00, 0x13, 0x99]), Err(Refusal::NotOnnx(_))));
    }

    #[test]
    fn a_cut_file_is_damaged() {
        // ir_version 8, then a graph that claims 100 bytes and has 2.
        assert_eq!(look(&[0x08, 8, 0x3a, 100, 1, 2]), Err(Refusal::Damaged));
        assert_eq!(look(&[0x08, 8]), Err(Refusal::Damaged));
    }

    #[test]
    fn a_varint_has_an_end() {
        assert_eq!(Fields(&[0xff; 20]).varint(), Err(Refusal::Damaged));
        assert_eq!(Fields(&[0xac, 0x02]).varint(), Ok(300));
    }
}
