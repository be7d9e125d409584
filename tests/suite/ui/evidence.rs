//! The evidence: verdicts as cards, lines that lead to what they speak of.

use std::sync::Arc;

use doublet::engine::{Command, Judged, Points, TrackId, VerdictReport, VerdictRun};
use doublet::evidence::{Agreement, Argument, Class, Disagreement, Level, Line, Transform, Verdict};
use doublet::report::ReferenceInfo;
use doublet::views::Zoom;
use egui::Key;

use super::fake::Fake;
use super::{Window, open_sized};

fn line(id: &'static str, value: Option<f64>, level: Level) -> Line {
    Line {
        id,
        value,
        amber: 3.0,
        red: Some(4.5),
        level,
        frame: value.map(|_| 31),
        place: value.map(|_| (0.25, 0.75)),
        interval: None,
        p: None,
        meaning: "What it means.",
        note: value.is_none().then(|| "needs five candidates or more".into()),
    }
}

fn judged(label: &str, class: Class) -> Judged {
    let inflated = class == Class::Inflated;
    let lines =
        vec![line("E2", Some(if inflated { 9.1 } else { 0.4 }), if inflated { Level::Red } else { Level::None })];
    Judged {
        recipe: label.into(),
        label: label.into(),
        provenance: String::new(),
        verdict: Verdict {
            class,
            transform: inflated.then_some(Transform::Unsharp),
            transforms: Vec::new(),
            reason: format!("Because of {label}."),
            faults: Vec::new(),
            lines: lines.into_iter().chain([line("E3", None, Level::None)]).collect(),
            undo: None,
        },
        score: Points {
            vmaf: Some(95.8),
            vmaf_explained: inflated.then_some(9.1),
            vmaf_undone: inflated.then_some(86.7),
            ..Points::default()
        },
        undone: inflated.then(|| "x264_crf35.mkv | undo 1.2".into()),
        in_step: (class == Class::Misaligned).then(|| "vendor_b.mkv | skip 3".into()),
        frames: 8,
    }
}

fn with_verdicts() -> Fake {
    with_classes([Class::Inflated, Class::NoSignFound, Class::Altered])
}

fn with_classes(classes: [Class; 3]) -> Fake {
    let mut fake = Fake::four((320, 180));
    let tracks: Vec<TrackId> = fake.state_mut().candidates().iter().map(|track| track.id).collect();
    let labels: Vec<String> = fake.state_mut().candidates().iter().map(|track| track.label.clone()).collect();
    let report = VerdictReport {
        reference: ReferenceInfo { path: "street.mkv".into(), width: 320, height: 180, frames: 48 },
        candidates: labels.iter().zip(classes).map(|(label, class)| judged(label, class)).collect(),
        disagreement: Disagreement {
            ranks: Vec::new(),
            agreement: vec![Agreement { metrics: ["vmaf", "psnr_y"], tau: -0.33 }],
            most_disputed: Some(0),
            arguments: vec![Argument { frame: 17, candidates: [0, 1], metrics: ["vmaf", "psnr_y"], strength: 1.0 }],
        },
    };
    let run = VerdictRun { tracks, frames: 0..32, done: 0.5, found: Some(Arc::new(report)), over: None };
    fake.state_mut().verdicts = Some(run);
    fake
}

fn opened(fake: Fake) -> Window {
    let mut window = open_sized(fake, (1300.0, 1000.0));
    window.press(Key::J);
    window.harness.run_steps(2);
    window
}

#[test]
fn opening_the_evidence_asks_for_verdicts_once() {
    let mut window = opened(Fake::four((320, 180)));
    window.harness.run_steps(3);
    let asked = window.sent().iter().filter(|command| **command == Command::Verdict(true)).count();
    assert_eq!(asked, 1);
    assert!(window.says("Waiting for the pictures to open."));
}

#[test]
fn each_candidate_has_its_verdict_and_the_right_one_its_lines() {
    let mut window = opened(with_verdicts());
    assert!(window.says("x264 crf35: inflated, by unsharp masking"));
    assert!(window.says("vendor b: no sign found"));
    assert!(window.says("Over 8 of 48 frames so far"));
    assert!(window.says("9.1 of 95.8 points of VMAF are cosmetic: they go when it is undone."));
    assert!(window.says("E2 VMAF above NEG 9.1"));
    window.click("Evidence of vendor b, no sign found");
    window.harness.run_steps(2);
    assert!(window.says("E2 VMAF above NEG 0.4") && !window.says("E2 VMAF above NEG 9.1"));
    window.click("Stop");
    assert!(window.sent().contains(&Command::Verdict(false)));
}

#[test]
fn a_line_leads_to_its_frame_and_place_and_an_argument_to_its_frame() {
    let mut window = opened(with_verdicts());
    window.click("E2 VMAF above NEG 9.1");
    window.harness.run_steps(2);
    let sent = window.sent();
    assert!(sent.contains(&Command::Seek(31)) && sent.contains(&Command::Overlay(Some("points"))), "{sent:?}");
    let camera = window.app().desk.looking.camera;
    assert_eq!((camera.center, camera.zoom), ([0.25, 0.75], Zoom::Scale(2.0)));
    window.click("Frame 17: VMAF prefers x264 crf35, PSNR-Y prefers vendor b");
    assert!(window.sent().contains(&Command::Seek(17)));
    window.click("E3 above its peers –");
    assert_eq!(window.sent().iter().filter(|command| matches!(command, Command::Seek(_))).count(), 2, "leads nowhere");
}

#[test]
fn the_undone_picture_is_a_candidate_like_any_other() {
    let mut window = opened(with_verdicts());
    window.click("Add the undone picture");
    let sent = window.sent();
    let line = "x264 crf35 undone = x264_crf35.mkv | undo 1.2";
    assert!(sent.contains(&Command::Add(line.into())), "{sent:?}");
}

#[test]
fn a_late_candidate_can_be_added_in_step() {
    let mut window = opened(with_classes([Class::NoSignFound, Class::Misaligned, Class::Altered]));
    window.click("Add it in step");
    let sent = window.sent();
    assert!(sent.contains(&Command::Add("vendor b in step = vendor_b.mkv | skip 3".into())), "{sent:?}");
}
