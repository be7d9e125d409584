//! One named thread a track: it opens the track's recipe and makes the frames that are wished for, in order.

use std::collections::VecDeque;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use parking_lot::{Condvar, Mutex};

use crate::frame::{ColorInfo, Frame, Image, Partial, Region, Request, SourceError, SourceInfo, Stop, Urgency};

use super::recipe::Recipe;
use super::workshop::{Opened, Workshop};
use super::{Coverage, TrackId};

/// A frame wanted: its number in the reference's timeline and in the track's own.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Wanted {
    pub number: usize,
    pub own: usize,
}

/// What a worker is to do next, most wanted first.
#[derive(Clone, PartialEq, Debug)]
pub(super) struct Wish {
    pub frames: Vec<Wanted>,
    pub focus: Region,
    pub urgency: Urgency,
}

/// What a worker tells.
pub(super) enum Told {
    Opened(Arc<SourceInfo>),
    /// Could not be opened: one sentence.
    Closed(String),
    Made {
        wanted: Wanted,
        frame: Arc<Frame>,
        coverage: Coverage,
        took: Duration,
    },
    Fault {
        wanted: Wanted,
        sentence: String,
    },
}

/// The engine's end of a worker. Dropping it ends the thread as soon as it looks up.
pub(super) struct Worker {
    shared: Arc<Shared>,
    _thread: Option<JoinHandle<()>>,
}

#[derive(Default)]
struct Shared {
    desk: Mutex<Desk>,
    called: Condvar,
}

#[derive(Default)]
struct Desk {
    queue: VecDeque<Wanted>,
    focus: Option<Region>,
    urgency: Urgency,
    /// The frame being made and the flag that calls it off.
    current: Option<(Wanted, Stop)>,
    over: bool,
}

/// How a thread reports: `false` when nobody is left to hear it.
pub(super) type Teller<T> = Arc<dyn Fn(T) -> bool + Send + Sync>;

impl Worker {
    /// Starts the thread; the first thing told is `Opened` or `Closed`.
    pub fn start(
        id: TrackId,
        (recipe, reference): (Recipe, Option<Recipe>),
        workshop: Arc<Workshop>,
        teller: Teller<(TrackId, Told)>,
    ) -> Self {
        let shared = Arc::new(Shared::default());
        let mine = shared.clone();
        let run = move || {
            let work = || match workshop.open(&recipe, reference.as_ref()) {
                Ok(opened) => work(id, opened, &mine, &teller),
                Err(error) => _ = teller((id, Told::Closed(error.to_string()))),
            };
            // A fault in our own code closes this track, with a word; the others and the window go on.
            if catch_unwind(AssertUnwindSafe(work)).is_err() {
                teller((id, Told::Closed(format!("Doublet stumbled over {recipe}; please report it with the file"))));
            }
        };
        let thread = std::thread::Builder::new().name(format!("track-{}", id.0)).spawn(run).ok();
        Self { shared, _thread: thread }
    }

    /// Replaces all earlier wishes. The frame being made is finished if it is still wanted and called off if not.
    pub fn wish(&self, wish: Wish) {
        let mut desk = self.shared.desk.lock();
        desk.queue = wish.frames.into();
        (desk.focus, desk.urgency) = (Some(wish.focus), wish.urgency);
        if let Some((current, stop)) = desk.current.clone() {
            match desk.queue.iter().position(|wanted| *wanted == current) {
                // Called off a moment ago and wanted again: what is under way will not be finished, so it stays queued.
                Some(_) if stop.is_set() => {}
                Some(place) => _ = desk.queue.remove(place),
                None => stop.set(),
            }
        }
        self.shared.called.notify_one();
    }
}

impl Drop for Worker {
    fn drop(&mut self) {
        let mut desk = self.shared.desk.lock();
        desk.over = true;
        if let Some((_, stop)) = &desk.current {
            stop.set();
        }
        self.shared.called.notify_one();
    }
}

fn work(id: TrackId, mut opened: Opened, shared: &Shared, teller: &Teller<(TrackId, Told)>) {
    let info = Arc::new(opened.source.info().clone());
    let mut heard = teller((id, Told::Opened(info)));
    while heard {
        let Some((wanted, stop, focus, urgency)) = next(shared) else { return };
        let began = Instant::now();
        let mut pieces = Pieces::new(opened.source.info(), wanted);
        let mut partial = |piece: Partial| {
            if let Some(told) = pieces.add(&piece) {
                teller((id, told));
            }
        };
        let mut request = Request { frame: wanted.own, focus, urgency, stop: &stop, partial: Some(&mut partial) };
        let made = opened.source.frame(&mut request);
        shared.desk.lock().current = None;
        heard = match made {
            Ok(frame) => teller((id, Told::Made { wanted, frame, coverage: Coverage::Whole, took: began.elapsed() })),
            Err(SourceError::Stopped) => true,
            Err(error) => teller((id, Told::Fault { wanted, sentence: error.to_string() })),
        };
    }
}

/// Waits for something to do; `None` when the track is gone.
fn next(shared: &Shared) -> Option<(Wanted, Stop, Region, Urgency)> {
    let mut desk = shared.desk.lock();
    loop {
        if desk.over {
            return None;
        }
        if let Some(wanted) = desk.queue.pop_front() {
            let stop = Stop::default();
            desk.current = Some((wanted, stop.clone()));
            return Some((wanted, stop, desk.focus.unwrap_or(Region::WHOLE), desk.urgency));
        }
        shared.called.wait(&mut desk);
    }
}

/// Gathers the pieces of a frame that is made in pieces, and shows the gathering now and then.
struct Pieces {
    wanted: Wanted,
    color: ColorInfo,
    canvas: Option<Image>,
    shown: Option<Instant>,
    /// Whether a piece that is no stand-in was shown: the first one is what is waited for.
    real: bool,
    /// Copying a large canvas takes time itself: it is shown the more rarely.
    pause: Duration,
}

impl Pieces {
    fn new(info: &SourceInfo, wanted: Wanted) -> Self {
        Self { wanted, color: info.color, canvas: None, shown: None, real: false, pause: Duration::from_millis(60) }
    }

    /// Adds a piece; the first one is the stand-in for the whole. Gives what is to be told, if it is time to.
    fn add(&mut self, piece: &Partial) -> Option<Told> {
        let began = Instant::now();
        let canvas = self.canvas.get_or_insert_with(|| Image::new(piece.full.0, piece.full.1));
        paste(canvas, piece);
        let first = piece.done > 0.0 && !self.real;
        if !first && self.shown.is_some_and(|shown| shown.elapsed() < self.pause) {
            return None;
        }
        self.real |= first;
        let frame = Arc::new(canvas.clone().into_frame(self.color).ok()?);
        self.pause = self.pause.max(5 * began.elapsed());
        self.shown = Some(Instant::now());
        let coverage = Coverage::StandIn { done: piece.done };
        Some(Told::Made { wanted: self.wanted, frame, coverage, took: Duration::ZERO })
    }
}

/// Copies `piece` onto its place, cutting what would stick out.
fn paste(canvas: &mut Image, piece: &Partial) {
    let (x, y) = (piece.at.0 as usize, piece.at.1 as usize);
    let (stride, rows) = (canvas.width as usize, canvas.height as usize);
    let (from_stride, height) = (piece.image.width as usize, piece.image.height as usize);
    let width = from_stride.min(stride.saturating_sub(x));
    for c in 0..3 {
        let from = piece.image.channel(c);
        let to = canvas.channel_mut(c);
        for row in 0..height.min(rows.saturating_sub(y)) {
            let (start, source) = ((y + row) * stride + x, row * from_stride);
            to[start..start + width].copy_from_slice(&from[source..source + width]);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wish(numbers: &[usize]) -> Wish {
        let frames = numbers.iter().map(|&number| Wanted { number, own: number }).collect();
        Wish { frames, focus: Region::WHOLE, urgency: Urgency::OnScreen }
    }

    #[test]
    fn the_first_real_piece_is_shown_at_once() {
        let color = ColorInfo::rgb(crate::frame::Primaries::Bt709, crate::frame::Transfer::Bt1886);
        let mut pieces = Pieces {
            wanted: Wanted { number: 0, own: 0 },
            color,
            canvas: None,
            shown: None,
            real: false,
            pause: Duration::MAX,
        };
        let mut add = |done: f32| {
            let image = Image::new(4, 4);
            pieces.add(&Partial { full: (8, 8), at: (0, 0), image, done }).is_some()
        };
        assert_eq!([0.0, 0.25, 0.5, 0.75].map(&mut add), [true, true, false, false]);
    }

    #[test]
    fn a_frame_that_was_called_off_and_is_wanted_again_is_made() {
        let shared = Arc::new(Shared::default());
        let worker = Worker { shared: shared.clone(), _thread: None };
        worker.wish(wish(&[5]));
        let (_, called_off, ..) = next(&shared).unwrap();
        worker.wish(wish(&[6]));
        assert!(called_off.is_set());
        worker.wish(wish(&[5]));
        shared.desk.lock().current = None;
        let (wanted, fresh, ..) = next(&shared).unwrap();
        assert_eq!(wanted.number, 5);
        assert!(!fresh.is_set());
    }

    #[test]
    fn a_frame_under_way_that_stays_wanted_is_made_once() {
        let shared = Arc::new(Shared::default());
        let worker = Worker { shared: shared.clone(), _thread: None };
        worker.wish(wish(&[5]));
        let (_, stop, ..) = next(&shared).unwrap();
        worker.wish(wish(&[5, 6]));
        assert!(!stop.is_set());
        shared.desk.lock().current = None;
        assert_eq!(next(&shared).unwrap().0.number, 6);
    }
}
