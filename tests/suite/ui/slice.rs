//! The x-t slice: a drawer under the pictures, a line with two ends.

use std::collections::BTreeMap;

use doublet::engine::{Command, Cut, SliceRun};
use egui::{Key, pos2, vec2};

use super::fake::Fake;
use super::open;

#[test]
fn the_drawer_asks_for_the_line_and_its_ends_can_be_dragged() {
    let mut window = open(Fake::four((320, 180)));
    window.press(Key::K);
    window.harness.run_steps(3);
    let cuts = |window: &super::Window| -> Vec<(Cut, usize)> {
        let of = |command: &Command| match command {
            Command::Slice(Some((cut, tracks))) => Some((*cut, tracks.len())),
            _ => None,
        };
        window.sent().iter().filter_map(of).collect()
    };
    let asked = cuts(&window);
    assert_eq!(asked.len(), 1, "{asked:?}");
    assert_eq!(asked[0], (Cut { from: [0.15, 0.5], to: [0.85, 0.5] }, 2), "the reference and the right one");
    // The end A, as the camera fits the picture into the room.
    let room = window.at("Picture");
    let scale = (room.width() / 320.0).min(room.height() / 180.0);
    let end = room.center() + vec2((0.15 - 0.5) * 320.0 * scale, 0.0);
    let camera = window.app().desk.looking.camera;
    window.drag(end, end + vec2(0.1 * 320.0 * scale, -0.2 * 180.0 * scale));
    window.harness.run_steps(3);
    let asked = cuts(&window);
    let (cut, _) = asked.last().copied().unwrap();
    assert_eq!(asked.len(), 2, "once the end is let go: {asked:?}");
    assert!((cut.from[0] - 0.25).abs() < 0.02 && (cut.from[1] - 0.3).abs() < 0.03, "{cut:?}");
    assert_eq!((cut.to, window.app().desk.looking.camera), ([0.85, 0.5], camera), "nothing else moved");
    window.press(Key::K);
    assert_eq!(window.sent().last(), Some(&Command::Slice(None)));
}

#[test]
fn a_click_in_the_slice_goes_to_its_frame() {
    let mut fake = Fake::four((320, 180));
    let reference = fake.state_mut().tracks[0].id;
    let row: std::sync::Arc<[u8]> = vec![90; 3 * 64].into();
    let rows = (10..34).map(|frame| (frame, row.clone())).collect::<BTreeMap<_, _>>();
    let cut = Cut { from: [0.15, 0.5], to: [0.85, 0.5] };
    let run = SliceRun { cut, frames: 10..34, length: 64, rows: [(reference, rows)].into(), done: 1.0, fault: None };
    fake.state_mut().slice = Some(run);
    let mut window = open(fake);
    window.press(Key::K);
    window.harness.run_steps(3);
    assert!(window.says("Frames 10 to 33 of the line from A to B, time running down"));
    let rect = window.at("Slice of street.mkv");
    let at = pos2(rect.center().x, rect.top() + rect.height() * 0.51);
    window.drag(at, at);
    let sought = window.sent().into_iter().rev().find(|command| matches!(command, Command::Seek(_)));
    assert_eq!(sought, Some(Command::Seek(22)));
}
