//! What a metric is and what it says of itself.

use super::{MetricError, Pair, Value};

/// One way to put a number on the difference of two pictures. Stateless: a metric that needs the frame before states
/// so in [`About::needs`] and finds it in the pair.
pub trait Metric: Sync {
    /// Everything that is fixed about the metric.
    fn about(&self) -> &'static About;

    /// The score of one pair. The same pair gives the same bits on any number of threads.
    ///
    /// # Errors
    /// [`MetricError`] when the pair lacks what the metric reads (no chroma, too small).
    fn measure(&self, pair: &Pair<'_>) -> Result<Value, MetricError>;

    /// Short name in files and flags ("psnr_y"); unique and stable.
    fn id(&self) -> &'static str {
        self.about().id
    }
}

/// The fixed facts of a metric: what panels, plots, tables and help texts are made of.
#[derive(Debug)]
pub struct About {
    pub id: &'static str,
    /// For people ("PSNR-Y").
    pub label: &'static str,
    /// "dB", or empty for a plain number.
    pub unit: &'static str,
    pub direction: Direction,
    /// Lowest and highest possible value for samples of that many bits.
    pub range: fn(bits: u8) -> (f64, f64),
    /// Digits after the point that are worth showing.
    pub decimals: usize,
    pub reads: Reads,
    pub needs: Needs,
    /// One line for somebody who never heard of it.
    pub meaning: &'static str,
    /// What it does not see, one line.
    pub blind_to: &'static str,
    /// What studies say, by task. A task that is not listed was not studied.
    pub trust: &'static [Trust],
}

impl About {
    /// `value` with the digits worth showing and no unit.
    pub fn figure(&self, value: f64) -> String {
        format!("{value:.*}", self.decimals)
    }

    /// `value` with the digits worth showing and the unit, if any.
    pub fn text(&self, value: f64) -> String {
        let space = if self.unit.is_empty() { "" } else { " " };
        format!("{}{space}{}", self.figure(value), self.unit)
    }

    /// What is known of the metric for `task`.
    pub fn trust_for(&self, task: Task) -> Option<&'static Trust> {
        self.trust.iter().find(|trust| trust.task == task)
    }

    /// Whether `a` is a better score than `b`.
    pub fn better(&self, a: f64, b: f64) -> bool {
        match self.direction {
            Direction::HigherIsBetter => a > b,
            Direction::LowerIsBetter => a < b,
        }
    }
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Direction {
    HigherIsBetter,
    LowerIsBetter,
}

/// Which samples a metric looks at; who makes the pair can convert what does not fit (RGB has no luma plane).
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Reads {
    /// Native luma codes.
    Luma,
    /// Native codes of a chroma plane, 1 for Cb and 2 for Cr, in their own subsampling.
    Chroma(usize),
}

/// Whether the order of frames matters to a metric.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Needs {
    /// One frame of each: any frame can be measured at any time.
    OnePair,
    /// Also the frames just before, so that a run goes in order.
    PreviousPair,
}

/// What somebody compares for; a metric that serves one task well may mislead in another.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Task {
    /// A source beside its compressed copies.
    Encode,
    /// A picture beside enlargements of its reduced copy.
    Upscale,
    /// A picture beside cleaned-up damaged copies.
    Restore,
}

/// How a study found a metric to agree with people.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Trust {
    pub task: Task,
    /// Rank correlation (Spearman) with people's judgement, -1..1.
    pub correlation: f64,
    /// Who found it, on what, and which variant of the metric was studied.
    pub study: &'static str,
}

impl Trust {
    /// The correlation in a word, for a badge.
    pub fn level(&self) -> TrustLevel {
        match self.correlation {
            c if c >= 0.9 => TrustLevel::High,
            c if c >= 0.6 => TrustLevel::Fair,
            _ => TrustLevel::Low,
        }
    }
}

/// [`Trust`] in a word: from .9 high, from .6 fair, below low.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum TrustLevel {
    Low,
    Fair,
    High,
}
