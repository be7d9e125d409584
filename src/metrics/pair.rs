//! What a metric is given, what it gives back, and why it may not.

use crate::frame::{Family, Frame, Plane, Sample, Severity, SourceError};

use super::{Reads, ids};

/// A reference frame and a candidate frame of the same size and the same integer layout. `color::conform` brings a
/// candidate there. Alpha planes are not looked at.
#[derive(Clone, Copy, Debug)]
pub struct Pair<'a> {
    reference: &'a Frame,
    candidate: &'a Frame,
}

impl<'a> Pair<'a> {
    /// # Errors
    /// [`MetricError::Unlike`] when sizes or layouts differ, [`MetricError::Float`] for float samples.
    pub fn new(reference: &'a Frame, candidate: &'a Frame) -> Result<Self, MetricError> {
        let shape = |f: &Frame| (f.width, f.height, f.layout.family, f.layout.sample, f.layout.chroma_shift);
        if shape(reference) != shape(candidate) {
            let words = |f: &Frame| format!("{}x{} {}", f.width, f.height, f.layout.name());
            return Err(MetricError::Unlike { reference: words(reference), candidate: words(candidate) });
        }
        if reference.layout.sample == Sample::F32 {
            return Err(MetricError::Float);
        }
        Ok(Self { reference, candidate })
    }

    pub fn reference(&self) -> &'a Frame {
        self.reference
    }

    pub fn candidate(&self) -> &'a Frame {
        self.candidate
    }

    /// How samples of both frames are stored: [`Sample::U8`] or [`Sample::U16`].
    pub fn sample(&self) -> Sample {
        self.reference.layout.sample
    }

    /// The two planes that a metric named `metric` reads, reference first.
    ///
    /// # Errors
    /// [`MetricError::NoChroma`] or [`MetricError::NoLuma`] when the layout has no such plane.
    pub fn planes(&self, metric: &'static str, reads: Reads) -> Result<(&'a Plane, &'a Plane), MetricError> {
        let index = match (self.reference.layout.family, reads) {
            (Family::Yuv | Family::Gray, Reads::Luma) => 0,
            (Family::Yuv, Reads::Chroma(index)) => index,
            (Family::Gray, Reads::Chroma(_)) => return Err(MetricError::NoChroma { metric }),
            (Family::Rgb, _) => return Err(MetricError::NoLuma { metric }),
        };
        Ok((self.reference.plane(index), self.candidate.plane(index)))
    }
}

/// A score of one pair of frames; always finite.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Value {
    pub value: f64,
    /// The samples that were read are the same, one by one: the value is the metric's best, not a measurement.
    pub identical: bool,
}

impl Value {
    /// A measured value.
    pub(super) fn measured(value: f64) -> Self {
        Self { value, identical: false }
    }

    /// The value that stands for "no difference at all".
    pub(super) fn identical(value: f64) -> Self {
        Self { value, identical: true }
    }
}

/// Why there is no score.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum MetricError {
    #[error("a score needs two pictures of one shape, but the reference is {reference} and the candidate {candidate}")]
    Unlike { reference: String, candidate: String },
    #[error("scores are taken on integer samples; convert float pictures to the reference's layout first")]
    Float,
    #[error("{metric} reads a chroma plane, and this picture is grey: it has luma only")]
    NoChroma { metric: &'static str },
    #[error("{metric} reads Y'CbCr planes, and this picture is stored as RGB; convert both sides to 4:4:4 first")]
    NoLuma { metric: &'static str },
    #[error("{metric} needs a picture of at least {least}x{least} samples, and this one is {width}x{height}")]
    TooSmall { metric: &'static str, least: u32, width: u32, height: u32 },
    #[error("there is no metric called \"{id}\"; write {all}, or all", all = ids())]
    UnknownId { id: String },
}

impl From<MetricError> for SourceError {
    fn from(error: MetricError) -> Self {
        Self::Failed { severity: Severity::Frame, sentence: error.to_string() }
    }
}
