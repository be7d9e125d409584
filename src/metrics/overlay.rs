//! Where a score comes from: a number for every place of the picture.

use crate::frame::Map;

use super::{Memo, MetricError, Moment};

/// Draws one kind of evidence over the picture. Stateless, as an [`super::Extractor`] is.
pub trait Overlay: Sync {
    fn about(&self) -> &'static OverlayAbout;

    /// The map of one moment.
    ///
    /// # Errors
    /// [`MetricError`] when the moment lacks what is read.
    fn map(&self, moment: &Moment<'_>, memo: &Memo) -> Result<Map, MetricError>;

    /// [`Overlay::map`] with what is to be told of this very map.
    ///
    /// # Errors
    /// As [`Overlay::map`].
    fn drawn(&self, moment: &Moment<'_>, memo: &Memo) -> Result<Drawn, MetricError> {
        Ok(Drawn { map: self.map(moment, memo)?, note: None })
    }

    /// Candidate frames before the moment that it reads; most read none.
    fn candidates_before(&self) -> usize {
        0
    }

    /// Short name in flags ("error"); unique and stable.
    fn id(&self) -> &'static str {
        self.about().id
    }
}

/// A map, and a sentence on how it was made where that differs from moment to moment.
#[derive(Clone, Debug, PartialEq)]
pub struct Drawn {
    pub map: Map,
    pub note: Option<String>,
}

/// What an overlay holds the candidate against.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Needs {
    /// The reference.
    Reference,
    /// What the candidate was enlarged from: [`Moment::enlarged`].
    Input,
    /// The frame before, of the candidate and of what it was enlarged from; of the reference where nothing was.
    Before,
    /// What the candidate's last model says when it is asked in other ways: [`Moment::variants`].
    Variants,
    /// What other models made of the same input: [`Moment::jury`].
    Jury,
}

impl Needs {
    /// Whether models run for each map: it is drawn of a film that stands still only.
    pub fn models(self) -> bool {
        matches!(self, Needs::Variants | Needs::Jury)
    }
}

/// The fixed facts of an overlay.
#[derive(Debug)]
pub struct OverlayAbout {
    /// Unique and stable ("signed_error").
    pub id: &'static str,
    /// For people ("Signed error").
    pub label: &'static str,
    /// Of a map's number ("codes", "dB"), or empty.
    pub unit: &'static str,
    pub scale: Scale,
    /// Digits after the point that are worth showing of a number under the cursor.
    pub decimals: usize,
    /// The number that the whole map comes to, and what that number is.
    pub pool: fn(&Map) -> f64,
    /// Of the pooled number, in words: "1 - SSIM", "mean squared error, codes squared".
    pub pools_to: &'static str,
    /// Reference frames before and after the moment that it reads.
    pub before: usize,
    pub after: usize,
    /// What it is held against; a moment without that has no map, and the error says why in one sentence.
    pub needs: Needs,
    /// What a lit place means, for somebody who never heard of it. One or two sentences.
    pub meaning: &'static str,
    /// What it cannot tell; ends in what remains unknown where the map is dark.
    pub limits: &'static str,
}

/// How a map's numbers become colours. Colours carry meaning and are the same everywhere: orange boosted or added, blue
/// lost, red contradicting or invented, violet invented beyond the input; never red against green.
#[derive(Clone, Copy, PartialEq, Debug)]
pub enum Scale {
    /// Dark at 0, brightest at `to` and above.
    Sequential { to: f32 },
    /// As `Sequential`, in the colour of what it means.
    Tinted { to: f32, tint: Tint },
    /// Blue at `-to` and below, dark at 0, orange at `to` and above; both ends in a word.
    Diverging { to: f32, low: &'static str, high: &'static str },
    /// Each place belongs to a class: the value is an index, 0 dark and unnamed, n for `classes[n - 1]`.
    Classes(&'static [Class]),
}

/// A kind of place on a map of classes.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Class {
    pub label: &'static str,
    pub tint: Tint,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Tint {
    White,
    Blue,
    Orange,
    Red,
    Violet,
}
