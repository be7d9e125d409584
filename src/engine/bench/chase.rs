//! The search on real frames: for the window on a thread of its own, for the command line at once.

use std::collections::BTreeMap;
use std::ops::Range;

use crate::engine::Workshop;
use crate::engine::crop::Crop;
use crate::engine::pairing::Pairing;
use crate::engine::recipe::Recipe;
use crate::engine::reel::{Get, Scene, Window};
use crate::engine::scorer::{Scorer, rate_of};
use crate::frame::{Request, SourceError, Stop, Urgency};
use crate::metrics::{Metric, find};

use super::hunt::{Tried, hunt};
use super::maker::Base;
use super::{Attack, NEEDLES, Side};

/// What is searched.
#[derive(Clone, Debug)]
pub struct HackSettings {
    /// The PSNR of luma that may be lost, in dB.
    pub psnr_loss: f64,
    /// Frames of the reference on which attacks are tried; their means count. Frames without a partner are left out.
    pub frames: Vec<usize>,
    pub side: Side,
    pub crop: Option<Crop>,
}

/// The best attack found, with every needle without it and with it.
#[derive(Clone, Debug)]
pub struct Hack {
    pub best: Tried,
    /// The attacked candidate's recipe, canonical.
    pub line: String,
    /// How many attacks were tried, and on how many frames.
    pub tried: usize,
    pub frames: usize,
    pub plain: BTreeMap<&'static str, f64>,
    pub values: BTreeMap<&'static str, f64>,
}

/// `count` frames spread evenly over `range`: the middles of as many equal parts, each once.
pub fn spread(range: &Range<usize>, count: usize) -> Vec<usize> {
    let len = range.len();
    let mut frames: Vec<usize> = (0..count).map(|i| range.start + (2 * i + 1) * len / (2 * count.max(1))).collect();
    frames.retain(|n| range.contains(n));
    frames.dedup();
    frames
}

/// Searches for the attack on `candidate` that gains most VMAF (unclipped) at the PSNR loss allowed. `tell` hears the
/// share done, how many were tried, and the best so far.
///
/// # Errors
/// One sentence when a recipe does not open, no frame has a partner, or a stage fails; [`SourceError::Stopped`] when
/// `stop` was set.
pub fn find_hack(
    workshop: &Workshop,
    (reference, candidate): (&Recipe, &Recipe),
    settings: &HackSettings,
    tell: &mut dyn FnMut(f32, usize, &Tried),
    stop: &Stop,
) -> Result<Hack, SourceError> {
    let chase = Chase::new(workshop, (reference, candidate), settings, stop)?;
    let (aim, all) = (chase.scorer(&["vmaf_raw", "psnr_y"]), chase.scorer(&NEEDLES));
    let mut attempt = |attack: &Attack| {
        let found = chase.measure(&aim, attack, stop)?;
        match (found.get("vmaf_raw"), found.get("psnr_y")) {
            (Some(vmaf), Some(psnr)) => Ok((*vmaf, *psnr)),
            _ => Err(SourceError::source("VMAF or PSNR cannot be measured of this pair, so nothing can be searched")),
        }
    };
    let mut count = 0;
    let mut hear = |share: f32, tried: usize, best: &Tried| {
        count = tried;
        tell(share, tried, best);
    };
    let best = hunt(settings.psnr_loss, settings.side, &mut attempt, &mut hear)?;
    let idle = Attack { side: settings.side, ..Attack::default() };
    let plain = chase.measure(&all, &idle, stop)?;
    let values = chase.measure(&all, &best.attack, stop)?;
    let line = if best.attack.is_idle() { candidate.chain() } else { best.attack.on(candidate)?.chain() };
    Ok(Hack { best, line, tried: count, frames: chase.scenes.len(), plain, values })
}

/// The frames that attacks are tried on.
struct Chase<'a> {
    workshop: &'a Workshop,
    scenes: Vec<(Scene, Base)>,
    crop: Option<Crop>,
    rate: Option<f64>,
}

impl<'a> Chase<'a> {
    fn new(
        workshop: &'a Workshop,
        (reference, candidate): (&Recipe, &Recipe),
        settings: &HackSettings,
        stop: &Stop,
    ) -> Result<Self, SourceError> {
        let mut left = workshop.open(reference, None)?.source;
        let mut right = workshop.open(candidate, Some(reference))?.source;
        let info = left.info().clone();
        let pairing = Pairing::new(info.timeline.clone(), right.info().timeline.clone());
        let rate = rate_of(&info.timeline);
        let crop = settings.crop.map(|crop| crop.aligned(info.layout, (info.width, info.height))).transpose()?;
        let mut chase = Self { workshop, scenes: Vec::new(), crop, rate };
        let reach = chase.scorer(&NEEDLES).reach(pairing.extent_of_all());
        let wish = |n| Request { urgency: Urgency::OnScreen, ..Request::new(n, stop) };
        for number in &settings.frames {
            let Ok(own) = pairing.own(*number) else { continue };
            let sources: (Get<'_>, Get<'_>) = (&mut |n| left.frame(&mut wish(n)), &mut |n| right.frame(&mut wish(n)));
            let scene = Window::default().scene(*number, &reach, &pairing, sources)?;
            let base = Base::new(workshop, (candidate, reference), (own, &scene.candidate), settings.side)?;
            chase.scenes.push((scene, base));
        }
        if chase.scenes.is_empty() {
            return Err(SourceError::source("none of these frames has a partner in the candidate; choose others"));
        }
        Ok(chase)
    }

    fn scorer(&self, ids: &[&str]) -> Scorer {
        let metrics: Vec<&'static dyn Metric> = ids.iter().filter_map(|id| find(id)).collect();
        Scorer::new(&metrics, self.workshop.kernel, self.crop, None, self.rate)
    }

    /// Means over the frames; what cannot be measured is left out.
    fn measure(
        &self,
        scorer: &Scorer,
        attack: &Attack,
        stop: &Stop,
    ) -> Result<BTreeMap<&'static str, f64>, SourceError> {
        let mut sums: BTreeMap<&'static str, f64> = BTreeMap::new();
        for (scene, base) in &self.scenes {
            stop.check()?;
            let candidate = base.make(self.workshop, attack, &scene.reference)?;
            let around = scene.around.clone();
            let scene = Scene { reference: scene.reference.clone(), candidate, around };
            for (id, value) in scorer.measure(&scene)?.values {
                if let Ok(value) = value {
                    *sums.entry(id).or_default() += value.value;
                }
            }
        }
        let count = self.scenes.len() as f64;
        Ok(sums.into_iter().map(|(id, sum)| (id, sum / count)).collect())
    }
}
