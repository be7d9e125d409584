//! `doublet demo`: the ready comparison, in the window or as files.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

use crate::demo::{self, Comparison};
use crate::engine::{ScoreSettings, score};
use crate::frame::Stop;
use crate::metrics::{self, standard};
use crate::report::{Format, write_atomic};
use crate::views::{MAP, VIEWS};

use super::progress::Progress;
use super::{args, interrupted, pictures, recipe, recipes, say, stop_on_signal, window, workshop};

/// The demo's lines, ready to open.
pub struct Lines {
    pub reference: String,
    pub candidates: Vec<String>,
    pub notes: Vec<String>,
}

pub fn run(wish: &args::Demo) -> Result<()> {
    if wish.headless { headless(&wish.output) } else { window::show(window::Start::Demo) }
}

/// Makes what is missing of the demo in the user's cache folder. `ready` is given what can be opened already, each time
/// that grows.
pub fn prepare(progress: &mut dyn FnMut(&str, f32), ready: &mut dyn FnMut(Lines), stop: &Stop) -> Result<Lines> {
    let mut ready = |made: &Comparison| ready(lines(made));
    let made = demo::prepare_with(&demo::Settings::default(), &cache()?, progress, &mut ready, stop)?;
    Ok(lines(&made))
}

fn lines(made: &Comparison) -> Lines {
    let candidates = made.candidates.iter().map(|(label, line)| format!("{label} = {line}")).collect();
    Lines { reference: format!("source = {}", made.reference), candidates, notes: made.notes.clone() }
}

fn cache() -> Result<PathBuf> {
    use etcetera::BaseStrategy;
    let base = etcetera::choose_base_strategy().context("no home folder was found to keep the demo in")?;
    Ok(base.cache_dir().join("doublet").join("demo"))
}

/// Writes every view of every candidate and the scores into `folder`.
fn headless(folder: &Path) -> Result<()> {
    let stop = stop_on_signal()?;
    let mut progress = Progress::new();
    let lines =
        prepare(&mut |what, share| progress.tell(&format!("{what}, {:.0}%", share * 100.0)), &mut |_| {}, &stop)?;
    progress.clear();
    lines.notes.iter().try_for_each(|note| say(&format!("{note}\n")))?;
    std::fs::create_dir_all(folder).with_context(|| format!("cannot make the folder {}", folder.display()))?;
    draw(folder, &lines)?;
    measure(folder, &lines, &stop)?;
    let real = folder.canonicalize().unwrap_or_else(|_| folder.to_owned());
    say(&format!("\nPictures and scores are in {}\n", real.display()))
}

fn draw(folder: &Path, lines: &Lines) -> Result<()> {
    let middle = |state: &crate::engine::State| Ok(state.clock.frames / 2);
    let mut engine = pictures::opened(&lines.reference, &lines.candidates, middle)?;
    let overlay = metrics::overlays().first().map(|overlay| overlay.id());
    pictures::map(&mut engine, overlay)?;
    let state = engine.state();
    for place in 0..state.candidates().len() {
        let label: String = state.candidates()[place].label.chars().map(plain).collect();
        for view in VIEWS {
            let mut looking = pictures::looking(view.id(), state, place);
            looking.choose_overlay(overlay.filter(|_| view.id() == MAP));
            let drawn = pictures::draw(state, &looking, None)?;
            for (phase, picture) in drawn.iter().enumerate() {
                let phase = if drawn.len() > 1 { format!("-{}", phase + 1) } else { String::new() };
                let name = format!("{}-{label}-{}{phase}.png", place + 1, view.id());
                pictures::write_png(&folder.join(name), picture)?;
            }
        }
    }
    Ok(())
}

fn plain(c: char) -> char {
    if c.is_alphanumeric() { c.to_ascii_lowercase() } else { '-' }
}

fn measure(folder: &Path, lines: &Lines, stop: &Stop) -> Result<()> {
    let settings = ScoreSettings { metrics: standard(), ..ScoreSettings::default() };
    let (reference, candidates) = (recipe(&lines.reference)?, recipes(&lines.candidates)?);
    let mut progress = Progress::new();
    let mut tell = |place: usize, done: usize, all: usize| {
        progress.tell(&format!("measuring candidate {} of {}: frame {done} of {all}", place + 1, candidates.len()));
    };
    let report = score(&workshop(), &reference, &candidates, &settings, &mut tell, stop).map_err(interrupted)?;
    progress.clear();
    for (format, name) in [(Format::Json, "scores.json"), (Format::Csv, "scores.csv"), (Format::Table, "scores.txt")] {
        write_atomic(&folder.join(name), report.render(format)?.as_bytes())?;
    }
    say(&report.render(Format::Table)?)
}
