//! The only code for YUV and RGB, range and resizing. Each shader stands beside its Rust twin.
//!
//! - [`resolve`] fills in by written rules what a file does not say, and names what it guessed.
//! - [`to_rgb`] and [`from_rgb`] go between native planes and R'G'B' floats.
//! - [`resize`] is the one resampler; [`conform`] brings a candidate to its reference's layout for measuring.
//! - [`with_luma`] lets a filter edit luma alone and keeps chroma exactly; [`with_chroma`] the other way round, and
//!   [`with_planes`] all planes on their own grids.
//!
//! Nothing here maps tones: PQ and HLG are shown as they are, and [`display_notes`] says so.

mod chroma;
mod coding;
mod conform;
mod decode;
mod encode;
mod error;
mod guess;
mod luma;
mod planes;
mod planewise;
mod resize;
mod samples;

pub use conform::{Target, conform};
pub use decode::to_rgb;
pub use encode::from_rgb;
pub use error::ColorError;
pub use guess::{Resolved, display_notes, matrix_name, range_name, resolve, siting_name, transfer_name};
pub use luma::with_luma;
pub use planes::PlaneConverter;
pub use planewise::{Edited, with_chroma, with_planes};
pub(crate) use resize::{Axis, resize_plane};
pub use resize::{Kernel, resize};
