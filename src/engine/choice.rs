//! What is measured: which metrics, on which part of the picture.

use crate::frame::Region;
use crate::metrics::metrics;

use super::core::Engine;

impl Engine {
    /// Obeys [`super::Command::Metrics`].
    pub(super) fn choose_metrics(&mut self, ids: &[&'static str]) {
        self.state.metrics = metrics().iter().map(|metric| metric.id()).filter(|id| ids.contains(id)).collect();
    }

    /// Obeys [`super::Command::Region`].
    pub(super) fn choose_region(&mut self, region: Option<Region>) {
        self.state.region = region;
    }
}
