//! What puts pictures on the screen: one shader (`canvas.wgsl`) for all views, and its Rust twin [`draw_cpu`].
//!
//! Both pictures are shown on the same rectangle (the reference's grid). A pixel shows the mean of the texels under it:
//! exact area averaging when the picture is shrunk, which is bilinear at 1:1 and above, or the nearest texel. A split is
//! hard-edged; the line on it is not drawn here. A difference is `0.5 + gain * (B - A)` a channel, of the values as they
//! are: mid-grey where A and B are equal, brighter where B is.
//!
//! Over A and over B may lie a map's colours, premultiplied, on a grid of their own that covers the whole picture. The
//! picture below them gives way as [`Wash`] says.

use wgpu::util::DeviceExt;

use crate::gpu::new_texture;

pub use super::canvas_twin::draw_cpu;

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

/// How a picture gives way to what lies over it.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Wash {
    /// Share of the picture's light that stays, 0..1.
    pub light: f32,
    /// How far its colours go to grey, 0..1.
    pub grey: f32,
    /// Strength of what lies over it, 0..1.
    pub cover: f32,
    /// What lies over it shows its own blocks where magnified twice or more, rather than going smoothly.
    pub blocks: bool,
}

impl Wash {
    /// The picture as it is, nothing over it.
    pub const NONE: Wash = Wash { light: 1.0, grey: 0.0, cover: 0.0, blocks: false };
}

/// The pictures of a drawing: pixels of one kind, what lies over them of another.
pub struct Sources<'a, P, O> {
    pub a: &'a P,
    /// Without a B, A is shown.
    pub b: Option<&'a P>,
    /// Premultiplied colours over A and over B.
    pub over: [Option<&'a O>; 2],
}

impl<'a, P, O> Sources<'a, P, O> {
    /// Pictures with nothing over them.
    pub fn new(a: &'a P, b: Option<&'a P>) -> Self {
        Self { a, b, over: [None; 2] }
    }
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
    /// Of what lies over A and over B.
    pub over_rotation: u16,
    pub mode: Mode,
    pub filter: Filter,
    /// Of A and of B.
    pub wash: [Wash; 2],
    /// sRGB code of the grey around the picture.
    pub surround: u8,
}

impl Spec {
    /// A alone, unturned, smooth or nearest as the zoom asks.
    pub fn new(viewport: Rect, picture: Rect) -> Self {
        Self {
            viewport,
            picture,
            rotation: [0, 0],
            over_rotation: 0,
            mode: Mode::A,
            filter: Filter::Auto,
            wash: [Wash::NONE; 2],
            surround: SURROUND,
        }
    }

    /// What is drawn where: one region, or two beside a split. Without a B, A is shown.
    pub(super) fn parts(&self, has_b: bool) -> Vec<(Part, Region)> {
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
    pub(super) fn smooth(&self, a: (u32, u32)) -> bool {
        match self.filter {
            Filter::Nearest => false,
            Filter::Smooth => true,
            Filter::Auto => !self.side(a, self.rotation[0]).is_magnified(),
        }
    }

    /// Whether what lies over a part is read smoothly; `size` is that of its own grid.
    pub(super) fn smooth_over(&self, part: Part, size: (u32, u32)) -> bool {
        !(self.washed(part).blocks && self.side(size, self.over_rotation).is_magnified())
    }

    /// How the picture of a part gives way.
    pub(super) fn washed(&self, part: Part) -> Wash {
        match part {
            Part::A => self.wash[0],
            Part::B => self.wash[1],
            Part::Difference(_) => Wash::NONE,
        }
    }

    /// The numbers one part is drawn by. A part that shows B alone has it in A's place.
    pub(super) fn view(&self, (part, region): (Part, Region), a: (u32, u32), b: (u32, u32), over: (u32, u32)) -> View {
        let (a, b) = (self.side(a, self.rotation[0]), self.side(b, self.rotation[1]));
        let wash = self.washed(part);
        View {
            viewport: [self.viewport.x, self.viewport.y, self.viewport.width, self.viewport.height],
            region,
            picture: [self.picture.x, self.picture.y, self.picture.width, self.picture.height],
            a: if part == Part::B { b } else { a },
            b,
            over: self.side(over, self.over_rotation),
            gain: if let Part::Difference(gain) = part { gain } else { 0.0 },
            surround: f32::from(self.surround) / 255.0,
            light: wash.light,
            grey: wash.grey,
            cover: wash.cover,
            padding: [0.0; 3],
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
pub(super) enum Part {
    A,
    B,
    Difference(f32),
}

impl Part {
    /// What lies over it.
    pub(super) fn over<'a, P, O>(self, sources: &Sources<'a, P, O>) -> Option<&'a O> {
        match self {
            Part::A => sources.over[0],
            Part::B => sources.over[1],
            Part::Difference(_) => None,
        }
    }
}

/// Left, top, right and bottom in viewport pixels.
type Region = [f32; 4];

/// One picture in `canvas.wgsl`, field by field.
#[repr(C)]
#[derive(Clone, Copy, bytemuck::Pod, bytemuck::Zeroable)]
pub(super) struct Side {
    pub size: [f32; 2],
    pub scale: [f32; 2],
    pub reach: [f32; 2],
    pub turns: u32,
    pub padding: u32,
}

impl Side {
    /// Whether a texel takes two pixels or more. A hair's breadth of slack: twice is twice, however it was reckoned.
    fn is_magnified(&self) -> bool {
        self.scale.iter().all(|&scale| scale <= 0.5001)
    }
}

/// The uniform of `canvas.wgsl`, field by field.
#[repr(C)]
#[derive(Clone, Copy, bytemuck::Pod, bytemuck::Zeroable)]
pub(super) struct View {
    pub viewport: [f32; 4],
    pub region: Region,
    pub picture: [f32; 4],
    pub a: Side,
    pub b: Side,
    pub over: Side,
    pub gain: f32,
    pub surround: f32,
    pub light: f32,
    pub grey: f32,
    pub cover: f32,
    pub padding: [f32; 3],
}

/// The pipelines, once for a device and a target format.
pub struct Canvas {
    layout: wgpu::BindGroupLayout,
    /// Smooth and nearest.
    one: [wgpu::RenderPipeline; 2],
    difference: [wgpu::RenderPipeline; 2],
    /// One under a map: by the picture's reading, then by the map's.
    washed: [[wgpu::RenderPipeline; 2]; 2],
    /// One texel of nothing.
    clear: wgpu::TextureView,
}

/// A drawing made ready: hand it to [`Canvas::paint`] within a pass.
pub struct Drawing {
    nearest: bool,
    parts: Vec<PreparedPart>,
}

struct PreparedPart {
    part: Part,
    /// Gives way to something, which is read in blocks (or not).
    washed: Option<bool>,
    group: wgpu::BindGroup,
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
            entries: &[entry(0, uniform), entry(1, picture), entry(2, picture), entry(3, picture)],
        });
        let pipeline_layout = device.create_pipeline_layout(&wgpu::PipelineLayoutDescriptor {
            label: Some("canvas"),
            bind_group_layouts: &[Some(&layout)],
            immediate_size: 0,
        });
        let pipeline = |entry: &str, nearest: f64, blocks: f64| {
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
                        constants: &[
                            ("NEAREST", nearest),
                            ("OVER_NEAREST", blocks),
                            ("LINEAR", f64::from(u8::from(target.is_srgb()))),
                        ],
                        ..Default::default()
                    },
                    targets: &[Some(target.into())],
                }),
                multiview_mask: None,
                cache: None,
            })
        };
        let pair = |entry: &str, blocks: f64| [pipeline(entry, 0.0, blocks), pipeline(entry, 1.0, blocks)];
        let usage = wgpu::TextureUsages::TEXTURE_BINDING;
        // Fresh textures are zero.
        let clear = new_texture(device, "clear", (1, 1), wgpu::TextureFormat::Rgba8Unorm, usage);
        Self {
            layout,
            one: pair("one", 0.0),
            difference: pair("difference", 0.0),
            washed: [pair("washed", 0.0), pair("washed", 1.0)],
            clear: clear.create_view(&Default::default()),
        }
    }

    /// Binds the pictures and numbers of one drawing; uploads a few hundred bytes, no picture. Pictures are textures of
    /// [`PlaneConverter`](crate::color::PlaneConverter), what lies over them is Rgba8Unorm.
    pub fn prepare(
        &self,
        device: &wgpu::Device,
        spec: &Spec,
        sources: &Sources<'_, wgpu::Texture, wgpu::Texture>,
    ) -> Drawing {
        let parts = spec.parts(sources.b.is_some());
        let (a, b) = (sources.a, sources.b.unwrap_or(sources.a));
        let size = |texture: &wgpu::Texture| (texture.width(), texture.height());
        let texture_view = |texture: &wgpu::Texture| texture.create_view(&Default::default());
        let (view_a, view_b) = (texture_view(a), texture_view(b));
        let bind = |(part, region): (Part, Region)| {
            let over = part.over(sources);
            let over_size = over.map_or((1, 1), size);
            let over = over.map(texture_view);
            let uniform = device.create_buffer_init(&wgpu::util::BufferInitDescriptor {
                label: Some("view"),
                contents: bytemuck::bytes_of(&spec.view((part, region), size(a), size(b), over_size)),
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
                    wgpu::BindGroupEntry {
                        binding: 3,
                        resource: wgpu::BindingResource::TextureView(over.as_ref().unwrap_or(&self.clear)),
                    },
                ],
            });
            let washed = (spec.washed(part) != Wash::NONE).then(|| !spec.smooth_over(part, over_size));
            PreparedPart { part, washed, group }
        };
        Drawing { nearest: !spec.smooth(size(a)), parts: parts.into_iter().map(bind).collect() }
    }

    /// Draws over all of the pass's viewport, which must be the drawing's.
    pub fn paint(&self, pass: &mut wgpu::RenderPass<'_>, drawing: &Drawing) {
        for PreparedPart { part, washed, group } in &drawing.parts {
            let pipelines = match (part, washed) {
                (Part::Difference(_), _) => &self.difference,
                (_, None) => &self.one,
                (_, Some(blocks)) => &self.washed[usize::from(*blocks)],
            };
            pass.set_pipeline(&pipelines[usize::from(drawing.nearest)]);
            pass.set_bind_group(0, group, &[]);
            pass.draw(0..4, 0..1);
        }
    }
}
