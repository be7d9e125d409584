//! D: what an enlarged picture says against its input, and what it says beyond it.

use super::plane::{Luma, sum_rows};
use super::support::Support;
use crate::frame::Map;
use crate::metrics::{Drawn, Memo, MetricError, Moment, Needs, Overlay, OverlayAbout, Scale, Tint};

/// Overlays `contradicted` (E, on the input's grid) and `added` (N, on the output's).
#[derive(Debug)]
pub struct FromInput {
    about: &'static OverlayAbout,
    of: fn(&Support) -> Luma,
}

pub static CONTRADICTED: FromInput = FromInput { about: &ABOUT_CONTRADICTED, of: Support::contradiction };
pub static ADDED: FromInput = FromInput { about: &ABOUT_ADDED, of: Support::addition };

/// Codes from which a place counts as contradicted: the bar of `make proof` (tests/proof/table.md, 11.3), rounded up. Of
/// honest upscales, those of an encode among them, at most 1% stands above it.
pub(super) const CONTRADICTS: f32 = 12.0;

static ABOUT_CONTRADICTED: OverlayAbout = OverlayAbout {
    id: "contradicted",
    label: "Contradicts the input",
    unit: "codes",
    scale: Scale::Tinted { to: 24.0, tint: Tint::Red },
    decimals: 1,
    pool: share,
    pools_to: "the share of the picture that contradicts the input by 12 codes or more (1 is all of it)",
    before: 0,
    after: 0,
    needs: Needs::Input,
    meaning: "Where the enlarged picture, shrunk again, is not what it was made from: brightness that the input denies, \
              in codes of the 8-bit scale. A change of tone of the whole picture is taken off first.",
    limits: "An output that shrinks back exactly to its input can still show another face or another letter (the case \
             of PULSE): all of that stays dark here, and what was put in between the input's samples is for the overlay \
             of what was added. How the input was really made is not known: the way that fits best is assumed, and told \
             in the legend. Colour is not looked at. Where the map is dark, the output does not contradict its input; \
             whether it is true remains unknown.",
};

static ABOUT_ADDED: OverlayAbout = OverlayAbout {
    id: "added",
    label: "Added beyond the input",
    scale: Scale::Tinted { to: 48.0, tint: Tint::Violet },
    pool: energy,
    pools_to: "added energy: the mean square of what was added, in squared codes of the 8-bit scale",
    meaning: "Detail that the input could not carry: the output minus what is left of it after shrinking and plain \
              enlarging. By definition the upscaler made it up, rightly or wrongly.",
    limits: "Every upscaler that sharpens adds: the map says where and how much, not whether the guess is right; a \
             straight edge drawn sharp lights up like a letter that was never there. Brightness that was moved by \
             whole samples of the input is for the overlay of what contradicts. Colour is not looked at. Where the map \
             is dark nothing was added there; whether the input itself is true remains unknown.",
    ..ABOUT_CONTRADICTED
};

fn share(map: &Map) -> f64 {
    map.values.iter().filter(|v| **v >= CONTRADICTS).count() as f64 / map.values.len() as f64
}

fn energy(map: &Map) -> f64 {
    sum_rows(map.width as usize, &map.values, |v| f64::from(v) * f64::from(v)) / map.values.len() as f64
}

/// What one moment comes to.
#[derive(Clone, PartialEq, Debug)]
pub struct Added {
    /// Share of the picture that contradicts the input, 0..1.
    pub contradicted: f64,
    /// Mean square of what was added, in squared codes.
    pub energy: f64,
    /// E and N as the overlays draw them.
    pub maps: [Map; 2],
    /// How the output was shrunk and enlarged to find out, one sentence.
    pub way: String,
}

/// Both at once.
///
/// # Errors
/// [`MetricError::NotEnlarged`] where nothing was enlarged.
pub fn contradicted(moment: &Moment<'_>, memo: &Memo) -> Result<Added, MetricError> {
    let support = Support::of(ABOUT_CONTRADICTED.id, moment, memo)?;
    let maps = [sizes(support.contradiction())?, sizes(support.addition())?];
    Ok(Added { contradicted: share(&maps[0]), energy: energy(&maps[1]), maps, way: support.words() })
}

/// Without their signs.
fn sizes(mut plane: Luma) -> Result<Map, MetricError> {
    plane.samples.iter_mut().for_each(|v| *v = v.abs());
    plane.into_map()
}

impl Overlay for FromInput {
    fn about(&self) -> &'static OverlayAbout {
        self.about
    }

    fn map(&self, moment: &Moment<'_>, memo: &Memo) -> Result<Map, MetricError> {
        sizes((self.of)(&Support::of(self.about.id, moment, memo)?))
    }

    fn drawn(&self, moment: &Moment<'_>, memo: &Memo) -> Result<Drawn, MetricError> {
        let support = Support::of(self.about.id, moment, memo)?;
        Ok(Drawn { map: sizes((self.of)(&support))?, note: Some(support.words()) })
    }
}
