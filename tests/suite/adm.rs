//! ADM against libvmaf's own figures, and its maps against its scores.

use std::path::Path;
use std::sync::Arc;

use doublet::frame::{ColorInfo, Family, Frame, FrameSource, Layout, Plane, Sample};
use doublet::media;
use doublet::metrics::vmaf::adm::{self, ADM, ADM_LOSS, ADM3, ADM3_V1, ADM3_V1_5H, ADM3_V1_2160, Adm, ScaleDetail};
use doublet::metrics::{Extractor, Memo, MetricError, Moment, Overlay, Pair, Scale};

use super::support::testdata;

const ALL: [&Adm; 5] = [&ADM, &ADM3, &ADM3_V1, &ADM3_V1_5H, &ADM3_V1_2160];

/// What libvmaf prints has six digits after the point.
const PRINTED: f64 = 5.1e-7;

/// A grey frame; rows are padded by `padding` samples of noise, which nobody may read.
fn grey(w: u32, h: u32, bits: u8, padding: usize, code: impl Fn(u32, u32) -> u32) -> Arc<Frame> {
    let sample = Sample::integer(bits);
    let size = sample.bytes();
    let stride = (w as usize + padding) * size;
    // Words, so that 16-bit samples are aligned.
    let mut bytes = vec![0xabu8; stride * h as usize];
    for y in 0..h {
        for x in 0..w {
            let at = y as usize * stride + x as usize * size;
            bytes[at..at + size].copy_from_slice(&code(x, y).to_le_bytes()[..size]);
        }
    }
    let layout = Layout { family: Family::Gray, sample, chroma_shift: (0, 0), alpha: false };
    let plane = Plane::new(w, h, sample, stride, bytes.into()).unwrap();
    Arc::new(Frame::new(w, h, layout, ColorInfo::default(), vec![plane]).unwrap())
}

/// Whole-number noise, the same everywhere.
fn noise(x: u32, y: u32, seed: u32) -> u32 {
    let mut h = seed.wrapping_mul(0x9e37_79b9) ^ x.wrapping_mul(0x85eb_ca6b) ^ y.wrapping_mul(0xc2b2_ae35);
    for _ in 0..3 {
        h = (h ^ (h >> 15)).wrapping_mul(0x2c1b_3c6d);
    }
    h ^ (h >> 16)
}

/// Triangles and boxes on the 8-bit scale, in whole numbers.
fn scene(x: u32, y: u32) -> u32 {
    let wave = |a: u32, p: u32| (a % (2 * p)).min(2 * p - a % (2 * p));
    let tile = if (x / 31 + y / 19).is_multiple_of(2) { 60 } else { 0 };
    40 + wave(3 * x + y, 37) * 2 + wave(2 * y + x / 3, 23) * 2 + tile
}

/// The scene, and the scene with more contrast on the left and softer on the right, both with noise. libvmaf's figures
/// for these very pictures stand in [`made_up_pictures_of_odd_sizes_and_8_10_and_16_bits_meet_libvmaf`].
fn made_up(w: u32, h: u32, bits: u8, padding: usize) -> [Arc<Frame>; 2] {
    let shift = u32::from(bits) - 8;
    let reference = grey(w, h, bits, padding, |x, y| (scene(x, y) << shift) + (noise(x, y, 1) >> (31 - shift)));
    let candidate = grey(w, h, bits, 2 * padding, |x, y| {
        let soft = || (scene(x, y) + scene(x + 1, y) + scene(x, y + 1) + scene(x + 1, y + 1)) / 4;
        let code = if x < w / 2 { scene(x, y) * 9 / 8 - 12 } else { soft() };
        (code << shift) + (noise(x, y, 2) >> (30 - shift))
    });
    [reference, candidate]
}

fn extract(extractor: &Adm, reference: &Arc<Frame>, candidate: &Arc<Frame>) -> Vec<(&'static str, f64)> {
    let moment = Moment::new(Pair::new(reference, candidate).unwrap());
    let values = extractor.extract(&moment, &Memo::default()).unwrap();
    let ids = extractor.about().features;
    assert_eq!(ids.len(), values.len());
    ids.iter().copied().zip(values.into_iter().map(|value| value.value)).collect()
}

fn one(extractor: &Adm, id: &str, reference: &Arc<Frame>, candidate: &Arc<Frame>) -> f64 {
    extract(extractor, reference, candidate).into_iter().find(|(have, _)| *have == id).unwrap().1
}

/// libvmaf's name of a v0.6.1 feature.
fn theirs(id: &str) -> String {
    match id.strip_suffix("_neg") {
        Some(plain) => format!("integer_{plain}_egl_1"),
        None => format!("integer_{id}"),
    }
}

/// Holds frames against an oracle file; gives the largest distance.
fn check_against(oracle: &Path, reference: &[Arc<Frame>], candidate: &[Arc<Frame>], step: usize) -> f64 {
    let oracle: serde_json::Value = serde_json::from_str(&std::fs::read_to_string(oracle).unwrap()).unwrap();
    let name = &oracle["name"];
    let mut worst = 0f64;
    for n in (0..reference.len()).step_by(step) {
        for (id, found) in [&ADM, &ADM3].into_iter().flat_map(|adm| extract(adm, &reference[n], &candidate[n])) {
            let expected = oracle["libvmaf"][theirs(id)][n].as_f64().unwrap();
            let off = (found - expected).abs();
            assert!(off <= PRINTED, "{name} frame {n}: {id} is {found}, libvmaf says {expected}");
            worst = worst.max(off);
        }
    }
    worst
}

fn decode(path: &Path, frames: usize) -> Vec<Arc<Frame>> {
    let mut video = media::open(path).unwrap();
    (0..frames).map(|n| video.get(n).unwrap()).collect()
}

/// The luma of raw 4:2:0 pictures, codes shifted up by `shift` bits into `bits` bits.
fn raw(path: &Path, w: u32, h: u32, bits: u8, shift: u32) -> Vec<Arc<Frame>> {
    let size = Sample::integer(bits).bytes();
    let (luma, chroma) = ((w * h) as usize, 2 * (w.div_ceil(2) * h.div_ceil(2)) as usize);
    let bytes = std::fs::read(path).unwrap();
    let frame = |bytes: &[u8]| {
        grey(w, h, bits, 0, |x, y| {
            let at = (y * w + x) as usize * size;
            bytes[at..at + size].iter().rev().fold(0, |code, byte| code << 8 | u32::from(*byte)) << shift
        })
    };
    bytes.chunks_exact((luma + chroma) * size).map(frame).collect()
}

#[test]
fn oracle_pairs_meet_libvmaf() {
    let Some(data) = testdata() else { return };
    let mut worst = 0f64;
    for (clip, names) in [("street", ["x264_crf35", "unsharp"]), ("anime", ["clahe", "svtav1_crf45"])] {
        let pairs = data.join("oracle/pairs").join(clip);
        let reference = decode(&pairs.join("ref.mkv"), 5);
        for name in names {
            let candidate = decode(&pairs.join(format!("{name}.mkv")), 5);
            let oracle = data.join(format!("oracle/scores/{clip}__{name}.json"));
            worst = worst.max(check_against(&oracle, &reference, &candidate, 2));
        }
    }
    println!("at most {worst:.1e} off");
}

#[test]
fn netflix_files_of_8_10_and_12_bits_meet_libvmaf() {
    let Some(data) = testdata() else { return };
    let dir = data.join("oracle/netflix");
    let src = |n: u32, bits: u8, shift: u32| {
        raw(&dir.join(format!("src01_hrc0{n}_576x324.yuv420p10le.yuv")), 576, 324, bits, shift)
    };
    check_against(&dir.join("netflix__src01_10le_3f.json"), &src(0, 10, 0), &src(1, 10, 0), 1);
    check_against(&dir.join("netflix__src01_10le_3f_identity.json"), &src(0, 10, 0), &src(0, 10, 0), 2);
    // Netflix's 12-bit files are the 10-bit ones times four.
    check_against(&dir.join("netflix__src01_12le_3f.json"), &src(0, 12, 2), &src(1, 12, 2), 2);
    let sparks = |side: &str| raw(&dir.join(format!("sparks_{side}_480x270.yuv42010le.yuv")), 480, 270, 10, 0);
    check_against(&dir.join("netflix__sparks_10le_5f.json"), &sparks("ref"), &sparks("dis"), 4);
    // A hack: detail multiplied.
    let akiyo = |name: &str| raw(&dir.join(format!("akiyo_{name}_352x288_yuv420p_1f.yuv")), 352, 288, 8, 0);
    check_against(&dir.join("netflix__akiyo_multiply_1f.json"), &akiyo("ref"), &akiyo("multiply"), 1);

    // What FFmpeg 9's libvmaf prints for the v1.0.16 models; 1.5 heights of 2160 lines gives the same as 3 of 1080.
    let v1: [(&Adm, [f64; 3]); 3] = [
        (&ADM3_V1, [0.969967, 0.959206, 0.953871]),
        (&ADM3_V1_5H, [0.97469, 0.965761, 0.961896]),
        (&ADM3_V1_2160, [0.97653, 0.968289, 0.964949]),
    ];
    let (reference, candidate) = (src(0, 10, 0), src(1, 10, 0));
    for (adm, expected) in v1 {
        for (n, expected) in expected.into_iter().enumerate() {
            let (id, found) = extract(adm, &reference[n], &candidate[n])[0];
            assert!((found - expected).abs() <= PRINTED, "frame {n}: {id} is {found}, libvmaf says {expected}");
        }
    }
}

/// Figures of FFmpeg 9's libvmaf for [`made_up`] pictures.
#[test]
fn made_up_pictures_of_odd_sizes_and_8_10_and_16_bits_meet_libvmaf() {
    let check = |(w, h, bits): (u32, u32, u8), expected: &[(&str, f64)]| {
        let [reference, candidate] = made_up(w, h, bits, 5);
        let found: Vec<_> = ALL.into_iter().flat_map(|adm| extract(adm, &reference, &candidate)).collect();
        for (id, expected) in expected {
            let found = found.iter().find(|(have, _)| have == id).unwrap().1;
            assert!((found - expected).abs() <= PRINTED, "{w}x{h}: {id} is {found}, libvmaf says {expected}");
        }
    };
    check(
        (641, 363, 8),
        &[
            ("adm2", 1.009507),
            ("adm2_neg", 0.918142),
            ("aim", 0.031638),
            ("aim_neg", 0.032042),
            ("adm3", 0.988935),
            ("adm3_neg", 0.94305),
            ("adm_scale0", 0.936277),
            ("adm_scale3", 1.034283),
            ("adm_scale1_neg", 0.899639),
            ("adm_scale3_neg", 0.925301),
            ("adm3_v1", 0.936941),
            ("adm3_v1_5h", 0.942798),
            ("adm3_v1_2160", 0.945125),
        ],
    );
    check(
        (323, 245, 10),
        &[
            ("adm2", 1.015695),
            ("adm2_neg", 0.91985),
            ("aim", 0.03061),
            ("adm_scale0_neg", 0.918019),
            ("adm_scale1", 0.969312),
            ("adm_scale2", 1.015742),
            ("adm_scale3", 1.038391),
            ("adm3_v1", 0.937643),
        ],
    );
    check(
        (333, 251, 16),
        &[
            ("adm2", 1.013412),
            ("adm2_neg", 0.919333),
            ("aim_neg", 0.031099),
            ("adm_scale0", 0.934805),
            ("adm_scale2_neg", 0.921134),
            ("adm_scale3", 1.040061),
            ("adm3_v1", 0.937372),
        ],
    );
}

/// Sums of a pair's contributions: kept, kept without gain, there.
fn sums(reference: &Arc<Frame>, candidate: &Arc<Frame>) -> [f64; 3] {
    let detail = adm::detail(&Pair::new(reference, candidate).unwrap()).unwrap();
    let maps: [fn(&ScaleDetail) -> &[f32]; 3] = [|s| &s.kept, |s| &s.kept_neg, |s| &s.there];
    maps.map(|map| detail.scales.iter().flat_map(map).map(|v| f64::from(*v)).sum())
}

fn loss(reference: &Arc<Frame>, candidate: &Arc<Frame>) -> doublet::frame::Map {
    ADM_LOSS.map(&Moment::new(Pair::new(reference, candidate).unwrap()), &Memo::default()).unwrap()
}

#[test]
fn maps_pool_to_the_scores() {
    for (w, h, bits) in [(192, 108, 8), (97, 131, 10), (32, 33, 8)] {
        let [reference, candidate] = made_up(w, h, bits, 0);
        let plain = one(&ADM, "adm2", &reference, &candidate);
        let neg = one(&ADM, "adm2_neg", &reference, &candidate);
        assert!(plain > neg, "the left half has more contrast, and only the plain score may see it as gain");
        for (sum, score) in sums(&reference, &candidate).into_iter().zip([plain, neg, 1.0]) {
            assert!((sum - score).abs() < 1e-6, "{w}x{h}: {sum} is not {score}");
        }
        let map = loss(&reference, &candidate);
        assert_eq!((map.width, map.height), (w, h));
        let pooled = (ADM_LOSS.about().pool)(&map);
        assert!((pooled - (1.0 - plain)).abs() < 1e-6, "{w}x{h}: {pooled} is not 1 - {plain}");
    }
}

#[test]
fn identity_is_one_and_its_map_is_dark() {
    for (w, h, bits) in [(160, 120, 8), (61, 47, 12)] {
        let [picture, _] = made_up(w, h, bits, 3);
        // libvmaf's own sums of the same detail differ in how they round.
        assert!((one(&ADM, "adm2", &picture, &picture) - 1.0).abs() < 2e-5);
        assert!((one(&ADM, "adm2_neg", &picture, &picture) - 1.0).abs() < 2e-5);
        assert!(one(&ADM3, "aim", &picture, &picture).abs() < 2e-5);
        let moment = Moment::new(Pair::new(&picture, &picture).unwrap());
        assert!(ADM.extract(&moment, &Memo::default()).unwrap().iter().all(|value| value.identical));
        let Scale::Diverging { to, .. } = ADM_LOSS.about().scale else { panic!("a loss has two signs") };
        let brightest = loss(&picture, &picture).values.iter().fold(0f32, |most, v| most.max(v.abs()));
        assert!(brightest < to / 400.0, "{brightest} would be seen");
    }
    let [reference, candidate] = made_up(160, 120, 8, 0);
    let moment = Moment::new(Pair::new(&reference, &candidate).unwrap());
    assert!(ADM.extract(&moment, &Memo::default()).unwrap().iter().all(|value| !value.identical));
}

/// Softens or sharpens the square from (160, 96) on, 64 samples wide.
fn planted(sharper: bool) -> [Arc<Frame>; 2] {
    let reference = grey(384, 288, 8, 0, scene);
    let candidate = grey(384, 288, 8, 0, |x, y| {
        if !(160..224).contains(&x) || !(96..160).contains(&y) {
            return scene(x, y);
        }
        let around = (0..16).map(|i| scene(x + i % 4 - 1, y + i / 4 - 1)).sum::<u32>() / 16;
        if sharper { (scene(x, y) * 5 / 4).saturating_sub(30) } else { around }
    });
    [reference, candidate]
}

#[test]
fn a_planted_change_lights_there_with_its_sign_and_nowhere_else() {
    for sharper in [false, true] {
        let [reference, candidate] = planted(sharper);
        let map = loss(&reference, &candidate);
        let [mut inside, mut outside] = [0f64; 2];
        let mut far = 0f32;
        for y in 0..288 {
            for x in 0..384 {
                let value = map.row(y)[x as usize];
                // The coarsest filters reach three coefficients of 16 samples.
                if (160 - 48..224 + 48).contains(&x) && (96 - 48..160 + 48).contains(&y) {
                    inside += f64::from(value);
                } else {
                    outside += f64::from(value.abs());
                    far = far.max(value.abs());
                }
            }
        }
        assert!(if sharper { inside > 0.0 } else { inside < 0.0 }, "sharper {sharper}: {inside}");
        // What is left outside is how libvmaf rounds the reference's cubes and the kept ones.
        println!("sharper {sharper}: inside {inside}, outside {outside}, at most {far}");
        assert!(far < 1e-3 && outside < inside.abs() / 200.0, "sharper {sharper}: {far} stands far from the change");
    }
}

#[test]
fn worse_is_less_and_gain_counts_only_where_it_is_allowed() {
    let reference = grey(240, 180, 8, 0, scene);
    let softened = |steps: u32| {
        grey(240, 180, 8, 0, move |x, y| {
            (0..steps * steps).map(|i| scene(x + i % steps, y + i / steps)).sum::<u32>() / (steps * steps)
        })
    };
    let scores: Vec<f64> = (1..5).map(|steps| one(&ADM, "adm2", &reference, &softened(steps))).collect();
    assert!(scores.windows(2).all(|pair| pair[0] > pair[1] + 0.01), "{scores:?}");
    let gained = grey(240, 180, 8, 0, |x, y| scene(x, y) * 11 / 10);
    assert!(one(&ADM, "adm2", &reference, &gained) > 1.05);
    let neg = one(&ADM, "adm2_neg", &reference, &gained);
    assert!((0.9..=1.001).contains(&neg), "{neg}");
}

/// Black and white noise leaves the 16 bits that ordinary pictures stay within, and takes the long way.
#[test]
fn rows_that_need_more_than_16_bits_are_measured_too() {
    let flip = |seed: u32| move |x: u32, y: u32| (noise(x, y, seed) & 1) * 255;
    let [a, b] = [grey(160, 96, 8, 0, flip(1)), grey(160, 96, 8, 0, flip(2))];
    // The same picture on a scale four times finer has the same detail.
    let [c, d] = [1, 2].map(|seed| grey(160, 96, 16, 0, move |x, y| flip(seed)(x, y) << 8));
    for adm in ALL {
        for ((id, bytes), (_, words)) in extract(adm, &a, &b).into_iter().zip(extract(adm, &c, &d)) {
            assert!((bytes - words).abs() < 1e-6, "{id}: {bytes} in 8 bits, {words} in 16");
        }
    }
    let same = one(&ADM, "adm2", &a, &a);
    assert!((same - 1.0).abs() < 1e-4, "{same}");
    let other = one(&ADM, "adm2", &a, &b);
    assert!((0.1..0.6).contains(&other), "{other}");
}

#[test]
fn flat_small_and_rgb_pictures() {
    let flat = grey(64, 48, 8, 0, |_, _| 90);
    assert!((one(&ADM, "adm2", &flat, &flat) - 1.0).abs() < 1e-3);
    let small = grey(31, 64, 8, 0, scene);
    let moment = Moment::new(Pair::new(&small, &small).unwrap());
    let error = ADM.extract(&moment, &Memo::default()).unwrap_err();
    assert!(matches!(error, MetricError::TooSmall { least: 32, width: 31, height: 64, .. }), "{error}");
    let least = made_up(32, 32, 8, 0);
    assert!(one(&ADM, "adm2", &least[0], &least[1]).is_finite());
    let layout = Layout { family: Family::Rgb, sample: Sample::U8, chroma_shift: (0, 0), alpha: false };
    let plane = || Plane::from_u8(40, 40, vec![9; 1600]).unwrap();
    let rgb = Arc::new(Frame::new(40, 40, layout, ColorInfo::default(), vec![plane(), plane(), plane()]).unwrap());
    let moment = Moment::new(Pair::new(&rgb, &rgb).unwrap());
    assert!(matches!(ADM.extract(&moment, &Memo::default()), Err(MetricError::NoLuma { .. })));
}

#[test]
fn threads_change_nothing() {
    let [reference, candidate] = made_up(700, 500, 8, 0);
    let alone = rayon::ThreadPoolBuilder::new().num_threads(1).build().unwrap();
    let many = rayon::ThreadPoolBuilder::new().num_threads(5).build().unwrap();
    for adm in ALL {
        let run = || extract(adm, &reference, &candidate);
        assert_eq!(alone.install(run), many.install(run));
    }
    let run = || loss(&reference, &candidate);
    assert_eq!(alone.install(run), many.install(run));
}
