//! Finding metrics, those of the tables and those brought by people, by name.

use parking_lot::RwLock;

use super::{Cost, EXTRACTORS, Extractor, METRICS, Metric, MetricError, OVERLAYS, Overlay};

/// What was brought while the program runs: a model that became a metric stays until the end.
static ADDED: RwLock<Vec<Added>> = RwLock::new(Vec::new());

/// A metric that is in no table: what it reads, what it is, and its map, if it has one.
#[derive(Clone, Copy)]
pub struct Added {
    pub extractor: &'static dyn Extractor,
    pub metric: &'static dyn Metric,
    pub overlay: Option<&'static dyn Overlay>,
}

/// Adds a metric for as long as the program runs.
///
/// # Errors
/// [`MetricError::Taken`] when a metric has the same id.
pub fn add(added: Added) -> Result<(), MetricError> {
    let mut all = ADDED.write();
    let id = added.metric.id();
    if METRICS.iter().any(|m| m.id() == id) || all.iter().any(|have| have.metric.id() == id) {
        return Err(MetricError::Taken { id: id.into() });
    }
    all.push(added);
    Ok(())
}

/// Every metric there is: the table's, then those that were added.
pub fn metrics() -> Vec<&'static dyn Metric> {
    METRICS.iter().copied().chain(ADDED.read().iter().map(|added| added.metric)).collect()
}

/// Extractors of the metrics that were added.
pub(super) fn added_extractors() -> Vec<&'static dyn Extractor> {
    ADDED.read().iter().map(|added| added.extractor).collect()
}

/// Every overlay there is.
pub fn overlays() -> Vec<&'static dyn Overlay> {
    OVERLAYS.iter().copied().chain(ADDED.read().iter().filter_map(|added| added.overlay)).collect()
}

/// The metric called `id`.
pub fn find(id: &str) -> Option<&'static dyn Metric> {
    metrics().into_iter().find(|metric| metric.id() == id)
}

/// The overlay called `id`.
///
/// # Errors
/// [`MetricError::UnknownOverlay`] with the ids there are.
pub fn overlay(id: &str) -> Result<&'static dyn Overlay, MetricError> {
    let found = overlays().into_iter().find(|overlay| overlay.id() == id);
    found.ok_or_else(|| MetricError::UnknownOverlay { id: id.into() })
}

/// What is measured where nobody chose.
pub fn standard() -> Vec<&'static dyn Metric> {
    METRICS.iter().copied().filter(|metric| metric.about().standard).collect()
}

/// The metrics named by `list`: ids with commas between, `standard`, or `all`. The order is the table's, doubles count
/// once.
///
/// # Errors
/// [`MetricError::UnknownId`] with the ids there are; an empty list is one too.
pub fn select(list: &str) -> Result<Vec<&'static dyn Metric>, MetricError> {
    let wanted: Vec<&str> = list.split(',').map(str::trim).collect();
    let all = metrics();
    let known = |id: &str| id == "all" || id == "standard" || all.iter().any(|metric| metric.id() == id);
    if let Some(unknown) = wanted.iter().find(|id| !known(id)) {
        return Err(MetricError::UnknownId { id: (*unknown).into() });
    }
    let asked = |metric: &&'static dyn Metric| {
        wanted.contains(&metric.id())
            || wanted.contains(&"all")
            || (metric.about().standard && wanted.contains(&"standard"))
    };
    Ok(all.into_iter().filter(asked).collect())
}

/// All ids with commas between, for help texts and sentences.
pub fn ids() -> String {
    metrics().iter().map(|metric| metric.id()).collect::<Vec<_>>().join(", ")
}

/// All overlays' ids with commas between.
pub fn overlay_ids() -> String {
    overlays().iter().map(|overlay| overlay.id()).collect::<Vec<_>>().join(", ")
}

/// The cost of the dearest extractor that `metric` reads.
pub fn cost(metric: &dyn Metric) -> Cost {
    let all = EXTRACTORS.iter().copied().chain(added_extractors()).map(|extractor| extractor.about());
    let read = all.filter(|about| about.features.iter().any(|id| metric.features().contains(id)));
    read.map(|about| about.cost).max().unwrap_or(Cost::Light)
}

/// Whether every feature that `metric` reads is made by somebody: what a test asks of the tables.
pub fn is_served(metric: &dyn Metric) -> bool {
    let made = |id: &&'static str| EXTRACTORS.iter().any(|extractor| extractor.about().features.contains(id));
    metric.features().iter().all(|id| made(id) || added_extractors().iter().any(|e| e.about().features.contains(id)))
}
