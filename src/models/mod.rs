//! Models: `.onnx` files that make one picture from one picture, run by ONNX Runtime. No ort type leaves this room.
//!
//! ```text
//! places ──► Runtime (one a process) ──► a thread and a queue for each device
//!                 │
//! file ──► onnx (is it whole?) ──► Model (probe: scale, channels, reach, by trial) ──► one session a device
//!                                      │
//! FrameSource ──► upscale ──► tiles, what is seen first ──► FrameSource
//! ```

mod error;
mod fingerprint;
mod lent;
mod memory;
mod model;
mod onnx;
mod places;
mod probe;
mod queue;
mod runtime;
mod session;
mod shelf;
mod speed;
mod stage;
mod tiles;

pub use error::ModelError;
pub use memory::{Memory, Stamp};
pub use model::{MAX_FILE_MIB, Model, ModelInfo};
pub use places::{Home, model_folders};
pub use runtime::{Device, DeviceKind, Runtime};
pub use session::Precision;
pub use shelf::{ShelfEntry, files, find, shelf};
pub use speed::{Choice, Speed};
pub use stage::{Settings, tiling, upscale};
