//! Planes on the graphics device.

use crate::frame::{Plane, Sample};
use crate::gpu::{Gpu, GpuError, new_texture, upload};
use crate::metrics::{MetricError, Pair, Reads};

use super::failed;

/// The luma codes of a pair, as they are.
pub(super) struct Luma {
    pub width: u32,
    pub height: u32,
    /// Reference, candidate.
    planes: [wgpu::Texture; 2],
}

impl Luma {
    /// # Errors
    /// [`MetricError::NoLuma`] with `asker`'s name, [`MetricError::Gpu`] beyond the device's largest texture.
    pub fn upload(gpu: &Gpu, pair: &Pair<'_>, asker: &'static str) -> Result<Self, MetricError> {
        let (reference, candidate) = pair.planes(asker, Reads::Luma)?;
        let (width, height, limit) = (reference.width, reference.height, gpu.max_side());
        if width.max(height) > limit {
            return Err(failed(GpuError::TooLarge { width, height, limit }));
        }
        let planes = [reference, candidate].map(|plane| texture(gpu, plane, pair.sample()));
        Ok(Self { width, height, planes })
    }

    pub fn views(&self) -> [wgpu::TextureView; 2] {
        self.planes.each_ref().map(|plane| plane.create_view(&Default::default()))
    }
}

fn texture(gpu: &Gpu, plane: &Plane, sample: Sample) -> wgpu::Texture {
    let format = if sample == Sample::U8 { wgpu::TextureFormat::R8Uint } else { wgpu::TextureFormat::R16Uint };
    let usage = wgpu::TextureUsages::TEXTURE_BINDING | wgpu::TextureUsages::COPY_DST;
    let texture = new_texture(&gpu.device, "luma", (plane.width, plane.height), format, usage);
    upload(&gpu.queue, &texture, plane.bytes(), plane.stride as u32);
    texture
}
