//! E: flicker that the source does not have.
//!
//! Motion v is found on the source, by blocks. Each picture is held against the one before, moved by v: what is left over
//! in the candidate and not in the source is shimmer. F = max(0, G*|Y - W Y'| - 1.5 U(G*|X - W X'|) - tau), where G is a
//! bell of standard deviation 2, only where the source's own remainder is below tau, and nowhere across a cut.

use super::plane::{Luma, NINE};
use super::support::grown;
use super::track::{Flow, between, flow};
use crate::color::Kernel;
use crate::frame::{Frame, Map};
use crate::metrics::{Memo, MetricError, Moment, Needs, Overlay, OverlayAbout, Scale, Tint};

/// Overlay `shimmer`.
#[derive(Debug)]
pub struct ShimmerMap;

pub static SHIMMER: ShimmerMap = ShimmerMap;

/// Codes that are forgiven, and that the source's own remainder must stay below.
const TAU: f32 = 3.0;
/// How much of the source's remainder is forgiven too.
const FORGIVEN: f32 = 1.5;
/// Share of the picture that must be carried over from the frame before, or there is a cut.
const CARRIED: f64 = 0.4;
const LEAST: u32 = 32;

static ABOUT: OverlayAbout = OverlayAbout {
    id: "shimmer",
    label: "Shimmer",
    unit: "codes",
    scale: Scale::Tinted { to: 16.0, tint: Tint::Orange },
    decimals: 1,
    pool: Map::mean,
    pools_to: "the mean flicker beyond the source's own, in codes of the 8-bit scale",
    before: 1,
    after: 0,
    needs: Needs::Before,
    meaning: "Detail that boils or jumps from the frame before to this one where the source, followed along its motion, \
              stands still: in codes of the 8-bit scale.",
    limits: "Only places that the source carries over unchanged are looked at: whatever flickers, is uncovered or is \
             grainy in the source stays dark, and so do a cut and the outermost five samples. Against a source of the same size, grain that an \
             encoder leaves out is no shimmer. A lie that stands still is dark too. Where the map is dark nothing was \
             seen to flicker; whether what stands there is true remains unknown.",
};

/// What a moment comes to.
#[derive(Clone, PartialEq, Debug)]
pub struct Shimmer {
    /// Mean flicker beyond the source's own, codes.
    pub mean: f64,
    /// The candidate's remainder over that of a plain bicubic enlargement of the source, both where the source is
    /// carried over: 1 is as steady. `None` where nothing is carried over.
    pub index: Option<f64>,
    pub map: Map,
}

/// The numbers and the map of one moment.
///
/// # Errors
/// As the overlay's map.
pub fn shimmer(moment: &Moment<'_>) -> Result<Shimmer, MetricError> {
    let steps = Steps::of(moment)?;
    let flow = flow(&steps.x[0], &steps.x[1]);
    let held = steps.held(&flow);
    let (width, height) = (steps.y[0].width, steps.y[0].height);
    let plain = steps.x.each_ref().map(|x| grown(x, (width, height), Kernel::Bicubic, 0.0));
    let plain = remainder(&plain[0], &plain[1], &flow, steps.scale());
    let counts = |source: f32| held.is_carried && source < TAU;
    let (mut own, mut other) = (0.0, 0.0);
    let samples = held.candidate.samples.iter().zip(&plain.samples).zip(&held.source.samples);
    for (n, ((y, b), x)) in samples.enumerate() {
        if counts(*x) && held.inside(n % width, n / width) {
            own += f64::from(y.min(BEYOND));
            other += f64::from(b.min(BEYOND));
        }
    }
    // A picture that stands quite still divides by rounding: a tenth of a code is as steady as can be told.
    let counted = held.source.samples.iter().enumerate();
    let counted = counted.filter(|(n, x)| counts(**x) && held.inside(n % width, n / width)).count();
    let least = 0.1 * counted as f64;
    let index = (least > 0.0).then(|| own.max(least) / other.max(least));
    let map = held.shown().into_map()?;
    Ok(Shimmer { mean: map.mean(), index, map })
}

impl Overlay for ShimmerMap {
    fn about(&self) -> &'static OverlayAbout {
        &ABOUT
    }

    fn map(&self, moment: &Moment<'_>, _: &Memo) -> Result<Map, MetricError> {
        let steps = Steps::of(moment)?;
        steps.held(&flow(&steps.x[0], &steps.x[1])).shown().into_map()
    }

    fn candidates_before(&self) -> usize {
        1
    }
}

/// Source and candidate, each now and before.
struct Steps {
    x: [Luma; 2],
    y: [Luma; 2],
}

impl Steps {
    /// The enlargement's own input and output where there is one, else the reference and the candidate.
    fn of(moment: &Moment<'_>) -> Result<Self, MetricError> {
        let none = MetricError::NoFrameBefore { overlay: ABOUT.id };
        let luma = |frame: &Frame| Luma::of(ABOUT.id, LEAST, frame);
        let four = match &moment.enlarged {
            Some(it) => {
                let (input, output) = it.before.ok_or(none)?;
                [it.input, input, it.output, output]
            }
            None => {
                let before = moment.before.first().zip(moment.before_candidate.first());
                let (reference, candidate) = before.ok_or(none)?;
                [moment.pair.reference(), reference, moment.pair.candidate(), candidate]
            }
        };
        let [x, x_before, y, y_before] = four.map(|frame| luma(frame));
        let steps = Self { x: [x?, x_before?], y: [y?, y_before?] };
        let alike = |pair: &[Luma; 2]| (pair[0].width, pair[0].height) == (pair[1].width, pair[1].height);
        if alike(&steps.x) && alike(&steps.y) {
            Ok(steps)
        } else {
            Err(MetricError::NoFrameBefore { overlay: ABOUT.id })
        }
    }

    /// Samples of the candidate for one of the source, across and down.
    fn scale(&self) -> [f32; 2] {
        let ratio = |y: usize, x: usize| y as f32 / x as f32;
        [ratio(self.y[0].width, self.x[0].width), ratio(self.y[0].height, self.x[0].height)]
    }

    fn held(&self, flow: &Flow) -> Held {
        let source = remainder(&self.x[0], &self.x[1], flow, [1.0, 1.0]);
        let carried = source.samples.iter().filter(|v| **v < TAU).count() as f64;
        let is_carried = carried >= CARRIED * source.samples.len() as f64;
        let size = (self.y[0].width, self.y[0].height);
        let source = grown(&source, size, Kernel::Bilinear, 0.0);
        let margin = self.scale().map(|scale| (MARGIN * scale).ceil() as usize);
        Held { source, candidate: remainder(&self.y[0], &self.y[1], flow, self.scale()), is_carried, margin }
    }
}

/// G*|now - before moved|, of the source (on the candidate's grid) and of the candidate.
struct Held {
    source: Luma,
    candidate: Luma,
    /// No cut lies between the two frames.
    is_carried: bool,
    /// Samples of the candidate along its borders that are not looked at, across and down.
    margin: [usize; 2],
}

/// Samples of the source along its borders that are not looked at: the taps reach there what came from beyond.
const MARGIN: f32 = 5.0;

impl Held {
    fn inside(&self, x: usize, y: usize) -> bool {
        let within = |n: usize, side: usize, margin: usize| n >= margin && n + margin < side;
        within(x, self.candidate.width, self.margin[0]) && within(y, self.candidate.height, self.margin[1])
    }

    fn shown(&self) -> Luma {
        self.candidate.made(|at, row| {
            if !self.is_carried {
                return;
            }
            for (n, ((out, y), x)) in row.iter_mut().zip(self.candidate.row(at)).zip(self.source.row(at)).enumerate() {
                *out = if *x < TAU && self.inside(n, at) { (y - FORGIVEN * x - TAU).max(0.0) } else { 0.0 };
            }
        })
    }
}

/// What stands for a place that comes from beyond the border.
const BEYOND: f32 = 64.0;

/// G*|now - before moved|; `scale` is that of the pictures over the grid on which motion was found.
fn remainder(now: &Luma, before: &Luma, flow: &Flow, scale: [f32; 2]) -> Luma {
    let (right, bottom) = ((now.width - 1) as f32, (now.height - 1) as f32);
    let left_over = now.made(|y, row| {
        for (x, (out, here)) in row.iter_mut().zip(now.row(y)).enumerate() {
            let cell = |p: usize, scale: f32| ((p as f32 + 0.5) / scale) as usize;
            let v = flow.at(cell(x, scale[0]), cell(y, scale[1]));
            let (px, py) = (x as f32 + v[0] * scale[0], y as f32 + v[1] * scale[1]);
            // A hair's breadth of slack for what is a whole number but for its rounding.
            let inside = px >= -0.01 && py >= -0.01 && px <= right + 0.01 && py <= bottom + 0.01;
            *out = if inside { (here - between(before, px, py)).abs() } else { BEYOND };
        }
    });
    left_over.filtered(&NINE)
}
