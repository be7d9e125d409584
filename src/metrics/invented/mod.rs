//! What a candidate shows and its source does not: places bent out of shape, places that contradict the input or that
//! the input could not carry, and flicker that the source does not have.
//!
//! All of it looks at luma, on the 8-bit scale whatever the depth.

mod bent;
mod contradicted;
mod plane;
mod shimmer;
mod spots;
mod support;
mod tone;
mod track;

pub use bent::{BENT, Bent, bent};
pub use contradicted::{ADDED, Added, CONTRADICTED, contradicted};
pub use shimmer::{SHIMMER, Shimmer, shimmer};
pub use spots::{Spot, spots};
pub(super) use {plane::Luma, support::Chosen};
