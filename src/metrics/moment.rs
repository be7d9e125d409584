//! One frame of the reference beside the candidate's, with what stands around it.

use std::sync::{Arc, OnceLock};

use crate::color;
use crate::frame::{Frame, Image};

use super::{MetricError, Pair};

/// What an extractor is given: a pair on common ground, the reference's neighbours, and both pictures as R'G'B' for
/// those that ask.
pub struct Moment<'a> {
    /// Same size, same integer layout; Y'CbCr or grey (RGB only where nobody converted).
    pub pair: Pair<'a>,
    /// Reference frames before this one, nearest first, on the same ground; fewer, or none, at the start of what is
    /// measured.
    pub before: &'a [Arc<Frame>],
    /// Reference frames after this one, nearest first; fewer, or none, at the end of what is measured.
    pub after: &'a [Arc<Frame>],
    /// Candidate frames before this one, nearest first, on the same ground; fewer, or none, at the start of what is
    /// measured. There for those who ask by [`super::Extractor::candidates_before`].
    pub before_candidate: &'a [Arc<Frame>],
    /// Frames a second; `None` for a still.
    pub rate: Option<f64>,
    /// What the candidate was enlarged from, where it was.
    pub enlarged: Option<Enlarged<'a>>,
    /// What the candidate's last model says when it is asked in other ways, where that was wanted.
    pub variants: Option<Answers<'a>>,
    /// What several models made of the candidate's input, where that was wanted.
    pub jury: Option<Answers<'a>>,
    /// What R'G'B' is made of, where it is not the pair.
    shown: Pair<'a>,
    rgb: OnceLock<Result<(Image, Image), MetricError>>,
}

/// An enlargement's own input and output, each at its own size, in one integer layout with the same colour tags: Y'CbCr or
/// grey. What is only known by its input is held against that, not against the reference.
#[derive(Clone, Copy, Debug)]
pub struct Enlarged<'a> {
    pub input: &'a Arc<Frame>,
    pub output: &'a Arc<Frame>,
    /// Input and output of the frame before; `None` at the start of the film.
    pub before: Option<(&'a Arc<Frame>, &'a Arc<Frame>)>,
}

/// Several pictures that answer one question: what an input shows, enlarged.
#[derive(Clone, Copy, Debug)]
pub struct Answers<'a> {
    /// All of one size; the first is the candidate's own.
    pub all: &'a [Answer],
    /// One sentence on whose they are.
    pub told: &'a str,
}

/// One of them.
#[derive(Clone, Debug)]
pub struct Answer {
    /// Grey or Y'CbCr, of any depth, with the tags of the others.
    pub picture: Arc<Frame>,
    /// Codes of the 8-bit scale by which it may differ from the first without a sign: noise that was put in and comes
    /// out again is no change of mind.
    pub forgiven: f32,
}

impl<'a> Moment<'a> {
    /// A pair with no neighbours.
    pub fn new(pair: Pair<'a>) -> Self {
        Self {
            pair,
            before: &[],
            after: &[],
            before_candidate: &[],
            rate: None,
            enlarged: None,
            variants: None,
            jury: None,
            shown: pair,
            rgb: OnceLock::new(),
        }
    }

    /// The same among its neighbours, at `rate` frames a second.
    pub fn among(self, before: &'a [Arc<Frame>], after: &'a [Arc<Frame>], rate: Option<f64>) -> Self {
        Self { before, after, rate, ..self }
    }

    /// The same with the candidate's own frames before it.
    pub fn following(self, before_candidate: &'a [Arc<Frame>]) -> Self {
        Self { before_candidate, ..self }
    }

    /// The same with what the candidate was enlarged from.
    pub fn enlarged_from(self, enlarged: Enlarged<'a>) -> Self {
        Self { enlarged: Some(enlarged), ..self }
    }

    /// The same with what the last model says when it is asked in other ways.
    pub fn asked_again(self, variants: Answers<'a>) -> Self {
        Self { variants: Some(variants), ..self }
    }

    /// The same with what other models say.
    pub fn before_a_jury(self, jury: Answers<'a>) -> Self {
        Self { jury: Some(jury), ..self }
    }

    /// The same with R'G'B' taken from `shown`: an RGB original need not go through Y'CbCr and back.
    pub fn shown_by(self, shown: Pair<'a>) -> Self {
        Self { shown, rgb: OnceLock::new(), ..self }
    }

    /// The pictures that R'G'B' is made of: the pair, unless [`Self::shown_by`] named others.
    pub fn shown(&self) -> Pair<'a> {
        self.shown
    }

    /// Both pictures as gamma-encoded R'G'B', 0..1 nominal, not clipped: reference first. Made once.
    ///
    /// # Errors
    /// [`MetricError::Color`] when they cannot be converted.
    pub fn rgb(&self) -> Result<&(Image, Image), MetricError> {
        let convert = |frame: &Frame| color::to_rgb(frame).map_err(|error| MetricError::Color(error.to_string()));
        let both = || Ok((convert(self.shown.reference())?, convert(self.shown.candidate())?));
        self.rgb.get_or_init(both).as_ref().map_err(Clone::clone)
    }
}
