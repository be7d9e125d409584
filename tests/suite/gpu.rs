//! Tests of gpu, and of every shader against its Rust twin.

use std::sync::OnceLock;

use doublet::color::{ColorError, PlaneConverter, to_rgb};
use doublet::frame::{Family, Frame, Layout, Sample};
use doublet::gpu::{Gpu, new_texture, read_rgba8, read_rgba16f, upload};
use half::f16;

use super::color::{Dice, random_frame, random_samples};

/// One device for all tests, or `None` with a printed reason where the machine has no adapter at all.
pub fn gpu() -> Option<&'static Gpu> {
    static GPU: OnceLock<Result<Gpu, String>> = OnceLock::new();
    match GPU.get_or_init(|| Gpu::headless().map_err(|e| e.to_string())) {
        Ok(gpu) => Some(gpu),
        Err(reason) => {
            println!("skipped: {reason}");
            None
        }
    }
}

#[test]
fn a_device_describes_itself() {
    let Some(gpu) = gpu() else { return };
    let line = gpu.description();
    assert!(line.contains(&gpu.info.name) && line.split(", ").count() >= 3, "{line}");
    assert!(gpu.max_side() >= 4096);
    let same = Gpu::from_parts(gpu.info.clone(), gpu.device.clone(), gpu.queue.clone());
    assert_eq!(same.description(), line);
}

#[test]
fn textures_come_back_as_they_went() {
    let Some(gpu) = gpu() else { return };
    let usage = wgpu::TextureUsages::COPY_DST | wgpu::TextureUsages::COPY_SRC;
    let mut dice = Dice::new(1);
    for (w, h, pad) in [(1, 1, 0), (3, 5, 4), (65, 2, 12), (64, 64, 0)] {
        let stride = w * 4 + pad;
        let bytes: Vec<u8> = (0..stride * h).map(|_| dice.roll() as u8).collect();
        let texture = new_texture(&gpu.device, "test", (w, h), wgpu::TextureFormat::Rgba8Unorm, usage);
        upload(&gpu.queue, &texture, &bytes, stride);
        let want: Vec<u8> = bytes.chunks(stride as usize).flat_map(|row| row[..w as usize * 4].to_vec()).collect();
        assert_eq!(read_rgba8(gpu, &texture).unwrap(), want);
    }
}

/// Largest difference between the shader and the twin, as a share of what is allowed: 1/1024, or one step of the half
/// float where its steps are coarser (a device may round to either neighbour), and a tenth for the arithmetic.
fn worst(gpu: &Gpu, converter: &PlaneConverter, frame: &Frame) -> f32 {
    let texture = converter.convert(&gpu.device, &gpu.queue, frame).unwrap();
    assert_eq!((texture.width(), texture.height()), (frame.width, frame.height));
    let texels = read_rgba16f(gpu, &texture).unwrap();
    let twin = to_rgb(frame).unwrap();
    let mut worst = 0.0f32;
    for (i, texel) in texels.chunks_exact(4).enumerate() {
        assert_eq!(texel[3], f16::ONE);
        for (c, got) in texel[..3].iter().enumerate() {
            let want = twin.channel(c)[i];
            let step = f32::exp2(want.abs().max(1.0).log2().floor()) / 1024.0;
            let allowed = if want.abs() < 1.0 { step } else { 1.1 * step };
            worst = worst.max((got.to_f32() - want).abs() / allowed);
        }
    }
    worst
}

#[test]
fn planes_shader_equals_its_twin() {
    let Some(gpu) = gpu() else { return };
    let converter = PlaneConverter::new(&gpu.device);
    let mut dice = Dice::new(13);
    for _ in 0..150 {
        let frame = random_frame(&mut dice, 40);
        let worst = worst(gpu, &converter, &frame);
        let name = frame.layout.name();
        assert!(worst <= 1.0, "{name} {:?} {}x{}: {worst}", frame.color, frame.width, frame.height);
    }
    // Where half floats are finest the two must be closer than 8-bit codes by far: dark grey, all sitings.
    let layout = Layout { family: Family::Yuv, sample: Sample::U16 { bits: 12 }, chroma_shift: (1, 1), alpha: false };
    let frame = random_samples(&mut dice, 641, 359, layout, Default::default());
    assert!(worst(gpu, &converter, &frame) <= 1.0);
}

#[test]
fn pictures_beyond_the_device_get_a_sentence() {
    let Some(gpu) = gpu() else { return };
    let converter = PlaneConverter::new(&gpu.device);
    let wide = gpu.max_side() + 1;
    let layout = Layout { family: Family::Gray, sample: Sample::U8, chroma_shift: (0, 0), alpha: false };
    let frame = random_samples(&mut Dice::new(2), wide, 1, layout, Default::default());
    let error = converter.convert(&gpu.device, &gpu.queue, &frame).unwrap_err();
    assert_eq!(error, ColorError::TooLarge { width: wide, height: 1, limit: gpu.max_side() });
    assert!(error.to_string().contains(&wide.to_string()));
}

mod canvas {
    use doublet::color::PlaneConverter;
    use doublet::frame::{ColorInfo, Image};
    use doublet::gpu::{Gpu, new_texture, read_rgba8};
    use doublet::views::canvas::{Canvas, Filter, Mode, Rect, Spec, draw_cpu};
    use half::f16;
    use image::{Rgba, RgbaImage};

    use super::super::color::Dice;

    /// Noise of values that half floats hold exactly, so that both twins read the same.
    fn noise(dice: &mut Dice, width: u32, height: u32) -> Image {
        let mut image = Image::new(width, height);
        image.data.iter_mut().for_each(|v| *v = f16::from_f32(dice.unit() * 1.1 - 0.05).to_f32());
        image
    }

    fn texture(gpu: &Gpu, converter: &PlaneConverter, image: &Image) -> wgpu::Texture {
        let frame = image.clone().into_frame(ColorInfo::default()).unwrap();
        converter.convert(&gpu.device, &gpu.queue, &frame).unwrap()
    }

    /// What the shader draws into a target of `size`, elsewhere black.
    fn draw_gpu(
        gpu: &Gpu,
        canvas: &Canvas,
        spec: &Spec,
        a: &wgpu::Texture,
        b: Option<&wgpu::Texture>,
        size: (u32, u32),
    ) -> RgbaImage {
        let usage = wgpu::TextureUsages::RENDER_ATTACHMENT | wgpu::TextureUsages::COPY_SRC;
        let target = new_texture(&gpu.device, "target", size, wgpu::TextureFormat::Rgba8Unorm, usage);
        let view = target.create_view(&Default::default());
        let drawing = canvas.prepare(&gpu.device, spec, a, b);
        let mut encoder = gpu.device.create_command_encoder(&Default::default());
        {
            let mut pass = encoder.begin_render_pass(&wgpu::RenderPassDescriptor {
                color_attachments: &[Some(wgpu::RenderPassColorAttachment {
                    view: &view,
                    depth_slice: None,
                    resolve_target: None,
                    ops: wgpu::Operations {
                        load: wgpu::LoadOp::Clear(wgpu::Color::BLACK),
                        store: wgpu::StoreOp::Store,
                    },
                })],
                ..Default::default()
            });
            let v = spec.viewport;
            pass.set_viewport(v.x, v.y, v.width, v.height, 0.0, 1.0);
            canvas.paint(&mut pass, &drawing);
        }
        gpu.queue.submit([encoder.finish()]);
        RgbaImage::from_raw(size.0, size.1, read_rgba8(gpu, &target).unwrap()).unwrap()
    }

    fn draw_twin(spec: &Spec, a: &Image, b: Option<&Image>, size: (u32, u32)) -> RgbaImage {
        let mut out = RgbaImage::from_pixel(size.0, size.1, Rgba([0, 0, 0, 255]));
        draw_cpu(spec, a, b, &mut out);
        out
    }

    const MODES: [Mode; 5] =
        [Mode::A, Mode::B, Mode::Split { x: 20.0 }, Mode::Difference { gain: 1.0 }, Mode::Difference { gain: 4.0 }];

    #[test]
    fn canvas_shader_equals_its_twin() {
        let Some(gpu) = super::gpu() else { return };
        let converter = PlaneConverter::new(&gpu.device);
        let canvas = Canvas::new(&gpu.device, wgpu::TextureFormat::Rgba8Unorm);
        let mut dice = Dice::new(31);
        let (a, b) = (noise(&mut dice, 37, 26), noise(&mut dice, 74, 52));
        let (texture_a, texture_b) = (texture(gpu, &converter, &a), texture(gpu, &converter, &b));
        let size = (64, 48);
        for zoom in [0.3f32, 0.5, 1.0, 1.7, 4.0, 16.0] {
            for rotation in [0u16, 90, 180, 270] {
                let (w, h) = if rotation % 180 == 0 { (37.0, 26.0) } else { (26.0, 37.0) };
                for mode in MODES {
                    for filter in [Filter::Auto, Filter::Nearest, Filter::Smooth] {
                        // Off the pixel grid at times, as a dragged picture is.
                        let (x, y) = (4.0 - zoom * 3.3, 2.0 - zoom * 1.7);
                        let spec = Spec {
                            rotation: [rotation; 2],
                            mode,
                            filter,
                            ..Spec::new(Rect::new(5.0, 3.0, 50.0, 40.0), Rect::new(x, y, w * zoom, h * zoom))
                        };
                        let drawn = draw_gpu(gpu, &canvas, &spec, &texture_a, Some(&texture_b), size);
                        let twin = draw_twin(&spec, &a, Some(&b), size);
                        let worst = drawn.iter().zip(twin.iter()).map(|(p, q)| p.abs_diff(*q)).max();
                        assert!(worst <= Some(1), "zoom {zoom} turn {rotation} {mode:?} {filter:?}: {worst:?}");
                    }
                }
            }
        }
    }

    /// A picture whose every texel tells its place.
    fn map(width: u32, height: u32) -> Image {
        let mut image = Image::new(width, height);
        for y in 0..height {
            for x in 0..width {
                let i = (y * width + x) as usize;
                image.channel_mut(0)[i] = x as f32 / 255.0;
                image.channel_mut(1)[i] = y as f32 / 255.0;
            }
        }
        image
    }

    #[test]
    fn one_to_one_shows_every_texel_and_turns_clockwise() {
        let (w, h) = (12u32, 7u32);
        for (turn, at) in [
            (0u16, &(|x, y| (x, y)) as &dyn Fn(u32, u32) -> (u32, u32)),
            (90, &|x, y| (y, h - 1 - x)),
            (180, &|x, y| (w - 1 - x, h - 1 - y)),
            (270, &|x, y| (w - 1 - y, x)),
        ] {
            let (sw, sh) = if turn % 180 == 0 { (w, h) } else { (h, w) };
            let rect = Rect::new(0.0, 0.0, sw as f32, sh as f32);
            let spec = Spec { rotation: [turn; 2], ..Spec::new(rect, rect) };
            let out = draw_twin(&spec, &map(w, h), None, (sw, sh));
            for (x, y, pixel) in out.enumerate_pixels() {
                let (u, v) = at(x, y);
                assert_eq!(pixel.0, [u as u8, v as u8, 0, 255], "turn {turn} at {x},{y}");
            }
        }
    }

    #[test]
    fn the_split_is_hard_and_the_surround_grey() {
        let (mut a, mut b) = (Image::new(20, 10), Image::new(20, 10));
        a.data.fill(1.0);
        b.data.fill(0.0);
        let viewport = Rect::new(0.0, 0.0, 40.0, 20.0);
        let spec = Spec { mode: Mode::Split { x: 17.0 }, ..Spec::new(viewport, Rect::new(10.0, 5.0, 20.0, 10.0)) };
        let out = draw_twin(&spec, &a, Some(&b), (40, 20));
        for (x, y, pixel) in out.enumerate_pixels() {
            let inside = (10..30).contains(&x) && (5..15).contains(&y);
            let want = if !inside {
                50
            } else if x < 17 {
                255
            } else {
                0
            };
            assert_eq!(pixel.0, [want, want, want, 255], "{x},{y}");
        }
        let same = Spec { mode: Mode::Difference { gain: 8.0 }, ..spec };
        assert_eq!(draw_twin(&same, &a, Some(&a), (40, 20)).get_pixel(15, 10).0, [128, 128, 128, 255]);
        b.data.fill(0.98);
        assert_eq!(draw_twin(&same, &a, Some(&b), (40, 20)).get_pixel(15, 10).0[0], 87);
        // Without a B every view shows A.
        assert_eq!(draw_twin(&same, &a, None, (40, 20)).get_pixel(15, 10).0[0], 255);
    }

    #[test]
    fn shrinking_averages_all_that_is_under_a_pixel() {
        let mut dice = Dice::new(4);
        let image = noise(&mut dice, 60, 40);
        let rect = Rect::new(0.0, 0.0, 12.0, 8.0);
        let out = draw_twin(&Spec::new(rect, rect), &image, None, (12, 8));
        for (x, y, pixel) in out.enumerate_pixels() {
            let mut sum = 0.0;
            for j in 0..5 {
                for i in 0..5 {
                    sum += image.pixel(x * 5 + i, y * 5 + j)[1];
                }
            }
            let want = (sum / 25.0 * 255.0).round() as i32;
            assert!((i32::from(pixel.0[1]) - want).abs() <= 1);
        }
    }

    #[test]
    fn odd_wishes_do_no_harm() {
        let image = map(9, 9);
        for picture in [
            Rect::default(),
            Rect::new(0.0, 0.0, 0.001, 0.001),
            Rect::new(-1e6, -1e6, 2e6, 2e6),
            Rect::new(f32::NAN, 0.0, 5.0, 5.0),
            Rect::new(0.0, 0.0, -5.0, 5.0),
        ] {
            let viewport = Rect::new(-3.0, 2.0, 900.0, 900.0);
            draw_twin(&Spec::new(viewport, picture), &image, None, (16, 16));
        }
        assert_eq!(Rect::new(7.0, 7.0, 100.0, 50.0).fit(16.0, 16.0), Rect::new(25.0, 0.0, 50.0, 50.0));
    }
}
