//! Overlays in the window: the picker, the keys, the legend, the number under the cursor, and that no map is ever drawn
//! over another frame's picture.

use doublet::engine::Command;
use doublet::metrics;
use doublet::views::{Limit, Shot};
use egui::{Key, Modifiers};
use egui_kittest::kittest::Queryable;
use image::RgbaImage;

use super::fake::Fake;
use super::{Window, open, open_drawn};

fn overlay_of(window: &Window) -> Option<&'static str> {
    window.app().desk.looking.over.id
}

#[test]
fn the_picker_lists_the_table_with_none_first() {
    let mut window = open(Fake::four((320, 180)));
    window.harness.run_steps(2);
    window.click("Overlay");
    let first = window.at("none");
    let mut last = first;
    for overlay in metrics::overlays() {
        let at = window.at(overlay.about().label);
        assert!(at.top() > last.top(), "{}", overlay.id());
        last = at;
    }
    window.click("Signed error");
    assert_eq!(overlay_of(&window), Some("signed_error"));
    assert_eq!(window.sent(), [Command::Overlay(Some("signed_error"))], "the engine is told once");
    // What it means and what it cannot tell stand in the panel, which stays open.
    let about = metrics::overlay("signed_error").unwrap().about();
    assert!(window.says(about.meaning) && window.says(about.limits));
    window.click("none");
    assert_eq!(overlay_of(&window), None);
    assert_eq!(window.app().conductor().state().overlay, None);
}

#[test]
fn keys_walk_the_overlays_round_and_back() {
    let mut window = open(Fake::four((320, 180)));
    let ids: Vec<_> = metrics::overlays().iter().map(|o| Some(o.id())).chain([None]).collect();
    for id in &ids {
        window.press(Key::O);
        assert_eq!(overlay_of(&window), *id);
    }
    window.press_with(Modifiers::ALT, Key::O);
    assert_eq!(overlay_of(&window), ids[ids.len() - 2]);
}

#[test]
fn the_view_of_maps_brings_an_overlay_and_a_view_without_maps_asks_for_none() {
    let mut window = open(Fake::four((320, 180)));
    window.press(Key::V);
    assert_eq!(window.app().desk.looking.view, "map");
    assert_eq!(window.app().conductor().state().overlay, Some("error"));
    window.press(Key::D);
    assert_eq!(window.app().conductor().state().overlay, None, "a difference carries no map");
    window.press(Key::S);
    assert_eq!(window.app().conductor().state().overlay, Some("error"));
    window.press(Key::V);
    window.click("Overlay");
    window.click("none");
    assert!(window.says("no overlay is chosen"));
}

#[test]
fn the_legend_speaks_in_units_and_says_what_the_map_comes_to() {
    let mut window = open(Fake::four((320, 180)));
    window.press(Key::O);
    assert!(window.says("Legend: Error, 0, 16, 32 codes, 2: 10.00, mean squared error of luma"));
    window.press(Key::O);
    assert!(window.says("Legend: Signed error, darker, brighter, −32, 0, +32 codes, 2: 10.00"));
    // Two candidates side by side share one scale and say each its own number.
    window.press(Key::B);
    window.press_with(Modifiers::ALT, Key::Num3);
    assert!(window.says("3: 20.00") && window.says("2: 10.00"));
    window.app_mut().desk.looking.over.limit = Limit::Auto;
    window.harness.run_steps(2);
    assert!(window.says("Legend: Signed error, auto limits"));
    window.app_mut().desk.looking.over.limit = Limit::At(4.0);
    window.harness.run_steps(2);
    assert!(window.says("limits set") && window.says("+4 codes"));
}

#[test]
fn limits_are_chosen_in_the_panel() {
    let mut window = open(Fake::four((320, 180)));
    window.press(Key::O);
    window.click("Overlay");
    window.click("auto");
    assert_eq!(window.app().desk.looking.over.limit, Limit::Auto);
    // 1600 of 57,600 places hold 16: the 99.5th percentile is 16, and the next round number 20.
    assert!(window.says("20 codes"));
    window.click("usual");
    assert!(window.says("32 codes"));
    let strength = window.harness.get_by_role_and_label(egui::accesskit::Role::Slider, "Strength").rect();
    window.drag(strength.center(), strength.center() - egui::vec2(60.0, 0.0));
    assert!(window.app().desk.looking.over.strength < 0.65, "{}", window.app().desk.looking.over.strength);
}

#[test]
fn the_number_under_the_cursor_is_that_of_the_maps_cell() {
    let mut window = open(Fake::four((320, 180)));
    window.press(Key::O);
    let pane = window.app().desk.panes[0];
    let over = |x: f64, y: f64| {
        let placed = pane.placed;
        let at = [placed.x + placed.w * (x + 0.5) / 320.0, placed.y + placed.h * (y + 0.5) / 180.0];
        egui::pos2(at[0] as f32, at[1] as f32)
    };
    for (x, y, want) in [(0.0, 0.0, "1.0 codes"), (110.0, 70.0, "16.0 codes"), (250.0, 150.0, "0.0 codes")] {
        window.harness.hover_at(over(x, y));
        window.harness.run_steps(2);
        let (state, desk) = (window.app().conductor().state(), &window.app().desk);
        let words = doublet::ui::readout(state, desk).unwrap();
        assert!(words.ends_with(want), "{x} {y}: {words}");
    }
}

#[test]
fn a_map_of_another_frame_is_never_drawn() {
    let mut fake = Fake::four((320, 180));
    let mut looking = doublet::views::Looking { view: "map", ..Default::default() };
    looking.choose_overlay(Some("error"));
    let state = fake.state_mut();
    state.overlay = Some("error");
    fake.map();
    let shot = |fake: &Fake| {
        use doublet::ui::Conductor;
        Shot { state: fake.state(), looking: &looking, size: (640, 360), pixels_per_point: 1.0 }.now().unwrap()
    };
    let lit = |picture: &RgbaImage| {
        let inner = image::imageops::crop_imm(picture, 230, 130, 60, 60).to_image();
        inner.pixels().filter(|p| p.0[0] > p.0[2] + 60).count()
    };
    let with = shot(&fake);
    assert_eq!(lit(&with), 3600, "the planted square is lit");
    // The next frame's pictures are there and its map is not.
    fake.seek(25);
    assert_eq!(lit(&shot(&fake)), 0);
    fake.map();
    assert_eq!(lit(&shot(&fake)), 3600);
    // Back again: the map kept is that of the very pictures, and these are others.
    fake.seek(24);
    assert_eq!(lit(&shot(&fake)), 0);
}

/// The window's canvas and the shot's twin draw the same, overlay, legend and all.
#[test]
fn a_shot_with_an_overlay_is_what_the_window_shows() {
    let Some(mut window) = open_drawn(Fake::four((320, 180)), (1100.0, 700.0)) else { return };
    window.press(Key::O);
    for key in [Key::S, Key::B, Key::V] {
        window.press(key);
        window.harness.remove_cursor();
        window.harness.run_steps(6);
        let whole = window.harness.render().unwrap();
        let a = window.app().desk.area;
        let seen = image::imageops::crop_imm(&whole, a.x as u32, a.y as u32, a.w, a.h).to_image();
        let app = window.app();
        let (state, looking, size) = (app.conductor().state(), &app.desk.looking, seen.dimensions());
        let shot = Shot { state, looking, size, pixels_per_point: 1.0 }.now().unwrap();
        let worst = seen.as_raw().iter().zip(shot.as_raw()).map(|(a, b)| a.abs_diff(*b)).max().unwrap();
        // As in the test without: rounding of the half-float texture, and once a layer.
        assert!(worst <= 3, "{key:?}: {worst} at worst");
    }
}

#[test]
#[ignore = "writes pictures to look at: cargo test --test main ui::overlay::look -- --ignored"]
fn look() {
    let out = std::path::PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("target/look");
    std::fs::create_dir_all(&out).unwrap();
    for (w, h) in [(1600.0, 1000.0), (960.0, 600.0)] {
        let Some(mut window) = open_drawn(Fake::four((768, 432)), (w, h)) else { return };
        let shoot = |window: &mut Window, name: &str| {
            window.harness.run_steps(4);
            window.harness.render().unwrap().save(out.join(format!("overlay-{name}-{w}.png"))).unwrap();
        };
        window.press(Key::O);
        shoot(&mut window, "split");
        window.click("Overlay");
        shoot(&mut window, "picker");
        window.press(Key::Escape);
        window.press(Key::V);
        shoot(&mut window, "map");
    }
}
