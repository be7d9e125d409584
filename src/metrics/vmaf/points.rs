//! Points of VMAF, place by place: which part of the picture earned how much of a score.
//!
//! A score is one nonlinear answer to five features (motion is the source's own and the same on both sides), and each
//! feature is a sum over places. Between two sets of features f and f' the score changes by the integral of its slope
//! along the straight path from one to the other. That gives each feature a weight w, the mean slope along the path,
//! with sum w (f' - f) = score(f') - score(f); and as f' - f is a sum over places, so is the change of the score
//! (integrated gradients: Sundararajan, Taly and Yan 2017). The integral is taken by Gauss and Legendre's rule, whose
//! error here is below 1e-9 points; what rounding leaves of the sums is spread evenly, so that the places come to the
//! change exactly.
//!
//! It is *model attribution*: what the model makes of the features at this place. Where a slope of the model is
//! negative, a gain of detail takes points away, and the map says so.

use multiversion::multiversion;
use rayon::prelude::*;

use crate::frame::Map;
use crate::metrics::{Extractor, Memo, MetricError, Moment, Needs, Overlay, OverlayAbout, Scale};

use super::adm;
use super::model::{Model, shelf};
use super::motion::Motion;
use super::vif;

/// One of the two maps. A place's value is the change of the score if the whole picture were like it, so that the mean
/// over the map is the change of the score, whatever the picture's size.
#[derive(Debug)]
pub struct Points {
    about: &'static OverlayAbout,
    change: Change,
}

/// From which features to which.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Change {
    /// From NEG's to VMAF's: what enhancement was paid.
    Enhancement,
    /// From a faithful copy's to VMAF's: what was lost.
    Loss,
}

pub static POINTS: Points = Points { about: &ABOUT, change: Change::Enhancement };
pub static POINTS_LOST: Points = Points { about: &ABOUT_LOST, change: Change::Loss };

static ABOUT: OverlayAbout = OverlayAbout {
    id: "points",
    label: "Points of VMAF",
    unit: "points",
    scale: Scale::Diverging { to: 40.0, low: "taken off", high: "paid for" },
    decimals: 1,
    pool: Map::mean,
    pools_to: "VMAF minus VMAF NEG, both unclipped: the points paid for enhancement",
    before: 1,
    after: 1,
    needs: Needs::Reference,
    meaning: "Which places earn the points that VMAF pays for detail stronger than the source's: the gap to NEG if the \
              whole picture were like this place. The mean over the picture is VMAF minus NEG.",
    limits: "It is model attribution: what VMAF v0.6.1 makes of a place, not what a viewer makes of it. In the \
             outer tenth on each side VMAF looks less closely, and so does the map. Dark means that nothing was paid for enhancement \
             here; it may still be wrong.",
};

static ABOUT_LOST: OverlayAbout = OverlayAbout {
    id: "points_lost",
    label: "Points lost",
    scale: Scale::Diverging { to: 80.0, low: "lost", high: "won" },
    pool: |map| -map.mean(),
    pools_to: "the frame's ceiling minus VMAF, both unclipped: the points that were lost",
    meaning: "Which places lose the points that are missing to the score of a faithful copy: what would be lost (blue) \
              or won (orange) if the whole picture were like this place. The mean over the picture is VMAF minus its \
              ceiling.",
    limits: "It is model attribution: what VMAF v0.6.1 makes of a place, not what a viewer makes of it. Flat areas stay \
             dark whatever happened to them, for they hold little information; colour is not looked at.",
    ..ABOUT
};

impl Overlay for Points {
    fn about(&self) -> &'static OverlayAbout {
        self.about
    }

    fn map(&self, moment: &Moment<'_>, memo: &Memo) -> Result<Map, MetricError> {
        let pair = &moment.pair;
        let (kind, change) = match self.change {
            Change::Enhancement => (vif::Kind::Boost, adm::Change::Enhancement),
            Change::Loss => (vif::Kind::Loss, adm::Change::Loss),
        };
        let motion = Motion.extract(moment, memo)?[MOTION2].value;
        let (vif, adm) = rayon::join(|| vif::found(pair, kind, memo), || adm::shares(pair, change, memo));
        let (vif, adm) = (vif?, adm?);
        let of = |adm: f64, of: fn(&vif::Sums) -> f64| {
            let vif = [0, 1, 2, 3].map(|n| of(&vif[n].sums));
            [adm, motion, vif[0], vif[1], vif[2], vif[3]]
        };
        let to = of(adm.scores[0], vif::Sums::vif);
        let from = match self.change {
            Change::Enhancement => of(adm.scores[1], vif::Sums::vif_neg),
            Change::Loss => of(1.0, |_| 1.0),
        };
        let model = shelf()?.model("vmaf_v0.6.1")?;
        let (width, height) = (pair.reference().width, pair.reference().height);
        let weights = path_weights(model, &from, &to);
        let (mut values, mut sum) = self.spread((width, height), &weights, &vif, &adm);
        // What the rounding of sums leaves, some 1e-5 points, is spread evenly; twice, for adding it rounds too.
        let change = model.bare(&to) - model.bare(&from);
        for _ in 0..2 {
            let rest = (change - sum / values.len() as f64) as f32;
            let rows = values.par_chunks_mut(width as usize);
            sum = rows.map(|row| raise(row, rest)).collect::<Vec<_>>().iter().sum();
        }
        Map::new(width, height, values).map_err(|error| MetricError::Color(error.to_string()))
    }
}

/// Adds `rest` to every value; the sum of what comes out, in doubles.
#[multiversion(targets("x86_64+avx512f+avx512bw+avx512dq+avx512vl", "x86_64+avx2", "aarch64+neon"))]
fn raise(row: &mut [f32], rest: f32) -> f64 {
    let mut lanes = [0.0f64; 8];
    let (groups, last) = row.as_chunks_mut::<8>();
    for group in groups {
        for (lane, value) in lanes.iter_mut().zip(group) {
            *value += rest;
            *lane += f64::from(*value);
        }
    }
    for (lane, value) in lanes.iter_mut().zip(last) {
        *value += rest;
        *lane += f64::from(*value);
    }
    lanes.iter().sum()
}

/// Where `motion2` stands among the features of [`Motion`].
const MOTION2: usize = 1;

impl Points {
    /// The map, and the sum over it.
    fn spread(
        &self,
        (width, height): (u32, u32),
        weights: &[f64; 6],
        vif: &[vif::Painted; 4],
        adm: &adm::Shares,
    ) -> (Vec<f32>, f64) {
        let (width, height) = (width as usize, height as usize);
        // What a loss of bits is worth, a gain is worth with the other sign.
        let sign = if self.change == Change::Loss { -1.0 } else { 1.0 };
        let layers = vif.iter().zip(&weights[2..]).map(|(scale, weight)| {
            let mean = f64::from(scale.sums.den()) / (scale.width * scale.height) as f64;
            (scale, (sign * weight / mean) as f32)
        });
        let layers = vif::Layers::new((width, height), layers);
        let adm = adm.spread((width * height) as f64 * weights[0]);
        let mut values = vec![0.0; width * height];
        let rows = values.par_chunks_mut(width).enumerate().map(|(y, row)| {
            adm.fill(y, row);
            layers.add(y, row);
            raise(row, 0.0)
        });
        let sum = rows.collect::<Vec<_>>().iter().sum();
        (values, sum)
    }
}

/// Nodes and weights of Gauss and Legendre's rule of five points on -1..1 (Abramowitz and Stegun, table 25.4).
const NODES: [(f64, f64); 5] = [
    (-0.906_179_845_938_664, 0.236_926_885_056_189),
    (-0.538_469_310_105_683, 0.478_628_670_499_366),
    (0.0, 0.568_888_888_888_889),
    (0.538_469_310_105_683, 0.478_628_670_499_366),
    (0.906_179_845_938_664, 0.236_926_885_056_189),
];

/// Pieces of the path that are integrated each by itself.
const PIECES: usize = 8;

/// What a unit of each feature is worth on the way `from` one set of features `to` another, so that the sum of weight
/// times change is the change of the unclipped score.
fn path_weights(model: &Model, from: &[f64; 6], to: &[f64; 6]) -> [f64; 6] {
    let mut weights = [0.0; 6];
    for piece in 0..PIECES {
        for (node, share) in NODES {
            let way = (piece as f64 + (node + 1.0) / 2.0) / PIECES as f64;
            let at: [f64; 6] = std::array::from_fn(|n| from[n] + way * (to[n] - from[n]));
            let slopes = model.gradient(&at);
            weights.iter_mut().zip(slopes).for_each(|(sum, slope)| *sum += slope * share / (2 * PIECES) as f64);
        }
    }
    weights
}
