//! The host's side of `gain.wgsl` and `moments.wgsl`.

use crate::frame::Map;
use crate::gpu::{Gpu, GpuError, Kernel, read_words, words};
use crate::metrics::vmaf::vif::{GainScale, filter, gain_map};
use crate::metrics::{MetricError, Pair};

use super::planes::Luma;
use super::{failed, uniform};

pub(super) struct Kernels {
    raise: Kernel,
    down: Kernel,
    along: Kernel,
    moments: Kernel,
    gain: Kernel,
}

/// The uniform of both shaders, field by field.
#[repr(C)]
#[derive(Clone, Copy, bytemuck::Pod, bytemuck::Zeroable)]
struct Numbers {
    width: u32,
    height: u32,
    taps: u32,
    shift: u32,
    filter: [u32; 12],
}

impl Numbers {
    /// For a scale of `size` and the filter of `scale`.
    fn new((width, height): (u32, u32), scale: usize, shift: u32) -> Self {
        let taps = filter(scale);
        let mut filter = [0; 12];
        filter.iter_mut().zip(taps).for_each(|(to, tap)| *to = *tap as u32);
        Self { width, height, taps: taps.len() as u32, shift, filter }
    }
}

fn groups((width, height): (u32, u32)) -> (u32, u32) {
    (width.div_ceil(16), height.div_ceil(16))
}

impl Kernels {
    pub fn new(gpu: &Gpu) -> Result<Self, GpuError> {
        let gain = gpu.device.create_shader_module(wgpu::include_wgsl!("gain.wgsl"));
        let moments = gpu.device.create_shader_module(wgpu::include_wgsl!("moments.wgsl"));
        Ok(Self {
            raise: Kernel::new(gpu, &gain, "raise")?,
            down: Kernel::new(gpu, &gain, "down")?,
            along: Kernel::new(gpu, &gain, "along")?,
            moments: Kernel::new(gpu, &moments, "down")?,
            gain: Kernel::new(gpu, &moments, "gain")?,
        })
    }

    /// The overlay `gain`.
    pub fn map(&self, gpu: &Gpu, pair: &Pair<'_>) -> Result<Map, MetricError> {
        let luma = Luma::upload(gpu, pair, "gain")?;
        let scales = self.scales(gpu, &luma, pair.sample().bits()).map_err(failed)?;
        gain_map(pair, scales)
    }

    /// The gain at the second and third scale.
    fn scales(&self, gpu: &Gpu, luma: &Luma, bits: u8) -> Result<[GainScale; 2], GpuError> {
        let mut encoder = gpu.device.create_command_encoder(&Default::default());
        let mut size = (luma.width, luma.height);
        let views = luma.views();
        let numbers = uniform(gpu, &Numbers::new(size, 1, 16u32.saturating_sub(bits.into())));
        let mut pictures = [words_of(gpu, size)?, words_of(gpu, size)?];
        for (view, picture) in views.iter().zip(&pictures) {
            let resources = [
                (0, wgpu::BindingResource::TextureView(view)),
                (1, numbers.as_entire_binding()),
                (3, picture.as_entire_binding()),
            ];
            self.raise.run(gpu, &mut encoder, &resources, groups(size));
        }
        let mut found = Vec::new();
        for scale in [1, 2] {
            pictures = [
                self.half(gpu, &mut encoder, &pictures[0], size, scale)?,
                self.half(gpu, &mut encoder, &pictures[1], size, scale)?,
            ];
            size = (size.0 / 2, size.1 / 2);
            found.push((size, self.gains(gpu, &mut encoder, &pictures, size, scale)?));
        }
        let buffers: Vec<&wgpu::Buffer> = found.iter().map(|(_, buffer)| buffer).collect();
        let mut read = read_words(gpu, encoder, &buffers)?.into_iter();
        let mut scale = |at: usize| {
            let ((width, height), _) = found[at];
            let stops = read.next().unwrap_or_default().into_iter().map(f32::from_bits).collect();
            GainScale { width: width as usize, height: height as usize, stops }
        };
        Ok([scale(0), scale(1)])
    }

    /// `picture` at half its size, by the filter of `scale`.
    fn half(
        &self,
        gpu: &Gpu,
        encoder: &mut wgpu::CommandEncoder,
        picture: &wgpu::Buffer,
        (width, height): (u32, u32),
        scale: usize,
    ) -> Result<wgpu::Buffer, GpuError> {
        let numbers = uniform(gpu, &Numbers::new((width, height), scale, 0));
        let rows = words_of(gpu, (width, height / 2))?;
        let result = words_of(gpu, (width / 2, height / 2))?;
        for (kernel, from, to, size) in
            [(&self.down, picture, &rows, (width, height / 2)), (&self.along, &rows, &result, (width / 2, height / 2))]
        {
            let resources =
                [(1, numbers.as_entire_binding()), (2, from.as_entire_binding()), (3, to.as_entire_binding())];
            kernel.run(gpu, encoder, &resources, groups(size));
        }
        Ok(result)
    }

    fn gains(
        &self,
        gpu: &Gpu,
        encoder: &mut wgpu::CommandEncoder,
        pictures: &[wgpu::Buffer; 2],
        size: (u32, u32),
        scale: usize,
    ) -> Result<wgpu::Buffer, GpuError> {
        let numbers = uniform(gpu, &Numbers::new(size, scale, 0));
        let columns = words_of(gpu, (4 * size.0, size.1))?;
        let gains = words_of(gpu, size)?;
        let resources = [
            (0, pictures[0].as_entire_binding()),
            (1, numbers.as_entire_binding()),
            (2, pictures[1].as_entire_binding()),
            (3, columns.as_entire_binding()),
        ];
        self.moments.run(gpu, encoder, &resources, groups(size));
        let resources =
            [(1, numbers.as_entire_binding()), (3, columns.as_entire_binding()), (4, gains.as_entire_binding())];
        self.gain.run(gpu, encoder, &resources, groups(size));
        Ok(gains)
    }
}

fn words_of(gpu: &Gpu, (width, height): (u32, u32)) -> Result<wgpu::Buffer, GpuError> {
    words(gpu, "scale", width as usize * height as usize)
}
