//! The names a pickle may use, and what they stand for.

use crate::models::import::tensor::Kind;

/// What a known name stands for.
#[derive(Clone, Debug, PartialEq)]
pub(in crate::models::import) enum Name {
    OrderedDict,
    /// A class of storages, known by how it keeps a number.
    Storage(Kind),
    /// (storage, offset, shape, strides, …) to a tensor.
    Tensor,
    /// (tensor, …) to the same tensor.
    Parameter,
}

impl Name {
    /// The name, or `None` for all those that are refused.
    pub fn known(module: &str, name: &str) -> Option<Self> {
        Some(match (module, name) {
            ("collections" | "typing", "OrderedDict") => Self::OrderedDict,
            ("torch._utils", "_rebuild_tensor" | "_rebuild_tensor_v2") => Self::Tensor,
            ("torch._utils", "_rebuild_parameter") => Self::Parameter,
            ("torch" | "torch.cuda", class) => Self::Storage(match class.strip_suffix("Storage")? {
                "Double" => Kind::F64,
                "Float" => Kind::F32,
                "Half" => Kind::F16,
                "BFloat16" => Kind::Bf16,
                "Long" => Kind::Whole(8),
                "Int" => Kind::Whole(4),
                "Short" => Kind::Whole(2),
                "Char" | "Byte" | "Bool" => Kind::Whole(1),
                _ => return None,
            }),
            _ => return None,
        })
    }

    /// As Python writes it, for a sentence.
    pub fn words(&self) -> &'static str {
        match self {
            Self::OrderedDict => "collections.OrderedDict",
            Self::Storage(_) => "a storage class of torch",
            Self::Tensor => "torch._utils._rebuild_tensor_v2",
            Self::Parameter => "torch._utils._rebuild_parameter",
        }
    }
}
