//! Models that make a number: of two pictures (LPIPS, DISTS) or of one (a judge without a reference).
//!
//! Pictures are given as NCHW, float, R'G'B' from 0 to 1 (or luma of BT.709 to a model of one channel), at their own
//! size. A file may say otherwise of itself, by these pairs of its ONNX metadata (`metadata_props`):
//!
//! | key | value |
//! |---|---|
//! | `doublet.range` | `0..1` (if not given), `-1..1` or `0..255` |
//! | `doublet.direction` | `higher` or `lower` is better; if not given, lower for two pictures, higher for one |
//! | `doublet.label` | the name for people; if not given, the file's |
//! | `doublet.top` | `1` (if not given), `10` or `100`: the end of its scale, for plots |
//!
//! Of two inputs one whose name begins with "ref" is the reference, else the first. A model that takes one size only is
//! given pictures resized to it. It runs on the CPU, whatever else there is: a score must not depend on the machine.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::color::{Kernel, resize};
use crate::frame::{Image, Map, Stop, Urgency};

use super::model::{network, wait};
use super::onnx::Header;
use super::picture::{Source, all_finite};
use super::runtime::{DeviceKind, Runtime};
use super::seat::Seat;
use super::session::{Declared, Precision, Samples};
use super::shelf::name_of;
use super::{ModelError, probe};

/// A model that passed its trials.
pub struct Gauge {
    info: GaugeInfo,
    seat: Arc<Seat>,
    runtime: Runtime,
    /// Channels of each input.
    channels: u32,
    /// The reference is the second input.
    swapped: bool,
    span: Span,
}

/// What is known of a [`Gauge`].
#[derive(Clone, Debug, PartialEq)]
pub struct GaugeInfo {
    /// The file's name without its ending.
    pub name: String,
    pub path: PathBuf,
    /// The name for people.
    pub label: String,
    /// Pictures it looks at: 2 (reference and candidate) or 1 (the candidate alone).
    pub pictures: usize,
    pub lower_is_better: bool,
    /// The end of its scale.
    pub top: f64,
    /// It gives a number for every place, whose mean is the score.
    pub has_map: bool,
    /// The only width and height it takes, if so.
    pub fixed_size: Option<(u32, u32)>,
    /// What its maker says of it, on one line.
    pub description: Option<String>,
    pub sha256: String,
}

impl GaugeInfo {
    /// One line for people: "a metric of two pictures, lower is better, with a map".
    pub fn line(&self) -> String {
        let pictures = if self.pictures == 2 { "two pictures" } else { "one picture, without a reference" };
        let better = if self.lower_is_better { "lower" } else { "higher" };
        let map = if self.has_map { ", with a map" } else { "" };
        let size = self.fixed_size.map(|(w, h)| format!(", on pictures resized to {w}x{h}")).unwrap_or_default();
        format!("a metric of {pictures}, {better} is better{map}{size}")
    }
}

/// What a model gave.
#[derive(Clone, Debug, PartialEq)]
pub struct Reading {
    /// The number, or the mean of the map.
    pub value: f64,
    pub map: Option<Map>,
}

/// The values that a model wants for black and white.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Span {
    from: f32,
    to: f32,
}

impl Gauge {
    /// Reads the model at `path` and tries it on small pictures.
    ///
    /// # Errors
    /// A sentence for every file that does not make one number, or one map, of one picture or two.
    pub fn load(runtime: &Runtime, path: &Path, urgency: Urgency) -> Result<Self, ModelError> {
        let network = network(path, Precision::F32)?;
        let name = name_of(path);
        let (device, worker) = runtime.device(DeviceKind::Cpu)?;
        let seat = Seat::load(runtime, path, (device, worker), urgency, 1, network.bytes)?;
        let (inputs, outputs) = {
            let net = seat.first();
            (net.inputs.clone(), net.sides.1)
        };
        let refuse = |what: String| ModelError::Measure { model: name.clone(), what };
        if outputs != 1 {
            return Err(refuse(format!("it has {outputs} outputs")));
        }
        let form_of = |input: &Declared| {
            probe::form(&name, input, 1).map_err(|error| match error {
                ModelError::Shape { what, .. } => refuse(what),
                other => other,
            })
        };
        let form = match inputs.as_slice() {
            [one] => form_of(one)?,
            [one, two] => {
                let (form, other) = (form_of(one)?, form_of(two)?);
                if form != other {
                    return Err(refuse("its two inputs are of different shapes".into()));
                }
                form
            }
            more => return Err(refuse(format!("it has {} inputs", more.len()))),
        };
        let said = Said::of(&network.header, &name)?;
        let swapped = inputs.get(1).is_some_and(is_reference) && !inputs.first().is_some_and(is_reference);
        let info = GaugeInfo {
            label: said.label.unwrap_or_else(|| name.clone()),
            path: path.to_owned(),
            pictures: inputs.len(),
            lower_is_better: said.lower_is_better.unwrap_or(inputs.len() == 2),
            top: said.top,
            has_map: false,
            fixed_size: form.fixed,
            description: said.description,
            sha256: network.sha256,
            name,
        };
        let mut gauge = Self {
            info,
            seat,
            runtime: runtime.clone(),
            channels: form.channels.unwrap_or(3),
            swapped,
            span: said.span,
        };
        let reading = gauge.trial(form.channels.is_none(), urgency)?;
        gauge.info.has_map = reading.map.is_some();
        Ok(gauge)
    }

    pub fn info(&self) -> &GaugeInfo {
        &self.info
    }

    /// Measures `candidate` (against `reference`, where the model looks at both).
    ///
    /// # Errors
    /// [`ModelError::Run`] and [`ModelError::Memory`] as the model fails, [`ModelError::Measure`] for an output that is
    /// neither a number nor a map, or no number (NaN).
    pub fn measure(&self, reference: &Image, candidate: &Image, urgency: Urgency) -> Result<Reading, ModelError> {
        let pictures = match (self.info.pictures, self.swapped) {
            (1, _) => vec![candidate],
            (_, false) => vec![reference, candidate],
            (_, true) => vec![candidate, reference],
        };
        let mut inputs = Vec::with_capacity(pictures.len());
        let mut shape = [0; 3];
        for picture in pictures {
            let (samples, own) = self.given(picture);
            inputs.push(samples);
            shape = own;
        }
        let (device, worker) = self.runtime.device(DeviceKind::Cpu)?;
        let (seat, stop) = (self.seat.clone(), Stop::default());
        let ticket = worker.submit(urgency, &stop, move || seat.first().ask(&inputs, shape));
        let failed = |reason| ModelError::run(&self.info.name, &device.name, reason);
        let (shape, samples) = wait(ticket, device, &stop)?.map_err(failed)?;
        self.reading(&shape, samples)
    }

    /// A picture as the model takes it.
    fn given(&self, picture: &Image) -> (Samples, [usize; 3]) {
        let picture = match self.info.fixed_size {
            Some((w, h)) if (w, h) != (picture.width, picture.height) => resize(picture, w, h, Kernel::Bicubic),
            _ => picture.clone(),
        };
        let (width, height) = (picture.width, picture.height);
        let source = Source::new(picture, self.channels);
        let planes = source.planes();
        let Span { from, to } = self.span;
        let scaled = source.values().iter().map(|v| from + v.clamp(0.0, 1.0) * (to - from)).collect();
        (Samples::from_f32(self.seat.precision(), scaled), [planes, height as usize, width as usize])
    }

    fn reading(&self, shape: &[i64], samples: Vec<f32>) -> Result<Reading, ModelError> {
        let refuse = |what: String| ModelError::Measure { model: self.info.name.clone(), what };
        if !all_finite(&samples) {
            return Err(ModelError::NotFinite { model: self.info.name.clone() });
        }
        let large: Vec<u32> = shape.iter().filter(|side| **side != 1).map(|side| *side as u32).collect();
        match (large.as_slice(), samples.as_slice()) {
            ([], [value]) => Ok(Reading { value: f64::from(*value), map: None }),
            (&[height, width], _) => {
                let map = Map::new(width, height, samples).map_err(|error| refuse(error.to_string()))?;
                Ok(Reading { value: map.mean(), map: Some(map) })
            }
            _ => Err(refuse(format!("its output has the shape {shape:?}, which is neither a number nor a map"))),
        }
    }

    /// Tries pictures of several sizes; `open`: it does not say whether it takes colour or grey.
    fn trial(&mut self, open: bool, urgency: Urgency) -> Result<Reading, ModelError> {
        let sizes = self.info.fixed_size.map_or(vec![(72, 56), (64, 64), (128, 96), (256, 256)], |size| vec![size]);
        let mut first = None;
        for channels in if open { vec![3, 1] } else { vec![self.channels] } {
            self.channels = channels;
            for (width, height) in &sizes {
                let mut picture = Image::new(*width, *height);
                picture.data = probe::texture([3, *height as usize, *width as usize]);
                let mut other = picture.clone();
                other.data.iter_mut().for_each(|v| *v = 0.9 * *v + 0.05);
                match self.measure(&picture, &other, urgency) {
                    Ok(reading) => return Ok(reading),
                    Err(error) => first = first.or(Some(error)),
                }
            }
        }
        Err(match first {
            Some(ModelError::Run { model, reason, .. }) => ModelError::Trial { model, reason },
            Some(other) => other,
            None => ModelError::Measure { model: self.info.name.clone(), what: "no picture suits it".into() },
        })
    }
}

fn is_reference(input: &Declared) -> bool {
    input.name.to_ascii_lowercase().starts_with("ref")
}

/// What a file says of itself.
struct Said {
    span: Span,
    lower_is_better: Option<bool>,
    label: Option<String>,
    top: f64,
    description: Option<String>,
}

impl Said {
    fn of(header: &Header, model: &str) -> Result<Self, ModelError> {
        let said = |key: &str| {
            let has = |(k, v): &&(String, String)| k.eq_ignore_ascii_case(key) && !v.trim().is_empty();
            header.metadata.iter().find(has).map(|(_, value)| value.trim().to_owned())
        };
        let unknown = |key: &str, value: &str, known: &str| ModelError::Measure {
            model: model.to_owned(),
            what: format!("its metadata says {key} = \"{value}\", where {known} is due"),
        };
        let span = match said("doublet.range").as_deref() {
            None | Some("0..1") => Span { from: 0.0, to: 1.0 },
            Some("-1..1") => Span { from: -1.0, to: 1.0 },
            Some("0..255") => Span { from: 0.0, to: 255.0 },
            Some(other) => return Err(unknown("doublet.range", other, "0..1, -1..1 or 0..255")),
        };
        let lower_is_better = match said("doublet.direction").as_deref() {
            None => None,
            Some("lower") => Some(true),
            Some("higher") => Some(false),
            Some(other) => return Err(unknown("doublet.direction", other, "higher or lower")),
        };
        let top = match said("doublet.top").as_deref() {
            None | Some("1") => 1.0,
            Some("10") => 10.0,
            Some("100") => 100.0,
            Some(other) => return Err(unknown("doublet.top", other, "1, 10 or 100")),
        };
        let line = |text: String| super::model::one_line(&text, 300);
        let (label, description) = (said("doublet.label").map(line), said("description").map(line));
        Ok(Self { span, lower_is_better, label, top, description })
    }
}
