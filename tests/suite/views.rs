//! Camera, layout and looking: pure arithmetic, no window.

use doublet::views::canvas::Mode;
use doublet::views::{
    Camera, Content, Looking, Picture, PxRect, Side, VIEWS, Zoom, layout, probe, turn, view_by_id, watched,
};

use super::ui::fake::Fake;
use doublet::ui::Conductor;

/// A small generator of numbers in 0..1, the same ones every time.
struct Dice(u64);

impl Dice {
    fn roll(&mut self) -> f64 {
        self.0 = self.0.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
        (self.0 >> 11) as f64 / (1u64 << 53) as f64
    }
}

const PANE: PxRect = PxRect { x: 196, y: 40, w: 1403, h: 856 };

#[test]
fn at_100_percent_every_pixel_is_exactly_one_sample() {
    let mut dice = Dice(1);
    for _ in 0..200 {
        let pane = PxRect::new(3, 7, 300 + (dice.roll() * 900.0) as u32, 200 + (dice.roll() * 700.0) as u32);
        let picture = Picture::new(1920, 1081);
        let mut camera = Camera { zoom: Zoom::Scale(1.0), center: [dice.roll(), dice.roll()] };
        camera.pan(pane, &picture, [dice.roll() * 9.0, dice.roll() * 9.0]);
        let placed = camera.place(pane, &picture);
        assert_eq!((placed.x.fract(), placed.y.fract()), (0.0, 0.0));
        assert_eq!((placed.w, placed.h), (1920.0, 1081.0));
        let at = [f64::from(pane.x) + 20.5, f64::from(pane.y) + 30.5];
        if let (Some(a), Some(b)) =
            (camera.sample_under(pane, &picture, at), camera.sample_under(pane, &picture, [at[0] + 1.0, at[1] + 1.0]))
        {
            assert_eq!((a.0 + 1, a.1 + 1), b);
        }
    }
}

#[test]
fn zooming_keeps_the_point_under_the_pointer() {
    let mut dice = Dice(2);
    let picture = Picture::new(1280, 720);
    for _ in 0..500 {
        let mut camera = Camera { zoom: Zoom::Scale(2.0 + 6.0 * dice.roll()), center: [0.3 + 0.4 * dice.roll(), 0.5] };
        let at = [f64::from(PANE.x) + 1403.0 * dice.roll(), f64::from(PANE.y) + 856.0 * dice.roll()];
        let before = camera.under(PANE, &picture, at);
        camera.zoom_at(PANE, &picture, at, 0.7 + 1.2 * dice.roll());
        let after = camera.under(PANE, &picture, at);
        let scale = camera.scale(PANE, &picture);
        // Both places are rounded to whole pixels: half a pixel each, of the smaller scale (2 * 0.7).
        let slack = 1.0 / scale.min(1.4) / 720.0 + 1e-9;
        let inside = camera.center.iter().all(|c| *c > 0.0 && *c < 1.0);
        assert!(!inside || (0..2).all(|i| (before[i] - after[i]).abs() <= slack), "{before:?} {after:?}");
    }
}

#[test]
fn nothing_drifts() {
    let picture = Picture::new(1280, 720);
    let mut camera = Camera { zoom: Zoom::Scale(4.0), center: [0.41, 0.57] };
    let start = camera;
    let at = [777.0, 333.0];
    for _ in 0..1000 {
        camera.zoom_at(PANE, &picture, at, 1.3);
        camera.pan(PANE, &picture, [13.0, -7.0]);
        camera.pan(PANE, &picture, [-13.0, 7.0]);
        camera.zoom_at(PANE, &picture, at, 1.0 / 1.3);
    }
    assert!((0..2).all(|i| (camera.center[i] - start.center[i]).abs() < 1e-9), "{camera:?}");
    assert!(matches!(camera.zoom, Zoom::Scale(s) if (s - 4.0).abs() < 1e-9));
}

#[test]
fn fit_shows_all_of_it_in_the_middle_with_aspect_and_rotation() {
    let cases = [
        (Picture::new(1280, 720), 1280.0 / 720.0),
        (Picture { sample_aspect: (64, 45), ..Picture::new(720, 576) }, 1024.0 / 576.0),
        (Picture { rotation: 90, ..Picture::new(1280, 720) }, 720.0 / 1280.0),
        (Picture { rotation: 270, sample_aspect: (1, 2), ..Picture::new(100, 100) }, 2.0),
    ];
    for (picture, shape) in cases {
        let p = Camera::default().place(PANE, &picture);
        assert!((p.w / p.h - shape).abs() < 0.005, "{picture:?}: {p:?}");
        assert!(p.x >= 196.0 && p.y >= 40.0 && p.x + p.w <= 1599.5 && p.y + p.h <= 896.5, "{p:?}");
        let slack = [(p.x - 196.0) - (1599.0 - p.x - p.w), (p.y - 40.0) - (896.0 - p.y - p.h)];
        assert!(slack.iter().all(|s| s.abs() <= 1.0), "{slack:?}");
    }
}

#[test]
fn the_pointer_finds_the_stored_sample_however_the_picture_is_turned() {
    // Turned clockwise by 90 degrees, the stored left top corner is shown at the right top.
    for (rotation, stored) in [(0, (0, 0)), (90, (0, 719)), (180, (1279, 719)), (270, (1279, 0))] {
        let picture = Picture { rotation, ..Picture::new(1280, 720) };
        let camera = Camera::default();
        let p = camera.place(PANE, &picture);
        assert_eq!(camera.sample_under(PANE, &picture, [p.x + 0.01, p.y + 0.01]), Some(stored), "{rotation}");
        assert_eq!(camera.sample_under(PANE, &picture, [p.x - 1.0, p.y]), None);
    }
}

#[test]
fn zooming_past_100_percent_stops_there() {
    let picture = Picture::new(4000, 3000);
    let mut camera = Camera { zoom: Zoom::Scale(0.9), center: [0.5, 0.5] };
    camera.zoom_at(PANE, &picture, PANE.center(), 1.19);
    assert_eq!(camera.zoom, Zoom::Scale(1.0));
    camera.zoom_at(PANE, &picture, PANE.center(), 1.19);
    assert!(matches!(camera.zoom, Zoom::Scale(s) if s > 1.1));
}

#[test]
fn side_by_side_panes_show_the_same_point_in_their_middles() {
    let fake = Fake::four((320, 180));
    let camera = Camera { zoom: Zoom::Scale(7.0), center: [0.31, 0.62] };
    let looking = Looking { view: "side", camera, ..Looking::default() };
    let panes = layout(fake.state(), &looking, PANE);
    let middles: Vec<_> = panes.iter().map(|p| camera.under(p.rect, &p.picture, p.rect.center())).collect();
    assert_eq!(panes.len(), 2);
    assert_eq!((panes[0].rect.w, panes[0].rect.h), (panes[1].rect.w, panes[1].rect.h));
    assert!((0..2).all(|i| (middles[0][i] - middles[1][i]).abs() < 1e-9), "{middles:?}");
    assert_eq!(panes[1].rect.x + panes[1].rect.w as i32, PANE.x + PANE.w as i32);
}

#[test]
fn every_view_lays_out_and_peeking_shows_the_reference_in_all_panes() {
    let fake = Fake::four((320, 180));
    let reference = fake.state().tracks[0].id;
    for view in VIEWS {
        assert_eq!(view_by_id(view.id()).map(|v| v.id()), Some(view.id()));
        let mut looking = Looking { view: view.id(), ..Looking::default() };
        let panes = layout(fake.state(), &looking, PANE);
        assert!(!panes.is_empty());
        assert!(panes.iter().all(|p| p.rect.x >= PANE.x && p.rect.w <= PANE.w && p.rect.h == PANE.h));
        looking.peek = true;
        let panes = layout(fake.state(), &looking, PANE);
        assert!(panes.iter().all(|p| p.content == Content::One(reference)));
    }
    assert!(layout(Fake::empty().state(), &Looking::default(), PANE).is_empty());
}

#[test]
fn a_pane_becomes_a_drawing_in_its_own_pixels() {
    let fake = Fake::four((320, 180));
    let looking = Looking { split: 0.25, ..Looking::default() };
    let pane = layout(fake.state(), &looking, PANE)[0];
    let spec = pane.drawing(fake.state(), &looking);
    assert_eq!(spec.mode, Mode::Split { x: 351.0 });
    assert_eq!((spec.viewport.x, spec.viewport.width), (196.0, 1403.0));
    assert_eq!(f64::from(spec.picture.x), pane.placed.x - 196.0);
}

#[test]
fn a_candidate_without_its_tag_turns_like_the_reference_and_one_turned_before_does_not() {
    let fake = Fake::four((320, 180));
    let track = &fake.state().tracks[1];
    let reference = Picture { rotation: 90, ..Picture::new(1920, 1080) };
    assert_eq!(turn(track, &reference), 90);
    let upright = Picture { rotation: 90, ..Picture::new(1080, 1920) };
    assert_eq!(turn(track, &upright), 0);
}

#[test]
fn the_engine_is_told_what_can_be_seen() {
    let mut fake = Fake::four((320, 180));
    let ids: Vec<_> = fake.state().tracks.iter().map(|t| t.id).collect();
    let camera = Camera { zoom: Zoom::Scale(16.0), center: [0.25, 0.5] };
    let looking = Looking { view: "flicker", camera, right: Some(ids[2]), ..Looking::default() };
    let (visible, focus) = watched(fake.state(), &looking, PANE);
    assert_eq!(visible, [ids[0], ids[2]], "both sides of a flicker count");
    let half = 1403.0 / 16.0 / 320.0 / 2.0;
    assert!((focus.left - (0.25 - half)).abs() < 0.01 && (focus.right - (0.25 + half)).abs() < 0.01, "{focus:?}");
    // Turned by 180 degrees, what is seen on the left is stored on the right.
    if let Some(info) = &mut fake.state_mut().tracks[0].info {
        std::sync::Arc::make_mut(info).rotation = 180;
    }
    let (_, focus) = watched(fake.state(), &looking, PANE);
    assert!((focus.left - (0.75 - half)).abs() < 0.01 && (focus.right - (0.75 + half)).abs() < 0.01, "{focus:?}");
}

#[test]
fn sides_swap_and_come_back_when_a_track_goes() {
    let mut fake = Fake::four((64, 36));
    let ids: Vec<_> = fake.state().tracks.iter().map(|t| t.id).collect();
    let mut looking = Looking { right: Some(ids[2]), ..Looking::default() };
    looking.swap(fake.state());
    let on = |looking: &Looking, fake: &Fake, side| looking.track(fake.state(), side).map(|t| t.id);
    assert_eq!((on(&looking, &fake, Side::Left), on(&looking, &fake, Side::Right)), (Some(ids[2]), Some(ids[0])));
    looking.swap(fake.state());
    fake.state_mut().tracks.remove(2);
    assert_eq!(on(&looking, &fake, Side::Right), Some(ids[1]), "a track that is gone gives way to the usual one");
}

#[test]
fn one_sample_read_is_the_whole_pictures() {
    use doublet::color::to_rgb;
    use doublet::frame::{ColorInfo, Family, Frame, Layout, Plane, Sample};
    let mut dice = Dice(5);
    for (shift, bits) in [((1, 1), 8), ((1, 0), 10), ((0, 0), 8), ((2, 0), 8)] {
        let layout = Layout { family: Family::Yuv, sample: Sample::integer(bits), chroma_shift: shift, alpha: false };
        let (w, h) = (75, 51);
        let planes = (0..3).map(|i| {
            let (pw, ph) = layout.plane_size(i, w, h);
            let codes = (0..pw * ph).map(|_| (dice.roll() * f64::from(1u32 << bits)) as u16).collect::<Vec<_>>();
            match bits {
                8 => Plane::from_u8(pw, ph, codes.iter().map(|c| *c as u8).collect()).unwrap(),
                _ => Plane::from_u16(pw, ph, codes).unwrap(),
            }
        });
        let frame = Frame::new(w, h, layout, ColorInfo::default(), planes.collect()).unwrap();
        let whole = to_rgb(&frame).unwrap();
        for _ in 0..60 {
            let (x, y) = ((dice.roll() * f64::from(w)) as u32, (dice.roll() * f64::from(h)) as u32);
            let (one, all) = (probe::rgb_at(&frame, x, y).unwrap(), whole.pixel(x, y));
            assert!((0..3).all(|c| (one[c] - all[c]).abs() < 1e-6), "{shift:?} at {x} {y}: {one:?} {all:?}");
        }
        assert_eq!(probe::rgb_at(&frame, w, 0), None);
    }
}

#[test]
fn a_shot_is_stable_and_a_flicker_gives_two() {
    use doublet::views::Shot;
    let fake = Fake::four((320, 180));
    let looking = Looking { view: "flicker", ..Looking::default() };
    let shot = Shot { state: fake.state(), looking: &looking, size: (640, 360), pixels_per_point: 1.0 };
    let (first, second) = (shot.all(), shot.all());
    assert_eq!(first.len(), 2);
    assert_ne!(first[0], first[1]);
    assert_eq!(first, second);
    assert_eq!(first[0].dimensions(), (640, 360));
    // The plates are dark and carry bright words: 16 pixels from the corner.
    let corner = image::imageops::crop_imm(&first[0], 16, 16, 60, 20).to_image();
    assert!(corner.pixels().any(|p| p.0[0] > 200) && corner.pixels().any(|p| p.0[0] < 70));
}
