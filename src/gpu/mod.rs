//! wgpu and nothing else: a device with or without a window, textures, reading back. Knows no video.
//!
//! A machine with no adapter at all is a fact to report ([`GpuError::NoAdapter`]), not a fault: everything that draws
//! has a Rust twin.

mod compute;
mod device;
mod error;
mod texture;

pub use compute::{Kernel, read_words, words};
pub use device::{Gpu, device_descriptor};
pub use error::GpuError;
pub use texture::{new_texture, read_rgba8, read_rgba16f, upload};
