//! Opens the window on what the command line named.

use std::cell::RefCell;
use std::time::Duration;

use anyhow::{Result, bail};

use crate::engine::{Command, Engine, Remote, Settings, State};
use crate::frame::{Severity, Stop};
use crate::models::Home;
use crate::ui::{self, Conductor, UiRequest};

use super::{demo, recipe, recipes};

/// The window on a reference and its candidates, or empty.
pub fn open(reference: Option<String>, candidates: Vec<String>) -> Result<()> {
    let Some(reference) = reference else { return show(Start::Empty) };
    // What was typed wrong is said at the terminal, before a window opens.
    recipe(&reference)?;
    recipes(&candidates)?;
    show(Start::Files { reference, candidates })
}

/// What the window begins with.
pub(super) enum Start {
    Empty,
    Files { reference: String, candidates: Vec<String> },
    Demo,
}

pub(super) fn show(start: Start) -> Result<()> {
    if cfg!(target_os = "linux") && ["DISPLAY", "WAYLAND_DISPLAY"].iter().all(|v| std::env::var_os(v).is_none()) {
        bail!(
            "there is no display to open a window on; `doublet demo --headless`, `shot` and `score` work without one"
        );
    }
    ui::run(|wake| {
        let mut conductor = EngineConductor::new(wake);
        match start {
            Start::Empty => {}
            Start::Files { reference, candidates } => conductor.send(Command::Open { reference, candidates }),
            Start::Demo => conductor.request(UiRequest::Demo),
        }
        // After what was named: its first pictures come first.
        conductor.send(Command::ShelfLook);
        Ok(Box::new(conductor))
    })
}

/// The engine as the window sees it.
struct EngineConductor {
    engine: Engine,
    /// Calls a demo off that is still being made.
    demo: Option<Stop>,
}

impl EngineConductor {
    fn new(wake: ui::Wake) -> Self {
        let settings = Settings { gpu: true, ..Settings::default() };
        Self { engine: Engine::at(Home::of_user(), settings, move || wake()), demo: None }
    }
}

impl Conductor for EngineConductor {
    fn state(&self) -> &State {
        self.engine.state()
    }

    fn send(&mut self, command: Command) {
        self.engine.send(command);
    }

    fn update(&mut self) -> Option<Duration> {
        self.engine.update()
    }

    fn request(&mut self, request: UiRequest) {
        match request {
            UiRequest::Demo if self.demo.is_none() => {
                let stop = Stop::default();
                self.demo = Some(stop.clone());
                let remote = self.engine.remote();
                let make = move || make_demo(&remote, &stop);
                if let Err(error) = std::thread::Builder::new().name("demo".into()).spawn(make) {
                    self.engine.remote().notice(Severity::Source, format!("the demo cannot be made: {error}"));
                }
            }
            UiRequest::Demo => {}
        }
    }
}

impl Drop for EngineConductor {
    fn drop(&mut self) {
        if let Some(stop) = &self.demo {
            stop.set();
        }
    }
}

/// Makes the demo on a thread of its own. The first time, when that takes a while, it opens as soon as there is an
/// encode to compare, and the rest is added as it is done.
fn make_demo(remote: &Remote, stop: &Stop) {
    let growing = RefCell::new(Growing { remote, opened: Vec::new(), ready: None });
    let mut progress = |what: &str, share: f32| {
        if share < 1.0 {
            growing.borrow_mut().open();
        }
        remote.busy(Some((what.to_owned(), Some(share))));
    };
    let made = demo::prepare(&mut progress, &mut |lines| growing.borrow_mut().ready = Some(lines), stop);
    match made {
        Ok(lines) => {
            growing.borrow_mut().show(&lines);
            lines.notes.into_iter().for_each(|note| remote.notice(Severity::Note, note));
        }
        Err(_) if stop.is_set() => {}
        Err(error) => remote.notice(Severity::Source, format!("the demo cannot be made: {error:#}")),
    }
    remote.busy(None);
}

/// A comparison that is opened before all of it is there.
struct Growing<'a> {
    remote: &'a Remote,
    opened: Vec<String>,
    /// What could be opened.
    ready: Option<demo::Lines>,
}

impl Growing<'_> {
    /// Opens what is ready, if that is worth a look: the recipes alone need no file, so the third line is an encode.
    fn open(&mut self) {
        if let Some(lines) = self.ready.take_if(|lines| lines.candidates.len() > 2) {
            self.show(&lines);
        }
    }

    fn show(&mut self, lines: &demo::Lines) {
        let (reference, candidates) = (lines.reference.clone(), lines.candidates.clone());
        if self.opened.is_empty() {
            self.remote.send(Command::Open { reference, candidates });
        } else {
            let fresh = lines.candidates.iter().filter(|line| !self.opened.contains(line));
            fresh.for_each(|line| self.remote.send(Command::Add(line.clone())));
        }
        self.opened = lines.candidates.clone();
    }
}
