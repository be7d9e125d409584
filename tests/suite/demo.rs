//! Tests of demo: the scene is a pure function of the frame number, holds what it promises, and is made once.

use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};

use doublet::demo::{Comparison, DemoError, Scene, SceneSource, Settings, prepare_with};
use doublet::engine::Recipe;
use doublet::frame::{FrameSource, Image, Layout, Stop};
use doublet::{color, media};

fn tiny() -> Settings {
    Settings { width: 160, height: 90, frames: 6, ..Settings::default() }
}

/// One half-size scene for all tests that look at pictures.
fn half() -> &'static Scene {
    static SCENE: OnceLock<Scene> = OnceLock::new();
    SCENE.get_or_init(|| Scene::sized(640, 360, 96))
}

fn luma(image: &Image) -> Vec<f32> {
    let (r, g, b) = (image.channel(0), image.channel(1), image.channel(2));
    (0..image.plane_len()).map(|i| 0.2126 * r[i] + 0.7152 * g[i] + 0.0722 * b[i]).collect()
}

/// Mean of |4 * here - neighbours| over a rectangle in pixels.
fn detail(image: &Image, [l, t, r, b]: [usize; 4]) -> f32 {
    let (y, w) = (luma(image), image.width as usize);
    let mut sum = 0.0;
    for row in t..b {
        for column in l..r {
            let i = row * w + column;
            sum += (4.0 * y[i] - y[i - 1] - y[i + 1] - y[i - w] - y[i + w]).abs();
        }
    }
    sum / ((r - l) * (b - t)) as f32
}

fn difference(a: &Image, b: &Image, [l, t, r, bottom]: [usize; 4]) -> f32 {
    let (x, y, w) = (luma(a), luma(b), a.width as usize);
    let all: f32 = (t..bottom).map(|row| (l..r).map(|c| (x[row * w + c] - y[row * w + c]).abs()).sum::<f32>()).sum();
    all / ((r - l) * (bottom - t)) as f32
}

#[test]
fn any_frame_can_be_made_alone() {
    let (first, second) = (Scene::sized(160, 90, 6), Scene::sized(160, 90, 6));
    let in_order: Vec<Image> = (0..6).map(|n| first.frame(n)).collect();
    assert_eq!(second.frame(4), in_order[4], "made first");
    assert_eq!(second.frame(1), in_order[1], "made backwards");
    assert_eq!(second.frame(6), in_order[0], "the loop closes");
    assert!(in_order.iter().all(|f| f.data.iter().all(|v| (0.0..=1.0).contains(v))), "all samples lie in 0..1");
}

#[test]
fn pictures_of_all_sizes_show_the_same_scene() {
    let (small, half) = (Scene::sized(160, 90, 96).frame(10), half().frame(10));
    let shrunk = color::resize(&half, 160, 90, color::Kernel::Box);
    assert!(difference(&small, &shrunk, [0, 0, 160, 90]) < 0.03, "not more apart than aliasing explains");
}

#[test]
fn the_scene_moves_where_it_should() {
    let (a, b) = (half().frame(4), half().frame(12));
    // At half size: the lane of the bicycle, the crown of the tree, and the sky with nothing but slow cloud.
    assert!(difference(&a, &b, [90, 220, 300, 340]) > 0.04, "the bicycle rolls");
    assert!(difference(&a, &b, [10, 80, 140, 180]) > 0.03, "the leaves sway");
    assert!(difference(&a, &b, [230, 2, 420, 26]) < 0.03, "the sky keeps nearly still");
    let (c, d) = (half().frame(95), half().frame(0));
    let step = difference(&half().frame(0), &half().frame(1), [0, 0, 640, 360]);
    assert!(difference(&c, &d, [0, 0, 640, 360]) < 1.5 * step, "the loop closes without a jump");
}

#[test]
fn there_is_fine_print_and_a_smooth_sky() {
    let frame = half().frame(0);
    let (sky, print, bricks, leaves) =
        ([230, 2, 460, 24], [540, 180, 604, 240], [540, 60, 600, 105], [20, 100, 130, 160]);
    let flat = detail(&frame, sky);
    for (what, area) in [("print", print), ("brick", bricks), ("foliage", leaves)] {
        let fine = detail(&frame, area);
        assert!(fine > 6.0 * flat, "{what}: {fine} against the sky's {flat}");
    }
    assert!(flat > 0.001, "a sensor's grain lies over the sky: {flat}");
}

#[test]
fn the_source_gives_the_scene() {
    let scene = Arc::new(Scene::sized(160, 90, 6));
    let mut source = SceneSource::new(scene.clone());
    assert_eq!((source.info().width, source.info().height, source.info().layout), (160, 90, Layout::RGB_F32));
    assert_eq!(source.info().timeline.len(), 6);
    assert!((source.info().timeline.duration() - 0.25).abs() < 1e-9, "24 frames a second");
    let frame = source.get(2).unwrap();
    let want = scene.frame(2).into_frame(frame.color).unwrap();
    assert!(frame.same_samples(&want));
    assert!(source.get(6).unwrap_err().to_string().contains("no frame 6"));
}

/// Calls prepare_with and collects what it said.
fn make(cache: &Path, stop: &Stop, until: &str) -> (Result<Comparison, DemoError>, Vec<String>, usize) {
    let (mut said, mut grown) = (Vec::new(), 0);
    let mut progress = |what: &str, share: f32| {
        assert!((0.0..=1.0).contains(&share), "{what}: {share}");
        said.push(what.to_owned());
        if !until.is_empty() && what.starts_with(until) {
            stop.set();
        }
    };
    let made = prepare_with(&tiny(), cache, &mut progress, &mut |_| grown += 1, stop);
    (made, said, grown)
}

fn files(cache: &Path) -> Vec<PathBuf> {
    let mut all: Vec<PathBuf> = std::fs::read_dir(cache)
        .unwrap()
        .flat_map(|folder| std::fs::read_dir(folder.unwrap().path()).unwrap())
        .map(|file| file.unwrap().path())
        .collect();
    all.sort();
    all
}

#[test]
fn the_second_time_nothing_is_made() {
    let cache = tempfile::tempdir().unwrap();
    let (first, said, grown) = make(cache.path(), &Stop::default(), "");
    let first = first.unwrap();
    assert!(said.iter().any(|s| s == "drawing the demo clip, 6 of 6"), "{said:?}");
    assert!(grown >= 3, "the comparison was handed out as it grew");
    let times = |cache| -> Vec<_> { files(cache).iter().map(|f| f.metadata().unwrap().modified().unwrap()).collect() };
    let before = (files(cache.path()), times(cache.path()));
    let (second, said, _) = make(cache.path(), &Stop::default(), "");
    assert_eq!(second.unwrap(), first);
    assert_eq!(said, ["the demo is ready"]);
    assert_eq!((files(cache.path()), times(cache.path())), before);
    check(&first);
}

/// Every line opens, and the files hold what they should.
fn check(made: &Comparison) {
    let mut reference = media::open(Path::new(&made.reference)).unwrap();
    assert_eq!(reference.info().timeline.len(), 6);
    assert_eq!(reference.info().layout.name(), "yuv420p");
    let scene = Scene::sized(160, 90, 6);
    for n in 0..6 {
        let seen = color::to_rgb(&reference.get(n).unwrap()).unwrap();
        let far = difference(&seen, &scene.frame(n), [0, 0, 160, 90]);
        assert!(far < 0.02, "frame {n} of the reference is {far} from the scene");
    }
    assert!(made.candidates.len() + made.notes.len() >= 4, "{made:?}");
    let mut previous = 0.0;
    for (label, line) in &made.candidates {
        assert!(!label.contains(['=', '|']), "{label} can stand before a line");
        Recipe::parse(line).unwrap();
        if label.starts_with("x264") && Path::new(line).is_file() {
            // The low-rate encode is off; the sharpened one is further off.
            let mut candidate = media::open(Path::new(line)).unwrap();
            let seen = color::to_rgb(&candidate.get(3).unwrap()).unwrap();
            let far = difference(&seen, &scene.frame(3), [0, 0, 160, 90]);
            assert!(far > previous + 0.003, "{label}: {far} after {previous}");
            previous = far;
        }
    }
}

#[test]
fn an_interrupted_run_leaves_nothing_that_looks_whole() {
    let cache = tempfile::tempdir().unwrap();
    let (made, _, grown) = make(cache.path(), &Stop::default().clone(), "drawing the demo clip, 4");
    assert_eq!((made, grown), (Err(DemoError::Stopped), 0));
    assert_eq!(files(cache.path()), Vec::<PathBuf>::new());

    let (made, said, _) = make(cache.path(), &Stop::default(), "encoding it with x264");
    if made.is_ok() {
        println!("skipped the rest: this FFmpeg has no libx264");
        return;
    }
    assert_eq!(made, Err(DemoError::Stopped));
    assert!(said.iter().any(|s| s.starts_with("drawing")));
    let names: Vec<_> = files(cache.path()).iter().map(|f| f.file_name().unwrap().to_owned()).collect();
    assert_eq!(names, ["source.mkv"]);

    let (made, said, _) = make(cache.path(), &Stop::default(), "");
    check(&made.unwrap());
    assert!(!said.iter().any(|s| s.starts_with("drawing")), "what was finished is kept: {said:?}");
}

#[test]
fn other_settings_have_their_own_files() {
    let cache = tempfile::tempdir().unwrap();
    let stop = Stop::default();
    stop.set();
    for settings in [tiny(), Settings { x264_crf: 30.0, ..tiny() }] {
        let stopped = prepare_with(&settings, cache.path(), &mut |_, _| {}, &mut |_| {}, &stop);
        assert_eq!(stopped, Err(DemoError::Stopped));
    }
    assert_eq!(std::fs::read_dir(cache.path()).unwrap().count(), 2);
}

#[test]
fn a_folder_that_cannot_be_made_is_a_sentence() {
    let file = tempfile::NamedTempFile::new().unwrap();
    let error = prepare_with(&tiny(), file.path(), &mut |_, _| {}, &mut |_| {}, &Stop::default()).unwrap_err();
    assert!(error.to_string().contains("the folder for the demo cannot be made"), "{error}");
}

/// Writes frames as PNG to look at: `DOUBLET_LOOK=folder cargo test --release --test main look_at_the_scene -- --ignored`
#[test]
#[ignore = "for eyes: writes pictures to the folder named by DOUBLET_LOOK"]
fn look_at_the_scene() {
    let Some(folder) = std::env::var_os("DOUBLET_LOOK").map(PathBuf::from) else {
        println!("skipped: DOUBLET_LOOK names no folder");
        return;
    };
    let mut source = SceneSource::new(Arc::new(Scene::new()));
    for n in (0..96).step_by(8) {
        media::write_png(&folder.join(format!("{n:03}.png")), &source.get(n).unwrap()).unwrap();
    }
}
