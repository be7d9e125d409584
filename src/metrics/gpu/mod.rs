//! WGSL twins of what a live window wants of every frame: the same numbers from a graphics device. A software device is
//! slower than the processor's own path, so that whoever asks looks at the adapter first.
//!
//! | shader | twin | equal |
//! |---|---|---|
//! | `error.wgsl` | the overlays `error` and `signed_error` | to the bit |
//! | `squares.wgsl` | the extractor `psnr_y` | to the bit |
//! | `ssim.wgsl` | the extractor `ssim_y`, its reduction included | to 1e-5 |
//! | `edges.wgsl` | the ridges of `erqa`'s edges | to the bit |
//! | `gain.wgsl`, `moments.wgsl` | the overlay `gain` | to 1e-4 stops: whole numbers up to the logarithms |
//! | `support.wgsl` | the overlays `contradicted` and `added`, but for the choice of how the output is shrunk | to 1e-3 codes |

mod edges;
mod gain;
mod planes;
mod ssim;
mod support;

use wgpu::util::DeviceExt;

use crate::frame::Map;
use crate::gpu::{Gpu, GpuError, Kernel, read_words, words};

use super::erqa::edge_map;
use super::psnr::decibels;
use super::{Drawn, MetricError, Moment, Pair, Value};

use planes::Luma;

/// The kernels, built once for a device.
pub struct Twins {
    gpu: Gpu,
    error: Kernel,
    squares: Kernel,
    ssim: ssim::Kernels,
    edges: edges::Kernels,
    gain: gain::Kernels,
    support: support::Kernels,
}

/// The uniform of `error.wgsl`, field by field.
#[repr(C)]
#[derive(Clone, Copy, bytemuck::Pod, bytemuck::Zeroable)]
struct ErrorNumbers {
    scale: f32,
    signed: u32,
    padding: [u32; 2],
}

impl Twins {
    /// # Errors
    /// [`GpuError::NoCompute`] on a device without compute shaders.
    pub fn new(gpu: Gpu) -> Result<Self, GpuError> {
        let error = gpu.device.create_shader_module(wgpu::include_wgsl!("error.wgsl"));
        let squares = gpu.device.create_shader_module(wgpu::include_wgsl!("squares.wgsl"));
        Ok(Self {
            error: Kernel::new(&gpu, &error, "error")?,
            squares: Kernel::new(&gpu, &squares, "squares")?,
            ssim: ssim::Kernels::new(&gpu)?,
            edges: edges::Kernels::new(&gpu)?,
            gain: gain::Kernels::new(&gpu)?,
            support: support::Kernels::new(&gpu)?,
            gpu,
        })
    }

    pub fn gpu(&self) -> &Gpu {
        &self.gpu
    }

    /// The map of the overlay called `id`, with what is to be told of it; `None` where it has no twin.
    ///
    /// # Errors
    /// As the overlay's own, and [`MetricError::Gpu`] when the device fails: the processor's path is still there.
    pub fn drawn(&self, id: &str, moment: &Moment<'_>) -> Option<Result<Drawn, MetricError>> {
        let plain = |map: Result<Map, MetricError>| Some(map.map(|map| Drawn { map, note: None }));
        match id {
            "error" => plain(self.error(&moment.pair, false)),
            "signed_error" => plain(self.error(&moment.pair, true)),
            "gain" => plain(self.gain.map(&self.gpu, &moment.pair)),
            "erqa" => plain(edge_map(moment, &|reference, candidate, thresholds| {
                self.edges.of(&self.gpu, reference, candidate, thresholds).map_err(failed)
            })),
            "contradicted" => Some(self.support.contradicted(&self.gpu, moment)),
            "added" => Some(self.support.added(&self.gpu, moment)),
            _ => None,
        }
    }

    /// The map alone.
    ///
    /// # Errors
    /// As [`Twins::drawn`].
    pub fn map(&self, id: &str, moment: &Moment<'_>) -> Option<Result<Map, MetricError>> {
        Some(self.drawn(id, moment)?.map(|drawn| drawn.map))
    }

    /// PSNR of luma.
    ///
    /// # Errors
    /// As [`Twins::drawn`].
    pub fn psnr_y(&self, pair: &Pair<'_>) -> Result<Value, MetricError> {
        let luma = Luma::upload(&self.gpu, pair, "psnr_y")?;
        let error = self.squared_error(&luma).map_err(failed)?;
        Ok(decibels(error, u64::from(luma.width) * u64::from(luma.height), pair.sample().bits()))
    }

    /// SSIM of luma; see [`super::find`]`("ssim_y")`.
    ///
    /// # Errors
    /// As [`Twins::drawn`], and [`MetricError::TooSmall`] as the extractor.
    pub fn ssim_y(&self, pair: &Pair<'_>) -> Result<f64, MetricError> {
        let luma = Luma::upload(&self.gpu, pair, "ssim_y")?;
        self.ssim.mean(&self.gpu, &luma, pair.sample().bits())
    }

    fn error(&self, pair: &Pair<'_>, signed: bool) -> Result<Map, MetricError> {
        let luma = Luma::upload(&self.gpu, pair, if signed { "signed_error" } else { "error" })?;
        let scale = 1.0 / (1u32 << (pair.sample().bits().clamp(8, 16) - 8)) as f32;
        let numbers = ErrorNumbers { scale, signed: u32::from(signed), padding: [0; 2] };
        let values = self.error_map(&luma, numbers).map_err(failed)?;
        Map::new(luma.width, luma.height, values).map_err(|error| MetricError::Color(error.to_string()))
    }

    fn error_map(&self, luma: &Luma, numbers: ErrorNumbers) -> Result<Vec<f32>, GpuError> {
        let gpu = &self.gpu;
        let map = words(gpu, "error", luma.width as usize * luma.height as usize)?;
        let numbers = uniform(gpu, &numbers);
        let mut encoder = gpu.device.create_command_encoder(&Default::default());
        let [reference, candidate] = luma.views();
        let resources = [
            (0, wgpu::BindingResource::TextureView(&reference)),
            (1, wgpu::BindingResource::TextureView(&candidate)),
            (2, numbers.as_entire_binding()),
            (3, map.as_entire_binding()),
        ];
        self.error.run(gpu, &mut encoder, &resources, (luma.width.div_ceil(16), luma.height.div_ceil(16)));
        let found = read_words(gpu, encoder, &[&map])?;
        Ok(found.into_iter().flatten().map(f32::from_bits).collect())
    }

    fn squared_error(&self, luma: &Luma) -> Result<u64, GpuError> {
        let gpu = &self.gpu;
        let groups = (luma.width.div_ceil(64), luma.height.div_ceil(64));
        let sums = words(gpu, "squares", 2 * groups.0 as usize * groups.1 as usize)?;
        let mut encoder = gpu.device.create_command_encoder(&Default::default());
        let [reference, candidate] = luma.views();
        let resources = [
            (0, wgpu::BindingResource::TextureView(&reference)),
            (1, wgpu::BindingResource::TextureView(&candidate)),
            (2, sums.as_entire_binding()),
        ];
        self.squares.run(gpu, &mut encoder, &resources, groups);
        let found = read_words(gpu, encoder, &[&sums])?;
        let halves = found.iter().flat_map(|words| words.chunks_exact(2));
        Ok(halves.map(|half| u64::from(half[0]) + (u64::from(half[1]) << 16)).sum())
    }
}

/// A uniform buffer of plain numbers.
fn uniform<T: bytemuck::Pod>(gpu: &Gpu, numbers: &T) -> wgpu::Buffer {
    gpu.device.create_buffer_init(&wgpu::util::BufferInitDescriptor {
        label: Some("numbers"),
        contents: bytemuck::bytes_of(numbers),
        usage: wgpu::BufferUsages::UNIFORM,
    })
}

fn failed(error: GpuError) -> MetricError {
    MetricError::Gpu(error.to_string())
}
