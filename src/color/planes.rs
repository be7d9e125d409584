//! Native planes to R'G'B' on the graphics device. The shader is `planes.wgsl`; its twin is [`to_rgb`](super::to_rgb).

use wgpu::util::DeviceExt;

use crate::frame::{Family, Frame, Layout, Sample};
use crate::gpu::{new_texture, upload};

use super::chroma::offsets;
use super::coding::Coding;
use super::{ColorError, resolve};

/// The uniform of `planes.wgsl`, field by field.
#[repr(C)]
#[derive(Clone, Copy, bytemuck::Pod, bytemuck::Zeroable)]
struct Uniform {
    scale: [f32; 4],
    bias: [f32; 4],
    red: [f32; 4],
    green: [f32; 4],
    blue: [f32; 4],
    step: [f32; 2],
    offset: [f32; 2],
    last: [f32; 2],
    padding: [f32; 2],
}

/// Uploads frames as they are and converts them: all layouts, sitings, ranges and matrices.
pub struct PlaneConverter {
    whole: Road,
    float: Road,
}

/// What differs between integer and float samples.
struct Road {
    layout: wgpu::BindGroupLayout,
    /// One for each KIND of the shader: grey, three planes of one size, subsampled.
    pipelines: [wgpu::RenderPipeline; 3],
    /// Binding of the first plane.
    first: u32,
}

impl PlaneConverter {
    /// The format of the textures made: gamma-encoded R'G'B', not clipped, alpha 1.
    pub const FORMAT: wgpu::TextureFormat = wgpu::TextureFormat::Rgba16Float;

    /// Builds the pipelines, once for a device.
    pub fn new(device: &wgpu::Device) -> Self {
        let module = device.create_shader_module(wgpu::include_wgsl!("planes.wgsl"));
        Self {
            whole: Road::new(device, &module, "convert_whole", 1, wgpu::TextureSampleType::Uint),
            float: Road::new(device, &module, "convert_float", 4, wgpu::TextureSampleType::Float { filterable: false }),
        }
    }

    /// A texture of the frame's own size with its picture in R'G'B' ([`Self::FORMAT`]; to be sampled or copied). The
    /// planes are uploaded with their own strides, nothing is repacked; work is submitted at once. Alpha is left out.
    ///
    /// # Errors
    /// [`ColorError::TooLarge`] beyond the device's largest texture, [`ColorError::Subsampling`] as for
    /// [`to_rgb`](super::to_rgb), [`ColorError::Gpu`] when the device is out of memory.
    pub fn convert(
        &self,
        device: &wgpu::Device,
        queue: &wgpu::Queue,
        frame: &Frame,
    ) -> Result<wgpu::Texture, ColorError> {
        let limit = device.limits().max_texture_dimension_2d;
        let (width, height) = (frame.width, frame.height);
        if width.max(height) > limit {
            return Err(ColorError::TooLarge { width, height, limit });
        }
        if frame.layout.chroma_shift.0 > 2 || frame.layout.chroma_shift.1 > 2 {
            return Err(ColorError::Subsampling { layout: frame.layout.name() });
        }
        let memory = device.push_error_scope(wgpu::ErrorFilter::OutOfMemory);
        let invalid = device.push_error_scope(wgpu::ErrorFilter::Validation);
        let texture = self.draw(device, queue, frame);
        let faults = [pollster::block_on(invalid.pop()), pollster::block_on(memory.pop())];
        match faults.into_iter().flatten().next() {
            Some(fault) => Err(ColorError::Gpu(fault.to_string())),
            None => Ok(texture),
        }
    }

    fn draw(&self, device: &wgpu::Device, queue: &wgpu::Queue, frame: &Frame) -> wgpu::Texture {
        let (road, format) = match frame.layout.sample {
            Sample::U8 => (&self.whole, wgpu::TextureFormat::R8Uint),
            Sample::U16 { .. } => (&self.whole, wgpu::TextureFormat::R16Uint),
            Sample::F32 => (&self.float, wgpu::TextureFormat::R32Float),
        };
        let colors = if frame.layout.family == Family::Gray { 1 } else { 3 };
        let usage = wgpu::TextureUsages::TEXTURE_BINDING | wgpu::TextureUsages::COPY_DST;
        let planes: Vec<wgpu::TextureView> = frame.planes()[..colors]
            .iter()
            .map(|plane| {
                let texture = new_texture(device, "plane", (plane.width, plane.height), format, usage);
                upload(queue, &texture, plane.bytes(), plane.stride as u32);
                texture.create_view(&Default::default())
            })
            .collect();
        let uniform = device.create_buffer_init(&wgpu::util::BufferInitDescriptor {
            label: Some("coding"),
            contents: bytemuck::bytes_of(&uniform(frame)),
            usage: wgpu::BufferUsages::UNIFORM,
        });

        let usage = wgpu::TextureUsages::RENDER_ATTACHMENT
            | wgpu::TextureUsages::TEXTURE_BINDING
            | wgpu::TextureUsages::COPY_SRC;
        let out = new_texture(device, "picture", (frame.width, frame.height), Self::FORMAT, usage);
        let group = road.bind(device, &uniform, &planes);
        let mut encoder = device.create_command_encoder(&Default::default());
        road.encode(&mut encoder, &frame.layout, &group, &out.create_view(&Default::default()));
        queue.submit([encoder.finish()]);
        out
    }
}

fn uniform(frame: &Frame) -> Uniform {
    let layout = &frame.layout;
    let resolved = resolve(&frame.color, layout, frame.width, frame.height);
    let coding = Coding::decoding(layout, &resolved);
    let wide = |v: [f32; 3]| [v[0], v[1], v[2], 0.0];
    let offset = offsets(resolved.siting, layout.chroma_shift);
    let (chroma_width, chroma_height) = layout.plane_size(1, frame.width, frame.height);
    Uniform {
        scale: wide(coding.scale),
        bias: wide(coding.bias),
        red: wide(coding.matrix[0]),
        green: wide(coding.matrix[1]),
        blue: wide(coding.matrix[2]),
        step: [layout.chroma_shift.0, layout.chroma_shift.1].map(|shift| f32::from(1u16 << shift)),
        offset: [offset.0 as f32, offset.1 as f32],
        last: [(chroma_width - 1) as f32, (chroma_height - 1) as f32],
        padding: [0.0; 2],
    }
}

impl Road {
    fn new(
        device: &wgpu::Device,
        module: &wgpu::ShaderModule,
        entry: &str,
        first: u32,
        sample_type: wgpu::TextureSampleType,
    ) -> Self {
        let entry_of = |binding, ty| wgpu::BindGroupLayoutEntry {
            binding,
            visibility: wgpu::ShaderStages::FRAGMENT,
            ty,
            count: None,
        };
        let mut entries = vec![entry_of(
            0,
            wgpu::BindingType::Buffer {
                ty: wgpu::BufferBindingType::Uniform,
                has_dynamic_offset: false,
                min_binding_size: None,
            },
        )];
        let view_dimension = wgpu::TextureViewDimension::D2;
        let plane = wgpu::BindingType::Texture { sample_type, view_dimension, multisampled: false };
        entries.extend((first..first + 3).map(|binding| entry_of(binding, plane)));
        let layout = device
            .create_bind_group_layout(&wgpu::BindGroupLayoutDescriptor { label: Some("planes"), entries: &entries });
        let pipeline_layout = device.create_pipeline_layout(&wgpu::PipelineLayoutDescriptor {
            label: Some("planes"),
            bind_group_layouts: &[Some(&layout)],
            immediate_size: 0,
        });
        let pipelines = [0.0, 1.0, 2.0].map(|kind| {
            device.create_render_pipeline(&wgpu::RenderPipelineDescriptor {
                label: Some(entry),
                layout: Some(&pipeline_layout),
                vertex: wgpu::VertexState {
                    module,
                    entry_point: Some("corner"),
                    compilation_options: Default::default(),
                    buffers: &[],
                },
                primitive: Default::default(),
                depth_stencil: None,
                multisample: Default::default(),
                fragment: Some(wgpu::FragmentState {
                    module,
                    entry_point: Some(entry),
                    compilation_options: wgpu::PipelineCompilationOptions {
                        constants: &[("KIND", kind)],
                        ..Default::default()
                    },
                    targets: &[Some(PlaneConverter::FORMAT.into())],
                }),
                multiview_mask: None,
                cache: None,
            })
        });
        Self { layout, pipelines, first }
    }

    /// Grey's one plane stands in for the two it lacks; the shader does not read them.
    fn bind(&self, device: &wgpu::Device, uniform: &wgpu::Buffer, planes: &[wgpu::TextureView]) -> wgpu::BindGroup {
        let mut entries = vec![wgpu::BindGroupEntry { binding: 0, resource: uniform.as_entire_binding() }];
        entries.extend((0..3u32).map(|i| wgpu::BindGroupEntry {
            binding: self.first + i,
            resource: wgpu::BindingResource::TextureView(&planes[(i as usize).min(planes.len() - 1)]),
        }));
        device.create_bind_group(&wgpu::BindGroupDescriptor {
            label: Some("planes"),
            layout: &self.layout,
            entries: &entries,
        })
    }

    fn encode(
        &self,
        encoder: &mut wgpu::CommandEncoder,
        layout: &Layout,
        group: &wgpu::BindGroup,
        out: &wgpu::TextureView,
    ) {
        let kind = match (layout.family, layout.chroma_shift) {
            (Family::Gray, _) => 0,
            (_, (0, 0)) => 1,
            _ => 2,
        };
        let mut pass = encoder.begin_render_pass(&wgpu::RenderPassDescriptor {
            label: Some("planes to RGB"),
            color_attachments: &[Some(wgpu::RenderPassColorAttachment {
                view: out,
                depth_slice: None,
                resolve_target: None,
                ops: wgpu::Operations { load: wgpu::LoadOp::Clear(wgpu::Color::BLACK), store: wgpu::StoreOp::Store },
            })],
            ..Default::default()
        });
        pass.set_pipeline(&self.pipelines[kind]);
        pass.set_bind_group(0, group, &[]);
        pass.draw(0..3, 0..1);
    }
}
