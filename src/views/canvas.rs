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

    /// What is drawn where: one region, or two beside a split. Without a B, A is shown.
    fn parts(&self, has_b: bool) -> Vec<(Part, Region)> {
        let (width, height) = (self.viewport.width, self.viewport.height);
        let whole = [0.0, 0.0, width, height];
        match self.mode {
            Mode::A => vec![(Part::A, whole)],
            _ if !has_b => vec![(Part::A, whole)],
            Mode::B => vec![(Part::B, whole)],
            Mode::Difference { gain } => vec![(Part::Difference(gain), whole)],
            Mode::Split { x } => {
                // The first pixel whose middle is not left of the split.
                let edge = (x - 0.5).ceil().max(0.0).min(width);
                let sides = [(Part::A, [0.0, 0.0, edge, height]), (Part::B, [edge, 0.0, width, height])];
                sides.into_iter().filter(|(_, region)| region[0] < region[2]).collect()
            }
        }
    }

    /// Whether pictures are read smoothly; A's size decides for both.
    fn smooth(&self, a: (u32, u32)) -> bool {
        match self.filter {
            Filter::Nearest => false,
            Filter::Smooth => true,
            // A hair's breadth of slack: twice is twice, however it was reckoned.
            Filter::Auto => self.side(a, self.rotation[0]).scale.iter().any(|&scale| scale > 0.5001),
        }
    }

    /// The numbers one part is drawn by. A part that shows B alone has it in A's place.
    fn view(&self, (part, region): (Part, Region), a: (u32, u32), b: (u32, u32)) -> View {
        let (a, b) = (self.side(a, self.rotation[0]), self.side(b, self.rotation[1]));
        View {
            viewport: [self.viewport.x, self.viewport.y, self.viewport.width, self.viewport.height],
            region,
            picture: [self.picture.x, self.picture.y, self.picture.width, self.picture.height],
            a: if part == Part::B { b } else { a },
            b,
            gain: if let Part::Difference(gain) = part { gain } else { 0.0 },
            surround: f32::from(self.surround) / 255.0,
            padding: [0.0; 2],
        }
    }

    fn side(&self, (width, height): (u32, u32), rotation: u16) -> Side {
        let turns = u32::from(rotation / 90 % 4);
        let size = [width as f32, height as f32];
        let (across, down) = (self.picture.width.max(f32::MIN_POSITIVE), self.picture.height.max(f32::MIN_POSITIVE));
        let scale =
            if turns % 2 == 0 { [size[0] / across, size[1] / down] } else { [size[0] / down, size[1] / across] };
        Side { size, scale, reach: scale.map(|s| s.max(1.0)), turns, padding: 0 }
    }
}

#[derive(Clone, Copy, PartialEq, Debug)]
enum Part {
    A,
    B,
    Difference(f32),
}

/// Left, top, right and bottom in viewport pixels.
type Region = [f32; 4];

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
    region: Region,
    picture: [f32; 4],
    a: Side,
    b: Side,
    gain: f32,
    surround: f32,
    padding: [f32; 2],
}

/// The pipelines, once for a device and a target format.
pub struct Canvas {
    layout: wgpu::BindGroupLayout,
    /// Smooth and nearest.
    one: [wgpu::RenderPipeline; 2],
    difference: [wgpu::RenderPipeline; 2],
}

/// A drawing made ready: hand it to [`Canvas::paint`] within a pass.
pub struct Drawing {
    nearest: bool,
    parts: Vec<(Part, wgpu::BindGroup)>,
}

impl Canvas {
    /// `target` is the format of the pass painted into (one sample, no depth).
    pub fn new(device: &wgpu::Device, target: wgpu::TextureFormat) -> Self {
        let module = device.create_shader_module(wgpu::include_wgsl!("canvas.wgsl"));
        let entry = |binding, ty| wgpu::BindGroupLayoutEntry {
            binding,
            visibility: wgpu::ShaderStages::VERTEX_FRAGMENT,
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
        let pipeline = |entry: &str, nearest: f64| {
            device.create_render_pipeline(&wgpu::RenderPipelineDescriptor {
                label: Some("canvas"),
                layout: Some(&pipeline_layout),
                vertex: wgpu::VertexState {
                    module: &module,
                    entry_point: Some("corner"),
                    compilation_options: Default::default(),
                    buffers: &[],
                },
                primitive: wgpu::PrimitiveState {
                    topology: wgpu::PrimitiveTopology::TriangleStrip,
                    ..Default::default()
                },
                depth_stencil: None,
                multisample: Default::default(),
                fragment: Some(wgpu::FragmentState {
                    module: &module,
                    entry_point: Some(entry),
                    compilation_options: wgpu::PipelineCompilationOptions {
                        constants: &[("NEAREST", nearest), ("LINEAR", f64::from(u8::from(target.is_srgb())))],
                        ..Default::default()
                    },
                    targets: &[Some(target.into())],
                }),
                multiview_mask: None,
                cache: None,
            })
        };
        let one = [pipeline("one", 0.0), pipeline("one", 1.0)];
        let difference = [pipeline("difference", 0.0), pipeline("difference", 1.0)];
        Self { layout, one, difference }
    }

    /// Binds the pictures and numbers of one drawing; uploads a few hundred bytes, no picture. Textures are those of
    /// [`PlaneConverter`](crate::color::PlaneConverter); without a B, A is shown.
    pub fn prepare(&self, device: &wgpu::Device, spec: &Spec, a: &wgpu::Texture, b: Option<&wgpu::Texture>) -> Drawing {
        let parts = spec.parts(b.is_some());
        let b = b.unwrap_or(a);
        let size = |texture: &wgpu::Texture| (texture.width(), texture.height());
        let texture_view = |texture: &wgpu::Texture| texture.create_view(&Default::default());
        let (view_a, view_b) = (texture_view(a), texture_view(b));
        let bind = |(part, region)| {
            let uniform = device.create_buffer_init(&wgpu::util::BufferInitDescriptor {
                label: Some("view"),
                contents: bytemuck::bytes_of(&spec.view((part, region), size(a), size(b))),
                usage: wgpu::BufferUsages::UNIFORM,
            });
            let first = if part == Part::B { &view_b } else { &view_a };
            let group = device.create_bind_group(&wgpu::BindGroupDescriptor {
                label: Some("canvas"),
                layout: &self.layout,
                entries: &[
                    wgpu::BindGroupEntry { binding: 0, resource: uniform.as_entire_binding() },
                    wgpu::BindGroupEntry { binding: 1, resource: wgpu::BindingResource::TextureView(first) },
                    wgpu::BindGroupEntry { binding: 2, resource: wgpu::BindingResource::TextureView(&view_b) },
                ],
            });
            (part, group)
        };
        Drawing { nearest: !spec.smooth(size(a)), parts: parts.into_iter().map(bind).collect() }
    }

    /// Draws over all of the pass's viewport, which must be the drawing's.
    pub fn paint(&self, pass: &mut wgpu::RenderPass<'_>, drawing: &Drawing) {
        for (part, group) in &drawing.parts {
            let pipelines = if matches!(part, Part::Difference(_)) { &self.difference } else { &self.one };
            pass.set_pipeline(&pipelines[usize::from(drawing.nearest)]);
            pass.set_bind_group(0, group, &[]);
            pass.draw(0..4, 0..1);
        }
    }
}

/// The twin: draws the same into `out`, over the part of `spec.viewport` that lies in it. Without a B, A is shown.
pub fn draw_cpu(spec: &Spec, a: &Image, b: Option<&Image>, out: &mut RgbaImage) {
    if a.plane_len() == 0 || b.is_some_and(|b| b.plane_len() == 0) {
        return;
    }
    let parts = spec.parts(b.is_some());
    let b = b.unwrap_or(a);
    let size = |image: &Image| (image.width, image.height);
    let smooth = spec.smooth(size(a));
    let (width, height) = (out.width() as usize, out.height() as usize);
    let edge = |at: f32, most: usize| (at.max(0.0) as usize).min(most);
    for (part, region) in parts {
        let view = spec.view((part, region), size(a), size(b));
        let [left, top, ..] = view.viewport;
        let columns = edge(left + region[0], width)..edge(left + region[2], width);
        let rows = edge(top + region[1], height)..edge(top + region[3], height);
        let bytes: &mut [u8] = out;
        bytes.par_chunks_mut(width * 4).enumerate().skip(rows.start).take(rows.len()).for_each(|(y, row)| {
            for x in columns.clone() {
                let at = [x as f32 + 0.5 - left - view.picture[0], y as f32 + 0.5 - top - view.picture[1]];
                let value = if outside(at, &view) { [view.surround; 3] } else { shown(part, at, &view, a, b, smooth) };
                let code = value.map(|v| (v.clamp(0.0, 1.0) * 255.0 + 0.5) as u8);
                row[x * 4..x * 4 + 4].copy_from_slice(&[code[0], code[1], code[2], 255]);
            }
        });
    }
}

fn outside(at: [f32; 2], view: &View) -> bool {
    at[0] < 0.0 || at[1] < 0.0 || at[0] >= view.picture[2] || at[1] >= view.picture[3]
}

fn shown(part: Part, at: [f32; 2], view: &View, a: &Image, b: &Image, smooth: bool) -> [f32; 3] {
    match part {
        Part::A => look(a, stored(at, &view.a), &view.a, smooth),
        Part::B => look(b, stored(at, &view.a), &view.a, smooth),
        Part::Difference(gain) => {
            let a = look(a, stored(at, &view.a), &view.a, smooth);
            let b = look(b, stored(at, &view.b), &view.b, smooth);
            std::array::from_fn(|c| 0.5 + gain * (b[c] - a[c]))
        }
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

fn look(image: &Image, at: [f32; 2], side: &Side, smooth: bool) -> [f32; 3] {
    let Side { size, reach, .. } = side;
    if !smooth {
        let texel = |axis: usize| at[axis].clamp(0.0, size[axis] - 1.0) as u32;
        return image.pixel(texel(0), texel(1));
    }
    let low = [0, 1].map(|axis| (at[axis] - reach[axis] * 0.5).max(0.0));
    let high = [0, 1].map(|axis| (at[axis] + reach[axis] * 0.5).min(size[axis]));
    let stride = reach.map(|reach| (reach / 64.0).ceil().max(1.0));
    let (mut sum, mut weights) = ([0.0; 3], 0.0);
    // Casts cut towards zero, which is down here.
    let mut y = low[1] as u32 as f32;
    while y < high[1] {
        let down = high[1].min(y + stride[1]) - low[1].max(y);
        let mut x = low[0] as u32 as f32;
        while x < high[0] {
            let weight = down * (high[0].min(x + stride[0]) - low[0].max(x));
            let pixel = image.pixel(x as u32, y as u32);
            for c in 0..3 {
                sum[c] += weight * pixel[c];
            }
            weights += weight;
            x += stride[0];
        }
        y += stride[1];
    }
    sum.map(|v| v / weights)
}
