//! FFmpeg: probing, exact decoding and encoding. No FFmpeg type leaves this folder.

mod cache;
mod color;
mod encode;
mod error;
mod facts;
mod ffi;
mod index;
mod layout;
mod mux;
mod open;
mod pending;
mod picture;
mod png;
mod reader;
mod times;
mod video;

pub use encode::{CODECS, Codec, EncodeSettings, Encoder, codec};
pub use error::MediaError;
pub use mux::silence_encoders;
pub use open::{OpenOptions, open, open_with};
pub use png::write_png;
pub use video::Video;
