//! Weights files made by hand, so that the readers are tested with no fixture and with bytes that no program writes.

use std::io::Write;

use flate2::Compression;
use flate2::write::DeflateEncoder;

/// A tensor of 32-bit floats.
#[derive(Clone)]
pub struct Tensor {
    pub name: String,
    pub shape: Vec<usize>,
    /// Numbers from one index to the next, in the storage; `None`: row after row.
    pub strides: Option<Vec<usize>>,
    pub data: Vec<f32>,
}

impl Tensor {
    pub fn strides(&self) -> Vec<usize> {
        let dense = |i: usize| self.shape[i + 1..].iter().product();
        self.strides.clone().unwrap_or_else(|| (0..self.shape.len()).map(dense).collect())
    }

    fn bytes(&self) -> Vec<u8> {
        self.data.iter().flat_map(|v| v.to_le_bytes()).collect()
    }
}

/// A Compact of 2 features, one convolution between the first and the last, that doubles the size.
pub fn compact() -> Vec<Tensor> {
    let mut seed = 1_u32;
    let mut tensor = |name: &str, shape: &[usize]| {
        let mut number = || {
            seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (seed >> 16) as f32 / 65536.0 - 0.5
        };
        let data = (0..shape.iter().product()).map(|_| number()).collect();
        Tensor { name: name.into(), shape: shape.to_vec(), strides: None, data }
    };
    vec![
        tensor("body.0.weight", &[2, 3, 3, 3]),
        tensor("body.0.bias", &[2]),
        tensor("body.1.weight", &[2]),
        tensor("body.2.weight", &[2, 2, 3, 3]),
        tensor("body.2.bias", &[2]),
        tensor("body.3.weight", &[2]),
        tensor("body.4.weight", &[12, 2, 3, 3]),
        tensor("body.4.bias", &[12]),
    ]
}

/// A pickle under construction, protocol 2.
#[derive(Clone)]
pub struct Pickle(pub Vec<u8>);

impl Pickle {
    pub fn new() -> Self {
        Self(vec![0x80, 2])
    }

    pub fn op(mut self, bytes: &[u8]) -> Self {
        self.0.extend_from_slice(bytes);
        self
    }

    pub fn name(self, module: &str, name: &str) -> Self {
        self.op(format!("c{module}\n{name}\n").as_bytes())
    }

    pub fn text(self, text: &str) -> Self {
        self.op(b"X").op(&(text.len() as u32).to_le_bytes()).op(text.as_bytes())
    }

    pub fn int(self, n: i64) -> Self {
        self.op(&[0x8a, 8]).op(&n.to_le_bytes())
    }

    pub fn ints(self, all: &[i64]) -> Self {
        all.iter().fold(self.op(b"("), |p, &n| p.int(n)).op(b"t")
    }

    pub fn storage(self, key: &str, count: i64) -> Self {
        self.op(b"(").text("storage").name("torch", "FloatStorage").text(key).text("cpu").int(count).op(b"tQ")
    }

    /// A call of `_rebuild_tensor_v2` on a storage of `count` numbers.
    pub fn tensor(self, key: &str, count: i64, offset: i64, shape: &[i64], strides: &[i64]) -> Self {
        let p = self.name("torch._utils", "_rebuild_tensor_v2").op(b"(").storage(key, count).int(offset);
        p.ints(shape).ints(strides).op(b"\x89").name("collections", "OrderedDict").op(b")RtR")
    }

    pub fn end(self) -> Vec<u8> {
        self.op(b".").0
    }
}

fn state(tensors: &[Tensor]) -> Pickle {
    let whole = |v: &[usize]| -> Vec<i64> { v.iter().map(|&n| n as i64).collect() };
    let put = |p: Pickle, (i, t): (usize, &Tensor)| {
        p.text(&t.name).tensor(&i.to_string(), t.data.len() as i64, 0, &whole(&t.shape), &whole(&t.strides()))
    };
    tensors.iter().enumerate().fold(Pickle::new().op(b"}("), put).op(b"u")
}

/// An archive as `torch.save` writes.
pub fn pth(tensors: &[Tensor], deflate: bool) -> Vec<u8> {
    archive(&state(tensors).end(), tensors, deflate)
}

/// An archive around any pickle.
pub fn archive(pickle: &[u8], tensors: &[Tensor], deflate: bool) -> Vec<u8> {
    let mut entries = vec![Entry::new("a folder/data.pkl", pickle, deflate)];
    entries.push(Entry::new("a folder/byteorder", b"little", false));
    for (i, tensor) in tensors.iter().enumerate() {
        entries.push(Entry::new(&format!("a folder/data/{i}"), &tensor.bytes(), deflate));
    }
    zip(&entries)
}

/// The stream that PyTorch wrote before its archives.
pub fn legacy(tensors: &[Tensor]) -> Vec<u8> {
    let mut file = b"\x80\x02\x8a\x0a\x6c\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19.".to_vec();
    file.extend(Pickle::new().int(1001).end());
    file.extend(Pickle::new().op(b"}(").text("little_endian").op(b"\x88u").end());
    file.extend(state(tensors).end());
    let keys = (0..tensors.len()).fold(Pickle::new().op(b"]("), |p, i| p.text(&i.to_string()));
    file.extend(keys.op(b"e").end());
    for tensor in tensors {
        file.extend((tensor.data.len() as u64).to_le_bytes());
        file.extend(tensor.bytes());
    }
    file
}

/// A safetensors file.
pub fn safetensors(tensors: &[Tensor]) -> Vec<u8> {
    let (mut fields, mut data) = (vec![r#""__metadata__":{"author":"a hand"}"#.to_owned()], Vec::new());
    for t in tensors {
        let start = data.len();
        data.extend(t.bytes());
        let (name, shape, end) = (&t.name, &t.shape, data.len());
        fields.push(format!(r#""{name}":{{"dtype":"F32","shape":{shape:?},"data_offsets":[{start},{end}]}}"#));
    }
    with_header(&format!("{{{}}}", fields.join(",")), &data)
}

pub fn with_header(header: &str, data: &[u8]) -> Vec<u8> {
    [&(header.len() as u64).to_le_bytes(), header.as_bytes(), data].concat()
}

/// A file for [`zip`]; what its records claim can be bent.
#[derive(Clone)]
pub struct Entry {
    pub name: String,
    pub packed: Vec<u8>,
    pub size: u32,
    pub crc: u32,
    pub method: u16,
}

impl Entry {
    pub fn new(name: &str, bytes: &[u8], deflate: bool) -> Self {
        let mut crc = flate2::Crc::new();
        crc.update(bytes);
        let mut packed = bytes.to_vec();
        if deflate {
            let mut encoder = DeflateEncoder::new(Vec::new(), Compression::best());
            encoder.write_all(bytes).unwrap();
            packed = encoder.finish().unwrap();
        }
        let (size, method) = (bytes.len() as u32, if deflate { 8 } else { 0 });
        Self { name: name.into(), packed, size, crc: crc.sum(), method }
    }
}

pub fn zip(entries: &[Entry]) -> Vec<u8> {
    let (mut file, mut directory) = (Vec::new(), Vec::new());
    for entry in entries {
        let (start, packed) = (file.len() as u32, entry.packed.len() as u32);
        let sizes = [entry.crc, packed, entry.size].map(u32::to_le_bytes).concat();
        let method = entry.method.to_le_bytes();
        let name = entry.name.as_bytes();
        let name_len = (name.len() as u16).to_le_bytes();
        // version, flags, method, time, date, sizes, lengths of name and extras
        file.extend([&b"PK\x03\x04\x14\0\0\0"[..], &method, &[0; 4], &sizes, &name_len, &[0; 2], name].concat());
        file.extend(&entry.packed);
        directory.extend([&b"PK\x01\x02\x14\0\x14\0\0\0"[..], &method, &[0; 4], &sizes, &name_len, &[0; 12]].concat());
        directory.extend([&start.to_le_bytes(), name].concat());
    }
    let count = (entries.len() as u16).to_le_bytes();
    let (size, start) = ((directory.len() as u32).to_le_bytes(), (file.len() as u32).to_le_bytes());
    file.extend(directory);
    file.extend([&b"PK\x05\x06\0\0\0\0"[..], &count, &count, &size, &start, &[0; 2]].concat());
    file
}
