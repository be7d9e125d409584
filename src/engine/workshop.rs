//! Opens recipes: what the engine's threads and the command line share to make frames.

use std::path::Path;
use std::sync::Arc;

use crate::color::Kernel;
use crate::frame::{FrameSource, SourceError};
use crate::media::{self, OpenOptions};
use crate::models::{self, Runtime};

use super::recipe::{Head, Recipe};
use super::store::{SourceKey, Store, Stored};

/// Files, models and made frames, shared by every thread.
pub struct Workshop {
    store: Arc<Store>,
    /// How a candidate of another size is brought to the reference's.
    pub kernel: Kernel,
}

/// An opened recipe.
pub struct Opened {
    pub source: Box<dyn FrameSource>,
    pub key: SourceKey,
}

/// A recipe opened past the store.
pub(super) struct Bare {
    pub source: Box<dyn FrameSource>,
    /// For each model of the chain, what it runs on and how ("model span-2x: 2x, fp32, … on CPU, tiles of 384x384").
    pub devices: Vec<String>,
}

impl Workshop {
    /// A workshop that keeps at most `budget` bytes of made frames.
    pub fn new(budget: usize) -> Self {
        Self { store: Arc::new(Store::new(budget)), kernel: Kernel::Bicubic }
    }

    pub fn store(&self) -> &Arc<Store> {
        &self.store
    }

    /// Opens `recipe`; `reference` is what `source` stands for in it. Each call opens files anew, so that every thread
    /// has a decoder of its own; frames are shared through the store.
    ///
    /// # Errors
    /// One sentence: a file that does not open, a model that does not load, a stage that does not fit its input.
    pub fn open(&self, recipe: &Recipe, reference: Option<&Recipe>) -> Result<Opened, SourceError> {
        let mut opened = match &recipe.head {
            Head::File(path) => self.stored(Box::new(media::open_with(path, &decoding())?), file_key(path)),
            Head::Source => match reference {
                Some(reference) if reference.head != Head::Source => self.open(reference, None)?,
                _ => {
                    return Err(SourceError::source(
                        "“source” stands for the reference, and there is none to stand for",
                    ));
                }
            },
        };
        if recipe.stages.is_empty() {
            return Ok(opened);
        }
        let mut key = opened.key.0.to_string();
        for stage in &recipe.stages {
            opened.source = stage.open(opened.source, self)?;
            key = format!("{key} | {}", stage.line());
        }
        Ok(self.stored(opened.source, key))
    }

    /// Opens `recipe` as [`Workshop::open`] does, but past the store: every frame is made anew, so that the making can be
    /// measured, and nothing that is kept for the screen gives way. `input` is what the chain begins with, if that is
    /// open already; `skip` stages of the recipe are in it.
    ///
    /// # Errors
    /// As [`Workshop::open`].
    pub(super) fn open_bare(
        &self,
        recipe: &Recipe,
        reference: Option<&Recipe>,
        (input, skip): (Option<Box<dyn FrameSource>>, usize),
    ) -> Result<Bare, SourceError> {
        let mut bare = match (input, &recipe.head, reference) {
            (Some(source), ..) => Bare { source, devices: Vec::new() },
            (None, Head::File(path), _) => {
                Bare { source: Box::new(media::open_with(path, &decoding())?), devices: Vec::new() }
            }
            (None, Head::Source, Some(reference)) if reference.head != Head::Source => {
                self.open_bare(reference, None, (None, 0))?
            }
            // Nothing to stand for: the same sentence.
            (None, Head::Source, _) => Bare { source: self.open(recipe, None)?.source, devices: Vec::new() },
        };
        for stage in recipe.stages.iter().skip(skip) {
            bare.source = stage.open(bare.source, self)?;
            let line = stage.line();
            if line.starts_with("model ") {
                bare.devices.push(format!("{line}: {}", bare.source.info().details));
            }
        }
        Ok(bare)
    }

    /// Puts the model called `name` behind `input`, on the best device of this machine.
    ///
    /// # Errors
    /// One sentence: no runtime, no such model, a model that cannot be used.
    pub fn upscale(&self, name: &str, input: Box<dyn FrameSource>) -> Result<Box<dyn FrameSource>, SourceError> {
        let runtime = Runtime::get()?;
        let model = runtime.model(&models::find(name, &models::model_folders())?)?;
        Ok(models::upscale(&runtime, &model, input, &models::Settings::default())?)
    }

    fn stored(&self, source: Box<dyn FrameSource>, key: String) -> Opened {
        let key = SourceKey(key.into());
        Opened { source: Box::new(Stored::new(source, key.clone(), self.store.clone())), key }
    }
}

/// The store keeps frames for all; a decoder's own cache only serves to step back through a group of pictures.
fn decoding() -> OpenOptions {
    OpenOptions { cache_bytes: 32 << 20, ..OpenOptions::default() }
}

/// Names a file's present content: a file that is written anew gets another key.
fn file_key(path: &Path) -> String {
    let stamp = std::fs::metadata(path).ok().map(|m| {
        let since = m.modified().ok().and_then(|t| t.duration_since(std::time::UNIX_EPOCH).ok());
        (m.len(), since.unwrap_or_default().as_nanos())
    });
    let path = path.canonicalize().unwrap_or_else(|_| path.to_owned());
    format!("{}@{:?}", path.display(), stamp.unwrap_or_default())
}
