//! The overlays that ask models again (unstable) and several at once (jury): where they light up, where they stay dark,
//! and what is said where they do not apply.

use std::path::Path;
use std::process::Command as Program;
use std::sync::Arc;

use doublet::engine::{Command, Engine, EvidenceSettings, Recipe, Settings, TrackId, Workshop, evidence, side_crops};
use doublet::frame::{ColorInfo, Family, Frame, Layout, Map, Plane, Region, Sample, Stop};
use doublet::metrics::{self, Answer, Answers, Memo, MetricError, Moment, Pair};
use doublet::models::Runtime;

use super::onnx_writer::{Net, fold, upscaler};
use super::support::Clip;

fn grey(width: usize, height: usize, bits: u8, code: impl Fn(usize, usize) -> f64) -> Arc<Frame> {
    let layout = Layout { family: Family::Gray, sample: Sample::integer(bits), chroma_shift: (0, 0), alpha: false };
    let scale = f64::from(1u32 << (bits - 8));
    let all = (0..height).flat_map(|y| (0..width).map(move |x| (x, y)));
    let codes = all.map(|(x, y)| (code(x, y) * scale).round());
    let (w, h) = (width as u32, height as u32);
    let plane = match layout.sample {
        Sample::U8 => Plane::from_u8(w, h, codes.map(|c| c as u8).collect()),
        _ => Plane::from_u16(w, h, codes.map(|c| c as u16).collect()),
    };
    Arc::new(Frame::new(w, h, layout, ColorInfo::default(), vec![plane.unwrap()]).unwrap())
}

fn texture(x: usize, y: usize) -> f64 {
    (110.0 + 40.0 * (0.4 * x as f64).sin() * (0.3 * y as f64).cos()).round()
}

/// The jury's map of these pictures, forgiven as much as is said.
fn asked(id: &str, pictures: &[(Arc<Frame>, f32)]) -> Result<Map, MetricError> {
    let all: Vec<_> = pictures.iter().map(|(p, forgiven)| Answer { picture: p.clone(), forgiven: *forgiven }).collect();
    let answers = Answers { all: &all, told: "" };
    let pair = Pair::new(&pictures[0].0, &pictures[0].0).unwrap();
    let moment = Moment::new(pair).asked_again(answers).before_a_jury(answers);
    metrics::overlay(id).unwrap().map(&moment, &Memo::default())
}

#[test]
fn equal_answers_are_dark_and_one_that_differs_in_a_patch_lights_only_there() {
    for (width, height, bits) in [(64, 48, 8), (67, 33, 10), (1, 1, 16)] {
        let same = || grey(width, height, bits, texture);
        let inside = |x: usize, y: usize| (20..30).contains(&x) && (10..25).contains(&y);
        let other = grey(width, height, bits, |x, y| texture(x, y) + if inside(x, y) { 12.0 } else { 0.0 });
        for id in ["jury", "unstable"] {
            let equal = asked(id, &[(same(), 0.0), (same(), 0.0), (same(), 0.0)]).unwrap();
            assert!(equal.values.iter().all(|v| *v == 0.0), "{id}: equal answers");
            let lit = asked(id, &[(same(), 0.0), (same(), 0.0), (other.clone(), 0.0)]).unwrap();
            // 0, 0 and 12: their mean is 4, their standard deviation the root of (16 + 16 + 64) / 3.
            for (n, value) in lit.values.iter().enumerate() {
                let wanted = if inside(n % width, n / width) { 32f32.sqrt() } else { 0.0 };
                assert!((value - wanted).abs() < 1e-3, "{id} at {n}: {value}");
            }
        }
    }
}

#[test]
fn what_is_forgiven_is_no_sign_and_the_order_of_the_others_does_not_matter() {
    let plain = grey(48, 40, 16, texture);
    let noisy = |by: f64| grey(48, 40, 16, |x, y| texture(x, y) + if (x + y) % 2 == 0 { by } else { -by });
    let map = asked("unstable", &[(plain.clone(), 0.0), (noisy(0.5), 0.5)]).unwrap();
    assert!(map.values.iter().all(|v| *v == 0.0), "half a code passed on as half a code");
    let map = asked("unstable", &[(plain.clone(), 0.0), (noisy(2.5), 0.5)]).unwrap();
    assert!(map.values.iter().all(|v| (*v - 1.0).abs() < 1e-3), "two codes beyond it, over two answers");
    let (a, b) = (noisy(3.0), noisy(-7.0));
    let one = asked("jury", &[(plain.clone(), 0.0), (a.clone(), 0.0), (b.clone(), 0.0)]).unwrap();
    let other = asked("jury", &[(plain, 0.0), (b, 0.0), (a, 0.0)]).unwrap();
    assert!(one.values.iter().zip(&other.values).all(|(a, b)| (a - b).abs() < 1e-3));
}

#[test]
fn one_answer_is_none_and_sizes_must_agree() {
    let picture = grey(48, 40, 8, texture);
    let alone = asked("jury", &[(picture.clone(), 0.0)]).unwrap_err();
    assert!(alone.to_string().contains("fewer than two"), "{alone}");
    let unlike = asked("jury", &[(picture.clone(), 0.0), (grey(40, 40, 8, texture), 0.0)]).unwrap_err();
    assert!(matches!(unlike, MetricError::Unlike { .. }), "{unlike}");
    let pair = Pair::new(&picture, &picture).unwrap();
    for id in ["unstable", "jury"] {
        let overlay = metrics::overlay(id).unwrap();
        assert!(overlay.map(&Moment::new(pair), &Memo::default()).is_err(), "{id} of nothing that was asked");
        assert!(overlay.about().limits.contains("remains unknown"));
    }
}

/// A film and models on the disk; `None` (with the reason printed) where no model runs here.
fn films(dir: &Path, nets: &[(&str, Net)]) -> Option<(String, Vec<String>)> {
    if let Err(why) = Runtime::get() {
        println!("skipped: {why}");
        return None;
    }
    let path = dir.join("ref.mkv");
    Clip { frames: 3, ..Clip::default() }.write(&path);
    let write = |(name, net): &(&str, Net)| {
        let path = dir.join(format!("{name}.onnx"));
        std::fs::write(&path, net.bytes()).unwrap();
        path.display().to_string()
    };
    Some((path.display().to_string(), nets.iter().map(write).collect()))
}

fn opened(reference: &str, candidates: &[String], overlay: &'static str) -> (Engine, Vec<TrackId>) {
    let mut engine = Engine::new(Settings { scan: false, ..Settings::default() }, || {});
    engine.send(Command::Open { reference: reference.to_owned(), candidates: candidates.to_vec() });
    engine.run_until_idle();
    let ids: Vec<_> = engine.state().tracks.iter().map(|t| t.id).collect();
    engine.send(Command::Watch { visible: ids.clone(), focus: Region::WHOLE });
    engine.send(Command::Overlay(Some(overlay)));
    engine.send(Command::Seek(1));
    engine.run_until_idle();
    (engine, ids[1..].to_vec())
}

fn pooled(engine: &Engine, id: TrackId, overlay: &str) -> Result<f64, String> {
    let mapped = engine.state().map_of(id, overlay).unwrap_or_else(|| panic!("no {overlay}"));
    mapped.found.as_ref().map(|found| found.pooled).map_err(Clone::clone)
}

#[test]
fn a_model_that_does_not_care_how_it_is_asked_is_dark_and_another_is_not() {
    let dir = tempfile::tempdir().unwrap();
    // The identity that folds 4x4 samples: mirrored, noisy and shifted questions all have the same answer.
    let Some((reference, files)) = films(dir.path(), &[("same", fold(4)), ("odd", upscaler(2))]) else { return };
    let mut lines: Vec<String> = files.iter().map(|file| format!("source | model \"{file}\"")).collect();
    lines.push("source | up 2 lanczos".into());
    let (mut engine, ids) = opened(&reference, &lines, "unstable");
    let steady = engine.state().map_of(ids[0], "unstable").unwrap().found.clone().unwrap();
    assert!(steady.map.values.iter().all(|v| *v < 0.01), "{}", steady.pooled);
    assert!(steady.note.as_ref().unwrap().contains("moved by one sample"), "{:?}", steady.note);
    assert!(pooled(&engine, ids[1], "unstable").unwrap() > 0.5, "{:?}", pooled(&engine, ids[1], "unstable"));
    let why = pooled(&engine, ids[2], "unstable").unwrap_err();
    assert!(why.contains("a model") && why.ends_with("restored"), "{why}");
    // Only of a film that stands still.
    engine.send(Command::Play);
    engine.send(Command::Overlay(None));
    engine.send(Command::Overlay(Some("unstable")));
    engine.update();
    assert!(engine.state().maps.is_empty());
}

#[test]
fn jurors_that_agree_are_dark_and_who_leaves_has_no_say_any_more() {
    let dir = tempfile::tempdir().unwrap();
    let nets = [("a", upscaler(2)), ("b", upscaler(2)), ("c", upscaler(2)), ("d", upscaler(4))];
    let Some((reference, files)) = films(dir.path(), &nets) else { return };
    let mut lines: Vec<String> = files.iter().map(|file| format!("source | model \"{file}\"")).collect();
    lines.push("source | up 2 lanczos".into());
    let (mut engine, ids) = opened(&reference, &lines[..3], "jury");
    for id in &ids {
        assert_eq!(pooled(&engine, *id, "jury"), Ok(0.0), "three copies of one model");
    }
    // Another model, of another size, and a plain scaler, which bears no witness.
    engine.send(Command::Add(lines[3].clone()));
    engine.send(Command::Add(lines[4].clone()));
    engine.run_until_idle();
    let all: Vec<_> = engine.state().tracks.iter().map(|t| t.id).collect();
    engine.send(Command::Watch { visible: all.clone(), focus: Region::WHOLE });
    engine.run_until_idle();
    let found = engine.state().map_of(ids[0], "jury").unwrap().found.clone().unwrap();
    assert!(found.pooled > 1.0, "{}", found.pooled);
    let note = found.note.clone().unwrap();
    assert!(note.starts_with("4 jurors") && note.contains("brought to 320x192"), "{note}");
    assert!(pooled(&engine, all[5], "jury").unwrap_err().contains("no juror"));
    let about = |id| metrics::overlay(id).unwrap().about();
    assert!(engine.state().overlay_applies(all[5], about("jury")).is_err());
    assert!(engine.state().overlay_applies(all[5], about("added")).is_ok());
    assert!(engine.state().overlay_applies(all[1], about("gain")).unwrap_err().contains("no truth"));
    for id in &all[2..5] {
        engine.send(Command::Remove(*id));
    }
    engine.run_until_idle();
    let alone = pooled(&engine, ids[0], "jury").unwrap_err();
    assert!(alone.contains("only one"), "{alone}");
}

#[test]
fn evidence_has_the_numbers_and_the_reasons() {
    let dir = tempfile::tempdir().unwrap();
    let Some((reference, files)) = films(dir.path(), &[("a", upscaler(2)), ("b", upscaler(2))]) else { return };
    let workshop = Arc::new(Workshop::new(1 << 26));
    let lines = [&files[0], &files[1]].map(|file| format!("source | down 2 box | model \"{file}\""));
    let candidates: Vec<Recipe> = lines
        .iter()
        .map(String::as_str)
        .chain(["source", "source | up 2 lanczos"])
        .map(|l| Recipe::parse(l).unwrap())
        .collect();
    let (reference, settings) = (Recipe::file(&reference), EvidenceSettings { frames: 2, spots: 2 });
    let found = evidence(&workshop, &reference, &candidates, &settings, &mut |_, _, _| {}, &Stop::default()).unwrap();
    let number = |n: usize, id: &str| found[n].numbers.iter().find(|number| number.id == id).unwrap().value.clone();
    assert_eq!(number(0, "jury"), Ok(0.0), "two copies of one model");
    assert!(number(0, "unstable").unwrap() > 0.1, "{:?}", number(0, "unstable"));
    assert!(number(2, "unstable").is_err() && number(2, "jury").unwrap_err().contains("no juror"));
    assert!(number(3, "boosted").unwrap_err().contains("no truth"));
    assert!(number(3, "added_energy").is_ok() && number(3, "edges_invented").is_err());
    // The strip: the input, the candidate, the other juror, each at its own size.
    let place = Region { left: 0.25, top: 0.25, right: 0.5, bottom: 0.5 };
    let crops = side_crops(&workshop, &reference, (&candidates, 1), (1, place), &Stop::default()).unwrap();
    let sizes: Vec<_> = crops.iter().map(|crop| (crop.image.width, crop.image.height)).collect();
    assert_eq!(crops[0].label, "input");
    assert_eq!(sizes, [(20, 12), (40, 24), (40, 24)]);
    assert_eq!(crops[1].image, crops[2].image, "copies say the same");
    let picture = doublet::views::crops::strip(&crops, 120).unwrap();
    assert_eq!(picture.dimensions(), (6 + 3 * 206, 22 + 120 + 6));
}

#[test]
fn shots_and_strips_come_out_of_the_command_line() {
    let dir = tempfile::tempdir().unwrap();
    let Some((reference, files)) = films(dir.path(), &[("a", upscaler(2)), ("b", fold(1))]) else { return };
    let lines: Vec<String> = vec![
        format!("one = source | down 2 box | model \"{}\"", files[0]),
        format!("two = source | down 2 box | up 2 box | model \"{}\" | unsharp 3", files[1]),
    ];
    let run = |words: &[&str]| {
        let output = Program::new(env!("CARGO_BIN_EXE_doublet"))
            .args(words)
            .env_remove("DISPLAY")
            .env("DOUBLET_CACHE", concat!(env!("CARGO_TARGET_TMPDIR"), "/cache"))
            .output()
            .unwrap();
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        (output.status.code(), String::from_utf8(output.stdout).unwrap(), said)
    };
    let out = |name: &str| dir.path().join(name).display().to_string();
    for overlay in ["unstable", "jury"] {
        let picture = out(&format!("{overlay}.png"));
        let (code, _, said) =
            run(&["shot", &reference, &lines[0], &lines[1], "--overlay", overlay, "--view", "map", "-o", &picture]);
        assert_eq!(code, Some(0), "{overlay}: {said}");
        assert!(Path::new(&out(&format!("{overlay}.1.png"))).is_file(), "{overlay}");
    }
    let (code, _, said) = run(&["shot", &reference, "source | blur 1", "--overlay", "unstable", "-o", &out("x.png")]);
    assert_eq!(code, Some(1));
    assert!(said.contains("a model") && said.trim_end().lines().count() == 1, "{said}");
    let (code, told, said) = run(&[
        "evidence",
        &reference,
        &lines[0],
        &lines[1],
        "--frames",
        "1",
        "--strips",
        &out("spots"),
        "--format",
        "json",
    ]);
    assert_eq!(code, Some(0), "{said}");
    let told: serde_json::Value = serde_json::from_str(&told).unwrap();
    assert!(told["candidates"][0]["numbers"]["jury"].as_f64().unwrap() > 0.5, "{told}");
    let spots = told["candidates"][0]["hot_spots"].as_array().unwrap().len();
    let strips = std::fs::read_dir(dir.path().join("spots")).unwrap();
    let named = |entry: std::io::Result<std::fs::DirEntry>| entry.unwrap().file_name().into_string().unwrap();
    assert_eq!(strips.map(named).filter(|name| name.starts_with("1-")).count(), spots);
}
