//! Opens the window on what the command line named.

use std::time::Duration;

use anyhow::{Result, bail};

use crate::engine::{Command, Engine, Remote, Settings, State};
use crate::frame::{Severity, Stop};
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
        Self { engine: Engine::new(Settings::default(), move || wake()), demo: None }
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

/// Makes the demo on a thread of its own, opens it as soon as there is something to compare, and adds the rest.
fn make_demo(remote: &Remote, stop: &Stop) {
    let mut opened: Vec<String> = Vec::new();
    let mut open = |lines: &demo::Lines, least: usize| match opened.len() {
        0 if lines.candidates.len() < least => {}
        0 => {
            opened = lines.candidates.clone();
            remote.send(Command::Open { reference: lines.reference.clone(), candidates: lines.candidates.clone() });
        }
        _ => {
            for line in lines.candidates.iter().filter(|line| !opened.contains(line)) {
                remote.send(Command::Add(line.clone()));
            }
            opened = lines.candidates.clone();
        }
    };
    let mut progress = |what: &str, share| remote.busy(Some((what.to_owned(), Some(share))));
    // The recipes need no file of their own: the third line is the first encode.
    let made = demo::prepare(&mut progress, &mut |lines| open(&lines, 3), stop);
    match made {
        Ok(lines) => {
            open(&lines, 1);
            lines.notes.into_iter().for_each(|note| remote.notice(Severity::Note, note));
        }
        Err(_) if stop.is_set() => {}
        Err(error) => remote.notice(Severity::Source, format!("the demo cannot be made: {error:#}")),
    }
    remote.busy(None);
}
