//! What extractors hand on to overlays: it must change no number, and come only where it was asked for.

use std::sync::Arc;

use doublet::frame::Frame;
use doublet::metrics::{self, Memo, Moment, Pair, Plan};

use super::metrics::{scene_frame, yuv420};

const SCORES: &str = "vmaf,vmaf_neg,ssim_y,ms_ssim_y,cambi";
const MAPS: [&str; 11] = [
    "ssim",
    "ms_ssim",
    "ms_ssim_1",
    "ms_ssim_5",
    "vif_loss",
    "vif_boost",
    "gain",
    "adm_loss",
    "points",
    "points_lost",
    "cambi",
];

/// Two pairs in a row, of a size that no scale divides.
fn pairs() -> [[Arc<Frame>; 2]; 2] {
    [0.0, 0.05].map(|by| [by, by + 0.2].map(|noise| Arc::new(scene_frame(363, 257, yuv420(8), noise))))
}

#[test]
fn maps_and_scores_are_the_same_whoever_did_the_work() {
    let plan = Plan::new(&metrics::select(SCORES).unwrap());
    let pairs = pairs();
    for id in MAPS {
        let (overlay, memo) = (metrics::overlay(id).unwrap(), Memo::default());
        // The first map leaves a wish; from the second pair on the scores' work is handed on.
        for [reference, candidate] in pairs.iter().chain(&pairs) {
            let moment = Moment::new(Pair::new(reference, candidate).unwrap());
            let scores = plan.score(&plan.extract(&moment, &memo));
            assert_eq!(scores, plan.measure(&moment), "scores with {id} on");
            let (found, alone) =
                (overlay.map(&moment, &memo).unwrap(), overlay.map(&moment, &Memo::default()).unwrap());
            assert!(found == alone, "{id} differs when the scores' work is handed on");
            assert!(found.values.iter().any(|value| *value != 0.0) || id == "cambi", "{id} shows nothing");
        }
    }
}

#[test]
fn nothing_is_kept_unless_an_overlay_asked_and_then_for_one_pair() {
    let [[reference, candidate], [other, _]] = pairs();
    let (pair, next) = (Pair::new(&reference, &candidate).unwrap(), Pair::new(&other, &candidate).unwrap());
    let memo = Memo::default();
    assert!(!memo.wished("key") && memo.by_product::<u32>("key", &pair).is_none());
    // That question was a wish, and an extractor takes it once.
    assert!(memo.wished("key"));
    memo.keep("key", &pair, 5u32);
    assert_eq!(memo.by_product::<u32>("key", &pair).as_deref(), Some(&5));
    assert!(memo.by_product::<u32>("key", &next).is_none(), "another reference is another pair");
    memo.keep("key", &next, 6u32);
    assert!(memo.by_product::<u32>("key", &pair).is_none(), "the last pair's alone is kept");
    assert!(memo.wished("key") && !memo.wished("key"));
    assert!(memo.by_product::<u32>("key", &next).is_none(), "what nobody asks for any more goes");
}
