//! x-t slices: one line of the picture, frame under frame, of the reference and of candidates. What stands still draws
//! straight strokes, what moves slants, and what shimmers frays.

use std::collections::BTreeMap;
use std::ops::Range;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use crate::color::to_rgb;
use crate::frame::{Image, Request, SourceError, Stop};

use super::core::{Engine, Event};
use super::pairing::Pairing;
use super::recipe::Recipe;
use super::workshop::Workshop;
use super::{TrackId, range};

/// Seconds of film in a slice where there are no in and out points, half of them before the frame in view, and the most
/// frames it has.
const SECONDS: f64 = 4.0;
const MOST: usize = 240;
/// The most samples along the line.
const LENGTH: f64 = 1024.0;

/// A line on the picture: its ends in fractions of the stored width and height.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Cut {
    pub from: [f64; 2],
    pub to: [f64; 2],
}

/// Samples of a line: gamma R'G'B', one byte each, three a sample.
pub type Row = Arc<[u8]>;

/// The slices that are drawn, or were.
#[derive(Clone, Debug)]
pub struct SliceRun {
    pub cut: Cut,
    /// The reference's frames, one a row.
    pub frames: Range<usize>,
    /// Samples in a row.
    pub length: usize,
    /// The rows of each track that are known: frame and samples.
    pub rows: BTreeMap<TrackId, BTreeMap<usize, Row>>,
    /// Share of the rows that were tried, 0..1.
    pub done: f32,
    /// Why rows are missing, if any are, in one sentence.
    pub fault: Option<String>,
}

/// What the thread tells, with the number of its run.
pub(super) enum SliceNews {
    Row(u64, TrackId, usize, Row),
    Share(u64, f32),
    Fault(u64, String),
}

/// The run under way. Dropping it ends it.
#[derive(Default)]
pub(super) struct SliceJob {
    number: u64,
    stop: Stop,
}

impl Drop for SliceJob {
    fn drop(&mut self) {
        self.stop.set();
    }
}

/// A track's chain and what its frames are paired with.
struct Side {
    track: TrackId,
    recipe: Recipe,
}

impl Engine {
    /// Obeys [`super::Command::Slice`].
    pub(super) fn begin_slice(&mut self, wanted: Option<(Cut, Vec<TrackId>)>) {
        let number = self.slice_job.number + 1;
        self.slice_job = SliceJob { number, stop: Stop::default() };
        let Some((cut, tracks)) = wanted else {
            self.state.slice = None;
            return;
        };
        let Some((info, reference)) =
            self.state.reference().and_then(|track| track.info.clone()).zip(self.reference_recipe())
        else {
            return;
        };
        let now = info.timeline.seconds(self.state.clock.frame.min(info.timeline.len().saturating_sub(1)));
        let frames = self.state.range.clone().unwrap_or_else(|| range::around(&info.timeline, now, SECONDS));
        let frames = frames.start..frames.end.min(frames.start + MOST);
        let across = (cut.to[0] - cut.from[0]) * f64::from(info.width);
        let down = (cut.to[1] - cut.from[1]) * f64::from(info.height);
        let length = across.hypot(down).round().clamp(2.0, LENGTH) as usize;
        let sides: Vec<Side> = tracks
            .iter()
            .filter_map(|id| Some(Side { track: *id, recipe: self.backstage.get(id)?.opened.clone() }))
            .collect();
        let rows = tracks.iter().map(|id| (*id, BTreeMap::new())).collect();
        self.state.slice = Some(SliceRun { cut, frames: frames.clone(), length, rows, done: 0.0, fault: None });
        let (workshop, stop, teller) = (self.workshop.clone(), self.slice_job.stop.clone(), self.remote().0);
        let run = move || {
            let tell = |news: SliceNews| _ = teller(Event::Slice(news));
            let all = || draw(&workshop, &reference, &sides, (cut, length, frames), (number, &tell), &stop);
            let stumbled = |_| Err(SourceError::source("Doublet stumbled over this slice; please report it"));
            match catch_unwind(AssertUnwindSafe(all)).unwrap_or_else(stumbled) {
                Ok(()) | Err(SourceError::Stopped) => {}
                Err(error) => tell(SliceNews::Fault(number, error.to_string())),
            }
        };
        if let Err(error) = std::thread::Builder::new().name("slice".into()).spawn(run)
            && let Some(slice) = &mut self.state.slice
        {
            (slice.done, slice.fault) = (1.0, Some(format!("the slice cannot be begun: {error}")));
        }
    }

    /// Enters what the thread told; nothing from a run that was ended.
    pub(super) fn hear_slice(&mut self, news: SliceNews) {
        let now = self.slice_job.number;
        let Some(slice) = &mut self.state.slice else { return };
        match news {
            SliceNews::Row(number, track, frame, row) if number == now => {
                slice.rows.entry(track).or_default().insert(frame, row);
            }
            SliceNews::Share(number, share) if number == now => slice.done = share,
            SliceNews::Fault(number, sentence) if number == now => {
                (slice.done, slice.fault) = (1.0, Some(sentence));
            }
            _ => {}
        }
    }

    /// Whether a slice is being drawn.
    pub(super) fn is_slicing(&self) -> bool {
        self.state.slice.as_ref().is_some_and(|slice| slice.done < 1.0)
    }
}

fn draw(
    workshop: &Workshop,
    reference: &Recipe,
    sides: &[Side],
    (cut, length, frames): (Cut, usize, Range<usize>),
    (number, tell): (u64, &dyn Fn(SliceNews)),
    stop: &Stop,
) -> Result<(), SourceError> {
    let timeline = workshop.open(reference, None)?.source.info().timeline.clone();
    let mut open = Vec::new();
    for side in sides {
        let source = workshop.open(&side.recipe, Some(reference))?.source;
        let pairing = Pairing::new(timeline.clone(), source.info().timeline.clone());
        open.push((side.track, source, pairing));
    }
    let mut fault = None;
    for (done, frame) in frames.clone().enumerate() {
        for (track, source, pairing) in &mut open {
            stop.check()?;
            // A frame without a partner, or one that cannot be made, is a gap in the slice.
            let Ok(own) = pairing.own(frame) else { continue };
            let made = match source.frame(&mut Request::new(own, stop)) {
                Err(SourceError::Stopped) => return Err(SourceError::Stopped),
                made => made,
            };
            let row = made.map_err(|error| error.to_string()).and_then(|frame| {
                to_rgb(&frame).map(|image| samples(&image, &cut, length)).map_err(|error| error.to_string())
            });
            match row {
                Ok(row) => tell(SliceNews::Row(number, *track, frame, row)),
                Err(sentence) => fault = Some(sentence),
            }
        }
        tell(SliceNews::Share(number, (done + 1) as f32 / frames.len() as f32));
    }
    if let Some(sentence) = fault {
        tell(SliceNews::Fault(number, sentence));
    }
    Ok(())
}

/// `length` samples of `image` along `cut`, both ends taken in, bilinear between sample centres.
fn samples(image: &Image, cut: &Cut, length: usize) -> Row {
    let (width, height) = (f64::from(image.width), f64::from(image.height));
    let mut row = Vec::with_capacity(3 * length);
    for n in 0..length {
        let share = n as f64 / (length - 1).max(1) as f64;
        let at = |axis: usize| cut.from[axis] + (cut.to[axis] - cut.from[axis]) * share;
        let x = (at(0) * width - 0.5).clamp(0.0, width - 1.0);
        let y = (at(1) * height - 0.5).clamp(0.0, height - 1.0);
        let (left, top) = (x.floor(), y.floor());
        let (right, bottom) = ((left + 1.0).min(width - 1.0), (top + 1.0).min(height - 1.0));
        let (u, v) = ((x - left) as f32, (y - top) as f32);
        let pixel = |x: f64, y: f64| image.pixel(x as u32, y as u32);
        let (a, b, c, d) = (pixel(left, top), pixel(right, top), pixel(left, bottom), pixel(right, bottom));
        for channel in 0..3 {
            let above = a[channel] + (b[channel] - a[channel]) * u;
            let below = c[channel] + (d[channel] - c[channel]) * u;
            row.push((255.0 * (above + (below - above) * v)).round().clamp(0.0, 255.0) as u8);
        }
    }
    row.into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_read_from_end_to_end() {
        let mut image = Image::new(5, 3);
        for y in 0..3 {
            for x in 0..5 {
                image.channel_mut(0)[y * 5 + x] = x as f32 / 4.0;
                image.channel_mut(1)[y * 5 + x] = y as f32 / 2.0;
            }
        }
        let across = samples(&image, &Cut { from: [0.1, 0.5], to: [0.9, 0.5] }, 5);
        let red: Vec<u8> = across.chunks(3).map(|pixel| pixel[0]).collect();
        assert_eq!(red, [0, 64, 128, 191, 255]);
        assert!(across.chunks(3).all(|pixel| pixel[1] == 128 && pixel[2] == 0));
        let outside = samples(&image, &Cut { from: [-3.0, -3.0], to: [9.0, 9.0] }, 2);
        assert_eq!(outside[..], [0, 0, 0, 255, 255, 0], "held to the picture");
    }
}
