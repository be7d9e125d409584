//! The line that describes a candidate: `HEAD | STAGE | STAGE …`, with `LABEL = ` before it if a person wants a name.
//!
//! The head is `source` (the reference) or a file; a stage is a word of [`STAGES`] and its arguments. One parser serves
//! the window, the command line and session files; its errors point at a character.

mod stages;
mod words;

use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

pub use stages::{Role, STAGES, Stage, StageKind, codecs};
pub(super) use stages::{fitted, skipping};
pub(super) use words::quoted;
pub use words::{RecipeError, Words};

/// The word that stands for the reference.
pub(super) const SOURCE: &str = "source";

/// What a chain begins with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Head {
    /// The reference, whatever it is.
    Source,
    File(PathBuf),
}

/// A parsed line.
#[derive(Clone, Debug)]
pub struct Recipe {
    /// The name a person gave it.
    pub name: Option<String>,
    pub head: Head,
    pub stages: Vec<Arc<dyn Stage>>,
}

impl Recipe {
    /// Reads a line. A line that names an existing file is that file, whatever characters it holds; only `source` is
    /// always the reference, and a file of that name is written `./source` or in quotes.
    ///
    /// # Errors
    /// [`RecipeError`] with the character (from 0) at which the line stops making sense.
    pub fn parse(line: &str) -> Result<Recipe, RecipeError> {
        let whole = line.trim();
        if whole != SOURCE && !whole.is_empty() && Path::new(whole).is_file() {
            return Ok(Recipe::file(whole));
        }
        let mut parts = words::split(line)?;
        let Some(mut first) = parts.next() else {
            return Err(RecipeError::at(line, 0, "an empty line is no candidate"));
        };
        let name = take_name(&mut first);
        let head = parse_head(line, first)?;
        let stages = parts.map(|part| stages::parse(Words::new(line, part))).collect::<Result<Vec<_>, _>>()?;
        Ok(Recipe { name, head, stages })
    }

    /// A file as it is.
    pub fn file(path: impl Into<PathBuf>) -> Recipe {
        Recipe { name: None, head: Head::File(path.into()), stages: Vec::new() }
    }

    /// The line in its canonical form, without the name.
    pub fn chain(&self) -> String {
        let head = match &self.head {
            Head::Source => SOURCE.to_owned(),
            Head::File(path) => words::quoted(&path.to_string_lossy()),
        };
        self.stages.iter().fold(head, |line, stage| format!("{line} | {}", stage.line()))
    }

    /// The same head and name with other stages.
    pub fn with_stages(&self, stages: Vec<Arc<dyn Stage>>) -> Recipe {
        Recipe { name: self.name.clone(), head: self.head.clone(), stages }
    }

    /// The chain up to and with its first `count` stages; all of it when there are no more.
    pub fn prefix(&self, count: usize) -> Recipe {
        self.with_stages(self.stages.iter().take(count).cloned().collect())
    }

    /// The chain with stage `from` (counted from 0) taken out and put in so that it stands at `to`; a place past the
    /// end is the end. No change when there is no such stage.
    pub fn moved(&self, from: usize, to: usize) -> Recipe {
        let mut stages = self.stages.clone();
        if from < stages.len() {
            let stage = stages.remove(from);
            stages.insert(to.min(stages.len()), stage);
        }
        self.with_stages(stages)
    }

    /// The chain without stage `place` (counted from 0). No change when there is no such stage.
    pub fn without(&self, place: usize) -> Recipe {
        let kept = self.stages.iter().enumerate().filter(|(at, _)| *at != place);
        self.with_stages(kept.map(|(_, stage)| stage.clone()).collect())
    }

    /// The number of stages with which the recipe makes the reference worse before anything restores it, so that the truth
    /// is known which its result can be held against; 0 where it is no exam.
    pub fn exam_stages(&self) -> usize {
        let roles = self.stages.iter().map(|stage| stages::role(stage.as_ref()));
        let before: Vec<Role> = roles.take_while(|role| *role != Role::Restore).collect();
        let last = before.iter().rposition(|role| *role == Role::Degrade);
        last.filter(|_| self.head == Head::Source).map_or(0, |last| last + 1)
    }

    /// The first `count` stages, and of the later ones those that give frames other numbers: its frames go by the whole
    /// chain's numbers.
    pub(super) fn in_step(&self, count: usize) -> Recipe {
        let later = self.stages.iter().skip(count).filter(|stage| stage.renumbers());
        self.with_stages(self.stages.iter().take(count).chain(later).cloned().collect())
    }

    /// The places (from 0) of stages that may enlarge: those that enlarge or restore.
    pub(super) fn may_enlarge(&self) -> impl Iterator<Item = usize> {
        let restores = |stage: &Arc<dyn Stage>| stages::role(stage.as_ref()) == Role::Restore;
        self.stages.iter().enumerate().filter(move |(_, stage)| restores(stage)).map(|(place, _)| place)
    }

    /// The place (from 0) of the last stage that is a model, and that stage.
    pub(super) fn last_model(&self) -> Option<(usize, &Arc<dyn Stage>)> {
        self.stages.iter().enumerate().rfind(|(_, stage)| stage.model().is_some())
    }

    /// Whether making a frame takes more than decoding.
    pub fn is_made(&self) -> bool {
        !self.stages.is_empty()
    }

    /// A short name for lists and plates: the given one, the file's name, or the stages.
    pub fn label(&self) -> String {
        if let Some(name) = &self.name {
            return name.clone();
        }
        let head = match &self.head {
            Head::Source => SOURCE.to_owned(),
            Head::File(path) => path.file_name().unwrap_or(path.as_os_str()).to_string_lossy().into_owned(),
        };
        if self.stages.is_empty() {
            return head;
        }
        let stages = self.stages.iter().map(|s| s.label()).collect::<Vec<_>>().join(", ");
        if self.head == Head::Source { stages } else { format!("{head}, {stages}") }
    }
}

impl fmt::Display for Recipe {
    /// The line in its canonical form: it parses to the same recipe.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.name {
            Some(name) => write!(f, "{name} = {}", self.chain()),
            None => f.write_str(&self.chain()),
        }
    }
}

/// Takes `NAME = ` off the front of the first part. A file whose own name holds ` = ` can be written in quotes.
fn take_name(part: &mut words::Part<'_>) -> Option<String> {
    if part.text.starts_with('"') {
        return None;
    }
    let (name, rest) = part.text.split_once(" = ")?;
    let rest = rest.trim_start();
    part.start += part.text.len() - rest.len();
    part.text = rest;
    Some(name.trim().to_owned()).filter(|name| !name.is_empty())
}

fn parse_head(line: &str, part: words::Part<'_>) -> Result<Head, RecipeError> {
    match words::unquoted(part.text) {
        "" => Err(RecipeError::at(line, part.start, "a candidate begins with “source” or a file's name")),
        _ if part.text == SOURCE => Ok(Head::Source),
        name => Ok(Head::File(PathBuf::from(name))),
    }
}
