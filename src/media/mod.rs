//! FFmpeg: probing, exact decoding and encoding. No FFmpeg type leaves this folder.

mod cache;
mod color;
mod error;
mod facts;
mod ffi;
mod index;
mod layout;
mod open;
mod picture;
mod reader;
mod times;
mod video;

pub use error::MediaError;
pub use open::{OpenOptions, open, open_with};
pub use video::Video;
