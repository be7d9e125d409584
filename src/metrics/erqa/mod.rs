//! ERQA: how much of a reference's edges came through (Kirillova, Lyapustin, Antsiferova and Vatolin 2022;
//! `msu-video-group/ERQA`, MIT). The same numbers as that package gives for the same 8-bit pictures: OpenCV's edge
//! detector in our own code, the same search for a shift, the same matching.

mod canny;
mod matching;
mod picture;
mod score;
mod shift;

pub use canny::{Edges, canny};
pub use matching::{Counts, Matched, match_edges};
pub use picture::{Rgb8, Window};
pub use score::{ERQA, ERQA_1_0, EdgeMap, Erqa};
pub use shift::{REACH, Shift, best_shift};
