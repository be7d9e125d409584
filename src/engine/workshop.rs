//! Opens recipes: what the engine's threads and the command line share to make frames.

use std::collections::HashMap;
use std::path::Path;
use std::sync::{Arc, OnceLock};

use parking_lot::Mutex;

use crate::color::Kernel;
use crate::frame::{FrameSource, SourceError};
use crate::media;
use crate::models::{self, Model, Runtime};

use super::recipe::{Head, Recipe};
use super::store::{SourceKey, Store, Stored};

/// Files, models and made frames, shared by every thread.
pub struct Workshop {
    store: Arc<Store>,
    runtime: OnceLock<Result<Runtime, SourceError>>,
    /// Models already probed, by the name or file that was asked for.
    models: Mutex<HashMap<String, Arc<Model>>>,
    /// How a candidate of another size is brought to the reference's.
    pub kernel: Kernel,
}

/// An opened recipe.
pub struct Opened {
    pub source: Box<dyn FrameSource>,
    pub key: SourceKey,
}

impl Workshop {
    /// A workshop that keeps at most `budget` bytes of made frames.
    pub fn new(budget: usize) -> Self {
        Self {
            store: Arc::new(Store::new(budget)),
            runtime: OnceLock::new(),
            models: Mutex::default(),
            kernel: Kernel::Bicubic,
        }
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
            Head::File(path) => self.stored(Box::new(media::open(path)?), file_key(path)),
            Head::Source => match reference {
                Some(reference) if reference.head != Head::Source => self.open(reference, None)?,
                _ => return Err(SourceError::source("“source” stands for the reference, and there is none to stand for")),
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

    /// Puts the model called `name` behind `input`, on the best device of this machine.
    ///
    /// # Errors
    /// One sentence: no runtime, no such model, a model that cannot be used.
    pub fn upscale(&self, name: &str, input: Box<dyn FrameSource>) -> Result<Box<dyn FrameSource>, SourceError> {
        let runtime = self.runtime()?;
        let model = self.model(&runtime, name)?;
        Ok(models::upscale(&runtime, model, &runtime.best_device(), input)?)
    }

    /// ONNX Runtime, loaded at the first call.
    ///
    /// # Errors
    /// One sentence that says what is missing and how to get it.
    pub fn runtime(&self) -> Result<Runtime, SourceError> {
        self.runtime.get_or_init(|| Runtime::load().map_err(SourceError::from)).clone()
    }

    fn model(&self, runtime: &Runtime, name: &str) -> Result<Arc<Model>, SourceError> {
        let path = models::find(name, &models::model_folders())?;
        let key = file_key(&path);
        if let Some(model) = self.models.lock().get(&key) {
            return Ok(model.clone());
        }
        let model = Arc::new(Model::load(runtime, &path)?);
        self.models.lock().insert(key, model.clone());
        Ok(model)
    }

    fn stored(&self, source: Box<dyn FrameSource>, key: String) -> Opened {
        let key = SourceKey(key.into());
        Opened { source: Box::new(Stored::new(source, key.clone(), self.store.clone())), key }
    }
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
