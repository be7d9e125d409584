//! F and G: how far apart several answers to one question lie. Where the input decides what is to be seen, a model gives
//! the same picture however it is asked, and several models agree; where they do not, what stands there is a guess.

use std::sync::Arc;

use super::plane::Luma;
use crate::frame::{Frame, Map};
use crate::metrics::{Answers, Drawn, Memo, MetricError, Moment, Needs, Overlay, OverlayAbout, Scale, Tint};

/// Overlays `unstable` (one model asked in several ways) and `jury` (several models asked once).
#[derive(Debug)]
pub struct AnswersMap {
    about: &'static OverlayAbout,
    of: for<'m> fn(&'m Moment<'_>) -> Option<Answers<'m>>,
}

pub static UNSTABLE: AnswersMap = AnswersMap { about: &ABOUT_UNSTABLE, of: |moment| moment.variants };
pub static JURY: AnswersMap = AnswersMap { about: &ABOUT_JURY, of: |moment| moment.jury };

/// Answers without which there is nothing to compare.
const LEAST: usize = 2;

static ABOUT_UNSTABLE: OverlayAbout = OverlayAbout {
    id: "unstable",
    label: "Unstable",
    unit: "codes",
    scale: Scale::Tinted { to: 8.0, tint: Tint::Violet },
    decimals: 2,
    pool: Map::mean,
    pools_to: "the mean spread of the model's answers, in codes of the 8-bit scale",
    before: 0,
    after: 0,
    needs: Needs::Variants,
    meaning: "Where the model changes its mind when the same question is put in another way: its input mirrored, moved \
              by half a code of noise, or given to a second model of the same scale. Shown is the standard deviation of \
              the answers, in codes of the 8-bit scale.",
    limits: "A model may repeat the same error however it is asked: what it learnt wrongly is dark here, and so is what \
             two models learnt from the same pictures. Only the last model of the chain is asked, and only on this frame. \
             Half a code that a model passes on as half a code is taken off. Colour is not looked at. Where the map is \
             dark the answer does not hang on how the question was put; whether it is true remains unknown.",
};

static ABOUT_JURY: OverlayAbout = OverlayAbout {
    id: "jury",
    label: "Jury",
    scale: Scale::Tinted { to: 16.0, tint: Tint::Violet },
    decimals: 1,
    pools_to: "the mean disagreement of the models, in codes of the 8-bit scale",
    needs: Needs::Jury,
    meaning: "Where the models of this comparison that enlarged the same input do not agree: the standard deviation of \
              their pictures, in codes of the 8-bit scale. Look at all of them side by side before believing one.",
    limits: "Sharpness and brightness that differ from model to model count as disagreement too. Models of one family, or \
             taught from the same pictures, err together: their agreement is no proof. Nobody says which of them is \
             right. Colour is not looked at. Where the map is dark the jury agrees; whether what it agrees on is true \
             remains unknown.",
    ..ABOUT_UNSTABLE
};

/// The standard deviation of the answers at every place, over all of them (not one less).
///
/// # Errors
/// As the overlays' maps.
fn spread(name: &'static str, answers: Answers<'_>) -> Result<Map, MetricError> {
    let all = answers.all;
    let Some(first) = all.first().filter(|_| all.len() >= LEAST) else {
        return Err(MetricError::NoAnswers { overlay: name });
    };
    let base = luma(name, &first.picture)?;
    // The sum and the sum of squares of what the others say beside the first: numbers that stay small.
    let (mut sum, mut squares) = (base.made(|_, _| {}), base.made(|_, _| {}));
    for other in &all[1..] {
        let picture = luma(name, &other.picture)?;
        if (picture.width, picture.height) != (base.width, base.height) {
            let words = |frame: &Frame| format!("{}x{}", frame.width, frame.height);
            let (reference, candidate) = (words(&first.picture), words(&other.picture));
            return Err(MetricError::Unlike { reference, candidate });
        }
        let apart = |y: usize, x: usize| {
            let d = picture.row(y)[x] - base.row(y)[x];
            d.signum() * (d.abs() - other.forgiven).max(0.0)
        };
        sum = sum.made(|y, row| row.iter_mut().enumerate().for_each(|(x, v)| *v = sum.row(y)[x] + apart(y, x)));
        squares = squares
            .made(|y, row| row.iter_mut().enumerate().for_each(|(x, v)| *v = squares.row(y)[x] + apart(y, x).powi(2)));
    }
    let n = all.len() as f32;
    let deviation = base.made(|y, row| {
        for ((v, sum), squares) in row.iter_mut().zip(sum.row(y)).zip(squares.row(y)) {
            let mean = sum / n;
            *v = (squares / n - mean * mean).max(0.0).sqrt();
        }
    });
    deviation.into_map()
}

fn luma(name: &'static str, frame: &Arc<Frame>) -> Result<Luma, MetricError> {
    Luma::of(name, 1, frame)
}

impl Overlay for AnswersMap {
    fn about(&self) -> &'static OverlayAbout {
        self.about
    }

    fn map(&self, moment: &Moment<'_>, _: &Memo) -> Result<Map, MetricError> {
        let answers = (self.of)(moment).ok_or(MetricError::NoAnswers { overlay: self.about.id })?;
        spread(self.about.id, answers)
    }

    fn drawn(&self, moment: &Moment<'_>, memo: &Memo) -> Result<Drawn, MetricError> {
        let note = (self.of)(moment).map(|answers| answers.told.to_owned());
        Ok(Drawn { map: self.map(moment, memo)?, note })
    }
}
