//! What is measured: which metrics, on which part of the picture, and what becomes of the scores.

use std::ops::Range;
use std::sync::Arc;

use parking_lot::Mutex;

use crate::frame::{Region, Severity, Stop};
use crate::metrics::{Cost, Plan, find, metrics};

use super::chain::tap_words;
use super::core::Engine;
use super::crop::Crop;
use super::ledger::{Ledger, Score};
use super::measurer::{LiveJob, Subject};
use super::scan::{ScanJob, What};
use super::scorer::{provenance, rate_of, reach};
use super::tracks::{LiveKey, Measurements};
use super::{Coverage, Track, TrackId};

impl Engine {
    /// Obeys [`super::Command::Metrics`].
    pub(super) fn choose_metrics(&mut self, ids: &[&'static str]) {
        let chosen: Vec<_> = metrics().iter().map(|metric| metric.id()).filter(|id| ids.contains(id)).collect();
        if chosen == self.state.metrics {
            return;
        }
        self.state.metrics = chosen;
        self.measure_anew();
    }

    /// Obeys [`super::Command::Region`].
    pub(super) fn choose_region(&mut self, region: Option<Region>) {
        let region = region.filter(|region| *region != Region::WHOLE);
        match self.crop_of(region) {
            Some(Err(error)) => return self.notice(Severity::Note, error.to_string(), None),
            // Nothing is open that it could be a part of.
            None if region.is_some() => return,
            _ => {}
        }
        if region == self.state.region {
            return;
        }
        let ids: Vec<TrackId> = self.state.candidates().iter().map(|track| track.id).collect();
        ids.iter().for_each(|id| self.put_aside(*id));
        self.state.region = region;
        for id in ids {
            self.take_up(id);
            if let Some(track) = self.state.track_mut(id)
                && let Some(number) = track.shown.as_ref().map(|shown| shown.number)
            {
                track.live = known_at(track, number);
            }
        }
        self.measure_anew();
    }

    /// The samples of `region`, where a reference is open.
    pub(super) fn crop_of(&self, region: Option<Region>) -> Option<Result<Crop, crate::frame::SourceError>> {
        let info = self.state.reference()?.info.clone()?;
        let size = (info.width, info.height);
        Some(Crop::of(region?, size).aligned(info.layout, size))
    }

    /// Puts away what was measured of a candidate as it is looked at now.
    pub(super) fn put_aside(&mut self, id: TrackId) {
        let region = self.state.region;
        let Some(back) = self.backstage.get_mut(&id) else { return };
        let Some(track) = self.state.tracks.iter_mut().find(|t| t.id == id) else { return };
        back.call_off();
        let here = Measurements {
            angle: (track.tap, region),
            series: std::mem::take(&mut track.series),
            provenance: std::mem::take(&mut track.provenance),
            ledger: std::mem::take(&mut back.ledger),
            sheet: std::mem::take(&mut back.sheet),
        };
        back.measured_live = None;
        (track.measured, track.edges, track.refusals) = Default::default();
        back.set_aside.retain(|known| known.angle != here.angle);
        back.set_aside.push(here);
        // What was looked at once and long ago is measured again.
        if back.set_aside.len() > 8 {
            back.set_aside.remove(0);
        }
    }

    /// Shows again what was measured of a candidate as it is looked at from now on, or begins a new sheet.
    pub(super) fn take_up(&mut self, id: TrackId) {
        let (region, fresh) = (self.state.region, self.new_id().0);
        let Some(back) = self.backstage.get_mut(&id) else { return };
        let Some(track) = self.state.tracks.iter_mut().find(|t| t.id == id) else { return };
        let angle = (track.tap, region);
        match back.set_aside.iter().position(|known| known.angle == angle) {
            Some(place) => {
                let known = back.set_aside.remove(place);
                track.measured = known.ledger.lock().share(&self.state.metrics);
                (track.series, track.provenance) = (known.series, known.provenance);
                (back.ledger, back.sheet) = (known.ledger, known.sheet);
            }
            None => {
                let frames = self.state.clock.frames;
                (back.ledger, back.sheet) = (Arc::new(Mutex::new(Ledger::new(frames))), fresh);
            }
        }
    }

    /// Starts all runs for what is chosen now.
    fn measure_anew(&mut self) {
        let ids: Vec<TrackId> = self.state.candidates().iter().map(|track| track.id).collect();
        ids.into_iter().for_each(|id| self.start_scan(id));
        self.measure_edges();
    }

    /// What the measuring threads must know of candidate `id`; `None` until it is paired.
    fn subject(&self, id: TrackId) -> Option<Subject> {
        let back = self.backstage.get(&id)?;
        let crop = match self.crop_of(self.state.region) {
            Some(Ok(crop)) => Some(crop),
            // The region was checked when it was set, against the same reference.
            Some(Err(_)) | None => None,
        };
        let reference = self.state.reference()?;
        let info = reference.info.as_ref()?;
        Some(Subject {
            track: back.post,
            sheet: back.sheet,
            reference: self.reference_recipe()?,
            reference_track: reference.id,
            pairing: back.pairing.clone()?,
            crop,
            rate: rate_of(&info.timeline),
        })
    }

    /// Replaces the background run of a candidate by one that measures what is missing.
    pub(super) fn start_scan(&mut self, id: TrackId) {
        let metrics = self.state.metrics.clone();
        let subject = self.subject(id).filter(|_| self.settings.scan);
        let Some(back) = self.backstage.get_mut(&id) else { return };
        back.call_off();
        let share = back.ledger.lock().share(&metrics);
        if let Some(track) = self.state.tracks.iter_mut().find(|t| t.id == id) {
            track.measured = share;
        }
        let Some(subject) = subject.filter(|_| share < 1.0 && !metrics.is_empty()) else { return };
        let stop = Stop::default();
        back.scan = Some(stop.clone());
        let (recipe, what) = (back.opened.clone(), What::Film(back.ledger.clone()));
        self.measurer.scan(ScanJob { subject, recipe, metrics, what, stop });
    }

    /// Measures the frames at the ends of the in and out points as if there were no others: scores over a range are
    /// those of a file that holds nothing else.
    pub(super) fn measure_edges(&mut self) {
        let (range, chosen) = (self.state.range.clone(), self.state.metrics.clone());
        let ids: Vec<TrackId> = self.state.candidates().iter().map(|track| track.id).collect();
        for id in ids {
            let subject = self.subject(id).filter(|_| self.settings.scan);
            let Some(back) = self.backstage.get_mut(&id) else { continue };
            if let Some(stop) = back.edges.take() {
                stop.set();
            }
            let Some(track) = self.state.tracks.iter_mut().find(|t| t.id == id) else { continue };
            track.edges.clear();
            let (Some(subject), Some(range)) = (subject, &range) else { continue };
            let (film, part) = (subject.pairing.extent_of_all(), subject.pairing.extent(range));
            for metric in &chosen {
                for number in edges(metric, &film, &part) {
                    track.edges.entry(metric).or_default().insert(number, None);
                }
            }
            let metrics: Vec<&'static str> = track.edges.keys().copied().collect();
            let mut numbers: Vec<usize> = track.edges.values().flat_map(|edges| edges.keys().copied()).collect();
            numbers.sort_unstable();
            numbers.dedup();
            if numbers.is_empty() {
                continue;
            }
            let (recipe, stop) = (back.opened.clone(), Stop::default());
            back.edges = Some(stop.clone());
            let what = What::Edges { numbers, within: range.clone() };
            self.measurer.errand(ScanJob { subject, recipe, metrics, what, stop });
        }
    }

    /// Sends shown pairs that have no score yet to the live thread.
    pub(super) fn measure_shown(&mut self) {
        let Some(reference) = self.state.reference().and_then(|r| r.shown.clone()) else { return };
        // What takes long waits until somebody stops to look.
        let most = if self.state.clock.playing { Cost::Medium } else { Cost::Heavy };
        let ids: Vec<TrackId> = self.state.candidates().iter().map(|track| track.id).collect();
        for id in ids {
            let Some(shown) = self.state.track(id).and_then(|track| track.shown.clone()) else { continue };
            if shown.number != reference.number || shown.coverage != Coverage::Whole {
                continue;
            }
            let number = shown.number;
            let Some(back) = self.backstage.get(&id) else { continue };
            let key = LiveKey { number, sheet: back.sheet, most, metrics: self.state.metrics.clone() };
            if back.measured_live.as_ref() == Some(&key) {
                continue;
            }
            let metrics = back.ledger.lock().missing(&key.metrics, number);
            let Some(subject) = self.subject(id) else { continue };
            let Some(back) = self.backstage.get_mut(&id) else { continue };
            back.measured_live = Some(key);
            let recipe = back.opened.clone();
            if metrics.is_empty() {
                continue;
            }
            let (reference, candidate) = (reference.frame.clone(), shown.frame);
            let stop = Stop::default();
            self.measurer.live(LiveJob { subject, number, reference, candidate, recipe, metrics, most, stop });
        }
    }

    /// Enters scores into the track's series, and as its live scores if they are those of the frame in view.
    pub(super) fn hear_score(&mut self, id: TrackId, score: Score) {
        let Some(back) = self.backstage.get(&id).filter(|back| back.sheet == score.sheet) else { return };
        if let Some(within) = &score.within {
            return self.hear_edge(id, within, &score);
        }
        let ledger = back.ledger.clone();
        let ids = score.values.iter().map(|(id, _)| *id).chain(score.refused.iter().map(|(id, _)| *id));
        ids.for_each(|metric| ledger.lock().enter(metric, score.number));
        let (share, frames) = (ledger.lock().share(&self.state.metrics), self.state.clock.frames);
        let Some(place) = self.state.tracks.iter().position(|t| t.id == id) else { return };
        let line = if score.values.is_empty() { None } else { self.provenance_of(place, &score.steps) };
        let track = &mut self.state.tracks[place];
        track.measured = share;
        for (metric, value) in &score.values {
            let series = track.series.entry(metric).or_insert_with(|| Arc::new(vec![None; frames]));
            if let Some(slot) = Arc::make_mut(series).get_mut(score.number) {
                *slot = Some(*value);
            }
        }
        track.refusals.extend(score.refused);
        if let Some(line) = line {
            track.provenance = line;
        }
        if track.shown.as_ref().is_some_and(|s| s.number == score.number) {
            track.live.extend(score.values);
            track.frame_fault = score.fault.or(track.frame_fault.take());
        }
    }

    fn hear_edge(&mut self, id: TrackId, within: &Range<usize>, score: &Score) {
        if self.state.range.as_ref() != Some(within) {
            return;
        }
        let Some(track) = self.state.track_mut(id) else { return };
        for (metric, value) in &score.values {
            // Only where the frame is an edge for this metric too: further in, its neighbours are all there.
            if let Some(slot) = track.edges.get_mut(metric).and_then(|edges| edges.get_mut(&score.number)) {
                *slot = Some(*value);
            }
        }
    }

    fn provenance_of(&self, place: usize, steps: &[String]) -> Option<String> {
        let reference = self.state.reference()?.info.as_ref()?;
        let track = self.state.tracks.get(place)?;
        let pairing = self.backstage.get(&track.id)?.pairing.as_ref()?;
        let mut line = provenance((reference, track.info.as_ref()?), pairing, steps);
        if let (Some(region), Some(Ok(crop))) = (self.state.region, self.crop_of(self.state.region)) {
            line += &format!("; {}", crop.words(Crop::of(region, (reference.width, reference.height))));
        }
        Some(match tap_words(track) {
            Some(words) => format!("{words}; {line}"),
            None => line,
        })
    }
}

/// What is known of frame `number` of a track.
pub(super) fn known_at(track: &Track, number: usize) -> std::collections::BTreeMap<&'static str, super::Measured> {
    let known = |series: &super::Series| series.get(number).copied().flatten();
    track.series.iter().filter_map(|(id, series)| Some((*id, known(series)?))).collect()
}

/// The frames of `part` at which a metric would look past its ends, were they not the ends of the `film` too.
fn edges(metric: &'static str, film: &Range<usize>, part: &Range<usize>) -> Vec<usize> {
    let Some(reach) = find(metric).map(|metric| reach(&Plan::new(&[metric]), part.clone())) else { return Vec::new() };
    let before = reach.before.max(reach.earlier);
    let lacks = |n: &usize| {
        (part.start > film.start && n - part.start < before) || (part.end < film.end && part.end - n <= reach.after)
    };
    part.clone().filter(lacks).collect()
}
