//! Makes an attacked picture: one frame through the stages, without the film around it.

use std::sync::Arc;

use crate::color::{Target, conform};
use crate::engine::recipe::{Recipe, Stage};
use crate::engine::scorer::common_ground;
use crate::engine::{Opened, SourceKey, Workshop};
use crate::frame::{Frame, FrameSource, Request, SourceError, SourceInfo, Stop, Timeline, Urgency};

use super::{Attack, Side};

/// A source that is asked for one frame only, and has it.
struct Still {
    info: SourceInfo,
    frame: Arc<Frame>,
}

impl FrameSource for Still {
    fn info(&self) -> &SourceInfo {
        &self.info
    }

    fn frame(&mut self, _: &mut Request<'_>) -> Result<Arc<Frame>, SourceError> {
        Ok(self.frame.clone())
    }
}

/// The picture an attack is laid on, and the stages behind it.
///
/// Behind all stages that is the candidate's own frame. Ahead of an encode it is the frame that the encoder would get;
/// that one frame is then encoded alone, as a key frame, both with the attack and without: a film cannot be encoded ten
/// times a second, and what the attack does to a picture shows on one.
pub(in crate::engine) struct Base {
    info: SourceInfo,
    frame: Arc<Frame>,
    key: String,
    /// The number by which stages that differ from frame to frame are asked.
    number: usize,
    rest: Vec<Arc<dyn Stage>>,
}

impl Base {
    /// Of frame `own` of `recipe`, which looks like `candidate`.
    ///
    /// # Errors
    /// One sentence when the stages before the attack do not open or give no frame.
    pub fn new(
        workshop: &Workshop,
        (recipe, reference): (&Recipe, &Recipe),
        (own, candidate): (usize, &Arc<Frame>),
        side: Side,
    ) -> Result<Self, SourceError> {
        let place = Attack { side, ..Attack::default() }.place(recipe)?;
        // What gives frames other numbers has its say before: one picture is all that goes on from here.
        let rest = recipe.stages.iter().skip(place).filter(|stage| !stage.renumbers()).cloned().collect();
        let mut opened = workshop.open(&recipe.in_step(place), Some(reference))?;
        let mut info = opened.source.info().clone();
        let key = format!("{} frame {own}", opened.key.0);
        if side == Side::After {
            return Ok(Self { info, frame: candidate.clone(), key, number: own, rest });
        }
        let stop = Stop::default();
        let frame = opened.source.frame(&mut Request { urgency: Urgency::OnScreen, ..Request::new(own, &stop) })?;
        info.timeline = Arc::new(match info.timeline.rate {
            Some(rate) => Timeline::constant(1, rate),
            None => Timeline::still(),
        });
        Ok(Self { info, frame, key, number: 0, rest })
    }

    /// The picture with `attack` on it, in the layout in which it is compared with `reference`.
    ///
    /// # Errors
    /// One sentence when a stage does not open or fails.
    pub fn make(&self, workshop: &Workshop, attack: &Attack, reference: &Frame) -> Result<Arc<Frame>, SourceError> {
        let still = Still { info: self.info.clone(), frame: self.frame.clone() };
        let mut opened = Opened { source: Box::new(still), key: SourceKey(self.key.as_str().into()) };
        for stage in attack.stages()?.iter().chain(&self.rest) {
            let key = format!("{} | {}", opened.key.0, stage.line());
            opened = Opened { source: stage.open(opened, workshop)?, key: SourceKey(key.into()) };
        }
        let stop = Stop::default();
        let made =
            opened.source.frame(&mut Request { urgency: Urgency::OnScreen, ..Request::new(self.number, &stop) })?;
        let ground = common_ground(reference, made.layout.sample);
        let target = Target { width: made.width, height: made.height, ..ground };
        Ok(conform(&made, &target, workshop.kernel)?.0)
    }
}
