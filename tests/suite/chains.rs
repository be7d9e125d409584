//! Chains: their order, the look into them, exams, and several models in one.

use std::path::Path;

use doublet::engine::{Command, EXAMS, Engine, Recipe, Settings, State, TrackStatus, Workshop};
use doublet::frame::{Rational, Request, SourceError, Stop};
use doublet::media;
use doublet::models::{Runtime, find, model_folders};

use super::support::Clip;

fn parse(line: &str) -> Recipe {
    Recipe::parse(line).unwrap_or_else(|e| panic!("{e}"))
}

fn clip(dir: &Path) -> String {
    let path = dir.join("ref.mkv");
    Clip { frames: 6, ..Clip::default() }.write(&path);
    path.display().to_string()
}

fn engine(reference: &str, candidates: &[&str]) -> Engine {
    let mut engine = Engine::new(Settings::default(), || {});
    let candidates = candidates.iter().map(ToString::to_string).collect();
    engine.send(Command::Open { reference: reference.to_owned(), candidates });
    engine.run_until_idle();
    engine
}

/// Whether `compact-2x` can run here; says why not.
fn has_models() -> bool {
    if let Err(why) = Runtime::get() {
        println!("skipped: {why}");
        return false;
    }
    find("compact-2x", &model_folders()).is_ok()
}

#[test]
fn a_recipes_stages_are_moved_dropped_and_cut_short() {
    let recipe = parse("my = source | down 2 box | blur 1 | noise 3 | up 2 box");
    let chain = |recipe: Recipe| recipe.to_string();
    assert_eq!(chain(recipe.moved(0, 2)), "my = source | blur 1 | noise 3 | down 2 box | up 2 box");
    assert_eq!(chain(recipe.moved(3, 0)), "my = source | up 2 box | down 2 box | blur 1 | noise 3");
    assert_eq!(chain(recipe.moved(1, 99)), "my = source | down 2 box | noise 3 | up 2 box | blur 1");
    assert_eq!(chain(recipe.moved(4, 0)), chain(recipe.clone()), "there is no fifth stage");
    assert_eq!(chain(recipe.moved(2, 2)), chain(recipe.clone()));
    assert_eq!(chain(recipe.without(1)), "my = source | down 2 box | noise 3 | up 2 box");
    assert_eq!(chain(recipe.without(9)), chain(recipe.clone()));
    assert_eq!(chain(recipe.prefix(0)), "my = source");
    assert_eq!(chain(recipe.prefix(2)), "my = source | down 2 box | blur 1");
    assert_eq!(chain(recipe.prefix(9)), chain(recipe.clone()));
    assert_eq!(chain(recipe.with_stages(parse("x | blur 2").stages)), "my = source | blur 2");
}

#[test]
fn tracks_change_places_and_the_reference_stays_first() {
    let dir = tempfile::tempdir().unwrap();
    let clip = clip(dir.path());
    let mut engine = engine(&clip, &["a = source | blur 1", "b = source | blur 2", "c = source | blur 3"]);
    let order = |state: &State| state.candidates().iter().map(|t| t.label.clone()).collect::<String>();
    let id = |engine: &Engine, label: &str| engine.state().tracks.iter().find(|t| t.label == label).unwrap().id;
    let c = id(&engine, "c");
    engine.send(Command::Move(c, 1));
    assert_eq!(order(engine.state()), "cab");
    engine.send(Command::Move(c, 0));
    assert_eq!(order(engine.state()), "cab", "nothing goes before the reference");
    engine.send(Command::Move(c, 99));
    assert_eq!(order(engine.state()), "abc");
    let (a, reference) = (id(&engine, "a"), engine.state().tracks[0].id);
    engine.send(Command::Move(a, 2));
    engine.send(Command::Move(reference, 3));
    assert_eq!(order(engine.state()), "bac");
    assert_eq!(engine.state().tracks[0].id, reference);
    engine.run_until_idle();
    assert!(engine.state().candidates().iter().all(|t| t.measured == 1.0), "scores stay with their tracks");
    engine.send(Command::OpenReference(clip));
    engine.run_until_idle();
    assert_eq!(order(engine.state()), "bac", "the order outlives a new reference");
}

#[test]
fn a_tap_shows_and_measures_what_a_part_of_the_chain_makes() {
    let dir = tempfile::tempdir().unwrap();
    let clip = clip(dir.path());
    let parts = [
        "source",
        "source | down 2 box",
        "source | down 2 box | noise 20",
        "source | down 2 box | noise 20 | up 2 box",
    ];
    let whole = parts[3];
    let mut engine = engine(&clip, &[whole, parts[0], parts[1], parts[2]]);
    let id = engine.state().tracks[1].id;
    let series = |engine: &Engine, i: usize| engine.state().tracks[i].series["psnr_y"].clone();
    let first = series(&engine, 1);
    for (tap, want) in [(Some(1), 1), (Some(2), 2), (Some(0), 0), (None, 3), (Some(1), 1), (Some(3), 3)] {
        engine.send(Command::Tap(id, tap));
        engine.run_until_idle();
        let track = &engine.state().tracks[1];
        assert_eq!((track.id, track.recipe.as_str(), track.stages.len()), (id, whole, 3), "the chain stays what it is");
        assert_eq!(track.tap, tap.filter(|tap| *tap < 3));
        assert_eq!((track.status.clone(), track.measured), (TrackStatus::Ready, 1.0));
        let shown = track.shown.as_ref().unwrap();
        let info = track.info.as_ref().unwrap();
        assert_eq!((shown.frame.width, shown.frame.layout), (info.width, info.layout));
        if want == 3 {
            assert!(!track.provenance.contains("of 3 stages"), "{}", track.provenance);
            assert_eq!(series(&engine, 1), first);
        } else {
            let words = format!("after {want} of 3 stages");
            assert!(track.provenance.starts_with(&words), "{}", track.provenance);
            assert_eq!(series(&engine, 1), series(&engine, want + 2), "scores are those of {}", parts[want]);
            assert_eq!(track.live["psnr_y"], series(&engine, 1)[0].unwrap());
            let other = engine.state().tracks[want + 2].shown.as_ref().unwrap();
            assert!(shown.frame.same_samples(&other.frame));
        }
        if (1..3).contains(&want) {
            assert_eq!(shown.frame.width, 80);
            assert!(track.provenance.contains("80x48 to 160x96"), "resampled in the open: {}", track.provenance);
        }
    }
    engine.send(Command::Tap(engine.state().tracks[0].id, Some(0)));
    assert_eq!(engine.state().tracks[0].tap, None, "the reference is not tapped");
    assert!(engine.state().notices.is_empty(), "{:?}", engine.state().notices);
}

/// Taps faster than anything opens, and looks where that ends.
#[test]
fn a_flurry_of_taps_ends_on_the_last() {
    let dir = tempfile::tempdir().unwrap();
    let clip = clip(dir.path());
    let mut engine = engine(&clip, &["source | blur 2 | down 2 box | noise 9", "source | blur 2 | down 2 box"]);
    let id = engine.state().tracks[1].id;
    engine.send(Command::Seek(3));
    for round in 0..30 {
        engine.send(Command::Tap(id, [None, Some(0), Some(1), Some(2)][round % 4]));
        if round % 3 == 0 {
            engine.update();
        }
    }
    engine.send(Command::Tap(id, Some(2)));
    engine.run_until_idle();
    let [_, tapped, other] = &engine.state().tracks[..] else { panic!() };
    let (shown, want) = (tapped.shown.as_ref().unwrap(), other.shown.as_ref().unwrap());
    assert_eq!((tapped.tap, shown.number), (Some(2), 3));
    assert!(shown.frame.same_samples(&want.frame));
    assert_eq!(tapped.series["psnr_y"], other.series["psnr_y"]);
}

#[test]
fn a_tap_lets_one_see_before_the_stage_that_fails() {
    let dir = tempfile::tempdir().unwrap();
    let clip = clip(dir.path());
    let mut engine = engine(&clip, &["source | blur 2 | model no-such-model"]);
    let id = engine.state().tracks[1].id;
    assert!(matches!(engine.state().tracks[1].status, TrackStatus::Failed(_)));
    engine.send(Command::Tap(id, Some(1)));
    engine.run_until_idle();
    assert_eq!(engine.state().tracks[1].status, TrackStatus::Ready);
    assert_eq!(engine.state().tracks[1].measured, 1.0);
}

#[test]
fn every_exam_opens_and_gives_the_right_size() {
    let dir = tempfile::tempdir().unwrap();
    let clip = parse(&clip(dir.path()));
    let workshop = Workshop::new(1 << 26);
    let mut pictures = Vec::new();
    for exam in EXAMS {
        for scale in [1, 2, 4] {
            let mut opened =
                workshop.open(&parse(&exam.line(scale, "")), Some(&clip)).unwrap_or_else(|e| panic!("{e}"));
            let frame = opened.source.get(4).unwrap_or_else(|e| panic!("{}: {e}", exam.id));
            assert_eq!((frame.width, frame.height), (160 / scale, 96 / scale), "{} at {scale}", exam.id);
            assert_eq!(frame.layout, opened.source.info().layout);
            if scale == 2 {
                assert!(
                    pictures.iter().all(|other: &std::sync::Arc<doublet::frame::Frame>| !other.same_samples(&frame))
                );
                pictures.push(frame);
            }
        }
    }
    assert_eq!(pictures.len(), 5);
}

#[test]
fn an_exam_is_measured_against_the_untouched_source() {
    let dir = tempfile::tempdir().unwrap();
    let clip = clip(dir.path());
    let engine =
        engine(&clip, &["source | down 2 bicubic | encode x264 crf=28 | up 2 lanczos", "source | encode mpeg2 q=2"]);
    for track in engine.state().candidates() {
        assert_eq!((track.status.clone(), track.measured), (TrackStatus::Ready, 1.0));
        assert!(track.provenance.contains("closed segments of 50 frames"), "{}", track.provenance);
        assert!(track.provenance.contains("yuv420p"), "{}", track.provenance);
    }
    let mean = |i: usize| {
        let series = &engine.state().candidates()[i].series["psnr_y"];
        series.iter().map(|v| v.unwrap().value).sum::<f64>() / series.len() as f64
    };
    assert!(mean(1) > mean(0) + 3.0, "{} {}", mean(0), mean(1));
}

#[test]
fn three_models_on_one_device_do_not_wait_for_each_other() {
    if !has_models() {
        return;
    }
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("small.mkv");
    Clip { width: 64, height: 48, frames: 3, ..Clip::default() }.write(&path);
    let line =
        "source | down 2 bicubic | model compact-2x | down 2 box | model compact-2x | down 2 gauss | model compact-2x";
    let path = path.display().to_string();
    let engine = engine(&path, &[line, "source | down 2 bicubic | encode x264 crf=28 | model compact-2x"]);
    for track in engine.state().candidates() {
        assert_eq!((track.status.clone(), track.measured), (TrackStatus::Ready, 1.0), "{:?}", engine.state().notices);
        let shown = track.shown.as_ref().unwrap();
        assert_eq!((shown.frame.width, shown.frame.height), (64, 48));
    }
}

#[test]
fn a_stop_reaches_through_a_chain_of_models() {
    if !has_models() {
        return;
    }
    let dir = tempfile::tempdir().unwrap();
    let clip = parse(&clip(dir.path()));
    let line = parse("source | model compact-2x | down 2 box | encode x264 crf=28 | model compact-2x");
    let workshop = Workshop::new(1 << 26);
    let mut opened = workshop.open(&line, Some(&clip)).unwrap();
    assert_eq!(opened.source.info().timeline.rate, Some(Rational::new(25, 1)));
    let stop = Stop::default();
    stop.set();
    assert_eq!(opened.source.frame(&mut Request::new(3, &stop)).unwrap_err(), SourceError::Stopped);
    assert!(media::codec("x264").is_some() && opened.source.get(3).is_ok(), "and a later wish is fulfilled");
}
