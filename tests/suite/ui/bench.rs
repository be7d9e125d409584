//! The attack bench: needles, sliders, the search, keeping what was found.

use doublet::engine::{Attack, AttackSide, Command, KNOBS, NEEDLES};
use doublet::ui::bench::{lean, span};
use egui::{Key, Modifiers, vec2};

use super::fake::Fake;
use super::{Window, open, open_sized};

/// A window high enough for all sliders, with the bench open.
fn opened(fake: Fake) -> Window {
    let mut window = open_sized(fake, (1400.0, 1000.0));
    window.harness.run_steps(2);
    window.press(Key::A);
    window
}

fn attacks(window: &mut Window) -> Vec<Attack> {
    let attack = |command| match command {
        Command::Attack(attack) => Some(attack),
        _ => None,
    };
    window.news().into_iter().filter_map(attack).collect()
}

#[test]
fn the_key_and_the_button_open_the_bench_for_the_candidate_on_the_right() {
    let mut window = opened(Fake::four((320, 180)));
    let right = window.right();
    assert!(window.news().contains(&Command::Bench(Some(right))));
    assert!(window.says("VMAF 91.6"), "the needles are told in words");
    window.press(Key::Num4);
    let right = window.right();
    assert_eq!(window.news(), [Command::Bench(Some(right))]);
    window.click("Attack");
    assert_eq!(window.news(), [Command::Bench(None)]);
    window.click("Attack");
    window.click("Close the attack bench");
    assert!(!window.app().desk.folds.bench);
}

#[test]
fn every_slider_moves_its_stage_and_the_needles_lean() {
    let mut window = opened(Fake::four((320, 180)));
    window.news();
    for knob in &KNOBS {
        let name = format!("Attack: {}", doublet::ui::text::bench::knob(knob.id).0.trim());
        let at = window.at(&name);
        window.drag(at.center(), at.center() + vec2(at.width() * 0.3, 0.0));
        let moved = attacks(&mut window);
        let last = moved.last().unwrap_or_else(|| panic!("{name} moved nothing"));
        assert_ne!(last.of(knob.id), knob.idle, "{name}");
    }
    let bench = window.app().conductor().state().bench.clone().unwrap();
    assert!(bench.line.unwrap().starts_with("x264_crf35.mkv | unsharp "));
    let gain = bench.needles["vmaf_raw"].gain().unwrap();
    assert!(gain > 0.0 && lean("vmaf_raw", gain) > 0.0);
    assert!(window.says(&format!("{gain:+.2}")), "{gain}");
    window.press_with(Modifiers::ALT, Key::A);
    assert!(attacks(&mut window).last().unwrap().is_idle());
}

#[test]
fn needles_stand_up_without_an_attack_and_end_at_their_scale() {
    for id in NEEDLES {
        assert_eq!(lean(id, 0.0), 0.0);
        assert_eq!(lean(id, 3.0 * span(id)), lean(id, span(id)));
        assert_eq!(lean(id, -span(id)), -lean(id, span(id)));
    }
}

#[test]
fn what_is_kept_is_a_candidate_and_the_bench_stays_where_it_is() {
    let mut window = opened(Fake::four((320, 180)));
    let right = window.right();
    window.app_mut().desk.folds.strip = true;
    let name = "Attack: Contrast";
    let at = window.at(name);
    window.drag(at.center(), at.center() + vec2(30.0, 0.0));
    let line = window.app().conductor().state().bench.as_ref().unwrap().line.clone().unwrap();
    window.news();
    window.click("Add as candidate");
    assert!(window.news().contains(&Command::Add(line)));
    assert_eq!(window.right(), right);
}

#[test]
fn the_search_is_begun_with_the_loss_given_and_stopped() {
    let mut window = opened(Fake::four((320, 180)));
    window.news();
    window.click("Find me the hack");
    assert_eq!(window.news(), [Command::Hunt(Some(1.0))]);
    assert!(window.says("57 tried on 1 frame: VMAF +8.50 at -0.75 dB PSNR so far"));
    window.click("Stop");
    assert_eq!(window.news(), [Command::Hunt(None)]);
    assert!(window.says("57 tried on 1 frame: VMAF +8.50 at -0.75 dB PSNR"));
}

#[test]
fn the_search_key_opens_the_bench_and_nothing_is_searched_without_a_candidate() {
    let mut window = open(Fake::four((320, 180)));
    window.harness.run_steps(2);
    window.press_with(Modifiers::SHIFT, Key::A);
    let right = window.right();
    let sent = window.news();
    assert!(sent.starts_with(&[Command::Bench(Some(right)), Command::Hunt(Some(1.0))]), "{sent:?}");
    let mut empty = open(Fake::empty());
    empty.press_with(Modifiers::SHIFT, Key::A);
    assert!(empty.news().is_empty());
}

#[test]
fn before_an_encode_needs_an_encode() {
    let mut fake = Fake::four((320, 180));
    fake.state_mut().tracks[2].recipe = "source | encode x264 crf=30".into();
    let mut window = opened(fake);
    window.news();
    window.click("before the encode");
    assert!(attacks(&mut window).is_empty());
    assert!(window.app().desk.toasts.iter().any(|toast| toast.sentence.contains("no encode")));
    window.press(Key::Num3);
    window.news();
    window.click("before the encode");
    assert_eq!(attacks(&mut window).last().map(|attack| attack.side), Some(AttackSide::Before));
    let at = window.at("Attack: Contrast");
    window.drag(at.center(), at.center() + vec2(30.0, 0.0));
    let line = window.app().conductor().state().bench.as_ref().unwrap().line.clone().unwrap();
    assert!(line.starts_with("source | contrast ") && line.ends_with(" | encode x264 crf=30"), "{line}");
}
