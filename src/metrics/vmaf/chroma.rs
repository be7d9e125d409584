//! VMAF's features of a colour plane, taken for a picture of its own: what codec comparisons that mix VMAF of Y, Cb and
//! Cr measure. The models were never trained on such pictures.

use std::sync::Arc;

use crate::frame::{Family, Frame, Layout};
use crate::metrics::{Cost, Extractor, Extracts, Memo, MetricError, Moment, Pair, Reads, Value};

use super::adm::ADM;
use super::motion::Motion;
use super::vif::VIF;

/// Features of Cb or Cr under their luma names with `_cb` or `_cr` behind.
#[derive(Debug)]
pub struct Chroma {
    about: &'static Extracts,
    /// 1 is Cb, 2 is Cr.
    plane: usize,
    /// What is remembered of a frame.
    key: &'static str,
}

pub static CB: Chroma = Chroma { about: &extracts("vmaf_cb", &FEATURES_CB), plane: 1, key: "grey of cb" };
pub static CR: Chroma = Chroma { about: &extracts("vmaf_cr", &FEATURES_CR), plane: 2, key: "grey of cr" };

const fn extracts(id: &'static str, features: &'static [&'static str]) -> Extracts {
    Extracts { id, version: 1, features, before: 1, after: 1, cost: Cost::Medium }
}

/// The features that are handed on, with their new names.
const FEATURES_CB: [&str; 11] = [
    "adm2_cb",
    "adm2_neg_cb",
    "motion2_cb",
    "vif_scale0_cb",
    "vif_scale1_cb",
    "vif_scale2_cb",
    "vif_scale3_cb",
    "vif_scale0_neg_cb",
    "vif_scale1_neg_cb",
    "vif_scale2_neg_cb",
    "vif_scale3_neg_cb",
];
const FEATURES_CR: [&str; 11] = [
    "adm2_cr",
    "adm2_neg_cr",
    "motion2_cr",
    "vif_scale0_cr",
    "vif_scale1_cr",
    "vif_scale2_cr",
    "vif_scale3_cr",
    "vif_scale0_neg_cr",
    "vif_scale1_neg_cr",
    "vif_scale2_neg_cr",
    "vif_scale3_neg_cr",
];

impl Extractor for Chroma {
    fn about(&self) -> &'static Extracts {
        self.about
    }

    fn extract(&self, moment: &Moment<'_>, memo: &Memo) -> Result<Vec<Value>, MetricError> {
        moment.pair.planes(self.about.id, Reads::Chroma(self.plane))?;
        let grey = |frame: &Arc<Frame>| -> Result<Arc<Frame>, MetricError> {
            // One frame for one frame, so that what is remembered of the grey one is found again.
            let made = memo.of(self.key, frame, || self.alone(frame));
            (*made).clone()
        };
        let all = |frames: &[Arc<Frame>]| frames.iter().take(1).map(grey).collect::<Result<Vec<_>, _>>();
        let (reference, candidate) = (grey(moment.pair.reference())?, grey(moment.pair.candidate())?);
        let (before, after) = (all(moment.before)?, all(moment.after)?);
        let moment = Moment::new(Pair::new(&reference, &candidate)?).among(&before, &after, moment.rate);
        let mut found = Vec::new();
        for extractor in [&ADM as &dyn Extractor, &Motion, &VIF] {
            let values = extractor.extract(&moment, memo)?;
            found.extend(extractor.about().features.iter().copied().zip(values));
        }
        self.about.features.iter().map(|name| self.pick(name, &found)).collect()
    }
}

impl Chroma {
    /// The colour plane as a grey picture. The samples are shared, not copied.
    fn alone(&self, frame: &Frame) -> Result<Arc<Frame>, MetricError> {
        let plane = frame.plane(self.plane).clone();
        let layout = Layout { family: Family::Gray, sample: frame.layout.sample, chroma_shift: (0, 0), alpha: false };
        let grey = Frame::new(plane.width, plane.height, layout, frame.color, vec![plane]);
        grey.map(Arc::new).map_err(|error| MetricError::Color(error.to_string()))
    }

    /// What was found under `name` less its ending.
    fn pick(&self, name: &'static str, found: &[(&'static str, Value)]) -> Result<Value, MetricError> {
        let luma = name.rsplit_once('_').map_or(name, |(luma, _)| luma);
        let value = found.iter().find(|(id, _)| *id == luma).map(|(_, value)| *value);
        value.ok_or(MetricError::NotMeasured { feature: name })
    }
}
