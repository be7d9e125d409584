//! VMAF from pictures to scores and maps, against libvmaf's per-frame values and Netflix's published ones.

use std::path::Path;
use std::sync::Arc;

use doublet::frame::{ColorInfo, Family, Frame, FrameSource, Layout, Plane, Sample};
use doublet::media;
use doublet::metrics::vmaf::ways::{WAYS, Way, ways};
use doublet::metrics::{self, Features, Memo, Metric, MetricError, Moment, Pair, Plan};

use super::support::testdata;

/// The first `count` frames of a file, on the product's own road.
fn decode(path: &Path, count: usize) -> Vec<Arc<Frame>> {
    let mut video = media::open(path).unwrap();
    (0..count.min(video.info().timeline.len())).map(|n| video.get(n).unwrap()).collect()
}

/// Both sides of one of the oracle's pairs.
fn pair_of(data: &Path, clip: &str, name: &str, count: usize) -> [Vec<Arc<Frame>>; 2] {
    ["ref", name].map(|name| decode(&data.join(format!("oracle/pairs/{clip}/{name}.mkv")), count))
}

/// Raw 4:2:0 of `bits` bits; codes are shifted up by `shift`.
fn raw(path: &Path, (width, height): (u32, u32), bits: u8, shift: u32) -> Vec<Arc<Frame>> {
    let layout = Layout { family: Family::Yuv, sample: Sample::integer(bits), chroma_shift: (1, 1), alpha: false };
    let bytes = std::fs::read(path).unwrap();
    let sizes: Vec<_> = (0..3).map(|n| layout.plane_size(n, width, height)).collect();
    let each: usize = sizes.iter().map(|(w, h)| (w * h) as usize * layout.sample.bytes()).sum();
    let frame = |mut bytes: &[u8]| {
        let planes = sizes.iter().map(|&(w, h)| {
            let (plane, rest) = bytes.split_at((w * h) as usize * layout.sample.bytes());
            bytes = rest;
            if bits == 8 {
                return Plane::from_u8(w, h, plane.to_vec()).unwrap();
            }
            let codes = plane.chunks_exact(2).map(|c| u16::from_le_bytes([c[0], c[1]]) << shift);
            Plane::from_u16(w, h, codes.collect()).unwrap()
        });
        let planes = planes.collect();
        Arc::new(Frame::new(width, height, layout, ColorInfo::default(), planes).unwrap())
    };
    bytes.chunks_exact(each).map(frame).collect()
}

/// Frame `n` among its neighbours.
fn with_moment<T>(both: &[Vec<Arc<Frame>>; 2], n: usize, act: impl FnOnce(&Moment<'_>) -> T) -> T {
    let [reference, candidate] = both;
    let before: Vec<_> = reference[..n].iter().rev().take(4).cloned().collect();
    let after: Vec<_> = reference[n + 1..].iter().take(4).cloned().collect();
    act(&Moment::new(Pair::new(&reference[n], &candidate[n]).unwrap()).among(&before, &after, Some(25.0)))
}

/// Scores of frame `n`, one for each of `ids`.
fn scores(ids: &[&str], both: &[Vec<Arc<Frame>>; 2], n: usize) -> Vec<f64> {
    let metrics: Vec<&dyn Metric> = ids.iter().map(|id| metrics::find(id).unwrap()).collect();
    let plan = Plan::new(&metrics);
    with_moment(both, n, |moment| plan.measure(moment).into_iter().map(|(_, score)| score.unwrap().value).collect())
}

/// Names in the oracle, ours, and how near they must be.
const GOLDEN: &[(&str, &str, f64)] = &[
    ("vmaf", "vmaf", 1e-4),
    ("vmaf_neg", "vmaf_neg", 1e-4),
    ("vmaf_4k", "vmaf_4k", 1e-4),
    ("vmaf_phone", "vmaf_phone", 1e-4),
    ("integer_adm2", "adm2", 1e-6),
    ("integer_adm2_egl_1", "adm2_neg", 1e-6),
    ("integer_motion2", "motion2", 1e-6),
    ("integer_vif_scale0", "vif_scale0", 1e-6),
    ("integer_vif_scale1", "vif_scale1", 1e-6),
    ("integer_vif_scale2", "vif_scale2", 1e-6),
    ("integer_vif_scale3", "vif_scale3", 1e-6),
    ("integer_vif_scale0_egl_1", "vif_scale0_neg", 1e-6),
    ("integer_vif_scale1_egl_1", "vif_scale1_neg", 1e-6),
    ("integer_vif_scale2_egl_1", "vif_scale2_neg", 1e-6),
    ("integer_vif_scale3_egl_1", "vif_scale3_neg", 1e-6),
    ("integer_adm3", "adm3", 1e-6),
    ("integer_motion3", "motion3", 1e-6),
    ("vmaf_b", "vmaf_b", 1e-3),
    ("vmaf_b_bagging", "vmaf_b_mean", 1e-3),
    ("vmaf_b_stddev", "vmaf_b_sd", 1e-3),
    ("vmaf_b_ci_p95_lo", "vmaf_b_low", 1e-3),
    ("vmaf_b_ci_p95_hi", "vmaf_b_high", 1e-3),
];

/// Checks frames of a pair against a file of the oracle; gives how many numbers were found there.
fn check(oracle: &Path, both: &[Vec<Arc<Frame>>; 2], frames: &[usize]) -> usize {
    let oracle: serde_json::Value = serde_json::from_str(&std::fs::read_to_string(oracle).unwrap()).unwrap();
    let ids: Vec<&str> = GOLDEN.iter().map(|(_, id, _)| *id).collect();
    let mut found = 0;
    for &n in frames {
        for ((name, id, near), got) in GOLDEN.iter().zip(scores(&ids, both, n)) {
            let want =
                [&oracle["libvmaf"], &oracle["vmaf_b"]["per_frame"]].into_iter().find_map(|o| o[*name][n].as_f64());
            let Some(want) = want else { continue };
            assert!((got - want).abs() <= *near, "frame {n}: {id} is {got}, libvmaf has {want}");
            found += 1;
        }
    }
    found
}

#[test]
fn v0_scores_meet_libvmaf_frame_by_frame() {
    let Some(data) = testdata() else { return };
    let of = |clip: &str, name: &str, frames: &[usize]| {
        let both = pair_of(&data, clip, name, 48);
        check(&data.join(format!("oracle/scores/{clip}__{name}.json")), &both, frames)
    };
    assert_eq!(of("street", "x264_crf35", &[0, 24, 47]), 3 * GOLDEN.len());
    assert_eq!(of("anime", "x264_crf23", &[9, 47]), 2 * GOLDEN.len());
    assert!(of("street", "unsharp", &[2]) >= 17);
}

#[test]
fn netflix_files_meet_libvmaf_at_8_10_and_12_bits() {
    let Some(data) = testdata() else { return };
    let dir = data.join("oracle/netflix");
    let src = |bits, shift| {
        ["hrc00", "hrc01"]
            .map(|side| raw(&dir.join(format!("src01_{side}_576x324.yuv420p10le.yuv")), (576, 324), bits, shift))
    };
    assert_eq!(check(&dir.join("netflix__src01_10le_3f.json"), &src(10, 0), &[0, 1, 2]), 3 * GOLDEN.len());
    // Netflix's 12-bit files are the 10-bit ones times four.
    assert!(check(&dir.join("netflix__src01_12le_3f.json"), &src(12, 2), &[1]) >= 10);
    let sparks =
        ["ref", "dis"].map(|side| raw(&dir.join(format!("sparks_{side}_480x270.yuv42010le.yuv")), (480, 270), 10, 0));
    assert!(check(&dir.join("netflix__sparks_10le_5f.json"), &sparks, &[0, 4]) >= 20);
    // Netflix's own hack: unclipped 132.73 against NEG 88.03. Netflix asserts two places; these are FFmpeg's six.
    let akiyo = ["ref", "multiply"]
        .map(|name| raw(&dir.join(format!("akiyo_{name}_352x288_yuv420p_1f.yuv")), (352, 288), 8, 0));
    let got = scores(&["vmaf", "vmaf_raw", "vmaf_neg_raw", "adm2", "vif_scale0"], &akiyo, 0);
    for (got, (want, near)) in
        got.iter().zip([(100.0, 0.0), (132.733164, 1e-6), (88.030464, 1e-6), (1.116701, 1e-6), (1.052402, 1e-6)])
    {
        assert!((got - want).abs() <= near, "akiyo: {got} instead of {want}");
    }
}

#[test]
fn netflix_published_means_are_met() {
    let Some(data) = testdata() else { return };
    let dir = data.join("oracle/netflix");
    // vmafexec_test.py, to the places it asserts; the sets of three frames are stored here, those of 48 are not.
    let cases = [("hrc01", [82.564225, 0.433089, 0.830613, 0.907212, 0.945896, 0.951776, 2.809549])];
    let ids = ["vmaf", "vif_scale0", "vif_scale1", "vif_scale2", "vif_scale3", "adm2", "motion2"];
    for (side, want) in cases {
        let both = ["hrc00", side]
            .map(|side| raw(&dir.join(format!("src01_{side}_576x324.yuv420p10le.yuv")), (576, 324), 10, 0));
        let all: Vec<Vec<f64>> = (0..3).map(|n| scores(&ids, &both, n)).collect();
        for (k, want) in want.into_iter().enumerate() {
            let mean = all.iter().map(|scores| scores[k]).sum::<f64>() / 3.0;
            assert!((mean - want).abs() < 5e-5, "{}: {mean} instead of {want}", ids[k]);
        }
    }
    let same =
        ["hrc00"; 2].map(|side| raw(&dir.join(format!("src01_{side}_576x324.yuv420p10le.yuv")), (576, 324), 10, 0));
    let mean = (0..3).map(|n| scores(&["vmaf"], &same, n)[0]).sum::<f64>() / 3.0;
    assert!((mean - 99.142826).abs() < 5e-5, "identity: {mean}");
}

#[test]
fn v1_scores_meet_libvmaf_frame_by_frame() {
    let Some(data) = testdata() else { return };
    let ids = [
        "vmaf_v1",
        "vmaf_v1_phone",
        "vmaf_v1_4k",
        "vmaf_v1_4k_3h",
        "vmaf_v1_hfr",
        "vmaf_v1_phone_hfr",
        "vmaf_v1_4k_hfr",
        "vmaf_v1_4k_3h_hfr",
        "adm3_v1",
        "motion3_v1",
        "cambi_v1",
    ];
    // FFmpeg's libvmaf with model='path=...' of each.
    let street = pair_of(&data, "street", "x264_crf35", 48);
    let anime = pair_of(&data, "anime", "clahe", 48);
    let cases = [
        (
            &street,
            1,
            [
                82.825042, 82.228506, 82.437479, 88.731558, 85.335563, 84.772611, 85.231585, 91.537871, 0.925974,
                9.093849, 0.466447,
            ],
        ),
        (
            &street,
            47,
            [
                68.760211, 68.018805, 66.938764, 73.53003, 81.476875, 80.927527, 80.940535, 87.619952, 0.903706,
                0.001113, 0.843182,
            ],
        ),
        (
            &anime,
            24,
            [
                77.485474, 75.730987, 76.522897, 80.23795, 77.513133, 75.758869, 76.553437, 80.268664, 0.934874,
                0.019391, 0.549175,
            ],
        ),
    ];
    for (both, n, want) in cases {
        for ((id, got), want) in ids.iter().zip(scores(&ids, both, n)).zip(want) {
            assert!((got - want).abs() < 1e-3, "frame {n}: {id} is {got}, libvmaf has {want}");
        }
    }
}

#[test]
fn a_faithful_copy_reaches_the_ceiling_and_no_more() {
    let Some(data) = testdata() else { return };
    let both = pair_of(&data, "street", "ref", 3);
    let ids = ["vmaf_raw", "vmaf_neg_raw", "vmaf_ceiling", "vmaf", "vmaf_b_sd", "vif_scale0", "adm2"];
    let got = scores(&ids, &both, 1);
    assert!(got[2] > 105.0 && got[3] == 100.0 && got[4] == 0.0, "{got:?}");
    // libvmaf's fixed point leaves VIF and ADM of equal pictures some 5e-6 from 1, and NEG's a little more.
    assert!((got[5] - 1.0).abs() < 2e-5 && (got[6] - 1.0).abs() < 2e-5, "{got:?}");
    assert!((got[0] - got[2]).abs() < 1e-2 && (got[1] - got[2]).abs() < 1e-2, "{got:?}");
}

fn map(id: &str, both: &[Vec<Arc<Frame>>; 2], n: usize) -> (doublet::frame::Map, f64) {
    let overlay = metrics::overlay(id).unwrap();
    let map = with_moment(both, n, |moment| overlay.map(moment, &Memo::default()).unwrap());
    let pooled = (overlay.about().pool)(&map);
    (map, pooled)
}

#[test]
fn points_pool_to_the_scores_that_they_explain() {
    let Some(data) = testdata() else { return };
    for (clip, name) in [("street", "unsharp"), ("street", "x264_crf35"), ("anime", "x264_crf35_then_contrast115")] {
        let both = pair_of(&data, clip, name, 3);
        let found = scores(&["vmaf_raw", "vmaf_neg_raw", "vmaf_ceiling"], &both, 1);
        let (_, gap) = map("points", &both, 1);
        assert!((gap - (found[0] - found[1])).abs() < 1e-6, "{name}: {gap} instead of {}", found[0] - found[1]);
        let (_, lost) = map("points_lost", &both, 1);
        assert!((lost - (found[2] - found[0])).abs() < 1e-6, "{name}: {lost} instead of {}", found[2] - found[0]);
    }
}

/// A textured grey scene; `sharpen` raises the contrast of detail inside a square in the middle.
fn texture(width: u32, height: u32, sharpen: f64) -> Arc<Frame> {
    let layout = Layout { family: Family::Gray, sample: Sample::U8, chroma_shift: (0, 0), alpha: false };
    let code = |x: u32, y: u32| {
        let inside = |v: u32, of: u32| v > of * 3 / 8 && v < of * 5 / 8;
        let gain = if inside(x, width) && inside(y, height) { sharpen } else { 1.0 };
        let (x, y) = (f64::from(x), f64::from(y));
        let detail = 16.0 * (x * 0.9).sin() * (y * 0.7).cos() + 12.0 * (x * 0.31 + y * 0.23).sin();
        (120.0 + 30.0 * (x / 41.0).sin() + gain * detail).round() as u8
    };
    let codes = (0..height).flat_map(|y| (0..width).map(move |x| (x, y))).map(|(x, y)| code(x, y)).collect();
    let plane = Plane::from_u8(width, height, codes).unwrap();
    Arc::new(Frame::new(width, height, layout, ColorInfo::default(), vec![plane]).unwrap())
}

#[test]
fn points_light_where_detail_was_boosted_or_lost_and_stay_dark_elsewhere() {
    // An odd size, so that grids of the scales do not divide the picture.
    let (width, height) = (223, 191);
    let plain = texture(width, height, 1.0);
    for (sharpen, id, sign) in [(1.5, "points", 1.0), (0.4, "points_lost", -1.0)] {
        let both = [vec![plain.clone()], vec![texture(width, height, sharpen)]];
        let (map, _) = map(id, &both, 0);
        assert_eq!((map.width, map.height), (width, height));
        let mean = |x0: u32, y0: u32| {
            let rows = (y0..y0 + 16).flat_map(|y| &map.row(y)[x0 as usize..x0 as usize + 16]);
            rows.copied().map(f64::from).sum::<f64>() / 256.0
        };
        let (middle, corner) = (mean(width / 2 - 8, height / 2 - 8), mean(30, 30));
        assert!(middle * sign > 5.0 && corner.abs() < 0.02 * middle.abs(), "{id}: {middle} there, {corner} elsewhere");
    }
    let same = [vec![plain.clone()], vec![plain.clone()]];
    for id in ["points", "points_lost"] {
        let (map, pooled) = map(id, &same, 0);
        let most = map.values.iter().fold(0.0f32, |most, v| most.max(v.abs()));
        // What libvmaf's fixed point leaves of equal pictures, against a scale of 40 and more.
        assert!(pooled.abs() < 1e-2 && most < 0.4, "{id} of a copy is lit: {pooled}, at most {most}");
    }
}

fn ways_of(both: &[Vec<Arc<Frame>>; 2], frames: &[usize]) -> Result<Vec<Way>, MetricError> {
    let plan = Plan::new(&[&WAYS]);
    let memo = Memo::default();
    let features: Vec<Features> =
        frames.iter().map(|&n| with_moment(both, n, |moment| plan.extract(moment, &memo))).collect();
    ways(&features)
}

#[test]
fn one_comparison_has_108_ways_and_each_says_which() {
    let Some(data) = testdata() else { return };
    let both = pair_of(&data, "street", "x264_crf35", 6);
    let frames = [0, 2];
    let found = with_moment(&both, 0, |moment| Plan::new(&[&WAYS]).extract(moment, &Memo::default()));
    WAYS.features().iter().for_each(|id| assert!(found.get(id).is_ok(), "{:?}", found.get(id)));
    let all = ways_of(&both, &frames).unwrap();
    assert_eq!(all.len(), 108);
    let words: std::collections::HashSet<&str> = all.iter().map(|way| way.words.as_str()).collect();
    assert_eq!(words.len(), 108, "two ways have the same words");
    let way = |model: &str, mix: &str, pooling: &str| {
        let found = all.iter().find(|way| (way.model, way.mix, way.pooling) == (model, mix, pooling));
        found.unwrap_or_else(|| panic!("no {model} {mix} {pooling}")).score
    };
    // Luma alone is what the metrics give.
    let mean = |id: &str| frames.iter().map(|&n| scores(&[id], &both, n)[0]).sum::<f64>() / 2.0;
    for (model, id) in
        [("v0.6.1", "vmaf"), ("NEG", "vmaf_neg"), ("4K NEG", "vmaf_4k_neg"), ("phone", "vmaf_phone"), ("b", "vmaf_b")]
    {
        assert!((way(model, "luma", "mean") - mean(id)).abs() < 1e-9, "{model}");
    }
    // libvmaf on the colour planes as pictures of their own (FFmpeg, frames 0 and 2): Cb, Cr.
    let golden = [
        ("v0.6.1", [64.264531, 63.44272], [73.575022, 73.715668], "vmaf"),
        ("NEG", [61.792878, 62.13387], [72.04822, 72.374186], "vmaf_neg"),
        ("4K NEG", [72.946113, 72.820057], [81.094445, 80.864215], "vmaf_4k_neg"),
    ];
    for (model, cb, cr, id) in golden {
        let y: Vec<f64> = frames.iter().map(|&n| scores(&[id], &both, n)[0]).collect();
        for (mix, weight) in [("6:1:1", 6.0), ("14:1:1", 14.0), ("4:1:1", 4.0)] {
            let mixed: Vec<f64> = (0..2).map(|n| (weight * y[n] + cb[n] + cr[n]) / (weight + 2.0)).collect();
            let mean = (mixed[0] + mixed[1]) / 2.0;
            let harmonic = 2.0 / (1.0 / (mixed[0] + 1.0) + 1.0 / (mixed[1] + 1.0)) - 1.0;
            assert!((way(model, mix, "mean") - mean).abs() < 1e-4, "{model} {mix}");
            assert!((way(model, mix, "harmonic mean") - harmonic).abs() < 1e-4, "{model} {mix}");
        }
    }
    assert!(all.iter().all(|way| way.words.contains("of 2 frames") && (0.0..=100.0).contains(&way.score)));
}

#[test]
fn grey_pictures_have_18_ways_and_no_frames_have_none() {
    let both = [vec![texture(96, 80, 1.0)], vec![texture(96, 80, 0.7)]];
    let all = ways_of(&both, &[0]).unwrap();
    assert_eq!(all.len(), 18);
    assert!(all.iter().all(|way| way.mix == "luma"));
    assert!(ways(&[]).is_err());
}

#[test]
fn scores_say_why_there_is_none() {
    let grey = [vec![texture(96, 80, 1.0)], vec![texture(96, 80, 0.7)]];
    let reason = |id: &str, both: &[Vec<Arc<Frame>>; 2]| {
        let plan = Plan::new(&[metrics::find(id).unwrap()]);
        with_moment(both, 0, |moment| plan.measure(moment).remove(0).1.unwrap_err().to_string())
    };
    assert!(reason("vmaf_v1", &grey).contains("grey"), "{}", reason("vmaf_v1", &grey));
    let tiny = [vec![texture(24, 80, 1.0)], vec![texture(24, 80, 0.7)]];
    assert!(reason("vmaf", &tiny).contains("at least 32x32"), "{}", reason("vmaf", &tiny));
}
