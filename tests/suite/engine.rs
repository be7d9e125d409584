//! The engine without a window: opening, pairing, seeking, playing, measuring, scoring, rendering.

use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use doublet::engine::{
    Command, Coverage, Engine, Pairing, Recipe, RenderSettings, ScoreSettings, Settings, SourceKey, State, Store,
    TrackStatus, Workshop, render, score,
};
use doublet::frame::{FrameSource, Rational, Region, SourceError, Stop, Timeline};
use doublet::media;
use doublet::metrics::standard;

use super::support::{Clip, frame_of, testdata};

/// A lossless reference and a damaged copy of it, 12 frames each.
fn pair(dir: &Path) -> (String, String) {
    let (a, b) = (dir.join("ref.mkv"), dir.join("bad.mkv"));
    Clip::default().write(&a);
    Clip { codec: "x264", crf: Some(40.0), ..Clip::default() }.write(&b);
    (a.display().to_string(), b.display().to_string())
}

fn engine(reference: &str, candidates: &[&str]) -> Engine {
    let mut engine = Engine::new(Settings::default(), || {});
    let candidates = candidates.iter().map(ToString::to_string).collect();
    engine.send(Command::Open { reference: reference.to_owned(), candidates });
    engine.run_until_idle();
    engine
}

fn numbers(state: &State) -> Vec<Option<usize>> {
    state.tracks.iter().map(|t| t.shown.as_ref().map(|s| s.number)).collect()
}

#[test]
fn an_opened_pair_is_shown_and_measured_whole() {
    let dir = tempfile::tempdir().unwrap();
    let (a, b) = pair(dir.path());
    let engine = engine(&a, &[&b]);
    let state = engine.state();
    assert_eq!(state.clock.frames, 12);
    assert_eq!(numbers(state), [Some(0), Some(0)]);
    let track = &state.candidates()[0];
    assert_eq!(track.status, TrackStatus::Ready);
    assert_eq!(track.measured, 1.0);
    for metric in standard() {
        let series = &track.series[metric.id()];
        assert!(series.iter().all(Option::is_some), "{} has gaps", metric.id());
        assert_eq!(track.live[metric.id()], series[0].unwrap(), "the live score is that of frame 0");
    }
    assert!(track.provenance.contains("compared as they are"), "{}", track.provenance);
    assert!(state.notices.is_empty(), "{:?}", state.notices);
}

#[test]
fn window_and_command_line_measure_the_same() {
    let dir = tempfile::tempdir().unwrap();
    let (a, b) = pair(dir.path());
    let engine = engine(&a, &[&b]);
    let report = scores(&a, &[&b]).unwrap();
    for frame in &report.candidates[0].frames {
        let live = engine.state().candidates()[0].series["psnr_y"][frame.frame].unwrap();
        assert_eq!(frame.scores.get("psnr_y").copied().flatten(), Some(live.value));
    }
    assert_eq!(report.candidates[0].provenance, engine.state().candidates()[0].provenance);
}

fn scores(reference: &str, candidates: &[&str]) -> Result<doublet::report::ScoreReport, SourceError> {
    let recipes: Vec<_> = candidates.iter().map(|c| Recipe::parse(c).unwrap()).collect();
    let settings = ScoreSettings::default();
    let workshop = Workshop::new(1 << 28);
    score(&workshop, &Recipe::parse(reference).unwrap(), &recipes, &settings, &mut |_, _, _| {}, &Stop::default())
}

#[test]
fn stages_that_change_nothing_score_as_identical() {
    let dir = tempfile::tempdir().unwrap();
    let (a, _) = pair(dir.path());
    let report = scores(&a, &["source | contrast 1", "source | unsharp 0"]).unwrap();
    for candidate in &report.candidates {
        for frame in &candidate.frames {
            let ids: Vec<_> = standard().iter().map(|m| m.id()).filter(|id| frame.is_identical(id)).collect();
            assert_eq!(ids.len(), standard().len(), "{}: frame {}", candidate.recipe, frame.frame);
        }
    }
}

#[test]
fn harder_blur_scores_lower() {
    let dir = tempfile::tempdir().unwrap();
    let (a, _) = pair(dir.path());
    let lines = ["source | down 2 bicubic | up 2 lanczos", "source | down 4 bicubic | up 4 lanczos"];
    let report = scores(&a, &lines).unwrap();
    let mean = |i: usize| report.candidates[i].pooled.get("psnr_y").unwrap().mean;
    assert!(mean(0) > mean(1) + 0.5, "{} against {}", mean(0), mean(1));
}

#[test]
fn seeking_changes_all_tracks_together() {
    let dir = tempfile::tempdir().unwrap();
    let (a, b) = pair(dir.path());
    let mut engine = engine(&a, &[&b, "source | unsharp 1"]);
    for frame in [7, 3, 11, 0, 5] {
        engine.send(Command::Seek(frame));
        engine.run_until_idle();
        assert_eq!(numbers(engine.state()), vec![Some(frame); 3]);
        let mut plain = media::open(Path::new(&b)).unwrap();
        let shown = engine.state().tracks[1].shown.clone().unwrap();
        assert!(shown.frame.same_samples(&plain.get(frame).unwrap()), "frame {frame} is another picture");
    }
    engine.send(Command::Seek(999));
    engine.run_until_idle();
    assert_eq!(engine.state().clock.frame, 11, "past the end is the last frame");
    engine.send(Command::Step(-20));
    engine.run_until_idle();
    assert_eq!(engine.state().clock.frame, 0);
}

/// Scrubs forth and back faster than frames are made, and looks where that ends.
#[test]
fn a_scrub_always_ends_on_the_frame_asked_for() {
    let dir = tempfile::tempdir().unwrap();
    let (a, b) = pair(dir.path());
    let mut engine = engine(&a, &[&b, "source | down 2 bicubic | up 2 lanczos | unsharp 1"]);
    let visible = engine.state().tracks.iter().map(|t| t.id).collect();
    engine.send(Command::Watch { visible, focus: Region::WHOLE });
    let mut random = 1_u32;
    for round in 0..40 {
        for _ in 0..10 {
            random = random.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            engine.send(Command::Seek((random >> 16) as usize % 12));
            if random & 1 == 0 {
                engine.update();
            }
            if random & 6 == 0 {
                std::thread::sleep(Duration::from_millis(1));
            }
        }
        let last = engine.state().clock.frame;
        let begun = Instant::now();
        while numbers(engine.state()) != [Some(last); 3] {
            assert!(
                begun.elapsed() < Duration::from_secs(20),
                "round {round}: {:?}, not {last}",
                numbers(engine.state())
            );
            engine.update();
            std::thread::sleep(Duration::from_millis(1));
        }
    }
}

#[test]
fn playing_keeps_watched_tracks_in_step_and_ends_where_told() {
    let dir = tempfile::tempdir().unwrap();
    let (a, b) = pair(dir.path());
    let mut engine = engine(&a, &[&b]);
    let visible = engine.state().tracks.iter().map(|t| t.id).collect();
    engine.send(Command::Watch { visible, focus: Region::WHOLE });
    engine.send(Command::Loop(false));
    engine.send(Command::Speed(2.0));
    engine.send(Command::Play);
    let began = Instant::now();
    let mut seen = Vec::new();
    while engine.state().clock.playing && began.elapsed() < Duration::from_secs(20) {
        engine.update();
        let shown = numbers(engine.state());
        assert_eq!(shown[0], shown[1], "out of step");
        seen.push(shown[0].unwrap());
        std::thread::sleep(Duration::from_millis(2));
    }
    engine.run_until_idle();
    assert!(!engine.state().clock.playing, "playback never ended");
    assert_eq!(numbers(engine.state()), [Some(11), Some(11)], "it ends on the last frame");
    seen.dedup();
    assert!(seen.is_sorted() && seen.len() > 2, "{seen:?}");
}

#[test]
fn a_candidate_that_does_not_open_leaves_the_others_alone() {
    let dir = tempfile::tempdir().unwrap();
    let (a, b) = pair(dir.path());
    let engine = engine(&a, &["nowhere.mkv", &b, "source | model no-such-model"]);
    let state = engine.state();
    let TrackStatus::Failed(sentence) = &state.tracks[1].status else { panic!("{:?}", state.tracks[1].status) };
    assert!(sentence.contains("nowhere.mkv"), "{sentence}");
    assert!(matches!(&state.tracks[3].status, TrackStatus::Failed(_)));
    assert_eq!(state.tracks[2].measured, 1.0);
    assert_eq!(state.notices.len(), 2, "one notice each: {:?}", state.notices);
}

#[test]
fn a_line_that_cannot_be_read_closes_nothing() {
    let dir = tempfile::tempdir().unwrap();
    let (a, b) = pair(dir.path());
    let mut engine = engine(&a, &[&b]);
    engine.send(Command::Add("source | dwon 2 box".into()));
    engine.send(Command::OpenReference("x | nonsense".into()));
    engine.run_until_idle();
    assert_eq!(engine.state().tracks.len(), 2);
    assert_eq!(engine.state().notices.len(), 2);
    let id = engine.state().notices[0].id;
    engine.send(Command::Dismiss(id));
    assert_eq!(engine.state().notices.len(), 1);
}

#[test]
fn candidates_are_edited_removed_and_promoted_in_place() {
    let dir = tempfile::tempdir().unwrap();
    let (a, b) = pair(dir.path());
    let mut engine = engine(&a, &[&b, "source | unsharp 1"]);
    let id = engine.state().tracks[2].id;
    engine.send(Command::Edit(id, "strong = source | unsharp 3".into()));
    engine.run_until_idle();
    assert_eq!(engine.state().tracks[2].label, "strong");
    let made = engine.state().tracks[2].id;
    engine.send(Command::Promote(made));
    assert_eq!(engine.state().notices.len(), 1, "a candidate made from the source cannot replace it");
    let id = engine.state().tracks[1].id;
    engine.send(Command::Promote(id));
    engine.run_until_idle();
    assert_eq!(engine.state().tracks[0].recipe, b);
    assert_eq!(engine.state().tracks[1].recipe, a);
    let id = engine.state().tracks[1].id;
    engine.send(Command::Remove(id));
    engine.run_until_idle();
    assert_eq!(engine.state().tracks.len(), 2);
    assert_eq!(engine.state().tracks[1].label, "strong");
    let id = engine.state().tracks[0].id;
    engine.send(Command::Remove(id));
    engine.run_until_idle();
    assert!(engine.state().tracks.is_empty());
    assert_eq!(engine.state().clock.frames, 0);
}

#[test]
fn frames_that_a_candidate_lacks_are_named_and_not_filled() {
    let dir = tempfile::tempdir().unwrap();
    let (a, short) = (dir.path().join("ref.mkv"), dir.path().join("short.mkv"));
    Clip::default().write(&a);
    Clip { frames: 8, ..Clip::default() }.write(&short);
    let (a, short) = (a.display().to_string(), short.display().to_string());
    let mut engine = engine(&a, &[&short]);
    let series = engine.state().candidates()[0].series["psnr_y"].clone();
    assert_eq!(series.iter().filter(|v| v.is_some()).count(), 8);
    assert!(series[8..].iter().all(Option::is_none));
    engine.send(Command::Seek(10));
    engine.run_until_idle();
    let track = &engine.state().candidates()[0];
    assert!(track.shown.is_none() && track.live.is_empty());
    assert!(track.frame_fault.as_ref().unwrap().contains("no frame at"), "{:?}", track.frame_fault);
    assert!(track.provenance.contains("the reference has 12, the candidate 8"), "{}", track.provenance);
    let report = scores(&a, &[&short]).unwrap();
    assert_eq!(report.candidates[0].missing.len(), 4);
    assert_eq!(report.candidates[0].frames.len(), 8);
}

#[test]
fn a_rendered_recipe_scores_as_the_recipe() {
    let dir = tempfile::tempdir().unwrap();
    let (a, _) = pair(dir.path());
    let line = "source | down 2 bicubic | up 2 lanczos | unsharp 1";
    let out = dir.path().join("made.mkv");
    rendered(&a, line, &out).unwrap();
    let report = scores(&a, &[line, out.to_str().unwrap()]).unwrap();
    let [recipe, file] = &report.candidates[..] else { panic!() };
    for (x, y) in recipe.frames.iter().zip(&file.frames) {
        assert_eq!(x.scores, y.scores, "frame {}", x.frame);
    }
}

fn rendered(reference: &str, line: &str, out: &Path) -> Result<String, SourceError> {
    let settings = RenderSettings { output: out.to_owned() };
    let (reference, recipe) = (Recipe::parse(reference).unwrap(), Recipe::parse(line).unwrap());
    render(&Workshop::new(1 << 28), &reference, &recipe, &settings, &mut |_, _| {}, &Stop::default())
}

#[test]
fn rendering_the_source_keeps_every_frame_and_its_layout() {
    let dir = tempfile::tempdir().unwrap();
    let (_, b) = pair(dir.path());
    let out = dir.path().join("copy.mkv");
    rendered(&b, "source", &out).unwrap();
    let (mut from, mut to) = (media::open(Path::new(&b)).unwrap(), media::open(&out).unwrap());
    assert_eq!(from.info().timeline.len(), to.info().timeline.len());
    for n in 0..12 {
        assert!(from.get(n).unwrap().same_samples(&to.get(n).unwrap()), "frame {n}");
    }
}

#[test]
fn an_interrupted_render_leaves_nothing() {
    let dir = tempfile::tempdir().unwrap();
    let (a, _) = pair(dir.path());
    let out = dir.path().join("half.mkv");
    let stop = Stop::default();
    let settings = RenderSettings { output: out.clone() };
    let (reference, recipe) = (Recipe::parse(&a).unwrap(), Recipe::parse("source").unwrap());
    let flag = stop.clone();
    let mut progress = move |done: usize, _: usize| {
        if done == 5 {
            flag.set();
        }
    };
    let ended = render(&Workshop::new(1 << 28), &reference, &recipe, &settings, &mut progress, &stop);
    assert_eq!(ended, Err(SourceError::Stopped));
    let left: Vec<_> = std::fs::read_dir(dir.path()).unwrap().map(|e| e.unwrap().file_name()).collect();
    assert_eq!(left.len(), 2, "only the two inputs are there: {left:?}");
}

#[test]
fn all_candidates_are_opened_before_the_first_is_measured() {
    let dir = tempfile::tempdir().unwrap();
    let (a, b) = pair(dir.path());
    let lines = [b.as_str(), "missing.mkv"].map(|line| Recipe::parse(line).unwrap());
    let settings = ScoreSettings::default();
    let mut measured = 0;
    let mut tell = |_, _, _| measured += 1;
    let reference = Recipe::parse(&a).unwrap();
    let error = score(&Workshop::new(1 << 26), &reference, &lines, &settings, &mut tell, &Stop::default()).unwrap_err();
    assert!(error.to_string().contains("missing.mkv"), "{error}");
    assert_eq!(measured, 0);
}

#[test]
fn a_range_outside_the_reference_is_refused() {
    let dir = tempfile::tempdir().unwrap();
    let (a, b) = pair(dir.path());
    let settings = ScoreSettings { frames: Some(5..13), ..ScoreSettings::default() };
    let (a, b) = (Recipe::parse(&a).unwrap(), Recipe::parse(&b).unwrap());
    let found = score(&Workshop::new(1 << 28), &a, &[b], &settings, &mut |_, _, _| {}, &Stop::default());
    assert!(found.unwrap_err().to_string().contains("frames 0..12"));
}

#[test]
fn a_whole_frame_ends_as_the_whole_thing() {
    let dir = tempfile::tempdir().unwrap();
    let (a, b) = pair(dir.path());
    let engine = engine(&a, &[&b]);
    assert!(engine.state().tracks.iter().all(|t| t.shown.as_ref().unwrap().coverage == Coverage::Whole));
}

#[test]
fn the_store_forgets_the_oldest_use_first_and_keeps_its_budget() {
    let frame = frame_of(64, 64, 0);
    let store = Store::new(3 * frame.cost());
    let key = SourceKey("a".into());
    (0..3).for_each(|n| store.put(&key, n, frame.clone()));
    assert!(store.get(&key, 0).is_some());
    store.put(&key, 3, frame.clone());
    assert!(store.has(&key, 0) && !store.has(&key, 1), "frame 1 was used least recently");
    assert!(store.bytes() <= 3 * frame.cost());
    assert!(store.get(&SourceKey("b".into()), 0).is_none());
}

#[test]
fn one_film_with_two_clocks_is_paired_by_number_and_says_so() {
    let line = |count, num, den| Arc::new(Timeline::constant(count, Rational::new(num, den)));
    let film = Pairing::new(line(48, 1199, 50), line(48, 25, 1));
    assert!((0..48).all(|n| film.own(n) == Ok(n)));
    assert_eq!(film.pairs(), 48);
    let said = film.describe();
    assert!(said.contains("by number") && said.contains("25.000 and 23.980"), "{said}");
    // Another count: a shorter or longer cut, which only its times can tell.
    assert!(!Pairing::new(line(48, 1199, 50), line(50, 25, 1)).describe().contains("by number"));
    // As many frames, but one was dropped on the way and one added: no steady rate, so the times decide.
    let pts = (0..48).map(|n| if n < 10 { n } else { n + 1 }).collect();
    let jumps = Timeline { time_base: Rational::new(1, 25), pts, rate: None, last_duration: 1 };
    let pairing = Pairing::new(line(48, 25, 1), Arc::new(jumps));
    assert_eq!(pairing.own(20), Ok(19));
}

#[test]
fn a_line_of_provenance_names_what_the_sources_note() {
    let dir = tempfile::tempdir().unwrap();
    let (a, _) = pair(dir.path());
    let whole = std::fs::read(&a).unwrap();
    let cut = dir.path().join("cut.mkv");
    std::fs::write(&cut, &whole[..whole.len() * 2 / 3]).unwrap();
    let report = scores(&a, &[cut.to_str().unwrap(), "source | down 2 bicubic | up 2 lanczos"]).unwrap();
    let lines: Vec<&str> = report.candidates.iter().map(|c| c.provenance.as_str()).collect();
    assert!(lines[0].contains("cut off"), "{}", lines[0]);
    assert!(lines[1].contains("down 2 bicubic: 160x96 to 80x48"), "{}", lines[1]);
}

#[test]
fn pairing_goes_by_time() {
    let line = |count, num, den| Arc::new(Timeline::constant(count, Rational::new(num, den)));
    let same = Pairing::new(line(10, 25, 1), line(10, 25, 1));
    assert!((0..10).all(|n| same.own(n) == Ok(n)));
    let double = Pairing::new(line(10, 25, 1), line(20, 50, 1));
    assert!((0..10).all(|n| double.own(n) == Ok(2 * n)));
    let short = Pairing::new(line(10, 25, 1), line(6, 25, 1));
    assert_eq!(short.pairs(), 6);
    assert!(short.own(6).is_err());
    // Matroska's milliseconds and a start that is not zero.
    let pts = (0..10).map(|n| 852 + (f64::from(n) * 1000.0 / 29.97).round() as i64).collect();
    let rounded = Timeline { time_base: Rational::new(1, 1000), pts, rate: None, last_duration: 33 };
    let shifted = Pairing::new(line(10, 30000, 1001), Arc::new(rounded));
    assert!((0..10).all(|n| shifted.own(n) == Ok(n)), "{:?}", (0..10).map(|n| shifted.own(n)).collect::<Vec<_>>());
    let still = Pairing::new(Arc::new(Timeline::still()), Arc::new(Timeline::still()));
    assert_eq!(still.own(0), Ok(0));
}

/// Clips filmed or drawn by others; `compact-2x` saw none of them in training.
const NATURAL: [&str; 11] = [
    "anime_onepiece_640x480_h264.mp4",
    "bunny_1080p60_h264.mp4",
    "face_640x428_h264_bt601.mov",
    "face_bedroom_720p30_h264.mp4",
    "face_stage_640x360_h264.mp4",
    "hdr10_1080p_hevc_main10_pq.mp4",
    "hlg_1080p_hevc_main10_rotated_editlist.mp4",
    "roadtrip_426x240_vp9_10bit.webm",
    "seeking_720x480_h264.mp4",
    "street_1080p25_h264_fullrange.mp4",
    "text_pdf_1024x768_h264.mp4",
];

#[test]
fn the_house_model_beats_lanczos_on_every_natural_clip() {
    let Some(dir) = testdata() else { return };
    if let Err(why) = doublet::models::Runtime::get() {
        println!("skipped: {why}");
        return;
    }
    let lines = ["source | down 2 bicubic | up 2 lanczos", "source | down 2 bicubic | model compact-2x"];
    let candidates = lines.map(|line| Recipe::parse(line).unwrap());
    let metrics = doublet::metrics::select("psnr_y").unwrap();
    let settings = ScoreSettings { metrics, frames: Some(14..15), ..ScoreSettings::default() };
    let mut gains = Vec::new();
    for name in NATURAL {
        let clip = Recipe::file(dir.join("clips").join(name));
        let workshop = Workshop::new(1 << 28);
        let report = score(&workshop, &clip, &candidates, &settings, &mut |_, _, _| {}, &Stop::default()).unwrap();
        let mean = |i: usize| report.candidates[i].pooled.get("psnr_y").unwrap().mean;
        let gain = mean(1) - mean(0);
        assert!(gain > 0.0, "{name}: {gain:.2} dB below Lanczos");
        gains.push(gain);
    }
    let mean = gains.iter().sum::<f64>() / gains.len() as f64;
    assert!(mean >= 1.0, "only {mean:.2} dB above Lanczos on average: {gains:?}");
}
