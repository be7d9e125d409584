//! What puts pictures on the screen: one shader (`canvas.wgsl`) for all views, and its Rust twin [`draw_cpu`].
//!
//! Both pictures are shown on the same rectangle (the reference's grid). A pixel shows the mean of the texels under it:
//! exact area averaging when the picture is shrunk, which is bilinear at 1:1 and above, or the nearest texel. A split is
//! hard-edged; the line on it is not drawn here. A difference is `0.5 + gain * (B - A)` a channel, of the values as they
//! are: mid-grey where A and B are equal, brighter where B is.

use image::RgbaImage;
use rayon::prelude::*;
use wgpu::util::DeviceExt;

use crate::frame::Image;

/// The grey around the picture, as an sRGB code: dark, and with no hue that could tint judgement.
pub const SURROUND: u8 = 50;

/// A rectangle in pixels, fractions allowed.
#[derive(Clone, Copy, PartialEq, Debug, Default)]
pub struct Rect {
    pub x: f32,
    pub y: f32,
    pub width: f32,
    pub height: f32,
}

impl Rect {
    pub fn new(x: f32, y: f32, width: f32, height: f32) -> Self {
        Self { x, y, width, height }
    }

    /// The largest rectangle of the shape `width` by `height` in the middle of `self`, at `self`'s own origin.
    pub fn fit(&self, width: f32, height: f32) -> Rect {
        let zoom = (self.width / width.max(1.0)).min(self.height / height.max(1.0));
        let (w, h) = (width * zoom, height * zoom);
        Rect::new((self.width - w) / 2.0, (self.height - h) / 2.0, w, h)
    }
}

/// What is shown.
#[derive(Clone, Copy, PartialEq, Debug, Default)]
pub enum Mode {
    #[default]
    A,
    B,
    /// A in viewport pixels whose middle is left of `x`, B in the others.
    Split {
        x: f32,
    },
    Difference {
        gain: f32,
    },
}

/// How a picture is read between its texels.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Filter {
    /// Nearest where A is magnified twice or more, smooth otherwise; the same for both pictures.
    #[default]
    Auto,
    Nearest,
    /// Bilinear when magnified, area when shrunk.
    Smooth,
}

/// One drawing.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Spec {
    /// Where to draw, in pixels of the target (whole numbers).
    pub viewport: Rect,
    /// Where the picture, turned as it is shown, lies in the viewport; from the viewport's corner.
    pub picture: Rect,
    /// Degrees clockwise (0, 90, 180, 270) by which stored A and stored B are turned for showing.
    pub rotation: [u16; 2],
    pub mode: Mode,
    pub filter: Filter,
    /// sRGB code of the grey around the picture.
    pub surround: u8,
}

impl Spec {
    /// A alone, unturned, smooth or nearest as the zoom asks.
    pub fn new(viewport: Rect, picture: Rect) -> Self {
        Self { viewport, picture, rotation: [0, 0], mode: Mode::A, filter: Filter::Auto, surround: SURROUND }
    }

    /// The numbers the shader and the twin work with. Without a B, A is shown.
    fn view(&self, a: (u32, u32), b: Option<(u32, u32)>) -> View {
        let smooth = match self.filter {
            Filter::Nearest => false,
            Filter::Smooth => true,
            Filter::Auto => {
                let side = self.side(a, self.rotation[0], true);
                // A hair's breadth of slack: twice is twice, however it was reckoned.
                side.scale.iter().any(|&scale| scale > 0.5001)
            }
        };
        let (mode, split, gain) = match (self.mode, b) {
            (Mode::A, _) | (_, None) => (0, 0.0, 0.0),
            (Mode::B, _) => (1, 0.0, 0.0),
            (Mode::Split { x }, _) => (2, x, 0.0),
            (Mode::Difference { gain }, _) => (3, 0.0, gain),
        };
        View {
            viewport: [self.viewport.x, self.viewport.y, self.viewport.width, self.viewport.height],
            picture: [self.picture.x, self.picture.y, self.picture.width, self.picture.height],
            a: self.side(a, self.rotation[0], smooth),
            b: self.side(b.unwrap_or(a), self.rotation[1], smooth),
            mode,
            split,
            gain,
            surround: f32::from(self.surround) / 255.0,
            linear: 0,
            padding: [0; 3],
        }
    }

    fn side(&self, (width, height): (u32, u32), rotation: u16, smooth: bool) -> Side {
        let turns = u32::from(rotation / 90 % 4);
        let size = [width as f32, height as f32];
        let (across, down) = (self.picture.width.max(f32::MIN_POSITIVE), self.picture.height.max(f32::MIN_POSITIVE));
        let scale =
            if turns % 2 == 0 { [size[0] / across, size[1] / down] } else { [size[0] / down, size[1] / across] };
        let reach = if smooth { scale.map(|s| s.max(1.0)) } else { [0.0; 2] };
        Side { size, scale, reach, turns, padding: 0 }
    }
}

/// One picture in `canvas.wgsl`, field by field.
#[repr(C)]
#[derive(Clone, Copy, bytemuck::Pod, bytemuck::Zeroable)]
struct Side {
    size: [f32; 2],
    scale: [f32; 2],
    reach: [f32; 2],
    turns: u32,
    padding: u32,
}

/// The uniform of `canvas.wgsl`, field by field.
#[repr(C)]
#[derive(Clone, Copy, bytemuck::Pod, bytemuck::Zeroable)]
struct View {
    viewport: [f32; 4],
    picture: [f32; 4],
    a: Side,
    b: Side,
    mode: u32,
    split: f32,
    gain: f32,
    surround: f32,
    linear: u32,
    padding: [u32; 3],
}

/// The pipeline, once for a device and a target format.
pub struct Canvas {
    layout: wgpu::BindGroupLayout,
    pipeline: wgpu::RenderPipeline,
    linear: bool,
}

/// A drawing made ready: hand it to [`Canvas::paint`] within a pass.
pub struct Drawing {
    group: wgpu::BindGroup,
}

impl Canvas {
    /// `target` is the format of the pass painted into (one sample, no depth).
    pub fn new(device: &wgpu::Device, target: wgpu::TextureFormat) -> Self {
        let module = device.create_shader_module(wgpu::include_wgsl!("canvas.wgsl"));
        let entry = |binding, ty| wgpu::BindGroupLayoutEntry {
            binding,
            visibility: wgpu::ShaderStages::FRAGMENT,
            ty,
            count: None,
        };
        let uniform = wgpu::BindingType::Buffer {
            ty: wgpu::BufferBindingType::Uniform,
            has_dynamic_offset: false,
            min_binding_size: None,
        };
        let picture = wgpu::BindingType::Texture {
            sample_type: wgpu::TextureSampleType::Float { filterable: false },
            view_dimension: wgpu::TextureViewDimension::D2,
            multisampled: false,
        };
        let layout = device.create_bind_group_layout(&wgpu::BindGroupLayoutDescriptor {
            label: Some("canvas"),
            entries: &[entry(0, uniform), entry(1, picture), entry(2, picture)],
        });
        let pipeline_layout = device.create_pipeline_layout(&wgpu::PipelineLayoutDescriptor {
            label: Some("canvas"),
            bind_group_layouts: &[Some(&layout)],
            immediate_size: 0,
        });
        let pipeline = device.create_render_pipeline(&wgpu::RenderPipelineDescriptor {
            label: Some("canvas"),
            layout: Some(&pipeline_layout),
            vertex: wgpu::VertexState {
                module: &module,
                entry_point: Some("corner"),
                compilation_options: Default::default(),
                buffers: &[],
            },
            primitive: Default::default(),
            depth_stencil: None,
            multisample: Default::default(),
            fragment: Some(wgpu::FragmentState {
                module: &module,
                entry_point: Some("draw"),
                compilation_options: Default::default(),
                targets: &[Some(target.into())],
            }),
            multiview_mask: None,
            cache: None,
        });
        Self { layout, pipeline, linear: target.is_srgb() }
    }

    /// Binds the pictures and numbers of one drawing; uploads a few hundred bytes, no picture. Textures are those of
    /// [`PlaneConverter`](crate::color::PlaneConverter); without a B, A is shown.
    pub fn prepare(&self, device: &wgpu::Device, spec: &Spec, a: &wgpu::Texture, b: Option<&wgpu::Texture>) -> Drawing {
        let size = |texture: &wgpu::Texture| (texture.width(), texture.height());
        let view = View { linear: u32::from(self.linear), ..spec.view(size(a), b.map(size)) };
        let uniform = device.create_buffer_init(&wgpu::util::BufferInitDescriptor {
            label: Some("view"),
            contents: bytemuck::bytes_of(&view),
            usage: wgpu::BufferUsages::UNIFORM,
        });
        let (a, b) = (a.create_view(&Default::default()), b.unwrap_or(a).create_view(&Default::default()));
        let group = device.create_bind_group(&wgpu::BindGroupDescriptor {
            label: Some("canvas"),
            layout: &self.layout,
            entries: &[
                wgpu::BindGroupEntry { binding: 0, resource: uniform.as_entire_binding() },
                wgpu::BindGroupEntry { binding: 1, resource: wgpu::BindingResource::TextureView(&a) },
                wgpu::BindGroupEntry { binding: 2, resource: wgpu::BindingResource::TextureView(&b) },
            ],
        });
        Drawing { group }
    }

    /// Draws over all of the pass's viewport, which must be the drawing's.
    pub fn paint(&self, pass: &mut wgpu::RenderPass<'_>, drawing: &Drawing) {
        pass.set_pipeline(&self.pipeline);
        pass.set_bind_group(0, &drawing.group, &[]);
        pass.draw(0..3, 0..1);
    }
}

/// The twin: draws the same into `out`, over the part of `spec.viewport` that lies in it. Without a B, A is shown.
pub fn draw_cpu(spec: &Spec, a: &Image, b: Option<&Image>, out: &mut RgbaImage) {
    let size = |image: &Image| (image.width, image.height);
    if a.plane_len() == 0 || b.is_some_and(|b| b.plane_len() == 0) {
        return;
    }
    let view = spec.view(size(a), b.map(size));
    let b = b.unwrap_or(a);
    let (width, height) = (out.width() as usize, out.height() as usize);
    let span = |start: f32, length: f32, most: usize| {
        let edge = |at: f32| (at.max(0.0) as usize).min(most);
        edge(start)..edge(start + length)
    };
    let columns = span(view.viewport[0], view.viewport[2], width);
    let rows = span(view.viewport[1], view.viewport[3], height);
    let bytes: &mut [u8] = out;
    bytes.par_chunks_mut(width * 4).enumerate().skip(rows.start).take(rows.len()).for_each(|(y, row)| {
        for x in columns.clone() {
            let pixel = [x as f32 + 0.5 - view.viewport[0], y as f32 + 0.5 - view.viewport[1]];
            let code = shown(&view, pixel, a, b).map(|v| (v.clamp(0.0, 1.0) * 255.0 + 0.5) as u8);
            row[x * 4..x * 4 + 4].copy_from_slice(&[code[0], code[1], code[2], 255]);
        }
    });
}

fn shown(view: &View, pixel: [f32; 2], a: &Image, b: &Image) -> [f32; 3] {
    let at = [pixel[0] - view.picture[0], pixel[1] - view.picture[1]];
    if at[0] < 0.0 || at[1] < 0.0 || at[0] >= view.picture[2] || at[1] >= view.picture[3] {
        return [view.surround; 3];
    }
    let look_a = || look(a, stored(at, &view.a), &view.a);
    let look_b = || look(b, stored(at, &view.b), &view.b);
    match view.mode {
        3 => {
            let (a, b) = (look_a(), look_b());
            std::array::from_fn(|c| 0.5 + view.gain * (b[c] - a[c]))
        }
        1 => look_b(),
        2 if pixel[0] >= view.split => look_b(),
        _ => look_a(),
    }
}

fn stored(at: [f32; 2], side: &Side) -> [f32; 2] {
    let Side { size, scale, .. } = side;
    match side.turns {
        1 => [at[1] * scale[0], size[1] - at[0] * scale[1]],
        2 => [size[0] - at[0] * scale[0], size[1] - at[1] * scale[1]],
        3 => [size[0] - at[1] * scale[0], at[0] * scale[1]],
        _ => [at[0] * scale[0], at[1] * scale[1]],
    }
}

fn look(image: &Image, at: [f32; 2], side: &Side) -> [f32; 3] {
    let Side { size, reach, .. } = side;
    if reach[0] == 0.0 {
        let texel = |axis: usize| at[axis].floor().clamp(0.0, size[axis] - 1.0) as u32;
        return image.pixel(texel(0), texel(1));
    }
    let low = |axis: usize| (at[axis] - reach[axis] * 0.5).max(0.0);
    let high = |axis: usize| (at[axis] + reach[axis] * 0.5).min(size[axis]);
    let stride = |axis: usize| (reach[axis] / 64.0).ceil().max(1.0);
    let (mut sum, mut weights) = ([0.0; 3], 0.0);
    let mut y = low(1).floor();
    while y < high(1) {
        let down = high(1).min(y + stride(1)) - low(1).max(y);
        let mut x = low(0).floor();
        while x < high(0) {
            let weight = down * (high(0).min(x + stride(0)) - low(0).max(x));
            let pixel = image.pixel(x as u32, y as u32);
            for c in 0..3 {
                sum[c] += weight * pixel[c];
            }
            weights += weight;
            x += stride(0);
        }
        y += stride(1);
    }
    sum.map(|v| v / weights)
}
