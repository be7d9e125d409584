//! What else could have been seen: the last model of a chain asked again in other ways, and other candidates that a model
//! made of the same input. The overlays `unstable` and `jury` read it.

use std::sync::Arc;

use crate::color::{self, Kernel, Target, conform};
use crate::frame::{
    ColorInfo, Family, Frame, FrameSource, Image, Layout, Rational, Request, Sample, SourceError, SourceInfo, Stop,
    Timeline, Urgency,
};
use crate::metrics::{Answer, Answers, MetricError};

use super::enlarged::{Of, Sources};
use super::pairing::Pairing;
use super::recipe::Recipe;
use super::scorer::common_ground;
use super::workshop::{Opened, Workshop};
use super::{SourceKey, TrackId};

/// A candidate of the comparison.
#[derive(Clone, Debug)]
pub(super) struct Peer {
    /// Its post.
    pub track: TrackId,
    pub label: String,
    pub chain: Arc<Recipe>,
    pub pairing: Arc<Pairing>,
}

/// The candidates of a comparison that has no tracks.
///
/// # Errors
/// As [`Workshop::open`].
pub(super) fn peers(workshop: &Workshop, reference: &Recipe, candidates: &[Recipe]) -> Result<Vec<Peer>, SourceError> {
    let timeline = workshop.open(reference, None)?.source.info().timeline.clone();
    let one = |(n, chain): (usize, &Recipe)| {
        let own = workshop.open(chain, Some(reference))?.source.info().timeline.clone();
        let (pairing, chain) = (Arc::new(Pairing::new(timeline.clone(), own)), Arc::new(chain.clone()));
        Ok(Peer { track: TrackId(n as u64), label: chain.label(), chain, pairing })
    };
    candidates.iter().enumerate().map(one).collect()
}

/// Several pictures of one place, and a sentence on whose they are.
pub(super) struct Heard {
    all: Vec<Answer>,
    told: String,
}

impl Heard {
    /// For a moment.
    pub fn there(&self) -> Answers<'_> {
        Answers { all: &self.all, told: &self.told }
    }
}

/// Who waits, and hears how far it is (0..1).
pub(super) struct Patience<'a> {
    pub stop: &'a Stop,
    pub tell: &'a mut dyn FnMut(f32),
}

/// How a question is put once more.
#[derive(Clone, Copy, PartialEq, Debug)]
enum Way {
    Mirrored,
    UpsideDown,
    /// Half a code up or down at every sample, the same in all channels.
    Noisy,
    /// One sample further right and down.
    Shifted,
}

/// Codes of the 8-bit scale by which the noise moves samples, and that are therefore no sign when they come out again.
const NOISE: f32 = 0.5;

impl Way {
    fn words(self) -> &'static str {
        match self {
            Way::Mirrored => "mirrored left to right",
            Way::UpsideDown => "mirrored top to bottom",
            Way::Noisy => "with half a code of noise",
            Way::Shifted => "moved by one sample",
        }
    }

    fn forgiven(self) -> f32 {
        if self == Way::Noisy { NOISE } else { 0.0 }
    }

    /// The question put in this way.
    fn put(self, image: &Image) -> Image {
        let (width, height) = (image.width as usize, image.height as usize);
        let mut other = Image::new(image.width, image.height);
        for channel in 0..3 {
            let from = image.channel(channel);
            for (y, row) in other.channel_mut(channel).chunks_exact_mut(width.max(1)).enumerate() {
                let line = |y: usize| &from[y * width..(y + 1) * width];
                match self {
                    Way::Mirrored => row.iter_mut().zip(line(y).iter().rev()).for_each(|(o, v)| *o = *v),
                    Way::UpsideDown => row.copy_from_slice(line(height - 1 - y)),
                    Way::Noisy => row.iter_mut().zip(line(y)).enumerate().for_each(|(x, (o, v))| *o = v + noise(x, y)),
                    Way::Shifted => {
                        let line = line(y.saturating_sub(1));
                        row[0] = line[0];
                        row[1..].copy_from_slice(&line[..width - 1]);
                    }
                }
            }
        }
        other
    }

    /// The answer brought back to where the plain one has it; what it does not know is taken from `plain`.
    fn back(self, image: Image, plain: &Image, input: (u32, u32)) -> Image {
        match self {
            Way::Noisy => image,
            // Its own inverse.
            Way::Mirrored | Way::UpsideDown => self.put(&image),
            Way::Shifted => {
                let (width, height) = (image.width as usize, image.height as usize);
                let (dx, dy) = ((image.width / input.0.max(1)) as usize, (image.height / input.1.max(1)) as usize);
                let border = |step: usize| BORDER * step;
                let mut other = plain.clone();
                for channel in 0..3 {
                    let from = image.channel(channel);
                    let to = other.channel_mut(channel);
                    for y in border(dy)..height.saturating_sub(border(dy)) {
                        let (start, end) = (border(dx), width.saturating_sub(border(dx)));
                        if start < end {
                            let line = &from[(y + dy) * width..(y + dy + 1) * width];
                            to[y * width + start..y * width + end].copy_from_slice(&line[start + dx..end + dx]);
                        }
                    }
                }
                other
            }
        }
    }
}

/// Samples of the input at each border of which a shift tells nothing: what lies beyond the border is another thing then.
const BORDER: usize = 32;

/// Half a code up or down, by the place alone (splitmix64's output function).
fn noise(x: usize, y: usize) -> f32 {
    let z = ((y as u64) << 32 | x as u64).wrapping_add(1).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    let z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    if (z ^ (z >> 31)) & 1 == 1 { NOISE / 255.0 } else { -NOISE / 255.0 }
}

/// Pictures that were put together here, as a source.
struct Held {
    info: SourceInfo,
    pictures: Vec<Arc<Frame>>,
}

impl FrameSource for Held {
    fn info(&self) -> &SourceInfo {
        &self.info
    }

    fn frame(&mut self, request: &mut Request<'_>) -> Result<Arc<Frame>, SourceError> {
        request.stop.check()?;
        self.pictures.get(request.frame).cloned().ok_or_else(|| SourceError::frame("there is no such picture"))
    }
}

/// The candidate's last model asked again about the reference's frame `number`, and once another model of the same scale
/// where a peer has one. `seen`: the reference's frame, on whose ground luma is read.
///
/// # Errors
/// One sentence where the chain has no model ([`MetricError::NoAnswers`] says it) or a picture cannot be made.
pub(super) fn asked_again(
    sources: &mut Sources,
    workshop: &Workshop,
    (chain, reference, pairing): Of<'_>,
    peers: &[Peer],
    (number, seen): (usize, &Arc<Frame>),
    patience: &mut Patience<'_>,
) -> Result<Heard, SourceError> {
    let Some((place, stage)) = chain.last_model() else {
        return Err(MetricError::NoAnswers { overlay: "unstable" }.into());
    };
    let own = pairing.own(number).map_err(|unpaired| SourceError::frame(unpaired.to_string()))?;
    let (before, after) = (chain.in_step(place), chain.in_step(place + 1));
    let mut info = sources.info(&before, Some(reference))?;
    let first = sources.frame(&after, Some(reference), own)?;
    let question = color::to_rgb(&*sources.frame(&before, Some(reference), own)?)?;
    let colors = ColorInfo::rgb(info.color.primaries, info.color.transfer);
    (info.layout, info.color) = (Layout::RGB_F32, colors);
    let mut ways = vec![Way::Mirrored, Way::UpsideDown, Way::Noisy];
    if folds(workshop, stage.model().unwrap_or_default()) {
        ways.push(Way::Shifted);
    }
    let second = second_model(sources, chain, reference, peers)?;
    let mut told = vec!["as it is".to_owned()];
    told.extend(ways.iter().map(|way| way.words().to_owned()));
    let all = (ways.len() + usize::from(second.is_some())) as f32;
    let ask = |stage: &Arc<dyn super::Stage>, pictures: Vec<Arc<Frame>>| {
        let timeline = Arc::new(Timeline::constant(pictures.len(), Rational::new(25, 1)));
        let held = Held { info: SourceInfo { timeline, ..info.clone() }, pictures };
        let key = SourceKey(format!("{} asked again", before.chain()).as_str().into());
        stage.open(Opened { source: Box::new(held), key }, workshop)
    };
    let frame = |image: Image| Ok::<_, SourceError>(Arc::new(image.into_frame(colors)?));
    let plain = color::to_rgb(&first)?;
    let mut answers = vec![Answer { picture: luma(&first, seen, None)?, forgiven: 0.0 }];
    let put = ways.iter().map(|way| frame(way.put(&question))).collect::<Result<Vec<_>, _>>()?;
    let mut model = ask(stage, put)?;
    for (n, way) in ways.iter().enumerate() {
        let said = model.frame(&mut Request { urgency: Urgency::Background, ..Request::new(n, patience.stop) })?;
        let said = way.back(color::to_rgb(&said)?, &plain, (question.width, question.height));
        answers.push(Answer { picture: luma(&frame(said)?, seen, None)?, forgiven: way.forgiven() });
        (patience.tell)((n + 1) as f32 / all);
    }
    drop(model);
    if let Some((name, stage)) = second {
        let said = ask(&stage, vec![frame(question)?])?.frame(&mut Request::new(0, patience.stop))?;
        let size = (first.width, first.height);
        answers.push(Answer { picture: luma(&said, seen, Some(size))?, forgiven: 0.0 });
        told.push(format!("by {name}"));
        (patience.tell)(1.0);
    }
    let told = format!("{} answers: {}.", answers.len(), told.join(", "));
    Ok(Heard { all: answers, told })
}

/// Whether a model folds samples or looks through windows, so that a shift by one sample is another question to it.
fn folds(workshop: &Workshop, name: &str) -> bool {
    let said = |text: &str| text.to_lowercase().contains("unshuffle");
    workshop
        .model_info(name)
        .is_ok_and(|info| info.multiple > 1 || said(&info.name) || info.architecture.as_deref().is_some_and(said))
}

/// Another model, by its label.
type Second = (String, Arc<dyn super::Stage>);

/// The first other model of the peers that enlarges as much as the chain's own: its label and stage.
fn second_model(
    sources: &mut Sources,
    chain: &Recipe,
    reference: &Recipe,
    peers: &[Peer],
) -> Result<Option<Second>, SourceError> {
    let mut scale = |recipe: &Recipe, place: usize| {
        let (from, to) = (
            sources.info(&recipe.prefix(place), Some(reference))?,
            sources.info(&recipe.prefix(place + 1), Some(reference))?,
        );
        Ok::<_, SourceError>((to.width / from.width.max(1), to.height / from.height.max(1)))
    };
    let Some((place, stage)) = chain.last_model() else { return Ok(None) };
    let own = scale(chain, place)?;
    for peer in peers {
        let Some((place, other)) = peer.chain.last_model() else { continue };
        if other.line() != stage.line() && scale(&peer.chain, place)? == own {
            return Ok(Some((other.label(), other.clone())));
        }
    }
    Ok(None)
}

/// What each model among the candidates made of the input that the candidate in question was enlarged from: itself first,
/// then its peers in their order.
///
/// # Errors
/// [`MetricError::NoAnswers`] where it, or every peer, is none; those of making frames.
pub(super) fn jury(
    sources: &mut Sources,
    (own, reference): (&Peer, &Recipe),
    peers: &[Peer],
    (number, seen): (usize, &Arc<Frame>),
    patience: &mut Patience<'_>,
) -> Result<Heard, SourceError> {
    let jurors = jurors(sources, (own, reference), peers)?;
    if jurors.len() < 2 {
        let sentence = if jurors.is_empty() {
            format!("{} is no juror: a jury is made of candidates that a model enlarged", own.label)
        } else {
            "a jury needs two candidates that models enlarged from one and the same input, and this comparison has only \
             one; add another model on the same input"
                .to_owned()
        };
        return Err(SourceError::frame(sentence));
    }
    let mut frames = Vec::new();
    for (n, juror) in jurors.iter().enumerate() {
        patience.stop.check()?;
        frames.push(of_peer(sources, juror, reference, number)?);
        (patience.tell)((n + 1) as f32 / jurors.len() as f32);
    }
    let sizes = || frames.iter().map(|frame| (frame.width, frame.height));
    // The least: what is shrunk invents nothing.
    let least = sizes().min_by_key(|(w, h)| u64::from(*w) * u64::from(*h)).unwrap_or_default();
    let mut told = jurors.iter().map(|juror| juror.label.as_str()).collect::<Vec<_>>().join(", ");
    told = format!("{} jurors: {told}.", jurors.len());
    if sizes().any(|size| size != least) {
        told += &format!(" Their sizes differ; all were brought to {}x{}, the least of them.", least.0, least.1);
    }
    let picture = |frame: &Arc<Frame>| {
        let there = luma(frame, seen, Some(least));
        there.map(|picture| Answer { picture, forgiven: 0.0 })
    };
    Ok(Heard { all: frames.iter().map(picture).collect::<Result<_, _>>()?, told })
}

/// The jurors of a candidate: itself, if it is one, and those of its peers that were enlarged by a model, or elsewhere,
/// from the same input.
pub(super) fn jurors<'p>(
    sources: &mut Sources,
    (own, reference): (&'p Peer, &Recipe),
    peers: &'p [Peer],
) -> Result<Vec<&'p Peer>, SourceError> {
    let mut input = |peer: &Peer| {
        // A plain scaler bears no witness: it adds nothing.
        let modelled = peer.chain.last_model().is_some() || peer.chain.stages.is_empty();
        if modelled { sources.input_name(&peer.chain, reference) } else { Ok(None) }
    };
    let Some(wanted) = input(own)? else { return Ok(Vec::new()) };
    let mut found = vec![own];
    for peer in peers.iter().filter(|peer| peer.track != own.track) {
        // A peer that does not open is told of elsewhere.
        if input(peer).ok().flatten().as_ref() == Some(&wanted) {
            found.push(peer);
        }
    }
    Ok(found)
}

/// A candidate's frame that goes with the reference's frame `number`.
pub(super) fn of_peer(
    sources: &mut Sources,
    peer: &Peer,
    reference: &Recipe,
    number: usize,
) -> Result<Arc<Frame>, SourceError> {
    let own = peer.pairing.own(number).map_err(|unpaired| SourceError::frame(format!("{}: {unpaired}", peer.label)))?;
    sources.frame(&peer.chain, Some(reference), own)
}

/// Luma of `frame` alone, in 16 bits and with the tags of the reference's frame `seen`, at `size` if one is given.
fn luma(frame: &Arc<Frame>, seen: &Frame, size: Option<(u32, u32)>) -> Result<Arc<Frame>, SourceError> {
    let mut target = common_ground(seen, Sample::integer(16));
    (target.width, target.height) = size.unwrap_or((frame.width, frame.height));
    target.layout = Layout { sample: Sample::integer(16), ..target.layout };
    let there = conform(frame, &Target { ..target }, Kernel::Bicubic)?.0;
    let layout = Layout { family: Family::Gray, chroma_shift: (0, 0), alpha: false, ..there.layout };
    Ok(Arc::new(Frame::new(there.width, there.height, layout, there.color, vec![there.plane(0).clone()])?))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn question() -> Image {
        let mut image = Image::new(97, 83);
        for (n, v) in image.data.iter_mut().enumerate() {
            *v = ((n * 7919) % 251) as f32 / 256.0;
        }
        image
    }

    /// Twice the size, each sample a weighted sum of its neighbours: what a convolution does, and no friend of mirrors.
    fn model(image: &Image, fold: bool) -> Image {
        let (w, h) = (image.width as usize, image.height as usize);
        let mut out = Image::new(2 * image.width, 2 * image.height);
        for channel in 0..3 {
            let from = image.channel(channel).to_vec();
            let at = |x: usize, y: usize| from[y.min(h - 1) * w + x.min(w - 1)];
            for y in 0..2 * h {
                for x in 0..2 * w {
                    let (sx, sy) = (x / 2, y / 2);
                    // A model that folds looks at the grid of pairs, not at its neighbours.
                    let (nx, ny) = if fold { (sx / 2 * 2, sy / 2 * 2) } else { (sx + 1, sy + 2) };
                    out.channel_mut(channel)[y * 2 * w + x] = 0.75 * at(sx, sy) + 0.25 * at(nx, ny);
                }
            }
        }
        out
    }

    fn apart(way: Way, fold: bool) -> f32 {
        let question = question();
        let plain = model(&question, fold);
        let again = way.back(model(&way.put(&question), fold), &plain, (question.width, question.height));
        plain.data.iter().zip(&again.data).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max)
    }

    #[test]
    fn a_shift_tells_nothing_of_a_model_that_moves_with_its_input_and_much_of_one_that_folds() {
        assert_eq!(apart(Way::Shifted, false), 0.0);
        assert!(apart(Way::Shifted, true) > 0.05);
        assert!(apart(Way::Mirrored, false) > 0.05 && apart(Way::UpsideDown, false) > 0.05);
    }

    #[test]
    fn what_is_put_in_another_way_comes_back() {
        let question = question();
        for way in [Way::Mirrored, Way::UpsideDown] {
            assert_eq!(way.back(way.put(&question), &question, (97, 83)), question, "{way:?}");
            assert_ne!(way.put(&question), question);
        }
        let noisy = Way::Noisy.put(&question);
        let by: Vec<f32> = noisy.data.iter().zip(&question.data).map(|(a, b)| 255.0 * (a - b)).collect();
        assert!(by.iter().all(|d| (d.abs() - NOISE).abs() < 1e-3));
        assert!((by.iter().sum::<f32>() / by.len() as f32).abs() < 0.03, "as often up as down");
        assert_eq!(noisy, Way::Noisy.put(&question), "the same each time");
        let tiny = Image::new(1, 1);
        for way in [Way::Mirrored, Way::UpsideDown, Way::Noisy, Way::Shifted] {
            let back = way.back(way.put(&tiny), &tiny, (1, 1));
            assert_eq!((back.width, back.height), (1, 1));
        }
    }
}
