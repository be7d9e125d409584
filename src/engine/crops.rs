//! One place as everybody shows it: the input of an enlargement and what each model made of it, crop beside crop.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use crate::color::to_rgb;
use crate::frame::{Frame, Image, Region, SourceError, Stop};

use super::TrackId;
use super::answers::{self, Peer};
use super::core::{Engine, Event};
use super::enlarged::Sources;
use super::recipe::Recipe;
use super::workshop::Workshop;

/// One picture of the strip.
#[derive(Clone, Debug)]
pub struct SideCrop {
    /// Whose it is: "input", or a candidate's label.
    pub label: String,
    /// The place at the picture's own size, R'G'B'.
    pub image: Arc<Image>,
}

/// A strip that was asked for.
#[derive(Clone, Debug)]
pub struct CropsRun {
    pub track: TrackId,
    /// Of the reference.
    pub frame: usize,
    pub place: Region,
    /// Empty until all are there.
    pub crops: Vec<SideCrop>,
    /// Why there are none, one sentence.
    pub fault: Option<String>,
}

/// The run under way. Dropping it ends it.
#[derive(Default)]
pub(super) struct CropsJob {
    number: u64,
    stop: Stop,
}

impl Drop for CropsJob {
    fn drop(&mut self) {
        self.stop.set();
    }
}

/// What the thread tells, with the number of its run.
pub(super) struct CropsNews(u64, Result<Vec<SideCrop>, String>);

/// The strip of candidate `own` (its place in `candidates`) at frame `number` of the reference: its input where it was
/// enlarged, else the reference; then itself; then the other models of the comparison that enlarged the same input.
///
/// # Errors
/// One sentence when a recipe does not open, a frame has no partner or cannot be made.
pub fn side_crops(
    workshop: &Arc<Workshop>,
    reference: &Recipe,
    (candidates, own): (&[Recipe], usize),
    (number, place): (usize, Region),
    stop: &Stop,
) -> Result<Vec<SideCrop>, SourceError> {
    let peers = answers::peers(workshop, reference, candidates)?;
    let Some(own) = peers.get(own) else { return Err(SourceError::frame("there is no such candidate")) };
    cut_all(&mut Sources::new(workshop.clone()), reference, (own, &peers), (number, place), stop)
}

fn cut_all(
    sources: &mut Sources,
    reference: &Recipe,
    (own, peers): (&Peer, &[Peer]),
    (number, place): (usize, Region),
    stop: &Stop,
) -> Result<Vec<SideCrop>, SourceError> {
    let cut = |label: &str, frame: &Frame| {
        let image = Arc::new(part(&to_rgb(frame)?, place));
        Ok::<_, SourceError>(SideCrop { label: label.to_owned(), image })
    };
    let picture = answers::of_peer(sources, own, reference, number)?;
    let of = (&*own.chain, reference, &*own.pairing);
    let mut crops = vec![match sources.enlarging(of, (number, &picture), false)? {
        Some(enlarging) => cut("input", &enlarging.input)?,
        None => cut("reference", &*sources.frame(reference, None, number)?)?,
    }];
    crops.push(cut(&own.label, &picture)?);
    for juror in answers::jurors(sources, (own, reference), peers)?.into_iter().filter(|juror| juror.track != own.track)
    {
        stop.check()?;
        crops.push(cut(&juror.label, &*answers::of_peer(sources, juror, reference, number)?)?);
    }
    Ok(crops)
}

/// The samples of `image` that `place` covers, one at least.
fn part(image: &Image, place: Region) -> Image {
    let span = |from: f32, to: f32, side: u32| {
        let start = ((from.clamp(0.0, 1.0) * side as f32).floor() as u32).min(side.saturating_sub(1));
        let end = (to.clamp(0.0, 1.0) * side as f32).ceil() as u32;
        (start as usize, end.clamp(start + 1, side.max(start + 1)) as usize)
    };
    let ((left, right), (top, bottom)) =
        (span(place.left, place.right, image.width), span(place.top, place.bottom, image.height));
    let mut cut = Image::new((right - left) as u32, (bottom - top) as u32);
    for channel in 0..3 {
        let from = image.channel(channel);
        let rows = cut.channel_mut(channel).chunks_exact_mut(right - left).zip(top..bottom);
        rows.for_each(|(row, y)| row.copy_from_slice(&from[y * image.width as usize..][left..right]));
    }
    cut
}

impl Engine {
    /// Obeys [`super::Command::Crops`].
    pub(super) fn begin_crops(&mut self, wanted: Option<(TrackId, usize, Region)>) {
        let number = self.crops_job.number + 1;
        self.crops_job = CropsJob { number, stop: Stop::default() };
        self.state.crops = None;
        let (Some((track, frame, place)), Some(reference)) = (wanted, self.reference_recipe()) else { return };
        let peers: Vec<Peer> = self.state.candidates().iter().filter_map(|track| self.peer(track)).collect();
        let post = self.backstage.get(&track).map(|back| back.post);
        let Some(own) = peers.iter().position(|peer| Some(peer.track) == post) else { return };
        self.state.crops = Some(CropsRun { track, frame, place, crops: Vec::new(), fault: None });
        let (workshop, stop, teller) = (self.workshop.clone(), self.crops_job.stop.clone(), self.remote().0);
        let run = move || {
            let mut sources = Sources::new(workshop);
            let all = || cut_all(&mut sources, &reference, (&peers[own], &peers), (frame, place), &stop);
            let stumbled = |_| Err(SourceError::source("Doublet stumbled over these crops; please report it"));
            match catch_unwind(AssertUnwindSafe(all)).unwrap_or_else(stumbled) {
                Err(SourceError::Stopped) => {}
                found => _ = teller(Event::Crops(CropsNews(number, found.map_err(|error| error.to_string())))),
            }
        };
        if let Err(error) = std::thread::Builder::new().name("crops".into()).spawn(run)
            && let Some(run) = &mut self.state.crops
        {
            run.fault = Some(format!("the crops cannot be begun: {error}"));
        }
    }

    /// Enters what the thread told; nothing from a run that was ended.
    pub(super) fn hear_crops(&mut self, CropsNews(number, found): CropsNews) {
        let Some(run) = self.state.crops.as_mut().filter(|_| number == self.crops_job.number) else { return };
        match found {
            Ok(crops) => run.crops = crops,
            Err(sentence) => run.fault = Some(sentence),
        }
    }

    /// Whether crops are being cut.
    pub(super) fn is_cropping(&self) -> bool {
        self.state.crops.as_ref().is_some_and(|run| run.crops.is_empty() && run.fault.is_none())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_part_is_cut_at_any_size_and_never_empty() {
        let mut image = Image::new(10, 6);
        (0..60).for_each(|n| image.channel_mut(0)[n] = n as f32);
        let cut = part(&image, Region { left: 0.3, top: 0.5, right: 0.6, bottom: 1.0 });
        assert_eq!((cut.width, cut.height), (3, 3));
        assert_eq!(cut.channel(0), [33.0, 34.0, 35.0, 43.0, 44.0, 45.0, 53.0, 54.0, 55.0]);
        for place in [Region { left: 1.0, top: 1.0, right: 1.0, bottom: 1.0 }, Region { left: 2.0, ..Region::WHOLE }] {
            let cut = part(&image, place);
            assert!(cut.width >= 1 && cut.height >= 1);
        }
    }
}
