//! A light look into an ONNX file before ONNX Runtime sees it: is it one, is it whole, and what does it say of itself.
//!
//! ONNX is one protobuf message (onnx.proto3, ModelProto). Only the fields named below are read; the rest is skipped
//! by its length, so the whole look touches each byte of structure once and copies no weights.

/// What a file says of itself.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Header {
    pub producer: String,
    /// Version of the default operator set.
    pub opset: i64,
    pub doc: String,
    /// Free pairs that the author left (`metadata_props`).
    pub metadata: Vec<(String, String)>,
    /// Number of weights, and bytes they take.
    pub weights: u64,
    pub weight_bytes: u64,
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
                graph(b, &mut header, 0)?;
            }
            (8, Value::Bytes(b)) => opset(b, &mut header)?,
            (14, Value::Bytes(b)) => header.metadata.push(pair(b)?),
            _ => {}
        }
    }
    match (ir_version, has_graph) {
        (1.., true) => Ok(header),
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
    if start.starts_with(b"PK\x03\x04") || start.starts_with(b"\x80\x02") {
        return Some("a PyTorch or zip file");
    }
    if start.get(8..10) == Some(b"{\"") {
        return Some("a safetensors file");
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

/// GraphProto. Graphs nest (If, Loop); `depth` bounds how far a hostile file may.
fn graph(bytes: &[u8], header: &mut Header, depth: u8) -> Result<(), Refusal> {
    if depth > 8 {
        return Err(Refusal::Damaged);
    }
    let mut fields = Fields(bytes);
    while let Some(field) = fields.next()? {
        match field {
            (1, Value::Bytes(b)) => node(b, header, depth)?,
            (5, Value::Bytes(b)) => tensor(b, header)?,
            _ => {}
        }
    }
    Ok(())
}

/// NodeProto: counted, and its attributes searched for weights (some exporters keep all weights in Constant nodes).
fn node(bytes: &[u8], header: &mut Header, depth: u8) -> Result<(), Refusal> {
    header.nodes += 1;
    let mut fields = Fields(bytes);
    while let Some(field) = fields.next()? {
        if let (5, Value::Bytes(attribute)) = field {
            let mut parts = Fields(attribute);
            while let Some(part) = parts.next()? {
                match part {
                    (5 | 10, Value::Bytes(b)) => tensor(b, header)?,
                    (6 | 11, Value::Bytes(b)) => graph(b, header, depth + 1)?,
                    _ => {}
                }
            }
        }
    }
    Ok(())
}

/// TensorProto.
fn tensor(bytes: &[u8], header: &mut Header) -> Result<(), Refusal> {
    let (mut count, mut size) = (1_u64, 0_u64);
    let mut fields = Fields(bytes);
    while let Some(field) = fields.next()? {
        match field {
            (1, Value::Number(dim)) => count = count.saturating_mul(dim),
            (1, Value::Bytes(packed)) => {
                let mut rest = Fields(packed);
                while !rest.0.is_empty() {
                    count = count.saturating_mul(rest.varint()?);
                }
            }
            // float, int32, int64, raw, double data
            (4 | 5 | 7 | 9 | 10, Value::Bytes(b)) => size += b.len() as u64,
            (13, _) => header.external = true,
            (14, Value::Number(1)) => header.external = true,
            _ => {}
        }
    }
    header.weights = header.weights.saturating_add(count);
    header.weight_bytes = header.weight_bytes.saturating_add(size);
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
        assert_eq!(look(b"PK\x03\x04rest"), Err(Refusal::NotOnnx("a PyTorch or zip file")));
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
