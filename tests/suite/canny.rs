//! The edge detector against OpenCV's own edges of made pictures, and against a plain twin.
//!
//! The golden numbers are of OpenCV 5.0.0 in Python: the pictures of `made.rs` as BGR, `cv2.Canny(picture, 100, 200)
//! // 255`, the sum of it, and FNV-1a over its bytes row by row.

use doublet::metrics::erqa::{Rgb8, Window, canny};

use super::made;

fn picture(width: u32, height: u32, of: impl Fn(u32, i32, i32) -> i32) -> Rgb8 {
    Rgb8::new(width as usize, height as usize, made::planes(width, height, of)).unwrap()
}

#[test]
fn edges_are_those_of_opencv() {
    let golden = [
        (0, 61, 47, 1038, 0x3c4a_66a3_9419_a92d),
        (1, 200, 120, 9057, 0x5e14_3247_9cf1_f5e2),
        (2, 97, 131, 3579, 0xa97b_23a4_3648_ebec),
        (3, 160, 100, 2051, 0xec06_a42d_d464_d64e),
        (4, 321, 75, 9570, 0xb551_800a_5c1d_6ab5),
        (5, 64, 64, 1685, 0xc9ea_af80_da45_35a0),
        (1, 33, 32, 401, 0xc148_de52_5845_81a2),
        (3, 1027, 41, 2408, 0xf86a_f16d_afe8_68ff),
    ];
    for (kind, width, height, count, hash) in golden {
        let edges = canny(&picture(width, height, |c, x, y| made::sample(kind, c, x, y)).whole(), 100, 200);
        let found: u64 = edges.data.iter().map(|&edge| u64::from(edge)).sum();
        assert_eq!(found, count, "edge pixels of picture {kind}, {width}x{height}");
        assert_eq!(made::fnv(edges.data), hash, "picture {kind}, {width}x{height}: other edges than OpenCV's");
    }
}

/// The same written down plainly, one pixel at a time; edges grow until nothing changes.
fn plain(window: &Window<'_>, low: i32, high: i32) -> Vec<u8> {
    let (w, h) = (window.width as isize, window.height as isize);
    let at = |c: usize, x: isize, y: isize| i32::from(window.row(c, y)[x.clamp(0, w - 1) as usize]);
    let gradient = |c: usize, x: isize, y: isize| {
        let column = |x: isize| at(c, x, y - 1) + 2 * at(c, x, y) + at(c, x, y + 1);
        let row = |y: isize| at(c, x - 1, y) + 2 * at(c, x, y) + at(c, x + 1, y);
        (column(x + 1) - column(x - 1), row(y + 1) - row(y - 1))
    };
    let size = |(dx, dy): (i32, i32)| dx.abs() + dy.abs();
    let strongest = |x: isize, y: isize| {
        let by = |c: usize| gradient(c, x, y);
        [1, 0].into_iter().fold(by(2), |best, c| if size(by(c)) > size(best) { by(c) } else { best })
    };
    let magnitude = |x: isize, y: isize| match (0..w).contains(&x) && (0..h).contains(&y) {
        true => size(strongest(x, y)),
        false => 0,
    };
    let ridge = |x: isize, y: isize| {
        let (dx, dy) = strongest(x, y);
        let m = magnitude(x, y);
        // tan 22.5 degrees, and tan 67.5 = tan 22.5 + 2, in 15 bits.
        let (flat, steep) = (i64::from(dx.abs()) * 13_573, i64::from(dy.abs()) << 15);
        let kept = if steep < flat {
            m > magnitude(x - 1, y) && m >= magnitude(x + 1, y)
        } else if steep > flat + (i64::from(dx.abs()) << 16) {
            m > magnitude(x, y - 1) && m >= magnitude(x, y + 1)
        } else {
            let side = if (dx < 0) != (dy < 0) { -1 } else { 1 };
            m > magnitude(x - side, y - 1) && m > magnitude(x + side, y + 1)
        };
        if kept && m > low { m } else { 0 }
    };
    let ridges: Vec<i32> = (0..h).flat_map(|y| (0..w).map(move |x| (x, y))).map(|(x, y)| ridge(x, y)).collect();
    let mut edges: Vec<u8> = ridges.iter().map(|&m| u8::from(m > high)).collect();
    loop {
        let touches = |i: isize| {
            let (x, y) = (i % w, i / w);
            let near = (-1..=1).flat_map(|dy| (-1..=1).map(move |dx| (x + dx, y + dy)));
            near.filter(|(x, y)| (0..w).contains(x) && (0..h).contains(y))
                .any(|(x, y)| edges[(y * w + x) as usize] == 1)
        };
        let new: Vec<usize> =
            (0..edges.len()).filter(|&i| edges[i] == 0 && ridges[i] > 0 && touches(i as isize)).collect();
        if new.is_empty() {
            return edges;
        }
        new.into_iter().for_each(|i| edges[i] = 1);
    }
}

#[test]
fn edges_are_those_of_a_plain_twin_at_any_size_and_window() {
    for (n, (width, height)) in
        [(1, 1), (1, 9), (9, 1), (2, 2), (3, 5), (16, 16), (31, 33), (64, 37), (70, 66), (129, 40)]
            .into_iter()
            .enumerate()
    {
        let kind = [1, 3, 0, 4][n % 4];
        let whole = picture(width, height, |c, x, y| made::sample(kind, c, x + 40, y + 20));
        assert_eq!(canny(&whole.whole(), 100, 200).data, plain(&whole.whole(), 100, 200), "{width}x{height}");
        // A part is looked at as if there were nothing around it.
        let (left, top) = (width as usize / 3, height as usize / 4);
        let part = whole.window(left, top, width as usize / 2, height as usize);
        if part.width > 0 {
            assert_eq!(canny(&part, 60, 300).data, plain(&part, 60, 300), "part of {width}x{height}");
        }
    }
}

#[test]
fn the_channel_of_the_largest_gradient_speaks() {
    // An edge in one channel only, weaker opposite edges in the others, which a grey picture would cancel out.
    let one = |channel: u32| {
        let of = move |c: u32, x: i32, _: i32| match (c == channel, x < 20) {
            (true, left) => {
                if left {
                    20
                } else {
                    140
                }
            }
            (false, left) => {
                if left {
                    120
                } else {
                    60
                }
            }
        };
        canny(&picture(40, 30, of).whole(), 100, 200)
    };
    for channel in 0..3 {
        let edges = one(channel);
        assert_eq!(edges.data.iter().map(|&e| u32::from(e)).sum::<u32>(), 30, "one line, one pixel wide");
        assert!(edges.data.chunks(40).all(|row| row[19] == 1), "where it stands, by the first of equals");
    }
    let flat = canny(&picture(40, 30, |_, _, _| 77).whole(), 100, 200);
    assert!(flat.data.iter().all(|&edge| edge == 0));
}

#[test]
fn weak_edges_count_only_where_they_hang_on_strong_ones() {
    // A step that fades downwards from 90 codes to none: gradients of 360 to 0. Below 200 it lives on the part above.
    let fading = picture(40, 120, |_, x, y| if x < 20 { 100 } else { 100 + (90 - y).max(0) });
    let edges = canny(&fading.whole(), 100, 200);
    let rows: Vec<usize> = (0..120).filter(|&y| edges.data[y * 40..(y + 1) * 40].contains(&1)).collect();
    // 4 of gradient a code of the step, and 6 of its fall: above 100 down to a step of 24.
    assert_eq!(rows, (0..=66).collect::<Vec<_>>());
    // The same with its strong part cut away: nothing is left.
    let weak = fading.window(0, 45, 40, 75);
    assert!(canny(&weak, 100, 200).data.iter().all(|&edge| edge == 0));
}
