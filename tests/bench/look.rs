//! How long a person waits for a picture: in the engine, from the wish to the state that shows it.

use std::sync::mpsc::{Receiver, sync_channel};
use std::time::{Duration, Instant};

use doublet::engine::{Command, Coverage, Engine, Settings, Shown, TrackId, TrackStatus};
use doublet::frame::Region;

use crate::rounds::Row;
use crate::{material, nets, upscale};

/// One screen frame at 60 Hz, in milliseconds.
const SCREEN_FRAME: f64 = 1000.0 / 60.0;
const CLIP: &str = "clips/face_bedroom_720p30_h264.mp4";
/// Longest that anything is waited for.
const PATIENCE: Duration = Duration::from_secs(120);

pub fn rows(rounds: usize) -> Vec<Row> {
    collect(rounds).unwrap_or_else(|reason| vec![Row::skipped("first visible tile, 1280x720", reason)])
}

fn collect(rounds: usize) -> Result<Vec<Row>, String> {
    // The clip has frames for so many that nobody looked at.
    let rounds = rounds.min(10);
    let clip = material::fixture(CLIP)?.display().to_string();
    let lines = [nets::span(48)?, upscale::light()?].map(|model| format!("source | model \"{}\"", model.display()));
    let mut desk = Desk::open(&clip, &lines[1])?;

    let (mut fresh, mut change, mut seek, mut repeat) = (vec![], vec![], vec![], vec![]);
    for round in 0..rounds {
        for (number, line) in lines.iter().enumerate() {
            // Where nobody looked before: nothing comes from what was kept.
            let place = 120 + 2 * round + number;
            desk.seek(place, is_whole)?;
            // A model that was in use before need not be loaded; the first time it is, and it is tried.
            let taken = desk.edit(line)?;
            if round == 0 && number == 0 { &mut fresh } else { &mut change }.push(taken);
            desk.until(place, is_whole)?;
        }
        for frame in [2 + 5 * round, 60 + 5 * round] {
            seek.push(desk.seek(frame, is_real)?);
            desk.until(frame, is_whole)?;
        }
        for frame in [2 + 5 * round, 60 + 5 * round] {
            repeat.push(desk.seek(frame, is_whole)?);
        }
    }
    Ok(vec![
        Row::times("first tile, a model for the first time", &fresh, None),
        Row::times("first tile after a change of model", &change, None),
        Row::times("first tile after a seek", &seek, None),
        Row::times("a frame seen before, whole", &repeat, Some(SCREEN_FRAME)),
        Row::Note(
            "1280x720 by Compact 24/8 (and SPAN 48 in the first two), one candidate, measuring in the background"
                .into(),
        ),
    ])
}

/// At least one tile is the model's.
fn is_real(shown: &Shown) -> bool {
    match shown.coverage {
        Coverage::Whole => true,
        Coverage::StandIn { done } => done > 0.0,
    }
}

fn is_whole(shown: &Shown) -> bool {
    shown.coverage == Coverage::Whole
}

/// An engine with a reference and one candidate, both looked at.
struct Desk {
    engine: Engine,
    woken: Receiver<()>,
}

impl Desk {
    fn open(reference: &str, candidate: &str) -> Result<Self, String> {
        let (wake, woken) = sync_channel(1);
        // A wake that is not yet heard is as good as two.
        let mut engine = Engine::new(Settings::default(), move || _ = wake.try_send(()));
        engine.send(Command::Open { reference: reference.to_owned(), candidates: vec![candidate.to_owned()] });
        let mut desk = Self { engine, woken };
        desk.watch();
        desk.until(0, is_whole)?;
        Ok(desk)
    }

    fn candidate(&self) -> Option<TrackId> {
        self.engine.state().candidates().first().map(|track| track.id)
    }

    fn watch(&mut self) {
        let visible = self.engine.state().tracks.iter().map(|track| track.id).collect();
        self.engine.send(Command::Watch { visible, focus: Region::WHOLE });
    }

    /// Milliseconds from a change of the candidate's line to its first real tile at the frame in view.
    fn edit(&mut self, line: &str) -> Result<f64, String> {
        let frame = self.engine.state().clock.frame;
        let clock = Instant::now();
        let id = self.candidate().ok_or("there is no candidate")?;
        self.engine.send(Command::Edit(id, line.to_owned()));
        self.watch();
        self.until(frame, is_real)?;
        Ok(clock.elapsed().as_secs_f64() * 1e3)
    }

    /// Milliseconds from a seek until the candidate shows that frame as `wanted`.
    fn seek(&mut self, frame: usize, wanted: fn(&Shown) -> bool) -> Result<f64, String> {
        self.engine.send(Command::Seek(frame));
        self.until(frame, wanted)
    }

    fn until(&mut self, frame: usize, wanted: fn(&Shown) -> bool) -> Result<f64, String> {
        let clock = Instant::now();
        loop {
            let again = self.engine.update();
            let track = self.engine.state().candidates().first().ok_or("there is no candidate")?;
            if let TrackStatus::Failed(sentence) = &track.status {
                return Err(sentence.clone());
            }
            if track.shown.as_ref().is_some_and(|shown| shown.number == frame && wanted(shown)) {
                return Ok(clock.elapsed().as_secs_f64() * 1e3);
            }
            if clock.elapsed() > PATIENCE {
                return Err(format!("frame {frame} did not come within {} s", PATIENCE.as_secs()));
            }
            _ = self.woken.recv_timeout(again.unwrap_or(Duration::from_millis(100)));
        }
    }
}
