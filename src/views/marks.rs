//! Small marks on a plate that say: something was guessed, resized or shifted here. Each explains itself.

use crate::color;
use crate::engine::{State, Track};

use super::text;

/// One mark.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Mark {
    pub word: String,
    /// One sentence: what was done and why.
    pub sentence: String,
}

/// The marks of a track.
pub fn of(state: &State, track: &Track) -> Vec<Mark> {
    let mut marks = Vec::new();
    if let Some(tap) = track.tap.filter(|tap| *tap < track.stages.len()) {
        let (word, sentence) = (text::tapped(tap, track.stages.len()), text::tapped_why(tap, &track.stages));
        marks.push(Mark { word, sentence });
    }
    if let Some((share, _)) = state.faded(track) {
        let way = state.detail.as_ref().and_then(|detail| detail.pictures.get(&track.id)?.way.as_deref());
        marks.push(Mark { word: text::faded(share), sentence: text::faded_why(share, way) });
    }
    let Some(info) = &track.info else { return marks };
    let guessed = color::resolve(&info.color, &info.layout, info.width, info.height).guessed;
    if !guessed.is_empty() {
        marks.push(Mark { word: text::GUESSED.into(), sentence: text::guessed(&guessed.join(", ")) });
    }
    let Some(reference) = state.reference().filter(|r| r.id != track.id) else { return marks };
    if let Some(grid) = &reference.info
        && (grid.width, grid.height) != (info.width, info.height)
    {
        let sentence = text::resized((info.width, info.height), (grid.width, grid.height));
        marks.push(Mark { word: text::RESIZED.into(), sentence });
    }
    if let Some(shown) = track.shown.as_ref().filter(|s| s.number != s.own_number) {
        marks.push(Mark { word: text::SHIFTED.into(), sentence: text::shifted(shown.own_number, shown.number) });
    }
    marks
}
