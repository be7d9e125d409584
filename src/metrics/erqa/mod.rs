//! ERQA: how much of a reference's edges came through (Kirillova, Lyapustin, Antsiferova and Vatolin 2022;
//! `msu-video-group/ERQA`, MIT).

mod canny;
mod matching;
mod picture;
mod shift;

pub use canny::{Edges, canny};
pub use matching::{Counts, Matched, match_edges};
pub use picture::{Rgb8, Window};
pub use shift::{REACH, Shift, best_shift};
