//! The same as numbers of a frame: what tables, plots and files tell of a candidate beside its scores.

use std::sync::Arc;

use super::{bent, contradicted, shimmer};
use crate::frame::Frame;
use crate::metrics::{
    About, Cost, Direction, Extractor, Extracts, Features, Group, Memo, Metric, MetricError, Moment, Plain, Value,
};

/// Of an enlargement and its input: what contradicts, what was added.
#[derive(Debug)]
pub struct FromInput;

/// Of the pair: what stands elsewhere.
#[derive(Debug)]
pub struct Moved;

/// Of two frames: what flickers.
#[derive(Debug)]
pub struct Flickers;

static INPUT: Extracts = Extracts {
    id: "invented",
    version: 1,
    features: &["contradicted", "added_energy"],
    before: 0,
    after: 0,
    cost: Cost::Heavy,
};
static MOVED: Extracts =
    Extracts { id: "bent", version: 1, features: &["bent", "bent_length"], before: 0, after: 0, cost: Cost::Heavy };
static FLICKERS: Extracts = Extracts {
    id: "shimmer",
    version: 1,
    features: &["shimmer", "shimmer_index"],
    before: 1,
    after: 0,
    cost: Cost::Heavy,
};

/// Stands for an index that there is none of: nothing is carried over from the frame before.
const NO_INDEX: f64 = -1.0;

impl Extractor for FromInput {
    fn about(&self) -> &'static Extracts {
        &INPUT
    }

    fn extract(&self, moment: &Moment<'_>, memo: &Memo) -> Result<Vec<Value>, MetricError> {
        let found = contradicted(moment, memo)?;
        Ok(vec![Value::measured(found.contradicted), Value::measured(found.energy)])
    }

    fn reads_input(&self) -> bool {
        true
    }
}

impl Extractor for Moved {
    fn about(&self) -> &'static Extracts {
        &MOVED
    }

    fn extract(&self, moment: &Moment<'_>, _: &Memo) -> Result<Vec<Value>, MetricError> {
        let found = bent(moment)?;
        let value = valued(same(moment.pair.reference(), moment.pair.candidate()));
        Ok(vec![value(found.share), value(found.length)])
    }
}

impl Extractor for Flickers {
    fn about(&self) -> &'static Extracts {
        &FLICKERS
    }

    fn extract(&self, moment: &Moment<'_>, _: &Memo) -> Result<Vec<Value>, MetricError> {
        let found = shimmer(moment)?;
        let before = moment.before.first().zip(moment.before_candidate.first());
        let alike = same(moment.pair.reference(), moment.pair.candidate()) && before.is_some_and(|(a, b)| same(a, b));
        let value = valued(alike && moment.enlarged.is_none());
        Ok(vec![value(found.mean), value(found.index.unwrap_or(NO_INDEX))])
    }

    fn candidates_before(&self) -> usize {
        1
    }

    fn reads_input(&self) -> bool {
        true
    }
}

/// Whether both hold the same samples.
fn same(a: &Arc<Frame>, b: &Arc<Frame>) -> bool {
    Arc::ptr_eq(a, b) || a.same_samples(b)
}

fn valued(identical: bool) -> fn(f64) -> Value {
    if identical { Value::identical } else { Value::measured }
}

/// [`Flickers`]' index, where there is one.
#[derive(Debug)]
pub struct ShimmerIndex;

pub static SHIMMER_INDEX: ShimmerIndex = ShimmerIndex;

impl Metric for ShimmerIndex {
    fn about(&self) -> &'static About {
        &INDEX
    }

    fn features(&self) -> &[&'static str] {
        &["shimmer_index"]
    }

    fn score(&self, features: &Features) -> Result<Value, MetricError> {
        let found = features.get("shimmer_index")?;
        if found.value < 0.0 { Err(MetricError::NothingCarried { metric: INDEX.id }) } else { Ok(found) }
    }
}

pub static CONTRADICTED_SHARE: Plain = Plain(&About {
    id: "contradicted",
    label: "Contradicted",
    range: |_| (0.0, 1.0),
    decimals: 4,
    meaning: "Share of the picture that contradicts the input by 12 codes or more: the enlargement, shrunk again the way \
              that fits best, held against what it was made from. 0 is none of it.",
    blind_to: "what was made up between the input's samples without denying them, and colour",
    ..ABOUT
});

pub static ADDED_ENERGY: Plain = Plain(&About {
    id: "added_energy",
    label: "Added energy",
    unit: "codes²",
    range: |_| (0.0, 65_025.0),
    decimals: 1,
    meaning: "Mean square of what was added beyond the input, in squared codes of the 8-bit scale: the enlargement less \
              what is left of it after shrinking and plain enlarging.",
    blind_to: "whether what was added is right: a true guess adds as much as a false one",
    ..ABOUT
});

pub static EDGES_INVENTED: Plain = Plain(&About {
    id: "edges_invented",
    label: "Edges invented",
    range: |_| (0.0, 1.0),
    decimals: 4,
    meaning: "Share of the candidate's edges that the reference does not have within a pixel, by ERQA's detector and \
              matching (version 1.1).",
    blind_to: "soft detail and texture below the detector's threshold; grain counts as invented edges",
    ..ABOUT
});

pub static EDGES_LOST: Plain = Plain(&About {
    id: "edges_lost",
    label: "Edges lost",
    range: |_| (0.0, 1.0),
    decimals: 4,
    meaning: "Share of the reference's edges that the candidate does not have within a pixel, by ERQA's detector and \
              matching (version 1.1).",
    blind_to: "soft detail and texture below the detector's threshold",
    ..ABOUT
});

pub static BENT_SHARE: Plain = Plain(&About {
    id: "bent",
    label: "Bent",
    range: |_| (0.0, 1.0),
    decimals: 4,
    meaning: "Share of the picture whose detail stands 0.35 pixels or more beside where the reference has it, once the \
              shift of the whole picture is taken off.",
    blind_to: "flat and soft places, moves of more than four pixels, and what was replaced rather than moved",
    ..ABOUT
});

pub static BENT_LENGTH: Plain = Plain(&About {
    id: "bent_length",
    label: "Bent length",
    unit: "px",
    range: |_| (0.0, f64::INFINITY),
    decimals: 0,
    meaning: "Length of the reference's edges that lie in bent or moved places, in pixels of one frame.",
    blind_to: "flat and soft places, moves of more than four pixels, and what was replaced rather than moved",
    ..ABOUT
});

pub static SHIMMER_MEAN: Plain = Plain(&About {
    id: "shimmer",
    label: "Shimmer",
    unit: "codes",
    range: |_| (0.0, 255.0),
    decimals: 3,
    meaning: "Mean flicker from the frame before to this one beyond the source's own, followed along the source's motion, \
              in codes of the 8-bit scale.",
    blind_to: "a lie that stands still, places that the source does not carry over, and cuts",
    ..ABOUT
});

static INDEX: About = About {
    id: "shimmer_index",
    label: "Shimmer index",
    range: |_| (0.0, f64::INFINITY),
    decimals: 2,
    meaning: "Flicker along the source's motion over that of a plain bicubic enlargement of the source: 1 is as steady, 2 \
              flickers twice as much.",
    blind_to: "a lie that stands still, places that the source does not carry over, and cuts",
    ..ABOUT
};

/// What they have in common.
const ABOUT: About = About {
    id: "",
    label: "",
    unit: "",
    group: Group::Invented,
    direction: Direction::LowerIsBetter,
    range: |_| (0.0, 0.0),
    decimals: 2,
    standard: false,
    meaning: "",
    blind_to: "",
    trust: &[],
};
