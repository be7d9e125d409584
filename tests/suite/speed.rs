//! Ways to run a model: however tiles go through, the picture is the same; and what goes wrong on the way is told.

use std::sync::Arc;
use std::time::{Duration, Instant};

use doublet::frame::{FrameSource, Image, Region, Request, SourceError, Stop, Urgency};
use doublet::models::{
    Choice, Chooser, DeviceKind, Home, Memory, Model, Precision, Runtime, Settings, Speed, upscale, upscale_chosen,
};

use super::models::{Noise, Still, runtime, samples, worst, write};
use super::onnx_writer::{self as onnx, Net};

fn cpu() -> Settings {
    Settings { device: Some(DeviceKind::Cpu), tile: Some(64), ..Settings::default() }
}

fn load(runtime: &Runtime, dir: &tempfile::TempDir, net: &Net) -> Arc<Model> {
    runtime.model(&write(dir, "net.onnx", net)).unwrap()
}

/// The three frames of a source, however they are asked for.
fn frames(stage: &mut dyn FrameSource, numbers: &[usize]) -> Vec<Vec<f32>> {
    numbers.iter().map(|&n| samples(&stage.get(n).unwrap())).collect()
}

#[test]
fn streams_and_batches_change_no_bit() {
    let Some(runtime) = runtime() else { return };
    let dir = tempfile::tempdir().unwrap();
    for net in [onnx::deep(4).batches(), onnx::upscaler(2).batches().half(), onnx::fold(4)] {
        let model = load(&runtime, &dir, &net);
        let mut one = upscale(&runtime, &model, Noise::new(190, 170), &cpu()).unwrap();
        let wanted = frames(&mut *one, &[0, 1, 2]);
        for (streams, batch) in [(2, 1), (3, 1), (1, 2), (1, 4), (2, 3)] {
            let settings = Settings { streams: Some(streams), batch: Some(batch), ..cpu() };
            let mut stage = upscale(&runtime, &model, Noise::new(190, 170), &settings).unwrap();
            assert_eq!(frames(&mut *stage, &[0, 1, 2]), wanted, "{streams} streams of {batch}, one after the other");
            assert_eq!(frames(&mut *stage, &[1, 0]), [wanted[1].clone(), wanted[0].clone()], "and back");
            let details = &stage.info().details;
            assert_eq!(details.contains(&format!("{streams} streams")), streams > 1, "{details}");
            let batches = !net.bytes().is_empty() && model.info().multiple == 1;
            assert_eq!(details.contains("tiles a run"), batch > 1 && batches, "{details}");
        }
    }
}

#[test]
fn streams_keep_to_what_is_on_screen() {
    let Some(runtime) = runtime() else { return };
    let dir = tempfile::tempdir().unwrap();
    let model = load(&runtime, &dir, &onnx::deep(4));
    let settings = Settings { streams: Some(2), ..cpu() };
    let over = Stop::default();
    let (begun, begin) = std::sync::mpsc::sync_channel(1);
    std::thread::scope(|scope| {
        scope.spawn(|| {
            let mut stage = upscale(&runtime, &model, Noise::new(700, 700), &settings).unwrap();
            let mut tell = |_| _ = begun.try_send(());
            while !over.is_set() {
                let mut request = Request { partial: Some(&mut tell), ..Request::new(0, &over) };
                assert!(matches!(stage.frame(&mut request), Ok(_) | Err(SourceError::Stopped)));
            }
        });
        begin.recv().unwrap();
        let mut stage = upscale(&runtime, &model, Noise::new(150, 130), &settings).unwrap();
        let stop = Stop::default();
        let focus = Region { left: 0.8, top: 0.8, right: 1.0, bottom: 1.0 };
        let mut places = Vec::new();
        let mut keep = |piece: doublet::frame::Partial| places.push(piece.at);
        let mut request =
            Request { focus, urgency: Urgency::OnScreen, partial: Some(&mut keep), ..Request::new(1, &stop) };
        let frame = stage.frame(&mut request).unwrap();
        over.set();
        assert_eq!(samples(&frame).len(), 3 * 150 * 130);
        assert!(places[1].0 > 75 && places[1].1 > 65, "what is looked at comes first: {places:?}");
    });
}

#[test]
fn a_choice_is_taken_up_between_pictures() {
    let Some(runtime) = runtime() else { return };
    let dir = tempfile::tempdir().unwrap();
    let model = load(&runtime, &dir, &onnx::deep(4));
    let memory = Arc::new(Memory::of(&Home::default()));
    let chooser = Arc::new(Chooser::new(memory.clone(), true));
    let settings = Settings { device: Some(DeviceKind::Cpu), ..Settings::default() };
    let mut plain = upscale(&runtime, &model, Noise::new(500, 400), &settings).unwrap();
    let mut stage = upscale_chosen(&runtime, &model, Noise::new(500, 400), &settings, Some(&chooser)).unwrap();
    let wanted = frames(&mut *plain, &[0, 1, 2]);
    let device = runtime.devices().into_iter().find(|d| d.kind == DeviceKind::Cpu).unwrap();
    let known = || memory.speed(&model.info().sha256, &device.name, runtime.version());
    assert_eq!(known(), None);
    let since = Instant::now();
    while known().is_none() {
        assert!(worst(&frames(&mut *stage, &[0])[0], &wanted[0]) < 1e-5);
        assert!(since.elapsed() < Duration::from_secs(60), "it is found out after the first picture");
        std::thread::sleep(Duration::from_millis(20));
    }
    let speed = known().unwrap();
    println!("chosen: {} at {:.2} megapixels a second", speed.choice, speed.megapixels_per_second);
    for (made, wanted) in frames(&mut *stage, &[0, 1, 2]).iter().zip(&wanted) {
        assert!(worst(made, wanted) < 1e-5);
    }
}

#[test]
fn what_is_remembered_is_done_and_what_is_set_wins() {
    let Some(runtime) = runtime() else { return };
    let dir = tempfile::tempdir().unwrap();
    let model = load(&runtime, &dir, &onnx::deep(4));
    let memory = Arc::new(Memory::of(&Home::default()));
    let device = runtime.devices().into_iter().find(|d| d.kind == DeviceKind::Cpu).unwrap();
    let choice = Choice { precision: Precision::F32, tile: 96, streams: 2, batch: 1 };
    let speed = Speed { megapixels_per_second: 1.0, memory_bytes: None, choice };
    memory.keep_speed(&model.info().sha256, &device.name, runtime.version(), &speed);
    let chooser = Arc::new(Chooser::new(memory, false));
    let details = |settings: Settings| {
        let stage = upscale_chosen(&runtime, &model, Noise::new(300, 96), &settings, Some(&chooser)).unwrap();
        stage.info().details.clone()
    };
    let free = Settings { device: Some(DeviceKind::Cpu), ..Settings::default() };
    let remembered = details(free);
    assert!(remembered.contains("2 streams") && !remembered.contains("300x96"), "{remembered}");
    let set = details(Settings { tile: Some(512), streams: Some(1), ..free });
    assert!(set.ends_with("tiles of 300x96"), "{set}");
}

/// What a stage says of frame 0 of `image`.
fn fault(net: &Net, image: Image, settings: &Settings) -> Option<String> {
    let runtime = runtime()?;
    let dir = tempfile::tempdir().unwrap();
    let model = load(&runtime, &dir, net);
    let mut stage = upscale(&runtime, &model, Still::new(image), settings).unwrap();
    let error = stage.get(0).unwrap_err();
    let sentence = error.to_string();
    println!("{sentence}");
    assert!(!sentence.contains('\n') && sentence.len() < 400, "{sentence}");
    // The device goes on with the next model.
    let good = load(&runtime, &tempfile::tempdir().unwrap(), &onnx::deep(3));
    assert!(upscale(&runtime, &good, Noise::new(64, 64), &cpu()).unwrap().get(0).is_ok());
    Some(sentence)
}

#[test]
fn black_may_be_no_number() {
    let mut image = Image::new(40, 30);
    image.data.fill(0.5);
    image.data[700] = 0.0;
    if let Some(sentence) = fault(&onnx::logarithm(), image, &cpu()) {
        assert!(sentence.contains("no numbers"), "{sentence}");
    }
}

#[test]
fn a_size_that_is_wrong_for_large_tiles_alone_is_told() {
    let settings = Settings { tile: Some(512), ..cpu() };
    if let Some(sentence) = fault(&onnx::cropper(), Image::new(300, 250), &settings) {
        assert!(sentence.contains("gave 200x200") && sentence.contains("300x250"), "{sentence}");
    }
}

#[test]
fn memory_that_is_not_there_is_told() {
    // The products of 720,000 samples with each other: terabytes.
    let settings = Settings { tile: Some(1024), ..cpu() };
    if let Some(sentence) = fault(&onnx::hungry(), Image::new(1000, 720), &settings) {
        assert!(sentence.contains("more memory than"), "{sentence}");
        assert!(sentence.contains("DOUBLET_TILE"), "and what to do: {sentence}");
    }
}

#[test]
fn half_precision_is_never_silent() {
    let (Some(dir), Some(runtime)) = (super::support::testdata(), runtime()) else { return };
    let model = runtime.model(&dir.join("models/realesr-animevideov3.pth")).unwrap();
    let make = |precision: Option<Precision>| {
        let settings = Settings { precision, ..cpu() };
        let mut stage = upscale(&runtime, &model, Noise::new(64, 48), &settings).unwrap();
        let picture = samples(&stage.get(0).unwrap());
        (picture, doublet::models::is_halved(stage.info()), stage.info().notes.join(" "))
    };
    let (full, halved, notes) = make(None);
    assert!(!halved && !notes.contains("half precision"), "{notes}");
    let (half, halved, notes) = make(Some(Precision::F16));
    assert!(halved && notes.contains("computed in half precision (fp16)"), "{notes}");
    let off = worst(&full, &half);
    println!("fp16 is {off:.1e} off fp32");
    assert!(off > 0.0 && off < 2e-2, "{off}");
    // An ONNX file of 32 bits stays what it is.
    let folder = tempfile::tempdir().unwrap();
    let fixed = load(&runtime, &folder, &onnx::deep(3));
    let settings = Settings { precision: Some(Precision::F16), ..cpu() };
    let stage = upscale(&runtime, &fixed, Noise::new(64, 48), &settings).unwrap();
    assert!(!doublet::models::is_halved(stage.info()));
}
