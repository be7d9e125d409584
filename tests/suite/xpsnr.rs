//! XPSNR against FFmpeg's filter, to the digits that it prints.

use std::sync::Arc;

use doublet::frame::Frame;
use doublet::metrics::{MetricError, Value, xpsnr};

use super::reference::{Stored, clip, frame, grey, layout, padded, score, scores, threads_leave_no_trace, try_score};

const IDS: [&str; 3] = ["xpsnr_y", "xpsnr_cb", "xpsnr_cr"];
/// FFmpeg prints four places.
const ROUNDING: f64 = 5.1e-5;

#[test]
fn stored_pairs_meet_the_filter() {
    for name in ["anime__x264_crf35", "anime__noise12", "street__svtav1_crf45", "street__gamma110", "street__ref"] {
        let Some(pair) = Stored::pair(name, 4) else { return };
        for (ours, theirs) in IDS.into_iter().zip(["xpsnr.y", "xpsnr.u", "xpsnr.v"]) {
            pair.check(ours, "ffmpeg", theirs, ROUNDING);
        }
    }
}

#[test]
fn the_printed_average_is_made_of_the_frames() {
    for name in ["anime__x264_crf35", "street__x264_crf45"] {
        let Some(pair) = Stored::pair(name, 1) else { return };
        let values: Vec<Value> = pair.said("ffmpeg", "xpsnr.y").iter().map(|v| Value::measured(v.unwrap())).collect();
        let (average, printed) = (xpsnr::average(&values).unwrap(), pair.summary("xpsnr"));
        let printed: f64 = printed.split_whitespace().nth(2).unwrap().parse().unwrap();
        assert!((average - printed).abs() <= 2.0 * ROUNDING, "{name}: {average}, printed {printed}");
    }
    assert_eq!(xpsnr::average(&[]), None);
    let (equal, half) = (Value::identical(100.0), Value::measured(40.0));
    assert_eq!(xpsnr::average(&[equal, equal]), Some(f64::INFINITY));
    assert!((xpsnr::average(&[equal, half]).unwrap() - (40.0 + 20.0 * 2f64.log10())).abs() < 1e-12);
}

/// Width, height, bits, chroma shift and rate of a made-up clip; what the filter printed of its first three frames.
type Case = (u32, u32, u8, (u8, u8), f64, [[f64; 3]; 3]);

#[test]
fn made_up_clips_meet_the_filter_at_both_rates_and_all_sizes() {
    let cases: [Case; 7] = [
        (
            321,
            243,
            8,
            (0, 0),
            25.0,
            [[51.8923, 51.8502, 51.8713], [40.6889, 40.6214, 40.6022], [40.8375, 40.7892, 40.7725]],
        ),
        (
            321,
            243,
            8,
            (0, 0),
            60.0,
            [[51.8923, 51.8502, 51.8713], [51.8995, 51.8859, 51.8731], [41.8514, 41.8189, 41.7976]],
        ),
        (
            416,
            240,
            10,
            (1, 0),
            60.0,
            [[51.1429, 51.1425, 51.1395], [51.1425, 51.1570, 51.1641], [40.9254, 40.8514, 40.8197]],
        ),
        (
            352,
            288,
            12,
            (1, 1),
            25.0,
            [[51.1959, 51.1766, 51.1686], [39.8665, 39.7730, 40.0100], [39.9101, 39.8198, 39.7790]],
        ),
        // Above HD, where every second sample of every second row is looked at.
        (
            2112,
            1200,
            8,
            (1, 1),
            25.0,
            [[56.6666, 56.6637, 56.6772], [44.6281, 44.6284, 44.6374], [45.6895, 45.6865, 45.6814]],
        ),
        (
            2112,
            1200,
            8,
            (1, 1),
            60.0,
            [[56.6666, 56.6637, 56.6772], [56.5877, 56.5895, 56.5968], [45.8638, 45.8609, 45.8555]],
        ),
        (
            61,
            47,
            8,
            (1, 1),
            25.0,
            [[47.6945, 47.6193, 47.6662], [33.7977, 32.7859, 33.0386], [32.9083, 32.1162, 32.3356]],
        ),
    ];
    for (w, h, bits, shift, rate, said) in cases {
        let frames = |candidate: bool| -> Vec<Arc<Frame>> {
            (0..3).map(|n| clip(w, h, layout(bits, shift), n, candidate)).collect()
        };
        let (reference, candidate) = (frames(false), frames(true));
        for (id, column) in IDS.into_iter().zip(0..) {
            for (n, found) in scores(id, &reference, &candidate, rate).into_iter().enumerate() {
                let (found, said) = (found.unwrap().value, said[n][column]);
                assert!((found - said).abs() <= ROUNDING, "{w}x{h} at {rate}, frame {n}: {id} {found}, FFmpeg {said}");
            }
        }
    }
}

#[test]
fn identical_planes_are_told_plane_by_plane() {
    let a = clip(128, 96, layout(10, (1, 1)), 0, false);
    for id in IDS {
        assert_eq!(score(id, &a, &a), Value::identical(xpsnr::cap_db(10)));
    }
    let blue = frame(128, 96, a.layout, |plane, x, y| {
        i32::from(a.plane(plane).row_u16(y as u32)[x as usize]) + i32::from(plane == 1 && x < 20)
    });
    assert!(score("xpsnr_y", &a, &blue).identical && score("xpsnr_cr", &a, &blue).identical);
    let found = score("xpsnr_cb", &a, &blue);
    assert!(!found.identical && found.value < xpsnr::cap_db(10));
}

#[test]
fn an_error_counts_less_where_the_candidate_is_busy() {
    // The same error of 4 codes in a block of texture, and in a flat one.
    let texture = |x: i32, y: i32| if x < 256 { 100 + (x * 7 + y * 11) % 32 } else { 120 };
    let with = |left: i32| {
        frame(512, 256, grey(8), move |_, x, y| {
            texture(x, y) + if (left..left + 40).contains(&x) && (100..140).contains(&y) { 4 } else { 0 }
        })
    };
    let reference = frame(512, 256, grey(8), |_, x, y| texture(x, y));
    // Among still frames, so that time adds nothing.
    let value = |left: i32| {
        let still = |frame: Arc<Frame>| vec![frame.clone(), frame];
        scores("xpsnr_y", &still(reference.clone()), &still(with(left)), 25.0)[1].as_ref().unwrap().value
    };
    let (busy, flat) = (value(100), value(400));
    assert!(busy > flat + 3.0, "in texture {busy} dB, on flat ground {flat} dB");
    let swapped = score("xpsnr_y", &with(400), &reference).value;
    assert!((swapped - score("xpsnr_y", &reference, &with(400)).value).abs() > 1e-6, "weights are the candidate's");
}

#[test]
fn small_grey_padded_and_wild_pictures() {
    // Below some 45x45 there are no blocks: the value is PSNR.
    let (a, b) = (frame(32, 32, grey(8), |_, x, y| x + y), frame(32, 32, grey(8), |_, x, y| x + y + 2));
    assert!((score("xpsnr_y", &a, &b).value - 10.0 * (255.0f64 * 255.0 / 4.0).log10()).abs() < 1e-9);
    assert_eq!(try_score("xpsnr_cb", &a, &b).unwrap_err(), MetricError::NoChroma { metric: "xpsnr_cb" });
    for bits in [8, 10, 16] {
        let (a, b) = (clip(75, 50, layout(bits, (1, 1)), 0, false), clip(75, 50, layout(bits, (1, 1)), 0, true));
        for id in IDS {
            assert_eq!(score(id, &a, &b), score(id, &padded(&a), &padded(&b)), "{bits} bits");
        }
    }
    // Sizes above HD that are odd, on which FFmpeg itself fails, and slivers.
    for (w, h) in [(2113, 1201), (9000, 301), (5000, 1), (1, 5000)] {
        let value = score("xpsnr_y", &clip(w, h, grey(8), 0, false), &clip(w, h, grey(8), 0, true)).value;
        assert!((0.0..=xpsnr::cap_db(8)).contains(&value), "{w}x{h}: {value}");
    }
    let wild = |high: i32| frame(96, 96, grey(16), move |_, x, _| if x % 2 == 0 { high } else { 0 });
    assert!(score("xpsnr_y", &wild(0), &wild(65_535)).value.is_finite());
}

#[test]
fn threads_leave_no_trace_in_xpsnr() {
    let (a, b) = (clip(901, 603, layout(8, (1, 1)), 0, false), clip(901, 603, layout(8, (1, 1)), 0, true));
    for id in IDS {
        threads_leave_no_trace(|| score(id, &a, &b).value);
    }
}
