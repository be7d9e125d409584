//! Whether a candidate runs early or late, by how many frames: from what each picture can be known by, over all frames
//! that were measured.

use std::collections::BTreeMap;

use crate::metrics::hack::signatures;

use super::limits as l;
use super::seen::{Candidate, Seen};

/// The frame of the reference that the candidate shows in place of its own: -1 is the one before, 3 the third after;
/// `None` where its own is as near as any, or nothing moves.
pub fn offset(candidate: &Candidate) -> Option<i32> {
    far(candidate).or_else(|| beside(candidate))
}

/// The neighbour on which most of the frames agree that can tell: those that stand plainly nearer to one of the three than
/// to the others. Stills and slow pictures have no say, and a few frames do not speak for a film: a frozen encode lags
/// behind at a cut.
fn beside(candidate: &Candidate) -> Option<i32> {
    let votes: Vec<i32> = candidate.frames.iter().filter_map(vote).collect();
    let count = |wanted: i32| votes.iter().filter(|vote| **vote == wanted).count();
    let (before, after) = (count(-1), count(1));
    let most = before.max(after);
    let plain = most * 2 > votes.len() && most * l::OFFSET_VOTERS >= candidate.frames.len();
    plain.then_some(if before >= after { -1 } else { 1 })
}

/// The frame of the reference that this one shows, if it can be told. Half the error is plainly nearer where there is
/// some; of next to none, a tenth.
fn vote(seen: &Seen) -> Option<i32> {
    let own = seen.get("step_here")?;
    let beside = |id: &str| seen.get(id).filter(|distance| *distance >= 0.0);
    let (before, after) = (beside("step_before"), beside("step_after"));
    let nearer = |other: f64, own: f64| (own > 0.25 && other < 0.5 * own) || (own > 0.02 && other < 0.1 * own);
    let beats = |other: Option<f64>| other.filter(|other| nearer(*other, own));
    match (beats(before), beats(after)) {
        (Some(before), Some(after)) if before == after => None,
        (Some(before), Some(after)) => Some(if before < after { -1 } else { 1 }),
        (Some(_), None) => Some(-1),
        (None, Some(_)) => Some(1),
        (None, None) => {
            let least = before.into_iter().chain(after).reduce(f64::min)?;
            nearer(own, least).then_some(0)
        }
    }
}

/// A frame's signatures: reference's, candidate's.
type Signs = [Vec<f64>; 2];

/// The offset at which all frames together come nearest, the smallest of equals.
fn far(candidate: &Candidate) -> Option<i32> {
    let signs: BTreeMap<i64, Signs> =
        candidate.frames.iter().filter_map(|seen| Some((seen.frame as i64, signs(seen)?))).collect();
    let mut best: Option<(i32, f64)> = None;
    for offset in (1..=l::OFFSET_MOST).flat_map(|n| [-n, n]) {
        let (mut own, mut there, mut count) = (0.0, 0.0, 0usize);
        for (frame, [here, shown]) in &signs {
            let Some([other, _]) = signs.get(&(frame + i64::from(offset))) else { continue };
            own += distance(here, shown);
            there += distance(other, shown);
            count += 1;
        }
        if count < l::OFFSET_FRAMES || own <= l::OFFSET_ERROR * count as f64 {
            continue;
        }
        let share = there / own;
        if share < l::OFFSET_SHARE && best.is_none_or(|(_, least)| share < least) {
            best = Some((offset, share));
        }
    }
    best.map(|(offset, _)| offset)
}

fn signs(seen: &Seen) -> Option<Signs> {
    let (reference, candidate) = signatures();
    let all = |ids: &[&str]| ids.iter().map(|id| seen.get(id)).collect::<Option<Vec<f64>>>();
    Some([all(reference)?, all(candidate)?])
}

fn distance(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| (a - b) * (a - b)).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `count` frames of a picture that `motion` moves, and a candidate that shows frame n + `offset` of it.
    fn film(count: usize, offset: i64, motion: f64) -> Candidate {
        let (reference, shown) = signatures();
        let value = |n: i64, k: usize| motion * (n as f64 * (0.31 + 0.17 * k as f64)).sin();
        let frame = |n: usize| {
            let own = reference.iter().enumerate().map(|(k, id)| (*id, value(n as i64, k)));
            let other = shown.iter().enumerate().map(|(k, id)| (*id, value(n as i64 + offset, k) + 0.05));
            Seen::from_facts(n, own.chain(other))
        };
        Candidate { frames: (0..count).map(frame).collect(), ..Candidate::default() }
    }

    #[test]
    fn offsets_of_many_frames_are_found() {
        for offset in [-11, -3, -1, 1, 2, 9] {
            assert_eq!(self::offset(&film(24, offset, 4.0)), Some(offset as i32));
        }
    }

    #[test]
    fn a_film_in_step_and_a_still_have_none() {
        assert_eq!(offset(&film(24, 0, 4.0)), None);
        assert_eq!(offset(&film(24, 5, 0.01)), None);
        assert_eq!(offset(&Candidate::default()), None);
    }

    #[test]
    fn a_few_frames_say_nothing_of_far_ones() {
        assert_eq!(offset(&film(5, 3, 4.0)), None);
    }
}
