//! The steps of a chain, the order of the list, in and out points.

use doublet::engine::{Command, TrackId};
use egui::{Key, Modifiers, Pos2, pos2};
use egui_kittest::kittest::Queryable;

use super::fake::{FRAMES, Fake};
use super::{Window, models, open};

const CHAIN: &str = "source | down 2 bicubic | model restore-1x | model compact-2x";

/// The fourth track is a chain of three steps, on the right and unfolded.
fn unfolded() -> (Window, TrackId) {
    let mut fake = Fake::four((320, 180));
    fake.state_mut().shelf = models::shelf();
    let track = &mut fake.state_mut().tracks[3];
    track.recipe = CHAIN.into();
    track.stages = CHAIN.split(" | ").skip(1).map(str::to_owned).collect();
    let id = track.id;
    let mut window = open(fake);
    window.press(Key::Num4);
    window.press(Key::E);
    window.harness.run_steps(2);
    (window, id)
}

fn edited(id: TrackId, line: &str) -> [Command; 1] {
    // The name that the fake gives is no label of the chain, so it is kept as a given name.
    [Command::Edit(id, format!("compact-2x = {line}"))]
}

fn slow_drag(window: &mut Window, from: Pos2, to: Pos2) {
    window.harness.hover_at(from);
    window.harness.run_steps(1);
    window.harness.drag_at(from);
    window.harness.run_steps(1);
    for i in 1..=4 {
        window.harness.hover_at(from + (to - from) * (i as f32 / 4.0));
        window.harness.run_steps(1);
    }
    window.harness.drop_at(to);
    window.harness.run_steps(2);
}

#[test]
fn a_step_is_dragged_to_its_place() {
    let (mut window, id) = unfolded();
    let (first, last) = (window.at("Step 1: down 2 bicubic"), window.at("Step 3: model compact-2x"));
    assert!(first.bottom() <= window.at("Step 2: model restore-1x").top() + 0.5);
    slow_drag(&mut window, first.center(), pos2(first.center().x, last.bottom() - 2.0));
    assert_eq!(window.news(), edited(id, "source | model restore-1x | model compact-2x | down 2 bicubic"));
    let (mut window, id) = unfolded();
    let (second, first) = (window.at("Step 2: model restore-1x"), window.at("Step 1: down 2 bicubic"));
    slow_drag(&mut window, second.center(), pos2(second.center().x, first.top() + 2.0));
    assert_eq!(window.news(), edited(id, "source | model restore-1x | down 2 bicubic | model compact-2x"));
    let (mut window, _) = unfolded();
    let second = window.at("Step 2: model restore-1x").center();
    slow_drag(&mut window, second, second + egui::vec2(0.0, 8.0));
    assert!(window.news().is_empty(), "a drag back to the same place changes nothing");
}

#[test]
fn a_click_on_a_step_shows_the_picture_after_it_and_says_so() {
    let (mut window, id) = unfolded();
    window.click("Step 2: model restore-1x");
    assert_eq!(window.news(), [Command::Tap(id, Some(2))]);
    assert!(window.says("4 · compact-2x after 2 of 3"), "the plate says what is shown");
    // Two clicks at once would be a double click.
    window.harness.run_steps(40);
    window.click("Step 2: model restore-1x");
    assert_eq!(window.news(), [Command::Tap(id, None)]);
    window.click("Chain begins with source");
    assert_eq!(window.news(), [Command::Tap(id, Some(0))]);
    window.click("Step 3: model compact-2x");
    assert_eq!(window.news(), [Command::Tap(id, None)], "the last step is the whole chain");
}

#[test]
fn keys_go_through_the_chain_and_the_list() {
    let (mut window, id) = unfolded();
    for key in [Key::ArrowLeft, Key::ArrowLeft, Key::ArrowRight, Key::ArrowRight, Key::ArrowRight] {
        window.press_with(Modifiers::ALT, key);
    }
    let taps = [Some(2), Some(1), Some(2), None];
    assert_eq!(window.news(), taps.map(|tap| Command::Tap(id, tap)));
    for key in [Key::ArrowUp, Key::ArrowUp, Key::ArrowUp, Key::ArrowDown] {
        window.press_with(Modifiers::ALT, key);
    }
    let places = [2, 1, 2];
    assert_eq!(window.news(), places.map(|place| Command::Move(id, place)), "the first place is the reference's");
    window.press(Key::F2);
    assert_eq!(window.app().desk.line, CHAIN);
    window.harness.get_by_label("Add a file or a recipe").type_text(" | unsharp 1");
    window.press(Key::Enter);
    assert_eq!(window.news(), [Command::Edit(id, format!("{CHAIN} | unsharp 1"))]);
}

#[test]
fn steps_are_taken_out_added_and_changed() {
    let (mut window, id) = unfolded();
    window.harness.hover_at(window.at("Step 2: model restore-1x").center());
    window.harness.run_steps(2);
    window.click("Take out model restore-1x");
    assert_eq!(window.news(), edited(id, "source | down 2 bicubic | model compact-2x"));
    window.click("+ step");
    window.harness.get_by_label("search steps and models").type_text("sharpen");
    window.harness.run_steps(2);
    window.click("unsharp 1");
    assert_eq!(window.news(), edited(id, "source | down 2 bicubic | model compact-2x | unsharp 1"));
    window.click("+ step");
    window.harness.get_by_label("search steps and models").type_text("restore");
    window.harness.run_steps(2);
    assert!(window.harness.query_by_label("unsharp 1").is_none());
    window.harness.get_all_by_label("model restore-1x").last().unwrap().click();
    window.harness.run_steps(2);
    assert!(matches!(&window.news()[..], [Command::Edit(_, line)] if line.ends_with("unsharp 1 | model restore-1x")));
}

#[test]
fn the_words_of_a_step_are_changed_in_its_place() {
    let (mut window, id) = unfolded();
    let at = window.at("Step 1: down 2 bicubic").center();
    for _ in 0..2 {
        window.harness.drag_at(at);
        window.harness.drop_at(at);
    }
    window.harness.run_steps(3);
    window.news();
    let field = window.harness.get_by_label("Words of the step");
    field.focus();
    window.harness.run_steps(1);
    window.press_with(Modifiers::COMMAND, Key::A);
    window.harness.get_by_label("Words of the step").type_text("down 3 bicubik");
    window.press(Key::Enter);
    assert!(window.news().is_empty());
    assert!(window.says("is no kernel"), "what is wrong stands under the field");
    window.press_with(Modifiers::COMMAND, Key::A);
    window.harness.get_by_label("Words of the step").type_text("down 3 lanczos");
    window.press(Key::Enter);
    assert_eq!(window.news(), edited(id, "source | down 3 lanczos | model restore-1x | model compact-2x"));
}

#[test]
fn candidates_are_dragged_into_order_and_the_reference_stays() {
    let mut window = open(Fake::four((320, 180)));
    window.harness.run_steps(2);
    let (last, second, reference) = (window.at("4 compact-2x"), window.at("2 x264 crf35"), window.at("1 street.mkv"));
    let id = window.app().conductor().state().tracks[3].id;
    slow_drag(&mut window, last.center(), pos2(last.center().x, second.top() + 4.0));
    assert_eq!(window.news(), [Command::Move(id, 1)]);
    assert!(window.harness.query_by_label("2 compact-2x").is_some());
    let id = window.app().conductor().state().tracks[1].id;
    slow_drag(&mut window, second.center(), pos2(second.center().x, last.bottom() - 2.0));
    assert_eq!(window.news(), [Command::Move(id, 3)]);
    slow_drag(&mut window, reference.center(), last.center());
    assert!(window.news().is_empty());
}

#[test]
fn in_and_out_points_by_key_and_button() {
    let mut window = open(Fake::four((320, 180)));
    window.harness.run_steps(2);
    for key in [Key::I, Key::O] {
        window.press_with(Modifiers::SHIFT, key);
    }
    assert_eq!(window.news(), [Command::Range(Some(24..FRAMES)), Command::Range(Some(24..25))]);
    assert!(window.says("0.96–1.00 s · 1 frame"));
    window.click("Clear in and out");
    window.click("Five seconds here");
    window.click("Hardest five seconds");
    window.press_with(Modifiers::ALT, Key::X);
    let expected =
        [Command::Range(None), Command::Range(Some(0..FRAMES)), Command::FindHardest(5.0), Command::Range(None)];
    assert_eq!(window.news(), expected, "a film of two seconds has no more than itself");
}

#[test]
fn the_handles_are_dragged_and_tell_the_engine_once() {
    let mut fake = Fake::four((320, 180));
    fake.state_mut().range = Some(6..31);
    let mut window = open(fake);
    window.harness.run_steps(2);
    let plot = window.at("Plot of scores by frame");
    let x = |frame: f32| plot.left() + 52.0 + (plot.width() - 52.0 - 16.0) * frame / 47.0;
    let y = plot.center().y;
    slow_drag(&mut window, pos2(x(6.0), y), pos2(x(12.0), y));
    assert_eq!(window.news(), [Command::Range(Some(12..31))]);
    slow_drag(&mut window, pos2(x(30.0), y), pos2(x(2.0), y));
    assert_eq!(window.news(), [Command::Range(Some(12..13))], "the out point does not pass the in point");
}
