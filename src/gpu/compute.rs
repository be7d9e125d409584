//! Compute kernels: one entry of a shader, its bindings in one group, and buffers to read back.

use super::{Gpu, GpuError};

/// One entry of a compute shader.
pub struct Kernel {
    pipeline: wgpu::ComputePipeline,
    layout: wgpu::BindGroupLayout,
}

impl Kernel {
    /// Builds the pipeline; bindings are those of group 0, as the shader has them.
    ///
    /// # Errors
    /// [`GpuError::NoCompute`] on a device that draws only (OpenGL ES 3, WebGL).
    pub fn new(gpu: &Gpu, source: &wgpu::ShaderModule, entry: &str) -> Result<Self, GpuError> {
        if !gpu.computes() {
            return Err(GpuError::NoCompute(gpu.info.name.clone()));
        }
        let pipeline = gpu.device.create_compute_pipeline(&wgpu::ComputePipelineDescriptor {
            label: Some(entry),
            layout: None,
            module: source,
            entry_point: Some(entry),
            compilation_options: Default::default(),
            cache: None,
        });
        let layout = pipeline.get_bind_group_layout(0);
        Ok(Self { pipeline, layout })
    }

    /// Records one run over `groups` workgroups, with the resources that this entry reads, by binding.
    pub fn run(
        &self,
        gpu: &Gpu,
        encoder: &mut wgpu::CommandEncoder,
        resources: &[(u32, wgpu::BindingResource<'_>)],
        groups: (u32, u32),
    ) {
        let entries: Vec<wgpu::BindGroupEntry<'_>> = resources
            .iter()
            .map(|(binding, resource)| wgpu::BindGroupEntry { binding: *binding, resource: resource.clone() })
            .collect();
        let group = gpu.device.create_bind_group(&wgpu::BindGroupDescriptor {
            label: None,
            layout: &self.layout,
            entries: &entries,
        });
        let mut pass = encoder.begin_compute_pass(&Default::default());
        pass.set_pipeline(&self.pipeline);
        pass.set_bind_group(0, &group, &[]);
        pass.dispatch_workgroups(groups.0, groups.1, 1);
    }
}

/// A buffer of `count` words of four bytes that kernels fill and that can be read back.
///
/// # Errors
/// [`GpuError::TooMuch`] beyond what the device binds at once.
pub fn words(gpu: &Gpu, label: &str, count: usize) -> Result<wgpu::Buffer, GpuError> {
    let (bytes, limits) = (count.max(1) as u64 * 4, gpu.device.limits());
    let limit = limits.max_storage_buffer_binding_size.min(limits.max_buffer_size);
    if bytes > limit {
        return Err(GpuError::TooMuch { bytes, limit });
    }
    Ok(gpu.device.create_buffer(&wgpu::BufferDescriptor {
        label: Some(label),
        size: bytes,
        usage: wgpu::BufferUsages::STORAGE | wgpu::BufferUsages::COPY_SRC,
        mapped_at_creation: false,
    }))
}

/// Submits `encoder` and waits for what it leaves in `buffers`, which were made by [`words`].
///
/// # Errors
/// [`GpuError::ReadBack`].
pub fn read_words(
    gpu: &Gpu,
    mut encoder: wgpu::CommandEncoder,
    buffers: &[&wgpu::Buffer],
) -> Result<Vec<Vec<u32>>, GpuError> {
    let copies: Vec<wgpu::Buffer> = buffers
        .iter()
        .map(|buffer| {
            let copy = gpu.device.create_buffer(&wgpu::BufferDescriptor {
                label: Some("read back"),
                size: buffer.size(),
                usage: wgpu::BufferUsages::COPY_DST | wgpu::BufferUsages::MAP_READ,
                mapped_at_creation: false,
            });
            encoder.copy_buffer_to_buffer(buffer, 0, &copy, 0, buffer.size());
            copy
        })
        .collect();
    gpu.queue.submit([encoder.finish()]);
    copies.iter().map(|copy| super::texture::mapped(gpu, copy, bytemuck::pod_collect_to_vec)).collect()
}
