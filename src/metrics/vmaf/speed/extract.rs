//! The extractor around SpEED-chroma.

use rayon::prelude::*;

use crate::frame::Plane;
use crate::metrics::{Cost, Extractor, Extracts, Memo, MetricError, Moment, Reads, Value};

use super::entropy::{Blocks, blocks, distance};
use super::reduce::{grid_size, reduce};

/// SpEED of both colour planes: the mean of Cb and Cr, at most 45.
#[derive(Debug)]
pub struct Speed {
    about: &'static Extracts,
    /// The planes are first resized by this (bilinear): coarser for a viewer who sits further away.
    prescale: f64,
}

/// Features: SpEED-chroma at 3 screen heights (1080 lines) and 1.5 (2160).
pub static SPEED_CHROMA: Speed = Speed { about: &extracts("speed_chroma", &["speed_chroma"]), prescale: 1.0 };
/// At 5 screen heights (1080 lines).
pub static SPEED_CHROMA_5H: Speed = Speed { about: &extracts("speed_chroma_5h", &["speed_chroma_5h"]), prescale: 0.6 };
/// At 3 screen heights (2160 lines).
pub static SPEED_CHROMA_2160: Speed =
    Speed { about: &extracts("speed_chroma_2160", &["speed_chroma_2160"]), prescale: 0.5 };

const fn extracts(id: &'static str, features: &'static [&'static str]) -> Extracts {
    Extracts { id, version: 1, features, before: 0, after: 0, cost: Cost::Light }
}

/// Setting `speed_max_val` of the v1 models.
const MOST: f64 = 45.0;

impl Extractor for Speed {
    fn about(&self) -> &'static Extracts {
        self.about
    }

    fn extract(&self, moment: &Moment<'_>, _: &Memo) -> Result<Vec<Value>, MetricError> {
        let pair = &moment.pair;
        let planes = [pair.planes(self.about.id, Reads::Chroma(1))?, pair.planes(self.about.id, Reads::Chroma(2))?];
        let (width, height) = self.size(moment)?;
        let same = |(a, b): (&Plane, &Plane)| {
            (0..a.height).all(|y| {
                let bytes = pair.sample().bytes();
                a.row_bytes(y, bytes) == b.row_bytes(y, bytes)
            })
        };
        let blocks = |plane: &&Plane| Blocks::measure(&reduce(plane, pair.sample(), width, height, self.prescale));
        let all = [planes[0].0, planes[0].1, planes[1].0, planes[1].1];
        let all: Vec<Blocks> = all.par_iter().map(blocks).collect();
        let scores: Vec<(f32, bool)> = all.chunks_exact(2).map(|pair| compare(&pair[0], &pair[1])).collect();
        let value = f64::from(merge(scores[0], scores[1])).min(MOST);
        // Equal planes give next to nothing, but not 0, and the v1 models make a difference of that: it is measured.
        Ok(vec![Value { value, identical: planes.into_iter().all(same) }])
    }
}

impl Speed {
    /// Size of the planes as the reference counts it: half of an odd side is rounded down.
    fn size(&self, moment: &Moment<'_>) -> Result<(usize, usize), MetricError> {
        let frame = moment.pair.reference();
        let (across, down) = frame.layout.chroma_shift;
        let (width, height) = ((frame.width >> across) as usize, (frame.height >> down) as usize);
        let (grid_width, grid_height) = grid_size(width, height, self.prescale);
        let (across_blocks, down_blocks) = blocks(grid_width, grid_height);
        if across_blocks > 0 && down_blocks > 0 {
            return Ok((width, height));
        }
        // Five samples of the grid, in samples of luma.
        let least = (80.0 / self.prescale).ceil() as u32 * (1 << across.max(down));
        Err(MetricError::TooSmall { metric: self.about.id, least, width: frame.width, height: frame.height })
    }
}

/// Score of one plane, and whether it says nothing because a picture is flat.
fn compare(reference: &Blocks, candidate: &Blocks) -> (f32, bool) {
    if reference.flat != candidate.flat {
        return (0.0, true);
    }
    (distance(reference, candidate), reference.flat)
}

/// The mean of two planes; where one says nothing, the other speaks for both.
fn merge(cb: (f32, bool), cr: (f32, bool)) -> f32 {
    match (cb, cr) {
        ((_, true), (cr, false)) => cr,
        ((cb, false), (_, true)) => cb,
        ((cb, _), (cr, _)) => (cb + cr) / 2.0,
    }
}
