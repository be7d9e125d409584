//! Tournaments as files, and on the command line.

use std::path::Path;
use std::process::{Command as Process, Output, Stdio};
use std::time::Duration;

use doublet::engine::{Command, Engine, Plan, Settings};
use doublet::report::{TournamentFormat, TournamentReport};

use super::support::Clip;

const RESIZED: &str = "source | down 2 bicubic | up 2 lanczos";

fn clip(dir: &Path, clip: Clip) -> String {
    let path = dir.join("ref.mkv");
    clip.write(&path);
    path.display().to_string()
}

fn report(lines: &[&str]) -> TournamentReport {
    let dir = tempfile::tempdir().unwrap();
    let reference = clip(dir.path(), Clip::default());
    let mut engine = Engine::new(Settings { scan: false, ..Settings::default() }, || {});
    engine.send(Command::Open { reference, candidates: Vec::new() });
    engine.run_until_idle();
    let lines = lines.iter().map(ToString::to_string).collect();
    engine.send(Command::Tournament(Plan { frames: 2..6, lines, picture: 3 }));
    engine.run_until_idle();
    engine.state().tournament.as_ref().unwrap().report()
}

/// Names, lines and sentences that would be more than text if they were let.
const HOSTILE: [&str; 5] = [
    "<script>alert(1)</script>&\"' = source | unsharp 1",
    "=HYPERLINK(\"http://x\",\"y\") = source | unsharp 1",
    "a, \"b\" = source | down 2 bicubic | up 2 lanczos",
    "</div><img src=x onerror=alert(1)>.mkv",
    "\u{202e}gnp.elif\u{7} = source",
];

#[test]
fn a_page_shows_hostile_names_and_obeys_none() {
    let report = report(&HOSTILE);
    let page = report.render(TournamentFormat::Html).unwrap();
    for markup in ["<script", "<img src=x", "onerror=alert(1)>", "\u{202e}", "\u{7}", "http:", "https:", "url("] {
        let shown = page.replace("http://x", "");
        assert!(!shown.contains(markup), "{markup:?} is in the page");
    }
    assert!(page.contains("&lt;script&gt;alert(1)&lt;/script&gt;&amp;&quot;&#39;"));
    assert!(page.contains("default-src 'none'"));
    for tag in ["div", "span", "p", "b", "code", "figure", "footer", "label", "style", "title", "h1"] {
        let (opened, closed) = (page.matches(&format!("<{tag}>")).count(), page.matches(&format!("</{tag}>")).count());
        let with_words = page.matches(&format!("<{tag} ")).count();
        assert_eq!(opened + with_words, closed, "{tag}");
    }
    assert_eq!(page.matches("role=\"rowheader\"").count(), HOSTILE.len());
}

#[test]
fn a_page_holds_the_pictures_of_the_rows_and_their_ranks() {
    let report = report(&[RESIZED, "source | unsharp 3", "missing.mkv", "source"]);
    let page = report.render(TournamentFormat::Html).unwrap();
    let pictures: Vec<&str> = page.split("src=\"").skip(1).map(|rest| rest.split('"').next().unwrap()).collect();
    assert_eq!(pictures.len(), 2 * 4, "a whole and a part for three rows and the reference");
    let sizes: Vec<_> = pictures.iter().map(|uri| size(uri)).collect();
    assert!(sizes.iter().step_by(2).all(|s| *s == (160, 96)), "{sizes:?}");
    assert_eq!(pictures[4..6], pictures[6..8], "the source's row has the reference's pictures");
    assert_ne!(pictures[0..2], pictures[4..6]);
    // By PSNR the source itself is first, then what differs less; the row that failed is last.
    let place = page.find("PSNR-Y").map(|at| page[..at].matches("<label for=\"by").count()).unwrap() - 2;
    let rank = |row: usize| {
        let style = page.split("style=\"").nth(row + 1).unwrap().split('"').next().unwrap();
        let key = format!("--r{place}:");
        style.split(';').find_map(|rule| rule.strip_prefix(&key)?.parse::<usize>().ok()).unwrap()
    };
    assert_eq!((rank(3), rank(2)), (0, 3));
    let psnr = |row: usize| report.rows[row].scores.get("psnr_y").unwrap().mean;
    assert_eq!(rank(0) < rank(1), psnr(0) > psnr(1));
}

/// Width and height of a data URI's picture.
fn size(uri: &str) -> (u32, u32) {
    const DIGITS: &str = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let coded = uri.split("base64,").nth(1).unwrap();
    let (mut bits, mut count, mut bytes) = (0_u32, 0, Vec::new());
    for digit in coded.chars().filter(|c| *c != '=') {
        bits = bits << 6 | DIGITS.find(digit).unwrap() as u32;
        count += 6;
        if count >= 8 {
            count -= 8;
            bytes.push((bits >> count) as u8);
        }
    }
    let picture = image::load_from_memory(&bytes).unwrap();
    (picture.width(), picture.height())
}

/// Fields of a CSV text by RFC 4180, read apart from the writer.
fn fields(text: &str) -> Vec<Vec<String>> {
    let (mut rows, mut row, mut field, mut quoted) = (Vec::new(), Vec::new(), String::new(), false);
    let mut rest = text.chars().peekable();
    while let Some(c) = rest.next() {
        match c {
            '"' if quoted && rest.peek() == Some(&'"') => field.push(rest.next().unwrap()),
            '"' => quoted = !quoted,
            ',' if !quoted => row.push(std::mem::take(&mut field)),
            '\r' if !quoted => {}
            '\n' if !quoted => {
                row.push(std::mem::take(&mut field));
                rows.push(std::mem::take(&mut row));
            }
            c => field.push(c),
        }
    }
    rows
}

#[test]
fn csv_keeps_every_field_and_starts_no_formula() {
    let report = report(&HOSTILE);
    let rows = fields(&report.render(TournamentFormat::Csv).unwrap());
    assert_eq!(rows.len(), 1 + HOSTILE.len());
    assert!(rows.iter().all(|row| row.len() == rows[0].len()), "{rows:?}");
    let column = |name: &str| rows[0].iter().position(|head| head == name).unwrap();
    for (row, (fields, line)) in report.rows.iter().zip(rows[1..].iter().zip(HOSTILE)) {
        assert_eq!(fields[column("line")].trim_start_matches('\''), line);
        assert!(fields.iter().all(|field| !field.starts_with(['=', '@', '+'])), "{fields:?}");
        let mean = row.scores.get("psnr_y").map(|p| p.mean.to_string()).unwrap_or_default();
        assert_eq!(fields[column("psnr_y")], mean);
        assert_eq!(fields[column("provenance")], row.provenance);
    }
    assert_eq!(rows[2][0], "'=HYPERLINK(\"http://x\",\"y\")");
    assert_eq!(rows[4][column("status")], "failed");
    assert!(rows[4][column("note")].contains("onerror"));
    assert_eq!(rows[4][column("seconds_per_frame")], "", "what is not known is no zero");
}

fn doublet(arguments: &[&str]) -> Output {
    Process::new(env!("CARGO_BIN_EXE_doublet")).arg("tournament").args(arguments).output().expect("the program starts")
}

fn said(output: &Output, code: i32) -> String {
    let text = String::from_utf8(output.stderr.clone()).unwrap();
    assert_eq!(output.status.code(), Some(code), "{text}");
    assert!(!text.contains("panicked"), "{text}");
    text
}

#[test]
fn the_command_line_runs_a_tournament() {
    let dir = tempfile::tempdir().unwrap();
    let reference = clip(dir.path(), Clip { width: 320, height: 240, frames: 30, ..Clip::default() });
    let output = doublet(&[&reference, RESIZED, "big = source | up 4 lanczos", "--hardest", "0.4", "--format", "json"]);
    said(&output, 0);
    let json: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(json["reference"]["frames"], 30);
    let frames: Vec<u64> = json["frames"].as_array().unwrap().iter().map(|n| n.as_u64().unwrap()).collect();
    assert_eq!(frames[1] - frames[0], 10);
    let rows = json["rows"].as_array().unwrap();
    assert_eq!(rows.len(), 2);
    for row in rows {
        assert_eq!(row["status"], "done");
        assert_eq!(row["scores"]["psnr_y"]["count"], 10);
        let (one, film) = (row["seconds_per_frame"].as_f64().unwrap(), row["film_seconds"].as_f64().unwrap());
        assert!((film - 30.0 * one).abs() < 1e-9);
    }
    assert_eq!((&rows[1]["label"], &rows[1]["against_input"]), (&"big".into(), &true.into()));
    if cfg!(target_os = "linux") {
        // A picture of 1280x960 in three floats is 14 MiB; nothing like a hundred of them is kept.
        let bytes = rows[1]["memory_bytes"].as_u64().unwrap();
        assert!((14 << 20..1 << 30).contains(&bytes), "{bytes}");
    }

    let page = dir.path().join("table.html");
    let output = doublet(&[&reference, RESIZED, "--at", "0.6", "--seconds", "0.4", "-o", page.to_str().unwrap()]);
    said(&output, 0);
    let page = std::fs::read_to_string(&page).unwrap();
    assert!(page.starts_with("<!doctype html>") && page.contains("frames 10 to 19 of 30"));
    let table = String::from_utf8(doublet(&[&reference, "source", "--range", "3..5"]).stdout).unwrap();
    assert!(table.contains("frames 3 to 4 of 30") && table.contains("identical"), "{table}");
}

#[test]
fn what_cannot_be_run_is_a_sentence() {
    let dir = tempfile::tempdir().unwrap();
    let reference = clip(dir.path(), Clip::default());
    assert!(said(&doublet(&[&reference, "source", "--exam", "hard"]), 2).contains("clean"));
    said(&doublet(&[&reference, "source | dwon 2 box"]), 2);
    said(&doublet(&[&reference, "source", "--range", "3..5", "--hardest", "2"]), 2);
    said(&doublet(&[&reference, "source", "--seconds", "2"]), 2);
    said(&doublet(&[&reference, "source", "--hardest", "0"]), 2);
    assert!(said(&doublet(&[&reference, "source", "--format", "xml"]), 2).contains("html"));
    assert!(said(&doublet(&[&reference, "source", "--range", "3..50"]), 1).contains("0..12"));
    assert!(said(&doublet(&[&reference, "source", "--at", "9"]), 1).contains("lasts"));
    assert!(said(&doublet(&["missing.mkv", "source"]), 1).contains("missing.mkv"));
    assert!(said(&doublet(&[&reference, "source", "-o", &reference]), 2).contains("choose another name"));
    let output = doublet(&[&reference, "missing.mkv"]);
    assert!(said(&output, 1).contains("none of the lines"));
    assert!(String::from_utf8(output.stdout).unwrap().contains("failed"), "the table is written all the same");
}

#[cfg(unix)]
#[test]
fn an_interrupted_tournament_writes_what_is_done() {
    let dir = tempfile::tempdir().unwrap();
    let reference = clip(dir.path(), Clip { frames: 400, ..Clip::default() });
    let out = dir.path().join("rows.json");
    let slow = "source | up 8 lanczos | down 8 lanczos";
    let child = Process::new(env!("CARGO_BIN_EXE_doublet"))
        .args(["tournament", &reference, slow, slow, "--range", "0..400", "-o", out.to_str().unwrap()])
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    std::thread::sleep(Duration::from_secs(2));
    assert!(Process::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap().success());
    let output = child.wait_with_output().unwrap();
    assert!(said(&output, 1).contains("what was done until then is written"));
    let json: serde_json::Value = serde_json::from_str(&std::fs::read_to_string(&out).unwrap()).unwrap();
    assert_eq!(json["rows"].as_array().unwrap().len(), 2);
    assert!(json["rows"].as_array().unwrap().iter().all(|row| row["status"] == "cancelled"), "{json}");
}
