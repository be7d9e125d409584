//! What was measured of a track, and what is still to be: by metric and frame.

use std::collections::BTreeMap;
use std::ops::Range;

use crate::frame::SourceError;

use super::Measured;
use super::scorer::Measurement;

/// What a measuring thread tells of one frame.
pub(super) struct Score {
    /// The sheet it belongs to.
    pub sheet: u64,
    /// Frame of the reference.
    pub number: usize,
    pub values: Vec<(&'static str, Measured)>,
    /// Metrics that have no value here, and why.
    pub refused: Vec<(&'static str, String)>,
    pub steps: Vec<String>,
    /// Why there are no values, if so.
    pub fault: Option<String>,
    /// Measured as if the film were these frames of the reference alone.
    pub within: Option<Range<usize>>,
}

impl Score {
    /// What came of measuring `metrics` on a frame; nothing when that was stopped.
    pub fn of(
        sheet: u64,
        number: usize,
        metrics: &[&'static str],
        found: Result<Measurement, SourceError>,
    ) -> Option<Self> {
        match found {
            Err(SourceError::Stopped) => None,
            Err(error) => Some(Self::fault(sheet, number, metrics, error.to_string())),
            Ok(found) => {
                let (mut values, mut refused) = (Vec::new(), Vec::new());
                for (id, found) in found.values {
                    match found {
                        Ok(value) => values.push((id, value)),
                        Err(error) => refused.push((id, error.to_string())),
                    }
                }
                Some(Self { sheet, number, values, refused, steps: found.steps, fault: None, within: None })
            }
        }
    }

    /// Nothing of `metrics` can be measured on a frame.
    pub fn fault(sheet: u64, number: usize, metrics: &[&'static str], sentence: String) -> Self {
        let refused = metrics.iter().map(|id| (*id, sentence.clone())).collect();
        let fault = Some(sentence);
        Self { sheet, number, values: Vec::new(), refused, steps: Vec::new(), fault, within: None }
    }
}

/// Which frames are done, by metric: measured, or known to have no value.
#[derive(Default)]
pub(super) struct Ledger {
    frames: usize,
    done: BTreeMap<&'static str, (Vec<bool>, usize)>,
}

impl Ledger {
    pub fn new(frames: usize) -> Self {
        Self { frames, done: BTreeMap::new() }
    }

    pub fn frames(&self) -> usize {
        self.frames
    }

    pub fn enter(&mut self, id: &'static str, number: usize) {
        let (done, count) = self.done.entry(id).or_insert_with(|| (vec![false; self.frames], 0));
        if let Some(done) = done.get_mut(number) {
            *count += usize::from(!std::mem::replace(done, true));
        }
    }

    pub fn is_done(&self, id: &str, number: usize) -> bool {
        self.done.get(id).is_some_and(|(done, _)| done.get(number).copied().unwrap_or(false))
    }

    /// Those of `metrics` that are not done for frame `number`.
    pub fn missing(&self, metrics: &[&'static str], number: usize) -> Vec<&'static str> {
        metrics.iter().copied().filter(|id| !self.is_done(id, number)).collect()
    }

    /// Share of the frames that are done for all of `metrics`, at most: that of the metric which is furthest behind.
    pub fn share(&self, metrics: &[&'static str]) -> f32 {
        let count = |id: &&'static str| self.done.get(id).map_or(0, |(_, count)| *count);
        metrics.iter().map(count).min().unwrap_or(0) as f32 / self.frames.max(1) as f32
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_frame_counts_once_for_each_metric() {
        let mut ledger = Ledger::new(4);
        for _ in 0..2 {
            ledger.enter("a", 1);
            ledger.enter("a", 9);
        }
        assert_eq!(ledger.missing(&["a", "b"], 1), ["b"]);
        assert_eq!(ledger.share(&["a"]), 0.25);
        assert_eq!(ledger.share(&["a", "b"]), 0.0);
        assert_eq!(ledger.share(&[]), 0.0);
    }
}
