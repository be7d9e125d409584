//! `doublet verdict` as others call it: its JSON, its text, its sentences.

use std::path::Path;
use std::process::{Command, Output};

use serde_json::Value;

use super::support::Clip;

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

fn clip(dir: &Path) -> String {
    let path = dir.join("ref.mkv");
    Clip { frames: 6, ..Clip::default() }.write(&path);
    path.display().to_string()
}

/// Standard output of a call that worked.
fn said(arguments: &[&str]) -> String {
    let output = doublet(arguments);
    assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

fn keys(value: &Value) -> Vec<&str> {
    value.as_object().unwrap().keys().map(String::as_str).collect()
}

#[test]
fn json_has_the_shape_that_was_promised() {
    let dir = tempfile::tempdir().unwrap();
    let path = clip(dir.path());
    let text = said(&["verdict", &path, "source", "source | contrast 1.2", "--format", "json"]);
    let found: Value = serde_json::from_str(&text).unwrap();
    let candidates = found["candidates"].as_array().unwrap();
    assert_eq!(candidates.len(), 2);
    for one in candidates {
        for key in ["recipe", "verdict", "transform", "evidence", "score"] {
            assert!(keys(one).contains(&key), "{key} of {:?}", keys(one));
        }
        let lines = one["evidence"].as_array().unwrap();
        let ids: Vec<&str> = lines.iter().map(|line| line["id"].as_str().unwrap()).collect();
        assert_eq!(ids, ["E1", "E2", "E3", "E4", "E5", "E6", "E7"]);
        for line in lines {
            assert_eq!(keys(line)[..6], ["id", "value", "amber", "red", "level", "frame"]);
            assert!(["none", "amber", "red"].contains(&line["level"].as_str().unwrap()));
            assert!(line["amber"].is_f64() && line["meaning"].is_string());
            // What cannot be told is null and says why.
            assert!(line["value"].is_f64() || line["value"].is_null() && line["note"].is_string(), "{line}");
        }
        for key in ["vmaf", "vmaf_neg", "vmaf_explained"] {
            assert!(keys(&one["score"]).contains(&key), "{key} of {:?}", keys(&one["score"]));
        }
        assert_eq!(one["frames"], 6);
    }
    let (plain, worked_on) = (&candidates[0], &candidates[1]);
    assert_eq!((&plain["verdict"], &plain["transform"]), (&Value::from("no_sign_found"), &Value::Null));
    assert!(plain["undo"].is_null() && plain["score"]["vmaf_explained"].is_null());
    assert_eq!((&worked_on["verdict"], &worked_on["transform"]), (&Value::from("inflated"), &Value::from("contrast")));
    // VMAF itself is clipped at 100; the points are those of the score that is not.
    let score = |key: &str| worked_on["score"][key].as_f64().unwrap();
    assert!(score("vmaf") <= 100.0 && score("vmaf_raw") > score("vmaf"), "{}", worked_on["score"]);
    assert!((score("vmaf_explained") - (score("vmaf_raw") - score("vmaf_undone_raw"))).abs() < 1e-9);
    assert!(score("vmaf_explained") > score("vmaf") - score("vmaf_undone"), "{}", worked_on["score"]);
    assert!(worked_on["undo"].as_str().unwrap().contains("| undo"), "{}", worked_on["undo"]);
    // Two candidates: which metric prefers which, and over which frames they argue.
    let comparison = &found["comparison"];
    assert_eq!(comparison["ranks"].as_array().unwrap().len(), 4);
    assert!(comparison["agreement"].as_array().unwrap().iter().all(|pair| pair["tau"].is_f64()));
    assert!(comparison["arguments"].as_array().unwrap().iter().all(|argument| argument["frame"].is_u64()));
}

#[test]
fn text_says_what_was_found_how_sure_and_what_it_is_no_proof_of() {
    let dir = tempfile::tempdir().unwrap();
    let path = clip(dir.path());
    let text = said(&["verdict", &path, "source | contrast 1.2", "source | down 2 bicubic | up 2 bicubic"]);
    for words in
        ["INFLATED (contrast)", "NO SIGN FOUND", "E4 RED", "red above", "see frame", "unclipped points are cosmetic"]
    {
        assert!(text.contains(words), "{words}: {text}");
    }
    assert!(text.contains("to tau = ") && text.contains("Frame "), "{text}");
    assert!(text.trim_end().ends_with("is not proof: what leaves none of these traces is not seen."), "{text}");
    for word in ["genuine", "authentic"] {
        assert!(!text.to_lowercase().contains(word), "{word}: {text}");
    }
    let plain = said(&["verdict", &path, "source | contrast 1.2", "--plain", "--frames", "1..4"]);
    assert!(plain.contains("over 3 frames") && !plain.contains("cosmetic"), "{plain}");
}

#[test]
fn a_file_is_written_whole_or_not_at_all() {
    let dir = tempfile::tempdir().unwrap();
    let (path, out) = (clip(dir.path()), dir.path().join("verdict.json"));
    let to = out.display().to_string();
    assert_eq!(said(&["verdict", &path, "source", "--format", "json", "-o", &to]), "");
    let found: Value = serde_json::from_str(&std::fs::read_to_string(&out).unwrap()).unwrap();
    assert_eq!(found["candidates"][0]["verdict"], "no_sign_found");
    // Over the reference itself nothing is written.
    let before = std::fs::read(&path).unwrap();
    assert_ne!(doublet(&["verdict", &path, "source", "-o", &path]).status.code(), Some(0));
    assert_eq!(std::fs::read(&path).unwrap(), before);
}

#[test]
fn what_cannot_be_judged_is_one_sentence() {
    let dir = tempfile::tempdir().unwrap();
    let path = clip(dir.path());
    let fails = |arguments: &[&str], code: i32| {
        let output = doublet(&[&["verdict"], arguments].concat());
        let text = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(code), "{arguments:?}: {text}");
        assert!(text.starts_with("doublet: ") && text.trim_end().lines().count() == 1, "{text}");
        assert!(!text.contains("panicked"), "{text}");
    };
    fails(&[&path], 2);
    fails(&[&path, "source", "--format", "xml"], 2);
    fails(&[&path, "source", "--frames", "5..2"], 2);
    fails(&[&path, "source | sharpne 2"], 2);
    fails(&["nowhere.mkv", "source"], 1);
    fails(&[&path, "source", "--frames", "90..95"], 1);
    let small = dir.path().join("small.mkv");
    Clip { width: 24, height: 24, frames: 2, ..Clip::default() }.write(&small);
    fails(&[&small.display().to_string(), "source"], 1);
}
