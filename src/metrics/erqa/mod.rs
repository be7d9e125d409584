//! ERQA: how much of a reference's edges came through (Kirillova, Lyapustin, Antsiferova and Vatolin 2022;
//! `msu-video-group/ERQA`, MIT). The same numbers as that package gives for the same 8-bit pictures: OpenCV's edge
//! detector in our own code, the same search for a shift, the same matching.

mod canny;
mod convert;
mod matching;
mod picture;
mod score;
mod shift;
mod taps;

pub use canny::{Edges, canny, followed};
pub use convert::convert;
pub use matching::{Counts, Matched, match_edges};
pub use picture::{Rgb8, Window};
pub(super) use score::edge_map;
pub use score::{ERQA, ERQA_1_0, EdgeMap, Erqa};
pub use shift::{REACH, Shift, best_shift};
