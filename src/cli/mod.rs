//! The command line: the same engine, no window (or the window, with what was named on the line).

mod args;
mod attack;
mod convert;
mod demo;
mod doctor;
mod evidence;
mod metrics;
mod output;
mod pictures;
mod progress;
mod score;
mod tables;
mod tournament;
mod verdict;
mod window;

use std::ffi::OsString;
use std::io::Write;

use anyhow::{Context, Result, anyhow};
use clap::Parser;

use crate::engine::{Recipe, RenderSettings, Workshop, render};
use crate::frame::Stop;
use crate::models;

use args::{Cli, Command};
use progress::Progress;

/// Done, failed, wrong usage: what the program exits with.
const DONE: u8 = 0;
const FAILED: u8 = 1;
const USAGE: u8 = 2;

/// A fault in what was typed, as opposed to what was found.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
struct Usage(String);

/// Runs `doublet` with these arguments (the program's name first) and gives the exit code. Whatever fails is told in one
/// sentence on standard error.
pub fn run(arguments: impl IntoIterator<Item = OsString>) -> u8 {
    let code = answer(arguments);
    // Inference threads end before the library under them is unloaded.
    models::Runtime::shutdown();
    code
}

fn answer(arguments: impl IntoIterator<Item = OsString>) -> u8 {
    let cli = match Cli::try_parse_from(arguments) {
        Ok(cli) => cli,
        Err(error) => return usage(&error),
    };
    match obey(cli) {
        Ok(()) => DONE,
        Err(error) => {
            complain(&format!("{error:#}"));
            if error.is::<Usage>() { USAGE } else { FAILED }
        }
    }
}

fn obey(cli: Cli) -> Result<()> {
    match cli.command {
        None => window::open(cli.reference, cli.candidates),
        Some(Command::Shot(shot)) => pictures::shot(&shot),
        Some(Command::Score(wish)) => score::run(&wish),
        Some(Command::Attack(wish)) => attack::run(&wish),
        Some(Command::Evidence(wish)) => evidence::run(&wish),
        Some(Command::Metrics(wish)) => metrics::run(&wish.format),
        Some(Command::Verdict(wish)) => verdict::run(&wish),
        Some(Command::Tournament(wish)) => tournament::run(&wish),
        Some(Command::Render(wish)) => render_command(&wish),
        Some(Command::Demo(wish)) => demo::run(&wish),
        Some(Command::Models(args::Models { action: None })) => tables::models(),
        Some(Command::Models(args::Models { action: Some(args::ModelsAction::Convert(wish)) })) => convert::run(&wish),
        Some(Command::Stages) => tables::stages(),
        Some(Command::Doctor) => doctor::run(),
    }
}

/// Help and version go out as they are; anything else is one sentence.
fn usage(error: &clap::Error) -> u8 {
    use clap::error::ErrorKind::{DisplayHelp, DisplayVersion};
    if matches!(error.kind(), DisplayHelp | DisplayVersion) {
        return if say(&error.render().to_string()).is_ok() { DONE } else { FAILED };
    }
    let text = error.render().to_string();
    let ends = |line: &str| line.starts_with("Usage:") || line.starts_with("For more information");
    let lines: Vec<&str> = text.lines().take_while(|l| !ends(l)).map(str::trim).filter(|l| !l.is_empty()).collect();
    let sentence = lines.join(" ").replace(" tip: ", "; ");
    complain(&format!("{} (see doublet --help)", sentence.trim_start_matches("error: ")));
    USAGE
}

fn complain(sentence: &str) {
    // Nobody is left to tell when this fails.
    _ = writeln!(std::io::stderr(), "doublet: {sentence}");
}

/// Writes to standard output; a closed pipe (`| head`) is no fault.
fn say(text: &str) -> Result<()> {
    match std::io::stdout().write_all(text.as_bytes()) {
        Err(error) if error.kind() != std::io::ErrorKind::BrokenPipe => {
            Err(error).context("cannot write to the terminal")
        }
        _ => Ok(()),
    }
}

/// A recipe from the command line; one that cannot be read is wrong usage.
fn recipe(line: &str) -> Result<Recipe> {
    Recipe::parse(line).map_err(|error| anyhow!(Usage(error.to_string())))
}

fn recipes(lines: &[String]) -> Result<Vec<Recipe>> {
    lines.iter().map(|line| recipe(line)).collect()
}

/// Nobody steps back here: the store only bridges threads that make the same frames.
const STORE_BYTES: usize = 256 << 20;

fn workshop() -> Workshop {
    Workshop::at(models::Home::of_user(), STORE_BYTES)
}

/// Set when the program is asked to end (Ctrl+C, a termination signal), so that half-written files are taken away.
fn stop_on_signal() -> Result<Stop> {
    let stop = Stop::default();
    let flag = stop.clone();
    ctrlc::set_handler(move || flag.set()).context("cannot listen for Ctrl+C")?;
    Ok(stop)
}

fn render_command(wish: &args::Render) -> Result<()> {
    let (reference, recipe) = (recipe(&wish.reference)?, recipe(&wish.recipe)?);
    output::spares(&wish.output, [&reference, &recipe])?;
    let mut progress = Progress::new();
    let mut tell = |done: usize, all: usize| progress.tell(&format!("frame {done} of {all}"));
    let settings = RenderSettings { output: wish.output.clone() };
    let done = render(&workshop(), &reference, &recipe, &settings, &mut tell, &stop_on_signal()?);
    progress.clear();
    let line = done.map_err(interrupted)?;
    say(&format!("{}: {line}\n", wish.output.display()))
}

/// Being stopped is a failure of the command, in plain words.
fn interrupted(error: crate::frame::SourceError) -> anyhow::Error {
    match error {
        crate::frame::SourceError::Stopped => anyhow!("interrupted; nothing was left behind"),
        other => anyhow!(other),
    }
}
