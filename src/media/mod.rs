//! FFmpeg: probing, exact decoding and encoding. No FFmpeg type leaves this folder.
//!
//! ```text
//! open    checks, choice of the stream, first picture, notes   ──► Video, a FrameSource
//!   index    which packet makes which frame, where to begin        times   packets' times ──► Timeline
//!   reader   seek and decode by packet number                      cache   a GOP kept for stepping back
//!   picture  AVFrame ──► Frame: planes shared, or repacked         layout  pixel formats ──► Layout
//! encode   Frames ──► a file that appears when it is whole         png     one Frame ──► a still
//!   pack     Frame ──► AVFrame                                     pending temporary name, then rename
//!   codecs   the encoders that are known                           coder   one encoder: pictures in, packets out
//!   mux      one encoder, one container
//! recode   FrameSource ──► encoder ──► packets in memory ──► decoder ──► FrameSource
//! ```
//!
//! `ffi`, `picture`, `pack`, `coder` and `mux` alone speak C; all else is safe code over plain data (`facts`).
//!
//! # Why frame n is always the same picture
//! A packet's number travels through the decoder to the picture it makes, in the place of its time stamp. The index
//! says which numbers are shown and in which order: foreseen from the packets where that is safe and confirmed by the
//! first frames, else by decoding the whole file once. After a seek the packet that arrives is recognised by its byte
//! position and size, so that decoding begins at a known number or not at all.

mod cache;
mod codecs;
mod coder;
mod color;
mod encode;
mod error;
mod facts;
mod ffi;
mod groups;
mod index;
mod layout;
mod mux;
mod open;
mod pack;
mod pending;
mod picture;
mod png;
mod reader;
mod recode;
mod times;
mod video;

pub use codecs::{CODECS, Codec, codec};
pub use coder::silence_encoders;
pub use encode::{EncodeSettings, Encoder};
pub use error::MediaError;
pub use open::{OpenOptions, open, open_with};
pub use png::write_png;
pub use recode::{Coded, Coding, MAX_GOP, Segments, recode};
pub use video::Video;

/// The version of FFmpeg's codec library in use, as people know it ("59.37.100").
pub fn version() -> String {
    let version = ffmpeg_next::codec::version();
    format!("libavcodec {}.{}.{}", version >> 16, (version >> 8) & 0xff, version & 0xff)
}
