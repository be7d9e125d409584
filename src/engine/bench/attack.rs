//! What can be done to a picture on the bench, and the recipe it comes to.

use std::sync::Arc;

use crate::engine::recipe::{Recipe, Stage};
use crate::frame::SourceError;

/// A slider of the bench.
#[derive(Debug)]
pub struct Knob {
    /// The stage it sets, or the stage's option: "unsharp", "sigma".
    pub id: &'static str,
    pub low: f64,
    pub high: f64,
    /// Where it changes nothing.
    pub idle: f64,
    /// Digits behind the point that recipes are written with.
    pub digits: usize,
}

const fn knob(id: &'static str, (low, high): (f64, f64), idle: f64, digits: usize) -> Knob {
    Knob { id, low, high, idle, digits }
}

/// Every slider, in the order in which their stages are applied.
pub static KNOBS: [Knob; 10] = [
    knob("unsharp", (0.0, 2.0), 0.0, 2),
    knob("sigma", (0.0, 5.0), 0.0, 1),
    knob("contrast", (0.8, 1.4), 1.0, 3),
    knob("gamma", (0.7, 1.4), 1.0, 3),
    knob("saturation", (0.0, 2.0), 1.0, 2),
    knob("equalise", (0.0, 1.0), 0.0, 2),
    knob("clahe", (0.0, 4.0), 0.0, 2),
    knob("tunevmaf", (0.0, 1.5), 0.0, 2),
    knob("blur", (0.0, 3.0), 0.0, 2),
    knob("noise", (0.0, 12.0), 0.0, 1),
];

/// The place of a slider among [`KNOBS`].
pub fn knob_at(id: &str) -> usize {
    KNOBS.iter().position(|knob| knob.id == id).unwrap_or(0)
}

/// Where in a chain the attack stands.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
pub enum Side {
    /// Behind all stages: what a player or a later step would do.
    #[default]
    After,
    /// Ahead of the chain's first encode, where encoders that are tuned for a score do it.
    Before,
}

/// Where all sliders stand.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Attack {
    /// By [`KNOBS`].
    pub values: [f64; KNOBS.len()],
    pub side: Side,
}

impl Default for Attack {
    /// Nothing is done.
    fn default() -> Self {
        Self { values: std::array::from_fn(|i| KNOBS[i].idle), side: Side::After }
    }
}

impl Attack {
    /// The same with slider `id` at `value`, held to its ends and rounded to its digits.
    pub fn with(mut self, id: &str, value: f64) -> Self {
        let at = knob_at(id);
        let knob = &KNOBS[at];
        let unit = 10_f64.powi(knob.digits as i32);
        let value = if value.is_finite() { value } else { knob.idle };
        self.values[at] = (value.clamp(knob.low, knob.high) * unit).round() / unit;
        self
    }

    /// Where slider `id` stands.
    pub fn of(&self, id: &str) -> f64 {
        self.values[knob_at(id)]
    }

    /// The stages it comes to, as a recipe holds them; none where no slider does anything.
    pub fn lines(&self) -> Vec<String> {
        let on = |knob: &Knob| self.of(knob.id) != knob.idle && knob.id != "sigma";
        let line = |knob: &Knob| match (knob.id, self.of("sigma")) {
            ("unsharp", sigma) if sigma >= crate::filters::WIDE_SIGMA.0 => {
                format!("unsharp {} sigma={sigma}", self.of(knob.id))
            }
            (id, _) => format!("{id} {}", self.of(id)),
        };
        KNOBS.iter().filter(|knob| on(knob)).map(line).collect()
    }

    /// Whether nothing is done.
    pub fn is_idle(&self) -> bool {
        self.lines().is_empty()
    }

    /// Its stages, parsed.
    ///
    /// # Errors
    /// The parser's sentence, should a slider go further than its stage.
    pub fn stages(&self) -> Result<Vec<Arc<dyn Stage>>, SourceError> {
        let line = [vec!["source".to_owned()], self.lines()].concat().join(" | ");
        Ok(Recipe::parse(&line).map_err(|error| SourceError::source(error.to_string()))?.stages)
    }

    /// `recipe` with the attack in its place, and without the name a person gave it: it is another candidate.
    ///
    /// # Errors
    /// As [`Attack::stages`]; a sentence when it is to stand before an encode and there is none.
    pub fn on(&self, recipe: &Recipe) -> Result<Recipe, SourceError> {
        let at = self.place(recipe)?;
        let mut stages = recipe.stages.clone();
        stages.splice(at..at, self.stages()?);
        Ok(Recipe { name: None, ..recipe.with_stages(stages) })
    }

    /// The number of stages that come before the attack.
    ///
    /// # Errors
    /// A sentence when it is to stand before an encode and there is none.
    pub(super) fn place(&self, recipe: &Recipe) -> Result<usize, SourceError> {
        match self.side {
            Side::After => Ok(recipe.stages.len()),
            Side::Before => first_encode(recipe).ok_or_else(|| {
                SourceError::source("this candidate's chain has no encode that something could stand before")
            }),
        }
    }
}

/// The place of the chain's first encode.
pub(super) fn first_encode(recipe: &Recipe) -> Option<usize> {
    recipe.stages.iter().position(|stage| stage.line().starts_with("encode "))
}
