//! One pass over a pair, and what is kept of it: ranges, regions, the window against the command line, the cache.

use std::ops::Range;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use doublet::engine::{
    Command, Crop, Engine, Recipe, ScoreCache, ScoreSettings, Settings, Workshop, score, score_ways,
};
use doublet::frame::{ColorInfo, Frame, FrameSource, Plane, Primaries, Rational, Region, Stop, Timeline, Transfer};
use doublet::media::{self, EncodeSettings, Encoder};
use doublet::metrics::{
    About, Added, Cost, Direction, Extractor, Extracts, Group, Memo, Metric, MetricError, Moment, Plain, Reads, Value,
    add, find, pool_timed,
};
use doublet::models::Home;
use doublet::report::{CandidateScores, Format, ScoreReport};

use super::support::{Clip, frame_of};

/// Metrics that look around, and some that do not.
const IDS: [&str; 7] = ["vmaf", "motion2", "motion3", "vif_scale0", "psnr_y", "xpsnr_y", "ssim_y"];

fn ids(ids: &[&str]) -> Vec<&'static dyn Metric> {
    ids.iter().map(|id| find(id).unwrap_or_else(|| panic!("{id} is in the table"))).collect()
}

/// Writes frames, lossless, 25 a second.
fn film(path: &Path, frames: &[Arc<Frame>]) -> String {
    let first = &frames[0];
    let settings = EncodeSettings {
        codec: media::codec("ffv1").unwrap(),
        crf: None,
        preset: None,
        width: first.width,
        height: first.height,
        layout: first.layout,
        color: first.color,
        timeline: Arc::new(Timeline::constant(frames.len(), Rational::new(25, 1))),
        sample_aspect: (1, 1),
        rotation: 0,
    };
    let mut encoder = Encoder::create(path, &settings).unwrap();
    frames.iter().for_each(|frame| encoder.push(frame).unwrap());
    encoder.finish().unwrap();
    path.display().to_string()
}

/// A film of 12 frames and a damaged copy, with their frames.
struct Pair {
    dir: tempfile::TempDir,
    reference: (String, Vec<Arc<Frame>>),
    candidate: (String, Vec<Arc<Frame>>),
}

fn pair() -> Pair {
    let dir = tempfile::tempdir().unwrap();
    let (a, b) = (dir.path().join("ref.mkv"), dir.path().join("bad.mkv"));
    Clip::default().write(&a);
    Clip { codec: "x264", crf: Some(38.0), ..Clip::default() }.write(&b);
    let read = |path: &Path| {
        let mut source = media::open(path).unwrap();
        (path.display().to_string(), (0..12).map(|n| source.get(n).unwrap()).collect())
    };
    let (reference, candidate) = (read(&a), read(&b));
    Pair { dir, reference, candidate }
}

fn scored(workshop: &Workshop, lines: (&str, &str), settings: &ScoreSettings) -> ScoreReport {
    let (reference, candidate) = (Recipe::parse(lines.0).unwrap(), Recipe::parse(lines.1).unwrap());
    score(workshop, &reference, &[candidate], settings, &mut |_, _, _| {}, &Stop::default()).unwrap()
}

fn one(lines: (&str, &str), settings: &ScoreSettings) -> CandidateScores {
    scored(&Workshop::new(1 << 28), lines, settings).candidates.remove(0)
}

/// The scores of all frames, in order.
fn all(scores: &CandidateScores) -> Vec<Vec<Option<f64>>> {
    let row = |frame: &doublet::report::FrameScores| frame.scores.iter().map(|(_, v)| *v).collect();
    scores.frames.iter().map(row).collect()
}

#[test]
fn a_range_scores_as_the_file_that_holds_nothing_else() {
    let Pair { dir, reference, candidate } = pair();
    let cut = |name: &str, frames: &[Arc<Frame>]| film(&dir.path().join(name), &frames[3..9]);
    let (a, b) = (cut("a.mkv", &reference.1), cut("b.mkv", &candidate.1));
    let whole = ScoreSettings { metrics: ids(&IDS), ..ScoreSettings::default() };
    let range = ScoreSettings { frames: Some(3..9), ..whole.clone() };
    let (part, file) = (one((&reference.0, &candidate.0), &range), one((&a, &b), &whole));
    assert_eq!(all(&part), all(&file));
    assert_eq!(part.pooled, file.pooled);
    assert_eq!(part.frames[0].scores.get("motion2"), Some(&Some(0.0)), "nothing moves before the first frame");
    let film = one((&reference.0, &candidate.0), &whole);
    assert_ne!(all(&film)[3], all(&part)[0], "within the film, frame 3 has a neighbour");
    assert_eq!(all(&film)[5], all(&part)[2]);
}

#[test]
fn a_shorter_candidate_ends_the_film_for_both() {
    let Pair { dir, reference, candidate } = pair();
    let short = film(&dir.path().join("short.mkv"), &candidate.1[..8]);
    let cut = film(&dir.path().join("cut.mkv"), &reference.1[..8]);
    let settings = ScoreSettings { metrics: ids(&IDS), ..ScoreSettings::default() };
    let (long, even) = (one((&reference.0, &short), &settings), one((&cut, &short), &settings));
    assert_eq!(all(&long), all(&even));
    assert_eq!((long.missing.len(), even.missing.len()), (4, 0));
}

#[test]
fn a_region_scores_as_the_cropped_files() {
    let Pair { dir, reference, candidate } = pair();
    let cropped = |name: &str, frames: &[Arc<Frame>]| {
        let part = |frame: &Arc<Frame>| Arc::new(frame.part((32, 14), (98, 66)).unwrap());
        film(&dir.path().join(name), &frames.iter().map(part).collect::<Vec<_>>())
    };
    let (a, b) = (cropped("a.mkv", &reference.1), cropped("b.mkv", &candidate.1));
    let whole = ScoreSettings { metrics: ids(&IDS), ..ScoreSettings::default() };
    // An odd column and row: chroma samples are whole, so the region grows by one.
    let region = Some(Crop { left: 33, top: 15, width: 97, height: 64 });
    let part = one((&reference.0, &candidate.0), &ScoreSettings { region, ..whole.clone() });
    assert_eq!(all(&part), all(&one((&a, &b), &whole)));
    assert!(part.provenance.contains("region 98x66+32+14, grown to whole chroma samples"), "{}", part.provenance);
    for (width, left, word) in [(20, 0, "32x32"), (64, 100, "reaches outside")] {
        let region = Some(Crop { left, top: 0, width, height: 64 });
        let settings = ScoreSettings { region, ..whole.clone() };
        let lines = [&reference.0, &candidate.0].map(|line| Recipe::parse(line).unwrap());
        let workshop = Workshop::new(1 << 28);
        let found = score(&workshop, &lines[0], &lines[1..], &settings, &mut |_, _, _| {}, &Stop::default());
        assert!(found.unwrap_err().to_string().contains(word));
    }
}

fn window(pair: &Pair, settings: Settings, metrics: &[&'static str]) -> Engine {
    let mut engine = Engine::new(settings, || {});
    engine.send(Command::Metrics(metrics.to_vec()));
    let candidates = vec![pair.candidate.0.clone()];
    engine.send(Command::Open { reference: pair.reference.0.clone(), candidates });
    engine.run_until_idle();
    engine
}

/// What the window knows of frame `n`, and `doublet score` of the same.
fn compare(engine: &Engine, report: &CandidateScores, frames: Range<usize>) {
    let track = &engine.state().candidates()[0];
    for n in frames {
        let row = report.frames.iter().find(|frame| frame.frame == n).unwrap();
        for (id, value) in row.scores.iter() {
            let known = track.values(id, n..n + 1).next().map(|(_, value)| value.value);
            assert_eq!(known, *value, "{id} of frame {n}");
        }
    }
}

#[test]
fn the_frame_in_view_scores_live_as_in_the_background() {
    let pair = pair();
    let settings = ScoreSettings { metrics: ids(&IDS), ..ScoreSettings::default() };
    let report = one((&pair.reference.0, &pair.candidate.0), &settings);
    let mut engine = window(&pair, Settings { scan: false, ..Settings::default() }, &IDS);
    for n in [5, 0, 11, 6] {
        engine.send(Command::Seek(n));
        engine.run_until_idle();
        compare(&engine, &report, n..n + 1);
        let track = &engine.state().candidates()[0];
        assert_eq!(track.live.len(), IDS.len(), "all of frame {n}: {:?}", track.live.keys());
    }
    let track = &engine.state().candidates()[0];
    assert_eq!(track.series["psnr_y"].iter().flatten().count(), 4, "nothing was measured that nobody looked at");
    let engine = window(&pair, Settings::default(), &IDS);
    compare(&engine, &report, 0..12);
    assert_eq!(engine.state().candidates()[0].provenance, report.provenance);
}

#[test]
fn what_is_measured_is_chosen_and_only_what_is_missing_is_measured() {
    let pair = pair();
    let mut engine = window(&pair, Settings::default(), &["psnr_y"]);
    let track = &engine.state().candidates()[0];
    assert_eq!((track.series.len(), track.measured), (1, 1.0));
    let kept = track.series["psnr_y"].clone();
    engine.send(Command::Metrics(vec!["ssim_y", "no such metric", "psnr_y"]));
    assert_eq!(engine.state().metrics, ["psnr_y", "ssim_y"], "as the table orders them");
    assert_eq!(engine.state().candidates()[0].measured, 0.0);
    engine.run_until_idle();
    let track = &engine.state().candidates()[0];
    assert_eq!(track.measured, 1.0);
    assert!(track.series["ssim_y"].iter().all(Option::is_some));
    assert!(Arc::ptr_eq(&track.series["psnr_y"], &kept), "what was known was not touched");
    assert!(track.live.contains_key("ssim_y"));
}

#[test]
fn pooled_over_the_in_and_out_points_as_the_command_line_has_it() {
    let pair = pair();
    let mut engine = window(&pair, Settings::default(), &IDS);
    let settings = ScoreSettings { metrics: ids(&IDS), frames: Some(4..10), ..ScoreSettings::default() };
    let report = one((&pair.reference.0, &pair.candidate.0), &settings);
    engine.send(Command::Range(Some(4..10)));
    engine.run_until_idle();
    compare(&engine, &report, 4..10);
    let state = engine.state();
    for id in IDS {
        assert_eq!(state.pooled(&state.candidates()[0], id).as_ref(), report.pooled.get(id), "{id}");
    }
    engine.send(Command::Range(None));
    engine.run_until_idle();
    let whole = ScoreSettings { metrics: ids(&IDS), ..ScoreSettings::default() };
    compare(&engine, &one((&pair.reference.0, &pair.candidate.0), &whole), 0..12);
}

#[test]
fn a_region_in_the_window_is_measured_anew_and_given_back() {
    let pair = pair();
    let mut engine = window(&pair, Settings::default(), &["psnr_y", "motion2"]);
    let before = engine.state().candidates()[0].series.clone();
    let region = Region { left: 0.2, top: 0.25, right: 0.8, bottom: 1.0 };
    engine.send(Command::Region(Some(region)));
    assert!(engine.state().candidates()[0].series.is_empty(), "the whole picture's scores are not the part's");
    engine.run_until_idle();
    let crop = Crop { left: 32, top: 24, width: 96, height: 72 };
    let metrics = ids(&["psnr_y", "motion2"]);
    let settings = ScoreSettings { metrics, region: Some(crop), ..ScoreSettings::default() };
    let report = one((&pair.reference.0, &pair.candidate.0), &settings);
    compare(&engine, &report, 0..12);
    assert_eq!(engine.state().candidates()[0].provenance, report.provenance);
    engine.send(Command::Region(None));
    assert_eq!(engine.state().candidates()[0].series, before, "known at once");
    assert_eq!(engine.state().candidates()[0].measured, 1.0);
    engine.run_until_idle();
    assert_eq!(engine.state().candidates()[0].series, before);
    engine.send(Command::Region(Some(Region { right: 0.3, ..region })));
    assert_eq!(engine.state().region, None, "too small");
    assert!(engine.state().notices[0].sentence.contains("32x32"));
}

/// Counts how often it looks at a pair, and looks at the frame before too.
struct Counting(AtomicUsize);

static COUNTING: Counting = Counting(AtomicUsize::new(0));
static COUNTS: Extracts =
    Extracts { id: "counting", version: 1, features: &["counting"], before: 1, after: 0, cost: Cost::Medium };
static ABOUT: About = About {
    id: "counting",
    label: "Counting",
    unit: "",
    group: Group::Features,
    direction: Direction::LowerIsBetter,
    range: |_| (0.0, 1.0),
    decimals: 2,
    standard: false,
    meaning: "A test's own.",
    blind_to: "everything but one sample",
    trust: &[],
};

impl Extractor for Counting {
    fn about(&self) -> &'static Extracts {
        &COUNTS
    }

    fn extract(&self, moment: &Moment<'_>, _: &Memo) -> Result<Vec<Value>, MetricError> {
        self.0.fetch_add(1, Ordering::SeqCst);
        let (r, c) = moment.pair.planes("counting", Reads::Luma)?;
        let before = moment.before.first().map_or(0.0, |frame| f64::from(frame.plane(0).row_u8(0)[0]));
        Ok(vec![Value::measured(f64::from(r.row_u8(0)[0]) - f64::from(c.row_u8(0)[0]) + before / 256.0)])
    }
}

/// The same picture with one sample of luma changed.
fn touched(frame: &Arc<Frame>) -> Arc<Frame> {
    let mut planes = frame.planes().to_vec();
    let luma = frame.plane(0);
    let mut samples: Vec<u8> = (0..luma.height).flat_map(|y| luma.row_u8(y).to_vec()).collect();
    samples[1000] ^= 1;
    planes[0] = Plane::from_u8(luma.width, luma.height, samples).unwrap();
    Arc::new(Frame::new(frame.width, frame.height, frame.layout, frame.color, planes).unwrap())
}

#[test]
fn what_was_measured_once_is_known_by_its_content() {
    _ = add(Added { extractor: &COUNTING, metric: Box::leak(Box::new(Plain(&ABOUT))), overlay: None });
    let dir = tempfile::tempdir().unwrap();
    let (mut reference, mut candidate): (Vec<_>, Vec<_>) =
        ((0..12).map(|n| frame_of(160, 96, n)).collect(), (0..12).map(|n| frame_of(160, 96, n + 1)).collect());
    let film = |name: &str, frames: &[Arc<Frame>]| film(&dir.path().join(name), frames);
    let (a, b) = (film("a.mkv", &reference), film("b.mkv", &candidate));
    let settings = ScoreSettings { metrics: ids(&["counting"]), ..ScoreSettings::default() };
    let cache = dir.path().join("cache");
    // Each time as a new session.
    let look = |lines: (&str, &str), settings: &ScoreSettings| {
        let home = Home { cache: Some(cache.clone()), ..Home::default() };
        let before = COUNTING.0.load(Ordering::SeqCst);
        let report = scored(&Workshop::at(home, 1 << 28), lines, settings);
        (COUNTING.0.load(Ordering::SeqCst) - before, all(&report.candidates[0]))
    };
    let (count, first) = look((&a, &b), &settings);
    assert_eq!(count, 12);
    assert_eq!(look((&a, &b), &settings), (0, first.clone()), "all is known");
    let copy = film("copy.mkv", &candidate);
    assert_eq!(look((&a, &copy), &settings), (0, first.clone()), "by content, not by name");
    candidate[5] = touched(&candidate[5]);
    assert_eq!(look((&a, &film("c.mkv", &candidate)), &settings).0, 1, "one sample of one frame is another");
    reference[7] = touched(&reference[7]);
    assert_eq!(look((&film("d.mkv", &reference), &b), &settings).0, 2, "its own frame, and the one it stands before");
    let range = ScoreSettings { frames: Some(3..6), ..settings.clone() };
    assert_eq!(look((&a, &b), &range).0, 1, "the first of a range has nothing before it");
    let region = Some(Crop { left: 0, top: 0, width: 64, height: 64 });
    assert_eq!(look((&a, &b), &ScoreSettings { region, ..settings.clone() }).0, 12);
    assert_eq!(look((&a, &b), &ScoreSettings { fresh: true, ..settings.clone() }), (12, first.clone()));
    // Every finding damaged on the disk: a word in the log, and all measured again.
    let file = ScoreCache::at(&cache).path().to_owned();
    std::fs::write(&file, b"SQLite format 3\0 and then nothing of the kind").unwrap();
    assert_eq!(look((&a, &b), &settings), (12, first.clone()));
    assert_eq!(look((&a, &b), &settings), (0, first));
}

#[test]
fn the_worst_second_by_hand() {
    let values = |all: &[f64]| all.iter().map(|v| Value::measured(*v)).collect::<Vec<_>>();
    let times = |rate: f64, n: usize| (0..n).map(|i| i as f64 / rate).collect::<Vec<_>>();
    let worst =
        |times: &[f64], all: &[f64], direction| pool_timed(times, &values(all), direction).unwrap().worst_second;
    use Direction::{HigherIsBetter as High, LowerIsBetter as Low};
    // Four a second: the worst stretch of four is 1, 2, 3, 2.
    let eight = [9.0, 8.0, 1.0, 2.0, 3.0, 2.0, 9.0, 9.0];
    assert_eq!(worst(&times(4.0, 8), &eight, High), Some(2.0));
    assert_eq!(worst(&times(4.0, 8), &eight, Low), Some((3.0 + 2.0 + 9.0 + 9.0) / 4.0));
    // Shorter than a second: the whole.
    assert_eq!(worst(&times(4.0, 3), &eight[..3], High), Some(6.0));
    assert_eq!(worst(&[0.0], &[7.0], High), Some(7.0));
    // Exactly a second is one stretch; the last of five frames at four a second begins a second that is not there.
    assert_eq!(worst(&times(4.0, 4), &eight[..4], High), Some(5.0));
    assert_eq!(worst(&times(4.0, 5), &[9.0, 8.0, 7.0, 6.0, 0.0], High), Some((8.0 + 7.0 + 6.0) / 4.0));
    // Matroska's milliseconds change nothing, and frames that come rarely weigh as they come.
    let rounded: Vec<f64> = times(24.0, 48).iter().map(|t| (t * 1000.0).round() / 1000.0).collect();
    let ramp: Vec<f64> = (0..48).map(f64::from).collect();
    assert_eq!(worst(&rounded, &ramp, High), Some(11.5));
    assert_eq!(worst(&[0.0, 0.5, 1.0, 3.0, 3.5, 4.0], &[5.0, 5.0, 5.0, 1.0, 3.0, 5.0], High), Some(2.0));
    // What is no number is left out.
    assert_eq!(worst(&times(2.0, 4), &[4.0, f64::NAN, 2.0, 2.0], High), Some(2.0));
}

#[test]
fn all_ways_to_call_it_vmaf() {
    // The least size of which everything can be measured.
    let (dir, clip) = (tempfile::tempdir().unwrap(), Clip { width: 192, height: 176, frames: 4, ..Clip::default() });
    let (a, b) = (dir.path().join("ref.mkv"), dir.path().join("bad.mkv"));
    clip.write(&a);
    Clip { codec: "x264", crf: Some(38.0), ..clip }.write(&b);
    let (a, b) = (a.display().to_string(), b.display().to_string());
    let lines = [&a, &b].map(|line| Recipe::parse(line).unwrap());
    let settings = ScoreSettings { frames: Some(0..3), ..ScoreSettings::default() };
    let workshop = Workshop::new(1 << 26);
    let (mut tell, stop) = (|_, _, _| {}, Stop::default());
    let report = score_ways(&workshop, &lines[0], &lines[1..], &settings, &mut tell, &stop).unwrap();
    let found = &report.candidates[0];
    assert_eq!(found.ways.len(), 108);
    assert!(found.ways.is_sorted_by(|a, b| a.score <= b.score));
    let plain = ScoreSettings { metrics: ids(&["vmaf", "vmaf_neg", "vmaf_v1"]), ..settings };
    let scores = one((&a, &b), &plain);
    let mean = |id: &str| scores.pooled.get(id).unwrap().mean;
    assert_eq!(found.usual, Some(mean("vmaf")));
    let neg = found.ways.iter().find(|w| w.name() == "NEG, luma, mean").unwrap();
    assert_eq!(neg.score, mean("vmaf_neg"));
    assert!(neg.provenance.contains("vmaf_v0.6.1neg") && neg.provenance.contains("frames 0..3"), "{}", neg.provenance);
    assert!(found.v1.iter().any(|w| w.model == "VMAF v1" && w.score == mean("vmaf_v1")), "{:?}", found.v1);
    let best = found.ways.last().unwrap();
    assert_eq!((&found.marketing_winner, found.highest), (&best.name(), best.score));
    let table = report.render(Format::Table).unwrap();
    assert!(table.contains("108 ways") && table.contains(&format!("marketing winner ({})", best.name())), "{table}");
    let json: serde_json::Value = serde_json::from_str(&report.render(Format::Json).unwrap()).unwrap();
    assert_eq!(json["candidates"][0]["ways"].as_array().unwrap().len(), 108);
    assert_eq!(report.render(Format::Csv).unwrap().lines().count(), 1 + 108 + found.v1.len());
}

#[test]
fn an_rgb_original_is_read_as_it_is_stored() {
    let dir = tempfile::tempdir().unwrap();
    let png = dir.path().join("a.png");
    let rgb = ColorInfo::rgb(Primaries::Bt709, Transfer::Bt1886);
    let picture = doublet::color::to_rgb(&frame_of(160, 96, 0)).unwrap().into_frame(rgb).unwrap();
    media::write_png(&png, &picture).unwrap();
    let path = png.display().to_string();
    let settings = ScoreSettings { metrics: ids(&["psnr_y", "ssimulacra2"]), ..ScoreSettings::default() };
    let same = one((&path, &path), &settings);
    assert!(same.frames[0].is_identical("psnr_y"));
    assert_eq!(same.frames[0].scores.get("ssimulacra2").copied().flatten(), Some(100.0));
}
