//! What was measured of one moment, by name.

use super::{MetricError, Value};

/// Features of one moment. A feature that could not be measured carries the reason.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Features {
    found: Vec<(&'static str, Result<Value, MetricError>)>,
}

impl Features {
    /// Enters a feature; what stood there before is replaced.
    pub fn set(&mut self, id: &'static str, found: Result<Value, MetricError>) {
        match self.found.iter_mut().find(|(have, _)| *have == id) {
            Some(old) => old.1 = found,
            None => self.found.push((id, found)),
        }
    }

    /// # Errors
    /// Why the feature could not be measured; [`MetricError::NotMeasured`] when nobody asked for it.
    pub fn get(&self, id: &'static str) -> Result<Value, MetricError> {
        match self.found.iter().find(|(have, _)| *have == id) {
            Some((_, found)) => found.clone(),
            None => Err(MetricError::NotMeasured { feature: id }),
        }
    }

    /// The values of several features, in the order asked for, and whether all were found on identical samples.
    ///
    /// # Errors
    /// As [`Features::get`], of the first that has none.
    pub fn all<const N: usize>(&self, ids: [&'static str; N]) -> Result<([f64; N], bool), MetricError> {
        let mut values = [0.0; N];
        let mut identical = true;
        for (value, id) in values.iter_mut().zip(ids) {
            let found = self.get(id)?;
            *value = found.value;
            identical &= found.identical;
        }
        Ok((values, identical))
    }

    pub fn iter(&self) -> impl Iterator<Item = (&'static str, &Result<Value, MetricError>)> {
        self.found.iter().map(|(id, found)| (*id, found))
    }
}
