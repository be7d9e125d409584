//! Which overlays have something to say of a candidate, and why the others have not.

use crate::metrics::{Needs, OverlayAbout};

use super::{State, Track, TrackId};

/// Said of overlays against the reference where that is the input itself.
pub(super) const IS_INPUT: &str = "The reference is what this candidate was enlarged from: of its size there is no truth \
                                   here. Against the input alone there are what contradicts it, what was added, shimmer, \
                                   instability and the jury.";

impl State {
    /// Whether the overlay `about` applies to candidate `id`, as far as can be told before a map is made.
    ///
    /// # Errors
    /// One sentence on why it does not.
    pub fn overlay_applies(&self, id: TrackId, about: &OverlayAbout) -> Result<(), &'static str> {
        let Some(track) = self.track(id) else { return Ok(()) };
        let larger = self.is_larger(track);
        let has = |track: &Track, word: &str| track.stages.iter().any(|stage| stage.split(' ').next() == Some(word));
        let is_juror = |track: &Track| has(track, "model") || (track.stages.is_empty() && self.is_larger(track));
        match about.needs {
            Needs::Reference if larger => Err(IS_INPUT),
            Needs::Input if !larger && !has(track, "up") && !has(track, "model") => {
                Err("Nothing in this candidate was enlarged: its truth is the reference itself.")
            }
            Needs::Variants if !has(track, "model") => {
                Err("There is no model in this candidate's chain that could be asked again.")
            }
            Needs::Jury if !is_juror(track) => Err("A jury is made of candidates that a model enlarged; this is none."),
            Needs::Jury if self.candidates().iter().filter(|track| is_juror(track)).count() < 2 => {
                Err("A jury needs two candidates that models enlarged from one input; add another.")
            }
            _ => Ok(()),
        }
    }

    /// Whether a candidate is larger than the reference both ways.
    fn is_larger(&self, track: &Track) -> bool {
        let reference = self.reference().and_then(|reference| reference.info.as_ref());
        let both = track.info.as_ref().zip(reference);
        both.is_some_and(|(own, reference)| own.width > reference.width && own.height > reference.height)
    }
}
