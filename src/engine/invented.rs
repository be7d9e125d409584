//! What candidates invented, lost, bent and contradicted, in numbers and as places worth a look: what `doublet evidence`
//! tells.

use std::ops::Range;
use std::sync::Arc;

use crate::color::conform;
use crate::frame::{Frame, Map, Region, SourceError, Stop};
use crate::metrics::invented::{Spot, Structure, bent, contradicted, shimmer, spots};
use crate::metrics::{Memo, MetricError, Moment, Pair, overlay};

use super::answers::{self, Heard, Patience, Peer};
use super::applies::IS_INPUT;
use super::enlarged::{Sources, on_one_ground};
use super::pairing::Pairing;
use super::recipe::Recipe;
use super::scorer::{common_ground, rate_of};
use super::workshop::Workshop;

/// How much is looked at and told.
#[derive(Clone, Copy, Debug)]
pub struct EvidenceSettings {
    /// Frames looked at, evenly over what the two films share; fewer where there are not so many.
    pub frames: usize,
    /// Hot spots told of a candidate.
    pub spots: usize,
}

impl Default for EvidenceSettings {
    fn default() -> Self {
        Self { frames: 12, spots: 10 }
    }
}

/// The numbers: their ids, and what they are.
pub const NUMBERS: [(&str, &str); 13] = [
    ("contradicted", "share of the picture that contradicts the input by 12 codes or more"),
    ("added_energy", "mean square of what was added beyond the input, squared codes"),
    ("edges_invented", "share of the candidate's edges that the reference does not have"),
    ("edges_lost", "share of the reference's edges that the candidate does not have"),
    ("bent", "share of the picture that is bent or moved by 0.35 pixels or more"),
    ("bent_length", "length of the reference's edges in bent places, pixels a frame"),
    ("shimmer", "mean flicker beyond the source's own, codes"),
    ("shimmer_index", "flicker over that of a bicubic enlargement of the source; 1 is as steady"),
    ("boosted", "mean enhancement gain, stops of contrast"),
    ("ssim_lost", "1 - SSIM"),
    ("unexplained", "mean of what was added beyond sharpening the input's own edges, codes"),
    ("unstable", "mean spread of the last model's answers when it is asked in other ways, codes"),
    ("jury", "mean disagreement with the other models that enlarged the same input, codes"),
];

/// One number of a candidate, meaned over the frames that have it.
#[derive(Clone, Debug, PartialEq)]
pub struct Number {
    pub id: &'static str,
    /// Or why there is none.
    pub value: Result<f64, String>,
}

/// A place worth a look.
#[derive(Clone, Debug, PartialEq)]
pub struct HotSpot {
    /// Id of the overlay that shows it.
    pub overlay: &'static str,
    /// Of the reference.
    pub frame: usize,
    pub seconds: f64,
    /// Left, top, width and height in samples of the reference.
    pub place: [u32; 4],
    /// Mean of the overlay over the place, in its unit; for edges the share of the place that is invented edge.
    pub strength: f32,
    /// By which spots are ordered, see [`crate::metrics::invented::Spot`]; each further one of a kind counts less than that.
    pub rank: f64,
}

/// What is known of one candidate.
#[derive(Clone, Debug)]
pub struct CandidateEvidence {
    pub recipe: String,
    pub label: String,
    /// Frames of the reference that were looked at.
    pub frames: Vec<usize>,
    /// In the order of [`NUMBERS`].
    pub numbers: Vec<Number>,
    /// How its input was told to be made, one sentence; `None` where nothing was enlarged.
    pub way: Option<String>,
    /// The strongest first.
    pub spots: Vec<HotSpot>,
}

/// Looks at every candidate. `progress` hears the candidate's place, frames done and frames in all.
///
/// # Errors
/// One sentence when a recipe does not open, a frame cannot be made or the films share none; [`SourceError::Stopped`] when
/// `stop` was set.
pub fn evidence(
    workshop: &Arc<Workshop>,
    reference: &Recipe,
    candidates: &[Recipe],
    settings: &EvidenceSettings,
    progress: &mut dyn FnMut(usize, usize, usize),
    stop: &Stop,
) -> Result<Vec<CandidateEvidence>, SourceError> {
    // All are opened before the first is looked at: a wrong name is told at once.
    for recipe in candidates {
        workshop.open(recipe, Some(reference))?;
    }
    let peers = answers::peers(workshop, reference, candidates)?;
    let one = |(place, recipe): (usize, &Recipe)| {
        let mut sources = Sources::new(workshop.clone());
        let mut tell = |done, all| progress(place, done, all);
        of_one(&mut sources, workshop, (reference, recipe, (place, &peers)), settings, &mut tell, stop)
    };
    candidates.iter().enumerate().map(one).collect()
}

fn of_one(
    sources: &mut Sources,
    workshop: &Workshop,
    (reference, recipe, (place, peers)): (&Recipe, &Recipe, (usize, &[Peer])),
    settings: &EvidenceSettings,
    tell: &mut dyn FnMut(usize, usize),
    stop: &Stop,
) -> Result<CandidateEvidence, SourceError> {
    let left = sources.info(reference, None)?;
    let pairing = Pairing::new(left.timeline.clone(), sources.info(recipe, Some(reference))?.timeline);
    let frames = chosen(&pairing, pairing.extent_of_all(), settings.frames);
    if frames.is_empty() {
        return Err(SourceError::source(format!(
            "{recipe} shares no frame with the reference: {}",
            pairing.describe()
        )));
    }
    let mut sums = Sums::default();
    let mut all = Vec::new();
    for (done, &number) in frames.iter().enumerate() {
        stop.check()?;
        let mut scene = Scene::of(sources, workshop, (reference, recipe), &pairing, number)?;
        if asked(done, frames.len()) {
            scene.ask(sources, workshop, (reference, &peers[place], peers), number, stop)?;
        }
        let looked = scene.looked(rate_of(&left.timeline))?;
        sums.add(&looked);
        all.extend(looked.spots((number, left.timeline.seconds(number)), (left.width, left.height), settings.spots));
        tell(done + 1, frames.len());
    }
    let spots = ranked(all, settings.spots, |spot| spot);
    let numbers = sums.numbers();
    Ok(CandidateEvidence { recipe: recipe.to_string(), label: recipe.label(), frames, numbers, way: sums.way, spots })
}

/// Frames on which models are asked again: each costs as much as several more candidates.
const ASKED: usize = 3;

/// Whether models are asked on frame `n` of `all` that are looked at: evenly over them.
fn asked(n: usize, all: usize) -> bool {
    let most = ASKED.min(all);
    (0..most).any(|k| (2 * k + 1) * all / (2 * most) == n)
}

/// `most` frames of `extent` with a partner, evenly over it; the first of several is left out: it has none before it.
pub(super) fn chosen(pairing: &Pairing, extent: Range<usize>, most: usize) -> Vec<usize> {
    let start = if extent.len() > 1 { extent.start + 1 } else { extent.start };
    let (count, all) = (most.clamp(1, extent.end.saturating_sub(start).max(1)), extent.end.saturating_sub(start));
    let at = |n: usize| start + (2 * n + 1) * all / (2 * count);
    (0..count).map(at).filter(|n| extent.contains(n) && pairing.own(*n).is_ok()).collect()
}

/// What a place counts for each one of its kind that is told already, and where another kind tells of it: ten places of
/// one kind would hide the others.
const AGAIN: f64 = 0.85;
const ELSEWHERE: f64 = 0.5;

/// The plainest first, at most `most`; one place is told once of a kind, where it is plainest.
pub(super) fn ranked<T>(mut all: Vec<T>, most: usize, of: impl Fn(&T) -> &HotSpot) -> Vec<T> {
    all.sort_by(|a, b| of(b).rank.total_cmp(&of(a).rank).then(of(a).frame.cmp(&of(b).frame)));
    // Each with what is left of its rank beside those that are told.
    let mut open: Vec<(f64, T)> = all.into_iter().map(|one| (of(&one).rank, one)).collect();
    let mut kept: Vec<T> = Vec::new();
    while kept.len() < most {
        // The first of equals.
        let best = (0..open.len()).reduce(|best, n| if open[n].0 > open[best].0 { n } else { best });
        let Some(best) = best else { break };
        let (_, told) = open.remove(best);
        let spot = of(&told).clone();
        open.retain(|(_, one)| of(one).overlay != spot.overlay || shared(of(one).place, spot.place) <= 0.3);
        for (rank, one) in &mut open {
            if of(one).overlay == spot.overlay {
                *rank *= AGAIN;
            } else if shared(of(one).place, spot.place) > 0.3 {
                *rank *= ELSEWHERE;
            }
        }
        kept.push(told);
    }
    kept
}

/// Of two rectangles: what they share over what they cover together.
fn shared(a: [u32; 4], b: [u32; 4]) -> f64 {
    let along = |axis: usize| {
        let end = (a[axis] + a[axis + 2]).min(b[axis] + b[axis + 2]);
        f64::from(end.saturating_sub(a[axis].max(b[axis])))
    };
    let (both, area) = (along(0) * along(1), |r: [u32; 4]| f64::from(r[2]) * f64::from(r[3]));
    both / (area(a) + area(b) - both).max(1.0)
}

fn samples(region: Region, (width, height): (u32, u32)) -> [u32; 4] {
    let at = |part: f32, side: u32| ((part * side as f32).round() as u32).min(side);
    let (left, top) = (at(region.left, width), at(region.top, height));
    [left, top, (at(region.right, width) - left).max(1), (at(region.bottom, height) - top).max(1)]
}

/// A pair on common ground, with what stands before it and what it was enlarged from.
pub(super) struct Scene {
    /// Reference and candidate as their sources gave them, and on common ground.
    pub raw: [Arc<Frame>; 2],
    pair: [Arc<Frame>; 2],
    before: Option<[Arc<Frame>; 2]>,
    enlarging: Option<super::enlarged::Enlarging>,
    /// What its model says when it is asked again, and what other models say; not asked on every frame.
    heard: Option<[Result<Heard, String>; 2]>,
    /// The reference is the input itself: it holds no truth of the candidate's size.
    is_input: bool,
}

impl Scene {
    /// # Errors
    /// One sentence when a frame cannot be made or brought to common ground.
    pub fn of(
        sources: &mut Sources,
        workshop: &Workshop,
        (reference, recipe): (&Recipe, &Recipe),
        pairing: &Pairing,
        number: usize,
    ) -> Result<Self, SourceError> {
        let own = |n: usize| pairing.own(n).map_err(|unpaired| SourceError::frame(unpaired.to_string()));
        let mut both = |n: usize| {
            let left = sources.frame(reference, None, n)?;
            Ok::<_, SourceError>([left, sources.frame(recipe, Some(reference), own(n)?)?])
        };
        let early = number > pairing.extent_of_all().start && own(number - 1).is_ok();
        let raw_before = if early { Some(both(number - 1)?) } else { None };
        let raw = both(number)?;
        let target = common_ground(&raw[0], raw[1].layout.sample);
        let there = |frame: &Arc<Frame>| Ok::<_, SourceError>(conform(frame, &target, workshop.kernel)?.0);
        let on_ground = |[a, b]: &[Arc<Frame>; 2]| Ok::<_, SourceError>([there(a)?, there(b)?]);
        let before = raw_before.as_ref().map(on_ground).transpose()?;
        let found = sources.enlarging((recipe, reference, pairing), (number, &raw[1]), early)?;
        let enlarging = found.map(|found| on_one_ground(found, workshop.kernel)).transpose()?;
        let is_input = raw[1].width > raw[0].width && raw[1].height > raw[0].height;
        Ok(Self { pair: on_ground(&raw)?, raw, before, enlarging, heard: None, is_input })
    }

    /// Asks the model again, and the jury.
    fn ask(
        &mut self,
        sources: &mut Sources,
        workshop: &Workshop,
        (reference, own, peers): (&Recipe, &Peer, &[Peer]),
        number: usize,
        stop: &Stop,
    ) -> Result<(), SourceError> {
        let mut patience = Patience { stop, tell: &mut |_| {} };
        let (of, seen) = ((&*own.chain, reference, &*own.pairing), (number, &self.pair[0]));
        let again = answers::asked_again(sources, workshop, of, peers, seen, &mut patience);
        let jury = answers::jury(sources, (own, reference), peers, seen, &mut patience);
        stop.check()?;
        self.heard = Some([again, jury].map(|heard| heard.map_err(|error| error.to_string())));
        Ok(())
    }

    /// Everything that is to be told of it.
    ///
    /// # Errors
    /// One sentence where the two cannot be held against each other.
    pub fn looked(&self, rate: Option<f64>) -> Result<Looked, SourceError> {
        let split = |at: usize| self.before.iter().map(|both| both[at].clone()).collect::<Vec<_>>();
        let (before, earlier) = (split(0), split(1));
        let moment =
            Moment::new(Pair::new(&self.pair[0], &self.pair[1])?).among(&before, &[], rate).following(&earlier);
        let moment = match &self.enlarging {
            Some(enlarging) => moment.enlarged_from(enlarging.there()),
            None => moment,
        };
        let mut looked = Looked::at(&moment, self.is_input);
        for (id, heard) in ["unstable", "jury"].into_iter().zip(self.heard.iter().flatten()) {
            looked.heard(id, heard, moment.pair);
        }
        Ok(looked)
    }
}

/// Numbers that need a reference of the candidate's own size.
const AGAINST_TRUTH: [&str; 6] = ["edges_invented", "edges_lost", "bent", "bent_length", "boosted", "ssim_lost"];

/// Where a place begins to be worth a look, in the overlay's unit; of edges the share of a cell that is invented edge. The
/// bars of `make proof` (tests/proof/table.md), rounded up: of no kind of honest encode or upscale tried there more than 1%
/// of the area stands above, so that a rank (strength over bar) means as much of one overlay as of another. Those of
/// `unstable` and `jury`, on which the proof has no trial, are chosen by eye.
const BARS: [(&str, f32); 9] = [
    ("contradicted", 12.0),
    ("unexplained", 1.0),
    ("bent", 0.25),
    ("shimmer", 1.5),
    ("erqa", 0.16),
    ("gain", 0.15),
    ("ssim", 0.42),
    ("unstable", 4.0),
    ("jury", 10.0),
];

/// Numbers and maps of one moment.
#[derive(Default)]
pub(super) struct Looked {
    pub numbers: Vec<(&'static str, Result<f64, MetricError>)>,
    /// By overlay, with the bar from which a place is worth a look.
    pub maps: Vec<(&'static str, Map, f32)>,
    way: Option<String>,
    structure: Option<Structure>,
}

impl Looked {
    /// Places of the frame with this number and time that are worth a look, at most `most` an overlay; `size` is that of
    /// the reference.
    pub fn spots(&self, (frame, seconds): (usize, f64), size: (u32, u32), most: usize) -> Vec<HotSpot> {
        let of_map = |(overlay, map, bar): &(&'static str, Map, f32)| {
            let spot = |spot: Spot| HotSpot {
                overlay,
                frame,
                seconds,
                place: samples(spot.region, size),
                strength: spot.strength,
                rank: spot.rank * self.structure.as_ref().map_or(1.0, |structure| structure.weight(&spot.region)),
            };
            spots(map, *bar, 4 * most).into_iter().map(spot).collect::<Vec<_>>()
        };
        self.maps.iter().flat_map(of_map).collect()
    }

    fn at(moment: &Moment<'_>, is_input: bool) -> Self {
        let structure = Some(Structure::of(&moment.pair));
        let (memo, mut all) = (Memo::default(), Self { structure, ..Self::default() });
        match contradicted(moment, &memo) {
            Ok(found) => {
                all.numbers.extend([("contradicted", Ok(found.contradicted)), ("added_energy", Ok(found.energy))]);
                let [e, _] = found.maps;
                all.shown("contradicted", e);
                all.way = Some(found.way);
            }
            Err(why) => all.numbers.extend([("contradicted", Err(why.clone())), ("added_energy", Err(why))]),
        }
        all.pooled("unexplained", "unexplained", moment, &memo, |map| map);
        all.flicker(moment);
        if is_input {
            let why = || MetricError::Model(IS_INPUT.to_owned());
            all.numbers.extend(AGAINST_TRUTH.map(|id| (id, Err(why()))));
            return all;
        }
        all.edges(moment, &memo);
        let found = bent(moment);
        all.numbers.push(("bent", found.clone().map(|found| found.share)));
        all.numbers.push(("bent_length", found.map(|found| found.length)));
        all.drawn("bent", moment, &memo, |_, map| map);
        // Only what was turned up: what was lost is another matter.
        all.pooled("boosted", "gain", moment, &memo, |map| Map {
            values: map.values.iter().map(|v| v.max(0.0)).collect(),
            ..map
        });
        all.pooled("ssim_lost", "ssim", moment, &memo, |map| map);
        all
    }

    fn flicker(&mut self, moment: &Moment<'_>) {
        match shimmer(moment) {
            Ok(found) => {
                self.numbers.push(("shimmer", Ok(found.mean)));
                self.numbers.extend(found.index.map(|index| ("shimmer_index", Ok(index))));
                self.shown("shimmer", found.map);
            }
            Err(why) => self.numbers.extend([("shimmer", Err(why.clone())), ("shimmer_index", Err(why))]),
        }
    }

    /// What the overlay `id` makes of several answers.
    fn heard(&mut self, id: &'static str, heard: &Result<Heard, String>, pair: Pair<'_>) {
        match heard {
            Ok(heard) => {
                let moment = Moment::new(pair).asked_again(heard.there()).before_a_jury(heard.there());
                self.pooled(id, id, &moment, &Memo::default(), |map| map);
            }
            Err(why) => self.numbers.push((id, Err(MetricError::Model(why.clone())))),
        }
    }

    fn shown(&mut self, id: &'static str, map: Map) {
        let bar = BARS.iter().find(|(have, _)| *have == id).map_or(f32::INFINITY, |(_, bar)| *bar);
        self.maps.push((id, map, bar));
    }

    /// The map of an overlay by its id, and what the whole of it comes to.
    fn drawn(
        &mut self,
        id: &'static str,
        moment: &Moment<'_>,
        memo: &Memo,
        of: impl Fn(&mut Self, Map) -> Map,
    ) -> Option<MetricError> {
        match overlay(id).and_then(|overlay| overlay.map(moment, memo)) {
            Ok(map) => {
                let map = of(self, map);
                self.shown(id, map);
                None
            }
            Err(why) => Some(why),
        }
    }

    fn pooled(
        &mut self,
        number: &'static str,
        id: &'static str,
        moment: &Moment<'_>,
        memo: &Memo,
        part: impl Fn(Map) -> Map,
    ) {
        let pool = overlay(id).map(|overlay| overlay.about().pool).ok();
        let failed = self.drawn(id, moment, memo, |all, map| {
            all.numbers.extend(pool.map(|pool| (number, Ok(pool(&map)))));
            part(map)
        });
        self.numbers.extend(failed.map(|why| (number, Err(why))));
    }

    /// Shares of invented and lost edges, and the invented ones as a map.
    fn edges(&mut self, moment: &Moment<'_>, memo: &Memo) {
        let failed = self.drawn("erqa", moment, memo, |all, map| {
            let count = |class: f32| map.values.iter().filter(|v| **v == class).count() as f64;
            let (kept, lost, invented) = (count(1.0), count(2.0), count(3.0));
            let share = |part: f64| if part > 0.0 { part / (part + kept) } else { 0.0 };
            all.numbers.extend([("edges_invented", Ok(share(invented))), ("edges_lost", Ok(share(lost)))]);
            Map { values: map.values.iter().map(|v| f32::from(u8::from(*v == 3.0))).collect(), ..map }
        });
        if let Some(why) = failed {
            self.numbers.extend([("edges_invented", Err(why.clone())), ("edges_lost", Err(why))]);
        }
    }
}

/// What frames add up to.
#[derive(Default)]
struct Sums {
    sums: Vec<(&'static str, f64, usize)>,
    faults: Vec<(&'static str, String)>,
    way: Option<String>,
}

impl Sums {
    fn add(&mut self, looked: &Looked) {
        for (id, found) in &looked.numbers {
            match found {
                Ok(value) => match self.sums.iter_mut().find(|(have, ..)| have == id) {
                    Some((_, sum, count)) => (*sum, *count) = (*sum + value, *count + 1),
                    None => self.sums.push((id, *value, 1)),
                },
                Err(why) => self.faults.push((id, why.to_string())),
            }
        }
        self.way = self.way.take().or_else(|| looked.way.clone());
    }

    fn numbers(&self) -> Vec<Number> {
        let of = |id: &'static str| {
            let sum = self.sums.iter().find(|(have, ..)| *have == id);
            let why = || self.faults.iter().find(|(have, _)| *have == id).map(|(_, why)| why.clone());
            let nothing = || "no place of these frames could be measured".to_owned();
            let value = sum.map(|(_, sum, count)| sum / *count as f64).ok_or_else(|| why().unwrap_or_else(nothing));
            Number { id, value }
        };
        NUMBERS.iter().map(|(id, _)| of(id)).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bars_are_those_of_the_proof() {
        let table = include_str!("../../tests/proof/table.md");
        let cells = |line: &'static str| line.split('|').map(str::trim).collect::<Vec<_>>();
        let row = |start: &str| cells(table.lines().find(|line| line.starts_with(start)).unwrap());
        let (labels, bars) = (row("| Planted lie"), row("| the bar"));
        for (id, bar) in BARS.iter().filter(|(id, _)| !["unstable", "jury"].contains(id)) {
            let label = overlay(id).unwrap().about().label;
            let column =
                labels.iter().position(|have| *have == label).unwrap_or_else(|| panic!("{id} is not on trial"));
            let told: f32 = bars[column].parse().unwrap();
            assert!(*bar >= told && *bar <= 1.25 * told + 0.01, "{id} begins at {bar}, and the proof lays {told}");
        }
    }

    #[test]
    fn one_place_is_told_once() {
        let spot = |frame: usize, place: [u32; 4], rank: f64| HotSpot {
            overlay: "added",
            frame,
            seconds: 0.0,
            place,
            strength: 1.0,
            rank,
        };
        let all = vec![spot(1, [10, 10, 20, 20], 1.0), spot(2, [12, 10, 20, 20], 2.0), spot(1, [100, 10, 20, 20], 0.5)];
        let kept = ranked(all, 8, |spot| spot);
        assert_eq!(kept.iter().map(|s| (s.frame, s.rank)).collect::<Vec<_>>(), [(2, 2.0), (1, 0.5)]);
        assert_eq!(shared([0, 0, 10, 10], [20, 0, 10, 10]), 0.0);
        assert_eq!(shared([0, 0, 10, 10], [0, 0, 10, 10]), 1.0);
    }
}
