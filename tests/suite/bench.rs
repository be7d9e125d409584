//! The attack bench without a window: needles, the attacked picture, the search.

use std::path::Path;
use std::sync::Arc;

use doublet::engine::{
    Attack, AttackSide, Command, Engine, HackSettings, KNOBS, NEEDLES, Recipe, ScoreSettings, Settings, TrackId,
    Workshop, attacked, find_hack, score, spread,
};
use doublet::frame::{Region, SourceError, Stop};
use doublet::metrics::find;

use super::support::Clip;

/// A lossless reference and a damaged copy of it.
fn pair(dir: &Path) -> (String, String) {
    let (a, b) = (dir.join("ref.mkv"), dir.join("bad.mkv"));
    Clip::default().write(&a);
    Clip { codec: "x264", crf: Some(34.0), ..Clip::default() }.write(&b);
    (a.display().to_string(), b.display().to_string())
}

fn opened(reference: &str, candidate: &str) -> (Engine, TrackId) {
    let mut engine = Engine::new(Settings { scan: false, ..Settings::default() }, || {});
    engine.send(Command::Open { reference: reference.into(), candidates: vec![candidate.into()] });
    engine.run_until_idle();
    let id = engine.state().candidates()[0].id;
    (engine, id)
}

/// What `doublet score` says of a frame.
fn scored(reference: &str, line: &str, frame: usize) -> Vec<(&'static str, f64)> {
    let metrics = NEEDLES.iter().filter_map(|id| find(id)).collect();
    let settings = ScoreSettings { metrics, frames: None, region: None, fresh: true };
    let (reference, candidate) = (Recipe::parse(reference).unwrap(), Recipe::parse(line).unwrap());
    let workshop = Workshop::new(1 << 28);
    let found = score(&workshop, &reference, &[candidate], &settings, &mut |_, _, _| {}, &Stop::default()).unwrap();
    let scores = &found.candidates[0].frames[frame].scores;
    NEEDLES.iter().filter_map(|id| Some((*id, scores.get(id).copied().flatten()?))).collect()
}

#[test]
fn needles_are_the_scores_of_the_candidate_that_would_be_kept() {
    let dir = tempfile::tempdir().unwrap();
    let (a, b) = pair(dir.path());
    let (mut engine, id) = opened(&a, &b);
    engine.send(Command::Seek(5));
    engine.send(Command::Bench(Some(id)));
    let attack = Attack::default().with("contrast", 1.05).with("unsharp", 0.4).with("noise", 1.5).with("blur", 0.3);
    engine.send(Command::Attack(attack));
    engine.run_until_idle();
    let bench = engine.state().bench.clone().unwrap();
    assert_eq!(bench.fault, None);
    let line = bench.line.clone().unwrap();
    assert!(line.ends_with("| unsharp 0.4 | contrast 1.05 | blur 0.3 | noise 1.5"), "{line}");
    for (line, of) in [(b.clone(), false), (line, true)] {
        let want = scored(&a, &line, 5);
        assert!(want.len() >= 5, "{want:?}");
        for (id, want) in want {
            let needle = bench.needles[id];
            let got = if of { needle.value } else { needle.plain };
            assert_eq!(got, Some(want), "{id} of {line}");
        }
    }
    assert!(bench.needles["psnr_y"].gain().unwrap() < 0.0);

    // The picture on screen is the attacked one; scores that stand by the candidate are its own.
    let track = engine.state().track(id).unwrap();
    let own = track.shown.clone().unwrap();
    let seen = engine.state().on_screen(track).unwrap();
    assert!(!Arc::ptr_eq(&own.frame, &seen.frame) && own.serial != seen.serial);
    engine.send(Command::Attack(Attack::default()));
    engine.run_until_idle();
    let track = engine.state().track(id).unwrap();
    assert!(Arc::ptr_eq(&own.frame, &engine.state().on_screen(track).unwrap().frame));
    for id in NEEDLES {
        let needle = engine.state().bench.as_ref().unwrap().needles.get(id).copied().unwrap_or_default();
        assert_eq!(needle.value, needle.plain, "{id}");
    }
    engine.send(Command::Bench(None));
    engine.run_until_idle();
    assert!(engine.state().bench.is_none());
}

#[test]
fn a_drawn_part_is_measured_alone_and_the_newest_wish_wins() {
    let dir = tempfile::tempdir().unwrap();
    let (a, b) = pair(dir.path());
    let (mut engine, id) = opened(&a, &b);
    engine.send(Command::Bench(Some(id)));
    for i in 0..40 {
        engine.send(Command::Attack(Attack::default().with("unsharp", f64::from(i) * 0.05)));
        engine.update();
    }
    engine.run_until_idle();
    let whole = engine.state().bench.clone().unwrap();
    assert_eq!(whole.attack.of("unsharp"), 1.95);
    let line = whole.line.clone().unwrap();
    let want: Vec<_> = scored(&a, &line, 0);
    assert_eq!(want.iter().find(|(id, _)| *id == "psnr_y").map(|(_, v)| *v), whole.needles["psnr_y"].value);
    engine.send(Command::Region(Some(Region { left: 0.0, top: 0.0, right: 0.6, bottom: 0.7 })));
    engine.run_until_idle();
    let part = engine.state().bench.clone().unwrap();
    assert_ne!(part.needles["psnr_y"].plain, whole.needles["psnr_y"].plain);
}

#[test]
fn before_an_encode_the_picture_is_encoded_anew() {
    let dir = tempfile::tempdir().unwrap();
    let (a, b) = pair(dir.path());
    let (mut engine, id) = opened(&a, "source | encode x264 crf=36");
    engine.send(Command::Bench(Some(id)));
    let attack = Attack { side: AttackSide::Before, ..Attack::default().with("contrast", 1.1) };
    engine.send(Command::Attack(attack));
    engine.run_until_idle();
    let bench = engine.state().bench.clone().unwrap();
    assert_eq!(bench.fault, None);
    assert!(bench.can_precede);
    assert_eq!(bench.line.as_deref(), Some("source | contrast 1.1 | encode x264 crf=36"));
    assert!(bench.needles["psnr_y"].gain().unwrap().abs() > 0.05, "{:?}", bench.needles);
    let plain = bench.needles["psnr_y"].plain.unwrap();
    assert!((15.0..45.0).contains(&plain), "an encode, not the source: {plain}");
    // A plain file has no encode to stand before.
    let wrong = attacked(&b, &attack).unwrap_err();
    assert!(wrong.to_string().contains("no encode"), "{wrong}");
}

#[test]
fn the_search_finds_a_gain_within_the_loss_and_puts_it_on_the_sliders() {
    let dir = tempfile::tempdir().unwrap();
    let (a, b) = pair(dir.path());
    let (mut engine, id) = opened(&a, &b);
    engine.send(Command::Bench(Some(id)));
    engine.send(Command::Hunt(Some(1.0)));
    engine.run_until_idle();
    let bench = engine.state().bench.clone().unwrap();
    let hunt = bench.hunt.clone().unwrap();
    assert!(!hunt.running && hunt.tried > 20, "{hunt:?}");
    let (plain, best) = (hunt.plain.unwrap(), hunt.best.unwrap());
    assert_eq!(bench.attack, best.attack);
    assert!(best.vmaf > plain.vmaf + 0.5, "{plain:?} {best:?}");
    assert!(plain.psnr - best.psnr <= 1.0, "{plain:?} {best:?}");
    let needle = bench.needles["vmaf_raw"];
    assert_eq!((needle.plain, needle.value), (Some(plain.vmaf), Some(best.vmaf)));
    // The same search says the same again, and stops when told.
    let (reference, candidate) = (Recipe::parse(&a).unwrap(), Recipe::parse(&b).unwrap());
    let settings = HackSettings { psnr_loss: 1.0, frames: vec![0], side: AttackSide::After, crop: None };
    let workshop = Workshop::new(1 << 28);
    let again = find_hack(&workshop, (&reference, &candidate), &settings, &mut |_, _, _| {}, &Stop::default()).unwrap();
    assert_eq!(again.best, best);
    assert_eq!(Some(again.line), bench.line);
    let stop = Stop::default();
    let mut tell = |_: f32, tried: usize, _: &_| {
        if tried == 5 {
            stop.set();
        }
    };
    let ended = find_hack(&workshop, (&reference, &candidate), &settings, &mut tell, &stop);
    assert_eq!(ended.err(), Some(SourceError::Stopped));
}

#[test]
fn every_slider_makes_a_recipe_at_both_its_ends() {
    for knob in &KNOBS {
        for value in [knob.low, knob.high] {
            let attack = Attack::default().with("unsharp", 0.5).with(knob.id, value);
            let recipe = attacked("clip.mkv", &attack).unwrap();
            let parsed = Recipe::parse(&recipe.chain()).unwrap();
            assert_eq!(parsed.chain(), recipe.chain(), "{}", knob.id);
        }
        assert!(Attack::default().with(knob.id, f64::NAN).is_idle());
    }
    assert_eq!(spread(&(10..20), 3), [11, 15, 18]);
    assert_eq!(spread(&(10..11), 3), [10]);
    assert_eq!(spread(&(5..5), 3), Vec::<usize>::new());
}
