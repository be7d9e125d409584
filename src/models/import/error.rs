//! Why a weights file does not become a network: the second half of a sentence that begins with the file.

/// A fault of a weights file, told as "the weights FILE cannot be used: …".
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum ImportError {
    #[error("it is {0}; give the file with the weights themselves")]
    NotWeights(&'static str),
    #[error("it is cut short or damaged ({0}); fetch it again")]
    Damaged(String),
    #[error(
        "it wants to run {0}, and Doublet reads nothing but tensors from a pickle; take the model as .safetensors, \
         or save its state_dict alone"
    )]
    Refused(String),
    #[error("{what} claims {claim}, and Doublet takes {limit} at most; take a smaller model")]
    TooLarge { what: String, claim: String, limit: String },
    #[error("{tensor} holds numbers of the kind {kind}, which Doublet does not compute with; save it as float32")]
    Kind { tensor: String, kind: String },
    #[error("{tensor} holds values that are no numbers (NaN or infinite); the training of this model went wrong")]
    NotFinite { tensor: String },
    #[error("{tensor} holds {value:e}, which half precision cannot; leave it in 32 bits")]
    Overflow { tensor: String, value: f32 },
    #[error("it looks like {architecture}, but {what}; a variant of {architecture} that Doublet does not build")]
    Misfit { architecture: &'static str, what: String },
    #[error("these weights belong to no architecture that Doublet builds ({known}): their first keys are {keys}")]
    Unknown { known: String, keys: String },
    #[error("there is not a single tensor in it; give the file with the weights themselves")]
    Empty,
}

impl ImportError {
    pub(super) fn damaged(what: impl Into<String>) -> Self {
        Self::Damaged(what.into())
    }
}

/// A name out of a file, fit for a sentence: one line, not long.
pub(super) fn shown(name: &str) -> String {
    let clean = |c: char| if c.is_control() { '?' } else { c };
    let mut text: String = name.chars().take(80).map(clean).collect();
    if name.chars().nth(80).is_some() {
        text.push('…');
    }
    text
}

/// 10995116277760 bytes as "10.0 TiB".
pub(super) fn size_words(bytes: u128) -> String {
    let mut size = bytes as f64;
    let mut unit = 0;
    const UNITS: [&str; 7] = ["bytes", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"];
    while size >= 1024.0 && unit + 1 < UNITS.len() {
        size /= 1024.0;
        unit += 1;
    }
    match unit {
        0 => format!("{bytes} bytes"),
        _ if size >= 1024.0 => format!("more than 1024 {}", UNITS[unit]),
        _ => format!("{size:.1} {}", UNITS[unit]),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_for_people() {
        assert_eq!(size_words(10 << 40), "10.0 TiB");
        assert_eq!(size_words(12), "12 bytes");
        assert_eq!(size_words(u128::MAX), "more than 1024 EiB");
        assert_eq!(shown("a\nb"), "a?b");
        assert_eq!(shown(&"x".repeat(500)).chars().count(), 81);
    }
}
