//! The hardest stretch of a film: where most detail moves most.
//!
//! Detail and motion are the spatial and temporal information of ITU-T P.910: the standard deviation over a picture of
//! its Sobel gradient (SI), and of its difference from the picture before (TI), on luma in 8-bit codes. The standard
//! takes the largest value in a clip; here a mean without the extremes stands for a stretch, so that a hard cut, whose
//! one difference dwarfs all others, draws nothing to it.
//!
//! The two are multiplied, SI x (1 + TI), not added: detail that stands still is easy for a codec and soon judged, and a
//! smooth surface holds nothing to restore however it moves. The 1 lets still pictures rank by their detail.

use std::collections::BTreeMap;
use std::ops::Range;

use crate::frame::{Family, Frame, FrameSource, Request, Sample, SourceError, Stop, Timeline};

use super::range::{around, stretch};

/// What was found.
#[derive(Clone, Debug, PartialEq)]
pub struct Hardest {
    /// Frames of the source, end excluded.
    pub frames: Range<usize>,
    /// SI and TI of the stretch, means without the extremes; zero where nothing was looked at.
    pub detail: f64,
    pub motion: f64,
    /// The medians of all that was looked at.
    pub usual: (f64, f64),
    /// Pairs of frames that were looked at; 0 when the film is no longer than the stretch and all of it is taken.
    pub looked: usize,
}

/// Films of so many frames are decoded whole; longer ones are sought through, which costs about as much.
const WHOLE: usize = 6000;
/// So many pairs are measured at most in a film that is decoded whole.
const PAIRS: usize = 600;
/// Places looked at first in a longer film, and the pairs at each: enough that one across a cut can be left out, and that
/// a drawn film in which every third frame is new shows its motion.
const PLACES: usize = 72;
const PAIRS_A_PLACE: usize = 6;
/// Places looked at closely then, and the pairs there.
const CLOSE: usize = 6;
const PAIRS_CLOSE: usize = 48;
/// Luma samples a picture is judged by, about: a lattice over larger ones, gradients still of neighbouring samples.
const LATTICE: f64 = 500_000.0;

/// The stretch of `seconds` with most detail and motion. At most 6000 frames of film are decoded through; a longer film
/// is looked at in 72 places and then closely in the six hardest, so that the work is bounded for any length. The same
/// film gives the same stretch. `progress` hears the share done, 0..1.
///
/// # Errors
/// [`SourceError::Stopped`] when `stop` was set; one sentence when no frame at all can be decoded.
pub fn hardest(
    source: &mut dyn FrameSource,
    seconds: f64,
    progress: &mut dyn FnMut(f32),
    stop: &Stop,
) -> Result<Hardest, SourceError> {
    let timeline = source.info().timeline.clone();
    let whole = 0..timeline.len();
    let last = around(&timeline, timeline.duration(), seconds);
    if last == whole {
        return Ok(Hardest { frames: whole, detail: 0.0, motion: 0.0, usual: (0.0, 0.0), looked: 0 });
    }
    let mut eye = Eye { source, stop, seen: BTreeMap::new(), before: None, fault: None };
    let regions = if whole.len() <= WHOLE {
        eye.look_at(&spaced(&whole, PAIRS), progress)?;
        vec![whole]
    } else {
        let regions = eye.places(&timeline, seconds, &mut |share| progress(0.5 * share))?;
        let parts = regions.len() as f32;
        for (place, region) in regions.iter().enumerate() {
            let mut tell = |share: f32| progress(0.5 + 0.5 * (place as f32 + share) / parts);
            eye.look_at(&spaced(region, PAIRS_CLOSE), &mut tell)?;
        }
        regions
    };
    let mut best: Option<(f64, Range<usize>)> = None;
    for region in regions {
        let starts = eye.seen.range(region.clone()).map(|(n, _)| n - 1).filter(|n| *n <= last.start);
        for start in starts.chain([last.start.min(region.end - 1).max(region.start)]) {
            let frames = stretch(&timeline, start, seconds);
            let score = eye.score(&frames);
            let fits = frames.end <= region.end && score.is_some();
            if let Some(score) = score.filter(|score| fits && best.as_ref().is_none_or(|(most, _)| score > most)) {
                best = Some((score, frames));
            }
        }
    }
    match best {
        Some((_, frames)) => Ok(eye.describe(frames)),
        None => Err(eye.fault.unwrap_or_else(|| SourceError::source("no frame of the reference could be looked at"))),
    }
}

/// About `count` numbers of `frames`, each with one before it. Their distances vary (by the golden ratio, the same every
/// time), so that no rhythm of doubled frames falls in with them.
fn spaced(frames: &Range<usize>, count: usize) -> Vec<usize> {
    let step = frames.len().div_ceil(count).max(1);
    let offset = |i: usize| ((i as f64 * 0.618_033_988_75).fract() * step as f64) as usize;
    let numbers = frames.clone().step_by(step).enumerate().map(|(i, n)| n + offset(i));
    numbers.filter(|n| *n > 0 && *n < frames.end).collect()
}

/// What was seen at frame n and the one before.
#[derive(Clone, Copy)]
struct Seen {
    detail: f64,
    motion: f64,
}

impl Seen {
    fn score(&self) -> f64 {
        self.detail * (1.0 + self.motion)
    }
}

struct Eye<'a> {
    source: &'a mut dyn FrameSource,
    stop: &'a Stop,
    seen: BTreeMap<usize, Seen>,
    /// The frame looked at last.
    before: Option<(usize, Luma)>,
    /// Why a frame could not be looked at.
    fault: Option<SourceError>,
}

impl Eye<'_> {
    fn look_at(&mut self, numbers: &[usize], progress: &mut dyn FnMut(f32)) -> Result<(), SourceError> {
        for (done, &number) in numbers.iter().enumerate() {
            match self.look(number) {
                Err(SourceError::Stopped) => return Err(SourceError::Stopped),
                // A damaged place is passed by.
                Err(error) => self.fault = Some(error),
                Ok(()) => {}
            }
            progress((done + 1) as f32 / numbers.len() as f32);
        }
        Ok(())
    }

    /// Looks at frame `number` (1 or above) and the one before.
    fn look(&mut self, number: usize) -> Result<(), SourceError> {
        if self.seen.contains_key(&number) {
            return Ok(());
        }
        let before = match self.before.take() {
            Some((at, luma)) if at + 1 == number => luma,
            _ => self.luma(number - 1)?,
        };
        let luma = self.luma(number)?;
        self.seen.insert(number, Seen { detail: luma.detail(), motion: luma.motion(&before) });
        self.before = Some((number, luma));
        Ok(())
    }

    fn luma(&mut self, number: usize) -> Result<Luma, SourceError> {
        self.stop.check()?;
        Ok(Luma::of(&*self.source.frame(&mut Request::new(number, self.stop))?))
    }

    /// Looks here and there in a long film, and gives the regions around the hardest places, four stretches long each.
    fn places(
        &mut self,
        timeline: &Timeline,
        seconds: f64,
        progress: &mut dyn FnMut(f32),
    ) -> Result<Vec<Range<usize>>, SourceError> {
        let latest = timeline.duration() - seconds;
        let mut places = Vec::with_capacity(PLACES);
        for place in 0..PLACES {
            let middle = latest * place as f64 / (PLACES - 1) as f64 + 0.5 * seconds;
            let number = timeline.at(middle).clamp(1, timeline.len() - PAIRS_A_PLACE);
            self.look_at(&(number..number + PAIRS_A_PLACE).collect::<Vec<_>>(), &mut |_| {})?;
            if let Some(score) = self.score(&(number - 1..number + PAIRS_A_PLACE)) {
                places.push((score, middle));
            }
            progress((place + 1) as f32 / PLACES as f32);
        }
        places.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.total_cmp(&b.1)));
        places.truncate(CLOSE);
        // In the order of the film: less seeking.
        places.sort_by(|a, b| a.1.total_cmp(&b.1));
        Ok(places.into_iter().map(|(_, middle)| around(timeline, middle, 4.0 * seconds)).collect())
    }

    /// The mean score of the pairs that lie in `frames`, extremes left out.
    fn score(&self, frames: &Range<usize>) -> Option<f64> {
        trimmed(self.pairs(frames).map(|seen| seen.score()).collect())
    }

    fn pairs(&self, frames: &Range<usize>) -> impl Iterator<Item = &Seen> {
        self.seen.range(frames.start + 1..frames.end.max(frames.start + 1)).map(|(_, seen)| seen)
    }

    fn describe(&self, frames: Range<usize>) -> Hardest {
        let mean = |value: fn(&Seen) -> f64| trimmed(self.pairs(&frames).map(value).collect()).unwrap_or(0.0);
        let (detail, motion) = (mean(|s| s.detail), mean(|s| s.motion));
        let median = |value: fn(&Seen) -> f64| {
            let mut all: Vec<f64> = self.seen.values().map(value).collect();
            all.sort_by(f64::total_cmp);
            crate::metrics::percentile(&all, 50.0)
        };
        let usual = (median(|s| s.detail), median(|s| s.motion));
        Hardest { frames, detail, motion, usual, looked: self.seen.len() }
    }
}

/// The mean without the highest and the lowest tenth (one of each at least); of one or two values the lower, since a
/// spike cannot be told from the rest.
fn trimmed(mut values: Vec<f64>) -> Option<f64> {
    values.sort_by(f64::total_cmp);
    if values.len() < 3 {
        return values.first().copied();
    }
    let cut = values.len().div_ceil(10);
    let kept = &values[cut..values.len() - cut];
    Some(kept.iter().sum::<f64>() / kept.len() as f64)
}

/// Luma in 8-bit codes, row by row.
struct Luma {
    width: usize,
    height: usize,
    codes: Vec<f32>,
}

impl Luma {
    fn of(frame: &Frame) -> Self {
        let (width, height) = (frame.width as usize, frame.height as usize);
        let mut codes = Vec::with_capacity(width * height);
        let weights: &[f32] = if frame.layout.family == Family::Rgb { &[0.2126, 0.7152, 0.0722] } else { &[1.0] };
        // Floats run to 1, but for Y'CbCr, which holds codes already.
        let unit = match (frame.layout.sample, frame.layout.family) {
            (Sample::U8, _) | (Sample::F32, Family::Yuv) => 1.0,
            (Sample::U16 { bits }, _) => 0.5_f32.powi(i32::from(bits) - 8),
            (Sample::F32, _) => 255.0,
        };
        for y in 0..frame.height {
            let start = codes.len();
            codes.resize(start + width, 0.0);
            for (plane, weight) in frame.planes().iter().zip(weights) {
                let (row, gain) = (&mut codes[start..], weight * unit);
                match frame.layout.sample {
                    Sample::U8 => add(row, plane.row_u8(y).iter().map(|v| f32::from(*v)), gain),
                    Sample::U16 { .. } => add(row, plane.row_u16(y).iter().map(|v| f32::from(*v)), gain),
                    Sample::F32 => add(row, plane.row_f32(y).iter().copied(), gain),
                }
            }
        }
        Self { width, height, codes }
    }

    /// Places (x, y) of the lattice on which pictures are judged, border left out.
    fn lattice(&self) -> impl Iterator<Item = (usize, usize)> {
        let step = ((self.codes.len() as f64 / LATTICE).sqrt().ceil() as usize).max(1);
        let (w, h) = (self.width.saturating_sub(1), self.height.saturating_sub(1));
        (1..h).step_by(step).flat_map(move |y| (1..w).step_by(step).map(move |x| (x, y)))
    }

    /// P.910's SI of one picture.
    fn detail(&self) -> f64 {
        let w = self.width;
        spread(self.lattice().map(|(x, y)| {
            let at = |dx: usize, dy: usize| self.codes[(y + dy - 1) * w + x + dx - 1];
            let across = at(2, 0) + 2.0 * at(2, 1) + at(2, 2) - at(0, 0) - 2.0 * at(0, 1) - at(0, 2);
            let down = at(0, 2) + 2.0 * at(1, 2) + at(2, 2) - at(0, 0) - 2.0 * at(1, 0) - at(2, 0);
            f64::from(across.hypot(down))
        }))
    }

    /// P.910's TI of two pictures; 0 for pictures of different sizes.
    fn motion(&self, before: &Luma) -> f64 {
        if self.codes.len() != before.codes.len() || self.width != before.width {
            return 0.0;
        }
        let w = self.width;
        spread(self.lattice().map(|(x, y)| f64::from(self.codes[y * w + x] - before.codes[y * w + x])))
    }
}

fn add(row: &mut [f32], values: impl Iterator<Item = f32>, gain: f32) {
    row.iter_mut().zip(values).for_each(|(sum, value)| *sum += gain * value);
}

/// The standard deviation; 0 for no values.
fn spread(values: impl Iterator<Item = f64>) -> f64 {
    let (mut count, mut sum, mut squares) = (0.0, 0.0, 0.0);
    for value in values {
        count += 1.0;
        sum += value;
        squares += value * value;
    }
    if count == 0.0 {
        return 0.0;
    }
    let mean = sum / count;
    (squares / count - mean * mean).max(0.0).sqrt()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn luma(width: usize, height: usize, code: impl Fn(usize, usize) -> f32) -> Luma {
        let codes = (0..height).flat_map(|y| (0..width).map(move |x| (x, y))).map(|(x, y)| code(x, y)).collect();
        Luma { width, height, codes }
    }

    #[test]
    fn detail_is_the_spread_of_sobel_s_gradient() {
        let flat = luma(32, 32, |_, _| 90.0);
        let ramp = luma(32, 32, |x, _| 3.0 * x as f32);
        assert_eq!((flat.detail(), ramp.detail()), (0.0, 0.0), "one gradient everywhere has no spread");
        // One vertical edge of height 10 between columns 15 and 16: of 30 inner columns two have the gradient 40.
        let edge = luma(32, 32, |x, _| if x < 16 { 50.0 } else { 60.0 });
        let (mean, square) = (2.0 * 40.0 / 30.0, 2.0 * 1600.0 / 30.0_f64);
        assert!((edge.detail() - (square - mean * mean).sqrt()).abs() < 1e-9);
    }

    #[test]
    fn motion_is_the_spread_of_the_difference() {
        let (a, b) = (luma(34, 34, |_, _| 90.0), luma(34, 34, |_, _| 120.0));
        assert_eq!(a.motion(&b), 0.0, "a change of brightness is no motion");
        let half = luma(34, 34, |x, _| if x < 17 { 80.0 } else { 100.0 });
        assert!((half.motion(&a) - 10.0).abs() < 1e-9);
    }

    #[test]
    fn a_spike_is_left_out_of_a_mean() {
        assert_eq!(trimmed(vec![2.0, 2.0, 900.0]), Some(2.0));
        assert_eq!(trimmed(vec![2.0, 900.0]), Some(2.0));
        let mut many = vec![4.0; 125];
        many[60] = 1e6;
        assert_eq!(trimmed(many), Some(4.0));
        assert_eq!(trimmed(Vec::new()), None);
    }
}
