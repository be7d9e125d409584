//! In and out points, the hardest stretch, and tournaments.

use std::ops::Range;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use doublet::engine::{
    Command, Engine, Plan, Recipe, Row, RowStatus, ScoreSettings, Settings, Tournament, Workshop, compose,
    default_range, exam, hardest, score,
};
use doublet::frame::{
    Frame, FrameSource, Rational, Region, Request, Sample, Severity, SourceError, SourceInfo, Stop, Timeline,
};
use doublet::metrics::standard;

use super::support::{Clip, frame_of};

fn clip(dir: &Path, name: &str, clip: Clip) -> String {
    let path = dir.join(name);
    clip.write(&path);
    path.display().to_string()
}

fn opened(reference: &str, candidates: &[&str]) -> Engine {
    let mut engine = Engine::new(Settings { scan: false, ..Settings::default() }, || {});
    let candidates = candidates.iter().map(ToString::to_string).collect();
    engine.send(Command::Open { reference: reference.to_owned(), candidates });
    engine.run_until_idle();
    engine
}

fn plan(frames: Range<usize>, lines: &[&str]) -> Plan {
    let picture = frames.start;
    Plan { frames, lines: lines.iter().map(ToString::to_string).collect(), picture }
}

fn held(engine: &mut Engine, plan: Plan) -> Tournament {
    engine.send(Command::Tournament(plan));
    engine.run_until_idle();
    engine.state().tournament.clone().unwrap()
}

/// Updates until `done` says so.
fn until(engine: &mut Engine, what: &str, done: impl Fn(&Engine) -> bool) {
    let began = Instant::now();
    while !done(engine) {
        assert!(began.elapsed() < Duration::from_secs(30), "never came: {what}");
        engine.update();
        std::thread::sleep(Duration::from_millis(1));
    }
}

const RESIZED: &str = "source | down 2 bicubic | up 2 lanczos";

#[test]
fn a_range_is_clamped_kept_and_taken_away() {
    let dir = tempfile::tempdir().unwrap();
    let a = clip(dir.path(), "a.mkv", Clip { frames: 30, ..Clip::default() });
    let mut engine = opened(&a, &[]);
    engine.send(Command::Range(Some(5..12)));
    assert_eq!(engine.state().range, Some(5..12));
    engine.send(Command::Range(Some(25..900)));
    assert_eq!(engine.state().range, Some(25..30));
    engine.send(Command::Range(Some(40..50)));
    assert_eq!(engine.state().range, Some(29..30), "one frame at least");
    engine.send(Command::Range(None));
    assert_eq!(engine.state().range, None);
    engine.send(Command::Range(Some(5..12)));
    engine.send(Command::OpenReference(a));
    assert_eq!(engine.state().range, None, "another reference has its own");
    assert_eq!(default_range(engine.state(), 5.0), 0..0, "not open yet");
    engine.run_until_idle();
    engine.send(Command::Seek(15));
    assert_eq!(default_range(engine.state(), 0.4), 10..20);
    assert_eq!(default_range(engine.state(), 5.0), 0..30);
}

#[test]
fn playback_goes_round_between_the_in_and_out_points() {
    let dir = tempfile::tempdir().unwrap();
    let a = clip(dir.path(), "a.mkv", Clip { frames: 40, ..Clip::default() });
    let mut engine = opened(&a, &["source | unsharp 1"]);
    let visible = engine.state().tracks.iter().map(|t| t.id).collect();
    engine.send(Command::Watch { visible, focus: Region::WHOLE });
    engine.send(Command::Range(Some(10..14)));
    engine.send(Command::Seek(30));
    engine.send(Command::Play);
    assert_eq!(engine.state().clock.frame, 10, "play begins within");
    let (mut seen, began) = (Vec::new(), Instant::now());
    while seen.windows(2).filter(|w| w[1] < w[0]).count() < 3 {
        assert!(began.elapsed() < Duration::from_secs(20), "{seen:?}");
        engine.update();
        let shown: Vec<_> = engine.state().tracks.iter().map(|t| t.shown.as_ref().map(|s| s.number)).collect();
        assert_eq!(shown[0], shown[1], "out of step");
        let frame = engine.state().clock.frame;
        if seen.last() != Some(&frame) {
            seen.push(frame);
        }
        std::thread::sleep(Duration::from_millis(2));
    }
    assert!(seen.iter().all(|n| (10..14).contains(n)), "{seen:?}");
    assert!(seen.contains(&13), "the last frame within is shown: {seen:?}");

    engine.send(Command::Loop(false));
    until(&mut engine, "the end of playback", |e| !e.state().clock.playing);
    assert_eq!(engine.state().clock.frame, 13, "it stops on the last frame within");
    engine.send(Command::Play);
    assert_eq!(engine.state().clock.frame, 10);
    engine.send(Command::Pause);

    // Who goes past the out point while playing sees the film to its end.
    engine.send(Command::Loop(true));
    engine.send(Command::Play);
    engine.send(Command::Seek(34));
    until(&mut engine, "a frame past the out point", |e| e.state().clock.frame > 34);
    until(&mut engine, "the in point", |e| e.state().clock.frame < 14);
    assert!(engine.state().clock.frame >= 10);

    // A new range that leaves the cursor outside takes it in.
    engine.send(Command::Range(Some(20..25)));
    assert_eq!(engine.state().clock.frame, 20);
    engine.send(Command::Pause);
    engine.send(Command::Range(Some(3..4)));
    assert_eq!(engine.state().clock.frame, 20, "a cursor that stands stays");
    engine.send(Command::Play);
    assert!(!engine.state().clock.playing, "one frame does not play");
}

/// A made-up film: calm everywhere, but for what `hard` says; `cuts` change the whole picture at once.
struct Film {
    info: SourceInfo,
    hard: Range<usize>,
    cuts: Vec<usize>,
    made: usize,
    bad: Range<usize>,
}

impl Film {
    fn new(timeline: Timeline, hard: Range<usize>, cuts: &[usize]) -> Self {
        let frame = frame_of(96, 64, 0);
        let info = SourceInfo {
            name: "film".into(),
            width: 96,
            height: 64,
            layout: frame.layout,
            color: frame.color,
            timeline: Arc::new(timeline),
            sample_aspect: (1, 1),
            rotation: 0,
            details: String::new(),
            notes: Vec::new(),
        };
        Self { info, hard, cuts: cuts.to_vec(), made: 0, bad: 0..0 }
    }

    fn code(&self, n: usize, x: usize, y: usize) -> u8 {
        let scene = self.cuts.iter().filter(|cut| **cut <= n).count();
        if self.hard.contains(&n) {
            // Detail that moves: another pattern in every frame.
            return 40 + ((x * 31 + y * 57 + (x * y) % 13 * 11 + n * 37) % 160) as u8;
        }
        // A slow ramp whose direction and level depend on the scene.
        let along = if scene.is_multiple_of(2) { x } else { 64 - y };
        (20 + 60 * (scene % 3) + along + n / 8 % 2) as u8
    }
}

impl FrameSource for Film {
    fn info(&self) -> &SourceInfo {
        &self.info
    }

    fn frame(&mut self, request: &mut Request<'_>) -> Result<Arc<Frame>, SourceError> {
        request.stop.check()?;
        let n = request.frame;
        assert!(n < self.info.timeline.len(), "frame {n} was asked for");
        self.made += 1;
        if self.bad.contains(&n) {
            return Err(SourceError::Failed { severity: Severity::Frame, sentence: format!("frame {n} is damaged") });
        }
        let luma = (0..64).flat_map(|y| (0..96).map(move |x| (x, y))).map(|(x, y)| self.code(n, x, y)).collect();
        let plain = frame_of(96, 64, 0);
        let mut planes = plain.planes().to_vec();
        planes[0] = doublet::frame::Plane::from_u8(96, 64, luma).unwrap();
        Ok(Arc::new(Frame::new(96, 64, plain.layout, plain.color, planes).unwrap()))
    }
}

fn found(film: &mut Film, seconds: f64) -> doublet::engine::Hardest {
    hardest(film, seconds, &mut |_| {}, &Stop::default()).unwrap()
}

#[test]
fn a_hard_stretch_in_a_calm_film_is_found_and_cuts_are_not() {
    let line = Timeline::constant(1000, Rational::new(25, 1));
    // Five seconds of hard film from frame 600 on; hard cuts elsewhere, where whole pictures change at once.
    let mut film = Film::new(line.clone(), 600..725, &[100, 130, 160, 300, 303, 306, 900]);
    let best = found(&mut film, 5.0);
    assert_eq!(best.frames.len(), 125);
    assert!(best.frames.start.abs_diff(600) <= 15, "{best:?}");
    assert!(best.detail > 2.0 * best.usual.0 && best.motion > 5.0 * best.usual.1, "{best:?}");
    assert_eq!(found(&mut film, 5.0), best, "the same film, the same stretch");
    // With nothing hard in it, the strongest cut must not draw the stretch to it: only scenes of more detail may.
    let mut cuts = Film::new(line, 0..0, &[500]);
    let calm = found(&mut cuts, 5.0);
    assert!(calm.motion < 1.0, "{calm:?}");
}

#[test]
fn a_long_film_is_looked_at_here_and_there() {
    // Two hours; two hard minutes.
    let line = Timeline::constant(172_800, Rational::new(24, 1));
    let mut film = Film::new(line, 100_000..102_880, &[40_000, 90_000, 150_000]);
    let (mut shares, stop) = (Vec::new(), Stop::default());
    let best = hardest(&mut film, 5.0, &mut |share| shares.push(share), &stop).unwrap();
    assert_eq!(best.frames.len(), 120);
    assert!(best.frames.start >= 100_000 && best.frames.end <= 102_880, "{best:?}");
    assert!(film.made < 2000, "{} frames were made", film.made);
    assert!(shares.is_sorted() && shares.last() == Some(&1.0), "{shares:?}");
    stop.set();
    assert_eq!(hardest(&mut film, 5.0, &mut |_| {}, &stop), Err(SourceError::Stopped));
}

#[test]
fn changing_rates_damage_and_short_films_are_borne() {
    // Ten frames a second, then fifty: five seconds are 50 frames there and 250 here.
    let pts = (0..400).map(|n| n * 100).chain((0..1000).map(|n| 40_000 + n * 20)).collect();
    let line = Timeline { time_base: Rational::new(1, 1000), pts, rate: None, last_duration: 20 };
    let mut film = Film::new(line.clone(), 100..150, &[]);
    let best = found(&mut film, 5.0);
    assert_eq!(best.frames.len(), 50);
    assert!(best.frames.start.abs_diff(100) <= 6, "{best:?}");
    let mut late = Film::new(line.clone(), 800..1050, &[]);
    assert_eq!(found(&mut late, 5.0).frames.len(), 250);
    film.bad = 0..60;
    assert_eq!(found(&mut film, 5.0).frames, best.frames, "a damaged place is passed by");
    film.bad = 0..1400;
    let said = hardest(&mut film, 5.0, &mut |_| {}, &Stop::default()).unwrap_err().to_string();
    assert!(said.contains("is damaged"), "{said}");
    assert_eq!(found(&mut film, 500.0).frames, 0..1400, "no longer than the stretch");
    let mut still = Film::new(Timeline::still(), 0..0, &[]);
    assert_eq!(found(&mut still, 5.0).frames, 0..1);
}

#[test]
fn the_engine_searches_in_the_background_and_goes_there() {
    let dir = tempfile::tempdir().unwrap();
    let a = clip(dir.path(), "a.mkv", Clip { frames: 60, ..Clip::default() });
    let mut engine = opened(&a, &[]);
    engine.send(Command::FindHardest(1.0));
    assert!(engine.state().busy.is_some());
    engine.run_until_idle();
    let range = engine.state().range.clone().unwrap();
    assert_eq!(range.len(), 25);
    assert_eq!(engine.state().clock.frame, range.start);
    let said = &engine.state().notices[0];
    assert!(said.severity == Severity::Note && said.sentence.contains("motion"), "{said:?}");
    // A range of one's own calls a search off.
    engine.send(Command::FindHardest(0.5));
    engine.send(Command::Range(Some(2..4)));
    assert!(engine.state().busy.is_none());
    engine.run_until_idle();
    assert_eq!(engine.state().range, Some(2..4), "a search that was called off changes nothing");
    engine.send(Command::FindHardest(f64::NAN));
    assert!(engine.state().busy.is_none());
}

#[test]
fn rows_score_as_the_command_line_does() {
    let dir = tempfile::tempdir().unwrap();
    let a = clip(dir.path(), "a.mkv", Clip::default());
    let b = clip(dir.path(), "b.mkv", Clip { codec: "x264", crf: Some(40.0), ..Clip::default() });
    let lines = [RESIZED, "source | unsharp 1", b.as_str(), "source"];
    let mut engine = opened(&a, &[]);
    let tournament = held(&mut engine, Plan { picture: 5, ..plan(3..9, &lines) });
    assert!(!tournament.running);
    let recipes: Vec<_> = lines.iter().map(|line| Recipe::parse(line).unwrap()).collect();
    let settings = ScoreSettings { frames: Some(3..9), ..ScoreSettings::default() };
    let reference = Recipe::parse(&a).unwrap();
    let report =
        score(&Workshop::new(1 << 28), &reference, &recipes, &settings, &mut |_, _, _| {}, &Stop::default()).unwrap();
    for (row, scored) in tournament.rows.iter().zip(&report.candidates) {
        assert_eq!(row.status, RowStatus::Done, "{}", row.line);
        assert_eq!(row.scores.len(), standard().len());
        for (id, pooled) in &row.scores {
            let known = scored.pooled.get(id).unwrap();
            assert_eq!((pooled.mean, pooled.min, pooled.p5), (known.mean, known.min, known.p5), "{} {id}", row.line);
            assert_eq!(pooled.count, 6);
            assert_eq!(row.identical.get(id).copied().unwrap_or(0), known.identical_frames, "{} {id}", row.line);
        }
        assert!(row.provenance.starts_with(&scored.provenance), "{}\n{}", row.provenance, scored.provenance);
        let (one, film) = (row.seconds_per_frame.unwrap(), row.film_seconds.unwrap());
        assert!(one > 0.0 && row.first_seconds.unwrap() > 0.0);
        // What an exam halved is four times as much for the film itself.
        let larger = if row.line == RESIZED { 4.0 } else { 1.0 };
        assert!((film - one * larger * 12.0).abs() < 1e-9 * film, "a film of twelve frames");
    }
    assert_eq!(tournament.rows[3].identical["psnr_y"], 6, "the source itself");
    let picture = tournament.rows[1].picture.clone().unwrap();
    assert_eq!(picture.layout.sample, Sample::F32, "luma is edited in floats, and stays");
    let file = tournament.rows[2].picture.clone().unwrap();
    assert!(file.same_samples(&doublet::media::open(Path::new(&b)).unwrap().get(5).unwrap()));
    assert!(tournament.referee.picture.is_some());
}

#[test]
fn a_broken_line_fails_alone() {
    let dir = tempfile::tempdir().unwrap();
    let a = clip(dir.path(), "a.mkv", Clip::default());
    let short = clip(dir.path(), "short.mkv", Clip { frames: 4, ..Clip::default() });
    let lines = ["source | dwon 2 box", "missing.mkv", "source | model no-such-model", &short, RESIZED];
    let mut engine = opened(&a, &[]);
    let tournament = held(&mut engine, plan(6..10, &lines));
    for (row, word) in tournament.rows.iter().zip(["dwon", "missing.mkv", "model", "nothing to compare"]) {
        let RowStatus::Failed(sentence) = &row.status else { panic!("{}: {:?}", row.line, row.status) };
        assert!(sentence.contains(word), "{sentence}");
    }
    assert_eq!(tournament.rows[4].status, RowStatus::Done);
    assert!(engine.state().notices.is_empty(), "rows hold their own sentences: {:?}", engine.state().notices);
}

#[test]
fn plans_that_cannot_be_run_are_told() {
    let mut engine = Engine::new(Settings::default(), || {});
    engine.send(Command::Tournament(plan(0..5, &["source"])));
    assert!(engine.state().tournament.is_none());
    assert!(engine.state().notices[0].sentence.contains("reference"));
    let dir = tempfile::tempdir().unwrap();
    let a = clip(dir.path(), "a.mkv", Clip::default());
    let mut engine = opened(&a, &[]);
    engine.send(Command::Tournament(plan(0..5, &[])));
    assert!(engine.state().tournament.is_none() && engine.state().notices.len() == 1);
    let tournament = held(&mut engine, Plan { picture: 99, ..plan(8..500, &["source"]) });
    assert_eq!((tournament.plan.frames, tournament.plan.picture), (8..12, 11));
    engine.send(Command::ForgetTournament);
    assert!(engine.state().tournament.is_none());
}

/// A chain slow enough to be caught at work.
const SLOW: &str = "source | up 4 lanczos | down 4 lanczos | up 4 lanczos | down 4 lanczos";

#[test]
fn stopping_keeps_what_is_done() {
    let dir = tempfile::tempdir().unwrap();
    let a = clip(dir.path(), "a.mkv", Clip { width: 256, height: 160, frames: 100, ..Clip::default() });
    let mut engine = opened(&a, &[]);
    engine.send(Command::Tournament(plan(0..100, &["source", SLOW, "source | unsharp 1"])));
    let rows = |e: &Engine| e.state().tournament.as_ref().unwrap().rows.clone();
    until(
        &mut engine,
        "frames of the second row",
        |e| matches!(rows(e)[1].status, RowStatus::Running { done, .. } if done > 1),
    );
    assert!(!engine.is_idle());
    let before = rows(&engine)[1].clone();
    assert!(before.seconds_per_frame.is_some() && !before.provenance.is_empty(), "means while it runs");
    engine.send(Command::StopTournament);
    engine.run_until_idle();
    let tournament = engine.state().tournament.clone().unwrap();
    assert!(!tournament.running);
    let status: Vec<_> = tournament.rows.iter().map(|r| &r.status).collect();
    assert_eq!(status, [&RowStatus::Done, &RowStatus::Cancelled, &RowStatus::Cancelled]);
    assert_eq!(tournament.rows[0].scores["psnr_y"].count, 100);
    let count = tournament.rows[1].scores["psnr_y"].count;
    assert!((before.scores["psnr_y"].count..100).contains(&count), "{count}");
    assert!(tournament.rows[2].scores.is_empty());
}

#[test]
fn another_reference_or_tournament_ends_the_one_that_runs() {
    let dir = tempfile::tempdir().unwrap();
    let a = clip(dir.path(), "a.mkv", Clip { width: 320, height: 240, frames: 60, ..Clip::default() });
    let mut engine = opened(&a, &[]);
    engine.send(Command::Tournament(plan(0..60, &[SLOW, SLOW])));
    until(&mut engine, "a frame", |e| e.state().tournament.as_ref().unwrap().rows[0].first_seconds.is_some());
    let tournament = held(&mut engine, plan(0..3, &["source"]));
    assert_eq!(tournament.rows.len(), 1);
    assert_eq!(tournament.rows[0].status, RowStatus::Done);
    engine.send(Command::Tournament(plan(0..60, &[SLOW])));
    until(&mut engine, "a frame", |e| e.state().tournament.as_ref().unwrap().rows[0].first_seconds.is_some());
    let kept = engine.state().tournament.clone().unwrap().rows[0].scores["psnr_y"].count;
    engine.send(Command::OpenReference(a));
    let tournament = engine.state().tournament.clone().unwrap();
    assert!(!tournament.running);
    assert_eq!(tournament.rows[0].status, RowStatus::Cancelled);
    engine.run_until_idle();
    assert_eq!(engine.state().tournament.clone().unwrap().rows[0].scores["psnr_y"].count, kept, "nothing comes late");
}

#[test]
fn the_background_scan_rests_while_a_tournament_runs() {
    let dir = tempfile::tempdir().unwrap();
    let a = clip(dir.path(), "a.mkv", Clip { width: 320, height: 240, frames: 80, ..Clip::default() });
    let mut engine = Engine::new(Settings::default(), || {});
    engine.send(Command::Open { reference: a, candidates: vec![SLOW.to_owned()] });
    until(&mut engine, "the scan", |e| e.state().candidates()[0].measured > 0.0);
    engine.send(Command::Tournament(plan(0..80, &[SLOW])));
    let done = |e: &Engine| match e.state().tournament.as_ref().unwrap().rows[0].status {
        RowStatus::Running { done, .. } => done,
        _ => 0,
    };
    until(&mut engine, "a few frames", |e| done(e) >= 2);
    let (measured, made) = (engine.state().candidates()[0].measured, done(&engine));
    until(&mut engine, "more frames", |e| done(e) >= made + 5);
    assert_eq!(engine.state().candidates()[0].measured, measured, "the scan went on");
    engine.send(Command::StopTournament);
    until(&mut engine, "the scan again", |e| e.state().candidates()[0].measured > measured);
}

#[test]
fn only_the_making_is_timed() {
    let dir = tempfile::tempdir().unwrap();
    let a = clip(dir.path(), "a.mkv", Clip { width: 320, height: 240, frames: 10, ..Clip::default() });
    let mut engine = opened(&a, &["source | unsharp 1"]);
    let began = Instant::now();
    let tournament = held(&mut engine, plan(0..10, &["source", "source | unsharp 1", SLOW]));
    let took = began.elapsed().as_secs_f64();
    let row = |i: usize| &tournament.rows[i];
    let total = |row: &Row| row.first_seconds.unwrap() + 9.0 * row.seconds_per_frame.unwrap();
    assert!(row(0).seconds_per_frame < row(2).seconds_per_frame, "decoding alone takes less than four resizes");
    assert!(row(1).seconds_per_frame < row(2).seconds_per_frame);
    let made: f64 = tournament.rows.iter().map(total).sum();
    assert!(made < took, "{made} s of making in {took} s of all");
    // The screen's frames are in the store; a row that took them from there would take no time at all.
    let again = held(&mut engine, plan(0..10, &[SLOW]));
    assert!(total(&again.rows[0]) > 0.3 * total(row(2)), "{} after {}", total(&again.rows[0]), total(row(2)));
}

#[test]
fn a_lone_frame_has_a_speed_too() {
    let dir = tempfile::tempdir().unwrap();
    let a = clip(dir.path(), "a.mkv", Clip::default());
    let mut engine = opened(&a, &[]);
    let tournament = held(&mut engine, plan(4..5, &[RESIZED, &a]));
    assert!(tournament.rows[0].seconds_per_frame.unwrap() > 0.0);
    assert_eq!(tournament.rows[0].scores["psnr_y"].count, 1);
    assert_eq!(tournament.rows[1].seconds_per_frame, None, "nothing but decoding, which happened already");
}

#[test]
fn without_a_truth_the_words_say_so() {
    let dir = tempfile::tempdir().unwrap();
    let a = clip(dir.path(), "a.mkv", Clip::default());
    let mut engine = opened(&a, &[]);
    let lines = ["source | up 2 lanczos", RESIZED, "source | unsharp 1", &a];
    let tournament = held(&mut engine, plan(0..2, &lines));
    let known: Vec<bool> = tournament.rows.iter().map(|row| row.against_input).collect();
    assert_eq!(known, [true, false, true, false]);
    let larger = &tournament.rows[0].provenance;
    assert!(larger.contains("against the input, the result brought to the input's 160x96"), "{larger}");
    assert!(larger.contains("320x192 to 160x96"), "the resampler is named: {larger}");
    assert!(tournament.rows[0].scores["psnr_y"].mean > 30.0, "enlarged and brought back is near the input");
    let alike = &tournament.rows[2].provenance;
    assert!(alike.contains("against the input:"), "{alike}");
    assert!(!tournament.rows[1].provenance.contains("against the input"));
}

#[test]
fn the_house_model_beats_plain_resizing_in_an_exam() {
    if let Err(why) = doublet::models::Runtime::get() {
        println!("skipped: {why}");
        return;
    }
    let dir = tempfile::tempdir().unwrap();
    let a = clip(dir.path(), "a.mkv", Clip { width: 192, height: 128, frames: 4, ..Clip::default() });
    let mut engine = opened(&a, &[]);
    let lines = compose(&[("compact-2x".to_owned(), 2)], &[], exam("clean"));
    let lines: Vec<&str> = lines.iter().map(String::as_str).collect();
    let tournament = held(&mut engine, plan(0..3, &lines));
    let [lanczos, bicubic, model] = &tournament.rows[..] else { panic!("{lines:?}") };
    for row in &tournament.rows {
        assert_eq!(row.status, RowStatus::Done, "{}", row.line);
        assert!(!row.against_input);
        assert_eq!(row.picture.as_ref().map(|p| (p.width, p.height)), Some((192, 128)));
    }
    assert_eq!([&lanczos.label, &bicubic.label, &model.label], ["up 2 lanczos", "up 2 bicubic", "compact-2x"]);
    assert!(model.scores["psnr_y"].mean > lanczos.scores["psnr_y"].mean);
    assert!(model.device.contains("model compact-2x: 2x") && model.device.contains("tiles"), "{}", model.device);
    assert!(lanczos.device.is_empty());
    assert_eq!(model.picture.as_ref().unwrap().layout.sample, Sample::U16 { bits: 16 });
}

/// Seconds it takes to make frame 0 of `line`, at the shortest of three times.
fn making(reference: &str, line: &str) -> f64 {
    let (reference, recipe) = (Recipe::parse(reference).unwrap(), Recipe::parse(line).unwrap());
    let time = || {
        let mut source = Workshop::new(0).open(&recipe, Some(&reference)).unwrap().source;
        let began = Instant::now();
        source.get(0).unwrap();
        began.elapsed().as_secs_f64()
    };
    time().min(time()).min(time())
}

#[test]
fn making_an_exam_is_not_timed() {
    let dir = tempfile::tempdir().unwrap();
    let a = clip(dir.path(), "a.mkv", Clip { width: 320, height: 240, frames: 6, ..Clip::default() });
    let worse = format!("source{}", " | down 1.2 lanczos".repeat(8));
    let chain = format!("{worse} | unsharp 0.5");
    let mut engine = opened(&a, &[]);
    let tournament = held(&mut engine, plan(0..6, &[&chain, &worse]));
    let timed = tournament.rows[0].seconds_per_frame.unwrap();
    let whole = making(&a, &chain);
    // About a twentieth of it, with room for a busy machine.
    assert!(timed < whole, "{timed} of {whole} s");
    let left = &tournament.rows[1];
    let small = left.picture.as_ref().map(|p| f64::from(p.width * p.height)).unwrap();
    let film = timed * (320.0 * 240.0 / small) * 6.0;
    let told = tournament.rows[0].film_seconds.unwrap();
    assert!((told - film).abs() < 1e-9 * film, "the film is as large as it is, not as the exam made it: {told} {film}");
    assert_eq!(left.status, RowStatus::Done);
    assert_eq!((left.seconds_per_frame, left.film_seconds, left.first_seconds), (None, None, None), "nothing is made");
    assert_eq!(left.scores["psnr_y"].count, 6);
    assert!(!left.against_input);
}
