//! Reports: their exact text, and that nothing gets lost on the way.

use std::fs;
use std::io::Write;

use doublet::metrics::{MetricError, Value};
use doublet::report::{
    AtomicFile, CandidateScores, Format, FrameScores, Missing, ReferenceInfo, ScoreReport, quote, write_atomic,
};

fn value(value: f64) -> Result<Value, MetricError> {
    Ok(Value { value, identical: false })
}

/// Three measured frames of one candidate, the last identical, and one frame without a partner.
fn report() -> ScoreReport {
    let mut frames = Vec::new();
    for (n, psnr, ssim) in [(0, 40.0, 0.9), (1, 30.5, 0.1 + 0.2), (2, 60.0, 1.0)] {
        let mut frame = FrameScores::new(n, n as f64 * 0.04);
        let identical = n == 2;
        frame.set("psnr_y", &Ok(Value { value: psnr, identical }));
        frame.set("ssim_y", &Ok(Value { value: ssim, identical }));
        frames.push(frame);
    }
    let missing = vec![Missing { frame: 3, time: 0.12, reason: "the candidate ends at 0.12 s".into() }];
    ScoreReport {
        reference: ReferenceInfo { path: "ref.mkv".into(), width: 768, height: 432, frames: 4 },
        candidates: vec![CandidateScores::new("a, \"b\".mkv", "paired by time", frames, missing)],
    }
}

#[test]
fn json_has_the_documented_shape() {
    let json: serde_json::Value = serde_json::from_str(&report().render(Format::Json).unwrap()).unwrap();
    assert_eq!(json["reference"], serde_json::json!({"path": "ref.mkv", "width": 768, "height": 432, "frames": 4}));
    let candidate = &json["candidates"][0];
    let keys: Vec<&str> = candidate.as_object().unwrap().keys().map(String::as_str).collect();
    assert_eq!(keys, ["recipe", "provenance", "pooled", "frames", "missing"]);
    assert_eq!(candidate["recipe"], "a, \"b\".mkv");
    let pooled = &candidate["pooled"]["psnr_y"];
    assert_eq!(pooled["mean"], 43.5);
    assert_eq!(pooled["min"], 30.5);
    assert_eq!(pooled["p50"], 40.0);
    // Ranks 0..2: p5 lies a tenth of the way from 30.5 to 40.
    assert!((pooled["p5"].as_f64().unwrap() - 31.45).abs() < 1e-12);
    let harmonic = 3.0 / (1.0 / 41.0 + 1.0 / 31.5 + 1.0 / 61.0) - 1.0;
    assert!((pooled["harmonic_mean"].as_f64().unwrap() - harmonic).abs() < 1e-12);
    assert_eq!(pooled["identical_frames"], 1);
    assert_eq!(candidate["frames"][0], serde_json::json!({"frame": 0, "time": 0.0, "psnr_y": 40.0, "ssim_y": 0.9}));
    assert_eq!(candidate["frames"][2]["identical"], serde_json::json!(["psnr_y", "ssim_y"]));
    assert_eq!(
        candidate["missing"],
        serde_json::json!([{"frame": 3, "time": 0.12, "reason": "the candidate ends at 0.12 s"}])
    );
}

#[test]
fn a_report_without_peculiarities_has_no_more_keys_than_documented() {
    let mut frame = FrameScores::new(7, 0.25);
    frame.set("psnr_y", &value(41.5));
    let candidate = CandidateScores::new("x.mkv", "", vec![frame], Vec::new());
    let json = serde_json::to_string(&candidate).unwrap();
    assert_eq!(
        json,
        "{\"recipe\":\"x.mkv\",\"provenance\":\"\",\"pooled\":{\"psnr_y\":{\"mean\":41.5,\"harmonic_mean\":41.5,\
         \"min\":41.5,\"max\":41.5,\"sd\":0.0,\"p1\":41.5,\"p5\":41.5,\"p10\":41.5,\"p50\":41.5,\"worst_second\":41.5,\
         \"count\":1}},\
         \"frames\":[{\"frame\":7,\"time\":0.25,\"psnr_y\":41.5}]}"
    );
}

#[test]
fn json_reads_back_to_the_last_bit() {
    let mut all = report();
    // Values that a careless writer rounds, and a row with a refusal.
    for (n, v) in [0.1 + 0.2, 1.0 / 3.0, 41.123_456_789_012_345, 5e-324, 1e300].into_iter().enumerate() {
        let mut frame = FrameScores::new(n, v);
        frame.set("psnr_y", &value(v));
        frame.set("psnr_cb", &Err(MetricError::NoChroma { metric: "psnr_cb" }));
        all.candidates.push(CandidateScores::new(format!("c{n}"), "π", vec![frame], Vec::new()));
    }
    assert_eq!(ScoreReport::from_json(&all.render(Format::Json).unwrap()).unwrap(), all);
    assert!(ScoreReport::from_json("{\"reference\": 3}").unwrap_err().to_string().contains("line 1"));
}

#[test]
fn what_is_no_number_becomes_null_with_a_reason() {
    let mut frame = FrameScores::new(0, 0.0);
    frame.set("psnr_y", &value(f64::NAN));
    frame.set("psnr_cb", &Err(MetricError::NoChroma { metric: "psnr_cb" }));
    frame.set("ssim_y", &value(f64::INFINITY));
    let candidate = CandidateScores::new("x", "", vec![frame], Vec::new());
    assert!(candidate.pooled.is_empty(), "nothing finite, nothing pooled");
    let json = serde_json::to_value(&candidate).unwrap();
    for id in ["psnr_y", "psnr_cb", "ssim_y"] {
        assert!(json["frames"][0][id].is_null());
        assert!(json["frames"][0]["reasons"][id].as_str().unwrap().contains(id));
    }
    let text = serde_json::to_string(&candidate).unwrap();
    assert!(!text.contains("NaN") || text.contains("which is no number"), "{text}");
}

#[test]
fn frames_are_put_in_order_and_pooled_once() {
    let frames = [5, 1, 3].map(|n| {
        let mut frame = FrameScores::new(n, n as f64);
        frame.set("ssim_y", &value(n as f64 / 10.0));
        frame.set("ssim_y", &value(n as f64 / 10.0));
        frame
    });
    let candidate = CandidateScores::new("x", "", frames.to_vec(), Vec::new());
    assert_eq!(candidate.frames.iter().map(|f| f.frame).collect::<Vec<_>>(), [1, 3, 5]);
    assert_eq!(candidate.pooled.get("ssim_y").unwrap().count, 3);
    assert_eq!(candidate.ids(), ["ssim_y"]);
}

#[test]
fn csv_to_the_letter() {
    let name = "\"a, \"\"b\"\".mkv\"";
    let expected = format!(
        "candidate,frame,time,psnr_y,ssim_y,identical,note,provenance\r\n\
         {name},0,0,40,0.9,,,paired by time\r\n\
         {name},1,0.04,30.5,0.30000000000000004,,,paired by time\r\n\
         {name},2,0.08,60,1,psnr_y ssim_y,,paired by time\r\n\
         {name},3,0.12,,,,the candidate ends at 0.12 s,paired by time\r\n"
    );
    assert_eq!(report().render(Format::Csv).unwrap(), expected);
}

#[test]
fn csv_quotes_what_needs_it() {
    for (plain, quoted) in [
        ("plain words", "plain words"),
        ("", ""),
        ("a,b", "\"a,b\""),
        ("say \"hi\"", "\"say \"\"hi\"\"\""),
        ("two\nlines", "\"two\nlines\""),
        ("cr\rhere", "\"cr\rhere\""),
        (" edge", "\" edge\""),
        ("source | down 2 bicubic", "source | down 2 bicubic"),
        ("größe.mkv", "größe.mkv"),
    ] {
        assert_eq!(quote(plain), quoted);
    }
}

#[test]
fn table_to_the_letter() {
    let mut all = report();
    let mut same = FrameScores::new(0, 0.0);
    same.set("psnr_y", &Ok(Value { value: 60.0, identical: true }));
    same.set("psnr_cb", &Err(MetricError::NoChroma { metric: "psnr_cb" }));
    all.candidates.push(CandidateScores::new("source", "", vec![same], Vec::new()));
    all.candidates.push(CandidateScores::new("evil\u{1b}[2J.mkv", "", Vec::new(), Vec::new()));
    let expected = "\
reference  ref.mkv  768x432, 4 frames

candidate          metric                 mean   harmonic  worst second        min         p5        p50        max  frames
a, \"b\".mkv         psnr_y (dB)           43.50      40.36         43.50      30.50      31.45      40.00      60.00       3
                   ssim_y               0.7333     0.6708        0.7333     0.3000     0.3600     0.9000     1.0000       3
source             psnr_y (dB)       identical  identical     identical  identical  identical  identical  identical       1
                   psnr_cb (dB)              -          -             -          -          -          -          -       -
evil\\u{1b}[2J.mkv  nothing measured

a, \"b\".mkv
  paired by time
  psnr_y: 1 of 3 frames are identical, counted as 60.00 dB
  ssim_y: 1 of 3 frames are identical, counted as 1.0000
  1 frame without a partner, the first is frame 3: the candidate ends at 0.12 s

source
  psnr_cb reads a chroma plane, and this picture is grey: it has luma only
";
    let found = all.render(Format::Table).unwrap();
    assert_eq!(found, expected, "\n{found}");
}

#[test]
fn formats_have_names() {
    for format in Format::ALL {
        assert_eq!(format.name().parse::<Format>().unwrap(), format);
    }
    assert!("xml".parse::<Format>().unwrap_err().to_string().contains("json, csv or table"));
}

fn names(dir: &std::path::Path) -> Vec<String> {
    let mut names: Vec<String> =
        fs::read_dir(dir).unwrap().map(|e| e.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

#[test]
fn files_appear_whole_or_not_at_all() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("scores.json");
    write_atomic(&path, b"one").unwrap();
    write_atomic(&path, b"two").unwrap();
    assert_eq!(fs::read(&path).unwrap(), b"two");

    let mut half = AtomicFile::create(&path).unwrap();
    half.write_all(&[7; 100_000]).unwrap();
    assert_eq!(fs::read(&path).unwrap(), b"two", "still the old one while the new one is being written");
    assert_eq!(names(dir.path()).len(), 2);
    drop(half);
    assert_eq!(names(dir.path()), ["scores.json"], "nothing is left of an abandoned file");
    assert_eq!(fs::read(&path).unwrap(), b"two");
}

#[test]
fn a_place_that_cannot_be_written_is_told_in_a_sentence() {
    let dir = tempfile::tempdir().unwrap();
    let nowhere = dir.path().join("no/such/folder/x.json");
    let error = write_atomic(&nowhere, b"x").unwrap_err().to_string();
    assert!(error.starts_with("cannot write ") && error.contains("x.json"), "{error}");
    assert!(write_atomic(dir.path(), b"x").unwrap_err().to_string().contains("folder"));
    assert!(names(dir.path()).is_empty());
}

#[cfg(unix)]
#[test]
fn devices_are_written_and_links_are_followed() {
    write_atomic(std::path::Path::new("/dev/null"), b"x").unwrap();
    let dir = tempfile::tempdir().unwrap();
    let (real, link) = (dir.path().join("real.csv"), dir.path().join("link.csv"));
    fs::write(&real, "old").unwrap();
    std::os::unix::fs::symlink(&real, &link).unwrap();
    write_atomic(&link, b"new").unwrap();
    assert_eq!(fs::read(&real).unwrap(), b"new");
    assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
}
