//! Where SSIM is lost.

use crate::frame::Map;

use super::source::Source;
use super::ssim::{EXTRACTS, on_grids};
use super::window::{MARGIN, Want, measure};
use crate::metrics::{Memo, MetricError, Moment, Needs, Overlay, OverlayAbout, Scale};

/// 1 - SSIM at each place of the grid at which SSIM is taken. Where the window does not fit, within five samples of the
/// border, the nearest place's number stands; those do not count in the pooled one.
#[derive(Debug)]
pub struct SsimMap;

pub static SSIM_MAP: SsimMap = SsimMap;

static ABOUT: OverlayAbout = OverlayAbout {
    id: "ssim",
    label: "SSIM lost",
    unit: "",
    scale: Scale::Sequential { to: 0.5 },
    decimals: 3,
    pool: inner_mean,
    pools_to: "1 - SSIM",
    before: 0,
    after: 0,
    needs: Needs::Reference,
    meaning: "How much of the local structure of brightness is lost at each place: 0 is none, 1 is all of it.",
    limits: "It is taken at about 256 lines, as the score is: on large pictures the finest detail is not in it. A dark \
             map says that luma is like the reference; it says nothing of colour, and nothing of how the reference came \
             about.",
};

/// Places where the window fits: the border aside.
const BORDER: usize = MARGIN / 2;

fn inner_mean(map: &Map) -> f64 {
    let (width, height) = (map.width as usize - 2 * BORDER, map.height as usize - 2 * BORDER);
    let row = |y: usize| &map.row((y + BORDER) as u32)[BORDER..BORDER + width];
    let sums = (0..height).map(|y| row(y).iter().copied().map(f64::from).sum::<f64>());
    sums.sum::<f64>() / (width * height) as f64
}

impl Overlay for SsimMap {
    fn about(&self) -> &'static OverlayAbout {
        &ABOUT
    }

    fn map(&self, moment: &Moment<'_>, _: &Memo) -> Result<Map, MetricError> {
        let found = on_grids(&EXTRACTS, moment, |reference, candidate| {
            let want = Want { full: true, keep: &[3], halved: false };
            let (_, losses) = measure(Source::Grid(reference), Source::Grid(candidate), want);
            let (width, height) = (reference.width, reference.height);
            let mut values = vec![0.0; width * height];
            for (y, to) in values.chunks_exact_mut(width).enumerate() {
                let inner = y.clamp(BORDER, height - 1 - BORDER) - BORDER;
                for (x, [losses]) in losses.row::<1>(inner) {
                    to[x + BORDER..][..losses.len()].copy_from_slice(losses);
                }
                let (left, right) = (to[BORDER], to[width - 1 - BORDER]);
                to[..BORDER].fill(left);
                to[width - BORDER..].fill(right);
            }
            (width as u32, height as u32, values)
        })?;
        let (width, height) = (moment.pair.reference().width, moment.pair.reference().height);
        let (width, height, values) = found.unwrap_or_else(|| (width, height, vec![0.0; (width * height) as usize]));
        Map::new(width, height, values).map_err(|error| MetricError::Color(error.to_string()))
    }
}
