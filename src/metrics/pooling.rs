//! The ways in which a list of scores becomes one number, as a table for menus and flags.

use super::Pooled;

/// One of the numbers of [`Pooled`].
#[derive(Debug)]
pub struct Pooling {
    /// Unique and stable ("harmonic_mean"): the name of the number in files.
    pub id: &'static str,
    /// For people ("harmonic mean").
    pub label: &'static str,
    /// One sentence.
    pub meaning: &'static str,
    /// The number; `None` where it has no meaning for these values.
    pub of: fn(&Pooled) -> Option<f64>,
}

/// Every pooling, the usual one first.
pub static POOLINGS: &[Pooling] = &[
    Pooling { id: "mean", label: "mean", meaning: "All frames weigh the same.", of: |p| Some(p.mean) },
    Pooling {
        id: "harmonic_mean",
        label: "harmonic mean",
        meaning: "Bad frames weigh more, as in libvmaf: n / sum(1 / (score + 1)) - 1.",
        of: |p| p.harmonic_mean,
    },
    Pooling { id: "min", label: "lowest", meaning: "The frame with the lowest number.", of: |p| Some(p.min) },
    Pooling {
        id: "worst_second",
        label: "worst second",
        meaning: "The second of the film whose frames are worst on average.",
        of: |p| p.worst_second,
    },
    Pooling { id: "p1", label: "1% lowest", meaning: "One frame in a hundred is below.", of: |p| Some(p.p1) },
    Pooling { id: "p5", label: "5% lowest", meaning: "One frame in twenty is below.", of: |p| Some(p.p5) },
    Pooling { id: "p10", label: "10% lowest", meaning: "One frame in ten is below.", of: |p| Some(p.p10) },
    Pooling { id: "p50", label: "median", meaning: "Half of the frames are below.", of: |p| Some(p.p50) },
    Pooling { id: "max", label: "highest", meaning: "The frame with the highest number.", of: |p| Some(p.max) },
    Pooling {
        id: "sd",
        label: "spread",
        meaning: "The standard deviation: how much the frames differ among themselves.",
        of: |p| Some(p.sd),
    },
];
