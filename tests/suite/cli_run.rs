//! The program as others call it: its commands, exit codes and sentences.

use std::path::Path;
use std::process::{Command, Output};

use super::support::{Clip, testdata};

fn doublet(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_doublet"))
        .args(arguments)
        .env_remove("DISPLAY")
        .env_remove("WAYLAND_DISPLAY")
        // What is remembered of one person is no business of a test.
        .env("DOUBLET_CACHE", concat!(env!("CARGO_TARGET_TMPDIR"), "/cache"))
        .output()
        .expect("the program starts")
}

fn stdout(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).unwrap()
}

/// Checks the exit code and that what went wrong is one sentence on one line; gives it.
fn sentence(output: &Output, code: i32) -> String {
    let text = String::from_utf8(output.stderr.clone()).unwrap();
    assert_eq!(output.status.code(), Some(code), "{text}");
    assert!(text.starts_with("doublet: "), "{text}");
    assert_eq!(text.trim_end().lines().count(), 1, "one sentence: {text}");
    assert!(!text.contains("panicked"), "{text}");
    text
}

fn pair(dir: &Path) -> (String, String) {
    let (a, b) = (dir.join("ref.mkv"), dir.join("bad.mkv"));
    Clip::default().write(&a);
    Clip { codec: "x264", crf: Some(40.0), ..Clip::default() }.write(&b);
    (a.display().to_string(), b.display().to_string())
}

#[test]
fn help_says_what_a_newcomer_needs() {
    let output = doublet(&["--help"]);
    assert_eq!(output.status.code(), Some(0));
    let help = stdout(&output);
    for word in ["doublet demo", "source | down 2 bicubic | model compact-2x", "score", "shot", "render", "doctor"] {
        assert!(help.contains(word), "{word} is not in the help");
    }
}

#[test]
fn the_help_of_shot_lists_every_overlay() {
    let help = stdout(&doublet(&["shot", "--help"]));
    for overlay in doublet::metrics::overlays() {
        assert!(help.contains(&format!("  {} ", overlay.id())), "{} is not in the help", overlay.id());
    }
}

#[test]
fn wrong_usage_is_two() {
    sentence(&doublet(&["score"]), 2);
    sentence(&doublet(&["--nonsense"]), 2);
    sentence(&doublet(&["score", "a.mkv", "source | dwon 2 box"]), 2);
    let said = sentence(&doublet(&["score", "a.mkv", "b.mkv", "--metrics", "vamf"]), 2);
    assert!(said.contains("vamf") && said.contains("psnr_y"), "{said}");
    sentence(&doublet(&["score", "a.mkv", "b.mkv", "--format", "xml"]), 2);
    sentence(&doublet(&["score", "a.mkv", "b.mkv", "--frames", "9..3"]), 2);
    let said = sentence(&doublet(&["shot", "a.mkv", "b.mkv", "--view", "sideways", "-o", "x.png"]), 2);
    assert!(said.contains("split"), "{said}");
    let shot = |words: &[&str]| sentence(&doublet(&[&["shot", "a.mkv", "b.mkv", "-o", "x.png"], words].concat()), 2);
    let said = shot(&["--overlay", "eror"]);
    assert!(said.contains("eror") && said.contains("signed_error"), "{said}");
    let said = shot(&["--view", "map"]);
    assert!(said.contains("--overlay") && said.contains("signed_error"), "{said}");
    let said = shot(&["--view", "difference", "--overlay", "error"]);
    assert!(said.contains("map, split, side or flicker"), "{said}");
    shot(&["--overlay", "error", "--strength", "1.5"]);
    shot(&["--overlay", "error", "--limit", "0"]);
    shot(&["--strength", "0.5"]);
    sentence(&doublet(&["shot", "a.mkv", "b.mkv", "--size", "0x0", "-o", "x.png"]), 2);
}

#[test]
fn bad_files_are_one_and_a_sentence_that_names_them() {
    let dir = tempfile::tempdir().unwrap();
    let (a, _) = pair(dir.path());
    let text = dir.path().join("text.onnx");
    std::fs::write(&text, "this is no network").unwrap();
    let cut = dir.path().join("cut.mkv");
    let whole = std::fs::read(&a).unwrap();
    std::fs::write(&cut, &whole[..300]).unwrap();
    let model = format!("source | model {}", text.display());
    for candidate in
        ["missing.mkv", &model, "source | model no-such-model", text.to_str().unwrap(), cut.to_str().unwrap()]
    {
        let said = sentence(&doublet(&["score", &a, candidate]), 1);
        let name = candidate.rsplit(['/', ' ']).next().unwrap();
        assert!(said.contains(name), "{name} is not named: {said}");
        sentence(&doublet(&["shot", &a, candidate, "-o", dir.path().join("x.png").to_str().unwrap()]), 1);
    }
    assert!(!dir.path().join("x.png").exists());
}

#[test]
fn no_display_is_a_sentence() {
    let said = sentence(&doublet(&["a.mkv"]), 1);
    assert!(said.contains("no display"), "{said}");
}

#[test]
fn score_writes_the_promised_json() {
    let dir = tempfile::tempdir().unwrap();
    let (a, b) = pair(dir.path());
    let output = doublet(&["score", &a, &b, "source | unsharp 1", "--format", "json", "--frames", "2..5"]);
    assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
    let json: serde_json::Value = serde_json::from_str(&stdout(&output)).unwrap();
    assert_eq!(json["reference"]["path"], a.as_str());
    assert_eq!(json["reference"]["width"], 160);
    assert_eq!(json["reference"]["frames"], 12);
    assert_eq!(json["candidates"].as_array().unwrap().len(), 2);
    let first = &json["candidates"][0];
    assert_eq!(first["recipe"], b.as_str());
    assert!(first["provenance"].as_str().unwrap().contains("paired by time"));
    let frames = first["frames"].as_array().unwrap();
    assert_eq!(frames.iter().map(|f| f["frame"].as_u64().unwrap()).collect::<Vec<_>>(), [2, 3, 4]);
    assert!((frames[1]["time"].as_f64().unwrap() - 0.12).abs() < 1e-9);
    for id in ["psnr_y", "psnr_cb", "psnr_cr", "ssim_y"] {
        let mean = frames.iter().map(|f| f[id].as_f64().unwrap()).sum::<f64>() / 3.0;
        assert!((first["pooled"][id]["mean"].as_f64().unwrap() - mean).abs() < 1e-9, "{id}");
        for pooled in ["harmonic_mean", "min", "p5"] {
            assert!(first["pooled"][id][pooled].is_number(), "{id} {pooled}");
        }
    }
}

#[test]
fn score_writes_csv_and_table_to_files() {
    let dir = tempfile::tempdir().unwrap();
    let (a, b) = pair(dir.path());
    let out = dir.path().join("scores.csv");
    let output = doublet(&["score", &a, &b, "--metrics", "psnr_y", "--format", "csv", "-o", out.to_str().unwrap()]);
    assert_eq!(output.status.code(), Some(0));
    let csv = std::fs::read_to_string(&out).unwrap();
    assert_eq!(csv.lines().count(), 13, "a header and twelve frames");
    assert!(csv.lines().next().unwrap().contains("psnr_y") && !csv.contains("ssim_y"));
    let table = stdout(&doublet(&["score", &a, &a]));
    assert!(table.contains("identical"), "{table}");
}

#[test]
fn shot_writes_the_size_asked_for_and_both_sides_of_a_flicker() {
    let dir = tempfile::tempdir().unwrap();
    let (a, b) = pair(dir.path());
    let out = dir.path().join("shot.png");
    let out = out.to_str().unwrap();
    for view in ["split", "side", "difference"] {
        let output = doublet(&["shot", &a, &b, "--frame", "5", "--view", view, "--size", "640x400", "-o", out]);
        assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
        let picture = image::open(out).unwrap();
        assert_eq!((picture.width(), picture.height()), (640, 400), "{view}");
    }
    let output = doublet(&["shot", &a, &b, "--at", "0.2", "--view", "flicker", "-o", out]);
    let said = stdout(&output);
    let pictures: Vec<_> = said.lines().map(|l| image::open(l).unwrap().to_rgba8()).collect();
    assert_eq!(pictures.len(), 2, "one picture a side");
    assert_ne!(pictures[0], pictures[1]);
    sentence(&doublet(&["shot", &a, &b, "--frame", "12", "-o", out]), 1);
}

#[test]
fn render_writes_video_and_still() {
    let dir = tempfile::tempdir().unwrap();
    let (a, _) = pair(dir.path());
    let out = dir.path().join("half.mkv");
    let output = doublet(&["render", &a, "source | down 2 bicubic", "-o", out.to_str().unwrap()]);
    assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
    assert!(stdout(&output).contains("12 frames, 80x48 yuv420p"), "{}", stdout(&output));
    let png = dir.path().join("x.png");
    let said = sentence(&doublet(&["render", &a, "source", "-o", png.to_str().unwrap()]), 1);
    assert!(said.contains("12 frames"), "{said}");
    assert!(!png.exists());
}

#[test]
fn what_is_read_is_never_written_over() {
    let dir = tempfile::tempdir().unwrap();
    let (a, b) = pair(dir.path());
    let before = std::fs::read(&a).unwrap();
    let link = dir.path().join("link.mkv");
    #[cfg(unix)]
    std::os::unix::fs::symlink(&a, &link).unwrap();
    let roundabout = format!("{}/./ref.mkv", dir.path().display());
    for output in [a.as_str(), link.to_str().unwrap(), &roundabout] {
        for command in
            [vec!["render", &a, "source"], vec!["render", &b, &a], vec!["score", &a, &b], vec!["score", &b, &a]]
        {
            let said = sentence(&doublet(&[&command[..], &["-o", output]].concat()), 2);
            assert!(said.contains("choose another name"), "{said}");
        }
    }
    assert_eq!(std::fs::read(&a).unwrap(), before);
    let still = dir.path().join("still.png");
    image::RgbImage::new(32, 32).save(&still).unwrap();
    let (still, kept) = (still.to_str().unwrap().to_owned(), std::fs::read(&still).unwrap());
    sentence(&doublet(&["shot", &still, "source | unsharp 1", "-o", &still]), 2);
    sentence(&doublet(&["render", &still, "source | unsharp 1", "-o", &still]), 2);
    assert_eq!(std::fs::read(&still).unwrap(), kept);
}

#[test]
fn a_place_that_cannot_be_written_is_told_before_the_work() {
    let dir = tempfile::tempdir().unwrap();
    let (a, b) = pair(dir.path());
    let nowhere = dir.path().join("none/scores.json");
    // The candidate is missing too: were it opened first, it would be the one complained of.
    let said = sentence(&doublet(&["score", &a, "missing.mkv", "-o", nowhere.to_str().unwrap()]), 1);
    assert!(said.contains("scores.json"), "{said}");
    let said = sentence(&doublet(&["shot", &a, &b, "-o", dir.path().join("x.xyz").to_str().unwrap()]), 2);
    assert!(said.contains(".png"), "{said}");
    sentence(&doublet(&["shot", &a, &b, "-o", dir.path().to_str().unwrap()]), 2);
    assert_eq!(std::fs::read_dir(dir.path()).unwrap().count(), 2, "nothing is left behind");
}

#[test]
fn a_closed_pipe_is_no_fault() {
    for command in [&["--help"][..], &["stages"]] {
        let (reader, writer) = std::io::pipe().unwrap();
        drop(reader);
        let output = Command::new(env!("CARGO_BIN_EXE_doublet"))
            .args(command)
            .stdout(writer)
            .output()
            .expect("the program starts");
        assert_eq!(output.status.code(), Some(0), "{command:?}");
        assert!(output.stderr.is_empty(), "{command:?}: {}", String::from_utf8_lossy(&output.stderr));
    }
}

#[test]
fn usage_sentences_have_no_remains_of_lists() {
    let said = sentence(&doublet(&["score", "a.mkv", "b.mkv", "-o", ""]), 2);
    assert!(!said.contains("For more information"), "{said}");
    let said = sentence(&doublet(&["score", "-dash.mkv", "b.mkv"]), 2);
    assert!(said.contains("; to pass") && !said.contains("tip:"), "{said}");
}

#[test]
fn a_still_renders_to_png_at_its_stage_s_size() {
    let dir = tempfile::tempdir().unwrap();
    let (from, out) = (dir.path().join("a.png"), dir.path().join("b.png"));
    image::RgbImage::from_fn(64, 48, |x, y| image::Rgb([(4 * x) as u8, (5 * y) as u8, 90])).save(&from).unwrap();
    let (from, out) = (from.to_str().unwrap(), out.to_str().unwrap());
    let copy = doublet(&["render", from, "source", "-o", out]);
    assert_eq!(copy.status.code(), Some(0), "{}", String::from_utf8_lossy(&copy.stderr));
    assert_eq!(image::open(from).unwrap().to_rgb8(), image::open(out).unwrap().to_rgb8());
    let small = doublet(&["render", from, "source | down 2 box", "-o", out]);
    assert_eq!(small.status.code(), Some(0), "{}", String::from_utf8_lossy(&small.stderr));
    assert_eq!(image::image_dimensions(out).unwrap(), (32, 24));
    let odd = doublet(&["render", from, "source | unsharp 1", "-o", out]);
    assert_eq!(odd.status.code(), Some(0), "{}", String::from_utf8_lossy(&odd.stderr));
}

#[test]
fn stages_models_and_doctor_answer() {
    let stages = stdout(&doublet(&["stages"]));
    assert!(["down", "up", "model", "unsharp", "contrast"].iter().all(|s| stages.contains(s)), "{stages}");
    assert!(stages.contains("mpeg2    q=4 (1 to 31)") && stages.contains("x264     crf=23 (0 to 51), preset=medium"));
    assert!(stages.contains("source | down 2 bicubic | encode x264 crf=28 | model NAME"), "{stages}");
    let doctor = doublet(&["doctor"]);
    assert_eq!(doctor.status.code(), Some(0));
    assert!(stdout(&doctor).contains("FFmpeg"), "{}", stdout(&doctor));
}

#[test]
fn every_clip_of_the_fixtures_scores_as_identical_to_itself() {
    let Some(dir) = testdata() else { return };
    for entry in
        std::fs::read_dir(dir.join("clips")).unwrap().chain(std::fs::read_dir(dir.join("clips/images")).unwrap())
    {
        let path = entry.unwrap().path();
        if !path.is_file() {
            continue;
        }
        let path = path.to_str().unwrap();
        let output = doublet(&["score", path, path, "--metrics", "psnr_y", "--frames", "0..1", "--format", "json"]);
        assert_eq!(output.status.code(), Some(0), "{path}: {}", String::from_utf8_lossy(&output.stderr));
        let json: serde_json::Value = serde_json::from_str(&stdout(&output)).unwrap();
        assert_eq!(json["candidates"][0]["pooled"]["psnr_y"]["identical_frames"], 1, "{path}");
    }
}

#[test]
fn an_attack_is_searched_and_its_line_is_a_candidate() {
    let dir = tempfile::tempdir().unwrap();
    let (a, b) = pair(dir.path());
    let found = doublet(&["attack", &a, &b, "--samples", "1", "--psnr-loss", "0.5", "--format", "json"]);
    assert_eq!(found.status.code(), Some(0), "{}", String::from_utf8_lossy(&found.stderr));
    let found: serde_json::Value = serde_json::from_str(&stdout(&found)).unwrap();
    let of = |side: &str, id: &str| found[side][id].as_f64().unwrap();
    assert!(of("with", "vmaf_raw") > of("without", "vmaf_raw"), "{found}");
    assert!(of("without", "psnr_y") - of("with", "psnr_y") <= 0.5, "{found}");
    let line = found["recipe"].as_str().unwrap();
    assert!(line.starts_with(&format!("{b} | ")), "{line}");
    let outside = sentence(&doublet(&["attack", &a, &b, "--range", "0..99"]), 2);
    assert!(outside.contains("0..12"), "{outside}");
    let no_encode = sentence(&doublet(&["attack", &a, &b, "--before"]), 1);
    assert!(no_encode.contains("no encode"), "{no_encode}");
}

#[test]
fn a_shot_fades_what_was_invented_and_says_where_nothing_was() {
    let dir = tempfile::tempdir().unwrap();
    let (a, b) = pair(dir.path());
    let made = "source | down 2 bicubic | up 2 bicubic | unsharp 3";
    let shot = |candidate: &str, name: &str, more: &[&str]| {
        let path = dir.path().join(name).display().to_string();
        let output = doublet(&[&["shot", &a, candidate, "--frame", "2", "-o", &path], more].concat());
        (output, std::fs::read(&path).ok())
    };
    let (_, plain) = shot(made, "plain.png", &[]);
    let (_, whole) = shot(made, "whole.png", &["--invented", "1"]);
    let (_, less) = shot(made, "less.png", &["--invented", "0.4"]);
    assert!(plain.is_some() && plain == whole, "all of it is the picture itself");
    assert!(less.is_some() && less != whole);
    let (output, none) = shot(&b, "none.png", &["--invented", "0"]);
    assert!(sentence(&output, 1).contains("nothing was enlarged") && none.is_none());
    assert!(sentence(&shot(made, "x.png", &["--invented", "2"]).0, 2).contains("0 to 1"));
}

#[test]
fn what_was_invented_is_scored_frame_by_frame_like_any_metric() {
    let dir = tempfile::tempdir().unwrap();
    let (a, _) = pair(dir.path());
    let ids = "contradicted,added_energy,edges_invented,edges_lost,bent_length,shimmer_index";
    let sharp = "source | down 2 box | up 2 box | unsharp 3";
    let output = doublet(&[
        "score",
        &a,
        sharp,
        "source",
        "--metrics",
        ids,
        "--frames",
        "1..5",
        "--format",
        "json",
        "--no-cache",
    ]);
    let report: serde_json::Value = serde_json::from_str(&stdout(&output)).unwrap();
    let (made, own) = (&report["candidates"][0], &report["candidates"][1]);
    for id in ids.split(',') {
        let frames = made["frames"].as_array().unwrap();
        assert_eq!(frames.len(), 4);
        assert!(frames[1..].iter().all(|frame| frame[id].is_f64()), "{id}: {frames:?}");
        assert!(made["pooled"][id]["mean"].is_f64(), "{id}");
    }
    assert!(made["pooled"]["added_energy"]["mean"].as_f64().unwrap() > 1.0);
    assert!(
        made["frames"][0]["reasons"]["shimmer_index"].as_str().unwrap().contains("one before it"),
        "the range begins there"
    );
    assert!(own["frames"][2]["contradicted"].is_null() && own["frames"][2]["bent_length"] == 0.0);
    assert!(own["frames"][2]["reasons"]["contradicted"].as_str().unwrap().contains("was not enlarged"));
    let csv =
        stdout(&doublet(&["score", &a, sharp, "--metrics", ids, "--frames", "1..3", "--format", "csv", "--no-cache"]));
    assert!(ids.split(',').all(|id| csv.lines().next().unwrap().contains(id)), "{csv}");
    let part =
        ["score", &a, sharp, "--metrics", "contradicted", "--region", "64x64+0+0", "--format", "json", "--no-cache"];
    let part: serde_json::Value = serde_json::from_str(&stdout(&doublet(&part))).unwrap();
    let why = part["candidates"][0]["frames"][0]["reasons"]["contradicted"].as_str().unwrap();
    assert!(why.contains("whole picture"), "{why}");
}
