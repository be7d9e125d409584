//! `doublet tournament`: many candidates on a few seconds, one table.

use std::time::Duration;

use anyhow::{Result, anyhow, bail};

use crate::engine::{
    Command, EXAMS, Engine, Exam, Head, Plan, Recipe, RowStatus, Settings, State, Tournament, TrackStatus, compose,
    default_range, exam,
};
use crate::frame::{Severity, Stop};
use crate::models::{self, Home, Runtime};
use crate::report::{AtomicFile, TournamentFormat};

use super::progress::Progress;
use super::tables::called;
use super::{Usage, args, output, recipe, say, stop_on_signal};

/// Seconds of film where nothing else was asked for.
const SECONDS: f64 = 5.0;
/// How often the engine is heard.
const LOOK: Duration = Duration::from_millis(20);

pub fn run(wish: &args::Tournament) -> Result<()> {
    let format = format(wish)?;
    let exam = wish.exam.as_deref().map(exam_called).transpose()?;
    let reference = recipe(&wish.reference)?;
    let typed = super::recipes(&wish.lines)?;
    if let Some(path) = &wish.output {
        output::spares(path, typed.iter().chain([&reference]))?;
    }
    // Made now: a place that cannot be written is told before the work, not after.
    let file = wish.output.as_deref().map(AtomicFile::create).transpose()?;
    let lines = lines(wish, &typed, exam)?;
    let (stop, mut progress) = (stop_on_signal()?, Progress::new());
    let mut engine = Engine::at(Home::of_user(), Settings { scan: false, ..Settings::default() }, || {});
    engine.send(Command::Open { reference: wish.reference.clone(), candidates: Vec::new() });
    engine.run_until_idle();
    match engine.state().reference().map(|r| &r.status) {
        Some(TrackStatus::Ready) => {}
        Some(TrackStatus::Failed(sentence)) => bail!("{sentence}"),
        _ => bail!("{} does not open", wish.reference),
    }
    stretch(wish, &mut engine, &mut progress, &stop)?;
    let Some(frames) = engine.state().range.clone() else { bail!("{} has no frames", wish.reference) };
    let picture = picture(wish, engine.state(), &frames);
    engine.send(Command::Tournament(Plan { frames, lines, picture }));
    let tournament = held(&mut engine, &mut progress, &stop);
    progress.clear();
    let Some(tournament) = tournament else { bail!("{}", remarks(engine.state())) };
    let text = tournament.report().render(format)?;
    match file {
        Some(file) => file.fill(text.as_bytes())?,
        None => say(&text)?,
    }
    if stop.is_set() {
        bail!("interrupted; what was done until then is written");
    }
    if tournament.rows.iter().all(|row| matches!(row.status, RowStatus::Failed(_))) {
        bail!("none of the lines could be run; the report says why");
    }
    Ok(())
}

/// The format asked for, or the one that the output's name ends in.
fn format(wish: &args::Tournament) -> Result<TournamentFormat> {
    let ending = || {
        let name = wish.output.as_ref()?.extension()?.to_str()?.to_ascii_lowercase();
        TournamentFormat::ALL.into_iter().find(|format| format.name() == name)
    };
    match &wish.format {
        Some(name) => name.parse().map_err(|e: crate::report::ReportError| anyhow!(Usage(e.to_string()))),
        None => Ok(ending().unwrap_or_default()),
    }
}

fn exam_called(id: &str) -> Result<&'static Exam> {
    let ids = EXAMS.iter().map(|exam| exam.id).collect::<Vec<_>>().join(", ");
    exam(id).ok_or_else(|| anyhow!(Usage(format!("there is no exam “{id}”; exams are {ids}"))))
}

/// What is run: the lines as typed; with models or an exam, what [`compose`] makes of them. All models where nothing
/// was named.
fn lines(wish: &args::Tournament, typed: &[Recipe], exam: Option<&Exam>) -> Result<Vec<String>> {
    let named = wish.models.as_deref().or(typed.is_empty().then_some("all"));
    if named.is_none() && exam.is_none() {
        return Ok(wish.lines.clone());
    }
    let (mut models, mut broken) = (Vec::new(), Vec::new());
    let (folders, _) = super::workshop().places();
    let scale_of =
        |name: &str| Ok::<_, anyhow::Error>(Runtime::get()?.model(&models::find(name, &folders)?)?.info().scale);
    if named == Some("all") {
        let shelf = models::shelf(&Runtime::get()?, &folders);
        for entry in &shelf {
            let name = called(entry, &shelf);
            match &entry.model {
                Ok(model) => models.push((name, model.info().scale)),
                // Its row says what is wrong with it.
                Err(_) => broken.push(format!("source | model {name}")),
            }
        }
    } else if let Some(names) = named {
        for name in names.split(',').map(str::trim).filter(|name| !name.is_empty()) {
            models.push((name.to_owned(), scale_of(name)?));
        }
    }
    let chains: Vec<_> =
        typed.iter().map(|recipe| Ok((recipe.to_string(), chain_scale(recipe, &scale_of)?))).collect::<Result<_>>()?;
    let mut lines = compose(&models, &chains, exam);
    lines.extend(broken);
    if lines.is_empty() {
        bail!("no models were found; `doublet models` says where they are looked for");
    }
    Ok(lines)
}

/// By how much a chain enlarges what it begins with; 1 for what makes it smaller.
fn chain_scale(recipe: &Recipe, scale_of: &dyn Fn(&str) -> Result<u32>) -> Result<u32> {
    let mut scale = 1.0;
    for stage in recipe.stages.iter().filter(|_| recipe.head == Head::Source) {
        let line = stage.line();
        let (word, rest) = line.split_once(' ').unwrap_or((&line, ""));
        let factor = || rest.split(' ').next().and_then(|word| word.parse::<f64>().ok()).unwrap_or(1.0);
        scale *= match word {
            "up" => factor(),
            "down" => 1.0 / factor(),
            "model" => f64::from(scale_of(rest.trim_matches('"'))?),
            _ => 1.0,
        };
    }
    Ok(scale.round().max(1.0) as u32)
}

/// Sets the engine's range to the stretch asked for.
fn stretch(wish: &args::Tournament, engine: &mut Engine, progress: &mut Progress, stop: &Stop) -> Result<()> {
    let frames = engine.state().clock.frames;
    let seconds = wish.seconds.unwrap_or(SECONDS);
    match (&wish.range, wish.at) {
        (Some(range), _) if range.end > frames => {
            let (a, b) = (range.start, range.end);
            bail!("frames {a}..{b} were asked for, but the reference has frames 0..{frames} (the end is not included)")
        }
        (Some(range), _) => engine.send(Command::Range(Some(range.clone()))),
        (None, Some(at)) => {
            let duration = engine.state().clock.duration;
            if !(0.0..duration).contains(&at) {
                bail!("{at} s was asked for, but the reference lasts {duration:.3} s");
            }
            engine.send(Command::Seek(0));
            engine.send(Command::Jump(at));
            let range = default_range(engine.state(), seconds);
            engine.send(Command::Range(Some(range)));
        }
        (None, None) => hardest(wish.hardest.unwrap_or(SECONDS), engine, progress, stop)?,
    }
    Ok(())
}

fn hardest(seconds: f64, engine: &mut Engine, progress: &mut Progress, stop: &Stop) -> Result<()> {
    engine.send(Command::FindHardest(seconds));
    while let Some((what, share)) = &engine.state().busy {
        progress.tell(&format!("{what}: {:.0} %", 100.0 * share.unwrap_or(0.0)));
        if stop.is_set() {
            progress.clear();
            bail!("interrupted; nothing was left behind");
        }
        std::thread::sleep(LOOK);
        engine.update();
    }
    progress.clear();
    if engine.state().range.is_none() {
        bail!("{}", remarks(engine.state()));
    }
    Ok(())
}

/// The frame whose picture is shown: the one asked for, else the middle.
fn picture(wish: &args::Tournament, state: &State, frames: &std::ops::Range<usize>) -> usize {
    let middle = frames.start + frames.len() / 2;
    if wish.range.is_none() && wish.at.is_some() { state.clock.frame } else { middle }
}

/// Hears the engine until the tournament is over; a stop ends it in order.
fn held(engine: &mut Engine, progress: &mut Progress, stop: &Stop) -> Option<Tournament> {
    let mut told = false;
    loop {
        engine.update();
        let tournament = engine.state().tournament.as_ref()?;
        if !tournament.running {
            return Some(tournament.clone());
        }
        progress.tell(&line(tournament));
        if stop.is_set() && !std::mem::replace(&mut told, true) {
            engine.send(Command::StopTournament);
        }
        std::thread::sleep(LOOK);
    }
}

fn line(tournament: &Tournament) -> String {
    let rows = &tournament.rows;
    let running = |row: &RowStatus| matches!(row, RowStatus::Running { .. });
    match rows.iter().position(|row| running(&row.status)).map(|place| (place, &rows[place])) {
        Some((place, row)) => {
            let (done, of) = match row.status {
                RowStatus::Running { done, of } => (done, of),
                _ => (0, 0),
            };
            format!("row {} of {}: {}: frame {done} of {of}", place + 1, rows.len(), row.label.escape_debug())
        }
        None => format!("{} rows", rows.len()),
    }
}

/// What the engine had to say, faults first.
fn remarks(state: &State) -> String {
    let mut notices: Vec<_> = state.notices.iter().collect();
    notices.sort_by_key(|notice| notice.severity == Severity::Note);
    notices.first().map_or("the tournament did not begin".to_owned(), |notice| notice.sentence.clone())
}
