//! Writing protobuf messages (protobuf.dev, "Encoding"): what an ONNX file is made of.

/// A message under construction.
#[derive(Clone, Debug, Default)]
pub(super) struct Message(pub Vec<u8>);

impl Message {
    fn varint(&mut self, mut n: u64) {
        while n >= 0x80 {
            self.0.push(n as u8 | 0x80);
            n >>= 7;
        }
        self.0.push(n as u8);
    }

    pub fn number(&mut self, field: u64, n: u64) -> &mut Self {
        self.varint(field << 3);
        self.varint(n);
        self
    }

    pub fn float(&mut self, field: u64, value: f32) -> &mut Self {
        self.varint(field << 3 | 5);
        self.0.extend_from_slice(&value.to_le_bytes());
        self
    }

    /// The beginning of a field of `length` bytes that the caller writes next.
    pub fn open(&mut self, field: u64, length: usize) -> &mut Self {
        self.varint(field << 3 | 2);
        self.varint(length as u64);
        self
    }

    pub fn bytes(&mut self, field: u64, bytes: &[u8]) -> &mut Self {
        self.open(field, bytes.len());
        self.0.extend_from_slice(bytes);
        self
    }

    pub fn text(&mut self, field: u64, text: &str) -> &mut Self {
        self.bytes(field, text.as_bytes())
    }

    pub fn message(&mut self, field: u64, message: &Message) -> &mut Self {
        self.bytes(field, &message.0)
    }
}

/// Bytes that a field of `length` bytes takes, with its beginning.
pub(super) fn field_size(field: u64, length: usize) -> usize {
    let mut head = Message::default();
    head.open(field, length);
    head.0.len() + length
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_encoding_of_the_documentation() {
        let mut message = Message::default();
        message.number(1, 150).text(2, "testing");
        assert_eq!(message.0, [&[0x08, 0x96, 0x01, 0x12, 0x07][..], b"testing"].concat());
        assert_eq!(field_size(2, 7), 9);
        assert_eq!(field_size(2, 300), 303);
    }
}
