//! The ready comparison: what somebody who has no file at hand sees first.
//!
//! [`Scene`] draws the clip from formulas; [`SceneSource`] shows it as a source.

mod scene;
mod source;

pub use scene::Scene;
pub use source::{RATE, SceneSource};
