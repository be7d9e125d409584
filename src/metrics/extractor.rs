//! From pictures to features: the costly part of measuring, done once for all metrics that read it.

use super::{Memo, MetricError, Moment, Value};

/// Measures one moment and yields named numbers (*features*). Stateless: what it needs of neighbouring frames it finds
/// in the moment, so that frames can be measured in any order, and twice gives the same bits on any number of threads.
pub trait Extractor: Sync {
    fn about(&self) -> &'static Extracts;

    /// One value for each of [`Extracts::features`], in that order.
    ///
    /// # Errors
    /// [`MetricError`] when the moment lacks what is read (no chroma, too small).
    fn extract(&self, moment: &Moment<'_>, memo: &Memo) -> Result<Vec<Value>, MetricError>;

    /// Whether it reads what the candidate was enlarged from ([`Moment::enlarged`]), where it was; most do not.
    fn reads_input(&self) -> bool {
        false
    }

    /// Candidate frames before the moment that it reads; most read none.
    fn candidates_before(&self) -> usize {
        0
    }
}

/// The fixed facts of an extractor.
#[derive(Debug)]
pub struct Extracts {
    /// Unique and stable ("vif").
    pub id: &'static str,
    /// Raised whenever the same moment would give other numbers: what was kept of the old version is no longer used.
    pub version: u32,
    /// What it yields.
    pub features: &'static [&'static str],
    /// Reference frames before and after the moment that it reads.
    pub before: usize,
    pub after: usize,
    pub cost: Cost,
}

/// What measuring one 1920x1080 pair takes on one core, roughly.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Cost {
    /// Up to about 10 ms: less than decoding. Not worth keeping on disk.
    Light,
    /// Up to about 100 ms.
    Medium,
    /// More: not for every frame of a film while somebody waits.
    Heavy,
}
