//! SpEED-chroma: how much information of the colour planes is lost or added, by the local entropy of a Gaussian scale
//! mixture (Bampis, Gupta, Soundararajan and Bovik, SpEED-QA, 2017), as libvmaf's `speed_chroma` (`speed.c`) has it
//! with the settings that the v1 models ask for.

mod eigen;
mod entropy;
mod extract;
mod reduce;
mod solve;

pub use extract::{SPEED_CHROMA, SPEED_CHROMA_5H, SPEED_CHROMA_2160, Speed};

/// Blocks of 5x5 samples make vectors of this length.
const SIZE: usize = BLOCK * BLOCK;
const BLOCK: usize = 5;
