//! Stages that change a picture without a model: resizing, sharpening, contrast. Each wraps a
//! [`FrameSource`](crate::frame::FrameSource) and is one.

mod adjust;
mod error;
mod resample;

pub use adjust::{contrast, unsharp};
pub use error::FilterError;
pub use resample::{Direction, resample};
