//! The case of PULSE: a picture that shrinks back to its input and is another picture. What contradicts must stay dark,
//! what was added must light up where the lie is.

use std::sync::Arc;

use doublet::color::{self, Kernel};
use doublet::engine::{EvidenceSettings, Recipe, Workshop, evidence};
use doublet::filters::{PULSE_FACTORS, pulse};
use doublet::frame::{Frame, FrameSource, Request, SourceError, SourceInfo, Stop};
use doublet::media;

use super::support::Clip;

fn luma(frame: &Frame) -> Vec<f32> {
    let mut all = Vec::new();
    color::with_luma(frame, |codes, _, _| all = codes.to_vec()).unwrap();
    all
}

struct One(SourceInfo, Arc<Frame>);

impl FrameSource for One {
    fn info(&self) -> &SourceInfo {
        &self.0
    }

    fn frame(&mut self, _: &mut Request<'_>) -> Result<Arc<Frame>, SourceError> {
        Ok(self.1.clone())
    }
}

fn clip(width: u32, height: u32) -> (tempfile::TempDir, String) {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("ref.mkv");
    Clip { width, height, frames: 3, ..Clip::default() }.write(&path);
    (dir, path.display().to_string())
}

#[test]
fn the_face_is_there_and_gone_once_it_is_shrunk() {
    let (_dir, path) = clip(322, 242);
    let mut film = media::open(path.as_ref()).unwrap();
    let (info, plain) = (film.info().clone(), film.get(0).unwrap());
    for factor in [2, 4, 8] {
        let mut source = pulse(Box::new(One(info.clone(), plain.clone())), factor, (0.5, 0.5)).unwrap();
        let lie = source.get(0).unwrap();
        let most = luma(&lie).iter().zip(luma(&plain)).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max);
        assert!((most - 64.0).abs() < 0.5, "{factor}: {most}");
        // On whole cells: the sides of this picture are no multiples of the factor.
        let (width, height) = (322 / factor * factor, 242 / factor * factor);
        for kernel in [Kernel::Box, Kernel::Bicubic] {
            let small = |frame: &Arc<Frame>| {
                let image = color::to_rgb(&frame.part((0, 0), (width, height)).unwrap()).unwrap();
                color::resize(&image, width / factor, height / factor, kernel)
            };
            let (a, b) = (small(&lie), small(&plain));
            let apart = a.data.iter().zip(&b.data).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max) * 255.0;
            // Strokes of a sample or two leave a little more behind than finer ones in a wider cell.
            let most = if factor == 2 { 2.5 } else { 1.5 };
            assert!(apart < most, "{factor} by {}: {apart} codes apart", kernel.name());
        }
    }
    for (factor, x) in [(PULSE_FACTORS.0 - 1, 0.5), (PULSE_FACTORS.1 + 1, 0.5), (4, f64::NAN), (4, 1.5)] {
        assert!(pulse(Box::new(One(info.clone(), plain.clone())), factor, (x, 0.5)).is_err(), "{factor} {x}");
    }
}

#[test]
fn contradicts_stays_dark_and_added_lights_up() {
    let (_dir, path) = clip(320, 240);
    let honest = "source | down 4 bicubic | up 4 lanczos";
    let lines = [honest.to_owned(), format!("{honest} | pulse 4"), format!("{honest} | pulse 4 x=0.1 y=0.9")];
    let candidates: Vec<Recipe> = lines.iter().map(|line| Recipe::parse(line).unwrap()).collect();
    let settings = EvidenceSettings { frames: 1, spots: 8 };
    let workshop = Arc::new(Workshop::new(1 << 26));
    let found =
        evidence(&workshop, &Recipe::file(&path), &candidates, &settings, &mut |_, _, _| {}, &Stop::default()).unwrap();
    let number = |n: usize, id: &str| found[n].numbers.iter().find(|number| number.id == id).unwrap().value.clone();
    for (n, line) in lines.iter().enumerate() {
        assert_eq!(number(n, "contradicted"), Ok(0.0), "{line}");
        assert!(found[n].spots.iter().all(|spot| spot.overlay != "contradicted"), "{line}");
    }
    for id in ["added_energy", "unexplained"] {
        let (plain, lie) = (number(0, id).unwrap(), number(1, id).unwrap());
        assert!(lie > 2.0 * plain + 0.1, "{id}: {plain} without, {lie} with the lie");
    }
    // The face stands in the middle of the picture, and that is where the first such spot lies.
    let spot = found[1].spots.iter().find(|spot| spot.overlay == "unexplained").expect("a spot");
    let [left, top, width, height] = spot.place;
    let middle = (left + width / 2, top + height / 2);
    assert!((110..210).contains(&middle.0) && (60..180).contains(&middle.1), "{:?}", spot.place);
}
