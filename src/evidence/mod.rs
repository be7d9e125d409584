//! Verdicts: what the numbers of all candidates say together. Pure functions, from features to sentences.
//!
//! Order matters. First the faults of the comparison ([`Fault`]): a shifted picture or a wrong range makes every score
//! speak of something else, and is no hack. Then seven lines of evidence ([`Line`]): E1 to E3 and E7 look at scores, E4
//! to E6 at the mechanism, the picture itself. *Inflated* takes both. A verdict says what was found and never that a
//! picture is genuine: what leaves none of these traces is not seen.

mod chance;
mod faults;
mod limits;
mod lines;
mod offset;
mod ranks;
mod seen;
mod transform;
mod verdict;

pub use faults::Fault;
pub use lines::{Level, Line};
pub use ranks::{Agreement, Argument, Disagreement, Ranks, disagreement};
pub use seen::{Candidate, Seen, measured};
pub use transform::{Transform, Undo};
pub use verdict::{Class, Verdict, judge};
