//! What can be said of a picture with no reference beside it: four plain measures of luma, each with its definition.
//! All are taken of the candidate, on native codes; numbers are on the 8-bit scale whatever the depth.

mod about;
mod banding;
mod blockiness;
mod luma;
mod noise;
mod sharpness;

use crate::frame::{Plane, Sample};

use super::{Cost, Extractor, Extracts, Memo, MetricError, Moment, Reads, Value};
use luma::Luma;

pub use about::{BANDING, BLOCKINESS, NOISE, SHARPNESS};

/// A measure of one plane.
pub struct NoReference {
    about: &'static Extracts,
    of: fn(&Luma) -> f64,
}

pub static BLOCKS: NoReference =
    NoReference { about: &extracts("blockiness", &["blockiness"]), of: blockiness::blockiness };
pub static SHARP: NoReference = NoReference { about: &extracts("sharpness", &["sharpness"]), of: sharpness::sharpness };
pub static GRAIN: NoReference = NoReference { about: &extracts("noise", &["noise"]), of: noise::noise };
pub static BANDS: NoReference = NoReference { about: &extracts("banding", &["banding"]), of: banding::banding };

const fn extracts(id: &'static str, features: &'static [&'static str]) -> Extracts {
    Extracts { id, version: 1, features, before: 0, after: 0, cost: Cost::Light }
}

impl NoReference {
    /// The measure of any plane of integer samples, a reference's too.
    pub fn measure(&self, plane: &Plane, sample: Sample) -> f64 {
        (self.of)(&Luma::of(plane, sample))
    }
}

impl Extractor for NoReference {
    fn about(&self) -> &'static Extracts {
        self.about
    }

    fn extract(&self, moment: &Moment<'_>, _: &Memo) -> Result<Vec<Value>, MetricError> {
        let (_, candidate) = moment.pair.planes(self.about.id, Reads::Luma)?;
        Ok(vec![Value::measured(self.measure(candidate, moment.pair.sample()))])
    }
}
