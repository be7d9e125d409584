//! Mistakes of a comparison that are no hacks, planted.

use crate::clips::Clip;

/// Its family and how it comes about.
type Fault = (&'static str, fn(&Clip) -> Clip);

pub static FAULTS: &[Fault] =
    &[
        ("shift 1", |clip| moved(clip, (2, 0), (1, 0))),
        ("shift 2 down", |clip| moved(clip, (0, 4), (0, 2))),
        ("shift half", |clip| moved(clip, (1, 0), (0, 0))),
        ("chroma shift 1", |clip| moved(clip, (0, 0), (2, 0))),
        ("range expanded", |clip| {
            clip.with_codes(|plane, code| {
                if plane == 0 { (code - 16.0) * 255.0 / 219.0 } else { 128.0 + (code - 128.0) * 255.0 / 224.0 }
            })
        }),
        ("range squeezed", |clip| {
            clip.with_codes(|plane, code| {
                if plane == 0 { 16.0 + code * 219.0 / 255.0 } else { 128.0 + (code - 128.0) * 224.0 / 255.0 }
            })
        }),
        ("frame late", |clip| {
            let frames = (0..clip.frames.len()).map(|n| clip.frames[n.saturating_sub(1)].clone()).collect();
            Clip { frames, ..*clip }
        }),
    ];

/// The clip with luma and chroma moved, in halves of their own samples; edges are held.
fn moved(clip: &Clip, luma: (isize, isize), chroma: (isize, isize)) -> Clip {
    let (w, h) = (clip.width, clip.height);
    let plane = |codes: &[u8], (w, h): (usize, usize), (x2, y2): (isize, isize)| -> Vec<u8> {
        let at = |x: isize, y: isize| {
            f64::from(codes[y.clamp(0, h as isize - 1) as usize * w + x.clamp(0, w as isize - 1) as usize])
        };
        let whole = |v: isize| (v.div_euclid(2), v.rem_euclid(2));
        let ((dx, hx), (dy, hy)) = (whole(x2), whole(y2));
        let value = |x: isize, y: isize| {
            let (x, y) = (x - dx, y - dy);
            (at(x, y) + at(x - hx, y) + at(x, y - hy) + at(x - hx, y - hy)) / 4.0
        };
        (0..h as isize)
            .flat_map(|y| (0..w as isize).map(move |x| (x, y)))
            .map(|(x, y)| value(x, y).round() as u8)
            .collect()
    };
    let frame = |frame: &Vec<u8>| {
        let small = (w / 2, h / 2);
        let (y, rest) = frame.split_at(w * h);
        let (cb, cr) = rest.split_at(small.0 * small.1);
        [plane(y, (w, h), luma), plane(cb, small, chroma), plane(cr, small, chroma)].concat()
    };
    Clip { frames: clip.frames.iter().map(frame).collect(), ..*clip }
}
