//! The ready comparison: what somebody who has no file at hand sees first.
//!
//! [`Scene`] draws a clip from formulas, made to be hard on codecs and upscalers in every way at once: fine print,
//! woven cloth, brick, foliage, turning spokes, a smooth sky, hair-thin lines, motion. [`prepare`] stores it as a
//! file, which is the reference, and makes the candidates from that file.

mod error;
mod prepare;
mod scene;
mod source;

pub use error::DemoError;
pub use prepare::{Comparison, Settings, prepare, prepare_with};
pub use scene::Scene;
pub use source::{RATE, SceneSource};
