//! Scores against libvmaf's own figures, against a plain twin, and against what must hold for any picture.

use std::path::Path;
use std::sync::Arc;

use doublet::frame::{ColorInfo, Family, Frame, FrameSource, Layout, Plane, Sample};
use doublet::media;
use doublet::metrics::{
    self, Answer, Answers, EXTRACTORS, Enlarged, METRICS, Memo, Metric, MetricError, Moment, OVERLAYS, Pair, Plan,
    Scale, Task, Trust, TrustLevel, Value, pool, standard,
};

use super::support::testdata;

pub fn layout(family: Family, bits: u8, chroma_shift: (u8, u8)) -> Layout {
    Layout { family, sample: Sample::integer(bits), chroma_shift, alpha: false }
}

/// A frame from one code function a plane.
pub fn make(w: u32, h: u32, layout: Layout, code: impl Fn(usize, u32, u32) -> u16) -> Frame {
    let plane = |index: usize| {
        let (w, h) = layout.plane_size(index, w, h);
        let codes = (0..h).flat_map(|y| (0..w).map(move |x| (x, y))).map(|(x, y)| code(index, x, y));
        match layout.sample {
            Sample::U8 => Plane::from_u8(w, h, codes.map(|c| c as u8).collect()).unwrap(),
            _ => Plane::from_u16(w, h, codes.collect()).unwrap(),
        }
    };
    Frame::new(w, h, layout, ColorInfo::default(), (0..layout.planes()).map(plane).collect()).unwrap()
}

pub fn yuv420(bits: u8) -> Layout {
    layout(Family::Yuv, bits, (1, 1))
}

/// A repeatable random number in 0..1 for a place.
pub fn random(seed: u32, x: u32, y: u32) -> f64 {
    let mut h = seed.wrapping_mul(0x9e37_79b9) ^ x.wrapping_mul(0x85eb_ca6b) ^ y.wrapping_mul(0xc2b2_ae35);
    for _ in 0..3 {
        h = (h ^ (h >> 15)).wrapping_mul(0x2c1b_3c6d);
    }
    f64::from(h ^ (h >> 16)) / f64::from(u32::MAX)
}

/// Soft waves, a hard edge and a flat corner, 0..1.
fn scene(x: u32, y: u32) -> f64 {
    let (x, y) = (f64::from(x), f64::from(y));
    if x < 20.0 && y < 20.0 {
        return 0.8;
    }
    let edge = if (x + 2.0 * y) % 97.0 < 40.0 { 0.25 } else { 0.0 };
    0.4 + 0.2 * (x / 7.0).sin() * (y / 11.0).cos() + edge
}

pub fn scene_frame(w: u32, h: u32, layout: Layout, noise: f64) -> Frame {
    let peak = f64::from((1u32 << layout.sample.bits()) - 1);
    make(w, h, layout, |index, x, y| {
        let v = scene(x, y) + noise * (random(index as u32 + 1, x, y) - 0.5);
        (v.clamp(0.0, 1.0) * peak).round() as u16
    })
}

/// The plain metrics, of which simple things hold.
fn plain() -> Vec<&'static dyn Metric> {
    metrics::select("psnr_y,psnr_cb,psnr_cr,ssim_y").unwrap()
}

pub fn try_score(id: &str, reference: &Frame, candidate: &Frame) -> Result<Value, MetricError> {
    let (reference, candidate) = (Arc::new(reference.clone()), Arc::new(candidate.clone()));
    let pair = Pair::new(&reference, &candidate).unwrap();
    Plan::new(&[metrics::find(id).unwrap()]).measure(&Moment::new(pair)).remove(0).1
}

pub fn score(id: &str, reference: &Frame, candidate: &Frame) -> Value {
    try_score(id, reference, candidate).unwrap()
}

/// All frames of `path`, on the product's own road.
pub fn decode(path: &Path) -> Vec<Arc<Frame>> {
    let mut video = media::open(path).unwrap();
    (0..video.info().timeline.len()).map(|n| video.get(n).unwrap()).collect()
}

/// Cuts raw 4:2:0 into frames; codes are shifted up by `shift` bits into `bits` bits.
pub fn raw_frames(bytes: &[u8], w: u32, h: u32, bits: u8, shift: u32) -> Vec<Arc<Frame>> {
    let layout = yuv420(bits);
    let size = layout.sample.bytes();
    let sizes: Vec<(u32, u32)> = (0..3).map(|i| layout.plane_size(i, w, h)).collect();
    let frame: usize = sizes.iter().map(|(w, h)| (w * h) as usize * size).sum();
    assert!(!bytes.is_empty() && bytes.len().is_multiple_of(frame));
    let planes = |mut bytes: &[u8]| {
        let mut planes = Vec::new();
        for &(w, h) in &sizes {
            let (plane, rest) = bytes.split_at((w * h) as usize * size);
            bytes = rest;
            let codes = plane.chunks_exact(size);
            planes.push(match layout.sample {
                Sample::U8 => Plane::from_u8(w, h, plane.to_vec()).unwrap(),
                _ => Plane::from_u16(w, h, codes.map(|c| u16::from_le_bytes([c[0], c[1]]) << shift).collect()).unwrap(),
            });
        }
        Arc::new(Frame::new(w, h, layout, ColorInfo::default(), planes).unwrap())
    };
    bytes.chunks_exact(frame).map(planes).collect()
}

pub fn oracle(path: &Path) -> serde_json::Value {
    serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap()
}

/// The largest distance from the oracle over `frames`, checked against 1e-4 dB and 1e-5.
fn check_against(
    oracle: &serde_json::Value,
    name: &str,
    reference: &[Arc<Frame>],
    candidate: &[Arc<Frame>],
    step: usize,
) -> f64 {
    let names = [("psnr_y", "psnr_y", 1e-4), ("psnr_cb", "psnr_cb", 1e-4), ("psnr_cr", "psnr_cr", 1e-4)];
    let mut worst_ssim = 0f64;
    for (ours, theirs, bound) in names.into_iter().chain([("ssim_y", "float_ssim", 1e-5)]) {
        let expected = oracle["libvmaf"][theirs].as_array().unwrap();
        assert_eq!(expected.len(), reference.len(), "{name}: frames");
        for n in (0..reference.len()).step_by(step) {
            let (found, expected) = (score(ours, &reference[n], &candidate[n]).value, expected[n].as_f64().unwrap());
            let off = (found - expected).abs();
            assert!(off <= bound, "{name} frame {n}: {ours} is {found}, libvmaf says {expected}");
            if ours == "ssim_y" {
                worst_ssim = worst_ssim.max(off);
            }
        }
    }
    worst_ssim
}

/// Every stored pair of a clip: every sixth frame, and all frames of the pair named `whole`.
fn clip_meets_libvmaf(clip: &str, whole: &str) {
    let Some(data) = testdata() else { return };
    let reference = decode(&data.join(format!("oracle/pairs/{clip}/ref.mkv")));
    let mut worst = 0f64;
    let mut pairs = 0;
    for entry in std::fs::read_dir(data.join("oracle/scores")).unwrap() {
        let path = entry.unwrap().path();
        let stem = path.file_stem().unwrap().to_str().unwrap().to_owned();
        let Some(name) = stem.strip_prefix(&format!("{clip}__")) else { continue };
        let candidate = decode(&data.join(format!("oracle/pairs/{clip}/{name}.mkv")));
        let step = if name == whole { 1 } else { 6 };
        worst = worst.max(check_against(&oracle(&path), &stem, &reference, &candidate, step));
        pairs += 1;
    }
    assert!(pairs >= 20, "only {pairs} pairs of {clip} were found");
    println!("{clip}: {pairs} pairs, SSIM at most {worst:.1e} off");
}

#[test]
fn street_pairs_meet_libvmaf() {
    clip_meets_libvmaf("street", "x264_crf35");
}

#[test]
fn anime_pairs_meet_libvmaf() {
    clip_meets_libvmaf("anime", "noise12");
}

#[test]
fn netflix_files_of_8_10_and_12_bits_meet_libvmaf() {
    let Some(data) = testdata() else { return };
    let dir = data.join("oracle/netflix");
    let read = |name: &str, w, h, bits, shift| raw_frames(&std::fs::read(dir.join(name)).unwrap(), w, h, bits, shift);
    let check = |json: &str, reference: &[Arc<Frame>], candidate: &[Arc<Frame>]| {
        check_against(&oracle(&dir.join(json)), json, reference, candidate, 1);
    };
    let src = "src01_hrc00_576x324.yuv420p10le.yuv";
    let hrc = "src01_hrc01_576x324.yuv420p10le.yuv";
    check("netflix__src01_10le_3f.json", &read(src, 576, 324, 10, 0), &read(hrc, 576, 324, 10, 0));
    check("netflix__src01_10le_3f_identity.json", &read(src, 576, 324, 10, 0), &read(src, 576, 324, 10, 0));
    // Netflix's 12-bit files are the 10-bit ones times four.
    check("netflix__src01_12le_3f.json", &read(src, 576, 324, 12, 2), &read(hrc, 576, 324, 12, 2));
    let sparks = |side: &str| read(&format!("sparks_{side}_480x270.yuv42010le.yuv"), 480, 270, 10, 0);
    check("netflix__sparks_10le_5f.json", &sparks("ref"), &sparks("dis"));
    let akiyo = |name: &str| read(&format!("akiyo_{name}_352x288_yuv420p_1f.yuv"), 352, 288, 8, 0);
    check("netflix__akiyo_multiply_1f.json", &akiyo("ref"), &akiyo("multiply"));
}

/// libvmaf's SSIM written down plainly: every sum in doubles, one place at a time.
fn plain_ssim(a: &Frame, b: &Frame) -> f64 {
    let (w, h) = (a.width as i64, a.height as i64);
    let scale = f64::from(1u32 << (a.layout.sample.bits() - 8));
    let read = |f: &Frame, x: i64, y: i64| {
        let fold = |i: i64, n: i64| {
            if i < 0 {
                -1 - i
            } else if i >= n {
                2 * n - 1 - i
            } else {
                i
            }
        };
        let (x, y) = (fold(x, w) as usize, fold(y, h) as u32);
        match f.layout.sample {
            Sample::U8 => f64::from(f.plane(0).row_u8(y)[x]),
            _ => f64::from(f.plane(0).row_u16(y)[x]) / scale,
        }
    };
    let f = ((w.min(h) as f64 / 256.0).round() as i64).max(1);
    let (sw, sh) = if f == 1 { (w, h) } else { (w / f + w % 2, h / f + h % 2) };
    let small = |frame: &Frame| -> Vec<Vec<f64>> {
        let mean = |x: i64, y: i64| {
            let sum: f64 = (0..f * f).map(|k| read(frame, x * f - f / 2 + k % f, y * f - f / 2 + k / f)).sum();
            sum / (f * f) as f64
        };
        (0..sh).map(|y| (0..sw).map(|x| mean(x, y)).collect()).collect()
    };
    let (a, b) = (small(a), small(b));
    let k = [0.001028, 0.007599, 0.036001, 0.109361, 0.213006, 0.266012];
    let tap = |t: usize| k[t.min(10 - t)];
    let (c1, c2) = (6.5025, 58.5225);
    let (ow, oh) = (sw as usize - 10, sh as usize - 10);
    let mut sum = 0.0;
    for (y, x) in (0..oh).flat_map(|y| (0..ow).map(move |x| (y, x))) {
        let mut m = [0.0; 5];
        for (v, u) in (0..11).flat_map(|v| (0..11).map(move |u| (v, u))) {
            let (p, q, w) = (a[y + v][x + u], b[y + v][x + u], tap(u) * tap(v));
            for (m, value) in m.iter_mut().zip([p, q, p * p, q * q, p * q]) {
                *m += w * value;
            }
        }
        let (vp, vq) = ((m[2] - m[0] * m[0]).max(0.0), (m[3] - m[1] * m[1]).max(0.0));
        let (root, mut both) = ((vp * vq).sqrt(), m[4] - m[0] * m[1]);
        if both < 0.0 && root <= 0.0 {
            both = 0.0;
        }
        sum += (2.0 * m[0] * m[1] + c1) / (m[0] * m[0] + m[1] * m[1] + c1) * (2.0 * root + c2) / (vp + vq + c2)
            * (both + c2 / 2.0)
            / (root + c2 / 2.0);
    }
    sum / (ow * oh) as f64
}

#[test]
fn ssim_equals_a_plain_twin_at_odd_sizes_and_depths() {
    // Sizes around each change of the factor, odd ones (whose last box lies in the mirror), every kind of storage.
    for (w, h, bits) in [
        (32, 32, 8),
        (33, 47, 8),
        (41, 32, 16),
        (383, 383, 8),
        (385, 391, 8),
        (401, 384, 10),
        (643, 649, 8),
        (700, 641, 9),
        (1153, 1027, 8),
        (1300, 1290, 12),
    ] {
        let gray = layout(Family::Gray, bits, (0, 0));
        let (reference, candidate) = (scene_frame(w, h, gray, 0.0), scene_frame(w, h, gray, 0.2));
        let (found, expected) = (score("ssim_y", &reference, &candidate).value, plain_ssim(&reference, &candidate));
        // A second moment of up to 65025 is off by some 2^-22 of itself, 0.015, against C3 = 29: at most 5e-4 at one
        // place, to both sides alike. Over the 484 places of the smallest picture that leaves 2e-5 at the worst.
        assert!((found - expected).abs() < 4e-6, "{w}x{h} of {bits} bits: {found}, plainly {expected}");
    }
}

#[test]
fn identical_frames_get_the_cap_and_say_so() {
    for bits in [8, 9, 10, 12, 14, 16] {
        let frame = scene_frame(96, 64, yuv420(bits), 0.1);
        for metric in plain() {
            let value = score(metric.id(), &frame, &frame.clone());
            let best = (metric.about().range)(bits).1;
            assert_eq!(value, Value { value: best, identical: true }, "{} at {bits} bits", metric.id());
        }
    }
    let caps = [8, 10, 12, 16].map(metrics::cap_db);
    assert_eq!(caps, [60.0, 72.0, 84.0, 108.0], "as libvmaf prints them");
}

#[test]
fn swapping_the_sides_changes_nothing() {
    let (a, b) = (scene_frame(200, 120, yuv420(8), 0.0), scene_frame(200, 120, yuv420(8), 0.3));
    for metric in plain() {
        let (there, back) = (score(metric.id(), &a, &b).value, score(metric.id(), &b, &a).value);
        // Products are rounded in another order: some 2^-22, averaged.
        assert!((there - back).abs() < 1e-6, "{}: {there} and {back}", metric.id());
    }
}

#[test]
fn more_noise_and_more_blur_score_lower() {
    let clean = scene_frame(320, 200, yuv420(8), 0.0);
    let blurred = |radius: i64| {
        make(320, 200, yuv420(8), |index, x, y| {
            let plane = clean.plane(index);
            let span = (-radius..=radius).map(|d| (i64::from(x) + d).clamp(0, i64::from(plane.width) - 1) as usize);
            let codes: Vec<u32> = span.map(|x| plane.row_u8(y)[x].into()).collect();
            (codes.iter().sum::<u32>() as f64 / codes.len() as f64).round() as u16
        })
    };
    let noisy = |n: u32| scene_frame(320, 200, yuv420(8), 0.03 * f64::from(n));
    for metric in plain() {
        let about = metric.about();
        for (what, list) in [("noise", (1..5).map(noisy).collect::<Vec<_>>()), ("blur", (1..5).map(blurred).collect())]
        {
            let scores: Vec<f64> = list.iter().map(|frame| score(about.id, &clean, frame).value).collect();
            assert!(scores.windows(2).all(|s| about.better(s[0], s[1])), "{} with more {what}: {scores:?}", about.id);
        }
    }
}

#[test]
fn a_planted_change_counts_exactly_and_only_where_it_is() {
    let plain = make(64, 48, yuv420(8), |_, _, _| 100);
    let luma = make(64, 48, yuv420(8), |index, x, y| if (index, x, y) == (0, 40, 30) { 107 } else { 100 });
    let expected = 10.0 * (255.0f64 * 255.0 * 64.0 * 48.0 / 49.0).log10();
    assert!((score("psnr_y", &plain, &luma).value - expected.min(60.0)).abs() < 1e-12);
    assert!(!score("psnr_y", &plain, &luma).identical, "one code differs, cap or not");
    assert!(score("ssim_y", &plain, &luma).value < 1.0);
    assert!(score("psnr_cb", &plain, &luma).identical && score("psnr_cr", &plain, &luma).identical);

    let red = make(64, 48, yuv420(8), |index, x, y| if index == 2 && x < 8 && y < 6 { 120 } else { 100 });
    let expected = 10.0 * (255.0f64 * 255.0 * 32.0 * 24.0 / (48.0 * 400.0)).log10();
    assert!((score("psnr_cr", &plain, &red).value - expected).abs() < 1e-12);
    assert!(score("psnr_y", &plain, &red).identical && score("ssim_y", &plain, &red).identical);
    assert!(score("psnr_cb", &plain, &red).identical);
}

#[test]
fn sums_hold_at_the_ends_of_the_scale() {
    for (bits, w, h) in [(8, 2000, 1200), (16, 2000, 1200), (10, 70000, 40)] {
        let peak = ((1u32 << bits) - 1) as u16;
        let gray = layout(Family::Gray, bits, (0, 0));
        let (black, white) = (make(w, h, gray, |_, _, _| 0), make(w, h, gray, |_, _, _| peak));
        assert!(score("psnr_y", &black, &white).value.abs() < 1e-12, "{bits} bits: all wrong is 0 dB");
        let value = score("ssim_y", &black, &white).value;
        assert!(value > 0.0 && value < 2e-4, "{bits} bits: {value}");
    }
    // More than the stated bits: wrong, but no overflow and no end of the program.
    let gray = layout(Family::Gray, 10, (0, 0));
    let wild = make(64, 64, gray, |_, x, _| if x % 2 == 0 { 65535 } else { 0 });
    let value = score("psnr_y", &make(64, 64, gray, |_, _, _| 0), &wild).value;
    assert!(value.is_finite() && value < 0.0);
}

#[test]
fn padded_rows_score_as_tight_ones() {
    let tight = scene_frame(75, 50, layout(Family::Gray, 8, (0, 0)), 0.2);
    let mut bytes = Vec::new();
    for y in 0..50 {
        bytes.extend_from_slice(tight.plane(0).row_u8(y));
        bytes.extend([y as u8; 21]);
    }
    let plane = Plane::new(75, 50, Sample::U8, 96, bytes.into()).unwrap();
    let padded = Frame::new(75, 50, tight.layout, tight.color, vec![plane]).unwrap();
    let clean = scene_frame(75, 50, tight.layout, 0.0);
    for id in ["psnr_y", "ssim_y"] {
        assert_eq!(score(id, &clean, &tight), score(id, &clean, &padded));
        assert!(score(id, &tight, &padded).identical);
    }
}

#[test]
fn the_number_of_threads_leaves_no_trace() {
    let (a, b) = (scene_frame(901, 603, yuv420(10), 0.0), scene_frame(901, 603, yuv420(10), 0.1));
    let (a, b) = (Arc::new(a), Arc::new(b));
    let small = |frame: &Arc<Frame>| {
        let to = doublet::color::Target { width: 451, height: 302, ..doublet::color::Target::of(frame) };
        doublet::color::conform(frame, &to, doublet::color::Kernel::Bicubic).unwrap().0
    };
    let inputs = [small(&a), small(&b)];
    let before = [[a.clone()], [b.clone()]];
    let enlarged = Enlarged { input: &inputs[1], output: &b, before: Some((&inputs[0], &a)) };
    let all = |threads: usize| -> Vec<u64> {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        let moment = Moment::new(Pair::new(&a, &b).unwrap()).among(&before[0], &[], None).following(&before[1]);
        let found = pool.install(|| Plan::new(METRICS).measure(&moment.enlarged_from(enlarged)));
        found.into_iter().map(|(_, found)| found.unwrap().value.to_bits()).collect()
    };
    let one = all(1);
    for threads in [2, 3, 7] {
        assert_eq!(all(threads), one, "{threads} threads");
    }
}

#[test]
fn what_cannot_be_scored_is_told_in_a_sentence() {
    let refuse = |metric: &str, frame: &Frame| try_score(metric, frame, frame).unwrap_err().to_string();
    let gray = make(64, 64, layout(Family::Gray, 8, (0, 0)), |_, x, _| x as u16);
    assert_eq!(refuse("psnr_cb", &gray), "psnr_cb reads a chroma plane, and this picture is grey: it has luma only");
    assert!(refuse("psnr_y", &make(64, 64, layout(Family::Rgb, 8, (0, 0)), |_, _, _| 9)).contains("RGB"));
    let small = make(64, 31, yuv420(8), |_, _, _| 9);
    assert_eq!(refuse("ssim_y", &small), "ssim_y needs a picture of at least 32x32 samples, and this one is 64x31");
    assert!(score("psnr_y", &small, &small).identical, "PSNR has no least size");

    let unlike = Pair::new(&Arc::new(gray.clone()), &Arc::new(small)).unwrap_err();
    assert!(unlike.to_string().contains("64x64 gray8") || unlike.to_string().contains("64x64 gray"), "{unlike}");
    let float = Plane::from_f32(64, 64, vec![0.5; 64 * 64]).unwrap();
    let float_layout = Layout { sample: Sample::F32, ..gray.layout };
    let float = Frame::new(64, 64, float_layout, ColorInfo::default(), vec![float]).unwrap();
    let float = Arc::new(float);
    assert_eq!(Pair::new(&float, &float).unwrap_err(), MetricError::Float);
}

#[test]
fn the_table_is_whole() {
    let unique = |mut ids: Vec<&'static str>| {
        let all = ids.len();
        ids.sort_unstable();
        ids.dedup();
        assert_eq!(ids.len(), all, "an id is taken twice");
    };
    unique(METRICS.iter().map(|m| m.id()).collect());
    unique(EXTRACTORS.iter().map(|e| e.about().id).collect());
    unique(EXTRACTORS.iter().flat_map(|e| e.about().features).copied().collect());
    unique(OVERLAYS.iter().map(|o| o.id()).collect());
    for metric in METRICS {
        assert!(metrics::is_served(*metric), "nobody measures what {} reads", metric.id());
        let about = metric.about();
        let (low, high) = (about.range)(8);
        assert!(low < high && !about.label.is_empty(), "{}", about.id);
        assert!(about.meaning.ends_with('.') && !about.blind_to.is_empty(), "{}", about.id);
        assert!(about.trust.iter().all(|t| t.correlation.abs() <= 1.0 && !t.study.is_empty()), "{}", about.id);
        assert!(std::ptr::eq(metrics::find(about.id).unwrap().about(), about));
    }
    assert_eq!(metrics::find("psnr_y").unwrap().about().text(41.2349), "41.23 dB");
    assert_eq!(metrics::find("ssim_y").unwrap().about().text(0.98766), "0.9877");
}

#[test]
fn trust_is_told_by_task_and_nothing_is_made_up() {
    let trust = |id: &str, task: Task| metrics::find(id).unwrap().about().trust_for(task);
    assert_eq!(trust("psnr_y", Task::Encode).unwrap().level(), TrustLevel::High);
    assert_eq!(trust("psnr_y", Task::Upscale).unwrap().level(), TrustLevel::Low);
    assert_eq!(trust("ssim_y", Task::Upscale).unwrap().level(), TrustLevel::Low);
    assert!(trust("ssim_y", Task::Encode).unwrap().study.contains("MS-SSIM"), "the figure is a relative's");
    for metric in plain() {
        assert_eq!(metric.about().trust_for(Task::Restore), None, "no study is known");
    }
    let middle = Trust { task: Task::Restore, correlation: 0.7, study: "" };
    assert_eq!(middle.level(), TrustLevel::Fair);
}

#[test]
fn metrics_are_picked_by_a_list() {
    let ids = |list: &str| metrics::select(list).map(|all| all.iter().map(|m| m.id()).collect::<Vec<_>>());
    // Other tests may have added metrics of their own.
    let table: Vec<_> = METRICS.iter().map(|m| m.id()).collect();
    assert_eq!(ids("all").unwrap()[..METRICS.len()], table);
    assert_eq!(ids("standard").unwrap(), standard().iter().map(|m| m.id()).collect::<Vec<_>>());
    assert_eq!(ids("ssim_y, psnr_y,psnr_y").unwrap(), ["psnr_y", "ssim_y"]);
    let error = ids("psnr_y,vmaff").unwrap_err().to_string();
    assert!(error.contains("\"vmaff\"") && error.contains("psnr_y, psnr_cb, psnr_cr"), "{error}");
    assert!(ids("").is_err() && ids("psnr_y,").is_err());
}

#[test]
fn pooling_by_hand() {
    // Five values: ranks 0..4, p5 at rank 0.2, p10 at 0.4, p50 at 2.
    let p = pool(&[30.0, 10.0, 20.0, f64::NAN, 50.0, 40.0, f64::INFINITY]).unwrap();
    assert_eq!((p.count, p.min, p.max, p.mean, p.p50), (5, 10.0, 50.0, 30.0, 30.0));
    assert!((p.p5 - 12.0).abs() < 1e-12 && (p.p10 - 14.0).abs() < 1e-12 && (p.p1 - 10.4).abs() < 1e-12);
    assert!((p.sd - 200f64.sqrt()).abs() < 1e-12);
    let harmonic = 5.0 / (1.0 / 11.0 + 1.0 / 21.0 + 1.0 / 31.0 + 1.0 / 41.0 + 1.0 / 51.0) - 1.0;
    assert!((p.harmonic_mean.unwrap() - harmonic).abs() < 1e-12);

    let one = pool(&[0.25]).unwrap();
    assert_eq!((one.mean, one.p1, one.p50, one.sd, one.harmonic_mean), (0.25, 0.25, 0.25, 0.0, Some(0.25)));
    assert_eq!(pool(&[-1.0, 0.5]).unwrap().harmonic_mean, None);
    assert_eq!(pool(&[]), None);
    assert_eq!(pool(&[f64::NAN]), None);
    // Never outside of its own values, however they round.
    let same = pool(&[0.1; 7]).unwrap();
    assert_eq!((same.mean, same.sd), (0.1, 0.0));
}

#[test]
fn pooling_meets_libvmaf() {
    let Some(data) = testdata() else { return };
    let json = oracle(&data.join("oracle/scores/street__x264_crf35.json"));
    for name in ["psnr_y", "float_ssim"] {
        let values: Vec<f64> = json["libvmaf"][name].as_array().unwrap().iter().map(|v| v.as_f64().unwrap()).collect();
        let (found, expected) = (pool(&values).unwrap(), &json["pooled"][name]);
        for (key, found) in [
            ("mean", found.mean),
            ("min", found.min),
            ("max", found.max),
            ("harmonic_mean", found.harmonic_mean.unwrap()),
        ] {
            // Both the list and the result are rounded to six places.
            assert!((found - expected[key].as_f64().unwrap()).abs() < 1.5e-6, "{name} {key}: {found}");
        }
    }
}

/// A picture of 8 bits with each sample twice in both directions.
fn repeated(frame: &Frame) -> Frame {
    let codes = |plane: &Plane| {
        let row = |y: u32| plane.row_u8(y / 2).iter().flat_map(|c| [*c, *c]).collect::<Vec<_>>();
        Plane::from_u8(2 * plane.width, 2 * plane.height, (0..2 * plane.height).flat_map(row).collect()).unwrap()
    };
    let planes = frame.planes().iter().map(codes).collect();
    Frame::new(2 * frame.width, 2 * frame.height, frame.layout, frame.color, planes).unwrap()
}

#[test]
fn overlays_are_dark_on_identity_and_say_what_they_cannot_tell() {
    let frame = Arc::new(scene_frame(192, 176, yuv420(8), 0.1));
    // An enlargement that holds nothing but its input, standing still.
    let input = Arc::new(scene_frame(96, 88, yuv420(8), 0.1));
    let output = Arc::new(repeated(&input));
    let (before, enlarged) =
        ([frame.clone()], Enlarged { input: &input, output: &output, before: Some((&input, &output)) });
    let moment = Moment::new(Pair::new(&frame, &frame).unwrap()).among(&before, &[], None).following(&before);
    let same = [frame.clone(), frame.clone()].map(|picture| Answer { picture, forgiven: 0.0 });
    let answers = Answers { all: &same, told: "Two answers." };
    let moment = moment.enlarged_from(enlarged).asked_again(answers).before_a_jury(answers);
    for overlay in OVERLAYS {
        let about = overlay.about();
        assert!(about.meaning.ends_with('.') && about.limits.ends_with('.'), "{}", about.id);
        assert!(!about.pools_to.is_empty(), "{}", about.id);
        let map = overlay.map(&moment, &Memo::default()).unwrap();
        match about.scale {
            // Edges that are kept are lit: it is the other classes that must be empty.
            Scale::Classes(_) => continue,
            Scale::Sequential { to } | Scale::Tinted { to, .. } | Scale::Diverging { to, .. } => {
                let brightest = map.values.iter().fold(0f32, |most, v| most.max(v.abs()));
                assert!(brightest <= 0.01 * to, "{}: {brightest} of {to}", about.id);
            }
        }
    }
}

#[test]
fn error_maps_pool_to_the_mean_square_behind_psnr() {
    for bits in [8, 10] {
        let (r, c) = (scene_frame(131, 77, yuv420(bits), 0.0), scene_frame(131, 77, yuv420(bits), 0.2));
        let psnr = score("psnr_y", &r, &c).value;
        let (r, c) = (Arc::new(r), Arc::new(c));
        let moment = Moment::new(Pair::new(&r, &c).unwrap());
        let peak = f64::from((1u32 << bits) - 1) / f64::from(1u32 << (bits - 8));
        for id in ["error", "signed_error"] {
            let overlay = metrics::overlay(id).unwrap();
            let map = overlay.map(&moment, &Memo::default()).unwrap();
            let pooled = 10.0 * (peak * peak / (overlay.about().pool)(&map)).log10();
            assert!((pooled - psnr).abs() < 1e-6, "{id} at {bits} bits: {pooled}, PSNR {psnr}");
        }
    }
}
