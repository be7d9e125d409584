//! What the evidence costs: a verdict beside the plain scores it rests on, and the overlays that are to follow the
//! picture.

use doublet::evidence;
use doublet::metrics::{self, Plan};

use crate::Show;
use crate::material;
use crate::reference::pictures;
use crate::reference::raw::{self, yuv};
use crate::rounds::{Row, alone, compare, timed};

/// Pairs in a file, and how often a run goes through it: 48 frames.
const PAIRS: usize = 24;
const PASSES: usize = 2;

/// Overlays that are to be drawn ten times a second or more.
const FOLLOWING: [&str; 6] = ["gain", "erqa", "ssim", "contradicted", "added", "error"];

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
    for overlay in FOLLOWING.iter().filter_map(|id| metrics::overlay(id).ok()) {
        let name = format!("overlay {}, 720p (10 wanted)", overlay.id());
        let mut draw = || {
            timed(|| {
                raw::measure(&Plan::new(&[]), both, 1, |moment, memo, _| {
                    overlay.map(moment, memo).map(drop).map_err(|error| error.to_string())
                })
            })
        };
        show(alone(&name, "fps", PAIRS as f64, rounds, &mut draw));
    }
}
