//! Tests of gpu, and of every shader against its Rust twin.

mod canvas;
mod twins;

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
