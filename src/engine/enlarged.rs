//! What a candidate was enlarged from: found in its chain, and brought to where input and output can be compared.

use std::ops::{Deref, Range};
use std::sync::Arc;

use crate::color::{Kernel, Target, conform};
use crate::frame::{Frame, FrameSource, Request, SourceError, SourceInfo, Stop, Urgency};
use crate::metrics::Enlarged;

use super::pairing::Pairing;
use super::recipe::{Head, Recipe, SOURCE};
use super::scorer::common_ground;
use super::workshop::Workshop;

/// An enlargement's input and output at one moment, and of the frame before where that was wanted and is there.
#[derive(Clone)]
pub(super) struct Enlarging {
    pub input: Arc<Frame>,
    pub output: Arc<Frame>,
    pub before: Option<(Arc<Frame>, Arc<Frame>)>,
}

impl Enlarging {
    /// For a moment.
    pub fn there(&self) -> Enlarged<'_> {
        let before = self.before.as_ref().map(|(input, output)| (input, output));
        Enlarged { input: &self.input, output: &self.output, before }
    }
}

/// Input and output in one layout with the same tags, each at its own size: that of the input, as a pair of its own.
///
/// # Errors
/// One sentence when a picture cannot be converted.
pub(super) fn on_one_ground(found: Enlarging, kernel: Kernel) -> Result<Enlarging, SourceError> {
    let target = common_ground(&found.input, found.output.layout.sample);
    let there = |frame: &Arc<Frame>| {
        let target = Target { width: frame.width, height: frame.height, ..target };
        Ok::<_, SourceError>(conform(frame, &target, kernel)?.0)
    };
    let before = match &found.before {
        Some((input, output)) => Some((there(input)?, there(output)?)),
        None => None,
    };
    Ok(Enlarging { input: there(&found.input)?, output: there(&found.output)?, before })
}

/// Where the input of an enlargement comes from.
#[derive(Clone)]
enum Input {
    /// The candidate's own chain up to the first stage that enlarges.
    Chain(Recipe),
    /// The reference itself: the candidate is a file of a larger size.
    Reference,
}

/// Sources that one thread opened for what stands around a picture; their frames come from the store where it has them.
pub(super) struct Sources<W = Arc<Workshop>> {
    workshop: W,
    urgency: Urgency,
    stop: Stop,
    open: Vec<(String, Box<dyn FrameSource>)>,
    /// What was found of chains, by chain and reference.
    inputs: Vec<(String, Option<Input>)>,
}

/// Sources kept open at most.
const MOST: usize = 8;

/// A candidate's chain, its reference, and which frames go together.
pub(super) type Of<'a> = (&'a Recipe, &'a Recipe, &'a Pairing);

impl<W: Deref<Target = Workshop>> Sources<W> {
    pub fn new(workshop: W) -> Self {
        Self { workshop, urgency: Urgency::OnScreen, stop: Stop::default(), open: Vec::new(), inputs: Vec::new() }
    }

    /// For a run that nobody waits for in front of the picture: its frames come after those on screen, and `stop` ends it.
    pub fn in_background(self, stop: &Stop) -> Self {
        Self { urgency: Urgency::Background, stop: stop.clone(), ..self }
    }

    /// Frame `number` of `recipe`, by its own count; `reference` is what `source` stands for in it.
    ///
    /// # Errors
    /// As [`Workshop::open`], and those of the source.
    pub fn frame(
        &mut self,
        recipe: &Recipe,
        reference: Option<&Recipe>,
        number: usize,
    ) -> Result<Arc<Frame>, SourceError> {
        let (urgency, stop) = (self.urgency, self.stop.clone());
        let mut request = Request { urgency, ..Request::new(number, &stop) };
        self.source(recipe, reference)?.frame(&mut request)
    }

    /// What a source is.
    ///
    /// # Errors
    /// As [`Workshop::open`].
    pub fn info(&mut self, recipe: &Recipe, reference: Option<&Recipe>) -> Result<SourceInfo, SourceError> {
        Ok(self.source(recipe, reference)?.info().clone())
    }

    /// Several of them, ascending.
    ///
    /// # Errors
    /// As [`Self::frame`].
    pub fn frames(
        &mut self,
        recipe: &Recipe,
        reference: Option<&Recipe>,
        numbers: Range<usize>,
    ) -> Result<Vec<Arc<Frame>>, SourceError> {
        numbers.map(|number| self.frame(recipe, reference, number)).collect()
    }

    fn source(
        &mut self,
        recipe: &Recipe,
        reference: Option<&Recipe>,
    ) -> Result<&mut Box<dyn FrameSource>, SourceError> {
        let name = name_of(recipe, reference);
        let place = match self.open.iter().position(|(open, _)| *open == name) {
            Some(place) => place,
            None => {
                let source = self.workshop.open(recipe, reference)?.source;
                if self.open.len() >= MOST {
                    self.open.remove(0);
                }
                self.open.push((name, source));
                self.open.len() - 1
            }
        };
        Ok(&mut self.open[place].1)
    }

    /// What the candidate's picture `output` at the reference's frame `number` was enlarged from; `None` where nothing in
    /// its chain enlarges and it is no file larger than the reference. `early`: with the frame before, if there is one.
    ///
    /// # Errors
    /// As [`Self::frame`].
    pub fn enlarging(
        &mut self,
        (chain, reference, pairing): Of<'_>,
        (number, output): (usize, &Arc<Frame>),
        early: bool,
    ) -> Result<Option<Enlarging>, SourceError> {
        let Some(input) = self.input(chain, reference)? else { return Ok(None) };
        let before = number.checked_sub(1).filter(|_| early);
        let own = |n: usize| pairing.own(n).map_err(|unpaired| SourceError::frame(unpaired.to_string()));
        let of_input = |sources: &mut Self, n: usize| match &input {
            Input::Chain(part) => sources.frame(part, Some(reference), own(n)?),
            Input::Reference => sources.frame(reference, None, n),
        };
        let earlier = match before.filter(|n| own(*n).is_ok()) {
            Some(n) => Some((of_input(self, n)?, self.frame(chain, Some(reference), own(n)?)?)),
            None => None,
        };
        Ok(Some(Enlarging { input: of_input(self, number)?, output: output.clone(), before: earlier }))
    }

    /// Names what a candidate was enlarged from: equal names are one and the same input. `None` where nothing was.
    ///
    /// # Errors
    /// As [`Self::frame`].
    pub fn input_name(&mut self, chain: &Recipe, reference: &Recipe) -> Result<Option<String>, SourceError> {
        Ok(self.input(chain, reference)?.map(|input| match input {
            Input::Chain(part) => part.chain(),
            Input::Reference => SOURCE.to_owned(),
        }))
    }

    /// Whether there is something that the candidate was enlarged from.
    ///
    /// # Errors
    /// As [`Workshop::open`].
    pub fn is_enlarged(&mut self, chain: &Recipe, reference: &Recipe) -> Result<bool, SourceError> {
        Ok(self.input(chain, reference)?.is_some())
    }

    fn input(&mut self, chain: &Recipe, reference: &Recipe) -> Result<Option<Input>, SourceError> {
        let name = name_of(chain, Some(reference));
        if let Some((_, found)) = self.inputs.iter().find(|(known, _)| *known == name) {
            return Ok(found.clone());
        }
        let found = self.found(chain, reference)?;
        self.inputs.push((name, found.clone()));
        Ok(found)
    }

    fn found(&mut self, chain: &Recipe, reference: &Recipe) -> Result<Option<Input>, SourceError> {
        let mut size = |recipe: &Recipe, of: Option<&Recipe>| {
            let info = self.source(recipe, of)?.info();
            Ok::<_, SourceError>((info.width, info.height))
        };
        let grows = |from: (u32, u32), to: (u32, u32)| to.0 > from.0 && to.1 > from.1;
        let whole = size(chain, Some(reference))?;
        for place in chain.may_enlarge() {
            let (input, output) = (chain.prefix(place), chain.prefix(place + 1));
            let from = size(&input, Some(reference))?;
            if grows(from, size(&output, Some(reference))?) {
                return Ok(grows(from, whole).then(|| Input::Chain(chain.in_step(place))));
            }
        }
        let is_file = chain.head != Head::Source;
        Ok((is_file && grows(size(reference, None)?, whole)).then_some(Input::Reference))
    }
}

fn name_of(recipe: &Recipe, reference: Option<&Recipe>) -> String {
    match reference {
        Some(reference) => format!("{} on {}", recipe.chain(), reference.chain()),
        None => recipe.chain(),
    }
}
