//! One model file: what it is, and its sessions.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use parking_lot::Mutex;

use crate::frame::{Image, Stop, Urgency};

use super::import::{self, Converted};
use super::onnx::{self, Header, Refusal};
use super::probe::{self, Form, Found};
use super::queue::{NoResult, Ticket, Worker};
use super::runtime::{Device, DeviceKind, Runtime};
use super::seat::Seat;
use super::session::{Output, Precision, Samples};
use super::shelf::name_of;
use super::{ModelError, fingerprint};

/// Files above this are refused before they are read.
pub const MAX_FILE_MIB: u64 = 512;

/// What is known of a model: measured where it can be, else as its file says.
#[derive(Clone, Debug, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct ModelInfo {
    /// The file's name without its ending.
    pub name: String,
    pub path: PathBuf,
    /// What kind of network, where it is known: "SPAN, 48 features, 6 blocks".
    pub architecture: Option<String>,
    /// What kind of file the network was built from, if it is no ONNX file: "a PyTorch archive, float32".
    pub converted_from: Option<String>,
    /// Output samples for an input sample, a side; measured.
    pub scale: u32,
    /// Channels of input and output: 3 (red, green, blue) or 1 (grey); measured.
    pub channels: (u32, u32),
    /// What it takes and gives.
    pub precision: (Precision, Precision),
    /// The only width and height it takes, if so.
    pub fixed_size: Option<(u32, u32)>,
    /// Width and height must be multiples of this (Doublet pads); 1 for any size. Measured.
    pub multiple: u32,
    /// Samples around one that its output depends on, with a margin; measured, 64 at most.
    pub reach: u32,
    pub opset: i64,
    pub producer: String,
    pub author: Option<String>,
    pub licence: Option<String>,
    /// What its maker says of it, on one line of at most 300 characters.
    #[serde(default)]
    pub description: Option<String>,
    /// Number of weights and the bytes they take as they are run.
    pub weights: u64,
    pub weight_bytes: u64,
    /// Of the file as it lies on the disk.
    pub file_bytes: u64,
    pub sha256: String,
    /// Sentences a person should know before trusting its pictures.
    pub notes: Vec<String>,
}

impl ModelInfo {
    /// One line for people: "2x, fp32, 45,156 weights, opset 17", or
    /// "4x SPAN, 48 features, 6 blocks, fp32, 426,384 weights, from safetensors, float32".
    pub fn line(&self) -> String {
        let size = match self.fixed_size {
            Some((w, h)) => format!(", tiles of {w}x{h} only"),
            None => String::new(),
        };
        let grey = if self.channels.0 == 1 { ", grey" } else { "" };
        let precision = match self.precision {
            (a, b) if a == b => a.to_string(),
            (a, b) => format!("{a} to {b}"),
        };
        let architecture = self.architecture.as_ref().map(|a| format!(" {a}")).unwrap_or_default();
        let origin = match &self.converted_from {
            Some(from) => format!("from {from}"),
            None => format!("opset {}", self.opset),
        };
        let (scale, weights) = (self.scale, thousands(self.weights));
        format!("{scale}x{architecture}, {precision}{grey}{size}, {weights} weights, {origin}")
    }
}

/// 45156 as "45,156".
fn thousands(number: u64) -> String {
    let digits = number.to_string();
    let mut out = String::new();
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

/// A model that passed its trials. Sessions on further devices are made when asked for.
pub struct Model {
    info: ModelInfo,
    seats: Mutex<Vec<(Place, Arc<Seat>)>>,
    /// Whether several pictures may go through in one run, by device, once it was tried.
    batches: Mutex<Vec<(DeviceKind, bool)>>,
}

/// Where and how sessions run.
#[derive(Clone, Copy, PartialEq, Debug)]
pub(super) struct Place {
    pub kind: DeviceKind,
    pub precision: Precision,
    pub streams: usize,
}

impl Model {
    /// Reads the model at `path` (ONNX, or weights that become it; computed in 32 bits unless the file itself is a
    /// half-precision ONNX), looks into it, and tries it on small pictures on the CPU.
    ///
    /// # Errors
    /// A sentence for every file that is no model of one picture in, one picture out (see [`ModelError`]).
    pub fn load(runtime: &Runtime, path: &Path) -> Result<Self, ModelError> {
        Self::load_at(runtime, path, Precision::F32, Urgency::OnScreen)
    }

    /// As [`Model::load`], with weights computed in `precision`. An ONNX file has its own, whatever is asked.
    ///
    /// # Errors
    /// As [`Model::load`].
    pub fn load_in(runtime: &Runtime, path: &Path, precision: Precision) -> Result<Self, ModelError> {
        Self::load_at(runtime, path, precision, Urgency::OnScreen)
    }

    /// As [`Model::load_in`], its trials queued at `urgency`.
    pub(super) fn load_at(
        runtime: &Runtime,
        path: &Path,
        precision: Precision,
        urgency: Urgency,
    ) -> Result<Self, ModelError> {
        let Network { bytes, header, file_bytes, sha256 } = network(path, precision)?;
        let name = name_of(path);
        let (device, worker) = runtime.device(DeviceKind::Cpu)?;

        let seat = Seat::load(runtime, path, (device, worker), urgency, 1, bytes)?;
        let (form, output) = {
            let net = seat.first();
            (probe::form(&name, &net.input, net.sides.0)?, net.output.clone())
        };
        let Some(output_precision) = output.precision else {
            let what = format!("it gives values of the kind {}", output.kind);
            return Err(ModelError::Shape { model: name, what });
        };
        let mut run = |samples: Samples, shape: [usize; 3]| {
            let stop = Stop::default();
            let ticket = submit(worker, &seat, urgency, &stop, samples, (1, shape));
            let (_, result) = wait(ticket, device, &stop)?;
            result.map_err(|reason| ModelError::Trial { model: name.clone(), reason })
        };
        let found = probe::probe(&name, &form, &mut run)?;
        let file = File { path, name: &name, file_bytes, sha256 };
        let info = describe(file, &header, &form, output_precision, found);
        let place = Place { kind: DeviceKind::Cpu, precision: info.precision.0, streams: 1 };
        Ok(Self { info, seats: Mutex::new(vec![(place, seat)]), batches: Mutex::default() })
    }

    pub fn info(&self) -> &ModelInfo {
        &self.info
    }

    /// Whether the model can be run in `precision`: in its own, and weights in both.
    pub(super) fn can_be(&self, precision: Precision) -> bool {
        precision == self.info.precision.0 || self.info.converted_from.is_some()
    }

    /// The sessions at a place; loaded at the first call, and then tried against the CPU.
    pub(super) fn seat(&self, runtime: &Runtime, place: Place, urgency: Urgency) -> Result<Arc<Seat>, ModelError> {
        let known = |seats: &[(Place, Arc<Seat>)]| seats.iter().find(|(p, _)| *p == place).map(|(_, s)| s.clone());
        if let Some(seat) = known(&self.seats.lock()) {
            return Ok(seat);
        }
        let (device, worker) = runtime.device(place.kind)?;
        let network = network(&self.info.path, place.precision)?;
        let seat = Seat::load(runtime, &self.info.path, (device, worker), urgency, place.streams, network.bytes)?;
        let usual = Place { kind: DeviceKind::Cpu, precision: self.info.precision.0, streams: 1 };
        if (place.kind, place.precision) != (usual.kind, usual.precision) {
            self.check_against(usual, (runtime, place.kind, &seat), urgency)?;
        }
        let mut seats = self.seats.lock();
        let known = known(&seats);
        Ok(known.unwrap_or_else(|| {
            seats.push((place, seat.clone()));
            seat
        }))
    }

    /// Forgets the sessions on a device, which no longer answers as it did: the next call loads anew.
    pub(super) fn leave(&self, kind: DeviceKind) {
        self.seats.lock().retain(|(place, _)| place.kind != kind);
    }

    /// Forgets the other sessions on the device: they hold memory.
    pub(super) fn settle_for(&self, place: Place) {
        self.seats.lock().retain(|(other, _)| other.kind != place.kind || *other == place);
    }

    /// Whether two pictures in one run give what they give one by one; tried once a device.
    pub(super) fn takes_batches(&self, runtime: &Runtime, kind: DeviceKind, seat: &Arc<Seat>) -> bool {
        if let Some((_, takes)) = self.batches.lock().iter().find(|(k, _)| *k == kind) {
            return *takes;
        }
        let takes = self.try_batch(runtime, kind, seat).unwrap_or(false);
        self.batches.lock().push((kind, takes));
        takes
    }

    fn try_batch(&self, runtime: &Runtime, kind: DeviceKind, seat: &Arc<Seat>) -> Result<bool, ModelError> {
        let first = probe::texture(self.trial_shape());
        let second: Vec<f32> = first.iter().map(|v| 1.0 - v).collect();
        let both = [first.as_slice(), second.as_slice()].concat();
        let run = |samples, batch| self.try_run(runtime, (kind, seat), Urgency::Background, samples, batch);
        let alone = [run(first, 1)?, run(second, 1)?].concat();
        Ok(furthest(&run(both, 2)?, &alone).is_some_and(|off| off < 0.02))
    }

    /// Channels, height and width of a small picture that the model takes.
    fn trial_shape(&self) -> [usize; 3] {
        let side = 48_u32.next_multiple_of(self.info.multiple);
        let (width, height) = self.info.fixed_size.unwrap_or((side, side));
        [self.info.channels.0 as usize, height as usize, width as usize]
    }

    /// Runs `batch` pictures of the trial's shape.
    fn try_run(
        &self,
        runtime: &Runtime,
        (kind, seat): (DeviceKind, &Arc<Seat>),
        urgency: Urgency,
        samples: Vec<f32>,
        batch: usize,
    ) -> Result<Vec<f32>, ModelError> {
        let (device, worker) = runtime.device(kind)?;
        let (stop, size) = (Stop::default(), (batch, self.trial_shape()));
        let samples = Samples::from_f32(seat.precision(), samples);
        let (_, result) = wait(submit(worker, seat, urgency, &stop, samples, size), device, &stop)?;
        result.and_then(|out| out.to_vec()).map_err(|reason| ModelError::run(&self.info.name, &device.name, reason))
    }

    /// Runs the bare network `count` times on the left top `width` x `height` of `picture` (its last samples repeated
    /// where it is smaller), with no tiling, no queue and no copying around it: what a benchmark measures
    /// [`super::upscale`] against, on the same samples. Gives the seconds the runs took.
    ///
    /// # Errors
    /// As [`super::upscale`].
    pub fn bare_runs(
        &self,
        runtime: &Runtime,
        kind: DeviceKind,
        picture: &Image,
        (width, height): (u32, u32),
        count: usize,
    ) -> Result<f64, ModelError> {
        let shape = [self.info.channels.0 as usize, height as usize, width as usize];
        let (right, bottom) = (picture.width - 1, picture.height - 1);
        let at = |c: usize, y: u32, x: u32| picture.pixel(x.min(right), y.min(bottom))[c];
        let row = |c: usize, y: u32| (0..width).map(move |x| (c, y, x));
        let places = (0..shape[0]).flat_map(|c| (0..height).flat_map(move |y| row(c, y)));
        let samples = Samples::from_f32(self.info.precision.0, places.map(|(c, y, x)| at(c, y, x)).collect());
        let place = Place { kind, precision: self.info.precision.0, streams: 1 };
        let seat = self.seat(runtime, place, Urgency::OnScreen)?;
        let mut net = seat.first();
        let clock = std::time::Instant::now();
        for _ in 0..count {
            let failed = |reason| ModelError::run(&self.info.name, &kind.to_string(), reason);
            net.run(&samples, 1, shape).map_err(failed)?;
        }
        Ok(clock.elapsed().as_secs_f64())
    }

    /// Refuses sessions that give another picture than the usual ones do: drivers do have faults.
    fn check_against(
        &self,
        usual: Place,
        (runtime, kind, seat): (&Runtime, DeviceKind, &Arc<Seat>),
        urgency: Urgency,
    ) -> Result<(), ModelError> {
        let once = |kind: DeviceKind, seat: &Arc<Seat>| {
            self.try_run(runtime, (kind, seat), urgency, probe::texture(self.trial_shape()), 1)
        };
        let there = self.seat(runtime, usual, urgency)?;
        let off = furthest(&once(kind, seat)?, &once(usual.kind, &there)?);
        // Half precision is good to about 0.002 here; ten times that is no rounding.
        if off.is_some_and(|off| off < 0.02) {
            return Ok(());
        }
        let reason = match off {
            Some(off) => format!("its picture is {off:.3} off the CPU's"),
            None => "its picture has another size than the CPU's".to_owned(),
        };
        Err(ModelError::run(&self.info.name, &kind.to_string(), reason))
    }
}

/// The largest difference of two pictures; `None` when they are not of one size.
fn furthest(a: &[f32], b: &[f32]) -> Option<f32> {
    // A NaN must not pass as small: it is the furthest of all.
    let far = |off: f32| if off.is_nan() { f32::INFINITY } else { off };
    (a.len() == b.len()).then(|| a.iter().zip(b).map(|(a, b)| far((a - b).abs())).fold(0.0, f32::max))
}

/// A run that is under way: its input comes back to be used again.
pub(super) type Run = Ticket<(Samples, Result<Output, String>)>;

/// Queues one run on `worker`, of so many pictures of one shape.
pub(super) fn submit(
    worker: &Worker,
    seat: &Arc<Seat>,
    urgency: Urgency,
    stop: &Stop,
    samples: Samples,
    (batch, shape): (usize, [usize; 3]),
) -> Result<Run, NoResult> {
    let seat = seat.clone();
    worker.submit_abreast(urgency, stop, seat.streams(), move || {
        let result = seat.run(&samples, batch, shape);
        (samples, result)
    })
}

/// Waits for what was queued on `device`.
pub(super) fn wait<T>(ticket: Result<Ticket<T>, NoResult>, device: &Device, stop: &Stop) -> Result<T, ModelError> {
    ticket.and_then(|ticket| ticket.wait(stop)).map_err(|why| match why {
        NoResult::Stopped => ModelError::Stopped,
        NoResult::Gone => ModelError::ThreadGone { device: device.name.clone() },
    })
}

/// A file as ONNX Runtime takes it.
pub(super) struct Network {
    pub bytes: Vec<u8>,
    pub header: Header,
    /// Of the file on the disk.
    file_bytes: u64,
    pub sha256: String,
}

/// Reads a file that may be a model, whatever its ending, and builds the network if it holds weights alone.
pub(super) fn network(path: &Path, precision: Precision) -> Result<Network, ModelError> {
    let file = read(path)?;
    let (file_bytes, sha256) = (file.len() as u64, fingerprint::sha256(&file));
    let bytes = if import::is_weights(&file) { build(path, file, precision)?.bytes } else { file };
    match onnx::look(&bytes) {
        Ok(header) if header.external => Err(ModelError::External { path: path.to_owned() }),
        Ok(header) => Ok(Network { bytes, header, file_bytes, sha256 }),
        Err(Refusal::NotOnnx(what)) => Err(ModelError::NotOnnx { path: path.to_owned(), what }),
        Err(Refusal::Damaged) => Err(ModelError::Damaged { path: path.to_owned() }),
    }
}

/// Turns the weights at `path` into an ONNX file, the same that [`Model::load_in`] runs. Needs no ONNX Runtime.
///
/// # Errors
/// [`ModelError::Weights`] with a sentence of [`super::ImportError`], [`ModelError::AlreadyOnnx`], and those of reading.
pub fn convert(path: &Path, precision: Precision) -> Result<Converted, ModelError> {
    let file = read(path)?;
    if import::is_weights(&file) {
        return build(path, file, precision);
    }
    match onnx::look(&file) {
        Ok(_) => Err(ModelError::AlreadyOnnx { path: path.to_owned() }),
        Err(Refusal::NotOnnx(what)) => Err(ModelError::NotOnnx { path: path.to_owned(), what }),
        Err(Refusal::Damaged) => Err(ModelError::Damaged { path: path.to_owned() }),
    }
}

fn build(path: &Path, file: Vec<u8>, precision: Precision) -> Result<Converted, ModelError> {
    let fault = |fault| ModelError::Weights { path: path.to_owned(), fault };
    import::import(file.into(), &name_of(path), precision).map_err(fault)
}

/// Reads a file within the limits.
fn read(path: &Path) -> Result<Vec<u8>, ModelError> {
    let failed = |e: std::io::Error| ModelError::read(path, &e);
    let meta = std::fs::metadata(path).map_err(failed)?;
    if !meta.is_file() {
        return Err(ModelError::NotOnnx { path: path.to_owned(), what: "a folder or device" });
    }
    let mib = meta.len() >> 20;
    if mib >= MAX_FILE_MIB {
        return Err(ModelError::TooLarge { path: path.to_owned(), mib, limit: MAX_FILE_MIB });
    }
    std::fs::read(path).map_err(failed)
}

struct File<'a> {
    path: &'a Path,
    name: &'a str,
    file_bytes: u64,
    sha256: String,
}

fn describe(file: File<'_>, header: &Header, form: &Form, output: Precision, found: Found) -> ModelInfo {
    let said = |keys: &[&str]| {
        let has =
            |(key, value): &&(String, String)| !value.is_empty() && keys.iter().any(|k| key.eq_ignore_ascii_case(k));
        header.metadata.iter().find(has).map(|(_, value)| value.clone())
    };
    ModelInfo {
        name: file.name.to_owned(),
        path: file.path.to_owned(),
        architecture: header.architecture.clone().or_else(|| said(&["architecture"])),
        converted_from: said(&["converted_from"]),
        scale: found.scale,
        channels: found.channels,
        precision: (form.precision, output),
        fixed_size: form.fixed,
        multiple: found.multiple,
        reach: found.reach,
        opset: header.opset,
        producer: header.producer.clone(),
        author: said(&["author", "authors", "model_author", "creator"]),
        licence: said(&["license", "licence", "model_license"]),
        description: said(&["description"]).map(|text| one_line(&text, 300)),
        weights: header.weights,
        weight_bytes: header.weight_bytes,
        file_bytes: file.file_bytes,
        sha256: file.sha256,
        notes: found.notes,
    }
}

/// `text` with every run of white space and control characters as one blank, cut after `most` characters.
pub(super) fn one_line(text: &str, most: usize) -> String {
    let blank = |c: char| c.is_whitespace() || c.is_control();
    let line = text.split(blank).filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ");
    match line.char_indices().nth(most) {
        Some((end, _)) => format!("{}…", &line[..end]),
        None => line,
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn a_makers_words_are_one_short_line() {
        assert_eq!(super::one_line(" a\n\tb\u{7}c ", 9), "a b c");
        assert_eq!(super::one_line("éééé", 3), "ééé…");
    }

    #[test]
    fn numbers_are_grouped() {
        assert_eq!(super::thousands(7), "7");
        assert_eq!(super::thousands(45156), "45,156");
        assert_eq!(super::thousands(1234567), "1,234,567");
    }
}
