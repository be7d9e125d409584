//! Textures: making, filling, reading back.

use half::f16;

use super::{Gpu, GpuError};

/// An empty texture of `width` x `height` texels (at least one each), one level, one sample.
pub fn new_texture(
    device: &wgpu::Device,
    label: &str,
    (width, height): (u32, u32),
    format: wgpu::TextureFormat,
    usage: wgpu::TextureUsages,
) -> wgpu::Texture {
    device.create_texture(&wgpu::TextureDescriptor {
        label: Some(label),
        size: extent(width.max(1), height.max(1)),
        mip_level_count: 1,
        sample_count: 1,
        dimension: wgpu::TextureDimension::D2,
        format,
        usage,
        view_formats: &[],
    })
}

/// Fills `texture` with rows that start `stride` bytes apart; padding between them may be any length.
pub fn upload(queue: &wgpu::Queue, texture: &wgpu::Texture, bytes: &[u8], stride: u32) {
    queue.write_texture(
        texture.as_image_copy(),
        bytes,
        wgpu::TexelCopyBufferLayout { offset: 0, bytes_per_row: Some(stride), rows_per_image: None },
        texture.size(),
    );
}

fn extent(width: u32, height: u32) -> wgpu::Extent3d {
    wgpu::Extent3d { width, height, depth_or_array_layers: 1 }
}

/// The texels of a four-byte texture (Rgba8, Bgra8), row by row, four bytes each, in the texture's own order.
///
/// # Errors
/// [`GpuError::ReadBack`].
pub fn read_rgba8(gpu: &Gpu, texture: &wgpu::Texture) -> Result<Vec<u8>, GpuError> {
    read(gpu, texture, 4)
}

/// The texels of an Rgba16Float texture, row by row, four halves each.
///
/// # Errors
/// [`GpuError::ReadBack`].
pub fn read_rgba16f(gpu: &Gpu, texture: &wgpu::Texture) -> Result<Vec<f16>, GpuError> {
    let bytes = read(gpu, texture, 8)?;
    Ok(bytes.chunks_exact(2).map(|pair| f16::from_ne_bytes([pair[0], pair[1]])).collect())
}

fn read(gpu: &Gpu, texture: &wgpu::Texture, texel: usize) -> Result<Vec<u8>, GpuError> {
    let size = texture.size();
    let row = size.width as usize * texel;
    // Copies into buffers want rows that start at multiples of 256 bytes.
    let stride = row.next_multiple_of(wgpu::COPY_BYTES_PER_ROW_ALIGNMENT as usize);
    let buffer = gpu.device.create_buffer(&wgpu::BufferDescriptor {
        label: Some("read back"),
        size: (stride * size.height as usize) as u64,
        usage: wgpu::BufferUsages::COPY_DST | wgpu::BufferUsages::MAP_READ,
        mapped_at_creation: false,
    });
    let mut encoder = gpu.device.create_command_encoder(&Default::default());
    let layout = wgpu::TexelCopyBufferLayout { offset: 0, bytes_per_row: Some(stride as u32), rows_per_image: None };
    encoder.copy_texture_to_buffer(
        texture.as_image_copy(),
        wgpu::TexelCopyBufferInfo { buffer: &buffer, layout },
        size,
    );
    gpu.queue.submit([encoder.finish()]);

    mapped(gpu, &buffer, |bytes| {
        let mut out = Vec::with_capacity(row * size.height as usize);
        for line in bytes.chunks_exact(stride) {
            out.extend_from_slice(&line[..row]);
        }
        out
    })
}

/// What `take` takes from a buffer, after all work submitted before is done.
pub(super) fn mapped<T>(gpu: &Gpu, buffer: &wgpu::Buffer, take: impl FnOnce(&[u8]) -> T) -> Result<T, GpuError> {
    let failed = |reason: String| GpuError::ReadBack(reason);
    let (sender, receiver) = std::sync::mpsc::sync_channel(1);
    buffer.map_async(wgpu::MapMode::Read, .., move |result| {
        // The receiver lives until the answer is there; were it gone, nobody would want the answer.
        sender.send(result).ok();
    });
    gpu.device.poll(wgpu::PollType::wait_indefinitely()).map_err(|e| failed(e.to_string()))?;
    receiver.recv().map_err(|e| failed(e.to_string()))?.map_err(|e| failed(e.to_string()))?;
    let bytes = buffer.get_mapped_range(..).map_err(|e| failed(e.to_string()))?;
    Ok(take(&bytes))
}
