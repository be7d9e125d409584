//! The window, driven by keys and mouse with no screen, over an engine that is none.

#[path = "ui/bench.rs"]
mod bench;
#[path = "ui/chain.rs"]
mod chain;
#[path = "ui/crops.rs"]
mod crops;
#[path = "ui/evidence.rs"]
mod evidence;
#[path = "ui/fake.rs"]
pub mod fake;
#[path = "ui/looks.rs"]
mod looks;
#[path = "ui/models.rs"]
pub mod models;
#[path = "ui/overlay.rs"]
mod overlay;
#[path = "ui/scores.rs"]
mod scores;
#[path = "ui/shelf.rs"]
mod shelf;
#[path = "ui/slice.rs"]
mod slice;
#[path = "ui/spots.rs"]
mod spots;
#[path = "ui/tournament.rs"]
mod tournament;

use std::cell::RefCell;
use std::rc::Rc;

use doublet::engine::{Command, Coverage, Notice, TrackId, TrackStatus};
use doublet::frame::Severity;
use doublet::ui::textures::Cache;
use doublet::ui::{App, Conductor, UiRequest, commands};
use doublet::views::{Side, VIEWS, Zoom};
use egui::{Event, Key, Modifiers, Pos2, pos2};
use egui_kittest::{Harness, kittest::Queryable};

use fake::{FRAMES, Fake, Log};

struct Window {
    harness: Harness<'static, App>,
    log: Rc<RefCell<Log>>,
}

const SIZE: (f32, f32) = (1100.0, 700.0);

/// A window with nothing drawn: enough for what does not look at pixels.
fn open(fake: Fake) -> Window {
    open_sized(fake, SIZE)
}

fn open_sized(fake: Fake, (w, h): (f32, f32)) -> Window {
    let log = fake.log.clone();
    let builder = Harness::builder().with_size(egui::vec2(w, h)).with_step_dt(1.0 / 60.0).with_max_steps(12);
    let harness = builder.build_eframe(|cc| App::new(cc, Box::new(fake)));
    Window { harness, log }
}

/// A window on the software graphics device; `None`, with the reason printed, where there is no device at all.
fn open_drawn(fake: Fake, size: (f32, f32)) -> Option<Window> {
    if let Err(why) = doublet::gpu::Gpu::headless() {
        println!("skipped: {why}");
        return None;
    }
    let log = fake.log.clone();
    let harness = Harness::builder()
        .with_size(egui::vec2(size.0, size.1))
        .with_step_dt(1.0 / 60.0)
        .with_max_steps(12)
        .with_render_cursor(false)
        .wgpu()
        .build_eframe(|cc| App::new(cc, Box::new(fake)));
    Some(Window { harness, log })
}

impl Window {
    fn app(&self) -> &App {
        self.harness.state()
    }

    fn app_mut(&mut self) -> &mut App {
        self.harness.state_mut()
    }

    fn press(&mut self, key: Key) {
        self.harness.key_press(key);
        self.harness.run_steps(2);
    }

    fn press_with(&mut self, modifiers: Modifiers, key: Key) {
        self.harness.key_press_modifiers(modifiers, key);
        self.harness.run_steps(2);
    }

    fn click(&mut self, label: &str) {
        self.harness.get_by_label(label).click();
        self.harness.run_steps(2);
    }

    /// Where something of this name is.
    fn at(&self, label: &str) -> egui::Rect {
        self.harness.get_by_label(label).rect()
    }

    /// What was sent since the last call.
    fn news(&mut self) -> Vec<Command> {
        let sent = self.sent();
        self.log.borrow_mut().commands.clear();
        sent
    }

    fn sent(&self) -> Vec<Command> {
        let is_wish = |c: &&Command| !matches!(c, Command::Watch { .. } | Command::ShelfLook);
        self.log.borrow().commands.iter().filter(is_wish).cloned().collect()
    }

    fn watched(&self) -> Option<Vec<TrackId>> {
        self.log.borrow().commands.iter().rev().find_map(|c| match c {
            Command::Watch { visible, .. } => Some(visible.clone()),
            _ => None,
        })
    }

    fn right(&self) -> TrackId {
        self.app().desk.looking.track(self.app().conductor().state(), Side::Right).unwrap().id
    }

    fn says(&self, words: &str) -> bool {
        self.harness.query_all_by_label_contains(words).next().is_some()
    }

    fn drag(&mut self, from: Pos2, to: Pos2) {
        self.harness.hover_at(from);
        self.harness.run_steps(1);
        self.harness.drag_at(from);
        self.harness.run_steps(1);
        self.harness.hover_at(to);
        self.harness.run_steps(1);
        self.harness.drop_at(to);
        self.harness.run_steps(2);
    }
}

#[test]
fn files_open_by_a_typed_path_and_the_demo_by_its_button() {
    let mut window = open(Fake::empty());
    window.harness.get_by_label("Try the demo").click();
    window.harness.run_steps(3);
    assert_eq!(window.log.borrow().requests, [UiRequest::Demo]);
    for (field, path) in
        [("Path of a file", "street.mkv"), ("Add a file or a recipe", "source | down 2 bicubic | up 2 lanczos")]
    {
        window.harness.get_by_label(field).click();
        window.harness.run_steps(2);
        window.harness.get_by_label(field).type_text(path);
        window.harness.run_steps(2);
        window.press(Key::Enter);
    }
    let reference = "street.mkv".to_owned();
    let expected = [
        Command::Open { reference, candidates: vec![] },
        Command::Add("source | down 2 bicubic | up 2 lanczos".into()),
    ];
    assert_eq!(window.sent(), expected);
    assert!(window.says("1 street.mkv"));
}

#[test]
fn a_wrong_recipe_is_told_at_its_character_and_kept() {
    let mut window = open(Fake::four((64, 36)));
    window.harness.get_by_label("Add a file or a recipe").click();
    window.harness.run_steps(2);
    window.harness.get_by_label("Add a file or a recipe").type_text("source | dwon 2 bicubic");
    window.press(Key::Enter);
    assert!(window.sent().is_empty());
    assert!(window.says("Character 10:"), "the fault stands at the word dwon");
    assert_eq!(window.app().desk.line, "source | dwon 2 bicubic");
}

#[test]
fn scores_names_frame_and_time_stand_on_the_picture() {
    let mut window = open(Fake::four((320, 180)));
    window.harness.run_steps(2);
    let state = window.app().conductor().state();
    let psnr = format!("{:.2} dB PSNR-Y", state.tracks[1].live["psnr_y"].value);
    assert!(window.says(&psnr), "{psnr}");
    assert!(window.says("SSIM"));
    assert!(window.says("2 · x264 crf35"));
    assert!(window.says("frame 24 · 0.960 s"));
}

#[test]
fn what_is_not_known_is_a_dash_and_identical_is_said() {
    let mut fake = Fake::four((320, 180));
    fake.state_mut().tracks[1].live.clear();
    for value in fake.state_mut().tracks[2].live.values_mut() {
        value.identical = true;
    }
    let mut window = open(fake);
    window.harness.run_steps(2);
    assert!(window.says("– dB PSNR-Y"));
    window.press(Key::Num3);
    assert!(window.says("identical"));
}

#[test]
fn stand_ins_faults_and_failures_are_said_where_they_belong() {
    let mut fake = Fake::four((320, 180));
    if let Some(shown) = &mut fake.state_mut().tracks[1].shown {
        shown.coverage = Coverage::StandIn { done: 0.34 };
    }
    fake.state_mut().tracks[2].frame_fault = Some("frame 24 cannot be decoded".into());
    fake.state_mut().tracks[3].status = TrackStatus::Failed("model.onnx wants five frames at once".into());
    fake.state_mut().tracks[3].shown = None;
    let mut window = open(fake);
    window.harness.run_steps(2);
    assert!(window.says("enlarged input stands in · 34% done"));
    window.press(Key::Num3);
    assert!(window.says("frame 24 cannot be decoded"));
    window.press(Key::Num4);
    assert!(window.says("model.onnx wants five frames at once"));
}

#[test]
fn digits_and_tab_choose_and_the_engine_is_told() {
    let mut window = open(Fake::four((320, 180)));
    window.harness.run_steps(2);
    let ids: Vec<_> = window.app().conductor().state().tracks.iter().map(|t| t.id).collect();
    window.press(Key::Num3);
    assert_eq!(window.right(), ids[2]);
    assert_eq!(window.watched(), Some(vec![ids[0], ids[2]]));
    window.press(Key::Tab);
    assert_eq!(window.right(), ids[3]);
    window.press(Key::Tab);
    assert_eq!(window.right(), ids[1], "the ring leaves out what is on the left");
    window.harness.key_press_modifiers(Modifiers::SHIFT, Key::Tab);
    window.harness.run_steps(2);
    assert_eq!(window.right(), ids[3]);
    window.press(Key::X);
    assert_eq!(window.right(), ids[0]);
    assert_eq!(window.watched(), Some(vec![ids[3], ids[0]]));
    window.harness.key_press_modifiers(Modifiers::ALT, Key::Num2);
    window.harness.run_steps(2);
    assert_eq!(window.watched(), Some(vec![ids[1], ids[0]]));
    assert!(window.sent().is_empty(), "looking asks nothing else of the engine");
}

#[test]
fn keys_step_play_and_seek() {
    let mut window = open(Fake::four((64, 36)));
    for key in [Key::Period, Key::ArrowLeft, Key::Space, Key::Space, Key::Home, Key::End, Key::CloseBracket] {
        window.press(key);
    }
    let expected = [
        Command::Step(1),
        Command::Step(-1),
        Command::Play,
        Command::Pause,
        Command::Seek(0),
        Command::Seek(FRAMES - 1),
        Command::Speed(2.0),
    ];
    assert_eq!(window.sent(), expected);
    assert!(window.says("frame 47 of 48"));
}

#[test]
fn a_click_in_the_plot_goes_to_that_frame() {
    let mut window = open(Fake::four((64, 36)));
    window.harness.run_steps(2);
    let plot = window.harness.get_by_label("Plot of scores by frame").rect();
    let at = pos2(plot.left() + 52.0 + (plot.width() - 52.0 - 16.0) * 12.0 / 47.0, plot.center().y);
    window.drag(at, at);
    assert_eq!(window.sent(), [Command::Seek(12)]);
}

#[test]
fn the_split_line_is_dragged_and_follows_when_asked() {
    let mut window = open(Fake::four((320, 180)));
    window.harness.run_steps(2);
    let picture = window.harness.get_by_label("Picture").rect();
    let line = window.harness.get_by_label("Split line").rect().center();
    let to = pos2(picture.left() + picture.width() * 0.25, line.y + 40.0);
    window.drag(line, to);
    assert!((window.app().desk.looking.split - 0.25).abs() < 0.01);
    assert_eq!(window.app().desk.looking.camera.zoom, Zoom::Fit, "dragging the line moves no picture");
    window.press(Key::T);
    window.harness.hover_at(pos2(picture.left() + picture.width() * 0.8, to.y));
    window.harness.run_steps(2);
    assert!((window.app().desk.looking.split - 0.8).abs() < 0.01);
}

#[test]
fn a_drag_of_the_line_that_comes_in_one_burst_is_still_one() {
    let mut window = open(Fake::four((320, 180)));
    window.harness.run_steps(2);
    let picture = window.harness.get_by_label("Picture").rect();
    let line = window.harness.get_by_label("Split line").rect().center();
    let to = pos2(picture.left() + picture.width() * 0.125, line.y);
    let button = |pos, pressed| Event::PointerButton {
        pos,
        button: egui::PointerButton::Primary,
        pressed,
        modifiers: Modifiers::NONE,
    };
    let burst = [Event::PointerMoved(line), button(line, true), Event::PointerMoved(to)];
    window.harness.input_mut().events.extend(burst);
    window.harness.run_steps(1);
    window.harness.input_mut().events.push(button(to, false));
    window.harness.run_steps(1);
    assert!((window.app().desk.looking.split - 0.125).abs() < 0.01, "{}", window.app().desk.looking.split);
    assert!(!window.app().desk.line_held);
}

#[test]
fn the_wheel_zooms_at_the_pointer_and_drags_pan() {
    let mut window = open(Fake::four((320, 180)));
    window.harness.run_steps(2);
    let picture = window.harness.get_by_label("Picture").rect();
    let at = picture.center() + egui::vec2(120.0, 60.0);
    window.harness.hover_at(at);
    window.harness.run_steps(1);
    let under = |w: &Window| {
        let (desk, pane) = (&w.app().desk, w.app().desk.panes[0]);
        desk.looking.camera.under(pane.rect, &pane.picture, [f64::from(at.x), f64::from(at.y)])
    };
    let before = under(&window);
    let delta = egui::vec2(0.0, 4.0);
    let phase = egui::TouchPhase::Move;
    window.harness.event(Event::MouseWheel {
        unit: egui::MouseWheelUnit::Line,
        source: egui::MouseWheelSource::Wheel,
        delta,
        modifiers: Modifiers::NONE,
        phase,
    });
    window.harness.run_steps(2);
    let after = under(&window);
    assert!(matches!(window.app().desk.looking.camera.zoom, Zoom::Scale(s) if s > 2.0));
    assert!((before[0] - after[0]).abs() < 0.003 && (before[1] - after[1]).abs() < 0.003, "{before:?} {after:?}");
    window.drag(at, at + egui::vec2(30.0, 0.0));
    assert!(under(&window)[0] < after[0]);
    window.press(Key::R);
    assert_eq!(window.app().desk.looking.camera.zoom, Zoom::Fit);
}

/// A file as the window system hands it over.
#[derive(Debug)]
struct Dropped(std::path::PathBuf);

impl egui::DroppedFile for Dropped {
    fn path(&self) -> &std::path::Path {
        &self.0
    }
    fn bytes(&self) -> Result<Vec<u8>, String> {
        Err("nobody reads it here".into())
    }
}

#[test]
fn files_dropped_left_replace_the_reference_and_right_add_candidates() {
    let mut window = open(Fake::four((320, 180)));
    window.harness.run_steps(2);
    let picture = window.harness.get_by_label("Picture").rect();
    for (x, name) in [(0.2, "left.mkv"), (0.8, "right.mkv")] {
        window.harness.hover_at(pos2(picture.left() + picture.width() * x, picture.center().y));
        window.harness.run_steps(1);
        window.harness.input_mut().dropped_files.push(std::sync::Arc::new(Dropped(name.into())));
        window.harness.run_steps(2);
    }
    assert_eq!(window.sent(), [Command::OpenReference("left.mkv".into()), Command::Add("right.mkv".into())]);
    let mut window = open(Fake::empty());
    for name in ["a.mkv", "b.mkv"] {
        window.harness.input_mut().dropped_files.push(std::sync::Arc::new(Dropped(name.into())));
    }
    window.harness.run_steps(2);
    assert_eq!(window.sent(), [Command::Open { reference: "a.mkv".into(), candidates: vec!["b.mkv".into()] }]);
}

#[test]
fn pasted_lines_are_added() {
    let mut window = open(Fake::four((320, 180)));
    window.harness.run_steps(2);
    window.harness.event(Event::Paste("file:///clips/my%20c.mkv\nsource | up 2 box\n\n".into()));
    window.harness.run_steps(2);
    assert_eq!(window.sent(), [Command::Add("/clips/my c.mkv".into()), Command::Add("source | up 2 box".into())]);
}

#[test]
fn what_was_guessed_or_resized_carries_a_mark() {
    let mut fake = Fake::four((320, 180));
    if let Some(info) = &mut fake.state_mut().tracks[1].info {
        std::sync::Arc::make_mut(info).width = 640;
    }
    let mut window = open(fake);
    window.harness.run_steps(2);
    assert!(window.says("2 · x264 crf35 guessed resized"));
}

#[test]
fn control_and_zero_is_100_percent_of_the_picture_and_not_of_the_window() {
    let mut window = open(Fake::four((320, 180)));
    window.harness.run_steps(2);
    for key in [Key::Plus, Key::Num0] {
        window.harness.key_press_modifiers(Modifiers::COMMAND, key);
        window.harness.run_steps(2);
    }
    assert_eq!(window.app().desk.looking.camera.zoom, Zoom::Scale(1.0));
    assert_eq!(window.harness.ctx.zoom_factor(), 1.0);
}

#[test]
fn flicker_changes_by_the_clock_and_shift_shows_the_reference() {
    let mut window = open(Fake::four((320, 180)));
    window.press(Key::F);
    let mut changes = 0;
    let mut last = window.app().desk.looking.flicker.now;
    for _ in 0..180 {
        window.harness.step();
        let now = window.app().desk.looking.flicker.now;
        changes += usize::from(now != last);
        last = now;
    }
    assert!((5..=7).contains(&changes), "3 s at 2 Hz: {changes} changes");
    window.press(Key::S);
    window.harness.event(Event::ModifiersChanged(Modifiers::SHIFT));
    window.harness.run_steps(2);
    let reference = window.app().conductor().state().tracks[0].id;
    assert_eq!(window.app().desk.panes[0].content, doublet::views::Content::One(reference));
    window.harness.event(Event::ModifiersChanged(Modifiers::NONE));
    window.harness.run_steps(2);
    assert!(matches!(window.app().desk.panes[0].content, doublet::views::Content::Split { .. }));
}

#[test]
fn a_held_plate_shows_the_reference_until_released() {
    let mut window = open(Fake::four((320, 180)));
    window.harness.run_steps(2);
    let plate = window.harness.get_by_label_contains("2 · x264 crf35").rect().center();
    window.harness.hover_at(plate);
    window.harness.run_steps(1);
    window.harness.drag_at(plate);
    for _ in 0..6 {
        window.harness.step();
    }
    assert!(matches!(window.app().desk.panes[0].content, doublet::views::Content::One(_)));
    window.harness.drop_at(plate);
    window.harness.run_steps(3);
    assert!(matches!(window.app().desk.panes[0].content, doublet::views::Content::Split { .. }));
}

#[test]
fn switching_and_flickering_upload_nothing() {
    let Some(mut window) = open_drawn(Fake::four((320, 180)), SIZE) else { return };
    window.harness.run_steps(8);
    assert_eq!(window.app().uploads(), 4, "every track's picture once, ahead of need");
    for key in [Key::Num3, Key::Num4, Key::X, Key::B, Key::D, Key::F] {
        window.press(key);
    }
    for _ in 0..120 {
        window.harness.step();
    }
    assert_eq!(window.app().uploads(), 4);
    window.press(Key::Period);
    window.harness.run_steps(6);
    assert_eq!(window.app().uploads(), 8, "a new frame is four new pictures");
}

#[test]
fn an_idle_window_asks_for_no_pass() {
    let mut window = open(Fake::four((320, 180)));
    window.harness.run_steps(12);
    let delay = |w: &Window| w.harness.output().viewport_output[&egui::ViewportId::ROOT].repaint_delay;
    assert_eq!(delay(&window), std::time::Duration::MAX);
    window.press(Key::F);
    window.harness.run_steps(4);
    let due = delay(&window);
    assert!(due > std::time::Duration::from_millis(50) && due <= std::time::Duration::from_millis(500), "{due:?}");
}

#[test]
fn notices_are_dismissed_and_escape_never_quits() {
    let mut fake = Fake::four((320, 180));
    let sentence = "vendor_b.mkv ends early: 46 of 48 frames".to_owned();
    fake.state_mut().notices.push(Notice { id: 7, severity: Severity::Note, sentence: sentence.clone(), track: None });
    let mut window = open(fake);
    window.harness.run_steps(3);
    assert!(window.says(&sentence));
    window.harness.get_by_label("Dismiss").click();
    window.harness.run_steps(3);
    assert_eq!(window.sent(), [Command::Dismiss(7)]);
    window.press(Key::H);
    assert!(window.says("Keys and mouse"));
    window.press(Key::Escape);
    assert!(!window.says("Keys and mouse"));
    window.press(Key::F10);
    assert!(window.harness.query_by_label("Plot of scores by frame").is_none());
    window.press(Key::Escape);
    assert!(window.harness.query_by_label("Plot of scores by frame").is_some());
    window.press(Key::Escape);
    let commands = &window.harness.output().viewport_output[&egui::ViewportId::ROOT].commands;
    assert!(!commands.iter().any(|c| matches!(c, egui::ViewportCommand::Close)));
}

#[test]
fn the_palette_finds_commands_by_name() {
    let mut window = open(Fake::four((320, 180)));
    window.harness.key_press_modifiers(Modifiers { shift: true, ..Modifiers::COMMAND }, Key::P);
    window.harness.run_steps(3);
    window.harness.get_by_label("Type a command").type_text("diff");
    window.harness.run_steps(2);
    window.press(Key::Enter);
    assert_eq!(window.app().desk.looking.view, "difference");
    assert!(window.app().desk.palette.is_none());
}

#[test]
fn the_view_is_saved_as_png_beside_the_reference() {
    let folder = tempfile::tempdir().unwrap();
    let mut window = open(Fake::four_in(folder.path(), (320, 180)));
    window.harness.run_steps(2);
    window.harness.key_press_modifiers(Modifiers::COMMAND, Key::S);
    window.harness.run_steps(3);
    let files: Vec<_> = std::fs::read_dir(folder.path()).unwrap().map(|f| f.unwrap().path()).collect();
    assert_eq!(files.len(), 1, "{files:?}");
    let (w, h) = image::image_dimensions(&files[0]).unwrap();
    let area = window.app().desk.area;
    assert_eq!((w, h), (area.w, area.h));
}

#[test]
fn scores_are_copied_with_how_they_were_reached() {
    let fake = Fake::four((320, 180));
    let words = doublet::ui::provenance(fake.state(), &doublet::views::Looking::default()).unwrap();
    assert!(words.starts_with("x264 crf35, frame 24: "), "{words}");
    assert!(words.contains(" dB") && words.contains("frames paired by time"), "{words}");
}

#[test]
fn no_key_means_two_things_and_every_view_has_one() {
    let table = commands::table();
    let keys: Vec<_> = table.iter().flat_map(|e| e.shortcuts.iter()).collect();
    for (i, key) in keys.iter().enumerate() {
        assert!(!keys[..i].contains(key), "{key:?} is taken twice");
    }
    for i in 0..VIEWS.len() {
        assert!(table.iter().any(|e| e.command == commands::UiCommand::View(i) && !e.shortcuts.is_empty()));
    }
    assert!(table.iter().all(|e| !e.label.is_empty() && !e.tooltip.is_empty()));
}

#[test]
fn textures_go_with_their_tracks_and_keep_to_the_budget() {
    let mut fake = Fake::four((64, 36));
    let bytes = 64 * 36 * 8;
    let mut cache: Cache<u64> = Cache::new(2 * bytes);
    let upload = |_: &doublet::frame::Frame| Ok::<u64, String>(1);
    let ids: Vec<_> = fake.state().tracks.iter().map(|t| t.id).collect();
    let shown = |fake: &Fake, i: usize| fake.state().tracks[i].shown.clone().unwrap();
    cache.refresh(ids[0], &shown(&fake, 0), &ids[..2], upload).unwrap();
    cache.refresh(ids[1], &shown(&fake, 1), &ids[..2], upload).unwrap();
    assert!(!cache.crowded);
    assert!(!cache.ahead(fake.state(), upload).unwrap(), "nothing is loaded ahead beyond the budget");
    assert!(cache.crowded && cache.uploads() == 2);
    cache.refresh(ids[3], &shown(&fake, 3), &[ids[0], ids[3]], upload).unwrap();
    assert!(cache.get(ids[1]).is_none() && cache.get(ids[0]).is_some() && cache.bytes() == 2 * bytes);
    fake.state_mut().tracks.remove(0);
    cache.retain(fake.state());
    assert!(cache.get(ids[0]).is_none());
    let newer = doublet::engine::Shown { serial: 999, ..shown(&fake, 2) };
    let failed = cache.refresh(ids[3], &newer, &ids, |_| Err("no memory"));
    assert_eq!(failed, Err("no memory"));
    assert!(cache.get(ids[3]).is_some(), "a failed upload keeps the picture there was");
}
