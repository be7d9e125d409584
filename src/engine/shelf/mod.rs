//! The shelf: every model at hand as a card, kept true while files come and go.
//!
//! ```text
//! folders of the house ─┐                  ┌─ remembered by path and stamp ─┐
//! added files, folders ─┴─► rows (names) ──┴─ looked into, one by one ──────┴─► cards in State
//!          ▲                    ▲
//!     shelf.json          watch (the system tells of changes)
//! ```
//!
//! Nothing is listed, watched or read before somebody looks at the shelf.

mod added;
mod keeper;
mod measure;
mod rows;
mod watch;

use std::path::PathBuf;
use std::sync::Arc;

use crate::frame::Severity;
use crate::models::{GaugeInfo, ModelInfo};

use super::core::{Engine, Event, relay};

pub(super) use added::{Added, with_subfolders};
pub(super) use keeper::Told;
use keeper::{Keeper, Wish};
use measure::Measurer;

/// The engine's side of the shelf.
#[derive(Default)]
pub(super) struct Shelf {
    /// The thread, once somebody looked.
    keeper: Option<Keeper>,
    /// Wishes sent, and of how many it is known that nothing is left to do.
    asked: u64,
    settled: u64,
    /// The thread that takes speeds, once one was asked for, and the models that wait for it.
    measurer: Option<Measurer>,
    measuring: usize,
}

impl Shelf {
    /// Whether all that was asked for is done.
    pub fn is_idle(&self) -> bool {
        self.settled >= self.asked && self.measuring == 0
    }

    /// Looks into no further file while somebody waits for a picture.
    pub fn rest(&self, resting: bool) {
        if let Some(keeper) = &self.keeper {
            keeper.rest(resting);
        }
    }
}

impl Engine {
    pub(super) fn shelf_look(&mut self) {
        self.ask_shelf(Wish::Look);
    }

    pub(super) fn shelf_add(&mut self, paths: Vec<PathBuf>) {
        self.ask_shelf(Wish::Add(paths));
    }

    pub(super) fn shelf_forget(&mut self, path: PathBuf) {
        self.ask_shelf(Wish::Forget(path));
    }

    /// Takes the speed of a model, whether it is on the shelf or not.
    pub(super) fn shelf_measure(&mut self, path: PathBuf) {
        if self.shelf.measurer.is_none() {
            let teller = relay(&self.sender, &self.wake, Event::Shelf);
            match Measurer::start(self.workshop.clone(), teller) {
                Ok(measurer) => self.shelf.measurer = Some(measurer),
                Err(error) => self.notice(Severity::Note, format!("no speed can be taken: {error}"), None),
            }
        }
        if self.shelf.measurer.as_ref().is_some_and(|measurer| measurer.ask(path)) {
            self.shelf.measuring += 1;
        }
    }

    pub(super) fn shelf_metric(&mut self, path: PathBuf) {
        self.ask_shelf(Wish::Metric(path));
    }

    fn ask_shelf(&mut self, wish: Wish) {
        self.shelf.asked += 1;
        let start = || Keeper::start(self.workshop.clone(), relay(&self.sender, &self.wake, Event::Shelf));
        self.shelf.keeper.get_or_insert_with(start).ask(wish);
    }

    pub(super) fn hear_shelf(&mut self, told: Told) {
        match told {
            Told::Listed(cards) => self.state.shelf = cards,
            Told::Card(card) => {
                if let Some(place) = self.state.shelf.iter_mut().find(|c| c.path == card.path) {
                    *place = card;
                }
            }
            Told::Metric(id) => {
                let chosen: Vec<&'static str> = self.state.metrics.iter().copied().chain([id]).collect();
                self.choose_metrics(&chosen);
            }
            Told::Notice(severity, sentence) => self.notice(severity, sentence, None),
            Told::Measuring(what) => {
                self.state.busy = what.map(|(name, share)| (format!("Measuring {name}"), Some(share)));
            }
            Told::Measured(path, speed) => {
                self.shelf.measuring = self.shelf.measuring.saturating_sub(1);
                if let (Some(card), Some(speed)) = (self.state.shelf.iter_mut().find(|c| c.path == path), speed) {
                    card.speed = Some(speed.clone());
                    // Who lists the cards anew must know it too.
                    self.ask_shelf(Wish::Measured(path, speed));
                }
            }
            Told::Settled(heard) => self.shelf.settled = heard,
        }
    }
}

/// One model file.
#[derive(Clone, Debug)]
pub struct Card {
    /// The file's name without its ending: what a recipe calls it.
    pub name: String,
    pub path: PathBuf,
    pub status: CardStatus,
    /// Measured on this machine; `None` until asked for, or remembered from an earlier session.
    pub speed: Option<CardSpeed>,
}

/// Whether a model can be used.
#[derive(Clone, Debug)]
pub enum CardStatus {
    /// Waits to be looked into.
    Reading,
    Ready(Arc<ModelInfo>),
    /// It makes no picture: it measures, and can be a metric.
    Metric(Arc<GaugeInfo>),
    /// One sentence. The card stays, so that a person sees why.
    Broken(String),
}

/// What a model was measured to cost here.
#[derive(Clone, Debug, PartialEq)]
pub struct CardSpeed {
    /// "CPU (2 threads)", "WebGPU: NVIDIA …".
    pub device: String,
    /// Input megapixels that go through in a second.
    pub megapixels_per_second: f64,
    /// Peak bytes that a run took beyond the idle program, where that could be measured.
    pub memory_bytes: Option<u64>,
    /// What was chosen to reach it: "fp32, tiles of 512, 1 stream".
    pub choice: String,
}
