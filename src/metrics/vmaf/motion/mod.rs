//! VMAF's motion: how much the reference changes from frame to frame. It stands for what the eye forgives in a moving
//! picture. Rules: libvmaf `integer_motion.c` at its default options, and with those of the v1 models.
//!
//! Let d(i) be the softened difference of frame i to the one before it, and d(0) = 0.
//! - `motion` is d(i).
//! - `motion2` is the smaller of d(i) and d(i+1): a single cut does not count. 0 at the first frame, d(i) at the last.
//! - `motion3` is `motion2` but d(1) at the first frame.
//! - `motion3_v1` is `motion3`, at most 18.
//! - `motion3_v1_hfr`, for high frame rates: differences over two frames instead of one, and the mean of this frame's
//!   and the one before's.

mod sad;

pub use sad::difference;

use std::sync::{Arc, Weak};

use parking_lot::Mutex;

use crate::frame::Frame;
use crate::metrics::{Cost, Extractor, Extracts, Memo, MetricError, Moment, Pair, Reads, Value};

/// Features `motion`, `motion2`, `motion3` and `motion3_v1`.
#[derive(Debug)]
pub struct Motion;

/// Feature `motion3_v1_hfr`.
#[derive(Debug)]
pub struct MotionHfr;

static ABOUT: Extracts = Extracts {
    id: "motion",
    version: 1,
    features: &["motion", "motion2", "motion3", "motion3_v1"],
    before: 1,
    after: 1,
    cost: Cost::Light,
};

static ABOUT_HFR: Extracts =
    Extracts { id: "motion_hfr", version: 1, features: &["motion3_v1_hfr"], before: 4, after: 2, cost: Cost::Light };

/// Setting `motion_max_val` of the v1 models.
const MOST: f64 = 18.0;

/// Below it the filter would reach over both borders at once.
const LEAST: u32 = 3;

impl Extractor for Motion {
    fn about(&self) -> &'static Extracts {
        &ABOUT
    }

    fn extract(&self, moment: &Moment<'_>, memo: &Memo) -> Result<Vec<Value>, MetricError> {
        let frames = Neighbours::new(moment, memo)?;
        let (here, next) = (frames.change(-1, 0)?, frames.change(0, 1)?);
        let motion2 = match (here, next) {
            (None, _) => 0.0,
            (Some(here), None) => here,
            (Some(here), Some(next)) => here.min(next),
        };
        let motion3 = if here.is_none() { next.unwrap_or(0.0) } else { motion2 };
        Ok([here.unwrap_or(0.0), motion2, motion3, motion3.min(MOST)].map(Value::measured).to_vec())
    }
}

impl Extractor for MotionHfr {
    fn about(&self) -> &'static Extracts {
        &ABOUT_HFR
    }

    fn extract(&self, moment: &Moment<'_>, memo: &Memo) -> Result<Vec<Value>, MetricError> {
        let frames = Neighbours::new(moment, memo)?;
        // The first two frames have nothing two frames before them: they take over what the third one measures.
        let first = -(moment.before.len() as isize);
        let before = match moment.before.len() {
            0..=2 => frames.change(first, first + 2)?.unwrap_or(0.0),
            _ => frames.steady(-1)?,
        };
        let here = if moment.before.len() < 2 { before } else { frames.steady(0)? };
        Ok(vec![Value::measured((here.min(MOST) + before.min(MOST)) / 2.0)])
    }
}

/// The reference frame of a moment and those around it, each named by its distance in frames.
struct Neighbours<'a> {
    moment: &'a Moment<'a>,
    memo: &'a Memo,
}

/// What is known of a frame's differences to earlier ones.
#[derive(Default)]
struct Changes(Mutex<Vec<(Weak<Frame>, f64)>>);

impl<'a> Neighbours<'a> {
    fn new(moment: &'a Moment<'a>, memo: &'a Memo) -> Result<Self, MetricError> {
        let (plane, _) = moment.pair.planes(ABOUT.id, Reads::Luma)?;
        if plane.width < LEAST || plane.height < LEAST {
            let (width, height) = (plane.width, plane.height);
            return Err(MetricError::TooSmall { metric: ABOUT.id, least: LEAST, width, height });
        }
        Ok(Self { moment, memo })
    }

    fn frame(&self, offset: isize) -> Option<&'a Arc<Frame>> {
        match offset {
            0 => Some(self.moment.pair.reference()),
            ..0 => self.moment.before.get(offset.unsigned_abs() - 1),
            1.. => self.moment.after.get(offset.unsigned_abs() - 1),
        }
    }

    /// Softened difference of two frames; `None` where one of them is not there.
    fn change(&self, from: isize, to: isize) -> Result<Option<f64>, MetricError> {
        let (Some(from), Some(to)) = (self.frame(from), self.frame(to)) else { return Ok(None) };
        let known = self.memo.of("motion", to, Changes::default);
        let of_pair = |(frame, _): &&(Weak<Frame>, f64)| std::ptr::eq(frame.as_ptr(), Arc::as_ptr(from));
        if let Some((_, change)) = known.0.lock().iter().find(of_pair) {
            return Ok(Some(*change));
        }
        let pair = Pair::new(from, to)?;
        let (earlier, later) = pair.planes(ABOUT.id, Reads::Luma)?;
        let change = difference(earlier, later, pair.sample());
        known.0.lock().push((Arc::downgrade(from), change));
        Ok(Some(change))
    }

    /// The change over two frames that ends at `at`, or what stands around it if that is less. The frame at `at` has
    /// two before it.
    fn steady(&self, at: isize) -> Result<f64, MetricError> {
        let steady = match (self.change(at - 3, at - 1)?, self.change(at - 1, at + 1)?) {
            (Some(before), Some(after)) => Some(before.min(after)),
            (None, Some(after)) => Some(after),
            (_, None) => self.change(at - 2, at)?,
        };
        Ok(steady.unwrap_or(0.0))
    }
}
