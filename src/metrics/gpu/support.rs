//! The host's side of `support.wgsl`.

use wgpu::util::DeviceExt;

use crate::color::Axis;
use crate::frame::Map;
use crate::gpu::{Gpu, GpuError, Kernel, read_words, words};
use crate::metrics::invented::{Chosen, Luma};
use crate::metrics::{Drawn, MetricError, Moment};

use super::{failed, uniform};

pub(super) struct Kernels {
    across: Kernel,
    down: Kernel,
    given_back: Kernel,
    contradiction: Kernel,
    addition: Kernel,
}

/// A plane on the device.
struct Plane {
    size: (usize, usize),
    samples: wgpu::Buffer,
}

impl Kernels {
    pub fn new(gpu: &Gpu) -> Result<Self, GpuError> {
        let module = gpu.device.create_shader_module(wgpu::include_wgsl!("support.wgsl"));
        let kernel = |entry| Kernel::new(gpu, &module, entry);
        Ok(Self {
            across: kernel("across")?,
            down: kernel("down")?,
            given_back: kernel("given_back")?,
            contradiction: kernel("contradiction")?,
            addition: kernel("addition")?,
        })
    }

    /// The overlay `contradicted`.
    pub fn contradicted(&self, gpu: &Gpu, moment: &Moment<'_>) -> Result<Drawn, MetricError> {
        self.drawn(gpu, &Chosen::of("contradicted", moment)?, false)
    }

    /// The overlay `added`.
    pub fn added(&self, gpu: &Gpu, moment: &Moment<'_>) -> Result<Drawn, MetricError> {
        self.drawn(gpu, &Chosen::of("added", moment)?, true)
    }

    fn drawn(&self, gpu: &Gpu, chosen: &Chosen, added: bool) -> Result<Drawn, MetricError> {
        let ((width, height), values) = self.values(gpu, chosen, added).map_err(failed)?;
        let map = Map::new(width as u32, height as u32, values).map_err(|e| MetricError::Color(e.to_string()))?;
        Ok(Drawn { map, note: Some(chosen.words()) })
    }

    fn values(&self, gpu: &Gpu, chosen: &Chosen, added: bool) -> Result<((usize, usize), Vec<f32>), GpuError> {
        let mut encoder = gpu.device.create_command_encoder(&Default::default());
        let plane = |label, luma: &Luma| {
            let samples = filled(gpu, label, &luma.samples)?;
            Ok::<_, GpuError>(Plane { size: (luma.width, luma.height), samples })
        };
        let (input, shrunk) = (plane("input", &chosen.input)?, plane("shrunk", &chosen.down)?);
        let [shrinking, growing] = chosen.axes();
        let enlarged = plane("enlarged", &chosen.enlarged)?;
        let plain = self.resized(gpu, &mut encoder, &enlarged, (shrinking, chosen.way.down))?;
        let parts = [(5, &input), (6, &shrunk), (7, &plain)];
        let found = if added {
            let given_back = combined(gpu, &mut encoder, &self.given_back, &parts, input.size)?;
            let carried = self.resized(gpu, &mut encoder, &given_back, (growing, chosen.way.up))?;
            let output = plane("output", &chosen.output)?;
            combined(gpu, &mut encoder, &self.addition, &[(0, &carried), (8, &output)], output.size)?
        } else {
            combined(gpu, &mut encoder, &self.contradiction, &parts, input.size)?
        };
        let read = read_words(gpu, encoder, &[&found.samples])?;
        Ok((found.size, read.into_iter().flatten().map(f32::from_bits).collect()))
    }

    /// `plane` resampled along both axes; the one that leaves fewer samples goes first, as on the processor.
    fn resized(
        &self,
        gpu: &Gpu,
        encoder: &mut wgpu::CommandEncoder,
        plane: &Plane,
        ([across, down], kernel): ([Axis; 2], crate::color::Kernel),
    ) -> Result<Plane, GpuError> {
        let steps = [(&self.across, across, (across.to, plane.size.1)), (&self.down, down, (plane.size.0, down.to))];
        let down_first = down.to * across.from <= down.from * across.to;
        let [first, second] = if down_first { [steps[1], steps[0]] } else { steps };
        let between = weighed(gpu, encoder, plane, (first.0, first.1, kernel), first.2)?;
        weighed(gpu, encoder, &between, (second.0, second.1, kernel), (across.to, down.to))
    }
}

/// `plane` resampled along one axis, to `size`.
fn weighed(
    gpu: &Gpu,
    encoder: &mut wgpu::CommandEncoder,
    plane: &Plane,
    (work, axis, kernel): (&Kernel, Axis, crate::color::Kernel),
    size: (usize, usize),
) -> Result<Plane, GpuError> {
    let taps = axis.taps(kernel);
    let (spans, weights) = taps.tables();
    let (spans, weights) = (filled(gpu, "spans", &spans)?, filled(gpu, "weights", weights)?);
    let sizes = sizes(gpu, plane.size, size);
    let to = Plane { size, samples: words(gpu, "resized", size.0 * size.1)? };
    let resources = [
        (0, plane.samples.as_entire_binding()),
        (1, spans.as_entire_binding()),
        (2, weights.as_entire_binding()),
        (3, sizes.as_entire_binding()),
        (4, to.samples.as_entire_binding()),
    ];
    work.run(gpu, encoder, &resources, groups(size));
    Ok(to)
}

/// A plane of `size` whose samples `kernel` makes of those of `parts` at the same place.
fn combined(
    gpu: &Gpu,
    encoder: &mut wgpu::CommandEncoder,
    kernel: &Kernel,
    parts: &[(u32, &Plane)],
    size: (usize, usize),
) -> Result<Plane, GpuError> {
    let to = Plane { size, samples: words(gpu, "combined", size.0 * size.1)? };
    let sizes = sizes(gpu, size, size);
    let mut resources = vec![(3, sizes.as_entire_binding()), (4, to.samples.as_entire_binding())];
    resources.extend(parts.iter().map(|(binding, plane)| (*binding, plane.samples.as_entire_binding())));
    kernel.run(gpu, encoder, &resources, groups(size));
    Ok(to)
}

fn sizes(gpu: &Gpu, from: (usize, usize), to: (usize, usize)) -> wgpu::Buffer {
    uniform(gpu, &[from.0, from.1, to.0, to.1].map(|side| side as u32))
}

fn groups((width, height): (usize, usize)) -> (u32, u32) {
    ((width as u32).div_ceil(16), (height as u32).div_ceil(16))
}

/// A buffer that kernels read.
///
/// # Errors
/// [`GpuError::TooMuch`] beyond what the device binds at once.
fn filled<T: bytemuck::Pod>(gpu: &Gpu, label: &'static str, numbers: &[T]) -> Result<wgpu::Buffer, GpuError> {
    let (bytes, limits) = (std::mem::size_of_val(numbers) as u64, gpu.device.limits());
    let limit = limits.max_storage_buffer_binding_size.min(limits.max_buffer_size);
    if bytes > limit {
        return Err(GpuError::TooMuch { bytes, limit });
    }
    Ok(gpu.device.create_buffer_init(&wgpu::util::BufferInitDescriptor {
        label: Some(label),
        contents: bytemuck::cast_slice(numbers),
        usage: wgpu::BufferUsages::STORAGE,
    }))
}
