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
pub use open::{OpenOptions, open, open_with};
pub use png::write_png;
pub use video::Video;

/// The version of FFmpeg's codec library in use, as people know it ("59.37.100").
pub fn version() -> String {
    let version = ffmpeg_next::codec::version();
    format!("libavcodec {}.{}.{}", version >> 16, (version >> 8) & 0xff, version & 0xff)
}
