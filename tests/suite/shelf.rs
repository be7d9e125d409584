//! The shelf without a window: what lies in folders, what was added, what is remembered.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use doublet::engine::{Card, CardStatus, Command, Engine, Recipe, Settings, State, Workshop};
use doublet::models::{Home, Memory, Runtime, Stamp};

use super::onnx_writer as onnx;
use super::support::Clip;

/// A home in a folder of its own, with an empty folder of models.
struct Place {
    dir: tempfile::TempDir,
    home: Home,
}

impl Place {
    fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let root = dir.path().canonicalize().unwrap();
        std::fs::create_dir(root.join("models")).unwrap();
        let home = Home {
            config: Some(root.join("config")),
            cache: Some(root.join("cache")),
            models: Some(vec![root.join("models")]),
        };
        Self { dir, home }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.dir.path().canonicalize().unwrap().join(name)
    }

    /// Writes a model that enlarges twice, as `name` below the folder.
    fn model(&self, name: &str) -> PathBuf {
        let path = self.path(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, onnx::upscaler(2).bytes()).unwrap();
        path
    }

    fn engine(&self) -> Engine {
        Engine::at(self.home.clone(), Settings::default(), || {})
    }
}

fn runs() -> bool {
    Runtime::get().inspect_err(|error| println!("skipped: {error}")).is_ok()
}

fn sent(engine: &mut Engine, command: Command) {
    engine.send(command);
    engine.run_until_idle();
}

fn names(engine: &Engine) -> Vec<&str> {
    engine.state().shelf.iter().map(|card| card.name.as_str()).collect()
}

fn card<'a>(engine: &'a Engine, name: &str) -> &'a Card {
    engine.state().shelf.iter().find(|card| card.name == name).unwrap_or_else(|| panic!("no card {name}"))
}

fn is_ready(card: &Card) -> bool {
    matches!(card.status, CardStatus::Ready(_))
}

/// Lets the engine hear what the system tells until `wanted` holds.
fn wait(engine: &mut Engine, what: &str, wanted: impl Fn(&State) -> bool) {
    let since = Instant::now();
    while !wanted(engine.state()) {
        assert!(since.elapsed() < Duration::from_secs(20), "{what}: {:?}", engine.state().shelf);
        std::thread::sleep(Duration::from_millis(20));
        engine.update();
    }
}

#[test]
fn nothing_is_read_before_somebody_looks() {
    let place = Place::new();
    place.model("models/a.onnx");
    let mut engine = place.engine();
    engine.run_until_idle();
    assert!(engine.state().shelf.is_empty());
    engine.send(Command::ShelfLook);
    wait(&mut engine, "the names come first", |state| !state.shelf.is_empty());
    assert_eq!(names(&engine), ["a"]);
}

#[test]
fn a_model_that_measures_is_offered_as_a_metric() {
    if !runs() {
        return;
    }
    let place = Place::new();
    let steps: [(&str, &[i64]); 2] = [("Abs", &[]), ("ReduceMean", &[])];
    std::fs::write(place.path("models/shelf-distance.onnx"), onnx::gauge(&["a", "b"], &steps, &[])).unwrap();
    let clip = place.path("clip.mkv");
    Clip { frames: 3, ..Clip::default() }.write(&clip);
    let mut engine = place.engine();
    let candidates = vec!["source | unsharp 1".to_owned()];
    sent(&mut engine, Command::Open { reference: clip.display().to_string(), candidates });
    sent(&mut engine, Command::ShelfLook);
    let CardStatus::Metric(info) = &card(&engine, "shelf-distance").status else { panic!("it makes no picture") };
    assert!(info.line().contains("two pictures, lower is better"), "{}", info.line());
    let path = info.path.clone();
    assert!(!engine.state().metrics.contains(&"shelf_distance"), "offered, not taken");
    sent(&mut engine, Command::ShelfMetric(path));
    assert!(engine.state().metrics.contains(&"shelf_distance"));
    let track = &engine.state().candidates()[0];
    let series = &track.series["shelf_distance"];
    assert!(series.iter().all(|value| value.is_some_and(|v| v.value > 0.0)), "{series:?}");
    assert_eq!(track.live["shelf_distance"], series[0].unwrap());
}

#[test]
fn a_watched_folder_is_true_at_all_times() {
    if !runs() {
        return;
    }
    let place = Place::new();
    let mut engine = place.engine();
    sent(&mut engine, Command::ShelfLook);
    assert!(engine.state().shelf.is_empty());

    let path = place.model("models/one.onnx");
    wait(&mut engine, "it appears", |s| s.shelf.iter().any(is_ready));
    let CardStatus::Ready(info) = &card(&engine, "one").status else { panic!("it is ready") };
    assert_eq!((info.scale, info.path.as_path()), (2, path.as_path()));
    let sha256 = info.sha256.clone();

    std::fs::write(&path, onnx::upscaler(3).bytes()).unwrap();
    wait(&mut engine, "it changes", |s| {
        s.shelf.iter().any(|c| matches!(&c.status, CardStatus::Ready(info) if info.scale == 3 && info.sha256 != sha256))
    });

    std::fs::rename(&path, place.path("models/two.onnx")).unwrap();
    wait(&mut engine, "its name changes", |s| s.shelf.len() == 1 && s.shelf[0].name == "two" && is_ready(&s.shelf[0]));
    std::fs::remove_file(place.path("models/two.onnx")).unwrap();
    wait(&mut engine, "it goes", |s| s.shelf.is_empty());
    assert!(engine.state().notices.is_empty(), "{:?}", engine.state().notices);
}

#[test]
fn a_file_that_is_still_copied_is_read_when_it_is_whole() {
    if !runs() {
        return;
    }
    let place = Place::new();
    let mut engine = place.engine();
    sent(&mut engine, Command::ShelfLook);
    let bytes = onnx::upscaler(2).bytes();
    let path = place.path("models/slow.onnx");
    for end in (0..=bytes.len()).step_by(bytes.len().div_ceil(8)).skip(1).chain([bytes.len()]) {
        std::fs::write(&path, &bytes[..end]).unwrap();
        let pause = Instant::now();
        while pause.elapsed() < Duration::from_millis(200) {
            engine.update();
            let broken = engine.state().shelf.iter().find(|c| matches!(c.status, CardStatus::Broken(_)));
            assert!(broken.is_none(), "it was read too early: {broken:?}");
            std::thread::sleep(Duration::from_millis(10));
        }
    }
    wait(&mut engine, "it is whole", |s| s.shelf.iter().any(is_ready));
}

#[test]
fn a_broken_file_stays_with_its_sentence() {
    if !runs() {
        return;
    }
    let place = Place::new();
    place.model("models/good.onnx");
    std::fs::write(place.path("models/bad.onnx"), "words").unwrap();
    let mut engine = place.engine();
    sent(&mut engine, Command::ShelfLook);
    assert_eq!(names(&engine), ["bad", "good"]);
    let CardStatus::Broken(sentence) = &card(&engine, "bad").status else { panic!("words are no model") };
    assert!(sentence.contains("text file"), "{sentence}");
    assert!(is_ready(card(&engine, "good")));
    sent(&mut engine, Command::ShelfLook);
    assert!(matches!(card(&engine, "bad").status, CardStatus::Broken(_)), "it is broken still");
}

#[test]
fn additions_survive_and_can_be_forgotten() {
    if !runs() {
        return;
    }
    let place = Place::new();
    let (file, deep) = (place.model("files/alone.onnx"), place.model("folder/author/deep.onnx"));
    let neighbour = place.model("files/neighbour.onnx");
    let mut engine = place.engine();
    sent(&mut engine, Command::ShelfAdd(vec![file.clone(), place.path("folder")]));
    assert_eq!(names(&engine), ["alone", "deep"], "a file alone, and a folder with what lies below");
    drop(engine);

    let mut engine = place.engine();
    sent(&mut engine, Command::ShelfLook);
    assert_eq!(names(&engine), ["alone", "deep"]);
    assert!(engine.state().shelf.iter().all(is_ready));
    sent(&mut engine, Command::ShelfForget(file.clone()));
    assert_eq!(names(&engine), ["deep"]);
    sent(&mut engine, Command::ShelfForget(deep.clone()));
    assert_eq!(names(&engine), ["deep"], "it is there by its folder");
    assert!(engine.state().notices.iter().any(|n| n.sentence.contains("because its folder")));
    sent(&mut engine, Command::ShelfForget(place.path("folder")));
    assert!(engine.state().shelf.is_empty());
    assert!(file.is_file() && deep.is_file() && neighbour.is_file(), "the files stay");
    let mut engine = place.engine();
    sent(&mut engine, Command::ShelfLook);
    assert!(engine.state().shelf.is_empty());
}

#[test]
fn what_cannot_be_added_gets_a_sentence() {
    let place = Place::new();
    std::fs::write(place.path("film.mkv"), "x").unwrap();
    std::fs::create_dir(place.path("empty")).unwrap();
    let mut engine = place.engine();
    let paths = ["missing.onnx", "film.mkv", "empty"].map(|name| place.path(name)).to_vec();
    sent(&mut engine, Command::ShelfAdd(paths));
    let sentences: Vec<&str> = engine.state().notices.iter().map(|n| n.sentence.as_str()).collect();
    for part in ["not there", "no model file", "no model yet"] {
        assert!(sentences.iter().any(|s| s.contains(part)), "{part}: {sentences:?}");
    }
}

#[test]
fn a_recipe_finds_what_was_added() {
    if !runs() {
        return;
    }
    let place = Place::new();
    place.model("folder/author/enlarger.onnx");
    let clip = place.path("clip.mkv");
    Clip { frames: 1, ..Clip::default() }.write(&clip);
    let recipe = Recipe::parse(&format!("{} | model enlarger", clip.display())).unwrap();
    assert!(Workshop::at(place.home.clone(), 1 << 26).open(&recipe, None).is_err(), "nobody added it");
    let mut engine = place.engine();
    sent(&mut engine, Command::ShelfAdd(vec![place.path("folder")]));
    let opened = Workshop::at(place.home.clone(), 1 << 26).open(&recipe, None).unwrap();
    assert_eq!(opened.source.info().width, 2 * Clip::default().width);
}

#[test]
fn what_is_remembered_is_of_the_file_that_is_there() {
    if !runs() {
        return;
    }
    let place = Place::new();
    let path = place.model("models/a.onnx");
    sent_and_dropped(&place);
    let memory = Memory::of(&place.home);
    let stamp = Stamp::of(&path).unwrap();
    let info = memory.info(&path, stamp).expect("it was looked into");
    assert_eq!(info.scale, 2);

    // A memory that says otherwise is believed for the same file alone: so it is not looked into again.
    let marked = doublet::models::ModelInfo { producer: "remembered".into(), ..info };
    memory.keep_info(stamp, &marked);
    let producer = |place: &Place| {
        let mut engine = place.engine();
        sent(&mut engine, Command::ShelfLook);
        match &card(&engine, "a").status {
            CardStatus::Ready(info) => info.producer.clone(),
            other => panic!("{other:?}"),
        }
    };
    assert_eq!(producer(&place), "remembered");
    std::fs::write(&path, onnx::upscaler(4).bytes()).unwrap();
    assert_eq!(producer(&place), "a test");
}

#[test]
fn a_speed_is_measured_and_is_that_of_one_file() {
    if !runs() {
        return;
    }
    let place = Place::new();
    let path = place.model("models/a.onnx");
    let mut engine = place.engine();
    sent(&mut engine, Command::ShelfLook);
    assert_eq!(card(&engine, "a").speed, None);
    sent(&mut engine, Command::ShelfMeasure(path.clone()));
    let speed = card(&engine, "a").speed.clone().expect("it was measured");
    assert!(speed.megapixels_per_second > 0.0 && speed.choice.contains("fp32, tiles of "), "{speed:?}");
    // A picture in and out of it at the least.
    let tile = 4 * 3 * 384 * 384 * 5;
    assert!(speed.memory_bytes.is_none_or(|bytes| (tile / 2..4 << 30).contains(&bytes)), "{speed:?}");
    assert!(engine.state().busy.is_none() && engine.state().notices.is_empty());

    let remembered = |place: &Place| {
        let mut engine = place.engine();
        sent(&mut engine, Command::ShelfLook);
        card(&engine, "a").speed.clone()
    };
    assert_eq!(remembered(&place), Some(speed.clone()));
    std::fs::rename(&path, place.path("models/b.onnx")).unwrap();
    wait(&mut engine, "the same file by another name", |s| s.shelf.iter().any(|c| c.name == "b" && is_ready(c)));
    assert_eq!(card(&engine, "b").speed, Some(speed), "speeds go by what is in the file");
    std::fs::write(&path, onnx::upscaler(3).bytes()).unwrap();
    assert_eq!(remembered(&place), None, "another file of that name was never measured");

    sent(&mut engine, Command::ShelfMeasure(place.path("none.onnx")));
    assert!(engine.state().notices.iter().any(|n| n.sentence.contains("no model file")));
}

fn sent_and_dropped(place: &Place) {
    let mut engine = place.engine();
    sent(&mut engine, Command::ShelfLook);
    assert!(engine.state().shelf.iter().all(is_ready));
}

#[test]
fn a_watching_shelf_uses_no_time() {
    let place = Place::new();
    place.model("models/a.onnx");
    let mut engine = place.engine();
    sent(&mut engine, Command::ShelfLook);
    let Some(before) = ticks("shelf") else { return };
    // Other tests have shelves too: among some looks, one falls into the sleep of all.
    let quiet = (0..30).any(|_| {
        let before = ticks("shelf").unwrap_or(before);
        std::thread::sleep(Duration::from_millis(200));
        ticks("shelf").is_none_or(|now| now <= before + 1)
    });
    assert!(quiet);
}

/// Clock ticks that all threads of this name have used (Linux).
fn ticks(name: &str) -> Option<u64> {
    let one = |dir: &Path| {
        let stat = std::fs::read_to_string(dir.join("stat")).ok()?;
        let (head, tail) = stat.rsplit_once(") ")?;
        let fields: Vec<u64> = tail.split(' ').skip(11).take(2).filter_map(|f| f.parse().ok()).collect();
        head.ends_with(&format!("({name}")).then(|| fields.iter().sum::<u64>())
    };
    Some(std::fs::read_dir("/proc/self/task").ok()?.filter_map(|task| one(&task.ok()?.path())).sum())
}
