//! The host's side of `ssim.wgsl`.

use crate::gpu::{Gpu, GpuError, Kernel, read_words, words};
use crate::metrics::MetricError;
use crate::metrics::structure::auto_factor;

use super::planes::Luma;
use super::{failed, uniform};

/// Smallest side, as for the extractor.
const LEAST: u32 = 32;

pub(super) struct Kernels {
    reduce: Kernel,
    similarity: Kernel,
}

/// The uniform of the reduction in `ssim.wgsl`, field by field.
#[repr(C)]
#[derive(Clone, Copy, bytemuck::Pod, bytemuck::Zeroable)]
struct Reduction {
    factor: u32,
    width: u32,
    height: u32,
    weight: f32,
}

impl Kernels {
    pub fn new(gpu: &Gpu) -> Result<Self, GpuError> {
        let module = gpu.device.create_shader_module(wgpu::include_wgsl!("ssim.wgsl"));
        let [reduce, similarity] = ["reduce", "similarity"].map(|entry| Kernel::new(gpu, &module, entry));
        Ok(Self { reduce: reduce?, similarity: similarity? })
    }

    /// Mean SSIM of two planes of codes of `bits` bits.
    pub fn mean(&self, gpu: &Gpu, luma: &Luma, bits: u8) -> Result<f64, MetricError> {
        let (width, height) = (luma.width, luma.height);
        if width < LEAST || height < LEAST {
            return Err(MetricError::TooSmall { metric: "ssim_y", least: LEAST, width, height });
        }
        let factor = auto_factor(width, height) as u32;
        // libvmaf rounds an odd side up by one whole sample once it reduces.
        let side = |n: u32| if factor == 1 { n } else { n / factor + (n & 1) };
        let scale = 1.0 / f64::from(1u32 << (bits.clamp(8, 16) - 8));
        let weight = (scale / f64::from(factor * factor)) as f32;
        let reduction = Reduction { factor, width: side(width), height: side(height), weight };
        let sums = self.sums(gpu, luma, reduction).map_err(failed)?;
        let places = f64::from(reduction.width - 10) * f64::from(reduction.height - 10);
        Ok((sums.iter().copied().map(f64::from).sum::<f64>() / places).min(1.0))
    }

    fn sums(&self, gpu: &Gpu, luma: &Luma, reduction: Reduction) -> Result<Vec<f32>, GpuError> {
        let Reduction { width, height, .. } = reduction;
        let count = width as usize * height as usize;
        let grids = [words(gpu, "reference", count)?, words(gpu, "candidate", count)?];
        let mut encoder = gpu.device.create_command_encoder(&Default::default());
        let numbers = uniform(gpu, &reduction);
        for (plane, grid) in luma.views().iter().zip(&grids) {
            let resources = [
                (0, wgpu::BindingResource::TextureView(plane)),
                (1, numbers.as_entire_binding()),
                (2, grid.as_entire_binding()),
            ];
            self.reduce.run(gpu, &mut encoder, &resources, (width.div_ceil(16), height.div_ceil(16)));
        }
        let groups = ((width - 10).div_ceil(16), (height - 10).div_ceil(16));
        let sums = words(gpu, "sums", groups.0 as usize * groups.1 as usize)?;
        let size = uniform(gpu, &[width, height, 0, 0]);
        let resources = [
            (0, grids[0].as_entire_binding()),
            (1, grids[1].as_entire_binding()),
            (2, size.as_entire_binding()),
            (3, sums.as_entire_binding()),
        ];
        self.similarity.run(gpu, &mut encoder, &resources, groups);
        Ok(read_words(gpu, encoder, &[&sums])?.into_iter().flatten().map(f32::from_bits).collect())
    }
}
