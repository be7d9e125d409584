//! The model shelf and exams, by keys, mouse and drops.

use doublet::engine::{Card, Command, EXAMS};
use doublet::ui::Page;
use egui::{Key, Modifiers, pos2};
use egui_kittest::kittest::Queryable;

use super::fake::Fake;
use super::{Dropped, Window, models, open, open_sized};

fn window_with(shelf: Vec<Card>) -> Window {
    let mut fake = Fake::four((320, 180));
    fake.state_mut().shelf = shelf;
    let mut window = open_sized(fake, (1400.0, 1000.0));
    window.harness.run_steps(2);
    window.press(Key::U);
    window
}

fn on_right(window: &Window) -> String {
    let id = window.right();
    window.app().conductor().state().track(id).unwrap().recipe.clone()
}

#[test]
fn one_key_opens_the_shelf_and_typing_and_enter_add_a_model() {
    let mut window = window_with(models::shelf());
    window.harness.get_by_label("Search the shelf").type_text("span");
    window.harness.run_steps(2);
    assert!(window.harness.query_by_label("Model compact-2x").is_none(), "what does not fit is not shown");
    window.press(Key::Enter);
    assert_eq!(window.news(), [Command::Add("source | model span-4x".into())]);
    assert_eq!(on_right(&window), "source | model span-4x", "what was added is looked at");
    window.harness.get_by_label("Search the shelf").focus();
    window.press(Key::Enter);
    assert!(window.news().is_empty(), "the same is not added twice");
}

#[test]
fn the_keyboard_goes_through_the_cards() {
    let mut window = window_with(models::shelf());
    for _ in 0..2 {
        window.press(Key::ArrowDown);
    }
    window.press_with(Modifiers::ALT, Key::Enter);
    let ticked: Vec<_> = window.app().desk.ticked.iter().map(|p| p.display().to_string()).collect();
    assert_eq!(ticked, ["/models/compact-2x.onnx"]);
    window.harness.get_by_label("Search the shelf").focus();
    window.press_with(Modifiers::SHIFT, Key::Enter);
    // The fake opens with that very exam as its fourth track.
    assert_eq!(window.news(), [Command::Add("up 2 lanczos, Clean = source | down 2 bicubic | up 2 lanczos".into())]);
    assert_eq!(on_right(&window), "source | down 2 bicubic | model compact-2x");
}

#[test]
fn a_click_adds_and_the_other_button_examines_with_its_baseline_once() {
    let mut window = window_with(models::shelf());
    window.click("Model compact-2x");
    assert_eq!(window.news(), [Command::Add("source | model compact-2x".into())]);
    window.click("Exam of span-4x");
    let expected = ["source | down 4 bicubic | up 4 lanczos", "source | down 4 bicubic | model span-4x"];
    let named = ["up 4 lanczos, Clean = ", "span-4x, Clean = "];
    let adds: Vec<_> = expected.iter().zip(named).map(|(line, name)| Command::Add(format!("{name}{line}"))).collect();
    assert_eq!(window.news(), adds);
    assert_eq!(on_right(&window), expected[1]);
    window.press(Key::Num2);
    window.click("Exam of span-4x");
    assert!(window.news().is_empty());
    assert_eq!(on_right(&window), expected[1], "an exam that is there is shown again");
    window.click("Measure the speed of restore-1x");
    assert_eq!(window.news(), [Command::ShelfMeasure("/models/restore-1x.onnx".into())]);
}

#[test]
fn the_chosen_preset_stays_and_one_that_is_none_says_so() {
    let mut window = window_with(models::shelf());
    window.click("Exam of restore-1x");
    assert!(window.news().is_empty(), "making nothing smaller is no exam");
    window.harness.run_steps(2);
    assert!(window.says("no exam for a 1x model"));
    let last = EXAMS.last().unwrap();
    window.click("Exam preset");
    window.click(last.label);
    assert_eq!(window.app().desk.exam().id, last.id);
    window.click("Exam of compact-2x");
    let sent = window.news();
    assert!(sent.len() <= 2 && window.app().desk.exam().id == last.id);
    assert_eq!(on_right(&window), last.line(2, "model compact-2x"));
}

#[test]
fn what_cannot_be_used_keeps_its_reason_and_does_nothing() {
    let mut window = window_with(models::shelf());
    window.harness.get_by_label("Search the shelf").type_text("os-system");
    window.harness.run_steps(2);
    let card = window.harness.get_by_label_contains("Model os-system cannot be used: the weights os-system.pth");
    let at = card.rect().center();
    window.drag(at, at);
    assert!(window.news().is_empty());
    window.harness.get_by_label("Search the shelf").focus();
    window.press(Key::Enter);
    assert!(window.news().is_empty());
}

#[test]
fn two_hundred_models_are_as_light_as_a_few() {
    let mut window = window_with(models::many(200));
    assert!(window.says("200"));
    let shown = |w: &Window| w.harness.query_all_by_label_contains("Model model-").count();
    assert!((4..20).contains(&shown(&window)), "only what is seen is laid out: {}", shown(&window));
    for _ in 0..150 {
        window.harness.key_press(Key::ArrowDown);
    }
    window.harness.run_steps(3);
    assert!(window.harness.query_by_label("Model model-149-2x").is_some(), "the list follows the keyboard");
    let cards: Vec<_> = window.harness.query_all_by_label_contains("Model model-").map(|n| n.rect()).collect();
    for pair in cards.windows(2) {
        assert!(pair[0].bottom() <= pair[1].top(), "cards keep apart: {pair:?}");
    }
}

#[test]
fn an_empty_shelf_says_what_to_do() {
    let window = window_with(Vec::new());
    assert!(window.says("No models yet") && window.says("Drop .onnx, .pth, .safetensors or folders here"));
    let mut window = open(Fake::empty());
    window.press(Key::U);
    assert!(window.says("No models yet"), "the shelf is there before a video is");
}

#[test]
fn models_and_folders_of_them_go_on_the_shelf_and_videos_where_they_are_dropped() {
    let dir = tempfile::tempdir().unwrap();
    let folder = dir.path().join("weights/deep");
    std::fs::create_dir_all(&folder).unwrap();
    std::fs::write(folder.join("a.SafeTensors"), b"").unwrap();
    let mut window = open(Fake::four((320, 180)));
    window.harness.run_steps(2);
    let picture = window.at("Picture");
    window.harness.hover_at(pos2(picture.left() + picture.width() * 0.2, picture.center().y));
    window.harness.run_steps(1);
    let top = dir.path().join("weights");
    for path in [top.clone(), "net.pth".into(), "left.mkv".into()] {
        window.harness.input_mut().dropped_files.push(std::sync::Arc::new(Dropped(path)));
    }
    window.harness.run_steps(2);
    let expected = [Command::ShelfAdd(vec![top, "net.pth".into()]), Command::OpenReference("left.mkv".into())];
    assert_eq!(window.news(), expected);
    assert!(window.app().desk.folds.models, "the drawer shows them");
    assert!(window.says("Model net"));
}

#[test]
fn ticked_models_go_to_the_tournament() {
    let mut window = window_with(models::shelf());
    window.click("Tick compact-2x");
    window.click("Tick span-4x");
    assert!(window.says("2 ticked"));
    assert!(window.news().is_empty());
    window.harness.get_all_by_label("Tournament").last().unwrap().click();
    window.harness.run_steps(2);
    assert_eq!(window.app().desk.page, Page::Tournament);
    assert_eq!(window.app().desk.ticked.len(), 2);
}

#[test]
fn a_narrow_window_shows_one_panel_on_the_right() {
    let mut window = open(Fake::four((320, 180)));
    window.harness.run_steps(2);
    window.press(Key::M);
    window.click("Models");
    assert!(window.app().desk.folds.models && !window.app().desk.folds.scores);
    window.harness.get_by_label("Picture").focus();
    window.click("Scores");
    assert!(!window.app().desk.folds.models && window.app().desk.folds.scores);
}
