//! VMAF's models: from features to a score. Formulas: libvmaf `predict.c` and `read_json_model.c`; the coefficients
//! lie in `assets/vmaf`, with their licence.

use std::collections::HashMap;
use std::sync::{Arc, LazyLock};

use serde::Deserialize;
use serde_json::{Map, Value as Json};

use super::svm::Svm;

/// One model: which features it reads, how they are scaled, the machine, and what happens to its answer.
#[derive(Debug, Clone, PartialEq)]
pub struct Model {
    /// Netflix's name, without ".json".
    pub name: String,
    pub inputs: Vec<Input>,
    svm: Arc<Svm>,
    /// A score is (answer - intercept) / slope; `None` where the file asks for no scaling at all.
    scale: Option<(f64, f64)>,
    pub transform: Option<Transform>,
    pub clip: Option<(f64, f64)>,
    /// If the chroma feature is exactly 0 (flat chroma), it becomes this times (1 - adm3).
    chroma_from_luma: Option<f64>,
}

/// One feature that a model reads.
#[derive(Debug, Clone, PartialEq)]
pub struct Input {
    /// As libvmaf calls it ("VMAF_integer_feature_adm2_score").
    pub feature: String,
    /// Options of the extractor that differ from libvmaf's defaults.
    pub options: Map<String, Json>,
    slope: f64,
    intercept: f64,
}

/// p0 + p1 y + p2 y^2, then held on one side of y if asked.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Transform {
    pub p0: f64,
    pub p1: f64,
    pub p2: f64,
    /// Never above what came in.
    pub at_most_input: bool,
    /// Never below what came in.
    pub at_least_input: bool,
    /// Applied without being asked for (the v1 models); else only where a viewing condition asks (the phone).
    pub always: bool,
}

/// What to do after the machine has answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Finish {
    /// Nothing: neither transform nor clip, even where the model has them always on.
    Bare,
    /// The transform if it is always on; no clip.
    Unclipped,
    /// The transform if it is always on, then the clip: the score that libvmaf gives.
    Score,
    /// The transform in any case, then the clip: libvmaf's `enable_transform`, once called the phone model.
    Phone,
}

impl Model {
    /// Reads one model of Netflix's JSON format.
    ///
    /// # Errors
    /// [`ModelError`] when something is missing, contradicts itself or asks for what is not known here (knots).
    pub fn parse(name: &str, json: &str) -> Result<Self, ModelError> {
        let file: File = serde_json::from_str(json).map_err(|e| ModelError::json(name, &e))?;
        Self::whole(name, file.model_dict)
    }

    fn whole(name: &str, file: Dict) -> Result<Self, ModelError> {
        let text = file.model.as_deref().ok_or_else(|| ModelError::shape(name, "model"))?;
        let svm = Arc::new(Svm::parse(text, file.feature_names.len())?);
        Self::assemble(name, file, svm)
    }

    fn assemble(name: &str, file: Dict, svm: Arc<Svm>) -> Result<Self, ModelError> {
        let count = file.feature_names.len();
        let scaled = match file.norm_type.as_str() {
            "linear_rescale" => true,
            "none" => false,
            _ => return Err(ModelError::shape(name, "norm_type")),
        };
        let mut options = file.feature_opts_dicts;
        options.resize_with(count, Map::new);
        let (mut slopes, mut intercepts) = (file.slopes, file.intercepts);
        if !scaled {
            (slopes, intercepts) = (vec![1.0; count + 1], vec![0.0; count + 1]);
        }
        if slopes.len() != count + 1 || intercepts.len() != count + 1 || svm.dimensions() != count {
            return Err(ModelError::shape(name, "slopes"));
        }
        let inputs = file.feature_names.into_iter().zip(options).enumerate().map(|(n, (feature, options))| Input {
            feature,
            options,
            slope: slopes[n + 1],
            intercept: intercepts[n + 1],
        });
        Ok(Self {
            name: name.into(),
            inputs: inputs.collect(),
            svm,
            scale: scaled.then_some((slopes[0], intercepts[0])),
            transform: file.score_transform.map(|json| json.transform(name)).transpose()?,
            clip: file.score_clip,
            chroma_from_luma: file.chroma_correction_parameter,
        })
    }

    /// The score for `features`, one for each of [`Self::inputs`] in their order.
    pub fn score(&self, features: &[f64], finish: Finish) -> f64 {
        let bare = self.bare(features);
        self.finish(bare, finish)
    }

    /// What the machine says, brought to the scale of scores, before any transform.
    pub fn bare(&self, features: &[f64]) -> f64 {
        let y = self.svm.predict(&self.scaled(features));
        self.scale.map_or(y, |(slope, intercept)| (y - intercept) / slope)
    }

    /// How [`Self::bare`] changes with each feature at `features`.
    pub fn gradient(&self, features: &[f64]) -> Vec<f64> {
        let mut slopes = self.svm.gradient(&self.scaled(features));
        let outer = self.scale.map_or(1.0, |(slope, _)| slope);
        slopes.iter_mut().zip(&self.inputs).for_each(|(slope, input)| *slope *= input.slope / outer);
        slopes
    }

    /// Transform and clip of a bare answer.
    pub fn finish(&self, bare: f64, finish: Finish) -> f64 {
        let transform = self.transform.filter(|t| match finish {
            Finish::Bare => false,
            Finish::Unclipped | Finish::Score => t.always,
            Finish::Phone => true,
        });
        let clip = self.clip.filter(|_| matches!(finish, Finish::Score | Finish::Phone));
        let y = transform.map_or(bare, |t| t.apply(bare));
        clip.map_or(y, |(low, high)| y.max(low).min(high))
    }

    fn scaled(&self, features: &[f64]) -> Vec<f64> {
        let mut x: Vec<f64> = self.inputs.iter().zip(features).map(|(i, f)| i.slope * f + i.intercept).collect();
        if let Some(parameter) = self.chroma_from_luma {
            self.guess_chroma(&mut x, parameter);
        }
        x
    }

    /// Where chroma says nothing (flat), luma's loss stands in for it. libvmaf compares after scaling back, and so
    /// does this.
    fn guess_chroma(&self, x: &mut [f64], parameter: f64) {
        let at = |part: &str| self.inputs.iter().position(|input| input.feature.contains(part));
        if let (Some(luma), Some(chroma)) = (at("adm3"), at("speed_chroma")) {
            let back = |n: usize| (x[n] - self.inputs[n].intercept) / self.inputs[n].slope;
            if back(chroma) == 0.0 {
                let guess = -parameter * back(luma) + parameter;
                x[chroma] = self.inputs[chroma].slope * guess + self.inputs[chroma].intercept;
            }
        }
    }
}

impl Transform {
    fn apply(&self, y: f64) -> f64 {
        let mut out = self.p0 + self.p1 * y + self.p2 * y * y;
        if self.at_most_input {
            out = out.min(y);
        }
        if self.at_least_input {
            out = out.max(y);
        }
        out
    }
}

/// Several models trained on resampled data, whose spread tells how sure the score is.
#[derive(Debug)]
pub struct Bootstrap {
    /// Trained on all data: the score itself.
    pub main: Model,
    pub resampled: Vec<Model>,
}

/// The spread of a [`Bootstrap`], as libvmaf's tool prints it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Spread {
    /// Mean of the resampled models ("bagging").
    pub mean: f64,
    pub deviation: f64,
    /// Percentiles 2.5 and 97.5 of the resampled models.
    pub low: f64,
    pub high: f64,
}

impl Bootstrap {
    /// Mean, deviation and 95% interval. They are taken on bare scores; transform and clip come after, and the
    /// deviation is multiplied by the slope that these have at the mean (so that it is 0 where the mean is clipped).
    pub fn spread(&self, features: &[f64], finish: Finish) -> Spread {
        let mut scores: Vec<f64> = self.resampled.iter().map(|model| model.bare(features)).collect();
        let count = scores.len() as f64;
        let mean = scores.iter().sum::<f64>() / count;
        let deviation = (scores.iter().map(|s| (s - mean) * (s - mean)).sum::<f64>() / count).sqrt();
        scores.sort_by(f64::total_cmp);
        let done = |bare: f64| self.main.finish(bare, finish);
        const STEP: f64 = 0.01;
        let slope = (done(mean + STEP) - done(mean - STEP)) / (2.0 * STEP);
        Spread {
            mean: done(mean),
            deviation: deviation * slope,
            low: done(percentile(&scores, 2.5)),
            high: done(percentile(&scores, 97.5)),
        }
    }
}

/// Percentile of sorted `scores`, with linear steps between them.
fn percentile(scores: &[f64], percent: f64) -> f64 {
    let place = percent * (scores.len() - 1) as f64 / 100.0;
    let (left, right) = (place.floor(), place.ceil());
    if left == right {
        return scores[left as usize];
    }
    scores[left as usize] * (right - place) + scores[right as usize] * (place - left)
}

/// Every model that comes with the program.
#[derive(Debug)]
pub struct Shelf {
    models: HashMap<String, Model>,
    pub bootstrap: Bootstrap,
}

impl Shelf {
    /// The model that Netflix calls `name` ("vmaf_v0.6.1neg").
    ///
    /// # Errors
    /// [`ModelError::Unknown`].
    pub fn model(&self, name: &str) -> Result<&Model, ModelError> {
        self.models.get(name).ok_or_else(|| ModelError::Unknown { name: name.into() })
    }

    fn read() -> Result<Self, ModelError> {
        let mut models = HashMap::new();
        for (name, json) in FILES {
            models.insert((*name).to_owned(), Model::parse(name, json)?);
        }
        let variants: HashMap<String, Variant> =
            serde_json::from_str(VARIANTS).map_err(|e| ModelError::json("variants", &e))?;
        for (name, variant) in variants {
            let svm = models.get(&variant.model_of).map(|model| model.svm.clone());
            let svm = svm.ok_or(ModelError::Unknown { name: variant.model_of })?;
            let model = Model::assemble(&name, variant.model_dict, svm)?;
            models.insert(name, model);
        }
        let mut parts: HashMap<usize, File> =
            serde_json::from_str(BOOTSTRAP).map_err(|e| ModelError::json(BOOTSTRAP_NAME, &e))?;
        let mut all = (0..parts.len()).map(|n| match parts.remove(&n) {
            Some(part) => Model::whole(&format!("{BOOTSTRAP_NAME}_{n:04}"), part.model_dict),
            None => Err(ModelError::shape(BOOTSTRAP_NAME, "0, 1, ...")),
        });
        let main = all.next().unwrap_or_else(|| Err(ModelError::shape(BOOTSTRAP_NAME, "0")))?;
        let bootstrap = Bootstrap { main, resampled: all.collect::<Result<_, _>>()? };
        Ok(Self { models, bootstrap })
    }
}

/// The models, read on first use.
///
/// # Errors
/// [`ModelError`] when a file inside the program is damaged.
pub fn shelf() -> Result<&'static Shelf, ModelError> {
    static SHELF: LazyLock<Result<Shelf, ModelError>> = LazyLock::new(Shelf::read);
    SHELF.as_ref().map_err(Clone::clone)
}

const FILES: &[(&str, &str)] = &[
    ("vmaf_v0.6.1", include_str!("../../../assets/vmaf/vmaf_v0.6.1.json")),
    ("vmaf_4k_v0.6.1", include_str!("../../../assets/vmaf/vmaf_4k_v0.6.1.json")),
    ("vmaf_v1.0.16_3d0h", include_str!("../../../assets/vmaf/vmaf_v1.0.16_3d0h.json")),
];
const VARIANTS: &str = include_str!("../../../assets/vmaf/variants.json");
const BOOTSTRAP: &str = include_str!("../../../assets/vmaf/vmaf_b_v0.6.3.json");
const BOOTSTRAP_NAME: &str = "vmaf_b_v0.6.3";

#[derive(Deserialize)]
struct File {
    model_dict: Dict,
}

#[derive(Deserialize)]
struct Variant {
    model_of: String,
    model_dict: Dict,
}

#[derive(Deserialize)]
struct Dict {
    feature_names: Vec<String>,
    #[serde(default)]
    feature_opts_dicts: Vec<Map<String, Json>>,
    #[serde(default)]
    slopes: Vec<f64>,
    #[serde(default)]
    intercepts: Vec<f64>,
    norm_type: String,
    score_clip: Option<(f64, f64)>,
    score_transform: Option<TransformJson>,
    chroma_correction_parameter: Option<f64>,
    model: Option<String>,
}

#[derive(Deserialize)]
struct TransformJson {
    p0: Option<f64>,
    p1: Option<f64>,
    p2: Option<f64>,
    knots: Option<Json>,
    out_lte_in: Option<String>,
    out_gte_in: Option<String>,
    #[serde(default)]
    enabled: bool,
}

impl TransformJson {
    fn transform(self, name: &str) -> Result<Transform, ModelError> {
        if self.knots.is_some() {
            return Err(ModelError::shape(name, "score_transform without knots"));
        }
        let polynomial = self.p0.is_some() || self.p1.is_some() || self.p2.is_some();
        Ok(Transform {
            p0: self.p0.unwrap_or(0.0),
            p1: self.p1.unwrap_or(if polynomial { 0.0 } else { 1.0 }),
            p2: self.p2.unwrap_or(0.0),
            at_most_input: self.out_lte_in.as_deref() == Some("true"),
            at_least_input: self.out_gte_in.as_deref() == Some("true"),
            always: self.enabled,
        })
    }
}

/// Why a model cannot be used.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum ModelError {
    #[error("the VMAF model {name} is not a model file: {reason}")]
    Json { name: String, reason: String },
    #[error("the VMAF model {name} lacks a usable \"{part}\"")]
    Shape { name: String, part: &'static str },
    #[error("a VMAF model's support vectors cannot be read near \"{line}\"")]
    Text { line: String },
    #[error("there is no VMAF model called {name}")]
    Unknown { name: String },
}

impl ModelError {
    fn json(name: &str, error: &serde_json::Error) -> Self {
        Self::Json { name: name.into(), reason: error.to_string() }
    }

    fn shape(name: &str, part: &'static str) -> Self {
        Self::Shape { name: name.into(), part }
    }
}
