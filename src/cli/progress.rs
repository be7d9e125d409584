//! One line at the bottom of a terminal that says how far things are; silent when nobody watches.

use std::io::{IsTerminal, Write, stderr};
use std::time::{Duration, Instant};

/// At most ten times a second.
const PAUSE: Duration = Duration::from_millis(100);

pub struct Progress {
    watched: bool,
    told: Option<Instant>,
}

impl Progress {
    pub fn new() -> Self {
        Self { watched: stderr().is_terminal(), told: None }
    }

    /// Replaces the line. A terminal that cannot be written to stays silent.
    pub fn tell(&mut self, line: &str) {
        if self.watched && self.told.is_none_or(|t| t.elapsed() >= PAUSE) {
            self.told = Some(Instant::now());
            _ = write!(stderr(), "\r\x1b[K{line}");
            _ = stderr().flush();
        }
    }

    /// Takes the line away.
    pub fn clear(&mut self) {
        if self.watched && self.told.take().is_some() {
            _ = write!(stderr(), "\r\x1b[K");
        }
    }
}
