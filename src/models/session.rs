//! A model loaded for one device. With `runtime.rs` the only file that speaks to ONNX Runtime.

use half::f16;
use half::slice::HalfFloatSliceExt;
use ort::environment::Environment;
use ort::session::builder::GraphOptimizationLevel;
use ort::session::{Session, SessionInputValue};
use ort::value::{DynValue, TensorElementType, TensorRef, ValueType};

use super::error::brief;
use super::runtime::DeviceKind;

/// How a model takes or gives its samples.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, serde::Serialize, serde::Deserialize)]
pub enum Precision {
    F16,
    F32,
}

impl std::fmt::Display for Precision {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(if *self == Self::F16 { "fp16" } else { "fp32" })
    }
}

/// Planar samples in the precision that a model takes.
#[derive(Clone, Debug)]
pub(super) enum Samples {
    F32(Vec<f32>),
    F16(Vec<f16>),
}

impl Samples {
    pub fn zeros(precision: Precision, count: usize) -> Self {
        match precision {
            Precision::F32 => Self::F32(vec![0.0; count]),
            Precision::F16 => Self::F16(vec![f16::ZERO; count]),
        }
    }

    pub fn from_f32(precision: Precision, samples: Vec<f32>) -> Self {
        match precision {
            Precision::F32 => Self::F32(samples),
            Precision::F16 => {
                let mut halves = vec![f16::ZERO; samples.len()];
                halves.convert_from_f32_slice(&samples);
                Self::F16(halves)
            }
        }
    }

    pub fn len(&self) -> usize {
        match self {
            Self::F32(all) => all.len(),
            Self::F16(all) => all.len(),
        }
    }

    /// Writes `row` at `start`.
    pub fn write(&mut self, start: usize, row: &[f32]) {
        match self {
            Self::F32(to) => to[start..start + row.len()].copy_from_slice(row),
            Self::F16(to) => to[start..start + row.len()].convert_from_f32_slice(row),
        }
    }

    /// Writes `value` `count` times from `start` on.
    pub fn fill(&mut self, start: usize, count: usize, value: f32) {
        match self {
            Self::F32(to) => to[start..start + count].fill(value),
            Self::F16(to) => to[start..start + count].fill(f16::from_f32(value)),
        }
    }
}

/// One side of a model as declared; -1 stands for what is not.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Declared {
    pub name: String,
    /// None: no float tensor of 16 or 32 bits.
    pub precision: Option<Precision>,
    /// The kind of value, for a sentence.
    pub kind: String,
    pub shape: Vec<i64>,
}

/// What a model gave for a picture, or for several of one size.
pub(super) struct Output {
    value: DynValue,
    /// Channels, height, width of each picture.
    pub shape: [usize; 3],
}

impl Output {
    /// All samples, planar, picture after picture.
    pub fn to_vec(&self) -> Result<Vec<f32>, String> {
        Ok(match self.rows()? {
            Rows::F32(all) => all.to_vec(),
            Rows::F16(all) => all.to_f32_vec(),
        })
    }

    pub fn rows(&self) -> Result<Rows<'_>, String> {
        match self.value.dtype().tensor_type() {
            Some(TensorElementType::Float16) => {
                self.value.try_extract_tensor::<f16>().map(|(_, all)| Rows::F16(all)).map_err(brief)
            }
            _ => self.value.try_extract_tensor::<f32>().map(|(_, all)| Rows::F32(all)).map_err(brief),
        }
    }
}

/// A borrowed view of an output's samples.
pub(super) enum Rows<'a> {
    F32(&'a [f32]),
    F16(&'a [f16]),
}

/// A loaded model.
pub(super) struct Net {
    session: Session,
    pub input: Declared,
    pub output: Declared,
    /// All inputs, the first included.
    pub inputs: Vec<Declared>,
    /// Numbers of inputs and outputs.
    pub sides: (usize, usize),
}

impl Net {
    /// Loads the model in `bytes` for the first device of `kind`.
    pub fn load(environment: &Environment, kind: DeviceKind, threads: usize, bytes: &[u8]) -> Result<Self, String> {
        let devices: Vec<_> =
            environment.devices().filter(|d| d.ep().is_ok_and(|ep| ep == kind.provider())).take(1).collect();
        if devices.is_empty() && kind != DeviceKind::Cpu {
            return Err(format!("no device of the kind {kind} shows"));
        }
        let build = || -> Result<Session, ort::Error> {
            // Threads sleep when they wait: an idle window costs nothing, and on a busy machine this is the fastest too
            // (640x360 on two shared cores: 446 ms, spinning 471 ms, spinning until the run ends 524 ms).
            let mut builder = Session::builder(environment)?
                .with_optimization_level(GraphOptimizationLevel::All)?
                .with_intra_threads(threads)?
                .with_inter_threads(1)?
                .with_intra_op_spinning(false)?
                // Numbers too small for a normal float are slow in hardware and far below anything that shows.
                .with_flush_to_zero()?;
            if !devices.is_empty() {
                // Naming the CPU too keeps ONNX Runtime from choosing a device by itself.
                builder = builder.with_devices(devices, None)?;
            }
            builder.commit_from_memory(bytes)
        };
        let session = build().map_err(brief)?;
        let sides = (session.inputs().len(), session.outputs().len());
        let (Some(input), Some(output)) = (session.inputs().first(), session.outputs().first()) else {
            return Err("it has no input or no output".into());
        };
        let inputs = session.inputs().iter().map(|side| declared(side.name(), side.dtype())).collect();
        let (input, output) = (declared(input.name(), input.dtype()), declared(output.name(), output.dtype()));
        Ok(Self { session, input, output, inputs, sides })
    }

    /// Runs the model on `batch` pictures of `shape` (channels, height, width), which lie one after the other.
    pub fn run(&mut self, samples: &Samples, batch: usize, shape: [usize; 3]) -> Result<Output, String> {
        let shape = [batch, shape[0], shape[1], shape[2]];
        let outputs = match samples {
            Samples::F32(all) => {
                let input = TensorRef::from_array_view((shape, all.as_slice())).map_err(brief)?;
                self.session.run(ort::inputs![input])
            }
            Samples::F16(all) => {
                let input = TensorRef::from_array_view((shape, all.as_slice())).map_err(brief)?;
                self.session.run(ort::inputs![input])
            }
        };
        let mut outputs = outputs.map_err(brief)?;
        let value = outputs.remove(&self.output.name).ok_or("its output is missing")?;
        match value.dtype().tensor_shape().map(|s| &**s) {
            Some(&[n, c, h, w]) if n as usize == batch && c > 0 && h > 0 && w > 0 => {
                Ok(Output { value, shape: [c as usize, h as usize, w as usize] })
            }
            other => Err(format!("its output has the shape {other:?}")),
        }
    }

    /// Runs the model on one picture of `shape` (channels, height, width) for each of its inputs; gives the first output,
    /// whatever its shape.
    pub fn ask(&mut self, pictures: &[Samples], shape: [usize; 3]) -> Result<(Vec<i64>, Vec<f32>), String> {
        let shape = [1, shape[0], shape[1], shape[2]];
        let mut inputs: Vec<(String, SessionInputValue<'_>)> = Vec::with_capacity(pictures.len());
        for (declared, samples) in self.inputs.iter().zip(pictures) {
            let value: SessionInputValue<'_> = match samples {
                Samples::F32(all) => TensorRef::from_array_view((shape, all.as_slice())).map_err(brief)?.into(),
                Samples::F16(all) => TensorRef::from_array_view((shape, all.as_slice())).map_err(brief)?.into(),
            };
            inputs.push((declared.name.clone(), value));
        }
        let mut outputs = self.session.run(inputs).map_err(brief)?;
        let value = outputs.remove(&self.output.name).ok_or("its output is missing")?;
        let shape = value.dtype().tensor_shape().map(|s| s.to_vec()).ok_or("its output is no tensor")?;
        let samples = match value.dtype().tensor_type() {
            Some(TensorElementType::Float16) => value.try_extract_tensor::<f16>().map_err(brief)?.1.to_f32_vec(),
            Some(TensorElementType::Float64) => {
                value.try_extract_tensor::<f64>().map_err(brief)?.1.iter().map(|v| *v as f32).collect()
            }
            _ => value.try_extract_tensor::<f32>().map_err(brief)?.1.to_vec(),
        };
        Ok((shape, samples))
    }
}

fn declared(name: &str, dtype: &ValueType) -> Declared {
    let precision = match dtype.tensor_type() {
        Some(TensorElementType::Float16) => Some(Precision::F16),
        Some(TensorElementType::Float32) => Some(Precision::F32),
        _ => None,
    };
    let kind = dtype.tensor_type().map_or("no tensor".to_owned(), |t| format!("{t:?}"));
    let shape = dtype.tensor_shape().map(|s| s.to_vec()).unwrap_or_default();
    Declared { name: name.to_owned(), precision, kind, shape }
}
