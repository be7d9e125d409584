//! Hot spots and faded detail, from files to what the window reads.

use std::path::PathBuf;
use std::sync::Arc;

use doublet::engine::{Command, Engine, Settings, State, THUMB, Track};
use doublet::frame::{Frame, Region};
use doublet::metrics::Enlarged;
use doublet::metrics::invented::Carried;

use super::metrics::{make, random, yuv420};
use super::support::Clip;

const PLAIN: &str = "source | down 2 bicubic | up 2 bicubic";
const SHARP: &str = "source | down 2 bicubic | up 2 bicubic | unsharp 3";

/// An engine with a clip of 160x96 and candidates on it, at frame 3.
fn opened(lines: &[&str]) -> (Engine, tempfile::TempDir) {
    let dir = tempfile::tempdir().unwrap();
    let path: PathBuf = dir.path().join("clip.mkv");
    Clip::default().write(&path);
    let mut engine = Engine::new(Settings { scan: false, ..Settings::default() }, || {});
    let candidates = lines.iter().map(|line| line.to_string()).collect();
    engine.send(Command::Open { reference: path.display().to_string(), candidates });
    engine.run_until_idle();
    let visible = engine.state().tracks.iter().map(|track| track.id).collect();
    engine.send(Command::Watch { visible, focus: Region::WHOLE });
    engine.send(Command::Seek(3));
    engine.run_until_idle();
    (engine, dir)
}

fn screen<'a>(state: &'a State, track: &'a Track) -> &'a Arc<Frame> {
    &state.on_screen(track).unwrap().frame
}

/// Mean distance of R, G and B, codes of 256, whatever the layouts.
fn apart(a: &Frame, b: &Frame) -> f64 {
    let [a, b] = [a, b].map(|frame| doublet::color::to_rgb(frame).unwrap());
    255.0 * a.data.iter().zip(&b.data).map(|(a, b)| f64::from((a - b).abs())).sum::<f64>() / a.data.len() as f64
}

#[test]
fn places_come_with_small_pictures_and_are_forgotten_with_the_case() {
    let (mut engine, _dir) = opened(&[SHARP, PLAIN]);
    let id = engine.state().tracks[1].id;
    engine.send(Command::HotSpots(Some((id, 4))));
    engine.run_until_idle();
    let run = &engine.state().hot_spots[&id];
    assert_eq!((run.looked, run.frames, &run.over, run.stopped), (4, 4, &Some(Ok(())), false));
    assert!(!run.spots.is_empty());
    for card in run.spots.iter() {
        let thumbs = &card.thumbs;
        let sizes =
            [thumbs.reference.dimensions(), thumbs.candidate.dimensions(), (thumbs.map.width, thumbs.map.height)];
        assert!(sizes.iter().all(|(w, h)| *w <= THUMB.0 && *h <= THUMB.1), "{sizes:?}");
        assert!(card.spot.frame > 0 && card.spot.frame < 12 && card.spot.rank > 0.0);
        let lit = thumbs.map.values.iter().filter(|v| **v > 0.0).count();
        assert!(lit > 0, "the place is in its own picture: {:?}", card.spot);
    }
    let first: Vec<_> = run.spots.iter().map(|card| card.spot.clone()).collect();
    // The same search finds the same.
    engine.send(Command::HotSpots(Some((id, 4))));
    engine.run_until_idle();
    let again: Vec<_> = engine.state().hot_spots[&id].spots.iter().map(|card| card.spot.clone()).collect();
    assert_eq!(again, first);
    // Within in and out points, only there; and what was found elsewhere is gone at once.
    engine.send(Command::Range(Some(6..10)));
    engine.update();
    assert!(!engine.state().hot_spots.contains_key(&id));
    engine.send(Command::HotSpots(Some((id, 4))));
    engine.run_until_idle();
    assert!(engine.state().hot_spots[&id].spots.iter().all(|card| (6..10).contains(&card.spot.frame)));
    engine.send(Command::Remove(id));
    engine.run_until_idle();
    assert!(engine.state().hot_spots.is_empty());
}

#[test]
fn a_search_that_is_stopped_keeps_what_it_found() {
    let (mut engine, _dir) = opened(&[SHARP]);
    let id = engine.state().tracks[1].id;
    engine.send(Command::HotSpots(Some((id, 8))));
    engine.send(Command::HotSpots(None));
    let run = &engine.state().hot_spots[&id];
    assert!(run.stopped && run.over == Some(Ok(())));
    engine.run_until_idle();
    assert!(engine.state().hot_spots[&id].stopped);
}

#[test]
fn detail_fades_from_the_whole_picture_to_what_the_input_carries() {
    let (mut engine, _dir) = opened(&[SHARP, PLAIN, "source | noise 4"]);
    let mut at = |share: Option<f32>| {
        engine.send(Command::Detail(share));
        engine.run_until_idle();
        let state = engine.state();
        let frames: Vec<_> = state.candidates().iter().map(|track| screen(state, track).clone()).collect();
        let own = state.candidates().iter().map(|track| track.shown.as_ref().unwrap().frame.clone());
        let why = state.not_faded(state.tracks[3].id).map(str::to_owned);
        (frames, own.collect::<Vec<_>>(), why)
    };
    let (whole, own, why) = at(Some(1.0));
    assert!(whole.iter().zip(&own).all(|(a, b)| Arc::ptr_eq(a, b)), "at 1 the very picture");
    assert!(why.unwrap().contains("nothing was enlarged"));
    let (none, ..) = at(Some(0.0));
    let (half, ..) = at(Some(0.5));
    let (away, near) = (apart(&none[0], &own[0]), apart(&none[1], &own[1]));
    assert!(away > 0.5 && near < 1.0 && away > 2.0 * near, "sharpening goes, a plain enlargement stays: {away} {near}");
    assert!(apart(&none[0], &own[1]) < apart(&own[0], &own[1]), "towards the plain enlargement");
    let (first, rest) = (apart(&none[0], &half[0]), apart(&half[0], &own[0]));
    assert!((first - 0.5 * away).abs() < 0.5 && (rest - 0.5 * away).abs() < 0.5, "{first} {rest} of {away}");
    assert!(Arc::ptr_eq(&none[2], &own[2]), "what was not enlarged stays as it is");
    let (back, ..) = at(Some(1.0));
    assert!(Arc::ptr_eq(&back[0], &own[0]));
    // A picture that plays is whole.
    at(Some(0.0));
    engine.send(Command::Play);
    let state = engine.state();
    assert!(state.faded(&state.tracks[1]).is_none());
}

#[test]
fn what_an_enlargement_holds_is_all_carried_at_any_depth_and_size() {
    for (bits, width, height) in [(8, 96, 64), (10, 97, 63)] {
        let input = Arc::new(make(width, height, yuv420(bits), |index, x, y| {
            let wave = (f64::from(x) / 5.0).sin() * (f64::from(y) / 7.0).cos() + 0.3 * random(index as u32, x, y);
            ((0.5 + 0.2 * wave) * f64::from((1u32 << bits) - 1)) as u16
        }));
        let to = doublet::color::Target { width: 2 * width, height: 2 * height, ..doublet::color::Target::of(&input) };
        let output = doublet::color::conform(&input, &to, doublet::color::Kernel::Bicubic).unwrap().0;
        let carried = Carried::of(&Enlarged { input: &input, output: &output, before: None }).unwrap();
        let none = carried.mixed(0.0).unwrap();
        assert!(Arc::ptr_eq(&carried.mixed(1.0).unwrap(), &output));
        assert_eq!((none.layout, none.width, none.height), (output.layout, output.width, output.height));
        let scale = 1u16 << (bits - 8);
        let most = (0..3).map(|index| {
            let (a, b) = (none.plane(index), output.plane(index));
            let rows = (0..a.height).map(|y| match bits {
                8 => a.row_u8(y).iter().zip(b.row_u8(y)).map(|(a, b)| u16::from(a.abs_diff(*b))).max(),
                _ => a.row_u16(y).iter().zip(b.row_u16(y)).map(|(a, b)| a.abs_diff(*b)).max(),
            });
            rows.flatten().max().unwrap()
        });
        let most: Vec<u16> = most.collect();
        // Where chroma stands beside luma is not asked: of an odd size it reaches beyond the picture.
        let even = width % 2 == 0 && height % 2 == 0;
        assert!(most[0] <= 2 * scale, "{bits} bits: {most:?} codes off");
        assert!(!even || most[1..].iter().all(|most| *most <= 3 * scale), "{bits} bits: {most:?} codes off");
        assert!(carried.way().contains("bicubic"), "{}", carried.way());
    }
}
