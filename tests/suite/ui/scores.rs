//! The panel of scores: pooling, the choice of metrics, the part of the picture that is measured.

use doublet::engine::Command;
use doublet::metrics::{METRICS, pool};
use egui::{Event, Key, Modifiers, vec2};

use super::fake::Fake;
use super::{Window, open, open_sized};

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
    // High enough for the whole list: what is scrolled out of sight cannot be clicked.
    let mut window = open_sized(Fake::four((320, 180)), (1100.0, 2400.0));
    window.press(Key::M);
    window.click("Choose");
    for metric in METRICS {
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

#[test]
fn all_ways_stand_from_highest_to_lowest_and_a_click_copies_one() {
    use doublet::engine::WaysRun;
    use doublet::report::{CandidateWays, WayScore};
    let mut window = opened(Fake::four((320, 180)));
    window.click("Ways");
    window.click("Measure all ways of x264 crf35");
    let candidate = window.app().conductor().state().tracks[1].id;
    assert!(window.sent().contains(&Command::Ways(Some(candidate))));

    let way = |model: &str, pooling: &str, score: f64| WayScore {
        model: model.into(),
        mix: "luma".into(),
        pooling: pooling.into(),
        score,
        provenance: format!("{model} made {score}"),
    };
    let ways = vec![way("4K", "mean", 91.5), way("v0.6.1", "mean", 80.25), way("NEG", "harmonic mean", 77.125)];
    let found = CandidateWays::new("x.mkv".into(), String::new(), String::new(), ways, vec![way("v1", "mean", 70.0)]);
    let mut fake = Fake::four((320, 180));
    let track = fake.state_mut().tracks[1].id;
    fake.state_mut().ways = Some(WaysRun { track, done: 1.0, found: Some(Ok(found.into())) });
    let mut window = opened(fake);
    window.click("Ways");
    assert!(window.says("3 ways, 14.38 points apart"));
    assert!(window.says("the usual one: v0.6.1, luma, mean, v0.6.1, luma, mean: 80.25"));
    assert!(
        window.at("lowest, NEG, luma, harmonic mean: 77.12").top()
            > window.at("marketing winner, 4K, luma, mean: 91.50").top()
    );
    window.click("marketing winner, 4K, luma, mean: 91.50");
    let said: Vec<_> = window.app().desk.toasts.iter().map(|toast| toast.sentence.clone()).collect();
    assert_eq!(said, ["Copied."]);
}
