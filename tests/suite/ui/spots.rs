//! Hot spots in the window: strips of small pictures, a click that flies there, and the slider of invented detail.

use std::sync::Arc;

use doublet::engine::{Command, Detail, Faded, HotSpot, HotSpots, Shown, SpotCard, State, Thumbs, TrackId};
use doublet::frame::{Map, Region};
use doublet::views::Zoom;
use egui::{Key, Modifiers};

use super::fake::{Fake, picture};
use super::{Window, open_drawn, open_sized};

const SIZE: (u32, u32) = (320, 180);

fn card(overlay: &'static str, frame: usize, place: [u32; 4]) -> SpotCard {
    let spot = HotSpot { overlay, frame, seconds: frame as f64 / 25.0, place, strength: 31.5, rank: 1.0 };
    let small = |shade: u8| {
        image::RgbImage::from_fn(64, 48, |x, y| {
            image::Rgb(if (x / 8 + y / 8) % 2 == 0 { [shade; 3] } else { [60, 90, 120] })
        })
    };
    let values = (0..64 * 48).map(|n| if (20..40).contains(&(n % 64)) { 40.0 } else { 0.0 }).collect();
    let [left, top, width, height] = place.map(|n| n as f32);
    let part =
        Region { left: left / 320.0, top: top / 180.0, right: (left + width) / 320.0, bottom: (top + height) / 180.0 };
    let thumbs = Thumbs {
        reference: small(200),
        candidate: small(230),
        map: Map::new(64, 48, values).unwrap(),
        part,
        aspect: 4.0 / 3.0,
    };
    SpotCard { spot, thumbs: Arc::new(thumbs) }
}

/// What an engine would have found by now.
pub fn found(frames: usize) -> HotSpots {
    let spots = vec![
        card("added", 12, [120, 60, 80, 60]),
        card("shimmer", 31, [40, 30, 40, 30]),
        card("erqa", 7, [200, 100, 40, 30]),
    ];
    HotSpots { spots: Arc::new(spots), looked: 5, frames, over: None, stopped: false }
}

/// Only the last candidate is an enlargement; its faded picture is the reference's.
pub fn detail(state: &State, share: f32) -> Detail {
    let faded = |(place, track): (usize, &doublet::engine::Track)| {
        let shown = track.shown.clone()?;
        let frame = picture(SIZE, 0, shown.number);
        let serial = 1_000_000 + (share * 1000.0) as u64 + shown.serial;
        let found = match place {
            3 => Ok((share < 1.0).then(|| Shown { frame, serial, ..shown.clone() })),
            _ => Err("nothing was enlarged here".to_owned()),
        };
        Some((track.id, Faded { of: shown.frame, share, found, way: Some("Shrunk by box.".into()) }))
    };
    Detail { share, pictures: state.tracks.iter().enumerate().skip(1).filter_map(faded).collect() }
}

fn opened() -> Window {
    let mut window = open_sized(Fake::four(SIZE), (1400.0, 1000.0));
    window.press_with(Modifiers::ALT, Key::N);
    window.harness.run_steps(3);
    window
}

fn last_seek(window: &Window) -> Option<usize> {
    window.sent().iter().rev().find_map(|command| match command {
        Command::Seek(frame) => Some(*frame),
        _ => None,
    })
}

#[test]
fn an_open_strip_of_answers_follows_the_clicks() {
    let mut window = opened();
    window.press(Key::Y);
    window.harness.run_steps(2);
    let pointed = window.app().desk.crops.place.expect("Y opens the strip");
    window.click("Hot spot 1: Added beyond the input, 31.5 codes, frame 12 · 0.48 s");
    window.harness.run_steps(2);
    let (place, track) = window.app().desk.crops.place.expect("it stays open");
    assert!(track == Some(TrackId(2)) && place != pointed.0, "{place:?} of {track:?}");
    let asked = window.sent().into_iter().rev().find_map(|command| match command {
        Command::Crops(Some(asked)) => Some(asked),
        _ => None,
    });
    assert!(asked.is_some(), "the strip is made for the place");
}

#[test]
fn opening_looks_for_places_of_the_candidate_on_the_right_and_lists_them() {
    let mut window = opened();
    let asked: Vec<_> = window.sent().into_iter().filter(|c| matches!(c, Command::HotSpots(_))).collect();
    assert_eq!(asked, [Command::HotSpots(Some((TrackId(2), 12)))], "once, and of the candidate on show");
    assert!(window.says("Looked at 5 of 12 frames"));
    assert!(window.says("Hot spot 1: Added beyond the input, 31.5 codes, frame 12 · 0.48 s"));
    assert!(window.says("Hot spot 2: Shimmer") && window.says("Hot spot 3: Invented edges"));
    window.click("Stop");
    assert_eq!(window.sent().last(), Some(&Command::HotSpots(None)));
    // Another candidate is looked at when it comes to the right.
    window.press(Key::Num3);
    window.harness.run_steps(2);
    assert!(window.sent().contains(&Command::HotSpots(Some((TrackId(3), 12)))));
}

#[test]
fn a_click_flies_to_frame_and_place_under_the_overlay() {
    let mut window = opened();
    window.app_mut().desk.looking.view = "difference";
    window.harness.run_steps(2);
    window.click("Hot spot 1: Added beyond the input, 31.5 codes, frame 12 · 0.48 s");
    window.harness.run_steps(2);
    let sent = window.sent();
    assert!(sent.contains(&Command::Pause) && sent.contains(&Command::Seek(12)), "{sent:?}");
    assert!(sent.contains(&Command::Overlay(Some("added"))), "{sent:?}");
    let desk = &window.app().desk;
    assert!(desk.looking.view().overlays(), "a view that shows the overlay");
    let camera = desk.looking.camera;
    assert!((camera.center[0] - 0.5).abs() < 1e-6 && (camera.center[1] - 0.5).abs() < 1e-6, "{camera:?}");
    let Zoom::Scale(scale) = camera.zoom else { panic!("{camera:?}") };
    let pane = desk.panes[0].rect;
    assert!(scale >= 2.0 && scale * 80.0 <= f64::from(pane.w) && scale * 60.0 <= f64::from(pane.h), "{scale}");
    assert!(desk.crops.place.is_none(), "nobody asked for the strip of answers");
    // The whole place is on the candidate's side of the line.
    assert!(desk.looking.split * f64::from(pane.w) <= 0.5 * f64::from(pane.w) - 0.5 * scale * 80.0 + 1.0);
}

#[test]
fn keys_go_from_place_to_place_and_round() {
    let mut window = open_sized(Fake::four(SIZE), (1400.0, 1000.0));
    window.press(Key::N);
    window.harness.run_steps(3);
    assert!(window.says("Hot spot 1"), "the key opens the list and begins");
    let mut seen = Vec::new();
    for back in [false, false, false, false, true] {
        window.press_with(if back { Modifiers::SHIFT } else { Modifiers::NONE }, Key::N);
        window.harness.run_steps(2);
        seen.push(last_seek(&window).unwrap());
    }
    assert_eq!(seen, [12, 31, 7, 12, 7]);
}

#[test]
fn nothing_to_tell_is_told_and_a_fault_is_a_sentence() {
    let mut fake = Fake::four(SIZE);
    let state = fake.state_mut();
    let over = |over| HotSpots { looked: 12, frames: 12, over: Some(over), ..HotSpots::default() };
    state.hot_spots.insert(TrackId(2), over(Ok(())));
    state.hot_spots.insert(TrackId(3), over(Err("no hot spots can be found in these pictures: too small".into())));
    let mut window = open_sized(fake, (1400.0, 1000.0));
    window.press_with(Modifiers::ALT, Key::N);
    window.harness.run_steps(2);
    assert!(window.says("No place stands out.") && window.says("that does not make it true"));
    window.click("Look at more frames");
    assert_eq!(window.sent().last(), Some(&Command::HotSpots(Some((TrackId(2), 48)))));
    window.press(Key::Num3);
    window.harness.run_steps(2);
    assert!(window.says("too small") && !window.says("No place stands out."));
    let mut lone = Fake::four(SIZE);
    lone.state_mut().tracks.truncate(1);
    let mut window = open_sized(lone, (1400.0, 1000.0));
    window.press_with(Modifiers::ALT, Key::N);
    assert!(window.says("Hot spots are found as soon as there is a candidate."));
}

#[test]
fn the_slider_takes_away_what_was_invented_and_says_so_on_the_picture() {
    let mut window = opened();
    assert!(window.says("nothing was enlarged here"), "why the slider is off");
    window.press(Key::I);
    assert!(!window.sent().contains(&Command::Detail(Some(0.0))), "nothing to take away");
    window.press(Key::Num4);
    window.harness.run_steps(2);
    let own = |window: &Window| {
        let state = window.app().conductor().state();
        let track = &state.tracks[3];
        Arc::ptr_eq(&state.on_screen(track).unwrap().frame, &track.shown.as_ref().unwrap().frame)
    };
    assert!(own(&window) && !window.says("invented detail"), "100% is the picture itself, and nothing is marked");
    window.press(Key::I);
    window.harness.run_steps(2);
    assert!(window.sent().contains(&Command::Detail(Some(0.0))));
    assert!(!own(&window) && window.says("invented detail 0%"), "marked on the plate");
    // Dragged to somewhere between.
    let rail = window.at("Invented detail");
    window.drag(rail.left_center() + egui::vec2(8.0, 0.0), rail.center());
    window.harness.run_steps(2);
    let share = window.app().conductor().state().detail.as_ref().unwrap().share;
    assert!((0.2..0.8).contains(&share), "{share}");
    assert!(window.says(&format!("invented detail {:.0}%", 100.0 * share)));
    window.press(Key::I);
    window.harness.run_steps(2);
    assert!(own(&window) && !window.says("invented detail "), "back to the picture itself");
}

#[test]
fn fading_one_picture_sends_no_other_to_the_graphics_device() {
    let Some(mut window) = open_drawn(Fake::four(SIZE), (1400.0, 800.0)) else { return };
    window.press(Key::Num4);
    window.press_with(Modifiers::ALT, Key::N);
    window.harness.run_steps(6);
    let before = window.app().uploads();
    window.press(Key::I);
    window.harness.run_steps(4);
    assert_eq!(window.app().uploads(), before + 1, "the faded picture alone");
}
