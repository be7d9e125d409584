//! The tournament's page.

use doublet::engine::{Command, Plan, RowStatus};
use doublet::ui::{Conductor, Page, Wish};
use egui::{Key, Modifiers};
use egui_kittest::kittest::{NodeT, Queryable};

use super::fake::Fake;
use super::{Window, models, open, open_drawn, open_sized};

fn page(rows: Option<usize>) -> Window {
    let mut fake = Fake::four((320, 180));
    fake.state_mut().shelf = models::shelf();
    fake.state_mut().tournament = rows.map(|rows| models::under_way(rows, (320, 180)));
    let mut window = open(fake);
    window.harness.run_steps(2);
    window.press_with(Modifiers::SHIFT, Key::T);
    window
}

#[test]
fn begin_sends_the_plan_and_stop_keeps_what_is_done() {
    let mut window = page(None);
    assert!(window.says("Five seconds decide"));
    window.click("span-4x");
    assert!(window.says("4 runs × 48 frames"));
    window.click("Begin");
    let lines = [
        "up 4 lanczos = source | up 4 lanczos",
        "up 4 bicubic = source | up 4 bicubic",
        "span-4x = source | model span-4x",
        "source | down 2 bicubic | model compact-2x",
    ];
    let lines = lines.map(String::from).to_vec();
    assert_eq!(window.news(), [Command::Tournament(Plan { frames: 0..48, lines, picture: 24 })]);
    assert!(window.says("0 of 4 done") && window.says("Result of span-4x"));
    window.press(Key::Escape);
    assert_eq!(window.app().desk.page, Page::Loupe);
    assert!(window.says("Tournament 0/4"), "the bar above says how far it is");
    window.press_with(Modifiers::SHIFT, Key::T);
    window.click("Stop");
    assert_eq!(window.news(), [Command::StopTournament]);
    window.click("Clear");
    assert_eq!(window.news(), [Command::ForgetTournament]);
}

#[test]
fn an_exam_examines_models_and_leaves_out_what_runs_twice() {
    let mut window = page(None);
    window.click("Models on the shelf: all");
    window.click("Exam of the tournament");
    window.click("Clean");
    window.press_with(Modifiers::COMMAND, Key::Enter);
    let [Command::Tournament(plan)] = &window.news()[..] else { panic!("one plan") };
    let expected = [
        "source | down 2 bicubic | up 2 lanczos",
        "source | down 4 bicubic | up 4 lanczos",
        "source | down 2 bicubic | model compact-2x",
        "source | down 4 bicubic | model span-4x",
    ];
    for line in expected {
        assert_eq!(plan.lines.iter().filter(|l| l.ends_with(line)).count(), 1, "{line} in {:?}", plan.lines);
    }
}

#[test]
fn nothing_ticked_is_nothing_to_begin_and_playing_stops() {
    let mut window = page(None);
    window.click("Candidates open now: none");
    window.press_with(Modifiers::COMMAND, Key::Enter);
    assert!(window.news().is_empty());
    window.press(Key::Space);
    assert!(window.news().is_empty(), "what is not seen is not steered");
    window.click("Back to the picture");
    window.press(Key::Space);
    window.press_with(Modifiers::SHIFT, Key::T);
    window.click("compact-2x");
    window.news();
    window.press_with(Modifiers::COMMAND, Key::Enter);
    assert!(matches!(&window.news()[..], [Command::Pause, Command::Tournament(_)]));
}

/// Labels of the rows from above to below.
fn rows(window: &Window) -> Vec<String> {
    let found = window.harness.query_all_by_label_contains("Result of ");
    let mut rows: Vec<_> = found.map(|n| (n.rect().top(), n.accesskit_node().label().unwrap())).collect();
    rows.sort_by(|a, b| a.0.total_cmp(&b.0));
    rows.into_iter().map(|(_, l)| l["Result of ".len()..].split(',').next().unwrap().to_owned()).collect()
}

#[test]
fn rows_say_what_is_known_the_best_is_marked_and_columns_sort() {
    let mut window = page(Some(7));
    let as_ran = rows(&window);
    assert_eq!(as_ran[0], "up 2 lanczos");
    assert!(window.says("Result of up 2 lanczos, time 0.0040 s/frame (best), speed 250 fps (best)"));
    assert!(window.says("the model broken gives pictures of 64x64"), "a failed row keeps its sentence");
    assert!(window.says("Result of community-number-6-2x, waiting, time – s/frame"), "what is not known is a dash");
    let best_psnr: Vec<_> = window
        .harness
        .query_all_by_label_contains("Result of ")
        .filter(|n| n.accesskit_node().label().unwrap().contains("PSNR-Y 29.85 dB (best)"))
        .collect();
    assert_eq!(best_psnr.len(), 1);
    drop(best_psnr);
    window.click("Sort by PSNR-Y");
    assert_eq!(rows(&window)[..4], ["compact-2x", "span-2x", "up 2 lanczos", "compact-2x-l"]);
    window.click("Sort by PSNR-Y");
    let worst_first = rows(&window);
    assert_eq!(worst_first[..4], ["compact-2x-l", "up 2 lanczos", "span-2x", "compact-2x"]);
    assert!(!worst_first[4..].contains(&"span-2x".to_owned()), "the unknown stand last either way");
    window.click("Sort by PSNR-Y");
    assert_eq!(rows(&window), as_ran);
}

#[test]
fn a_click_on_a_row_opens_that_candidate_beside_the_source() {
    let mut window = page(Some(7));
    let row = window.harness.get_by_label_contains("Result of span-2x").rect().center();
    window.drag(row, row);
    assert_eq!(window.news(), [Command::Add("span-2x, Clean = source | down 2 bicubic | model span-2x".into())]);
    assert_eq!(window.app().desk.page, Page::Loupe);
    let state = window.app().conductor().state();
    assert_eq!(state.track(window.right()).unwrap().recipe, "source | down 2 bicubic | model span-2x");
    window.press_with(Modifiers::SHIFT, Key::T);
    window.click("Open compact-2x");
    assert!(window.news().is_empty(), "the fourth track is that candidate already");
    assert_eq!(window.right(), window.app().conductor().state().tracks[3].id);
}

#[test]
fn thumbnails_and_pictures_are_made_once() {
    let mut fake = Fake::four((320, 180));
    fake.state_mut().tournament = Some(models::under_way(30, (320, 180)));
    let rows = fake.state().tournament.as_ref().unwrap().rows.iter().filter(|r| r.picture.is_some()).count();
    let pictures = rows + 1;
    let Some(mut window) = open_drawn(fake, (1100.0, 700.0)) else { return };
    window.press_with(Modifiers::SHIFT, Key::T);
    for _ in 0..40 {
        window.harness.step();
    }
    let counts = |w: &Window| (w.app().desk.arena.pictures.made(), w.app().row_uploads());
    assert_eq!(counts(&window), (pictures as u64, pictures as u64));
    window.click("Sort by speed");
    window.press_with(Modifiers::COMMAND, Key::Num9);
    window.press(Key::Escape);
    window.press_with(Modifiers::SHIFT, Key::T);
    for _ in 0..10 {
        window.harness.step();
    }
    assert_eq!(counts(&window), (pictures as u64, pictures as u64), "sorting, zooming and coming back load nothing");
    assert_eq!(
        window.harness.output().viewport_output[&egui::ViewportId::ROOT].repaint_delay,
        std::time::Duration::MAX
    );
}

#[test]
fn one_camera_moves_all_pictures() {
    let mut window = page(Some(7));
    let before = window.app().desk.arena.camera;
    let at = window.at("Picture of compact-2x").center();
    window.drag(at, at + egui::vec2(24.0, 0.0));
    let after = window.app().desk.arena.camera;
    assert!(after.center[0] < before.center[0] && after.zoom == before.zoom);
    let kept = window.app().desk.looking.camera;
    window.press_with(Modifiers::COMMAND, Key::Num9);
    assert_eq!(window.app().desk.arena.camera.zoom, doublet::views::Zoom::Fit);
    assert_eq!(window.app().desk.looking.camera, kept, "the loupe's own view stays");
}

#[test]
fn everything_lies_within_a_small_window() {
    let mut fake = Fake::four((320, 180));
    fake.state_mut().shelf = models::many(200);
    fake.state_mut().tournament = Some(models::under_way(30, (320, 180)));
    let mut window = open_sized(fake, (960.0, 600.0));
    window.harness.run_steps(2);
    window.press_with(Modifiers::SHIFT, Key::T);
    window.harness.run_steps(4);
    for label in ["Begin", "Back to the picture", "Exam of the tournament", "Save as CSV …", "Save as HTML …", "Stop"]
    {
        let Some(node) = window.harness.query_by_label(label) else { continue };
        let rect = node.rect();
        assert!(rect.left() >= 0.0 && rect.right() <= 960.0 && rect.bottom() <= 600.0, "{label}: {rect:?}");
    }
    let cells: Vec<_> = window.harness.query_all_by_label_contains("Picture of ").map(|n| n.rect()).collect();
    assert_eq!(cells.len(), 31);
    assert!(cells.iter().all(|r| r.right() <= 960.5 && r.bottom() <= 600.5 && r.width() >= 24.0), "{cells:?}");
}

#[test]
fn the_table_is_saved_for_a_spreadsheet_and_as_a_page() {
    let dir = tempfile::tempdir().unwrap();
    let mut window = page(Some(7));
    for (wish, name, holds) in [
        (Wish::SaveCsv, "t.csv", "source | down 2 bicubic | model span-2x"),
        (Wish::SaveHtml, "t.html", "<!doctype html>"),
    ] {
        let path = dir.path().join(name);
        // What a person types where no dialog of the desktop comes up.
        window.harness.state_mut().desk.path_field = Some((path.display().to_string(), wish));
        window.harness.run_steps(3);
        assert!(window.says("Save by path"));
        window.press(Key::Enter);
        window.harness.run_steps(2);
        let written = std::fs::read_to_string(&path).unwrap();
        assert!(written.contains(holds) && written.contains("compact-2x-l"), "{name} holds what ran");
    }
    let nowhere = dir.path().join("none/t.csv").display().to_string();
    window.harness.state_mut().desk.path_field = Some((nowhere, Wish::SaveCsv));
    window.harness.run_steps(3);
    window.press(Key::Enter);
    window.harness.run_steps(2);
    assert!(window.says("cannot write"), "a sentence, and the results stay");
    assert!(window.says("Result of compact-2x"));
}

#[test]
fn a_score_against_the_input_is_no_merit() {
    let mut fake = Fake::four((320, 180));
    let mut run = models::under_way(5, (320, 180));
    run.rows.iter_mut().for_each(|row| row.against_input = true);
    run.rows[2].identical = run.rows[2].scores.keys().map(|id| (*id, 2)).collect();
    fake.state_mut().tournament = Some(run);
    let mut window = open(fake);
    window.press_with(Modifiers::SHIFT, Key::T);
    window.harness.run_steps(2);
    assert!(window.says("speed 250 fps (best)") && window.says("against its input"));
    assert!(!window.says("dB (best)"), "the truest to the input is not called the best");
    assert!(window.says("PSNR-Y identical dB"));
}

#[test]
fn stopped_rows_say_so() {
    let mut fake = Fake::four((320, 180));
    let mut run = models::under_way(3, (320, 180));
    run.running = false;
    run.rows[1].status = RowStatus::Cancelled;
    fake.state_mut().tournament = Some(run);
    let mut window = open(fake);
    window.press_with(Modifiers::SHIFT, Key::T);
    window.harness.run_steps(2);
    assert!(window.says("stopped"));
    assert!(window.harness.query_by_label("Clear").is_some() && window.says("Begin"));
}
