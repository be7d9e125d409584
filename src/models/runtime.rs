//! ONNX Runtime, once a process: its library, the devices it shows, and a thread before each.

use std::collections::VecDeque;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::SystemTime;

use ort::environment::Environment;
use parking_lot::Mutex;

use super::error::brief;
use super::queue::Worker;
use super::{Model, ModelError, ModelInfo, places};
use crate::frame::Urgency;

/// What kind of machine runs a model.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum DeviceKind {
    Cpu,
    /// A graphics card of any vendor, through Vulkan (the WebGPU plugin).
    WebGpu,
}

impl DeviceKind {
    /// ONNX Runtime's name of the provider.
    pub(super) fn provider(self) -> &'static str {
        match self {
            Self::Cpu => "CPUExecutionProvider",
            Self::WebGpu => "WebGpuExecutionProvider",
        }
    }
}

impl std::fmt::Display for DeviceKind {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(if *self == Self::Cpu { "CPU" } else { "WebGPU" })
    }
}

impl std::str::FromStr for DeviceKind {
    type Err = ModelError;

    fn from_str(name: &str) -> Result<Self, ModelError> {
        match name.to_ascii_lowercase().as_str() {
            "cpu" => Ok(Self::Cpu),
            "webgpu" | "gpu" => Ok(Self::WebGpu),
            _ => Err(ModelError::NoDevice { kind: name.to_owned() }),
        }
    }
}

/// A device that shows here.
#[derive(Clone, Debug, PartialEq)]
pub struct Device {
    pub kind: DeviceKind,
    /// For people: "CPU, 2 threads".
    pub name: String,
}

/// A handle to ONNX Runtime; clones are cheap and mean the same.
#[derive(Clone)]
pub struct Runtime(Arc<Inner>);

struct Inner {
    environment: Environment,
    library: PathBuf,
    version: String,
    devices: Vec<(Device, Worker)>,
    notes: Vec<String>,
    threads: usize,
    /// The models used last, so that a recipe opened again need not be probed again.
    recent: Mutex<VecDeque<(Stamp, Arc<Model>)>>,
}

type Stamp = (PathBuf, u64, Option<SystemTime>);

/// Models kept ready.
const RECENT: usize = 4;

/// The one runtime of the process: ONNX Runtime allows no second.
static RUNTIME: Mutex<Option<Runtime>> = Mutex::new(None);

impl Runtime {
    /// The process's runtime; the first call finds and starts it.
    ///
    /// # Errors
    /// [`ModelError::NoLibrary`], [`ModelError::Library`] or [`ModelError::Start`]. A later call tries again.
    pub fn get() -> Result<Self, ModelError> {
        let mut slot = RUNTIME.lock();
        if let Some(runtime) = &*slot {
            return Ok(runtime.clone());
        }
        let runtime = Self::start(&places::library().ok_or(ModelError::NoLibrary)?)?;
        *slot = Some(runtime.clone());
        Ok(runtime)
    }

    fn start(library: &Path) -> Result<Self, ModelError> {
        if !library.is_file() {
            let reason = "there is no such file".to_owned();
            return Err(ModelError::Library { path: library.to_owned(), reason });
        }
        let started = |e: ort::Error| ModelError::Start { reason: brief(e) };
        // Microsoft's builds send telemetry unless told not to. What the library says goes to the program's own log.
        let environment = ort::init_from(library)
            .map_err(|e| ModelError::Library { path: library.to_owned(), reason: brief(e) })?
            .with_name("doublet")
            .with_telemetry(false)
            .with_logger(Arc::new(|_, _, _, _, message| log::debug!(target: "onnxruntime", "{message}")))
            .build()
            .map_err(started)?;
        environment.set_log_level(ort::logging::LogLevel::Error);

        let mut notes = Vec::new();
        if let Err(why) = register_webgpu(&environment, library) {
            notes.push(why);
        }
        let threads = std::thread::available_parallelism().map_or(1, usize::from);
        let cpu = Device { kind: DeviceKind::Cpu, name: format!("CPU, {threads} threads") };
        let mut devices = vec![(cpu, Worker::new("infer-cpu"))];
        if let Some(name) = gpu_name(&environment) {
            devices.insert(0, (Device { kind: DeviceKind::WebGpu, name }, Worker::new("infer-webgpu")));
        }
        let version = version_of(library);
        let recent = Mutex::default();
        let library = library.to_owned();
        Ok(Self(Arc::new(Inner { environment, library, version, devices, notes, threads, recent })))
    }

    /// The devices that show here, the one that Doublet prefers first. The CPU is always among them.
    pub fn devices(&self) -> Vec<Device> {
        self.0.devices.iter().map(|(device, _)| device.clone()).collect()
    }

    /// The device that is taken when none is asked for.
    pub fn best(&self) -> DeviceKind {
        self.0.devices.first().map_or(DeviceKind::Cpu, |(device, _)| device.kind)
    }

    /// The library in use.
    pub fn library(&self) -> &Path {
        &self.0.library
    }

    /// ONNX Runtime's version, as its file name tells it.
    pub fn version(&self) -> &str {
        &self.0.version
    }

    /// Sentences about what was looked for and is not there (a missing WebGPU plugin).
    pub fn notes(&self) -> &[String] {
        &self.0.notes
    }

    /// Loads the model at `path`, or gives the one that is loaded already.
    ///
    /// # Errors
    /// As [`Model::load`].
    pub fn model(&self, path: &Path) -> Result<Arc<Model>, ModelError> {
        let meta = std::fs::metadata(path).map_err(|e| ModelError::read(path, &e))?;
        let real = path.canonicalize().unwrap_or_else(|_| path.to_owned());
        let stamp: Stamp = (real, meta.len(), meta.modified().ok());
        let known = |recent: &VecDeque<(Stamp, Arc<Model>)>| {
            recent.iter().find(|(s, _)| *s == stamp).map(|(_, model)| model.clone())
        };
        if let Some(model) = known(&self.0.recent.lock()) {
            return Ok(model);
        }
        let model = Arc::new(Model::load(self, path)?);
        let mut recent = self.0.recent.lock();
        if let Some(model) = known(&recent) {
            return Ok(model);
        }
        recent.push_front((stamp, model.clone()));
        recent.truncate(RECENT);
        Ok(model)
    }

    /// Lets go of the models kept ready, so that the next to ask for one loads it anew: for who measures that. Models in
    /// use stay.
    pub fn forget_models(&self) {
        self.0.recent.lock().clear();
    }

    /// Looks into the model at `path` as [`Model::load`] does, after all that somebody waits for, and keeps nothing of
    /// it but what was found: for a shelf of hundreds.
    ///
    /// # Errors
    /// As [`Model::load`].
    pub fn look(&self, path: &Path) -> Result<ModelInfo, ModelError> {
        Ok(Model::load_at(self, path, super::Precision::F32, Urgency::Background)?.info().clone())
    }

    /// Ends the inference threads of the process's runtime, if it was started, after the jobs they are in. For the end
    /// of a program, so that the library is not unloaded under a running thread; nothing runs afterwards.
    pub fn shutdown() {
        if let Some(runtime) = &*RUNTIME.lock() {
            runtime.0.devices.iter().for_each(|(_, worker)| worker.close());
        }
    }

    pub(super) fn environment(&self) -> Environment {
        self.0.environment.clone()
    }

    /// Threads for one operator on the CPU.
    pub(super) fn threads(&self) -> usize {
        self.0.threads
    }

    pub(super) fn device(&self, kind: DeviceKind) -> Result<&(Device, Worker), ModelError> {
        let found = self.0.devices.iter().find(|(device, _)| device.kind == kind);
        found.ok_or_else(|| ModelError::NoDevice { kind: kind.to_string() })
    }
}

/// Brings in the WebGPU provider that lies beside the library. Registered without a graphics card, no device shows.
fn register_webgpu(environment: &Environment, library: &Path) -> Result<(), String> {
    let plugin = library.with_file_name(places::WEBGPU_PLUGIN);
    if !plugin.is_file() {
        return Err(format!(
            "the WebGPU plugin ({}) is not beside ONNX Runtime's library, so models run on the CPU; run `make setup`",
            places::WEBGPU_PLUGIN
        ));
    }
    environment
        .register_ep_library("webgpu", plugin)
        .map_err(|e| format!("the WebGPU plugin does not start ({}), so models run on the CPU", brief(e)))
}

/// The graphics card that the WebGPU provider shows, by name.
fn gpu_name(environment: &Environment) -> Option<String> {
    let device = environment.devices().find(|d| d.ep().is_ok_and(|ep| ep == DeviceKind::WebGpu.provider()))?;
    let hardware = device.hardware_device();
    let vendor = hardware.vendor().unwrap_or_default().trim().to_owned();
    let vendor = if vendor.is_empty() { "a graphics card".to_owned() } else { vendor };
    Some(format!("WebGPU on {vendor} (device {:04x})", hardware.id()))
}

fn version_of(library: &Path) -> String {
    let name = library.canonicalize().unwrap_or_else(|_| library.to_owned());
    let name = name.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default();
    let numbers: Vec<&str> = name.split('.').filter(|part| part.parse::<u32>().is_ok()).collect();
    if numbers.is_empty() { "of unknown version".to_owned() } else { numbers.join(".") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_library_that_is_none_gets_a_sentence() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("libonnxruntime.so");
        let missing = Runtime::start(&path).err().unwrap().to_string();
        assert!(missing.contains("make setup") && missing.contains("no such file"), "{missing}");
        std::fs::write(&path, "words").unwrap();
        let words = Runtime::start(&path).err().unwrap().to_string();
        assert!(words.contains("make setup") && words.contains("does not load"), "{words}");
    }

    #[test]
    fn devices_have_names() {
        assert_eq!("webgpu".parse::<DeviceKind>().unwrap(), DeviceKind::WebGpu);
        assert_eq!("CPU".parse::<DeviceKind>().unwrap(), DeviceKind::Cpu);
        assert!("tpu".parse::<DeviceKind>().is_err());
    }
}
