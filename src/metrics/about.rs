//! What a metric says of itself: the stuff that panels, plots, tables and help texts are made of.

/// The fixed facts of a metric.
#[derive(Debug)]
pub struct About {
    /// Short name in files and flags ("psnr_y"); unique and stable.
    pub id: &'static str,
    /// For people ("PSNR-Y").
    pub label: &'static str,
    /// "dB", or empty for a plain number.
    pub unit: &'static str,
    pub group: Group,
    pub direction: Direction,
    /// Lowest and highest possible value for samples of that many bits.
    pub range: fn(bits: u8) -> (f64, f64),
    /// Digits after the point that are worth showing.
    pub decimals: usize,
    /// Whether it is measured where nobody chose.
    pub standard: bool,
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

/// The shelf a metric stands on in lists.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Group {
    /// How far samples are off.
    Error,
    /// How much of the structure is left.
    Structure,
    /// VMAF of the v0 family.
    Vmaf,
    /// VMAF of the v1 family.
    VmafV1,
    /// Edges kept, lost and invented.
    Edges,
    /// Models of what an eye sees.
    Perceptual,
    /// The candidate alone, no reference.
    NoReference,
    /// What gives away that a score was worked on.
    Evidence,
    /// What was invented, lost, bent or contradicted.
    Invented,
    /// The numbers that VMAF is made of.
    Features,
    /// A model that somebody brought.
    Model,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Direction {
    HigherIsBetter,
    LowerIsBetter,
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
    /// Text and drawn interfaces beside their compressed copies.
    Screen,
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
