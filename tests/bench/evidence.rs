//! What the evidence costs: a verdict beside the plain scores it rests on, and the overlays that are to follow the
//! picture.

use std::sync::Arc;

use doublet::evidence;
use doublet::frame::{Frame, Plane};
use doublet::metrics::{self, Enlarged, Memo, Moment, Needs, Overlay, Pair, Plan};

use crate::Show;
use crate::material;
use crate::reference::pictures;
use crate::reference::raw::{self, GRAY, Raw, yuv};
use crate::rounds::{Cost, Row, alone, compare, timed};

/// Pairs in a file, and how often a run goes through it: 48 frames.
const PAIRS: usize = 24;
const PASSES: usize = 2;

/// Overlays that are to be drawn ten times a second or more, and others that a window draws too.
const FOLLOWING: [&str; 5] = ["gain", "erqa", "contradicted", "added", "ssim"];
const OTHERS: [&str; 3] = ["error", "bent", "shimmer"];

/// How often a frame is to be drawn a second.
const WANTED: f64 = 10.0;

pub fn rows(rounds: usize, show: Show<'_>) {
    let made = || {
        let reference = pictures::street(&material::folder()?, (1280, 720), yuv(8, (1, 1)), PAIRS)?;
        let (_, candidate) = pictures::encoded(&reference, 35)?;
        Ok::<_, String>((reference, candidate))
    };
    let (reference, candidate) = match made() {
        Ok(both) => both,
        Err(reason) => return show(Row::skipped("evidence, 720p", reason)),
    };
    let both = (&reference, &candidate);
    let count = (PAIRS * PASSES) as f64;
    let Ok(plain) = metrics::select("vmaf,vmaf_neg,psnr_y,ssim_y") else { return };
    let (verdict, plain) = (Plan::new(&evidence::measured()), Plan::new(&plain));
    let run = |plan: &Plan| timed(|| raw::measure(plan, both, PASSES, |_, _, _| Ok(())));
    show(Row::Note("what a verdict reads, over vmaf + vmaf_neg + psnr_y + ssim_y: at most 1.5 times the time".into()));
    let label = "verdict / plain scores, 720p";
    show(compare((label, "fps"), count, Some(1.0 / 1.5), rounds, &mut || run(&verdict), &mut || run(&plain)));
    show(Row::Note("overlays at 720p on all cores; an enlargement's is one of 640x360".into()));
    let all = FOLLOWING.iter().map(|id| (id, " (10 wanted)")).chain(OTHERS.iter().map(|id| (id, "")));
    for (overlay, wanted) in all.filter_map(|(id, wanted)| Some((metrics::overlay(id).ok()?, wanted))) {
        let name = format!("overlay {}{wanted}", overlay.id());
        let mut draw = || drawn(overlay, both);
        let row = alone(&name, "fps", PAIRS as f64, rounds, &mut draw);
        let slow = matches!(&row, Row::Figure { value, .. } if *value < WANTED);
        show(row);
        if slow && !wanted.is_empty() {
            show(Row::Note(format!("{}: missed", overlay.id())));
        }
    }
}

/// The map of every pair. Where the overlay reads an enlargement, the reference at half its size stands for the input and
/// the candidate for what was made of it; making the input costs nothing.
fn drawn(overlay: &dyn Overlay, both: (&Raw, &Raw)) -> Result<Cost, String> {
    let enlarged = overlay.about().needs != Needs::Reference;
    let plan = Plan::new(&[]);
    let mut pairs: Vec<(Arc<Frame>, Arc<Frame>)> = Vec::new();
    raw::measure(&plan, both, 1, |moment, _, _| {
        pairs.push((moment.pair.reference().clone(), moment.pair.candidate().clone()));
        Ok(())
    })?;
    let inputs: Vec<Arc<Frame>> = match enlarged {
        true => pairs.iter().map(|(reference, _)| half(reference)).collect::<Result<_, _>>()?,
        false => Vec::new(),
    };
    timed(|| {
        let memo = Memo::default();
        for (n, (reference, candidate)) in pairs.iter().enumerate() {
            let pair = Pair::new(reference, candidate).map_err(|error| error.to_string())?;
            let before: Vec<Arc<Frame>> = pairs[..n].iter().rev().take(1).map(|(r, _)| r.clone()).collect();
            let earlier: Vec<Arc<Frame>> = pairs[..n].iter().rev().take(1).map(|(_, d)| d.clone()).collect();
            let mut moment = Moment::new(pair).among(&before, &[], Some(raw::RATE)).following(&earlier);
            if let Some(input) = inputs.get(n) {
                let before = n.checked_sub(1).map(|n| (&inputs[n], &pairs[n].1));
                moment = moment.enlarged_from(Enlarged { input, output: candidate, before });
            }
            overlay.map(&moment, &memo).map_err(|error| error.to_string())?;
        }
        Ok(())
    })
}

/// `frame` at half its size: means of two by two samples of luma, as grey.
fn half(frame: &Frame) -> Result<Arc<Frame>, String> {
    let (width, height) = (frame.width / 2, frame.height / 2);
    let plane = frame.plane(0);
    let row = |y: u32| {
        let (a, b) = (plane.row_u8(2 * y), plane.row_u8(2 * y + 1));
        let sum = |row: &[u8], x: usize| u16::from(row[2 * x]) + u16::from(row[2 * x + 1]);
        (0..width as usize).map(|x| ((sum(a, x) + sum(b, x) + 2) / 4) as u8).collect::<Vec<u8>>()
    };
    let luma = Plane::from_u8(width, height, (0..height).flat_map(row).collect()).map_err(|e| e.to_string())?;
    Frame::new(width, height, GRAY, frame.color, vec![luma]).map(Arc::new).map_err(|e| e.to_string())
}
