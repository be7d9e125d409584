//! The application without a window: [`Command`] in, [`State`] out.

mod command;
mod state;

pub use command::Command;
pub use state::{Clock, Coverage, Measured, Notice, Series, Shown, State, Track, TrackId, TrackStatus};
