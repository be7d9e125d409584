//! The panel of scores: pooling, the choice of metrics, the part of the picture that is measured.

use doublet::engine::Command;
use doublet::metrics::{METRICS, pool};
use egui::{Event, Key, Modifiers, vec2};

use super::fake::Fake;
use super::{Window, open};

fn opened(fake: Fake) -> Window {
    let mut window = open(fake);
    window.press(Key::M);
    window
}

#[test]
fn the_table_pools_as_chosen_and_a_click_plots() {
    let mut window = opened(Fake::four((320, 180)));
    let values: Vec<f64> = {
        let state = window.app().conductor().state();
        state.tracks[1].series["psnr_y"].iter().flatten().map(|m| m.value).collect()
    };
    let pooled = pool(&values).unwrap();
    assert!(window.says(&format!("PSNR-Y {:.2}", pooled.mean)), "the mean");
    window.click("How the frames become one number");
    window.click("lowest");
    assert!(window.says(&format!("PSNR-Y {:.2}", pooled.min)), "the lowest frame");
    window.click("Plot SSIM");
    assert_eq!(window.app().desk.metric, Some("ssim_y"));
}

#[test]
fn pooling_is_over_the_range_where_there_is_one() {
    let mut fake = Fake::four((320, 180));
    fake.state_mut().range = Some(5..11);
    let mut window = opened(fake);
    window.harness.run_steps(2);
    let state = window.app().conductor().state();
    let values: Vec<f64> = state.tracks[2].series["psnr_y"][5..11].iter().flatten().map(|m| m.value).collect();
    let words = format!("PSNR-Y {:.2}", pool(&values).unwrap().mean);
    assert!(window.says(&words), "{words}");
}

#[test]
fn every_metric_has_a_card_and_ticking_measures() {
    let mut window = opened(Fake::four((320, 180)));
    window.click("Choose");
    for metric in METRICS.iter().take(4) {
        assert!(window.says(&format!("Measure {}", metric.about().label)));
    }
    window.click("Measure PSNR-Cb");
    let sent = window.sent();
    let Some(Command::Metrics(ids)) = sent.last() else { panic!("{sent:?}") };
    assert!(!ids.contains(&"psnr_cb") && ids.contains(&"psnr_y"), "{ids:?}");
    window.click("standard set");
    assert!(window.app().conductor().state().metrics.contains(&"psnr_cb"));
    window.click("About PSNR-Y");
    assert!(window.says("0 to 60 dB for 8 bits; higher is better"));
    assert!(window.says("rank correlation with people +0.95"), "for encodes");
    window.click("upscale");
    assert!(window.says("rank correlation with people -0.10"), "for upscales");
    window.click("screen");
    assert!(window.says("Screen: no study is known here"));
}

#[test]
fn a_part_is_drawn_with_ctrl_and_taken_back() {
    let mut window = open(Fake::four((320, 180)));
    window.harness.run_steps(2);
    let before = window.app().desk.looking.camera;
    let middle = window.at("Picture").center();
    window.harness.event(Event::ModifiersChanged(Modifiers::COMMAND));
    window.drag(middle + vec2(40.0, 30.0), middle + vec2(140.0, 90.0));
    window.harness.event(Event::ModifiersChanged(Modifiers::NONE));
    let region = window.app().conductor().state().region.expect("a part");
    assert!(region.left > 0.5 && region.right > region.left && region.top > 0.5 && region.bottom > region.top);
    assert_eq!(window.app().desk.looking.camera, before, "the picture did not move");
    window.harness.run_steps(2);
    assert!(window.says("scores of this part"));
    window.harness.key_press_modifiers(Modifiers::ALT, Key::R);
    window.harness.run_steps(2);
    assert_eq!(window.app().conductor().state().region, None);
    assert!(!window.says("scores of this part"));
}
