//! Everything a person can ask of the engine. This is the only way in.

use std::ops::Range;
use std::path::PathBuf;

use crate::frame::Region;

use super::{Attack, Cut, Plan, TrackId};

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
    /// Chooses the overlay (by id) whose maps are drawn of what is on screen, or none.
    Overlay(Option<&'static str>),
    /// Takes a notice away.
    Dismiss(u64),
    /// Sets the in and out points (frames of the reference, end excluded; clamped), or takes them away. Playback loops
    /// between them.
    Range(Option<Range<usize>>),
    /// Sets the in and out points to the hardest stretch of this many seconds, found by detail and motion.
    FindHardest(f64),
    /// Puts a track at another place of the list (1 or above; the reference stays first).
    Move(TrackId, usize),
    /// Shows a candidate's picture after this many of its stages (0: what it begins with), or the whole chain again.
    Tap(TrackId, Option<usize>),
    /// Begins a tournament; one that runs is ended and replaced.
    Tournament(Plan),
    /// Ends the tournament that runs; what is done is kept.
    StopTournament,
    /// Takes the tournament's results away.
    ForgetTournament,
    /// Somebody looks at the shelf, or wants its names: [`super::State::shelf`] is filled (names at once, what each model
    /// is as it is found out) and kept true from now on. Sent again, what could not be used is tried again.
    ShelfLook,
    /// Puts model files and folders of models on the shelf, for this and later sessions.
    ShelfAdd(Vec<PathBuf>),
    /// Takes a file or folder that was added off the shelf; the file itself stays.
    ShelfForget(PathBuf),
    /// Measures a model's speed on this machine.
    ShelfMeasure(PathBuf),
    /// Makes a metric of a model that measures ([`super::CardStatus::Metric`]), for this session, and chooses it too.
    ShelfMetric(PathBuf),
    /// Chooses what is measured, by metric id (see [`crate::metrics::metrics`]); ids that nobody knows are left out,
    /// doubles count once. What was measured of the others stays; of those that are new, what is missing is measured.
    Metrics(Vec<&'static str>),
    /// Measures a part of the picture alone, or the whole again. Scores of the part are made anew from its samples.
    Region(Option<Region>),
    /// Measures a candidate in every way that people call VMAF, over the range and region in use; `None` ends that.
    Ways(Option<TrackId>),
    /// Whether anybody wants to know what every candidate is found to be: while they do, verdicts are made over more and
    /// more frames of the range, and anew when candidates or range change.
    Verdict(bool),
    /// Looks for places of a candidate that are worth a look, on that many frames of the range, or ends the search.
    HotSpots(Option<(TrackId, usize)>),
    /// How much of what candidates added beyond their input is shown, 0..1: 1 is their own pictures, and asks which of them
    /// can be faded; `None` when nobody wants to know.
    Detail(Option<f32>),
    /// Draws a line of the picture over time, of these tracks, around the frame in view or between in and out; `None` takes
    /// it away.
    Slice(Option<(Cut, Vec<TrackId>)>),
    /// Cuts one place of a frame of the reference out of a candidate, its input and the other models' pictures of it, to
    /// be seen side by side ([`super::State::crops`]); `None` takes them away.
    Crops(Option<(TrackId, usize, Region)>),
    /// Puts a candidate on the attack bench, or closes the bench. The sliders keep their places from one to the next.
    Bench(Option<TrackId>),
    /// Moves the bench's sliders: the frame in view is re-made and measured ([`super::State::bench`]).
    Attack(Attack),
    /// Begins the search for the attack that gains most VMAF at this loss of PSNR (dB), or ends it. It tries on a few
    /// frames between the in and out points, on the frame in view where there are none.
    Hunt(Option<f64>),
}
