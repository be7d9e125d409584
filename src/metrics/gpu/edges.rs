//! The host's side of `edges.wgsl`.

use crate::gpu::{Gpu, GpuError, Kernel, new_texture, read_words, upload, words};
use crate::metrics::erqa::{Edges, Window, followed};

use super::uniform;

pub(super) struct Kernels {
    gradient: Kernel,
    thin: Kernel,
}

/// The uniform of `edges.wgsl`, field by field.
#[repr(C)]
#[derive(Clone, Copy, bytemuck::Pod, bytemuck::Zeroable)]
struct Numbers {
    width: u32,
    height: u32,
    low: i32,
    high: i32,
}

impl Kernels {
    pub fn new(gpu: &Gpu) -> Result<Self, GpuError> {
        let module = gpu.device.create_shader_module(wgpu::include_wgsl!("edges.wgsl"));
        let [gradient, thin] = ["gradient", "thin"].map(|entry| Kernel::new(gpu, &module, entry));
        Ok(Self { gradient: gradient?, thin: thin? })
    }

    /// The edges of both windows; the thresholds are low and high.
    pub fn of(
        &self,
        gpu: &Gpu,
        reference: &Window<'_>,
        candidate: &Window<'_>,
        thresholds: (i16, i16),
    ) -> Result<(Edges, Edges), GpuError> {
        let mut encoder = gpu.device.create_command_encoder(&Default::default());
        let first = self.ridges(gpu, &mut encoder, reference, thresholds)?;
        let second = self.ridges(gpu, &mut encoder, candidate, thresholds)?;
        let found = read_words(gpu, encoder, &[&first, &second])?;
        let edges = |words: Option<&Vec<u32>>, window: &Window<'_>| {
            let bytes: &[u8] = words.map_or(&[], |words| bytemuck::cast_slice(words));
            followed(bytes, window.width.next_multiple_of(4), window.width, window.height)
        };
        Ok((edges(found.first(), reference), edges(found.get(1), candidate)))
    }

    fn ridges(
        &self,
        gpu: &Gpu,
        encoder: &mut wgpu::CommandEncoder,
        window: &Window<'_>,
        (low, high): (i16, i16),
    ) -> Result<wgpu::Buffer, GpuError> {
        let (width, height, limit) = (window.width as u32, window.height as u32, gpu.max_side());
        if width.max(height) > limit {
            return Err(GpuError::TooLarge { width, height, limit });
        }
        let picture = texture(gpu, window);
        let view = picture.create_view(&Default::default());
        let numbers = uniform(gpu, &Numbers { width, height, low: low.into(), high: high.into() });
        let gradients = words(gpu, "gradients", window.width * window.height)?;
        let ridges = words(gpu, "ridges", window.width.div_ceil(4) * window.height)?;
        let resources = [
            (0, wgpu::BindingResource::TextureView(&view)),
            (1, numbers.as_entire_binding()),
            (2, gradients.as_entire_binding()),
        ];
        self.gradient.run(gpu, encoder, &resources, (width.div_ceil(16), height.div_ceil(16)));
        let resources =
            [(1, numbers.as_entire_binding()), (2, gradients.as_entire_binding()), (3, ridges.as_entire_binding())];
        self.thin.run(gpu, encoder, &resources, (width.div_ceil(4).div_ceil(16), height.div_ceil(16)));
        Ok(ridges)
    }
}

fn texture(gpu: &Gpu, window: &Window<'_>) -> wgpu::Texture {
    let (width, height) = (window.width, window.height);
    let mut texels = Vec::with_capacity(width * height * 4);
    for y in 0..height as isize {
        let [r, g, b] = [0, 1, 2].map(|c| window.row(c, y));
        texels.extend(r.iter().zip(g).zip(b).flat_map(|((r, g), b)| [*r, *g, *b, 255]));
    }
    let usage = wgpu::TextureUsages::TEXTURE_BINDING | wgpu::TextureUsages::COPY_DST;
    let size = (width as u32, height as u32);
    let texture = new_texture(&gpu.device, "picture", size, wgpu::TextureFormat::Rgba8Uint, usage);
    upload(&gpu.queue, &texture, &texels, width as u32 * 4);
    texture
}
