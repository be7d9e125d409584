//! The canvas shader against its twin, and the twin against what a person would expect.

use doublet::color::PlaneConverter;
use doublet::frame::{ColorInfo, Image};
use doublet::gpu::{Gpu, new_texture, read_rgba8, upload};
use doublet::views::canvas::{Canvas, Filter, Mode, Rect, Sources, Spec, Wash, draw_cpu};
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
    sources: &Sources<'_, wgpu::Texture, wgpu::Texture>,
    (size, format): ((u32, u32), wgpu::TextureFormat),
) -> RgbaImage {
    let usage = wgpu::TextureUsages::RENDER_ATTACHMENT | wgpu::TextureUsages::COPY_SRC;
    let target = new_texture(&gpu.device, "target", size, format, usage);
    let view = target.create_view(&Default::default());
    let drawing = canvas.prepare(&gpu.device, spec, sources);
    let mut encoder = gpu.device.create_command_encoder(&Default::default());
    {
        let mut pass = encoder.begin_render_pass(&wgpu::RenderPassDescriptor {
            color_attachments: &[Some(wgpu::RenderPassColorAttachment {
                view: &view,
                depth_slice: None,
                resolve_target: None,
                ops: wgpu::Operations { load: wgpu::LoadOp::Clear(wgpu::Color::BLACK), store: wgpu::StoreOp::Store },
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
    draw_cpu(spec, &Sources::new(a, b), &mut out);
    out
}

const PLAIN: wgpu::TextureFormat = wgpu::TextureFormat::Rgba8Unorm;

const MODES: [Mode; 5] =
    [Mode::A, Mode::B, Mode::Split { x: 20.0 }, Mode::Difference { gain: 1.0 }, Mode::Difference { gain: 4.0 }];

#[test]
fn canvas_shader_equals_its_twin() {
    let Some(gpu) = super::gpu() else { return };
    let converter = PlaneConverter::new(&gpu.device);
    let canvas = Canvas::new(&gpu.device, PLAIN);
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
                    let drawn =
                        draw_gpu(gpu, &canvas, &spec, &Sources::new(&texture_a, Some(&texture_b)), (size, PLAIN));
                    let twin = draw_twin(&spec, &a, Some(&b), size);
                    let worst = drawn.iter().zip(twin.iter()).map(|(p, q)| p.abs_diff(*q)).max();
                    assert!(worst <= Some(1), "zoom {zoom} turn {rotation} {mode:?} {filter:?}: {worst:?}");
                }
            }
        }
    }
}

/// Premultiplied colours, some of them nothing.
fn colors(dice: &mut Dice, width: u32, height: u32) -> RgbaImage {
    RgbaImage::from_fn(width, height, |_, _| {
        let cover = if dice.unit() < 0.3 { 0.0 } else { dice.unit() * 255.0 };
        let mut channel = || (dice.unit() * cover) as u8;
        Rgba([channel(), channel(), channel(), cover as u8])
    })
}

fn upload_colors(gpu: &Gpu, colors: &RgbaImage) -> wgpu::Texture {
    let usage = wgpu::TextureUsages::TEXTURE_BINDING | wgpu::TextureUsages::COPY_DST;
    let texture = new_texture(&gpu.device, "over", colors.dimensions(), PLAIN, usage);
    upload(&gpu.queue, &texture, colors, colors.width() * 4);
    texture
}

#[test]
fn what_lies_over_a_picture_is_drawn_alike_by_both_twins() {
    let Some(gpu) = super::gpu() else { return };
    let converter = PlaneConverter::new(&gpu.device);
    let canvas = Canvas::new(&gpu.device, PLAIN);
    let mut dice = Dice::new(32);
    let (a, b) = (noise(&mut dice, 37, 26), noise(&mut dice, 37, 26));
    let (texture_a, texture_b) = (texture(gpu, &converter, &a), texture(gpu, &converter, &b));
    let size = (64, 48);
    // As fine as the picture, and coarser on a grid that does not divide it.
    for grid in [(37, 26), (10, 7), (1, 1)] {
        let overs = [colors(&mut dice, grid.0, grid.1), colors(&mut dice, grid.0, grid.1)];
        let textures = overs.each_ref().map(|over| upload_colors(gpu, over));
        for (zoom, turn) in [(0.4f32, 0u16), (1.0, 90), (1.5, 180), (4.0, 270), (9.0, 0)] {
            let (w, h) = if turn % 180 == 0 { (37.0, 26.0) } else { (26.0, 37.0) };
            for (mode, blocks, which) in [
                (Mode::A, true, [true, false]),
                (Mode::B, false, [true, true]),
                (Mode::Split { x: 21.0 }, true, [false, true]),
                (Mode::Split { x: 21.0 }, false, [true, true]),
                (Mode::Difference { gain: 2.0 }, true, [true, true]),
            ] {
                let wash = Wash { light: dice.unit(), grey: dice.unit(), cover: dice.unit(), blocks };
                let spec = Spec {
                    rotation: [turn; 2],
                    over_rotation: turn,
                    mode,
                    wash: [Wash { grey: 1.0, ..wash }, wash],
                    ..Spec::new(Rect::new(5.0, 3.0, 50.0, 40.0), Rect::new(2.5, 1.25, w * zoom, h * zoom))
                };
                let over = [which[0].then_some(&textures[0]), which[1].then_some(&textures[1])];
                let sources = Sources { a: &texture_a, b: Some(&texture_b), over };
                let drawn = draw_gpu(gpu, &canvas, &spec, &sources, (size, PLAIN));
                let over = [which[0].then_some(&overs[0]), which[1].then_some(&overs[1])];
                let mut twin = RgbaImage::from_pixel(size.0, size.1, Rgba([0, 0, 0, 255]));
                draw_cpu(&spec, &Sources { a: &a, b: Some(&b), over }, &mut twin);
                let worst = drawn.iter().zip(twin.iter()).map(|(p, q)| p.abs_diff(*q)).max();
                assert!(worst <= Some(1), "{grid:?} zoom {zoom} turn {turn} {mode:?}: {worst:?}");
            }
        }
    }
}

#[test]
fn a_map_covers_the_whole_picture_whatever_its_grid() {
    let mut picture = Image::new(40, 20);
    picture.data.fill(0.5);
    // Right half red, on a grid of two cells.
    let over = RgbaImage::from_fn(2, 1, |x, _| if x == 1 { Rgba([255, 0, 0, 255]) } else { Rgba([0; 4]) });
    let rect = Rect::new(0.0, 0.0, 40.0, 20.0);
    let wash = Wash { light: 0.5, grey: 0.0, cover: 1.0, blocks: true };
    let spec = Spec { wash: [wash; 2], ..Spec::new(rect, rect) };
    let mut out = RgbaImage::new(40, 20);
    draw_cpu(&spec, &Sources { a: &picture, b: None, over: [Some(&over), None] }, &mut out);
    for (x, _, pixel) in out.enumerate_pixels() {
        let want = if x >= 20 { [255, 0, 0, 255] } else { [64, 64, 64, 255] };
        assert_eq!(pixel.0, want, "{x}");
    }
    // A turned picture carries its map along.
    let turned = Spec { rotation: [90; 2], over_rotation: 90, ..spec };
    draw_cpu(&turned, &Sources { a: &picture, b: None, over: [Some(&over), None] }, &mut out);
    assert_eq!((out.get_pixel(3, 2).0[0], out.get_pixel(3, 17).0[0]), (64, 255));
}

/// A target that encodes by itself is handed linear light, and holds the same codes.
#[test]
fn an_srgb_target_shows_the_same_codes() {
    let Some(gpu) = super::gpu() else { return };
    let format = wgpu::TextureFormat::Rgba8UnormSrgb;
    let canvas = Canvas::new(&gpu.device, format);
    let image = noise(&mut Dice::new(8), 40, 30);
    let texture = texture(gpu, &PlaneConverter::new(&gpu.device), &image);
    let rect = Rect::new(0.0, 0.0, 40.0, 30.0);
    let drawn = draw_gpu(gpu, &canvas, &Spec::new(rect, rect), &Sources::new(&texture, None), ((40, 30), format));
    let twin = draw_twin(&Spec::new(rect, rect), &image, None, (40, 30));
    assert!(drawn.iter().zip(twin.iter()).all(|(p, q)| p.abs_diff(*q) <= 1));
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
