//! Stages that change a picture without a model: they make it worse in a known way (smaller, softer, noisier, coded as
//! JPEG), adjust it (sharpening, contrast), or leave its first frames out. Each wraps a [`FrameSource`](crate::frame::FrameSource) and is one; each
//! gives the same frame for the same number, whatever was asked before and on however many threads.

mod adjust;
mod blur;
mod clahe;
mod error;
mod gaussian;
mod jpeg;
mod noise;
mod pulse;
mod resample;
mod sharpen;
mod skip;
mod tone;
mod undo;
mod wrap;

pub use adjust::{contrast, unsharp};
pub use blur::{MAX_SIGMA, blur, chroma};
pub use clahe::{MAX_CLIP, MAX_TILES, clahe};
pub use error::FilterError;
pub use jpeg::jpeg;
pub use noise::{MAX_NOISE, noise};
pub use pulse::{PULSE_FACTORS, pulse};
pub use resample::{Direction, resample};
pub use sharpen::{MAX_TUNE, WIDE_SIGMA, tunevmaf, unsharp_wide};
pub use skip::skip;
pub use tone::{GAMMA, MAX_SATURATION, equalise, gamma, saturation};
pub use undo::{UNDO_KNOTS, undo};
