//! Pictures made of whole numbers alone, so that any other program can make the same ones and be asked about them.

use std::sync::Arc;

use doublet::frame::{ColorInfo, Family, Frame, Layout, Plane, Sample};

/// A random byte for a place: `h = seed * 0x9e3779b9 ^ x * 0x85ebca6b ^ y * 0xc2b2ae35`, three times
/// `h = (h ^ h >> 15) * 0x2c1b3c6d`, then the top byte of `h ^ h >> 16`; all modulo 2^32.
pub fn code(seed: u32, x: i32, y: i32) -> i32 {
    let (x, y) = (x as u32, y as u32);
    let mut h = seed.wrapping_mul(0x9e37_79b9) ^ x.wrapping_mul(0x85eb_ca6b) ^ y.wrapping_mul(0xc2b2_ae35);
    for _ in 0..3 {
        h = (h ^ (h >> 15)).wrapping_mul(0x2c1b_3c6d);
    }
    ((h ^ (h >> 16)) >> 24) as i32
}

/// The code of channel `c` (0 red) of picture `kind` at (x, y): noise, soft noise, tiles, a disc with lines on a slope,
/// grey soft noise, and that with tinted channels.
pub fn sample(kind: u32, c: u32, x: i32, y: i32) -> i32 {
    let sum = |seed: u32, reach: i32| -> i32 {
        (-reach..=reach).flat_map(|j| (-reach..=reach).map(move |i| code(seed, x + i, y + j))).sum()
    };
    let k = c as i32;
    let value = match kind {
        0 => code(c + 1, x, y),
        1 => (4 * sum(c + 11, 2)).div_euclid(25) - 384,
        2 => code(c + 21, x.div_euclid(7), y.div_euclid(5)),
        3 => {
            let inside = (x - 60).pow(2) + (y - 40).pow(2) < 30 * 30;
            let ground = if inside { 200 - 40 * k } else { 60 + 30 * k };
            let line = if (x + 2 * y).rem_euclid(31) < 3 { 50 } else { 0 };
            ground + x.div_euclid(3) + line + code(c + 31, x, y) / 32
        }
        4 => (3 * sum(41, 1)).div_euclid(9) - 256,
        _ => (3 * sum(41, 1)).div_euclid(9) - 256 + 20 * k,
    };
    value.clamp(0, 255)
}

/// Three planes of `width` x `height`, by a function of channel, x and y; codes are clipped to 8 bits.
pub fn planes(width: u32, height: u32, of: impl Fn(u32, i32, i32) -> i32) -> [Vec<u8>; 3] {
    [0, 1, 2].map(|c| {
        let places = (0..height as i32).flat_map(|y| (0..width as i32).map(move |x| (x, y)));
        places.map(|(x, y)| of(c, x, y).clamp(0, 255) as u8).collect()
    })
}

/// Picture `kind` moved by `shift` (to the right and down), with noise of `noise` codes from end to end.
pub fn altered(kind: u32, shift: (i32, i32), noise: i32) -> impl Fn(u32, i32, i32) -> i32 {
    move |c, x, y| sample(kind, c, x - shift.0, y - shift.1) + code(51 + c, x, y) * noise / 256 - noise / 2
}

/// Planes as an RGB frame of 8 bits.
pub fn rgb_frame(width: u32, height: u32, planes: [Vec<u8>; 3]) -> Arc<Frame> {
    let layout = Layout { family: Family::Rgb, sample: Sample::U8, chroma_shift: (0, 0), alpha: false };
    let planes = planes.map(|codes| Plane::from_u8(width, height, codes).unwrap());
    Arc::new(Frame::new(width, height, layout, ColorInfo::default(), planes.to_vec()).unwrap())
}

/// FNV-1a of 64 bits.
pub fn fnv(bytes: impl IntoIterator<Item = u8>) -> u64 {
    bytes.into_iter().fold(0xcbf2_9ce4_8422_2325, |h, byte| (h ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3))
}
