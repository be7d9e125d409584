//! The drawer of crops: what it asks for, and what it shows.

use std::sync::Arc;

use doublet::engine::{Command, CropsRun, SideCrop};
use doublet::frame::{Image, Region};
use egui::Key;

use super::fake::Fake;
use super::open;

#[test]
fn the_drawer_asks_for_the_place_in_the_middle_and_lets_go_of_it() {
    let mut window = open(Fake::four((320, 180)));
    window.press(Key::Y);
    window.harness.run_steps(3);
    let asked: Vec<_> = window.sent().into_iter().filter(|command| matches!(command, Command::Crops(_))).collect();
    let [Command::Crops(Some((track, frame, place)))] = asked.as_slice() else { panic!("{asked:?}") };
    let right = window.app().conductor().state().tracks[1].id;
    assert_eq!((*track, *frame), (right, window.app().conductor().state().clock.frame), "asked once");
    let Region { left, top, right, bottom } = *place;
    assert!((left + right - 1.0).abs() < 0.01 && (top + bottom - 1.0).abs() < 0.01, "{place:?}");
    assert!((right - left - 96.0 / 320.0).abs() < 0.01 && (bottom - top - 72.0 / 180.0).abs() < 0.01, "{place:?}");
    assert!(window.says("Making the crops."));
    window.press(Key::Y);
    assert_eq!(window.sent().last(), Some(&Command::Crops(None)));
}

#[test]
fn the_drawer_shows_all_crops_under_their_names_or_the_reason() {
    let mut fake = Fake::four((320, 180));
    let track = fake.state_mut().tracks[1].id;
    let crop =
        |label: &str, side: u32| SideCrop { label: label.into(), image: Arc::new(Image::new(4 * side, 3 * side)) };
    let crops = vec![crop("input", 6), crop("span-2x", 12), crop("compact-2x", 12)];
    let run = CropsRun { track, frame: 0, place: Region::WHOLE, crops, fault: None };
    fake.state_mut().crops = Some(run);
    let mut window = open(fake);
    window.press(Key::Y);
    window.harness.run_steps(3);
    assert!(window.says("What it was made from, and 2 answers. Where they differ, at most one of them is right."));
    let strip = window.at("Side by side: input, span-2x, compact-2x");
    assert!(strip.width() > 3.0 * 200.0, "{strip:?}");
    window.click("Close the crops");
    window.harness.run_steps(2);
    assert_eq!(window.sent().last(), Some(&Command::Crops(None)));
}
