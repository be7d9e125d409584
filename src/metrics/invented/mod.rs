//! What a candidate shows and its source does not: places bent out of shape, places that contradict the input or that
//! the input could not carry, and flicker that the source does not have.
//!
//! All of it looks at luma, on the 8-bit scale whatever the depth.

mod answers;
mod bent;
mod carried;
mod contradicted;
mod plane;
mod scores;
mod shimmer;
mod spots;
mod support;
mod tone;
mod track;
mod unexplained;

pub use answers::{JURY, UNSTABLE};
pub use bent::{BENT, Bent, bent};
pub use carried::Carried;
pub use contradicted::{ADDED, Added, CONTRADICTED, contradicted};
pub use scores::{
    ADDED_ENERGY, BENT_LENGTH, BENT_SHARE, CONTRADICTED_SHARE, EDGES_INVENTED, EDGES_LOST, Flickers, FromInput, Moved,
    SHIMMER_INDEX, SHIMMER_MEAN,
};
pub use shimmer::{SHIMMER, Shimmer, shimmer};
pub use spots::{Spot, Structure, spots};
pub use unexplained::UNEXPLAINED;
