//! How far each luma sample is off: the plainest maps.

use rayon::prelude::*;

use crate::frame::{Map, Sample};

use super::{Memo, MetricError, Moment, Needs, Overlay, OverlayAbout, Reads, Scale};

/// Luma of the candidate minus the reference, on the 8-bit scale whatever the depth.
#[derive(Debug)]
pub struct ErrorMap {
    about: &'static OverlayAbout,
    /// What becomes of a difference.
    of: fn(f32) -> f32,
}

pub static ERROR: ErrorMap = ErrorMap { about: &ABOUT, of: f32::abs };
pub static SIGNED_ERROR: ErrorMap = ErrorMap { about: &ABOUT_SIGNED, of: |difference| difference };

static ABOUT: OverlayAbout = OverlayAbout {
    id: "error",
    label: "Error",
    unit: "codes",
    scale: Scale::Sequential { to: 32.0 },
    decimals: 1,
    pool: mean_square,
    pools_to: "mean squared error of luma, in squared codes of the 8-bit scale",
    before: 0,
    after: 0,
    needs: Needs::Reference,
    meaning: "How far brightness is off at each place, in codes of the 8-bit scale.",
    limits: "An error may stand where nobody looks. A dark map says that luma is near the reference; it says nothing \
             of colour, and nothing of how the reference came about.",
};

static ABOUT_SIGNED: OverlayAbout = OverlayAbout {
    id: "signed_error",
    label: "Signed error",
    scale: Scale::Diverging { to: 32.0, low: "darker", high: "brighter" },
    meaning: "Where the candidate is brighter (orange) or darker (blue) than the reference, in codes of the 8-bit scale.",
    ..ABOUT
};

fn mean_square(map: &Map) -> f64 {
    let square = |v: &f32| f64::from(*v) * f64::from(*v);
    map.values.iter().map(square).sum::<f64>() / map.values.len() as f64
}

impl Overlay for ErrorMap {
    fn about(&self) -> &'static OverlayAbout {
        self.about
    }

    fn map(&self, moment: &Moment<'_>, _: &Memo) -> Result<Map, MetricError> {
        let (reference, candidate) = moment.pair.planes(self.about.id, Reads::Luma)?;
        let (width, height) = (reference.width, reference.height);
        let sample = moment.pair.sample();
        let scale = 1.0 / (1u32 << (sample.bits().clamp(8, 16) - 8)) as f32;
        let mut values = vec![0.0; width as usize * height as usize];
        values.par_chunks_mut(width as usize).enumerate().for_each(|(y, out)| {
            let y = y as u32;
            let difference = |r: i32, c: i32| (self.of)((c - r) as f32 * scale);
            match sample {
                Sample::U8 => {
                    let codes = reference.row_u8(y).iter().zip(candidate.row_u8(y));
                    out.iter_mut().zip(codes).for_each(|(out, (&r, &c))| *out = difference(r.into(), c.into()));
                }
                // Floats never get here: `Pair::new` refuses them.
                Sample::U16 { .. } | Sample::F32 => {
                    let codes = reference.row_u16(y).iter().zip(candidate.row_u16(y));
                    out.iter_mut().zip(codes).for_each(|(out, (&r, &c))| *out = difference(r.into(), c.into()));
                }
            }
        });
        Map::new(width, height, values).map_err(|error| MetricError::Color(error.to_string()))
    }
}
