//! Tests that look at pixels, and pictures to look at.

use doublet::views::Shot;
use egui::Key;
use egui_kittest::kittest::Queryable;
use image::RgbaImage;

use super::fake::Fake;
use super::{Window, models, open_drawn};

/// The picture area of a rendered window.
fn area(window: &mut Window) -> RgbaImage {
    window.harness.remove_cursor();
    window.harness.run_steps(6);
    let whole = window.harness.render().unwrap();
    let a = window.app().desk.area;
    image::imageops::crop_imm(&whole, a.x as u32, a.y as u32, a.w, a.h).to_image()
}

#[test]
fn a_shot_is_what_the_window_shows() {
    let Some(mut window) = open_drawn(Fake::four((320, 180)), (1100.0, 700.0)) else { return };
    for key in [Key::S, Key::B, Key::D] {
        window.press(key);
        let seen = area(&mut window);
        let app = window.app();
        let (state, looking, size) = (app.conductor().state(), &app.desk.looking, seen.dimensions());
        let shot = Shot { state, looking, size, pixels_per_point: 1.0 }.now().unwrap();
        let worst = seen.as_raw().iter().zip(shot.as_raw()).map(|(a, b)| a.abs_diff(*b)).max().unwrap();
        let off = seen.as_raw().iter().zip(shot.as_raw()).filter(|(a, b)| a.abs_diff(**b) > 1).count();
        // Half floats hold 11 bits, so a picture's 8-bit code can fall on either side of a rounding edge: one step, which
        // the difference view amplifies eightfold. Blending rounds once a layer: at most three lie over one another.
        let bound = if key == Key::D { 9 } else { 3 };
        assert!(worst <= bound, "{key:?}: {worst} at worst, {off} samples off by more than one");
    }
}

#[test]
fn the_split_shows_one_side_left_of_the_line_and_the_other_right_of_it() {
    let Some(mut window) = open_drawn(Fake::four((320, 180)), (1100.0, 700.0)) else { return };
    let split = area(&mut window);
    window.harness.state_mut().desk.looking.split = 1.0;
    let left = area(&mut window);
    window.harness.state_mut().desk.looking.split = 0.0;
    let right = area(&mut window);
    let (w, h) = split.dimensions();
    let y = h / 2 + 90;
    let same =
        |a: &RgbaImage, b: &RgbaImage, from: u32, to: u32| (from..to).all(|x| a.get_pixel(x, y) == b.get_pixel(x, y));
    assert!(same(&split, &left, 20, w / 2 - 20) && same(&split, &right, w / 2 + 20, w - 20));
    assert!(!same(&left, &right, 20, w / 2 - 20));
}

#[test]
#[ignore = "writes pictures to look at: cargo test --test main ui::looks::look -- --ignored"]
fn look() {
    let out = std::path::PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("target/look");
    std::fs::create_dir_all(&out).unwrap();
    for (w, h) in [(1600.0, 1000.0), (1100.0, 700.0)] {
        let Some(mut window) = open_drawn(Fake::four((768, 432)), (w, h)) else { return };
        let shoot = |window: &mut Window, name: &str| {
            window.harness.run_steps(3);
            window.harness.render().unwrap().save(out.join(format!("{name}-{w}.png"))).unwrap();
        };
        let middle = window.harness.get_by_label("Picture").rect().center();
        window.harness.hover_at(middle + egui::vec2(150.0, 40.0));
        shoot(&mut window, "split");
        for (key, name) in [(Key::B, "side"), (Key::D, "difference"), (Key::F, "flicker")] {
            window.press(key);
            shoot(&mut window, name);
        }
        window.press(Key::M);
        shoot(&mut window, "scores");
        window.click("Choose");
        window.click("About PSNR-Y");
        shoot(&mut window, "metrics");
        window.press(Key::H);
        shoot(&mut window, "help");
        window.press(Key::Escape);
        window.harness.key_press_modifiers(egui::Modifiers { shift: true, ..egui::Modifiers::COMMAND }, Key::P);
        shoot(&mut window, "palette");
        if let Some(mut window) = open_drawn(troubled(), (w, h)) {
            window.press(Key::Num3);
            shoot(&mut window, "trouble");
        }
        if let Some(mut window) = open_drawn(Fake::empty(), (w, h)) {
            shoot(&mut window, "empty");
        }
    }
}

/// Everything that can go wrong at once.
fn troubled() -> Fake {
    use doublet::engine::{Coverage, Notice, TrackStatus};
    let mut fake = Fake::four((768, 432));
    let state = fake.state_mut();
    state.tracks[1].status =
        TrackStatus::Failed("x264_crf35.mkv ends after 12 bytes: it is no video. Copy it again.".into());
    state.tracks[2].frame_fault = Some("frame 24 of vendor_b.mkv cannot be decoded; the file is damaged there".into());
    if let Some(shown) = &mut state.tracks[2].shown {
        shown.coverage = Coverage::StandIn { done: 0.34 };
    }
    state.tracks[3].label = "a candidate with a very long name that nobody would read to its end".into();
    state.busy = Some(("making the demo scene".into(), Some(0.4)));
    let sentence = "vendor_b.mkv has 46 of 48 frames: the last two are compared with nothing".to_owned();
    state.notices.push(Notice { id: 1, severity: doublet::frame::Severity::Note, sentence, track: None });
    fake
}

#[test]
#[ignore = "writes pictures to look at: cargo test --test main ui::looks::look_at_models -- --ignored"]
fn look_at_models() {
    let out = std::path::PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("target/look");
    std::fs::create_dir_all(&out).unwrap();
    for (w, h) in [(1600.0, 1000.0), (960.0, 600.0)] {
        let shoot = |window: &mut Window, name: &str| {
            window.harness.run_steps(4);
            window.harness.render().unwrap().save(out.join(format!("{name}-{w}.png"))).unwrap();
        };
        let Some(mut window) = open_drawn(stocked(), (w, h)) else { return };
        window.press(Key::U);
        window.harness.get_by_label("Tick compact-2x").click();
        window.harness.run_steps(2);
        window.press(Key::ArrowDown);
        window.harness.hover_at(window.harness.get_by_label("Model compact-2x").rect().center());
        shoot(&mut window, "shelf");
        window.harness.get_by_label("Exam preset").click();
        shoot(&mut window, "exam");
        window.press(Key::Escape);
        window.harness.get_by_label("Picture").click();
        window.harness.run_steps(2);
        window.press(Key::Num4);
        window.press(Key::E);
        window.harness.key_press_modifiers(egui::Modifiers::ALT, Key::ArrowLeft);
        window.harness.key_press_modifiers(egui::Modifiers::SHIFT, Key::H);
        shoot(&mut window, "chain");
        window.harness.get_by_label("+ step").click();
        shoot(&mut window, "step-menu");
        window.press(Key::Escape);
        window.harness.key_press_modifiers(egui::Modifiers::SHIFT, Key::T);
        shoot(&mut window, "tournament-empty");
        for rows in [7, 30] {
            let mut fake = stocked();
            fake.state_mut().tournament = Some(models::under_way(rows, (768, 432)));
            let Some(mut window) = open_drawn(fake, (w, h)) else { return };
            window.harness.key_press_modifiers(egui::Modifiers::SHIFT, Key::T);
            window.harness.run_steps(40);
            shoot(&mut window, &format!("tournament-{rows}"));
        }
        let Some(mut window) = open_drawn(Fake::empty(), (w, h)) else { return };
        window.press(Key::U);
        shoot(&mut window, "shelf-empty");
    }
}

/// Four tracks, the last a longer chain, and a shelf.
fn stocked() -> Fake {
    let mut fake = Fake::four((768, 432));
    fake.state_mut().shelf = models::shelf();
    let chain = "source | down 2 bicubic | model restore-1x | model compact-2x";
    let track = &mut fake.state_mut().tracks[3];
    track.recipe = chain.into();
    track.stages = chain.split(" | ").skip(1).map(str::to_owned).collect();
    fake
}
