//! What was added beyond the input and is no sharpening of what the input shows.
//!
//! Every upscaler that sharpens adds detail along edges, and most of it is honest: an input says where an edge runs to
//! about half of its samples, and how sharp it is not at all. So half a sample's worth of the input's own slope is taken
//! off what was added; what is left has no edge in the input that it could come from. On the lies and the honest
//! upscales of `make proof` that finds several times as much as what was added does by itself.

use super::plane::{FIVE, Luma};
use super::support::{Support, grown};
use crate::color::Kernel;
use crate::frame::Map;
use crate::metrics::{Drawn, Memo, MetricError, Moment, Needs, Overlay, OverlayAbout, Scale, Tint};

/// Overlay `unexplained`.
#[derive(Debug)]
pub struct Unexplained;

pub static UNEXPLAINED: Unexplained = Unexplained;

/// Samples of the input by which its edges may be drawn elsewhere or sharper.
const SLACK: f32 = 0.5;

static ABOUT: OverlayAbout = OverlayAbout {
    id: "unexplained",
    label: "Added beyond sharpening",
    unit: "codes",
    scale: Scale::Tinted { to: 16.0, tint: Tint::Violet },
    decimals: 1,
    pool: Map::mean,
    pools_to: "the mean of what was added beyond sharpening, in codes of the 8-bit scale",
    before: 0,
    after: 0,
    needs: Needs::Input,
    meaning: "What was added beyond the input, less what sharpening the input's own edges by half a sample explains: \
              detail where the input shows none.",
    limits: "A lie along a strong edge hides behind that edge: look at what was added, too. True texture that the input \
             lost lights up like texture that was never there. Brightness that was moved by whole samples of the input \
             is for the overlay of what contradicts. Colour is not looked at. Where the map is dark, all that was added \
             could be sharpening; whether it is true remains unknown.",
};

fn found(support: &Support) -> Result<Map, MetricError> {
    let (output, input) = (&support.output, &support.input);
    let plain = grown(input, (output.width, output.height), Kernel::Bicubic, support.way.phase);
    // Codes a sample of the input: a sample of the output is the smaller part of it.
    let scale = [output.width as f32 / input.width as f32, output.height as f32 / input.height as f32];
    let slope = slope(&plain, scale).filtered(&FIVE);
    let mut added = support.addition();
    added.samples.iter_mut().zip(&slope.samples).for_each(|(n, slope)| *n = (n.abs() - SLACK * slope).max(0.0));
    added.into_map()
}

/// Length of the gradient by central differences, each axis times `scale`.
fn slope(of: &Luma, scale: [f32; 2]) -> Luma {
    let last = of.height - 1;
    of.made(|y, row| {
        let (here, above, below) = (of.row(y), of.row(y.saturating_sub(1)), of.row((y + 1).min(last)));
        let right = here.len() - 1;
        for (x, v) in row.iter_mut().enumerate() {
            let across = 0.5 * scale[0] * (here[(x + 1).min(right)] - here[x.saturating_sub(1)]);
            let down = 0.5 * scale[1] * (below[x] - above[x]);
            *v = (across * across + down * down).sqrt();
        }
    })
}

impl Overlay for Unexplained {
    fn about(&self) -> &'static OverlayAbout {
        &ABOUT
    }

    fn map(&self, moment: &Moment<'_>, memo: &Memo) -> Result<Map, MetricError> {
        found(&Support::of(ABOUT.id, moment, memo)?)
    }

    fn drawn(&self, moment: &Moment<'_>, memo: &Memo) -> Result<Drawn, MetricError> {
        let support = Support::of(ABOUT.id, moment, memo)?;
        Ok(Drawn { map: found(&support)?, note: Some(support.words()) })
    }
}
