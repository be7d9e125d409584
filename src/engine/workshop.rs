//! Opens recipes: what the engine's threads and the command line share to make frames.

use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};

use crate::color::Kernel;
use crate::frame::{FrameSource, SourceError};
use crate::media::{self, Coding, OpenOptions, Segments};
use crate::models::{self, Chooser, Home, Memory, ModelInfo, Runtime, Speed};

use super::cache::ScoreCache;
use super::recipe::{Head, Recipe};
use super::shelf::{Added, CardSpeed, with_subfolders};
use super::store::{SourceKey, Store, Stored};

/// Bytes of encoded segments kept.
const SEGMENT_BYTES: usize = 256 << 20;

/// Files, models and made frames, shared by every thread.
pub struct Workshop {
    store: Arc<Store>,
    /// What the stage `encode` made so far; compressed, so that hours fit.
    segments: Arc<Segments>,
    home: Home,
    added: Added,
    memory: Arc<Memory>,
    chooser: Arc<Chooser>,
    /// Opened when first asked for.
    scores: OnceLock<Option<Arc<ScoreCache>>>,
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
    /// Names the source as the store would.
    pub key: SourceKey,
    /// For each model of the chain, what it runs on and how ("model span-2x: 2x, fp32, … on CPU, tiles of 384x384").
    pub devices: Vec<String>,
}

impl Workshop {
    /// A workshop that keeps at most `budget` bytes of made frames, and remembers nothing from session to session.
    pub fn new(budget: usize) -> Self {
        Self::at(Home::default(), budget)
    }

    /// A workshop with what is remembered in `home`.
    pub fn at(home: Home, budget: usize) -> Self {
        let (added, memory) = (Added::of(&home), Arc::new(Memory::of(&home)));
        // Measuring is for those who come again.
        let chooser = Arc::new(Chooser::new(memory.clone(), home.cache.is_some()));
        let (store, segments) = (Arc::new(Store::new(budget)), Arc::new(Segments::new(SEGMENT_BYTES)));
        Self { store, segments, home, added, memory, chooser, scores: OnceLock::new(), kernel: Kernel::Bicubic }
    }

    /// Files and folders that a person put on the shelf.
    pub(super) fn added(&self) -> &Added {
        &self.added
    }

    pub(super) fn chooser(&self) -> &Chooser {
        &self.chooser
    }

    pub(super) fn memory(&self) -> &Arc<Memory> {
        &self.memory
    }

    /// What extractors found, in this session and earlier ones; `None` where nothing is remembered.
    pub fn scores(&self) -> Option<Arc<ScoreCache>> {
        let open = || self.home.cache.as_ref().map(|folder| Arc::new(ScoreCache::at(folder)));
        self.scores.get_or_init(open).clone()
    }

    /// Where models are looked for: the folders of the house, then what was added with the folders below. Also whether
    /// there were too many of those to look into all.
    pub fn places(&self) -> (Vec<PathBuf>, bool) {
        let mut places = self.home.model_folders();
        let (more, cut) = with_subfolders(&self.added.places());
        places.extend(more.into_iter().filter(|place| !places.contains(place)).collect::<Vec<_>>());
        (places, cut)
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
            let input = Opened { source: opened.source, key: SourceKey(key.as_str().into()) };
            opened.source = stage.open(input, self)?;
            key = format!("{key} | {}", stage.line());
            if models::is_halved(opened.source.info()) {
                key += " in fp16";
            }
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
        (input, skip): (Option<Opened>, usize),
    ) -> Result<Bare, SourceError> {
        let begin = |Opened { source, key }| Bare { source, key, devices: Vec::new() };
        let mut bare = match (input, &recipe.head, reference) {
            (Some(input), ..) => begin(input),
            (None, Head::File(path), _) => {
                let source = Box::new(media::open_with(path, &decoding())?);
                begin(Opened { source, key: SourceKey(file_key(path).into()) })
            }
            (None, Head::Source, Some(reference)) if reference.head != Head::Source => {
                self.open_bare(reference, None, (None, 0))?
            }
            // Nothing to stand for: the same sentence.
            (None, Head::Source, _) => begin(self.open(recipe, None)?),
        };
        for stage in recipe.stages.iter().skip(skip) {
            let line = stage.line();
            let key = SourceKey(format!("{} | {line}", bare.key.0).into());
            bare.source = stage.open(Opened { source: bare.source, key: bare.key }, self)?;
            bare.key = key;
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
        let model = runtime.model(&models::find(name, &self.places().0)?)?;
        let settings = models::Settings::of_environment()?;
        Ok(models::upscale_chosen(&runtime, &model, input, &settings, Some(&self.chooser))?)
    }

    /// What is known of the model called `name`.
    ///
    /// # Errors
    /// As [`Workshop::upscale`].
    pub(super) fn model_info(&self, name: &str) -> Result<ModelInfo, SourceError> {
        Ok(Runtime::get()?.model(&models::find(name, &self.places().0)?)?.info().clone())
    }

    /// Encodes and decodes `input` by `coding`, which the recipe writes as `stage`. Segments are shared by all who open
    /// the same chain here.
    ///
    /// # Errors
    /// One sentence: an encoder that this FFmpeg lacks, settings or sizes it does not take.
    pub fn recode(&self, coding: &Coding, stage: &str, input: Opened) -> Result<Box<dyn FrameSource>, SourceError> {
        let key = format!("{} | {stage}", input.key.0);
        Ok(media::recode(input.source, coding.clone(), stage, &key, &self.segments)?)
    }

    /// What the stage `encode` made so far.
    pub fn segments(&self) -> &Arc<Segments> {
        &self.segments
    }

    /// What was measured of this model on this machine's best device, now or in an earlier session.
    pub(super) fn remembered_speed(&self, runtime: &Runtime, info: &ModelInfo) -> Option<CardSpeed> {
        let device = runtime.devices().into_iter().next()?;
        Some(self.card_speed(runtime, self.memory.speed(&info.sha256, &device.name, runtime.version())?))
    }

    /// What a card tells of a speed that was taken on the best device.
    pub(super) fn card_speed(&self, runtime: &Runtime, speed: Speed) -> CardSpeed {
        CardSpeed {
            device: runtime.devices().into_iter().next().map(|device| device.name).unwrap_or_default(),
            megapixels_per_second: speed.megapixels_per_second,
            memory_bytes: speed.memory_bytes,
            choice: speed.choice.to_string(),
        }
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
