//! Which extractors serve a list of metrics, and one walk through them.

use rayon::prelude::*;

use super::{EXTRACTORS, Extractor, Features, Memo, Metric, MetricError, Moment, Value, added_extractors};

/// Metrics to measure, and the extractors that they read: each once, however many metrics share it.
#[derive(Clone)]
pub struct Plan {
    metrics: Vec<&'static dyn Metric>,
    extractors: Vec<&'static dyn Extractor>,
}

impl Plan {
    pub fn new(metrics: &[&'static dyn Metric]) -> Self {
        let read: Vec<&str> = metrics.iter().flat_map(|metric| metric.features()).copied().collect();
        let serves = |extractor: &&'static dyn Extractor| extractor.about().features.iter().any(|id| read.contains(id));
        let extractors = EXTRACTORS.iter().copied().chain(added_extractors()).filter(serves).collect();
        Self { metrics: metrics.to_vec(), extractors }
    }

    pub fn metrics(&self) -> &[&'static dyn Metric] {
        &self.metrics
    }

    pub fn extractors(&self) -> &[&'static dyn Extractor] {
        &self.extractors
    }

    /// Reference frames before and after a moment that are read.
    pub fn neighbours(&self) -> (usize, usize) {
        let most = |of: fn(&super::Extracts) -> usize| self.extractors.iter().map(|e| of(e.about())).max().unwrap_or(0);
        (most(|about| about.before), most(|about| about.after))
    }

    /// Candidate frames before a moment that are read.
    pub fn candidates_before(&self) -> usize {
        self.extractors.iter().map(|extractor| extractor.candidates_before()).max().unwrap_or(0)
    }

    /// Whether what the candidate was enlarged from is read.
    pub fn reads_input(&self) -> bool {
        self.extractors.iter().any(|extractor| extractor.reads_input())
    }

    /// Runs every extractor, side by side.
    pub fn extract(&self, moment: &Moment<'_>, memo: &Memo) -> Features {
        let run = |extractor: &&'static dyn Extractor| (extractor.about(), extractor.extract(moment, memo));
        let found: Vec<_> = self.extractors.par_iter().map(run).collect();
        let mut features = Features::default();
        for (about, found) in found {
            match found {
                Ok(values) => about.features.iter().zip(values).for_each(|(id, value)| features.set(id, Ok(value))),
                Err(error) => about.features.iter().for_each(|id| features.set(id, Err(error.clone()))),
            }
        }
        features
    }

    /// Every metric's score of `features`, in the order asked for.
    pub fn score(&self, features: &Features) -> Vec<(&'static str, Result<Value, MetricError>)> {
        self.metrics.iter().map(|metric| (metric.id(), metric.score(features))).collect()
    }

    /// [`Plan::extract`] and [`Plan::score`] of one moment by itself.
    pub fn measure(&self, moment: &Moment<'_>) -> Vec<(&'static str, Result<Value, MetricError>)> {
        self.score(&self.extract(moment, &Memo::default()))
    }
}
