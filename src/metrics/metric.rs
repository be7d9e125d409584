//! From features to a score: cheap arithmetic, done anew wherever it is asked for.

use super::{About, Features, MetricError, Value};

/// One way to put a number on the difference of two pictures, made of what extractors measured.
pub trait Metric: Sync {
    /// Everything that is fixed about the metric.
    fn about(&self) -> &'static About;

    /// Ids of the features it reads; each is made by one line of [`super::EXTRACTORS`].
    fn features(&self) -> &[&'static str];

    /// The score of one moment.
    ///
    /// # Errors
    /// [`MetricError`] of the feature that could not be measured.
    fn score(&self, features: &Features) -> Result<Value, MetricError>;

    /// Short name in files and flags ("psnr_y"); unique and stable.
    fn id(&self) -> &'static str {
        self.about().id
    }
}

/// A feature of the same id, shown as a metric.
#[derive(Debug)]
pub struct Plain(pub &'static About);

impl Metric for Plain {
    fn about(&self) -> &'static About {
        self.0
    }

    fn features(&self) -> &[&'static str] {
        std::slice::from_ref(&self.0.id)
    }

    fn score(&self, features: &Features) -> Result<Value, MetricError> {
        features.get(self.0.id)
    }
}
