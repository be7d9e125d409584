//! Everything a person can ask of the engine. This is the only way in.

use crate::frame::Region;

use super::TrackId;

/// One wish. Commands never fail to be sent; what goes wrong comes back as a [`super::Notice`] or as the track's status.
#[derive(Clone, Debug, PartialEq)]
pub enum Command {
    /// Replaces everything by a reference and its candidates (each a path or a recipe).
    Open {
        reference: String,
        candidates: Vec<String>,
    },
    /// Replaces the reference alone; candidates are opened anew against it.
    OpenReference(String),
    /// Adds one candidate at the end of the list.
    Add(String),
    /// Changes a candidate's line in place.
    Edit(TrackId, String),
    Remove(TrackId),
    /// Makes a candidate the reference and the reference a candidate.
    Promote(TrackId),
    Play,
    Pause,
    /// Whether playback begins anew after the last frame (it does, unless told otherwise).
    Loop(bool),
    /// Playback rate; 1 is the file's own.
    Speed(f64),
    /// Goes to a frame of the reference (clamped to the first and last), and pauses nothing.
    Seek(usize),
    /// Steps by frames, backwards when negative; pauses.
    Step(i64),
    /// Steps by seconds, backwards when negative; keeps playing or pausing.
    Jump(f64),
    /// Tells what is on screen: these tracks come first, this part of the picture first of all.
    Watch {
        visible: Vec<TrackId>,
        focus: Region,
    },
    /// Takes a notice away.
    Dismiss(u64),
}
