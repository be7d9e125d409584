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
    #[error(
        "{stage} {sigma}: the standard deviation must be a number from {least} to {most} luma samples, such as 1.5"
    )]
    Sigma { stage: &'static str, sigma: f64, least: f64, most: f64 },
    #[error("chroma: a shift of {shift} is too far; it goes from -{most} to {most} luma samples, 1 or 2 is usual")]
    Shift { shift: f64, most: f64 },
    #[error(
        "noise {deviation}: the standard deviation must be a number from 0 to {most} 8-bit codes; 5 is strong grain"
    )]
    Noise { deviation: f64, most: f64 },
    #[error(
        "pulse {factor}: the factor must be a whole number from {least} to {most}, and x and y lie between 0 and 1"
    )]
    Pulse { factor: u32, least: u32, most: u32 },
    #[error("undo: gains go from 0.125 to 16, and a tone curve is 17 numbers; 1 and no curve change nothing")]
    Undo,
    #[error("tunevmaf {amount}: the amount must be a number from 0 to {most}; libaom uses up to 1")]
    Tune { amount: f64, most: f64 },
    #[error("gamma {gamma}: gamma must be a number from 0.1 to 10; 1 changes nothing, 0.97 darkens a little")]
    Gamma { gamma: f64 },
    #[error(
        "saturation {factor}: the factor must be a number from 0 to {most}; 1 changes nothing, 0 takes colour away"
    )]
    Saturation { factor: f64, most: f64 },
    #[error("equalise {mix}: the mix must be a number from 0 (nothing) to 1 (all of it), such as 0.2")]
    Mix { mix: f64 },
    #[error("clahe {clip}: the clip limit must be a number above 0 and up to {most}; 1.2 is light, 4 is strong")]
    Clip { clip: f64, most: f64 },
    #[error("clahe: {tiles} tiles a side cannot be; there are from 1 to {most}, 8 is usual")]
    Tiles { tiles: u32, most: u32 },
    #[error("skip {count}: the film has {frames} frames; skip fewer than that")]
    Skip { count: usize, frames: usize },
    #[error("jpeg {quality}: the quality must be a whole number from 1 to 100; 30 shows its blocks, 90 hides them")]
    Quality { quality: f64 },
}

impl From<FilterError> for SourceError {
    fn from(error: FilterError) -> Self {
        Self::source(error.to_string())
    }
}
