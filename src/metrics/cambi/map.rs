//! Where CAMBI comes from.

use crate::frame::Map;

use super::super::{Memo, MetricError, Moment, Needs, Overlay, OverlayAbout, Reads, Scale};
use super::scales::{Cut, Prepared, scales};
use super::settings::{SCALE_WEIGHTS, Settings, pooled};

/// Banding at each place, on the scale of the score: a map's mean is CAMBI.
///
/// A sample of a scale adds `weight * contrast / (pooled samples * samples of a window)` to the score if it is among
/// the pooled ones. That share is spread evenly over the pixels which the sample stands for, and multiplied by the
/// number of pixels of the picture, so that the sum of shares becomes a mean. What stands under the cursor is thus the
/// CAMBI of a picture that is banded all over as it is here, divided by the pooled 60%.
#[derive(Debug)]
pub struct Banding;

pub static BANDING: Banding = Banding;

static ABOUT: OverlayAbout = OverlayAbout {
    id: "cambi",
    label: "Banding",
    unit: "",
    scale: Scale::Sequential { to: 25.0 },
    decimals: 1,
    pool: Map::mean,
    pools_to: "CAMBI, as the mean of the map",
    before: 0,
    after: 0,
    needs: Needs::Reference,
    meaning: "Where smooth places break into visible steps. The number is what the place adds to CAMBI, on CAMBI's own \
              scale: the mean over the picture is the score.",
    limits: "The candidate alone is looked at: bands that the source has, or that an artist drew, light up as well. A \
             dark map says that no steps of 1 to 4 codes of the 10-bit scale were found on flat places; it says \
             nothing of blocks, blur or noise.",
};

impl Overlay for Banding {
    fn about(&self) -> &'static OverlayAbout {
        &ABOUT
    }

    fn map(&self, moment: &Moment<'_>, _: &Memo) -> Result<Map, MetricError> {
        let (_, luma) = moment.pair.planes(ABOUT.id, Reads::Luma)?;
        let picture = Prepared::new(luma, moment.pair.sample());
        let layers = layers(&picture, &Settings::PLAIN);
        let values = flatten(layers, luma.width as usize, luma.height as usize);
        Map::new(luma.width, luma.height, values).map_err(|error| MetricError::Color(error.to_string()))
    }
}

/// What the samples of one scale add to the score, row by row.
struct Layer {
    width: usize,
    height: usize,
    halvings: u32,
    shares: Vec<f64>,
}

/// The shares of every scale, the finest first.
fn layers(picture: &Prepared, settings: &Settings) -> Vec<Layer> {
    let (width, height) = picture.size();
    let window = settings.window(width, height);
    let mut layers = Vec::new();
    scales(picture, settings, true, |scale| {
        let pooled = pooled(scale.width * scale.height);
        let cut = Cut::new(&scale.found, pooled);
        let weight = SCALE_WEIGHTS[scale.number] / (pooled as f64 * (window * window) as f64);
        let mut shares = vec![0.0; scale.width * scale.height];
        for found in &scale.found {
            let mut values = found.values.iter();
            for &(y, x, count) in &found.places {
                let at = y as usize * scale.width + usize::from(x);
                for (share, &value) in shares[at..at + usize::from(count)].iter_mut().zip(values.by_ref()) {
                    *share = cut.part(value) * weight;
                }
            }
        }
        layers.push(Layer { width: scale.width, height: scale.height, halvings: scale.halvings, shares });
    });
    layers
}

/// Spreads coarse layers over finer ones, and the finest over the picture; multiplies by the number of pixels.
fn flatten(mut layers: Vec<Layer>, width: usize, height: usize) -> Vec<f32> {
    let Some(mut coarse) = layers.pop() else { return vec![0.0; width * height] };
    while let Some(mut fine) = layers.pop() {
        spread(&coarse, &mut fine);
        coarse = fine;
    }
    if coarse.halvings > 0 {
        let mut whole = Layer { width, height, halvings: 0, shares: vec![0.0; width * height] };
        spread(&coarse, &mut whole);
        coarse = whole;
    }
    let pixels = (width * height) as f64;
    coarse.shares.iter().map(|share| (share * pixels) as f32).collect()
}

/// Adds each coarse share to the 1, 2 or 4 finer samples that it stands for, in equal parts.
fn spread(coarse: &Layer, fine: &mut Layer) {
    for (y, row) in fine.shares.chunks_exact_mut(fine.width).enumerate() {
        let down = if y / 2 * 2 + 1 < fine.height { 2.0 } else { 1.0 };
        let from = &coarse.shares[y / 2 * coarse.width..][..coarse.width];
        for (pair, share) in row.chunks_mut(2).zip(from) {
            let part = share / (down * pair.len() as f64);
            pair.iter_mut().for_each(|fine| *fine += part);
        }
    }
}
