//! What `make bench` and `make verify` share: the reference FFmpeg, pictures for both sides, and a run over them.
#![allow(dead_code, reason = "each of the two uses its part")]

pub mod pictures;
pub mod program;
pub mod raw;
