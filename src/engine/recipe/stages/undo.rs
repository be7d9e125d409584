//! `undo`: what a verdict found to be turned up, turned down again.

use std::sync::Arc;

use crate::engine::recipe::words::{Given, Words};
use crate::engine::{Opened, Workshop};
use crate::filters::{self, UNDO_KNOTS};
use crate::frame::{FrameSource, SourceError};

use super::{Parsed, Stage};

pub fn undo(words: &mut Words<'_>) -> Parsed {
    let given = words.options(&["gains", "tone"])?;
    let gains = numbers::<3>(words, &given, "gains", "three gains from 0.125 to 16", (0.125, 16.0))?;
    let curve = numbers::<UNDO_KNOTS>(words, &given, "tone", "17 codes from -256 to 512", (-256.0, 512.0))?;
    Ok(Arc::new(Undo { gains: gains.unwrap_or([1.0; 3]), curve }))
}

/// So many numbers with commas between.
fn numbers<const N: usize>(
    words: &Words<'_>,
    given: &[Given<'_>],
    key: &str,
    what: &str,
    (low, high): (f64, f64),
) -> Result<Option<[f64; N]>, super::RecipeError> {
    let Some(given) = given.iter().find(|given| given.key == key) else { return Ok(None) };
    let parsed: Option<Vec<f64>> =
        given.value.split(',').map(|n| n.parse().ok().filter(|n| (low..=high).contains(n))).collect();
    let found: Option<[f64; N]> = parsed.and_then(|numbers| numbers.try_into().ok());
    let fault = || words.error(given.at, format!("{key} is {what} with commas between, not “{}”", given.value));
    found.map(Some).ok_or_else(fault)
}

/// The stage with these parameters, as a verdict fits them; numbers are rounded to thousandths, as its line writes them.
pub fn fitted(gains: [f64; 3], curve: Option<[f64; UNDO_KNOTS]>) -> Arc<dyn Stage> {
    let round = |n: f64| (n * 1000.0).round() / 1000.0;
    let held = |n: f64, low: f64, high: f64| round(if n.is_finite() { n.clamp(low, high) } else { low.max(1.0) });
    Arc::new(Undo {
        gains: gains.map(|gain| held(gain, 0.125, 16.0)),
        curve: curve.map(|curve| curve.map(|code| held(code, -256.0, 512.0))),
    })
}

#[derive(Debug)]
struct Undo {
    gains: [f64; 3],
    curve: Option<[f64; UNDO_KNOTS]>,
}

impl Stage for Undo {
    fn line(&self) -> String {
        let list = |numbers: &[f64]| numbers.iter().map(|n| n.to_string()).collect::<Vec<_>>().join(",");
        let tone = self.curve.map(|curve| format!(" tone={}", list(&curve)));
        format!("undo gains={}{}", list(&self.gains), tone.unwrap_or_default())
    }

    fn label(&self) -> String {
        "undone".into()
    }

    fn open(&self, input: Opened, _: &Workshop) -> Result<Box<dyn FrameSource>, SourceError> {
        Ok(filters::undo(input.source, "undo", self.gains, self.curve)?)
    }
}
