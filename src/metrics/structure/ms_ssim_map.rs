//! Where MS-SSIM is lost, and at which scale.
//!
//! The score is a product of means, M = prod m_k^w_k. What is missing, 1 - M, is shared out to the factors by their
//! logarithms, (1 - M) * (-w_k ln m_k) / (-ln M), and within a factor to places by what each of them lacks of 1: m_k is
//! a mean, so that this adds up exactly. A place's share lies on the samples that its window is centred on; the map has
//! the grid of the second scale, half the picture's size.

use crate::frame::Map;

use super::downscale::Grid;
use super::ms_ssim::{EXTRACTS, SCALES, Scales, factors, on_scales, score};
use super::window::{MARGIN, lost};
use crate::metrics::{Memo, MetricError, Moment, Needs, Overlay, OverlayAbout, Scale};

/// What all scales lose, or one of them.
#[derive(Debug)]
pub struct MsSsimMap {
    about: &'static OverlayAbout,
    scales: std::ops::Range<usize>,
}

pub static ALL: MsSsimMap = MsSsimMap { about: &ABOUT, scales: 0..SCALES };
pub static FINEST: MsSsimMap = MsSsimMap { about: &ABOUT_FINEST, scales: 0..1 };
pub static FINE: MsSsimMap = MsSsimMap { about: &ABOUT_FINE, scales: 1..2 };
pub static MIDDLE: MsSsimMap = MsSsimMap { about: &ABOUT_MIDDLE, scales: 2..3 };
pub static COARSE: MsSsimMap = MsSsimMap { about: &ABOUT_COARSE, scales: 3..4 };
pub static COARSEST: MsSsimMap = MsSsimMap { about: &ABOUT_COARSEST, scales: 4..5 };

static ABOUT: OverlayAbout = OverlayAbout {
    id: "ms_ssim",
    label: "MS-SSIM lost",
    unit: "",
    scale: Scale::Sequential { to: 0.2 },
    decimals: 3,
    pool: Map::mean,
    pools_to: "1 - MS-SSIM",
    before: 0,
    after: 0,
    needs: Needs::Reference,
    meaning: "How much each place takes from MS-SSIM, all scales together: the mean of the map is what is missing to 1.",
    limits: "Coarse scales spread a loss over up to 176 samples, and within 80 samples of the border it is drawn \
             further in. A dark map says that luma is like the reference; it says nothing of colour, and nothing of \
             how the reference came about.",
};

const fn one(id: &'static str, label: &'static str, pools_to: &'static str, meaning: &'static str) -> OverlayAbout {
    OverlayAbout { id, label, scale: Scale::Sequential { to: 0.05 }, pools_to, meaning, ..ABOUT_PARTS }
}

const ABOUT_PARTS: OverlayAbout = OverlayAbout {
    id: "",
    label: "",
    unit: "",
    scale: Scale::Sequential { to: 0.05 },
    decimals: 3,
    pool: Map::mean,
    pools_to: "",
    before: 0,
    after: 0,
    needs: Needs::Reference,
    meaning: "",
    limits: "The five scales' maps add up to the map of all. Scales weigh unlike: the finest counts least, the second \
             to fourth most. A dark map says that this scale is like the reference; it says nothing of the others.",
};

static ABOUT_FINEST: OverlayAbout = one(
    "ms_ssim_1",
    "MS-SSIM lost, full size",
    "the part of 1 - MS-SSIM that is lost at full size",
    "How much each place takes from MS-SSIM in its finest detail: grain, thin lines, coding noise.",
);
static ABOUT_FINE: OverlayAbout = one(
    "ms_ssim_2",
    "MS-SSIM lost, half size",
    "the part of 1 - MS-SSIM that is lost at half size",
    "How much each place takes from MS-SSIM at half size: texture and fine edges.",
);
static ABOUT_MIDDLE: OverlayAbout = one(
    "ms_ssim_3",
    "MS-SSIM lost, quarter size",
    "the part of 1 - MS-SSIM that is lost at quarter size",
    "How much each place takes from MS-SSIM at a quarter of the size: edges and small shapes.",
);
static ABOUT_COARSE: OverlayAbout = one(
    "ms_ssim_4",
    "MS-SSIM lost, eighth size",
    "the part of 1 - MS-SSIM that is lost at an eighth of the size",
    "How much each place takes from MS-SSIM at an eighth of the size: shapes, blocks and their contrast.",
);
static ABOUT_COARSEST: OverlayAbout = one(
    "ms_ssim_5",
    "MS-SSIM lost, sixteenth size",
    "the part of 1 - MS-SSIM that is lost at a sixteenth of the size, with luminance",
    "How much each place takes from MS-SSIM at a sixteenth of the size: large shapes, and brightness itself.",
);

impl Overlay for MsSsimMap {
    fn about(&self) -> &'static OverlayAbout {
        self.about
    }

    fn map(&self, moment: &Moment<'_>, _: &Memo) -> Result<Map, MetricError> {
        let size = |side: u32| side.div_ceil(2) as usize;
        let reference = moment.pair.reference();
        let mut canvas = Canvas::new(size(reference.width), size(reference.height));
        on_scales(EXTRACTS.id, moment, |scales| self.draw(scales, &mut canvas))?;
        let (width, height) = (canvas.width as u32, canvas.height as u32);
        Map::new(width, height, canvas.values).map_err(|error| MetricError::Color(error.to_string()))
    }
}

impl MsSsimMap {
    fn draw(&self, scales: &Scales<'_>, canvas: &mut Canvas) {
        let parts = scales.parts();
        let factors = factors(&parts);
        let total: f64 = factors.iter().map(|factor| factor.power * lack(factor.mean)).sum();
        if total <= 0.0 {
            return;
        }
        let missing = (1.0 - score(&parts)) / total;
        for scale in self.scales.clone() {
            let (reference, candidate) = scales.at(scale);
            let losses = lost(reference, candidate);
            for factor in factors.iter().filter(|factor| factor.scale == scale) {
                // The mean of these very losses, so that what is shared out adds up whatever the score's mean was.
                let short = losses[factor.part].mean();
                let each = if short.abs() < 1e-12 { 0.0 } else { lack(factor.mean) / short };
                canvas.add(&losses[factor.part], scale, missing * factor.power * each);
            }
        }
    }
}

/// -ln of a mean; one that is zero or below counts as a millionth, for its logarithm has no value.
fn lack(mean: f64) -> f64 {
    -mean.max(1e-6).ln()
}

/// A map of half the picture's size, on which places of any scale can be laid.
struct Canvas {
    width: usize,
    height: usize,
    values: Vec<f32>,
}

impl Canvas {
    fn new(width: usize, height: usize) -> Self {
        Self { width, height, values: vec![0.0; width * height] }
    }

    /// Lays `weight` times the losses of scale `scale` on the samples that their windows are centred on, so that the
    /// mean of the map grows by `weight` times the mean of the losses.
    fn add(&mut self, losses: &Grid, scale: usize, weight: f64) {
        let places = losses.width as f64 * losses.height as f64;
        // A place covers so many cells; at the finest scale four places share one.
        let cells = 4f64.powi((scale as i32 - 1).max(0));
        let weight = (weight * (self.width as f64 * self.height as f64) / places / cells) as f32;
        let cell = |place: usize| match scale {
            0 => (place + MARGIN / 2) / 2..(place + MARGIN / 2) / 2 + 1,
            _ => (place + MARGIN / 2) << (scale - 1)..(place + MARGIN / 2 + 1) << (scale - 1),
        };
        for y in 0..losses.height {
            // Samples of a coarser scale end beyond the picture at most by less than the border is wide.
            for row in cell(y) {
                let to = &mut self.values[row * self.width..(row + 1) * self.width];
                for (x, loss) in losses.samples(y).iter().enumerate() {
                    to[cell(x)].iter_mut().for_each(|to| *to += weight * loss);
                }
            }
        }
    }
}
