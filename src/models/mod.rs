//! Models: files that make one picture from one picture, run by ONNX Runtime. No ort type leaves this room.
//!
//! ```text
//! places ──► Runtime (one a process) ──► a thread and a queue for each device
//!                 │
//! weights ──► import ──► ┐
//! file ──► onnx (is it whole?) ──► Model (probe: scale, channels, reach, by trial) ──► one session a device
//!                                      │
//! FrameSource ──► upscale ──► tiles, what is seen first ──► FrameSource
//! ```

mod choice;
mod error;
mod fingerprint;
mod footprint;
mod gauge;
mod import;
mod lent;
mod making;
mod memory;
mod model;
mod onnx;
mod picture;
mod places;
mod probe;
mod queue;
mod runtime;
mod seat;
mod session;
mod shelf;
mod speed;
mod stage;
mod tiles;
mod way;

pub use choice::Chooser;
pub use error::ModelError;
pub use footprint::Footprint;
pub use gauge::{Gauge, GaugeInfo, Reading};
pub use import::{Converted, ImportError};
pub use memory::{Memory, Stamp};
pub use model::{MAX_FILE_MIB, Model, ModelInfo, convert};
pub use places::{Home, model_folders};
pub use runtime::{Device, DeviceKind, Runtime};
pub use session::Precision;
pub use shelf::{ENDINGS, ShelfEntry, files, find, is_model_file, shelf, strip_ending};
pub use speed::{Choice, Speed, measure};
pub use stage::{upscale, upscale_chosen};
pub use way::{Settings, is_halved, tiling};
