//! Brings a pair of frames to common ground and measures it: the one road to a score, live, in the background, in a
//! tournament and on the command line.

use std::collections::VecDeque;
use std::ops::Range;
use std::sync::Arc;

use parking_lot::Mutex;
use rayon::prelude::*;

use crate::color::{self, Kernel, Target, conform};
use crate::frame::{
    ColorInfo, Family, Frame, Layout, Matrix, Range as CodeRange, Sample, Siting, SourceError, SourceInfo, Timeline,
};
use crate::metrics::{Cost, EXTRACTORS, Extractor, Features, Memo, Metric, MetricError, Moment, Pair, Plan, Value};

use super::cache::{Print, ScoreCache, key_of};
use super::crop::Crop;
use super::enlarged::{Enlarging, on_one_ground};
use super::pairing::Pairing;
use super::reel::{Around, Reach, Scene};

/// What was measured on one pair.
#[derive(Clone, Debug, Default)]
pub struct Measurement {
    /// By metric, in the order asked for.
    pub values: Vec<(&'static str, Result<Value, MetricError>)>,
    /// What had to be converted, in words; empty when the samples were compared as they are.
    pub steps: Vec<String>,
    /// What the values are made of.
    pub features: Features,
}

/// Measures pair after pair of one film. Each picture is brought to common ground once, and every metric asked for is
/// measured in one pass. Pairs may come in any order; in order, neighbours are converted and blurred once.
///
/// Common ground is the reference's size, layout and colour tags. Of two integer depths the greater is taken, so that
/// nothing is cut; float candidates are rounded to the reference's depth, as a file of them would be. An RGB reference
/// is measured as 4:4:4 Y'CbCr of its own depth (16 bits for floats); what reads R'G'B' reads it as it is stored.
pub(super) struct Scorer {
    plan: Plan,
    kernel: Kernel,
    crop: Option<Crop>,
    cache: Option<Arc<ScoreCache>>,
    /// Frames a second of the reference.
    rate: Option<f64>,
    memo: Memo,
    /// Frames on common ground whose neighbours may look at them, the oldest first.
    grounds: Mutex<VecDeque<Arc<Ground>>>,
}

/// A frame where it can be compared.
struct Ground {
    raw: Arc<Frame>,
    target: Target,
    frame: Arc<Frame>,
    steps: Vec<String>,
    print: Print,
}

/// Everything of a pair on common ground.
struct Ready {
    reference: Arc<Ground>,
    candidate: Arc<Ground>,
    /// Reference and candidate as R'G'B', where that is how the reference is stored.
    shown: Option<(Arc<Ground>, Arc<Ground>)>,
    /// Reference before, reference after, candidate before.
    grounds: [Vec<Arc<Ground>>; 3],
    frames: [Vec<Arc<Frame>>; 3],
    enlarging: Option<Enlarging>,
    rate: Option<f64>,
}

impl Scorer {
    /// Measures `metrics`, on the part `crop` if there is one (aligned, see [`Crop::aligned`]), and keeps what it finds
    /// in `cache`. `rate`: frames a second of the reference.
    pub fn new(
        metrics: &[&'static dyn Metric],
        kernel: Kernel,
        crop: Option<Crop>,
        cache: Option<Arc<ScoreCache>>,
        rate: Option<f64>,
    ) -> Self {
        let (plan, memo, grounds) = (Plan::new(metrics), Memo::default(), Mutex::default());
        Self { plan, kernel, crop, cache, rate, memo, grounds }
    }

    /// How far around a frame the metrics look, where nothing outside `extent` is to be seen.
    pub fn reach(&self, extent: Range<usize>) -> Reach {
        reach(&self.plan, extent)
    }

    /// Measures everything.
    ///
    /// # Errors
    /// One sentence when a picture cannot be converted. A metric that does not apply is no error of the pair: it stands
    /// in [`Measurement::values`].
    pub fn measure(&self, scene: &Scene) -> Result<Measurement, SourceError> {
        let (ready, mut features) = (self.ready(scene, &scene.around)?, Features::default());
        self.extract(self.plan.extractors(), &ready, &ready.moment()?, &mut features);
        let values = self.plan.metrics().iter().map(|metric| (metric.id(), finite(*metric, &features))).collect();
        Ok(Measurement { values, steps: ready.steps(), features })
    }

    /// Measures what costs at most `most`, the cheap first: `tell` hears of each metric as soon as all that it reads is
    /// there, and gives whether to go on. `around` is asked for the neighbours once somebody looks at them; those of
    /// `scene` are not looked at.
    ///
    /// # Errors
    /// As [`Scorer::measure`], and those of `around`.
    pub fn measure_by_and_by(
        &self,
        scene: &Scene,
        most: Cost,
        around: &mut dyn FnMut() -> Result<Around, SourceError>,
        tell: &mut dyn FnMut(Measurement) -> bool,
    ) -> Result<(), SourceError> {
        let alone = self.ready(scene, &Around::default())?;
        let moment = alone.moment()?;
        let mut among: Option<Ready> = None;
        let mut open: Vec<&'static dyn Metric> = self.plan.metrics().to_vec();
        let mut features = Features::default();
        for part in self.courses(most) {
            if part.iter().any(|extractor| looks_around(*extractor)) {
                let ready = match &among {
                    Some(ready) => ready,
                    None => among.insert(self.ready(scene, &around()?)?),
                };
                self.extract(&part, ready, &ready.moment()?, &mut features);
            } else {
                self.extract(&part, &alone, &moment, &mut features);
            }
            let known = |id: &str| features.iter().any(|(have, _)| have == id);
            let is_done = |metric: &&'static dyn Metric| metric.features().iter().all(|id| known(id));
            let (done, rest): (Vec<_>, Vec<_>) = open.into_iter().partition(is_done);
            open = rest;
            let values = done.into_iter().map(|metric| (metric.id(), finite(metric, &features))).collect();
            if !tell(Measurement { values, steps: alone.steps(), features: Features::default() }) {
                break;
            }
        }
        Ok(())
    }

    /// What costs at most `most`, in the order in which somebody who waits wants it: light ones together, then one by
    /// one; those that need no neighbours before those that do, but for the heavy.
    fn courses(&self, most: Cost) -> Vec<Vec<&'static dyn Extractor>> {
        let order = |extractor: &&'static dyn Extractor| {
            let cost = extractor.about().cost;
            (cost == Cost::Heavy, looks_around(*extractor), cost)
        };
        let mut extractors: Vec<_> =
            self.plan.extractors().iter().copied().filter(|e| e.about().cost <= most).collect();
        extractors.sort_by_key(order);
        let light = |e: &&'static dyn Extractor| e.about().cost == Cost::Light;
        let together = |a: &&'static dyn Extractor, b: &&'static dyn Extractor| {
            light(a) && light(b) && looks_around(*a) == looks_around(*b)
        };
        extractors.chunk_by(together).map(<[_]>::to_vec).collect()
    }

    /// Runs `extractors` side by side, but for what is remembered.
    fn extract(
        &self,
        extractors: &[&'static dyn Extractor],
        ready: &Ready,
        moment: &Moment<'_>,
        features: &mut Features,
    ) {
        let mut enter = |extractor: &dyn Extractor, found: Result<Vec<Value>, MetricError>| {
            let ids = extractor.about().features;
            match found {
                Ok(values) => ids.iter().zip(values).for_each(|(id, value)| features.set(id, Ok(value))),
                Err(error) => ids.iter().for_each(|id| features.set(id, Err(error.clone()))),
            }
        };
        let mut missing: Vec<(&'static dyn Extractor, Option<u128>)> = Vec::new();
        for extractor in extractors.iter().copied() {
            let about = extractor.about();
            if extractor.reads_input() && self.crop.is_some() {
                enter(extractor, Err(MetricError::WholeOnly { extractor: about.id }));
                continue;
            }
            let cache = self.cache.as_ref().filter(|_| about.cost > Cost::Light);
            let key = cache.map(|_| ready.key(extractor));
            match cache.zip(key).and_then(|(cache, key)| cache.get(key, about.features.len())) {
                Some(values) => enter(extractor, Ok(values)),
                None => missing.push((extractor, key)),
            }
        }
        // A model waits for its device: not inside the pool, whose threads compute.
        let ours = |extractor: &dyn Extractor| EXTRACTORS.iter().any(|e| e.about().id == extractor.about().id);
        let (ours, others): (Vec<_>, Vec<_>) = missing.into_iter().partition(|(extractor, _)| ours(*extractor));
        let run = |(extractor, key): &(&'static dyn Extractor, Option<u128>)| {
            (*extractor, *key, extractor.extract(moment, &self.memo))
        };
        let found: Vec<_> = ours.par_iter().map(run).collect();
        for (extractor, key, found) in found.into_iter().chain(others.iter().map(run)) {
            if let (Some(cache), Some(key), Ok(values)) = (&self.cache, key, &found) {
                cache.put(key, values);
            }
            enter(extractor, found);
        }
    }

    /// Brings a pair and its neighbours to common ground.
    fn ready(&self, scene: &Scene, around: &Around) -> Result<Ready, SourceError> {
        let target = common_ground(&scene.reference, scene.candidate.layout.sample);
        let reach = self.reach(0..0);
        let grounds = |frames: &[Arc<Frame>], count: usize| {
            frames.iter().take(count).map(|frame| self.ground(frame, target)).collect::<Result<Vec<_>, _>>()
        };
        let grounds = [
            grounds(&around.before, reach.before)?,
            grounds(&around.after, reach.after)?,
            grounds(&around.earlier, reach.earlier)?,
        ];
        let frames = grounds.each_ref().map(|part| part.iter().map(|ground| ground.frame.clone()).collect());
        let shown = match stored_rgb(&scene.reference, target) {
            Some(rgb) => Some((self.ground(&scene.reference, rgb)?, self.ground(&scene.candidate, rgb)?)),
            None => None,
        };
        let (reference, candidate) = (self.ground(&scene.reference, target)?, self.ground(&scene.candidate, target)?);
        // A part of the picture has no input of its own.
        let enlarging = around.enlarging.clone().filter(|_| self.crop.is_none());
        let enlarging = enlarging.map(|found| on_one_ground(found, self.kernel)).transpose()?;
        Ok(Ready { reference, candidate, shown, grounds, frames, enlarging, rate: self.rate })
    }

    /// A frame on the ground `target`; converted once while its neighbours are measured too.
    fn ground(&self, raw: &Arc<Frame>, target: Target) -> Result<Arc<Ground>, SourceError> {
        let same = |ground: &&Arc<Ground>| Arc::ptr_eq(&ground.raw, raw) && ground.target == target;
        if let Some(ground) = self.grounds.lock().iter().find(same) {
            return Ok(ground.clone());
        }
        let ground = Arc::new(self.brought(raw, target)?);
        let Reach { before, after, earlier, .. } = self.reach(0..0);
        let mut grounds = self.grounds.lock();
        grounds.push_back(ground.clone());
        // Twice: as Y'CbCr and as R'G'B'.
        if grounds.len() > 2 * (before + after + 1 + earlier + 1) {
            grounds.pop_front();
        }
        Ok(ground)
    }

    fn brought(&self, raw: &Arc<Frame>, target: Target) -> Result<Ground, SourceError> {
        let (frame, steps) = conform(raw, &target, self.kernel)?;
        let frame = match self.crop {
            Some(crop) => Arc::new(crop.cut(&frame)?),
            None => frame,
        };
        Ok(Ground { raw: raw.clone(), target, frame, steps, print: Print::default() })
    }
}

impl Ready {
    fn moment(&self) -> Result<Moment<'_>, SourceError> {
        let pair = Pair::new(&self.reference.frame, &self.candidate.frame)?;
        let moment = Moment::new(pair).among(&self.frames[0], &self.frames[1], self.rate).following(&self.frames[2]);
        let moment = match &self.enlarging {
            Some(enlarging) => moment.enlarged_from(enlarging.there()),
            None => moment,
        };
        Ok(match &self.shown {
            Some((reference, candidate)) => moment.shown_by(Pair::new(&reference.frame, &candidate.frame)?),
            None => moment,
        })
    }

    /// What was converted, in words.
    fn steps(&self) -> Vec<String> {
        let said = |who: &'static str, ground: &Ground| {
            ground.steps.iter().map(move |step| format!("{who}: {step}")).collect::<Vec<_>>()
        };
        [said("reference", &self.reference), said("candidate", &self.candidate)].concat()
    }

    /// Names all that `extractor` reads here, and the extractor.
    fn key(&self, extractor: &dyn Extractor) -> u128 {
        let about = extractor.about();
        let print = |ground: &Arc<Ground>| ground.print.of(&ground.frame);
        let mut prints = vec![print(&self.reference), print(&self.candidate)];
        if let Some((reference, candidate)) = &self.shown {
            prints.extend([print(reference), print(candidate)]);
        }
        if let Some(enlarging) = self.enlarging.as_ref().filter(|_| extractor.reads_input()) {
            let before = enlarging.before.iter().flat_map(|(input, output)| [input, output]);
            let frames = [&enlarging.input, &enlarging.output].into_iter().chain(before);
            prints.extend(frames.map(|frame| Print::default().of(frame)));
        }
        let counts = [about.before, about.after, extractor.candidates_before()];
        let mut parts =
            self.grounds.iter().zip(counts).map(|(part, count)| part.iter().take(count).map(print).collect());
        let neighbours: [Vec<u128>; 3] = std::array::from_fn(|_| parts.next().unwrap_or_default());
        key_of(about, &prints, &neighbours, self.rate)
    }
}

/// Whether an extractor reads more than the pair.
fn looks_around(extractor: &dyn Extractor) -> bool {
    let about = extractor.about();
    about.before + about.after + extractor.candidates_before() > 0 || extractor.reads_input()
}

/// How far around a frame the metrics of `plan` look, where nothing outside `extent` is to be seen.
pub(super) fn reach(plan: &Plan, extent: Range<usize>) -> Reach {
    let (before, after) = plan.neighbours();
    Reach { before, after, earlier: plan.candidates_before(), input: plan.reads_input(), extent }
}

/// The score, if it is a number.
fn finite(metric: &dyn Metric, features: &Features) -> Result<Value, MetricError> {
    let found = metric.score(features)?;
    let fault = MetricError::NotFinite { metric: metric.id(), value: found.value };
    if found.value.is_finite() { Ok(found) } else { Err(fault) }
}

/// Where a pair meets; see [`Scorer`].
pub fn common_ground(reference: &Frame, candidate: Sample) -> Target {
    let bits = match (reference.layout.sample, candidate) {
        (Sample::F32, Sample::F32) => 16,
        (Sample::F32, integer) => integer.bits(),
        (integer, Sample::F32) => integer.bits(),
        (a, b) => a.bits().max(b.bits()),
    };
    let sample = Sample::integer(bits);
    let mut target = Target::of(reference);
    target.layout = Layout { sample, alpha: false, ..reference.layout };
    if reference.layout.family == Family::Rgb {
        target.layout.family = Family::Yuv;
        target.color = ycbcr_tags(&target);
    }
    target
}

/// Where both sides of an RGB reference meet without passing through Y'CbCr; `target` is where they are measured.
pub(super) fn stored_rgb(reference: &Frame, target: Target) -> Option<Target> {
    let layout = Layout { sample: target.layout.sample, alpha: false, ..reference.layout };
    (reference.layout.family == Family::Rgb).then(|| Target { layout, ..Target::of(reference) })
}

/// Tags for Y'CbCr made from R'G'B': the matrix that would be guessed for the size, limited range.
fn ycbcr_tags(target: &Target) -> ColorInfo {
    let open = ColorInfo { matrix: Matrix::Unknown, range: CodeRange::Limited, ..target.color };
    let matrix = color::resolve(&open, &target.layout, target.width, target.height).matrix;
    ColorInfo { matrix, siting: Siting::Center, ..open }
}

/// Frames a second of a timeline: as stated, else by its times. `None` for a still.
pub(super) fn rate_of(timeline: &Timeline) -> Option<f64> {
    let last = timeline.len().checked_sub(1).filter(|last| *last > 0)?;
    let stated = timeline.rate.map(|rate| rate.as_f64());
    let counted = || last as f64 / timeline.seconds(last);
    Some(stated.unwrap_or_else(counted)).filter(|rate| rate.is_finite() && *rate > 0.0)
}

/// One line that says how scores of `candidate` against `reference` came to be. `steps` are those of a measured pair;
/// what is to be known of a source (cut off, interlaced, resized on the way) stands before them.
pub fn provenance((reference, candidate): (&SourceInfo, &SourceInfo), pairing: &Pairing, steps: &[String]) -> String {
    let size = |i: &SourceInfo| format!("{} ({}x{} {})", i.name, i.width, i.height, i.layout.name());
    let mut clauses = vec![format!("{} against {}", size(candidate), size(reference)), pairing.describe()];
    let news = candidate.notes.iter().filter(|note| !reference.notes.contains(note));
    clauses.extend(reference.notes.iter().map(|note| format!("reference: {note}")));
    clauses.extend(news.map(|note| format!("candidate: {note}")));
    if steps.is_empty() {
        clauses.push("samples compared as they are".into());
    }
    clauses.extend(steps.iter().cloned());
    clauses.push(concat!("doublet ", env!("CARGO_PKG_VERSION")).into());
    clauses.join("; ")
}
