//! What can go wrong in a filter.

use crate::frame::SourceError;

/// Why a filter cannot be set up. Each sentence says what to write in its place.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum FilterError {
    #[error("{stage} {factor}: the factor must be a number from 1 to 64, such as 2 or 1.5")]
    Factor { stage: &'static str, factor: f64 },
    #[error("{stage}: {from} becomes {to}, and {limit} samples a side is the most; use a smaller factor")]
    TooLarge { stage: String, from: String, to: String, limit: u32 },
    #[error("unsharp {amount}: the amount must be a number from -2 to 5; 0 changes nothing, 1 sharpens strongly")]
    Amount { amount: f64 },
    #[error("contrast {factor}: the factor must be a number from 0 to 10; 1 changes nothing, 1.1 adds a tenth")]
    Contrast { factor: f64 },
}

impl From<FilterError> for SourceError {
    fn from(error: FilterError) -> Self {
        Self::source(error.to_string())
    }
}
