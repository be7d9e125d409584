//! Two frames that can be compared sample by sample, and what a comparison gives.

use std::sync::Arc;

use crate::frame::{Family, Frame, Plane, Sample};

use super::MetricError;

/// A reference frame and a candidate frame of the same size and the same integer layout. `color::conform` brings a
/// candidate there. Alpha planes are not looked at.
#[derive(Clone, Copy, Debug)]
pub struct Pair<'a> {
    reference: &'a Arc<Frame>,
    candidate: &'a Arc<Frame>,
}

impl<'a> Pair<'a> {
    /// # Errors
    /// [`MetricError::Unlike`] when sizes or layouts differ, [`MetricError::Float`] for float samples.
    pub fn new(reference: &'a Arc<Frame>, candidate: &'a Arc<Frame>) -> Result<Self, MetricError> {
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

    pub fn reference(&self) -> &'a Arc<Frame> {
        self.reference
    }

    pub fn candidate(&self) -> &'a Arc<Frame> {
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

/// Which native samples are looked at.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Reads {
    /// Luma codes.
    Luma,
    /// Codes of a chroma plane, 1 for Cb and 2 for Cr, in their own subsampling.
    Chroma(usize),
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
    pub fn measured(value: f64) -> Self {
        Self { value, identical: false }
    }

    /// The value that stands for "no difference at all".
    pub fn identical(value: f64) -> Self {
        Self { value, identical: true }
    }
}
